/*
 * madvise_file.c - madvise() that goes through the file of an area.
 *
 * In the kernel:  mm/madvise.c madvise_willneed(), madvise_remove(); mm/readahead.c
 *                 force_page_cache_readahead().
 * Left out:       the limit on how much one MADV_WILLNEED reads.
 * Locks:          mmap_lock for reading, given up while the file is worked on.
 */
#include "file.h"
#include "lru.h"
#include "shmem_swap.h"
#include "swap.h"
#include "madvise_internal.h"
#include "userfaultfd.h"

/* The file stays, whatever becomes of the area meanwhile. */
static struct file *begin_on_file(struct madvise *madvise)
{
	struct file *file = madvise->vma->vm_file;

	get_file(file);
	madvise->lock_dropped = true;
	mmap_read_unlock(madvise->mm);
	return file;
}

static void end_on_file(struct madvise *madvise, struct file *file)
{
	fput(file);
	mmap_read_lock(madvise->mm);
}

/* Pages up to the end of the file come into the page cache; none is mapped. */
static void read_pages(struct inode *inode, pgoff_t first, pgoff_t after)
{
	pgoff_t end = MIN(after, PAGE_ALIGN(inode->size) >> PAGE_SHIFT);

	for (pgoff_t index = first; index < end; index++)
		if (!filemap_get_or_add_folio(&inode->i_data, index))
			break;
}

/* The page at *@addr comes into the swap cache if it is in swap; its word stays.  Passes over what
 * has no table.  Kernel: swapin_walk_pmd_entry(). */
static void swapin_walk(const struct madvise *madvise, unsigned long *addr)
{
	struct pgtable *table = pgtable_next(madvise->mm, addr, madvise->end);
	struct folio *folio;
	pte_t pte;

	if (!table)
		return;
	table = pte_offset_map_lock(madvise->mm, *addr);
	pte = table ? ptep_get(table, pgtable_index(*addr, LEVEL_PTE)) : 0;
	if (table)
		spin_unlock(&table->ptl, LOCK_PTE);
	if (!is_swap_entry_pte(pte))
		return;
	folio = read_swap_cache(pte_to_swp_entry(pte));
	if (folio)
		folio_put(folio);
}

int madvise_willneed(struct madvise *madvise)
{
	const struct vm_area_struct *vma = madvise->vma;
	pgoff_t first = linear_page_index(vma, madvise->start);
	pgoff_t after = first + ((madvise->end - madvise->start) >> PAGE_SHIFT);
	struct file *file = vma->vm_file;

	if (!file) {
		for (unsigned long addr = madvise->start; addr < madvise->end; addr += PAGE_SIZE)
			swapin_walk(madvise, &addr);
		lru_add_drain();
		return 0;
	}
	if (file->inode->type == INODE_SHMEM)
		shmem_swapin_range(vma, madvise->start, madvise->end);
	if (file->inode->type != INODE_REGULAR)
		return 0;
	trace_event("madvise", "vma#%u [0x%lx,0x%lx): read ahead", vma->id, madvise->start,
		    madvise->end);
	file = begin_on_file(madvise);
	point("madvise:willneed-unlocked");
	read_pages(file->inode, first, after);
	end_on_file(madvise, file);
	return 0;
}

int madvise_remove(struct madvise *madvise)
{
	const struct vm_area_struct *vma = madvise->vma;
	uint64_t offset = linear_page_index(vma, madvise->start) << PAGE_SHIFT;
	const vm_flags_t shared = VM_SHARED | VM_MAYWRITE;
	struct file *file;
	int error;

	if ((vma->vm_flags & VM_LOCKED) || !vma->vm_file)
		return -EINVAL;
	if ((vma->vm_flags & shared) != shared)
		return -EACCES;
	file = vma->vm_file;
	get_file(file);
	madvise->lock_dropped = true;
	if (userfaultfd_remove(madvise->vma, madvise->start, madvise->end))
		mmap_read_unlock(madvise->mm);
	point("madvise:remove-unlocked");
	error = inode_punch_hole(file->inode, offset, offset + madvise->end - madvise->start);
	end_on_file(madvise, file);
	return error;
}
