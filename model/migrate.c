/*
 * migrate.c - moving folios: the order of steps, and the way back from each.
 *
 * In the kernel:  mm/migrate.c migrate_pages(), migrate_folio_unmap(), migrate_folio_move(),
 *                 __migrate_folio(), __folio_migrate_mapping(), folio_migrate_flags().
 * Left out:       batches: folios go one by one, each with its passes; buffer heads, movable
 *                 operations of drivers, hugetlb, memcg.
 * Locks:          the folio locks of the old one, then of the new; see migrate_entries.c.
 */
#include "file.h"
#include "huge.h"
#include "ksm.h"
#include "lru.h"
#include "machine.h"
#include "migrate.h"
#include "swap.h"

/* Passes that only try the folio lock, then those that wait for it.
 * Kernel: NR_MAX_MIGRATE_ASYNC_RETRY, NR_MAX_MIGRATE_SYNC_RETRY. */
#define ASYNC_PASSES	3
#define SYNC_PASSES	7

/* One folio on its way. */
struct migration {
	const struct migrate_control *control;
	struct folio *src, *dst;
	struct anon_vma *anon_vma;	/* with a reference, so that the walks back find it */
	bool was_mapped, was_mlocked;
};

/* ---- references ---- */

/* Those that must be there of an unmapped folio: the caller's, and the caches'.
 * Kernel: folio_expected_ref_count(), + 1. */
static int expected_refs(const struct folio *folio)
{
	int refs = 1;

	if (folio_test(folio, PG_swapcache) || folio_mapping(folio))
		refs += (int)folio_nr_pages(folio);
	return refs;
}

/* ---- state that goes along ---- */

static void migrate_flags(struct folio *dst, struct folio *src)
{
	const uint32_t along = PG_referenced | PG_uptodate | PG_active | PG_unevictable |
			       PG_workingset | PG_dirty | PG_swapbacked;

	folio_set(dst, src->flags & along);
	folio_clear(src, PG_active | PG_unevictable);
	folio_migrate_ksm(dst, src);
}

/* The caches have @dst in place of @src from now on.  Kernel: __folio_migrate_mapping(). */
static int migrate_mapping(struct folio *dst, struct folio *src)
{
	struct address_space *mapping = folio_mapping(src);
	unsigned long nr = folio_nr_pages(src);

	/* Frozen: the look and the exchange are one step under the cache's lock. */
	sched_step(&src->refcount, ACCESS_WRITE, "__folio_migrate_mapping");
	if (mapping && src->refcount != expected_refs(src))
		return -EAGAIN;
	if (folio_test(src, PG_swapcache) &&
	    !swap_cache_replace_folio(src, dst, expected_refs(src)))
		return -EAGAIN;
	folio_unqueue_deferred_split(src);
	dst->index = src->index;
	folio_set_mapping(dst, folio_mapping_word(src));
	if (mapping) {
		alloc_nofail_begin();	/* an entry takes the place of another */
		mt_store_range(&mapping->i_pages, src->index, src->index + nr - 1, dst);
		alloc_nofail_end();
		folio_set_mapping(src, 0);
		dst->refcount += (int)nr;
		src->refcount -= (int)nr;
	}
	return 0;
}

/* Kernel: move_to_new_folio(), __migrate_folio(). */
static int move_to_new_folio(struct folio *dst, struct folio *src)
{
	int error;

	if (READ_SHARED(&src->refcount, src->refcount, "__migrate_folio") != expected_refs(src))
		return -EAGAIN;
	for (unsigned long n = 0; n < folio_nr_pages(src); n++)
		folio_page(dst, n)->content =
			page_content(folio_page(src, n), "migrate_folio");
	point("migrate:copied");
	error = migrate_mapping(dst, src);
	if (!error)
		migrate_flags(dst, src);
	return error;
}

/* ---- the two halves ---- */

static void put_anon_vma_of(struct migration *migration)
{
	if (migration->anon_vma)
		put_anon_vma(migration->anon_vma);
	migration->anon_vma = NULL;
}

/* Everything as before; @src stays the caller's.
 * Kernel: migrate_folio_undo_src(), migrate_folio_undo_dst(). */
static void undo(struct migration *migration, bool src_locked, bool dst_locked)
{
	struct folio *src = migration->src;

	if (migration->was_mapped)
		remove_migration_ptes(src, src);
	point("migrate:undone");
	put_anon_vma_of(migration);
	if (dst_locked)
		folio_unlock(migration->dst);
	if (src_locked)
		folio_unlock(src);
	folio_put(migration->dst);
	migration->dst = NULL;
	migration->was_mapped = false;
}

static bool lock_src(struct migration *migration, enum migrate_mode mode)
{
	if (folio_trylock(migration->src))
		return true;
	if (mode == MIGRATE_ASYNC)
		return false;
	folio_lock(migration->src);
	return true;
}

/* Nobody maps @src any more, and it is locked: 0; -EAGAIN, -EBUSY or -ENOMEM with everything as
 * it was.  Kernel: migrate_folio_unmap(). */
static int migrate_unmap(struct migration *migration, enum migrate_mode mode)
{
	struct folio *src = migration->src;
	int node = migration->control->node;

	migration->dst = folio_alloc_node(src->order, node == NUMA_NO_NODE ?
					  folio_nid(src) : node, "migration target");
	if (!migration->dst)
		return -ENOMEM;
	if (!lock_src(migration, mode)) {
		undo(migration, false, false);
		return -EAGAIN;
	}
	migration->was_mlocked = folio_test(src, PG_mlocked);
	if (folio_test(src, PG_writeback)) {
		if (mode != MIGRATE_SYNC) {
			undo(migration, true, false);
			return -EBUSY;
		}
		folio_wait_writeback(src);
	}
	/* Its mappings may go while there are entries: the walk back needs the anon_vma. */
	if (folio_test_anon(src) && !folio_test_ksm(src))
		migration->anon_vma = folio_get_anon_vma(src);
	folio_lock(migration->dst);	/* nobody else can know it */
	if (src->mapping && folio_mapcount(src)) {
		migration->was_mapped = true;
		try_to_migrate(src);
	}
	try_to_unmap_flush();
	if (folio_mapcount(src)) {
		undo(migration, true, true);
		return -EAGAIN;
	}
	point("migrate:entries-installed");
	return 0;
}

/* Kernel: migrate_folio_move().  On -EAGAIN the entries stay. */
static int migrate_move(struct migration *migration)
{
	struct folio *src = migration->src, *dst = migration->dst;
	int error;

	if (migration->control->fail)
		folio_get(src);
	error = move_to_new_folio(dst, src);
	if (migration->control->fail)
		folio_put(src);
	if (error)
		return error;
	/* On the LRU first, so that an mlocked one is counted there. */
	folio_add_lru(dst);
	if (migration->was_mlocked)
		lru_add_drain();
	if (migration->was_mapped)
		remove_migration_ptes(src, dst);
	point("migrate:moved");
	folio_unlock(dst);
	folio_put(dst);
	put_anon_vma_of(migration);
	folio_unlock(src);
	folio_put(src);
	return 0;
}

/* Kernel: migrate_pages_batch() for one folio. */
static int migrate_passes(struct migration *migration, enum migrate_mode mode,
			  unsigned int passes)
{
	int error = -EAGAIN;

	for (unsigned int i = 0; i < passes && error == -EAGAIN; i++)
		error = migrate_unmap(migration, mode);
	if (error)
		return error;
	error = -EAGAIN;
	for (unsigned int i = 0; i < passes && error == -EAGAIN; i++)
		error = migrate_move(migration);
	if (error)
		undo(migration, true, true);
	return error;
}

/* The pages of @folio, isolated, are added to @split, the first one too.
 * Kernel: try_split_folio(). */
static bool try_split(struct folio *folio, enum migrate_mode mode, GPtrArray *split)
{
	guint before = split->len;
	int error;

	if (mode != MIGRATE_ASYNC)
		folio_lock(folio);
	else if (!folio_trylock(folio))
		return false;
	g_ptr_array_add(split, folio);
	error = split_folio_to_list(folio, split);
	folio_unlock(folio);
	if (error)
		g_ptr_array_set_size(split, (gint)before);
	return !error;
}

/* Is it to be split in any case, for its other pages are only waiting for that? */
static bool half_gone(const struct folio *folio)
{
	return folio->order > 1 && folio_test(folio, PG_partially_mapped) &&
	       !list_empty(&folio->large->deferred_list);
}

/* With @split its pages may be put there: 1, they are. */
static int migrate_folio(struct folio *folio, const struct migrate_control *control,
			 GPtrArray *split)
{
	struct migration migration = { .control = control, .src = folio };
	int error;

	if (split && half_gone(folio) && try_split(folio, MIGRATE_ASYNC, split))
		return 1;
	/* Whoever had it has let it go: it dies with our reference. */
	if (folio_ref_count(folio) == 1) {
		folio_clear(folio, PG_active | PG_unevictable);
		folio_put(folio);
		return 0;
	}
	error = migrate_passes(&migration, MIGRATE_ASYNC, split ? ASYNC_PASSES : 1);
	if (!split)
		return error;
	if (error == -ENOMEM && folio->order && try_split(folio, MIGRATE_ASYNC, split))
		return 1;
	/* Also what was being written: now it may be waited for. */
	if (error && error != -ENOMEM && control->mode != MIGRATE_ASYNC)
		error = migrate_passes(&migration, control->mode, SYNC_PASSES);
	return error;
}

/* Those of @list that do not move are put back and kept in @list; how many failed.
 * Kernel: migrate_pages_batch(). */
static long migrate_list(GPtrArray *list, const struct migrate_control *control,
			 GPtrArray *split, int *why)
{
	long failed = 0;
	guint kept = 0;

	*why = 0;
	for (guint i = 0; i < list->len; i++) {
		struct folio *folio = list->pdata[i];
		int error = *why == -ENOMEM ? -ENOMEM : migrate_folio(folio, control, split);

		failed += error != 0;
		if (error >= 0)
			continue;
		*why = error;
		folio_putback_lru(folio);
		list->pdata[kept++] = folio;
	}
	g_ptr_array_set_size(list, (gint)kept);
	return failed;
}

long migrate_pages(GPtrArray *list, const struct migrate_control *control, int *why)
{
	g_autoptr(GPtrArray) split = g_ptr_array_new();
	long failed = migrate_list(list, control, split, why);
	int late;

	/* One try each; their failures count as that of the folio they were. */
	if (split->len)
		migrate_list(split, control, NULL, &late);
	for (guint i = 0; i < split->len; i++)
		g_ptr_array_add(list, split->pdata[i]);
	if (split->len && !*why)
		*why = late;
	if (!list->len)
		return 0;
	return *why == -ENOMEM ? -ENOMEM : failed;
}
