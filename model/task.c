/*
 * task.c - tasks: making the first ones, and how they end.
 *
 * In the kernel:  kernel/fork.c, kernel/exit.c.
 * Left out:       wait(): an exited task stays in the list until the end of the run;
 *                 signals but death by one.
 * Locks:          none of its own; exit_mmap() takes mmap_lock.
 */
#include "file.h"
#include "syscalls.h"
#include "vma.h"

static struct task_struct *task_alloc(const char *name)
{
	struct task_struct *task = NEW(KIND_TASK, struct task_struct, "task_alloc");

	if (!task)
		return NULL;
	g_strlcpy(task->name, name, sizeof(task->name));
	INIT_LIST_HEAD(&task->tasks);
	return task;
}

static void task_add(struct task_struct *task)
{
	task->pid = task->tgid = mach->next_pid++;
	list_add_tail(&task->tasks, &mach->tasks);
}

struct task_struct *task_create_kernel(const char *name)
{
	struct task_struct *task = task_alloc(name);

	if (task)
		task_add(task);
	return task;
}

/* Gives @task what a process has: 0 or -ENOMEM. */
static int task_make_process(struct task_struct *task)
{
	task->signal = NEW(KIND_SIGNAL, struct signal_struct, "task_create_first");
	if (!task->signal)
		return -ENOMEM;
	task->signal->refcount = 1;
	signal_init(task->signal, mach);
	task->files = files_create();
	if (!task->files)
		return -ENOMEM;
	task->mm = mm_alloc();
	if (!task->mm)
		return -ENOMEM;
	arch_pick_mmap_layout(task->mm, task->signal->rlim[RLIMIT_STACK].rlim_cur);
	return mm_set_layout(task->mm, "/usr/bin/prog");
}

static void signal_put(struct signal_struct *signal)
{
	if (!--signal->refcount)
		model_free(KIND_SIGNAL, signal);
}

/* Drops what @task shares; it is the running one. */
static void task_release(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	struct files_struct *files = task->files;

	vfork_done(task);
	if (mm) {
		/* Gone for everybody else before its areas are: exit_mm(). */
		task->mm = NULL;
		mmput(mm);
	}
	task->files = NULL;
	if (files)
		files_put(files);
	if (task->signal)
		signal_put(task->signal);
	task->signal = NULL;
}

struct task_struct *task_create_first(const char *name)
{
	struct task_struct *before = current, *task = task_alloc(name);
	int error;

	if (!task)
		return NULL;
	mach->current_task = task;
	error = task_make_process(task);
	if (error)
		task_release(task);
	mach->current_task = before;
	if (error) {
		model_free(KIND_TASK, task);
		return NULL;
	}
	task_add(task);
	return task;
}

void vfork_done(struct task_struct *task)
{
	struct task_struct *other;

	if (!task->is_vfork_child)
		return;
	task->is_vfork_child = false;
	list_for_each_entry(other, &mach->tasks, tasks)
		if (other->vfork_child == task)
			other->vfork_child = NULL;
}

void do_exit(struct task_struct *task, int signal)
{
	struct task_struct *before = current, *other;

	if (task->exited)
		return;
	trace_event("exit", "%s, signal %d", task->name, signal);
	task->exited = true;
	task->exit_signal = signal;
	if (task->mm)
		wake_up(&task->mm->mm_users);	/* of execve() in another thread */
	mach->current_task = task;
	task_release(task);
	mach->current_task = before;
	task->vfork_child = NULL;
	if (!task->had_children)
		return;
	list_for_each_entry(other, &mach->tasks, tasks)
		if (other->parent == task)
			other->parent = NULL;
}

void do_group_exit(struct task_struct *task, int signal)
{
	unsigned int tgid = task->tgid;
	struct task_struct *thread;

	list_for_each_entry(thread, &mach->tasks, tasks)
		if (thread->tgid == tgid && thread->waits_for)
			task_kill(thread);
		else if (thread->tgid == tgid)
			do_exit(thread, signal);
}

void task_kill(struct task_struct *task)
{
	task->killed = true;
	if (!task->waits_for || !task->wait_killable)
		return;
	task->waits_for = NULL;
	mach->nr_waiting--;
}

long sys_exit(void)
{
	do_exit(current, 0);
	return 0;
}

long sys_exit_group(void)
{
	do_group_exit(current, 0);
	return 0;
}

void tasks_exit_all(struct machine *machine)
{
	struct machine *before = machine_enter(machine);
	struct task_struct *task, *next;

	mach->current_task = &mach->boot_task;
	list_for_each_entry(task, &mach->tasks, tasks)
		do_exit(task, 0);
	list_for_each_entry_safe(task, next, &mach->tasks, tasks) {
		list_del(&task->tasks);
		model_free(KIND_TASK, task);
	}
	machine_enter(before);
}

/* ---- what a task is, for whoever shows or compares one ---- */

#define GETTER(field)								\
	static uint64_t get_##field(const void *object)				\
	{									\
		return (uint64_t)((const struct task_struct *)object)->field;	\
	}
GETTER(pid)
GETTER(tgid)
GETTER(exited)
GETTER(exit_signal)
#undef GETTER

#define REFERENCE(field)							\
	static uint64_t get_##field(const void *object)				\
	{									\
		const struct task_struct *task = object;			\
										\
		return task->field ? task->field->id : 0;			\
	}
REFERENCE(mm)
REFERENCE(parent)
REFERENCE(vfork_child)
#undef REFERENCE

static uint64_t get_name(const void *object)
{
	return (uint64_t)(uintptr_t)((const struct task_struct *)object)->name;
}

static void list_files(const void *object, GArray *ids)
{
	const struct files_struct *files = ((const struct task_struct *)object)->files;

	for (unsigned int fd = 0; files && fd < files->nr; fd++)
		if (files->fd[fd])
			g_array_append_val(ids, files->fd[fd]->id);
}

static const struct field task_fields[] = {
	{ .name = "name", .type = FIELD_STRING, .get = get_name,
	  .what = "what scenarios call it" },
	{ .name = "pid", .type = FIELD_NUMBER, .get = get_pid, .hidden = true,
	  .what = "process or thread id, in order of birth" },
	{ .name = "tgid", .type = FIELD_NUMBER, .get = get_tgid, .hidden = true,
	  .what = "pid of the thread group's leader" },
	{ .name = "mm", .type = FIELD_REF, .ref = KIND_MM, .get = get_mm,
	  .what = "its address space; none after exit and for kernel actors" },
	{ .name = "parent", .type = FIELD_REF, .ref = KIND_TASK, .get = get_parent,
	  .what = "who made it, as long as that lives" },
	{ .name = "vfork_child", .type = FIELD_REF, .ref = KIND_TASK, .get = get_vfork_child,
	  .what = "the child it waits for after vfork()" },
	{ .name = "files", .type = FIELD_SET, .ref = KIND_FILE, .list = list_files,
	  .what = "its open files by descriptor" },
	{ .name = "exited", .type = FIELD_BOOL, .get = get_exited, .what = "has it ended?" },
	{ .name = "exit_signal", .type = FIELD_NUMBER, .get = get_exit_signal,
	  .what = "the signal that killed it, or 0" },
};

const struct object_type task_type = {
	.name = "task",
	.fields = task_fields,
	.nr_fields = ARRAY_SIZE(task_fields),
};
