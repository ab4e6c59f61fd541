/*
 * live_thp.h - the host's settings of huge pages, changed for a scenario and put back.
 *
 * They are the host's, not a process's: whoever changes them holds it (live_hold.h).
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
	const char *shmem_enabled;		/* "never" */
	const char *use_zero_page;		/* "1" */
	bool quiet;				/* khugepaged is to keep its hands off */
};

/* Which size below 2 MiB this host gives to areas that do not know of it: text, g_free(); NULL for
 * none, as hosts are by themselves. */
char *live_thp_unexpected(void);

struct live_thp;

/* Makes the host as is wished; *why (g_free()) if it cannot be, and then, too, what is returned
 * undoes what has been done. */
struct live_thp *live_thp_change(const struct live_thp_wish *wish, char **why);
void live_thp_undo(struct live_thp *thp);
/* The number of the thread; 0 if there is none: no size is enabled. */
int live_thp_khugepaged(void);
/* Waits until khugepaged, which was told to sleep for long, does. */
void live_thp_wait_for_rest(void);

#endif
