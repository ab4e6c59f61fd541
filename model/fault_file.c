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
#include "lru.h"
#include "machine.h"
#include "userfaultfd.h"
#include "vm_fault.h"

/* fault_around_bytes, in pages. */
#define FAULT_AROUND_PAGES	16UL

static struct address_space *vmf_mapping(const struct vm_fault *vmf)
{
	return &vmf->vma->vm_file->inode->i_data;
}

static bool beyond_eof(const struct address_space *mapping, pgoff_t index)
{
	return index >= (mapping->host->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* Is the fault for userfaultfd?  VM_UFFD_* or VM_NONE; only shared memory tells of holes. */
static vm_flags_t shmem_userfault(const struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;

	if (vma->vm_ops != &shmem_vm_ops)
		return VM_NONE;
	if (filemap_get_folio(vmf_mapping(vmf), vmf->pgoff))
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
		folio = filemap_get_or_add_folio(mapping, vmf->pgoff);
		if (!folio)
			return VM_FAULT_OOM;
		folio_get(folio);
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

/* Maps @page at @addr under the PTE lock, with a reference of the caller's.
 * Kernel: set_pte_range(). */
static void set_file_pte(struct vm_fault *vmf, struct page *page, unsigned long addr)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio = page->folio;
	pte_t entry = pfn_pte(page_to_pfn(page), vma_page_prot(vma));
	bool write = (vmf->flags & FAULT_FLAG_WRITE) != 0;

	if (write)
		entry = maybe_mkwrite(pte_mkdirty(entry), vma);
	else if (pte_write(entry) && folio_test(folio, PG_dirty))
		entry = pte_mkdirty(entry);
	if (addr == vmf->address)
		entry = vmf_keep_uffd_wp(vmf, entry);
	if (write && !(vma->vm_flags & VM_SHARED)) {
		folio_add_new_anon_rmap(folio, vma, addr, true);
		folio_add_lru_vma(folio, vma);
	} else {
		folio_add_file_rmap_pte(folio, page, vma);
	}
	*mm_counter(vma->vm_mm, folio) += 1;
	set_pte(vmf->table, pgtable_index(addr, LEVEL_PTE), entry);
}

/*
 * Maps vmf->page, or the private copy of it; its reference goes to the PTE.  *mapped is
 * false if somebody else was faster.  Kernel: finish_fault().
 */
static enum vm_fault_result finish_fault(struct vm_fault *vmf, bool *mapped)
{
	struct page *page = vmf->cow_folio ? folio_page(vmf->cow_folio, 0) : vmf->page;

	*mapped = false;
	if (!pgtable_alloc(vmf->vma->vm_mm, vmf->address, LEVEL_PTE))
		return VM_FAULT_OOM;
	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	if (!vmf_pte_changed(vmf)) {
		set_file_pte(vmf, page, vmf->address);
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

/* Maps @folio's page for @index if its PTE is free.  Kernel: filemap_map_order0_folio(). */
static void map_around_one(struct vm_fault *vmf, struct address_space *mapping,
			   struct folio *folio, pgoff_t index)
{
	unsigned long addr = vmf->address + ((index - vmf->pgoff) << PAGE_SHIFT);

	if (!folio_try_get(folio))
		return;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return;
	}
	if (folio_mapping(folio) == mapping && !beyond_eof(mapping, index) &&
	    pte_none(vmf->table->entry[pgtable_index(addr, LEVEL_PTE)])) {
		folio_get(folio);
		set_file_pte(vmf, folio_page(folio, index - folio->index), addr);
	}
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

/* True if the page of the fault is mapped now.  Kernel: do_fault_around(). */
static enum vm_fault_result do_fault_around(struct vm_fault *vmf, bool *mapped)
{
	struct address_space *mapping = vmf_mapping(vmf);
	bool any = false;
	pgoff_t first, last;

	fault_around_window(vmf, &first, &last);
	for (pgoff_t index = first; index <= last && !any; index++)
		any = ready_folio(mapping, index) != NULL;
	if (!any)
		return VM_FAULT_DONE;
	if (!pgtable_alloc(vmf->vma->vm_mm, vmf->address, LEVEL_PTE))
		return VM_FAULT_OOM;
	if (!vmf_lock(vmf))
		return VM_FAULT_DONE;
	for (pgoff_t index = first; index <= last; index++) {
		struct folio *folio = ready_folio(mapping, index);

		if (folio)
			map_around_one(vmf, mapping, folio, index);
	}
	*mapped = !pte_none(vmf->table->entry[vmf->slot]);
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
