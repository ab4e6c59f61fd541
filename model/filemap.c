/*
 * filemap.c - the page cache: adding pages, truncation, holes, preallocation.
 *
 * In the kernel:  mm/filemap.c, mm/truncate.c, mm/memory.c (unmap_mapping_range()),
 *                 mm/shmem.c (shmem_setattr(), shmem_fallocate(), shmem_undo_range()).
 * Left out:       large folios, read-ahead, write-back, RLIMIT_FSIZE, sizes of file
 *                 systems but for fallocate().
 * Locks:          i_rwsem for size and seals; folio lock around removal; i_mmap_rwsem
 *                 for reading while mappings are taken away.
 */
#include <inttypes.h>
#include "file.h"
#include "lru.h"
#include "syscalls.h"
#include "vma.h"

struct folio *filemap_get_folio(const struct address_space *mapping, pgoff_t index)
{
	return mt_load(&mapping->i_pages, index);
}

/* Pages of a file whose commit was not charged as a whole are charged one by one.
 * Kernel: shmem_acct_blocks(). */
static bool charges_by_page(const struct inode *inode)
{
	return inode->type == INODE_SHMEM && inode->noreserve;
}

int shmem_acct_block(const struct inode *inode)
{
	return charges_by_page(inode) ? vm_acct_memory(current->mm, 1) : 0;
}

void shmem_unacct_block(const struct inode *inode)
{
	if (charges_by_page(inode))
		vm_unacct_memory(1);
}

/* @folio belongs to @mapping from now on, which takes the caller's reference: 0 or -ENOMEM.
 * Kernel: __filemap_add_folio(). */
static int __filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	struct inode *inode = mapping->host;
	unsigned long nr = folio_nr_pages(folio);

	if (mt_store_range(&mapping->i_pages, index, index + nr - 1, folio))
		return -ENOMEM;
	folio->mapping = (uintptr_t)mapping;
	folio->index = index;
	mapping->nrpages += nr;
	mach->nr_file_pages += nr;
	if (inode->type == INODE_SHMEM) {
		mach->nr_shmem_pages += nr;
		folio_set(folio, PG_swapbacked);
	}
	folio_set(folio, PG_uptodate);
	return 0;
}

/* The same, and to an LRU list.  Kernel: filemap_add_folio(). */
static int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	int error = __filemap_add_folio(mapping, folio, index);

	if (!error)
		folio_add_lru(folio);
	return error;
}

int shmem_add_to_page_cache(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	int error;

	if (filemap_get_folio(mapping, index))
		return -EEXIST;
	folio_get(folio);
	error = __filemap_add_folio(mapping, folio, index);
	if (error)
		folio_put(folio);
	return error;
}

struct folio *filemap_get_or_add_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index), *raced;

	if (folio)
		return folio;
	if (shmem_acct_block(mapping->host))
		return NULL;
	folio = folio_alloc(0, "filemap_get_or_add_folio");
	if (!folio) {
		shmem_unacct_block(mapping->host);
		return NULL;
	}
	/* The allocation may have slept. */
	raced = filemap_get_folio(mapping, index);
	if (raced || filemap_add_folio(mapping, folio, index)) {
		folio_put(folio);
		shmem_unacct_block(mapping->host);
		return raced;
	}
	return folio;
}

/* Kernel: unmap_mapping_pages(). */
static void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end,
				bool even_cows)
{
	struct zap_details details = { .even_cows = even_cows, .keep_markers = true };
	struct interval_node *node;

	if (interval_tree_empty(&mapping->i_mmap))
		return;
	down_read(&mapping->i_mmap_rwsem);
	for (node = interval_tree_first(&mapping->i_mmap, start, end); node;
	     node = interval_tree_next(node, start, end)) {
		struct vm_area_struct *vma = container_of(node, struct vm_area_struct, shared);
		pgoff_t first = MAX(start, vma->vm_pgoff);
		pgoff_t last = MIN(end, vma->vm_pgoff + vma_pages(vma) - 1);
		unsigned long addr = vma->vm_start + ((first - vma->vm_pgoff) << PAGE_SHIFT);

		zap_page_range(vma, addr, addr + ((last - first + 1) << PAGE_SHIFT), &details);
	}
	up_read(&mapping->i_mmap_rwsem);
}

/* Takes @folio out of the cache; the cache's reference is the caller's to drop.
 * Kernel: filemap_remove_folio(). */
static void filemap_remove_folio(struct address_space *mapping, struct folio *folio)
{
	struct inode *inode = mapping->host;
	unsigned long nr = folio_nr_pages(folio);

	/* Taking away a whole entry needs no node. */
	alloc_nofail_begin();
	mt_erase_range(&mapping->i_pages, folio->index, folio->index + nr - 1);
	alloc_nofail_end();
	folio->mapping = 0;
	mapping->nrpages -= nr;
	mach->nr_file_pages -= nr;
	if (inode->type == INODE_SHMEM)
		mach->nr_shmem_pages -= nr;
	if (charges_by_page(inode))
		vm_unacct_memory(nr);
}

void filemap_evict_folio(struct folio *folio)
{
	filemap_remove_folio(folio_mapping(folio), folio);
	folio_put(folio);
}

void shmem_delete_from_page_cache(struct address_space *mapping, struct folio *folio)
{
	filemap_remove_folio(mapping, folio);
	folio_put(folio);
}

/* Kernel: truncate_inode_folio(). */
static void truncate_inode_folio(struct address_space *mapping, struct folio *folio,
				 bool even_cows)
{
	folio_get(folio);
	folio_lock(folio);
	if (folio_mapping(folio) == mapping) {	/* not truncated by somebody else */
		if (folio_mapcount(folio))
			unmap_mapping_pages(mapping, folio->index,
					    folio->index + folio_nr_pages(folio) - 1, even_cows);
		folio_clear(folio, PG_dirty);
		filemap_remove_folio(mapping, folio);
		folio_put(folio);
	}
	folio_unlock(folio);
	folio_put(folio);
}

void truncate_pages(struct address_space *mapping, pgoff_t start, pgoff_t end, bool even_cows)
{
	unsigned long first, last, index = start;
	struct folio *folio;

	if (start > end)
		return;
	unmap_mapping_pages(mapping, start, end, even_cows);
	while ((folio = mt_find(&mapping->i_pages, index, &first, &last)) && first <= end) {
		if (first < start || last > end)
			g_error("truncation would have to split a folio of the page cache");
		truncate_inode_folio(mapping, folio, even_cows);
		if (last == end)
			break;
		index = last + 1;
	}
	/* Pages that were copied from the cache in the meantime. */
	if (even_cows)
		unmap_mapping_pages(mapping, start, end, true);
}

/*
 * Zeroes [start, end) (bytes) where that is part of a page that stays.  A page's value
 * stands for its first eight bytes, lowest first.  Kernel: truncate_inode_partial_folio().
 */
static void zero_part(struct address_space *mapping, uint64_t start, uint64_t end)
{
	struct folio *folio = filemap_get_folio(mapping, start >> PAGE_SHIFT);
	uint64_t from = start & ~PAGE_MASK, to = from + MIN(end - start, PAGE_SIZE - from);
	struct page *page;

	if (!folio)
		return;
	page = folio_page(folio, (start >> PAGE_SHIFT) - folio->index);
	for (uint64_t byte = from; byte < MIN(to, 8); byte++)
		page->content &= ~(0xffUL << (8 * byte));
	folio_set(folio, PG_dirty);
}

/* The parts of pages at both ends of [start, end) that are not whole pages. */
static void zero_edges(struct address_space *mapping, uint64_t start, uint64_t end)
{
	uint64_t last_page = end & PAGE_MASK;

	if (start >= end)
		return;
	if (offset_in_page(start))
		zero_part(mapping, start, end);
	if (offset_in_page(end) && (last_page > start || !offset_in_page(start)))
		zero_part(mapping, MAX(start, last_page), end);
}

int inode_truncate(struct inode *inode, uint64_t size)
{
	uint64_t before;
	int error = 0;

	if (size > MAX_FILE_SIZE)
		return -EFBIG;
	down_write(&inode->i_rwsem);
	before = inode->size;
	if ((size < before && (inode->seals & F_SEAL_SHRINK)) ||
	    (size > before && (inode->seals & F_SEAL_GROW))) {
		error = -EPERM;
	} else {
		WRITE_SHARED(inode, inode->size, size, "i_size_write");
		if (size <= before) {
			truncate_pages(&inode->i_data, PAGE_ALIGN(size) >> PAGE_SHIFT,
				       MAX_FILE_SIZE >> PAGE_SHIFT, true);
			zero_edges(&inode->i_data, size, PAGE_ALIGN(size));
		}
	}
	up_write(&inode->i_rwsem);
	if (!error)
		trace_event("truncate", "inode#%u: %" PRIu64 " to %" PRIu64 " bytes", inode->id,
			    before, size);
	return error;
}

int inode_punch_hole(struct inode *inode, uint64_t start, uint64_t end)
{
	pgoff_t first = PAGE_ALIGN(start) >> PAGE_SHIFT, after = end >> PAGE_SHIFT;
	int error = 0;

	down_write(&inode->i_rwsem);
	if (inode->type == INODE_SHMEM && (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)))
		error = -EPERM;
	if (!error && first < after)
		truncate_pages(&inode->i_data, first, after - 1, false);
	if (!error)
		zero_edges(&inode->i_data, start, end);
	up_write(&inode->i_rwsem);
	if (!error)
		trace_event("punch-hole", "inode#%u: pages [%#lx..%#lx)", inode->id, first,
			    MAX(first, after));
	return error;
}

/* ---- calls ---- */

long sys_ftruncate(int fd, uint64_t size)
{
	struct file *file;

	if ((int64_t)size < 0)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	if (file->inode->type != INODE_REGULAR && file->inode->type != INODE_SHMEM)
		return -EINVAL;
	if (!file_can_write(file))
		return -EINVAL;
	if (file->inode->append_only)
		return -EPERM;
	return inode_truncate(file->inode, size);
}

/* Puts pages into [start, end), all or none.  Kernel: shmem_fallocate(). */
static int shmem_preallocate(struct inode *inode, pgoff_t start, pgoff_t end)
{
	g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(pgoff_t));
	int error = 0;

	for (pgoff_t index = start; index < end; index++) {
		bool there = filemap_get_folio(&inode->i_data, index) != NULL;
		struct folio *folio = filemap_get_or_add_folio(&inode->i_data, index);

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
	}
	for (guint i = 0; error && i < added->len; i++) {
		pgoff_t index = g_array_index(added, pgoff_t, i);

		truncate_pages(&inode->i_data, index, index, false);
	}
	return error;
}

/* A tmpfs holds half the memory at most; a memfd has no limit but that.  Kernel:
 * shmem_default_max_blocks(). */
static int shmem_space(const struct inode *inode, uint64_t len)
{
	if (inode->name[0] == '/' && len >> PAGE_SHIFT > mach->totalram_pages / 2)
		return -ENOSPC;
	return len >> PAGE_SHIFT > mach->totalram_pages ? -ENOMEM : 0;
}

/* Grows the file over [offset, offset+len). */
static int inode_allocate(struct inode *inode, uint64_t offset, uint64_t len, bool keep_size)
{
	uint64_t end = offset + len;
	int error = 0;

	down_write(&inode->i_rwsem);
	if (inode->type == INODE_SHMEM) {
		if ((inode->seals & F_SEAL_GROW) && end > inode->size)
			error = -EPERM;
		else
			error = shmem_space(inode, len);
		if (!error)
			error = shmem_preallocate(inode, offset >> PAGE_SHIFT,
						  PAGE_ALIGN(end) >> PAGE_SHIFT);
	}
	if (!error && !keep_size && end > inode->size)
		WRITE_SHARED(inode, inode->size, end, "i_size_write");
	up_write(&inode->i_rwsem);
	return error;
}

/* What can be said of the mode and the file alone.  Kernel: vfs_fallocate(). */
static int fallocate_check(const struct file *file, int mode, uint64_t offset, uint64_t len)
{
	if ((int64_t)offset < 0 || (int64_t)len <= 0)
		return -EINVAL;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!file_can_write(file))
		return -EBADF;
	if (file->inode->append_only && (mode & ~FALLOC_FL_KEEP_SIZE))
		return -EPERM;
	switch (file->inode->type) {
	case INODE_REGULAR:
	case INODE_SHMEM:
		return offset + len > MAX_FILE_SIZE ? -EFBIG : 0;
	case INODE_PIPE:
		return -ESPIPE;
	case INODE_DIRECTORY:
		return -EISDIR;
	case INODE_ZERO:
	case INODE_SPECIAL:
	case INODE_UFFD:
		break;
	}
	return -ENODEV;
}

long sys_fallocate(int fd, int mode, uint64_t offset, uint64_t len)
{
	struct file *file = fget(fd);
	int error;

	if (!file)
		return -EBADF;
	error = fallocate_check(file, mode, offset, len);
	if (error)
		return error;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) {
		if (file->inode->type == INODE_SHMEM)
			return -EOPNOTSUPP;
		model_unsupported("fallocate with mode %#x: depends on the file system", mode);
		return -ENOSYS;
	}
	if (mode & FALLOC_FL_PUNCH_HOLE)
		return inode_punch_hole(file->inode, offset, offset + len);
	return inode_allocate(file->inode, offset, len, (mode & FALLOC_FL_KEEP_SIZE) != 0);
}
