/*
 * vma_type.c - the fields of an area, for dumps, hashes, pictures and `expect`.
 *
 * In the kernel:  mm/debug.c dump_vma(), fs/proc/task_mmu.c show_map_vma().
 */
#include "mempolicy.h"
#include "rmap.h"
#include "userfaultfd.h"
#include "vma.h"

#define GET(name, expression)							\
	static uint64_t read_##name(const void *object)				\
	{									\
		const struct vm_area_struct *vma = object;			\
										\
		return (expression);						\
	}

GET(start, vma->vm_start)
GET(end, vma->vm_end)
GET(len, vma->vm_end - vma->vm_start)
GET(pgoff, vma->vm_pgoff)
GET(flags, vma->vm_flags)
GET(mm, vma->vm_mm->id)
GET(file, vma->vm_file ? vma->vm_file->id : 0)
GET(ops, (uintptr_t)(vma->vm_ops ? vma->vm_ops->name : NULL))
GET(uffd, vma->vm_userfaultfd_ctx ? vma->vm_userfaultfd_ctx->id : 0)
GET(policy, vma->vm_policy ? vma->vm_policy->id : 0)
GET(anon_vma, vma->anon_vma ? vma->anon_vma->id : 0)

static bool is_heap(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	return vma->vm_start < mm->brk && vma->vm_end > mm->start_brk;
}

static bool is_stack(const struct vm_area_struct *vma)
{
	unsigned long at = vma->vm_mm->start_stack;

	return vma->vm_start <= at && vma->vm_end >= at && at;
}

/* The last column of /proc/PID/maps. */
static uint64_t read_name(const void *object)
{
	const struct vm_area_struct *vma = object;
	const char *name = NULL;

	if (vma->vm_file)
		name = vma->vm_file->inode->name;
	else if (vma->vm_ops && vma->vm_ops->special)
		name = vma->vm_ops->name;
	else if (is_heap(vma))
		name = "[heap]";
	else if (is_stack(vma))
		name = "[stack]";
	return (uintptr_t)name;
}

static void list_chain(const void *object, GArray *ids)
{
	const struct vm_area_struct *vma = object;
	const struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		g_array_append_val(ids, avc->anon_vma->id);
}

static void list_avcs(const void *object, GArray *ids)
{
	const struct vm_area_struct *vma = object;
	const struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		g_array_append_val(ids, avc->id);
}

static const struct field vma_fields[] = {
	{ .name = "start", .type = FIELD_ADDR, .get = read_start,
	  .what = "First address." },
	{ .name = "end", .type = FIELD_ADDR, .get = read_end,
	  .what = "The address after the last one." },
	{ .name = "len", .type = FIELD_ADDR, .get = read_len, .hidden = true,
	  .what = "Bytes from start to end." },
	{ .name = "prot", .type = FIELD_PROT, .get = read_flags, .hidden = true,
	  .what = "Permissions as in /proc/PID/maps." },
	{ .name = "pgoff", .type = FIELD_PGOFF, .get = read_pgoff,
	  .what = "Page offset in the file, or where anonymous memory was first mapped." },
	{ .name = "flags", .type = FIELD_VM_FLAGS, .get = read_flags,
	  .what = "vm_flags, in the letters of smaps." },
	{ .name = "name", .type = FIELD_STRING, .get = read_name, .hidden = true,
	  .what = "What /proc/PID/maps calls it." },
	{ .name = "mm", .type = FIELD_REF, .ref = KIND_MM, .get = read_mm,
	  .what = "The address space it belongs to." },
	{ .name = "file", .type = FIELD_REF, .ref = KIND_FILE, .get = read_file,
	  .what = "The open file it maps." },
	{ .name = "ops", .type = FIELD_STRING, .get = read_ops,
	  .what = "Its operations; none makes it anonymous." },
	{ .name = "uffd", .type = FIELD_REF, .ref = KIND_UFFD_CTX, .get = read_uffd,
	  .what = "The userfaultfd it is registered with." },
	{ .name = "policy", .type = FIELD_REF, .ref = KIND_MEMPOLICY, .get = read_policy,
	  .what = "Its memory policy." },
	{ .name = "anon_vma", .type = FIELD_REF, .ref = KIND_ANON_VMA, .get = read_anon_vma,
	  .what = "The anon_vma its new pages belong to." },
	{ .name = "chain", .type = FIELD_SET, .ref = KIND_ANON_VMA, .list = list_chain,
	  .what = "All anon_vmas its pages may belong to, in the order of anon_vma_chain." },
	{ .name = "avcs", .type = FIELD_SET, .ref = KIND_AVC, .list = list_avcs,
	  .what = "The links to them." },
};

const struct object_type vma_type = {
	.name = "vma",
	.fields = vma_fields,
	.nr_fields = ARRAY_SIZE(vma_fields),
};
