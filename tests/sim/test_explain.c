/*
 * test_explain.c - the conditions of a merge, from a model with its history and from smaps.
 */
#include "sim/explain_file.h"
#include "sim/parse.h"
#include "sim/run.h"
#include "sim/smaps.h"
#include "tests/test.h"

static GPtrArray *explain_scenario(const char *text, const char *a, const char *b)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("test.mms", text, strlen(text), NULL, diags);
	GPtrArray *pairs;
	int status;

	assert_non_null(script);
	pairs = explain_script(script, a, b, diags, &status);
	if (!pairs)
		diag_list_print(diags, stderr, false);
	script_destroy(script);
	diag_list_destroy(diags);
	return pairs;
}

static char *printed(const GPtrArray *pairs, guint i)
{
	GString *out = g_string_new(NULL);

	explain_print(pairs->pdata[i], out);
	return g_string_free(out, FALSE);
}

/* One row for each condition that user space can make fail. */
static const struct refusal {
	const char *name, *script, *a, *b, *condition, *since;
} refusals[] = {
	{ "flags", "window 20p\nmmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\nmlock(@3, 6p)\n",
	  "@2", "@3", "flags", "line 3" },
	{ "anon_vma",
	  "window 20p\nmmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\nstore(@1)\n"
	  "mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\nstore(@4)\n"
	  "mmap(@3, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n",
	  "@3", "@4", "anon_vma", "line 6" },
	{ "forked",
	  "window 20p\nmmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\nstore(@1)\nQ = fork()\n"
	  "Q: mmap(@3, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n",
	  "Q:@2", "Q:@3", "forked", "line 5" },
	{ "pgoff",
	  "window 40p\nmmap(@20, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\nstore(@20)\n"
	  "mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n"
	  "mremap(@20, 2p, 2p, MAYMOVE|FIXED, @3)\n",
	  "@2", "@3", "pgoff", "line 5" },
	{ "file",
	  "window 20p\nmmap(@1, 2p, RW, SHARED|ANONYMOUS|FIXED, -1, 0)\n"
	  "mmap(@3, 2p, RW, SHARED|ANONYMOUS|FIXED, -1, 0)\n",
	  "@2", "@3", "file", "line 3" },
	{ "policy",
	  "window 20p\nmmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n"
	  "mbind(@3, 2p, MPOL_LOCAL, 0, 0, 0)\n",
	  "@2", "@3", "policy", "line 3" },
};

static void test_refusal(void **state)
{
	const struct refusal *t = *state;
	GPtrArray *pairs = explain_scenario(t->script, t->a, t->b);
	const struct explain_row *row;
	g_autofree char *text = NULL;

	assert_non_null(pairs);
	assert_int_equal(pairs->len, 1);
	row = explain_failure(pairs->pdata[0]);
	assert_non_null(row);
	assert_string_equal(row->condition, t->condition);
	assert_true(g_str_has_prefix(row->since, t->since));
	assert_true(row->mend && *row->mend);
	text = printed(pairs, 0);
	assert_true(g_str_has_prefix(text, "NOT MERGEABLE"));
	assert_non_null(strstr(text, explain_seen_in(t->condition)));
	g_ptr_array_unref(pairs);
}

static void test_merged_and_mergeable(void **state)
{
	GPtrArray *pairs = explain_scenario("window 20p\nmmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n",
					    "@1", "@4");
	g_autofree char *one = printed(pairs, 0), *two = NULL;

	(void)state;
	assert_true(g_str_has_prefix(one, "ONE VMA"));
	g_ptr_array_unref(pairs);

	/* A call that failed half-way left two areas that nothing parts. */
	pairs = explain_scenario("window 20p\nmmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n"
				 "mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0)\n"
				 "mseal(@5, 4p, 0)\nmunmap(@3, 4p) = -EPERM\n", "@2", "@3");
	two = printed(pairs, 0);
	assert_true(g_str_has_prefix(two, "MERGEABLE, NOT MERGED"));
	g_ptr_array_unref(pairs);
}

static void test_all_pairs_without_the_reservation(void **state)
{
	GPtrArray *pairs = explain_scenario("window 20p\nmmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\n"
					    "mprotect(@3, 2p, PROT_READ)\n", NULL, NULL);

	(void)state;
	assert_int_equal(pairs->len, 2);
	g_ptr_array_unref(pairs);
}

static void test_wrong_addresses(void **state)
{
	static const char text[] = "window 20p\nmmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)\nQ = fork()\n"
				   "munmap(@4, 1p)\n";

	(void)state;
	assert_null(explain_scenario(text, "@3", "@4"));
	assert_null(explain_scenario(text, "@3", "Q:@4"));
	assert_null(explain_scenario(text, "@3", "nonsense"));
}

static const char smaps[] =
	"1000-3000 r--p 00000000 00:00 0 \nRss: 0 kB\nAnonymous: 0 kB\nVmFlags: rd mr mw me \n"
	"3000-5000 r--p 00000000 00:00 0 \nRss: 4 kB\nAnonymous: 4 kB\nVmFlags: rd mr mw me ac \n"
	"5000-6000 r--p 00002000 08:01 77   /bin/x\nVmFlags: rd mr mw me \n"
	"6000-7000 r--p 00003000 08:01 77   /bin/x\nVmFlags: rd mr mw me \n"
	"9000-a000 rw-p 00000000 00:00 0 [heap]\nVmFlags: rd wr mr mw me ac \n";

static void test_smaps(void **state)
{
	g_autofree char *error = NULL;
	GPtrArray *pairs = explain_smaps(smaps, "1000 default\n3000 default\n", 0, 0, &error);
	g_autofree char *first = NULL, *third = NULL;

	(void)state;
	assert_non_null(pairs);
	assert_int_equal(pairs->len, 3);	/* the heap touches nothing */
	assert_string_equal(explain_failure(pairs->pdata[0])->condition, "flags");
	first = printed(pairs, 0);
	assert_non_null(strstr(first, "only the right has: ac"));
	assert_non_null(strstr(first, "MAP_NORESERVE"));
	assert_string_equal(explain_failure(pairs->pdata[1])->condition, "flags");
	assert_null(explain_failure(pairs->pdata[2]));
	third = printed(pairs, 2);
	assert_true(g_str_has_prefix(third, "NOT MERGED"));
	g_ptr_array_unref(pairs);

	pairs = explain_smaps(smaps, NULL, 0x2000, 0x4000, &error);
	assert_int_equal(pairs->len, 1);
	g_ptr_array_unref(pairs);
}

static void test_bad_smaps(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "", "1: error: no mapping" },
		{ "hello\n", "1: error: neither" },
		{ "1000-3000 r--p 0 00:00 0\n2000-4000 r--p 0 00:00 0\n", "2: error: the area starts below" },
		{ "3000-1000 r--p 0 00:00 0\n", "1: error: neither" },
		{ "1000-2000 r--p 0 00:00 0\nVmFlags: rd\n\001\002\n", "3: error: neither" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *error = NULL;

		assert_null(explain_smaps(bad[i].text, NULL, 0, 0, &error));
		assert_non_null(error);
		assert_true(g_str_has_prefix(error, bad[i].error));
	}
}

static void test_json(void **state)
{
	GPtrArray *pairs = explain_scenario(refusals[0].script, "@2", "@3");
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	explain_print_json(pairs->pdata[0], out);
	assert_non_null(strstr(out->str, "\"condition\":\"flags\",\"answer\":\"fails\""));
	assert_non_null(strstr(out->str, "\"visible\":\"smaps\""));
	g_ptr_array_unref(pairs);
}

int main(void)
{
	static struct CMUnitTest rows[G_N_ELEMENTS(refusals)];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_merged_and_mergeable),
		cmocka_unit_test(test_all_pairs_without_the_reservation),
		cmocka_unit_test(test_wrong_addresses),
		cmocka_unit_test(test_smaps),
		cmocka_unit_test(test_bad_smaps),
		cmocka_unit_test(test_json),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++)
		rows[i] = (struct CMUnitTest){ .name = refusals[i].name, .test_func = test_refusal,
					       .initial_state = (void *)&refusals[i] };
	return cmocka_run_group_tests(rows, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
