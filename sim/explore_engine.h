/*
 * explore_engine.h - which schedules of a race are tried, one execution after the other.
 *
 *	naive	every interleaving of steps
 *	dpor	at least one of each class of interleavings that differ only in the order of
 *		operations which commute: source sets and sleep sets
 *	bound	every interleaving with at most so many preemptions
 *	random	steps by lot, and PCT: priorities with few changes
 *	dfs	every state once, depth first; bfs: breadth first: see explore_states.c
 *
 * An engine is deterministic: the same race, the same executions in the same order.
 *
 * Locks: none.
 */
#ifndef SIM_EXPLORE_ENGINE_H
#define SIM_EXPLORE_ENGINE_H

#include "sim/race.h"

enum explore_engine {
	ENGINE_DPOR, ENGINE_NAIVE, ENGINE_BOUND, ENGINE_RANDOM, ENGINE_PCT, ENGINE_DFS, ENGINE_BFS,
	NR_ENGINES
};

const char *explore_engine_name(enum explore_engine engine);
/* Does it look at states, and not at executions? */
bool explore_engine_has_states(enum explore_engine engine);
/* NR_ENGINES: there is none of that name. */
enum explore_engine explore_engine_find(const char *name);

/* One step of an execution. */
struct taken_step {
	unsigned int member;
	unsigned int release;		/* of ACCESS_RELEASE: which one since its last other step */
	unsigned int way;		/* not a step but a choice in the middle of one: which, from 1 */
	struct race_op op;
	char *object;			/* race_object_name(), only from schedule_collect() */
	const struct stmt *stmt;	/* whose call it is part of */
};

struct explore_search;

/* @bound: preemptions (ENGINE_BOUND) or changes of priority (ENGINE_PCT). */
struct explore_search *explore_search_create(enum explore_engine engine, unsigned int bound,
					     uint64_t seed);
/* Objects have other addresses in each execution: what is known of a step from an earlier one says
 * nothing, and nobody sleeps. */
void explore_search_addresses_change(struct explore_search *search);
void explore_search_destroy(struct explore_search *search);
/* For run_options.race_data, with explore_driver. */
extern const struct race_driver explore_driver;
/*
 * Prepares the next execution; false when there is none left.  Call it before the first
 * one, too.  ENGINE_RANDOM and ENGINE_PCT never end.
 */
bool explore_search_next(struct explore_search *search);
/* The steps of the last execution: struct taken_step. */
const GArray *explore_search_steps(const struct explore_search *search);
/* Did an engine leave something out that its bound forbids? */
bool explore_search_bounded(const struct explore_search *search);
/* Did the last execution end early only because it has to begin anew? */
bool explore_search_restarts(const struct explore_search *search);
/* Did a race take another course than when it was first gone along?  A bug of mmsim. */
bool explore_search_diverged(const struct explore_search *search);
/* How far through the tree it is, 0 to 1; an estimate. */
double explore_search_progress(const struct explore_search *search);

#endif
