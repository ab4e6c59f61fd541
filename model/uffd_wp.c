/*
 * uffd_wp.c - pages that tell userfaultfd before they are written to.
 *
 * In the kernel:  mm/userfaultfd.c mwriteprotect_range(), uffd_wp_range().
 * Left out:       hugetlb.
 * Locks:          mmap_lock for reading, inside it map_changing_lock for reading; PTE locks.
 */
#include "machine.h"
#include "memory.h"
#include "uffd_internal.h"

int uffd_wp_range(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool protect)
{
	trace_event("uffd-wp", "vma#%u [%s, +0x%lx): %s", vma->id,
		    addr_name(vma->vm_mm, start).text, end - start,
		    protect ? "protected" : "no longer protected");
	return change_protection(vma, start, end, protect ? UFFD_WP_SET : UFFD_WP_RESOLVE);
}

/* Area by area; those before the first that is not registered so are done. */
static int wp_areas(struct mm_struct *mm, unsigned long start, unsigned long end, bool protect)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	int error = -ENOENT;

	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if (!userfaultfd_wp(vma))
			return -ENOENT;
		error = uffd_wp_range(vma, MAX(vma->vm_start, start), MIN(vma->vm_end, end),
				      protect);
		if (error)
			return error;
	}
	return error;
}

int mwriteprotect_range(struct userfaultfd_ctx *ctx, struct mm_struct *mm, unsigned long start,
			unsigned long len, bool protect)
{
	int error;

	mmap_read_lock(mm);
	down_read(&ctx->map_changing_lock);
	point("uffd_wp:locked");
	if (READ_SHARED(ctx, ctx->mmap_changing, "mwriteprotect_range"))
		error = -EAGAIN;
	else
		error = wp_areas(mm, start, start + len, protect);
	up_read(&ctx->map_changing_lock);
	mmap_read_unlock(mm);
	return error;
}
