/*
 * mbind(): errnos, and which areas it parts and joins.
 */
#include "model/mempolicy.h"
#include "process.h"

static struct process process;

/* Pages 0-3 and 5-9 are one mapping with a hole at 4; 9 was written to. */
static int setup(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	map_anon(0, 10);
	assert_int_equal(sys_munmap(P(4), PAGE_SIZE), 0);
	assert_int_equal(store(P(9), 1), 0);
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

#define STATIC	MPOL_F_STATIC_NODES
#define RELATIVE MPOL_F_RELATIVE_NODES
#define BALANCE	MPOL_F_NUMA_BALANCING

static const struct errno_case {
	const char *name;
	unsigned long addr, len, mode;
	uint64_t nodes;
	unsigned long maxnode;
	unsigned int flags;
	long want;
} errno_cases[] = {
	{ "mbind: bind to the node", P(0), 4096, MPOL_BIND, 1, 64, 0, 0 },
	{ "mbind: a node without memory", P(0), 4096, MPOL_BIND, 2, 64, 0, -EINVAL },
	{ "mbind: one of two has memory", P(0), 4096, MPOL_BIND, 3, 64, 0, 0 },
	{ "mbind: default with nodes", P(0), 4096, MPOL_DEFAULT, 1, 64, 0, -EINVAL },
	{ "mbind: local with nodes", P(0), 4096, MPOL_LOCAL, 1, 64, 0, -EINVAL },
	{ "mbind: local", P(0), 4096, MPOL_LOCAL, 0, 0, 0, 0 },
	{ "mbind: preferred without nodes", P(0), 4096, MPOL_PREFERRED, 0, 0, 0, 0 },
	{ "mbind: preferred static without", P(0), 4096, MPOL_PREFERRED | STATIC, 0, 0, 0,
	  -EINVAL },
	{ "mbind: unknown mode", P(0), 4096, 7, 1, 64, 0, -EINVAL },
	{ "mbind: interleave without nodes", P(0), 4096, MPOL_INTERLEAVE, 0, 0, 0, -EINVAL },
	{ "mbind: weighted interleave", P(0), 4096, MPOL_WEIGHTED_INTERLEAVE, 1, 64, 0, 0 },
	{ "mbind: preferred many", P(0), 4096, MPOL_PREFERRED_MANY, 1, 64, 0, 0 },
	{ "mbind: maxnode 1 is no bit", P(0), 4096, MPOL_BIND, 1, 1, 0, -EINVAL },
	{ "mbind: maxnode 2 is one bit", P(0), 4096, MPOL_BIND, 1, 2, 0, 0 },
	{ "mbind: maxnode 0", P(0), 4096, MPOL_BIND, 1, 0, 0, -EINVAL },
	{ "mbind: maxnode too large", P(0), 4096, MPOL_BIND, 1, 32770, 0, -EINVAL },
	{ "mbind: unaligned", P(0) + 1, 4096, MPOL_BIND, 1, 64, 0, -EINVAL },
	{ "mbind: nothing to do", P(0), 0, MPOL_BIND, 2, 64, 0, 0 },
	{ "mbind: unknown flag", P(0), 4096, MPOL_BIND, 1, 64, 8, -EINVAL },
	{ "mbind: move", P(0), 4096, MPOL_BIND, 1, 64, MPOL_MF_MOVE | MPOL_MF_STRICT, 0 },
	{ "mbind: wraps", P(0), -4096UL, MPOL_BIND, 1, 64, 0, -EINVAL },
	{ "mbind: static and relative", P(0), 4096, MPOL_BIND | STATIC | RELATIVE, 1, 64, 0,
	  -EINVAL },
	{ "mbind: balancing is for bind", P(0), 4096, MPOL_BIND | BALANCE, 1, 64, 0, 0 },
	{ "mbind: not for interleave", P(0), 4096, MPOL_INTERLEAVE | BALANCE, 1, 64, 0,
	  -EINVAL },
	{ "mbind: relative wraps around", P(0), 4096, MPOL_BIND | RELATIVE, 2, 64, 0, 0 },
	{ "mbind: static does not", P(0), 4096, MPOL_BIND | STATIC, 2, 64, 0, -EINVAL },
	{ "mbind: a hole", P(0), 10 * PAGE_SIZE, MPOL_BIND, 1, 64, 0, -EFAULT },
	{ "mbind: default over a hole", P(0), 10 * PAGE_SIZE, MPOL_DEFAULT, 0, 0, 0, 0 },
	{ "mbind: default of nothing", P(4), 4096, MPOL_DEFAULT, 0, 0, 0, -EFAULT },
	{ "mbind: begins in a hole", P(4), 8192, MPOL_BIND, 1, 64, 0, -EFAULT },
	{ "mbind: strict, nothing is there yet", P(0), 4096, MPOL_LOCAL, 0, 0, MPOL_MF_STRICT, 0 },
	{ "mbind: strict, where the mask says", P(9), 4096, MPOL_BIND, 1, 64, MPOL_MF_STRICT, 0 },
	{ "mbind: strict, local has an empty mask", P(9), 4096, MPOL_LOCAL, 0, 0,
	  MPOL_MF_STRICT, -EIO },
	{ "mbind: strict, relative numbers as they are", P(5), 5 * PAGE_SIZE,
	  MPOL_BIND | RELATIVE, 2, 64, MPOL_MF_STRICT, -EIO },
	{ "mbind: strict, default does not care", P(9), 4096, MPOL_DEFAULT, 0, 0,
	  MPOL_MF_STRICT, 0 },
	{ "mbind: ends in a hole", P(3), 8192, MPOL_BIND, 1, 64, 0, -EFAULT },
};

static void test_errno(void **state)
{
	const struct errno_case *t = *state;

	assert_int_equal(sys_mbind(t->addr, t->len, t->mode, t->nodes, t->maxnode, t->flags),
			 t->want);
	if (t->want)
		assert_int_equal(areas(), 2);
}

static long bind_pages(unsigned long page, unsigned long pages, unsigned long mode,
		       uint64_t nodes)
{
	return sys_mbind(P(page), pages * PAGE_SIZE, mode, nodes, nodes ? 64 : 0, 0);
}

/* Two policies on neighbouring pages 6 and 7: do these end in one area? */
static const struct equal_case {
	const char *name;
	unsigned long mode_a;
	uint64_t nodes_a;
	unsigned long mode_b;
	uint64_t nodes_b;
	bool equal;
} equal_cases[] = {
	{ "equal: the same twice", MPOL_BIND, 1, MPOL_BIND, 1, true },
	{ "equal: what is left of the nodes counts", MPOL_BIND, 1, MPOL_BIND, 3, true },
	{ "equal: static keeps what was asked for", MPOL_BIND | STATIC, 1, MPOL_BIND | STATIC,
	  3, false },
	{ "equal: relative too", MPOL_BIND | RELATIVE, 1, MPOL_BIND | RELATIVE, 2, false },
	{ "equal: balancing as well", MPOL_BIND | BALANCE, 1, MPOL_BIND | BALANCE, 3, false },
	{ "equal: modes differ", MPOL_BIND, 1, MPOL_INTERLEAVE, 1, false },
	{ "equal: flags differ", MPOL_BIND, 1, MPOL_BIND | STATIC, 1, false },
	{ "equal: preferred without nodes is local", MPOL_PREFERRED, 0, MPOL_LOCAL, 0, true },
	{ "equal: local is not the default", MPOL_LOCAL, 0, MPOL_DEFAULT, 0, false },
};

static void test_equal(void **state)
{
	const struct equal_case *t = *state;

	assert_int_equal(bind_pages(6, 1, t->mode_a, t->nodes_a), 0);
	assert_int_equal(bind_pages(7, 1, t->mode_b, t->nodes_b), 0);
	assert_int_equal(area(6) == area(7), t->equal);
	assert_int_equal(mpol_equal(area(6)->vm_policy, area(7)->vm_policy), t->equal);
	assert_int_equal(bind_pages(5, 5, MPOL_DEFAULT, 0), 0);
	assert_int_equal(areas(), 2);
	assert_null(area(7)->vm_policy);
}

static void test_split_and_merge(void **state G_GNUC_UNUSED)
{
	assert_int_equal(bind_pages(1, 2, MPOL_BIND, 1), 0);
	assert_int_equal(areas(), 4);
	assert_int_equal(area(1)->vm_policy->mode, MPOL_BIND);
	assert_null(area(0)->vm_policy);
	assert_int_equal(bind_pages(0, 4, MPOL_BIND, 1), 0);
	assert_int_equal(areas(), 2);
	assert_int_equal(object_count(mach, KIND_MEMPOLICY), 1);
	/* the child has a policy of its own */
	run_as(fork_ok());
	assert_int_equal(object_count(mach, KIND_MEMPOLICY), 2);
	assert_true(mpol_equal(area(0)->vm_policy, vma_lookup(current->parent->mm,
							       P(0))->vm_policy));
	assert_int_equal(sys_munmap(P(1), PAGE_SIZE), 0);
	assert_int_equal(object_count(mach, KIND_MEMPOLICY), 3);
}

static void test_no_privilege(void **state G_GNUC_UNUSED)
{
	current->signal->cap_sys_nice = false;
	assert_int_equal(sys_mbind(P(0), 4096, MPOL_BIND, 1, 64, MPOL_MF_MOVE_ALL), -EPERM);
}

static void test_failing_allocations(void **state G_GNUC_UNUSED)
{
	const char *site;
	unsigned long n = 0;
	long result;

	do {
		machine_fail_nth(mach, ++n);
		result = bind_pages(1, 2, MPOL_BIND, 1);
		site = mach->failed_site;
		machine_fail_nth(mach, 0);
		assert_int_equal(result, site ? -ENOMEM : 0);
		assert_int_equal(bind_pages(0, 4, MPOL_DEFAULT, 0), 0);
		assert_int_equal(object_count(mach, KIND_MEMPOLICY), 0);
		assert_int_equal(sys_munmap(P(0), 4 * PAGE_SIZE), 0);
		assert_int_equal(map_anon(0, 4), P(0));
	} while (site);
	assert_true(n > 4);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t nr = 0;

#define ROW(cases, fn)								\
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)				\
		tests[nr++] = (struct CMUnitTest){ cases[i].name, fn, setup, teardown, \
						   (void *)&cases[i] }
#define ONE(fn)	tests[nr++] = (struct CMUnitTest){ #fn, fn, setup, teardown, NULL }
	ROW(errno_cases, test_errno);
	ROW(equal_cases, test_equal);
	ONE(test_split_and_merge);
	ONE(test_no_privilege);
	ONE(test_failing_allocations);
	return _cmocka_run_group_tests("mempolicy", tests, nr, NULL, NULL);
}
