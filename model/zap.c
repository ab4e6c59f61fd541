/*
 * zap.c - taking words out of page tables, with what they map.
 *
 * In the kernel:  mm/memory.c unmap_page_range(), zap_pte_range(); mm/pt_reclaim.c.
 * Left out:       pages are dropped once the lock is, before the flush which the gather ends
 *                 with.
 * Locks:          taken here: the PTE table's lock, and the PMD's to free a table.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "swap.h"
#include "userfaultfd.h"

/* Folios whose references go after the PTE lock, with their number.  Kernel: struct mmu_gather. */
struct gather {
	unsigned int nr;
	struct folio *folio[64];
	uint16_t refs[64];
};

static void gather_flush(struct gather *gather)
{
	for (unsigned int i = 0; i < gather->nr; i++) {
		free_swap_cache(gather->folio[i]);
		for (unsigned int n = gather->refs[i]; n > 0; n--)
			folio_put(gather->folio[i]);
	}
	gather->nr = 0;
}

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

/* The word @slot is for nothing any more, or, as @word, for a file's page that is to come. */
static void zap_word(const struct vm_area_struct *vma, struct pgtable *table, unsigned int slot,
		     pte_t word, const struct zap_details *details)
{
	set_pte(table, slot, word);
	if (vma_is_anonymous(vma) || !details->keep_markers)
		pgtable_set_wp_asked(table, slot, false);
}

/* The protection of a word that is not present, as that of one that is. */
static pte_t swp_pte_wp(pte_t pte)
{
	return pte & _PAGE_SWP_UFFD_WP ? _PAGE_UFFD_WP : 0;
}

/* Words of one large folio go together: returns how many, of at most @max.
 * Kernel: zap_present_ptes(). */
static unsigned long zap_present(struct vm_area_struct *vma, struct pgtable *table,
				 unsigned int slot, unsigned long max,
				 const struct zap_details *details, struct gather *gather)
{
	pte_t pte = table->entry[slot];
	struct page *page = vm_normal_page(pte);
	struct folio *folio = page ? page->folio : NULL;
	unsigned long nr = 1;

	if (!folio) {			/* the zero page counts nowhere */
		zap_word(vma, table, slot, zapped_pte(vma, pte, details), details);
		tlb_remove_tlb_entry();
		return 1;
	}
	if (!details->even_cows && folio_test_anon(folio))
		return 1;
	if (folio->order)
		nr = folio_pte_batch(table, slot, max);
	for (unsigned long n = 0; n < nr; n++)
		zap_word(vma, table, slot + (unsigned int)n, zapped_pte(vma, pte, details),
			 details);
	tlb_remove_tlb_entry();
	if (!folio_test_anon(folio)) {
		if (pte_dirty(pte))
			folio_set(folio, PG_dirty);
		if (pte_young(pte) && vma_has_recency(vma))
			folio_mark_accessed(folio);
	}
	*mm_counter(vma->vm_mm, folio) -= (long)nr;
	folio_remove_rmap_ptes(folio, page, nr, vma);
	gather->refs[gather->nr] = (uint16_t)nr;
	gather->folio[gather->nr++] = folio;
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
			   unsigned int slot, const struct zap_details *details)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t pte = table->entry[slot];

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
	struct gather gather = {};

	if (!table)
		return addr;
	for (; addr < end && gather.nr < G_N_ELEMENTS(gather.folio); addr += PAGE_SIZE) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		if (!table->nr)
			addr = end - PAGE_SIZE;
		else if (pte_present(table->entry[slot]))
			addr += (zap_present(vma, table, slot, (end - addr) >> PAGE_SHIFT, details,
					     &gather) - 1) << PAGE_SHIFT;
		else if (!pte_none(table->entry[slot]))
			zap_nonpresent(vma, table, slot, details);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	point("zap:unlocked");
	gather_flush(&gather);
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
	if (empty) {
		tlb_remove_tlb_entry();
		pgtable_free(table);
	}
}

void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    const struct zap_details *details)
{
	struct mm_struct *mm = vma->vm_mm;

	tlb_gather_mmu();
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
