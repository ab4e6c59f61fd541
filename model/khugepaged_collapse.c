/*
 * khugepaged_collapse.c - the work: a new huge page, the old pages copied into it, and the
 * table of PTEs replaced by one leaf.
 *
 * The PMD word is empty while the pages are taken and copied: whoever comes by page table
 * waits for mmap_lock, whoever comes by the rmap for the anon_vma, and who walks without any
 * lock sees the word change.
 *
 * In the kernel:  mm/khugepaged.c collapse_huge_page(), __collapse_huge_page_swapin(),
 *                 __collapse_huge_page_isolate(), __collapse_huge_page_copy().
 * Left out:       memory failures during the copy.
 * Locks:          mmap_lock and the area's for writing; the anon_vma root's rwsem for writing
 *                 until the pages are isolated; PG_locked of each folio, by trylock.
 */
#include "khugepaged.h"
#include "lru.h"
#include "machine.h"
#include "userfaultfd.h"

struct collapse {
	const struct collapse_control *cc;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long addr;
	struct pgtable *pmds, *table;	/* the table taken out */
	struct folio *folio;		/* the new one */
	GPtrArray *taken;		/* struct folio *, isolated and locked */
};

/* Kernel: hugepage_vma_revalidate(), expecting anonymous memory. */
static enum scan_result revalidate(struct collapse *c)
{
	enum tva_type type = c->cc->is_khugepaged ? TVA_KHUGEPAGED : TVA_FORCED_COLLAPSE;

	c->vma = find_vma(c->mm, c->addr);
	if (!c->vma)
		return SCAN_VMA_NULL;
	if (!thp_vma_suitable_orders(c->vma, c->addr, BIT_ORDER(HPAGE_PMD_ORDER)))
		return SCAN_ADDRESS_RANGE;
	if (!thp_vma_allowable_order(c->vma, type, HPAGE_PMD_ORDER))
		return SCAN_VMA_CHECK;
	return c->vma->anon_vma && vma_is_anonymous(c->vma) ? SCAN_SUCCEED : SCAN_PAGE_ANON;
}

/* What is not present is faulted in, a word at a time.  mmap_lock held for reading.
 * Kernel: __collapse_huge_page_swapin(). */
static enum scan_result swap_in(struct collapse *c)
{
	for (unsigned long addr = c->addr; addr < c->addr + PMD_SIZE; addr += PAGE_SIZE) {
		pte_t pte = pgtable_entry(c->mm, addr, LEVEL_PTE);

		if (!is_swap_pte(pte))
			continue;
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

/* ---- the old pages ---- */

/* Nobody but we can lock it, and the lock is not one of those that a task counts: there are up
 * to 512. */
static bool trylock(struct folio *folio)
{
	sched_step(folio, ACCESS_WRITE, "__collapse_huge_page_isolate");
	if (folio_test(folio, PG_locked))
		return false;
	folio_set(folio, PG_locked);
	return true;
}

static void unlock(struct folio *folio)
{
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

static enum scan_result isolate_word(struct collapse *c, struct isolate *seen, pte_t pte)
{
	struct page *page;

	if (pte_none(pte) || (pte_present(pte) && pte_special(pte))) {
		seen->none_or_zero++;
		if (userfaultfd_armed(c->vma) || (c->cc->is_khugepaged &&
						  seen->none_or_zero > mach->config.max_ptes_none))
			return SCAN_EXCEED_NONE_PTE;
		return SCAN_SUCCEED;
	}
	if (!pte_present(pte))
		return SCAN_PTE_NON_PRESENT;
	if (pte & _PAGE_UFFD_WP)
		return SCAN_PTE_UFFD_WP;
	page = vm_normal_page(pte);
	if (!page || !page->folio)
		return SCAN_PAGE_NULL;
	if (folio_maybe_mapped_shared(page->folio) &&
	    ++seen->shared > mach->config.max_ptes_shared && c->cc->is_khugepaged)
		return SCAN_EXCEED_SHARED_PTE;
	seen->referenced += pte_young(pte) || folio_test(page->folio, PG_referenced);
	return take(c, page->folio);
}

/* Kernel: __collapse_huge_page_isolate(). */
static enum scan_result isolate(struct collapse *c)
{
	enum scan_result result = SCAN_SUCCEED;
	struct isolate seen = {};

	spin_lock(&c->table->ptl, LOCK_PTE);
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE && result == SCAN_SUCCEED; slot++)
		result = isolate_word(c, &seen, c->table->entry[slot]);
	spin_unlock(&c->table->ptl, LOCK_PTE);
	if (result == SCAN_SUCCEED && c->cc->is_khugepaged && !seen.referenced)
		result = SCAN_LACK_REFERENCED_PAGE;
	return result;
}

/* Each goes back to its list, unless nobody else has it. */
static void give_back(const struct collapse *c)
{
	for (guint i = 0; i < c->taken->len; i++) {
		unlock(c->taken->pdata[i]);
		folio_putback_lru(c->taken->pdata[i]);
	}
}

/* ---- from the table to the leaf ---- */

/* Copies the page behind the word at @slot and takes the word out. */
static void replace_word(struct collapse *c, unsigned int slot)
{
	pte_t pte = c->table->entry[slot];
	struct page *page = pte_none(pte) ? NULL : vm_normal_page(pte);
	struct page *to = folio_page(c->folio, slot);
	struct folio *folio;

	if (!page) {
		c->mm->rss_anon++;
	} else {
		folio = page->folio;
		to->content = page_content(page, "__collapse_huge_page_copy");
	}
	if (pte_none(pte))
		return;
	spin_lock(&c->table->ptl, LOCK_PTE);
	set_pte(c->table, slot, 0);
	if (page)
		folio_remove_rmap_pte(folio, page, c->vma);
	spin_unlock(&c->table->ptl, LOCK_PTE);
	if (page)
		folio_put(folio);
}

static void install(struct collapse *c)
{
	unsigned int slot = pgtable_index(c->addr, LEVEL_PMD);
	pte_t pmd = pfn_pte(c->folio->pfn, vma_page_prot(c->vma)) | _PAGE_PSE;

	pmd = pte_mkdirty(pmd);
	if (c->vma->vm_flags & VM_WRITE)
		pmd = pte_mkwrite(pmd);
	folio_set(c->folio, PG_uptodate);
	spin_lock(&c->pmds->ptl, LOCK_PMD);
	folio_add_new_anon_rmap(c->folio, c->vma, c->addr, true);
	folio_add_lru_vma(c->folio, c->vma);
	pgtable_trans_huge_deposit(c->pmds, c->table);
	set_pte(c->pmds, slot, pmd);
	deferred_split_folio(c->folio, false);
	spin_unlock(&c->pmds->ptl, LOCK_PMD);
	c->folio = NULL;
}

/* Kernel: pmdp_collapse_flush(), and pmd_populate() when it was in vain. */
static void take_table(struct collapse *c)
{
	unsigned int slot = pgtable_index(c->addr, LEVEL_PMD);

	c->pmds = pgtable_lookup(c->mm, c->addr, LEVEL_PMD);
	c->table = c->pmds->child[slot];
	spin_lock(&c->pmds->ptl, LOCK_PMD);
	pgtable_unlink(c->table);
	spin_unlock(&c->pmds->ptl, LOCK_PMD);
	point("collapse:pmd-cleared");
}

static void put_table_back(const struct collapse *c)
{
	spin_lock(&c->pmds->ptl, LOCK_PMD);
	pgtable_link(c->mm, c->table, c->pmds, pgtable_index(c->addr, LEVEL_PMD));
	spin_unlock(&c->pmds->ptl, LOCK_PMD);
}

/* mmap_lock held for writing. */
static enum scan_result collapse_locked(struct collapse *c)
{
	struct anon_vma *anon_vma;
	enum scan_result result = revalidate(c);

	if (result != SCAN_SUCCEED)
		return result;
	vma_start_write(c->vma);
	result = find_pmd_or_thp_or_none(c->mm, c->addr);
	if (result != SCAN_SUCCEED)
		return result;
	anon_vma = c->vma->anon_vma;
	anon_vma_lock_write(anon_vma);
	take_table(c);
	result = isolate(c);
	if (result != SCAN_SUCCEED)
		put_table_back(c);
	anon_vma_unlock_write(anon_vma);
	if (result == SCAN_SUCCEED) {
		point("collapse:isolated");
		for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++)
			replace_word(c, slot);
		install(c);
	}
	give_back(c);
	return result;
}

enum scan_result collapse_huge_page(struct mm_struct *mm, unsigned long addr, unsigned int unmapped,
				    const struct collapse_control *cc)
{
	struct collapse c = { .cc = cc, .mm = mm, .addr = addr };
	enum scan_result result;

	/* memory may have to be found first: not with the lock held */
	mmap_read_unlock(mm);
	c.folio = folio_alloc(HPAGE_PMD_ORDER, "huge page to collapse into");
	if (!c.folio)
		return SCAN_ALLOC_HUGE_PAGE_FAIL;
	mmap_read_lock(mm);
	result = revalidate(&c);
	if (result == SCAN_SUCCEED)
		result = find_pmd_or_thp_or_none(mm, addr);
	if (result == SCAN_SUCCEED && unmapped)
		result = swap_in(&c);
	mmap_read_unlock(mm);
	point("collapse:unlocked");
	if (result == SCAN_SUCCEED) {
		c.taken = g_ptr_array_new();
		mmap_write_lock(mm);
		result = collapse_locked(&c);
		mmap_write_unlock(mm);
		g_ptr_array_unref(c.taken);
	}
	if (c.folio)
		folio_put(c.folio);
	return result;
}
