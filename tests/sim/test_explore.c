/*
 * test_explore.c - the explorer: how many interleavings tiny races have, that the engines
 * agree, that schedules are replayed exactly and refused when the scenario changed.
 */
#include "tests/test.h"

#include <inttypes.h>

#include "model/machine.h"
#include "sim/arena.h"
#include "sim/explore.h"
#include "sim/explore_cycle.h"
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
	/* munlockall() takes mmap_lock for writing, and under it nobody else goes on: two
	 * orders, and they do not commute. */
	{ HEAD "race {\na in P { munlockall() }\nb in P { munlockall() }\n}\n", 2, 2 },
	/* Three of them: 3! orders. */
	{ HEAD "race {\na in P { munlockall() }\nb in P { munlockall() }\n"
	  "c in P { munlockall() }\n}\n", 6, 6 },
	/* Two each: (2+2)! / (2! 2!) = 6. */
	{ HEAD "race {\na in P {\nmunlockall()\nmunlockall()\n}\n"
	  "b in P {\nmunlockall()\nmunlockall()\n}\n}\n", 6, 6 },
	/* In two processes they have nothing in common.  At its end each says that nothing is
	 * write-locked any more: (2+2)! / (2! 2!) orders, one of them is enough. */
	{ HEAD "Q = fork()\nrace {\na in P { munlockall() }\nb in Q { munlockall() }\n}\n", 6, 1 },
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
	/* Each allocation of the call may fail. */
	HEAD MAP "race {\na in P { mprotect(@5, 1p, PROT_READ) = 0 or -ENOMEM fail_nth ? }\n"
		 "b in P { store(@4, 1p, 8) }\n}\nsometimes vmas(@4..@8) == 1, vmas(@4..@8) == 3\n",
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

static bool is_refused(const struct exploration *found)
{
	return found->status == STATUS_NOTHING;
}

static void assert_same_ends(const struct exploration *a, const struct exploration *b)
{
	assert_int_equal(a->ends->len, b->ends->len);
	for (guint i = 0; i < a->ends->len; i++)
		assert_int_equal(g_array_index(a->ends, struct explore_end, i).hash,
				 g_array_index(b->ends, struct explore_end, i).hash);
}

/* Whoever leaves nothing out finds the same results, claims, failures and end states. */
static void assert_agree(const struct exploration *a, const struct exploration *b)
{
	assert_same_outcomes(a, b);
	assert_same_ends(a, b);
	assert_int_equal(a->claims->len, b->claims->len);
	for (guint i = 0; i < a->claims->len; i++) {
		const struct explore_claim *x = a->claims->pdata[i], *y = b->claims->pdata[i];

		assert_string_equal(x->text, y->text);
		assert_int_equal(x->true_count > 0, y->true_count > 0);
		assert_int_equal(x->false_count > 0, y->false_count > 0);
	}
}

static void all_engines_agree_on(const struct script *script, const char *name, uint64_t most)
{
	struct explore_options options = { .engine = ENGINE_NAIVE, .keep_going = true,
					   .max_executions = most };
	struct exploration *dpor = explored(script, ENGINE_DPOR, 0);
	struct exploration *dfs = explored(script, ENGINE_DFS, 0);
	struct exploration *bfs = explored(script, ENGINE_BFS, 0);
	struct exploration *naive = explore(script, &options);

	print_message("%s: naive %" PRIu64 "%s, dpor %" PRIu64 ", states %" PRIu64 ", ends %u\n", name,
		      naive->executions, naive->complete ? "" : " and more", dpor->executions,
		      bfs->nr_states, dpor->ends->len);
	assert_true(dpor->complete);
	assert_true(!naive->complete || dpor->executions <= naive->executions);
	if (naive->complete)
		assert_agree(naive, dpor);
	if (!is_refused(bfs)) {
		assert_agree(bfs, dpor);
		assert_agree(bfs, dfs);
		assert_int_equal(bfs->nr_states, dfs->nr_states);
		assert_int_equal(bfs->nr_edges, dfs->nr_edges);
	}
	exploration_destroy(naive);
	exploration_destroy(dpor);
	exploration_destroy(bfs);
	exploration_destroy(dfs);
}

static void engines_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(races); i++) {
		struct script *script = parse(races[i]);
		g_autofree char *name = g_strdup_printf("race %zu", i);

		all_engines_agree_on(script, name, 3000);
		script_destroy(script);
	}
}

/* ---- the scenarios ---- */

#define RACES	MMSIM_SOURCE_DIR "/scenarios/races"
#define GOLDEN	MMSIM_SOURCE_DIR "/tests/sim/explored.txt"

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *race_files(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(RACES, 0, NULL);
	const char *name;

	assert_non_null(dir);
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, ".mms"))
			g_ptr_array_add(names, g_strdup(name));
	g_dir_close(dir);
	g_ptr_array_sort(names, by_name);
	return names;
}

static struct script *race_file(const char *name)
{
	g_autofree char *path = g_build_filename(RACES, name, NULL);
	g_autofree char *text = NULL;
	gsize len;

	assert_true(g_file_get_contents(path, &text, &len, NULL));
	return parse(text);
}

/* Executions and states: races that need more take too long for every day. */
#define MOST_EVERY_DAY	2000

/* Without their bugs, for with one the search may be endless. */
static struct exploration *explored_whole(const struct script *script, enum explore_engine engine)
{
	const struct explore_options options = {
		.engine = engine, .keep_going = true, .without_bugs = true,
		.max_executions = g_getenv("MMSIM_SLOW") ? 0 : MOST_EVERY_DAY,
	};

	return explore(script, &options);
}

static bool same_ends(const struct exploration *a, const struct exploration *b)
{
	if (a->ends->len != b->ends->len || a->outcomes->len != b->outcomes->len)
		return false;
	for (guint i = 0; i < a->ends->len; i++)
		if (g_array_index(a->ends, struct explore_end, i).hash !=
		    g_array_index(b->ends, struct explore_end, i).hash)
			return false;
	return true;
}

/* "fork.mms 24 0 4", and a word on what breadth first says to it. */
static char *line_of(const char *name)
{
	struct script *script = race_file(name);
	struct exploration *dpor = explored_whole(script, ENGINE_DPOR), *bfs = NULL;
	const char *word = "unchecked";
	char *line;

	if (dpor->complete)
		bfs = explored_whole(script, ENGINE_BFS);
	if (bfs && bfs->complete)
		word = same_ends(bfs, dpor) ? "all" : "misses-some";
	line = g_strdup_printf("%s %" PRIu64 " %" PRIu64 " %u %s\n", name, dpor->executions,
			       dpor->cut, dpor->ends->len, word);
	exploration_destroy(dpor);
	exploration_destroy(bfs);
	script_destroy(script);
	return line;
}

/*
 * Breadth first knows nothing of what commutes: what dpor leaves out, it finds. Then a part of
 * the model looks at something and does not tell.  How many executions dpor needs is kept as
 * well: whoever changes the model writes the file anew, and looks at the difference.
 */
static void dpor_misses_nothing_of_the_scenarios(void **state)
{
	g_autoptr(GPtrArray) names = race_files();
	g_autoptr(GString) seen = g_string_new("# Scenario, dpor's executions, those cut short, its end states; "
		"are those all?\n# MMSIM_UPDATE=1 test_explore writes this file anew.\n");
	g_autofree char *golden = NULL;
	unsigned int nr_missing = 0;

	(void)state;
	assert_true(g_file_get_contents(GOLDEN, &golden, NULL, NULL));
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *line = line_of(names->pdata[i]);

		g_string_append(seen, line);
		if (strstr(golden, line))
			continue;
		print_message("not as in explored.txt: %s", line);
		nr_missing += strstr(line, "misses-some") != NULL;
	}
	if (g_getenv("MMSIM_UPDATE"))
		assert_true(g_file_set_contents(GOLDEN, seen->str, (gssize)seen->len, NULL));
	else if (nr_missing)
		fail_msg("dpor misses ends that breadth first finds: an access is not told (until it "
			 "is: MMSIM_UPDATE=1)");
}

/* ---- the same again ---- */

static uint64_t hash_along(const struct script *script, const char *text)
{
	char *why = NULL;
	struct schedule *schedule = schedule_parse(text, script, &why);
	const struct run_options options = { .race = &schedule_driver, .race_data = schedule };
	struct run *run = run_create(script, &options);
	uint64_t hash;

	run_execute(run);
	assert_null(schedule_diverged(schedule));
	hash = machine_hash(run_machine(run));
	run_destroy(run);
	schedule_destroy(schedule);
	return hash;
}

static void each_schedule_leads_to_the_same_state_each_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(races); i++) {
		struct script *script = parse(races[i]);
		struct exploration *found = explored(script, ENGINE_DPOR, 0);

		assert_true(found->ends->len > 0);
		for (guint j = 0; j < found->ends->len; j++) {
			const struct explore_end *end = &g_array_index(found->ends,
								       struct explore_end, j);

			assert_int_equal(hash_along(script, end->schedule), end->hash);
			assert_int_equal(hash_along(script, end->schedule), end->hash);
		}
		exploration_destroy(found);
		script_destroy(script);
	}
}

/* While another arena exists, everything is run anew. */
static void it_makes_no_difference_whether_there_is_an_arena(void **state)
{
	static const enum explore_engine engines[] = { ENGINE_DPOR, ENGINE_NAIVE, ENGINE_PCT };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(races) * G_N_ELEMENTS(engines); i++) {
		struct script *script = parse(races[i / G_N_ELEMENTS(engines)]);
		const struct explore_options options = {
			.engine = engines[i % G_N_ELEMENTS(engines)], .bound = 3, .seed = 7,
			.keep_going = true,
			.max_executions = i % G_N_ELEMENTS(engines) ? 100 : 2000,
		};
		struct exploration *with = explore(script, &options), *without;
		struct arena *arena = arena_create();

		without = explore(script, &options);
		if (options.engine != ENGINE_DPOR || without->complete)
			assert_agree(with, without);
		/* Whose step commuted in an execution before, dpor knows only with an arena. */
		if (options.engine != ENGINE_DPOR) {
			assert_int_equal(with->executions, without->executions);
			assert_int_equal(with->steps, without->steps);
		}
		arena_destroy(arena);
		exploration_destroy(with);
		exploration_destroy(without);
		script_destroy(script);
	}
}

/* ---- for ever ---- */

static void add_state(GArray *states, uint32_t enabled)
{
	const struct explore_state new_state = { .enabled = enabled };

	g_array_append_val(states, new_state);
}

static void add_edge(GArray *edges, uint32_t from, uint32_t to, unsigned int member)
{
	const struct explore_edge edge = { from, to, member };

	g_array_append_val(edges, edge);
}

/*
 *	0 -a-> 1 -a-> 2 -a-> 1
 *	       1 -b-> 3
 */
static void a_way_round_is_a_livelock_if_all_who_could_take_part(void **state)
{
	g_autoptr(GArray) states = g_array_new(FALSE, FALSE, sizeof(struct explore_state));
	g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(struct explore_edge));
	uint32_t first;
	unsigned int nr;

	(void)state;
	add_state(states, 1);
	add_state(states, 3);
	add_state(states, 3);
	add_state(states, 0);
	add_edge(edges, 0, 1, 0);
	add_edge(edges, 1, 2, 0);
	add_edge(edges, 1, 3, 1);
	assert_false(explore_fair_cycle(states, edges, &first, &nr));
	add_edge(edges, 2, 1, 0);
	/* b could go on all the time, and is never let. */
	assert_false(explore_fair_cycle(states, edges, &first, &nr));
	/* In one of the states it waits: nobody does it wrong. */
	g_array_index(states, struct explore_state, 2).enabled = 1;
	assert_true(explore_fair_cycle(states, edges, &first, &nr));
	assert_int_equal(first, 1);
	assert_int_equal(nr, 2);
	/* Or it goes round as well. */
	g_array_index(states, struct explore_state, 2).enabled = 3;
	add_edge(edges, 2, 2, 1);
	assert_true(explore_fair_cycle(states, edges, &first, &nr));
}

static void members_that_wait_for_each_other_break_progress(void **state)
{
	struct script *script = parse(HEAD MAP "u = userfaultfd(UFFD_USER_MODE_ONLY)\n"
		"UFFDIO_API(u, {api=UFFD_API, features=0})\n"
		"UFFDIO_REGISTER(u, {start=@4, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})\n"
		"race {\na in P { load(@4) }\nb in P { UFFDIO_WAKE(u, {start=@5, len=1p}) }\n}\n");

	(void)state;
	for (enum explore_engine engine = 0; engine < NR_ENGINES; engine++) {
		const struct explore_options options = { .engine = engine, .max_executions = 500 };
		struct exploration *found = explore(script, &options);
		const struct explore_failure *failure;

		if (!is_refused(found)) {
			assert_int_equal(found->status, STATUS_BROKEN);
			assert_int_equal(found->failures->len, 1);
			failure = found->failures->pdata[0];
			assert_string_equal(failure->rule, "progress");
			assert_non_null(strstr(failure->detail, "a waits in handle_userfault"));
		}
		exploration_destroy(found);
	}
	script_destroy(script);
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

static void a_second_race_is_refused(void **state)
{
	struct script *script = parse(HEAD "race {\na in P { munlockall() }\n}\n"
				      "race {\na in P { munlockall() }\n}\n");

	(void)state;
	for (enum explore_engine engine = 0; engine < NR_ENGINES; engine++) {
		const struct explore_options options = { .engine = engine, .max_executions = 5 };
		struct exploration *found = explore(script, &options);

		if (!is_refused(found)) {
			assert_int_equal(found->status, STATUS_REJECTED);
			assert_non_null(strstr(found->errors->pdata[0], "a second race"));
		}
		exploration_destroy(found);
	}
	script_destroy(script);
}

static void what_fails_is_part_of_a_schedule(void **state)
{
	struct script *script = parse(races[G_N_ELEMENTS(races) - 1]);
	struct exploration *found = explored(script, ENGINE_NAIVE, 0);
	const struct explore_claim *unchanged = found->claims->pdata[0];
	const struct explore_outcome *good, *failed;

	(void)state;
	assert_int_equal(found->status, STATUS_GOOD);
	assert_int_equal(found->outcomes->len, 2);
	failed = found->outcomes->pdata[0];
	good = found->outcomes->pdata[1];
	assert_non_null(strstr(failed->text, "-ENOMEM"));
	assert_non_null(strchr(failed->schedule, '='));
	assert_null(strchr(good->schedule, '='));
	assert_true(unchanged->true_count > 0 && unchanged->false_count > 0);
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
		cmocka_unit_test(engines_agree),
		cmocka_unit_test(dpor_misses_nothing_of_the_scenarios),
		cmocka_unit_test(each_schedule_leads_to_the_same_state_each_time),
		cmocka_unit_test(it_makes_no_difference_whether_there_is_an_arena),
		cmocka_unit_test(a_way_round_is_a_livelock_if_all_who_could_take_part),
		cmocka_unit_test(members_that_wait_for_each_other_break_progress),
		cmocka_unit_test(each_outcome_is_replayed_by_its_schedule),
		cmocka_unit_test(what_fails_is_part_of_a_schedule),
		cmocka_unit_test(a_second_race_is_refused),
		cmocka_unit_test(a_schedule_of_another_scenario_is_refused),
		cmocka_unit_test(a_result_that_no_line_allows_has_its_shortest_schedule),
		cmocka_unit_test(claims_are_told_of_all_schedules),
		cmocka_unit_test(a_bound_that_leaves_something_out_is_told),
		cmocka_unit_test(lots_are_the_same_with_the_same_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
