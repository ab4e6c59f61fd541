/*
 * mappings.c - collects who maps what.
 *
 * Locks: none.
 */
#include "model/file.h"
#include "model/huge.h"
#include "model/pgtable.h"
#include "model/rmap.h"
#include "viz/mappings.h"

struct collector {
	const struct drawing *drawing;
	GHashTable *by_folio;		/* for finding only, never walked */
	guint process;
};

/* Does a walk from @page reach @addr in @mm?  An entry for a whole PMD is reached at its start. */
static bool walk_reaches(const struct page *page, const struct mm_struct *mm, unsigned long addr)
{
	g_autoptr(GArray) hits = rmap_find_mappings(page);

	for (guint i = 0; i < hits->len; i++) {
		const struct rmap_hit *hit = &g_array_index(hits, struct rmap_hit, i);

		if (hit->vma->vm_mm == mm && hit->addr == addr)
			return true;
	}
	return false;
}

/* Does @mapping go on where the last one of @folio ends? */
static bool continues(const GArray *mappings, const struct mapping *mapping)
{
	const struct mapping *last;

	if (!mappings->len)
		return false;
	last = &g_array_index(mappings, struct mapping, mappings->len - 1);
	return last->process == mapping->process && last->end == mapping->start &&
	       last->nr + ((last->end - last->start) >> PAGE_SHIFT) == mapping->nr &&
	       last->exclusive == mapping->exclusive && last->write == mapping->write &&
	       last->huge == mapping->huge && last->lost == mapping->lost;
}

static bool collect(const struct pgtable *table, unsigned int slot, unsigned long addr, void *data)
{
	struct collector *collector = data;
	pte_t pte = table->entry[slot];
	const struct page *page = pte_present(pte) ? pfn_to_page(pte_pfn(pte)) : NULL;
	struct mapped_folio *mapped = page && page->folio ?
		g_hash_table_lookup(collector->by_folio, page->folio) : NULL;
	struct mapping mapping = {
		.process = collector->process, .start = addr,
		.end = addr + (PAGE_SIZE << (9 * table->level)),
		.write = pte_write(pte), .huge = table->level != LEVEL_PTE,
	};

	if (!mapped)
		return true;
	mapping.nr = page->pfn - mapped->folio->pfn;
	mapping.exclusive = PageAnonExclusive(page);
	mapping.lost = !walk_reaches(page, table->mm, addr);
	if (continues(mapped->mappings, &mapping))
		g_array_index(mapped->mappings, struct mapping,
			      mapped->mappings->len - 1).end = mapping.end;
	else
		g_array_append_val(mapped->mappings, mapping);
	return true;
}

static void mapped_folio_free(gpointer data)
{
	struct mapped_folio *mapped = data;

	g_array_unref(mapped->mappings);
	g_free(mapped);
}

GPtrArray *mapped_folios(const struct drawing *drawing)
{
	g_autoptr(GPtrArray) folios = object_list(drawing->machine, KIND_FOLIO);
	GPtrArray *list = g_ptr_array_new_with_free_func(mapped_folio_free);
	struct collector collector = {
		.drawing = drawing, .by_folio = g_hash_table_new(NULL, NULL),
	};

	for (guint i = 0; i < folios->len; i++) {
		const struct folio *folio = folios->pdata[i];
		struct mapped_folio *mapped;

		if (is_zero_folio(folio) || is_huge_zero_folio(folio))
			continue;
		mapped = g_new0(struct mapped_folio, 1);
		mapped->id = folio->id;
		mapped->folio = folio;
		mapped->mappings = g_array_new(FALSE, FALSE, sizeof(struct mapping));
		g_hash_table_insert(collector.by_folio, (gpointer)folio, mapped);
		g_ptr_array_add(list, mapped);
	}
	for (guint i = 0; i < drawing->processes->len; i++) {
		const struct process *process = drawing->processes->pdata[i];

		collector.process = i;
		pgtable_for_each(process->mm, 0, TASK_SIZE, collect, &collector);
	}
	g_hash_table_unref(collector.by_folio);
	return list;
}

void folio_home(const struct folio *folio, GString *out)
{
	const struct field *field = object_field(KIND_FOLIO, "anon_vma");
	const struct address_space *mapping = folio_mapping(folio);

	if (mapping && mapping->host && mapping->host->name)
		g_string_append_printf(out, "inode#%u %s", mapping->host->id,
				       mapping->host->name);
	else if (folio_test_ksm(folio))
		g_string_append(out, "KSM");
	else if (folio_test_anon(folio) && field)
		field_print(field, folio, out);
	else
		g_string_append(out, "none");
}

void folio_index(const struct drawing *drawing, const struct folio *folio, GString *out)
{
	const struct process *process = drawing->processes->len ? drawing->processes->pdata[0]
								: NULL;

	draw_pgoff(drawing, process ? process->mm : NULL, folio_test_anon(folio), folio->index,
		   out);
}

bool mapped_folio_alike(const void *a, const void *b)
{
	const struct mapped_folio *left = a, *right = b;
	const GArray *x = left->mappings, *y = right->mappings;

	if (left->folio->order != right->folio->order ||
	    left->folio->flags != right->folio->flags ||
	    left->folio->mapping != right->folio->mapping ||
	    left->folio->refcount != right->folio->refcount || x->len != y->len)
		return false;
	for (guint i = 0; i < x->len; i++) {
		const struct mapping *one = &g_array_index(x, struct mapping, i);
		const struct mapping *other = &g_array_index(y, struct mapping, i);

		if (one->process != other->process || one->exclusive != other->exclusive ||
		    one->write != other->write || one->huge != other->huge ||
		    one->lost != other->lost)
			return false;
	}
	return true;
}

void folio_flags(const struct folio *folio, GString *out)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ PG_locked, "locked" }, { PG_referenced, "referenced" },
		{ PG_uptodate, "uptodate" }, { PG_dirty, "dirty" }, { PG_lru, "lru" },
		{ PG_active, "active" }, { PG_workingset, "workingset" },
		{ PG_swapbacked, "swapbacked" }, { PG_swapcache, "swapcache" },
		{ PG_writeback, "writeback" }, { PG_reclaim, "reclaim" },
		{ PG_unevictable, "unevictable" }, { PG_mlocked, "mlocked" },
		{ PG_reserved, "reserved" }, { PG_partially_mapped, "partially_mapped" },
		{ PG_isolated, "isolated" },
	};
	const char *before = "";

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!folio_test(folio, names[i].flag))
			continue;
		g_string_append_printf(out, "%s%s", before, names[i].name);
		before = " ";
	}
}
