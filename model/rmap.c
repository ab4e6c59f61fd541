/*
 * rmap.c - counts: how many page table entries map a folio, and as whose page.
 *
 * In the kernel:  mm/rmap.c folio_add_*_rmap_*(), folio_remove_rmap_*(),
 *                 folio_move_anon_rmap(); include/linux/rmap.h folio_*dup_*rmap_*().
 * Left out:       PMD mappings, the two mm ids of a large folio, hugetlb, statistics.
 * Locks:          the PTE table's lock; the folio lock in folio_move_anon_rmap().
 */
#include "lru.h"
#include "machine.h"
#include "rmap.h"

static void page_add_mapping(struct folio *folio, struct page *page)
{
	page->mapcount++;
	if (!folio->large)
		return;
	folio->large->large_mapcount++;
	if (page->mapcount == 1)
		folio->large->nr_pages_mapped++;
}

static void page_remove_mapping(struct folio *folio, struct page *page)
{
	if (page->mapcount <= 0) {
		violation_add("mapcount", "folio_remove_rmap_pte()", "a mapping to remove",
			      "folio#%u frame %u has mapcount %d", folio->id, page->pfn,
			      page->mapcount);
		return;
	}
	page->mapcount--;
	if (!folio->large)
		return;
	folio->large->large_mapcount--;
	if (!page->mapcount)
		folio->large->nr_pages_mapped--;
}

/*
 * Pages of others may turn up in the root as well: only who knows that the folio is all
 * its own may put it below.  Kernel: __folio_set_anon().
 */
static void folio_set_anon(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			   bool exclusive)
{
	struct anon_vma *anon_vma = vma->anon_vma;

	if (!anon_vma) {
		violation_add("anon-vma-missing", "__folio_set_anon()",
			      "an area with an anon_vma", "vma#%u has none, for folio#%u",
			      vma->id, folio->id);
		return;
	}
	if (!exclusive)
		anon_vma = anon_vma->root;
	folio->mapping = (uintptr_t)anon_vma | FOLIO_MAPPING_ANON;
	folio->index = linear_page_index(vma, addr);
}

void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     bool exclusive)
{
	struct page *page = folio_page(folio, 0);

	if (!(vma->vm_flags & VM_DROPPABLE))
		folio_set(folio, PG_swapbacked);
	folio_set_anon(folio, vma, addr, exclusive);
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		page_add_mapping(folio, &page[n]);
		if (exclusive)
			SetPageAnonExclusive(&page[n]);
	}
}

void folio_add_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long addr, bool exclusive)
{
	if (!folio_test_anon(folio))
		folio_set_anon(folio, vma, addr - (page->pfn - folio->pfn) * PAGE_SIZE, exclusive);
	page_add_mapping(folio, page);
	if (exclusive)
		SetPageAnonExclusive(page);
	if (PageAnonExclusive(page) && page_mapcount(page) > 1)
		violation_add("anon-exclusive", "folio_add_anon_rmap_pte()",
			      "one mapping of an exclusive page", "folio#%u has %d", folio->id,
			      page_mapcount(page));
	mlock_vma_folio(folio, vma);
}

void folio_add_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	page_add_mapping(folio, page);
	mlock_vma_folio(folio, vma);
}

void folio_dup_file_rmap_pte(struct folio *folio, struct page *page)
{
	page_add_mapping(folio, page);
}

void folio_remove_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	page_remove_mapping(folio, page);
	munlock_vma_folio(folio, vma);
}

/* May a device write to @folio when it is shared?  Kernel: folio_needs_cow_for_dma(). */
static bool folio_needs_cow_for_dma(const struct vm_area_struct *vma, const struct folio *folio)
{
	return vma->vm_mm->has_pinned && folio_maybe_dma_pinned(folio);
}

int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page,
				struct vm_area_struct *dst, struct vm_area_struct *src)
{
	(void)dst;
	if (PageAnonExclusive(page)) {
		if (unlikely(folio_needs_cow_for_dma(src, folio)))
			return -EBUSY;
		ClearPageAnonExclusive(page);
	}
	page_add_mapping(folio, page);
	return 0;
}

void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma)
{
	uintptr_t mapping = (uintptr_t)vma->anon_vma | FOLIO_MAPPING_ANON;

	lockdep_assert_held(folio, LOCK_FOLIO);
	/* One store: a walker without the folio lock sees the old anon_vma or the new one. */
	WRITE_SHARED(folio, folio->mapping, mapping, "folio_move_anon_rmap");
}
