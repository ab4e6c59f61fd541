/*
 * html.h - the HTML-like labels of DOT: cells of tables, with everything escaped.
 *
 * Texts come from scenarios (names of files, processes, titles) and are not to be
 * trusted: only these functions put them into labels.
 *
 * In the kernel:  nothing of the kind.
 * Locks:          none.
 */
#ifndef VIZ_HTML_H
#define VIZ_HTML_H

#include <glib.h>
#include <stdbool.h>

/* A cell; what is 0 or NULL is left to the table. */
struct cell {
	const char *text;		/* lines parted by \n */
	const char *fill, *color;	/* of the cell, of the text */
	const char *port;		/* where edges end */
	const char *tip;		/* shown by a browser under the pointer */
	const char *sides;		/* of the border: any of "LTRB" */
	const char *style;		/* "dashed", "dotted", "rounded" */
	const char *edge;		/* colour of the border */
	unsigned int span, rows;	/* columns and rows it takes */
	unsigned int width, height;	/* points */
	unsigned int size;		/* of the text */
	unsigned int border;
	char align;			/* 'l', 'r', or the middle */
	bool bold, italic, fixed, mono;	/* fixed: not larger than width and height */
};

/* @text with nothing in it that HTML or XML takes for its own. */
void html_escape(GString *out, const char *text);
/* "<TR>", "</TR>". */
void html_row(GString *out);
void html_row_end(GString *out);
void html_cell(GString *out, const struct cell *cell);
/* Shorter: html_put(out, .text = "x", .bold = true). */
#define html_put(out, ...)	html_cell((out), &(struct cell){ __VA_ARGS__ })
/* A table; @attributes as in DOT, such as "BORDER=\"0\"". */
void html_table(GString *out, const char *attributes);
void html_table_end(GString *out);

#endif
