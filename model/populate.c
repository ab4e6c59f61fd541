/*
 * populate.c - faulting in ranges: MAP_POPULATE, mlock(), MADV_POPULATE_*.
 *
 * In the kernel:  mm/gup.c __mm_populate(), populate_vma_page_range(),
 *                 faultin_page_range(); mm/madvise.c madvise_populate().
 * Locks:          mmap_lock for reading is taken and dropped here.
 */
#include "gup.h"
#include "lru.h"
#include "machine.h"

/* Kernel: __get_user_pages() with FOLL_TOUCH and no pages to hand out. */
static int populate_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	struct page *page;

	return get_user_page(vma, addr, flags | FOLL_TOUCH, &page);
}

/* [start, end) lies in @vma.  mmap_lock held.  Kernel: populate_vma_page_range(). */
int populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	unsigned int flags = 0;
	int error = 0;

	/* The pages come with their first access. */
	if (vma->vm_flags & VM_LOCKONFAULT)
		return 0;
	/* A store to a private page would copy it; one to a shared page would only dirty it. */
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		flags |= FOLL_WRITE;
	/* Whatever may be accessed at all is wanted, but PROT_NONE is not. */
	if (vma->vm_flags & VM_ACCESS_FLAGS)
		flags |= FOLL_FORCE;
	if (start < end)
		error = check_vma_flags(vma, flags);
	for (unsigned long addr = start; addr < end && !error; addr += PAGE_SIZE)
		error = populate_page(vma, addr, flags);
	lru_add_drain();
	return error;
}

int __mm_populate(struct mm_struct *mm, unsigned long start, unsigned long len, bool ignore_errors)
{
	unsigned long end = start + len, next = start;
	int error = 0;

	mmap_read_lock(mm);
	while (next < end) {
		struct vm_area_struct *vma = find_vma_intersection(mm, next, end);

		if (!vma)
			break;
		start = MAX(next, vma->vm_start);
		next = MIN(end, vma->vm_end);
		if (vma->vm_flags & (VM_IO | VM_PFNMAP))
			continue;
		error = populate_vma_page_range(vma, start, next);
		if (error && !ignore_errors)
			break;
		error = 0;
	}
	mmap_read_unlock(mm);
	return error;
}

int faultin_page_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	unsigned int flags = write ? FOLL_WRITE : 0;
	struct vm_area_struct *vma = NULL;
	int error = 0;

	mmap_read_lock(mm);
	for (unsigned long addr = start; addr < end && !error; addr += PAGE_SIZE) {
		if (!vma || addr >= vma->vm_end) {
			vma = vma_lookup(mm, addr);
			if (!vma)
				error = -ENOMEM;
			else if (check_vma_flags(vma, flags))
				error = -EINVAL;
		}
		if (!error)
			error = populate_page(vma, addr, flags);
	}
	lru_add_drain();
	mmap_read_unlock(mm);
	return error;
}
