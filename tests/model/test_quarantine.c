/*
 * test_quarantine.c - whoever uses what has been freed is told of: what it was, who freed it, who uses it.
 */
#include <string.h>
#include "model/pgtable.h"
#include "model/quarantine.h"
#include "model/rcu.h"
#include "model/rmap.h"
#include "process.h"

static int build(void **state)
{
	static struct process process;

	process_start(&process, NULL);
	assert_int_equal(map_anon(0, 8), BASE);
	assert_int_equal(store(P(0), 7), 0);
	mach->quarantine = true;
	*state = &process;
	return 0;
}

/* What was broken is no concern of the checks at the end. */
static int drop(void **state)
{
	g_array_set_size(mach->violations, 0);
	process_end(*state);
	return 0;
}

static const struct violation *only_violation(void)
{
	assert_int_equal(mach->violations->len, 1);
	return &g_array_index(mach->violations, struct violation, 0);
}

/* "@user uses KIND#n, freed by P in @site" */
static void assert_used(const char *user, const char *kind, const char *site)
{
	const struct violation *told = only_violation();
	g_autofree char *head = g_strdup_printf("%s uses %s#", user, kind);
	g_autofree char *tail = g_strdup_printf(", freed by P in %s", site);

	assert_string_equal(told->rule, "use-after-free");
	assert_string_equal(told->place, "P");
	if (!g_str_has_prefix(told->saw, head) || !g_str_has_suffix(told->saw, tail))
		fail_msg("saw %s", told->saw);
}

static struct vm_area_struct *unmapped_area(void)
{
	struct vm_area_struct *vma = area(0);

	assert_int_equal(sys_munmap(P(0), 8 * PAGE_SIZE), 0);
	assert_non_null(quarantine_find(vma));
	assert_no_violation();
	return vma;
}

static void test_area(void **state)
{
	struct vm_area_struct *vma = unmapped_area();

	(void)state;
	/* Its slab is type-stable: one may try for its lock, and must look again then. */
	assert_true(down_read_trylock(&vma->vm_lock));
	up_read(&vma->vm_lock);
	assert_no_violation();
	assert_null(vma_next(vma));
	assert_used("vma_next", "vma", "vm_area_free");
	/* Told once. */
	vma_prev(vma);
	only_violation();
}

static bool never(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *data)
{
	(void)folio;
	(void)vma;
	(void)addr;
	(void)data;
	return false;
}

static void test_anon_vma(void **state)
{
	struct anon_vma *anon_vma = area(0)->anon_vma;
	struct folio *folio = folio_alloc(0, "test");

	(void)state;
	folio->mapping = (uintptr_t)anon_vma | FOLIO_MAPPING_ANON;
	unmapped_area();
	/* The lock can be used, the tree cannot. */
	anon_vma_lock_write(anon_vma);
	assert_no_violation();
	rmap_walk_locked(folio, never, NULL);
	assert_used("rmap_walk_anon", "anon_vma", "anon_vma_free");
	anon_vma_unlock_write(anon_vma);
	only_violation();
	folio->mapping = 0;
	folio_put(folio);
}

static void test_folio(void **state)
{
	struct folio *folio = folio_alloc(0, "test");

	(void)state;
	folio_put(folio);
	assert_false(folio_try_get(folio));
	assert_no_violation();
	assert_true(folio_trylock(folio));
	assert_used("folio_trylock", "folio", "folio_free");
	folio_unlock(folio);
}

static void test_page_table(void **state)
{
	struct pgtable *table = pgtable_lookup(current->mm, P(0), LEVEL_PTE);

	(void)state;
	unmapped_area();
	ptep_get_lockless(table, 0, "a walk");
	assert_used("a walk", "pgtable", "table_destroy");
}

static void test_freed_twice(void **state)
{
	struct folio *folio = folio_alloc(0, "test");

	(void)state;
	folio_put(folio);
	model_free(KIND_FOLIO, folio);
	assert_used("test_freed_twice", "folio", "folio_free");
}

/* What is in quarantine is handed to nobody; without one it is. */
static void test_storage(void **state)
{
	char *first, *second;

	(void)state;
	mach->quarantine = false;
	first = model_alloc(KIND_PIN, 64, "test");
	model_free(KIND_PIN, first);
	assert_ptr_equal(first, model_alloc(KIND_PIN, 64, "test"));
	mach->quarantine = true;
	model_free(KIND_PIN, first);
	second = model_alloc(KIND_PIN, 64, "test");
	assert_ptr_not_equal(first, second);
	assert_string_equal(quarantine_find(first + 63)->by, "P");
	assert_null(quarantine_find(first + 64));
	assert_null(quarantine_find(second));
	model_free(KIND_PIN, second);
	assert_int_equal(object_count(mach, KIND_PIN), 0);
}

static void test_behind_rcu(void **state)
{
	void *object = model_alloc(KIND_PIN, 64, "test");

	(void)state;
	rcu_read_lock();
	model_free_rcu(KIND_PIN, object);
	object_use(object, "a reader");
	assert_no_violation();
	rcu_read_unlock();
	object_use(object, "a reader");
	assert_used("a reader", "pin", "test_behind_rcu");
}

/* Bugs of one task alone are found, too. */
static void test_a_bug_switches_it_on(void **state)
{
	struct machine_config config;
	struct machine *machine;

	(void)state;
	machine_config_init(&config);
	machine = machine_create(&config);
	assert_false(machine->quarantine);
	machine_destroy(machine);
	semantics_set(&config.semantics, semantics_find("anon-vma-double-reuse"), true);
	machine = machine_create(&config);
	assert_true(machine->quarantine);
	machine_destroy(machine);
}

#define WITH_PROCESS(f)	cmocka_unit_test_setup_teardown(f, build, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PROCESS(test_area),
		WITH_PROCESS(test_anon_vma),
		WITH_PROCESS(test_folio),
		WITH_PROCESS(test_page_table),
		WITH_PROCESS(test_freed_twice),
		WITH_PROCESS(test_storage),
		WITH_PROCESS(test_behind_rcu),
		cmocka_unit_test(test_a_bug_switches_it_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
