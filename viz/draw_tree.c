/*
 * draw_tree.c - the maple tree that holds the areas of each address space.
 *
 * In the kernel:  lib/maple_tree.c mt_dump(), by role.
 * Locks:          none.
 */
#include "viz/draw_internal.h"

#define AREAS_IN_LEAF	4
#define NODES_IN_LEVEL	12

struct tree_view {
	struct drawing *drawing;
	struct graph *graph;
	const struct process *process;
	GString *html;
	guint in_level[MT_MAX_HEIGHT];	/* nodes met */
	GArray *nodes;			/* struct mt_node_view: those that are drawn */
	GArray *skipped;		/* guint: ids of the others */
};

/* The areas of a leaf, the first few. */
static void leaf_areas(struct tree_view *view, const struct mt_node_view *node, GString *out)
{
	const struct process *process = view->process;
	unsigned int nr = 0;

	for (guint i = 0; i < process->vmas->len; i++) {
		const struct vm_area_struct *vma = process->vmas->pdata[i];

		if (vma->vm_start < node->min || vma->vm_start > node->max)
			continue;
		if (nr++ >= AREAS_IN_LEAF)
			continue;
		g_string_append_printf(out, "%svma#%u  ", nr > 1 ? "\n" : "", vma->id);
		draw_range(view->drawing, process->mm, vma->vm_start, vma->vm_end, out);
	}
	if (nr > AREAS_IN_LEAF)
		g_string_append_printf(out, "\nand %u more", nr - AREAS_IN_LEAF);
}

static void node_html(struct tree_view *view, const struct mt_node_view *node)
{
	const struct theme *theme = view->drawing->theme;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *title = g_strdup_printf("maple_node#%u", node->id);

	g_string_truncate(view->html, 0);
	html_table(view->html, "BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
			       "CELLPADDING=\"4\"");
	html_row(view->html);
	html_put(view->html, .text = title, .bold = true, .fill = theme->head,
		 .edge = theme->line);
	html_row_end(view->html);
	draw_range(view->drawing, view->process->mm, node->min, node->max + 1, text);
	g_string_append_printf(text, "\n%u %s\nlargest gap ", node->nr,
			       node->level ? "children" : "areas");
	if (node->gap)
		draw_size(node->gap >> PAGE_SHIFT, text);
	else
		g_string_append(text, "none");
	html_row(view->html);
	html_put(view->html, .text = text->str, .align = 'l', .edge = theme->line,
		 .fill = theme->box);
	html_row_end(view->html);
	if (!node->level) {
		g_string_truncate(text, 0);
		leaf_areas(view, node, text);
		html_row(view->html);
		html_put(view->html, .text = text->str, .align = 'l', .edge = theme->line);
		html_row_end(view->html);
	}
	html_table_end(view->html);
}

static bool was_skipped(const struct tree_view *view, guint id)
{
	for (guint i = 0; i < view->skipped->len; i++)
		if (g_array_index(view->skipped, guint, i) == id)
			return true;
	return false;
}

/* Parents come first: keeps the node, or notes that there is no room for it. */
static void visit(const struct mt_node_view *node, void *data)
{
	struct tree_view *view = data;

	if (view->in_level[node->level]++ >= NODES_IN_LEVEL ||
	    (node->parent_id && was_skipped(view, node->parent_id))) {
		g_array_append_val(view->skipped, node->id);
		view->drawing->nr_folded++;
		return;
	}
	g_array_append_val(view->nodes, *node);
}

static void draw_node(struct tree_view *view, const struct mt_node_view *node)
{
	g_autofree char *name = g_strdup_printf("maple_node#%u", node->id);
	g_autofree char *parent = g_strdup_printf("maple_node#%u", node->parent_id);
	struct graph_node *drawn;

	node_html(view, node);
	drawn = draw_table_node(view->graph, name, view->html->str, NULL);
	if (node->parent_id)
		graph_edge(view->graph, graph_node(view->graph, parent), NULL, drawn, NULL);
}

static void draw_process(struct drawing *drawing, struct graph *graph,
			 const struct process *process, GString *html)
{
	g_autoptr(GArray) skipped = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autoptr(GArray) nodes = g_array_new(FALSE, FALSE, sizeof(struct mt_node_view));
	g_autofree char *name = g_strdup_printf("tree of mm#%u", process->mm->id);
	g_autoptr(GString) label = g_string_new(process->name);
	struct tree_view view = {
		.drawing = drawing, .process = process, .html = html, .skipped = skipped,
		.nodes = nodes, .graph = graph_cluster(graph, name),
	};

	mt_for_each_node(&process->mm->mm_mt, visit, &view);
	/* In a graph that grows to the right dot puts the first one at the bottom. */
	for (guint i = nodes->len; i-- > 0; )
		draw_node(&view, &g_array_index(nodes, struct mt_node_view, i));
	g_string_append_printf(label, "   mm#%u: %lu areas, %u levels", process->mm->id,
			       process->mm->mm_mt.count, process->mm->mm_mt.height);
	if (skipped->len)
		g_string_append_printf(label, ", %u nodes at the end not shown", skipped->len);
	graph_set(view.graph, "label", label->str);
	graph_set(view.graph, "labeljust", "l");
	graph_set(view.graph, "color", drawing->theme->line);
}

void draw_tree(struct drawing *drawing, struct graph *graph)
{
	g_autoptr(GString) html = g_string_new(NULL);

	for (guint i = drawing->processes->len; i-- > 0; )
		draw_process(drawing, graph, drawing->processes->pdata[i], html);
}
