/*
 * vma.c - the life of an area, and the order in which a change of ranges is made.
 *
 * In the kernel:  mm/vma.c vma_prepare(), vma_complete(), vma_link(), remove_vma(),
 *                 vma_link_file(); mm/vma_init.c.
 * Left out:       uprobes, flush_dcache, batches of file unlinking.
 * Locks:          mmap_lock for writing; i_mmap_rwsem, then the anon_vma root's rwsem.
 */
#include "mempolicy.h"
#include "rmap.h"
#include "vma_internal.h"

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = NEW(KIND_VMA, struct vm_area_struct, "vm_area_alloc");

	if (!vma)
		return NULL;
	vma->vm_mm = mm;
	vma->detached = true;
	INIT_LIST_HEAD(&vma->anon_vma_chain);
	init_rwsem(&vma->vm_lock, LOCK_VMA);
	return vma;
}

struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = NEW(KIND_VMA, struct vm_area_struct, "vm_area_dup");
	unsigned int id;

	if (!copy)
		return NULL;
	id = copy->id;
	*copy = *vma;
	copy->id = id;
	copy->shared = (struct interval_node){};
	copy->vm_lock_seq = 0;
	copy->detached = true;
	copy->detached_next = NULL;
	INIT_LIST_HEAD(&copy->anon_vma_chain);
	init_rwsem(&copy->vm_lock, LOCK_VMA);
	return copy;
}

void vm_area_free(struct vm_area_struct *vma)
{
	model_free(KIND_VMA, vma);
}

/* What an area has once its close operation ran. */
static const struct vm_operations_struct closed_vm_ops = { .name = "closed" };

void vma_close(struct vm_area_struct *vma)
{
	if (!vma->vm_ops || !vma->vm_ops->close)
		return;
	vma->vm_ops->close(vma);
	vma->vm_ops = &closed_vm_ops;
}

void remove_vma(struct vm_area_struct *vma)
{
	might_sleep("remove_vma");
	vma_close(vma);
	unlink_anon_vmas(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	mpol_put(vma->vm_policy);
	vm_area_free(vma);
}

/* ---- the file's tree of mappings ---- */

static struct address_space *vma_mapping(const struct vm_area_struct *vma)
{
	return vma->vm_file ? &vma->vm_file->inode->i_data : NULL;
}

static void i_mmap_insert(struct address_space *mapping, struct vm_area_struct *vma)
{
	sched_touch(&mapping->i_mmap, ACCESS_WRITE);
	interval_tree_insert(&mapping->i_mmap, &vma->shared, vma->vm_pgoff,
			     vma->vm_pgoff + vma_pages(vma) - 1);
}

static void i_mmap_remove(struct address_space *mapping, struct vm_area_struct *vma)
{
	sched_touch(&mapping->i_mmap, ACCESS_WRITE);
	interval_tree_remove(&mapping->i_mmap, &vma->shared);
}

static void __vma_link_file(struct address_space *mapping, struct vm_area_struct *vma)
{
	if (is_shared_maywrite(vma->vm_flags))
		mapping->i_mmap_writable++;
	i_mmap_insert(mapping, vma);
}

static void __unlink_file_vma(struct address_space *mapping, struct vm_area_struct *vma)
{
	if (is_shared_maywrite(vma->vm_flags))
		mapping->i_mmap_writable--;
	i_mmap_remove(mapping, vma);
}

void vma_link_file(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma_mapping(vma);

	if (!mapping)
		return;
	down_write(&mapping->i_mmap_rwsem);
	__vma_link_file(mapping, vma);
	up_write(&mapping->i_mmap_rwsem);
}

void unlink_file_vma(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma_mapping(vma);

	if (!mapping)
		return;
	down_write(&mapping->i_mmap_rwsem);
	__unlink_file_vma(mapping, vma);
	up_write(&mapping->i_mmap_rwsem);
}

void __vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_start_write(vma);
	mt_store_range(&mm->mm_mt, vma->vm_start, vma->vm_end - 1, vma);
	mt_prealloc_done(&mm->mm_mt);
	vma->detached = false;
	mm->map_count++;
	vma_link_file(vma);
	trace_event("vma-new", "vma#%u [0x%lx,0x%lx)", vma->id, vma->vm_start, vma->vm_end);
}

int vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	rwsem_assert_held_write(&mm->mmap_lock);
	if (mt_preallocate(&mm->mm_mt, 1))
		return -ENOMEM;
	__vma_link(mm, vma);
	return 0;
}

/* ---- a change of ranges ---- */

/* The anon_vma whose root guards every chain in @change; NULL if none has a chain. */
static struct anon_vma *change_anon_vma(const struct vma_change *change)
{
	if (change->vma->anon_vma)
		return change->vma->anon_vma;
	return change->adjust ? change->adjust->anon_vma : NULL;
}

/* The part about the file: all of them are mapped from the same one. */
static void prepare_file(struct vma_change *change)
{
	struct address_space *mapping = vma_mapping(change->vma);

	change->mapping = mapping;
	if (!mapping)
		return;
	down_write(&mapping->i_mmap_rwsem);
	/* a walker must find either the old area or the new one at each moment */
	if (change->insert)
		__vma_link_file(mapping, change->insert);
	i_mmap_remove(mapping, change->vma);
	if (change->adjust)
		i_mmap_remove(mapping, change->adjust);
	for (size_t i = 0; i < ARRAY_SIZE(change->remove); i++)
		if (change->remove[i])
			__unlink_file_vma(mapping, change->remove[i]);
}

void vma_prepare(struct vma_change *change)
{
	prepare_file(change);
	change->anon_vma = change_anon_vma(change);
	if (!change->anon_vma)
		return;
	anon_vma_lock_write(change->anon_vma);
	anon_vma_interval_tree_pre_update_vma(change->vma);
	if (change->adjust)
		anon_vma_interval_tree_pre_update_vma(change->adjust);
}

/* Frees an area that the survivor now covers, and that has no close operation. */
static void free_covered(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma->detached = true;
	unlink_anon_vmas(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	mpol_put(vma->vm_policy);
	mm->map_count--;
	vm_area_free(vma);
}

void vma_complete(struct vma_change *change, struct mm_struct *mm)
{
	if (change->anon_vma) {
		if (change->adjust)
			anon_vma_interval_tree_post_update_vma(change->adjust);
		anon_vma_interval_tree_post_update_vma(change->vma);
		anon_vma_unlock_write(change->anon_vma);
	}
	if (change->mapping) {
		if (change->adjust)
			i_mmap_insert(change->mapping, change->adjust);
		i_mmap_insert(change->mapping, change->vma);
		up_write(&change->mapping->i_mmap_rwsem);
	}
	if (change->insert) {
		change->insert->detached = false;
		mm->map_count++;
	}
	for (size_t i = 0; i < ARRAY_SIZE(change->remove); i++)
		if (change->remove[i])
			free_covered(mm, change->remove[i]);
}
