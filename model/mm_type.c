/*
 * mm_type.c - the fields of an address space, for dumps, hashes, pictures and `expect`.
 *
 * In the kernel:  mm/debug.c dump_mm(), fs/proc/task_mmu.c task_mem().
 */
#include "pgtable.h"
#include "vma.h"

#define GET(name)								\
	static uint64_t read_##name(const void *object)				\
	{									\
		return (uint64_t)((const struct mm_struct *)object)->name;	\
	}

GET(mm_users)
GET(map_count)
GET(total_vm)
GET(data_vm)
GET(exec_vm)
GET(stack_vm)
GET(locked_vm)
GET(def_flags)
GET(start_brk)
GET(brk)
GET(start_stack)
GET(mmap_base)
GET(rss_anon)
GET(rss_file)
GET(rss_shmem)
GET(swapents)
GET(pgtables_bytes)
GET(ksm_merge_any)
GET(ksm_mergeable)
GET(mdwe)
GET(has_pinned)
GET(thp_disabled)
GET(huge_zero)
GET(pkey_allocation_map)

static uint64_t read_pgd(const void *object)
{
	const struct mm_struct *mm = object;

	return mm->pgd ? mm->pgd->id : 0;
}

static void list_vmas(const void *object, GArray *ids)
{
	const struct mm_struct *mm = object;
	struct vm_area_struct *vma;

	for_each_vma(mm, vma)
		g_array_append_val(ids, vma->id);
}

#define NUMBER(field, words) \
	{ .name = #field, .type = FIELD_NUMBER, .get = read_##field, .what = words }
#define PAGES(label, field, words) \
	{ .name = label, .type = FIELD_SIGNED, .get = read_##field, .what = words }
#define ADDR(field, words) \
	{ .name = #field, .type = FIELD_ADDR, .get = read_##field, .what = words }
#define FLAG(field, words) \
	{ .name = #field, .type = FIELD_BOOL, .get = read_##field, .what = words }

static const struct field mm_fields[] = {
	{ .name = "vmas", .type = FIELD_SET, .ref = KIND_VMA, .list = list_vmas,
	  .what = "Its areas in address order." },
	{ .name = "pgd", .type = FIELD_REF, .ref = KIND_PGTABLE, .get = read_pgd,
	  .what = "Its top page table." },
	NUMBER(mm_users, "Tasks and others that use it."),
	NUMBER(map_count, "How many areas it has."),
	NUMBER(total_vm, "Pages in all areas."),
	NUMBER(data_vm, "Pages in private writable areas."),
	NUMBER(exec_vm, "Pages in executable areas that are not writable."),
	NUMBER(stack_vm, "Pages in areas that grow down."),
	NUMBER(locked_vm, "Pages in mlocked areas, as RLIMIT_MEMLOCK counts them."),
	{ .name = "def_flags", .type = FIELD_VM_FLAGS, .get = read_def_flags,
	  .what = "vm_flags that each new area gets." },
	ADDR(start_brk, "Where the heap starts."),
	ADDR(brk, "Where the heap ends."),
	ADDR(start_stack, "Where the stack started."),
	ADDR(mmap_base, "Where the search for a free address starts, downwards."),
	PAGES("rss_anon", rss_anon, "Anonymous pages mapped."),
	PAGES("rss_file", rss_file, "File pages mapped."),
	PAGES("rss_shmem", rss_shmem, "Pages of shared memory mapped."),
	PAGES("swap", swapents, "Swap entries in its page tables."),
	{ .name = "pgtables", .type = FIELD_NUMBER, .get = read_pgtables_bytes,
	  .what = "Bytes of page tables below the top one." },
	FLAG(ksm_merge_any, "PR_SET_MEMORY_MERGE."),
	FLAG(ksm_mergeable, "ksmd looks at its pages: MADV_MERGEABLE was given once."),
	FLAG(mdwe, "PR_SET_MDWE: nothing becomes executable that was writable."),
	FLAG(has_pinned, "A page of it has been pinned."),
	FLAG(thp_disabled, "PR_SET_THP_DISABLE."),
	FLAG(huge_zero, "it holds the huge zero page."),
	{ .name = "pkeys", .type = FIELD_NUMBER, .get = read_pkey_allocation_map,
	  .what = "Protection keys in use, as a bit mask." },
};

const struct object_type mm_type = {
	.name = "mm",
	.fields = mm_fields,
	.nr_fields = ARRAY_SIZE(mm_fields),
};
