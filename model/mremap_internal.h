/*
 * mremap_internal.h - one mremap() on its way, as its files share it.
 *
 * In the kernel:  struct vma_remap_struct and the static parts of mm/mremap.c.
 * Locks:          mmap_lock for writing, but in check_mremap_params().
 */
#ifndef MODEL_MREMAP_INTERNAL_H
#define MODEL_MREMAP_INTERNAL_H

#include "userfaultfd.h"
#include "vma.h"

enum mremap_type {
	MREMAP_NO_RESIZE,
	MREMAP_SHRINK,
	MREMAP_EXPAND,
};

/* Kernel: struct vma_remap_struct. */
struct vma_remap {
	unsigned long addr, old_len, new_len;	/* bytes, whole pages */
	unsigned long flags;			/* MREMAP_* of the call */
	unsigned long new_addr;			/* as given, then as it came out */
	unsigned long placed;			/* what a log says the search found; 0: search */

	struct vm_area_struct *vma;		/* of addr; NULL where it may have gone */
	enum mremap_type type;
	unsigned long delta;			/* bytes between the lengths as given */
	unsigned long charged;			/* pages of commit taken for this */
	bool populate;				/* a locked area grows */
	bool mmap_locked;			/* still */

	/* What userfaultfd is to be told of: the destination's and the tail's end, the move, the
	 * end of the source, in that order. */
	struct list_head uf_unmap_early, uf_unmap;
	struct userfaultfd_event uf;
};

/* Does the call name where to go, or leave the old range in place?  Either means a move. */
static inline bool implies_new_addr(const struct vma_remap *remap)
{
	return (remap->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0;
}

/* mremap_params.c: what can be refused by the arguments alone, and by the area at addr.
 * Both 0 or -errno and change nothing but @remap. */
int check_mremap_params(const struct vma_remap *remap);
int check_prep_vma(struct vma_remap *remap);

/* mremap.c: to new_addr, or near it; the address or -errno.  Kernel: mremap_to(). */
long mremap_to(struct vma_remap *remap);

/* mremap_move.c */

/* Charges what the call adds; false: no memory.  Kernel: vrm_calc_charge(). */
bool calc_charge(struct vma_remap *remap);
void uncharge(struct vma_remap *remap);
/* Kernel: vrm_stat_account(). */
void stat_account(const struct vma_remap *remap, unsigned long bytes);
/* An area at remap->new_addr with the pages of [addr, addr + old_len); the address or
 * -errno.  Kernel: move_vma(). */
long move_vma(struct vma_remap *remap);

/* The words of the old range go to move->new: 0, or -errno with the words
 * back and @remap naming the new range as the one to unmap. */
struct pagetable_move;
int move_data(struct vma_remap *remap, struct pagetable_move *move);
/* The whole of @new_vma loses its registration with userfaultfd unless that follows: more than was
 * @moved if it merged. */
void mremap_drop_uffd(struct vm_area_struct *new_vma, unsigned long moved,
		      struct userfaultfd_event *uf);
/* [new_addr, + new_len) of @new_vma, to which nothing has moved and for which nothing was accounted,
 * goes: 0 or -errno.  The charge stays with @remap. */
int unmap_copy(struct vma_remap *remap, struct vm_area_struct *new_vma);

/* mremap_multi.c: every area of the range to the same distance from new_addr; the address of
 * the first or -errno.  Kernel: remap_move(). */
long remap_move(struct vma_remap *remap);

#endif
