/*
 * prctl() and prlimit(): results in order, and what the settings do to areas.
 */
#include "model/prctl.h"
#include "process.h"

static struct process process;

static int setup(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

struct call {
	int option;
	unsigned long arg2, arg3, arg4, arg5;
	long want;
};

/* Each row: calls in order, from a fresh process. */
static const struct sequence {
	const char *name;
	struct call call[12];
} sequences[] = {
	{ "prctl: memory merge", {
		{ PR_SET_MEMORY_MERGE, 1, 1, 0, 0, -EINVAL },
		{ PR_GET_MEMORY_MERGE, 0, 0, 0, 0, 0 },
		{ PR_SET_MEMORY_MERGE, 7, 0, 0, 0, 0 },
		{ PR_GET_MEMORY_MERGE, 0, 0, 0, 0, 1 },
		{ PR_GET_MEMORY_MERGE, 1, 0, 0, 0, -EINVAL },
		{ PR_SET_MEMORY_MERGE, 0, 0, 0, 0, 0 },
		{ PR_GET_MEMORY_MERGE, 0, 0, 0, 0, 0 } } },
	{ "prctl: no huge pages", {
		{ PR_SET_THP_DISABLE, 1, 2, 0, 0, 0 },
		{ PR_GET_THP_DISABLE, 0, 0, 0, 0, 3 },
		{ PR_SET_THP_DISABLE, 0, 2, 0, 0, -EINVAL },
		{ PR_SET_THP_DISABLE, 1, 1, 0, 0, -EINVAL },
		{ PR_SET_THP_DISABLE, 1, 0, 1, 0, -EINVAL },
		{ PR_SET_THP_DISABLE, 1, 0, 0, 0, 0 },
		{ PR_GET_THP_DISABLE, 0, 0, 0, 0, 1 },
		{ PR_GET_THP_DISABLE, 0, 0, 1, 0, -EINVAL },
		{ PR_SET_THP_DISABLE, 0, 0, 0, 0, 0 },
		{ PR_GET_THP_DISABLE, 0, 0, 0, 0, 0 } } },
	{ "prctl: write or execute", {
		{ PR_SET_MDWE, 2, 0, 0, 0, -EINVAL },
		{ PR_SET_MDWE, 4, 0, 0, 0, -EINVAL },
		{ PR_SET_MDWE, 1, 1, 0, 0, -EINVAL },
		{ PR_SET_MDWE, 0, 0, 0, 0, 0 },
		{ PR_SET_MDWE, 3, 0, 0, 0, 0 },
		{ PR_GET_MDWE, 0, 0, 0, 0, 3 },
		{ PR_SET_MDWE, 1, 0, 0, 0, -EPERM },
		{ PR_SET_MDWE, 0, 0, 0, 0, -EPERM },
		{ PR_SET_MDWE, 3, 0, 0, 0, 0 },
		{ PR_GET_MDWE, 0, 1, 0, 0, -EINVAL } } },
	{ "prctl: names of anonymous areas are not configured", {
		{ PR_SET_VMA, PR_SET_VMA_ANON_NAME, P(0), 4096, 1, -EINVAL },
		{ PR_SET_VMA, 1, P(0), 4096, 1, -EINVAL } } },
	{ "prctl: the heap", {
		{ PR_SET_MM, PR_SET_MM_BRK, 0x123, 0, 0, -EINVAL },
		{ PR_SET_MM, PR_SET_MM_BRK, TASK_SIZE, 0, 0, -EINVAL },
		{ PR_SET_MM, 99, 0x10000, 0, 0, -EINVAL },
		{ PR_SET_MM, PR_SET_MM_BRK, 0x10000, 1, 0, -EINVAL },
		{ PR_SET_MM, PR_SET_MM_BRK, 0x10000, 0, 1, -EINVAL },
		{ PR_SET_MM, PR_SET_MM_BRK, P(5), 0, 0, -EINVAL },	/* below start_brk */
		{ PR_SET_MM, PR_SET_MM_START_BRK, P(4), 0, 0, 0 },
		{ PR_SET_MM, PR_SET_MM_BRK, P(5), 0, 0, 0 },
		{ PR_SET_MM, PR_SET_MM_START_BRK, P(6), 0, 0, -EINVAL },
		{ PR_SET_MM, PR_SET_MM_START_STACK, P(0), 0, 0, -EFAULT },
		{ PR_SET_MM, PR_SET_MM_START_DATA, TASK_SIZE - 1, 0, 0, -EINVAL } } },
};

static void test_sequence(void **state)
{
	const struct sequence *t = *state;

	for (const struct call *c = t->call; c < t->call + ARRAY_SIZE(t->call) && c->option; c++)
		assert_int_equal(sys_prctl(c->option, c->arg2, c->arg3, c->arg4, c->arg5),
				 c->want);
}

/* Flags of all areas that could be merged by content change, and nobody merges areas. */
static void test_memory_merge_marks(void **state G_GNUC_UNUSED)
{
	map_anon(0, 2);
	assert_int_equal(sys_mmap(P(4), PAGE_SIZE, RW,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0), P(4));
	assert_int_equal(sys_mmap(P(6), PAGE_SIZE, RW,
				  MAP_DROPPABLE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), P(6));
	assert_int_equal(sys_prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0), 0);
	assert_true(area(0)->vm_flags & VM_MERGEABLE);
	assert_false(area(4)->vm_flags & VM_MERGEABLE);
	assert_false(area(6)->vm_flags & VM_MERGEABLE);
	map_anon(2, 2);
	assert_ptr_equal(area(0), area(3));
	assert_int_equal(sys_prctl(PR_SET_MEMORY_MERGE, 0, 0, 0, 0), 0);
	assert_false(area(0)->vm_flags & VM_MERGEABLE);
}

static void test_mdwe_refuses(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_prctl(PR_SET_MDWE, 1, 0, 0, 0), 0);
	assert_int_equal(sys_mmap(P(0), PAGE_SIZE, RW | PROT_EXEC, ANON, -1, 0), -EACCES);
}

static void test_brk_after_set_mm(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_prctl(PR_SET_MM, PR_SET_MM_START_BRK, P(0), 0, 0), 0);
	assert_int_equal(sys_prctl(PR_SET_MM, PR_SET_MM_BRK, P(0), 0, 0), 0);
	assert_int_equal(sys_brk(P(3)), P(3));
	assert_int_equal(vma_pages(area(0)), 3);
}

static void test_no_privilege(void **state G_GNUC_UNUSED)
{
	struct rlimit64 more = { 1, RLIM_INFINITY }, less = { 1, 2 };

	current->signal->cap_sys_resource = false;
	assert_int_equal(sys_prctl(PR_SET_MM, PR_SET_MM_BRK, P(5), 0, 0), -EPERM);
	assert_int_equal(sys_prlimit(RLIMIT_AS, &less, NULL), 0);
	assert_int_equal(sys_prlimit(RLIMIT_AS, &more, NULL), -EPERM);
}

static void test_refused(void **state G_GNUC_UNUSED)
{
	g_autofree char *text = NULL, *more = NULL;

	assert_int_equal(sys_prctl(15, 0, 0, 0, 0), -ENOSYS);
	text = take_unsupported();
	assert_non_null(strstr(text, "15"));
	assert_int_equal(sys_prctl(PR_SET_MM, PR_SET_MM_MAP, 0, 0, 0), -ENOSYS);
	more = take_unsupported();
	assert_non_null(more);
}

static void test_prlimit(void **state G_GNUC_UNUSED)
{
	struct rlimit64 limit = { 5, 4 }, old;

	assert_int_equal(sys_prlimit(RLIM_NLIMITS, NULL, &old), -EINVAL);
	assert_int_equal(sys_prlimit(RLIMIT_STACK, NULL, &old), 0);
	assert_int_equal(old.rlim_cur, 8UL << 20);
	assert_int_equal(sys_prlimit(RLIMIT_STACK, &limit, NULL), -EINVAL);
	limit.rlim_max = 5;
	assert_int_equal(sys_prlimit(RLIMIT_STACK, &limit, &old), 0);
	assert_int_equal(old.rlim_cur, 8UL << 20);
	assert_int_equal(rlimit(RLIMIT_STACK), 5);
	run_as(fork_ok());
	assert_int_equal(rlimit(RLIMIT_STACK), 5);
	limit = (struct rlimit64){ PAGE_SIZE, PAGE_SIZE };
	assert_int_equal(sys_prlimit(RLIMIT_AS, &limit, NULL), 0);
	assert_int_equal(sys_mmap(P(0), 2 * PAGE_SIZE, RW, ANON, -1, 0), -ENOMEM);
	run_as(current->parent);
	assert_int_equal(map_anon(0, 2), P(0));
}

int main(void)
{
	struct CMUnitTest tests[32];
	size_t nr = 0;

#define ONE(fn)	tests[nr++] = (struct CMUnitTest){ #fn, fn, setup, teardown, NULL }
	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++)
		tests[nr++] = (struct CMUnitTest){ sequences[i].name, test_sequence, setup,
						   teardown, (void *)&sequences[i] };
	ONE(test_memory_merge_marks);
	ONE(test_mdwe_refuses);
	ONE(test_brk_after_set_mm);
	ONE(test_no_privilege);
	ONE(test_refused);
	ONE(test_prlimit);
	return _cmocka_run_group_tests("prctl", tests, nr, NULL, NULL);
}
