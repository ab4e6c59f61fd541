/*
 * ksm_merge.c - ksmd merges two pages: write-protect one, compare, map the other instead.
 *
 * In the kernel:  mm/ksm.c cmp_and_merge_page(), try_to_merge_one_page(), write_protect_page(),
 *                 replace_page(), get_mergeable_page(), unstable_tree_search_insert().
 * Left out:       hardware poison; the shape of the unstable tree (a list is searched).
 * Locks:          mmap_lock for reading around each page; the folio lock by trylock; the PTE lock.
 */
#include "huge.h"
#include "ksm.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "quirk.h"
#include "rmap_pte.h"
#include "swap.h"

/* The process of @item with its mmap_lock and a reference; NULL if it has exited. */
static struct mm_struct *lock_mm(const struct ksm_rmap_item *item)
{
	struct mm_struct *mm = item->mm;

	if (!mm)
		return NULL;
	mmget(mm);
	mmap_read_lock(mm);
	return mm;
}

static void unlock_mm(struct mm_struct *mm)
{
	if (!mm)
		return;
	mmap_read_unlock(mm);
	mmput(mm);
}

/* The area of @item, if it may be merged there and @mm, locked, is not NULL. */
static struct vm_area_struct *area_of(struct mm_struct *mm, const struct ksm_rmap_item *item)
{
	return mm ? find_mergeable_vma(mm, item->address) : NULL;
}

static struct page *anon_page(pte_t pte, unsigned long addr)
{
	struct page *page;

	if (!pte_present(pte) || pte_special(pte))
		return NULL;
	page = pfn_to_page(leaf_pfn(pte, addr));
	if (!page || !page->folio || !folio_test_anon(page->folio))
		return NULL;
	folio_get(page->folio);
	return page;
}

struct page *ksm_page_of(struct vm_area_struct *vma, unsigned long addr)
{
	struct pgtable *table = pmd_trans_huge_lock(vma->vm_mm, addr);
	struct page *page;

	if (table) {
		page = anon_page(ptep_get(table, pgtable_index(addr, LEVEL_PMD)), addr);
		spin_unlock(&table->ptl, LOCK_PMD);
		return page;
	}
	table = pte_offset_map_lock(vma->vm_mm, addr);
	if (!table)
		return NULL;
	page = anon_page(ptep_get(table, pgtable_index(addr, LEVEL_PTE)), addr);
	spin_unlock(&table->ptl, LOCK_PTE);
	return page;
}

struct page *get_mergeable_page(const struct ksm_rmap_item *item)
{
	struct mm_struct *mm = lock_mm(item);
	struct vm_area_struct *vma = area_of(mm, item);
	struct page *page = vma ? ksm_page_of(vma, item->address) : NULL;

	unlock_mm(mm);
	return page;
}

/* Where @vma maps the small folio, by index alone.  Kernel: page_address_in_vma(). */
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

/*
 * The word of a page that has just lost PageAnonExclusive is there again.  GUP-fast looks at the
 * word, then at the flag: a barrier keeps the two stores in order, without which they may be seen
 * the other way round.
 */
static void set_shared_pte(struct pgtable *table, unsigned int slot, pte_t entry, struct page *page,
			   bool was_exclusive)
{
	if (!semantics()->gup_fast_vs_pae_clear || !was_exclusive) {
		set_pte(table, slot, entry);
		return;
	}
	SetPageAnonExclusive(page);
	set_pte(table, slot, entry);
	sched_step(page, ACCESS_WRITE, "ClearPageAnonExclusive");
	ClearPageAnonExclusive(page);
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
	bool exclusive;
	pte_t entry;

	if (!page_address_in_vma(folio, vma, &addr))
		return -EFAULT;
	table = rmap_pte_lock(folio, vma, addr);
	if (!table)
		return -EFAULT;
	slot = pgtable_index(addr, LEVEL_PTE);
	entry = ptep_get(table, slot);
	exclusive = PageAnonExclusive(page);
	if (pte_write(entry) || pte_dirty(entry) || exclusive ||
	    mm_tlb_flush_pending(vma->vm_mm)) {
		entry = ptep_clear_flush(table, slot, addr);
		if (!may_share(folio, page)) {
			error = -EFAULT;
		} else {
			if (pte_dirty(entry))
				folio_set(folio, PG_dirty);
			entry = pte_wrprotect(pte_mkclean(entry));
		}
		set_shared_pte(table, slot, entry, page, exclusive && !error);
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
	if (ptep_get(table, slot) != orig) {
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
	if (!folio_trylock(folio))
		return -EFAULT;
	if (folio->large) {
		if (split_huge_page(page))
			goto unlock;
		folio = page->folio;
	}
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
	struct mm_struct *mm;
	int error = 0;

	if (!mach->config.ksm_use_zero_pages || page_content(page, "is_page_full_of_zeroes"))
		return -EFAULT;
	mm = lock_mm(item);
	vma = area_of(mm, item);
	if (vma)
		error = try_to_merge_one_page(vma, page, mach->zero_page);
	unlock_mm(mm);
	return error;
}

/* On success the item holds the anon_vma of its area.  Kernel: try_to_merge_with_ksm_page(). */
static int try_to_merge_with_ksm_page(struct ksm_rmap_item *item, struct page *page,
				      struct page *kpage)
{
	struct mm_struct *mm = lock_mm(item);
	struct vm_area_struct *vma = area_of(mm, item);
	int error = -EFAULT;

	if (vma)
		error = try_to_merge_one_page(vma, page, kpage);
	if (!error) {
		/* It waits for nobody any more. */
		remove_rmap_item_from_tree(item);
		item->anon_vma = vma->anon_vma;
		get_anon_vma(vma->anon_vma);
	}
	unlock_mm(mm);
	return error;
}

/* ---- two pages ---- */

/* Undoes try_to_merge_with_ksm_page().  Kernel: break_cow(). */
static void break_cow(struct ksm_rmap_item *item)
{
	struct mm_struct *mm = lock_mm(item);
	struct vm_area_struct *vma = area_of(mm, item);

	put_anon_vma(item->anon_vma);
	item->anon_vma = NULL;
	if (vma)
		break_ksm(vma, item->address);
	unlock_mm(mm);
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
		node->strangers = folio_mapcount(page->folio) > 2;
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

/*
 * One with the content of @page that waits, with its page and a reference to that; NULL if there is
 * none, and @item waits from now on, but if @page is what waits: fork has shared that, it is one page
 * already.  Kernel: unstable_tree_search_insert().
 */
static struct ksm_rmap_item *unstable_tree_search_insert(struct ksm_rmap_item *item,
							 const struct page *page,
							 struct page **tree_page)
{
	struct ksm_rmap_item *other;

	list_for_each_entry(other, &mach->ksm_unstable, unstable) {
		*tree_page = get_mergeable_page(other);
		if (!*tree_page)
			continue;
		if (*tree_page == page) {
			folio_put((*tree_page)->folio);
			return NULL;
		}
		if (page_content(*tree_page, "memcmp_pages") ==
		    page_content(page, "memcmp_pages"))
			return other;
		folio_put((*tree_page)->folio);
	}
	list_add_tail(&item->unstable, &mach->ksm_unstable);
	return NULL;
}

/* Two pages of one folio held each other back, each with its reference: it is split now, and they
 * are merged the next time.  Kernel: the end of cmp_and_merge_page(). */
static void split_later(struct page *page)
{
	if (!page->folio->large || !folio_trylock(page->folio))
		return;
	split_huge_page(page);
	folio_unlock(page->folio);
}

/* Kernel: the part of cmp_and_merge_page() behind stable_tree_search(). */
static int merge_with_unstable(struct ksm_rmap_item *item, struct page *page)
{
	struct ksm_rmap_item *tree_item;
	struct page *tree_page;
	int error = -EFAULT;
	bool same_folio;

	tree_item = unstable_tree_search_insert(item, page, &tree_page);
	if (!tree_item)
		return -EFAULT;
	error = merge_two_pages(item, page, tree_item, tree_page);
	same_folio = page->folio == tree_page->folio;
	folio_put(tree_page->folio);
	if (!error || !same_folio)
		return error;
	split_later(page);
	return -EAGAIN;
}

int cmp_and_merge_page(struct ksm_rmap_item *item, struct page *page, bool settled)
{
	const struct ksm_stable_node *node = folio_stable_node(page->folio);
	struct folio *kfolio;
	int error;

	if (node && item->head == node)
		return 0;
	remove_rmap_item_from_tree(item);
	if (!node && !settled)
		return -EFAULT;
	if (!node && !try_to_merge_with_zero_page(item, page))
		return 0;
	kfolio = stable_tree_search(page);
	if (!kfolio)
		return merge_with_unstable(item, page);
	error = try_to_merge_with_ksm_page(item, page, folio_page(kfolio, 0));
	if (!error) {
		folio_lock(kfolio);
		stable_tree_append(item, folio_stable_node(kfolio));
		folio_unlock(kfolio);
	}
	folio_put(kfolio);
	return error;
}
