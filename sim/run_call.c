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
		return g_strdup(run->first);
	adopt_pid(run, written);
	/* P is the first process under any name. */
	if (!strcmp(ref->process, "P") && strcmp(run->first, "P"))
		return ref->thread ? g_strdup_printf("%s.%s", run->first, ref->thread) :
				     g_strdup(run->first);
	return g_steal_pointer(&written);
}

/* The caller, ready to run; NULL with an error. */
static char *start_caller(struct run *run, const struct stmt *stmt)
{
	const struct stmt_call *call = &stmt->call;
	g_autofree char *name = NULL;
	g_autofree char *why = NULL;

	if (call->task.process && op_is_kernel_actor(call->task.process)) {
		const char *what = op_not_modelled(call->name);

		diag_error(run->diags, &call->task.loc, NULL, "not yet modelled: %s (%s)",
			   what ? what : call->name, call->task.process);
		return NULL;
	}
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

static void remember(struct run *run, const struct call_outcome *outcome)
{
	struct run_result result = { outcome->kind == OUTCOME_SIGNAL, outcome->value };

	run->last_errno = 0;
	if (outcome->kind == OUTCOME_ERRNO) {
		result.value = -outcome->value;
		run->last_errno = (int)outcome->value;
	}
	g_array_append_val(run->results, result);
}

static void bind(struct run *run, const char *name, const struct op *op,
		 const struct call_outcome *outcome)
{
	struct value *value = g_new0(struct value, 1);

	*value = run_outcome_value(op, outcome);
	g_tree_replace(run->vars, g_strdup(name), value);
}

static void tell_call(struct run *run, const struct stmt *stmt, const char *task,
		      const char *result, const struct call_outcome *outcome, bool ok)
{
	struct event event = { .kind = EVENT_CALL, .stmt = stmt, .task = task, .result = result,
			       .outcome = outcome, .ok = ok };
	g_autofree char *text = NULL;
	struct stmt bare = *stmt;
	GPtrArray *none;

	if (!run->options.event)
		return;
	none = g_ptr_array_new();
	bare.call.results = none;
	bare.call.fail_nth = NULL;
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
static void make_call(struct run *run, const struct stmt *stmt, struct call_request *request,
		      struct call_outcome *outcome)
{
	g_autofree char *child = NULL;
	int64_t number = 0;

	if (take_hints(run, &stmt->call, request, &child, &number)) {
		outcome->kind = OUTCOME_ERRNO;
		outcome->value = -number;
		return;
	}
	if (run->options.trace && run->options.event && run->backend->ops->trace)
		run->backend->ops->trace(run->backend, forward_trace, run);
	run->backend->ops->call(run->backend, request, outcome);
	if (run->options.trace && run->backend->ops->trace)
		run->backend->ops->trace(run->backend, NULL, NULL);
}

static void finish(struct run *run, const struct stmt *stmt, struct call_request *request,
		   struct call_outcome *outcome)
{
	g_autofree char *shown = NULL;
	bool ok;

	if (outcome->kind == OUTCOME_REFUSED) {
		diag_error(run->diags, &stmt->call.name_loc, NULL, "not yet modelled: %s",
			   outcome->why);
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	remember(run, outcome);
	shown = run_outcome_text(run, request->op, outcome);
	ok = run_call_allowed(run, stmt, request, outcome, shown);
	if (stmt->call.var)
		bind(run, stmt->call.var, request->op, outcome);
	tell_call(run, stmt, request->task, shown, outcome, ok);
	if (!ok)
		run_stop(run, stmt, run->status == STATUS_REJECTED ? STATUS_REJECTED :
							     STATUS_FALSE);
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

void run_call(struct run *run, const struct stmt *stmt)
{
	const struct op *op = find_op(run, &stmt->call);
	g_autofree char *task = op ? start_caller(run, stmt) : NULL;
	g_autofree char *process = NULL;
	struct op_args args = {};
	struct call_request request = { .args = &args, .task = task };
	struct call_outcome outcome = {};
	bool good = task != NULL;

	if (good) {
		process = g_strdup(run->backend->ops->process_of(run->backend, task));
		run->eval.own = process;
		good = op_args_read(&run->eval, &op, &stmt->call, &args);
	}
	if (good && stmt->call.fail_nth)
		good = eval_number(&run->eval, stmt->call.fail_nth, "fail_nth",
				   &request.fail_nth) &&
		       check_fail_nth(run, stmt, request.fail_nth);
	if (!good) {
		run_stop(run, stmt, STATUS_REJECTED);
	} else {
		request.op = op;
		make_call(run, stmt, &request, &outcome);
		finish(run, stmt, &request, &outcome);
	}
	g_ptr_array_set_size(run->traced, 0);
	call_outcome_clear(&outcome);
	op_args_clear(&args);
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
