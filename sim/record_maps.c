/*
 * record_maps.c - copies of the address space of a task that is stopped.
 *
 * In the kernel:  fs/proc/task_mmu.c: smaps, and pagemap for which pages are anonymous;
 *                 fs/proc/array.c do_task_stat() for the start of the heap.
 * Left out:       clean pages; pages shared after a fork where the zero page is mapped too.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sim/record_internal.h"

#define PAGEMAP_PRESENT		(1ULL << 63)
#define PAGEMAP_SWAP		(1ULL << 62)
#define PAGEMAP_FILE		(1ULL << 61)	/* or shared memory */
#define PAGEMAP_EXCLUSIVE	(1ULL << 56)
#define CHUNK			512U
#define STAT_START_BRK		47		/* proc(5) counts from 1 */

/* Anonymous pages of one area.  A page mapped twice looks like the zero page: count decides. */
static void area_pages(int fd, const struct import_vma *vma, GArray *pages)
{
	g_autoptr(GArray) unsure = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	guint before = pages->len;
	uint64_t entries[CHUNK];

	for (uint64_t at = vma->start; at < vma->end; at += CHUNK * IMPORT_PAGE) {
		uint64_t nr = MIN(CHUNK, (vma->end - at) / IMPORT_PAGE);

		if (pread(fd, entries, nr * 8, (off_t)(at / IMPORT_PAGE * 8)) != (ssize_t)nr * 8)
			break;
		for (uint64_t i = 0; i < nr; i++) {
			uint64_t addr = at + i * IMPORT_PAGE, entry = entries[i];

			if (!(entry & (PAGEMAP_PRESENT | PAGEMAP_SWAP)) || entry & PAGEMAP_FILE)
				continue;
			if (entry & (PAGEMAP_SWAP | PAGEMAP_EXCLUSIVE))
				g_array_append_val(pages, addr);
			else
				g_array_append_val(unsure, addr);
		}
	}
	if ((pages->len - before + unsure->len) * IMPORT_PAGE <= vma->anon)
		g_array_append_vals(pages, unsure->data, unsure->len);
}

static int by_number(gconstpointer a, gconstpointer b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static GArray *anonymous_pages(int tid, const GArray *maps)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/pagemap", tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	GArray *pages;

	if (fd < 0)
		return NULL;
	pages = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	for (guint i = 0; i < maps->len; i++) {
		const struct import_vma *vma = &g_array_index(maps, struct import_vma, i);

		if (!vma->shared && vma->anon)
			area_pages(fd, vma, pages);
	}
	close(fd);
	g_array_sort(pages, by_number);
	return pages;
}

static uint64_t heap_start(int tid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", tid);
	g_autofree char *text = NULL;
	g_auto(GStrv) fields = NULL;
	const char *rest;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	rest = strrchr(text, ')');	/* the second field may hold blanks */
	fields = rest ? g_strsplit(rest + 1, " ", -1) : NULL;
	if (!fields || g_strv_length(fields) <= STAT_START_BRK - 2)
		return 0;
	return g_ascii_strtoull(fields[STAT_START_BRK - 2], NULL, 10);
}

static bool has_huge(const char *smaps)
{
	for (const char *at = smaps; (at = strstr(at, "AnonHugePages:")); at++)
		if (g_ascii_strtoull(at + 14, NULL, 10))
			return true;
	return false;
}

/*
 * The areas of @tid, and with @pages the anonymous pages in them and where the heap starts.
 * NULL if the task is gone or its files in /proc cannot be read.
 */
struct import_checkpoint *checkpoint_take(struct recorder *r, int tid, const char *when,
					  bool pages)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps", tid);
	g_autofree char *text = NULL;
	struct import_checkpoint *at;
	GArray *maps;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		unseen(r, "a checkpoint (/proc/PID/smaps cannot be read)");
		return NULL;
	}
	maps = maps_parse(path, text, NULL);
	if (!maps || !maps->len) {
		if (maps)
			g_array_free(maps, TRUE);
		return NULL;
	}
	r->huge |= has_huge(text);
	at = g_new0(struct import_checkpoint, 1);
	at->maps = maps;
	at->when = when;
	at->pages = pages ? anonymous_pages(tid, maps) : NULL;
	at->brk = pages ? heap_start(tid) : 0;
	for (guint i = 0; i < maps->len; i++) {
		struct import_vma *vma = &g_array_index(maps, struct import_vma, i);
		char *name = vma->name ? shown_path(r, vma->name) : NULL;

		g_free(vma->name);
		vma->name = name;
	}
	return at;
}
