/*
 * strip.h - areas laid out along one axis of addresses, which all processes share.
 *
 * A strip is the list of areas of one process, with long runs folded.  The axis has a
 * column for each page where there are few, and cuts long areas and holes short; every
 * start and end of an area is the edge of a column.
 *
 * In the kernel:  nothing of the kind.
 * Locks:          none.
 */
#ifndef VIZ_STRIP_H
#define VIZ_STRIP_H

#include "model/vma.h"
#include "viz/draw_internal.h"

/* One process's areas. */
struct strip {
	const struct process *process;
	GArray *runs;			/* struct fold_run over process->vmas */
};

struct column {
	unsigned long start, end;	/* [start, end) */
	unsigned int width;		/* points */
	bool first;			/* an area starts or ends here */
	bool page;			/* exactly one page, to scale; else cut short */
};

/* All strips of the drawing and their axis. */
struct strips {
	GPtrArray *list;		/* struct strip * */
	GArray *columns;		/* struct column */
};

struct strips *strips_create(struct drawing *drawing);
void strips_destroy(struct strips *strips);

/* The lowest and the highest area of a run. */
const struct vm_area_struct *strip_first(const struct strip *strip, const struct fold_run *run);
const struct vm_area_struct *strip_last(const struct strip *strip, const struct fold_run *run);
/* The run behind @run if it touches it, else NULL. */
const struct fold_run *strip_neighbour(const struct strip *strip, guint run);
/* The column which starts at @addr; their number if none does. */
guint strips_column(const struct strips *strips, unsigned long addr);

/* The rows of the picture, and the table which says the same in words. */
void strips_html(struct drawing *drawing, const struct strips *strips, GString *html);
void strip_table_html(struct drawing *drawing, const struct strip *strip, GString *html);

#endif
