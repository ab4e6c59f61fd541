/*
 * emit_c.h - what the parts of `emit --as c` share.  Nobody else includes this.
 *
 * The scenario is run in the model, and each statement that is executed becomes a few lines of
 * C: loops are unrolled, arguments are numbers.  What no program can do or see is left out by
 * name.
 *
 * Everything from a scenario that goes into the text - titles, statements, names of files -
 * passes through emit_string() or emit_remark().
 */
#ifndef SIM_EMIT_C_H
#define SIM_EMIT_C_H

#include "sim/backend.h"
#include "sim/emit.h"

#define EMIT_MAX_TASKS		64	/* as in emit/steps.c.in */
#define EMIT_MAX_KEPT		1024
#define EMIT_MAX_TESTS		20000

/* A name of the scenario that holds a value: a slot of kept[] in the program. */
struct emit_name {
	char *name;
	unsigned int slot;
	bool visible;		/* else it holds nothing that a program can know */
};

struct emitter {
	const struct script *script;
	const char *name;		/* of the file */
	struct run *run;
	GString *body;			/* of the functions that make the steps */
	GString *omitted;		/* what is left out, a line each, for a comment */
	unsigned int nr_tests;		/* in all */
	unsigned int nr_checked;	/* and those which are no skip() */
	unsigned int nr_parts;		/* functions begun */
	unsigned int nr_omitted;
	GPtrArray *tasks;		/* char *: processes in order of birth */
	GArray *names;			/* struct emit_name */
	GPtrArray *files;		/* char *: made in the folder */
	guint expectation;		/* which of the running statement's is told next */
	char *cut;			/* why no statement can be made from here on; or NULL */
	char *refused;			/* why there can be no program at all */
	bool uffd, all_locked;
	bool typical;			/* areas of a program are part of the scenario */
	/* of the model's first process */
	uint64_t top, heap;		/* where the search for addresses begins; its heap */
	uint64_t window_start, window_end;	/* 0: none */
};

/* ---- emit_c_text.c ---- */

/* @text as a literal, quotes included, for TAP: safe whatever is in it. */
void emit_string(GString *out, const char *text);
/* @text for a comment, each line behind @prefix. */
void emit_remark(GString *out, const char *prefix, const char *text);
/* A number as it stands: 4096 is PAGE, and so on. */
void emit_number(GString *out, uint64_t number);
/* An address, or a number that may be one: relative to what moves. */
void emit_address(const struct emitter *e, GString *out, uint64_t address);
/* One line of the body, with its tab and newline. */
void emit_line(struct emitter *e, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Begins a test: statement("12", "text"). */
void emit_statement(struct emitter *e, const struct stmt *stmt, const char *text);
/* A test of which nothing can be seen, and its line among what is left out. */
void emit_skip(struct emitter *e, const struct stmt *stmt, const char *text, const char *why);

/* ---- emit_c_call.c ---- */

void emit_call(struct emitter *e, const struct event *event);
/* The number of process @name, or -1. */
int emit_task(const struct emitter *e, const char *name);
struct emit_name *emit_name_find(const struct emitter *e, const char *name);
/* @name holds a value from now on; NULL if there are too many. */
struct emit_name *emit_name_add(struct emitter *e, const char *name, bool visible);

/* ---- emit_c_expr.c ---- */

void emit_expect(struct emitter *e, const struct event *event);
void emit_maps(struct emitter *e, const struct event *event);
void emit_let(struct emitter *e, const struct event *event);

#endif
