/*
 * mappings.h - all page table entries of a drawing that map folios, by folio.
 *
 * In the kernel:  what rmap_walk() finds, seen from the other side.
 * Locks:          none.
 */
#ifndef VIZ_MAPPINGS_H
#define VIZ_MAPPINGS_H

#include "model/folio.h"
#include "viz/draw_internal.h"

/* Pages of one folio mapped at consecutive addresses in one process, alike. */
struct mapping {
	guint process;			/* in drawing->processes */
	unsigned long start, end;	/* addresses */
	unsigned long nr;		/* of the folio's page at start */
	bool exclusive;			/* PageAnonExclusive */
	bool write, huge;
	bool lost;			/* an rmap walk does not find it */
};

/* A folio with its mappings in order of process and address. */
struct mapped_folio {
	unsigned int id;
	const struct folio *folio;
	GArray *mappings;		/* struct mapping; empty if nothing maps it */
};

/* Every folio, by id, the zero page left out; g_ptr_array_unref(). */
GPtrArray *mapped_folios(const struct drawing *drawing);
/* Where it belongs: "anon_vma#2", a file's name, "-"; and at which index. */
void folio_home(const struct folio *folio, GString *out);
void folio_index(const struct drawing *drawing, const struct folio *folio, GString *out);
/* The same kind, counts and flags, mapped as often. */
bool mapped_folio_alike(const void *a, const void *b);
/* "dirty lru": the flags that are set. */
void folio_flags(const struct folio *folio, GString *out);

#endif
