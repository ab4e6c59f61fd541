/*
 * khugepaged_scan.c - the walk of khugepaged over the address spaces that it knows.
 *
 * It knows those in which an area was seen that may have huge pages, in the order in which it
 * learned of them.  A cursor, an address space and an address in it, stays where a pass ended.
 * Each block that was looked at costs 512 of the pass, each area and each address space passed
 * over 1.  When a block was tried for which mmap_lock had to be given up, the areas are looked up
 * anew from the cursor.
 *
 * In the kernel:  mm/khugepaged.c khugepaged_enter_vma(), __khugepaged_enter(),
 *                 __khugepaged_exit(), khugepaged_scan_mm_slot(), khugepaged_do_scan(),
 *                 hugepage_pmd_enabled().
 * Left out:       the sleeps between passes and after a failed allocation.
 * Locks:          khugepaged_mm_lock is implied: the list and the cursor change between two steps.
 *                 mmap_lock for reading, by trylock.
 */
#include "collapse.h"
#include "lru.h"
#include "machine.h"

/* Orders that khugepaged could make.  Kernel: 2 MiB; of the series for smaller orders, all. */
static unsigned long orders_of_interest(void)
{
	return collapse_design()->smaller_orders ? THP_ORDERS_ALL_ANON :
						   BIT_ORDER(HPAGE_PMD_ORDER);
}

bool khugepaged_enabled(void)
{
	const struct machine_config *config = &mach->config;

	for (unsigned int order = 0; order <= HPAGE_PMD_ORDER; order++) {
		enum thp_policy policy = config->thp_order[order];

		if (policy == THP_INHERIT)
			policy = config->thp;
		if (orders_of_interest() & BIT_ORDER(order) && policy != THP_NEVER)
			return true;
	}
	return false;
}

/* ---- who is known ---- */

static void khugepaged_enter(struct mm_struct *mm)
{
	if (!list_empty(&mm->khugepaged_node))
		return;
	mmgrab(mm);
	list_add_tail(&mm->khugepaged_node, &mach->khugepaged_mms);
}

void khugepaged_enter_vma(const struct vm_area_struct *vma)
{
	if (list_empty(&vma->vm_mm->khugepaged_node) && khugepaged_enabled() &&
	    thp_vma_allowable_orders(vma, TVA_KHUGEPAGED, orders_of_interest()))
		khugepaged_enter(vma->vm_mm);
}

void khugepaged_fork(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	if (!list_empty(&oldmm->khugepaged_node))
		khugepaged_enter(mm);
}

static void khugepaged_drop(struct mm_struct *mm)
{
	list_del(&mm->khugepaged_node);
	mmdrop(mm);
}

void khugepaged_exit(struct mm_struct *mm)
{
	if (list_empty(&mm->khugepaged_node))
		return;
	if (mach->khugepaged_mm != mm) {
		khugepaged_drop(mm);
		return;
	}
	/* The cursor is there: whoever uses it sees that nobody is left, once we have waited. */
	mmap_write_lock(mm);
	mmap_write_unlock(mm);
}

/* The cursor goes on behind @mm, which is not dropped; false: that was the last one. */
static bool cursor_next(const struct mm_struct *mm)
{
	const struct list_head *next = mm->khugepaged_node.next;

	mach->khugepaged_address = 0;
	mach->khugepaged_mm = next == &mach->khugepaged_mms ? NULL :
			      list_entry(next, struct mm_struct, khugepaged_node);
	return mach->khugepaged_mm != NULL;
}

void khugepaged_forget_dead(void)
{
	struct mm_struct *mm, *next;

	list_for_each_entry_safe(mm, next, &mach->khugepaged_mms, khugepaged_node) {
		if (mm->mm_users)
			continue;
		if (mach->khugepaged_mm == mm)
			cursor_next(mm);
		khugepaged_drop(mm);
	}
}

/* ---- the walk ---- */

/* One visit of an address space. */
struct visit {
	struct mm_struct *mm;
	unsigned long *address;		/* the cursor in it */
	unsigned long pages;		/* that may be looked at */
	unsigned long progress;		/* what has been, see above */
	long collapsed;
	enum scan_result result;	/* of the last block */
	bool locked, done;		/* mmap_lock is held; there is nothing left in @mm */
};

static bool exits_or_disabled(const struct mm_struct *mm)
{
	return !mm->mm_users || mm->thp_disabled;
}

static void scan_block(struct visit *visit, struct vm_area_struct *vma)
{
	static const struct collapse_control cc = { .is_khugepaged = true };

	visit->result = collapse_block(visit->mm, vma, *visit->address, &visit->locked, &cc);
	visit->collapsed += visit->result == SCAN_SUCCEED;
	*visit->address += PMD_SIZE;
	visit->progress += HPAGE_PMD_NR;
	point("khugepaged:next-block");
}

/* False: the visit is over. */
static bool scan_area(struct visit *visit, struct vm_area_struct *vma)
{
	unsigned long start = ALIGN_UP(vma->vm_start, PMD_SIZE);
	unsigned long end = ALIGN_DOWN(vma->vm_end, PMD_SIZE);

	if (!thp_vma_allowable_orders(vma, TVA_KHUGEPAGED, orders_of_interest()) ||
	    *visit->address > end) {
		visit->progress++;
		return true;
	}
	*visit->address = MAX(*visit->address, start);
	while (*visit->address < end) {
		if (exits_or_disabled(visit->mm))
			return false;
		scan_block(visit, vma);
		if (!visit->locked || visit->progress >= visit->pages)
			return false;
	}
	return true;
}

/* Kernel: khugepaged_scan_mm_slot(), without the cursor's way from one to the next. */
static void visit_mm(struct visit *visit)
{
	struct vm_area_struct *vma = NULL;

	visit->done = true;
	visit->result = SCAN_FAIL;
	/* an address space that is being changed is passed over */
	if (!down_read_trylock(&visit->mm->mmap_lock))
		return;
	visit->locked = true;
	visit->progress++;
	if (!exits_or_disabled(visit->mm))
		vma = find_vma(visit->mm, *visit->address);
	for (; vma; vma = vma_next(vma)) {
		if (exits_or_disabled(visit->mm)) {
			visit->progress++;
			break;
		}
		if (!scan_area(visit, vma)) {
			visit->done = false;
			break;
		}
	}
	if (visit->locked)
		mmap_read_unlock(visit->mm);
	visit->done |= !visit->mm->mm_users;
}

/* The next address space of a pass, at most @pages of it. */
static void scan_mm_slot(struct visit *visit, unsigned long pages)
{
	if (!mach->khugepaged_mm) {
		mach->khugepaged_mm = list_first_entry(&mach->khugepaged_mms, struct mm_struct,
						       khugepaged_node);
		mach->khugepaged_address = 0;
	}
	*visit = (struct visit){ .mm = mach->khugepaged_mm, .pages = pages,
				 .address = &mach->khugepaged_address };
	visit_mm(visit);
	if (!visit->done)
		return;
	if (!cursor_next(visit->mm))
		count_vm_event(VM_EVENT_khugepaged_full_scans);
	if (!visit->mm->mm_users)
		khugepaged_drop(visit->mm);
}

long khugepaged_do_scan(void)
{
	unsigned long pages = mach->config.khugepaged_pages_to_scan, progress = 0;
	unsigned int through_head = 0, failed = 0;
	struct visit visit;
	long collapsed = 0;

	lru_add_drain();
	while (progress < pages && failed < 2) {
		through_head += !mach->khugepaged_mm;
		if (through_head > 1 || list_empty(&mach->khugepaged_mms) ||
		    !khugepaged_enabled())
			break;
		scan_mm_slot(&visit, pages - progress);
		progress += visit.progress;
		collapsed += visit.collapsed;
		failed += visit.result == SCAN_ALLOC_HUGE_PAGE_FAIL;
	}
	return collapsed;
}

long khugepaged_scan_mm(struct mm_struct *mm)
{
	unsigned long address = 0;
	struct visit visit = { .mm = mm, .pages = ~0UL, .address = &address };

	if (list_empty(&mm->khugepaged_node))
		return 0;
	lru_add_drain();
	mmgrab(mm);
	do {
		visit_mm(&visit);
	} while (!visit.done && khugepaged_enabled());
	mmdrop(mm);
	return visit.collapsed;
}
