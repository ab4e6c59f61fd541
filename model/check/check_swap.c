/*
 * check_swap.c - rules about swap: slots against the words that hold them, and the cache.
 */
#include "census.h"
#include "check.h"
#include "../file.h"

/* Calls @fn for each slot but the header's. */
typedef void (*slot_fn)(struct check *check, const struct swap_info_struct *si, uint64_t offset);

static void each_slot(struct check *check, slot_fn fn)
{
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info_struct *si = check->machine->swap->info[type];

		for (uint64_t offset = 1; si && offset < si->max; offset++)
			fn(check, si, offset);
	}
}

static char *slot_place(const struct swap_info_struct *si, uint64_t offset)
{
	return g_strdup_printf("swap device %u slot %" G_GUINT64_FORMAT, si->type, offset);
}

/* ---- swap-counts ---- */

static void count_of_slot(struct check *check, const struct swap_info_struct *si, uint64_t offset)
{
	const struct swap_slot *slot = &si->slot[offset];
	uint32_t words = check->census->swap_words[si->type][offset];
	uint32_t exclusive = check->census->swap_exclusive[si->type][offset];

	unsigned int files = check->census->swap_shmem[si->type][offset];

	if (swap_slot_count(slot) != words + files)
		check_fail(check, slot_place(si, offset), "the count to be the number of words",
			   "count %u, %u words, %u files", swap_slot_count(slot), words, files);
	if (files && (words || (slot->map & ~SWAP_HAS_CACHE) != SWAP_MAP_SHMEM))
		check_fail(check, slot_place(si, offset),
			   "a file's page to be in a slot that is its alone",
			   "map 0x%x, %u words, %u files", slot->map, words, files);
	if (exclusive && words > 1)
		check_fail(check, slot_place(si, offset), "an exclusive word to be the only one",
			   "%u words, %u of them exclusive", words, exclusive);
	/* A fault that waits for a userfaultfd's reader has not dropped its claim yet. */
	if (((slot->map & SWAP_HAS_CACHE) != 0) != (slot->folio != NULL) &&
	    (slot->folio || !check->machine->nr_waiting))
		check_fail(check, slot_place(si, offset),
			   "the cache flag to say whether there is a folio", "flag %d, %s",
			   (slot->map & SWAP_HAS_CACHE) != 0, slot->folio ? "a folio" : "none");
}

static void unknown_word(const struct census_pte *pte, void *data)
{
	if (is_swap_pte(pte->pte) && !is_pte_marker(pte->pte) && !is_migration_pte(pte->pte) &&
	    !swap_slot(pte->pte))
		check_fail(data, g_strdup_printf("mm#%u pte %s", pte->mm->id,
						 addr_name(pte->mm, pte->addr).text),
			   "a swap word to name a slot", "0x%" G_GINT64_MODIFIER "x", pte->pte);
}

/* Folios of one order share a cluster, but for single pages, which go anywhere. */
static void count_of_cluster(struct check *check, const struct swap_info_struct *si, uint64_t i)
{
	uint64_t first = i * SWAP_CLUSTER_SLOTS, used = 0;

	for (uint64_t offset = first; offset < first + SWAP_CLUSTER_SLOTS; offset++) {
		const struct folio *folio = offset < si->max ? si->slot[offset].folio : NULL;

		used += offset >= si->max || si->slot[offset].map;
		if (folio && folio->order > si->cluster[i].order)
			check_fail(check, slot_place(si, offset),
				   "no folio of a larger order than its cluster is for",
				   "folio#%u of order %u, order %u", folio->id, folio->order,
				   si->cluster[i].order);
	}
	if (used != si->cluster[i].used)
		check_fail(check, slot_place(si, first), "the cluster to count its slots in use",
			   "%u counted, %" G_GUINT64_FORMAT " used", si->cluster[i].used, used);
}

static void count_of_device(struct check *check, const struct swap_info_struct *si,
			    uint64_t *free_slots, uint64_t *total)
{
	uint64_t used = 0;

	for (uint64_t offset = 1; offset < si->max; offset++)
		used += si->slot[offset].map != 0;
	/* A fault that waits for a userfaultfd's reader stays in the middle of it. */
	if (used != si->inuse_pages || (si->users && !check->machine->nr_waiting))
		check_fail(check, g_strdup_printf("swap device %u", si->type),
			   "inuse_pages to count the slots in use, and nobody in the middle of it",
			   "%" G_GUINT64_FORMAT " counted, %" G_GUINT64_FORMAT " used, %u users",
			   si->inuse_pages, used, si->users);
	if (!(si->flags & SWP_WRITEOK))
		return;
	*total += si->max - 1;
	*free_slots += si->max - 1 - used;
}

void check_swap_counts(struct check *check)
{
	const struct swap *swap = check->machine->swap;
	uint64_t free_slots = 0, total = 0;

	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], unknown_word, check);
	each_slot(check, count_of_slot);
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++)
		if (swap->info[type])
			count_of_device(check, swap->info[type], &free_slots, &total);
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++)
		for (uint64_t i = 0; swap->info[type] && i < swap->info[type]->nr_clusters; i++)
			count_of_cluster(check, swap->info[type], i);
	if (free_slots != swap->nr_swap_pages || total != swap->total_swap_pages)
		check_fail(check, g_strdup("machine"), "nr_swap_pages to count the free slots",
			   "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " counted, %"
			   G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " free", swap->nr_swap_pages,
			   swap->total_swap_pages, free_slots, total);
}

/* ---- swap-cache ---- */

static void cache_of_slot(struct check *check, const struct swap_info_struct *si, uint64_t offset)
{
	const struct folio *folio = si->slot[offset].folio;
	pte_t entry = swp_pte(si->type, offset);

	if (!folio)
		return;
	if (!folio_matches_swap_entry(folio, entry))
		check_fail(check, slot_place(si, offset), "the folio to know its slot",
			   "folio#%u %s slot %" G_GUINT64_FORMAT, folio->id,
			   folio_test(folio, PG_swapcache) ? "is in" : "is not in the cache, says",
			   swp_offset(folio->swap));
	if (check->census->swap_words[si->type][offset] && folio_test_anon(folio) &&
	    PageAnonExclusive(swap_page(folio, entry)))
		check_fail(check, slot_place(si, offset),
			   "no exclusive page where a swap word leads to",
			   "PageAnonExclusive on folio#%u", folio->id);
}

static void slot_of_folio(void *object, void *data)
{
	const struct folio *folio = object;
	struct check *check = data;
	const struct swap_slot *slot;

	if (!folio_test(folio, PG_swapcache)) {
		if (folio->swap || folio_test(folio, PG_writeback))
			check_fail(check, g_strdup_printf("folio#%u", folio->id),
				   "only folios of the swap cache to have a slot or be written",
				   "slot %" G_GUINT64_FORMAT "%s", swp_offset(folio->swap),
				   folio_test(folio, PG_writeback) ? ", writeback" : "");
		return;
	}
	if (swp_offset(folio->swap) & (folio_nr_pages(folio) - 1))
		check_fail(check, g_strdup_printf("folio#%u", folio->id),
			   "slots aligned as the pages are", "order %u, slot %" G_GUINT64_FORMAT,
			   folio->order, swp_offset(folio->swap));
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++) {
		slot = swap_slot(swp_entry_add(folio->swap, n));
		if (!slot || slot->folio != folio)
			check_fail(check, g_strdup_printf("folio#%u", folio->id),
				   "the slot to know its folio", "slot %" G_GUINT64_FORMAT
				   " does not", swp_offset(folio->swap) + n);
	}
	if (!folio_test(folio, PG_swapbacked))
		check_fail(check, g_strdup_printf("folio#%u", folio->id),
			   "folios of the swap cache to be swapbacked", "it is not");
}

void check_swap_cache(struct check *check)
{
	each_slot(check, cache_of_slot);
	object_for_each(check->machine, KIND_FOLIO, slot_of_folio, check);
}

/* ---- shmem-swap ---- */

static void swapped_of_inode(void *object, void *data)
{
	const struct inode *inode = object;
	const struct address_space *mapping = &inode->i_data;
	unsigned long first, last, index = 0, nr = 0;
	void *found;

	while ((found = mt_find(&mapping->i_swapped, index, &first, &last))) {
		pte_t entry = (pte_t)(uintptr_t)found;
		unsigned long size = last - first + 1;

		nr += size;
		if (size & (size - 1) || first & (size - 1) || swp_offset(entry) & (size - 1))
			check_fail(data, g_strdup_printf("inode#%u", inode->id),
				   "entries of 2^n pages, aligned in the file and on the device",
				   "pages 0x%lx to 0x%lx, slot %" G_GUINT64_FORMAT, first, last,
				   swp_offset(entry));
		for (index = first; index <= last; index++)
			if (filemap_get_folio(mapping, index))
				check_fail(data, g_strdup_printf("inode#%u", inode->id),
					   "a page to be in memory or in swap",
					   "page 0x%lx is in both", index);
	}
	if (nr != inode->swapped || (nr && inode->type != INODE_SHMEM))
		check_fail(data, g_strdup_printf("inode#%u", inode->id),
			   "its pages in swap to be counted, and shared memory's alone to be there",
			   "%" G_GUINT64_FORMAT " counted, %lu entries", inode->swapped, nr);
}

void check_shmem_swap(struct check *check)
{
	object_for_each(check->machine, KIND_INODE, swapped_of_inode, check);
}

/* ---- swap-content ---- */

static void content_of_slot(struct check *check, const struct swap_info_struct *si, uint64_t offset)
{
	const struct swap_slot *slot = &si->slot[offset];
	const struct folio *folio = slot->folio;
	uint64_t stored = slot->zero ? 0 : slot->content;
	const struct page *page;

	if (!folio || !folio_test(folio, PG_uptodate) || folio_test(folio, PG_dirty))
		return;
	page = swap_page(folio, swp_pte(si->type, offset));
	if (page->pfn < check->census->nr_frames && check->census->dirty[page->pfn])
		return;
	if (page->content != stored)
		check_fail(check, slot_place(si, offset), "a clean page to be what its slot holds",
			   "folio#%u holds %" G_GUINT64_FORMAT ", the slot %" G_GUINT64_FORMAT,
			   folio->id, page->content, stored);
}

void check_swap_content(struct check *check)
{
	each_slot(check, content_of_slot);
}
