/*
 * folio.h - physical memory: page frames, folios, their counts.
 *
 * Frames come from a buddy allocator over descriptors that exist only where they
 * were needed.  Fields the kernel packs into each other are separate here.  Frame 0
 * is never handed out: 0 means "none" in links by PFN.
 *
 * In the kernel:  struct page and struct folio, include/linux/mm_types.h;
 *                 mm/page_alloc.c, mm/swap.c, mm/rmap.c for the counts.
 * Left out:       zones, migrate types, memcg, per-CPU lists of the allocator.
 * Locks:          the folio lock for mapping and index of a mapped folio; page table
 *                 locks for mapcounts.
 */
#ifndef MODEL_FOLIO_H
#define MODEL_FOLIO_H

#include "machine.h"
#include "mm.h"

struct address_space;
struct page;

/* folio->flags */
#define PG_locked	(1U << 0)
#define PG_referenced	(1U << 1)
#define PG_uptodate	(1U << 2)
#define PG_dirty	(1U << 3)
#define PG_lru		(1U << 4)
#define PG_active	(1U << 5)
#define PG_workingset	(1U << 6)
#define PG_swapbacked	(1U << 7)
#define PG_swapcache	(1U << 8)
#define PG_writeback	(1U << 9)
#define PG_reclaim	(1U << 10)
#define PG_unevictable	(1U << 11)
#define PG_mlocked	(1U << 12)
#define PG_reserved	(1U << 13)	/* the zero page */
#define PG_partially_mapped (1U << 14)
#define PG_isolated	(1U << 15)

/* page->flags */
#define PG_anon_exclusive (1U << 0)	/* PageAnonExclusive */
#define PG_table	(1U << 1)	/* the frame is a page table, page->folio is NULL */
#define PG_buddy	(1U << 2)	/* the frame is free */
#define PG_cached	(1U << 3)	/* some processor has had a translation to it: tlb.h */

/* A frame.  Exists from its first use to machine_reset(). */
struct page {
	uint64_t content;	/* what a load of the page gives */
	struct folio *folio;	/* NULL while free or a page table */
	int32_t mapcount;	/* page table entries (PTE level) which map it; 0 for none */
	uint32_t flags : 4;	/* PG_anon_exclusive, PG_table, PG_buddy, PG_cached */
	uint32_t pfn : 28;	/* its own number: at most 1 TiB */
};

/* No step has any other object at &page->folio. */
UNWATCHED static inline bool PageAnonExclusive(const struct page *page)
{
	sched_touch(&page->folio, ACCESS_READ);
	return (page->flags & PG_anon_exclusive) != 0;
}
UNWATCHED static inline void SetPageAnonExclusive(struct page *page)
{
	sched_touch(&page->folio, PageAnonExclusive(page) ? ACCESS_READ : ACCESS_WRITE);
	page->flags |= PG_anon_exclusive & 0xfU;
}
UNWATCHED static inline void ClearPageAnonExclusive(struct page *page)
{
	sched_touch(&page->folio, PageAnonExclusive(page) ? ACCESS_WRITE : ACCESS_READ);
	page->flags &= ~PG_anon_exclusive & 0xfU;
}

/*
 * What folio->mapping points to, told by two low bits: an anon_vma (1), later a
 * KSM node (3), or an address_space (0).  Use folio_anon_vma(), folio_mapping().
 */
#define FOLIO_MAPPING_ANON	0x1UL
#define FOLIO_MAPPING_KSM	0x2UL
#define FOLIO_MAPPING_FLAGS	0x3UL

/* One or 2^order frames that live and die together.  Freed by its last reference. */
struct folio {
	unsigned int id;
	int32_t refcount;
	uint32_t flags : 26;
	uint32_t order : 6;
	uint32_t pfn;			/* of the first page */
	uintptr_t mapping;		/* anon_vma | 1 (outlives the last mapping), or
					 * address_space */
	pgoff_t index;			/* of the first page in that anon_vma or file */
	uint64_t swap;			/* swap entry while PG_swapcache */
	struct folio_large *large;	/* NULL for order 0 */
	uint32_t lru_prev, lru_next;	/* PFNs; 0 for none */
};

/* In nr_pages_mapped: at least one PMD maps the folio.  The bits below count its pages that
 * PTEs map. */
#define ENTIRELY_MAPPED		0x800000
#define FOLIO_PAGES_MAPPED	(ENTIRELY_MAPPED - 1)

/*
 * What only folios of order > 0 have.  Counts are of what there is: the kernel stores those
 * of mappings minus 1.  Two address spaces are counted apart, so that a folio which only one
 * maps can be told from one that is shared; a third one is not.
 */
struct folio_large {
	unsigned int id;
	int32_t entire_mapcount;	/* PMD mappings */
	int32_t large_mapcount;		/* all PTE mappings of all pages, and PMD mappings */
	int32_t nr_pages_mapped;
	int32_t pincount;
	unsigned int mm_id[2];		/* mm_struct.id, 0 for a free slot */
	int32_t mm_id_mapcount[2];	/* how much of large_mapcount is of that one */
	bool maybe_mapped_shared;	/* kernel: FOLIO_MM_IDS_SHARED_BITNUM of _mm_ids */
	struct folio *folio;		/* whose this is */
	struct list_head deferred_list;	/* in machine->split_queue; huge.h */
};

/* ---- frames ---- */

/* The most memory that struct page can number. */
#define MAX_RAM	(1UL << 40)

/* Prepares physical memory of @bytes, less than MAX_RAM (pages are created when used); buddy.c. */
void buddy_init(struct machine *machine, uint64_t bytes);
void buddy_fini(struct machine *machine);
uint64_t buddy_free_pages(const struct machine *machine);
/* NULL or what is wrong with the free lists (g_free()). */
char *buddy_validate(const struct machine *machine);
/*
 * 2^order aligned frames, lowest first, contents zeroed, for anything but a folio.
 * Returns the first one or NULL.
 */
struct page *alloc_frames(unsigned int order, const char *site);
void free_frames(struct page *page, unsigned int order);

/*
 * The same without the chance of a failure that machine_fail_nth() asked for: for a
 * frame that is part of an object of its own.  NULL only if memory is full.
 */
struct page *buddy_alloc(unsigned int order);

/*
 * NUMA nodes cut memory into equal parts, the lowest frames being node 0's; allocations take
 * the lowest frame, and so come from node 0 while it has any.
 */
#define MAX_NUMNODES	64
int pfn_to_nid(pfn_t pfn);
/* Does @node, 0 to MAX_NUMNODES - 1, have any memory?  Kernel: node_state(N_MEMORY). */
bool node_has_memory(int node);
/* buddy_alloc() from @node alone.  Kernel: __GFP_THISNODE. */
struct page *buddy_alloc_node(unsigned int order, int node);

/* The same; if memory is full and the task may wait, pages are reclaimed first (vmscan_lru.c).
 * Kernel: alloc_pages() with GFP_KERNEL. */
struct page *alloc_pages(unsigned int order);

/* NULL if the frame was never used (or does not exist).  O(1). */
struct page *pfn_to_page(pfn_t pfn);
UNWATCHED static inline pfn_t page_to_pfn(const struct page *page)
{
	return page->pfn;
}
struct page *folio_page(const struct folio *folio, unsigned long n);
static inline unsigned long folio_nr_pages(const struct folio *folio)
{
	return 1UL << folio->order;
}

/* ---- folios ---- */

/* A folio with one reference (the caller's), zeroed content, no mapping; NULL if none. */
struct folio *folio_alloc(unsigned int order, const char *site);
/* The same of frames of @node, NUMA_NO_NODE: of any. */
#define NUMA_NO_NODE	(-1)
struct folio *folio_alloc_node(unsigned int order, int node, const char *site);
static inline int folio_nid(const struct folio *folio)
{
	return pfn_to_nid(folio->pfn);
}
/* For a split: a folio of the 2^@order frames from @page on, which another has had until now; NULL
 * without memory.  And the other one keeps its first 2^@order.  Not in the kernel: there the
 * descriptors of the frames are the folios. */
struct folio *folio_alloc_descriptor(unsigned int order, struct page *page, const char *site);
void folio_shrink(struct folio *folio, unsigned int order);
void folio_get(struct folio *folio);
bool folio_try_get(struct folio *folio);	/* lockless; false when it is being freed */
/* @nr references more, of a folio that somebody holds.  Kernel: folio_ref_add(). */
void folio_ref_add(struct folio *folio, long nr);
/* The last reference frees the folio and its frames. */
void folio_put(struct folio *folio);
/* @nr references less.  Kernel: folio_put_refs(). */
void folio_put_refs(struct folio *folio, unsigned long nr);

/*
 * Each flag is atomic, and for others than the folio's lock holder to see: part of whatever step
 * looks or sets.  One that is set already is only looked at.
 */
void folio_flags_look(const struct folio *folio, uint32_t flags);
void folio_flags_change(const struct folio *folio, uint32_t changed, uint32_t same);
UNWATCHED static inline bool folio_test(const struct folio *folio, uint32_t flag)
{
	if (unlikely(mach->sched))
		folio_flags_look(folio, flag);
	return (folio->flags & flag) != 0;
}
UNWATCHED static inline void folio_set(struct folio *folio, uint32_t flag)
{
	if (unlikely(mach->sched))
		folio_flags_change(folio, flag & ~folio->flags, flag & folio->flags);
	folio->flags = (folio->flags | flag) & 0x3ffffffU;
}
UNWATCHED static inline void folio_clear(struct folio *folio, uint32_t flag)
{
	if (unlikely(mach->sched))
		folio_flags_change(folio, flag & folio->flags, flag & ~folio->flags);
	folio->flags = (folio->flags & ~flag) & 0x3ffffffU;
}
/* folio->mapping as it is now: part of the step that looks. */
UNWATCHED static inline uintptr_t folio_mapping_word(const struct folio *folio)
{
	sched_touch(&folio->mapping, ACCESS_READ);
	return folio->mapping;
}
UNWATCHED static inline void folio_set_mapping(struct folio *folio, uintptr_t mapping)
{
	sched_touch(&folio->mapping, ACCESS_WRITE);
	folio->mapping = mapping;
}
static inline bool folio_test_anon(const struct folio *folio)
{
	return (folio_mapping_word(folio) & FOLIO_MAPPING_ANON) != 0;
}
static inline bool folio_test_ksm(const struct folio *folio)
{
	return (folio_mapping_word(folio) & FOLIO_MAPPING_FLAGS) == FOLIO_MAPPING_FLAGS;
}
/* The anon_vma of an anonymous folio that is not KSM, else NULL. */
static inline struct anon_vma *folio_anon_vma(const struct folio *folio)
{
	uintptr_t mapping = folio_mapping_word(folio);

	if ((mapping & FOLIO_MAPPING_FLAGS) != FOLIO_MAPPING_ANON)
		return NULL;
	return (struct anon_vma *)(mapping & ~FOLIO_MAPPING_FLAGS);
}
/* The file a folio belongs to, or NULL. */
static inline struct address_space *folio_mapping(const struct folio *folio)
{
	uintptr_t mapping = folio_mapping_word(folio);

	if (mapping & FOLIO_MAPPING_FLAGS)
		return NULL;
	return (struct address_space *)mapping;
}
/* Is @folio the shared zero page?  Kernel: is_zero_folio(). */
bool is_zero_folio(const struct folio *folio);

/*
 * What the page holds, read by the kernel: others may store to it meanwhile.  @site is the
 * function, a string constant.
 */
uint64_t page_content(const struct page *page, const char *site);
/* Others take and drop references without a lock.  Kernel: folio_ref_count(). */
int folio_ref_count(const struct folio *folio);
/* huge_queue.c: out of the queue of those to be split.  Kernel: folio_unqueue_deferred_split(). */
void folio_unqueue_deferred_split(struct folio *folio);

/* Sum of all mappings.  Kernel: folio_mapcount(). */
int folio_mapcount(const struct folio *folio);
/* Mappings of one page, PMD mappings included.  Kernel: folio_precise_page_mapcount(). */
int page_mapcount(const struct page *page);
/* One FOLL_PIN of a folio of order 0 adds this many references. */
#define GUP_PIN_COUNTING_BIAS	1024
/* False positives for folios of order 0 with that many references. */
bool folio_maybe_dma_pinned(const struct folio *folio);
bool folio_maybe_mapped_shared(const struct folio *folio);

#endif
