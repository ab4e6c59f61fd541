/*
 * run_call.h - what run_call.c and run_result.c share.
 */
#ifndef SIM_RUN_CALL_H
#define SIM_RUN_CALL_H

#include "sim/run_internal.h"

/* What a call gave as a value; value_clear(). */
struct value run_outcome_value(const struct op *op, const struct call_outcome *outcome);
/* The same as text; g_free(). */
char *run_outcome_text(const struct run *run, const struct op *op,
		       const struct call_outcome *outcome);
struct run_result run_result_of(const struct call_outcome *outcome);
/* Variable @name is what the call gave. */
void run_bind(struct run *run, const char *name, const struct op *op,
	      const struct call_outcome *outcome);
/* The call was not carried out: an error at its line, and the end of the run. */
void run_refused(struct run *run, const struct stmt *stmt, const struct call_outcome *outcome);
/* Tells EVENT_CALL or EVENT_FINISHED. */
void run_tell_call(struct run *run, enum event_kind kind, const struct run_pending *pending,
		   const char *result, bool ok);
/*
 * Does the line of @stmt allow @outcome, output fields included?  Else errors are added.
 * @shown is the outcome as text.
 */
bool run_call_allowed(struct run *run, const struct stmt *stmt,
		      const struct call_request *request, const struct call_outcome *outcome,
		      const char *shown);

#endif
