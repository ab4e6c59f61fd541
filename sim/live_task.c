/*
 * live_task.c - registers in, registers out: one step of a traced process; see live_task.h.
 *
 * In the kernel:  kernel/ptrace.c, arch/x86/kernel/ptrace.c.
 * Left out:       steps of two tasks at the same time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/live_elf.h"
#include "sim/live_task.h"

/*
 * One instruction and no more.  PTRACE_SINGLESTEP would do the same, but reads the
 * instruction first, as a fault of its own.
 */
#define TRAP_FLAG	0x100

/* How long a call may take before somebody looks whether it sleeps, microseconds. */
#define LOOK_USEC	2000

static void on_alarm(int number)
{
	(void)number;
}

/* The next change of @pid, or 0 after @usec. */
static pid_t wait_at_most(pid_t pid, int *status, suseconds_t usec)
{
	struct itimerval timer = { .it_value = { .tv_sec = usec / 1000000,
						 .tv_usec = usec % 1000000 },
				    .it_interval = { .tv_sec = usec / 1000000,
						     .tv_usec = usec % 1000000 } };
	struct sigaction action = { .sa_handler = on_alarm }, before;
	pid_t found = waitpid(pid, status, __WALL | WNOHANG);

	if (found)
		return found;
	/* It goes off again, for the first may come before the wait has begun. */
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &timer, NULL);
	found = waitpid(pid, status, __WALL);
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	sigaction(SIGALRM, &before, NULL);
	return found < 0 && errno == EINTR ? 0 : found;
}

/* The same, or 0 after LIVE_TIMEOUT. */
static pid_t wait_for(pid_t pid, int *status)
{
	return wait_at_most(pid, status, LIVE_TIMEOUT * 1000000);
}

void live_task_kill(pid_t pid)
{
	int status = 0;

	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (wait_for(pid, &status) == pid && !WIFEXITED(status) && !WIFSIGNALED(status))
		;
}

/* A new task stops on its own; it is let run to the breakpoint. */
static pid_t settle_child(pid_t child)
{
	int status = 0;

	for (unsigned int i = 0; i < 4; i++) {
		if (wait_for(child, &status) != child || !WIFSTOPPED(status))
			return 0;
		if (WSTOPSIG(status) == SIGTRAP && !(status >> 16))
			return child;
		if (ptrace(PTRACE_CONT, child, 0, 0))
			return 0;
	}
	return 0;
}

static bool is_fault(int number)
{
	return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE;
}

/* Takes note of an event; true if the task is not to be waited for any longer. */
static bool take_event(pid_t pid, int event, struct live_result *result)
{
	unsigned long message = 0;

	if (event == PTRACE_EVENT_EXEC)		/* goes on to its first breakpoint */
		result->execed = true;
	if (event != PTRACE_EVENT_FORK && event != PTRACE_EVENT_VFORK &&
	    event != PTRACE_EVENT_CLONE)
		return false;
	ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
	result->child = settle_child((pid_t)message);
	if (event != PTRACE_EVENT_VFORK)
		return false;
	ptrace(PTRACE_CONT, pid, 0, 0);		/* into its wait for the child */
	result->stop = LIVE_RETURNED;
	result->value = (int64_t)message;
	return true;
}

static void take_signal(pid_t pid, int number, struct live_result *result)
{
	siginfo_t info = {};

	ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
	result->stop = LIVE_SIGNALLED;
	result->number = number;
	result->address = (uint64_t)(uintptr_t)info.si_addr;
}

static struct live_result ended(pid_t pid, int status)
{
	(void)pid;
	if (WIFEXITED(status))
		return (struct live_result){ .stop = LIVE_EXITED };
	return (struct live_result){ .stop = LIVE_DIED, .number = WTERMSIG(status) };
}

bool live_at_rest(pid_t pid)
{
	siginfo_t info = {};

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) &&
	       info.si_pid;
}

/* The next change of @pid, which may sleep for good: 0 then with *asleep, or after
 * LIVE_TIMEOUT. */
static pid_t wait_or_sleep(pid_t pid, int *status, bool *asleep)
{
	gint64 until = g_get_monotonic_time() + LIVE_TIMEOUT * G_USEC_PER_SEC;
	pid_t found;

	do {
		found = wait_at_most(pid, status, LOOK_USEC);
		*asleep = !found && live_asleep(pid);
	} while (!found && !*asleep && g_get_monotonic_time() < until);
	return found;
}

/* Lets @pid run until it is at rest; with @resumed it runs already. */
static struct live_result run_until_rest(pid_t pid, bool may_block, bool resumed)
{
	struct live_result result = {};
	int status = 0;

	for (;; resumed = false) {
		bool asleep = false;
		pid_t found;

		if (!resumed && ptrace(PTRACE_CONT, pid, 0, 0) && errno != ESRCH)
			break;
		found = may_block ? wait_or_sleep(pid, &status, &asleep) : wait_for(pid, &status);
		if (asleep) {
			result.stop = LIVE_BLOCKED;
			return result;
		}
		if (found != pid)
			break;
		if (!WIFSTOPPED(status))
			return ended(pid, status);
		if (status >> 16) {
			if (take_event(pid, status >> 16, &result))
				return result;
		} else if (WSTOPSIG(status) == SIGTRAP) {
			struct user_regs_struct regs;

			ptrace(PTRACE_GETREGS, pid, 0, &regs);
			result.stop = LIVE_RETURNED;
			result.value = (int64_t)regs.rax;
			return result;
		} else if (is_fault(WSTOPSIG(status))) {
			take_signal(pid, WSTOPSIG(status), &result);
			return result;
		}
	}
	live_task_kill(pid);
	result.stop = LIVE_STUCK;
	return result;
}

static struct live_result run_on(const struct live_world *world, pid_t pid)
{
	return run_until_rest(pid, world->may_block, false);
}

struct live_result live_resume(struct live_world *world, pid_t pid)
{
	(void)world;
	return run_until_rest(pid, true, true);
}

struct live_result live_syscall(struct live_world *world, pid_t pid, long number,
				const uint64_t args[6])
{
	struct user_regs_struct regs = world->regs;

	regs.rip = LIVE_CODE + LIVE_ELF_SYSCALL;
	regs.rax = (unsigned long long)number;
	regs.orig_rax = (unsigned long long)-1;
	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	regs.r10 = args[3];
	regs.r8 = args[4];
	regs.r9 = args[5];
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs))
		return (struct live_result){ .stop = LIVE_DIED };
	return run_on(world, pid);
}

int64_t live_syscall_plain(struct live_world *world, pid_t pid, long number, uint64_t a0,
			   uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	const uint64_t args[6] = { a0, a1, a2, a3, a4, a5 };
	struct live_result result = live_syscall(world, pid, number, args);

	return result.stop == LIVE_RETURNED ? result.value : -EIO;
}

/* All registers point to where an instruction of unknown kind does no harm. */
static void harmless_registers(struct user_regs_struct *regs)
{
	const unsigned long long scratch = LIVE_SHARED + LIVE_SCRATCH + 0x800;

	regs->rax = regs->rbx = regs->rcx = regs->rdx = scratch;
	regs->rsi = regs->rdi = regs->rbp = regs->rsp = scratch;
	regs->r8 = regs->r9 = regs->r10 = regs->r11 = scratch;
	regs->r12 = regs->r13 = regs->r14 = regs->r15 = scratch;
	regs->orig_rax = (unsigned long long)-1;
}

struct live_result live_access(struct live_world *world, pid_t pid, enum live_access access,
			       uint64_t address, uint64_t value)
{
	struct user_regs_struct regs = world->regs;
	struct live_result result;

	harmless_registers(&regs);
	if (access == LIVE_EXEC) {
		regs.rip = address;
		regs.eflags |= TRAP_FLAG;
	} else {
		regs.rip = LIVE_CODE + (access == LIVE_LOAD ? LIVE_ELF_LOAD : LIVE_ELF_STORE);
		regs.rdi = address;
		regs.rsi = value;
	}
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs))
		return (struct live_result){ .stop = LIVE_DIED };
	result = run_on(world, pid);
	/* The fetch was good if the fault is not at the instruction itself. */
	if (access == LIVE_EXEC && result.stop == LIVE_SIGNALLED &&
	    (result.number == SIGILL || result.number == SIGFPE || result.address != address))
		result = (struct live_result){ .stop = LIVE_RETURNED };
	return result;
}

bool live_wait_rest(pid_t pid)
{
	int status = 0;

	return wait_for(pid, &status) == pid && WIFSTOPPED(status);
}
