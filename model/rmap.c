/*
 * rmap.c - counts: how many page table entries map a folio, and as whose page.
 *
 * In the kernel:  mm/rmap.c folio_add_*_rmap_*(), folio_remove_rmap_*(),
 *                 folio_move_anon_rmap(); include/linux/rmap.h folio_*dup_*rmap_*().
 * Left out:       hugetlb, statistics.
 * Locks:          the PTE table's lock; the folio lock in folio_move_anon_rmap().
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "rmap.h"

static void page_add_mapping(struct folio *folio, struct page *page, const struct mm_struct *mm)
{
	sched_touch(&page->mapcount, ACCESS_WRITE);
	page->mapcount++;
	if (!folio->large)
		return;
	folio_add_large_mapcount(folio, 1, mm);
	if (page->mapcount == 1)
		folio->large->nr_pages_mapped++;
}

/* Was it the last one? */
static bool page_remove_mapping(const struct folio *folio, struct page *page)
{
	sched_touch(&page->mapcount, ACCESS_WRITE);
	if (page->mapcount <= 0) {
		violation_add("mapcount", "folio_remove_rmap_pte()", "a mapping to remove",
			      "folio#%u frame %u has mapcount %d", folio->id, page->pfn,
			      page->mapcount);
		return false;
	}
	return --page->mapcount == 0;
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
	folio_set_mapping(folio, (uintptr_t)anon_vma | FOLIO_MAPPING_ANON);
	folio->index = linear_page_index(vma, addr);
}

void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     bool exclusive)
{
	struct page *page = folio_page(folio, 0);

	if (!(vma->vm_flags & VM_DROPPABLE))
		folio_set(folio, PG_swapbacked);
	folio_set_anon(folio, vma, addr, exclusive);
	if (folio->order == HPAGE_PMD_ORDER) {
		folio->large->entire_mapcount = 1;
		folio->large->nr_pages_mapped = ENTIRELY_MAPPED;
		folio_add_large_mapcount(folio, 1, vma->vm_mm);
		if (exclusive)
			SetPageAnonExclusive(page);
		return;
	}
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		page_add_mapping(folio, &page[n], vma->vm_mm);
		if (exclusive)
			SetPageAnonExclusive(&page[n]);
	}
}

/* One of which a part is mapped elsewhere, or not at all, could be split and that part reclaimed.
 * Kernel: the end of __folio_add_anon_rmap(). */
static void mlock_whole_folio(struct folio *folio, unsigned long nr,
			      const struct vm_area_struct *vma)
{
	if (nr == folio_nr_pages(folio))
		mlock_vma_folio(folio, vma);
}

void folio_add_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long addr, bool exclusive)
{
	if (!folio_test_anon(folio))
		folio_set_anon(folio, vma, addr - (page->pfn - folio->pfn) * PAGE_SIZE, exclusive);
	page_add_mapping(folio, page, vma->vm_mm);
	if (exclusive)
		SetPageAnonExclusive(page);
	if (PageAnonExclusive(page) && page_mapcount(page) > 1)
		violation_add("anon-exclusive", "folio_add_anon_rmap_pte()",
			      "one mapping of an exclusive page", "folio#%u has %d", folio->id,
			      page_mapcount(page));
	mlock_whole_folio(folio, 1, vma);
}

/* The PMD that maps the folio may still be there: it is about to go. */
void folio_add_anon_rmap_ptes(struct folio *folio, struct page *page, unsigned long nr,
			      struct vm_area_struct *vma, unsigned long addr, bool exclusive)
{
	(void)addr;
	for (unsigned long n = 0; n < nr; n++) {
		page_add_mapping(folio, &page[n], vma->vm_mm);
		if (exclusive)
			SetPageAnonExclusive(&page[n]);
	}
	mlock_whole_folio(folio, nr, vma);
}

void folio_add_file_rmap_ptes(struct folio *folio, struct page *page, unsigned long nr,
			      struct vm_area_struct *vma)
{
	for (unsigned long n = 0; n < nr; n++)
		page_add_mapping(folio, &page[n], vma->vm_mm);
	/* one that is mapped in part may be split, and its other part go */
	if (nr == folio_nr_pages(folio))
		mlock_vma_folio(folio, vma);
}

void folio_add_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	folio_add_file_rmap_ptes(folio, page, 1, vma);
}

void folio_dup_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *dst)
{
	page_add_mapping(folio, page, dst->vm_mm);
}

void folio_remove_rmap_ptes(struct folio *folio, struct page *page, unsigned long nr,
			    struct vm_area_struct *vma)
{
	int32_t last = 0;

	if (folio->large)
		folio_sub_large_mapcount(folio, (int)nr, vma->vm_mm);
	for (unsigned long n = 0; n < nr; n++)
		last += page_remove_mapping(folio, &page[n]);
	if (folio->large && last) {
		folio->large->nr_pages_mapped -= last;
		/* some pages are mapped no more, and others are */
		if (folio->large->nr_pages_mapped > 0 &&
		    folio->large->nr_pages_mapped < ENTIRELY_MAPPED)
			folio_partially_unmapped(folio);
	}
	munlock_vma_folio(folio, vma);
}

void folio_remove_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma)
{
	folio_remove_rmap_ptes(folio, page, 1, vma);
}

/* ---- PMD mappings ---- */

void folio_add_anon_rmap_pmd(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     bool exclusive)
{
	if (!folio_test_anon(folio))
		folio_set_anon(folio, vma, addr, exclusive);
	if (!folio->large->entire_mapcount++)
		folio->large->nr_pages_mapped += ENTIRELY_MAPPED;
	folio_add_large_mapcount(folio, 1, vma->vm_mm);
	if (exclusive)
		SetPageAnonExclusive(folio_page(folio, 0));
	mlock_whole_folio(folio, HPAGE_PMD_NR, vma);
}

void folio_add_file_rmap_pmd(struct folio *folio, struct vm_area_struct *vma)
{
	if (!folio->large->entire_mapcount++)
		folio->large->nr_pages_mapped += ENTIRELY_MAPPED;
	folio_add_large_mapcount(folio, 1, vma->vm_mm);
	mlock_vma_folio(folio, vma);
}

void folio_remove_rmap_pmd(struct folio *folio, struct vm_area_struct *vma)
{
	struct folio_large *large = folio->large;

	if (large->entire_mapcount <= 0)
		violation_add("mapcount", "folio_remove_rmap_pmd()", "a PMD mapping to remove",
			      "folio#%u has %d", folio->id, large->entire_mapcount);
	folio_sub_large_mapcount(folio, 1, vma->vm_mm);
	if (!--large->entire_mapcount) {
		large->nr_pages_mapped -= ENTIRELY_MAPPED;
		if (large->nr_pages_mapped > 0 &&
		    large->nr_pages_mapped < (int32_t)folio_nr_pages(folio))
			folio_partially_unmapped(folio);
	}
	munlock_vma_folio(folio, vma);
}

/* May a device write to @folio when it is shared?  Kernel: folio_needs_cow_for_dma(). */
static bool folio_needs_cow_for_dma(const struct vm_area_struct *vma, const struct folio *folio)
{
	sched_touch(&vma->vm_mm->has_pinned, ACCESS_READ);
	return vma->vm_mm->has_pinned && folio_maybe_dma_pinned(folio);
}

int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page,
				struct vm_area_struct *dst, struct vm_area_struct *src)
{
	if (PageAnonExclusive(page)) {
		if (unlikely(folio_needs_cow_for_dma(src, folio)))
			return -EBUSY;
		sched_touch(page, ACCESS_WRITE);	/* GUP-fast looks at it without a lock */
		ClearPageAnonExclusive(page);
	}
	page_add_mapping(folio, page, dst->vm_mm);
	return 0;
}

int folio_try_dup_anon_rmap_pmd(struct folio *folio, struct vm_area_struct *dst,
				struct vm_area_struct *src)
{
	struct page *head = folio_page(folio, 0);

	if (PageAnonExclusive(head)) {
		if (unlikely(folio_needs_cow_for_dma(src, folio)))
			return -EBUSY;
		ClearPageAnonExclusive(head);
	}
	folio_add_anon_rmap_pmd(folio, dst, 0, false);
	return 0;
}

int folio_try_share_anon_rmap_pmd(struct folio *folio)
{
	if (unlikely(folio_maybe_dma_pinned(folio)))
		return -EBUSY;
	ClearPageAnonExclusive(folio_page(folio, 0));
	return 0;
}

void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma)
{
	uintptr_t mapping = (uintptr_t)vma->anon_vma | FOLIO_MAPPING_ANON;

	lockdep_assert_held(folio, LOCK_FOLIO);
	/* One store: a walker without the folio lock sees the old anon_vma or the new one. */
	WRITE_SHARED(&folio->mapping, folio->mapping, mapping, "folio_move_anon_rmap");
}
