/*
 * collapse_table.c - collapse on a table that is out of reach, its words untouched to the last.
 *
 * Every lock by which others could come to the table is held for writing, and its word is gone:
 * what is in it is ours alone.  So nothing has to be taken out before all is known: the folio is
 * allocated here, with no spinlock held; the references are looked at once more; then page by page
 * is copied and its word replaced, which cannot fail.  To back out is to put the table back.
 *
 * In the kernel:  not there; proposed as collapse_designs.def says.
 * Locks:          mmap_lock, the area's and the anon_vma root's rwsem for writing, until the end;
 *                 the table's lock for the words.
 */
#include "collapse.h"
#include "machine.h"

/* Nothing has changed yet, and from the second check on nothing fails. */
static enum scan_result get_ready(struct collapse *c)
{
	enum scan_result result;

	spin_lock(&c->table->ptl, LOCK_PTE);
	result = collapse_isolate(c);
	spin_unlock(&c->table->ptl, LOCK_PTE);
	if (result != SCAN_SUCCEED)
		return result;
	point("collapse:isolated");
	/* the rmap lock is held: memory is there, or the block stays as it is */
	result = collapse_alloc(c);
	return result == SCAN_SUCCEED ? collapse_check_references(c) : result;
}

/* Of 2 MiB the words go, of less they are overwritten. */
static void replace_words(struct collapse *c)
{
	unsigned int first = collapse_slot(c), nr = collapse_nr(c);
	bool huge = c->order == HPAGE_PMD_ORDER;
	pte_t old[PTRS_PER_TABLE];

	for (unsigned int n = 0; n < nr; n++) {
		old[n] = ptep_get(c->table, first + n);
		collapse_copy_page(c, first + n, old[n]);
	}
	spin_lock(&c->table->ptl, LOCK_PTE);
	collapse_map_folio(c);
	for (unsigned int n = 0; n < nr; n++) {
		if (!huge || !pte_none(old[n]))
			set_pte(c->table, first + n, huge ? 0 : collapse_new_pte(c, n));
		collapse_drop_page(c, first + n, old[n]);
	}
	spin_unlock(&c->table->ptl, LOCK_PTE);
}

static void install(struct collapse *c)
{
	if (c->order < HPAGE_PMD_ORDER) {
		collapse_put_table(c);
	} else {
		spin_lock(&c->pmds->ptl, LOCK_PMD);
		pgtable_trans_huge_deposit(c->pmds, c->table);
		set_pte(c->pmds, pgtable_index(c->addr, LEVEL_PMD),
			collapse_new_pte(c, 0) | _PAGE_PSE);
		deferred_split_folio(c->folio, false);
		spin_unlock(&c->pmds->ptl, LOCK_PMD);
	}
	c->folio = NULL;
}

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
	result = get_ready(c);
	if (result == SCAN_SUCCEED) {
		replace_words(c);
		install(c);
	} else {
		collapse_put_table(c);
	}
	anon_vma_unlock_write(anon_vma);
	collapse_release(c);
	return result;
}

enum scan_result collapse_isolated_table(struct collapse *c)
{
	enum scan_result result = SCAN_SUCCEED;

	if (c->unmapped) {
		mmap_read_lock(c->mm);
		result = collapse_find_and_swap_in(c);
		mmap_read_unlock(c->mm);
	}
	point("collapse:unlocked");
	if (result != SCAN_SUCCEED)
		return result;
	mmap_write_lock(c->mm);
	result = collapse_locked(c);
	mmap_write_unlock(c->mm);
	return result;
}
