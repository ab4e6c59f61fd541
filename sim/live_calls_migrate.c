/*
 * live_calls_migrate.c - move_pages() of live processes.
 *
 * In the kernel:  mm/migrate.c kernel_move_pages().
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/syscall.h>

#include "sim/live_internal.h"

#define MAX_COUNT	4096
/* An element of the status that the call has not written. */
#define UNWRITTEN	0x7fffffff
/* Places in the vector's area: pages, then nodes, then status. */
#define NODES_AT	(LIVE_VECTOR + 8 * MAX_COUNT)
#define STATUS_AT	(NODES_AT + 4 * MAX_COUNT)

/* A list argument as 64-bit numbers, or as the ints of nodes; false with a refusal. */
static bool put_list(struct live_backend *live, const struct value *list, uint64_t count,
		     uint64_t at, unsigned int size, struct call_outcome *outcome)
{
	if (!list || list->kind != VALUE_LIST || list->items->len != count) {
		live_refuse(outcome, "an array but [a, b, ...] with as many elements as count says");
		return false;
	}
	for (uint64_t i = 0; i < count; i++) {
		const struct value *one = list->items->pdata[i];

		memcpy(live->world.shared + at + i * size, &one->number, size);
	}
	return true;
}

/* The pid of the argument; false with a refusal. */
static bool pid_of(struct live_backend *live, const struct op_args *args, uint64_t *pid,
		   struct call_outcome *outcome)
{
	const struct value *value = args->value[0];
	const struct live_task *task;

	*pid = args->number[0];
	if (value->kind != VALUE_PROCESS) {
		if (*pid)
			live_refuse(outcome, "move_pages() of a process by number");
		return !*pid;
	}
	task = live_any_of(live, value->text);
	if (!task)
		live_refuse(outcome, "move_pages() of a process that has exited");
	else
		*pid = (uint64_t)task->pid;
	return task != NULL;
}

static void tell_status(const struct live_backend *live, uint64_t count,
			struct call_outcome *outcome)
{
	outcome->out = value_list();
	outcome->has_out = true;
	for (uint64_t i = 0; i < count; i++) {
		struct value one;
		int32_t status;

		memcpy(&status, live->world.shared + STATUS_AT + i * 4, 4);
		one = value_int(status);
		value_append(&outcome->out, &one);
	}
}

void live_call_move_pages(struct live_backend *live, struct live_task *task,
			  const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	bool query = args->nr < 4 || (args->value[3]->kind == VALUE_INT && !args->number[3]);
	const int32_t unwritten = UNWRITTEN;
	uint64_t count = args->number[1], a[6];
	struct live_result result;

	if (count > MAX_COUNT) {
		live_refuse(outcome, "move_pages() of more than %d pages on the host", MAX_COUNT);
		return;
	}
	if (!pid_of(live, args, &a[0], outcome) ||
	    !put_list(live, args->value[2], count, LIVE_VECTOR, 8, outcome) ||
	    (!query && !put_list(live, args->value[3], count, NODES_AT, 4, outcome)))
		return;
	for (uint64_t i = 0; i < count; i++)
		memcpy(live->world.shared + STATUS_AT + i * 4, &unwritten, 4);
	a[1] = count;
	a[2] = LIVE_SHARED + LIVE_VECTOR;
	a[3] = query ? 0 : LIVE_SHARED + NODES_AT;
	a[4] = LIVE_SHARED + STATUS_AT;
	a[5] = args->number[5];
	result = live_syscall(&live->world, task->pid, SYS_move_pages, a);
	live_outcome(live, task, &result, outcome);
	if (outcome->kind == OUTCOME_VALUE)
		tell_status(live, count, outcome);
}
