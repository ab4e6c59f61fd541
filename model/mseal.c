/*
 * mseal.c - mseal(): areas that cannot be changed any more.
 *
 * What a seal forbids is asked where it is forbidden: munmap(), mmap(MAP_FIXED),
 * mprotect(), mremap(), and the calls of madvise() that throw away contents.
 *
 * In the kernel:  mm/mseal.c do_mseal(), mseal_apply().
 * Locks:          mmap_lock for writing.
 */
#include "syscalls.h"
#include "vma_flags.h"

/* Kernel: range_contains_unmapped(). */
static bool range_contains_unmapped(const struct mm_struct *mm, unsigned long start,
				    unsigned long end)
{
	const struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long expected = start;

	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if (vma->vm_start > expected)
			return true;
		expected = vma->vm_end;
	}
	return expected < end;
}

/* Kernel: mseal_apply(). */
static int mseal_apply(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int error = 0;

	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		unsigned long from = MAX(vma->vm_start, start), to = MIN(vma->vm_end, end);
		vm_flags_t flags = vma->vm_flags | VM_SEALED;

		if (vma_is_sealed(vma))
			continue;
		vma = vma_modify_flags(vma, from, to, flags, &error);
		if (!vma)
			break;
		vm_flags_reset(vma, flags);
		trace_event("mseal", "vma#%u [0x%lx,0x%lx) is sealed", vma->id, from, to);
	}
	return error;
}

long sys_mseal(unsigned long addr, unsigned long len, unsigned long flags)
{
	unsigned long end = addr + PAGE_ALIGN(len);
	struct mm_struct *mm = current->mm;
	int error;

	if (!semantics()->mseal)
		return -ENOSYS;
	if (flags || offset_in_page(addr))
		return -EINVAL;
	if ((len && !PAGE_ALIGN(len)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;

	error = mmap_write_lock_killable(mm);
	if (error)
		return error;
	if (range_contains_unmapped(mm, addr, end))
		error = -ENOMEM;
	else
		error = mseal_apply(mm, addr, end);
	mmap_write_unlock(mm);
	return error;
}
