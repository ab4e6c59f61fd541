/*
 * check_huge.c - rules about folios of several pages, and the leaves that map them.
 */
#include "../huge.h"
#include "../migrate.h"
#include "../pgtable.h"
#include "census.h"
#include "check.h"

static char *folio_place(const struct folio *folio)
{
	return g_strdup_printf("folio#%u", folio->id);
}

/* ---- large-counts ---- */

static uint32_t leaves_of(const struct census *census, const struct folio *folio)
{
	return folio->pfn < census->nr_frames ? census->leaves[folio->pfn] : 0;
}

/* What the entries say of one folio, address space by address space. */
struct mappers {
	unsigned int nr;
	uint32_t maps;
	uint32_t of_slot[2];	/* those of the two that the folio counts apart */
};

static struct mappers mappers_of(const struct census *census, const struct folio *folio)
{
	struct mappers mappers = {};

	for (guint i = 0; i < census->large->len; i++) {
		const struct census_large *record =
			&g_array_index(census->large, struct census_large, i);

		if (record->folio != folio->id)
			continue;
		mappers.nr++;
		mappers.maps += record->maps;
		for (int slot = 0; slot < 2; slot++)
			if (record->mm == folio->large->mm_id[slot])
				mappers.of_slot[slot] = record->maps;
	}
	return mappers;
}

static int32_t pages_mapped(const struct folio *folio)
{
	int32_t nr = folio->large->entire_mapcount > 0 ? ENTIRELY_MAPPED : 0;

	for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
		nr += folio_page(folio, n)->mapcount > 0;
	return nr;
}

static void slots_of(struct check *check, const struct folio *folio, const struct mappers *mappers)
{
	const struct folio_large *large = folio->large;

	for (int slot = 0; slot < 2; slot++) {
		/* mappings that came while both slots were taken are in neither */
		if (large->mm_id_mapcount[slot] > (int32_t)mappers->of_slot[slot])
			check_fail(check, folio_place(folio),
				   "no more mappings of an address space than its entries",
				   "mm#%u is counted with %d, has %u", large->mm_id[slot],
				   large->mm_id_mapcount[slot], mappers->of_slot[slot]);
		if (!large->mm_id[slot] != !large->mm_id_mapcount[slot])
			check_fail(check, folio_place(folio), "a free slot to count nothing",
				   "slot %d: mm#%u, %d mappings", slot, large->mm_id[slot],
				   large->mm_id_mapcount[slot]);
	}
	if (mappers->nr > 1 && !large->maybe_mapped_shared)
		check_fail(check, folio_place(folio), "a folio of several address spaces to be marked",
			   "%u map it, maybe_mapped_shared is clear", mappers->nr);
}

static void large_counts_of(void *object, void *data)
{
	const struct folio *folio = object;
	struct check *check = data;
	struct mappers mappers;
	uint32_t leaves;

	if (!folio->order || is_huge_zero_folio(folio))
		return;
	mappers = mappers_of(check->census, folio);
	leaves = leaves_of(check->census, folio);
	if (folio->large->entire_mapcount != (int32_t)leaves)
		check_fail(check, folio_place(folio), "entire_mapcount to be the number of PMDs",
			   "entire_mapcount %d, %u PMDs", folio->large->entire_mapcount, leaves);
	if (folio->large->large_mapcount != (int32_t)mappers.maps)
		check_fail(check, folio_place(folio), "large_mapcount to be the number of entries",
			   "large_mapcount %d, %u entries", folio->large->large_mapcount, mappers.maps);
	if (folio->large->nr_pages_mapped != pages_mapped(folio))
		check_fail(check, folio_place(folio), "nr_pages_mapped to count pages and the PMDs' mark",
			   "0x%x, the pages say 0x%x", (unsigned int)folio->large->nr_pages_mapped,
			   (unsigned int)pages_mapped(folio));
	slots_of(check, folio, &mappers);
}

void check_large_counts(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, large_counts_of, check);
}

/* ---- large-pages ---- */

static void large_pages_of(void *object, void *data)
{
	const struct folio *folio = object;
	unsigned long nr = folio_nr_pages(folio);

	if (!folio->order)
		return;
	if (folio->pfn % nr)
		check_fail(data, folio_place(folio), "its first frame to be aligned to its size",
			   "order %u at frame %u", folio->order, folio->pfn);
	for (unsigned long n = 0; n < nr; n++) {
		const struct page *page = pfn_to_page(folio->pfn + n);

		if (!page || page->folio != folio)
			check_fail(data, folio_place(folio), "all its frames to be its own",
				   "frame %lu is of folio#%u", folio->pfn + n,
				   page && page->folio ? page->folio->id : 0);
	}
	if (!folio->large || folio->large->folio != folio)
		check_fail(data, folio_place(folio), "a large folio to have its counts",
			   "they are of folio#%u", folio->large ? folio->large->folio->id : 0);
}

/* A leaf maps from the first page on, and one page of a folio is at no other distance. */
static void leaf_in_line(const struct census_pte *pte, void *data)
{
	const struct page *page;

	if (!pte->leaf || !pte_present(pte->pte))
		return;
	page = pfn_to_page(pte_pfn(pte->pte));
	if (!page || !page->folio || page->folio->pfn != page->pfn ||
	    page->folio->order < HPAGE_PMD_ORDER)
		check_fail(data, g_strdup_printf("mm#%u pmd %s", pte->mm->id,
						 addr_name(pte->mm, pte->addr).text),
			   "a leaf to map a folio of its size from its first page",
			   "frame %lu of folio#%u", pte_pfn(pte->pte),
			   page && page->folio ? page->folio->id : 0);
}

void check_large_pages(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, large_pages_of, check);
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], leaf_in_line, check);
}

/* ---- pgtable-deposit ---- */

/* A leaf of a file can be taken away at any time: nothing is kept for it. */
static bool keeps_table(const struct pgtable *table, unsigned int slot)
{
	pte_t pmd = table->entry[slot];
	const struct page *page;

	if (pte_none(pmd) || table->child[slot])
		return false;
	page = is_migration_pte(pmd) ? migration_pte_page(pmd) :
	       pte_present(pmd) ? pfn_to_page(pte_pfn(pmd)) : NULL;
	return !page || !page->folio || !folio_mapping(page->folio);
}

static void deposit_of(const struct pgtable *table, unsigned long addr, void *data)
{
	unsigned int leaves = 0, kept = 0;

	if (table->level != LEVEL_PMD)
		return;
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++)
		leaves += keeps_table(table, slot);
	for (const struct pgtable *one = table->deposit; one; one = one->deposit) {
		kept++;
		if (one->nr || one->parent || one->level != LEVEL_PTE)
			check_fail(data, g_strdup_printf("pgtable#%u", one->id),
				   "a deposited table to be empty and linked nowhere",
				   "%u words, level %u, parent pgtable#%u", one->nr, one->level,
				   one->parent ? one->parent->id : 0);
	}
	if (kept != leaves)
		check_fail(data, g_strdup_printf("pgtable#%u at 0x%lx", table->id, addr),
			   "one table kept for each leaf of anonymous memory", "%u tables, %u leaves", kept, leaves);
}

void check_pgtable_deposit(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++)
		pgtable_for_each_table(check->mms->pdata[i], deposit_of, check);
}

/* ---- deferred-split ---- */

static void queued_of(void *object, void *data)
{
	const struct folio *folio = object;

	if (!folio_test(folio, PG_partially_mapped))
		return;
	if (!folio->large || list_empty(&folio->large->deferred_list))
		check_fail(data, folio_place(folio), "a partially mapped folio to be in the queue",
			   "order %u, it is not", folio->order);
}

void check_deferred_split(struct check *check)
{
	const struct folio_large *large;
	size_t nr = 0, most = object_count(check->machine, KIND_FOLIO_LARGE);

	list_for_each_entry(large, &check->machine->split_queue, deferred_list) {
		if (++nr > most) {
			check_fail(check, g_strdup("machine"), "each folio once in the queue",
				   "more than the %zu large ones", most);
			return;
		}
		if (large->folio->large != large || !folio_test_anon(large->folio) ||
		    large->folio->order < 2)
			check_fail(check, folio_place(large->folio),
				   "large anonymous folios in the queue", "order %u, mapping %s",
				   large->folio->order,
				   folio_test_anon(large->folio) ? "anonymous" : "of a file");
	}
	object_for_each(check->machine, KIND_FOLIO, queued_of, check);
}

/* ---- huge-zero ---- */

static void zero_leaf(const struct census_pte *pte, void *data)
{
	if (pte->leaf && is_huge_zero_pmd(pte->pte) && !pte->mm->huge_zero)
		check_fail(data, g_strdup_printf("mm#%u pmd %s", pte->mm->id,
						 addr_name(pte->mm, pte->addr).text),
			   "an address space with the huge zero page to hold it", "it does not");
}

void check_huge_zero(struct check *check)
{
	unsigned int users = 0;

	for (guint i = 0; i < check->mms->len; i++) {
		struct mm_struct *mm = check->mms->pdata[i];

		users += mm->huge_zero;
		census_walk(mm, zero_leaf, check);
	}
	if (users != check->machine->huge_zero_users)
		check_fail(check, g_strdup("machine"), "the huge zero page to count who holds it",
			   "%u counted, %u do", check->machine->huge_zero_users, users);
}
