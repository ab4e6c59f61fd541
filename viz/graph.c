/*
 * graph.c - the graph on libcgraph.  No other file includes <graphviz/cgraph.h>.
 *
 * libcgraph numbers named objects by the address of their name and writes subgraphs in
 * the order of these numbers; the discipline here counts instead.
 *
 * Locks: none.
 */
#include <graphviz/cgraph.h>
#include <stdio.h>

#include "viz/graph.h"

/* ---- numbers by counting ---- */

/* The numbers of one graph.  Odd ones are what libcgraph keeps for objects without a name. */
struct numbers {
	GHashTable *by_name[3];		/* kind -> name -> number */
	GPtrArray *names;		/* number / 2 -> name, owned; NULL for none */
};

static int kind_slot(int kind)
{
	switch (kind) {
	case AGRAPH:
		return 0;
	case AGNODE:
		return 1;
	default:
		return 2;
	}
}

static void *numbers_open(Agraph_t *graph, Agdisc_t *discipline)
{
	struct numbers *numbers = g_new0(struct numbers, 1);

	(void)graph;
	(void)discipline;
	for (int i = 0; i < 3; i++)
		numbers->by_name[i] = g_hash_table_new(g_str_hash, g_str_equal);
	numbers->names = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(numbers->names, NULL);	/* 0 is nobody's */
	return numbers;
}

static long numbers_map(void *state, int kind, char *name, IDTYPE *id, int create)
{
	struct numbers *numbers = state;
	GHashTable *table = numbers->by_name[kind_slot(kind)];
	gpointer found = name ? g_hash_table_lookup(table, name) : NULL;

	if (found) {
		*id = GPOINTER_TO_SIZE(found);
		return TRUE;
	}
	if (!create)
		return FALSE;
	*id = (IDTYPE)numbers->names->len * 2 + (name ? 0 : 1);
	g_ptr_array_add(numbers->names, g_strdup(name));
	if (name)
		g_hash_table_insert(table, numbers->names->pdata[numbers->names->len - 1],
				    GSIZE_TO_POINTER(*id));
	return TRUE;
}

static long numbers_alloc(void *state, int kind, IDTYPE id)
{
	(void)state;
	(void)kind;
	(void)id;
	return FALSE;			/* nobody asks for a certain number */
}

static void numbers_free(void *state, int kind, IDTYPE id)
{
	(void)state;
	(void)kind;
	(void)id;
}

static char *numbers_print(void *state, int kind, IDTYPE id)
{
	struct numbers *numbers = state;

	(void)kind;
	return id % 2 || id / 2 >= numbers->names->len ? NULL : numbers->names->pdata[id / 2];
}

static void numbers_close(void *state)
{
	struct numbers *numbers = state;

	for (int i = 0; i < 3; i++)
		g_hash_table_unref(numbers->by_name[i]);
	g_ptr_array_unref(numbers->names);
	g_free(numbers);
}

static void numbers_register(void *state, int kind, void *object)
{
	(void)state;
	(void)kind;
	(void)object;
}

static Agiddisc_t numbers_discipline = {
	.open = numbers_open, .map = numbers_map, .alloc = numbers_alloc, .free = numbers_free,
	.print = numbers_print, .close = numbers_close, .idregister = numbers_register,
};

/* ---- casts, all of them ---- */

static Agraph_t *to_ag(struct graph *graph)
{
	return (Agraph_t *)graph;
}

static Agnode_t *to_agnode(struct graph_node *node)
{
	return (Agnode_t *)node;
}

/* libcgraph copies every text and writes to none. */
static char *text_of(const char *text)
{
	return (char *)(guintptr)text;
}

static void *must(void *object, const char *what)
{
	if (!object)
		g_error("libcgraph could not make %s", what);
	return object;
}

/* @text as it may stand in XML, into which dot copies names and comments; g_free(). */
static char *clean(const char *text)
{
	char *valid = g_utf8_make_valid(text, -1);

	for (char *at = valid; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return valid;
}

static void set(void *object, const char *attribute, const char *value)
{
	g_autofree char *cleaned = clean(value);

	agsafeset(object, text_of(attribute), cleaned, text_of(""));
}

/* The label of @object, which is of @graph, as HTML. */
static void set_html(Agraph_t *graph, void *object, const char *html)
{
	char *label = must(agstrdup_html(graph, text_of(html)), "a label");

	agsafeset(object, text_of("label"), label, text_of(""));
	agstrfree(graph, label);
}

/* ---- the interface ---- */

struct graph *graph_create(const char *name)
{
	Agdisc_t discipline = { .mem = &AgMemDisc, .id = &numbers_discipline, .io = &AgIoDisc };
	g_autofree char *cleaned = clean(name);

	return must(agopen(cleaned, Agdirected, &discipline), "a graph");
}

void graph_destroy(struct graph *root)
{
	if (root)
		agclose(to_ag(root));
}

struct graph *graph_cluster(struct graph *parent, const char *name)
{
	g_autofree char *full = g_strdup_printf("cluster %s", name);

	return must(agsubg(to_ag(parent), full, TRUE), "a cluster");
}

struct graph *graph_rank(struct graph *parent, const char *name)
{
	g_autofree char *full = g_strdup_printf("rank %s", name);
	Agraph_t *rank = must(agsubg(to_ag(parent), full, TRUE), "a rank");

	set(rank, "rank", "same");
	return (struct graph *)rank;
}

struct graph_node *graph_node(struct graph *graph, const char *name)
{
	g_autofree char *cleaned = clean(name);

	return must(agnode(to_ag(graph), cleaned, TRUE), "a node");
}

struct graph_edge *graph_edge(struct graph *graph, struct graph_node *from, const char *from_port,
			      struct graph_node *to, const char *to_port)
{
	Agedge_t *edge = must(agedge(to_ag(graph), to_agnode(from), to_agnode(to), NULL, TRUE),
			      "an edge");

	if (from_port)
		set(edge, "tailport", from_port);
	if (to_port)
		set(edge, "headport", to_port);
	return (struct graph_edge *)edge;
}

void graph_set(struct graph *graph, const char *attribute, const char *value)
{
	set(graph, attribute, value);
}

void graph_set_number(struct graph *graph, const char *attribute, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	set(graph, attribute, g_ascii_formatd(text, sizeof(text), "%.3g", value));
}

void graph_node_set(struct graph_node *node, const char *attribute, const char *value)
{
	set(node, attribute, value);
}

void graph_node_html(struct graph_node *node, const char *html)
{
	set_html(agraphof(node), node, html);
}

void graph_label_html(struct graph *graph, const char *html)
{
	set_html(to_ag(graph), graph, html);
}

void graph_edge_set(struct graph_edge *edge, const char *attribute, const char *value)
{
	set(edge, attribute, value);
}

void graph_default_node(struct graph *root, const char *attribute, const char *value)
{
	must(agattr(to_ag(root), AGNODE, text_of(attribute), text_of(value)), "a default");
}

void graph_default_edge(struct graph *root, const char *attribute, const char *value)
{
	must(agattr(to_ag(root), AGEDGE, text_of(attribute), text_of(value)), "a default");
}

unsigned int graph_nr_nodes(struct graph *root)
{
	return (unsigned int)agnnodes(to_ag(root));
}

unsigned int graph_nr_edges(struct graph *root)
{
	return (unsigned int)agnedges(to_ag(root));
}

char *graph_text(struct graph *root)
{
	char *written = NULL, *copy;
	size_t size = 0;
	FILE *stream = must(open_memstream(&written, &size), "a stream");

	if (agwrite(to_ag(root), stream))
		g_error("libcgraph could not write a graph");
	fclose(stream);
	copy = g_strndup(written, size);
	free(written);			/* open_memstream() uses malloc() */
	return copy;
}
