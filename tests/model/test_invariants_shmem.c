/*
 * test_invariants_shmem.c - corrupted machines with shared memory in swap: what the invariants say.
 *
 * The machine: process P with 8 pages of shared memory at S, six of them stored to and swapped out,
 * still in the swap cache; the first is back.
 */
#include "model/check/check.h"
#include "model/shmem_swap.h"
#include "model/swap.h"
#include "model/syscalls.h"
#include "model/vma.h"
#include "tests/test.h"

#define S	0x60000000UL
#define S_LEN	(8 * PAGE_SIZE)

static struct task_struct *process;

static void must(long result)
{
	assert_in_range((uint64_t)result, 0, 1UL << 47);
}

static void touch(unsigned long addr, unsigned int kind)
{
	uint64_t value = mach->next_content++;

	assert_int_equal(access_user(addr, kind, &value), 0);
}

static int build(void **state)
{
	struct machine_config config;
	struct machine *machine;

	machine_config_init(&config);
	config.swap = 16UL << 20;
	config.swap_device = SWAP_DISK;
	machine = machine_create(&config);
	machine_enter(machine);
	process = task_create_first("P");
	mach->current_task = process;
	must(sys_mmap(S, S_LEN, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
		      0));
	for (unsigned long at = S; at < S + 6 * PAGE_SIZE; at += PAGE_SIZE)
		touch(at, USER_STORE);
	must(sys_madvise(S, S_LEN, MADV_PAGEOUT));
	swap_writeback_run();
	touch(S, USER_LOAD);
	machine_check(machine);
	assert_int_equal(machine->violations->len, 0);
	assert_int_equal(vma_lookup(process->mm, S)->vm_file->inode->swapped, 5);
	*state = machine;
	return 0;
}

static int drop(void **state)
{
	machine_destroy(*state);
	return 0;
}

static struct inode *inode(void) { return vma_lookup(process->mm, S)->vm_file->inode; }
static struct swap_slot *slot_of(pgoff_t index)
{
	return swap_slot(shmem_swap_slot(&inode()->i_data, index));
}

static void store_entry(pgoff_t first, pgoff_t last, pte_t entry)
{
	assert_int_equal(mt_store_range(&inode()->i_data.i_swapped, first, last,
					(void *)(uintptr_t)entry), 0);
}

static void slot_free_for_others(void)	{ slot_of(2)->map = SWAP_HAS_CACHE; }
static void slot_counts_words(void)	{ slot_of(2)->map = SWAP_HAS_CACHE | 1; }
static void slot_of_two_pages(void)	{ store_entry(3, 3, shmem_swap_slot(&inode()->i_data, 2)); }
static void entry_lost(void)		{ mt_erase_range(&inode()->i_data.i_swapped, 2, 2); }
static void pages_miscounted(void)	{ inode()->swapped++; }
static void in_both(void)
{
	store_entry(0, 0, shmem_swap_slot(&inode()->i_data, 2));
}
static void entry_not_aligned(void)
{
	store_entry(3, 4, shmem_swap_slot(&inode()->i_data, 3));
}
static void cached_for_another(void)	{ slot_of(2)->folio->swap += 1UL << SWP_OFFSET_SHIFT; }
static void written_otherwise(void)	{ slot_of(2)->content++; }

static const struct {
	const char *name, *rule;
	void (*corrupt)(void);
} corruptions[] = {
	{ "a slot that others may have", "swap-counts", slot_free_for_others },
	{ "a slot that counts a word instead", "swap-counts", slot_counts_words },
	{ "one slot for two pages of a file", "swap-counts", slot_of_two_pages },
	{ "a slot without its file", "swap-counts", entry_lost },
	{ "pages in swap miscounted", "shmem-swap", pages_miscounted },
	{ "a page in memory and in swap", "shmem-swap", in_both },
	{ "an entry that is not aligned", "shmem-swap", entry_not_aligned },
	{ "a folio with another slot", "swap-cache", cached_for_another },
	{ "a slot holds something else", "swap-content", written_otherwise },
};

static void test_corruption(void **state)
{
	struct machine *machine = *state;

	for (size_t row = 0; row < ARRAY_SIZE(corruptions); row++) {
		bool named = false;

		corruptions[row].corrupt();
		machine_check(machine);
		for (guint i = 0; i < machine->violations->len; i++)
			named |= !g_strcmp0(g_array_index(machine->violations, struct violation,
							  i).rule, corruptions[row].rule);
		if (!named)
			fail_msg("%s is not noticed by %s", corruptions[row].name,
				 corruptions[row].rule);
		drop(state);
		build(state);
		machine = *state;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_corruption, build, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
