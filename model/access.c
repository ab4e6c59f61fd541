/*
 * access.c - loads, stores and instruction fetches of user space.
 *
 * In the kernel:  the processor, and arch/x86/mm/fault.c do_user_addr_fault().
 * Left out:       protection keys, the OOM killer, signal handlers.
 * Locks:          none held; the VMA's lock or mmap_lock for reading during a fault.
 */
#include <signal.h>
#include "folio.h"
#include "machine.h"
#include "memory.h"
#include "userfaultfd.h"
#include "vma.h"

/* More faults than this for one access, and it would never end. */
#define MAX_ROUNDS	1000

/* What the fault handler learns from the processor. */
struct cpu_fault {
	enum user_access access;
	bool protection;	/* the page was present: X86_PF_PROT */
	bool kernel;		/* the kernel reads for the task */
};

/* Do the bits of a word allow @access? */
static bool pte_permits(pte_t pte, enum user_access access)
{
	if (!(pte & _PAGE_PRESENT) || !(pte & _PAGE_USER))
		return false;
	if (access == USER_STORE)
		return pte_write(pte);
	return access != USER_EXEC || !(pte & _PAGE_NX);
}

/* A store has gone through where userfaultfd was asked to be told first. */
static void check_not_protected(const struct mm_struct *mm, unsigned long addr,
				const struct pte_ref *at)
{
	const struct vm_area_struct *vma;
	g_autofree char *place = NULL;

	if (likely(!pgtable_wp_asked(at->table, at->slot)))
		return;
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr || !userfaultfd_wp(vma))
		return;
	place = g_strdup_printf("mm#%u vma#%u %s", mm->id, vma->id, addr_name(mm, addr).text);
	violation_add("uffd-wp-kept", place, "a store to wait, or to be told of",
		      "%s stored to a page that userfaultfd protects", current->name);
}

/* The data, once it is known which page. */
static void access_page(struct page *page, bool store, uint64_t *value)
{
	sched_touch(page, store ? ACCESS_WRITE : ACCESS_READ);
	if (store)
		page->content = *value;
	else if (value)
		*value = page->content;
}

/* By what the processor holds already: true if that is enough.  A store has to mark the word if
 * nothing says that it is dirty. */
static bool access_by_tlb(struct mm_struct *mm, unsigned long addr, enum user_access access,
			  uint64_t *value)
{
	const struct tlb_entry *entry = tlb_lookup(mm, addr);
	bool store = access == USER_STORE;

	sched_touch(&mm->tlb, ACCESS_READ);
	if (!entry || !pte_permits(entry->pte, access) || (store && !pte_dirty(entry->pte)))
		return false;
	access_page(pfn_to_page(leaf_pfn(entry->pte, addr)), store, value);
	if (store)
		ghost_store(entry->note, *value);
	return true;
}

/* With what was stored, or NULL. */
static void keep_translation(struct mm_struct *mm, unsigned long addr, bool huge, pte_t pte,
			     const uint64_t *stored)
{
	const struct tlb_entry *entry = tlb_fill(mm, addr, huge, pte);

	if (stored)
		ghost_store(entry->note, *stored);
}

/* By the tables.  The processor sets accessed and dirty bits without any lock. */
static bool access_by_walk(struct mm_struct *mm, unsigned long addr, struct cpu_fault *fault,
			   uint64_t *value)
{
	bool store = fault->access == USER_STORE;
	struct pte_ref at;
	pte_t pte;

	pgtable_touch_words(mm, addr);
	at = pgtable_leaf(mm, addr);
	pte = at.table ? at.table->entry[at.slot] : 0;
	fault->protection = (pte & _PAGE_PRESENT) != 0;
	if (!pte_permits(pte, fault->access))
		return false;
	access_page(pfn_to_page(leaf_pfn(pte, addr)), store, value);
	pte = pte_mkyoung(pte);
	if (store) {
		pte = pte_mkdirty(pte);
		check_not_protected(mm, addr, &at);
	}
	if (at.table->entry[at.slot] != pte) {
		sched_touch(&at.table->entry[at.slot], ACCESS_WRITE);
		at.table->entry[at.slot] = pte;
	}
	if (unlikely(mach->tlb_on))
		keep_translation(mm, addr, at.table->level == LEVEL_PMD, pte, store ? value : NULL);
	return true;
}

/*
 * The instruction itself, in one step from look-up to data: true if it went through.
 */
static bool cpu_access(struct mm_struct *mm, unsigned long addr, struct cpu_fault *fault,
		       uint64_t *value)
{
	bool store = fault->access == USER_STORE;

	sched_step(pgtable_deepest_word(mm, addr), store ? ACCESS_STORE : ACCESS_LOAD, "user access");
	if (unlikely(mach->tlb_on) && access_by_tlb(mm, addr, fault->access, value))
		return true;
	if (access_by_walk(mm, addr, fault, value))
		return true;
	tlb_drop(mm, addr);		/* a fault makes the processor forget it */
	return false;
}

/* May @vma not be accessed so at all?  Kernel: access_error(). */
static bool access_error(const struct vm_area_struct *vma, const struct cpu_fault *fault)
{
	if (fault->access == USER_STORE)
		return !(vma->vm_flags & VM_WRITE);
	/* Present and yet it faulted: no-execute.  A fetch from a page not there maps it first. */
	if (fault->protection)
		return true;
	return !(vma->vm_flags & VM_ACCESS_FLAGS);
}

static unsigned int fault_flags_of(const struct cpu_fault *fault)
{
	unsigned int flags = FAULT_FLAG_ALLOW_RETRY;

	if (!fault->kernel)
		flags |= FAULT_FLAG_USER;
	if (fault->access == USER_STORE)
		flags |= FAULT_FLAG_WRITE;
	if (fault->access == USER_EXEC)
		flags |= FAULT_FLAG_EXEC;
	return flags;
}

/* Under the area's own lock; VM_FAULT_RETRY if that will not do. */
static enum vm_fault_result fault_under_vma_lock(struct mm_struct *mm, unsigned long addr,
						 const struct cpu_fault *fault)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(mm, addr);
	enum vm_fault_result result;

	if (!vma)
		return VM_FAULT_RETRY;
	point("fault:vma-locked");
	if (access_error(vma, fault)) {
		vma_end_read(vma);
		return VM_FAULT_SIGSEGV;
	}
	result = handle_mm_fault(vma, addr, fault_flags_of(fault) | FAULT_FLAG_VMA_LOCK);
	if (result != VM_FAULT_RETRY)
		vma_end_read(vma);
	return result;
}

static enum vm_fault_result fault_under_mmap_lock(struct mm_struct *mm, unsigned long addr,
						  const struct cpu_fault *fault)
{
	struct vm_area_struct *vma = lock_mm_and_find_vma(mm, addr);
	enum vm_fault_result result;

	if (!vma)
		return VM_FAULT_SIGSEGV;
	point("fault:mmap-locked");
	if (access_error(vma, fault))
		result = VM_FAULT_SIGSEGV;
	else
		result = handle_mm_fault(vma, addr, fault_flags_of(fault));
	if (result != VM_FAULT_RETRY)
		mmap_read_unlock(mm);
	return result;
}

static enum vm_fault_result do_user_addr_fault(struct mm_struct *mm, unsigned long addr,
					       const struct cpu_fault *fault)
{
	enum vm_fault_result result = VM_FAULT_RETRY;

	if (!fault->kernel)
		result = fault_under_vma_lock(mm, addr, fault);
	if (result == VM_FAULT_RETRY)
		result = fault_under_mmap_lock(mm, addr, fault);
	trace_event("fault", "%#lx %s: %s", addr,
		    fault->access == USER_STORE ? "store" :
		    fault->access == USER_EXEC ? "fetch" : "load",
		    vm_fault_result_words(result));
	return result;
}

/* Until it goes through: 0, or -SIGSEGV, -SIGBUS, -ENOMEM, -SIGKILL. */
static int access_fault_loop(unsigned long addr, struct cpu_fault *fault, uint64_t *value)
{
	struct mm_struct *mm = current->mm;

	if (!mm || addr >= TASK_SIZE)
		return -SIGSEGV;
	for (unsigned int round = 0; round < MAX_ROUNDS; round++) {
		if (cpu_access(mm, addr, fault, value))
			return 0;
		if (current->killed)
			return -SIGKILL;
		switch (do_user_addr_fault(mm, addr, fault)) {
		case VM_FAULT_SIGSEGV:
			return -SIGSEGV;
		case VM_FAULT_SIGBUS:
		case VM_FAULT_HWPOISON:
			return -SIGBUS;
		case VM_FAULT_OOM:
			return -ENOMEM;
		case VM_FAULT_DONE:
		case VM_FAULT_RETRY:
			break;
		}
	}
	/* Droppable memory that is full gets here: the kernel would spin as well. */
	trace_event("fault", "%#lx: no end after %d faults", addr, MAX_ROUNDS);
	return -ENOMEM;
}

int access_user(unsigned long addr, enum user_access access, uint64_t *value)
{
	struct cpu_fault fault = { .access = access };

	return access_fault_loop(addr, &fault, value);
}

int access_kernel(unsigned long addr, bool may_fault, uint64_t *value)
{
	struct cpu_fault fault = { .access = USER_LOAD, .kernel = true };

	if (may_fault)
		return access_fault_loop(addr, &fault, value) ? -EFAULT : 0;
	if (!current->mm || addr >= TASK_SIZE)
		return -EFAULT;
	return cpu_access(current->mm, addr, &fault, value) ? 0 : -EFAULT;
}
