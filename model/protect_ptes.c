/*
 * protect_ptes.c - the words of an area follow a change of its permissions.
 *
 * In the kernel:  mm/mprotect.c change_protection(), can_change_pte_writable().
 * Left out:       NUMA hints, userfaultfd write-protection, soft-dirty.
 * Locks:          mmap_lock for writing; the PTE table's lock is taken here.
 */
#include "huge.h"
#include "machine.h"
#include "memory.h"

/* Is it worth to look page by page at what may be written to without a fault?
 * Kernel: vma_wants_manual_pte_write_upgrade(). */
static bool wants_manual_write_upgrade(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return vma_wants_writenotify(vma);
	return (vma->vm_flags & VM_WRITE) != 0;
}

/* Would a write fault find nothing to do?  Kernel: can_change_pte_writable(). */
static bool can_change_pte_writable(const struct vm_area_struct *vma, pte_t pte)
{
	struct page *page;

	if (!(vma->vm_flags & VM_WRITE) || pte_protnone(pte))
		return false;
	if (pte & _PAGE_UFFD_WP && vma->vm_flags & VM_UFFD_WP)
		return false;
	if (vma->vm_flags & VM_SHARED)
		return pte_dirty(pte);	/* the file system has been told */
	page = vm_normal_page(pte);
	return page && page->folio && folio_test_anon(page->folio) && PageAnonExclusive(page);
}

/*
 * Not to be written to when it comes back; what was exclusive stays so.  Even if the new
 * protection would allow it: the next store faults.  Kernel: change_pte_range().
 */
static pte_t migration_wrprotect(pte_t pte)
{
	if (folio_test_anon(pfn_to_page(swp_offset(pte))->folio))
		return migration_pte_readable_exclusive(pte);
	return migration_pte_readable(pte);
}

static void change_pte_range(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
			     pte_t prot)
{
	struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
	bool upgrade = wants_manual_write_upgrade(vma);

	if (!table)
		return;
	for (; addr < end; addr += PAGE_SIZE) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);
		pte_t old = table->entry[slot], pte;

		if (is_migration_pte(old) && swp_type(old) == SWP_MIGRATION_WRITE)
			set_pte(table, slot, migration_wrprotect(old));
		if (!pte_present(old))
			continue;
		pte = pte_modify(old, prot);
		if (upgrade && !pte_write(pte) && can_change_pte_writable(vma, pte))
			pte = pte_mkwrite(pte);
		set_pte(table, slot, pte);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
}

void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	pte_t prot = vma_page_prot(vma);

	while (pgtable_next_pmd(vma->vm_mm, &start, end)) {
		unsigned long next = pmd_addr_end(start, end);

		if (!change_huge_pmd(vma, start, next, prot))
			change_pte_range(vma, start, next, prot);
		start = next;
	}
}
