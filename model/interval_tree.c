/*
 * interval_tree.c - an AVL tree of intervals that knows the largest last below each.
 *
 * In the kernel:  INTERVAL_TREE_DEFINE() in include/linux/interval_tree_generic.h,
 *                 vma_interval_tree_insert_after() in mm/interval_tree.c.
 * Left out:       as interval_tree.h.
 * Locks:          as interval_tree.h.
 */
#include <glib.h>
#include <inttypes.h>
#include "interval_tree.h"

static int height_of(const struct interval_node *node)
{
	return node ? node->height : 0;
}

/* Height and max_last from the children; true if that was news. */
static bool refresh(struct interval_node *node)
{
	int height = 1 + MAX(height_of(node->left), height_of(node->right));
	pgoff_t max_last = node->last;
	bool changed;

	if (node->left)
		max_last = MAX(max_last, node->left->max_last);
	if (node->right)
		max_last = MAX(max_last, node->right->max_last);

	changed = height != node->height || max_last != node->max_last;
	node->height = (int8_t)height;
	node->max_last = max_last;
	return changed;
}

/* Whatever pointed down to @old points to @new, which may be NULL. */
static void replace_child(struct interval_root *root, const struct interval_node *old,
			  struct interval_node *new)
{
	struct interval_node *parent = old->parent;

	if (!parent)
		root->root = new;
	else if (parent->left == old)
		parent->left = new;
	else
		parent->right = new;
	if (new)
		new->parent = parent;
}

/* @node sinks to the left, its right child takes its place. */
static struct interval_node *rotate_left(struct interval_root *root, struct interval_node *node)
{
	struct interval_node *up = node->right;

	replace_child(root, node, up);
	node->right = up->left;
	if (node->right)
		node->right->parent = node;
	up->left = node;
	node->parent = up;
	refresh(node);
	refresh(up);
	return up;
}

static struct interval_node *rotate_right(struct interval_root *root, struct interval_node *node)
{
	struct interval_node *up = node->left;

	replace_child(root, node, up);
	node->left = up->right;
	if (node->left)
		node->left->parent = node;
	up->right = node;
	node->parent = up;
	refresh(node);
	refresh(up);
	return up;
}

/* From @node, whose children changed, upwards until nothing changes any more. */
static void rebalance(struct interval_root *root, struct interval_node *node)
{
	for (; node; node = node->parent) {
		int height = node->height;
		pgoff_t max_last = node->max_last;
		int lean = height_of(node->right) - height_of(node->left);

		if (lean > 1) {
			if (height_of(node->right->left) > height_of(node->right->right))
				rotate_right(root, node->right);
			node = rotate_left(root, node);
		} else if (lean < -1) {
			if (height_of(node->left->right) > height_of(node->left->left))
				rotate_left(root, node->left);
			node = rotate_right(root, node);
		} else {
			refresh(node);
		}
		if (node->height == height && node->max_last == max_last)
			return;
	}
}

/* @node becomes the child of @parent (NULL: the root) at @link, which is empty. */
static void link_node(struct interval_root *root, struct interval_node *node,
		      struct interval_node *parent, struct interval_node **link, pgoff_t start,
		      pgoff_t last)
{
	g_assert(!node->height && start <= last);
	*node = (struct interval_node){
		.parent = parent, .start = start, .last = last, .max_last = last, .height = 1 };
	*link = node;
	rebalance(root, parent);
}

void interval_tree_insert(struct interval_root *root, struct interval_node *node, pgoff_t start,
			  pgoff_t last)
{
	struct interval_node **link = &root->root, *parent = NULL;

	while (*link) {
		parent = *link;
		link = start < parent->start ? &parent->left : &parent->right;
	}
	link_node(root, node, parent, link, start, last);
}

static struct interval_node *leftmost(struct interval_node *node)
{
	while (node->left)
		node = node->left;
	return node;
}

void interval_tree_insert_after(struct interval_root *root, struct interval_node *node,
				struct interval_node *prev, pgoff_t start, pgoff_t last)
{
	struct interval_node *parent = prev;

	g_assert(prev->start == start);
	if (prev->right) {
		parent = leftmost(prev->right);
		link_node(root, node, parent, &parent->left, start, last);
	} else {
		link_node(root, node, parent, &parent->right, start, last);
	}
}

void interval_tree_insert_before(struct interval_root *root, struct interval_node *node,
				 struct interval_node *next, pgoff_t start, pgoff_t last)
{
	struct interval_node *parent = next;

	g_assert(next->start == start);
	if (!next->left) {
		link_node(root, node, parent, &parent->left, start, last);
		return;
	}
	for (parent = next->left; parent->right;)
		parent = parent->right;
	link_node(root, node, parent, &parent->right, start, last);
}

void interval_tree_remove(struct interval_root *root, struct interval_node *node)
{
	struct interval_node *changed;	/* the lowest one whose children do */
	struct interval_node *heir = NULL; /* takes the place of one with two children */

	g_assert(node->height);
	if (node->left && node->right) {
		heir = leftmost(node->right);
		changed = heir->parent == node ? heir : heir->parent;
		replace_child(root, heir, heir->right);
		replace_child(root, node, heir);
		heir->left = node->left;
		heir->left->parent = heir;
		heir->right = node->right;
		if (heir->right)
			heir->right->parent = heir;
		/* Stands for @node, so that what its height was is compared. */
		heir->height = node->height;
		heir->max_last = node->max_last;
	} else {
		changed = node->parent;
		replace_child(root, node, node->left ? node->left : node->right);
	}
	*node = (struct interval_node){ .start = node->start, .last = node->last };
	rebalance(root, changed);
	rebalance(root, heir);		/* whose own last is new in this place */
}

/* The first one in order below @node, which is not NULL. */
static struct interval_node *first_below(struct interval_node *node, pgoff_t start, pgoff_t last)
{
	while (node && node->max_last >= start) {
		if (node->left && node->left->max_last >= start) {
			node = node->left;
			continue;
		}
		if (node->start > last)
			return NULL;
		if (node->last >= start)
			return node;
		node = node->right;
	}
	return NULL;
}

struct interval_node *interval_tree_first(const struct interval_root *root, pgoff_t start,
					  pgoff_t last)
{
	return first_below(root->root, start, last);
}

struct interval_node *interval_tree_next(struct interval_node *node, pgoff_t start, pgoff_t last)
{
	for (;;) {
		const struct interval_node *child;

		if (node->right && node->right->max_last >= start)
			return first_below(node->right, start, last);
		do {
			child = node;
			node = node->parent;
			if (!node)
				return NULL;
		} while (node->right == child);
		if (node->start > last)
			return NULL;
		if (node->last >= start)
			return node;
	}
}

/* What is wrong below @node; the start of the one before in order in @before. */
static char *wrong_below(const struct interval_node *node, const struct interval_node *parent,
			 pgoff_t *before)
{
	struct interval_node copy;
	char *wrong;
	int lean;

	if (!node)
		return NULL;
	if (node->parent != parent)
		return g_strdup_printf("[%" PRIu64 ", %" PRIu64 "]: wrong parent", node->start,
				       node->last);
	wrong = wrong_below(node->left, node, before);
	if (wrong)
		return wrong;
	if (node->last < node->start || node->start < *before)
		return g_strdup_printf("[%" PRIu64 ", %" PRIu64 "] after start %" PRIu64,
				       node->start, node->last, *before);
	*before = node->start;
	wrong = wrong_below(node->right, node, before);
	if (wrong)
		return wrong;

	copy = *node;
	if (refresh(&copy))
		return g_strdup_printf("[%" PRIu64 ", %" PRIu64 "]: height %d, max_last %" PRIu64
				       ", not %d, %" PRIu64, node->start, node->last,
				       copy.height, copy.max_last, node->height, node->max_last);
	lean = height_of(node->right) - height_of(node->left);
	if (lean < -1 || lean > 1)
		return g_strdup_printf("[%" PRIu64 ", %" PRIu64 "]: leans by %d", node->start,
				       node->last, lean);
	return NULL;
}

char *interval_tree_validate(const struct interval_root *root)
{
	pgoff_t before = 0;

	return wrong_below(root->root, NULL, &before);
}
