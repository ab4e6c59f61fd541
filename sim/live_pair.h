/*
 * live_pair.h - a backend of two: every call is made in the model, then on the host, and
 * what they gave is compared.
 *
 * To the runner it is the model: results, queries, listings and invariants are the
 * model's.  After a call whose results differ, no further one is made.
 *
 * Locks: none.
 */
#ifndef SIM_LIVE_PAIR_H
#define SIM_LIVE_PAIR_H

#include "sim/backend.h"
#include "sim/compare.h"

/* Takes over both; @cmp is borrowed. */
struct backend *live_pair_create(struct backend *model, struct backend *live,
				 struct comparison *cmp);
/* Compares what is to be seen now. */
void live_pair_compare(struct backend *pair);
/* Why the host could not follow (borrowed), or NULL. */
const char *live_pair_refused(struct backend *pair);

#endif
