/*
 * huge_fault.c - faults that 2 MiB at a time can answer, and the size of a folio for those
 * that they cannot.
 *
 * In the kernel:  mm/memory.c __handle_mm_fault() (its PMD part), wp_huge_pmd(),
 *                 alloc_anon_folio(); mm/huge_memory.c do_huge_pmd_anonymous_page(),
 *                 do_huge_pmd_wp_page(), do_huge_zero_wp_pmd(), huge_pmd_set_accessed().
 * Locks:          as in fault.c; here the PMD table's lock around each change, and the folio
 *                 lock outside it when a folio is taken over.
 */
#include "huge.h"
#include "khugepaged.h"
#include "lru.h"
#include "machine.h"
#include "migrate.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

/* The fault has to be handled at the PTE level. */
#define FALLBACK	false

static unsigned int pmd_slot(const struct vm_fault *vmf)
{
	return pgtable_index(vmf->address, LEVEL_PMD);
}

static void set_pmd(const struct vm_fault *vmf, pte_t pmd)
{
	set_pte(vmf->pmds, pmd_slot(vmf), pmd);
}

static void pmd_lock(const struct vm_fault *vmf)
{
	spin_lock(&vmf->pmds->ptl, LOCK_PMD);
}

static void pmd_unlock(const struct vm_fault *vmf)
{
	spin_unlock(&vmf->pmds->ptl, LOCK_PMD);
}

/* Has somebody changed the word since it was looked at? */
static bool pmd_changed(const struct vm_fault *vmf)
{
	return ptep_get(vmf->pmds, pmd_slot(vmf)) != vmf->orig_pmd;
}

/* ---- nothing there ---- */

/* A new, uptodate folio of 2 MiB, or NULL.  Kernel: vma_alloc_anon_folio_pmd(). */
static struct folio *alloc_anon_folio_pmd(void)
{
	struct folio *folio = folio_alloc(HPAGE_PMD_ORDER, "huge page");

	if (folio)
		folio_set(folio, PG_uptodate);
	return folio;
}

/* Kernel: map_anon_folio_pmd(). */
static void map_anon_folio_pmd(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pfn_pte(folio->pfn, vma_page_prot(vma)) | _PAGE_PSE;

	folio_add_new_anon_rmap(folio, vma, vmf->address & PMD_MASK, true);
	folio_add_lru_vma(folio, vma);
	set_pmd(vmf, maybe_mkwrite(pte_mkdirty(entry), vma));
	vma->vm_mm->rss_anon += HPAGE_PMD_NR;
	/* its zeroes may be worth something when memory is short */
	deferred_split_folio(folio, false);
}

/* The PMD table's lock held, its word empty: does userfaultfd want the fault?  Nothing is kept
 * while it waits: @table and @folio (or NULL) are given back first. */
static bool missing_is_reported(struct vm_fault *vmf, struct pgtable *table, struct folio *folio,
				enum vm_fault_result *result)
{
	if (!userfaultfd_missing(vmf->vma))
		return false;
	pmd_unlock(vmf);
	if (folio)
		folio_put(folio);
	pte_free(table);
	*result = handle_userfault(vmf, VM_UFFD_MISSING);
	return true;
}

/* The word gets @pmd and @table is kept with it: what the PMD's lock is needed for. */
static void deposit(struct vm_fault *vmf, struct pgtable *table)
{
	pgtable_trans_huge_deposit(vmf->pmds, table);
	vmf->vma->vm_mm->pgtables_bytes += PAGE_SIZE;
}

/* A read: all processes share the zeroes.  Kernel: set_huge_zero_folio(). */
static bool map_huge_zero_page(struct vm_fault *vmf, enum vm_fault_result *result)
{
	struct vm_area_struct *vma = vmf->vma;
	struct pgtable *table = pte_alloc_one(vma->vm_mm);
	struct folio *zero;

	*result = VM_FAULT_OOM;
	if (!table)
		return true;
	zero = mm_get_huge_zero_folio(vma->vm_mm);
	if (!zero) {
		pte_free(table);
		return FALLBACK;
	}
	*result = VM_FAULT_DONE;
	pmd_lock(vmf);
	if (!pmd_changed(vmf)) {
		if (missing_is_reported(vmf, table, NULL, result))
			return true;
		deposit(vmf, table);
		table = NULL;
		set_pmd(vmf, pfn_pte(zero->pfn, vma_page_prot(vma) | _PAGE_PSE | _PAGE_SPECIAL));
	}
	pmd_unlock(vmf);
	if (table)
		pte_free(table);
	point("fault:huge-zero-page-mapped");
	return true;
}

/* A store.  Kernel: __do_huge_pmd_anonymous_page(). */
static bool map_new_huge_page(struct vm_fault *vmf, enum vm_fault_result *result)
{
	struct folio *folio = alloc_anon_folio_pmd();
	struct pgtable *table;

	if (!folio)
		return FALLBACK;
	table = pte_alloc_one(vmf->vma->vm_mm);
	if (!table) {
		folio_put(folio);
		*result = VM_FAULT_OOM;
		return true;
	}
	point("fault:huge-folio-allocated");
	*result = VM_FAULT_DONE;
	pmd_lock(vmf);
	if (pmd_changed(vmf)) {
		pmd_unlock(vmf);
		goto release;
	}
	if (missing_is_reported(vmf, table, folio, result))
		return true;
	deposit(vmf, table);
	map_anon_folio_pmd(vmf, folio);
	trace_event("thp", "vma#%u 0x%lx: folio#%u of 2 MiB", vmf->vma->id,
		    vmf->address & PMD_MASK, folio->id);
	pmd_unlock(vmf);
	point("fault:pmd-set");
	return true;
release:
	folio_put(folio);
	pte_free(table);
	return true;
}

/* Kernel: do_huge_pmd_anonymous_page(), create_huge_pmd(). */
static bool huge_anonymous_page(struct vm_fault *vmf, enum vm_fault_result *result)
{
	if (!thp_vma_suitable_orders(vmf->vma, vmf->address, BIT_ORDER(HPAGE_PMD_ORDER)))
		return FALLBACK;
	/* Shared memory has operations; this is a file's area that lost them. */
	if (vmf->vma->vm_flags & VM_SHARED)
		return FALLBACK;
	*result = vmf_anon_prepare(vmf);
	if (*result != VM_FAULT_DONE)
		return true;
	khugepaged_enter_vma(vmf->vma);
	if (!(vmf->flags & FAULT_FLAG_WRITE) && mach->config.thp_use_zero_page)
		return map_huge_zero_page(vmf, result);
	return map_new_huge_page(vmf, result);
}

/* ---- a store to a leaf that is read-only ---- */

/* Zeroes are written to: a folio in their place.  Kernel: do_huge_zero_wp_pmd(). */
static bool huge_zero_wp(struct vm_fault *vmf)
{
	struct folio *folio = alloc_anon_folio_pmd();

	if (!folio)
		return FALLBACK;
	pmd_lock(vmf);
	if (pmd_changed(vmf)) {
		folio_put(folio);
	} else {
		pmdp_clear_flush(vmf->pmds, pmd_slot(vmf), vmf->address);
		map_anon_folio_pmd(vmf, folio);
	}
	pmd_unlock(vmf);
	return true;
}

/*
 * Is the folio the running process's alone?  The PMD table's lock is held, and may be dropped
 * for a moment; *@changed if the word is another one afterwards.
 */
static bool can_reuse_huge(struct vm_fault *vmf, struct folio *folio, bool *changed)
{
	struct page *head = folio_page(folio, 0);
	bool alone;

	if (PageAnonExclusive(head))
		return true;
	if (!folio_trylock(folio)) {
		folio_get(folio);
		pmd_unlock(vmf);
		folio_lock(folio);
		pmd_lock(vmf);
		*changed = pmd_changed(vmf);
		folio_put(folio);
		if (*changed) {
			folio_unlock(folio);
			return false;
		}
	}
	alone = PageAnonExclusive(head);
	if (!alone && folio_test(folio, PG_swapcache) &&
	    folio_ref_count(folio) == 1 + (int)folio_nr_pages(folio))
		folio_free_swap(folio);
	if (!alone && folio_ref_count(folio) == 1) {
		folio_move_anon_rmap(folio, vmf->vma);
		SetPageAnonExclusive(head);
		alone = true;
	}
	folio_unlock(folio);
	return alone;
}

/* Kernel: do_huge_pmd_wp_page(). */
static bool huge_wp_page(struct vm_fault *vmf)
{
	struct folio *folio;
	bool changed = false;
	pte_t entry = vmf->orig_pmd;

	if (is_huge_zero_pmd(entry)) {
		if (huge_zero_wp(vmf))
			return true;
		goto split;
	}
	pmd_lock(vmf);
	if (pmd_changed(vmf)) {
		pmd_unlock(vmf);
		return true;
	}
	folio = pfn_to_page(pte_pfn(entry))->folio;
	if (can_reuse_huge(vmf, folio, &changed)) {
		if (!(vmf->flags & FAULT_FLAG_UNSHARE))
			set_pmd(vmf, maybe_mkwrite(pte_mkdirty(pte_mkyoung(entry)), vmf->vma));
		pmd_unlock(vmf);
		return true;
	}
	pmd_unlock(vmf);
	if (changed)
		return true;
split:
	split_huge_pmd(vmf->vma, vmf->address);
	return FALLBACK;
}

/* Kernel: wp_huge_pmd(). */
static bool wp_huge_pmd(struct vm_fault *vmf, enum vm_fault_result *result)
{
	*result = VM_FAULT_DONE;
	if (!(vmf->flags & FAULT_FLAG_UNSHARE) && userfaultfd_wp(vmf->vma) &&
	    vmf->orig_pmd & _PAGE_UFFD_WP) {
		if (userfaultfd_wp_async(vmf->vma)) {
			split_huge_pmd(vmf->vma, vmf->address);
			return FALLBACK;
		}
		*result = handle_userfault(vmf, VM_UFFD_WP);
		return true;
	}
	if (vma_is_anonymous(vmf->vma))
		return huge_wp_page(vmf);
	/* a file's: the store is told of, or copies, page by page */
	split_huge_pmd(vmf->vma, vmf->address);
	return FALLBACK;
}

/* Kernel: huge_pmd_set_accessed(). */
static void huge_pmd_set_accessed(struct vm_fault *vmf)
{
	pte_t entry = pte_mkyoung(vmf->orig_pmd);

	if (vmf->flags & FAULT_FLAG_WRITE)
		entry = pte_mkdirty(entry);
	pmd_lock(vmf);
	if (!pmd_changed(vmf))
		set_pmd(vmf, entry);
	pmd_unlock(vmf);
}

bool handle_huge_pmd(struct vm_fault *vmf, enum vm_fault_result *result)
{
	const unsigned int store = FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE;

	vmf->orig_pmd = ptep_get_lockless(vmf->pmds, pmd_slot(vmf), "__handle_mm_fault");
	if (pte_none(vmf->orig_pmd))
		return vma_is_anonymous(vmf->vma) &&
		       thp_vma_allowable_order(vmf->vma, TVA_PAGEFAULT, HPAGE_PMD_ORDER) &&
		       huge_anonymous_page(vmf, result);
	if (is_migration_pte(vmf->orig_pmd)) {
		/* Asleep with mmap_lock or the VMA's held; then the access tries again. */
		pmd_migration_entry_wait(vmf->vma->vm_mm, vmf->address);
		*result = VM_FAULT_DONE;
		return true;
	}
	if (!pte_leaf(vmf->orig_pmd))
		return FALLBACK;
	if (vmf->flags & store && !pte_write(vmf->orig_pmd))
		return wp_huge_pmd(vmf, result);
	*result = VM_FAULT_DONE;
	huge_pmd_set_accessed(vmf);
	return true;
}

/* ---- smaller orders ---- */

/* Are the words of the aligned block of @order around the fault all empty?  Read without the
 * lock: it is asked again under it.  Kernel: pte_range_none(). */
static bool block_is_none(const struct vm_fault *vmf, const struct pgtable *table,
			  unsigned int order)
{
	unsigned int first = vmf->slot & ~((1U << order) - 1);

	for (unsigned int slot = first; slot < first + (1U << order); slot++) {
		sched_touch(&table->entry[slot], ACCESS_READ);
		if (!pte_none(ptep_get(table, slot)))
			return false;
	}
	return true;
}

/* The orders below 2 MiB that are worth a try. */
static unsigned long orders_to_try(const struct vm_fault *vmf)
{
	unsigned long orders = BIT_ORDER(HPAGE_PMD_ORDER) - 1;

	if (userfaultfd_armed(vmf->vma))
		return 0;
	orders = thp_vma_allowable_orders(vmf->vma, TVA_PAGEFAULT, orders);
	return thp_vma_suitable_orders(vmf->vma, vmf->address, orders);
}

struct folio *alloc_anon_folio(struct vm_fault *vmf)
{
	const struct pgtable *table = pte_table_lookup(vmf->vma->vm_mm, vmf->address,
						       "alloc_anon_folio");
	unsigned long orders = table ? orders_to_try(vmf) : 0;
	struct folio *folio = NULL;

	for (unsigned int order = HPAGE_PMD_ORDER; order-- > 0 && orders && !folio;) {
		if (!(orders & BIT_ORDER(order)) || !block_is_none(vmf, table, order))
			continue;
		folio = folio_alloc(order, "folio of several pages");
	}
	if (!folio)
		folio = folio_alloc(0, "anonymous page");
	if (folio)
		folio_set(folio, PG_uptodate);
	return folio;
}
