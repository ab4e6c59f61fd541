/*
 * test_compare.c - what two observations differ in is found, and what is not visible is not.
 */
#include "tests/test.h"

#include "sim/compare.h"

#define BASE	0x7000000UL

static struct seen_vma *add_vma(struct seen_process *process, unsigned int from, unsigned int to)
{
	struct seen_vma *vma = seen_process_add_vma(process);

	vma->start = BASE + from * 4096UL;
	vma->end = BASE + to * 4096UL;
	strcpy(vma->perms, "rw-p");
	vma->flags = g_strdup("rd wr mr");
	vma->name = g_strdup("");
	return vma;
}

static struct seen_page *add_page(struct seen_process *process, unsigned int nr, unsigned int folio)
{
	struct seen_page *page = seen_process_add_pages(process, 1);

	page->addr = BASE + nr * 4096UL;
	page->present = true;
	page->folio = folio;
	page->content_known = true;
	return page;
}

/* P with one area of four pages, two of them present; @folio and the one after it. */
static struct observation *observed(unsigned int folio)
{
	struct observation *seen = observation_create();
	struct seen_process *process = observation_add_process(seen, "P");

	add_vma(process, 0, 4);
	add_page(process, 1, folio);
	add_page(process, 2, folio + 1);
	return seen;
}

static struct seen_process *first(struct observation *seen)
{
	return seen->processes->pdata[0];
}

static struct seen_vma *vma_of(struct observation *seen)
{
	return first(seen)->vmas->pdata[0];
}

static struct seen_page *page_of(struct observation *seen, unsigned int i)
{
	return first(seen)->pages->pdata[i];
}

struct pair {
	struct comparison *cmp;
	struct observation *model, *host;
};

static int begin(void **state)
{
	struct pair *pair = g_new0(struct pair, 1);

	pair->cmp = comparison_create();
	pair->model = observed(3);
	pair->host = observed(700);
	*state = pair;
	return 0;
}

static int end(void **state)
{
	struct pair *pair = *state;

	comparison_destroy(pair->cmp);
	observation_destroy(pair->model);
	observation_destroy(pair->host);
	g_free(pair);
	return 0;
}

/* The one difference there has to be. */
static void one(struct pair *pair, enum compared_field field, const char *place)
{
	const struct difference *difference;

	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 1);
	difference = pair->cmp->differences->pdata[0];
	assert_string_equal(compared_field_name(difference->field), compared_field_name(field));
	assert_string_equal(difference->place, place);
}

static void test_alike(void **state)
{
	struct pair *pair = *state;

	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	assert_int_equal(pair->cmp->compared[FIELD_FOLIO], 2);
	assert_int_equal(pair->cmp->unknown[FIELD_OFFSET], 1);	/* anonymous */
}

static void test_smaps(void **state)
{
	struct pair *pair = *state;

	vma_of(pair->model)->smaps[SMAPS_swap_pss] = 4;
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->compared[FIELD_SMAPS], 0);	/* not visible */
	vma_of(pair->host)->smaps_known = true;
	vma_of(pair->host)->smaps[SMAPS_referenced] = 12;	/* anybody may clear it */
	one(pair, FIELD_SMAPS, "P:0x7000000-0x7004000");
	assert_string_equal(((struct difference *)pair->cmp->differences->pdata[0])->model,
			    "SwapPss 4 kB");
}

static void test_order_of_flags(void **state)
{
	struct pair *pair = *state;
	struct seen_vma *vma = vma_of(pair->host);

	g_free(vma->flags);
	vma->flags = g_strdup("mr wr rd");
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
}

static void test_flags(void **state)
{
	struct pair *pair = *state;
	struct seen_vma *vma = vma_of(pair->host);

	g_free(vma->flags);
	vma->flags = g_strdup("rd wr mr lo");
	one(pair, FIELD_FLAGS, "P:0x7000000-0x7004000");
}

static void test_perms(void **state)
{
	struct pair *pair = *state;

	vma_of(pair->host)->perms[1] = '-';
	one(pair, FIELD_PERMS, "P:0x7000000-0x7004000");
}

/* One area here, two there: told once, and areas behind are compared again. */
static void test_split(void **state)
{
	struct pair *pair = *state;

	vma_of(pair->host)->end -= 8192;
	add_vma(first(pair->host), 2, 4);
	add_vma(first(pair->host), 6, 7);
	add_vma(first(pair->model), 6, 7);
	one(pair, FIELD_VMA, "P:0x7000000");
}

static void test_page(void **state)
{
	struct pair *pair = *state;

	add_page(first(pair->host), 3, 800);
	one(pair, FIELD_PAGE, "P:0x7003000");
}

static void test_bits(void **state)
{
	struct pair *pair = *state;

	page_of(pair->host, 0)->exclusive = true;
	one(pair, FIELD_EXCLUSIVE, "P:0x7001000");
}

static void test_content(void **state)
{
	struct pair *pair = *state;

	page_of(pair->model, 1)->content = 7;
	one(pair, FIELD_CONTENT, "P:0x7002000");
}

static void test_one_page_there_two_here(void **state)
{
	struct pair *pair = *state;

	page_of(pair->host, 1)->folio = 700;
	one(pair, FIELD_FOLIO, "P:0x7002000");
}

static void test_two_pages_there_one_here(void **state)
{
	struct pair *pair = *state;

	page_of(pair->model, 1)->folio = 3;
	one(pair, FIELD_FOLIO, "P:0x7002000");
}

static void test_another_page_than_before(void **state)
{
	struct pair *pair = *state;

	compare_observations(pair->cmp, pair->model, pair->host);
	page_of(pair->host, 0)->folio = 900;
	one(pair, FIELD_FOLIO, "P:0x7001000");
}

static void test_hidden_frames(void **state)
{
	struct pair *pair = *state;

	page_of(pair->host, 0)->folio = page_of(pair->host, 1)->folio = 0;
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	assert_int_equal(pair->cmp->unknown[FIELD_FOLIO], 2);
}

static void test_process(void **state)
{
	struct pair *pair = *state;

	observation_add_process(pair->host, "Q");
	one(pair, FIELD_PROCESS, "Q");
}

static void test_told_once(void **state)
{
	struct pair *pair = *state;

	vma_of(pair->host)->perms[1] = '-';
	compare_observations(pair->cmp, pair->model, pair->host);
	one(pair, FIELD_PERMS, "P:0x7000000-0x7004000");
}

/* ---- where the host is read deep ---- */

static void chain_of(struct observation *seen, unsigned int a, unsigned int b)
{
	struct seen_vma *vma = vma_of(seen);

	vma->behind = true;
	vma->anon_vma = a;
	g_array_append_val(vma->chain, a);
	if (b)
		g_array_append_val(vma->chain, b);
}

static struct seen_anon_vma *add_anon_vma(struct observation *seen, unsigned int id,
					  unsigned int root)
{
	struct seen_anon_vma *anon_vma = g_new0(struct seen_anon_vma, 1);

	anon_vma->id = id;
	anon_vma->root = root;
	anon_vma->parent = root;
	anon_vma->children = 1;
	g_ptr_array_add(seen->anon_vmas, anon_vma);
	return anon_vma;
}

/* The numbers differ, the places do not. */
static void begin_deep(struct pair *pair)
{
	chain_of(pair->model, 2, 1);
	chain_of(pair->host, 71, 90);
	add_anon_vma(pair->model, 1, 1);
	add_anon_vma(pair->model, 2, 1);
	add_anon_vma(pair->host, 71, 90);
	add_anon_vma(pair->host, 90, 90);
}

static void test_deep_alike(void **state)
{
	struct pair *pair = *state;

	begin_deep(pair);
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	assert_int_equal(pair->cmp->compared[FIELD_CHAIN], 1);
	assert_int_equal(pair->cmp->compared[FIELD_ROOT], 2);
}

static void test_deep_offset(void **state)
{
	struct pair *pair = *state;

	begin_deep(pair);
	vma_of(pair->host)->pgoff = 7;
	one(pair, FIELD_OFFSET, "P:0x7000000-0x7004000");
}

static void test_deep_chain(void **state)
{
	struct pair *pair = *state;

	begin_deep(pair);
	g_array_set_size(vma_of(pair->host)->chain, 1);
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(((struct difference *)pair->cmp->differences->pdata[0])->field,
			 FIELD_CHAIN);
}

static void test_deep_counter(void **state)
{
	struct pair *pair = *state;

	begin_deep(pair);
	((struct seen_anon_vma *)pair->host->anon_vmas->pdata[0])->children = 0;
	one(pair, FIELD_CHILDREN, "anon_vma#2");
}

static void test_deep_another_than_before(void **state)
{
	struct pair *pair = *state;

	vma_of(pair->model)->anon_vma = 1;
	vma_of(pair->host)->behind = true;
	vma_of(pair->host)->anon_vma = 5;
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	vma_of(pair->host)->anon_vma = 6;
	one(pair, FIELD_ANON_VMA, "P:0x7000000-0x7004000");
}

/* ---- swap ---- */

static struct seen_page *to_swap(struct seen_page *page, unsigned int slot)
{
	page->present = false;
	page->folio = 0;
	page->swap = page->anon_exclusive = true;
	page->slot = (struct seen_slot){ .nr = slot, .count = 1, .known = true };
	return page;
}

/* Both pages in swap, on either side in slots of its own. */
static void begin_swap(struct pair *pair)
{
	for (unsigned int i = 0; i < 2; i++) {
		to_swap(page_of(pair->model, i), 1 + i);
		to_swap(page_of(pair->host, i), 900 - i);
	}
}

static void test_slots_alike(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	assert_int_equal(pair->cmp->compared[FIELD_SLOT], 2);
	/* other slots the next time are no difference */
	page_of(pair->host, 0)->slot.nr = 17;
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
}

static void test_slot_shared(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	page_of(pair->host, 1)->slot.nr = 900;
	one(pair, FIELD_SLOT, "P:0x7002000");
}

static void test_slot_count(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	page_of(pair->host, 1)->slot.count = 2;
	one(pair, FIELD_SWAP_COUNT, "P:0x7002000");
}

static void test_slot_cached(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	page_of(pair->model, 1)->slot.cached = true;
	one(pair, FIELD_SWAP_CACHED, "P:0x7002000");
}

static void test_slot_of_zeroes(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	page_of(pair->model, 0)->slot.zero = true;
	one(pair, FIELD_SWAP_ZERO, "P:0x7001000");
}

static void test_swap_exclusive(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	page_of(pair->host, 0)->anon_exclusive = false;
	one(pair, FIELD_SWAP_EXCLUSIVE, "P:0x7001000");
}

static void test_slot_unknown(void **state)
{
	struct pair *pair = *state;

	begin_swap(pair);
	page_of(pair->host, 0)->slot = (struct seen_slot){ .nr = 5 };
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	assert_int_equal(pair->cmp->unknown[FIELD_SLOT], 1);
}

/* ---- marks of folios ---- */

static struct seen_folio *add_folio(struct observation *seen, unsigned int id)
{
	struct seen_folio *folio = g_new0(struct seen_folio, 1);

	folio->id = id;
	folio->anon = true;
	folio->pae = g_new0(bool, 1);
	folio->behind = true;
	folio->marks = SEEN_LRU | SEEN_SWAPBACKED;
	folio->marks_known = ~0U;
	g_ptr_array_add(seen->folios, folio);
	return folio;
}

static void test_marks(void **state)
{
	struct pair *pair = *state;

	add_folio(pair->model, 3);
	add_folio(pair->host, 700)->marks |= SEEN_WORKINGSET;
	one(pair, FIELD_WORKINGSET, "P:0x7001000");
}

static void test_marks_unknown(void **state)
{
	struct pair *pair = *state;

	add_folio(pair->model, 3)->marks |= SEEN_DIRTY;
	add_folio(pair->host, 700)->marks_known = 0;
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
}

/* ---- large folios ---- */

static struct seen_folio *add_large(struct observation *seen, unsigned int id, unsigned int span)
{
	struct seen_folio *folio = g_new0(struct seen_folio, 1);

	folio->id = id;
	folio->span = span;
	folio->order = 2;
	folio->anon = folio->behind = true;
	folio->mapcount = 2;
	folio->large = (struct seen_large){ .known = true, .pages_mapped = 2,
					    .mm_mapcount = { 2, 0 } };
	folio->pae = g_new0(bool, 4);
	g_ptr_array_add(seen->folios, folio);
	return folio;
}

/* The two pages are of one folio, of which the host tells at once. */
static struct seen_folio *begin_large(struct pair *pair)
{
	page_of(pair->model, 1)->folio = 3;
	page_of(pair->model, 1)->nr = 1;
	add_large(pair->model, 3, 0);
	return add_large(pair->host, 700, 2);
}

static void test_large_alike(void **state)
{
	struct pair *pair = *state;

	begin_large(pair);
	compare_observations(pair->cmp, pair->model, pair->host);
	assert_int_equal(pair->cmp->differences->len, 0);
	assert_int_equal(pair->cmp->compared[FIELD_FOLIO], 2);
	assert_int_equal(pair->cmp->compared[FIELD_ANON_EXCLUSIVE], 2);
	assert_int_equal(pair->cmp->compared[FIELD_QUEUED], 1);
}

static void test_large_counts(void **state)
{
	struct pair *pair = *state;

	begin_large(pair)->large.entire_mapcount = 1;
	one(pair, FIELD_ENTIRE, "P:0x7001000");
}

static void test_large_queued(void **state)
{
	struct pair *pair = *state;

	begin_large(pair)->large.queued = true;
	one(pair, FIELD_QUEUED, "P:0x7001000");
}

/* What is each page's own is compared for each. */
static void test_large_exclusive(void **state)
{
	struct pair *pair = *state;

	begin_large(pair)->pae[1] = true;
	one(pair, FIELD_ANON_EXCLUSIVE, "P:0x7002000");
}

/* The second page is not the one that follows the first. */
static void test_large_other_page(void **state)
{
	struct pair *pair = *state;

	begin_large(pair);
	page_of(pair->model, 1)->nr = 2;
	one(pair, FIELD_FOLIO, "P:0x7002000");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_alike), TEST(test_smaps), TEST(test_order_of_flags), TEST(test_flags), TEST(test_perms),
		TEST(test_split), TEST(test_page), TEST(test_bits), TEST(test_content),
		TEST(test_one_page_there_two_here), TEST(test_two_pages_there_one_here),
		TEST(test_another_page_than_before), TEST(test_hidden_frames), TEST(test_process),
		TEST(test_told_once), TEST(test_deep_alike), TEST(test_deep_offset),
		TEST(test_deep_chain), TEST(test_deep_counter),
		TEST(test_deep_another_than_before),
		TEST(test_slots_alike), TEST(test_slot_shared), TEST(test_slot_count),
		TEST(test_slot_cached), TEST(test_slot_of_zeroes), TEST(test_swap_exclusive),
		TEST(test_slot_unknown), TEST(test_marks), TEST(test_marks_unknown),
		TEST(test_large_alike), TEST(test_large_counts), TEST(test_large_queued),
		TEST(test_large_exclusive), TEST(test_large_other_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
