/*
 * brk.c - the heap.
 *
 * In the kernel:  mm/mmap.c brk(), mm/vma.c do_brk_flags().
 * Left out:       uprobes.
 * Locks:          mmap_lock for writing.
 */
#include "ksm.h"
#include "syscalls.h"
#include "userfaultfd.h"
#include "vma_internal.h"

#define HEAP_FLAGS	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)

static vm_flags_t heap_flags(struct mm_struct *mm, vm_flags_t flags)
{
	return ksm_vma_flags(mm, flags | HEAP_FLAGS | mm->def_flags);
}

/* A new area of its own; 0 or -ENOMEM. */
static int brk_new_vma(struct mm_struct *mm, unsigned long addr, unsigned long len,
		       vm_flags_t flags)
{
	struct vm_area_struct *vma = vm_area_alloc(mm);

	if (!vma)
		return -ENOMEM;
	vma_set_range(vma, addr, addr + len, addr >> PAGE_SHIFT);
	vma->vm_flags = flags;
	if (vma_link(mm, vma)) {
		vm_area_free(vma);
		return -ENOMEM;
	}
	return 0;
}

/* Grows @prev, which ends at range->start, or makes a new area: 0 or -ENOMEM. */
static int brk_extend(struct vm_area_struct *prev, const struct vma_range *range)
{
	struct merge_outcome outcome = {};

	if (prev && prev->vm_end == range->start)
		outcome = vma_merge_new_range(range, prev, NULL, true);
	if (outcome.vma)
		return 0;
	if (outcome.oom)
		return -ENOMEM;
	return brk_new_vma(range->mm, range->start, range->end - range->start, range->flags);
}

int do_brk_flags(struct vm_area_struct *prev, unsigned long addr, unsigned long len,
		 vm_flags_t flags)
{
	struct mm_struct *mm = current->mm;
	struct vma_range range = {
		.mm = mm, .start = addr, .end = addr + len, .pgoff = addr >> PAGE_SHIFT,
		.flags = heap_flags(mm, flags),
	};
	unsigned long pages = len >> PAGE_SHIFT;

	rwsem_assert_held_write(&mm->mmap_lock);
	if (!may_expand_vm(mm, range.flags, pages))
		return -ENOMEM;
	if (mm->map_count > mach->config.max_map_count)
		return -ENOMEM;
	if (vm_acct_memory(mm, pages))
		return -ENOMEM;
	if (brk_extend(prev, &range)) {
		vm_unacct_memory(pages);
		return -ENOMEM;
	}
	mm->total_vm += pages;
	mm->data_vm += pages;
	if (range.flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}

/* Heap and data together.  Kernel: check_data_rlimit(). */
static bool data_rlimit_ok(const struct mm_struct *mm, unsigned long brk)
{
	unsigned long limit = rlimit(RLIMIT_DATA);

	if (limit == RLIM_INFINITY)
		return true;
	return (brk - mm->start_brk) + (mm->end_data - mm->start_data) <= limit;
}

/* May [from, to) be added to the heap where it is?  Kernel: check_brk_limits() and brk(). */
static bool brk_may_grow(const struct mm_struct *mm, unsigned long from, unsigned long to)
{
	const struct vm_area_struct *next;

	if (get_unmapped_area(NULL, from, to - from, 0, MAP_FIXED, 0) < 0)
		return false;
	if (!mlock_future_ok(mm, mm->def_flags, to - from))
		return false;
	next = find_vma_intersection(mm, from, to + PAGE_SIZE + STACK_GUARD_GAP);
	return !next || to + PAGE_SIZE <= vm_start_gap(next);
}

/* The area below @addr, unless it lies below the heap. */
static struct vm_area_struct *heap_vma(const struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *prev = find_vma_prev_of(mm, addr);

	return prev && prev->vm_end > mm->start_brk ? prev : NULL;
}

/* Moves the end of the heap to @brk: 0, or an error with the heap as it was.  With *unlocked
 * set mmap_lock has been released. */
static int brk_set(struct mm_struct *mm, unsigned long brk, bool *unlocked, struct list_head *uf)
{
	unsigned long to = PAGE_ALIGN(brk), from = PAGE_ALIGN(mm->brk);
	unsigned long before = mm->brk;
	int error = 0;

	if (brk < mm->start_brk || !data_rlimit_ok(mm, brk))
		return -ENOMEM;
	if (to > from) {
		if (!brk_may_grow(mm, from, to))
			return -ENOMEM;
		error = do_brk_flags(heap_vma(mm, from), from, to - from, 0);
	} else if (to < from) {
		if (!find_vma_intersection(mm, to, from))
			return -ENOMEM;
		mm->brk = brk;
		error = do_align_munmap(mm, to, from, true, uf);
		*unlocked = !error;
	}
	if (!*unlocked)
		mm->brk = error ? before : brk;
	return error;
}

long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long before, populate_from;
	bool unlocked = false, populate;
	struct list_head uf;
	int error;

	INIT_LIST_HEAD(&uf);
	mmap_write_lock(mm);
	before = mm->brk;
	populate_from = PAGE_ALIGN(before);
	error = brk_set(mm, brk, &unlocked, &uf);
	populate = !error && PAGE_ALIGN(brk) > populate_from && (mm->def_flags & VM_LOCKED);
	if (!unlocked)
		mmap_write_unlock(mm);
	if (error)
		userfaultfd_unmap_forget(&uf);
	userfaultfd_unmap_complete(&uf);
	if (populate)
		__mm_populate(mm, populate_from, PAGE_ALIGN(brk) - populate_from, true);
	return (long)(error ? before : brk);
}
