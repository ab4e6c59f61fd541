/*
 * shmem_swap.c - see shmem_swap.h.
 *
 * In the kernel:  mm/shmem.c shmem_writeout(), shmem_swapin_folio(), shmem_swap_alloc_folio(),
 *                 shmem_split_large_entry(), shmem_free_swap(), shmem_unuse().
 * Left out:       see shmem_swap.h.
 * Locks:          see shmem_swap.h.
 */
#include "shmem_swap.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "swap.h"
#include "userfaultfd.h"
#include "vma.h"

/* Entries of an inner node of the kernel's tree, as a power of 2: so far one split goes. */
#define XA_CHUNK_SHIFT	6

pte_t shmem_swap_entry(const struct address_space *mapping, pgoff_t index, unsigned long *first,
		       unsigned long *last)
{
	unsigned long from, to;
	void *entry;

	if (!mapping->host->swapped)
		return 0;
	entry = mt_find(&mapping->i_swapped, index, &from, &to);
	if (!entry || from > index)
		return 0;
	if (first)
		*first = from;
	if (last)
		*last = to;
	return (pte_t)(uintptr_t)entry;
}

pte_t shmem_swap_slot(const struct address_space *mapping, pgoff_t index)
{
	unsigned long first;
	pte_t entry = shmem_swap_entry(mapping, index, &first, NULL);

	return entry ? swp_entry_add(entry, index - first) : 0;
}

/* [index, index + nr) is at @entry and behind from now on.  What allocates nodes in the kernel did so
 * before. */
static void store_entry(struct address_space *mapping, pgoff_t index, unsigned long nr, pte_t entry)
{
	alloc_nofail_begin();
	mt_store_range(&mapping->i_swapped, index, index + nr - 1, (void *)(uintptr_t)entry);
	alloc_nofail_end();
}

static void erase_entry(struct address_space *mapping, pgoff_t index, unsigned long nr)
{
	alloc_nofail_begin();
	mt_erase_range(&mapping->i_swapped, index, index + nr - 1);
	alloc_nofail_end();
	mapping->host->swapped -= nr;
}

/* ---- out ---- */

/* Would a part of @folio be lost by a later cut of the file that does not split what is in swap? */
static bool crosses_end(const struct folio *folio)
{
	pgoff_t end = shmem_fallocend(folio_mapping(folio)->host);

	return end > folio->index && end < folio->index + folio_nr_pages(folio);
}

/* With slots in hand.  Kernel: shmem_delete_from_page_cache(). */
static void exchange_for_entry(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);
	unsigned long nr = folio_nr_pages(folio);

	for (unsigned long n = 0; n < nr; n++)
		swap_shmem_alloc(swp_entry_add(folio->swap, n));
	sched_step(mapping, ACCESS_WRITE, "shmem_delete_from_page_cache");
	mapping->host->swapped += nr;
	store_entry(mapping, folio->index, nr, folio->swap);
	filemap_delete_folio(mapping, folio);
	folio_put_refs(folio, nr);
}

/* The locked @folio becomes single pages: 0, or why not.  Kernel: the label try_split. */
static int split_for_swap(struct folio *folio, GPtrArray *list)
{
	int error;

	folio_set(folio, PG_dirty);	/* as its parts are to be */
	error = split_folio_to_list(folio, list);
	if (!error)
		folio_clear(folio, PG_dirty);
	return error;
}

int shmem_writeout(struct folio *folio, GPtrArray *list)
{
	lockdep_assert_held(folio, LOCK_FOLIO);
	if (!mach->swap->total_swap_pages)
		return -EBUSY;
	if (folio->order && crosses_end(folio) && split_for_swap(folio, list))
		return -EBUSY;
	/* What fallocate() promised becomes a page of zeroes: a slot cannot say less. */
	folio_set(folio, PG_uptodate);
	if (folio_alloc_swap(folio) &&
	    (!folio->order || split_for_swap(folio, list) || folio_alloc_swap(folio)))
		return -EBUSY;
	exchange_for_entry(folio);
	point("shmem:entry-stored");
	swap_writeout(folio);
	return 0;
}

/* ---- in ---- */

/* One page's way in. */
struct swapin {
	struct address_space *mapping;
	pgoff_t index;
	const struct vm_area_struct *vma;
	struct swap_info_struct *si;
	pte_t entry;			/* of the page at @index */
	unsigned long first, last;	/* of the entry that covers it */
	struct folio *folio;
	bool claimed;			/* its slots, without the swap cache */
};

/* Is any of @nr slots from @entry on in the swap cache?  Kernel: non_swapcache_batch(). */
static bool any_cached(pte_t entry, unsigned long nr)
{
	for (unsigned long n = 0; n < nr; n++)
		if (swap_slot(swp_entry_add(entry, n))->map & SWAP_HAS_CACHE)
			return true;
	return false;
}

static unsigned int order_of(unsigned long nr)
{
	unsigned int order = 0;

	while (1UL << order < nr)
		order++;
	return order;
}

/* A new folio for @entry and behind, claimed and read: 0, -EEXIST or -ENOMEM. */
static int read_past_cache(struct swapin *in, pte_t entry, unsigned int order)
{
	struct folio *folio = folio_alloc(order, "page of shared memory read from swap");

	if (!folio)
		return -ENOMEM;
	point("shmem:swapin-allocated");
	if (swapcache_prepare(entry, 1UL << order)) {
		folio_put(folio);
		return -EEXIST;
	}
	folio_trylock(folio);
	folio_set(folio, PG_swapbacked);
	folio->swap = entry;
	in->folio = folio;
	in->claimed = true;
	swap_refault(folio, entry);
	folio_add_lru(folio);
	swap_read_folio(folio, entry);
	return 0;
}

/* Kernel: shmem_swap_alloc_folio(). */
static int swap_alloc_folio(struct swapin *in)
{
	unsigned long nr = in->last - in->first + 1;
	pte_t entry = swp_entry_add(in->entry, -(in->index - in->first));
	int error = -EEXIST;

	if (nr > 1 && !(in->vma && userfaultfd_armed(in->vma)) && !any_cached(entry, nr))
		error = read_past_cache(in, entry, order_of(nr));
	if (error)
		error = read_past_cache(in, in->entry, 0);
	if (error == -EEXIST)
		swapcache_wait(in->entry);
	return error;
}

/* Finds or reads the folio; with a reference. */
static int swapin_read(struct swapin *in)
{
	in->folio = swap_cache_get_folio(in->entry);
	point("shmem:swap-cache-looked-up");
	if (in->folio)
		return 0;
	if (in->si->flags & SWP_SYNCHRONOUS_IO)
		return swap_alloc_folio(in);
	in->folio = read_swap_cache(in->entry);
	return in->folio ? 0 : -ENOMEM;
}

/* To what order one split goes.  Kernel: xas_try_split_min_order(). */
static unsigned int split_min_order(unsigned int order)
{
	if (order % XA_CHUNK_SHIFT)
		return order - order % XA_CHUNK_SHIFT;
	return order ? order - 1 : 0;
}

/*
 * The entry that covers @index becomes smaller ones, so that @index has one of its own; the others are
 * as large as the steps leave them.  -EEXIST: it is another one.  Kernel: shmem_split_large_entry().
 */
static int split_large_entry(struct address_space *mapping, pgoff_t index, pte_t entry)
{
	unsigned long first, last;
	pte_t found = shmem_swap_entry(mapping, index, &first, &last);
	unsigned int order, next;

	if (!found || swp_entry_add(found, index - first) != entry)
		return -EEXIST;
	for (order = order_of(last - first + 1); order; order = next) {
		pgoff_t start = index & ~((1UL << order) - 1);

		next = split_min_order(order);
		for (unsigned long n = 0; n < 1UL << order; n += 1UL << next)
			store_entry(mapping, start + n, 1UL << next,
				    swp_entry_add(entry, start + n - index));
	}
	return 0;
}

/* Has the file the entries of all pages of the folio, which begins at @index?  Kernel:
 * shmem_confirm_swap(), and the look of shmem_add_to_page_cache(). */
static bool entries_are(const struct address_space *mapping, pgoff_t index, unsigned long nr,
			pte_t entry)
{
	for (unsigned long n = 0; n < nr; n++)
		if (shmem_swap_slot(mapping, index + n) != swp_entry_add(entry, n))
			return false;
	return true;
}

/* In place of the entry.  The folio is locked.  Kernel: shmem_add_to_page_cache(). */
static void exchange_for_folio(struct swapin *in)
{
	struct folio *folio = in->folio;
	unsigned long nr = folio_nr_pages(folio);
	pte_t entry = folio->swap;

	sched_step(in->mapping, ACCESS_WRITE, "shmem_add_to_page_cache");
	erase_entry(in->mapping, in->index, nr);
	folio_get(folio);
	alloc_nofail_begin();
	__filemap_add_folio(in->mapping, folio, in->index);
	alloc_nofail_end();
	if (in->claimed) {
		folio->swap = 0;
		swapcache_clear(entry, nr);
	} else {
		delete_from_swap_cache(folio);
	}
	in->claimed = false;
	folio_set(folio, PG_dirty);	/* in no slot any more */
	for (unsigned long n = 0; n < nr; n++)
		swap_free(swp_entry_add(entry, n));
	trace_event("shmem", "folio#%u comes back from slot %" G_GUINT64_FORMAT
		    " as page 0x%lx of inode#%u", folio->id, swp_offset(entry), in->index,
		    in->mapping->host->id);
}

/* The folio is found, with a reference.  0 or -EEXIST. */
static int swapin_finish(struct swapin *in)
{
	struct folio *folio = in->folio;
	unsigned long nr;
	int error = 0;

	if (in->last - in->first + 1 > folio_nr_pages(folio))
		error = split_large_entry(in->mapping, in->index, in->entry);
	if (error)
		return error;
	point("shmem:swapin-read");
	folio_lock(folio);
	/* it may have been split before it was locked */
	nr = folio_nr_pages(folio);
	in->entry = swp_entry_add(in->entry, -(swp_offset(in->entry) & (nr - 1)));
	in->index &= ~(nr - 1);
	if ((!in->claimed && !folio_test(folio, PG_swapcache)) || folio->swap != in->entry ||
	    !entries_are(in->mapping, in->index, nr, in->entry)) {
		error = -EEXIST;
	} else {
		swap_wait_written(folio);
		exchange_for_folio(in);
	}
	folio_unlock(folio);
	return error;
}

int shmem_swapin_folio(struct address_space *mapping, pgoff_t index,
		       const struct vm_area_struct *vma, struct folio **folio)
{
	struct swapin in = { .mapping = mapping, .index = index, .vma = vma };
	pte_t entry = shmem_swap_entry(mapping, index, &in.first, &in.last);
	int error;

	*folio = NULL;
	if (!entry)
		return -EEXIST;
	in.entry = swp_entry_add(entry, index - in.first);
	in.si = get_swap_device(entry);
	/* Somebody may have brought it back, and the device may be off. */
	if (shmem_swap_entry(mapping, index, NULL, NULL) != entry)
		error = -EEXIST;
	else
		error = in.si ? swapin_read(&in) : -EINVAL;
	if (!error)
		error = swapin_finish(&in);
	if (error && shmem_swap_slot(mapping, index) != swp_entry_add(entry, index - in.first))
		error = -EEXIST;
	if (in.claimed)
		swapcache_clear(in.folio->swap, folio_nr_pages(in.folio));
	if (in.claimed)
		in.folio->swap = 0;
	if (!error)
		*folio = in.folio;
	if (in.folio)
		folio_put(in.folio);
	if (in.si)
		put_swap_device(in.si);
	return error;
}

int shmem_find_folio(struct address_space *mapping, pgoff_t index, struct folio **folio)
{
	int error = 0;

	do {
		*folio = filemap_get_folio(mapping, index);
		if (*folio || !shmem_is_swapped(mapping, index))
			return 0;
		error = shmem_swapin_folio(mapping, index, NULL, folio);
	} while (error == -EEXIST);
	return error;
}

/* ---- without a page ---- */

bool shmem_cuts_entry(const struct address_space *mapping, pgoff_t start, pgoff_t end,
		      pgoff_t size)
{
	unsigned long first, last;

	if (start >= size && shmem_swap_entry(mapping, start, &first, NULL) && first < start)
		return true;
	return end >= size && shmem_swap_entry(mapping, end, NULL, &last) && last > end;
}

void shmem_free_swap(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	unsigned long first, last, index = start;
	void *found;

	while (mapping->host->swapped && index <= end &&
	       (found = mt_find(&mapping->i_swapped, index, &first, &last)) && first <= end) {
		pte_t entry = (pte_t)(uintptr_t)found;

		index = last + 1;
		if (first < start || last > end)
			continue;
		sched_step(mapping, ACCESS_WRITE, "shmem_free_swap");
		erase_entry(mapping, first, last - first + 1);
		for (unsigned long n = 0; n <= last - first; n++)
			free_swap_and_cache(swp_entry_add(entry, n));
		shmem_unacct_blocks(mapping->host, last - first + 1);
	}
}

/* Kernel: shmem_unuse_inode(). */
static int unuse_inode(struct inode *inode, unsigned int type)
{
	struct address_space *mapping = &inode->i_data;
	unsigned long first, last, index = 0;
	struct folio *folio;
	void *entry;
	int error = 0;

	while ((entry = mt_find(&mapping->i_swapped, index, &first, &last))) {
		index = last + 1;
		if (swp_type((pte_t)(uintptr_t)entry) == type)
			error = shmem_swapin_folio(mapping, first, NULL, &folio);
		if (error == -ENOMEM)
			return error;
		/* of one that was read page by page the others are looked for again */
		if (shmem_swap_entry(mapping, first + 1, NULL, NULL))
			index = first + 1;
	}
	return 0;
}

int shmem_unuse(unsigned int type)
{
	g_autoptr(GPtrArray) inodes = object_list(mach, KIND_INODE);
	int error = 0;

	for (guint i = 0; i < inodes->len && !error; i++) {
		struct inode *inode = inodes->pdata[i];

		if (inode->swapped)
			error = unuse_inode(inode, type);
	}
	return error;
}

void shmem_swapin_range(const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct address_space *mapping = &vma->vm_file->inode->i_data;
	pgoff_t index = linear_page_index(vma, start), after = index + ((end - start) >> PAGE_SHIFT);
	unsigned long first, last;
	void *entry;

	while (index < after && (entry = mt_find(&mapping->i_swapped, index, &first, &last)) &&
	       first < after) {
		struct folio *folio = read_swap_cache((pte_t)(uintptr_t)entry);

		if (folio)
			folio_put(folio);
		index = last + 1;
	}
	lru_add_drain();
}

/* ---- how much ---- */

unsigned long shmem_partial_swap_usage(const struct address_space *mapping, pgoff_t start,
				       pgoff_t end)
{
	unsigned long first, last, index = start, nr = 0;

	while (mapping->host->swapped && index < end &&
	       mt_find(&mapping->i_swapped, index, &first, &last) && first < end) {
		nr += last - first + 1;
		index = last + 1;
	}
	return nr;
}

unsigned long shmem_swap_usage(const struct vm_area_struct *vma)
{
	const struct inode *inode = vma->vm_file->inode;

	if (!vma->vm_pgoff && vma->vm_end - vma->vm_start >= inode->size)
		return inode->swapped;
	return shmem_partial_swap_usage(&inode->i_data, vma->vm_pgoff,
					vma->vm_pgoff + vma_pages(vma));
}
