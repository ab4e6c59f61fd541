/*
 * explore_cycle.c - states that lead to each other; see explore_cycle.h.
 */
#include <string.h>

#include "sim/explore_cycle.h"

/*
 * Components of the graph in which each state leads to each other: Tarjan (1972), with a
 * stack of its own instead of recursion.
 */
struct components {
	const GArray *states, *edges;
	uint32_t *first_edge;		/* of each state, in order of edge.from; one more at the end */
	struct explore_edge *edge;	/* sorted so */
	uint32_t *number, *low, *of;	/* 0: not met; of: the component, 0: none yet */
	uint32_t *path, *open;		/* stacks of states */
	uint32_t *at;			/* the next edge of each to be followed */
	uint32_t nr_path, nr_open, met, nr;
};

static void sort_edges(struct components *c)
{
	const GArray *edges = c->edges;
	uint32_t nr = c->states->len;

	for (guint i = 0; i < edges->len; i++)
		c->first_edge[g_array_index(edges, struct explore_edge, i).from + 1]++;
	for (uint32_t i = 0; i < nr; i++)
		c->first_edge[i + 1] += c->first_edge[i];
	memcpy(c->at, c->first_edge, nr * sizeof(*c->at));
	for (guint i = 0; i < edges->len; i++) {
		struct explore_edge edge = g_array_index(edges, struct explore_edge, i);

		c->edge[c->at[edge.from]++] = edge;
	}
	memcpy(c->at, c->first_edge, nr * sizeof(*c->at));
}

static void meet(struct components *c, uint32_t i)
{
	c->number[i] = c->low[i] = ++c->met;
	c->path[c->nr_path++] = c->open[c->nr_open++] = i;
}

static void leave(struct components *c, uint32_t i)
{
	uint32_t other;

	c->nr_path--;
	if (c->nr_path) {
		uint32_t before = c->path[c->nr_path - 1];

		c->low[before] = MIN(c->low[before], c->low[i]);
	}
	if (c->low[i] != c->number[i])
		return;
	c->nr++;
	do {
		other = c->open[--c->nr_open];
		c->of[other] = c->nr;
	} while (other != i);
}

static void find_components(struct components *c)
{
	meet(c, 0);
	while (c->nr_path) {
		uint32_t i = c->path[c->nr_path - 1], to;

		if (c->at[i] == c->first_edge[i + 1]) {
			leave(c, i);
			continue;
		}
		to = c->edge[c->at[i]++].to;
		if (!c->number[to])
			meet(c, to);
		else if (!c->of[to])
			c->low[i] = MIN(c->low[i], c->number[to]);
	}
}

/* A component in which it can go on for ever, or 0; *state: the first of its states. */
static uint32_t fair_component(const struct components *c, uint32_t *state)
{
	/* Of each: who takes steps inside it, and who can in all of its states. */
	uint32_t *steps = g_new0(uint32_t, c->nr + 1), *can = g_new(uint32_t, c->nr + 1);
	uint32_t found = 0;

	memset(can, 0xff, (c->nr + 1) * sizeof(*can));
	for (guint i = 0; i < c->states->len; i++)
		can[c->of[i]] &= g_array_index(c->states, struct explore_state, i).enabled;
	for (guint i = 0; i < c->edges->len; i++) {
		struct explore_edge edge = c->edge[i];

		if (c->of[edge.from] == c->of[edge.to])
			steps[c->of[edge.from]] |= 1U << edge.member;
	}
	for (guint i = 0; i < c->states->len && !found; i++) {
		uint32_t of = c->of[i];

		if (of && steps[of] && !(can[of] & ~steps[of])) {
			found = of;
			*state = i;
		}
	}
	g_free(steps);
	g_free(can);
	return found;
}

static void components_init(struct components *c, const GArray *states, const GArray *edges)
{
	guint nr = states->len;

	*c = (struct components){ .states = states, .edges = edges };
	c->first_edge = g_new0(uint32_t, nr + 1);
	c->edge = g_new(struct explore_edge, edges->len);
	c->number = g_new0(uint32_t, nr);
	c->low = g_new0(uint32_t, nr);
	c->of = g_new0(uint32_t, nr);
	c->path = g_new(uint32_t, nr);
	c->open = g_new(uint32_t, nr);
	c->at = g_new(uint32_t, nr);
	sort_edges(c);
}

static void components_clear(struct components *c)
{
	g_free(c->first_edge);
	g_free(c->edge);
	g_free(c->number);
	g_free(c->low);
	g_free(c->of);
	g_free(c->path);
	g_free(c->open);
	g_free(c->at);
}

bool explore_fair_cycle(const GArray *states, const GArray *edges, uint32_t *state,
			unsigned int *nr)
{
	struct components c;
	uint32_t component;

	if (!states->len)
		return false;
	components_init(&c, states, edges);
	find_components(&c);
	component = fair_component(&c, state);
	*nr = 0;
	for (guint i = 0; component && i < states->len; i++)
		*nr += c.of[i] == component;
	components_clear(&c);
	return component != 0;
}
