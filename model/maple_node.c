/*
 * maple_node.c - how the nodes of a maple tree fill, share, split and merge.
 *
 * A node that would overflow first shares with the sibling that has more room, and
 * splits if neither has; one that falls below two fifths merges with a sibling, or
 * shares if both together are nearly full.  All of these pour the items of two nodes
 * into one run and deal them out again.
 *
 * In the kernel:  mas_wr_bnode(), mas_rebalance() in lib/maple_tree.c (role only).
 * Locks:          as maple_tree.h.
 */
#include <string.h>
#include "maple_node.h"
#include "object.h"

/* The items of two nodes, with up to two more, in order. */
#define RUN_MAX	(2 * MT_LEAF_CAP + 2)

struct run {
	unsigned int nr;
	unsigned int columns;
	unsigned long word[MT_COLUMNS][RUN_MAX];
};

unsigned long mt_node_gap(const struct maple_node *node)
{
	const unsigned long *first = mt_const_col(node, MT_FIRST);
	const unsigned long *last = mt_const_col(node, MT_LAST);
	unsigned long gap = mt_gap(node, 0);

	for (unsigned int i = 1; i < node->nr; i++)
		gap = MAX(gap, first[i] - last[i - 1] - 1);
	if (node->level)
		for (unsigned int i = 1; i < node->nr; i++)
			gap = MAX(gap, mt_gap(node, i));
	return gap;
}

struct mt_item mt_summary(const struct maple_node *node)
{
	return (struct mt_item){ .word = {
		[MT_LAST] = mt_last(node, node->nr - 1),
		[MT_FIRST] = mt_first(node, 0),
		[MT_SLOT] = (unsigned long)node,
		[MT_GAP] = mt_node_gap(node),
	} };
}

/* True if that was news. */
static bool item_set(struct maple_node *node, unsigned int slot, struct mt_item item)
{
	unsigned int cap = mt_cap(node);
	bool changed = false;

	for (unsigned int c = 0; c < mt_nr_columns(node); c++) {
		changed |= node->word[c * cap + slot] != item.word[c];
		node->word[c * cap + slot] = item.word[c];
	}
	return changed;
}

static void items_insert(struct maple_node *node, unsigned int slot, const struct mt_item *items,
			 unsigned int nr)
{
	unsigned int cap = mt_cap(node);

	for (unsigned int c = 0; c < mt_nr_columns(node); c++) {
		unsigned long *at = node->word + c * cap + slot;

		memmove(at + nr, at, (node->nr - slot) * sizeof(*at));
		for (unsigned int i = 0; i < nr; i++)
			at[i] = items[i].word[c];
	}
	node->nr += nr;
}

static void items_remove(struct maple_node *node, unsigned int slot, unsigned int nr)
{
	unsigned int cap = mt_cap(node);

	for (unsigned int c = 0; c < mt_nr_columns(node); c++) {
		unsigned long *at = node->word + c * cap + slot;

		memmove(at, at + nr, (node->nr - slot - nr) * sizeof(*at));
	}
	node->nr -= nr;
}

/* An empty run for items of nodes like @node. */
static void run_start(struct run *run, const struct maple_node *node)
{
	run->nr = 0;
	run->columns = mt_nr_columns(node);
}

/* Adds @nr items of @node from @slot on to the run. */
static void run_add(struct run *run, const struct maple_node *node, unsigned int slot,
		    unsigned int nr)
{
	for (unsigned int c = 0; c < run->columns; c++)
		memcpy(run->word[c] + run->nr, node->word + c * mt_cap(node) + slot,
		       nr * sizeof(unsigned long));
	run->nr += nr;
}

/* Adds all of @node, with @nr new items before @slot. */
static void run_add_with(struct run *run, const struct maple_node *node, unsigned int slot,
			 const struct mt_item *items, unsigned int nr)
{
	run_add(run, node, 0, slot);
	for (unsigned int i = 0; i < nr; i++, run->nr++)
		for (unsigned int c = 0; c < run->columns; c++)
			run->word[c][run->nr] = items[i].word[c];
	run_add(run, node, slot, node->nr - slot);
}

/* @node becomes the @nr items of the run from @from on. */
static void run_deal(const struct run *run, unsigned int from, unsigned int nr,
		     struct maple_node *node)
{
	for (unsigned int c = 0; c < run->columns; c++)
		memcpy(node->word + c * mt_cap(node), run->word[c] + from,
		       nr * sizeof(unsigned long));
	node->nr = nr;
}

/* The two halves of the run. */
static void run_deal_both(const struct run *run, struct maple_node *left,
			  struct maple_node *right)
{
	unsigned int half = run->nr / 2;

	run_deal(run, 0, half, left);
	run_deal(run, half, run->nr - half, right);
}

void mt_descend(const struct maple_tree *mt, unsigned long index, struct mt_path *path)
{
	struct maple_node *node = mt->root;

	for (;;) {
		unsigned int slot = mt_slot_of(node, index);

		path->node[node->level] = node;
		if (!node->level) {
			path->slot[0] = slot;
			return;
		}
		if (slot == node->nr)
			slot--;
		path->slot[node->level] = slot;
		node = mt_child(node, slot);
	}
}

/* What lies below @level of @path changed: corrects what this level and those above keep. */
static void refresh_from(struct maple_tree *mt, const struct mt_path *path, unsigned int level)
{
	for (; level < mt->height; level++)
		if (!item_set(path->node[level], path->slot[level],
			      mt_summary(path->node[level - 1])))
			return;
}

void mt_refresh(struct maple_tree *mt, const struct mt_path *path)
{
	refresh_from(mt, path, 1);
}

static struct maple_node *node_take(struct maple_tree *mt, unsigned int level)
{
	struct maple_node *node = mt->spare;

	g_assert(node);
	mt->spare = node->next;
	mt->nr_spare--;
	node->next = NULL;
	node->level = level;
	return node;
}

int mt_reserve(struct maple_tree *mt, unsigned int nr)
{
	unsigned int before = mt->nr_spare;

	while (mt->nr_spare < nr) {
		struct maple_node *node = NEW(KIND_MAPLE_NODE, struct maple_node, "maple node");

		if (!node) {
			while (mt->nr_spare > before)
				model_free(KIND_MAPLE_NODE, node_take(mt, 0));
			return -ENOMEM;
		}
		node->next = mt->spare;
		mt->spare = node;
		mt->nr_spare++;
	}
	return 0;
}

/*
 * The slot of the sibling to share with so that @nr more items find room below the
 * parent at @level: the emptier one, if sharing leaves a slot free.  -1: none.
 */
static int roomy_sibling(const struct mt_path *path, unsigned int level, unsigned int nr)
{
	const struct maple_node *parent = path->node[level];
	unsigned int slot = path->slot[level], fill = mt_cap(path->node[level - 1]) - nr;
	int best = -1;

	for (int i = -1; i <= 1; i += 2) {
		unsigned int at = slot + (unsigned int)i;

		if (at < parent->nr && mt_child(parent, at)->nr < fill) {
			fill = mt_child(parent, at)->nr;
			best = (int)at;
		}
	}
	return best;
}

unsigned int mt_nodes_needed(const struct maple_tree *mt, const struct mt_path *path,
			     unsigned int nr)
{
	unsigned int needed = 0;

	for (unsigned int level = 0; level < mt->height; level++, nr = 1) {
		if (path->node[level]->nr + nr <= mt_cap(path->node[level]))
			return needed;
		if (level + 1 < mt->height && roomy_sibling(path, level + 1, nr) >= 0)
			return needed;
		needed++;
	}
	return needed + 1;
}

/* The root was split, its upper half is @right; or there was none, and @right is it. */
static void root_grow(struct maple_tree *mt, struct mt_item right)
{
	struct maple_node *root = node_take(mt, mt->height);
	struct mt_item items[2] = { mt_summary(mt->root), right };

	items_insert(root, 0, items, 2);
	mt->root = root;
	mt->height++;
}

/* Shares the full node of @level, and the items to come, with the child at @sibling. */
static void share_and_insert(struct maple_tree *mt, const struct mt_path *path,
			     unsigned int level, unsigned int sibling,
			     const struct mt_item *items, unsigned int nr)
{
	struct maple_node *node = path->node[level], *parent = path->node[level + 1];
	struct maple_node *other = mt_child(parent, sibling);
	struct run run;

	run_start(&run, node);
	if (sibling < path->slot[level + 1]) {
		run_add(&run, other, 0, other->nr);
		run_add_with(&run, node, path->slot[level], items, nr);
		run_deal_both(&run, other, node);
	} else {
		run_add_with(&run, node, path->slot[level], items, nr);
		run_add(&run, other, 0, other->nr);
		run_deal_both(&run, node, other);
	}
	item_set(parent, sibling, mt_summary(other));
	item_set(parent, path->slot[level + 1], mt_summary(node));
	refresh_from(mt, path, level + 2);
}

/* The full node of @level keeps the lower half; returns the upper one. */
static struct maple_node *split_and_insert(struct maple_tree *mt, const struct mt_path *path,
					   unsigned int level, const struct mt_item *items,
					   unsigned int nr)
{
	struct maple_node *node = path->node[level], *upper = node_take(mt, level);
	struct run run;

	run_start(&run, node);
	run_add_with(&run, node, path->slot[level], items, nr);
	run_deal_both(&run, node, upper);
	return upper;
}

void mt_insert(struct maple_tree *mt, struct mt_path *path, const struct mt_item *items,
	       unsigned int nr)
{
	struct mt_item upper;

	mt->generation++;
	mt->count += nr;
	for (unsigned int level = 0; level < mt->height; level++) {
		struct maple_node *node = path->node[level];
		int sibling = -1;

		if (node->nr + nr <= mt_cap(node)) {
			items_insert(node, path->slot[level], items, nr);
			refresh_from(mt, path, level + 1);
			return;
		}
		if (level + 1 < mt->height)
			sibling = roomy_sibling(path, level + 1, nr);
		if (sibling >= 0) {
			share_and_insert(mt, path, level, (unsigned int)sibling, items, nr);
			return;
		}
		upper = mt_summary(split_and_insert(mt, path, level, items, nr));
		if (level + 1 < mt->height) {
			item_set(path->node[level + 1], path->slot[level + 1], mt_summary(node));
			path->slot[level + 1]++;
		}
		items = &upper;
		nr = 1;
	}
	if (mt->root) {
		root_grow(mt, upper);
		return;
	}
	mt->root = node_take(mt, 0);
	mt->height = 1;
	items_insert(mt->root, 0, items, nr);
}

/* A root without items goes, as does one above a single child. */
static void root_shrink(struct maple_tree *mt)
{
	struct maple_node *root = mt->root;

	while (root && (root->level ? root->nr == 1 : root->nr == 0)) {
		mt->root = root->level ? mt_child(root, 0) : NULL;
		mt->height--;
		model_free(KIND_MAPLE_NODE, root);
		root = mt->root;
	}
}

/*
 * The node at @level - 1 of @path is too empty: joins it with a sibling.  Returns the
 * slot of the child that is now empty and has to leave the parent, or -1 if the two
 * shared what they had.
 */
static int join_sibling(const struct mt_path *path, unsigned int level)
{
	struct maple_node *parent = path->node[level], *left, *right;
	unsigned int slot = path->slot[level] ? path->slot[level] - 1 : 0;
	struct run run;

	left = mt_child(parent, slot);
	right = mt_child(parent, slot + 1);
	run_start(&run, left);
	run_add(&run, left, 0, left->nr);
	run_add(&run, right, 0, right->nr);
	if (run.nr <= mt_cap(left) * 7 / 8) {
		run_deal(&run, 0, run.nr, left);
		item_set(parent, slot, mt_summary(left));
		model_free(KIND_MAPLE_NODE, right);
		return (int)slot + 1;
	}
	run_deal_both(&run, left, right);
	item_set(parent, slot, mt_summary(left));
	item_set(parent, slot + 1, mt_summary(right));
	return -1;
}

void mt_remove(struct maple_tree *mt, struct mt_path *path, unsigned int nr)
{

	mt->generation++;
	mt->count -= nr;
	for (unsigned int level = 0; level < mt->height; level++, nr = 1) {
		struct maple_node *node = path->node[level];
		int emptied;

		items_remove(node, path->slot[level], nr);
		if (level + 1 == mt->height) {
			root_shrink(mt);
			return;
		}
		if (node->nr >= mt_min_fill(node)) {
			refresh_from(mt, path, level + 1);
			return;
		}
		emptied = join_sibling(path, level + 1);
		if (emptied < 0) {
			refresh_from(mt, path, level + 2);
			return;
		}
		path->slot[level + 1] = (unsigned int)emptied;
	}
}
