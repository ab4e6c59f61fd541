/*
 * protect_ptes.c - the words of an area follow a change of its permissions.
 *
 * In the kernel:  mm/mprotect.c change_protection(), can_change_pte_writable().
 * Left out:       NUMA hints, soft-dirty.
 * Locks:          mmap_lock, for writing but for userfaultfd; the PTE table's lock is taken
 *                 here.
 */
#include "file.h"
#include "huge.h"
#include "machine.h"
#include "memory.h"
#include "userfaultfd.h"

/* Is it worth to look page by page at what may be written to without a fault?
 * Kernel: vma_wants_manual_pte_write_upgrade(). */
static bool wants_manual_write_upgrade(const struct vm_area_struct *vma)
{
	/* With userfaultfd's protection alone the kernel takes the area's read-only protection for
	 * the file's wish, and leaves it to the next fault. */
	if (vma->vm_flags & VM_SHARED)
		return vma_wants_writenotify(vma) &&
		       vma->vm_file->inode->type == INODE_REGULAR;
	return (vma->vm_flags & VM_WRITE) != 0;
}

/* May the words be made writable at once where that is right? */
static bool upgrades(const struct vm_area_struct *vma, enum uffd_wp_change wp)
{
	if (wp == UFFD_WP_RESOLVE && semantics()->uffd_unprotect_clears_write)
		return false;
	return wp != UFFD_WP_SET && wants_manual_write_upgrade(vma);
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

/* One change of many words. */
struct change {
	struct vm_area_struct *vma;
	pte_t prot;			/* what the area's flags allow */
	bool upgrade;			/* look for what may be written to at once */
	enum uffd_wp_change wp;
};

static pte_t change_present(const struct change *change, pte_t pte)
{
	pte = pte_modify(pte, change->prot);
	if (change->wp == UFFD_WP_SET)
		pte = pte_mkuffd_wp(pte);
	else if (change->wp == UFFD_WP_RESOLVE)
		pte = pte_clear_uffd_wp(pte);
	if (change->upgrade && !pte_write(pte) && can_change_pte_writable(change->vma, pte))
		pte = pte_mkwrite(pte);
	return pte;
}

/* A marker: only that of write-protection goes with it.  Accesses to the others fail anyway. */
static pte_t change_marker(const struct change *change, pte_t pte)
{
	if (swp_offset(pte) & (PTE_MARKER_POISONED | PTE_MARKER_GUARD))
		return pte;
	return change->wp == UFFD_WP_RESOLVE ? 0 : pte;
}

static pte_t change_pte(const struct change *change, pte_t pte)
{
	if (pte_present(pte))
		return change_present(change, pte);
	if (is_pte_marker(pte))
		return change_marker(change, pte);
	if (pte_none(pte))
		return change->wp == UFFD_WP_SET && userfaultfd_wp_use_markers(change->vma) ?
		       swp_pte(SWP_PTE_MARKER, PTE_MARKER_UFFD_WP) : pte;
	if (is_migration_pte(pte) && swp_type(pte) == SWP_MIGRATION_WRITE)
		pte = migration_wrprotect(pte);
	if (change->wp == UFFD_WP_SET && !semantics()->uffd_wp_lost_in_swap)
		pte |= _PAGE_SWP_UFFD_WP;
	else if (change->wp == UFFD_WP_RESOLVE)
		pte &= ~_PAGE_SWP_UFFD_WP;
	return pte;
}

/* What becomes of the word does not matter here. */
static void note_wp_asked(const struct change *change, struct pgtable *table, unsigned int slot,
			  pte_t old)
{
	if (change->wp == UFFD_WP_RESOLVE)
		pgtable_set_wp_asked(table, slot, false);
	else if (change->wp == UFFD_WP_SET && (pte_none(old) || is_pte_marker(old)))
		pgtable_set_wp_asked(table, slot, pte_marker_uffd_wp(old) ||
				     (pte_none(old) && userfaultfd_wp_use_markers(change->vma)));
	else if (change->wp == UFFD_WP_SET)
		pgtable_set_wp_asked(table, slot, true);
}

/*
 * How many words from @slot on map one folio and are changed together, at most @max: those that
 * are alike in whether they may be written to.  Kernel: mprotect_folio_pte_batch().
 */
static unsigned long change_batch(const struct pgtable *table, unsigned int slot, unsigned long max)
{
	pte_t first = ptep_get(table, slot);
	const struct page *page = pte_present(first) ? vm_normal_page(first) : NULL;
	unsigned long nr, same = 1;

	if (!page || !page->folio || !page->folio->order)
		return 1;
	nr = folio_pte_batch(table, slot, max);
	while (same < nr && pte_write(ptep_get(table, slot + same)) == pte_write(first))
		same++;
	return same;
}

/* What one of a batch is, the others are from then on.  Kernel: modify_prot_start_ptes(). */
static pte_t batch_marks(const struct pgtable *table, unsigned int slot, unsigned long nr)
{
	pte_t marks = 0;

	if (nr == 1)
		return 0;
	for (unsigned long i = 0; i < nr; i++)
		marks |= ptep_get(table, slot + i) & (_PAGE_DIRTY | _PAGE_ACCESSED);
	return marks;
}

static void change_pte_range(const struct change *change, unsigned long addr, unsigned long end)
{
	struct pgtable *table = pte_offset_map_lock(change->vma->vm_mm, addr);
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	unsigned long left = (end - addr) >> PAGE_SHIFT, nr;

	if (!table)
		return;
	flush_tlb_batched_pending(change->vma->vm_mm);
	for (; left; left -= nr) {
		pte_t marks;

		nr = change_batch(table, slot, left);
		marks = batch_marks(table, slot, nr);
		for (unsigned long i = 0; i < nr; i++, slot++, addr += PAGE_SIZE) {
			pte_t old = ptep_get(table, slot), pte = change_pte(change, old | marks);

			if (pte != old) {
				old = ptep_modify_start(table, slot);
				pte = change_pte(change, old | marks);
				ptep_modify_commit(table, slot, pte);
				if (pte_needs_flush(old, pte))
					tlb_remove_tlb_entry(addr, PAGE_SIZE);
			}
			note_wp_asked(change, table, slot, old);
		}
	}
	spin_unlock(&table->ptl, LOCK_PTE);
}

/* Markers go where nothing is: the tables have to be there.  Kernel: change_prepare(). */
static int change_prepare(const struct change *change, unsigned long addr, unsigned long end)
{
	if (change->wp != UFFD_WP_SET || !userfaultfd_wp_use_markers(change->vma))
		return 0;
	for (; addr < end; addr = ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE)
		if (!pte_leaf(pgtable_entry(change->vma->vm_mm, addr, LEVEL_PMD)) &&
		    !pgtable_alloc(change->vma->vm_mm, addr, LEVEL_PTE))
			return -ENOMEM;
	return 0;
}

int change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		      enum uffd_wp_change wp)
{
	const struct change change = {
		.vma = vma, .prot = vma_page_prot(vma), .wp = wp,
		.upgrade = upgrades(vma, wp),
	};
	int error = 0;

	tlb_gather_mmu(vma->vm_mm);
	if (change_prepare(&change, start, end))
		error = -ENOMEM;
	while (!error && pgtable_next_pmd(vma->vm_mm, &start, end)) {
		unsigned long next = pmd_addr_end(start, end);

		if (!change_huge_pmd(vma, start, next, change.prot, wp)) {
			/* a leaf of a file is gone by now, and left no table */
			if (change_prepare(&change, start, next))
				error = -ENOMEM;
			change_pte_range(&change, start, next);
		}
		start = next;
	}
	tlb_finish_mmu(vma->vm_mm);
	return error;
}
