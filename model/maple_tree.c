/*
 * maple_tree.c - find, store and erase ranges; nodes in reserve.
 *
 * A change is decided before it is made: what would need new nodes gets them first,
 * then nothing can fail.  Covered ranges are taken a leaf at a time.
 *
 * In the kernel:  mas_walk(), mas_find(), mas_store_gfp(), mas_preallocate() in
 *                 lib/maple_tree.c.
 * Left out:       as maple_tree.h.
 * Locks:          as maple_tree.h.
 */
#include "maple_node.h"
#include "object.h"

void mt_init(struct maple_tree *mt, unsigned long min, unsigned long max)
{
	*mt = (struct maple_tree){ .min = min, .max = max };
}

static void node_free_below(struct maple_node *node)
{
	if (node->level)
		for (unsigned int i = 0; i < node->nr; i++)
			node_free_below(mt_child(node, i));
	model_free(KIND_MAPLE_NODE, node);
}

void mt_destroy(struct maple_tree *mt)
{
	if (mt->root)
		node_free_below(mt->root);
	mt->root = NULL;
	mt->height = 0;
	mt->count = 0;
	mt->generation++;
	mt_prealloc_done(mt);
}

void *mt_find(const struct maple_tree *mt, unsigned long index, unsigned long *first,
	      unsigned long *last)
{
	const struct maple_node *node = mt->root;

	while (node) {
		unsigned int slot = mt_slot_of(node, index);

		if (slot == node->nr)
			return NULL;
		if (!node->level)
			return mt_range_at(node, slot, first, last);
		node = mt_child(node, slot);
	}
	return NULL;
}

void *mt_load(const struct maple_tree *mt, unsigned long index)
{
	unsigned long first;
	void *entry = mt_find(mt, index, &first, NULL);

	return entry && first <= index ? entry : NULL;
}

void *mt_find_rev(const struct maple_tree *mt, unsigned long index, unsigned long *first,
		  unsigned long *last)
{
	const struct maple_node *node = mt->root;

	while (node) {
		int slot = mt_slot_below(node, index);

		if (slot < 0)
			return NULL;
		if (!node->level)
			return mt_range_at(node, (unsigned int)slot, first, last);
		node = mt_child(node, (unsigned int)slot);
	}
	return NULL;
}

/*
 * Each change inserts at most once, which takes a node a level and a new root.  How
 * often can @nr changes raise the root?  The first may; a new root then has two items
 * and room for a dozen more, of which a change adds no more than two.
 */
int mt_preallocate(struct maple_tree *mt, unsigned int nr)
{
	if (!nr)
		return 0;
	return mt_reserve(mt, nr * (mt->height + 1) + (nr - 1) * (1 + nr / 6));
}

void mt_prealloc_done(struct maple_tree *mt)
{
	struct maple_node *node = mt->spare, *next;

	for (; node; node = next) {
		next = node->next;
		model_free(KIND_MAPLE_NODE, node);
	}
	mt->spare = NULL;
	mt->nr_spare = 0;
}

static struct mt_item range_item(unsigned long first, unsigned long last, void *entry)
{
	return (struct mt_item){ .word = {
		[MT_LAST] = last,
		[MT_FIRST] = first,
		[MT_SLOT] = (unsigned long)entry,
	} };
}

/* The range at @path becomes [first, last] -> @entry, which keeps the order. */
static void range_set(struct maple_tree *mt, const struct mt_path *path, unsigned long first,
		      unsigned long last, void *entry)
{
	struct maple_node *leaf = path->node[0];
	unsigned int slot = path->slot[0];

	mt_col(leaf, MT_FIRST)[slot] = first;
	mt_col(leaf, MT_LAST)[slot] = last;
	mt_col(leaf, MT_SLOT)[slot] = (unsigned long)entry;
	mt->generation++;
	mt_refresh(mt, path);
}

/* Is there a range at @path, and does it reach into [.., last]? */
static bool meets(const struct mt_path *path, unsigned long last)
{
	return path->slot[0] < path->node[0]->nr && mt_first(path->node[0], path->slot[0]) <= last;
}

/*
 * [first, last] lies strictly inside the range at @path, which is to end before it
 * and to start again after it; in between @entry, if any.  0 or -ENOMEM.
 */
static int cut_in_three(struct maple_tree *mt, struct mt_path *path, unsigned long first,
			unsigned long last, void *entry)
{
	struct maple_node *leaf = path->node[0];
	unsigned int slot = path->slot[0], nr = 0;
	struct mt_item items[2];

	if (entry)
		items[nr++] = range_item(first, last, entry);
	items[nr++] = range_item(last + 1, mt_last(leaf, slot), mt_entry(leaf, slot));

	path->slot[0]++;		/* insertion goes behind it */
	if (mt_reserve(mt, mt_nodes_needed(mt, path, nr)))
		return -ENOMEM;
	mt_col(leaf, MT_LAST)[slot] = first - 1;
	mt_insert(mt, path, items, nr);
	return 0;
}

/* Cuts what sticks out of [first, last] at its ends, where that is no single range. */
static void trim_ends(struct maple_tree *mt, unsigned long first, unsigned long last)
{
	struct mt_path path;
	struct maple_node *leaf;

	mt_descend(mt, first, &path);
	leaf = path.node[0];
	if (meets(&path, last) && mt_first(leaf, path.slot[0]) < first)
		range_set(mt, &path, mt_first(leaf, path.slot[0]), first - 1,
			  mt_entry(leaf, path.slot[0]));

	mt_descend(mt, last, &path);
	leaf = path.node[0];
	if (meets(&path, last) && mt_last(leaf, path.slot[0]) > last)
		range_set(mt, &path, last + 1, mt_last(leaf, path.slot[0]),
			  mt_entry(leaf, path.slot[0]));
}

/* Removes all ranges in [first, last]; none sticks out. */
static void remove_covered(struct maple_tree *mt, unsigned long first, unsigned long last)
{
	struct mt_path path;

	while (mt->root) {
		const struct maple_node *leaf;
		unsigned int end;

		mt_descend(mt, first, &path);
		if (!meets(&path, last))
			return;
		leaf = path.node[0];
		for (end = path.slot[0] + 1; end < leaf->nr; end++)
			if (mt_first(leaf, end) > last)
				break;
		mt_remove(mt, &path, end - path.slot[0]);
	}
}

/* Is there a range strictly around [first, last], sticking out at both sides? */
static bool strictly_inside(const struct mt_path *path, unsigned long first, unsigned long last)
{
	return meets(path, last) && mt_first(path->node[0], path->slot[0]) < first &&
	       mt_last(path->node[0], path->slot[0]) > last;
}

static bool is_exactly(const struct mt_path *path, unsigned long first, unsigned long last)
{
	return mt_first(path->node[0], path->slot[0]) == first &&
	       mt_last(path->node[0], path->slot[0]) == last;
}

/* [first, last], which is free, maps to @entry.  0 or -ENOMEM. */
static int insert_free(struct maple_tree *mt, struct mt_path *path, unsigned long first,
		       unsigned long last, void *entry)
{
	struct mt_item item = range_item(first, last, entry);

	if (mt_reserve(mt, mt_nodes_needed(mt, path, 1)))
		return -ENOMEM;
	mt_insert(mt, path, &item, 1);
	return 0;
}

/*
 * Of the ranges which [first, last] covers in full one is kept and becomes it, the
 * one that ends at @covered_last; the others go.
 */
static void replace_covered(struct maple_tree *mt, unsigned long covered_last,
			    unsigned long first, unsigned long last, void *entry)
{
	struct mt_path path;

	trim_ends(mt, first, last);
	if (covered_last < last)
		remove_covered(mt, covered_last + 1, last);
	mt_descend(mt, covered_last, &path);
	range_set(mt, &path, first, last, entry);
}

/* Does [first, last] cover a range in full?  Then the last index of the first such. */
static bool covers_one(const struct maple_tree *mt, unsigned long first, unsigned long last,
		       unsigned long *covered_last)
{
	unsigned long at, to;
	const void *entry = mt_find(mt, first, &at, &to);

	if (entry && at < first)
		entry = to < last ? mt_find(mt, to + 1, &at, &to) : NULL;
	if (!entry || at > last || to > last)
		return false;
	*covered_last = to;
	return true;
}

int mt_store_range(struct maple_tree *mt, unsigned long first, unsigned long last, void *entry)
{
	struct mt_path path = { };
	unsigned long covered_last;

	if (!entry || last < first || first < mt->min || last > mt->max)
		return -EINVAL;
	if (!mt->root)
		return insert_free(mt, &path, first, last, entry);

	mt_descend(mt, first, &path);
	if (!meets(&path, last))
		return insert_free(mt, &path, first, last, entry);
	if (strictly_inside(&path, first, last))
		return cut_in_three(mt, &path, first, last, entry);
	if (is_exactly(&path, first, last)) {
		range_set(mt, &path, first, last, entry);
		return 0;
	}
	if (covers_one(mt, first, last, &covered_last)) {
		replace_covered(mt, covered_last, first, last, entry);
		return 0;
	}

	/* It goes between the two whose ends it cuts off, behind the first if there are two. */
	if (mt_first(path.node[0], path.slot[0]) < first)
		path.slot[0]++;
	if (mt_reserve(mt, mt_nodes_needed(mt, &path, 1)))
		return -ENOMEM;
	trim_ends(mt, first, last);
	return insert_free(mt, &path, first, last, entry);
}

int mt_erase_range(struct maple_tree *mt, unsigned long first, unsigned long last)
{
	struct mt_path path;

	if (last < first)
		return -EINVAL;
	if (!mt->root)
		return 0;

	mt_descend(mt, first, &path);
	if (!meets(&path, last))
		return 0;
	if (strictly_inside(&path, first, last))
		return cut_in_three(mt, &path, first, last, NULL);
	if (is_exactly(&path, first, last)) {
		mt_remove(mt, &path, 1);
		return 0;
	}
	trim_ends(mt, first, last);
	remove_covered(mt, first, last);
	return 0;
}
