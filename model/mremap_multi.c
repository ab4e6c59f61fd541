/*
 * mremap_multi.c - mremap() moves a range that may hold several areas.
 *
 * Each area moves on its own, holes keep their width.  What has moved when one fails
 * stays moved.
 *
 * In the kernel:  mm/mremap.c remap_move(), vma_multi_allowed(), 6.17.
 * Locks:          mmap_lock for writing.
 */
#include "file.h"
#include "mremap_internal.h"
#include "userfaultfd.h"

/*
 * May @vma be one of several?  Not if its owner must be told of each move, nor if its file
 * has ideas of its own about addresses: /dev/zero has.  Kernel: vma_multi_allowed().
 */
static bool vma_multi_allowed(const struct vm_area_struct *vma)
{
	if (userfaultfd_armed(vma))
		return false;
	return !vma->vm_file || vma->vm_file->inode->type != INODE_ZERO;
}

long remap_move(struct vma_remap *remap)
{
	const unsigned long start = remap->addr, end = remap->addr + remap->old_len;
	unsigned long target = remap->new_addr, last_end = start;
	long result = -EFAULT;
	bool seen = false;

	for (;;) {
		struct vm_area_struct *vma = find_vma_intersection(current->mm, last_end, end);
		unsigned long addr, hole;
		long moved_to;

		if (!vma)
			return result;
		if (!seen && start < vma->vm_start)
			return -EFAULT;
		if (!vma_multi_allowed(vma) && (seen || vma->vm_end < end))
			return -EFAULT;
		addr = MAX(vma->vm_start, start);
		hole = seen ? vma->vm_start - last_end : 0;
		last_end = vma->vm_end;

		remap->vma = vma;
		remap->addr = addr;
		remap->new_addr = target + hole;
		remap->old_len = remap->new_len = MIN(vma->vm_end, end) - addr;
		moved_to = check_prep_vma(remap);
		if (!moved_to)
			moved_to = mremap_to(remap);
		if (moved_to < 0)
			return moved_to;
		if (!seen)
			result = moved_to;
		seen = true;
		target = (unsigned long)moved_to + remap->new_len;
		if (last_end >= end)
			return result;
		point("mremap:one-of-several-moved");
	}
}
