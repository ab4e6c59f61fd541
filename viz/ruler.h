/*
 * ruler.h - areas over a ruler of pages as text, in the way of kernel comments:
 *
 *	page  0    5    10   15
 *	      |    |    |    |
 *	P      aaaaaBbbbb.....
 *	            ^flags
 *
 * A letter for each area, small where the page has no entry in the page table, capital
 * where it has; below, the word for why two touching areas stay apart.
 *
 * In the kernel:  comments in mm/vma.c and tools/testing/selftests/mm/.
 * Left out:       long ranges: pages beyond 60 of an area or a hole are cut with "~".
 * Locks:          none.
 */
#ifndef VIZ_RULER_H
#define VIZ_RULER_H

#include "viz/draw.h"

/* One ruler for each process, and a line for each area; g_free().  NULL with *error. */
char *ruler_text(const struct machine *machine, const struct draw_options *options,
		 char **error);

#endif
