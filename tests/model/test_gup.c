/*
 * Pages that devices hold: references and pins, the fast path beside a fork, failing
 * allocations.
 */
#include "process.h"
#include "model/gup.h"

static struct process process;

static int start(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	return 0;
}

static int end(void **state G_GNUC_UNUSED)
{
	devices_unpin_all();
	process_end(&process);
	return 0;
}

static struct folio *folio_in(unsigned int n)
{
	return pfn_to_page(pte_pfn(pgtable_entry(current->mm, P(n), LEVEL_PTE)))->folio;
}

/* Fork has begun to share pages: what the fast path pins meanwhile, it undoes. */
static void test_seqcount(void **state G_GNUC_UNUSED)
{
	struct page *page;
	int refs;

	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(store(P(0), 1), 0);
	refs = folio_in(0)->refcount;
	current->mm->write_protect_seq++;
	assert_int_equal(gup_fast(P(0), PAGE_SIZE, FOLL_PIN | FOLL_WRITE, &page), 0);
	assert_int_equal(folio_in(0)->refcount, refs);
	/* A plain reference does not mind. */
	assert_int_equal(gup_fast(P(0), PAGE_SIZE, FOLL_GET, &page), 1);
	gup_put_page(page, FOLL_GET);
	current->mm->write_protect_seq++;
	assert_int_equal(gup_fast(P(0), PAGE_SIZE, FOLL_PIN | FOLL_WRITE, &page), 1);
	assert_int_equal(folio_in(0)->refcount, refs + GUP_PIN_COUNTING_BIAS);
	gup_put_page(page, FOLL_PIN | FOLL_WRITE);
}

static void test_seqcount_is_even_after_fork(void **state G_GNUC_UNUSED)
{
	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(store(P(0), 1), 0);
	fork_ok();
	assert_true(current->mm->write_protect_seq > 0);
	assert_int_equal(current->mm->write_protect_seq & 1, 0);
}

/* Whichever allocation fails, either all pages are held or none. */
static void test_no_memory(void **state G_GNUC_UNUSED)
{
	unsigned long n = 0;
	long result;

	assert_int_equal(map_anon(0, 3), P(0));
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(store(P(i), i), 0);
	fork_ok();
	do {
		machine_fail_nth(mach, ++n);
		result = device_pin(P(0), 3 * PAGE_SIZE, FOLL_PIN | FOLL_LONGTERM);
		assert_int_equal(object_count(mach, KIND_PIN), result ? 0 : 3);
		machine_fail_nth(mach, 0);
		machine_check(mach);
		assert_no_violation();
	} while (result);
	assert_true(n > 3);
	assert_int_equal(device_unpin(P(0), 4 * PAGE_SIZE), -ENXIO);
	assert_int_equal(device_unpin(P(0), 3 * PAGE_SIZE), 0);
}

/* A page that has to be brought in, and then one that is there but may not be read: who asks
 * once is at the slow path by then, who asks again is not, and who has only that never gets it. */
static void test_asking_again(void **state G_GNUC_UNUSED)
{
	const unsigned int flags[] = { FOLL_GET, FOLL_PIN, FOLL_PIN | FOLL_LONGTERM,
				       FOLL_PIN | FOLL_REMOTE };
	const long results[] = { 0, 0, -EFAULT, -EFAULT };

	for (unsigned int i = 0; i < G_N_ELEMENTS(flags); i++) {
		assert_int_equal(map_anon(4 * i, 1), P(4 * i));
		assert_int_equal(map_anon(4 * i + 1, 1), P(4 * i + 1));
		assert_int_equal(store(P(4 * i + 1), i), 0);
		assert_int_equal(sys_mprotect(P(4 * i + 1), PAGE_SIZE, PROT_WRITE), 0);
		assert_int_equal(device_pin(P(4 * i), 2 * PAGE_SIZE, flags[i]), results[i]);
	}
	machine_check(mach);
	assert_no_violation();
}

static void test_flags(void **state G_GNUC_UNUSED)
{
	assert_int_equal(map_anon(0, 1), P(0));
	assert_int_equal(device_pin(P(0), PAGE_SIZE, FOLL_PIN | FOLL_GET), -EINVAL);
	assert_int_equal(device_pin(P(0), PAGE_SIZE, FOLL_GET | FOLL_LONGTERM), -EINVAL);
	assert_int_equal(device_pin(P(0), PAGE_SIZE, 0x40000000), -EINVAL);
	assert_int_equal(device_pin(P(0), PAGE_SIZE, FOLL_REMOTE | FOLL_GET), -EINVAL);
	assert_int_equal(device_pin(P(0), PAGE_SIZE, FOLL_REMOTE | FOLL_LONGTERM), -EINVAL);
	assert_int_equal(device_pin_fast(P(0), PAGE_SIZE, FOLL_REMOTE), -EINVAL);
	assert_int_equal(device_pin(P(0), (1UL << 30) + 1, FOLL_PIN), -EFAULT);
	assert_int_equal(device_pin(TASK_SIZE - PAGE_SIZE, 2 * PAGE_SIZE, FOLL_PIN), -EFAULT);
	assert_int_equal(device_pin(P(0), 1, FOLL_PIN), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_seqcount, start, end),
		cmocka_unit_test_setup_teardown(test_seqcount_is_even_after_fork, start, end),
		cmocka_unit_test_setup_teardown(test_no_memory, start, end),
		cmocka_unit_test_setup_teardown(test_asking_again, start, end),
		cmocka_unit_test_setup_teardown(test_flags, start, end),
	};

	return cmocka_run_group_tests_name("gup", tests, NULL, NULL);
}
