/*
 * live_task.h - real processes whose every step is told: they hold next to nothing of their
 * own, and make system calls and single accesses on behalf of a scenario.
 *
 * A process is started from an ELF file of one page that is written on the spot. It is
 * traced: a call is made by setting registers and letting it run from `syscall` to the
 * breakpoint behind it; an access is one instruction. It needs no stack, no heap and no
 * signal handlers. Two areas stay mapped: the page of code and one shared with mmsim
 * for structs, strings and vectors. Both lie between the base of the search for free
 * addresses and the top, where no search looks, so that mmap(NULL, ...) finds the same
 * address as in an empty address space without randomisation.
 *
 * In the kernel:  kernel/ptrace.c, fs/binfmt_elf.c.
 * Left out:       execve() of anything but that program.
 * Locks:          none; one thread of mmsim drives all.
 */
#ifndef SIM_LIVE_TASK_H
#define SIM_LIVE_TASK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#include "sim/backend.h"

/* Where they stay, in every process. */
#define LIVE_CODE		0x7ffffc000000UL
#define LIVE_SHARED		0x7ffffc100000UL
#define LIVE_SHARED_SIZE	0x100000UL
#define LIVE_AGENT_END		(LIVE_SHARED + LIVE_SHARED_SIZE)
/* All that the two add to what a process has mapped, bytes. */
#define LIVE_AGENT_SIZE		(LIVE_SHARED_SIZE + 0x1000)
/* Parts of the shared area. */
#define LIVE_STRUCTS		0x0UL
#define LIVE_WAITING		0x8000UL	/* structs of calls that may not end, one a task */
#define LIVE_STRINGS		0x10000UL
#define LIVE_SCRATCH		0x20000UL	/* what an executed instruction may write to */
#define LIVE_VECTOR		0x21000UL
#define LIVE_VECTOR_SIZE	(LIVE_SHARED_SIZE - LIVE_VECTOR)

/* Seconds that a call may take. */
#define LIVE_TIMEOUT		10

/* One traced task.  Owned by the list of its backend. */
struct live_task {
	char *name, *process;	/* "P.gc", "P" */
	pid_t pid;		/* of the thread */
	bool gone;		/* has exited, or was killed */
	char *vfork_child;	/* in vfork() until that task execs or exits; or NULL */
	bool blocked;		/* sleeps in the call it was asked for last: */
	struct call_request request;
};

struct live_limits {
	uint64_t stack, memlock, as, data;	/* bytes; RLIM_INFINITY: none */
};

/* What all of them share. */
struct live_world {
	int memfd;			/* the shared area */
	unsigned char *shared;		/* the same, here */
	bool may_block;			/* somebody has a userfaultfd: calls may not end */
	struct user_regs_struct regs;	/* of a task at rest: segments, flags */
};

enum live_stop {
	LIVE_RETURNED,		/* value: what the call returned, raw */
	LIVE_SIGNALLED,		/* number, address of the fault */
	LIVE_STUCK,		/* did not end within LIVE_TIMEOUT; killed */
	LIVE_DIED,		/* was killed by a signal; number */
	LIVE_EXITED,
	LIVE_BLOCKED,		/* sleeps in the kernel, for a userfaultfd: live_resume() */
};

struct live_result {
	enum live_stop stop;
	int64_t value;
	int number;
	uint64_t address;
	pid_t child;		/* a new task, stopped; 0 for none */
	bool execed;		/* it has another program now; value is that program's */
};

/* False with *why if this host does not let us. */
bool live_world_open(struct live_world *world, char **why);
void live_world_close(struct live_world *world);

/* A first process with its empty address space, at rest. 0 and *why if that fails. */
pid_t live_task_start(struct live_world *world, const struct live_limits *limits, char **why);
void live_task_kill(pid_t pid);
/*
 * execve() of the same program: the address space is as empty as at the start.  The result is
 * that of the call; *why (g_free()) is set if the process could not be emptied.
 */
struct live_result live_task_exec(struct live_world *world, pid_t pid, char **why);

/* One system call of @pid. */
struct live_result live_syscall(struct live_world *world, pid_t pid, long number,
				const uint64_t args[6]);
/* The same with its result alone, for preparations; -EIO if it did not return. */
int64_t live_syscall_plain(struct live_world *world, pid_t pid, long number, uint64_t a0,
			   uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
enum live_access { LIVE_LOAD, LIVE_STORE, LIVE_EXEC };
/* One access at @address: 8 bytes, or one instruction.  Result: what was loaded. */
struct live_result live_access(struct live_world *world, pid_t pid, enum live_access access,
			       uint64_t address, uint64_t value);
/* What became of the step of @pid that was blocked; LIVE_BLOCKED: it is still asleep. */
struct live_result live_resume(struct live_world *world, pid_t pid);
/* Has @pid come to its end, or stopped?  Takes nothing away. */
bool live_at_rest(pid_t pid);
/* live_blocked.c: does @pid sleep for a userfaultfd's reader? */
bool live_asleep(pid_t pid);
/* Waits until @pid, which was in vfork(), is at rest again. */
bool live_wait_rest(pid_t pid);

#endif
