/*
 * access_remote.c - the kernel writes to memory of a process on behalf of a debugger.
 *
 * In the kernel:  fs/proc/base.c mem_rw(); mm/memory.c __access_remote_vm();
 *                 mm/gup.c get_user_pages_remote().
 * Left out:       stacks that would have to grow, devices' areas with an access operation, reads, limits by
 *                 proc_mem.force_override.
 * Locks:          mmap_lock for reading; the folio lock to mark it dirty.
 */
#include "file.h"
#include "gup.h"
#include "machine.h"
#include "memory.h"
#include "mm.h"
#include "vma.h"

/* Whoever may only read a file must not change it. */
static void check_private(const struct vm_area_struct *vma, const struct page *page,
			  unsigned long addr)
{
	g_autofree char *place = NULL;

	if (vma->vm_flags & VM_SHARED || folio_test_anon(page->folio))
		return;
	place = g_strdup_printf("mm#%u %s", vma->vm_mm->id, addr_name(vma->vm_mm, addr).text);
	violation_add("private-write", place, "a page of the process's own to be written to",
		      "folio#%u of the file", page->folio->id);
}

/* mmap_lock held, so that @vma stays.  0 or -EIO. */
static int write_locked(struct vm_area_struct *vma, unsigned long addr, uint64_t value)
{
	const unsigned int flags = FOLL_WRITE | FOLL_FORCE | FOLL_GET | FOLL_TOUCH;
	struct page *page;

	/* No fault may drop the lock: one that has to wait for somebody fails. */
	if (check_vma_flags(vma, flags) || get_user_page(vma, addr, flags, &page, NULL))
		return -EIO;
	check_private(vma, page, addr);
	WRITE_SHARED(page, page->content, value, "copy_to_user_page");
	folio_lock(page->folio);
	folio_set(page->folio, PG_dirty);
	folio_unlock(page->folio);
	gup_put_page(page, flags);
	return 0;
}

int access_remote_write(unsigned long addr, uint64_t value)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int error = -EIO;

	if (!mm)
		return -EIO;
	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	if (vma)
		error = write_locked(vma, addr, value);
	mmap_read_unlock(mm);
	return error;
}
