/*
 * fuzz_work.h - many random programs: workers in processes of their own, findings shrunk and
 * gathered, progress told.
 *
 * Program I has the seed of the run plus I, whoever runs it: so the findings do not depend on
 * how many workers there are, as long as a number of programs and not a time ends them.
 *
 * Locks: none; workers share a page of counters with the parent, each its own.
 */
#ifndef SIM_FUZZ_WORK_H
#define SIM_FUZZ_WORK_H

#include "sim/fuzz_run.h"

struct fuzz_job {
	enum fuzz_profile profile;
	uint64_t seed, count;		/* count: programs of all shards; 0: no end */
	uint64_t seconds;		/* 0: no end */
	unsigned int min, max;		/* statements */
	unsigned int workers;
	unsigned int shard, nr_shards;	/* shard from 0 */
	const char *bug;		/* or NULL */
	const char *out;		/* folder */
	bool compare;			/* with the host */
	bool deep;			/* structs of its kernel, too */
	bool capable;			/* the host gives tasks their capabilities */
	bool quiet;
	bool terminal;			/* standard error is one */
};

/* What became of all.  Sums over the workers. */
struct fuzz_totals {
	uint64_t programs, statements, compared, unknown;
	uint64_t refused;		/* calls that ended with an errno or a signal */
	uint64_t differing, broken, cut_short;
	uint64_t findings;		/* different ones, written */
	bool unable;			/* the host could not do it */
	bool crashed;			/* a worker died: a bug in mmsim */
	double seconds;
};

/* Findings are told on standard output and written to files. */
void fuzz_work(const struct fuzz_job *job, struct fuzz_totals *totals);

#endif
