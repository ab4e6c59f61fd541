/*
 * swap_cache.c - folios that have a slot: in and out of the swap cache, read and written.
 *
 * In the kernel:  mm/swap_state.c, mm/page_io.c, mm/swapfile.c folio_free_swap(),
 *                 free_swap_and_cache_nr(), __try_to_reclaim_swap(); mm/workingset.c.
 * Left out:       zswap, the queue of the device (a read ends at once, a
 *                 write when swap_writeback_run() or a statement says so), I/O errors.
 * Locks:          the folio lock; the cluster's lock around each change of a slot.
 */
#include "lru.h"
#include "machine.h"
#include "swap.h"

struct folio *swap_cache_get_folio(pte_t entry)
{
	const struct swap_slot *slot = swap_slot_unlocked(entry, SLOT_FOLIO,
							      "swap_cache_get_folio");
	struct folio *folio = slot ? slot->folio : NULL;

	/* The entry in the table goes before the folio's last reference. */
	return folio && folio_try_get(folio) ? folio : NULL;
}

bool folio_matches_swap_entry(const struct folio *folio, pte_t entry)
{
	uint64_t mask = (folio_nr_pages(folio) - 1) << SWP_OFFSET_SHIFT;

	return folio_test(folio, PG_swapcache) && folio->swap == (entry & ~mask);
}

/* The references that the cache has on @folio. */
static int cache_refs(const struct folio *folio)
{
	return (int)folio_nr_pages(folio);
}

/* The slots of @folio lead to @holder, or nowhere.  Under the lock. */
static void set_slots(const struct folio *folio, struct folio *holder)
{
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		struct swap_slot *slot = swap_slot(swp_entry_add(folio->swap, n));

		swap_slot_changes(slot, SLOT_FOLIO);
		slot->folio = holder;
	}
}

/* The claimed slots from @entry on and @folio know each other from now on, by references of the
 * cache.  Kernel: swap_cache_add_folio(). */
static void swap_cache_add_folio(struct folio *folio, pte_t entry)
{
	folio_get(folio);
	sched_touch(&folio->refcount, ACCESS_WRITE);
	folio->refcount += cache_refs(folio) - 1;
	swap_cluster_lock(entry);
	folio_set(folio, PG_swapcache);
	folio->swap = entry;
	set_slots(folio, folio);
	swap_cluster_unlock(entry);
}

/* Kernel: swap_cache_del_folio(); the cache's references are dropped. */
static void swap_cache_del_folio(struct folio *folio, uint32_t shadow)
{
	unsigned long nr = folio_nr_pages(folio);
	pte_t entry = folio->swap;

	lockdep_assert_held(folio, LOCK_FOLIO);
	swap_cluster_lock(entry);
	folio_clear(folio, PG_swapcache);
	set_slots(folio, NULL);
	folio->swap = 0;
	for (unsigned long n = 0; n < nr; n++)
		swap_slot(swp_entry_add(entry, n))->shadow = shadow;
	swap_cluster_unlock(entry);
	swapcache_clear(entry, nr);
	sched_touch(&folio->refcount, ACCESS_WRITE);
	folio->refcount -= cache_refs(folio) - 1;
	folio_put(folio);
}

void delete_from_swap_cache(struct folio *folio)
{
	swap_cache_del_folio(folio, 0);
}

bool swap_cache_replace_folio(struct folio *old, struct folio *new_folio, int refs)
{
	pte_t entry = old->swap;
	bool frozen;

	swap_cluster_lock(entry);
	sched_touch(&old->refcount, ACCESS_WRITE);
	frozen = old->refcount == refs;
	if (frozen) {
		folio_set(new_folio, PG_swapcache);
		new_folio->swap = entry;
		new_folio->refcount += cache_refs(old);
		set_slots(old, new_folio);
		folio_clear(old, PG_swapcache);
		old->swap = 0;
		old->refcount -= cache_refs(old);
	}
	swap_cluster_unlock(entry);
	return frozen;
}

void swap_cache_split_folio(struct folio *folio, struct folio **tails, unsigned long nr)
{
	sched_touch(&folio->refcount, ACCESS_WRITE);
	folio->refcount -= (int)nr - 1;
	for (unsigned long n = 1; n < nr; n++) {
		tails[n]->swap = swp_entry_add(folio->swap, n);
		tails[n]->refcount++;
		set_slots(tails[n], tails[n]);
	}
}

/* Slots for @folio; those that only the cache holds are the first to be done without. */
static pte_t alloc_slots(const struct folio *folio)
{
	pte_t entry = swap_alloc_slots(folio->order);
	bool all = folio->order != 0;

	if (!entry && (!all || vm_swap_full()) && swap_reclaim_slots(all))
		entry = swap_alloc_slots(folio->order);
	return entry;
}

int folio_alloc_swap(struct folio *folio)
{
	pte_t entry;

	lockdep_assert_held(folio, LOCK_FOLIO);
	entry = alloc_slots(folio);
	if (!entry)
		return -ENOMEM;
	swap_cache_add_folio(folio, entry);
	if (folio->order)
		trace_event("swap", "folio#%u gets slots %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
			    folio->id, swp_offset(entry),
			    swp_offset(entry) + folio_nr_pages(folio) - 1);
	else
		trace_event("swap", "folio#%u gets slot %" G_GUINT64_FORMAT, folio->id,
			    swp_offset(entry));
	point("swap:slot-allocated");
	return 0;
}

/* Kernel: folio_swapcache_freeable(). */
static bool swapcache_freeable(const struct folio *folio)
{
	sched_touch(&folio->swap, ACCESS_READ);
	return folio_test(folio, PG_swapcache) && !folio_test(folio, PG_writeback);
}

/* Does a word need any of its slots?  Kernel: folio_swapped(). */
static bool folio_swapped(const struct folio *folio)
{
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
		if (swap_count(swp_entry_add(folio->swap, n)))
			return true;
	return false;
}

bool folio_free_swap(struct folio *folio)
{
	lockdep_assert_held(folio, LOCK_FOLIO);
	if (!swapcache_freeable(folio) || folio_swapped(folio))
		return false;
	trace_event("swap", "folio#%u gives up slot %" G_GUINT64_FORMAT, folio->id,
		    swp_offset(folio->swap));
	swap_cache_del_folio(folio, 0);
	/* It is in no slot any more: never to be taken for clean. */
	folio_set(folio, PG_dirty);
	return true;
}

void swap_cache_evict(struct folio *folio)
{
	uint32_t nr = (uint32_t)folio_nr_pages(folio);

	trace_event("swap", "folio#%u leaves memory, slot %" G_GUINT64_FORMAT " stays", folio->id,
		    swp_offset(folio->swap));
	mach->swap->age += nr;
	swap_cache_del_folio(folio, (mach->swap->age - nr + 1) << 1 |
			     folio_test(folio, PG_workingset));
}

/* The folio of a slot that no word needs any more leaves the cache, if somebody maps it only with
 * @mapped.  Kernel: __try_to_reclaim_swap(). */
static bool try_to_reclaim_swap(pte_t entry, bool mapped)
{
	struct folio *folio = swap_cache_get_folio(entry);
	bool freed = false;

	if (!folio)
		return false;
	if (folio_trylock(folio)) {
		if (folio_matches_swap_entry(folio, entry) && (!folio_mapcount(folio) || mapped))
			freed = folio_free_swap(folio);
		folio_unlock(folio);
	}
	folio_put(folio);
	return freed;
}

bool swap_reclaim_slots(bool all)
{
	bool freed = false;

	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info_struct *si = mach->swap->info[type];

		for (uint64_t offset = 1; si && offset < si->max && (all || !freed); offset++)
			if (si->slot[offset].map == SWAP_HAS_CACHE)
				freed |= try_to_reclaim_swap(swp_pte(type, offset), true);
	}
	return freed;
}

void swap_drop_cache(void)
{
	while (mach->swap->held->len)
		folio_end_writeback(mach->swap->held->pdata[0]);
	swap_writeback_run();
	swap_reclaim_slots(true);
}

void free_swap_and_cache(pte_t entry)
{
	/* Swapoff must not take the map away between the two looks at it. */
	bool hold = !semantics()->swap_free_without_device;
	struct swap_info_struct *si = hold ? get_swap_device(entry) : swap_entry_to_info(entry);
	const struct swap_slot *slot = swap_slot(entry);

	if (!si)
		return;
	swap_free(entry);
	point("swap:count-dropped");
	sched_step(&slot->map, ACCESS_READ, "free_swap_and_cache");
	swap_map_use(si, "free_swap_and_cache");
	if (slot->map == SWAP_HAS_CACHE)
		try_to_reclaim_swap(entry, vm_swap_full());
	if (hold)
		put_swap_device(si);
}

void free_swap_cache(struct folio *folio)
{
	if (!folio_test(folio, PG_swapcache) || folio_mapcount(folio) || !folio_trylock(folio))
		return;
	folio_free_swap(folio);
	folio_unlock(folio);
}

/* ---- reading ---- */

void swap_refault(struct folio *folio, pte_t entry)
{
	const struct lru *lru = mach->lru;
	const struct swap_slot *slot = swap_slot(entry);
	unsigned long size = lru->nr[LRU_ACTIVE_FILE] + lru->nr[LRU_INACTIVE_FILE] +
			     lru->nr[LRU_ACTIVE_ANON] + mach->config.other_lru_pages;

	if (!slot->shadow || mach->swap->age + 1 - (slot->shadow >> 1) > size)
		return;
	folio_set(folio, PG_active);
	mach->swap->age += (uint32_t)folio_nr_pages(folio);
	/* It was active once before it went. */
	if (slot->shadow & 1)
		folio_set(folio, PG_workingset);
}

void swap_read_folio(struct folio *folio, pte_t entry)
{
	might_sleep("swap_read_folio");
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		const struct swap_slot *slot = swap_slot_unlocked(
			swp_entry_add(entry, n), SLOT_CONTENT, "swap_read_folio");

		folio_page(folio, n)->content = slot->zero ? 0 : slot->content;
	}
	folio_set(folio, PG_uptodate);
	trace_event("swap", "slot %" G_GUINT64_FORMAT " is read into folio#%u", swp_offset(entry),
		    folio->id);
	folio_unlock(folio);
}

struct folio *read_swap_cache(pte_t entry)
{
	struct folio *folio = NULL, *found;
	int error;

	for (;;) {
		found = swap_cache_get_folio(entry);
		if (found || !swap_count(entry))
			break;
		if (!folio)
			folio = folio_alloc(0, "page read from swap");
		if (!folio)
			return NULL;
		error = swapcache_prepare(entry, 1);
		if (!error) {
			folio_trylock(folio);
			folio_set(folio, PG_swapbacked);
			swap_cache_add_folio(folio, entry);
			swap_refault(folio, entry);
			folio_add_lru(folio);
			point("swap:read-into-cache");
			swap_read_folio(folio, entry);
			return folio;
		}
		if (error != -EEXIST)
			break;
		/* Another one reads it past the cache, or is about to add it. */
		swapcache_wait(entry);
	}
	if (folio)
		folio_put(folio);
	return found;
}

/* ---- writing ---- */

static void folio_start_writeback(struct folio *folio)
{
	sched_touch(&folio->swap, ACCESS_WRITE);
	folio_set(folio, PG_writeback);
	g_ptr_array_add(mach->swap->hold ? mach->swap->held : mach->swap->writeback, folio);
}

/* Did a page change between the start of its write and the end? */
static void check_stable(const struct folio *folio)
{
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		const struct swap_slot *slot = swap_slot(swp_entry_add(folio->swap, n));

		if (folio_page(folio, n)->content != slot->content)
			violation_add("swap-stable-writes", "folio_end_writeback()", "a page not to "
				      "change while a device that needs it stable writes it",
				      "folio#%u held %" G_GUINT64_FORMAT ", and %" G_GUINT64_FORMAT
				      " at the end", folio->id, slot->content,
				      folio_page(folio, n)->content);
	}
}

void folio_end_writeback(struct folio *folio)
{
	const struct swap_info_struct *si = swap_entry_to_info(folio->swap);

	sched_touch(&folio->swap, ACCESS_WRITE);
	if (!g_ptr_array_remove(mach->swap->writeback, folio))
		g_ptr_array_remove(mach->swap->held, folio);
	if (si->flags & SWP_STABLE_WRITES)
		check_stable(folio);
	trace_event("swap", "folio#%u is written to slot %" G_GUINT64_FORMAT, folio->id,
		    swp_offset(folio->swap));
	/* Reclaim waits for it: first in line when it looks again. */
	if (folio_test(folio, PG_reclaim)) {
		folio_clear(folio, PG_reclaim);
		folio_rotate_reclaimable(folio);
	}
	folio_clear(folio, PG_writeback);
	wake_up(&folio->swap);
	point("swap:writeback-ended");
}

void folio_wait_writeback(struct folio *folio)
{
	while (folio_test(folio, PG_writeback))
		if (!wait_on(&folio->swap, "folio_wait_writeback"))
			break;
}

void swap_wait_written(struct folio *folio)
{
	if (folio_test(folio, PG_writeback))
		folio_end_writeback(folio);
}

void swap_writeback_run(void)
{
	GPtrArray *writeback = mach->swap->writeback;

	while (writeback->len)
		folio_end_writeback(writeback->pdata[0]);
}

/* Kernel: swap_writepage_bdev_sync(), swap_writepage_bdev_async(). */
static void write_to_slot(struct folio *folio)
{
	const struct swap_info_struct *si = swap_entry_to_info(folio->swap);

	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		struct swap_slot *slot = swap_slot(swp_entry_add(folio->swap, n));

		slot->content = page_content(folio_page(folio, n), "swap_writeout");
		swap_slot_changes(slot, SLOT_CONTENT);
	}
	folio_start_writeback(folio);
	trace_event("swap", "folio#%u is being written to slot %" G_GUINT64_FORMAT, folio->id,
		    swp_offset(folio->swap));
	folio_unlock(folio);
	point("swap:writeback-started");
	if (si->flags & SWP_SYNCHRONOUS_IO && !mach->swap->hold)
		folio_end_writeback(folio);
}

/* All of it zeroes?  The slots are marked so, or not.  Kernel: is_folio_zero_filled(),
 * swap_zeromap_folio_set(), swap_zeromap_folio_clear(). */
static bool mark_zeroes(const struct folio *folio)
{
	unsigned long nr = folio_nr_pages(folio);
	bool zero = true;

	for (unsigned long n = 0; n < nr && zero; n++)
		zero = folio_page(folio, n)->content == 0;
	for (unsigned long n = 0; n < nr; n++) {
		struct swap_slot *slot = swap_slot(swp_entry_add(folio->swap, n));

		if (slot->zero != zero)
			swap_slot_changes(slot, SLOT_CONTENT);
		slot->zero = zero;
	}
	return zero;
}

void swap_writeout(struct folio *folio)
{
	if (folio_free_swap(folio)) {	/* all words that needed it are gone */
		folio_unlock(folio);
		return;
	}
	if (mark_zeroes(folio)) {
		trace_event("swap", "folio#%u is all zeroes: slot %" G_GUINT64_FORMAT
			    " is marked, nothing is written", folio->id, swp_offset(folio->swap));
		folio_unlock(folio);
		return;
	}
	write_to_slot(folio);
}
