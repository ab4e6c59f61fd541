/*
 * migrate.h - giving a folio other frames while processes map it.
 *
 *   1  off the LRU, with a reference of one's own; a new folio is allocated
 *   2  both locked; each word that maps the old one becomes a migration entry
 *   3  nobody else may hold a reference; content and state are copied
 *   4  each migration entry becomes a word for the new one
 *
 * Whatever fails puts words for the old one back.  A fault that meets a migration entry
 * waits for the folio lock, without a reference, and tries again.
 *
 * In the kernel:  mm/migrate.c, mm/rmap.c try_to_migrate(), mm/compaction.c,
 *                 include/linux/swapops.h.
 * Locks:          see each function.
 */
#ifndef MODEL_MIGRATE_H
#define MODEL_MIGRATE_H

#include "pgtable.h"
#include "rmap.h"

struct task_struct;
struct vm_fault;

/* Young and dirty of the word that a migration entry stands for. */
#define _PAGE_SWP_MIG_YOUNG	_PAGE_ACCESSED
#define _PAGE_SWP_MIG_DIRTY	_PAGE_DIRTY

static inline struct page *migration_pte_page(pte_t pte)
{
	return pfn_to_page(swp_offset(pte));
}

/* ---- entries: migrate_entries.c ---- */

/*
 * Replaces all words that map @folio, which is locked, by migration entries; stops at a page
 * that is pinned.  The folio is not mapped any more if it all went well.
 * Kernel: try_to_migrate().
 */
void try_to_migrate(struct folio *folio);
/* Turns the migration entries for @src into words for @dst; both locked, and possibly the same.
 * Kernel: remove_migration_ptes(). */
void remove_migration_ptes(struct folio *src, struct folio *dst);
/*
 * Sleeps if the word at @addr is a migration entry, until the folio is unlocked.  No lock but
 * mmap_lock or the VMA's held.  Kernel: migration_entry_wait().
 */
void migration_entry_wait(struct mm_struct *mm, unsigned long addr);
/* The same if a leaf of the PMD level migrates there.  Kernel: pmd_migration_entry_wait(). */
void pmd_migration_entry_wait(struct mm_struct *mm, unsigned long addr);

/* ---- folios: migrate.c ---- */

enum migrate_mode { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT, MIGRATE_SYNC };

struct migrate_control {
	enum migrate_mode mode;		/* of the passes that may wait */
	int node;			/* where to; NUMA_NO_NODE: anywhere on the same node */
	bool fail;			/* somebody takes a reference when the entries are there */
};

/*
 * Moves the folios of @list, which are off the LRU, each with a reference that goes.  A large one for
 * which there is no memory in one piece, or of which nothing but a part is mapped, is split, and its
 * pages move one by one.  What did not move is put back and stays in the list without a reference.
 * How many, or -ENOMEM; *why is what the last of them met: -EAGAIN, -EBUSY, -ENOMEM, 0 for
 * none.  No lock held.
 * Kernel: migrate_pages(), putback_movable_pages().
 */
long migrate_pages(GPtrArray *list, const struct migrate_control *control, int *why);

/* ---- who asks: move_pages.c ---- */

#define MPOL_MF_MOVE	(1 << 1)
#define MPOL_MF_MOVE_ALL (1 << 2)

/*
 * move_pages(2) on @target's memory (NULL: there is no such process).  @nodes NULL asks where
 * pages are.  @status gets a node or -errno for each; *done says how many of its elements were
 * written.  0, -errno, or how many pages did not move.
 */
long sys_move_pages(struct task_struct *target, unsigned long count, const uint64_t *pages,
		    const int64_t *nodes, int64_t *status, unsigned int flags,
		    unsigned long *done);
/*
 * Compaction moves the pages of [addr, addr + len) of @mm: 0, or why the last one that stayed did:
 * -ENOENT (nothing there), -EBUSY (not on the LRU, or referenced by others), -EAGAIN, -ENOMEM.
 * With @fail nothing moves, by a reference taken when all entries are there: 0 if it came
 * that far.  Kernel: isolate_migratepages_block(), compact_zone().
 */
long kcompactd_migrate(struct mm_struct *mm, unsigned long addr, unsigned long len, bool fail);

#endif
