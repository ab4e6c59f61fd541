/*
 * huge_policy.c - which sizes of folios an area may have.
 *
 * In the kernel:  include/linux/huge_mm.h thp_vma_allowable_orders(), vma_thp_disabled(),
 *                 thp_vma_suitable_orders(); mm/huge_memory.c __thp_vma_allowable_orders().
 * Left out:       files, shmem and DAX; stacks that execve() moves.
 */
#include "huge.h"
#include "machine.h"

/* Is it allowed for all, or for those who asked?  Kernel: hugepage_global_enabled(). */
static bool policy_allows(enum thp_policy policy, const struct vm_area_struct *vma)
{
	return policy == THP_ALWAYS || (policy == THP_MADVISE && vma->vm_flags & VM_HUGEPAGE);
}

/* The settings' answer. */
static unsigned long enabled_orders(const struct vm_area_struct *vma)
{
	const struct machine_config *config = &mach->config;
	unsigned long orders = 0;

	for (unsigned int order = 0; order <= HPAGE_PMD_ORDER; order++) {
		enum thp_policy policy = config->thp_order[order];

		if (policy == THP_INHERIT)
			policy = config->thp;
		if (policy_allows(policy, vma))
			orders |= BIT_ORDER(order);
	}
	return orders;
}

/* Kernel: vma_thp_disabled(). */
static bool vma_thp_disabled(const struct vm_area_struct *vma, enum tva_type type)
{
	if (vma->vm_flags & VM_NOHUGEPAGE || vma->vm_mm->thp_disabled)
		return true;
	if (type == TVA_FORCED_COLLAPSE || vma->vm_flags & VM_HUGEPAGE)
		return false;
	return vma->vm_mm->thp_disabled_except_advised;
}

unsigned long thp_vma_suitable_orders(const struct vm_area_struct *vma, unsigned long addr,
				      unsigned long orders)
{
	for (unsigned int order = 0; order <= HPAGE_PMD_ORDER; order++) {
		unsigned long start = ALIGN_DOWN(addr, PAGE_SIZE << order);

		if (start < vma->vm_start || start + (PAGE_SIZE << order) > vma->vm_end)
			orders &= ~BIT_ORDER(order);
	}
	return orders;
}

/* Does @vma hold one aligned block?  A fault asks only about its own address. */
static unsigned long orders_that_fit(const struct vm_area_struct *vma, unsigned long orders)
{
	unsigned long fit = 0;

	for (unsigned int order = 0; order <= HPAGE_PMD_ORDER; order++)
		fit |= thp_vma_suitable_orders(vma, vma->vm_end - (PAGE_SIZE << order),
					       orders & BIT_ORDER(order));
	return fit;
}

unsigned long thp_vma_allowable_orders(const struct vm_area_struct *vma, enum tva_type type,
				       unsigned long orders)
{
	bool fault = type == TVA_PAGEFAULT;

	orders &= THP_ORDERS_ALL_ANON;
	if (!vma_is_anonymous(vma))
		return 0;
	if (type != TVA_FORCED_COLLAPSE)
		orders &= enabled_orders(vma);
	if (!orders || vma_thp_disabled(vma, type))
		return 0;
	if (!fault && type != TVA_SMAPS && vma->vm_flags & (VM_SPECIAL | VM_HUGETLB))
		return 0;
	if (!fault)
		orders = orders_that_fit(vma, orders);
	/* a first fault will make one */
	if (!vma->anon_vma && !fault && type != TVA_SMAPS)
		return 0;
	return orders;
}
