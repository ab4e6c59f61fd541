/*
 * live_hold.h - who runs on this host now, and what is changed on it meanwhile.
 *
 * A swap device, settings of huge pages and ksmd are the whole host's and not a process's.  So a
 * run says what it wants.  Runs that want nothing run side by side, and so do those of one group
 * that want the same; all others wait until it is their turn, first come, first served.
 *
 * A guardian process makes what is wanted and undoes it when the last of those who use it has
 * gone, also when they are killed.
 *
 * In the kernel:  flock(2); what the parts need, see live_swap.h and live_thp.h.
 * Locks:          three file locks in /run/lock; see live_hold.c.
 */
#ifndef SIM_LIVE_HOLD_H
#define SIM_LIVE_HOLD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/live_swap.h"
#include "sim/live_thp.h"

/* All zero: the host as it is, together with others. */
struct live_wish {
	struct live_thp_wish thp;
	uint64_t swap;			/* bytes of a swap device; 0: none */
	enum live_swap_kind swap_kind;
	bool alone;			/* nobody else, and ksmd scans when it is told so: live_ksm.h */
	pid_t group;			/* who runs beside it with the same wish; 0: nobody */
};

struct live_hold;

/* Waits for others, a minute at most.  NULL and *why (g_free()) if the host cannot be had so. */
struct live_hold *live_hold_take(const struct live_wish *wish, char **why);
/*
 * The same for one of many runs: *@kept if that is what is wanted, unless it has been held for
 * some seconds and others wait; else it is released, and a new one taken in its place.
 */
struct live_hold *live_hold_keep(struct live_hold **kept, const struct live_wish *wish, char **why);
/* All processes that used it have ended.  If it was the last, the host is as before. */
void live_hold_release(struct live_hold *hold);
/* ksmd, for a run that is alone; 0 if there is none. */
pid_t live_hold_ksmd(struct live_hold *hold);
/* The host's path of the swap device; NULL for none. */
const char *live_hold_swap_path(const struct live_hold *hold);

#endif
