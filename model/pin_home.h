/*
 * pin_home.h - where the process has a page that is pinned in it.
 *
 * A note beside the machine, of each pin (FOLL_PIN) at the moment it is taken: nothing of the kernel reads it.
 * mremap() takes it along, munmap() and its like give it up.  Nobody else may put another page, or
 * nothing, where an anonymous page is that a device has: the invariant "pins".
 *
 * In the kernel:  no twin.
 * Locks:          none.
 */
#ifndef MODEL_PIN_HOME_H
#define MODEL_PIN_HOME_H

#include "types.h"

struct machine;
struct mm_struct;
struct page;

#define PIN_HOMELESS	(~0UL)

struct pin_home {
	unsigned int mm;	/* mm_struct.id */
	unsigned long addr;	/* page-aligned; PIN_HOMELESS: it was given up */
	pfn_t pfn;
};

void pin_homes_reset(struct machine *machine);

/* A pin on @page was taken at @addr of @mm; one was given back. */
void pin_home_add(const struct mm_struct *mm, unsigned long addr, const struct page *page);
void pin_home_remove(const struct page *page);

void pin_home_drop(const struct mm_struct *mm, unsigned long start, unsigned long size);
void pin_home_move(const struct mm_struct *mm, unsigned long from, unsigned long to,
		   unsigned long size);

#endif
