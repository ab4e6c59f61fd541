/*
 * msync.c - msync(): what it checks; there is nothing to write back to.
 *
 * In the kernel:  mm/msync.c.
 * Left out:       writing dirty pages of files to a disk: they stay dirty.
 * Locks:          mmap_lock for reading, given up while a file would be written.
 */
#include "file.h"
#include "syscalls.h"
#include "vma.h"

/* Would this step write a file, with mmap_lock released meanwhile? */
static bool is_written(const struct vm_area_struct *vma, int flags)
{
	return (flags & MS_SYNC) && vma->vm_file && (vma->vm_flags & VM_SHARED);
}

static int msync_areas(struct mm_struct *mm, unsigned long start, unsigned long end, int flags)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int unmapped_error = 0;

	while (vma) {
		if (start < vma->vm_start) {
			if (flags == MS_ASYNC || vma->vm_start >= end)
				return -ENOMEM;
			start = vma->vm_start;
			unmapped_error = -ENOMEM;
		}
		if ((flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED))
			return -EBUSY;
		start = vma->vm_end;
		if (is_written(vma, flags)) {
			mmap_read_unlock(mm);
			point("msync:file-written");
			mmap_read_lock(mm);
		}
		if (start >= end)
			return unmapped_error;
		vma = find_vma(mm, start);
	}
	return -ENOMEM;
}

long sys_msync(unsigned long addr, unsigned long len, int flags)
{
	unsigned long end = addr + PAGE_ALIGN(len);
	struct mm_struct *mm = current->mm;
	int error;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
		return -EINVAL;
	if (offset_in_page(addr))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	if (end < addr)
		return -ENOMEM;
	if (end == addr)
		return 0;
	mmap_read_lock(mm);
	error = msync_areas(mm, addr, end, flags);
	mmap_read_unlock(mm);
	return error;
}
