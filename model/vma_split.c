/*
 * vma_split.c - one area into two, and a copy of an area elsewhere.
 *
 * In the kernel:  mm/vma.c __split_vma(), split_vma(), copy_vma().
 * Left out:       uprobes, hugetlb.
 * Locks:          mmap_lock for writing.
 */
#include "huge.h"
#include "mempolicy.h"
#include "rmap.h"
#include "vma_internal.h"

/*
 * What a copy shares with its original: policy, anon_vmas, file.  0, or -ENOMEM with
 * @copy freed.
 */
static int dup_references(struct vm_area_struct *copy, struct vm_area_struct *vma)
{
	if (vma_dup_policy(vma, copy))
		goto out_free;
	if (anon_vma_clone(copy, vma))
		goto out_policy;
	if (copy->vm_file)
		get_file(copy->vm_file);
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	return 0;

out_policy:
	mpol_put(copy->vm_policy);
out_free:
	vm_area_free(copy);
	return -ENOMEM;
}

static void split_commit(struct vm_area_struct *vma, struct vm_area_struct *new,
			 unsigned long addr, bool new_below)
{
	struct vma_change change = { .vma = vma, .insert = new };
	struct mm_struct *mm = vma->vm_mm;

	vma_start_write(vma);
	vma_start_write(new);
	vma_prepare(&change);
	vma_adjust_trans_huge(vma, vma->vm_start, addr, NULL);
	if (new_below)
		vma_set_range(vma, addr, vma->vm_end, linear_page_index(vma, addr));
	else
		vma->vm_end = addr;
	mt_store_range(&mm->mm_mt, new->vm_start, new->vm_end - 1, new);
	mt_prealloc_done(&mm->mm_mt);
	vma_complete(&change, mm);
	trace_event("vma-split",
		    "at 0x%lx: vma#%u stays [0x%lx,0x%lx), vma#%u is new [0x%lx,0x%lx)", addr,
		    vma->id, vma->vm_start, vma->vm_end, new->id, new->vm_start, new->vm_end);
}

int __split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *new;
	int error;

	rwsem_assert_held_write(&mm->mmap_lock);
	if (vma->vm_ops && vma->vm_ops->may_split) {
		error = vma->vm_ops->may_split(vma, addr);
		if (error)
			return error;
	}
	new = vm_area_dup(vma);
	if (!new)
		return -ENOMEM;
	if (new_below)
		new->vm_end = addr;
	else
		vma_set_range(new, addr, vma->vm_end, linear_page_index(vma, addr));

	if (mt_preallocate(&mm->mm_mt, 1)) {
		vm_area_free(new);
		return -ENOMEM;
	}
	error = dup_references(new, vma);
	if (error) {
		mt_prealloc_done(&mm->mm_mt);
		return error;
	}
	split_commit(vma, new, addr, new_below);
	return 0;
}

int split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below)
{
	if (vma->vm_mm->map_count >= mach->config.max_map_count)
		return -ENOMEM;
	return __split_vma(vma, addr, new_below);
}

/* No neighbour takes the range: a struct of its own. */
static struct vm_area_struct *copy_vma_new(struct vm_area_struct *vma, unsigned long addr,
					   unsigned long len, pgoff_t pgoff)
{
	struct vm_area_struct *new = vm_area_dup(vma);

	if (!new)
		return NULL;
	vma_set_range(new, addr, addr + len, pgoff);
	if (dup_references(new, vma))
		return NULL;
	if (vma_link(vma->vm_mm, new)) {
		remove_vma(new);
		return NULL;
	}
	return new;
}

/*
 * Walks of the rmap go by pgoff.  One that passed the old place before the entries left must still
 * find them at the new one; if that came first, walks are kept out.
 */
static bool walks_meet_new_first(const struct vm_area_struct *vma,
				 const struct vm_area_struct *merged)
{
	return merged->vm_pgoff <= vma->vm_pgoff && !semantics()->move_ptes_rmap_order;
}

struct vm_area_struct *copy_vma(struct vm_area_struct **vmap, unsigned long addr,
				unsigned long len, pgoff_t pgoff, bool *need_rmap_locks)
{
	struct vm_area_struct *vma = *vmap, *prev, *next, *merged;
	struct mm_struct *mm = vma->vm_mm;
	unsigned long source_start = vma->vm_start;
	struct vma_range range;

	rwsem_assert_held_write(&mm->mmap_lock);
	/* never faulted: as if first mapped at the new place, so that it merges more often */
	if (vma_is_anonymous(vma) && !vma->anon_vma)
		pgoff = addr >> PAGE_SHIFT;

	prev = find_vma_prev_of(mm, addr);
	next = find_vma(mm, addr);
	if (next && next->vm_start < addr + len)
		return NULL;
	vma_range_of(&range, vma, addr, addr + len);
	range.pgoff = pgoff;

	merged = vma_merge_new_range(&range, prev, next, false).vma;
	if (!merged) {
		*need_rmap_locks = false;
		return copy_vma_new(vma, addr, len, pgoff);
	}
	/* an unfaulted source may be part of what came out; it may even be gone */
	if (merged->vm_start <= source_start && source_start < merged->vm_end)
		*vmap = vma = merged;
	*need_rmap_locks = walks_meet_new_first(vma, merged);
	return merged;
}
