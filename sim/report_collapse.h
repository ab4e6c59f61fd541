/*
 * report_collapse.h - what each design of a collapse costs, measured on the model.
 *
 * In the kernel:  no such thing; perf lock, and the counters of mm/vmstat.c.
 */
#ifndef SIM_REPORT_COLLAPSE_H
#define SIM_REPORT_COLLAPSE_H

#include <glib.h>
#include <stdbool.h>

/* A table of all designs, 2 MiB and 16 KiB, collapsed and backed out of; as text or JSON lines. */
void report_collapse(bool json, GString *out);

#endif
