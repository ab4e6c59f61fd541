/*
 * live_calls_tasks.c - fork, clone, vfork, execve, exit and process_madvise() of live processes.
 *
 * Every new process becomes a child of mmsim: nobody else would take note of its end.
 *
 * In the kernel:  kernel/fork.c, kernel/exit.c, fs/exec.c, mm/madvise.c.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "sim/live_internal.h"

#define MAX_IOVEC	1024

/* Those which write to memory or need a stack are left out: the task has neither. */
static uint64_t usable_flags(uint64_t flags)
{
	flags &= ~(uint64_t)(CSIGNAL | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
			     CLONE_CHILD_CLEARTID | CLONE_PIDFD);
	return flags & CLONE_THREAD ? flags : flags | CLONE_PARENT | SIGCHLD;
}

void live_clone_done(struct live_backend *live, struct live_task *task,
		     const struct call_request *request, const struct live_result *result,
		     struct call_outcome *outcome)
{
	uint64_t flags = op_clone_flags(request->op, request->args);
	g_autofree char *name = NULL;

	if (outcome->kind != OUTCOME_VALUE || outcome->value < 0)
		return;
	if (!result->child) {
		live_refuse(outcome, "a new task that cannot be traced");
		return;
	}
	name = request->child ? g_strdup(request->child) :
				g_strdup_printf("pid%" G_GINT64_FORMAT, outcome->value);
	live_add(live, name, flags & CLONE_THREAD ? task->process : name, result->child);
	if (flags & CLONE_VFORK)
		task->vfork_child = g_strdup(name);
	outcome->child = g_strdup(name);
}

static void do_clone(struct live_backend *live, struct live_task *task,
		     const struct call_request *request, struct call_outcome *outcome)
{
	uint64_t flags = op_clone_flags(request->op, request->args);
	const uint64_t args[6] = { usable_flags(flags) };
	struct live_result result;

	result = live_syscall(&live->world, task->pid, SYS_clone, args);
	live_outcome(live, task, &result, outcome);
	live_clone_done(live, task, request, &result, outcome);
}

/* The other threads of a process that ends. */
static void reap_group(struct live_backend *live, const struct live_task *task)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		struct live_task *other = live->tasks->pdata[i];

		if (other == task || other->gone || strcmp(other->process, task->process))
			continue;
		live_task_kill(other->pid);
		live_forget(live, other);
	}
}

static void do_exit(struct live_backend *live, struct live_task *task,
		    const struct call_request *request, struct call_outcome *outcome)
{
	const bool group = request->op->id == OP_EXIT_GROUP;
	const uint64_t args[6] = { 0 };
	const struct live_task *other;
	struct live_result result;

	task->gone = true;
	other = live_any_of(live, task->process);
	task->gone = false;
	if (other && !strcmp(task->name, task->process) && !group) {
		live_refuse(outcome, "exit() of a first thread while others live, on the host");
		return;
	}
	if (other && group)
		reap_group(live, task);
	if (!other || group)
		live_pins_before_exit(live, task);
	result = live_syscall(&live->world, task->pid, group ? SYS_exit_group : SYS_exit, args);
	if (result.stop != LIVE_EXITED && !(other && group)) {
		live_outcome(live, task, &result, outcome);
		return;
	}
	live_forget(live, task);
	outcome->kind = OUTCOME_VALUE;
	outcome->value = 0;
}

/* Devices are no programs; whatever else is named stands for the one program there is. */
static void do_execve(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome)
{
	const char *path = request->args->value[0]->text;
	const struct live_task *other;
	struct live_result result;
	char *why = NULL;

	task->gone = true;
	other = live_any_of(live, task->process);
	task->gone = false;
	if (other || strcmp(task->name, task->process)) {
		live_refuse(outcome, "execve() of one of several threads, on the host");
		return;
	}
	if (!strcmp(path, "/dev/zero") || !strcmp(path, "/dev/null")) {
		const uint64_t args[6] = { live_put(live, LIVE_STRINGS, path, strlen(path) + 1) };

		result = live_syscall(&live->world, task->pid, SYS_execve, args);
	} else {
		result = live_task_exec(&live->world, task->pid, &why);
	}
	if (why)
		live_refuse(outcome, "execve() on the host: %s", why);
	else
		live_outcome(live, task, &result, outcome);
	g_free(why);
	if (result.execed)
		live_vfork_done(live, task);
}

static bool put_iovec(struct live_backend *live, const struct value *list,
		      struct call_outcome *outcome, uint64_t *at)
{
	struct iovec vec[MAX_IOVEC] = {};

	if (list->kind != VALUE_LIST || list->items->len > MAX_IOVEC) {
		live_refuse(outcome, "an iovec but [{iov_base=..., iov_len=...}, ...]");
		return false;
	}
	for (guint i = 0; i < list->items->len; i++) {
		const struct value *one = list->items->pdata[i];
		const struct value *base, *len;

		if (one->kind != VALUE_STRUCT)
			continue;
		base = value_field_in(one, "iov_base");
		len = value_field_in(one, "iov_len");
		vec[i].iov_base = (void *)(uintptr_t)(base ? base->number : 0);
		vec[i].iov_len = len ? len->number : 0;
	}
	*at = live_put(live, LIVE_STRUCTS, vec, sizeof(vec));
	return true;
}

static void do_process_madvise(struct live_backend *live, struct live_task *task,
			       const struct op_args *args, struct call_outcome *outcome)
{
	const struct value *whom = args->value[0];
	uint64_t a[6] = { args->number[0], 0, args->number[2], args->number[3], args->number[4] };
	struct live_result result;

	if (!put_iovec(live, args->value[1], outcome, &a[1]))
		return;
	if (whom && whom->kind == VALUE_PROCESS) {
		const struct live_task *target = live_any_of(live, whom->text);

		if (!target) {
			live_refuse(outcome, "a pidfd of %s, which has exited", whom->text);
			return;
		}
		a[0] = (uint64_t)live_syscall_plain(&live->world, task->pid, SYS_pidfd_open,
						    (uint64_t)target->pid, 0, 0, 0, 0, 0);
	}
	result = live_syscall(&live->world, task->pid, 440, a);
	live_outcome(live, task, &result, outcome);
	if (whom && whom->kind == VALUE_PROCESS && outcome->kind == OUTCOME_VALUE)
		live_syscall_plain(&live->world, task->pid, SYS_close, a[0], 0, 0, 0, 0, 0);
}

void live_call_task(struct live_backend *live, struct live_task *task,
		    const struct call_request *request, struct call_outcome *outcome)
{
	switch (request->op->id) {
	case OP_EXIT:
	case OP_EXIT_GROUP:
		do_exit(live, task, request, outcome);
		return;
	case OP_PROCESS_MADVISE:
		do_process_madvise(live, task, request->args, outcome);
		return;
	case OP_EXECVE:
		do_execve(live, task, request, outcome);
		return;
	default:
		do_clone(live, task, request, outcome);
	}
}
