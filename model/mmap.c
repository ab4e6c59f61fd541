/*
 * mmap.c - mmap(): the arguments, in the order in which the kernel finds fault.
 *
 * In the kernel:  mm/mmap.c do_mmap(), ksys_mmap_pgoff(); mm/util.c vm_mmap_pgoff();
 *                 mm/memfd.c memfd_check_seals_mmap().
 * Left out:       hugetlb (a machine without huge pages: ENOMEM where the kernel would
 *                 try to reserve one), execute-only protection keys, READ_IMPLIES_EXEC,
 *                 active swap files.
 * Locks:          mmap_lock for writing.
 */
#include "file.h"
#include "mmap_region.h"
#include "syscalls.h"
#include "userfaultfd.h"

/* What MAP_SHARED silently accepts; MAP_SHARED_VALIDATE refuses all else. */
#define MAP_HUGE_BITS	0x7c000000UL
#define LEGACY_MAP_MASK								\
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE |	\
	 MAP_EXECUTABLE | MAP_UNINITIALIZED | MAP_GROWSDOWN | MAP_LOCKED |	\
	 MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB |	\
	 MAP_32BIT | MAP_ABOVE4G | MAP_HUGE_BITS)

/* A mapping as it is being decided; flags and pgoff change on the way. */
struct mmap_request {
	struct file *file;		/* NULL: anonymous */
	unsigned long addr, len, prot, flags;
	vm_flags_t vm_flags;
	pgoff_t pgoff;
	const unsigned long *placed;	/* the address a log recorded, or NULL */
	struct list_head *uf;		/* what userfaultfd is to be told of, or NULL */
};

static vm_flags_t vm_flags_from_prot(unsigned long prot)
{
	vm_flags_t flags = 0;

	if (prot & PROT_READ)
		flags |= VM_READ;
	if (prot & PROT_WRITE)
		flags |= VM_WRITE;
	if (prot & PROT_EXEC)
		flags |= VM_EXEC;
	return flags;
}

/* Kernel: calc_vm_flag_bits(). */
static vm_flags_t vm_flags_from_map(unsigned long map)
{
	vm_flags_t flags = 0;

	if (map & MAP_GROWSDOWN)
		flags |= VM_GROWSDOWN;
	if (map & MAP_LOCKED)
		flags |= VM_LOCKED;
	if (map & MAP_SYNC)
		flags |= VM_SYNC;
	if (map & MAP_STACK)
		flags |= VM_NOHUGEPAGE;
	return flags;
}

/* A hint in a page that nobody can map means the first that can.  0 is no hint. */
static unsigned long round_hint_to_min(unsigned long hint)
{
	hint &= PAGE_MASK;
	if (hint && hint < mach->config.mmap_min_addr)
		return PAGE_ALIGN(mach->config.mmap_min_addr);
	return hint;
}

/* ---- files ---- */

/* The largest offset, in bytes, that a mapping may reach.  Kernel: file_mmap_size_max(). */
static uint64_t file_mmap_size_max(const struct inode *inode)
{
	bool regular = inode->type == INODE_REGULAR || inode->type == INODE_SHMEM;

	return regular ? MAX_FILE_SIZE : UINT64_MAX;
}

/* Kernel: file_mmap_ok(). */
static bool file_mmap_ok(const struct mmap_request *map)
{
	uint64_t max = file_mmap_size_max(map->file->inode);

	return map->len <= max && map->pgoff <= (max - map->len) >> PAGE_SHIFT;
}

static bool can_mmap_file(const struct file *file)
{
	switch (file->inode->type) {
	case INODE_REGULAR:
	case INODE_SHMEM:
	case INODE_ZERO:
		return true;
	default:
		return false;
	}
}

/* Only file systems that know DAX take MAP_SYNC this far. */
static unsigned long known_map_flags(const struct file *file)
{
	return file->inode->type == INODE_REGULAR ? LEGACY_MAP_MASK | MAP_SYNC : LEGACY_MAP_MASK;
}

static int check_shared_file(struct mmap_request *map)
{
	bool validate = (map->flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
	bool writable = file_can_write(map->file);

	if (validate && (map->flags & ~known_map_flags(map->file)))
		return -EOPNOTSUPP;
	if ((map->prot & PROT_WRITE) && !writable)
		return -EACCES;
	if (map->file->inode->append_only && writable)
		return -EACCES;
	map->vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (!writable)
		map->vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	return 0;
}

/* A write seal: no new shared writable mapping, and none that could become one. */
static int check_seals(struct mmap_request *map)
{
	const unsigned int write_seals = F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;

	if (!(map->file->inode->seals & write_seals) || !(map->vm_flags & VM_SHARED))
		return 0;
	if (map->vm_flags & VM_WRITE)
		return -EPERM;
	map->vm_flags &= ~VM_MAYWRITE;
	return 0;
}

static int check_any_file(struct mmap_request *map)
{
	if (!file_can_read(map->file))
		return -EACCES;
	if (map->file->inode->noexec) {
		if (map->vm_flags & VM_EXEC)
			return -EPERM;
		map->vm_flags &= ~VM_MAYEXEC;
	}
	if (!can_mmap_file(map->file))
		return -ENODEV;
	if (map->vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	return check_seals(map);
}

static int check_file(struct mmap_request *map)
{
	int error;

	if (!file_mmap_ok(map))
		return -EOVERFLOW;
	switch (map->flags & MAP_TYPE) {
	case MAP_SHARED:
	case MAP_SHARED_VALIDATE:
		error = check_shared_file(map);
		return error ? error : check_any_file(map);
	case MAP_PRIVATE:
		return check_any_file(map);
	default:
		return -EINVAL;
	}
}

/* ---- anonymous memory ---- */

/* Pages that may vanish make no sense locked, as a stack, after fork, or in a dump. */
static int check_droppable(struct mmap_request *map)
{
	if (!semantics()->map_droppable)
		return -EINVAL;
	if (map->flags & (MAP_LOCKED | MAP_HUGETLB))
		return -EINVAL;
	if (map->vm_flags & VM_GROWSDOWN)
		return -EINVAL;
	map->vm_flags |= VM_DROPPABLE | VM_NORESERVE | VM_WIPEONFORK | VM_DONTDUMP;
	return 0;
}

static int check_anonymous(struct mmap_request *map)
{
	int error = 0;

	switch (map->flags & MAP_TYPE) {
	case MAP_SHARED:
		if (map->vm_flags & VM_GROWSDOWN)
			return -EINVAL;
		map->pgoff = 0;
		map->vm_flags |= VM_SHARED | VM_MAYSHARE;
		return 0;
	case MAP_DROPPABLE:
		error = check_droppable(map);
		break;
	case MAP_PRIVATE:
		break;
	default:
		return -EINVAL;
	}
	map->pgoff = map->addr >> PAGE_SHIFT;
	return error;
}

/* ---- the whole ---- */

/* A log says where the search ended; nothing may be there. */
static long recorded_area(const struct mmap_request *map)
{
	unsigned long addr = *map->placed;

	if (offset_in_page(addr) || map->len > TASK_SIZE || addr > TASK_SIZE - map->len ||
	    find_vma_intersection(current->mm, addr, addr + map->len)) {
		model_unsupported("the recorded address 0x%lx is not free for %lu bytes", addr,
				  map->len);
		return -ENOSYS;
	}
	return (long)addr;
}

/* Kernel: __get_unmapped_area() as do_mmap() calls it. */
static int choose_address(struct mmap_request *map)
{
	long addr;

	if (map->placed && !(map->flags & MAP_FIXED))
		addr = recorded_area(map);
	else
		addr = get_unmapped_area(map->file, map->addr, map->len, map->pgoff, map->flags,
					 map->vm_flags);
	if (addr < 0 && addr > -4096)
		return (int)addr;
	map->addr = (unsigned long)addr;
	if ((map->flags & MAP_FIXED_NOREPLACE) &&
	    find_vma_intersection(current->mm, map->addr, map->addr + map->len))
		return -EEXIST;
	return 0;
}

/* Length, limits and address: all that does not depend on what is mapped. */
static int check_range(struct mmap_request *map)
{
	const struct mm_struct *mm = current->mm;
	int error;

	if (!map->len)
		return -EINVAL;
	if (map->flags & MAP_FIXED_NOREPLACE)
		map->flags |= MAP_FIXED;
	if (!(map->flags & MAP_FIXED))
		map->addr = round_hint_to_min(map->addr);
	map->len = PAGE_ALIGN(map->len);
	if (!map->len)
		return -ENOMEM;
	if (map->pgoff + (map->len >> PAGE_SHIFT) < map->pgoff)
		return -EOVERFLOW;
	if (mm->map_count > mach->config.max_map_count)
		return -ENOMEM;
	map->vm_flags |= vm_flags_from_prot(map->prot) | vm_flags_from_map(map->flags) |
			 mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
	error = choose_address(map);
	if (error)
		return error;
	if ((map->flags & MAP_LOCKED) && !can_do_mlock())
		return -EPERM;
	if (!mlock_future_ok(mm, map->vm_flags, map->len))
		return -EAGAIN;
	return 0;
}

static bool wants_populate(const struct mmap_request *map)
{
	if (map->vm_flags & VM_LOCKED)
		return true;
	return (map->flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
}

static bool is_huge_anonymous(const struct mmap_request *map)
{
	return !map->file && (map->flags & MAP_HUGETLB);
}

/* The reservation of huge pages fails after what was there has gone. */
static long huge_region(const struct mmap_request *map)
{
	int error = 0;

	if (find_vma_intersection(current->mm, map->addr, map->addr + map->len))
		error = do_munmap(current->mm, map->addr, map->len, map->uf);
	return error ? error : -ENOMEM;
}

static long mmap_request(struct mmap_request *map, unsigned long *populate)
{
	long addr;
	int error;

	rwsem_assert_held_write(&current->mm->mmap_lock);
	*populate = 0;
	error = check_range(map);
	if (error)
		return error;
	error = map->file ? check_file(map) : check_anonymous(map);
	if (error)
		return error;
	if ((map->flags & MAP_NORESERVE) && mach->config.overcommit_memory != 2)
		map->vm_flags |= VM_NORESERVE;
	if (is_huge_anonymous(map))
		return huge_region(map);

	addr = mmap_region(map->file, map->addr, map->len, map->vm_flags, map->pgoff, map->uf);
	if (current->mm->map_count > mach->config.max_map_count)
		quirk_met(QUIRK_map_count_above_the_limit);
	if ((addr >= 0 || addr <= -4096) && wants_populate(map))
		*populate = map->len;
	return addr;
}

long do_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
	     unsigned long flags, vm_flags_t vm_flags, pgoff_t pgoff, unsigned long *populate)
{
	struct mmap_request map = {
		.file = file, .addr = addr, .len = len, .prot = prot, .flags = flags,
		.vm_flags = vm_flags, .pgoff = pgoff,
	};

	return mmap_request(&map, populate);
}

/* ---- the call ---- */

#define MAP_HUGE_SHIFT	26
#define MAP_HUGE_MASK	0x3fUL

/*
 * Huge pages by MAP_HUGETLB: 0 if the call goes on (and will find none free), else an
 * error.  The length is rounded up to the size of the page.
 */
static int check_huge(struct mmap_request *map)
{
	unsigned long shift = (map->flags >> MAP_HUGE_SHIFT) & MAP_HUGE_MASK;

	if (map->file)
		return -EINVAL;
	if (!shift)
		shift = PMD_SHIFT;
	if (shift != PMD_SHIFT && shift != PUD_SHIFT)
		return -EINVAL;
	if ((map->flags & MAP_FIXED) && (map->addr & ((1UL << shift) - 1)))
		return -EINVAL;
	if (map->flags & MAP_NORESERVE) {
		model_unsupported("huge pages of hugetlbfs (MAP_HUGETLB|MAP_NORESERVE)");
		return -ENOSYS;
	}
	map->len = ALIGN_UP(map->len, 1UL << shift);
	return 0;
}

static long vm_mmap(struct mmap_request *map)
{
	struct mm_struct *mm = current->mm;
	struct list_head uf;
	unsigned long populate;
	long addr;

	INIT_LIST_HEAD(&uf);
	map->uf = &uf;
	mmap_write_lock(mm);
	addr = mmap_request(map, &populate);
	mmap_write_unlock(mm);
	userfaultfd_unmap_complete(&uf);
	if (populate)
		__mm_populate(mm, (unsigned long)addr, populate, true);
	return addr;
}

static long mmap_call(struct mmap_request *map, int fd, unsigned long offset)
{
	long result = 0;

	if (offset_in_page(offset))
		return -EINVAL;
	map->pgoff = offset >> PAGE_SHIFT;
	if (!(map->flags & MAP_ANONYMOUS)) {
		map->file = fget(fd);
		if (!map->file)
			return -EBADF;
		get_file(map->file);
	}
	if (map->flags & MAP_HUGETLB)
		result = check_huge(map);
	if (!result)
		result = vm_mmap(map);
	if (map->file)
		fput(map->file);
	return result;
}

long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	      int fd, unsigned long offset)
{
	struct mmap_request map = { .addr = addr, .len = len, .prot = prot, .flags = flags };

	return mmap_call(&map, fd, offset);
}

long sys_mmap_placed(unsigned long addr, unsigned long len, unsigned long prot,
		     unsigned long flags, int fd, unsigned long offset, unsigned long placed)
{
	struct mmap_request map = {
		.addr = addr, .len = len, .prot = prot, .flags = flags, .placed = &placed,
	};

	return mmap_call(&map, fd, offset);
}
