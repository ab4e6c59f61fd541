/*
 * migrate_entries.c - words of page tables while their page is on its way.
 *
 * In the kernel:  mm/rmap.c try_to_migrate_one(); mm/migrate.c remove_migration_pte(),
 *                 migration_entry_wait().
 * Left out:       PMD entries, batched TLB flushes, device-private pages, stacks that
 *                 execve() moves, zero pages after a split.
 * Locks:          the folio lock is the caller's; the anon_vma root's rwsem or i_mmap_rwsem for
 *                 reading, then the PTE lock of each word.
 */
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "migrate.h"
#include "rmap_pte.h"
#include "swap.h"

/* Page @n of the walk's folio in @vma: its address, or false.  The index of a KSM page tells
 * nothing; *@addr is where the walk found it. */
static bool address_of(const struct folio *folio, const struct vm_area_struct *vma,
		       unsigned long n, unsigned long *addr)
{
	if (folio_test_ksm(folio))
		return true;
	return vma_address(vma, folio->index + n, 1, addr);
}

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
			 unsigned int slot)
{
	pte_t old = table->entry[slot];
	struct page *page = pfn_to_page(pte_pfn(old));
	bool exclusive = folio_test_anon(folio) && PageAnonExclusive(page);

	/* Cleared before pins are looked for: a pin without lock looks the other way round. */
	set_pte(table, slot, 0);
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

static bool migrate_one(struct folio *folio, struct vm_area_struct *vma, unsigned long address,
			void *data)
{
	bool good = true;

	(void)data;
	for (unsigned long n = 0; n < folio_nr_pages(folio) && good; n++) {
		unsigned long addr = address;
		struct pgtable *table;

		if (!address_of(folio, vma, n, &addr))
			continue;
		table = rmap_pte_lock(folio, vma, addr);
		if (!table)
			continue;
		good = migrate_word(folio, vma, table, pgtable_index(addr, LEVEL_PTE));
		spin_unlock(&table->ptl, LOCK_PTE);
		trace_event("migrate", "mm#%u %#lx: %s", vma->vm_mm->id, addr,
			    good ? "a migration entry" : "pinned, stays");
		point("migrate:entry-installed");
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
	pte_t old = table->entry[slot];

	folio_get(dst);
	if (folio_test_anon(dst))
		folio_add_anon_rmap_pte(dst, page, vma, addr, swp_type(old) != SWP_MIGRATION_READ);
	else
		folio_add_file_rmap_pte(dst, page, vma);
	set_pte(table, slot, restored_pte(dst, page, vma, old));
	if (vma->vm_flags & VM_LOCKED)
		mlock_drain_local();
}

/* The table with its lock held if the word at @addr is an entry for @page.
 * Kernel: page_vma_mapped_walk() with PVMW_MIGRATION. */
static struct pgtable *entry_lock(const struct vm_area_struct *vma, unsigned long addr,
				  const struct page *page)
{
	struct pgtable *table = pte_offset_map_lock(vma->vm_mm, addr);
	pte_t pte;

	if (!table)
		return NULL;
	pte = table->entry[pgtable_index(addr, LEVEL_PTE)];
	if (is_migration_pte(pte) && swp_offset(pte) == page_to_pfn(page))
		return table;
	spin_unlock(&table->ptl, LOCK_PTE);
	return NULL;
}

static bool restore_one(struct folio *dst, struct vm_area_struct *vma, unsigned long address,
			void *data)
{
	const struct folio *src = data;

	for (unsigned long n = 0; n < folio_nr_pages(dst); n++) {
		unsigned long addr = address;
		struct pgtable *table;

		if (!address_of(dst, vma, n, &addr))
			continue;
		table = entry_lock(vma, addr, folio_page(src, n));
		if (!table)
			continue;
		restore_word(dst, folio_page(dst, n), vma, table, addr);
		spin_unlock(&table->ptl, LOCK_PTE);
		trace_event("migrate", "mm#%u %#lx: maps folio#%u", vma->vm_mm->id, addr, dst->id);
		point("migrate:entry-removed");
	}
	return true;
}

void remove_migration_ptes(struct folio *src, struct folio *dst)
{
	lockdep_assert_held(dst, LOCK_FOLIO);
	rmap_walk(dst, restore_one, src);
}

/* ---- those who meet one ---- */

void migration_entry_wait(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *table = pte_offset_map_lock(mm, addr);
	const struct folio *folio;
	pte_t pte;

	if (!table)
		return;
	pte = table->entry[pgtable_index(addr, LEVEL_PTE)];
	folio = is_migration_pte(pte) ? migration_pte_page(pte)->folio : NULL;
	spin_unlock(&table->ptl, LOCK_PTE);
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
