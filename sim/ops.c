/*
 * ops.c - the table of calls; see ops.h.
 */
#include <string.h>

#include "sim/ops.h"

#define NUM(n)		{ n, ARG_NUMBER, NULL }
#define FLG(n, p)	{ n, ARG_NUMBER, p }
#define ADDR(n)		{ n, ARG_ADDR, NULL }
#define PLACE(n)	{ n, ARG_PLACE, NULL }
#define FD(n)		{ n, ARG_FD, NULL }
#define STR(n)		{ n, ARG_STRING, NULL }
#define STRUCT(n)	{ n, ARG_STRUCT, NULL }
#define LIST(n)		{ n, ARG_LIST, NULL }
#define PLACE(n)	{ n, ARG_PLACE, NULL }
#define ANY(n)		{ n, ARG_ANY, NULL }

#define RANGE		ADDR("addr"), NUM("length")

static const char *const api_out[] = { "features", "ioctls", NULL };
static const char *const register_out[] = { "ioctls", NULL };
static const char *const copy_out[] = { "copy", NULL };
static const char *const zeropage_out[] = { "zeropage", NULL };
static const char *const move_out[] = { "move", NULL };
static const char *const continue_out[] = { "mapped", NULL };
static const char *const poison_out[] = { "updated", NULL };
static const char *const msg_out[] = { "event", "flags", "address", "ufd", "from", "to", "len",
				       "start", "end", NULL };

static const char *const api_fields[] = { "api", "features", "ioctls", NULL };
static const char *const range_fields[] = { "range", "start", "len", NULL };
static const char *const mode_fields[] = { "range", "start", "len", "mode", NULL };
static const char *const register_fields[] = { "range", "start", "len", "mode", "ioctls", NULL };
static const char *const copy_fields[] = { "dst", "src", "len", "mode", "copy", NULL };
static const char *const move_fields[] = { "dst", "src", "len", "mode", "move", NULL };
static const char *const zeropage_fields[] = { "range", "start", "len", "mode", "zeropage", NULL };
static const char *const continue_fields[] = { "range", "start", "len", "mode", "mapped", NULL };
static const char *const poison_fields[] = { "range", "start", "len", "mode", "updated", NULL };
static const char *const rlimit_fields[] = { "rlim_cur", "rlim_max", NULL };

#define UFFDIO_ROW(name, nr, results, all, says)				\
	{ "UFFDIO_" name, OP_UFFDIO, RETURNS_INT, 2, { FD("fd"), STRUCT("arg") },	\
	  .number = (nr), .out = (results), .fields = (all), .what = (says) }

static const struct op ops[] = {
	{ "mmap", OP_MMAP, RETURNS_ADDR, 2,
	  { RANGE, FLG("prot", "PROT_"), FLG("flags", "MAP_"), FD("fd"), NUM("offset") },
	  .what = "maps memory or a file" },
	{ "munmap", OP_MUNMAP, RETURNS_INT, 2, { RANGE }, .what = "unmaps a range" },
	{ "mprotect", OP_MPROTECT, RETURNS_INT, 2, { RANGE, FLG("prot", "PROT_") },
	  .what = "changes permissions" },
	{ "pkey_mprotect", OP_PKEY_MPROTECT, RETURNS_INT, 2,
	  { RANGE, FLG("prot", "PROT_"), NUM("pkey") },
	  .what = "changes permissions and protection key" },
	{ "mremap", OP_MREMAP, RETURNS_ADDR, 3,
	  { ADDR("old_address"), NUM("old_size"), NUM("new_size"), FLG("flags", "MREMAP_"),
	    ADDR("new_address") }, .what = "moves, grows or shrinks a mapping" },
	{ "madvise", OP_MADVISE, RETURNS_INT, 2, { RANGE, FLG("advice", "MADV_") },
	  .what = "advises on the use of a range" },
	{ "process_madvise", OP_PROCESS_MADVISE, RETURNS_INT, 4,
	  { { "pidfd", ARG_TASK, NULL }, LIST("iovec"), NUM("vlen"),
	    FLG("advice", "MADV_"), NUM("flags") },
	  .what = "advises on ranges of a process" },
	{ "mlock", OP_MLOCK, RETURNS_INT, 2, { RANGE }, .what = "locks a range in memory" },
	{ "mlock2", OP_MLOCK2, RETURNS_INT, 2, { RANGE, FLG("flags", "MLOCK_") },
	  .what = "locks a range, at once or on fault" },
	{ "munlock", OP_MUNLOCK, RETURNS_INT, 2, { RANGE }, .what = "unlocks a range" },
	{ "mlockall", OP_MLOCKALL, RETURNS_INT, 1, { FLG("flags", "MCL_") },
	  .what = "locks all there is, or will be" },
	{ "munlockall", OP_MUNLOCKALL, RETURNS_INT, 0, {}, .what = "unlocks everything" },
	{ "brk", OP_BRK, RETURNS_ADDR, 1, { ADDR("addr") }, .what = "moves the end of the heap" },
	{ "msync", OP_MSYNC, RETURNS_INT, 2, { RANGE, FLG("flags", "MS_") },
	  .what = "writes a file mapping back" },
	{ "mincore", OP_MINCORE, RETURNS_INT, 2, { RANGE, LIST("vec") },
	  .what = "which pages are resident" },
	{ "mseal", OP_MSEAL, RETURNS_INT, 2, { RANGE, NUM("flags") },
	  .what = "forbids changes of a range for good" },
	{ "mbind", OP_MBIND, RETURNS_INT, 3,
	  { RANGE, FLG("mode", "MPOL_"), LIST("nodemask"), NUM("maxnode"),
	    FLG("flags", "MPOL_") }, .what = "sets the memory policy of a range" },
	{ "fork", OP_FORK, RETURNS_PID, 0, {}, .what = "makes a child with a copy of memory" },
	{ "vfork", OP_VFORK, RETURNS_PID, 0, {},
	  .what = "makes a child which shares memory until it execs" },
	{ "clone", OP_CLONE, RETURNS_PID, 0,
	  { FLG("flags", "CLONE_"), ADDR("stack"), ANY("parent_tid"), ANY("child_tid"),
	    ANY("tls") }, .what = "makes a process or a thread" },
	{ "clone3", OP_CLONE3, RETURNS_PID, 1, { STRUCT("cl_args"), NUM("size") },
	  .what = "makes a process or a thread" },
	{ "exit", OP_EXIT, RETURNS_INT, 0, { NUM("status") }, .what = "ends the task" },
	{ "exit_group", OP_EXIT_GROUP, RETURNS_INT, 0, { NUM("status") },
	  .what = "ends all tasks of the process" },
	{ "execve", OP_EXECVE, RETURNS_INT, 1, { STR("pathname"), ANY("argv"), ANY("envp") },
	  .what = "replaces the address space" },
	{ "userfaultfd", OP_USERFAULTFD, RETURNS_FD, 0, { NUM("flags") },
	  .what = "opens a descriptor that resolves faults" },
	{ "ioctl", OP_IOCTL, RETURNS_INT, 2, { FD("fd"), NUM("request"), STRUCT("arg") },
	  .what = "UFFDIO_* of a userfaultfd" },
	UFFDIO_ROW("API", 0x3f, api_out, api_fields, "agrees on features"),
	UFFDIO_ROW("REGISTER", 0, register_out, register_fields, "registers a range"),
	UFFDIO_ROW("UNREGISTER", 1, NULL, range_fields, "unregisters a range"),
	UFFDIO_ROW("WAKE", 2, NULL, range_fields, "wakes those who wait in a range"),
	UFFDIO_ROW("COPY", 3, copy_out, copy_fields, "fills missing pages with a copy"),
	UFFDIO_ROW("ZEROPAGE", 4, zeropage_out, zeropage_fields, "fills missing pages with the zero page"),
	UFFDIO_ROW("MOVE", 5, move_out, move_fields, "moves pages to where they are missing"),
	UFFDIO_ROW("WRITEPROTECT", 6, NULL, mode_fields, "protects pages against writing, or no more"),
	UFFDIO_ROW("CONTINUE", 7, continue_out, continue_fields, "maps what the page cache has"),
	UFFDIO_ROW("POISON", 8, poison_out, poison_fields, "makes accesses end in SIGBUS"),
	{ "read", OP_READ, RETURNS_INT, 1, { FD("fd"), STRUCT("msg") }, .out = msg_out, .fields = msg_out,
	  .what = "the next message of a userfaultfd; gives its kind" },
	{ "prctl", OP_PRCTL, RETURNS_INT, 1,
	  { FLG("option", "PR_"), { "arg2", ARG_OPTIONAL_STRING, NULL }, NUM("arg3"), NUM("arg4"),
	    { "arg5", ARG_OPTIONAL_STRING, NULL } }, .what = "settings of the process" },
	{ "memfd_create", OP_MEMFD_CREATE, RETURNS_FD, 1, { STR("name"), FLG("flags", "MFD_") },
	  .what = "a file in memory" },
	{ "open", OP_OPEN, RETURNS_FD, 1, { STR("pathname"), FLG("flags", "O_"), ANY("mode") },
	  .what = "opens a file" },
	{ "openat", OP_OPENAT, RETURNS_FD, 2,
	  { FD("dirfd"), STR("pathname"), FLG("flags", "O_"), ANY("mode") },
	  .what = "opens a file" },
	{ "close", OP_CLOSE, RETURNS_INT, 1, { FD("fd") }, .what = "closes a descriptor" },
	{ "ftruncate", OP_FTRUNCATE, RETURNS_INT, 1, { FD("fd"), NUM("length") },
	  .what = "sets a file's size" },
	{ "fallocate", OP_FALLOCATE, RETURNS_INT, 2,
	  { FD("fd"), FLG("mode", "FALLOC_FL_"), NUM("offset"), NUM("length") },
	  .what = "allocates or frees a part of a file" },
	{ "dup", OP_DUP, RETURNS_FD, 1, { FD("oldfd") }, .what = "a second descriptor" },
	{ "prlimit64", OP_PRLIMIT64, RETURNS_INT, 2,
	  { NUM("pid"), FLG("resource", "RLIMIT_"), STRUCT("new_limit"), STRUCT("old_limit") },
	  .fields = rlimit_fields, .what = "sets or tells a limit" },
	{ "prlimit", OP_PRLIMIT64, RETURNS_INT, 2,
	  { NUM("pid"), FLG("resource", "RLIMIT_"), STRUCT("new_limit"), STRUCT("old_limit") },
	  .fields = rlimit_fields, .what = "the same, as the C library calls it" },
	{ "setrlimit", OP_SETRLIMIT, RETURNS_INT, 2,
	  { FLG("resource", "RLIMIT_"), STRUCT("rlim") }, .fields = rlimit_fields,
	  .what = "sets a limit" },
	{ "getrlimit", OP_GETRLIMIT, RETURNS_INT, 1,
	  { FLG("resource", "RLIMIT_"), STRUCT("rlim") }, .fields = rlimit_fields,
	  .what = "tells a limit" },
	{ "fcntl", OP_FCNTL, RETURNS_INT, 2, { FD("fd"), FLG("cmd", "F_"), FLG("arg", "F_") },
	  .what = "F_ADD_SEALS" },
	{ "pkey_alloc", OP_PKEY_ALLOC, RETURNS_INT, 0,
	  { NUM("flags"), FLG("access_rights", "PKEY_") }, .what = "a protection key" },
	{ "pkey_free", OP_PKEY_FREE, RETURNS_INT, 1, { NUM("pkey") },
	  .what = "gives a protection key back" },
	{ "load", OP_LOAD, RETURNS_CONTENT, 1, { RANGE },
	  .what = "reads one byte's worth from each page of a range" },
	{ "store", OP_STORE, RETURNS_INT, 1, { RANGE, NUM("value") },
	  .what = "writes to each page of a range; without a value, a fresh one" },
	{ "exec", OP_EXEC, RETURNS_INT, 1, { ADDR("addr") }, .what = "fetches an instruction" },
	{ "mem_write", OP_MEM_WRITE, RETURNS_INT, 1, { RANGE, NUM("value") },
	  .what = "writes to each page of a range by way of /proc/self/mem, read-only ones too" },
	{ "pin", OP_PIN, RETURNS_INT, 2, { RANGE, FLG("flags", "FOLL_") },
	  .what = "a device takes pages, as io_uring's registered buffers do" },
	{ "unpin", OP_UNPIN, RETURNS_INT, 2, { RANGE },
	  .what = "the device that took those pages last lets them go" },
	{ "dma", OP_DMA, RETURNS_INT, 1, { RANGE, NUM("value") },
	  .what = "the device that took those pages last writes to each; without a value, a fresh one" },
	{ "gup_fast", OP_GUP_FAST, RETURNS_INT, 1, { RANGE, FLG("flags", "FOLL_") },
	  .what = "a device takes what it can get without locks and faults: how many pages" },
	{ "reclaim", OP_KSWAPD_RECLAIM, RETURNS_INT, 2, { PLACE("addr"), NUM("length") },
	  .actor = "kswapd", .what = "reclaims the pages of a range, used or not; how many went" },
	{ "shrink", OP_KSWAPD_SHRINK, RETURNS_INT, 1, { NUM("length") },
	  .actor = "kswapd",
	  .what = "reclaims from the old ends of the lists what is not in use; how many went" },
	{ "swapon", OP_SWAPON, RETURNS_INT, 1, { STR("path"), NUM("flags") },
	  .what = "the swap device \"/swap\" again, after swapoff()" },
	{ "swapoff", OP_SWAPOFF, RETURNS_INT, 1, { STR("path") },
	  .what = "brings all pages of the swap device \"/swap\" back into memory" },
	{ "writeback_start", OP_WRITEBACK_START, RETURNS_INT, 1, { PLACE("addr") },
	  .actor = "disk", .what = "unmaps a page and begins to write it" },
	{ "writeback_end", OP_WRITEBACK_END, RETURNS_INT, 1, { PLACE("addr") },
	  .actor = "disk", .what = "a page has been written" },
	{ "migrate", OP_MIGRATE, RETURNS_INT, 1, { PLACE("addr"), NUM("length") },
	  .actor = "kcompactd", .what = "gives the pages of a range other frames, as compaction does" },
	{ "migrate_fail", OP_MIGRATE_FAIL, RETURNS_INT, 1, { PLACE("addr"), NUM("length") },
	  .actor = "kcompactd",
	  .what = "the same up to where a reference is found that should not be there" },
	{ "merge", OP_KSM_MERGE, RETURNS_INT, 2, { PLACE("addr1"), PLACE("addr2") },
	  .actor = "ksmd", .what = "merges two pages of equal content, if KSM may" },
	{ "full_scan", OP_KSM_SCAN, RETURNS_INT, 0, {},
	  .actor = "ksmd", .what = "one scan of all that may be merged" },
	{ "unmerge", OP_KSM_UNMERGE, RETURNS_INT, 0, {},
	  .actor = "ksmd", .what = "gives everybody pages of his own, as `echo 2 > run` does" },
	{ "move_pages", OP_MOVE_PAGES, RETURNS_INT, 3,
	  { { "pid", ARG_TASK, NULL }, NUM("count"), LIST("pages"), LIST("nodes"),
	    LIST("status"), FLG("flags", "MPOL_MF_") },
	  .what = "moves pages to NUMA nodes, or tells where they are" },
	{ "collapse", OP_COLLAPSE, RETURNS_INT, 1, { PLACE("addr") }, .actor = "khugepaged",
	  .what = "looks at the 2 MiB around an address: a SCAN_* result" },
	{ "scan", OP_SCAN, RETURNS_INT, 0, { { "process", ARG_PROCESS, NULL } },
	  .actor = "khugepaged",
	  .what = "walks over all of a process, or goes on with its pass: how many blocks collapsed" },
	{ "finish", OP_FINISH, RETURNS_INT, 0, {},
	  .what = "what the call of the task gave that was blocked" },
};

const struct op *ops_all(size_t *nr)
{
	*nr = G_N_ELEMENTS(ops);
	return ops;
}

const struct op *op_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ops); i++)
		if (!strcmp(ops[i].name, name))
			return &ops[i];
	return NULL;
}

const struct op *op_find_ioctl(uint64_t request)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ops); i++) {
		const struct constant *constant;

		if (ops[i].id != OP_UFFDIO)
			continue;
		constant = constant_find(ops[i].name);
		if (constant && constant->value == (request & 0xffffffff))
			return &ops[i];
	}
	return NULL;
}

unsigned int op_nr_args(const struct op *op)
{
	unsigned int nr = 0;

	while (nr < OP_MAX_ARGS && op->args[nr].kind != ARG_NONE)
		nr++;
	return nr;
}

char *op_signature(const struct op *op)
{
	GString *out = g_string_new(op->name);
	unsigned int nr = op_nr_args(op);

	g_string_append_c(out, '(');
	for (unsigned int i = 0; i < nr; i++)
		g_string_append_printf(out, "%s%s", i ? ", " : "", op->args[i].name);
	g_string_append_c(out, ')');
	return g_string_free(out, FALSE);
}

/* What the language has and the model has not. */
static const struct {
	const char *name, *why;
} not_modelled[] = {
	{ "get_mempolicy", "get_mempolicy" },
	{ "set_mempolicy", "set_mempolicy: policies of whole tasks" },
	{ "remap_file_pages", "remap_file_pages" },
	{ "shmat", "System V shared memory" },
	{ "shmdt", "System V shared memory" },
};

const char *op_not_modelled(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(not_modelled); i++)
		if (!strcmp(not_modelled[i].name, name))
			return not_modelled[i].why;
	return NULL;
}

bool op_is_kernel_actor(const char *name)
{
	static const char *const actors[] = { "khugepaged", "kswapd", "kcompactd", "ksmd", "disk" };

	for (size_t i = 0; i < G_N_ELEMENTS(actors); i++)
		if (!strcmp(actors[i], name))
			return true;
	return false;
}

void ops_offer(struct nearest *nearest)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ops); i++)
		nearest_offer(nearest, ops[i].name);
	for (size_t i = 0; i < G_N_ELEMENTS(not_modelled); i++)
		nearest_offer(nearest, not_modelled[i].name);
}
