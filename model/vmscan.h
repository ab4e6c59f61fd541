/*
 * vmscan.h - reclaim: which pages leave memory, and when.
 *
 * In the kernel:  mm/vmscan.c, mm/internal.h.
 * Left out:       memcg, nodes and demotion, MGLRU, watermarks and balancing by cost.
 * Locks:          none is needed; the folio lock is tried, never waited for.
 */
#ifndef MODEL_VMSCAN_H
#define MODEL_VMSCAN_H

#include "folio.h"

/* What reclaim did with one folio; traces and tests print the words. */
#define RECLAIM_VERDICTS(V)						\
	V(RECLAIM_FREED,	"is reclaimed")				\
	V(RECLAIM_LOCKED,	"stays: somebody holds its lock")	\
	V(RECLAIM_UNEVICTABLE,	"stays: locked in memory")		\
	V(RECLAIM_WRITEBACK,	"stays: being written")			\
	V(RECLAIM_REFERENCED,	"stays: used since the last look")	\
	V(RECLAIM_ACTIVE,	"stays: used again and again")		\
	V(RECLAIM_PINNED,	"stays: pinned")			\
	V(RECLAIM_NO_SWAP,	"stays: no slot for it in swap")	\
	V(RECLAIM_UNSPLIT,	"stays: large, and others have references") \
	V(RECLAIM_MAPPED,	"stays: it could not be unmapped")	\
	V(RECLAIM_DIRTY,	"stays: dirty")				\
	V(RECLAIM_REDIRTIED,	"stays: dirty again")			\
	V(RECLAIM_REFS,		"stays: others have references")
#define V(name, words) name,
enum reclaim_verdict { RECLAIM_VERDICTS(V) NR_RECLAIM_VERDICTS };
#undef V
const char *reclaim_verdict_words(enum reclaim_verdict verdict);

/*
 * Tries to free each of @folios, which the caller has isolated (folio_isolate_lru()); those that
 * stay go back to their lists.  Takes over the array's references.  Returns how many pages were
 * freed.  Kernel: shrink_folio_list(), with what its callers do with the rest.
 */
unsigned long shrink_folio_list(GPtrArray *folios, bool ignore_references);

/* Frees about @target pages from the old ends of the lists; how many it were.
 * Kernel: try_to_free_pages(), and kswapd's balance_pgdat(). */
unsigned long try_to_free_pages(unsigned long target);

/* Besides the lists: huge pages that are not worth their memory.  The less there is, the lower @priority
 * (12 to 0), the more is looked at.  How much was freed or split.  Kernel: shrink_slab(). */
enum shrinker_id { SHRINKER_HUGE_ZERO, SHRINKER_DEFERRED_SPLIT, NR_SHRINKERS };
unsigned long shrink_slab(unsigned int priority);

/* ---- what statements ask of reclaim and of the device ---- */

/*
 * Reclaims the pages of [@addr, @addr + @nr pages), those too that others map, used or not; pages
 * that are no longer mapped but in the swap cache as well.  Returns how many went.
 */
long kswapd_reclaim(struct mm_struct *mm, unsigned long addr, unsigned long nr);
/* Unmaps the page at @addr and starts to write it; disk_writeback_end() ends that.  0, -ENOENT if
 * there is none, -EBUSY if it has to stay or needs no writing. */
long disk_writeback_start(struct mm_struct *mm, unsigned long addr);
/* The page of the word at @addr, mapped or in swap: its write ends.  0, or -ENOENT if it is not
 * being written. */
long disk_writeback_end(struct mm_struct *mm, unsigned long addr);

/* How often @folio was used since the last look: words with the accessed bit, which is cleared;
 * *@vm_flags: of the areas that map it.  Kernel: folio_referenced(). */
int folio_referenced(struct folio *folio, vm_flags_t *vm_flags);

#endif
