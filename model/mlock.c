/*
 * mlock.c - mlock(), mlock2(), munlock(), mlockall(), munlockall().
 *
 * First the areas get their flags and the pages that are there are counted as mlocked,
 * under mmap_lock for writing; then, without it, all pages are faulted in.
 *
 * In the kernel:  mm/mlock.c do_mlock(), apply_vma_lock_flags(), mlock_fixup(),
 *                 mlock_vma_pages_range(), apply_mlockall_flags(). The counts of a folio:
 *                 lru.c.
 * Left out:       shmctl(SHM_LOCK), hugetlb and DAX areas.
 * Locks:          mmap_lock; the PTE lock around each table.
 */
#include "huge.h"
#include "lru.h"
#include "memory.h"
#include "syscalls.h"
#include "vma_flags.h"

/* ---- pages of one area ---- */

/* The folio that a word of either level maps, or NULL. */
static struct folio *mapped_folio(pte_t pte)
{
	struct page *page = pte_present(pte) ? vm_normal_page(pte) : NULL;

	return page ? page->folio : NULL;
}

static void mlock_one(const struct vm_area_struct *vma, struct folio *folio)
{
	if (!folio)
		return;
	if (vma->vm_flags & VM_LOCKED)
		mlock_folio(folio);
	else
		munlock_folio(folio);
}

/*
 * The word at @addr, with those after it that map the same large folio: how many.  A folio of
 * which a part lies elsewhere is not mlocked, for that part could not be reclaimed.
 * Kernel: folio_mlock_step(), allow_mlock_munlock().
 */
static unsigned long mlock_words(const struct vm_area_struct *vma, const struct pgtable *table,
				 unsigned long addr, unsigned long end)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	struct folio *folio = mapped_folio(ptep_get(table, slot));
	unsigned long step = 1;

	if (folio && folio->order)
		step = folio_pte_batch(table, slot, (end - addr) >> PAGE_SHIFT);
	if (!folio || !(vma->vm_flags & VM_LOCKED) || step == folio_nr_pages(folio))
		mlock_one(vma, folio);
	return step;
}

/* Kernel: mlock_pte_range(). */
static void mlock_table(const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct pgtable *pmds = pmd_trans_huge_lock(vma->vm_mm, start), *table;

	if (pmds) {
		mlock_one(vma, mapped_folio(ptep_get(pmds, pgtable_index(start, LEVEL_PMD))));
		spin_unlock(&pmds->ptl, LOCK_PMD);
		return;
	}
	table = pte_offset_map_lock(vma->vm_mm, start);
	if (!table)
		return;
	for (unsigned long addr = start; addr < end;)
		addr += mlock_words(vma, table, addr, end) << PAGE_SHIFT;
	spin_unlock(&table->ptl, LOCK_PTE);
}

/*
 * Writes the flags and counts the pages.  VM_IO is set meanwhile: a page that reclaim or
 * migration maps again then is not counted a second time.  Kernel: mlock_vma_pages_range().
 */
static void mlock_vma_pages_range(struct vm_area_struct *vma, unsigned long start,
				  unsigned long end, vm_flags_t newflags)
{
	unsigned long next;

	vm_flags_reset(vma, newflags & VM_LOCKED ? newflags | VM_IO : newflags);
	point("mlock:flags-set");
	lru_add_drain();
	for (unsigned long addr = start; addr < end; addr = next) {
		next = MIN(ALIGN_DOWN(addr, PMD_SIZE) + PMD_SIZE, end);
		mlock_table(vma, addr, next);
	}
	lru_add_drain();
	vm_flags_reset(vma, newflags);
}

/* Areas that are never locked: no flag, not counted, and no error. */
static bool cannot_be_locked(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SPECIAL | VM_HUGETLB | VM_DROPPABLE)) != 0;
}

/*
 * [start, end) of *@vmap gets @newflags; *@vmap becomes the area it is part of then.
 * Kernel: mlock_fixup().
 */
static int mlock_fixup(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
		       vm_flags_t newflags)
{
	struct vm_area_struct *vma = *vmap;
	unsigned long nr_pages = (end - start) >> PAGE_SHIFT;
	vm_flags_t oldflags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	int error;

	if (newflags == oldflags || cannot_be_locked(vma)) {
		trace_event("mlock", "vma#%u [0x%lx,0x%lx): %s", vma->id, start, end,
			    newflags == oldflags ? "nothing to change" : "cannot be locked");
		if (newflags == oldflags)
			vma_check_missed_merge(vma);
		return 0;
	}
	vma = vma_modify_flags(vma, start, end, newflags, &error);
	if (!vma)
		return error;
	*vmap = vma;
	trace_event("mlock", "vma#%u [0x%lx,0x%lx): %s", vma->id, start, end,
		    !(newflags & VM_LOCKED) ? "unlocked" :
		    newflags & VM_LOCKONFAULT ? "locked, pages as they come" : "locked");
	if (!(newflags & VM_LOCKED))
		mm->locked_vm -= nr_pages;
	else if (!(oldflags & VM_LOCKED))
		mm->locked_vm += nr_pages;

	if ((newflags & VM_LOCKED) && (oldflags & VM_LOCKED))
		vm_flags_reset(vma, newflags);
	else
		mlock_vma_pages_range(vma, start, end, newflags);
	return 0;
}

/* Areas before a hole, or before the one that fails, keep their new flags.
 * Kernel: apply_vma_lock_flags(). */
static int apply_vma_lock_flags(struct mm_struct *mm, unsigned long start, unsigned long len,
				vm_flags_t flags)
{
	unsigned long end = start + len, expected = start;
	struct vm_area_struct *vma;
	int error;

	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	for (vma = vma_lookup(mm, start); vma && vma->vm_start < end; vma = vma_next(vma)) {
		unsigned long from = MAX(vma->vm_start, start);

		if (from != expected)
			return -ENOMEM;
		error = mlock_fixup(&vma, from, MIN(vma->vm_end, end),
				    (vma->vm_flags & ~VM_LOCKED_MASK) | flags);
		if (error)
			return error;
		expected = vma->vm_end;
	}
	return expected < end ? -ENOMEM : 0;
}

/* ---- limits ---- */

static bool capable_ipc_lock(void)
{
	return !current->signal || current->signal->cap_ipc_lock;
}

/* Pages of [start, start + len) that are locked already.  Kernel: count_mm_mlocked_page_nr(). */
static unsigned long count_mlocked_pages(const struct mm_struct *mm, unsigned long start,
					 unsigned long len)
{
	unsigned long end = start + len, bytes = 0;
	const struct vm_area_struct *vma;

	if (end < start)
		end = ~0UL;	/* the range is refused later on */
	for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = vma_next(vma))
		if (vma->vm_flags & VM_LOCKED)
			bytes += MIN(vma->vm_end, end) - MAX(vma->vm_start, start);
	return bytes >> PAGE_SHIFT;
}

static bool within_mlock_limit(const struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	unsigned long locked = (len >> PAGE_SHIFT) + mm->locked_vm;

	if (capable_ipc_lock() || locked <= limit)
		return true;
	return locked - count_mlocked_pages(mm, start, len) <= limit;
}

/* ---- the calls ---- */

/* What POSIX wants to hear.  Kernel: __mlock_posix_error_return(). */
static int mlock_error(int error)
{
	if (error == -EFAULT)
		return -ENOMEM;
	return error == -ENOMEM ? -EAGAIN : error;
}

/* The range grows to whole pages. */
static void page_range(unsigned long *start, unsigned long *len)
{
	*len = PAGE_ALIGN(*len + (*start & ~PAGE_MASK));
	*start &= PAGE_MASK;
}

static long do_mlock(unsigned long start, unsigned long len, vm_flags_t flags)
{
	struct mm_struct *mm = current->mm;
	int error;

	if (!can_do_mlock())
		return -EPERM;
	page_range(&start, &len);
	error = mmap_write_lock_killable(mm);
	if (error)
		return error;
	if (within_mlock_limit(mm, start, len)) {
		error = apply_vma_lock_flags(mm, start, len, flags);
	} else {
		quirk_met(QUIRK_mlock_errors_differ);
		error = -ENOMEM;
	}
	mmap_write_unlock(mm);
	if (error)
		return error;
	point("mlock:before-populate");
	return mlock_error(__mm_populate(mm, start, len, false));
}

long sys_mlock(unsigned long addr, unsigned long len)
{
	return do_mlock(addr, len, VM_LOCKED);
}

long sys_mlock2(unsigned long addr, unsigned long len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(addr, len, flags & MLOCK_ONFAULT ? VM_LOCKED_MASK : VM_LOCKED);
}

long sys_munlock(unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = current->mm;
	int error;

	page_range(&addr, &len);
	error = mmap_write_lock_killable(mm);
	if (error)
		return error;
	error = apply_vma_lock_flags(mm, addr, len, 0);
	mmap_write_unlock(mm);
	return error;
}

static vm_flags_t mcl_vm_flags(int flags)
{
	return flags & MCL_ONFAULT ? VM_LOCKED_MASK : VM_LOCKED;
}

/* @flags 0 unlocks all.  Areas that fail are passed over.  Kernel: apply_mlockall_flags(). */
static void apply_mlockall_flags(struct mm_struct *mm, int flags)
{
	vm_flags_t to_add = flags & MCL_CURRENT ? mcl_vm_flags(flags) : 0;
	struct vm_area_struct *vma;

	mm->def_flags &= ~VM_LOCKED_MASK;
	if (flags & MCL_FUTURE) {
		mm->def_flags |= mcl_vm_flags(flags);
		if (!(flags & MCL_CURRENT))
			return;
	}
	for (vma = find_vma(mm, 0); vma; vma = vma_next(vma))
		mlock_fixup(&vma, vma->vm_start, vma->vm_end,
			    (vma->vm_flags & ~VM_LOCKED_MASK) | to_add);
}

long sys_mlockall(int flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	int error;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	error = mmap_write_lock_killable(mm);
	if (error)
		return error;
	if (!(flags & MCL_CURRENT) || mm->total_vm <= limit || capable_ipc_lock())
		apply_mlockall_flags(mm, flags);
	else
		error = -ENOMEM;
	mmap_write_unlock(mm);
	if (!error && (flags & MCL_CURRENT))
		__mm_populate(mm, 0, TASK_SIZE, true);
	return error;
}

long sys_munlockall(void)
{
	struct mm_struct *mm = current->mm;
	int error = mmap_write_lock_killable(mm);

	if (error)
		return error;
	apply_mlockall_flags(mm, 0);
	mmap_write_unlock(mm);
	return 0;
}
