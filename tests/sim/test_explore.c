/*
 * test_explore.c - the explorer: how many interleavings tiny races have, that the engines
 * agree, that schedules are replayed exactly and refused when the scenario changed.
 */
#include "tests/test.h"

#include "sim/explore.h"
#include "sim/parse.h"
#include "sim/schedule.h"
#include "sim/run_internal.h"

#define HEAD	"window 40p\nset thp = never\n"
#define MAP	"mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)\n"

static struct script *parse(const char *text)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("race", text, strlen(text), NULL, diags);

	if (!script)
		diag_list_print(diags, stderr, false);
	assert_non_null(script);
	diag_list_destroy(diags);
	return script;
}

static struct exploration *explored(const struct script *script, enum explore_engine engine,
				    unsigned int bound)
{
	const struct explore_options options = { .engine = engine, .bound = bound,
						 .keep_going = true };

	return explore(script, &options);
}

/* ---- exact numbers ---- */

static const struct count {
	const char *text;
	uint64_t naive, dpor;
} counts[] = {
	/* munlockall() takes mmap_lock for writing and nothing else that others see but the
	 * mm's own lock word: one step each.  Two orders, and they do not commute. */
	{ HEAD "race {\na in P { munlockall() }\nb in P { munlockall() }\n}\n", 2, 2 },
	/* Three of them: 3! orders. */
	{ HEAD "race {\na in P { munlockall() }\nb in P { munlockall() }\n"
	  "c in P { munlockall() }\n}\n", 6, 6 },
	/* Two each: (2+2)! / (2! 2!) = 6. */
	{ HEAD "race {\na in P {\nmunlockall()\nmunlockall()\n}\n"
	  "b in P {\nmunlockall()\nmunlockall()\n}\n}\n", 6, 6 },
	/* In two processes they have nothing in common: two orders, one of them is enough. */
	{ HEAD "Q = fork()\nrace {\na in P { munlockall() }\nb in Q { munlockall() }\n}\n", 2, 1 },
	/* Two loads of a page that is there: each one step, and they commute. */
	{ HEAD MAP "store(@4)\nrace {\na in P { load(@4) }\nb in P { load(@4) }\n}\n", 2, 1 },
	/* A load and a store of it: each one step, and the order shows. */
	{ HEAD MAP "store(@4)\nrace {\na in P { load(@4) }\nb in P { store(@4) }\n}\n", 2, 2 },
	/* Of two pages: they commute. */
	{ HEAD MAP "store(@4, 2p)\nrace {\na in P { load(@4) }\nb in P { store(@5) }\n}\n", 2, 1 },
};

static void tiny_races_have_exactly_so_many_interleavings(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		struct script *script = parse(counts[i].text);
		struct exploration *naive = explored(script, ENGINE_NAIVE, 0);
		struct exploration *dpor = explored(script, ENGINE_DPOR, 0);

		if (naive->executions != counts[i].naive || dpor->executions != counts[i].dpor)
			print_error("race %zu\n", i);
		assert_int_equal(naive->executions, counts[i].naive);
		assert_int_equal(dpor->executions, counts[i].dpor);
		assert_true(naive->complete && dpor->complete);
		assert_int_equal(dpor->status, STATUS_GOOD);
		exploration_destroy(naive);
		exploration_destroy(dpor);
		script_destroy(script);
	}
}

/* ---- agreement ---- */

static const char *const races[] = {
	HEAD MAP "store(@4, 1p, 7)\nrace {\na in P { munmap(@4, 1p) }\n"
		 "b in P { load(@4) = 7 or SIGSEGV }\n}\n",
	HEAD MAP "store(@4, 2p, 7)\nrace {\na in P { madvise(@4, 2p, MADV_DONTNEED) }\n"
		 "b in P { store(@5, 1p, 8) }\n}\nsometimes content(@5) == 8\n",
	HEAD MAP "store(@4, 1p, 7)\nrace {\na in P { mprotect(@4, 1p, PROT_READ) }\n"
		 "b in P { store(@4, 1p, 8) = 0 or SIGSEGV }\n}\n",
	HEAD MAP "store(@4, 1p, 7)\nQ = fork()\nrace {\na in P { store(@4, 1p, 8) }\n"
		 "b in Q { store(@4, 1p, 9) }\n}\nexpect content(@4) == 8, content(Q:@4) == 9\n",
	HEAD MAP "store(@4, 1p, 7)\nrace {\na in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED, @10) }\n"
		 "b in P { load(@4) = 7 or SIGSEGV }\n}\n",
};

static void assert_same_outcomes(const struct exploration *a, const struct exploration *b)
{
	assert_int_equal(a->outcomes->len, b->outcomes->len);
	for (guint i = 0; i < a->outcomes->len; i++)
		assert_string_equal(((struct explore_outcome *)a->outcomes->pdata[i])->text,
				    ((struct explore_outcome *)b->outcomes->pdata[i])->text);
	assert_int_equal(a->failures->len, b->failures->len);
	assert_int_equal(a->status, b->status);
}

static void naive_and_dpor_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(races); i++) {
		struct script *script = parse(races[i]);
		struct explore_options options = { .engine = ENGINE_NAIVE, .keep_going = true,
						   .max_executions = 3000 };
		struct exploration *naive = explore(script, &options);
		struct exploration *dpor = explored(script, ENGINE_DPOR, 0);

		assert_true(dpor->complete);
		assert_true(dpor->executions <= naive->executions);
		if (naive->complete)
			assert_same_outcomes(naive, dpor);
		else
			print_message("race %zu: more than 3000 interleavings\n", i);
		exploration_destroy(naive);
		exploration_destroy(dpor);
		script_destroy(script);
	}
}

/* ---- schedules ---- */

static void each_outcome_is_replayed_by_its_schedule(void **state)
{
	struct script *script = parse(races[0]);
	struct exploration *found = explored(script, ENGINE_DPOR, 0);

	(void)state;
	assert_int_equal(found->outcomes->len, 2);
	for (guint i = 0; i < found->outcomes->len; i++) {
		const struct explore_outcome *outcome = found->outcomes->pdata[i];
		bool segv = strstr(outcome->text, "SIGSEGV") != NULL;
		char *why = NULL;
		struct schedule *schedule = schedule_parse(outcome->schedule, script, &why);
		const struct run_options options = { .race = &schedule_driver,
						     .race_data = schedule };
		struct run *run = run_create(script, &options);
		bool seen = false;

		assert_int_equal(run_execute(run), STATUS_GOOD);
		assert_null(schedule_diverged(schedule));
		for (guint j = 0; j < run_results(run)->len; j++)
			seen |= g_array_index(run_results(run), struct run_result, j).is_signal;
		assert_int_equal(seen, segv);
		run_destroy(run);
		schedule_destroy(schedule);
	}
	exploration_destroy(found);
	script_destroy(script);
}

static void a_schedule_of_another_scenario_is_refused(void **state)
{
	static const struct { const char *text, *why; } cases[] = {
		{ "00000000/a:1", "has changed" }, { "a:1", "eight digits" },
		{ "", "eight digits" }, { "xyz/a:1", "eight digits" },
	};
	struct script *script = parse(races[0]);
	struct exploration *found = explored(script, ENGINE_DPOR, 0);
	const struct explore_outcome *outcome = found->outcomes->pdata[0];
	g_autofree char *broken = g_strdup_printf("%.9sa", outcome->schedule);
	char *why = NULL;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_null(schedule_parse(cases[i].text, script, &why));
		assert_non_null(strstr(why, cases[i].why));
		g_clear_pointer(&why, g_free);
	}
	assert_null(schedule_parse(broken, script, &why));
	assert_non_null(strstr(why, "MEMBER:STEPS"));
	g_free(why);
	exploration_destroy(found);
	script_destroy(script);
}

/* ---- what goes wrong ---- */

static void a_result_that_no_line_allows_has_its_shortest_schedule(void **state)
{
	struct script *script = parse(HEAD MAP "store(@4, 1p, 7)\nrace {\n"
				      "a in P { munmap(@4, 1p) }\nb in P { load(@4) = 7 }\n}\n");
	struct exploration *found = explored(script, ENGINE_DPOR, 0);
	const struct explore_failure *failure;
	g_autofree char *columns = NULL;

	(void)state;
	assert_int_equal(found->status, STATUS_FALSE);
	assert_int_equal(found->failures->len, 1);
	failure = found->failures->pdata[0];
	assert_non_null(strstr(failure->what, "expected 7, got SIGSEGV"));
	assert_int_equal(failure->switches, 1);
	columns = explore_columns(found->race, failure->steps);
	assert_non_null(strstr(columns, "mmap_lock"));
	exploration_destroy(found);
	script_destroy(script);
}

static void claims_are_told_of_all_schedules(void **state)
{
	struct script *script = parse(HEAD MAP "store(@4, 1p, 7)\nrace {\n"
				      "a in P { store(@4, 1p, 8) }\nb in P { store(@4, 1p, 9) }\n}\n"
				      "sometimes content(@4) == 8\nnever content(@4) == 7\n"
				      "sometimes content(@4) == 5\nexpect content(@4) == 9\n");
	struct exploration *found = explored(script, ENGINE_DPOR, 0);
	const struct explore_claim *claim;

	(void)state;
	assert_int_equal(found->claims->len, 4);
	claim = found->claims->pdata[0];
	assert_true(claim->true_count == 1 && claim->false_count == 1);
	claim = found->claims->pdata[1];
	assert_true(claim->true_count == 0 && claim->false_count == 2);
	claim = found->claims->pdata[3];
	assert_non_null(claim->false_schedule);
	assert_int_equal(found->status, STATUS_FALSE);
	exploration_destroy(found);
	script_destroy(script);
}

static void a_bound_that_leaves_something_out_is_told(void **state)
{
	struct script *script = parse(races[0]);
	struct exploration *found = explored(script, ENGINE_BOUND, 0);

	(void)state;
	assert_false(found->complete);
	assert_true(found->bounded);
	assert_int_equal(found->status, STATUS_BOUND);
	exploration_destroy(found);
	script_destroy(script);
}

static void lots_are_the_same_with_the_same_seed(void **state)
{
	struct script *script = parse(races[1]);
	struct explore_options options = { .engine = ENGINE_RANDOM, .seed = 3,
					   .max_executions = 20, .keep_going = true };
	struct exploration *a = explore(script, &options), *b = explore(script, &options);

	(void)state;
	assert_same_outcomes(a, b);
	assert_int_equal(a->executions, 20);
	for (guint i = 0; i < a->outcomes->len; i++)
		assert_string_equal(((struct explore_outcome *)a->outcomes->pdata[i])->schedule,
				    ((struct explore_outcome *)b->outcomes->pdata[i])->schedule);
	exploration_destroy(a);
	exploration_destroy(b);
	script_destroy(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiny_races_have_exactly_so_many_interleavings),
		cmocka_unit_test(naive_and_dpor_agree),
		cmocka_unit_test(each_outcome_is_replayed_by_its_schedule),
		cmocka_unit_test(a_schedule_of_another_scenario_is_refused),
		cmocka_unit_test(a_result_that_no_line_allows_has_its_shortest_schedule),
		cmocka_unit_test(claims_are_told_of_all_schedules),
		cmocka_unit_test(a_bound_that_leaves_something_out_is_told),
		cmocka_unit_test(lots_are_the_same_with_the_same_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
