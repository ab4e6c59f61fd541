/*
 * live_fuse.c - see live_fuse.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/fuse.h>
#include <linux/mount.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/live_fuse.h"

#define PAGE		4096U
#define MAX_PAGES	256U	/* of one request */
#define MAX_TRANSFER	(MAX_PAGES * PAGE)
#define BUFFER		(MAX_TRANSFER + 64 * PAGE)	/* with some room for what comes first */
#define FILE_SIZE	(1L << 40)
#define MAX_HELD	60000	/* requests at once */
#define PATIENCE	(5 * G_USEC_PER_SEC)

struct live_fuse {
	int device;		/* /dev/fuse */
	int file;
	int over;		/* eventfd: the thread is to end */
	GThread *thread;
	GMutex lock;
	GCond came;
	GQueue waiting;		/* struct request *: nobody has asked for; by lock */
};

struct request {
	uint64_t unique, size;
};

/* ---- the protocol ---- */

static void answer(const struct live_fuse *fuse, uint64_t unique, int error, const void *body,
		   size_t size)
{
	struct fuse_out_header head = { .len = (uint32_t)(sizeof(head) + size), .error = error,
					.unique = unique };
	const struct iovec parts[2] = { { &head, sizeof(head) }, { (void *)(uintptr_t)body, size } };

	/* It fails if the one who asked was interrupted: then nobody waits. */
	if (writev(fuse->device, parts, size ? 2 : 1) < 0 && errno != ENOENT)
		g_debug("fuse: %s", g_strerror(errno));
}

static void answer_init(const struct live_fuse *fuse, uint64_t unique,
			const struct fuse_init_in *in)
{
	const struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION, .minor = MIN(in->minor, FUSE_KERNEL_MINOR_VERSION),
		.flags = FUSE_ASYNC_DIO | FUSE_MAX_PAGES | FUSE_BIG_WRITES,
		.max_pages = MAX_PAGES, .max_background = MAX_HELD,
		.congestion_threshold = MAX_HELD, .max_write = MAX_TRANSFER,
		.max_readahead = in->max_readahead, .time_gran = 1,
	};

	answer(fuse, unique, 0, &out, sizeof(out));
}

static void answer_attr(const struct live_fuse *fuse, uint64_t unique)
{
	const struct fuse_attr_out out = {
		.attr_valid = UINT32_MAX,
		.attr = { .ino = FUSE_ROOT_ID, .size = FILE_SIZE, .mode = S_IFREG | 0600, .nlink = 1,
			  .uid = getuid(), .gid = getgid(), .blksize = PAGE },
	};

	answer(fuse, unique, 0, &out, sizeof(out));
}

static void hold(struct live_fuse *fuse, uint64_t unique, uint64_t size)
{
	const struct request request = { unique, size };

	g_mutex_lock(&fuse->lock);
	g_queue_push_tail(&fuse->waiting, g_memdup2(&request, sizeof(request)));
	g_cond_signal(&fuse->came);
	g_mutex_unlock(&fuse->lock);
}

static void serve(struct live_fuse *fuse, const struct fuse_in_header *head)
{
	const struct fuse_open_out opened = { .open_flags = FOPEN_DIRECT_IO };

	switch (head->opcode) {
	case FUSE_INIT:
		answer_init(fuse, head->unique, (const struct fuse_init_in *)(head + 1));
		return;
	case FUSE_GETATTR:
		answer_attr(fuse, head->unique);
		return;
	case FUSE_OPEN:
		answer(fuse, head->unique, 0, &opened, sizeof(opened));
		return;
	case FUSE_READ:
		hold(fuse, head->unique, ((const struct fuse_read_in *)(head + 1))->size);
		return;
	case FUSE_WRITE:
		hold(fuse, head->unique, ((const struct fuse_write_in *)(head + 1))->size);
		return;
	case FUSE_RELEASE:
	case FUSE_FLUSH:
		answer(fuse, head->unique, 0, NULL, 0);
		return;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;		/* nobody waits for an answer */
	default:
		/* Once for each: the kernel asks no more. */
		answer(fuse, head->unique, -ENOSYS, NULL, 0);
	}
}

static void *serve_all(void *data)
{
	struct live_fuse *fuse = data;
	g_autofree char *buffer = g_malloc(BUFFER);
	struct pollfd fds[2] = { { .fd = fuse->device, .events = POLLIN },
				 { .fd = fuse->over, .events = POLLIN } };

	while (poll(fds, 2, -1) >= 0 || errno == EINTR) {
		ssize_t nr;

		if (fds[1].revents)
			break;
		nr = read(fuse->device, buffer, BUFFER);
		if (nr >= (ssize_t)sizeof(struct fuse_in_header))
			serve(fuse, (const struct fuse_in_header *)buffer);
		else if (nr < 0 && errno != EAGAIN && errno != EINTR && errno != ENOENT)
			break;
	}
	return NULL;
}

/* ---- the mount ---- */

/* A mount whose root is a file; -1 if there can be none. */
static int mount_file(int device)
{
	int config = (int)syscall(SYS_fsopen, "fuse", FSOPEN_CLOEXEC), mount = -1;
	g_autofree char *fd = g_strdup_printf("%d", device);
	g_autofree char *mode = g_strdup_printf("%o", S_IFREG | 0600U);
	g_autofree char *uid = g_strdup_printf("%u", getuid());
	g_autofree char *gid = g_strdup_printf("%u", getgid());
	const char *const words[][2] = { { "fd", fd }, { "rootmode", mode }, { "user_id", uid },
					 { "group_id", gid } };
	bool good = config >= 0;

	for (size_t i = 0; good && i < G_N_ELEMENTS(words); i++)
		good = !syscall(SYS_fsconfig, config, FSCONFIG_SET_STRING, words[i][0],
				words[i][1], 0);
	if (good && !syscall(SYS_fsconfig, config, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int)syscall(SYS_fsmount, config, FSMOUNT_CLOEXEC, 0);
	if (config >= 0)
		close(config);
	return mount;
}

static bool open_file(struct live_fuse *fuse)
{
	int mount = mount_file(fuse->device);
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", mount);
	struct stat status;

	if (mount < 0)
		return false;
	fuse->thread = g_thread_new("fuse", serve_all, fuse);
	fuse->file = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	close(mount);
	/* The kernel asks for the size: a write beyond it would be waited for. */
	return fuse->file >= 0 && !fstat(fuse->file, &status) && status.st_size == FILE_SIZE;
}

struct live_fuse *live_fuse_open(void)
{
	struct live_fuse *fuse = g_new0(struct live_fuse, 1);

	fuse->file = -1;
	g_mutex_init(&fuse->lock);
	g_cond_init(&fuse->came);
	g_queue_init(&fuse->waiting);
	fuse->device = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	fuse->over = eventfd(0, EFD_CLOEXEC);
	if (fuse->device >= 0 && fuse->over >= 0 && open_file(fuse))
		return fuse;
	live_fuse_close(fuse);
	return NULL;
}

void live_fuse_close(struct live_fuse *fuse)
{
	if (!fuse)
		return;
	if (fuse->thread) {
		eventfd_write(fuse->over, 1);
		g_thread_join(fuse->thread);
	}
	/* The last end of the device: who still waits gets an error, closing the file included. */
	if (fuse->device >= 0)
		close(fuse->device);
	if (fuse->file >= 0)
		close(fuse->file);
	if (fuse->over >= 0)
		close(fuse->over);
	g_queue_clear_full(&fuse->waiting, g_free);
	g_cond_clear(&fuse->came);
	g_mutex_clear(&fuse->lock);
	g_free(fuse);
}

int live_fuse_file(const struct live_fuse *fuse)
{
	return fuse->file;
}

uint64_t live_fuse_request(struct live_fuse *fuse, uint64_t *size)
{
	gint64 until = g_get_monotonic_time() + PATIENCE;
	g_autofree struct request *request = NULL;

	g_mutex_lock(&fuse->lock);
	while (g_queue_is_empty(&fuse->waiting))
		if (!g_cond_wait_until(&fuse->came, &fuse->lock, until))
			break;
	request = g_queue_pop_head(&fuse->waiting);
	g_mutex_unlock(&fuse->lock);
	if (!request)
		return 0;
	*size = request->size;
	return request->unique;
}

void live_fuse_answer(struct live_fuse *fuse, uint64_t request)
{
	answer(fuse, request, -EIO, NULL, 0);
}
