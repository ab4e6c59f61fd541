/*
 * munmap.c - take a range of addresses out of an address space.
 *
 * Gather (which may split, and fail), take the range out of the tree, empty the page
 * tables, free the areas.  mmap() over existing areas uses the same steps.
 *
 * In the kernel:  mm/vma.c vms_gather_munmap_vmas(), vms_complete_munmap_vmas(),
 *                 do_vmi_align_munmap(), do_vmi_munmap().
 * Left out:       the side tree of detached areas and its allocations, uprobes.
 * Locks:          mmap_lock for writing; sys_munmap() empties page tables with it held
 *                 for reading.
 */
#include "memory.h"
#include "syscalls.h"
#include "userfaultfd.h"
#include "vma_internal.h"

/* The first area sticks out below @start. */
static int split_first(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (end < vma->vm_end && vma->vm_mm->map_count >= mach->config.max_map_count)
		return -ENOMEM;
	if (vma->vm_flags & VM_SEALED)
		return -EPERM;
	return __split_vma(vma, start, true);
}

static void batch_count(struct munmap_batch *batch, const struct vm_area_struct *vma)
{
	unsigned long pages = vma_pages(vma);

	batch->count++;
	batch->nr_pages += pages;
	if (vma->vm_flags & VM_LOCKED)
		batch->locked_vm += pages;
	if (vma->vm_flags & VM_ACCOUNT)
		batch->nr_accounted += pages;
}

static int gather_areas(struct munmap_batch *batch, struct mm_struct *mm, unsigned long start,
			unsigned long end, struct list_head *uf)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	struct vm_area_struct **link = &batch->first;
	int error;

	rwsem_assert_held_write(&mm->mmap_lock);
	*batch = (struct munmap_batch){ .mm = mm, .start = start, .end = end };
	if (vma && vma->vm_start < start) {
		error = split_first(vma, start, end);
		if (error)
			return error;
	}
	batch->prev = find_vma_prev_of(mm, start);

	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if (vma->vm_flags & VM_SEALED)
			return -EPERM;
		if (vma->vm_end > end) {
			error = __split_vma(vma, end, false);
			if (error)
				return error;
		}
		vma_start_write(vma);
		batch_count(batch, vma);
		if (uf && userfaultfd_unmap_prep(vma, start, end, uf))
			return -ENOMEM;
		vma->detached_next = NULL;
		*link = vma;
		link = &vma->detached_next;
	}
	batch->next = vma;
	return 0;
}

int munmap_gather(struct munmap_batch *batch, struct mm_struct *mm, unsigned long start,
		  unsigned long end, struct list_head *uf)
{
	unsigned int before = mm->map_count;
	int error = gather_areas(batch, mm, start, end, uf);

	if (error && mm->map_count > before)
		quirk_met(QUIRK_failed_call_leaves_splits);
	return error;
}

/* Nothing below can map or find the pages any more.  Kernel: vms_clear_ptes(). */
static void batch_zap(const struct munmap_batch *batch)
{
	const struct zap_details all = { .even_cows = true };
	struct vm_area_struct *vma;

	tlb_gather_mmu(batch->mm);
	for (vma = batch->first; vma; vma = vma->detached_next)
		zap_page_range(vma, vma->vm_start, vma->vm_end, &all);
	for (vma = batch->first; vma; vma = vma->detached_next) {
		unlink_anon_vmas(vma);
		unlink_file_vma(vma);
	}
	free_pgd_range(batch->mm, batch->start, batch->end,
		       batch->prev ? batch->prev->vm_end : 0,
		       batch->next ? batch->next->vm_start : 0);
	tlb_finish_mmu(batch->mm);
}

void munmap_clear(struct munmap_batch *batch)
{
	struct vm_area_struct *vma;

	if (!batch->first)
		return;
	batch_zap(batch);
	for (vma = batch->first; vma; vma = vma->detached_next) {
		vma->detached = true;
		vma_close(vma);
	}
	batch->cleared = true;
}

/*
 * May others read while page tables are emptied?  A stack that grew under mmap_lock for reading could
 * grow into the range.
 */
static bool may_downgrade(const struct munmap_batch *batch)
{
	return !semantics()->stack_grows_under_read_lock ||
	       semantics()->munmap_downgrades_beside_stack || !batch->next ||
	       !(batch->next->vm_flags & VM_GROWSDOWN);
}

void munmap_complete(struct munmap_batch *batch)
{
	bool downgrade = batch->unlock && may_downgrade(batch);
	struct mm_struct *mm = batch->mm;
	struct vm_area_struct *vma, *next;

	mm->map_count -= batch->count;
	mm->locked_vm -= batch->locked_vm;
	if (downgrade)
		mmap_write_downgrade(mm);
	if (!batch->cleared && batch->first)
		batch_zap(batch);

	for (vma = batch->first; vma; vma = next) {
		next = vma->detached_next;
		trace_event("vma-gone", "vma#%u [0x%lx,0x%lx)", vma->id, vma->vm_start,
			    vma->vm_end);
		vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		remove_vma(vma);
	}
	vm_unacct_memory(batch->nr_accounted);
	if (downgrade)
		mmap_read_unlock(mm);
	else if (batch->unlock)
		mmap_write_unlock(mm);
}

/* From here on what is at these addresses is somebody else's. */
static void batch_detach(const struct munmap_batch *batch)
{
	ghost_drop(batch->mm, batch->start, batch->end - batch->start);
	for (struct vm_area_struct *vma = batch->first; vma; vma = vma->detached_next)
		vma->detached = true;
}

int do_align_munmap(struct mm_struct *mm, unsigned long start, unsigned long end, bool unlock,
		    struct list_head *uf)
{
	struct munmap_batch batch;
	int error = munmap_gather(&batch, mm, start, end, uf);

	if (error)
		return error;
	if (mt_preallocate(&mm->mm_mt, 1))
		return -ENOMEM;
	mt_erase_range(&mm->mm_mt, start, end - 1);
	mt_prealloc_done(&mm->mm_mt);
	batch_detach(&batch);
	batch.unlock = unlock;
	munmap_complete(&batch);
	return 0;
}

/* Kernel: do_vmi_munmap(). */
static int munmap_range(struct mm_struct *mm, unsigned long start, unsigned long len, bool unlock,
			struct list_head *uf)
{
	unsigned long end;

	if (offset_in_page(start) || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (end == start)
		return -EINVAL;
	if (find_vma_intersection(mm, start, end))
		return do_align_munmap(mm, start, end, unlock, uf);
	if (unlock)
		mmap_write_unlock(mm);
	return 0;
}

int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len, struct list_head *uf)
{
	return munmap_range(mm, start, len, false, uf);
}

long sys_munmap(unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = current->mm;
	int error = mmap_write_lock_killable(mm);
	struct list_head uf;

	if (error)
		return error;
	INIT_LIST_HEAD(&uf);
	error = munmap_range(mm, addr, len, true, &uf);
	if (error)
		mmap_write_unlock(mm);
	/* Told even if it failed on its way. */
	userfaultfd_unmap_complete(&uf);
	return error;
}
