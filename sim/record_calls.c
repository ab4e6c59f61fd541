/*
 * record_calls.c - the registers of a system call become an event of an import.
 *
 * In the kernel:  arch/x86/entry/syscalls/syscall_64.tbl for the numbers.
 * Left out:       the structs of userfaultfd's ioctls; calls of the 32-bit ABIs.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/record_internal.h"

#define SYS_MSEAL		462
#define SYS_MAP_SHADOW_STACK	453
#define PR_SET_VMA_NUMBER	0x53564d41
#define STRING_MAX		4096
#define RESTART_FIRST		512	/* ERESTARTSYS ... ERESTART_RESTARTBLOCK: the call will be */
#define RESTART_LAST		516	/* made again, nobody in user mode sees this */

static const struct {
	long nr;
	const char *name;		/* of a call_desc */
} known[] = {
	{ SYS_mmap, "mmap" }, { SYS_munmap, "munmap" }, { SYS_mprotect, "mprotect" },
	{ SYS_pkey_mprotect, "pkey_mprotect" }, { SYS_mremap, "mremap" },
	{ SYS_madvise, "madvise" }, { SYS_brk, "brk" }, { SYS_mlock, "mlock" },
	{ SYS_mlock2, "mlock2" }, { SYS_munlock, "munlock" }, { SYS_mlockall, "mlockall" },
	{ SYS_munlockall, "munlockall" }, { SYS_msync, "msync" }, { SYS_MSEAL, "mseal" },
	{ SYS_prctl, "prctl" }, { SYS_clone, "clone" }, { SYS_clone3, "clone3" },
	{ SYS_fork, "fork" }, { SYS_vfork, "vfork" }, { SYS_execve, "execve" },
	{ SYS_execveat, "execveat" }, { SYS_exit, "exit" }, { SYS_exit_group, "exit_group" },
	{ SYS_open, "open" }, { SYS_creat, "creat" }, { SYS_openat, "openat" },
	{ SYS_close, "close" }, { SYS_dup, "dup" }, { SYS_dup2, "dup2" }, { SYS_dup3, "dup3" },
	{ SYS_fcntl, "fcntl" }, { SYS_memfd_create, "memfd_create" },
	{ SYS_ftruncate, "ftruncate" }, { SYS_userfaultfd, "userfaultfd" },
	{ SYS_ioctl, "ioctl" }, { SYS_shmat, "shmat" }, { SYS_shmdt, "shmdt" },
	{ SYS_mbind, "mbind" }, { SYS_process_madvise, "process_madvise" },
	{ SYS_remap_file_pages, "remap_file_pages" },
};

/* Calls that may change or write memory in a way which no statement is made of. */
static const struct {
	long nr;
	const char *what;
} beyond[] = {
	{ SYS_io_setup, "io_setup (maps a ring)" },
	{ SYS_io_destroy, "io_destroy (unmaps a ring)" },
	{ SYS_io_uring_setup, "io_uring_setup (pages written without a fault)" },
	{ SYS_vmsplice, "vmsplice (pages held by a pipe)" },
	{ SYS_process_vm_writev, "process_vm_writev (pages written without a fault)" },
	{ SYS_set_mempolicy, "set_mempolicy (policies decide merging)" },
	{ SYS_migrate_pages, "migrate_pages" }, { SYS_move_pages, "move_pages" },
	{ SYS_MAP_SHADOW_STACK, "map_shadow_stack (maps a stack)" },
	{ SYS_personality, "personality" }, { SYS_setrlimit, "setrlimit" },
	{ SYS_memfd_secret, "memfd_secret" },
};

const struct call_desc *call_of(uint64_t nr)
{
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
		if ((uint64_t)known[i].nr == nr)
			return call_find(known[i].name, strlen(known[i].name));
	return NULL;
}

void call_unknown(struct recorder *r, const struct rec_task *task)
{
	for (gsize i = 0; i < G_N_ELEMENTS(beyond); i++)
		if ((uint64_t)beyond[i].nr == task->nr)
			unseen(r, beyond[i].what);
	if (task->nr == SYS_prlimit64 && task->args[2])
		unseen(r, "prlimit64 (sets a limit)");
}

/* Does the call change the address space, so that only one may be inside at a time? */
bool call_is_serial(const struct rec_task *task)
{
	if (!task->call)
		return false;
	switch (task->call->id) {
	case CALL_MSYNC:
	case CALL_UFFD:
	case CALL_MEMFD:
	case CALL_PROCESS_MADVISE:
		return false;
	case CALL_FORK:
	case CALL_VFORK:
	case CALL_CLONE:
	case CALL_CLONE3:
	case CALL_EXECVE:
	case CALL_EXECVEAT:
		return true;
	case CALL_PRCTL:
		return task->args[0] == PR_SET_VMA_NUMBER;
	default:
		return task->call->memory;
	}
}

/* What the kernel has read before us: no page is faulted in for it. NULL if it is not there. */
char *read_string(int tid, uint64_t addr)
{
	char text[STRING_MAX + 1] = "";
	gsize got = 0;

	while (addr && got < STRING_MAX) {
		gsize rest = (gsize)(IMPORT_PAGE - (addr + got) % IMPORT_PAGE);
		struct iovec here = { text + got, MIN(rest, STRING_MAX - got) };
		struct iovec there = { (void *)(uintptr_t)(addr + got), here.iov_len };
		ssize_t n = process_vm_readv(tid, &here, 1, &there, 1, 0);

		if (n <= 0)
			return NULL;
		if (memchr(text + got, '\0', (gsize)n))
			return g_strdup(text);
		got += (gsize)n;
	}
	return NULL;
}

/* A path as the scenario shows it. */
char *shown_path(const struct recorder *r, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (path[0] != '/' || !r->options->short_paths)
		return g_strdup(path);
	return g_strconcat("/", slash + 1, NULL);
}

uint64_t call_clone_flags(const struct rec_task *task, int event)
{
	uint64_t flags = 0;
	struct iovec here = { &flags, sizeof(flags) };
	struct iovec there = { (void *)(uintptr_t)task->args[0], sizeof(flags) };

	if (task->in_call && task->nr == SYS_clone)
		return task->args[0];
	if (task->in_call && task->nr == SYS_clone3 &&
	    process_vm_readv(task->tid, &here, 1, &there, 1, 0) == sizeof(flags))
		return flags;
	if (event == PTRACE_EVENT_VFORK)
		return CLONE_VM | CLONE_VFORK;
	return event == PTRACE_EVENT_CLONE ? CLONE_VM | CLONE_THREAD : 0;
}

static char *fd_link(const struct recorder *r, int tid, int64_t fd)
{
	g_autofree char *link = g_strdup_printf("/proc/%d/fd/%" G_GINT64_FORMAT, tid, fd);
	g_autofree char *path = g_file_read_link(link, NULL);

	return path ? shown_path(r, path) : NULL;
}

/* The file of a mapping: its path and how long it is now. */
static void add_file(struct recorder *r, struct import_event *event, int tid, uint64_t fd)
{
	g_autofree char *link = g_strdup_printf("/proc/%d/fd/%d", tid, (int)fd);
	struct stat st;

	event->fd_path = fd_link(r, tid, (int)fd);
	if (stat(link, &st))
		return;
	if (S_ISREG(st.st_mode))
		event->file_size = (uint64_t)st.st_size;
	else
		unseen(r, "a mapping of a device");
}

static void add_prctl(struct import_event *event, const struct rec_task *task)
{
	g_autofree char *name = NULL, *escaped = NULL;

	if (task->args[0] != PR_SET_VMA_NUMBER)
		return;
	name = read_string(task->tid, task->args[4]);
	escaped = name ? g_strescape(name, NULL) : NULL;
	event->text = g_strdup_printf("0, 0, 0, 0, %s%s%s", escaped ? "\"" : "",
				      escaped ? escaped : "NULL", escaped ? "\"" : "");
}

static void add_details(struct recorder *r, struct import_event *event,
			const struct rec_task *task)
{
	switch (event->call->id) {
	case CALL_OPEN:
	case CALL_CREAT:
	case CALL_OPENAT:
		if (event->ret >= 0)
			event->path = fd_link(r, task->tid, event->ret);
		break;
	case CALL_MEMFD:
		event->path = read_string(task->tid, task->args[0]);
		break;
	case CALL_MMAP:
		if (!(task->args[3] & 0x20) && event->ret >= 0)
			add_file(r, event, task->tid, task->args[4]);
		break;
	case CALL_PRCTL:
		add_prctl(event, task);
		break;
	default:
		break;
	}
}

/* What @task has called and got; NULL if no statement can come of it. */
struct import_event *call_event(struct recorder *r, const struct rec_task *task, int64_t ret)
{
	struct import_event *event;
	const char *name = ret < 0 && ret > -4096 ? strerrorname_np((int)-ret) : NULL;

	if (ret <= -RESTART_FIRST && ret >= -RESTART_LAST)
		return NULL;
	if (task->call->id == CALL_IOCTL) {
		g_autofree char *path = fd_link(r, task->tid, (int)task->args[0]);

		if (!path || !strstr(path, "[userfaultfd]"))
			return NULL;
	}
	event = event_make(EVENT_CALL, task->tid);
	event->call = task->call;
	event->ret = ret;
	event->has_ret = true;
	for (unsigned int i = 0; i < IMPORT_MAX_ARGS && task->call->args[i].kind; i++) {
		event->arg[i] = task->args[i];
		event->known |= 1U << i;
		if (task->call->args[i].kind == ARG_PROT || task->call->args[i].kind == ARG_FD)
			event->arg[i] = (uint64_t)(int)task->args[i];
	}
	g_snprintf(event->err, sizeof(event->err), "%s", name ? name : "");
	add_details(r, event, task);
	return event;
}
