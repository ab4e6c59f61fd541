/*
 * strip.c - the axis of addresses, and what stands where on it.
 *
 * Locks: none.
 */
#include "viz/strip.h"

#define LONGEST_TO_SCALE	64	/* pages of an area or hole with a column each */
#define MOST_PAGE_COLUMNS	130
#define TOTAL_WIDTH		960	/* points, about */
#define CUT_WIDTH		78	/* of a range that is cut short */
#define NARROWEST		12

const struct vm_area_struct *strip_first(const struct strip *strip, const struct fold_run *run)
{
	return strip->process->vmas->pdata[run->first];
}

const struct vm_area_struct *strip_last(const struct strip *strip, const struct fold_run *run)
{
	return strip->process->vmas->pdata[run->first + run->count - 1];
}

const struct fold_run *strip_neighbour(const struct strip *strip, guint run)
{
	const struct fold_run *next, *this = &g_array_index(strip->runs, struct fold_run, run);

	if (run + 1 >= strip->runs->len)
		return NULL;
	next = this + 1;
	return strip_last(strip, this)->vm_end == strip_first(strip, next)->vm_start ? next : NULL;
}

static int compare_addresses(gconstpointer a, gconstpointer b)
{
	unsigned long left = *(const unsigned long *)a, right = *(const unsigned long *)b;

	return left < right ? -1 : left > right;
}

/* Where runs start and end, sorted, each once. */
static GArray *all_edges(const struct strips *strips)
{
	GArray *edges = g_array_new(FALSE, FALSE, sizeof(unsigned long));
	guint kept = 0;

	for (guint i = 0; i < strips->list->len; i++) {
		const struct strip *strip = strips->list->pdata[i];

		for (guint j = 0; j < strip->runs->len; j++) {
			const struct fold_run *run = &g_array_index(strip->runs, struct fold_run,
								    j);

			g_array_append_val(edges, strip_first(strip, run)->vm_start);
			g_array_append_val(edges, strip_last(strip, run)->vm_end);
		}
	}
	g_array_sort(edges, compare_addresses);
	for (guint i = 0; i < edges->len; i++) {
		unsigned long edge = g_array_index(edges, unsigned long, i);

		if (!kept || g_array_index(edges, unsigned long, kept - 1) != edge)
			g_array_index(edges, unsigned long, kept++) = edge;
	}
	g_array_set_size(edges, kept);
	return edges;
}

/* Pages between neighbours of @edges that are not cut. */
static unsigned long pages_to_scale(const GArray *edges)
{
	unsigned long pages = 0;

	for (guint i = 0; i + 1 < edges->len; i++) {
		unsigned long n = (g_array_index(edges, unsigned long, i + 1) -
				   g_array_index(edges, unsigned long, i)) >> PAGE_SHIFT;

		pages += n <= LONGEST_TO_SCALE ? n : 0;
	}
	return pages;
}

static void add_column(GArray *columns, unsigned long start, unsigned long end,
		       unsigned int width, bool first, bool page)
{
	struct column column = {
		.start = start, .end = end, .width = width, .first = first, .page = page,
	};

	g_array_append_val(columns, column);
}

/* The columns of one stretch without an edge inside. */
static void add_stretch(GArray *columns, unsigned long start, unsigned long end,
			unsigned long to_scale)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	unsigned long unit = to_scale ? CLAMP(TOTAL_WIDTH / to_scale, 10, 22) : 22;

	if (pages > LONGEST_TO_SCALE) {
		add_column(columns, start, end, CUT_WIDTH, true, false);
	} else if (to_scale > MOST_PAGE_COLUMNS) {
		unsigned long width = pages * TOTAL_WIDTH / to_scale;

		add_column(columns, start, end, (unsigned int)MAX(width, NARROWEST), true, false);
	} else {
		for (unsigned long at = start; at < end; at += PAGE_SIZE)
			add_column(columns, at, at + PAGE_SIZE, (unsigned int)unit, at == start,
				   true);
	}
}

static void make_columns(struct strips *strips)
{
	g_autoptr(GArray) edges = all_edges(strips);
	unsigned long to_scale = pages_to_scale(edges);

	strips->columns = g_array_new(FALSE, FALSE, sizeof(struct column));
	for (guint i = 0; i + 1 < edges->len; i++)
		add_stretch(strips->columns, g_array_index(edges, unsigned long, i),
			    g_array_index(edges, unsigned long, i + 1), to_scale);
}

guint strips_column(const struct strips *strips, unsigned long addr)
{
	guint low = 0, high = strips->columns->len;

	while (low < high) {
		guint middle = (low + high) / 2;

		if (g_array_index(strips->columns, struct column, middle).start < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void strip_free(gpointer data)
{
	struct strip *strip = data;

	g_array_unref(strip->runs);
	g_free(strip);
}

struct strips *strips_create(struct drawing *drawing)
{
	struct strips *strips = g_new0(struct strips, 1);

	strips->list = g_ptr_array_new_with_free_func(strip_free);
	for (guint i = 0; i < drawing->processes->len; i++) {
		struct strip *strip = g_new0(struct strip, 1);

		strip->process = drawing->processes->pdata[i];
		strip->runs = draw_fold(drawing, strip->process->vmas, draw_vma_alike);
		g_ptr_array_add(strips->list, strip);
	}
	make_columns(strips);
	return strips;
}

void strips_destroy(struct strips *strips)
{
	g_ptr_array_unref(strips->list);
	g_array_unref(strips->columns);
	g_free(strips);
}
