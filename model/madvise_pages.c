/*
 * madvise_pages.c - madvise() that throws pages away, or says that they are not needed soon.
 *
 * In the kernel:  mm/madvise.c madvise_dontneed_free(), madvise_free_pte_range(),
 *                 madvise_cold(), madvise_pageout(), madvise_cold_or_pageout_pte_range().
 * Locks:          mmap_lock for reading, or the lock of the area; PTE locks; trylock of
 *                 the folio under them.
 */
#include "file.h"
#include "lru.h"
#include "madvise_internal.h"
#include "memory.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vmscan.h"

/* The folio that the PTE maps, if there is one and @vma has it by itself; or NULL. */
static struct folio *mapped_folio(pte_t pte)
{
	struct page *page = pte_present(pte) ? vm_normal_page(pte) : NULL;

	return page ? page->folio : NULL;
}

/* ---- MADV_FREE ---- */

/* Clean already, or made so; false to leave it alone.  A large folio is mapped whole here. */
static bool lazyfree_clean(struct folio *folio)
{
	bool alone;

	if (!folio_test(folio, PG_dirty | PG_swapcache))
		return true;
	if (!folio_trylock(folio))
		return false;
	alone = folio_mapcount(folio) == (int)folio_nr_pages(folio) &&
		(!folio_test(folio, PG_swapcache) || folio_free_swap(folio));
	if (alone)
		folio_clear(folio, PG_dirty);
	folio_unlock(folio);
	return alone;
}

static void free_pte(struct mm_struct *mm, struct pgtable *table, unsigned int slot,
		     unsigned long addr)
{
	pte_t pte = ptep_get(table, slot);
	struct folio *folio;

	/* Where a present page would be dropped later, one in swap is at once. */
	if (is_swap_entry_pte(pte)) {
		mm->swapents--;
		free_swap_and_cache(pte_to_swp_entry(pte));
		set_pte(table, slot, 0);
		ghost_drop(mm, addr, PAGE_SIZE);
		pgtable_set_wp_asked(table, slot, false);
		return;
	}

	if (is_pte_marker(pte) && (swp_offset(pte) & PTE_MARKER_POISONED)) {
		set_pte(table, slot, 0);
		return;
	}
	folio = mapped_folio(pte);
	if (!folio || !lazyfree_clean(folio))
		return;
	if (pte_young(pte) || pte_dirty(pte)) {
		pte = ptep_modify_start(table, slot);
		ptep_modify_commit(table, slot, pte_mkold(pte_mkclean(pte)));
		tlb_remove_tlb_entry(addr, PAGE_SIZE);
	}
	ghost_drop(mm, addr, PAGE_SIZE);	/* from now on what is stored is to be kept */
	folio_mark_lazyfree(folio);
}

/* Kernel: madvise_free_pte_range(). */
static void free_range(struct madvise *madvise, struct pgtable *table, unsigned long start,
		       unsigned long end)
{
	unsigned int from = pgtable_index(start, LEVEL_PTE);
	unsigned int to = from + (unsigned int)((end - start) >> PAGE_SHIFT);

	for (unsigned int slot = from; slot < to; slot++)
		if (madvise_folio_is_ours(table, slot, from, to))
			free_pte(madvise->mm, table, slot,
				 start + ((unsigned long)(slot - from) << PAGE_SHIFT));
}

/* Kernel: madvise_free_single_vma(). */
static int madvise_free(struct madvise *madvise)
{
	if (!vma_is_anonymous(madvise->vma))
		return -EINVAL;
	lru_add_drain();
	madvise_walk_tables(madvise, free_range, NULL);
	trace_event("madvise", "vma#%u [0x%lx,0x%lx): pages may be dropped until written again",
		    madvise->vma->id, madvise->start, madvise->end);
	return 0;
}

/* ---- MADV_DONTNEED ---- */

/* Kernel: madvise_dontneed_free_valid_vma(). */
static bool dontneed_free_valid_vma(const struct madvise *madvise)
{
	vm_flags_t forbidden = VM_PFNMAP | VM_HUGETLB;

	if (madvise->behavior != MADV_DONTNEED_LOCKED)
		forbidden |= VM_LOCKED;
	return !(madvise->vma->vm_flags & forbidden);
}

/* Userfaultfd's reader is told first, without locks: 0, or an error if the area has changed
 * so much that there is nothing to do. */
static int dontneed_tell(struct madvise *madvise)
{
	if (userfaultfd_remove(madvise->vma, madvise->start, madvise->end))
		return 0;
	madvise->lock_dropped = true;
	mmap_read_lock(madvise->mm);
	madvise->vma = vma_lookup(madvise->mm, madvise->start);
	if (!madvise->vma)
		return -ENOMEM;
	if (!dontneed_free_valid_vma(madvise))
		return -EINVAL;
	/* Cut in two meanwhile: the rest has its turn later. */
	madvise->end = MIN(madvise->end, madvise->vma->vm_end);
	return 0;
}

int madvise_dontneed_free(struct madvise *madvise)
{
	static const struct zap_details details = {
		.even_cows = true, .keep_markers = true, .reclaim_pt = true };
	int error;

	if (!dontneed_free_valid_vma(madvise))
		return -EINVAL;
	error = dontneed_tell(madvise);
	if (error)
		return error;
	if (madvise->behavior == MADV_FREE)
		return madvise_free(madvise);
	zap_page_range(madvise->vma, madvise->start, madvise->end, &details);
	trace_event("madvise", "vma#%u [0x%lx,0x%lx): pages dropped", madvise->vma->id,
		    madvise->start, madvise->end);
	return 0;
}

/* ---- MADV_COLD, MADV_PAGEOUT ---- */

/* Kernel: can_madv_lru_vma(). */
static bool can_madv_lru_vma(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB));
}

/* Pages that others map too are not ours to judge. */
static struct folio *cold_folio(pte_t pte)
{
	struct folio *folio = mapped_folio(pte);

	if (!folio || !folio_test(folio, PG_lru) ||
	    folio_mapcount(folio) != (int)folio_nr_pages(folio))
		return NULL;
	return folio;
}

static void cold_range(struct madvise *madvise G_GNUC_UNUSED, struct pgtable *table,
		       unsigned long start, unsigned long end)
{
	unsigned int from = pgtable_index(start, LEVEL_PTE);
	unsigned int to = from + (unsigned int)((end - start) >> PAGE_SHIFT);

	for (unsigned int slot = from; slot < to; slot++) {
		pte_t pte = ptep_get(table, slot);
		struct folio *folio = cold_folio(pte);

		if (!folio || !madvise_folio_is_ours(table, slot, from, to))
			continue;
		if (pte_young(pte)) {
			pte = ptep_modify_start(table, slot);
			ptep_modify_commit(table, slot, pte_mkold(pte));
			tlb_remove_tlb_entry(start + ((unsigned long)(slot - from) << PAGE_SHIFT),
					     PAGE_SIZE);
		}
		folio_clear(folio, PG_referenced);
		if (folio_test(folio, PG_active))
			folio_set(folio, PG_workingset);
		folio_deactivate(folio);
	}
}

int madvise_cold(struct madvise *madvise)
{
	if (!can_madv_lru_vma(madvise->vma))
		return -EINVAL;
	lru_add_drain();
	tlb_gather_mmu(madvise->mm);
	madvise_walk_tables(madvise, cold_range, NULL);
	tlb_finish_mmu(madvise->mm);
	trace_event("madvise", "vma#%u [0x%lx,0x%lx): pages are cold", madvise->vma->id,
		    madvise->start, madvise->end);
	return 0;
}

void madvise_isolate(struct madvise *madvise, struct folio *folio)
{
	folio_clear(folio, PG_referenced);
	if (folio_test(folio, PG_active))
		folio_set(folio, PG_workingset);
	if (!folio_isolate_lru(folio))
		return;
	if (folio_test(folio, PG_unevictable))
		folio_putback_lru(folio);
	else
		g_ptr_array_add(madvise->isolated, folio);
}

/* Takes what may go off its list; the rest is only no longer thought of as in use. */
static void isolate_range(struct madvise *madvise, struct pgtable *table, unsigned long start,
			  unsigned long end)
{
	unsigned int from = pgtable_index(start, LEVEL_PTE);
	unsigned int to = from + (unsigned int)((end - start) >> PAGE_SHIFT);

	for (unsigned int slot = from; slot < to; slot++) {
		struct folio *folio = cold_folio(ptep_get(table, slot));

		if (folio && madvise_folio_is_ours(table, slot, from, to))
			madvise_isolate(madvise, folio);
	}
}

void madvise_reclaim_isolated(struct madvise *madvise)
{
	for (guint i = 0; i < madvise->isolated->len; i++) {
		struct folio *folio = madvise->isolated->pdata[i];

		folio_clear(folio, PG_active);
	}
	shrink_folio_list(madvise->isolated, true);
}

int madvise_pageout(struct madvise *madvise)
{
	if (!can_madv_lru_vma(madvise->vma))
		return -EINVAL;
	lru_add_drain();
	madvise->isolated = g_ptr_array_new();
	madvise_walk_tables(madvise, isolate_range, madvise_reclaim_isolated);
	g_ptr_array_unref(madvise->isolated);
	return 0;
}
