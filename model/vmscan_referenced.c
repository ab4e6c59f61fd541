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
	int words;			/* areas that used it: for all pages of a folio together */
	int mapcount;			/* still to be looked for */
	vm_flags_t vm_flags;
};

/* Takes the accessed bit of a word away; was it set? */
static bool clear_young(struct pgtable *table, unsigned int slot)
{
	pte_t pte = ptep_get(table, slot);

	if (!pte_young(pte))
		return false;
	ptep_modify_commit(table, slot, pte_mkold(ptep_modify_start(table, slot)));
	return true;
}

/* The words of one table, or the leaf in its place; @found->mapcount goes down with each. */
static bool referenced_table(struct folio *folio, const struct vm_area_struct *vma,
			     unsigned long addr, unsigned long end, pfn_t pfn,
			     struct referenced *found)
{
	struct pgtable *table = rmap_leaf_lock(folio, vma, addr);
	bool young = false;

	if (table) {
		young = vma_has_recency(vma) && clear_young(table, pgtable_index(addr, LEVEL_PMD));
		found->mapcount--;
		spin_unlock(&table->ptl, LOCK_PMD);
		return young;
	}
	table = rmap_table_lock(vma, addr, end, pfn);
	if (!table)
		return false;
	for (; addr < end; addr += PAGE_SIZE, pfn++) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		if (!pte_maps(ptep_get(table, slot), pfn))
			continue;
		if (vma_has_recency(vma))
			young |= clear_young(table, slot);
		found->mapcount--;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	return young;
}

static bool referenced_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			   void *data)
{
	struct referenced *found = data;
	bool young = false, whole;
	unsigned long end, next;
	pfn_t pfn;

	if (vma->vm_flags & VM_LOCKED) {
		if (!rmap_maps_locked(folio, vma, addr, &whole))
			return true;
		if (!whole)
			return true;
		mlock_vma_folio(folio, vma);	/* it was missed */
		found->vm_flags |= VM_LOCKED;
		return false;
	}
	end = rmap_range(folio, vma, addr, &pfn);
	for (; addr < end; addr = next) {
		next = pmd_addr_end(addr, end);
		young |= referenced_table(folio, vma, addr, next, pfn, found);
		pfn += (next - addr) >> PAGE_SHIFT;
	}
	if (young) {
		found->words++;
		found->vm_flags |= vma->vm_flags;
	}
	return found->mapcount > 0;
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
