/*
 * khugepaged.c - what may be collapsed into a huge page: the look before the work.
 *
 * In the kernel:  mm/khugepaged.c hpage_collapse_scan_pmd(), hugepage_vma_revalidate(),
 *                 madvise_collapse(), khugepaged_scan_mm_slot() for one block.
 * Left out:       see khugepaged.h.
 * Locks:          mmap_lock for reading; the PTE table's lock for the scan.
 */
#include "collapse.h"
#include "file.h"
#include "lru.h"
#include "machine.h"
#include "madvise_internal.h"
#include "userfaultfd.h"

#define R(name, word) [name] = word,
static const char *const words[] = { SCAN_RESULTS(R) };
#undef R

#define R(name, word) [name] = #name,
static const char *const names[] = { SCAN_RESULTS(R) };
#undef R

const char *scan_result_name(enum scan_result result)
{
	return names[result];
}

const char *scan_result_word(enum scan_result result)
{
	return words[result];
}

enum scan_result find_pmd_or_thp_or_none(const struct mm_struct *mm, unsigned long addr)
{
	const struct pgtable *pmds = pgtable_lookup(mm, addr, LEVEL_PMD);
	pte_t pmd;

	if (!pmds)
		return SCAN_PMD_NULL;
	pmd = ptep_get_lockless(pmds, pgtable_index(addr, LEVEL_PMD), "find_pmd_or_thp_or_none");
	if (pte_none(pmd))
		return SCAN_PMD_NONE;
	if (!pte_present(pmd))
		return SCAN_PMD_NULL;
	return pte_leaf(pmd) ? SCAN_PMD_MAPPED : SCAN_SUCCEED;
}

/* With @others that do not count. */
static bool has_no_more_refs(const struct folio *folio, unsigned int others)
{
	int expected = folio_mapcount(folio) + (int)others;

	if (folio_test(folio, PG_swapcache))
		expected += (int)folio_nr_pages(folio);
	return folio_ref_count(folio) == expected;
}

bool is_refcount_suitable(const struct folio *folio)
{
	return has_no_more_refs(folio, 0);
}

/* ---- the area ---- */

static enum tva_type tva_of(const struct collapse_control *cc)
{
	return cc->is_khugepaged ? TVA_KHUGEPAGED : TVA_FORCED_COLLAPSE;
}

/* Which orders may the running design make in @vma?  Kernel: 2 MiB alone; of the series for
 * smaller ones, collapse_allowable_orders(). */
static unsigned long allowable_orders(const struct vm_area_struct *vma,
				      const struct collapse_control *cc)
{
	unsigned long orders = BIT_ORDER(HPAGE_PMD_ORDER);

	if (cc->is_khugepaged && collapse_design()->smaller_orders)
		orders = THP_ORDERS_ALL_ANON;
	return thp_vma_allowable_orders(vma, tva_of(cc), orders);
}

/* Of whatever order: the word of the PMD is this area's alone, or its neighbours would find it
 * empty. */
enum scan_result collapse_vma_verdict(const struct vm_area_struct *vma, unsigned long addr,
				      unsigned int order, const struct collapse_control *cc)
{
	if (!vma)
		return SCAN_VMA_NULL;
	if (!thp_vma_suitable_orders(vma, addr, BIT_ORDER(HPAGE_PMD_ORDER)))
		return SCAN_ADDRESS_RANGE;
	if (!thp_vma_allowable_order(vma, tva_of(cc), order))
		return SCAN_VMA_CHECK;
	return SCAN_SUCCEED;
}

/* ---- the scan of one table ---- */

struct scan {
	const struct vm_area_struct *vma;
	const struct collapse_control *cc;
	unsigned int max_none;
	bool ahead;			/* nobody scans yet: who does will empty the LRU batches first */
	struct scan_report *report;
};

static enum scan_result scan_absent(const struct scan *scan, pte_t pte)
{
	bool wp = is_pte_marker(pte) ? (swp_offset(pte) & PTE_MARKER_UFFD_WP) != 0 :
				       (pte & _PAGE_SWP_UFFD_WP) != 0;

	if (++scan->report->unmapped > mach->config.max_ptes_swap && scan->cc->is_khugepaged)
		return SCAN_EXCEED_SWAP_PTE;
	return wp ? SCAN_PTE_UFFD_WP : SCAN_SUCCEED;
}

/* Nothing there, or the zero page: the huge page will have memory of its own for it. */
static enum scan_result scan_none(const struct scan *scan)
{
	scan->report->none_or_zero++;
	if (userfaultfd_armed(scan->vma) || scan->report->none_or_zero > scan->max_none)
		return SCAN_EXCEED_NONE_PTE;
	return SCAN_SUCCEED;
}

static enum scan_result scan_folio(const struct scan *scan, pte_t pte, const struct folio *folio)
{
	unsigned int batched;

	if (!folio)
		return SCAN_PAGE_NULL;
	batched = scan->ahead ? lru_batch_refs(mach, folio) : 0;
	if (!folio_test_anon(folio))
		return SCAN_PAGE_ANON;
	if (folio_maybe_mapped_shared(folio) &&
	    ++scan->report->shared > mach->config.max_ptes_shared && scan->cc->is_khugepaged)
		return SCAN_EXCEED_SHARED_PTE;
	if (!folio_test(folio, PG_lru) && !batched)
		return SCAN_PAGE_LRU;
	if (folio_locked(folio))
		return SCAN_PAGE_LOCK;
	if (!has_no_more_refs(folio, batched))
		return SCAN_PAGE_COUNT;
	scan->report->referenced += pte_young(pte) || folio_test(folio, PG_referenced);
	return SCAN_SUCCEED;
}

static enum scan_result scan_word(const struct scan *scan, pte_t pte, unsigned int slot)
{
	const struct page *page;

	if (pte_none(pte))
		return scan_none(scan);
	if (!pte_present(pte))
		return scan_absent(scan, pte);
	if (pte_special(pte))
		return scan_none(scan);
	if (pte & _PAGE_UFFD_WP)
		return SCAN_PTE_UFFD_WP;
	scan->report->occupied[slot / 64] |= 1UL << (slot % 64);
	page = vm_normal_page(pte);
	return scan_folio(scan, pte, page ? page->folio : NULL);
}

/* All words of @table, which serves the 2 MiB at @addr, in order: the first one that will not do
 * ends it. */
static enum scan_result scan_table(const struct pgtable *table, unsigned long addr,
				   const struct vm_area_struct *vma,
				   const struct collapse_control *cc, bool ahead,
				   struct scan_report *report)
{
	const struct scan scan = { .vma = vma, .cc = cc, .report = report, .ahead = ahead,
				   .max_none = report->orders == BIT_ORDER(HPAGE_PMD_ORDER) ?
					       collapse_max_ptes_none(HPAGE_PMD_ORDER, cc) :
					       HPAGE_PMD_NR };
	enum scan_result result;

	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++) {
		result = scan_word(&scan, ptep_get(table, slot), slot);
		if (result == SCAN_SUCCEED)
			continue;
		report->addr = addr + slot * PAGE_SIZE;
		return result;
	}
	/* nobody uses it: what for? */
	if (cc->is_khugepaged && (!report->referenced ||
	    (report->unmapped && report->referenced < HPAGE_PMD_NR / 2)))
		return SCAN_LACK_REFERENCED_PAGE;
	return SCAN_SUCCEED;
}

enum scan_result hpage_collapse_scan_pmd(struct mm_struct *mm, struct vm_area_struct *vma,
					 unsigned long addr, bool *mmap_locked,
					 const struct collapse_control *cc)
{
	struct scan_report report = { .orders = allowable_orders(vma, cc) };
	enum scan_result result = find_pmd_or_thp_or_none(mm, addr);
	struct pgtable *table;

	if (result == SCAN_SUCCEED) {
		table = pte_offset_map_lock(mm, addr);
		if (!table)
			return SCAN_PMD_NULL;
		result = scan_table(table, addr, vma, cc, false, &report);
		spin_unlock(&table->ptl, LOCK_PTE);
	}
	if (result == SCAN_SUCCEED) {
		point("collapse:scanned");
		mmap_read_unlock(mm);
		*mmap_locked = false;
		result = collapse_range(mm, addr, &report, cc);
	}
	trace_event("khugepaged", "mm#%u 0x%lx: %s", mm->id, addr, scan_result_word(result));
	if (result == SCAN_SUCCEED && cc->is_khugepaged)
		count_vm_event(VM_EVENT_khugepaged_pages_collapsed);
	return result;
}

/* The area's part of the question: what every look at a block begins with. */
static enum scan_result scan_vma(const struct vm_area_struct *vma, unsigned long addr,
				 const struct collapse_control *cc, unsigned long *orders)
{
	if (!vma)
		return SCAN_VMA_NULL;
	if (!thp_vma_suitable_orders(vma, addr, BIT_ORDER(HPAGE_PMD_ORDER)))
		return SCAN_ADDRESS_RANGE;
	*orders = allowable_orders(vma, cc);
	return *orders ? SCAN_SUCCEED : SCAN_VMA_CHECK;
}

enum scan_result khugepaged_verdict(struct mm_struct *mm, unsigned long addr,
				    const struct collapse_control *cc, struct scan_report *report)
{
	const struct vm_area_struct *vma = find_vma(mm, addr & PMD_MASK);
	enum scan_result result;

	*report = (struct scan_report){};
	addr &= PMD_MASK;
	result = scan_vma(vma, addr, cc, &report->orders);
	if (result == SCAN_SUCCEED && !vma_is_anonymous(vma))
		return khugepaged_file_verdict(&vma->vm_file->inode->i_data,
					       linear_page_index(vma, addr), cc);
	if (result == SCAN_SUCCEED)
		result = find_pmd_or_thp_or_none(mm, addr);
	if (result == SCAN_SUCCEED)
		result = scan_table(pgtable_lookup(mm, addr, LEVEL_PTE), addr, vma, cc, true,
				    report);
	return result;
}

/* ---- MADV_COLLAPSE ---- */

/* Kernel: madvise_collapse_errno(). */
static int errno_of(enum scan_result result)
{
	switch (result) {
	case SCAN_ALLOC_HUGE_PAGE_FAIL:
		return -ENOMEM;
	case SCAN_EXCEED_NONE_PTE:
		return -EBUSY;
	case SCAN_PAGE_COUNT: case SCAN_PAGE_LOCK: case SCAN_PAGE_LRU: case SCAN_DEL_PAGE_LRU:
		return -EAGAIN;
	default:
		return -EINVAL;
	}
}

/* Is the next block worth a try, after that? */
static bool may_go_on(enum scan_result result)
{
	switch (result) {
	case SCAN_SUCCEED: case SCAN_PMD_MAPPED:
	case SCAN_PMD_NULL: case SCAN_PTE_NON_PRESENT: case SCAN_PTE_UFFD_WP:
	case SCAN_LACK_REFERENCED_PAGE: case SCAN_PAGE_NULL: case SCAN_PAGE_COUNT:
	case SCAN_PAGE_LOCK: case SCAN_PAGE_COMPOUND: case SCAN_PAGE_LRU: case SCAN_DEL_PAGE_LRU:
		return true;
	default:
		return false;
	}
}

/* A file's pages first become one folio, and then, with the lock again, get a leaf. */
static enum scan_result collapse_file_block(struct mm_struct *mm, struct vm_area_struct *vma,
					    unsigned long addr, const struct collapse_control *cc)
{
	struct file *file = vma->vm_file;
	enum scan_result result;

	get_file(file);
	mmap_read_unlock(mm);
	result = hpage_collapse_scan_file(mm, addr, file, linear_page_index(vma, addr), cc);
	fput(file);
	if (result != SCAN_PTE_MAPPED_HUGEPAGE)
		return result;
	mmap_read_lock(mm);
	result = collapse_pte_mapped_thp(mm, addr, !cc->is_khugepaged);
	mmap_read_unlock(mm);
	if (result == SCAN_PMD_MAPPED && cc->is_khugepaged)
		result = SCAN_SUCCEED;
	if (result == SCAN_SUCCEED && cc->is_khugepaged)
		count_vm_event(VM_EVENT_khugepaged_pages_collapsed);
	return result;
}

enum scan_result collapse_block(struct mm_struct *mm, struct vm_area_struct *vma,
				unsigned long addr, bool *locked,
				const struct collapse_control *cc)
{
	if (vma_is_anonymous(vma))
		return hpage_collapse_scan_pmd(mm, vma, addr, locked, cc);
	*locked = false;
	return collapse_file_block(mm, vma, addr, cc);
}

int madvise_collapse(struct madvise *madvise)
{
	static const struct collapse_control cc = { .is_khugepaged = false };
	unsigned long first = ALIGN_UP(madvise->start, PMD_SIZE), addr;
	unsigned long last = ALIGN_DOWN(madvise->end, PMD_SIZE);
	struct vm_area_struct *vma = madvise->vma;
	enum scan_result result = SCAN_FAIL, failed = SCAN_FAIL;
	unsigned long done = 0;
	bool locked = true;

	if (!thp_vma_allowable_order(vma, TVA_FORCED_COLLAPSE, HPAGE_PMD_ORDER))
		return -EINVAL;
	lru_add_drain();
	for (addr = first; addr < last; addr += PMD_SIZE) {
		if (!locked) {
			mmap_read_lock(madvise->mm);
			locked = true;
			vma = find_vma(madvise->mm, addr);
			result = collapse_vma_verdict(vma, addr, HPAGE_PMD_ORDER, &cc);
			if (result != SCAN_SUCCEED) {
				failed = result;
				break;
			}
			last = MIN(last, ALIGN_DOWN(vma->vm_end, PMD_SIZE));
		}
		result = collapse_block(madvise->mm, vma, addr, &locked, &cc);
		madvise->lock_dropped |= !locked;
		if (result == SCAN_SUCCEED || result == SCAN_PMD_MAPPED)
			done++;
		else
			failed = result;
		if (!may_go_on(result))
			break;
	}
	if (!locked)
		mmap_read_lock(madvise->mm);
	/* a range within one block has its end below its start, and nothing can make up for that */
	return first + done * PMD_SIZE == last ? 0 : errno_of(failed);
}

/* ---- the thread, told where to look ---- */

enum scan_result khugepaged_collapse(struct mm_struct *mm, unsigned long addr)
{
	static const struct collapse_control cc = { .is_khugepaged = true };
	enum scan_result result = SCAN_FAIL;
	struct vm_area_struct *vma;
	unsigned long orders = 0;
	bool locked = true;

	addr &= PMD_MASK;
	lru_add_drain();
	mmgrab(mm);
	/* an address space that is being changed is passed over */
	if (down_read_trylock(&mm->mmap_lock)) {
		vma = find_vma(mm, addr);
		result = mm->mm_users ? scan_vma(vma, addr, &cc, &orders) : SCAN_ANY_PROCESS;
		if (result == SCAN_SUCCEED)
			result = collapse_block(mm, vma, addr, &locked, &cc);
		if (locked)
			mmap_read_unlock(mm);
	}
	mmdrop(mm);
	return result;
}
