/*
 * test_swap.c - swap: slots and counts, the swap cache, faults that bring pages back.
 */
#include <string.h>
#include "model/swap.h"
#include "model/vmscan.h"
#include "process.h"

static struct process process;

static void start(enum swap_device_kind kind)
{
	struct machine_config config;

	machine_config_init(&config);
	config.swap = 1UL << 20;
	config.swap_device = kind;
	process_start(&process, &config);
	map_anon(0, 16);
}

static void end(void)
{
	swap_writeback_run();
	process_end(&process);
}

static pte_t word(unsigned long page)
{
	return pgtable_entry(current->mm, P(page), LEVEL_PTE);
}

static struct folio *folio_of(unsigned long page)
{
	return pfn_to_page(pte_pfn(word(page)))->folio;
}

static void pageout(unsigned long page, unsigned long nr)
{
	assert_int_equal(sys_madvise(P(page), nr * PAGE_SIZE, MADV_PAGEOUT), 0);
	swap_writeback_run();
	machine_check(mach);
	assert_no_violation();
}

static bool in_core(unsigned long page)
{
	unsigned char vec = 0;

	assert_int_equal(sys_mincore(P(page), PAGE_SIZE, &vec), 0);
	return vec & 1;
}

/* Written asynchronously: the page stays in the cache, and is found there. */
static void test_asynchronous(void **state)
{
	(void)state;
	start(SWAP_FILE);
	store(P(0), 7);
	pageout(0, 1);
	assert_true(is_swap_entry_pte(word(0)) && pte_swp_exclusive(word(0)));
	assert_int_equal(current->mm->swapents, 1);
	assert_true(in_core(0));
	assert_int_equal(load(P(0)), 7);
	assert_true(pte_write(word(0)) && !pte_dirty(word(0)));
	assert_true(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_true(folio_test(folio_of(0), PG_swapcache));
	/* A store is seen by nobody but the word: the slot is stale from now on. */
	store(P(0), 8);
	assert_int_equal(swap_slot(folio_of(0)->swap)->content, 7);
	pageout(0, 1);
	assert_int_equal(load(P(0)), 8);
	end();
}

/* A second round of reclaim finds the page written, unmapped and clean. */
static void test_second_round_frees(void **state)
{
	(void)state;
	start(SWAP_FILE);
	store(P(0), 7);
	pageout(0, 1);
	assert_int_equal(kswapd_reclaim(current->mm, P(0), 1), 1);
	assert_false(in_core(0));
	assert_int_equal(load(P(0)), 7);
	end();
}

/* Zeroes are stored nowhere. */
static void test_zeroes(void **state)
{
	(void)state;
	start(SWAP_FILE);
	store(P(0), 0);
	pageout(0, 1);
	assert_true(swap_slot(word(0))->zero);
	assert_false(in_core(0));
	assert_int_equal(load(P(0)), 0);
	end();
}

/* One word left on a synchronous device: the page is ours alone, whatever the word says. */
static void test_synchronous_bypasses_cache(void **state)
{
	struct task_struct *parent, *child;

	(void)state;
	start(SWAP_ZRAM);
	parent = current;
	store(P(0), 7);
	pageout(0, 1);
	assert_false(in_core(0));
	child = fork_ok();
	assert_int_equal(swap_count(word(0)), 2);
	assert_false(pte_swp_exclusive(word(0)));
	run_as(child);
	store(P(0), 8);
	run_as(parent);
	assert_int_equal(swap_count(word(0)), 1);
	/* The child's fault left the page in the cache; without it, ours would be exclusive. */
	kswapd_reclaim(current->mm, P(0), 1);
	assert_int_equal(load(P(0)), 7);
	assert_true(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_true(pte_write(word(0)));
	end();
}

/* Written back in by one of two: he gets a copy. */
static void test_store_of_a_sharer(void **state)
{
	struct task_struct *parent, *child;

	(void)state;
	start(SWAP_FILE);
	parent = current;
	store(P(0), 7);
	pageout(0, 1);
	child = fork_ok();
	run_as(child);
	store(P(0), 8);
	assert_true(PageAnonExclusive(folio_page(folio_of(0), 0)));
	run_as(parent);
	assert_int_equal(load(P(0)), 7);
	run_as(child);
	assert_int_equal(load(P(0)), 8);
	end();
}

/* A count beyond 62 goes on elsewhere, and comes back. */
static void test_count_continues(void **state)
{
	struct task_struct *parent;
	pte_t entry;

	(void)state;
	start(SWAP_ZRAM);
	parent = current;
	store(P(0), 7);
	pageout(0, 1);
	entry = pte_to_swp_entry(word(0));
	for (int i = 0; i < 70; i++)
		fork_ok();
	run_as(parent);
	assert_int_equal(swap_count(entry), 71);
	assert_true(swap_slot(entry)->map & COUNT_CONTINUED);
	machine_check(mach);
	assert_no_violation();
	end();
}

static void test_count_without_memory(void **state)
{
	struct task_struct *parent, *child;

	(void)state;
	start(SWAP_ZRAM);
	parent = current;
	store(P(0), 7);
	pageout(0, 1);
	for (int i = 0; i < 61; i++)
		fork_ok();
	run_as(parent);
	for (unsigned long n = 1;; n++) {
		machine_fail_nth(mach, n);
		assert_int_equal(sys_clone(0, &child), -ENOMEM);
		if (strstr(mach->failed_site, "swap slot"))
			break;
	}
	assert_int_equal(swap_count(word(0)), 62);
	end();
}

/* More pages than slots: the rest stays. */
static void test_full(void **state)
{
	struct machine_config config;

	(void)state;
	machine_config_init(&config);
	config.swap = 4 * PAGE_SIZE;
	process_start(&process, &config);
	map_anon(0, 16);
	for (unsigned long n = 0; n < 5; n++)
		store(P(n), n + 1);
	pageout(0, 5);
	assert_int_equal(current->mm->swapents, 3);
	assert_int_equal(mach->swap->nr_swap_pages, 0);
	/* Swap is full: a page that comes back gives up its slot at once. */
	assert_int_equal(load(P(0)), 1);
	assert_false(folio_test(folio_of(0), PG_swapcache));
	assert_int_equal(mach->swap->nr_swap_pages, 1);
	for (unsigned long n = 0; n < 5; n++)
		assert_int_equal(load(P(n)), n + 1);
	end();
}

/* Under writeback, on a device that needs pages not to change. */
static void test_stable_writes(void **state)
{
	struct machine_config config;

	(void)state;
	machine_config_init(&config);
	config.swap = 1UL << 20;
	config.swap_device = SWAP_DISK;
	config.swap_stable_writes = SWAP_STABLE_ON;
	process_start(&process, &config);
	map_anon(0, 1);
	store(P(0), 7);
	assert_int_equal(disk_writeback_start(current->mm, P(0)), 0);
	assert_true(pte_swp_exclusive(word(0)));
	assert_int_equal(load(P(0)), 7);
	assert_false(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_false(pte_write(word(0)));
	/* A store now has to copy, for the cache holds the page until it is written. */
	store(P(0), 8);
	assert_true(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_int_equal(mach->swap->held->len, 1);
	folio_end_writeback(mach->swap->held->pdata[0]);
	lru_add_drain();
	assert_int_equal(load(P(0)), 8);
	end();
}

/* Accessed bits save pages for a round; then the oldest go. */
static void test_second_chance(void **state)
{
	(void)state;
	start(SWAP_ZRAM);
	for (unsigned long n = 0; n < 4; n++)
		store(P(n), n + 1);
	assert_int_equal(try_to_free_pages(4), 0);
	assert_true(folio_test(folio_of(0), PG_referenced) && !pte_young(word(0)));
	assert_int_equal(load(P(1)), 2);
	assert_int_equal(try_to_free_pages(4), 3);
	assert_true(is_swap_entry_pte(word(0)));
	assert_true(pte_present(word(1)) && folio_test(folio_of(1), PG_active));
	end();
}

/* More than there is: nothing is lost; with swap full, a store fails. */
static void test_short_of_memory(void **state)
{
	struct machine_config config;
	int error = 0;

	(void)state;
	machine_config_init(&config);
	config.ram = 1UL << 20;
	config.swap = 1UL << 20;
	config.overcommit_memory = 1;
	process_start(&process, &config);
	map_anon(0, 600);
	for (unsigned long n = 0; n < 300; n++)
		assert_int_equal(store(P(n), n + 1), 0);
	machine_check(mach);
	assert_no_violation();
	for (unsigned long n = 0; n < 300; n += 7)
		assert_int_equal(load(P(n)), n + 1);
	for (unsigned long n = 300; n < 600 && !error; n++)
		error = store(P(n), n + 1);
	assert_int_equal(error, -ENOMEM);
	assert_int_equal(mach->swap->nr_swap_pages, 0);
	end();
}

static void test_swapoff(void **state)
{
	struct task_struct *parent, *child;

	(void)state;
	start(SWAP_FILE);
	parent = current;
	store(P(0), 7);
	store(P(1), 8);
	pageout(0, 2);
	child = fork_ok();
	run_as(child);
	assert_int_equal(load(P(1)), 8);
	run_as(parent);
	store(P(2), 9);
	assert_int_equal(disk_writeback_start(current->mm, P(2)), 0);
	assert_int_equal(sys_swapoff("/elsewhere"), -ENOENT);
	assert_int_equal(sys_swapoff("/swap"), 0);
	assert_int_equal(sys_swapoff("/swap"), -EINVAL);
	machine_check(mach);
	assert_no_violation();
	assert_int_equal(current->mm->swapents, 0);
	assert_false(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_true(PageAnonExclusive(folio_page(folio_of(2), 0)));
	assert_true(!pte_write(word(2)) && !pte_young(word(2)) && !pte_dirty(word(2)));
	assert_true(folio_test(folio_of(2), PG_dirty) && !folio_test(folio_of(2), PG_writeback));
	assert_int_equal(load(P(0)), 7);
	assert_int_equal(sys_swapon("/swap", 0), 0);
	pageout(2, 1);
	assert_true(is_swap_entry_pte(word(2)));
	end();
}

/* No memory for what has to come back: the device stays on. */
static void test_swapoff_without_memory(void **state)
{
	(void)state;
	start(SWAP_ZRAM);
	store(P(0), 7);
	store(P(1), 8);
	pageout(0, 2);
	machine_fail_nth(mach, 2);
	assert_int_equal(sys_swapoff("/swap"), -ENOMEM);
	machine_fail_nth(mach, 0);
	machine_check(mach);
	assert_no_violation();
	assert_int_equal(current->mm->swapents, 1);
	assert_int_equal(load(P(1)), 8);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asynchronous),
		cmocka_unit_test(test_second_round_frees),
		cmocka_unit_test(test_zeroes),
		cmocka_unit_test(test_synchronous_bypasses_cache),
		cmocka_unit_test(test_store_of_a_sharer),
		cmocka_unit_test(test_count_continues),
		cmocka_unit_test(test_count_without_memory),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_stable_writes),
		cmocka_unit_test(test_second_chance),
		cmocka_unit_test(test_short_of_memory),
		cmocka_unit_test(test_swapoff),
		cmocka_unit_test(test_swapoff_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
