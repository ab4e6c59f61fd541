/*
 * object.c - storage of objects: slabs that belong to the machine.
 *
 * A slab is a list of chunks of equal slots.  A slot starts with the object's id, 0
 * while free; a free slot's second word links the free list.  Chunks double from a
 * page to 256 KiB, and are kept over machine_reset(), whose cost is that of the
 * chunks.  A slot in quarantine is on no list.
 *
 * In the kernel:  mm/slub.c (role only).
 */
#include <string.h>
#include "machine.h"
#include "machine_parts.h"
#include "quarantine.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define poison(p, n)	ASAN_POISON_MEMORY_REGION((p), (n))
#define unpoison(p, n)	ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define poison(p, n)	((void)(p), (void)(n))
#define unpoison(p, n)	((void)(p), (void)(n))
#endif

/* Objects of one kind come in at most this many sizes (page tables have two). */
#define SLAB_SIZES	2
#define CHUNK_MIN	4096
#define CHUNK_MAX	(256 * 1024)

struct chunk {
	struct chunk *next;
	size_t slots, used;	/* slots beyond used were never handed out */
	_Alignas(16) unsigned char slot[];
};

struct sub_slab {
	size_t size;		/* bytes of a slot; 0: unused */
	struct chunk *first, *last, *fill;	/* fill: the one with slots never used */
	unsigned char *free;	/* list of freed slots */
	size_t live, bytes;
};

struct slab {
	struct sub_slab sub[SLAB_SIZES];
};

/* id at 0, link of the free list behind it. */
#define SLOT_ID(slot)	(*(unsigned int *)(slot))
#define SLOT_NEXT(slot)	(*(unsigned char **)((slot) + 8))

#define K(kind, name, type) [kind] = #name,
static const char *const kind_names[] = { OBJECT_KINDS(K) };
#undef K

const char *object_kind_name(enum object_kind kind)
{
	return kind_names[kind];
}


void slabs_init(struct machine *machine)
{
	machine->slabs = g_new0(struct slab, NR_OBJECT_KINDS);
	for (size_t kind = 0; kind < NR_OBJECT_KINDS; kind++)
		machine->next_id[kind] = 1;
}

static struct sub_slab *sub_slab_for(struct slab *slab, size_t size)
{
	size = ALIGN_UP(size, 8);
	for (size_t i = 0; i < SLAB_SIZES; i++) {
		struct sub_slab *sub = &slab->sub[i];

		if (sub->size == size)
			return sub;
		if (!sub->size) {
			sub->size = size;
			return sub;
		}
	}
	g_error("objects of one kind in more than %d sizes", SLAB_SIZES);
}

static void chunk_add(struct sub_slab *sub)
{
	size_t bytes = sub->last ? MIN(2 * sub->last->slots * sub->size, CHUNK_MAX) : CHUNK_MIN;
	size_t slots = MAX(bytes / sub->size, 1);
	struct chunk *chunk = g_malloc(sizeof(*chunk) + slots * sub->size);

	*chunk = (struct chunk){ .slots = slots };
	poison(chunk->slot, slots * sub->size);
	if (sub->last)
		sub->last->next = chunk;
	else
		sub->first = chunk;
	sub->last = chunk;
	sub->fill = chunk;
	sub->bytes += sizeof(*chunk) + slots * sub->size;
}

static unsigned char *slot_take(struct sub_slab *sub)
{
	unsigned char *slot = sub->free;

	if (slot) {
		unpoison(slot, sub->size);
		sub->free = SLOT_NEXT(slot);
	} else {
		while (sub->fill && sub->fill->used == sub->fill->slots)
			sub->fill = sub->fill->next;
		if (!sub->fill)
			chunk_add(sub);
		slot = sub->fill->slot + sub->fill->used++ * sub->size;
		unpoison(slot, sub->size);
	}
	sub->live++;
	return slot;
}

bool model_alloc_fails(const char *site)
{
	if (unlikely(current->fail_any) && !current->nofail && sched_choose(2, site)) {
		current->fail_any = false;
		trace_event("alloc-fails", "%s", site);
		return true;
	}
	if (likely(!mach->fail_nth) || current->nofail)
		return false;
	if (++mach->nr_allocs != mach->fail_nth)
		return false;
	mach->failed_site = site;
	trace_event("alloc-fails", "allocation %lu: %s", mach->nr_allocs, site);
	return true;
}

void *model_alloc_atomic(enum object_kind kind, size_t size, const char *site)
{
	struct sub_slab *sub;
	unsigned char *slot;

	if (model_alloc_fails(site))
		return NULL;
	sub = sub_slab_for(&mach->slabs[kind], size);
	slot = slot_take(sub);
	memset(slot, 0, sub->size);
	SLOT_ID(slot) = mach->next_id[kind]++;
	return slot;
}

void *model_alloc(enum object_kind kind, size_t size, const char *site)
{
	might_sleep(site);
	return model_alloc_atomic(kind, size, site);
}

static bool chunk_holds(const struct sub_slab *sub, const unsigned char *object)
{
	for (const struct chunk *chunk = sub->first; chunk; chunk = chunk->next)
		if (object >= chunk->slot && object < chunk->slot + chunk->slots * sub->size)
			return true;
	return false;
}

/* Only kinds with two sizes have to search for the chunk. */
static struct sub_slab *sub_slab_of(struct slab *slab, const void *object)
{
	if (!slab->sub[1].size || chunk_holds(&slab->sub[0], object))
		return &slab->sub[0];
	return &slab->sub[1];
}

void model_free_at(enum object_kind kind, void *object, const char *site)
{
	struct sub_slab *sub = sub_slab_of(&mach->slabs[kind], object);
	unsigned char *slot = object;

	if (!SLOT_ID(slot) && mach->nr_freed && quarantine_find(object)) {
		object_use_slow(object, site);
		return;
	}
	if (!SLOT_ID(slot))
		g_error("%s freed twice", object_kind_name(kind));
	/* Tasks go on without the locks that they wait for: one may still be in the middle of it. */
	if (mach->abandoned)
		return;
	if (unlikely(mach->quarantine)) {
		quarantine_add(kind, object, sub->size, site);
		SLOT_ID(slot) = 0;
		sub->live--;
		return;
	}
	SLOT_ID(slot) = 0;
	SLOT_NEXT(slot) = sub->free;
	sub->free = slot;
	sub->live--;
	poison(slot + 16, sub->size - 16);
}

void alloc_nofail_begin(void)
{
	current->nofail++;
}

void alloc_nofail_end(void)
{
	current->nofail--;
}

size_t object_count(const struct machine *machine, enum object_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < SLAB_SIZES; i++)
		count += machine->slabs[kind].sub[i].live;
	return count;
}

size_t object_bytes(const struct machine *machine, enum object_kind kind)
{
	size_t bytes = 0;

	for (size_t i = 0; i < SLAB_SIZES; i++)
		bytes += machine->slabs[kind].sub[i].bytes;
	return bytes;
}

void object_for_each(const struct machine *machine, enum object_kind kind, object_fn fn,
		     void *data)
{
	for (size_t i = 0; i < SLAB_SIZES; i++) {
		const struct sub_slab *sub = &machine->slabs[kind].sub[i];

		for (struct chunk *chunk = sub->first; chunk; chunk = chunk->next)
			for (size_t n = 0; n < chunk->used; n++) {
				unsigned char *slot = chunk->slot + n * sub->size;

				if (SLOT_ID(slot))
					fn(slot, data);
			}
	}
}

static void collect(void *object, void *data)
{
	g_ptr_array_add(data, object);
}

static gint by_id(gconstpointer a, gconstpointer b)
{
	unsigned int x = **(const unsigned int *const *)a, y = **(const unsigned int *const *)b;

	return x < y ? -1 : x > y;
}

GPtrArray *object_list(const struct machine *machine, enum object_kind kind)
{
	GPtrArray *list = g_ptr_array_new();

	object_for_each(machine, kind, collect, list);
	g_ptr_array_sort(list, by_id);
	return list;
}

struct id_search {
	unsigned int id;
	void *found;
};

static void compare_id(void *object, void *data)
{
	struct id_search *search = data;

	if (*(unsigned int *)object == search->id)
		search->found = object;
}

void *object_by_id(const struct machine *machine, enum object_kind kind, unsigned int id)
{
	struct id_search search = { .id = id };

	object_for_each(machine, kind, compare_id, &search);
	return search.found;
}

void slabs_reset(struct machine *machine)
{
	for (size_t kind = 0; kind < NR_OBJECT_KINDS; kind++) {
		for (size_t i = 0; i < SLAB_SIZES; i++) {
			struct sub_slab *sub = &machine->slabs[kind].sub[i];

			for (struct chunk *chunk = sub->first; chunk; chunk = chunk->next) {
				poison(chunk->slot, chunk->slots * sub->size);
				chunk->used = 0;
			}
			sub->fill = sub->first;
			sub->free = NULL;
			sub->live = 0;
		}
		machine->next_id[kind] = 1;
	}
}

void slabs_fini(struct machine *machine)
{
	for (size_t kind = 0; kind < NR_OBJECT_KINDS; kind++)
		for (size_t i = 0; i < SLAB_SIZES; i++) {
			struct sub_slab *sub = &machine->slabs[kind].sub[i];

			for (struct chunk *chunk = sub->first, *next; chunk; chunk = next) {
				next = chunk->next;
				unpoison(chunk->slot, chunk->slots * sub->size);
				g_free(chunk);
			}
		}
	g_clear_pointer(&machine->slabs, g_free);
}
