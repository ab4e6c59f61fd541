/*
 * fold.c - finds runs of alike items.
 *
 * Locks: none.
 */
#include "viz/fold.h"

#define MAX_PERIOD	4
#define SHORTEST_RUN	3	/* items that a fold has to save */

static void add_run(GArray *runs, guint first, guint count, guint period)
{
	struct fold_run run = { .first = first, .count = count, .period = period };

	g_array_append_val(runs, run);
}

/* How many items from @first on repeat those @period before them. */
static guint repeats(const GPtrArray *items, guint first, guint period, fold_alike_fn alike)
{
	guint at = first + period;

	while (at < items->len && alike(items->pdata[at], items->pdata[at - period]))
		at++;
	return at > first + period ? at - first - period : 0;
}

static GArray *fold_alike(const GPtrArray *items, fold_alike_fn alike)
{
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(struct fold_run));
	guint at = 0;

	while (at < items->len) {
		guint period = 0, saved = 0;

		for (guint p = 1; p <= MAX_PERIOD && at + p < items->len; p++) {
			guint more = repeats(items, at, p, alike);

			if (more >= SHORTEST_RUN && more >= p && more + p > saved + period) {
				period = p;
				saved = more;
			}
		}
		add_run(runs, at++, 1, 0);
		if (!period)
			continue;
		for (guint i = 1; i < period; i++)
			add_run(runs, at++, 1, 0);
		add_run(runs, at, saved, period);
		at += saved;
	}
	return runs;
}

/* The middle of @runs becomes one run. */
static void lose_middle(GArray *runs, guint max)
{
	guint head = max * 2 / 3, tail = max - head;
	guint from = head, to = runs->len - tail;
	struct fold_run *middle = &g_array_index(runs, struct fold_run, from);
	const struct fold_run *last = &g_array_index(runs, struct fold_run, to - 1);

	middle->count = last->first + last->count - middle->first;
	middle->period = 0;
	g_array_remove_range(runs, from + 1, to - from - 1);
}

GArray *fold_list(const GPtrArray *items, guint max, fold_alike_fn alike)
{
	GArray *runs;

	if (!max || items->len <= max) {
		runs = g_array_new(FALSE, FALSE, sizeof(struct fold_run));
		for (guint i = 0; i < items->len; i++)
			add_run(runs, i, 1, 0);
		return runs;
	}
	runs = fold_alike(items, alike);
	if (runs->len > max + 1)
		lose_middle(runs, max);
	return runs;
}

char *fold_words(const GPtrArray *items, const struct fold_run *run, const char *kind)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "%u more", run->count);
	for (guint i = 0; i < run->period; i++) {
		const unsigned int *id = items->pdata[run->first - run->period + i];

		g_string_append_printf(text, "%s%s#%u", i ? ", " : " like ", kind, *id);
	}
	if (run->period > 1)
		g_string_append(text, " in turn");
	return g_string_free(g_steal_pointer(&text), FALSE);
}
