/*
 * hash.c - one number for the state of a machine, the same for states that differ in
 * names and frames only.
 *
 * The walk starts at the tasks in order of birth and follows every reference of the
 * field tables, then the page tables; an object is known by when the walk first met
 * it.  Devices that hold pages come after the tasks.  What neither reaches does not count.
 */
#include <string.h>
#include "folio.h"
#include "machine.h"
#include "pgtable.h"

struct canon {
	const struct machine *machine;
	GHashTable *number[NR_OBJECT_KINDS];	/* id -> order of meeting; never iterated */
	GHashTable *by_id[NR_OBJECT_KINDS];	/* id -> object */
	GQueue todo;				/* struct met */
	uint64_t hash;
};

struct met {
	enum object_kind kind;
	void *object;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value + 0x9e3779b97f4a7c15UL + (hash << 6) + (hash >> 2);
	hash *= 0xff51afd7ed558ccdUL;
	return hash ^ (hash >> 32);
}

static void index_object(void *object, void *data)
{
	g_hash_table_insert(data, GUINT_TO_POINTER(*(unsigned int *)object), object);
}

static GHashTable *objects_by_id(struct canon *canon, enum object_kind kind)
{
	if (!canon->by_id[kind]) {
		canon->by_id[kind] = g_hash_table_new(NULL, NULL);
		object_for_each(canon->machine, kind, index_object, canon->by_id[kind]);
	}
	return canon->by_id[kind];
}

/* The number of the object @id of @kind, meeting it if need be; 0 for none. */
static uint64_t canon_number(struct canon *canon, enum object_kind kind, unsigned int id)
{
	gpointer number;
	struct met *met;

	if (!id)
		return 0;
	if (!canon->number[kind])
		canon->number[kind] = g_hash_table_new(NULL, NULL);
	number = g_hash_table_lookup(canon->number[kind], GUINT_TO_POINTER(id));
	if (number)
		return GPOINTER_TO_UINT(number);

	number = GUINT_TO_POINTER(g_hash_table_size(canon->number[kind]) + 1);
	g_hash_table_insert(canon->number[kind], GUINT_TO_POINTER(id), number);
	met = g_new(struct met, 1);
	*met = (struct met){ kind, g_hash_table_lookup(objects_by_id(canon, kind),
						      GUINT_TO_POINTER(id)) };
	g_queue_push_tail(&canon->todo, met);
	return GPOINTER_TO_UINT(number);
}

static void hash_field(struct canon *canon, const struct field *field, const void *object)
{
	g_autoptr(GArray) ids = NULL;
	uint64_t value;

	if (field->type == FIELD_SET) {
		ids = g_array_new(FALSE, FALSE, sizeof(unsigned int));
		field->list(object, ids);
		canon->hash = mix(canon->hash, ids->len);
		for (guint i = 0; i < ids->len; i++)
			canon->hash = mix(canon->hash,
					  canon_number(canon, field->ref,
						       g_array_index(ids, unsigned int, i)));
		return;
	}
	value = field->get(object);
	if (field->type == FIELD_REF)
		value = canon_number(canon, field->ref, (unsigned int)value);
	else if (field->type == FIELD_STRING)
		value = value ? g_str_hash((const char *)(uintptr_t)value) : 0;
	canon->hash = mix(canon->hash, value);
}

static bool hash_pte(const struct pgtable *table, unsigned int slot, unsigned long addr, void *data)
{
	struct canon *canon = data;
	pte_t pte = table->entry[slot];

	canon->hash = mix(canon->hash, addr);
	if (pte_present(pte)) {
		const struct page *page = pfn_to_page(pte_pfn(pte));

		canon->hash = mix(canon->hash, pte & ~PTE_PFN_MASK);
		canon->hash = mix(canon->hash, page->content);
		canon->hash = mix(canon->hash, page->flags);
		if (page->folio) {
			canon->hash = mix(canon->hash, canon_number(canon, KIND_FOLIO,
								    page->folio->id));
			canon->hash = mix(canon->hash, pte_pfn(pte) - page->folio->pfn);
		}
	} else {
		canon->hash = mix(canon->hash, pte);
	}
	return true;
}

static void hash_object(struct canon *canon, const struct met *met)
{
	const struct object_type *type = object_type(met->kind);

	canon->hash = mix(canon->hash, met->kind);
	if (!met->object)	/* a dangling reference: itself part of the state */
		return;
	for (size_t i = 0; i < type->nr_fields; i++)
		if (!type->fields[i].hidden)
			hash_field(canon, &type->fields[i], met->object);
	if (met->kind == KIND_MM)
		pgtable_for_each(met->object, 0, TASK_SIZE, hash_pte, canon);
}

uint64_t machine_hash(const struct machine *machine)
{
	struct machine *before = machine_enter((struct machine *)machine);
	struct canon canon = { .machine = machine, .todo = G_QUEUE_INIT };
	g_autoptr(GPtrArray) pins = NULL;
	struct task_struct *task;
	struct met *met;

	list_for_each_entry(task, &((struct machine *)machine)->tasks, tasks)
		canon_number(&canon, KIND_TASK, task->id);
	/* What devices hold decides what will be shared. */
	pins = object_list(machine, KIND_PIN);
	for (guint i = 0; i < pins->len; i++)
		canon_number(&canon, KIND_PIN, *(unsigned int *)pins->pdata[i]);
	while ((met = g_queue_pop_head(&canon.todo))) {
		hash_object(&canon, met);
		g_free(met);
	}
	for (size_t kind = 0; kind < NR_OBJECT_KINDS; kind++) {
		g_clear_pointer(&canon.number[kind], g_hash_table_unref);
		g_clear_pointer(&canon.by_id[kind], g_hash_table_unref);
	}
	machine_enter(before);
	return canon.hash;
}
