/*
 * relocate_pages.c - the complete relocation of single pages, folios and leaves.
 *
 * For each word the folio is locked first, which may take a while: nothing else is held.  If the word is
 * still the same, the folio's anon_vma and index change and all its words move, before anybody can lock
 * the folio again.  A page in swap that is still in the swap cache is a folio like any other.  An entry of a
 * migration is waited for.
 *
 * In the kernel:  nowhere; mm/userfaultfd.c move_present_ptes(), move_swap_pte() for the order of locks.
 * Left out:       batches: each folio takes and drops the locks for itself.
 * Locks:          mmap_lock and the locks of both areas for writing.  Folio lock; i_mmap_rwsem, if
 *                 the area is a file's; the root of the old anon_vma for writing, for walks
 *                 without a folio lock; the lock of the new PMD table for a spare table; the locks of both
 *                 PTE tables, or of both PMD tables: old, new.
 */
#include "file.h"
#include "huge.h"
#include "machine.h"
#include "migrate.h"
#include "relocate.h"
#include "rmap.h"
#include "swap.h"

/* ---- tables ---- */

/* A PTE table at the new place, and one more at the end of what an unaligned one serves. */
static bool alloc_tables(const struct relocation *rel, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = rel->move.new->vm_mm;

	return pgtable_alloc(mm, relocated_addr(rel, addr), LEVEL_PTE) &&
	       pgtable_alloc(mm, relocated_addr(rel, end - PAGE_SIZE), LEVEL_PTE);
}

bool relocate_prepare_tables(struct relocation *rel)
{
	struct mm_struct *mm = rel->move.old->vm_mm;
	unsigned long addr, end;

	for (addr = relocate_next(rel, rel->move.old_addr); addr < rel->move.old_end;
	     addr = relocate_next(rel, end)) {
		end = pmd_addr_end(addr, rel->move.old_end);
		if (relocates_leaf(rel, addr) &&
		    pgtable_leaf_size(mm, addr) == PMD_SIZE) {
			struct pgtable *table;

			if (!pgtable_alloc(mm, relocated_addr(rel, addr), LEVEL_PMD))
				return false;
			table = pte_alloc_one(mm);
			if (!table)
				return false;
			g_ptr_array_add(rel->spare, table);
		} else if (!alloc_tables(rel, addr, end)) {
			return false;
		}
	}
	return true;
}

/* The PTE table for @addr of the new range: it was made before, or the leaf that was here has been split
 * since. */
static struct pgtable *new_table(const struct relocation *rel, unsigned long addr)
{
	struct mm_struct *mm = rel->move.new->vm_mm;
	struct pgtable *table = pgtable_lookup(mm, addr, LEVEL_PTE), *pmds;

	if (table)
		return table;
	pmds = pgtable_lookup(mm, addr, LEVEL_PMD);
	table = g_ptr_array_steal_index_fast(rel->spare, rel->spare->len - 1);
	spin_lock(&pmds->ptl, LOCK_PMD);
	pgtable_link(mm, table, pmds, pgtable_index(addr, LEVEL_PMD));
	mm->pgtables_bytes += PAGE_SIZE;
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return table;
}

/* ---- locks ---- */

static struct address_space *file_mapping(const struct relocation *rel)
{
	const struct file *file = rel->move.old->vm_file;

	return file ? &file->inode->i_data : NULL;
}

/* Walks that come by the file, and those that ask for accesses without a folio lock. */
static void lock_rmap(const struct relocation *rel)
{
	struct address_space *mapping = file_mapping(rel);

	if (mapping)
		down_write(&mapping->i_mmap_rwsem);
	anon_vma_lock_write(rel->move.old->anon_vma);
}

static void unlock_rmap(const struct relocation *rel)
{
	struct address_space *mapping = file_mapping(rel);

	anon_vma_unlock_write(rel->move.old->anon_vma);
	if (mapping)
		up_write(&mapping->i_mmap_rwsem);
}

/* Both PTE tables, locked, for the word at @addr. */
struct two_tables {
	struct pgtable *old, *new;
};

static bool lock_tables(const struct relocation *rel, unsigned long addr, struct two_tables *tables)
{
	struct mm_struct *mm = rel->move.old->vm_mm;

	tables->new = new_table(rel, relocated_addr(rel, addr));
	tables->old = pte_offset_map_lock(mm, addr);
	if (!tables->old)
		return false;
	if (tables->new != tables->old)
		spin_lock(&tables->new->ptl, LOCK_PTE);
	flush_tlb_batched_pending(mm);
	return true;
}

static void unlock_tables(const struct two_tables *tables)
{
	if (tables->new != tables->old)
		spin_unlock(&tables->new->ptl, LOCK_PTE);
	spin_unlock(&tables->old->ptl, LOCK_PTE);
}

static pte_t word_at(const struct two_tables *tables, unsigned long addr)
{
	return ptep_get(tables->old, pgtable_index(addr, LEVEL_PTE));
}

/* Both tables are locked; flushed before anybody else gets at the page by its new place. */
static void move_one_word(const struct relocation *rel, unsigned long addr,
			  const struct two_tables *tables)
{
	struct pagetable_move move = rel->move;

	move.old_addr = addr;
	move.new_addr = relocated_addr(rel, addr);
	if (pte_present(move_word(&move, tables->old, tables->new)))
		flush_tlb_range(rel->move.old->vm_mm, addr, addr + PAGE_SIZE);
}

/* ---- one folio ---- */

/* Of pages @n to @nr of @folio, the first being or to be mapped at @addr, those that one table at either
 * side serves: moved if they are there.  The first page behind them. */
static unsigned long move_words_of(const struct relocation *rel, const struct folio *folio,
				   unsigned long n, unsigned long nr, unsigned long addr)
{
	unsigned long left = MIN(PMD_SIZE - (addr & ~PMD_MASK),
				 PMD_SIZE - (relocated_addr(rel, addr) & ~PMD_MASK));
	unsigned long last = MIN(nr, n + (left >> PAGE_SHIFT));
	struct two_tables tables;

	if (!lock_tables(rel, addr, &tables))
		return last;
	for (; n < last; n++, addr += PAGE_SIZE)
		if (relocate_is_word_of(word_at(&tables, addr), folio, n))
			move_one_word(rel, addr, &tables);
	unlock_tables(&tables);
	return last;
}

/* The locked folio of @page, which the word at @addr is for: all its words are in the range. */
static void move_folio(const struct relocation *rel, struct page *page, unsigned long addr)
{
	struct folio *folio = page->folio;
	unsigned long head = relocate_head_addr(folio, page, addr), nr = folio_nr_pages(folio);
	pgoff_t index = linear_page_index(rel->move.new, relocated_addr(rel, head));

	lock_rmap(rel);
	relocate_folio(folio, rel->move.new, index);
	point("relocate:folio-changed");
	for (unsigned long n = 0; n < nr;)
		n = move_words_of(rel, folio, n, nr, head + (n << PAGE_SHIFT));
	unlock_rmap(rel);
	trace_event("relocate", "folio#%u: from 0x%lx to 0x%lx, index 0x%lx", folio->id, head,
		    relocated_addr(rel, head), (unsigned long)index);
}

/* ---- one word ---- */

/* A word without a folio that has to be told: if it is still @pte. */
static bool move_alone(const struct relocation *rel, unsigned long addr, pte_t pte)
{
	struct two_tables tables;
	bool same = false;

	lock_rmap(rel);
	if (lock_tables(rel, addr, &tables)) {
		same = word_at(&tables, addr) == pte;
		if (same)
			move_one_word(rel, addr, &tables);
		unlock_tables(&tables);
	}
	unlock_rmap(rel);
	return same;
}

/* Is the word at @addr still @pte?  Accessed and dirty are the processor's. */
static bool is_still(const struct relocation *rel, unsigned long addr, pte_t pte)
{
	struct pgtable *table = pte_offset_map_lock(rel->move.old->vm_mm, addr);
	bool same;

	if (!table)
		return false;
	same = !((ptep_get(table, pgtable_index(addr, LEVEL_PTE)) ^ pte) &
		 ~(_PAGE_ACCESSED | _PAGE_DIRTY));
	spin_unlock(&table->ptl, LOCK_PTE);
	return same;
}

/* @folio, with a reference that goes, is or was that of the word @pte at @addr. */
static bool move_present(const struct relocation *rel, unsigned long addr, pte_t pte,
			 struct folio *folio)
{
	struct page *page = pfn_to_page(pte_pfn(pte));
	bool good;

	folio_lock(folio);
	point("relocate:folio-locked");
	good = page->folio == folio && is_still(rel, addr, pte);
	if (good)
		move_folio(rel, page, addr);
	folio_unlock(folio);
	folio_put(folio);
	return good;
}

/*
 * Nobody can bring the page of @pte into the swap cache while faults are kept out: if it is not there it
 * will not be.
 */
static bool move_swapped(const struct relocation *rel, unsigned long addr, pte_t pte)
{
	pte_t entry = pte_to_swp_entry(pte);
	struct folio *folio = swap_cache_get_folio(entry);
	bool good;

	if (!folio)
		return move_alone(rel, addr, pte);
	folio_lock(folio);
	point("relocate:folio-locked");
	good = folio_matches_swap_entry(folio, entry) && is_still(rel, addr, pte);
	if (good && folio_anon_vma(folio))
		move_folio(rel, swap_page(folio, entry), addr);
	else if (good)
		good = move_alone(rel, addr, pte);
	folio_unlock(folio);
	folio_put(folio);
	return good;
}

/* The word at @addr, of the locked @table, which is unlocked: false: once more. */
static bool move_word_at(const struct relocation *rel, struct pgtable *table, unsigned long addr)
{
	pte_t pte = ptep_get(table, pgtable_index(addr, LEVEL_PTE));
	struct page *page = pte_present(pte) ? vm_normal_page(pte) : NULL;
	struct folio *folio = page && folio_anon_vma(page->folio) ? page->folio : NULL;

	if (folio)
		folio_get(folio);
	spin_unlock(&table->ptl, LOCK_PTE);
	if (folio)
		return move_present(rel, addr, pte, folio);
	if (pte_none(pte))
		return true;
	/* who put it there will look for it by what the folio says now */
	if (is_migration_pte(pte) && !semantics()->relocate_skips_migration) {
		migration_entry_wait(rel->move.old->vm_mm, addr);
		return false;
	}
	if (is_swap_entry_pte(pte) && !semantics()->relocate_skips_swapcache)
		return move_swapped(rel, addr, pte);
	return move_alone(rel, addr, pte);
}

/* ---- leaves ---- */

static void move_leaf_words(const struct relocation *rel, unsigned long addr)
{
	move_huge_pmd(rel->move.old, addr, relocated_addr(rel, addr), PMD_SIZE);
}

/* The leaf @pmd at @addr, whose @folio, with a reference that goes, may have to be told. */
static bool move_leaf(const struct relocation *rel, unsigned long addr, pte_t pmd,
		      struct folio *folio)
{
	bool good;

	if (folio)
		folio_lock(folio);
	lock_rmap(rel);
	good = !((pgtable_entry(rel->move.old->vm_mm, addr, LEVEL_PMD) ^ pmd) &
		 ~(_PAGE_ACCESSED | _PAGE_DIRTY));
	if (good && folio && folio_anon_vma(folio))
		relocate_folio(folio, rel->move.new,
			       linear_page_index(rel->move.new, relocated_addr(rel, addr)));
	if (good)
		move_leaf_words(rel, addr);
	unlock_rmap(rel);
	if (folio) {
		folio_unlock(folio);
		folio_put(folio);
	}
	return good;
}

/* Bytes that a leaf at @addr served; 0: there is none, or once more. */
static unsigned long move_leaf_at(const struct relocation *rel, unsigned long addr)
{
	struct mm_struct *mm = rel->move.old->vm_mm;
	struct pgtable *pmds = pmd_trans_huge_lock(mm, addr);
	struct folio *folio = NULL;
	pte_t pmd;

	if (!pmds)
		return 0;
	pmd = ptep_get(pmds, pgtable_index(addr, LEVEL_PMD));
	if (is_migration_pte(pmd)) {
		spin_unlock(&pmds->ptl, LOCK_PMD);
		pmd_migration_entry_wait(mm, addr);
		return 0;
	}
	if (!is_huge_zero_pmd(pmd)) {
		folio = pfn_to_page(pte_pfn(pmd))->folio;
		folio_get(folio);
	}
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return move_leaf(rel, addr, pmd, folio) ? PMD_SIZE : 0;
}

void relocate_pages(struct relocation *rel)
{
	unsigned long addr = relocate_next(rel, rel->move.old_addr);

	while (addr < rel->move.old_end) {
		unsigned long done = move_leaf_at(rel, addr);
		struct pgtable *table;

		might_sleep("relocate_pages");
		if (!done) {
			table = pte_offset_map_lock(rel->move.old->vm_mm, addr);
			if (table && move_word_at(rel, table, addr))
				done = PAGE_SIZE;
		}
		addr = relocate_next(rel, addr + done);
	}
}
