/*
 * mmap_region.h - the second half of mmap(), after the arguments have been checked.
 *
 * In the kernel:  mm/vma.h mmap_region().
 */
#ifndef MODEL_MMAP_REGION_H
#define MODEL_MMAP_REGION_H

#include "vma.h"

/*
 * Maps @file (NULL: anonymous) at [addr, addr+len), bytes, whatever is there: @addr, or
 * -EACCES, -EPERM, -EINVAL, -ENOMEM.  After a failure what was there may be gone, or be
 * cut in more pieces.  @uf: as munmap_gather().  mmap_lock held for writing.
 */
long mmap_region(struct file *file, unsigned long addr, unsigned long len, vm_flags_t flags,
		 pgoff_t pgoff, struct list_head *uf);

#endif
