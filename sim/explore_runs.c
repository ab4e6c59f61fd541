/*
 * explore_runs.c - execution after execution; see explore_runs.h.
 *
 * In an arena the whole run is a coroutine. It yields where the race begins, which is what
 * every later execution starts from; where the search ends an execution, which is
 * never resumed; and where the members have ended, so that an end state that is known need
 * not be looked at.
 */
#include <string.h>

#include "model/machine.h"
#include "sim/arena.h"
#include "sim/coroutine.h"
#include "sim/explore_runs.h"

/* End states that are remembered. */
#define MAX_KNOWN	1000000

enum where { NOWHERE, AT_BEGIN, AT_STEP, AT_CHOICE, AT_CUT, AT_END, AT_RETURN };

struct runs {
	const struct script *script;
	bool without_bugs;
	struct explore_search *search;
	struct backend *backend;	/* without an arena: kept for the next run */
	struct showing *last;		/* likewise: of the last execution */
	char *errors;
	int status;
	struct arena *arena;
	struct coroutine *runner;
	struct arena_mark *begin;
	struct machine *mach;		/* of the thread, inside the runner */
	enum where where;
	bool deadlock;
	struct collected *now;		/* in the arena */
	struct run *run;		/* likewise */
	GHashTable *known;		/* struct known -> itself; looked up only */
	/* For engines that look at states. */
	struct race *race;		/* on the runner's stack */
	uint32_t enabled;
	unsigned int next;		/* who is to go on, or which way */
	unsigned int ways;
	struct taken_step taken;	/* the last one; no part of a state */
	GHashTable *tried;		/* objects whose release is a step; looked up only */
	bool restart;
};

/* An end state, and what it showed. */
struct known {
	struct arena_digest digest;
	struct showing *showing;
};

/* ---- what one execution shows, while it runs ---- */

struct collected {
	GPtrArray *calls;		/* char * */
	struct showing showing;
	unsigned int releases[RACE_MAX_MEMBERS];	/* since the last other step */
};

static struct collected *collected_create(void)
{
	struct collected *now = g_new0(struct collected, 1);

	now->calls = g_ptr_array_new_with_free_func(g_free);
	now->showing.texts = g_ptr_array_new_with_free_func(g_free);
	now->showing.stmts = g_ptr_array_new();
	now->showing.truths = g_array_new(FALSE, FALSE, sizeof(bool));
	return now;
}

static void failure_free(struct shown_failure *failure)
{
	if (!failure)
		return;
	g_free(failure->rule);
	g_free(failure->what);
	g_free(failure->detail);
	g_free(failure);
}

static void showing_clear(struct showing *showing)
{
	g_free(showing->outcome);
	g_ptr_array_unref(showing->texts);
	g_ptr_array_unref(showing->stmts);
	g_array_unref(showing->truths);
	failure_free(showing->failed);
}

void showing_free(struct showing *showing)
{
	if (!showing)
		return;
	showing_clear(showing);
	g_free(showing);
}

static void collected_free(struct collected *now)
{
	g_ptr_array_unref(now->calls);
	showing_clear(&now->showing);
	g_free(now);
}

static void fail(struct collected *now, const char *rule, const char *what, const char *detail,
		 bool expected)
{
	struct shown_failure *failure;

	if (now->showing.failed)
		return;
	failure = g_new0(struct shown_failure, 1);
	failure->rule = g_strdup(rule);
	failure->what = g_strdup(what);
	failure->detail = g_strdup(detail);
	failure->expected = expected;
	now->showing.failed = failure;
}

static void note_violation(struct collected *now, const struct event *event)
{
	const struct broken_rule *broken = event->broken;
	g_autofree char *what = g_strdup_printf("%s  %s", broken->rule, broken->place);
	g_autofree char *detail = g_strdup_printf("expected  %s\nsaw       %s", broken->expected,
						  broken->saw);

	fail(now, broken->rule, what, detail, event->ok);
}

static void note_error(struct collected *now, const struct event *event)
{
	g_autofree char *what = NULL;

	if (event->stmt && event->stmt->kind == STMT_EXPECT)
		return;		/* a claim */
	what = g_strdup_printf("line %u: %s", event->diag->line, event->diag->message);
	fail(now, NULL, what, event->diag->note ? event->diag->note : "", false);
}

static void on_event(void *data, struct run *run, const struct event *event)
{
	struct runs *runs = data;
	struct collected *now = runs->now;

	switch (event->kind) {
	case EVENT_CALL:
		if (run->member)
			g_ptr_array_add(now->calls, g_strdup_printf("%s: %s = %s", event->task,
								    event->text, event->result));
		return;
	case EVENT_EXPECT:
		g_array_append_val(now->showing.truths, event->truth);
		g_ptr_array_add(now->showing.texts, g_strdup(event->text));
		g_ptr_array_add(now->showing.stmts, (gpointer)event->stmt);
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

/* A copy of what was collected, none of which is in the arena. */
static struct showing *showing_of(const struct collected *now, struct run *run)
{
	const struct showing *from = &now->showing;
	struct showing *showing = g_new0(struct showing, 1);
	GPtrArray *calls = g_ptr_array_new();

	for (guint i = 0; i < now->calls->len; i++)
		g_ptr_array_add(calls, now->calls->pdata[i]);
	g_ptr_array_sort(calls, by_text);
	g_ptr_array_add(calls, NULL);
	if (!run->deadlock)
		showing->outcome = g_strjoinv("\n", (char **)calls->pdata);
	g_ptr_array_unref(calls);
	showing->truths = g_array_new(FALSE, FALSE, sizeof(bool));
	g_array_append_vals(showing->truths, from->truths->data, from->truths->len);
	showing->texts = g_ptr_array_new_with_free_func(g_free);
	showing->stmts = g_ptr_array_new();
	for (guint i = 0; i < from->texts->len; i++) {
		g_ptr_array_add(showing->texts, g_strdup(from->texts->pdata[i]));
		g_ptr_array_add(showing->stmts, from->stmts->pdata[i]);
	}
	if (run_machine(run))
		showing->state = machine_hash(run_machine(run));
	if (from->failed) {
		showing->failed = g_memdup2(from->failed, sizeof(*from->failed));
		showing->failed->rule = g_strdup(from->failed->rule);
		showing->failed->what = g_strdup(from->failed->what);
		showing->failed->detail = g_strdup(from->failed->detail);
	}
	return showing;
}

/* ---- without an arena ---- */

static bool is_rejected(struct runs *runs, const struct run *run)
{
	if (run->status != STATUS_REJECTED && run->status != STATUS_NOTHING)
		return false;
	runs->errors = diag_list_text(run->diags, false);
	runs->status = run->status;
	return true;
}

static enum execution_end execute_anew(struct runs *runs, struct showing **showing)
{
	const struct run_options options = {
		.event = on_event, .event_data = runs, .race = &explore_driver,
		.race_data = runs->search, .reuse = runs->backend, .skip_graphs = true,
		.without_bugs = runs->without_bugs, .explore = true,
	};
	struct run *run = run_create(runs->script, &options);
	enum execution_end end = EXECUTION_OVER;

	runs->now = collected_create();
	run_execute(run);
	g_clear_pointer(&runs->last, showing_free);
	if (is_rejected(runs, run))
		end = EXECUTION_REJECTED;
	else if (run->cut)
		end = EXECUTION_CUT;
	else
		*showing = runs->last = showing_of(runs->now, run);
	runs->backend = run_keep_backend(run);
	run_destroy(run);
	collected_free(runs->now);
	return end;
}

/* ---- in an arena: the search is outside of it ---- */

static void yield_at(struct runs *runs, enum where where)
{
	runs->where = where;
	coroutine_yield(runs->runner);
}

static void begin(void *data, struct race *race)
{
	struct runs *runs = data;

	yield_at(runs, AT_BEGIN);
	explore_driver.begin(runs->search, race);
}

static int pick(void *data, struct race *race, uint32_t enabled)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);
	int next = explore_driver.pick(runs->search, race, enabled);

	arena_enter(arena);
	if (next == RACE_STOP)
		yield_at(runs, AT_CUT);
	return next;
}

static void step(void *data, struct race *race, unsigned int i, const struct race_op *op)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	explore_driver.step(runs->search, race, i, op);
	arena_enter(arena);
}

static void touch(void *data, struct race *race, const struct race_op *op)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	explore_driver.touch(runs->search, race, op);
	arena_enter(arena);
}

static void released(void *data, struct race *race, const void *lock, bool reader)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	explore_driver.released(runs->search, race, lock, reader);
	arena_enter(arena);
}

static void woken(void *data, struct race *race, unsigned int i)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	explore_driver.woken(runs->search, race, i);
	arena_enter(arena);
}

static void tried(void *data, const void *object)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	explore_driver.tried(runs->search, object);
	arena_enter(arena);
}

static unsigned int choose(void *data, struct race *race, unsigned int i, unsigned int n,
			   const char *what)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);
	unsigned int way = explore_driver.choose(runs->search, race, i, n, what);

	arena_enter(arena);
	return way;
}

static bool release_is_step(void *data, const void *object)
{
	struct runs *runs = data;

	return explore_driver.release_is_step(runs->search, object);
}

static void end(void *data, struct race *race)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	explore_driver.end(runs->search, race);
	runs->deadlock = false;
	for (unsigned int i = 0; i < race->nr; i++)
		runs->deadlock |= !race_member_ended(race, i);
	arena_enter(arena);
	yield_at(runs, AT_END);
}

static const struct race_driver runs_driver = {
	.begin = begin, .pick = pick, .step = step, .touch = touch, .released = released,
	.woken = woken, .choose = choose, .tried = tried, .release_is_step = release_is_step,
	.end = end,
};

/* ---- standing still before each step ---- */

static void stand_begin(void *data, struct race *race)
{
	struct runs *runs = data;

	runs->race = race;
	yield_at(runs, AT_BEGIN);
}

static int stand_pick(void *data, struct race *race, uint32_t enabled)
{
	struct runs *runs = data;

	(void)race;
	runs->enabled = enabled;
	yield_at(runs, AT_STEP);
	return (int)runs->next;
}

static void stand_step(void *data, struct race *race, unsigned int i, const struct race_op *op)
{
	struct runs *runs = data;
	struct collected *now = runs->now;

	runs->taken = (struct taken_step){ .member = i, .op = *op,
					   .stmt = race_member_stmt(race, i) };
	if (op->access == ACCESS_RELEASE)
		runs->taken.release = ++now->releases[i];
	else
		now->releases[i] = 0;
}

static unsigned int stand_choose(void *data, struct race *race, unsigned int i, unsigned int n,
				 const char *what)
{
	struct runs *runs = data;

	runs->enabled = 1U << i;
	runs->ways = n;
	yield_at(runs, AT_CHOICE);
	runs->taken = (struct taken_step){ .member = i, .way = runs->next + 1,
					   .op = { .site = what },
					   .stmt = race_member_stmt(race, i) };
	return runs->next;
}

static void stand_released(void *data, struct race *race, const void *lock, bool reader)
{
	struct runs *runs = data;

	(void)lock;
	(void)reader;
	if (race->running && race->last >= 0)
		runs->now->releases[race->last]++;
}

static void stand_touch(void *data, struct race *race, const struct race_op *op)
{
	(void)data;
	(void)race;
	(void)op;
}

static void stand_tried(void *data, const void *object)
{
	struct runs *runs = data;
	struct arena *arena = arena_enter(NULL);

	runs->restart |= g_hash_table_add(runs->tried, (gpointer)object);
	arena_enter(arena);
}

static bool stand_release_is_step(void *data, const void *object)
{
	return g_hash_table_contains(((struct runs *)data)->tried, object);
}

static void stand_end(void *data, struct race *race)
{
	struct runs *runs = data;

	(void)race;
	runs->enabled = 0;
	yield_at(runs, AT_END);
}

static const struct race_driver stand_driver = {
	.begin = stand_begin, .pick = stand_pick, .step = stand_step, .touch = stand_touch,
	.released = stand_released, .choose = stand_choose, .tried = stand_tried,
	.release_is_step = stand_release_is_step, .end = stand_end,
};

static void runner_body(void *data)
{
	struct runs *runs = data;
	const struct run_options options = {
		.event = on_event, .event_data = runs, .race_data = runs,
		.race = runs->search ? &runs_driver : &stand_driver,
		.skip_graphs = true, .without_bugs = runs->without_bugs, .explore = true,
	};

	runs->now = collected_create();
	runs->run = run_create(runs->script, &options);
	run_execute(runs->run);
	runs->where = AT_RETURN;
}

/* Until the runner yields. */
static void go_on(struct runs *runs)
{
	struct machine *before = machine_enter(runs->mach);

	if (runs->begin)
		arena_changes(runs->begin);
	arena_enter(runs->arena);
	if (runs->runner) {
		coroutine_resume(runs->runner);
	} else {
		runs->runner = coroutine_create();
		coroutine_start(runs->runner, runner_body, runs);
	}
	arena_enter(NULL);
	runs->mach = machine_enter(before);
}

/* To the first step of the race; false if it does not come there. */
static bool come_to_race(struct runs *runs)
{
	if (runs->begin) {
		arena_return(runs->arena, runs->begin);
		return true;
	}
	go_on(runs);
	if (runs->where != AT_BEGIN)
		return false;
	runs->begin = arena_mark(runs->arena, NULL);
	return true;
}

static guint known_hash(gconstpointer key)
{
	return (guint)((const struct known *)key)->digest.word[0];
}

static gboolean known_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct arena_digest));
}

static void known_free(void *data)
{
	struct known *known = data;

	showing_free(known->showing);
	g_free(known);
}

static struct showing *remember(struct runs *runs, struct arena_digest digest,
				struct showing *showing)
{
	struct known *known;

	g_clear_pointer(&runs->last, showing_free);
	if (!runs->begin || g_hash_table_size(runs->known) >= MAX_KNOWN)
		return runs->last = showing;
	known = g_new(struct known, 1);
	*known = (struct known){ digest, showing };
	g_hash_table_add(runs->known, known);
	return showing;
}

static enum execution_end execute_in_arena(struct runs *runs, struct showing **showing)
{
	struct machine *mach_at_begin;
	struct known *known, key = {};

	/* What does not even come to the race ends alike each time. */
	if (runs->where == AT_RETURN && !runs->begin) {
		*showing = runs->last;
		return EXECUTION_OVER;
	}

	if (come_to_race(runs)) {
		mach_at_begin = runs->mach;
		go_on(runs);
		if (runs->where == AT_CUT) {
			runs->mach = mach_at_begin;
			return EXECUTION_CUT;
		}
		key.digest = arena_digest(runs->arena, runs->begin);
		arena_digest_add(&key.digest, runs->deadlock);
		/* One that was given up without an end has told its findings already. */
		arena_digest_add(&key.digest, runs->where == AT_RETURN);
		known = g_hash_table_lookup(runs->known, &key);
		if (!known) {
			if (runs->where != AT_RETURN)
				go_on(runs);
			runs->mach = mach_at_begin;
		} else {
			runs->mach = mach_at_begin;
			*showing = known->showing;
			return EXECUTION_OVER;
		}
	}
	if (is_rejected(runs, runs->run))
		return EXECUTION_REJECTED;
	*showing = remember(runs, key.digest, showing_of(runs->now, runs->run));
	return EXECUTION_OVER;
}

/* ---- for engines that look at states ---- */

bool runs_can_stand(const struct runs *runs)
{
	return runs->arena && !runs->search;
}

static enum runs_stand stand(struct runs *runs)
{
	if (runs->where == AT_STEP)
		return STAND_STEP;
	if (runs->where == AT_CHOICE)
		return STAND_CHOICE;
	if (runs->where == AT_END)
		return STAND_END;
	return is_rejected(runs, runs->run) ? STAND_REJECTED : STAND_NOWHERE;
}

enum runs_stand runs_stand_first(struct runs *runs)
{
	if (come_to_race(runs)) {
		arena_sweep_stacks(runs->arena);
		go_on(runs);
	}
	return stand(runs);
}

enum runs_stand runs_stand_step(struct runs *runs, unsigned int member)
{
	runs->next = member;
	go_on(runs);
	return stand(runs);
}

unsigned int runs_ways(const struct runs *runs)
{
	return runs->ways;
}

uint32_t runs_enabled(const struct runs *runs)
{
	return runs->enabled;
}

const struct taken_step *runs_taken(const struct runs *runs)
{
	return &runs->taken;
}

bool runs_restart(struct runs *runs)
{
	bool restart = runs->restart;

	runs->restart = false;
	return restart;
}

/* The runner's own stack has nothing that matters: it stands in the same loop each time. */
struct arena_digest runs_digest(const struct runs *runs)
{
	struct arena_digest digest = arena_digest(runs->arena, runs->begin);

	for (unsigned int i = 0; i < runs->race->nr; i++)
		arena_digest_stack(runs->arena, race_member_stack(runs->race, i), &digest);
	return digest;
}

struct arena_mark *runs_mark(struct runs *runs)
{
	return arena_mark(runs->arena, runs->begin);
}

void runs_return(struct runs *runs, struct arena_mark *mark)
{
	arena_return(runs->arena, mark);
	arena_sweep_stacks(runs->arena);
}

struct showing *runs_end(struct runs *runs)
{
	struct machine *mach_before = runs->mach;

	if (runs->where != AT_RETURN)
		go_on(runs);
	runs->mach = mach_before;
	if (is_rejected(runs, runs->run))
		return NULL;
	return showing_of(runs->now, runs->run);
}

/* ---- the interface ---- */

struct runs *runs_create(const struct script *script, bool without_bugs,
			 struct explore_search *search)
{
	struct runs *runs = g_new0(struct runs, 1);

	runs->script = script;
	runs->without_bugs = without_bugs;
	runs->search = search;
	runs->arena = arena_create();
	if (!runs->arena && search)
		explore_search_addresses_change(search);
	runs->tried = g_hash_table_new(NULL, NULL);
	runs->known = g_hash_table_new_full(known_hash, known_equal, NULL, known_free);
	return runs;
}

void runs_destroy(struct runs *runs)
{
	if (!runs)
		return;
	backend_destroy(runs->backend);
	showing_free(runs->last);
	arena_mark_free(runs->begin);
	arena_destroy(runs->arena);
	g_hash_table_unref(runs->known);
	g_hash_table_unref(runs->tried);
	g_free(runs->errors);
	g_free(runs);
}

void runs_forget(struct runs *runs)
{
	g_hash_table_remove_all(runs->known);
	g_clear_pointer(&runs->last, showing_free);
}

enum execution_end runs_execute(struct runs *runs, struct showing **showing)
{
	return runs->arena ? execute_in_arena(runs, showing) : execute_anew(runs, showing);
}

char *runs_errors(const struct runs *runs, int *status)
{
	*status = runs->status;
	return g_strdup(runs->errors);
}
