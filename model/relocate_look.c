/*
 * relocate_look.c - before the complete relocation: is every page one that can be moved by itself?
 *
 * A large folio has one index for all its pages, so all of them have to be in the range, mapped or in
 * swap; and a leaf that will not be aligned at the new place is split into words.  What is found here stays
 * so, for only who writes or reads mmap_lock could bring in other folios: migration replaces one by one of
 * the same size, and reclaim makes smaller ones.
 *
 * In the kernel:  nowhere.
 * Locks:          mmap_lock and the area's lock for writing.  One folio lock at a time, waited for with
 *                 nothing else held.
 */
#include "huge.h"
#include "machine.h"
#include "migrate.h"
#include "relocate.h"
#include "rmap.h"
#include "swap.h"

unsigned long relocate_next(const struct relocation *rel, unsigned long addr)
{
	struct mm_struct *mm = rel->move.old->vm_mm;
	unsigned long end = rel->move.old_end;

	if (addr < end && !pgtable_next_pmd(mm, &addr, end))
		return end;
	return MIN(addr, end);
}

/* All of the locked @folio, whose first page is or would be at @head, or in pieces: 1: look again; 0; or
 * -EBUSY. */
static int whole_or_split(const struct relocation *rel, struct folio *folio, unsigned long head)
{
	const struct pagetable_move *move = &rel->move;
	bool inside = head >= move->old_addr && head < move->old_end &&
		      move->old_end - head >= folio_nr_pages(folio) << PAGE_SHIFT;

	if (inside && !relocate_is_elsewhere(move->old->vm_mm, folio, head))
		return 0;
	return split_folio(folio) ? -EBUSY : 1;
}

/* The word at @addr as it is now. */
static pte_t read_word(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *table = pte_offset_map_lock(mm, addr);
	pte_t pte;

	if (!table)
		return 0;
	pte = ptep_get(table, pgtable_index(addr, LEVEL_PTE));
	spin_unlock(&table->ptl, LOCK_PTE);
	return pte;
}

/* The large @folio, of which the caller has a reference, and which @pte at @addr led to. */
static int look_at_large(const struct relocation *rel, struct folio *folio, pte_t pte,
			 unsigned long addr)
{
	struct page *page;
	int result = 1;

	folio_lock(folio);
	page = pte_present(pte) ? pfn_to_page(pte_pfn(pte)) : NULL;
	if (!page && folio_matches_swap_entry(folio, pte_to_swp_entry(pte)))
		page = swap_page(folio, pte_to_swp_entry(pte));
	if (page && page->folio == folio && folio->large &&
	    read_word(rel->move.old->vm_mm, addr) == pte)
		result = whole_or_split(rel, folio, relocate_head_addr(folio, page, addr));
	folio_unlock(folio);
	folio_put(folio);
	return result;
}

/* The word at @addr, its table locked, which goes.  As above. */
static int look_at_word(const struct relocation *rel, struct pgtable *table, unsigned long addr)
{
	pte_t pte = ptep_get(table, pgtable_index(addr, LEVEL_PTE));
	struct folio *folio = NULL;
	struct page *page;

	if (pte_present(pte)) {
		page = vm_normal_page(pte);
		if (page && folio_anon_vma(page->folio) && page->folio->large) {
			folio = page->folio;
			folio_get(folio);
		}
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	if (is_migration_pte(pte)) {
		migration_entry_wait(rel->move.old->vm_mm, addr);
		return 1;
	}
	if (is_swap_entry_pte(pte)) {
		folio = swap_cache_get_folio(pte_to_swp_entry(pte));
		if (folio && !folio->large) {
			folio_put(folio);
			folio = NULL;
		}
	}
	return folio ? look_at_large(rel, folio, pte, addr) : 0;
}

/* A leaf at @addr: the bytes that it serves if it can stay; 0 if there is none, or not any more. */
static unsigned long look_at_leaf(const struct relocation *rel, unsigned long addr)
{
	struct vm_area_struct *vma = rel->move.old;
	struct pgtable *pmds = pmd_trans_huge_lock(vma->vm_mm, addr);
	bool migrates;

	if (!pmds)
		return 0;
	migrates = is_migration_pte(ptep_get(pmds, pgtable_index(addr, LEVEL_PMD)));
	spin_unlock(&pmds->ptl, LOCK_PMD);
	if (relocates_leaf(rel, addr))
		return PMD_SIZE;
	if (migrates)
		pmd_migration_entry_wait(vma->vm_mm, addr);
	split_huge_pmd(vma, addr);
	return 0;
}

bool relocate_look(const struct relocation *rel)
{
	unsigned long addr = relocate_next(rel, rel->move.old_addr);

	while (addr < rel->move.old_end) {
		unsigned long leaf = look_at_leaf(rel, addr);
		struct pgtable *table;
		int result = 0;

		if (leaf) {
			addr = relocate_next(rel, addr + leaf);
			continue;
		}
		table = pte_offset_map_lock(rel->move.old->vm_mm, addr);
		if (table)
			result = look_at_word(rel, table, addr);
		else
			addr = ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE - PAGE_SIZE;
		if (result < 0) {
			trace_event("relocate", "the folio at 0x%lx cannot be split", addr);
			return false;
		}
		if (!result)
			addr = relocate_next(rel, addr + PAGE_SIZE);
	}
	return true;
}
