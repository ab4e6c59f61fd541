/*
 * task.h - who executes: tasks, with what their process shares.
 *
 * In the kernel:  include/linux/sched.h, include/linux/sched/signal.h,
 *                 include/linux/fdtable.h.
 * Left out:       everything that is not memory: signals but the fatal two,
 *                 credentials but two capabilities, namespaces.
 */
#ifndef MODEL_TASK_H
#define MODEL_TASK_H

#include "list.h"
#include "lock.h"
#include "tlb.h"

struct machine;
struct mm_struct;
struct file;

/* The resources that memory calls look at; index into rlim[]. */
#define RLIMIT_DATA	2
#define RLIMIT_STACK	3
#define RLIMIT_NOFILE	7
#define RLIMIT_MEMLOCK	8
#define RLIMIT_AS	9
#define RLIM_NLIMITS	16
#define RLIM_INFINITY	(~0UL)

struct rlimit64 {
	unsigned long rlim_cur, rlim_max;	/* bytes */
};

/* Shared by the threads of a process.  Reference-counted. */
struct signal_struct {
	unsigned int id;
	unsigned int refcount;
	struct rlimit64 rlim[RLIM_NLIMITS];
	bool cap_ipc_lock, cap_sys_rawio, cap_sys_admin;
	bool cap_sys_ptrace, cap_sys_resource, cap_sys_nice;
};

#define NR_OPEN_MAX	65536
/* 0 to 2 are thought to be in use: the lowest descriptor given out. */
#define FIRST_FD	3

/* Open file descriptors; grows up to NR_OPEN_MAX.  Holds a reference on each file. */
struct files_struct {
	unsigned int id;
	unsigned int refcount;
	unsigned int nr;		/* size of fd[] */
	struct file **fd;		/* NULL where closed */
	bool *close_on_exec;		/* likewise [nr] */
};

/* Flags of clone(2) that concern memory; the others change nothing here. */
#define CLONE_VM		0x100UL
#define CLONE_FS		0x200UL
#define CLONE_FILES		0x400UL
#define CLONE_SIGHAND		0x800UL
#define CLONE_VFORK		0x4000UL
#define CLONE_THREAD		0x10000UL


#define MAX_HELD_LOCKS	64

struct held_lock {
	const void *lock;
	const char *site;
	uint8_t class, mode;
	uint16_t depth;
};

struct task_struct {
	unsigned int id;
	unsigned int pid, tgid;		/* small numbers in order of birth, from 1 */
	char name[32];			/* "P", "P.gc", "khugepaged" */
	struct mm_struct *mm;		/* NULL after exit, and for kernel actors */
	struct signal_struct *signal;
	struct files_struct *files;
	struct task_struct *parent;	/* NULL for the first, or when it is gone */
	struct list_head tasks;		/* mach->tasks, in order of birth */
	struct task_struct *vfork_child;	/* waits until that one has exited or execed */
	bool is_vfork_child;		/* somebody may wait for it */
	bool had_children;		/* some may name it as parent */
	bool exited;
	int exit_signal;		/* SIGSEGV or SIGBUS if that killed it, else 0 */
	const void *waits_for;		/* sleeps until wake_up() of that; NULL: does not */
	const char *wait_site;		/* in which function */
	bool wait_killable;		/* a fatal signal ends the sleep, too */
	bool killed;			/* has to end its call, then exits */
	unsigned int nr_held;
	struct held_lock held[MAX_HELD_LOCKS];	/* in order of taking */
	bool reclaiming;		/* frees memory: must not wait for memory */
	unsigned int nofail;		/* > 0: allocations do not fail here */
	bool fail_any;			/* one of its allocations may fail: sched_choose() */
	struct mmu_gather tlb;		/* what it has taken out of page tables */
	unsigned int irq_seq;		/* odd while its processor has interrupts off: rcu.h */
	struct tlbflush_unmap_batch tlb_ubc;	/* and whose flush it has put off */
};

/*
 * The thread group of @task ends, by exit_group(2) or the fatal @signal (0: none): every
 * thread exits.  Kernel: do_group_exit().
 */
void do_group_exit(struct task_struct *task, int signal);
/*
 * A fatal signal for @task, which may be in the middle of a call: ends a killable sleep.
 * Whoever drives the task lets it exit once its call is done.  Kernel: send SIGKILL.
 */
void task_kill(struct task_struct *task);
/* Where who calls execve() sleeps until the other threads have gone.  Kernel: de_thread(). */
#define EXEC_WAITS	"de_thread"
/* Every task exits and is forgotten; boot_task runs.  For the end of a run. */
void tasks_exit_all(struct machine *machine);

/* ---- what an address space starts with (layout.c, fork.c, exec.c) ---- */

/* Maps what execve() leaves in the empty @mm, which is the running task's, by the machine's
 * layout: 0 or -ENOMEM.  mmap_lock not held. */
int mm_set_layout(struct mm_struct *mm, const char *path);
/* A copy of @oldmm's areas and pages, with one user; NULL without memory.  The running task
 * owns @oldmm.  Kernel: dup_mm(). */
struct mm_struct *dup_mm(struct mm_struct *oldmm);
/* What a new address space inherits from the one before: PR_SET_* and MCL_FUTURE's limits.
 * Kernel: mm_init(), mmf_init_legacy_flags(). */
void mm_inherit(struct mm_struct *mm, const struct mm_struct *from);
/* Lets the parent go on that waits for @task after vfork().  Kernel: mm_release(). */
void vfork_done(struct task_struct *task);
/* The soft limits that an address space of @task starts with are those of @machine's config. */
void signal_init(struct signal_struct *signal, const struct machine *machine);

#endif
