/*
 * unmapped_area.c - where a mapping goes that does not say where.
 *
 * From the top down below mmap_base; upwards for MAP_32BIT and when there is no room
 * below.  Nothing is random: the layout is that of `setarch -R`.
 *
 * In the kernel:  arch/x86/kernel/sys_x86_64.c, mm/vma.c unmapped_area(),
 *                 unmapped_area_topdown(); mm/mmap.c __get_unmapped_area();
 *                 mm/huge_memory.c __thp_get_unmapped_area(); mm/shmem.c
 *                 shmem_get_unmapped_area().
 * Left out:       randomisation, five levels, shadow stacks, cache colouring of old AMD
 *                 parts, other mounts with huge pages, ADDR_COMPAT_LAYOUT.
 * Locks:          mmap_lock.
 */
#include "file.h"
#include "vma.h"

#define MAP_32BIT_START	0x40000000UL
#define MAP_32BIT_END	0x80000000UL
#define FOUR_GIB	(1UL << 32)

/* What is asked for, as it goes through the layers. */
struct placement {
	const struct mm_struct *mm;
	unsigned long hint;		/* bytes; 0: none */
	unsigned long len;
	unsigned long flags;		/* MAP_* */
};

unsigned long vm_start_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

/* The highest gap below @high; a stack above it keeps its distance. */
static long unmapped_area_topdown(const struct mm_struct *mm, unsigned long low,
				  unsigned long high, unsigned long len)
{
	const struct vm_area_struct *next;
	unsigned long start;

	low = MAX(low, mach->config.mmap_min_addr);
	for (;;) {
		if (high <= low || mt_empty_area_rev(&mm->mm_mt, low, high - 1, len, &start))
			return -ENOMEM;
		next = find_vma(mm, start);
		if (!next || vm_start_gap(next) >= start + len)
			return (long)start;
		high = vm_start_gap(next);
	}
}

/* The lowest gap above @low. */
static long unmapped_area(const struct mm_struct *mm, unsigned long low, unsigned long high,
			  unsigned long len)
{
	const struct vm_area_struct *next;
	unsigned long start;

	low = MAX(low, mach->config.mmap_min_addr);
	for (;;) {
		if (high <= low || mt_empty_area(&mm->mm_mt, low, high - 1, len, &start))
			return -ENOMEM;
		next = find_vma(mm, start);
		if (!next || vm_start_gap(next) >= start + len)
			return (long)start;
		low = next->vm_end;
	}
}

/* Free at the hint, and far enough below a stack? */
static bool hint_is_free(const struct placement *want, unsigned long addr)
{
	const struct vm_area_struct *next = find_vma(want->mm, addr);

	return !next || addr + want->len <= vm_start_gap(next);
}

static long area_bottomup(const struct placement *want)
{
	unsigned long low = want->mm->mmap_legacy_base, high = TASK_SIZE;
	unsigned long addr = PAGE_ALIGN(want->hint);

	if (want->flags & MAP_32BIT) {
		low = MAP_32BIT_START;
		high = MAP_32BIT_END;
	}
	if (want->len > high)
		return -ENOMEM;
	if (addr && high - want->len >= addr && hint_is_free(want, addr))
		return (long)addr;
	return unmapped_area(want->mm, low, high, want->len);
}

/* Kernel: arch_get_unmapped_area_topdown_vmflags(). */
static long area_topdown(const struct placement *want)
{
	unsigned long low = want->flags & MAP_ABOVE4G ? FOUR_GIB : PAGE_SIZE;
	unsigned long hint = want->hint & PAGE_MASK;
	long addr;

	if (want->len > TASK_SIZE)
		return -ENOMEM;
	if (want->flags & MAP_FIXED)
		return (long)want->hint;
	if (want->flags & MAP_32BIT)
		return area_bottomup(want);
	if (hint && hint <= TASK_SIZE - want->len && hint_is_free(want, hint))
		return (long)hint;
	addr = unmapped_area_topdown(want->mm, low, want->mm->mmap_base, want->len);
	return addr < 0 ? area_bottomup(want) : addr;
}

/*
 * An address which agrees with @offset (bytes in the file) modulo the size of a huge
 * page, found by asking for one huge page more; 0 if the range holds no huge page or
 * there is no room.
 */
static long area_thp_aligned(const struct placement *want, unsigned long offset)
{
	int64_t end = (int64_t)(offset + want->len);
	int64_t first = (int64_t)ALIGN_UP(offset, PMD_SIZE);
	struct placement padded = *want;
	long addr, shift;

	if (end <= first || (uint64_t)end - (uint64_t)first < PMD_SIZE)
		return 0;
	padded.len = want->len + PMD_SIZE;
	if (padded.len < want->len || offset + padded.len < offset)
		return 0;
	addr = area_topdown(&padded);
	if (addr < 0)
		return 0;
	if ((unsigned long)addr == want->hint)
		return addr;
	shift = (long)((offset - (unsigned long)addr) & (PMD_SIZE - 1));
	return shift ? addr + shift : addr + (long)PMD_SIZE;
}

static long area_thp_or_plain(const struct placement *want, unsigned long offset)
{
	long addr = area_thp_aligned(want, offset);

	return addr ? addr : area_topdown(want);
}

/* Has the mount of @file, or that of anonymous memory (NULL), huge pages? */
static bool shmem_wants_huge(const struct file *file)
{
	switch (mach->config.shmem_enabled) {
	case SHMEM_HUGE_DENY:
	case SHMEM_HUGE_NEVER:
		return false;
	case SHMEM_HUGE_FORCE:
		return true;
	default:
		return !file || inode_is_anon_shmem(file->inode);
	}
}

/*
 * Shared memory that may be huge: unless the hint was free, an address that agrees with the place
 * in the file, found by asking for one huge page more, less a page.
 * Kernel: shmem_get_unmapped_area().
 */
static long area_shmem(const struct file *file, const struct placement *want, pgoff_t pgoff)
{
	unsigned long offset = (pgoff << PAGE_SHIFT) & (PMD_SIZE - 1);
	struct placement padded = *want;
	long addr = area_topdown(want), found;

	if (addr < 0 || want->flags & MAP_FIXED || (unsigned long)addr == want->hint ||
	    !shmem_wants_huge(file) || want->len < PMD_SIZE ||
	    (offset && offset + want->len < 2 * PMD_SIZE) ||
	    ((unsigned long)addr & (PMD_SIZE - 1)) == offset)
		return addr;
	padded.len = want->len + PMD_SIZE - PAGE_SIZE;
	found = padded.len < want->len ? -ENOMEM : area_topdown(&padded);
	if (found < 0)
		return addr;
	found += (long)((offset - (unsigned long)found) & (PMD_SIZE - 1));
	return (unsigned long)found > TASK_SIZE - want->len ? addr : found;
}

/* File systems on disks and /dev/zero like huge pages. */
static bool file_wants_thp(const struct file *file, unsigned long flags)
{
	if (file->inode->type == INODE_REGULAR)
		return true;
	return file->inode->type == INODE_ZERO && !(flags & MAP_SHARED);
}

static bool anon_wants_thp(const struct placement *want)
{
	return semantics()->anon_thp_align_exact && !(want->flags & MAP_SHARED) &&
	       !want->hint && IS_ALIGNED(want->len, PMD_SIZE);
}

static long choose_area(const struct file *file, const struct placement *want, pgoff_t pgoff)
{
	if (file && file_wants_thp(file, want->flags))
		return area_thp_or_plain(want, pgoff << PAGE_SHIFT);
	if (file ? file->inode->type == INODE_SHMEM || file->inode->type == INODE_ZERO :
		   (want->flags & MAP_SHARED) != 0)
		return area_shmem(file && file->inode->type == INODE_SHMEM ? file : NULL, want, pgoff);
	if (!file && anon_wants_thp(want))
		return area_thp_or_plain(want, 0);
	return area_topdown(want);
}

/* Kernel: security_mmap_addr() with the capability module. */
static int may_map_at(unsigned long addr)
{
	if (addr >= mach->config.mmap_min_addr)
		return 0;
	return current->signal && !current->signal->cap_sys_rawio ? -EPERM : 0;
}

long get_unmapped_area(struct file *file, unsigned long addr, unsigned long len, pgoff_t pgoff,
		       unsigned long flags, vm_flags_t vm_flags)
{
	const struct placement want = { current->mm, addr, len, flags };
	long found;
	int error;

	(void)vm_flags;		/* would tell a shadow stack */
	rwsem_assert_held(&current->mm->mmap_lock);
	if (len > TASK_SIZE)
		return -ENOMEM;
	found = choose_area(file, &want, pgoff);
	if (found < 0 && found > -4096)
		return found;
	if ((unsigned long)found > TASK_SIZE - len)
		return -ENOMEM;
	if (offset_in_page((unsigned long)found))
		return -EINVAL;
	error = may_map_at((unsigned long)found);
	return error ? error : found;
}
