/*
 * brk(): the heap grows, shrinks, stops before others.
 */
#include "tests/test.h"

#include "model/syscalls.h"
#include "tests/build.h"

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define P	PAGE_SIZE

static struct machine *machine;
static unsigned long base;		/* start of the heap */

static void begin(void)
{
	machine = build_machine(NULL);
	base = current->mm->start_brk;
}

static void end(void)
{
	g_autofree char *wrong = mt_validate(&current->mm->mm_mt);

	assert_null(wrong);
	assert_int_equal(current->nr_held, 0);
	build_end(machine);
}

static const struct vm_area_struct *heap(void)
{
	return vma_lookup(current->mm, base);
}

static void test_grow_and_shrink(void **state)
{
	(void)state;
	begin();
	assert_int_equal(sys_brk(0), base);
	assert_int_equal(sys_brk(base + 100), base + 100);
	assert_int_equal(vma_pages(heap()), 1);
	assert_int_equal(sys_brk(base + 200), base + 200);
	assert_int_equal(sys_brk(base + 5 * P), base + 5 * P);
	assert_int_equal(vma_pages(heap()), 5);
	assert_int_equal(heap()->vm_flags, BUILD_RW);
	assert_int_equal(heap()->vm_pgoff, base >> PAGE_SHIFT);
	assert_int_equal(current->mm->map_count, 1);
	assert_int_equal(current->mm->data_vm, 5);
	assert_int_equal(machine->committed, 5);
	assert_int_equal(sys_brk(base - 1), base + 5 * P);

	assert_int_equal(sys_brk(base + 2 * P), base + 2 * P);
	assert_int_equal(vma_pages(heap()), 2);
	assert_int_equal(machine->committed, 2);
	assert_int_equal(sys_brk(base), base);
	assert_null(heap());
	end();
}

/* One free page is kept below the next area, 256 more below a stack. */
static const struct gap_case {
	const char *name;
	unsigned long flags;
	unsigned long at;		/* page from the start of the heap */
	unsigned long most;		/* pages the heap can have */
} gap_cases[] = {
	{ "brk: a page is kept free", ANON, 10, 9 },
	{ "brk: a stack keeps its gap", ANON | MAP_GROWSDOWN, 300, 43 },
};

static void test_gap(void **state)
{
	const struct gap_case *t = *state;

	begin();
	assert_true(sys_mmap(base + t->at * P, P, RW, t->flags | MAP_FIXED, -1, 0) > 0);
	assert_int_equal(sys_brk(base + (t->most + 1) * P), base);
	assert_int_equal(sys_brk(base + t->most * P), base + t->most * P);
	end();
}

/* What brk leaves as it was. */
static void test_limits(void **state)
{
	struct signal_struct *signal;

	(void)state;
	begin();
	signal = current->signal;
	signal->rlim[RLIMIT_DATA].rlim_cur = 3 * P;
	assert_int_equal(sys_brk(base + 4 * P), base);
	assert_int_equal(sys_brk(base + 3 * P), base + 3 * P);
	signal->rlim[RLIMIT_DATA].rlim_cur = 0;
	assert_int_equal(sys_brk(base + P), base + 3 * P);	/* even to shrink */
	signal->rlim[RLIMIT_DATA].rlim_cur = RLIM_INFINITY;

	signal->rlim[RLIMIT_AS].rlim_cur = 3 * P;
	assert_int_equal(sys_brk(base + 4 * P), base + 3 * P);
	signal->rlim[RLIMIT_AS].rlim_cur = RLIM_INFINITY;

	signal->cap_ipc_lock = false;
	signal->rlim[RLIMIT_MEMLOCK].rlim_cur = P;
	current->mm->def_flags = VM_LOCKED;
	assert_int_equal(sys_brk(base + 5 * P), base + 3 * P);
	current->mm->def_flags = 0;

	machine->config.max_map_count = 0;
	assert_int_equal(sys_brk(base + 4 * P), base + 3 * P);
	machine->config.max_map_count = 1;
	assert_int_equal(sys_brk(base + 4 * P), base + 4 * P);
	assert_int_equal(sys_brk(base + (64UL << 30)), base + 4 * P);	/* more than memory */
	end();
}

static void test_locked(void **state)
{
	(void)state;
	begin();
	current->mm->def_flags = VM_LOCKED;
	assert_int_equal(sys_brk(base + 2 * P), base + 2 * P);
	assert_int_equal(current->mm->locked_vm, 2);
	assert_int_equal(current->mm->rss_anon, 2);
	end();
}

/* The heap of a fork child is not grown: a second area begins. */
static void test_fork_child(void **state)
{
	(void)state;
	begin();
	assert_int_equal(sys_brk(base + 2 * P), base + 2 * P);
	mmap_write_lock(current->mm);
	build_fault(vma_lookup(current->mm, base), 1, true);
	mmap_write_unlock(current->mm);
	assert_int_equal(sys_brk(base + 4 * P), base + 4 * P);
	assert_int_equal(vma_pages(heap()), 2);
	assert_non_null(vma_lookup(current->mm, base + 3 * P));
	end();
}

/* Shrinking fails only if nothing is there any more. */
static void test_shrink_over_hole(void **state)
{
	(void)state;
	begin();
	sys_brk(base + 4 * P);
	sys_munmap(base + 2 * P, 2 * P);
	assert_int_equal(sys_brk(base + 2 * P), base + 4 * P);
	assert_int_equal(sys_brk(base + P), base + P);
	end();
}

static void test_no_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		unsigned long result;

		begin();
		sys_brk(base + 2 * P);
		machine_fail_nth(machine, nth);
		result = (unsigned long)sys_brk(base + 4 * P);
		failed = machine->failed_site != NULL;
		machine_fail_nth(machine, 0);
		assert_int_equal(vma_pages(heap()), (result - base) >> PAGE_SHIFT);
		assert_int_equal(machine->committed, vma_pages(heap()));
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow_and_shrink),
		{ .name = gap_cases[0].name, .test_func = test_gap,
		  .initial_state = (void *)&gap_cases[0] },
		{ .name = gap_cases[1].name, .test_func = test_gap,
		  .initial_state = (void *)&gap_cases[1] },
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_fork_child),
		cmocka_unit_test(test_shrink_over_hole),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
