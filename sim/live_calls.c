/*
 * live_calls.c - one call of a scenario as a system call of a live process.
 *
 * In the kernel:  arch/x86/entry/syscalls/syscall_64.tbl has the numbers.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "sim/live_internal.h"

#define PAGE		4096UL
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE	67
#endif
#define NODE_WORDS	16		/* of a node mask */
#define READ_TIME	10000		/* microseconds: plenty for a few pages */

/* Calls that are a function of their numbers: the number of each; 0: none of them. */
static const long numbers[NR_OPS] = {
	[OP_MMAP] = 9, [OP_MPROTECT] = 10, [OP_MUNMAP] = 11, [OP_BRK] = 12, [OP_MREMAP] = 25,
	[OP_MSYNC] = 26, [OP_MADVISE] = 28, [OP_DUP] = 32, [OP_FCNTL] = 72, [OP_CLOSE] = 3,
	[OP_FTRUNCATE] = 77, [OP_MLOCK] = 149, [OP_MUNLOCK] = 150, [OP_MLOCKALL] = 151,
	[OP_MUNLOCKALL] = 152, [OP_PRCTL] = 157, [OP_MBIND] = 237, [OP_OPENAT] = 257,
	[OP_FALLOCATE] = 285, [OP_MEMFD_CREATE] = 319, [OP_USERFAULTFD] = 323,
	[OP_MLOCK2] = 325, [OP_PKEY_MPROTECT] = 329, [OP_PKEY_ALLOC] = 330,
	[OP_SWAPON] = 167, [OP_SWAPOFF] = 168, [OP_PKEY_FREE] = 331, [OP_MSEAL] = 462, [OP_OPEN] = 257,
};

uint64_t live_put(struct live_backend *live, uint64_t at, const void *data, size_t size)
{
	memcpy(live->world.shared + at, data, size);
	return LIVE_SHARED + at;
}

static uint64_t put_string(struct live_backend *live, const char *text)
{
	return live_put(live, LIVE_STRINGS, text, MIN(strlen(text) + 1, 0x8000));
}

/* A number, or [0x1, ...], one element a word. */
static uint64_t put_nodes(struct live_backend *live, const struct op_args *args, unsigned int i)
{
	const struct value *list = args->value[i];
	uint64_t words[NODE_WORDS] = {};

	if (list && (list->kind == VALUE_LIST || list->kind == VALUE_SET)) {
		for (guint n = 0; n < list->items->len && n < NODE_WORDS; n++)
			words[n] = ((const struct value *)list->items->pdata[n])->number;
	} else if (args->number[i]) {
		words[0] = args->number[i];
	} else {
		return 0;
	}
	return live_put(live, LIVE_STRUCTS, words, sizeof(words));
}

/* Puts a path into the task; false with a refusal. */
static bool put_path(struct live_backend *live, const char *path, uint64_t flags, uint64_t *at,
		     struct call_outcome *outcome)
{
	g_autofree char *real = live_path(live, path, flags);

	if (!real) {
		live_refuse(outcome, "%s as a file of a live run", path);
		return false;
	}
	*at = put_string(live, real);
	return true;
}

/* "/swap" is the device of the scenario; there are no others. */
static uint64_t put_swap_path(struct live_backend *live, const char *path)
{
	const char *device = strcmp(path, "/swap") ? NULL :
			     live_hold_swap_path(live->settings.hold);

	return put_string(live, device ? device : "/nonexistent/swap");
}

/* Arguments that are no plain numbers; false with a refusal. */
static bool place_args(struct live_backend *live, const struct call_request *request,
		       uint64_t a[6], struct call_outcome *outcome)
{
	const struct op_args *args = request->args;

	switch (request->op->id) {
	case OP_MBIND:
		a[3] = put_nodes(live, args, 3);
		return true;
	case OP_MEMFD_CREATE:
		a[0] = put_string(live, args->value[0]->text);
		return true;
	case OP_SWAPON:
	case OP_SWAPOFF:
		a[0] = put_swap_path(live, args->value[0]->text);
		return true;
	case OP_PRCTL:
		for (unsigned int i = 0; i < 5; i++)
			if (args->value[i] && args->value[i]->kind == VALUE_STRING)
				a[i] = put_string(live, args->value[i]->text);
		return true;
	case OP_OPEN:
		a[3] = 0644;
		a[2] = args->number[1];
		a[0] = (uint64_t)AT_FDCWD;
		return put_path(live, args->value[0]->text, a[2], &a[1], outcome);
	case OP_OPENAT:
		a[3] = 0644;
		a[0] = (uint64_t)AT_FDCWD;
		return put_path(live, args->value[1]->text, a[2], &a[1], outcome);
	default:
		return true;
	}
}

/* Requests that a real kernel cannot be made to follow. */
static bool refuse_hints(const struct call_request *request, struct call_outcome *outcome)
{
	if (request->fail_nth || request->fail_any)
		live_refuse(outcome, "fail_nth on the host");
	if (request->has_placed || request->has_fd)
		live_refuse(outcome, "set placement = recorded on the host");
	for (unsigned int i = 0; i < request->args->nr; i++)
		if (request->args->fd_path[i] && request->args->fd_path[i][0] == '/')
			live_refuse(outcome, "a descriptor known by its path on the host");
	return outcome->kind == OUTCOME_REFUSED;
}

/* A process whose areas that may be merged have all gone is forgotten by ksmd: the agent is not to
 * keep it. */
static void unmerge_agent(struct live_backend *live, const struct live_task *task)
{
	live_syscall_plain(&live->world, task->pid, SYS_madvise, LIVE_CODE, PAGE,
			   MADV_UNMERGEABLE, 0, 0, 0);
}

static void plain_call(struct live_backend *live, struct live_task *task,
		       const struct call_request *request, struct call_outcome *outcome)
{
	struct live_result result;
	uint64_t a[6];

	memcpy(a, request->args->number, sizeof(a));
	if (!place_args(live, request, a, outcome))
		return;
	result = live_syscall(&live->world, task->pid, numbers[request->op->id], a);
	if (request->op->id == OP_PRCTL && a[0] == PR_SET_MEMORY_MERGE)
		unmerge_agent(live, task);
	live_outcome(live, task, &result, outcome);
	if (request->op->id == OP_USERFAULTFD)
		live->world.may_block = true;
}

static void dispatch(struct live_backend *live, struct live_task *task,
		     const struct call_request *request, struct call_outcome *outcome)
{
	switch (request->op->id) {
	case OP_MEM_WRITE:
		live_call_mem_write(live, task, request, outcome);
		return;
	case OP_LOAD: case OP_STORE: case OP_EXEC:
		live_call_access(live, task, request, outcome);
		return;
	case OP_PIN: case OP_UNPIN: case OP_DMA: case OP_GUP_FAST:
		live_call_pin(live, task, request, outcome);
		return;
	case OP_MOVE_PAGES:
		live_call_move_pages(live, task, request, outcome);
		return;
	case OP_KSM_MERGE: case OP_KSM_SCAN: case OP_KSM_UNMERGE:
		live_call_ksm(live, request, outcome);
		return;
	case OP_SCAN:
		live_call_khugepaged(live, request, outcome);
		return;
	case OP_FORK: case OP_VFORK: case OP_CLONE: case OP_CLONE3: case OP_EXIT:
	case OP_EXIT_GROUP: case OP_EXECVE: case OP_PROCESS_MADVISE:
		live_call_task(live, task, request, outcome);
		return;
	case OP_UFFDIO: case OP_READ: case OP_PRLIMIT64: case OP_SETRLIMIT: case OP_GETRLIMIT:
	case OP_MINCORE:
		live_call_struct(live, task, request, outcome);
		return;
	default:
		if (numbers[request->op->id])
			plain_call(live, task, request, outcome);
		else
			live_refuse(outcome, "%s() on the host", request->op->name);
	}
}

void live_errno(const struct call_request *request, struct call_outcome *outcome)
{
	if (outcome->kind == OUTCOME_VALUE && outcome->value < 0 && outcome->value >= -4095 &&
	    request->op->returns != RETURNS_CONTENT) {
		outcome->kind = OUTCOME_ERRNO;
		outcome->value = -outcome->value;
	}
}

/* Until what is in swap there has been read, as mincore() tells; or nobody reads it. */
static void wait_for_reads(struct live_backend *live, const struct live_task *task,
			   const uint64_t *range)
{
	g_autoptr(GArray) pages = live_swap_pages(task->pid, range[0], range[1]);
	const char *seen = (const char *)live->world.shared + LIVE_VECTOR;
	const char *device = live_hold_swap_path(live->settings.hold);
	gint64 until = g_get_monotonic_time() + READ_TIME;

	if (device)
		live_swap_wait_idle(device);
	for (guint i = 0; i < pages->len && g_get_monotonic_time() < until;) {
		const uint64_t args[6] = { g_array_index(pages, uint64_t, i), 1,
					   LIVE_SHARED + LIVE_VECTOR };
		struct live_result result = live_syscall(&live->world, task->pid, SYS_mincore,
							 args);

		if (result.stop != LIVE_RETURNED || result.value)
			return;
		if (*seen & 1)
			i++;
		else
			sched_yield();
	}
}

/* A madvise() after which pages are on their way to or from a device.  The model's reads and writes
 * end with their statement: so must the host's. */
static void advise_swap(struct live_backend *live, struct live_task *task,
			const struct call_request *request, struct call_outcome *outcome)
{
	const uint64_t *a = request->args->number;
	g_autoptr(GArray) frames = a[2] == MADV_PAGEOUT ?
				   live_swap_frames(task->pid, a[0], a[1]) : NULL;

	plain_call(live, task, request, outcome);
	if (frames)
		live_swap_wait_written(frames);
	if (a[2] == MADV_WILLNEED && outcome->kind == OUTCOME_VALUE)
		wait_for_reads(live, task, a);
}

void live_call(struct backend *backend, const struct call_request *request,
	       struct call_outcome *outcome)
{
	struct live_backend *live = to_live(backend);
	struct live_task *task = live_find(live, request->task);

	*outcome = (struct call_outcome){};
	if (refuse_hints(request, outcome))
		return;
	if (request->op->id == OP_MADVISE && live->settings.swap && !live->settings.swap_zram)
		advise_swap(live, task, request, outcome);
	else
		dispatch(live, task, request, outcome);
	if (outcome->kind == OUTCOME_BLOCKED)
		live_block(task, request);
	if (live->world.may_block)
		live_settle(live);
	live_errno(request, outcome);
}
