/*
 * draw.c - chooses the view, sets up the graph, writes the file.
 *
 * A new view is a row of VIEWS, a function in a file draw_NAME.c, and its line in drawers[].
 *
 * Locks: none.
 */
#include <string.h>

#include "model/pgtable.h"
#include "viz/draw_internal.h"
#include "viz/ruler.h"

static void draw_all(struct drawing *drawing, struct graph *graph);

static const struct {
	const char *name, *title, *what, *direction;
} views[NR_VIEWS] = {
#define V(view, word, heading, phrase, grows) \
	[view] = { .name = #word, .title = heading, .what = phrase, .direction = grows },
	VIEWS(V)
#undef V
};

static const draw_fn drawers[NR_VIEWS] = {
	[VIEW_VMAS] = draw_vmas,	[VIEW_ANON_VMA] = draw_anon_vma,
	[VIEW_PGTABLE] = draw_pgtable,	[VIEW_RMAP] = draw_rmap,
	[VIEW_FOLIOS] = draw_folios,	[VIEW_TREE] = draw_tree,
	[VIEW_ALL] = draw_all,
};

enum view view_from_name(const char *name)
{
	unsigned int view = 0;

	while (view < NR_VIEWS && strcmp(views[view].name, name))
		view++;
	return (enum view)view;
}

const char *view_name(enum view view)
{
	return views[view].name;
}

const char *view_what(enum view view)
{
	return views[view].what;
}

const char *view_names(void)
{
#define V(view, word, heading, phrase, grows) ", " #word
	return &VIEWS(V)[2];
#undef V
}

/* ---- what is drawn ---- */

static void process_free(gpointer data)
{
	struct process *process = data;

	g_free(process->name);
	g_ptr_array_unref(process->vmas);
	g_free(process);
}

static struct process *process_of(struct drawing *drawing, const struct mm_struct *mm)
{
	for (guint i = 0; i < drawing->processes->len; i++) {
		struct process *process = drawing->processes->pdata[i];

		if (process->mm == mm)
			return process;
	}
	return NULL;
}

static void add_process(struct drawing *drawing, const struct task_struct *task)
{
	struct process *process = process_of(drawing, task->mm);
	struct vm_area_struct *vma;

	if (process) {
		char *name = process->name;

		process->name = g_strdup_printf("%s, %s", name, task->name);
		g_free(name);
		return;
	}
	process = g_new0(struct process, 1);
	process->id = task->mm->id;
	process->name = g_strdup(task->name);
	process->mm = task->mm;
	process->vmas = g_ptr_array_new();
	for_each_vma(process->mm, vma)
		g_ptr_array_add(process->vmas, vma);
	g_ptr_array_add(drawing->processes, process);
}

/* Is it the first thread of a process that lives and that the options ask for? */
static bool is_wanted(const struct drawing *drawing, const struct task_struct *task)
{
	const char *process = drawing->options->process;

	return task->mm && !task->exited && task->pid == task->tgid &&
	       (!process || !strcmp(process, task->name));
}

bool drawing_init(struct drawing *drawing, const struct machine *machine,
		  const struct draw_options *options, char **error)
{
	static const struct draw_options nothing;
	struct task_struct *task;

	*drawing = (struct drawing){ .machine = machine, .options = options ? options : &nothing };
	options = drawing->options;
	drawing->theme = theme_get(options->dark);
	drawing->max = options->max ? options->max : DRAW_MAX;
	drawing->processes = g_ptr_array_new_with_free_func(process_free);
	list_for_each_entry(task, &machine->tasks, tasks)
		if (is_wanted(drawing, task))
			add_process(drawing, task);
	if (!options->process || drawing->processes->len)
		return true;
	*error = g_strdup_printf("there is no process '%s' (any more)", options->process);
	drawing_fini(drawing);
	return false;
}

void drawing_fini(struct drawing *drawing)
{
	g_ptr_array_unref(drawing->processes);
}

/* ---- the graph ---- */

/* In a graph that grows to the right dot puts the first one at the bottom. */
static const enum view parts_of_all[] = {
	VIEW_FOLIOS, VIEW_RMAP, VIEW_PGTABLE, VIEW_ANON_VMA, VIEW_VMAS,
};

/*
 * The tables left, what is a graph right of them: ranks that both used would tear the
 * graphs apart.
 */
static void two_columns(struct drawing *drawing, struct graph *graph)
{
	for (guint i = drawing->processes->len; i-- > 0; ) {
		const struct process *process = drawing->processes->pdata[i];
		g_autofree char *mm = g_strdup_printf("mm#%u", process->mm->id);
		g_autofree char *pgd = g_strdup_printf("pgtable#%u", process->mm->pgd->id);
		struct graph_node *areas = graph_node(graph, "areas");
		struct graph_node *rmap = graph_node(graph, "reverse mapping");

		graph_edge_set(graph_edge(graph, areas, NULL, graph_node(graph, mm), NULL),
			       "style", "invis");
		graph_edge_set(graph_edge(graph, rmap, NULL, graph_node(graph, pgd), NULL),
			       "style", "invis");
	}
}

/* The other views as boxes, each under its heading. */
static void draw_all(struct drawing *drawing, struct graph *graph)
{
	const struct theme *theme = drawing->theme;

	drawing->in_boxes = true;
	for (size_t i = 0; i < ARRAY_SIZE(parts_of_all); i++) {
		enum view view = parts_of_all[i];
		struct graph *part = graph_cluster(graph, views[view].name);

		graph_set(part, "label", views[view].title);
		graph_set(part, "labeljust", "l");
		graph_set(part, "color", theme->line);
		graph_set(part, "fontcolor", theme->text);
		graph_set(part, "tooltip", views[view].what);
		graph_set_number(part, "margin", 12);
		drawers[view](drawing, part);
	}
	if (drawing->processes->len)
		two_columns(drawing, graph);
}

static void set_look(struct graph *graph, const struct theme *theme)
{
	static const char *const fonts[][2] = { { "fontname", THEME_FONT }, { "fontsize", "11" } };

	for (size_t i = 0; i < ARRAY_SIZE(fonts); i++) {
		graph_set(graph, fonts[i][0], fonts[i][1]);
		graph_default_node(graph, fonts[i][0], fonts[i][1]);
		graph_default_edge(graph, fonts[i][0], fonts[i][1]);
	}
	graph_set(graph, "charset", "UTF-8");
	graph_set(graph, "bgcolor", theme->background);
	graph_set(graph, "fontcolor", theme->text);
	graph_set(graph, "pad", "0.2");
	graph_set(graph, "nodesep", "0.25");
	graph_set(graph, "ranksep", "0.6");
	graph_default_node(graph, "fontcolor", theme->text);
	graph_default_node(graph, "color", theme->line);
	graph_default_node(graph, "shape", "plain");
	graph_default_node(graph, "tooltip", "");
	graph_default_node(graph, "label", "\\N");
	graph_default_edge(graph, "color", theme->line);
	graph_default_edge(graph, "fontcolor", theme->faint);
	graph_default_edge(graph, "arrowsize", "0.6");
	graph_default_edge(graph, "tooltip", "");
}

/* Title, and below it in small what the view shows. */
static void set_title(struct drawing *drawing, struct graph *graph, enum view view)
{
	g_autoptr(GString) label = g_string_new(NULL);
	const char *title = drawing->options->title;

	html_table(label, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\"");
	html_row(label);
	html_put(label, .text = title ? title : views[view].title, .size = THEME_LARGE,
		 .bold = true, .align = 'l');
	html_row_end(label);
	html_row(label);
	html_put(label, .text = views[view].what, .color = drawing->theme->faint, .align = 'l');
	html_row_end(label);
	if (drawing->nr_folded) {
		g_autofree char *folded = g_strdup_printf("%u objects are folded into lines "
							  "that count them",
							  drawing->nr_folded);
		html_row(label);
		html_put(label, .text = folded, .color = drawing->theme->alert, .align = 'l');
		html_row_end(label);
	}
	html_row(label);
	html_put(label, .height = 4);
	html_row_end(label);
	html_table_end(label);
	graph_label_html(graph, label->str);
	graph_set(graph, "labelloc", "t");
	graph_set(graph, "labeljust", "l");
}

/* Without any process or object: say so and be a picture nevertheless. */
static void draw_nothing(struct drawing *drawing, struct graph *graph)
{
	struct graph_node *node = graph_node(graph, "nothing");

	graph_node_set(node, "label", "nothing to show: no process is alive");
	graph_node_set(node, "fontcolor", drawing->theme->faint);
}

static char *describe(const struct drawing *drawing, enum view view)
{
	g_autoptr(GString) text = g_string_new(NULL);
	guint areas = 0;

	for (guint i = 0; i < drawing->processes->len; i++)
		areas += ((struct process *)drawing->processes->pdata[i])->vmas->len;
	g_string_append_printf(text, "%s: %s. %u processes, %u areas", views[view].title,
			       views[view].what, drawing->processes->len, areas);
	if (drawing->nr_folded)
		g_string_append_printf(text, ", %u objects folded", drawing->nr_folded);
	g_string_append_c(text, '.');
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The graph as text; *description for SVG. */
static char *make_dot(const struct machine *machine, enum view view,
		      const struct draw_options *options, char **description, char **error)
{
	struct machine *before = machine_enter((struct machine *)machine);
	struct drawing drawing;
	char *text = NULL;

	if (drawing_init(&drawing, machine, options, error)) {
		const char *title = drawing.options->title;
		struct graph *graph = graph_create(title ? title : views[view].title);

		set_look(graph, drawing.theme);
		graph_set(graph, "rankdir", views[view].direction);
		drawers[view](&drawing, graph);
		if (!graph_nr_nodes(graph))
			draw_nothing(&drawing, graph);
		set_title(&drawing, graph, view);
		*description = describe(&drawing, view);
		graph_set(graph, "tooltip", *description);
		graph_set(graph, "comment", *description);
		text = graph_text(graph);
		graph_destroy(graph);
		drawing_fini(&drawing);
	}
	machine_enter(before);
	return text;
}

char *draw_dot(const struct machine *machine, enum view view, const struct draw_options *options,
	       char **error)
{
	g_autofree char *description = NULL;

	return make_dot(machine, view, options, &description, error);
}

char *draw_bytes(const struct machine *machine, enum view view,
		 const struct draw_options *options, const char *format, size_t *size,
		 char **error)
{
	g_autofree char *description = NULL;
	g_autofree char *dot = make_dot(machine, view, options, &description, error);

	return dot ? layout_run(dot, format, description, size, error) : NULL;
}

bool draw_view(const struct machine *machine, enum view view, const struct draw_options *options,
	       const char *path, char **error)
{
	const char *dot = strrchr(path, '.');
	const char *format = dot && !strchr(dot, '/') ? dot + 1 : "";
	g_autofree char *data = NULL;
	size_t size = 0;

	if (!strcmp(format, "dot") || !strcmp(format, "gv")) {
		data = draw_dot(machine, view, options, error);
		size = data ? strlen(data) : 0;
	} else if (!strcmp(format, "txt")) {
		if (view != VIEW_VMAS) {
			*error = g_strdup_printf("only the view vmas can be drawn as text, not %s",
						 views[view].name);
			return false;
		}
		data = ruler_text(machine, options, error);
		size = data ? strlen(data) : 0;
	} else if (!strcmp(format, "svg") || !strcmp(format, "png") || !strcmp(format, "pdf")) {
		data = draw_bytes(machine, view, options, format, &size, error);
	} else {
		*error = g_strdup_printf("%s: the ending has to be .svg, .png, .pdf, .dot or .txt",
					 path);
	}
	return data && layout_write(path, data, size, error);
}
