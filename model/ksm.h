/*
 * ksm.h - same-page merging: anonymous pages with equal content become one page, mapped
 * read-only by all who had one, until somebody writes.
 *
 *   page table entry --> folio --mapping | 3--> stable node --hlist--> rmap_item (mm, address)
 *                          ^                         |                     |
 *                          +---------- kpfn ---------+                     +--> anon_vma
 *
 * A stable node and its folio do not hold each other: the folio goes with its last mapping, and
 * the node is stale from then on.  An rmap_item holds its anon_vma; it may outlive the mapping
 * that it stands for, until ksmd comes by.
 *
 * In the kernel:  mm/ksm.c, include/linux/ksm.h.
 * Left out:       smart scan, the advisor, a scan in portions; trees by NUMA node; counters of
 *                 sysfs and of zero pages; ksm_thread_mutex (there is one ksmd).
 * Locks:          the folio lock for mapping, hlist and its length; mmap_lock around everything
 *                 that looks at areas.
 */
#ifndef MODEL_KSM_H
#define MODEL_KSM_H

#include "rmap.h"

struct machine;

/* One KSM page.  Owned by the machine.  Kernel: struct ksm_stable_node, a dup if others of the
 * machine have the same content. */
struct ksm_stable_node {
	unsigned int id;
	pfn_t kpfn;			/* of the page; stale if that is another folio now */
	bool strangers;			/* walks by the items miss mappings: of those who shared the
					 * page before it was KSM's, of a word of swap that mremap()
					 * has moved, or of a child for which there was no memory.  For
					 * checks */
	int rmap_hlist_len;		/* items of hlist: at most ksm.max_page_sharing, but for fork */
	struct list_head hlist;		/* struct ksm_rmap_item.hlist, the youngest first */
	struct list_head nodes;		/* machine->ksm_stable_nodes; of those with one content the first
					 * with room takes the next page */
};

/* An address at which ksmd has seen a page that may be merged, or has mapped a KSM page.  Owned by
 * its mm, and after that exited by the machine.  Kernel: struct ksm_rmap_item, with STABLE_FLAG if
 * it has a head, with UNSTABLE_FLAG if it is in the unstable tree. */
struct ksm_rmap_item {
	unsigned int id;
	struct mm_struct *mm;		/* NULL once the process has exited; no reference */
	unsigned long address;		/* of the page */
	bool seen;			/* by a scan: oldchecksum holds */
	uint64_t oldchecksum;		/* content of the page when a scan came last; itself, for
					 * contents are numbers */
	struct anon_vma *anon_vma;	/* with a head: that of the area then; holds a reference */
	struct ksm_stable_node *head;	/* NULL while it is in no stable node */
	struct list_head hlist;		/* head->hlist */
	struct list_head unstable;	/* machine->ksm_unstable, while it waits for another */
	struct list_head rmap_list;	/* mm->ksm_rmap_items, by address */
};

/* The node of a KSM folio; NULL if @folio is none, or has none yet.  Kernel:
 * folio_stable_node(). */
static inline struct ksm_stable_node *folio_stable_node(const struct folio *folio)
{
	if (!folio_test_ksm(folio))
		return NULL;
	return (struct ksm_stable_node *)(folio->mapping & ~FOLIO_MAPPING_FLAGS);
}
/* Makes @folio a KSM folio, of @node unless that is NULL.  Folio locked.  Kernel:
 * folio_set_stable_node(). */
void folio_set_stable_node(struct folio *folio, struct ksm_stable_node *node);
/* The zero page in a place where ksmd put it: its word is dirty.  Kernel: is_ksm_zero_pte(). */
bool is_ksm_zero_pte(pte_t pte);

/* ---- ksm_tree.c: nodes and items ---- */

/* The folio of @node, with a reference; NULL if @node is stale.  Kernel: ksm_get_folio(). */
struct folio *ksm_get_folio(const struct ksm_stable_node *node);
/* A KSM folio with the content of @page that has room for one more, with a reference; @page's own
 * if it is one already; or NULL.  Kernel: stable_tree_search(). */
struct folio *stable_tree_search(struct page *page);
/* A node for the locked KSM folio @kfolio; NULL without memory.  Kernel: stable_tree_insert(). */
struct ksm_stable_node *stable_tree_insert(struct folio *kfolio);
/* @item, which holds its anon_vma, is one of @node; its folio locked.  Kernel:
 * stable_tree_append(). */
void stable_tree_append(struct ksm_rmap_item *item, struct ksm_stable_node *node);
/* Takes @item out of its node, if it is in one, and drops its anon_vma.  Kernel:
 * remove_rmap_item_from_tree(). */
void remove_rmap_item_from_tree(struct ksm_rmap_item *item);
/* The item of @address of @mm, a new one if there is none; NULL without memory. */
struct ksm_rmap_item *ksm_rmap_item_get(struct mm_struct *mm, unsigned long address);
/* A new one that comes just before @next of mm->ksm_rmap_items.  Kernel: alloc_rmap_item(). */
struct ksm_rmap_item *ksm_rmap_item_alloc(struct mm_struct *mm, unsigned long address,
					  struct list_head *next);
/* Takes @item out of its tree and frees it.  Kernel: free_rmap_item(). */
void ksm_rmap_item_free(struct ksm_rmap_item *item);
/* Frees @item unless it is in a node, or a scan has seen it. */
void ksm_rmap_item_release(struct ksm_rmap_item *item);
/* All items of a list of rmap_list go.  Kernel: remove_trailing_rmap_items(). */
void ksm_remove_items(struct list_head *items);
/* What a scan does to items and nodes: those that stand for nothing any more go. */
void ksm_remove_stale(void);
/* Nodes go that have neither a page nor an item. */
void ksm_remove_empty_nodes(void);
/* Memory was short where mappings should have got items: walks miss some until a later scan. */
void ksm_lose_track(void);
/* The end of a machine without processes: all items and nodes go. */
void ksm_forget_all(void);
/* The folio has moved from @old to @new, both locked.  Kernel: folio_migrate_ksm(). */
void folio_migrate_ksm(struct folio *new, struct folio *old);
/* Calls @fn for each area that may map the KSM folio @folio, as rmap_walk() does; an area may come
 * twice.  Without locks if @lock is false: for checks.  Kernel: rmap_walk_ksm(). */
void rmap_walk_ksm(struct folio *folio, rmap_fn fn, void *data, bool lock);

/* ---- ksm_merge.c: one page ---- */

/* The page at the item's address, with a reference; NULL if there is none to be merged.
 * Kernel: get_mergeable_page(). */
struct page *get_mergeable_page(const struct ksm_rmap_item *item);
/* The page of @vma at @addr, as part of a huge one if need be, with a reference; NULL if there is
 * no anonymous one.  mmap_lock held.  Kernel: folio_walk_start() and what ksmd asks of the folio. */
struct page *ksm_page_of(struct vm_area_struct *vma, unsigned long addr);
/*
 * ksmd is at @page, which @item stands for and the caller has a reference to.  @settled: it held the
 * same when ksmd was there before.  0: the page is one of KSM, or shared zeroes; -EAGAIN: it has been
 * split off a huge one, and would be merged the next time; else it is not, or waits in the unstable
 * tree.  Kernel: cmp_and_merge_page().
 */
int cmp_and_merge_page(struct ksm_rmap_item *item, struct page *page, bool settled);

/* ---- ksm_scan.c: ksmd ---- */

/*
 * One scan of everything: each page of each area that may be merged, by process in the order in which
 * they were first told so, then by address.  A page that holds what it held at the scan before is
 * merged.  0, or -ENOMEM if it did not get to the end.  Kernel: ksm_do_scan().
 */
long ksmd_scan(void);
/*
 * ksmd comes to the page at @addr1 of @mm1, then to that at @addr2 of @mm2, having seen both before
 * with the content they have: 0 if they are one page now (or both the zero page, with
 * ksm.use_zero_pages), -ENOMEM, or -EFAULT for every other reason that ksmd has.
 */
long ksmd_merge(struct mm_struct *mm1, unsigned long addr1, struct mm_struct *mm2,
		unsigned long addr2);

/* ---- ksm_break.c: everybody else ---- */

/* The area at @addr if its pages may be merged.  mmap_lock held.  Kernel: find_mergeable_vma(). */
struct vm_area_struct *find_mergeable_vma(struct mm_struct *mm, unsigned long addr);
/* Can ksmd merge pages of @vma if it is asked to?  Kernel: vma_ksm_compatible(). */
bool vma_ksm_compatible(const struct vm_area_struct *vma);
/* A page of its own for @addr of @vma, if a KSM page is there: 0 or -ENOMEM.  mmap_lock held.
 * Kernel: break_ksm(). */
int break_ksm(struct vm_area_struct *vma, unsigned long addr);
/* MADV_MERGEABLE, MADV_UNMERGEABLE of [start, end) of @vma: *@flags follows.  0 or -ENOMEM.
 * mmap_lock held for writing.  Kernel: ksm_madvise(). */
int ksm_madvise(struct vm_area_struct *vma, unsigned long start, unsigned long end, int advice,
		vm_flags_t *flags);
/* @flags of a new area, which PR_SET_MEMORY_MERGE marks.  mmap_lock held for writing.  Kernel:
 * ksm_vma_flags(). */
vm_flags_t ksm_vma_flags(struct mm_struct *mm, vm_flags_t flags);
/* PR_SET_MEMORY_MERGE: 0 or -ENOMEM.  mmap_lock held for writing.  Kernel:
 * ksm_enable_merge_any(), ksm_disable_merge_any(). */
int ksm_enable_merge_any(struct mm_struct *mm);
int ksm_disable_merge_any(struct mm_struct *mm);
/* A child, a new program, the end of an address space.  Kernel: ksm_fork(), ksm_execve(),
 * ksm_exit(). */
void ksm_fork(struct mm_struct *mm, const struct mm_struct *oldmm);
int ksm_execve(struct mm_struct *mm);
void ksm_exit(struct mm_struct *mm);
/* ksmd does not come to @mm any more, now or later. */
void ksm_forget_mm(struct mm_struct *mm);
/* All KSM pages become pages of their owners: 0 or -ENOMEM.  Kernel: run_store() with 2,
 * unmerge_and_remove_all_rmap_items(). */
long ksmd_unmerge(void);
/*
 * A page found in the swap cache is to be mapped at @addr of @vma: @folio if that is possible, or a
 * locked copy (exclusive, dirty) of what may only be mapped elsewhere; NULL without memory.
 * @folio locked.  Kernel: ksm_might_need_to_copy().
 */
struct folio *ksm_might_need_to_copy(struct folio *folio, struct vm_area_struct *vma,
				     unsigned long addr);

#endif
