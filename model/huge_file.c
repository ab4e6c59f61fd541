/*
 * huge_file.c - leaves of the PMD level that map a file's folio of 2 MiB.
 *
 * The page cache has the folio, so a leaf may go at any time: the next access brings it back.
 * That is why no table of PTEs is kept with it, why fork copies none, and why a split is no more
 * than its removal.
 *
 * In the kernel:  mm/memory.c do_set_pmd(); mm/huge_memory.c __split_huge_pmd_locked(),
 *                 zap_huge_pmd(), the parts for files.
 * Left out:       DAX.
 * Locks:          the PMD table's lock; the folio lock of what is mapped is the caller's.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "vm_fault.h"

/* May the area have leaves at all?  A setting says how folios come to be, not how they are
 * mapped.  Kernel: vma_thp_disabled(). */
static bool may_have_leaf(const struct vm_fault *vmf, const struct folio *folio)
{
	return folio->order == HPAGE_PMD_ORDER && !vma_thp_disabled(vmf->vma, TVA_PAGEFAULT) &&
	       thp_vma_suitable_orders(vmf->vma, vmf->address, BIT_ORDER(HPAGE_PMD_ORDER));
}

bool do_set_pmd(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned int slot = pgtable_index(vmf->address, LEVEL_PMD);
	pte_t pmd = pfn_pte(folio->pfn, vma_page_prot(vma)) | _PAGE_PSE;
	bool set;

	if (!may_have_leaf(vmf, folio))
		return false;
	if (vmf->flags & FAULT_FLAG_WRITE)
		pmd = maybe_mkwrite(pte_mkdirty(pmd), vma);
	spin_lock(&vmf->pmds->ptl, LOCK_PMD);
	set = pte_none(ptep_get(vmf->pmds, slot));
	if (set) {
		*mm_counter(vma->vm_mm, folio) += HPAGE_PMD_NR;
		folio_add_file_rmap_pmd(folio, vma);
		set_pte(vmf->pmds, slot, pmd);
		trace_event("thp", "vma#%u 0x%lx: maps all of folio#%u", vma->id,
			    vmf->address & PMD_MASK, folio->id);
	}
	spin_unlock(&vmf->pmds->ptl, LOCK_PMD);
	return set;
}

void drop_file_leaf(struct vm_area_struct *vma, struct pgtable *pmds, unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	pte_t pmd = pmdp_clear_flush(pmds, slot, addr);
	struct folio *folio = pfn_to_page(leaf_pfn(pmd, addr & PMD_MASK))->folio;

	if (pte_dirty(pmd))
		folio_set(folio, PG_dirty);
	if (pte_young(pmd))
		folio_set(folio, PG_referenced);
	*mm_counter(vma->vm_mm, folio) -= HPAGE_PMD_NR;
	folio_remove_rmap_pmd(folio, vma);
	trace_event("thp", "mm#%u 0x%lx: the leaf of a file goes", pmds->mm->id, addr & PMD_MASK);
	folio_put(folio);
}

void zap_file_leaf(struct vm_area_struct *vma, struct pgtable *pmds, unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	pte_t pmd = ptep_get_and_clear(pmds, slot);
	struct folio *folio = pfn_to_page(leaf_pfn(pmd, addr & PMD_MASK))->folio;

	tlb_remove_tlb_entry(addr & PMD_MASK, PMD_SIZE);
	if (pte_dirty(pmd))
		folio_set(folio, PG_dirty);
	folio_remove_rmap_pmd(folio, vma);
	*mm_counter(vma->vm_mm, folio) -= HPAGE_PMD_NR;
	if (pte_young(pmd) && vma_has_recency(vma))
		folio_mark_accessed(folio);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	tlb_remove_pages(folio_page(folio, 0), 1, false);
}
