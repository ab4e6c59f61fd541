/*
 * draw.h - pictures of the state of a machine.
 *
 * draw_view() writes a file, whole or not at all; the ending of its name says what: .svg,
 * .png, .pdf (laid out by the program dot), .dot (the graph itself) or .txt (the page
 * ruler, for mails).  Same state, same bytes, as far as the same dot and fonts are used.
 *
 * Addresses inside the window are written @N, all others in hexadecimal.  Colours tell
 * anon_vmas apart; everything is also said in letters.
 *
 * In the kernel:  the drawings in the comments of mm/vma.c, mm/rmap.c and the tests of mm/.
 * Left out:       swap devices, locks and schedules.
 * Locks:          none: the machine is read and must stand still meanwhile.
 */
#ifndef VIZ_DRAW_H
#define VIZ_DRAW_H

#include <glib.h>
#include <stdbool.h>

struct machine;

/* name, title, what it shows, direction in which the graph grows */
#define VIEWS(V)									\
	V(VIEW_VMAS,	 vmas,	    "Areas",						\
	  "the areas of each process to scale, and why neighbours stay apart", "TB")	\
	V(VIEW_ANON_VMA, anon_vma,  "Areas and their anon_vmas",			\
	  "the anon_vma_chain of each area; bold: new pages go there, "			\
	  "dashed: inherited by fork, dotted: parent", "LR")				\
	V(VIEW_PGTABLE,	 pagetable, "Page tables",					\
	  "the four levels; what is empty is left out", "LR")				\
	V(VIEW_RMAP,	 rmap,	    "Who maps which folio",				\
	  "folios as rows, addresses that map them as columns", "TB")			\
	V(VIEW_FOLIOS,	 folios,    "Folios",						\
	  "counts, flags and contents", "TB")						\
	V(VIEW_TREE,	 tree,	    "The maple tree of areas",				\
	  "nodes with their ranges and largest gaps", "LR")				\
	V(VIEW_ALL,	 all,	    "The whole state",					\
	  "areas, anon_vmas, page tables and folios", "LR")

#define V(view, name, title, what, direction) view,
enum view { VIEWS(V) NR_VIEWS };
#undef V

/* All may be 0 or NULL. */
struct draw_options {
	const char *process;		/* only this one; NULL: all */
	const char *title;		/* above the picture; NULL: the view's own */
	unsigned long window_start, window_end;	/* addresses shown as @N; 0: each mm's own */
	bool dark;			/* light text on a dark background */
	unsigned int max;		/* objects in a list before runs are folded; 0: DRAW_MAX */
};
#define DRAW_MAX	40

/* NR_VIEWS if there is none of that name. */
enum view view_from_name(const char *name);
const char *view_name(enum view view);
const char *view_what(enum view view);		/* a phrase for help texts */
/* "vmas, anon_vma, ..."; constant. */
const char *view_names(void);

/* Draws into the file @path; false with *error (g_free()) and no file changed. */
bool draw_view(const struct machine *machine, enum view view, const struct draw_options *options,
	       const char *path, char **error);
/* The graph in the DOT language, g_free(); NULL with *error if there is no such process. */
char *draw_dot(const struct machine *machine, enum view view, const struct draw_options *options,
	       char **error);
/* The same laid out as @format: "svg", "png" or "pdf".  g_free(); *size without the final 0. */
char *draw_bytes(const struct machine *machine, enum view view,
		 const struct draw_options *options, const char *format, size_t *size,
		 char **error);

#endif
