/*
 * fuzz_words.h - bits and numbers of the words that random programs use; fuzz_text.c has
 * the words.
 *
 * Locks: none.
 */
#ifndef SIM_FUZZ_WORDS_H
#define SIM_FUZZ_WORDS_H

enum {
	FUZZ_MAP_PRIVATE = 1 << 0, FUZZ_MAP_SHARED = 1 << 1, FUZZ_MAP_FIXED = 1 << 2,
	FUZZ_MAP_NOREPLACE = 1 << 3, FUZZ_MAP_NORESERVE = 1 << 4, FUZZ_MAP_POPULATE = 1 << 5,
	FUZZ_MAP_LOCKED = 1 << 6, FUZZ_MAP_GROWSDOWN = 1 << 7,
	FUZZ_MAP_DROPPABLE = 1 << 8,
};

enum {
	FUZZ_MREMAP_MAYMOVE = 1 << 0, FUZZ_MREMAP_FIXED = 1 << 1, FUZZ_MREMAP_DONTUNMAP = 1 << 2,
};

/* As advice. */
#define FUZZ_DONTNEED		0
#define FUZZ_WILLNEED		4
#define FUZZ_FREE		5
#define FUZZ_COLD		6
#define FUZZ_NOHUGEPAGE		13
#define FUZZ_HUGEPAGE		14
#define FUZZ_POPULATE_READ	15
#define FUZZ_POPULATE_WRITE	16
#define FUZZ_GUARD_INSTALL	17
#define FUZZ_GUARD_REMOVE	18
#define FUZZ_UNMERGEABLE	21
#define FUZZ_PAGEOUT		22	/* with a swap device only */
#define FUZZ_COLLAPSE		23	/* with huge pages only */
#define FUZZ_MERGEABLE		24	/* with ksmd only */
#define FUZZ_NR_ADVICE		25
#define FUZZ_NR_THP		13
#define FUZZ_THP_SHMEM		8	/* rows from here on have shared memory, too */
#define FUZZ_NR_FALLOCATE	3
#define FUZZ_NR_FOLL		5
#define FUZZ_NR_UFFD		3

#endif
