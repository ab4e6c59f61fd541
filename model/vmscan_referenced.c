/*
 * vmscan_referenced.c - was a folio used since the last look?
 *
 * In the kernel:  mm/rmap.c folio_referenced(), folio_referenced_one().
 * Left out:       page_idle, processes that are being killed, memcg.
 * Locks:          an rmap walk, for anonymous folios without the folio lock; PTE locks.
 */
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "rmap.h"
#include "rmap_pte.h"
#include "vmscan.h"

struct referenced {
	int words, mapcount;
	vm_flags_t vm_flags;
};

static bool referenced_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			   void *data)
{
	struct pgtable *table = rmap_pte_lock(folio, vma, addr);
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	struct referenced *found = data;
	pte_t pte;

	if (!table)
		return true;
	if (vma->vm_flags & VM_LOCKED) {
		mlock_vma_folio(folio, vma);	/* it was missed */
		spin_unlock(&table->ptl, LOCK_PTE);
		found->vm_flags |= VM_LOCKED;
		return false;
	}
	pte = table->entry[slot];
	if (vma_has_recency(vma) && pte_young(pte)) {
		set_pte(table, slot, pte_mkold(pte));
		found->words++;
		found->vm_flags |= vma->vm_flags;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	return --found->mapcount > 0;
}

int folio_referenced(struct folio *folio, vm_flags_t *vm_flags)
{
	struct referenced found = { .mapcount = folio_mapcount(folio) };

	*vm_flags = 0;
	if (!found.mapcount)
		return 0;
	rmap_walk(folio, referenced_one, &found);
	*vm_flags = found.vm_flags;
	return found.words;
}
