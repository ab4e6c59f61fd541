/*
 * fork_pages.c - the child's page tables: what is shared, what is copied at once, what
 * is left to be faulted in.
 *
 * In the kernel:  mm/memory.c copy_page_range(), copy_pte_range(), copy_present_ptes(),
 *                 copy_nonpresent_pte().
 * Locks:          both mmap_locks held for writing; the child's, then the parent's PTE
 *                 table lock are taken here.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "swap.h"
#include "userfaultfd.h"

/* One table's part of the copy. */
struct fork_copy {
	struct vm_area_struct *dst, *src;
	struct pgtable *dst_table, *src_table;
	struct folio *prealloc;		/* for a page which must not be shared */
	pte_t entry;			/* of swap, whose count must continue elsewhere */
};

/* What can be faulted in again need not be copied.  Kernel: vma_needs_copy(). */
static bool vma_needs_copy(const struct vm_area_struct *dst, const struct vm_area_struct *src)
{
	if (userfaultfd_wp(dst))
		return true;
	/* markers of guard regions cannot be faulted in */
	if (src->vm_flags & (VM_PFNMAP | VM_MIXEDMAP | VM_MAYBE_GUARD))
		return true;
	return src->anon_vma != NULL;
}

/*
 * A device may write to this page at any time: it stays the parent's, and the child gets
 * what is in it now.  -EAGAIN: a folio is needed for that.  Kernel: copy_present_page().
 */
static int copy_present_page(struct fork_copy *copy, unsigned int slot, unsigned long addr,
			     const struct page *page)
{
	struct vm_area_struct *dst = copy->dst;
	struct folio *folio = copy->prealloc;
	pte_t entry;

	if (!folio)
		return -EAGAIN;
	copy->prealloc = NULL;
	folio_page(folio, 0)->content = page_content(page, "copy_present_page");
	count_vm_event(VM_EVENT_copies);
	folio_set(folio, PG_uptodate);
	folio_add_new_anon_rmap(folio, dst, addr, true);
	folio_add_lru_vma(folio, dst);
	dst->vm_mm->rss_anon++;
	entry = pte_mkdirty(pfn_pte(folio->pfn, vma_page_prot(dst)));
	if (dst->vm_flags & VM_WRITE)
		entry = pte_mkwrite(entry);
	if (userfaultfd_wp(dst) && pte_uffd_wp(ptep_get(copy->src_table, slot)))
		entry = pte_mkuffd_wp(entry);
	set_pte(copy->dst_table, slot, entry);
	return 0;
}

/* Whoever stores to the page from now on waits for the end of fork, as with every other page. */
static void protect_before_copy(struct fork_copy *copy, unsigned int slot, unsigned long addr)
{
	if (!pte_write(ptep_get(copy->src_table, slot)))
		return;
	ptep_modify_commit(copy->src_table, slot,
			   pte_wrprotect(ptep_modify_start(copy->src_table, slot)));
	flush_tlb_range(copy->src->vm_mm, addr, addr + PAGE_SIZE);
}

/* Kernel: copy_present_ptes(), __copy_present_ptes(). */
static int copy_present_pte(struct fork_copy *copy, unsigned int slot, unsigned long addr)
{
	struct vm_area_struct *src = copy->src, *dst = copy->dst;
	pte_t pte = ptep_get(copy->src_table, slot);
	struct page *page = vm_normal_page(pte);
	struct folio *folio = page ? page->folio : NULL;

	if (folio) {
		folio_get(folio);
		if (!folio_test_anon(folio)) {
			folio_dup_file_rmap_pte(folio, page, dst);
		} else if (folio_try_dup_anon_rmap_pte(folio, page, dst, src)) {
			folio_put(folio);
			if (semantics()->fork_protects_early_copies && copy->prealloc)
				protect_before_copy(copy, slot, addr);
			return copy_present_page(copy, slot, addr, page);
		}
		*mm_counter(dst->vm_mm, folio) += 1;
	}
	if (is_cow_mapping(src->vm_flags) && pte_write(pte)) {
		pte = pte_wrprotect(ptep_modify_start(copy->src_table, slot));
		ptep_modify_commit(copy->src_table, slot, pte);
	}
	if (src->vm_flags & VM_SHARED)
		pte = pte_mkclean(pte);
	pte = pte_mkold(pte);
	if (!userfaultfd_wp(dst))
		pte = pte_clear_uffd_wp(pte);
	set_pte(copy->dst_table, slot, pte);
	return 0;
}

/* Kernel: copy_pte_marker(). */
static void copy_marker(const struct fork_copy *copy, unsigned int slot)
{
	uint64_t marker = PTE_MARKER_POISONED | PTE_MARKER_GUARD;

	if (userfaultfd_wp(copy->dst))
		marker |= PTE_MARKER_UFFD_WP;
	marker &= swp_offset(ptep_get(copy->src_table, slot));
	if (marker)
		set_pte(copy->dst_table, slot, swp_pte(SWP_PTE_MARKER, marker));
}

/* -EIO: the slot's count must first be able to go on. */
static int copy_swap_pte(struct fork_copy *copy, pte_t *pte)
{
	copy->entry = pte_to_swp_entry(*pte);
	if (swap_duplicate(copy->entry))
		return -EIO;
	copy->dst->vm_mm->swapents++;
	*pte &= ~_PAGE_SWP_EXCLUSIVE;
	return 0;
}

/* A page on its way: whoever brings it must not make it writable or exclusive again. */
static void copy_migration_pte(const struct fork_copy *copy, pte_t *pte)
{
	const struct folio *folio = pfn_to_page(swp_offset(*pte))->folio;

	*mm_counter(copy->dst->vm_mm, folio) += 1;
	if (swp_type(*pte) != SWP_MIGRATION_READ && is_cow_mapping(copy->src->vm_flags))
		*pte = migration_pte_readable(*pte);
}

/* 0 or -EIO.  Kernel: copy_nonpresent_pte(). */
static int copy_nonpresent_pte(struct fork_copy *copy, unsigned int slot)
{
	pte_t pte = ptep_get(copy->src_table, slot);

	if (is_pte_marker(pte)) {
		copy_marker(copy, slot);
		return 0;
	}
	if (is_migration_pte(pte))
		copy_migration_pte(copy, &pte);
	else if (!is_swap_entry_pte(pte))
		violation_add("unknown-pte", "copy_nonpresent_pte()", "a word of a known kind",
			      "%#lx in pgtable#%u word %u", pte, copy->src_table->id, slot);
	else if (copy_swap_pte(copy, &pte))
		return -EIO;
	/* From now on it is shared on both sides. */
	set_pte(copy->src_table, slot, pte);
	if (!userfaultfd_wp(copy->dst))
		pte &= ~_PAGE_SWP_UFFD_WP;
	set_pte(copy->dst_table, slot, pte);
	return 0;
}

/* Copies words from *addr on until @end, or until a folio (-EAGAIN) or a count (-EIO) is
 * needed. */
static int copy_ptes(struct fork_copy *copy, unsigned long *addr, unsigned long end)
{
	for (; *addr < end; *addr += PAGE_SIZE) {
		unsigned int slot = pgtable_index(*addr, LEVEL_PTE);
		pte_t pte = ptep_get(copy->src_table, slot);
		int error = 0;

		if (pte_present(pte))
			error = copy_present_pte(copy, slot, *addr);
		else if (!pte_none(pte))
			error = copy_nonpresent_pte(copy, slot);
		if (error)
			return error;
		if (userfaultfd_wp(copy->dst) && pgtable_wp_asked(copy->src_table, slot))
			pgtable_set_wp_asked(copy->dst_table, slot, true);
	}
	return 0;
}

/* The child has a PTE table for [addr, end) already. */
static int copy_pte_range(struct vm_area_struct *dst, struct vm_area_struct *src,
			  struct pgtable *src_table, unsigned long addr, unsigned long end)
{
	struct fork_copy copy = { .dst = dst, .src = src, .src_table = src_table };
	int error;

	do {
		copy.dst_table = pte_offset_map_lock(dst->vm_mm, addr);
		spin_lock(&src_table->ptl, LOCK_PTE);
		error = copy_ptes(&copy, &addr, end);
		spin_unlock(&src_table->ptl, LOCK_PTE);
		spin_unlock(&copy.dst_table->ptl, LOCK_PTE);
		if (error == -EAGAIN) {
			copy.prealloc = folio_alloc(0, "early copy of a pinned page");
			if (!copy.prealloc)
				error = -ENOMEM;
		} else if (error == -EIO && add_swap_count_continuation(copy.entry)) {
			error = -ENOMEM;
		}
	} while (error == -EAGAIN || error == -EIO);
	if (copy.prealloc)
		folio_put(copy.prealloc);
	return error;
}

/* What @table (of the parent) links for [addr, end), the child gets as well, even if empty. */
static int copy_tables(struct vm_area_struct *dst, struct vm_area_struct *src,
		       struct pgtable *table, unsigned long addr, unsigned long end)
{
	enum pgtable_level level = (enum pgtable_level)table->level;
	unsigned long next;
	int error = 0;

	for (; addr < end && !error; addr = next) {
		struct pgtable *below;

		if (level == LEVEL_PMD)
			error = MIN(copy_huge_pmd(dst, src, addr), 0);
		below = error ? NULL : table->child[pgtable_index(addr, level)];
		next = MIN(ALIGN_DOWN(addr, 1UL << pgtable_shift(level)) +
			   (1UL << pgtable_shift(level)), end);
		if (!below)
			continue;
		if (!pgtable_alloc(dst->vm_mm, addr, (enum pgtable_level)below->level))
			return -ENOMEM;
		if (below->level == LEVEL_PTE)
			error = copy_pte_range(dst, src, below, addr, next);
		else
			error = copy_tables(dst, src, below, addr, next);
	}
	return error;
}

/* Makes write_protect_seq odd, or even again: pins taken without a lock meanwhile are undone. */
static void write_protect_seq_step(struct mm_struct *mm)
{
	WRITE_SHARED(&mm->write_protect_seq, mm->write_protect_seq, mm->write_protect_seq + 1,
		     "copy_page_range: write_protect_seq");
}

int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	bool cow = is_cow_mapping(src->vm_flags);
	int error;

	if (!vma_needs_copy(dst, src))
		return 0;
	if (cow)
		write_protect_seq_step(src->vm_mm);
	error = copy_tables(dst, src, src->vm_mm->pgd, src->vm_start, src->vm_end);
	if (cow)
		write_protect_seq_step(src->vm_mm);
	return error;
}
