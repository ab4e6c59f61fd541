/*
 * live_thp.h - the host's settings of huge pages, changed for a scenario and put back.
 *
 * They are the host's, not a process's: while one run has changed them others wait. What was
 * there is kept in a file first, so that it is put back by the next run if this one is killed.
 *
 * In the kernel:  /sys/kernel/mm/transparent_hugepage.
 */
#ifndef SIM_LIVE_THP_H
#define SIM_LIVE_THP_H

#include <stdbool.h>

#define LIVE_THP_ORDERS	10

/* Words as the files have them; NULL: whatever is set. */
struct live_thp_wish {
	const char *enabled;			/* "always" */
	const char *order[LIVE_THP_ORDERS];	/* "inherit"; [0] and [1] are unused */
	const char *use_zero_page;		/* "1" */
	bool quiet;				/* khugepaged is to keep its hands off */
};

struct live_thp;

/* The wish is the host's until live_thp_release(); NULL and *why (g_free()) if it cannot be. */
struct live_thp *live_thp_hold(const struct live_thp_wish *wish, char **why);
void live_thp_release(struct live_thp *thp);

#endif
