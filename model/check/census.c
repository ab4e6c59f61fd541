/*
 * census.c - counts what the page tables of all processes map.
 */
#include "../file.h"
#include "../gup.h"
#include "census.h"

struct walk {
	struct mm_struct *mm;
	struct vm_area_struct *vma;	/* the last one found: addresses ascend */
	census_fn fn;
	void *data;
};

static bool walk_pte(const struct pgtable *table, unsigned int slot, unsigned long addr, void *data)
{
	struct walk *walk = data;
	struct census_pte pte = { walk->mm, NULL, addr, table->entry[slot],
				  table->level != LEVEL_PTE };

	if (!walk->vma || addr >= walk->vma->vm_end)
		walk->vma = find_vma(walk->mm, addr);
	if (walk->vma && addr >= walk->vma->vm_start)
		pte.vma = walk->vma;
	walk->fn(&pte, walk->data);
	return true;
}

void census_walk(struct mm_struct *mm, census_fn fn, void *data)
{
	struct walk walk = { .mm = mm, .fn = fn, .data = data };

	pgtable_for_each(mm, 0, TASK_SIZE, walk_pte, &walk);
}

struct count {
	struct census *census;
	struct census_mm *mm;
};

static uint32_t *grown(uint32_t *counts, pfn_t from, pfn_t to)
{
	counts = g_renew(uint32_t, counts, to);
	for (pfn_t i = from; i < to; i++)
		counts[i] = 0;
	return counts;
}

static void census_grow(struct census *census, pfn_t pfn)
{
	pfn_t nr = MAX(census->nr_frames * 2, 1024);

	while (nr <= pfn)
		nr *= 2;
	census->maps = grown(census->maps, census->nr_frames, nr);
	census->writable = grown(census->writable, census->nr_frames, nr);
	census->leaves = grown(census->leaves, census->nr_frames, nr);
	census->writable_leaves = grown(census->writable_leaves, census->nr_frames, nr);
	census->dirty = grown(census->dirty, census->nr_frames, nr);
	census->nr_frames = nr;
}

/* @nr pages. */
static void count_rss(struct census_mm *mm, const struct page *page, long nr)
{
	if (!page->folio || is_zero_folio(page->folio))
		return;
	if (folio_test_anon(page->folio))
		mm->rss_anon += nr;
	else if (folio_test(page->folio, PG_swapbacked))
		mm->rss_shmem += nr;
	else
		mm->rss_file += nr;
}

/* Most words of a folio follow each other. */
static void count_large(struct census *census, const struct folio *folio, unsigned int mm)
{
	struct census_large one = { folio->id, mm, 1 }, *last;

	if (census->large->len) {
		last = &g_array_index(census->large, struct census_large, census->large->len - 1);
		if (last->folio == one.folio && last->mm == mm) {
			last->maps++;
			return;
		}
	}
	g_array_append_val(census->large, one);
}

static int compare_large(const void *a, const void *b)
{
	const struct census_large *x = a, *y = b;

	if (x->folio != y->folio)
		return x->folio < y->folio ? -1 : 1;
	return x->mm < y->mm ? -1 : x->mm > y->mm;
}

/* One record for each pair. */
static void sum_large(GArray *large)
{
	struct census_large *record;
	guint nr = 0;

	g_array_sort(large, compare_large);
	record = (struct census_large *)(void *)large->data;
	for (guint i = 0; i < large->len; i++) {
		if (nr && !compare_large(&record[nr - 1], &record[i]))
			record[nr - 1].maps += record[i].maps;
		else
			record[nr++] = record[i];
	}
	g_array_set_size(large, nr);
}

static void count_swap(struct count *count, pte_t pte)
{
	uint64_t offset = swp_offset(pte);

	count->mm->swapents++;
	if (!swap_slot(pte))
		return;			/* check_swap.c will say so */
	count->census->swap_words[swp_type(pte)][offset]++;
	count->census->swap_exclusive[swp_type(pte)][offset] += pte_swp_exclusive(pte);
}

static void count_pte(const struct census_pte *pte, void *data)
{
	struct count *count = data;
	long nr = pte->leaf ? HPAGE_PMD_NR : 1;
	pfn_t pfn;

	if (is_migration_pte(pte->pte))
		count_rss(count->mm, pfn_to_page(swp_offset(pte->pte)), nr);
	else if (is_swap_pte(pte->pte) && !is_pte_marker(pte->pte))
		count_swap(count, pte->pte);
	if (!pte_present(pte->pte) || pte_special(pte->pte))
		return;
	pfn = pte_pfn(pte->pte);
	if (pfn >= count->census->nr_frames)
		census_grow(count->census, pfn);
	if (pte->leaf) {
		count->census->leaves[pfn]++;
		count->census->writable_leaves[pfn] += pte_write(pte->pte);
		if (pfn + HPAGE_PMD_NR > count->census->nr_frames)
			census_grow(count->census, pfn + HPAGE_PMD_NR);
		for (pfn_t n = 0; n < HPAGE_PMD_NR && pte_dirty(pte->pte); n++)
			count->census->dirty[pfn + n]++;
	} else {
		count->census->maps[pfn]++;
		count->census->writable[pfn] += pte_write(pte->pte);
		count->census->dirty[pfn] += pte_dirty(pte->pte);
	}
	if (pfn_to_page(pfn)->folio && pfn_to_page(pfn)->folio->order)
		count_large(count->census, pfn_to_page(pfn)->folio, pte->mm->id);
	count_rss(count->mm, pfn_to_page(pfn), nr);
}

/* Entries that the files of shared memory have. */
static void count_file_swap(void *object, void *data)
{
	const struct inode *inode = object;
	struct census *census = data;
	unsigned long first, last, index = 0;
	void *found;

	while ((found = mt_find(&inode->i_data.i_swapped, index, &first, &last))) {
		for (index = first; index <= last; index++) {
			pte_t entry = swp_entry_add((pte_t)(uintptr_t)found, index - first);

			if (swap_slot(entry))
				census->swap_shmem[swp_type(entry)][swp_offset(entry)]++;
		}
	}
}

static void count_pin(void *object, void *data)
{
	const struct device_pin *pin = object;
	struct census *census = data;
	gpointer folio = GUINT_TO_POINTER(pfn_to_page(pin->pfn)->folio->pfn);
	int refs = GPOINTER_TO_INT(g_hash_table_lookup(census->device_refs, folio));

	g_hash_table_insert(census->device_refs, folio,
			    GINT_TO_POINTER(refs + device_pin_refs(pin)));
}

long census_device_refs(const struct census *census, const struct folio *folio)
{
	if (!census->device_refs)
		return 0;
	return GPOINTER_TO_INT(g_hash_table_lookup(census->device_refs,
						   GUINT_TO_POINTER(folio->pfn)));
}

struct census *census_take(struct check *check)
{
	struct census *census = g_new0(struct census, 1);

	census->mm = g_new0(struct census_mm, check->mms->len + 1);
	census->large = g_array_new(FALSE, FALSE, sizeof(struct census_large));
	census_grow(census, 0);
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info_struct *si = check->machine->swap->info[type];

		if (!si)
			continue;
		census->swap_words[type] = g_new0(uint32_t, si->max);
		census->swap_shmem[type] = g_new0(uint8_t, si->max);
		census->swap_exclusive[type] = g_new0(uint32_t, si->max);
	}
	object_for_each(check->machine, KIND_INODE, count_file_swap, census);
	for (guint i = 0; i < check->mms->len; i++) {
		struct count count = { census, &census->mm[i] };

		census_walk(check->mms->pdata[i], count_pte, &count);
	}
	if (object_count(check->machine, KIND_PIN)) {
		census->device_refs = g_hash_table_new(NULL, NULL);
		object_for_each(check->machine, KIND_PIN, count_pin, census);
	}
	sum_large(census->large);
	return census;
}

void census_free(struct census *census)
{
	g_free(census->maps);
	g_free(census->writable);
	g_free(census->dirty);
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		g_free(census->swap_words[type]);
		g_free(census->swap_shmem[type]);
		g_free(census->swap_exclusive[type]);
	}
	g_free(census->leaves);
	g_free(census->writable_leaves);
	g_array_unref(census->large);
	g_free(census->mm);
	g_clear_pointer(&census->device_refs, g_hash_table_unref);
	g_free(census);
}
