/*
 * test_rcu.c - page tables stay as long as somebody may be in them without a lock.
 */
#include "model/gup.h"
#include "model/pgtable.h"
#include "model/rcu.h"
#include "process.h"

static int build(void **state)
{
	static struct process process;

	process_start(&process, NULL);
	assert_int_equal(map_anon(0, 8), BASE);
	store(P(0), 7);
	*state = &process;
	return 0;
}

static int drop(void **state)
{
	process_end(*state);
	return 0;
}

static size_t tables(void)
{
	return object_count(mach, KIND_PGTABLE);
}

static void test_a_reader_keeps_tables(void **state)
{
	size_t before = tables();
	const struct pgtable *table = pgtable_lookup(current->mm, BASE, LEVEL_PTE);

	(void)state;
	rcu_read_lock();
	assert_int_equal(sys_munmap(BASE, 8 * PAGE_SIZE), 0);
	assert_null(pgtable_lookup(current->mm, BASE, LEVEL_PTE));
	assert_int_equal(tables(), before);
	assert_int_equal(table->nr, 0);
	rcu_read_lock();
	rcu_read_unlock();
	assert_int_equal(tables(), before);
	rcu_read_unlock();
	assert_true(tables() < before);
}

static void test_interrupts_off_keep_tables(void **state)
{
	size_t before = tables();

	(void)state;
	local_irq_save();
	assert_true(current->irq_seq & 1);
	assert_int_equal(sys_munmap(BASE, 8 * PAGE_SIZE), 0);
	assert_int_equal(tables(), before);
	local_irq_restore();
	assert_false(current->irq_seq & 1);
	assert_true(tables() < before);
}

static void test_without_readers_they_go_at_once(void **state)
{
	size_t before = tables();

	(void)state;
	tlb_remove_table_sync_one();		/* nobody to wait for */
	assert_int_equal(sys_munmap(BASE, 8 * PAGE_SIZE), 0);
	assert_true(tables() < before);
}

/* What takes a table without a lock leaves nothing switched off. */
static void test_the_fast_path_is_balanced(void **state)
{
	struct page *page;

	(void)state;
	assert_int_equal(gup_fast(P(0), PAGE_SIZE, FOLL_GET, &page), 1);
	gup_put_page(page, FOLL_GET);
	assert_int_equal(gup_fast(P(20), PAGE_SIZE, FOLL_GET, &page), 0);
	assert_int_equal(mach->rcu_readers, 0);
	assert_false(current->irq_seq & 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, build, drop)
		T(test_a_reader_keeps_tables),
		T(test_interrupts_off_keep_tables),
		T(test_without_readers_they_go_at_once),
		T(test_the_fast_path_is_balanced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
