/*
 * collapse.c - which blocks of 2 MiB are collapsed, to which orders, and by which design.
 *
 * Orders below 2 MiB are tried from a bit for each word that maps a page: a block of the largest
 * enabled order with enough of them, else its two halves.  They are tried for khugepaged only.
 *
 * In the kernel:  mm/khugepaged.c collapse_huge_page(); the rest is that of the series which
 *                 collapse_designs.def names.
 * Locks:          none here.
 */
#include "collapse.h"
#include "machine.h"

#define COLLAPSE_DESIGN(name, word, smaller, run, source, what)	\
	{ word, source, what, smaller, run },
static const struct collapse_design designs[] = {
#include "collapse_designs.def"
};
#undef COLLAPSE_DESIGN

/* The smallest order that anonymous memory has.  Kernel: KHUGEPAGED_MIN_MTHP_ORDER. */
#define MIN_ORDER	2

const struct collapse_design *collapse_design_table(size_t *nr)
{
	*nr = ARRAY_SIZE(designs);
	return designs;
}

const struct collapse_design *collapse_design(void)
{
	return &designs[mach->config.collapse];
}

unsigned int collapse_max_ptes_none(unsigned int order, const struct collapse_control *cc)
{
	unsigned int all = (1U << order) - 1;

	if (!cc->is_khugepaged)
		return 1U << order;
	if (order == HPAGE_PMD_ORDER)
		return mach->config.max_ptes_none;
	/* anything between would let a folio grow with each pass */
	return mach->config.max_ptes_none == HPAGE_PMD_NR - 1 ? all : 0;
}

unsigned int collapse_max_ptes_shared(unsigned int order, const struct collapse_control *cc)
{
	if (!cc->is_khugepaged)
		return 1U << order;
	return order == HPAGE_PMD_ORDER ? mach->config.max_ptes_shared : 0;
}

static enum scan_result collapse_one(struct mm_struct *mm, unsigned long addr, unsigned int order,
				     bool unmapped, const struct collapse_control *cc)
{
	struct collapse c = { .cc = cc, .mm = mm, .addr = addr, .order = order,
			      .unmapped = unmapped };
	enum scan_result result;

	c.taken = g_ptr_array_new();
	result = collapse_design()->run(&c);
	g_ptr_array_unref(c.taken);
	if (c.folio)
		folio_put(c.folio);
	if (order < HPAGE_PMD_ORDER)
		trace_event("khugepaged", "mm#%u 0x%lx order %u: %s", mm->id, addr, order,
			    scan_result_word(result));
	return result;
}

/* ---- orders below 2 MiB ---- */

/* One of the blocks that are still to be tried. */
struct candidate {
	unsigned int slot, order;
};

static unsigned int occupied_in(const struct scan_report *report, const struct candidate *at)
{
	unsigned int nr = 0;

	for (unsigned int slot = at->slot; slot < at->slot + (1U << at->order); slot++)
		nr += (report->occupied[slot / 64] & (1UL << (slot % 64))) != 0;
	return nr;
}

static bool is_worth_it(const struct candidate *at, const struct scan_report *report,
			const struct collapse_control *cc)
{
	if (!(report->orders & BIT_ORDER(at->order)))
		return false;
	return occupied_in(report, at) + collapse_max_ptes_none(at->order, cc) >=
	       1U << at->order;
}

/* After that, may a smaller block in the same place do better? */
static bool smaller_may_do(enum scan_result result)
{
	switch (result) {
	case SCAN_LACK_REFERENCED_PAGE: case SCAN_EXCEED_NONE_PTE: case SCAN_EXCEED_SWAP_PTE:
	case SCAN_EXCEED_SHARED_PTE: case SCAN_PAGE_LOCK: case SCAN_PAGE_COUNT:
	case SCAN_PAGE_LRU: case SCAN_PAGE_NULL: case SCAN_DEL_PAGE_LRU:
	case SCAN_PTE_NON_PRESENT: case SCAN_PTE_UFFD_WP: case SCAN_ALLOC_HUGE_PAGE_FAIL:
		return true;
	default:
		return false;
	}
}

/* Both halves, the lower one on top; none if no smaller order is enabled. */
static unsigned int push_halves(struct candidate *stack, unsigned int nr, struct candidate at,
				unsigned long orders)
{
	unsigned int order = at.order - 1;

	if (at.order <= MIN_ORDER || !(orders & (BIT_ORDER(at.order) - 1)))
		return nr;
	stack[nr++] = (struct candidate){ at.slot + (1U << order), order };
	stack[nr++] = (struct candidate){ at.slot, order };
	return nr;
}

/* Kernel: of the series, mthp_collapse(). */
static enum scan_result collapse_orders(struct mm_struct *mm, unsigned long start,
					const struct scan_report *report,
					const struct collapse_control *cc)
{
	struct candidate stack[2 * (HPAGE_PMD_ORDER + 1)] = { { 0, HPAGE_PMD_ORDER } };
	enum scan_result result = SCAN_EXCEED_NONE_PTE;
	unsigned int nr = 1;
	bool any = false;

	while (nr) {
		struct candidate at = stack[--nr];

		if (is_worth_it(&at, report, cc)) {
			result = collapse_one(mm, start + at.slot * PAGE_SIZE, at.order,
					      report->unmapped != 0, cc);
			any |= result == SCAN_SUCCEED;
			/* one there already, of this size or larger, is as good */
			if (result == SCAN_SUCCEED || result == SCAN_PTE_MAPPED_HUGEPAGE)
				continue;
			if (!smaller_may_do(result))
				break;
		}
		nr = push_halves(stack, nr, at, report->orders);
	}
	return any ? SCAN_SUCCEED : result;
}

enum scan_result collapse_range(struct mm_struct *mm, unsigned long start,
				const struct scan_report *report,
				const struct collapse_control *cc)
{
	if (report->orders == BIT_ORDER(HPAGE_PMD_ORDER))
		return collapse_one(mm, start, HPAGE_PMD_ORDER, report->unmapped != 0, cc);
	return collapse_orders(mm, start, report, cc);
}
