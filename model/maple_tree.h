/*
 * maple_tree.h - a map from disjoint ranges of unsigned long to pointers, with the
 * largest free gap kept for every node.
 *
 * What the kernel's maple tree is to its users: O(log n) find, store, erase, and
 * search for the lowest or highest gap of some size.  A B+ tree of wide nodes;
 * ranges that hold nothing are not stored, the gaps are derived.
 *
 * In the kernel:  lib/maple_tree.c (same role, different insides: no RCU, no slots for
 *                 empty ranges, no in-node compaction of types).
 * Left out:       lockless readers, entries that are values, advanced state (ma_state).
 * Locks:          the owner's (mmap_lock for VMAs, the inode's for the page cache): for
 *                 writing in all that changes the tree or its spare nodes, from
 *                 mt_preallocate() until mt_prealloc_done().
 */
#ifndef MODEL_MAPLE_TREE_H
#define MODEL_MAPLE_TREE_H

#include <glib.h>
#include "types.h"

struct maple_node;			/* maple_node.h */

/* More levels than any tree that fits in memory has. */
#define MT_MAX_HEIGHT	14

struct maple_tree {
	struct maple_node *root;	/* NULL when empty */
	struct maple_node *spare;	/* preallocated, singly linked */
	unsigned int nr_spare;
	unsigned int height;		/* levels of nodes */
	unsigned long count;		/* ranges stored */
	unsigned long generation;	/* goes up with every change */
	unsigned long min, max;		/* the index space; gaps are searched inside it */
};

void mt_init(struct maple_tree *mt, unsigned long min, unsigned long max);
/* Forgets all ranges and frees all nodes.  The entries are the owner's. */
void mt_destroy(struct maple_tree *mt);

/* The entry whose range holds @index; NULL if that is free. */
void *mt_load(const struct maple_tree *mt, unsigned long index);
/*
 * The first entry whose range ends at or above @index; its bounds (inclusive) into
 * @first and @last if not NULL.  NULL if there is none.
 */
void *mt_find(const struct maple_tree *mt, unsigned long index, unsigned long *first,
	      unsigned long *last);
/* The last entry whose range starts at or below @index. */
void *mt_find_rev(const struct maple_tree *mt, unsigned long index, unsigned long *first,
		  unsigned long *last);

/*
 * A place in a tree from which to walk either way, O(1) amortized.  The tree may be
 * changed between two steps: the cursor then looks its place up again, by index.
 */
struct mt_cursor {
	const struct maple_tree *mt;
	unsigned long generation;	/* of the tree when the path was right */
	unsigned long first, last;	/* what was returned last, or where to start */
	bool started;			/* something was returned */
	struct maple_node *node[MT_MAX_HEIGHT];	/* by level, 0 the leaf */
	unsigned int slot[MT_MAX_HEIGHT];
};

/* A first mt_next() will be mt_find() of @index, a first mt_prev() mt_find_rev(). */
void mt_cursor_init(struct mt_cursor *cursor, const struct maple_tree *mt, unsigned long index);
/*
 * The first entry above (the last below) the range returned before, whatever became
 * of that; the bounds as from mt_find().  NULL at the end, where the cursor stays.
 * Kernel: mas_find(), mas_prev().
 */
void *mt_next(struct mt_cursor *cursor, unsigned long *first, unsigned long *last);
void *mt_prev(struct mt_cursor *cursor, unsigned long *first, unsigned long *last);

/*
 * Reserves nodes so that the next @nr stores or erases on this tree cannot fail.
 * 0 or -ENOMEM with nothing reserved; what is left over goes with mt_prealloc_done().
 * Kernel: mas_preallocate(), mas_destroy().
 */
int mt_preallocate(struct maple_tree *mt, unsigned int nr);
void mt_prealloc_done(struct maple_tree *mt);

/*
 * Makes [first, last] (inclusive) map to @entry, not NULL, cutting or covering what
 * was there: an older range that sticks out at both sides stays as two ranges with
 * the same entry.  0 or -ENOMEM with nothing changed; -EINVAL if the range is empty
 * or leaves [mt->min, mt->max].  Allocates nothing where it covers an older range in
 * full.  Kernel: mas_store_gfp().
 */
int mt_store_range(struct maple_tree *mt, unsigned long first, unsigned long last, void *entry);
/*
 * Frees [first, last], cutting what sticks out.  0 or -ENOMEM with nothing changed,
 * which only the cutting of one range into two can meet; -EINVAL if @last < @first.
 */
int mt_erase_range(struct maple_tree *mt, unsigned long first, unsigned long last);

/*
 * The lowest (highest) start of a free range of @size within [min, max], inclusive,
 * into @start.  0 or -EBUSY.  Kernel: mas_empty_area(), mas_empty_area_rev(): the
 * highest one ends where the highest sufficient gap ends.
 */
int mt_empty_area(const struct maple_tree *mt, unsigned long min, unsigned long max,
		  unsigned long size, unsigned long *start);
int mt_empty_area_rev(const struct maple_tree *mt, unsigned long min, unsigned long max,
		      unsigned long size, unsigned long *start);

/* ---- to look at, to check, to draw ---- */

/* A node as a drawing needs it.  @level 0 is a leaf. */
struct mt_node_view {
	unsigned int id, parent_id;	/* parent_id 0: the root */
	unsigned int level, nr;		/* entries or children in use */
	unsigned long min, max;		/* first and last index in use below */
	unsigned long gap;		/* largest free range between those, 0 for none */
};
typedef void (*mt_visit_fn)(const struct mt_node_view *node, void *data);
/* All nodes, parents first, in key order. */
void mt_for_each_node(const struct maple_tree *mt, mt_visit_fn visit, void *data);
/* NULL if order, fill, gaps, depth and counts are right, else what is wrong (g_free()). */
char *mt_validate(const struct maple_tree *mt);

#endif
