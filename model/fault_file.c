/*
 * fault_file.c - faults on pages of files and shared memory that are not mapped.
 *
 * In the kernel:  mm/memory.c do_read_fault(), do_cow_fault(), do_shared_fault(),
 *                 finish_fault(); mm/filemap.c filemap_fault(), filemap_map_pages();
 *                 mm/shmem.c shmem_fault().
 * Left out:       read-ahead, so that a page enters the cache only when it is touched;
 *                 dirty throttling, file times, DAX.
 * Locks:          as in fault.c; the folio lock of the file's page while it is mapped.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "shmem_swap.h"
#include "userfaultfd.h"
#include "vm_fault.h"

/* fault_around_bytes, in pages. */
#define FAULT_AROUND_PAGES	16UL

static struct address_space *vmf_mapping(const struct vm_fault *vmf)
{
	return &vmf->vma->vm_file->inode->i_data;
}

static pgoff_t file_pages(const struct address_space *mapping)
{
	return (mapping->host->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static bool beyond_eof(const struct address_space *mapping, pgoff_t index)
{
	return index >= file_pages(mapping);
}

/* Is the fault for userfaultfd?  VM_UFFD_* or VM_NONE; only shared memory tells of holes. */
static vm_flags_t shmem_userfault(const struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;

	if (vma->vm_ops != &shmem_vm_ops)
		return VM_NONE;
	if (filemap_get_folio(vmf_mapping(vmf), vmf->pgoff) ||
	    shmem_is_swapped(vmf_mapping(vmf), vmf->pgoff))
		return vma->vm_flags & VM_UFFD_MINOR;
	return vma->vm_flags & VM_UFFD_MISSING;
}

/* Finds the file's page: vmf->page, its folio locked and with a reference.
 * Kernel: __do_fault() with filemap_fault() or shmem_fault(). */
static enum vm_fault_result __do_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf_mapping(vmf);
	vm_flags_t userfault = shmem_userfault(vmf);
	struct folio *folio;

	for (;;) {
		if (beyond_eof(mapping, vmf->pgoff))
			return VM_FAULT_SIGBUS;
		if (userfault)
			return handle_userfault(vmf, userfault);
		folio = mapping->host->type == INODE_SHMEM ?
			shmem_get_folio(mapping, vmf->pgoff, vmf->vma, vmf->address, 0) :
			filemap_get_or_add_folio(mapping, vmf->pgoff);
		if (!folio)
			return VM_FAULT_OOM;
		/* Gone since it was found?  Then its memory may be another's by now. */
		if (!folio_try_get(folio))
			continue;
		folio_lock(folio);
		/* Truncated before we had the lock?  Then there may be a new one. */
		if (likely(folio_mapping(folio) == mapping))
			break;
		folio_unlock(folio);
		folio_put(folio);
	}
	point("fault:file-folio-locked");
	if (unlikely(beyond_eof(mapping, vmf->pgoff))) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_SIGBUS;
	}
	/* One that fallocate() put there is as yet unused. */
	folio_set(folio, PG_uptodate);
	vmf->page = folio_page(folio, vmf->pgoff - folio->index);
	return VM_FAULT_DONE;
}

/* The word for the page at @addr of a fault; @page of @folio follows it. */
static pte_t file_pte(const struct vm_fault *vmf, const struct folio *folio, pfn_t pfn,
		      unsigned long addr)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pfn_pte(pfn, vma_page_prot(vma));

	if (vmf->flags & FAULT_FLAG_WRITE)
		entry = maybe_mkwrite(pte_mkdirty(entry), vma);
	else if (pte_write(entry) && folio_test(folio, PG_dirty))
		entry = pte_mkdirty(entry);
	return addr == vmf->address ? vmf_keep_uffd_wp(vmf, entry) : entry;
}

/* Maps @nr pages from @page on at @addr and behind, under the PTE lock, with a reference of the
 * caller's for each.  Kernel: set_pte_range(). */
static void set_pte_range(struct vm_fault *vmf, struct page *page, unsigned long nr,
			  unsigned long addr)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio = page->folio;
	bool write = (vmf->flags & FAULT_FLAG_WRITE) != 0;

	if (write && !(vma->vm_flags & VM_SHARED)) {
		folio_add_new_anon_rmap(folio, vma, addr, true);
		folio_add_lru_vma(folio, vma);
	} else {
		folio_add_file_rmap_ptes(folio, page, nr, vma);
	}
	*mm_counter(vma->vm_mm, folio) += (long)nr;
	for (unsigned long n = 0; n < nr; n++, addr += PAGE_SIZE)
		set_pte(vmf->table, pgtable_index(addr, LEVEL_PTE),
			file_pte(vmf, folio, page[n].pfn, addr));
}

/* There is no table of PTEs: no memory, or a leaf that somebody else has put there meanwhile? */
static enum vm_fault_result no_table(const struct vm_fault *vmf)
{
	return pte_none(ptep_get(vmf->pmds, pgtable_index(vmf->address, LEVEL_PMD))) ?
	       VM_FAULT_OOM : VM_FAULT_DONE;
}

/* How many pages of the folio of @page the fault maps at once, from its first one on: all, if it is
 * shared memory's and its words fit here and are empty; else 1.  The PTE lock held. */
static unsigned long pages_to_map(const struct vm_fault *vmf, const struct page *page)
{
	const struct vm_area_struct *vma = vmf->vma;
	unsigned long nr = folio_nr_pages(page->folio), n = page->pfn - page->folio->pfn;
	unsigned long below = vmf->pgoff - vma->vm_pgoff;

	if (vmf->cow_folio || nr == 1 || vma->vm_ops != &shmem_vm_ops || userfaultfd_armed(vma))
		return 1;
	if (below < n || below + nr - n > vma_pages(vma) || vmf->slot < n ||
	    vmf->slot + nr - n > PTRS_PER_TABLE)
		return 1;
	for (unsigned long i = 0; i < nr; i++)
		if (!pte_none(ptep_get(vmf->table, vmf->slot - n + i)))
			return 1;
	return nr;
}

/* @page, or with it its whole folio; the PTE lock is held. */
static void set_file_ptes(struct vm_fault *vmf, struct page *page)
{
	unsigned long nr = pages_to_map(vmf, page), n = page->pfn - page->folio->pfn;
	unsigned long addr = vmf->address - (n << PAGE_SHIFT);

	if (nr == 1) {
		set_pte_range(vmf, page, 1, vmf->address);
		return;
	}
	folio_ref_add(page->folio, (long)nr - 1);
	set_pte_range(vmf, folio_page(page->folio, 0), nr, addr);
}

/*
 * Maps vmf->page, or the private copy of it; its reference goes to the PTE.  *mapped is
 * false if somebody else was faster.  Kernel: finish_fault().
 */
static enum vm_fault_result finish_fault(struct vm_fault *vmf, bool *mapped)
{
	struct page *page = vmf->cow_folio ? folio_page(vmf->cow_folio, 0) : vmf->page;

	*mapped = !vmf->cow_folio && do_set_pmd(vmf, page->folio);
	if (*mapped)
		return VM_FAULT_DONE;
	if (!pgtable_alloc(vmf->vma->vm_mm, vmf->address, LEVEL_PTE))
		return no_table(vmf);
	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	if (!vmf_pte_changed(vmf)) {
		set_file_ptes(vmf, page);
		*mapped = true;
	}
	vmf_unlock(vmf);
	point("fault:pte-set");
	return VM_FAULT_DONE;
}

/* ---- read: with what lies around and is in the page cache already ---- */

/* The folio for @index if it can be mapped without waiting, or NULL.
 * Kernel: next_uptodate_folio(). */
static struct folio *ready_folio(const struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (!folio || folio_locked(folio) || !folio_test(folio, PG_uptodate) ||
	    beyond_eof(mapping, index))
		return NULL;
	return folio;
}

/* Do the words of all pages of @folio, a large one, lie in the area and in the table?  And is its
 * end not behind that of the file, which matters to all but shared memory? */
static bool fits_whole(const struct vm_fault *vmf, const struct folio *folio)
{
	const struct vm_area_struct *vma = vmf->vma;
	unsigned long nr = folio_nr_pages(folio);
	unsigned long addr = vma->vm_start + ((folio->index - vma->vm_pgoff) << PAGE_SHIFT);

	if (vma->vm_ops != &shmem_vm_ops && beyond_eof(vmf_mapping(vmf), folio->index + nr - 1))
		return false;
	return folio->index >= vma->vm_pgoff &&
	       folio->index + nr <= vma->vm_pgoff + vma_pages(vma) &&
	       (addr & PMD_MASK) == ((addr + (nr << PAGE_SHIFT) - 1) & PMD_MASK);
}

/* Pages [first, last] of a file, all of @folio's: where a word is free, as many as are at once. */
static void map_free_words(struct vm_fault *vmf, struct folio *folio, pgoff_t first, pgoff_t last)
{
	while (first <= last) {
		unsigned long addr = vmf->address + ((first - vmf->pgoff) << PAGE_SHIFT), nr = 0;
		unsigned int slot = pgtable_index(addr, LEVEL_PTE);

		while (first + nr <= last && pte_none(ptep_get(vmf->table, slot + nr)))
			nr++;
		if (nr) {
			folio_ref_add(folio, (long)nr);
			set_pte_range(vmf, folio_page(folio, first - folio->index), nr, addr);
		}
		first += MAX(nr, 1);
	}
}

/*
 * Maps @folio's pages from *@index to @last, or all it has if they fit, where their PTEs are
 * free; *@index becomes the last one seen to.  Kernel: filemap_map_folio_range().
 */
static void map_around_folio(struct vm_fault *vmf, struct address_space *mapping,
			     struct folio *folio, pgoff_t *index, pgoff_t last)
{
	pgoff_t first = *index;
	bool none = false;

	if (!folio_try_get(folio))
		return;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return;
	}
	last = MIN(last, folio->index + folio_nr_pages(folio) - 1);
	*index = last;
	if (folio->order && fits_whole(vmf, folio)) {
		first = folio->index;
		last = first + folio_nr_pages(folio) - 1;
	} else if (beyond_eof(mapping, first)) {
		none = true;
	} else {
		/* of one that ends behind the file what is in it */
		last = MIN(last, file_pages(mapping) - 1);
	}
	if (!none && folio_mapping(folio) == mapping)
		map_free_words(vmf, folio, first, last);
	folio_unlock(folio);
	folio_put(folio);
}

/* The window of a fault: aligned, within the area and the PTE table; [first, last]. */
static void fault_around_window(const struct vm_fault *vmf, pgoff_t *first, pgoff_t *last)
{
	unsigned long slot = vmf->slot;
	unsigned long below = vmf->pgoff - vmf->vma->vm_pgoff;	/* pages of the area below us */
	unsigned long from = MAX(slot & ~(FAULT_AROUND_PAGES - 1), slot - MIN(slot, below));
	unsigned long to = MIN(from + FAULT_AROUND_PAGES, PTRS_PER_TABLE);

	to = MIN(to, slot + vma_pages(vmf->vma) - below) - 1;
	*first = vmf->pgoff - (slot - from);
	*last = vmf->pgoff + (to - slot);
}

/* A folio of 2 MiB that can be mapped without waiting gets a leaf.  Kernel: filemap_map_pmd(). */
static bool map_around_pmd(struct vm_fault *vmf, const struct address_space *mapping,
			   struct folio *folio)
{
	bool mapped = false;

	if (folio->order != HPAGE_PMD_ORDER || !folio_try_get(folio))
		return false;
	if (folio_trylock(folio)) {
		mapped = folio_mapping(folio) == mapping && do_set_pmd(vmf, folio);
		folio_unlock(folio);
	}
	if (!mapped)
		folio_put(folio);
	return mapped;
}

/* True if the page of the fault is mapped now.  Kernel: do_fault_around(). */
static enum vm_fault_result do_fault_around(struct vm_fault *vmf, bool *mapped)
{
	struct address_space *mapping = vmf_mapping(vmf);
	struct folio *any = NULL;
	pgoff_t first, last;

	fault_around_window(vmf, &first, &last);
	for (pgoff_t index = first; index <= last && !any; index++)
		any = ready_folio(mapping, index);
	if (!any)
		return VM_FAULT_DONE;
	*mapped = map_around_pmd(vmf, mapping, any);
	if (*mapped)
		return VM_FAULT_DONE;
	if (!pgtable_alloc(vmf->vma->vm_mm, vmf->address, LEVEL_PTE))
		return no_table(vmf);
	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	for (pgoff_t index = first; index <= last; index++) {
		struct folio *folio = ready_folio(mapping, index);

		if (folio)
			map_around_folio(vmf, mapping, folio, &index, last);
	}
	*mapped = !pte_none(ptep_get(vmf->table, vmf->slot));
	vmf_unlock(vmf);
	point("fault:around-mapped");
	return VM_FAULT_DONE;
}

static enum vm_fault_result do_read_fault(struct vm_fault *vmf)
{
	enum vm_fault_result result;
	struct folio *folio;
	bool mapped = false;

	/* Each page must come to the notice of userfaultfd by its own fault. */
	if (!userfaultfd_wp(vmf->vma) && !userfaultfd_minor(vmf->vma)) {
		result = do_fault_around(vmf, &mapped);
		if (result != VM_FAULT_DONE || mapped)
			return result;
	}
	result = __do_fault(vmf);
	if (result != VM_FAULT_DONE || !vmf->page)
		return result;
	folio = vmf->page->folio;
	result = finish_fault(vmf, &mapped);
	folio_unlock(folio);
	if (!mapped)
		folio_put(folio);
	return result;
}

/* ---- private write: a copy at once ---- */

static enum vm_fault_result do_cow_fault(struct vm_fault *vmf)
{
	enum vm_fault_result result = vmf_anon_prepare(vmf);
	bool mapped = false;
	struct folio *folio;

	if (result != VM_FAULT_DONE)
		return result;
	vmf->cow_folio = folio_alloc(0, "private copy of a file page");
	if (!vmf->cow_folio)
		return VM_FAULT_OOM;
	result = __do_fault(vmf);
	if (result != VM_FAULT_DONE || !vmf->page) {
		folio_put(vmf->cow_folio);
		return result;
	}
	folio = vmf->page->folio;
	folio_page(vmf->cow_folio, 0)->content = page_content(vmf->page, "do_cow_fault");
	count_vm_event(VM_EVENT_copies);
	folio_set(vmf->cow_folio, PG_uptodate);
	result = finish_fault(vmf, &mapped);
	folio_unlock(folio);
	folio_put(folio);
	if (!mapped)
		folio_put(vmf->cow_folio);
	return result;
}

/* ---- shared write ---- */

bool do_page_mkwrite(struct vm_fault *vmf, struct folio *folio)
{
	point("fault:page-mkwrite");
	folio_lock(folio);
	if (folio_mapping(folio) == vmf_mapping(vmf))
		return true;
	folio_unlock(folio);
	return false;
}

void fault_dirty_shared_page(struct folio *folio)
{
	folio_set(folio, PG_dirty);
	folio_unlock(folio);
}

static enum vm_fault_result do_shared_fault(struct vm_fault *vmf)
{
	enum vm_fault_result result = __do_fault(vmf);
	bool mapped = false;
	struct folio *folio;

	if (result != VM_FAULT_DONE || !vmf->page)
		return result;
	folio = vmf->page->folio;
	if (vmf->vma->vm_file->inode->type == INODE_REGULAR) {
		folio_unlock(folio);
		if (!do_page_mkwrite(vmf, folio)) {
			folio_put(folio);
			return VM_FAULT_DONE;
		}
	}
	result = finish_fault(vmf, &mapped);
	if (!mapped) {
		folio_unlock(folio);
		folio_put(folio);
		return result;
	}
	fault_dirty_shared_page(folio);
	return VM_FAULT_DONE;
}

enum vm_fault_result do_fault(struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;

	if (vma->vm_ops->special || !vma->vm_file) {
		model_unsupported("an access to the special mapping \"%s\" at %#lx",
				  vma->vm_ops->name, vmf->address);
		return VM_FAULT_SIGBUS;
	}
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_read_fault(vmf);
	if (!(vma->vm_flags & VM_SHARED))
		return do_cow_fault(vmf);
	return do_shared_fault(vmf);
}
