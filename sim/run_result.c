/*
 * run_result.c - is what a call gave among the results its line allows?
 */
#include <errno.h>
#include <string.h>

#include "sim/run_call.h"

static bool equals_pid(const struct call_outcome *outcome, const struct value *wanted)
{
	g_autofree char *name = NULL;

	if (wanted->kind != VALUE_INT || !outcome->child)
		return false;
	if ((int64_t)wanted->number == outcome->value)
		return true;
	name = g_strdup_printf("pid%" G_GINT64_FORMAT, (int64_t)wanted->number);
	return !strcmp(name, outcome->child);
}

static bool matches_value(struct run *run, const struct call_request *request,
			  const struct call_outcome *outcome, const struct value *wanted)
{
	struct value got;
	bool equal;

	if (outcome->kind == OUTCOME_SIGNAL || outcome->kind == OUTCOME_BLOCKED)
		return false;
	if (outcome->kind == OUTCOME_ERRNO)
		return wanted->kind == VALUE_INT && (int64_t)wanted->number == -outcome->value;
	if (request->op->returns == RETURNS_PID && equals_pid(outcome, wanted))
		return true;
	got = run_outcome_value(request->op, outcome);
	equal = eval_equal(&run->eval, &got, wanted);
	value_clear(&got);
	return equal;
}

/* 1 if it matches, 0 if not, -1 if the result cannot be evaluated. */
static int matches(struct run *run, const struct call_request *request,
		   const struct call_outcome *outcome, const struct result *result)
{
	struct value wanted = value_int(0);
	int match;

	switch (result->kind) {
	case RESULT_ANY:
		return 1;
	case RESULT_BLOCKED:
		return outcome->kind == OUTCOME_BLOCKED;
	case RESULT_SIGNAL:
		return outcome->kind == OUTCOME_SIGNAL &&
		       !g_strcmp0(signal_name((int)outcome->value), result->word);
	case RESULT_EXPR:
		break;
	}
	if (!eval_expr(&run->eval, result->expr, &wanted))
		return -1;
	match = matches_value(run, request, outcome, &wanted);
	value_clear(&wanted);
	return match;
}

/* "0 or -EAGAIN", evaluated where that tells more than what is written. */
static char *allowed_text(struct run *run, const struct stmt_call *call)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < call->results->len; i++) {
		const struct result *result = call->results->pdata[i];
		g_autofree char *written = ast_result_text(result);
		g_autofree char *shown = NULL;
		struct value value = value_int(0);

		g_string_append_printf(out, "%s%s", i ? " or " : "", written);
		if (result->kind != RESULT_EXPR || result->expr->kind == EXPR_NUMBER ||
		    result->expr->kind == EXPR_UNARY || result->expr->kind == EXPR_PAGE)
			continue;
		if (eval_expr(&run->eval, result->expr, &value)) {
			struct value_style style = run->style;

			style.own = run->eval.own;
			shown = value_text(&value, &style);
			if (strcmp(shown, written))
				g_string_append_printf(out, " (%s)", shown);
		}
		value_clear(&value);
	}
	return g_string_free(out, FALSE);
}

/* "-ENOMEM (Cannot allocate memory)".  g_strerror() would keep what it makes (sim/arena.h). */
static char *with_words(const struct call_outcome *outcome, const char *shown)
{
	const char *words = NULL;

	if (outcome->kind == OUTCOME_ERRNO && outcome->value < 134)
		words = strerror((int)outcome->value);
	return words ? g_strdup_printf("%s (%s)", shown, words) : g_strdup(shown);
}

static bool check_results(struct run *run, const struct stmt *stmt,
			  const struct call_request *request,
			  const struct call_outcome *outcome, const char *shown)
{
	const struct stmt_call *call = &stmt->call;
	g_autofree char *wanted = NULL;
	g_autofree char *got = with_words(outcome, shown);
	const struct result *first, *last;
	struct loc where;

	if (!call->results->len) {
		if (outcome->kind == OUTCOME_VALUE)
			return true;
		diag_error(run->diags, &call->name_loc, "`= RESULT [or RESULT]` allows others, "
			   "`= ?` anything", "%s() had to succeed, and gave %s", call->name, got);
		return false;
	}
	for (guint i = 0; i < call->results->len; i++) {
		int match = matches(run, request, outcome, call->results->pdata[i]);

		if (match < 0)
			run->status = STATUS_REJECTED;
		if (match)
			return match > 0;
	}
	wanted = allowed_text(run, call);
	first = call->results->pdata[0];
	last = call->results->pdata[call->results->len - 1];
	where = loc_join(&first->loc, &last->loc);
	diag_error(run->diags, &where, NULL, "expected %s, got %s", wanted, got);
	return false;
}

/* ---- output fields ---- */

static bool is_output(const struct op *op, const struct value_field *field)
{
	if (field->out)
		return true;
	for (unsigned int i = 0; op->out && op->out[i]; i++)
		if (!strcmp(op->out[i], field->name) && strcmp(field->name, "features"))
			return true;
	return op->id == OP_GETRLIMIT;
}

static bool check_field(struct run *run, const struct stmt *stmt, const struct value_field *field,
			const struct call_outcome *outcome)
{
	const struct value *got = outcome->has_out && outcome->out.kind == VALUE_STRUCT ?
		value_field_out(&outcome->out, field->name) : NULL;
	g_autofree char *got_text = NULL, *wanted = NULL;

	if (got && eval_equal(&run->eval, got, &field->value))
		return true;
	got_text = got ? value_text(got, &run->style) : g_strdup("nothing");
	wanted = value_text(&field->value, &run->style);
	diag_error(run->diags, &stmt->call.name_loc, NULL, "expected output %s = %s, got %s",
		   field->name, wanted, got_text);
	return false;
}

static bool is_output_list(const struct op *op, unsigned int i)
{
	return op->id == OP_MINCORE || (op->id == OP_MOVE_PAGES && i == 4);
}

static bool check_outputs(struct run *run, const struct stmt *stmt,
			  const struct call_request *request,
			  const struct call_outcome *outcome)
{
	const struct op *op = request->op;
	bool good = true;

	/* A call that fails may still report how far it came. */
	if (outcome->kind != OUTCOME_VALUE && !(outcome->kind == OUTCOME_ERRNO && outcome->has_out))
		return true;
	for (unsigned int i = 0; i < request->args->nr; i++) {
		const struct value *value = request->args->value[i];
		bool all = op->id == OP_PRLIMIT64 && i == 3;

		if (value && value->kind == VALUE_LIST && is_output_list(op, i)) {
			g_autofree char *got = value_text(&outcome->out, NULL);
			g_autofree char *wanted = value_text(value, NULL);

			if (eval_equal(&run->eval, &outcome->out, value))
				continue;
			diag_error(run->diags, &stmt->call.name_loc, NULL,
				   "expected %s %s, got %s", op->args[i].name, wanted, got);
			good = false;
		}
		if (!value || value->kind != VALUE_STRUCT)
			continue;
		for (guint j = 0; j < value->items->len; j++) {
			const struct value_field *field = value->items->pdata[j];

			if ((all || is_output(op, field)) &&
			    !check_field(run, stmt, field, outcome))
				good = false;
		}
	}
	return good;
}

bool run_call_allowed(struct run *run, const struct stmt *stmt,
		      const struct call_request *request, const struct call_outcome *outcome,
		      const char *shown)
{
	return check_results(run, stmt, request, outcome, shown) &&
	       check_outputs(run, stmt, request, outcome);
}
