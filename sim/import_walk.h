/*
 * import_walk.h - the state of a walk over a log's events: processes, descriptors, text.
 *
 * The walk is made twice: a dry one learns what a line can only know later (is this file ever
 * mapped, how far, under what path; which event is a process's last), the real one writes.
 *
 * In the kernel:  kernel/fork.c, fs/exec.c: what a fork copies and an exec throws away.
 * Left out:       CLONE_FILES between processes, close-on-exec, unshare.
 * Locks:          none.
 */
#ifndef SIM_IMPORT_WALK_H
#define SIM_IMPORT_WALK_H

#include "import_internal.h"

/* One address space. */
struct import_mm {
	GArray *maps;
	unsigned int users;		/* processes, more than one after vfork */
	bool brk_known;
	uint64_t brk;
};

struct import_proc {
	int pid;
	unsigned int serial;		/* order of birth, equal in both walks */
	struct import_mm *mm;
	GHashTable *fds;		/* number -> struct import_file, not owned */
	unsigned int execs;		/* so far */
	unsigned int exec_event;	/* index of the last one */
	bool finished, exit_seen;
};

struct import_task {
	int pid;
	char *name;			/* "P", "pid4711" */
	struct import_proc *proc;
	bool dead;
	bool in_exec;			/* faults belong to the address space to come */
	GArray *exec_faults;		/* of struct import_fault */
	char *exec_name;
	bool has_trap;
	uint64_t trap_addr;
	unsigned int trap_code;
	const struct import_event *begun;	/* munmap entered and not yet returned */
	bool begun_done;			/* ... and written already */
};

enum access_kind { ACCESS_LOAD, ACCESS_STORE, ACCESS_EXEC };

struct import_fault {
	uint64_t addr;
	enum access_kind access;
	const char *assumed;		/* what of it, or NULL */
};

struct walk {
	struct import_log *log;
	const struct import_options *opts;
	bool dry;
	GString *body, *early;		/* statements, and those that come before them */
	unsigned int now;		/* index of the current event */
	unsigned int nr_procs, nr_files;
	struct import_task *root;
	int root_pid;			/* outlives the walk */
	GHashTable *tasks;		/* pid -> struct import_task */
	GPtrArray *all_tasks, *all_procs;
	bool has_faults;		/* the log has minfault lines */
	/* learned in the dry walk */
	GHashTable *files;		/* key -> struct import_file */
	GPtrArray *file_order;
	GHashTable *clone_at;		/* child -> index + 1 of the event that made it */
	GHashTable *last;		/* serial -> index + 1 of the last event */
	GHashTable *brk;		/* index of an exec + 1 -> uint64_t *, first break */
	/* faults not yet written, a run of pages */
	struct import_task *run_task;
	enum access_kind run_access;
	const char *run_assumed;
	uint64_t run_start, run_end;
};

/* import_emit.c */
void emit(struct walk *w, const struct import_task *task, const char *assumed,
	  const char *fmt, ...) G_GNUC_PRINTF(4, 5);
void emit_access(struct walk *w, struct import_task *task, const struct import_fault *fault);
void emit_flush(struct walk *w);
void emit_comment(struct walk *w, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void emit_expect_maps(struct walk *w, const struct import_task *task, const GArray *maps,
		      const char *when);
void emit_document(struct walk *w, GString *out);
char *quoted(const char *text);
void assume(struct walk *w, enum import_assumption what);

/* import_files.c */
struct import_file *file_get(struct walk *w, const char *key);
struct import_file *file_of(struct walk *w, struct import_task *task, uint64_t fd,
			    const char *fd_path);
void file_mapped(struct import_file *file, uint64_t end);
void file_named(struct import_file *file, const char *path);
void walk_open(struct walk *w, struct import_task *task, const struct import_event *event);
void walk_fd(struct walk *w, struct import_task *task, const struct import_event *event);
void walk_uffd_ioctl(struct walk *w, struct import_task *task, const struct import_event *event);

/* import_calls.c */
void walk_memory(struct walk *w, struct import_task *task, const struct import_event *event);
void walk_begun(struct import_task *task, const struct import_event *event);
void assume_mapped(struct walk *w, struct import_task *task, uint64_t start, uint64_t end);
void set_brk(struct walk *w, struct import_task *task, uint64_t brk);

/* import_exec.c */
void walk_exec(struct walk *w, struct import_task *task, const struct import_event *event);
void walk_exit_maps(struct walk *w, struct import_task *task);
void walk_checkpoint(struct walk *w, struct import_task *task, const struct import_event *event);

/* import_layout.c */
void walk_layout(struct walk *w, struct import_task *task, const struct import_event *event);
void layout_pages(struct walk *w, struct import_task *task, const GArray *pages);
void emit_vma(struct walk *w, struct import_task *task, const struct import_vma *vma,
	      uint64_t prot, GHashTable *opened);

/* import_fault.c */
void walk_trap(struct walk *w, struct import_task *task, const struct import_event *event);
void walk_fault(struct walk *w, struct import_task *task, const struct import_event *event);
void import_do_fault(struct walk *w, struct import_task *task, const struct import_fault *fault);

/* import_walk.c */
void walk_log(struct import_log *log, const struct import_options *opts, GString *out);
struct import_mm *mm_new(void);
void mm_put(struct import_mm *mm);

#endif
