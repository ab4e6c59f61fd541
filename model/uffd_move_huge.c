/*
 * uffd_move_huge.c - UFFDIO_MOVE of a huge page: one entry of a PMD table, if both ranges allow it, or split.
 *
 * In the kernel:  mm/userfaultfd.c move_splits_huge_pmd(); mm/huge_memory.c move_pages_huge_pmd().
 * Locks:          both areas read-locked; folio, the root of its anon_vma for writing, both PMD tables.
 */
#include "huge.h"
#include "migrate.h"
#include "uffd_move.h"

/* The entries of both places, and the tables they are in. */
struct move_pmds {
	const struct uffd_move *move;
	struct pgtable *dst_table, *src_table;
	unsigned int dst_slot, src_slot;
	pte_t dst, src;			/* as they were */
};

static void lock_both(const struct move_pmds *pmds)
{
	struct pgtable *first = pmds->dst_table, *second = pmds->src_table;

	if (first->id > second->id) {
		first = pmds->src_table;
		second = pmds->dst_table;
	}
	spin_lock(&first->ptl, LOCK_PMD);
	if (second != first)
		spin_lock(&second->ptl, LOCK_PMD);
}

static void unlock_both(const struct move_pmds *pmds)
{
	if (pmds->src_table != pmds->dst_table)
		spin_unlock(&pmds->src_table->ptl, LOCK_PMD);
	spin_unlock(&pmds->dst_table->ptl, LOCK_PMD);
}

/* Can the entry move as it is?  Kernel: !move_splits_huge_pmd(), and nothing at the destination. */
static bool moves_whole(const struct move_pmds *pmds)
{
	const struct uffd_move *move = pmds->move;

	return !((move->src | move->dst) & ~PMD_MASK) && move->end - move->src >= PMD_SIZE &&
	       pte_none(pmds->dst);
}

/* Out of the source, with a flush and a second look for pins.  @folio NULL: the huge zero page. */
static long move_leaf(const struct move_pmds *pmds, struct folio *folio)
{
	const struct uffd_move *move = pmds->move;
	pte_t pmd = pmds->src & ~_PAGE_UFFD_WP;

	if (folio && (folio_maybe_dma_pinned(folio) ||
		      !PageAnonExclusive(pfn_to_page(folio->pfn))))
		return -EBUSY;
	pmdp_clear_flush(pmds->src_table, pmds->src_slot, move->src);
	point("uffd_move:huge-source-cleared");
	if (folio && folio_maybe_dma_pinned(folio)) {
		set_pte(pmds->src_table, pmds->src_slot, pmds->src);
		return -EBUSY;
	}
	if (folio) {
		folio_move_anon_rmap(folio, move->dst_vma);
		WRITE_SHARED(&folio->index, folio->index, linear_page_index(move->dst_vma, move->dst),
			     "move_pages_huge_pmd");
		/* As mremap() would have it: dirty. */
		pmd = pfn_pte(folio->pfn, vma_page_prot(move->dst_vma)) | _PAGE_PSE;
		pmd = pte_mkwrite(pte_mkdirty(pmd));
	}
	if (pmds->src_table != pmds->dst_table)
		pgtable_trans_huge_deposit(pmds->dst_table,
					   pgtable_trans_huge_withdraw(pmds->src_table));
	set_pte(pmds->dst_table, pmds->dst_slot, pmd);
	ghost_move_unpinned(move->mm, move->src, move->dst, PMD_SIZE);
	pgtable_set_wp_asked(pmds->src_table, pmds->src_slot, false);
	count_vm_event(VM_EVENT_moves);
	return (long)PMD_SIZE;
}

static long move_leaf_if_same(const struct move_pmds *pmds, struct folio *folio)
{
	long result = -EAGAIN;

	lock_both(pmds);
	if (ptep_get(pmds->src_table, pmds->src_slot) == pmds->src &&
	    ptep_get(pmds->dst_table, pmds->dst_slot) == pmds->dst)
		result = move_leaf(pmds, folio);
	unlock_both(pmds);
	return result;
}

/* With a reference of ours on @folio, which goes.  A split walks its anon_vma with the folio locked, reclaim
 * without. */
static long move_folio(const struct move_pmds *pmds, struct folio *folio)
{
	struct anon_vma *anon_vma;
	long result = -EAGAIN;

	folio_lock(folio);
	anon_vma = folio_get_anon_vma(folio);
	if (anon_vma) {
		anon_vma_lock_write(anon_vma);
		result = move_leaf_if_same(pmds, folio);
		anon_vma_unlock_write(anon_vma);
		put_anon_vma(anon_vma);
	}
	folio_unlock(folio);
	folio_put(folio);
	return result;
}

long move_huge_page(const struct uffd_move *move)
{
	struct move_pmds pmds = {
		.move = move,
		.dst_table = pgtable_lookup(move->mm, move->dst, LEVEL_PMD),
		.src_table = pgtable_lookup(move->mm, move->src, LEVEL_PMD),
		.dst_slot = pgtable_index(move->dst, LEVEL_PMD),
		.src_slot = pgtable_index(move->src, LEVEL_PMD),
	};
	struct folio *folio = NULL;

	pmds.dst = ptep_get_lockless(pmds.dst_table, pmds.dst_slot, "move_pages: dst_pmdval");
	spin_lock(&pmds.src_table->ptl, LOCK_PMD);
	pmds.src = ptep_get(pmds.src_table, pmds.src_slot);
	if (pte_leaf(pmds.src) && !is_huge_zero_pmd(pmds.src)) {
		folio = pfn_to_page(pte_pfn(pmds.src))->folio;
		if (!PageAnonExclusive(pfn_to_page(folio->pfn))) {
			spin_unlock(&pmds.src_table->ptl, LOCK_PMD);
			return -EBUSY;
		}
		folio_get(folio);
	}
	spin_unlock(&pmds.src_table->ptl, LOCK_PMD);
	if (!pte_leaf(pmds.src) && !is_migration_pte(pmds.src))
		return 1;
	/* A migration entry's bits taken for those of a leaf lead to no page that there is. */
	if (semantics()->uffd_move_pmd_migration && !moves_whole(&pmds) &&
	    bug_on(is_migration_pte(pmds.src), "move_pages()", "a huge page behind the PMD word"))
		return -EBUSY;
	if (is_migration_pte(pmds.src) && moves_whole(&pmds)) {
		/* It will be there again. */
		pmd_migration_entry_wait(move->mm, move->src);
		return -EAGAIN;
	}
	if (moves_whole(&pmds))
		return folio ? move_folio(&pmds, folio) : move_leaf_if_same(&pmds, NULL);
	/* Whoever has a reference keeps a folio from being split. */
	if (folio)
		folio_put(folio);
	split_huge_pmd(move->src_vma, move->src);
	return 1;
}
