/*
 * backend_model_blocked.c - calls that may stop in the middle: each runs on a stack of its
 * own, and one whose task sleeps stays there until somebody wakes it.
 *
 * Around each stretch of a call: its task is current, the failure asked for is set up, what
 * the model says it leaves out becomes a refusal, and a killed task exits at the end.
 *
 * In the kernel:  a task in schedule(), inside a system call or a page fault.
 */
#include <string.h>

#include "model/swap.h"
#include "model/syscalls.h"
#include "sim/backend_model.h"
#include "sim/coroutine.h"

/* Owned by model->blocked once it has blocked. */
struct model_call {
	struct model_backend *model;
	struct coroutine *stack;
	struct call_request request;
	struct model_task *entry;
	struct call_outcome outcome;
	bool ended;
};

static void call_body(void *data)
{
	struct model_call *call = data;

	model_open_by_path(call->request.args);
	model_carry_out(call->model, call->entry, &call->request, &call->outcome);
}

/* machine->park: back to whoever drives, until the task has been woken. */
static void park(void *data, struct task_struct *me)
{
	struct model_backend *model = data;
	struct model_call *call = model->running;

	while (me->waits_for)
		coroutine_yield(call->stack);
}

struct coroutine *model_take_stack(struct model_backend *model)
{
	if (model->stacks->len)
		return g_ptr_array_steal_index_fast(model->stacks, model->stacks->len - 1);
	return coroutine_create();
}

void model_give_stack(struct model_backend *model, struct coroutine *stack)
{
	if (coroutine_done(stack))
		g_ptr_array_add(model->stacks, stack);
	else
		coroutine_destroy(stack);
}

/* What the machine remembers of the call that has just run. */
static void take_leftovers(struct model_call *call)
{
	struct machine *machine = call->model->machine;

	if (call->request.fail_nth) {
		call->outcome.fail_unused = !machine->failed_site;
		call->outcome.fail_site = g_strdup(machine->failed_site);
		machine_fail_nth(machine, 0);
		call->request.fail_nth = 0;
	}
	if (machine->unsupported) {
		outcome_refuse(&call->outcome, "%s", machine->unsupported);
		g_clear_pointer(&machine->unsupported, g_free);
	}
}

/* @outcome of a call that is over, or has stopped for the time being. */
static void finish_stretch(struct model_call *call)
{
	take_leftovers(call);
	if (!coroutine_done(call->stack))
		return;
	call->ended = true;
	g_ptr_array_add(call->model->stacks, call->stack);
	call->stack = NULL;
}

static void run_stretch(struct model_call *call)
{
	struct model_backend *model = call->model;
	struct machine *machine = model->machine;
	struct task_struct *task = call->entry->task;

	model->running = call;
	machine->current_task = task;
	if (call->stack) {
		coroutine_resume(call->stack);
	} else {
		machine_fail_nth(machine, call->request.fail_nth);
		call->stack = model_take_stack(model);
		coroutine_start(call->stack, call_body, call);
	}
	finish_stretch(call);
	machine->current_task = &machine->boot_task;
	model->running = NULL;
	if (call->ended && task->killed)
		do_exit(task, 0);
	model_forget_exited(model);
}

/* Lets go on who has been woken, in the order of their calls, until all sleep. */
static void run_woken(struct model_backend *model)
{
	for (guint i = 0; i < model->blocked->len;) {
		struct model_call *call = model->blocked->pdata[i];

		if (call->ended || call->entry->task->waits_for) {
			i++;
			continue;
		}
		run_stretch(call);
		i = 0;
	}
}

/* execve() goes on as soon as the threads that it has killed are gone. */
static void let_threads_go(struct model_backend *model, struct model_call *call)
{
	const struct task_struct *task = call->entry->task;
	guint at = model->blocked->len;

	if (call->ended || !task->waits_for || strcmp(task->wait_site, EXEC_WAITS))
		return;
	g_ptr_array_add(model->blocked, call);
	run_woken(model);
	while (model->blocked->pdata[at] != call)
		at--;
	g_ptr_array_steal_index(model->blocked, at);
}

/* On a stack of its own, which it keeps if it blocks. */
static void call_on_stack(struct model_backend *model, const struct call_request *request,
			  struct call_outcome *outcome)
{
	struct machine *before = machine_enter(model->machine);
	struct model_call *call = g_new0(struct model_call, 1);

	call->model = model;
	call->request = *request;
	call->entry = model_task_find(model, request->task);
	run_stretch(call);
	let_threads_go(model, call);
	if (call->ended) {
		*outcome = call->outcome;
		g_free(call);
	} else {
		*outcome = (struct call_outcome){ .kind = OUTCOME_BLOCKED };
		g_ptr_array_add(model->blocked, call);
	}
	run_woken(model);
	swap_writeback_run();
	machine_enter(before);
}

/* On the stack of a member: whoever runs the race switches between those. */
static void call_in_race(struct model_backend *model, const struct call_request *request,
			 struct call_outcome *outcome)
{
	struct model_call call = { .model = model, .request = *request,
				   .entry = model_task_find(model, request->task) };
	struct machine *before = machine_enter(model->machine);
	struct task_struct *task = call.entry->task;

	model->machine->current_task = task;
	machine_fail_nth(model->machine, request->fail_nth);
	task->fail_any = request->fail_any;
	call_body(&call);
	task->fail_any = false;
	take_leftovers(&call);
	model->machine->current_task = &model->machine->boot_task;
	if (task->killed)
		do_exit(task, 0);
	model_forget_exited(model);
	machine_enter(before);
	*outcome = call.outcome;
}

void model_call(struct backend *backend, const struct call_request *request,
		struct call_outcome *outcome)
{
	struct model_backend *model = to_model(backend);

	if (model->in_race)
		call_in_race(model, request, outcome);
	else
		call_on_stack(model, request, outcome);
}

bool model_collect(struct backend *backend, const char *task, struct call_outcome *outcome)
{
	struct model_backend *model = to_model(backend);

	for (guint i = 0; i < model->blocked->len; i++) {
		struct model_call *call = model->blocked->pdata[i];

		if (!call->ended || strcmp(call->entry->name, task))
			continue;
		*outcome = call->outcome;
		g_free(g_ptr_array_steal_index(model->blocked, i));
		return true;
	}
	return false;
}

void model_end_blocked(struct model_backend *model)
{
	struct machine *before = machine_enter(model->machine);

	for (guint i = 0; i < model->blocked->len; i++) {
		struct model_call *call = model->blocked->pdata[i];

		if (!call->ended)
			task_kill(call->entry->task);
	}
	run_woken(model);
	for (guint i = 0; i < model->blocked->len; i++) {
		struct model_call *call = model->blocked->pdata[i];

		if (!call->ended)
			violation_add("lock-order", call->entry->name,
				      "a sleep that ends once all others have",
				      "it still waits in %s", call->entry->task->wait_site);
	}
	machine_enter(before);
}

static void free_call(void *data)
{
	struct model_call *call = data;

	call_outcome_clear(&call->outcome);
	coroutine_destroy(call->stack);
	g_free(call);
}

static void free_stack(void *data)
{
	coroutine_destroy(data);
}

void model_blocked_init(struct model_backend *model)
{
	model->blocked = g_ptr_array_new_with_free_func(free_call);
	model->stacks = g_ptr_array_new_with_free_func(free_stack);
	model->machine->park = park;
	model->machine->park_data = model;
}

void model_blocked_fini(struct model_backend *model)
{
	model_end_blocked(model);
	g_ptr_array_unref(model->blocked);
	g_ptr_array_unref(model->stacks);
}
