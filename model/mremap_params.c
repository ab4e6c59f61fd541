/*
 * mremap_params.c - what mremap() refuses before it changes anything.
 *
 * In the kernel:  mm/mremap.c check_mremap_params(), check_prep_vma(), vrm_remap_type(),
 *                 vrm_overlaps(), vrm_will_map_new().
 * Left out:       hugetlb.
 * Locks:          none for the arguments; mmap_lock for writing for the area.
 */
#include "mremap_internal.h"
#include "relocate.h"
#include "vma_flags.h"

#define MREMAP_FLAGS	((unsigned long)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))

/* Kernel: vrm_overlaps(). */
static bool ranges_overlap(const struct vma_remap *remap)
{
	return remap->addr + remap->old_len > remap->new_addr &&
	       remap->new_addr + remap->new_len > remap->addr;
}

/* An address that is no more than a hint is looked at all the same. */
static int bad_new_addr(const struct vma_remap *remap)
{
	if ((remap->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP | MREMAP_MAYMOVE)) ==
	    (MREMAP_DONTUNMAP | MREMAP_MAYMOVE))
		quirk_met(QUIRK_dontunmap_checks_its_hint);
	return -EINVAL;
}

static int check_new_addr(const struct vma_remap *remap)
{
	if (remap->new_addr > TASK_SIZE - remap->new_len || offset_in_page(remap->new_addr))
		return bad_new_addr(remap);
	if (!(remap->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((remap->flags & MREMAP_DONTUNMAP) && remap->old_len != remap->new_len)
		return -EINVAL;
	if (ranges_overlap(remap))
		return bad_new_addr(remap);
	/* The move would need as many as this; better now than after unmapping. */
	if ((long)current->mm->map_count + 2 >= (long)mach->config.max_map_count - 3)
		return -ENOMEM;
	return 0;
}

int check_mremap_params(const struct vma_remap *remap)
{
	if (remap->flags & ~(MREMAP_FLAGS | relocate_flags()))
		return -EINVAL;
	if (offset_in_page(remap->addr))
		return -EINVAL;
	if (!remap->new_len || remap->new_len > TASK_SIZE)
		return -EINVAL;
	if ((remap->flags & relocate_flags()) && !(remap->flags & MREMAP_MAYMOVE))
		return -EINVAL;
	return implies_new_addr(remap) ? check_new_addr(remap) : 0;
}

static void set_type(struct vma_remap *remap)
{
	if (remap->old_len == remap->new_len) {
		remap->type = MREMAP_NO_RESIZE;
		remap->delta = 0;
	} else if (remap->old_len > remap->new_len) {
		remap->type = MREMAP_SHRINK;
		remap->delta = remap->old_len - remap->new_len;
	} else {
		remap->type = MREMAP_EXPAND;
		remap->delta = remap->new_len - remap->old_len;
	}
}

/* More pages of the area than before. */
static int check_growth(struct vma_remap *remap)
{
	const struct vm_area_struct *vma = remap->vma;
	pgoff_t pgoff = linear_page_index(vma, remap->addr);

	if (vma->vm_flags & VM_LOCKED)
		remap->populate = true;
	if (pgoff + (remap->new_len >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return -EFAULT;
	if (!mlock_future_ok(vma->vm_mm, vma->vm_flags, remap->delta))
		return -EAGAIN;
	if (!may_expand_vm(vma->vm_mm, vma->vm_flags, remap->delta >> PAGE_SHIFT))
		return -ENOMEM;
	return 0;
}

int check_prep_vma(struct vma_remap *remap)
{
	const struct vm_area_struct *vma = remap->vma;
	unsigned long len;

	if (!vma)
		return -EFAULT;
	if (vma_is_sealed(vma)) {
		if (remap->old_len == remap->new_len && !implies_new_addr(remap))
			quirk_met(QUIRK_sealed_refuses_no_op);
		return -EPERM;
	}
	set_type(remap);
	if (!implies_new_addr(remap))
		remap->new_addr = remap->addr;
	/* The rest is about memory that is mapped anew. */
	if (remap->type != MREMAP_EXPAND && !implies_new_addr(remap)) {
		if (remap->type == MREMAP_NO_RESIZE && remap->old_len > vma->vm_end - remap->addr)
			quirk_met(QUIRK_no_op_looks_at_nothing);
		return 0;
	}

	/* Nothing to move: a second mapping, which only shared memory can have. */
	if (!remap->old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if ((remap->flags & MREMAP_DONTUNMAP) && (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return -EINVAL;
	len = remap->type == MREMAP_SHRINK ? remap->new_len : remap->old_len;
	if (len > vma->vm_end - remap->addr)
		return -EFAULT;
	return len == remap->new_len ? 0 : check_growth(remap);
}
