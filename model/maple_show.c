/*
 * maple_show.c - maple trees for drawings, and what is wrong with one.
 *
 * In the kernel:  mt_dump(), mt_validate() in lib/maple_tree.c.
 * Locks:          as maple_tree.h, for reading.
 */
#include "maple_node.h"

static void visit_below(const struct maple_node *node, unsigned int parent_id, mt_visit_fn visit,
			void *data)
{
	const struct mt_node_view view = {
		.id = node->id, .parent_id = parent_id, .level = node->level, .nr = node->nr,
		.min = mt_first(node, 0), .max = mt_last(node, node->nr - 1),
		.gap = mt_node_gap(node),
	};

	visit(&view, data);
	if (node->level)
		for (unsigned int i = 0; i < node->nr; i++)
			visit_below(mt_child(node, i), node->id, visit, data);
}

void mt_for_each_node(const struct maple_tree *mt, mt_visit_fn visit, void *data)
{
	if (mt->root)
		visit_below(mt->root, 0, visit, data);
}

/* Order, fill and depth of one node. */
static char *node_wrong(const struct maple_tree *mt, const struct maple_node *node,
			unsigned int level)
{
	unsigned int least = node == mt->root ? (level ? 2 : 1) : level ? MT_INNER_CAP * 2 / 5 :
									  MT_LEAF_CAP * 2 / 5;

	if (!node->id)
		return g_strdup("a node has been freed");
	if (node->level != level)
		return g_strdup_printf("node#%u: level %u at depth of level %u", node->id,
				       node->level, level);
	if (node->nr < least || node->nr > mt_cap(node))
		return g_strdup_printf("node#%u: %u items, not %u to %u", node->id, node->nr,
				       least, mt_cap(node));
	for (unsigned int i = 0; i < node->nr; i++) {
		if (mt_last(node, i) < mt_first(node, i))
			return g_strdup_printf("node#%u: item %u starts at %#lx, ends at %#lx",
					       node->id, i, mt_first(node, i), mt_last(node, i));
		if (i && mt_first(node, i) <= mt_last(node, i - 1))
			return g_strdup_printf("node#%u: item %u starts at %#lx, before the end of"
					       " the one before, %#lx", node->id, i,
					       mt_first(node, i), mt_last(node, i - 1));
		if (!mt_const_col(node, MT_SLOT)[i])
			return g_strdup_printf("node#%u: item %u is NULL", node->id, i);
	}
	return NULL;
}

/* Does what the parent keeps of its child hold? */
static char *summary_wrong(const struct maple_node *parent, unsigned int slot)
{
	static const char *const names[] = {
		[MT_LAST] = "last", [MT_FIRST] = "first", [MT_SLOT] = "child", [MT_GAP] = "gap" };
	struct mt_item is = mt_summary(mt_child(parent, slot));

	for (unsigned int c = 0; c < MT_COLUMNS; c++)
		if (mt_const_col(parent, c)[slot] != is.word[c])
			return g_strdup_printf("node#%u: %s of item %u is kept as %#lx, is %#lx",
					       parent->id, names[c], slot,
					       mt_const_col(parent, c)[slot], is.word[c]);
	return NULL;
}

static char *wrong_below(const struct maple_tree *mt, const struct maple_node *node,
			 unsigned int level, unsigned long *count)
{
	char *wrong = node_wrong(mt, node, level);

	if (!level)
		*count += node->nr;
	for (unsigned int i = 0; !wrong && level && i < node->nr; i++) {
		wrong = wrong_below(mt, mt_child(node, i), level - 1, count);
		if (!wrong)
			wrong = summary_wrong(node, i);
	}
	return wrong;
}

/* The tree as such, and its spare nodes. */
static char *tree_wrong(const struct maple_tree *mt)
{
	const struct maple_node *root = mt->root, *spare = mt->spare;
	unsigned int nr = 0;

	if (!root != !mt->height || mt->height > MT_MAX_HEIGHT)
		return g_strdup_printf("height %u %s a root", mt->height,
				       root ? "with" : "without");
	for (; spare && nr <= mt->nr_spare; spare = spare->next)
		nr++;
	if (nr != mt->nr_spare)
		return g_strdup_printf("%u spare nodes, not %u", nr, mt->nr_spare);
	return NULL;
}

char *mt_validate(const struct maple_tree *mt)
{
	const struct maple_node *root = mt->root;
	unsigned long count = 0;
	char *wrong = tree_wrong(mt);

	if (!wrong && root)
		wrong = wrong_below(mt, root, mt->height - 1, &count);
	if (wrong)
		return wrong;
	if (count != mt->count)
		return g_strdup_printf("%lu ranges, count says %lu", count, mt->count);
	if (root && (mt_first(root, 0) < mt->min || mt_last(root, root->nr - 1) > mt->max))
		return g_strdup_printf("ranges [%#lx, %#lx] leave [%#lx, %#lx]", mt_first(root, 0),
				       mt_last(root, root->nr - 1), mt->min, mt->max);
	return NULL;
}
