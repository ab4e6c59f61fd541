/*
 * fault.c - one page fault: where it goes, and the first touch of anonymous memory.
 *
 * In the kernel:  mm/memory.c handle_mm_fault() down to handle_pte_fault(),
 *                 do_anonymous_page(), handle_pte_marker().
 * Left out:       NUMA hints, memcg, protection keys (PKRU),
 *                 the OOM killer.
 * Locks:          mmap_lock or the VMA's lock is held for reading; here the PTE table's
 *                 lock around each change.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "migrate.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

#define R(name, words) [name] = words,
static const char *const result_words[] = { VM_FAULT_RESULTS(R) };
#undef R

const char *vm_fault_result_words(enum vm_fault_result result)
{
	return result_words[result];
}

bool vma_wants_writenotify(const struct vm_area_struct *vma)
{
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return false;
	/* The file system has a page_mkwrite operation, and counts dirty pages. */
	if (vma->vm_file && vma->vm_file->inode->type == INODE_REGULAR)
		return true;
	return userfaultfd_wp(vma);
}

pte_t vma_page_prot(const struct vm_area_struct *vma)
{
	vm_flags_t flags = vma->vm_flags;

	return vm_page_prot(vma_wants_writenotify(vma) ? flags & ~VM_SHARED : flags);
}

/* ---- struct vm_fault ---- */

bool vmf_lock(struct vm_fault *vmf)
{
	vmf->table = pte_offset_map_lock(vmf->vma->vm_mm, vmf->address);
	return vmf->table != NULL;
}

void vmf_unlock(struct vm_fault *vmf)
{
	spin_unlock(&vmf->table->ptl, LOCK_PTE);
}

bool vmf_pte_changed(const struct vm_fault *vmf)
{
	return ptep_get(vmf->table, vmf->slot) != vmf->orig_pte;
}

enum vm_fault_result vmf_anon_prepare(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	enum vm_fault_result result = VM_FAULT_DONE;
	bool lock;

	if (likely(READ_SHARED(&vma->anon_vma, vma->anon_vma, "vmf_anon_prepare")))
		return VM_FAULT_DONE;
	/* It looks at the neighbours, which the lock of this one does not keep. */
	lock = vmf->flags & FAULT_FLAG_VMA_LOCK && !semantics()->anon_vma_checked_before_lock;
	if (lock && !down_read_trylock(&vma->vm_mm->mmap_lock)) {
		vma_end_read(vma);
		return VM_FAULT_RETRY;
	}
	if (anon_vma_prepare(vma))
		result = VM_FAULT_OOM;
	if (lock)
		mmap_read_unlock(vma->vm_mm);
	point("fault:anon-vma-prepared");
	return result;
}

pte_t vmf_keep_uffd_wp(const struct vm_fault *vmf, pte_t pte)
{
	if (userfaultfd_wp(vmf->vma) && pte_marker_uffd_wp(vmf->orig_pte))
		return pte_mkuffd_wp(pte);
	return pte;
}

/* ---- anonymous memory ---- */

/* A read of what was never written sees the page of zeroes; no rmap, no rss. */
static enum vm_fault_result map_zero_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	if (vmf_pte_changed(vmf)) {
		vmf_unlock(vmf);
		return VM_FAULT_DONE;
	}
	if (userfaultfd_missing(vma)) {
		vmf_unlock(vmf);
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	entry = pfn_pte(page_to_pfn(mach->zero_page), vma_page_prot(vma) | _PAGE_SPECIAL);
	set_pte(vmf->table, vmf->slot, vmf_keep_uffd_wp(vmf, entry));
	vmf_unlock(vmf);
	point("fault:zero-page-mapped");
	return VM_FAULT_DONE;
}

/* Maps the new @folio, whose reference becomes that of the PTE; one for each PTE. */
static void map_anon_folio(struct vm_fault *vmf, struct folio *folio)
{
	unsigned int nr = (unsigned int)folio_nr_pages(folio);
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pfn_pte(folio->pfn, vma_page_prot(vma));

	if (vma->vm_flags & VM_WRITE)
		entry = pte_mkwrite(pte_mkdirty(entry));
	entry = vmf_keep_uffd_wp(vmf, entry);
	folio->refcount += (int32_t)nr - 1;
	vma->vm_mm->rss_anon += nr;
	folio_add_new_anon_rmap(folio, vma, vmf->address, true);
	folio_add_lru_vma(folio, vma);
	for (unsigned int n = 0; n < nr; n++)
		set_pte(vmf->table, vmf->slot + n, entry + ((pte_t)n << PAGE_SHIFT));
}

/* The lock taken: is a part of what @folio would be mapped by taken meanwhile? */
static bool anon_range_changed(const struct vm_fault *vmf, const struct folio *folio)
{
	if (!folio->order)
		return vmf_pte_changed(vmf);
	for (unsigned int n = 0; n < folio_nr_pages(folio); n++)
		if (!pte_none(ptep_get(vmf->table, vmf->slot + n)))
			return true;
	return false;
}

static enum vm_fault_result do_anonymous_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	enum vm_fault_result result;
	struct folio *folio;

	/* Shared memory has operations; this is a file's area that lost them. */
	if (vma->vm_flags & VM_SHARED)
		return VM_FAULT_SIGBUS;
	if (!pgtable_alloc(vma->vm_mm, vmf->address, LEVEL_PTE))
		return pte_none(ptep_get(vmf->pmds, pgtable_index(vmf->address, LEVEL_PMD))) ?
		       VM_FAULT_OOM : VM_FAULT_DONE;	/* a huge page came: look again */
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return map_zero_page(vmf);

	result = vmf_anon_prepare(vmf);
	if (result != VM_FAULT_DONE)
		return result;
	folio = alloc_anon_folio(vmf);
	if (!folio)
		return VM_FAULT_OOM;
	/* from here on the fault is about all of the folio */
	vmf->address = ALIGN_DOWN(vmf->address, folio_nr_pages(folio) << PAGE_SHIFT);
	vmf->slot = pgtable_index(vmf->address, LEVEL_PTE);
	point("fault:folio-allocated");

	if (!vmf_lock(vmf))
		goto put;
	if (anon_range_changed(vmf, folio)) {
		vmf_unlock(vmf);
		goto put;
	}
	if (userfaultfd_missing(vma)) {
		vmf_unlock(vmf);
		folio_put(folio);
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	map_anon_folio(vmf, folio);
	vmf_unlock(vmf);
	point("fault:pte-set");
	return VM_FAULT_DONE;
put:
	folio_put(folio);
	return VM_FAULT_DONE;
}

/* ---- where a fault goes ---- */

static enum vm_fault_result do_pte_missing(struct vm_fault *vmf)
{
	return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
}

/* A marker of a write-protected hole: without the protection it means nothing. */
static enum vm_fault_result pte_marker_clear(struct vm_fault *vmf)
{
	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	if (!vmf_pte_changed(vmf))
		set_pte(vmf->table, vmf->slot, 0);
	vmf_unlock(vmf);
	return VM_FAULT_DONE;
}

static enum vm_fault_result handle_pte_marker(struct vm_fault *vmf)
{
	uint64_t marker = swp_offset(vmf->orig_pte);

	if (marker & PTE_MARKER_POISONED)
		return VM_FAULT_HWPOISON;
	if (marker & PTE_MARKER_GUARD)
		return VM_FAULT_SIGSEGV;
	return userfaultfd_wp(vmf->vma) ? do_pte_missing(vmf) : pte_marker_clear(vmf);
}

/* Kernel: the first part of do_swap_page(). */
static enum vm_fault_result do_nonpresent(struct vm_fault *vmf)
{
	if (is_pte_marker(vmf->orig_pte))
		return handle_pte_marker(vmf);
	if (is_swap_entry_pte(vmf->orig_pte))
		return do_swap_page(vmf);
	if (is_migration_pte(vmf->orig_pte)) {
		/* Asleep with mmap_lock or the VMA's held; then the access tries again. */
		migration_entry_wait(vmf->vma->vm_mm, vmf->address);
		return VM_FAULT_DONE;
	}
	violation_add("unknown-pte", "do_swap_page()", "a word of a known kind", "%#lx at %#lx",
		      vmf->orig_pte, vmf->address);
	return VM_FAULT_SIGBUS;
}

static enum vm_fault_result handle_pte_fault(struct vm_fault *vmf)
{
	pte_t entry;

	vmf->table = pte_table_lookup(vmf->vma->vm_mm, vmf->address, "handle_pte_fault");
	vmf->orig_pte = vmf->table ? ptep_get_lockless(vmf->table, vmf->slot, "handle_pte_fault")
				   : 0;
	point("fault:pte-read");
	if (pte_none(vmf->orig_pte))
		return do_pte_missing(vmf);
	if (!pte_present(vmf->orig_pte))
		return do_nonpresent(vmf);

	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	entry = vmf->orig_pte;
	if (vmf_pte_changed(vmf)) {
		vmf_unlock(vmf);
		return VM_FAULT_DONE;
	}
	if (vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) {
		if (!pte_write(entry))
			return do_wp_page(vmf);
		if (vmf->flags & FAULT_FLAG_WRITE)
			entry = pte_mkdirty(entry);
	}
	set_pte(vmf->table, vmf->slot, pte_mkyoung(entry));
	vmf_unlock(vmf);
	return VM_FAULT_DONE;
}

/* Is this a kind of fault that can be?  Kernel: sanitize_fault_flags(). */
static bool fault_flags_ok(const struct vm_area_struct *vma, unsigned int *flags)
{
	if (*flags & FAULT_FLAG_UNSHARE) {
		if (*flags & FAULT_FLAG_WRITE)
			return false;
		if (!is_cow_mapping(vma->vm_flags))
			*flags &= ~FAULT_FLAG_UNSHARE;
	} else if (*flags & FAULT_FLAG_WRITE) {
		if (!(vma->vm_flags & VM_MAYWRITE))
			return false;
		if (!(vma->vm_flags & VM_WRITE) && !is_cow_mapping(vma->vm_flags))
			return false;
	}
	return true;
}

enum vm_fault_result handle_mm_fault(struct vm_area_struct *vma, unsigned long addr,
				     unsigned int flags)
{
	bool droppable = (vma->vm_flags & VM_DROPPABLE) != 0;
	struct vm_fault vmf = {
		.vma = vma,
		.address = addr & PAGE_MASK,
		.real_address = addr,
		.pgoff = linear_page_index(vma, addr & PAGE_MASK),
		.slot = pgtable_index(addr, LEVEL_PTE),
	};
	enum vm_fault_result result;

	object_use(vma, "handle_mm_fault");
	if (!fault_flags_ok(vma, &flags))
		return VM_FAULT_SIGSEGV;
	vmf.flags = flags;
	vmf.pmds = pgtable_alloc(vma->vm_mm, vmf.address, LEVEL_PMD);
	if (!vmf.pmds)
		result = VM_FAULT_OOM;
	else if (!handle_huge_pmd(&vmf, &result))
		result = handle_pte_fault(&vmf);
	/* Nobody is killed for memory that may vanish at any time: the access tries again. */
	if (result == VM_FAULT_OOM && droppable)
		result = VM_FAULT_DONE;
	if (result != VM_FAULT_RETRY)
		count_vm_event(VM_EVENT_faults);
	return result;
}
