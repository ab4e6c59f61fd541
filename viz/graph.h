/*
 * graph.h - a directed graph with attributes, written as DOT text.
 *
 * A thin layer over libcgraph, and the only door to it: names are const here, attributes
 * need no declaration, nothing returns NULL (libcgraph fails only without memory, which
 * ends the program as in glib).  Numbers of objects inside the graph come from a
 * counter and not from addresses, so that the same calls give the same text.
 *
 * In the kernel:  nothing of the kind.
 * Left out:       strict and undirected graphs, reading DOT.
 * Locks:          none; a graph belongs to one thread.
 */
#ifndef VIZ_GRAPH_H
#define VIZ_GRAPH_H

#include <glib.h>
#include <stdbool.h>

struct graph;			/* a graph or a part of one; owned by its root */
struct graph_node;		/* owned by the root */
struct graph_edge;		/* owned by the root */

/* An empty directed graph; graph_destroy().  The name becomes the title in SVG. */
struct graph *graph_create(const char *name);
/* Frees a root with all that is in it. */
void graph_destroy(struct graph *root);

/* The part of @parent with that name, made if new; drawn as a box. */
struct graph *graph_cluster(struct graph *parent, const char *name);
/* The part of @parent whose nodes are drawn side by side; made if new, without a box. */
struct graph *graph_rank(struct graph *parent, const char *name);
/* The node of that name, made if new, a member of @graph from now on. */
struct graph_node *graph_node(struct graph *graph, const char *name);
/* One more edge.  Ports ("row3:e") may be NULL. */
struct graph_edge *graph_edge(struct graph *graph, struct graph_node *from, const char *from_port,
			      struct graph_node *to, const char *to_port);

/* Attributes.  Strings are copied. */
void graph_set(struct graph *graph, const char *attribute, const char *value);
void graph_set_number(struct graph *graph, const char *attribute, double value);
void graph_node_set(struct graph_node *node, const char *attribute, const char *value);
/* The label as an HTML-like text, without the outer angle brackets. */
void graph_node_html(struct graph_node *node, const char *html);
void graph_label_html(struct graph *graph, const char *html);
void graph_edge_set(struct graph_edge *edge, const char *attribute, const char *value);
/* What nodes and edges of @root have that say nothing else. */
void graph_default_node(struct graph *root, const char *attribute, const char *value);
void graph_default_edge(struct graph *root, const char *attribute, const char *value);

/* Nodes and edges in @root. */
unsigned int graph_nr_nodes(struct graph *root);
unsigned int graph_nr_edges(struct graph *root);

/* The whole as DOT text; g_free(). */
char *graph_text(struct graph *root);

#endif
