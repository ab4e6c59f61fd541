/*
 * fuzz_worker.h - one of the processes that run random programs; what it shares with its parent.
 *
 * Locks: none; the counters are written by the worker and read by the parent, which may see
 *        them a moment late.
 */
#ifndef SIM_FUZZ_WORKER_H
#define SIM_FUZZ_WORKER_H

#include "sim/fuzz_work.h"

/* Shared memory, one for each worker. */
struct fuzz_counters {
	volatile uint64_t index;	/* program that runs */
	volatile uint64_t programs, statements, refused, compared, unknown;
	volatile uint64_t differing, broken, cut_short;
	volatile bool stop;		/* set by the parent: interrupted */
	char unable[128];		/* why the host cannot; "" if it can */
};

/* The first of its kind.  Owned by the parent. */
struct fuzz_finding {
	uint64_t index;
	char *signature, *text;
};

/* Runs the programs of worker @nr; findings are written to @fd. */
void fuzz_worker(const struct fuzz_job *job, unsigned int nr, struct fuzz_counters *counters,
		 int fd);

#endif
