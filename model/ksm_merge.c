/*
 * ksm_merge.c - ksmd merges two pages: write-protect one, compare, map the other instead.
 *
 * In the kernel:  mm/ksm.c cmp_and_merge_page(), try_to_merge_one_page(), write_protect_page(),
 *                 replace_page(), get_mergeable_page().
 * Left out:       the scan and its checksums: what ksmd comes to is said by the caller, and
 *                 counts as seen before; hardware poison.
 * Locks:          mmap_lock for reading around each page; the folio lock by trylock; the PTE lock.
 */
#include "ksm.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "quirk.h"
#include "rmap_pte.h"
#include "swap.h"

/* Left for a page with the same content that may come. */
#define WAITS_IN_UNSTABLE_TREE	1

/* The page at the item's address, with a reference; NULL if there is none to be merged.
 * Kernel: get_mergeable_page(). */
static struct page *get_mergeable_page(const struct ksm_rmap_item *item)
{
	struct page *page = NULL;
	struct pgtable *table = NULL;

	mmap_read_lock(item->mm);
	if (find_mergeable_vma(item->mm, item->address)) {
		if (pgtable_leaf_size(item->mm, item->address) > PAGE_SIZE)
			model_unsupported("KSM splits the huge page at %s",
					  addr_name(item->mm, item->address).text);
		table = pte_offset_map_lock(item->mm, item->address);
	}
	if (table) {
		pte_t pte = table->entry[pgtable_index(item->address, LEVEL_PTE)];

		if (pte_present(pte))
			page = vm_normal_page(pte);
		if (page && !folio_test_anon(page->folio))
			page = NULL;
		if (page)
			folio_get(page->folio);
		spin_unlock(&table->ptl, LOCK_PTE);
	}
	mmap_read_unlock(item->mm);
	return page;
}

/* Where @vma maps the page, by index alone.  Kernel: page_address_in_vma(). */
static bool page_address_in_vma(const struct folio *folio, const struct vm_area_struct *vma,
				unsigned long *addr)
{
	const struct anon_vma *anon_vma = folio_anon_vma(folio);

	return anon_vma && vma->anon_vma && vma->anon_vma->root == anon_vma->root &&
	       vma_address(vma, folio->index, 1, addr);
}

/* ---- one page ---- */

/*
 * Is everybody known who may write to the page by another way?  The word has been cleared: who
 * takes a reference from it without a lock looks at it again.
 */
static bool may_share(struct folio *folio, struct page *page)
{
	int known = folio_mapcount(folio) + 1 + folio_test(folio, PG_swapcache);

	sched_step(&folio->refcount, ACCESS_READ, "write_protect_page: references");
	if (folio->refcount != known) {
		trace_event("ksm", "folio#%u stays: %d references, %d of them known", folio->id,
			    folio->refcount, known);
		return false;
	}
	return !PageAnonExclusive(page) || folio_try_share_anon_rmap_pte(folio, page);
}

/* The word of @vma for the locked @folio: read-only and clean from now on, *@orig.  0 or -EFAULT.
 * Kernel: write_protect_page(). */
static int write_protect_page(struct vm_area_struct *vma, struct folio *folio, pte_t *orig)
{
	struct page *page = folio_page(folio, 0);
	struct pgtable *table;
	unsigned long addr;
	unsigned int slot;
	int error = 0;
	pte_t entry;

	if (!page_address_in_vma(folio, vma, &addr))
		return -EFAULT;
	table = rmap_pte_lock(folio, vma, addr);
	if (!table)
		return -EFAULT;
	slot = pgtable_index(addr, LEVEL_PTE);
	entry = table->entry[slot];
	if (pte_write(entry) || pte_dirty(entry) || PageAnonExclusive(page) ||
	    mm_tlb_flush_pending(vma->vm_mm)) {
		entry = ptep_clear_flush(table, slot, addr);
		if (!may_share(folio, page)) {
			error = -EFAULT;
		} else {
			if (pte_dirty(entry))
				folio_set(folio, PG_dirty);
			entry = pte_wrprotect(pte_mkclean(entry));
		}
		set_pte(table, slot, entry);
	}
	*orig = entry;
	spin_unlock(&table->ptl, LOCK_PTE);
	return error;
}

/* The word for @kpage; the zero page is dirty, so that it is known as ours. */
static pte_t map_kpage(struct vm_area_struct *vma, unsigned long addr, struct page *kpage)
{
	pte_t pte = pfn_pte(kpage->pfn, vma_page_prot(vma));

	if (is_zero_folio(kpage->folio)) {
		vma->vm_mm->rss_anon--;
		return pte_mkdirty(pte | _PAGE_SPECIAL);
	}
	folio_get(kpage->folio);
	folio_add_anon_rmap_pte(kpage->folio, kpage, vma, addr, false);
	return pte;
}

/* @kpage takes the place of @page, if nothing happened to that since.  0 or -EFAULT.
 * Kernel: replace_page(). */
static int replace_page(struct vm_area_struct *vma, struct page *page, struct page *kpage,
			pte_t orig)
{
	struct folio *folio = page->folio;
	struct pgtable *table = NULL;
	unsigned long addr;
	unsigned int slot;
	pte_t pte;

	if (page_address_in_vma(folio, vma, &addr))
		table = pte_offset_map_lock(vma->vm_mm, addr);
	if (!table)
		return -EFAULT;
	slot = pgtable_index(addr, LEVEL_PTE);
	if (table->entry[slot] != orig) {
		spin_unlock(&table->ptl, LOCK_PTE);
		return -EFAULT;
	}
	pte = map_kpage(vma, addr, kpage);
	ptep_clear_flush(table, slot, addr);
	set_pte(table, slot, pte);
	if (pgtable_wp_asked(table, slot)) {
		quirk_met(QUIRK_ksm_drops_protection);
		pgtable_set_wp_asked(table, slot, false);
	}
	folio_remove_rmap_pte(folio, page, vma);
	if (!folio_mapcount(folio))
		folio_free_swap(folio);
	spin_unlock(&table->ptl, LOCK_PTE);
	trace_event("ksm", "mm#%u 0x%lx: folio#%u instead of folio#%u", vma->vm_mm->id, addr,
		    kpage->folio->id, folio->id);
	folio_put(folio);
	return 0;
}

/* @page becomes a KSM page if @kpage is NULL, else @kpage replaces it.  Kernel:
 * try_to_merge_one_page(). */
static int try_to_merge_one_page(struct vm_area_struct *vma, struct page *page, struct page *kpage)
{
	struct folio *folio = page->folio;
	int error = -EFAULT;
	pte_t orig;

	if (page == kpage)		/* a KSM page that fork has shared */
		return 0;
	if (folio->large) {
		model_unsupported("KSM splits folio#%u, which is large", folio->id);
		return -EFAULT;
	}
	if (!folio_trylock(folio))
		return -EFAULT;
	if (write_protect_page(vma, folio, &orig))
		goto unlock;
	point("ksm:write-protected");
	if (!kpage) {
		folio_set_stable_node(folio, NULL);
		folio_mark_accessed(folio);
		folio_set(folio, PG_dirty);	/* so that swap gets it */
		error = 0;
	} else if (page_content(page, "pages_identical") == page_content(kpage, "pages_identical")) {
		error = replace_page(vma, page, kpage, orig);
	}
unlock:
	folio_unlock(folio);
	return error;
}

/* Kernel: try_to_merge_with_zero_page(). */
static int try_to_merge_with_zero_page(const struct ksm_rmap_item *item, struct page *page)
{
	struct vm_area_struct *vma;
	int error = 0;

	if (!mach->config.ksm_use_zero_pages || page_content(page, "is_page_full_of_zeroes"))
		return -EFAULT;
	mmap_read_lock(item->mm);
	vma = find_mergeable_vma(item->mm, item->address);
	if (vma)
		error = try_to_merge_one_page(vma, page, mach->zero_page);
	mmap_read_unlock(item->mm);
	return error;
}

/* On success the item holds the anon_vma of its area.  Kernel: try_to_merge_with_ksm_page(). */
static int try_to_merge_with_ksm_page(struct ksm_rmap_item *item, struct page *page,
				      struct page *kpage)
{
	struct vm_area_struct *vma;
	int error = -EFAULT;

	mmap_read_lock(item->mm);
	vma = find_mergeable_vma(item->mm, item->address);
	if (vma)
		error = try_to_merge_one_page(vma, page, kpage);
	if (!error) {
		item->anon_vma = vma->anon_vma;
		get_anon_vma(vma->anon_vma);
	}
	mmap_read_unlock(item->mm);
	return error;
}

/* ---- two pages ---- */

/* Undoes try_to_merge_with_ksm_page().  Kernel: break_cow(). */
static void break_cow(struct ksm_rmap_item *item)
{
	struct vm_area_struct *vma;

	mmap_read_lock(item->mm);
	put_anon_vma(item->anon_vma);
	item->anon_vma = NULL;
	vma = find_mergeable_vma(item->mm, item->address);
	if (vma)
		break_ksm(vma, item->address);
	mmap_read_unlock(item->mm);
}

/* The page that ksmd is at becomes the KSM page.  Kernel: try_to_merge_two_pages() and what
 * follows it. */
static int merge_two_pages(struct ksm_rmap_item *item, struct page *page,
			   struct ksm_rmap_item *tree_item, struct page *tree_page)
{
	struct ksm_stable_node *node;
	int error = try_to_merge_with_ksm_page(item, page, NULL);

	if (error)
		return error;
	point("ksm:one-of-two");
	error = try_to_merge_with_ksm_page(tree_item, tree_page, page);
	if (error) {
		break_cow(item);
		return error;
	}
	point("ksm:before-stable-tree");
	folio_lock(page->folio);
	node = stable_tree_insert(page->folio);
	if (node) {
		stable_tree_append(tree_item, node);
		stable_tree_append(item, node);
	}
	folio_unlock(page->folio);
	if (node)
		return 0;
	break_cow(tree_item);
	break_cow(item);
	return -ENOMEM;
}

/* Kernel: the part of cmp_and_merge_page() behind unstable_tree_search_insert(). */
static int merge_with_unstable(struct ksm_rmap_item *item, struct page *page,
			       struct ksm_rmap_item *tree_item)
{
	struct page *tree_page = get_mergeable_page(tree_item);
	int error = -EFAULT;

	/* What fork has shared is one page already. */
	if (tree_page && tree_page != page &&
	    page_content(tree_page, "memcmp_pages") == page_content(page, "memcmp_pages"))
		error = merge_two_pages(item, page, tree_item, tree_page);
	if (tree_page)
		folio_put(tree_page->folio);
	return error;
}

/* @tree_item: what waits in the unstable tree, or NULL.  0, -errno or WAITS_IN_UNSTABLE_TREE. */
static int cmp_and_merge_page(struct ksm_rmap_item *item, struct page *page,
			      struct ksm_rmap_item *tree_item)
{
	struct folio *kfolio;
	int error;

	if (item->head && item->head == folio_stable_node(page->folio))
		return 0;
	remove_rmap_item_from_tree(item);
	if (!folio_test_ksm(page->folio) && !try_to_merge_with_zero_page(item, page))
		return 0;
	kfolio = stable_tree_search(page);
	if (!kfolio)
		return tree_item ? merge_with_unstable(item, page, tree_item) :
				   WAITS_IN_UNSTABLE_TREE;
	error = try_to_merge_with_ksm_page(item, page, folio_page(kfolio, 0));
	if (!error) {
		folio_lock(kfolio);
		stable_tree_append(item, folio_stable_node(kfolio));
		folio_unlock(kfolio);
	}
	folio_put(kfolio);
	return error;
}

static int visit(struct ksm_rmap_item *item, struct ksm_rmap_item *tree_item)
{
	struct page *page = get_mergeable_page(item);
	int error;

	if (!page)
		return -EFAULT;
	error = cmp_and_merge_page(item, page, tree_item);
	folio_put(page->folio);
	return error;
}

/* ---- ksmd ---- */

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
	pte_t pte = table->entry[slot];

	page = table->level == LEVEL_PTE && pte_present(pte) ? vm_normal_page(pte) : NULL;
	if (page && page->folio && folio_stable_node(page->folio))
		g_array_append_val(search->found, addr);
	return true;
}

/* What a full scan does besides merging: stale items go, mappings by fork get theirs. */
static void scan_known_pages(void)
{
	g_autoptr(GPtrArray) mms = object_list(mach, KIND_MM);

	/* References of batches would keep pages from being merged. */
	lru_add_drain();
	ksm_remove_stale();
	for (guint i = 0; i < mms->len; i++) {
		g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(unsigned long));
		struct fork_search search = { mms->pdata[i], found };

		if (!search.mm->ksm_mergeable)
			continue;
		pgtable_for_each(search.mm, 0, TASK_SIZE, find_forked, &search);
		for (guint n = 0; n < found->len; n++) {
			struct ksm_rmap_item *item = ksm_rmap_item_get(
				search.mm, g_array_index(found, unsigned long, n));

			if (!item)
				continue;
			visit(item, NULL);
			ksm_rmap_item_release(item);
		}
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

long ksmd_merge(struct mm_struct *mm1, unsigned long addr1, struct mm_struct *mm2,
		unsigned long addr2)
{
	struct ksm_rmap_item *a, *b = NULL;
	int first, second = -ENOMEM;
	bool one = false;

	if (mm1 == mm2 && addr1 == addr2)
		return -EFAULT;
	scan_known_pages();
	a = ksm_rmap_item_get(mm1, addr1);
	if (!a)
		return -ENOMEM;
	first = visit(a, NULL);
	b = ksm_rmap_item_get(mm2, addr2);
	if (b) {
		second = visit(b, first == WAITS_IN_UNSTABLE_TREE ? a : NULL);
		one = are_one_page(a, b);
		ksm_rmap_item_release(b);
	}
	ksm_rmap_item_release(a);
	if (one)
		return 0;
	return first == -ENOMEM || second == -ENOMEM ? -ENOMEM : -EFAULT;
}
