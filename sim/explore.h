/*
 * explore.h - all interleavings of a scenario's race: what came out, how often, and the
 * shortest schedule that goes wrong.
 *
 *	struct exploration *found = explore(script, &options);
 *	... found->..., explore_report(found, ...)
 *	exploration_destroy(found);
 *
 * Locks: none.
 */
#ifndef SIM_EXPLORE_H
#define SIM_EXPLORE_H

#include "sim/explore_engine.h"

struct explore_options {
	enum explore_engine engine;
	unsigned int bound;		/* preemptions; changes of priority */
	uint64_t seed;
	uint64_t max_executions;	/* or states; 0: no limit */
	uint64_t max_ms;		/* likewise */
	unsigned int shard, nr_shards;	/* this part, from 0, of so many; 0: all */
	bool without_bugs;
	bool keep_going;		/* past the first failure */
	bool keep_graph;		/* of states, for those engines */
	/* Told about ten times a second; or NULL. */
	void (*progress)(void *data, uint64_t executions, double done);
	void *progress_data;
	bool (*interrupted)(void);	/* or NULL */
};

/* A state in which it ends. */
struct explore_end {
	uint64_t hash;			/* machine_hash() */
	char *schedule;			/* the first that led there */
};

/* What the members' calls gave. */
struct explore_outcome {
	char *text;			/* "mover: 0  reader: 7" */
	uint64_t count;
	char *schedule;			/* the first that led there */
};

/* One expression of expect, sometimes or never behind the race. */
struct explore_claim {
	enum quantifier quantifier;
	char *text;
	unsigned int line;
	uint64_t true_count, false_count;
	char *true_schedule, *false_schedule;	/* the first each; NULL: none */
};

/* One way to go wrong: a broken invariant, or a call's result that its line forbids. */
struct explore_failure {
	char *rule;			/* of an invariant; NULL: see what */
	char *what;			/* a line for people */
	char *detail;			/* more lines, or "" */
	bool expected;			/* the script says `must violate` */
	uint64_t count;
	char *schedule;			/* the shortest known */
	unsigned int switches;		/* in it */
	GArray *steps;			/* struct taken_step, with names */
};

/* A state of the race, as engines with states know it. */
struct explore_state {
	uint32_t parent;		/* by whose step it was first come to; 0 of the first, 0 */
	uint32_t depth;			/* steps from the first one */
	uint32_t enabled;		/* members which can go on, a bit each */
	uint8_t ways;			/* it is a choice in the middle of a step; 0: it is not */
	bool end;			/* nobody can */
	bool fails;
	struct taken_step step;		/* from the parent; not of the first */
};

struct explore_edge {
	uint32_t from, to;		/* states */
	unsigned int member;		/* whose step it is */
};

struct exploration {
	const struct script *script;	/* borrowed */
	const struct stmt *race;
	struct explore_options options;
	uint64_t executions;		/* complete ones */
	uint64_t cut;			/* ended early: the same as others */
	uint64_t steps;
	uint64_t ms;
	uint64_t nr_states, nr_edges;	/* of engines with states; executions: end states */
	GArray *states, *edges;		/* struct explore_state, _edge with keep_graph, or NULL */
	bool complete;			/* nothing was left out */
	bool bounded;			/* what was left out is beyond the preemption bound */
	bool diverged;
	const char *stopped_by;		/* "time", ...; NULL: the end */
	GArray *ends;			/* struct explore_end, each once, in order of their hash */
	GPtrArray *outcomes;		/* struct explore_outcome *, in order of their text */
	GPtrArray *claims;		/* struct explore_claim *, in order of the text */
	GPtrArray *failures;		/* struct explore_failure *, in order of appearance */
	GPtrArray *must;		/* names of invariants that have to break */
	GPtrArray *errors;		/* char *, as printed: the script is rejected */
	int status;			/* enum status */
};

struct exploration *explore(const struct script *script, const struct explore_options *options);
void exploration_destroy(struct exploration *found);

/* The first race in @script, or NULL. */
const struct stmt *script_race(const struct script *script);
/* As text for people. */
void explore_report(const struct exploration *found, FILE *out, bool color, bool quiet);
/* As one JSON object a line. */
void explore_report_json(const struct exploration *found, FILE *out);
/* Steps in columns, a member each; g_free(). */
char *explore_columns(const struct stmt *race, const GArray *steps);

#endif
