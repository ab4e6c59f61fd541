/*
 * live_deep.c - observations made whole with what BPF programs read; see live_deep.h.
 *
 * In the kernel:  struct vm_area_struct, anon_vma, anon_vma_chain, folio.
 * Left out:       page table entries, counters of references to folios.
 */
#include "sim/deep/kernel.h"
#include "sim/live_deep.h"

#define PAGE_MAPPING_ANON	1UL	/* in folio.mapping; with bit 1 it is KSM's */
#define PAGE_MAPPING_FLAGS	3UL

struct live_deep {
	struct deep_kernel *kernel;
	GHashTable *ids;	/* address -> number */
	GArray *addresses;	/* uint64_t; [number - 1] */
};

struct live_deep *live_deep_open(char **why)
{
	struct deep_kernel *kernel = deep_kernel_open(why);
	struct live_deep *deep;

	if (!kernel)
		return NULL;
	deep = g_new0(struct live_deep, 1);
	deep->kernel = kernel;
	deep->ids = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	deep->addresses = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	return deep;
}

void live_deep_close(struct live_deep *deep)
{
	if (!deep)
		return;
	deep_kernel_close(deep->kernel);
	g_hash_table_unref(deep->ids);
	g_array_unref(deep->addresses);
	g_free(deep);
}

unsigned int live_deep_number(struct live_deep *deep, uint64_t address)
{
	unsigned int id;
	uint64_t *key;

	if (!address)
		return 0;
	id = GPOINTER_TO_UINT(g_hash_table_lookup(deep->ids, &address));
	if (id)
		return id;
	g_array_append_val(deep->addresses, address);
	key = g_new(uint64_t, 1);
	*key = address;
	g_hash_table_insert(deep->ids, key, GUINT_TO_POINTER(deep->addresses->len));
	return deep->addresses->len;
}

uint64_t live_deep_address(const struct live_deep *deep, unsigned int number)
{
	return g_array_index(deep->addresses, uint64_t, number - 1);
}

void live_deep_forget(struct live_deep *deep)
{
	g_hash_table_remove_all(deep->ids);
	g_array_set_size(deep->addresses, 0);
}

uint64_t live_deep_vmemmap(const struct live_deep *deep)
{
	return deep_kernel_vmemmap(deep->kernel);
}

/* ---- areas ---- */

static struct seen_vma *area_at(const struct seen_process *process, uint64_t start, uint64_t end)
{
	for (guint i = 0; i < process->vmas->len; i++) {
		struct seen_vma *vma = process->vmas->pdata[i];

		if (vma->start == start && vma->end == end)
			return vma;
	}
	return NULL;
}

void live_deep_areas(struct live_deep *deep, struct seen_process *process, pid_t tid)
{
	g_autoptr(GArray) records = deep_kernel_areas(deep->kernel, tid);
	struct seen_vma *vma = NULL;

	for (guint i = 0; records && i < records->len; i++) {
		const struct deep_record *record =
			&g_array_index(records, struct deep_record, i);

		if (record->kind == DEEP_VMA) {
			vma = area_at(process, record->start, record->end);
			if (!vma)
				continue;
			vma->behind = true;
			vma->pgoff = record->pgoff;
			vma->anon_vma = live_deep_number(deep, record->anon_vma);
			vma->file_id = live_deep_number(deep, record->file);
			vma->uffd = live_deep_number(deep, record->uffd);
		} else if (vma) {
			unsigned int id = live_deep_number(deep, record->anon_vma);

			g_array_append_val(vma->chain, id);
			vma->chain_cut = vma->chain->len >= DEEP_MAX_CHAIN;
		}
	}
}

/* ---- pages ---- */

static void add_folio(struct live_deep *deep, struct seen_folio *folio)
{
	struct deep_page page;

	if (!deep_kernel_page(deep->kernel, folio->id, &page))
		return;
	folio->behind = true;
	folio->order = page.order;
	folio->index = page.index;
	folio->mapcount = (int)page.mapcount;
	folio->pae = g_new0(bool, 1);
	if ((page.mapping & PAGE_MAPPING_FLAGS) != PAGE_MAPPING_ANON)
		return;
	folio->anon_vma = live_deep_number(deep, page.mapping & ~PAGE_MAPPING_FLAGS);
	folio->pae[0] = page.anon_exclusive;
}

/* ---- anon_vmas ---- */

static int compare_ids(const void *a, const void *b)
{
	const struct seen_anon_vma *x = *(struct seen_anon_vma *const *)a;
	const struct seen_anon_vma *y = *(struct seen_anon_vma *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* The one with number @id, and those that it leads to. */
static void add_anon_vma(struct live_deep *deep, struct observation *seen, unsigned int id)
{
	while (id && !observation_anon_vma(seen, id)) {
		struct deep_anon_vma from = {
			.address = g_array_index(deep->addresses, uint64_t, id - 1),
		};
		struct seen_anon_vma *to;

		if (!deep_kernel_anon_vma(deep->kernel, &from))
			return;
		to = g_new0(struct seen_anon_vma, 1);
		to->id = id;
		to->root = live_deep_number(deep, from.root);
		to->parent = live_deep_number(deep, from.parent);
		to->children = (unsigned int)from.children;
		to->active = (unsigned int)from.active;
		to->refcount = from.refcount;
		g_ptr_array_add(seen->anon_vmas, to);
		add_anon_vma(deep, seen, to->root);
		id = to->parent;
	}
}

void live_deep_rest(struct live_deep *deep, struct observation *seen)
{
	for (guint i = 0; i < seen->folios->len; i++) {
		struct seen_folio *folio = seen->folios->pdata[i];

		add_folio(deep, folio);
		add_anon_vma(deep, seen, folio->anon_vma);
	}
	for (guint i = 0; i < seen->processes->len; i++) {
		const struct seen_process *process = seen->processes->pdata[i];

		for (guint j = 0; j < process->vmas->len; j++) {
			const struct seen_vma *vma = process->vmas->pdata[j];

			add_anon_vma(deep, seen, vma->anon_vma);
			for (guint k = 0; k < vma->chain->len; k++)
				add_anon_vma(deep, seen,
					     g_array_index(vma->chain, unsigned int, k));
		}
	}
	g_ptr_array_sort(seen->anon_vmas, compare_ids);
}
