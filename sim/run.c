/*
 * run.c - the runner: statements in order, loops, limits, events; see run.h.
 */
#include <string.h>

#include "sim/backend_model.h"
#include "sim/race.h"
#include "sim/run_internal.h"

/* Worst first; what is not listed is as good as 0. */
int status_worse(int a, int b)
{
	static const int order[] = { STATUS_INTERNAL, STATUS_INTERRUPTED, STATUS_BROKEN,
				     STATUS_FALSE, STATUS_REJECTED, STATUS_BOUND, STATUS_NOTHING,
				     STATUS_USAGE };

	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_GOOD;
}

static void free_value(void *data)
{
	value_clear(data);
	g_free(data);
}

static int compare_names(const void *a, const void *b, void *data)
{
	(void)data;
	return strcmp(a, b);
}

struct run *run_create(const struct script *script, const struct run_options *options)
{
	struct run *run = g_new0(struct run, 1);

	run->script = script;
	run->options = *options;
	if (!run->options.max_statements)
		run->options.max_statements = RUN_MAX_STATEMENTS;
	run->diags = diag_list_create();
	run->diags->limit = RUN_MAX_DIAGS;
	run->vars = g_tree_new_full(compare_names, NULL, g_free, free_value);
	run->loops = g_array_new(FALSE, TRUE, sizeof(struct loop_var));
	run->anon_names = g_array_new(FALSE, TRUE, sizeof(struct anon_name));
	run->results = g_array_new(FALSE, TRUE, sizeof(struct run_result));
	run->broken_told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	run->must_violate = script_must_violate(script);
	run->pending = g_ptr_array_new_with_free_func(run_pending_free);
	run->traced = g_ptr_array_new_with_free_func(g_free);
	run->first = g_strdup("P");
	run->eval.ops = &run_eval_ops;
	run->eval.data = run;
	run->eval.diags = run->diags;
	return run;
}

void run_destroy(struct run *run)
{
	if (!run)
		return;
	if (run->backend != run->options.reuse)
		backend_destroy(run->backend);
	g_ptr_array_unref(run->pending);
	diag_list_destroy(run->diags);
	g_tree_unref(run->vars);
	g_array_unref(run->loops);
	g_array_unref(run->results);
	g_array_unref(run->anon_names);
	g_free(run->window_flags);
	g_hash_table_unref(run->broken_told);
	g_ptr_array_unref(run->must_violate);
	g_ptr_array_unref(run->traced);
	g_free(run->first);
	g_free(run);
}

struct backend *run_keep_backend(struct run *run)
{
	struct backend *backend = run->backend;

	run->backend = run->options.reuse = NULL;
	return backend;
}

/* ---- events and failures ---- */

char *run_loops_text(const struct run *run)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < run->loops->len; i++) {
		const struct loop_var *loop = &g_array_index(run->loops, struct loop_var, i);

		g_string_append_printf(out, "%s%s=%" G_GINT64_FORMAT, i ? " " : "", loop->name,
				       loop->value);
	}
	return g_string_free(out, FALSE);
}

void run_event(struct run *run, struct event *event)
{
	g_autofree char *loops = NULL;

	if (!run->options.event)
		return;
	loops = run_loops_text(run);
	event->number = run->number;
	event->loops = loops;
	run->options.event(run->options.event_data, run, event);
}

void run_failed(struct run *run, const struct stmt *stmt, int status)
{
	run->status = status_worse(run->status, status);
	run->nr_failed++;
	for (; run->diags_told < run->diags->items->len; run->diags_told++) {
		struct event event = { .kind = EVENT_ERROR, .stmt = stmt,
				       .diag = run->diags->items->pdata[run->diags_told] };

		run_event(run, &event);
	}
}

void run_stop(struct run *run, const struct stmt *stmt, int status)
{
	run->stopped = true;
	run_failed(run, stmt, status);
}

static void refuse(struct run *run, const struct stmt *stmt, const char *what)
{
	diag_error(run->diags, &stmt->loc, NULL, "not yet modelled: %s", what);
	run_stop(run, stmt, STATUS_REJECTED);
}

/* ---- statements ---- */

static void run_body(struct run *run, const GPtrArray *body);

static void stop_at_limit(struct run *run, const struct stmt *stmt, const char *what)
{
	diag_error(run->diags, &stmt->loc, "--max-statements=N raises the limit",
		   "the limit of %" G_GUINT64_FORMAT " %s is reached",
		   run->options.max_statements, what);
	run_stop(run, stmt, STATUS_BOUND);
}

static bool is_interrupted(struct run *run, const struct stmt *stmt)
{
	if (!run->options.interrupted || !run->options.interrupted())
		return false;
	diag_error(run->diags, &stmt->loc, NULL, "interrupted before this statement");
	run_stop(run, stmt, STATUS_INTERRUPTED);
	return true;
}

static void run_for(struct run *run, const struct stmt *stmt)
{
	const struct stmt_for *loop = &stmt->loop;
	uint64_t from = 0, to = 0;

	run->eval.own = run->first;
	if (!eval_number(&run->eval, loop->from, "the start of a loop", &from) ||
	    !eval_number(&run->eval, loop->to, "the end of a loop", &to)) {
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	for (int64_t i = (int64_t)from; i <= (int64_t)to && !run->stopped; i++) {
		struct loop_var var = { loop->var, i };

		if (run->nr_rounds++ >= run->options.max_statements) {
			stop_at_limit(run, stmt, "rounds of loops");
			return;
		}
		/* A loop of nothing would take its time, too. */
		if (!loop->body->len)
			break;
		g_array_append_val(run->loops, var);
		run_body(run, loop->body);
		g_array_set_size(run->loops, run->loops->len - 1);
		if (i == INT64_MAX)
			break;
	}
}

static void run_graph(struct run *run, const struct stmt *stmt)
{
	struct event event = { .kind = EVENT_GRAPH, .stmt = stmt, .text = stmt->graph.file,
			       .word = stmt->graph.view, .ok = true };
	g_autofree char *why = NULL;

	if (run->options.skip_graphs) {
		run_event(run, &event);
		return;
	}
	if (!run->options.graph) {
		refuse(run, stmt, "pictures");
		return;
	}
	event.ok = run->options.graph(run->options.graph_data, run, stmt->graph.file,
				      stmt->graph.view, &why);
	run_event(run, &event);
	if (event.ok)
		return;
	diag_error(run->diags, &stmt->loc, NULL, "%s", why ? why : "it cannot be drawn");
	run_stop(run, stmt, STATUS_REJECTED);
}

static void run_text(struct run *run, const struct stmt *stmt, enum event_kind kind)
{
	struct event event = { .kind = kind, .stmt = stmt, .text = stmt->text };

	run_event(run, &event);
}

static void run_let(struct run *run, const struct stmt *stmt)
{
	struct value *value = g_new0(struct value, 1);
	struct value_style style = run->style;
	g_autofree char *text = g_strdup_printf("let %s", stmt->let.name);
	g_autofree char *result = NULL;
	struct event event = { .kind = EVENT_LET, .stmt = stmt, .text = text };

	if (!eval_expr(&run->eval, stmt->let.expr, value)) {
		value_clear(value);
		g_free(value);
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	value->ptr = NULL;	/* it may end before the variable does; its number tells */
	style.own = run->eval.own;
	result = value_text(value, &style);
	event.result = result;
	g_tree_replace(run->vars, g_strdup(stmt->let.name), value);
	run_event(run, &event);
}

static void run_check(struct run *run, const struct stmt *stmt)
{
	struct event event = { .kind = EVENT_CHECK, .stmt = stmt };

	run_check_invariants(run, stmt);
	event.ok = !run->stopped;
	run_event(run, &event);
}

static void run_leaf(struct run *run, const struct stmt *stmt)
{
	switch (stmt->kind) {
	case STMT_CALL:
		run_call(run, stmt);
		return;
	case STMT_EXPECT:
		run_expect(run, stmt);
		return;
	case STMT_MAPS:
		run_expect_maps(run, stmt);
		return;
	case STMT_MUST_VIOLATE:
		run_must_violate(run, stmt);
		return;
	case STMT_SHOW:
		run_show(run, stmt);
		return;
	case STMT_GRAPH:
		run_graph(run, stmt);
		return;
	case STMT_STEP:
		run_text(run, stmt, EVENT_STEP);
		return;
	case STMT_NOTE:
		run_text(run, stmt, EVENT_NOTE);
		return;
	case STMT_LET:
		run_let(run, stmt);
		return;
	case STMT_CHECK:
		run_check(run, stmt);
		return;
	case STMT_RACE:
	case STMT_ORDER:
	case STMT_FOR:
	case STMT_INCLUDE:
		return;
	}
}

/* Only what changes state can break an invariant. */
static bool check_due(const struct run *run, const struct stmt *stmt)
{
	if (run->stopped || (stmt->kind != STMT_CALL && stmt->kind != STMT_RACE))
		return false;
	/* What comes before a race is the same in all its runs. */
	if (run->options.explore && run->options.reuse)
		return stmt->kind == STMT_RACE;
	switch (run->options.check) {
	case CHECK_EACH:
		return true;
	case CHECK_EVERY:
		return run->options.check_every && run->number % run->options.check_every == 0;
	case CHECK_END:
	case CHECK_NEVER:
		return false;
	}
	return false;
}

void run_member(struct run *run, const GPtrArray *body)
{
	for (guint i = 0; i < body->len && !run->stopped; i++) {
		const struct stmt *stmt = body->pdata[i];

		run->member_stmt = stmt;
		if (stmt->kind == STMT_FOR)
			run_for(run, stmt);
		else if (stmt->kind == STMT_INCLUDE)
			run_member(run, stmt->include.body);
		else
			run_leaf(run, stmt);
	}
}

static void run_stmt(struct run *run, const struct stmt *stmt, const struct stmt *next)
{
	struct event done = { .kind = EVENT_DONE, .stmt = stmt };

	if (stmt->kind == STMT_FOR) {
		run_for(run, stmt);
		return;
	}
	if (stmt->kind == STMT_INCLUDE) {
		run_body(run, stmt->include.body);
		return;
	}
	if (run->options.until && run->number >= run->options.until) {
		run->stopped = true;
		return;
	}
	if (run->number >= run->options.max_statements) {
		stop_at_limit(run, stmt, "statements");
		return;
	}
	if (is_interrupted(run, stmt))
		return;
	run->number++;
	run->eval.own = run->first;
	if (stmt->kind == STMT_RACE)
		race_run(run, stmt, next && next->kind == STMT_ORDER ? next : NULL);
	else
		run_leaf(run, stmt);
	if (check_due(run, stmt))
		run_check_invariants(run, stmt);
	run_event(run, &done);
}

static void run_body(struct run *run, const GPtrArray *body)
{
	if (run->member) {
		run_member(run, body);
		return;
	}
	for (guint i = 0; i < body->len && !run->stopped; i++)
		run_stmt(run, body->pdata[i], i + 1 < body->len ? body->pdata[i + 1] : NULL);
}

static bool run_cannot_begin(struct run *run, const char *why)
{
	diag_file_error(run->diags, run->script->name, NULL, "%s", why);
	run_stop(run, NULL, STATUS_NOTHING);
	return false;
}

static bool run_begin(struct run *run)
{
	struct event begin = { .kind = EVENT_BEGIN };
	g_autofree char *why = NULL;

	if (!settings_read(run->script, !run->options.without_bugs, &run->settings, run->diags)) {
		run_stop(run, NULL, STATUS_REJECTED);
		return false;
	}
	if (run->options.adapt &&
	    !run->options.adapt(run->options.wrap_data, &run->settings, &why))
		return run_cannot_begin(run, why);
	run->backend = run->options.reuse;
	if (!run->backend)
		run->backend = backend_model_create(&run->settings.config, run->first, &why);
	else if (!backend_model_restart(run->backend, run->first, &why))
		run->backend = NULL;
	if (!run->backend) {
		diag_file_error(run->diags, run->script->name, NULL, "%s", why);
		run_stop(run, NULL, STATUS_REJECTED);
		return false;
	}
	if (run->options.wrap)
		run->backend = run->options.wrap(run->options.wrap_data, run->backend,
						 &run->settings, run->first, &why);
	if (!run->backend)
		return run_cannot_begin(run, why);
	run->eval.own = run->first;
	if (run->settings.window)
		run_make_window(run);
	run_event(run, &begin);
	return !run->stopped;
}

int run_execute(struct run *run)
{
	struct event end = { .kind = EVENT_END };

	if (run_begin(run))
		run_body(run, run->script->statements);
	if (run->backend && run->options.check != CHECK_NEVER && run->status == STATUS_GOOD &&
	    !run->cut && !run->deadlock)
		run_check_invariants(run, NULL);
	end.status = run->status;
	run_event(run, &end);
	return run->status;
}

/* ---- what others ask ---- */

const struct script *run_script(const struct run *run)
{
	return run->script;
}

struct backend *run_backend(const struct run *run)
{
	return run->backend;
}

struct machine *run_machine(const struct run *run)
{
	return backend_model_machine(run->backend);
}

const struct diag_list *run_diags(const struct run *run)
{
	return run->diags;
}

bool run_was_cut(const struct run *run)
{
	return run->cut;
}

const GArray *run_results(const struct run *run)
{
	return run->results;
}

const struct value_style *run_style(const struct run *run)
{
	return &run->style;
}

const char *run_first_process(const struct run *run)
{
	return run->first;
}

int run_status(const struct run *run)
{
	return run->status;
}

uint64_t run_nr_statements(const struct run *run)
{
	return run->number;
}

uint64_t run_nr_expectations(const struct run *run)
{
	return run->nr_expectations;
}

uint64_t run_nr_failed(const struct run *run)
{
	return run->nr_failed;
}
