/*
 * side_by_side.h - what every command that runs a script in the model and on the host has to
 * do: make the two fit each other, put them together, look at both.
 *
 * In a file of its own because it knows the model, which nothing named live_ may.
 */
#ifndef SIM_SIDE_BY_SIDE_H
#define SIM_SIDE_BY_SIDE_H

#include <sys/types.h>

#include "model/machine.h"
#include "sim/live_pair.h"

struct live_deep;
struct live_hold;
struct live_quick;
struct live_stock;

/* How to look at the host; all borrowed, all may be NULL: as in struct live_settings. */
struct side_by_side_means {
	struct live_deep *deep;
	struct live_quick *quick;
	struct live_stock *stock;
	struct live_hold **kept_hold;	/* of many runs; NULL: each has its own */
	pid_t group;			/* who runs beside us with the same wishes; 0: nobody */
	bool alone;			/* nobody else may run on the host meanwhile */
};

/* A script that runs on both; zeroed before.  The run owns the pair, the pair the rest. */
struct side_by_side {
	struct backend *pair, *live;
	struct machine *machine;	/* the model in it */
	struct live_hold *hold;		/* of this run alone: side_by_side_end() */
	bool may_be_huge;		/* the script asks for huge pages: set before */
};

/*
 * May a machine like @config be compared with this host?  False with *why (g_free()).  Without
 * @keep_min_addr the host's mmap_min_addr goes into @config.
 */
bool side_by_side_adapt(struct machine_config *config, bool keep_min_addr, char **why);
/*
 * The pair of @model, which it takes over, and a new process @first on the host; NULL with *why
 * and @model destroyed.  @cmp is borrowed; so is what @means leads to.
 */
struct backend *side_by_side_wrap(struct side_by_side *both, struct backend *model,
				  const struct machine_config *config,
				  const struct side_by_side_means *means, const char *first,
				  struct comparison *cmp, char **why);
/* When the run is over: the host's settings are put back. */
void side_by_side_end(struct side_by_side *both);
/* Compares what is to be seen now; differences go to the comparison. */
void side_by_side_look(const struct side_by_side *both);

#endif
