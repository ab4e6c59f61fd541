/*
 * explore_states.c - engines that look at each state of a race once, in depth or in breadth.
 *
 * A state is all that the arena holds and the stacks of the members: equal bytes have equal
 * futures, whatever the members have read and however they came there. Bytes that do not
 * matter (an order of births, what is left on a stack) can make two of one state; that
 * costs time and never hides anything. So it is a check of the other engines which
 * shares none of their reasoning on what commutes.
 *
 * Breadth first comes to each state by as few steps as there are; the first failure is the
 * shortest. A set of states that members can go round in for ever, each of them that could
 * all the time taking part, is a failure of `progress`.
 */
#include <string.h>

#include "sim/explore_cycle.h"
#include "sim/explore_internal.h"

/* Of states that wait to be looked at. */
#define MAX_WAITING_BYTES	(2UL << 30)

struct waiting {
	uint32_t state;
	struct arena_mark *mark;
};

struct states {
	struct exploration *found;
	struct runs *runs;
	GHashTable *known;		/* struct place -> itself; looked up only */
	GArray *states;			/* struct explore_state */
	GArray *edges;			/* struct explore_edge */
	GQueue waiting;			/* struct waiting * */
	size_t waiting_bytes;
	gint64 start, next_told;
};

struct place {
	struct arena_digest digest;
	uint32_t state;
};

static guint place_hash(gconstpointer key)
{
	return (guint)((const struct place *)key)->digest.word[1];
}

static gboolean place_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct arena_digest));
}

static struct explore_state *state_at(const struct states *s, uint32_t i)
{
	return &g_array_index(s->states, struct explore_state, i);
}

/* ---- one state ---- */

/* The steps to state @i: struct taken_step; g_array_unref(). */
static GArray *steps_to(const struct states *s, uint32_t i)
{
	guint depth = state_at(s, i)->depth;
	GArray *steps = g_array_sized_new(FALSE, FALSE, sizeof(struct taken_step), depth);

	g_array_set_size(steps, depth);
	for (; depth; depth--, i = state_at(s, i)->parent)
		g_array_index(steps, struct taken_step, depth - 1) = state_at(s, i)->step;
	return steps;
}

static bool look_at_end(struct states *s, uint32_t i)
{
	struct showing *showing = runs_end(s->runs);
	GArray *steps;

	if (!showing) {
		exploration_reject(s->found, s->runs);
		return false;
	}
	steps = steps_to(s, i);
	s->found->executions++;
	state_at(s, i)->fails = showing->failed != NULL;
	exploration_count(s->found, steps, showing);
	g_array_unref(steps);
	showing_free(showing);
	return true;
}

/* What comes before the race has gone wrong. */
static void look_at_nothing(struct states *s)
{
	struct showing *showing = runs_end(s->runs);
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct taken_step));

	s->found->executions++;
	exploration_count(s->found, steps, showing);
	g_array_unref(steps);
	showing_free(showing);
}

static void put_in_line(struct states *s, uint32_t i)
{
	struct waiting *waiting = g_new(struct waiting, 1);

	*waiting = (struct waiting){ i, runs_mark(s->runs) };
	s->waiting_bytes += arena_mark_bytes(waiting->mark);
	g_queue_push_tail(&s->waiting, waiting);
}

/* Where it stands now; come to from @parent.  *is_new: it was not known. */
static uint32_t find_state(struct states *s, uint32_t parent, bool *is_new)
{
	struct place place = { .digest = runs_digest(s->runs) }, *known;
	struct explore_state state = { .parent = parent, .enabled = runs_enabled(s->runs) };

	known = g_hash_table_lookup(s->known, &place);
	*is_new = !known;
	if (known)
		return known->state;
	known = g_new(struct place, 1);
	*known = place;
	known->state = s->states->len;
	if (known->state) {
		state.depth = state_at(s, parent)->depth + 1;
		state.step = *runs_taken(s->runs);
	}
	g_array_append_val(s->states, state);
	g_hash_table_add(s->known, known);
	return known->state;
}

/* False: the script is rejected. */
static bool arrive(struct states *s, enum runs_stand stand, uint32_t parent)
{
	bool is_new;
	uint32_t i;

	if (stand == STAND_REJECTED) {
		exploration_reject(s->found, s->runs);
		return false;
	}
	if (stand == STAND_NOWHERE) {
		look_at_nothing(s);
		return true;
	}
	i = find_state(s, parent, &is_new);
	if (s->states->len > 1) {
		struct explore_edge edge = { parent, i, runs_taken(s->runs)->member };

		g_array_append_val(s->edges, edge);
	}
	if (!is_new)
		return true;
	if (stand == STAND_CHOICE)
		state_at(s, i)->ways = (uint8_t)runs_ways(s->runs);
	if (stand == STAND_STEP || stand == STAND_CHOICE) {
		put_in_line(s, i);
		return true;
	}
	state_at(s, i)->end = true;
	return look_at_end(s, i);
}

/* ---- all of them ---- */

static void waiting_free(void *data)
{
	struct waiting *waiting = data;

	arena_mark_free(waiting->mark);
	g_free(waiting);
}

static struct waiting *next_in_line(struct states *s)
{
	struct waiting *waiting = s->found->options.engine == ENGINE_BFS ?
					  g_queue_pop_head(&s->waiting) :
					  g_queue_pop_tail(&s->waiting);

	s->waiting_bytes -= arena_mark_bytes(waiting->mark);
	return waiting;
}

static bool expand(struct states *s)
{
	struct waiting *waiting = next_in_line(s);
	const struct explore_state *state = state_at(s, waiting->state);
	uint32_t next = state->ways ? (1U << state->ways) - 1 : state->enabled;
	bool good = true;

	/* The last of them is the first to be popped by depth. */
	for (unsigned int i = 0; i < RACE_MAX_MEMBERS && good; i++) {
		if (!(next & (1U << i)))
			continue;
		runs_return(s->runs, waiting->mark);
		good = arrive(s, runs_stand_step(s->runs, i), waiting->state);
	}
	waiting_free(waiting);
	return good;
}

static void tell(struct states *s)
{
	const struct explore_options *options = &s->found->options;
	gint64 now;

	if (!options->progress || (s->states->len & 255))
		return;
	now = g_get_monotonic_time();
	if (now < s->next_told)
		return;
	s->next_told = now + 100000;
	options->progress(options->progress_data, s->states->len,
			  1 - (double)s->waiting.length / (double)s->states->len);
}

static const char *why_stop(const struct states *s)
{
	uint64_t max = s->found->options.max_executions;

	if (s->waiting_bytes > MAX_WAITING_BYTES)
		return "memory";
	if (max && s->states->len >= max)
		return "count";
	return exploration_reason_to_stop(s->found, s->start);
}

/* A lock whose releases have become steps: what was found is of another race. */
static void forget(struct states *s)
{
	g_hash_table_remove_all(s->known);
	g_array_set_size(s->states, 0);
	g_array_set_size(s->edges, 0);
	g_queue_clear_full(&s->waiting, waiting_free);
	s->waiting_bytes = 0;
	exploration_forget(s->found);
}

static void search(struct states *s)
{
	struct exploration *found = s->found;
	bool good = arrive(s, runs_stand_first(s->runs), 0);

	while (good && s->waiting.length && !found->stopped_by) {
		good = expand(s);
		if (good && runs_restart(s->runs)) {
			forget(s);
			good = arrive(s, runs_stand_first(s->runs), 0);
		}
		tell(s);
		found->stopped_by = why_stop(s);
	}
	found->complete = good && !s->waiting.length;
	found->nr_states = s->states->len;
	found->nr_edges = s->edges->len;
}

/* ---- going round for ever ---- */

static void tell_livelock(struct states *s, uint32_t state, unsigned int nr)
{
	struct shown_failure failed = { .rule = (char *)"progress",
					.what = (char *)"progress  race" };
	GArray *steps = steps_to(s, state);

	failed.detail = g_strdup_printf("expected  members that come to their end\n"
		"saw       %u states behind step %u in which they can go round for ever, each of "
		"them that could go on taking steps", nr, state_at(s, state)->depth);
	for (guint i = 0; i < s->found->must->len; i++)
		failed.expected |= !strcmp(s->found->must->pdata[i], "progress");
	exploration_fail(s->found, steps, &failed);
	g_free(failed.detail);
	g_array_unref(steps);
}

/* ---- the whole ---- */

static void keep_graph(struct states *s)
{
	if (!s->found->options.keep_graph)
		return;
	s->found->states = g_array_ref(s->states);
	s->found->edges = g_array_ref(s->edges);
}

static void refuse(struct exploration *found)
{
	g_ptr_array_add(found->errors, g_strdup_printf(
		"%s: error: engine %s has to put memory back, which this build of mmsim cannot\n",
		found->script->name, explore_engine_name(found->options.engine)));
	found->status = STATUS_NOTHING;
}

void explore_states(struct exploration *found)
{
	struct states s = { .found = found, .waiting = G_QUEUE_INIT };
	unsigned int nr;
	uint32_t state;

	s.runs = runs_create(found->script, found->options.without_bugs, NULL);
	if (!runs_can_stand(s.runs)) {
		refuse(found);
		runs_destroy(s.runs);
		return;
	}
	s.known = g_hash_table_new_full(place_hash, place_equal, NULL, g_free);
	s.states = g_array_new(FALSE, FALSE, sizeof(struct explore_state));
	s.edges = g_array_new(FALSE, FALSE, sizeof(struct explore_edge));
	s.start = g_get_monotonic_time();
	s.next_told = s.start + 1000000;
	search(&s);
	if (explore_fair_cycle(s.states, s.edges, &state, &nr))
		tell_livelock(&s, state, nr);
	keep_graph(&s);
	found->ms = (uint64_t)(g_get_monotonic_time() - s.start) / 1000;
	g_queue_clear_full(&s.waiting, waiting_free);
	g_array_unref(s.states);
	g_array_unref(s.edges);
	g_hash_table_unref(s.known);
	runs_destroy(s.runs);
}
