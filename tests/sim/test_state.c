/*
 * test_state.c - the state as JSON: shape, numbering, results, failures; and the same text
 * for the same run.
 */
#include "tests/test.h"

#include "sim/state_json.h"
#include "tests/sim/run_text.h"

static const char scenario[] =
	"window 8p\n"
	"mmap(@2, 2p, RW, PRIVATE|ANONYMOUS|FIXED)\n"
	"store(@3, 1, 7)\n"
	"munmap(1, 1) = -EINVAL\n"
	"load(0) = SIGSEGV\n"
	"munmap(@0, 2p)\n"
	"munmap(@4, 4p)\n"
	"Q = fork()\n";

static char *state_of(const char *text)
{
	struct ran ran = run_text(text, NULL);
	GString *out = g_string_new(NULL);

	assert_non_null(ran.run);
	state_json(ran.run, out);
	ran_clear(&ran);
	return g_string_free(out, FALSE);
}

static const char *const parts[] = {
	"{\"processes\": {\n  \"P\": {\n   \"vmas\": [",
	"\"perms\":\"rw-p\",\"pgoff\":\"0x7ffff7ff9\",\"flags\":["
	"\"rd\",\"wr\",\"mr\",\"mw\",\"me\",\"ac\"],"
	"\"file\":null,\"anon_vma\":1,\"chain\":[1]}",
	"\"addr\":\"0x7ffff7ffa000\",\"present\":true,\"swap\":false,\"file\":false,"
	"\"exclusive\":false,\"uffd_wp\":false,\"guard\":false,\"folio\":1,\"content\":7}",
	"\"Q\": {",
	"\"anon_vma\":2,\"chain\":[2,1]}",
	"\"1\": {\"root\":1,\"parent\":1,\"children\":2,\"active\":1,\"refcount\":2}",
	"\"2\": {\"root\":1,\"parent\":1,\"children\":0,\"active\":1,\"refcount\":1}",
	"\"1\": {\"order\":0,\"anon\":true,\"index\":\"0x7ffff7ffa\",\"anon_vma\":1,\"mapcount\":2,"
	"\"pae\":[false],\"swapcache\":false,",
	"\"results\": [140737354108928, 0, -22, \"SIGSEGV\", 0, 0, 2]}",
};

static void test_parts(void **state)
{
	g_autofree char *text = state_of(scenario);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("missing: %s\nin: %s", parts[i], text);
	assert_null(strstr(text, "failure"));
}

static void test_same_twice(void **state)
{
	g_autofree char *a = state_of(scenario), *b = state_of(scenario);

	(void)state;
	assert_string_equal(a, b);
}

static void test_failure(void **state)
{
	g_autofree char *text = state_of("munlockall()\nmunmap(1, 1)\nmunlockall()\n");

	(void)state;
	assert_non_null(strstr(text, "\"results\": [0, -22],\n \"failure\": "
			       "{\"file\":\"test.mms\",\"line\":2,\"col\":1,\"message\":\"munmap() "
			       "had to succeed"));
}

static void test_rejected_settings(void **state)
{
	g_autofree char *text = state_of("set ram = 1\nmunlockall()\n");

	(void)state;
	assert_true(g_str_has_prefix(text, "{\"processes\": {},\n \"anon_vmas\": {},\n"));
	assert_non_null(strstr(text, "\"failure\""));
}

static void test_nothing(void **state)
{
	g_autofree char *text = state_of("munlockall()\n");

	(void)state;
	assert_string_equal(text,
			    "{\"processes\": {\n  \"P\": {\n   \"vmas\": [],\n"
			    "   \"pages\": []}},\n"
			    " \"anon_vmas\": {},\n \"folios\": {},\n \"results\": [0]}\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_same_twice),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_rejected_settings),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
