/*
 * test_migrate_huge.c - a leaf of 2 MiB while its folio migrates: what each operation makes of its entry.
 *
 * The folio is locked and its words replaced by hand, so that the machine stands still in the middle of a
 * migration; at the end of each test the words come back, to the old folio, and everything is checked.
 */
#include "model/check/check.h"
#include "model/huge.h"
#include "model/migrate.h"
#include "model/syscalls.h"
#include "model/vma.h"
#include "tests/test.h"

#define H	0x60000000UL
#define T	0x70000000UL

static struct task_struct *process;
static struct folio *folio;
static struct anon_vma *anon_vma;	/* held, so that the walk back finds it */

static void must(long result)
{
	assert_in_range((uint64_t)result, 0, 1UL << 47);
}

static struct pgtable *pmds_of(const struct mm_struct *mm, unsigned long addr)
{
	return pgtable_lookup(mm, addr, LEVEL_PMD);
}

static pte_t leaf_at(const struct mm_struct *mm, unsigned long addr)
{
	return pmds_of(mm, addr)->entry[pgtable_index(addr, LEVEL_PMD)];
}

static pte_t word_at(unsigned long addr)
{
	return pgtable_entry(process->mm, addr, LEVEL_PTE);
}

static void expect_sound(struct machine *machine)
{
	machine_check(machine);
	for (guint i = 0; i < machine->violations->len; i++) {
		const struct violation *v =
			&g_array_index(machine->violations, struct violation, i);

		print_error("%s at %s: expected %s, saw %s\n", v->rule, v->place, v->expected,
			    v->saw);
	}
	assert_int_equal(machine->violations->len, 0);
}

static int build(void **state)
{
	struct machine_config config;
	struct machine *machine;
	uint64_t value = 7;

	machine_config_init(&config);
	machine = machine_create(&config);
	machine_enter(machine);
	process = task_create_first("P");
	mach->current_task = process;
	must(sys_mmap(H, PMD_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	must(sys_madvise(H, PMD_SIZE, MADV_HUGEPAGE));
	assert_int_equal(access_user(H, USER_STORE, &value), 0);
	folio = pfn_to_page(pte_pfn(leaf_at(process->mm, H)))->folio;
	*state = machine;
	return 0;
}

/* The middle of a migration by somebody else, and its end. */
static void begin(void)
{
	mach->current_task = &mach->boot_task;
	folio_get(folio);
	folio_lock(folio);
	anon_vma = folio_get_anon_vma(folio);
	try_to_migrate(folio);
	mach->current_task = process;
}

static void end(struct machine *machine)
{
	mach->current_task = &mach->boot_task;
	remove_migration_ptes(folio, folio);
	put_anon_vma(anon_vma);
	folio_unlock(folio);
	folio_put(folio);
	mach->current_task = process;
	expect_sound(machine);
}

static int drop(void **state)
{
	machine_destroy(*state);
	return 0;
}

static void test_three_kinds(void **state)
{
	struct page *head = folio_page(folio, 0);

	begin();
	assert_int_equal(swp_type(leaf_at(process->mm, H)), SWP_MIGRATION_WRITE);
	assert_false(PageAnonExclusive(head));
	assert_int_equal(process->mm->rss_anon, HPAGE_PMD_NR);
	end(*state);
	assert_true(pte_write(leaf_at(process->mm, H)) && pte_dirty(leaf_at(process->mm, H)));
	assert_true(PageAnonExclusive(head));
	must(sys_mprotect(H, PMD_SIZE, PROT_READ));
	begin();
	assert_int_equal(swp_type(leaf_at(process->mm, H)), SWP_MIGRATION_READ_EXCLUSIVE);
	end(*state);
	assert_true(!pte_write(leaf_at(process->mm, H)) && PageAnonExclusive(head));
	ClearPageAnonExclusive(head);
	begin();
	assert_int_equal(swp_type(leaf_at(process->mm, H)), SWP_MIGRATION_READ);
	end(*state);
	assert_false(PageAnonExclusive(head));
}

static void test_pinned_stays(void **state)
{
	folio->large->pincount++;
	begin();
	assert_true(pte_leaf(leaf_at(process->mm, H)) && pte_write(leaf_at(process->mm, H)));
	assert_true(PageAnonExclusive(folio_page(folio, 0)));
	folio->large->pincount--;
	end(*state);
}

static void test_mprotect(void **state)
{
	begin();
	must(sys_mprotect(H, PMD_SIZE, PROT_READ));
	assert_int_equal(swp_type(leaf_at(process->mm, H)), SWP_MIGRATION_READ_EXCLUSIVE);
	must(sys_mprotect(H, PMD_SIZE, PROT_READ | PROT_WRITE));
	assert_int_equal(swp_type(leaf_at(process->mm, H)), SWP_MIGRATION_READ_EXCLUSIVE);
	end(*state);
	assert_false(pte_write(leaf_at(process->mm, H)));
	assert_true(PageAnonExclusive(folio_page(folio, 0)));
}

static void test_mremap(void **state)
{
	begin();
	must(sys_mremap(H, PMD_SIZE, PMD_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, T));
	assert_true(is_migration_pte(leaf_at(process->mm, T)));
	end(*state);
	assert_true(pte_leaf(leaf_at(process->mm, T)) && pte_write(leaf_at(process->mm, T)));
}

static void test_fork(void **state)
{
	struct task_struct *child;

	begin();
	must(sys_clone(0, &child));
	assert_int_equal(swp_type(leaf_at(process->mm, H)), SWP_MIGRATION_READ);
	assert_int_equal(swp_type(leaf_at(child->mm, H)), SWP_MIGRATION_READ);
	assert_int_equal(child->mm->rss_anon, HPAGE_PMD_NR);
	end(*state);
	assert_int_equal(folio_mapcount(folio), 2);
	assert_false(PageAnonExclusive(folio_page(folio, 0)));
	assert_true(pte_leaf(leaf_at(child->mm, H)) && !pte_write(leaf_at(child->mm, H)));
}

/* Cut in the middle: 512 small entries, of which the rest come back. */
static void test_munmap_of_a_half(void **state)
{
	begin();
	must(sys_munmap(H + PMD_SIZE / 2, PMD_SIZE / 2));
	assert_int_equal(swp_type(word_at(H)), SWP_MIGRATION_WRITE);
	assert_int_equal(migration_pfn(word_at(H + 9 * PAGE_SIZE)), folio->pfn + 9);
	assert_int_equal(process->mm->rss_anon, HPAGE_PMD_NR / 2);
	end(*state);
	assert_int_equal(folio_mapcount(folio), HPAGE_PMD_NR / 2);
	assert_true(pte_present(word_at(H + 9 * PAGE_SIZE)) && pte_write(word_at(H)));
	assert_true(PageAnonExclusive(folio_page(folio, 9)));
}

/* All of it goes: the folio dies with the last reference. */
static void test_munmap(void **state)
{
	begin();
	must(sys_munmap(H, PMD_SIZE));
	assert_int_equal(process->mm->rss_anon, 0);
	end(*state);
}

/* Advice, mincore() and mlock() pass it by. */
static void test_passed_by(void **state)
{
	unsigned char vec[HPAGE_PMD_NR];

	begin();
	must(sys_mincore(H, PMD_SIZE, vec));
	assert_int_equal(vec[300], 1);
	must(sys_madvise(H, PMD_SIZE, MADV_FREE));
	must(sys_madvise(H, PMD_SIZE, MADV_COLD));
	must(sys_madvise(H, PMD_SIZE, MADV_PAGEOUT));
	must(sys_mlock2(H, PMD_SIZE, MLOCK_ONFAULT));
	assert_true(is_migration_pte(leaf_at(process->mm, H)));
	end(*state);
	assert_true(pte_leaf(leaf_at(process->mm, H)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_three_kinds, build, drop),
		cmocka_unit_test_setup_teardown(test_pinned_stays, build, drop),
		cmocka_unit_test_setup_teardown(test_mprotect, build, drop),
		cmocka_unit_test_setup_teardown(test_mremap, build, drop),
		cmocka_unit_test_setup_teardown(test_fork, build, drop),
		cmocka_unit_test_setup_teardown(test_munmap_of_a_half, build, drop),
		cmocka_unit_test_setup_teardown(test_munmap, build, drop),
		cmocka_unit_test_setup_teardown(test_passed_by, build, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
