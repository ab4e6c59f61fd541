/*
 * backend.c - what all backends share.
 */
#include "sim/backend.h"

void call_outcome_clear(struct call_outcome *outcome)
{
	value_clear(&outcome->out);
	g_free(outcome->why);
	g_free(outcome->child);
	g_free(outcome->fail_site);
	*outcome = (struct call_outcome){};
}
