/*
 * relocate_v1.c - MREMAP_RELOCATE_ANON as posted in June 2025: folios first, page tables then.
 *
 * The destination is a new area with an anon_vma of its own.  A pass over the old range, in which all is
 * still mapped, gives each folio that anon_vma and its new index; then the page tables move as in any
 * mremap(); then the new area merges with its neighbours.  If the pass, or the move, fails, the same pass
 * in the other direction takes it back, and the range is moved as ever.
 *
 * Where its review found fault the model does what was asked for; the bugs relocate-* of
 * semantics.def are the series as it was.
 *
 * In the kernel:  in no release; of the series, mm/mremap.c relocate_anon_folios() and below.
 * Left out:       leaves of 1 GiB.
 * Locks:          mmap_lock and the area's lock for writing.  The root of the new area's anon_vma for
 *                 writing from before the pass until the page tables have moved: who wants to find a
 *                 page by its new anon_vma waits.  In the pass the lock of a table, within it folio
 *                 locks by trylock.
 */
#include "huge.h"
#include "relocate.h"
#include "rmap.h"
#include "swap.h"
#include "vma_internal.h"

/* One pass. */
struct relocation_v1 {
	struct vm_area_struct *old, *new;
	unsigned long start, end;	/* of the old range */
	unsigned long new_start;
	bool undo;			/* back to what @old says */
};

static unsigned long new_addr_of(const struct relocation_v1 *rel, unsigned long addr)
{
	return addr - rel->start + rel->new_start;
}

static pgoff_t new_index(const struct relocation_v1 *rel, unsigned long addr)
{
	return linear_page_index(rel->new, new_addr_of(rel, addr));
}

/* Has the pass been at @folio, whose first page is at @addr, or would be? */
static bool is_relocated(const struct relocation_v1 *rel, const struct folio *folio, unsigned long addr)
{
	return folio_anon_vma(folio) == rel->new->anon_vma && folio->index == new_index(rel, addr);
}

/* The locked folio whose first page is at @addr. */
static void relocate_one(const struct relocation_v1 *rel, struct folio *folio, unsigned long addr)
{
	if (rel->undo)
		relocate_folio(folio, rel->old, linear_page_index(rel->old, addr));
	else
		relocate_folio(folio, rel->new, new_index(rel, addr));
	point("relocate:folio-changed");
}

/* ---- what may not be ---- */

/*
 * May a device's hold on @folio be in the way?  It is asked for on the way forth; on the way back there
 * is no choice.
 */
static bool is_pinned(const struct relocation_v1 *rel, const struct folio *folio)
{
	if (rel->undo && !semantics()->relocate_undo_asks_for_pins)
		return false;
	sched_step(&folio->refcount, ACCESS_READ, "relocate_anon_folios: pinned");
	return folio_maybe_dma_pinned(folio);
}

/* A page that swap-in found under write-back may have lost its mark, and is ours all the same. */
static void check_exclusive(const struct relocation_v1 *rel, const struct page *page)
{
	if (semantics()->relocate_asserts_exclusive && !rel->undo)
		bug_on(!PageAnonExclusive(page), "relocate_anon_folios()",
		       "an exclusive page in an area that nobody shares");
}

/* Words without a page: does the pass go on?  The lock of the word is held. */
static bool pass_nonpresent(const struct relocation_v1 *rel, pte_t pte)
{
	pte_t entry = pte_to_swp_entry(pte);
	bool cached;

	if (rel->undo)
		return true;
	/* who put it there will look for it by what the folio says now */
	if (is_migration_pte(pte))
		return semantics()->relocate_skips_migration;
	if (!is_swap_entry_pte(pte) || semantics()->relocate_skips_swapcache)
		return true;
	/* a page that is still in the swap cache will come back with the index it has */
	swap_cluster_lock(entry);
	cached = swap_slot(entry)->map & SWAP_HAS_CACHE;
	swap_cluster_unlock(entry);
	return !cached;
}

/* ---- folios ---- */

/* Nobody may be waited for with the lock of a table: who has the folio may be waiting for that. */
static bool lock_under_ptl(const struct relocation_v1 *rel, struct folio *folio)
{
	if (!rel->undo && semantics()->relocate_sleeps_on_folio) {
		folio_lock(folio);
		return true;
	}
	return folio_trylock(folio);
}

/* The folio of @page, locked, with a reference and without the lock of the table: all of it, or false. */
static bool relocate_large(const struct relocation_v1 *rel, struct page *page, unsigned long addr)
{
	struct folio *folio = page->folio;
	unsigned long head = relocate_head_addr(folio, page, addr);
	bool inside = head >= rel->start && head < rel->end &&
		      rel->end - head >= folio_nr_pages(folio) << PAGE_SHIFT;

	if (rel->undo) {
		if (is_relocated(rel, folio, head))
			relocate_one(rel, folio, head);
		return true;
	}
	if (is_pinned(rel, folio))
		return false;
	if (inside && (semantics()->relocate_takes_large_whole ||
		       !relocate_is_elsewhere(rel->old->vm_mm, folio, head))) {
		relocate_one(rel, folio, head);
		return true;
	}
	/* its anon_vma is locked for the split: not twice */
	if (folio_anon_vma(folio)->root == rel->new->anon_vma->root)
		return false;
	return split_folio(folio) == 0;
}

/* The same of a folio of one page; the table's lock is held, or on the way back need not be. */
static bool relocate_small(const struct relocation_v1 *rel, struct page *page, unsigned long addr)
{
	struct folio *folio = page->folio;

	if (rel->undo) {
		if (is_relocated(rel, folio, addr) && !is_pinned(rel, folio))
			relocate_one(rel, folio, addr);
		return true;
	}
	if (is_pinned(rel, folio))
		return semantics()->relocate_leaves_pinned;
	check_exclusive(rel, page);
	relocate_one(rel, folio, addr);
	return true;
}

/*
 * The folio of the word at @addr, which maps @page, the lock of its table being held: that is dropped.
 * 0, 1: look at the word again, or -EBUSY.
 */
static int relocate_page(const struct relocation_v1 *rel, struct pgtable *table, struct page *page,
			 unsigned long addr)
{
	struct folio *folio = page->folio;
	bool large = folio->large != NULL, good;

	if (large && is_relocated(rel, folio, relocate_head_addr(folio, page, addr)) && !rel->undo) {
		spin_unlock(&table->ptl, LOCK_PTE);
		return 0;
	}
	if (!lock_under_ptl(rel, folio)) {
		if (!rel->undo) {
			spin_unlock(&table->ptl, LOCK_PTE);
			return -EBUSY;
		}
		folio_get(folio);
		spin_unlock(&table->ptl, LOCK_PTE);
		folio_lock(folio);
		folio_unlock(folio);
		folio_put(folio);
		return 1;
	}
	if (!large) {
		good = relocate_small(rel, page, addr);
		folio_unlock(folio);
		spin_unlock(&table->ptl, LOCK_PTE);
		return good ? 0 : -EBUSY;
	}
	folio_get(folio);
	spin_unlock(&table->ptl, LOCK_PTE);
	good = relocate_large(rel, page, addr);
	large = folio->large != NULL;
	folio_unlock(folio);
	folio_put(folio);
	if (!good)
		return -EBUSY;
	return large ? 0 : 1;
}

/* ---- the walk ---- */

/* The word at @addr: 0, 1: look again, or -EBUSY. */
static int relocate_word(const struct relocation_v1 *rel, unsigned long addr)
{
	struct pgtable *table = pte_offset_map_lock(rel->old->vm_mm, addr);
	struct page *page;
	pte_t pte;
	int result = 0;

	if (!table)
		return 0;
	pte = ptep_get(table, pgtable_index(addr, LEVEL_PTE));
	if (pte_present(pte)) {
		page = vm_normal_page(pte);
		if (page && folio_anon_vma(page->folio))
			return relocate_page(rel, table, page, addr);
	} else if (!pte_none(pte) && !pass_nonpresent(rel, pte)) {
		result = -EBUSY;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	return result;
}

/* The whole leaf at @addr, whose PMD table is locked: 0 or -EBUSY. */
static int relocate_leaf(const struct relocation_v1 *rel, struct pgtable *pmds, unsigned long addr)
{
	pte_t pmd = ptep_get(pmds, pgtable_index(addr, LEVEL_PMD));
	struct folio *folio;
	int result = 0;

	if (is_huge_zero_pmd(pmd))
		return 0;
	if (!pte_present(pmd))
		return rel->undo || semantics()->relocate_skips_migration ? 0 : -EBUSY;
	folio = pfn_to_page(pte_pfn(pmd))->folio;
	if (rel->undo && !is_relocated(rel, folio, addr))
		return 0;
	if (!lock_under_ptl(rel, folio))
		return -EBUSY;
	if (is_pinned(rel, folio))
		result = -EBUSY;
	else
		relocate_one(rel, folio, addr);
	folio_unlock(folio);
	return result;
}

/* Who holds the folio of the leaf at @addr is let go on; nothing else is held on the way back. */
static void wait_for_leaf(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *pmds = pmd_trans_huge_lock(mm, addr);
	struct folio *folio;

	if (!pmds)
		return;
	folio = pfn_to_page(pte_pfn(ptep_get(pmds, pgtable_index(addr, LEVEL_PMD))))->folio;
	folio_get(folio);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	folio_lock(folio);
	folio_unlock(folio);
	folio_put(folio);
}

/* A leaf at @addr that serves all up to @end, and will at the new place; or it is split.  As above, and 2:
 * there is none. */
static int relocate_pmd(const struct relocation_v1 *rel, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = rel->old->vm_mm;
	struct pgtable *pmds = pmd_trans_huge_lock(mm, addr);
	int result = 2;

	if (!pmds)
		return 2;
	if (end - addr == PMD_SIZE && !(new_addr_of(rel, addr) & ~PMD_MASK))
		result = relocate_leaf(rel, pmds, addr);
	else if (!rel->undo)
		split_huge_pmd_locked(rel->old, pmds, addr, false);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	if (result == -EBUSY && rel->undo) {
		wait_for_leaf(mm, addr);
		return 1;
	}
	return result;
}

/* Up to the end of a PMD's range, or to what cannot be: false. */
static bool relocate_range(const struct relocation_v1 *rel, unsigned long addr, unsigned long end)
{
	int result;

	do
		result = relocate_pmd(rel, addr, end);
	while (result == 1);
	if (result != 2)
		return result == 0;
	while (addr < end) {
		result = relocate_word(rel, addr);
		if (result < 0)
			return false;
		addr += result ? 0 : PAGE_SIZE;
	}
	return true;
}

/* Of the series: relocate_anon_folios(). */
static bool relocate_folios(const struct relocation_v1 *rel)
{
	unsigned long addr, next;

	for (addr = rel->start; addr < rel->end; addr = next) {
		next = pmd_addr_end(addr, rel->end);
		if (!pgtable_lookup(rel->old->vm_mm, addr, LEVEL_PMD))
			continue;
		might_sleep("relocate_anon_folios");
		if (!relocate_range(rel, addr, next)) {
			trace_event("relocate", "given up below 0x%lx", next);
			return false;
		}
	}
	trace_event("relocate", rel->undo ? "what was changed is as before" :
					    "all folios of [0x%lx,0x%lx) say where they will be",
		    rel->start, rel->end);
	return true;
}

/* What was changed goes back.  The root is not held: a walk that comes by what a folio says still finds
 * nothing at the new place, and whoever has the folio locked cannot be waiting for us. */
static void undo(struct relocation_v1 *rel)
{
	rel->undo = true;
	relocate_folios(rel);
	point("relocate:undone");
}

/* ---- the move ---- */

/* With its neighbours, if they fit now.  Of the series: the end of move_vma(). */
static struct vm_area_struct *merge_relocated(struct vma_remap *remap, struct vm_area_struct *vma)
{
	struct merge_outcome outcome;
	struct vma_range range;

	vma_range_of(&range, vma, vma->vm_start, vma->vm_end);
	range.give_up_on_oom = true;
	outcome = vma_merge_existing_range(&range);
	/* the old area may have been one of them */
	remap->vma = vma_lookup(current->mm, remap->addr);
	return outcome.vma ? outcome.vma : vma;
}

/* The new area and its anon_vma; or NULL, nothing being left. */
static struct vm_area_struct *create_destination(struct vma_remap *remap)
{
	struct vm_area_struct *new = relocate_new_vma(remap, remap->new_addr >> PAGE_SHIFT);

	if (!new)
		return NULL;
	if (!anon_vma_prepare(new))
		return new;
	unmap_copy(remap, new);
	return NULL;
}

/* Folios, then page tables: as relocate_design.move. */
static int relocate_and_move(struct vma_remap *remap, struct vm_area_struct **new_vmap)
{
	PAGETABLE_MOVE(move, remap->vma, *new_vmap, remap->addr, remap->new_addr, remap->old_len);
	struct relocation_v1 rel = { .old = remap->vma, .new = *new_vmap, .start = remap->addr,
				  .end = remap->addr + remap->old_len,
				  .new_start = remap->new_addr };
	struct anon_vma *anon_vma = rel.new->anon_vma;
	int error;

	move.locked_root = anon_vma->root;
	anon_vma_lock_write(anon_vma);
	point("relocate:begin");
	if (!relocate_folios(&rel)) {
		anon_vma_unlock_write(anon_vma);
		undo(&rel);
		unmap_copy(remap, *new_vmap);
		*new_vmap = NULL;
		return relocate_refuse(remap, "a page cannot be relocated");
	}
	point("relocate:folios-changed");
	error = move_data(remap, &move);
	anon_vma_unlock_write(anon_vma);
	if (error) {
		undo(&rel);
		return error;
	}
	mremap_drop_uffd(*new_vmap, remap->new_len, &remap->uf);
	*new_vmap = merge_relocated(remap, *new_vmap);
	return 0;
}

int relocate_v1(struct vma_remap *remap, struct vm_area_struct **new_vmap)
{
	const struct vm_area_struct *vma = remap->vma;

	*new_vmap = NULL;
	if (vma->vm_flags & (VM_SPECIAL | VM_HUGETLB))
		return relocate_refuse(remap, "a special mapping");
	if (!vma_is_anonymous(vma))
		return relocate_refuse(remap, "not anonymous memory");
	if (vma_maybe_shared_anon(vma))
		return relocate_refuse(remap, "a relative by fork may have its pages");
	if (!vma->anon_vma || relocate_fits_as_it_is(remap))
		return RELOCATE_NOT;
	*new_vmap = create_destination(remap);
	if (!*new_vmap)
		return relocate_refuse(remap, "no memory");
	point("mremap:vma-copied");
	return relocate_and_move(remap, new_vmap);
}
