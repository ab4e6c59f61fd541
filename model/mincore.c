/*
 * mincore.c - mincore(): which pages a load would find without waiting for a disk.
 *
 * In the kernel:  mm/mincore.c.
 * Left out:       who may ask about files of others: all files here are the caller's own.
 * Locks:          mmap_lock for reading; PTE locks.
 */
#include <string.h>
#include "file.h"
#include "memory.h"
#include "shmem_swap.h"
#include "swap.h"
#include "syscalls.h"
#include "vma.h"

/* Is the page in swap still or again in memory?  Kernel: mincore_swap(). */
static bool swapped_in_core(pte_t entry)
{
	struct folio *folio = swap_cache_get_folio(entry);
	bool uptodate;

	if (!folio)
		return false;
	uptodate = folio_test(folio, PG_uptodate);
	folio_put(folio);
	return uptodate;
}

/* Kernel: mincore_page(), __mincore_unmapped_range(). */
static bool unmapped_in_core(const struct vm_area_struct *vma, unsigned long addr)
{
	const struct address_space *mapping;
	pgoff_t index = linear_page_index(vma, addr);
	const struct folio *folio;
	pte_t entry;

	if (!vma->vm_file)
		return false;
	mapping = &vma->vm_file->inode->i_data;
	folio = filemap_get_folio(mapping, index);
	if (folio)
		return folio_test(folio, PG_uptodate);
	/* of an entry for several pages the first slot is looked at, whichever is asked for */
	entry = shmem_swap_entry(mapping, index, NULL, NULL);
	return entry && swapped_in_core(entry);
}

/* Kernel: mincore_pte_range(). */
static bool word_in_core(const struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	if (pte_present(pte))
		return true;
	if (pte_none(pte) || is_pte_marker(pte))
		return unmapped_in_core(vma, addr);
	if (is_migration_pte(pte))
		return true;
	return swapped_in_core(pte_to_swp_entry(pte));
}

/* The pages of one table's range. */
static void mincore_table(const struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  unsigned char *vec)
{
	struct pgtable *pmds = pmd_trans_huge_lock(vma->vm_mm, start), *table;

	if (pmds) {
		memset(vec, 1, (end - start) >> PAGE_SHIFT);
		spin_unlock(&pmds->ptl, LOCK_PMD);
		return;
	}
	table = pte_offset_map_lock(vma->vm_mm, start);
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		pte_t pte = table ? ptep_get(table, pgtable_index(addr, LEVEL_PTE)) : 0;

		*vec++ = word_in_core(vma, addr, pte);
	}
	if (table)
		spin_unlock(&table->ptl, LOCK_PTE);
}

static void mincore_vma(const struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned char *vec)
{
	unsigned long next;

	/* Neither anonymous nor a file's: no one may know, so all is said to be there.
	 * Kernel: can_do_mincore(). */
	if (!vma_is_anonymous(vma) && !vma->vm_file) {
		memset(vec, 1, (end - start) >> PAGE_SHIFT);
		return;
	}
	for (unsigned long addr = start; addr < end; addr = next) {
		next = MIN(ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE, end);
		mincore_table(vma, addr, next, vec + ((addr - start) >> PAGE_SHIFT));
	}
}

/* @vec is filled up to the first hole. */
long sys_mincore(unsigned long addr, unsigned long len, unsigned char *vec)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;

	if (offset_in_page(addr))
		return -EINVAL;
	if (len > TASK_SIZE || addr > TASK_SIZE - len)
		return -ENOMEM;
	end = addr + PAGE_ALIGN(len);
	while (addr < end) {
		const struct vm_area_struct *vma;
		unsigned long next;

		mmap_read_lock(mm);
		vma = vma_lookup(mm, addr);
		if (!vma) {
			mmap_read_unlock(mm);
			return -ENOMEM;
		}
		next = MIN(vma->vm_end, end);
		mincore_vma(vma, addr, next, vec);
		mmap_read_unlock(mm);
		vec += (next - addr) >> PAGE_SHIFT;
		addr = next;
	}
	return 0;
}
