/*
 * shmem_swap.h - pages of shared memory in swap: its file, and no page table, says where they are.
 *
 *   folio of the page cache --shmem_writeout()--> swap cache, i_swapped --> written, then freed
 *        ^                                              |
 *        +------------ shmem_swapin_folio() ------------+
 *
 * Each slot counts SWAP_MAP_SHMEM, for one file, whatever maps it.  Whoever looks for a page of the
 * file finds the entry and brings the page back, out of the swap cache and into that of the file at once;
 * it is dirty then, and its slot free.
 *
 * In the kernel:  mm/shmem.c.
 * Left out:       noswap mounts, SHM_LOCK, pages that could not be read.
 * Locks:          the folio lock for the exchange of folio and entry, which is one step for those who
 *                 look; i_rwsem against truncation and holes is not taken by faults and reclaim.
 */
#ifndef MODEL_SHMEM_SWAP_H
#define MODEL_SHMEM_SWAP_H

#include "file.h"

/* The entry that covers @index, which may be of several pages: that of the first, [*first, *last]
 * (both may be NULL) are its pages.  0: there is none.  Takes no lock. */
pte_t shmem_swap_entry(const struct address_space *mapping, pgoff_t index, unsigned long *first,
		       unsigned long *last);
/* The same of the one page at @index. */
pte_t shmem_swap_slot(const struct address_space *mapping, pgoff_t index);
static inline bool shmem_is_swapped(const struct address_space *mapping, pgoff_t index)
{
	return shmem_swap_entry(mapping, index, NULL, NULL) != 0;
}

/*
 * Gives the locked @folio slots, its file the entry, and writes it: 0, and it is unlocked then, or
 * -EBUSY, and it stays where it was.  A large one may be split: the other parts go to @list, with
 * references.  Kernel: shmem_writeout().
 */
int shmem_writeout(struct folio *folio, GPtrArray *list);

/*
 * The page at @index comes back from swap: 0 and *@folio, of the page cache, without a reference of
 * the caller's; -EEXIST if something changed and the caller has to look again; -ENOMEM; -EINVAL.
 * @vma: of a fault, or NULL.  Kernel: shmem_swapin_folio().
 */
int shmem_swapin_folio(struct address_space *mapping, pgoff_t index,
		       const struct vm_area_struct *vma, struct folio **folio);
/* The page at @index if there is one, back from swap if need be; *@folio is NULL for a hole.  0 or
 * -errno.  Kernel: shmem_get_folio() with SGP_NOALLOC. */
int shmem_find_folio(struct address_space *mapping, pgoff_t index, struct folio **folio);

/* Frees what of [start, end] (pages, inclusive) is in swap, of entries that lie in it as a whole.
 * Kernel: shmem_free_swap(). */
void shmem_free_swap(struct address_space *mapping, pgoff_t start, pgoff_t end);
/*
 * Would [start, end] cut an entry of several pages at an edge that lies behind @size (pages)?  A page
 * there cannot be read back, and so the entry stays as large as it is: 6.18 tries again for ever.
 */
bool shmem_cuts_entry(const struct address_space *mapping, pgoff_t start, pgoff_t end,
		      pgoff_t size);
/* What of device @type belongs to files comes back: 0 or -ENOMEM.  Kernel: shmem_unuse(). */
int shmem_unuse(unsigned int type);
/* What of [start, end] of the area is in swap comes into the swap cache.  Kernel:
 * shmem_swapin_range(). */
void shmem_swapin_range(const struct vm_area_struct *vma, unsigned long start, unsigned long end);

/* How many pages of [start, end) are in swap, where an entry counts with all its pages; of all that
 * @vma maps.  Kernel: shmem_partial_swap_usage(), shmem_swap_usage(). */
unsigned long shmem_partial_swap_usage(const struct address_space *mapping, pgoff_t start,
				       pgoff_t end);
unsigned long shmem_swap_usage(const struct vm_area_struct *vma);

#endif
