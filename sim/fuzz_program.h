/*
 * fuzz_program.h - a random program of memory calls: made from a seed, written as the text of
 * a scenario, made smaller.
 *
 * A program is a list of statements over pages of one window and up to four processes.  A
 * statement whose process or file does not exist is left out of the text, so any statement can
 * be dropped from any program.
 *
 * Left out:       threads, vfork, userfaultfd, placement by search but for mmap() with a hint.
 * Locks:          none.
 */
#ifndef SIM_FUZZ_PROGRAM_H
#define SIM_FUZZ_PROGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FUZZ_WINDOW	32	/* pages, but where pages are huge: */
#define FUZZ_HUGE_WINDOW	1536
#define FUZZ_BLOCK	512	/* pages of the largest folio */
#define FUZZ_TASKS	4
#define FUZZ_FILES	2
#define FUZZ_MEMLOCK	2048	/* pages: what RLIMIT_MEMLOCK is unless set */

enum fuzz_profile { FUZZ_VMA, FUZZ_FORKS, FUZZ_MREMAPS, FUZZ_FILEMAPS, FUZZ_MLOCKS, FUZZ_ALL,
		    FUZZ_PINS, FUZZ_UFFD, FUZZ_SWAPS, FUZZ_UFFD_SWAPS,
		    FUZZ_THPS, FUZZ_KSM, FUZZ_THP_MIXES,
		    NR_FUZZ_PROFILES };

enum fuzz_kind {
	FUZZ_MMAP, FUZZ_MUNMAP, FUZZ_MPROTECT, FUZZ_MREMAP, FUZZ_MADVISE, FUZZ_MLOCK,
	FUZZ_MUNLOCK, FUZZ_MLOCKALL, FUZZ_MUNLOCKALL, FUZZ_FORK, FUZZ_EXIT, FUZZ_LOAD,
	FUZZ_STORE, FUZZ_EXEC, FUZZ_MSYNC, FUZZ_MINCORE, FUZZ_MSEAL, FUZZ_PIN, FUZZ_UNPIN,
	FUZZ_UFFD_REGISTER, FUZZ_UFFD_UNREGISTER, FUZZ_UFFD_COPY, FUZZ_UFFD_ZEROPAGE,
	FUZZ_UFFD_CONTINUE, FUZZ_UFFD_POISON, FUZZ_UFFD_MOVE, FUZZ_UFFD_WP, FUZZ_FILE,
	FUZZ_FTRUNCATE, FUZZ_FALLOCATE, FUZZ_MERGE_ANY, FUZZ_KSM_SCAN, FUZZ_KSM_UNMERGE,
	FUZZ_KHUGEPAGED,
	NR_FUZZ_KINDS,
};

/* What makes a call invalid on purpose. */
enum fuzz_odd { FUZZ_SANE, FUZZ_UNALIGNED, FUZZ_EMPTY, FUZZ_CUT, FUZZ_HUGE, FUZZ_BEYOND,
		FUZZ_BAD_FLAG, NR_FUZZ_ODDS };

/* Numbers are pages unless said otherwise.  Members that a kind has no use for are 0. */
struct fuzz_stmt {
	enum fuzz_kind kind;
	enum fuzz_odd odd;
	unsigned int task, child;	/* 0: the first process */
	unsigned int at, len;
	unsigned int to, new_len;	/* mremap(); to: source of UFFDIO_COPY, _MOVE */
	unsigned int prot;		/* bits: read, write, exec */
	unsigned int flags;		/* bits, as in the table of the kind's words */
	unsigned int word;		/* which advice, or which fallocate() mode */
	unsigned int file, offset;	/* FUZZ_FILES: anonymous */
	unsigned int value;		/* what is stored */
};

/* fuzz_program_destroy(). */
struct fuzz_program {
	uint64_t seed;
	enum fuzz_swap { FUZZ_NO_SWAP, FUZZ_SWAP_DISK, FUZZ_SWAP_ZRAM } swap;
	unsigned int window;		/* pages; they begin at a multiple of the largest folio */
	unsigned int thp;		/* huge pages, by the settings of this row; 0: none */
	unsigned int memlock;		/* limit without capability; 0: none */
	bool zero_pages;		/* ksm.use_zero_pages */
	unsigned int uffd;		/* there is a userfaultfd, with the features of this row;
					 * 0: none */
	const char *bug;		/* a defect put back, or NULL; static */
	GArray *stmts;			/* struct fuzz_stmt */
};

/* Of the same seed always the same program; between @min and @max statements. */
struct fuzz_program *fuzz_generate(enum fuzz_profile profile, uint64_t seed, unsigned int min,
				   unsigned int max);
struct fuzz_program *fuzz_program_copy(const struct fuzz_program *program);
void fuzz_program_destroy(struct fuzz_program *program);

const char *fuzz_profile_name(enum fuzz_profile profile);
/* NR_FUZZ_PROFILES: there is none of that name. */
enum fuzz_profile fuzz_profile_find(const char *name);

/* Which statements are in the text: those whose processes and files exist. */
struct fuzz_alive {
	bool task[FUZZ_TASKS], file[FUZZ_FILES];
};
void fuzz_alive_begin(struct fuzz_alive *alive);
/* Can @stmt be made now? If so, its effect is noted. */
bool fuzz_alive_next(struct fuzz_alive *alive, const struct fuzz_stmt *stmt);

/* The settings, each with its newline, and calls with which every program begins. */
void fuzz_text_settings(GString *out, const struct fuzz_program *program);
/* How many such calls. */
unsigned int fuzz_settings_calls(const struct fuzz_program *program);
/* One statement of @program without result and newline. */
void fuzz_text_stmt(GString *out, const struct fuzz_program *program,
		    const struct fuzz_stmt *stmt);
/* A scenario in which every result is allowed.  g_free(). */
char *fuzz_text(const struct fuzz_program *program);

/* Does the smaller program still show what was seen? */
typedef bool (*fuzz_still_fn)(void *data, const struct fuzz_program *program);
/*
 * The smallest program found by dropping statements, merging processes, shortening ranges and
 * taking flags away, for which @still stays true.  Takes over @program.
 */
struct fuzz_program *fuzz_shrink(struct fuzz_program *program, fuzz_still_fn still, void *data);

#endif
