/*
 * draw_anon_vma.c - which area leads to which anon_vma, through its chain.
 *
 * Left the address spaces, a table each with a row per area and in it a cell per
 * anon_vma_chain, in list order; right the anon_vmas, in a box for each root.
 *
 * In the kernel:  the drawing in Documentation/mm, include/linux/rmap.h.
 * Locks:          none.
 */
#include "model/rmap.h"
#include "viz/draw_internal.h"

#define TABLE "BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"4\" COLOR=\"%s\""

struct anon_view {
	struct drawing *drawing;
	struct graph *graph;
	GString *html;
};

static void start_table(struct anon_view *view)
{
	g_autofree char *attributes = g_strdup_printf(TABLE, view->drawing->theme->line);

	g_string_truncate(view->html, 0);
	html_table(view->html, attributes);
}

/* ---- anon_vmas ---- */

static struct graph_node *anon_vma_node(struct anon_view *view, const struct anon_vma *anon_vma)
{
	const struct theme *theme = view->drawing->theme;
	g_autofree char *name = g_strdup_printf("anon_vma#%u", anon_vma->id);
	g_autofree char *root = g_strdup_printf("root of anon_vma#%u", anon_vma->root->id);
	g_autofree char *title = g_strconcat(name, anon_vma->root == anon_vma ? ", root" : "",
					     NULL);
	g_autofree char *tip = draw_tip(KIND_ANON_VMA, anon_vma);
	g_autofree char *counts = g_strdup_printf("refcount %u  children %u  active %u",
						  anon_vma->refcount, anon_vma->num_children,
						  anon_vma->num_active_vmas);
	struct graph *box = graph_cluster(view->graph, root);

	graph_set(box, "label", "");	/* edges would run through a label */
	graph_set(box, "tooltip", root);
	graph_set(box, "style", "rounded");
	graph_set(box, "color", theme->line);
	g_string_truncate(view->html, 0);
	html_table(view->html, "BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
			       "CELLPADDING=\"4\"");
	html_row(view->html);
	html_put(view->html, .text = title, .bold = true, .port = "head",
		 .fill = theme_tint(theme, anon_vma->id), .edge = theme->text);
	html_row_end(view->html);
	html_row(view->html);
	html_put(view->html, .text = counts, .align = 'l', .fill = theme->box,
		 .edge = theme->text, .tip = tip, .size = THEME_SMALL,
		 .color = anon_vma->num_active_vmas ? NULL : theme->faint);
	html_row_end(view->html);
	html_table_end(view->html);
	return draw_table_node(box, name, view->html->str, tip);
}

static void draw_anon_vmas(struct anon_view *view)
{
	g_autoptr(GPtrArray) all = object_list(view->drawing->machine, KIND_ANON_VMA);

	for (guint i = 0; i < all->len; i++)
		anon_vma_node(view, all->pdata[i]);
	for (guint i = 0; i < all->len; i++) {
		const struct anon_vma *anon_vma = all->pdata[i];
		g_autofree char *name = g_strdup_printf("anon_vma#%u", anon_vma->id);
		g_autofree char *parent = NULL;
		struct graph_edge *edge;

		if (!anon_vma->parent || anon_vma->parent == anon_vma)
			continue;
		parent = g_strdup_printf("anon_vma#%u", anon_vma->parent->id);
		edge = graph_edge(view->graph, graph_node(view->graph, name), "head:e",
				  graph_node(view->graph, parent), "head:w");
		graph_edge_set(edge, "style", "dotted");
		graph_edge_set(edge, "edgetooltip", "parent");
	}
}

/* ---- address spaces ---- */

/* The cells of the chain, one below the other; the first is what new pages use, if any. */
static void chain_cell(struct anon_view *view, const struct vm_area_struct *vma)
{
	const struct theme *theme = view->drawing->theme;
	const struct anon_vma_chain *avc;

	if (list_empty(&vma->anon_vma_chain)) {
		html_put(view->html, .text = "no chain", .color = theme->faint, .align = 'l');
		return;
	}
	g_string_append(view->html, "<TD><TABLE BORDER=\"0\" CELLBORDER=\"0\" "
				    "CELLSPACING=\"2\" CELLPADDING=\"2\">");
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		g_autofree char *name = g_strdup_printf("avc#%u", avc->id);
		g_autofree char *port = g_strdup_printf("avc%u", avc->id);
		g_autofree char *tip = draw_tip(KIND_AVC, avc);
		bool own = avc->anon_vma == vma->anon_vma;

		html_row(view->html);
		html_put(view->html, .text = name, .port = port, .tip = tip, .bold = own,
			 .border = 1, .style = own ? NULL : "dashed",
			 .fill = theme_tint(theme, avc->anon_vma->id),
			 .edge = theme_hue(theme, avc->anon_vma->id));
		html_row_end(view->html);
	}
	g_string_append(view->html, "</TABLE></TD>");
}

static void area_row(struct anon_view *view, const struct vm_area_struct *vma)
{
	struct drawing *drawing = view->drawing;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *name = g_strdup_printf("vma#%u", vma->id);
	g_autofree char *tip = draw_tip(KIND_VMA, vma);
	char prot[5];

	html_row(view->html);
	html_put(view->html, .text = name, .align = 'l', .tip = tip);
	draw_range(drawing, vma->vm_mm, vma->vm_start, vma->vm_end, text);
	html_put(view->html, .text = text->str, .align = 'l');
	vm_flags_prot(vma->vm_flags, prot);
	html_put(view->html, .text = prot, .mono = true);
	g_string_assign(text, "pgoff ");
	draw_pgoff(drawing, vma->vm_mm, !vma->vm_file, vma->vm_pgoff, text);
	html_put(view->html, .text = text->str, .align = 'l');
	chain_cell(view, vma);
	html_row_end(view->html);
}

static void chain_edges(struct anon_view *view, struct graph_node *from,
			const struct vm_area_struct *vma)
{
	const struct theme *theme = view->drawing->theme;
	const struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		g_autofree char *to = g_strdup_printf("anon_vma#%u", avc->anon_vma->id);
		g_autofree char *port = g_strdup_printf("avc%u:e", avc->id);
		g_autofree char *tip = draw_tip(KIND_AVC, avc);
		struct graph_edge *edge = graph_edge(view->graph, from, port,
						     graph_node(view->graph, to), "head:w");
		bool own = avc->anon_vma == vma->anon_vma;

		graph_edge_set(edge, "color", theme_hue(theme, avc->anon_vma->id));
		graph_edge_set(edge, "style", own ? "bold" : "dashed");
		graph_edge_set(edge, "edgetooltip", tip);
	}
}

/* Areas that cannot have an anon_vma and have none only take room: the rest. */
static GPtrArray *areas_to_show(const struct process *process)
{
	GPtrArray *areas = g_ptr_array_new();

	for (guint i = 0; i < process->vmas->len; i++) {
		struct vm_area_struct *vma = process->vmas->pdata[i];
		bool reserved = !(vma->vm_flags & VM_ACCESS_FLAGS);

		if (!list_empty(&vma->anon_vma_chain) || (!vma->vm_file && !reserved))
			g_ptr_array_add(areas, vma);
	}
	return areas;
}

static void note_row(struct anon_view *view, const char *words)
{
	html_row(view->html);
	html_put(view->html, .text = words, .italic = true, .align = 'l', .span = 5,
		 .color = view->drawing->theme->faint);
	html_row_end(view->html);
}

static void draw_process(struct anon_view *view, const struct process *process)
{
	const struct theme *theme = view->drawing->theme;
	g_autoptr(GPtrArray) areas = areas_to_show(process);
	g_autoptr(GArray) runs = draw_fold(view->drawing, areas, draw_vma_alike);
	g_autofree char *title = g_strdup_printf("%s   mm#%u", process->name, process->mm->id);
	g_autofree char *name = g_strdup_printf("mm#%u", process->mm->id);
	g_autofree char *tip = draw_tip(KIND_MM, process->mm);
	guint hidden = process->vmas->len - areas->len;
	struct graph_node *node;

	start_table(view);
	html_row(view->html);
	html_put(view->html, .text = title, .bold = true, .fill = theme->head, .span = 5,
		 .align = 'l', .tip = tip);
	html_row_end(view->html);
	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);
		g_autofree char *words = NULL;

		if (fold_is_item(run)) {
			area_row(view, areas->pdata[run->first]);
			continue;
		}
		words = fold_words(areas, run, "vma");
		note_row(view, words);
	}
	if (hidden) {
		g_autofree char *words = g_strdup_printf("and %u of files or without any right, "
							 "with no chain", hidden);
		note_row(view, words);
	}
	html_table_end(view->html);
	node = draw_table_node(view->graph, name, view->html->str, tip);
	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);

		if (fold_is_item(run))
			chain_edges(view, node, areas->pdata[run->first]);
	}
}

void draw_anon_vma(struct drawing *drawing, struct graph *graph)
{
	g_autoptr(GString) html = g_string_new(NULL);
	struct anon_view view = { .drawing = drawing, .graph = graph, .html = html };

	graph_set(graph, "ranksep", "1.2");
	for (guint i = drawing->processes->len; i-- > 0; )
		draw_process(&view, drawing->processes->pdata[i]);
	for (guint i = 0; i + 1 < drawing->processes->len; i++) {
		const struct process *process = drawing->processes->pdata[i];
		const struct process *next = drawing->processes->pdata[i + 1];
		g_autofree char *upper = g_strdup_printf("mm#%u", process->mm->id);
		g_autofree char *lower = g_strdup_printf("mm#%u", next->mm->id);

		draw_below(drawing, graph, upper, lower);
	}
	draw_anon_vmas(&view);
}
