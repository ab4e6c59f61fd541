/*
 * shmem.c - pages of shared memory: where they come from, how large they are, who pays.
 *
 * In the kernel:  mm/shmem.c shmem_get_folio_gfp(), shmem_alloc_and_add_folio(),
 *                 shmem_suitable_orders(), shmem_charge(), shmem_fallocate().
 * What is in swap: shmem_swap.c.
 *
 * Left out:       limits of a mount but in fallocate().
 * Locks:          as in filemap.c.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "shmem_swap.h"
#include "vma.h"

bool inode_is_anon_shmem(const struct inode *inode)
{
	return inode->type == INODE_SHMEM && (inode->of_one_mapping || inode->name[0] != '/');
}

/* Pages of a file whose commit was not charged as a whole are charged one by one. */
static bool charges_by_page(const struct inode *inode)
{
	return inode->type == INODE_SHMEM && inode->noreserve;
}

int shmem_acct_blocks(const struct inode *inode, unsigned long nr)
{
	return charges_by_page(inode) ? vm_acct_memory(current->mm, nr) : 0;
}

void shmem_unacct_blocks(const struct inode *inode, unsigned long nr)
{
	if (charges_by_page(inode))
		vm_unacct_memory(nr);
}

int shmem_add_to_page_cache(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	int error;

	if (filemap_get_folio(mapping, index) || shmem_is_swapped(mapping, index))
		return -EEXIST;
	folio_get(folio);
	error = __filemap_add_folio(mapping, folio, index);
	if (error)
		folio_put(folio);
	return error;
}

/* Is nothing of the aligned block of 2^@order pages around @index in the cache?  Then *first is
 * where it begins. */
static bool block_is_free(const struct address_space *mapping, pgoff_t index, unsigned int order,
			  pgoff_t *first)
{
	unsigned long from, to;

	*first = ALIGN_DOWN(index, 1UL << order);
	if (mt_find(&mapping->i_pages, *first, &from, &to) && from < *first + (1UL << order))
		return false;
	return !mt_find(&mapping->i_swapped, *first, &from, &to) || from >= *first + (1UL << order);
}

/* The largest folio that may be had for @index; *first: its index.  The file is about to reach to
 * page @end.  NULL without memory.
 * Kernel: shmem_suitable_orders(), shmem_alloc_and_add_folio(). */
static struct folio *shmem_alloc_folio(const struct address_space *mapping, pgoff_t index,
				       const struct vm_area_struct *vma, unsigned long addr,
				       pgoff_t end, pgoff_t *first)
{
	unsigned long orders = shmem_allowable_huge_orders(mapping->host, vma, index, end, false);
	struct folio *folio = NULL;

	if (vma)
		orders = thp_vma_suitable_orders(vma, addr, orders);
	for (unsigned int order = HPAGE_PMD_ORDER; orders && order > 0 && !folio; order--)
		if (orders & BIT_ORDER(order) && block_is_free(mapping, index, order, first))
			folio = folio_alloc(order, "folio of shared memory");
	if (folio)
		return folio;
	*first = index;
	return folio_alloc(0, "page of shared memory");
}

/* A new folio for the hole at @index: 0, -EEXIST if it is none any more, or -ENOMEM.
 * Kernel: shmem_alloc_and_add_folio(). */
static int fill_hole(struct address_space *mapping, pgoff_t index, const struct vm_area_struct *vma,
		     unsigned long addr, pgoff_t end, struct folio **folio)
{
	int error = -ENOMEM;
	pgoff_t first;

	*folio = shmem_alloc_folio(mapping, index, vma, addr, end, &first);
	if (!*folio)
		return -ENOMEM;
	/* The allocation may have slept. */
	if (filemap_get_folio(mapping, index) || shmem_is_swapped(mapping, index)) {
		error = -EEXIST;
	} else if (!shmem_acct_blocks(mapping->host, folio_nr_pages(*folio))) {
		error = filemap_add_folio(mapping, *folio, first);
		if (!error)
			return 0;
		shmem_unacct_blocks(mapping->host, folio_nr_pages(*folio));
	}
	folio_put(*folio);
	*folio = NULL;
	return error;
}

struct folio *shmem_get_folio(struct address_space *mapping, pgoff_t index,
			      const struct vm_area_struct *vma, unsigned long addr, pgoff_t end)
{
	struct folio *folio;
	int error;

	do {
		folio = filemap_get_folio(mapping, index);
		if (folio)
			return folio;
		error = shmem_is_swapped(mapping, index) ?
			shmem_swapin_folio(mapping, index, vma, &folio) :
			fill_hole(mapping, index, vma, addr, end, &folio);
	} while (error == -EEXIST);
	return folio;
}

pgoff_t shmem_fallocend(const struct inode *inode)
{
	return MAX((inode->size + PAGE_SIZE - 1) >> PAGE_SHIFT, inode->fallocend);
}

int shmem_preallocate(struct inode *inode, pgoff_t start, pgoff_t end)
{
	g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(pgoff_t));
	pgoff_t fallocend = inode->fallocend;
	int error = 0;

	inode->fallocend = MAX(fallocend, end);
	for (pgoff_t index = start; index < end;) {
		bool there = filemap_get_folio(&inode->i_data, index) ||
			     shmem_is_swapped(&inode->i_data, index);
		struct folio *folio = shmem_get_folio(&inode->i_data, index, NULL, 0, end);

		if (!folio) {
			error = -ENOMEM;
			break;
		}
		if (!there) {
			folio_clear(folio, PG_uptodate);	/* set by its first use */
			g_array_append_val(added, index);
		} else {
			folio_set(folio, PG_uptodate);	/* this is its first use */
		}
		/* Reclaim must keep what was promised, even where nothing was stored. */
		folio_set(folio, PG_dirty);
		index = folio->index + folio_nr_pages(folio);
	}
	if (error)
		inode->fallocend = fallocend;
	for (guint i = 0; error && i < added->len; i++) {
		pgoff_t index = g_array_index(added, pgoff_t, i);
		const struct folio *folio = filemap_get_folio(&inode->i_data, index);

		truncate_pages(&inode->i_data, folio->index,
			       folio->index + folio_nr_pages(folio) - 1, false);
	}
	return error;
}
