/*
 * test_fork_pages.c - what a child's page tables have after fork, and what it must fault in.
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

static pte_t pte_of(const struct task_struct *task, unsigned long page)
{
	return pgtable_entry(task->mm, P(page), LEVEL_PTE);
}

static struct folio *folio_in(const struct task_struct *task, unsigned long page)
{
	return pfn_to_page(pte_pfn(pte_of(task, page)))->folio;
}

static void map(unsigned long page, unsigned long pages, unsigned long prot, unsigned long flags,
		int fd)
{
	assert_int_equal(sys_mmap(P(page), pages * PAGE_SIZE, prot, flags | MAP_FIXED, fd, 0),
			 P(page));
}

static int memfd(unsigned long pages)
{
	int fd = (int)sys_memfd_create("m", 0);

	assert_int_equal(sys_ftruncate(fd, pages * PAGE_SIZE), 0);
	return fd;
}

static void test_anonymous(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	struct folio *folio;

	map_anon(0, 4);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(load(P(1)), 0);
	child = fork_ok();
	folio = folio_in(parent, 0);
	assert_ptr_equal(folio_in(child, 0), folio);
	assert_false(pte_write(pte_of(parent, 0)) || pte_write(pte_of(child, 0)));
	assert_true(pte_young(pte_of(parent, 0)));
	assert_false(pte_young(pte_of(child, 0)));
	assert_true(pte_dirty(pte_of(child, 0)));
	assert_int_equal(folio_mapcount(folio), 2);
	assert_false(PageAnonExclusive(folio_page(folio, 0)));
	assert_ptr_equal(folio_anon_vma(folio), vma_lookup(parent->mm, P(0))->anon_vma);
	/* The zero page comes along, being in the way. */
	assert_true(pte_special(pte_of(child, 1)));
	assert_true(pte_none(pte_of(child, 2)));
	assert_int_equal(child->mm->rss_anon, 1);
}

static void test_only_read(void **state G_GNUC_UNUSED)
{
	struct task_struct *child;

	map_anon(0, 2);
	assert_int_equal(load(P(0)), 0);
	child = fork_ok();
	assert_true(pte_none(pte_of(child, 0)));
	assert_int_equal(child->mm->pgtables_bytes, 0);
}

static void test_files(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	int fd = memfd(3);

	map(0, 3, RW, MAP_SHARED, fd);
	map(512, 3, RW, MAP_PRIVATE, fd);
	map(1024, 3, RW, MAP_PRIVATE, fd);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(store(P(i), i + 1), 0);
	assert_int_equal(load(P(512)), 1);
	/* One copied page: all words of the area are copied, the file's too. */
	assert_int_equal(load(P(1024)), 1);
	assert_int_equal(store(P(1025), 20), 0);
	child = fork_ok();
	assert_true(pte_none(pte_of(child, 0)));
	assert_true(pte_none(pte_of(child, 512)));
	assert_ptr_equal(folio_in(child, 1024), folio_in(parent, 0));
	assert_ptr_equal(folio_in(child, 1025), folio_in(parent, 1025));
	assert_int_equal(child->mm->rss_shmem, 2);
	assert_int_equal(child->mm->rss_anon, 1);
	run_as(child);
	assert_int_equal(load(P(2)), 3);
	assert_int_equal(load(P(1025)), 20);
	assert_int_equal(store(P(1), 9), 0);
	run_as(parent);
	assert_int_equal(load(P(1)), 9);
}

/* A page that a device may write to stays the parent's. */
static void test_pinned(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	struct folio *folio;

	map_anon(0, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(store(P(i), i + 1), 0);
	folio = folio_in(parent, 1);
	for (unsigned int i = 0; i < 1024; i++)
		folio_get(folio);
	assert_true(folio_maybe_dma_pinned(folio));
	parent->mm->has_pinned = true;

	child = fork_ok();
	assert_ptr_equal(folio_in(child, 0), folio_in(parent, 0));
	assert_ptr_not_equal(folio_in(child, 1), folio);
	assert_true(pte_write(pte_of(parent, 1)) && pte_write(pte_of(child, 1)));
	assert_true(pte_dirty(pte_of(child, 1)));
	assert_true(PageAnonExclusive(folio_page(folio, 0)));
	assert_true(PageAnonExclusive(folio_page(folio_in(child, 1), 0)));
	assert_ptr_equal(folio_anon_vma(folio_in(child, 1)),
			 vma_lookup(child->mm, P(1))->anon_vma);
	assert_int_equal(child->mm->rss_anon, 3);
	run_as(child);
	assert_int_equal(load(P(1)), 2);
	run_as(parent);
	for (unsigned int i = 0; i < 1024; i++)
		folio_put(folio);
}

static void test_markers(void **state G_GNUC_UNUSED)
{
	static const uint64_t marker[] = { PTE_MARKER_GUARD, PTE_MARKER_POISONED,
		PTE_MARKER_UFFD_WP };
	struct task_struct *child;
	struct pgtable *table;

	map_anon(0, 6);
	assert_int_equal(store(P(0), 1), 0);
	table = pte_offset_map_lock(current->mm, P(0));
	for (unsigned int i = 0; i < 3; i++)
		set_pte(table, pgtable_index(P(1 + i), LEVEL_PTE),
			swp_pte(SWP_PTE_MARKER, marker[i]));
	spin_unlock(&table->ptl, LOCK_PTE);
	child = fork_ok();
	assert_true(is_guard_pte(pte_of(child, 1)));
	assert_int_equal(swp_offset(pte_of(child, 2)), PTE_MARKER_POISONED);
	assert_true(pte_none(pte_of(child, 3)));
	/* a mark that no registration made is nothing to leave behind */
	table = pte_offset_map_lock(current->mm, P(3));
	set_pte(table, pgtable_index(P(3), LEVEL_PTE), 0);
	spin_unlock(&table->ptl, LOCK_PTE);
}

/* The child's tables have the parent's shape, empty tables included. */
static void test_empty_tables(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	unsigned long far = PGDIR_SIZE / PAGE_SIZE;

	map(0, 2 * far, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(store(P(far), 2), 0);
	assert_int_equal(store(P(513), 2), 0);
	assert_int_equal(sys_madvise(P(513), PAGE_SIZE, MADV_DONTNEED), 0);
	child = fork_ok();
	assert_int_equal(child->mm->pgtables_bytes, parent->mm->pgtables_bytes);
	assert_non_null(pgtable_lookup(child->mm, P(513), LEVEL_PTE));
	run_as(child);
	assert_int_equal(load(P(far)), 2);
}

/* A chain of processes, each writing one of the pages. */
static void test_generations(void **state G_GNUC_UNUSED)
{
	struct task_struct *task[5] = { current };

	map_anon(0, 5);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(store(P(i), 10 + i), 0);
	for (unsigned int i = 1; i < 5; i++) {
		task[i] = fork_ok();
		run_as(task[i]);
		assert_int_equal(store(P(i), 100 * i), 0);
	}
	for (unsigned int i = 0; i < 5; i++) {
		run_as(task[i]);
		for (unsigned int page = 0; page < 5; page++) {
			uint64_t want = page && page <= i ? 100 * page : 10 + page;

			assert_int_equal(load(P(page)), want);
		}
	}
	run_as(task[0]);
}

/* True if there was an @n-th allocation that could fail. */
static bool fork_failing(unsigned long n, struct task_struct **child)
{
	bool failed;

	*child = NULL;
	machine_fail_nth(mach, n);
	assert_true(sys_clone(0, child) > 0 || !*child);
	failed = mach->failed_site != NULL;
	machine_fail_nth(mach, 0);
	assert_no_violation();
	return failed;
}

static void test_no_memory(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	struct folio *folio;
	unsigned long n = 0;

	map_anon(0, 600);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(store(P(520), 2), 0);
	folio = folio_in(parent, 520);
	for (unsigned int i = 0; i < 1024; i++)
		folio_get(folio);
	parent->mm->has_pinned = true;
	while (fork_failing(++n, &child)) {
		if (!child)
			continue;
		/* That one could be done without. */
		do_exit(child, 0);
		run_as(parent);
	}
	assert_true(n > 12);
	assert_int_equal(store(P(0), 3), 0);
	run_as(child);
	assert_int_equal(load(P(0)), 1);
	assert_int_equal(load(P(520)), 2);
	run_as(parent);
	for (unsigned int i = 0; i < 1024; i++)
		folio_put(folio);
}

/* MADV_DONTNEED frees a PTE table only if it took all of it at once. */
static void test_pt_reclaim(void **state G_GNUC_UNUSED)
{
	unsigned long base = ALIGN_UP(BASE, PMD_SIZE);

	assert_int_equal(sys_mmap(base, 2 * PMD_SIZE, RW, ANON, -1, 0), base);
	assert_int_equal(store(base, 1), 0);
	assert_int_equal(store(base + PMD_SIZE, 1), 0);
	assert_int_equal(sys_madvise(base, PAGE_SIZE, MADV_DONTNEED), 0);
	assert_non_null(pgtable_lookup(current->mm, base, LEVEL_PTE));
	assert_int_equal(sys_madvise(base, 2 * PMD_SIZE, MADV_DONTNEED), 0);
	assert_null(pgtable_lookup(current->mm, base, LEVEL_PTE));
	assert_null(pgtable_lookup(current->mm, base + PMD_SIZE, LEVEL_PTE));
	assert_int_equal(load(base), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_anonymous), T(test_only_read), T(test_files), T(test_pinned),
		T(test_markers), T(test_empty_tables), T(test_generations), T(test_no_memory),
		T(test_pt_reclaim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
