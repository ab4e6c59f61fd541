/*
 * semantics.h - every difference between releases, every variant of an algorithm
 * and every historic defect, as one table of named facts.
 *
 * A row is a behaviour, never a version; it is asked for in exactly one leaf
 * predicate: `if (semantics()->mremap_multi_vma)`.  `set kernel = X` gives each
 * behaviour the value it had in that release, `set NAME = VALUE` and `bug NAME`
 * override single rows.
 *
 * In the kernel:  the history of mm/; the commit of each row is in semantics.def.
 */
#ifndef MODEL_SEMANTICS_H
#define MODEL_SEMANTICS_H

#include <glib.h>
#include "types.h"

#define KERNEL_VERSION(a, b)	((a) * 1000 + (b))

enum semantics_row {
#define FEATURE(name, since, until, source, what)	SEM_##name,
#define BUG(name, since, until, source, what)		SEM_##name,
#include "semantics.def"
#undef FEATURE
#undef BUG
	NR_SEMANTICS
};

struct semantics {
	unsigned int kernel;		/* KERNEL_VERSION of the release modelled */
#define FEATURE(name, since, until, source, what)	bool name;
#define BUG(name, since, until, source, what)		bool name;
#include "semantics.def"
#undef FEATURE
#undef BUG
};

struct semantics_info {
	const char *name;		/* with dashes: "rmap-no-recheck" */
	bool is_bug;
	unsigned int since, until;	/* KERNEL_VERSION; since 0: in none; until 0: still so */
	const char *source, *what;
	size_t offset;			/* of the bool in struct semantics */
};

/* All rows, in the order of the table. */
const struct semantics_info *semantics_table(size_t *nr);
const struct semantics_info *semantics_find(const char *name);

/* What @kernel does: features by their range, all bugs off. */
void semantics_init(struct semantics *semantics, unsigned int kernel);
bool semantics_get(const struct semantics *semantics, const struct semantics_info *row);
/* Is any bug on? */
bool semantics_any_bug(const struct semantics *semantics);
void semantics_set(struct semantics *semantics, const struct semantics_info *row, bool on);

/* Those of the machine that executes. */
const struct semantics *semantics(void);

#endif
