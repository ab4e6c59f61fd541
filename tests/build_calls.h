/*
 * build_calls.h - a test as a line of text: calls of the running task in page numbers, with
 * what they return, and a picture of the areas afterwards.
 *
 *	"map 0 3; w 1; prot 0 1 r; remap 0 3 3 mf 10 = 10"	"..........aBB"
 *
 * Statements are parted by ';'.  "= X" says what comes back: an errno, SEGV, BUS, a page, or a
 * number; without it the call must not fail.  After each one every invariant is checked.
 *
 *	map PAGE N [rwx|none] [FLAGS]	private anonymous: n NORESERVE, l LOCKED, g GROWSDOWN,
 *					t STACK, d DROPPABLE, s shared, p POPULATE
 *	file PAGE N INDEX [rwx] [s]	of a memfd of 64 pages (the same open file each time)
 *	disk PAGE N INDEX [rwx] [s]	of a regular file of 4 pages
 *	unmap PAGE N; prot PAGE N rwx [gd]; seal PAGE N; advise PAGE N NAME; sync PAGE N FLAGS
 *	remap PAGE OLD NEW [m f d] [TO]	flags as letters, or - for none
 *	lock PAGE N; lockfault PAGE N; unlock PAGE N; lockall FLAGS; unlockall
 *	w PAGE [N]; r PAGE		stores its own number; loads
 *	core PAGE N			mincore() as a binary number, first page first
 *	fork				goes on as the child
 *	set memlock|as|data N, set maps N	limits in pages; without capabilities
 *	pgoff PAGE, flag PAGE LETTERS, locked, committed, rss, maps, total, data, levels PAGE
 *	keep PAGE, kept PAGE		is its PTE table the one it was at `keep`?
 */
#ifndef TESTS_BUILD_CALLS_H
#define TESTS_BUILD_CALLS_H

#include "model/machine.h"

#define CALLS_BASE	0x10000000000UL	/* page 0; at the start of a PUD's range */

struct calls_case {
	const char *name, *program, *want;	/* @want: NULL: any */
};

/* A machine with a process, @program run in it, the picture compared, everything torn down. */
void calls_test(void **state);
/* Runs all @cases as tests of one group, each by its name; what main() returns. */
int calls_main(const struct calls_case *cases, size_t nr);
/* For tests that do more: begin, run several times, end. */
void calls_begin(void);
void calls_run(const char *program);
void calls_picture(const char *want);
void calls_end(void);

#endif
