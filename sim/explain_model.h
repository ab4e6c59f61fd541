/*
 * explain_model.h - explaining a pair of neighbours in the model, with the statement
 * since which a condition has failed.
 *
 * The pair is named by two addresses, one of each side.  Replay the scenario and call
 * explain_history_note() after each statement; explain_history_pair() then has the report.
 */
#ifndef SIM_EXPLAIN_MODEL_H
#define SIM_EXPLAIN_MODEL_H

#include "model/mm.h"
#include "sim/explain.h"
#include "sim/value.h"

struct explain_history;

/* char *: the statement which made anon_vma#(i + 1); one list serves all histories. */
GPtrArray *explain_births_create(void);
/* After each statement, before the histories are told of it. */
void explain_births_note(GPtrArray *births, const char *statement);

/* @process is the name in the scenario; @left < @right in bytes; @births is borrowed. */
struct explain_history *explain_history_create(const char *process, uint64_t left, uint64_t right,
					       const GPtrArray *births);
void explain_history_destroy(struct explain_history *history);
const char *explain_history_process(const struct explain_history *history);
/* @mm: that process's, or NULL if there is none; @statement: "line 7, mprotect(...)". */
void explain_history_note(struct explain_history *history, const struct mm_struct *mm,
			  const char *statement);
/* The state of the last note.  NULL and a message in *error if an address is not mapped. */
struct explain_pair *explain_history_pair(const struct explain_history *history,
					  const struct mm_struct *mm,
					  const struct value_style *style, char **error);

/* Is @vma what is left of the window's reservation?  Nobody asks about that. */
bool explain_is_reservation(const struct vm_area_struct *vma);

/* The report on two areas, without history. */
struct explain_pair *explain_vmas(const char *process, const struct vm_area_struct *left,
				  const struct vm_area_struct *right,
				  const struct value_style *style);

#endif
