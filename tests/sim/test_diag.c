/*
 * Each message: where it points, what it says, how to mend it. And input nobody would write.
 */
#include "tests/test.h"

#include "sim/parse.h"

static const struct diag_case {
	const char *name, *text;
	unsigned int line, col, end_col;
	const char *message, *note;	/* note NULL: not looked at */
} cases[] = {
	{ "no statement", "expct vmas() == 1\n", 1, 1, 6, "'expct' is not a statement",
	  "did you mean 'expect'?" },
	{ "bare word", "foo\n", 1, 1, 4, "'foo' is not a statement", NULL },
	{ "task before a statement", "P: check\n", 1, 4, 9, "'check' is not a statement",
	  "only a call takes a task, a variable or arguments" },
	{ "missing parenthesis", "munmap(@4, 1p\n", 1, 14, 14,
	  "expected ',' or ')' behind this argument, found the end of the line",
	  "a statement ends with its line; a '\\' at the end of the line makes it go on in the "
	  "next" },
	{ "single = in expect", "expect a = b\n", 1, 10, 11,
	  "expected an operator, ',' or the end of the line, found '='", "'==' compares" },
	{ "double = in a result", "fork() == 0\n", 1, 8, 10,
	  "expected '=', 'fail_nth' or the end of the line, found '=='",
	  "a result is written with one '='" },
	{ "operand missing", "load(@4 +)\n", 1, 10, 11, "expected an expression, found ')'", NULL },
	{ "suffix behind @", "load(@4p)\n", 1, 7, 9, "'@' counts pages and takes no suffix", NULL },
	{ "page too far", "load(@0xfffffffffffff)\n", 1, 7, 22, "this page lies beyond 64 bits",
	  NULL },
	{ "control character", "note \"a\033[2J\"\n", 1, 8, 9, "a control character",
	  "strings may have it as an escape, \\xhh" },
	{ "control character in a comment", "# a\x7f\n", 1, 4, 5, "a control character", NULL },
	{ "control character of two bytes", "# \xc2\x9b\n", 1, 3, 4, "a control character", NULL },
	{ "control character that is shown", "title \"a\\x1b[2J\"\n", 1, 7, 17,
	  "a control character in the title", NULL },
	{ "number too large", "load(99999999999999999999)\n", 1, 6, 26,
	  "this number does not fit in 64 bits", NULL },
	{ "set and struct", "f({a, b=1})\n", 1, 7, 10, "a field among a set's elements",
	  "{a, b} is a set, {x=a, y=b} a struct" },
	{ "nameless field", "f({a=1, b})\n", 1, 9, 10, "a field without a name", NULL },
	{ "arguments left out", "f(1, ...)\n", 1, 3, 10, "arguments are left out by '...'", NULL },
	{ "setting too late", "check\nset ram = 1M\n", 2, 1, 4,
	  "a setting behind the first statement", "move this line up to the others" },
	{ "second window", "window 1p\nwindow 2p\n", 2, 1, 10, "a second window",
	  "the first one is here" },
	{ "second key", "set a = 1\nset a = 2\n", 2, 1, 10, "a second value for this key", NULL },
	{ "show what", "show vms\n", 1, 6, 9, "unknown thing to show 'vms'",
	  "did you mean 'vmas'?" },
	{ "view", "graph \"a\" foo\n", 1, 11, 14, "unknown view 'foo'",
	  "known are vmas, anon_vma, pagetable, rmap, folios, tree, all" },
	{ "permissions", "expect maps { @4-@8 rwp }\n", 1, 21, 24, "malformed permissions 'rwp'",
	  "write them like rw-p or r--s" },
	{ "title without quotes", "title foo\n", 1, 7, 10, "expected the title, found 'foo'",
	  "write it in double quotes" },
	{ "for without in", "for i 0..9 { check }\n", 1, 7, 8,
	  "expected 'in' behind the variable, found '0'", NULL },
	{ "open block", "for i in 0..9 {\ncheck\n", 3, 1, 1,
	  "expected '}' to end the block, found the end of the file", NULL },
	{ "closing nothing", "check\n}\n", 2, 1, 2, "expected a statement, found '}'",
	  "this '}' closes nothing" },
	{ "empty race", "race { }\n", 1, 1, 5, "a race without members", NULL },
	{ "idle member", "race { a { } }\n", 1, 8, 9, "the member 'a' does nothing", NULL },
	{ "second member", "race { a { f() }; a { f() } }\n", 1, 19, 20, "a second member 'a'",
	  "the first one is here" },
	{ "expect in a race", "race { a { expect 1 } }\n", 1, 12, 20,
	  "only calls can stand in a race",
	  "put it behind the race" },
	{ "unfinished", "mmap(NULL, 4096 <unfinished ...>\n", 1, 17, 33,
	  "strace cut this call in two",
	  "join it with its '<... resumed>' line, or let 'mmsim import' read the log" },
	{ "resumed", "[pid 7] <... mmap resumed>) = 0\n", 1, 9, 13,
	  "the second half of a call that strace cut in two", NULL },
	{ "signal report", "--- SIGSEGV {si_signo=SIGSEGV} ---\n", 1, 1, 2,
	  "strace's report of a signal is not a statement",
	  "leave the line out, or let 'mmsim import' read the log" },
	{ "exit report", "[pid 7] +++ exited with 0 +++\n", 1, 9, 10,
	  "strace's report of an exit is not a statement", NULL },
	{ "two results", "f() = 0 = 1\n", 1, 9, 10, "a second result",
	  "alternatives are joined by 'or'" },
	{ "blank behind continuation", "f(\\ \n)\n", 1, 3, 4,
	  "a '\\' has to be the last character of its line", NULL },
	{ "not UTF-8", "check\nnote \"\xff\"\n", 2, 7, 8, "this byte is not valid UTF-8",
	  "save the file as UTF-8" },
};

static struct diag_list *reject(const char *text, size_t len)
{
	struct diag_list *diags = diag_list_create();

	assert_null(script_parse_text("t.mms", text, len, NULL, diags));
	assert_true(diags->items->len > 0);
	return diags;
}

static void test_message(void **state)
{
	const struct diag_case *t = *state;
	struct diag_list *diags = reject(t->text, strlen(t->text));
	const struct diag *diag = g_ptr_array_index(diags->items, 0);

	assert_string_equal(diag->message, t->message);
	assert_int_equal(diag->severity, DIAG_ERROR);
	assert_string_equal(diag->file, "t.mms");
	assert_int_equal(diag->line, t->line);
	assert_int_equal(diag->col, t->col);
	assert_int_equal(diag->end_col, t->end_col);
	if (t->note)
		assert_string_equal(diag->note, t->note);
	assert_int_equal(diags->nr_errors, 1);
	diag_list_destroy(diags);
}

static void test_form(void **state)
{
	struct diag_list *diags = reject("check\n\tshow vms\n", 16);
	char *text = diag_list_text(diags, false);

	(void)state;
	assert_string_equal(text, "t.mms:2:7: error: unknown thing to show 'vms'\n"
			    "    2 | \tshow vms\n"
			    "      | \t     ^~~\n"
			    "t.mms:2:7: note: did you mean 'vmas'?\n");
	g_free(text);
	text = diag_list_text(diags, true);
	assert_non_null(strstr(text, "\033[1;31merror:"));
	g_free(text);
	diag_list_destroy(diags);
}

static void test_warning(void **state)
{
	struct diag_list *diags = diag_list_create();
	const char *text = "expect p == READ|WRITE, (p == READ)|x, p == (READ|WRITE)\n";
	struct script *script = script_parse_text("t.mms", text, strlen(text), NULL, diags);
	const struct diag *diag;

	(void)state;
	assert_non_null(script);
	assert_int_equal(diags->items->len, 1);
	assert_int_equal(diags->nr_errors, 0);
	diag = g_ptr_array_index(diags->items, 0);
	assert_int_equal(diag->severity, DIAG_WARNING);
	assert_int_equal(diag->col, 8);
	assert_string_equal(diag->message, "'==' binds tighter than '|', as in C");
	script_destroy(script);
	diag_list_destroy(diags);
}

static void test_recovery(void **state)
{
	const char *text = "foo\nmunmap(\ncheck\nfor i of 0..1 {\n bad\n}\n"
			   "for i in 0..1 { load(; show x }\nrace { a { bar }\n b { f() } }\nqux\n";
	static const unsigned int lines[] = { 1, 2, 4, 7, 7, 8, 10 };
	struct diag_list *diags = reject(text, strlen(text));

	(void)state;
	assert_int_equal(diags->nr_errors, G_N_ELEMENTS(lines));
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		const struct diag *diag = g_ptr_array_index(diags->items, i);

		assert_int_equal(diag->line, lines[i]);
	}
	diag_list_destroy(diags);
}

static void test_limit(void **state)
{
	GString *text = g_string_new(NULL);
	struct diag_list *diags;
	char *words;

	(void)state;
	for (int i = 0; i < 50; i++)
		g_string_append(text, "bad\n");
	diags = reject(text->str, text->len);
	assert_int_equal(diags->items->len, DIAG_LIMIT);
	words = diag_list_text(diags, false);
	assert_non_null(strstr(words, "stopped after 20 errors\n"));
	g_free(words);
	g_string_free(text, TRUE);
	diag_list_destroy(diags);
}

static void expect_first(const char *text, size_t len, const char *message)
{
	struct diag_list *diags = reject(text, len);
	const struct diag *diag = g_ptr_array_index(diags->items, 0);
	char *words = diag_list_text(diags, false);

	assert_string_equal(diag->message, message);
	g_free(words);
	diag_list_destroy(diags);
}

/* @count times @part, within a call. */
static void expect_repeated(const char *part, int count, const char *message)
{
	GString *text = g_string_new("f(");

	for (int i = 0; i < count; i++)
		g_string_append(text, part);
	g_string_append(text, "\n");
	expect_first(text->str, text->len, message);
	g_string_free(text, TRUE);
}

static void test_hostile(void **state)
{
	GString *text = g_string_new(NULL);
	char *big;

	(void)state;
	expect_first("check\0", 6, "a NUL byte");
	expect_repeated("(", 5000, "expression nested more than 100 levels");
	expect_repeated("[", 5000, "expression nested more than 100 levels");
	expect_repeated("{", 5000, "expression nested more than 100 levels");
	expect_repeated("-", 5000, "expression nested more than 100 levels");
	expect_repeated("a:", 5000, "expression nested more than 100 levels");
	expect_repeated("f(", 5000, "expression nested more than 100 levels");
	expect_repeated("1+", 5000, "expression nested more than 100 levels");
	expect_repeated("1,", 5000, "more than 4096 elements");
	expect_repeated("1, ", 30000, "a line of more than 65536 bytes");

	for (int i = 0; i < 40; i++)
		g_string_append(text, "for i in 0..1 {\n");
	expect_first(text->str, text->len, "blocks nested more than 32 deep");
	g_string_free(text, TRUE);

	big = g_malloc0(SOURCE_MAX_BYTES + 1);
	expect_first(big, SOURCE_MAX_BYTES + 1, "the file is larger than 16 MiB");
	g_free(big);
}

static void test_nearest(void **state)
{
	struct nearest nearest;

	(void)state;
	assert_int_equal(edit_distance("READ", "RAED"), 1);
	assert_int_equal(edit_distance("abc", "ABC"), 0);
	assert_int_equal(edit_distance("", "abc"), 3);
	assert_int_equal(edit_distance("kitten", "sitting"), 3);
	nearest_init(&nearest, "exepct");
	nearest_offer(&nearest, "check");
	nearest_offer(&nearest, "expect");
	assert_string_equal(nearest.best, "expect");
	nearest_init(&nearest, "zzz");
	nearest_offer(&nearest, "expect");
	assert_null(nearest.best);
}

static void test_missing_file(void **state)
{
	struct diag_list *diags = diag_list_create();
	char *text;

	(void)state;
	assert_null(script_parse_file("/nonexistent/x.mms", NULL, diags));
	text = diag_list_text(diags, false);
	assert_string_equal(text, "/nonexistent/x.mms: error: "
			    "cannot read the file: no such file\n");
	g_free(text);
	diag_list_destroy(diags);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + 7] = {
		cmocka_unit_test(test_form), cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_limit), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_nearest), cmocka_unit_test(test_warning),
		cmocka_unit_test(test_missing_file),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[7 + i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = test_message,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
