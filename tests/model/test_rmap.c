/*
 * test_rmap.c - from a folio to its mappings: counts, and the walk and its order.
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

static struct page *page_of(unsigned long page)
{
	return pfn_to_page(pte_pfn(pgtable_entry(current->mm, P(page), LEVEL_PTE)));
}

struct walked {
	unsigned int nr, stop_after;
	struct rmap_hit hit[8];
};

static bool walk_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		     void *data)
{
	struct walked *walked = data;

	(void)folio;
	walked->hit[walked->nr++] = (struct rmap_hit){ vma, addr };
	return walked->nr != walked->stop_after;
}

static void assert_mapped_at(const struct page *page, unsigned int nr, const unsigned long *pages)
{
	g_autoptr(GArray) hits = rmap_find_mappings(page);

	assert_int_equal(hits->len, nr);
	for (unsigned int i = 0; i < nr; i++)
		assert_int_equal(g_array_index(hits, struct rmap_hit, i).addr, P(pages[i]));
}

static void test_own_page(void **state G_GNUC_UNUSED)
{
	struct walked walked = {};

	map_anon(0, 4);
	assert_int_equal(store(P(2), 1), 0);
	rmap_walk(page_of(2)->folio, walk_one, &walked);
	assert_int_equal(walked.nr, 1);
	assert_ptr_equal(walked.hit[0].vma, area(0));
	assert_int_equal(walked.hit[0].addr, P(2));
	assert_mapped_at(page_of(2), 1, (unsigned long[]){ 2 });
}

/* Parts of a split area are all candidates of their own pages only. */
static void test_split(void **state G_GNUC_UNUSED)
{
	struct walked walked = {};

	map_anon(0, 6);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(store(P(i), 1), 0);
	assert_int_equal(sys_mprotect(P(2), 2 * PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(areas(), 3);
	rmap_walk(page_of(3)->folio, walk_one, &walked);
	assert_int_equal(walked.nr, 1);
	assert_ptr_equal(walked.hit[0].vma, area(2));
	assert_mapped_at(page_of(5), 1, (unsigned long[]){ 5 });
}

/* The parent's pages reach all descendants, in order of birth; a child's own, itself. */
static void test_fork(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *first, *second;
	struct walked walked = {}, one = { .stop_after = 1 };
	struct page *shared;

	map_anon(0, 2);
	assert_int_equal(store(P(0), 1), 0);
	first = fork_ok();
	second = fork_ok();
	shared = page_of(0);
	rmap_walk(shared->folio, walk_one, &walked);
	assert_int_equal(walked.nr, 3);
	assert_ptr_equal(walked.hit[0].vma->vm_mm, parent->mm);
	assert_ptr_equal(walked.hit[1].vma->vm_mm, first->mm);
	assert_ptr_equal(walked.hit[2].vma->vm_mm, second->mm);
	rmap_walk(shared->folio, walk_one, &one);
	assert_int_equal(one.nr, 1);
	assert_mapped_at(shared, 3, (unsigned long[]){ 0, 0, 0 });

	run_as(first);
	assert_int_equal(store(P(0), 2), 0);
	assert_mapped_at(shared, 2, (unsigned long[]){ 0, 0 });
	walked.nr = 0;
	rmap_walk(page_of(0)->folio, walk_one, &walked);
	assert_int_equal(walked.nr, 1);
	assert_ptr_equal(walked.hit[0].vma, area(0));
	/* Still a candidate of the walk: that does not look at page tables. */
	walked.nr = 0;
	rmap_walk(shared->folio, walk_one, &walked);
	assert_int_equal(walked.nr, 3);
	run_as(parent);
}

static void test_locked_folio(void **state G_GNUC_UNUSED)
{
	struct walked walked = {};
	struct folio *folio;

	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	folio = page_of(0)->folio;
	folio_lock(folio);
	rmap_walk(folio, walk_one, &walked);
	folio_unlock(folio);
	assert_int_equal(walked.nr, 1);
}

static void test_unmapped(void **state G_GNUC_UNUSED)
{
	struct walked walked = {};
	struct folio *folio;

	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	folio = page_of(0)->folio;
	folio_get(folio);
	assert_int_equal(sys_munmap(P(0), PAGE_SIZE), 0);
	/* It says anonymous for ever; the anon_vma is gone. */
	assert_true(folio_test_anon(folio));
	assert_null(folio_get_anon_vma(folio));
	assert_null(folio_lock_anon_vma_read(folio));
	rmap_walk(folio, walk_one, &walked);
	assert_int_equal(walked.nr, 0);
	folio_put(folio);
}

static void test_anon_vma_reference(void **state G_GNUC_UNUSED)
{
	struct anon_vma *anon_vma;

	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	anon_vma = folio_get_anon_vma(page_of(0)->folio);
	assert_ptr_equal(anon_vma, area(0)->anon_vma);
	assert_int_equal(anon_vma->refcount, 2);
	assert_int_equal(sys_munmap(P(0), PAGE_SIZE), 0);
	assert_int_equal(object_count(mach, KIND_ANON_VMA), 1);
	put_anon_vma(anon_vma);
	assert_int_equal(object_count(mach, KIND_ANON_VMA), 0);
}

static void test_file(void **state G_GNUC_UNUSED)
{
	int fd = (int)sys_memfd_create("m", 0);
	struct walked walked = {};

	assert_int_equal(sys_ftruncate(fd, 8 * PAGE_SIZE), 0);
	assert_int_equal(sys_mmap(P(0), 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, fd, 0), P(0));
	assert_int_equal(sys_mmap(P(20), 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, fd,
				  2 * PAGE_SIZE), P(20));
	assert_int_equal(store(P(3), 1), 0);
	assert_int_equal(load(P(21)), 1);
	rmap_walk(page_of(3)->folio, walk_one, &walked);
	assert_int_equal(walked.nr, 2);
	assert_int_equal(walked.hit[0].addr, P(3));
	assert_int_equal(walked.hit[1].addr, P(21));
	assert_mapped_at(page_of(3), 2, (unsigned long[]){ 3, 21 });
	/* Mapped in one of the two only. */
	assert_int_equal(store(P(2), 1), 0);
	assert_mapped_at(page_of(2), 1, (unsigned long[]){ 2 });
}

static const struct address_case {
	const char *name;
	pgoff_t pgoff;
	unsigned long nr;
	bool found;
	unsigned long page;
} address_cases[] = {
	{ "address: first page", 100, 1, true, 0 },
	{ "address: last page", 109, 1, true, 9 },
	{ "address: above", 110, 1, false, 0 },
	{ "address: below", 99, 1, false, 0 },
	{ "address: head below, tail inside", 96, 8, true, 0 },
	{ "address: ends just below", 96, 4, false, 0 },
	{ "address: head inside, tail above", 108, 4, true, 8 },
};

static void test_address(void **state)
{
	const struct address_case *t = *state;
	struct vm_area_struct vma = { .vm_start = P(0), .vm_end = P(10), .vm_pgoff = 100 };
	unsigned long addr = 0;

	assert_int_equal(vma_address(&vma, t->pgoff, t->nr, &addr), t->found);
	if (t->found)
		assert_int_equal(addr, P(t->page));
}

/* ---- counts ---- */

/* A page added for an area whose exclusiveness nobody knows belongs to the root. */
static void test_not_exclusive(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	struct folio *folio = folio_alloc(0, "test");

	map_anon(0, 2);
	assert_int_equal(store(P(0), 1), 0);
	child = fork_ok();
	run_as(child);
	folio_add_new_anon_rmap(folio, area(0), P(1), false);
	assert_ptr_equal(folio_anon_vma(folio), area(0)->anon_vma->root);
	assert_ptr_not_equal(folio_anon_vma(folio), area(0)->anon_vma);
	assert_int_equal(folio->index, linear_page_index(area(0), P(1)));
	assert_false(PageAnonExclusive(folio_page(folio, 0)));
	folio_remove_rmap_pte(folio, folio_page(folio, 0), area(0));
	folio_put(folio);
	run_as(parent);
}

static void test_large_counts(void **state G_GNUC_UNUSED)
{
	struct folio *folio = folio_alloc(2, "test");
	struct page *page = folio_page(folio, 0);

	map_anon(0, 4);
	assert_int_equal(store(P(0), 1), 0);
	folio_add_new_anon_rmap(folio, area(0), P(0), true);
	assert_int_equal(folio_mapcount(folio), 4);
	assert_int_equal(folio->large->nr_pages_mapped, 4);
	assert_int_equal(page_mapcount(&page[3]), 1);
	assert_int_equal(folio_try_dup_anon_rmap_pte(folio, &page[3], area(0), area(0)), 0);
	assert_int_equal(folio_mapcount(folio), 5);
	assert_int_equal(folio->large->nr_pages_mapped, 4);
	assert_true(PageAnonExclusive(&page[2]));
	assert_false(PageAnonExclusive(&page[3]));
	folio_remove_rmap_pte(folio, &page[3], area(0));
	for (unsigned int i = 0; i < 4; i++)
		folio_remove_rmap_pte(folio, &page[i], area(0));
	assert_int_equal(folio_mapcount(folio), 0);
	assert_int_equal(folio->large->nr_pages_mapped, 0);
	folio_put(folio);
}

static void test_add_mapping(void **state G_GNUC_UNUSED)
{
	struct folio *folio = folio_alloc(0, "test");
	struct page *page = folio_page(folio, 0);

	map_anon(0, 2);
	assert_int_equal(store(P(0), 1), 0);
	folio_add_anon_rmap_pte(folio, page, area(0), P(1), false);
	assert_ptr_equal(folio_anon_vma(folio), area(0)->anon_vma);
	assert_int_equal(folio->index, P(1) >> PAGE_SHIFT);
	assert_false(PageAnonExclusive(page));
	folio_add_anon_rmap_pte(folio, page, area(0), P(1), false);
	assert_int_equal(folio_mapcount(folio), 2);
	assert_true(folio_maybe_mapped_shared(folio));
	/* Exclusive with two mappings: that cannot be. */
	folio_add_anon_rmap_pte(folio, page, area(0), P(1), true);
	assert_int_equal(mach->violations->len, 1);
	g_array_set_size(mach->violations, 0);
	for (unsigned int i = 0; i < 3; i++)
		folio_remove_rmap_pte(folio, page, area(0));
	folio_put(folio);
}

static void test_no_anon_vma(void **state G_GNUC_UNUSED)
{
	struct folio *folio = folio_alloc(0, "test");

	map_anon(0, 1);
	folio_add_new_anon_rmap(folio, area(0), P(0), true);
	assert_int_equal(mach->violations->len, 1);
	g_array_set_size(mach->violations, 0);
	folio_remove_rmap_pte(folio, folio_page(folio, 0), area(0));
	folio_put(folio);
}

static void test_still_mapped_when_freed(void **state G_GNUC_UNUSED)
{
	struct folio *folio = folio_alloc(0, "test");

	folio_page(folio, 0)->mapcount = 1;
	folio_put(folio);
	assert_int_equal(mach->violations->len, 1);
	assert_string_equal(g_array_index(mach->violations, struct violation, 0).rule, "bad-page");
	g_array_set_size(mach->violations, 0);
}

/* ---- what others read ---- */

static void assert_field(enum object_kind kind, const void *object, const char *name,
			 const char *want)
{
	const struct field *field = object_field(kind, name);
	g_autoptr(GString) text = g_string_new(NULL);

	assert_non_null(field);
	field_print(field, object, text);
	assert_string_equal(text->str, want);
}

static void test_fields(void **state G_GNUC_UNUSED)
{
	struct task_struct *child;
	struct anon_vma *root, *own;
	const struct folio *folio;

	map_anon(0, 2);
	assert_int_equal(store(P(1), 5), 0);
	child = fork_ok();
	folio = page_of(1)->folio;
	root = area(0)->anon_vma;
	own = vma_lookup(child->mm, P(0))->anon_vma;
	assert_field(KIND_FOLIO, folio, "mapcount", "2");
	assert_field(KIND_FOLIO, folio, "refcount", "3");
	assert_field(KIND_FOLIO, folio, "content", "5");
	assert_field(KIND_FOLIO, folio, "anon_vma", "anon_vma#1");
	assert_field(KIND_FOLIO, folio, "index", "0x10001");
	assert_field(KIND_ANON_VMA, root, "num_children", "2");
	assert_field(KIND_ANON_VMA, root, "refcount", "2");
	assert_field(KIND_ANON_VMA, own, "num_active_vmas", "1");
	assert_field(KIND_ANON_VMA, own, "root", "anon_vma#1");
	assert_field(KIND_ANON_VMA, own, "parent", "anon_vma#1");
	assert_field(KIND_AVC, list_first_entry(&area(0)->anon_vma_chain, struct anon_vma_chain,
						same_vma), "last", "0x10001");
	assert_field(KIND_PGTABLE, pgtable_lookup(child->mm, P(0), LEVEL_PTE), "nr", "1");
	assert_field(KIND_PGTABLE, pgtable_lookup(child->mm, P(0), LEVEL_PMD), "level", "1");
	assert_field(KIND_PGTABLE, child->mm->pgd, "parent", "none");
}

static void test_underflow(void **state G_GNUC_UNUSED)
{
	struct folio *folio = folio_alloc(0, "test");

	map_anon(0, 1);
	folio_remove_rmap_pte(folio, folio_page(folio, 0), area(0));
	assert_int_equal(mach->violations->len, 1);
	g_array_set_size(mach->violations, 0);
	folio_put(folio);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_own_page), T(test_split), T(test_fork), T(test_locked_folio),
		T(test_unmapped), T(test_anon_vma_reference), T(test_file), T(test_not_exclusive),
		T(test_large_counts), T(test_add_mapping), T(test_no_anon_vma),
		T(test_still_mapped_when_freed), T(test_fields), T(test_underflow),
	};
	struct CMUnitTest rows[G_N_ELEMENTS(address_cases)];

	for (size_t i = 0; i < G_N_ELEMENTS(address_cases); i++)
		rows[i] = (struct CMUnitTest){ .name = address_cases[i].name,
			.test_func = test_address, .initial_state = (void *)&address_cases[i] };
	return cmocka_run_group_tests(rows, NULL, NULL) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
