/*
 * swapoff.c - swapon() and swapoff(): everything comes back into memory.
 *
 * In the kernel:  mm/swapfile.c swapon(), swapoff(), try_to_unuse(), unuse_mm(), unuse_pte().
 * Left out:       priorities, other devices than that of the configuration, signals that end
 *                 swapoff() early.
 * Locks:          mmap_lock for reading of one mm after the other; then as in do_swap_page().
 */
#include <string.h>
#include "lru.h"
#include "ksm.h"
#include "machine.h"
#include "memory.h"
#include "shmem_swap.h"
#include "swap.h"
#include "syscalls.h"
#include "vma.h"

/* The one path that is a swap device. */
#define SWAP_PATH	"/swap"

/*
 * The word at @addr of @vma, if it still holds @entry, maps @folio: read-only, old and clean, for
 * nobody touched it.  Exclusive if the word said so; nothing is being written, so that even a
 * device that needs stable pages does not mind.  Kernel: unuse_pte().
 */
static void unuse_pte(struct vm_area_struct *vma, unsigned long addr, pte_t entry,
		      struct folio *folio, bool copied)
{
	struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	pte_t old = table ? ptep_get(table, slot) : 0, pte;
	bool exclusive = pte_swp_exclusive(old);
	struct page *page;

	if (!table)
		return;
	if (is_swap_entry_pte(old) && pte_to_swp_entry(old) == entry) {
		page = copied ? folio_page(folio, 0) : swap_page(folio, entry);
		vma->vm_mm->swapents--;
		vma->vm_mm->rss_anon++;
		folio_get(folio);
		if (copied) {
			folio_add_new_anon_rmap(folio, vma, addr, true);
			folio_add_lru_vma(folio, vma);
		} else if (folio_test_anon(folio))
			folio_add_anon_rmap_pte(folio, page, vma, addr, exclusive);
		else
			folio_add_new_anon_rmap(folio, vma, addr, exclusive);
		pte = pte_mkold(pfn_pte(page->pfn, vma_page_prot(vma)));
		if (old & _PAGE_SWP_UFFD_WP)
			pte |= _PAGE_UFFD_WP;
		set_pte(table, slot, pte);
		swap_free(entry);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
}

/* What same-page merging left at several indices is copied: 0, or -ENOMEM. */
static int unuse_locked(struct vm_area_struct *vma, unsigned long addr, pte_t entry,
			struct folio *swapcache)
{
	struct folio *folio = ksm_might_need_to_copy(swapcache, vma, addr);

	if (!folio)
		return -ENOMEM;
	unuse_pte(vma, addr, entry, folio, folio != swapcache);
	if (folio != swapcache) {
		folio_unlock(folio);
		folio_put(folio);
	}
	return 0;
}

/* One word: 0, or -ENOMEM.  Kernel: the loop of unuse_pte_range(). */
static int unuse_word(struct vm_area_struct *vma, unsigned long addr, pte_t entry)
{
	struct folio *folio = read_swap_cache(entry);
	int error = 0;

	if (!folio)
		return swap_count(entry) ? -ENOMEM : 0;
	folio_lock(folio);
	swap_wait_written(folio);
	/* Was it freed and the slot used again while we waited for the lock?  Then later. */
	if (folio_matches_swap_entry(folio, entry))
		error = unuse_locked(vma, addr, entry, folio);
	folio_free_swap(folio);
	folio_unlock(folio);
	folio_put(folio);
	point("swapoff:word-brought-back");
	return error;
}

static int unuse_vma(struct vm_area_struct *vma, unsigned int type)
{
	unsigned long addr = vma->vm_start;
	struct pgtable *table;

	while ((table = pgtable_next(vma->vm_mm, &addr, vma->vm_end))) {
		pte_t pte = ptep_get_lockless(table, pgtable_index(addr, LEVEL_PTE),
					      "unuse_pte_range");
		int error = 0;

		if (is_swap_entry_pte(pte) && swp_type(pte) == type)
			error = unuse_word(vma, addr, pte_to_swp_entry(pte));
		if (error)
			return error;
		addr += PAGE_SIZE;
	}
	return 0;
}

/* Kernel: unuse_mm(). */
static int unuse_mm(struct mm_struct *mm, unsigned int type)
{
	struct vm_area_struct *vma;
	int error = 0;

	mmap_read_lock(mm);
	for_each_vma(mm, vma) {
		if (!error && vma->anon_vma)
			error = unuse_vma(vma, type);
	}
	mmap_read_unlock(mm);
	return error;
}

/* Folios that no word leads to are still in the cache. */
static void unuse_cache(struct swap_info_struct *si)
{
	for (uint64_t offset = 1; offset < si->max && si->inuse_pages; offset++) {
		pte_t entry = swp_pte(si->type, offset);
		struct folio *folio = si->slot[offset].map ? swap_cache_get_folio(entry) : NULL;

		if (!folio)
			continue;
		folio_lock(folio);
		swap_wait_written(folio);
		folio_free_swap(folio);
		folio_unlock(folio);
		folio_put(folio);
	}
}

/* Kernel: try_to_unuse(). */
static int try_to_unuse(struct swap_info_struct *si)
{
	while (READ_SHARED(&si->inuse_pages, si->inuse_pages, "try_to_unuse")) {
		g_autoptr(GPtrArray) mms = object_list(mach, KIND_MM);
		uint64_t before = si->inuse_pages, drops = si->drops;
		int error = shmem_unuse(si->type);

		for (guint i = 0; i < mms->len && !error; i++)
			error = unuse_mm(mms->pdata[i], si->type);
		if (error)
			return error;
		unuse_cache(si);
		/* Those who are in the middle of something finish it, and we look again. */
		if (si->inuse_pages == before && si->drops == drops &&
		    !wait_on(si, "try_to_unuse"))
			return -EINTR;
	}
	return 0;
}

/* Slots are, or are no longer, handed out. */
static void set_writeok(struct swap_info_struct *si, bool on)
{
	uint64_t free_slots;

	sched_step(&si->flags, ACCESS_WRITE, "del_from_avail_list");
	sched_touch(&mach->swap->nr_swap_pages, ACCESS_WRITE);
	free_slots = si->max - 1 - si->inuse_pages;
	if (on) {
		si->flags |= SWP_WRITEOK;
		mach->swap->nr_swap_pages += free_slots;
		mach->swap->total_swap_pages += si->max - 1;
	} else {
		si->flags &= ~SWP_WRITEOK;
		mach->swap->nr_swap_pages -= free_slots;
		mach->swap->total_swap_pages -= si->max - 1;
	}
}

static bool may_swapon(void)
{
	return !current->signal || current->signal->cap_sys_admin;
}

/* From now on nobody begins anything: looking and taking it off are one step. */
static bool users_left(struct swap_info_struct *si)
{
	sched_step(mach->swap, ACCESS_WRITE, "swapoff");
	sched_touch(&si->users, ACCESS_WRITE);
	return si->users != 0;
}

long sys_swapoff(const char *path)
{
	struct swap_info_struct *si = mach->swap->info[0];
	int error;

	if (!may_swapon())
		return -EPERM;
	if (!mach->config.swap || strcmp(path, SWAP_PATH))
		return -ENOENT;
	if (!si || !(si->flags & SWP_WRITEOK))
		return -EINVAL;
	/* Would there be room for all that may be in it? */
	if (vm_acct_memory(current->mm, si->max - 1))
		return -ENOMEM;
	vm_unacct_memory(si->max - 1);
	set_writeok(si, false);
	point("swapoff:no-new-slots");
	error = try_to_unuse(si);
	if (error) {
		set_writeok(si, true);
		return error;
	}
	while (users_left(si))
		if (!wait_on(si, "swapoff"))
			return -EINTR;
	swap_device_off(si);
	return 0;
}

long sys_swapon(const char *path, int flags)
{
	if (!may_swapon())
		return -EPERM;
	if (flags & ~0x1ffff)		/* priority, SWAP_FLAG_PREFER, _DISCARD */
		return -EINVAL;
	if (!mach->config.swap || strcmp(path, SWAP_PATH))
		return -ENOENT;
	return swap_device_on(0);
}
