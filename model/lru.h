/*
 * lru.h - the lists by which reclaim will find pages, and the per-CPU batches in
 * front of them.
 *
 * A folio that enters a list, or changes lists, first waits in a batch of 31 which
 * holds a reference; only a full batch or lru_add_drain() moves it.  A write fault
 * that finds a page with more references than it can account for drains, and copies if
 * that did not help: so the batches decide who copies.
 *
 * In the kernel:  mm/swap.c, mm/mlock.c (mlock_folio() and its batch),
 *                 include/linux/mm_inline.h.
 * Left out:       that lru_add_drain() leaves the batches of other CPUs alone, MGLRU, memcg,
 *                 workingset statistics, lru_move_tail and deactivate_file batches.
 * Locks:          lru_lock and the batch's local lock are implied: nothing here sleeps
 *                 or lets another task run.
 */
#ifndef MODEL_LRU_H
#define MODEL_LRU_H

#include "folio.h"

enum lru_list {
	LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE,
	LRU_UNEVICTABLE,	/* counted, not linked */
	NR_LRU_LISTS
};

#define PAGEVEC_SIZE	31

enum lru_batch {
	BATCH_ADD,		/* new folios */
	BATCH_DEACTIVATE,	/* MADV_COLD */
	BATCH_LAZYFREE,		/* MADV_FREE */
	BATCH_ACTIVATE,
	BATCH_MLOCK,		/* mlock and munlock of folios */
	NR_LRU_BATCHES
};

/* Folios waiting, each with a reference of its own; in order of arrival. */
struct folio_batch {
	unsigned int nr;
	struct folio *folio[PAGEVEC_SIZE];
	uint8_t what[PAGEVEC_SIZE];	/* of BATCH_MLOCK: what to do */
};

/* Owned by the machine. */
struct lru {
	uint32_t head[NR_LRU_LISTS], tail[NR_LRU_LISTS];	/* PFNs, 0 for none */
	unsigned long nr[NR_LRU_LISTS];				/* pages */
	struct folio_batch batch[NR_CPUS][NR_LRU_BATCHES];	/* by machine.cpu */
};

/* A new folio, on its way to a list.  Kernel: folio_add_lru(). */
void folio_add_lru(struct folio *folio);
/* The same for one just mapped by @vma: mlocked if that is.  Kernel: folio_add_lru_vma(). */
void folio_add_lru_vma(struct folio *folio, const struct vm_area_struct *vma);
/* Empties all batches of all CPUs.  Kernel: lru_add_drain(), lru_add_drain_all(). */
void lru_add_drain(void);
/* Empties the batch of mlock and munlock of this CPU alone.  Kernel: mlock_drain_local(). */
void mlock_drain_local(void);
/* A reference was seen; the second one activates.  Kernel: folio_mark_accessed(). */
void folio_mark_accessed(struct folio *folio);
void folio_activate(struct folio *folio);
/* Reclaim wrote it, and finds it first when it looks again.  Kernel: folio_rotate_reclaimable(),
 * without its batch. */
void folio_rotate_reclaimable(struct folio *folio);
void folio_deactivate(struct folio *folio);
/* Clean and no longer swapbacked, once drained: MADV_FREE.  Kernel: folio_mark_lazyfree(). */
void folio_mark_lazyfree(struct folio *folio);

/* One more, one less VM_LOCKED area maps @folio: PG_mlocked and PG_unevictable follow, the
 * latter once drained.  Kernel: mlock_folio(), munlock_folio(). */
void mlock_folio(struct folio *folio);
void munlock_folio(struct folio *folio);
/* The same if @vma is locked at all.  Kernel: mlock_vma_folio(), munlock_vma_folio(). */
void mlock_vma_folio(struct folio *folio, const struct vm_area_struct *vma);
void munlock_vma_folio(struct folio *folio, const struct vm_area_struct *vma);

/*
 * The folio that @mm maps at @addr, with a reference, for those who come upon it through physical
 * memory and hold no lock of the address space; NULL if it maps none, or not a normal one.
 * Kernel: the lists and the map of memory, with folio_try_get().
 */
struct folio *folio_grab_mapped(struct mm_struct *mm, unsigned long addr);
/* Off its list for the caller's use, with a reference; false if it was on none.
 * Kernel: folio_isolate_lru(), folio_putback_lru(). */
bool folio_isolate_lru(struct folio *folio);
void folio_putback_lru(struct folio *folio);
/* @folio is about to be split: it gives up its pages on the list, but 2^@order; then each new
 * folio takes its place beside it.  Kernel: lru_add_split_folio(). */
void lru_split_begin(struct folio *folio, unsigned int order);
void lru_add_split_folio(struct folio *folio, struct folio *tail);
/* Isolates up to @nr pages from the old end of @list, oldest first; each back by
 * lru_putback_isolated(), to the young end of the list that its flags say, without a batch.
 * Kernel: isolate_lru_folios(), move_folios_to_lru(). */
void lru_isolate_tail(enum lru_list list, unsigned long nr, GPtrArray *folios);
void lru_putback_isolated(struct folio *folio);
/* Takes @folio off its list because it is being freed. */
void lru_forget_folio(struct folio *folio);

/* How many references of @folio the batches hold.  For checks. */
unsigned int lru_batch_refs(const struct machine *machine, const struct folio *folio);
/* NULL or what is wrong with lists and counts (g_free()). */
char *lru_validate(const struct machine *machine);

#endif
