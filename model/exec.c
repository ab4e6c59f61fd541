/*
 * exec.c - execve(): a new address space for the running task.
 *
 * In the kernel:  fs/exec.c begin_new_exec(), exec_mmap(), de_thread().
 * Left out:       the file's contents and permissions, arguments, set-user-id programs,
 *                 interpreters.
 * Locks:          those of mmput() and of the calls that build the layout.
 */
#include <signal.h>
#include <string.h>
#include "file.h"
#include "ksm.h"
#include "syscalls.h"
#include "vma.h"

static bool has_other_threads(const struct task_struct *me)
{
	const struct task_struct *thread;

	list_for_each_entry(thread, &mach->tasks, tasks)
		if (thread != me && thread->tgid == me->tgid && !thread->exited)
			return true;
	return false;
}

/* The other threads end, those that sleep by themselves once they are killed; who calls takes the
 * place of the leader. */
static void de_thread(struct task_struct *me)
{
	struct task_struct *thread;

	list_for_each_entry(thread, &mach->tasks, tasks)
		if (thread != me && thread->tgid == me->tgid && thread->waits_for)
			task_kill(thread);
		else if (thread != me && thread->tgid == me->tgid && !thread->killed)
			do_exit(thread, 0);
	while (has_other_threads(me))
		if (!wait_killable(&me->mm->mm_users, EXEC_WAITS))
			break;
	me->pid = me->tgid;
}

/* Descriptors are shared with nobody afterwards.  Kernel: unshare_files(). */
static int unshare_files(struct task_struct *me)
{
	struct files_struct *files;

	if (me->files->refcount == 1)
		return 0;
	if (files_dup(me->files, &files))
		return -ENOMEM;
	files_put(me->files);
	me->files = files;
	return 0;
}

/* Also before anybody has opened it. */
static bool is_device(const char *path)
{
	return !strcmp(path, "/dev/zero") || !strcmp(path, "/dev/null");
}

long sys_execve(const char *path)
{
	struct task_struct *me = current;
	struct mm_struct *mm, *oldmm = me->mm;
	const struct inode *inode = inode_by_path(path);
	int error;

	if (is_device(path) ||
	    (inode && inode->type != INODE_REGULAR && inode->type != INODE_SHMEM))
		return -EACCES;
	mm = mm_alloc();
	if (!mm)
		return -ENOMEM;
	mm_inherit(mm, oldmm);
	if (ksm_execve(mm)) {
		mmput(mm);
		return -ENOMEM;
	}
	arch_pick_mmap_layout(mm, rlimit(RLIMIT_STACK));

	/* From here on there is no way back: an error kills. */
	de_thread(me);
	error = unshare_files(me);
	WRITE_SHARED(&mach->tasks, me->mm, mm, "exec_mmap");
	vfork_done(me);
	mmput(oldmm);
	files_close_on_exec(me->files);
	trace_event("exec", "%s: mm#%u for %s", me->name, mm->id, path);
	if (!error)
		error = mm_set_layout(mm, path);
	if (error)
		do_group_exit(me, SIGSEGV);
	return error;
}
