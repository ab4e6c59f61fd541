/*
 * munmap(): what stays, which struct it is, what is refused; exit; stacks that grow.
 */
#include "tests/test.h"

#include "model/file.h"
#include "model/syscalls.h"
#include "tests/build.h"

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define P	PAGE_SIZE
#define AT(page)	((BUILD_BASE + (page)) << PAGE_SHIFT)

static struct machine *machine;
static unsigned int first;		/* id of area A */

static long map_at(unsigned long page, unsigned long pages, unsigned long prot,
		   unsigned long flags)
{
	return sys_mmap(build_addr(page), pages * P, prot, flags | MAP_FIXED, -1, 0);
}

/* Maps @picture by calls; areas alternate between two protections so that none merge. */
static void begin(const char *picture, const struct machine_config *config)
{
	machine = build_machine(config);
	first = 0;
	for (char letter = 'A'; strchr(picture, letter); letter++) {
		unsigned long start = (unsigned long)(strchr(picture, letter) - picture);
		unsigned long last = (unsigned long)(strrchr(picture, letter) - picture);

		assert_true(map_at(start, last - start + 1, letter & 1 ? RW : PROT_READ, ANON) > 0);
		if (!first)
			first = vma_lookup(current->mm, build_addr(start))->id;
	}
}

static void assert_picture(const char *want)
{
	g_autofree char *picture = build_show(current->mm, first, strlen(want));

	assert_string_equal(picture, want);
}

static void end(void)
{
	g_autofree char *wrong = mt_validate(&current->mm->mm_mt);
	const struct vm_area_struct *vma;
	unsigned long pages = 0;

	assert_null(wrong);
	for_each_vma(current->mm, vma)
		pages += vma_pages(vma);
	assert_int_equal(pages, current->mm->total_vm);
	assert_int_equal(current->nr_held, 0);
	build_end(machine);
}

static const struct munmap_case {
	const char *name;
	const char *before;
	unsigned long addr, len;
	unsigned int max_map_count;	/* 0: the default */
	long want;
	const char *after;
} munmap_cases[] = {
	{ "munmap: not aligned", "AAA", AT(0) + 1, P, 0, -EINVAL, "AAA" },
	{ "munmap: no length", "AAA", AT(0), 0, 0, -EINVAL, "AAA" },
	{ "munmap: length rounds to nothing", "AAA", AT(0), ~0UL, 0, -EINVAL, "AAA" },
	{ "munmap: beyond the top", "AAA", AT(0), TASK_SIZE, 0, -EINVAL, "AAA" },
	{ "munmap: start beyond the top", "AAA", TASK_SIZE + P, P, 0, -EINVAL, "AAA" },
	{ "munmap: nothing there", "AAA.", AT(3), P, 0, 0, "AAA." },
	{ "munmap: all", "AAA", AT(0), 3 * P, 0, 0, "..." },
	{ "munmap: length is rounded up", "AAA", AT(0), 2 * P + 1, 0, 0, "..." },
	{ "munmap: the tail: the rest is the new struct", "AAA", AT(2), P, 0, 0, "BB." },
	{ "munmap: the head: the rest is the new struct", "AAA", AT(0), P, 0, 0, ".BB" },
	{ "munmap: a hole: both sides are new", "AAAAA", AT(2), P, 0, 0, "BB.CC" },
	{ "munmap: over several and holes", "AA.BB.CC", AT(1), 6 * P, 0, 0, "D......E" },
	{ "munmap: a hole at the limit", "AAAAA", AT(2), P, 1, -ENOMEM, "AAAAA" },
	{ "munmap: a head at the limit", "AAAAA", AT(0), P, 1, 0, ".BBBB" },
	{ "munmap: a tail at the limit", "AAAAA", AT(4), P, 1, 0, "BBBB." },
	{ "munmap: end and start of two at the limit", "AABB", AT(1), 2 * P, 2, 0, "C..D" },
};

static void test_munmap(void **state)
{
	const struct munmap_case *t = *state;

	begin(t->before, NULL);
	if (t->max_map_count)
		machine->config.max_map_count = t->max_map_count;
	assert_int_equal(sys_munmap(t->addr, t->len), t->want);
	assert_picture(t->after);
	end();
}

/* The second one refuses: the first is as it was but for the split. */
static void test_sealed(void **state)
{
	(void)state;
	begin("AAABB", NULL);
	vma_lookup(current->mm, build_addr(3))->vm_flags |= VM_SEALED;
	assert_int_equal(sys_munmap(build_addr(1), 3 * P), -EPERM);
	assert_picture("CAABB");
	assert_int_equal(sys_munmap(build_addr(4), P), -EPERM);
	assert_picture("CAABB");
	end();
}

static void test_accounts(void **state)
{
	struct mm_struct *mm;

	(void)state;
	begin("AABBB.C", NULL);
	mm = current->mm;
	assert_int_equal(mm->data_vm, 3);
	assert_int_equal(machine->committed, 3);
	sys_munmap(build_addr(1), P);
	assert_int_equal(mm->data_vm, 2);
	assert_int_equal(mm->total_vm, 5);
	assert_int_equal(machine->committed, 2);
	sys_munmap(build_addr(0), 7 * P);
	assert_int_equal(mm->total_vm, 0);
	assert_int_equal(mm->map_count, 0);
	assert_int_equal(machine->committed, 0);
	end();
}

/* Page tables go with the last area they serve, and not before. */
static void test_page_tables(void **state)
{
	uint64_t value = 1;

	(void)state;
	begin("AA", NULL);
	assert_int_equal(access_user(build_addr(0), USER_STORE, &value), 0);
	assert_int_equal(access_user(build_addr(1), USER_STORE, &value), 0);
	assert_non_null(pgtable_lookup(current->mm, build_addr(0), LEVEL_PTE));
	sys_munmap(build_addr(0), P);
	assert_non_null(pgtable_lookup(current->mm, build_addr(1), LEVEL_PTE));
	assert_int_equal(current->mm->rss_anon, 1);
	sys_munmap(build_addr(1), P);
	assert_null(pgtable_lookup(current->mm, build_addr(1), LEVEL_PUD));
	assert_int_equal(current->mm->rss_anon, 0);
	end();
}

/* Each allocation fails in turn. */
static void test_no_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		uint64_t value = 1;
		long result;

		begin("AAAAA", NULL);
		assert_int_equal(access_user(build_addr(4), USER_STORE, &value), 0);
		machine_fail_nth(machine, nth);
		result = sys_munmap(build_addr(2), P);
		failed = machine->failed_site != NULL;
		machine_fail_nth(machine, 0);
		assert_true(result == 0 || result == -ENOMEM);
		assert_int_equal(vma_lookup(current->mm, build_addr(2)) != NULL, result != 0);
		end();
	}
}

/* A thousand areas, out in an order of their own. */
static void test_many(void **state)
{
	(void)state;
	begin("", NULL);
	for (unsigned long n = 0; n < 1000; n++)
		assert_true(map_at(2 * n, 1, RW, ANON) > 0);
	assert_int_equal(current->mm->map_count, 1000);
	for (unsigned long n = 0; n < 1000; n++)
		assert_int_equal(sys_munmap(build_addr(2 * (n * 7 % 1000)), P), 0);
	assert_int_equal(current->mm->map_count, 0);
	end();
}

/* ---- locks ---- */

/* A fault finds no area that is being changed. */
static void test_vma_lock(void **state)
{
	struct vm_area_struct *vma;
	struct mm_struct *mm;

	(void)state;
	begin("AAA", NULL);
	mm = current->mm;
	vma = lock_vma_under_rcu(mm, build_addr(1));
	assert_non_null(vma);
	vma_end_read(vma);
	assert_null(lock_vma_under_rcu(mm, build_addr(3)));

	mmap_write_lock(mm);
	vma_start_write(vma);
	assert_null(lock_vma_under_rcu(mm, build_addr(1)));
	mmap_write_downgrade(mm);
	assert_ptr_equal(lock_vma_under_rcu(mm, build_addr(1)), vma);
	vma_end_read(vma);
	mmap_read_unlock(mm);
	end();
}

/* ---- stacks ---- */

static const struct stack_case {
	const char *name;
	unsigned long below;		/* flags of what is mapped at page 0; 0: nothing */
	unsigned long prot;
	unsigned long touch;		/* page; the stack starts at page 600 */
	int want;
} stack_cases[] = {
	{ "stack: far above everything", 0, 0, 590, 0 },
	{ "stack: 256 pages of distance are kept", ANON, RW, 257, 0 },
	{ "stack: 255 are too few", ANON, RW, 256, -EFAULT },
	{ "stack: PROT_NONE may be approached", ANON, PROT_NONE, 1, 0 },
	{ "stack: so may another stack", ANON | MAP_GROWSDOWN, RW, 1, 0 },
};

static void test_stack(void **state)
{
	const struct stack_case *t = *state;
	struct vm_area_struct *vma;
	unsigned long start;
	uint64_t value = 5;
	int result;

	begin("", NULL);
	if (t->below)
		map_at(0, 1, t->prot, t->below);
	map_at(600, 2, RW, ANON | MAP_GROWSDOWN);
	vma = vma_lookup(current->mm, build_addr(600));
	result = access_user(build_addr(t->touch), USER_LOAD, &value);
	assert_int_equal(result != 0, t->want != 0);
	start = t->want ? 600 : t->touch;
	assert_int_equal(vma->vm_start, build_addr(start));
	assert_int_equal(vma->vm_pgoff, BUILD_BASE + start);
	assert_int_equal(vma->anon_vma != NULL, !t->want);
	assert_int_equal(current->mm->stack_vm, vma_pages(vma) + (t->below == (ANON | MAP_GROWSDOWN)));
	end();
}

static void test_stack_limit(void **state)
{
	struct vm_area_struct *vma;

	(void)state;
	begin("", NULL);
	map_at(600, 2, RW, ANON | MAP_GROWSDOWN);
	current->signal->rlim[RLIMIT_STACK].rlim_cur = 10 * P;
	mmap_write_lock(current->mm);
	vma = vma_lookup(current->mm, build_addr(600));
	assert_int_equal(expand_downwards(vma, build_addr(591)), -ENOMEM);
	assert_int_equal(expand_downwards(vma, build_addr(592)), 0);
	assert_int_equal(expand_downwards(vma, build_addr(600)), 0);
	assert_int_equal(expand_downwards(vma, 0), -EPERM);
	mmap_write_unlock(current->mm);
	assert_int_equal(vma_pages(vma), 10);
	end();
}

#define TABLE(table, fn)						\
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)			\
		tests[nr++] = (struct CMUnitTest){			\
			.name = table[i].name, .test_func = (fn),	\
			.initial_state = (void *)&table[i] }
#define ONE(fn)	tests[nr++] = (struct CMUnitTest)cmocka_unit_test(fn)

int main(void)
{
	struct CMUnitTest tests[64] = {};
	size_t nr = 0;

	TABLE(munmap_cases, test_munmap);
	TABLE(stack_cases, test_stack);
	ONE(test_sealed);
	ONE(test_accounts);
	ONE(test_page_tables);
	ONE(test_no_memory);
	ONE(test_many);
	ONE(test_vma_lock);
	ONE(test_stack_limit);
	return _cmocka_run_group_tests("munmap", tests, nr, NULL, NULL);
}
