/*
 * vma_exec.c - the stack of a new program: begun at the top of the address space, where its first
 * page is filled, and then moved to where it belongs.
 *
 * While it moves, the area covers both places and keeps its page offset, so that the rmap finds the
 * new address for a page which is still at the old one.  Until that is over the area is marked, and
 * migration leaves its pages alone.
 *
 * In the kernel:  mm/vma_exec.c create_init_stack_vma(), relocate_vma_down(); fs/exec.c
 *                 setup_arg_pages().
 * Left out:       stacks that grow up, what is in the page; tables that could move whole.
 * Locks:          mmap_lock for writing; the anon_vma root's rwsem while the range changes.
 */
#include "lru.h"
#include "memory.h"
#include "move_page_tables.h"
#include "pgtable.h"
#include "rmap.h"
#include "vma_flags.h"

#define STACK_FLAGS	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC |	\
			 VM_GROWSDOWN | VM_ACCOUNT)
/* Both advices at once, which nobody else can give.  Kernel: VM_STACK_INCOMPLETE_SETUP. */
#define VM_STACK_INCOMPLETE_SETUP	(VM_RAND_READ | VM_SEQ_READ)

bool vma_is_temporary_stack(const struct vm_area_struct *vma)
{
	sched_touch(&vma->vm_flags, ACCESS_READ);
	return (vma->vm_flags & VM_GROWSDOWN) &&
	       (vma->vm_flags & VM_STACK_INCOMPLETE_SETUP) == VM_STACK_INCOMPLETE_SETUP;
}

int create_stack_vma(struct mm_struct *mm, unsigned long pages, bool temporary)
{
	struct vm_area_struct *vma;

	if (vm_acct_memory(mm, pages))
		return -ENOMEM;
	vma = vm_area_alloc(mm);
	if (!vma)
		goto out_unacct;
	vma->vm_end = TASK_SIZE;
	vma->vm_start = TASK_SIZE - (pages << PAGE_SHIFT);
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma->vm_flags = STACK_FLAGS | mm->def_flags | (temporary ? VM_STACK_INCOMPLETE_SETUP : 0);
	if (vma_link(mm, vma))
		goto out_free;
	vm_stat_account(mm, vma->vm_flags, (long)pages);
	mm->start_stack = TASK_SIZE - PAGE_SIZE;
	return 0;

out_free:
	vm_area_free(vma);
out_unacct:
	vm_unacct_memory(pages);
	return -ENOMEM;
}

/* @vma serves [start, end) from now on, its page offset as it was: more than before, or a part of
 * it.  0 or -ENOMEM.  Kernel: vma_expand(), vma_shrink(). */
static int set_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;

	if (mt_preallocate(&mm->mm_mt, 1))
		return -ENOMEM;
	vma_start_write(vma);
	if (vma->anon_vma)
		anon_vma_lock_write(vma->anon_vma);
	anon_vma_interval_tree_pre_update_vma(vma);
	if (end < vma->vm_end)
		mt_erase_range(&mm->mm_mt, end, vma->vm_end - 1);
	else
		mt_store_range(&mm->mm_mt, start, end - 1, vma);
	vma->vm_start = start;
	vma->vm_end = end;
	anon_vma_interval_tree_post_update_vma(vma);
	if (vma->anon_vma)
		anon_vma_unlock_write(vma->anon_vma);
	mt_prealloc_done(&mm->mm_mt);
	return 0;
}

/* Kernel: relocate_vma_down(). */
static int relocate_vma_down(struct vm_area_struct *vma, unsigned long shift)
{
	unsigned long start = vma->vm_start, end = vma->vm_end;
	PAGETABLE_MOVE(move, vma, vma, start, start - shift, end - start);

	if (set_range(vma, start - shift, end))
		return -ENOMEM;
	point("exec:stack-covers-both");
	lru_add_drain();
	if (move_page_tables(&move) != end - start)
		return -ENOMEM;
	point("exec:stack-moved");
	tlb_gather_mmu(vma->vm_mm);
	free_pgd_range(vma->vm_mm, MAX(start, end - shift), end, end - shift, 0);
	tlb_finish_mmu(vma->vm_mm);
	return set_range(vma, start - shift, end - shift);
}

int setup_arg_pages(struct mm_struct *mm, unsigned long shift, unsigned long pages)
{
	struct vm_area_struct *vma = find_vma(mm, TASK_SIZE - PAGE_SIZE);
	int error;

	rwsem_assert_held_write(&mm->mmap_lock);
	mm->start_stack -= shift;
	error = relocate_vma_down(vma, shift);
	if (error)
		return error;
	vma_start_write(vma);
	vm_flags_reset(vma, vma->vm_flags & ~VM_STACK_INCOMPLETE_SETUP);
	return expand_downwards(vma, vma->vm_end - (pages << PAGE_SHIFT));
}
