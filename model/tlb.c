/*
 * tlb.c - what processors hold, flushes of it, and flushes that are put off; see tlb.h.
 *
 * In the kernel:  arch/x86/mm/tlb.c; mm/rmap.c try_to_unmap_flush(),
 *                 set_tlb_ubc_flush_pending(), flush_tlb_batched_pending().
 * Locks:          none.
 */
#include <string.h>
#include "folio.h"
#include "machine.h"
#include "mm.h"
#include "pgtable.h"
#include "tlb.h"

/* ---- what a processor holds ---- */

UNWATCHED static unsigned long entry_size(const struct tlb_entry *entry)
{
	return entry->huge ? PMD_SIZE : PAGE_SIZE;
}

static struct tlb_entry *entry_find(struct tlb *tlb, const struct mm_struct *mm, unsigned long addr)
{
	for (unsigned int i = 0; i < TLB_ENTRIES; i++) {
		struct tlb_entry *entry = &tlb->entry[i];

		if (entry->mm == mm->id && addr - entry->addr < entry_size(entry))
			return entry;
	}
	return NULL;
}

static void entry_clear(struct tlb_entry *entry)
{
	*entry = (struct tlb_entry){};
	mach->nr_tlb_entries--;
}

const struct tlb_entry *tlb_lookup(const struct mm_struct *mm, unsigned long addr)
{
	return mach->nr_tlb_entries ? entry_find(&mach->tlb[mach->cpu], mm, addr) : NULL;
}

/* Where the next one goes: beside nothing, or in place of another. */
static struct tlb_entry *entry_for(struct tlb *tlb)
{
	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		if (!tlb->entry[i].mm)
			return &tlb->entry[i];
	tlb->next = (tlb->next + 1) % TLB_ENTRIES;
	entry_clear(&tlb->entry[tlb->next]);
	return &tlb->entry[tlb->next];
}

/* Is it a page that nobody stores to by another address? */
static bool belongs_to_user(pte_t pte)
{
	const struct page *page = pfn_to_page(pte_pfn(pte));

	return page->folio && folio_test_anon(page->folio);
}

/* Of a processor of its own: flushes of others are steps. */
UNWATCHED const struct tlb_entry *tlb_fill(struct mm_struct *mm, unsigned long addr, bool huge, pte_t pte)
{
	struct tlb *tlb = &mach->tlb[mach->cpu];
	struct tlb_entry *entry = entry_find(tlb, mm, addr);

	if (entry)
		entry_clear(entry);
	entry = entry_for(tlb);
	*entry = (struct tlb_entry){
		.mm = mm->id, .huge = huge, .pte = pte,
		.addr = addr & (huge ? PMD_MASK : PAGE_MASK) };
	mach->nr_tlb_entries++;
	if (!huge && belongs_to_user(pte))
		entry->note = ghost_for(mm, addr);
	pfn_to_page(leaf_pfn(pte, addr))->flags |= PG_cached & 0xfU;
	return entry;
}

void tlb_drop(struct mm_struct *mm, unsigned long addr)
{
	struct tlb_entry *entry = mach->nr_tlb_entries ?
				  entry_find(&mach->tlb[mach->cpu], mm, addr) : NULL;

	if (entry)
		entry_clear(entry);
}

void tlb_reset(struct machine *machine)
{
	memset(machine->tlb, 0, sizeof(machine->tlb));
	machine->nr_tlb_entries = 0;
}

/* All processors: what they hold of [start, end) of address space @mm. */
static void tlb_drop_range(unsigned int mm, unsigned long start, unsigned long end)
{
	for (unsigned int cpu = 0; mach->nr_tlb_entries && cpu < NR_CPUS; cpu++)
		for (unsigned int i = 0; i < TLB_ENTRIES; i++) {
			struct tlb_entry *entry = &mach->tlb[cpu].entry[i];

			if (entry->mm == mm && entry->addr < end &&
			    entry->addr + entry_size(entry) > start)
				entry_clear(entry);
		}
}

static void tell_stale(const struct tlb_entry *entry, unsigned int cpu, pfn_t pfn)
{
	const struct mm_struct *mm = object_by_id(mach, KIND_MM, entry->mm);
	g_autofree char *place = g_strdup_printf("mm#%u %s", entry->mm,
						 addr_name(mm, entry->addr).text);

	violation_add("stale-tlb", place, "no translation to a frame that becomes free",
		      "processor %u holds a %s one to frame %lu", cpu,
		      pte_write(entry->pte) ? "writable" : "read-only", (unsigned long)pfn);
}

UNWATCHED void tlb_before_free(const struct folio *folio)
{
	const struct page *page = folio_page(folio, 0);
	g_autoptr(GPtrArray) mms = NULL;
	bool cached = false;

	if (likely(!mach->tlb_on))
		return;
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
		cached |= (page[n].flags & PG_cached) != 0;
	if (!cached)
		return;
	mms = object_list(mach, KIND_MM);
	for (guint i = 0; i < mms->len; i++)
		sched_step(&((const struct mm_struct *)mms->pdata[i])->tlb, ACCESS_READ,
			   "__folio_put");
}

/* Who could use such a translation has read a word before it was cleared. */
UNWATCHED void tlb_check_free(const struct page *page, unsigned int order)
{
	pfn_t first = page_to_pfn(page), nr = 1UL << order;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int i = 0; i < TLB_ENTRIES; i++) {
			const struct tlb_entry *entry = &mach->tlb[cpu].entry[i];
			pfn_t pfn = pte_pfn(entry->pte);

			if (entry->mm && pfn < first + nr &&
			    pfn + (entry_size(entry) >> PAGE_SHIFT) > first)
				tell_stale(entry, cpu, pfn);
		}
}

/* ---- flushes ---- */

void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	sched_step(&mm->tlb, ACCESS_WRITE, "flush_tlb_range");
	count_vm_event(VM_EVENT_tlb_flushes);
	trace_event("tlb-flush", "mm#%u [0x%lx,0x%lx)", mm->id, start, end);
	if (unlikely(mach->nr_tlb_entries))
		tlb_drop_range(mm->id, start, end);
}

bool mm_tlb_flush_pending(const struct mm_struct *mm)
{
	return READ_SHARED(&mm->tlb_flush_pending, mm->tlb_flush_pending,
			   "mm_tlb_flush_pending") > 0;
}

bool pte_accessible(const struct mm_struct *mm, pte_t pte)
{
	if (pte & _PAGE_PRESENT)
		return true;
	return pte_protnone(pte) && mm_tlb_flush_pending(mm);
}

bool pte_needs_flush(pte_t old, pte_t new)
{
	const pte_t on_clear = _PAGE_PRESENT | _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED;
	const pte_t software = _PAGE_SPECIAL | _PAGE_UFFD_WP;

	if (!(old & _PAGE_PRESENT))
		return false;
	return (old & ~new & on_clear) || ((old ^ new) & ~(on_clear | software));
}

/* ---- putting flushes off ---- */

bool should_defer_flush(const struct mm_struct *mm)
{
	/* In a race every member has a processor of its own. */
	return mach->sched || current->mm != mm;
}

void set_tlb_ubc_flush_pending(struct mm_struct *mm, pte_t pte)
{
	struct tlbflush_unmap_batch *batch = &current->tlb_ubc;
	unsigned int i = 0;

	if (!pte_accessible(mm, pte))
		return;
	while (i < MIN(batch->nr, TLB_BATCH_MMS) && batch->mm[i] != mm->id)
		i++;
	if (i == batch->nr) {
		if (i < TLB_BATCH_MMS)
			batch->mm[i] = mm->id;
		batch->nr++;
	}
	/* A store through it needs no look at the word. */
	batch->writable |= pte_dirty(pte);
	mm->tlb_flush_batched = true;
}

/* Kernel: arch_tlbbatch_flush(): the processors concerned drop everything, in one flush. */
static void flush_batched_mms(const struct tlbflush_unmap_batch *batch)
{
	g_autoptr(GPtrArray) mms = object_list(mach, KIND_MM);

	for (guint i = 0; i < mms->len; i++) {
		const struct mm_struct *mm = mms->pdata[i];
		bool in = batch->nr > TLB_BATCH_MMS;

		for (unsigned int n = 0; n < MIN(batch->nr, TLB_BATCH_MMS); n++)
			in |= batch->mm[n] == mm->id;
		if (!in)
			continue;
		sched_step(&mm->tlb, ACCESS_WRITE, "try_to_unmap_flush");
		tlb_drop_range(mm->id, 0, TASK_SIZE);
	}
}

void try_to_unmap_flush(void)
{
	struct tlbflush_unmap_batch batch = current->tlb_ubc;

	if (!batch.nr)
		return;
	current->tlb_ubc = (struct tlbflush_unmap_batch){};
	count_vm_event(VM_EVENT_tlb_flushes);
	trace_event("tlb-flush", "what reclaim has unmapped");
	flush_batched_mms(&batch);
}

void try_to_unmap_flush_dirty(void)
{
	if (current->tlb_ubc.writable)
		try_to_unmap_flush();
}

void flush_tlb_batched_pending(struct mm_struct *mm)
{
	if (likely(!mm->tlb_flush_batched))
		return;
	flush_tlb_range(mm, 0, TASK_SIZE);
	mm->tlb_flush_batched = false;
}
