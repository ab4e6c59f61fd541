/*
 * explain_huge.h - why a range is not huge, at the end of a scenario: what khugepaged and MADV_COLLAPSE
 * would say of each block of 2 MiB, by the very questions that they ask.
 *
 * In the kernel:  mm/khugepaged.c hpage_collapse_scan_pmd(), tracepoint mm_khugepaged_scan_pmd.
 */
#ifndef SIM_EXPLAIN_HUGE_H
#define SIM_EXPLAIN_HUGE_H

#include "sim/ast.h"
#include "sim/diag.h"

/*
 * Runs @script and appends a report on the block at @at ("@4", "Q:@4"), or, if that is NULL, on all
 * blocks of all processes, to @out: as text, or one JSON object a line.  False with errors in
 * @diags.  *status is the run's exit status.
 */
bool explain_huge_script(const struct script *script, const char *at, bool json, GString *out,
			 struct diag_list *diags, int *status);

#endif
