/*
 * relocate.c - what all designs of MREMAP_RELOCATE_ANON share: when it is asked for, what it is refused
 * for, the new area, whether a large folio is all there.
 *
 * In the kernel:  in no release; of the series of June 2025: should_relocate_anon(),
 *                 vma_maybe_has_shared_anon_folios(), copy_vma().
 * Locks:          mmap_lock for writing.
 */
#include "huge.h"
#include "mempolicy.h"
#include "relocate.h"
#include "rmap.h"
#include "swap.h"
#include "vma_internal.h"

static const struct relocate_design designs[] = {
#define RELOCATE_DESIGN(name, word, move, source, what) { word, source, what, move },
#include "relocate_designs.def"
#undef RELOCATE_DESIGN
};

const struct relocate_design *relocate_design_table(size_t *nr)
{
	*nr = ARRAY_SIZE(designs);
	return designs;
}

const struct relocate_design *relocate_design(void)
{
	return &designs[mach->config.relocate_anon];
}

unsigned long relocate_flags(void)
{
	if (mach->config.relocate_anon == RELOCATE_NONE)
		return 0;
	return MREMAP_RELOCATE_ANON | MREMAP_MUST_RELOCATE_ANON;
}

bool relocate_wanted(const struct vma_remap *remap)
{
	return mach->config.relocate_anon == RELOCATE_AUTOMATIC ||
	       (remap->flags & relocate_flags()) != 0;
}

/* ---- who may ---- */

/* Has a child taken a page of ours along, and an area for it, or left one to a child of its own? */
static bool has_children(const struct anon_vma *anon_vma)
{
	if (semantics()->relocate_asks_own_chain)
		return false;
	if (semantics()->relocate_asks_children) {
		GPtrArray *all = object_list(mach, KIND_ANON_VMA);
		bool found = false;

		for (guint i = 0; i < all->len; i++) {
			const struct anon_vma *other = all->pdata[i];

			found |= other != anon_vma && other->parent == anon_vma &&
				 other->num_active_vmas;
		}
		g_ptr_array_unref(all);
		return found;
	}
	return anon_vma->num_children > (anon_vma->root == anon_vma ? 1U : 0U);
}

bool vma_maybe_shared_anon(const struct vm_area_struct *vma)
{
	return vma->anon_vma &&
	       (!list_is_singular(&vma->anon_vma_chain) || has_children(vma->anon_vma));
}

int relocate_refuse(struct vma_remap *remap, const char *why)
{
	bool must = remap->flags & MREMAP_MUST_RELOCATE_ANON;

	trace_event("relocate", "[0x%lx,0x%lx): %s: %s", remap->addr, remap->addr + remap->old_len,
		    must ? "refused" : "moved as ever", why);
	if (!must)
		return RELOCATE_NOT;
	uncharge(remap);
	return -EFAULT;
}

/* ---- where to ---- */

bool relocate_fits_as_it_is(const struct vma_remap *remap)
{
	struct vma_range range;
	struct merge_plan plan;

	vma_range_of(&range, remap->vma, remap->new_addr, remap->new_addr + remap->new_len);
	range.pgoff = linear_page_index(remap->vma, remap->addr);
	vma_plan_new_range(&plan, &range, find_vma_prev_of(current->mm, remap->new_addr),
			   find_vma(current->mm, remap->new_addr), false);
	return plan.survivor != NULL;
}

struct vm_area_struct *relocate_new_vma(const struct vma_remap *remap, pgoff_t pgoff)
{
	struct vm_area_struct *vma = remap->vma, *new = vm_area_dup(vma);

	if (!new)
		return NULL;
	vma_set_range(new, remap->new_addr, remap->new_addr + remap->new_len, pgoff);
	new->anon_vma = NULL;
	if (vma_dup_policy(vma, new)) {
		vm_area_free(new);
		return NULL;
	}
	if (new->vm_file)
		get_file(new->vm_file);
	if (vma_link(vma->vm_mm, new)) {
		remove_vma(new);
		return NULL;
	}
	trace_event("relocate", "vma#%u takes [0x%lx,0x%lx) of vma#%u, as if new", new->id, remap->addr,
		    remap->addr + remap->old_len, vma->id);
	return new;
}

/* ---- folios ---- */

unsigned long relocate_head_addr(const struct folio *folio, const struct page *page,
				 unsigned long addr)
{
	return addr - ((page->pfn - folio->pfn) << PAGE_SHIFT);
}

bool relocate_is_word_of(pte_t pte, const struct folio *folio, unsigned long n)
{
	if (pte_present(pte))
		return !pte_special(pte) && pte_pfn(pte) == folio->pfn + n;
	return is_swap_entry_pte(pte) && folio_test(folio, PG_swapcache) &&
	       pte_to_swp_entry(pte) == swp_entry_add(folio->swap, n);
}

/* Words of page @n, wherever they are. */
static unsigned long words_of_page(const struct folio *folio, unsigned long n)
{
	unsigned long words = (unsigned long)folio_page(folio, n)->mapcount;

	if (folio_test(folio, PG_swapcache))
		words += swap_count(swp_entry_add(folio->swap, n));
	return words;
}

/* Of pages @n to @last of @folio, the first being at @addr, those that are mapped there or in swap from
 * there: all in one table. */
static unsigned long words_in_table(struct mm_struct *mm, const struct folio *folio, unsigned long n,
				    unsigned long last, unsigned long addr)
{
	struct pgtable *table = pte_offset_map_lock(mm, addr);
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	unsigned long words = 0;

	if (!table)
		return 0;
	for (; n < last; n++, slot++)
		words += relocate_is_word_of(ptep_get(table, slot), folio, n);
	spin_unlock(&table->ptl, LOCK_PTE);
	return words;
}

bool relocate_is_elsewhere(struct mm_struct *mm, const struct folio *folio, unsigned long head)
{
	unsigned long nr = folio_nr_pages(folio), all = 0, here = 0, last;

	lockdep_assert_held(folio, LOCK_FOLIO);
	for (unsigned long n = 0; n < nr; n++)
		all += words_of_page(folio, n);
	for (unsigned long n = 0; n < nr; n = last) {
		unsigned long addr = head + (n << PAGE_SHIFT);

		last = MIN(nr, n + ((PMD_SIZE - (addr & ~PMD_MASK)) >> PAGE_SHIFT));
		here += words_in_table(mm, folio, n, last, addr);
	}
	return all != here;
}

void relocate_folio(struct folio *folio, struct vm_area_struct *vma, pgoff_t index)
{
	folio_move_anon_rmap(folio, vma);
	WRITE_SHARED(folio, folio->index, index, "relocate_folio");
}
