/*
 * mprotect.c - mprotect(), pkey_mprotect() and the keys they use.
 *
 * In the kernel:  mm/mprotect.c do_mprotect_pkey(), mprotect_fixup(), pkey_alloc(),
 *                 pkey_free(); arch/x86/include/asm/pkeys.h.
 * Left out:       READ_IMPLIES_EXEC, the key that the kernel gives execute-only areas, what
 *                 a key forbids (the PKRU register), security modules.
 * Locks:          mmap_lock for writing.
 */
#include "memory.h"
#include "syscalls.h"
#include "vma_flags.h"

#define NR_PKEYS		16
#define PKEY_DISABLE_ACCESS	0x1UL
#define PKEY_DISABLE_WRITE	0x2UL
#define NO_PKEY			(-1)

/* One call, while it goes from area to area. */
struct protect {
	unsigned long start, end;
	unsigned long prot;		/* PROT_READ, _WRITE, _EXEC, _SEM */
	int pkey;			/* NO_PKEY: areas keep theirs */
};

/* ---- keys ---- */

/* Kernel: mm_pkey_is_allocated(). */
static bool pkey_is_allocated(const struct mm_struct *mm, int pkey)
{
	return pkey >= 0 && pkey < NR_PKEYS && (mm->pkey_allocation_map & (1U << pkey));
}

long sys_pkey_alloc(unsigned long flags, unsigned long rights)
{
	struct mm_struct *mm = current->mm;
	long pkey;

	if (flags || (rights & ~(PKEY_DISABLE_ACCESS | PKEY_DISABLE_WRITE)))
		return -EINVAL;
	mmap_write_lock(mm);
	for (pkey = 0; pkey < NR_PKEYS; pkey++)
		if (!pkey_is_allocated(mm, (int)pkey))
			break;
	if (pkey < NR_PKEYS)
		mm->pkey_allocation_map |= (uint16_t)(1U << pkey);
	mmap_write_unlock(mm);
	return pkey < NR_PKEYS ? pkey : -ENOSPC;
}

/* Areas which still have the key keep it. */
long sys_pkey_free(int pkey)
{
	struct mm_struct *mm = current->mm;
	long error = -EINVAL;

	mmap_write_lock(mm);
	if (pkey_is_allocated(mm, pkey)) {
		mm->pkey_allocation_map &= (uint16_t)~(1U << pkey);
		error = 0;
	}
	mmap_write_unlock(mm);
	return error;
}

/* ---- one area ---- */

/* What @vma's flags become.  Kernel: calc_vm_prot_bits(). */
static vm_flags_t protected_flags(const struct vm_area_struct *vma, const struct protect *protect)
{
	vm_flags_t flags = vma->vm_flags & ~VM_ACCESS_FLAGS;

	if (protect->prot & PROT_READ)
		flags |= VM_READ;
	if (protect->prot & PROT_WRITE)
		flags |= VM_WRITE;
	if (protect->prot & PROT_EXEC)
		flags |= VM_EXEC;
	if (protect->pkey == NO_PKEY)
		return flags;
	return (flags & ~VM_PKEY_MASK) | ((vm_flags_t)protect->pkey << VM_PKEY_SHIFT);
}

/* PR_SET_MDWE: nothing both writable and executable, nothing made executable later.
 * Kernel: map_deny_write_exec(). */
static bool map_deny_write_exec(const struct mm_struct *mm, vm_flags_t old, vm_flags_t new)
{
	if (!mm->mdwe || !(new & VM_EXEC))
		return false;
	return (new & VM_WRITE) || !(old & VM_EXEC);
}

/* Each VM_MAY* bit stands four places above what it allows. */
static bool exceeds_may_flags(vm_flags_t flags)
{
	return (flags & ~(flags >> 4)) & VM_ACCESS_FLAGS;
}

/*
 * What @oldflags to *@newflags does to the promise of memory: charges what becomes
 * writable for the first time into *@charged (pages), and takes VM_ACCOUNT from what was
 * never touched.  0 or -ENOMEM.
 */
static int protect_account(struct vm_area_struct *vma, unsigned long nr_pages,
			   vm_flags_t *newflags, unsigned long *charged)
{
	const vm_flags_t no_charge = VM_ACCOUNT | VM_WRITE | VM_HUGETLB | VM_SHARED | VM_NORESERVE;
	struct mm_struct *mm = vma->vm_mm;
	vm_flags_t oldflags = vma->vm_flags;

	if (*newflags & VM_WRITE) {
		if (!may_expand_vm(mm, *newflags, nr_pages) &&
		    may_expand_vm(mm, oldflags, nr_pages))
			return -ENOMEM;
		if (oldflags & no_charge)
			return 0;
		if (vm_acct_memory(mm, nr_pages))
			return -ENOMEM;
		*charged = nr_pages;
		*newflags |= VM_ACCOUNT;
	} else if ((oldflags & VM_ACCOUNT) && vma_is_anonymous(vma) && !vma->anon_vma) {
		*newflags &= ~VM_ACCOUNT;
	}
	return 0;
}

/*
 * [start, end) of *@vmap gets @newflags; *@vmap becomes the area it is part of then.
 * Kernel: mprotect_fixup().
 */
static int mprotect_fixup(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
			  vm_flags_t newflags)
{
	struct vm_area_struct *vma = *vmap;
	unsigned long nr_pages = (end - start) >> PAGE_SHIFT, charged = 0;
	vm_flags_t oldflags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	int error;

	if (vma_is_sealed(vma)) {
		if (newflags == oldflags)
			quirk_met(QUIRK_sealed_refuses_no_op);
		return -EPERM;
	}
	if (newflags == oldflags) {
		trace_event("mprotect", "vma#%u [0x%lx,0x%lx): nothing to change", vma->id, start,
			    end);
		vma_check_missed_merge(vma);
		return 0;
	}
	error = protect_account(vma, nr_pages, &newflags, &charged);
	if (error)
		return error;
	vma = vma_modify_flags(vma, start, end, newflags, &error);
	if (!vma) {
		vm_unacct_memory(charged);
		return error;
	}
	*vmap = vma;
	vm_flags_reset(vma, newflags);
	trace_event("mprotect", "vma#%u [0x%lx,0x%lx): flags 0x%lx -> 0x%lx, %lu pages charged",
		    vma->id, start, end, oldflags, newflags, charged);
	point("mprotect:flags-set");
	change_protection(vma, start, end, UFFD_WP_KEEP);
	point("mprotect:entries-changed");

	if ((oldflags & VM_ACCOUNT) && !(newflags & VM_ACCOUNT))
		vm_unacct_memory(nr_pages);
	/* A locked area must not fault: its pages are copied now and not at the first write. */
	if ((oldflags & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED &&
	    (newflags & VM_WRITE))
		populate_vma_page_range(vma, start, end, NULL);
	vm_stat_account(mm, oldflags, -(long)nr_pages);
	vm_stat_account(mm, newflags, (long)nr_pages);
	return 0;
}

/* ---- the call ---- */

/*
 * Where the walk starts: the area of protect->start, which PROT_GROWSDOWN moves to the
 * start of a stack.  NULL and *error if there is none.
 */
static struct vm_area_struct *protect_first(struct protect *protect, bool growsdown, bool growsup,
					    int *error)
{
	struct vm_area_struct *vma = find_vma_intersection(current->mm, protect->start,
							   protect->end);

	*error = -ENOMEM;
	if (!vma)
		return NULL;
	if (growsdown) {
		protect->start = vma->vm_start;
		*error = -EINVAL;
		return vma->vm_flags & VM_GROWSDOWN ? vma : NULL;
	}
	if (vma->vm_start > protect->start)
		return NULL;
	*error = -EINVAL;
	return growsup ? NULL : vma;	/* no stack grows up here */
}

static int protect_one(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
		       const struct protect *protect)
{
	struct vm_area_struct *vma = *vmap;
	vm_flags_t newflags = protected_flags(vma, protect);

	if (exceeds_may_flags(newflags))
		return -EACCES;
	if (map_deny_write_exec(vma->vm_mm, vma->vm_flags, newflags))
		return -EACCES;
	return mprotect_fixup(vmap, start, end, newflags);
}

/* Areas before the one that fails stay changed. */
static int protect_areas(struct vm_area_struct *vma, const struct protect *protect)
{
	unsigned long start = protect->start, end;
	unsigned long expected = vma->vm_start;
	int error;

	for (; vma && vma->vm_start < protect->end; vma = vma_next(vma)) {
		if (vma->vm_start != expected)
			return -ENOMEM;
		end = MIN(vma->vm_end, protect->end);
		error = protect_one(&vma, start, end, protect);
		if (error)
			return error;
		start = expected = vma->vm_end;
	}
	return expected < protect->end ? -ENOMEM : 0;
}

/* Kernel: do_mprotect_pkey(). */
static long do_mprotect_pkey(unsigned long start, unsigned long len, unsigned long prot, int pkey)
{
	struct protect protect = { .start = start, .pkey = pkey,
				   .prot = prot & ~(unsigned long)(PROT_GROWSDOWN | PROT_GROWSUP) };
	bool growsdown = prot & PROT_GROWSDOWN, growsup = prot & PROT_GROWSUP;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int error;

	if (growsdown && growsup)
		return -EINVAL;
	if (offset_in_page(start))
		return -EINVAL;
	if (!len)
		return 0;
	protect.end = start + PAGE_ALIGN(len);
	if (protect.end <= start)
		return -ENOMEM;
	if (protect.prot & ~(unsigned long)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
		return -EINVAL;

	error = mmap_write_lock_killable(mm);
	if (error)
		return error;
	if (pkey != NO_PKEY && !pkey_is_allocated(mm, pkey)) {
		error = -EINVAL;
	} else {
		vma = protect_first(&protect, growsdown, growsup, &error);
		tlb_gather_mmu(mm);
		if (vma)
			error = protect_areas(vma, &protect);
		tlb_finish_mmu(mm);
	}
	mmap_write_unlock(mm);
	return error;
}

long sys_mprotect(unsigned long addr, unsigned long len, unsigned long prot)
{
	return do_mprotect_pkey(addr, len, prot, NO_PKEY);
}

long sys_pkey_mprotect(unsigned long addr, unsigned long len, unsigned long prot, int pkey)
{
	return do_mprotect_pkey(addr, len, prot, pkey);
}
