/*
 * explore_cycle.h - is there a way round and round in a graph of states that is no fault of
 * whoever decides who goes on?
 *
 * Locks: none.
 */
#ifndef SIM_EXPLORE_CYCLE_H
#define SIM_EXPLORE_CYCLE_H

#include "sim/explore.h"

/*
 * Looks for states which lead to each other, and in which each member that could go on in all
 * of them does: a livelock.  @states (struct explore_state, the first is where it begins),
 * @edges (struct explore_edge).  *@state: the first of them, *@nr: how many.
 */
bool explore_fair_cycle(const GArray *states, const GArray *edges, uint32_t *state,
			unsigned int *nr);

#endif
