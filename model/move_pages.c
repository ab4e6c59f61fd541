/*
 * move_pages.c - who wants folios moved: move_pages(2), and compaction.
 *
 * In the kernel:  mm/migrate.c kernel_move_pages(), do_pages_move(),
 *                 __add_folio_for_migration(), do_pages_stat(); mm/compaction.c
 *                 isolate_migratepages_block().
 * Left out:       cpusets, ptrace_may_access(), hugetlb, memory policies.
 * Locks:          mmap_lock for reading around each look-up.
 */
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "migrate.h"
#include "vma.h"

/* The folio that is present at @addr, the zero page's too, or NULL.  mmap_lock held.
 * Kernel: folio_walk_start(). */
static struct folio *folio_walk(const struct vm_area_struct *vma, unsigned long addr)
{
	struct pgtable *table = pmd_trans_huge_lock(vma->vm_mm, addr);
	struct folio *folio = NULL;
	pte_t pte;

	if (table) {
		pte = ptep_get(table, pgtable_index(addr, LEVEL_PMD));
		if (pte_present(pte))
			folio = pfn_to_page(pte_pfn(pte))->folio;
		spin_unlock(&table->ptl, LOCK_PMD);
		return folio;
	}
	table = pte_offset_map_lock(vma->vm_mm, addr);
	if (!table)
		return NULL;
	pte = ptep_get(table, pgtable_index(addr, LEVEL_PTE));
	if (pte_present(pte))
		folio = pfn_to_page(pte_pfn(pte))->folio;
	spin_unlock(&table->ptl, LOCK_PTE);
	return folio;
}

/* Kernel: vma_migratable(). */
static bool vma_migratable(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_IO | VM_PFNMAP));
}

/* A call of move_pages(2) on its way. */
struct mover {
	struct mm_struct *mm;
	unsigned long count;
	int64_t *status;
	unsigned long *done;
	bool all;			/* MPOL_MF_MOVE_ALL */
	GPtrArray *list;		/* isolated, for one node */
	int node;			/* NUMA_NO_NODE: none yet */
	unsigned long start;		/* the first one for it */
};

/* 1 if the folio at @addr was taken off the LRU, 0 if it is on @node, or why neither.
 * Kernel: add_folio_for_migration(). */
static int add_folio(struct mover *mover, unsigned long addr, int node)
{
	struct vm_area_struct *vma;
	struct folio *folio;
	int result = -EFAULT;

	mmap_read_lock(mover->mm);
	vma = vma_lookup(mover->mm, addr);
	if (vma && vma_migratable(vma)) {
		folio = folio_walk(vma, addr);
		if (!folio)
			result = -ENOENT;
		else if (is_zero_folio(folio) || is_huge_zero_folio(folio))
			result = -EFAULT;
		else if (folio_nid(folio) == node)
			result = 0;
		else if (folio_maybe_mapped_shared(folio) && !mover->all)
			result = -EACCES;
		else
			result = folio_isolate_lru(folio) ? 1 : -EBUSY;
		if (result == 1)
			g_ptr_array_add(mover->list, folio);
	}
	mmap_read_unlock(mover->mm);
	return result;
}

static void store_status(struct mover *mover, unsigned long from, unsigned long to,
			 int64_t value)
{
	for (; from < to; from++)
		mover->status[from] = value;
	*mover->done = MAX(*mover->done, to);
}

/*
 * The folios found so far, up to element @i, go to their node: 0; how many elements have not
 * been dealt with, or -ENOMEM.  Kernel: move_pages_and_store_status().
 */
static long flush(struct mover *mover, unsigned long i)
{
	const struct migrate_control control = { .mode = MIGRATE_SYNC, .node = mover->node };
	long failed;
	int why;

	if (!mover->list->len)
		return 0;
	failed = migrate_pages(mover->list, &control, &why);
	g_ptr_array_set_size(mover->list, 0);
	if (failed)
		return failed > 0 ? failed + (long)(mover->count - i) : failed;
	store_status(mover, mover->start, i, mover->node);
	return 0;
}

static int node_error(int64_t node)
{
	if (node < 0 || node >= MAX_NUMNODES || !node_has_memory((int)node))
		return -ENODEV;
	return 0;
}

/* Element @i: 0 to go on; -errno, or > 0 as flush().  Kernel: the loop of do_pages_move(). */
static long move_one(struct mover *mover, unsigned long i, unsigned long addr, int node)
{
	long result = 0;
	int found;

	if (mover->node == NUMA_NO_NODE) {
		mover->start = i;
	} else if (mover->node != node) {
		result = flush(mover, i);
		if (result)
			return result;
		mover->start = i;
	}
	mover->node = node;
	found = add_folio(mover, addr, node);
	if (found > 0)
		return 0;
	store_status(mover, i, i + 1, found ? found : node);
	/* Of those before it nothing is known yet. */
	result = flush(mover, i);
	if (result > 0)
		return result - 1;
	mover->node = NUMA_NO_NODE;
	return result;
}

/* Kernel: do_pages_move(). */
static long do_pages_move(struct mover *mover, const uint64_t *pages, const int64_t *nodes)
{
	long error = 0, late;
	unsigned long i;

	/* lru_cache_disable(): nothing waits in batches during the call. */
	lru_add_drain();
	for (i = 0; i < mover->count; i++) {
		error = node_error(nodes[i]);
		if (error)
			break;
		error = move_one(mover, i, pages[i], (int)nodes[i]);
		if (error)
			goto out;
	}
	late = flush(mover, i);
	if (error >= 0)
		error = late;
out:
	lru_add_drain();
	return error;
}

/* Kernel: do_pages_stat_array(). */
static void do_pages_stat(struct mover *mover, const uint64_t *pages)
{
	mmap_read_lock(mover->mm);
	for (unsigned long i = 0; i < mover->count; i++) {
		struct vm_area_struct *vma = vma_lookup(mover->mm, pages[i]);
		const struct folio *folio = vma ? folio_walk(vma, pages[i]) : NULL;
		int64_t status = !vma ? -EFAULT : -ENOENT;

		if (folio)
			status = is_zero_folio(folio) || is_huge_zero_folio(folio) ?
				 -EFAULT : folio_nid(folio);
		store_status(mover, i, i + 1, status);
	}
	mmap_read_unlock(mover->mm);
}

long sys_move_pages(struct task_struct *target, unsigned long count, const uint64_t *pages,
		    const int64_t *nodes, int64_t *status, unsigned int flags,
		    unsigned long *done)
{
	struct mover mover = { .count = count, .status = status, .done = done,
			       .all = (flags & MPOL_MF_MOVE_ALL) != 0, .node = NUMA_NO_NODE };
	long result = 0;

	*done = 0;
	if (flags & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
		return -EINVAL;
	if (mover.all && !current->signal->cap_sys_nice)
		return -EPERM;
	if (!target)
		return -ESRCH;
	mover.mm = target->mm;
	if (!mover.mm)
		return -EINVAL;
	mmget(mover.mm);
	mover.list = g_ptr_array_new();
	if (nodes)
		result = do_pages_move(&mover, pages, nodes);
	else
		do_pages_stat(&mover, pages);
	g_ptr_array_unref(mover.list);
	mmput(mover.mm);
	return result;
}

/* ---- compaction ---- */

/*
 * The folio at @addr off the LRU, or why not.  One that is not in a cache has to be referenced by
 * its mappings alone: the others could not be moved.
 */
static int compact_isolate(struct mm_struct *mm, unsigned long addr, struct folio **out)
{
	struct folio *folio = folio_grab_mapped(mm, addr);
	int error = -EBUSY;

	if (!folio)
		return -ENOENT;
	if (is_zero_folio(folio) || is_huge_zero_folio(folio)) {
		folio_put(folio);
		return -ENOENT;
	}
	/* It makes room for 2 MiB: what fills that already stays. */
	if (folio->order >= HPAGE_PMD_ORDER) {
		folio_put(folio);
		return -EBUSY;
	}
	if ((folio_mapping(folio) || folio_test(folio, PG_swapcache) ||
	     folio_ref_count(folio) - 1 <= folio_mapcount(folio)) && folio_isolate_lru(folio)) {
		*out = folio;
		error = 0;
	}
	folio_put(folio);
	return error;
}

static bool maps_folio(const struct mm_struct *mm, unsigned long addr, const struct folio *folio)
{
	pte_t pte = pgtable_entry(mm, addr, LEVEL_PTE);

	return pte_present(pte) && pfn_to_page(pte_pfn(pte))->folio == folio;
}

long kcompactd_migrate(struct mm_struct *mm, unsigned long addr, unsigned long len, bool fail)
{
	const struct migrate_control control = { .mode = MIGRATE_SYNC_LIGHT,
						 .node = NUMA_NO_NODE, .fail = fail };
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	unsigned long end = (addr + len + PAGE_SIZE - 1) & PAGE_MASK;
	int error = 0, why = 0;

	if (end < addr || end > TASK_SIZE)
		return -EFAULT;
	lru_add_drain();
	for (unsigned long at = addr & PAGE_MASK; at < end; at += PAGE_SIZE) {
		struct folio *folio = NULL;
		int found = compact_isolate(mm, at, &folio);

		if (folio)
			g_ptr_array_add(list, folio);
		/* Further pages of one that has been taken. */
		while (folio && folio->order && at + PAGE_SIZE < end &&
		       maps_folio(mm, at + PAGE_SIZE, folio))
			at += PAGE_SIZE;
		error = found ? found : error;
	}
	migrate_pages(list, &control, &why);
	if (fail && why == -EAGAIN)
		why = 0;
	return why ? why : error;
}
