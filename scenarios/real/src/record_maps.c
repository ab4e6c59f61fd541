/*
 * record_maps.c - run a command and copy the maps of its processes at two moments.
 *
 *	record_maps NAME COMMAND [ARG...]
 *
 * Just after the Nth successful execve of process PID the ranges of /proc/PID/smaps, with their
 * "Anonymous" and "VmFlags" lines, go to NAME.PID.execN.smaps; just before PID exits
 * /proc/PID/maps goes to NAME.PID.exit.maps.  The recorder's own pid goes to NAME.recorder, so
 * that its lines can be taken out of the log.  Exit status: that of the command.
 *
 * In the kernel:  PTRACE_EVENT_EXEC comes when the new layout is complete (fs/exec.c
 *                 exec_binprm()), PTRACE_EVENT_EXIT before the address space is given up
 *                 (kernel/exit.c do_exit()).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_TASKS	4096
#define OPTIONS		(PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | \
			 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)

static struct {
	pid_t pid;
	unsigned int execs;
} execs[MAX_TASKS];

static unsigned int nth_exec(pid_t pid)
{
	for (size_t i = 0; i < MAX_TASKS; i++) {
		if (execs[i].pid && execs[i].pid != pid)
			continue;
		execs[i].pid = pid;
		return ++execs[i].execs;
	}
	return 0;
}

/* The process a thread belongs to. */
static pid_t group_of(pid_t tid)
{
	char path[64], line[128];
	int pid = tid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Tgid: %d", &pid) == 1)
			break;
	if (f)
		fclose(f);
	return pid;
}

static int wanted(const char *line, int all)
{
	return all || !strncmp(line, "Anonymous:", 10) || !strncmp(line, "VmFlags:", 8) ||
	       strspn(line, "0123456789abcdef") == strcspn(line, "-");
}

/* Copy /proc/PID/@what; a failure says so and leaves no half of a file. */
static void copy(pid_t pid, const char *what, const char *to, int all)
{
	char from[64], line[4096];
	FILE *in, *out;

	snprintf(from, sizeof(from), "/proc/%d/%s", pid, what);
	in = fopen(from, "r");
	out = in ? fopen(to, "w") : NULL;
	if (!out) {
		fprintf(stderr, "record_maps: %s: %s\n", in ? to : from, strerror(errno));
		if (in)
			fclose(in);
		return;
	}
	while (fgets(line, sizeof(line), in))
		if (wanted(line, all))
			fputs(line, out);
	fclose(in);
	if (fclose(out))
		remove(to);
}

static void on_event(const char *name, pid_t tid, int event)
{
	pid_t pid = group_of(tid);
	char to[4096];

	if (event == PTRACE_EVENT_EXEC) {
		snprintf(to, sizeof(to), "%s.%d.exec%u.smaps", name, pid, nth_exec(pid));
		copy(pid, "smaps", to, 0);
	} else if (event == PTRACE_EVENT_EXIT) {
		/* Each thread writes it; the last one's copy stays. */
		snprintf(to, sizeof(to), "%s.%d.exit.maps", name, pid);
		copy(tid, "maps", to, 1);
	}
}

static int follow(const char *name, pid_t child)
{
	int status, result = 1;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		int sig = 0;

		if (!WIFSTOPPED(status)) {
			if (tid == child)
				result = WIFEXITED(status) ? WEXITSTATUS(status)
							   : 128 + WTERMSIG(status);
			continue;
		}
		if (status >> 16)
			on_event(name, tid, status >> 16);
		else if (WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP)
			sig = WSTOPSIG(status);
		ptrace(PTRACE_CONT, tid, NULL, (void *)(long)sig);
	}
	return result;
}

int main(int argc, char **argv)
{
	char path[4096];
	pid_t child;
	FILE *f;

	if (argc < 3) {
		fprintf(stderr, "usage: record_maps NAME COMMAND [ARG...]\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s.recorder", argv[1]);
	f = fopen(path, "w");
	if (!f || fprintf(f, "%d\n", getpid()) < 0 || fclose(f)) {
		perror(path);
		return 2;
	}
	child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || waitpid(child, NULL, __WALL) != child ||
	    ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)OPTIONS) ||
	    ptrace(PTRACE_CONT, child, NULL, NULL)) {
		perror("record_maps");
		return 2;
	}
	return follow(argv[1], child);
}
