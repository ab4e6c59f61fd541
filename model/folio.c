/*
 * folio.c - folios: birth, references, end, and the counts which others ask for.
 *
 * In the kernel:  mm/page_alloc.c (folio_alloc(), free_pages_prepare()), mm/swap.c
 *                 (__folio_put()), include/linux/mm.h for the counts.
 * Left out:       memcg charges, compound page descriptors.
 * Locks:          none needed: reference counts are atomic.
 */
#include "folio.h"
#include "ksm.h"
#include "lru.h"
#include "machine.h"
#include "pgtable.h"

struct folio *folio_alloc(unsigned int order, const char *site)
{
	return folio_alloc_node(order, NUMA_NO_NODE, site);
}

static void folio_free_descriptor(struct folio *folio)
{
	if (folio->large)
		model_free(KIND_FOLIO_LARGE, folio->large);
	model_free(KIND_FOLIO, folio);
}

/* One of 2^@order frames, without frames yet. */
static struct folio *folio_new(unsigned int order, const char *site)
{
	struct folio *folio = NEW(KIND_FOLIO, struct folio, site);

	if (!folio || !order)
		return folio;
	folio->large = NEW(KIND_FOLIO_LARGE, struct folio_large, site);
	if (!folio->large) {
		folio_free_descriptor(folio);
		return NULL;
	}
	folio->large->folio = folio;
	INIT_LIST_HEAD(&folio->large->deferred_list);
	return folio;
}

static void folio_give_frames(struct folio *folio, unsigned int order, struct page *page)
{
	folio->order = order & 0x3fU;
	folio->pfn = (uint32_t)page_to_pfn(page);
	memory_is_new(page, folio_nr_pages(folio) * sizeof(*page));
	for (unsigned long n = 0; n < folio_nr_pages(folio); n++)
		page[n].folio = folio;
}

struct folio *folio_alloc_node(unsigned int order, int node, const char *site)
{
	struct folio *folio = folio_new(order, site);
	struct page *page;

	if (!folio)
		return NULL;
	page = node == NUMA_NO_NODE ? alloc_pages(order) : buddy_alloc_node(order, node);
	if (!page) {
		folio_free_descriptor(folio);
		return NULL;
	}
	folio->refcount = 1;
	folio_give_frames(folio, order, page);
	return folio;
}

struct folio *folio_alloc_descriptor(unsigned int order, struct page *page, const char *site)
{
	struct folio *folio = folio_new(order, site);

	if (folio)
		folio_give_frames(folio, order, page);
	return folio;
}

void folio_shrink(struct folio *folio, unsigned int order)
{
	folio->order = order & 0x3fU;
	if (order)
		return;
	model_free(KIND_FOLIO_LARGE, folio->large);
	folio->large = NULL;
}

/* Nobody may map it, nobody may hold its lock.  Kernel: free_pages_prepare(), bad_page(). */
static void folio_check_free(const struct folio *folio)
{
	int mapcount = folio_mapcount(folio);

	if (mapcount)
		violation_add("bad-page", "folio_put()", "no mapping of a folio that is freed",
			      "folio#%u has %d", folio->id, mapcount);
	if (folio->flags & PG_locked)
		violation_add("bad-page", "folio_put()", "a freed folio to be unlocked",
			      "folio#%u is locked", folio->id);
	if (folio_test(folio, PG_swapcache | PG_writeback))
		violation_add("bad-page", "folio_put()",
			      "a freed folio to be out of swap and not being written",
			      "folio#%u is %s", folio->id,
			      folio_test(folio, PG_writeback) ? "being written" :
								"in the swap cache");
	if (folio == mach->zero_page->folio)
		violation_add("bad-page", "folio_put()", "the zero page to stay",
			      "its last reference is gone");
}

/* Kernel: __folio_put(). */
static void folio_free(struct folio *folio)
{
	folio_check_free(folio);
	tlb_before_free(folio);
	folio_unqueue_deferred_split(folio);
	lru_forget_folio(folio);
	free_frames(pfn_to_page(folio->pfn), folio->order);
	if (folio->large)
		model_free(KIND_FOLIO_LARGE, folio->large);
	model_free(KIND_FOLIO, folio);
}

/*
 * Of each flag: of the last 16 bytes, which have no other use for steps.  PG_locked is lock.c's: who looks at it without having it
 * tries for the lock.
 */
static void touch_flags(const struct folio *folio, uint32_t flags, enum access access)
{
	for (flags &= ~PG_locked; flags; flags &= flags - 1)
		sched_touch((const char *)folio + offsetof(struct folio, large) +
			    __builtin_ctz(flags), access);
}

void folio_flags_look(const struct folio *folio, uint32_t flags)
{
	if (flags & PG_locked && !lock_held(folio, LOCK_WRITE))
		sched_touch(folio, ACCESS_TRYLOCK);
	touch_flags(folio, flags, ACCESS_READ);
}

void folio_flags_change(const struct folio *folio, uint32_t changed, uint32_t same)
{
	touch_flags(folio, changed, ACCESS_WRITE);
	touch_flags(folio, same, ACCESS_READ);
}

uint64_t page_content(const struct page *page, const char *site)
{
	return READ_SHARED(page, page->content, site);
}

int folio_ref_count(const struct folio *folio)
{
	return READ_SHARED(&folio->refcount, folio->refcount, "folio_ref_count");
}

void folio_get(struct folio *folio)
{
	sched_step(&folio->refcount, ACCESS_WRITE, "folio_get");
	if (folio->refcount <= 0)
		violation_add("folio-refs", "folio_get()", "a reference held already",
			      "folio#%u has %d", folio->id, folio->refcount);
	folio->refcount++;
}

bool folio_try_get(struct folio *folio)
{
	sched_step(&folio->refcount, ACCESS_WRITE, "folio_try_get");
	if (folio->refcount <= 0)
		return false;
	folio->refcount++;
	return true;
}

void folio_ref_add(struct folio *folio, long nr)
{
	sched_step(&folio->refcount, ACCESS_WRITE, "folio_ref_add");
	folio->refcount += (int32_t)nr;
}

void folio_put(struct folio *folio)
{
	folio_put_refs(folio, 1);
}

void folio_put_refs(struct folio *folio, unsigned long nr)
{
	sched_step(&folio->refcount, ACCESS_WRITE, "folio_put");
	if (folio->refcount < (int32_t)nr) {
		violation_add("folio-refs", "folio_put()", "a reference to drop",
			      "folio#%u has %d, %lu are to go", folio->id, folio->refcount, nr);
		return;
	}
	folio->refcount -= (int32_t)nr;
	if (!folio->refcount)
		folio_free(folio);
}

struct page *folio_page(const struct folio *folio, unsigned long n)
{
	return pfn_to_page(folio->pfn) + n;
}

bool is_zero_folio(const struct folio *folio)
{
	return mach->zero_page->folio == folio;
}

/* ---- counts ---- */

/* Part of whatever step looks: those who map and unmap need not hold what it holds. */
int folio_mapcount(const struct folio *folio)
{
	if (folio->large) {
		sched_touch(&folio->large->large_mapcount, ACCESS_READ);
		return folio->large->large_mapcount;
	}
	sched_touch(&folio_page(folio, 0)->mapcount, ACCESS_READ);
	return folio_page(folio, 0)->mapcount;
}

int page_mapcount(const struct page *page)
{
	const struct folio *folio = page->folio;

	sched_touch(&page->mapcount, ACCESS_READ);
	if (folio && folio->large)
		return page->mapcount + folio->large->entire_mapcount;
	return page->mapcount;
}

bool folio_maybe_dma_pinned(const struct folio *folio)
{
	/* with each pin of a large folio comes a reference */
	sched_step(&folio->refcount, ACCESS_READ, "folio_maybe_dma_pinned");
	if (folio->large)
		return folio->large->pincount > 0;
	return folio->refcount >= GUP_PIN_COUNTING_BIAS;
}

bool folio_maybe_mapped_shared(const struct folio *folio)
{
	if (folio->large)
		return folio_mapcount(folio) > 1 && folio->large->maybe_mapped_shared;
	return folio_mapcount(folio) > 1;
}

/* ---- fields ---- */

static uint64_t get_refcount(const void *object)
{
	return (uint64_t)(int64_t)((const struct folio *)object)->refcount;
}
static uint64_t get_mapcount(const void *object)
{
	return (uint64_t)(int64_t)folio_mapcount(object);
}
static uint64_t get_order(const void *object)
{
	return ((const struct folio *)object)->order;
}
static uint64_t get_pfn(const void *object)
{
	return ((const struct folio *)object)->pfn;
}
static uint64_t get_node(const void *object)
{
	return (uint64_t)folio_nid(object);
}
static uint64_t get_index(const void *object)
{
	return ((const struct folio *)object)->index;
}
static uint64_t get_content(const void *object)
{
	return folio_page(object, 0)->content;
}
static uint64_t get_exclusive(const void *object)
{
	return PageAnonExclusive(folio_page(object, 0));
}
/* The mapping of a folio that is no longer mapped may point to what is gone. */
static uint64_t get_mapping(const void *object)
{
	const void *anon_vma = folio_anon_vma(object);

	if (!anon_vma || !folio_mapcount(object))
		return 0;
	return *(const unsigned int *)anon_vma;
}
static uint64_t get_swap_slot(const void *object)
{
	return swp_offset(((const struct folio *)object)->swap);
}
static uint64_t get_stable_node(const void *object)
{
	const void *node = folio_stable_node(object);

	return node ? *(const unsigned int *)node : 0;
}
static uint64_t get_anon(const void *object)
{
	return folio_test_anon(object);
}

#define FLAG_FIELD(flag) \
static uint64_t get_##flag(const void *object) { return folio_test(object, PG_##flag); }
FLAG_FIELD(locked)
FLAG_FIELD(referenced)
FLAG_FIELD(uptodate)
FLAG_FIELD(dirty)
FLAG_FIELD(lru)
FLAG_FIELD(active)
FLAG_FIELD(workingset)
FLAG_FIELD(swapbacked)
FLAG_FIELD(swapcache)
FLAG_FIELD(writeback)
FLAG_FIELD(unevictable)
FLAG_FIELD(mlocked)

#define LARGE_FIELD(name, value)						\
	static uint64_t get_##name(const void *object)				\
	{									\
		const struct folio_large *large = ((const struct folio *)object)->large; \
										\
		return large ? (uint64_t)(value) : 0;				\
	}
LARGE_FIELD(entire_mapcount, large->entire_mapcount)
LARGE_FIELD(nr_pages_mapped, large->nr_pages_mapped)
LARGE_FIELD(pincount, large->pincount)
LARGE_FIELD(maybe_mapped_shared, large->maybe_mapped_shared)
LARGE_FIELD(deferred, !list_empty(&large->deferred_list))
FLAG_FIELD(partially_mapped)

static const struct field folio_fields[] = {
	{ "refcount", FIELD_SIGNED, .get = get_refcount, .what = "references" },
	{ "mapcount", FIELD_SIGNED, .get = get_mapcount,
	  .what = "page table entries which map it, all pages together" },
	{ "order", FIELD_NUMBER, .get = get_order, .what = "2^order pages" },
	{ "pfn", FIELD_NUMBER, .get = get_pfn, .hidden = true,
	  .what = "frame number of the first page" },
	{ "node", FIELD_NUMBER, .get = get_node, .what = "NUMA node of its frames" },
	{ "anon", FIELD_BOOL, .get = get_anon, .what = "belongs to an anon_vma, not to a file" },
	{ "anon_vma", FIELD_REF, KIND_ANON_VMA, .get = get_mapping,
	  .what = "folio->mapping of an anonymous folio: where the rmap walk starts" },
	{ "stable_node", FIELD_REF, KIND_STABLE_NODE, .get = get_stable_node,
	  .what = "folio->mapping of a KSM page" },
	{ "index", FIELD_PGOFF, .get = get_index,
	  .what = "page offset of the first page in its anon_vma or file" },
	{ "content", FIELD_NUMBER, .get = get_content, .what = "what a load of page 0 gives" },
	{ "exclusive", FIELD_BOOL, .get = get_exclusive, .what = "PageAnonExclusive of page 0" },
	{ "locked", FIELD_BOOL, .get = get_locked, .what = "PG_locked" },
	{ "referenced", FIELD_BOOL, .get = get_referenced, .what = "PG_referenced" },
	{ "uptodate", FIELD_BOOL, .get = get_uptodate, .what = "PG_uptodate" },
	{ "dirty", FIELD_BOOL, .get = get_dirty, .what = "PG_dirty" },
	{ "lru", FIELD_BOOL, .get = get_lru,
	  .what = "PG_lru: on a list; clear while new in a per-CPU batch" },
	{ "active", FIELD_BOOL, .get = get_active, .what = "PG_active" },
	{ "workingset", FIELD_BOOL, .get = get_workingset,
	  .what = "PG_workingset: was active before it was made inactive, or went to swap" },
	{ "swapbacked", FIELD_BOOL, .get = get_swapbacked,
	  .what = "PG_swapbacked: anonymous or shmem, and not lazyfree" },
	{ "swapcache", FIELD_BOOL, .get = get_swapcache, .what = "PG_swapcache" },
	{ "swap_slot", FIELD_NUMBER, .get = get_swap_slot,
	  .what = "its slot while in the swap cache, or 0" },
	{ "writeback", FIELD_BOOL, .get = get_writeback, .what = "PG_writeback" },
	{ "unevictable", FIELD_BOOL, .get = get_unevictable, .what = "PG_unevictable" },
	{ "mlocked", FIELD_BOOL, .get = get_mlocked, .what = "PG_mlocked" },
	{ "entire_mapcount", FIELD_SIGNED, .get = get_entire_mapcount,
	  .what = "PMD entries that map all of a large folio" },
	{ "nr_pages_mapped", FIELD_NUMBER, .get = get_nr_pages_mapped,
	  .what = "pages of a large folio that PTEs map, and 0x800000 while a PMD maps it" },
	{ "pincount", FIELD_SIGNED, .get = get_pincount, .what = "FOLL_PIN pins of a large folio" },
	{ "maybe_mapped_shared", FIELD_BOOL, .get = get_maybe_mapped_shared,
	  .what = "a large folio that more than one address space may map" },
	{ "partially_mapped", FIELD_BOOL, .get = get_partially_mapped,
	  .what = "PG_partially_mapped: a part of a large folio lost its last mapping" },
	{ "deferred", FIELD_BOOL, .get = get_deferred,
	  .what = "a large folio in the queue of those to be split when memory is short" },
};

const struct object_type folio_type = {
	.name = "folio", .fields = folio_fields, .nr_fields = G_N_ELEMENTS(folio_fields),
};
