/*
 * explore_engine.c - the depth-first engines, and those that draw lots; see
 * explore_engine.h.
 *
 * A frame is a state of the race at which somebody took a step: who could have, who has
 * been tried, who is still to be tried. An execution goes along the frames and adds new ones;
 * explore_search_next() takes the deepest at which somebody is left.
 *
 * dpor: Abdulla, Aronis, Jonsson and Sagonas, Optimal Dynamic Partial Order Reduction
 * (2014): source sets and sleep sets.  pct: Burckhardt, Kothari, Musuvathi and Nagarakatte,
 * A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs (2010).
 */
#include <string.h>

#include "sim/explore_clock.h"
#include "sim/explore_engine.h"
#include "sim/watch/watch.h"

/* What a step touched besides its operation. */
struct touched {
	const void *object;
	uint8_t access;			/* enum access */
	uint8_t member;
};

struct frame {
	uint32_t enabled, done, backtrack, sleep;
	unsigned int chosen;
	/*
	 * A choice in the middle of a step: enabled, done, backtrack and chosen are of ways and
	 * not of members; then these are whose step it is and who sleeps.
	 */
	bool is_choice;
	unsigned int taker;
	uint32_t sleepers;
	unsigned int preemptions;	/* before this step */
	struct race_op op[RACE_MAX_MEMBERS];	/* what each is about to do */
	/* Of those that have been tried here, and of those that sleep. */
	struct touched *touched;	/* [room], owned */
	unsigned int nr_touched, room;
};

struct explore_search {
	enum explore_engine engine;
	unsigned int bound;
	GRand *lots;
	GArray *frames;			/* struct frame */
	GArray *steps;			/* struct taken_step */
	unsigned int depth;		/* steps of this execution */
	unsigned int prefix;		/* frames to go along before choosing anew */
	bool begun, bounded, diverged, restart;
	bool addresses_change;
	struct clocks *clocks;
	GHashTable *tried;		/* objects whose release is a step; looked up only */
	unsigned int priority[RACE_MAX_MEMBERS];	/* pct */
	unsigned int longest;		/* steps of the longest execution so far */
	unsigned int change[8];		/* pct: at which steps */
	unsigned int releases[RACE_MAX_MEMBERS];	/* since the last other step */
};

static const char *const names[NR_ENGINES] = {
	[ENGINE_DPOR] = "dpor", [ENGINE_NAIVE] = "naive", [ENGINE_BOUND] = "bound",
	[ENGINE_RANDOM] = "random", [ENGINE_PCT] = "pct", [ENGINE_DFS] = "dfs",
	[ENGINE_BFS] = "bfs",
};

const char *explore_engine_name(enum explore_engine engine)
{
	return names[engine];
}

bool explore_engine_has_states(enum explore_engine engine)
{
	return engine == ENGINE_DFS || engine == ENGINE_BFS;
}

enum explore_engine explore_engine_find(const char *name)
{
	for (unsigned int i = 0; i < NR_ENGINES; i++)
		if (!strcmp(names[i], name))
			return (enum explore_engine)i;
	return NR_ENGINES;
}

struct explore_search *explore_search_create(enum explore_engine engine, unsigned int bound,
					     uint64_t seed)
{
	struct explore_search *search = g_new0(struct explore_search, 1);

	search->engine = engine;
	search->bound = bound;
	search->lots = g_rand_new_with_seed((guint32)(seed ^ seed >> 32));
	search->frames = g_array_new(FALSE, FALSE, sizeof(struct frame));
	search->steps = g_array_new(FALSE, FALSE, sizeof(struct taken_step));
	search->clocks = clocks_create();
	search->tried = g_hash_table_new(NULL, NULL);
	return search;
}

void explore_search_addresses_change(struct explore_search *search)
{
	search->addresses_change = true;
}

static struct frame *frame_at(const struct explore_search *search, unsigned int i)
{
	return &g_array_index(search->frames, struct frame, i);
}

/* Forgets all frames but the first @nr. */
static void frames_cut(struct explore_search *search, unsigned int nr)
{
	for (unsigned int i = nr; i < search->frames->len; i++)
		g_free(frame_at(search, i)->touched);
	g_array_set_size(search->frames, nr);
}

void explore_search_destroy(struct explore_search *search)
{
	if (!search)
		return;
	g_rand_free(search->lots);
	frames_cut(search, 0);
	g_array_unref(search->frames);
	g_array_unref(search->steps);
	clocks_destroy(search->clocks);
	g_hash_table_unref(search->tried);
	g_free(search);
}

static bool by_lot(const struct explore_search *search)
{
	return search->engine == ENGINE_RANDOM || search->engine == ENGINE_PCT;
}

/* ---- the next execution ---- */

static void draw_priorities(struct explore_search *search)
{
	unsigned int steps = MAX(search->longest, 16);

	for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++) {
		unsigned int j = (unsigned int)g_rand_int_range(search->lots, 0, (int)i + 1);

		search->priority[i] = search->priority[j];
		search->priority[j] = 100 + i;
	}
	for (unsigned int i = 0; i < MIN(search->bound, G_N_ELEMENTS(search->change)); i++)
		search->change[i] = (unsigned int)g_rand_int_range(search->lots, 0, (int)steps);
}

static bool next_branch(struct explore_search *search)
{
	while (search->frames->len) {
		struct frame *frame = frame_at(search, search->frames->len - 1);
		uint32_t left;

		frame->done |= 1U << frame->chosen;
		left = frame->backtrack & ~frame->done & ~frame->sleep;
		if (left) {
			frame->chosen = (unsigned int)__builtin_ctz(left);
			return true;
		}
		frames_cut(search, search->frames->len - 1);
	}
	return false;
}

bool explore_search_next(struct explore_search *search)
{
	bool first = !search->begun;

	search->begun = true;
	if (search->diverged)
		return false;
	if (search->restart) {
		frames_cut(search, 0);
		search->restart = false;
	} else if (by_lot(search)) {
		frames_cut(search, 0);
	} else if (!first && !next_branch(search)) {
		return false;
	}
	search->longest = MAX(search->longest, search->depth);
	if (search->engine == ENGINE_PCT)
		draw_priorities(search);
	search->prefix = search->frames->len;
	search->depth = 0;
	g_array_set_size(search->steps, 0);
	return true;
}

/* ---- choosing ---- */

static unsigned int first_of(const struct race *race, uint32_t members)
{
	if (race->last >= 0 && members & (1U << race->last))
		return (unsigned int)race->last;
	return (unsigned int)__builtin_ctz(members);
}

static void add_touched(struct frame *frame, unsigned int member, const void *object,
			enum access access)
{
	/* Told twice in a row, mostly, if at all. */
	for (unsigned int i = frame->nr_touched; i && i + 4 > frame->nr_touched; i--)
		if (frame->touched[i - 1].member == member &&
		    frame->touched[i - 1].object == object &&
		    frame->touched[i - 1].access == access)
			return;
	if (frame->nr_touched == frame->room) {
		frame->room = MAX(16, 2 * frame->room);
		frame->touched = g_renew(struct touched, frame->touched, frame->room);
	}
	frame->touched[frame->nr_touched++] =
		(struct touched){ object, (uint8_t)access, (uint8_t)member };
}

/* What the step of @member touches: its operation first; false behind the last. */
static bool nth_access(const struct frame *frame, unsigned int member, unsigned int *i,
		       struct race_op *op)
{
	if (*i == 0) {
		*op = frame->op[member];
		++*i;
		return true;
	}
	for (; *i <= frame->nr_touched; ++*i) {
		const struct touched *touched = &frame->touched[*i - 1];

		if (touched->member != member)
			continue;
		*op = (struct race_op){ touched->object, (enum access)touched->access, "" };
		++*i;
		return true;
	}
	return false;
}

/* Do the steps of two members from here commute?  Both have been seen. */
static bool commute(const struct frame *frame, unsigned int a, unsigned int b)
{
	struct race_op x, y;

	for (unsigned int i = 0; nth_access(frame, a, &i, &x);)
		for (unsigned int j = 0; nth_access(frame, b, &j, &y);)
			if (race_conflict(&x, &y))
				return false;
	return true;
}

/*
 * Returns who sleeps in @next, the state that the last frame's step led to: whose step has been tried
 * before that one, and commutes with it.  It will touch there what it touched here.
 */
static unsigned int taker_of(const struct frame *frame)
{
	return frame->is_choice ? frame->taker : frame->chosen;
}

static uint32_t fall_asleep(const struct explore_search *search, struct frame *next)
{
	const struct frame *frame;
	uint32_t before, sleep = 0;

	if (search->engine != ENGINE_DPOR || !search->frames->len || search->addresses_change)
		return 0;
	frame = frame_at(search, search->frames->len - 1);
	before = frame->is_choice ? frame->sleepers :
		 (frame->sleep | frame->done) & ~(1U << frame->chosen);
	for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++)
		if (before & (1U << i) && commute(frame, i, taker_of(frame)))
			sleep |= 1U << i;
	for (unsigned int i = 0; i < frame->nr_touched; i++) {
		const struct touched *touched = &frame->touched[i];

		if (sleep & (1U << touched->member))
			add_touched(next, touched->member, touched->object,
				    (enum access)touched->access);
	}
	return sleep;
}

/* Who of @enabled is to be tried here, and who is first. */
static void fill(struct explore_search *search, const struct race *race, struct frame *frame)
{
	uint32_t awake = frame->enabled & ~frame->sleep;

	frame->chosen = first_of(race, awake);
	frame->backtrack = 1U << frame->chosen;
	if (search->engine == ENGINE_NAIVE)
		frame->backtrack = frame->enabled;
	if (search->engine != ENGINE_BOUND)
		return;
	if (frame->preemptions < search->bound || race->last < 0 ||
	    !(frame->enabled & (1U << race->last)))
		frame->backtrack = frame->enabled;
	else if (frame->enabled & (frame->enabled - 1))
		search->bounded = true;
}

static unsigned int draw(struct explore_search *search, uint32_t enabled)
{
	unsigned int best = (unsigned int)__builtin_ctz(enabled);
	int nth = g_rand_int_range(search->lots, 0, __builtin_popcount(enabled));

	for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++) {
		if (!(enabled & (1U << i)))
			continue;
		if (search->engine == ENGINE_RANDOM && nth-- == 0)
			return i;
		if (search->engine == ENGINE_PCT && search->priority[i] > search->priority[best])
			best = i;
	}
	return best;
}

static unsigned int pick_by_lot(struct explore_search *search, uint32_t enabled)
{
	unsigned int member = draw(search, enabled);

	for (unsigned int i = 0; search->engine == ENGINE_PCT &&
	     i < MIN(search->bound, G_N_ELEMENTS(search->change)); i++)
		if (search->change[i] == search->depth) {
			search->priority[member] = i;
			member = draw(search, enabled);
		}
	return member;
}

/* How often somebody else went on, in the steps taken, although the one before could have. */
static unsigned int preemptions_so_far(const struct explore_search *search)
{
	const struct frame *last, *before;
	unsigned int i = search->depth;

	while (i && frame_at(search, i - 1)->is_choice)
		i--;
	if (i < 2)
		return 0;
	last = frame_at(search, --i);
	while (i && frame_at(search, i - 1)->is_choice)
		i--;
	if (!i)
		return 0;
	before = frame_at(search, i - 1);
	return last->preemptions +
	       (before->chosen != last->chosen && last->enabled & (1U << before->chosen));
}

static int pick_one(struct explore_search *search, const struct race *race, uint32_t enabled)
{
	struct frame frame = { .enabled = enabled };

	if (search->restart)
		return RACE_STOP;
	if (by_lot(search))
		return (int)pick_by_lot(search, enabled);
	if (search->depth < search->prefix) {
		const struct frame *old = frame_at(search, search->depth);

		if (old->enabled == enabled && !old->is_choice)
			return (int)old->chosen;
		search->diverged = true;
		return RACE_STOP;
	}
	for (unsigned int i = 0; i < race->nr; i++)
		frame.op[i] = *race_member_op(race, i);
	frame.sleep = fall_asleep(search, &frame);
	if (!(enabled & ~frame.sleep)) {
		g_free(frame.touched);
		return RACE_STOP;
	}
	frame.preemptions = preemptions_so_far(search);
	fill(search, race, &frame);
	g_array_append_val(search->frames, frame);
	return (int)frame.chosen;
}

static int pick(void *data, struct race *race, uint32_t enabled)
{
	int member = pick_one(data, race, enabled);

	if (member == RACE_STOP)
		watch_end();
	return member;
}

/* ---- races found on the way: where to turn off another time ---- */

/* May event @i come before all of those since @earlier that do not depend on it? */
static bool depends_on_later(const struct clocks *clocks, unsigned int earlier, unsigned int end,
			     unsigned int member, const struct clock *clock)
{
	const struct clock_event *first = clocks_event(clocks, earlier);

	for (unsigned int k = earlier + 1; k < end; k++) {
		const struct clock_event *event = clocks_event(clocks, k);

		if (event->member == member || clock_after(&event->clock, first))
			continue;
		if (clock_after(clock, event))
			return true;
	}
	return false;
}

/* Members whose step may be taken at @earlier, and lead to where the race is reversed. */
static uint32_t initials(const struct clocks *clocks, unsigned int earlier, unsigned int end,
			 unsigned int member, const struct clock *clock)
{
	const struct clock_event *first = clocks_event(clocks, earlier);
	uint32_t seen = 0, result = 0;

	for (unsigned int k = earlier + 1; k < end; k++) {
		const struct clock_event *event = clocks_event(clocks, k);

		if (clock_after(&event->clock, first) || seen & (1U << event->member))
			continue;
		seen |= 1U << event->member;
		if (!depends_on_later(clocks, earlier, k, event->member, &event->clock))
			result |= 1U << event->member;
	}
	if (!(seen & (1U << member)) &&
	    !depends_on_later(clocks, earlier, end, member, clock))
		result |= 1U << member;
	return result;
}

static void on_race(void *data, unsigned int earlier, unsigned int member,
		    const struct clock *before)
{
	struct explore_search *search = data;
	struct frame *frame;
	uint32_t first;

	/* What a step does behind a choice can be reversed only with all of the step. */
	while (frame_at(search, earlier)->is_choice)
		earlier--;
	frame = frame_at(search, earlier);
	first = initials(search->clocks, earlier, search->depth, member, before);

	first &= frame->enabled;
	if (!first) {
		frame->backtrack = frame->enabled;
		return;
	}
	if (frame->backtrack & first)
		return;
	frame->backtrack |= first & (1U << member) ? 1U << member : first & -first;
}

static void step(void *data, struct race *race, unsigned int i, const struct race_op *op)
{
	struct explore_search *search = data;
	struct taken_step taken = { .member = i, .op = *op, .stmt = race_member_stmt(race, i) };

	if (op->access == ACCESS_RELEASE)
		taken.release = ++search->releases[i];
	else
		search->releases[i] = 0;
	if (search->engine == ENGINE_DPOR) {
		clocks_races(search->clocks, i, op, on_race, search);
		watch_step(i, op->site);
		clocks_step(search->clocks, i, op);
	}
	g_array_append_val(search->steps, taken);
	search->depth++;
}

/* A frame of its own, whatever the engine: each way is gone. */
static int choose_by_frame(struct explore_search *search, unsigned int i, unsigned int n)
{
	struct frame frame = { .enabled = (1U << n) - 1, .backtrack = (1U << n) - 1,
			       .is_choice = true, .taker = i };

	if (search->depth < search->prefix) {
		const struct frame *old = frame_at(search, search->depth);

		if (old->is_choice && old->enabled == frame.enabled)
			return (int)old->chosen;
		search->diverged = true;
		return 0;
	}
	frame.sleepers = fall_asleep(search, &frame);
	if (search->frames->len)
		memcpy(frame.op, frame_at(search, search->frames->len - 1)->op, sizeof(frame.op));
	frame.op[i].object = NULL;	/* what it touches from now on is what counts */
	g_array_append_val(search->frames, frame);
	return 0;
}

static unsigned int choose(void *data, struct race *race, unsigned int i, unsigned int n,
			   const char *what)
{
	struct explore_search *search = data;
	struct taken_step taken = { .member = i, .op = { .site = what, .access = ACCESS_READ },
				    .stmt = race_member_stmt(race, i) };
	unsigned int way;

	if (search->restart || search->diverged)
		return 0;
	way = by_lot(search) ? (unsigned int)g_rand_int_range(search->lots, 0, (int)n) :
			       (unsigned int)choose_by_frame(search, i, n);
	taken.way = way + 1;
	if (search->engine == ENGINE_DPOR)
		clocks_step(search->clocks, i, &taken.op);
	g_array_append_val(search->steps, taken);
	search->depth++;
	return way;
}

static void touch(void *data, struct race *race, const struct race_op *op)
{
	struct explore_search *search = data;
	unsigned int member = (unsigned int)race->last;

	if (search->engine != ENGINE_DPOR || !search->depth)
		return;
	if (search->depth >= search->prefix)
		for (unsigned int i = search->depth; i--;) {
			add_touched(frame_at(search, i), member, op->object, op->access);
			if (!frame_at(search, i)->is_choice)
				break;
		}
	search->depth--;
	clocks_races(search->clocks, member, op, on_race, search);
	search->depth++;
	clocks_touch(search->clocks, member, op);
}

static void begin(void *data, struct race *race)
{
	struct explore_search *search = data;

	clocks_reset(search->clocks);
	memset(search->releases, 0, sizeof(search->releases));
	search->depth = 0;
	if (search->engine == ENGINE_DPOR)
		watch_begin(search->clocks, race);
}

/* Those who wait for ever race with those who made them wait. */
static void end(void *data, struct race *race)
{
	struct explore_search *search = data;

	watch_end();
	for (unsigned int i = 0; i < race->nr && search->engine == ENGINE_DPOR; i++)
		if (!race_member_ended(race, i))
			clocks_races(search->clocks, i, race_member_op(race, i), on_race, search);
}

static void released(void *data, struct race *race, const void *lock, bool reader)
{
	struct explore_search *search = data;

	if (!race->running || race->last < 0)
		return;
	search->releases[race->last]++;
	if (search->engine == ENGINE_DPOR)
		clocks_release(search->clocks, (unsigned int)race->last, lock, reader);
}

static void woken(void *data, struct race *race, unsigned int i)
{
	struct explore_search *search = data;

	if (search->engine == ENGINE_DPOR)
		clocks_wake(search->clocks, (unsigned int)race->last, i);
}

/* A lock that somebody tries for: from now on its releases are steps, from the start. */
static void tried(void *data, const void *object)
{
	struct explore_search *search = data;

	if (g_hash_table_add(search->tried, (gpointer)object))
		search->restart = true;
}

static bool release_is_step(void *data, const void *object)
{
	struct explore_search *search = data;

	return g_hash_table_contains(search->tried, object);
}

const struct race_driver explore_driver = {
	.begin = begin, .pick = pick, .step = step, .touch = touch, .released = released, .woken = woken,
	.choose = choose, .tried = tried, .release_is_step = release_is_step, .end = end,
};

/* ---- what others ask ---- */

const GArray *explore_search_steps(const struct explore_search *search)
{
	return search->steps;
}

bool explore_search_bounded(const struct explore_search *search)
{
	return search->bounded;
}

bool explore_search_restarts(const struct explore_search *search)
{
	return search->restart;
}

bool explore_search_diverged(const struct explore_search *search)
{
	return search->diverged;
}

/* Each frame halves, thirds, ... what is left, as far as it is known by now. */
double explore_search_progress(const struct explore_search *search)
{
	double done = 0, share = 1;

	for (unsigned int i = 0; i < search->frames->len; i++) {
		const struct frame *frame = frame_at(search, i);
		int all = __builtin_popcount(frame->backtrack | frame->done);
		int tried_here = __builtin_popcount(frame->done);

		share /= MAX(all, 1);
		done += share * tried_here;
	}
	return MIN(done, 1.0);
}
