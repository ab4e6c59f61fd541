/*
 * live_blocked.c - live tasks that sleep in the middle of a call, until a reader of a
 * userfaultfd has done its part.
 *
 * That a task sleeps there is read from /proc: wchan is the function it waits in.
 *
 * In the kernel:  fs/proc/base.c proc_pid_wchan(), fs/userfaultfd.c.
 * Left out:       accesses to several pages that wait in between.
 */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "sim/live_internal.h"

/* Looks, some 50 us apart, before what does not end is taken to wait for good. */
#define MAX_LOOKS	20000

bool live_asleep(pid_t pid)
{
	static const char *const where[] = {
		"handle_userfault", "userfaultfd_event_wait_completion", "userfaultfd_read",
		"userfaultfd_read_iter", "userfaultfd_ctx_read",
	};
	g_autofree char *path = g_strdup_printf("/proc/%d/wchan", (int)pid);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	for (gsize i = 0; i < G_N_ELEMENTS(where); i++)
		if (!strcmp(text, where[i]))
			return true;
	return false;
}

void live_settle(struct live_backend *live)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		struct live_task *task = live->tasks->pdata[i];

		if (!task->blocked || task->gone)
			continue;
		for (unsigned int n = 0; n < MAX_LOOKS; n++) {
			if (live_asleep(task->pid) || live_at_rest(task->pid))
				break;
			usleep(50);
		}
	}
}

void live_block(struct live_task *task, const struct call_request *request)
{
	task->blocked = true;
	task->request = *request;
}

/* What is left to do once the call has returned. */
static void complete(struct live_backend *live, struct live_task *task,
		     const struct live_result *result, struct call_outcome *outcome)
{
	const struct call_request *request = &task->request;

	live_outcome(live, task, result, outcome);
	switch (request->op->id) {
	case OP_STORE: case OP_EXEC:
		if (outcome->kind == OUTCOME_VALUE)
			outcome->value = 0;
		return;
	case OP_FORK: case OP_CLONE: case OP_CLONE3:
		live_clone_done(live, task, request, result, outcome);
		return;
	case OP_UFFDIO: case OP_READ:
		live_struct_done(live, task, request, outcome);
		return;
	default:
		return;
	}
}

bool live_collect(struct backend *backend, const char *name, struct call_outcome *outcome)
{
	struct live_backend *live = to_live(backend);
	struct live_task *task = live_find(live, name);
	struct live_result result;

	if (!task || !task->blocked || live_asleep(task->pid))
		return false;
	result = live_resume(&live->world, task->pid);
	if (result.stop == LIVE_BLOCKED)
		return false;
	*outcome = (struct call_outcome){};
	task->blocked = false;
	complete(live, task, &result, outcome);
	live_errno(&task->request, outcome);
	return true;
}
