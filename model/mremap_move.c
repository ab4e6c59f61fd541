/*
 * mremap_move.c - mremap() moves (a part of) one area.
 *
 * A copy of the area appears at the new address, the page table entries move there, and
 * the old range is unmapped.  If the entries cannot all move they go back, and it is the
 * copy that is unmapped.
 *
 * In the kernel:  mm/mremap.c move_vma(), prep_move_vma(), copy_vma_and_data(),
 *                 unmap_source_vma(), dontunmap_complete().
 * Left out:       hugetlb; hiwater_vm.
 * Locks:          mmap_lock for writing.
 */
#include "ksm.h"
#include "move_page_tables.h"
#include "mremap_internal.h"
#include "relocate.h"
#include "rmap.h"
#include "userfaultfd.h"
#include "vma_flags.h"

/* The new area counts its pages; the charge that the old one has goes over with them. */
bool calc_charge(struct vma_remap *remap)
{
	unsigned long bytes = remap->flags & MREMAP_DONTUNMAP ? remap->new_len : remap->delta;

	if (!(remap->vma->vm_flags & VM_ACCOUNT))
		return true;
	if (vm_acct_memory(current->mm, bytes >> PAGE_SHIFT))
		return false;
	remap->charged = bytes >> PAGE_SHIFT;
	if (remap->type == MREMAP_SHRINK)
		quirk_met(QUIRK_shrinking_move_overcharges);
	return true;
}

void uncharge(struct vma_remap *remap)
{
	vm_unacct_memory(remap->charged);
	remap->charged = 0;
}

void stat_account(const struct vma_remap *remap, unsigned long bytes)
{
	struct mm_struct *mm = current->mm;

	vm_stat_account(mm, remap->vma->vm_flags, (long)(bytes >> PAGE_SHIFT));
	if (remap->vma->vm_flags & VM_LOCKED)
		mm->locked_vm += bytes >> PAGE_SHIFT;
}

/* Refuses what would fail once it is too late.  Kernel: prep_move_vma(). */
static int prep_move_vma(const struct vma_remap *remap)
{
	struct vm_area_struct *vma = remap->vma;
	unsigned long end = remap->addr + remap->old_len;
	vm_flags_t flags = vma->vm_flags;
	int error = 0;

	/* unmapping the old range may split twice, and the copy is one more */
	if ((long)current->mm->map_count >= (long)mach->config.max_map_count - 3)
		return -ENOMEM;
	if (vma->vm_ops && vma->vm_ops->may_split) {
		if (vma->vm_start != remap->addr)
			error = vma->vm_ops->may_split(vma, remap->addr);
		if (!error && vma->vm_end != end)
			error = vma->vm_ops->may_split(vma, end);
	}
	if (error)
		return error;
	/* A KSM page is found by the addresses of its mappings: none may go elsewhere.  The area
	 * stays mergeable. */
	return ksm_madvise(vma, remap->addr, end, MADV_UNMERGEABLE, &flags);
}

/*
 * The first @moved bytes go back, which needs no memory; from here on the new range is the
 * one to unmap.  Walks of the rmap are kept out: the order of the areas is against us now.
 */
static void undo_move(struct vma_remap *remap, const struct pagetable_move *move,
		      unsigned long moved)
{
	PAGETABLE_MOVE(revert, move->new, remap->vma, remap->new_addr, remap->addr, moved);

	trace_event("mremap", "undo: 0x%lx bytes go back from 0x%lx to 0x%lx", moved,
		    remap->new_addr, remap->addr);
	revert.need_rmap_locks = true;
	revert.locked_root = move->locked_root;
	move_page_tables(&revert);
	point("mremap:undone");
	remap->vma = move->new;
	remap->addr = remap->new_addr;
	remap->old_len = remap->new_len;
}

void mremap_drop_uffd(struct vm_area_struct *new_vma, unsigned long moved,
		      struct userfaultfd_event *uf)
{
	bool had = new_vma->vm_userfaultfd_ctx != NULL;

	mremap_userfaultfd_prep(new_vma, uf);
	if (had && !new_vma->vm_userfaultfd_ctx && new_vma->vm_end - new_vma->vm_start > moved)
		quirk_met(QUIRK_move_strips_uffd_of_merged);
}

int move_data(struct vma_remap *remap, struct pagetable_move *move)
{
	const struct vm_operations_struct *ops = move->old->vm_ops;
	unsigned long moved = move_page_tables(move);
	int error = 0;

	point("mremap:page-tables-moved");
	if (moved < remap->old_len)
		error = -ENOMEM;
	else if (ops && ops->mremap)
		error = ops->mremap(move->new);
	if (error)
		undo_move(remap, move, moved);
	return error;
}

/*
 * 0, or -ENOMEM: with *@new_vmap NULL nothing happened, else what happened is undone but
 * for the new area, which @remap now names.  Kernel: copy_vma_and_data().
 */
static int copy_vma_and_data(struct vma_remap *remap, struct vm_area_struct **new_vmap)
{
	PAGETABLE_MOVE(move, NULL, NULL, remap->addr, remap->new_addr, remap->old_len);
	pgoff_t pgoff = linear_page_index(remap->vma, remap->addr);
	int error;

	if (relocate_wanted(remap)) {
		error = relocate_design()->move(remap, new_vmap);
		if (error != RELOCATE_NOT)
			return error;
	}
	*new_vmap = copy_vma(&remap->vma, remap->new_addr, remap->new_len, pgoff,
			     &move.need_rmap_locks);
	if (!*new_vmap) {
		uncharge(remap);
		return -ENOMEM;
	}
	trace_event("mremap", "vma#%u takes [0x%lx,0x%lx) of vma#%u, %s rmap locks",
		    (*new_vmap)->id, remap->addr, remap->addr + remap->old_len, remap->vma->id,
		    move.need_rmap_locks ? "always with" : "entries move without");
	move.old = remap->vma;
	move.new = *new_vmap;
	point("mremap:vma-copied");
	error = move_data(remap, &move);
	if (!error)
		mremap_drop_uffd(*new_vmap, remap->new_len, &remap->uf);
	return error;
}

/* What is left of the area of which [start, end) went is accounted again. */
static void restore_account(unsigned long start, unsigned long end, bool below, bool above)
{
	struct vm_area_struct *vma;

	if (below) {
		vma = find_vma_prev_of(current->mm, start);
		vm_flags_reset(vma, vma->vm_flags | VM_ACCOUNT);
	}
	if (above) {
		vma = find_vma(current->mm, end);
		vm_flags_reset(vma, vma->vm_flags | VM_ACCOUNT);
	}
}

/*
 * [start, start + len) of @vma goes, and the charge is not given back with it (@conceal), for a
 * range at another place has taken it over: VM_ACCOUNT is taken from the area meanwhile.
 */
static int unmap_uncharged(struct vm_area_struct *vma, unsigned long start, unsigned long len,
			   bool conceal, struct list_head *uf)
{
	bool below = vma->vm_start < start, above = vma->vm_end > start + len;
	int error;

	conceal = conceal && (vma->vm_flags & VM_ACCOUNT);
	if (conceal)
		vm_flags_reset(vma, vma->vm_flags & ~VM_ACCOUNT);
	error = do_munmap(current->mm, start, len, uf);
	if (error) {
		/* It will be given back some day by whoever unmaps what is still there. */
		mach->committed += len >> PAGE_SHIFT;
		if (len)
			trace_event("mremap", "[0x%lx,0x%lx) stays: unmapping failed with %d",
				    start, start + len, error);
		return error;
	}
	if (conceal)
		restore_account(start, start + len, below, above);
	return 0;
}

/* The range that @remap names: the old one, or after an undo the new one.  Errors are not told.
 * Kernel: unmap_source_vma(). */
static void unmap_source_vma(struct vma_remap *remap)
{
	unmap_uncharged(remap->vma, remap->addr, remap->old_len,
			!(remap->flags & MREMAP_DONTUNMAP), &remap->uf_unmap);
	remap->vma = NULL;
}

int unmap_copy(struct vma_remap *remap, struct vm_area_struct *new_vma)
{
	int error;

	stat_account(remap, remap->new_len);
	error = unmap_uncharged(new_vma, remap->new_addr, remap->new_len, true, NULL);
	remap->vma = vma_lookup(current->mm, remap->addr);
	return error;
}

/* The old range stays, empty; locked_vm stays as well.  Kernel: dontunmap_complete(). */
static void dontunmap_complete(struct vma_remap *remap, const struct vm_area_struct *new_vma)
{
	struct vm_area_struct *vma = remap->vma;
	bool whole = vma->vm_start == remap->addr && vma->vm_end == remap->addr + remap->old_len;

	if (vma->vm_flags & VM_LOCKED)
		quirk_met(new_vma == vma ? QUIRK_dontunmap_unlocks_merged :
					   QUIRK_dontunmap_leaks_locked_vm);
	vm_flags_reset(vma, vma->vm_flags & ~VM_LOCKED_MASK);
	if (new_vma != vma && whole) {
		unlink_anon_vmas(vma);
		trace_event("mremap", "vma#%u stays, as if never touched", vma->id);
	}
}

long move_vma(struct vma_remap *remap)
{
	struct vm_area_struct *new_vma;
	int error = prep_move_vma(remap);

	if (error)
		return error;
	if (!calc_charge(remap))
		return -ENOMEM;
	vma_start_write(remap->vma);	/* no faults from here on */

	error = copy_vma_and_data(remap, &new_vma);
	if (error && !new_vma)
		return error;
	stat_account(remap, remap->new_len);
	point("mremap:before-old-unmapped");
	if (!error && (remap->flags & MREMAP_DONTUNMAP))
		dontunmap_complete(remap, new_vma);
	else
		unmap_source_vma(remap);
	return error ? error : (long)remap->new_addr;
}
