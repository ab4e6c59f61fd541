/*
 * run_pending.c - calls that were blocked: kept until they have ended, and told then.
 *
 * In the kernel:  a task that sleeps.
 */
#include <string.h>

#include "sim/run_call.h"

struct run_pending *run_pending_create(const struct stmt *stmt, const struct op *op,
				       const char *task)
{
	struct run_pending *pending = g_new0(struct run_pending, 1);

	pending->stmt = stmt;
	pending->op = op;
	pending->task = g_strdup(task);
	pending->request.args = &pending->args;
	pending->request.task = pending->task;
	return pending;
}

void run_pending_free(void *data)
{
	struct run_pending *pending = data;

	op_args_clear(&pending->args);
	call_outcome_clear(&pending->outcome);
	g_free(pending->task);
	g_free(pending->child);
	g_free(pending);
}

struct run_pending *run_pending_of(const struct run *run, const char *task)
{
	for (guint i = 0; i < run->pending->len; i++) {
		struct run_pending *pending = run->pending->pdata[i];

		if (!strcmp(pending->task, task))
			return pending;
	}
	return NULL;
}

void run_pending_forget(struct run *run, const char *task)
{
	g_ptr_array_remove(run->pending, run_pending_of(run, task));
}

/* The result of a call that had none when it was made. */
static void fill_in(struct run *run, struct run_pending *pending)
{
	struct run_result *result = &g_array_index(run->results, struct run_result,
						   pending->result);

	*result = run_result_of(&pending->outcome);
	if (pending->stmt->call.var)
		run_bind(run, pending->stmt->call.var, pending->op, &pending->outcome);
}

static void has_ended(struct run *run, struct run_pending *pending)
{
	g_autofree char *shown = NULL;

	pending->ended = true;
	if (pending->outcome.kind == OUTCOME_REFUSED) {
		run_refused(run, pending->stmt, &pending->outcome);
		return;
	}
	fill_in(run, pending);
	shown = run_outcome_text(run, pending->op, &pending->outcome);
	run_tell_call(run, EVENT_FINISHED, pending, shown, true);
}

void run_collect(struct run *run)
{
	if (!run->backend->ops->collect)
		return;
	for (guint i = 0; i < run->pending->len; i++) {
		struct run_pending *pending = run->pending->pdata[i];

		if (!pending->ended &&
		    run->backend->ops->collect(run->backend, pending->task, &pending->outcome))
			has_ended(run, pending);
	}
}
