/*
 * mmap_region.c - put a mapping at an address, in place of what is there.
 *
 * In the kernel:  mm/vma.c mmap_region(), __mmap_region(), __mmap_setup(),
 *                 __mmap_new_vma(), __mmap_complete().
 * Left out:       drivers that change flags or address in their mmap operation, DAX,
 *                 hugetlb.  The charge of replaced areas is given back when a mapping
 *                 fails after they are gone (the kernel's counter keeps it).
 * Locks:          mmap_lock for writing.
 */
#include "file.h"
#include "khugepaged.h"
#include "ksm.h"
#include "mmap_region.h"
#include "vma_internal.h"

/* One mapping on its way. */
struct mmap_state {
	struct mm_struct *mm;
	struct file *file;
	unsigned long start, end;
	pgoff_t pgoff;
	vm_flags_t flags;
	unsigned long charged;		/* pages */
	struct munmap_batch replaced;
	struct list_head *uf;		/* what userfaultfd is to be told of */
};

static unsigned long map_pages(const struct mmap_state *map)
{
	return (map->end - map->start) >> PAGE_SHIFT;
}

/*
 * Known before the mapping is set up unless the file's old mmap operation decides, as
 * that of /dev/zero does.  Kernel: can_set_ksm_flags_early().
 */
static bool ksm_flags_early(const struct mmap_state *map)
{
	return !map->file || map->file->inode->type != INODE_ZERO;
}

/* The commit charge, less what the replaced areas already have. */
static int mmap_charge(struct mmap_state *map)
{
	if (!accountable_mapping(map->flags))
		return 0;
	map->charged = map_pages(map) - map->replaced.nr_accounted;
	if (map->charged && vm_acct_memory(map->mm, map->charged)) {
		map->charged = 0;
		return -ENOMEM;
	}
	map->charged = map_pages(map);
	map->replaced.nr_accounted = 0;
	map->flags |= VM_ACCOUNT;
	return 0;
}

/* Only ext4 and its like look at MAP_SYNC again, and have no DAX device here. */
static int mmap_prepare(const struct mmap_state *map)
{
	if (map->file && map->file->inode->type == INODE_REGULAR && (map->flags & VM_SYNC))
		return -EOPNOTSUPP;
	return 0;
}

/* Until the old areas are emptied everything can be left as it was, but for splits. */
static int mmap_setup(struct mmap_state *map)
{
	int error = munmap_gather(&map->replaced, map->mm, map->start, map->end, map->uf);

	if (error)
		return error;
	if (!may_expand_vm(map->mm, map->flags, map_pages(map) - map->replaced.nr_pages))
		return -ENOMEM;
	error = mmap_charge(map);
	if (error)
		return error;
	munmap_clear(&map->replaced);
	return 0;
}

/* What was there is gone and nothing comes: a hole stays. */
static void mmap_leave_hole(struct mmap_state *map)
{
	vm_unacct_memory(map->charged);
	if (!map->replaced.cleared)
		return;
	alloc_nofail_begin();
	mt_erase_range(&map->mm->mm_mt, map->start, map->end - 1);
	alloc_nofail_end();
	munmap_complete(&map->replaced);
}

/* ---- the area ---- */

/* Kernel: shmem_zero_setup(): a file of its own for each mapping. */
static int shmem_zero_setup(struct vm_area_struct *vma)
{
	struct file *file = shmem_kernel_file_setup("/dev/zero (deleted)",
						    vma->vm_end - vma->vm_start, vma->vm_flags);

	if (!file)
		return -ENOMEM;
	file->inode->of_one_mapping = true;
	if (vma->vm_file)
		fput(vma->vm_file);
	vma->vm_file = file;
	vma->vm_ops = &shmem_vm_ops;
	return 0;
}

/* File and operations by what is mapped; without operations it is anonymous. */
static int mmap_new_contents(const struct mmap_state *map, struct vm_area_struct *vma)
{
	bool shared = (map->flags & VM_SHARED) != 0;

	if (!map->file)
		return shared ? shmem_zero_setup(vma) : 0;
	vma->vm_file = map->file;
	get_file(map->file);
	switch (map->file->inode->type) {
	case INODE_ZERO:
		return shared ? shmem_zero_setup(vma) : 0;
	case INODE_SHMEM:
		vma->vm_ops = &shmem_vm_ops;
		return 0;
	default:
		vma->vm_ops = &file_vm_ops;
		return 0;
	}
}

/* Kernel: __mmap_new_vma(). */
static int mmap_new_vma(struct mmap_state *map, struct vm_area_struct **new)
{
	struct vm_area_struct *vma = vm_area_alloc(map->mm);
	int error = -ENOMEM;

	if (!vma)
		return error;
	vma_set_range(vma, map->start, map->end, map->pgoff);
	vma->vm_flags = map->flags;
	if (mt_preallocate(&map->mm->mm_mt, 1))
		goto out_free;
	error = mmap_new_contents(map, vma);
	if (error)
		goto out_prealloc;
	if (!ksm_flags_early(map))
		vma->vm_flags = ksm_vma_flags(map->mm, map->flags);
	__vma_link(map->mm, vma);
	/* an anonymous one is told of by its first fault */
	if (!vma_is_anonymous(vma))
		khugepaged_enter_vma(vma);
	*new = vma;
	return 0;

out_prealloc:
	mt_prealloc_done(&map->mm->mm_mt);
	if (vma->vm_file)
		fput(vma->vm_file);
out_free:
	vm_area_free(vma);
	return error;
}

static struct vm_area_struct *mmap_merge(const struct mmap_state *map)
{
	const struct vma_range range = {
		.mm = map->mm, .start = map->start, .end = map->end, .pgoff = map->pgoff,
		.flags = map->flags, .file = map->file,
	};

	return vma_merge_new_range(&range, map->replaced.prev, map->replaced.next, false).vma;
}

/* Kernel: __mmap_complete(). */
static void mmap_complete(struct mmap_state *map, struct vm_area_struct *vma)
{
	struct mm_struct *mm = map->mm;

	munmap_complete(&map->replaced);
	vm_stat_account(mm, vma->vm_flags, (long)map_pages(map));
	if (vma->vm_flags & VM_LOCKED) {
		if (vma->vm_flags & (VM_SPECIAL | VM_DROPPABLE))
			vma->vm_flags &= ~VM_LOCKED_MASK;
		else
			mm->locked_vm += map_pages(map);
	}
	vma->vm_flags |= VM_SOFTDIRTY;
}

/* Nothing may be writable and executable at once.  Kernel: map_deny_write_exec(). */
static bool deny_write_exec(const struct mm_struct *mm, vm_flags_t flags)
{
	return mm->mdwe && (flags & VM_EXEC) && (flags & VM_WRITE);
}

long mmap_region(struct file *file, unsigned long addr, unsigned long len, vm_flags_t flags,
		 pgoff_t pgoff, struct list_head *uf)
{
	struct mmap_state map = {
		.mm = current->mm, .file = file, .start = addr, .end = addr + len,
		.pgoff = pgoff, .flags = flags, .uf = uf,
	};
	struct vm_area_struct *vma;
	int error;

	rwsem_assert_held_write(&map.mm->mmap_lock);
	if (deny_write_exec(map.mm, flags))
		return -EACCES;
	if (ksm_flags_early(&map))
		map.flags = ksm_vma_flags(map.mm, map.flags);
	error = mmap_setup(&map);
	if (error)
		return error;
	error = mmap_prepare(&map);
	if (error)
		goto out_hole;

	vma = mmap_merge(&map);
	if (!vma) {
		error = mmap_new_vma(&map, &vma);
		if (error)
			goto out_hole;
	}
	mmap_complete(&map, vma);
	return (long)addr;

out_hole:
	mmap_leave_hole(&map);
	return error;
}
