/*
 * vm_fault.h - what the functions that resolve one fault hand to each other.  Only
 * fault*.c and uffd_fault.c include it.
 *
 * In the kernel:  struct vm_fault, include/linux/mm.h.
 */
#ifndef MODEL_VM_FAULT_H
#define MODEL_VM_FAULT_H

#include "memory.h"

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address;		/* of the page */
	unsigned long real_address;	/* of the access */
	pgoff_t pgoff;			/* its index */
	unsigned int flags;		/* FAULT_FLAG_* */
	struct pgtable *table;		/* the PTE table, valid under its lock */
	unsigned int slot;
	struct pgtable *pmds;		/* the PMD table, and the word there when looked at */
	pte_t orig_pmd;
	pte_t orig_pte;			/* what the fault is about; 0 for none */
	struct page *page;		/* found: mapped by orig_pte, or the file's */
	struct folio *cow_folio;	/* do_cow_fault(): the copy */
};

/* Takes the lock of the PTE table at the address; false if that is gone. */
bool vmf_lock(struct vm_fault *vmf);
void vmf_unlock(struct vm_fault *vmf);
/* Somebody was here between the look at orig_pte and the lock.  Kernel: vmf_pte_changed(). */
bool vmf_pte_changed(const struct vm_fault *vmf);
/* An anon_vma for the area; VM_FAULT_RETRY if that cannot be had under the VMA's lock.
 * Kernel: vmf_anon_prepare(). */
enum vm_fault_result vmf_anon_prepare(struct vm_fault *vmf);
/* @pte writable if the area is.  Kernel: maybe_mkwrite(). */
static inline pte_t maybe_mkwrite(pte_t pte, const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;
}
/* @pte of a page that replaces a marker of write-protection stays protected.
 * Kernel: vmf_orig_pte_uffd_wp(). */
pte_t vmf_keep_uffd_wp(const struct vm_fault *vmf, pte_t pte);
/*
 * uffd_fault.c: the fault is the reader's to resolve, by @reason one of VM_UFFD_*.
 * VM_FAULT_RETRY: woken, and the lock that the fault was under is given up;
 * VM_FAULT_SIGBUS: nobody may or can be asked.  No PTE lock.  Kernel: handle_userfault().
 */
enum vm_fault_result handle_userfault(struct vm_fault *vmf, vm_flags_t reason);

/* fault_file.c: a page of a file is not there.  Kernel: do_fault(). */
enum vm_fault_result do_fault(struct vm_fault *vmf);
/* The file is told of a first store, the folio locked.  Kernel: do_page_mkwrite(). */
bool do_page_mkwrite(struct vm_fault *vmf, struct folio *folio);
/* Kernel: fault_dirty_shared_page(): takes the folio locked, leaves it unlocked. */
void fault_dirty_shared_page(struct folio *folio);
/* swap_fault.c: the page is in swap.  Kernel: do_swap_page(). */
enum vm_fault_result do_swap_page(struct vm_fault *vmf);
/* swap_large.c: do all pages of @folio fit in the area and the table, @idx of them before the fault,
 * and are their words those of its slots?  The PTE lock held. */
bool swapin_whole_folio(const struct vm_fault *vmf, const struct folio *folio, unsigned long idx);
/* fault_wp.c: a store to a page mapped read-only, or FAULT_FLAG_UNSHARE.  The PTE lock is
 * held on entry and not on return.  Kernel: do_wp_page(). */
enum vm_fault_result do_wp_page(struct vm_fault *vmf);

#endif
