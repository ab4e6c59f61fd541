/*
 * vmscan_actor.c - reclaim of certain pages, and the ends of writes, as statements ask for them.
 *
 * In the kernel:  no such entries: kswapd comes when memory is short, the device interrupts. What
 *                 they do is that of shrink_folio_list() and of end_swap_bio_write().
 * Locks:          none of an address space: pages are come upon through physical memory.
 */
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "swap.h"
#include "vmscan.h"

/* The folio that the word at @addr maps, or that of its slot, with a reference; or NULL. */
static struct folio *folio_of_word(struct mm_struct *mm, unsigned long addr)
{
	struct folio *folio = folio_grab_mapped(mm, addr);
	pte_t pte;

	if (folio)
		return folio;
	pte = pgtable_entry(mm, addr, LEVEL_PTE);
	return is_swap_entry_pte(pte) ? swap_cache_get_folio(pte_to_swp_entry(pte)) : NULL;
}

/* Takes @folio off its list in place of the reference; false if it is on none. */
static bool isolate(struct folio *folio)
{
	bool good = folio_isolate_lru(folio);

	folio_put(folio);
	if (good && folio_test(folio, PG_unevictable)) {
		folio_putback_lru(folio);
		return false;
	}
	if (good)
		folio_clear(folio, PG_active);
	return good;
}

long kswapd_reclaim(struct mm_struct *mm, unsigned long addr, unsigned long nr)
{
	g_autoptr(GPtrArray) isolated = g_ptr_array_new();

	lru_add_drain();
	for (unsigned long n = 0; n < nr; n++) {
		struct folio *folio = folio_of_word(mm, addr + n * PAGE_SIZE);

		if (folio && isolate(folio))
			g_ptr_array_add(isolated, folio);
	}
	return (long)shrink_folio_list(isolated, true);
}

long disk_writeback_start(struct mm_struct *mm, unsigned long addr)
{
	g_autoptr(GPtrArray) isolated = g_ptr_array_new();
	bool hold = mach->swap->hold;
	guint before = mach->swap->held->len;
	struct folio *folio;

	lru_add_drain();
	folio = folio_of_word(mm, addr);
	if (!folio)
		return -ENOENT;
	if (!isolate(folio))
		return -EBUSY;
	g_ptr_array_add(isolated, folio);
	mach->swap->hold = true;
	shrink_folio_list(isolated, true);
	mach->swap->hold = hold;
	return mach->swap->held->len > before ? 0 : -EBUSY;
}

long disk_writeback_end(struct mm_struct *mm, unsigned long addr)
{
	struct folio *folio = folio_of_word(mm, addr);
	bool writing;

	if (!folio)
		return -ENOENT;
	sched_step(&folio->swap, ACCESS_READ, "folio_end_writeback");
	writing = folio_test(folio, PG_writeback);
	if (writing)
		folio_end_writeback(folio);
	folio_put(folio);
	return writing ? 0 : -ENOENT;
}
