/*
 * uffd_move_pte.c - UFFDIO_MOVE of single pages: what becomes of each kind of entry.
 *
 * The words are read first, without a lock that lasts, then the folio and its anon_vma are locked, for
 * which one may have to sleep, and then everything is compared again under both page table locks.
 *
 * In the kernel:  mm/userfaultfd.c move_pages_ptes(), move_present_ptes(), move_zeropage_pte(),
 *                 check_ptes_for_batched_move().
 * Left out:       soft-dirty.  Where a large folio is locked by somebody else, and others run, the next
 *                 try waits until it is not, in place of one after the other.
 * Locks:          both areas read-locked.  Folio lock, the root of its anon_vma for writing, both PTE
 *                 locks, in this order; in a batch further folios by trylock under them.
 */
#include "huge.h"
#include "migrate.h"
#include "rcu.h"
#include "swap.h"
#include "uffd_move.h"

/* ---- both tables ---- */

/* The kernel goes by the address of the locks, we by birth. */
void double_pt_lock(const struct move_ptes *ptes)
{
	struct pgtable *first = ptes->dst_table, *second = ptes->src_table;

	if (first->id > second->id) {
		first = ptes->src_table;
		second = ptes->dst_table;
	}
	spin_lock(&first->ptl, LOCK_PTE);
	if (second != first)
		spin_lock(&second->ptl, LOCK_PTE);
}

void double_pt_unlock(const struct move_ptes *ptes)
{
	if (ptes->src_table != ptes->dst_table)
		spin_unlock(&ptes->src_table->ptl, LOCK_PTE);
	spin_unlock(&ptes->dst_table->ptl, LOCK_PTE);
}

bool is_pte_pages_stable(const struct move_ptes *ptes)
{
	const struct uffd_move *move = ptes->move;

	if (ptep_get(ptes->src_table, ptes->src_slot) != ptes->src_pte ||
	    ptep_get(ptes->dst_table, ptes->dst_slot) != ptes->dst_pte)
		return false;
	/* A source word that did not change proves its table in use; a none word proves nothing. */
	if (semantics()->uffd_move_no_pmd_recheck)
		return true;
	pmd_read_step(move->mm, move->dst, "is_pte_pages_stable");
	return pgtable_entry(move->mm, move->dst, LEVEL_PMD) == ptes->dst_pmd;
}

void move_pte(const struct move_ptes *ptes, pte_t pte)
{
	set_pte(ptes->src_table, ptes->src_slot, 0);
	pgtable_set_wp_asked(ptes->src_table, ptes->src_slot, false);
	set_pte(ptes->dst_table, ptes->dst_slot, pte);
	ghost_move_unpinned(ptes->move->mm, ptes->move->src, ptes->move->dst, PAGE_SIZE);
	count_vm_event(VM_EVENT_moves);
}

void unmap_tables(struct move_ptes *ptes)
{
	if (ptes->mapped)
		rcu_read_unlock();
	ptes->mapped = false;
}

/* The two tables, which stay, but perhaps not in use; false if one went away meanwhile.
 * Kernel: pte_offset_map_rw_nolock(). */
static bool find_tables(struct move_ptes *ptes)
{
	const struct uffd_move *move = ptes->move;

	rcu_read_lock();
	ptes->mapped = true;
	pmd_read_step(move->mm, move->dst, "move_pages_ptes: dst_pmd");
	ptes->dst_pmd = pgtable_entry(move->mm, move->dst, LEVEL_PMD);
	ptes->dst_table = pgtable_lookup(move->mm, move->dst, LEVEL_PTE);
	ptes->src_table = pte_table_lookup(move->mm, move->src, "move_pages_ptes: src_pmd");
	ptes->dst_slot = pgtable_index(move->dst, LEVEL_PTE);
	ptes->src_slot = pgtable_index(move->src, LEVEL_PTE);
	return ptes->dst_table && ptes->src_table;
}

static pte_t read_locked(struct pgtable *table, unsigned int slot)
{
	pte_t pte;

	spin_lock(&table->ptl, LOCK_PTE);
	pte = ptep_get(table, slot);
	spin_unlock(&table->ptl, LOCK_PTE);
	return pte;
}

/* ---- the zero page ---- */

/* It belongs to nobody: the destination gets an entry of its own.  Kernel: move_zeropage_pte(). */
static long move_zeropage_pte(const struct move_ptes *ptes)
{
	const struct uffd_move *move = ptes->move;
	pte_t zero = pfn_pte(page_to_pfn(mach->zero_page),
			     vma_page_prot(move->dst_vma) | _PAGE_SPECIAL);

	double_pt_lock(ptes);
	if (!is_pte_pages_stable(ptes)) {
		double_pt_unlock(ptes);
		return -EAGAIN;
	}
	move_pte(ptes, zero);
	flush_tlb_range(move->mm, move->src, move->src + PAGE_SIZE);
	double_pt_unlock(ptes);
	return PAGE_SIZE;
}

/* ---- pages ---- */

/* What comes of trying again and again while others run, without the tries in between. */
static void wait_until_unlocked(const struct folio *folio)
{
	if (mach->sched && folio_test(folio, PG_locked))
		wait_on(folio, "move_pages: large folio");
}

/*
 * The folio to move gets locked, with a reference: 0, or -errno, or 1: after a sleep, for which nothing
 * may be held; look again.
 */
static long lock_folio(struct move_ptes *ptes)
{
	struct page *page;
	bool locked;

	spin_lock(&ptes->src_table->ptl, LOCK_PTE);
	if (ptep_get(ptes->src_table, ptes->src_slot) != ptes->src_pte) {
		spin_unlock(&ptes->src_table->ptl, LOCK_PTE);
		return -EAGAIN;
	}
	page = vm_normal_page(ptes->src_pte);
	if (!page || !PageAnonExclusive(page)) {
		spin_unlock(&ptes->src_table->ptl, LOCK_PTE);
		return -EBUSY;
	}
	locked = folio_trylock(page->folio);
	/* Who waits with a reference keeps the others from splitting it. */
	if (!locked && page->folio->large && !semantics()->uffd_move_large_livelock) {
		spin_unlock(&ptes->src_table->ptl, LOCK_PTE);
		unmap_tables(ptes);
		wait_until_unlocked(page->folio);
		return -EAGAIN;
	}
	folio_get(page->folio);
	ptes->folio = page->folio;
	ptes->folio_pte = ptes->src_pte;
	spin_unlock(&ptes->src_table->ptl, LOCK_PTE);
	if (locked)
		return 0;
	point("uffd_move:folio-contended");
	unmap_tables(ptes);
	folio_lock(ptes->folio);
	return 1;
}

/*
 * The walk by which reclaim asks for accesses goes without the folio lock: only the anon_vma's keeps it
 * from looking while the page is at neither place.  As lock_folio().
 */
static long lock_anon_vma(struct move_ptes *ptes)
{
	ptes->anon_vma = folio_get_anon_vma(ptes->folio);
	if (!ptes->anon_vma)
		return -EAGAIN;		/* unmapped meanwhile */
	if (anon_vma_trylock_write(ptes->anon_vma))
		return 0;
	point("uffd_move:anon-vma-contended");
	unmap_tables(ptes);
	anon_vma_lock_write(ptes->anon_vma);
	return 1;
}

/* May the page move?  It has to be this process's alone, and no device's. */
static bool may_move_page(const struct page *page)
{
	const struct folio *folio = page->folio;

	return !folio->large && !folio_maybe_dma_pinned(folio) && PageAnonExclusive(page);
}

/*
 * The next page of a batch if it can move under the locks that are held: its folio locked; or NULL,
 * which ends the batch without an error.  Kernel: check_ptes_for_batched_move().
 */
static struct folio *next_of_batch(const struct move_ptes *ptes)
{
	pte_t pte = ptep_get(ptes->src_table, ptes->src_slot);
	struct page *page;

	if (!pte_none(ptep_get(ptes->dst_table, ptes->dst_slot)) || !pte_present(pte))
		return NULL;
	page = vm_normal_page(pte);
	if (!page || !page->folio || !folio_trylock(page->folio))
		return NULL;
	if (PageAnonExclusive(page) && !page->folio->large &&
	    folio_anon_vma(page->folio) == ptes->anon_vma)
		return page->folio;
	folio_unlock(page->folio);
	return NULL;
}

/*
 * Out of the source, then one last look for pins: who pins without locks takes the pin first and looks
 * at the entry again after it.  0 or -EBUSY.
 */
static int move_one(const struct move_ptes *ptes, struct folio *folio, unsigned long offset)
{
	const struct uffd_move *move = ptes->move;
	struct pgtable *table = ptes->src_table;
	pte_t old, pte;

	if (semantics()->uffd_move_pin_order && folio_maybe_dma_pinned(folio))
		return -EBUSY;
	old = ptep_get_and_clear(table, ptes->src_slot);
	point("uffd_move:source-cleared");
	if (!semantics()->uffd_move_pin_order && folio_maybe_dma_pinned(folio)) {
		set_pte(table, ptes->src_slot, old);
		return -EBUSY;
	}
	folio_move_anon_rmap(folio, move->dst_vma);
	WRITE_SHARED(&folio->index, folio->index, linear_page_index(move->dst_vma, move->dst + offset),
		     "move_present_ptes");
	point("uffd_move:rmap-moved");
	/* As new, but for dirty: writable at once, and without userfaultfd's protection. */
	pte = pte_mkwrite(pfn_pte(folio->pfn, vma_page_prot(move->dst_vma)));
	if (pte_dirty(old))
		pte = pte_mkdirty(pte);
	set_pte(ptes->dst_table, ptes->dst_slot, pte);
	ghost_move_unpinned(move->mm, move->src + offset, move->dst + offset, PAGE_SIZE);
	pgtable_set_wp_asked(table, ptes->src_slot, false);
	count_vm_event(VM_EVENT_moves);
	return 0;
}

/* How much can be moved within the two tables. */
static unsigned long batch_length(const struct uffd_move *move)
{
	unsigned long len = move->end - move->src;

	len = MIN(len, PMD_SIZE - (move->src & ~PMD_MASK));
	return MIN(len, PMD_SIZE - (move->dst & ~PMD_MASK));
}

/* Both locks are held. */
static long move_batch(struct move_ptes *ptes)
{
	const struct uffd_move *move = ptes->move;
	unsigned long len = batch_length(move), done = 0;
	struct folio *folio = ptes->folio;
	int error = 0;

	/* The entry's reference will do from here on. */
	folio_put(folio);
	ptes->folio = NULL;
	while (folio) {
		error = move_one(ptes, folio, done);
		folio_unlock(folio);
		if (error)
			break;
		done += PAGE_SIZE;
		ptes->src_slot++;
		ptes->dst_slot++;
		folio = done < len ? next_of_batch(ptes) : NULL;
	}
	if (!done)
		return error;
	flush_tlb_range(move->mm, move->src, move->src + done);
	return (long)done;
}

long move_present_ptes(struct move_ptes *ptes)
{
	long result = -EAGAIN;

	double_pt_lock(ptes);
	if (is_pte_pages_stable(ptes))
		result = may_move_page(pfn_to_page(pte_pfn(ptes->src_pte))) ? move_batch(ptes) :
									      -EBUSY;
	double_pt_unlock(ptes);
	return result;
}

/*
 * The locked folio becomes pages, each with a folio of its own: 1 to look again, or -errno.  Pages of zeroes
 * become the zero page.
 */
static long split_large(struct move_ptes *ptes)
{
	int error;

	unmap_tables(ptes);
	error = split_folio(ptes->folio);
	/* Somebody else has a reference: who knows for how long. */
	if (error)
		return error == -EAGAIN && !semantics()->uffd_move_large_livelock ? -EBUSY : error;
	folio_unlock(ptes->folio);
	folio_put(ptes->folio);
	ptes->folio = NULL;
	return 1;
}

/* As lock_folio(), and bytes done otherwise. */
static long move_present(struct move_ptes *ptes)
{
	long result;

	if (!ptes->folio) {
		result = lock_folio(ptes);
		if (result)
			return result;
	}
	point("uffd_move:folio-locked");
	if (ptes->folio->large)
		return split_large(ptes);
	if (!ptes->anon_vma) {
		result = lock_anon_vma(ptes);
		if (result)
			return result;
	}
	point("uffd_move:anon-vma-locked");
	return move_present_ptes(ptes);
}

/* ---- what is not present ---- */

/* As try_move(). */
static long move_nonpresent(struct move_ptes *ptes)
{
	if (is_swap_entry_pte(ptes->src_pte))
		return move_swap_pte(ptes);
	if (is_pte_marker(ptes->src_pte))
		return -EFAULT;
	/* A migrating page: it will be there again. */
	unmap_tables(ptes);
	migration_entry_wait(ptes->move->mm, ptes->move->src);
	return -EAGAIN;
}

/* ---- one page, by the kind of its entry ---- */

/* One attempt: bytes, -errno, or 1 to look again with what is locked now. */
static long try_move(struct move_ptes *ptes)
{
	if (!find_tables(ptes))
		return -EAGAIN;
	point("uffd_move:tables-found");
	ptes->dst_pte = read_locked(ptes->dst_table, ptes->dst_slot);
	if (!pte_none(ptes->dst_pte))
		return -EEXIST;
	ptes->src_pte = read_locked(ptes->src_table, ptes->src_slot);
	point("uffd_move:entries-read");
	if (pte_none(ptes->src_pte))
		return ptes->move->allow_holes ? (long)PAGE_SIZE : -ENOENT;
	/* Not the folio any more for which we slept. */
	if (ptes->folio && ptes->src_pte != ptes->folio_pte)
		return -EAGAIN;
	if (!pte_present(ptes->src_pte))
		return move_nonpresent(ptes);
	if (pfn_to_page(pte_pfn(ptes->src_pte)) == mach->zero_page)
		return move_zeropage_pte(ptes);
	return move_present(ptes);
}

long move_pages_ptes(const struct uffd_move *move)
{
	struct move_ptes ptes = { .move = move };
	long result;

	do {
		result = try_move(&ptes);
		unmap_tables(&ptes);
	} while (result == 1);
	if (ptes.anon_vma) {
		anon_vma_unlock_write(ptes.anon_vma);
		put_anon_vma(ptes.anon_vma);
	}
	if (ptes.folio) {
		folio_unlock(ptes.folio);
		folio_put(ptes.folio);
	}
	return result;
}
