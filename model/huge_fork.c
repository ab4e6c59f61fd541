/*
 * huge_fork.c - the child's copy of a leaf of the PMD level.
 *
 * In the kernel:  mm/huge_memory.c copy_huge_pmd().
 * Left out:       leaves of files, which the child faults in.
 * Locks:          both mmap_locks held for writing; the child's, then the parent's PMD table
 *                 lock are taken here.
 */
#include "huge.h"
#include "machine.h"
#include "userfaultfd.h"

/* Counts the child as well, and gives the word that both have from now on; 0 if the folio may
 * be pinned. */
static pte_t share_leaf(struct vm_area_struct *dst, struct vm_area_struct *src, pte_t pmd)
{
	struct folio *folio;

	if (is_huge_zero_pmd(pmd)) {
		mm_get_huge_zero_folio(dst->vm_mm);
		return pte_wrprotect(pmd);
	}
	if (pte_present(pmd)) {
		folio = pfn_to_page(pte_pfn(pmd))->folio;
		folio_get(folio);
		if (folio_try_dup_anon_rmap_pmd(folio, dst, src)) {
			folio_put(folio);
			return 0;
		}
		pmd = pte_wrprotect(pmd);
	} else {
		/* one that migrates is no longer anybody's alone */
		pmd = migration_pte_as(pmd, SWP_MIGRATION_READ);
	}
	dst->vm_mm->rss_anon += HPAGE_PMD_NR;
	return pmd;
}

/* What the child has: not yet accessed, and protected only if it asked for that itself. */
static pte_t childs_word(const struct vm_area_struct *dst, pte_t pmd)
{
	pte_t mark = pte_present(pmd) ? _PAGE_UFFD_WP : _PAGE_SWP_UFFD_WP;

	if (pte_present(pmd))
		pmd = pte_mkold(pmd);
	return userfaultfd_wp(dst) ? pmd : pmd & ~mark;
}

int copy_huge_pmd(struct vm_area_struct *dst, struct vm_area_struct *src, unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	struct pgtable *src_pmds = pgtable_lookup(src->vm_mm, addr, LEVEL_PMD);
	struct pgtable *dst_pmds, *table;
	pte_t pmd;

	if (!src_pmds || pgtable_child(src_pmds, slot) || pte_none(ptep_get(src_pmds, slot)))
		return 0;
	if (!vma_is_anonymous(dst))
		return 0;
	dst_pmds = pgtable_alloc(dst->vm_mm, addr, LEVEL_PMD);
	table = dst_pmds ? pte_alloc_one(dst->vm_mm) : NULL;
	if (!table)
		return -ENOMEM;
	spin_lock(&dst_pmds->ptl, LOCK_PMD);
	spin_lock(&src_pmds->ptl, LOCK_PMD);
	pmd = share_leaf(dst, src, ptep_get(src_pmds, slot));
	if (pmd) {
		dst->vm_mm->pgtables_bytes += PAGE_SIZE;
		pgtable_trans_huge_deposit(dst_pmds, table);
		set_pte(src_pmds, slot, pmd);
		set_pte(dst_pmds, slot, childs_word(dst, pmd));
		if (userfaultfd_wp(dst) && pgtable_wp_asked(src_pmds, slot))
			pgtable_set_wp_asked(dst_pmds, slot, true);
	}
	spin_unlock(&src_pmds->ptl, LOCK_PMD);
	spin_unlock(&dst_pmds->ptl, LOCK_PMD);
	if (pmd)
		return 1;
	/* a device may write to any of it: page by page, each copied at once */
	pte_free(table);
	split_huge_pmd(src, addr);
	return 0;
}
