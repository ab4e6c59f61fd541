/*
 * draw_states.c - the states of a race as a graph that grows downwards; see draw_states.h.
 *
 * Ends are drawn with two lines, those that go wrong filled.  Steps by which a state was found
 * first are solid, all others dashed; each says whose it is.
 */
#include <string.h>

#include "viz/draw_internal.h"
#include "viz/draw_states.h"

static const char *const colors[] = { "#1f5fa8", "#b3541e", "#2e7d32", "#7b3fa0",
				      "#00796b", "#a8324a", "#6d5f00", "#455a64" };

static struct graph_node *node_of(struct graph *graph, uint32_t i)
{
	g_autofree char *name = g_strdup_printf("s%u", i);

	return graph_node(graph, name);
}

static void draw_state(struct graph *graph, const struct drawn_state *state, uint32_t i)
{
	struct graph_node *node = node_of(graph, i);
	g_autofree char *label = g_strdup_printf("%u", i);

	graph_node_set(node, "label", label);
	if (state->end)
		graph_node_set(node, "peripheries", "2");
	if (!i)
		graph_node_set(node, "shape", "box");
	if (!state->fails)
		return;
	graph_node_set(node, "style", "filled");
	graph_node_set(node, "fillcolor", "#f6c4c4");
	graph_node_set(node, "tooltip", "goes wrong");
}

static void draw_step(struct graph *graph, const struct drawn_step *step)
{
	struct graph_edge *edge = graph_edge(graph, node_of(graph, step->from), NULL,
					     node_of(graph, step->to), NULL);
	const char *color = colors[step->member % G_N_ELEMENTS(colors)];

	graph_edge_set(edge, "label", step->name);
	graph_edge_set(edge, "color", color);
	graph_edge_set(edge, "fontcolor", color);
	if (!step->first)
		graph_edge_set(edge, "style", "dashed");
}

char *draw_states_dot(const struct drawn_states *states)
{
	struct graph *graph = graph_create(states->title ? states->title : "states");
	char *text;

	graph_set(graph, "fontname", "Helvetica");
	if (states->title)
		graph_set(graph, "label", states->title);
	graph_default_node(graph, "shape", "ellipse");
	graph_default_node(graph, "fontname", "Helvetica");
	graph_default_node(graph, "fontsize", "10");
	graph_default_edge(graph, "fontname", "Helvetica");
	graph_default_edge(graph, "fontsize", "8");
	for (uint32_t i = 0; i < states->nr_states; i++)
		draw_state(graph, &states->state[i], i);
	for (uint32_t i = 0; i < states->nr_steps; i++)
		draw_step(graph, &states->step[i]);
	text = graph_text(graph);
	graph_destroy(graph);
	return text;
}

bool draw_states(const struct drawn_states *states, const char *path, char **error)
{
	const char *dot = strrchr(path, '.');
	const char *format = dot && !strchr(dot, '/') ? dot + 1 : "";
	g_autofree char *text = draw_states_dot(states);
	g_autofree char *data = NULL;
	size_t size = 0;

	if (!strcmp(format, "dot") || !strcmp(format, "gv"))
		return layout_write(path, text, strlen(text), error);
	if (strcmp(format, "svg") && strcmp(format, "png") && strcmp(format, "pdf")) {
		*error = g_strdup_printf("%s: the ending has to be .svg, .png, .pdf or .dot", path);
		return false;
	}
	data = layout_run(text, format, "States of a race and steps between them.", &size, error);
	return data && layout_write(path, data, size, error);
}
