/*
 * vma_internal.h - what the files of vma.h share among themselves.
 *
 * In the kernel:  the static parts of mm/vma.c.
 */
#ifndef MODEL_VMA_INTERNAL_H
#define MODEL_VMA_INTERNAL_H

#include "file.h"
#include "vma.h"

/*
 * A change of the ranges of up to two neighbours that takes up to two others away or
 * puts a new one in.  Between vma_prepare() and vma_complete() the rmap locks are held
 * and the changing areas are out of all interval trees; nothing in there can fail.
 * Kernel: struct vma_prepare.
 */
struct vma_change {
	struct vm_area_struct *vma;	/* changes its range */
	struct vm_area_struct *adjust;	/* so does its neighbour; or NULL */
	struct vm_area_struct *insert;	/* new, not yet linked; or NULL */
	struct vm_area_struct *remove[2];	/* covered by @vma afterwards; NULL: none */
	struct address_space *mapping;	/* whose i_mmap_rwsem is held */
	struct anon_vma *anon_vma;	/* whose root is locked */
};

void vma_prepare(struct vma_change *change);
void vma_complete(struct vma_change *change, struct mm_struct *mm);

/* Writes the range of @vma, not the tree.  Kernel: vma_set_range(). */
static inline void vma_set_range(struct vm_area_struct *vma, unsigned long start,
				 unsigned long end, pgoff_t pgoff)
{
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = pgoff;
}

/* vma_link() with the node reserved by mt_preallocate(). */
void __vma_link(struct mm_struct *mm, struct vm_area_struct *vma);

/* Calls the close operation, once.  Kernel: vma_close(). */
void vma_close(struct vm_area_struct *vma);

/* May a shared mapping of this file write to it?  Kernel: is_shared_maywrite(). */
static inline bool is_shared_maywrite(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

/*
 * An unmapping under way: the areas that will go, as long as they are still in the tree.
 * Kernel: struct vma_munmap_struct.
 */
struct munmap_batch {
	struct mm_struct *mm;
	struct vm_area_struct *first;	/* NULL: nothing is mapped there */
	struct vm_area_struct *prev, *next;	/* neighbours outside the range */
	unsigned long start, end;
	unsigned int count;		/* areas */
	unsigned long nr_pages, nr_accounted, locked_vm;	/* pages */
	bool cleared;			/* entries and close operations are done with */
	bool unlock;			/* let faults in while page tables are emptied, then unlock */
};

/* Splits at the edges of [start, end) and collects what lies between: 0, -EPERM, -ENOMEM,
 * -EINVAL; splits made on the way stay.  @uf collects what userfaultfd is to be told of; NULL:
 * nothing.  Kernel: vms_gather_munmap_vmas(). */
int munmap_gather(struct munmap_batch *batch, struct mm_struct *mm, unsigned long start,
		  unsigned long end, struct list_head *uf);
/* Empties the range; the areas stay in the tree.  Kernel: vms_clean_up_area(). */
void munmap_clear(struct munmap_batch *batch);
/* Frees the areas, which are no longer in the tree.  Kernel: vms_complete_munmap_vmas(). */
void munmap_complete(struct munmap_batch *batch);
/* [start, end), of which something is mapped; with @unlock mmap_lock is held for reading
 * while entries go and released on success.  Kernel: do_vmi_align_munmap(). */
int do_align_munmap(struct mm_struct *mm, unsigned long start, unsigned long end, bool unlock,
		    struct list_head *uf);

#endif
