/*
 * mmu_gather.c - pages and tables that go once the processors have forgotten them; see tlb.h.
 *
 * In the kernel:  mm/mmu_gather.c; include/asm-generic/tlb.h.
 * Left out:       the sizes of what was taken out, by which some processors flush.
 * Locks:          none.
 */
#include "folio.h"
#include "machine.h"
#include "pgtable.h"
#include "rcu.h"
#include "rmap.h"
#include "swap.h"
#include "tlb.h"

/* With a bool instead of a count the first to end says that nobody is at it any more. */
static unsigned int pending_after(const struct mm_struct *mm, int change)
{
	if (semantics()->tlb_flush_pending_bool)
		return change > 0;
	return mm->tlb_flush_pending + (unsigned int)change;
}

/* Kernel: inc_tlb_flush_pending(), dec_tlb_flush_pending(). */
static void change_pending(struct mm_struct *mm, int change, const char *site)
{
	WRITE_SHARED(&mm->tlb_flush_pending, mm->tlb_flush_pending, pending_after(mm, change), site);
}

void tlb_gather_mmu(struct mm_struct *mm)
{
	struct mmu_gather *tlb = &current->tlb;

	if (tlb->depth++) {
		if (tlb->mm != mm)
			g_error("gathers of two address spaces in one call");
		return;
	}
	tlb->mm = mm;
	change_pending(mm, 1, "tlb_gather_mmu");
}

void tlb_remove_tlb_entry(unsigned long addr, unsigned long size)
{
	struct mmu_gather *tlb = &current->tlb;

	if (!tlb->depth)
		return;
	tlb->start = tlb->end ? MIN(tlb->start, addr) : addr;
	tlb->end = MAX(tlb->end, addr + size);
}

void tlb_flush_mmu_tlbonly(void)
{
	struct mmu_gather *tlb = &current->tlb;
	unsigned long start = tlb->start, end = tlb->end;

	if (!end)
		return;
	tlb->start = tlb->end = 0;
	flush_tlb_range(tlb->mm, start, end);
}

/* ---- pages ---- */

/* Room for one more, without waiting and without fail.  Kernel: tlb_next_batch(). */
static bool next_batch(struct mmu_gather *tlb)
{
	struct mmu_gather_batch *batch;

	if (tlb->nr_batches == MMU_GATHER_BATCHES)
		return false;
	alloc_nofail_begin();
	batch = model_alloc_atomic(KIND_GATHER, sizeof(*batch), "mmu_gather_batch");
	alloc_nofail_end();
	if (tlb->last)
		tlb->last->next = batch;
	else
		tlb->first = batch;
	tlb->last = batch;
	tlb->nr_batches++;
	return true;
}

bool tlb_remove_pages(struct page *page, unsigned long nr, bool delay_rmap)
{
	const struct gathered entry = { page, (uint16_t)nr, delay_rmap };
	struct mmu_gather *tlb = &current->tlb;

	if (!tlb->last && tlb->nr_local < MMU_GATHER_BUNDLE)
		tlb->local[tlb->nr_local++] = entry;
	else
		tlb->last->page[tlb->last->nr++] = entry;
	if (tlb->last ? tlb->last->nr < MMU_GATHER_BATCH : tlb->nr_local < MMU_GATHER_BUNDLE)
		return false;
	return !next_batch(tlb);
}

static void flush_rmaps(struct gathered *entries, unsigned int nr, struct vm_area_struct *vma)
{
	for (unsigned int i = 0; i < nr; i++)
		if (entries[i].delay_rmap) {
			folio_remove_rmap_ptes(entries[i].page->folio, entries[i].page,
					       entries[i].nr, vma);
			entries[i].delay_rmap = false;
		}
}

void tlb_flush_rmaps(struct vm_area_struct *vma)
{
	struct mmu_gather *tlb = &current->tlb;

	flush_rmaps(tlb->local, tlb->nr_local, vma);
	for (struct mmu_gather_batch *batch = tlb->first; batch; batch = batch->next)
		flush_rmaps(batch->page, batch->nr, vma);
}

/* Kernel: free_pages_and_swap_caches(). */
static void put_pages(const struct gathered *entries, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		struct folio *folio = entries[i].page->folio;

		free_swap_cache(folio);
		for (unsigned int n = entries[i].nr; n > 0; n--)
			folio_put(folio);
	}
}

/* Kernel: tlb_batch_pages_flush(), tlb_batch_list_free(). */
static void batches_flush(struct mmu_gather *tlb)
{
	struct mmu_gather_batch *batch = tlb->first, *next;

	put_pages(tlb->local, tlb->nr_local);
	tlb->nr_local = tlb->nr_batches = 0;
	tlb->first = tlb->last = NULL;
	for (; batch; batch = next) {
		next = batch->next;
		put_pages(batch->page, batch->nr);
		model_free(KIND_GATHER, batch);
	}
}

/* ---- tables ---- */

void tlb_remove_table(struct pgtable *table, unsigned long addr)
{
	struct mmu_gather *tlb = &current->tlb;

	if (!tlb->depth) {
		pgtable_free(table);
		return;
	}
	tlb_remove_tlb_entry(addr, PAGE_SIZE);
	table->mm->pgtables_bytes -= PAGE_SIZE;
	table->deposit = tlb->tables;
	tlb->tables = table;
}

/* Kernel: tlb_table_flush(). */
static void tables_flush(struct mmu_gather *tlb)
{
	struct pgtable *table = tlb->tables, *next;

	tlb->tables = NULL;
	for (; table; table = next) {
		next = table->deposit;
		table->deposit = NULL;
		pte_free_rcu(table);
	}
}

/* ---- the end ---- */

void tlb_flush_mmu(void)
{
	struct mmu_gather *tlb = &current->tlb;

	tlb_flush_mmu_tlbonly();
	if (unlikely(tlb->tables))
		tables_flush(tlb);
	if (tlb->nr_local)
		batches_flush(tlb);
}

void tlb_finish_mmu(struct mm_struct *mm)
{
	struct mmu_gather *tlb = &current->tlb;

	if (tlb->depth > 1) {
		tlb->depth--;
		return;
	}
	/*
	 * Somebody else is at it: he may have taken out words that we found gone, and not
	 * have flushed them.
	 */
	if (READ_SHARED(&mm->tlb_flush_pending, mm->tlb_flush_pending, "mm_tlb_flush_nested") > 1) {
		tlb->start = 0;
		tlb->end = TASK_SIZE;
	}
	tlb_flush_mmu();
	tlb->depth = 0;
	change_pending(mm, -1, "tlb_finish_mmu");
}
