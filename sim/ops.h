/*
 * ops.h - one table of all calls a scenario can make: name, shape of each argument,
 * what the result is.
 *
 * The table says how arguments are read and results shown; who carries the call out is
 * the backend's (backend.h), which has one function for each enum op_id.
 *
 * In the kernel:  the prototypes of the system calls; load, store and exec are single
 *                 user accesses and have none.
 * Locks:          none; the table is constant.
 */
#ifndef SIM_OPS_H
#define SIM_OPS_H

#include "sim/ast.h"
#include "sim/constants.h"
#include "sim/expr.h"

#define OP_MAX_ARGS	6

enum op_id {
	OP_MMAP, OP_MUNMAP, OP_MPROTECT, OP_PKEY_MPROTECT, OP_MREMAP, OP_MADVISE,
	OP_PROCESS_MADVISE, OP_MLOCK, OP_MLOCK2, OP_MUNLOCK, OP_MLOCKALL, OP_MUNLOCKALL, OP_BRK,
	OP_MSYNC, OP_MINCORE, OP_MSEAL, OP_MBIND, OP_FORK, OP_VFORK, OP_CLONE, OP_CLONE3,
	OP_EXIT, OP_EXIT_GROUP, OP_EXECVE, OP_USERFAULTFD, OP_IOCTL, OP_UFFDIO, OP_PRCTL,
	OP_MEMFD_CREATE, OP_OPEN, OP_OPENAT, OP_CLOSE, OP_FTRUNCATE, OP_FALLOCATE, OP_DUP,
	OP_PRLIMIT64, OP_SETRLIMIT, OP_GETRLIMIT, OP_FCNTL, OP_PKEY_ALLOC, OP_PKEY_FREE,
	OP_LOAD, OP_STORE, OP_EXEC, OP_READ, OP_FINISH, OP_MEM_WRITE, OP_PIN, OP_UNPIN, OP_DMA,
	OP_GUP_FAST,
	OP_KSWAPD_RECLAIM, OP_WRITEBACK_START, OP_WRITEBACK_END,
	OP_MIGRATE, OP_MIGRATE_FAIL, OP_MOVE_PAGES, OP_COLLAPSE, OP_SCAN,
	OP_KSWAPD_SHRINK, OP_SWAPON, OP_SWAPOFF, OP_KSM_MERGE, OP_KSM_SCAN, OP_KSM_UNMERGE, NR_OPS,
};

/* How an argument is read. */
enum arg_kind {
	ARG_NONE,	/* there is no such argument */
	ARG_NUMBER,	/* any number; flags, sizes, options */
	ARG_ADDR,	/* an address of the caller; page = true at the start of a range A..B */
	ARG_TASK,	/* a pidfd, written as the name of a process; or PIDFD_SELF */
	ARG_FD,		/* a descriptor; may carry a path as `strace -y` prints it */
	ARG_STRING,
	ARG_STRUCT,	/* {name=value, ...}, or NULL */
	ARG_LIST,	/* a number, NULL, or a list [a, b]: node masks, vectors */
	ARG_ANY,	/* of no consequence for memory: argv, envp, modes of files */
	ARG_OPTIONAL_STRING,	/* a string or a number, by the option before it: prctl */
	ARG_PLACE,	/* P:a, an address in whatever process: for kernel actors */
	ARG_PROCESS,	/* the name of a process: likewise */
};

struct op_arg {
	const char *name;		/* as in the manual page */
	enum arg_kind kind;
	const char *prefix;		/* that may be left out: "PROT_"; NULL for none */
};

enum op_result {
	RETURNS_INT,
	RETURNS_ADDR,	/* shown as @N or in hexadecimal */
	RETURNS_FD,
	RETURNS_PID,	/* of a new task, which is named by `NAME =` */
	RETURNS_CONTENT,	/* what is in the page */
};

struct op {
	const char *name;
	enum op_id id;
	enum op_result returns;
	unsigned int min_args;
	struct op_arg args[OP_MAX_ARGS];
	unsigned int number;		/* OP_UFFDIO: of the ioctl; 0x3f for API */
	const char *actor;		/* who alone can do it: "kswapd"; NULL: any task */
	const char *const *out;		/* output fields that may be asserted, or NULL */
	const char *const *fields;	/* of its struct: the only ones; NULL: any */
	const char *what;		/* one sentence for listings */
};

/* All calls in the order of the table. */
const struct op *ops_all(size_t *nr);
const struct op *op_find(const char *name);
/* The UFFDIO_* row of an ioctl request such as 0xc028aa05; NULL if it is none. */
const struct op *op_find_ioctl(uint64_t request);
unsigned int op_nr_args(const struct op *op);
/* "mmap(addr, length, prot, flags, fd, offset)"; free with g_free(). */
char *op_signature(const struct op *op);
void ops_offer(struct nearest *nearest);

/*
 * Calls of the language that nothing here can carry out yet: why, or NULL when @name is
 * none of them.
 */
const char *op_not_modelled(const char *name);
/* Is @name one of the kernel's own actors (khugepaged, kswapd, ...)? */
bool op_is_kernel_actor(const char *name);

/*
 * Arguments of one call, evaluated.  Filled by op_args_read(), emptied by op_args_clear().
 * number[i] is the value of argument i where it is a number, 0 if missing.
 */
struct op_args {
	unsigned int nr;
	uint64_t number[OP_MAX_ARGS];
	const struct value *value[OP_MAX_ARGS];	/* NULL if missing; owned by values */
	const char *process[OP_MAX_ARGS];	/* ARG_PLACE, ARG_PROCESS: whose; owned by values */
	char *fd_path[OP_MAX_ARGS];	/* of `3</path>`, or NULL */
	GPtrArray *values;		/* struct value * */
	struct value named;		/* strace's clone(child_stack=..., flags=...) */
};

/*
 * Evaluates and checks the arguments of @call for @op.  False with errors in eval->diags.
 * An ioctl() is resolved: *op becomes the UFFDIO row and the request is taken out.
 */
bool op_args_read(struct eval *eval, const struct op **op, const struct stmt_call *call,
		  struct op_args *args);
void op_args_clear(struct op_args *args);
/* The flags of fork(), vfork(), clone() or clone3(), whose arguments @args are; the signal of
 * the child's end included. */
uint64_t op_clone_flags(const struct op *op, const struct op_args *args);
/* Field @name of the struct that is argument @i; @fallback if it has none. */
uint64_t op_args_field(const struct op_args *args, unsigned int i, const char *name,
		       uint64_t fallback);
bool op_args_has_field(const struct op_args *args, unsigned int i, const char *name);

#endif
