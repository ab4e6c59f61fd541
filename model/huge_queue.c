/*
 * huge_queue.c - folios that may be split when memory is short.
 *
 * A new 2 MiB folio is put there for the zeroes in it, any larger one when a part of it is
 * unmapped: the frames of that part are lost until the folio is split.
 *
 * In the kernel:  mm/huge_memory.c deferred_split_folio(), deferred_split_scan(),
 *                 thp_underused(), __folio_unqueue_deferred_split().
 * Left out:       queues for each node and memcg; statistics.
 * Locks:          split_queue_lock is implied: nothing here sleeps but split_folio().
 */
#include "huge.h"
#include "machine.h"

void deferred_split_folio(struct folio *folio, bool partially_mapped)
{
	if (folio->order <= 1 || folio_test(folio, PG_swapcache))
		return;
	if (!partially_mapped && !mach->config.thp_shrink_underused)
		return;
	if (partially_mapped && !folio_test(folio, PG_partially_mapped)) {
		folio_set(folio, PG_partially_mapped);
		trace_event("thp", "folio#%u: a part is unmapped, it waits to be split", folio->id);
	}
	if (list_empty(&folio->large->deferred_list))
		list_add_tail(&folio->large->deferred_list, &mach->split_queue);
}

void folio_partially_unmapped(struct folio *folio)
{
	if (folio_test_anon(folio) && !folio_test(folio, PG_partially_mapped))
		deferred_split_folio(folio, true);
}

void folio_unqueue_deferred_split(struct folio *folio)
{
	if (!folio->large)
		return;
	list_del(&folio->large->deferred_list);
	folio_clear(folio, PG_partially_mapped);
}

/* Are there more pages of zeroes than khugepaged would fill in?  Kernel: thp_underused(). */
static bool thp_underused(const struct folio *folio)
{
	unsigned int max = mach->config.max_ptes_none, zeroes = 0;

	if (max == HPAGE_PMD_NR - 1)
		return false;
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
		zeroes += folio_page(folio, n)->content == 0;
	return zeroes > max;
}

static bool worth_splitting(const struct folio *folio)
{
	if (folio_test(folio, PG_partially_mapped))
		return true;
	/* zeroes of an mlocked folio stay where they are */
	return !folio_test(folio, PG_mlocked) && thp_underused(folio);
}

/* True if it was split; out of the queue then, or if there is no more reason to be there. */
static bool split_queued(struct folio *folio)
{
	bool split = false;

	if (worth_splitting(folio) && folio_trylock(folio)) {
		split = split_folio(folio) == 0;
		folio_unlock(folio);
	}
	if (!split && !folio_test(folio, PG_partially_mapped))
		list_del(&folio->large->deferred_list);
	return split;
}

unsigned long deferred_split_count(void)
{
	const struct folio_large *large;
	unsigned long nr = 0;

	list_for_each_entry(large, &mach->split_queue, deferred_list)
		nr++;
	return nr;
}

unsigned long deferred_split_scan(unsigned long nr)
{
	g_autoptr(GPtrArray) folios = g_ptr_array_new();
	struct folio_large *large;
	unsigned long split = 0;

	list_for_each_entry(large, &mach->split_queue, deferred_list) {
		if (!nr--)
			break;
		if (folio_try_get(large->folio))
			g_ptr_array_add(folios, large->folio);
	}
	/* the newest first */
	for (guint i = folios->len; i-- > 0;) {
		split += split_queued(folios->pdata[i]);
		folio_put(folios->pdata[i]);
	}
	return split;
}
