/*
 * huge_madvise.c - advice about ranges that end in the middle of a large folio.
 *
 * In the kernel:  mm/huge_memory.c madvise_free_huge_pmd(); mm/madvise.c
 *                 madvise_free_pte_range(), madvise_cold_or_pageout_pte_range(), the parts
 *                 that are about large folios.
 * Left out:       the kernel splits a folio when it comes to its first word; here all of a
 *                 table are split before the first word is advised about.
 * Locks:          mmap_lock or the VMA's lock is held for reading; here the locks of the
 *                 tables, and the folio lock around a split.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "madvise_internal.h"

/* ---- folios that PTEs map ---- */

static struct folio *large_folio_at(const struct pgtable *table, unsigned int slot)
{
	pte_t pte = ptep_get(table, slot);
	struct page *page = pte_present(pte) ? vm_normal_page(pte) : NULL;

	return page && page->folio && page->folio->order ? page->folio : NULL;
}

/* Does the word at @slot, one of [from, to), belong to a run of words for all of @folio? */
static bool mapped_whole(const struct folio *folio, const struct pgtable *table, unsigned int slot,
			 unsigned int from, unsigned int to)
{
	unsigned int nr = (unsigned int)(pte_pfn(ptep_get(table, slot)) - folio->pfn);

	if (slot < from + nr || pte_pfn(ptep_get(table, slot - nr)) != folio->pfn)
		return false;
	return large_folio_at(table, slot - nr) == folio &&
	       folio_pte_batch(table, slot - nr, to - (slot - nr)) == folio_nr_pages(folio);
}

bool madvise_folio_is_ours(const struct pgtable *table, unsigned int slot, unsigned int from,
			   unsigned int to)
{
	const struct folio *folio = large_folio_at(table, slot);

	return !folio || mapped_whole(folio, table, slot, from, to);
}

/* With a reference of its own: the lock of the words is dropped for the split. */
static int split_for_advice(struct folio *folio, struct spinlock *lock, enum lock_class class)
{
	int error;

	folio_get(folio);
	spin_unlock(lock, class);
	error = split_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
	return error;
}

/* The next word of [*slot, to) whose folio is to be split, locked; NULL if there is none. */
static struct folio *next_to_split(const struct pgtable *table, unsigned int *slot,
				   unsigned int from, unsigned int to)
{
	for (; *slot < to; (*slot)++) {
		struct folio *folio = large_folio_at(table, *slot);

		if (folio && !mapped_whole(folio, table, *slot, from, to) &&
		    !folio_maybe_mapped_shared(folio) && folio_trylock(folio))
			return folio;
	}
	return NULL;
}

/* The table, locked, in which nothing is left to be split; or NULL. */
static struct pgtable *split_cut_folios(struct madvise *madvise, unsigned long start,
					unsigned long end)
{
	unsigned int from = pgtable_index(start, LEVEL_PTE), slot = from;
	unsigned int to = from + (unsigned int)((end - start) >> PAGE_SHIFT);

	for (;;) {
		struct pgtable *table = pte_offset_map_lock(madvise->mm, start);
		struct folio *folio = table ? next_to_split(table, &slot, from, to) : NULL;

		if (!folio)
			return table;
		slot += split_for_advice(folio, &table->ptl, LOCK_PTE) != 0;
	}
}

/* ---- folios that a leaf maps ---- */

/* All of it may be dropped until it is written again. */
static void free_leaf(struct pgtable *pmds, unsigned int slot, unsigned long addr,
		      struct folio *folio)
{
	pte_t pmd = ptep_get(pmds, slot);

	folio_clear(folio, PG_dirty);
	folio_unlock(folio);
	if (pte_young(pmd) || pte_dirty(pmd)) {
		pmd = pmdp_invalidate(pmds, slot, addr);
		set_pte(pmds, slot, pte_mkold(pte_mkclean(pmd)));
		tlb_remove_tlb_entry(addr, PMD_SIZE);
	}
	folio_mark_lazyfree(folio);
}

static void cold_leaf(struct pgtable *pmds, unsigned int slot, unsigned long addr,
		      struct folio *folio)
{
	if (pte_young(ptep_get(pmds, slot))) {
		set_pte(pmds, slot, pte_mkold(pmdp_invalidate(pmds, slot, addr)));
		tlb_remove_tlb_entry(addr, PMD_SIZE);
	}
	folio_clear(folio, PG_referenced);
	if (folio_test(folio, PG_active))
		folio_set(folio, PG_workingset);
	folio_unlock(folio);
	folio_deactivate(folio);
}

/* Kernel: madvise_free_huge_pmd() and its like. */
static bool advise_leaf(struct madvise *madvise, struct pgtable *pmds, unsigned long start,
			unsigned long end)
{
	unsigned int slot = pgtable_index(start, LEVEL_PMD);
	struct page *page = pte_present(ptep_get(pmds, slot)) ? vm_normal_page(ptep_get(pmds, slot))
							    : NULL;
	struct folio *folio = page ? page->folio : NULL;

	if (folio && madvise->behavior == MADV_PAGEOUT && end - start == PMD_SIZE &&
	    !folio_maybe_mapped_shared(folio)) {
		madvise_isolate(madvise, folio);
		spin_unlock(&pmds->ptl, LOCK_PMD);
		madvise_reclaim_isolated(madvise);
		return true;
	}
	if (!folio || folio_maybe_mapped_shared(folio) || !folio_trylock(folio)) {
		spin_unlock(&pmds->ptl, LOCK_PMD);
		return false;
	}
	if (end - start != PMD_SIZE) {
		split_for_advice(folio, &pmds->ptl, LOCK_PMD);
		return false;
	}
	if (madvise->behavior == MADV_FREE)
		free_leaf(pmds, slot, start, folio);
	else
		cold_leaf(pmds, slot, start, folio);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return true;
}

struct pgtable *madvise_large_folios(struct madvise *madvise, unsigned long start,
				     unsigned long end)
{
	struct pgtable *pmds;

	if (madvise->behavior != MADV_FREE && madvise->behavior != MADV_COLD &&
	    madvise->behavior != MADV_PAGEOUT)
		return pte_offset_map_lock(madvise->mm, start);
	pmds = pmd_trans_huge_lock(madvise->mm, start);
	if (pmds && advise_leaf(madvise, pmds, start, end))
		return NULL;
	return split_cut_folios(madvise, start, end);
}
