/*
 * check_anon_vma.c - rules about anon_vmas and the chains that lead to them.
 */
#include "../ksm.h"
#include "check.h"

static bool in_tree(const struct anon_vma_chain *avc, const struct vm_area_struct *vma)
{
	pgoff_t first = vma->vm_pgoff, last = first + vma_pages(vma) - 1;
	struct interval_node *node = interval_tree_first(&avc->anon_vma->rb_root, first, last);

	while (node && node != &avc->rb)
		node = interval_tree_next(node, first, last);
	return node && node->start == first && node->last == last;
}

static void chain_of(struct check *check, struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc, *other;
	unsigned int own = 0;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		if (avc->vma != vma)
			check_fail(check, check_vma_place(vma), "each link of its chain to name it",
				   "avc#%u names vma#%u", avc->id, avc->vma ? avc->vma->id : 0);
		if (!in_tree(avc, vma))
			check_fail(check, check_vma_place(vma), "to be in the tree of each anon_vma of its "
				   "chain, at its pages", "not in that of anon_vma#%u at pgoff 0x%"
				   G_GINT64_MODIFIER "x, %lu pages", avc->anon_vma->id,
				   vma->vm_pgoff, vma_pages(vma));
		if (vma->anon_vma && avc->anon_vma->root != vma->anon_vma->root)
			check_fail(check, check_vma_place(vma), "one root for its whole chain",
				   "anon_vma#%u has root #%u, its own #%u", avc->anon_vma->id,
				   avc->anon_vma->root->id, vma->anon_vma->root->id);
		own += avc->anon_vma == vma->anon_vma;
		list_for_each_entry(other, &vma->anon_vma_chain, same_vma)
			if (other != avc && other->anon_vma == avc->anon_vma && other->id < avc->id)
				check_fail(check, check_vma_place(vma), "each anon_vma once in its chain",
					   "anon_vma#%u twice", avc->anon_vma->id);
	}
	if (own != (vma->anon_vma ? 1U : 0U))
		check_fail(check, check_vma_place(vma), "its own anon_vma to be in its chain, once",
			   "%u links to it", own);
	if (!vma->anon_vma && !list_empty(&vma->anon_vma_chain))
		check_fail(check, check_vma_place(vma), "no chain without an anon_vma", "a chain");
}

static void check_tree_of(void *object, void *data)
{
	const struct anon_vma *anon_vma = object;
	g_autofree char *wrong = interval_tree_validate(&anon_vma->rb_root);

	if (wrong)
		check_fail(data, g_strdup_printf("anon_vma#%u", anon_vma->id),
			   "a sound interval tree", "%s", wrong);
}

void check_anon_vma_chain(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++) {
		struct vm_area_struct *vma;

		for_each_vma((struct mm_struct *)check->mms->pdata[i], vma)
			chain_of(check, vma);
	}
	object_for_each(check->machine, KIND_ANON_VMA, check_tree_of, check);
}

/* What really points to an anon_vma. */
struct pointed {
	unsigned int children, active, rooted;
	unsigned int items;	/* rmap_items of KSM */
};

struct tally {
	struct check *check;
	GHashTable *pointed;	/* anon_vma -> struct pointed; looked up only */
};

static struct pointed *pointed_at(struct tally *tally, const struct anon_vma *anon_vma)
{
	struct pointed *pointed = g_hash_table_lookup(tally->pointed, anon_vma);

	if (!pointed) {
		pointed = g_new0(struct pointed, 1);
		g_hash_table_insert(tally->pointed, (gpointer)anon_vma, pointed);
	}
	return pointed;
}

static void tally_anon_vma(void *object, void *data)
{
	const struct anon_vma *anon_vma = object;

	/* Once no area links it, its parent has forgotten it, and may be gone. */
	if (!interval_tree_empty(&anon_vma->rb_root))
		pointed_at(data, anon_vma->parent)->children++;
	if (anon_vma->root != anon_vma)
		pointed_at(data, anon_vma->root)->rooted++;
}

static void tally_vma(void *object, void *data)
{
	const struct vm_area_struct *vma = object;

	if (vma->anon_vma)
		pointed_at(data, vma->anon_vma)->active++;
}

static void tally_item(void *object, void *data)
{
	const struct ksm_rmap_item *item = object;

	if (item->anon_vma)
		pointed_at(data, item->anon_vma)->items++;
}

/* Its areas together are one holder; then the anon_vmas below it, and the items of KSM. */
static unsigned int anon_vma_refs(const struct anon_vma *anon_vma, const struct pointed *saw)
{
	return !interval_tree_empty(&anon_vma->rb_root) + saw->rooted + saw->items;
}

static void compare_tally(void *object, void *data)
{
	const struct anon_vma *anon_vma = object;
	struct tally *tally = data;
	const struct pointed *saw = pointed_at(tally, anon_vma);
	bool linked = !interval_tree_empty(&anon_vma->rb_root);
	unsigned int refs = anon_vma_refs(anon_vma, saw);

	if (anon_vma->num_children != saw->children ||
	    anon_vma->num_active_vmas != saw->active || anon_vma->refcount != refs)
		check_fail(tally->check, g_strdup_printf("anon_vma#%u", anon_vma->id),
			   "its counters to agree with what points to it",
			   "num_children %u of %u, num_active_vmas %u of %u, refcount %u of %u",
			   anon_vma->num_children, saw->children, anon_vma->num_active_vmas,
			   saw->active, anon_vma->refcount, refs);
	if (!linked && !saw->rooted && !saw->children && !saw->items)
		check_fail(tally->check, g_strdup_printf("anon_vma#%u", anon_vma->id),
			   "an anon_vma without VMAs to have been freed", "an empty tree");
}

void check_anon_vma_counts(struct check *check)
{
	g_autoptr(GHashTable) pointed = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	struct tally tally = { check, pointed };

	object_for_each(check->machine, KIND_ANON_VMA, tally_anon_vma, &tally);
	object_for_each(check->machine, KIND_VMA, tally_vma, &tally);
	object_for_each(check->machine, KIND_RMAP_ITEM, tally_item, &tally);
	object_for_each(check->machine, KIND_ANON_VMA, compare_tally, &tally);
}

static bool same_chain(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	const struct list_head *x = a->anon_vma_chain.next, *y = b->anon_vma_chain.next;

	while (x != &a->anon_vma_chain && y != &b->anon_vma_chain) {
		if (list_entry(x, struct anon_vma_chain, same_vma)->anon_vma !=
		    list_entry(y, struct anon_vma_chain, same_vma)->anon_vma)
			return false;
		x = x->next;
		y = y->next;
	}
	return x == &a->anon_vma_chain && y == &b->anon_vma_chain;
}

void check_anon_vma_same_chain(struct check *check)
{
	g_autoptr(GHashTable) first = g_hash_table_new(NULL, NULL);	/* looked up only */

	for (guint i = 0; i < check->mms->len; i++) {
		struct vm_area_struct *vma, *other;

		for_each_vma((struct mm_struct *)check->mms->pdata[i], vma) {
			if (!vma->anon_vma)
				continue;
			other = g_hash_table_lookup(first, vma->anon_vma);
			if (!other)
				g_hash_table_insert(first, vma->anon_vma, vma);
			else if (!same_chain(vma, other))
				check_fail(check, check_vma_place(vma), "the chain of every VMA with its "
					   "anon_vma", "vma#%u with anon_vma#%u has another chain",
					   other->id, vma->anon_vma->id);
		}
	}
}
