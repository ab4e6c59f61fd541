/*
 * race_names.c - which object a step touches, in words.
 *
 * In the kernel:  lockdep's names of locks.
 */
#include "model/file.h"
#include "model/machine.h"
#include "model/pgtable.h"
#include "model/rmap.h"
#include "model/userfaultfd.h"
#include "sim/race.h"

/* A part of an object that others than its owner look at. */
struct part {
	enum object_kind kind;
	size_t offset, size;
	const char *name;
};

#define PART(kind, type, field)	\
	{ kind, offsetof(struct type, field), sizeof(((struct type *)NULL)->field), #field }

static const struct part parts[] = {
	PART(KIND_MM, mm_struct, mmap_lock),
	PART(KIND_MM, mm_struct, page_table_lock),
	PART(KIND_MM, mm_struct, mm_mt),
	PART(KIND_MM, mm_struct, tlb),
	PART(KIND_MM, mm_struct, tlb_flush_pending),
	PART(KIND_MM, mm_struct, write_protect_seq),
	PART(KIND_VMA, vm_area_struct, vm_lock),
	PART(KIND_VMA, vm_area_struct, anon_vma),
	PART(KIND_VMA, vm_area_struct, vm_flags),
	PART(KIND_ANON_VMA, anon_vma, rwsem),
	PART(KIND_PGTABLE, pgtable, ptl),
	PART(KIND_UFFD_CTX, userfaultfd_ctx, map_changing_lock),
};

static const struct {
	enum object_kind kind;
	size_t size;
} kinds[] = {
	{ KIND_MM, sizeof(struct mm_struct) }, { KIND_VMA, sizeof(struct vm_area_struct) },
	{ KIND_ANON_VMA, sizeof(struct anon_vma) }, { KIND_PGTABLE, sizeof(struct pgtable) },
	{ KIND_FOLIO, sizeof(struct folio) }, { KIND_INODE, sizeof(struct inode) },
	{ KIND_TASK, sizeof(struct task_struct) },
	{ KIND_UFFD_CTX, sizeof(struct userfaultfd_ctx) },
};

static char *part_name(enum object_kind kind, unsigned int id, size_t offset)
{
	if (kind == KIND_PGTABLE && offset >= offsetof(struct pgtable, entry) &&
	    offset < sizeof(struct pgtable))
		return g_strdup_printf("pgtable#%u entry %zu", id,
				       (offset - offsetof(struct pgtable, entry)) / sizeof(pte_t));
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (parts[i].kind == kind && offset >= parts[i].offset &&
		    offset < parts[i].offset + parts[i].size)
			return g_strdup_printf("%s#%u %s", object_kind_name(kind), id,
					       parts[i].name);
	return g_strdup_printf("%s#%u", object_kind_name(kind), id);
}

char *race_object_name(const struct race *race, const void *object)
{
	uintptr_t at = (uintptr_t)object;

	if (!object)
		return g_strdup("nothing");
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GPtrArray) list = object_list(race->machine, kinds[i].kind);

		for (guint j = 0; j < list->len; j++) {
			uintptr_t start = (uintptr_t)list->pdata[j];

			if (at >= start && at < start + kinds[i].size)
				return part_name(kinds[i].kind,
						 *(const unsigned int *)list->pdata[j],
						 at - start);
		}
	}
	return g_strdup("the machine");
}
