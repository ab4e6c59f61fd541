/*
 * The interval tree against a list in order, with random operations; the order of equal
 * starts; and trees that interval_tree_validate() must reject.
 */
#include "tests/test.h"

#include "model/interval_tree.h"

#define NODES	400

static void assert_valid(const struct interval_root *root)
{
	g_autofree char *wrong = interval_tree_validate(root);

	if (wrong)
		fail_msg("%s", wrong);
}

/* ---- the list: nodes in the order they should have ---- */

static guint place_of(const GPtrArray *list, const struct interval_node *node)
{
	guint at;

	assert_true(g_ptr_array_find((GPtrArray *)list, node, &at));
	return at;
}

static void list_insert(GPtrArray *list, struct interval_node *node, pgoff_t start)
{
	guint at = list->len;

	while (at && ((struct interval_node *)list->pdata[at - 1])->start > start)
		at--;
	g_ptr_array_insert(list, (gint)at, node);
}

/* Walks the overlaps of both; what they see has to be the same. */
static void compare_overlaps(const struct interval_root *root, const GPtrArray *list,
			     pgoff_t start, pgoff_t last)
{
	struct interval_node *node = interval_tree_first(root, start, last);

	for (guint i = 0; i < list->len; i++) {
		struct interval_node *want = list->pdata[i];

		if (want->start > last || want->last < start)
			continue;
		assert_ptr_equal(node, want);
		node = interval_tree_next(node, start, last);
	}
	assert_null(node);
}

struct bench {
	struct interval_node nodes[NODES];
	struct interval_root root;
	GPtrArray *list;
	GRand *rand;
};

static void insert_or_remove(struct bench *b)
{
	struct interval_node *node = &b->nodes[g_rand_int_range(b->rand, 0, NODES)];
	pgoff_t start = g_rand_int_range(b->rand, 0, 60);
	pgoff_t last = start + g_rand_int_range(b->rand, 0, g_rand_boolean(b->rand) ? 4 : 60);

	if (node->height) {
		guint at = place_of(b->list, node);

		interval_tree_remove(&b->root, node);
		g_ptr_array_remove_index(b->list, at);
		assert_int_equal(node->height, 0);
	} else if (b->list->len && g_rand_boolean(b->rand)) {
		guint at = g_rand_int_range(b->rand, 0, (gint)b->list->len);
		struct interval_node *prev = b->list->pdata[at];

		interval_tree_insert_after(&b->root, node, prev, prev->start,
					   MAX(last, prev->start));
		g_ptr_array_insert(b->list, (gint)at + 1, node);
	} else {
		list_insert(b->list, node, start);
		interval_tree_insert(&b->root, node, start, last);
	}
}

static void test_against_list(void **state)
{
	struct bench *b = g_new0(struct bench, 1);

	(void)state;
	b->list = g_ptr_array_new();
	b->rand = g_rand_new_with_seed(7);
	for (unsigned int step = 0; step < 200000; step++) {
		pgoff_t start = g_rand_int_range(b->rand, 0, 130);

		insert_or_remove(b);
		assert_int_equal(interval_tree_empty(&b->root), !b->list->len);
		if (step % 8 == 0)
			compare_overlaps(&b->root, b->list, start,
					 start + g_rand_int_range(b->rand, 0, 20));
		if (step % 16 == 0)
			assert_valid(&b->root);
		if (step % 256 == 0)
			compare_overlaps(&b->root, b->list, 0, ~0UL);
	}
	while (b->list->len) {
		struct interval_node *node = b->list->pdata[b->list->len / 2];

		interval_tree_remove(&b->root, node);
		g_ptr_array_remove_index(b->list, b->list->len / 2);
		assert_valid(&b->root);
	}
	assert_true(interval_tree_empty(&b->root));
	assert_null(interval_tree_first(&b->root, 0, ~0UL));
	g_ptr_array_unref(b->list);
	g_rand_free(b->rand);
	g_free(b);
}

/* The nodes of @base in tree order, as letters. */
static void assert_order(const struct interval_root *root, const struct interval_node *base,
			 const char *want)
{
	g_autoptr(GString) is = g_string_new(NULL);

	for (struct interval_node *node = interval_tree_first(root, 0, ~0UL); node;
	     node = interval_tree_next(node, 0, ~0UL))
		g_string_append_c(is, (char)('a' + (node - base)));
	assert_string_equal(is->str, want);
	assert_valid(root);
}

static void test_equal_starts(void **state)
{
	struct interval_root root = { };
	struct interval_node n[8] = { };

	(void)state;
	interval_tree_insert(&root, &n[0], 5, 9);
	interval_tree_insert(&root, &n[1], 5, 7);
	interval_tree_insert(&root, &n[2], 5, 5);
	assert_order(&root, n, "abc");
	interval_tree_insert_after(&root, &n[3], &n[0], 5, 6);
	assert_order(&root, n, "adbc");
	interval_tree_insert_after(&root, &n[4], &n[2], 5, 20);
	assert_order(&root, n, "adbce");
	interval_tree_insert(&root, &n[5], 5, 6);
	interval_tree_insert(&root, &n[6], 4, 4);
	interval_tree_insert(&root, &n[7], 6, 6);
	assert_order(&root, n, "gadbcefh");
	interval_tree_remove(&root, &n[1]);
	interval_tree_insert(&root, &n[1], 5, 5);
	assert_order(&root, n, "gadcefbh");
	interval_tree_remove(&root, &n[3]);
	interval_tree_insert_before(&root, &n[3], &n[0], 5, 6);
	assert_order(&root, n, "gdacefbh");
	interval_tree_remove(&root, &n[2]);
	interval_tree_insert_before(&root, &n[2], &n[1], 5, 5);
	assert_order(&root, n, "gdaefcbh");
}

static void test_limits(void **state)
{
	struct interval_root root = { };
	struct interval_node n[3] = { };

	(void)state;
	interval_tree_insert(&root, &n[0], 0, ~0UL);
	interval_tree_insert(&root, &n[1], ~0UL, ~0UL);
	interval_tree_insert(&root, &n[2], 0, 0);
	assert_order(&root, n, "acb");
	assert_ptr_equal(interval_tree_first(&root, ~0UL, ~0UL), &n[0]);
	assert_ptr_equal(interval_tree_next(&n[0], ~0UL, ~0UL), &n[1]);
	assert_null(interval_tree_next(&n[1], ~0UL, ~0UL));
	assert_ptr_equal(interval_tree_next(&n[0], 0, 0), &n[2]);
	assert_null(interval_tree_next(&n[2], 0, 0));
	interval_tree_remove(&root, &n[0]);
	assert_null(interval_tree_first(&root, 1, ~0UL - 1));
}

/* A chain of equal starts, as a file mapped over and over: stays flat. */
static void test_height(void **state)
{
	struct interval_node *nodes = g_new0(struct interval_node, 65536);
	struct interval_root root = { };

	(void)state;
	for (unsigned int i = 0; i < 65536; i++)
		if (i && i % 3 == 0)
			interval_tree_insert_after(&root, &nodes[i], &nodes[i - 1], 0, i);
		else
			interval_tree_insert(&root, &nodes[i], 0, i);
	assert_valid(&root);
	assert_in_range(root.root->height, 16, 23);
	for (unsigned int i = 0; i < 65528; i++)
		interval_tree_remove(&root, &nodes[i]);
	assert_valid(&root);
	assert_in_range(root.root->height, 4, 4);
	g_free(nodes);
}

/* ---- trees that are wrong ---- */

static void wrong_parent(struct interval_root *root)
{
	root->root->left->parent = root->root->right;
}

static void wrong_order(struct interval_root *root)
{
	root->root->left->start = root->root->start + 1;
	root->root->left->last = root->root->start + 1;
}

static void wrong_backward(struct interval_root *root)
{
	root->root->last = root->root->start - 1;
}

static void wrong_height(struct interval_root *root)
{
	root->root->right->height++;
}

static void wrong_max_last(struct interval_root *root)
{
	root->root->max_last++;
}

static void wrong_balance(struct interval_root *root)
{
	root->root->left = NULL;
}

static const struct wrong_case {
	const char *name;
	void (*spoil)(struct interval_root *root);
	const char *words;
} wrong_cases[] = {
	{ "wrong: parent", wrong_parent, "wrong parent" },
	{ "wrong: order", wrong_order, "after start" },
	{ "wrong: backward", wrong_backward, "after start" },
	{ "wrong: height", wrong_height, "height" },
	{ "wrong: max_last", wrong_max_last, "max_last" },
	{ "wrong: balance", wrong_balance, "leans by 3" },
};

static void test_wrong(void **state)
{
	const struct wrong_case *t = *state;
	struct interval_root root = { };
	struct interval_node nodes[15] = { };
	g_autofree char *wrong = NULL;

	for (unsigned int i = 0; i < 15; i++)
		interval_tree_insert(&root, &nodes[i], i * 10, i * 10 + 5);
	assert_valid(&root);
	t->spoil(&root);
	wrong = interval_tree_validate(&root);
	assert_non_null(wrong);
	if (!strstr(wrong, t->words))
		fail_msg("\"%s\" does not say \"%s\"", wrong, t->words);
}

int main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(test_against_list),
		cmocka_unit_test(test_equal_starts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_height),
	};
	struct CMUnitTest rows[G_N_ELEMENTS(wrong_cases)];
	int failed;

	for (size_t i = 0; i < G_N_ELEMENTS(wrong_cases); i++)
		rows[i] = (struct CMUnitTest){ .name = wrong_cases[i].name,
					       .test_func = test_wrong,
					       .initial_state = (void *)&wrong_cases[i] };

	failed = cmocka_run_group_tests_name("interval tree", single, NULL, NULL);
	return failed + cmocka_run_group_tests_name("interval tree, wrong", rows, NULL, NULL);
}
