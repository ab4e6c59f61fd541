/*
 * explore_runs.h - a script with a race, run again and again as a search decides, and what
 * each execution shows.
 *
 * Where an arena can be had, what is before the race runs once, and each execution begins by
 * putting everything back as it was there; what has been seen of an end state before is not
 * looked at again.  Elsewhere the whole script runs anew each time.  Both give the same.
 *
 * Locks: none.
 */
#ifndef SIM_EXPLORE_RUNS_H
#define SIM_EXPLORE_RUNS_H

#include "sim/arena.h"
#include "sim/explore_engine.h"

/* How a call, an invariant or a claim went wrong first. */
struct shown_failure {
	char *rule;			/* of an invariant; NULL: see what */
	char *what;			/* a line for people */
	char *detail;			/* more lines, or "" */
	bool expected;			/* the script says `must violate` */
};

/* What an execution showed. */
struct showing {
	char *outcome;			/* "mover: f() = 0" for each call; NULL: a deadlock */
	GArray *truths;			/* bool, of each expression behind the race, in order */
	GPtrArray *texts;		/* char *, their texts */
	GPtrArray *stmts;		/* const struct stmt *, theirs */
	struct shown_failure *failed;	/* or NULL */
	uint64_t state;			/* machine_hash() at the end */
	void *counted;			/* the caller's; NULL at first */
};

enum execution_end {
	EXECUTION_OVER,			/* *showing is what it showed */
	EXECUTION_CUT,			/* the search ended it early */
	EXECUTION_REJECTED,		/* the script cannot be run */
};

struct runs;

/* All are borrowed. */
struct runs *runs_create(const struct script *script, bool without_bugs,
			 struct explore_search *search);
void runs_destroy(struct runs *runs);
/* No showing is known any more: what the caller has counted is gone. */
void runs_forget(struct runs *runs);
/* Once more; *showing lives until the next execution, or longer. */
enum execution_end runs_execute(struct runs *runs, struct showing **showing);
/*
 * For engines that look at states: the race stands still before each step.  Only with an
 * arena, and with a search of NULL.
 */
bool runs_can_stand(const struct runs *runs);
enum runs_stand {
	STAND_STEP,			/* somebody can take a step */
	STAND_CHOICE,			/* a step goes on in one of several ways */
	STAND_END,			/* nobody can */
	STAND_NOWHERE,			/* the script has ended before its race: see runs_end() */
	STAND_REJECTED,			/* it cannot be run */
};
/* To before the first step. */
enum runs_stand runs_stand_first(struct runs *runs);
/* Lets @member, which can, take its step; at a choice: goes on that way, from 0. */
enum runs_stand runs_stand_step(struct runs *runs, unsigned int member);
/* At a choice: how many ways. */
unsigned int runs_ways(const struct runs *runs);
/* Who can (at a choice: whose it is), and what the step was that has just been taken. */
uint32_t runs_enabled(const struct runs *runs);
const struct taken_step *runs_taken(const struct runs *runs);
/* Has a lock been tried for whose releases were no steps? From now on they are: begin anew. */
bool runs_restart(struct runs *runs);
/* The whole of where it stands: equal ones have the same future. */
struct arena_digest runs_digest(const struct runs *runs);
/* Back to where it stood; arena_mark_free(). */
struct arena_mark *runs_mark(struct runs *runs);
void runs_return(struct runs *runs, struct arena_mark *mark);
/* At the end: what it shows, to be freed with showing_free(), or NULL: the script cannot be run
 * after all.  It stands nowhere then. */
struct showing *runs_end(struct runs *runs);
void showing_free(struct showing *showing);

/* Of EXECUTION_REJECTED: why, g_free(), and the exit status. */
char *runs_errors(const struct runs *runs, int *status);

#endif
