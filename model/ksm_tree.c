/*
 * ksm_tree.c - the stable tree: KSM pages by content, and from each the addresses that map it.
 *
 * In the kernel:  mm/ksm.c stable_tree_search(), stable_tree_insert(), stable_tree_append(),
 *                 remove_rmap_item_from_tree(), ksm_get_folio(), rmap_walk_ksm(),
 *                 folio_migrate_ksm().
 * Left out:       the tree's shape (a list is searched); chains of duplicates as a structure of
 *                 their own: nodes of equal content are the chain.  The kernel prunes a chain every
 *                 two seconds, and takes the fullest then.
 * Locks:          the KSM folio's lock; rmap_walk_ksm() takes the anon_vmas' for reading.
 */
#include "file.h"
#include "ksm.h"
#include "machine.h"
#include "memory.h"

void folio_set_stable_node(struct folio *folio, struct ksm_stable_node *node)
{
	uintptr_t mapping = (uintptr_t)node | FOLIO_MAPPING_ANON | FOLIO_MAPPING_KSM;

	lockdep_assert_held(folio, LOCK_FOLIO);
	WRITE_SHARED(&folio->mapping, folio->mapping, mapping, "folio_set_stable_node");
}

bool is_ksm_zero_pte(pte_t pte)
{
	return pte_present(pte) && pte_special(pte) && pte_dirty(pte) &&
	       pte_pfn(pte) == page_to_pfn(mach->zero_page);
}

/* ---- nodes ---- */

/* A folio that points back is the one: others at that frame cannot. */
static struct folio *node_folio(const struct ksm_stable_node *node)
{
	const struct page *page = pfn_to_page(node->kpfn);

	if (!page || !page->folio || folio_stable_node(page->folio) != node)
		return NULL;
	return page->folio;
}

struct folio *ksm_get_folio(const struct ksm_stable_node *node)
{
	struct folio *folio = node_folio(node);

	return folio && folio_try_get(folio) ? folio : NULL;
}

/* One whose items have all gone is about to go itself, though children may still map its page.
 * Kernel: is_page_sharing_candidate(). */
static bool has_room(const struct ksm_stable_node *node)
{
	return node->rmap_hlist_len && node->rmap_hlist_len < (int)mach->config.ksm_max_page_sharing;
}

/* The first of those with @content that has room; it comes first from now on, if more have.  Kernel:
 * stable_node_dup(), for a chain that was not pruned yet. */
static struct ksm_stable_node *stable_node_dup(uint64_t content)
{
	struct ksm_stable_node *node;

	list_for_each_entry(node, &mach->ksm_stable_nodes, nodes) {
		const struct folio *folio = node_folio(node);

		if (!folio || !has_room(node) || folio_page(folio, 0)->content != content)
			continue;
		if (node->rmap_hlist_len + 1 < (int)mach->config.ksm_max_page_sharing) {
			list_del(&node->nodes);
			list_add(&node->nodes, &mach->ksm_stable_nodes);
		}
		return node;
	}
	return NULL;
}

struct folio *stable_tree_search(struct page *page)
{
	const struct ksm_stable_node *node;

	if (folio_stable_node(page->folio)) {
		folio_get(page->folio);
		return page->folio;
	}
	node = stable_node_dup(page_content(page, "stable_tree_search"));
	return node ? ksm_get_folio(node) : NULL;
}

struct ksm_stable_node *stable_tree_insert(struct folio *kfolio)
{
	struct ksm_stable_node *node = NEW(KIND_STABLE_NODE, struct ksm_stable_node,
					   "stable node of KSM");

	if (!node)
		return NULL;
	INIT_LIST_HEAD(&node->hlist);
	node->kpfn = kfolio->pfn;
	stable_node_dup(folio_page(kfolio, 0)->content);
	list_add(&node->nodes, &mach->ksm_stable_nodes);
	folio_set_stable_node(kfolio, node);
	return node;
}

void folio_migrate_ksm(struct folio *new, struct folio *old)
{
	struct ksm_stable_node *node = folio_stable_node(old);

	if (!node)
		return;
	/* Walks that come by the node find the new folio from here on. */
	WRITE_SHARED(node, node->kpfn, new->pfn, "folio_migrate_ksm");
	folio_set_stable_node(old, NULL);
}

/* ---- items ---- */

void stable_tree_append(struct ksm_rmap_item *item, struct ksm_stable_node *node)
{
	item->head = node;
	list_add(&item->hlist, &node->hlist);
	node->rmap_hlist_len++;
	trace_event("ksm", "mm#%u 0x%lx shares the page of stable_node#%u with %d others",
		    item->mm->id, item->address, node->id, node->rmap_hlist_len - 1);
}

void remove_rmap_item_from_tree(struct ksm_rmap_item *item)
{
	struct folio *folio;

	list_del(&item->unstable);
	if (!item->head)
		return;
	folio = ksm_get_folio(item->head);
	if (folio)
		folio_lock(folio);
	list_del(&item->hlist);
	item->head->rmap_hlist_len--;
	if (folio) {
		folio_unlock(folio);
		folio_put(folio);
	}
	put_anon_vma(item->anon_vma);
	item->anon_vma = NULL;
	item->head = NULL;
}

struct ksm_rmap_item *ksm_rmap_item_alloc(struct mm_struct *mm, unsigned long address,
					  struct list_head *next)
{
	struct ksm_rmap_item *item = NEW(KIND_RMAP_ITEM, struct ksm_rmap_item, "rmap_item of KSM");

	if (!item)
		return NULL;
	item->mm = mm;
	item->address = address;
	INIT_LIST_HEAD(&item->hlist);
	INIT_LIST_HEAD(&item->unstable);
	list_add_tail(&item->rmap_list, next);
	return item;
}

struct ksm_rmap_item *ksm_rmap_item_get(struct mm_struct *mm, unsigned long address)
{
	struct ksm_rmap_item *item;

	list_for_each_entry(item, &mm->ksm_rmap_items, rmap_list) {
		if (item->address == address)
			return item;
		if (item->address > address)
			break;
	}
	/* The list's head, if none is above. */
	return ksm_rmap_item_alloc(mm, address, &item->rmap_list);
}

void ksm_rmap_item_free(struct ksm_rmap_item *item)
{
	remove_rmap_item_from_tree(item);
	list_del(&item->rmap_list);
	model_free(KIND_RMAP_ITEM, item);
}

void ksm_rmap_item_release(struct ksm_rmap_item *item)
{
	if (!item->head && !item->seen)
		ksm_rmap_item_free(item);
}

/* ---- what is left behind ---- */

/* Does the page of @item's node still stand where it was mapped, or an entry of its migration? */
static bool item_in_use(const struct ksm_rmap_item *item)
{
	pte_t pte;

	if (!item->mm)
		return false;
	pte = pgtable_entry(item->mm, item->address, LEVEL_PTE);
	if (is_migration_pte(pte))
		return swp_offset(pte) == item->head->kpfn;
	return pte_present(pte) && pte_pfn(pte) == item->head->kpfn && node_folio(item->head);
}

static void drop_items(struct ksm_stable_node *node, bool all)
{
	struct ksm_rmap_item *item, *next;

	list_for_each_entry_safe(item, next, &node->hlist, hlist)
		if (all || !item_in_use(item)) {
			remove_rmap_item_from_tree(item);
			if (item->mm)
				ksm_rmap_item_release(item);
		}
}

static void drop_nodes(bool all)
{
	struct ksm_stable_node *node, *next;

	list_for_each_entry_safe(node, next, &mach->ksm_stable_nodes, nodes) {
		drop_items(node, all);
		if (node_folio(node))
			continue;
		list_del(&node->nodes);
		model_free(KIND_STABLE_NODE, node);
	}
}

void ksm_remove_stale(void)
{
	drop_nodes(false);
	ksm_remove_items(&mach->ksm_exited);
}

void ksm_remove_empty_nodes(void)
{
	struct ksm_stable_node *node, *next;

	list_for_each_entry_safe(node, next, &mach->ksm_stable_nodes, nodes) {
		if (node_folio(node) || !list_empty(&node->hlist))
			continue;
		list_del(&node->nodes);
		model_free(KIND_STABLE_NODE, node);
	}
}

void ksm_lose_track(void)
{
	struct ksm_stable_node *node;

	list_for_each_entry(node, &mach->ksm_stable_nodes, nodes)
		node->strangers = true;
}

void ksm_remove_items(struct list_head *items)
{
	while (!list_empty(items))
		ksm_rmap_item_free(list_first_entry(items, struct ksm_rmap_item, rmap_list));
}

void ksm_forget_all(void)
{
	drop_nodes(true);
	ksm_remove_items(&mach->ksm_exited);
}

/* ---- the walk ---- */

/* The areas of one item's anon_vma around its address: that of its own mm, or those of others, who
 * have forked since.  False: @fn has seen enough. */
static bool walk_item(struct folio *folio, const struct ksm_rmap_item *item, bool forks,
		      rmap_fn fn, void *data)
{
	struct interval_node *at;

	for (at = interval_tree_first(&item->anon_vma->rb_root, 0, UINT64_MAX); at;
	     at = interval_tree_next(at, 0, UINT64_MAX)) {
		struct vm_area_struct *vma = container_of(at, struct anon_vma_chain, rb)->vma;

		if (item->address < vma->vm_start || item->address >= vma->vm_end)
			continue;
		if ((item->mm == vma->vm_mm) == forks)
			continue;
		if (!fn(folio, vma, item->address, data))
			return false;
	}
	return true;
}

void rmap_walk_ksm(struct folio *folio, rmap_fn fn, void *data, bool lock)
{
	const struct ksm_stable_node *node = folio_stable_node(folio);
	const struct ksm_rmap_item *item;
	bool more = node != NULL;

	for (int forks = 0; more && forks < 2; forks++) {
		list_for_each_entry(item, &node->hlist, hlist) {
			if (lock)
				anon_vma_lock_read(item->anon_vma);
			more = walk_item(folio, item, forks, fn, data);
			if (lock)
				anon_vma_unlock_read(item->anon_vma);
			if (!more)
				break;
		}
	}
}

/* ---- fields ---- */

static uint64_t get_kpfn(const void *object)
{
	return ((const struct ksm_stable_node *)object)->kpfn;
}
static uint64_t get_folio(const void *object)
{
	const struct folio *folio = node_folio(object);

	return folio ? folio->id : 0;
}
static uint64_t get_length(const void *object)
{
	return (uint64_t)(int64_t)((const struct ksm_stable_node *)object)->rmap_hlist_len;
}
static void list_items(const void *object, GArray *ids)
{
	const struct ksm_stable_node *node = object;
	const struct ksm_rmap_item *item;

	list_for_each_entry(item, &node->hlist, hlist)
		g_array_append_val(ids, item->id);
}

static const struct field stable_node_fields[] = {
	{ "kpfn", FIELD_NUMBER, .get = get_kpfn, .hidden = true, .what = "frame of its page" },
	{ "folio", FIELD_REF, KIND_FOLIO, .get = get_folio,
	  .what = "its page; none once that is gone" },
	{ "rmap_hlist_len", FIELD_SIGNED, .get = get_length, .what = "how many items" },
	{ "hlist", FIELD_SET, KIND_RMAP_ITEM, .list = list_items,
	  .what = "the addresses that were given the page, the youngest first" },
};

const struct object_type stable_node_type = {
	.name = "stable_node", .fields = stable_node_fields,
	.nr_fields = G_N_ELEMENTS(stable_node_fields),
};

static uint64_t get_item_mm(const void *object)
{
	const struct mm_struct *mm = ((const struct ksm_rmap_item *)object)->mm;

	return mm ? mm->id : 0;
}
static uint64_t get_address(const void *object)
{
	return ((const struct ksm_rmap_item *)object)->address;
}
static uint64_t get_item_anon_vma(const void *object)
{
	const struct anon_vma *anon_vma = ((const struct ksm_rmap_item *)object)->anon_vma;

	return anon_vma ? anon_vma->id : 0;
}
static uint64_t get_head(const void *object)
{
	const struct ksm_stable_node *node = ((const struct ksm_rmap_item *)object)->head;

	return node ? node->id : 0;
}

static const struct field rmap_item_fields[] = {
	{ "mm", FIELD_REF, KIND_MM, .get = get_item_mm, .what = "whose address; none once that exited" },
	{ "address", FIELD_ADDR, .get = get_address, .what = "where the page is, or was" },
	{ "anon_vma", FIELD_REF, KIND_ANON_VMA, .get = get_item_anon_vma,
	  .what = "that of the area then: where the walk starts" },
	{ "head", FIELD_REF, KIND_STABLE_NODE, .get = get_head, .what = "its stable node" },
};

const struct object_type rmap_item_type = {
	.name = "rmap_item", .fields = rmap_item_fields,
	.nr_fields = G_N_ELEMENTS(rmap_item_fields),
};
