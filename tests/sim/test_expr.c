/*
 * Evaluation: arithmetic as in C, names, queries, sets, arguments, and what goes wrong.
 */
#include "tests/test.h"

#include "sim/expr.h"
#include "sim/parse.h"

#define WINDOW	0x7f0000000000ull

/* A small world: processes P and Q, x = 5, vma(a) is an object, word `gap`. */
static bool lookup(struct eval *eval, const char *name, struct value *out)
{
	(void)eval;
	if (!strcmp(name, "P") || !strcmp(name, "Q"))
		*out = value_process(name);
	else if (!strcmp(name, "x"))
		*out = value_int(5);
	else if (!strcmp(name, "PROT_EXEC"))
		*out = value_int(99);	/* a variable goes before a constant */
	else
		return false;
	return true;
}

static bool word(struct eval *eval, const char *name, struct value *out)
{
	(void)eval;
	if (strcmp(name, "gap"))
		return false;
	*out = value_word(name, 0);
	return true;
}

static bool window(struct eval *eval, uint64_t *start, uint64_t *len)
{
	(void)eval;
	*start = WINDOW;
	*len = 40 * 4096;
	return true;
}

static bool query(struct eval *eval, const struct expr *call, const struct value *args,
		  unsigned int nr_args, struct value *out)
{
	if (!strcmp(call->text, "count"))
		*out = value_int(nr_args);
	else if (!strcmp(call->text, "second") && nr_args > 1)
		value_copy(out, &args[1]);
	else if (!strcmp(call->text, "vma") && nr_args == 1)
		*out = value_object("vma", (unsigned int)((args[0].number - WINDOW) / 4096));
	else if (!strcmp(call->text, "mergeable"))
		*out = value_word("gap", 0);
	else
		return eval_error(eval, call, NULL, "unknown query '%s'", call->text);
	return true;
}

static bool member(struct eval *eval, const struct expr *expr, const struct value *base,
		   struct value *out)
{
	if (strcmp(expr->text, "id"))
		return eval_error(eval, expr, NULL, "no member '%s'", expr->text);
	*out = value_int(base->id);
	return true;
}

static void remember(struct eval *eval, const struct expr *expr, const struct value *value)
{
	char *text = loc_text(&expr->loc), *shown = value_text(value, NULL);

	g_string_append_printf(eval->data, "%s=%s;", text, shown);
	g_free(text);
	g_free(shown);
}

static void offer(struct eval *eval, struct nearest *nearest, bool calls)
{
	(void)eval;
	if (!calls)
		nearest_offer(nearest, "gap");
}

static const struct eval_ops ops = { lookup, word, window, query, member, remember, offer };
static const char *const prefixes[] = { "PROT_", "MAP_", NULL };

static const struct expr_case {
	const char *text;
	const char *value;	/* as printed; NULL: an error */
	const char *error;
	unsigned int col;	/* of the error, in the expression */
} cases[] = {
	{ "1 + 2 * 3 - 4 / 2 % 3", "5", NULL, 0 },
	{ "(1 + 2) * 3", "9", NULL, 0 },
	{ "1 << 4 >> 2 | 3 & 6 ^ 1", "7", NULL, 0 },
	{ "~0", "-1", NULL, 0 },
	{ "-8 >> 1", "-4", NULL, 0 },
	{ "-7 / 2", "-3", NULL, 0 },
	{ "-7 % 2", "-1", NULL, 0 },
	{ "-1 < 1", "1", NULL, 0 },
	{ "0xfffffffffffff000 > 1", "1", NULL, 0 },
	{ "RLIM64_INFINITY > 1p", "1", NULL, 0 },
	{ "AT_FDCWD < 0", "1", NULL, 0 },
	{ "0xfffffffffffff000 + 0x1000", "0", NULL, 0 },
	{ "0xffffffffffffffff >> 63", "1", NULL, 0 },
	{ "3 >= 3 && 3 <= 3 && 2 != 3 && !(2 == 3)", "1", NULL, 0 },
	{ "0 && 1 / 0", "0", NULL, 0 },
	{ "1 || 1 / 0", "1", NULL, 0 },
	{ "-EINVAL", "-22", NULL, 0 },
	{ "READ|WRITE|PRIVATE", "3", NULL, 0 },
	{ "RW == PROT_READ|PROT_WRITE", "2", NULL, 0 },	/* as in C: == binds tighter */
	{ "PROT_EXEC", "99", NULL, 0 },
	{ "@4", "@4", NULL, 0 },
	{ "@4 + 0x80", "@4+0x80", NULL, 0 },
	{ "@(x + 1)", "@6", NULL, 0 },
	{ "@x - @2", "12288", NULL, 0 },
	{ "@0 - 1p", "0x7efffffff000", NULL, 0 },
	{ "Q:@4", "Q:@4", NULL, 0 },
	{ "Q:@4 + 1p", "Q:@5", NULL, 0 },
	{ "Q:@4 - Q:@2", "8192", NULL, 0 },
	{ "P:@4 == @4", "1", NULL, 0 },
	{ "Q:@4 == @4", "0", NULL, 0 },
	{ "{@1, Q:@2} == {Q:@2, P:@1, @1}", "1", NULL, 0 },
	{ "{1, 2} != {1}", "1", NULL, 0 },
	{ "[1, 2] == [2, 1]", "0", NULL, 0 },
	{ "{2, 1, 2}", "{1, 2}", NULL, 0 },
	{ "vma(@4) == vma(@4+1)", "1", NULL, 0 },
	{ "vma(@4)", "vma#4", NULL, 0 },
	{ "vma(@0) == NULL", "1", NULL, 0 },
	{ "vma(@4).id * 2", "8", NULL, 0 },
	{ "mergeable(@1, @2) == gap", "1", NULL, 0 },
	{ "!mergeable(@1, @2)", "1", NULL, 0 },
	{ "count(@4..@8)", "2", NULL, 0 },
	{ "second(@4..@8)", "16384", NULL, 0 },
	{ "second(Q:@4..@8)", "16384", NULL, 0 },
	{ "{a=1, b={c=2}}", "{a=1, b={c=2}}", NULL, 0 },
	{ "\"a\" == \"a\"", "1", NULL, 0 },

	{ "1 / 0", NULL, "division by zero", 1 },
	{ "2 + 1 % 0", NULL, "division by zero", 5 },
	{ "(-9223372036854775807 - 1) / -1", NULL, "the result of '/' does not fit in 64 bits", 1 },
	{ "-(-9223372036854775807 - 1)", NULL, "the result of '-' does not fit in 64 bits", 1 },
	{ "9223372036854775807 + 1", NULL, "the result of '+' does not fit in 64 bits", 1 },
	{ "1 << 64", NULL, "a shift by 64 is not within 0..63", 1 },
	{ "1 >> -1", NULL, "a shift by -1 is not within 0..63", 1 },
	{ "1 + PROT_RAED", NULL, "unknown name 'PROT_RAED'", 5 },
	{ "PRIVTE", NULL, "unknown name 'PRIVTE'", 1 },
	{ "R:@4", NULL, "no process 'R'", 1 },
	{ "x:@4", NULL, "'x' is not a process", 1 },
	{ "P:@1 - Q:@2", NULL, "addresses of two processes, 'P' and 'Q'", 1 },
	{ "1 + \"a\"", NULL, "'+' needs numbers, and this is a string", 5 },
	{ "@(0 - 1)", NULL, "the number of a page is negative", 2 },
	{ "vma(@4).foo", NULL, "no member 'foo'", 1 },
	{ "foo(1)", NULL, "unknown query 'foo'", 1 },
	{ "count(@8..@4)", NULL, "this range ends before it begins", 7 },
	{ "\"a\" && 1", NULL, "a string is neither true nor false", 1 },
	{ "\"a\"...", NULL, "strace cut this string short", 1 },
	{ "[1, ...]", NULL, "elements are left out by '...'", 1 },
};

/* The first expression of "expect TEXT". */
static struct script *parse(const char *text, const struct expr **expr)
{
	char *line = g_strconcat("expect ", text, NULL);
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("t", line, strlen(line), NULL, diags);
	const struct stmt *stmt;

	assert_non_null(script);
	stmt = g_ptr_array_index(script->statements, 0);
	*expr = g_ptr_array_index(stmt->expect.exprs, 0);
	diag_list_destroy(diags);
	g_free(line);
	return script;
}

static struct eval make_eval(void)
{
	return (struct eval){ .ops = &ops, .data = g_string_new(NULL),
			      .diags = diag_list_create(), .own = "P", .prefixes = prefixes };
}

static void free_eval(struct eval *eval)
{
	g_string_free(eval->data, TRUE);
	diag_list_destroy(eval->diags);
}

static void test_value(void **state)
{
	static const struct value_style style = { true, WINDOW, WINDOW + 40 * 4096, NULL };
	const struct expr_case *t = *state;
	struct eval eval = make_eval();
	const struct expr *expr;
	struct script *script = parse(t->text, &expr);
	struct value value;
	bool good = eval_expr(&eval, expr, &value);

	if (t->value) {
		char *text = value_text(&value, &style);
		struct value copy;

		assert_true(good);
		assert_string_equal(text, t->value);
		value_copy(&copy, &value);
		assert_true(value_equal(&copy, &value, "P"));
		value_clear(&copy);
		g_free(text);
	} else {
		const struct diag *diag = g_ptr_array_index(eval.diags->items, 0);

		assert_false(good);
		assert_string_equal(diag->message, t->error);
		assert_int_equal(diag->col, t->col + strlen("expect "));
	}
	value_clear(&value);
	free_eval(&eval);
	script_destroy(script);
}

static void test_trace(void **state)
{
	struct eval eval = make_eval();
	const struct expr *expr;
	struct script *script = parse("vma( @4 ).id == x && !mergeable(@1, x)", &expr);
	bool truth = true;

	(void)state;
	assert_true(eval_truth(&eval, expr, &truth));
	assert_false(truth);
	assert_string_equal(((GString *)eval.data)->str, "vma( @4 ).id=4;x=5;");
	free_eval(&eval);
	script_destroy(script);
}

static void test_suggestions(void **state)
{
	static const struct { const char *text, *note; } rows[] = {
		{ "PROT_RAED", "did you mean 'PROT_READ'?" },
		{ "PRIVTE", "did you mean 'PRIVATE'?" },
		{ "gpa", "did you mean 'gap'?" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct eval eval = make_eval();
		const struct expr *expr;
		struct script *script = parse(rows[i].text, &expr);
		struct value value;

		assert_false(eval_expr(&eval, expr, &value));
		assert_string_equal(((struct diag *)g_ptr_array_index(eval.diags->items, 0))->note,
				    rows[i].note);
		free_eval(&eval);
		script_destroy(script);
	}
}

static const char *const *second_only(void *data, unsigned int i)
{
	(void)data;
	return i == 2 ? prefixes : NULL;
}

static void test_args(void **state)
{
	const char *text = "f(@4..@8, READ, flags=7, {range={start=@1, len=1p}, mode=0 => out=3})\n"
			   "f(READ)\n";
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("t", text, strlen(text), NULL, diags);
	const struct stmt *stmt = g_ptr_array_index(script->statements, 0);
	GPtrArray *values = eval_values_create();
	struct eval eval = make_eval();
	const struct value *strct;
	struct value named;

	(void)state;
	eval.prefixes = NULL;
	assert_true(eval_args(&eval, stmt->call.args, second_only, NULL, values, &named));
	assert_int_equal(values->len, 4);
	assert_int_equal(((struct value *)g_ptr_array_index(values, 1))->number, 16384);
	assert_int_equal(((struct value *)g_ptr_array_index(values, 2))->number, 1);
	assert_int_equal(value_field_in(&named, "flags")->number, 7);
	strct = g_ptr_array_index(values, 3);
	assert_int_equal(value_field_in(strct, "len")->number, 4096);
	assert_int_equal(value_field_out(strct, "out")->number, 3);
	assert_null(value_field_in(strct, "out"));
	assert_null(value_field_out(strct, "mode"));
	value_clear(&named);

	stmt = g_ptr_array_index(script->statements, 1);
	assert_false(eval_args(&eval, stmt->call.args, second_only, NULL, values, NULL));
	g_ptr_array_unref(values);
	free_eval(&eval);
	script_destroy(script);
	diag_list_destroy(diags);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + 3] = {
		cmocka_unit_test(test_trace), cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_args),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[3 + i] = (struct CMUnitTest){
			.name = cases[i].text, .test_func = test_value,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
