/*
 * collapse_ptes.c - collapse with mmap_lock for reading: the locks of the tables keep others out.
 *
 * The words are taken out, and a copy of them is kept for the pages and for the way back: first
 * out and flushed, then the references, then the copy, then the new words.  In this order a store
 * and a device's pin come either before the words went, and are seen, or find no word and wait
 * for the lock.  The lock is not dropped in between: who else reads mmap_lock, a fault or
 * MADV_DONTNEED, would take the empty words for the truth.  For the same reason a leaf takes the
 * table's place in one store.
 *
 * In the kernel:  not there; proposed as collapse_designs.def says.
 * Locks:          mmap_lock for reading, the anon_vma root's rwsem for writing, and the PTE table's
 *                 lock (of 2 MiB the PMD table's outside it) from the first word to the last.
 */
#include "collapse.h"
#include "machine.h"
#include "tlb.h"

/* The words as they were. */
struct saved {
	pte_t word[PTRS_PER_TABLE];
};

static void take_words(struct collapse *c, struct saved *old)
{
	unsigned int first = collapse_slot(c), nr = collapse_nr(c);

	for (unsigned int n = 0; n < nr; n++) {
		old->word[n] = ptep_get(c->table, first + n);
		if (!pte_none(old->word[n]))
			old->word[n] = ptep_get_and_clear(c->table, first + n);
	}
	flush_tlb_range(c->mm, c->addr, c->addr + (PAGE_SIZE << c->order));
	point("collapse:words-taken");
}

static void put_words_back(const struct collapse *c, const struct saved *old)
{
	for (unsigned int n = 0; n < collapse_nr(c); n++)
		if (!pte_none(old->word[n]))
			set_pte(c->table, collapse_slot(c) + n, old->word[n]);
}

static void copy_pages(struct collapse *c)
{
	/* the words themselves where they are still there: that of a defect */
	for (unsigned int n = 0; n < collapse_nr(c); n++)
		collapse_copy_page(c, collapse_slot(c) + n, ptep_get(c->table, collapse_slot(c) + n));
}

static void copy_saved(struct collapse *c, const struct saved *old)
{
	for (unsigned int n = 0; n < collapse_nr(c); n++)
		collapse_copy_page(c, collapse_slot(c) + n, old->word[n]);
}

/* Clear and flush, references, copy: false with the words back in place.  The defects put one of
 * the last two first. */
static enum scan_result empty_block(struct collapse *c, struct saved *old)
{
	bool copied = semantics()->collapse_copies_before_clear;
	bool checked = semantics()->collapse_checks_before_clear;
	enum scan_result result = checked ? collapse_check_references(c) : SCAN_SUCCEED;

	if (result != SCAN_SUCCEED)
		return result;
	if (copied)
		copy_pages(c);
	take_words(c, old);
	if (!checked)
		result = collapse_check_references(c);
	if (result != SCAN_SUCCEED) {
		put_words_back(c, old);
		return result;
	}
	if (!copied)
		copy_saved(c, old);
	return SCAN_SUCCEED;
}

static void drop_pages(struct collapse *c, const struct saved *old)
{
	for (unsigned int n = 0; n < collapse_nr(c); n++)
		collapse_drop_page(c, collapse_slot(c) + n, old->word[n]);
}

static void install_words(struct collapse *c)
{
	collapse_map_folio(c);
	for (unsigned int n = 0; n < collapse_nr(c); n++)
		set_pte(c->table, collapse_slot(c) + n, collapse_new_pte(c, n));
	c->folio = NULL;
}

/* Both locks held.  The word is never none. */
static void install_leaf(struct collapse *c)
{
	collapse_map_folio(c);
	pgtable_replace(c->table, collapse_new_pte(c, 0) | _PAGE_PSE);
	flush_tlb_range(c->mm, c->addr, c->addr + PMD_SIZE);
	pgtable_trans_huge_deposit(c->pmds, c->table);
	deferred_split_folio(c->folio, false);
	c->folio = NULL;
}

/* Under the lock, or locks, of the tables. */
static enum scan_result collapse_words(struct collapse *c)
{
	struct saved old;
	enum scan_result result = collapse_isolate(c);

	if (result == SCAN_SUCCEED) {
		point("collapse:isolated");
		result = empty_block(c, &old);
	}
	if (result != SCAN_SUCCEED)
		return result;
	drop_pages(c, &old);
	if (c->order == HPAGE_PMD_ORDER)
		install_leaf(c);
	else
		install_words(c);
	return SCAN_SUCCEED;
}

/* What a first draft might do: the table is taken out as if mmap_lock were held for writing, and no
 * lock of a table is held while pages are copied. */
static enum scan_result collapse_with_gap(struct collapse *c)
{
	enum scan_result result;
	struct saved old;

	collapse_take_table(c);
	spin_lock(&c->table->ptl, LOCK_PTE);
	result = collapse_isolate(c);
	if (result == SCAN_SUCCEED)
		take_words(c, &old);
	spin_unlock(&c->table->ptl, LOCK_PTE);
	if (result != SCAN_SUCCEED) {
		collapse_put_table(c);
		return result;
	}
	point("collapse:isolated");
	copy_saved(c, &old);
	spin_lock(&c->table->ptl, LOCK_PTE);
	drop_pages(c, &old);
	if (c->order < HPAGE_PMD_ORDER)
		install_words(c);
	spin_unlock(&c->table->ptl, LOCK_PTE);
	collapse_put_table(c);
	if (c->order == HPAGE_PMD_ORDER) {
		spin_lock(&c->pmds->ptl, LOCK_PMD);
		install_leaf(c);
		spin_unlock(&c->pmds->ptl, LOCK_PMD);
	}
	return SCAN_SUCCEED;
}

/* The tables of the block with their locks; false if they went. */
static bool lock_tables(struct collapse *c)
{
	c->pmds = pgtable_lookup(c->mm, c->addr, LEVEL_PMD);
	if (c->order == HPAGE_PMD_ORDER)
		spin_lock(&c->pmds->ptl, LOCK_PMD);
	c->table = pte_offset_map_lock(c->mm, c->addr);
	if (!c->table && c->order == HPAGE_PMD_ORDER)
		spin_unlock(&c->pmds->ptl, LOCK_PMD);
	return c->table != NULL;
}

static void unlock_tables(struct collapse *c)
{
	spin_unlock(&c->table->ptl, LOCK_PTE);
	if (c->order == HPAGE_PMD_ORDER)
		spin_unlock(&c->pmds->ptl, LOCK_PMD);
}

/* mmap_lock held for reading. */
static enum scan_result collapse_locked(struct collapse *c)
{
	struct anon_vma *anon_vma = c->vma->anon_vma;
	enum scan_result result = SCAN_PMD_NULL;

	anon_vma_lock_write(anon_vma);
	if (semantics()->collapse_drops_locks_to_copy) {
		result = find_pmd_or_thp_or_none(c->mm, c->addr);
		if (result == SCAN_SUCCEED)
			result = collapse_with_gap(c);
	} else if (lock_tables(c)) {
		result = collapse_words(c);
		unlock_tables(c);
	}
	anon_vma_unlock_write(anon_vma);
	collapse_release(c);
	return result;
}

enum scan_result collapse_pte_locks(struct collapse *c)
{
	enum scan_result result = collapse_alloc(c);

	point("collapse:unlocked");
	if (result != SCAN_SUCCEED)
		return result;
	mmap_read_lock(c->mm);
	result = collapse_find_and_swap_in(c);
	if (result == SCAN_SUCCEED)
		result = collapse_locked(c);
	mmap_read_unlock(c->mm);
	return result;
}
