/*
 * tlb.h - translations that processors hold, and flushes of them.
 *
 * While several tasks run at a time each has a processor of its own, which keeps what a user
 * access has found in the page tables.  The next access uses that without a look at the tables,
 * until a flush takes it away: a store only if the translation is writable and dirty, for the
 * dirty bit is set in the table.  With one task at a time nothing is kept.  A flush is counted
 * (`sys().tlb_flushes`) and traced wherever the kernel would make one.
 *
 * A call that takes words out of page tables gathers first: what they mapped is let go when
 * the flush has been made.  Reclaim puts flushes off until many words are out.
 *
 * In the kernel:  include/asm-generic/tlb.h, mm/mmu_gather.c, arch/x86/mm/tlb.c;
 *                 mm/rmap.c try_to_unmap_flush(), flush_tlb_batched_pending().
 * Left out:       what a processor may do besides: forget translations, load some nobody asked for,
 *                 keep upper levels.  A flush reaches all processors at once and needs no
 *                 interrupt; it takes no more than its range.
 * Locks:          none.
 */
#ifndef MODEL_TLB_H
#define MODEL_TLB_H

#include "ghost.h"

struct folio;
struct machine;
struct mm_struct;
struct page;
struct pgtable;
struct vm_area_struct;

/* ---- what a processor holds ---- */

#define NR_CPUS		9		/* 0, and one for each member of a race */
#define TLB_ENTRIES	16

struct tlb_entry {
	unsigned int mm;		/* mm_struct.id; 0: free */
	bool huge;			/* a leaf of the PMD level */
	unsigned long addr;		/* its first byte */
	pte_t pte;			/* as the walk found it, and marked it */
	struct ghost_ref note;		/* stores by it are noted there */
};

/* Of one processor.  Part of struct machine. */
struct tlb {
	unsigned int next;		/* which one makes room for another */
	struct tlb_entry entry[TLB_ENTRIES];
};

/* What the running processor holds for @addr, or NULL. */
const struct tlb_entry *tlb_lookup(const struct mm_struct *mm, unsigned long addr);
/* Keeps @pte, which an access to @addr has found; returns what is kept. */
const struct tlb_entry *tlb_fill(struct mm_struct *mm, unsigned long addr, bool huge, pte_t pte);
/* Takes away what the running processor holds for @addr: an access there has faulted. */
void tlb_drop(struct mm_struct *mm, unsigned long addr);
/* No processor holds anything. */
void tlb_reset(struct machine *machine);
/* @folio is about to be freed: whether processors have forgotten it by then is a step. */
void tlb_before_free(const struct folio *folio);
/* The 2^@order frames at @page become free: who still holds a translation to one of them could
 * access what is no longer his.  A violation of "stale-tlb". */
void tlb_check_free(const struct page *page, unsigned int order);

/* ---- flushes ---- */

/* Flushes [start, end) of @mm now.  Kernel: flush_tlb_range(), flush_tlb_page(), flush_tlb_mm(). */
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);

/* Might a processor still use @pte of @mm, which has been taken out?  One of PROT_NONE not,
 * unless the flush of what it was before is still to come.  Kernel: pte_accessible(). */
bool pte_accessible(const struct mm_struct *mm, pte_t pte);
/* Does a processor that holds @old have to forget it, now that the word is @new?  Not if it may
 * only do more.  Kernel: pte_needs_flush() of x86. */
bool pte_needs_flush(pte_t old, pte_t new);
/* How many changes of page tables have begun in @mm and not yet flushed.
 * Kernel: mm_tlb_flush_pending(). */
bool mm_tlb_flush_pending(const struct mm_struct *mm);

/* ---- gathering ---- */

/* Pages of one folio whose mappings and references go. */
struct gathered {
	struct page *page;		/* the first one */
	uint16_t nr;
	bool delay_rmap;		/* the mappings are still counted */
};

#define MMU_GATHER_BUNDLE	8
#define MMU_GATHER_BATCH	255
#define MMU_GATHER_BATCHES	38

struct mmu_gather_batch {
	unsigned int id;
	unsigned int nr;
	struct mmu_gather_batch *next;
	struct gathered page[MMU_GATHER_BATCH];
};

/* What the running task has taken out and not yet flushed.  Part of struct task_struct. */
struct mmu_gather {
	unsigned int depth;		/* gathers begun, one inside the other */
	unsigned long start, end;	/* to be flushed; end 0: nothing */
	struct mm_struct *mm;
	struct pgtable *tables;		/* that were unlinked */
	unsigned int nr_batches;
	struct mmu_gather_batch *first, *last;
	unsigned int nr_local;		/* before there is a batch */
	struct gathered local[MMU_GATHER_BUNDLE];
};

/* Begins a gather; the outermost tlb_finish_mmu() flushes if there was anything.  Kernel: same. */
void tlb_gather_mmu(struct mm_struct *mm);
void tlb_finish_mmu(struct mm_struct *mm);
/* A present word for [addr, addr + size) was taken out or changed.  Outside of a gather nothing
 * comes of it.  Kernel: tlb_remove_tlb_entry(), tlb_flush_pte_range(). */
void tlb_remove_tlb_entry(unsigned long addr, unsigned long size);
/* @nr pages from @page on lose as many references once the flush is made: true if no more can be
 * gathered.  Kernel: __tlb_remove_folio_pages(). */
bool tlb_remove_pages(struct page *page, unsigned long nr, bool delay_rmap);
/* The unlinked @table, which served @addr, goes with the flush.  Kernel: pte_free_tlb(). */
void tlb_remove_table(struct pgtable *table, unsigned long addr);
/* Flushes now, and lets pages and tables go.  Kernel: tlb_flush_mmu(). */
void tlb_flush_mmu(void);
/* Flushes; what was gathered stays.  Kernel: tlb_flush_mmu_tlbonly(). */
void tlb_flush_mmu_tlbonly(void);
/* Mappings by @vma whose counts were put off until the flush, which has been made; the lock of the
 * page table is still the one under which they were taken out.  Kernel: tlb_flush_rmaps(). */
void tlb_flush_rmaps(struct vm_area_struct *vma);

/* ---- putting flushes off ---- */

/* What reclaim or migration has unmapped and not flushed.  Part of struct task_struct. */
#define TLB_BATCH_MMS	4
struct tlbflush_unmap_batch {
	unsigned int nr;		/* more than TLB_BATCH_MMS: all */
	bool writable;			/* a store could still go through one of them */
	unsigned int mm[TLB_BATCH_MMS];	/* mm_struct.id */
};

/* The flush for @pte, taken out of @mm, is to be made later.  The page table lock held.
 * Kernel: set_tlb_ubc_flush_pending(). */
void set_tlb_ubc_flush_pending(struct mm_struct *mm, pte_t pte);
/* Is it worth it, for the processors that use @mm are others?  Kernel: should_defer_flush(). */
bool should_defer_flush(const struct mm_struct *mm);
/* Makes the flushes that the running task has put off; _dirty: only if a store could go through.
 * Kernel: same. */
void try_to_unmap_flush(void);
void try_to_unmap_flush_dirty(void);
/* Somebody may have put off a flush of @mm: who is about to rely on what the page table says makes
 * it.  The page table lock held.  Kernel: same. */
void flush_tlb_batched_pending(struct mm_struct *mm);

#endif
