/*
 * explore.c - execution after execution, and what each of them showed; see explore.h.
 */
#include <string.h>

#include "sim/explore.h"
#include "sim/schedule.h"

/* What one execution showed, while it runs. */
struct execution {
	struct exploration *found;
	struct explore_search *search;
	unsigned int race_number;	/* of the statement, 0 before it */
	GPtrArray *calls;		/* char *: "mover: 0" */
	GArray *truths;			/* bool, of each expression in order */
	GPtrArray *texts;		/* its text; const struct stmt * in stmts */
	GPtrArray *stmts;
	struct explore_failure *failed;	/* the first one; owned */
};

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

static struct exploration *exploration_create(const struct script *script,
					      const struct explore_options *options)
{
	struct exploration *found = g_new0(struct exploration, 1);

	found->script = script;
	found->race = script_race(script);
	found->options = *options;
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
	g_ptr_array_unref(found->outcomes);
	g_ptr_array_unref(found->claims);
	g_ptr_array_unref(found->failures);
	g_ptr_array_unref(found->errors);
	g_ptr_array_unref(found->must);
	g_free(found);
}

/* ---- one execution ---- */

static void fail(struct execution *now, const char *rule, const char *what, const char *detail,
		 bool expected)
{
	struct explore_failure *failure;

	if (now->failed)
		return;
	failure = g_new0(struct explore_failure, 1);
	failure->rule = g_strdup(rule);
	failure->what = g_strdup(what);
	failure->detail = g_strdup(detail);
	failure->expected = expected;
	now->failed = failure;
}

static void note_violation(struct execution *now, const struct event *event)
{
	const struct broken_rule *broken = event->broken;
	g_autofree char *what = g_strdup_printf("%s  %s", broken->rule, broken->place);
	g_autofree char *detail = g_strdup_printf("expected  %s\nsaw       %s", broken->expected,
						  broken->saw);

	fail(now, broken->rule, what, detail, event->ok);
}

static void note_error(struct execution *now, const struct event *event)
{
	g_autofree char *what = g_strdup_printf("line %u: %s", event->diag->line,
						event->diag->message);

	if (event->stmt && event->stmt->kind == STMT_EXPECT)
		return;		/* a claim */
	fail(now, NULL, what, event->diag->note ? event->diag->note : "", false);
}

static void on_event(void *data, struct run *run, const struct event *event)
{
	struct execution *now = data;

	switch (event->kind) {
	case EVENT_CALL:
		if (run->member)
			g_ptr_array_add(now->calls, g_strdup_printf("%s: %s = %s", event->task,
								    event->text, event->result));
		return;
	case EVENT_EXPECT:
		g_array_append_val(now->truths, event->truth);
		g_ptr_array_add(now->texts, g_strdup(event->text));
		g_ptr_array_add(now->stmts, (gpointer)event->stmt);
		return;
	case EVENT_VIOLATION:
		note_violation(now, event);
		return;
	case EVENT_ERROR:
		note_error(now, event);
		return;
	default:
		return;
	}
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void count_outcome(struct execution *now)
{
	struct exploration *found = now->found;
	g_autofree char *text = NULL;
	struct explore_outcome *outcome;
	guint at = 0;

	g_ptr_array_sort(now->calls, by_text);
	g_ptr_array_add(now->calls, NULL);
	text = g_strjoinv("\n", (char **)now->calls->pdata);
	for (; at < found->outcomes->len; at++) {
		outcome = found->outcomes->pdata[at];
		if (strcmp(outcome->text, text) < 0)
			continue;
		if (strcmp(outcome->text, text) > 0)
			break;
		outcome->count++;
		return;
	}
	outcome = g_new0(struct explore_outcome, 1);
	outcome->text = g_steal_pointer(&text);
	outcome->count = 1;
	outcome->schedule = schedule_text(found->script, found->race,
					  explore_search_steps(now->search));
	g_ptr_array_insert(found->outcomes, (gint)at, outcome);
}

static void count_claims(struct execution *now)
{
	struct exploration *found = now->found;

	for (guint i = 0; i < now->truths->len; i++) {
		bool truth = g_array_index(now->truths, bool, i);
		struct explore_claim *claim;
		char **first;

		if (i == found->claims->len) {
			const struct stmt *stmt = now->stmts->pdata[i];

			claim = g_new0(struct explore_claim, 1);
			claim->text = g_strdup(now->texts->pdata[i]);
			claim->quantifier = stmt->expect.quantifier;
			claim->line = stmt->loc.line;
			g_ptr_array_add(found->claims, claim);
		}
		claim = found->claims->pdata[i];
		truth ? claim->true_count++ : claim->false_count++;
		first = truth ? &claim->true_schedule : &claim->false_schedule;
		if (!*first)
			*first = schedule_text(found->script, found->race,
					       explore_search_steps(now->search));
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

static struct explore_failure *known(const struct exploration *found,
				     const struct explore_failure *failure)
{
	for (guint i = 0; i < found->failures->len; i++) {
		struct explore_failure *other = found->failures->pdata[i];

		if (failure->rule ? !g_strcmp0(other->rule, failure->rule) :
				    !other->rule && !strcmp(other->what, failure->what))
			return other;
	}
	return NULL;
}

/* A new way to fail, or one known with fewer switches. Takes over now->failed. */
static void count_failure(struct execution *now)
{
	const GArray *steps = explore_search_steps(now->search);
	struct exploration *found = now->found;
	struct explore_failure *failure = known(found, now->failed);
	unsigned int switches = schedule_switches(steps);

	if (!failure) {
		failure = g_steal_pointer(&now->failed);
		failure->switches = UINT_MAX;
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

static void execution_init(struct execution *now, struct exploration *found,
			   struct explore_search *search)
{
	*now = (struct execution){ .found = found, .search = search };
	now->calls = g_ptr_array_new_with_free_func(g_free);
	now->texts = g_ptr_array_new_with_free_func(g_free);
	now->stmts = g_ptr_array_new();
	now->truths = g_array_new(FALSE, FALSE, sizeof(bool));
}

static void execution_clear(struct execution *now)
{
	g_ptr_array_unref(now->calls);
	g_ptr_array_unref(now->texts);
	g_ptr_array_unref(now->stmts);
	g_array_unref(now->truths);
	failure_free(now->failed);
}

/* Runs the script once; false if it cannot be run at all. */
static bool execute(struct exploration *found, struct explore_search *search,
		    struct backend **backend)
{
	struct execution now;
	const struct run_options options = {
		.event = on_event, .event_data = &now, .race = &explore_driver,
		.race_data = search, .reuse = *backend, .skip_graphs = true,
		.without_bugs = found->options.without_bugs, .explore = true,
	};
	struct run *run;
	bool good = true;

	execution_init(&now, found, search);
	run = run_create(found->script, &options);
	run_execute(run);
	if (run->status == STATUS_REJECTED || run->status == STATUS_NOTHING) {
		g_ptr_array_add(found->errors, diag_list_text(run->diags, false));
		found->status = run->status;
		good = false;
	} else if (run->cut) {
		found->cut += !explore_search_restarts(search);
	} else {
		found->executions++;
		found->steps += explore_search_steps(search)->len;
		if (now.failed)
			count_failure(&now);
		if (!run->deadlock)
			count_outcome(&now);
		count_claims(&now);
	}
	*backend = run_keep_backend(run);
	run_destroy(run);
	execution_clear(&now);
	return good;
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

static const char *reason_to_stop(const struct exploration *found, gint64 start)
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

static void search_all(struct exploration *found, struct backend **backend)
{
	struct explore_search *search = explore_search_create(found->options.engine,
							      found->options.bound,
							      found->options.seed);
	gint64 start = g_get_monotonic_time(), next = start + 1000000;
	bool more;

	while ((more = explore_search_next(search))) {
		if (!execute(found, search, backend))
			break;
		tell_progress(found, search, &next);
		found->stopped_by = reason_to_stop(found, start);
		if (found->stopped_by)
			break;
	}
	found->bounded = explore_search_bounded(search);
	found->diverged = explore_search_diverged(search);
	found->complete = !more && !found->bounded && !found->diverged;
	found->ms = (uint64_t)(g_get_monotonic_time() - start) / 1000;
	explore_search_destroy(search);
}

/* ---- the shortest way to fail ---- */

#define MINIMISE_EXECUTIONS	20000

/* Looks for @failure with at most @bound preemptions. */
static bool fails_within(const struct exploration *found, const struct explore_failure *failure,
			 unsigned int bound, struct exploration **shorter,
			 struct backend **backend)
{
	struct explore_options options = found->options;

	options.engine = ENGINE_BOUND;
	options.bound = bound;
	options.max_executions = MINIMISE_EXECUTIONS;
	options.keep_going = false;
	options.progress = NULL;
	*shorter = exploration_create(found->script, &options);
	search_all(*shorter, backend);
	return known(*shorter, failure) != NULL;
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

static void minimise(struct exploration *found, struct explore_failure *failure,
		     struct backend **backend)
{
	for (unsigned int bound = 0; bound <= 3; bound++) {
		struct exploration *shorter;
		bool fails = fails_within(found, failure, bound, &shorter, backend);

		if (fails)
			take_shorter(failure, known(shorter, failure));
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
	struct backend *backend = NULL;

	if (options->without_bugs)
		g_ptr_array_set_size(found->must, 0);
	search_all(found, &backend);
	for (guint i = 0; i < found->failures->len; i++)
		minimise(found, found->failures->pdata[i], &backend);
	backend_destroy(backend);
	for (guint i = 0; i < found->failures->len; i++)
		name_steps(found, found->failures->pdata[i]);
	found->status = verdict(found);
	return found;
}
