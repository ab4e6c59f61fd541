/*
 * tlb.h - flushes of translations that processors may still hold.
 *
 * A flush is counted (`sys().tlb_flushes`) and traced, where the kernel would make one.  A call that
 * takes pages out of page tables gathers first and flushes once, at its end.
 *
 * In the kernel:  include/asm-generic/tlb.h, mm/mmu_gather.c, arch/x86/mm/tlb.c.
 * Left out:       the translations themselves: each access walks the tables.  Flushes in the middle
 *                 of a gather that is full, and those that reclaim puts off.
 * Locks:          none.
 */
#ifndef MODEL_TLB_H
#define MODEL_TLB_H

#include "types.h"

struct mm_struct;

/* What the running task has taken out and not yet flushed.  Part of struct task_struct. */
struct mmu_gather {
	unsigned int depth;		/* gathers begun, one inside the other */
	bool pending;			/* there is something to flush */
};

/* Flushes [start, end) of @mm now.  Kernel: flush_tlb_range(), flush_tlb_page(), flush_tlb_mm(). */
void flush_tlb_range(const struct mm_struct *mm, unsigned long start, unsigned long end);

/* Begins a gather; the outermost tlb_finish_mmu() flushes if there was anything.  Kernel: same. */
void tlb_gather_mmu(void);
void tlb_finish_mmu(const struct mm_struct *mm);
/* A present word, or a table, was taken out.  Outside of a gather nothing comes of it. */
void tlb_remove_tlb_entry(void);

#endif
