/*
 * fault_wp.c - a store to a page that is mapped read-only: keep it, or copy it.
 *
 * In the kernel:  mm/memory.c do_wp_page(), wp_can_reuse_anon_folio(), wp_page_copy(),
 *                 wp_page_shared().
 * Left out:       KSM.
 * Locks:          do_wp_page() is entered with the PTE lock held and drops it.
 */
#include "file.h"
#include "gup.h"
#include "lru.h"
#include "machine.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

/* The page stays: only the PTE changes.  Kernel: wp_page_reuse(). */
static void wp_page_reuse(struct vm_fault *vmf)
{
	pte_t entry = pte_mkyoung(vmf->orig_pte);

	set_pte(vmf->table, vmf->slot, maybe_mkwrite(pte_mkdirty(entry), vmf->vma));
	vmf_unlock(vmf);
}

/*
 * Only the one page is taken over.  Of a folio with no other page mapped a copy is better: it goes.
 * Kernel: __wp_can_reuse_large_anon_folio().
 */
static bool wp_can_reuse_large_folio(struct folio *folio)
{
	if (folio_mapcount(folio) <= 1 || folio_maybe_mapped_shared(folio))
		return false;
	if (folio_test(folio, PG_swapcache)) {
		if (!folio_trylock(folio))
			return false;
		folio_free_swap(folio);	/* not while words of it are in swap */
		folio_unlock(folio);
	}
	return folio_mapcount(folio) == folio_ref_count(folio);
}

/*
 * Are we the only one with a reference to a page that was shared once?  References of
 * others' batches, of a pipe, of a device all make a copy.
 */
static bool wp_can_reuse_anon_folio(struct folio *folio, struct vm_area_struct *vma)
{
	if (folio->large)
		return wp_can_reuse_large_folio(folio);
	/* Ours, the swap cache's, and that of a batch which still can be drained. */
	if (folio_test_ksm(folio) || folio_ref_count(folio) > 3)
		return false;
	if (!folio_test(folio, PG_lru))
		lru_add_drain();
	if (folio_ref_count(folio) > 1 + folio_test(folio, PG_swapcache))
		return false;
	if (!folio_trylock(folio))
		return false;
	if (folio_test(folio, PG_swapcache))
		folio_free_swap(folio);
	if (folio_test_ksm(folio) || folio_ref_count(folio) != 1) {
		folio_unlock(folio);
		return false;
	}
	/* From now on it is not found by the walks of the relatives that are gone. */
	folio_move_anon_rmap(folio, vma);
	folio_unlock(folio);
	return true;
}

/* How often a page of a huge folio is mapped, each count read by itself: what a split of a leaf
 * adds to the one and takes from the other may be seen half.  Kernel: page_trans_huge_mapcount(). */
static int sum_of_mapcounts(const struct page *page)
{
	const struct folio_large *large = page->folio->large;
	int mapcount = READ_SHARED(&page->mapcount, page->mapcount, "mapcount of the page");

	return mapcount + READ_SHARED(&large->large_mapcount, large->entire_mapcount,
				      "mapcount of the leaves");
}

/* May a page that is mapped read-only be written to as it is? */
static bool wp_may_reuse(struct page *page, struct vm_area_struct *vma)
{
	struct folio *folio = page->folio;

	if (semantics()->cow_vmsplice && !folio->large)
		return folio_mapcount(folio) == 1 && !folio_test(folio, PG_swapcache);
	if (semantics()->thp_mapcount_split_cow && folio->large)
		return sum_of_mapcounts(page) == 1;
	if (semantics()->cow_copies_exclusive && !folio->large && folio_ref_count(folio) != 1)
		return false;
	return PageAnonExclusive(page) || wp_can_reuse_anon_folio(folio, vma);
}

/* ---- the copy ---- */

/* Nobody has stored to the old page of his own since it was copied: it was protected, and flushed. */
static void check_copy(const struct vm_fault *vmf, const struct folio *new_folio)
{
	struct page *page = vmf->page, *copy = folio_page(new_folio, 0);
	g_autofree char *place = NULL;

	if (likely(!mach->tlb_on) || !page || !folio_test_anon(page->folio) ||
	    folio_test_ksm(page->folio) || device_holds(page))
		return;
	sched_touch(page, ACCESS_READ);
	if (page->content == copy->content)
		return;
	place = g_strdup_printf("mm#%u %s", vmf->vma->vm_mm->id,
				addr_name(vmf->vma->vm_mm, vmf->address).text);
	violation_add("lost-store", place, "nothing to be stored to a page after it was copied",
		      "%" G_GUINT64_FORMAT " in folio#%u, which is replaced by a copy that holds %"
		      G_GUINT64_FORMAT, page->content, page->folio->id, copy->content);
}

/* The new page takes the place of the old one, PTE lock held.  The old one's mapping and
 * its reference are the caller's to drop. */
static void wp_install_copy(struct vm_fault *vmf, struct folio *new_folio)
{
	struct folio *old = vmf->page ? vmf->page->folio : NULL;
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pfn_pte(new_folio->pfn, vma_page_prot(vma));

	if (old)
		*mm_counter(vma->vm_mm, old) -= 1;
	vma->vm_mm->rss_anon++;
	if (vmf->flags & FAULT_FLAG_UNSHARE)
		entry |= vmf->orig_pte & _PAGE_UFFD_WP;
	else
		entry = maybe_mkwrite(pte_mkdirty(entry), vma);
	/* Never two pages at once: cleared and flushed before the new one is set. */
	ptep_clear_flush(vmf->table, vmf->slot, vmf->address);
	check_copy(vmf, new_folio);
	folio_add_new_anon_rmap(new_folio, vma, vmf->address, true);
	folio_add_lru_vma(new_folio, vma);
	set_pte(vmf->table, vmf->slot, entry);
	if (old)
		folio_remove_rmap_pte(old, vmf->page, vma);
}

/* Entered without the PTE lock, with a reference on the old folio if there is one. */
static enum vm_fault_result wp_page_copy(struct vm_fault *vmf)
{
	struct folio *old = vmf->page ? vmf->page->folio : NULL, *new_folio = NULL;
	enum vm_fault_result result = vmf_anon_prepare(vmf);
	bool copied = false;

	if (result != VM_FAULT_DONE)
		goto out;
	new_folio = folio_alloc(0, "copy of a page");
	if (!new_folio) {
		result = VM_FAULT_OOM;
		goto out;
	}
	if (old) {
		folio_page(new_folio, 0)->content =
			page_content(vmf->page, "wp_page_copy");
		count_vm_event(VM_EVENT_copies);
	}
	folio_set(new_folio, PG_uptodate);
	point("fault:wp-copy-made");

	/* The lock was dropped: is it still the same page? */
	if (vmf_lock(vmf)) {
		if (!vmf_pte_changed(vmf)) {
			wp_install_copy(vmf, new_folio);
			copied = true;
		}
		vmf_unlock(vmf);
	}
out:
	if (new_folio && !copied)
		folio_put(new_folio);
	if (copied && old) {
		free_swap_cache(old);
		folio_put(old);		/* that of the PTE */
	}
	if (old)
		folio_put(old);		/* ours */
	return result;
}

/* ---- shared mappings ---- */

/* Kernel: wp_page_shared(), with finish_mkwrite_fault(). */
static enum vm_fault_result wp_page_shared(struct vm_fault *vmf)
{
	struct folio *folio = vmf->page->folio;

	folio_get(folio);
	if (vmf->vma->vm_file->inode->type != INODE_REGULAR) {
		wp_page_reuse(vmf);
		folio_lock(folio);
		goto dirty;
	}
	vmf_unlock(vmf);
	if (!do_page_mkwrite(vmf, folio))
		goto put;
	if (!vmf_lock(vmf))
		goto unlock;
	if (vmf_pte_changed(vmf)) {
		vmf_unlock(vmf);
		goto unlock;
	}
	wp_page_reuse(vmf);
dirty:
	fault_dirty_shared_page(folio);
put:
	folio_put(folio);
	return VM_FAULT_DONE;
unlock:
	folio_unlock(folio);
	goto put;
}

enum vm_fault_result do_wp_page(struct vm_fault *vmf)
{
	bool unshare = (vmf->flags & FAULT_FLAG_UNSHARE) != 0;
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio;

	if (!unshare && userfaultfd_wp(vma) && pte_uffd_wp(vmf->orig_pte)) {
		if (!userfaultfd_wp_async(vma)) {
			vmf_unlock(vmf);
			return handle_userfault(vmf, VM_UFFD_WP);
		}
		vmf->orig_pte = pte_clear_uffd_wp(vmf->orig_pte);
		set_pte(vmf->table, vmf->slot, vmf->orig_pte);
		pgtable_set_wp_asked(vmf->table, vmf->slot, false);
	}
	/* The protection may have come so late that stores of others still get through. */
	if (!unshare && userfaultfd_wp(vma) && !semantics()->uffd_wp_deferred_flush &&
	    mm_tlb_flush_pending(vma->vm_mm))
		flush_tlb_range(vma->vm_mm, vmf->address, vmf->address + PAGE_SIZE);
	vmf->page = vm_normal_page(vmf->orig_pte);
	folio = vmf->page ? vmf->page->folio : NULL;
	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE) && folio)
		return wp_page_shared(vmf);

	if (folio && folio_test_anon(folio) && wp_may_reuse(vmf->page, vma)) {
		SetPageAnonExclusive(vmf->page);
		if (unshare)
			vmf_unlock(vmf);
		else
			wp_page_reuse(vmf);
		return VM_FAULT_DONE;
	}

	/* The lock is dropped to allocate: the page must not go meanwhile. */
	if (folio)
		folio_get(folio);
	vmf_unlock(vmf);
	return wp_page_copy(vmf);
}
