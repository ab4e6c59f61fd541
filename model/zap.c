/*
 * zap.c - taking words out of page tables, with what they map.
 *
 * In the kernel:  mm/memory.c unmap_page_range(), zap_pte_range(); mm/pt_reclaim.c.
 * Left out:       the reschedules in the middle of a table.
 * Locks:          taken here: the PTE table's lock, and the PMD's to free a table.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "swap.h"
#include "userfaultfd.h"

/* Does protection of a file page against writes outlive the page?
 * Kernel: zap_install_uffd_wp_if_needed(). */
static pte_t zapped_pte(const struct vm_area_struct *vma, pte_t pte,
			const struct zap_details *details)
{
	if (!pte_uffd_wp(pte) || vma_is_anonymous(vma) || !details->keep_markers ||
	    !userfaultfd_wp(vma))
		return 0;
	return swp_pte(SWP_PTE_MARKER, PTE_MARKER_UFFD_WP);
}

/* Nothing is left there to be protected, unless a file's page is to come. */
static void forget_protection(const struct vm_area_struct *vma, struct pgtable *table,
			      unsigned int slot, const struct zap_details *details)
{
	if (vma_is_anonymous(vma) || !details->keep_markers)
		pgtable_set_wp_asked(table, slot, false);
}

/* The word @slot is for nothing any more, or, as @word, for a file's page that is to come. */
static void zap_word(const struct vm_area_struct *vma, struct pgtable *table, unsigned int slot,
		     pte_t word, const struct zap_details *details)
{
	set_pte(table, slot, word);
	forget_protection(vma, table, slot, details);
}

/* The protection of a word that is not present, as that of one that is. */
static pte_t swp_pte_wp(pte_t pte)
{
	return pte & _PAGE_SWP_UFFD_WP ? _PAGE_UFFD_WP : 0;
}

/* One table's part of a zap. */
struct zap {
	struct vm_area_struct *vma;
	const struct zap_details *details;
	bool force_flush;		/* before the lock of the table is dropped */
	bool force_break;		/* nothing more can be gathered */
};

/* @nr words of one folio, from @slot on; what was marked in any of them.
 * Kernel: get_and_clear_full_ptes(). */
static pte_t clear_words(const struct zap *zap, struct pgtable *table, unsigned int slot,
			 unsigned long nr)
{
	pte_t first = ptep_get(table, slot);

	for (unsigned long n = 0; n < nr; n++) {
		pte_t pte = ptep_modify_start(table, slot + (unsigned int)n);

		ptep_modify_commit(table, slot + (unsigned int)n,
				   zapped_pte(zap->vma, pte, zap->details));
		forget_protection(zap->vma, table, slot + (unsigned int)n, zap->details);
		first |= pte & (_PAGE_DIRTY | _PAGE_ACCESSED);
	}
	return first;
}

/* The counts of @nr pages whose words, together @pte, are gone.
 * Kernel: zap_present_folio_ptes(). */
static void zap_counts(struct zap *zap, struct folio *folio, struct page *page, unsigned long nr,
		       pte_t pte)
{
	bool delay_rmap = false;

	if (!folio_test_anon(folio)) {
		if (pte_dirty(pte)) {
			folio_set(folio, PG_dirty);
			/* Who cleans the page must still find it mapped while stores get through. */
			delay_rmap = zap->force_flush = true;
		}
		if (pte_young(pte) && vma_has_recency(zap->vma))
			folio_mark_accessed(folio);
	}
	*mm_counter(zap->vma->vm_mm, folio) -= (long)nr;
	if (!delay_rmap)
		folio_remove_rmap_ptes(folio, page, nr, zap->vma);
	if (tlb_remove_pages(page, nr, delay_rmap))
		zap->force_flush = zap->force_break = true;
}

/* Words of one large folio go together: returns how many, of at most @max.
 * Kernel: zap_present_ptes(). */
static unsigned long zap_present(struct zap *zap, struct pgtable *table, unsigned int slot,
				 unsigned long addr, unsigned long max)
{
	struct vm_area_struct *vma = zap->vma;
	pte_t pte = ptep_get(table, slot);
	struct page *page = vm_normal_page(pte);
	struct folio *folio = page ? page->folio : NULL;
	unsigned long nr = 1;

	if (!folio) {			/* the zero page counts nowhere */
		zap_word(vma, table, slot, zapped_pte(vma, pte, zap->details), zap->details);
		tlb_remove_tlb_entry(addr, PAGE_SIZE);
		return 1;
	}
	if (!zap->details->even_cows && folio_test_anon(folio))
		return 1;
	if (folio->order)
		nr = folio_pte_batch(table, slot, max);
	pte = clear_words(zap, table, slot, nr);
	if (!vma->detached)
		ghost_drop(vma->vm_mm, addr, nr << PAGE_SHIFT);
	tlb_remove_tlb_entry(addr, nr << PAGE_SHIFT);
	zap_counts(zap, folio, page, nr, pte);
	return nr;
}

/* Is the marker @pte to stay?  Kernel: zap_nonpresent_ptes(). */
static bool keep_marker(const struct vm_area_struct *vma, pte_t pte,
			const struct zap_details *details)
{
	uint64_t marker = swp_offset(pte);

	if (marker & PTE_MARKER_GUARD)
		return details->keep_markers;
	if (marker & PTE_MARKER_POISONED)
		return !details->even_cows;
	return !vma_is_anonymous(vma) && details->keep_markers;
}

/* Kernel: zap_nonpresent_ptes(). */
static void zap_nonpresent(const struct vm_area_struct *vma, struct pgtable *table,
			   unsigned int slot, unsigned long addr,
			   const struct zap_details *details)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t pte = ptep_get(table, slot);

	if (details->even_cows && !vma->detached)
		ghost_drop(mm, addr, PAGE_SIZE);
	if (is_pte_marker(pte)) {
		if (!keep_marker(vma, pte, details))
			zap_word(vma, table, slot, 0, details);
	} else if (is_migration_pte(pte)) {
		struct folio *folio = pfn_to_page(swp_offset(pte))->folio;

		if (!details->even_cows && folio_test_anon(folio))
			return;
		zap_word(vma, table, slot, zapped_pte(vma, swp_pte_wp(pte), details), details);
		*mm_counter(mm, folio) -= 1;
	} else if (is_swap_entry_pte(pte)) {
		/* Only private pages are swapped by words. */
		if (!details->even_cows)
			return;
		zap_word(vma, table, slot, zapped_pte(vma, swp_pte_wp(pte), details), details);
		mm->swapents--;
		free_swap_and_cache(pte_to_swp_entry(pte));
	} else {
		violation_add("unknown-pte", "zap_pte_range()", "a word of a known kind",
			      "%#lx in pgtable#%u word %u", pte, table->id, slot);
	}
}

/* One table's part of the range: returns where it came to; @addr if there is no table. */
static unsigned long zap_pte_range(struct vm_area_struct *vma, unsigned long addr,
				   unsigned long end, const struct zap_details *details)
{
	struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
	struct zap zap = { .vma = vma, .details = details };

	if (!table)
		return addr;
	flush_tlb_batched_pending(vma->vm_mm);
	for (; addr < end && !zap.force_break; addr += PAGE_SIZE) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		if (!table->nr)
			addr = end - PAGE_SIZE;
		else if (pte_present(ptep_get(table, slot)))
			addr += (zap_present(&zap, table, slot, addr, (end - addr) >> PAGE_SHIFT) -
				 1) << PAGE_SHIFT;
		else if (!pte_none(ptep_get(table, slot)))
			zap_nonpresent(vma, table, slot, addr, details);
	}
	if (zap.force_flush) {
		tlb_flush_mmu_tlbonly();
		tlb_flush_rmaps(vma);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	if (zap.force_flush)
		tlb_flush_mmu();
	point("zap:unlocked");
	return addr;
}

/* The table at @addr goes if nothing is in it any more.  Kernel: try_to_free_pte(). */
static void reclaim_pt(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *pmd = pgtable_lookup(mm, addr, LEVEL_PMD), *table;
	bool empty = false;

	if (!pmd)
		return;
	spin_lock(&pmd->ptl, LOCK_PMD);
	table = pmd->child[pgtable_index(addr, LEVEL_PMD)];
	if (table) {
		spin_lock(&table->ptl, LOCK_PTE);
		empty = table->nr == 0;
		if (empty)
			pgtable_unlink(table);
		spin_unlock(&table->ptl, LOCK_PTE);
	}
	spin_unlock(&pmd->ptl, LOCK_PMD);
	if (empty)
		tlb_remove_table(table, addr);
}

void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    const struct zap_details *details)
{
	struct mm_struct *mm = vma->vm_mm;

	tlb_gather_mmu(mm);
	while (pgtable_next_pmd(mm, &start, end)) {
		unsigned long first = start, next = pmd_addr_end(start, end), from = end;

		if (zap_huge_pmd(vma, start, next))
			start = next;
		/* no table: it went, or a leaf took its place, and is looked at anew */
		for (; start < next && start != from; start = zap_pte_range(vma, from, next, details))
			from = start;
		if (details->reclaim_pt && next - first == PMD_SIZE)
			reclaim_pt(mm, first);
	}
	tlb_finish_mmu(mm);
}
