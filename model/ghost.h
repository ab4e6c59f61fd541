/*
 * ghost.h - what user space stored last to each page of its own, beside all that the kernel does.
 *
 * While a race runs each store that has gone through is noted by address.  What moves the page to another
 * address moves the note, what gives the contents up gives up the note, and nothing else touches it: once
 * all calls have ended the page must hold what was stored ("lost-store").  A store by a translation that
 * outlived the giving up is one that came before it.  A device that has pinned a page stores likewise.
 *
 * In the kernel:  no twin.
 * Left out:       pages of files, which others store to by other addresses; more pages than there is
 *                 room for.
 * Locks:          none.
 */
#ifndef MODEL_GHOST_H
#define MODEL_GHOST_H

#include "pin_home.h"
#include "types.h"

struct machine;
struct mm_struct;

#define NR_GHOSTS	32

/* Which note a way to a page is for, and of which of its lives. */
struct ghost_ref {
	unsigned int nr;		/* 0: none */
	unsigned int life;
};

/* Of one page. */
struct ghost {
	unsigned int mm;		/* mm_struct.id; 0: free */
	unsigned int life;		/* how often the contents were given up */
	bool known;			/* stored to since */
	unsigned long addr;
	uint64_t value;
};

/* Nothing is noted. */
void ghost_reset(struct machine *machine);

/* @value was stored by the way that @ref was taken for: a translation, a page that a device has. */
void ghost_store(struct ghost_ref ref, uint64_t value);
/* For a way to the page at @addr of @mm that begins now. */
struct ghost_ref ghost_for(const struct mm_struct *mm, unsigned long addr);

void ghost_drop_slow(const struct mm_struct *mm, unsigned long start, unsigned long size);
void ghost_move_slow(const struct mm_struct *mm, unsigned long from, unsigned long to,
		     unsigned long size);

/* The contents of [start, start + size) are given up; so are pages there that devices have. */
#define ghost_drop(mm, start, size)						\
	do {									\
		if (unlikely(mach->nr_ghosts))					\
			ghost_drop_slow((mm), (start), (size));			\
		if (unlikely(mach->pin_homes->len))				\
			pin_home_drop((mm), (start), (size));			\
	} while (0)

/* What was at @from is at @to from now on, and must not be what a device has. */
#define ghost_move_unpinned(mm, from, to, size)					\
	do {									\
		if (unlikely(mach->nr_ghosts))					\
			ghost_move_slow((mm), (from), (to), (size));		\
	} while (0)

/* The same where the process itself says what is where. */
#define ghost_move(mm, from, to, size)						\
	do {									\
		ghost_move_unpinned((mm), (from), (to), (size));		\
		if (unlikely(mach->pin_homes->len))				\
			pin_home_move((mm), (from), (to), (size));		\
	} while (0)

#endif
