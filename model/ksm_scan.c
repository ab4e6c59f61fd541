/*
 * ksm_scan.c - where ksmd goes: through everything, or to two pages that a scenario names.
 *
 * In the kernel:  mm/ksm.c ksm_do_scan(), scan_get_next_rmap_item(), get_next_rmap_item().
 * Left out:       pages_to_scan, for a scan is a whole one; smart_scan; sleeps.
 * Locks:          mmap_lock for reading while it looks for the next page; none between two.
 */
#include "ksm.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "vma.h"

/* ---- whom it knows ---- */

/* The scan of @mm is over, or it has none any more. */
static void scan_passes(struct mm_struct *mm)
{
	struct list_head *next = mm->ksm_slot.next;

	mach->ksm_scan_mm = next == &mach->ksm_mms ? NULL :
			    list_entry(next, struct mm_struct, ksm_slot);
	mach->ksm_scan_address = 0;
}

void ksm_forget_mm(struct mm_struct *mm)
{
	if (mach->ksm_scan_mm == mm)
		scan_passes(mm);
	list_del(&mm->ksm_slot);
	mm->ksm_mergeable = false;
}

/* ---- a scan of everything ---- */

/* The first address in [addr, vma->vm_end) with an anonymous page, which gets a reference. */
static struct page *next_page(struct vm_area_struct *vma, unsigned long *addr)
{
	struct page *page = NULL;

	while (*addr < vma->vm_end) {
		if (pgtable_leaf_size(vma->vm_mm, *addr) == PAGE_SIZE &&
		    !pgtable_lookup(vma->vm_mm, *addr, LEVEL_PTE)) {
			*addr = pmd_addr_end(*addr, vma->vm_end);
			continue;
		}
		page = ksm_page_of(vma, *addr);
		if (page)
			break;
		*addr += PAGE_SIZE;
	}
	return page;
}

/* That of @address; those before it stand for nothing any more and go.
 * Kernel: get_next_rmap_item(). */
static struct ksm_rmap_item *get_next_rmap_item(struct mm_struct *mm, struct list_head *at,
						unsigned long address)
{
	while (at != &mm->ksm_rmap_items) {
		struct ksm_rmap_item *item = list_entry(at, struct ksm_rmap_item, rmap_list);

		if (item->address == address)
			return item;
		if (item->address > address)
			break;
		at = at->next;
		ksm_rmap_item_free(item);
	}
	return ksm_rmap_item_alloc(mm, address, at);
}

/* The first item that the scan of @mm has not come to. */
static struct list_head *items_ahead(struct mm_struct *mm)
{
	struct list_head *at = mm->ksm_rmap_items.next;

	while (at != &mm->ksm_rmap_items &&
	       list_entry(at, struct ksm_rmap_item, rmap_list)->address < mach->ksm_scan_address)
		at = at->next;
	return at;
}

/* The next page of @mm and its item, or NULL.  mmap_lock held. */
static struct ksm_rmap_item *next_of_mm(struct mm_struct *mm, struct page **page)
{
	unsigned long addr = mach->ksm_scan_address;
	struct ksm_rmap_item *item = NULL;
	struct vm_area_struct *vma;

	*page = NULL;
	for (vma = find_vma(mm, addr); vma && !*page; vma = vma_next(vma)) {
		if (!(vma->vm_flags & VM_MERGEABLE))
			continue;
		addr = vma->anon_vma ? MAX(addr, vma->vm_start) : vma->vm_end;
		*page = next_page(vma, &addr);
	}
	if (*page)
		item = get_next_rmap_item(mm, items_ahead(mm), addr);
	if (*page && !item) {
		folio_put((*page)->folio);
		mach->ksm_scan_mm = NULL;
		return NULL;
	}
	if (*page)
		mach->ksm_scan_address = addr + PAGE_SIZE;
	else if (addr && !mach->ksm_scan_address)
		mach->ksm_scan_address = PAGE_SIZE;	/* an area, but no page */
	return item;
}

/* Items behind the last page go, and a process goes that has nothing to be merged. */
static void end_of_mm(struct mm_struct *mm)
{
	struct list_head *at = items_ahead(mm), *next;

	for (; at != &mm->ksm_rmap_items; at = next) {
		next = at->next;
		ksm_rmap_item_free(list_entry(at, struct ksm_rmap_item, rmap_list));
	}
	if (mach->ksm_scan_address) {
		scan_passes(mm);
		return;
	}
	ksm_forget_mm(mm);
}

/* NULL: that was all, or there is no memory.  Kernel: scan_get_next_rmap_item(). */
static struct ksm_rmap_item *scan_get_next_rmap_item(struct page **page, bool *memory)
{
	struct ksm_rmap_item *item = NULL;
	struct mm_struct *mm;

	while (!item && (mm = mach->ksm_scan_mm)) {
		mmget(mm);
		mmap_read_lock(mm);
		item = next_of_mm(mm, page);
		*memory &= item || !*page;
		if (!item && !*page && mm == mach->ksm_scan_mm)
			end_of_mm(mm);
		mmap_read_unlock(mm);
		mmput(mm);
	}
	return item;
}

/* Kernel: calc_checksum(), and what cmp_and_merge_page() does with it. */
static bool is_settled(struct ksm_rmap_item *item, const struct page *page)
{
	uint64_t checksum = page_content(page, "calc_checksum");
	bool settled = item->seen && item->oldchecksum == checksum;

	if (!folio_stable_node(page->folio)) {
		item->seen = true;
		item->oldchecksum = checksum;
	}
	return settled;
}

/* References of batches would keep pages from being merged; nobody waits from before. */
static void scan_begins(void)
{
	lru_add_drain();
	while (!list_empty(&mach->ksm_unstable))
		list_del(mach->ksm_unstable.next);
	ksm_remove_items(&mach->ksm_exited);
}

long ksmd_scan(void)
{
	struct ksm_rmap_item *item;
	struct page *page;
	bool memory = true;

	scan_begins();
	if (list_empty(&mach->ksm_mms))
		return 0;
	mach->ksm_scan_mm = list_first_entry(&mach->ksm_mms, struct mm_struct, ksm_slot);
	mach->ksm_scan_address = 0;
	while ((item = scan_get_next_rmap_item(&page, &memory))) {
		cmp_and_merge_page(item, page, is_settled(item, page));
		folio_put(page->folio);
	}
	ksm_remove_empty_nodes();
	if (!memory)
		ksm_lose_track();
	return memory ? 0 : -ENOMEM;
}

/* ---- two pages ---- */

static int visit(struct ksm_rmap_item *item)
{
	struct page *page = get_mergeable_page(item);
	int error;

	if (!page)
		return -EFAULT;
	error = cmp_and_merge_page(item, page, true);
	folio_put(page->folio);
	return error;
}

struct fork_search {
	struct mm_struct *mm;
	GArray *found;			/* addresses, unsigned long */
};

/* A KSM page that has no item here: fork has made the mapping. */
static bool find_forked(const struct pgtable *table, unsigned int slot, unsigned long addr,
			void *data)
{
	const struct fork_search *search = data;
	const struct page *page;
	pte_t pte = ptep_get(table, slot);

	page = table->level == LEVEL_PTE && pte_present(pte) ? vm_normal_page(pte) : NULL;
	if (page && page->folio && folio_stable_node(page->folio))
		g_array_append_val(search->found, addr);
	return true;
}

static void visit_forked(struct mm_struct *mm)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(unsigned long));
	struct fork_search search = { mm, found };

	pgtable_for_each(mm, 0, TASK_SIZE, find_forked, &search);
	for (guint n = 0; n < found->len; n++) {
		struct ksm_rmap_item *item =
			ksm_rmap_item_get(mm, g_array_index(found, unsigned long, n));

		if (!item) {
			ksm_lose_track();
			continue;
		}
		visit(item);
		ksm_rmap_item_release(item);
	}
}

/* What a full scan does besides merging: stale items go, mappings by fork get theirs. */
static void scan_known_pages(void)
{
	g_autoptr(GPtrArray) mms = object_list(mach, KIND_MM);

	scan_begins();
	ksm_remove_stale();
	for (guint i = 0; i < mms->len; i++) {
		struct mm_struct *mm = mms->pdata[i];

		if (mm->ksm_mergeable)
			visit_forked(mm);
	}
}

static bool are_one_page(const struct ksm_rmap_item *a, const struct ksm_rmap_item *b)
{
	pte_t pa = pgtable_entry(a->mm, a->address, LEVEL_PTE);
	pte_t pb = pgtable_entry(b->mm, b->address, LEVEL_PTE);

	if (is_ksm_zero_pte(pa) && is_ksm_zero_pte(pb))
		return true;
	return a->head && a->head == b->head;
}

/* A second round if pages of one folio had to be split first. */
static int visit_both(struct ksm_rmap_item *a, struct ksm_rmap_item *b)
{
	int first = visit(a), second = visit(b);

	if (second == -EAGAIN) {
		first = visit(a);
		second = visit(b);
	}
	return first == -ENOMEM || second == -ENOMEM ? -ENOMEM : -EFAULT;
}

long ksmd_merge(struct mm_struct *mm1, unsigned long addr1, struct mm_struct *mm2,
		unsigned long addr2)
{
	struct ksm_rmap_item *a, *b = NULL;
	int error = -ENOMEM;

	if (mm1 == mm2 && addr1 == addr2)
		return -EFAULT;
	scan_known_pages();
	a = ksm_rmap_item_get(mm1, addr1);
	if (!a)
		return -ENOMEM;
	b = ksm_rmap_item_get(mm2, addr2);
	if (b) {
		error = visit_both(a, b);
		if (are_one_page(a, b))
			error = 0;
		ksm_rmap_item_release(b);
	}
	ksm_rmap_item_release(a);
	return error;
}
