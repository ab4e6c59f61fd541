/*
 * populate.c - faulting in ranges: MAP_POPULATE, mlock(), MADV_POPULATE_*.
 *
 * In the kernel:  mm/gup.c __mm_populate(), populate_vma_page_range(),
 *                 faultin_page_range(), __get_user_pages(), follow_page_pte();
 *                 mm/madvise.c madvise_populate().
 * Left out:       pages handed out to a caller (FOLL_GET, FOLL_PIN).
 * Locks:          mmap_lock for reading is taken and dropped here.
 */
#include "lru.h"
#include "machine.h"
#include "memory.h"

#define MAX_ROUNDS	1000

#define FOLL_WRITE	0x01U
#define FOLL_FORCE	0x10U

/* Could @vma be accessed in that way?  Kernel: check_vma_flags(). */
static bool vma_flags_permit(const struct vm_area_struct *vma, unsigned int flags)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return false;
	if (flags & FOLL_WRITE)
		return (vma->vm_flags & VM_WRITE) ||
		       ((flags & FOLL_FORCE) && is_cow_mapping(vma->vm_flags));
	return (vma->vm_flags & VM_READ) ||
	       ((flags & FOLL_FORCE) && (vma->vm_flags & VM_MAYREAD));
}

/* Marks what was reached as a user's access would.  The PTE lock is held. */
static void touch_page(pte_t pte, unsigned int flags)
{
	struct page *page = vm_normal_page(pte);

	if (!page)
		return;
	if (flags & FOLL_WRITE && !pte_dirty(pte))
		folio_set(page->folio, PG_dirty);
	folio_mark_accessed(page->folio);
}

/* Is the page there, writable if need be?  Kernel: follow_page_pte() with FOLL_TOUCH. */
static bool follow_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
	bool there;
	pte_t pte;

	if (!table)
		return false;
	pte = table->entry[pgtable_index(addr, LEVEL_PTE)];
	there = pte_present(pte) && (!(flags & FOLL_WRITE) || pte_write(pte));
	if (there)
		touch_page(pte, flags);
	spin_unlock(&table->ptl, LOCK_PTE);
	return there;
}

/* Kernel: faultin_page() with vm_fault_to_errno(). */
static int faultin_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	switch (handle_mm_fault(vma, addr, flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0)) {
	case VM_FAULT_OOM:
		return -ENOMEM;
	case VM_FAULT_SIGSEGV:
	case VM_FAULT_SIGBUS:
		return -EFAULT;
	case VM_FAULT_DONE:
	case VM_FAULT_RETRY:
		break;
	}
	return 0;
}

/* Faults until follow_page() is content: 0, -ENOMEM or -EFAULT. */
static int populate_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	int error = 0;

	for (unsigned int round = 0; !error && !follow_page(vma, addr, flags); round++)
		error = round < MAX_ROUNDS ? faultin_page(vma, addr, flags) : -ENOMEM;
	return error;
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
	if (start < end && !vma_flags_permit(vma, flags))
		error = -EFAULT;
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
			else if (!vma_flags_permit(vma, flags))
				error = -EINVAL;
		}
		if (!error)
			error = populate_page(vma, addr, flags);
	}
	lru_add_drain();
	mmap_read_unlock(mm);
	return error;
}
