/*
 * memory.h - what happens to pages: faults, copies at fork, zaps.
 *
 * In the kernel:  mm/memory.c, mm/gup.c (populate), mm/mprotect.c for the PTE part.
 * Locks:          mmap_lock for reading or the per-VMA lock in faults, for writing in
 *                 fork; PTE table locks around each change.
 */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include "pgtable.h"
#include "rmap.h"

#define FAULT_FLAG_WRITE	0x1U
#define FAULT_FLAG_EXEC		0x2U
#define FAULT_FLAG_USER		0x4U
#define FAULT_FLAG_UNSHARE	0x8U
#define FAULT_FLAG_VMA_LOCK	0x10U
#define FAULT_FLAG_ALLOW_RETRY	0x20U	/* locks may be dropped to wait: VM_FAULT_RETRY */

/* What a fault came to; the words are for traces. */
#define VM_FAULT_RESULTS(R)						\
	R(VM_FAULT_DONE,	"done")					\
	R(VM_FAULT_OOM,		"out of memory")			\
	R(VM_FAULT_SIGSEGV,	"SIGSEGV")				\
	R(VM_FAULT_SIGBUS,	"SIGBUS")				\
	R(VM_FAULT_HWPOISON,	"SIGBUS, poisoned")			\
	R(VM_FAULT_RETRY,	"retry")
#define R(name, words) name,
enum vm_fault_result { VM_FAULT_RESULTS(R) };
#undef R
const char *vm_fault_result_words(enum vm_fault_result result);

/* The protection of @vma's leaves: a shared area whose file wants to hear of the first store
 * to a page maps it read-only.  Kernel: vma->vm_page_prot, vma_set_page_prot(). */
pte_t vma_page_prot(const struct vm_area_struct *vma);
/* Kernel: vma_wants_writenotify(). */
bool vma_wants_writenotify(const struct vm_area_struct *vma);
/* Does an access through @vma tell that the page will be needed?  Kernel: vma_has_recency(). */
static inline bool vma_has_recency(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_SEQ_READ | VM_RAND_READ));
}
/* What a present PTE maps, NULL for the zero page.  Kernel: vm_normal_page(). */
static inline struct page *vm_normal_page(pte_t pte)
{
	return pte_special(pte) ? NULL : pfn_to_page(pte_pfn(pte));
}
/* The counter of @mm for pages like @folio.  Kernel: mm_counter(). */
static inline long *mm_counter(struct mm_struct *mm, const struct folio *folio)
{
	if (folio_test_anon(folio))
		return &mm->rss_anon;
	return folio_test(folio, PG_swapbacked) ? &mm->rss_shmem : &mm->rss_file;
}

/*
 * Resolves one fault in @vma; mmap_lock held for reading, or with FAULT_FLAG_VMA_LOCK the
 * VMA's lock.  VM_FAULT_RETRY has given that up, and only comes under the VMA's lock or with
 * FAULT_FLAG_ALLOW_RETRY.  Kernel: handle_mm_fault().
 */
enum vm_fault_result handle_mm_fault(struct vm_area_struct *vma, unsigned long addr,
				     unsigned int flags);

/*
 * One user access by the running task: looks up the VMA (grows a stack), checks
 * permissions, faults until the PTE allows it, then reads into or stores *@value.
 * 0, or -SIGSEGV, -SIGBUS, -ENOMEM.  No lock held.  Kernel: exc_page_fault() and the
 * instruction itself.
 */
enum user_access { USER_LOAD, USER_STORE, USER_EXEC };
int access_user(unsigned long addr, enum user_access access, uint64_t *value);
/*
 * The kernel reads the value of the page at @addr for the running task, as copy_from_user()
 * does; without @may_fault only what is mapped.  0 or -EFAULT.  With @may_fault no lock held.
 */
int access_kernel(unsigned long addr, bool may_fault, uint64_t *value);
/*
 * The kernel writes @value to the page at @addr of the running task's memory although the area may be
 * read-only, as a debugger does: 0 or -EIO.  Kernel: mem_rw() with FOLL_FORCE.
 */
int access_remote_write(unsigned long addr, uint64_t value);
/* Faults in every page of [start, start + len) as mmap(MAP_POPULATE) and mlock() do, passing
 * over holes: 0, -EFAULT (no permission, SIGBUS, guard) or -ENOMEM.  mmap_lock not held.
 * Kernel: __mm_populate(). */
int __mm_populate(struct mm_struct *mm, unsigned long start, unsigned long len, bool ignore_errors);
/*
 * The same for one area with mmap_lock held, for reading or writing: pages done, or -errno.
 * Where *@locked may become false (NULL: it must not), mmap_lock was given up for a fault, which
 * has to be tried again.  Kernel: populate_vma_page_range().
 */
long populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			     bool *locked);
/* MADV_POPULATE_READ/_WRITE: 0, -ENOMEM for a hole or without memory, -EINVAL without
 * permission, -EFAULT for SIGBUS and SIGSEGV.  mmap_lock not held.  Kernel: madvise_populate(). */
int faultin_page_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool write);

/* Content of the page at @addr of @mm without faulting: true and *value, or false if
 * nothing is there that could tell (a file page that is not present is looked up in the
 * page cache; an anonymous one never touched is 0 by definition). */
bool peek_content(const struct mm_struct *mm, unsigned long addr, uint64_t *value);

/* Copies the page tables of @src into @dst's mm for fork.  0 or -ENOMEM.
 * Kernel: copy_page_range(); vma_needs_copy() inside. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src);

/* Takes all words of [start, end) out of @vma's tables and drops what they map.  mmap_lock, or
 * i_mmap_rwsem, or nobody else in the mm.  Kernel: unmap_page_range(), zap_page_range_single().
 *   munmap, exit:       even_cows
 *   MADV_DONTNEED:      even_cows, keep_markers, reclaim_pt
 *   truncation:         keep_markers, and even_cows as asked for
 */
struct zap_details {
	bool even_cows;		/* also pages that are no longer the file's, and poison */
	bool keep_markers;	/* leave guard markers */
	bool reclaim_pt;	/* free PTE tables that a full range left empty (PT_RECLAIM) */
};
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    const struct zap_details *details);

/*
 * Sets the permissions of what [start, end) maps to those of @vma's flags; makes writable what may
 * be at once, and with @wp sets or takes back userfaultfd's protection.  mmap_lock held, for
 * writing but for userfaultfd.  0 or -ENOMEM.  Kernel: change_protection().
 */
enum uffd_wp_change { UFFD_WP_KEEP, UFFD_WP_SET, UFFD_WP_RESOLVE };
int change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		      enum uffd_wp_change wp);

/* Does @vma have any word that is not none, markers included?  For checks. */
bool vma_has_pages(const struct vm_area_struct *vma);

#endif
