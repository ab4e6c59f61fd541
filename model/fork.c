/*
 * fork.c - clone(): a child that shares or copies what the flags say.
 *
 * In the kernel:  kernel/fork.c kernel_clone(), copy_process(), copy_mm(), dup_mm();
 *                 mm/mmap.c dup_mmap().
 * Left out:       the tree is copied area by area, not at once, so that it may fail
 *                 later; namespaces, limits on processes; vfork() does not block here, it
 *                 says who waits (task->vfork_child).
 * Locks:          the parent's mmap_lock for writing, inside it the child's; i_mmap_rwsem
 *                 for the insertion of each file area.
 */
#include "file.h"
#include "khugepaged.h"
#include "ksm.h"
#include "mempolicy.h"
#include "memory.h"
#include "rmap.h"
#include "syscalls.h"
#include "userfaultfd.h"
#include "vma.h"

void mm_inherit(struct mm_struct *mm, const struct mm_struct *from)
{
	mm->def_flags = from->def_flags & VM_NOHUGEPAGE;
	mm->ksm_merge_any = from->ksm_merge_any;
	mm->thp_disabled = from->thp_disabled;
	mm->thp_disabled_except_advised = from->thp_disabled_except_advised;
	mm->mdwe = from->mdwe && !from->mdwe_no_inherit;
}

static void copy_mm_fields(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	mm_inherit(mm, oldmm);
	mm->start_brk = oldmm->start_brk;
	mm->brk = oldmm->brk;
	mm->start_data = oldmm->start_data;
	mm->end_data = oldmm->end_data;
	mm->start_stack = oldmm->start_stack;
	mm->mmap_base = oldmm->mmap_base;
	mm->mmap_legacy_base = oldmm->mmap_legacy_base;
	mm->pkey_allocation_map = oldmm->pkey_allocation_map;
	mm->window_start = oldmm->window_start;
	mm->window_end = oldmm->window_end;
}

/* Into the file's tree right behind the parent's area, so that rmap walks meet the parent
 * first; and the tree's count of writers. */
static void link_file_after(struct vm_area_struct *vma, struct vm_area_struct *parent)
{
	struct address_space *mapping = &vma->vm_file->inode->i_data;

	get_file(vma->vm_file);
	down_write(&mapping->i_mmap_rwsem);
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE))
		mapping->i_mmap_writable++;
	interval_tree_insert_after(&mapping->i_mmap, &vma->shared, &parent->shared,
				   vma->vm_pgoff, vma->vm_pgoff + vma_pages(vma) - 1);
	up_write(&mapping->i_mmap_rwsem);
}

/* What the copy has of its own: policy, userfaultfd context, anon_vmas.  0 or -ENOMEM with
 * nothing of that left. */
static int dup_vma_parts(struct vm_area_struct *vma, struct vm_area_struct *parent,
			 struct list_head *forks)
{
	if (vma_dup_policy(parent, vma))
		return -ENOMEM;
	if (dup_userfaultfd(vma, forks))
		goto out_policy;
	if (vma->vm_flags & VM_WIPEONFORK)
		vma->anon_vma = NULL;
	else if (anon_vma_fork(vma, parent))
		goto out_policy;
	vma->vm_flags &= ~VM_LOCKED_MASK;
	return 0;

out_policy:
	mpol_put(vma->vm_policy);
	return -ENOMEM;
}

/* One area of the parent into the child: 0 or -ENOMEM, with the area linked or without
 * a trace of it. */
static int dup_vma(struct mm_struct *mm, struct vm_area_struct *parent, struct list_head *forks)
{
	unsigned long charge = parent->vm_flags & VM_ACCOUNT ? vma_pages(parent) : 0;
	struct vm_area_struct *vma;

	if (charge && vm_acct_memory(mm, charge))
		return -ENOMEM;
	vma = vm_area_dup(parent);
	if (!vma)
		goto out_unacct;
	vma->vm_mm = mm;
	if (mt_preallocate(&mm->mm_mt, 1))
		goto out_free;
	if (dup_vma_parts(vma, parent, forks))
		goto out_prealloc;
	mt_store_range(&mm->mm_mt, vma->vm_start, vma->vm_end - 1, vma);
	mt_prealloc_done(&mm->mm_mt);
	vma->detached = false;
	mm->map_count++;
	if (vma->vm_ops && vma->vm_ops->open)
		vma->vm_ops->open(vma);
	if (vma->vm_file)
		link_file_after(vma, parent);
	trace_event("vma-fork", "vma#%u [0x%lx,0x%lx) from vma#%u", vma->id, vma->vm_start,
		    vma->vm_end, parent->id);
	return vma->vm_flags & VM_WIPEONFORK ? 0 : copy_page_range(vma, parent);

out_prealloc:
	mt_prealloc_done(&mm->mm_mt);
out_free:
	vm_area_free(vma);
out_unacct:
	vm_unacct_memory(charge);
	return -ENOMEM;
}

static int dup_mmap_locked(struct mm_struct *mm, struct mm_struct *oldmm,
			   struct list_head *forks)
{
	struct vm_area_struct *parent;
	int error;

	mm->total_vm = oldmm->total_vm;
	mm->data_vm = oldmm->data_vm;
	mm->exec_vm = oldmm->exec_vm;
	mm->stack_vm = oldmm->stack_vm;
	for_each_vma(oldmm, parent) {
		/* Faults that hold only the lock of their area wait: what is write-protected here
		 * is flushed at the end, and must not be copied by them before. */
		if (!semantics()->fork_without_vma_locks)
			vma_start_write(parent);
		if (parent->vm_flags & VM_DONTCOPY) {
			vm_stat_account(mm, parent->vm_flags, -(long)vma_pages(parent));
			continue;
		}
		error = dup_vma(mm, parent, forks);
		if (error)
			return error;
		point("fork:vma-copied");
	}
	return 0;
}

static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct list_head forks;
	int error;

	INIT_LIST_HEAD(&forks);
	error = mmap_write_lock_killable(oldmm);
	if (error)
		return error;
	mmap_write_lock(mm);
	error = dup_mmap_locked(mm, oldmm, &forks);
	flush_tlb_range(oldmm, 0, TASK_SIZE);	/* the parent may write to nothing shared */
	if (!error)
		ksm_fork(mm, oldmm);
	khugepaged_fork(mm, oldmm);
	mmap_write_unlock(mm);
	mmap_write_unlock(oldmm);
	if (error)
		dup_userfaultfd_fail(&forks);
	else
		dup_userfaultfd_complete(&forks);
	return error;
}

struct mm_struct *dup_mm(struct mm_struct *oldmm)
{
	struct mm_struct *mm = mm_alloc();

	if (!mm)
		return NULL;
	copy_mm_fields(mm, oldmm);
	if (dup_mmap(mm, oldmm)) {
		/* The part that was built goes the way of every address space. */
		mmput(mm);
		return NULL;
	}
	return mm;
}

/* ---- the task ---- */

static int copy_files(struct task_struct *child, unsigned long flags)
{
	child->files = current->files;
	if (!(flags & CLONE_FILES))
		return files_dup(current->files, &child->files);
	child->files->refcount++;
	return 0;
}

static int copy_signal(struct task_struct *child, unsigned long flags)
{
	unsigned int id;

	if (flags & CLONE_THREAD) {
		child->signal = current->signal;
		child->signal->refcount++;
		return 0;
	}
	child->signal = NEW(KIND_SIGNAL, struct signal_struct, "copy_signal");
	if (!child->signal)
		return -ENOMEM;
	id = child->signal->id;
	*child->signal = *current->signal;
	child->signal->id = id;
	child->signal->refcount = 1;
	return 0;
}

static int copy_mm(struct task_struct *child, unsigned long flags)
{
	if (flags & CLONE_VM) {
		mmget(current->mm);
		child->mm = current->mm;
		return 0;
	}
	child->mm = dup_mm(current->mm);
	return child->mm ? 0 : -ENOMEM;
}

static void uncopy_signal(struct task_struct *child)
{
	if (!--child->signal->refcount)
		model_free(KIND_SIGNAL, child->signal);
}

/* Kernel: copy_process(), in its order. */
static int copy_process(struct task_struct *child, unsigned long flags)
{
	int error = -ENOMEM;

	if (copy_files(child, flags))
		return -ENOMEM;
	if (copy_signal(child, flags))
		goto out_files;
	if (copy_mm(child, flags))
		goto out_signal;
	/* Killed while nobody read of the fork: nobody is to see the child. */
	if (current->killed) {
		mmput(child->mm);
		error = -EINTR;
		goto out_signal;
	}
	return 0;

out_signal:
	uncopy_signal(child);
out_files:
	files_put(child->files);
	return error;
}

long sys_clone(unsigned long flags, struct task_struct **child)
{
	struct task_struct *task;
	int error;

	*child = NULL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	task = NEW(KIND_TASK, struct task_struct, "dup_task_struct");
	if (!task)
		return -ENOMEM;
	INIT_LIST_HEAD(&task->tasks);
	error = copy_process(task, flags);
	if (error) {
		model_free(KIND_TASK, task);
		return error;
	}
	task->pid = mach->next_pid++;
	task->tgid = flags & CLONE_THREAD ? current->tgid : task->pid;
	task->parent = flags & CLONE_THREAD ? current->parent : current;
	if (task->parent)
		task->parent->had_children = true;
	g_snprintf(task->name, sizeof(task->name), "pid%u", task->pid);
	list_add_tail(&task->tasks, &mach->tasks);
	if (flags & CLONE_VFORK) {
		current->vfork_child = task;
		task->is_vfork_child = true;
	}
	*child = task;
	return task->pid;
}
