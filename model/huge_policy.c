/*
 * huge_policy.c - which sizes of folios an area may have.
 *
 * In the kernel:  include/linux/huge_mm.h thp_vma_allowable_orders(), vma_thp_disabled(),
 *                 thp_vma_suitable_orders(); mm/huge_memory.c __thp_vma_allowable_orders().
 *                 mm/shmem.c shmem_allowable_huge_orders(), shmem_huge_global_enabled().
 * Left out:       sizes of shared memory other than 2 MiB that are enabled apart, huge= of other
 *                 mounts, files on disks, DAX; stacks that execve() moves.
 */
#include "file.h"
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

bool vma_thp_disabled(const struct vm_area_struct *vma, enum tva_type type)
{
	if (vma->vm_flags & VM_NOHUGEPAGE || vma->vm_mm->thp_disabled)
		return true;
	if (type == TVA_FORCED_COLLAPSE || vma->vm_flags & VM_HUGEPAGE)
		return false;
	return vma->vm_mm->thp_disabled_except_advised;
}

/* Does a block of 2^@order pages of the file lie on an aligned address? */
static bool in_line_with_file(const struct vm_area_struct *vma, unsigned int order)
{
	return vma_is_anonymous(vma) ||
	       IS_ALIGNED((vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff, 1UL << order);
}

unsigned long thp_vma_suitable_orders(const struct vm_area_struct *vma, unsigned long addr,
				      unsigned long orders)
{
	for (unsigned int order = 0; order <= HPAGE_PMD_ORDER; order++) {
		unsigned long start = ALIGN_DOWN(addr, PAGE_SIZE << order);

		if (start < vma->vm_start || start + (PAGE_SIZE << order) > vma->vm_end ||
		    !in_line_with_file(vma, order))
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

/* ---- shared memory ---- */

/* Of @orders the largest that ends within the file, and those below it; the file is about to reach
 * to page @end.  Kernel: shmem_get_orders_within_size(). */
static unsigned long orders_within_size(const struct inode *inode, pgoff_t index, pgoff_t end,
					unsigned long orders)
{
	unsigned long pages = MAX(end, (inode->size + PAGE_SIZE - 1) >> PAGE_SHIFT);

	for (unsigned int order = HPAGE_PMD_ORDER; order > 0; order--)
		if (orders & BIT_ORDER(order) &&
		    ALIGN_DOWN(index, 1UL << order) + (1UL << order) <= pages)
			return orders & (BIT_ORDER(order + 1) - 1);
	return 0;
}

/*
 * The settings' answer for the mount that anonymous shared memory and memfds are on.  A file
 * with a path is on a tmpfs of its own, mounted without huge=.
 * Kernel: shmem_huge_global_enabled().
 */
static unsigned long shmem_global_orders(const struct inode *inode,
					 const struct vm_area_struct *vma, pgoff_t index,
					 pgoff_t end, bool forced)
{
	enum shmem_huge huge = mach->config.shmem_enabled;
	unsigned long orders = 0;

	if (huge == SHMEM_HUGE_DENY)
		return 0;
	if (forced || huge == SHMEM_HUGE_FORCE)
		return BIT_ORDER(HPAGE_PMD_ORDER);
	if (inode->name[0] == '/' && !inode_is_anon_shmem(inode))
		return 0;
	if (huge == SHMEM_HUGE_ALWAYS)
		return THP_ORDERS_ALL_FILE;
	if (huge == SHMEM_HUGE_WITHIN_SIZE)
		orders = orders_within_size(inode, index, end, vma ? BIT_ORDER(HPAGE_PMD_ORDER) :
					    THP_ORDERS_ALL_FILE);
	if (orders)
		return orders;
	if (huge != SHMEM_HUGE_NEVER && vma && vma->vm_flags & VM_HUGEPAGE)
		return THP_ORDERS_ALL_FILE;
	return 0;
}

unsigned long shmem_allowable_huge_orders(const struct inode *inode,
					  const struct vm_area_struct *vma, pgoff_t index,
					  pgoff_t end, bool forced)
{
	enum tva_type type = forced ? TVA_FORCED_COLLAPSE : TVA_PAGEFAULT;
	unsigned long orders;

	if (vma && vma_thp_disabled(vma, type))
		return 0;
	orders = shmem_global_orders(inode, vma, index, end, forced);
	/* of the sizes that anonymous shared memory can have each by itself, 2 MiB inherits */
	if (vma && inode_is_anon_shmem(inode) && orders)
		orders = BIT_ORDER(HPAGE_PMD_ORDER);
	return orders;
}

/* ---- all areas ---- */

/* Collapse alone asks about areas with operations: which of @orders?  Of files on disks none:
 * as with CONFIG_READ_ONLY_THP_FOR_FS=n. */
static unsigned long file_orders(const struct vm_area_struct *vma, enum tva_type type,
				 unsigned long orders)
{
	if (type == TVA_PAGEFAULT || !vma->vm_file || vma->vm_file->inode->type != INODE_SHMEM)
		return 0;
	return orders & shmem_allowable_huge_orders(vma->vm_file->inode, vma, vma->vm_pgoff, 0,
						    type == TVA_FORCED_COLLAPSE);
}

unsigned long thp_vma_allowable_orders(const struct vm_area_struct *vma, enum tva_type type,
				       unsigned long orders)
{
	bool fault = type == TVA_PAGEFAULT;

	orders &= vma_is_anonymous(vma) ? THP_ORDERS_ALL_ANON : THP_ORDERS_ALL_FILE;
	if (vma_is_anonymous(vma) && type != TVA_FORCED_COLLAPSE)
		orders &= enabled_orders(vma);
	if (!orders || vma_thp_disabled(vma, type))
		return 0;
	if (!fault && type != TVA_SMAPS && vma->vm_flags & (VM_SPECIAL | VM_HUGETLB))
		return 0;
	if (!fault)
		orders = orders_that_fit(vma, orders);
	if (!vma_is_anonymous(vma))
		return file_orders(vma, type, orders);
	/* a first fault will make one */
	if (!vma->anon_vma && !fault && type != TVA_SMAPS)
		return 0;
	return orders;
}
