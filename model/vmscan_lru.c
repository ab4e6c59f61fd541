/*
 * vmscan_lru.c - reclaim from the old end of the lists, with a second chance for what was used.
 *
 * In the kernel:  mm/vmscan.c shrink_inactive_list(), shrink_active_list(), shrink_lruvec(),
 *                 get_scan_count(), do_try_to_free_pages(); mm/page_alloc.c
 *                 __alloc_pages_slowpath().
 * Left out:       watermarks (memory is short when nothing is free), balance by the cost of
 *                 refaults, memcg, nodes, compaction.
 * Locks:          as shrink_folio_list().
 */
#include "lru.h"
#include "machine.h"
#include "rmap.h"
#include "swap.h"
#include "vmscan.h"

#define DEF_PRIORITY		12
#define SWAP_CLUSTER_MAX	32UL
#define MAX_RECLAIM_RETRIES	16
#define SWAPPINESS		60

/* Are there too few inactive ones to choose from?  Kernel: inactive_is_low(). */
static bool inactive_is_low(enum lru_list inactive)
{
	const struct lru *lru = mach->lru;
	unsigned long gb, ratio = 1;

	gb = (lru->nr[inactive] + lru->nr[inactive + 1]) >> (30 - PAGE_SHIFT);
	while ((ratio + 1) * (ratio + 1) <= 10 * gb)
		ratio++;
	return lru->nr[inactive] * ratio < lru->nr[inactive + 1];
}

/* Kernel: shrink_active_list(). */
static void shrink_active_list(enum lru_list active, unsigned long nr)
{
	g_autoptr(GPtrArray) folios = g_ptr_array_new();

	lru_isolate_tail(active, nr, folios);
	for (guint i = 0; i < folios->len; i++) {
		struct folio *folio = folios->pdata[i];
		vm_flags_t vm_flags;

		might_sleep("shrink_active_list");
		/* Program text in use stays where it is. */
		if (folio_referenced(folio, &vm_flags) && vm_flags & VM_EXEC &&
		    !folio_test(folio, PG_swapbacked)) {
			lru_putback_isolated(folio);
			continue;
		}
		folio_clear(folio, PG_active);
		folio_set(folio, PG_workingset);
		trace_event("reclaim", "folio#%u is inactive now", folio->id);
		lru_putback_isolated(folio);
	}
}

/* Kernel: shrink_inactive_list(). */
static unsigned long shrink_inactive_list(enum lru_list inactive, unsigned long nr)
{
	g_autoptr(GPtrArray) folios = g_ptr_array_new();

	lru_add_drain();
	lru_isolate_tail(inactive, nr, folios);
	return shrink_folio_list(folios, false);
}

/* How many pages of each list to look at.  Kernel: get_scan_count(). */
static void get_scan_count(unsigned int priority, unsigned long nr[NR_LRU_LISTS])
{
	const struct lru *lru = mach->lru;
	bool only_file = !mach->swap->nr_swap_pages;

	/* Much page cache that is not in use: that alone. */
	if (priority && lru->nr[LRU_INACTIVE_FILE] >> priority && !inactive_is_low(LRU_INACTIVE_FILE))
		only_file = true;
	for (unsigned int list = 0; list < LRU_UNEVICTABLE; list++) {
		bool file = list >= LRU_INACTIVE_FILE;

		nr[list] = lru->nr[list] >> priority;
		if (only_file)
			nr[list] = file ? nr[list] : 0;
		else if (priority)
			nr[list] = nr[list] * (file ? 200 - SWAPPINESS : SWAPPINESS) / 200;
	}
}

/* Kernel: shrink_list(). */
static unsigned long shrink_list(enum lru_list list, unsigned long nr)
{
	if (list == LRU_ACTIVE_ANON || list == LRU_ACTIVE_FILE) {
		if (inactive_is_low(list - 1))
			shrink_active_list(list, nr);
		return 0;
	}
	return shrink_inactive_list(list, nr);
}

/* One round over the lists; pages freed.  Kernel: shrink_lruvec(). */
static unsigned long shrink_lruvec(unsigned int priority, unsigned long target)
{
	unsigned long nr[NR_LRU_LISTS] = {}, freed = 0;

	lru_add_drain();
	get_scan_count(priority, nr);
	while (nr[LRU_INACTIVE_ANON] || nr[LRU_ACTIVE_FILE] || nr[LRU_INACTIVE_FILE]) {
		for (unsigned int list = 0; list < LRU_UNEVICTABLE; list++) {
			unsigned long scan = MIN(nr[list], SWAP_CLUSTER_MAX);

			nr[list] -= scan;
			if (scan)
				freed += shrink_list((enum lru_list)list, scan);
		}
		if (freed >= target)
			break;
	}
	if (mach->swap->total_swap_pages && inactive_is_low(LRU_INACTIVE_ANON))
		shrink_active_list(LRU_ACTIVE_ANON, SWAP_CLUSTER_MAX);
	return freed;
}

unsigned long try_to_free_pages(unsigned long target)
{
	unsigned long freed = 0;
	bool before = current->reclaiming;

	/* Reclaim must not wait for reclaim.  Kernel: PF_MEMALLOC. */
	current->reclaiming = true;
	for (int priority = DEF_PRIORITY; priority >= 0 && freed < target; priority--) {
		freed += shrink_lruvec((unsigned int)priority, target - freed);
		/* Not counted as freed; whoever needs memory tries again anyway. */
		shrink_slab((unsigned int)priority);
		/* Kernel: reclaim_throttle(): the device gets on with its work. */
		might_sleep("reclaim_throttle");
		if (!mach->sched)
			swap_writeback_run();
	}
	current->reclaiming = before;
	return freed;
}

/* May the task sleep here, and take the locks that reclaim needs?  Kernel: __GFP_DIRECT_RECLAIM. */
static bool may_reclaim(void)
{
	const struct task_struct *me = current;

	if (me->reclaiming || me == &mach->boot_task)
		return false;
	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].class >= LOCK_I_MMAP)
			return false;
	return true;
}

struct page *alloc_pages(unsigned int order)
{
	struct page *page = buddy_alloc(order);

	if (likely(page) || !may_reclaim())
		return page;
	/* What was used lately is spared in the first rounds.  Kernel: should_reclaim_retry(). */
	for (unsigned int futile = 0; !page && futile < MAX_RECLAIM_RETRIES; futile++) {
		trace_event("reclaim", "%s has no memory and reclaims", current->name);
		if (try_to_free_pages(SWAP_CLUSTER_MAX))
			futile = 0;
		page = buddy_alloc(order);
	}
	return page;
}
