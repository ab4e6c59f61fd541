/*
 * test_buddy.c - page frames: lowest first, split and joined, described only when used.
 */
#include "process.h"

static void assert_valid(void)
{
	g_autofree char *wrong = buddy_validate(mach);

	if (wrong)
		fail_msg("%s", wrong);
	assert_no_violation();
}

static int setup(void **state)
{
	static struct process process;
	struct machine_config config;

	machine_config_init(&config);
	config.ram = 64UL << 20;
	machine_baseline(&process, &config);
	*state = &process;
	return 0;
}

static int teardown(void **state)
{
	assert_valid();
	process_end(*state);
	return 0;
}

static void test_lowest_first(void **state G_GNUC_UNUSED)
{
	struct page *a, *b, *c;

	/* Frame 0 is none, frame 1 the zero page. */
	assert_int_equal(page_to_pfn(mach->zero_page), 1);
	a = alloc_frames(0, "test");
	b = alloc_frames(0, "test");
	c = alloc_frames(0, "test");
	assert_int_equal(page_to_pfn(a), 2);
	assert_int_equal(page_to_pfn(b), 3);
	assert_int_equal(page_to_pfn(c), 4);
	free_frames(b, 0);
	assert_int_equal(page_to_pfn(alloc_frames(0, "test")), 3);
	free_frames(a, 0);
	free_frames(pfn_to_page(3), 0);
	free_frames(c, 0);
}

static void test_orders(void **state G_GNUC_UNUSED)
{
	struct page *page[11];
	uint64_t before = buddy_free_pages(mach);

	for (unsigned int order = 0; order <= 10; order++) {
		page[order] = alloc_frames(order, "test");
		assert_non_null(page[order]);
		assert_int_equal(page_to_pfn(page[order]) & ((1UL << order) - 1), 0);
		assert_valid();
	}
	assert_int_equal(before - buddy_free_pages(mach), (1 << 11) - 1);
	for (unsigned int order = 0; order <= 10; order++) {
		free_frames(page[order], order);
		assert_valid();
	}
	assert_int_equal(buddy_free_pages(mach), before);
	/* All joined again: the largest block is as low as before. */
	assert_int_equal(page_to_pfn(alloc_frames(9, "test")), 512);
	free_frames(pfn_to_page(512), 9);
}

static void test_all_of_it(void **state G_GNUC_UNUSED)
{
	uint64_t nr = buddy_free_pages(mach);
	struct page *page;

	for (uint64_t i = 0; i < nr; i++)
		assert_non_null(alloc_frames(0, "test"));
	assert_null(alloc_frames(0, "test"));
	assert_int_equal(buddy_free_pages(mach), 0);
	assert_valid();
	/* Every second one: nothing can be joined. */
	for (uint64_t pfn = 2; pfn <= nr + 1; pfn += 2)
		free_frames(pfn_to_page(pfn), 0);
	assert_null(alloc_frames(1, "test"));
	assert_valid();
	for (uint64_t pfn = 3; pfn <= nr + 1; pfn += 2)
		free_frames(pfn_to_page(pfn), 0);
	page = alloc_frames(10, "test");
	assert_int_equal(page_to_pfn(page), 1024);
	free_frames(page, 10);
}

static void test_content_is_zeroed(void **state G_GNUC_UNUSED)
{
	struct page *page = alloc_frames(2, "test");

	page[3].content = 7;
	page[3].mapcount = 5;
	free_frames(page, 2);
	page = alloc_frames(2, "test");
	assert_int_equal(page[3].content, 0);
	assert_int_equal(page[3].mapcount, 0);
	free_frames(page, 2);
}

static void test_lazy(void **state G_GNUC_UNUSED)
{
	assert_non_null(pfn_to_page(1));
	assert_null(pfn_to_page(600));
	assert_null(pfn_to_page(5000));
	assert_null(pfn_to_page(1UL << 40));
}

static void test_told_to_fail(void **state G_GNUC_UNUSED)
{
	machine_fail_nth(mach, 1);
	assert_null(alloc_frames(0, "test"));
	assert_string_equal(mach->failed_site, "test");
	machine_fail_nth(mach, 1);
	assert_null(folio_alloc(0, "test"));
	machine_fail_nth(mach, 2);
	assert_null(folio_alloc(3, "test"));
	machine_fail_nth(mach, 0);
}

static void test_folio(void **state G_GNUC_UNUSED)
{
	struct folio *small = folio_alloc(0, "test"), *large = folio_alloc(4, "test");

	assert_int_equal(small->refcount, 1);
	assert_ptr_equal(folio_page(large, 15)->folio, large);
	assert_int_equal(folio_nr_pages(large), 16);
	folio_get(small);
	folio_put(small);
	folio_put(small);
	folio_put(large);
}

static void test_freed_twice(void **state G_GNUC_UNUSED)
{
	struct page *page = alloc_frames(0, "test");

	free_frames(page, 0);
	free_frames(page, 0);
	assert_int_equal(mach->violations->len, 1);
	g_array_set_size(mach->violations, 0);
}

static void test_64_gib(void **state G_GNUC_UNUSED)
{
	struct machine_config config;
	struct machine *big, *before;

	machine_config_init(&config);
	config.ram = 64UL << 30;
	big = machine_create(&config);
	before = machine_enter(big);
	assert_int_equal(buddy_free_pages(big), (64UL << 18) - 1);
	for (unsigned int i = 0; i < 3000; i++)
		assert_non_null(alloc_frames(0, "test"));
	assert_valid();
	machine_enter(before);
	machine_destroy(big);
}

/* Blocks of random orders come and go. */
static void test_random(void **state G_GNUC_UNUSED)
{
	GRand *rand = g_rand_new_with_seed(1);
	struct page *page[200] = {};
	unsigned int order[200];

	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int n = (unsigned int)g_rand_int_range(rand, 0, 200);

		if (page[n]) {
			free_frames(page[n], order[n]);
			page[n] = NULL;
		} else {
			order[n] = (unsigned int)g_rand_int_range(rand, 0, 9);
			page[n] = alloc_frames(order[n], "test");
		}
		if (i % 500 == 0)
			assert_valid();
	}
	for (unsigned int n = 0; n < 200; n++)
		if (page[n])
			free_frames(page[n], order[n]);
	g_rand_free(rand);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_lowest_first), T(test_orders), T(test_all_of_it), T(test_content_is_zeroed),
		T(test_lazy), T(test_told_to_fail), T(test_folio), T(test_freed_twice),
		T(test_64_gib), T(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
