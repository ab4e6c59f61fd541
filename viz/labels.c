/*
 * labels.c - the words in pictures: addresses, sizes, names, and what a tooltip says.
 *
 * Locks: none.
 */
#include <string.h>

#include "viz/draw_internal.h"

/* Bytes; dot takes no text above 16 KiB. */
#define LONGEST_TIP	600

static bool in_window(const struct drawing *drawing, const struct mm_struct *mm,
		      unsigned long addr, unsigned long *page)
{
	unsigned long start = drawing->options->window_start, end = drawing->options->window_end;

	if (!start && mm) {
		start = mm->window_start;
		end = mm->window_end;
	}
	if (!start || addr < start || addr > end || offset_in_page(addr))
		return false;
	*page = (addr - start) >> PAGE_SHIFT;
	return true;
}

void draw_address(const struct drawing *drawing, const struct mm_struct *mm, unsigned long addr,
		  GString *out)
{
	unsigned long page;

	if (in_window(drawing, mm, addr, &page))
		g_string_append_printf(out, "@%lu", page);
	else
		g_string_append_printf(out, "0x%lx", addr);
}

void draw_range(const struct drawing *drawing, const struct mm_struct *mm, unsigned long start,
		unsigned long end, GString *out)
{
	draw_address(drawing, mm, start, out);
	g_string_append(out, "..");
	draw_address(drawing, mm, end, out);
}

void draw_pgoff(const struct drawing *drawing, const struct mm_struct *mm, bool anonymous,
		pgoff_t pgoff, GString *out)
{
	unsigned long page;

	if (anonymous && in_window(drawing, mm, pgoff << PAGE_SHIFT, &page))
		g_string_append_printf(out, "@%lu", page);
	else
		g_string_append_printf(out, "0x%" G_GINT64_MODIFIER "x", pgoff);
}

void draw_size(unsigned long pages, GString *out)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double size = (double)pages * 4;
	unsigned int unit = 0;

	if (pages < 1024) {
		g_string_append_printf(out, "%lu page%s", pages, pages == 1 ? "" : "s");
		return;
	}
	while (size >= 1024 && unit + 1 < G_N_ELEMENTS(units)) {
		size /= 1024;
		unit++;
	}
	g_string_append_printf(out, "%.4g %s", size, units[unit]);
}

char *draw_tip(enum object_kind kind, const void *object)
{
	const struct object_type *type = object_type(kind);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s#%u:", object_kind_name(kind),
			       *(const unsigned int *)object);
	for (size_t i = 0; i < type->nr_fields; i++) {
		g_string_append_printf(text, " %s=", type->fields[i].name);
		field_print(&type->fields[i], object, text);
	}
	if (text->len > LONGEST_TIP) {
		g_string_truncate(text, LONGEST_TIP);
		g_string_append(text, " ...");
	}
	return g_string_free(text, FALSE);
}

const char *draw_vma_name(const struct vm_area_struct *vma)
{
	const struct field *field = object_field(KIND_VMA, "name");
	uint64_t value = field ? field->get(vma) : 0;

	return value ? (const char *)(uintptr_t)value : "";
}

/* The same rights and sort of memory; not the same place. */
bool draw_vma_alike(const void *a, const void *b)
{
	const struct vm_area_struct *left = a, *right = b;

	return left->vm_flags == right->vm_flags && left->vm_file == right->vm_file &&
	       left->vm_ops == right->vm_ops && vma_pages(left) == vma_pages(right) &&
	       !left->anon_vma == !right->anon_vma;
}

GArray *draw_fold(struct drawing *drawing, const GPtrArray *items, fold_alike_fn alike)
{
	GArray *runs = fold_list(items, drawing->max, alike);

	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);

		if (!fold_is_item(run))
			drawing->nr_folded += run->count;
	}
	return runs;
}

struct graph_node *draw_table_node(struct graph *graph, const char *name, const char *html,
				   const char *tip)
{
	struct graph_node *node = graph_node(graph, name);

	graph_node_html(node, html);
	graph_node_set(node, "tooltip", tip ? tip : name);
	return node;
}

/* Inside of boxes dot 2.43 draws the tail of an edge along a rank below its head. */
void draw_below(const struct drawing *drawing, struct graph *graph, const char *upper,
		const char *lower)
{
	struct graph *rank = graph_rank(graph, "left");
	struct graph_node *from = graph_node(rank, drawing->in_boxes ? lower : upper);
	struct graph_node *to = graph_node(rank, drawing->in_boxes ? upper : lower);

	graph_edge_set(graph_edge(rank, from, NULL, to, NULL), "style", "invis");
}
