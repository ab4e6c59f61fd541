/*
 * test_tlb.c - what a processor keeps of the page tables, and who takes it away.
 */
#include "model/pgtable.h"
#include "process.h"

static int build(void **state)
{
	static struct process process;

	process_start(&process, NULL);
	mach->tlb_on = true;
	assert_int_equal(map_anon(0, 8), BASE);
	*state = &process;
	return 0;
}

static int drop(void **state)
{
	process_end(*state);
	return 0;
}

static void on_cpu(unsigned int cpu)
{
	mach->cpu = cpu;
}

static bool holds(unsigned long page)
{
	return tlb_lookup(current->mm, P(page)) != NULL;
}

/* The word of page @page becomes @pte behind everybody's back. */
static pte_t write_word(unsigned long page, pte_t pte)
{
	struct pgtable *table = pgtable_lookup(current->mm, P(page), LEVEL_PTE);
	pte_t before = table->entry[pgtable_index(P(page), LEVEL_PTE)];

	table->entry[pgtable_index(P(page), LEVEL_PTE)] = pte;
	return before;
}

static void test_an_access_is_kept_by_its_processor(void **state)
{
	(void)state;
	store(P(0), 7);
	assert_true(holds(0));
	on_cpu(1);
	assert_false(holds(0));
	assert_int_equal(load(P(0)), 7);
	assert_true(holds(0));
	assert_false(holds(1));
}

static void test_a_load_does_not_look_again(void **state)
{
	pte_t word;

	(void)state;
	store(P(0), 7);
	word = write_word(0, 0);
	assert_int_equal(load(P(0)), 7);
	assert_int_equal(store(P(0), 8), 0);
	write_word(0, word);
	on_cpu(1);
	assert_int_equal(load(P(0)), 8);
}

static void test_a_store_needs_the_dirty_bit(void **state)
{
	pte_t word;

	(void)state;
	store(P(0), 7);
	flush_tlb_range(current->mm, P(0), P(1));
	word = write_word(0, 0);
	write_word(0, word & ~_PAGE_DIRTY);
	load(P(0));				/* writable, and clean */
	write_word(0, word & ~(_PAGE_DIRTY | _PAGE_RW));
	assert_int_equal(store(P(0), 8), 0);	/* by a fault */
	assert_true(pte_write(write_word(0, word)));
}

static void test_a_flush_is_for_all_processors(void **state)
{
	(void)state;
	store(P(0), 7);
	store(P(1), 7);
	on_cpu(1);
	load(P(0));
	flush_tlb_range(current->mm, P(0), P(1));
	assert_false(holds(0));
	on_cpu(0);
	assert_false(holds(0));
	assert_true(holds(1));
}

static void test_room_is_made(void **state)
{
	(void)state;
	assert_int_equal(map_anon(16, 2 * TLB_ENTRIES), P(16));
	for (unsigned int n = 0; n < 2 * TLB_ENTRIES; n++)
		store(P(16 + n), n);
	assert_int_equal(mach->nr_tlb_entries, TLB_ENTRIES);
	assert_true(holds(16 + 2 * TLB_ENTRIES - 1));
	assert_false(holds(16));
}

static void test_calls_flush(void **state)
{
	struct task_struct *child;

	(void)state;
	store(P(0), 7);
	sys_mprotect(P(0), PAGE_SIZE, PROT_READ);
	assert_false(holds(0));
	assert_int_equal(store(P(0), 8), -SIGSEGV);
	sys_mprotect(P(0), PAGE_SIZE, RW);
	store(P(0), 8);
	child = fork_ok();
	assert_false(holds(0));
	store(P(0), 9);
	sys_madvise(P(0), PAGE_SIZE, MADV_DONTNEED);
	assert_false(holds(0));
	run_as(child);
	assert_int_equal(load(P(0)), 8);
}

/* What a call has taken out goes with its flush, and not before. */
static void test_gathered_pages_wait(void **state)
{
	static const struct zap_details all = { .even_cows = true };
	uint64_t before;

	(void)state;
	store(P(0), 7);
	lru_add_drain();
	before = buddy_free_pages(mach);
	mmap_read_lock(current->mm);
	tlb_gather_mmu(current->mm);
	zap_page_range(area(0), P(0), P(1), &all);
	assert_true(holds(0));
	assert_true(mm_tlb_flush_pending(current->mm));
	assert_int_equal(buddy_free_pages(mach), before);
	tlb_finish_mmu(current->mm);
	mmap_read_unlock(current->mm);
	assert_false(holds(0));
	assert_false(mm_tlb_flush_pending(current->mm));
	assert_int_equal(buddy_free_pages(mach), before + 1);
}

/* More than there is room for in a task, and in a batch. */
static void test_many_are_gathered(void **state)
{
	(void)state;
	assert_int_equal(map_anon(16, 700), P(16));
	for (unsigned int n = 0; n < 700; n++)
		store(P(16 + n), n);
	assert_int_equal(sys_munmap(P(16), 700 * PAGE_SIZE), 0);
	assert_int_equal(object_count(mach, KIND_GATHER), 0);
	assert_int_equal(current->mm->rss_anon, 0);
}

static void test_who_needs_a_flush(void **state)
{
	const pte_t user = _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED;

	(void)state;
	assert_false(pte_needs_flush(user, user | _PAGE_RW));
	assert_false(pte_needs_flush(user, user | _PAGE_UFFD_WP));
	assert_false(pte_needs_flush(0, user));
	assert_true(pte_needs_flush(user | _PAGE_RW, user));
	assert_true(pte_needs_flush(user, user | _PAGE_NX));
	assert_true(pte_needs_flush(user | _PAGE_DIRTY, user));
	assert_true(pte_needs_flush(user, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, build, drop)
		T(test_an_access_is_kept_by_its_processor),
		T(test_a_load_does_not_look_again),
		T(test_a_store_needs_the_dirty_bit),
		T(test_a_flush_is_for_all_processors),
		T(test_room_is_made),
		T(test_calls_flush),
		T(test_gathered_pages_wait),
		T(test_many_are_gathered),
		T(test_who_needs_a_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
