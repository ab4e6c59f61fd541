/*
 * backend_model_tasks.c - fork, clone, exec, exit: calls that change which tasks there
 * are; and process_madvise(), which concerns another.
 *
 * In the kernel:  kernel/fork.c, kernel/exit.c, fs/exec.c.
 */
#include <string.h>

#include "model/mm.h"
#include "model/syscalls.h"
#include "sim/backend_model.h"

#define CLONE_SIGNAL	0xffUL
#define CLONE_VM	0x100UL
#define CLONE_VFORK	0x4000UL
#define CLONE_THREAD	0x10000UL

static long do_clone(struct model_backend *model, const struct call_request *request,
		     struct model_task *entry, struct call_outcome *outcome)
{
	unsigned long flags = op_clone_flags(request->op, request->args) & ~CLONE_SIGNAL;
	const struct model_task *child_entry = NULL;
	struct task_struct *child = NULL;
	g_autofree char *name = NULL;
	long pid;

	if (request->child)
		child_entry = model_task_find(model, request->child);
	if (child_entry && child_entry->task) {
		outcome_refuse(outcome, "a second task with the name %s (the first process is P): choose another name", request->child);
		return 0;
	}
	pid = sys_clone(flags, &child);
	if (pid < 0 || !child)
		return pid;
	name = request->child ? g_strdup(request->child) : g_strdup_printf("pid%ld", pid);
	model_task_add(model, name, flags & CLONE_THREAD ? entry->process : name, child);
	if (child->mm && !child->mm->window_end) {
		child->mm->window_start = model->window_start;
		child->mm->window_end = model->window_end;
	}
	outcome->child = g_strdup(name);
	return pid;
}

/* A thread which execs takes the place of its process's first. */
static void become_leader(struct model_backend *model, struct model_task *entry)
{
	struct task_struct *task = entry->task;

	if (!strcmp(entry->name, entry->process))
		return;
	entry->task = NULL;
	model_task_add(model, entry->process, entry->process, task);
}

/* Whom a pidfd means; NULL and a refusal if nobody. */
static struct task_struct *pidfd_task(struct model_backend *model, const struct op_args *args,
				      struct call_outcome *outcome)
{
	const struct value *value = args->value[0];
	const struct model_task *entry;

	if (value->kind == VALUE_PROCESS) {
		entry = model_task_find(model, value->text);
		if (entry && entry->task)
			return entry->task;
		outcome_refuse(outcome, "a pidfd of %s, which has exited", value->text);
		return NULL;
	}
	if (args->number[0] == (uint64_t)-10000 || args->number[0] == (uint64_t)-10001)
		return current;		/* PIDFD_SELF_THREAD, PIDFD_SELF_THREAD_GROUP */
	outcome_refuse(outcome, "pidfds but PIDFD_SELF and the name of a process");
	return NULL;
}

/* One after the other, until one fails.  Kernel: vector_madvise(). */
static long do_process_madvise(struct model_backend *model, const struct op_args *args,
			       struct call_outcome *outcome)
{
	struct task_struct *target = pidfd_task(model, args, outcome);
	const struct value *list = args->value[1];
	long done = 0;

	if (!target)
		return 0;
	if (list->kind != VALUE_LIST || list->items->len != args->number[2]) {
		outcome_refuse(outcome, "an iovec but [{iov_base=..., iov_len=...}, ...] with vlen "
			       "elements");
		return 0;
	}
	for (guint i = 0; i < list->items->len; i++) {
		const struct value *one = list->items->pdata[i];
		const struct value *base = NULL, *len = NULL;
		long result;

		if (one->kind == VALUE_STRUCT) {
			base = value_field_in(one, "iov_base");
			len = value_field_in(one, "iov_len");
		}
		result = sys_process_madvise(target, base ? base->number : 0,
					     len ? len->number : 0, (int)args->number[3],
					     (unsigned int)args->number[4]);
		if (result < 0)
			return done ? done : result;
		done += result;
	}
	return done;
}

long model_call_task(struct model_backend *model, const struct call_request *request,
		     struct model_task *entry, struct call_outcome *outcome)
{
	long result = 0;

	switch (request->op->id) {
	case OP_EXIT:
		return sys_exit();
	case OP_EXIT_GROUP:
		return sys_exit_group();
	case OP_EXECVE:
		result = sys_execve(request->args->value[0]->text);
		if (result == 0 && !mach->unsupported)
			become_leader(model, entry);
		return result;
	case OP_PROCESS_MADVISE:
		return do_process_madvise(model, request->args, outcome);
	default:
		return do_clone(model, request, entry, outcome);
	}
}
