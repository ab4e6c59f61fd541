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

/* mmap_lock was given up: to be tried again.  No errno that a caller sees. */
#define POPULATE_RETRY	(-EAGAIN)

/* Kernel: __get_user_pages() with FOLL_TOUCH and no pages to hand out. */
static int populate_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags,
			 bool *locked)
{
	struct page *page;

	return get_user_page(vma, addr, flags | FOLL_TOUCH, &page, locked);
}

/* What the population of @vma asks for. */
static unsigned int populate_flags(const struct vm_area_struct *vma)
{
	unsigned int flags = 0;

	/* A store to a private page would copy it; one to a shared page would only dirty it. */
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		flags |= FOLL_WRITE;
	/* Whatever may be accessed at all is wanted, but PROT_NONE is not. */
	if (vma->vm_flags & VM_ACCESS_FLAGS)
		flags |= FOLL_FORCE;
	return flags;
}

long populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			     bool *locked)
{
	unsigned int flags = populate_flags(vma);
	unsigned long addr = start;
	int error = 0;

	/* The pages come with their first access. */
	if (vma->vm_flags & VM_LOCKONFAULT)
		return (long)((end - start) >> PAGE_SHIFT);
	if (start < end)
		error = check_vma_flags(vma, flags);
	while (addr < end && !error) {
		error = populate_page(vma, addr, flags, locked);
		if (!error)
			addr += PAGE_SIZE;
	}
	lru_add_drain();
	if (addr > start || !error || error == POPULATE_RETRY)
		return (long)((addr - start) >> PAGE_SHIFT);
	return error;
}

int __mm_populate(struct mm_struct *mm, unsigned long start, unsigned long len, bool ignore_errors)
{
	unsigned long end = start + len, next;
	struct vm_area_struct *vma;
	bool locked = false;
	long done = 0;

	for (; start < end; start = next) {
		if (!locked)
			mmap_read_lock(mm);
		locked = true;
		vma = find_vma_intersection(mm, start, end);
		if (!vma)
			break;
		start = MAX(start, vma->vm_start);
		next = MIN(end, vma->vm_end);
		if (vma->vm_flags & (VM_IO | VM_PFNMAP))
			continue;
		done = populate_vma_page_range(vma, start, next, &locked);
		if (done >= 0)
			next = start + ((unsigned long)done << PAGE_SHIFT);
		else if (!ignore_errors)
			break;
	}
	if (locked)
		mmap_read_unlock(mm);
	return done < 0 && !ignore_errors ? (int)done : 0;
}

int faultin_page_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	unsigned int flags = FOLL_HWPOISON | (write ? FOLL_WRITE : 0);
	struct vm_area_struct *vma = NULL;
	bool locked = false;
	int error = 0;

	while (start < end && !error) {
		if (!locked) {
			mmap_read_lock(mm);
			vma = NULL;
		}
		locked = true;
		if (!vma || start >= vma->vm_end) {
			vma = vma_lookup(mm, start);
			if (!vma)
				error = -ENOMEM;
			else if (check_vma_flags(vma, flags))
				error = -EINVAL;
		}
		if (!error)
			error = populate_page(vma, start, flags, &locked);
		if (!error)
			start += PAGE_SIZE;
		else if (error == POPULATE_RETRY)
			error = 0;
	}
	lru_add_drain();
	if (locked)
		mmap_read_unlock(mm);
	return error;
}
