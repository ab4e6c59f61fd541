/*
 * vma_flags.h - calls that give a range of areas other vm_flags: the step they share.
 *
 * In the kernel:  mm/vma.c vma_modify_flags(), include/linux/mm.h vm_flags_reset().
 * Locks:          mmap_lock for writing.
 */
#ifndef MODEL_VMA_FLAGS_H
#define MODEL_VMA_FLAGS_H

#include "vma.h"

/*
 * The area that [start, end) of @vma is, or becomes part of, once it has @flags; they are
 * not written yet.  NULL and *error (-ENOMEM, -EINVAL) if it cannot be split or merged; a
 * split made before the failure stays.  Kernel: vma_modify_flags().
 */
static inline struct vm_area_struct *vma_modify_flags(struct vm_area_struct *vma,
						      unsigned long start, unsigned long end,
						      vm_flags_t flags, int *error)
{
	struct vma_range range;

	vma_range_of(&range, vma, start, end);
	range.flags = flags;
	return vma_modify(&range, error);
}

/* What sticks to @vma stays.  Kernel: vm_flags_reset(), and vma_modify_flags() for VM_STICKY. */
static inline void vm_flags_reset(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma_start_write(vma);
	/* Walks of the rmap look at them without any of its locks. */
	sched_step(&vma->vm_flags, ACCESS_WRITE, "vm_flags_reset");
	vma->vm_flags = flags | (vma->vm_flags & VM_STICKY);
}

static inline bool vma_is_sealed(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SEALED) != 0;
}

#endif
