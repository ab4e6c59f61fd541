/*
 * points.c - the catalogue of named points.
 */
#include "points.h"

#define POINT(name, what)	{ name, what },
static const struct point_info points[] = {
#include "points.def"
};
#undef POINT

const struct point_info *point_table(size_t *nr)
{
	*nr = ARRAY_SIZE(points);
	return points;
}
