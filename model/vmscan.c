/*
 * vmscan.c - one list of folios: each is freed, or kept for a reason.
 *
 * In the kernel:  mm/vmscan.c shrink_folio_list(), pageout(), __remove_mapping().
 * A large folio gets a slot for each of its pages, in a row; where there is no such row it is split,
 * and its pages go on one by one.
 *
 * Left out:       throttling on writeback, demotion.
 * Locks:          see vmscan.h.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "rmap.h"
#include "shmem_swap.h"
#include "swap.h"
#include "vmscan.h"

/* A list that is worked off; pages of a split folio are put behind the one in hand. */
struct shrink {
	GPtrArray *folios;
	guint next;			/* in the list */
	bool ignore_references;
};

#define V(name, words) [name] = words,
static const char *const verdict_words[] = { RECLAIM_VERDICTS(V) };
#undef V

const char *reclaim_verdict_words(enum reclaim_verdict verdict)
{
	return verdict_words[verdict];
}

/* Kernel: folio_evictable(). */
static bool folio_evictable(const struct folio *folio)
{
	return !folio_test(folio, PG_mlocked | PG_unevictable);
}

/* Is a folio that stays for this reason to be left alone for long?  The others are looked at
 * again soon. */
static bool verdict_activates(enum reclaim_verdict verdict)
{
	switch (verdict) {
	case RECLAIM_UNEVICTABLE: case RECLAIM_WRITEBACK: case RECLAIM_ACTIVE:
	case RECLAIM_NO_SWAP: case RECLAIM_UNSPLIT: case RECLAIM_MAPPED: case RECLAIM_DIRTY:
		return true;
	default:
		return false;
	}
}

/* Kernel: folio_check_references(). */
static enum reclaim_verdict check_references(struct folio *folio)
{
	vm_flags_t vm_flags = 0;
	int words = folio_referenced(folio, &vm_flags);
	bool referenced = folio_test(folio, PG_referenced);

	if (vm_flags & VM_LOCKED)
		return RECLAIM_ACTIVE;
	folio_clear(folio, PG_referenced);
	if (!words)
		return RECLAIM_FREED;
	/* One chance more: the next round finds the mark. */
	folio_set(folio, PG_referenced);
	if (referenced || words > 1)
		return RECLAIM_ACTIVE;
	if (vm_flags & VM_EXEC && !folio_test(folio, PG_swapbacked))
		return RECLAIM_ACTIVE;
	return RECLAIM_REFERENCED;
}

/* Parts of a split folio are looked at next, the last one first. */
static void look_at_next(struct shrink *shrink, const GPtrArray *tails)
{
	for (guint i = 0; i < tails->len; i++)
		g_ptr_array_insert(shrink->folios, (gint)shrink->next, tails->pdata[i]);
}

/* The pages of @folio, which is isolated, one by one. */
static bool split_for_reclaim(struct shrink *shrink, struct folio *folio)
{
	g_autoptr(GPtrArray) tails = g_ptr_array_new();

	if (split_folio_to_list(folio, tails))
		return false;
	look_at_next(shrink, tails);
	return true;
}

/* Whether a large folio can be unmapped at all is found out before it gets slots. */
static bool prepare_large(struct shrink *shrink, struct folio *folio)
{
	if (!folio->order)
		return true;
	if (!can_split_folio(folio))
		return false;
	/* Pages that nothing maps go without being written. */
	return list_empty(&folio->large->deferred_list) ||
	       !folio_test(folio, PG_partially_mapped) || split_for_reclaim(shrink, folio);
}

/* A place to go to for what is in no file. */
static enum reclaim_verdict give_slot(struct shrink *shrink, struct folio *folio)
{
	int error;

	if (!folio_test_anon(folio) || !folio_test(folio, PG_swapbacked) ||
	    folio_test(folio, PG_swapcache))
		return RECLAIM_FREED;
	if (folio_maybe_dma_pinned(folio))
		return RECLAIM_PINNED;
	if (!prepare_large(shrink, folio))
		return RECLAIM_UNSPLIT;
	error = folio_alloc_swap(folio);
	if (error && folio->order) {
		if (!split_for_reclaim(shrink, folio))
			return RECLAIM_UNSPLIT;
		error = folio_alloc_swap(folio);
	}
	if (error)
		return RECLAIM_NO_SWAP;
	/* Even if no word says so: the slot holds nothing of it yet. */
	folio_set(folio, PG_dirty);
	return RECLAIM_FREED;
}

/* The write is started, and @folio unlocked; false: it stays, dirty.  Kernel: writeout(). */
static bool writeout(struct shrink *shrink, struct folio *folio)
{
	g_autoptr(GPtrArray) tails = NULL;
	int error;

	folio_clear(folio, PG_dirty);
	folio_set(folio, PG_reclaim);
	if (folio_test_anon(folio)) {
		swap_writeout(folio);
		return true;
	}
	tails = g_ptr_array_new();
	error = shmem_writeout(folio, tails);
	look_at_next(shrink, tails);
	if (!error)
		return true;
	folio_clear(folio, PG_reclaim);
	folio_set(folio, PG_dirty);
	return false;
}

static bool is_shmem(const struct folio *folio)
{
	const struct address_space *mapping = folio_mapping(folio);

	return mapping && mapping->host->type == INODE_SHMEM;
}

/*
 * Writes @folio, which is unlocked then.  The write may be under way still: the folio is kept
 * until it has ended.  Kernel: pageout(), and what follows it.
 */
static enum reclaim_verdict pageout(struct shrink *shrink, struct folio *folio)
{
	/* Somebody else's reference: he may write to it. */
	if (folio_ref_count(folio) != 1 + (int)folio_nr_pages(folio))
		return RECLAIM_REFS;
	if (!folio_test_anon(folio) && !is_shmem(folio))
		return RECLAIM_DIRTY;
	/* Whoever still can store to it would do so behind our back. */
	try_to_unmap_flush_dirty();
	if (!writeout(shrink, folio))
		return RECLAIM_DIRTY;
	if (folio_test(folio, PG_writeback))
		return RECLAIM_WRITEBACK;
	folio_clear(folio, PG_reclaim);
	if (!folio_trylock(folio))
		return RECLAIM_LOCKED;
	if (folio_test(folio, PG_dirty | PG_writeback))
		return RECLAIM_REDIRTIED;
	return RECLAIM_FREED;
}

/* The last references are the caller's and the cache's: out of it, unless it became dirty.
 * Kernel: __remove_mapping(). */
static enum reclaim_verdict remove_mapping(struct folio *folio)
{
	sched_step(&folio->refcount, ACCESS_WRITE, "__remove_mapping");
	if (folio_test_anon(folio) && !folio_test(folio, PG_swapbacked))
		return folio_ref_count(folio) == 1 ? RECLAIM_FREED : RECLAIM_REFS;
	if (folio_ref_count(folio) != 1 + (int)folio_nr_pages(folio))
		return RECLAIM_REFS;
	if (folio_test(folio, PG_dirty))
		return RECLAIM_DIRTY;
	if (folio_test(folio, PG_swapcache)) {
		swap_cache_evict(folio);
		return RECLAIM_FREED;
	}
	/* It was in the swap cache, and swap_writeout() found that nobody needs it. */
	if (!folio_mapping(folio))
		return RECLAIM_REFS;
	filemap_remove_folio(folio);
	return RECLAIM_FREED;
}

/* The folio is locked; *@locked says whether it still is. */
static enum reclaim_verdict shrink_locked(struct shrink *shrink, struct folio *folio, bool *locked)
{
	enum reclaim_verdict verdict = RECLAIM_FREED;

	if (!folio_evictable(folio))
		return RECLAIM_UNEVICTABLE;
	if (folio_test(folio, PG_writeback)) {
		folio_set(folio, PG_reclaim);
		return RECLAIM_WRITEBACK;
	}
	if (!shrink->ignore_references)
		verdict = check_references(folio);
	if (verdict == RECLAIM_FREED)
		verdict = give_slot(shrink, folio);
	if (verdict != RECLAIM_FREED)
		return verdict;
	if (folio_mapcount(folio)) {
		try_to_unmap(folio, TTU_NONE);
		if (folio_mapcount(folio))
			return RECLAIM_MAPPED;
	}
	point("swap:unmapped");
	if (folio_maybe_dma_pinned(folio))
		return RECLAIM_PINNED;
	if (folio_test(folio, PG_dirty) && !(folio_test_anon(folio) &&
					     !folio_test(folio, PG_swapbacked))) {
		if (!folio_test(folio, PG_swapbacked)) {
			folio_set(folio, PG_reclaim);	/* a file's: once it has been written */
			return RECLAIM_DIRTY;
		}
		verdict = pageout(shrink, folio);
		*locked = lock_held(folio, LOCK_WRITE);
		if (verdict != RECLAIM_FREED)
			return verdict;
	}
	return remove_mapping(folio);
}

/* What becomes of one that stays.  Kernel: the labels at the end of shrink_folio_list(). */
static void keep(struct folio *folio, enum reclaim_verdict verdict, bool locked)
{
	if (locked && verdict_activates(verdict)) {
		if (folio_test(folio, PG_swapcache) &&
		    (vm_swap_full() || folio_test(folio, PG_mlocked)))
			folio_free_swap(folio);
		if (!folio_test(folio, PG_mlocked))
			folio_set(folio, PG_active);
	}
	if (locked)
		folio_unlock(folio);
	folio_putback_lru(folio);
}

/* Pages that are to be freed; the reference is the caller's to drop. */
static unsigned long shrink_one(struct shrink *shrink, struct folio *folio)
{
	enum reclaim_verdict verdict = RECLAIM_LOCKED;
	bool locked = folio_trylock(folio);
	unsigned long nr;

	if (locked)
		verdict = shrink_locked(shrink, folio, &locked);
	nr = folio_nr_pages(folio);	/* it may have been split */
	trace_event("reclaim", "folio#%u %s", folio->id, reclaim_verdict_words(verdict));
	if (verdict != RECLAIM_FREED) {
		keep(folio, verdict, locked);
		return 0;
	}
	folio_unlock(folio);
	return nr;
}

unsigned long shrink_folio_list(GPtrArray *folios, bool ignore_references)
{
	struct shrink shrink = { .folios = folios, .ignore_references = ignore_references };
	unsigned long freed = 0, nr;
	struct folio *folio;
	guint nr_free = 0;

	while (shrink.next < folios->len) {
		might_sleep("shrink_folio_list");
		folio = folios->pdata[shrink.next++];
		nr = shrink_one(&shrink, folio);
		if (!nr)
			continue;
		freed += nr;
		folios->pdata[nr_free++] = folio;
	}
	/* One flush for all, before any frame can be used again. */
	try_to_unmap_flush();
	for (guint i = 0; i < nr_free; i++)
		folio_put(folios->pdata[i]);
	g_ptr_array_set_size(folios, 0);
	return freed;
}
