/*
 * explore_clock.h - which steps of one execution happened before which others, and which
 * could have come in the other order.
 *
 * Happened before: in the order of a member, or through a chain of operations on the same
 * object that do not commute.  Vector clocks, one component a member.
 *
 * Locks: none.
 */
#ifndef SIM_EXPLORE_CLOCK_H
#define SIM_EXPLORE_CLOCK_H

#include "sim/race.h"

struct clock {
	uint16_t at[RACE_MAX_MEMBERS];
};

struct clock_event {
	unsigned int member;
	unsigned int nth;		/* of the member, from 1 */
	struct clock clock;
};

/* A pair of steps that do not commute and that nothing else orders. */
typedef void (*clock_race_fn)(void *data, unsigned int earlier, unsigned int member,
			      const struct clock *before);

struct clocks;

struct clocks *clocks_create(void);
void clocks_destroy(struct clocks *clocks);
/* No event yet. */
void clocks_reset(struct clocks *clocks);
/* The races of a step that @member is about to take, or that it cannot take. */
void clocks_races(struct clocks *clocks, unsigned int member, const struct race_op *op,
		  clock_race_fn fn, void *data);
/* The step is taken: the next event. */
void clocks_step(struct clocks *clocks, unsigned int member, const struct race_op *op);
/* The last step, of @member, touches the object of @op as well: races first, then this. */
void clocks_touch(struct clocks *clocks, unsigned int member, const struct race_op *op);
/* Not steps, but orders: @member has released @lock, has woken @sleeper. */
void clocks_release(struct clocks *clocks, unsigned int member, const void *lock, bool reader);
void clocks_wake(struct clocks *clocks, unsigned int member, unsigned int sleeper);

/* How many events there are. */
unsigned int clocks_count(const struct clocks *clocks);
/* Event @i: did event @earlier happen before it? */
const struct clock_event *clocks_event(const struct clocks *clocks, unsigned int i);
bool clock_after(const struct clock *clock, const struct clock_event *earlier);

#endif
