/*
 * live_start.c - a first live process: executed without randomisation, then emptied; and the
 * same again for execve().
 *
 * In the kernel:  fs/binfmt_elf.c load_elf_binary(), arch/x86/mm/mmap.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/live_elf.h"
#include "sim/live_task.h"

/* Where the heap of a process without a program begins. */
#define LIVE_HEAP	0x555555560000UL
#define LIVE_TOP	0x7ffffffff000UL
#define LIVE_PAGE	4096UL

/* Two descriptors that stay open for execve(), above those which calls hand out. */
#define SHARED_FD	500		/* the shared area */
#define PROGRAM_FD	501

bool live_world_open(struct live_world *world, char **why)
{
	memset(world, 0, sizeof(*world));
	world->memfd = memfd_create("mmsim-agent", MFD_CLOEXEC);
	if (world->memfd < 0 || ftruncate(world->memfd, LIVE_SHARED_SIZE)) {
		*why = g_strdup_printf("no shared memory: %s", g_strerror(errno));
		return false;
	}
	world->shared = mmap(NULL, LIVE_SHARED_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_POPULATE, world->memfd, 0);
	if (world->shared == MAP_FAILED) {
		*why = g_strdup_printf("no shared memory: %s", g_strerror(errno));
		close(world->memfd);
		return false;
	}
	return true;
}

void live_world_close(struct live_world *world)
{
	munmap(world->shared, LIVE_SHARED_SIZE);
	close(world->memfd);
}

/* ---- the child, before it executes ---- */

/* The soft limit; the hard one only where that is needed or lets us. */
static void limit(int resource, uint64_t value, bool hard)
{
	struct rlimit both = { .rlim_cur = value, .rlim_max = hard ? value : RLIM_INFINITY };

	if (setrlimit((__rlimit_resource_t)resource, &both) && !hard)
		limit(resource, value, true);
}

/* Never returns. */
static void become(int elf, int memfd, const struct live_limits *limits)
{
	static char *const none[] = { NULL };
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(memfd, SHARED_FD);
	dup2(elf, PROGRAM_FD);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	personality(ADDR_NO_RANDOMIZE);
	limit(RLIMIT_CORE, 0, true);
	limit(RLIMIT_CPU, 60, true);
	limit(RLIMIT_FSIZE, 4UL << 30, true);
	limit(RLIMIT_STACK, limits->stack, false);
	limit(RLIMIT_MEMLOCK, limits->memlock, false);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	syscall(SYS_execveat, elf, "", none, none, 0x1000);	/* AT_EMPTY_PATH */
	_exit(126);
}

/* ---- the parent: empties it ---- */

#define AGENT(world, pid, number, ...) \
	agent_call(world, pid, number, (const uint64_t[6]){ __VA_ARGS__ })

static int64_t agent_call(struct live_world *world, pid_t pid, long number, const uint64_t args[6])
{
	return live_syscall_plain(world, pid, number, args[0], args[1], args[2], args[3], args[4],
				  args[5]);
}

/* The heap's place, which the search for an address never meets. */
static int64_t place_heap(struct live_world *world, pid_t pid)
{
	struct prctl_mm_map map = {
		.start_code = LIVE_CODE, .end_code = LIVE_CODE + LIVE_PAGE,
		.start_data = LIVE_HEAP, .end_data = LIVE_HEAP,
		.start_brk = LIVE_HEAP, .brk = LIVE_HEAP, .start_stack = LIVE_TOP - LIVE_PAGE,
		.arg_start = LIVE_CODE, .arg_end = LIVE_CODE, .env_start = LIVE_CODE,
		.env_end = LIVE_CODE, .exe_fd = (uint32_t)-1,
	};

	memcpy(world->shared + LIVE_STRUCTS, &map, sizeof(map));
	return AGENT(world, pid, SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, LIVE_SHARED + LIVE_STRUCTS,
		     sizeof(map));
}

/* Sets the limits that would have hindered execve(). */
static int64_t late_limits(struct live_world *world, pid_t pid, const struct live_limits *limits)
{
	const uint64_t as = limits->as == RLIM_INFINITY ? limits->as :
						       limits->as + LIVE_AGENT_SIZE;
	const struct rlimit both[2] = { { as, RLIM_INFINITY }, { limits->data, RLIM_INFINITY } };
	int64_t error;

	memcpy(world->shared + LIVE_STRUCTS, both, sizeof(both));
	error = AGENT(world, pid, SYS_prlimit64, 0, RLIMIT_AS, LIVE_SHARED + LIVE_STRUCTS);
	if (error)
		return error;
	return AGENT(world, pid, SYS_prlimit64, 0, RLIMIT_DATA,
		     LIVE_SHARED + LIVE_STRUCTS + sizeof(both[0]));
}

static char *empty_it(struct live_world *world, pid_t pid)
{
	int64_t got = AGENT(world, pid, SYS_mmap, LIVE_SHARED, LIVE_SHARED_SIZE,
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, SHARED_FD);

	if (got != (int64_t)LIVE_SHARED)
		return g_strdup_printf("the shared area cannot be mapped: %s",
				       g_strerror((int)-got));
	got = AGENT(world, pid, SYS_munmap, 0, LIVE_CODE);
	if (!got)
		got = AGENT(world, pid, SYS_munmap, LIVE_CODE + LIVE_PAGE,
			    LIVE_SHARED - LIVE_CODE - LIVE_PAGE);
	if (!got)
		got = AGENT(world, pid, SYS_munmap, LIVE_AGENT_END, LIVE_TOP - LIVE_AGENT_END);
	if (got)
		return g_strdup_printf("a new process cannot be emptied: %s",
				       g_strerror((int)-got));
	got = place_heap(world, pid);
	return got ? g_strdup_printf("prctl(PR_SET_MM_MAP) is refused: %s",
				     g_strerror((int)-got)) : NULL;
}

static char *set_up_first(struct live_world *world, pid_t pid, const struct live_limits *limits)
{
	char *why = empty_it(world, pid);
	int64_t got;

	if (why)
		return why;
	AGENT(world, pid, SYS_close_range, 3, SHARED_FD - 1, 0);
	AGENT(world, pid, SYS_close_range, PROGRAM_FD + 1, ~0U, 0);
	got = late_limits(world, pid, limits);
	return got ? g_strdup_printf("limits cannot be set: %s", g_strerror((int)-got)) : NULL;
}

/* ---- execve() ---- */

static const int exec_limits[] = { RLIMIT_AS, RLIMIT_DATA };

#define NR_EXEC_LIMITS	(sizeof(exec_limits) / sizeof(exec_limits[0]))

/* Reads them into @saved, and lifts them as far as may be. */
static void lift_limits(struct live_world *world, pid_t pid, struct rlimit saved[NR_EXEC_LIMITS])
{
	for (size_t i = 0; i < NR_EXEC_LIMITS; i++) {
		struct rlimit lifted;

		AGENT(world, pid, SYS_prlimit64, 0, exec_limits[i], 0, LIVE_SHARED + LIVE_STRUCTS);
		memcpy(&saved[i], world->shared + LIVE_STRUCTS, sizeof(saved[i]));
		lifted = (struct rlimit){ saved[i].rlim_max, saved[i].rlim_max };
		memcpy(world->shared + LIVE_STRUCTS, &lifted, sizeof(lifted));
		AGENT(world, pid, SYS_prlimit64, 0, exec_limits[i], LIVE_SHARED + LIVE_STRUCTS);
	}
}

static void restore_limits(struct live_world *world, pid_t pid,
			   const struct rlimit saved[NR_EXEC_LIMITS])
{
	for (size_t i = 0; i < NR_EXEC_LIMITS; i++) {
		memcpy(world->shared + LIVE_STRUCTS, &saved[i], sizeof(saved[i]));
		AGENT(world, pid, SYS_prlimit64, 0, exec_limits[i], LIVE_SHARED + LIVE_STRUCTS);
	}
}

struct live_result live_task_exec(struct live_world *world, pid_t pid, char **why)
{
	/* An empty string for the path, and no arguments. */
	const uint64_t none = LIVE_SHARED + LIVE_STRUCTS;
	const uint64_t args[6] = { PROGRAM_FD, none, none, none, 0x1000 };	/* AT_EMPTY_PATH */
	struct rlimit saved[NR_EXEC_LIMITS];
	struct live_result result;

	lift_limits(world, pid, saved);
	memset(world->shared + LIVE_STRUCTS, 0, 64);
	result = live_syscall(world, pid, SYS_execveat, args);
	if (result.stop == LIVE_RETURNED && result.execed) {
		*why = empty_it(world, pid);
		result.value = 0;
	}
	if (result.stop == LIVE_RETURNED && !*why)
		restore_limits(world, pid, saved);
	return result;
}

/* First to die when the scenario asks for more memory than there is. */
static void offer_to_oom(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/oom_score_adj", (int)pid);
	FILE *file = fopen(path, "w");

	if (!file)
		return;
	fputs("1000", file);
	fclose(file);
}

pid_t live_task_start(struct live_world *world, const struct live_limits *limits, char **why)
{
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
	int elf = live_elf_open(), status = 0;
	pid_t pid;

	if (elf < 0) {
		*why = g_strdup_printf("memfd_create: %s", g_strerror(errno));
		return 0;
	}
	pid = fork();
	if (pid == 0)
		become(elf, world->memfd, limits);
	close(elf);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
		*why = g_strdup("a process of our own cannot be traced or executed here");
		return 0;
	}
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, options) ||
	    ptrace(PTRACE_GETREGS, pid, 0, &world->regs)) {
		*why = g_strdup_printf("ptrace: %s", g_strerror(errno));
		live_task_kill(pid);
		return 0;
	}
	offer_to_oom(pid);
	*why = set_up_first(world, pid, limits);
	if (!*why)
		return pid;
	live_task_kill(pid);
	return 0;
}
