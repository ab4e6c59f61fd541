/*
 * collapse.h - the designs by which a block of small pages becomes one folio.
 *
 * A block is 2^order aligned pages; the look before (khugepaged.c) says which are worth it. Each
 * design is one function which finds the block again under its own locks, takes the pages,
 * copies them and replaces their words; docs/collapse-designs.md has the protocol of each.
 *
 *	block      [addr, addr + (PAGE_SIZE << order)) of one table
 *	2 MiB      the table goes into deposit, a leaf takes its place
 *	smaller    the table stays, its words map the pages of the new folio
 *
 * In the kernel:  mm/khugepaged.c collapse_huge_page() and below; the designs that are not
 *                 there name their source in collapse_designs.def.
 * Left out:       memory failures during the copy; files.
 * Locks:          by design; mmap_lock is not held on entry, and on return it is not.
 */
#ifndef MODEL_COLLAPSE_H
#define MODEL_COLLAPSE_H

#include "khugepaged.h"

struct collapse;

/* A design; constant. */
struct collapse_design {
	const char *word;		/* as in `set collapse = WORD` */
	const char *source, *what;
	bool smaller_orders;		/* khugepaged makes folios below 2 MiB as well */
	enum scan_result (*run)(struct collapse *c);
};

/* All of them, in the order of enum collapse_design_kind. */
#define COLLAPSE_DESIGN(name, word, smaller, run, source, what)	COLLAPSE_##name,
enum collapse_design_kind {
#include "collapse_designs.def"
	NR_COLLAPSE_DESIGNS
};
#undef COLLAPSE_DESIGN
const struct collapse_design *collapse_design_table(size_t *nr);
/* The one of the machine that executes. */
const struct collapse_design *collapse_design(void);

/* One block on its way; what a design has taken is given back by itself. */
struct collapse {
	const struct collapse_control *cc;
	struct mm_struct *mm;
	struct vm_area_struct *vma;	/* since the last collapse_revalidate() */
	unsigned long addr;		/* of the block */
	unsigned int order;
	bool unmapped;			/* the look met words that are swapped out */
	struct pgtable *pmds, *table;	/* those of the block */
	struct folio *folio;		/* the new one; NULL once mapped */
	GPtrArray *taken;		/* struct folio *: isolated, PG_locked */
};

/*
 * Collapses what @report allows of the 2 MiB at @start, largest orders first.  SCAN_SUCCEED if
 * anything was, else why the last try failed.  mmap_lock is not held.
 * Kernel: collapse_huge_page(); of the series for smaller orders: mthp_collapse().
 */
enum scan_result collapse_range(struct mm_struct *mm, unsigned long start,
				const struct scan_report *report,
				const struct collapse_control *cc);
/* Pages that may be missing in a block of @order.  Below 2 MiB the limit knows all or none.
 * Kernel: of that series, collapse_max_ptes_none(). */
unsigned int collapse_max_ptes_none(unsigned int order, const struct collapse_control *cc);
/* Those that others may map as well: none below 2 MiB. */
unsigned int collapse_max_ptes_shared(unsigned int order, const struct collapse_control *cc);

/* ---- parts that designs share: collapse_pages.c ---- */

static inline unsigned int collapse_nr(const struct collapse *c)
{
	return 1U << c->order;
}
static inline unsigned int collapse_slot(const struct collapse *c)
{
	return pgtable_index(c->addr, LEVEL_PTE);
}
/* The area again, and whether it will still do.  mmap_lock held.
 * Kernel: hugepage_vma_revalidate(). */
enum scan_result collapse_revalidate(struct collapse *c);
/* What is not present is faulted in, a word at a time; below 2 MiB nothing may be missing.
 * mmap_lock held for reading.  Kernel: __collapse_huge_page_swapin(). */
enum scan_result collapse_swap_in(struct collapse *c);
/* The two, with the table there in between. */
enum scan_result collapse_find_and_swap_in(struct collapse *c);
/* The new folio.  Kernel: alloc_charge_folio(). */
enum scan_result collapse_alloc(struct collapse *c);
/* All that, with mmap_lock taken for reading only after there is memory, and given up again. */
enum scan_result collapse_prepare(struct collapse *c);
/* Makes the table of the block unreachable and flushes; and reachable again.  mmap_lock, the area's
 * and the rmap lock held for writing.  Kernel: pmdp_collapse_flush(), pmd_populate(). */
void collapse_take_table(struct collapse *c);
void collapse_put_table(const struct collapse *c);
/* The pages of the block are locked and taken off their lists, or why one cannot be; their words
 * stay.  The PTE lock held.  Kernel: __collapse_huge_page_isolate(). */
enum scan_result collapse_isolate(struct collapse *c);
/* Does anybody but us and their words hold what was taken?  SCAN_PAGE_COUNT then. */
enum scan_result collapse_check_references(const struct collapse *c);
/* Unlocks what was taken; each goes back to its list, unless nobody else has it. */
void collapse_release(struct collapse *c);
/* The page behind the word @pte, which was at @slot of the table, into the new folio; zeroes for
 * none.  Kernel: __collapse_huge_page_copy(). */
void collapse_copy_page(struct collapse *c, unsigned int slot, pte_t pte);
/* @pte, which was at @slot and is out of the table, no longer maps its page, whose copy must be as
 * the page is: else "collapse-copy" is broken.  The PTE lock held. */
void collapse_drop_page(struct collapse *c, unsigned int slot, pte_t pte);
/* The word that maps page @n of the new folio. */
pte_t collapse_new_pte(const struct collapse *c, unsigned int n);
/* The new folio becomes the area's, mapped by collapse_nr() words or by one leaf. */
void collapse_map_folio(struct collapse *c);

/* ---- the designs ---- */
enum scan_result collapse_mainline(struct collapse *c);		/* collapse_mainline.c */
enum scan_result collapse_isolated_table(struct collapse *c);	/* collapse_table.c */
enum scan_result collapse_pte_locks(struct collapse *c);	/* collapse_ptes.c */

#endif
