/*
 * test_invariants_large.c - corrupted machines with large folios in swap: what the invariants say.
 *
 * The machine: process P with 2 MiB at H, swapped out as one piece and still in the cache; at M
 * two folios of 64 KiB, swapped out likewise, the first of them read back; 2 MiB at L in memory.
 */
#include "model/check/check.h"
#include "model/huge.h"
#include "model/migrate.h"
#include "model/swap.h"
#include "model/syscalls.h"
#include "tests/test.h"

#define H	0x60000000UL
#define M	0x70000000UL
#define L	0x50000000UL
#define M_LEN	(32 * PAGE_SIZE)

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

static void swap_out(unsigned long addr, unsigned long len)
{
	must(sys_mmap(addr, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		      -1, 0));
	must(sys_madvise(addr, len, MADV_HUGEPAGE));
	for (unsigned long at = addr; at < addr + len; at += 16 * PAGE_SIZE)
		touch(at, USER_STORE);
	must(sys_madvise(addr, len, MADV_PAGEOUT));
	swap_writeback_run();
}

static int build(void **state)
{
	struct machine_config config;
	struct machine *machine;

	machine_config_init(&config);
	config.swap = 16UL << 20;
	config.swap_device = SWAP_DISK;
	config.thp_order[4] = THP_ALWAYS;
	machine = machine_create(&config);
	machine_enter(machine);
	process = task_create_first("P");
	mach->current_task = process;
	swap_out(H, PMD_SIZE);
	swap_out(M, M_LEN);
	touch(M, USER_LOAD);
	must(sys_mmap(L, PMD_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		      -1, 0));
	must(sys_madvise(L, PMD_SIZE, MADV_HUGEPAGE));
	touch(L, USER_STORE);
	machine_check(machine);
	assert_int_equal(machine->violations->len, 0);
	*state = machine;
	return 0;
}

static int drop(void **state)
{
	machine_destroy(*state);
	return 0;
}

static pte_t *word(unsigned long addr)
{
	struct pgtable *table = pgtable_lookup(process->mm, addr, LEVEL_PTE);

	assert_non_null(table);
	return &table->entry[pgtable_index(addr, LEVEL_PTE)];
}

static struct swap_slot *slot_at(unsigned long addr) { return swap_slot(*word(addr)); }
static struct folio *cached_at(unsigned long addr)
{
	assert_non_null(slot_at(addr)->folio);
	return slot_at(addr)->folio;
}
static struct folio *folio_at(unsigned long addr)
{
	return pfn_to_page(pte_pfn(*word(addr)))->folio;
}
static struct swap_cluster *cluster_at(unsigned long addr)
{
	return &mach->swap->info[0]->cluster[swp_offset(*word(addr)) / SWAP_CLUSTER_SLOTS];
}

static void lost_count_inside(void)	{ slot_at(H + 300 * PAGE_SIZE)->map--; }
static void cluster_miscounted(void)	{ cluster_at(H)->used--; }
static void cluster_of_small_ones(void)	{ cluster_at(H)->order = 4; }
static void slot_of_another(void)
{
	slot_at(H + 300 * PAGE_SIZE)->folio = slot_at(M + 16 * PAGE_SIZE)->folio;
}
static void folio_not_aligned(void)	{ cached_at(H)->swap += 1UL << SWP_OFFSET_SHIFT; }
static void exclusive_inside(void)
{
	SetPageAnonExclusive(folio_page(cached_at(H), 300));
}
static void other_index(void)		{ cached_at(H)->index++; }
static void words_exchanged(void)
{
	pte_t first = *word(H);

	*word(H) = *word(H + PAGE_SIZE);
	*word(H + PAGE_SIZE) = first;
}
static void content_inside(void)	{ slot_at(H + 16 * PAGE_SIZE)->content++; }
static void one_reference_short(void)	{ cached_at(H)->refcount--; }
static void mapped_and_short(void)	{ folio_at(M)->refcount--; }
/* The leaf at L becomes the entry of a migration that nobody ends. */
static struct folio *leave_entry(void)
{
	pte_t pmd = pgtable_entry(process->mm, L, LEVEL_PMD);
	struct folio *folio = pfn_to_page(pte_pfn(pmd))->folio;

	folio_get(folio);
	folio_lock(folio);
	try_to_migrate(folio);
	return folio;
}
static void leaf_entry_left(void)	{ folio_unlock(leave_entry()); }
static void leaf_entry_lost(void)	{ leave_entry()->index++; }
static void leaf_entry_uncounted(void)
{
	leave_entry();
	process->mm->rss_anon--;
}
static void leaf_entry_without_table(void)
{
	leave_entry();
	pgtable_lookup(process->mm, L, LEVEL_PMD)->deposit = NULL;
}

static const struct {
	const char *name, *rule;
	void (*corrupt)(void);
} corruptions[] = {
	{ "the count of a slot inside", "swap-counts", lost_count_inside },
	{ "the count of a cluster", "swap-counts", cluster_miscounted },
	{ "a cluster for smaller folios", "swap-counts", cluster_of_small_ones },
	{ "a slot of another folio", "swap-cache", slot_of_another },
	{ "slots that are not aligned", "swap-cache", folio_not_aligned },
	{ "an exclusive page inside", "swap-cache", exclusive_inside },
	{ "an index that moved", "swap-index", other_index },
	{ "words that changed places", "swap-index", words_exchanged },
	{ "other content inside", "swap-content", content_inside },
	{ "a reference of the cache", "folio-refs", one_reference_short },
	{ "a reference, half mapped", "folio-refs", mapped_and_short },
	{ "the entry of a leaf, nobody moves it", "migration-entries", leaf_entry_left },
	{ "the entry of a leaf, not found", "migration-entries", leaf_entry_lost },
	{ "the entry of a leaf, not counted", "mm-rss", leaf_entry_uncounted },
	{ "the entry of a leaf without a table", "pgtable-deposit", leaf_entry_without_table },
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
