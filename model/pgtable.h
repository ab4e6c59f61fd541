/*
 * pgtable.h - four levels of page tables with 512 words each.
 *
 * A word is laid out like that of x86-64.  Present: bit 0, writable 1, user 2,
 * accessed 5, dirty 6, leaf at PMD or PUD level 7 (PSE), special 9, uffd-wp 10, PFN
 * 12..51, pkey 59..62, no-execute 63.  PROT_NONE: bit 8 instead of bit 0.
 * Not present and not 0: type in bits 59..63, offset in 12..58, exclusive
 * bit 3, uffd-wp bit 2; type 31 is a marker (offset 1 uffd-wp, 2 poison, 4 guard).
 *
 * In the kernel:  arch/x86/include/asm/pgtable*.h, mm/memory.c, mm/pgtable-generic.c.
 * Left out:       five levels, the 1 GiB leaf of files, PTI, soft-dirty.
 * Locks:          page_table_lock for PGD and PUD tables, the PMD table's ptl for its
 *                 entries, each PTE table's ptl for its entries; mmap_lock or the rmap
 *                 locks keep tables from being freed.
 */
#ifndef MODEL_PGTABLE_H
#define MODEL_PGTABLE_H

#include "machine.h"
#include "mm.h"

#define _PAGE_PRESENT	(1UL << 0)
#define _PAGE_RW	(1UL << 1)
#define _PAGE_USER	(1UL << 2)
#define _PAGE_ACCESSED	(1UL << 5)
#define _PAGE_DIRTY	(1UL << 6)
#define _PAGE_PSE	(1UL << 7)
#define _PAGE_PROTNONE	(1UL << 8)
#define _PAGE_SPECIAL	(1UL << 9)
#define _PAGE_UFFD_WP	(1UL << 10)
#define _PAGE_NX	(1UL << 63)
/* A word which links a table: _PAGE_TABLE of x86-64. */
#define TABLE_FLAGS	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define PTE_PFN_MASK	0x000ffffffffff000UL
#define _PAGE_PKEY_SHIFT 59

#define _PAGE_SWP_UFFD_WP (1UL << 2)
#define _PAGE_SWP_EXCLUSIVE (1UL << 3)
#define SWP_TYPE_SHIFT	59
#define SWP_OFFSET_SHIFT 12
#define SWP_OFFSET_MASK	((1UL << (SWP_TYPE_SHIFT - SWP_OFFSET_SHIFT)) - 1)
#define SWP_MIGRATION_READ 28
#define SWP_MIGRATION_READ_EXCLUSIVE 29
#define SWP_MIGRATION_WRITE 30
#define SWP_PTE_MARKER	31
/* In a migration entry: bits of the PTE that it stands for. */
#define SWP_MIGRATION_YOUNG	_PAGE_ACCESSED
#define SWP_MIGRATION_DIRTY	_PAGE_DIRTY
#define PTE_MARKER_UFFD_WP 1UL
#define PTE_MARKER_POISONED 2UL
#define PTE_MARKER_GUARD 4UL

enum pgtable_level { LEVEL_PTE, LEVEL_PMD, LEVEL_PUD, LEVEL_PGD, NR_LEVELS };

/* One table.  Owned by the table above it, the PGD by its mm. */
struct pgtable {
	unsigned int id;
	uint8_t level;			/* enum pgtable_level */
	uint16_t nr;			/* words that are not 0 */
	uint32_t pfn;			/* its frame */
	struct mm_struct *mm;
	struct pgtable *parent;		/* NULL for the PGD, and once unlinked */
	uint16_t slot;			/* of the parent */
	struct spinlock ptl;
	const struct task_struct *taken_by;	/* linked nowhere, and this task's alone; else NULL */
	struct pgtable *deposit;	/* PMD tables: the first of the PTE tables kept for leaves;
					 * such a PTE table: the next one */
	struct pgtable **child;		/* [512] behind the words, NULL for a PTE table: the
					 * table which each word links */
	uint64_t wp_asked[PTRS_PER_TABLE / 64];	/* a bit for each word, see pgtable_wp_asked() */
	pte_t entry[PTRS_PER_TABLE];
};

/*
 * A ghost: nothing of the kernel, and nothing that decides anything.  Has userfaultfd been asked to
 * protect what the word is for, and never been told otherwise?  It is kept apart from the words so
 * that a mark that gets lost on some path is noticed.  The word's lock is held.
 */
static inline bool pgtable_wp_asked(const struct pgtable *table, unsigned int slot)
{
	return (table->wp_asked[slot / 64] >> slot % 64) & 1;
}
static inline void pgtable_set_wp_asked(struct pgtable *table, unsigned int slot, bool asked)
{
	table->wp_asked[slot / 64] &= ~(1UL << slot % 64);
	table->wp_asked[slot / 64] |= (uint64_t)asked << slot % 64;
}

static inline bool pte_none(pte_t pte) { return pte == 0; }
static inline bool pte_present(pte_t pte)
{
	return (pte & (_PAGE_PRESENT | _PAGE_PROTNONE)) != 0;
}
static inline bool pte_write(pte_t pte) { return (pte & _PAGE_RW) != 0; }
static inline bool pte_dirty(pte_t pte) { return (pte & _PAGE_DIRTY) != 0; }
static inline bool pte_young(pte_t pte) { return (pte & _PAGE_ACCESSED) != 0; }
static inline bool pte_special(pte_t pte) { return (pte & _PAGE_SPECIAL) != 0; }
static inline bool pte_protnone(pte_t pte)
{
	return (pte & (_PAGE_PROTNONE | _PAGE_PRESENT)) == _PAGE_PROTNONE;
}
static inline bool pte_leaf(pte_t pmd) { return pte_present(pmd) && (pmd & _PAGE_PSE); }
static inline pfn_t pte_pfn(pte_t pte) { return (pte & PTE_PFN_MASK) >> PAGE_SHIFT; }
static inline pte_t pte_wrprotect(pte_t pte) { return pte & ~_PAGE_RW; }
static inline pte_t pte_mkclean(pte_t pte) { return pte & ~_PAGE_DIRTY; }
static inline pte_t pte_mkold(pte_t pte) { return pte & ~_PAGE_ACCESSED; }
static inline pte_t pte_mkdirty(pte_t pte) { return pte | _PAGE_DIRTY; }
static inline pte_t pte_mkyoung(pte_t pte) { return pte | _PAGE_ACCESSED; }
static inline pte_t pte_mkwrite(pte_t pte) { return pte | _PAGE_RW; }
static inline bool pte_uffd_wp(pte_t pte) { return (pte & _PAGE_UFFD_WP) != 0; }
static inline pte_t pte_mkuffd_wp(pte_t pte) { return pte_wrprotect(pte) | _PAGE_UFFD_WP; }
static inline pte_t pte_clear_uffd_wp(pte_t pte) { return pte & ~_PAGE_UFFD_WP; }

/* Non-present words. */
static inline bool is_swap_pte(pte_t pte) { return !pte_none(pte) && !pte_present(pte); }
static inline unsigned int swp_type(pte_t pte) { return (unsigned int)(pte >> SWP_TYPE_SHIFT); }
static inline uint64_t swp_offset(pte_t pte)
{
	return (pte >> SWP_OFFSET_SHIFT) & SWP_OFFSET_MASK;
}
static inline pte_t swp_pte(unsigned int type, uint64_t offset)
{
	return ((pte_t)type << SWP_TYPE_SHIFT) | ((offset & SWP_OFFSET_MASK) << SWP_OFFSET_SHIFT);
}
static inline bool is_pte_marker(pte_t pte)
{
	return is_swap_pte(pte) && swp_type(pte) == SWP_PTE_MARKER;
}
static inline bool pte_marker_uffd_wp(pte_t pte)
{
	return is_pte_marker(pte) && (swp_offset(pte) & PTE_MARKER_UFFD_WP);
}
static inline bool is_guard_pte(pte_t pte)
{
	return is_pte_marker(pte) && (swp_offset(pte) & PTE_MARKER_GUARD);
}
static inline bool is_migration_pte(pte_t pte)
{
	return is_swap_pte(pte) && swp_type(pte) >= SWP_MIGRATION_READ &&
	       swp_type(pte) <= SWP_MIGRATION_WRITE;
}

/* The migration word @pte for a page that is no longer, or not certainly, its owner's alone; for
 * one that is, but may not be written to.
 * Kernel: make_readable_migration_entry(), make_readable_exclusive_migration_entry(). */
static inline pte_t migration_pte_as(pte_t pte, unsigned int type)
{
	return (pte & ~(0x1fUL << SWP_TYPE_SHIFT)) | ((pte_t)type << SWP_TYPE_SHIFT);
}
static inline pte_t migration_pte_readable(pte_t pte)
{
	return migration_pte_as(pte, SWP_MIGRATION_READ);
}
static inline pte_t migration_pte_readable_exclusive(pte_t pte)
{
	return migration_pte_as(pte, SWP_MIGRATION_READ_EXCLUSIVE);
}
/* The page that a migration entry stands for. */
static inline pfn_t migration_pfn(pte_t pte)
{
	return swp_offset(pte);
}
/* The entry for the present @pte, of frame @pfn; @exclusive: PageAnonExclusive was set.
 * Kernel: in try_to_migrate_one(), and in __split_huge_pmd_locked(). */
static inline pte_t migration_pte_of(pte_t pte, pfn_t pfn, bool exclusive)
{
	unsigned int type = pte_write(pte) ? SWP_MIGRATION_WRITE :
			    exclusive ? SWP_MIGRATION_READ_EXCLUSIVE : SWP_MIGRATION_READ;

	return swp_pte(type, pfn) | (pte_young(pte) ? SWP_MIGRATION_YOUNG : 0) |
	       (pte_dirty(pte) ? SWP_MIGRATION_DIRTY : 0) |
	       (pte & _PAGE_UFFD_WP ? _PAGE_SWP_UFFD_WP : 0);
}

/* The protection bits of a leaf mapped with @flags.  Private writable areas map
 * read-only; the fault adds _PAGE_RW.  Kernel: vm_get_page_prot(). */
pte_t vm_page_prot(vm_flags_t flags);
/* @pte with the protection @prot instead of its own; frame, accessed, dirty and the software
 * bits stay.  Kernel: pte_modify(). */
pte_t pte_modify(pte_t pte, pte_t prot);
static inline pte_t pfn_pte(pfn_t pfn, pte_t prot) { return (pfn << PAGE_SHIFT) | prot; }

static inline unsigned int pgtable_shift(enum pgtable_level level)
{
	return PAGE_SHIFT + 9 * (unsigned int)level;
}
static inline unsigned int pgtable_index(unsigned long addr, enum pgtable_level level)
{
	return (unsigned int)(addr >> pgtable_shift(level)) & (PTRS_PER_TABLE - 1);
}

/* A word of a table: where it is and which address it serves. */
struct pte_ref {
	struct pgtable *table;		/* NULL: there is no table at that level */
	unsigned int slot;
};

/* The PGD of a new mm; NULL if no frame. */
struct pgtable *pgd_alloc(struct mm_struct *mm);
/* Frees the PGD; all below must be gone. */
void pgd_free(struct mm_struct *mm);

/* The table of @level which serves @addr, or NULL.  Takes no lock, makes nothing. */
struct pgtable *pgtable_lookup(const struct mm_struct *mm, unsigned long addr,
			       enum pgtable_level level);
/* The PTE table which serves @addr, or NULL.  Whole tables come and go: that the word which links
 * it is read is a step.  Kernel: pmdp_get_lockless(), pte_offset_map(). */
struct pgtable *pte_table_lookup(const struct mm_struct *mm, unsigned long addr, const char *site);
/* That step alone: the word of the PMD table for @addr, or where the walk ends above it, is read. */
void pmd_read_step(const struct mm_struct *mm, unsigned long addr, const char *site);
/*
 * As pgtable_lookup(), making what is missing under the locks; NULL if a table could not be
 * allocated (or if a leaf stands in the way: check pmd first).
 * Kernel: p4d_alloc(), pud_alloc(), pmd_alloc(), pte_alloc().
 */
struct pgtable *pgtable_alloc(struct mm_struct *mm, unsigned long addr,
			      enum pgtable_level level);
/* Where the walk to @addr goes on, NULL: nowhere; part of the step that runs. */
struct pgtable *pgtable_child(const struct pgtable *table, unsigned int slot);
/* The word at which a walk to @addr ends, whether it maps the page or is none; @mm itself if
 * there is no table at all.  For declaring accesses. */
const void *pgtable_deepest_word(const struct mm_struct *mm, unsigned long addr);
/* The running step reads a word of each level. */
void pgtable_touch_words(const struct mm_struct *mm, unsigned long addr);
/* The word at @addr of @level; 0 if no table.  Kernel: no twin (walk by hand). */
pte_t pgtable_entry(const struct mm_struct *mm, unsigned long addr, enum pgtable_level level);
/*
 * The PTE table which serves @addr with its lock taken (spin_unlock(&table->ptl, LOCK_PTE)),
 * or NULL if there is none.  Kernel: pte_offset_map_lock().
 */
struct pgtable *pte_offset_map_lock(struct mm_struct *mm, unsigned long addr);
/* Writes one word, keeping table->nr; the table's ptl held. */
void set_pte(struct pgtable *table, unsigned int slot, pte_t pte);
/* Takes one word out, with what the processor has marked up to now; the table's ptl held.
 * _flush: and flushes.  Kernel: ptep_get_and_clear(), ptep_clear_flush(). */
pte_t ptep_get_and_clear(struct pgtable *table, unsigned int slot);
pte_t ptep_clear_flush(struct pgtable *table, unsigned int slot, unsigned long addr);
/* The same for an rmap walk that takes many out; the flush may be put off (try_to_unmap_flush()).
 * Kernel: the choice by should_defer_flush() in try_to_unmap_one(). */
pte_t ptep_clear_batched(struct pgtable *table, unsigned int slot, unsigned long addr);
/* What is to be changed: the processor marks nothing between this and the commit, which nobody
 * else runs in front of.  Kernel: ptep_modify_prot_start(), ptep_set_wrprotect(),
 * ptep_test_and_clear_young(). */
pte_t ptep_modify_start(struct pgtable *table, unsigned int slot);
void ptep_modify_commit(struct pgtable *table, unsigned int slot, pte_t pte);
/* The leaf at @slot stays one, for whoever looks without the lock, but no processor can use it;
 * flushed.  Returns what it was.  Kernel: pmdp_invalidate(). */
pte_t pmdp_invalidate(struct pgtable *pmds, unsigned int slot, unsigned long addr);
/* Takes it out, and flushes.  Kernel: pmdp_huge_clear_flush(). */
pte_t pmdp_clear_flush(struct pgtable *pmds, unsigned int slot, unsigned long addr);
/* Reads one word under its lock, where only a processor may mark it meanwhile: part of the step that
 * runs.  Kernel: ptep_get(). */
UNWATCHED static inline pte_t ptep_get(const struct pgtable *table, unsigned long slot)
{
	pte_t pte = table->entry[slot];

	if (pte & (_PAGE_PRESENT | _PAGE_PROTNONE))
		sched_touch(&table->entry[slot], ACCESS_READ);
	return pte;
}
/* Reads one word without a lock.  Kernel: ptep_get_lockless(). */
pte_t ptep_get_lockless(const struct pgtable *table, unsigned int slot, const char *site);
/*
 * Unlinks @table from its parent / links it at @addr instead: for moves of whole
 * tables.  The PMD/PUD level locks held.
 */
void pgtable_unlink(struct pgtable *table);
/* The same, the word that links it being @word from then on, in one store. */
void pgtable_replace(struct pgtable *table, pte_t word);
void pgtable_link(struct mm_struct *mm, struct pgtable *table, struct pgtable *parent,
		  unsigned int slot);
/* Frees an unlinked table with nr == 0; mm->pgtables_bytes follows.  Processors must have
 * forgotten it: see tlb_remove_table(). */
void pgtable_free(struct pgtable *table);

/* The word that serves @addr where a leaf may be: of the PMD table if that is one (present or
 * migrating), else of the PTE table, or none. */
struct pte_ref pgtable_leaf(const struct mm_struct *mm, unsigned long addr);
/* PMD_SIZE where a leaf of that level serves @addr, else PAGE_SIZE.  Takes no lock. */
unsigned long pgtable_leaf_size(const struct mm_struct *mm, unsigned long addr);
/* What a present leaf maps at @addr: the one page of a PTE, one of those of a PMD. */
static inline pfn_t leaf_pfn(pte_t pte, unsigned long addr)
{
	return pte_pfn(pte) + (pte & _PAGE_PSE ? (addr & ~PMD_MASK) >> PAGE_SHIFT : 0);
}
/* The end of the part of [addr, end) that one PMD word serves. */
static inline unsigned long pmd_addr_end(unsigned long addr, unsigned long end)
{
	unsigned long next = (addr & PMD_MASK) + PMD_SIZE;

	return next - 1 < end - 1 ? next : end;
}
/* The PMD table of @addr with its lock taken, if the word there is a leaf, present or
 * migrating; else NULL.  Kernel: pmd_trans_huge_lock(). */
struct pgtable *pmd_trans_huge_lock(struct mm_struct *mm, unsigned long addr);
/* An empty PTE table that no word links, not yet counted by its mm; NULL if no memory.  Freed
 * by pte_free(), which is for any table that its mm does not count.  Kernel: pte_alloc_one(). */
struct pgtable *pte_alloc_one(struct mm_struct *mm);
void pte_free(struct pgtable *table);
/* One such table for each leaf: a split needs it and must not fail.  The PMD table's lock held;
 * the mm counts them.  Kernel: pgtable_trans_huge_deposit(), pgtable_trans_huge_withdraw(). */
void pgtable_trans_huge_deposit(struct pgtable *pmds, struct pgtable *table);
struct pgtable *pgtable_trans_huge_withdraw(struct pgtable *pmds);

/*
 * Frees all tables that serve only [floor, ceiling) below and around [start, end)
 * and are empty; @ceiling 0 means the top.  Kernel: free_pgd_range().
 */
void free_pgd_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		    unsigned long floor, unsigned long ceiling);

/*
 * Calls @fn for every word that is not none in [start, end), leaves of PMD and PUD
 * level included (not table links), in address order, without locks: for checks,
 * dumps, pictures.  @fn returns false to stop.
 */
typedef bool (*pte_visit_fn)(const struct pgtable *table, unsigned int slot, unsigned long addr,
			     void *data);
void pgtable_for_each(const struct mm_struct *mm, unsigned long start, unsigned long end,
		      pte_visit_fn fn, void *data);
/*
 * The next PTE table that serves a part of [*addr, end); *addr becomes the first address of
 * that part.  NULL if there is none.  Costs by the tables there are, not by the range.
 */
struct pgtable *pgtable_next(const struct mm_struct *mm, unsigned long *addr, unsigned long end);
/* The next PMD table that has a word, of whatever kind, for a part of [*addr, end); *addr
 * becomes the first address of that part.  NULL if there is none. */
struct pgtable *pgtable_next_pmd(const struct mm_struct *mm, unsigned long *addr,
				 unsigned long end);
/* Every table, parents first; then those deposited with a PMD table, with the address of its
 * first word. */
typedef void (*pgtable_visit_fn)(const struct pgtable *table, unsigned long addr, void *data);
void pgtable_for_each_table(const struct mm_struct *mm, pgtable_visit_fn fn, void *data);

#endif
