/*
 * live_swap.c - see live_swap.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <poll.h>
#include <linux/kernel-page-flags.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/live_host.h"
#include "sim/live_swap.h"

#define PAGE	4096UL
#define MAX_USES	100
#define OFF_TRIES	1200
#define READ_TIME	10000	/* microseconds: plenty for a few pages */
#define WRITE_TRIES	10000
#define MAX_FRAMES	4096
#define PM_PFN		((1UL << 55) - 1)

#define CLUSTER_PATH	"/proc/sys/vm/page-cluster"
#define ZRAM_CONTROL	"/sys/class/zram-control/"

struct live_swap {
	pid_t guardian;		/* 0: there is no device, only the lock */
	int control;		/* closed: the guardian ends; or the lock */
	char path[PATH_MAX];	/* of the device */
	uint64_t bytes;
	enum live_swap_kind kind;
	unsigned int uses;	/* by live_swap_keep() */
};

#define LOCK_SECONDS	60	/* to wait for others on this host */

/* What the guardian has made. */
struct device {
	char *path;
	int zram;		/* its number, or -1 */
	uint64_t cluster;	/* page-cluster before */
};

/* ---- the lock ---- */

/* Held as long as the descriptor is open; -1 where no such file can be had: then nobody waits. */
static int take_lock(int how)
{
	g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mmsim-live.lock", NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		flock(fd, how);
	return fd;
}

/*
 * Alone on this host: false if nobody waits for us any more, mmsim having closed @control, or
 * if others hold the lock for too long.
 */
static bool take_lock_alone(int control)
{
	struct pollfd gone = { .fd = control, .events = POLLIN };
	int fd = take_lock(LOCK_EX | LOCK_NB);
	int rounds = 0;

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		if (rounds++ >= LOCK_SECONDS * 10 || poll(&gone, 1, 100) > 0)
			return false;
	}
	return poll(&gone, 1, 0) <= 0;
}

/* Whoever reads what mmsim writes is not to wait for us. */
static void let_go_of_output(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

/* ---- the device, in the guardian ---- */

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

static bool make_swapfile(struct device *device, uint64_t bytes)
{
	int fd;
	bool good;

	device->path = g_build_filename(g_get_tmp_dir(), "mmsim-swap-XXXXXX", NULL);
	fd = g_mkstemp_full(device->path, O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	good = !posix_fallocate(fd, 0, (off_t)bytes) && write_header(fd, bytes);
	close(fd);
	return good;
}

/* A node of our own: there may be nobody who makes one in /dev. */
static bool make_node(struct device *device)
{
	g_autofree char *numbers = g_strdup_printf("/sys/block/zram%d/dev", device->zram);
	g_autofree char *text = NULL;
	unsigned int major, minor;

	device->path = g_strdup_printf("%s/mmsim-zram-%d", g_get_tmp_dir(), (int)getpid());
	if (!g_file_get_contents(numbers, &text, NULL, NULL) ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return false;
	return !mknod(device->path, S_IFBLK | 0600, makedev(major, minor));
}

static bool make_zram(struct device *device, uint64_t bytes)
{
	g_autofree char *size = NULL;
	uint64_t number = 0;
	bool good;
	int fd;

	if (!live_host_number(ZRAM_CONTROL "hot_add", &number))
		return false;
	device->zram = (int)number;
	size = g_strdup_printf("/sys/block/zram%d/disksize", device->zram);
	if (!write_text(size, bytes) || !make_node(device))
		return false;
	fd = open(device->path, O_RDWR | O_CLOEXEC);
	good = fd >= 0 && write_header(fd, bytes);
	if (fd >= 0)
		close(fd);
	return good;
}

static void unmake(struct device *device)
{
	g_autofree char *reset = NULL;

	write_text(CLUSTER_PATH, device->cluster);
	if (device->path)
		unlink(device->path);
	if (device->zram < 0)
		return;
	reset = g_strdup_printf("/sys/block/zram%d/reset", device->zram);
	write_text(reset, 1);
	write_text(ZRAM_CONTROL "hot_remove", (uint64_t)device->zram);
}

static bool is_swap(const char *path)
{
	g_autofree char *text = NULL;

	return g_file_get_contents("/proc/swaps", &text, NULL, NULL) && strstr(text, path);
}

/* A process of the scenario may be in its own swapoff(), which fails when that is killed: so it is
 * tried until the device is off, whatever the error. */
static void take_off(const struct device *device)
{
	for (int tries = 0; tries < OFF_TRIES && is_swap(device->path); tries++)
		if (swapoff(device->path))
			g_usleep(50000);
}

/* What is in the way, or NULL. */
static const char *make(struct device *device, uint64_t bytes, enum live_swap_kind kind)
{
	g_autofree char *zswap = NULL;

	if (is_swap("/"))
		return "this host has swap already";
	if (g_file_get_contents("/sys/module/zswap/parameters/enabled", &zswap, NULL, NULL) &&
	    zswap[0] == 'Y')
		return "zswap is on";
	if (!live_host_number(CLUSTER_PATH, &device->cluster) || !write_text(CLUSTER_PATH, 0))
		return "page-cluster cannot be set";
	if (!(kind == LIVE_SWAP_ZRAM ? make_zram : make_swapfile)(device, bytes))
		return "no swap device can be made";
	return swapon(device->path, 0) ? "swapon() is refused" : NULL;
}

/* Never returns. */
static void guard(uint64_t bytes, enum live_swap_kind kind, int control, int answer)
{
	struct device device = { .zram = -1, .cluster = 3 };
	const char *why;
	char byte, *text;

	/* What ends mmsim must not end us before the host is as it was. */
	setsid();
	for (int signal = SIGHUP; signal <= SIGTERM; signal++)
		if (signal != SIGKILL)
			sigaction(signal, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	let_go_of_output();
	why = take_lock_alone(control) ? make(&device, bytes, kind) :
					 "other live runs hold this host";
	text = why ? g_strdup(why) : g_strdup_printf("@%s", device.path);
	if (write(answer, text, strlen(text) + 1) < 0)
		why = "nobody there";
	close(answer);
	while (!why && read(control, &byte, 1) < 0 && errno == EINTR)
		;
	if (!why)
		take_off(&device);
	unmake(&device);
	_exit(0);
}

/* ---- mmsim's side ---- */

static struct live_swap *share_host(void)
{
	struct live_swap *swap = g_new0(struct live_swap, 1);

	swap->control = take_lock(LOCK_SH);
	return swap;
}

struct live_swap *live_swap_on(uint64_t bytes, enum live_swap_kind kind, char **why)
{
	int control[2], answer[2];
	struct live_swap *swap;
	char text[PATH_MAX] = "the guardian died";

	if (!bytes)
		return share_host();
	if (geteuid()) {
		*why = g_strdup("a swap device needs root");
		return NULL;
	}
	if (pipe2(control, O_CLOEXEC) || pipe2(answer, O_CLOEXEC)) {
		*why = g_strdup_printf("pipe: %s", g_strerror(errno));
		return NULL;
	}
	swap = g_new0(struct live_swap, 1);
	fflush(NULL);
	swap->guardian = fork();
	if (swap->guardian == 0) {
		close(control[1]);
		close(answer[0]);
		guard(bytes, kind, control[0], answer[1]);
	}
	close(control[0]);
	close(answer[1]);
	swap->control = control[1];
	if (read(answer[0], text, sizeof(text) - 1) < 0)
		text[0] = 'x';
	close(answer[0]);
	if (text[0] == '@') {
		g_strlcpy(swap->path, text + 1, sizeof(swap->path));
		return swap;
	}
	*why = g_strdup(text);
	live_swap_off(swap);
	return NULL;
}

struct live_swap *live_swap_keep(struct live_swap **kept, uint64_t bytes, enum live_swap_kind kind,
				 char **why)
{
	struct live_swap *swap = *kept;

	if (swap && swap->bytes == bytes && swap->kind == kind && swap->uses++ < MAX_USES)
		return swap;
	live_swap_off(swap);
	*kept = swap = live_swap_on(bytes, kind, why);
	if (swap) {
		swap->bytes = bytes;
		swap->kind = kind;
	}
	return swap;
}

const char *live_swap_path(const struct live_swap *swap)
{
	return swap->path[0] ? swap->path : NULL;
}

void live_swap_off(struct live_swap *swap)
{
	if (!swap)
		return;
	if (swap->control >= 0)
		close(swap->control);
	if (swap->guardian > 0)
		waitpid(swap->guardian, NULL, 0);
	g_free(swap);
}

bool live_swap_alone(const struct live_swap *swap)
{
	if (swap->guardian || swap->control < 0)
		return true;
	for (int tries = 0; tries < 2500; tries++) {
		if (!flock(swap->control, LOCK_EX | LOCK_NB))
			return true;
		g_usleep(2000);
	}
	flock(swap->control, LOCK_SH);
	return false;
}

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
