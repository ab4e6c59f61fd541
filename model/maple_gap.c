/*
 * maple_gap.c - the lowest and the highest free range of some size.
 *
 * A child is entered only if a gap below it is large enough.  That can disappoint
 * only where a bound of the search cuts through the child, so at most two children of
 * each level are entered in vain: O(log n).
 *
 * In the kernel:  mas_empty_area(), mas_empty_area_rev() in lib/maple_tree.c.
 * Locks:          as maple_tree.h, for reading.
 */
#include "maple_node.h"

/* What is looked for: @more + 1 indices within [min, max]. */
struct gap_search {
	unsigned long min, max, more;
	unsigned long first, last;	/* the gap found, clipped */
};

/* [first, last] is free: does it do? */
static bool gap_fits(struct gap_search *search, unsigned long first, unsigned long last)
{
	search->first = MAX(first, search->min);
	search->last = MIN(last, search->max);
	return search->first <= search->last && search->last - search->first >= search->more;
}

/* The gap, if there is one, before @slot, which is not 0. */
static bool gap_before_fits(struct gap_search *search, const struct maple_node *node,
			    unsigned int slot)
{
	unsigned long first = mt_last(node, slot - 1) + 1, last = mt_first(node, slot);

	return first < last && gap_fits(search, first, last - 1);
}

static bool lowest_below(struct gap_search *search, const struct maple_node *node)
{
	for (unsigned int slot = mt_slot_of(node, search->min); slot < node->nr; slot++) {
		if (slot && gap_before_fits(search, node, slot))
			return true;
		if (mt_first(node, slot) > search->max)
			return false;
		if (mt_gap(node, slot) > search->more &&
		    lowest_below(search, mt_child(node, slot)))
			return true;
	}
	return false;
}

static bool highest_below(struct gap_search *search, const struct maple_node *node)
{
	for (int slot = mt_slot_below(node, search->max); slot >= 0; slot--) {
		unsigned int at = (unsigned int)slot;

		if (at + 1 < node->nr && gap_before_fits(search, node, at + 1))
			return true;
		if (mt_last(node, at) < search->min)
			return false;
		if (mt_gap(node, at) > search->more &&
		    highest_below(search, mt_child(node, at)))
			return true;
	}
	return false;
}

/* The gap before all ranges; all there is if there are none. */
static bool head_fits(struct gap_search *search, const struct maple_tree *mt)
{
	if (!mt->root)
		return gap_fits(search, mt->min, mt->max);
	return mt_first(mt->root, 0) > mt->min &&
	       gap_fits(search, mt->min, mt_first(mt->root, 0) - 1);
}

/* The gap behind all ranges, of which there are some. */
static bool tail_fits(struct gap_search *search, const struct maple_tree *mt)
{
	unsigned long last = mt_last(mt->root, mt->root->nr - 1);

	return last < mt->max && gap_fits(search, last + 1, mt->max);
}

/* 0 if there is something to look for. */
static int search_start(struct gap_search *search, const struct maple_tree *mt,
			unsigned long min, unsigned long max, unsigned long size)
{
	if (min > max || !size || max - min < size - 1)
		return -EINVAL;
	*search = (struct gap_search){
		.min = MAX(min, mt->min), .max = MIN(max, mt->max), .more = size - 1 };
	return search->min <= search->max ? 0 : -EBUSY;
}

int mt_empty_area(const struct maple_tree *mt, unsigned long min, unsigned long max,
		  unsigned long size, unsigned long *start)
{
	struct gap_search search;
	int err = search_start(&search, mt, min, max, size);

	if (err)
		return err;
	if (!head_fits(&search, mt) &&
	    (!mt->root || (!lowest_below(&search, mt->root) && !tail_fits(&search, mt))))
		return -EBUSY;
	*start = search.first;
	return 0;
}

int mt_empty_area_rev(const struct maple_tree *mt, unsigned long min, unsigned long max,
		      unsigned long size, unsigned long *start)
{
	struct gap_search search;
	int err = search_start(&search, mt, min, max, size);

	if (err)
		return err;
	if ((!mt->root || (!tail_fits(&search, mt) && !highest_below(&search, mt->root))) &&
	    !head_fits(&search, mt))
		return -EBUSY;
	*start = search.last - search.more;
	return 0;
}
