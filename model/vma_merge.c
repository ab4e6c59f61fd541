/*
 * vma_merge.c - decide how a range joins its neighbours, then do it.
 *
 * A plan is made from what is there without changing anything.  Then the chain of
 * anon_vmas is cloned and tree nodes are reserved, which may fail with everything as it
 * was; the rest cannot fail.
 *
 * In the kernel:  mm/vma.c vma_merge_new_range(), vma_merge_existing_range(),
 *                 vma_expand(), commit_merge(), vma_modify(), vma_merge_extend().
 * Left out:       uprobes.
 * Locks:          mmap_lock for writing.
 */
#include "huge.h"
#include "khugepaged.h"
#include "mempolicy.h"
#include "rmap.h"
#include "vma_internal.h"

/* An area which merging frees must have nothing to do at its end. */
static bool can_remove(const struct vm_area_struct *vma)
{
	return !vma->vm_ops || !vma->vm_ops->close;
}

/* Both fit the range; do they fit each other? */
static bool sides_compatible(const struct vm_area_struct *prev, const struct vm_area_struct *next)
{
	return !prev->anon_vma || !next->anon_vma || prev->anon_vma == next->anon_vma;
}

static void plan_init(struct merge_plan *plan)
{
	*plan = (struct merge_plan){ .left = MERGE_GAP, .right = MERGE_GAP };
}

/* The verdicts of both sides into @plan.  NULL for a side that is out of the question. */
static void plan_verdicts(struct merge_plan *plan, const struct vma_range *range,
			  const struct vm_area_struct *prev, const struct vm_area_struct *next)
{
	plan_init(plan);
	if (prev)
		plan->left = can_vma_merge_after(prev, range);
	if (next)
		plan->right = can_vma_merge_before(next, range);
	if (plan->left == MERGE_OK && plan->right == MERGE_OK && !sides_compatible(prev, next))
		plan->right = MERGE_ANON_VMA;
}

/* Whose anon_vmas a survivor without any takes over: the first of @from that has some. */
static void plan_dup(struct merge_plan *plan, const struct vm_area_struct *first,
		     const struct vm_area_struct *second)
{
	if (plan->survivor->anon_vma)
		return;
	if (first && first->anon_vma)
		plan->dup_anon_from = (struct vm_area_struct *)first;
	else if (second && second->anon_vma)
		plan->dup_anon_from = (struct vm_area_struct *)second;
}

/* The area that a moved range comes from hands on its anon_vmas too. */
static const struct vm_area_struct *copied_from(const struct vma_range *range)
{
	return semantics()->merge_forgets_copied_from ? NULL : range->source;
}

void vma_plan_new_range(struct merge_plan *plan, const struct vma_range *range,
			const struct vm_area_struct *prev, const struct vm_area_struct *next,
			bool just_expand)
{
	bool left, right;

	plan_verdicts(plan, range, prev, just_expand ? NULL : next);
	left = plan->left == MERGE_OK;
	if (left && plan->right == MERGE_OK && !can_remove(next))
		plan->right = MERGE_CLOSE;
	right = plan->right == MERGE_OK;
	if (!left && !right)
		return;

	plan->survivor = (struct vm_area_struct *)(left ? prev : next);
	plan->start = left ? prev->vm_start : range->start;
	plan->pgoff = left ? prev->vm_pgoff : range->pgoff;
	plan->end = right ? next->vm_end : range->end;
	if (left && right)
		plan->remove[0] = (struct vm_area_struct *)next;
	plan_dup(plan, plan->remove[0], copied_from(range));
}

/* @middle keeps what the survivor does not take: [start, end) of it. */
static void plan_adjust(struct merge_plan *plan, struct vm_area_struct *middle,
			unsigned long start, unsigned long end)
{
	plan->adjust = middle;
	plan->adjust_start = start;
	plan->adjust_end = end;
	plan->adjust_pgoff = linear_page_index(middle, start);
}

static void plan_existing_left(struct merge_plan *plan, const struct vma_range *range,
			       const struct vm_area_struct *prev, bool whole)
{
	struct vm_area_struct *middle = range->source;

	plan->survivor = (struct vm_area_struct *)prev;
	plan->start = prev->vm_start;
	plan->end = range->end;
	plan->pgoff = prev->vm_pgoff;
	if (whole)
		plan->remove[0] = middle;
	else
		plan_adjust(plan, middle, range->end, middle->vm_end);
	plan_dup(plan, middle, NULL);
}

static void plan_existing_right(struct merge_plan *plan, const struct vma_range *range,
				const struct vm_area_struct *next, bool whole)
{
	struct vm_area_struct *middle = range->source;

	plan->survivor = (struct vm_area_struct *)next;
	plan->start = range->start;
	plan->end = next->vm_end;
	plan->pgoff = next->vm_pgoff - ((range->end - range->start) >> PAGE_SHIFT);
	if (whole)
		plan->remove[0] = middle;
	else
		plan_adjust(plan, middle, middle->vm_start, range->start);
	plan_dup(plan, middle, NULL);
}

void vma_plan_existing_range(struct merge_plan *plan, const struct vma_range *range,
			     const struct vm_area_struct *prev, const struct vm_area_struct *next)
{
	struct vm_area_struct *middle = range->source;
	bool left_edge = range->start == middle->vm_start;
	bool right_edge = range->end == middle->vm_end;
	bool whole = left_edge && right_edge;
	bool left, right;

	plan_verdicts(plan, range, left_edge ? prev : NULL, right_edge ? next : NULL);
	if (whole && !can_remove(middle)) {
		if (plan->left == MERGE_OK)
			plan->left = MERGE_CLOSE;
		if (plan->right == MERGE_OK)
			plan->right = MERGE_CLOSE;
	}
	left = plan->left == MERGE_OK;
	if (left && plan->right == MERGE_OK && !can_remove(next))
		plan->right = MERGE_CLOSE;
	right = plan->right == MERGE_OK;

	if (left && right) {
		plan->survivor = (struct vm_area_struct *)prev;
		plan->start = prev->vm_start;
		plan->end = next->vm_end;
		plan->pgoff = prev->vm_pgoff;
		plan->remove[0] = middle;
		plan->remove[1] = (struct vm_area_struct *)next;
		plan_dup(plan, next, middle);
	} else if (left) {
		plan_existing_left(plan, range, prev, whole);
	} else if (right) {
		plan_existing_right(plan, range, next, whole);
	}
}

/* ---- traces ---- */

static const char *what_happens(const struct merge_plan *plan)
{
	if (plan->left == MERGE_OK && plan->right == MERGE_OK)
		return plan->remove[1] ? "prev swallows the range and next" :
					 "prev grows up over next";
	if (plan->left == MERGE_OK)
		return plan->remove[0] ? "prev swallows the range" : "prev grows up";
	return plan->remove[0] ? "next swallows the range" : "next grows down";
}

static void append_side(GString *text, const char *side, enum merge_verdict verdict)
{
	if (verdict != MERGE_OK)
		g_string_append_printf(text, "; %s: %s", side, merge_verdict_words(verdict));
}

static void trace_merge(const char *kind, const struct merge_plan *plan,
			const struct vma_range *range)
{
	g_autoptr(GString) text = NULL;

	if (!mach->trace)
		return;
	text = g_string_new(NULL);
	g_string_append_printf(text, "%s [0x%lx,0x%lx): %s: vma#%u [0x%lx,0x%lx) -> [0x%lx,0x%lx)",
			       kind, range->start, range->end, what_happens(plan),
			       plan->survivor->id, plan->survivor->vm_start,
			       plan->survivor->vm_end, plan->start, plan->end);
	for (size_t i = 0; i < ARRAY_SIZE(plan->remove); i++)
		if (plan->remove[i])
			g_string_append_printf(text, ", vma#%u goes", plan->remove[i]->id);
	if (plan->adjust)
		g_string_append_printf(text, ", vma#%u keeps [0x%lx,0x%lx)", plan->adjust->id,
				       plan->adjust_start, plan->adjust_end);
	append_side(text, "prev", plan->left);
	append_side(text, "next", plan->right);
	trace_event("vma-merge", "%s", text->str);
}

static void trace_no_merge(const char *kind, const struct merge_plan *plan,
			   const struct vma_range *range)
{
	trace_event("vma-no-merge", "%s [0x%lx,0x%lx): prev: %s; next: %s", kind, range->start,
		    range->end, merge_verdict_words(plan->left),
		    merge_verdict_words(plan->right));
}

/* ---- doing it ---- */

/* No fault may see the areas from here on. */
static void plan_lock_vmas(const struct merge_plan *plan)
{
	if (plan->adjust)
		vma_start_write(plan->adjust);
	for (size_t i = 0; i < ARRAY_SIZE(plan->remove); i++)
		if (plan->remove[i])
			vma_start_write(plan->remove[i]);
	vma_start_write(plan->survivor);
}

/* The survivor gets the anon_vmas it lacks.  Kernel: dup_anon_vma(). */
static int dup_anon_vma(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	if (!src)
		return 0;
	trace_event("anon-vma-dup", "vma#%u takes over the chain of vma#%u with anon_vma#%u",
		    dst->id, src->id, src->anon_vma->id);
	dst->anon_vma = src->anon_vma;
	return anon_vma_clone(dst, src);
}

/* 0, or -ENOMEM with nothing changed.  Kernel: commit_merge(). */
static int commit_merge(const struct merge_plan *plan, struct mm_struct *mm)
{
	struct vma_change change = {
		.vma = plan->survivor,
		.adjust = plan->adjust,
		.remove = { plan->remove[0], plan->remove[1] },
	};

	plan_lock_vmas(plan);
	if (dup_anon_vma(plan->survivor, plan->dup_anon_from))
		return -ENOMEM;
	if (mt_preallocate(&mm->mm_mt, 1)) {
		if (plan->dup_anon_from)
			unlink_anon_vmas(plan->survivor);
		return -ENOMEM;
	}

	vma_prepare(&change);
	if (plan->adjust && plan->adjust_start == plan->adjust->vm_start)
		/* the one that keeps its start is cut, and the survivor grows down to there */
		vma_adjust_trans_huge(plan->adjust, plan->adjust_start, plan->adjust_end, NULL);
	else
		vma_adjust_trans_huge(plan->survivor, plan->start, plan->end, plan->adjust);
	if (plan->adjust)
		vma_set_range(plan->adjust, plan->adjust_start, plan->adjust_end,
			      plan->adjust_pgoff);
	vma_set_range(plan->survivor, plan->start, plan->end, plan->pgoff);
	mt_store_range(&mm->mm_mt, plan->start, plan->end - 1, plan->survivor);
	mt_prealloc_done(&mm->mm_mt);
	vma_complete(&change, mm);
	return 0;
}

/* Flags that the survivor takes over from what it swallows. */
static vm_flags_t sticky_flags(const struct merge_plan *plan, const struct vma_range *range)
{
	vm_flags_t flags = range->flags;

	for (size_t i = 0; i < ARRAY_SIZE(plan->remove); i++)
		if (plan->remove[i])
			flags |= plan->remove[i]->vm_flags;
	return flags & VM_STICKY;
}

/* Carries out @plan, if it is to merge at all. */
static struct merge_outcome merge(const char *kind, const struct merge_plan *plan,
				  const struct vma_range *range)
{
	struct merge_outcome outcome = { .left = plan->left, .right = plan->right };
	vm_flags_t sticky = sticky_flags(plan, range);

	rwsem_assert_held_write(&range->mm->mmap_lock);
	if (!plan->survivor) {
		trace_no_merge(kind, plan, range);
		return outcome;
	}
	trace_merge(kind, plan, range);
	if (commit_merge(plan, range->mm)) {
		trace_event("vma-merge", "%s: given up, an allocation failed", kind);
		if (outcome.left == MERGE_OK)
			outcome.left = MERGE_NO_MEMORY;
		if (outcome.right == MERGE_OK)
			outcome.right = MERGE_NO_MEMORY;
		outcome.oom = true;
		return outcome;
	}
	outcome.vma = plan->survivor;
	outcome.vma->vm_flags |= sticky;
	khugepaged_enter_vma(outcome.vma);
	return outcome;
}

struct merge_outcome vma_merge_new_range(const struct vma_range *range,
					 struct vm_area_struct *prev,
					 struct vm_area_struct *next, bool just_expand)
{
	struct merge_plan plan;

	vma_plan_new_range(&plan, range, prev, next, just_expand);
	if (plan.left == MERGE_OK && plan.right == MERGE_ANON_VMA && !range->anon_vma)
		quirk_met(QUIRK_hole_goes_to_the_left);
	return merge("new range", &plan, range);
}

struct merge_outcome vma_merge_existing_range(const struct vma_range *range)
{
	struct vm_area_struct *middle = range->source;
	struct vm_area_struct *prev = NULL, *next = NULL;
	struct merge_plan plan;

	if (range->start == middle->vm_start)
		prev = vma_prev(middle);
	if (range->end == middle->vm_end)
		next = vma_next(middle);
	vma_plan_existing_range(&plan, range, prev, next);
	return merge("modified range", &plan, range);
}

struct vm_area_struct *vma_modify(const struct vma_range *range, int *error)
{
	struct merge_outcome outcome = vma_merge_existing_range(range);
	struct vm_area_struct *vma = range->source;
	unsigned int before;

	*error = 0;
	if (outcome.vma)
		return outcome.vma;
	if (outcome.oom && !range->give_up_on_oom) {
		*error = -ENOMEM;
		return NULL;
	}
	before = vma->vm_mm->map_count;
	if (vma->vm_start < range->start)
		*error = split_vma(vma, range->start, true);
	if (!*error && vma->vm_end > range->end)
		*error = split_vma(vma, range->end, false);
	if (*error && vma->vm_mm->map_count > before)
		quirk_met(QUIRK_failed_call_leaves_splits);
	return *error ? NULL : vma;
}

/* No source is named, so that the rule for chains made by fork is not asked. */
struct vm_area_struct *vma_merge_extend(struct vm_area_struct *vma, unsigned long delta)
{
	bool inherited = vma_is_fork_child(vma);
	struct vma_range range;
	struct vm_area_struct *merged;

	vma_range_of(&range, vma, vma->vm_end, vma->vm_end + delta);
	range.source = NULL;
	merged = vma_merge_new_range(&range, vma, vma_next(vma), false).vma;
	if (inherited && merged && merged->vm_end > range.end)
		quirk_met(QUIRK_growth_merges_inherited);
	return merged;
}
