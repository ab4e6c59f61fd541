/*
 * explore.c - execution after execution, and what each of them showed; see explore.h.
 */
#include <string.h>

#include "sim/explore_internal.h"
#include "sim/schedule.h"

const struct stmt *script_race(const struct script *script)
{
	for (guint i = 0; i < script->statements->len; i++) {
		const struct stmt *stmt = script->statements->pdata[i];

		if (stmt->kind == STMT_RACE)
			return stmt;
	}
	return NULL;
}

/* ---- what is kept ---- */

static void outcome_free(void *data)
{
	struct explore_outcome *outcome = data;

	g_free(outcome->text);
	g_free(outcome->schedule);
	g_free(outcome);
}

static void claim_free(void *data)
{
	struct explore_claim *claim = data;

	g_free(claim->text);
	g_free(claim->true_schedule);
	g_free(claim->false_schedule);
	g_free(claim);
}

static void failure_free(void *data)
{
	struct explore_failure *failure = data;

	if (!failure)
		return;
	g_free(failure->rule);
	g_free(failure->what);
	g_free(failure->detail);
	g_free(failure->schedule);
	if (failure->steps)
		g_array_unref(failure->steps);
	g_free(failure);
}

static void end_clear(void *data)
{
	g_free(((struct explore_end *)data)->schedule);
}

static struct exploration *exploration_create(const struct script *script,
					      const struct explore_options *options)
{
	struct exploration *found = g_new0(struct exploration, 1);

	found->script = script;
	found->race = script_race(script);
	found->options = *options;
	found->ends = g_array_new(FALSE, FALSE, sizeof(struct explore_end));
	g_array_set_clear_func(found->ends, end_clear);
	found->outcomes = g_ptr_array_new_with_free_func(outcome_free);
	found->claims = g_ptr_array_new_with_free_func(claim_free);
	found->failures = g_ptr_array_new_with_free_func(failure_free);
	found->errors = g_ptr_array_new_with_free_func(g_free);
	found->must = script_must_violate(script);
	return found;
}

void exploration_destroy(struct exploration *found)
{
	if (!found)
		return;
	g_array_unref(found->ends);
	g_ptr_array_unref(found->outcomes);
	g_ptr_array_unref(found->claims);
	g_ptr_array_unref(found->failures);
	g_ptr_array_unref(found->errors);
	g_ptr_array_unref(found->must);
	if (found->states) {
		g_array_unref(found->states);
		g_array_unref(found->edges);
	}
	g_free(found);
}

/* ---- what executions showed ---- */

static struct explore_outcome *outcome_of(struct exploration *found,
					  const GArray *steps, const char *text)
{
	struct explore_outcome *outcome;
	guint at = 0;

	for (; at < found->outcomes->len; at++) {
		outcome = found->outcomes->pdata[at];
		if (strcmp(outcome->text, text) < 0)
			continue;
		if (strcmp(outcome->text, text) > 0)
			break;
		return outcome;
	}
	outcome = g_new0(struct explore_outcome, 1);
	outcome->text = g_strdup(text);
	outcome->schedule = schedule_text(found->script, found->race, steps);
	g_ptr_array_insert(found->outcomes, (gint)at, outcome);
	return outcome;
}

static void count_outcome(struct exploration *found, const GArray *steps,
			  struct showing *showing)
{
	struct explore_outcome *outcome = showing->counted;

	if (!outcome)
		showing->counted = outcome = outcome_of(found, steps, showing->outcome);
	outcome->count++;
}

static struct explore_claim *claim_of(struct exploration *found, const struct showing *showing,
				      guint i)
{
	const struct stmt *stmt = showing->stmts->pdata[i];
	struct explore_claim *claim;

	if (i < found->claims->len)
		return found->claims->pdata[i];
	claim = g_new0(struct explore_claim, 1);
	claim->text = g_strdup(showing->texts->pdata[i]);
	claim->quantifier = stmt->expect.quantifier;
	claim->line = stmt->loc.line;
	g_ptr_array_add(found->claims, claim);
	return claim;
}

static void count_claims(struct exploration *found, const GArray *steps,
			 const struct showing *showing)
{
	for (guint i = 0; i < showing->truths->len; i++) {
		bool truth = g_array_index(showing->truths, bool, i);
		struct explore_claim *claim = claim_of(found, showing, i);
		char **first = truth ? &claim->true_schedule : &claim->false_schedule;

		truth ? claim->true_count++ : claim->false_count++;
		if (!*first)
			*first = schedule_text(found->script, found->race, steps);
	}
}

static void copy_steps(struct explore_failure *failure, const GArray *steps)
{
	if (failure->steps)
		g_array_unref(failure->steps);
	failure->steps = g_array_sized_new(FALSE, FALSE, sizeof(struct taken_step), steps->len);
	g_array_append_vals(failure->steps, steps->data, steps->len);
	for (guint i = 0; i < steps->len; i++)
		g_array_index(failure->steps, struct taken_step, i).object = NULL;
}

static struct explore_failure *known(const struct exploration *found, const char *rule,
				     const char *what)
{
	for (guint i = 0; i < found->failures->len; i++) {
		struct explore_failure *other = found->failures->pdata[i];

		if (rule ? !g_strcmp0(other->rule, rule) :
			   !other->rule && !strcmp(other->what, what))
			return other;
	}
	return NULL;
}

static struct explore_failure *failure_create(const struct shown_failure *failed)
{
	struct explore_failure *failure = g_new0(struct explore_failure, 1);

	failure->rule = g_strdup(failed->rule);
	failure->what = g_strdup(failed->what);
	failure->detail = g_strdup(failed->detail);
	failure->expected = failed->expected;
	failure->switches = UINT_MAX;
	return failure;
}

/* A new way to fail, or one known with fewer switches. */
void exploration_fail(struct exploration *found, const GArray *steps,
		      const struct shown_failure *failed)
{
	struct explore_failure *failure = known(found, failed->rule, failed->what);
	unsigned int switches = schedule_switches(steps);

	if (!failure) {
		failure = failure_create(failed);
		g_ptr_array_add(found->failures, failure);
	}
	failure->count++;
	if (switches >= failure->switches)
		return;
	failure->switches = switches;
	g_free(failure->schedule);
	failure->schedule = schedule_text(found->script, found->race, steps);
	copy_steps(failure, steps);
}

static void count_end(struct exploration *found, const GArray *steps, uint64_t hash)
{
	struct explore_end end = { .hash = hash };
	guint low = 0, high = found->ends->len;

	while (low < high) {
		guint middle = (low + high) / 2;

		if (g_array_index(found->ends, struct explore_end, middle).hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < found->ends->len &&
	    g_array_index(found->ends, struct explore_end, low).hash == hash)
		return;
	end.schedule = schedule_text(found->script, found->race, steps);
	g_array_insert_val(found->ends, low, end);
}

void exploration_count(struct exploration *found, const GArray *steps, struct showing *showing)
{
	if (showing->failed)
		exploration_fail(found, steps, showing->failed);
	if (showing->outcome)
		count_outcome(found, steps, showing);
	count_claims(found, steps, showing);
	count_end(found, steps, showing->state);
}

void exploration_reject(struct exploration *found, const struct runs *runs)
{
	g_ptr_array_add(found->errors, runs_errors(runs, &found->status));
}

/* Once; false if it cannot be run at all. */
static bool execute(struct exploration *found, struct explore_search *search, struct runs *runs)
{
	struct showing *showing = NULL;

	switch (runs_execute(runs, &showing)) {
	case EXECUTION_REJECTED:
		exploration_reject(found, runs);
		return false;
	case EXECUTION_CUT:
		found->cut++;
		return true;
	case EXECUTION_OVER:
		break;
	}
	found->executions++;
	found->steps += explore_search_steps(search)->len;
	exploration_count(found, explore_search_steps(search), showing);
	return true;
}

/* ---- all of them ---- */

static bool has_all_it_must(const struct exploration *found)
{
	unsigned int nr = 0;

	for (guint i = 0; i < found->failures->len; i++) {
		const struct explore_failure *failure = found->failures->pdata[i];

		if (!failure->expected)
			return true;
		nr++;
	}
	return nr && nr >= found->must->len;
}

const char *exploration_reason_to_stop(const struct exploration *found, gint64 start)
{
	const struct explore_options *options = &found->options;

	if (options->interrupted && options->interrupted())
		return "interrupt";
	if (!options->keep_going && has_all_it_must(found))
		return "failure";
	if (options->max_executions &&
	    found->executions + found->cut >= options->max_executions)
		return "count";
	if (options->max_ms &&
	    (uint64_t)(g_get_monotonic_time() - start) / 1000 >= options->max_ms)
		return "time";
	return NULL;
}

static void tell_progress(const struct exploration *found, const struct explore_search *search,
			  gint64 *next)
{
	gint64 now;

	if (!found->options.progress || (found->executions & 63))
		return;
	now = g_get_monotonic_time();
	if (now < *next)
		return;
	*next = now + 100000;
	found->options.progress(found->options.progress_data, found->executions,
				explore_search_progress(search));
}

void exploration_forget(struct exploration *found)
{
	found->executions = found->cut = found->steps = 0;
	g_array_set_size(found->ends, 0);
	g_ptr_array_set_size(found->outcomes, 0);
	g_ptr_array_set_size(found->claims, 0);
	g_ptr_array_set_size(found->failures, 0);
}

static void search_executions(struct exploration *found)
{
	struct explore_search *search = explore_search_create(found->options.engine,
							      found->options.bound,
							      found->options.seed);
	struct runs *runs = runs_create(found->script, found->options.without_bugs, search);
	gint64 start = g_get_monotonic_time(), next = start + 1000000;
	bool more;

	while ((more = explore_search_next(search))) {
		if (!execute(found, search, runs))
			break;
		if (explore_search_restarts(search)) {
			exploration_forget(found);
			runs_forget(runs);
		}
		tell_progress(found, search, &next);
		found->stopped_by = exploration_reason_to_stop(found, start);
		if (found->stopped_by)
			break;
	}
	found->bounded = explore_search_bounded(search);
	found->diverged = explore_search_diverged(search);
	found->complete = !more && !found->bounded && !found->diverged;
	found->ms = (uint64_t)(g_get_monotonic_time() - start) / 1000;
	runs_destroy(runs);
	explore_search_destroy(search);
}

static void search_all(struct exploration *found)
{
	if (explore_engine_has_states(found->options.engine))
		explore_states(found);
	else
		search_executions(found);
}

/* ---- the shortest way to fail ---- */

#define MINIMISE_EXECUTIONS	20000

/* Looks for @failure with at most @bound preemptions. */
static bool fails_within(const struct exploration *found, const struct explore_failure *failure,
			 unsigned int bound, struct exploration **shorter)
{
	struct explore_options options = found->options;

	options.engine = ENGINE_BOUND;
	options.bound = bound;
	options.max_executions = MINIMISE_EXECUTIONS;
	options.keep_going = false;
	options.progress = NULL;
	*shorter = exploration_create(found->script, &options);
	search_all(*shorter);
	return known(*shorter, failure->rule, failure->what) != NULL;
}

static void take_shorter(struct explore_failure *failure, struct explore_failure *shorter)
{
	if (shorter->switches >= failure->switches)
		return;
	failure->switches = shorter->switches;
	g_free(failure->schedule);
	failure->schedule = g_strdup(shorter->schedule);
	g_free(failure->what);
	failure->what = g_strdup(shorter->what);
	g_free(failure->detail);
	failure->detail = g_strdup(shorter->detail);
	copy_steps(failure, shorter->steps);
}

static void clear_step(void *data)
{
	g_free(((struct taken_step *)data)->object);
}

/* Once more along the shortest schedule, with the names of what its steps touch. */
static void name_steps(const struct exploration *found, struct explore_failure *failure)
{
	g_autofree char *why = NULL;
	struct schedule *schedule = schedule_parse(failure->schedule, found->script, &why);
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct taken_step));
	const struct run_options options = { .race = &schedule_driver, .race_data = schedule,
					     .skip_graphs = true, .explore = true,
					     .without_bugs = found->options.without_bugs };
	struct run *run;

	g_array_set_clear_func(steps, clear_step);
	g_array_unref(failure->steps);
	failure->steps = steps;
	schedule_collect(schedule, steps);
	run = run_create(found->script, &options);
	run_execute(run);
	run_destroy(run);
	schedule_destroy(schedule);
}

static void minimise(struct exploration *found, struct explore_failure *failure)
{
	for (unsigned int bound = 0; bound <= 3; bound++) {
		struct exploration *shorter;
		bool fails = fails_within(found, failure, bound, &shorter);

		if (fails)
			take_shorter(failure, known(shorter, failure->rule, failure->what));
		exploration_destroy(shorter);
		if (fails)
			return;
	}
}

/* ---- the verdict ---- */

static bool must_fail_and_did(const struct exploration *found)
{
	for (guint i = 0; i < found->must->len; i++) {
		bool did = false;

		for (guint j = 0; j < found->failures->len; j++) {
			const struct explore_failure *failure = found->failures->pdata[j];

			did |= !g_strcmp0(failure->rule, found->must->pdata[i]);
		}
		if (!did)
			return false;
	}
	return true;
}

static int claims_status(const struct exploration *found)
{
	for (guint i = 0; i < found->claims->len; i++) {
		const struct explore_claim *claim = found->claims->pdata[i];

		if (claim->quantifier == QUANT_EXPECT && claim->false_count)
			return STATUS_FALSE;
		if (claim->quantifier == QUANT_NEVER && claim->true_count)
			return STATUS_FALSE;
		if (claim->quantifier == QUANT_SOMETIMES && !claim->true_count && found->complete)
			return STATUS_FALSE;
	}
	return STATUS_GOOD;
}

static int verdict(const struct exploration *found)
{
	bool with_bug = found->must->len && !found->options.without_bugs;
	int status = found->status;

	if (status != STATUS_GOOD)
		return status;
	for (guint i = 0; i < found->failures->len; i++) {
		const struct explore_failure *failure = found->failures->pdata[i];

		if (!failure->expected)
			status = status_worse(status, failure->rule ? STATUS_BROKEN :
							      STATUS_FALSE);
	}
	if (with_bug && !must_fail_and_did(found))
		status = status_worse(status, STATUS_FALSE);
	if (!with_bug)
		status = status_worse(status, claims_status(found));
	if (found->diverged)
		status = status_worse(status, STATUS_INTERNAL);
	if (!g_strcmp0(found->stopped_by, "interrupt"))
		return status_worse(status, STATUS_INTERRUPTED);
	if (!with_bug && !found->complete)
		status = status_worse(status, STATUS_BOUND);
	return status;
}

struct exploration *explore(const struct script *script, const struct explore_options *options)
{
	struct exploration *found = exploration_create(script, options);

	if (options->without_bugs)
		g_ptr_array_set_size(found->must, 0);
	search_all(found);
	for (guint i = 0; i < found->failures->len; i++)
		minimise(found, found->failures->pdata[i]);
	for (guint i = 0; i < found->failures->len; i++)
		name_steps(found, found->failures->pdata[i]);
	found->status = verdict(found);
	return found;
}
