/*
 * special.h - the areas which the kernel itself puts into every address space.
 *
 * In the kernel:  arch/x86/entry/vdso/vma.c, lib/vdso/datastore.c.
 */
#ifndef MODEL_SPECIAL_H
#define MODEL_SPECIAL_H

#include "mm.h"

extern const struct vm_operations_struct vvar_vm_ops, vvar_vclock_vm_ops, vdso_vm_ops;

#define VVAR_SIZE		(4 * PAGE_SIZE)
#define VVAR_VCLOCK_SIZE	(2 * PAGE_SIZE)
#define VDSO_SIZE		(2 * PAGE_SIZE)

/* All three in a row where the search finds room: 0 or -ENOMEM.  mmap_lock held for
 * writing.  Kernel: map_vdso(). */
int map_vdso(struct mm_struct *mm);

#endif
