/*
 * points.h - the catalogue of named points (sched.h).
 */
#ifndef MODEL_POINTS_H
#define MODEL_POINTS_H

#include "types.h"

struct point_info {
	const char *name, *what;
};

/* All points, in the order of the table. */
const struct point_info *point_table(size_t *nr);

#endif
