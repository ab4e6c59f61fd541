/*
 * run_eval.c - what names and queries mean while a script runs.
 */
#include <string.h>

#include "sim/parse.h"
#include "sim/run_internal.h"

static struct run *run_of(const struct eval *eval)
{
	return eval->data;
}

static bool lookup(struct eval *eval, const char *name, struct value *out)
{
	struct run *run = run_of(eval);
	const struct value *variable;
	unsigned int anon_vma;

	for (guint i = run->loops->len; i-- > 0;) {
		const struct loop_var *loop = &g_array_index(run->loops, struct loop_var, i);

		if (!strcmp(loop->name, name)) {
			*out = value_int(loop->value);
			return true;
		}
	}
	variable = g_tree_lookup(run->vars, name);
	if (variable) {
		value_copy(out, variable);
		return true;
	}
	if (!strcmp(name, run->first) || run->backend->ops->process_of(run->backend, name)) {
		*out = value_process(name);
		return true;
	}
	if (!strcmp(name, "P")) {	/* a log's first process, by its other name */
		*out = value_process(run->first);
		return true;
	}
	if (!strcmp(name, "errno")) {
		const char *word = errno_name(run->last_errno);

		*out = run->last_errno && word ?
			value_word(word, (uint64_t)run->last_errno) : value_int(run->last_errno);
		return true;
	}
	anon_vma = run_anon_vma_of_name(run, name);
	if (anon_vma)
		*out = value_object("anon_vma", anon_vma);
	return anon_vma != 0;
}

static bool word(struct eval *eval, const char *name, struct value *out)
{
	struct run *run = run_of(eval);

	return run->backend->ops->word(run->backend, name, out);
}

static bool window(struct eval *eval, uint64_t *start, uint64_t *len)
{
	const struct run *run = run_of(eval);

	if (!run->window_end)
		return false;
	*start = run->window_start;
	*len = run->window_end - run->window_start;
	return true;
}

static bool call(struct eval *eval, const struct expr *expr, const struct value *args,
		 unsigned int nr_args, struct value *out)
{
	struct run *run = run_of(eval);

	return run->backend->ops->query(run->backend, eval, expr, args, nr_args, out);
}

static bool member(struct eval *eval, const struct expr *expr, const struct value *base,
		   struct value *out)
{
	struct run *run = run_of(eval);

	return run->backend->ops->member(run->backend, eval, expr, base, out);
}

static void trace(struct eval *eval, const struct expr *expr, const struct value *value)
{
	struct run *run = run_of(eval);
	struct value_style style = run->style;
	g_autofree char *text = loc_text(&expr->loc);
	g_autofree char *shown = NULL;

	style.own = eval->own;
	/* Sets of addresses name each process: {P:@8, Q:@8}. */
	if (value->kind == VALUE_SET)
		style.own = NULL;
	shown = value_text(value, &style);
	g_ptr_array_add(run->traced, g_strdup_printf("%s is %s", text, shown));
}

static gboolean offer_variable(void *name, void *value, void *nearest)
{
	(void)value;
	nearest_offer(nearest, name);
	return FALSE;
}

static void offer(struct eval *eval, struct nearest *nearest, bool calls)
{
	struct run *run = run_of(eval);

	if (!calls)
		g_tree_foreach(run->vars, offer_variable, nearest);
	for (guint i = 0; !calls && i < run->loops->len; i++)
		nearest_offer(nearest, g_array_index(run->loops, struct loop_var, i).name);
	run->backend->ops->offer(run->backend, nearest, calls);
	if (!calls)
		nearest_offer(nearest, "errno");
}

const struct eval_ops run_eval_ops = {
	.lookup = lookup,
	.word = word,
	.window = window,
	.call = call,
	.member = member,
	.trace = trace,
	.offer = offer,
};

bool run_address(struct run *run, const char *text, struct diag_list *diags, char **process,
		 uint64_t *address)
{
	g_autofree char *statement = g_strdup_printf("expect %s\n", text);
	struct script *script = script_parse_text("address", statement, strlen(statement), NULL,
						  diags);
	struct eval eval = run->eval;
	struct value value = value_int(0);
	const struct stmt *stmt = script && script->statements->len == 1 ?
		script->statements->pdata[0] : NULL;
	bool good = stmt && stmt->kind == STMT_EXPECT && stmt->expect.exprs->len == 1;

	eval.diags = diags;
	eval.own = run->first;
	eval.quiet = 1;
	good = good && eval_expr(&eval, stmt->expect.exprs->pdata[0], &value);
	if (good && !value_is_number(&value)) {
		diag_file_error(diags, text, NULL, "an address is needed, not %s",
				value_kind_words(value.kind));
		good = false;
	}
	*process = g_strdup(value.kind == VALUE_ADDR ? value.text : run->first);
	*address = value.number;
	value_clear(&value);
	script_destroy(script);
	return good;
}

bool run_evaluate(struct run *run, const struct expr *expr, struct value *out)
{
	struct eval eval = run->eval;
	bool good;

	*out = value_int(0);
	eval.diags = diag_list_create();
	eval.quiet = 1;
	good = eval_expr(&eval, expr, out);
	diag_list_destroy(eval.diags);
	return good;
}
