/*
 * accounting.c - limits of a process and the system's promise of memory.
 *
 * In the kernel:  mm/mmap.c may_expand_vm(), vm_stat_account(), mlock_future_ok();
 *                 mm/util.c __vm_enough_memory(), vm_commit_limit(); mm/mlock.c.
 * Left out:       per-CPU batches of the commit counter, hugetlb's part of the limit.
 * Locks:          mmap_lock for writing for an mm's counters.
 */
#include "swap.h"
#include "vma.h"

#define PAGES(bytes)	((bytes) >> PAGE_SHIFT)

unsigned long rlimit(unsigned int resource)
{
	return current->signal ? current->signal->rlim[resource].rlim_cur : RLIM_INFINITY;
}

static unsigned long rlimit_max(unsigned int resource)
{
	return current->signal ? current->signal->rlim[resource].rlim_max : RLIM_INFINITY;
}

static bool capable_ipc_lock(void)
{
	return !current->signal || current->signal->cap_ipc_lock;
}

bool can_do_mlock(void)
{
	return rlimit(RLIMIT_MEMLOCK) != 0 || capable_ipc_lock();
}

bool mlock_future_ok(const struct mm_struct *mm, vm_flags_t flags, unsigned long bytes)
{
	if (!(flags & VM_LOCKED) || capable_ipc_lock())
		return true;
	return PAGES(bytes) + mm->locked_vm <= PAGES(rlimit(RLIMIT_MEMLOCK));
}

bool may_expand_vm(const struct mm_struct *mm, vm_flags_t flags, unsigned long npages)
{
	unsigned long data = mm->data_vm + npages;

	if (mm->total_vm + npages > PAGES(rlimit(RLIMIT_AS)))
		return false;
	if (!is_data_mapping(flags) || data <= PAGES(rlimit(RLIMIT_DATA)))
		return true;
	/* a soft limit of 0 is what some tools set and do not mean */
	return rlimit(RLIMIT_DATA) == 0 && data <= PAGES(rlimit_max(RLIMIT_DATA));
}

static bool is_exec_mapping(vm_flags_t flags)
{
	return (flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC;
}

void vm_stat_account(struct mm_struct *mm, vm_flags_t flags, long npages)
{
	mm->total_vm += npages;
	if (is_exec_mapping(flags))
		mm->exec_vm += npages;
	else if (flags & VM_GROWSDOWN)
		mm->stack_vm += npages;
	else if (is_data_mapping(flags))
		mm->data_vm += npages;
}

bool accountable_mapping(vm_flags_t flags)
{
	return (flags & (VM_NORESERVE | VM_SHARED | VM_WRITE | VM_HUGETLB)) == VM_WRITE;
}

/* ---- overcommit ---- */

#define OVERCOMMIT_GUESS	0
#define OVERCOMMIT_ALWAYS	1

static uint64_t commit_limit(void)
{
	return mach->totalram_pages * mach->config.overcommit_ratio / 100 +
	       mach->swap->total_swap_pages;
}

/*
 * Mode 2: a part of the limit is for the administrator, and no process gets all.  Both
 * reserves are what the kernel sets at boot, a 32nd of memory within bounds.
 */
static bool within_commit_limit(const struct mm_struct *mm)
{
	bool admin = !current->signal || current->signal->cap_sys_admin;
	uint64_t limit = commit_limit();
	uint64_t reserve = 0;

	if (!admin)
		reserve += MIN(mach->totalram_pages / 32, PAGES(8UL << 20));
	if (mm)
		reserve += MIN(mm->total_vm / 32,
			       MIN(mach->totalram_pages / 32, PAGES(128UL << 20)));
	return mach->committed + reserve < limit;
}

static bool enough_memory(const struct mm_struct *mm, unsigned long pages)
{
	switch (mach->config.overcommit_memory) {
	case OVERCOMMIT_ALWAYS:
		return true;
	case OVERCOMMIT_GUESS:
		return pages <= mach->totalram_pages + mach->swap->total_swap_pages;
	default:
		return within_commit_limit(mm);
	}
}

int vm_acct_memory(struct mm_struct *mm, unsigned long pages)
{
	mach->committed += pages;
	if (enough_memory(mm, pages))
		return 0;
	mach->committed -= pages;
	return -ENOMEM;
}

void vm_unacct_memory(unsigned long pages)
{
	mach->committed -= pages;
}
