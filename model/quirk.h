/*
 * quirk.h - surprising behaviours of Linux 6.18 by name, counted when they are met.
 *
 * Unlike the rows of semantics.h these are not switched: the kernel modelled has them.
 */
#ifndef MODEL_QUIRK_H
#define MODEL_QUIRK_H

#include "types.h"

#define QUIRK(name, source, what)	QUIRK_##name,
enum quirk {
#include "quirks.def"
	NR_QUIRKS
};
#undef QUIRK

struct quirk_info {
	const char *name, *source, *what;
};

/* All quirks, in the order of the table. */
const struct quirk_info *quirk_table(size_t *nr);
/* The running call behaves as the quirk says, where one would expect otherwise. */
void quirk_met(enum quirk quirk);

#endif
