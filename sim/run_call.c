/*
 * run_call.c - one call: who makes it, what it is given, what it gave, and whether its line
 * allows that.
 *
 * What only a log or the file system knows is taken from the written result: the address a
 * search found (`set placement = recorded`), the descriptor handed out there, the pid of a
 * child, and that a path cannot be opened.
 */
#include <signal.h>
#include <string.h>

#include "sim/run_call.h"

#define SHOWN_PAGES	16	/* contents of one load in the narration */

/* ---- who calls ---- */

/* "pid4711" in a file which never spoke of P is the first process. */
static void adopt_pid(struct run *run, const char *name)
{
	if (run->first_used || !g_str_has_prefix(name, "pid") || !g_ascii_isdigit(name[3]))
		return;
	run->backend->ops->rename(run->backend, run->first, name);
	g_free(run->first);
	run->first = g_strdup(name);
}

static char *task_name(struct run *run, const struct task_ref *ref)
{
	g_autofree char *written = task_ref_text(ref);

	if (!ref->process)
		return g_strdup(run->member ? run->member : run->first);
	adopt_pid(run, written);
	/* P is the first process under any name. */
	if (!strcmp(ref->process, "P") && strcmp(run->first, "P"))
		return ref->thread ? g_strdup_printf("%s.%s", run->first, ref->thread) :
				     g_strdup(run->first);
	return g_steal_pointer(&written);
}

/* What only the kernel does is done by its own actors, and they do nothing else. */
static bool right_actor(struct run *run, const struct stmt_call *call, const struct op *op)
{
	const char *who = call->task.process ? call->task.process : run->member;
	bool actor = who && op_is_kernel_actor(who);
	g_autofree char *note = op->actor ? g_strdup_printf("%s: %s(...)", op->actor, op->name) :
					    NULL;

	if (actor == (op->actor != NULL) && (!actor || !strcmp(who, op->actor)))
		return true;
	if (op->actor)
		diag_error(run->diags, &call->name_loc, note, "%s() is done by %s alone", op->name,
			   op->actor);
	else
		diag_error(run->diags, &call->task.loc, NULL, "%s makes no system calls", who);
	return false;
}

/* The caller, ready to run; NULL with an error. */
static char *start_caller(struct run *run, const struct stmt *stmt, const struct op *op)
{
	const struct stmt_call *call = &stmt->call;
	g_autofree char *name = NULL;
	g_autofree char *why = NULL;

	if (!right_actor(run, call, op))
		return NULL;
	name = task_name(run, &call->task);
	run->first_used = true;
	if (!run->backend->ops->start_task(run->backend, name, &why)) {
		bool unknown = g_str_has_prefix(why, "there is no task");

		diag_error(run->diags, call->task.process ? &call->task.loc : &call->name_loc,
			   unknown ? "a child is named where it is made: Q = fork()" : NULL,
			   "%s", why);
		return NULL;
	}
	return g_steal_pointer(&name);
}

static const struct op *find_op(struct run *run, const struct stmt_call *call)
{
	const struct op *op = op_find(call->name);
	const char *why = op_not_modelled(call->name);
	g_autofree char *note = NULL;
	struct nearest nearest;

	if (op)
		return op;
	if (why) {
		diag_error(run->diags, &call->name_loc, NULL, "not yet modelled: %s", why);
		return NULL;
	}
	nearest_init(&nearest, call->name);
	ops_offer(&nearest);
	note = nearest_note(&nearest);
	diag_error(run->diags, &call->name_loc, note ? note : "`mmsim list calls` has them all",
		   "there is no call %s()", call->name);
	return NULL;
}

/* ---- what the written result tells beforehand ---- */

/* The one number written as result, if that is all the line allows. */
static bool sole_result(struct run *run, const struct stmt_call *call, int64_t *number)
{
	const struct result *result;
	struct diag_list *diags;
	struct eval eval = run->eval;
	struct value value = value_int(0);
	bool good;

	if (call->results->len != 1)
		return false;
	result = call->results->pdata[0];
	if (result->kind != RESULT_EXPR)
		return false;
	diags = diag_list_create();
	eval.diags = diags;
	eval.quiet = 1;
	good = eval_expr(&eval, result->expr, &value) &&
	       (value.kind == VALUE_INT || value.kind == VALUE_ADDR);
	*number = (int64_t)value.number;
	value_clear(&value);
	diag_list_destroy(diags);
	return good;
}

/* Opening fails for reasons of the file system, which the scenario alone knows. */
static bool path_error(const struct op *op, int64_t result)
{
	static const int errors[] = { ENOENT, EACCES, ENOTDIR, EISDIR, ELOOP, EPERM, ENXIO,
				      EROFS, ENAMETOOLONG };

	if (op->id != OP_OPEN && op->id != OP_OPENAT)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++)
		if (result == -errors[i])
			return true;
	return false;
}

/* Fills in what the line knows; true if the call need not be made at all. */
static bool take_hints(struct run *run, const struct stmt_call *call,
		       struct call_request *request, char **child, int64_t *number)
{
	bool known = sole_result(run, call, number);

	if (request->op->returns == RETURNS_PID) {
		if (call->var)
			*child = g_strdup(call->var);
		else if (known && *number > 0)
			*child = g_strdup_printf("pid%" G_GINT64_FORMAT, *number);
		request->child = *child;
	}
	if (!known)
		return false;
	if (*number < 0)
		return path_error(request->op, *number);
	if (run->settings.placement_recorded && request->op->returns == RETURNS_ADDR) {
		request->has_placed = *number > 0;
		request->placed = (uint64_t)*number;
	}
	if (run->settings.placement_recorded && request->op->returns == RETURNS_FD) {
		request->has_fd = true;
		request->fd = (int)*number;
	}
	return false;
}

/* ---- afterwards ---- */

/* What a call gave, as a value that variables hold and results are compared with. */
struct value run_outcome_value(const struct op *op, const struct call_outcome *outcome)
{
	struct value value = value_int(outcome->value);

	switch (outcome->kind) {
	case OUTCOME_ERRNO:
		return value_int(-outcome->value);
	case OUTCOME_SIGNAL:
		value_clear(&value);
		return value_word(signal_name((int)outcome->value), 0);
	case OUTCOME_BLOCKED:
	case OUTCOME_REFUSED:
		value_clear(&value);
		return value_word("blocked", 0);
	case OUTCOME_VALUE:
		break;
	}
	if (op->returns == RETURNS_ADDR)
		return value_hex((uint64_t)outcome->value);
	if (op->returns == RETURNS_PID && outcome->child)
		return value_process(outcome->child);
	if (op->returns == RETURNS_CONTENT && outcome->has_out)
		value_copy(&value, &outcome->out);
	else if (op->returns == RETURNS_CONTENT)
		value = value_unsigned((uint64_t)outcome->value);
	return value;
}

/* Contents of many pages: the first of them. Clears @value. */
static char *long_list(struct value *value, const struct value_style *style)
{
	guint all = value->items->len;
	g_autofree char *text = NULL;

	g_ptr_array_set_size(value->items, SHOWN_PAGES);
	text = value_text(value, style);
	value_clear(value);
	g_strchomp(g_strdelimit(text, "]", ' '));
	return g_strdup_printf("%s, ...] (%u pages)", text, all);
}

/* The same, as shown: "@4", "-EINVAL", "SIGSEGV", "process Q". */
char *run_outcome_text(const struct run *run, const struct op *op,
		       const struct call_outcome *outcome)
{
	struct value_style style = run->style;
	struct value value;
	char *text;

	if (outcome->kind == OUTCOME_ERRNO) {
		const char *name = errno_name((int)outcome->value);

		return name ? g_strdup_printf("-%s", name) :
			      g_strdup_printf("%" G_GINT64_FORMAT, -outcome->value);
	}
	value = run_outcome_value(op, outcome);
	style.own = run->eval.own;
	if (value.kind == VALUE_LIST && value.items->len > SHOWN_PAGES)
		return long_list(&value, &style);
	text = value_text(&value, &style);
	value_clear(&value);
	return text;
}

struct run_result run_result_of(const struct call_outcome *outcome)
{
	struct run_result result = { .is_signal = outcome->kind == OUTCOME_SIGNAL,
				     .is_blocked = outcome->kind == OUTCOME_BLOCKED,
				     .value = outcome->value };

	if (outcome->kind == OUTCOME_ERRNO)
		result.value = -outcome->value;
	return result;
}

static void remember(struct run *run, struct run_pending *pending)
{
	struct run_result result = run_result_of(&pending->outcome);

	run->last_errno = pending->outcome.kind == OUTCOME_ERRNO ? (int)pending->outcome.value : 0;
	pending->result = run->results->len;
	g_array_append_val(run->results, result);
}

void run_bind(struct run *run, const char *name, const struct op *op,
	      const struct call_outcome *outcome)
{
	struct value *value = g_new0(struct value, 1);

	*value = run_outcome_value(op, outcome);
	g_tree_replace(run->vars, g_strdup(name), value);
}

void run_tell_call(struct run *run, enum event_kind kind, const struct run_pending *pending,
		   const char *result, bool ok)
{
	struct event event = { .kind = kind, .stmt = pending->stmt, .task = pending->task,
			       .request = &pending->request, .result = result,
			       .outcome = &pending->outcome, .ok = ok };
	g_autofree char *text = NULL;
	struct stmt bare = *pending->stmt;
	GPtrArray *none;

	if (!run->options.event)
		return;
	none = g_ptr_array_new();
	bare.call.results = none;
	bare.call.fail_nth = NULL;
	bare.call.fail_any = false;
	text = ast_statement_text(&bare);
	g_ptr_array_unref(none);
	event.text = text;
	run_event(run, &event);
}

/* Addresses of the window as people write them. */
static char *with_pages(const struct run *run, const char *text)
{
	GString *out = g_string_new(NULL);

	for (const char *at = text; *at;) {
		char *end = NULL;
		guint64 address = g_str_has_prefix(at, "0x") ? g_ascii_strtoull(at, &end, 16) : 0;

		if (address && address >= run->window_start && address <= run->window_end) {
			g_autofree char *page = address_text(address, &run->style);

			g_string_append(out, page);
			at = end;
		} else {
			g_string_append_c(out, *at++);
		}
	}
	return g_string_free(out, FALSE);
}

static void forward_trace(void *data, const char *word, const char *text)
{
	struct run *run = data;
	g_autofree char *readable = with_pages(run, text);
	struct event event = { .kind = EVENT_TRACE, .word = word, .text = readable };

	run_event(run, &event);
}

/* Makes the call, or takes the log's word for it. */
static void make_call(struct run *run, struct run_pending *pending)
{
	struct call_outcome *outcome = &pending->outcome;
	int64_t number = 0;

	if (take_hints(run, &pending->stmt->call, &pending->request, &pending->child, &number)) {
		outcome->kind = OUTCOME_ERRNO;
		outcome->value = -number;
		return;
	}
	if (run->options.trace && run->options.event && run->backend->ops->trace)
		run->backend->ops->trace(run->backend, forward_trace, run);
	run->backend->ops->call(run->backend, &pending->request, outcome);
	if (run->options.trace && run->backend->ops->trace)
		run->backend->ops->trace(run->backend, NULL, NULL);
}

void run_refused(struct run *run, const struct stmt *stmt, const struct call_outcome *outcome)
{
	diag_error(run->diags, &stmt->call.name_loc, NULL, "not yet modelled: %s", outcome->why);
	run_stop(run, stmt, STATUS_REJECTED);
}

/* Is what the call gave what @stmt allows?  Tells, and stops the run if not. */
static void judge(struct run *run, const struct stmt *stmt, struct run_pending *pending)
{
	g_autofree char *shown = run_outcome_text(run, pending->op, &pending->outcome);
	bool ok = run_call_allowed(run, stmt, &pending->request, &pending->outcome, shown);

	if (stmt->call.var && pending->outcome.kind != OUTCOME_BLOCKED)
		run_bind(run, stmt->call.var, pending->op, &pending->outcome);
	run_tell_call(run, EVENT_CALL, pending, shown, ok);
	if (!ok)
		run_stop(run, stmt, run->status == STATUS_REJECTED ? STATUS_REJECTED :
							     STATUS_FALSE);
}

/* Takes over @pending, which is kept if it has not ended. */
static void after_call(struct run *run, struct run_pending *pending)
{
	bool blocked = pending->outcome.kind == OUTCOME_BLOCKED;

	/* Of a race that is given up: it gave something only so that it has an end. */
	if (run->cut || run->deadlock) {
		run_pending_free(pending);
		return;
	}
	if (pending->outcome.kind == OUTCOME_REFUSED) {
		run_refused(run, pending->stmt, &pending->outcome);
	} else {
		remember(run, pending);
		judge(run, pending->stmt, pending);
	}
	if (blocked)
		g_ptr_array_add(run->pending, pending);
	else
		run_pending_free(pending);
	run_collect(run);
}

/* finish(): the line of the blocked call again, with the results of this one. */
static void finish_call(struct run *run, const struct stmt *stmt, const char *task)
{
	struct run_pending *pending = run_pending_of(run, task);
	struct run_pending late;

	if (!pending) {
		diag_error(run->diags, &stmt->call.name_loc,
			   "a call that waits is written with `= blocked`",
			   "no call of %s was blocked", task);
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	late = *pending;
	late.stmt = stmt;
	late.request.op = pending->op;
	if (!pending->ended)
		late.outcome.kind = OUTCOME_BLOCKED;
	run->last_errno = late.outcome.kind == OUTCOME_ERRNO ? (int)late.outcome.value : 0;
	judge(run, stmt, &late);
	if (pending->ended)
		run_pending_forget(run, task);
}

/* Allocations are counted from 1. */
static bool check_fail_nth(struct run *run, const struct stmt *stmt, uint64_t n)
{
	if (n && n <= RUN_MAX_STATEMENTS)
		return true;
	diag_error(run->diags, &stmt->call.fail_nth->loc, "1 is the first allocation of the call",
		   "fail_nth takes a number from 1 to %d", RUN_MAX_STATEMENTS);
	return false;
}

/* Its arguments, and which allocation is to fail. */
static bool read_request(struct run *run, const struct stmt *stmt, struct run_pending *pending)
{
	struct call_request *request = &pending->request;

	if (!op_args_read(&run->eval, &pending->op, &stmt->call, &pending->args))
		return false;
	request->op = pending->op;
	request->fail_any = stmt->call.fail_any;
	if (request->fail_any && !run->member) {
		diag_error(run->diags, &stmt->call.name_loc, "fail_nth 1 is the first one",
			   "`fail_nth ?` is for members of races");
		return false;
	}
	if (!stmt->call.fail_nth)
		return true;
	return eval_number(&run->eval, stmt->call.fail_nth, "fail_nth", &request->fail_nth) &&
	       check_fail_nth(run, stmt, request->fail_nth);
}

/* A task that sleeps in one call cannot make another. */
static bool is_free(struct run *run, const struct stmt *stmt, const char *task)
{
	struct run_pending *pending = run_pending_of(run, task);

	if (!pending)
		return true;
	if (!pending->ended) {
		diag_error(run->diags, &stmt->call.name_loc,
			   "another thread can: write P.other: in front of the call",
			   "%s waits in %s(), which has not ended", task, pending->op->name);
		return false;
	}
	run_pending_forget(run, task);
	return true;
}

void run_call(struct run *run, const struct stmt *stmt)
{
	const struct op *op = find_op(run, &stmt->call);
	g_autofree char *task = op ? start_caller(run, stmt, op) : NULL;
	g_autofree char *process = NULL;
	struct run_pending *pending = NULL;

	if (task && op->id == OP_FINISH) {
		finish_call(run, stmt, task);
	} else if (task && is_free(run, stmt, task)) {
		process = g_strdup(run->backend->ops->process_of(run->backend, task));
		run->eval.own = op->actor ? run->first : process;
		pending = run_pending_create(stmt, op, task);
		if (read_request(run, stmt, pending)) {
			make_call(run, pending);
			after_call(run, pending);
		} else {
			run_pending_free(pending);
			run_stop(run, stmt, STATUS_REJECTED);
		}
	} else {
		run_stop(run, stmt, STATUS_REJECTED);
	}
	g_ptr_array_set_size(run->traced, 0);
	run->eval.own = run->first;
}

/* The flags by which what is left of the reservation is known. */
static void note_window_flags(struct run *run)
{
	struct observation *seen = run->backend->ops->observe(run->backend, false);
	const struct seen_process *process = observation_process(seen, run->first);

	for (guint i = 0; process && i < process->vmas->len; i++) {
		const struct seen_vma *vma = process->vmas->pdata[i];

		if (vma->start <= run->window_start && vma->end >= run->window_end)
			run->window_flags = g_strdup(vma->flags);
	}
	observation_destroy(seen);
}

/* The first call of P: PROT_NONE memory where nobody else is a neighbour. */
void run_make_window(struct run *run)
{
	struct op_args args = { .nr = 6 };
	struct call_request request = { .op = op_find("mmap"), .args = &args,
					.task = run->first };
	struct call_outcome outcome = {};
	uint64_t len = run->settings.window;

	args.number[1] = len;
	args.number[3] = 0x22;		/* MAP_PRIVATE|MAP_ANONYMOUS */
	args.number[4] = (uint64_t)-1;
	run->backend->ops->call(run->backend, &request, &outcome);
	if (outcome.kind == OUTCOME_VALUE) {
		run->style.window = true;
		run->style.window_start = (uint64_t)outcome.value;
		run->style.window_end = (uint64_t)outcome.value + len + 1;
		run->window_start = (uint64_t)outcome.value;
		run->window_end = run->window_start + len;
		run->backend->ops->set_window(run->backend, run->window_start, run->window_end);
		note_window_flags(run);
	} else {
		diag_error(run->diags, &run->settings.window_loc, NULL,
			   "the window cannot be reserved: %s",
			   outcome.kind == OUTCOME_ERRNO ? errno_name((int)outcome.value) :
			   outcome.why ? outcome.why : "no reason given");
		run_stop(run, NULL, STATUS_REJECTED);
	}
	call_outcome_clear(&outcome);
}
