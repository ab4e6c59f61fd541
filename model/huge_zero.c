/*
 * huge_zero.c - 2 MiB of zeroes that every address space maps where it only reads.
 *
 * In the kernel:  mm/huge_memory.c mm_get_huge_zero_folio(), get_huge_zero_folio(),
 *                 shrink_huge_zero_folio_scan().
 * Left out:       one that is never freed (CONFIG_PERSISTENT_HUGE_ZERO_FOLIO).
 * Locks:          none: the count is atomic.
 */
#include "huge.h"
#include "machine.h"

bool is_huge_zero_folio(const struct folio *folio)
{
	return folio && mach->huge_zero_folio == folio;
}

bool is_huge_zero_pmd(pte_t pmd)
{
	return pte_leaf(pmd) && is_huge_zero_folio(pfn_to_page(pte_pfn(pmd))->folio);
}

static struct folio *huge_zero_folio_create(void)
{
	struct folio *folio = folio_alloc(HPAGE_PMD_ORDER, "the huge zero page");

	if (folio)
		folio_set(folio, PG_reserved | PG_uptodate);
	return folio;
}

struct folio *mm_get_huge_zero_folio(struct mm_struct *mm)
{
	if (!mach->huge_zero_folio)
		mach->huge_zero_folio = huge_zero_folio_create();
	if (mach->huge_zero_folio && !mm->huge_zero) {
		mm->huge_zero = true;
		mach->huge_zero_users++;
	}
	return mach->huge_zero_folio;
}

void mm_put_huge_zero_folio(struct mm_struct *mm)
{
	if (!mm->huge_zero)
		return;
	mm->huge_zero = false;
	mach->huge_zero_users--;
}

unsigned long huge_zero_folio_count(void)
{
	return mach->huge_zero_folio && !mach->huge_zero_users ? HPAGE_PMD_NR : 0;
}

unsigned long huge_zero_folio_shrink(void)
{
	struct folio *folio = mach->huge_zero_folio;

	if (!huge_zero_folio_count())
		return 0;
	trace_event("reclaim", "folio#%u, the huge zero page, goes: nobody holds it", folio->id);
	mach->huge_zero_folio = NULL;
	folio_put(folio);
	return HPAGE_PMD_NR;
}
