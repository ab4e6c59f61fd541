/*
 * stack.c - areas that grow down to the address that was touched.
 *
 * In the kernel:  mm/vma.c expand_downwards(), acct_stack_growth(); mm/mmap_lock.c
 *                 lock_mm_and_find_vma().
 * Left out:       VM_GROWSUP, which no x86-64 area has.
 * Locks:          mmap_lock for writing; the anon_vma root's rwsem.
 */
#include "rmap.h"
#include "vma.h"

/* Limits and the commit charge of @grow more pages.  Kernel: acct_stack_growth(). */
static int acct_stack_growth(struct vm_area_struct *vma, unsigned long size, unsigned long grow)
{
	struct mm_struct *mm = vma->vm_mm;

	if (!may_expand_vm(mm, vma->vm_flags, grow))
		return -ENOMEM;
	if (size > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	if (!mlock_future_ok(mm, vma->vm_flags, grow << PAGE_SHIFT))
		return -ENOMEM;
	return vm_acct_memory(mm, grow);
}

/* An accessible neighbour below keeps its distance, unless it is a stack itself. */
static bool too_close(const struct vm_area_struct *prev, unsigned long addr)
{
	if (!prev || (prev->vm_flags & VM_GROWSDOWN) || !(prev->vm_flags & VM_ACCESS_FLAGS))
		return false;
	return addr - prev->vm_end < STACK_GUARD_GAP;
}

/* The anon_vma's root is locked and a node of mm_mt is reserved. */
static int grow_locked(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long grow = (vma->vm_start - addr) >> PAGE_SHIFT;
	struct mm_struct *mm = vma->vm_mm;
	int error;

	if (grow > vma->vm_pgoff)
		return -ENOMEM;
	error = acct_stack_growth(vma, vma->vm_end - addr, grow);
	if (error)
		return error;
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += grow;
	vm_stat_account(mm, vma->vm_flags, (long)grow);

	anon_vma_interval_tree_pre_update_vma(vma);
	vma->vm_start = addr;
	vma->vm_pgoff -= grow;
	mt_store_range(&mm->mm_mt, addr, vma->vm_end - 1, vma);
	anon_vma_interval_tree_post_update_vma(vma);
	trace_event("stack-grow", "vma#%u grows down to 0x%lx", vma->id, addr);
	return 0;
}

int expand_downwards(struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	int error = 0;

	if (semantics()->stack_grows_under_read_lock)
		rwsem_assert_held(&mm->mmap_lock);
	else
		rwsem_assert_held_write(&mm->mmap_lock);
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EFAULT;
	addr &= PAGE_MASK;
	if (addr < mach->config.mmap_min_addr)
		return -EPERM;
	if (too_close(vma_prev(vma), addr))
		return -ENOMEM;
	if (mt_preallocate(&mm->mm_mt, 1))
		return -ENOMEM;
	if (anon_vma_prepare(vma)) {
		mt_prealloc_done(&mm->mm_mt);
		return -ENOMEM;
	}

	if (semantics()->stack_grows_under_read_lock)
		sched_step(&mm->mm_mt, ACCESS_WRITE, "expand_downwards");
	else
		vma_start_write(vma);
	anon_vma_lock_write(vma->anon_vma);
	if (addr < vma->vm_start)
		error = grow_locked(vma, addr);
	anon_vma_unlock_write(vma->anon_vma);
	mt_prealloc_done(&mm->mm_mt);
	return error;
}

/* With mmap_lock for writing: the area at @addr, grown if it is a stack above it. */
static struct vm_area_struct *find_and_expand(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start <= addr)
		return vma;
	return expand_downwards(vma, addr) ? NULL : vma;
}

struct vm_area_struct *lock_mm_and_find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	bool grows;

	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (vma && vma->vm_start <= addr)
		return vma;
	grows = vma && (vma->vm_flags & VM_GROWSDOWN);
	if (grows && semantics()->stack_grows_under_read_lock && !expand_downwards(vma, addr))
		return vma;
	mmap_read_unlock(mm);
	if (!grows)
		return NULL;

	/* others may have changed everything meanwhile: look again */
	mmap_write_lock(mm);
	vma = find_and_expand(mm, addr);
	if (!vma) {
		mmap_write_unlock(mm);
		return NULL;
	}
	mmap_write_downgrade(mm);
	return vma;
}
