/*
 * truncate.c - files become shorter, or get holes: pages leave the cache and all page tables.
 *
 * In the kernel:  mm/truncate.c; mm/memory.c (unmap_mapping_range()); mm/shmem.c
 *                 (shmem_setattr(), shmem_undo_range()).
 * Left out:       RLIMIT_FSIZE.
 * Locks:          i_rwsem for size and seals; folio lock around removal; i_mmap_rwsem for
 *                 reading while mappings are taken away.
 */
#include <inttypes.h>
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "shmem_swap.h"
#include "syscalls.h"
#include "vma.h"

/* Kernel: unmap_mapping_pages(). */
static void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end,
				bool even_cows)
{
	struct zap_details details = { .even_cows = even_cows, .keep_markers = true };
	struct interval_node *node;

	sched_touch(&mapping->i_mmap, ACCESS_READ);
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
		filemap_remove_folio(folio);
	}
	folio_unlock(folio);
	folio_put(folio);
}

/* The page of @folio that is at @index, in range; -1 if that is where the folio ends. */
static long page_within(const struct folio *folio, pgoff_t index)
{
	return index < folio->index + folio_nr_pages(folio) ? (long)(index - folio->index) : -1;
}

/*
 * A folio of which [start, end] (pages) is only a part.  The part becomes zeroes, for perhaps it
 * cannot be cut; what comes of a cut is looked at again by the caller.
 * Kernel: truncate_inode_partial_folio().
 */
static void truncate_partial_folio(struct address_space *mapping, struct folio *folio,
				   pgoff_t start, pgoff_t end)
{
	pgoff_t first = MAX(start, folio->index);
	pgoff_t last = MIN(end, folio->index + folio_nr_pages(folio) - 1);
	long after = page_within(folio, last + 1);

	for (pgoff_t index = first; index <= last; index++)
		folio_page(folio, index - folio->index)->content = 0;
	folio_set(folio, PG_dirty);
	if (split_file_folio(folio, (long)(first - folio->index), NULL) || after < 0)
		return;
	folio = filemap_get_folio(mapping, last + 1);
	if (!folio || !folio->order || !folio_try_get(folio))
		return;
	if (folio_trylock(folio)) {
		split_file_folio(folio, (long)(last + 1 - folio->index), NULL);
		folio_unlock(folio);
	}
	folio_put(folio);
}

/* Cuts @folio, which sticks out of [start, end], if it is still there; false: it stays whole. */
static bool cut_folio(struct address_space *mapping, struct folio *folio, pgoff_t start, pgoff_t end)
{
	unsigned int order = folio->order;
	bool cut;

	folio_get(folio);
	folio_lock(folio);
	if (folio_mapping(folio) == mapping && folio->order == order)
		truncate_partial_folio(mapping, folio, start, end);
	cut = folio_mapping(folio) != mapping || folio->order != order;
	folio_unlock(folio);
	folio_put(folio);
	return cut;
}

/*
 * What is in swap needs no page to go.  But of what was written as a whole and goes in part, the page at
 * the edge is read back, if it lies within the file: that leaves either a folio that can be cut or small
 * entries.  Kernel: shmem_undo_range(), shmem_get_partial_folio().
 */
static void truncate_swapped(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	pgoff_t size = (mapping->host->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	struct folio *folio;

	shmem_free_swap(mapping, start, end);
	if (start < size)
		shmem_find_folio(mapping, start, &folio);
	if (end < size)
		shmem_find_folio(mapping, end, &folio);
}

void truncate_pages(struct address_space *mapping, pgoff_t start, pgoff_t end, bool even_cows)
{
	unsigned long first, last, index = start;
	struct inode *inode = mapping->host;
	struct folio *folio;

	if (start > end)
		return;
	if (inode->fallocend > start && inode->fallocend <= end + 1)
		inode->fallocend = start;
	unmap_mapping_pages(mapping, start, end, even_cows);
	if (inode->swapped)
		truncate_swapped(mapping, start, end);
	while ((folio = mt_find(&mapping->i_pages, index, &first, &last)) && first <= end) {
		bool partial = first < start || last > end;

		if (partial && cut_folio(mapping, folio, start, end))
			continue;	/* at the same index, in pieces now */
		if (!partial)
			truncate_inode_folio(mapping, folio, even_cows);
		if (last >= end)
			break;
		index = last + 1;
	}
	if (inode->swapped)
		shmem_free_swap(mapping, start, end);
	/* Pages that were copied from the cache in the meantime. */
	if (even_cows)
		unmap_mapping_pages(mapping, start, end, true);
}

/* The page that stays in part; one in swap comes back, if any of it is within the file. */
static struct folio *partial_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (!folio && index << PAGE_SHIFT < mapping->host->size &&
	    shmem_is_swapped(mapping, index))
		shmem_find_folio(mapping, index, &folio);
	return folio;
}

/*
 * Zeroes [start, end) (bytes) where that is part of a page that stays.  A page's value
 * stands for its first eight bytes, lowest first.  Kernel: truncate_inode_partial_folio().
 */
static void zero_part(struct address_space *mapping, uint64_t start, uint64_t end)
{
	struct folio *folio = partial_folio(mapping, start >> PAGE_SHIFT);
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

/* What the kernel begins and never ends: 0, or -ENOSYS and the run ends. */
static int refuse_endless(const struct inode *inode, pgoff_t start, pgoff_t end, uint64_t size)
{
	if (start > end || !inode->swapped ||
	    !shmem_cuts_entry(&inode->i_data, start, end, PAGE_ALIGN(size) >> PAGE_SHIFT))
		return 0;
	model_unsupported("a file is cut, behind its end, within what went to swap as one folio: the "
			  "kernel tries for ever");
	return -ENOSYS;
}

/* What is only partly to go is read back if it lies within the file, before anything else is said. */
static void read_edge(struct inode *inode, uint64_t at)
{
	if (inode->swapped && offset_in_page(at))
		partial_folio(&inode->i_data, at >> PAGE_SHIFT);
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
	} else if (size <= before) {
		read_edge(inode, size);
		error = refuse_endless(inode, PAGE_ALIGN(size) >> PAGE_SHIFT,
				       MAX_FILE_SIZE >> PAGE_SHIFT, size);
	}
	if (!error) {
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
	if (!error) {
		read_edge(inode, start);
		read_edge(inode, end);
	}
	if (!error)
		error = after ? refuse_endless(inode, first, after - 1, inode->size) : 0;
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

/* ---- the call ---- */

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
