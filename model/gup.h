/*
 * gup.h - pages handed to the kernel for its own use: get_user_pages(), and devices that
 * keep such pages.
 *
 *   FOLL_GET   one more reference; says nothing of who writes
 *   FOLL_PIN   a device may read or write the page for long: fork must not share it, and
 *              nobody may move it.  Counts 1024 references, or one and pincount of a large
 *              folio.
 *
 * A fast path walks the page tables without any lock and looks at them again after it
 * has taken its reference; whatever it does not like goes through faults.
 *
 * In the kernel:  mm/gup.c; io_uring's registered buffers, vmsplice() and O_DIRECT are
 *                 such devices.
 * Locks:          none before or after; mmap_lock for reading inside the slow path.
 */
#ifndef MODEL_GUP_H
#define MODEL_GUP_H

#include "ghost.h"
#include "memory.h"

/* Numbers of include/linux/mm_types.h, and FOLL_TOUCH of mm/internal.h. */
#define FOLL_WRITE	(1U << 0)
#define FOLL_GET	(1U << 1)
#define FOLL_FORCE	(1U << 3)
#define FOLL_LONGTERM	(1U << 8)
#define FOLL_TOUCH	(1U << 16)
#define FOLL_HWPOISON	(1U << 17)	/* tell poison from other faults: -EHWPOISON */
#define FOLL_REMOTE	(1U << 18)	/* not by the owner: the slow path alone */
#define FOLL_PIN	(1U << 19)

/* Can @vma be accessed as @flags say: 0 or -EFAULT.  Kernel: check_vma_flags(). */
int check_vma_flags(const struct vm_area_struct *vma, unsigned int flags);
/*
 * Reaches the page at @addr, by faults if need be, and takes what @flags ask for.  *@page is
 * what was reached, the zero page included; may be NULL.  0, -EFAULT or -ENOMEM.  mmap_lock
 * held for reading; if @locked is not NULL a fault may give it up to wait: then -EAGAIN and
 * *@locked false, @vma may be gone.  -EINTR: killed.  Kernel: the loop of __get_user_pages().
 */
int get_user_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags,
		  struct page **page, bool *locked);

/*
 * The pages of [start, start + len) of the running task's memory from page tables alone,
 * into @pages: how many from the front could be had.  Kernel: gup_fast().
 */
unsigned long gup_fast(unsigned long start, unsigned long len, unsigned int flags,
		       struct page **pages);
/*
 * The same with faults for what is missing: how many, or -EFAULT, -ENOMEM if none.
 * Kernel: pin_user_pages_fast(), get_user_pages_fast().
 */
long gup_fast_fallback(unsigned long start, unsigned long len, unsigned int flags,
		       struct page **pages);
/*
 * The same by faults and areas alone, as for somebody else's memory: how many, or -EFAULT if
 * none.  Kernel: process_vm_rw_single_vec(), pin_user_pages_remote().
 */
long gup_remote(unsigned long start, unsigned long len, unsigned int flags, struct page **pages);
/* Gives back what FOLL_GET or FOLL_PIN in @flags took.  Kernel: unpin_user_page(), put_page(). */
void gup_put_page(struct page *page, unsigned int flags);

/* ---- devices ---- */

/*
 * A device holds one page, which it got at @addr of a process.  It outlives the mapping and
 * the process.  Owned by the machine.  Kernel: struct io_mapped_ubuf, struct pipe_buffer.
 */
struct device_pin {
	unsigned int id;
	unsigned int tgid;		/* whose memory */
	unsigned int mm;		/* and of which address space, which may be gone: an id */
	unsigned long addr;		/* where it was mapped then, page-aligned */
	pfn_t pfn;
	unsigned int flags;		/* FOLL_PIN or FOLL_GET, FOLL_WRITE, FOLL_LONGTERM,
					 * FOLL_REMOTE */
	struct ghost_ref note;		/* what it writes is noted there */
};

/*
 * A device takes all pages of [addr, addr + len), or none: 0, -EFAULT or -ENOMEM; -EINVAL
 * for flags that no device has.  The flags tell which device it is, and thereby how it asks:
 *
 *   FOLL_PIN|FOLL_LONGTERM  once for the whole range: io_uring's buffers, io_pin_pages()
 *   FOLL_PIN                256 pages at a time and again for what it did not get, O_DIRECT:
 *                           bio_iov_iter_get_pages(), iov_iter_extract_pages()
 *   FOLL_GET                the same with 16 pages: vmsplice(), iter_to_pipe()
 *   FOLL_PIN|FOLL_REMOTE    1024 pages at a time, through the slow path only:
 *                           process_vm_readv()
 *
 * All but the last try the fast path each time they ask.
 */
long device_pin(unsigned long addr, unsigned long len, unsigned int flags);
/* The fast path alone: how many pages it could have. */
long device_pin_fast(unsigned long addr, unsigned long len, unsigned int flags);
/* Lets go the youngest pin of each page of the range, which the running task's process need
 * not map any more: 0, or -ENXIO if there is one without. */
long device_unpin(unsigned long addr, unsigned long len);
/* The device that has the page at @addr writes @value to it: 0; -ENXIO if there is none, -EBADF if
 * it has the page only to read. */
long device_write(unsigned long addr, uint64_t value);
/* What the device that pinned @addr last sees there; NULL if there is none. */
struct page *device_page(const struct machine *machine, unsigned int tgid, unsigned long addr);
/* Does any device hold @page?  Not one whose call is still under way. */
bool device_holds(const struct page *page);
/* All devices let go: for the end of a run. */
void devices_unpin_all(void);
/* References that @pin has on its folio. */
int device_pin_refs(const struct device_pin *pin);

#endif
