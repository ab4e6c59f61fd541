/*
 * import.h - logs of real programs become scenarios.
 *
 * Reads what `strace -f` or `perf trace -F all` printed and writes a scenario whose replay
 * builds the address spaces of the program.  What the log does not say is either taken from
 * a copy of /proc/PID/maps (a checkpoint) or assumed; each assumption is marked in the
 * scenario and counted in the report.
 *
 * In the kernel:  tools/perf/builtin-trace.c prints the one format, strace(1) the other;
 *                 arch/x86/mm/fault.c defines the error code of page faults.
 * Left out:       System V shared memory, mbind, process_madvise, io_uring; they are
 *                 reported by line and counted.
 * Locks:          none; nothing here touches the machine.
 */
#ifndef SIM_IMPORT_H
#define SIM_IMPORT_H

#include <glib.h>
#include <stdbool.h>

/* Both may be NULL.  Beside a log NAME.perf.log (or NAME.strace.log) the files
 * NAME.PID.execN.smaps and NAME.PID.exit.maps are found without being asked for. */
struct import_options {
	const char *exit_maps;	/* maps of the first process just before its exit */
	const char *start_maps;	/* maps or smaps of it just after its first execve */
	bool alone;		/* do not look for checkpoints beside the log */
};

/* What had to be assumed because neither log nor checkpoint says it. */
#define IMPORT_ASSUMPTIONS(A)							\
	A(ASSUMED_ACCESS,	"whether a fault was a read or a write")		\
	A(ASSUMED_ADDRESS,	"the address of a fault in a file")			\
	A(ASSUMED_LAYOUT,	"the layout after execve")				\
	A(ASSUMED_MAPPING,	"a mapping older than the log")				\
	A(ASSUMED_EXEC_WRITE,	"which page of a VMA execve wrote to")			\
	A(ASSUMED_PATH,		"the path of a mapped file")				\
	A(ASSUMED_SIZE,		"the size of a mapped file")				\
	A(ASSUMED_OPEN_MODE,	"how a file was opened")				\
	A(ASSUMED_CLONE,	"the flags of a clone3")				\
	A(ASSUMED_ORDER,	"the order of two calls in different threads")		\
	A(ASSUMED_PARENT,	"the parent of a process")				\
	A(ASSUMED_BRK,		"the start of the heap")				\
	A(ASSUMED_EXIT,		"the exit of a process")

#define A(name, words) name,
enum import_assumption { IMPORT_ASSUMPTIONS(A) NR_ASSUMPTIONS };
#undef A

/* What came of a log.  Owned by the caller: import_report_init() before, _clear() after. */
struct import_report {
	const char *format;		/* "strace" or "perf trace" */
	unsigned int lines;		/* read */
	unsigned int unusable;		/* lines which could not be understood */
	unsigned int calls;		/* written as statements */
	unsigned int failed;		/* calls that changed nothing, left out */
	unsigned int faults;		/* pages touched by statements, execve's included */
	unsigned int faults_lost;	/* faults that did not complete, or without a place */
	unsigned int lost;		/* memory calls whose arguments the log does not hold */
	unsigned int lost_events;	/* events perf itself says it lost */
	unsigned int processes;
	unsigned int checkpoints;	/* copies of maps used */
	unsigned int differences;	/* VMAs in which log and last checkpoint differ */
	unsigned int assumed[NR_ASSUMPTIONS];
	GTree *ignored;			/* name of a call -> how often, sorted by name */
	GPtrArray *problems;		/* "file:line:col: warning: ...", in order */
};

#define IMPORT_ERROR import_error_quark()
GQuark import_error_quark(void);
enum import_error {
	IMPORT_ERROR_READ,		/* a file cannot be read */
	IMPORT_ERROR_FORMAT,		/* neither strace nor perf trace */
	IMPORT_ERROR_EMPTY,		/* no call that concerns memory */
};

void import_report_init(struct import_report *report);
void import_report_clear(struct import_report *report);

/* The report in words, one fact a line, each line beginning with @prefix. */
void import_report_text(const struct import_report *report, const char *prefix, GString *out);

/*
 * Turn the log at @path into scenario text, appended to @mms_out.  False, with @error set and
 * nothing appended, if the log cannot be read, is no log, or holds no memory call.  Lines
 * which cannot be used are no error: they are in @report.
 */
bool import_log(const char *path, const struct import_options *opts, GString *mms_out,
		struct import_report *report, GError **error);

/* The same for a log already in memory; @path is what diagnostics call it. */
bool import_text(const char *path, const char *text, gsize len,
		 const struct import_options *opts, GString *mms_out,
		 struct import_report *report, GError **error);

/* How to record a log that needs no assumption: text for --help. */
extern const char import_recipe[];

#endif
