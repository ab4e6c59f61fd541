/*
 * explore_internal.h - what the parts of the explorer share.  Nobody else includes this.
 */
#ifndef SIM_EXPLORE_INTERNAL_H
#define SIM_EXPLORE_INTERNAL_H

#include "sim/explore.h"
#include "sim/explore_runs.h"

/* explore.c: an execution along @steps (struct taken_step) showed that. */
void exploration_count(struct exploration *found, const GArray *steps, struct showing *showing);
/* It goes wrong in that way. */
void exploration_fail(struct exploration *found, const GArray *steps,
		      const struct shown_failure *failed);
/* All that has been counted: a lock's releases have become steps, and all begins anew. */
void exploration_forget(struct exploration *found);
void exploration_reject(struct exploration *found, const struct runs *runs);
/* NULL: go on. @start in microseconds. */
const char *exploration_reason_to_stop(const struct exploration *found, gint64 start);

/* explore_states.c: engines that look at each state once. */
void explore_states(struct exploration *found);

#endif
