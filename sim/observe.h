/*
 * observe.h - what can be seen of a running scenario from outside: VMAs, pages, and what
 * stands behind them, in plain types.
 *
 * A backend (backend.h) fills a struct observation from its own state; expectations, listings
 * and the JSON of the state read nothing else.  What a backend cannot see is marked as hidden
 * there and never compared.
 *
 * In the kernel:  /proc/PID/maps, smaps, pagemap; anon_vmas and folios have no window.
 * Locks:          none.
 */
#ifndef SIM_OBSERVE_H
#define SIM_OBSERVE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/smaps_lines.h"

/* One area.  Owned by its process. */
struct seen_vma {
	uint64_t start, end;	/* bytes, [start, end) */
	uint64_t pgoff;		/* pages */
	unsigned int id;	/* in order of birth; 0: not visible */
	unsigned int anon_vma;	/* id, 0 for none */
	GArray *chain;		/* unsigned int: ids in list order */
	bool chain_cut;		/* there may be more */
	unsigned int file_id, uffd;	/* which open file and userfaultfd; 0 for none */
	bool behind;		/* with behind_hidden: pgoff and the above are known all the same */
	uint64_t smaps[NR_SMAPS_LINES];	/* KiB, if smaps_known */
	bool smaps_known;
	char perms[5];		/* "rw-p" */
	char *flags;		/* VmFlags of smaps: "rd wr mr" */
	char *file;		/* path, or NULL */
	char *name;		/* what maps shows last: path, "[heap]"; "" for none */
};

/* A slot of a swap device; with behind_hidden: if known. */
struct seen_slot {
	unsigned int nr;	/* which; 0: none */
	unsigned int count;	/* words that stand for it */
	bool known, cached;	/* cached: it has a page in the swap cache */
	bool zero;		/* of a page of zeroes, stored nowhere */
};

/* One page whose page table entry is not none; bits as in /proc/PID/pagemap. */
struct seen_page {
	uint64_t addr;
	bool present;		/* bit 63 */
	bool swap;		/* bit 62: any entry that is not present */
	bool file;		/* bit 61: of a file, or shared anonymous */
	bool guard;		/* bit 58 */
	bool uffd_wp;		/* bit 57 */
	bool exclusive;		/* bit 56: mapped exactly once */
	bool write, dirty;	/* of the entry; with behind_hidden: if entry_known */
	bool entry_known;
	bool young, zero, huge, migration;	/* likewise; model only */
	bool anon_exclusive;	/* PageAnonExclusive; of a word of swap: its bit for that */
	struct seen_slot slot;	/* that the word stands for, or the folio has in the swap cache */
	unsigned int folio;	/* id, 0 for none (zero page, entries not present) */
	unsigned int nr;	/* which page of the folio, or of the huge zero page */
	bool huge_zero;		/* with zero: of 2 MiB of zeroes; model only */
	uint64_t swap_type, swap_offset;
	bool content_known;
	uint64_t content;
};

struct seen_anon_vma {
	unsigned int id, root, parent;
	unsigned int children, active, refcount;
};

/* What is marked at a folio: PG_*. */
enum seen_mark {
	SEEN_DIRTY = 1 << 0, SEEN_REFERENCED = 1 << 1, SEEN_ACTIVE = 1 << 2,
	SEEN_WORKINGSET = 1 << 3, SEEN_UNEVICTABLE = 1 << 4, SEEN_SWAPBACKED = 1 << 5,
	SEEN_LRU = 1 << 6, SEEN_WRITEBACK = 1 << 7,
};
#define NR_SEEN_MARKS	8
/* What only a folio of several pages has; counts as struct folio_large has them. */
struct seen_large {
	bool known;
	int entire_mapcount, pages_mapped;
	int mm_mapcount[2];
	bool shared;		/* by several address spaces, as far as is counted */
	bool partially_mapped, queued;	/* queued: to be split when memory is short */
};

struct seen_folio {
	unsigned int id, order;
	unsigned int marks, marks_known;	/* enum seen_mark; with behind_hidden: known ones */
	bool anon, swapcache, dirty, mlocked, ksm;
	int sharers;		/* of a KSM page: items of its stable node; 0 for none */
	uint64_t index;
	unsigned int anon_vma;	/* id, 0 for none */
	int mapcount, refcount;
	struct seen_large large;
	bool *pae;		/* [1 << order]: PageAnonExclusive of each page */
	bool sharers_known;	/* with behind_hidden: sharers is */
	bool behind;		/* with behind_hidden: order, index, anon_vma, mapcount and
				   pae are known all the same; id is a page's PFN */
	unsigned int span;	/* with behind_hidden: of how many pages from there on this tells,
				   in pae each; 0 is 1 */
};

struct seen_process {
	char *name;
	GPtrArray *vmas;	/* struct seen_vma *, in address order */
	GPtrArray *pages;	/* struct seen_page *, in address order; in blocks: */
	GPtrArray *blocks;	/* struct seen_page[], each some pages */
	unsigned int left;	/* free pages in the last one */
	bool ksm_known;		/* what ksmd knows of it: */
	uint64_t ksm_merging_pages, ksm_rmap_items;
};

struct observation {
	GPtrArray *processes;	/* struct seen_process *, in order of birth */
	GPtrArray *anon_vmas;	/* struct seen_anon_vma *, by id: all that exist */
	GPtrArray *folios;	/* struct seen_folio *, by id: those a listed page is part of */
	bool behind_hidden;	/* ids, chains, anon_vmas and folios are not visible, but
				   where an object's `behind` says so */
};

struct observation *observation_create(void);
void observation_destroy(struct observation *seen);
struct seen_process *observation_add_process(struct observation *seen, const char *name);
struct seen_vma *seen_process_add_vma(struct seen_process *process);
/* @nr pages, one after the other in memory, all zero; the process owns them. */
struct seen_page *seen_process_add_pages(struct seen_process *process, unsigned int nr);

/* By name or id; NULL if there is none. */
const struct seen_process *observation_process(const struct observation *seen, const char *name);
const struct seen_anon_vma *observation_anon_vma(const struct observation *seen, unsigned int id);
const struct seen_folio *observation_folio(const struct observation *seen, unsigned int id);

#endif
