/*
 * test_huge.c - folios of several pages: what scenarios cannot reach, and random programs over
 * three processes with every invariant checked after every statement.
 */
#include <string.h>
#include <limits.h>
#include "model/check/check.h"
#include "model/gup.h"
#include "model/huge.h"
#include "model/collapse.h"
#include "model/lru.h"
#include "model/syscalls.h"
#include "model/vma.h"
#include "tests/test.h"

#define BASE	0x40000000UL
#define SIZE	(3 * PMD_SIZE)

static struct task_struct *first;

static void store(unsigned long addr)
{
	uint64_t value = mach->next_content++;

	assert_int_equal(access_user(addr, USER_STORE, &value), 0);
}

static struct folio *folio_at(unsigned long addr)
{
	struct pte_ref at = pgtable_leaf(current->mm, addr);

	assert_non_null(at.table);
	assert_true(pte_present(at.table->entry[at.slot]));
	return pfn_to_page(pte_pfn(at.table->entry[at.slot]))->folio;
}

static void fine(struct machine *machine)
{
	machine_check(machine);
	for (guint i = 0; i < machine->violations->len; i++) {
		const struct violation *v =
			&g_array_index(machine->violations, struct violation, i);

		print_error("%s at %s: expected %s, saw %s\n", v->rule, v->place, v->expected, v->saw);
	}
	assert_int_equal(machine->violations->len, 0);
}

static struct machine *machine_with(enum thp_policy policy)
{
	struct machine_config config;
	struct machine *machine;

	machine_config_init(&config);
	config.ram = 128UL << 20;
	config.thp = policy;
	config.thp_order[2] = config.thp_order[4] = THP_MADVISE;
	machine = machine_create(&config);
	machine_enter(machine);
	first = task_create_first("P");
	mach->current_task = first;
	return machine;
}

static int build(void **state)
{
	*state = machine_with(THP_ALWAYS);
	assert_int_equal(sys_mmap(BASE, SIZE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), BASE);
	return 0;
}

static int drop(void **state)
{
	fine(*state);
	mach->current_task = &mach->boot_task;
	assert_int_equal(machine_check_empty(*state), 0);
	machine_destroy(*state);
	return 0;
}

/* ---- the queue ---- */

static void test_shrinker_splits_what_is_partly_mapped(void **state)
{
	uint64_t before;

	(void)state;
	store(BASE);
	store(BASE + PMD_SIZE);
	assert_int_equal(sys_munmap(BASE, PMD_SIZE / 2), 0);
	store(BASE + PMD_SIZE / 2);
	before = buddy_free_pages(mach);
	assert_int_equal(deferred_split_scan(ULONG_MAX), 1);
	/* half was unmapped; of the other half one page was written, the rest is zeroes */
	assert_int_equal(buddy_free_pages(mach) - before, HPAGE_PMD_NR - 1);
	assert_int_equal(folio_at(BASE + PMD_SIZE / 2)->order, 0);
	assert_int_equal(folio_at(BASE + PMD_SIZE)->order, HPAGE_PMD_ORDER);
	assert_true(list_empty(&mach->split_queue));
}

static void test_shrinker_splits_what_is_full_of_zeroes(void **state)
{
	struct machine *machine = *state;

	machine->config.max_ptes_none = 400;
	store(BASE);
	store(BASE + PMD_SIZE);
	for (unsigned long n = 0; n < 112; n++)
		store(BASE + PMD_SIZE + n * PAGE_SIZE);
	assert_int_equal(deferred_split_scan(ULONG_MAX), 1);
	assert_int_equal(folio_at(BASE)->order, 0);
	assert_int_equal(current->mm->rss_anon, 1 + HPAGE_PMD_NR);
	/* the other one has proved that it is used, and is not asked again */
	assert_true(list_empty(&mach->split_queue));
}

static void test_mlocked_zeroes_stay(void **state)
{
	struct machine *machine = *state;

	machine->config.max_ptes_none = 0;
	assert_int_equal(sys_mlock(BASE, PMD_SIZE), 0);
	assert_int_equal(deferred_split_scan(ULONG_MAX), 0);
	assert_int_equal(folio_at(BASE)->order, HPAGE_PMD_ORDER);
}

/* ---- splits that fail ---- */

static void test_split_fails_with_a_reference(void **state)
{
	struct folio *folio;

	(void)state;
	store(BASE);
	folio = folio_at(BASE);
	folio_get(folio);	/* somebody's */
	folio_get(folio);	/* ours */
	folio_lock(folio);
	assert_int_equal(split_folio(folio), -EAGAIN);
	folio_unlock(folio);
	folio_put(folio);
	folio_put(folio);
	/* found before anything was unmapped */
	assert_int_equal(pgtable_leaf_size(current->mm, BASE), PMD_SIZE);
}

static void test_split_of_the_zero_page(void **state)
{
	struct folio *zero;

	(void)state;
	assert_int_equal(access_user(BASE, USER_LOAD, NULL), 0);
	zero = folio_at(BASE);
	assert_true(is_huge_zero_folio(zero));
	folio_get(zero);
	folio_lock(zero);
	assert_int_equal(split_folio(zero), -EBUSY);
	folio_unlock(zero);
	folio_put(zero);
	assert_int_equal(huge_zero_folio_shrink(), 0);	/* in use */
}

/* ---- memory runs short ---- */

/* A fault that gets no 2 MiB takes less; one that gets no table ends the access. */
static void test_fault_without_memory(void **state)
{
	for (unsigned long nth = 1; nth < 12; nth++) {
		uint64_t value = nth;
		int error;

		machine_fail_nth(*state, nth);
		error = access_user(BASE, USER_STORE, &value);
		machine_fail_nth(*state, 0);
		assert_true(error == 0 || error == -ENOMEM);
		fine(*state);
		assert_int_equal(sys_madvise(BASE, SIZE, MADV_DONTNEED), 0);
		assert_int_equal(current->mm->rss_anon, 0);
	}
}

static void test_fork_without_memory(void **state)
{
	store(BASE);
	assert_int_equal(access_user(BASE + PMD_SIZE, USER_LOAD, NULL), 0);
	for (unsigned long nth = 1; nth < 60; nth++) {
		struct task_struct *child = NULL;
		long pid;

		machine_fail_nth(*state, nth);
		pid = sys_clone(0, &child);
		machine_fail_nth(*state, 0);
		assert_true(pid > 0 || pid == -ENOMEM);
		fine(*state);
		if (pid > 0) {
			mach->current_task = child;
			sys_exit_group();
			mach->current_task = first;
		}
	}
}

/* ---- random programs ---- */

#define TASKS	3

struct program {
	GRand *rand;
	struct task_struct *task[TASKS];
};

static unsigned int pick(struct program *p, unsigned int n)
{
	return (unsigned int)g_rand_int_range(p->rand, 0, (gint32)n);
}

/* Borders of PMDs, of folios, and anything. */
static unsigned long any_addr(struct program *p)
{
	static const unsigned int grain[] = { 512, 64, 16, 4, 1 };
	unsigned int of = grain[pick(p, ARRAY_SIZE(grain))];

	return BASE + pick(p, (unsigned int)(SIZE >> PAGE_SHIFT) / of) * of * PAGE_SIZE;
}

static unsigned long any_len(struct program *p)
{
	static const unsigned int pages[] = { 1, 4, 16, 20, 100, 512, 512, 513, 1024 };

	return pages[pick(p, ARRAY_SIZE(pages))] * PAGE_SIZE;
}

static void any_advice(struct program *p)
{
	static const int advice[] = { MADV_HUGEPAGE, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTNEED,
		MADV_FREE, MADV_COLD, MADV_COLLAPSE, MADV_COLLAPSE, MADV_DONTFORK, MADV_DOFORK,
		MADV_GUARD_INSTALL, MADV_GUARD_REMOVE, MADV_POPULATE_WRITE, MADV_POPULATE_READ };

	sys_madvise(any_addr(p), any_len(p), advice[pick(p, ARRAY_SIZE(advice))]);
}

static void any_task(struct program *p)
{
	unsigned int n = pick(p, TASKS);

	if (p->task[n] && n && pick(p, 2)) {
		mach->current_task = p->task[n];
		sys_exit_group();
		p->task[n] = NULL;
	} else if (!p->task[n]) {
		sys_clone(0, &p->task[n]);
	}
	mach->current_task = p->task[0];
}

/* Told where to look, or on its own way. */
static void khugepaged_does_something(struct program *p)
{
	switch (pick(p, 4)) {
	case 0:
		khugepaged_do_scan();
		break;
	case 1:
		khugepaged_scan_mm(current->mm);
		break;
	default:
		khugepaged_collapse(current->mm, any_addr(p));
	}
}

static void one_statement(struct program *p)
{
	unsigned int n = pick(p, TASKS);
	uint64_t value = 0;

	mach->current_task = p->task[n] ? p->task[n] : p->task[0];
	switch (pick(p, 16)) {
	case 0:
		sys_mmap(any_addr(p), any_len(p), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case 1:
		sys_munmap(any_addr(p), any_len(p));
		break;
	case 2:
		sys_mprotect(any_addr(p), any_len(p), pick(p, 3) ? PROT_READ | PROT_WRITE : PROT_READ);
		break;
	case 3: case 4:
		value = any_len(p);
		sys_mremap(any_addr(p), value, pick(p, 4) ? value : any_len(p),
			   MREMAP_MAYMOVE | MREMAP_FIXED, any_addr(p));
		break;
	case 5: case 6: case 7:
		any_advice(p);
		break;
	case 8:
		any_task(p);
		break;
	case 9:
		if (pick(p, 2))
			sys_mlock(any_addr(p), any_len(p));
		else
			sys_munlock(any_addr(p), any_len(p));
		break;
	case 10:
		khugepaged_does_something(p);
		break;
	case 11:
		deferred_split_scan(ULONG_MAX);
		break;
	case 12:
		access_user(any_addr(p), USER_LOAD, &value);
		break;
	default:
		access_user(any_addr(p), USER_STORE, &value);
	}
}

static void run_program(uint32_t seed, unsigned int statements, bool failing)
{
	struct machine *machine = machine_with(seed % 3 ? THP_ALWAYS : THP_MADVISE);
	struct program p = { .rand = g_rand_new_with_seed(seed), .task = { first } };

	machine->config.max_ptes_none = seed % 2 ? HPAGE_PMD_NR - 1 : 200;
	/* each design, with the orders that faults have and with two smaller ones */
	machine->config.collapse = seed / 2 % NR_COLLAPSE_DESIGNS;
	machine->config.khugepaged_pages_to_scan = seed % 5 ? 4096 : 600;
	if (seed % 7 > 3) {
		machine->config.thp_order[2] = THP_INHERIT;
		machine->config.thp_order[4] = seed % 2 ? THP_ALWAYS : THP_MADVISE;
	}
	for (unsigned int step = 0; step < statements; step++) {
		machine_fail_nth(machine, failing && !pick(&p, 3) ? 1 + pick(&p, 20) : 0);
		one_statement(&p);
		machine_fail_nth(machine, 0);
		if (machine_check(machine) || machine->violations->len) {
			print_error("seed %u, statement %u\n", seed, step);
			fine(machine);
		}
		assert_null(machine->unsupported);
	}
	mach->current_task = &mach->boot_task;
	assert_int_equal(machine_check_empty(machine), 0);
	g_rand_free(p.rand);
	machine_destroy(machine);
}

static void test_random_programs(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 40; seed++)
		run_program(seed, 400, false);
}

static void test_random_programs_without_memory(void **state)
{
	(void)state;
	for (uint32_t seed = 100; seed < 120; seed++)
		run_program(seed, 300, true);
}

#define WITH_MACHINE(f)	cmocka_unit_test_setup_teardown(f, build, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(test_shrinker_splits_what_is_partly_mapped),
		WITH_MACHINE(test_shrinker_splits_what_is_full_of_zeroes),
		WITH_MACHINE(test_mlocked_zeroes_stay),
		WITH_MACHINE(test_split_fails_with_a_reference),
		WITH_MACHINE(test_split_of_the_zero_page),
		WITH_MACHINE(test_fault_without_memory),
		WITH_MACHINE(test_fork_without_memory),
		cmocka_unit_test(test_random_programs),
		cmocka_unit_test(test_random_programs_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
