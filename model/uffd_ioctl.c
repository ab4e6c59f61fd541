/*
 * uffd_ioctl.c - the calls that resolve faults: arguments, order of checks, what they report.
 *
 * In the kernel:  fs/userfaultfd.c userfaultfd_copy(), _zeropage(), _continue(), _poison(),
 *                 _writeprotect(), _wake().
 * Locks:          none here; see uffd_fill.c and uffd_wp.c.
 */
#include "syscalls.h"
#include "uffd_internal.h"

#define UFFD_MODE_DONTWAKE	1UL	/* of COPY, ZEROPAGE, CONTINUE and POISON */
#define UFFD_MODE_WP		2UL	/* of COPY and CONTINUE */
#define WRITEPROTECT_MODE_WP	1UL
#define WRITEPROTECT_MODE_DONTWAKE 2UL

/* Whoever sleeps in here keeps the file open, whatever others close.  Kernel: fdget(). */
static struct file *hold_file(int fd)
{
	struct file *file = fget(fd);

	get_file(file);
	return file;
}

/*
 * What all fills have in common once the mode is known to be good: the work, the field @done
 * that reports it, and waking who waits for what came.  0, -EAGAIN for a part, or -errno.
 */
static long do_fill(int fd, struct uffd_fill *fill, uint64_t mode, int64_t *done)
{
	struct mm_struct *mm = uffd_mm_get(fill->ctx);
	struct file *file;

	if (!mm)
		return -ESRCH;
	file = hold_file(fd);
	*done = mfill_atomic(fill, mm);
	mmput(mm);
	if (*done >= 0 && !(mode & UFFD_MODE_DONTWAKE))
		wake_userfault(fill->ctx, fill->dst, (uint64_t)*done);
	fput(file);
	if (*done < 0)
		return *done;
	return (uint64_t)*done == fill->len ? 0 : -EAGAIN;
}

/* The context of @fd for a fill.  -EAGAIN, which *@done reports too: an event is unread. */
static int fill_ctx(int fd, struct userfaultfd_ctx **ctx, int64_t *done)
{
	int error = uffd_ctx_of_fd(fd, ctx);

	if (error)
		return error;
	if (READ_SHARED(*ctx, (*ctx)->mmap_changing, "userfaultfd_ioctl")) {
		*done = -EAGAIN;
		return -EAGAIN;
	}
	return 0;
}

long sys_uffdio_copy(int fd, struct uffdio_copy *arg)
{
	struct uffd_fill fill = { .kind = UFFD_FILL_COPY, .dst = arg->dst, .src = arg->src,
				  .len = arg->len, .wp = (arg->mode & UFFD_MODE_WP) != 0 };
	int error = fill_ctx(fd, &fill.ctx, &arg->copy);

	if (!error)
		error = validate_unaligned_range(arg->src, arg->len);
	if (!error)
		error = validate_range(arg->dst, arg->len);
	if (error)
		return error;
	if (arg->mode & ~(UFFD_MODE_DONTWAKE | UFFD_MODE_WP))
		return -EINVAL;
	return do_fill(fd, &fill, arg->mode, &arg->copy);
}

long sys_uffdio_continue(int fd, struct uffdio_continue *arg)
{
	struct uffd_fill fill = { .kind = UFFD_FILL_CONTINUE, .dst = arg->range.start,
				  .len = arg->range.len, .wp = (arg->mode & UFFD_MODE_WP) != 0 };
	int error = fill_ctx(fd, &fill.ctx, &arg->mapped);

	if (!error)
		error = validate_range(arg->range.start, arg->range.len);
	if (error)
		return error;
	if (arg->mode & ~(UFFD_MODE_DONTWAKE | UFFD_MODE_WP))
		return -EINVAL;
	return do_fill(fd, &fill, arg->mode, &arg->mapped);
}

/* Both know one mode only. */
static long fill_range(int fd, enum uffd_fill_kind kind, const struct uffdio_range *range,
		       uint64_t mode, int64_t *done)
{
	struct uffd_fill fill = { .kind = kind, .dst = range->start, .len = range->len };
	int error = fill_ctx(fd, &fill.ctx, done);

	if (!error)
		error = validate_range(range->start, range->len);
	if (error)
		return error;
	if (mode & ~UFFD_MODE_DONTWAKE)
		return -EINVAL;
	return do_fill(fd, &fill, mode, done);
}

long sys_uffdio_zeropage(int fd, struct uffdio_zeropage *arg)
{
	return fill_range(fd, UFFD_FILL_ZEROPAGE, &arg->range, arg->mode, &arg->zeropage);
}

long sys_uffdio_poison(int fd, struct uffdio_poison *arg)
{
	return fill_range(fd, UFFD_FILL_POISON, &arg->range, arg->mode, &arg->updated);
}

long sys_uffdio_writeprotect(int fd, const struct uffdio_writeprotect *arg)
{
	bool protect = (arg->mode & WRITEPROTECT_MODE_WP) != 0;
	bool wake = !protect && !(arg->mode & WRITEPROTECT_MODE_DONTWAKE);
	struct userfaultfd_ctx *ctx;
	struct mm_struct *mm;
	struct file *file;
	int64_t unused;
	int error = fill_ctx(fd, &ctx, &unused);

	if (!error)
		error = validate_range(arg->range.start, arg->range.len);
	if (error)
		return error;
	if (arg->mode & ~(WRITEPROTECT_MODE_WP | WRITEPROTECT_MODE_DONTWAKE))
		return -EINVAL;
	if (protect && arg->mode & WRITEPROTECT_MODE_DONTWAKE)
		return -EINVAL;
	mm = uffd_mm_get(ctx);
	if (!mm)
		return -ESRCH;
	file = hold_file(fd);
	error = mwriteprotect_range(ctx, mm, arg->range.start, arg->range.len, protect);
	mmput(mm);
	if (!error && wake)
		wake_userfault(ctx, arg->range.start, arg->range.len);
	fput(file);
	return error;
}

long sys_uffdio_wake(int fd, const struct uffdio_range *arg)
{
	struct userfaultfd_ctx *ctx;
	int error = uffd_ctx_of_fd(fd, &ctx);

	if (!error)
		error = validate_range(arg->start, arg->len);
	if (!error)
		wake_userfault(ctx, arg->start, arg->len);
	return error;
}

long sys_uffdio_unreadable(int fd, unsigned int number)
{
	struct userfaultfd_ctx *ctx;
	int error = uffd_ctx_of_fd(fd, &ctx);

	/* Its struct is read before anything is asked of the descriptor. */
	if (number == _UFFDIO_API)
		return error && error != -EINVAL ? error : -EFAULT;
	if (error)
		return error;
	if (number == _UFFDIO_WRITEPROTECT &&
	    READ_SHARED(ctx, ctx->mmap_changing, "userfaultfd_writeprotect"))
		return -EAGAIN;		/* no field would tell */
	return -EFAULT;
}
