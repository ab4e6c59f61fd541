/*
 * maple_node.h - the insides of maple_tree.h: what a node holds, and how nodes share,
 * split and merge.
 *
 * A node is a small matrix: one column of words for each property of its items, so
 * that a search reads adjacent words.  The items of a leaf are ranges, those of the
 * nodes above are children, each with the exact first and last index in use below it
 * and the largest gap between those.  A gap between two children belongs to their
 * parent, which sees both its ends; those before the first and after the last range
 * of all belong to the tree.  So whatever changes, only the path above it changes.
 *
 * In the kernel:  struct maple_node in include/linux/maple_tree.h (role only).
 * Locks:          as maple_tree.h.
 *
 * For maple_*.c and their tests only.
 */
#ifndef MODEL_MAPLE_NODE_H
#define MODEL_MAPLE_NODE_H

#include "maple_tree.h"

enum mt_column { MT_LAST, MT_FIRST, MT_SLOT, MT_GAP, MT_COLUMNS };

#define MT_LEAF_COLUMNS	3		/* a range has no gap inside */
#define MT_LEAF_CAP	20
#define MT_INNER_CAP	15
#define MT_WORDS	(MT_LEAF_CAP * MT_LEAF_COLUMNS)
_Static_assert(MT_INNER_CAP * MT_COLUMNS == MT_WORDS, "both kinds of node fill the words");

/* An object of KIND_MAPLE_NODE; owned by its tree. */
struct maple_node {
	unsigned int id;
	unsigned int level;		/* 0: a leaf */
	unsigned int nr;		/* items in use */
	struct maple_node *next;	/* in the list of spare nodes */
	unsigned long word[MT_WORDS];	/* column by column */
};

/* A range (@slot is the entry) or a child (@slot is the node). */
struct mt_item {
	unsigned long word[MT_COLUMNS];
};

/* From the root to a leaf, indexed by level.  The leaf's slot may be its nr. */
struct mt_path {
	struct maple_node *node[MT_MAX_HEIGHT];
	unsigned int slot[MT_MAX_HEIGHT];
};

static inline unsigned int mt_cap(const struct maple_node *node)
{
	return node->level ? MT_INNER_CAP : MT_LEAF_CAP;
}

/* A node other than the root has at least this many items: two fifths. */
static inline unsigned int mt_min_fill(const struct maple_node *node)
{
	return mt_cap(node) * 2 / 5;
}

static inline unsigned int mt_nr_columns(const struct maple_node *node)
{
	return node->level ? MT_COLUMNS : MT_LEAF_COLUMNS;
}

static inline unsigned long *mt_col(struct maple_node *node, enum mt_column column)
{
	return node->word + column * mt_cap(node);
}

static inline const unsigned long *mt_const_col(const struct maple_node *node,
						enum mt_column column)
{
	return node->word + column * mt_cap(node);
}

static inline unsigned long mt_first(const struct maple_node *node, unsigned int slot)
{
	return mt_const_col(node, MT_FIRST)[slot];
}

static inline unsigned long mt_last(const struct maple_node *node, unsigned int slot)
{
	return mt_const_col(node, MT_LAST)[slot];
}

static inline unsigned long mt_gap(const struct maple_node *node, unsigned int slot)
{
	return node->level ? mt_const_col(node, MT_GAP)[slot] : 0;
}

static inline void *mt_entry(const struct maple_node *leaf, unsigned int slot)
{
	return (void *)mt_const_col(leaf, MT_SLOT)[slot];
}

static inline struct maple_node *mt_child(const struct maple_node *node, unsigned int slot)
{
	return (struct maple_node *)mt_const_col(node, MT_SLOT)[slot];
}

/*
 * The first slot whose last index is at or above @index; nr if none.  Counting all of
 * them beats a search, whose branches the processor cannot guess.
 */
static inline unsigned int mt_slot_of(const struct maple_node *node, unsigned long index)
{
	const unsigned long *last = mt_const_col(node, MT_LAST);
	unsigned int below = 0;

	for (unsigned int i = 0; i < node->nr; i++)
		below += last[i] < index;
	return below;
}

/* The last slot that starts at or below @index; -1 if none. */
static inline int mt_slot_below(const struct maple_node *node, unsigned long index)
{
	unsigned int slot = mt_slot_of(node, index);

	if (slot < node->nr && mt_first(node, slot) <= index)
		return (int)slot;
	return (int)slot - 1;
}

/* The range at @slot of @leaf; bounds that are asked for. */
static inline void *mt_range_at(const struct maple_node *leaf, unsigned int slot,
				unsigned long *first, unsigned long *last)
{
	if (first)
		*first = mt_first(leaf, slot);
	if (last)
		*last = mt_last(leaf, slot);
	return mt_entry(leaf, slot);
}

/* The largest gap between the items of @node, and below them. */
unsigned long mt_node_gap(const struct maple_node *node);
/* @node as its parent keeps it. */
struct mt_item mt_summary(const struct maple_node *node);

/* To the range which mt_find() of @index would return, or behind the last one. */
void mt_descend(const struct maple_tree *mt, unsigned long index, struct mt_path *path);
/* Something in the leaf of @path changed: corrects what the nodes above keep of it. */
void mt_refresh(struct maple_tree *mt, const struct mt_path *path);

/* How many new nodes mt_insert() of @nr items at @path takes. */
unsigned int mt_nodes_needed(const struct maple_tree *mt, const struct mt_path *path,
			     unsigned int nr);
/* As many spare nodes as @nr, or -ENOMEM and as many as before. */
int mt_reserve(struct maple_tree *mt, unsigned int nr);
/*
 * Puts @nr ranges, one or two, before the slot of @path.  The nodes must be reserved;
 * @path is void afterwards.
 */
void mt_insert(struct maple_tree *mt, struct mt_path *path, const struct mt_item *items,
	       unsigned int nr);
/* Takes @nr ranges from the slot of @path on, all in its leaf.  @path is void then. */
void mt_remove(struct maple_tree *mt, struct mt_path *path, unsigned int nr);

#endif
