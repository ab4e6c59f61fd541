/*
 * move_page_tables.c - see move_page_tables.h.
 *
 * In the kernel:  mm/mremap.c move_page_tables(), move_ptes(), move_normal_pmd(),
 *                 move_normal_pud(), try_realign_addr(), get_extent(), take_rmap_locks().
 * Left out:       hugetlb, leaves of the PUD level, soft-dirty.
 * Locks:          mmap_lock for writing.  Around each table moved, and around each run of
 *                 words if need_rmap_locks: i_mmap_rwsem of the file, then the rwsem of the
 *                 root of the old area's anon_vma, both for writing.  Then the locks of
 *                 the tables: old, new.
 */
#include "file.h"
#include "huge.h"
#include "memory.h"
#include "move_page_tables.h"
#include "pgtable.h"
#include "rmap.h"
#include "userfaultfd.h"

bool vma_has_uffd_without_event_remap(const struct vm_area_struct *vma)
{
	const struct userfaultfd_ctx *ctx = vma->vm_userfaultfd_ctx;

	if (semantics()->mremap_uffd_wp_state)
		return false;
	return ctx && !(ctx->features & UFFD_FEATURE_EVENT_REMAP);
}

/* The anon_vma whose root has to be locked; NULL if there is none, or if the caller has it. */
static struct anon_vma *to_lock(const struct pagetable_move *move)
{
	struct anon_vma *anon_vma = move->old->anon_vma;

	if (!anon_vma || (anon_vma->root == move->locked_root && !semantics()->relocate_locks_root_twice))
		return NULL;
	return anon_vma;
}

/* Nobody walks the rmap of the old area's pages from here on.  Kernel: take_rmap_locks(). */
static void take_rmap_locks(const struct pagetable_move *move)
{
	const struct vm_area_struct *vma = move->old;

	if (vma->vm_file)
		down_write(&vma->vm_file->inode->i_data.i_mmap_rwsem);
	if (to_lock(move))
		anon_vma_lock_write(vma->anon_vma);
}

static void drop_rmap_locks(const struct pagetable_move *move)
{
	const struct vm_area_struct *vma = move->old;

	if (to_lock(move))
		anon_vma_unlock_write(vma->anon_vma);
	if (vma->vm_file)
		up_write(&vma->vm_file->inode->i_data.i_mmap_rwsem);
}

/* ---- whole tables ---- */

/* Tables move with what is in them, so nothing in there may have to be changed.  Both areas
 * are asked: an undo moves from new to old.  Kernel: uffd_supports_page_table_move(). */
static bool tables_may_move(const struct pagetable_move *move)
{
	return !vma_has_uffd_without_event_remap(move->old) &&
	       !vma_has_uffd_without_event_remap(move->new);
}

/* The lock of the words of a table at @level that link tables. */
static struct spinlock *link_lock(struct pgtable *table)
{
	return table->level == LEVEL_PMD ? &table->ptl : &table->mm->page_table_lock;
}

static enum lock_class link_lock_class(const struct pgtable *table)
{
	return table->level == LEVEL_PMD ? LOCK_PMD : LOCK_PAGE_TABLE;
}

/* Those who retract tables of files hold the locks of the rmap and of the tables, and not mmap_lock:
 * what was seen without these may be gone.  Not so for tables of tables. */
static bool moves_nothing(const struct pgtable *old)
{
	return semantics()->mremap_pmd_without_recheck && old->level == LEVEL_PMD;
}

/*
 * Moves the table below the word for old_addr in @old to the word for new_addr in @new,
 * both of the same level.  False if there is none, or if the new word is taken.
 * Kernel: move_normal_pmd(), move_normal_pud().
 */
static bool move_table(const struct pagetable_move *move, struct pgtable *old, struct pgtable *new)
{
	enum pgtable_level level = (enum pgtable_level)old->level;
	unsigned int from = pgtable_index(move->old_addr, level);
	unsigned int to = pgtable_index(move->new_addr, level);
	struct spinlock *old_lock = link_lock(old), *new_lock = link_lock(new);
	enum lock_class class = link_lock_class(old);
	struct pgtable *table;

	if (!tables_may_move(move) || !pte_none(ptep_get(new, to)))
		return false;
	/* Many words vanish and appear at once, and their lock with them: who came by the rmap must
	 * be done, or not have begun. */
	if (!semantics()->mremap_pmd_without_rmap_locks)
		take_rmap_locks(move);
	spin_lock(old_lock, class);
	if (new_lock != old_lock)
		spin_lock(new_lock, class);
	table = old->child[from];
	if (table) {
		pgtable_unlink(table);
		pgtable_link(move->old->vm_mm, table, new, to);
		ghost_move(move->old->vm_mm, move->old_addr, move->new_addr,
			   1UL << pgtable_shift(level));
		flush_tlb_range(move->old->vm_mm, move->old_addr, move->old_addr +
				(1UL << pgtable_shift(level)));
		count_vm_events(VM_EVENT_moves, table->nr);
		trace_event("mremap", "moved the %s table pgtable#%u from 0x%lx to 0x%lx",
			    table->level == LEVEL_PTE ? "PTE" : "PMD", table->id, move->old_addr,
			    move->new_addr);
	} else if (moves_nothing(old)) {
		set_pte(new, to, pfn_pte(0, TABLE_FLAGS));
	}
	if (new_lock != old_lock)
		spin_unlock(new_lock, class);
	spin_unlock(old_lock, class);
	if (!semantics()->mremap_pmd_without_rmap_locks)
		drop_rmap_locks(move);
	return table || moves_nothing(old);
}

/* ---- single words ---- */

/* What @pte is at its new place; 0: nothing.  @unmark: without uffd-wp. */
static pte_t moved_pte(pte_t pte, bool unmark)
{
	if (!unmark)
		return pte;
	if (is_pte_marker(pte) && swp_offset(pte) == PTE_MARKER_UFFD_WP)
		return 0;
	if (pte_present(pte))
		return pte & ~_PAGE_UFFD_WP;
	return is_pte_marker(pte) ? pte : pte & ~_PAGE_SWP_UFFD_WP;
}

/*
 * Words of one folio that go together, as the first of them was.
 * Kernel: mremap_folio_pte_batch(), which asks the processor for such words first; x86 knows of
 * none.
 */
struct batch {
	unsigned long left;		/* words still to be moved */
	pte_t first;
};

/* The word at @slot is the next one, with @max words behind it and itself. */
static void batch_next(struct batch *batch, const struct pgtable *table, unsigned int slot,
		       unsigned long max)
{
	pte_t pte = ptep_get(table, slot);

	if (batch->left && --batch->left)
		return;
	batch->first = pte;
	if (semantics()->mremap_batch_write_bit && pte_present(pte) && vm_normal_page(pte))
		batch->left = folio_pte_batch(table, slot, max);
}

/* @pte as a part of its batch: for which only those are alike that may be written to alike. */
static pte_t batched_pte(const struct batch *batch, pte_t pte)
{
	return batch->left ? (pte & ~_PAGE_RW) | (batch->first & _PAGE_RW) : pte;
}

/* The word for old_addr + @done, which has been taken out as @pte, goes to its new place. */
static void put_word(const struct pagetable_move *move, struct pgtable *old, struct pgtable *new,
		     unsigned long done, pte_t pte)
{
	bool unmark = vma_has_uffd_without_event_remap(move->old);
	unsigned int from = pgtable_index(move->old_addr + done, LEVEL_PTE);
	unsigned int to = pgtable_index(move->new_addr + done, LEVEL_PTE);
	bool wp_asked = pgtable_wp_asked(old, from) && !unmark;

	pgtable_set_wp_asked(old, from, false);
	set_pte(new, to, moved_pte(pte, unmark));
	ghost_move(move->old->vm_mm, move->old_addr + done, move->new_addr + done, PAGE_SIZE);
	pgtable_set_wp_asked(new, to, wp_asked);
}

pte_t move_word(const struct pagetable_move *move, struct pgtable *old, struct pgtable *new)
{
	pte_t pte = ptep_get_and_clear(old, pgtable_index(move->old_addr, LEVEL_PTE));

	put_word(move, old, new, 0, pte);
	count_vm_events(VM_EVENT_moves, 1);
	return pte;
}

/* Moves the words of [old_addr, old_addr + extent), all in one table at either side; is there
 * anything to flush? */
static bool move_words(const struct pagetable_move *move, unsigned long extent,
		       struct pgtable *old, struct pgtable *new)
{
	struct batch batch = { };
	unsigned long moved = 0;
	bool present = false;

	for (unsigned long done = 0; done < extent; done += PAGE_SIZE) {
		unsigned int from = pgtable_index(move->old_addr + done, LEVEL_PTE);
		pte_t pte = ptep_get(old, from);

		if (pte_none(pte))
			continue;
		batch_next(&batch, old, from, (extent - done) >> PAGE_SHIFT);
		pte = batched_pte(&batch, ptep_get_and_clear(old, from));
		put_word(move, old, new, done, pte);
		present |= pte_present(pte);
		moved++;
	}
	if (moved)
		trace_event("mremap", "moved %lu entries from 0x%lx to 0x%lx, %s rmap locks", moved,
			    move->old_addr, move->new_addr,
			    move->need_rmap_locks ? "with" : "without");
	count_vm_events(VM_EVENT_moves, moved);
	return present;
}

/*
 * Kernel: move_ptes().  The destination's table cannot go away: only we could free it.
 * False if the old table went away meanwhile.
 */
static bool move_ptes(const struct pagetable_move *move, unsigned long extent, struct pgtable *new)
{
	struct mm_struct *mm = move->old->vm_mm;
	struct pgtable *old;
	bool flush;

	if (move->need_rmap_locks)
		take_rmap_locks(move);
	old = pte_offset_map_lock(mm, move->old_addr);
	if (old) {
		if (new != old)
			spin_lock(&new->ptl, LOCK_PTE);
		flush_tlb_batched_pending(mm);
		flush = move_words(move, extent, old, new);
		point("mremap:flush-tlb");
		/* Whoever takes our locks may free a page that is still reached by its old place. */
		if (flush && !semantics()->mremap_late_tlb_flush)
			flush_tlb_range(mm, move->old_addr, move->old_addr + extent);
		if (new != old)
			spin_unlock(&new->ptl, LOCK_PTE);
		spin_unlock(&old->ptl, LOCK_PTE);
		if (flush && semantics()->mremap_late_tlb_flush)
			flush_tlb_range(mm, move->old_addr, move->old_addr + extent);
	}
	if (move->need_rmap_locks)
		drop_rmap_locks(move);
	return old != NULL;
}

/* ---- how far at a time ---- */

static unsigned long to_boundary(unsigned long addr, unsigned long size)
{
	return ALIGN_DOWN(addr, size) + size - addr;
}

/* Bytes up to the next boundary of @size, of old or new, or to the end.  Kernel: get_extent(). */
static unsigned long get_extent(const struct pagetable_move *move, unsigned long size)
{
	unsigned long extent = to_boundary(move->old_addr, size);

	extent = MIN(extent, move->old_end - move->old_addr);
	return MIN(extent, to_boundary(move->new_addr, size));
}

/* May the move of @vma start at the PMD boundary below @addr?  Only if nothing is there. */
static bool can_align_down(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_start == addr &&
	       !find_vma_intersection(vma->vm_mm, ALIGN_DOWN(addr, PMD_SIZE), vma->vm_start);
}

/*
 * Both addresses at the same offset into a PMD's range: start at its beginning, so that
 * the first table can move as a whole.  Kernel: try_realign_addr().
 */
static void try_realign_addr(struct pagetable_move *move)
{
	unsigned long offset = move->old_addr & ~PMD_MASK;

	if (!offset || offset != (move->new_addr & ~PMD_MASK))
		return;
	if (move->len < PMD_SIZE - offset)
		return;
	if (!can_align_down(move->old, move->old_addr) ||
	    !can_align_down(move->new, move->new_addr))
		return;
	move->old_addr -= offset;
	move->new_addr -= offset;
	trace_event("mremap", "both sides start at a PMD boundary: from 0x%lx to 0x%lx",
		    move->old_addr, move->new_addr);
}

/* A leaf of 2 MiB, if that is what is there: moved, or split into words to be moved. */
static bool move_leaf(const struct pagetable_move *move, unsigned long extent)
{
	bool moved;

	if (move->need_rmap_locks)
		take_rmap_locks(move);
	moved = move_huge_pmd(move->old, move->old_addr, move->new_addr, extent);
	if (move->need_rmap_locks)
		drop_rmap_locks(move);
	return moved;
}

/* ---- the levels ---- */

/* The part of at most one PTE table at either side. */
static bool move_pmd_range(const struct pagetable_move *move, unsigned long extent,
			   struct pgtable *old_pmds, struct pgtable *new_pmds)
{
	unsigned int slot = pgtable_index(move->old_addr, LEVEL_PMD);
	struct pgtable *new;

	do {
		if (extent == PMD_SIZE && move_table(move, old_pmds, new_pmds))
			return true;
		if (!old_pmds->child[slot])
			return true;
		new = pgtable_alloc(move->new->vm_mm, move->new_addr, LEVEL_PTE);
		if (!new)
			return false;
	} while (!move_ptes(move, extent, new));
	return true;
}

/*
 * Moves the next part: its size into *@extent, or 0 bytes done and false if a table
 * could not be allocated.
 */
static bool move_extent(const struct pagetable_move *move, unsigned long *extent)
{
	struct mm_struct *mm = move->old->vm_mm;
	struct pgtable *old, *new;

	*extent = get_extent(move, PUD_SIZE);
	if (!pgtable_lookup(mm, move->old_addr, LEVEL_PMD))
		return true;
	old = pgtable_lookup(mm, move->old_addr, LEVEL_PUD);
	new = pgtable_alloc(mm, move->new_addr, LEVEL_PUD);
	if (!new)
		return false;
	if (*extent == PUD_SIZE && move_table(move, old, new))
		return true;

	*extent = get_extent(move, PMD_SIZE);
	old = pgtable_lookup(mm, move->old_addr, LEVEL_PMD);
	if (pte_none(ptep_get_lockless(old, pgtable_index(move->old_addr, LEVEL_PMD),
				       "move_page_tables: old_pmd")))
		return true;
	point("mremap:pmd-read");
	new = pgtable_alloc(mm, move->new_addr, LEVEL_PMD);
	if (!new)
		return false;
	if (move_leaf(move, *extent))
		return true;
	return move_pmd_range(move, *extent, old, new);
}

unsigned long move_page_tables(struct pagetable_move *move)
{
	unsigned long first = move->old_end - move->len, extent;

	rwsem_assert_held_write(&move->old->vm_mm->mmap_lock);
	if (!move->len)
		return 0;
	try_realign_addr(move);
	for (; move->old_addr < move->old_end; move->old_addr += extent, move->new_addr += extent) {
		might_sleep("move_page_tables");
		if (!move_extent(move, &extent)) {
			trace_event("mremap", "no memory for a page table at 0x%lx",
				    move->new_addr);
			break;
		}
		point("mremap:part-moved");
	}
	/* realigned, and not yet back at where the range begins: nothing was done */
	return move->old_addr < first ? 0 : move->old_addr - first;
}
