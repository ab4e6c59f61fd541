/*
 * live_swap.c - see live_swap.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <linux/kernel-page-flags.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sim/live_host.h"
#include "sim/live_swap.h"

#define PAGE	4096UL
#define OFF_TRIES	1200
#define WRITE_TIME	(5 * G_USEC_PER_SEC)
#define SOON		200		/* so often it is looked again without sleep */
#define MAX_PAGES	4096
#define PM_PRESENT	(1UL << 63)
#define PM_SWAP		(1UL << 62)
#define PM_PFN		((1UL << 55) - 1)
#define PM_TYPE		0x1fU
#define FIRST_NON_SWAP_TYPE	24	/* markers and pages that migrate */

#define CLUSTER_PATH	"/proc/sys/vm/page-cluster"
#define ZRAM_CONTROL	"/sys/class/zram-control/"
#define LOOP_CONTROL	"/dev/loop-control"

struct live_swap {
	char *path;		/* of the device */
	bool on;
	int zram, loop;		/* its number, or -1 */
	void *content;		/* of a loop device: mapped, and locked in memory */
	uint64_t bytes;
	uint64_t cluster;	/* page-cluster before; UINT64_MAX: unknown */
};

/* ---- the device ---- */

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
static bool make_node(struct live_swap *swap, const char *name)
{
	g_autofree char *numbers = g_strdup_printf("/sys/block/%s/dev", name);
	g_autofree char *text = NULL;
	unsigned int major, minor;

	swap->path = g_strdup_printf("%s/mmsim-%s-%d", g_get_tmp_dir(), name, (int)getpid());
	if (!g_file_get_contents(numbers, &text, NULL, NULL) ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return false;
	return !mknod(swap->path, S_IFBLK | 0600, makedev(major, minor));
}

/*
 * Its content is in memory, and goes with the last user.  It is locked there: reclaim, or a scheme of
 * DAMON, would write it to swap, which is itself, and the loop device would wait for its own writes for
 * ever.
 */
static bool lock_content(struct live_swap *swap, int memory, uint64_t bytes)
{
	void *content = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);

	if (content == MAP_FAILED)
		return false;
	swap->content = content;
	swap->bytes = bytes;
	return !mlock(content, bytes);
}

static bool make_loop(struct live_swap *swap, uint64_t bytes)
{
	int control = open(LOOP_CONTROL, O_RDWR | O_CLOEXEC);
	int memory = memfd_create("mmsim-swap", MFD_CLOEXEC);
	struct loop_config config = { .fd = (uint32_t)memory };
	g_autofree char *name = NULL;
	int number = -1, fd = -1;
	bool good = memory >= 0 && !ftruncate(memory, (off_t)bytes) && lock_content(swap, memory, bytes) &&
		    write_header(memory, bytes);

	if (good && control >= 0)
		number = ioctl(control, LOOP_CTL_GET_FREE);
	name = g_strdup_printf("loop%d", number);
	if (number >= 0 && make_node(swap, name))
		fd = open(swap->path, O_RDWR | O_CLOEXEC);
	good = fd >= 0 && !ioctl(fd, LOOP_CONFIGURE, &config);
	swap->loop = good ? number : -1;
	for (int i = 0; i < 3; i++)
		if ((const int[]){ control, memory, fd }[i] >= 0)
			close((const int[]){ control, memory, fd }[i]);
	return good;
}

static void unmake_loop(const struct live_swap *swap)
{
	int fd = open(swap->path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, LOOP_CLR_FD);
	close(fd);
}

static bool make_zram(struct live_swap *swap, uint64_t bytes)
{
	g_autofree char *size = NULL, *name = NULL;
	uint64_t number = 0;
	bool good;
	int fd;

	if (!live_host_number(ZRAM_CONTROL "hot_add", &number))
		return false;
	swap->zram = (int)number;
	name = g_strdup_printf("zram%d", swap->zram);
	size = g_strdup_printf("/sys/block/%s/disksize", name);
	if (!live_host_set_number(size, bytes) || !make_node(swap, name))
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
		live_host_set_number(CLUSTER_PATH, swap->cluster);
	if (swap->loop >= 0)
		unmake_loop(swap);
	if (swap->path)
		unlink(swap->path);
	if (swap->content)
		munmap(swap->content, swap->bytes);
	if (swap->zram < 0)
		return;
	reset = g_strdup_printf("/sys/block/zram%d/reset", swap->zram);
	live_host_set_number(reset, 1);
	live_host_set_number(ZRAM_CONTROL "hot_remove", (uint64_t)swap->zram);
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
	static bool (*const makers[])(struct live_swap *swap, uint64_t bytes) = {
		[LIVE_SWAP_FILE] = make_swapfile, [LIVE_SWAP_DISK] = make_loop,
		[LIVE_SWAP_ZRAM] = make_zram,
	};
	g_autofree char *zswap = NULL;

	if (is_swap("/"))
		return "this host has swap already";
	if (g_file_get_contents("/sys/module/zswap/parameters/enabled", &zswap, NULL, NULL) &&
	    zswap[0] == 'Y')
		return "zswap is on";
	if (!live_host_number(CLUSTER_PATH, &swap->cluster) || !live_host_set_number(CLUSTER_PATH, 0))
		return "page-cluster cannot be set";
	if (!makers[kind](swap, bytes))
		return "no swap device can be made";
	swap->on = !swapon(swap->path, 0);
	return swap->on ? NULL : "swapon() is refused";
}

struct live_swap *live_swap_on(uint64_t bytes, enum live_swap_kind kind, char **why)
{
	struct live_swap *swap = g_new0(struct live_swap, 1);
	const char *text;

	swap->zram = swap->loop = -1;
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

/* What to do with an entry of pagemap. */
typedef void (*entry_fn)(GArray *list, uint64_t address, uint64_t entry);

static GArray *list_pages(pid_t pid, uint64_t start, uint64_t len, entry_fn add)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/pagemap", (int)pid);
	GArray *list = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t entries[64];

	for (uint64_t n = 0; fd >= 0 && n < len / PAGE && n < MAX_PAGES;) {
		ssize_t got = pread(fd, entries, MIN(len / PAGE - n, G_N_ELEMENTS(entries)) * 8,
				    (off_t)((start / PAGE + n) * 8));

		if (got < 8)
			break;
		for (ssize_t i = 0; i < got / 8; i++, n++)
			add(list, (start & -PAGE) + n * PAGE, entries[i]);
	}
	if (fd >= 0)
		close(fd);
	return list;
}

static void add_frame(GArray *list, uint64_t address, uint64_t entry)
{
	(void)address;
	entry &= PM_PFN | PM_PRESENT;
	if (!(entry & PM_PRESENT))
		return;
	entry &= PM_PFN;
	g_array_append_val(list, entry);
}

static void add_swapped(GArray *list, uint64_t address, uint64_t entry)
{
	if (!(entry & PM_PRESENT) && entry & PM_SWAP && (entry & PM_TYPE) < FIRST_NON_SWAP_TYPE)
		g_array_append_val(list, address);
}

GArray *live_swap_frames(pid_t pid, uint64_t start, uint64_t len)
{
	return list_pages(pid, start, len, add_frame);
}

GArray *live_swap_pages(pid_t pid, uint64_t start, uint64_t len)
{
	return list_pages(pid, start, len, add_swapped);
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

/* Most writes are through at once. */
static void wait_a_bit(unsigned int tries)
{
	if (tries < SOON)
		sched_yield();
	else
		g_usleep(100);
}

void live_swap_wait_written(const GArray *frames)
{
	gint64 until = g_get_monotonic_time() + WRITE_TIME;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	unsigned int tries = 0;

	for (guint i = 0; fd >= 0 && i < frames->len && g_get_monotonic_time() < until;) {
		if (is_written(fd, g_array_index(frames, uint64_t, i)))
			i++;
		else
			wait_a_bit(tries++);
	}
	if (fd >= 0)
		close(fd);
	if (frames->len)
		empty_all_batches();
}

void live_swap_wait_idle(const char *path)
{
	gint64 until = g_get_monotonic_time() + WRITE_TIME;
	g_autofree char *inflight = NULL;
	unsigned int tries = 0;
	struct stat status;

	if (stat(path, &status) || !S_ISBLK(status.st_mode))
		return;
	inflight = g_strdup_printf("/sys/dev/block/%u:%u/inflight", major(status.st_rdev),
				   minor(status.st_rdev));
	while (g_get_monotonic_time() < until) {
		g_autofree char *text = NULL;
		unsigned long reads, writes;

		if (!g_file_get_contents(inflight, &text, NULL, NULL) ||
		    sscanf(text, "%lu %lu", &reads, &writes) != 2 || !(reads | writes))
			return;
		wait_a_bit(tries++);
	}
}
