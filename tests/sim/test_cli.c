/*
 * test_cli.c - the built mmsim, called as people and scripts call it.
 */
#include "tests/test.h"

#include <glib/gstdio.h>
#include <stdlib.h>

/* A directory of its own, with a few scenarios. */
struct place {
	char *dir;
};

/* What one call of mmsim gave. */
struct result {
	char *out, *err;
	int status;
};

static void put(const struct place *place, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(place->dir, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);

	g_mkdir_with_parents(dir, 0700);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *get(const struct place *place, const char *name)
{
	g_autofree char *path = g_build_filename(place->dir, name, NULL);
	char *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

static int setup(void **state)
{
	struct place *place = g_new0(struct place, 1);

	place->dir = g_dir_make_tmp("mmsim-cli-XXXXXX", NULL);
	assert_non_null(place->dir);
	put(place, "good.mms", "# What a first test asks. More.\ntitle \"good\"\nmunlockall()\n"
	    "expect vmas() == 0\n");
	put(place, "false.mms", "title \"false\"\nexpect 1 == 2\nexpect 3 == 4\n");
	put(place, "rejected.mms", "munlocall()\n");
	put(place, "syntax.mms", "munlockall(\n");
	put(place, "plain.mms", "window 8p\nmmap(@2, 2p, RW, PRIVATE|ANONYMOUS|FIXED)\n");
	*state = place;
	return 0;
}

static void remove_all(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *full = g_build_filename(path, name, NULL);

		remove_all(full);
	}
	g_remove(path);
}

static int teardown(void **state)
{
	struct place *place = *state;

	remove_all(place->dir);
	g_free(place->dir);
	g_free(place);
	return 0;
}

/* Words parted by blanks; @variable is "NAME=VALUE" for the environment, or NULL. */
static struct result mmsim(const struct place *place, const char *words, const char *variable)
{
	g_autofree char *line = g_strdup_printf("%s %s", MMSIM_BINARY, words);
	g_auto(GStrv) argv = g_strsplit(g_strchomp(line), " ", -1);
	g_auto(GStrv) env = g_get_environ();
	struct result result = {};
	GError *error = NULL;
	int wait_status = 0;

	env = g_environ_unsetenv(env, "CI");
	env = g_environ_unsetenv(env, "CLICOLOR_FORCE");
	if (variable) {
		g_auto(GStrv) pair = g_strsplit(variable, "=", 2);

		env = g_environ_setenv(env, pair[0], pair[1], TRUE);
	}
	if (!g_spawn_sync(place->dir, argv, env, G_SPAWN_DEFAULT, NULL, NULL, &result.out,
			  &result.err, &wait_status, &error))
		fail_msg("%s", error->message);
	result.status = g_spawn_check_wait_status(wait_status, &error) ? 0 : error->code;
	g_clear_error(&error);
	return result;
}

static void result_clear(struct result *result)
{
	g_free(result->out);
	g_free(result->err);
}

static const struct cli_case {
	const char *name, *words, *variable;
	int status;
	const char *out, *err;	/* parts; NULL: that stream is empty; "": anything */
} cases[] = {
	{ "no argument: help", "", NULL, 0, "Commands:", NULL },
	{ "--help", "--help", NULL, 0, "Commands:", NULL },
	{ "--version", "--version", NULL, 0, "MIT licence", NULL },
	{ "help of a command", "run --help", NULL, 0, "Examples:", NULL },
	{ "help by name", "help test", NULL, 0, "Usage: mmsim test", NULL },
	{ "an unknown command", "tset", NULL, 2, NULL, "did you mean test?" },
	{ "an unknown option", "run --verbos good.mms", NULL, 2, NULL, "did you mean --verbose?" },
	{ "an option without its value", "run --state", NULL, 2, NULL, "needs a value" },
	{ "a number that is none", "run --until=x good.mms", NULL, 2, NULL, "needs a number" },
	{ "no file", "run", NULL, 2, NULL, "no scenario given" },
	{ "a file that is not there", "run nowhere.mms", NULL, 3, NULL, "nowhere.mms: error" },
	{ "run: good", "run good.mms", NULL, 0, "ok: 2 statements, 1 expectation\n", NULL },
	{ "run: quiet", "run -q good.mms", NULL, 0, NULL, NULL },
	{ "run: false, and goes on", "run false.mms", NULL, 1, "a checked statement is false",
	  "false.mms:3:8: error: expected 3 == 4" },
	{ "run: quiet, errors all the same", "run -q false.mms", NULL, 1, NULL,
	  "false.mms:2:8: error: expected 1 == 2" },
	{ "run: rejected", "run -q rejected.mms", NULL, 3, NULL, "did you mean 'munlockall'?" },
	{ "run: a syntax error", "run syntax.mms", NULL, 3, NULL, "syntax.mms:1:" },
	{ "run: the worst of several",
	  "run -q good.mms rejected.mms false.mms", NULL, 1, NULL, "" },
	{ "run: the layout when nothing is expected", "run plain.mms", NULL, 0,
	  "@2-@4 rw-p pgoff=@2/PAGE anon_vma=none", NULL },
	{ "run: events", "run --format=json good.mms", NULL, 0,
	  "{\"schema\":\"mmsim/1\",", NULL },
	{ "run: the last event", "run --format=json good.mms", NULL, 0,
	  "{\"event\":\"end\",\"status\":0,\"statements\":2,\"expectations\":1}\n", NULL },
	{ "run: verbose", "run -v plain.mms", NULL, 0, "        vma-", NULL },
	{ "run: state", "run -q --state=- plain.mms", NULL, 0,
	  "\"results\": [140737354108928]", "" },
	{ "run: until", "run --until=1 false.mms", NULL, 1, "1 statement, 1 expectation", "" },
	{ "run: no colour on a pipe", "run good.mms", NULL, 0, "good\n", NULL },
	{ "run: colour", "run --color=always good.mms", NULL, 0, "\033[1mgood\033[0m", NULL },
	{ "run: NO_COLOR", "run --color=auto good.mms", "NO_COLOR=1", 0, "good\n", NULL },
	{ "run: a wrong word", "run --color=sometimes good.mms", NULL, 2, NULL, "auto, always" },
	{ "test: one", "test good.mms", NULL, 0, "ok 1 - good.mms: good\n# 1 passed, 0 failed, "
	  "0 skipped\n", NULL },
	{ "test: a directory", "test -j2 .", NULL, 1, "# 2 passed, 3 failed, 0 skipped\n", NULL },
	{ "test: in the order of names", "test .", NULL, 1, "not ok 1 - ./false.mms", NULL },
	{ "test: quiet", "test -q good.mms", NULL, 0, "# 1 passed", NULL },
	{ "test: nothing there", "test nowhere", NULL, 2, NULL, "does not exist" },
	{ "test: JUnit", "test --junit=- false.mms", NULL, 1,
	  "<failure message=\"a checked statement is false\" type=\"status-1\">", NULL },
	{ "list: features", "list features", NULL, 0, "mremap_multi_vma", NULL },
	{ "list: invariants", "list invariants", NULL, 0, "vma-order", NULL },
	{ "list: calls", "list calls", NULL, 0,
	  "mmap(addr, length, prot, flags, fd, offset)", NULL },
	{ "list: queries", "list queries", NULL, 0, "mergeable(a, b)", NULL },
	{ "list: settings", "list settings", NULL, 0, "overcommit_memory = 0, 1 or 2", NULL },
	{ "list: constants", "list constants", NULL, 0, "PROT_READ 0x1\n", NULL },
	{ "list: fields", "list fields", NULL, 0, ".pgoff", NULL },
	{ "list: scenarios", "list scenarios good.mms", NULL, 0,
	  "good.mms\n  good\n  What a first test asks.\n", NULL },
	{ "list: nothing", "list", NULL, 2, NULL, "list what?" },
	{ "list: an unknown word", "list bug", NULL, 2, NULL, "did you mean bugs?" },
	{ "promote: refused in CI", "promote good.mms", "CI=true", 2, NULL, "CI is set" },
	{ "promote: not what fails", "promote false.mms", NULL, 1, NULL, "is left as it is" },
};

static void check_stream(const char *name, const char *text, const char *part)
{
	if (!part && text[0])
		fail_msg("%s has to be empty, and is: %s", name, text);
	if (part && !strstr(text, part))
		fail_msg("%s lacks '%s': %s", name, part, text);
}

static const struct cli_case *running;

static void test_case(void **state)
{
	const struct cli_case *t = running++;
	struct result result = mmsim(*state, t->words, t->variable);

	if (result.status != t->status)
		fail_msg("%s: status %d instead of %d: %s", t->name, result.status, t->status,
			 result.err);
	check_stream("standard output", result.out, t->out);
	check_stream("standard error", result.err, t->err);
	result_clear(&result);
}

/* The help of every command fits a terminal. */
static void test_help_fits(void **state)
{
	static const char *const words[] = { "--help", "run --help", "test --help", "list --help",
					     "promote --help" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		struct result result = mmsim(*state, words[i], NULL);
		g_auto(GStrv) lines = g_strsplit(result.out, "\n", -1);

		assert_in_range(g_strv_length(lines), 5, 30);
		for (guint j = 0; lines[j]; j++)
			assert_in_range(strlen(lines[j]), 0, 80);
		result_clear(&result);
	}
}

/* promote, compare, change, fail. */
static void test_promote(void **state)
{
	struct place *place = *state;
	struct result result = mmsim(place, "promote good.mms", NULL);
	g_autofree char *expected = get(place, "good.expected");

	assert_int_equal(result.status, 0);
	assert_string_equal(result.out, "good.expected is new\n");
	result_clear(&result);
	assert_true(g_str_has_prefix(expected, "good\n   1  munlockall() = 0\n"));
	result = mmsim(place, "test good.mms", NULL);
	assert_int_equal(result.status, 0);
	result_clear(&result);
	put(place, "good.expected", "good\n   1  munlockall() = 5\n");
	result = mmsim(place, "test good.mms", NULL);
	assert_int_equal(result.status, 1);
	assert_non_null(strstr(result.out, "good.expected:2:1: error"));
	result_clear(&result);
	result = mmsim(place, "promote good.mms", NULL);
	assert_string_equal(result.out, "good.expected is rewritten\n");
	result_clear(&result);
	result = mmsim(place, "promote good.mms", NULL);
	assert_string_equal(result.out, "good.expected is up to date\n");
	result_clear(&result);
}

/* What is there and cannot be compared with is not as good as nothing. */
static void test_expected_directory(void **state)
{
	struct place *place = *state;
	g_autofree char *path = g_build_filename(place->dir, "plain.expected", NULL);
	struct result result;

	assert_int_equal(g_mkdir(path, 0700), 0);
	result = mmsim(place, "test plain.mms", NULL);
	assert_int_equal(result.status, 3);
	assert_non_null(strstr(result.out, "plain.expected: error: cannot read the file"));
	result_clear(&result);
	assert_int_equal(g_rmdir(path), 0);
}

/* The same bytes twice, and the state also when the run fails. */
static void test_files(void **state)
{
	struct place *place = *state;
	struct result a = mmsim(place, "run -v plain.mms --state=s.json", NULL);
	struct result b = mmsim(place, "run -v plain.mms --state=t.json", NULL);
	g_autofree char *s = get(place, "s.json"), *t = get(place, "t.json"), *u = NULL;

	assert_string_equal(a.out, b.out);
	assert_string_equal(s, t);
	result_clear(&a);
	result_clear(&b);
	a = mmsim(place, "run -q false.mms --state=u.json", NULL);
	u = get(place, "u.json");
	assert_int_equal(a.status, 1);
	assert_non_null(strstr(u, "\"failure\": {\"file\":\"false.mms\",\"line\":2,"));
	result_clear(&a);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_help_fits),
		cmocka_unit_test(test_promote),
		cmocka_unit_test(test_expected_directory),
		cmocka_unit_test(test_files),
	};
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + G_N_ELEMENTS(others)];

	running = cases;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name, .test_func = test_case };
	memcpy(tests + G_N_ELEMENTS(cases), others, sizeof(others));
	return cmocka_run_group_tests_name("cli", tests, setup, teardown);
}
