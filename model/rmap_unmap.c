/*
 * rmap_unmap.c - taking away all mappings of a folio that is to leave memory.
 *
 * In the kernel:  mm/rmap.c try_to_unmap(), try_to_unmap_one(); mm/page_vma_mapped.c;
 *                 include/linux/rmap.h folio_try_share_anon_rmap_pte().
 * Left out:       hardware-poisoned pages, hugetlb.
 * Locks:          the folio lock is the caller's; the anon_vma root's rwsem or i_mmap_rwsem for
 *                 reading, then the PTE lock of each word.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "rmap_pte.h"
#include "swap.h"

struct pgtable *rmap_table_lock(const struct vm_area_struct *vma, unsigned long addr,
				unsigned long end, pfn_t pfn)
{
	struct pgtable *table = pgtable_lookup(vma->vm_mm, addr, LEVEL_PTE);
	bool found = false;

	/* Most areas of a walk do not map it: no lock for a look at those. */
	for (unsigned long at = addr; table && at < end && !found; at += PAGE_SIZE)
		found = pte_present(ptep_get_lockless(table, pgtable_index(at, LEVEL_PTE),
						      "page_vma_mapped_walk"));
	table = found ? pte_offset_map_lock(vma->vm_mm, addr) : NULL;
	if (!table)
		return NULL;
	for (; addr < end; addr += PAGE_SIZE, pfn++)
		if (pte_maps(ptep_get(table, pgtable_index(addr, LEVEL_PTE)), pfn))
			return table;
	spin_unlock(&table->ptl, LOCK_PTE);
	return NULL;
}

struct pgtable *rmap_pte_lock(const struct folio *folio, const struct vm_area_struct *vma,
			      unsigned long addr)
{
	pfn_t pfn = folio->pfn;

	if (folio->order)
		rmap_range(folio, vma, addr, &pfn);
	return rmap_table_lock(vma, addr, addr + PAGE_SIZE, pfn);
}

unsigned long rmap_range(const struct folio *folio, const struct vm_area_struct *vma,
			 unsigned long addr, pfn_t *pfn)
{
	unsigned long n = folio->order ? linear_page_index(vma, addr) - folio->index : 0;

	*pfn = folio->pfn + n;
	return MIN(addr + ((folio_nr_pages(folio) - n) << PAGE_SHIFT), vma->vm_end);
}

struct pgtable *rmap_leaf_lock(const struct folio *folio, const struct vm_area_struct *vma,
			       unsigned long addr)
{
	struct pgtable *pmds = folio->order == HPAGE_PMD_ORDER ?
			       pmd_trans_huge_lock(vma->vm_mm, addr) : NULL;
	pte_t pmd;

	if (!pmds)
		return NULL;
	pmd = ptep_get(pmds, pgtable_index(addr, LEVEL_PMD));
	if (pte_present(pmd) && pte_pfn(pmd) == folio->pfn)
		return pmds;
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return NULL;
}

bool folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page)
{
	/* The word is cleared, then the count is read; GUP-fast pins, then reads the word
	 * again: one of both sees the other. */
	sched_step(&folio->refcount, ACCESS_READ, "folio_try_share_anon_rmap_pte");
	if (folio_maybe_dma_pinned(folio))
		return false;
	sched_touch(page, ACCESS_WRITE);	/* GUP-fast looks at it without a lock */
	ClearPageAnonExclusive(page);
	return true;
}

/* The swap word for a page that is unmapped; 0: it must stay.  Kernel: the anonymous part of
 * try_to_unmap_one(). */
static pte_t swap_word(struct folio *folio, struct page *page, pte_t old)
{
	bool exclusive = PageAnonExclusive(page);
	pte_t entry = swp_entry_add(folio->swap, page->pfn - folio->pfn);

	if (!folio_test(folio, PG_swapcache))
		return 0;
	if (swap_duplicate(entry))
		return 0;
	if (exclusive && !folio_try_share_anon_rmap_pte(folio, page)) {
		swap_free(entry);
		return 0;
	}
	if (old & _PAGE_UFFD_WP && !semantics()->uffd_wp_lost_in_swap)
		entry |= _PAGE_SWP_UFFD_WP;
	return entry | (exclusive ? _PAGE_SWP_EXCLUSIVE : 0);
}

/*
 * May a page of MADV_FREE be dropped?  Somebody wrote to it, or has a reference through which he
 * may yet: no.  The word has been cleared before these were looked at.
 */
static bool lazyfree_may_go(struct folio *folio, const struct vm_area_struct *vma)
{
	int extra = folio_ref_count(folio) - 1 - folio_mapcount(folio);

	if (folio_test(folio, PG_dirty) && !(vma->vm_flags & VM_DROPPABLE)) {
		folio_set(folio, PG_swapbacked);
		return false;
	}
	return extra == 0 || semantics()->madv_free_ignores_references;
}

/* What stands in place of the word @old that maps @page, which has been cleared; 0 for nothing.
 * False: the word has to stay. */
static bool replacement(struct folio *folio, struct vm_area_struct *vma, struct page *page,
			pte_t old, pte_t *word)
{
	*word = 0;
	if (!folio_test_anon(folio)) {
		if (old & _PAGE_UFFD_WP)
			*word = swp_pte(SWP_PTE_MARKER, PTE_MARKER_UFFD_WP);
		return true;
	}
	if (!folio_test(folio, PG_swapbacked))
		return lazyfree_may_go(folio, vma);
	*word = swap_word(folio, page, old);
	return *word != 0;
}

/* Kernel: try_to_unmap_one().  The lock of @table is held. */
static bool unmap_word(struct folio *folio, struct vm_area_struct *vma, struct pgtable *table,
		       unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	struct page *page = pfn_to_page(pte_pfn(ptep_get(table, slot)));
	pte_t old, word;

	/* Cleared first, so that no store goes to the page unseen. */
	old = ptep_clear_batched(table, slot, addr);
	if (pte_dirty(old))
		folio_set(folio, PG_dirty);
	if (!replacement(folio, vma, page, old, &word)) {
		set_pte(table, slot, old);
		return false;
	}
	*mm_counter(vma->vm_mm, folio) -= 1;
	if (vma->vm_flags & VM_DROPPABLE)
		ghost_drop(vma->vm_mm, addr, PAGE_SIZE);
	if (is_swap_entry_pte(word))
		vma->vm_mm->swapents++;
	set_pte(table, slot, word);
	if (!word)
		pgtable_set_wp_asked(table, slot, false);
	folio_remove_rmap_pte(folio, page, vma);
	if (vma->vm_flags & VM_LOCKED)
		mlock_drain_local();
	folio_put(folio);
	return true;
}

/* Words from @slot on, at most @max, that are dropped together or not at all: of a large folio of
 * MADV_FREE, as far as they are alike.  Kernel: folio_unmap_pte_batch(). */
static unsigned long unmap_batch(const struct folio *folio, const struct pgtable *table,
				 unsigned int slot, unsigned long max)
{
	unsigned long nr = 1;

	if (!folio->order || folio_test(folio, PG_swapbacked))
		return 1;
	max = folio_pte_batch(table, slot, max);
	while (nr < max && pte_write(ptep_get(table, slot + nr)) == pte_write(ptep_get(table, slot)))
		nr++;
	return nr;
}

/* @nr words of a large folio of MADV_FREE go, or stay with what any of them says of accesses. */
static bool discard_words(struct folio *folio, struct vm_area_struct *vma, struct pgtable *table,
			  unsigned long addr, unsigned int nr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	struct page *page = pfn_to_page(pte_pfn(ptep_get(table, slot)));
	pte_t first = ptep_get(table, slot);

	for (unsigned int n = 0; n < nr; n++) {
		first |= ptep_clear_batched(table, slot + n, addr + n * PAGE_SIZE) &
			 (_PAGE_ACCESSED | _PAGE_DIRTY);
	}
	if (pte_dirty(first))
		folio_set(folio, PG_dirty);
	if (!lazyfree_may_go(folio, vma)) {
		for (unsigned int n = 0; n < nr; n++)
			set_pte(table, slot + n, first + ((pte_t)n << PAGE_SHIFT));
		return false;
	}
	vma->vm_mm->rss_anon -= nr;
	if (vma->vm_flags & VM_DROPPABLE)
		ghost_drop(vma->vm_mm, addr, nr * PAGE_SIZE);
	folio_remove_rmap_ptes(folio, page, nr, vma);
	for (unsigned int n = 0; n < nr; n++) {
		pgtable_set_wp_asked(table, slot + n, false);
		folio_put(folio);
	}
	return true;
}

/* The words of one table, [addr, end), for the frames from @pfn on: all or, if false, the first
 * ones are unmapped. */
static bool unmap_table(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			unsigned long end, pfn_t pfn)
{
	struct pgtable *table = rmap_table_lock(vma, addr, end, pfn);
	unsigned long first = addr, nr = 0, batch = 1;
	bool good = true;

	if (!table)
		return true;
	for (; addr < end && good; addr += batch << PAGE_SHIFT, pfn += batch) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		batch = 1;
		if (!pte_maps(ptep_get(table, slot), pfn))
			continue;
		if (!nr)
			first = addr;
		batch = unmap_batch(folio, table, slot, (end - addr) >> PAGE_SHIFT);
		good = batch > 1 ? discard_words(folio, vma, table, addr, (unsigned int)batch) :
				   unmap_word(folio, vma, table, addr);
		nr += good ? batch : 0;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	if (nr == 1)
		trace_event("swap", "mm#%u 0x%lx no longer maps folio#%u", vma->vm_mm->id, first,
			    folio->id);
	else if (nr)
		trace_event("swap", "mm#%u 0x%lx: %lu words no longer map folio#%u",
			    vma->vm_mm->id, first, nr, folio->id);
	point("swap:word-replaced");
	return good;
}

/* ---- areas that are locked in memory ---- */

/* Words of [addr, end), in which a leaf counts as 512. */
static unsigned long count_words(const struct folio *folio, const struct vm_area_struct *vma,
				 unsigned long addr, unsigned long end, pfn_t pfn)
{
	struct pgtable *table = rmap_leaf_lock(folio, vma, addr);
	unsigned long nr = 0;

	if (table) {
		spin_unlock(&table->ptl, LOCK_PMD);
		return folio_nr_pages(folio);
	}
	table = rmap_table_lock(vma, addr, end, pfn);
	if (!table)
		return 0;
	for (; addr < end; addr += PAGE_SIZE, pfn++)
		nr += pte_maps(ptep_get(table, pgtable_index(addr, LEVEL_PTE)), pfn);
	spin_unlock(&table->ptl, LOCK_PTE);
	return nr;
}

bool rmap_maps_locked(struct folio *folio, const struct vm_area_struct *vma, unsigned long addr,
		      bool *whole)
{
	unsigned long end, next, nr = 0;
	bool crossed = false;
	pfn_t pfn;

	end = rmap_range(folio, vma, addr, &pfn);
	for (; addr < end; addr = next) {
		next = pmd_addr_end(addr, end);
		nr += count_words(folio, vma, addr, next, pfn);
		crossed |= next != end;
		pfn += (next - addr) >> PAGE_SHIFT;
	}
	*whole = nr == folio_nr_pages(folio) && !crossed;
	return nr != 0;
}

/* ---- leaves ---- */

/* The leaf at @addr, if it maps @folio, goes if it is a file's, or becomes words: also of what
 * MADV_FREE gave up, so that a table stays when its words have gone. */
static void unmap_leaf(struct folio *folio, struct vm_area_struct *vma, unsigned long addr)
{
	struct pgtable *pmds = rmap_leaf_lock(folio, vma, addr);

	if (!pmds)
		return;
	split_huge_pmd_locked(vma, pmds, addr, false);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	point("thp:pmd-split");
}

static bool unmap_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		      void *data)
{
	const enum ttu_flags *flags = data;
	unsigned long end, next;
	bool good = true, whole;
	pfn_t pfn;

	if (READ_SHARED(&vma->vm_flags, vma->vm_flags, "try_to_unmap_one") & VM_LOCKED &&
	    *flags != TTU_IGNORE_MLOCK) {
		if (!rmap_maps_locked(folio, vma, addr, &whole))
			return true;
		if (whole)
			mlock_vma_folio(folio, vma);
		return false;
	}
	end = rmap_range(folio, vma, addr, &pfn);
	for (; addr < end && good; addr = next) {
		next = pmd_addr_end(addr, end);
		unmap_leaf(folio, vma, addr);
		good = unmap_table(folio, vma, addr, next, pfn);
		pfn += (next - addr) >> PAGE_SHIFT;
	}
	return good && folio_mapcount(folio) > 0;
}

void try_to_unmap(struct folio *folio, enum ttu_flags flags)
{
	lockdep_assert_held(folio, LOCK_FOLIO);
	rmap_walk(folio, unmap_one, &flags);
}
