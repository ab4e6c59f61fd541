/*
 * peek.c - looking at memory without changing it: for expectations and checks.
 *
 * In the kernel:  no twin.
 */
#include "file.h"
#include "machine.h"
#include "memory.h"
#include "shmem_swap.h"
#include "swap.h"

/* What a fault would bring in at @addr, which no word of a table tells. */
static bool peek_absent(const struct vm_area_struct *vma, unsigned long addr, uint64_t *value)
{
	pgoff_t index = linear_page_index(vma, addr);
	const struct address_space *mapping;
	const struct folio *folio;

	*value = 0;
	if (vma_is_anonymous(vma))
		return true;
	if (!vma->vm_file)
		return false;
	mapping = &vma->vm_file->inode->i_data;
	if (index >= (mapping->host->size + PAGE_SIZE - 1) >> PAGE_SHIFT)
		return false;
	if (shmem_is_swapped(mapping, index))
		return swap_peek(shmem_swap_slot(mapping, index), value);
	folio = filemap_get_folio(mapping, index);
	if (folio)
		*value = folio_page(folio, index - folio->index)->content;
	return true;
}

bool peek_content(const struct mm_struct *mm, unsigned long addr, uint64_t *value)
{
	const struct vm_area_struct *vma = vma_lookup(mm, addr);
	struct pte_ref at;
	pte_t pte;

	if (!vma)
		return false;
	at = pgtable_leaf(mm, addr);
	pte = at.table ? at.table->entry[at.slot] : 0;
	if (pte_none(pte))
		return peek_absent(vma, addr & PAGE_MASK, value);
	if (is_swap_entry_pte(pte))
		return swap_peek(pte_to_swp_entry(pte), value);
	if (is_migration_pte(pte)) {
		*value = pfn_to_page(swp_offset(pte))->content;
		return true;
	}
	if (!pte_present(pte))
		return false;
	*value = pfn_to_page(leaf_pfn(pte, addr))->content;
	return true;
}

static bool found_one(const struct pgtable *table, unsigned int slot, unsigned long addr,
		      void *data)
{
	(void)table;
	(void)slot;
	(void)addr;
	*(bool *)data = true;
	return false;
}

bool vma_has_pages(const struct vm_area_struct *vma)
{
	bool found = false;

	pgtable_for_each(vma->vm_mm, vma->vm_start, vma->vm_end, found_one, &found);
	return found;
}
