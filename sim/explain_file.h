/*
 * explain_file.h - explaining neighbours at the end of a scenario.
 */
#ifndef SIM_EXPLAIN_FILE_H
#define SIM_EXPLAIN_FILE_H

#include "sim/ast.h"
#include "sim/diag.h"
#include "sim/explain.h"

/*
 * Runs @script and explains the pair at the addresses @a and @b ("@4", "Q:@4"; both in one
 * process), or, if both are NULL, every pair of touching neighbours of every process, but
 * for what is left of the window's reservation.  struct explain_pair in address order by
 * process, to be freed with g_ptr_array_unref(); NULL with errors in @diags.  *status is
 * the run's exit status.
 */
GPtrArray *explain_script(const struct script *script, const char *a, const char *b,
			  struct diag_list *diags, int *status);

#endif
