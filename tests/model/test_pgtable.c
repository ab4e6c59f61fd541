/*
 * test_pgtable.c - page tables: made where needed, counted, freed by floor and ceiling.
 */
#include <signal.h>
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
	process_end(*state);
	return 0;
}

static unsigned int tables(void)
{
	return (unsigned int)object_count(mach, KIND_PGTABLE);
}

static void put(unsigned long addr, pte_t pte)
{
	struct pgtable *table = pgtable_alloc(current->mm, addr, LEVEL_PTE);

	assert_non_null(table);
	assert_ptr_equal(pte_offset_map_lock(current->mm, addr), table);
	set_pte(table, pgtable_index(addr, LEVEL_PTE), pte);
	spin_unlock(&table->ptl, LOCK_PTE);
}

static const struct prot_case {
	const char *name;
	vm_flags_t flags;
	pte_t want;
} prot_cases[] = {
	{ "prot: none", 0, _PAGE_PROTNONE | _PAGE_ACCESSED },
	{ "prot: private rw is mapped read-only", VM_READ | VM_WRITE,
	  _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX },
	{ "prot: shared rw", VM_READ | VM_WRITE | VM_SHARED,
	  _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX | _PAGE_RW },
	{ "prot: exec", VM_EXEC, _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED },
	{ "prot: key 5", VM_READ | 5UL << VM_PKEY_SHIFT,
	  _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX | 5UL << _PAGE_PKEY_SHIFT },
};

static void test_prot(void **state)
{
	const struct prot_case *t = *state;

	assert_int_equal(vm_page_prot(t->flags), t->want);
}

static void test_make(void **state G_GNUC_UNUSED)
{
	struct mm_struct *mm = current->mm;
	unsigned int before = tables();
	struct pgtable *table;

	assert_null(pgtable_lookup(mm, BASE, LEVEL_PTE));
	assert_int_equal(mm->pgtables_bytes, 0);
	table = pgtable_alloc(mm, BASE, LEVEL_PTE);
	assert_int_equal(tables() - before, 3);
	assert_int_equal(mm->pgtables_bytes, 3 * PAGE_SIZE);
	assert_ptr_equal(pgtable_alloc(mm, BASE + PMD_SIZE - 1, LEVEL_PTE), table);
	assert_ptr_equal(pgtable_lookup(mm, BASE, LEVEL_PTE), table);
	assert_int_equal(table->parent->level, LEVEL_PMD);
	assert_int_equal(table->parent->nr, 1);
	assert_int_equal(pfn_to_page(table->pfn)->flags, PG_table);
	assert_ptr_not_equal(pgtable_alloc(mm, BASE + PMD_SIZE, LEVEL_PTE), table);
	assert_int_equal(table->parent->nr, 2);
	free_pgd_range(mm, 0, TASK_SIZE, 0, 0);
	assert_int_equal(tables(), before);
	assert_int_equal(mm->pgtables_bytes, 0);
}

static void test_words(void **state G_GNUC_UNUSED)
{
	pte_t guard = swp_pte(SWP_PTE_MARKER, PTE_MARKER_GUARD);
	struct pgtable *table;

	put(P(1), guard);
	put(P(2), guard);
	put(P(2), guard);
	table = pgtable_lookup(current->mm, P(1), LEVEL_PTE);
	assert_int_equal(table->nr, 2);
	assert_true(is_guard_pte(pgtable_entry(current->mm, P(2), LEVEL_PTE)));
	assert_int_equal(swp_offset(guard), PTE_MARKER_GUARD);
	put(P(1), 0);
	put(P(2), 0);
	assert_int_equal(table->nr, 0);
	assert_int_equal(pgtable_entry(current->mm, BASE + 3 * PUD_SIZE, LEVEL_PTE), 0);
}

/* Tables at the rims stay when a neighbour needs them. */
static void test_floor_and_ceiling(void **state G_GNUC_UNUSED)
{
	struct mm_struct *mm = current->mm;
	unsigned long a = 4 * PUD_SIZE;

	for (unsigned int i = 0; i < 4; i++)
		assert_non_null(pgtable_alloc(mm, a + i * PMD_SIZE, LEVEL_PTE));
	/* [a + 1.5, a + 2.5): the areas around end and start in the same tables. */
	free_pgd_range(mm, a + 3 * PMD_SIZE / 2, a + 5 * PMD_SIZE / 2, a + 3 * PMD_SIZE / 2,
		       a + 5 * PMD_SIZE / 2);
	assert_non_null(pgtable_lookup(mm, a + PMD_SIZE, LEVEL_PTE));
	assert_non_null(pgtable_lookup(mm, a + 2 * PMD_SIZE, LEVEL_PTE));
	/* The gap reaches further than what is unmapped. */
	free_pgd_range(mm, a + 3 * PMD_SIZE / 2, a + 5 * PMD_SIZE / 2, a + PMD_SIZE,
		       a + 3 * PMD_SIZE);
	assert_null(pgtable_lookup(mm, a + PMD_SIZE, LEVEL_PTE));
	assert_null(pgtable_lookup(mm, a + 2 * PMD_SIZE, LEVEL_PTE));
	assert_non_null(pgtable_lookup(mm, a, LEVEL_PTE));
	assert_non_null(pgtable_lookup(mm, a + 3 * PMD_SIZE, LEVEL_PTE));
	/* The PTE tables go, the PMD table is needed below the floor. */
	free_pgd_range(mm, a, a + 4 * PMD_SIZE, a, 0);
	assert_null(pgtable_lookup(mm, a, LEVEL_PTE));
	assert_null(pgtable_lookup(mm, a, LEVEL_PMD));
	assert_non_null(pgtable_lookup(mm, a, LEVEL_PUD));
	free_pgd_range(mm, a, a + PMD_SIZE, 0, 0);
	assert_null(pgtable_lookup(mm, a, LEVEL_PUD));
}

static void test_freed_with_words(void **state G_GNUC_UNUSED)
{
	put(P(1), swp_pte(SWP_PTE_MARKER, PTE_MARKER_GUARD));
	free_pgd_range(current->mm, 0, TASK_SIZE, 0, 0);
	assert_int_equal(mach->violations->len, 1);
	g_array_set_size(mach->violations, 0);
}

struct seen {
	unsigned int nr, stop_after;
	unsigned long addr[8];
};

static bool see(const struct pgtable *table, unsigned int slot, unsigned long addr, void *data)
{
	struct seen *seen = data;

	assert_false(pte_none(table->entry[slot]));
	seen->addr[seen->nr++] = addr;
	return seen->nr != seen->stop_after;
}

static void test_visit(void **state G_GNUC_UNUSED)
{
	const unsigned long at[] = { P(0), P(511), P(512), BASE + PUD_SIZE, BASE + PGDIR_SIZE };
	pte_t word = swp_pte(SWP_PTE_MARKER, PTE_MARKER_GUARD);
	struct seen all = {}, some = {}, stopped = { .stop_after = 2 };

	for (unsigned int i = 0; i < G_N_ELEMENTS(at); i++)
		put(at[i], word);
	pgtable_for_each(current->mm, 0, TASK_SIZE, see, &all);
	assert_int_equal(all.nr, 5);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(all.addr[i], at[i]);
	pgtable_for_each(current->mm, P(1), BASE + PUD_SIZE, see, &some);
	assert_int_equal(some.nr, 2);
	assert_int_equal(some.addr[0], P(511));
	pgtable_for_each(current->mm, 0, TASK_SIZE, see, &stopped);
	assert_int_equal(stopped.nr, 2);
	for (unsigned int i = 0; i < G_N_ELEMENTS(at); i++)
		put(at[i], 0);
}

static void test_next(void **state G_GNUC_UNUSED)
{
	unsigned long addr = 0;

	pgtable_alloc(current->mm, BASE + PGDIR_SIZE, LEVEL_PTE);
	assert_ptr_equal(pgtable_next(current->mm, &addr, TASK_SIZE),
			 pgtable_lookup(current->mm, BASE + PGDIR_SIZE, LEVEL_PTE));
	assert_int_equal(addr, (BASE + PGDIR_SIZE) & PMD_MASK);
	addr += PMD_SIZE;
	assert_null(pgtable_next(current->mm, &addr, TASK_SIZE));
}

static void test_move(void **state G_GNUC_UNUSED)
{
	struct mm_struct *mm = current->mm;
	struct pgtable *table = pgtable_alloc(mm, BASE, LEVEL_PTE), *parent = table->parent;

	pgtable_unlink(table);
	assert_int_equal(parent->nr, 0);
	assert_null(pgtable_lookup(mm, BASE, LEVEL_PTE));
	pgtable_link(mm, table, parent, pgtable_index(BASE + PMD_SIZE, LEVEL_PMD));
	assert_ptr_equal(pgtable_lookup(mm, BASE + PMD_SIZE, LEVEL_PTE), table);
	assert_int_equal(parent->nr, 1);
}

static void test_no_memory(void **state G_GNUC_UNUSED)
{
	for (unsigned int n = 1; n <= 3; n++) {
		machine_fail_nth(mach, n);
		assert_null(pgtable_alloc(current->mm, BASE, LEVEL_PTE));
		machine_fail_nth(mach, 0);
		free_pgd_range(current->mm, 0, TASK_SIZE, 0, 0);
		assert_int_equal(current->mm->pgtables_bytes, 0);
	}
}

/* Tables that calls leave behind, in pages, as /proc/PID/status shows them (VmPTE). */
static void assert_tables(unsigned int pages)
{
	assert_int_equal(current->mm->pgtables_bytes, pages * PAGE_SIZE);
}

static void test_tables_of_calls(void **state G_GNUC_UNUSED)
{
	const unsigned long a = 0x200000000000UL;
	int fd = (int)sys_memfd_create("m", 0);

	assert_int_equal(sys_ftruncate(fd, PAGE_SIZE), 0);
	sys_mmap(a, 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, fd, 0);
	assert_int_equal(load(a + 2 * PAGE_SIZE), -SIGBUS);
	assert_tables(2);
	assert_int_equal(store(a + 2 * PAGE_SIZE, 1), -SIGBUS);
	assert_tables(2);
	assert_int_equal(store(a, 1), 0);
	assert_tables(3);
	sys_munmap(a, 4 * PAGE_SIZE);
	assert_tables(0);

	sys_mmap(a, 8UL << 20, RW, ANON, -1, 0);
	assert_int_equal(store(a, 1), 0);
	assert_int_equal(load(a + PMD_SIZE), 0);
	assert_int_equal(store(a + 2 * PMD_SIZE, 1), 0);
	assert_tables(5);
	sys_madvise(a, PAGE_SIZE, MADV_DONTNEED);
	assert_tables(5);
	sys_madvise(a, 3UL << 20, MADV_DONTNEED);
	assert_tables(4);
	sys_munmap(a + 2 * PMD_SIZE, PMD_SIZE);
	assert_tables(3);
	assert_int_equal(store(a, 1), 0);
	assert_int_equal(store(a + PMD_SIZE, 1), 0);
	assert_tables(4);
	sys_madvise(a + PMD_SIZE, PAGE_SIZE, MADV_DONTNEED);
	assert_int_equal(sys_madvise(a, PMD_SIZE, MADV_GUARD_INSTALL), 0);
	assert_tables(4);
	assert_int_equal(load(a), -SIGSEGV);
	sys_madvise(a, 8UL << 20, MADV_DONTNEED);
	assert_tables(3);
	sys_madvise(a, PMD_SIZE, MADV_GUARD_REMOVE);
	assert_tables(3);
	sys_munmap(a, 8UL << 20);
	assert_tables(0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_make), T(test_words), T(test_floor_and_ceiling), T(test_freed_with_words),
		T(test_visit), T(test_next), T(test_move), T(test_no_memory),
		T(test_tables_of_calls),
	};
	struct CMUnitTest prots[G_N_ELEMENTS(prot_cases)];

	for (size_t i = 0; i < G_N_ELEMENTS(prot_cases); i++)
		prots[i] = (struct CMUnitTest){ .name = prot_cases[i].name,
			.test_func = test_prot, .initial_state = (void *)&prot_cases[i] };
	return cmocka_run_group_tests(prots, NULL, NULL) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
