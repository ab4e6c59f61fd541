/*
 * import_internal.h - what the files of the importer share: events, flag words, VMAs.
 *
 * A reader (import_strace.c, import_perf.c) turns lines into events; import_walk.c follows the
 * events with a map of each address space (import_maps.c) and import_emit.c writes statements.
 *
 * In the kernel:  include/uapi/asm-generic/mman-common.h and its relatives for the flags.
 * Left out:       nothing of its own.
 * Locks:          none.
 */
#ifndef SIM_IMPORT_INTERNAL_H
#define SIM_IMPORT_INTERNAL_H

#include <stdint.h>

#include "import.h"

#define IMPORT_PAGE	((uint64_t)4096)
#define IMPORT_USER_END	((uint64_t)0x800000000000)	/* first address that is not user space */
#define IMPORT_MAX_ARGS	6
#define IMPORT_MAX_PID	(1 << 22)		/* PID_MAX_LIMIT of a 64-bit kernel */

/* How the text of an argument becomes a number, and a number text. */
enum arg_kind {
	ARG_NONE, ARG_NUM, ARG_ADDR, ARG_PROT, ARG_MAP, ARG_MREMAP, ARG_MADV, ARG_MLOCK, ARG_MCL,
	ARG_MS, ARG_OPEN, ARG_CLONE, ARG_MFD, ARG_UFFD, ARG_PR, ARG_FD, ARG_PATH, ARG_FCNTL,
	ARG_CLONE3,
};

enum call_id {
	CALL_NONE, CALL_MMAP, CALL_MUNMAP, CALL_MPROTECT, CALL_PKEY_MPROTECT, CALL_MREMAP,
	CALL_MADVISE, CALL_BRK, CALL_MLOCK, CALL_MLOCK2, CALL_MUNLOCK, CALL_MLOCKALL,
	CALL_MUNLOCKALL, CALL_MSYNC, CALL_MSEAL, CALL_PRCTL, CALL_FORK, CALL_VFORK, CALL_CLONE,
	CALL_CLONE3, CALL_EXECVE, CALL_EXECVEAT, CALL_EXIT, CALL_EXIT_GROUP, CALL_OPEN,
	CALL_CREAT, CALL_OPENAT, CALL_CLOSE, CALL_DUP, CALL_DUP2, CALL_DUP3, CALL_FCNTL,
	CALL_MEMFD, CALL_FTRUNCATE, CALL_UFFD, CALL_IOCTL, CALL_SHMAT, CALL_SHMDT, CALL_MBIND,
	CALL_PROCESS_MADVISE, CALL_REMAP_FILE_PAGES,
};

struct call_arg {
	const char *key;		/* perf's name of it */
	enum arg_kind kind;
};

/* One system call the importer knows. */
struct call_desc {
	const char *name;
	enum call_id id;
	bool memory;			/* its presence makes a log a log of memory calls */
	struct call_arg args[IMPORT_MAX_ARGS];
};

enum event_kind {
	EVENT_CALL,			/* a call that returned */
	EVENT_ENTER,			/* a call begun; its end comes in another line */
	EVENT_TRAP,			/* a page fault begins; error code known */
	EVENT_FAULT,			/* a page fault was handled */
	EVENT_NEWTASK,			/* task:task_newtask */
	EVENT_EXEC_NAME,		/* sched:sched_process_exec */
	EVENT_GONE,			/* a task is gone: +++ exited +++, sched_process_exit */
	EVENT_LAYOUT,			/* recorded: what is mapped as the recording begins */
	EVENT_MAPS,			/* recorded: what is mapped here */
};

#define FAULT_WRITE	2U		/* X86_PF_WRITE */
#define FAULT_USER	4U		/* X86_PF_USER */
#define FAULT_INSTR	16U		/* X86_PF_INSTR */

/* An address space, copied while none of its tasks could change it. */
struct import_checkpoint {
	GArray *maps;			/* of struct import_vma; owned */
	GArray *pages;			/* of uint64_t: the anonymous pages of private areas, in
					 * order; NULL if nobody could look; owned */
	uint64_t brk;			/* where the heap starts; 0: not known */
	const char *when;		/* "just before the exit" */
};

/* One thing a log says.  Strings and the checkpoint are owned by the event. */
struct import_event {
	enum event_kind kind;
	unsigned int line;
	int pid;			/* thread id; 0: the log does not say */
	const struct call_desc *call;
	uint64_t arg[IMPORT_MAX_ARGS];
	unsigned int known;		/* bit per argument whose value the log has */
	char *path;			/* the ARG_PATH argument, or a fault's object */
	char *fd_path;			/* the path that strace -y prints beside a descriptor */
	char *text;			/* raw arguments, where they are needed (ioctl, prctl) */
	int64_t ret;
	bool has_ret;
	char err[24];			/* "ENOMEM", or empty */
	uint64_t addr;			/* of a fault; an offset if @path names a file */
	bool has_addr;
	unsigned int code;		/* error code, EVENT_TRAP */
	uint64_t flags;			/* EVENT_NEWTASK */
	int child;			/* EVENT_NEWTASK */
	uint64_t file_size;		/* mmap, recorded: bytes in its file; 0: not known */
	struct import_checkpoint *checkpoint;	/* EVENT_LAYOUT, EVENT_MAPS, an execve */
};

/* What a reader works on. */
struct import_log {
	const char *path;
	GPtrArray *events;		/* of struct import_event */
	struct import_report *report;
	GHashTable *begun;		/* pid -> call begun, arguments kept */
	const GString *notes;		/* a recording's own header, "# " lines; or NULL */
};

/* import_text.c */
const struct call_desc *call_find(const char *name, gsize len);
int64_t parse_flags(enum arg_kind kind, const char *text, bool *ok);
void print_flags(enum arg_kind kind, uint64_t value, GString *out);
bool parse_number(const char *text, uint64_t *value);
int parse_pid(const char *text, char **end);
char **split_args(const char *text, gsize len);
const char *match_close(const char *open);
char *unquote(const char *text);
struct import_event *event_new(struct import_log *log, enum event_kind kind,
			       unsigned int line, int pid);
void event_free(void *event);
bool event_result(struct import_event *event, const char *text);
void log_problem(struct import_log *log, unsigned int line, unsigned int col,
		 const char *fmt, ...) G_GNUC_PRINTF(4, 5);
void log_ignored(struct import_log *log, const char *name, gsize len);

/* import_strace.c, import_perf.c: one line, NUL-terminated, without its newline. */
bool strace_line(struct import_log *log, unsigned int nr, const char *line);
bool perf_line(struct import_log *log, unsigned int nr, const char *line);
bool strace_looks_like(const char *line);
bool perf_looks_like(const char *line);

/* A file as opened once: VMAs of two opens of one path never merge. */
struct import_file {
	char *path;			/* NULL: not known yet */
	char var[24];			/* its name in the scenario */
	uint64_t size;			/* bytes that some mapping covers */
	uint64_t mode;			/* O_RDONLY, O_RDWR ... */
	uint64_t true_size;		/* bytes it had when it was mapped last; 0: not known */
	bool mode_known, mapped, memfd, sized, path_assumed;
};

/* One range of an address space, as log or checkpoint have it. */
struct import_vma {
	uint64_t start, end, offset;	/* offset in bytes, 0 for anonymous ones */
	uint64_t prot;			/* PROT_* */
	bool shared, grows, noreserve;	/* noreserve: MAP_NORESERVE */
	bool dontfork;
	struct import_file *file;	/* in the walk's maps; not owned */
	char *name;			/* in checkpoints: the last column; owned */
	uint64_t anon;			/* bytes of anonymous memory, from smaps */
	bool has_flags;			/* smaps: @noreserve was read, not assumed */
	unsigned int advice;		/* smaps: bit per row of import_advices */
};

/* VmFlags of smaps that a call gives to an area. */
struct import_advice {
	const char *flag;		/* "dd" */
	const char *call;		/* what comes before and after "ADDR, LEN" */
	const char *rest;
};
#define NR_IMPORT_ADVICES	10
extern const struct import_advice import_advices[NR_IMPORT_ADVICES];
#define ADVICE_DONTFORK		0x1U	/* the first rows */
#define ADVICE_DONTDUMP		0x2U

/* import_maps.c: GArrays of struct import_vma, sorted, without overlap. */
GArray *maps_new(void);
GArray *maps_copy(const GArray *maps, bool fork);
GArray *maps_read(const char *path, GError **error);
GArray *maps_parse(const char *path, const char *text, GError **error);
bool maps_continue(const struct import_vma *left, const struct import_vma *right);
struct import_vma *maps_find(GArray *maps, uint64_t addr);
bool maps_overlap(GArray *maps, uint64_t start, uint64_t end);
void maps_unmap(GArray *maps, uint64_t start, uint64_t end);
void maps_add(GArray *maps, const struct import_vma *vma);
void maps_protect(GArray *maps, uint64_t start, uint64_t end, uint64_t prot);
void maps_mark(GArray *maps, uint64_t start, uint64_t end, bool dontfork);
void maps_move(GArray *maps, uint64_t start, uint64_t end, uint64_t to, uint64_t new_end,
	       bool keep);
bool maps_is_file(const struct import_vma *vma);
unsigned int maps_differences(const GArray *mine, const GArray *theirs, uint64_t *where);
void checkpoint_free(struct import_checkpoint *checkpoint);

/* import.c: the scenario that @log's events amount to; false if none concerns memory. */
bool import_events(struct import_log *log, const struct import_options *opts, GString *mms_out);

#endif
