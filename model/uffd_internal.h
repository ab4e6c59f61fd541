/*
 * uffd_internal.h - what the files of userfaultfd share.
 *
 * In the kernel:  the static parts of fs/userfaultfd.c and mm/userfaultfd.c.
 */
#ifndef MODEL_UFFD_INTERNAL_H
#define MODEL_UFFD_INTERNAL_H

#include "userfaultfd.h"

/* The context behind @fd: 0, -EBADF, -ENOTTY; -EINVAL before UFFDIO_API.  A borrowed one. */
int uffd_ctx_of_fd(int fd, struct userfaultfd_ctx **ctx);
/* A new one for @mm with one reference, or NULL. */
struct userfaultfd_ctx *userfaultfd_ctx_alloc(const struct mm_struct *mm, unsigned int flags);
void userfaultfd_ctx_put(struct userfaultfd_ctx *ctx);
/* A file for @ctx, whose reference it takes; NULL without memory. */
struct file *uffd_file_create(struct userfaultfd_ctx *ctx);
/* The address space @ctx is about, with a user more; NULL if that is gone. */
struct mm_struct *uffd_mm_get(const struct userfaultfd_ctx *ctx);

/* 0 or -EINVAL for a range of no, odd or too many bytes.  Kernel: same names. */
int validate_unaligned_range(uint64_t start, uint64_t len);
int validate_range(uint64_t start, uint64_t len);

/* ---- filling ---- */

enum uffd_fill_kind { UFFD_FILL_COPY, UFFD_FILL_ZEROPAGE, UFFD_FILL_CONTINUE, UFFD_FILL_POISON };

struct uffd_fill {
	enum uffd_fill_kind kind;
	struct userfaultfd_ctx *ctx;
	uint64_t dst, src, len;		/* bytes; src for COPY, and need not be aligned */
	bool wp;			/* UFFDIO_*_MODE_WP: mapped write-protected */
};

/* Fills [dst, dst + len) of @mm page by page: bytes done, or -errno if there are none.
 * Kernel: mfill_atomic(). */
int64_t mfill_atomic(const struct uffd_fill *how, struct mm_struct *mm);

/* ---- write protection ---- */

/* Of the part [start, end) of @vma: 0 or -ENOMEM.  mmap_lock held.  Kernel: uffd_wp_range(). */
int uffd_wp_range(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool protect);
/* 0, -ENOENT where an area is not registered so, -ENOMEM, -EAGAIN while areas are changing.
 * Kernel: mwriteprotect_range(). */
int mwriteprotect_range(struct userfaultfd_ctx *ctx, struct mm_struct *mm, unsigned long start,
			unsigned long len, bool protect);

/* ---- waiting ---- */

/* The oldest fault that nobody has read of: true and *@msg, and it counts as read. */
bool uffd_take_fault(struct userfaultfd_ctx *ctx, struct uffd_msg *msg);
/* Who waits for the reader of a change goes on: the descriptor is closed. */
void uffd_events_wake_all(struct userfaultfd_ctx *ctx);
/* "REMAP"; "nothing" for what is no event. */
const char *uffd_event_name(unsigned int event);
/* Those who wait for a fault in the range try again; @len 0: all.  Kernel: wake_userfault(). */
void wake_userfault(struct userfaultfd_ctx *ctx, uint64_t start, uint64_t len);

#endif
