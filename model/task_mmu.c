/*
 * task_mmu.c - sums over the pages of an area, as /proc/PID/smaps shows them.
 *
 * In the kernel:  fs/proc/task_mmu.c smaps_pte_range(), smaps_account().
 * Left out:       hugetlb, page idle tracking.
 * Locks:          none: nobody else runs.
 */
#include "task_mmu.h"
#include "huge.h"
#include "machine.h"
#include "memory.h"
#include "shmem_swap.h"
#include "swap.h"

/* Fractions of a byte, for what is divided by a number of sharers. */
#define PSS_SHIFT	12

/* While words are walked: what is a Pss is shifted by PSS_SHIFT. */
struct smaps_walk {
	const struct vm_area_struct *vma;
	struct mem_size_stats *mss;
};

/* Kernel: smaps_page_accumulate(). */
static void accumulate(const struct smaps_walk *walk, uint64_t size, uint64_t pss, bool dirty,
		       bool private)
{
	struct mem_size_stats *mss = walk->mss;

	mss->pss += pss;
	if (walk->vma->vm_flags & VM_LOCKED)
		mss->locked += pss;
	if (dirty)
		mss->pss_dirty += pss;
	if (private)
		*(dirty ? &mss->private_dirty : &mss->private_clean) += size;
	else
		*(dirty ? &mss->shared_dirty : &mss->shared_clean) += size;
}

/* Mappings are counted page by page; of an entry that is not present nothing is known of them. */
static void accumulate_pages(const struct smaps_walk *walk, const struct page *page,
			     unsigned long nr, bool dirty, bool present)
{
	if (!present || folio_ref_count(page->folio) == 1) {
		accumulate(walk, nr * PAGE_SIZE, nr * PAGE_SIZE << PSS_SHIFT, dirty, present);
		return;
	}
	for (; nr > 0; nr--, page++) {
		unsigned int mapcount = (unsigned int)MAX(page_mapcount(page), 1);

		accumulate(walk, PAGE_SIZE, (PAGE_SIZE << PSS_SHIFT) / mapcount, dirty,
			   mapcount < 2);
	}
}

/* @nr pages from @page on, by the entry @pte.  Kernel: smaps_account(). */
static void account(const struct smaps_walk *walk, const struct page *page, unsigned long nr,
		    pte_t pte)
{
	struct mem_size_stats *mss = walk->mss;
	const struct folio *folio = page->folio;
	bool present = pte_present(pte), dirty = present && pte_dirty(pte);
	uint64_t size = nr * PAGE_SIZE;

	dirty |= folio_test(folio, PG_dirty);
	if (folio_test_anon(folio)) {
		mss->anonymous += size;
		if (!folio_test(folio, PG_swapbacked) && !dirty)
			mss->lazyfree += size;
	}
	if (folio_test_ksm(folio))
		mss->ksm += size;
	mss->rss += size;
	if ((present && pte_young(pte)) || folio_test(folio, PG_referenced))
		mss->referenced += size;
	accumulate_pages(walk, page, nr, dirty, present);
}

static void account_swap(struct mem_size_stats *mss, pte_t pte)
{
	unsigned int count = MAX(swap_count(pte_to_swp_entry(pte)), 1);

	mss->swap += PAGE_SIZE;
	mss->swap_pss += (PAGE_SIZE << PSS_SHIFT) / count;
}

/* Kernel: smaps_pmd_entry(). */
static void account_leaf(const struct smaps_walk *walk, pte_t pmd)
{
	const struct page *page = pfn_to_page(pte_present(pmd) ? pte_pfn(pmd) :
							       migration_pfn(pmd));
	uint64_t *sum = &walk->mss->file_huge;

	if (pte_present(pmd) && is_huge_zero_pmd(pmd))
		return;
	if (folio_test_anon(page->folio))
		sum = &walk->mss->anon_huge;
	else if (folio_test(page->folio, PG_swapbacked))
		sum = &walk->mss->shmem_huge;
	*sum += PMD_SIZE;
	account(walk, page, HPAGE_PMD_NR, pmd);
}

static bool account_word(const struct pgtable *table, unsigned int slot,
			 unsigned long addr G_GNUC_UNUSED, void *data)
{
	const struct smaps_walk *walk = data;
	pte_t pte = ptep_get(table, slot);
	const struct page *page;

	if (table->level == LEVEL_PMD) {
		account_leaf(walk, pte);
	} else if (pte_present(pte)) {
		page = vm_normal_page(pte);
		if (page && page->folio)
			account(walk, page, 1, pte);
	} else if (is_migration_pte(pte)) {
		account(walk, pfn_to_page(migration_pfn(pte)), 1, pte);
	} else if (is_swap_entry_pte(pte)) {
		account_swap(walk->mss, pte);
	}
	return true;
}

/*
 * Pages of shared memory in swap: no word tells of them.  Where all that an area can see is its file's, the
 * file knows how many; else each page for which there is no word is looked for.  They count in Swap alone.
 */
static void account_file_swap(const struct vm_area_struct *vma, struct mem_size_stats *mss)
{
	const struct file *file = vma->vm_file;
	unsigned long swapped;

	if (!file || file->inode->type != INODE_SHMEM)
		return;
	swapped = shmem_swap_usage(vma);
	if (!swapped || vma->vm_flags & VM_SHARED || !(vma->vm_flags & VM_WRITE)) {
		mss->swap += swapped * PAGE_SIZE;
		return;
	}
	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE) {
		pgoff_t index = linear_page_index(vma, addr);
		struct pte_ref at = pgtable_leaf(vma->vm_mm, addr);

		if (pte_none(at.table ? ptep_get(at.table, at.slot) : 0) &&
		    shmem_is_swapped(&file->inode->i_data, index))
			mss->swap += PAGE_SIZE;
	}
}

void smap_gather_stats(const struct vm_area_struct *vma, struct mem_size_stats *mss)
{
	struct smaps_walk walk = { .vma = vma, .mss = mss };

	*mss = (struct mem_size_stats){};
	account_file_swap(vma, mss);
	pgtable_for_each(vma->vm_mm, vma->vm_start, vma->vm_end, account_word, &walk);
	mss->pss >>= PSS_SHIFT;
	mss->pss_dirty >>= PSS_SHIFT;
	mss->swap_pss >>= PSS_SHIFT;
	mss->locked >>= PSS_SHIFT;
}
