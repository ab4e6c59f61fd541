/*
 * huge_pmd.c - what happens to a leaf of the PMD level when its range is unmapped, protected,
 * moved or cut.
 *
 * In the kernel:  mm/huge_memory.c zap_huge_pmd(), change_huge_pmd(), move_huge_pmd(),
 *                 __split_huge_pmd_locked(), vma_adjust_trans_huge(); mm/internal.h
 *                 folio_pte_batch().
 * Left out:       soft-dirty, NUMA hints.  Leaves of files: huge_file.c.
 * Locks:          taken here: the PMD table's lock, and within it that of the PTE table which
 *                 takes the place of a leaf.
 */
#include "huge.h"
#include "machine.h"
#include "swap.h"
#include "userfaultfd.h"

static unsigned int slot_of(unsigned long addr)
{
	return pgtable_index(addr, LEVEL_PMD);
}

void zap_deposited_table(struct pgtable *pmds)
{
	struct pgtable *table = pgtable_trans_huge_withdraw(pmds);

	if (table)
		pgtable_free(table);
}

/* The leaf that serves all of [addr, end), its lock taken; NULL if none, or cut up. */
static struct pgtable *lock_whole_leaf(struct vm_area_struct *vma, unsigned long addr,
				       unsigned long end)
{
	if (end - addr != PMD_SIZE) {
		split_huge_pmd(vma, addr);
		return NULL;
	}
	return pmd_trans_huge_lock(vma->vm_mm, addr);
}

bool zap_huge_pmd(struct vm_area_struct *vma, unsigned long addr, unsigned long end)
{
	struct pgtable *pmds = lock_whole_leaf(vma, addr, end);
	struct folio *folio = NULL;
	pte_t pmd;

	if (!pmds)
		return false;
	if (!vma_is_anonymous(vma)) {
		zap_file_leaf(vma, pmds, addr);
		return true;
	}
	pmd = ptep_get_and_clear(pmds, slot_of(addr));
	ghost_drop(vma->vm_mm, addr, PMD_SIZE);
	pgtable_set_wp_asked(pmds, slot_of(addr), false);
	tlb_remove_tlb_entry(addr, PMD_SIZE);
	zap_deposited_table(pmds);
	if (!is_huge_zero_pmd(pmd)) {
		vma->vm_mm->rss_anon -= HPAGE_PMD_NR;
		if (pte_present(pmd)) {
			folio = pfn_to_page(pte_pfn(pmd))->folio;
			folio_remove_rmap_pmd(folio, vma);
		}
	}
	spin_unlock(&pmds->ptl, LOCK_PMD);
	if (folio)
		tlb_remove_pages(folio_page(folio, 0), 1, false);
	return true;
}

/* ---- mprotect ---- */

/* Kernel: can_change_pmd_writable(). */
static bool can_change_pmd_writable(const struct vm_area_struct *vma, pte_t pmd)
{
	if (!(vma->vm_flags & VM_WRITE) || vma->vm_flags & VM_SHARED || pte_protnone(pmd))
		return false;
	if (userfaultfd_wp(vma) && pmd & _PAGE_UFFD_WP)
		return false;
	if (!vma_is_anonymous(vma))
		return false;
	return !is_huge_zero_pmd(pmd) && PageAnonExclusive(pfn_to_page(pte_pfn(pmd)));
}

/* What userfaultfd's protection makes of @pmd, present or migrating. */
static pte_t change_pmd_wp(pte_t pmd, enum uffd_wp_change wp)
{
	if (wp == UFFD_WP_SET)
		return pte_present(pmd) ? pte_mkuffd_wp(pmd) : pmd | _PAGE_SWP_UFFD_WP;
	if (wp == UFFD_WP_RESOLVE)
		return pmd & ~(pte_present(pmd) ? _PAGE_UFFD_WP : _PAGE_SWP_UFFD_WP);
	return pmd;
}

bool change_huge_pmd(struct vm_area_struct *vma, unsigned long addr, unsigned long end, pte_t prot,
		     enum uffd_wp_change wp)
{
	struct pgtable *pmds = lock_whole_leaf(vma, addr, end);
	pte_t pmd, old;

	if (!pmds)
		return false;
	/* protection of a file's page outlives the page: in words of its own */
	if (wp != UFFD_WP_KEEP && !vma_is_anonymous(vma)) {
		split_huge_pmd_locked(vma, pmds, addr, false);
		spin_unlock(&pmds->ptl, LOCK_PMD);
		return false;
	}
	old = pmd = ptep_modify_start(pmds, slot_of(addr));
	if (pte_present(pmd)) {
		pmd = change_pmd_wp(pte_modify(pmd, prot), wp);
		if (wp != UFFD_WP_SET && !pte_write(pmd) && can_change_pmd_writable(vma, pmd))
			pmd = pte_mkwrite(pmd);
	} else if (swp_type(pmd) == SWP_MIGRATION_WRITE) {
		/* what may be written to is found out by a fault */
		pmd = migration_pte_as(pmd, SWP_MIGRATION_READ_EXCLUSIVE);
	}
	if (!pte_present(pmd))
		pmd = change_pmd_wp(pmd, wp);
	ptep_modify_commit(pmds, slot_of(addr), pmd);
	if (pte_needs_flush(old, pmd))
		tlb_remove_tlb_entry(addr, PMD_SIZE);
	if (wp == UFFD_WP_SET || wp == UFFD_WP_RESOLVE)
		pgtable_set_wp_asked(pmds, slot_of(addr), wp == UFFD_WP_SET);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return true;
}

/* ---- mremap ---- */

/* Who is not told of the move does not protect the new place. */
static bool leaves_protection(const struct vm_area_struct *vma)
{
	const struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;

	return ctx && !(ctx->features & UFFD_FEATURE_EVENT_REMAP);
}

static pte_t moved_pmd(const struct vm_area_struct *vma, pte_t pmd)
{
	if (!leaves_protection(vma))
		return pmd;
	return pmd & ~(pte_present(pmd) ? _PAGE_UFFD_WP : _PAGE_SWP_UFFD_WP);
}

bool move_huge_pmd(struct vm_area_struct *vma, unsigned long from, unsigned long to,
		   unsigned long extent)
{
	struct pgtable *new = pgtable_lookup(vma->vm_mm, to, LEVEL_PMD), *old;
	bool wp_asked;
	pte_t pmd;

	if (extent == PMD_SIZE && (!new || !pte_none(ptep_get(new, slot_of(to))))) {
		split_huge_pmd(vma, from);
		return false;
	}
	old = lock_whole_leaf(vma, from, from + extent);
	if (!old)
		return false;
	if (new != old)
		spin_lock(&new->ptl, LOCK_PMD);
	wp_asked = pgtable_wp_asked(old, slot_of(from)) && !leaves_protection(vma);
	pmd = ptep_get_and_clear(old, slot_of(from));
	pgtable_set_wp_asked(old, slot_of(from), false);
	if (new != old && vma_is_anonymous(vma))
		pgtable_trans_huge_deposit(new, pgtable_trans_huge_withdraw(old));
	set_pte(new, slot_of(to), moved_pmd(vma, pmd));
	ghost_move(vma->vm_mm, from, to, PMD_SIZE);
	pgtable_set_wp_asked(new, slot_of(to), wp_asked);
	if (pte_present(pmd))
		flush_tlb_range(vma->vm_mm, from, from + PMD_SIZE);
	trace_event("mremap", "moved the huge page at 0x%lx to 0x%lx", from, to);
	if (new != old)
		spin_unlock(&new->ptl, LOCK_PMD);
	spin_unlock(&old->ptl, LOCK_PMD);
	return true;
}

/* ---- from a leaf to 512 PTEs ---- */

/* All words of @table, which nobody can see yet, become @pte, each of the next frame unless
 * @same. */
static void fill_table(struct pgtable *table, pte_t pte, bool same)
{
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++)
		ptep_modify_commit(table, slot, same ? pte : pte + ((pte_t)slot << PAGE_SHIFT));
}

/* The words that take the place of the leaf @pmd of an anonymous folio, with its counts. */
static pte_t split_counts(struct vm_area_struct *vma, pte_t pmd, unsigned long addr, bool freeze)
{
	struct page *head = pfn_to_page(pte_pfn(pmd));
	struct folio *folio = head->folio;
	bool exclusive = PageAnonExclusive(head);
	pte_t pte;

	if (pte_dirty(pmd))
		folio_set(folio, PG_dirty);
	/* one that a device writes to stays mapped, and who wants to freeze it will see */
	if (freeze && exclusive && folio_try_share_anon_rmap_pmd(folio))
		freeze = false;
	if (freeze) {
		pte = migration_pte_of(pmd, head->pfn, exclusive);
	} else {
		sched_touch(&folio->refcount, ACCESS_WRITE);
		folio->refcount += HPAGE_PMD_NR - 1;
		folio_add_anon_rmap_ptes(folio, head, HPAGE_PMD_NR, vma, addr, exclusive);
		pte = pmd & ~_PAGE_PSE;
	}
	folio_remove_rmap_pmd(folio, vma);
	if (freeze)
		folio_put(folio);
	return pte;
}

void split_huge_pmd_locked(struct vm_area_struct *vma, struct pgtable *pmds, unsigned long addr,
			   bool freeze)
{
	unsigned int slot = slot_of(addr);
	pte_t pmd = ptep_get(pmds, slot), pte;
	struct pgtable *table;
	bool same = false;

	if (!vma_is_anonymous(vma)) {
		drop_file_leaf(vma, pmds, addr);
		return;
	}
	addr &= PMD_MASK;
	/* No store gets through from here on; and nobody may find nothing there. */
	if (pte_present(pmd))
		pmd = pmdp_invalidate(pmds, slot, addr);
	pte = pmd;
	if (is_huge_zero_pmd(pmd)) {
		pte = pfn_pte(page_to_pfn(mach->zero_page), vma_page_prot(vma) | _PAGE_SPECIAL) |
		      (pmd & _PAGE_UFFD_WP);
		same = true;
	} else if (pte_present(pmd)) {
		pte = split_counts(vma, pmd, addr, freeze);
	}
	table = pgtable_trans_huge_withdraw(pmds);
	if (!table)
		return;
	memset(table->wp_asked, pgtable_wp_asked(pmds, slot) ? 0xff : 0, sizeof(table->wp_asked));
	pgtable_set_wp_asked(pmds, slot, false);
	fill_table(table, pte, same);
	pgtable_link(pmds->mm, table, pmds, slot);
	trace_event("thp", "mm#%u 0x%lx: the leaf becomes 512 entries%s", pmds->mm->id, addr,
		    is_migration_pte(pte) ? " of a migration" : "");
}

void split_huge_pmd(struct vm_area_struct *vma, unsigned long addr)
{
	struct pgtable *pmds = pmd_trans_huge_lock(vma->vm_mm, addr);

	if (!pmds)
		return;
	split_huge_pmd_locked(vma, pmds, addr, false);
	spin_unlock(&pmds->ptl, LOCK_PMD);
	point("thp:pmd-split");
}

/* Kernel: split_huge_pmd_if_needed(). */
static void split_if_cut(struct vm_area_struct *vma, unsigned long addr)
{
	if (!IS_ALIGNED(addr, PMD_SIZE) && ALIGN_DOWN(addr, PMD_SIZE) >= vma->vm_start &&
	    ALIGN_UP(addr, PMD_SIZE) <= vma->vm_end)
		split_huge_pmd(vma, addr);
}

void vma_adjust_trans_huge(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   struct vm_area_struct *next)
{
	split_if_cut(vma, start);
	split_if_cut(vma, end);
	if (next)
		split_if_cut(next, end);
}

/* ---- PTEs of one folio ---- */

#define BATCH_IGNORES	(_PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)

unsigned long folio_pte_batch(const struct pgtable *table, unsigned int slot, unsigned long max)
{
	pte_t first = ptep_get(table, slot);
	const struct folio *folio = pfn_to_page(pte_pfn(first))->folio;
	unsigned long nr = 1, left = folio->pfn + folio_nr_pages(folio) - pte_pfn(first);

	max = MIN(max, MIN(left, (unsigned long)PTRS_PER_TABLE - slot));
	while (nr < max && (ptep_get(table, slot + nr) & ~BATCH_IGNORES) ==
			   (first & ~BATCH_IGNORES) + ((pte_t)nr << PAGE_SHIFT))
		nr++;
	return nr;
}
