/*
 * swap_fault.c - a fault on the word of a page in swap: finding or reading the page, and whether
 * it is ours alone.
 *
 * In the kernel:  mm/memory.c do_swap_page(), should_try_to_free_swap().
 * Left out:       device-private and hardware-poisoned pages, read-ahead of
 *                 neighbours, memcg.
 * Locks:          entered without the PTE lock; the folio lock, then the PTE lock, are taken.
 */
#include "ksm.h"
#include "lru.h"
#include "machine.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

/* One fault on its way. */
struct swapin {
	struct vm_fault *vmf;
	pte_t entry;			/* of the fault; of the first page, if several are mapped */
	unsigned long nr;		/* pages that are mapped */
	unsigned long idx;		/* which of them the fault is about */
	struct page *page;		/* the first of them */
	struct swap_info_struct *si;
	struct folio *folio;		/* what will be mapped; locked once swapin_lock() is through */
	struct folio *swapcache;	/* the folio of the swap cache; NULL: the cache is bypassed */
	unsigned long claimed;		/* slots whose SWAP_HAS_CACHE is ours, without a folio in the
					 * cache */
};

/*
 * The flag keeps others from reading the slots and freeing them, and reclaim from using them again
 * for something else, while our word still says that the page is there.  False: another one has it.
 */
static bool swapin_claim(struct swapin *in)
{
	unsigned long nr = folio_nr_pages(in->folio);

	if (semantics()->swapin_bypass_unclaimed)
		return true;
	if (swapcache_prepare(in->entry, nr))
		return false;
	in->claimed = nr;
	return true;
}

/* A fresh folio that never enters the cache: nobody else needs it.  False: another fault is
 * reading it, to be tried again. */
static bool swapin_past_cache(struct swapin *in)
{
	in->folio = alloc_swap_folio(in->vmf);
	if (!in->folio)
		return true;
	point("swap:folio-allocated");
	in->entry &= ~((folio_nr_pages(in->folio) - 1) << SWP_OFFSET_SHIFT);
	if (!swapin_claim(in)) {
		folio_put(in->folio);
		in->folio = NULL;
		swapcache_wait(pte_to_swp_entry(in->vmf->orig_pte));
		return false;
	}
	folio_trylock(in->folio);
	folio_set(in->folio, PG_swapbacked);
	swap_refault(in->folio, in->entry);
	folio_add_lru(in->folio);
	point("swap:slot-claimed");
	swap_read_folio(in->folio, in->entry);
	return true;
}

/* Finds or reads the folio.  False: the fault is to be tried again. */
static bool swapin_folio(struct swapin *in)
{
	in->folio = in->swapcache = swap_cache_get_folio(in->entry);
	point("swap:cache-looked-up");
	if (in->folio)
		return true;
	if (in->si->flags & SWP_SYNCHRONOUS_IO && swap_count(in->entry) == 1)
		return swapin_past_cache(in);
	in->folio = in->swapcache = read_swap_cache(in->entry);
	return true;
}

/* Kernel: folio_lock_or_retry(). */
static enum vm_fault_result swapin_lock(struct swapin *in)
{
	struct vm_fault *vmf = in->vmf;

	if (folio_trylock(in->folio))
		return VM_FAULT_DONE;
	if (vmf->flags & FAULT_FLAG_VMA_LOCK) {
		vma_end_read(vmf->vma);
		folio_lock(in->folio);
		folio_unlock(in->folio);
		return VM_FAULT_RETRY;
	}
	folio_lock(in->folio);
	return VM_FAULT_DONE;
}

/*
 * With the folio locked: is it still the one?  Neither our reference nor the word's staying the
 * same keeps it in the cache.  False: try again.
 */
static bool swapin_verify(struct swapin *in)
{
	const struct folio *swapcache = in->swapcache;

	if (!swapcache)
		return true;
	if (!folio_matches_swap_entry(swapcache, in->entry))
		return false;
	in->folio = ksm_might_need_to_copy(in->swapcache, in->vmf->vma, in->vmf->address);
	/* References of our own batches would make the page look shared. */
	if (in->vmf->flags & FAULT_FLAG_WRITE && in->folio == swapcache &&
	    !folio_test_ksm(swapcache) && !folio_test(swapcache, PG_lru))
		lru_add_drain();
	return true;
}

/* Kernel: should_try_to_free_swap(). */
static bool should_try_to_free_swap(const struct folio *folio, const struct vm_fault *vmf)
{
	if (!folio_test(folio, PG_swapcache))
		return false;
	if (vm_swap_full() || vmf->vma->vm_flags & VM_LOCKED || folio_test(folio, PG_mlocked))
		return true;
	/* Worth it only if we may be the last: our reference and the cache's. */
	return vmf->flags & FAULT_FLAG_WRITE && !folio_test_ksm(folio) &&
	       folio_ref_count(folio) == 1 + (int)folio_nr_pages(folio);
}

/*
 * Is the page certainly ours alone?  The word says so, under its lock, so that fork cannot share
 * it meanwhile.  But a device that needs a page not to change while it writes it must be
 * protected from our stores: then the page is mapped as if it were shared.
 */
static bool swapin_exclusive(const struct swapin *in)
{
	if (folio_test_ksm(in->folio))
		return false;
	if (in->folio != in->swapcache)		/* fresh: nobody else has ever seen it */
		return true;
	if (!pte_swp_exclusive(in->vmf->orig_pte))
		return false;
	sched_touch(&in->folio->swap, ACCESS_READ);
	return !folio_test(in->folio, PG_writeback) || !(in->si->flags & SWP_STABLE_WRITES) ||
	       semantics()->swapin_ignores_stable_pages;
}

/* The word for the first page; a store that it allows is no more to be done for. */
static pte_t swapin_pte(struct swapin *in, bool exclusive)
{
	struct vm_fault *vmf = in->vmf;
	pte_t pte = pfn_pte(in->page->pfn, vma_page_prot(vmf->vma));

	if (vmf->orig_pte & _PAGE_SWP_UFFD_WP)
		pte |= _PAGE_UFFD_WP;
	if (!exclusive || !(vmf->vma->vm_flags & VM_WRITE) ||
	    (userfaultfd_wp(vmf->vma) && pte & _PAGE_UFFD_WP))
		return pte;
	pte = pte_mkwrite(pte);
	if (vmf->flags & FAULT_FLAG_WRITE) {
		pte = pte_mkdirty(pte);
		vmf->flags &= ~FAULT_FLAG_WRITE;
	}
	return pte;
}

/*
 * Which pages are mapped: all of a large folio, if all of the words around ours lead to it; else of
 * one of the cache that of our word.  False: a large one that is fresh does not fit any more.
 */
static bool swapin_extent(struct swapin *in)
{
	const struct vm_fault *vmf = in->vmf;
	pte_t entry = pte_to_swp_entry(vmf->orig_pte);

	in->nr = 1;
	in->idx = 0;
	in->page = folio_page(in->folio, 0);
	if (!in->folio->order)
		return true;
	in->idx = swp_offset(entry) & (folio_nr_pages(in->folio) - 1);
	if (swapin_whole_folio(vmf, in->folio, in->idx)) {
		in->nr = folio_nr_pages(in->folio);
		in->entry = swp_entry_add(entry, -in->idx);
		return true;
	}
	in->page += in->idx;
	in->idx = 0;
	return folio_test(in->folio, PG_swapcache);
}

/* The counts, and as whose page it is mapped. */
static void swapin_add_rmap(struct swapin *in, unsigned long addr, bool exclusive)
{
	struct vm_area_struct *vma = in->vmf->vma;
	struct folio *folio = in->folio;

	sched_touch(&folio->refcount, ACCESS_WRITE);
	folio->refcount += (int)in->nr - 1;
	if (in->swapcache && folio != in->swapcache) {
		folio_add_new_anon_rmap(folio, vma, addr, true);
		folio_add_lru_vma(folio, vma);
	} else if (!folio_test_anon(folio)) {
		folio_add_new_anon_rmap(folio, vma, addr, exclusive);
	} else if (in->nr == 1) {
		folio_add_anon_rmap_pte(folio, in->page, vma, addr, exclusive);
	} else {
		folio_add_anon_rmap_ptes(folio, in->page, in->nr, vma, addr, exclusive);
	}
}

/* The PTE lock is held and the words are what they were.  Our reference becomes that of the word. */
static void swapin_map(struct swapin *in)
{
	struct vm_fault *vmf = in->vmf;
	struct vm_area_struct *vma = vmf->vma;
	unsigned int slot = vmf->slot - (unsigned int)in->idx;
	unsigned long addr = vmf->address - (in->idx << PAGE_SHIFT);
	struct folio *folio = in->folio;
	bool exclusive = swapin_exclusive(in);
	pte_t pte;

	for (unsigned long n = 0; n < in->nr; n++)
		swap_free(swp_entry_add(in->entry, n));
	if (should_try_to_free_swap(folio, vmf))
		folio_free_swap(folio);
	vma->vm_mm->rss_anon += in->nr;
	vma->vm_mm->swapents -= in->nr;
	exclusive = !folio_test_ksm(folio) && (exclusive || folio_ref_count(folio) == 1);
	pte = swapin_pte(in, exclusive);
	swapin_add_rmap(in, addr, exclusive);
	for (unsigned int n = 0; n < in->nr; n++)
		set_pte(vmf->table, slot + n, pte + ((pte_t)n << PAGE_SHIFT));
	vmf->orig_pte = ptep_get(vmf->table, vmf->slot);
	trace_event("swap", "folio#%u is mapped at 0x%lx, %s", folio->id, addr,
		    exclusive ? "exclusive" : "shared");
}

/* Unlocks what is locked; drops the references that were not given away. */
static void swapin_release(struct swapin *in, bool mapped)
{
	folio_unlock(in->folio);
	if (!mapped)
		folio_put(in->folio);
	if (in->swapcache && in->folio != in->swapcache) {
		folio_unlock(in->swapcache);
		folio_put(in->swapcache);
	}
}

/* No memory: but perhaps somebody else has brought the page. */
static enum vm_fault_result swapin_without_memory(struct vm_fault *vmf)
{
	bool same = false;

	if (vmf_lock(vmf)) {
		same = !vmf_pte_changed(vmf);
		vmf_unlock(vmf);
	}
	return same ? VM_FAULT_OOM : VM_FAULT_DONE;
}

/* With the folio found. */
static enum vm_fault_result swapin_finish(struct swapin *in)
{
	enum vm_fault_result result = swapin_lock(in);
	struct vm_fault *vmf = in->vmf;

	if (result != VM_FAULT_DONE) {
		folio_put(in->folio);
		return result;
	}
	point("swap:folio-locked");
	if (!swapin_verify(in)) {
		swapin_release(in, false);
		return VM_FAULT_DONE;
	}
	if (!in->folio) {			/* no memory for the copy */
		folio_unlock(in->swapcache);
		folio_put(in->swapcache);
		return VM_FAULT_OOM;
	}
	if (!vmf_lock(vmf)) {
		swapin_release(in, false);
		return VM_FAULT_DONE;
	}
	if (vmf_pte_changed(vmf) || !folio_test(in->folio, PG_uptodate)) {
		result = vmf_pte_changed(vmf) ? VM_FAULT_DONE : VM_FAULT_SIGBUS;
		vmf_unlock(vmf);
		swapin_release(in, false);
		return result;
	}
	if (!swapin_extent(in)) {
		vmf_unlock(vmf);
		swapin_release(in, false);
		return VM_FAULT_DONE;
	}
	swapin_map(in);
	swapin_release(in, true);
	if (vmf->flags & FAULT_FLAG_WRITE)
		return do_wp_page(vmf);
	vmf_unlock(vmf);
	point("swap:mapped");
	return VM_FAULT_DONE;
}

enum vm_fault_result do_swap_page(struct vm_fault *vmf)
{
	struct swapin in = { .vmf = vmf, .entry = pte_to_swp_entry(vmf->orig_pte) };
	enum vm_fault_result result = VM_FAULT_DONE;

	/* NULL: swapoff is bringing everything back. */
	in.si = get_swap_device(in.entry);
	if (!in.si)
		return VM_FAULT_DONE;
	if (swapin_folio(&in))
		result = in.folio ? swapin_finish(&in) : swapin_without_memory(vmf);
	if (in.claimed) {
		swapcache_clear(in.entry, in.claimed);
		point("swap:claim-dropped");
	}
	put_swap_device(in.si);
	return result;
}
