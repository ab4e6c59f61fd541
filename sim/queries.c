/*
 * queries.c - the functions of `expect`, answered by the model.
 *
 * Each reads const state, takes no lock and never faults.  What it is asked about has to
 * be there: a query on an address where nothing is mapped is an error which says so.
 */
#include <string.h>

#include "model/gup.h"
#include "model/khugepaged.h"
#include "model/memory.h"
#include "model/shmem_swap.h"
#include "model/swap.h"
#include "model/vma.h"
#include "sim/backend_model.h"
#include "sim/queries.h"

bool query_error(const struct query *query, const char *note, const char *format, ...)
{
	va_list args;
	char *message;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	eval_error(query->eval, query->call, note, "%s", message);
	g_free(message);
	return false;
}

/* The process an argument speaks of: Q:a, P, or the statement's own. */
static struct mm_struct *mm_of(const struct query *query, const char *process)
{
	struct model_task *entry = process ? model_task_find(query->model, process) : NULL;
	struct mm_struct *mm;

	if (!entry) {
		query_error(query, NULL, "there is no process %s", process ? process : "?");
		return NULL;
	}
	mm = model_process_mm(query->model, entry->process);
	if (!mm) {
		query_error(query, NULL, "%s has exited and has no memory", process);
		return NULL;
	}
	return mm;
}

static bool locate(const struct query *query, const struct value *arg, struct place *place)
{
	place->process = query->eval->own;
	if (arg->kind == VALUE_ADDR) {
		place->process = arg->text;
	} else if (arg->kind != VALUE_INT) {
		return query_error(query, NULL, "%s() takes an address, not %s", query->call->text,
				   value_kind_words(arg->kind));
	}
	place->addr = arg->number;
	place->mm = mm_of(query, place->process);
	return place->mm != NULL;
}

char *place_text(const struct query *query, const struct place *place)
{
	struct value_style style = {
		.window = query->model->window_end != 0,
		.window_start = query->model->window_start,
		.window_end = query->model->window_end + 1,
	};
	g_autofree char *address = address_text(place->addr, &style);

	return g_strdup_printf("%s:%s", place->process, address);
}

/* The area at an address; an error if none. */
static bool locate_vma(const struct query *query, const struct value *arg, struct place *place)
{
	g_autofree char *where = NULL;

	if (!locate(query, arg, place))
		return false;
	place->vma = vma_lookup(place->mm, place->addr);
	if (place->vma)
		return true;
	where = place_text(query, place);
	return query_error(query, "vmas(a..b) counts what is mapped, 0 included",
			   "nothing is mapped at %s", where);
}

/* The word of an area's page table that serves the address; a leaf of any level. */
static pte_t entry_at(const struct place *place)
{
	pte_t pmd = pgtable_entry(place->mm, place->addr, LEVEL_PMD);

	if (pte_leaf(pmd))
		return pmd;
	return pgtable_entry(place->mm, place->addr, LEVEL_PTE);
}

static struct page *page_of(const struct place *place, pte_t pte)
{
	pfn_t pfn = pte_pfn(pte);

	if (pte & _PAGE_PSE)
		pfn += (place->addr & ~PMD_MASK) >> PAGE_SHIFT;
	return pfn_to_page(pfn);
}

/* The page that is mapped there; an error that says what is there instead. */
static bool locate_page(const struct query *query, const struct value *arg, struct place *place)
{
	g_autoptr(GString) what = NULL;
	g_autofree char *where = NULL;
	pte_t pte;

	if (!locate_vma(query, arg, place))
		return false;
	pte = entry_at(place);
	if (pte_present(pte)) {
		place->page = page_of(place, pte);
		return true;
	}
	where = place_text(query, place);
	what = g_string_new(NULL);
	pte_print(pte, what);
	return query_error(query, "pte(a).none and pte(a).present can be asked first",
			   "no page is present at %s: its entry is %s", where, what->str);
}

/* ---- the queries ---- */

static bool is_zero(const struct page *page)
{
	return page == mach->zero_page || is_huge_zero_folio(page->folio);
}

static bool query_vmas(const struct query *query, struct value *out)
{
	struct place place = { .process = query->eval->own };
	const struct vm_area_struct *vma;
	uint64_t from = 0, to = TASK_SIZE;
	int64_t nr = 0;

	if (query->nr_args == 1 && query->args[0].kind != VALUE_PROCESS)
		return query_error(query, NULL, "vmas() takes nothing, a process, or a range A..B");
	if (query->nr_args == 1) {
		place.mm = mm_of(query, query->args[0].text);
	} else if (query->nr_args == 2) {
		if (!locate(query, &query->args[0], &place))
			return false;
		from = place.addr;
		to = MIN(TASK_SIZE, from + MIN(TASK_SIZE, query->args[1].number));
	} else {
		place.mm = mm_of(query, place.process);
	}
	if (!place.mm)
		return false;
	vma = from < to ? find_vma_intersection(place.mm, from, to) : NULL;
	for (; vma && vma->vm_start < to;
	     vma = vma_next(vma))
		nr++;
	*out = value_int(nr);
	return true;
}

static bool query_vma(const struct query *query, struct value *out)
{
	struct place place = {};

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	*out = value_object("vma", place.vma->id);
	out->ptr = place.vma;
	return true;
}

/* The sums that smaps shows of an area, in KiB. */
static bool query_smaps(const struct query *query, struct value *out)
{
	uint64_t kb[NR_SMAPS_LINES];
	struct place place = {};

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	model_smaps(place.vma, kb);
	*out = value_struct();
	for (unsigned int n = 0; n < NR_SMAPS_LINES; n++) {
		struct value value = value_unsigned(kb[n]);

		value_set_field(out, smaps_line_info((enum smaps_line)n)->name, &value, false);
	}
	return true;
}

static void add_bit(struct value *strct, const char *name, bool bit)
{
	struct value value = value_int(bit);

	value_set_field(strct, name, &value, false);
}

static bool query_pte(const struct query *query, struct value *out)
{
	struct place place = {};
	pte_t pte;
	bool present, swapped;

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	pte = entry_at(&place);
	present = pte_present(pte);
	swapped = is_swap_pte(pte) && !is_pte_marker(pte) && !is_migration_pte(pte);
	*out = value_struct();
	add_bit(out, "none", pte_none(pte));
	add_bit(out, "present", present);
	add_bit(out, "write", present && pte_write(pte));
	add_bit(out, "dirty", present && pte_dirty(pte));
	add_bit(out, "young", present && pte_young(pte));
	add_bit(out, "swap", swapped);
	add_bit(out, "migration", is_migration_pte(pte));
	add_bit(out, "zero", present && is_zero(page_of(&place, pte)));
	add_bit(out, "huge", present && (pte & _PAGE_PSE));
	add_bit(out, "uffd_wp", present ? (pte & _PAGE_UFFD_WP) != 0 :
		is_pte_marker(pte) ? (swp_offset(pte) & PTE_MARKER_UFFD_WP) != 0 :
		swapped && (pte & _PAGE_SWP_UFFD_WP));
	add_bit(out, "guard", is_guard_pte(pte));
	add_bit(out, "protnone", pte_protnone(pte));
	return true;
}

/* The entry of a page in swap, which a word has, or of shared memory its file; 0: there is none. */
static pte_t swap_entry_at(const struct place *place)
{
	pte_t pte = entry_at(place);
	const struct vm_area_struct *vma = place->vma;

	if (is_swap_entry_pte(pte))
		return pte;
	if (!pte_none(pte) || !vma->vm_file || vma->vm_file->inode->type != INODE_SHMEM)
		return 0;
	return shmem_swap_slot(&vma->vm_file->inode->i_data,
			       linear_page_index(vma, place->addr));
}

/* What a word of swap leads to. */
static bool query_swap(const struct query *query, struct value *out)
{
	const struct swap_slot *slot;
	struct place place = {};
	struct value slot_number, count, folio;
	pte_t pte;

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	pte = swap_entry_at(&place);
	slot = pte ? swap_slot(pte_to_swp_entry(pte)) : NULL;
	if (!slot) {
		g_autofree char *where = place_text(query, &place);

		return query_error(query, "pte(a).swap can be asked first",
				   "no page is in swap at %s", where);
	}
	slot_number = value_unsigned(swp_offset(pte));
	count = value_unsigned(swap_slot_count(slot));
	*out = value_struct();
	value_set_field(out, "slot", &slot_number, false);
	value_set_field(out, "count", &count, false);
	add_bit(out, "exclusive", pte_swp_exclusive(pte));
	add_bit(out, "cached", slot->folio != NULL);
	add_bit(out, "zero", slot->zero);
	add_bit(out, "shared", (slot->map & ~SWAP_HAS_CACHE) == SWAP_MAP_SHMEM);
	folio = value_object("folio", slot->folio ? slot->folio->id : 0);
	folio.ptr = slot->folio;
	value_set_field(out, "folio", &folio, false);
	return true;
}

static bool query_folio(const struct query *query, struct value *out)
{
	struct place place = {};
	g_autofree char *where = NULL;

	if (!locate_page(query, &query->args[0], &place))
		return false;
	if (!place.page->folio) {
		where = place_text(query, &place);
		return query_error(query, NULL, "the frame at %s belongs to no folio", where);
	}
	*out = value_object("folio", place.page->folio->id);
	out->ptr = place.page->folio;
	/* exclusivity of what a leaf maps is told by the first page */
	out->tag = pte_leaf(pgtable_entry(place.mm, place.addr, LEVEL_PMD)) ?
		   place.page->folio->pfn : page_to_pfn(place.page);
	return true;
}

static bool query_anon_vma(const struct query *query, struct value *out)
{
	struct place place = {};

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	*out = value_object("anon_vma", place.vma->anon_vma ? place.vma->anon_vma->id : 0);
	out->ptr = place.vma->anon_vma;
	return true;
}

static bool query_rmap(const struct query *query, struct value *out)
{
	g_autoptr(GArray) hits = NULL;
	struct place place = {};

	if (!locate_page(query, &query->args[0], &place))
		return false;
	*out = value_set();
	if (is_zero(place.page) || !place.page->folio)
		return true;
	hits = rmap_find_mappings(place.page);
	for (guint i = 0; i < hits->len; i++) {
		const struct rmap_hit *hit = &g_array_index(hits, struct rmap_hit, i);
		const char *process = model_process_of_mm(query->model, hit->vma->vm_mm);
		struct value at = value_addr(process ? process : "?", hit->addr);

		value_append(out, &at);
	}
	return true;
}

static bool query_content(const struct query *query, struct value *out)
{
	g_autofree char *where = NULL;
	struct place place = {};
	uint64_t content = 0;

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	if (!peek_content(place.mm, place.addr, &content)) {
		where = place_text(query, &place);
		return query_error(query, NULL, "the content at %s cannot be told without a fault",
				   where);
	}
	*out = value_unsigned(content);
	return true;
}

/* The device may hold a page that is mapped nowhere any more. */
static bool query_device(const struct query *query, struct value *out)
{
	g_autofree char *where = NULL;
	struct place place = {};
	const struct model_task *entry;
	const struct page *page;

	if (!locate(query, &query->args[0], &place))
		return false;
	entry = model_task_find(query->model, place.process);
	page = device_page(query->model->machine, entry->task->tgid, place.addr);
	if (!page) {
		where = place_text(query, &place);
		return query_error(query, "pin(a, 1p) makes one take pages",
				   "no device holds a page of %s", where);
	}
	*out = value_unsigned(page->content);
	return true;
}

static bool query_mergeable(const struct query *query, struct value *out)
{
	struct place a = {}, b = {};
	enum merge_verdict verdict;
	size_t nr = 0;

	if (!locate_vma(query, &query->args[0], &a) || !locate_vma(query, &query->args[1], &b))
		return false;
	if (a.mm != b.mm)
		return query_error(query, NULL, "areas of different processes never merge");
	if (a.vma == b.vma) {	/* one already */
		*out = value_int(1);
		return true;
	}
	verdict = a.vma->vm_start < b.vma->vm_start ?
		vma_can_merge(a.vma, b.vma, NULL, 0, &nr) :
		vma_can_merge(b.vma, a.vma, NULL, 0, &nr);
	*out = verdict == MERGE_OK ? value_int(1) : value_word(merge_verdict_word(verdict), 0);
	return true;
}

/* What khugepaged would say. */
static bool query_collapsible(const struct query *query, struct value *out)
{
	const struct collapse_control cc = { .is_khugepaged = true };
	struct scan_report report;
	struct place place = {};
	enum scan_result result;

	if (!locate_vma(query, &query->args[0], &place))
		return false;
	result = khugepaged_verdict(place.mm, place.addr, &cc, &report);
	*out = value_word(scan_result_name(result), result);
	return true;
}

static bool query_quirk(const struct query *query, struct value *out)
{
	const struct value *arg = &query->args[0];
	size_t nr;
	const struct quirk_info *quirks = quirk_table(&nr);

	for (size_t i = 0; i < nr; i++)
		if (arg->kind == VALUE_WORD && !strcmp(quirks[i].name, arg->text)) {
			*out = value_int(mach->quirks_met[i]);
			return true;
		}
	return query_error(query, "`mmsim list quirks` has them all", "the name of a quirk is needed");
}

static bool query_mm(const struct query *query, struct value *out)
{
	struct mm_struct *mm;

	if (query->nr_args && query->args[0].kind != VALUE_PROCESS)
		return query_error(query, NULL, "mm() takes a process");
	mm = mm_of(query, query->nr_args ? query->args[0].text : query->eval->own);
	if (!mm)
		return false;
	*out = value_object("mm", mm->id);
	out->ptr = mm;
	return true;
}

static bool query_sys(const struct query *query, struct value *out)
{
	const struct machine *machine = query->model->machine;
	struct value free = value_unsigned(buddy_free_pages(machine));
	size_t nr;
	const struct vm_event_info *events = vm_event_table(&nr);
	struct value swap_free = value_unsigned(machine->swap->nr_swap_pages);
	struct value committed = value_unsigned(machine->committed);

	*out = value_struct();
	value_set_field(out, "free", &free, false);
	value_set_field(out, "swap_free", &swap_free, false);
	value_set_field(out, "committed", &committed, false);
	for (size_t i = 0; i < nr; i++) {
		struct value count = value_unsigned(machine->vm_events[i]);

		value_set_field(out, events[i].name, &count, false);
	}
	return true;
}

static const struct query_row rows[] = {
	{ "vmas", 0, 2, query_vmas, "vmas(), vmas(P), vmas(A..B)", "how many VMAs" },
	{ "vma", 1, 1, query_vma, "vma(a)", "the VMA at an address" },
	{ "smaps", 1, 1, query_smaps, "smaps(a)",
	  "what smaps says of the VMA, in KiB: .rss .pss .swap .swap_pss .ksm .anon_huge ..." },
	{ "pte", 1, 1, query_pte, "pte(a)", "its page table entry" },
	{ "swap", 1, 1, query_swap, "swap(a)",
	  "the slot of a page in swap: .slot .count .exclusive .cached .zero .shared .folio" },
	{ "folio", 1, 1, query_folio, "folio(a)", "the folio that is mapped there" },
	{ "anon_vma", 1, 1, query_anon_vma, "anon_vma(a)", "the VMA's anon_vma, or none" },
	{ "rmap", 1, 1, query_rmap, "rmap(a)", "where an rmap walk finds the page" },
	{ "content", 1, 1, query_content, "content(a)", "the page's value, without a fault" },
	{ "device", 1, 1, query_device, "device(a)",
	  "the value which the device sees that pinned the page at an address" },
	{ "mergeable", 2, 2, query_mergeable, "mergeable(a, b)",
	  "1, or the word for what keeps two VMAs apart" },
	{ "collapsible", 1, 1, query_collapsible, "collapsible(a)",
	  "what khugepaged would say of the 2 MiB around an address: SCAN_SUCCEED or why not" },
	{ "quirk", 1, 1, query_quirk, "quirk(NAME)",
	  "how often a quirk of the kernel was met; mmsim list quirks" },
	{ "mm", 0, 1, query_mm, "mm(P)", "counters of an address space" },
	{ "sys", 0, 0, query_sys, "sys()", "free memory in pages, and how often things happened" },
};

const struct query_row *query_rows(size_t *nr)
{
	*nr = G_N_ELEMENTS(rows);
	return rows;
}

bool model_query(struct backend *backend, struct eval *eval, const struct expr *call,
		 const struct value *args, unsigned int nr_args, struct value *out)
{
	struct query query = { to_model(backend), eval, call, args, nr_args };
	struct machine *before;
	bool good;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (strcmp(rows[i].name, call->text))
			continue;
		if (nr_args < rows[i].min_args || nr_args > rows[i].max_args)
			return query_error(&query, rows[i].shape, "%s() has %u arguments here",
					   call->text, nr_args);
		before = machine_enter(query.model->machine);
		good = rows[i].run(&query, out);
		machine_enter(before);
		return good;
	}
	return query_unknown(&query);
}

bool query_unknown(const struct query *query)
{
	g_autofree char *note = NULL;
	struct nearest nearest;

	if (op_find(query->call->text))
		return query_error(query, "make it a statement of its own",
				   "%s() is a call and changes the state", query->call->text);
	nearest_init(&nearest, query->call->text);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		nearest_offer(&nearest, rows[i].name);
	note = nearest_note(&nearest);
	return query_error(query, note ? note : "`mmsim list queries` has them all",
			   "there is no query %s()", query->call->text);
}
