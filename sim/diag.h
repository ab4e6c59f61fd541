/*
 * Messages about a scenario, in the form compilers use:
 *
 *	file.mms:12:7: error: unknown constant 'PROT_RAED'
 *	   12 | mprotect(@4, 1p, PROT_RAED)
 *	      |                  ^~~~~~~~~
 *	file.mms:12:18: note: the nearest name is PROT_READ
 *
 * They are collected in a list first, and printed or turned into JSON afterwards.
 *
 * Locks: none.
 */
#ifndef SIM_DIAG_H
#define SIM_DIAG_H

#include <stdio.h>

#include "sim/source.h"

enum diag_severity {
	DIAG_ERROR,	/* the input is rejected, or a checked statement is false */
	DIAG_WARNING,
	DIAG_NOTE,	/* stands alone; the mend of an error is its diag->note */
};

/* One message. All strings are its own, so that it outlives the source it speaks of. */
struct diag {
	enum diag_severity severity;
	char *file;
	uint32_t line, col;		/* from 1; 0: about the file as a whole */
	uint32_t end_col;		/* column after the range, on the same line */
	char *message;			/* no capital, no full stop, no newline */
	char *note;			/* how to mend it, or NULL; may have several lines */
	uint32_t note_line, note_col;	/* of the note; the message's own by default */
	char *note_file;
	char *source_line;		/* the text of the line, or NULL */
};

#define DIAG_LIMIT	20	/* errors that are kept; the parser stops there */

/* All messages in order of discovery. Owner: whoever called diag_list_create(). */
struct diag_list {
	GPtrArray *items;		/* struct diag * */
	unsigned int nr_errors;		/* found, also those beyond the limit */
	unsigned int limit;		/* DIAG_LIMIT unless changed; 0: none */
};

struct diag_list *diag_list_create(void);
void diag_list_destroy(struct diag_list *list);
void diag_list_clear(struct diag_list *list);

/* Has the limit been reached? */
bool diag_list_full(const struct diag_list *list);

/*
 * Add a message at @loc (NULL: no place known). @note is the mend or NULL and is copied. Errors
 * above the limit are counted only.
 */
void diag_add(struct diag_list *list, enum diag_severity severity, const struct loc *loc,
	      const char *note, const char *fmt, ...) G_GNUC_PRINTF(5, 6);

/* Shorter, for errors. */
#define diag_error(list, loc, note, ...) diag_add(list, DIAG_ERROR, loc, note, __VA_ARGS__)

/* An error about a file as a whole, such as one that cannot be read. */
void diag_file_error(struct diag_list *list, const char *file, const char *note,
		     const char *fmt, ...) G_GNUC_PRINTF(4, 5);

/* Let the note of the message added last point at @loc, e.g. at the earlier of two titles. */
void diag_note_at(struct diag_list *list, const struct loc *loc);

const char *diag_severity_words(enum diag_severity severity);	/* "error", ... */

/* Print one message, or all of them; @color: with terminal escapes. */
void diag_print(const struct diag *diag, FILE *out, bool color);
void diag_list_print(const struct diag_list *list, FILE *out, bool color);

/* The same as text; free with g_free(). */
char *diag_text(const struct diag *diag, bool color);
char *diag_list_text(const struct diag_list *list, bool color);

/*
 * Search for the name meant by a mistyped one. Start with nearest_init(), offer each candidate,
 * then read .best: NULL when nothing is near enough (Damerau-Levenshtein: one edit for three
 * letters, at most three). Of equally near names the first offered wins.
 */
struct nearest {
	const char *word;
	const char *best;	/* the candidate itself, not a copy */
	unsigned int distance;
};

void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);
/* "did you mean 'x'?", or NULL; free with g_free(). */
char *nearest_note(const struct nearest *nearest);

/* Adjacent swaps, insertions, deletions, changes; ignores case. Words above 64 bytes: UINT_MAX. */
unsigned int edit_distance(const char *a, const char *b);

#endif
