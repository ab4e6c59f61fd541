/*
 * khugepaged.h - 512 small pages are copied into one huge one: by MADV_COLLAPSE, or by the
 * kernel's own thread.
 *
 * A range is first looked at (khugepaged.c), then collapsed (collapse.h). The thread looks where
 * it is told to, or walks over the address spaces that it knows (khugepaged_scan.c).
 *
 * In the kernel:  mm/khugepaged.c.
 * Left out:       files on disks; the sleeps between two passes; nodes.
 */
#ifndef MODEL_KHUGEPAGED_H
#define MODEL_KHUGEPAGED_H

#include "folio.h"
#include "huge.h"

struct address_space;
struct file;
struct madvise;

/* What became of one block, with the kernel's numbers and the words of its tracepoints; those
 * that only files give are here for the numbers.  Kernel: enum scan_result. */
#define SCAN_RESULTS(R)									\
	R(SCAN_FAIL,			"failed")					\
	R(SCAN_SUCCEED,			"succeeded")					\
	R(SCAN_PMD_NULL,		"pmd_null")					\
	R(SCAN_PMD_NONE,		"pmd_none")					\
	R(SCAN_PMD_MAPPED,		"page_pmd_mapped")				\
	R(SCAN_EXCEED_NONE_PTE,		"exceed_none_pte")				\
	R(SCAN_EXCEED_SWAP_PTE,		"exceed_swap_pte")				\
	R(SCAN_EXCEED_SHARED_PTE,	"exceed_shared_pte")				\
	R(SCAN_PTE_NON_PRESENT,		"pte_non_present")				\
	R(SCAN_PTE_UFFD_WP,		"pte_uffd_wp")					\
	R(SCAN_PTE_MAPPED_HUGEPAGE,	"pte_mapped_hugepage")				\
	R(SCAN_LACK_REFERENCED_PAGE,	"lack_referenced_page")				\
	R(SCAN_PAGE_NULL,		"page_null")					\
	R(SCAN_SCAN_ABORT,		"scan_aborted")					\
	R(SCAN_PAGE_COUNT,		"not_suitable_page_count")			\
	R(SCAN_PAGE_LRU,		"page_not_in_lru")				\
	R(SCAN_PAGE_LOCK,		"page_locked")					\
	R(SCAN_PAGE_ANON,		"page_not_anon")				\
	R(SCAN_PAGE_COMPOUND,		"page_compound")				\
	R(SCAN_ANY_PROCESS,		"no_process_for_page")				\
	R(SCAN_VMA_NULL,		"vma_null")					\
	R(SCAN_VMA_CHECK,		"vma_check_failed")				\
	R(SCAN_ADDRESS_RANGE,		"not_suitable_address_range")			\
	R(SCAN_DEL_PAGE_LRU,		"could_not_delete_page_from_lru")		\
	R(SCAN_ALLOC_HUGE_PAGE_FAIL,	"alloc_huge_page_failed")			\
	R(SCAN_CGROUP_CHARGE_FAIL,	"ccgroup_charge_failed")			\
	R(SCAN_TRUNCATED,		"truncated")					\
	R(SCAN_PAGE_HAS_PRIVATE,	"page_has_private")				\
	R(SCAN_STORE_FAILED,		"store_failed")					\
	R(SCAN_COPY_MC,			"copy_poisoned_page")				\
	R(SCAN_PAGE_FILLED,		"page_filled")

#define R(name, word) name,
enum scan_result { SCAN_RESULTS(R) NR_SCAN_RESULTS };
#undef R
const char *scan_result_word(enum scan_result result);
const char *scan_result_name(enum scan_result result);	/* "SCAN_PMD_NONE" */

/* Who collapses, and what it goes by.  Kernel: struct collapse_control. */
struct collapse_control {
	bool is_khugepaged;	/* settings and limits count; not for MADV_COLLAPSE */
};

/* What a look at one block has found, up to the word that decided. */
struct scan_report {
	unsigned long addr;	/* of that word; 0: no single word did */
	unsigned int none_or_zero, unmapped, shared, referenced;
	uint64_t occupied[PTRS_PER_TABLE / 64];	/* a bit for each word that maps a page */
	unsigned long orders;	/* that the block may be collapsed to, a bit each */
};

/*
 * Looks at the 2 MiB at @addr of @vma, and collapses them if it may.  mmap_lock held for
 * reading; *mmap_locked becomes false if it was given up.  Kernel: hpage_collapse_scan_pmd().
 */
enum scan_result hpage_collapse_scan_pmd(struct mm_struct *mm, struct vm_area_struct *vma,
					 unsigned long addr, bool *mmap_locked,
					 const struct collapse_control *cc);
/*
 * The same look, and nothing else: what the scan would say of the 2 MiB at @addr now.  Takes no
 * lock and changes nothing; for who asks why a range is not huge.
 */
enum scan_result khugepaged_verdict(struct mm_struct *mm, unsigned long addr,
				    const struct collapse_control *cc, struct scan_report *report);
/* May the block at @addr of @vma (NULL: none) be looked at at all?  SCAN_SUCCEED or why not.
 * Kernel: the questions of hugepage_vma_revalidate(). */
enum scan_result collapse_vma_verdict(const struct vm_area_struct *vma, unsigned long addr,
				      unsigned int order, const struct collapse_control *cc);

/* The block at @addr of @vma, whatever it maps; the lock as above. */
enum scan_result collapse_block(struct mm_struct *mm, struct vm_area_struct *vma,
				unsigned long addr, bool *locked,
				const struct collapse_control *cc);

/* ---- files: khugepaged_file.c ---- */

/*
 * The same for the pages of a file from @start on, which @mm maps at @addr; mmap_lock is not held.
 * SCAN_PTE_MAPPED_HUGEPAGE: the folio is there, mapped as it may be.
 * Kernel: hpage_collapse_scan_file(), collapse_file().
 */
enum scan_result hpage_collapse_scan_file(struct mm_struct *mm, unsigned long addr,
					  struct file *file, pgoff_t start,
					  const struct collapse_control *cc);
/* The look alone: what the cache has at the 2 MiB from @start on. */
enum scan_result khugepaged_file_verdict(const struct address_space *mapping, pgoff_t start,
					 const struct collapse_control *cc);
enum scan_result collapse_file(struct address_space *mapping, pgoff_t start,
			       const struct collapse_control *cc);
/* Takes out the tables, empty by now, of all that map the 2 MiB from @start on.
 * Kernel: retract_page_tables(). */
void retract_page_tables(struct address_space *mapping, pgoff_t start);
/* Replaces the table at @addr, which maps pages of one huge folio, by nothing, or a leaf.
 * mmap_lock held.  Kernel: collapse_pte_mapped_thp(). */
enum scan_result collapse_pte_mapped_thp(struct mm_struct *mm, unsigned long addr,
					 bool install_pmd);

/* Is there a table of PTEs for @addr?  SCAN_SUCCEED, or what there is.
 * Kernel: find_pmd_or_thp_or_none(). */
enum scan_result find_pmd_or_thp_or_none(const struct mm_struct *mm, unsigned long addr);
/* Is @folio held by its mappings alone?  Kernel: is_refcount_suitable(). */
bool is_refcount_suitable(const struct folio *folio);

/* All whole blocks of [start, end) of madvise->vma: 0 or -errno.  mmap_lock held for reading
 * before and after, and madvise->lock_dropped says whether in between.
 * Kernel: madvise_collapse(). */
int madvise_collapse(struct madvise *madvise);
/* khugepaged, the running task, looks at the 2 MiB around @addr of @mm. */
enum scan_result khugepaged_collapse(struct mm_struct *mm, unsigned long addr);

/* ---- the walk: khugepaged_scan.c ---- */

/*
 * @vma may be worth a visit: khugepaged learns of its address space, behind those it knows.
 * Kernel: khugepaged_enter_vma().
 */
void khugepaged_enter_vma(const struct vm_area_struct *vma);
/* @mm is a copy of @oldmm.  Kernel: khugepaged_fork(). */
void khugepaged_fork(struct mm_struct *mm, const struct mm_struct *oldmm);
/* The last user of @mm has gone; its areas are still there.  Kernel: khugepaged_exit(). */
void khugepaged_exit(struct mm_struct *mm);
/* Is any order of anonymous memory enabled that khugepaged could make?
 * Kernel: hugepage_pmd_enabled(). */
bool khugepaged_enabled(void);
/*
 * One pass of the thread, the running task: on from where the last one ended, until pages_to_scan
 * words have been looked at or all address spaces been visited.  Blocks collapsed.
 * Kernel: khugepaged_do_scan().
 */
long khugepaged_do_scan(void);
/*
 * All of @mm from its start, at whatever pace; the cursor of the passes stays where it is.  Blocks
 * collapsed; none if khugepaged does not know @mm.
 */
long khugepaged_scan_mm(struct mm_struct *mm);
/* At the end of a run: address spaces that ended under the cursor go. */
void khugepaged_forget_dead(void);

#endif
