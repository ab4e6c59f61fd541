/*
 * The maple tree part by part: gaps at the limits, storing, preallocation, allocations
 * that fail, memory, cursors, views, and trees that mt_validate() must reject.
 */
#include "tests/test.h"

#include "model/machine.h"
#include "model/maple_node.h"

static char things[64];		/* entries point here */

static struct machine *machine;

static int setup(void **state)
{
	struct machine_config config;

	(void)state;			/* left to the rows of tables */
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

/* ---- gaps at the limits ---- */

struct range {
	unsigned long first, last;	/* last 0: no range */
};

static const struct gap_case {
	const char *name;
	unsigned long tree_min, tree_max;
	struct range ranges[3];
	unsigned long min, max, size;
	int err;
	unsigned long lowest, highest;
} gap_cases[] = {
	{ "gap: empty tree, all of it but one", 0, ~0UL, { }, 0, ~0UL, ~0UL, 0, 0, 1 },
	{ "gap: empty tree, one", 0, ~0UL, { }, 0, ~0UL, 1, 0, 0, ~0UL },
	{ "gap: size 0", 0, ~0UL, { }, 0, ~0UL, 0, -EINVAL, 0, 0 },
	{ "gap: more than asked in", 0, ~0UL, { }, 10, 19, 11, -EINVAL, 0, 0 },
	{ "gap: all that is asked in", 0, ~0UL, { }, 10, 19, 10, 0, 10, 10 },
	{ "gap: min above max", 0, ~0UL, { }, 20, 19, 1, -EINVAL, 0, 0 },
	{ "gap: asked outside of the tree", 100, 199, { }, 0, 99, 1, -EBUSY, 0, 0 },
	{ "gap: asked inside and outside", 100, 199, { }, 0, ~0UL, 100, 0, 100, 100 },
	{ "gap: more than the tree has", 100, 199, { }, 0, ~0UL, 101, -EBUSY, 0, 0 },
	{ "gap: everything taken", 0, ~0UL, { { 0, ~0UL } }, 0, ~0UL, 1, -EBUSY, 0, 0 },
	{ "gap: first index free", 0, ~0UL, { { 1, ~0UL } }, 0, ~0UL, 1, 0, 0, 0 },
	{ "gap: last index free", 0, ~0UL, { { 0, ~0UL - 1 } }, 0, ~0UL, 1, 0, ~0UL, ~0UL },
	{ "gap: between two", 0, 99, { { 0, 9 }, { 20, 99 } }, 0, 99, 10, 0, 10, 10 },
	{ "gap: between two, clipped below", 0, 99, { { 0, 9 }, { 20, 99 } }, 15, 99, 5, 0, 15,
	  15 },
	{ "gap: between two, clipped too short", 0, 99, { { 0, 9 }, { 20, 99 } }, 15, 99, 6,
	  -EBUSY, 0, 0 },
	{ "gap: between two, clipped above", 0, 99, { { 0, 9 }, { 20, 99 } }, 0, 14, 5, 0, 10,
	  10 },
	{ "gap: neighbours have none", 0, 99, { { 0, 49 }, { 50, 99 } }, 0, 99, 1, -EBUSY, 0, 0 },
	{ "gap: the top of the highest", 0, 99, { { 20, 29 }, { 60, 69 } }, 0, 99, 5, 0, 0, 95 },
	{ "gap: the highest is too small", 0, 99, { { 20, 29 }, { 60, 95 } }, 0, 99, 5, 0, 0,
	  55 },
	{ "gap: the lowest is too small", 0, 99, { { 4, 29 }, { 60, 95 } }, 0, 99, 5, 0, 30, 55 },
	{ "gap: bounds inside of ranges", 0, 99, { { 0, 29 }, { 60, 99 } }, 5, 90, 30, 0, 30,
	  30 },
	{ "gap: one at min, a range of one above", 0, 99, { { 0, 4 }, { 6, 6 }, { 7, 99 } }, 5, 99,
	  1, 0, 5, 5 },
	{ "gap: one at max, a range of one below", 0, 99, { { 0, 4 }, { 5, 5 }, { 7, 99 } }, 0, 6,
	  1, 0, 6, 6 },
	{ "gap: bounds inside of one range", 0, 99, { { 10, 89 } }, 20, 80, 1, -EBUSY, 0, 0 },
};

static void test_gap(void **state)
{
	const struct gap_case *t = *state;
	unsigned long start = 4711;
	struct maple_tree mt;

	mt_init(&mt, t->tree_min, t->tree_max);
	for (size_t i = 0; i < G_N_ELEMENTS(t->ranges) && t->ranges[i].last; i++)
		assert_int_equal(mt_store_range(&mt, t->ranges[i].first, t->ranges[i].last,
						things), 0);
	assert_valid(&mt);
	assert_int_equal(mt_empty_area(&mt, t->min, t->max, t->size, &start), t->err);
	assert_int_equal(start, t->err ? 4711 : t->lowest);
	start = 4711;
	assert_int_equal(mt_empty_area_rev(&mt, t->min, t->max, t->size, &start), t->err);
	assert_int_equal(start, t->err ? 4711 : t->highest);
	mt_destroy(&mt);
}

/* ---- storing ---- */

static void assert_ranges(const struct maple_tree *mt, const char *want)
{
	g_autoptr(GString) is = g_string_new(NULL);
	unsigned long at = 0, first, last;
	const char *entry;

	while ((entry = mt_find(mt, at, &first, &last))) {
		g_string_append_printf(is, "%lu-%lu:%d ", first, last, (int)(entry - things));
		if (last == ~0UL)
			break;
		at = last + 1;
	}
	assert_string_equal(is->str, want);
	assert_valid(mt);
}

static void test_store_cuts_and_covers(void **state)
{
	struct maple_tree mt;

	(void)state;
	mt_init(&mt, 10, 99);
	mt_store_range(&mt, 20, 59, &things[1]);
	mt_store_range(&mt, 30, 39, &things[2]);
	assert_ranges(&mt, "20-29:1 30-39:2 40-59:1 ");
	mt_store_range(&mt, 25, 34, &things[3]);
	assert_ranges(&mt, "20-24:1 25-34:3 35-39:2 40-59:1 ");
	mt_store_range(&mt, 22, 45, &things[4]);
	assert_ranges(&mt, "20-21:1 22-45:4 46-59:1 ");
	mt_store_range(&mt, 22, 45, &things[5]);
	assert_ranges(&mt, "20-21:1 22-45:5 46-59:1 ");
	mt_store_range(&mt, 10, 20, &things[6]);
	assert_ranges(&mt, "10-20:6 21-21:1 22-45:5 46-59:1 ");
	assert_int_equal(mt_erase_range(&mt, 30, 30), 0);
	assert_ranges(&mt, "10-20:6 21-21:1 22-29:5 31-45:5 46-59:1 ");
	assert_int_equal(mt_erase_range(&mt, 25, 50), 0);
	assert_ranges(&mt, "10-20:6 21-21:1 22-24:5 51-59:1 ");
	mt_store_range(&mt, 10, 99, &things[7]);
	assert_ranges(&mt, "10-99:7 ");
	assert_int_equal(mt_erase_range(&mt, 0, ~0UL), 0);
	assert_ranges(&mt, "");
	assert_int_equal(mt.height, 0);
	assert_int_equal(live_nodes(), 0);
}

static void test_refuses(void **state)
{
	struct maple_tree mt;

	(void)state;
	mt_init(&mt, 10, 99);
	assert_int_equal(mt_store_range(&mt, 9, 20, things), -EINVAL);
	assert_int_equal(mt_store_range(&mt, 90, 100, things), -EINVAL);
	assert_int_equal(mt_store_range(&mt, 21, 20, things), -EINVAL);
	assert_int_equal(mt_store_range(&mt, 20, 21, NULL), -EINVAL);
	assert_int_equal(mt_erase_range(&mt, 21, 20), -EINVAL);
	assert_ranges(&mt, "");
}

static void test_whole_space(void **state)
{
	struct maple_tree mt;
	unsigned long first, last;

	(void)state;
	mt_init(&mt, 0, ~0UL);
	assert_int_equal(mt_store_range(&mt, 0, ~0UL, &things[1]), 0);
	assert_ptr_equal(mt_find(&mt, ~0UL, &first, &last), &things[1]);
	assert_int_equal(first, 0);
	assert_int_equal(last, ~0UL);
	assert_int_equal(mt_erase_range(&mt, 1, ~0UL - 1), 0);
	assert_int_equal(mt.count, 2);
	assert_ptr_equal(mt_find_rev(&mt, ~0UL - 1, &first, &last), &things[1]);
	assert_int_equal(last, 0);
	assert_int_equal(mt_store_range(&mt, ~0UL, ~0UL, &things[2]), 0);
	assert_ptr_equal(mt_load(&mt, ~0UL), &things[2]);
	assert_valid(&mt);
	mt_destroy(&mt);
}

/* ---- memory ---- */

/* @nr ranges of 5 with gaps of 5, from 10 on. */
static void fill(struct maple_tree *mt, unsigned long nr)
{
	for (unsigned long i = 1; i <= nr; i++)
		assert_int_equal(mt_store_range(mt, i * 10, i * 10 + 4, &things[i % 64]), 0);
}

static void dump_node(const struct mt_node_view *node, void *data)
{
	g_string_append_printf(data, "node#%u below %u level %u nr %u [%lu, %lu] gap %lu\n",
			       node->id, node->parent_id, node->level, node->nr, node->min,
			       node->max, node->gap);
}

static char *dump(const struct maple_tree *mt)
{
	GString *out = g_string_new(NULL);
	unsigned long at = 0, first, last;
	const char *entry;

	mt_for_each_node(mt, dump_node, out);
	for (; (entry = mt_find(mt, at, &first, &last)); at = last + 1)
		g_string_append_printf(out, "%lu-%lu:%d\n", first, last, (int)(entry - things));
	g_string_append_printf(out, "%lu ranges, height %u, spare %u, nodes %zu", mt->count,
			       mt->height, mt->nr_spare, live_nodes());
	return g_string_free(out, FALSE);
}

/*
 * Each operation with its first allocation failing, then its second, until it gets
 * through: nothing may change before.
 */
static void test_failure_changes_nothing(void **state)
{
	GRand *rand = g_rand_new_with_seed(4);
	unsigned int failed = 0, failed_late = 0;
	struct maple_tree mt;

	(void)state;
	mt_init(&mt, 0, 99999);
	for (unsigned int step = 0; step < 3000; step++) {
		unsigned long first = g_rand_int_range(rand, 0, 5000) + 1000 * (step % 7);
		unsigned long last = first + g_rand_int_range(rand, 0, 8);
		bool store = g_rand_int_range(rand, 0, 4) != 0;
		g_autofree char *before = dump(&mt);
		int err = -ENOMEM;

		for (unsigned int nth = 1; err; nth++) {
			g_autofree char *after = NULL;

			machine_fail_nth(machine, nth);
			err = store ? mt_store_range(&mt, first, last, &things[step % 64]) :
				      mt_erase_range(&mt, first, last);
			if (!err)
				break;
			assert_int_equal(err, -ENOMEM);
			after = dump(&mt);
			assert_string_equal(after, before);
			assert_string_equal(machine->failed_site, "maple node");
			failed++;
			failed_late += nth > 1;
		}
		assert_valid(&mt);
	}
	machine_fail_nth(machine, 0);
	assert_true(failed > 50 && failed_late > 5);
	mt_destroy(&mt);
	g_rand_free(rand);
}

/* What was reserved lasts for any operations, each node may be full. */
static void test_preallocated_never_fails(void **state)
{
	GRand *rand = g_rand_new_with_seed(5);
	struct maple_tree mt;

	(void)state;
	for (unsigned int round = 0; round < 400; round++) {
		unsigned int nr = 1 + round % 40;

		mt_init(&mt, 0, ~0UL);
		fill(&mt, g_rand_int_range(rand, 0, 50) * g_rand_int_range(rand, 0, 50));
		assert_int_equal(mt_preallocate(&mt, nr), 0);
		machine_fail_nth(machine, 1);
		for (unsigned int i = 0; i < nr; i++) {
			unsigned long first = g_rand_int_range(rand, 0, (int)mt.count * 10 + 20);

			if (round % 2)	/* cuts one in three wherever it meets one */
				first = first / 10 * 10 + 2;
			if (g_rand_int_range(rand, 0, 4))
				assert_int_equal(mt_store_range(&mt, first, first, things), 0);
			else
				assert_int_equal(mt_erase_range(&mt, first, first), 0);
		}
		assert_int_equal(machine->nr_allocs, 0);
		machine_fail_nth(machine, 0);
		assert_valid(&mt);
		mt_prealloc_done(&mt);
		assert_int_equal(mt.nr_spare, 0);
		assert_valid(&mt);
		mt_destroy(&mt);
		assert_int_equal(live_nodes(), 0);
	}
	g_rand_free(rand);
}

/* From nothing and in one place: the root is raised as often as can be. */
static void test_preallocated_from_nothing(void **state)
{
	struct maple_tree mt;

	(void)state;
	for (unsigned int nr = 1; nr < 120; nr++) {
		mt_init(&mt, 0, ~0UL);
		mt_preallocate(&mt, nr);
		machine_fail_nth(machine, 1);
		assert_int_equal(mt_store_range(&mt, 0, 999999, things), 0);
		for (unsigned int i = 1; i < nr; i++)
			assert_int_equal(mt_store_range(&mt, i * 10, i * 10, &things[1]), 0);
		assert_int_equal(mt.count, 2 * nr - 1);
		assert_int_equal(machine->nr_allocs, 0);
		machine_fail_nth(machine, 0);
		mt_destroy(&mt);
		assert_int_equal(live_nodes(), 0);
	}
}

static void test_preallocate_fails(void **state)
{
	struct maple_tree mt;
	size_t nodes;

	(void)state;
	mt_init(&mt, 0, ~0UL);
	fill(&mt, 1000);
	nodes = live_nodes();
	for (unsigned int nth = 1; nth <= mt.height + 1; nth++) {
		machine_fail_nth(machine, nth);
		assert_int_equal(mt_preallocate(&mt, 1), -ENOMEM);
		assert_int_equal(mt.nr_spare, 0);
		assert_int_equal(live_nodes(), nodes);
	}
	machine_fail_nth(machine, mt.height + 2);
	assert_int_equal(mt_preallocate(&mt, 1), 0);
	assert_int_equal(mt_preallocate(&mt, 1), 0);	/* has them already */
	machine_fail_nth(machine, 0);
	assert_int_equal(mt.nr_spare, mt.height + 1);
	assert_int_equal(mt_preallocate(&mt, 0), 0);
	assert_valid(&mt);
	mt_destroy(&mt);
	assert_int_equal(live_nodes(), 0);
}

static const struct fill_case {
	const char *name;
	enum { ASCENDING, DESCENDING, RANDOM } order;
} fill_cases[] = {
	{ "65530 ranges: ascending", ASCENDING },
	{ "65530 ranges: descending", DESCENDING },
	{ "65530 ranges: at random", RANDOM },
};

/* As many as a process may have VMAs: below 40 bytes each, and a flat tree. */
static void test_memory(void **state)
{
	const struct fill_case *t = *state;
	const unsigned long nr = 65530;
	g_autofree unsigned long *order = g_new(unsigned long, nr);
	GRand *rand = g_rand_new_with_seed(6);
	struct maple_tree mt;

	for (unsigned long i = 0; i < nr; i++)
		order[i] = t->order == DESCENDING ? nr - i : i + 1;
	for (unsigned long i = nr - 1; t->order == RANDOM && i; i--) {
		unsigned long j = (unsigned long)g_rand_int_range(rand, 0, (int)i + 1);
		unsigned long swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
	mt_init(&mt, 0, ~0UL);
	for (unsigned long i = 0; i < nr; i++)
		mt_store_range(&mt, order[i] * 10, order[i] * 10 + 4, things);
	assert_int_equal(mt.count, nr);
	assert_valid(&mt);
	assert_true(live_nodes() * sizeof(struct maple_node) < 40 * nr);
	assert_true(mt.height <= 5);

	/* Thinned out its nodes join. */
	for (unsigned long i = 0; i < nr - 5; i++)
		mt_erase_range(&mt, order[i] * 10, order[i] * 10 + 4);
	assert_valid(&mt);
	assert_int_equal(mt.count, 5);
	assert_int_equal(mt.height, 1);
	assert_int_equal(live_nodes(), 1);
	mt_destroy(&mt);
	g_rand_free(rand);
}

/* ---- cursors ---- */

static void test_cursor_both_ways(void **state)
{
	struct mt_cursor cursor;
	struct maple_tree mt;
	unsigned long first, last;

	(void)state;
	mt_init(&mt, 0, ~0UL);
	mt_cursor_init(&cursor, &mt, 0);
	assert_null(mt_next(&cursor, NULL, NULL));
	assert_null(mt_prev(&cursor, NULL, NULL));

	fill(&mt, 2000);
	mt_cursor_init(&cursor, &mt, 12);		/* inside of the first */
	for (unsigned long i = 1; i <= 2000; i++) {
		assert_ptr_equal(mt_next(&cursor, &first, &last), &things[i % 64]);
		assert_int_equal(first, i * 10);
		assert_int_equal(last, i * 10 + 4);
	}
	assert_null(mt_next(&cursor, &first, &last));
	assert_null(mt_next(&cursor, NULL, NULL));
	for (unsigned long i = 1999; i >= 1; i--) {	/* it stood on the last */
		assert_ptr_equal(mt_prev(&cursor, &first, &last), &things[i % 64]);
		assert_int_equal(first, i * 10);
	}
	assert_null(mt_prev(&cursor, NULL, NULL));
	assert_ptr_equal(mt_next(&cursor, &first, NULL), &things[2]);

	mt_cursor_init(&cursor, &mt, 55);		/* behind the fifth */
	mt_prev(&cursor, &first, NULL);
	assert_int_equal(first, 50);
	mt_cursor_init(&cursor, &mt, 52);		/* inside of it */
	mt_prev(&cursor, &first, NULL);
	assert_int_equal(first, 50);
	mt_cursor_init(&cursor, &mt, 9);
	assert_null(mt_prev(&cursor, NULL, NULL));
	mt_destroy(&mt);
}

/* The range it stands on stays when another changes: each step still moves on. */
static void test_cursor_moves_on(void **state)
{
	struct mt_cursor cursor;
	struct maple_tree mt;
	unsigned long first, i;

	(void)state;
	mt_init(&mt, 0, ~0UL);
	fill(&mt, 100);
	mt_cursor_init(&cursor, &mt, 0);
	for (i = 1; mt_next(&cursor, &first, NULL); i++) {
		assert_int_equal(first, i * 10);
		mt_store_range(&mt, 0, 0, &things[i % 64]);
	}
	assert_int_equal(i, 101);
	mt_store_range(&mt, 2000, 2000, things);
	mt_erase_range(&mt, 2000, 2000);
	for (i = 99; mt_prev(&cursor, &first, NULL) && first; i--) {
		assert_int_equal(first, i * 10);
		mt_store_range(&mt, 2000 + i, 2000 + i, things);
	}
	assert_int_equal(i, 0);
	mt_destroy(&mt);
}

static void test_cursor_while_changing(void **state)
{
	struct mt_cursor cursor;
	struct maple_tree mt;
	unsigned long first, last, seen = 0;

	(void)state;
	mt_init(&mt, 0, ~0UL);
	fill(&mt, 1000);
	mt_store_range(&mt, ~0UL, ~0UL, things);
	mt_store_range(&mt, 0, 0, things);

	/* Each range is erased when met, every tenth puts one ahead and one behind. */
	mt_cursor_init(&cursor, &mt, 0);
	while (mt_next(&cursor, &first, &last)) {
		seen++;
		mt_erase_range(&mt, first, last);
		if (seen % 10 == 0 && last < 10000) {
			mt_store_range(&mt, last + 1, last + 2, &things[1]);
			mt_store_range(&mt, first - 2, first - 1, &things[2]);
		}
	}
	/* All that were put ahead were met; as many stay behind. */
	assert_int_equal(mt.count, seen - 1002);
	assert_true(seen > 1100);
	assert_valid(&mt);

	/* At the ends of the space a changed tree is not walked around. */
	mt_store_range(&mt, ~0UL, ~0UL, things);
	mt_cursor_init(&cursor, &mt, ~0UL);
	assert_non_null(mt_next(&cursor, NULL, NULL));
	mt_erase_range(&mt, ~0UL, ~0UL);
	assert_null(mt_next(&cursor, NULL, NULL));
	mt_store_range(&mt, 0, 0, things);
	mt_cursor_init(&cursor, &mt, 0);
	assert_non_null(mt_prev(&cursor, NULL, NULL));
	mt_erase_range(&mt, 0, 0);
	assert_null(mt_prev(&cursor, NULL, NULL));
	assert_non_null(mt_next(&cursor, &first, NULL));
	mt_store_range(&mt, 1, 1, things);
	mt_prev(&cursor, &last, NULL);
	assert_true(last < first);
	mt_destroy(&mt);
	assert_null(mt_next(&cursor, NULL, NULL));
}

/* ---- views ---- */

static void collect(const struct mt_node_view *node, void *data)
{
	g_array_append_vals(data, node, 1);
}

static const struct mt_node_view *view_by_id(const GArray *nodes, guint before, unsigned int id)
{
	for (guint i = 0; i < before; i++)
		if (g_array_index(nodes, struct mt_node_view, i).id == id)
			return &g_array_index(nodes, struct mt_node_view, i);
	return NULL;
}

static void test_views(void **state)
{
	g_autoptr(GArray) nodes = g_array_new(FALSE, FALSE, sizeof(struct mt_node_view));
	unsigned long ranges = 0, last_leaf_max = 0, children = 0;
	struct maple_tree mt;

	(void)state;
	mt_init(&mt, 0, ~0UL);
	mt_for_each_node(&mt, collect, nodes);
	assert_int_equal(nodes->len, 0);
	fill(&mt, 3000);
	mt_erase_range(&mt, 15000, 15099);	/* the largest gap: 14995 to 15099 */
	mt_for_each_node(&mt, collect, nodes);
	assert_int_equal(nodes->len, live_nodes());

	for (guint i = 0; i < nodes->len; i++) {
		const struct mt_node_view *node = &g_array_index(nodes, struct mt_node_view, i);
		const struct mt_node_view *parent = view_by_id(nodes, i, node->parent_id);

		assert_null(view_by_id(nodes, i, node->id));
		if (!i) {
			assert_int_equal(node->parent_id, 0);
			assert_int_equal(node->level + 1, mt.height);
			assert_int_equal(node->min, 10);
			assert_int_equal(node->max, 30004);
			assert_int_equal(node->gap, 105);
		} else {
			assert_non_null(parent);
			assert_int_equal(node->level + 1, parent->level);
			assert_true(node->min >= parent->min && node->max <= parent->max);
			assert_true(node->gap <= parent->gap && node->gap >= 5);
		}
		if (node->level) {
			children += node->nr;
			continue;
		}
		ranges += node->nr;
		assert_true(node->min > last_leaf_max);
		last_leaf_max = node->max;
	}
	assert_int_equal(ranges, mt.count);
	assert_int_equal(children, nodes->len - 1);
	mt_destroy(&mt);
}

/* ---- trees that are wrong ---- */

static struct maple_node *some_leaf(struct maple_tree *mt)
{
	return mt_child(mt_child(mt->root, 1), 2);
}

static void wrong_order(struct maple_tree *mt)
{
	mt_col(some_leaf(mt), MT_FIRST)[3] -= 6;
}

static void wrong_backward(struct maple_tree *mt)
{
	mt_col(some_leaf(mt), MT_LAST)[3] = mt_col(some_leaf(mt), MT_FIRST)[3] - 1;
}

static void wrong_entry(struct maple_tree *mt)
{
	mt_col(some_leaf(mt), MT_SLOT)[3] = 0;
}

static void wrong_fill(struct maple_tree *mt)
{
	some_leaf(mt)->nr = 7;
}

static void wrong_overfill(struct maple_tree *mt)
{
	some_leaf(mt)->nr = 21;
}

static void wrong_level(struct maple_tree *mt)
{
	some_leaf(mt)->level = 1;
}

static void wrong_freed(struct maple_tree *mt)
{
	some_leaf(mt)->id = 0;
}

static void wrong_gap(struct maple_tree *mt)
{
	mt_col(mt->root, MT_GAP)[1]++;
}

static void wrong_gap_below(struct maple_tree *mt)
{
	mt_col(mt_child(mt->root, 1), MT_GAP)[2] = 0;
}

static void wrong_first(struct maple_tree *mt)
{
	mt_col(mt_child(mt->root, 1), MT_FIRST)[2]--;
}

static void wrong_last(struct maple_tree *mt)
{
	mt_col(some_leaf(mt), MT_LAST)[some_leaf(mt)->nr - 1]++;
}

static void wrong_count(struct maple_tree *mt)
{
	mt->count--;
}

static void wrong_height(struct maple_tree *mt)
{
	mt->height++;
}

static void wrong_no_height(struct maple_tree *mt)
{
	mt->height = 0;
}

static void wrong_bounds(struct maple_tree *mt)
{
	mt->min = 11;
}

static void wrong_spare(struct maple_tree *mt)
{
	mt->nr_spare = 1;
}

static const struct wrong_case {
	const char *name;
	void (*spoil)(struct maple_tree *mt);
	const char *words;
} wrong_cases[] = {
	{ "wrong: overlap", wrong_order, "before the end of the one before" },
	{ "wrong: backward", wrong_backward, "item 3 starts at" },
	{ "wrong: entry NULL", wrong_entry, "item 3 is NULL" },
	{ "wrong: too few", wrong_fill, "7 items, not 8 to 20" },
	{ "wrong: too many", wrong_overfill, "21 items, not 8 to 20" },
	{ "wrong: level", wrong_level, "level 1 at depth of level 0" },
	{ "wrong: freed", wrong_freed, "freed" },
	{ "wrong: gap", wrong_gap, "gap of item 1 is kept as 0x6, is 0x5" },
	{ "wrong: gap below", wrong_gap_below, "gap of item 2 is kept as 0, is 0x5" },
	{ "wrong: first", wrong_first, "first of item 2" },
	{ "wrong: last", wrong_last, "last of item 2" },
	{ "wrong: count", wrong_count, "count says 2999" },
	{ "wrong: height", wrong_height, "level 2 at depth of level 3" },
	{ "wrong: no height", wrong_no_height, "height 0 with a root" },
	{ "wrong: bounds", wrong_bounds, "leave [0xb" },
	{ "wrong: spare", wrong_spare, "0 spare nodes, not 1" },
};

static void test_wrong(void **state)
{
	const struct wrong_case *t = *state;
	g_autofree char *wrong = NULL;
	struct maple_tree mt;

	mt_init(&mt, 0, ~0UL);
	fill(&mt, 3000);
	assert_int_equal(mt.height, 3);
	assert_valid(&mt);
	t->spoil(&mt);
	wrong = mt_validate(&mt);
	assert_non_null(wrong);
	if (!strstr(wrong, t->words))
		fail_msg("\"%s\" does not say \"%s\"", wrong, t->words);
	machine_reset(machine);		/* takes the nodes with it */
}

#define ROW(row, function) \
	((struct CMUnitTest){ .name = (row).name, .test_func = function, \
			      .initial_state = (void *)&(row) })
#define TEST(function) \
	{ .name = #function, .test_func = function, .setup_func = setup, .teardown_func = teardown }

/* The rows of tables have their row as state: one machine for all of them. */
int main(void)
{
	const struct CMUnitTest single[] = {
		TEST(test_store_cuts_and_covers),
		TEST(test_refuses),
		TEST(test_whole_space),
		TEST(test_failure_changes_nothing),
		TEST(test_preallocated_never_fails),
		TEST(test_preallocated_from_nothing),
		TEST(test_preallocate_fails),
		TEST(test_cursor_both_ways),
		TEST(test_cursor_moves_on),
		TEST(test_cursor_while_changing),
		TEST(test_views),
	};
	struct CMUnitTest rows[G_N_ELEMENTS(gap_cases) + G_N_ELEMENTS(fill_cases) +
			       G_N_ELEMENTS(wrong_cases)];
	struct CMUnitTest *row = rows;
	int failed;

	for (size_t i = 0; i < G_N_ELEMENTS(gap_cases); i++)
		*row++ = ROW(gap_cases[i], test_gap);
	for (size_t i = 0; i < G_N_ELEMENTS(fill_cases); i++)
		*row++ = ROW(fill_cases[i], test_memory);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong_cases); i++)
		*row++ = ROW(wrong_cases[i], test_wrong);

	failed = cmocka_run_group_tests_name("maple tree", single, NULL, NULL);
	return failed + cmocka_run_group_tests_name("maple tree, rows", rows, setup, teardown);
}
