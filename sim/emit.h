/*
 * emit.h - a scenario in another form, for people without mmsim.
 *
 * To add a form: a function like emit_c(), a row in the table of emit.c, a section in
 * docs/emit.md.
 *
 * In the kernel:  nothing.
 * Locks:          none.
 */
#ifndef SIM_EMIT_H
#define SIM_EMIT_H

#include <stdio.h>

#include "sim/run.h"

/* What becomes of one scenario.  emit_result_clear(). */
struct emit_result {
	char *text;		/* the whole; NULL if it is refused */
	char *why;		/* refused: what stands in the way; or NULL: see the run's errors */
	int status;		/* STATUS_FALSE with a text: the model disagrees with the scenario */
};
void emit_result_clear(struct emit_result *result);

struct emit_form {
	const char *name;	/* behind --as */
	const char *what;
	/* @name is the file's, as told in the text; errors of the run go to @err. */
	void (*emit)(const struct script *script, const char *name, FILE *err,
		     struct emit_result *result);
};

/* All forms in the order of the table. */
const struct emit_form *emit_forms(size_t *nr);
const struct emit_form *emit_form_find(const char *name);

/* emit_c.c */
void emit_c(const struct script *script, const char *name, FILE *err, struct emit_result *result);

#endif
