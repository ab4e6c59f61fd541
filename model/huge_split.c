/*
 * huge_split.c - one large folio becomes many small ones.
 *
 * All that maps it is replaced by migration entries, so that nobody can reach it; if then
 * only the caller's reference is left, the frames are dealt out, and the entries become PTEs
 * of the small folios.
 *
 * In the kernel:  mm/huge_memory.c __folio_split(), __split_unmapped_folio(), unmap_folio(),
 *                 remap_page(), can_split_folio(); mm/migrate.c remove_migration_pte(),
 *                 try_to_map_unused_to_zeropage(); mm/rmap.c try_to_migrate_one().
 * Left out:       orders above 0 as the result; files.
 * Locks:          the folio lock is the caller's.  Here: the anon_vma root's rwsem for
 *                 writing, then the locks of the tables.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "rmap_pte.h"
#include "swap.h"

/* ---- its words become migration entries ---- */

/* A PTE that maps @page of @folio; false if the page may be pinned. */
static bool freeze_pte(struct vm_area_struct *vma, struct pgtable *table, unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	pte_t pte = ptep_clear_batched(table, slot, addr);
	struct page *page = pfn_to_page(pte_pfn(pte));
	struct folio *folio = page->folio;
	bool exclusive = PageAnonExclusive(page);

	if (exclusive && folio_maybe_dma_pinned(folio)) {
		set_pte(table, slot, pte);
		return false;
	}
	ClearPageAnonExclusive(page);
	if (pte_dirty(pte))
		folio_set(folio, PG_dirty);
	set_pte(table, slot, migration_pte_of(pte, page->pfn, exclusive));
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio);
	return true;
}

/* The leaf of 2 MiB that maps @folio, if that is what is at @addr. */
static void freeze_leaf(struct folio *folio, struct vm_area_struct *vma, unsigned long addr)
{
	struct pgtable *pmds = rmap_leaf_lock(folio, vma, addr);

	if (!pmds)
		return;
	split_huge_pmd_locked(vma, pmds, addr, true);
	spin_unlock(&pmds->ptl, LOCK_PMD);
}

/* The words of one table, [addr, end), for the pages of @folio from @pfn on. */
static bool freeze_table(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
			 pfn_t pfn)
{
	struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
	bool good = true;

	if (!table)
		return true;
	for (; addr < end && good; addr += PAGE_SIZE, pfn++) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		if (pte_maps(ptep_get(table, slot), pfn))
			good = freeze_pte(vma, table, addr);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	return good;
}

/* Kernel: try_to_migrate_one() with TTU_SPLIT_HUGE_PMD. */
static bool freeze_vma(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		       void *data G_GNUC_UNUSED)
{
	unsigned long end, next;
	pfn_t pfn;

	end = rmap_range(folio, vma, addr, &pfn);
	for (; addr < end; addr = next) {
		next = pmd_addr_end(addr, end);
		freeze_leaf(folio, vma, addr);
		if (!freeze_table(vma, addr, next, pfn))
			return false;
		pfn += (next - addr) >> PAGE_SHIFT;
	}
	return folio_mapcount(folio) > 0;
}

/* ---- and words again ---- */

/* Kernel: try_to_map_unused_to_zeropage(). */
static bool may_be_zero_page(const struct folio *folio, const struct vm_area_struct *vma,
			     const struct page *page)
{
	if (folio->order || folio_test(folio, PG_mlocked) || vma->vm_flags & VM_LOCKED)
		return false;
	return !page_content(page, "try_to_map_unused_to_zeropage");
}

static void thaw_pte(struct folio *folio, struct vm_area_struct *vma, struct pgtable *table,
		     unsigned int slot, unsigned long addr, bool use_zero_page)
{
	pte_t old = ptep_get(table, slot), pte, mark;
	struct page *page = pfn_to_page(migration_pfn(old));

	mark = old & _PAGE_SWP_UFFD_WP ? _PAGE_UFFD_WP : 0;
	if (use_zero_page && may_be_zero_page(folio, vma, page)) {
		vma->vm_mm->rss_anon--;
		set_pte(table, slot, pfn_pte(page_to_pfn(mach->zero_page),
					     vma_page_prot(vma) | _PAGE_SPECIAL) | mark);
		return;
	}
	pte = pfn_pte(page->pfn, vma_page_prot(vma)) | mark;
	if (!(old & SWP_MIGRATION_YOUNG))
		pte = pte_mkold(pte);
	if (folio_test(folio, PG_dirty) && old & SWP_MIGRATION_DIRTY)
		pte = pte_mkdirty(pte);
	if (swp_type(old) == SWP_MIGRATION_WRITE)
		pte = pte_mkwrite(pte);
	folio_get(folio);
	folio_add_anon_rmap_pte(folio, page, vma, addr, swp_type(old) != SWP_MIGRATION_READ);
	set_pte(table, slot, pte);
}

/* Kernel: remove_migration_pte(). */
static bool thaw_vma(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		     void *data)
{
	unsigned long end;
	pfn_t pfn;

	for (end = rmap_range(folio, vma, addr, &pfn); addr < end; addr += PAGE_SIZE, pfn++) {
		struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		if (!table)
			continue;
		if (is_migration_pte(ptep_get(table, slot)) &&
		    migration_pfn(ptep_get(table, slot)) == pfn)
			thaw_pte(folio, vma, table, slot, addr, *(const bool *)data);
		spin_unlock(&table->ptl, LOCK_PTE);
	}
	return true;
}

/* ---- the frames ---- */

/* Folios for all frames of @folio but the first, or NULL.  Not in the kernel: there the
 * descriptors of the frames are the folios. */
static struct folio **alloc_tails(const struct folio *folio)
{
	unsigned long nr = folio_nr_pages(folio);
	struct folio **tails = g_new0(struct folio *, nr);

	alloc_nofail_begin();
	for (unsigned long n = 1; n < nr; n++)
		tails[n] = NEW(KIND_FOLIO, struct folio, "part of a folio");
	alloc_nofail_end();
	return tails;
}

/* Kernel: __split_folio_to_order(), lru_add_split_folio(). */
static void deal_out(struct folio *folio, struct folio **tails)
{
	unsigned long nr = folio_nr_pages(folio);
	struct page *page = folio_page(folio, 0);
	struct folio_large *large = folio->large;

	folio_unqueue_deferred_split(folio);
	lru_split_begin(folio, 0);
	folio->large = NULL;
	folio->order = 0;
	for (unsigned long n = 1; n < nr; n++) {
		struct folio *tail = tails[n];

		tail->refcount = 1;
		tail->pfn = page[n].pfn;
		folio_set_mapping(tail, folio_mapping_word(folio));
		tail->index = folio->index + n;
		folio_set(tail, folio->flags & FOLIO_SPLIT_INHERITS);
		page[n].folio = tail;
		lru_add_split_folio(folio, tail);
	}
	model_free(KIND_FOLIO_LARGE, large);
}

/* Whoever waits for a part waits for its lock.  The last reference may go, but for that of @kept, and
 * unless @list gets one. */
static void release_others(struct folio *folio, struct folio **tails, unsigned long nr,
			   struct folio *kept, GPtrArray *list)
{
	tails[0] = folio;
	if (kept != folio)
		folio_lock_passes_on(folio, kept);
	for (unsigned long n = 0; n < nr; n++) {
		if (tails[n] == kept)
			continue;
		if (list) {
			folio_get(tails[n]);
			g_ptr_array_add(list, tails[n]);
		}
		folio_clear(tails[n], PG_locked);
		wake_up(tails[n]);
		free_swap_cache(tails[n]);
		folio_put(tails[n]);
	}
	g_free(tails);
}

/* The references that the swap cache has.  Kernel: in can_split_folio(). */
static int extra_pins(const struct folio *folio)
{
	return folio_test(folio, PG_swapcache) ? (int)folio_nr_pages(folio) : 0;
}

/* All words are gone: who else has a hand on it?  If nobody, the frames are dealt out, in one step for
 * those who look into the swap cache.  The other folios, or NULL. */
static struct folio **deal_out_if_alone(struct folio *folio)
{
	bool cached = folio_test(folio, PG_swapcache), alone;
	unsigned long nr = folio_nr_pages(folio);
	struct folio **tails = alloc_tails(folio);
	pte_t entry = folio->swap;

	if (cached)
		swap_cluster_lock(entry);
	alone = !folio_mapcount(folio) && folio_ref_count(folio) == 1 + extra_pins(folio);
	if (alone)
		deal_out(folio, tails);
	if (alone && cached)
		swap_cache_split_folio(folio, tails, nr);
	if (cached)
		swap_cluster_unlock(entry);
	if (alone)
		return tails;
	for (unsigned long n = 1; n < nr; n++)
		model_free(KIND_FOLIO, tails[n]);
	g_free(tails);
	return NULL;
}

/* The last moment at which it can be given up. */
static int split_unmapped(struct folio *folio, const struct page *at, GPtrArray *list)
{
	unsigned long nr = folio_nr_pages(folio);
	bool use_zero_page = false;
	struct folio **tails;

	point("thp:unmapped");
	tails = deal_out_if_alone(folio);
	if (!tails) {
		rmap_walk_locked(folio, thaw_vma, &use_zero_page);
		return -EAGAIN;
	}
	use_zero_page = true;
	rmap_walk_locked(folio, thaw_vma, &use_zero_page);
	for (unsigned long n = 1; n < nr; n++)
		rmap_walk_locked(tails[n], thaw_vma, &use_zero_page);
	release_others(folio, tails, nr, at->folio, list);
	return 0;
}

bool can_split_folio(const struct folio *folio)
{
	return folio_mapcount(folio) == folio_ref_count(folio) - extra_pins(folio) - 1;
}

/* Lock and reference stay with @at's part.  Kernel: __folio_split(). */
static int split_at(struct folio *folio, struct page *at, GPtrArray *list)
{
	unsigned int id = folio->id;
	struct anon_vma *anon_vma;
	int error;

	lockdep_assert_held(folio, LOCK_FOLIO);
	if (is_huge_zero_folio(folio) || folio_test(folio, PG_writeback))
		return -EBUSY;
	if (!folio_test_anon(folio))
		return split_file_folio(folio, -1, list);
	anon_vma = folio_get_anon_vma(folio);
	if (!anon_vma)
		return -EBUSY;
	anon_vma_lock_write(anon_vma);
	if (can_split_folio(folio)) {
		rmap_walk_locked(folio, freeze_vma, NULL);
		try_to_unmap_flush();
		error = split_unmapped(folio, at, list);
	} else {
		error = -EAGAIN;
	}
	anon_vma_unlock_write(anon_vma);
	put_anon_vma(anon_vma);
	trace_event("thp", "folio#%u: %s", id,
		    error ? "not split, somebody else holds it" : "split into pages");
	return error;
}

int split_folio_to_list(struct folio *folio, GPtrArray *list)
{
	return split_at(folio, folio_page(folio, 0), list);
}

int split_folio(struct folio *folio)
{
	return split_folio_to_list(folio, NULL);
}

int split_huge_page(struct page *page)
{
	return split_at(page->folio, page, NULL);
}
