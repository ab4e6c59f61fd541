/*
 * state_json.h - the state of a run as JSON: `mmsim run FILE --state OUT.json`.
 */
#ifndef SIM_STATE_JSON_H
#define SIM_STATE_JSON_H

#include "sim/run.h"

/* Appends the whole document to @out, also for a run that failed. */
void state_json(struct run *run, GString *out);

/* What could not even be parsed: nothing, and why. */
void state_json_rejected(const struct diag_list *diags, GString *out);

#endif
