/*
 * madvise_guard.c - guard regions: pages whose access is a fatal fault, without an area of
 * their own.
 *
 * A guard is a marker in the page table.  The area gets a mark of its own, and if anonymous
 * an anon_vma, so that fork copies its page tables, markers and all.
 *
 * In the kernel:  mm/madvise.c madvise_guard_install(), madvise_guard_remove(), 6.13;
 *                 the walk that installs: mm/pagewalk.c.
 * Locks:          mmap_lock for reading; PTE locks.
 */
#include "madvise_internal.h"
#include "memory.h"
#include "rmap.h"
#include "userfaultfd.h"

/* How often pages that faults bring back are thrown out before the call starts anew.
 * Kernel: MAX_MADVISE_GUARD_RETRIES. */
#define MAX_GUARD_RETRIES	3

/* Kernel: is_valid_guard_vma(). */
static bool is_valid_guard_vma(const struct vm_area_struct *vma, bool allow_locked)
{
	vm_flags_t disallowed = VM_SPECIAL | VM_HUGETLB;

	if (!allow_locked)
		disallowed |= VM_LOCKED;
	if (vma->vm_flags & disallowed)
		return false;
	if (!semantics()->guard_regions_file)
		return vma_is_anonymous(vma) && (vma->vm_flags & VM_MAYWRITE);
	return true;
}

enum guard_walk {
	GUARD_DONE,
	GUARD_OCCUPIED,		/* something else is mapped: throw it out first */
	GUARD_NO_MEMORY,
};

/* Up to the first word that is neither none nor a guard.  Kernel: guard_install_pte_entry(),
 * guard_install_set_pte(). */
static enum guard_walk install_in_table(struct pgtable *table, unsigned long start,
					unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);
		pte_t pte = ptep_get(table, slot);

		if (is_guard_pte(pte))
			continue;
		if (!pte_none(pte))
			return GUARD_OCCUPIED;
		set_pte(table, slot, swp_pte(SWP_PTE_MARKER, PTE_MARKER_GUARD));
	}
	return GUARD_DONE;
}

/* Kernel: walk_page_range_mm() with guard_install_walk_ops. */
static enum guard_walk install_walk(const struct madvise *madvise)
{
	enum guard_walk result = GUARD_DONE;
	unsigned long addr = madvise->start, next;

	while (addr < madvise->end && result == GUARD_DONE) {
		struct pgtable *table;

		next = MIN(ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE, madvise->end);
		if (pgtable_leaf_size(madvise->mm, addr) == PMD_SIZE)
			return GUARD_OCCUPIED;
		if (!pgtable_alloc(madvise->mm, addr, LEVEL_PTE))
			return GUARD_NO_MEMORY;
		table = pte_offset_map_lock(madvise->mm, addr);
		if (!table)	/* freed in between: again */
			continue;
		result = install_in_table(table, addr, next);
		spin_unlock(&table->ptl, LOCK_PTE);
		addr = next;
	}
	return result;
}

/* A few times: 0, -ENOMEM, or -EAGAIN and ->restart if faults were faster each time. */
static int install_try(struct madvise *madvise)
{
	static const struct zap_details details = { .even_cows = true, .keep_markers = true };

	for (unsigned int i = 0; i < MAX_GUARD_RETRIES; i++) {
		switch (install_walk(madvise)) {
		case GUARD_DONE:
			return 0;
		case GUARD_NO_MEMORY:
			return -ENOMEM;
		case GUARD_OCCUPIED:
			break;
		}
		zap_page_range(madvise->vma, madvise->start, madvise->end, &details);
		point("madvise:guard-zapped");
	}
	madvise->restart = true;
	return -EAGAIN;
}

/* Fork copies the page tables of an area with the mark, or with an anon_vma; anonymous
 * memory gets both. */
static int prepare_for_fork(struct vm_area_struct *vma)
{
	int error = 0;

	if (vma_is_anonymous(vma) || !semantics()->vm_maybe_guard)
		error = anon_vma_prepare(vma);
	if (!error && semantics()->vm_maybe_guard)
		WRITE_SHARED(vma, vma->vm_flags, vma->vm_flags | VM_MAYBE_GUARD,
			     "madvise_guard_install");
	return error;
}

static bool is_protected(const struct pgtable *table, unsigned int slot,
			 unsigned long addr G_GNUC_UNUSED, void *data)
{
	pte_t pte = ptep_get(table, slot);
	bool *found = data;

	*found = pte_present(pte) ? pte_uffd_wp(pte) : pte_marker_uffd_wp(pte);
	return !*found;
}

/*
 * Protection of a file's page against writes outlives the page, as a marker which is in the way
 * and which no zap takes away: the kernel tries for ever.
 */
static bool never_ends(const struct madvise *madvise)
{
	bool found = false;

	if (vma_is_anonymous(madvise->vma) || !userfaultfd_wp(madvise->vma))
		return false;
	pgtable_for_each(madvise->mm, madvise->start, madvise->end, is_protected, &found);
	return found;
}

int madvise_guard_install(struct madvise *madvise)
{
	int error;

	if (!is_valid_guard_vma(madvise->vma, false))
		return -EINVAL;
	if (never_ends(madvise)) {
		model_unsupported("MADV_GUARD_INSTALL of [0x%lx,0x%lx), which userfaultfd protects, "
				  "never ends", madvise->start, madvise->end);
		return -ENOSYS;
	}
	error = prepare_for_fork(madvise->vma);
	if (error)
		return error;
	error = install_try(madvise);
	if (!error)
		trace_event("madvise", "vma#%u [0x%lx,0x%lx): guarded", madvise->vma->id,
			    madvise->start, madvise->end);
	return error;
}

/* Kernel: guard_remove_pte_entry(). */
static void remove_range(struct madvise *madvise G_GNUC_UNUSED, struct pgtable *table,
			 unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		if (is_guard_pte(ptep_get(table, slot)))
			set_pte(table, slot, 0);
	}
}

int madvise_guard_remove(struct madvise *madvise)
{
	if (!is_valid_guard_vma(madvise->vma, true))
		return -EINVAL;
	madvise_walk_tables(madvise, remove_range, NULL);
	trace_event("madvise", "vma#%u [0x%lx,0x%lx): guards removed", madvise->vma->id,
		    madvise->start, madvise->end);
	return 0;
}
