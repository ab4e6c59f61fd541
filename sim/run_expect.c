/*
 * run_expect.c - expectations and invariants while a script runs.
 */
#include <string.h>

#include "model/check/check.h"
#include "sim/run_internal.h"

/* "vmas() is 3\nvma(@4).start is @4" */
static char *join_traced(const struct run *run)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < run->traced->len; i++)
		g_string_append_printf(out, "%s%s", i ? "\n" : "",
				       (const char *)run->traced->pdata[i]);
	return g_string_free(out, FALSE);
}

/* `sometimes` promises nothing of one schedule. */
static void expect_one(struct run *run, const struct stmt *stmt, const struct expr *expr)
{
	enum quantifier quantifier = stmt->expect.quantifier;
	struct event event = { .kind = EVENT_EXPECT, .stmt = stmt,
			       .word = quantifier_words(quantifier) };
	g_autofree char *text = loc_text(&expr->loc);
	g_autofree char *gave = NULL;
	bool truth = false, good;

	g_ptr_array_set_size(run->traced, 0);
	run->nr_expectations++;
	good = eval_truth(&run->eval, expr, &truth);
	event.text = text;
	event.truth = truth;
	event.ok = good && (quantifier == QUANT_SOMETIMES || truth == (quantifier == QUANT_EXPECT));
	run_event(run, &event);
	if (!good) {
		run_stop(run, stmt, STATUS_REJECTED);
	} else if (!event.ok) {
		gave = join_traced(run);
		diag_error(run->diags, &expr->loc, gave[0] ? gave : NULL,
			   "expected %s%s", quantifier == QUANT_NEVER ? "never " : "", text);
		run_failed(run, stmt, STATUS_FALSE);
	}
	g_ptr_array_set_size(run->traced, 0);
}

void run_expect(struct run *run, const struct stmt *stmt)
{
	if (run->options.without_bugs && run->settings.has_bug)
		return;
	for (guint i = 0; i < stmt->expect.exprs->len && !run->stopped; i++)
		expect_one(run, stmt, stmt->expect.exprs->pdata[i]);
}

/* ---- invariants ---- */

static bool may_break(const struct run *run, const char *rule)
{
	for (guint i = 0; i < run->must_violate->len; i++)
		if (!strcmp(run->must_violate->pdata[i], rule))
			return true;
	return false;
}

static bool told_before(struct run *run, const struct broken_rule *broken)
{
	char *key = g_strjoin("\n", broken->rule, broken->place, broken->expected, broken->saw,
			      NULL);

	return !g_hash_table_add(run->broken_told, key);
}

void run_tell_broken(struct run *run, const struct stmt *stmt, unsigned int nr)
{
	bool unexpected = false;

	for (; run->nr_broken < nr; run->nr_broken++) {
		struct broken_rule broken = run->backend->ops->broken(run->backend,
								      run->nr_broken);
		struct event event = { .kind = EVENT_VIOLATION, .stmt = stmt, .broken = &broken };

		event.ok = !run->options.without_bugs && may_break(run, broken.rule);
		unexpected |= !event.ok;
		if (!told_before(run, &broken))
			run_event(run, &event);
	}
	if (!unexpected && run->options.explore && run->nr_broken)
		run->stopped = true;	/* what it had to find: what follows says nothing */
	if (unexpected) {
		run->status = status_worse(run->status, STATUS_BROKEN);
		run->stopped = true;
	}
}

void run_check_invariants(struct run *run, const struct stmt *stmt)
{
	if (run->backend->ops->check)
		run_tell_broken(run, stmt, run->backend->ops->check(run->backend));
}

int run_check_empty(struct run *run)
{
	/* What was broken on purpose may leave anything behind. */
	if (run->backend && run->backend->ops->check_empty && run->status == STATUS_GOOD &&
	    run->options.check != CHECK_NEVER && !run->nr_broken)
		run_tell_broken(run, NULL, run->backend->ops->check_empty(run->backend));
	return run->status;
}

static char *nearest_rule(const char *name)
{
	static const char *const others[] = { "lock-order", "might-sleep", "progress",
						"swap-stable-writes", "collapse-copy",
						"pgtable-lifetime", "use-after-free",
						"bug-on", "private-write",
						"no-leak" };
	const struct check_rule *rules;
	struct nearest nearest;
	size_t nr;

	rules = check_rules(&nr);
	nearest_init(&nearest, name);
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(rules[i].name, name))
			return NULL;
		nearest_offer(&nearest, rules[i].name);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		if (!strcmp(others[i], name))
			return NULL;
		nearest_offer(&nearest, others[i]);
	}
	return nearest.best ? nearest_note(&nearest) :
			      g_strdup("no invariant has that name: `mmsim list invariants`");
}

void run_must_violate(struct run *run, const struct stmt *stmt)
{
	struct event event = { .kind = EVENT_VIOLATE, .stmt = stmt, .word = stmt->invariant };
	g_autofree char *note = NULL;

	note = nearest_rule(stmt->invariant);
	if (note) {
		diag_error(run->diags, &stmt->loc, note, "unknown invariant '%s'", stmt->invariant);
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	if (run->options.without_bugs || run->options.explore)
		return;
	run->nr_expectations++;
	run_check_invariants(run, stmt);
	for (unsigned int i = 0; i < run->nr_broken; i++)
		event.ok |= !strcmp(run->backend->ops->broken(run->backend, i).rule,
				    stmt->invariant);
	run_event(run, &event);
	if (event.ok)
		return;
	diag_error(run->diags, &stmt->loc, NULL, "expected %s to be violated, and it holds",
		   stmt->invariant);
	run_failed(run, stmt, STATUS_FALSE);
}

/* ---- of scripts ---- */

static bool body_expects(const GPtrArray *body)
{
	for (guint i = 0; i < body->len; i++) {
		const struct stmt *stmt = body->pdata[i];

		if (stmt->kind == STMT_EXPECT || stmt->kind == STMT_MAPS ||
		    stmt->kind == STMT_MUST_VIOLATE)
			return true;
		if (stmt->kind == STMT_FOR && body_expects(stmt->loop.body))
			return true;
		if (stmt->kind == STMT_INCLUDE && body_expects(stmt->include.body))
			return true;
	}
	return false;
}

bool script_has_expectations(const struct script *script)
{
	return body_expects(script->statements);
}

static void collect(const GPtrArray *body, GPtrArray *names)
{
	for (guint i = 0; i < body->len; i++) {
		const struct stmt *stmt = body->pdata[i];

		if (stmt->kind == STMT_MUST_VIOLATE)
			g_ptr_array_add(names, g_strdup(stmt->invariant));
		else if (stmt->kind == STMT_FOR)
			collect(stmt->loop.body, names);
		else if (stmt->kind == STMT_INCLUDE)
			collect(stmt->include.body, names);
	}
}

GPtrArray *script_must_violate(const struct script *script)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	collect(script->statements, names);
	return names;
}
