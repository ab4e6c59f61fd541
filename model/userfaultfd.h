/*
 * userfaultfd.h - areas whose faults a descriptor's reader resolves.
 *
 * In the kernel:  fs/userfaultfd.c, mm/userfaultfd.c, include/linux/userfaultfd_k.h.
 * Left out:       hugetlb, poll(), reads of several messages at once.
 * Locks:          mmap_lock for writing for vma->vm_userfaultfd_ctx and the VM_UFFD_*
 *                 flags; ctx->map_changing_lock for mmap_changing.
 */
#ifndef MODEL_USERFAULTFD_H
#define MODEL_USERFAULTFD_H

#include "file.h"

#define UFFD_API		0xaaUL
#define UFFD_USER_MODE_ONLY	1
#define UFFD_O_NONBLOCK		04000
#define UFFD_O_CLOEXEC		02000000

#define UFFD_FEATURE_PAGEFAULT_FLAG_WP	(1UL << 0)
#define UFFD_FEATURE_EVENT_FORK		(1UL << 1)
#define UFFD_FEATURE_EVENT_REMAP	(1UL << 2)
#define UFFD_FEATURE_EVENT_REMOVE	(1UL << 3)
#define UFFD_FEATURE_MISSING_HUGETLBFS	(1UL << 4)
#define UFFD_FEATURE_MISSING_SHMEM	(1UL << 5)
#define UFFD_FEATURE_EVENT_UNMAP	(1UL << 6)
#define UFFD_FEATURE_SIGBUS		(1UL << 7)
#define UFFD_FEATURE_THREAD_ID		(1UL << 8)
#define UFFD_FEATURE_MINOR_HUGETLBFS	(1UL << 9)
#define UFFD_FEATURE_MINOR_SHMEM	(1UL << 10)
#define UFFD_FEATURE_EXACT_ADDRESS	(1UL << 11)
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM	(1UL << 12)
#define UFFD_FEATURE_WP_UNPOPULATED	(1UL << 13)
#define UFFD_FEATURE_POISON		(1UL << 14)
#define UFFD_FEATURE_WP_ASYNC		(1UL << 15)
#define UFFD_FEATURE_MOVE		(1UL << 16)
#define UFFD_API_FEATURES		0x1ffffUL

/* Numbers of the ioctls, as bits of the masks that UFFDIO_API and _REGISTER return. */
#define _UFFDIO_REGISTER	0
#define _UFFDIO_UNREGISTER	1
#define _UFFDIO_WAKE		2
#define _UFFDIO_COPY		3
#define _UFFDIO_ZEROPAGE	4
#define _UFFDIO_MOVE		5
#define _UFFDIO_WRITEPROTECT	6
#define _UFFDIO_CONTINUE	7
#define _UFFDIO_POISON		8
#define _UFFDIO_API		63

#define UFFDIO_REGISTER_MODE_MISSING	1
#define UFFDIO_REGISTER_MODE_WP		2
#define UFFDIO_REGISTER_MODE_MINOR	4
#define UFFDIO_MOVE_MODE_DONTWAKE	1
#define UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES 2

/* What the descriptor is about.  References: the file's, or before the event of a fork
 * has been read the event's; one for each waiter and each change.  Areas hold none: they
 * forget it before it goes. */
struct userfaultfd_ctx {
	unsigned int id;
	unsigned int refcount;
	unsigned int mm_id;		/* of the mm_struct, which may be gone */
	unsigned int flags;		/* of userfaultfd(2) */
	bool initialized;		/* UFFDIO_API was called */
	bool released;
	uint64_t features;		/* UFFD_FEATURE_* asked for */
	unsigned int mmap_changing;	/* changes whose event is unread */
	unsigned int forgotten;		/* of these, those whose end is never told */
	struct rw_semaphore map_changing_lock;
	struct list_head changing;	/* those changes: struct userfaultfd_event */
	struct list_head events;	/* those that can be read */
	struct list_head fault_pending;	/* struct uffd_waiter nobody has read of */
	struct list_head fault_read;	/* the others */
};

/* What is read from the descriptor; those fields that the event has.  Kernel: struct uffd_msg. */
#define UFFD_EVENT_PAGEFAULT	0x12U
#define UFFD_EVENT_FORK		0x13U
#define UFFD_EVENT_REMAP	0x14U
#define UFFD_EVENT_REMOVE	0x15U
#define UFFD_EVENT_UNMAP	0x16U
#define UFFD_PAGEFAULT_FLAG_WRITE	1UL
#define UFFD_PAGEFAULT_FLAG_WP		2UL
#define UFFD_PAGEFAULT_FLAG_MINOR	4UL
#define UFFD_MSG_SIZE		32		/* bytes */
struct uffd_msg {
	unsigned int event;		/* UFFD_EVENT_* */
	uint64_t flags, address;	/* PAGEFAULT */
	unsigned int ptid;		/* with UFFD_FEATURE_THREAD_ID */
	int ufd;			/* FORK: descriptor for the child */
	uint64_t from, to, len;		/* REMAP, bytes */
	uint64_t start, end;		/* REMOVE, UNMAP */
};

struct task_struct;

/* A task in the middle of a fault; on its stack. */
struct uffd_waiter {
	struct list_head list;		/* one of the context's, unless waken */
	struct task_struct *task;
	struct uffd_msg msg;
	bool waken;
};

/* A change that the reader has to be told of, from before it is made until its maker goes
 * on.  Belongs to the call that makes it.  Kernel: struct userfaultfd_wait_queue. */
struct userfaultfd_event {
	struct list_head changing;	/* ctx->changing */
	struct list_head queue;		/* ctx->events, or empty */
	struct list_head batch;		/* others of the same call */
	struct userfaultfd_ctx *ctx;	/* a reference; NULL: there is nothing to tell */
	struct userfaultfd_ctx *new_ctx;	/* FORK: the child's, a reference until it is read */
	struct uffd_msg msg;
	bool read;
};

/* The arguments of the ioctls; in and out as in the UAPI. */
struct uffdio_api {
	uint64_t api, features, ioctls;
};
struct uffdio_range {
	uint64_t start, len;		/* bytes */
};
struct uffdio_register {
	struct uffdio_range range;
	uint64_t mode, ioctls;
};
/* The last field of each: bytes done, or -errno; left as it was if the arguments were refused. */
struct uffdio_copy {
	uint64_t dst, src, len, mode;
	int64_t copy;
};
struct uffdio_zeropage {
	struct uffdio_range range;
	uint64_t mode;
	int64_t zeropage;
};
struct uffdio_writeprotect {
	struct uffdio_range range;
	uint64_t mode;
};
struct uffdio_continue {
	struct uffdio_range range;
	uint64_t mode;
	int64_t mapped;
};
struct uffdio_poison {
	struct uffdio_range range;
	uint64_t mode;
	int64_t updated;
};
struct uffdio_move {
	uint64_t dst, src, len, mode;	/* UFFDIO_MOVE_MODE_* */
	int64_t move;
};

static inline bool userfaultfd_missing(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_UFFD_MISSING) != 0;
}
static inline bool userfaultfd_wp(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_UFFD_WP) != 0;
}
static inline bool userfaultfd_minor(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_UFFD_MINOR) != 0;
}
static inline bool userfaultfd_armed(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_UFFD_FLAGS) != 0;
}

/* Is a hole of @vma, when protected against writing, marked as such?
 * Kernel: userfaultfd_wp_use_markers(). */
bool userfaultfd_wp_use_markers(const struct vm_area_struct *vma);
/* Does a store take the protection away by itself?  Kernel: userfaultfd_wp_async(). */
bool userfaultfd_wp_async(const struct vm_area_struct *vma);

/* @vma is not registered any more; pages are not looked at.  Kernel: userfaultfd_reset_ctx(). */
void userfaultfd_reset_ctx(struct vm_area_struct *vma);

/* ---- changes: *_complete() waits for the reader, without any lock; *_fail() does not ---- */

/* The destination of a move keeps its context only with UFFD_FEATURE_EVENT_REMAP, and then
 * @event, zeroed before, is to be told.  Kernel: mremap_userfaultfd_prep(). */
void mremap_userfaultfd_prep(struct vm_area_struct *vma, struct userfaultfd_event *event);
void mremap_userfaultfd_complete(struct userfaultfd_event *event, unsigned long from,
				 unsigned long to, unsigned long len);
void mremap_userfaultfd_fail(struct userfaultfd_event *event);
/*
 * [start, end) of @vma is about to lose its contents.  False if mmap_lock, held for reading,
 * was given up to tell so: @vma may be gone.  Kernel: userfaultfd_remove().
 */
bool userfaultfd_remove(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* @vma goes with munmap() of [start, end): 0, or -ENOMEM; what is to be told is added to @unmaps.
 * Kernel: userfaultfd_unmap_prep(). */
int userfaultfd_unmap_prep(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   struct list_head *unmaps);
void userfaultfd_unmap_complete(struct list_head *unmaps);
/* brk() has failed on its way: nobody is told, and the changes never end. */
void userfaultfd_unmap_forget(struct list_head *unmaps);
/*
 * Gives fork's copy @vma a context of the child for the parent's, or none without
 * UFFD_FEATURE_EVENT_FORK.  What is to be told is added to @forks, one for each context of
 * the parent's.  0 or -ENOMEM.  Kernel: dup_userfaultfd().
 */
int dup_userfaultfd(struct vm_area_struct *vma, struct list_head *forks);
void dup_userfaultfd_complete(struct list_head *forks);
void dup_userfaultfd_fail(struct list_head *forks);
/* Last close of the descriptor: unregisters area by area.  Takes the mm's mmap_lock.
 * Kernel: userfaultfd_release(). */
void userfaultfd_release(struct userfaultfd_ctx *ctx);

/* ---- calls; see syscalls.h ---- */

long sys_userfaultfd(int flags);
/* One message: UFFD_MSG_SIZE, or -EAGAIN, -EINVAL, -EBADF; waits unless UFFD_O_NONBLOCK. */
long sys_uffd_read(int fd, struct uffd_msg *msg);
long sys_uffdio_api(int fd, struct uffdio_api *arg);
long sys_uffdio_register(int fd, struct uffdio_register *arg);
long sys_uffdio_unregister(int fd, const struct uffdio_range *arg);
/* All of these: 0, -EAGAIN if a part is done or areas are changing, or -errno. */
long sys_uffdio_wake(int fd, const struct uffdio_range *arg);
long sys_uffdio_copy(int fd, struct uffdio_copy *arg);
long sys_uffdio_zeropage(int fd, struct uffdio_zeropage *arg);
long sys_uffdio_writeprotect(int fd, const struct uffdio_writeprotect *arg);
long sys_uffdio_continue(int fd, struct uffdio_continue *arg);
long sys_uffdio_poison(int fd, struct uffdio_poison *arg);
long sys_uffdio_move(int fd, struct uffdio_move *arg);
/* Any of them, _UFFDIO_* @number, with a pointer to nothing: -EFAULT, or what is found out before
 * the struct is read.  Kernel: userfaultfd_ioctl(), the first copy_from_user() of each. */
long sys_uffdio_unreadable(int fd, unsigned int number);

#endif
