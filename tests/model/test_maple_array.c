/*
 * The maple tree against an array that keeps the owner of each index: random stores and
 * erases, what find and the search for gaps return, and mt_validate() all along.
 */
#include "tests/test.h"

#include "model/machine.h"
#include "model/maple_tree.h"

#define SPACE	4096		/* indices that the array knows */

/* Range numbers by index, 0 for free; cut in two, a range becomes two numbers. */
struct naive {
	unsigned long base;
	unsigned int owner[SPACE];
	void *entry[SPACE * 4];	/* by range number; numbers of ranges that are gone return */
	unsigned int next;
};

static char things[64];		/* entries point here */

static struct machine *machine;

static int setup(void **state)
{
	struct machine_config config;

	(void)state;
	machine_config_init(&config);
	machine = machine_create(&config);
	machine_enter(machine);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	machine_destroy(machine);
	return 0;
}

static void assert_valid(const struct maple_tree *mt)
{
	g_autofree char *wrong = mt_validate(mt);

	if (wrong)
		fail_msg("%s", wrong);
}

static size_t live_nodes(void)
{
	return object_count(machine, KIND_MAPLE_NODE);
}

/* ---- the array ---- */

static unsigned int naive_number(struct naive *naive, void *entry)
{
	bool used[G_N_ELEMENTS(naive->entry)];

	if (++naive->next == G_N_ELEMENTS(naive->entry)) {
		memset(used, 0, sizeof(used));
		naive->next = 1;
		for (unsigned int i = 0; i < SPACE; i++)
			used[naive->owner[i]] = true;
		for (unsigned int i = 1, to = 1; i < G_N_ELEMENTS(used); i++) {
			if (!used[i])
				continue;
			for (unsigned int at = 0; at < SPACE; at++)
				if (naive->owner[at] == i)
					naive->owner[at] = to;
			naive->entry[to++] = naive->entry[i];
			naive->next = to;
		}
	}
	naive->entry[naive->next] = entry;
	return naive->next;
}

/* [first, last], counted from base, gets @entry or becomes free. */
static void naive_set(struct naive *naive, unsigned int first, unsigned int last, void *entry)
{
	unsigned int number = 0;

	/* One that sticks out at both sides goes on with a number of its own. */
	if (first && last + 1 < SPACE && naive->owner[first - 1] &&
	    naive->owner[first - 1] == naive->owner[last + 1]) {
		unsigned int old = naive->owner[last + 1];
		unsigned int fresh = naive_number(naive, naive->entry[old]);

		old = naive->owner[last + 1];
		for (unsigned int i = last + 1; i < SPACE && naive->owner[i] == old; i++)
			naive->owner[i] = fresh;
	}
	if (entry)
		number = naive_number(naive, entry);
	for (unsigned int i = first; i <= last; i++)
		naive->owner[i] = number;
}

static void *naive_range(const struct naive *naive, unsigned int at, unsigned long *first,
			 unsigned long *last)
{
	unsigned int from = at, to = at, owner = naive->owner[at];

	while (from && naive->owner[from - 1] == owner)
		from--;
	while (to + 1 < SPACE && naive->owner[to + 1] == owner)
		to++;
	*first = naive->base + from;
	*last = naive->base + to;
	return naive->entry[owner];
}

static void *naive_find(const struct naive *naive, unsigned int at, unsigned long *first,
			unsigned long *last)
{
	for (; at < SPACE; at++)
		if (naive->owner[at])
			return naive_range(naive, at, first, last);
	return NULL;
}

static void *naive_find_rev(const struct naive *naive, unsigned int at, unsigned long *first,
			    unsigned long *last)
{
	for (int i = (int)at; i >= 0; i--)
		if (naive->owner[i])
			return naive_range(naive, (unsigned int)i, first, last);
	return NULL;
}

/* Bounds from base, inside the space; -1 if there is none. */
static int naive_gap(const struct naive *naive, unsigned int min, unsigned int max,
		     unsigned int size)
{
	unsigned int run = 0;

	for (unsigned int i = min; i <= max; i++) {
		run = naive->owner[i] ? 0 : run + 1;
		if (run == size)
			return (int)(i + 1 - size);
	}
	return -1;
}

static int naive_gap_rev(const struct naive *naive, unsigned int min, unsigned int max,
			 unsigned int size)
{
	unsigned int run = 0;

	for (unsigned int i = max + 1; i-- > min;) {
		run = naive->owner[i] ? 0 : run + 1;
		if (run == size)
			return (int)i;
	}
	return -1;
}

/* ---- tree and array compared ---- */

static void compare_at(const struct maple_tree *mt, const struct naive *naive, unsigned int at)
{
	unsigned long first = 0, last = 0, want_first = 0, want_last = 0;

	assert_ptr_equal(mt_load(mt, naive->base + at),
			 naive->owner[at] ? naive->entry[naive->owner[at]] : NULL);
	assert_ptr_equal(mt_find(mt, naive->base + at, &first, &last),
			 naive_find(naive, at, &want_first, &want_last));
	assert_int_equal(first, want_first);
	assert_int_equal(last, want_last);
	first = last = want_first = want_last = 0;
	assert_ptr_equal(mt_find_rev(mt, naive->base + at, &first, &last),
			 naive_find_rev(naive, at, &want_first, &want_last));
	assert_int_equal(first, want_first);
	assert_int_equal(last, want_last);
}

static void compare_gaps(const struct maple_tree *mt, const struct naive *naive, GRand *rand)
{
	unsigned int a = g_rand_int_range(rand, 0, SPACE), b = g_rand_int_range(rand, 0, SPACE);
	unsigned int min = MIN(a, b), max = MAX(a, b);
	unsigned int size = g_rand_int_range(rand, 1, g_rand_boolean(rand) ? 8 : 64);
	unsigned long start = 0;
	int want, err;

	if (g_rand_int_range(rand, 0, 4) == 0)
		min = 0, max = SPACE - 1;
	want = naive_gap(naive, min, max, size);
	err = mt_empty_area(mt, naive->base + min, naive->base + max, size, &start);
	assert_int_equal(err, want >= 0 ? 0 : size > max - min + 1 ? -EINVAL : -EBUSY);
	if (!err)
		assert_int_equal(start, naive->base + (unsigned int)want);

	want = naive_gap_rev(naive, min, max, size);
	err = mt_empty_area_rev(mt, naive->base + min, naive->base + max, size, &start);
	assert_int_equal(err, want >= 0 ? 0 : size > max - min + 1 ? -EINVAL : -EBUSY);
	if (!err)
		assert_int_equal(start, naive->base + (unsigned int)want);
}

static void compare_all(const struct maple_tree *mt, const struct naive *naive)
{
	unsigned long first, last, want_first, want_last, count = 0;
	struct mt_cursor cursor;
	void *entry;

	mt_cursor_init(&cursor, mt, naive->base);
	for (unsigned int at = 0; at < SPACE; at = (unsigned int)(want_last - naive->base) + 1) {
		void *want = naive_find(naive, at, &want_first, &want_last);

		entry = mt_next(&cursor, &first, &last);
		assert_ptr_equal(entry, want);
		if (!want)
			break;
		count++;
		assert_int_equal(first, want_first);
		assert_int_equal(last, want_last);
	}
	assert_null(mt_next(&cursor, NULL, NULL));
	assert_int_equal(mt->count, count);
}

/* One random operation on both; long ranges are rare when @grow. */
static void random_operation(struct maple_tree *mt, struct naive *naive, GRand *rand, bool grow)
{
	unsigned int first = g_rand_int_range(rand, 0, SPACE);
	unsigned int length = g_rand_int_range(rand, 1, g_rand_int_range(rand, 0, 64) ? 4 :
							grow ? 32 : 256);
	unsigned int last = MIN(first + length - 1, SPACE - 1);
	bool store = g_rand_int_range(rand, 0, 8) < (grow ? 6 : 2);
	void *entry = &things[g_rand_int_range(rand, 0, G_N_ELEMENTS(things))];

	if (store)
		assert_int_equal(mt_store_range(mt, naive->base + first, naive->base + last,
						entry), 0);
	else
		assert_int_equal(mt_erase_range(mt, naive->base + first, naive->base + last), 0);
	naive_set(naive, first, last, store ? entry : NULL);
}

static void against_array(unsigned long base, unsigned int seed, unsigned int steps)
{
	struct naive *naive = g_new0(struct naive, 1);
	GRand *rand = g_rand_new_with_seed(seed);
	unsigned int highest = 0;
	struct maple_tree mt;

	naive->base = base;
	mt_init(&mt, base, base + SPACE - 1);
	for (unsigned int step = 0; step < steps; step++) {
		random_operation(&mt, naive, rand, step / 8192 % 2 == 0);
		compare_at(&mt, naive, g_rand_int_range(rand, 0, SPACE));
		if (step % 8 == 0)
			compare_gaps(&mt, naive, rand);
		if (step % 32 == 0)
			assert_valid(&mt);
		if (step % 1024 == 0)
			compare_all(&mt, naive);
		highest = MAX(highest, mt.height);
		assert_int_equal(mt.nr_spare, 0);
	}
	assert_true(highest >= 3);
	mt_destroy(&mt);
	assert_int_equal(live_nodes(), 0);
	assert_null(mt_find(&mt, 0, NULL, NULL));
	g_rand_free(rand);
	g_free(naive);
}

static void test_against_array(void **state)
{
	(void)state;
	against_array(0x1000, 1, 80000);
}

static void test_against_array_at_zero(void **state)
{
	(void)state;
	against_array(0, 2, 60000);
}

static void test_against_array_at_the_top(void **state)
{
	(void)state;
	against_array(~0UL - SPACE + 1, 3, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_against_array, setup, teardown),
		cmocka_unit_test_setup_teardown(test_against_array_at_zero, setup, teardown),
		cmocka_unit_test_setup_teardown(test_against_array_at_the_top, setup, teardown),
	};

	return cmocka_run_group_tests_name("maple tree against an array", tests, NULL, NULL);
}
