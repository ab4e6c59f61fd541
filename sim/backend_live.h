/*
 * backend_live.h - the host's kernel as a backend: each process of the scenario is a real one.
 *
 * Sees nothing of the model.  Expectations, listings and invariants are not answered: what
 * can be seen of the processes is what observe() returns.
 *
 * In the kernel:  all of it.
 * Left out:       execve() among threads, fail_nth, recorded placement, files known by a log's
 *                 annotation; faults that wait for a userfault's answer.
 * Locks:          none; one at a time, for it uses SIGALRM and one CPU.
 */
#ifndef SIM_BACKEND_LIVE_H
#define SIM_BACKEND_LIVE_H

#include "sim/backend.h"

struct live_deep;
struct live_hold;
struct live_quick;
struct live_stock;

/* What the processes are given.  Bytes; UINT64_MAX: no limit. */
struct live_settings {
	bool capable;		/* keep all capabilities; else drop them */
	bool thp_never;		/* no huge pages, whatever the host is set to */
	bool thp_advised;	/* huge pages only where madvise() asks for them */
	struct live_hold *hold;	/* borrowed: the host is as this run needs it */
	bool swap;		/* there is a swap device */
	bool swap_zram;		/* a zram; else a file */
	bool alone;		/* nobody else runs meanwhile: for ksmd, which merges for all */
	bool ksm_use_zero_pages;
	unsigned int max_ptes_none, max_ptes_swap, max_ptes_shared;	/* khugepaged's */
	bool khugepaged_defrag;
	bool khugepaged_ours;	/* it sleeps, and the settings of huge pages are kept for us */
	uint64_t rlim_stack, rlim_memlock, rlim_as, rlim_data;
	struct live_deep *deep;	/* borrowed; or NULL: /proc alone is looked at */
	struct live_quick *quick;	/* borrowed; or NULL: /proc is always looked at */
	struct live_stock *stock;	/* borrowed; or NULL: everything is made anew */
};

/* One process called @first.  NULL and *why if this host does not let us. */
struct backend *backend_live_create(const struct live_settings *settings, const char *first,
				    char **why);
/* From now on /proc is looked at, whatever the settings say. */
void backend_live_look_slowly(struct backend *live);

#endif
