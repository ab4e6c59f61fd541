/*
 * rmap_pte.h - one step of an rmap walk: the word of an area that maps the folio, locked.
 *
 * In the kernel:  page_vma_mapped_walk(), mm/page_vma_mapped.c.
 */
#ifndef MODEL_RMAP_PTE_H
#define MODEL_RMAP_PTE_H

#include "folio.h"
#include "pgtable.h"

struct vm_area_struct;

/* The table of the word at @addr with its lock taken, if that maps a page of @folio; NULL if not.
 * spin_unlock(&table->ptl, LOCK_PTE).  Holds what the walk holds. */
struct pgtable *rmap_pte_lock(const struct folio *folio, const struct vm_area_struct *vma,
			      unsigned long addr);

/*
 * The part of @vma that would map @folio, from @addr on, where a walk found it: returns its end;
 * *@pfn: the frame that belongs to @addr.  Kernel: vma_address_end(), and the start of
 * page_vma_mapped_walk().
 */
unsigned long rmap_range(const struct folio *folio, const struct vm_area_struct *vma,
			 unsigned long addr, pfn_t *pfn);
/* The table with its lock taken, if a word of [@addr, @end), all of one table, maps the frame that
 * belongs there, @pfn being that of @addr; or NULL. */
struct pgtable *rmap_table_lock(const struct vm_area_struct *vma, unsigned long addr,
				unsigned long end, pfn_t pfn);
/* Does @vma, which is locked in memory, map a part of @folio?  *@whole: all of it, by one table.
 * Only then is it mlocked by who meets it. */
bool rmap_maps_locked(struct folio *folio, const struct vm_area_struct *vma, unsigned long addr,
		      bool *whole);
/* Is @pte a word of a PTE table that maps frame @pfn as a normal page? */
static inline bool pte_maps(pte_t pte, pfn_t pfn)
{
	return pte_present(pte) && !pte_special(pte) && pte_pfn(pte) == pfn;
}
/* The PMD table with its lock taken if the leaf at @addr maps all of @folio; or NULL. */
struct pgtable *rmap_leaf_lock(const struct folio *folio, const struct vm_area_struct *vma,
			       unsigned long addr);

#endif
