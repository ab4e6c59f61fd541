/*
 * prctl.c - prctl() as far as memory goes.
 *
 * In the kernel:  kernel/sys.c.
 * Left out:       everything else, refused; PR_SET_MM for code, arguments, environment,
 *                 auxv, the executable; anonymous names, which are not configured.
 * Locks:          mmap_lock, for writing where areas change.
 */
#include "ksm.h"
#include "prctl.h"
#include "syscalls.h"
#include "vma.h"

/* ---- PR_SET_MEMORY_MERGE ---- */

static long set_memory_merge(struct mm_struct *mm, bool on)
{
	int error = mmap_write_lock_killable(mm);

	if (error)
		return error;
	error = on ? ksm_enable_merge_any(mm) : ksm_disable_merge_any(mm);
	mmap_write_unlock(mm);
	return error;
}

/* ---- PR_SET_MDWE ---- */

static unsigned long get_mdwe(const struct mm_struct *mm)
{
	unsigned long bits = 0;

	if (mm->mdwe)
		bits |= PR_MDWE_REFUSE_EXEC_GAIN;
	if (mm->mdwe_no_inherit)
		bits |= PR_MDWE_NO_INHERIT;
	return bits;
}

static long set_mdwe(struct mm_struct *mm, unsigned long bits)
{
	unsigned long now = get_mdwe(mm);

	if (bits & ~(unsigned long)(PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT))
		return -EINVAL;
	if ((bits & PR_MDWE_NO_INHERIT) && !(bits & PR_MDWE_REFUSE_EXEC_GAIN))
		return -EINVAL;
	if (now && now != bits)
		return -EPERM;
	mm->mdwe = (bits & PR_MDWE_REFUSE_EXEC_GAIN) != 0;
	mm->mdwe_no_inherit = (bits & PR_MDWE_NO_INHERIT) != 0;
	return 0;
}

/* ---- PR_SET_THP_DISABLE ---- */

static long get_thp_disable(const struct mm_struct *mm)
{
	if (mm->thp_disabled)
		return 1;
	return mm->thp_disabled_except_advised ? 1 | PR_THP_DISABLE_EXCEPT_ADVISED : 0;
}

static long set_thp_disable(struct mm_struct *mm, bool disable, unsigned long flags)
{
	int error;

	/* Flags only say how to disable. */
	if ((!disable && flags) || (flags & ~(unsigned long)PR_THP_DISABLE_EXCEPT_ADVISED))
		return -EINVAL;
	error = mmap_write_lock_killable(mm);
	if (error)
		return error;
	mm->thp_disabled = disable && !flags;
	mm->thp_disabled_except_advised = disable && flags;
	mmap_write_unlock(mm);
	return 0;
}

/* ---- PR_SET_MM ---- */

/* Within the limits of user addresses; 0 is what a layout without a program has. */
static bool mm_addr_ok(unsigned long addr)
{
	return !addr || (addr >= mach->config.mmap_min_addr && addr < TASK_SIZE);
}

/* Kernel: check_data_rlimit(). */
static bool data_rlimit_ok(const struct mm_struct *mm)
{
	unsigned long limit = rlimit(RLIMIT_DATA);

	return limit == RLIM_INFINITY ||
	       (mm->brk - mm->start_brk) + (mm->end_data - mm->start_data) <= limit;
}

/* Kernel: validate_prctl_map_addr(), as far as the fields exist. */
static bool mm_map_ok(const struct mm_struct *mm)
{
	return mm_addr_ok(mm->start_data) && mm_addr_ok(mm->end_data) &&
	       mm_addr_ok(mm->start_brk) && mm_addr_ok(mm->brk) &&
	       mm_addr_ok(mm->start_stack) && mm->start_data <= mm->end_data &&
	       mm->start_brk <= mm->brk && data_rlimit_ok(mm);
}

/* The field which @opt names, or NULL. */
static unsigned long *mm_field(struct mm_struct *mm, unsigned long opt)
{
	switch (opt) {
	case PR_SET_MM_START_DATA:
		return &mm->start_data;
	case PR_SET_MM_END_DATA:
		return &mm->end_data;
	case PR_SET_MM_START_STACK:
		return &mm->start_stack;
	case PR_SET_MM_START_BRK:
		return &mm->start_brk;
	case PR_SET_MM_BRK:
		return &mm->brk;
	}
	return NULL;
}

static bool mm_option_left_out(unsigned long opt)
{
	switch (opt) {
	case PR_SET_MM_START_CODE:
	case PR_SET_MM_END_CODE:
	case PR_SET_MM_ARG_START:
	case PR_SET_MM_ARG_END:
	case PR_SET_MM_ENV_START:
	case PR_SET_MM_ENV_END:
	case PR_SET_MM_AUXV:
	case PR_SET_MM_EXE_FILE:
	case PR_SET_MM_MAP:
	case PR_SET_MM_MAP_SIZE:
		return true;
	}
	return false;
}

static long set_mm(struct mm_struct *mm, unsigned long opt, unsigned long addr,
		   unsigned long arg4, unsigned long arg5)
{
	unsigned long *field = mm_field(mm, opt), before;
	long error = 0;

	if (arg5 || (arg4 && !mm_option_left_out(opt)))
		return -EINVAL;
	if (mm_option_left_out(opt)) {
		model_unsupported("prctl(PR_SET_MM) with option %lu is not modelled", opt);
		return -ENOSYS;
	}
	if (!current->signal->cap_sys_resource)
		return -EPERM;
	if (addr >= TASK_SIZE || addr < mach->config.mmap_min_addr || !field)
		return -EINVAL;
	mmap_read_lock(mm);
	before = *field;
	*field = addr;
	if (!mm_map_ok(mm))
		error = -EINVAL;
	else if (opt == PR_SET_MM_START_STACK && !find_vma(mm, addr))
		error = -EFAULT;
	if (error)
		*field = before;
	mmap_read_unlock(mm);
	return error;
}

long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
	       unsigned long arg5)
{
	struct mm_struct *mm = current->mm;

	switch (option) {
	case PR_SET_MM:
		return set_mm(mm, arg2, arg3, arg4, arg5);
	case PR_SET_THP_DISABLE:
		return arg4 || arg5 ? -EINVAL : set_thp_disable(mm, arg2 != 0, arg3);
	case PR_GET_THP_DISABLE:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : get_thp_disable(mm);
	case PR_SET_MDWE:
		return arg3 || arg4 || arg5 ? -EINVAL : set_mdwe(mm, arg2);
	case PR_GET_MDWE:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : (long)get_mdwe(mm);
	case PR_SET_MEMORY_MERGE:
		return arg3 || arg4 || arg5 ? -EINVAL : set_memory_merge(mm, arg2 != 0);
	case PR_GET_MEMORY_MERGE:
		return arg2 || arg3 || arg4 || arg5 ? -EINVAL : mm->ksm_merge_any;
	case PR_SET_VMA:		/* CONFIG_ANON_VMA_NAME=n */
		return -EINVAL;
	}
	model_unsupported("prctl option %d is not modelled", option);
	return -ENOSYS;
}
