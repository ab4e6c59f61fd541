/*
 * uffd_event.c - changes of areas that userfaultfd's reader is told of, and reading.
 *
 * Whoever forks, moves, drops or unmaps memory waits until the reader has seen the message;
 * from before the change until then fills give EAGAIN (mmap_changing).
 *
 * In the kernel:  fs/userfaultfd.c userfaultfd_event_wait_completion(), dup_userfaultfd(),
 *                 mremap_userfaultfd_prep(), userfaultfd_remove(), userfaultfd_unmap_prep(),
 *                 userfaultfd_ctx_read().
 * Left out:       reads of several messages at once, poll(), SIGIO.
 * Locks:          map_changing_lock for writing to announce a change; none while waiting.
 */
#include "machine.h"
#include "memory.h"
#include "quirk.h"
#include "semantics.h"
#include "syscalls.h"
#include "uffd_internal.h"

/* ---- one event ---- */

/* From here on fills give EAGAIN.  Takes a reference on @ctx. */
static void event_prepare(struct userfaultfd_event *event, struct userfaultfd_ctx *ctx,
			  unsigned int kind)
{
	event->ctx = ctx;
	event->msg.event = kind;
	INIT_LIST_HEAD(&event->queue);
	ctx->refcount++;
	down_write(&ctx->map_changing_lock);
	ctx->mmap_changing = semantics()->uffd_mmap_changing ? 1 : ctx->mmap_changing + 1;
	list_add_tail(&event->changing, &ctx->changing);
	up_write(&ctx->map_changing_lock);
}

/* The change is over, one way or the other. */
static void event_end(struct userfaultfd_event *event)
{
	struct userfaultfd_ctx *ctx = event->ctx;

	sched_step(ctx, ACCESS_WRITE, "mmap_changing");
	ctx->mmap_changing = semantics()->uffd_mmap_changing ? 0 : ctx->mmap_changing - 1;
	list_del(&event->changing);
	event->ctx = NULL;
	userfaultfd_ctx_put(ctx);
}

/* Nobody will read of the child's context: its areas forget it. */
static void release_new_ctx(struct userfaultfd_ctx *ctx)
{
	struct mm_struct *mm = object_by_id(mach, KIND_MM, ctx->mm_id);
	struct vm_area_struct *vma;

	mmap_write_lock(mm);
	for_each_vma(mm, vma) {
		if (vma->vm_userfaultfd_ctx != ctx)
			continue;
		if (userfaultfd_wp(vma))	/* its pages may be marked */
			quirk_met(QUIRK_marks_outlive_registration);
		userfaultfd_reset_ctx(vma);
	}
	mmap_write_unlock(mm);
	userfaultfd_ctx_put(ctx);
}

/* Waits until the message is read, the descriptor closed, or the task killed.
 * Kernel: userfaultfd_event_wait_completion(). */
static void event_wait_completion(struct userfaultfd_event *event)
{
	struct userfaultfd_ctx *ctx = event->ctx, *aborted = NULL;

	trace_event("uffd-event", "uffd#%u: %s waits to be read", ctx->id,
		    uffd_event_name(event->msg.event));
	list_add_tail(&event->queue, &ctx->events);
	while (!event->read) {
		if (READ_SHARED(ctx, ctx->released, "event_wait_completion"))
			break;
		wake_up(ctx);
		if (!event->read && !ctx->released && !wait_killable(event, "userfaultfd event"))
			break;
	}
	if (!event->read) {
		list_del(&event->queue);
		aborted = event->new_ctx;
	}
	if (aborted)
		release_new_ctx(aborted);
	event_end(event);
}

void uffd_events_wake_all(struct userfaultfd_ctx *ctx)
{
	struct userfaultfd_event *event;

	list_for_each_entry(event, &ctx->events, queue)
		wake_up(event);
}

/* ---- mremap ---- */

void mremap_userfaultfd_prep(struct vm_area_struct *vma, struct userfaultfd_event *event)
{
	struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;

	if (!ctx)
		return;
	if (ctx->features & UFFD_FEATURE_EVENT_REMAP)
		event_prepare(event, ctx, UFFD_EVENT_REMAP);
	else
		userfaultfd_reset_ctx(vma);
}

void mremap_userfaultfd_complete(struct userfaultfd_event *event, unsigned long from,
				 unsigned long to, unsigned long len)
{
	if (!event->ctx)
		return;
	event->msg.from = from;
	event->msg.to = to;
	event->msg.len = len;
	event_wait_completion(event);
}

void mremap_userfaultfd_fail(struct userfaultfd_event *event)
{
	if (event->ctx)
		event_end(event);
}

/* ---- madvise ---- */

bool userfaultfd_remove(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;
	struct userfaultfd_event event = {};

	if (!ctx || !(ctx->features & UFFD_FEATURE_EVENT_REMOVE))
		return true;
	event_prepare(&event, ctx, UFFD_EVENT_REMOVE);
	event.msg.start = start;
	event.msg.end = end;
	mmap_read_unlock(vma->vm_mm);
	point("uffd_event:remove-unlocked");
	event_wait_completion(&event);
	return false;
}

/* ---- munmap ---- */

static bool has_unmap_ctx(const struct list_head *unmaps, const struct userfaultfd_ctx *ctx,
			  unsigned long start, unsigned long end)
{
	const struct userfaultfd_event *event;

	list_for_each_entry(event, unmaps, batch)
		if (event->ctx == ctx && event->msg.start == start && event->msg.end == end)
			return true;
	return false;
}

int userfaultfd_unmap_prep(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   struct list_head *unmaps)
{
	struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;
	struct userfaultfd_event *event;

	if (!ctx || !(ctx->features & UFFD_FEATURE_EVENT_UNMAP) ||
	    has_unmap_ctx(unmaps, ctx, start, end))
		return 0;
	if (model_alloc_fails("userfaultfd_unmap_prep"))
		return -ENOMEM;
	event = g_new0(struct userfaultfd_event, 1);
	event_prepare(event, ctx, UFFD_EVENT_UNMAP);
	event->msg.start = start;
	event->msg.end = end;
	list_add_tail(&event->batch, unmaps);
	return 0;
}

void userfaultfd_unmap_complete(struct list_head *unmaps)
{
	struct userfaultfd_event *event, *next;

	list_for_each_entry_safe(event, next, unmaps, batch) {
		event_wait_completion(event);
		list_del(&event->batch);
		g_free(event);
	}
}

void userfaultfd_unmap_forget(struct list_head *unmaps)
{
	struct userfaultfd_event *event, *next;

	list_for_each_entry_safe(event, next, unmaps, batch) {
		struct userfaultfd_ctx *ctx = event->ctx;

		quirk_met(QUIRK_failed_brk_blocks_fills);
		list_del(&event->changing);
		ctx->forgotten++;
		userfaultfd_ctx_put(ctx);
		list_del(&event->batch);
		g_free(event);
	}
}

/* ---- fork ---- */

/* The event for the child's context for @old, made when the first area asks for it. */
static struct userfaultfd_event *fork_event(struct userfaultfd_ctx *old, struct mm_struct *mm,
					    struct list_head *forks)
{
	struct userfaultfd_event *event;
	struct userfaultfd_ctx *ctx;

	list_for_each_entry(event, forks, batch)
		if (event->ctx == old)
			return event;
	if (model_alloc_fails("dup_userfaultfd"))
		return NULL;
	ctx = userfaultfd_ctx_alloc(mm, old->flags);
	if (!ctx)
		return NULL;
	ctx->features = old->features;
	ctx->initialized = true;
	event = g_new0(struct userfaultfd_event, 1);
	event_prepare(event, old, UFFD_EVENT_FORK);
	event->new_ctx = ctx;
	list_add_tail(&event->batch, forks);
	return event;
}

int dup_userfaultfd(struct vm_area_struct *vma, struct list_head *forks)
{
	struct userfaultfd_ctx *old = vma->vm_userfaultfd_ctx;
	const struct userfaultfd_event *event;

	if (!old)
		return 0;
	if (!(old->features & UFFD_FEATURE_EVENT_FORK)) {
		userfaultfd_reset_ctx(vma);
		return 0;
	}
	event = fork_event(old, vma->vm_mm, forks);
	vma->vm_userfaultfd_ctx = event ? event->new_ctx : NULL;
	return event ? 0 : -ENOMEM;
}

void dup_userfaultfd_complete(struct list_head *forks)
{
	userfaultfd_unmap_complete(forks);
}

void dup_userfaultfd_fail(struct list_head *forks)
{
	struct userfaultfd_event *event, *next;

	list_for_each_entry_safe(event, next, forks, batch) {
		struct userfaultfd_ctx *new_ctx = event->new_ctx;

		event_end(event);
		userfaultfd_ctx_put(new_ctx);
		list_del(&event->batch);
		g_free(event);
	}
}

/* ---- reading ---- */

/* The event has been read: its causer may go on.  Kernel: userfaultfd_event_complete(). */
static void event_complete(struct userfaultfd_event *event)
{
	list_del(&event->queue);
	event->read = true;
	wake_up(event);
}

/*
 * A descriptor for the child's context, which comes with its reference: 0, or -errno with the
 * event unread again.  Kernel: resolve_userfault_fork() and its caller.
 */
static int read_fork_event(struct userfaultfd_ctx *ctx, struct userfaultfd_event *event,
			   struct uffd_msg *msg)
{
	struct userfaultfd_ctx *new_ctx = event->new_ctx;
	struct file *file;
	int fd = -ENOMEM;

	list_del(&event->queue);
	file = uffd_file_create(new_ctx);
	if (file)
		fd = fd_install(file);
	if (fd < 0) {
		if (file) {
			file->uffd = NULL;
			fput(file);
		}
		list_add_tail(&event->queue, &ctx->events);
		return fd;
	}
	msg->ufd = fd;
	event_complete(event);
	return 0;
}

/* One message: 0, -EAGAIN if there is none, or -errno of a new descriptor. */
static int ctx_read(struct userfaultfd_ctx *ctx, struct uffd_msg *msg)
{
	struct userfaultfd_event *event;

	if (uffd_take_fault(ctx, msg))
		return 0;
	if (list_empty(&ctx->events))
		return -EAGAIN;
	event = list_first_entry(&ctx->events, struct userfaultfd_event, queue);
	*msg = event->msg;
	if (event->new_ctx)
		return read_fork_event(ctx, event, msg);
	event_complete(event);
	return 0;
}

/* Waits for a message unless the descriptor says not to. */
static int read_wait(struct userfaultfd_ctx *ctx, struct uffd_msg *msg)
{
	for (;;) {
		int error = ctx_read(ctx, msg);

		if (error != -EAGAIN || ctx->flags & UFFD_O_NONBLOCK)
			return error;
		if (!mach->park) {
			model_unsupported("read() of uffd#%u, for which there is no message",
					  ctx->id);
			return -EAGAIN;
		}
		if (!wait_killable(ctx, "userfaultfd_read"))
			return -EINTR;
	}
}

long sys_uffd_read(int fd, struct uffd_msg *msg)
{
	struct file *file = fget(fd);
	int error;

	*msg = (struct uffd_msg){};
	if (!file)
		return -EBADF;
	if (!file->uffd) {
		model_unsupported("read() of anything but a userfaultfd");
		return -EINVAL;
	}
	if (!file->uffd->initialized)
		return -EINVAL;
	get_file(file);
	error = read_wait(file->uffd, msg);
	if (!error)
		trace_event("uffd-read", "uffd#%u: %s", file->uffd->id,
			    uffd_event_name(msg->event));
	fput(file);
	return error ? error : UFFD_MSG_SIZE;
}

const char *uffd_event_name(unsigned int event)
{
	static const char *const names[] = {
		"PAGEFAULT", "FORK", "REMAP", "REMOVE", "UNMAP",
	};

	return event >= UFFD_EVENT_PAGEFAULT && event <= UFFD_EVENT_UNMAP ?
	       names[event - UFFD_EVENT_PAGEFAULT] : "nothing";
}
