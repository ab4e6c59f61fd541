/*
 * interval_tree.h - intervals of pages that may overlap, found by a page range.
 *
 * Ordered by start; among equal starts the one inserted later comes later.  Every
 * node knows the largest last below it.  A balanced tree threaded through its
 * members: O(log n) insert, remove and next overlap.
 *
 * In the kernel:  include/linux/interval_tree_generic.h as used by mm/interval_tree.c
 *                 for i_mmap and for anon_vma->rb_root.
 * Left out:       the red-black colours; the trees here are AVL trees.
 * Locks:          i_mmap_rwsem, or the rwsem of the anon_vma's root.
 */
#ifndef MODEL_INTERVAL_TREE_H
#define MODEL_INTERVAL_TREE_H

#include "types.h"

struct interval_node {
	struct interval_node *left, *right, *parent;
	pgoff_t start, last;		/* pages, inclusive; fixed while in a tree */
	pgoff_t max_last;		/* largest last in this subtree */
	int8_t height;			/* 0: in no tree */
};

struct interval_root {
	struct interval_node *root;
};

/* @node is in no tree; start <= last.  The caller owns it; the tree only links it. */
void interval_tree_insert(struct interval_root *root, struct interval_node *node,
			  pgoff_t start, pgoff_t last);
/*
 * @node goes directly after @prev, whose start must be the same.
 * Kernel: vma_interval_tree_insert_after().
 */
void interval_tree_insert_after(struct interval_root *root, struct interval_node *node,
				struct interval_node *prev, pgoff_t start, pgoff_t last);
/* Directly before @next, whose start must be the same. */
void interval_tree_insert_before(struct interval_root *root, struct interval_node *node,
				 struct interval_node *next, pgoff_t start, pgoff_t last);
void interval_tree_remove(struct interval_root *root, struct interval_node *node);
static inline bool interval_tree_empty(const struct interval_root *root)
{
	return !root->root;
}

/*
 * The first node in order which overlaps [start, last]; then the next one; NULL at the
 * end.  O(log n) each.  Kernel: vma_interval_tree_iter_first(), _next().
 */
struct interval_node *interval_tree_first(const struct interval_root *root, pgoff_t start,
					  pgoff_t last);
struct interval_node *interval_tree_next(struct interval_node *node, pgoff_t start,
					 pgoff_t last);
/* NULL or what is wrong with order, height and max_last (g_free()). */
char *interval_tree_validate(const struct interval_root *root);

#endif
