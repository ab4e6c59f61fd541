/*
 * collapse_mainline.c - the collapse of 6.18, and of the series for smaller orders.
 *
 * The PMD word is empty while the pages are taken and copied: whoever comes by page table waits
 * for mmap_lock, whoever comes by the rmap for the anon_vma, and who walks without any lock sees
 * the word change.  Of 2 MiB every page is locked once they are isolated, and the rmap lock can
 * go; of a smaller block the other pages of the table are not, and a walk for one of those must
 * not find the word empty.
 *
 * In the kernel:  mm/khugepaged.c collapse_huge_page().
 * Locks:          mmap_lock and the area's for writing; the anon_vma root's rwsem for writing
 *                 until the pages are isolated, or until the table is back; the table's lock for
 *                 each word.
 */
#include "collapse.h"
#include "machine.h"
#include "tlb.h"

/* Takes the words out, one by one. */
static void empty_words(struct collapse *c)
{
	unsigned int first = collapse_slot(c);

	for (unsigned int slot = first; slot < first + collapse_nr(c); slot++) {
		pte_t pte = ptep_get(c->table, slot);

		collapse_copy_page(c, slot, pte);
		spin_lock(&c->table->ptl, LOCK_PTE);
		if (!pte_none(pte))
			set_pte(c->table, slot, 0);
		collapse_drop_page(c, slot, pte);
		spin_unlock(&c->table->ptl, LOCK_PTE);
	}
}

/* The leaf, and the table goes into deposit. */
static void install_leaf(struct collapse *c)
{
	spin_lock(&c->pmds->ptl, LOCK_PMD);
	collapse_map_folio(c);
	pgtable_trans_huge_deposit(c->pmds, c->table);
	set_pte(c->pmds, pgtable_index(c->addr, LEVEL_PMD), collapse_new_pte(c, 0) | _PAGE_PSE);
	deferred_split_folio(c->folio, false);
	spin_unlock(&c->pmds->ptl, LOCK_PMD);
	c->folio = NULL;
}

/* Words in the table, which nobody can reach. */
static void install_words(struct collapse *c)
{
	unsigned int first = collapse_slot(c);

	spin_lock(&c->table->ptl, LOCK_PTE);
	collapse_map_folio(c);
	for (unsigned int n = 0; n < collapse_nr(c); n++)
		set_pte(c->table, first + n, collapse_new_pte(c, n));
	spin_unlock(&c->table->ptl, LOCK_PTE);
	c->folio = NULL;
}

static enum scan_result isolate(struct collapse *c)
{
	enum scan_result result;

	spin_lock(&c->table->ptl, LOCK_PTE);
	result = collapse_isolate(c);
	spin_unlock(&c->table->ptl, LOCK_PTE);
	return result;
}

/* All pages of 2 MiB are locked, none of the others in the table of a smaller block. */
static bool rmap_lock_may_go(const struct collapse *c)
{
	return c->order == HPAGE_PMD_ORDER || semantics()->mthp_collapse_unlocks_rmap;
}

/* The table is out of the page tables. */
static enum scan_result collapse_detached(struct collapse *c, struct anon_vma *anon_vma)
{
	bool huge = c->order == HPAGE_PMD_ORDER;
	enum scan_result result = isolate(c);
	bool early = result == SCAN_SUCCEED && rmap_lock_may_go(c);

	if (early)
		anon_vma_unlock_write(anon_vma);
	if (result == SCAN_SUCCEED) {
		point("collapse:isolated");
		empty_words(c);
		if (huge)
			install_leaf(c);
		else
			install_words(c);
	}
	if (result != SCAN_SUCCEED || !huge)
		collapse_put_table(c);
	if (!early)
		anon_vma_unlock_write(anon_vma);
	collapse_release(c);
	return result;
}

/* mmap_lock held for writing. */
static enum scan_result collapse_locked(struct collapse *c)
{
	enum scan_result result = collapse_revalidate(c);
	struct anon_vma *anon_vma;

	if (result != SCAN_SUCCEED)
		return result;
	vma_start_write(c->vma);
	result = find_pmd_or_thp_or_none(c->mm, c->addr);
	if (result != SCAN_SUCCEED)
		return result;
	anon_vma = c->vma->anon_vma;
	anon_vma_lock_write(anon_vma);
	collapse_take_table(c);
	return collapse_detached(c, anon_vma);
}

enum scan_result collapse_mainline(struct collapse *c)
{
	enum scan_result result = collapse_prepare(c);

	if (result != SCAN_SUCCEED)
		return result;
	mmap_write_lock(c->mm);
	result = collapse_locked(c);
	mmap_write_unlock(c->mm);
	return result;
}
