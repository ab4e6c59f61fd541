/*
 * uffd_move_swap.c - UFFDIO_MOVE of pages that are swapped out: the entry moves, and with it the page, if
 * that is still, or again, in the swap cache.
 *
 * In the kernel:  mm/userfaultfd.c move_pages_ptes() from !pte_present(), move_swap_pte().
 * Locks:          as in uffd_move_pte.c, but no anon_vma: the folio is mapped nowhere, and its entry is
 *                 exclusive, so that no walk can find it.
 */
#include "swap.h"
#include "uffd_move.h"

/*
 * The cached folio of @entry becomes ptes->folio, locked: 0, also if there is none; -EBUSY; or 1 to look
 * again after a sleep.
 */
static long lock_cached(struct move_ptes *ptes, pte_t entry)
{
	struct folio *folio;

	if (ptes->folio || semantics()->uffd_move_swapcache_index)
		return 0;
	folio = swap_cache_get_folio(entry);
	point("uffd_move:swapcache-looked-up");
	if (!folio)
		return 0;
	/* One that is mapped nowhere cannot be split. */
	if (folio->large) {
		folio_put(folio);
		return -EBUSY;
	}
	ptes->folio = folio;
	ptes->folio_pte = ptes->src_pte;
	if (folio_trylock(folio))
		return 0;
	point("uffd_move:folio-contended");
	unmap_tables(ptes);
	folio_lock(folio);
	return 1;
}

/* Is ptes->folio the page of @entry?  It was looked up by a number which meanwhile may have become
 * somebody else's and then this one's again: equal words do not prove it. */
static bool is_folio_of(const struct move_ptes *ptes, pte_t entry)
{
	if (!ptes->folio || semantics()->uffd_move_wrong_folio)
		return true;
	return folio_matches_swap_entry(ptes->folio, entry);
}

/* Did a page come into the cache since the look-up found none?  Both locks are held, so that from now
 * on none will. */
static bool cached_meanwhile(const struct move_ptes *ptes, pte_t entry)
{
	if (ptes->folio || semantics()->uffd_move_swapcache_index ||
	    semantics()->uffd_move_late_swapcache)
		return false;
	return swap_slot_unlocked(entry, SLOT_MAP, "move_swap_pte")->map & SWAP_HAS_CACHE;
}

/* Kernel: move_swap_pte(). */
static long move_entry(const struct move_ptes *ptes, pte_t entry)
{
	const struct uffd_move *move = ptes->move;
	long result = -EAGAIN;

	if (!is_folio_of(ptes, entry))
		return -EAGAIN;
	double_pt_lock(ptes);
	if (!is_pte_pages_stable(ptes) || cached_meanwhile(ptes, entry))
		goto unlock;
	if (ptes->folio) {
		/* A fault at the destination will find it in the cache. */
		folio_move_anon_rmap(ptes->folio, move->dst_vma);
		WRITE_SHARED(&ptes->folio->index, ptes->folio->index,
			     linear_page_index(move->dst_vma, move->dst), "move_swap_pte");
	}
	/* As it is, with its bits; no processor knows it: nothing to flush. */
	move_pte(ptes, ptes->src_pte);
	result = PAGE_SIZE;
unlock:
	double_pt_unlock(ptes);
	return result;
}

long move_swap_pte(struct move_ptes *ptes)
{
	pte_t entry = pte_to_swp_entry(ptes->src_pte);
	long result;

	/* Once shared, even if it is not any more: only a fault can tell. */
	if (!pte_swp_exclusive(ptes->src_pte))
		return -EBUSY;
	if (!get_swap_device(entry))
		return -EAGAIN;
	result = lock_cached(ptes, entry);
	if (!result)
		result = move_entry(ptes, entry);
	put_swap_device(swap_entry_to_info(entry));
	return result;
}
