/*
 * check_ksm.c - rules about pages that KSM shares.
 */
#include "../ksm.h"
#include "census.h"
#include "check.h"

static char *folio_place(const struct folio *folio)
{
	return g_strdup_printf("folio#%u", folio->id);
}

static char *node_place(const struct ksm_stable_node *node)
{
	return g_strdup_printf("stable_node#%u", node->id);
}

/* ---- ksm-pages ---- */

static bool node_lives(const struct machine *machine, const struct ksm_stable_node *node)
{
	const struct ksm_stable_node *other;

	list_for_each_entry(other, &machine->ksm_stable_nodes, nodes)
		if (other == node)
			return true;
	return false;
}

static void ksm_page(void *object, void *data)
{
	const struct folio *folio = object;
	const struct ksm_stable_node *node = folio_stable_node(folio);
	const struct page *page = folio_page(folio, 0);
	struct check *check = data;

	if (!folio_test_ksm(folio))
		return;
	if (folio->large)
		check_fail(check, folio_place(folio), "a KSM page to be small", "order %u",
			   folio->order);
	if (PageAnonExclusive(page))
		check_fail(check, folio_place(folio), "no KSM page to be exclusive",
			   "PageAnonExclusive is set");
	if (folio->pfn < check->census->nr_frames && check->census->writable[folio->pfn])
		check_fail(check, folio_place(folio), "a KSM page to be mapped read-only",
			   "%u writable PTEs", check->census->writable[folio->pfn]);
	if (!node)
		return;			/* ksmd is in the middle of it, or ran out of memory */
	if (!node_lives(check->machine, node))
		check_fail(check, folio_place(folio), "its stable node to be in the tree",
			   "it is not");
	else if (node->kpfn != folio->pfn)
		check_fail(check, folio_place(folio), "its stable node to know its frame",
			   "stable_node#%u says frame %" G_GUINT64_FORMAT ", it is %u", node->id,
			   node->kpfn, folio->pfn);
}

void check_ksm_pages(struct check *check)
{
	object_for_each(check->machine, KIND_FOLIO, ksm_page, check);
}

/* ---- ksm-reaches ---- */

static void items_of_node(struct check *check, const struct ksm_stable_node *node)
{
	const struct ksm_rmap_item *item;
	int items = 0;

	list_for_each_entry(item, &node->hlist, hlist) {
		items++;
		if (item->head != node || !item->anon_vma || !item->anon_vma->refcount)
			check_fail(check, g_strdup_printf("rmap_item#%u", item->id),
				   "an item to know its node and hold an anon_vma",
				   "stable_node#%u, anon_vma#%u", item->head ? item->head->id : 0,
				   item->anon_vma ? item->anon_vma->id : 0);
	}
	if (items != node->rmap_hlist_len)
		check_fail(check, node_place(node), "the length of its list to count the items",
			   "%d, %d items", node->rmap_hlist_len, items);
}

/* As rmap_walk_ksm() finds it: by the address, in an area that the anon_vma leads to. */
static bool item_finds(const struct ksm_rmap_item *item, const struct census_pte *pte)
{
	const struct anon_vma_chain *avc;

	if (item->address != pte->addr)
		return false;
	list_for_each_entry(avc, &pte->vma->anon_vma_chain, same_vma)
		if (avc->anon_vma == item->anon_vma)
			return true;
	return false;
}

static void found_by_items(const struct census_pte *pte, void *data)
{
	const struct ksm_stable_node *node;
	const struct ksm_rmap_item *item;
	const struct folio *folio;
	struct check *check = data;

	if (!pte_present(pte->pte) || pte_special(pte->pte) || !pte->vma)
		return;
	folio = pfn_to_page(pte_pfn(pte->pte))->folio;
	node = folio ? folio_stable_node(folio) : NULL;
	if (!node || !node_lives(check->machine, node) || node->strangers)
		return;
	list_for_each_entry(item, &node->hlist, hlist)
		if (item_finds(item, pte))
			return;
	check_fail(check, g_strdup_printf("mm#%u vma#%u pte %s", pte->mm->id, pte->vma->id,
					  addr_name(pte->mm, pte->addr).text),
		   "an rmap_item of its KSM page to lead here", "none of stable_node#%u does",
		   node->id);
}

/* What a scan relies on: it goes along the list and along the addresses at once. */
static void items_of_mm(struct check *check, const struct mm_struct *mm)
{
	const struct ksm_rmap_item *item;
	unsigned long next = 0;

	list_for_each_entry(item, &mm->ksm_rmap_items, rmap_list) {
		if (item->mm != mm || item->address < next ||
		    (item->head && !list_empty(&item->unstable)))
			check_fail(check, g_strdup_printf("rmap_item#%u", item->id),
				   "an item in the list of its mm, by address, in one tree at most",
				   "mm#%u %s in the list of mm#%u%s", item->mm ? item->mm->id : 0,
				   addr_name(mm, item->address).text, mm->id,
				   item->head && !list_empty(&item->unstable) ? ", in both trees" :
										"");
		next = item->address + PAGE_SIZE;
	}
}

void check_ksm_reaches(struct check *check)
{
	const struct ksm_stable_node *node;

	for (guint i = 0; i < check->mms->len; i++)
		items_of_mm(check, check->mms->pdata[i]);
	if (list_empty(&check->machine->ksm_stable_nodes))
		return;
	list_for_each_entry(node, &check->machine->ksm_stable_nodes, nodes)
		items_of_node(check, node);
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], found_by_items, check);
}
