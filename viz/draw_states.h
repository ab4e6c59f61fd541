/*
 * draw_states.h - picture of the states of a race and of the steps between them.
 *
 * In the kernel:  nothing of the kind.
 * Locks:          none.
 */
#ifndef VIZ_DRAW_STATES_H
#define VIZ_DRAW_STATES_H

#include <stdbool.h>
#include <stdint.h>

/* The first of all is where the race begins. */
struct drawn_state {
	bool end;			/* nobody can go on */
	bool fails;			/* and something is wrong there */
};

struct drawn_step {
	uint32_t from, to;		/* states */
	unsigned int member;		/* who takes it; colours tell them apart */
	const char *name;		/* the member's */
	bool first;			/* by which the state was found */
};

struct drawn_states {
	const char *title;		/* or NULL */
	const struct drawn_state *state;
	uint32_t nr_states;
	const struct drawn_step *step;
	uint32_t nr_steps;
};

/* Into @path, whole or not at all: .svg, .png, .pdf or .dot; false with *error (g_free()). */
bool draw_states(const struct drawn_states *states, const char *path, char **error);
/* In the DOT language; g_free(). */
char *draw_states_dot(const struct drawn_states *states);

#endif
