/*
 * fold.h - a long list for people: runs of items that are alike become one line.
 *
 * A list of up to max items stays as it is.  In a longer one, runs of alike items are
 * folded; two to four kinds in turn count as alike too, for areas often alternate.  What
 * is still too long loses its middle.  Nothing goes without being counted.
 *
 * In the kernel:  nothing of the kind.
 * Locks:          none.
 */
#ifndef VIZ_FOLD_H
#define VIZ_FOLD_H

#include <glib.h>
#include <stdbool.h>

struct fold_run {
	guint first, count;		/* items; count 1: an item by itself */
	guint period;			/* of a run: like the @period items before it; 0: unlike */
};

typedef bool (*fold_alike_fn)(const void *a, const void *b);

/* The runs of @items, at most about @max (0: no limit); g_array_unref(). */
GArray *fold_list(const GPtrArray *items, guint max, fold_alike_fn alike);

/* "1498 more like vma#7, vma#8 in turn"; @kind "vma", items start with their id; g_free(). */
char *fold_words(const GPtrArray *items, const struct fold_run *run, const char *kind);
static inline bool fold_is_item(const struct fold_run *run)
{
	return run->count == 1;
}

#endif
