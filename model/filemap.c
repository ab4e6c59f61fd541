/*
 * filemap.c - the page cache: which folio holds which pages of a file.
 *
 * The cache has as many references on a folio as that has pages.
 *
 * In the kernel:  mm/filemap.c.
 * Left out:       large folios of files on disks, read-ahead, write-back.
 * Locks:          i_rwsem or the folio lock against those who add and remove; looking takes none.
 */
#include "file.h"
#include "lru.h"
#include "machine.h"

struct folio *filemap_get_folio(const struct address_space *mapping, pgoff_t index)
{
	return mt_load(&mapping->i_pages, index);
}

void filemap_count_pages(struct address_space *mapping, long nr)
{
	mapping->nrpages += (unsigned long)nr;
	mach->nr_file_pages += (unsigned long)nr;
	if (mapping->host->type == INODE_SHMEM)
		mach->nr_shmem_pages += (unsigned long)nr;
}

int __filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	unsigned long nr = folio_nr_pages(folio);

	if (mt_store_range(&mapping->i_pages, index, index + nr - 1, folio))
		return -ENOMEM;
	if (nr > 1)
		folio_ref_add(folio, (long)nr - 1);
	folio_set_mapping(folio, (uintptr_t)mapping);
	folio->index = index;
	filemap_count_pages(mapping, (long)nr);
	if (mapping->host->type == INODE_SHMEM)
		folio_set(folio, PG_swapbacked);
	folio_set(folio, PG_uptodate);
	return 0;
}

int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	int error = __filemap_add_folio(mapping, folio, index);

	if (!error)
		folio_add_lru(folio);
	return error;
}

int filemap_replace_range(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	return mt_store_range(&mapping->i_pages, index, index + folio_nr_pages(folio) - 1, folio);
}

struct folio *filemap_get_or_add_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index), *raced;

	if (folio)
		return folio;
	if (mapping->host->type == INODE_SHMEM)
		return shmem_get_folio(mapping, index, NULL, 0, 0);
	folio = folio_alloc(0, "filemap_get_or_add_folio");
	if (!folio)
		return NULL;
	/* The allocation may have slept. */
	raced = filemap_get_folio(mapping, index);
	if (raced || filemap_add_folio(mapping, folio, index)) {
		folio_put(folio);
		return raced;
	}
	return folio;
}

void filemap_delete_folio(struct address_space *mapping, struct folio *folio)
{
	unsigned long nr = folio_nr_pages(folio);

	/* Taking away a whole entry needs no node. */
	alloc_nofail_begin();
	mt_erase_range(&mapping->i_pages, folio->index, folio->index + nr - 1);
	alloc_nofail_end();
	folio_set_mapping(folio, 0);
	filemap_count_pages(mapping, -(long)nr);
}

void filemap_remove_folio(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);

	filemap_delete_folio(mapping, folio);
	shmem_unacct_blocks(mapping->host, folio_nr_pages(folio));
	folio_put_refs(folio, folio_nr_pages(folio));
}
