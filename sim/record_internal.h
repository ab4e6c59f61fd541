/*
 * record_internal.h - what the files of the recorder share.
 *
 * record_perf.c reads page faults, record_trace.c follows tasks from stop to stop,
 * record_tasks.c knows which tasks there are, record_calls.c turns registers into events,
 * record_maps.c copies address spaces, record.c begins, ends and reports.
 *
 * In the kernel:  include/uapi/linux/perf_event.h, include/uapi/linux/ptrace.h.
 * Locks:          none.
 */
#ifndef SIM_RECORD_INTERNAL_H
#define SIM_RECORD_INTERNAL_H

#include <poll.h>
#include <sys/types.h>

#include "sim/import_internal.h"
#include "sim/record.h"

/* ---- record_perf.c ---- */

enum perf_level {
	PERF_NOTHING,		/* perf_event_open() is refused */
	PERF_USER,		/* faults of user mode, without the kind of access */
	PERF_KERNEL,		/* and those inside of system calls */
	PERF_ACCESS,		/* and whether each read, wrote or fetched */
};

enum sample_kind {
	SAMPLE_TRAP,		/* a fault begins; error code known */
	SAMPLE_FAULT,		/* it was handled */
	SAMPLE_EXEC,		/* the task has its new address space */
};

struct perf_sample {
	enum sample_kind kind;
	int tid;
	uint64_t time;		/* CLOCK_MONOTONIC, ns */
	uint64_t addr;
	unsigned int code;
};

struct record_perf;

/* NULL never; without any right to see faults the level is PERF_NOTHING and @why says why. */
struct record_perf *perf_new(enum record_faults faults);
void perf_free(struct record_perf *perf);
enum perf_level perf_level(const struct record_perf *perf);
const char *perf_why(const struct record_perf *perf);
/* Watch @tid and its descendants, now or from its execve on; false if a CPU refused. */
bool perf_watch(struct record_perf *perf, int tid, bool on_exec);
/* Append all samples not yet read to @samples (of struct perf_sample), in order of time. */
void perf_drain(struct record_perf *perf, GArray *samples);
uint64_t perf_lost(const struct record_perf *perf);
/* Descriptors that become readable when a buffer fills; @fds has room for perf_nr_fds(). */
unsigned int perf_nr_fds(const struct record_perf *perf);
void perf_fds(const struct record_perf *perf, struct pollfd *fds);

/* ---- tasks ---- */

/* One address space.  At most one task is inside of a call that changes it: see trace. */
struct rec_mm {
	unsigned int users;		/* processes */
	struct rec_task *busy;		/* the task that is inside */
	GQueue waiters;			/* of struct rec_task, stopped at the entry of such a call */
	GPtrArray *others;		/* events of others meanwhile; owned */
	uint64_t calls;			/* so far */
};

struct rec_proc {
	int pid;
	unsigned int running;		/* tasks that have not reached their end */
	struct rec_mm *mm;
};

struct rec_task {
	int tid;
	struct rec_proc *proc;		/* NULL until its parent has told of it */
	bool stopped;			/* ... and so it waits here */
	int status;			/* the stop it waits in, of waitpid() */
	const struct call_desc *call;	/* inside of this; NULL: outside, or of no concern */
	bool in_call, told;		/* told: its new child was told of */
	bool ended, exited;		/* at PTRACE_EVENT_EXIT; by exit() */
	uint64_t nr, args[6];
	gint64 since;			/* waits in a queue since, us */
	GPtrArray *held;		/* its own faults inside of the call; owned */
	bool has_trap, new_space;
	struct perf_sample trap;
};

struct recorder {
	const struct record_options *options;
	struct import_log log;
	struct record_perf *perf;
	GHashTable *tasks;		/* tid -> struct rec_task, owned */
	GPtrArray *procs, *mms;		/* owned */
	GArray *samples;
	int command;			/* pid of the command; 0 after attaching */
	bool begun;			/* the command has executed */
	bool ending;			/* told to stop */
	int command_status;		/* of waitpid() */
	uint64_t nr_calls;		/* memory calls */
	/* for the report */
	GTree *unseen;			/* what -> how often */
	uint64_t unconfirmed;		/* faults that were not handled: signals, retries */
	uint64_t side_by_side;		/* calls that ran while another one did */
	uint64_t ambiguous;		/* faults of one task while another one was in a call */
	bool huge;			/* some area has huge pages */
};

/* record_tasks.c */
struct rec_task *task_find(struct recorder *r, int tid);
struct rec_task *task_make(struct recorder *r, int tid);
struct rec_proc *rec_proc_new(struct recorder *r, int pid, struct rec_mm *mm);
struct rec_mm *rec_mm_new(struct recorder *r);
void task_leave(struct recorder *r, struct rec_task *task);
void recorder_init(struct recorder *r, const struct record_options *options,
		   struct import_report *report);
void recorder_clear(struct recorder *r);
void unseen(struct recorder *r, const char *what);

/* record_calls.c */
const struct call_desc *call_of(uint64_t nr);
bool call_is_serial(const struct rec_task *task);
void call_unknown(struct recorder *r, const struct rec_task *task);
struct import_event *call_event(struct recorder *r, const struct rec_task *task, int64_t ret);
uint64_t call_clone_flags(const struct rec_task *task, int event);
char *read_string(int tid, uint64_t addr);
char *shown_path(const struct recorder *r, const char *path);

/* record_maps.c */
struct import_checkpoint *checkpoint_take(struct recorder *r, int tid, const char *when,
					  bool pages);

/* record_faults.c */
void faults_flush(struct recorder *r);
void faults_release(struct recorder *r, struct rec_task *task, struct import_event *event);
void log_append(struct recorder *r, struct import_event *event);
struct import_event *event_make(enum event_kind kind, int pid);

/* record_trace.c */
bool trace_all(struct recorder *r, GError **error);
bool trace_seize(int tid, bool kill_with_us);

#endif
