/*
 * swap_large.c - several swap words at once: a folio of several pages for them, and the words that
 * one folio of the swap cache can serve.
 *
 * In the kernel:  mm/memory.c alloc_swap_folio(), can_swapin_thp(), thp_swap_suitable_orders(), the
 *                 part of do_swap_page() that is about large folios; mm/internal.h swap_pte_batch().
 * Left out:       zswap, memcg.
 * Locks:          the PTE table's lock: taken in alloc_swap_folio(), held by who asks for a batch.
 */
#include "huge.h"
#include "machine.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

unsigned long swap_pte_batch(const struct pgtable *table, unsigned int slot, unsigned long max)
{
	pte_t first = ptep_get(table, slot);
	unsigned long nr = 1;

	max = MIN(max, (unsigned long)PTRS_PER_TABLE - slot);
	while (nr < max && ptep_get(table, slot + nr) == swp_entry_add(first, nr))
		nr++;
	return nr;
}

/* Are the @nr words from @slot on those around the one that the fault is about, @idx before it? */
static bool words_in_a_row(const struct vm_fault *vmf, const struct pgtable *table,
			   unsigned int slot, unsigned long idx, unsigned long nr)
{
	return ptep_get(table, slot) == vmf->orig_pte - (idx << SWP_OFFSET_SHIFT) &&
	       swap_pte_batch(table, slot, nr) == nr;
}

/* Are none of the @nr slots in the cache, and all or none of them marked as zeroes? */
static bool slots_alike(pte_t entry, unsigned long nr)
{
	for (unsigned long n = 0; n < nr; n++) {
		const struct swap_slot *slot =
			swap_slot_unlocked(swp_entry_add(entry, n), SLOT_MAP, "non_swapcache_batch");

		if (slot->map & SWAP_HAS_CACHE || slot->zero != swap_slot(entry)->zero)
			return false;
	}
	return true;
}

/* Kernel: can_swapin_thp(). */
static bool can_swapin_order(const struct vm_fault *vmf, const struct pgtable *table,
			     unsigned int order)
{
	unsigned int first = vmf->slot & ~((1U << order) - 1);

	return words_in_a_row(vmf, table, first, vmf->slot - first, 1UL << order) &&
	       slots_alike(pte_to_swp_entry(ptep_get(table, first)), 1UL << order);
}

/* Orders below 2 MiB whose blocks lie in the area, and as far into a block of slots. */
static unsigned long swapin_orders(const struct vm_fault *vmf)
{
	uint64_t apart = (vmf->address >> PAGE_SHIFT) ^ swp_offset(vmf->orig_pte);
	unsigned long orders = BIT_ORDER(HPAGE_PMD_ORDER) - 1;

	if (userfaultfd_armed(vmf->vma))
		return 0;
	orders = thp_vma_allowable_orders(vmf->vma, TVA_PAGEFAULT, orders);
	orders = thp_vma_suitable_orders(vmf->vma, vmf->address, orders);
	for (unsigned int order = 1; order < HPAGE_PMD_ORDER; order++)
		if (apart & ((1UL << order) - 1))
			orders &= ~BIT_ORDER(order);
	return orders & ~1UL;
}

/* Of @orders those not above the largest whose words are all there. */
static unsigned long orders_of_words(const struct vm_fault *vmf, unsigned long orders)
{
	struct pgtable *table = pte_offset_map_lock(vmf->vma->vm_mm, vmf->address);

	if (!table)
		return 0;
	for (unsigned int order = HPAGE_PMD_ORDER; order-- > 1;) {
		if (!(orders & BIT_ORDER(order)))
			continue;
		if (can_swapin_order(vmf, table, order))
			break;
		orders &= ~BIT_ORDER(order);
	}
	spin_unlock(&table->ptl, LOCK_PTE);
	return orders;
}

struct folio *alloc_swap_folio(const struct vm_fault *vmf)
{
	unsigned long orders = swapin_orders(vmf);
	struct folio *folio = NULL;

	if (orders)
		orders = orders_of_words(vmf, orders);
	for (unsigned int order = HPAGE_PMD_ORDER; order-- > 1 && orders && !folio;)
		if (orders & BIT_ORDER(order))
			folio = folio_alloc(order, "folio of several pages read from swap");
	return folio ? folio : folio_alloc(0, "page read from swap");
}

bool swapin_whole_folio(const struct vm_fault *vmf, const struct folio *folio, unsigned long idx)
{
	unsigned long nr = folio_nr_pages(folio);
	unsigned long first = vmf->address - (idx << PAGE_SHIFT);

	if (idx > vmf->slot || vmf->slot - idx + nr > PTRS_PER_TABLE)
		return false;
	if (first < vmf->vma->vm_start || first + (nr << PAGE_SHIFT) > vmf->vma->vm_end)
		return false;
	return words_in_a_row(vmf, vmf->table, vmf->slot - (unsigned int)idx, idx, nr);
}
