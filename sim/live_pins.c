/*
 * live_pins.c - devices that hold pages of live processes.
 *
 *   FOLL_WRITE|FOLL_LONGTERM   a registered buffer of an io_uring of the process's own
 *   FOLL_GET                   vmsplice() into a pipe
 *   FOLL_PIN, with FOLL_WRITE  a write to, or a read from, a file opened with O_DIRECT
 *   FOLL_PIN|FOLL_REMOTE       process_vm_readv() by a thread of mmsim that is stopped by a
 *                              page fault of its own after it has taken the page
 *
 * The process makes the first three and closes its descriptors again; mmsim keeps copies, so
 * that the pages are held after the process has ended.  A range is asked for at once.  The pages
 * of a pipe are then given pipes of their own; process_vm_readv() has the slow path only, so
 * that one for each page is the same.  The others let go of their pages together.
 *
 * In the kernel:  io_uring/rsrc.c, fs/splice.c, fs/fuse/file.c, mm/process_vm_access.c.
 * Left out:       other combinations; the fast path alone; letting go of a part of a buffer.
 * Locks:          none; each thread waits in the kernel only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/live_fuse.h"
#include "sim/live_internal.h"
#include "sim/live_ring.h"

#define PAGE		4096UL
#define MAX_LENGTH	(1UL << 30)
#define MAX_PAGES	64

/* What the model takes; numbers of include/linux/mm_types.h. */
#define FOLL_WRITE	0x1U
#define FOLL_GET	0x2U
#define FOLL_LONGTERM	0x100U
#define FOLL_REMOTE	0x40000U
#define FOLL_PIN	0x80000U

/* How to make a process's descriptor one's own, of a thread as well. */
#define PIDFD_THREAD	O_EXCL

/* A thread which has a page of somebody else and waits for one of its own. */
struct reader {
	GThread *thread;
	int uffd;
	void *local;		/* one page that is not there */
	pid_t pid;
	uint64_t addr;
	int done;		/* the thread is at its end, read atomically */
	int64_t result;		/* of process_vm_readv(), or -errno */
};

/* What holds pages.  It goes with the last of its pins. */
struct device {
	unsigned int pages;	/* that are still pinned */
	int fd;			/* ring, or the pipe's end to read from; -1 for none */
	struct reader *reader;
	struct live_fuse *fuse;	/* with a request that waits there; NULL for none */
	uint64_t request;
};

/* One page.  Owned by the backend's list. */
struct live_pin {
	char *process;
	uint64_t addr;
	struct device *device;
};

/* Gives the thread its page, and waits for its end. */
static void reader_end_thread(struct reader *reader)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)reader->local, PAGE } };

	ioctl(reader->uffd, UFFDIO_ZEROPAGE, &zero);
	g_thread_join(reader->thread);
	reader->thread = NULL;
}

static void reader_end(struct reader *reader)
{
	if (reader->thread)
		reader_end_thread(reader);
	if (reader->uffd >= 0)
		close(reader->uffd);
	if (reader->local != MAP_FAILED)
		munmap(reader->local, PAGE);
	g_free(reader);
}

static void device_free(struct device *device)
{
	if (device->reader)
		reader_end(device->reader);
	if (device->fuse)
		live_fuse_answer(device->fuse, device->request);
	/* A ring is taken apart by a kernel thread some time later; its buffers are not. */
	if (device->fd >= 0) {
		syscall(SYS_io_uring_register, device->fd, IORING_UNREGISTER_BUFFERS, NULL, 0);
		close(device->fd);
	}
	g_free(device);
}

void live_pin_free(void *data)
{
	struct live_pin *pin = data;

	if (!--pin->device->pages)
		device_free(pin->device);
	g_free(pin->process);
	g_free(pin);
}

void live_pins_before_exit(struct live_backend *live, const struct live_task *task)
{
	for (guint i = live->pins->len; i-- > 0;) {
		const struct live_pin *pin = live->pins->pdata[i];

		if ((pin->device->reader || pin->device->fuse) &&
		    !strcmp(pin->process, task->process))
			g_ptr_array_remove_index(live->pins, i);
	}
}

void live_pins_orphan(struct live_backend *live, const char *process)
{
	for (guint i = 0; i < live->pins->len; i++) {
		struct live_pin *pin = live->pins->pdata[i];

		if (!strcmp(pin->process, process))
			*pin->process = 0;
	}
}

/* ---- what a device meets ---- */

/* The line of maps which has @addr, its permissions at *@perms; NULL if nothing is mapped. */
static char *area_line(const struct live_task *task, uint64_t addr, const char **perms)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/maps", (int)task->pid);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++) {
		char *dash = NULL, *after = NULL;
		uint64_t start = g_ascii_strtoull(lines[i], &dash, 16);
		uint64_t end = *dash ? g_ascii_strtoull(dash + 1, &after, 16) : 0;

		if (addr >= start && addr < end) {
			char *line = g_strdup(lines[i]);

			*perms = line + (after - lines[i]) + 1;
			return line;
		}
	}
	return NULL;
}

/* In a shared file of the private folder, which is in memory and stands for one of a disk? */
static bool stand_in(const struct live_backend *live, const struct live_task *task,
		     uint64_t addr)
{
	const char *perms = NULL;
	g_autofree char *line = area_line(task, addr, &perms);

	return line && live->folder && perms[3] == 's' && strstr(line, live->folder);
}

/* ---- devices that the process makes ---- */

static int64_t call(struct live_backend *live, struct live_task *task, long number, uint64_t a0,
		    uint64_t a1, uint64_t a2, uint64_t a3)
{
	return live_syscall_plain(&live->world, task->pid, number, a0, a1, a2, a3, 0, 0);
}

/* A copy of @fd of the task; or -errno. */
static int take_fd(const struct live_task *task, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, task->pid, PIDFD_THREAD), copy;

	if (pidfd < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0)
		copy = -errno;
	close(pidfd);
	return copy;
}

static uint64_t put_iovec(struct live_backend *live, uint64_t addr, uint64_t len)
{
	const uint64_t iovec[2] = { addr, len };

	return live_put(live, LIVE_STRUCTS, iovec, sizeof(iovec));
}

/* 0 with the ring in *@fd, or what the kernel said. */
static int64_t pin_by_ring(struct live_backend *live, struct live_task *task, uint64_t addr,
			   uint64_t len, int *fd)
{
	const struct io_uring_params params = {};
	int64_t ring, error;

	for (uint64_t at = addr; at < addr + len; at += PAGE)
		if (stand_in(live, task, at))
			return -EOPNOTSUPP;
	ring = call(live, task, SYS_io_uring_setup, 1,
		    live_put(live, LIVE_STRUCTS, &params, sizeof(params)), 0, 0);
	if (ring < 0)
		return ring;
	error = call(live, task, SYS_io_uring_register, (uint64_t)ring, IORING_REGISTER_BUFFERS,
		     put_iovec(live, addr, len), 1);
	if (!error) {
		*fd = take_fd(task, (int)ring);
		error = *fd < 0 ? *fd : 0;
	}
	call(live, task, SYS_close, (uint64_t)ring, 0, 0, 0);
	return error;
}

/* All of [addr, addr + len) into a pipe, of which *@fd is the end to read from. */
static int64_t pin_by_pipe(struct live_backend *live, struct live_task *task, uint64_t addr,
			   uint64_t len, int *fd)
{
	uint64_t at = LIVE_SHARED + LIVE_STRUCTS;
	int64_t got = call(live, task, SYS_pipe2, at, 0, 0, 0);
	int ends[2];

	if (got)
		return got;
	memcpy(ends, live->world.shared + LIVE_STRUCTS, sizeof(ends));
	*fd = take_fd(task, ends[0]);
	if (*fd >= 0 && fcntl(*fd, F_SETPIPE_SZ, (int)len) >= (int)len)
		got = call(live, task, SYS_vmsplice, (uint64_t)ends[1], put_iovec(live, addr, len),
			   1, 0);
	else
		got = -ENOSYS;
	call(live, task, SYS_close, (uint64_t)ends[0], 0, 0, 0);
	call(live, task, SYS_close, (uint64_t)ends[1], 0, 0, 0);
	if (got < 0)
		return got;
	return got < (int64_t)len ? -EFAULT : 0;
}

/* The next page of the pipe @from gets one of its own: its end to read from, or -1. */
static int pipe_of_one(int from)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	if (splice(from, NULL, ends[1], NULL, PAGE, 0) != (ssize_t)PAGE) {
		close(ends[0]);
		ends[0] = -1;
	}
	close(ends[1]);
	return ends[0];
}

/* Submits what is in @ring, and waits until it is held: 0, or why it ended. */
static int64_t submit(struct live_backend *live, struct live_task *task, int64_t ring,
		      const struct io_uring_params *params, uint64_t len, struct device *device)
{
	uint64_t got = 0;
	int64_t result = call(live, task, SYS_io_uring_enter, (uint64_t)ring, 1, 0,
			      IORING_ENTER_GETEVENTS);

	if (result < 0)
		return result;
	if (live_ring_ended(device->fd, params, &result))
		return result < 0 ? result : -EFAULT;
	device->request = live_fuse_request(live->fuse, &got);
	if (!device->request)
		return -ENOSYS;
	device->fuse = live->fuse;
	return got < len ? -EFAULT : 0;
}

static int64_t pin_by_transfer(struct live_backend *live, struct live_task *task, uint64_t addr,
			       uint64_t len, bool fill, struct device *device)
{
	const struct live_transfer transfer = { addr, (uint32_t)len, fill };
	struct io_uring_params params = { .flags = IORING_SETUP_COOP_TASKRUN };
	int64_t ring, error = -ENOSYS;

	if (!live->fuse)
		live->fuse = live_fuse_open();
	if (!live->fuse)
		return -ENOSYS;
	ring = call(live, task, SYS_io_uring_setup, 1,
		    live_put(live, LIVE_STRUCTS, &params, sizeof(params)), 0, 0);
	if (ring < 0)
		return ring;
	memcpy(&params, live->world.shared + LIVE_STRUCTS, sizeof(params));
	device->fd = take_fd(task, (int)ring);
	if (device->fd < 0)
		error = device->fd;
	else if (live_ring_put(device->fd, &params, live_fuse_file(live->fuse), &transfer))
		error = submit(live, task, ring, &params, len, device);
	call(live, task, SYS_close, (uint64_t)ring, 0, 0, 0);
	return error;
}

/* ---- a device of mmsim's own ---- */

static void *read_page(void *data)
{
	struct reader *reader = data;
	struct iovec local = { reader->local, PAGE };
	struct iovec remote = { (void *)(uintptr_t)reader->addr, PAGE };
	ssize_t got = process_vm_readv(reader->pid, &local, 1, &remote, 1, 0);

	reader->result = got < 0 ? -errno : got;
	g_atomic_int_set(&reader->done, 1);
	return NULL;
}

static bool reader_open(struct reader *reader)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	reader->local = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reader->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (reader->local == MAP_FAILED || reader->uffd < 0)
		return false;
	reg.range.start = (uintptr_t)reader->local;
	reg.range.len = PAGE;
	return !ioctl(reader->uffd, UFFDIO_API, &api) &&
	       !ioctl(reader->uffd, UFFDIO_REGISTER, &reg);
}

/* Waits until the thread has the page, or has failed; true if it has it. */
static bool reader_waits(const struct reader *reader)
{
	struct pollfd fd = { .fd = reader->uffd, .events = POLLIN };

	for (unsigned int i = 0; i < 1000 * LIVE_TIMEOUT; i++) {
		if (poll(&fd, 1, 1) == 1)
			return true;
		if (g_atomic_int_get(&reader->done))
			return false;
	}
	return false;
}

static int64_t pin_by_reader(struct live_task *task, uint64_t addr, struct reader **out)
{
	struct reader *reader;
	int64_t error;

	reader = g_new0(struct reader, 1);
	reader->pid = task->pid;
	reader->addr = addr;
	if (!reader_open(reader)) {
		reader_end(reader);
		return -ENOSYS;
	}
	reader->thread = g_thread_new("reader", read_page, reader);
	if (reader_waits(reader)) {
		*out = reader;
		return 0;
	}
	reader_end_thread(reader);
	error = reader->result < 0 ? reader->result : -EFAULT;
	reader_end(reader);
	return error;
}

/* ---- the calls ---- */

enum kind { NO_DEVICE, RING, PIPE, WRITER, FILLER, READER };

static enum kind device_for(uint64_t flags)
{
	switch (flags) {
	case FOLL_WRITE | FOLL_LONGTERM:
	case FOLL_WRITE | FOLL_LONGTERM | FOLL_PIN:
		return RING;
	case FOLL_GET:
		return PIPE;
	case 0:
	case FOLL_PIN:
		return WRITER;
	case FOLL_WRITE:
	case FOLL_WRITE | FOLL_PIN:
		return FILLER;
	case FOLL_REMOTE:
	case FOLL_REMOTE | FOLL_PIN:
		return READER;
	default:
		return NO_DEVICE;
	}
}

/* Notes that @device has the page at @addr. */
static void add_pin(struct live_backend *live, const struct live_task *task, uint64_t addr,
		    struct device *device)
{
	struct live_pin *pin = g_new0(struct live_pin, 1);

	pin->process = g_strdup(task->process);
	pin->addr = addr;
	pin->device = device;
	device->pages++;
	g_ptr_array_add(live->pins, pin);
}

/* Takes over the pipe @fd, which has them all. */
static int64_t add_pipes(struct live_backend *live, const struct live_task *task, uint64_t start,
			 uint64_t end, int fd)
{
	for (uint64_t addr = start; addr < end; addr += PAGE) {
		struct device *device = g_new0(struct device, 1);

		device->fd = pipe_of_one(fd);
		add_pin(live, task, addr, device);
		if (device->fd < 0) {
			close(fd);
			return -ENOSYS;
		}
	}
	close(fd);
	return 0;
}

/* One device for the whole range. */
static int64_t pin_at_once(struct live_backend *live, struct live_task *task, enum kind kind,
			   uint64_t start, uint64_t end)
{
	struct device *device = g_new0(struct device, 1);
	int64_t error;

	device->fd = -1;
	if (kind == RING)
		error = pin_by_ring(live, task, start, end - start, &device->fd);
	else if (kind == PIPE)
		error = pin_by_pipe(live, task, start, end - start, &device->fd);
	else
		error = pin_by_transfer(live, task, start, end - start, kind == FILLER, device);
	if (!error && kind == PIPE) {
		error = add_pipes(live, task, start, end, device->fd);
		device->fd = -1;
	}
	if (error || kind == PIPE) {
		device_free(device);
		return error;
	}
	for (uint64_t addr = start; addr < end; addr += PAGE)
		add_pin(live, task, addr, device);
	return 0;
}

static int64_t pin_one_by_one(struct live_backend *live, struct live_task *task, uint64_t start,
			      uint64_t end)
{
	for (uint64_t addr = start; addr < end; addr += PAGE) {
		struct reader *reader = NULL;
		int64_t error = pin_by_reader(task, addr, &reader);
		struct device *device;

		if (error)
			return error;
		device = g_new0(struct device, 1);
		device->fd = -1;
		device->reader = reader;
		add_pin(live, task, addr, device);
	}
	return 0;
}

static bool page_range(const uint64_t *a, uint64_t *start, uint64_t *end)
{
	if (!a[1] || a[1] > MAX_LENGTH || a[0] + a[1] < a[0] || a[0] + a[1] > LIVE_CODE)
		return false;
	*start = a[0] & ~(PAGE - 1);
	*end = (a[0] + a[1] + PAGE - 1) & ~(PAGE - 1);
	return true;
}

/* All or nothing. */
static int64_t do_pin(struct live_backend *live, struct live_task *task, enum kind kind,
		      const uint64_t *a)
{
	guint before = live->pins->len;
	uint64_t start, end;
	int64_t error;

	if (!page_range(a, &start, &end))
		return -EFAULT;
	error = kind == READER ? pin_one_by_one(live, task, start, end) :
				 pin_at_once(live, task, kind, start, end);
	if (error)
		g_ptr_array_set_size(live->pins, before);
	return error;
}

/* Where in the list the youngest pin of a page is; -1 for none. */
static int pin_find(const struct live_backend *live, const char *process, uint64_t addr)
{
	for (guint i = live->pins->len; i-- > 0;) {
		const struct live_pin *pin = live->pins->pdata[i];

		if (pin->addr == addr && !strcmp(pin->process, process))
			return (int)i;
	}
	return -1;
}

/* Do @found, pins, have all pages of the devices of theirs? */
static bool whole_devices(const GPtrArray *found)
{
	for (guint i = 0; i < found->len; i++) {
		const struct live_pin *pin = found->pdata[i];
		unsigned int nr = 0;

		for (guint j = 0; j < found->len; j++)
			nr += ((const struct live_pin *)found->pdata[j])->device == pin->device;
		if (nr < pin->device->pages)
			return false;
	}
	return true;
}

static int64_t do_unpin(struct live_backend *live, const struct live_task *task,
			const uint64_t *a)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	uint64_t start, end;

	if (!page_range(a, &start, &end))
		return -EFAULT;
	for (uint64_t addr = start; addr < end; addr += PAGE) {
		int at = pin_find(live, task->process, addr);

		if (at < 0)
			return -ENXIO;
		g_ptr_array_add(found, live->pins->pdata[at]);
	}
	if (!whole_devices(found))
		return -EOPNOTSUPP;
	for (guint i = 0; i < found->len; i++)
		g_ptr_array_remove(live->pins, found->pdata[i]);
	return 0;
}

void live_call_pin(struct live_backend *live, struct live_task *task,
		   const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	enum kind kind = device_for(args->nr > 2 ? args->number[2] : FOLL_WRITE | FOLL_LONGTERM);

	outcome->kind = OUTCOME_VALUE;
	if (request->op->id == OP_UNPIN)
		outcome->value = do_unpin(live, task, args->number);
	else if (request->op->id == OP_DMA)
		live_refuse(outcome, "a device on the host that writes when it is told to");
	else if (request->op->id == OP_GUP_FAST)
		live_refuse(outcome, "gup_fast() without the slow path on the host");
	else if (kind == NO_DEVICE)
		live_refuse(outcome, "a device on the host that asks for pages with these flags");
	else if ((kind == RING || kind == WRITER || kind == FILLER) &&
		 !live->settings.capable)
		live_refuse(outcome, "an io_uring under a limit, which all processes of the user "
			    "share");
	else if (args->number[1] > MAX_PAGES * PAGE && args->number[1] <= MAX_LENGTH)
		live_refuse(outcome, "pin() of more than %d pages on the host", MAX_PAGES);
	else
		outcome->value = do_pin(live, task, kind, args->number);
	if (outcome->kind == OUTCOME_VALUE && outcome->value == -EOPNOTSUPP)
		live_refuse(outcome, "a device on the host that %s",
			    request->op->id == OP_UNPIN ? "lets go of a part of its pages" :
							  "writes to a file of a disk");
	if (outcome->kind == OUTCOME_VALUE && outcome->value == -ENOSYS)
		live_refuse(outcome, "io_uring, FUSE or userfaultfd, which this host has not");
}
