/*
 * maple_cursor.c - walking a maple tree either way while it may change.
 *
 * While the generation stands still a step moves within the leaf, or up and down
 * again at its ends; after a change it starts at the root, from the index.
 *
 * In the kernel:  mas_find(), mas_prev() in lib/maple_tree.c; mas_pause() is implied.
 * Locks:          as maple_tree.h, for reading.
 */
#include "machine.h"
#include "maple_node.h"

void mt_cursor_init(struct mt_cursor *cursor, const struct maple_tree *mt, unsigned long index)
{
	*cursor = (struct mt_cursor){ .mt = mt, .first = index, .last = index };
}

static void *arrive(struct mt_cursor *cursor, unsigned long *first, unsigned long *last)
{
	cursor->generation = cursor->mt->generation;
	cursor->started = true;
	if (first)
		*first = mt_first(cursor->node[0], cursor->slot[0]);
	if (last)
		*last = mt_last(cursor->node[0], cursor->slot[0]);
	return mt_range_at(cursor->node[0], cursor->slot[0], &cursor->first, &cursor->last);
}

static bool path_is_right(const struct mt_cursor *cursor)
{
	return cursor->started && cursor->generation == cursor->mt->generation;
}

/* Down the first (@step 1) or last (-1) children from @level, whose slot is right. */
static void descend_edge(struct mt_cursor *cursor, unsigned int level, int step)
{
	while (level > 0) {
		struct maple_node *node = mt_child(cursor->node[level], cursor->slot[level]);

		level--;
		cursor->node[level] = node;
		cursor->slot[level] = step > 0 ? 0 : node->nr - 1;
	}
}

/* To the next slot in that direction; false at the end, with the cursor unmoved. */
static bool step_along(struct mt_cursor *cursor, int step)
{
	for (unsigned int level = 0; level < cursor->mt->height; level++) {
		unsigned int slot = cursor->slot[level] + (unsigned int)step;

		object_use(cursor->node[level], "mas_find");
		if (slot >= cursor->node[level]->nr)
			continue;
		cursor->slot[level] = slot;
		descend_edge(cursor, level, step);
		return true;
	}
	return false;
}

/* From the root to the range that mt_find() (@step 1) or mt_find_rev() would return. */
static bool look_up(struct mt_cursor *cursor, unsigned long index, int step)
{
	struct maple_node *node = cursor->mt->root;

	if (!node)
		return false;
	for (;;) {
		unsigned int slot = step > 0 ? mt_slot_of(node, index) :
					       (unsigned int)mt_slot_below(node, index);

		if (slot >= node->nr)
			return false;
		cursor->node[node->level] = node;
		cursor->slot[node->level] = slot;
		if (!node->level)
			return true;
		node = mt_child(node, slot);
	}
}

void *mt_next(struct mt_cursor *cursor, unsigned long *first, unsigned long *last)
{
	unsigned long from = cursor->last;

	if (path_is_right(cursor))
		return step_along(cursor, 1) ? arrive(cursor, first, last) : NULL;
	if (cursor->started && from++ == ~0UL)
		return NULL;
	return look_up(cursor, from, 1) ? arrive(cursor, first, last) : NULL;
}

void *mt_prev(struct mt_cursor *cursor, unsigned long *first, unsigned long *last)
{
	unsigned long from = cursor->first;

	if (path_is_right(cursor))
		return step_along(cursor, -1) ? arrive(cursor, first, last) : NULL;
	if (cursor->started && from-- == 0)
		return NULL;
	return look_up(cursor, from, -1) ? arrive(cursor, first, last) : NULL;
}
