/*
 * anon_vma_type.c - what an anon_vma and a link of a chain are, for whoever shows,
 * compares or hashes one.
 */
#include "machine.h"
#include "rmap.h"

static uint64_t get_refcount(const void *object)
{
	return ((const struct anon_vma *)object)->refcount;
}
static uint64_t get_children(const void *object)
{
	return ((const struct anon_vma *)object)->num_children;
}
static uint64_t get_active(const void *object)
{
	return ((const struct anon_vma *)object)->num_active_vmas;
}
static uint64_t get_root(const void *object)
{
	return ((const struct anon_vma *)object)->root->id;
}
static uint64_t get_parent(const void *object)
{
	const struct anon_vma *anon_vma = object;

	/* One that only KSM holds may have outlived it. */
	return interval_tree_empty(&anon_vma->rb_root) ? 0 : anon_vma->parent->id;
}
static uint64_t get_is_root(const void *object)
{
	const struct anon_vma *anon_vma = object;

	return anon_vma->root == anon_vma;
}

/* The AVCs in the order of a walk over all pages. */
static void list_avcs(const void *object, GArray *ids)
{
	const struct anon_vma *anon_vma = object;
	struct interval_node *node;

	for (node = interval_tree_first(&anon_vma->rb_root, 0, ~(pgoff_t)0); node;
	     node = interval_tree_next(node, 0, ~(pgoff_t)0))
		g_array_append_val(ids, container_of(node, struct anon_vma_chain, rb)->id);
}

static void list_vmas(const void *object, GArray *ids)
{
	const struct anon_vma *anon_vma = object;
	struct interval_node *node;

	for (node = interval_tree_first(&anon_vma->rb_root, 0, ~(pgoff_t)0); node;
	     node = interval_tree_next(node, 0, ~(pgoff_t)0))
		g_array_append_val(ids, container_of(node, struct anon_vma_chain, rb)->vma->id);
}

static const struct field anon_vma_fields[] = {
	{ "refcount", FIELD_NUMBER, .get = get_refcount,
	  .what = "one for its existence, one for each descendant that has it as root" },
	{ "num_children", FIELD_NUMBER, .get = get_children,
	  .what = "anon_vmas whose parent it is, itself included if it is a root" },
	{ "num_active_vmas", FIELD_NUMBER, .get = get_active,
	  .what = "areas whose new pages go here" },
	{ "is_root", FIELD_BOOL, .get = get_is_root, .what = "is its own root" },
	{ "root", FIELD_REF, KIND_ANON_VMA, .get = get_root, .what = "whose lock is used" },
	{ "parent", FIELD_REF, KIND_ANON_VMA, .get = get_parent, .what = "that of the parent" },
	{ "avcs", FIELD_SET, KIND_AVC, .list = list_avcs, .what = "its tree, in order" },
	{ "vmas", FIELD_SET, KIND_VMA, .list = list_vmas,
	  .what = "areas that may map its pages, in the order of a walk" },
};

const struct object_type anon_vma_type = {
	.name = "anon_vma", .fields = anon_vma_fields,
	.nr_fields = G_N_ELEMENTS(anon_vma_fields),
};

static uint64_t get_vma(const void *object)
{
	return ((const struct anon_vma_chain *)object)->vma->id;
}
static uint64_t get_avc_anon_vma(const void *object)
{
	return ((const struct anon_vma_chain *)object)->anon_vma->id;
}
static uint64_t get_start(const void *object)
{
	return ((const struct anon_vma_chain *)object)->rb.start;
}
static uint64_t get_last(const void *object)
{
	return ((const struct anon_vma_chain *)object)->rb.last;
}

static const struct field avc_fields[] = {
	{ "vma", FIELD_REF, KIND_VMA, .get = get_vma, .what = "the area" },
	{ "anon_vma", FIELD_REF, KIND_ANON_VMA, .get = get_avc_anon_vma, .what = "the anon_vma" },
	{ "start", FIELD_PGOFF, .get = get_start, .what = "first page, in the tree" },
	{ "last", FIELD_PGOFF, .get = get_last, .what = "last page, in the tree" },
};

const struct object_type avc_type = {
	.name = "avc", .fields = avc_fields, .nr_fields = G_N_ELEMENTS(avc_fields),
};
