/*
 * mremap.c - mremap(): shrink, grow in place, or move.
 *
 * In the kernel:  mm/mremap.c do_mremap(), mremap_at(), mremap_to(), shrink_vma(),
 *                 expand_vma(), expand_vma_in_place(), vrm_set_new_addr().
 * Left out:       hugetlb.
 * Locks:          mmap_lock for writing; in place, shrinking empties page tables with it
 *                 held for reading.
 */
#include "memory.h"
#include "mremap_internal.h"
#include "syscalls.h"
#include "userfaultfd.h"
#include "vma_internal.h"

/* ---- where to ---- */

static bool is_free(unsigned long addr, unsigned long len)
{
	return !offset_in_page(addr) && addr <= TASK_SIZE - len &&
	       !find_vma_intersection(current->mm, addr, addr + len);
}

/* Kernel: vrm_set_new_addr(). */
static int set_new_addr(struct vma_remap *remap)
{
	const struct vm_area_struct *vma = remap->vma;
	unsigned long map_flags = 0, hint = implies_new_addr(remap) ? remap->new_addr : 0;
	long addr;

	if (remap->flags & MREMAP_FIXED)
		map_flags |= MAP_FIXED;
	if (vma->vm_flags & VM_MAYSHARE)
		map_flags |= MAP_SHARED;
	if (remap->placed && !(map_flags & MAP_FIXED)) {
		if (!is_free(remap->placed, remap->new_len)) {
			model_unsupported("the recorded address 0x%lx is not free for %lu bytes",
					  remap->placed, remap->new_len);
			return -ENOSYS;
		}
		remap->new_addr = remap->placed;
		return 0;
	}
	addr = get_unmapped_area(vma->vm_file, hint, remap->new_len,
				 linear_page_index(vma, remap->addr), map_flags, 0);
	if (addr < 0)
		return (int)addr;
	remap->new_addr = (unsigned long)addr;
	return 0;
}

/* ---- resizing ---- */

/*
 * The tail goes.  In place (@drop_lock) mmap_lock may be given up on the way, else the
 * area is looked up again.  Kernel: shrink_vma().
 */
static int shrink_vma(struct vma_remap *remap, bool drop_lock)
{
	unsigned long start = remap->addr + remap->new_len;
	struct mm_struct *mm = current->mm;
	int error;

	if (start > TASK_SIZE || remap->delta > TASK_SIZE - start)
		return -EINVAL;
	trace_event("mremap", "shrinks: [0x%lx,0x%lx) goes", start, start + remap->delta);
	if (drop_lock) {
		remap->vma = NULL;
		if (!find_vma_intersection(mm, start, start + remap->delta))
			return 0;
		error = do_align_munmap(mm, start, start + remap->delta, true,
					&remap->uf_unmap);
		if (!error)
			remap->mmap_locked = false;
		return error;
	}
	error = do_munmap(mm, start, remap->delta, &remap->uf_unmap);
	if (error)
		return error;
	remap->vma = vma_lookup(mm, remap->addr);
	return remap->vma ? 0 : -EFAULT;
}

/* Is there room behind the area, which must end where the old range does?
 * Kernel: vrm_can_expand_in_place(), vma_expandable(). */
static bool can_expand_in_place(const struct vma_remap *remap)
{
	const struct vm_area_struct *vma = remap->vma;
	unsigned long end = vma->vm_end + remap->delta;

	if (vma->vm_end - remap->addr != remap->old_len)
		return false;
	return end > vma->vm_end && end <= TASK_SIZE &&
	       !find_vma_intersection(vma->vm_mm, vma->vm_end, end);
}

/* Kernel: expand_vma_in_place(). */
static int expand_vma_in_place(struct vma_remap *remap)
{
	struct vm_area_struct *vma;

	if (!calc_charge(remap))
		return -ENOMEM;
	vma = vma_merge_extend(remap->vma, remap->delta);
	if (!vma) {
		uncharge(remap);
		return -ENOMEM;
	}
	remap->vma = vma;
	stat_account(remap, remap->delta);
	trace_event("mremap", "grown in place: vma#%u [0x%lx,0x%lx)", vma->id, vma->vm_start,
		    vma->vm_end);
	return 0;
}

/* Kernel: expand_vma(). */
static long expand_vma(struct vma_remap *remap)
{
	int error;

	if (can_expand_in_place(remap)) {
		error = expand_vma_in_place(remap);
		return error ? error : (long)remap->addr;
	}
	if (!(remap->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	error = set_new_addr(remap);
	return error ? error : move_vma(remap);
}

/* No new address was asked for.  Kernel: mremap_at(). */
static long mremap_at(struct vma_remap *remap)
{
	int error = 0;

	switch (remap->type) {
	case MREMAP_NO_RESIZE:
		trace_event("mremap", "nothing to do");
		break;
	case MREMAP_SHRINK:
		error = shrink_vma(remap, true);
		break;
	case MREMAP_EXPAND:
		return expand_vma(remap);
	}
	return error ? error : (long)remap->addr;
}

/*
 * What was unmapped at the destination, and of the tail, stays unmapped if a later
 * step fails.
 */
long mremap_to(struct vma_remap *remap)
{
	struct mm_struct *mm = current->mm;
	int error;

	if (remap->flags & MREMAP_FIXED) {
		error = do_munmap(mm, remap->new_addr, remap->new_len, &remap->uf_unmap_early);
		if (error)
			return error;
		point("mremap:destination-unmapped");
		/* That may have cut the source, or been it. */
		remap->vma = vma_lookup(mm, remap->addr);
		if (!remap->vma) {
			if (!remap->old_len)
				quirk_met(QUIRK_duplicate_onto_itself);
			return -EFAULT;
		}
	}
	if (remap->type == MREMAP_SHRINK) {
		error = shrink_vma(remap, false);
		if (error)
			return error;
		remap->old_len = remap->new_len;
	}
	if ((remap->flags & MREMAP_DONTUNMAP) &&
	    !may_expand_vm(mm, remap->vma->vm_flags, remap->old_len >> PAGE_SHIFT))
		return -ENOMEM;
	error = set_new_addr(remap);
	return error ? error : move_vma(remap);
}

/* ---- the call ---- */

/* Only then may the range hold several areas.  Kernel: vrm_move_only(). */
static bool is_move_only(const struct vma_remap *remap)
{
	return semantics()->mremap_multi_vma && (remap->flags & MREMAP_FIXED) &&
	       remap->old_len == remap->new_len;
}

static long remap_locked(struct vma_remap *remap)
{
	int error;

	if (is_move_only(remap))
		return remap_move(remap);
	remap->vma = vma_lookup(current->mm, remap->addr);
	error = check_prep_vma(remap);
	if (error)
		return error;
	return implies_new_addr(remap) ? mremap_to(remap) : mremap_at(remap);
}

/* Kernel: notify_uffd(). */
static void notify_uffd(struct vma_remap *remap, bool failed)
{
	userfaultfd_unmap_complete(&remap->uf_unmap_early);
	if (failed)
		mremap_userfaultfd_fail(&remap->uf);
	else
		mremap_userfaultfd_complete(&remap->uf, remap->addr, remap->new_addr,
					    remap->old_len);
	userfaultfd_unmap_complete(&remap->uf_unmap);
}

/* Kernel: do_mremap(). */
static long do_mremap(struct vma_remap *remap)
{
	struct mm_struct *mm = current->mm;
	long result;

	remap->old_len = PAGE_ALIGN(remap->old_len);
	remap->new_len = PAGE_ALIGN(remap->new_len);
	result = check_mremap_params(remap);
	if (result)
		return result;
	result = mmap_write_lock_killable(mm);
	if (result)
		return result;
	remap->mmap_locked = true;
	INIT_LIST_HEAD(&remap->uf_unmap_early);
	INIT_LIST_HEAD(&remap->uf_unmap);
	result = remap_locked(remap);
	if (remap->mmap_locked)
		mmap_write_unlock(mm);

	if (result >= 0 && remap->populate)
		__mm_populate(mm, remap->new_addr + remap->old_len, remap->delta, true);
	notify_uffd(remap, result < 0);
	return result;
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		unsigned long flags, unsigned long new_addr)
{
	return sys_mremap_placed(addr, old_len, new_len, flags, new_addr, 0);
}

long sys_mremap_placed(unsigned long addr, unsigned long old_len, unsigned long new_len,
		       unsigned long flags, unsigned long new_addr, unsigned long placed)
{
	struct vma_remap remap = { .addr = addr, .old_len = old_len, .new_len = new_len,
				   .flags = flags, .new_addr = new_addr, .placed = placed };

	return do_mremap(&remap);
}
