/*
 * special.c - special mappings: areas with operations of their own, vdso and vvar.
 *
 * In the kernel:  mm/mmap.c __install_special_mapping() and special_mapping_vmops;
 *                 mm/vma.c insert_vm_struct(); arch/x86/entry/vdso/vma.c map_vdso().
 * Left out:       where the context keeps the address of the vdso; its contents.
 * Locks:          mmap_lock for writing.
 */
#include "special.h"
#include "vma.h"

/* Its presence is what counts: areas that have one are merged less. */
static void special_mapping_close(struct vm_area_struct *vma)
{
	trace_event("vma-close", "vma#%u [%s]", vma->id, vma->vm_ops->name);
}

static int special_mapping_split(struct vm_area_struct *vma G_GNUC_UNUSED,
				 unsigned long addr G_GNUC_UNUSED)
{
	return -EINVAL;
}

/* A whole one may move: the context's pointer follows. */
static int special_mapping_mremap(struct vm_area_struct *vma)
{
	return vma->vm_mm == current->mm ? 0 : -EFAULT;
}

#define SPECIAL_OPS(word)						\
	{ .name = word, .close = special_mapping_close,		\
	  .may_split = special_mapping_split,				\
	  .mremap = special_mapping_mremap, .special = true }

const struct vm_operations_struct vvar_vm_ops = SPECIAL_OPS("vvar");
const struct vm_operations_struct vvar_vclock_vm_ops = SPECIAL_OPS("vvar_vclock");
const struct vm_operations_struct vdso_vm_ops = SPECIAL_OPS("vdso");

struct vm_area_struct *install_special_mapping(struct mm_struct *mm, unsigned long addr,
					       unsigned long len, vm_flags_t flags,
					       const struct vm_operations_struct *ops)
{
	struct vm_area_struct *vma;

	rwsem_assert_held_write(&mm->mmap_lock);
	if (find_vma_intersection(mm, addr, addr + len))
		return NULL;
	vma = vm_area_alloc(mm);
	if (!vma)
		return NULL;
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = (flags | mm->def_flags | VM_DONTEXPAND) & ~VM_LOCKED_MASK;
	vma->vm_ops = ops;
	if (vma_link(mm, vma)) {
		vm_area_free(vma);
		return NULL;
	}
	vm_stat_account(mm, vma->vm_flags, (long)vma_pages(vma));
	return vma;
}

int map_vdso(struct mm_struct *mm)
{
	const vm_flags_t vvar_flags = VM_READ | VM_MAYREAD | VM_IO | VM_DONTDUMP | VM_PFNMAP;
	const struct {
		unsigned long len;
		vm_flags_t flags;
		const struct vm_operations_struct *ops;
	} parts[] = {
		{ VVAR_SIZE, vvar_flags, &vvar_vm_ops },
		{ VVAR_VCLOCK_SIZE, vvar_flags, &vvar_vclock_vm_ops },
		{ VDSO_SIZE, VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
		  &vdso_vm_ops },
	};
	long addr = get_unmapped_area(NULL, 0, VVAR_SIZE + VVAR_VCLOCK_SIZE + VDSO_SIZE, 0, 0, 0);
	unsigned long at = (unsigned long)addr;

	if (addr < 0)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!install_special_mapping(mm, at, parts[i].len, parts[i].flags, parts[i].ops))
			return -ENOMEM;
		at += parts[i].len;
	}
	return 0;
}
