/*
 * relocate_complete.c - a relocation that needs no way back.
 *
 *	1  look: all that could fail for the sake of a page is done while nothing has changed
 *	2  the destination, merged with its neighbours if they fit; its anon_vma; all tables
 *	3  page by page: word, anon_vma and index in one critical section
 *
 * At any moment a page is either where it was, with what it had, or where it will be, with what belongs
 * there: whoever locks the folio finds it.
 *
 * In the kernel:  nowhere.  UFFDIO_MOVE does the same to a single page.
 * Left out:       batches of small pages.
 * Locks:          mmap_lock and the locks of both areas for writing throughout: no faults, no fork, no
 *                 collapse, no UFFDIO_MOVE.  What is left, reclaim and migration, is met page by
 *                 page: see relocate_pages.c.
 */
#include "huge.h"
#include "relocate.h"
#include "rmap.h"
#include "userfaultfd.h"
#include "vma_internal.h"

/* Why the area cannot be relocated; NULL if it can. */
static const char *why_not(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_SPECIAL | VM_HUGETLB))
		return "a special mapping";
	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE))
		return "shared memory";
	if (vma->vm_ops && vma->vm_ops->mremap)
		return "a mapping that must be told, and may refuse";
	if (vma_maybe_shared_anon(vma))
		return "a relative by fork may have its pages";
	return NULL;
}

/* The destination as if it were mapped there now.  Of a file the offset stays what it is. */
static void new_range(const struct vma_remap *remap, struct vma_range *range)
{
	vma_range_of(range, remap->vma, remap->new_addr, remap->new_addr + remap->new_len);
	range->pgoff = vma_is_anonymous(remap->vma) ? remap->new_addr >> PAGE_SHIFT :
						      linear_page_index(remap->vma, remap->addr);
	range->anon_vma = NULL;
	range->source = NULL;
	if (vma_has_uffd_without_event_remap(remap->vma)) {
		/* it will not be registered there */
		range->uffd = NULL;
		range->flags &= ~(VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR);
	}
}

static bool would_merge(const struct vma_remap *remap)
{
	struct vma_range range;
	struct merge_plan plan;

	new_range(remap, &range);
	vma_plan_new_range(&plan, &range, find_vma_prev_of(current->mm, remap->new_addr),
			   find_vma(current->mm, remap->new_addr), false);
	return plan.survivor != NULL;
}

/* The area at the destination, with an anon_vma; NULL without memory, nothing being left. */
static struct vm_area_struct *create_destination(struct vma_remap *remap)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *new;
	struct vma_range range;

	new_range(remap, &range);
	new = vma_merge_new_range(&range, find_vma_prev_of(mm, remap->new_addr),
				  find_vma(mm, remap->new_addr), false).vma;
	if (!new)
		new = relocate_new_vma(remap, range.pgoff);
	if (!new)
		return NULL;
	/* the old area may be part of what came out */
	remap->vma = vma_lookup(mm, remap->addr);
	if (!anon_vma_prepare(new))
		return new;
	unmap_copy(remap, new);
	return NULL;
}

static void free_spares(const struct relocation *rel)
{
	for (guint i = 0; i < rel->spare->len; i++)
		pte_free(rel->spare->pdata[i]);
	g_ptr_array_unref(rel->spare);
}

/* All is looked at: from here on only memory can be missing, and soon not even that. */
static int move_to(struct vma_remap *remap, struct vm_area_struct *new)
{
	struct relocation rel = { .spare = g_ptr_array_new() };
	PAGETABLE_MOVE(move, remap->vma, new, remap->addr, remap->new_addr, remap->old_len);
	bool good;

	rel.move = move;
	good = relocate_prepare_tables(&rel);
	if (good) {
		point("relocate:no-way-back");
		relocate_pages(&rel);
	}
	free_spares(&rel);
	return good ? 0 : -ENOMEM;
}

static bool look(const struct vma_remap *remap)
{
	struct relocation rel = { .spare = NULL };
	PAGETABLE_MOVE(move, remap->vma, NULL, remap->addr, remap->new_addr, remap->old_len);

	rel.move = move;
	return relocate_look(&rel);
}

int relocate_complete(struct vma_remap *remap, struct vm_area_struct **new_vmap)
{
	const char *why = why_not(remap->vma);
	bool asked = remap->flags & relocate_flags();

	*new_vmap = NULL;
	if (why)
		return relocate_refuse(remap, why);
	if (!remap->vma->anon_vma || relocate_fits_as_it_is(remap) ||
	    (!asked && !would_merge(remap)))
		return RELOCATE_NOT;
	if (!look(remap))
		return relocate_refuse(remap, "a large folio is cut, and cannot be split");
	point("relocate:looked");
	*new_vmap = create_destination(remap);
	if (!*new_vmap)
		return relocate_refuse(remap, "no memory");
	point("mremap:vma-copied");
	if (move_to(remap, *new_vmap)) {
		unmap_copy(remap, *new_vmap);
		*new_vmap = NULL;
		return relocate_refuse(remap, "no memory for a page table");
	}
	point("mremap:page-tables-moved");
	mremap_drop_uffd(*new_vmap, remap->new_len, &remap->uf);
	return 0;
}
