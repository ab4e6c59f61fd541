/*
 * Folios that move: a fault in the middle, pages without memory for them, nodes.
 */
#include "process.h"
#include "model/migrate.h"

static struct process process;

static int start(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	return 0;
}

static int start_two_nodes(void **state G_GNUC_UNUSED)
{
	struct machine_config config;

	machine_config_init(&config);
	config.ram = 8UL << 20;
	config.nodes = 2;
	process_start(&process, &config);
	return 0;
}

static int end(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

static pte_t pte_in(unsigned int n)
{
	return pgtable_entry(current->mm, P(n), LEVEL_PTE);
}

static struct folio *folio_in(unsigned int n)
{
	return pfn_to_page(pte_pfn(pte_in(n)))->folio;
}

/* What was begun by the test ends while the fault sleeps. */
static void end_migration(void *data, struct task_struct *task)
{
	struct folio *folio = data;

	assert_ptr_equal(task->waits_for, folio);
	run_as(&mach->boot_task);
	remove_migration_ptes(folio, folio);
	folio_unlock(folio);
	assert_null(task->waits_for);
	run_as(task);
}

static void test_fault_waits(void **state G_GNUC_UNUSED)
{
	struct task_struct *task = current;
	struct folio *folio;

	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(store(P(0), 7), 0);
	folio = folio_in(0);
	folio_get(folio);
	run_as(&mach->boot_task);
	folio_lock(folio);
	try_to_migrate(folio);
	assert_int_equal(folio_mapcount(folio), 0);
	run_as(task);
	assert_true(is_migration_pte(pte_in(0)));
	assert_int_equal(swp_type(pte_in(0)), SWP_MIGRATION_WRITE);
	/* rss counts it, and it is in the core. */
	assert_int_equal(task->mm->rss_anon, 1);
	machine_check(mach);

	mach->park = end_migration;
	mach->park_data = folio;
	assert_int_equal(load(P(0)), 7);
	mach->park = NULL;
	assert_ptr_equal(folio_in(0), folio);
	assert_true(pte_write(pte_in(0)) && PageAnonExclusive(folio_page(folio, 0)));
	folio_put(folio);
	/* The check in the middle found a reference of nobody it knows. */
	g_array_set_size(mach->violations, 0);
}

static pte_t *word_in(struct task_struct *task, unsigned int n)
{
	struct pgtable *table = pgtable_lookup(task->mm, P(n), LEVEL_PTE);

	return &table->entry[pgtable_index(P(n), LEVEL_PTE)];
}

/* Locks and unmaps the folio of page @n, as a migration does, with a reference. */
static struct folio *begin(unsigned int n)
{
	struct task_struct *task = current;
	struct folio *folio = folio_in(n);

	folio_get(folio);
	run_as(&mach->boot_task);
	folio_lock(folio);
	try_to_migrate(folio);
	run_as(task);
	assert_int_equal(folio_mapcount(folio), 0);
	return folio;
}

static void finish(struct folio *folio)
{
	struct task_struct *task = current;

	run_as(&mach->boot_task);
	remove_migration_ptes(folio, folio);
	folio_unlock(folio);
	run_as(task);
	folio_put(folio);
}

/* Entries are words of page tables: fork, mprotect, mremap, munmap and mincore know them. */
static void test_calls_over_entries(void **state G_GNUC_UNUSED)
{
	struct task_struct *task = current, *child;
	struct folio *folio[5];
	unsigned char vec[1];

	assert_int_equal(map_anon(0, 5), P(0));
	for (unsigned int n = 0; n < 5; n++)
		assert_int_equal(store(P(n), n), 0);
	for (unsigned int n = 0; n < 5; n++)
		folio[n] = begin(n);
	assert_int_equal(sys_mincore(P(1), PAGE_SIZE, vec), 0);
	assert_int_equal(vec[0], 1);
	/* Read-only, and exclusive still. */
	assert_int_equal(sys_mprotect(P(1), PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(swp_type(pte_in(1)), SWP_MIGRATION_READ_EXCLUSIVE);
	/* Moved as it is. */
	assert_int_equal(sys_mremap(P(2), PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
				    P(20)), P(20));
	assert_int_equal(swp_type(pte_in(20)), SWP_MIGRATION_WRITE);
	/* Gone: nothing is left to restore, the folio dies with its last reference. */
	assert_int_equal(sys_munmap(P(4), PAGE_SIZE), 0);
	assert_int_equal(task->mm->rss_anon, 4);
	/* Shared by fork: exclusive in neither. */
	child = fork_ok();
	assert_int_equal(child->mm->rss_anon, 4);
	assert_int_equal(swp_type(*word_in(child, 0)), SWP_MIGRATION_READ);
	assert_int_equal(swp_type(pte_in(0)), SWP_MIGRATION_READ);

	for (unsigned int n = 0; n < 5; n++)
		finish(folio[n]);
	lru_add_drain();
	machine_check(mach);
	assert_no_violation();
	for (unsigned int n = 0; n < 4; n++) {
		unsigned int at = n == 2 ? 20 : n;

		assert_ptr_equal(folio_in(at), folio[n]);
		assert_int_equal(folio_mapcount(folio[n]), 2);
		assert_false(PageAnonExclusive(folio_page(folio[n], 0)));
		assert_int_equal(load(P(at)), n);
	}
	do_exit(child, 0);
	assert_int_equal(store(P(0), 9), 0);
}

/* Nobody could ever end it: said, and not waited for. */
static void test_nobody_ends_it(void **state G_GNUC_UNUSED)
{
	struct folio *folio;

	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(store(P(0), 7), 0);
	folio = folio_in(0);
	folio_get(folio);
	folio_lock(folio);
	try_to_migrate(folio);
	assert_true(load(P(0)) < 0);
	assert_true(mach->violations->len > 0);
	assert_string_equal(g_array_index(mach->violations, struct violation, 0).rule,
			    "migration-entries");
	remove_migration_ptes(folio, folio);
	folio_unlock(folio);
	folio_put(folio);
	g_array_set_size(mach->violations, 0);
}

static long move(unsigned int n, int64_t node, int64_t *status)
{
	uint64_t page = P(n);
	unsigned long done;

	return sys_move_pages(current, 1, &page, &node, status, MPOL_MF_MOVE, &done);
}

static void test_node_is_full(void **state G_GNUC_UNUSED)
{
	uint64_t before = buddy_free_pages(mach);
	int64_t status = 0;
	unsigned int n;

	assert_true(node_has_memory(1));
	assert_false(node_has_memory(2));
	/* Frame 0 is nobody's: the second node begins a frame earlier. */
	assert_int_equal(pfn_to_nid(1023), 0);
	assert_int_equal(pfn_to_nid(1024), 1);
	assert_int_equal(map_anon(0, 1200), P(0));
	for (n = 0; n < 1200; n++)
		assert_int_equal(store(P(n), n), 0);
	assert_true(buddy_free_pages(mach) < before - 1200);
	for (n = 0; move(n, 1, &status) == 0; n++)
		assert_int_equal(status, 1);
	assert_int_equal(move(n, 1, &status), -ENOMEM);
	assert_in_range(n, 800, 900);
	assert_int_equal(folio_nid(folio_in(0)), 1);
	assert_int_equal(folio_nid(folio_in(n)), 0);
	assert_int_equal(load(P(n)), n);
	machine_check(mach);
	assert_no_violation();
}

/* Every allocation of a migration may fail; then nothing has changed. */
static void test_no_memory(void **state G_GNUC_UNUSED)
{
	struct folio *old;
	unsigned long n = 0;
	long result;

	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(store(P(0), 7), 0);
	fork_ok();
	old = folio_in(0);
	do {
		assert_ptr_equal(folio_in(0), old);
		machine_fail_nth(mach, ++n);
		result = kcompactd_migrate(current->mm, P(0), PAGE_SIZE, false);
		machine_fail_nth(mach, 0);
		machine_check(mach);
		assert_no_violation();
		assert_true(result == 0 || result == -ENOMEM);
	} while (result);
	assert_true(n > 1);
	assert_ptr_not_equal(folio_in(0), old);
	assert_int_equal(load(P(0)), 7);
}

/* A folio whose last mapping has gone since it was isolated is not moved but freed. */
static void test_freed_meanwhile(void **state G_GNUC_UNUSED)
{
	const struct migrate_control control = { .mode = MIGRATE_SYNC, .node = NUMA_NO_NODE };
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	size_t folios;
	int why;

	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(store(P(0), 7), 0);
	lru_add_drain();
	assert_true(folio_isolate_lru(folio_in(0)));
	g_ptr_array_add(list, folio_in(0));
	assert_int_equal(sys_munmap(P(0), PAGE_SIZE), 0);
	folios = object_count(mach, KIND_FOLIO);
	assert_int_equal(migrate_pages(list, &control, &why), 0);
	assert_int_equal(object_count(mach, KIND_FOLIO), folios - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fault_waits, start, end),
		cmocka_unit_test_setup_teardown(test_calls_over_entries, start, end),
		cmocka_unit_test_setup_teardown(test_nobody_ends_it, start, end),
		cmocka_unit_test_setup_teardown(test_node_is_full, start_two_nodes, end),
		cmocka_unit_test_setup_teardown(test_no_memory, start, end),
		cmocka_unit_test_setup_teardown(test_freed_meanwhile, start, end),
	};

	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
