/*
 * live_deep.h - what stands behind the areas and pages of live processes, for observations.
 *
 * Identities become numbers in order of first appearance.  An address that the kernel
 * uses again keeps its number: who compares has to know what is alive.
 *
 * Locks: none; one thread.
 */
#ifndef SIM_LIVE_DEEP_H
#define SIM_LIVE_DEEP_H

#include <sys/types.h>

#include "sim/observe.h"

struct live_deep;

/* NULL and *why (g_free()) if this build or this host cannot. */
struct live_deep *live_deep_open(char **why);
void live_deep_close(struct live_deep *deep);

/* The number of the kernel's object at @address; 0 has 0. */
unsigned int live_deep_number(struct live_deep *deep, uint64_t address);
/* The other way round; @number has been given out. */
uint64_t live_deep_address(const struct live_deep *deep, unsigned int number);
/* Numbers begin anew. */
void live_deep_forget(struct live_deep *deep);
/* Address of page 0's struct page. */
uint64_t live_deep_vmemmap(const struct live_deep *deep);

/* Adds to the areas of @process, which are those of task @tid. */
void live_deep_areas(struct live_deep *deep, struct seen_process *process, pid_t tid);
/* Adds anon_vmas, and to the folios, whose ids are PFNs. */
void live_deep_rest(struct live_deep *deep, struct observation *seen);

#endif
