/*
 * backend_model_show.c - what only the model can show: reverse mappings, page tables,
 * anon_vmas, swap, locks.
 *
 * Locks:          none; the walks here take none.
 */
#include <string.h>

#include "model/memory.h"
#include "model/swap.h"
#include "sim/backend_model.h"

struct show {
	struct model_backend *model;
	const struct value_style *style;
	const struct mm_struct *mm;
	GString *out;
	unsigned int nr;
};

static void add_address(struct show *show, const char *process, unsigned long addr)
{
	g_autofree char *text = address_text(addr, show->style);

	if (process)
		g_string_append_printf(show->out, "%s:", process);
	g_string_append(show->out, text);
}

/* ---- rmap ---- */

static bool show_rmap_entry(const struct pgtable *table, unsigned int slot, unsigned long addr,
			    void *data)
{
	struct show *show = data;
	pte_t pte = table->entry[slot];
	g_autoptr(GArray) hits = NULL;
	struct page *page;

	if (!pte_present(pte))
		return true;
	page = pfn_to_page(pte_pfn(pte));
	if (page == mach->zero_page || !page->folio)
		return true;
	hits = rmap_find_mappings(page);
	g_string_append(show->out, "  ");
	add_address(show, NULL, addr);
	g_string_append_printf(show->out, "  folio#%u <- {", page->folio->id);
	for (guint i = 0; i < hits->len; i++) {
		const struct rmap_hit *hit = &g_array_index(hits, struct rmap_hit, i);
		const char *process = model_process_of_mm(show->model, hit->vma->vm_mm);

		g_string_append(show->out, i ? ", " : "");
		add_address(show, process ? process : "?", hit->addr);
	}
	g_string_append(show->out, "}\n");
	show->nr++;
	return true;
}

/* ---- page tables ---- */

/* Tables that are kept for leaves are linked nowhere. */
static bool is_deposited(const struct pgtable *table)
{
	return !table->parent && table->level != LEVEL_PGD;
}

static void show_word(struct show *show, unsigned long addr, pte_t word)
{
	g_string_append(show->out, "          ");
	add_address(show, NULL, addr);
	g_string_append(show->out, "  ");
	pte_print(word, show->out);
	g_string_append_c(show->out, '\n');
}

/* A table, and those of its words that link no other. */
static void show_table(const struct pgtable *table, unsigned long addr, void *data)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "PGD" };
	struct show *show = data;

	g_string_append_printf(show->out, "  %*s%s table from ", 2 * (LEVEL_PGD - table->level), "",
			       names[table->level]);
	add_address(show, NULL, addr);
	g_string_append_printf(show->out, "  pgtable#%u, %s%u of 512 words used\n", table->id,
			       is_deposited(table) ? "kept for a leaf, " : "", table->nr);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		if (!pte_none(table->entry[i]) && !(table->child && table->child[i]))
			show_word(show, addr + ((unsigned long)i << pgtable_shift(table->level)),
				  table->entry[i]);
}

/* ---- anon_vmas ---- */

static void show_avc(struct show *show, const struct anon_vma_chain *avc)
{
	const struct vm_area_struct *vma = avc->vma;
	const char *process = model_process_of_mm(show->model, vma->vm_mm);

	g_string_append_printf(show->out, "      vma#%u ", vma->id);
	add_address(show, process ? process : "?", vma->vm_start);
	g_string_append_c(show->out, '-');
	add_address(show, NULL, vma->vm_end);
	g_string_append_printf(show->out, "%s\n",
			       vma->anon_vma == avc->anon_vma ? "" : "  (by its chain)");
}

static void show_anon_vmas(struct show *show)
{
	g_autoptr(GPtrArray) list = object_list(show->model->machine, KIND_ANON_VMA);
	g_autoptr(GPtrArray) chains = object_list(show->model->machine, KIND_AVC);

	for (guint i = 0; i < list->len; i++) {
		const struct anon_vma *anon_vma = list->pdata[i];

		g_string_append_printf(show->out, "  anon_vma#%u  root anon_vma#%u, parent "
				       "anon_vma#%u, %u children, %u active, refcount %u\n",
				       anon_vma->id, anon_vma->root ? anon_vma->root->id : 0,
				       anon_vma->parent ? anon_vma->parent->id : 0,
				       anon_vma->num_children, anon_vma->num_active_vmas,
				       anon_vma->refcount);
		for (guint j = 0; j < chains->len; j++) {
			const struct anon_vma_chain *avc = chains->pdata[j];

			if (avc->anon_vma == anon_vma)
				show_avc(show, avc);
		}
		show->nr++;
	}
}

/* ---- locks ---- */

static void show_locks(struct show *show)
{
	const struct task_struct *task;

	list_for_each_entry(task, &show->model->machine->tasks, tasks) {
		for (unsigned int i = 0; i < task->nr_held; i++) {
			const struct held_lock *held = &task->held[i];

			g_string_append_printf(show->out, "  %s holds %s for %s, taken in %s\n",
					       task->name, lock_class_name(held->class),
					       held->mode == LOCK_READ ? "reading" : "writing",
					       held->site);
			show->nr++;
		}
		if (task->waits_for) {
			g_string_append_printf(show->out, "  %s waits in %s\n", task->name,
					       task->wait_site);
			show->nr++;
		}
	}
}

/* ---- swap ---- */

static void show_slot(struct show *show, const struct swap_slot *slot, uint64_t offset)
{
	const struct folio *folio = slot->folio;

	g_string_append_printf(show->out, "    slot %" G_GUINT64_FORMAT "  count %u", offset,
			       swap_slot_count(slot));
	if (folio)
		g_string_append_printf(show->out, "  folio#%u in the swap cache%s%s", folio->id,
				       folio_test(folio, PG_dirty) ? ", dirty" : "",
				       folio_test(folio, PG_writeback) ? ", being written" : "");
	if (slot->zero)
		g_string_append(show->out, "  all zeroes");
	else
		g_string_append_printf(show->out, "  content=%" G_GUINT64_FORMAT, slot->content);
	g_string_append_c(show->out, '\n');
}

static void show_swap(struct show *show)
{
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info_struct *si = mach->swap->info[type];

		if (!si)
			continue;
		g_string_append_printf(show->out, "  device %u: %" G_GUINT64_FORMAT
				       " slots, %" G_GUINT64_FORMAT " in use%s%s%s\n", type,
				       si->max - 1, si->inuse_pages,
				       si->flags & SWP_BLKDEV ? ", block device" : ", file",
				       si->flags & SWP_SYNCHRONOUS_IO ? ", synchronous" : "",
				       si->flags & SWP_STABLE_WRITES ? ", stable writes" : "");
		for (uint64_t offset = 1; offset < si->max; offset++)
			if (si->slot[offset].map)
				show_slot(show, &si->slot[offset], offset);
		show->nr++;
	}
}

/* ---- smaps ---- */

/* A line for each area, of what is not 0. */
static void show_smaps(struct show *show)
{
	const struct vm_area_struct *vma;

	for_each_vma(show->mm, vma) {
		uint64_t kb[NR_SMAPS_LINES];

		model_smaps(vma, kb);
		g_string_append(show->out, "  ");
		add_address(show, NULL, vma->vm_start);
		g_string_append_c(show->out, '-');
		add_address(show, NULL, vma->vm_end);
		for (unsigned int n = 0; n < NR_SMAPS_LINES; n++)
			if (kb[n])
				g_string_append_printf(show->out, "  %s %" G_GUINT64_FORMAT,
						       smaps_line_info((enum smaps_line)n)->key,
						       kb[n]);
		g_string_append_c(show->out, '\n');
		show->nr++;
	}
}

static bool show_each(struct show *show, enum show_kind what)
{
	switch (what) {
	case SHOW_BACKEND_RMAP:
		pgtable_for_each(show->mm, 0, TASK_SIZE, show_rmap_entry, show);
		return true;
	case SHOW_BACKEND_PAGETABLE:
		pgtable_for_each_table(show->mm, show_table, show);
		show->nr = 1;
		return true;
	case SHOW_BACKEND_ANON_VMA:
		show_anon_vmas(show);
		return true;
	case SHOW_BACKEND_LOCKS:
		show_locks(show);
		return true;
	case SHOW_BACKEND_SWAP:
		show_swap(show);
		return true;
	case SHOW_BACKEND_SMAPS:
		show_smaps(show);
		return true;
	}
	return false;
}

bool model_show(struct backend *backend, enum show_kind what, const char *process,
		const struct value_style *style, GString *out)
{
	struct model_backend *model = to_model(backend);
	struct machine *before = machine_enter(model->machine);
	struct show show = { .model = model, .style = style, .out = out };
	bool known;

	show.mm = model_process_mm(model, process);
	known = show.mm || what == SHOW_BACKEND_ANON_VMA || what == SHOW_BACKEND_LOCKS ||
		what == SHOW_BACKEND_SWAP;
	known = known && show_each(&show, what);
	if (known && !show.nr)
		g_string_append(out, "  none\n");
	machine_enter(before);
	return known;
}
