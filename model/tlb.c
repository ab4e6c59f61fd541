/*
 * tlb.c - see tlb.h.
 */
#include "machine.h"
#include "mm.h"
#include "tlb.h"

void flush_tlb_range(const struct mm_struct *mm, unsigned long start, unsigned long end)
{
	count_vm_event(VM_EVENT_tlb_flushes);
	trace_event("tlb-flush", "mm#%u [0x%lx,0x%lx)", mm->id, start, end);
}

void tlb_gather_mmu(void)
{
	current->tlb.depth++;
}

void tlb_remove_tlb_entry(void)
{
	if (current->tlb.depth)
		current->tlb.pending = true;
}

void tlb_finish_mmu(const struct mm_struct *mm)
{
	if (--current->tlb.depth || !current->tlb.pending)
		return;
	current->tlb.pending = false;
	flush_tlb_range(mm, 0, TASK_SIZE);
}
