/*
 * live_host.c - trying out what the host's kernel has; see live_host.h.
 *
 * In the kernel:  fs/proc/task_mmu.c, fs/proc/page.c, fs/userfaultfd.c, kernel/ptrace.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "sim/live_deep.h"
#include "sim/live_host.h"
#include "sim/live_quick.h"
#include "sim/live_task.h"
#include "sim/record.h"

#define PAGE	4096UL

/* From linux/fs.h of 6.7 and 6.11, linux/userfaultfd.h of 6.8; older headers lack them. */
struct pagemap_scan {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define PAGEMAP_REQUEST	_IOWR('f', 16, struct pagemap_scan)
struct procmap {
	uint64_t size, query_flags, query_addr, vma_start, vma_end, vma_flags, vma_page_size;
	uint64_t vma_offset, inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};
#define PROCMAP_REQUEST	_IOWR('f', 17, struct procmap)
#define FEATURE_MOVE	(1UL << 16)

static void fact_free(void *data)
{
	struct host_fact *fact = data;

	g_free(fact->text);
	g_free(fact);
}

static void add(GPtrArray *facts, const char *name, const char *what, bool present, char *text)
{
	struct host_fact *fact = g_new0(struct host_fact, 1);

	fact->name = name;
	fact->what = what;
	fact->present = present;
	fact->text = text ? text : g_strdup("");
	g_ptr_array_add(facts, fact);
}

static char *reason(bool good)
{
	return good ? NULL : g_strdup(g_strerror(errno));
}

bool live_host_number(const char *path, uint64_t *value)
{
	g_autofree char *text = NULL;
	char *end = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	*value = g_ascii_strtoull(text, &end, 10);
	return end != text;
}

bool live_host_set_number(const char *path, uint64_t value)
{
	g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT "\n", value);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

char *live_host_thp(void)
{
	g_autofree char *text = NULL;
	const char *open, *close;

	if (!g_file_get_contents("/sys/kernel/mm/transparent_hugepage/enabled", &text, NULL, NULL))
		return g_strdup("never");
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	return close ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_strdup("never");
}

bool live_host_capable(void)
{
	static const unsigned int needed[] = { CAP_IPC_LOCK, CAP_SYS_RAWIO, CAP_SYS_ADMIN };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &header, data))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
		if (!(data[needed[i] / 32].effective & (1U << needed[i] % 32)))
			return false;
	return true;
}

/* ---- the probes ---- */

static void probe_release(GPtrArray *facts)
{
	struct utsname name;

	uname(&name);
	add(facts, "kernel", "the model is of 6.18; other releases differ where they do",
	    g_str_has_prefix(name.release, "6.18"), g_strdup_printf("%s %s", name.release,
								    name.machine));
}

static void probe_process(GPtrArray *facts)
{
	const struct live_limits limits = { 8UL << 20, 8UL << 20, UINT64_MAX, UINT64_MAX };
	struct live_world world;
	char *why = NULL;
	pid_t pid = 0;

	if (live_world_open(&world, &why)) {
		pid = live_task_start(&world, &limits, &why);
		if (pid)
			live_task_kill(pid);
		live_world_close(&world);
	}
	add(facts, "live-process", "anything at all: ptrace, PR_SET_MM_MAP", pid != 0, why);
}

static void probe_capabilities(GPtrArray *facts)
{
	bool capable = live_host_capable();

	add(facts, "capabilities", "scenarios without set cap = off", capable,
	    g_strdup(capable ? "" : "CAP_IPC_LOCK, CAP_SYS_RAWIO, CAP_SYS_ADMIN"));
}

static void probe_pagemap(GPtrArray *facts)
{
	uint64_t entry = 0;
	volatile unsigned char here = 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	const off_t at = (off_t)((uintptr_t)&here / PAGE * 8);
	bool got = fd >= 0 && pread(fd, &entry, sizeof(entry), at) == (ssize_t)sizeof(entry);

	add(facts, "pagemap", "present, swap, file, exclusive, guard, uffd-wp", got, reason(got));
	add(facts, "pagemap-pfns", "the same page or not", got && (entry & ((1UL << 55) - 1)),
	    g_strdup(got && !(entry & ((1UL << 55) - 1)) ? "hidden: needs CAP_SYS_ADMIN" : ""));
	{
		struct pagemap_scan arg = { .size = sizeof(arg), .start = (uintptr_t)&here & -PAGE,
					    .end = ((uintptr_t)&here & -PAGE) + PAGE };
		bool scan = fd >= 0 && ioctl(fd, PAGEMAP_REQUEST, &arg) >= 0;

		add(facts, "pagemap-scan", "large areas", scan, reason(scan));
	}
	if (fd >= 0)
		close(fd);
}

static void probe_procmap_query(GPtrArray *facts)
{
	struct procmap query = { .size = sizeof(query), .query_addr = (uintptr_t)facts };
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && !ioctl(fd, PROCMAP_REQUEST, &query);

	add(facts, "procmap-query", "single areas by ioctl", good, reason(good));
	if (fd >= 0)
		close(fd);
}

static void probe_file(GPtrArray *facts, const char *name, const char *what, const char *path)
{
	uint64_t word;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && read(fd, &word, sizeof(word)) > 0;

	add(facts, name, what, good, reason(good));
	if (fd >= 0)
		close(fd);
}

static void probe_userfaultfd(GPtrArray *facts)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	bool good = fd >= 0, agreed;

	add(facts, "userfaultfd", "userfaultfd() and its ioctls", good, reason(good));
	agreed = good && !ioctl(fd, UFFDIO_API, &api);
	add(facts, "uffdio-move", "UFFDIO_MOVE", agreed && (api.features & FEATURE_MOVE),
	    agreed ? g_strdup_printf("features 0x%llx", (unsigned long long)api.features) :
		     g_strdup(""));
	if (good)
		close(fd);
}

static void probe_calls(GPtrArray *facts)
{
	void *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool good = !syscall(462, page, 0UL, 0UL);	/* mseal() of nothing */
	long key;

	add(facts, "mseal", "mseal()", good, reason(good));
	good = !madvise(page, PAGE, 102);		/* MADV_GUARD_INSTALL */
	add(facts, "guard-regions", "MADV_GUARD_INSTALL", good, reason(good));
	good = !prctl(0x53564d41, 0, page, PAGE, "probe");	/* PR_SET_VMA_ANON_NAME */
	add(facts, "anon-vma-name", "names of anonymous areas", good, reason(good));
	key = syscall(330, 0UL, 0UL);			/* pkey_alloc() */
	add(facts, "protection-keys", "pkey_alloc(), pkey_mprotect()", key >= 0, reason(key >= 0));
	if (key >= 0)
		syscall(331, key);
	munmap(page, PAGE);
}

static bool word_in(const char *path, const char *word)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, word);
}

static void probe_settings(GPtrArray *facts)
{
	static const struct {
		const char *name, *what, *path;
		uint64_t wanted;
	} numbers[] = {
		{ "max-map-count", "the model's default", "/proc/sys/vm/max_map_count", 65530 },
		{ "overcommit-memory", "the model's default", "/proc/sys/vm/overcommit_memory", 0 },
		{ "mmap-min-addr", "is given to the model", "/proc/sys/vm/mmap_min_addr",
		  UINT64_MAX },
	};
	char *thp = live_host_thp();

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		uint64_t value = 0;
		bool got = live_host_number(numbers[i].path, &value);

		add(facts, numbers[i].name, numbers[i].what,
		    got && (numbers[i].wanted == UINT64_MAX || value == numbers[i].wanted),
		    g_strdup_printf("%" G_GUINT64_FORMAT, value));
	}
	add(facts, "thp", "settings thp = madvise and never", true, thp);
	add(facts, "swap", "pages that are swapped out", word_in("/proc/swaps", "/"), NULL);
	add(facts, "btf", "kernel structs by name", !access("/sys/kernel/btf/vmlinux", R_OK),
	    NULL);
}

static void probe_deep(GPtrArray *facts)
{
	char *why = NULL;
	struct live_deep *deep = live_deep_open(&why);
	struct live_quick *quick = deep ? live_quick_open(deep) : NULL;

	add(facts, "deep", "live --deep: anon_vmas, chains, folios by BPF", deep != NULL, why);
	add(facts, "deep-at-once", "fuzz: all of some processes in one go, marks of folios, slots",
	    quick != NULL, NULL);
	live_quick_close(quick);
	live_deep_close(deep);
}

static void probe_record(GPtrArray *facts)
{
	bool good;
	char *text = record_faults_here(&good);

	add(facts, "page-faults", "record: touched pages, read or written", good, text);
}

GPtrArray *live_host_probe(void)
{
	GPtrArray *facts = g_ptr_array_new_with_free_func(fact_free);

	probe_release(facts);
	probe_process(facts);
	probe_capabilities(facts);
	probe_pagemap(facts);
	probe_procmap_query(facts);
	probe_file(facts, "kpageflags", "kinds of pages", "/proc/kpageflags");
	probe_file(facts, "kpagecount", "how often a page is mapped", "/proc/kpagecount");
	probe_userfaultfd(facts);
	probe_calls(facts);
	probe_settings(facts);
	probe_deep(facts);
	probe_record(facts);
	return facts;
}
