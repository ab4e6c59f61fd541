/*
 * madvise_internal.h - one madvise() on its way, as its files share it.
 *
 * In the kernel:  struct madvise_behavior and the static parts of mm/madvise.c.
 */
#ifndef MODEL_MADVISE_INTERNAL_H
#define MODEL_MADVISE_INTERNAL_H

#include "pgtable.h"
#include "vma.h"

/* What is held while areas are visited.  Kernel: enum madvise_lock_mode. */
enum madvise_lock {
	MADVISE_MMAP_WRITE,
	MADVISE_MMAP_READ,
	MADVISE_VMA_READ,	/* the lock of a single area if it can be had, else as READ */
};

/* Kernel: struct madvise_behavior. */
struct madvise {
	struct mm_struct *mm;		/* current's, but for process_madvise() */
	int behavior;			/* MADV_* */
	enum madvise_lock lock;
	unsigned long start, end;	/* the part within @vma */
	struct vm_area_struct *vma;
	bool lock_dropped;		/* mmap_lock was given up: @vma may be gone */
	bool restart;			/* others were faster: the call begins anew */
	GPtrArray *isolated;		/* MADV_PAGEOUT: struct folio * taken off their lists */
};

/* All of these: 0 or -errno, for [start, end) of madvise->vma. */

/* madvise_pages.c: contents go, or are said to be cold. */
int madvise_dontneed_free(struct madvise *madvise);
int madvise_cold(struct madvise *madvise);
int madvise_pageout(struct madvise *madvise);

/* madvise_file.c: what goes through the file. */
int madvise_willneed(struct madvise *madvise);
int madvise_remove(struct madvise *madvise);

/* madvise_guard.c */
int madvise_guard_install(struct madvise *madvise);
int madvise_guard_remove(struct madvise *madvise);

/* MADV_PAGEOUT takes @folio off its list; with the tables' locks dropped, what was taken off is
 * reclaimed.  Kernel: in madvise_cold_or_pageout_pte_range(), and reclaim_pages(). */
void madvise_isolate(struct madvise *madvise, struct folio *folio);
void madvise_reclaim_isolated(struct madvise *madvise);

/*
 * huge_madvise.c, for MADV_FREE, _COLD and _PAGEOUT.  What of [start, end), which one PTE table
 * would serve, belongs to large folios: a leaf is dealt with, folios that reach beyond the
 * range or are not mapped whole are split.  What is left is for the PTEs: their table, locked, or
 * NULL if nothing is.
 */
struct pgtable *madvise_large_folios(struct madvise *madvise, unsigned long start,
				     unsigned long end);
/* Is the folio of the word at @slot small, or mapped whole by words [from, to) of @table and
 * nowhere else? */
bool madvise_folio_is_ours(const struct pgtable *table, unsigned int slot, unsigned int from,
			   unsigned int to);

/* Calls @fn for each PTE table that serves part of the range, its lock held, and then @after if
 * not NULL, with it dropped. */
typedef void (*pte_range_fn)(struct madvise *madvise, struct pgtable *table, unsigned long start,
			     unsigned long end);
typedef void (*after_range_fn)(struct madvise *madvise);
void madvise_walk_tables(struct madvise *madvise, pte_range_fn fn, after_range_fn after);

#endif
