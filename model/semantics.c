/*
 * semantics.c - the table of behaviours and defects, and what a release has of them.
 */
#include <string.h>
#include "machine.h"
#include "semantics.h"

/* Names are C identifiers in the table and have dashes in scenarios for bugs. */
#define FEATURE(n, s, u, src, w) \
	{ #n, false, s, u, src, w, offsetof(struct semantics, n) },
#define BUG(n, s, u, src, w) \
	{ #n, true, s, u, src, w, offsetof(struct semantics, n) },
static const struct semantics_info rows[] = {
#include "semantics.def"
};
#undef FEATURE
#undef BUG

const struct semantics_info *semantics_table(size_t *nr)
{
	*nr = ARRAY_SIZE(rows);
	return rows;
}

/* Dashes and underscores are the same in a name. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

const struct semantics_info *semantics_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (same_name(rows[i].name, name))
			return &rows[i];
	return NULL;
}

void semantics_set(struct semantics *semantics, const struct semantics_info *row, bool on)
{
	*(bool *)((char *)semantics + row->offset) = on;
}

bool semantics_get(const struct semantics *semantics, const struct semantics_info *row)
{
	return *(const bool *)((const char *)semantics + row->offset);
}

bool semantics_any_bug(const struct semantics *semantics)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].is_bug && semantics_get(semantics, &rows[i]))
			return true;
	return false;
}

void semantics_init(struct semantics *semantics, unsigned int kernel)
{
	memset(semantics, 0, sizeof(*semantics));
	semantics->kernel = kernel;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool in_range = rows[i].since && kernel >= rows[i].since &&
				(!rows[i].until || kernel < rows[i].until);

		semantics_set(semantics, &rows[i], in_range && !rows[i].is_bug);
	}
}

const struct semantics *semantics(void)
{
	return &mach->config.semantics;
}
