/*
 * migrate_entries.c - words of page tables while their page is on its way.
 *
 * A leaf of 2 MiB becomes one entry of the PMD level, with the table that is kept for it; whoever
 * cuts that makes 512 entries of it.
 *
 * In the kernel:  mm/rmap.c try_to_migrate_one(); mm/migrate.c remove_migration_pte(),
 *                 migration_entry_wait(), pmd_migration_entry_wait(); mm/huge_memory.c
 *                 set_pmd_migration_entry(), remove_migration_pmd().
 * Left out:       device-private pages, zero pages
 *                 after a split.
 * Locks:          the folio lock is the caller's; the anon_vma root's rwsem or i_mmap_rwsem for
 *                 reading, then the PTE lock of each word.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "migrate.h"
#include "rmap_pte.h"
#include "swap.h"
#include "vma.h"

/* ---- in ---- */

static unsigned int entry_type(pte_t pte, bool exclusive)
{
	if (pte_write(pte))
		return SWP_MIGRATION_WRITE;
	return exclusive ? SWP_MIGRATION_READ_EXCLUSIVE : SWP_MIGRATION_READ;
}

static pte_t make_migration_pte(const struct page *page, pte_t pte, bool exclusive)
{
	pte_t entry = swp_pte(entry_type(pte, exclusive), page_to_pfn(page));

	entry |= pte & (_PAGE_SWP_MIG_YOUNG | _PAGE_SWP_MIG_DIRTY);
	return pte & _PAGE_UFFD_WP ? entry | _PAGE_SWP_UFFD_WP : entry;
}

/* One word, its lock held; false if the page is pinned.  Kernel: try_to_migrate_one(). */
static bool migrate_word(struct folio *folio, struct vm_area_struct *vma, struct pgtable *table,
			 unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	struct page *page = pfn_to_page(pte_pfn(ptep_get(table, slot)));
	pte_t old;
	bool exclusive = folio_test_anon(folio) && PageAnonExclusive(page);

	/* Cleared before pins are looked for: a pin without lock looks the other way round. */
	old = ptep_clear_batched(table, slot, addr);
	if (pte_dirty(old))
		folio_set(folio, PG_dirty);
	if (exclusive && !folio_try_share_anon_rmap_pte(folio, page)) {
		set_pte(table, slot, old);
		return false;
	}
	set_pte(table, slot, make_migration_pte(page, old, exclusive));
	/* rss goes on counting it. */
	folio_remove_rmap_pte(folio, page, vma);
	if (vma->vm_flags & VM_LOCKED)
		mlock_drain_local();
	folio_put(folio);
	return true;
}

/* All of the leaf at once; false if the folio is pinned.  Kernel: set_pmd_migration_entry(). */
static bool migrate_leaf(struct folio *folio, struct vm_area_struct *vma, struct pgtable *pmds,
			 unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	struct page *head = folio_page(folio, 0);
	bool exclusive = PageAnonExclusive(head);
	pte_t old = pmdp_invalidate(pmds, slot, addr);

	sched_step(folio, ACCESS_READ, "folio_try_share_anon_rmap_pmd");
	if (exclusive && folio_try_share_anon_rmap_pmd(folio)) {
		set_pte(pmds, slot, old);
		return false;
	}
	if (pte_dirty(old))
		folio_set(folio, PG_dirty);
	set_pte(pmds, slot, make_migration_pte(head, old, exclusive));
	folio_remove_rmap_pmd(folio, vma);
	folio_put(folio);
	return true;
}

/* The words of one table, or the leaf in its place. */
static bool migrate_table(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			  unsigned long end, pfn_t pfn)
{
	struct pgtable *table = rmap_leaf_lock(folio, vma, addr);
	bool good = true;

	if (table) {
		good = migrate_leaf(folio, vma, table, addr);
		spin_unlock(&table->ptl, LOCK_PMD);
		goto done;
	}
	table = rmap_table_lock(vma, addr, end, pfn);
	if (!table)
		return true;
	for (unsigned long at = addr; at < end && good; at += PAGE_SIZE, pfn++) {
		unsigned int slot = pgtable_index(at, LEVEL_PTE);

		if (pte_maps(ptep_get(table, slot), pfn))
			good = migrate_word(folio, vma, table, at);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
done:
	trace_event("migrate", "mm#%u %#lx: %s", vma->vm_mm->id, addr,
		    good ? "a migration entry" : "pinned, stays");
	point("migrate:entry-installed");
	return good;
}

/* A stack that execve() is about to move: once its area covers both places, who puts the page back
 * would look for it at the new one alone.  Kernel: invalid_migration_vma(). */
static bool invalid_migration_vma(const struct folio *folio, const struct vm_area_struct *vma)
{
	return folio_test_anon(folio) && !folio_test_ksm(folio) && vma_is_temporary_stack(vma) &&
	       !semantics()->exec_stack_shift;
}

static bool migrate_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			void *data G_GNUC_UNUSED)
{
	unsigned long end, next;
	bool good = true;
	pfn_t pfn;

	if (invalid_migration_vma(folio, vma))
		return true;
	end = rmap_range(folio, vma, addr, &pfn);
	for (; addr < end && good; addr = next) {
		next = pmd_addr_end(addr, end);
		good = migrate_table(folio, vma, addr, next, pfn);
		pfn += (next - addr) >> PAGE_SHIFT;
	}
	return good && folio_mapcount(folio) > 0;
}

void try_to_migrate(struct folio *folio)
{
	lockdep_assert_held(folio, LOCK_FOLIO);
	rmap_walk(folio, migrate_one, NULL);
}

/* ---- out ---- */

/* The word for page @page of @dst that the entry @old becomes. */
static pte_t restored_pte(const struct folio *dst, const struct page *page,
			  const struct vm_area_struct *vma, pte_t old)
{
	pte_t pte = pfn_pte(page_to_pfn(page), vma_page_prot(vma));

	pte = old & _PAGE_SWP_MIG_YOUNG ? pte_mkyoung(pte) : pte_mkold(pte);
	/* Not if the file system has cleaned it meanwhile. */
	if (folio_test(dst, PG_dirty) && old & _PAGE_SWP_MIG_DIRTY)
		pte = pte_mkdirty(pte);
	if (swp_type(old) == SWP_MIGRATION_WRITE)
		return pte_mkwrite(pte);
	if (!(old & _PAGE_SWP_UFFD_WP))
		return pte;
	if (semantics()->uffd_wp_restored_writable && vma->vm_flags & VM_SHARED)
		return pte_mkwrite(pte) | _PAGE_UFFD_WP;
	return pte_mkuffd_wp(pte);
}

/* One word, its lock held.  Kernel: remove_migration_pte(). */
static void restore_word(struct folio *dst, struct page *page, struct vm_area_struct *vma,
			 struct pgtable *table, unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	pte_t old = ptep_get(table, slot);

	folio_get(dst);
	if (folio_test_anon(dst))
		folio_add_anon_rmap_pte(dst, page, vma, addr, swp_type(old) != SWP_MIGRATION_READ);
	else
		folio_add_file_rmap_pte(dst, page, vma);
	sched_step(&vma->vm_flags, ACCESS_READ, "remove_migration_pte");
	set_pte(table, slot, restored_pte(dst, page, vma, old));
	if (vma->vm_flags & VM_LOCKED)
		mlock_drain_local();
}

/* Kernel: remove_migration_pmd(). */
static void restore_leaf(struct folio *dst, struct vm_area_struct *vma, struct pgtable *pmds,
			 unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	pte_t old = ptep_get(pmds, slot);
	pte_t pmd = restored_pte(dst, folio_page(dst, 0), vma, old) | _PAGE_PSE;

	if (old & _PAGE_SWP_UFFD_WP)
		pmd = pte_mkuffd_wp(pmd);
	folio_get(dst);
	folio_add_anon_rmap_pmd(dst, vma, addr, swp_type(old) != SWP_MIGRATION_READ);
	set_pte(pmds, slot, pmd);
}

/* The PMD table with its lock held if the word of @addr is an entry for all of @src. */
static struct pgtable *leaf_entry_lock(const struct folio *src, const struct vm_area_struct *vma,
				       unsigned long addr)
{
	struct pgtable *pmds = src->order == HPAGE_PMD_ORDER ?
			       pgtable_lookup(vma->vm_mm, addr, LEVEL_PMD) : NULL;
	pte_t pmd;

	if (!pmds)
		return NULL;
	/* Even if nothing is there: mremap() may be about to put it elsewhere, where we look next.
	 * Kernel: PVMW_SYNC. */
	spin_lock(&pmds->ptl, LOCK_PMD);
	pmd = ptep_get(pmds, pgtable_index(addr, LEVEL_PMD));
	if (is_migration_pte(pmd) && migration_pfn(pmd) == src->pfn)
		return pmds;
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return NULL;
}

static void tell_restored(const struct folio *dst, const struct vm_area_struct *vma,
			  unsigned long addr)
{
	trace_event("migrate", "mm#%u %#lx: maps folio#%u", vma->vm_mm->id, addr, dst->id);
	point("migrate:entry-removed");
}

/* The PTE table of [addr, end) with its lock taken; NULL if there is none. */
static struct pgtable *restore_lock(const struct vm_area_struct *vma, unsigned long addr,
				    unsigned long end)
{
	/* Even if no entry is there: mremap() may have taken it out, and put it where we look next
	 * once it lets go of both tables.  Kernel: PVMW_SYNC. */
	if (semantics()->move_ptes_lockless_peek) {
		const struct pgtable *table = pgtable_lookup(vma->vm_mm, addr, LEVEL_PTE);

		while (table && addr < end &&
		       pte_none(ptep_get_lockless(table, pgtable_index(addr, LEVEL_PTE),
						  "remove_migration_pte: peek")))
			addr += PAGE_SIZE;
		if (addr == end)
			return NULL;
	}
	return pte_offset_map_lock(vma->vm_mm, addr);
}

/* The entries of one table, [addr, end), for the pages of @src from frame @pfn on.
 * Kernel: remove_migration_pte(), page_vma_mapped_walk() with PVMW_MIGRATION. */
static void restore_table(const struct folio *src, struct folio *dst, struct vm_area_struct *vma,
			  unsigned long addr, unsigned long end, pfn_t pfn)
{
	struct pgtable *table = leaf_entry_lock(src, vma, addr);
	bool found = false;

	if (table) {
		restore_leaf(dst, vma, table, addr);
		spin_unlock(&table->ptl, LOCK_PMD);
		tell_restored(dst, vma, addr);
		return;
	}
	table = restore_lock(vma, addr, end);
	if (!table)
		return;
	for (unsigned long at = addr; at < end; at += PAGE_SIZE, pfn++) {
		pte_t pte = ptep_get(table, pgtable_index(at, LEVEL_PTE));

		if (!is_migration_pte(pte) || migration_pfn(pte) != pfn)
			continue;
		restore_word(dst, folio_page(dst, pfn - src->pfn), vma, table, at);
		found = true;
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	if (found)
		tell_restored(dst, vma, addr);
}

static bool restore_one(struct folio *dst, struct vm_area_struct *vma, unsigned long addr,
			void *data)
{
	const struct folio *src = data;
	unsigned long end, next;
	pfn_t pfn;

	end = rmap_range(dst, vma, addr, &pfn);
	pfn = src->pfn + (pfn - dst->pfn);
	for (; addr < end; addr = next) {
		next = pmd_addr_end(addr, end);
		restore_table(src, dst, vma, addr, next, pfn);
		pfn += (next - addr) >> PAGE_SHIFT;
	}
	return true;
}

void remove_migration_ptes(struct folio *src, struct folio *dst)
{
	lockdep_assert_held(dst, LOCK_FOLIO);
	rmap_walk(dst, restore_one, src);
}

/* ---- those who meet one ---- */

/* Asleep until @folio is unlocked; the lock of the word, which says that it migrates, goes. */
static void wait_on_locked(const struct mm_struct *mm, struct spinlock *lock,
			   enum lock_class class, pte_t entry)
{
	const struct folio *folio = is_migration_pte(entry) ? migration_pte_page(entry)->folio
							    : NULL;

	spin_unlock(lock, class);
	if (!folio)
		return;
	/*
	 * In the wait queue before the lock of the word is dropped, so that the folio, of which
	 * no reference is taken, cannot be unlocked unnoticed.
	 */
	trace_event("migrate", "mm#%u waits for folio#%u", mm->id, folio->id);
	if (!wait_on(folio, "migration_entry_wait"))
		violation_add("migration-entries", "migration_entry_wait()",
			      "somebody who ends the migration", "folio#%u is moved by nobody",
			      folio->id);
}

void migration_entry_wait(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *table = pte_offset_map_lock(mm, addr);

	if (table)
		wait_on_locked(mm, &table->ptl, LOCK_PTE,
			       ptep_get(table, pgtable_index(addr, LEVEL_PTE)));
}

void pmd_migration_entry_wait(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *pmds = pmd_trans_huge_lock(mm, addr);

	if (pmds)
		wait_on_locked(mm, &pmds->ptl, LOCK_PMD,
			       ptep_get(pmds, pgtable_index(addr, LEVEL_PMD)));
}
