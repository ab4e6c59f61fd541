/*
 * run_text.h - a scenario given as text, run on the model, with what became of it.
 */
#ifndef TESTS_RUN_TEXT_H
#define TESTS_RUN_TEXT_H

#include "sim/parse.h"
#include "sim/run.h"

/* One run of one text.  ran_clear() after use. */
struct ran {
	struct script *script;	/* NULL if it could not be parsed */
	struct run *run;	/* NULL likewise */
	struct diag_list *diags;	/* of the parser */
	int status;
};

static inline struct ran run_text(const char *text, const struct run_options *options)
{
	static const struct run_options none;
	struct ran ran = { .diags = diag_list_create(), .status = STATUS_REJECTED };

	ran.script = script_parse_text("test.mms", text, strlen(text), NULL, ran.diags);
	if (!ran.script)
		return ran;
	ran.run = run_create(ran.script, options ? options : &none);
	ran.status = run_execute(ran.run);
	return ran;
}

/* The first error, or "". */
static inline const char *ran_error(const struct ran *ran)
{
	const struct diag_list *diags = ran->run ? run_diags(ran->run) : ran->diags;

	return diags->items->len ? ((const struct diag *)diags->items->pdata[0])->message : "";
}

static inline void ran_clear(struct ran *ran)
{
	run_destroy(ran->run);
	script_destroy(ran->script);
	diag_list_destroy(ran->diags);
}

#endif
