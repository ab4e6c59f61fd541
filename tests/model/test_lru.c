/*
 * test_lru.c - batches and lists: who waits where, and what mlock counts.
 */
#include "process.h"

static int setup(void **state)
{
	static struct process process;

	process_start(&process, NULL);
	*state = &process;
	return 0;
}

static int teardown(void **state)
{
	g_autofree char *wrong = lru_validate(mach);

	if (wrong)
		fail_msg("%s", wrong);
	process_end(*state);
	return 0;
}

/* A folio of an anonymous page at @page, drained. */
static struct folio *new_folio(unsigned long page)
{
	struct folio *folio;

	if (!area(page))
		map_anon(page, 1);
	assert_int_equal(store(P(page), 1), 0);
	folio = pfn_to_page(pte_pfn(pgtable_entry(current->mm, P(page), LEVEL_PTE)))->folio;
	lru_add_drain();
	return folio;
}

static void assert_lists(unsigned long inactive, unsigned long active, unsigned long file,
			 unsigned long unevictable)
{
	assert_int_equal(mach->lru->nr[LRU_INACTIVE_ANON], inactive);
	assert_int_equal(mach->lru->nr[LRU_ACTIVE_ANON], active);
	assert_int_equal(mach->lru->nr[LRU_INACTIVE_FILE], file);
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], unevictable);
}

static void test_newest_first(void **state G_GNUC_UNUSED)
{
	struct folio *a = new_folio(0), *b = new_folio(1), *c = new_folio(2);

	assert_int_equal(mach->lru->head[LRU_INACTIVE_ANON], c->pfn);
	assert_int_equal(mach->lru->tail[LRU_INACTIVE_ANON], a->pfn);
	assert_int_equal(b->lru_next, a->pfn);
	assert_int_equal(b->lru_prev, c->pfn);
	assert_int_equal(sys_munmap(P(1), PAGE_SIZE), 0);
	assert_int_equal(c->lru_next, a->pfn);
	assert_lists(2, 0, 0, 0);
}

static void test_second_access_activates(void **state G_GNUC_UNUSED)
{
	struct folio *folio = new_folio(0);

	folio_mark_accessed(folio);
	assert_true(folio_test(folio, PG_referenced));
	folio_mark_accessed(folio);
	assert_false(folio_test(folio, PG_referenced | PG_active));
	assert_int_equal(folio->refcount, 2);
	assert_int_equal(lru_batch_refs(mach, folio), 1);
	lru_add_drain();
	assert_true(folio_test(folio, PG_active));
	assert_lists(0, 1, 0, 0);
	folio_deactivate(folio);
	lru_add_drain();
	assert_lists(1, 0, 0, 0);
}

static void test_activated_in_batch(void **state G_GNUC_UNUSED)
{
	struct folio *folio;

	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	folio = pfn_to_page(pte_pfn(pgtable_entry(current->mm, P(0), LEVEL_PTE)))->folio;
	folio_mark_accessed(folio);
	folio_mark_accessed(folio);
	assert_true(folio_test(folio, PG_active));
	assert_int_equal(folio->refcount, 2);
	lru_add_drain();
	assert_lists(0, 1, 0, 0);
}

static void test_lazyfree(void **state G_GNUC_UNUSED)
{
	struct folio *folio = new_folio(0);

	folio_mark_lazyfree(folio);
	assert_true(folio_test(folio, PG_swapbacked));
	lru_add_drain();
	assert_false(folio_test(folio, PG_swapbacked));
	assert_lists(0, 0, 1, 0);
}

static void test_isolate(void **state G_GNUC_UNUSED)
{
	struct folio *folio = new_folio(0);

	assert_true(folio_isolate_lru(folio));
	assert_false(folio_isolate_lru(folio));
	assert_int_equal(folio->refcount, 2);
	assert_lists(0, 0, 0, 0);
	/* In another's hand it is not moved. */
	folio_mark_lazyfree(folio);
	folio_activate(folio);
	folio_putback_lru(folio);
	lru_add_drain();
	assert_int_equal(folio->refcount, 1);
	assert_lists(1, 0, 0, 0);
}

static void test_mlock_counts(void **state G_GNUC_UNUSED)
{
	struct folio *folio = new_folio(0);

	mlock_folio(folio);
	assert_true(folio_test(folio, PG_mlocked));
	assert_false(folio_test(folio, PG_unevictable));
	mlock_folio(folio);
	lru_add_drain();
	assert_lists(0, 0, 0, 1);
	assert_int_equal(folio->lru_prev, 2);
	munlock_folio(folio);
	lru_add_drain();
	assert_true(folio_test(folio, PG_mlocked));
	munlock_folio(folio);
	lru_add_drain();
	assert_false(folio_test(folio, PG_mlocked | PG_unevictable));
	assert_lists(1, 0, 0, 0);
}

/* Locked and unlocked again before the batch was drained. */
static void test_mlock_and_back(void **state G_GNUC_UNUSED)
{
	struct folio *folio = new_folio(0);

	mlock_folio(folio);
	munlock_folio(folio);
	mlock_folio(folio);
	munlock_folio(folio);
	lru_add_drain();
	assert_false(folio_test(folio, PG_mlocked | PG_unevictable));
	assert_lists(1, 0, 0, 0);
	assert_int_equal(folio->refcount, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_newest_first), T(test_second_access_activates), T(test_activated_in_batch),
		T(test_lazyfree), T(test_isolate), T(test_mlock_counts), T(test_mlock_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
