/*
 * mm.c - an address space: its birth and end, look-ups, its locks.
 *
 * In the kernel:  kernel/fork.c mm_init(), mm/mmap.c exit_mmap(), mm/mmap_lock.c,
 *                 arch/x86/mm/mmap.c, mm/memory.c free_pgtables().
 * Left out:       RCU and type-stable slabs (a lockless look-up and its lock are one
 *                 step), killable waits that are killed, randomisation.
 * Locks:          as each function says.
 */
#include "file.h"
#include "huge.h"
#include "khugepaged.h"
#include "ksm.h"
#include "memory.h"
#include "vma.h"

/* ---- look-ups; mmap_lock held ---- */

struct vm_area_struct *find_vma(const struct mm_struct *mm, unsigned long addr)
{
	return mt_find(&mm->mm_mt, addr, NULL, NULL);
}

struct vm_area_struct *vma_lookup(const struct mm_struct *mm, unsigned long addr)
{
	return mt_load(&mm->mm_mt, addr);
}

struct vm_area_struct *find_vma_intersection(const struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vm_area_struct *find_vma_prev_of(const struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	if (!addr)
		return NULL;
	vma = mt_find_rev(&mm->mm_mt, addr - 1, NULL, NULL);
	/* the one that holds @addr too does not end below it */
	return vma && vma->vm_end > addr ? vma_prev(vma) : vma;
}

struct vm_area_struct *vma_prev(const struct vm_area_struct *vma)
{
	object_use(vma, "vma_prev");
	if (!vma->vm_start)
		return NULL;
	return mt_find_rev(&vma->vm_mm->mm_mt, vma->vm_start - 1, NULL, NULL);
}

struct vm_area_struct *vma_next(const struct vm_area_struct *vma)
{
	object_use(vma, "vma_next");
	return mt_find(&vma->vm_mm->mm_mt, vma->vm_end, NULL, NULL);
}

/* ---- life ---- */

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = NEW(KIND_MM, struct mm_struct, "mm_alloc");

	if (!mm)
		return NULL;
	mm->mm_users = 1;
	mm->mm_count = 1;
	INIT_LIST_HEAD(&mm->khugepaged_node);
	init_rwsem(&mm->mmap_lock, LOCK_MMAP);
	mm->mm_lock_seq = 1;
	mt_init(&mm->mm_mt, 0, TASK_SIZE - 1);
	mm->pkey_allocation_map = 1;
	INIT_LIST_HEAD(&mm->ksm_slot);
	INIT_LIST_HEAD(&mm->ksm_rmap_items);
	arch_pick_mmap_layout(mm, mach->config.rlim_stack);
	mm->pgd = pgd_alloc(mm);
	if (!mm->pgd) {
		mt_destroy(&mm->mm_mt);
		model_free(KIND_MM, mm);
		return NULL;
	}
	return mm;
}

/* Those who come and go can be exchanged; the last one not. */
UNWATCHED void mmget(struct mm_struct *mm)
{
	sched_touch(&mm->mm_users, ACCESS_WRITE);
	mm->mm_users++;
}

UNWATCHED void mmgrab(struct mm_struct *mm)
{
	sched_touch(&mm->mm_count, ACCESS_READ);
	mm->mm_count++;
}

UNWATCHED void mmdrop(struct mm_struct *mm)
{
	sched_touch(&mm->mm_count, mm->mm_count == 1 ? ACCESS_WRITE : ACCESS_READ);
	if (--mm->mm_count)
		return;
	pgd_free(mm);
	mt_destroy(&mm->mm_mt);
	model_free(KIND_MM, mm);
}

UNWATCHED void mmput(struct mm_struct *mm)
{
	might_sleep("mmput");
	sched_touch(&mm->mm_users, ACCESS_WRITE);
	if (--mm->mm_users)
		return;
	ksm_exit(mm);
	khugepaged_exit(mm);
	exit_mmap(mm);
	mm_put_huge_zero_folio(mm);
	mmdrop(mm);
}

static void exit_zap(struct mm_struct *mm)
{
	const struct zap_details all = { .even_cows = true };
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	for_each_vma(mm, vma)
		zap_page_range(vma, vma->vm_start, vma->vm_end, &all);
	mmap_read_unlock(mm);
}

void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;
	unsigned long accounted = 0;

	tlb_gather_mmu(mm);
	exit_zap(mm);
	mmap_write_lock(mm);
	for_each_vma(mm, vma) {
		vma_start_write(vma);
		unlink_anon_vmas(vma);
		unlink_file_vma(vma);
		vma->detached = true;
	}
	free_pgd_range(mm, 0, TASK_SIZE, 0, 0);
	tlb_finish_mmu(mm);

	for (vma = find_vma(mm, 0); vma; vma = next) {
		next = vma_next(vma);
		if (vma->vm_flags & VM_ACCOUNT)
			accounted += vma_pages(vma);
		remove_vma(vma);
	}
	mt_destroy(&mm->mm_mt);
	mt_init(&mm->mm_mt, 0, TASK_SIZE - 1);
	mm->map_count = 0;
	mm->total_vm = mm->data_vm = mm->exec_vm = mm->stack_vm = mm->locked_vm = 0;
	mmap_write_unlock(mm);
	vm_unacct_memory(accounted);
}

/* ---- layout ---- */

#define MIN_GAP		(128UL << 20)	/* kept free for the stack at least */

void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long rlim_stack)
{
	unsigned long max_gap = TASK_SIZE / 6 * 5;
	unsigned long gap = rlim_stack;

	if (gap + STACK_GUARD_GAP > gap)
		gap += STACK_GUARD_GAP;
	gap = CLAMP(gap, MIN_GAP, max_gap);
	mm->mmap_base = PAGE_ALIGN(TASK_SIZE - gap);
	mm->mmap_legacy_base = PAGE_ALIGN(TASK_SIZE / 3);
}

/* ---- mmap_lock ---- */

void mmap_read_lock(struct mm_struct *mm)
{
	down_read(&mm->mmap_lock);
}

void mmap_read_unlock(struct mm_struct *mm)
{
	up_read(&mm->mmap_lock);
}

void mmap_write_lock(struct mm_struct *mm)
{
	count_vm_event(VM_EVENT_mmap_writes);
	down_write(&mm->mmap_lock);
}

int mmap_write_lock_killable(struct mm_struct *mm)
{
	count_vm_event(VM_EVENT_mmap_writes);
	down_write(&mm->mmap_lock);
	return 0;
}

/* No area has the number any more that says it is write-locked.  Kernel: vma_end_write_all(). */
static void vma_end_write_all(struct mm_struct *mm)
{
	sched_step(&mm->mm_mt, ACCESS_WRITE, "vma_end_write_all");
	mm->mm_lock_seq++;
}

void mmap_write_unlock(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	up_write(&mm->mmap_lock);
}

void mmap_write_downgrade(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	downgrade_write(&mm->mmap_lock);
}

/* ---- per-VMA locks ---- */

void vma_start_write(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	rwsem_assert_held_write(&mm->mmap_lock);
	if (vma->vm_lock_seq == mm->mm_lock_seq)
		return;
	sched_step(&mm->mm_mt, ACCESS_WRITE, "vma_start_write");
	down_write(&vma->vm_lock);
	sched_touch(&vma->vm_lock_seq, ACCESS_WRITE);
	vma->vm_lock_seq = mm->mm_lock_seq;
	up_write(&vma->vm_lock);
}

/* Is @vma, which a look-up found, still what is there?  It may have gone: only then look at it. */
static bool vma_is_still(const struct mm_struct *mm, unsigned long addr,
			 const struct vm_area_struct *vma)
{
	return mt_load(&mm->mm_mt, addr) == vma && !vma->detached;
}

static bool vma_is_write_locked(const struct vm_area_struct *vma)
{
	sched_touch(&vma->vm_lock_seq, ACCESS_READ);
	return vma->vm_lock_seq == vma->vm_mm->mm_lock_seq;
}

/* Kernel: vma_start_read(). */
static bool vma_start_read(struct mm_struct *mm, unsigned long addr, struct vm_area_struct *vma)
{
	sched_step(&vma->vm_lock, ACCESS_TRYLOCK, "vma_start_read");
	if (!vma_is_still(mm, addr, vma) || !down_read_trylock_now(&vma->vm_lock))
		return false;
	sched_step(&mm->mm_mt, ACCESS_READ, "vma_start_read: again");
	/* A writer may have come and gone since we looked: then it may be another range's. */
	if (likely(!vma_is_write_locked(vma) && vma_is_still(mm, addr, vma)))
		return true;
	up_read(&vma->vm_lock);
	return false;
}

struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	sched_step(&mm->mm_mt, ACCESS_READ, "lock_vma_under_rcu");
	vma = mt_load(&mm->mm_mt, addr);
	if (!vma || vma->detached || vma_is_write_locked(vma))
		return NULL;
	/* Whoever needs no anon_vma looks at no neighbour: so it was believed, without the lock. */
	if (semantics()->anon_vma_checked_before_lock &&
	    !READ_SHARED(&vma->anon_vma, vma->anon_vma, "lock_vma_under_rcu"))
		return NULL;
	return vma_start_read(mm, addr, vma) ? vma : NULL;
}

void vma_end_read(struct vm_area_struct *vma)
{
	up_read(&vma->vm_lock);
}

/* The end of the window has a name too: areas end there. */
struct addr_name addr_name(const struct mm_struct *mm, unsigned long addr)
{
	struct addr_name name;
	unsigned long page, rest;

	if (!mm || !mm->window_end || addr < mm->window_start || addr > mm->window_end) {
		g_snprintf(name.text, sizeof(name.text), "0x%lx", addr);
		return name;
	}
	page = (addr - mm->window_start) >> PAGE_SHIFT;
	rest = addr & ~PAGE_MASK;
	if (rest)
		g_snprintf(name.text, sizeof(name.text), "@%lu+0x%lx", page, rest);
	else
		g_snprintf(name.text, sizeof(name.text), "@%lu", page);
	return name;
}
