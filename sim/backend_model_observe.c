/*
 * backend_model_observe.c - the state of the model as everybody may see it (observe.h).
 *
 * In the kernel:  fs/proc/task_mmu.c show_map_vma(), show_smap_vma_flags(),
 *                 pte_to_pagemap_entry().
 */
#include <string.h>

#include "model/file.h"
#include "model/huge.h"
#include "model/ksm.h"
#include "model/memory.h"
#include "model/swap.h"
#include "model/task_mmu.h"
#include "model/userfaultfd.h"
#include "sim/backend_model.h"

/* The last column of maps; special mappings are in brackets there. */
char *model_vma_name(const struct vm_area_struct *vma)
{
	const struct field *field = object_field(KIND_VMA, "name");
	const char *text = field ? (const char *)(uintptr_t)field->get(vma) : NULL;

	if (text && vma->vm_file && g_str_has_prefix(text, "memfd:"))	/* d_path() of no path */
		return g_strdup_printf("/%s (deleted)", text);
	if (text && text[0] != '[' && !vma->vm_file && vma->vm_ops && vma->vm_ops->special)
		return g_strdup_printf("[%s]", text);
	return g_strdup(text ? text : "");
}

void model_smaps(const struct vm_area_struct *vma, uint64_t kb[NR_SMAPS_LINES])
{
	struct mem_size_stats mss;

	smap_gather_stats(vma, &mss);
#define LINE(name, key, what)	kb[SMAPS_##name] = mss.name >> 10;
#include "smaps.def"
#undef LINE
}

static void see_vma(struct seen_process *process, const struct vm_area_struct *vma)
{
	struct seen_vma *seen = seen_process_add_vma(process);
	g_autoptr(GString) flags = g_string_new(NULL);
	const struct anon_vma_chain *avc;

	seen->start = vma->vm_start;
	seen->end = vma->vm_end;
	seen->pgoff = vma->vm_pgoff;
	seen->id = vma->id;
	seen->anon_vma = vma->anon_vma ? vma->anon_vma->id : 0;
	seen->file_id = vma->vm_file ? vma->vm_file->id : 0;
	seen->uffd = vma->vm_userfaultfd_ctx ? vma->vm_userfaultfd_ctx->id : 0;
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		g_array_append_val(seen->chain, avc->anon_vma->id);
	model_smaps(vma, seen->smaps);
	seen->smaps_known = true;
	vm_flags_prot(vma->vm_flags, seen->perms);
	vm_flags_letters(vma->vm_flags, flags, " ");
	seen->flags = g_strdup(flags->str);
	seen->file = vma->vm_file ? g_strdup(vma->vm_file->inode->name) : NULL;
	seen->name = model_vma_name(vma);
}

static void see_slot(struct seen_slot *seen, pte_t entry)
{
	const struct swap_slot *slot = swap_slot(entry);

	seen->known = true;
	seen->nr = swp_type(entry) << 26 | (unsigned int)swp_offset(entry);
	seen->count = swap_slot_count(slot);
	seen->cached = (slot->map & SWAP_HAS_CACHE) != 0;
	seen->zero = slot->zero;
}

static void see_present(struct seen_page *seen, pte_t pte, unsigned long nr)
{
	const struct page *page = pfn_to_page(pte_pfn(pte) + nr);
	const struct page *head = pfn_to_page(pte_pfn(pte));

	seen->present = true;
	seen->write = pte_write(pte);
	seen->dirty = pte_dirty(pte);
	seen->young = pte_young(pte);
	seen->uffd_wp = (pte & _PAGE_UFFD_WP) != 0;
	seen->content_known = true;
	seen->content = page->content;
	seen->zero = page == mach->zero_page || is_huge_zero_folio(page->folio);
	seen->huge_zero = seen->zero && page != mach->zero_page;
	seen->file = seen->huge_zero;	/* is no anonymous page, says pagemap */
	seen->nr = page->folio ? page->pfn - page->folio->pfn : 0;
	if (seen->zero || !page->folio)
		return;
	seen->folio = page->folio->id;
	seen->file = !folio_test_anon(page->folio);
	/* of a leaf the first page stands for all, in the words of pagemap */
	seen->exclusive = page_mapcount(head) == 1;
	seen->anon_exclusive = PageAnonExclusive(page);
	if (folio_test(page->folio, PG_swapcache))
		see_slot(&seen->slot, page->folio->swap);
}

static void see_absent(struct seen_page *seen, pte_t pte)
{
	seen->swap = true;
	seen->guard = is_guard_pte(pte);
	seen->migration = is_migration_pte(pte);
	seen->uffd_wp = is_pte_marker(pte) ? (swp_offset(pte) & PTE_MARKER_UFFD_WP) != 0 :
					     (pte & _PAGE_SWP_UFFD_WP) != 0;
	seen->swap_type = swp_type(pte);
	seen->swap_offset = swp_offset(pte);
	seen->anon_exclusive = !is_pte_marker(pte) && (pte & _PAGE_SWP_EXCLUSIVE) != 0;
	if (!is_swap_entry_pte(pte))
		return;
	seen->content_known = swap_peek(pte_to_swp_entry(pte), &seen->content);
	see_slot(&seen->slot, pte_to_swp_entry(pte));
}

struct see_pages {
	struct seen_process *process;
	GHashTable *folios;	/* id -> struct folio; membership only */
	GArray *ids;		/* of them, sorted later */
};

static bool see_entry(const struct pgtable *table, unsigned int slot, unsigned long addr,
		      void *data)
{
	struct see_pages *see = data;
	pte_t pte = table->entry[slot];
	unsigned long nr = 1UL << (pgtable_shift(table->level) - PAGE_SHIFT);
	struct seen_page *pages = seen_process_add_pages(see->process, (unsigned int)nr);

	for (unsigned long i = 0; i < nr; i++) {
		struct seen_page *page = &pages[i];

		page->addr = addr + (i << PAGE_SHIFT);
		page->huge = nr > 1;
		if (pte_present(pte))
			see_present(page, pte, i);
		else
			see_absent(page, pte);
		if (page->folio && !(i && page->folio == page[-1].folio) && !g_hash_table_contains(see->folios,
							  GUINT_TO_POINTER(page->folio))) {
			g_hash_table_insert(see->folios, GUINT_TO_POINTER(page->folio),
					    pfn_to_page(pte_pfn(pte) + i)->folio);
			g_array_append_val(see->ids, page->folio);
		}
	}
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

static unsigned int marks_of(const struct folio *folio)
{
	static const unsigned int rows[][2] = {
		{ PG_dirty, SEEN_DIRTY }, { PG_referenced, SEEN_REFERENCED },
		{ PG_active, SEEN_ACTIVE }, { PG_workingset, SEEN_WORKINGSET },
		{ PG_unevictable, SEEN_UNEVICTABLE }, { PG_swapbacked, SEEN_SWAPBACKED },
		{ PG_lru, SEEN_LRU }, { PG_writeback, SEEN_WRITEBACK },
	};
	unsigned int marks = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (folio_test(folio, rows[i][0]))
			marks |= rows[i][1];
	return marks;
}

static struct seen_large see_large(const struct folio *folio)
{
	const struct folio_large *large = folio->large;

	if (!large)
		return (struct seen_large){};
	return (struct seen_large){
		.known = true, .entire_mapcount = large->entire_mapcount,
		.pages_mapped = large->nr_pages_mapped,
		.mm_mapcount = { large->mm_id_mapcount[0], large->mm_id_mapcount[1] },
		.shared = large->maybe_mapped_shared,
		.partially_mapped = folio_test(folio, PG_partially_mapped),
		.queued = !list_empty(&large->deferred_list),
	};
}

static void see_folio(struct observation *seen, const struct folio *folio)
{
	struct seen_folio *to = g_new0(struct seen_folio, 1);
	unsigned long nr = folio_nr_pages(folio);

	to->id = folio->id;
	to->order = folio->order;
	to->anon = folio_test_anon(folio);
	to->swapcache = folio_test(folio, PG_swapcache);
	to->dirty = folio_test(folio, PG_dirty);
	to->marks = marks_of(folio);
	to->mlocked = folio_test(folio, PG_mlocked);
	to->ksm = folio_test_ksm(folio);
	if (folio_stable_node(folio))
		to->sharers = folio_stable_node(folio)->rmap_hlist_len;
	to->index = folio->index;
	to->anon_vma = folio_anon_vma(folio) ? folio_anon_vma(folio)->id : 0;
	to->mapcount = folio_mapcount(folio);
	to->refcount = folio->refcount;
	to->large = see_large(folio);
	to->pae = g_new0(bool, nr);
	for (unsigned long i = 0; i < nr; i++)
		to->pae[i] = (folio_page(folio, i)->flags & PG_anon_exclusive) != 0;
	g_ptr_array_add(seen->folios, to);
}

/* What /proc/PID/ksm_stat shows. */
static void count_items(struct seen_process *process, const struct mm_struct *mm)
{
	const struct ksm_rmap_item *item;

	process->ksm_known = true;
	list_for_each_entry(item, &mm->ksm_rmap_items, rmap_list) {
		process->ksm_rmap_items++;
		process->ksm_merging_pages += item->head != NULL;
	}
}

static void see_anon_vmas(struct observation *seen, const struct machine *machine)
{
	g_autoptr(GPtrArray) list = object_list(machine, KIND_ANON_VMA);

	for (guint i = 0; i < list->len; i++) {
		const struct anon_vma *anon_vma = list->pdata[i];
		struct seen_anon_vma *to = g_new0(struct seen_anon_vma, 1);

		to->id = anon_vma->id;
		to->root = anon_vma->root ? anon_vma->root->id : 0;
		to->parent = anon_vma->parent ? anon_vma->parent->id : 0;
		to->children = anon_vma->num_children;
		to->active = anon_vma->num_active_vmas;
		to->refcount = anon_vma->refcount;
		g_ptr_array_add(seen->anon_vmas, to);
	}
}

struct observation *model_observe(struct backend *backend, bool pages)
{
	struct model_backend *model = to_model(backend);
	struct machine *before = machine_enter(model->machine);
	struct observation *seen = observation_create();
	struct see_pages see = {
		.folios = g_hash_table_new(NULL, NULL),
		.ids = g_array_new(FALSE, FALSE, sizeof(unsigned int)),
	};

	for (guint i = 0; i < model->tasks->len; i++) {
		const struct model_task *entry = model->tasks->pdata[i];
		const struct mm_struct *mm = model_process_mm(model, entry->name);
		const struct vm_area_struct *vma;

		if (!mm)
			continue;
		see.process = observation_add_process(seen, entry->name);
		count_items(see.process, mm);
		for_each_vma(mm, vma)
			see_vma(see.process, vma);
		if (pages)
			pgtable_for_each(mm, 0, TASK_SIZE, see_entry, &see);
	}
	see_anon_vmas(seen, model->machine);
	g_array_sort(see.ids, compare_ids);
	for (guint i = 0; i < see.ids->len; i++) {
		unsigned int id = g_array_index(see.ids, unsigned int, i);

		see_folio(seen, g_hash_table_lookup(see.folios, GUINT_TO_POINTER(id)));
	}
	g_array_unref(see.ids);
	g_hash_table_unref(see.folios);
	machine_enter(before);
	return seen;
}
