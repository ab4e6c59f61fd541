/*
 * look.h - what the programs of look.bpf.c hand over: all of some processes in one go.
 *
 * The struct lies in memory that both sides have mapped: mmsim writes the first part and has
 * the program run, which writes the second.  Addresses of kernel objects say which is
 * which, and nothing else; 0 is none.
 *
 * In the kernel:  include/linux/mm_types.h, include/linux/rmap.h.
 * Locks:          none; one user at a time.
 */
#ifndef SIM_DEEP_LOOK_H
#define SIM_DEEP_LOOK_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Room; powers of two.  What does not fit is told as such and has to be read otherwise. */
#define LOOK_TASKS	16
#define LOOK_VMAS	1024
#define LOOK_LINKS	4096
#define LOOK_PAGES	16384
#define LOOK_LEAF_PAGES	16384	/* of all leaves together */
#define LOOK_ANON_VMAS	1024
#define LOOK_VMA_PAGES	2048	/* pages of an area whose entries are looked at */
#define LOOK_SWAPS	4	/* swap devices */

/* Of a swap entry as the kernel has it everywhere but in page tables. */
#define LOOK_SWAP_TYPE(swap)	((swap) >> 58)
#define LOOK_SWAP_OFFSET(swap)	((swap) & ((1UL << 58) - 1))

enum look_trouble {
	LOOK_GONE = 1,		/* a task, or its areas, could not be had */
	LOOK_FULL = 2,
	LOOK_HUGE = 4,		/* a leaf of 1 GiB, a PMD that is neither table nor leaf, a large area */
	LOOK_UNREADABLE = 8,
};

struct look_task {
	__u32 tid, nr_vmas;
	__u64 start_brk, brk, start_stack;
	__u64 ksm_merging_pages, ksm_rmap_items;
	__u32 ksm_known, pad;
};

struct look_vma {
	__u64 start, end;	/* bytes */
	__u64 pgoff;		/* pages */
	__u64 flags;		/* vm_flags */
	__u64 anon_vma, ops, file, uffd;
	__u64 inode, dentry, ino;	/* of the file */
	__u32 nr_links, nr_pages;
};

struct look_page {
	__u64 addr;
	__u64 entry;		/* of the page table, or the leaf of a PMD */
	__u32 nr;		/* pages that it maps: 1 or 512 */
	__u32 leaf;		/* of a leaf: where in look.leaves its pages are */
	/* Of the page; zeroes if none is present, or a special one: */
	__u64 pfn;		/* this is of special ones, too */
	__u64 content;		/* likewise: its first 8 bytes */
	__u64 index, mapping;	/* raw */
	__s32 own_mapcount;	/* by PTEs, of this page alone */
	__u32 anon_exclusive;
	__s32 mapcount, refcount;	/* these and what follows are of its folio */
	__u32 mlocked, swapcache, order;
	__u32 marks;		/* enum seen_mark of sim/observe.h */
	/* Of a large one: */
	__s32 entire_mapcount, pages_mapped, mm_mapcount[2];
	__u32 partially_mapped, queued, shared, pad1;
	/* Of swap, by the entry or by the page: */
	__u64 swap;		/* type and offset; 0: neither is of swap */
	__u32 swap_known;	/* what follows could be read */
	__u32 swap_map;		/* raw */
	__u32 swap_zero;	/* in the device's zeromap */
	__s32 sharers;		/* rmap_hlist_len of a KSM page's stable node; 0: it has none */
};

/* One page of a leaf. */
struct look_leaf_page {
	__u64 content;
	__u32 anon_exclusive, pad;
};

struct look_anon_vma {
	__u64 address;		/* in */
	__u64 root, parent;
	__u32 children, active, refcount, known;
};

struct look {
	/* From mmsim: */
	__u64 direct_map;	/* address of page 0's memory */
	__u64 vmemmap;		/* address of page 0's struct page */
	__u64 skip_start, skip_end;	/* areas that begin there are not told */
	__u32 nr_tasks, pad;
	struct look_task tasks[LOOK_TASKS];
	__u64 cluster_from_queue;	/* from a CPU's run queue to its percpu_swap_cluster; 0: unknown */
	__u64 swaps[LOOK_SWAPS];	/* by type; those of old are kept until mmsim takes them away */
	/* From the program: */
	__u32 trouble;		/* enum look_trouble */
	__u32 nr_vmas, nr_links, nr_pages, nr_leaf_pages, pad4;
	struct look_vma vmas[LOOK_VMAS];	/* by task, then by address */
	__u64 links[LOOK_LINKS];		/* by area: anon_vmas, in list order */
	struct look_page pages[LOOK_PAGES];	/* by area: entries that are not none */
	struct look_leaf_page leaves[LOOK_LEAF_PAGES];
	/* Both ways: */
	__u32 nr_anon_vmas, pad2;
	struct look_anon_vma anon_vmas[LOOK_ANON_VMAS];
	/* Both ways, when the direct map is searched: */
	__u64 probe;		/* an address; then its 8 bytes */
	__u32 probe_known, pad3;
};

#endif
