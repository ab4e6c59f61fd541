/*
 * madvise.c - madvise(): arguments, locks, the walk over areas, and the advice that is
 * no more than a flag.
 *
 * In the kernel:  mm/madvise.c do_madvise(), madvise_walk_vmas(), madvise_vma_behavior(),
 *                 madvise_update_vma(), can_madvise_modify();
 *                 mm/khugepaged.c hugepage_madvise(), madvise_collapse().
 * Left out:       MADV_HWPOISON and MADV_SOFT_OFFLINE (unknown without MEMORY_FAILURE),
 *                 MADV_COLLAPSE of shared memory (refused).
 * Locks:          see lock_for().
 */
#include "file.h"
#include "khugepaged.h"
#include "ksm.h"
#include "madvise_internal.h"
#include "memory.h"
#include "syscalls.h"
#include "userfaultfd.h"
#include "vma_flags.h"

/* ---- arguments ---- */

static bool behavior_valid(int behavior)
{
	switch (behavior) {
	case MADV_NORMAL: case MADV_RANDOM: case MADV_SEQUENTIAL: case MADV_WILLNEED:
	case MADV_DONTNEED: case MADV_FREE: case MADV_REMOVE:
	case MADV_DONTFORK: case MADV_DOFORK: case MADV_WIPEONFORK: case MADV_KEEPONFORK:
	case MADV_MERGEABLE: case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE: case MADV_NOHUGEPAGE: case MADV_COLLAPSE:
	case MADV_DONTDUMP: case MADV_DODUMP:
	case MADV_COLD: case MADV_PAGEOUT:
	case MADV_POPULATE_READ: case MADV_POPULATE_WRITE:
	case MADV_DONTNEED_LOCKED:
		return true;
	case MADV_GUARD_INSTALL: case MADV_GUARD_REMOVE:
		return semantics()->guard_regions;
	default:
		return false;
	}
}

/* Kernel: is_valid_madvise(). */
static bool is_valid(unsigned long start, unsigned long len, int behavior)
{
	unsigned long pages = PAGE_ALIGN(len);

	return behavior_valid(behavior) && !offset_in_page(start) && !(len && !pages) &&
	       start + pages >= start;
}

/* Kernel: get_lock_mode(). */
static enum madvise_lock lock_for(int behavior)
{
	switch (behavior) {
	case MADV_REMOVE: case MADV_WILLNEED: case MADV_COLD: case MADV_PAGEOUT:
	case MADV_COLLAPSE: case MADV_GUARD_INSTALL: case MADV_GUARD_REMOVE:
		return MADVISE_MMAP_READ;
	case MADV_DONTNEED: case MADV_DONTNEED_LOCKED: case MADV_FREE:
		return MADVISE_VMA_READ;
	default:
		return MADVISE_MMAP_WRITE;
	}
}

/* ---- seals ---- */

static bool is_discard(int behavior)
{
	switch (behavior) {
	case MADV_FREE: case MADV_DONTNEED: case MADV_DONTNEED_LOCKED: case MADV_REMOVE:
	case MADV_DONTFORK: case MADV_WIPEONFORK: case MADV_GUARD_INSTALL:
		return true;
	default:
		return false;
	}
}

/*
 * Contents of a sealed area may not be thrown away by whoever could not overwrite them;
 * files keep theirs anyway.  Kernel: can_madvise_modify().
 */
static bool can_madvise_modify(const struct madvise *madvise)
{
	const struct vm_area_struct *vma = madvise->vma;

	if (!vma_is_sealed(vma) || !is_discard(madvise->behavior))
		return true;
	return !vma_is_anonymous(vma) || (vma->vm_flags & VM_WRITE);
}

/* ---- flags ---- */

/* khugepaged is told of the area with its new flags before it is cut to the range.
 * Kernel: hugepage_madvise(). */
static void tell_khugepaged(const struct vm_area_struct *vma, vm_flags_t flags)
{
	struct vm_area_struct advised = *vma;

	advised.vm_flags = flags;
	khugepaged_enter_vma(&advised);
}

/* What the advice makes of the area's flags, into *@new: 0, -EINVAL or -ENOMEM. */
static int advised_flags(const struct madvise *madvise, vm_flags_t *new)
{
	vm_flags_t flags = madvise->vma->vm_flags;

	*new = flags;
	switch (madvise->behavior) {
	case MADV_NORMAL:
		*new = flags & ~(VM_RAND_READ | VM_SEQ_READ);
		break;
	case MADV_SEQUENTIAL:
		*new = (flags & ~VM_RAND_READ) | VM_SEQ_READ;
		break;
	case MADV_RANDOM:
		*new = (flags & ~VM_SEQ_READ) | VM_RAND_READ;
		break;
	case MADV_DONTFORK:
		*new = flags | VM_DONTCOPY;
		break;
	case MADV_DOFORK:
		if (flags & VM_IO)
			return -EINVAL;
		*new = flags & ~VM_DONTCOPY;
		break;
	case MADV_WIPEONFORK:
		if (madvise->vma->vm_file || (flags & VM_SHARED))
			return -EINVAL;
		*new = flags | VM_WIPEONFORK;
		break;
	case MADV_KEEPONFORK:
		if (flags & VM_DROPPABLE)
			return -EINVAL;
		*new = flags & ~VM_WIPEONFORK;
		break;
	case MADV_DONTDUMP:
		*new = flags | VM_DONTDUMP;
		break;
	case MADV_DODUMP:
		if (flags & (VM_SPECIAL | VM_DROPPABLE))
			return -EINVAL;
		*new = flags & ~VM_DONTDUMP;
		break;
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
		return ksm_madvise(madvise->vma, madvise->start, madvise->end,
				   madvise->behavior, new);
	case MADV_HUGEPAGE:
		*new = (flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
		tell_khugepaged(madvise->vma, *new);
		break;
	case MADV_NOHUGEPAGE:
		*new = (flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
		break;
	}
	return 0;
}

/* Merges or splits, as the new flags demand.  Kernel: madvise_update_vma(). */
static int madvise_update_vma(struct madvise *madvise)
{
	struct vm_area_struct *vma = madvise->vma;
	vm_flags_t flags;
	int error = advised_flags(madvise, &flags);

	if (error)
		return error == -ENOMEM ? -EAGAIN : error;
	if (flags == vma->vm_flags) {
		trace_event("madvise", "vma#%u [0x%lx,0x%lx): flags stay", vma->id,
			    madvise->start, madvise->end);
		vma_check_missed_merge(vma);
		return 0;
	}
	trace_event("madvise", "vma#%u [0x%lx,0x%lx): flags 0x%lx -> 0x%lx", vma->id,
		    madvise->start, madvise->end, vma->vm_flags, flags);
	vma = vma_modify_flags(vma, madvise->start, madvise->end, flags, &error);
	if (!vma)
		return error == -ENOMEM ? -EAGAIN : error;
	vm_flags_reset(vma, flags);
	madvise->vma = vma;
	return 0;
}

/* ---- one area ---- */

void madvise_walk_tables(struct madvise *madvise, pte_range_fn fn, after_range_fn after)
{
	unsigned long next;

	for (unsigned long addr = madvise->start; addr < madvise->end; addr = next) {
		struct pgtable *table;

		next = MIN(ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE, madvise->end);
		table = madvise_large_folios(madvise, addr, next);
		if (!table)
			continue;
		flush_tlb_batched_pending(madvise->mm);
		fn(madvise, table, addr, next);
		spin_unlock(&table->ptl, LOCK_PTE);
		if (after)
			after(madvise);
	}
}

/* Kernel: madvise_vma_behavior(). */
static int madvise_vma_behavior(struct madvise *madvise)
{
	if (!can_madvise_modify(madvise))
		return -EPERM;
	switch (madvise->behavior) {
	case MADV_REMOVE:
		return madvise_remove(madvise);
	case MADV_WILLNEED:
		return madvise_willneed(madvise);
	case MADV_COLD:
		return madvise_cold(madvise);
	case MADV_PAGEOUT:
		return madvise_pageout(madvise);
	case MADV_FREE:
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
		return madvise_dontneed_free(madvise);
	case MADV_COLLAPSE:
		return madvise_collapse(madvise);
	case MADV_GUARD_INSTALL:
		return madvise_guard_install(madvise);
	case MADV_GUARD_REMOVE:
		return madvise_guard_remove(madvise);
	default:
		return madvise_update_vma(madvise);
	}
}

/* ---- all areas ---- */

static void madvise_lock(struct madvise *madvise)
{
	if (madvise->lock == MADVISE_MMAP_WRITE)
		mmap_write_lock(madvise->mm);
	else
		mmap_read_lock(madvise->mm);
}

static void madvise_unlock(struct madvise *madvise)
{
	if (madvise->lock == MADVISE_MMAP_WRITE)
		mmap_write_unlock(madvise->mm);
	else
		mmap_read_unlock(madvise->mm);
}

/*
 * The range lies in one area: its lock is enough.  Kernel: try_vma_read_lock().
 */
static bool try_vma_read_lock(struct madvise *madvise, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(madvise->mm, start);

	if (!vma)
		return false;
	if (end > vma->vm_end || madvise->mm != current->mm || userfaultfd_armed(vma)) {
		vma_end_read(vma);
		return false;
	}
	madvise->vma = vma;
	madvise->start = start;
	madvise->end = end;
	return true;
}

/* Holes are passed over and make the call fail at the end; the first error ends it.
 * mmap_lock held.  Kernel: madvise_walk_vmas(). */
static int madvise_walk_vmas(struct madvise *madvise, unsigned long start, unsigned long end)
{
	int unmapped_error = 0, error;

	while (start < end) {
		struct vm_area_struct *vma = find_vma(madvise->mm, start);

		if (!vma)
			return -ENOMEM;
		if (start < vma->vm_start) {
			unmapped_error = -ENOMEM;
			start = vma->vm_start;
			if (start >= end)
				break;
		}
		madvise->vma = vma;
		madvise->start = start;
		madvise->end = MIN(vma->vm_end, end);
		madvise->lock_dropped = false;
		error = madvise_vma_behavior(madvise);
		if (error)
			return error;
		start = madvise->end;
		/* merged with what follows, which has the advice already */
		if (!madvise->lock_dropped)
			start = MAX(start, madvise->vma->vm_end);
	}
	return unmapped_error;
}

static int madvise_locked(struct madvise *madvise, unsigned long start, unsigned long end)
{
	int error;

	if (madvise->lock == MADVISE_VMA_READ) {
		if (try_vma_read_lock(madvise, start, end)) {
			error = madvise_vma_behavior(madvise);
			vma_end_read(madvise->vma);
			return error;
		}
		madvise->lock = MADVISE_MMAP_READ;
	}
	madvise_lock(madvise);
	error = madvise_walk_vmas(madvise, start, end);
	madvise_unlock(madvise);
	return error;
}

/* One flush for all areas?  The others flush for each, or where they unmap.
 * Kernel: madvise_batch_tlb_flush(). */
static bool batches_tlb_flush(int behavior)
{
	return behavior == MADV_DONTNEED || behavior == MADV_DONTNEED_LOCKED ||
	       behavior == MADV_FREE;
}

/* Beyond this nobody will ever win.  The kernel would go on for as long as it is asked to. */
#define MAX_RESTARTS	100

static int madvise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int behavior)
{
	if (behavior == MADV_POPULATE_READ || behavior == MADV_POPULATE_WRITE)
		return faultin_page_range(mm, start, end, behavior == MADV_POPULATE_WRITE);

	for (unsigned int i = 0; i < MAX_RESTARTS; i++) {
		struct madvise madvise = { .mm = mm, .behavior = behavior,
					   .lock = lock_for(behavior) };
		int error;

		if (batches_tlb_flush(behavior))
			tlb_gather_mmu(mm);
		error = madvise_locked(&madvise, start, end);
		if (batches_tlb_flush(behavior))
			tlb_finish_mmu(mm);
		if (!madvise.restart)
			return error;
		point("madvise:restart");
	}
	model_unsupported("madvise(%d) of [0x%lx,0x%lx) never ends", behavior, start, end);
	return -ENOSYS;
}

/* ---- the calls ---- */

/* Kernel: do_madvise(). */
static long do_madvise(struct mm_struct *mm, unsigned long start, unsigned long len, int behavior)
{
	if (!is_valid(start, len, behavior))
		return -EINVAL;
	if (!len)
		return 0;
	return madvise_range(mm, start, start + PAGE_ALIGN(len), behavior);
}

long sys_madvise(unsigned long addr, unsigned long len, int advice)
{
	return do_madvise(current->mm, addr, len, advice);
}

/* Kernel: process_madvise_remote_valid(). */
static bool remote_valid(int behavior)
{
	return behavior == MADV_COLD || behavior == MADV_PAGEOUT || behavior == MADV_WILLNEED ||
	       behavior == MADV_COLLAPSE;
}

long sys_process_madvise(struct task_struct *target, unsigned long addr, unsigned long len,
			 int advice, unsigned int flags)
{
	struct mm_struct *mm = target->mm;
	long error;

	if (flags)
		return -EINVAL;
	if (!mm)
		return -ESRCH;
	if (mm != current->mm && !remote_valid(advice))
		return -EINVAL;
	if (mm != current->mm && current->signal && !current->signal->cap_sys_nice)
		return -EPERM;
	mmget(mm);
	error = do_madvise(mm, addr, len, advice);
	mmput(mm);
	return error ? error : (long)len;
}
