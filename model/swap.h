/*
 * swap.h - swap devices, their slots and counts, the swap cache, and what brings pages there
 * and back.
 *
 *   anonymous folio --folio_alloc_swap()--> swap cache --try_to_unmap()--> swap words
 *        ^                                       |
 *        +------------- do_swap_page() ----------+--> written, then freed
 *
 * A swap entry is the word of a page table that stands for it without any flag: swp_pte(type,
 * offset).  Slot 0 of a device holds its header, so no entry is 0.
 *
 * In the kernel:  include/linux/swap.h, mm/swap.h, mm/swapfile.c, mm/swap_state.c, mm/page_io.c.
 * A folio of 2^order pages has as many slots in a row, aligned, if the device has them: the slot of
 * its page n is n behind that of the first, which folio->swap names.  All of its slots lead to it.
 *
 * Left out:       read-ahead of neighbours (page-cluster 0), priorities, per-CPU clusters (the
 *                 lowest slots that fit are taken), discard, zswap, memcg.
 * Locks:          the lock of a slot's cluster for its count, its cache flag and its place in the
 *                 swap cache; the folio lock for PG_swapcache and folio->swap.
 */
#ifndef MODEL_SWAP_H
#define MODEL_SWAP_H

#include "pgtable.h"
#include "rmap.h"

struct vm_fault;

#define MAX_SWAPFILES	4

/* What swap_map says of a slot. */
#define SWAP_MAP_MAX	0x3e	/* counted in the byte; more in swap_info_struct.more */
#define SWAP_MAP_BAD	0x3f
#define SWAP_HAS_CACHE	0x40	/* in the swap cache, or being read past it */
#define COUNT_CONTINUED	0x80
#define SWAP_MAP_SHMEM	0xbf	/* of a file of shared memory, not of words */

#define SWAP_CLUSTER_SLOTS	512

/* swap_info_struct.flags */
#define SWP_WRITEOK		0x1U	/* slots may be handed out */
#define SWP_BLKDEV		0x2U	/* a block device: folios stay together */
#define SWP_SYNCHRONOUS_IO	0x4U	/* reads and writes end before they return: zram */
#define SWP_STABLE_WRITES	0x8U	/* a page must not change while it is written */

enum swap_device_kind { SWAP_FILE, SWAP_DISK, SWAP_ZRAM };

/* One slot. */
struct swap_slot {
	uint64_t content;		/* what is stored in it */
	struct folio *folio;		/* of the swap cache, or NULL */
	uint32_t shadow;		/* the age of the folio that went from the cache, times 2, and
					 * 1 if it was PG_workingset; 0: none */
	uint32_t more;			/* counts beyond SWAP_MAP_MAX, with COUNT_CONTINUED */
	uint8_t map;			/* count, SWAP_HAS_CACHE, COUNT_CONTINUED */
	bool zero;			/* zeromap: a page of zeroes, stored nowhere */
};

/*
 * As many slots as a huge page needs.  While one is in use, folios of one order share them, so that
 * those of others find aligned ones; single pages go anywhere when there is nothing else.
 */
struct swap_cluster {
	struct spinlock lock;
	uint16_t used;			/* slots whose map is not 0, or that the device lacks */
	uint8_t order;			/* of what is in it, while it is used */
};

/* One device.  Owned by the machine. */
struct swap_info_struct {
	unsigned int type;		/* its number in swap words */
	unsigned int flags;		/* SWP_* */
	unsigned int users;		/* operations under way: get_swap_device() */
	uint64_t max;			/* slots, the header included */
	uint64_t inuse_pages;		/* slots whose map is not 0, the header not counted */
	uint64_t drops;			/* words that have gone, ever */
	struct swap_slot *slot;		/* [max] */
	uint64_t nr_clusters;
	struct swap_cluster *cluster;	/* [nr_clusters] */
	struct swap_info_struct *gone;	/* the one that was taken off before this one */
};

/* All of swap.  Owned by the machine. */
struct swap {
	struct swap_info_struct *info[MAX_SWAPFILES];	/* NULL: off */
	struct swap_info_struct *gone;	/* taken off, while others may not know; list */
	uint64_t nr_swap_pages;		/* free slots of devices with SWP_WRITEOK */
	uint64_t total_swap_pages;
	uint32_t age;			/* grows with every folio that goes, or comes back active:
					 * lruvec->nonresident_age */
	GPtrArray *writeback;		/* struct folio *: being written, in order of start */
	GPtrArray *held;		/* likewise, until a statement says that it has ended */
	bool hold;			/* writes that start now are held */
};

/* ---- devices: swap_device.c ---- */

/* Kernel: swapon() and the first part of swapoff(); with mkswap at the machine's birth. 0 or
 * -errno.  The device is that of machine_config. */
int swap_device_on(unsigned int type);
void swap_device_off(struct swap_info_struct *si);
/* Whoever looks at the slots of @si: a violation of "use-after-free" if the device was taken off. */
void swap_map_use(const struct swap_info_struct *si, const char *site);
/* The device of @entry, which stays until put_swap_device(); NULL if it is being taken off, or
 * never was.  Kernel: get_swap_device(). */
struct swap_info_struct *get_swap_device(pte_t entry);
void put_swap_device(struct swap_info_struct *si);
/* The device and slot of @entry, which somebody holds.  Kernel: __swap_entry_to_info(). */
struct swap_info_struct *swap_entry_to_info(pte_t entry);
struct swap_slot *swap_slot(pte_t entry);
/* The entry of a word that is_swap_entry_pte(): without flags. */
static inline pte_t pte_to_swp_entry(pte_t pte)
{
	return swp_pte(swp_type(pte), swp_offset(pte));
}
/* The entry @n slots behind @entry. */
static inline pte_t swp_entry_add(pte_t entry, uint64_t n)
{
	return entry + (n << SWP_OFFSET_SHIFT);
}
/* The page of @folio, of the swap cache, whose slot is @entry.  Kernel: folio_file_page(). */
static inline struct page *swap_page(const struct folio *folio, pte_t entry)
{
	return folio_page(folio, (swp_offset(entry) - swp_offset(folio->swap)) &
				 (folio_nr_pages(folio) - 1));
}
/* Is @pte the word of a page in swap: no marker, no migration?  Kernel: !non_swap_entry(). */
static inline bool is_swap_entry_pte(pte_t pte)
{
	return is_swap_pte(pte) && swp_type(pte) < MAX_SWAPFILES;
}
static inline bool pte_swp_exclusive(pte_t pte)
{
	return (pte & _PAGE_SWP_EXCLUSIVE) != 0;
}
void swap_cluster_lock(pte_t entry);
void swap_cluster_unlock(pte_t entry);
/* The slot of @entry, of which one part is to be looked at without that lock: a
 * step.  NULL: no such slot. */
enum slot_part { SLOT_MAP, SLOT_FOLIO, SLOT_CONTENT };
const struct swap_slot *swap_slot_unlocked(pte_t entry, enum slot_part part, const char *site);
/* That @part of @slot changes in the running step. */
void swap_slot_changes(struct swap_slot *slot, enum slot_part part);

/* Is more than half of swap in use, so that slots should be freed early?
 * Kernel: mem_cgroup_swap_full(), vm_swap_full(). */
bool vm_swap_full(void);

/* ---- counts of a slot: swap_device.c ---- */

/* Takes 2^@order free slots in a row, aligned, for the swap cache: their map is SWAP_HAS_CACHE.
 * The first one, or 0: there are none, or the device has none for folios of several pages. */
pte_t swap_alloc_slots(unsigned int order);
/* One more swap word: 0, -ENOENT if the slot is free, -ENOMEM if the count needs to continue and
 * cannot.  Kernel: swap_duplicate(). */
int swap_duplicate(pte_t entry);
/* So that the next swap_duplicate() can count on; may sleep.  0 or -ENOMEM.
 * Kernel: add_swap_count_continuation(). */
int add_swap_count_continuation(pte_t entry);
/* The slot is that of a page of shared memory, and counts no words.  Kernel: swap_shmem_alloc(). */
void swap_shmem_alloc(pte_t entry);
/* One less, the cache stays.  Kernel: swap_free(). */
void swap_free(pte_t entry);
/* Claims @nr slots in use, of one cluster, for reading: 0, -ENOENT if nobody counts one, -EEXIST if
 * another has.  One step under the lock.  Kernel: swapcache_prepare(), swapcache_clear(). */
int swapcache_prepare(pte_t entry, unsigned long nr);
void swapcache_clear(pte_t entry, unsigned long nr);
/* Sleeps while another one has claimed the slot and there is no folio for it in the cache. */
void swapcache_wait(pte_t entry);
/* Words that hold @entry.  Kernel: swap_count(), __swap_count(). */
unsigned int swap_count(pte_t entry);
/* For those who look: the number of words that @slot counts. */
unsigned int swap_slot_count(const struct swap_slot *slot);

/* ---- the cache: swap_cache.c ---- */

/* With a reference, or NULL.  Takes no lock.  Kernel: swap_cache_get_folio(). */
struct folio *swap_cache_get_folio(pte_t entry);
/* Does @folio still hold @entry, for one of its pages?  Folio locked.  Kernel: folio_matches_swap_entry(). */
bool folio_matches_swap_entry(const struct folio *folio, pte_t entry);
/* Gives the locked @folio a slot for each page and a place in the cache: 0 or -ENOMEM.  A large one
 * that got -ENOMEM may get slots after a split.  Kernel: folio_alloc_swap(). */
int folio_alloc_swap(struct folio *folio);
/* Out of the cache if no swap word needs any of its pages there; it is dirty then.  Folio locked.
 * Kernel: folio_free_swap(). */
bool folio_free_swap(struct folio *folio);
/* @new_folio takes the place of @old in the cache, with the cache's reference, if @old has just
 * @refs references.  Both locked.  Kernel: __swap_cache_replace_folio(), with the freezing of
 * __folio_migrate_mapping(). */
bool swap_cache_replace_folio(struct folio *old, struct folio *new_folio, int refs);
/* The slots of @folio, which is being split, lead to @tails[1 ...] from now on, with the cache's
 * references.  All locked, the cluster too.  Kernel: __swap_cache_replace_folio() in
 * __folio_split(). */
void swap_cache_split_folio(struct folio *folio, struct folio **tails, unsigned long nr);
/* The locked @folio leaves the cache, which keeps nothing of it; what counts its slots still does.
 * Kernel: swap_cache_del_folio(). */
void delete_from_swap_cache(struct folio *folio);
/* Reclaim's way out of the cache: the folio's age stays behind.  Folio locked, its last
 * references are the caller's and the cache's.  Kernel: __remove_mapping(). */
void swap_cache_evict(struct folio *folio);
/* Drops what one swap word of @entry stands for, and the cached folio that nobody else needs.
 * Kernel: free_swap_and_cache(). */
void free_swap_and_cache(pte_t entry);
/* A mapping of @folio is gone: its slot too, if that was the last.  Kernel: free_swap_cache(). */
void free_swap_cache(struct folio *folio);
/* The folio of @entry, read into the cache if need be, with a reference; NULL without memory or
 * if the entry is not in use any more.  Kernel: read_swap_cache_async(). */
struct folio *read_swap_cache(pte_t entry);
/* A folio for a fault at @vmf that will pass the cache by: of the largest order that is enabled,
 * whose block holds swap words of slots in a row, aligned likewise; NULL without memory.  swap_large.c.
 * Kernel: alloc_swap_folio(). */
struct folio *alloc_swap_folio(const struct vm_fault *vmf);
/* How many words from @slot on, at most @max, name slots in a row, with the same flags.
 * Kernel: swap_pte_batch(). */
unsigned long swap_pte_batch(const struct pgtable *table, unsigned int slot, unsigned long max);
/* A folio just read in past the cache.  Kernel: swap_read_folio(). */
void swap_read_folio(struct folio *folio, pte_t entry);
/* Was the folio of @entry in memory so recently that it must have been pushed out too early?
 * Kernel: workingset_refault(). */
void swap_refault(struct folio *folio, pte_t entry);

/*
 * Writes the locked @folio of the cache, clean already, and unlocks it.  A folio that nobody
 * needs any more leaves the cache instead, one of zeroes is only marked.  The write may still
 * be under way (PG_writeback) on return.  Kernel: swap_writeout().
 */
void swap_writeout(struct folio *folio);
/* The device has written @folio.  Kernel: folio_end_writeback(). */
void folio_end_writeback(struct folio *folio);
/* Ends all writes that were started, but those held: when a statement is over. */
void swap_writeback_run(void);
/* The write of the locked @folio ends, where nothing else would end it while we wait. */
void swap_wait_written(struct folio *folio);
/* Sleeps until the write of @folio, of which the caller has a reference, has ended. */
void folio_wait_writeback(struct folio *folio);

/* Frees a slot that nothing but the cache holds, or @all of them.  Kernel: swap_reclaim_work(),
 * cluster_reclaim_range(). */
bool swap_reclaim_slots(bool all);
/* At the end of all tasks: ends all writes, empties the cache. */
void swap_drop_cache(void);

/* ---- from memory: rmap_unmap.c ---- */

/* Replaces all words that map the locked @folio: swap words if it is in the swap cache, nothing
 * if it is lazily freed or a file's.  Some may stay.  Kernel: try_to_unmap(). */
enum ttu_flags { TTU_NONE, TTU_IGNORE_MLOCK };
void try_to_unmap(struct folio *folio, enum ttu_flags flags);
/* A device may not write to the page from now on by what it has pinned: PageAnonExclusive goes;
 * false if it is pinned.  The word has been cleared.  Kernel: folio_try_share_anon_rmap_pte(). */
bool folio_try_share_anon_rmap_pte(struct folio *folio, struct page *page);

/* ---- checks and pictures ---- */

/* What the slot of @entry holds, wherever that is now. */
bool swap_peek(pte_t entry, uint64_t *content);

#endif
