/*
 * collapse_pages.c - what all designs of collapse do with areas and pages.
 *
 * In the kernel:  mm/khugepaged.c hugepage_vma_revalidate(), alloc_charge_folio(),
 *                 __collapse_huge_page_swapin(), __collapse_huge_page_isolate(),
 *                 __collapse_huge_page_copy().
 * Locks:          PG_locked of each folio, by trylock; else the caller's.
 */
#include "collapse.h"
#include "gup.h"
#include "lru.h"
#include "machine.h"
#include "rcu.h"
#include "swap.h"
#include "tlb.h"
#include "userfaultfd.h"

enum scan_result collapse_revalidate(struct collapse *c)
{
	enum scan_result result;

	if (!c->mm->mm_users || c->mm->thp_disabled)
		return SCAN_ANY_PROCESS;
	c->vma = find_vma(c->mm, c->addr);
	result = collapse_vma_verdict(c->vma, c->addr, c->order, c->cc);
	if (result != SCAN_SUCCEED)
		return result;
	return c->vma->anon_vma && vma_is_anonymous(c->vma) ? SCAN_SUCCEED : SCAN_PAGE_ANON;
}

enum scan_result collapse_swap_in(struct collapse *c)
{
	unsigned long end = c->addr + (PAGE_SIZE << c->order);

	if (!c->unmapped)
		return SCAN_SUCCEED;
	for (unsigned long addr = c->addr; addr < end; addr += PAGE_SIZE) {
		pte_t pte = pgtable_entry(c->mm, addr, LEVEL_PTE);

		if (!is_swap_pte(pte))
			continue;
		if (c->order != HPAGE_PMD_ORDER)
			return SCAN_EXCEED_SWAP_PTE;
		switch (handle_mm_fault(c->vma, addr, 0)) {
		case VM_FAULT_DONE:
			break;
		case VM_FAULT_RETRY:
			return SCAN_PAGE_LOCK;
		default:
			return SCAN_FAIL;
		}
	}
	lru_add_drain();
	return SCAN_SUCCEED;
}

enum scan_result collapse_find_and_swap_in(struct collapse *c)
{
	enum scan_result result = collapse_revalidate(c);

	if (result == SCAN_SUCCEED)
		result = find_pmd_or_thp_or_none(c->mm, c->addr);
	return result == SCAN_SUCCEED ? collapse_swap_in(c) : result;
}

enum scan_result collapse_prepare(struct collapse *c)
{
	/* memory may have to be found first: not with the lock held */
	enum scan_result result = collapse_alloc(c);

	if (result != SCAN_SUCCEED)
		return result;
	mmap_read_lock(c->mm);
	result = collapse_find_and_swap_in(c);
	mmap_read_unlock(c->mm);
	point("collapse:unlocked");
	return result;
}

enum scan_result collapse_alloc(struct collapse *c)
{
	bool reclaims = !c->cc->is_khugepaged || mach->config.khugepaged_defrag;
	bool before = current->reclaiming;

	/* Kernel: alloc_hugepage_khugepaged_gfpmask(). */
	current->reclaiming = before || !reclaims;
	c->folio = folio_alloc(c->order, "folio to collapse into");
	current->reclaiming = before;
	return c->folio ? SCAN_SUCCEED : SCAN_ALLOC_HUGE_PAGE_FAIL;
}

/* ---- the table ---- */

/* Out of reach: processors have forgotten it, and who walks it with interrupts off is done. */
void collapse_take_table(struct collapse *c)
{
	unsigned int slot = pgtable_index(c->addr, LEVEL_PMD);
	unsigned long start = c->addr & PMD_MASK;

	c->pmds = pgtable_lookup(c->mm, c->addr, LEVEL_PMD);
	c->table = c->pmds->child[slot];
	spin_lock(&c->pmds->ptl, LOCK_PMD);
	pgtable_unlink(c->table);
	flush_tlb_range(c->mm, start, start + PMD_SIZE);
	spin_unlock(&c->pmds->ptl, LOCK_PMD);
	if (!semantics()->collapse_without_ipi)
		tlb_remove_table_sync_one();
	point("collapse:pmd-cleared");
}

void collapse_put_table(const struct collapse *c)
{
	spin_lock(&c->pmds->ptl, LOCK_PMD);
	pgtable_link(c->mm, c->table, c->pmds, pgtable_index(c->addr, LEVEL_PMD));
	spin_unlock(&c->pmds->ptl, LOCK_PMD);
}

/* ---- the old pages ---- */

/* Nobody but we can lock it, and the lock is not one of those that a task counts: there are up
 * to 512. */
static bool trylock(struct folio *folio)
{
	sched_step(folio, ACCESS_TRYLOCK, "__collapse_huge_page_isolate");
	if (folio_test(folio, PG_locked))
		return false;
	folio_set(folio, PG_locked);
	return true;
}

static void unlock(struct folio *folio)
{
	sched_step(folio, ACCESS_RELEASE, "release_pte_folio");
	folio_clear(folio, PG_locked);
	wake_up(folio);
}

static bool is_taken(const struct collapse *c, const struct folio *folio)
{
	for (guint i = c->taken->len; folio->order && i-- > 0;)
		if (c->taken->pdata[i] == folio)
			return true;
	return false;
}

static enum scan_result take(struct collapse *c, struct folio *folio)
{
	if (is_taken(c, folio))
		return SCAN_SUCCEED;
	if (!trylock(folio))
		return SCAN_PAGE_LOCK;
	if (!is_refcount_suitable(folio)) {
		unlock(folio);
		return SCAN_PAGE_COUNT;
	}
	if (!folio_isolate_lru(folio)) {
		unlock(folio);
		return SCAN_DEL_PAGE_LRU;
	}
	g_ptr_array_add(c->taken, folio);
	return SCAN_SUCCEED;
}

struct isolate {
	unsigned int none_or_zero, shared, referenced;
};

static enum scan_result isolate_none(const struct collapse *c, struct isolate *seen)
{
	seen->none_or_zero++;
	if (userfaultfd_armed(c->vma) ||
	    seen->none_or_zero > collapse_max_ptes_none(c->order, c->cc))
		return SCAN_EXCEED_NONE_PTE;
	return SCAN_SUCCEED;
}

static enum scan_result isolate_word(struct collapse *c, struct isolate *seen, pte_t pte)
{
	struct folio *folio;
	struct page *page;

	if (pte_none(pte) || (pte_present(pte) && pte_special(pte)))
		return isolate_none(c, seen);
	if (!pte_present(pte))
		return SCAN_PTE_NON_PRESENT;
	if (pte & _PAGE_UFFD_WP)
		return SCAN_PTE_UFFD_WP;
	page = vm_normal_page(pte);
	folio = page ? page->folio : NULL;
	if (!folio)
		return SCAN_PAGE_NULL;
	if (folio_maybe_mapped_shared(folio) &&
	    ++seen->shared > collapse_max_ptes_shared(c->order, c->cc))
		return SCAN_EXCEED_SHARED_PTE;
	if (c->order < HPAGE_PMD_ORDER && folio->order >= c->order)
		return SCAN_PTE_MAPPED_HUGEPAGE;
	seen->referenced += pte_young(pte) || folio_test(folio, PG_referenced);
	return take(c, folio);
}

enum scan_result collapse_isolate(struct collapse *c)
{
	unsigned int first = collapse_slot(c), nr = collapse_nr(c);
	enum scan_result result = SCAN_SUCCEED;
	struct isolate seen = {};

	lockdep_assert_held(&c->table->ptl, LOCK_PTE);
	for (unsigned int slot = first; slot < first + nr && result == SCAN_SUCCEED; slot++)
		result = isolate_word(c, &seen, ptep_get(c->table, slot));
	if (result == SCAN_SUCCEED && c->cc->is_khugepaged && !seen.referenced)
		result = SCAN_LACK_REFERENCED_PAGE;
	return result;
}

enum scan_result collapse_check_references(const struct collapse *c)
{
	for (guint i = 0; i < c->taken->len; i++) {
		const struct folio *folio = c->taken->pdata[i];
		int expected = folio_mapcount(folio) + 1;	/* that of the isolation */

		if (folio_test(folio, PG_swapcache))
			expected += (int)folio_nr_pages(folio);
		if (READ_SHARED(&folio->refcount, folio->refcount, "collapse_check_references") !=
		    expected)
			return SCAN_PAGE_COUNT;
	}
	return SCAN_SUCCEED;
}

void collapse_release(struct collapse *c)
{
	for (guint i = 0; i < c->taken->len; i++) {
		unlock(c->taken->pdata[i]);
		/* what was copied, and is in the swap cache, is needed there no more */
		free_swap_cache(c->taken->pdata[i]);
		folio_putback_lru(c->taken->pdata[i]);
	}
	g_ptr_array_set_size(c->taken, 0);
}

/* ---- from the old pages to the new folio ---- */

static struct page *page_of(pte_t pte)
{
	return pte_none(pte) ? NULL : vm_normal_page(pte);
}

void collapse_copy_page(struct collapse *c, unsigned int slot, pte_t pte)
{
	struct page *page = page_of(pte);

	if (!page)
		return;
	folio_page(c->folio, slot - collapse_slot(c))->content =
		page_content(page, "__collapse_huge_page_copy");
	count_vm_event(VM_EVENT_copies);
}

void collapse_drop_page(struct collapse *c, unsigned int slot, pte_t pte)
{
	const struct page *copy = folio_page(c->folio, slot - collapse_slot(c));
	struct page *page = page_of(pte);

	if (!page) {
		c->mm->rss_anon++;
		return;
	}
	if (copy->content != page->content)
		violation_add("collapse-copy", "collapse_drop_page()",
			      "a copy to hold what the page holds whose place it takes",
			      "folio#%u was stored to since it was copied", page->folio->id);
	/* who is about to see that the table is gone, and lets go, does no harm */
	if (folio_maybe_dma_pinned(page->folio) && device_holds(page))
		violation_add("collapse-copy", "collapse_drop_page()",
			      "a page that no device has to be given up",
			      "folio#%u was pinned since it was looked at", page->folio->id);
	folio_remove_rmap_pte(page->folio, page, c->vma);
	folio_put(page->folio);
}

pte_t collapse_new_pte(const struct collapse *c, unsigned int n)
{
	pte_t pte = pfn_pte(c->folio->pfn + n, vma_page_prot(c->vma));

	pte = pte_mkdirty(pte);
	return c->vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;
}

void collapse_map_folio(struct collapse *c)
{
	folio_set(c->folio, PG_uptodate);
	if (c->order < HPAGE_PMD_ORDER)	/* a reference for each word */
		c->folio->refcount += (int32_t)collapse_nr(c) - 1;
	folio_add_new_anon_rmap(c->folio, c->vma, c->addr, true);
	folio_add_lru_vma(c->folio, c->vma);
	/* Never: what is protected is not collapsed. */
	for (unsigned int n = 0; c->order == HPAGE_PMD_ORDER && n < PTRS_PER_TABLE; n++)
		if (pgtable_wp_asked(c->table, n))
			pgtable_set_wp_asked(c->pmds, pgtable_index(c->addr, LEVEL_PMD), true);
}
