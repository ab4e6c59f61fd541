/*
 * rmap_pte.h - one step of an rmap walk: the word of an area that maps the folio, locked.
 *
 * In the kernel:  page_vma_mapped_walk(), mm/page_vma_mapped.c.
 */
#ifndef MODEL_RMAP_PTE_H
#define MODEL_RMAP_PTE_H

#include "pgtable.h"

/* The table of the word at @addr with its lock taken, if that maps a page of @folio; NULL if not.
 * spin_unlock(&table->ptl, LOCK_PTE).  Holds what the walk holds. */
struct pgtable *rmap_pte_lock(const struct folio *folio, const struct vm_area_struct *vma,
			      unsigned long addr);

#endif
