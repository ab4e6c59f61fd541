/*
 * A scenario file in memory, and places in it.
 *
 * Every token, expression and statement carries a struct loc, so that an error, a failed
 * expectation or a line of narration can point at the very characters it speaks of.
 *
 * Locks: none. A source never changes once it has been created.
 */
#ifndef SIM_SOURCE_H
#define SIM_SOURCE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_MAX_BYTES	(16u << 20)	/* of one file */
#define SOURCE_MAX_LINE		(64u << 10)	/* bytes in one line */

/* The text of one file. Owned by the script which was parsed from it (or by whoever created it). */
struct source {
	char *name;		/* path as given on the command line or in an include */
	char *text;		/* len bytes and a final NUL */
	size_t len;		/* bytes */
	uint32_t *line_start;	/* offset in bytes of each line's first byte */
	uint32_t nr_lines;
};

/*
 * A stretch of text [start, end). Lines and columns count from 1; columns count bytes, as editors
 * do. end_col is the column after the last byte. Copied by value; valid as long as its source.
 */
struct loc {
	const struct source *source;
	uint32_t start, end;		/* byte offsets in source->text */
	uint32_t line, col;
	uint32_t end_line, end_col;
};

/* Takes a copy of @text. @len must not be above SOURCE_MAX_BYTES. */
struct source *source_create(const char *name, const char *text, size_t len);
void source_destroy(struct source *source);

/* The place of the bytes [start, end) of @source. */
struct loc source_loc(const struct source *source, size_t start, size_t end);

/* From the beginning of @first to the end of @last; both in one source. */
struct loc loc_join(const struct loc *first, const struct loc *last);

/* Line @line (from 1) without its newline; *len in bytes. NULL past the end. */
const char *source_line(const struct source *source, uint32_t line, size_t *len);

/*
 * The text at @loc on one line: comments, continuations and runs of blanks become one blank.
 * Free with g_free().
 */
char *loc_text(const struct loc *loc);

/*
 * How files are read: the given file and those it includes. Fills *text (g_free by the caller) and
 * *len, or returns false and sets *error to what went wrong. @path of an include is already
 * resolved against the directory of the including file.
 */
struct source_reader {
	bool (*read)(void *data, const char *path, char **text, size_t *len, GError **error);
	void *data;
};

/* The reader used when none is given: the file system; refuses what is above SOURCE_MAX_BYTES. */
extern const struct source_reader source_reader_files;

#endif
