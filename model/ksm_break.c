/*
 * ksm_break.c - where merging is allowed, and how it ends: advice, the process's own setting,
 * mremap(), swap-in.
 *
 * In the kernel:  mm/ksm.c break_ksm(), unmerge_ksm_pages(), ksm_madvise(), ksm_enable_merge_any(),
 *                 ksm_disable_merge_any(), __ksm_enter(), __ksm_exit(), ksm_might_need_to_copy();
 *                 include/linux/ksm.h.
 * Left out:       signals that end unmerging, s390's and DAX's exceptions.
 * Locks:          mmap_lock as the header says.
 */
#include "ksm.h"
#include "machine.h"
#include "memory.h"
#include "vma.h"

static bool flags_compatible(vm_flags_t flags)
{
	return !(flags & (VM_SHARED | VM_MAYSHARE | VM_SPECIAL | VM_HUGETLB | VM_DROPPABLE));
}

bool vma_ksm_compatible(const struct vm_area_struct *vma)
{
	return flags_compatible(vma->vm_flags);
}

struct vm_area_struct *find_mergeable_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	return vma && vma->vm_flags & VM_MERGEABLE && vma->anon_vma ? vma : NULL;
}

/* ---- breaking ---- */

/* Kernel: break_ksm_pmd_entry(). */
static bool ksm_page_at(const struct mm_struct *mm, unsigned long addr)
{
	pte_t pte = pgtable_entry(mm, addr, LEVEL_PTE);
	const struct page *page = NULL;

	if (is_ksm_zero_pte(pte))
		return true;
	if (pte_present(pte))
		page = vm_normal_page(pte);
	else if (is_migration_pte(pte))
		page = pfn_to_page(swp_offset(pte));
	return page && page->folio && folio_test_ksm(page->folio);
}

int break_ksm(struct vm_area_struct *vma, unsigned long addr)
{
	/* The fault copies, for nobody reuses a KSM page. */
	while (ksm_page_at(vma->vm_mm, addr)) {
		switch (handle_mm_fault(vma, addr, FAULT_FLAG_UNSHARE)) {
		case VM_FAULT_OOM:
			return -ENOMEM;
		case VM_FAULT_SIGBUS:
		case VM_FAULT_SIGSEGV:
			return 0;
		default:
			break;
		}
	}
	return 0;
}

/* Kernel: unmerge_ksm_pages(). */
static int unmerge_ksm_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	int error = 0;

	for (; start < end && !error && pgtable_next(vma->vm_mm, &start, end); start += PAGE_SIZE)
		error = break_ksm(vma, start);
	return error;
}

/* ---- where it is allowed ---- */

/* ksmd gets to know @mm.  Kernel: __ksm_enter(). */
static int ksm_enter(struct mm_struct *mm)
{
	if (mm->ksm_mergeable)
		return 0;
	if (model_alloc_fails("mm_slot of KSM"))
		return -ENOMEM;
	mm->ksm_mergeable = true;
	/* What comes during a scan is for the next one. */
	list_add_tail(&mm->ksm_slot, mach->ksm_scan_mm ? &mach->ksm_scan_mm->ksm_slot :
							 &mach->ksm_mms);
	return 0;
}

int ksm_madvise(struct vm_area_struct *vma, unsigned long start, unsigned long end, int advice,
		vm_flags_t *flags)
{
	int error = 0;

	if (advice == MADV_MERGEABLE) {
		if (vma->vm_flags & VM_MERGEABLE || !vma_ksm_compatible(vma))
			return 0;
		error = ksm_enter(vma->vm_mm);
		if (!error)
			*flags |= VM_MERGEABLE;
		return error;
	}
	if (!(*flags & VM_MERGEABLE))
		return 0;
	if (vma->anon_vma) {
		vma_start_write(vma);
		error = unmerge_ksm_pages(vma, start, end);
	}
	if (!error)
		*flags &= ~VM_MERGEABLE;
	return error;
}

vm_flags_t ksm_vma_flags(struct mm_struct *mm, vm_flags_t flags)
{
	if (!mm->ksm_merge_any || !flags_compatible(flags))
		return flags;
	/* ksmd has forgotten it if a scan found nothing there. */
	ksm_enter(mm);
	return flags | VM_MERGEABLE;
}

/* Area by area, and nobody tries to merge these.  Kernel: ksm_add_vmas(). */
static void ksm_add_vmas(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	for_each_vma(mm, vma) {
		if (!vma_ksm_compatible(vma))
			continue;
		vma_start_write(vma);
		vma->vm_flags |= VM_MERGEABLE;
	}
}

/* Kernel: ksm_del_vmas(). */
static int ksm_del_vmas(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	int error;

	for_each_vma(mm, vma) {
		if (!(vma->vm_flags & VM_MERGEABLE))
			continue;
		vma_start_write(vma);
		error = vma->anon_vma ? unmerge_ksm_pages(vma, vma->vm_start, vma->vm_end) : 0;
		if (error)
			return error;
		vma->vm_flags &= ~VM_MERGEABLE;
	}
	return 0;
}

int ksm_enable_merge_any(struct mm_struct *mm)
{
	int error;

	if (mm->ksm_merge_any)
		return 0;
	error = ksm_enter(mm);
	if (error)
		return error;
	mm->ksm_merge_any = true;
	ksm_add_vmas(mm);
	return 0;
}

int ksm_disable_merge_any(struct mm_struct *mm)
{
	int error;

	if (!mm->ksm_merge_any)
		return 0;
	error = ksm_del_vmas(mm);
	if (error) {
		ksm_add_vmas(mm);
		return error;
	}
	mm->ksm_merge_any = false;
	return 0;
}

/* ---- life of an address space ---- */

void ksm_fork(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	/* Without memory ksmd does not get to know the child, whose pages are found through its parent's
	 * items as long as there are any. */
	if (oldmm->ksm_mergeable && ksm_enter(mm))
		ksm_lose_track();
}

int ksm_execve(struct mm_struct *mm)
{
	return mm->ksm_merge_any ? ksm_enter(mm) : 0;
}

/* The items stay until ksmd comes by: children may be found through them only. */
void ksm_exit(struct mm_struct *mm)
{
	struct ksm_rmap_item *item, *next;

	ksm_forget_mm(mm);
	list_for_each_entry_safe(item, next, &mm->ksm_rmap_items, rmap_list) {
		item->mm = NULL;
		list_del(&item->rmap_list);
		list_add_tail(&item->rmap_list, &mach->ksm_exited);
	}
}

/* ---- all of it ---- */

static int unmerge_mm(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	int error = 0;

	mmap_read_lock(mm);
	for_each_vma(mm, vma)
		if (!error && vma->vm_flags & VM_MERGEABLE && vma->anon_vma)
			error = unmerge_ksm_pages(vma, vma->vm_start, vma->vm_end);
	mmap_read_unlock(mm);
	return error;
}

long ksmd_unmerge(void)
{
	g_autoptr(GPtrArray) mms = object_list(mach, KIND_MM);
	long error = 0;

	mach->ksm_unmerging = true;
	for (guint i = 0; i < mms->len && !error; i++) {
		struct mm_struct *mm = mms->pdata[i];

		if (mm->ksm_mergeable)
			error = unmerge_mm(mm);
		if (!error)
			ksm_remove_items(&mm->ksm_rmap_items);
	}
	mach->ksm_unmerging = false;
	ksm_remove_stale();
	if (error)
		ksm_lose_track();
	return error;
}

/* ---- swap-in ---- */

/* Can it be mapped as it is?  One of the cache that has another index, or another family of
 * anon_vmas than the area, was shared by KSM when it went out. */
static bool fits(const struct folio *folio, const struct vm_area_struct *vma, unsigned long addr)
{
	const struct anon_vma *anon_vma = folio_anon_vma(folio);

	if (folio->large)
		return true;
	if (folio_test_ksm(folio))
		return folio_stable_node(folio) && !mach->ksm_unmerging;
	return !anon_vma || (folio->index == linear_page_index(vma, addr) &&
			     anon_vma->root == vma->anon_vma->root);
}

struct place {
	const struct vm_area_struct *vma;
	unsigned long addr;
	bool found;
};

static bool find_place(struct folio *folio G_GNUC_UNUSED, struct vm_area_struct *vma,
		       unsigned long addr, void *data)
{
	struct place *place = data;

	place->found = vma == place->vma && addr == place->addr;
	return !place->found;
}

/* mremap() may have moved the word since: to where no item of the page leads. */
static void note_stranger(struct folio *folio, const struct vm_area_struct *vma,
			  unsigned long addr)
{
	struct ksm_stable_node *node = folio_stable_node(folio);
	struct place place = { vma, addr, false };

	if (!node)
		return;
	rmap_walk_ksm(folio, find_place, &place, false);
	node->strangers |= !place.found;
}

struct folio *ksm_might_need_to_copy(struct folio *folio, struct vm_area_struct *vma,
				     unsigned long addr)
{
	struct folio *copy;

	if (fits(folio, vma, addr) || !folio_test(folio, PG_uptodate)) {
		note_stranger(folio, vma, addr);
		return folio;
	}
	copy = folio_alloc(0, "copy of a swapped page");
	if (!copy)
		return NULL;
	folio_page(copy, 0)->content = folio_page(folio, 0)->content;
	folio_set(copy, PG_dirty | PG_uptodate);
	folio_trylock(copy);
	trace_event("ksm", "folio#%u of the swap cache is copied into folio#%u", folio->id,
		    copy->id);
	return copy;
}
