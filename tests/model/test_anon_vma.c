/*
 * test_anon_vma.c - which anon_vma an area gets, and what fork and exit do to the tree.
 *
 * Counts in the comments: refcount, num_children, num_active_vmas.
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
	process_end(*state);
	return 0;
}

static unsigned int chain_length(const struct vm_area_struct *vma)
{
	const struct anon_vma_chain *avc;
	unsigned int nr = 0;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		nr++;
	return nr;
}

/* The @n-th anon_vma of the chain, from its head. */
static struct anon_vma *chain_at(const struct vm_area_struct *vma, unsigned int n)
{
	struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		if (!n--)
			return avc->anon_vma;
	return NULL;
}

static void assert_counts(const struct anon_vma *anon_vma, unsigned int refcount,
			  unsigned int children, unsigned int active)
{
	assert_int_equal(anon_vma->refcount, refcount);
	assert_int_equal(anon_vma->num_children, children);
	assert_int_equal(anon_vma->num_active_vmas, active);
}

static void test_first_write(void **state G_GNUC_UNUSED)
{
	map_anon(0, 4);
	assert_int_equal(load(P(0)), 0);
	assert_null(area(0)->anon_vma);
	assert_int_equal(store(P(0), 1), 0);
	assert_non_null(area(0)->anon_vma);
	assert_ptr_equal(area(0)->anon_vma->root, area(0)->anon_vma);
	assert_counts(area(0)->anon_vma, 1, 1, 1);
	assert_int_equal(chain_length(area(0)), 1);
}

/* Three areas that differ in protection only; the outer ones are written first. */
static void test_next_before_prev(void **state G_GNUC_UNUSED)
{
	map_anon(0, 3);
	map_anon(5, 3);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(store(P(5), 1), 0);
	assert_int_equal(sys_mmap(P(3), 2 * PAGE_SIZE, RW | PROT_EXEC, ANON, -1, 0), P(3));
	assert_int_equal(areas(), 3);
	assert_int_equal(store(P(4), 1), 0);
	assert_ptr_equal(area(3)->anon_vma, area(5)->anon_vma);
	assert_ptr_not_equal(area(0)->anon_vma, area(5)->anon_vma);
	assert_counts(area(3)->anon_vma, 1, 1, 2);
}

static void test_prev_lends(void **state G_GNUC_UNUSED)
{
	map_anon(0, 3);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(sys_mmap(P(3), PAGE_SIZE, RW | PROT_EXEC, ANON, -1, 0), P(3));
	assert_int_equal(store(P(3), 1), 0);
	assert_ptr_equal(area(3)->anon_vma, area(0)->anon_vma);
}

/* Other flags than the permissions keep neighbours apart. */
static void test_noreserve_does_not_share(void **state G_GNUC_UNUSED)
{
	map_anon(0, 3);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(sys_mmap(P(3), PAGE_SIZE, RW, ANON | MAP_NORESERVE, -1, 0), P(3));
	assert_int_equal(store(P(3), 1), 0);
	assert_ptr_not_equal(area(3)->anon_vma, area(0)->anon_vma);
}

static void test_fork(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	struct anon_vma *root, *own;

	map_anon(0, 2);
	assert_int_equal(store(P(0), 1), 0);
	root = area(0)->anon_vma;
	child = fork_ok();
	assert_counts(root, 2, 2, 1);
	run_as(child);
	own = area(0)->anon_vma;
	assert_ptr_not_equal(own, root);
	assert_ptr_equal(own->root, root);
	assert_ptr_equal(own->parent, root);
	assert_counts(own, 1, 0, 1);
	assert_int_equal(chain_length(area(0)), 2);
	assert_ptr_equal(chain_at(area(0), 0), own);
	assert_ptr_equal(chain_at(area(0), 1), root);
	/* An inherited anon_vma is not lent to a new neighbour. */
	assert_int_equal(sys_mmap(P(2), PAGE_SIZE, RW | PROT_EXEC, ANON, -1, 0), P(2));
	assert_int_equal(store(P(2), 1), 0);
	assert_ptr_equal(area(2)->anon_vma->root, area(2)->anon_vma);
	do_exit(child, 0);
	run_as(parent);
	assert_counts(root, 1, 1, 1);
}

/* A forks B forks C; B lets go of the area; C's child takes over what was B's. */
static void test_reuse(void **state G_GNUC_UNUSED)
{
	struct task_struct *a = current, *b, *c, *d;
	struct anon_vma *of_a, *of_b, *of_c;

	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	of_a = area(0)->anon_vma;
	b = fork_ok();
	run_as(b);
	of_b = area(0)->anon_vma;
	c = fork_ok();
	assert_int_equal(sys_munmap(P(0), PAGE_SIZE), 0);
	assert_counts(of_b, 1, 1, 0);
	run_as(c);
	of_c = area(0)->anon_vma;
	d = fork_ok();
	run_as(d);
	assert_ptr_equal(area(0)->anon_vma, of_b);
	assert_counts(of_b, 1, 1, 1);
	assert_int_equal(chain_length(area(0)), 3);
	assert_ptr_equal(chain_at(area(0), 0), of_c);
	assert_ptr_equal(chain_at(area(0), 1), of_b);
	assert_ptr_equal(chain_at(area(0), 2), of_a);
	run_as(a);
}

/* Each forks and exits: the chain does not grow. */
static void test_fork_and_exit_for_ever(void **state G_GNUC_UNUSED)
{
	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	for (unsigned int i = 0; i < 12; i++) {
		struct task_struct *child = fork_ok();

		do_exit(current, 0);
		run_as(child);
		assert_in_range(chain_length(area(0)), 1, 3);
	}
	assert_true(object_count(mach, KIND_ANON_VMA) <= 3);
}

static void test_wipeonfork(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;

	map_anon(0, 1);
	assert_int_equal(store(P(0), 7), 0);
	area(0)->vm_flags |= VM_WIPEONFORK;
	child = fork_ok();
	run_as(child);
	assert_null(area(0)->anon_vma);
	assert_int_equal(chain_length(area(0)), 0);
	assert_int_equal(load(P(0)), 0);
	run_as(parent);
	assert_int_equal(load(P(0)), 7);
}

/* All that a first write, a split and a fork allocate, failing one after the other. */
static void test_no_memory(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	unsigned long n = 0;
	uint64_t one = 1;
	bool failed;
	int error;

	map_anon(0, 4);
	do {
		machine_fail_nth(mach, ++n);
		error = access_user(P(1), USER_STORE, &one);
		machine_fail_nth(mach, 0);
		assert_true(error == 0 || error == -ENOMEM);
	} while (error);
	assert_int_equal(chain_length(area(0)), 1);
	assert_counts(area(0)->anon_vma, 1, 1, 1);

	/* A fork with two areas of one anon_vma: two clones for each. */
	assert_int_equal(sys_mprotect(P(0), PAGE_SIZE, PROT_READ), 0);
	n = 0;
	do {
		child = NULL;
		machine_fail_nth(mach, ++n);
		assert_true(sys_clone(0, &child) > 0 || !child);
		failed = mach->failed_site != NULL;
		machine_fail_nth(mach, 0);
		assert_no_violation();
		if (child)
			do_exit(child, 0);
		run_as(parent);
		assert_counts(area(0)->anon_vma, 1, 1, 2);
	} while (failed);
	assert_true(n > 12);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_first_write), T(test_next_before_prev), T(test_prev_lends),
		T(test_noreserve_does_not_share), T(test_fork), T(test_reuse),
		T(test_fork_and_exit_for_ever), T(test_wipeonfork), T(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
