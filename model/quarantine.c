/*
 * quarantine.c - see quarantine.h.
 *
 * A sorted array: few objects are freed in a race, many steps look for one.
 */
#include "folio.h"
#include "machine.h"
#include "mm.h"
#include "quarantine.h"
#include "rmap.h"

/*
 * What may be looked at of an object that may have been freed.  Kernel: the slabs of
 * vm_area_struct and anon_vma have SLAB_TYPESAFE_BY_RCU, and the memory map is never freed.
 */
static const struct stable_field {
	enum object_kind kind;
	size_t from, size;
} stable_fields[] = {
#define FIELD(kind, type, field) \
	{ kind, offsetof(struct type, field), sizeof(((struct type *)NULL)->field) }
	FIELD(KIND_VMA, vm_area_struct, vm_mm),
	FIELD(KIND_VMA, vm_area_struct, vm_lock),
	FIELD(KIND_VMA, vm_area_struct, vm_lock_seq),
	FIELD(KIND_VMA, vm_area_struct, detached),
	FIELD(KIND_ANON_VMA, anon_vma, refcount),
	FIELD(KIND_ANON_VMA, anon_vma, root),
	FIELD(KIND_ANON_VMA, anon_vma, rwsem),
	FIELD(KIND_FOLIO, folio, refcount),
#undef FIELD
};

static bool is_type_stable(unsigned int kind, size_t offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(stable_fields); i++) {
		const struct stable_field *field = &stable_fields[i];

		if (field->kind == kind && offset >= field->from &&
		    offset < field->from + field->size)
			return true;
	}
	return false;
}

static struct freed_object *nth(unsigned int i)
{
	return &g_array_index(mach->freed, struct freed_object, i);
}

/* How many of them begin at @at or below. */
static unsigned int nr_up_to(uintptr_t at)
{
	unsigned int low = 0, high = mach->nr_freed;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (nth(middle)->at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void quarantine_add(enum object_kind kind, const void *object, size_t size, const char *site)
{
	struct freed_object freed = { .at = (uintptr_t)object, .size = (uint32_t)size,
				      .kind = (uint8_t)kind, .id = *(const unsigned int *)object,
				      .site = site };

	g_strlcpy(freed.by, current->name[0] ? current->name : "boot", sizeof(freed.by));
	if (!mach->freed)
		mach->freed = g_array_new(FALSE, FALSE, sizeof(struct freed_object));
	g_array_insert_val(mach->freed, nr_up_to(freed.at), freed);
	mach->nr_freed++;
}

static struct freed_object *find(const void *object)
{
	unsigned int i = nr_up_to((uintptr_t)object);

	if (!i || (uintptr_t)object - nth(i - 1)->at >= nth(i - 1)->size)
		return NULL;
	return nth(i - 1);
}

const struct freed_object *quarantine_find(const void *object)
{
	return mach->nr_freed ? find(object) : NULL;
}

void quarantine_reset(struct machine *machine)
{
	if (machine->freed)
		g_array_set_size(machine->freed, 0);
	machine->nr_freed = 0;
}

void quarantine_fini(struct machine *machine)
{
	g_clear_pointer(&machine->freed, g_array_unref);
	machine->nr_freed = 0;
}

void object_use_slow(const void *object, const char *site)
{
	struct freed_object *freed = find(object);

	if (likely(!freed) || freed->told || mach->abandoned ||
	    is_type_stable(freed->kind, (uintptr_t)object - freed->at))
		return;
	freed->told = true;
	violation_add("use-after-free", current->name[0] ? current->name : "boot",
		      "an object that has not been freed", "%s uses %s#%u, freed by %s in %s",
		      site, object_kind_name((enum object_kind)freed->kind), freed->id, freed->by,
		      freed->site);
}
