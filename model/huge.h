/*
 * huge.h - folios of more than one page, and the leaves of the PMD level that map the
 * largest of them at once.
 *
 * A folio of 2^order pages is mapped by as many PTEs, or, if it has 2 MiB, by one word of a
 * PMD table.  With each such word an empty PTE table is kept, so that the word can be split
 * into 512 PTEs at any time.  A folio is split only when that pays: until then one of which
 * a part is unmapped waits in a queue.
 *
 * In the kernel:  include/linux/huge_mm.h, mm/huge_memory.c.
 * Left out:       1 GiB leaves, NUMA hints, device memory, memcg and node
 *                 queues, defrag settings (memory is there or it is not).
 * Locks:          the PMD table's lock for its words and deposited tables; the folio lock for
 *                 a split; PTE locks as elsewhere.
 */
#ifndef MODEL_HUGE_H
#define MODEL_HUGE_H

#include "memory.h"

struct vm_fault;
struct inode;

#define BIT_ORDER(order)	(1UL << (order))
/* Orders that anonymous memory can have: 4 pages to 512.  Kernel: THP_ORDERS_ALL_ANON. */
#define THP_ORDERS_ALL_ANON	((BIT_ORDER(HPAGE_PMD_ORDER + 1) - 1) & ~3UL)
/* Those of folios in the page cache.  Kernel: THP_ORDERS_ALL_FILE_DEFAULT. */
#define THP_ORDERS_ALL_FILE	((BIT_ORDER(HPAGE_PMD_ORDER + 1) - 1) & ~1UL)

/* ---- who may have which order: huge_policy.c ---- */

/* On whose behalf the question is asked.  Kernel: enum tva_type. */
enum tva_type {
	TVA_SMAPS,
	TVA_PAGEFAULT,
	TVA_KHUGEPAGED,
	TVA_FORCED_COLLAPSE,	/* MADV_COLLAPSE: settings do not matter */
};
/* Which of @orders (a bit each) @vma may have.  Kernel: thp_vma_allowable_orders(). */
unsigned long thp_vma_allowable_orders(const struct vm_area_struct *vma, enum tva_type type,
				       unsigned long orders);
static inline bool thp_vma_allowable_order(const struct vm_area_struct *vma, enum tva_type type,
					   unsigned int order)
{
	return thp_vma_allowable_orders(vma, type, BIT_ORDER(order)) != 0;
}
/* Has somebody said no?  Kernel: vma_thp_disabled(). */
bool vma_thp_disabled(const struct vm_area_struct *vma, enum tva_type type);
/* Those that shared memory may have at @index, by the settings; @vma NULL: for no area in
 * particular; @end: the page that the file is about to reach to, or 0; @forced: of MADV_COLLAPSE.
 * Kernel: shmem_allowable_huge_orders(). */
unsigned long shmem_allowable_huge_orders(const struct inode *inode,
					  const struct vm_area_struct *vma, pgoff_t index,
					  pgoff_t end, bool forced);
/* Those whose aligned block around @addr lies in @vma.  Kernel: thp_vma_suitable_orders(). */
unsigned long thp_vma_suitable_orders(const struct vm_area_struct *vma, unsigned long addr,
				      unsigned long orders);

/* ---- faults: huge_fault.c ---- */

/*
 * The PMD level of a fault; false: it goes on at the PTE level, vmf->pmds being set.
 * Kernel: the PMD part of __handle_mm_fault().
 */
bool handle_huge_pmd(struct vm_fault *vmf, enum vm_fault_result *result);
/*
 * A folio for a first store, uptodate: of the largest order that is enabled, fits in the area
 * and finds all its words empty; NULL if not even one page can be had.  The PTE table exists.
 * Kernel: alloc_anon_folio().
 */
struct folio *alloc_anon_folio(struct vm_fault *vmf);

/* ---- the huge zero page: huge_zero.c ---- */

/* 2 MiB of zeroes, or NULL without memory; @mm holds one reference for as long as it lives.
 * Kernel: mm_get_huge_zero_folio(), mm_put_huge_zero_folio(). */
struct folio *mm_get_huge_zero_folio(struct mm_struct *mm);
void mm_put_huge_zero_folio(struct mm_struct *mm);
bool is_huge_zero_folio(const struct folio *folio);
/* Is @pmd a leaf which maps it?  Kernel: is_huge_zero_pmd(). */
bool is_huge_zero_pmd(pte_t pmd);
/* Its pages, if no address space holds it.  Kernel: shrink_huge_zero_folio_count(). */
unsigned long huge_zero_folio_count(void);
/* Frees it if no address space holds it; pages freed.  Kernel: shrink_huge_zero_folio_scan(). */
unsigned long huge_zero_folio_shrink(void);

/* ---- leaves: huge_pmd.c, huge_fork.c ---- */

/* Each returns false if there is no leaf for all of [addr, end), after splitting one that
 * serves a part of it: the caller goes on with PTEs, if there is a table. */

/* Kernel: zap_huge_pmd(). */
bool zap_huge_pmd(struct vm_area_struct *vma, unsigned long addr, unsigned long end);
/* Gives it the protection @prot, and userfaultfd's or not.  Kernel: change_huge_pmd(). */
bool change_huge_pmd(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
		     pte_t prot, enum uffd_wp_change wp);
/* Frees the table kept with a leaf that has gone; the PMD table's lock held.
 * Kernel: zap_deposited_table(). */
void zap_deposited_table(struct pgtable *pmds);
/* To the empty word for @to, 2 MiB of @extent.  The new PMD table exists.
 * Kernel: move_huge_pmd(). */
bool move_huge_pmd(struct vm_area_struct *vma, unsigned long from, unsigned long to,
		   unsigned long extent);
/* 1 if the leaf was copied for the child, 0 if there is none (any more), -ENOMEM.
 * Kernel: copy_huge_pmd(). */
int copy_huge_pmd(struct vm_area_struct *dst, struct vm_area_struct *src, unsigned long addr);

/* Splits the leaf at @addr, if there is one, into 512 PTEs; one of a file just goes, since faults
 * bring its pages back.  Kernel: __split_huge_pmd(). */
void split_huge_pmd(struct vm_area_struct *vma, unsigned long addr);
/*
 * The same with the PMD table's lock held.  @freeze: into migration entries and without
 * references, unless the folio may be pinned.  Kernel: __split_huge_pmd_locked().
 */
void split_huge_pmd_locked(struct vm_area_struct *vma, struct pgtable *pmds, unsigned long addr,
			   bool freeze);
/* Leaves that [start, end) of @vma, and the start of @next, will cut.
 * Kernel: vma_adjust_trans_huge(). */
void vma_adjust_trans_huge(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   struct vm_area_struct *next);
/* ---- leaves of files: huge_file.c.  No table is kept with them. ---- */

/*
 * Maps all of @folio, of 2 MiB, at the word of the fault, with a reference of the caller's, if
 * the area may have that and the word is empty.  Kernel: do_set_pmd().
 */
bool do_set_pmd(struct vm_fault *vmf, struct folio *folio);
/* The leaf at @addr goes, the PMD table's lock held; the folio learns from it what it has to.
 * Kernel: the file part of __split_huge_pmd_locked(). */
void drop_file_leaf(struct vm_area_struct *vma, struct pgtable *pmds, unsigned long addr);
/* The same when the range is unmapped; drops the lock.  Kernel: the file part of zap_huge_pmd(). */
void zap_file_leaf(struct vm_area_struct *vma, struct pgtable *pmds, unsigned long addr);

/* How many words from @slot on, at most @max, map consecutive pages of the folio that the first
 * one maps, alike but for writable, dirty and accessed.  The PTE lock held.
 * Kernel: folio_pte_batch(). */
unsigned long folio_pte_batch(const struct pgtable *table, unsigned int slot, unsigned long max);

/* ---- counts of mappings: huge_mapcount.c ---- */

/* @diff more, or less, mappings by @mm (NULL: nobody's in particular).
 * Kernel: folio_add_large_mapcount(), folio_sub_large_mapcount(). */
void folio_add_large_mapcount(struct folio *folio, int diff, const struct mm_struct *mm);
void folio_sub_large_mapcount(struct folio *folio, int diff, const struct mm_struct *mm);

/* ---- splitting folios: huge_split.c, huge_queue.c ---- */

/* Flags that each folio has of the one it was a part of. */
#define FOLIO_SPLIT_INHERITS	(PG_referenced | PG_swapbacked | PG_mlocked | PG_uptodate |	\
				 PG_active | PG_workingset | PG_locked | PG_unevictable |	\
				 PG_dirty | PG_swapcache)
/*
 * Splits @folio, locked by the caller who holds one reference, into pages; the lock and the
 * reference stay with the first one.  Those that nothing maps go, and of those that hold but
 * zeroes the shared zero page takes the place.  0; -EBUSY for the huge zero page, or during
 * write-back; -EAGAIN if somebody else has a reference.  Kernel: split_folio().
 */
int split_folio(struct folio *folio);
/* The same for the large folio that @page is part of: lock and reference pass on to the small folio
 * of @page.  Kernel: split_huge_page(). */
int split_huge_page(struct page *page);
/* The same of an isolated folio: the others, isolated too, are added to @list with a reference each.
 * Kernel: split_folio_to_list(). */
int split_folio_to_list(struct folio *folio, GPtrArray *list);
/* Do mappings, the swap cache and the caller account for all references?
 * Kernel: can_split_folio(). */
bool can_split_folio(const struct folio *folio);
/* The same of a file's folio; @at: page @at alone, the others in halves as large as can be; -1: all
 * alone.  Pages that only page tables held are dropped.  @list: as above, or NULL.
 * Kernel: folio_split(). */
int split_file_folio(struct folio *folio, long at, GPtrArray *list);

/* Puts @folio into the queue of those to be split when memory is short.
 * Kernel: deferred_split_folio(). */
void deferred_split_folio(struct folio *folio, bool partially_mapped);
/* A mapping went, and a part is still mapped. */
void folio_partially_unmapped(struct folio *folio);
/* How many are in the queue.  Kernel: deferred_split_count(). */
unsigned long deferred_split_count(void);
/* Of the first @nr in the queue splits those that are worth it; how many.
 * Kernel: deferred_split_scan(). */
unsigned long deferred_split_scan(unsigned long nr);

#endif
