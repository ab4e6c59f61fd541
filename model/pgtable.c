/*
 * pgtable.c - page tables: birth, look-up, single words, links between tables.
 *
 * A table above the lowest level carries, behind its words, a pointer to the table
 * behind each word, so that nothing has to be looked up by frame number.
 *
 * In the kernel:  mm/memory.c __pte_alloc(), __pmd_alloc(), __pud_alloc(),
 *                 mm/pgtable-generic.c __pte_offset_map_lock(),
 *                 arch/x86/mm/pgtable.c, arch/x86/mm/pgprot.c.
 * Locks:          see pgtable.h.
 */
#include "folio.h"
#include "machine.h"
#include "pgtable.h"
#include "rcu.h"

/* What pte_modify() takes from the old word.  Kernel: _PAGE_CHG_MASK. */
#define CHG_MASK	(PTE_PFN_MASK | _PAGE_SPECIAL | _PAGE_ACCESSED | _PAGE_DIRTY | \
			 _PAGE_UFFD_WP | _PAGE_PSE)

pte_t vm_page_prot(vm_flags_t flags)
{
	pte_t prot = _PAGE_ACCESSED;

	if (flags & VM_ACCESS_FLAGS) {
		prot |= _PAGE_PRESENT | _PAGE_USER;
		if ((flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED))
			prot |= _PAGE_RW;
		if (!(flags & VM_EXEC))
			prot |= _PAGE_NX;
	} else {
		prot |= _PAGE_PROTNONE;
	}
	return prot | (((flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT) << _PAGE_PKEY_SHIFT);
}

pte_t pte_modify(pte_t pte, pte_t prot)
{
	return (pte & CHG_MASK) | (prot & ~CHG_MASK);
}

/* ---- birth and end of one table ---- */

static struct pgtable *table_create(struct mm_struct *mm, enum pgtable_level level)
{
	size_t size = sizeof(struct pgtable);
	struct pgtable *table;
	struct page *page;

	if (level > LEVEL_PTE)
		size += PTRS_PER_TABLE * sizeof(struct pgtable *);
	table = model_alloc(KIND_PGTABLE, size, "page table");
	if (!table)
		return NULL;
	page = alloc_pages(0);
	if (!page) {
		model_free(KIND_PGTABLE, table);
		return NULL;
	}
	memory_is_new(page, sizeof(*page));
	page->flags |= PG_table & 0xfU;
	table->level = (uint8_t)level;
	table->pfn = page->pfn;
	table->mm = mm;
	table->taken_by = current;
	if (level > LEVEL_PTE)
		table->child = (struct pgtable **)(table + 1);
	return table;
}

static void table_destroy(struct pgtable *table)
{
	free_frames(pfn_to_page(table->pfn), 0);
	model_free(KIND_PGTABLE, table);
}

struct pgtable *pte_alloc_one(struct mm_struct *mm)
{
	return table_create(mm, LEVEL_PTE);
}


void pgtable_trans_huge_deposit(struct pgtable *pmds, struct pgtable *table)
{
	lockdep_assert_held(&pmds->ptl, LOCK_PMD);
	table->mm = pmds->mm;
	table->taken_by = NULL;
	table->deposit = pmds->deposit;
	pmds->deposit = table;
}

struct pgtable *pgtable_trans_huge_withdraw(struct pgtable *pmds)
{
	struct pgtable *table = pmds->deposit;

	lockdep_assert_held(&pmds->ptl, LOCK_PMD);
	if (!table) {
		violation_add("pgtable-deposit", "pgtable_trans_huge_withdraw()",
			      "a table for each leaf", "pgtable#%u has none", pmds->id);
		return NULL;
	}
	pmds->deposit = table->deposit;
	table->deposit = NULL;
	table->taken_by = current;
	return table;
}

struct pgtable *pgd_alloc(struct mm_struct *mm)
{
	return table_create(mm, LEVEL_PGD);
}

UNWATCHED static bool table_check_empty(const struct pgtable *table, const char *site)
{
	if (table->deposit)
		violation_add("pgtable-deposit", site, "no deposited table without a leaf",
			      "pgtable#%u keeps pgtable#%u", table->id, table->deposit->id);
	if (!table->nr)
		return true;
	violation_add("pgtable-empty", site, "no words in a table that is freed",
		      "pgtable#%u of level %u has %u", table->id, table->level, table->nr);
	return false;
}

void pgd_free(struct mm_struct *mm)
{
	if (!mm->pgd)
		return;
	table_check_empty(mm->pgd, "pgd_free()");
	table_destroy(mm->pgd);
	mm->pgd = NULL;
}

void pte_free(struct pgtable *table)
{
	table_check_empty(table, "pte_free()");
	table_destroy(table);
}

void pgtable_free(struct pgtable *table)
{
	table_check_empty(table, "pgtable_free()");
	table->mm->pgtables_bytes -= PAGE_SIZE;
	table_destroy(table);
}

/* ---- words ---- */

static void store_word(struct pgtable *table, unsigned int slot, pte_t word)
{
	table->nr = (uint16_t)(table->nr + !pte_none(word) - !pte_none(table->entry[slot]));
	table->entry[slot] = word;
}

/* A table that nothing links is written by whoever took it out, and by nobody else: others who hold
 * its lock came too late, and must have looked again. */
static void check_lifetime(const struct pgtable *table)
{
	if (!table->parent && table->level != LEVEL_PGD && table->taken_by != current)
		violation_add("pgtable-lifetime", "set_pte()",
			      "no use of a table that was taken out of the page tables",
			      "pgtable#%u is written by %s", table->id, current->name);
}

static void assert_word_locked(const struct pgtable *table)
{
	check_lifetime(table);
	if (table->level == LEVEL_PTE)
		lockdep_assert_held(&table->ptl, LOCK_PTE);
}

void set_pte(struct pgtable *table, unsigned int slot, pte_t pte)
{
	assert_word_locked(table);
	sched_step(&table->entry[slot], ACCESS_WRITE, "set_pte");
	store_word(table, slot, pte);
}

pte_t ptep_modify_start(struct pgtable *table, unsigned int slot)
{
	assert_word_locked(table);
	sched_step(&table->entry[slot], ACCESS_WRITE, "ptep_modify_start");
	return table->entry[slot];
}

void ptep_modify_commit(struct pgtable *table, unsigned int slot, pte_t pte)
{
	store_word(table, slot, pte);
}

pte_t ptep_get_and_clear(struct pgtable *table, unsigned int slot)
{
	pte_t pte = ptep_modify_start(table, slot);

	store_word(table, slot, 0);
	return pte;
}

pte_t ptep_clear_flush(struct pgtable *table, unsigned int slot, unsigned long addr)
{
	pte_t pte = ptep_get_and_clear(table, slot);

	if (pte_accessible(table->mm, pte))
		flush_tlb_range(table->mm, addr, addr + PAGE_SIZE);
	return pte;
}

pte_t ptep_clear_batched(struct pgtable *table, unsigned int slot, unsigned long addr)
{
	pte_t pte;

	if (!should_defer_flush(table->mm))
		return ptep_clear_flush(table, slot, addr);
	pte = ptep_get_and_clear(table, slot);
	set_tlb_ubc_flush_pending(table->mm, pte);
	return pte;
}

static void flush_leaf(const struct pgtable *pmds, unsigned long addr)
{
	addr &= PMD_MASK;
	flush_tlb_range(pmds->mm, addr, addr + PMD_SIZE);
}

pte_t pmdp_invalidate(struct pgtable *pmds, unsigned int slot, unsigned long addr)
{
	pte_t pmd = ptep_modify_start(pmds, slot);

	ptep_modify_commit(pmds, slot, (pmd & ~_PAGE_PRESENT) | _PAGE_PROTNONE);
	flush_leaf(pmds, addr);
	return pmd;
}

pte_t pmdp_clear_flush(struct pgtable *pmds, unsigned int slot, unsigned long addr)
{
	pte_t pmd = ptep_get_and_clear(pmds, slot);

	flush_leaf(pmds, addr);
	return pmd;
}

pte_t ptep_get_lockless(const struct pgtable *table, unsigned int slot, const char *site)
{
	return READ_SHARED(&table->entry[slot], table->entry[slot], site);
}

void pgtable_link(struct mm_struct *mm, struct pgtable *table, struct pgtable *parent,
		  unsigned int slot)
{
	sched_step(&parent->entry[slot], ACCESS_WRITE, "pgtable_link");
	table->mm = mm;
	table->parent = parent;
	table->slot = (uint16_t)slot;
	parent->child[slot] = table;
	table->taken_by = NULL;
	store_word(parent, slot, pfn_pte(table->pfn, TABLE_FLAGS));
}

void pgtable_replace(struct pgtable *table, pte_t word)
{
	struct pgtable *parent = table->parent;

	sched_step(&parent->entry[table->slot], ACCESS_WRITE, "pgtable_unlink");
	parent->child[table->slot] = NULL;
	store_word(parent, table->slot, word);
	table->parent = NULL;
	table->taken_by = current;
}

void pgtable_unlink(struct pgtable *table)
{
	pgtable_replace(table, 0);
}

/* ---- look-up ---- */

/* Where a walk goes at this moment; nothing is told. */
UNWATCHED static struct pgtable *peek_table(const struct mm_struct *mm, unsigned long addr,
					    enum pgtable_level level)
{
	struct pgtable *table = mm->pgd;

	while (table && table->level > level)
		table = table->child[pgtable_index(addr, (enum pgtable_level)table->level)];
	return table;
}

struct pgtable *pgtable_child(const struct pgtable *table, unsigned int slot)
{
	sched_touch(&table->entry[slot], ACCESS_READ);
	return table->child[slot];
}

struct pgtable *pgtable_lookup(const struct mm_struct *mm, unsigned long addr,
			       enum pgtable_level level)
{
	struct pgtable *table = mm->pgd;

	while (table && table->level > level)
		table = pgtable_child(table, pgtable_index(addr, (enum pgtable_level)table->level));
	return table;
}

void pmd_read_step(const struct mm_struct *mm, unsigned long addr, const char *site)
{
	for (unsigned int level = LEVEL_PMD; unlikely(mach->sched) && level < NR_LEVELS; level++) {
		const struct pgtable *table = peek_table(mm, addr, level);

		if (table) {
			sched_step(&table->entry[pgtable_index(addr, level)], ACCESS_READ, site);
			break;
		}
	}
}

struct pgtable *pte_table_lookup(const struct mm_struct *mm, unsigned long addr, const char *site)
{
	pmd_read_step(mm, addr, site);
	return pgtable_lookup(mm, addr, LEVEL_PTE);
}

const void *pgtable_deepest_word(const struct mm_struct *mm, unsigned long addr)
{
	for (unsigned int level = LEVEL_PTE; level < NR_LEVELS; level++) {
		const struct pgtable *table = peek_table(mm, addr, level);

		if (table)
			return &table->entry[pgtable_index(addr, level)];
	}
	return mm;
}

void pgtable_touch_words(const struct mm_struct *mm, unsigned long addr)
{
	for (unsigned int level = LEVEL_PTE; unlikely(mach->sched) && level < NR_LEVELS; level++) {
		const struct pgtable *table = peek_table(mm, addr, level);

		if (table)
			sched_touch(&table->entry[pgtable_index(addr, level)], ACCESS_READ);
	}
}

pte_t pgtable_entry(const struct mm_struct *mm, unsigned long addr, enum pgtable_level level)
{
	const struct pgtable *table = pgtable_lookup(mm, addr, level);
	unsigned int slot = pgtable_index(addr, level);

	if (!table)
		return 0;
	sched_touch(&table->entry[slot], ACCESS_READ);
	return table->entry[slot];
}

/*
 * Puts a new table behind @slot of @parent, unless somebody was faster.  Kernel: the
 * lock is the PMD table's for PTE tables and mm->page_table_lock above.
 */
static struct pgtable *table_install(struct mm_struct *mm, struct pgtable *parent,
				     unsigned int slot)
{
	struct pgtable *table = table_create(mm, (enum pgtable_level)(parent->level - 1));
	bool lowest = parent->level == LEVEL_PMD;
	struct spinlock *lock = lowest ? &parent->ptl : &mm->page_table_lock;
	enum lock_class class = lowest ? LOCK_PMD : LOCK_PAGE_TABLE;
	struct pgtable *there;

	if (!table)
		return NULL;
	spin_lock(lock, class);
	there = parent->child[slot];
	if (!there && pte_none(parent->entry[slot])) {
		pgtable_link(mm, table, parent, slot);
		mm->pgtables_bytes += PAGE_SIZE;
		there = table;
	}
	spin_unlock(lock, class);
	if (there != table)
		table_destroy(table);
	return there;
}

struct pgtable *pgtable_alloc(struct mm_struct *mm, unsigned long addr, enum pgtable_level level)
{
	struct pgtable *table = mm->pgd;

	while (table && table->level > level) {
		unsigned int slot = pgtable_index(addr, (enum pgtable_level)table->level);
		struct pgtable *below;

		if (table->level == LEVEL_PMD)
			pmd_read_step(mm, addr, "pte_alloc");
		below = pgtable_child(table, slot);
		if (!below && pte_none(table->entry[slot]))
			below = table_install(mm, table, slot);
		table = below;
	}
	return table;
}

struct pgtable *pte_offset_map_lock(struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *table;

	rcu_read_lock();
	while ((table = pte_table_lookup(mm, addr, "pte_offset_map_lock"))) {
		spin_lock(&table->ptl, LOCK_PTE);
		if (likely(pte_table_lookup(mm, addr, "pte_offset_map_lock: again") == table))
			break;
		/* Freed or moved while we waited. */
		spin_unlock(&table->ptl, LOCK_PTE);
	}
	rcu_read_unlock();
	return table;
}

/* ---- leaves of the PMD level ---- */

static bool pmd_is_leaf(pte_t pmd)
{
	return pte_leaf(pmd) || is_migration_pte(pmd);
}

struct pte_ref pgtable_leaf(const struct mm_struct *mm, unsigned long addr)
{
	struct pgtable *table = pgtable_lookup(mm, addr, LEVEL_PMD);
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);

	if (table && !pmd_is_leaf(table->entry[slot])) {
		table = pgtable_child(table, slot);
		slot = pgtable_index(addr, LEVEL_PTE);
	}
	return (struct pte_ref){ table, slot };
}

unsigned long pgtable_leaf_size(const struct mm_struct *mm, unsigned long addr)
{
	struct pte_ref at = pgtable_leaf(mm, addr);

	return at.table && at.table->level == LEVEL_PMD ? PMD_SIZE : PAGE_SIZE;
}

struct pgtable *pmd_trans_huge_lock(struct mm_struct *mm, unsigned long addr)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	struct pgtable *pmds;

	pmd_read_step(mm, addr, "pmd_trans_huge_lock");
	pmds = pgtable_lookup(mm, addr, LEVEL_PMD);
	if (!pmds || !pmd_is_leaf(pmds->entry[slot]))
		return NULL;
	spin_lock(&pmds->ptl, LOCK_PMD);
	if (likely(pmd_is_leaf(pmds->entry[slot])))
		return pmds;
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return NULL;
}

/* ---- fields ---- */

static uint64_t get_level(const void *object)
{
	return ((const struct pgtable *)object)->level;
}
static uint64_t get_nr(const void *object)
{
	return ((const struct pgtable *)object)->nr;
}
static uint64_t get_slot(const void *object)
{
	return ((const struct pgtable *)object)->slot;
}
static uint64_t get_pfn(const void *object)
{
	return ((const struct pgtable *)object)->pfn;
}
static uint64_t get_mm(const void *object)
{
	const struct pgtable *table = object;

	return table->mm ? table->mm->id : 0;
}
static uint64_t get_parent(const void *object)
{
	const struct pgtable *table = object;

	return table->parent ? table->parent->id : 0;
}

static const struct field pgtable_fields[] = {
	{ "level", FIELD_NUMBER, .get = get_level, .what = "0 PTE, 1 PMD, 2 PUD, 3 PGD" },
	{ "nr", FIELD_NUMBER, .get = get_nr, .what = "words that are not 0" },
	{ "mm", FIELD_REF, KIND_MM, .get = get_mm, .what = "the address space it belongs to" },
	{ "parent", FIELD_REF, KIND_PGTABLE, .get = get_parent, .what = "the table above" },
	{ "slot", FIELD_NUMBER, .get = get_slot, .what = "its word in the table above" },
	{ "pfn", FIELD_NUMBER, .get = get_pfn, .hidden = true, .what = "its frame number" },
};

const struct object_type pgtable_type = {
	.name = "pgtable", .fields = pgtable_fields, .nr_fields = G_N_ELEMENTS(pgtable_fields),
};
