/*
 * record.h - the memory calls and page faults of a running program, as a scenario.
 *
 * The calls are seen by ptrace, which stops each task as it enters and as it leaves a call;
 * the page faults by perf events.  What is seen becomes the events of an import (import.h),
 * and the same walk writes the scenario.
 *
 * In the kernel:  kernel/ptrace.c, kernel/events/core.c, arch/x86/mm/fault.c.
 * Left out:       programs of another ABI than x86-64.
 * Locks:          none; nothing here touches the machine.
 */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/import.h"

enum record_faults { RECORD_FAULTS_ALL, RECORD_FAULTS_WRITES, RECORD_FAULTS_NONE };

/* What to record; one of @command and @pid.  All borrowed. */
struct record_options {
	char **command;		/* NULL-terminated */
	int pid;		/* a process to attach to */
	uint64_t seconds;	/* end after so long; 0: when the last task ends */
	uint64_t calls;		/* end after so many memory calls; 0: no bound */
	uint64_t every;		/* a checkpoint after each so many memory calls; 0: none */
	enum record_faults faults;
	bool short_paths;	/* "/libc.so.6" instead of the whole path */
	bool stdout_taken;	/* the command's standard output goes to standard error */
	const char *title;	/* what the scenario is called in its first line, or NULL */
};

#define RECORD_ERROR record_error_quark()
GQuark record_error_quark(void);
enum record_error {
	RECORD_ERROR_HOST,	/* the host does not let us: privilege, feature */
	RECORD_ERROR_EMPTY,	/* nothing was seen */
};

/*
 * Record, and append a scenario to @mms_out.  @report is initialised by the caller; lines on what
 * could not be seen are appended to @unseen.  False with @error set and nothing appended if
 * nothing could be recorded.
 */
bool record_run(const struct record_options *options, GString *mms_out,
		struct import_report *report, GString *unseen, GError **error);

/* How much of page faults this host shows: a line for `mmsim doctor`; g_free().  @good: with
 * the kind of access. */
char *record_faults_here(bool *good);

#endif
