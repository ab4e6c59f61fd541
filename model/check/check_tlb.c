/*
 * check_tlb.c - what processors hold may be less than the page tables allow, never more.
 *
 * In the kernel:  the rule by which a call flushes before it returns: include/asm-generic/tlb.h.
 */
#include "../pgtable.h"
#include "check.h"

static const struct mm_struct *mm_of(const struct check *check, const struct tlb_entry *entry)
{
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];

		if (mm->id == entry->mm)
			return mm;
	}
	return NULL;
}

static void check_entry(struct check *check, unsigned int cpu, const struct tlb_entry *entry)
{
	const struct mm_struct *mm = mm_of(check, entry);
	struct pte_ref at = mm ? pgtable_leaf(mm, entry->addr) : (struct pte_ref){};
	pte_t pte = at.table ? at.table->entry[at.slot] : 0;
	const char *wrong = NULL;

	if (!mm)
		wrong = "the address space is gone";
	else if (!(pte & _PAGE_PRESENT))
		wrong = "the page table has nothing there";
	else if (leaf_pfn(pte, entry->addr) != pte_pfn(entry->pte))
		wrong = "the page table has another page there";
	else if (pte_write(entry->pte) && !pte_write(pte))
		wrong = "the page table has it read-only";
	else if (pte_write(entry->pte) && pte_dirty(entry->pte) && !pte_dirty(pte))
		wrong = "the page table has it clean";
	if (wrong)
		check_fail(check, g_strdup_printf("mm#%u %s", entry->mm,
						  addr_name(mm, entry->addr).text),
			   "a call to end with the flush of what it changed",
			   "processor %u holds a translation: %s", cpu, wrong);
}

void check_stale_tlb(struct check *check)
{
	for (unsigned int cpu = 0; check->machine->nr_tlb_entries && cpu < NR_CPUS; cpu++)
		for (unsigned int i = 0; i < TLB_ENTRIES; i++)
			if (check->machine->tlb[cpu].entry[i].mm)
				check_entry(check, cpu, &check->machine->tlb[cpu].entry[i]);
}
