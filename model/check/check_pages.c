/*
 * check_pages.c - rules about pages: page tables against folios and counters.
 */
#include "../file.h"
#include "../huge.h"
#include "../lru.h"
#include "../migrate.h"
#include "../rmap.h"
#include "../swap.h"
#include "census.h"
#include "check.h"

static char *pte_place(const struct census_pte *pte)
{
	return g_strdup_printf("mm#%u vma#%u pte %s", pte->mm->id, pte->vma ? pte->vma->id : 0,
			       addr_name(pte->mm, pte->addr).text);
}

static char *folio_place(const struct folio *folio)
{
	return g_strdup_printf("folio#%u", folio->id);
}

/* ---- pgtable-shape, pgtable-inside-vma ---- */

struct shape {
	struct check *check;
	const struct mm_struct *mm;
	unsigned long tables;
};

static void shape_of(const struct pgtable *table, unsigned long addr, void *data)
{
	struct shape *shape = data;
	unsigned int nr = 0;

	shape->tables++;
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE; slot++) {
		const struct pgtable *child = table->child ? table->child[slot] : NULL;

		nr += table->entry[slot] != 0;
		if (!child && table->child && pte_present(table->entry[slot]) &&
		    !pte_leaf(table->entry[slot]))
			check_fail(shape->check, g_strdup_printf("pgtable#%u slot %u", table->id, slot),
				   "a table behind a word that links one",
				   "frame %" G_GUINT64_FORMAT, (uint64_t)pte_pfn(table->entry[slot]));
		else if (child && pte_leaf(table->entry[slot]))
			check_fail(shape->check, g_strdup_printf("pgtable#%u slot %u", table->id, slot),
				   "no table behind a leaf", "pgtable#%u is linked", child->id);
		else if (child && (child->parent != table || child->slot != slot ||
			      child->level + 1 != table->level || child->mm != shape->mm ||
			      pte_pfn(table->entry[slot]) != child->pfn))
			check_fail(shape->check, g_strdup_printf("pgtable#%u slot %u", table->id, slot),
				   "the table below to be linked here once, one level down",
				   "pgtable#%u level %u, parent #%u slot %u", child->id, child->level,
				   child->parent ? child->parent->id : 0, child->slot);
	}
	if (nr != table->nr || table->mm != shape->mm)
		check_fail(shape->check, g_strdup_printf("pgtable#%u at 0x%lx", table->id, addr),
			   "nr to count the words in use", "nr %u, %u words, mm#%u", table->nr, nr,
			   table->mm ? table->mm->id : 0);
}

void check_pgtable_shape(struct check *check)
{
	size_t tables = 0;

	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];
		struct shape shape = { check, mm, 0 };

		pgtable_for_each_table(mm, shape_of, &shape);
		tables += shape.tables;
		/* The kernel's pgtables_bytes leaves out the PGD itself. */
		if (mm->pgd && mm->pgtables_bytes != (shape.tables - 1) * PAGE_SIZE)
			check_fail(check, g_strdup_printf("mm#%u", mm->id),
				   "pgtables_bytes to count all tables but the PGD",
				   "%lu bytes, %lu tables", mm->pgtables_bytes, shape.tables - 1);
	}
	if (tables != object_count(check->machine, KIND_PGTABLE))
		check_fail(check, g_strdup("machine"), "every table to be linked in an mm",
			   "%zu of %zu", tables, object_count(check->machine, KIND_PGTABLE));
}

static void inside_vma(const struct census_pte *pte, void *data)
{
	if (!pte->vma)
		check_fail(data, pte_place(pte), "nothing mapped outside VMAs", "a word 0x%"
			   G_GINT64_MODIFIER "x", pte->pte);
}

void check_pgtable_inside_vma(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], inside_vma, check);
}

/* ---- rmap-reaches ---- */

static bool in_chain(const struct vm_area_struct *vma, const struct anon_vma *anon_vma)
{
	const struct anon_vma_chain *avc;

	if (vma->anon_vma == anon_vma)
		return true;
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		if (avc->anon_vma == anon_vma)
			return true;
	return false;
}

/* The walk from @folio finds the word @pte, which stands for its frame @pfn. */
static void found_by_walk(const struct census_pte *pte, const struct folio *folio, pfn_t pfn,
			  void *data)
{
	pgoff_t index = folio->index + (pfn - folio->pfn);

	if (!folio_test_anon(folio) || folio_test_ksm(folio))
		return;
	if (index != linear_page_index(pte->vma, pte->addr))
		check_fail(data, pte_place(pte), "the folio's index to follow the VMA",
			   "folio#%u index 0x%" G_GINT64_MODIFIER "x, the VMA means 0x%"
			   G_GINT64_MODIFIER "x", folio->id, index,
			   linear_page_index(pte->vma, pte->addr));
	if (in_chain(pte->vma, folio_anon_vma(folio)))
		return;
	if (folio_anon_vma(folio)->id)
		check_fail(data, pte_place(pte), "the folio's anon_vma in the VMA's chain",
			   "folio#%u points to anon_vma#%u", folio->id, folio_anon_vma(folio)->id);
	else
		check_fail(data, pte_place(pte), "the folio's anon_vma in the VMA's chain",
			   "folio#%u points to an anon_vma that has been freed", folio->id);
}

static void reaches(const struct census_pte *pte, void *data)
{
	const struct folio *folio;

	if (!pte_present(pte->pte) || pte_special(pte->pte) || !pte->vma)
		return;
	folio = pfn_to_page(pte_pfn(pte->pte))->folio;
	if (folio)
		found_by_walk(pte, folio, pte_pfn(pte->pte), data);
	else
		check_fail(data, pte_place(pte), "a mapped frame to belong to a folio",
			   "pfn %" G_GUINT64_FORMAT " does not", pte_pfn(pte->pte));
}

void check_rmap_reaches(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], reaches, check);
}

/* ---- migration-entries ---- */

static void migration_entry(const struct census_pte *pte, void *data)
{
	const struct page *page;

	if (!is_migration_pte(pte->pte) || !pte->vma)
		return;
	page = migration_pte_page(pte->pte);
	if (!page || !page->folio || !folio_test(page->folio, PG_locked)) {
		check_fail(data, pte_place(pte), "the folio of a migration entry to be locked",
			   "frame %" G_GUINT64_FORMAT " is %s", swp_offset(pte->pte),
			   page && page->folio ? "in a folio that is not" : "in no folio");
		return;
	}
	found_by_walk(pte, page->folio, page_to_pfn(page), data);
}

void check_migration_entries(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], migration_entry, check);
}

/* ---- swap-index ---- */

/* A fault at an exclusive swap word will map the cached page, as it is. */
static void cached_index(const struct census_pte *pte, void *data)
{
	const struct swap_slot *slot;
	const struct folio *folio;
	pgoff_t index;

	if (!pte->vma || !is_swap_entry_pte(pte->pte) || !pte_swp_exclusive(pte->pte))
		return;
	slot = swap_slot(pte->pte);
	folio = slot ? slot->folio : NULL;
	if (!folio || !folio_anon_vma(folio))	/* just read in: it belongs nowhere yet */
		return;
	index = folio->index + (swap_page(folio, pte->pte)->pfn - folio->pfn);
	if (index != linear_page_index(pte->vma, pte->addr) ||
	    !in_chain(pte->vma, folio_anon_vma(folio)))
		check_fail(data, pte_place(pte), "the cached page to belong where its word is",
			   "folio#%u index 0x%" G_GINT64_MODIFIER "x of anon_vma#%u, the VMA means 0x%"
			   G_GINT64_MODIFIER "x", folio->id, index,
			   folio_anon_vma(folio)->id, linear_page_index(pte->vma, pte->addr));
}

void check_swap_index(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], cached_index, check);
}

/* ---- rules over folios ---- */

static uint32_t count_of(const struct census *census, const uint32_t *counts, pfn_t pfn)
{
	return pfn < census->nr_frames ? counts[pfn] : 0;
}

static void mapcount_of(void *object, void *data)
{
	const struct folio *folio = object;
	struct check *check = data;

	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		const struct page *page = folio_page(folio, n);
		uint32_t maps = count_of(check->census, check->census->maps, folio->pfn + n);

		if (page->mapcount != (int32_t)maps)
			check_fail(check, folio_place(folio), "the mapcount to be the number of PTEs",
				   "mapcount %d, %u PTEs (page %lu)", page->mapcount, maps, n);
	}
}

void check_rmap_mapcount(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, mapcount_of, check);
}

static void refs_of(void *object, void *data)
{
	const struct folio *folio = object;
	struct check *check = data;
	long holders = lru_batch_refs(check->machine, folio);
	long devices = census_device_refs(check->census, folio);
	long maps = 0, cache = 0;

	if (is_zero_folio(folio) || is_huge_zero_folio(folio))
		return;
	maps = count_of(check->census, check->census->leaves, folio->pfn);
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
		maps += count_of(check->census, check->census->maps, folio->pfn + n);
	if (folio_mapping(folio))
		cache = (long)folio_nr_pages(folio);
	if (folio_test(folio, PG_swapcache))
		cache += (long)folio_nr_pages(folio);
	/* Who sleeps in the middle of a call may hold more. */
	if (check->machine->nr_waiting && folio->refcount > maps + cache + holders + devices)
		return;
	if (folio->refcount != maps + cache + holders + devices)
		check_fail(check, folio_place(folio), "the refcount to be the number of holders",
			   "refcount %d; %ld PTEs, %ld page or swap cache, %ld LRU batch, %ld devices",
			   folio->refcount, maps, cache, holders, devices);
}

void check_folio_refs(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, refs_of, check);
}

static void exclusive_of(void *object, void *data)
{
	const struct folio *folio = object;
	struct check *check = data;
	uint32_t leaves = count_of(check->census, check->census->leaves, folio->pfn);
	uint32_t writable_leaves = count_of(check->census, check->census->writable_leaves,
					    folio->pfn);

	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		const struct page *page = folio_page(folio, n);
		uint32_t maps = leaves + count_of(check->census, check->census->maps,
						  folio->pfn + n);
		uint32_t writable = count_of(check->census, check->census->writable, folio->pfn + n);

		/* the first page stands for all that a leaf maps */
		if (!n)
			writable += writable_leaves;

		if (page->flags & PG_anon_exclusive && !folio_test_anon(folio))
			check_fail(check, folio_place(folio), "only anonymous pages to be exclusive",
				   "PageAnonExclusive on page %lu", n);
		if (page->flags & PG_anon_exclusive && maps > 1)
			check_fail(check, folio_place(folio), "an exclusive page to be mapped once",
				   "%u entries map page %lu", maps, n);
		if (folio_test_anon(folio) && writable && !(page->flags & PG_anon_exclusive))
			check_fail(check, folio_place(folio), "a writable anonymous page to be exclusive",
				   "%u writable entries, PageAnonExclusive clear (page %lu)", writable, n);
	}
}

void check_folio_exclusive(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, exclusive_of, check);
}

void check_mm_rss(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];
		const struct census_mm *saw = &check->census->mm[i];

		if (mm->rss_anon != saw->rss_anon || mm->rss_file != saw->rss_file ||
		    mm->rss_shmem != saw->rss_shmem || mm->swapents != saw->swapents)
			check_fail(check, g_strdup_printf("mm#%u", mm->id),
				   "rss counters to agree with the page tables",
				   "anon %ld of %ld, file %ld of %ld, shmem %ld of %ld, swap %ld of %ld",
				   mm->rss_anon, saw->rss_anon, mm->rss_file, saw->rss_file,
				   mm->rss_shmem, saw->rss_shmem, mm->swapents, saw->swapents);
	}
}

/* ---- page-cache ---- */

static void cached_folio(void *object, void *data)
{
	const struct folio *folio = object;
	const struct address_space *mapping = folio_mapping(folio);

	if (mapping && filemap_get_folio(mapping, folio->index) != folio)
		check_fail(data, folio_place(folio), "its file's page cache to hold it at its index",
			   "inode#%u does not hold it at 0x%" G_GINT64_MODIFIER "x",
			   mapping->host->id, folio->index);
}

static void file_pte(const struct census_pte *pte, void *data)
{
	const struct folio *folio;

	if (!pte_present(pte->pte) || pte_special(pte->pte) || !pte->vma)
		return;
	folio = pfn_to_page(pte_pfn(pte->pte))->folio;
	if (!folio || folio_test_anon(folio))
		return;
	if (!pte->vma->vm_file || folio_mapping(folio) != &pte->vma->vm_file->inode->i_data ||
	    folio->index + (pte_pfn(pte->pte) - folio->pfn) !=
	    linear_page_index(pte->vma, pte->addr))
		check_fail(data, pte_place(pte), "the page of its file at its offset",
			   "folio#%u index 0x%" G_GINT64_MODIFIER "x of inode#%u", folio->id,
			   folio->index, folio_mapping(folio) ? folio_mapping(folio)->host->id : 0);
}

/* The pages of all folios of a cache. */
static unsigned long cached_pages(const struct address_space *mapping)
{
	unsigned long first, last, index = 0, nr = 0;
	const struct folio *folio;

	while ((folio = mt_find(&mapping->i_pages, index, &first, &last))) {
		nr += folio_nr_pages(folio);
		index = last + 1;
	}
	return nr;
}

static void count_cache(void *object, void *data)
{
	const struct inode *inode = object;
	struct check *check = data;
	g_autofree char *wrong = mt_validate(&inode->i_data.i_pages);
	unsigned long nr = wrong ? inode->i_data.nrpages : cached_pages(&inode->i_data);

	if (wrong)
		check_fail(check, g_strdup_printf("inode#%u", inode->id), "a sound page cache", "%s",
			   wrong);
	if (nr != inode->i_data.nrpages)
		check_fail(check, g_strdup_printf("inode#%u", inode->id), "nrpages to count its pages",
			   "nrpages %lu, folios of %lu in the tree", inode->i_data.nrpages, nr);
}

void check_page_cache(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, cached_folio, check);
	object_for_each(check->machine, KIND_INODE, count_cache, check);
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], file_pte, check);
}

/* ---- frames ---- */

static void add_frames(void *object, void *data)
{
	const struct folio *folio = object;

	*(uint64_t *)data += folio_nr_pages(folio);
}

void check_frames(struct check *check)
{
	g_autofree char *wrong = buddy_validate(check->machine);
	uint64_t used = object_count(check->machine, KIND_PGTABLE);
	uint64_t free_pages = buddy_free_pages(check->machine);

	object_for_each(check->machine, KIND_FOLIO, add_frames, &used);
	if (wrong)
		check_fail(check, g_strdup("machine"), "sound free lists", "%s", wrong);
	if (used + free_pages != check->machine->totalram_pages)
		check_fail(check, g_strdup("machine"), "each frame to be free, in a folio or a page table",
			   "%" G_GUINT64_FORMAT " used, %" G_GUINT64_FORMAT " free of %"
			   G_GUINT64_FORMAT, used, free_pages, check->machine->totalram_pages);
}

void check_lru(struct check *check)
{
	g_autofree char *wrong = lru_validate(check->machine);

	if (wrong)
		check_fail(check, g_strdup("machine"), "sound LRU lists", "%s", wrong);
}
