/*
 * check_vma.c - rules about areas and the tree which holds them.
 */
#include "../file.h"
#include "../vma.h"
#include "check.h"

static void vma_order_of(struct check *check, const struct mm_struct *mm)
{
	const struct vm_area_struct *vma, *prev = NULL;
	unsigned long first = 0, last = 0, at = 0;

	while ((vma = mt_find(&mm->mm_mt, at, &first, &last))) {
		if (vma->vm_start >= vma->vm_end || offset_in_page(vma->vm_start | vma->vm_end) ||
		    vma->vm_end > TASK_SIZE)
			check_fail(check, check_vma_place(vma), "a non-empty, aligned range below TASK_SIZE",
				   "[0x%lx, 0x%lx)", vma->vm_start, vma->vm_end);
		if (first != vma->vm_start || last != vma->vm_end - 1)
			check_fail(check, check_vma_place(vma), "the tree to hold it at its range",
				   "[0x%lx, 0x%lx] in the tree", first, last);
		if (prev && prev->vm_end > vma->vm_start)
			check_fail(check, check_vma_place(vma), "to start at or after the end of the last",
				   "vma#%u ends at 0x%lx", prev->id, prev->vm_end);
		if (vma->vm_mm != mm || vma->detached)
			check_fail(check, check_vma_place(vma), "a VMA of this mm, not detached",
				   "mm#%u, detached %d", vma->vm_mm ? vma->vm_mm->id : 0,
				   vma->detached);
		prev = vma;
		if (last == ~0UL)
			break;
		at = last + 1;
	}
}

void check_vma_order(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++)
		vma_order_of(check, check->mms->pdata[i]);
}

void check_vma_count(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];
		const struct vm_area_struct *vma;
		unsigned int nr = 0;

		for_each_vma(mm, vma)
			nr++;
		if (nr != mm->map_count)
			check_fail(check, g_strdup_printf("mm#%u", mm->id),
				   "map_count to be the number of VMAs", "map_count %u, %u VMAs",
				   mm->map_count, nr);
	}
}

struct accounts {
	unsigned long total, data, exec, stack, locked, account;	/* pages */
};

static void accounts_add(struct accounts *sum, const struct vm_area_struct *vma)
{
	unsigned long pages = vma_pages(vma);
	vm_flags_t flags = vma->vm_flags;

	sum->total += pages;
	if ((flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC)
		sum->exec += pages;
	else if (flags & VM_GROWSDOWN)
		sum->stack += pages;
	else if ((flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		sum->data += pages;
	if (flags & VM_LOCKED)
		sum->locked += pages;
	if (flags & VM_ACCOUNT)
		sum->account += pages;
}

static void compare_account(struct check *check, const struct mm_struct *mm, const char *name,
			    unsigned long has, unsigned long sum, bool at_least)
{
	if (at_least ? has >= sum : has == sum)
		return;
	check_fail(check, g_strdup_printf("mm#%u", mm->id),
		   at_least ? "the counter to be at least the sum over the VMAs"
			    : "the counter to be the sum over the VMAs",
		   "%s %lu, sum %lu pages", name, has, sum);
}

void check_vma_accounts(struct check *check)
{
	uint64_t account = 0;

	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];
		const struct vm_area_struct *vma;
		struct accounts sum = {};

		for_each_vma(mm, vma)
			accounts_add(&sum, vma);
		compare_account(check, mm, "total_vm", mm->total_vm, sum.total, false);
		compare_account(check, mm, "data_vm", mm->data_vm, sum.data, false);
		compare_account(check, mm, "exec_vm", mm->exec_vm, sum.exec, false);
		compare_account(check, mm, "stack_vm", mm->stack_vm, sum.stack, false);
		/* mremap() with MREMAP_DONTUNMAP counts a locked source twice for good. */
		compare_account(check, mm, "locked_vm", mm->locked_vm, sum.locked, true);
		account += sum.account;
	}
	/* A shrinking mremap() with MREMAP_FIXED leaves a charge behind. */
	if (check->machine->committed < account)
		check_fail(check, g_strdup("machine"), "the commit charge to cover all VM_ACCOUNT areas",
			   "committed %" G_GUINT64_FORMAT ", VMAs %" G_GUINT64_FORMAT " pages",
			   check->machine->committed, account);
}

void check_vma_tree(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];
		g_autofree char *wrong = mt_validate(&mm->mm_mt);

		if (wrong)
			check_fail(check, g_strdup_printf("mm#%u", mm->id), "a sound tree of VMAs",
				   "%s", wrong);
	}
}

static bool in_i_mmap(const struct vm_area_struct *vma)
{
	const struct address_space *mapping = &vma->vm_file->inode->i_data;
	pgoff_t last = vma->vm_pgoff + vma_pages(vma) - 1;
	struct interval_node *node = interval_tree_first(&mapping->i_mmap, vma->vm_pgoff, last);

	while (node && node != &vma->shared)
		node = interval_tree_next(node, vma->vm_pgoff, last);
	return node && node->start == vma->vm_pgoff && node->last == last;
}

static void check_i_mmap(void *object, void *data)
{
	const struct inode *inode = object;
	struct interval_node *node = interval_tree_first(&inode->i_data.i_mmap, 0, ~0UL);
	g_autofree char *wrong = interval_tree_validate(&inode->i_data.i_mmap);

	if (wrong)
		check_fail(data, g_strdup_printf("inode#%u", inode->id), "a sound i_mmap tree", "%s",
			   wrong);
	for (; node; node = interval_tree_next(node, 0, ~0UL)) {
		const struct vm_area_struct *vma =
			container_of(node, struct vm_area_struct, shared);

		if (!vma->id || !vma->vm_file || vma->vm_file->inode != inode)
			check_fail(data, g_strdup_printf("inode#%u", inode->id),
				   "only VMAs of this file in i_mmap", "vma#%u", vma->id);
	}
}

void check_vma_file(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];
		const struct vm_area_struct *vma;

		for_each_vma(mm, vma)
			if (vma->vm_file && !in_i_mmap(vma))
				check_fail(check, check_vma_place(vma), "to be in the i_mmap of its file",
					   "file#%u, inode#%u do not lead to it at pgoff 0x%"
					   G_GINT64_MODIFIER "x", vma->vm_file->id,
					   vma->vm_file->inode->id, vma->vm_pgoff);
	}
	object_for_each(check->machine, KIND_INODE, check_i_mmap, check);
}
