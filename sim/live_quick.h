/*
 * live_quick.h - an observation of live processes by one BPF program, in place of /proc.
 *
 * Everything that /proc would say follows from what the program reads, but texts: letters of
 * flags and names of files.  Those are taken from smaps when what they stand for is seen for
 * the first time.
 *
 * Locks: none; one thread.
 */
#ifndef SIM_LIVE_QUICK_H
#define SIM_LIVE_QUICK_H

#include "sim/observe.h"

struct live_backend;
struct live_deep;
struct live_quick;

/* Borrows @deep.  NULL: not with this build or this host. */
struct live_quick *live_quick_open(struct live_deep *deep);
void live_quick_close(struct live_quick *quick);
/* The processes that are known are no more, nor are their files and swap devices. */
void live_quick_forget(struct live_quick *quick);
/* All of @live, as live_observe() with pages.  False, @seen unchanged: /proc has to be asked. */
bool live_quick_observe(struct live_quick *quick, struct live_backend *live,
			struct observation *seen);

#endif
