/*
 * live_observe.c - what /proc tells of the live processes, as an observation (observe.h).
 *
 * Nothing here may change what it looks at.  Contents are read through /proc/PID/mem, and
 * only where pagemap says that a page is present, so that no fault is taken.  Such a read
 * leaves the page in a batch of this CPU, with a reference that would have the next write
 * copy it: the batches are emptied afterwards, and before, for anybody on this CPU may have.
 *
 * seen_page.folio is the PFN here, and 0 when this host hides it: equal for the same page.
 *
 * In the kernel:  fs/proc/task_mmu.c smaps, pagemap, PAGEMAP_SCAN; mm/memory.c
 *                 access_remote_vm(); fs/proc/page.c.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/live_deep.h"
#include "sim/live_internal.h"
#include "sim/live_quick.h"
#include "sim/smaps.h"

#define PAGE		4096UL
#define CHUNK		512U		/* entries of pagemap read at once */
/* Bytes of an area beyond which pagemap is not read entry by entry without PAGEMAP_SCAN. */
#define MAX_PLAIN	(4UL << 30)

#define PM_PFN		((1UL << 55) - 1)
#define KPF_KSM		21
#define KPF_MLOCKED	33

struct look {
	struct live_backend *live;
	struct seen_process *process;
	int pagemap, mem;
};

static bool is_agent(uint64_t start)
{
	return start >= LIVE_CODE && start < LIVE_AGENT_END;
}

static void see_vma(struct look *look, const struct smaps_vma *vma)
{
	struct seen_vma *seen = seen_process_add_vma(look->process);

	seen->start = vma->start;
	seen->end = vma->end;
	seen->pgoff = vma->offset / PAGE;
	memcpy(seen->smaps, vma->kb, sizeof(seen->smaps));
	seen->smaps_known = true;
	g_strlcpy(seen->perms, vma->perms, sizeof(seen->perms));
	seen->flags = g_strjoinv(" ", vma->flags ? vma->flags : (char *[]){ NULL });
	seen->name = live_shown_path(look->live, vma->name);
	seen->file = vma->inode ? g_strdup(seen->name) : NULL;
}

static void see_page(struct look *look, uint64_t addr, uint64_t entry)
{
	struct seen_page *page = seen_process_add_pages(look->process, 1);

	page->addr = addr;
	page->present = entry >> 63 & 1;
	page->swap = entry >> 62 & 1;
	page->swap_type = page->swap ? entry & 0x1f : 0;
	page->file = entry >> 61 & 1;
	page->guard = entry >> 58 & 1;
	page->uffd_wp = entry >> 57 & 1;
	page->exclusive = entry >> 56 & 1;
	if (page->present) {
		page->folio = (unsigned int)(entry & PM_PFN);
		page->content_known = pread(look->mem, &page->content, sizeof(page->content),
					    (off_t)addr) == sizeof(page->content);
	}
}

/* An entry that is not none has present or swap. */
static void read_entries(struct look *look, uint64_t start, uint64_t end)
{
	uint64_t entries[CHUNK];

	while (start < end) {
		uint64_t nr = MIN((end - start) / PAGE, CHUNK);
		ssize_t got = pread(look->pagemap, entries, nr * 8, (off_t)(start / PAGE * 8));

		if (got <= 0)
			return;
		for (uint64_t i = 0; i < (uint64_t)got / 8; i++)
			if (entries[i] >> 62)
				see_page(look, start + i * PAGE, entries[i]);
		start += (uint64_t)got / 8 * PAGE;
	}
}

/* Of linux/fs.h since 6.7. */
#ifndef PAGEMAP_SCAN
#define PAGE_IS_PRESENT	(1 << 3)
#define PAGE_IS_SWAPPED	(1 << 4)
struct page_region {
	uint64_t start, end, categories;
};
struct pm_scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define PAGEMAP_SCAN	_IOWR('f', 16, struct pm_scan_arg)
#endif

/* Only what is populated; false if this kernel has no such call. */
static bool scan(struct look *look, uint64_t start, uint64_t end)
{
	struct page_region regions[64];
	struct pm_scan_arg arg = {
		.size = sizeof(arg), .start = start, .end = end,
		.vec = (uintptr_t)regions, .vec_len = G_N_ELEMENTS(regions),
		.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
		.return_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
	};

	while (arg.start < end) {
		int nr = ioctl(look->pagemap, PAGEMAP_SCAN, &arg);

		if (nr < 0)
			return false;
		for (int i = 0; i < nr; i++)
			read_entries(look, regions[i].start, regions[i].end);
		if (arg.walk_end <= arg.start)
			break;
		arg.start = arg.walk_end;
	}
	return true;
}

static void see_pages(struct look *look, const struct smaps_vma *vma)
{
	if (vma->end - vma->start <= CHUNK * PAGE || !scan(look, vma->start, vma->end))
		if (vma->end - vma->start <= MAX_PLAIN)
			read_entries(look, vma->start, vma->end);
}

static int open_of(pid_t pid, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);

	return open(path, O_RDONLY | O_CLOEXEC);
}

static void see_process(struct live_backend *live, struct observation *seen,
			const struct live_task *task, bool pages)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps", (int)task->pid);
	g_autofree char *text = NULL, *error = NULL;
	struct look look = { .live = live, .process = observation_add_process(seen,
									     task->process) };
	GPtrArray *vmas;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	vmas = smaps_parse(text, &error);
	look.pagemap = open_of(task->pid, "pagemap");
	look.mem = open_of(task->pid, "mem");
	for (guint i = 0; vmas && i < vmas->len; i++) {
		const struct smaps_vma *vma = vmas->pdata[i];

		if (is_agent(vma->start) || vma->start >> 47)
			continue;
		see_vma(&look, vma);
		if (pages && look.pagemap >= 0)
			see_pages(&look, vma);
	}
	if (live->settings.deep)
		live_deep_areas(live->settings.deep, look.process, task->pid);
	if (vmas)
		g_ptr_array_unref(vmas);
	if (look.pagemap >= 0)
		close(look.pagemap);
	if (look.mem >= 0)
		close(look.mem);
}

/* ---- pages by PFN ---- */

static int compare_pfns(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

static GArray *all_pfns(const struct observation *seen)
{
	GArray *pfns = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (guint i = 0; i < seen->processes->len; i++) {
		const struct seen_process *process = seen->processes->pdata[i];

		for (guint j = 0; j < process->pages->len; j++) {
			const struct seen_page *page = process->pages->pdata[j];

			if (page->folio)
				g_array_append_val(pfns, page->folio);
		}
	}
	g_array_sort(pfns, compare_pfns);
	return pfns;
}

/* Sorted by PFN, each once; none where the host does not tell. */
static void see_frames(struct observation *seen)
{
	int flags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	int counts = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	g_autoptr(GArray) pfns = all_pfns(seen);
	unsigned int last = 0;

	for (guint i = 0; flags >= 0 && counts >= 0 && i < pfns->len; i++) {
		unsigned int pfn = g_array_index(pfns, unsigned int, i);
		uint64_t flag = 0, count = 0;
		struct seen_folio *folio;

		if (pfn == last || pread(flags, &flag, 8, (off_t)pfn * 8) != 8 ||
		    pread(counts, &count, 8, (off_t)pfn * 8) != 8)
			continue;
		last = pfn;
		folio = g_new0(struct seen_folio, 1);
		folio->id = pfn;
		folio->anon = flag >> KPF_ANON & 1;
		folio->swapcache = flag >> KPF_SWAPCACHE & 1;
		folio->mlocked = flag >> KPF_MLOCKED & 1;
		folio->ksm = flag >> KPF_KSM & 1;
		folio->mapcount = (int)count;
		g_ptr_array_add(seen->folios, folio);
	}
	if (flags >= 0)
		close(flags);
	if (counts >= 0)
		close(counts);
}

/* Kernel: madvise_cold() begins with lru_add_drain(). */
static void empty_batches(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	madvise(page, PAGE, MADV_COLD);
	munmap(page, PAGE);
}

struct observation *live_observe(struct backend *backend, bool pages)
{
	struct live_backend *live = to_live(backend);
	struct observation *seen = observation_create();

	seen->behind_hidden = true;
	if (pages)
		empty_batches();
	if (pages && live->settings.quick &&
	    live_quick_observe(live->settings.quick, live, seen))
		return seen;
	live->touched |= pages;
	for (guint i = 0; i < live->tasks->len; i++) {
		const struct live_task *task = live->tasks->pdata[i];
		const struct live_task *any = live_any_of(live, task->name);

		if (any)
			see_process(live, seen, any, pages);
	}
	if (pages) {
		see_frames(seen);
		empty_batches();
	}
	if (live->settings.deep)
		live_deep_rest(live->settings.deep, seen);
	return seen;
}
