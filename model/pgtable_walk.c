/*
 * pgtable_walk.c - going through page tables: for those who look, and to free them.
 *
 * In the kernel:  mm/memory.c free_pgd_range() and below; mm/pagewalk.c by role.
 * Locks:          free_pgd_range() needs mmap_lock for writing, or that nobody else uses
 *                 the mm; the areas are out of the rmap.  Visits take none.
 */
#include "folio.h"
#include "machine.h"
#include "pgtable.h"

struct visit {
	pte_visit_fn fn;
	void *data;
};

/* The words of @table for [start, last], @base being the address of its first word. */
static bool visit_table(const struct pgtable *table, unsigned long base, unsigned long start,
			unsigned long last, const struct visit *visit)
{
	enum pgtable_level level = (enum pgtable_level)table->level;
	unsigned long size = 1UL << pgtable_shift(level);
	unsigned int from = start > base ? pgtable_index(start, level) : 0;
	unsigned int to = PTRS_PER_TABLE - 1;

	if (!table->nr)
		return true;
	if (last - base < size * PTRS_PER_TABLE)
		to = pgtable_index(last, level);
	for (unsigned int slot = from; slot <= to; slot++) {
		unsigned long addr = base + slot * size;

		if (pte_none(table->entry[slot]))
			continue;
		if (table->child && table->child[slot]) {
			if (!visit_table(table->child[slot], addr, start, last, visit))
				return false;
		} else if (!visit->fn(table, slot, addr, visit->data)) {
			return false;
		}
	}
	return true;
}

void pgtable_for_each(const struct mm_struct *mm, unsigned long start, unsigned long end,
		      pte_visit_fn fn, void *data)
{
	struct visit visit = { fn, data };

	if (mm->pgd && start < end)
		visit_table(mm->pgd, 0, start, end - 1, &visit);
}

struct pgtable *pgtable_next(const struct mm_struct *mm, unsigned long *addr, unsigned long end)
{
	while (*addr < end) {
		struct pgtable *table = mm->pgd, *below;
		unsigned long size = PAGE_SIZE;

		while (table && table->level > LEVEL_PTE) {
			enum pgtable_level level = (enum pgtable_level)table->level;

			size = 1UL << pgtable_shift(level);
			below = pgtable_child(table, pgtable_index(*addr, level));
			if (!below)
				break;
			table = below;
		}
		if (!table)
			return NULL;
		if (table->level == LEVEL_PTE)
			return table;
		*addr = ALIGN_DOWN(*addr, size) + size;
	}
	return NULL;
}

struct pgtable *pgtable_next_pmd(const struct mm_struct *mm, unsigned long *addr,
				 unsigned long end)
{
	while (*addr < end) {
		struct pgtable *table = mm->pgd;
		unsigned long size;
		pte_t word;

		if (!table)
			return NULL;
		pmd_read_step(mm, *addr, "walk_pmd_range");
		for (;;) {
			enum pgtable_level level = (enum pgtable_level)table->level;

			size = 1UL << pgtable_shift(level);
			word = table->entry[pgtable_index(*addr, level)];
			sched_touch(&table->entry[pgtable_index(*addr, level)], ACCESS_READ);
			if (pte_none(word) || level == LEVEL_PMD)
				break;
			table = table->child[pgtable_index(*addr, level)];
		}
		if (!pte_none(word))
			return table;
		*addr = ALIGN_DOWN(*addr, size) + size;
	}
	return NULL;
}

static void visit_tables(const struct pgtable *table, unsigned long base, pgtable_visit_fn fn,
			 void *data)
{
	unsigned long size = 1UL << pgtable_shift((enum pgtable_level)table->level);

	fn(table, base, data);
	if (!table->child)
		return;
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++)
		if (table->child[slot])
			visit_tables(table->child[slot], base + slot * size, fn, data);
	for (const struct pgtable *kept = table->deposit; kept; kept = kept->deposit)
		fn(kept, base, data);
}

void pgtable_for_each_table(const struct mm_struct *mm, pgtable_visit_fn fn, void *data)
{
	if (mm->pgd)
		visit_tables(mm->pgd, 0, fn, data);
}

/*
 * Frees the tables below @table in [start, end), then says whether all of @table's
 * range lies in [floor, ceiling), so that it can go as well.
 */
static void free_tables(struct pgtable *table, unsigned long start, unsigned long end,
			unsigned long floor, unsigned long ceiling)
{
	enum pgtable_level level = (enum pgtable_level)table->level;
	unsigned long size = 1UL << pgtable_shift(level);
	unsigned long next;

	for (unsigned long addr = start; addr < end; addr = next) {
		struct pgtable *below = table->child[pgtable_index(addr, level)];
		unsigned long first = ALIGN_DOWN(addr, size), above = ceiling;

		next = MIN(first + size, end);
		if (!below)
			continue;
		if (level > LEVEL_PMD) {
			free_tables(below, addr, next, floor, ceiling);
			if (first < floor)
				continue;
			if (above) {
				above = ALIGN_DOWN(above, size);
				if (!above)
					continue;
			}
			if (next - 1 > above - 1)
				continue;
		}
		pgtable_unlink(below);
		tlb_remove_table(below, addr);
	}
}

void free_pgd_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		    unsigned long floor, unsigned long ceiling)
{
	/* Tables at the rims are shared with what lies below the floor, above the ceiling. */
	start = ALIGN_DOWN(start, PMD_SIZE);
	if (start < floor) {
		start += PMD_SIZE;
		if (!start)
			return;
	}
	if (ceiling) {
		ceiling = ALIGN_DOWN(ceiling, PMD_SIZE);
		if (!ceiling)
			return;
	}
	if (end - 1 > ceiling - 1)
		end -= PMD_SIZE;
	if (start > end - 1 || !mm->pgd)
		return;
	free_tables(mm->pgd, start, end, floor, ceiling);
}
