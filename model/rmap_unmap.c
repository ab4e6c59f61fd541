/*
 * rmap_unmap.c - taking away all mappings of a folio that is to leave memory.
 *
 * In the kernel:  mm/rmap.c try_to_unmap(), try_to_unmap_one(); mm/page_vma_mapped.c;
 *                 include/linux/rmap.h folio_try_share_anon_rmap_pte().
 * Left out:       leaves of PMDs, batched TLB flushes, hardware-poisoned pages, hugetlb.
 * Locks:          the folio lock is the caller's; the anon_vma root's rwsem or i_mmap_rwsem for
 *                 reading, then the PTE lock of each word.
 */
#include "file.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "rmap_pte.h"
#include "swap.h"

struct pgtable *rmap_pte_lock(const struct folio *folio, const struct vm_area_struct *vma,
			      unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	struct pgtable *table = pgtable_lookup(vma->vm_mm, addr, LEVEL_PTE);
	pte_t pte;

	/* Most areas of a walk do not map it: no lock for a look at those. */
	if (!table || !pte_present(ptep_get_lockless(table, slot, "page_vma_mapped_walk")))
		return NULL;
	table = pte_offset_map_lock(vma->vm_mm, addr);
	if (!table)
		return NULL;
	pte = table->entry[slot];
	if (pte_present(pte) && !pte_special(pte) && pte_pfn(pte) >= folio->pfn &&
	    pte_pfn(pte) < folio->pfn + folio_nr_pages(folio))
		return table;
	spin_unlock(&table->ptl, LOCK_PTE);
	return NULL;
}

bool folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page)
{
	/* The word is cleared, then the count is read; GUP-fast pins, then reads the word
	 * again: one of both sees the other. */
	sched_step(folio, ACCESS_READ, "folio_try_share_anon_rmap_pte");
	if (folio_maybe_dma_pinned(folio))
		return false;
	ClearPageAnonExclusive(page);
	return true;
}

/* The swap word for a page that is unmapped; 0: it must stay.  Kernel: the anonymous part of
 * try_to_unmap_one(). */
static pte_t swap_word(struct folio *folio, struct page *page, pte_t old)
{
	bool exclusive = PageAnonExclusive(page);
	pte_t entry = folio->swap;

	if (!folio_test(folio, PG_swapcache))
		return 0;
	if (swap_duplicate(entry))
		return 0;
	if (exclusive && !folio_try_share_anon_rmap_pte(folio, page)) {
		swap_free(entry);
		return 0;
	}
	if (old & _PAGE_UFFD_WP && !semantics()->uffd_wp_lost_in_swap)
		entry |= _PAGE_SWP_UFFD_WP;
	return entry | (exclusive ? _PAGE_SWP_EXCLUSIVE : 0);
}

/*
 * May a page of MADV_FREE be dropped?  Somebody wrote to it, or has a reference through which he
 * may yet: no.  The word has been cleared before these were looked at.
 */
static bool lazyfree_may_go(struct folio *folio, const struct vm_area_struct *vma)
{
	int extra = folio_ref_count(folio) - 1 - folio_mapcount(folio);

	if (folio_test(folio, PG_dirty) && !(vma->vm_flags & VM_DROPPABLE)) {
		folio_set(folio, PG_swapbacked);
		return false;
	}
	return extra == 0;
}

/* What stands in place of the word @old that maps @page, which has been cleared; 0 for nothing.
 * False: the word has to stay. */
static bool replacement(struct folio *folio, struct vm_area_struct *vma, struct page *page,
			pte_t old, pte_t *word)
{
	*word = 0;
	if (!folio_test_anon(folio)) {
		if (old & _PAGE_UFFD_WP)
			*word = swp_pte(SWP_PTE_MARKER, PTE_MARKER_UFFD_WP);
		return true;
	}
	if (!folio_test(folio, PG_swapbacked))
		return lazyfree_may_go(folio, vma);
	*word = swap_word(folio, page, old);
	return *word != 0;
}

/* Kernel: try_to_unmap_one().  The lock of @table is held. */
static bool unmap_word(struct folio *folio, struct vm_area_struct *vma, struct pgtable *table,
		       unsigned int slot)
{
	pte_t old = table->entry[slot], word;
	struct page *page = pfn_to_page(pte_pfn(old));

	if (vma->vm_flags & VM_LOCKED) {
		mlock_vma_folio(folio, vma);
		return false;
	}
	/* Cleared first, so that no store goes to the page unseen. */
	set_pte(table, slot, 0);
	if (pte_dirty(old))
		folio_set(folio, PG_dirty);
	if (!replacement(folio, vma, page, old, &word)) {
		set_pte(table, slot, old);
		return false;
	}
	*mm_counter(vma->vm_mm, folio) -= 1;
	if (is_swap_entry_pte(word))
		vma->vm_mm->swapents++;
	set_pte(table, slot, word);
	if (!word)
		pgtable_set_wp_asked(table, slot, false);
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio);
	return true;
}

static bool unmap_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		      void *data)
{
	struct pgtable *table = rmap_pte_lock(folio, vma, addr);
	bool good;

	(void)data;
	if (!table)
		return true;
	good = unmap_word(folio, vma, table, pgtable_index(addr, LEVEL_PTE));
	spin_unlock(&table->ptl, LOCK_PTE);
	if (good)
		trace_event("swap", "mm#%u 0x%lx no longer maps folio#%u", vma->vm_mm->id, addr,
			    folio->id);
	point("swap:word-replaced");
	return good && folio_mapcount(folio) > 0;
}

void try_to_unmap(struct folio *folio)
{
	lockdep_assert_held(folio, LOCK_FOLIO);
	rmap_walk(folio, unmap_one, NULL);
}
