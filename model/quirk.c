/*
 * quirk.c - the table of quirks and its counters.
 */
#include "machine.h"
#include "quirk.h"

#define QUIRK(name, source, what)	{ #name, source, what },
static const struct quirk_info quirks[] = {
#include "quirks.def"
};
#undef QUIRK

const struct quirk_info *quirk_table(size_t *nr)
{
	*nr = ARRAY_SIZE(quirks);
	return quirks;
}

void quirk_met(enum quirk quirk)
{
	mach->quirks_met[quirk]++;
	trace_event("quirk", "%s: %s", quirks[quirk].name, quirks[quirk].what);
}
