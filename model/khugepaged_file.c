/*
 * khugepaged_file.c - 512 pages of a file's cache become one folio, and page tables of whoever
 * maps them get a leaf for it.
 *
 * First the cache: each page is locked, taken away from all page tables and held, so that
 * nobody can reach it but through the cache, where its lock is met.  Copied, they are replaced
 * by the new folio in one step.  Then the tables: those that are empty by now and that nobody
 * has a use for are taken out; a fault, or MADV_COLLAPSE itself, puts a leaf there.
 *
 * In the kernel:  mm/khugepaged.c hpage_collapse_scan_file(), collapse_file(),
 *                 retract_page_tables(), collapse_pte_mapped_thp(), set_huge_pmd().
 * Left out:       files on disks (CONFIG_READ_ONLY_THP_FOR_FS=n), memory failures during the copy.
 * Locks:          folio locks by trylock, in order of index; i_mmap_rwsem for reading around the
 *                 walks over areas; the PMD table's lock and within it the PTE table's.
 *                 mmap_lock for collapse_pte_mapped_thp() alone.
 */
#include "file.h"
#include "khugepaged.h"
#include "lru.h"
#include "machine.h"
#include "rmap.h"
#include "shmem_swap.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

/* ---- the look ---- */

/* Do the cache, the mappings and one caller account for all references?
 * Kernel: folio_expected_ref_count(). */
static bool refs_expected(const struct folio *folio, int callers)
{
	return folio_ref_count(folio) ==
	       folio_mapcount(folio) + (int)folio_nr_pages(folio) + callers;
}

static enum scan_result scan_cached(const struct folio *folio, pgoff_t start)
{
	if (folio->order == HPAGE_PMD_ORDER)
		return folio->index == start ? SCAN_PTE_MAPPED_HUGEPAGE : SCAN_PAGE_COMPOUND;
	if (!folio_test(folio, PG_lru))
		return SCAN_PAGE_LRU;
	return refs_expected(folio, 0) ? SCAN_SUCCEED : SCAN_PAGE_COUNT;
}

enum scan_result khugepaged_file_verdict(const struct address_space *mapping, pgoff_t start,
					 const struct collapse_control *cc)
{
	enum scan_result result = SCAN_SUCCEED;
	unsigned long last, index = start, present = 0, swapped = 0;

	while (result == SCAN_SUCCEED && index < start + HPAGE_PMD_NR) {
		const struct folio *folio = filemap_get_folio(mapping, index);

		if (folio) {
			result = scan_cached(folio, start);
			present += folio_nr_pages(folio);
			index = folio->index + folio_nr_pages(folio);
		} else if (shmem_swap_entry(mapping, index, NULL, &last)) {
			swapped += last + 1 - index;
			index = last + 1;
			if (cc->is_khugepaged && swapped > mach->config.max_ptes_swap)
				result = SCAN_EXCEED_SWAP_PTE;
		} else {
			index++;
		}
	}
	if (result == SCAN_SUCCEED && cc->is_khugepaged &&
	    present + mach->config.max_ptes_none < HPAGE_PMD_NR)
		return SCAN_EXCEED_NONE_PTE;
	return result;
}

enum scan_result hpage_collapse_scan_file(struct mm_struct *mm, unsigned long addr,
					  struct file *file, pgoff_t start,
					  const struct collapse_control *cc)
{
	struct address_space *mapping = &file->inode->i_data;
	enum scan_result result = khugepaged_file_verdict(mapping, start, cc);

	point("collapse:file-scanned");
	if (result == SCAN_SUCCEED)
		result = collapse_file(mapping, start, cc);
	trace_event("khugepaged", "mm#%u 0x%lx, pages from 0x%lx of inode#%u: %s", mm->id, addr, start,
		    file->inode->id, scan_result_word(result));
	return result;
}

/* ---- the cache ---- */

struct collapse_cache {
	struct address_space *mapping;
	pgoff_t start;
	struct folio *folio;	/* the new one, its lock disowned */
	GPtrArray *taken;	/* struct folio *, isolated, their locks disowned */
	unsigned long none;	/* pages that were not there */
};

/* The page that is to be at @index, locked and with a reference; NULL: *result says why not. */
static struct folio *lock_cached(const struct collapse_cache *c, struct folio *folio,
				 enum scan_result *result)
{
	bool uptodate = folio_test(folio, PG_uptodate);

	*result = SCAN_PAGE_LOCK;
	/* what fallocate() has only promised becomes a page now, by whatever wait it takes */
	if (!uptodate)
		folio_lock(folio);
	else if (!folio_trylock(folio))
		return NULL;
	folio_get(folio);
	folio_set(folio, PG_uptodate);
	if (!uptodate)
		lru_add_drain();
	*result = scan_cached(folio, c->start);
	if (*result == SCAN_PAGE_LRU || *result == SCAN_PAGE_COUNT)
		*result = SCAN_SUCCEED;	/* asked for below, when it is unmapped */
	if (*result == SCAN_SUCCEED && folio_mapping(folio) != c->mapping)
		*result = SCAN_TRUNCATED;
	if (*result == SCAN_SUCCEED)
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return NULL;
}

/* Nobody is to reach it but through the cache. */
static enum scan_result take_cached(struct collapse_cache *c, struct folio *folio)
{
	enum scan_result result;

	folio = lock_cached(c, folio, &result);
	if (!folio)
		return result;
	result = SCAN_DEL_PAGE_LRU;
	if (!folio_isolate_lru(folio))
		goto unlock;
	if (folio_mapcount(folio))
		try_to_unmap(folio, TTU_IGNORE_MLOCK);
	result = SCAN_PAGE_COUNT;
	if (folio_ref_count(folio) != 2 + (int)folio_nr_pages(folio)) {
		folio_putback_lru(folio);
		goto unlock;
	}
	folio_lock_disown(folio);
	g_ptr_array_add(c->taken, folio);
	return SCAN_SUCCEED;
unlock:
	folio_unlock(folio);
	folio_put(folio);
	return result;
}

/* The page at @index, back from swap if need be: false if that fails; NULL for a hole. */
static bool find_cached(const struct collapse_cache *c, pgoff_t index, struct folio **folio)
{
	*folio = filemap_get_folio(c->mapping, index);
	if (*folio || !shmem_is_swapped(c->mapping, index))
		return true;
	if (shmem_find_folio(c->mapping, index, folio))
		return false;
	lru_add_drain();
	return true;
}

/* Is there nothing at all in the block? */
static bool block_is_empty(const struct collapse_cache *c)
{
	pgoff_t end = c->start + HPAGE_PMD_NR;
	unsigned long first, last;

	return (!mt_find(&c->mapping->i_pages, c->start, &first, &last) || first >= end) &&
	       (!mt_find(&c->mapping->i_swapped, c->start, &first, &last) || first >= end);
}

static enum scan_result take_all(struct collapse_cache *c)
{
	enum scan_result result = SCAN_SUCCEED;
	pgoff_t index = c->start, end = c->start + HPAGE_PMD_NR;

	while (index < end && result == SCAN_SUCCEED) {
		struct folio *folio;

		if (!find_cached(c, index, &folio))
			return SCAN_FAIL;
		if (folio) {
			result = take_cached(c, folio);
			index += folio_nr_pages(folio);
			continue;
		}
		/* nothing at all by now? */
		if (index == c->start && block_is_empty(c))
			return SCAN_TRUNCATED;
		c->none++;
		index++;
	}
	return result;
}

static void copy_all(const struct collapse_cache *c)
{
	for (guint i = 0; i < c->taken->len; i++) {
		const struct folio *folio = c->taken->pdata[i];

		for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
			folio_page(c->folio, folio->index - c->start + n)->content =
				page_content(folio_page(folio, n), "collapse_file");
	}
	count_vm_events(VM_EVENT_copies, HPAGE_PMD_NR);
}

/* Holes that somebody filled meanwhile, or whose filling somebody wants to be told of. */
static enum scan_result holes_are_ours(const struct collapse_cache *c)
{
	pgoff_t index = c->start, end = c->start + HPAGE_PMD_NR;
	enum scan_result result = SCAN_SUCCEED;
	struct interval_node *node;
	unsigned long none = 0;

	if (!c->none)
		return SCAN_SUCCEED;
	for (; index < end; index++)
		none += !filemap_get_folio(c->mapping, index) &&
			!shmem_is_swapped(c->mapping, index);
	if (none != c->none)
		return SCAN_PAGE_FILLED;
	for (node = interval_tree_first(&c->mapping->i_mmap, c->start, end); node;
	     node = interval_tree_next(node, c->start, end))
		if (userfaultfd_missing(container_of(node, struct vm_area_struct, shared)))
			result = SCAN_EXCEED_NONE_PTE;
	return result;
}

/* The new folio takes the place of what is there.  The look at the holes and this are one step. */
static enum scan_result replace_cached(struct collapse_cache *c)
{
	enum scan_result result;

	down_read(&c->mapping->i_mmap_rwsem);
	result = holes_are_ours(c);
	if (result == SCAN_SUCCEED && filemap_replace_range(c->mapping, c->folio, c->start))
		result = SCAN_STORE_FAILED;
	if (result == SCAN_SUCCEED) {
		filemap_count_pages(c->mapping, (long)c->none);
		folio_ref_add(c->folio, HPAGE_PMD_NR - 1);
		folio_set(c->folio, PG_uptodate | PG_dirty);
		folio_add_lru(c->folio);
	}
	up_read(&c->mapping->i_mmap_rwsem);
	point("collapse:cache-replaced");
	return result;
}

static void free_taken(const struct collapse_cache *c)
{
	for (guint i = 0; i < c->taken->len; i++) {
		struct folio *folio = c->taken->pdata[i];

		folio_set_mapping(folio, 0);
		folio_clear(folio, PG_active | PG_unevictable);
		folio_unlock_disowned(folio);
		folio_put_refs(folio, 2 + folio_nr_pages(folio));
	}
}

/* Each goes back to its list; page tables get them back by faults. */
static void give_back(const struct collapse_cache *c)
{
	for (guint i = 0; i < c->taken->len; i++) {
		folio_unlock_disowned(c->taken->pdata[i]);
		folio_putback_lru(c->taken->pdata[i]);
		folio_put(c->taken->pdata[i]);
	}
}

/* With the new folio locked throughout: whoever finds it in the cache has to wait. */
static enum scan_result collapse_cached(struct collapse_cache *c)
{
	enum scan_result result = take_all(c);
	struct inode *host = c->mapping->host;

	point("collapse:file-taken");
	if (result == SCAN_SUCCEED && shmem_acct_blocks(host, c->none))
		result = SCAN_FAIL;
	if (result != SCAN_SUCCEED) {
		give_back(c);
		return result;
	}
	copy_all(c);
	result = replace_cached(c);
	if (result != SCAN_SUCCEED) {
		shmem_unacct_blocks(host, c->none);
		give_back(c);
		return result;
	}
	retract_page_tables(c->mapping, c->start);
	free_taken(c);
	return SCAN_SUCCEED;
}

enum scan_result collapse_file(struct address_space *mapping, pgoff_t start,
			       const struct collapse_control *cc)
{
	struct collapse_cache c = { .mapping = mapping, .start = start };
	enum scan_result result;

	c.folio = folio_alloc(HPAGE_PMD_ORDER, "huge page to collapse into");
	if (!c.folio)
		return SCAN_ALLOC_HUGE_PAGE_FAIL;
	folio_lock(c.folio);
	folio_set(c.folio, PG_swapbacked);
	c.folio->index = start;
	folio_set_mapping(c.folio, (uintptr_t)mapping);
	c.taken = g_ptr_array_new();
	result = collapse_cached(&c);
	g_ptr_array_unref(c.taken);
	if (result != SCAN_SUCCEED)
		folio_set_mapping(c.folio, 0);
	folio_unlock(c.folio);
	if (result != SCAN_SUCCEED)
		folio_put(c.folio);
	else if (!cc->is_khugepaged)
		return SCAN_PTE_MAPPED_HUGEPAGE;
	return result;
}

/* ---- page tables ---- */

/* Has the area only what faults would bring back?  Kernel: file_backed_vma_is_retractable(). */
static bool is_retractable(const struct vm_area_struct *vma)
{
	return !vma->anon_vma && !userfaultfd_wp(vma) && !(vma->vm_flags & VM_MAYBE_GUARD);
}

/* Takes the table at @addr out of its PMD table, and frees it.  Both locks held, dropped here. */
static void take_out_table(struct pgtable *pmds, struct pgtable *table, unsigned long addr)
{
	pgtable_unlink(table);
	spin_unlock(&table->ptl, LOCK_PTE);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	tlb_remove_tlb_entry(addr & PMD_MASK, PMD_SIZE);
	tlb_remove_table(table, addr);
}

static void retract_from(struct vm_area_struct *vma, unsigned long addr)
{
	struct pgtable *pmds, *table;

	if (find_pmd_or_thp_or_none(vma->vm_mm, addr) != SCAN_SUCCEED || !is_retractable(vma))
		return;
	pmds = pgtable_lookup(vma->vm_mm, addr, LEVEL_PMD);
	point("collapse:retract");
	spin_lock(&pmds->ptl, LOCK_PMD);
	table = pmds->child[pgtable_index(addr, LEVEL_PMD)];
	if (!table) {
		spin_unlock(&pmds->ptl, LOCK_PMD);
		return;
	}
	spin_lock(&table->ptl, LOCK_PTE);
	/* mmap_lock is not ours: either may have come by now */
	if (is_retractable(vma)) {
		tlb_gather_mmu(vma->vm_mm);
		take_out_table(pmds, table, addr);
		tlb_finish_mmu(vma->vm_mm);
		trace_event("khugepaged", "mm#%u 0x%lx: its table was taken out", vma->vm_mm->id, addr);
		return;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	spin_unlock(&pmds->ptl, LOCK_PMD);
}

void retract_page_tables(struct address_space *mapping, pgoff_t start)
{
	struct interval_node *node;

	down_read(&mapping->i_mmap_rwsem);
	for (node = interval_tree_first(&mapping->i_mmap, start, start); node;
	     node = interval_tree_next(node, start, start)) {
		struct vm_area_struct *vma = container_of(node, struct vm_area_struct, shared);
		unsigned long addr = vma->vm_start + ((start - vma->vm_pgoff) << PAGE_SHIFT);

		/* private copies are there to be written to: it would be cut again soon */
		if (!vma->anon_vma && IS_ALIGNED(addr, PMD_SIZE) && vma->vm_end >= addr + PMD_SIZE)
			retract_from(vma, addr);
	}
	up_read(&mapping->i_mmap_rwsem);
}

/* Is all that @table has @folio's?  The words of other pages, and what is not present, stay. */
static enum scan_result maps_only(const struct pgtable *table, const struct folio *folio)
{
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++) {
		pte_t pte = ptep_get(table, slot);

		if (pte_none(pte))
			continue;
		if (!pte_present(pte))
			return SCAN_PTE_NON_PRESENT;
		if (pte_special(pte) || pte_pfn(pte) != folio->pfn + slot)
			return SCAN_FAIL;
	}
	return SCAN_SUCCEED;
}

/* Clears the words of @table, all of which map @folio; its lock held. */
static void clear_words(struct vm_area_struct *vma, struct pgtable *table, struct folio *folio)
{
	unsigned long nr = 0;

	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++) {
		if (pte_none(ptep_get(table, slot)))
			continue;
		if (pte_dirty(ptep_get_and_clear(table, slot)))
			folio_set(folio, PG_dirty);
		folio_remove_rmap_pte(folio, folio_page(folio, slot), vma);
		nr++;
	}
	*mm_counter(vma->vm_mm, folio) -= (long)nr;
	if (nr)
		folio_put_refs(folio, nr);
}

/* The table at @addr goes, if it maps nothing but @folio. */
static enum scan_result clear_table(struct vm_area_struct *vma, unsigned long addr,
				    struct folio *folio)
{
	struct pgtable *pmds = pgtable_lookup(vma->vm_mm, addr, LEVEL_PMD), *table;
	enum scan_result result = SCAN_FAIL;

	spin_lock(&pmds->ptl, LOCK_PMD);
	table = pmds->child[pgtable_index(addr, LEVEL_PMD)];
	if (!table) {
		spin_unlock(&pmds->ptl, LOCK_PMD);
		return SCAN_FAIL;
	}
	spin_lock(&table->ptl, LOCK_PTE);
	result = maps_only(table, folio);
	if (result == SCAN_SUCCEED) {
		tlb_gather_mmu(vma->vm_mm);
		clear_words(vma, table, folio);
		take_out_table(pmds, table, addr);
		tlb_finish_mmu(vma->vm_mm);
		return SCAN_SUCCEED;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return result;
}

/* Kernel: set_huge_pmd(). */
static enum scan_result set_leaf(struct vm_area_struct *vma, unsigned long addr,
				 struct folio *folio)
{
	struct vm_fault vmf = { .vma = vma, .address = addr };

	/* Linux 6.18.44 maps it as it is. */
	if (!folio_test(folio, PG_uptodate)) {
		model_unsupported("a collapse that maps a huge page which fallocate() has promised and nobody used: it would show what its memory had before");
		return SCAN_FAIL;
	}
	vmf.pmds = pgtable_alloc(vma->vm_mm, addr, LEVEL_PMD);
	folio_get(folio);
	if (vmf.pmds && do_set_pmd(&vmf, folio))
		return SCAN_SUCCEED;
	folio_put(folio);
	return SCAN_FAIL;
}

static enum scan_result collapse_mapped(struct vm_area_struct *vma, unsigned long addr,
					struct folio *folio, bool install_pmd)
{
	enum scan_result result;

	if (folio->order != HPAGE_PMD_ORDER)
		return SCAN_PAGE_COMPOUND;
	result = find_pmd_or_thp_or_none(vma->vm_mm, addr);
	if (result == SCAN_SUCCEED)
		result = clear_table(vma, addr, folio);
	else if (result == SCAN_PMD_NULL || result == SCAN_PMD_NONE)
		result = SCAN_SUCCEED;
	if (result == SCAN_SUCCEED && install_pmd)
		result = set_leaf(vma, addr, folio);
	return result;
}

enum scan_result collapse_pte_mapped_thp(struct mm_struct *mm, unsigned long addr, bool install_pmd)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	enum scan_result result;
	struct folio *folio;

	rwsem_assert_held(&mm->mmap_lock);
	if (!vma || !vma->vm_file || addr + PMD_SIZE > vma->vm_end)
		return SCAN_VMA_CHECK;
	if (find_pmd_or_thp_or_none(mm, addr) == SCAN_PMD_MAPPED)
		return SCAN_PMD_MAPPED;
	/* the settings were asked, or are not to be, before the folio came to be */
	if (!thp_vma_allowable_order(vma, TVA_FORCED_COLLAPSE, HPAGE_PMD_ORDER))
		return SCAN_VMA_CHECK;
	if (userfaultfd_wp(vma))
		return SCAN_PTE_UFFD_WP;
	folio = filemap_get_folio(&vma->vm_file->inode->i_data, linear_page_index(vma, addr));
	if (!folio || !folio_try_get(folio))
		return SCAN_PAGE_NULL;
	folio_lock(folio);
	result = collapse_mapped(vma, addr, folio, install_pmd);
	folio_unlock(folio);
	folio_put(folio);
	return result;
}
