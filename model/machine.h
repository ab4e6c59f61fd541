/*
 * machine.h - the whole simulated memory as one object.
 *
 * machine_create(), machine_enter(), then calls (syscalls.h) as some task;
 * machine_reset() returns to the state after creation, machine_destroy() frees it.
 * Several machines may exist; a thread executes in one at a time (`mach`).
 *
 * In the kernel:  init_mm, the zones, sysctl and sysfs settings.
 */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include "ghost.h"
#include "list.h"
#include "object.h"
#include "quirk.h"
#include "semantics.h"
#include "task.h"
#include "vmstat.h"

struct pgtable;
struct slab;
struct buddy;
struct lru;
struct swap;
struct page;
struct folio;
struct shrink_state;

/* What `set` can say.  Bytes unless said otherwise. */
struct machine_config {
	uint64_t ram;			/* physical memory */
	uint64_t swap;			/* swap device, 0 for none */
	unsigned int swap_device;	/* enum swap_device_kind */
	enum swap_stable { SWAP_STABLE_BY_DEVICE, SWAP_STABLE_ON, SWAP_STABLE_OFF }
		swap_stable_writes;	/* must a page not change while it is written? */
	enum swap_writeback_end {
		SWAP_WRITEBACK_PROMPT,	/* a write ends with the statement that started it */
		SWAP_WRITEBACK_HELD	/* `disk: writeback_end()` ends it */
	} swap_writeback;
	bool ksm_use_zero_pages;	/* what is all zeroes gets the zero page */
	unsigned int ksm_max_page_sharing; /* mappings of one KSM page that ksmd makes */
	unsigned long other_lru_pages;	/* pages on LRU lists that nothing else shows: of a host with
					 * more on it than the scenario */
	unsigned int cpus;
	unsigned int nodes;		/* NUMA nodes */
	unsigned long mmap_min_addr;
	unsigned int max_map_count;
	unsigned int overcommit_memory;	/* 0, 1 or 2 */
	unsigned int overcommit_ratio;	/* per cent */
	bool capable;			/* tasks start with CAP_IPC_LOCK, _SYS_RAWIO, _SYS_ADMIN */
	enum thp_policy { THP_MADVISE, THP_ALWAYS, THP_NEVER, THP_INHERIT } thp;
	enum thp_policy thp_order[10];	/* [order], of its own; _INHERIT: as thp says */
	enum shmem_huge {
		SHMEM_HUGE_NEVER, SHMEM_HUGE_ALWAYS, SHMEM_HUGE_WITHIN_SIZE, SHMEM_HUGE_ADVISE,
		SHMEM_HUGE_DENY, SHMEM_HUGE_FORCE
	} shmem_enabled;		/* of anonymous shared memory and memfds */
	bool thp_use_zero_page;		/* reads map the huge zero page */
	bool thp_shrink_underused;	/* the shrinker splits folios full of zeroes */
	unsigned int max_ptes_none, max_ptes_swap, max_ptes_shared;	/* khugepaged's */
	unsigned int khugepaged_pages_to_scan;	/* words it looks at in a pass */
	bool khugepaged_defrag;		/* it may reclaim memory for a huge page */
	unsigned int collapse;		/* enum collapse_design_kind: collapse.h */
	unsigned int relocate_anon;	/* enum relocate_design_kind: relocate.h */
	enum address_layout { LAYOUT_EMPTY, LAYOUT_TYPICAL, LAYOUT_STACK } layout;
	unsigned long rlim_stack, rlim_memlock, rlim_as, rlim_data;
	struct semantics semantics;
};

/* A broken invariant, or a misuse that a BUG_ON would have caught.  See check/check.h. */
struct violation {
	char *rule;			/* "rmap-reaches" */
	char *place;			/* "mm#1 vma#4 pte 0x7000" */
	char *expected, *saw;
};

typedef void (*trace_fn)(void *data, const char *event, const char *text);

struct machine {
	struct machine_config config;

	/* who runs */
	struct task_struct *current_task; /* never NULL: boot_task outside of calls */
	struct task_struct boot_task;	/* id 0, in no list, without an mm */
	const struct sched_ops *sched;	/* NULL in serial mode */
	unsigned int nr_freed;		/* objects in quarantine: quarantine.h */
	unsigned int alone;		/* > 0: nobody else runs now: sched_alone_begin() */
	void *sched_data;
	/*
	 * Lets others run until @me->waits_for is NULL; called by wait_on() from inside the
	 * call of @me.  NULL: a task that has to wait never gets what it waits for.
	 */
	void (*park)(void *data, struct task_struct *me);
	void *park_data;
	bool abandoned;			/* the run is being given up: nobody waits any more */
	unsigned int nr_waiting;	/* tasks with waits_for set */
	bool points_traced;		/* call trace for every point() */
	struct list_head tasks;		/* every task_struct, in order of birth */
	unsigned int next_pid;

	/* processors */
	bool tlb_on;			/* they keep translations: in races, and in tests */
	unsigned int cpu;		/* which one runs: 0, in a race 1 and above */
	unsigned int nr_tlb_entries;	/* of all of them together */
	struct tlb tlb[NR_CPUS];

	/* ghost.h */
	unsigned int nr_ghosts;
	struct ghost ghost[NR_GHOSTS];
	GArray *pin_homes;		/* struct pin_home: pin_home.h */

	/* rcu.h */
	unsigned int rcu_readers;	/* who reads page tables without a lock */
	GArray *rcu_objects;		/* others, to be freed likewise; NULL: never any */
	struct pgtable *rcu_tables;	/* that are freed when nobody does; by pgtable.deposit */

	/* storage */
	struct slab *slabs;		/* [NR_OBJECT_KINDS]; object.c */
	unsigned int next_id[NR_OBJECT_KINDS];
	bool quarantine;		/* what is freed is not used again: quarantine.h */
	GArray *freed;			/* struct freed_object, by address; NULL: none yet */
	unsigned long nr_allocs;	/* that may fail, since machine_fail_nth() */
	unsigned long fail_nth;		/* 0: none will */
	const char *failed_site;	/* what the last failed one was for */

	/* physical memory: folio.h */
	struct buddy *buddy;
	struct lru *lru;		/* lists and per-CPU batches: lru.h */
	struct swap *swap;		/* devices and the swap cache: swap.h */
	struct list_head ksm_stable_nodes; /* struct ksm_stable_node.nodes: ksm.h */
	struct list_head ksm_mms;	/* struct mm_struct.ksm_slot: those that ksmd scans, in order */
	struct list_head ksm_exited;	/* struct ksm_rmap_item.rmap_list of processes that are gone */
	struct list_head ksm_unstable;	/* struct ksm_rmap_item.unstable of this scan */
	struct mm_struct *ksm_scan_mm;	/* where the scan is; NULL: there is none */
	unsigned long ksm_scan_address;	/* and the address in it; 0: no area seen that may be merged */
	bool ksm_unmerging;		/* ksmd: unmerge() is under way: KSM_RUN_UNMERGE */
	struct page *zero_page;		/* the shared zero page; machine_create() makes it */
	struct folio *huge_zero_folio;	/* its big brother; NULL until a fault wants it */
	unsigned int huge_zero_users;	/* address spaces which hold that */
	struct list_head split_queue;	/* folio_large.deferred_list, in order of arrival: huge.h */
	unsigned long shrinker_deferred[2];	/* [enum shrinker_id]: asked for, not done: vmscan.h */
	struct list_head khugepaged_mms; /* mm_struct.khugepaged_node, in order of arrival */
	struct mm_struct *khugepaged_mm; /* where its next pass goes on; NULL: at the first */
	unsigned long khugepaged_address; /* and where in that */
	uint64_t next_content;		/* for stores without a value */

	/* system-wide accounting, pages */
	uint64_t committed;		/* vm_committed_as */
	uint64_t nr_file_pages, nr_shmem_pages;
	uint64_t totalram_pages;	/* as mode 0 of overcommit sees it */

	/* files: file.h */
	GPtrArray *inodes;		/* named files, in order of birth; each holds a reference */

	unsigned int quirks_met[NR_QUIRKS];	/* how often, since the start */
	uint64_t vm_events[NR_VM_EVENTS];	/* likewise */

	GArray *violations;		/* struct violation, in order */
	unsigned long violations_dropped; /* beyond those kept */
	char *unsupported;		/* set by model_unsupported() */
	trace_fn trace;
	void *trace_data;
};

void machine_config_init(struct machine_config *config);

/* NULL never: glib aborts when the host has no memory. */
struct machine *machine_create(const struct machine_config *config);
void machine_reset(struct machine *machine);
void machine_destroy(struct machine *machine);

/* Makes @machine the one this thread executes in; returns the one before. */
struct machine *machine_enter(struct machine *machine);

/* The @n-th allocation from now on that may fail fails; 0 for none. */
void machine_fail_nth(struct machine *machine, unsigned long n);

/*
 * Records that @rule is broken.  @place, @expected and @saw are printf-like texts of
 * this module's making; never stops.  At most 100 are kept, the rest counted.
 */
void violation_add(const char *rule, const char *place, const char *expected,
		   const char *saw_format, ...) G_GNUC_PRINTF(4, 5);

/*
 * The kernel is sure that @condition does not hold, and stops if it does: the invariant "bug-on".
 * Returns @condition, with which the caller has to do something harmless.
 * Kernel: BUG_ON(), VM_BUG_ON().
 */
bool bug_on(bool condition, const char *site, const char *expected);

/*
 * The running call needs something the model leaves out: the first text is kept until
 * the driver takes it; the call should return -ENOSYS at once, having changed nothing.
 */
void model_unsupported(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A line for whoever traces: "vma-merge", "prev swallows next: vma#3 [..)". */
void trace_event(const char *event, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
