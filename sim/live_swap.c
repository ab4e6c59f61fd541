/*
 * live_swap.c - see live_swap.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sim/live_host.h"
#include "sim/live_swap.h"

#define PAGE	4096UL
#define OFF_TRIES	1200
#define READ_TIME	10000	/* microseconds: plenty for a few pages */
#define WRITE_TRIES	10000
#define MAX_FRAMES	4096
#define PM_PFN		((1UL << 55) - 1)

#define CLUSTER_PATH	"/proc/sys/vm/page-cluster"
#define ZRAM_CONTROL	"/sys/class/zram-control/"

struct live_swap {
	char *path;		/* of the device */
	bool on;
	int zram;		/* its number, or -1 */
	uint64_t cluster;	/* page-cluster before; UINT64_MAX: unknown */
};

/* ---- the device ---- */

static bool write_text(const char *path, uint64_t number)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (!file)
		return false;
	good = fprintf(file, "%" G_GUINT64_FORMAT "\n", number) > 0;
	return fclose(file) == 0 && good;
}

/* What mkswap(8) writes: version, last page, and the magic at the end of the first page. */
static bool write_header(int fd, uint64_t bytes)
{
	g_autofree char *page = g_malloc0(PAGE);
	uint32_t words[2] = { 1, (uint32_t)(bytes / PAGE - 1) };

	memcpy(page + 1024, words, sizeof(words));
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	return pwrite(fd, page, PAGE, 0) == (ssize_t)PAGE && !fsync(fd);
}

static bool make_swapfile(struct live_swap *swap, uint64_t bytes)
{
	int fd;
	bool good;

	swap->path = g_build_filename(g_get_tmp_dir(), "mmsim-swap-XXXXXX", NULL);
	fd = g_mkstemp_full(swap->path, O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	good = !posix_fallocate(fd, 0, (off_t)bytes) && write_header(fd, bytes);
	close(fd);
	return good;
}

/* A node of our own: there may be nobody who makes one in /dev. */
static bool make_node(struct live_swap *swap)
{
	g_autofree char *numbers = g_strdup_printf("/sys/block/zram%d/dev", swap->zram);
	g_autofree char *text = NULL;
	unsigned int major, minor;

	swap->path = g_strdup_printf("%s/mmsim-zram-%d", g_get_tmp_dir(), (int)getpid());
	if (!g_file_get_contents(numbers, &text, NULL, NULL) ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return false;
	return !mknod(swap->path, S_IFBLK | 0600, makedev(major, minor));
}

static bool make_zram(struct live_swap *swap, uint64_t bytes)
{
	g_autofree char *size = NULL;
	uint64_t number = 0;
	bool good;
	int fd;

	if (!live_host_number(ZRAM_CONTROL "hot_add", &number))
		return false;
	swap->zram = (int)number;
	size = g_strdup_printf("/sys/block/zram%d/disksize", swap->zram);
	if (!write_text(size, bytes) || !make_node(swap))
		return false;
	fd = open(swap->path, O_RDWR | O_CLOEXEC);
	good = fd >= 0 && write_header(fd, bytes);
	if (fd >= 0)
		close(fd);
	return good;
}

static void unmake(struct live_swap *swap)
{
	g_autofree char *reset = NULL;

	if (swap->cluster != UINT64_MAX)
		write_text(CLUSTER_PATH, swap->cluster);
	if (swap->path)
		unlink(swap->path);
	if (swap->zram < 0)
		return;
	reset = g_strdup_printf("/sys/block/zram%d/reset", swap->zram);
	write_text(reset, 1);
	write_text(ZRAM_CONTROL "hot_remove", (uint64_t)swap->zram);
}

static bool is_swap(const char *path)
{
	g_autofree char *text = NULL;

	return g_file_get_contents("/proc/swaps", &text, NULL, NULL) && strstr(text, path);
}

/* A process of the scenario may be in its own swapoff(), which fails when that is killed: so it is
 * tried until the device is off, whatever the error. */
static void take_off(const struct live_swap *swap)
{
	for (int tries = 0; tries < OFF_TRIES && is_swap(swap->path); tries++)
		if (swapoff(swap->path))
			g_usleep(50000);
}

/* What is in the way, or NULL. */
static const char *make(struct live_swap *swap, uint64_t bytes, enum live_swap_kind kind)
{
	g_autofree char *zswap = NULL;

	if (is_swap("/"))
		return "this host has swap already";
	if (g_file_get_contents("/sys/module/zswap/parameters/enabled", &zswap, NULL, NULL) &&
	    zswap[0] == 'Y')
		return "zswap is on";
	if (!live_host_number(CLUSTER_PATH, &swap->cluster) || !write_text(CLUSTER_PATH, 0))
		return "page-cluster cannot be set";
	if (!(kind == LIVE_SWAP_ZRAM ? make_zram : make_swapfile)(swap, bytes))
		return "no swap device can be made";
	swap->on = !swapon(swap->path, 0);
	return swap->on ? NULL : "swapon() is refused";
}

struct live_swap *live_swap_on(uint64_t bytes, enum live_swap_kind kind, char **why)
{
	struct live_swap *swap = g_new0(struct live_swap, 1);
	const char *text;

	swap->zram = -1;
	swap->cluster = UINT64_MAX;
	text = make(swap, bytes, kind);
	*why = g_strdup(text);
	return swap;
}

const char *live_swap_path(const struct live_swap *swap)
{
	return swap->path;
}

void live_swap_off(struct live_swap *swap)
{
	if (!swap)
		return;
	if (swap->on)
		take_off(swap);
	unmake(swap);
	g_free(swap->path);
	g_free(swap);
}

/* ---- what is on its way ---- */

GArray *live_swap_frames(pid_t pid, uint64_t start, uint64_t len)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/pagemap", (int)pid);
	GArray *frames = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t entry;

	for (uint64_t n = 0; fd >= 0 && n < len / PAGE && n < MAX_FRAMES; n++) {
		if (pread(fd, &entry, 8, (off_t)((start / PAGE + n) * 8)) != 8 || !(entry >> 63))
			continue;
		entry &= PM_PFN;
		g_array_append_val(frames, entry);
	}
	if (fd >= 0)
		close(fd);
	return frames;
}

static bool is_written(int fd, uint64_t frame)
{
	uint64_t flags = 0;

	return pread(fd, &flags, 8, (off_t)(frame * 8)) != 8 || !(flags >> KPF_WRITEBACK & 1);
}

/*
 * The CPU that hears of the end of a write keeps the page in a batch, with a reference that would
 * have the next store copy it.  Kernel: folio_rotate_reclaimable(); lru_cache_disable(), with
 * which move_pages() begins, empties the batches of all CPUs.
 */
static void empty_all_batches(void)
{
	unsigned long here = 0;
	void *page = &here;
	int node = 0, status;

	syscall(SYS_move_pages, 0, 1UL, &page, &node, &status, 2 /* MPOL_MF_MOVE */);
}

void live_swap_wait_written(const GArray *frames)
{
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);

	for (guint i = 0, tries = 0; fd >= 0 && i < frames->len && tries < WRITE_TRIES; tries++) {
		if (is_written(fd, g_array_index(frames, uint64_t, i)))
			i++;
		else
			g_usleep(500);
	}
	if (fd >= 0)
		close(fd);
	empty_all_batches();
}

void live_swap_wait_read(void)
{
	g_usleep(READ_TIME);
}
