/*
 * mmap(): which error comes first, which flags an area gets, what becomes of what was
 * there.
 */
#include "tests/test.h"

#include "model/file.h"
#include "model/syscalls.h"
#include "tests/build.h"

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define P	PAGE_SIZE

enum test_fd {
	FD_NONE, FD_RDWR, FD_RDONLY, FD_WRONLY, FD_APPEND, FD_NOEXEC, FD_DIRECTORY, FD_PIPE, FD_PATH,
	FD_ZERO, FD_MEMFD, FD_SEALED, FD_FUTURE, NR_FDS
};

static struct machine *machine;
static int fds[NR_FDS];

static int open_inode(enum inode_type type, unsigned int flags, void (*change)(struct inode *))
{
	struct inode *inode = inode_create(type, "file", 1UL << 24);
	struct file *file = file_create(inode, flags);

	if (change)
		change(inode);
	inode_put(inode);
	return fd_install(file);
}

static void make_append_only(struct inode *inode)
{
	inode->append_only = true;
}

static void make_noexec(struct inode *inode)
{
	inode->noexec = true;
}

static void seal_write(struct inode *inode)
{
	inode->seals = F_SEAL_WRITE;
}

static void seal_future_write(struct inode *inode)
{
	inode->seals = F_SEAL_FUTURE_WRITE;
}

static void begin(const struct machine_config *config)
{
	machine = build_machine(config);
	fds[FD_NONE] = -1;
	fds[FD_RDWR] = open_inode(INODE_REGULAR, OPEN_RDWR, NULL);
	fds[FD_RDONLY] = open_inode(INODE_REGULAR, OPEN_RDONLY, NULL);
	fds[FD_WRONLY] = open_inode(INODE_REGULAR, OPEN_WRONLY, NULL);
	fds[FD_APPEND] = open_inode(INODE_REGULAR, OPEN_RDWR, make_append_only);
	fds[FD_NOEXEC] = open_inode(INODE_REGULAR, OPEN_RDWR, make_noexec);
	fds[FD_DIRECTORY] = open_inode(INODE_DIRECTORY, OPEN_RDONLY, NULL);
	fds[FD_PIPE] = open_inode(INODE_PIPE, OPEN_RDONLY, NULL);
	fds[FD_PATH] = open_inode(INODE_REGULAR, OPEN_PATH, NULL);
	fds[FD_ZERO] = open_inode(INODE_ZERO, OPEN_RDWR, NULL);
	fds[FD_MEMFD] = open_inode(INODE_SHMEM, OPEN_RDWR, NULL);
	fds[FD_SEALED] = open_inode(INODE_SHMEM, OPEN_RDWR, seal_write);
	fds[FD_FUTURE] = open_inode(INODE_SHMEM, OPEN_RDWR, seal_future_write);
}

static void end(void)
{
	g_autofree char *wrong = mt_validate(&current->mm->mm_mt);
	const struct vm_area_struct *vma;
	unsigned long pages = 0;
	unsigned int count = 0;

	assert_null(wrong);
	for_each_vma(current->mm, vma) {
		count++;
		pages += vma_pages(vma);
	}
	assert_int_equal(count, current->mm->map_count);
	assert_int_equal(pages, current->mm->total_vm);
	build_end(machine);
}

static long map_at(unsigned long page, unsigned long pages, unsigned long prot,
		   unsigned long flags)
{
	return sys_mmap(build_addr(page), pages * P, prot, flags | MAP_FIXED, -1, 0);
}

/* ---- errors ---- */

static void be_plain(void)
{
	struct signal_struct *signal = current->signal;

	signal->cap_ipc_lock = signal->cap_sys_rawio = signal->cap_sys_admin = false;
}

static void no_memlock(void)
{
	be_plain();
	current->signal->rlim[RLIMIT_MEMLOCK].rlim_cur = 0;
}

static void memlock_of_two(void)
{
	be_plain();
	current->signal->rlim[RLIMIT_MEMLOCK].rlim_cur = 2 * P;
}

static void future_locked(void)
{
	memlock_of_two();
	current->mm->def_flags |= VM_LOCKED;
}

static void address_space_of_two(void)
{
	current->signal->rlim[RLIMIT_AS].rlim_cur = 2 * P;
}

static void data_of_two(void)
{
	current->signal->rlim[RLIMIT_DATA].rlim_cur = 2 * P;
}

static void deny_write_exec(void)
{
	current->mm->mdwe = true;
}

static void five_mapped(void)
{
	assert_true(map_at(0, 5, RW, ANON) > 0);
}

static void one_sealed(void)
{
	five_mapped();
	vma_lookup(current->mm, build_addr(0))->vm_flags |= VM_SEALED;
}

static void sealed_and_mdwe(void)
{
	one_sealed();
	deny_write_exec();
}

static void five_and_no_more(void)
{
	five_mapped();
	machine->config.max_map_count = 1;
}

static void over_the_limit(void)
{
	five_mapped();
	machine->config.max_map_count = 0;
}

static int never_split(struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_start == addr ? 0 : -EINVAL;
}

static void unsplittable(void)
{
	static const struct vm_operations_struct ops = { .name = "test", .may_split = never_split };

	five_mapped();
	vma_lookup(current->mm, build_addr(0))->vm_ops = &ops;
}

static void overcommit_never(void)
{
	machine->config.overcommit_memory = 2;
	machine->config.overcommit_ratio = 0;
}

#define AT(page)	((BUILD_BASE + (page)) << PAGE_SHIFT)
#define HUGE_4K		(12UL << 26)
#define UNKNOWN		0x200000UL

static const struct errno_case {
	const char *name;
	void (*prepare)(void);
	unsigned long addr, len, prot, flags;
	enum test_fd fd;
	unsigned long offset;
	long want;			/* -errno; 0: success */
} errno_cases[] = {
	{ "offset not aligned, before a bad fd", NULL, 0, 0, RW, MAP_SHARED, FD_NONE, 1, -EINVAL },
	{ "bad fd, before no length", NULL, 0, 0, RW, MAP_SHARED, FD_NONE, 0, -EBADF },
	{ "O_PATH", NULL, 0, P, RW, MAP_SHARED, FD_PATH, 0, -EBADF },
	{ "MAP_HUGETLB on a file", NULL, 0, P, RW, MAP_PRIVATE | MAP_HUGETLB, FD_RDWR, 0, -EINVAL },
	{ "MAP_HUGETLB of unknown size", NULL, 0, P, RW, ANON | MAP_HUGETLB | HUGE_4K, FD_NONE, 0,
	  -EINVAL },
	{ "MAP_HUGETLB without huge pages", NULL, 0, P, RW, ANON | MAP_HUGETLB, FD_NONE, 0, -ENOMEM },
	{ "MAP_HUGETLB of nothing", NULL, 0, 0, RW, ANON | MAP_HUGETLB, FD_NONE, 0, -EINVAL },
	{ "no length", NULL, 0, 0, RW, ANON, FD_NONE, 0, -EINVAL },
	{ "length rounds to nothing", NULL, 0, ~0UL, RW, ANON, FD_NONE, 0, -ENOMEM },
	{ "too many areas, before the address", over_the_limit, 1, P, RW, ANON | MAP_FIXED, FD_NONE,
	  0, -ENOMEM },
	{ "too long", NULL, 0, TASK_SIZE + P, RW, ANON, FD_NONE, 0, -ENOMEM },
	{ "no gap", NULL, 0, TASK_SIZE, RW, ANON | MAP_NORESERVE, FD_NONE, 0, -ENOMEM },
	{ "fixed beyond the top", NULL, TASK_SIZE, P, RW, ANON | MAP_FIXED, FD_NONE, 0, -ENOMEM },
	{ "fixed beyond the top and not aligned", NULL, TASK_SIZE + 1, P, RW, ANON | MAP_FIXED,
	  FD_NONE, 0, -ENOMEM },
	{ "fixed not aligned", NULL, AT(0) + 1, P, RW, ANON | MAP_FIXED, FD_NONE, 0, -EINVAL },
	{ "noreplace not aligned", NULL, AT(0) + 1, P, RW, ANON | MAP_FIXED_NOREPLACE, FD_NONE, 0,
	  -EINVAL },
	{ "page 0 without privilege", be_plain, 0, P, RW, ANON | MAP_FIXED, FD_NONE, 0, -EPERM },
	{ "page 0 with privilege", NULL, 0, P, RW, ANON | MAP_FIXED, FD_NONE, 0, 0 },
	{ "noreplace over something, before the type", five_mapped, AT(4), 2 * P, RW,
	  MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, FD_NONE, 0, -EEXIST },
	{ "noreplace over a sealed area", one_sealed, AT(0), P, RW, ANON | MAP_FIXED_NOREPLACE,
	  FD_NONE, 0, -EEXIST },
	{ "noreplace beside something", five_mapped, AT(5), P, RW, ANON | MAP_FIXED_NOREPLACE,
	  FD_NONE, 0, 0 },
	{ "locked without any right, before the type", no_memlock, 0, P, RW,
	  MAP_ANONYMOUS | MAP_LOCKED, FD_NONE, 0, -EPERM },
	{ "locked over the limit, before the type", memlock_of_two, 0, 3 * P, RW,
	  MAP_ANONYMOUS | MAP_LOCKED, FD_NONE, 0, -EAGAIN },
	{ "locked up to the limit", memlock_of_two, 0, 2 * P, PROT_NONE, ANON | MAP_LOCKED, FD_NONE,
	  0, 0 },
	{ "future locks over the limit", future_locked, 0, 3 * P, RW, ANON, FD_NONE, 0, -EAGAIN },
	{ "file beyond the largest size, before the type", NULL, 0, P, RW, 0, FD_RDWR,
	  0x7ffffffffffff000, -EOVERFLOW },
	{ "file up to the largest size", NULL, 0, P, RW, MAP_PRIVATE, FD_RDWR, 0x7fffffffffffe000,
	  0 },
	{ "/dev/zero beyond everything", NULL, 0, 2 * P, RW, MAP_PRIVATE, FD_ZERO,
	  0xffffffffffffe000, -EOVERFLOW },
	{ "directory at a large offset", NULL, 0, P, PROT_READ, MAP_PRIVATE, FD_DIRECTORY,
	  0x7ffffffffffff000, -ENODEV },
	{ "file without type", NULL, 0, P, RW, 0, FD_RDWR, 0, -EINVAL },
	{ "file droppable", NULL, 0, P, RW, MAP_DROPPABLE, FD_RDWR, 0, -EINVAL },
	{ "anonymous without type", NULL, 0, P, RW, MAP_ANONYMOUS, FD_NONE, 0, -EINVAL },
	{ "anonymous SHARED_VALIDATE", NULL, 0, P, RW, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, FD_NONE,
	  0, -EINVAL },
	{ "validate, unknown bit, before access", NULL, 0, P, RW, MAP_SHARED_VALIDATE | UNKNOWN,
	  FD_RDONLY, 0, -EOPNOTSUPP },
	{ "validate, bits of huge sizes", NULL, 0, P, RW, MAP_SHARED_VALIDATE | 0x7c000000, FD_RDWR,
	  0, 0 },
	{ "validate, bit 31", NULL, 0, P, RW, MAP_SHARED_VALIDATE | 0x80000000, FD_RDWR, 0,
	  -EOPNOTSUPP },
	{ "validate and noreplace", NULL, AT(0), P, RW, MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE,
	  FD_RDWR, 0, -EOPNOTSUPP },
	{ "validate and MAP_SYNC on shmem", NULL, 0, P, RW, MAP_SHARED_VALIDATE | MAP_SYNC, FD_MEMFD,
	  0, -EOPNOTSUPP },
	{ "validate and MAP_SYNC on a disk: access first", NULL, 0, P, RW,
	  MAP_SHARED_VALIDATE | MAP_SYNC, FD_RDONLY, 0, -EACCES },
	{ "validate and MAP_SYNC on a disk", NULL, 0, P, RW, MAP_SHARED_VALIDATE | MAP_SYNC, FD_RDWR,
	  0, -EOPNOTSUPP },
	{ "MAP_SYNC on private shmem is ignored", NULL, 0, P, RW, MAP_PRIVATE | MAP_SYNC, FD_MEMFD, 0,
	  0 },
	{ "shared, unknown bit is ignored", NULL, 0, P, RW, MAP_SHARED | UNKNOWN, FD_RDWR, 0, 0 },
	{ "shared write, fd read-only", NULL, 0, P, RW, MAP_SHARED, FD_RDONLY, 0, -EACCES },
	{ "shared read, fd read-only", NULL, 0, P, PROT_READ, MAP_SHARED, FD_RDONLY, 0, 0 },
	{ "private, fd write-only", NULL, 0, P, PROT_READ, MAP_PRIVATE, FD_WRONLY, 0, -EACCES },
	{ "shared, append-only", NULL, 0, P, PROT_READ, MAP_SHARED, FD_APPEND, 0, -EACCES },
	{ "private, append-only", NULL, 0, P, RW, MAP_PRIVATE, FD_APPEND, 0, 0 },
	{ "noexec", NULL, 0, P, PROT_EXEC, MAP_PRIVATE, FD_NOEXEC, 0, -EPERM },
	{ "directory", NULL, 0, P, PROT_READ, MAP_PRIVATE, FD_DIRECTORY, 0, -ENODEV },
	{ "pipe, before growsdown", NULL, 0, P, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, FD_PIPE, 0,
	  -ENODEV },
	{ "growsdown of a file", NULL, 0, P, RW, MAP_PRIVATE | MAP_GROWSDOWN, FD_RDWR, 0, -EINVAL },
	{ "growsdown shared", NULL, 0, P, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, FD_NONE, 0,
	  -EINVAL },
	{ "droppable growsdown", NULL, 0, P, RW, MAP_DROPPABLE | MAP_ANONYMOUS | MAP_GROWSDOWN,
	  FD_NONE, 0, -EINVAL },
	{ "droppable locked", NULL, 0, P, RW, MAP_DROPPABLE | MAP_ANONYMOUS | MAP_LOCKED, FD_NONE, 0,
	  -EINVAL },
	{ "droppable huge", NULL, 0, P, RW, MAP_DROPPABLE | MAP_ANONYMOUS | MAP_HUGETLB, FD_NONE, 0,
	  -EINVAL },
	{ "write-sealed, shared write", NULL, 0, P, RW, MAP_SHARED, FD_SEALED, 0, -EPERM },
	{ "write-sealed, shared read", NULL, 0, P, PROT_READ, MAP_SHARED, FD_SEALED, 0, 0 },
	{ "write-sealed, private write", NULL, 0, P, RW, MAP_PRIVATE, FD_SEALED, 0, 0 },
	{ "future-write-sealed, shared write", NULL, 0, P, RW, MAP_SHARED, FD_FUTURE, 0, -EPERM },
	{ "MDWE: write and exec", deny_write_exec, 0, P, RW | PROT_EXEC, ANON, FD_NONE, 0, -EACCES },
	{ "MDWE: exec alone", deny_write_exec, 0, P, PROT_EXEC, ANON, FD_NONE, 0, 0 },
	{ "over a sealed area", one_sealed, AT(0), P, RW, ANON | MAP_FIXED, FD_NONE, 0, -EPERM },
	{ "over a sealed area, MDWE first", sealed_and_mdwe, AT(0), P, RW | PROT_EXEC,
	  ANON | MAP_FIXED, FD_NONE, 0, -EACCES },
	{ "over the middle of one at the limit", five_and_no_more, AT(2), P, RW, ANON | MAP_FIXED,
	  FD_NONE, 0, -ENOMEM },
	{ "over all of one at the limit", five_and_no_more, AT(0), 5 * P, RW, ANON | MAP_FIXED,
	  FD_NONE, 0, 0 },
	{ "over a part of what cannot be split", unsplittable, AT(2), P, RW, ANON | MAP_FIXED, FD_NONE,
	  0, -EINVAL },
	{ "RLIMIT_AS", address_space_of_two, 0, 3 * P, PROT_NONE, ANON, FD_NONE, 0, -ENOMEM },
	{ "RLIMIT_DATA", data_of_two, 0, 3 * P, RW, ANON, FD_NONE, 0, -ENOMEM },
	{ "RLIMIT_DATA does not count read-only", data_of_two, 0, 3 * P, PROT_READ, ANON, FD_NONE, 0,
	  0 },
	{ "more than memory", NULL, 0, 64UL << 30, RW, ANON, FD_NONE, 0, -ENOMEM },
	{ "more than memory, not reserved", NULL, 0, 64UL << 30, RW, ANON | MAP_NORESERVE, FD_NONE, 0,
	  0 },
	{ "overcommit never", overcommit_never, 0, P, RW, ANON, FD_NONE, 0, -ENOMEM },
	{ "overcommit never: NORESERVE does not help", overcommit_never, 0, P, RW,
	  ANON | MAP_NORESERVE, FD_NONE, 0, -ENOMEM },
	{ "unknown protection bits are ignored", NULL, 0, P, RW | 0x100 | PROT_GROWSDOWN, ANON,
	  FD_NONE, 0, 0 },
};

static void test_errno(void **state)
{
	const struct errno_case *t = *state;
	long result;

	begin(NULL);
	if (t->prepare)
		t->prepare();
	result = sys_mmap(t->addr, t->len, t->prot, t->flags, fds[t->fd], t->offset);
	if (t->want)
		assert_int_equal(result, t->want);
	else
		assert_true(result >= 0);
	assert_null(machine->unsupported);
	assert_int_equal(current->nr_held, 0);
	end();
}

/* ---- what an area is ---- */

static const struct flags_case {
	const char *name;
	unsigned long prot, flags;
	enum test_fd fd;
	vm_flags_t set, clear;
	const char *ops;		/* NULL: anonymous */
	bool file;
} flags_cases[] = {
	{ "flags: private anonymous", RW, ANON, FD_NONE, BUILD_RW, VM_SHARED, NULL, false },
	{ "flags: read-only is not charged", PROT_READ, ANON, FD_NONE, VM_READ | VM_MAYWRITE,
	  VM_ACCOUNT | VM_WRITE, NULL, false },
	{ "flags: shared anonymous", RW, MAP_SHARED | MAP_ANONYMOUS, FD_NONE, VM_SHARED | VM_MAYSHARE,
	  VM_ACCOUNT, "shmem", true },
	{ "flags: stack", RW, ANON | MAP_STACK, FD_NONE, VM_NOHUGEPAGE, VM_GROWSDOWN, NULL, false },
	{ "flags: growsdown", RW, ANON | MAP_GROWSDOWN, FD_NONE, VM_GROWSDOWN, 0, NULL, false },
	{ "flags: noreserve", RW, ANON | MAP_NORESERVE, FD_NONE, VM_NORESERVE, VM_ACCOUNT, NULL,
	  false },
	{ "flags: droppable", RW, MAP_DROPPABLE | MAP_ANONYMOUS, FD_NONE,
	  VM_DROPPABLE | VM_NORESERVE | VM_WIPEONFORK | VM_DONTDUMP, VM_ACCOUNT, NULL, false },
	{ "flags: private file", RW, MAP_PRIVATE, FD_RDWR, VM_ACCOUNT, VM_SHARED, "file", true },
	{ "flags: shared file", RW, MAP_SHARED, FD_RDWR, VM_SHARED | VM_MAYSHARE | VM_MAYWRITE,
	  VM_ACCOUNT, "file", true },
	{ "flags: shared file opened read-only", PROT_READ, MAP_SHARED, FD_RDONLY, VM_MAYSHARE,
	  VM_SHARED | VM_MAYWRITE, "file", true },
	{ "flags: noexec", PROT_READ, MAP_PRIVATE, FD_NOEXEC, VM_READ, VM_MAYEXEC, "file", true },
	{ "flags: sealed memfd, shared", PROT_READ, MAP_SHARED, FD_SEALED, VM_SHARED, VM_MAYWRITE,
	  "shmem", true },
	{ "flags: private /dev/zero is anonymous", RW, MAP_PRIVATE, FD_ZERO, VM_ACCOUNT, VM_SHARED,
	  NULL, true },
	{ "flags: shared /dev/zero is shmem", RW, MAP_SHARED, FD_ZERO, VM_SHARED, VM_ACCOUNT, "shmem",
	  true },
	{ "flags: fd of an anonymous mapping is ignored", RW, ANON, FD_PIPE, BUILD_RW, 0, NULL,
	  false },
};

static void test_flags(void **state)
{
	const struct flags_case *t = *state;
	const struct vm_area_struct *vma;
	long addr;

	begin(NULL);
	addr = sys_mmap(0, 3 * P, t->prot, t->flags, fds[t->fd], 2 * P);
	assert_true(addr > 0);
	vma = vma_lookup(current->mm, (unsigned long)addr);
	assert_int_equal(vma->vm_flags & t->set, t->set);
	assert_int_equal(vma->vm_flags & t->clear, 0);
	assert_int_equal(vma->vm_file != NULL, t->file);
	if (t->ops)
		assert_string_equal(vma->vm_ops->name, t->ops);
	else
		assert_null(vma->vm_ops);
	assert_int_equal(machine->committed, vma->vm_flags & VM_ACCOUNT ||
			 (t->ops && vma->vm_file->inode->charged) ? 3 : 0);
	if (t->fd != FD_NONE && t->fd != FD_PIPE)
		assert_int_equal(vma->vm_pgoff, 2);
	else if (vma->vm_flags & VM_SHARED)
		assert_int_equal(vma->vm_pgoff, 0);
	else
		assert_int_equal(vma->vm_pgoff, (unsigned long)addr >> PAGE_SHIFT);
	end();
}

/* ---- over and beside others ---- */

static void assert_picture(unsigned int first, const char *want)
{
	g_autofree char *picture = build_show(current->mm, first, strlen(want));

	assert_string_equal(picture, want);
}

static unsigned int id_at(unsigned long page)
{
	return vma_lookup(current->mm, build_addr(page))->id;
}

/* Equal attributes: the low piece, which is new, takes everything back in. */
static void test_over_the_middle(void **state)
{
	unsigned int first;

	(void)state;
	begin(NULL);
	map_at(0, 5, RW, ANON);
	first = id_at(0);
	map_at(2, 1, RW, ANON);
	assert_picture(first, "BBBBB");
	map_at(2, 1, PROT_READ, ANON);
	assert_int_equal(current->mm->map_count, 3);
	assert_int_equal(machine->committed, 4);
	end();
}

static void test_merges_with_both_sides(void **state)
{
	unsigned int first;

	(void)state;
	begin(NULL);
	map_at(0, 2, RW, ANON);
	first = id_at(0);
	map_at(3, 2, RW, ANON);
	map_at(2, 1, RW, ANON);
	assert_picture(first, "AAAAA.");
	end();
}

/* One struct file merges, two of one inode do not; each shared anonymous mapping is a file. */
static void test_files_merge(void **state)
{
	int again;

	(void)state;
	begin(NULL);
	sys_mmap(build_addr(0), P, RW, MAP_PRIVATE | MAP_FIXED, fds[FD_RDWR], 0);
	sys_mmap(build_addr(1), P, RW, MAP_PRIVATE | MAP_FIXED, fds[FD_RDWR], P);
	assert_int_equal(id_at(0), id_at(1));
	sys_mmap(build_addr(2), P, RW, MAP_PRIVATE | MAP_FIXED, fds[FD_RDWR], 3 * P);
	assert_int_not_equal(id_at(1), id_at(2));
	again = (int)sys_dup(fds[FD_RDWR]);
	sys_mmap(build_addr(3), P, RW, MAP_PRIVATE | MAP_FIXED, again, 4 * P);
	assert_int_equal(id_at(2), id_at(3));
	sys_mmap(build_addr(4), P, RW, MAP_PRIVATE | MAP_FIXED, fds[FD_NOEXEC], 5 * P);
	assert_int_not_equal(id_at(3), id_at(4));
	map_at(6, 1, RW, MAP_SHARED | MAP_ANONYMOUS);
	map_at(7, 1, RW, MAP_SHARED | MAP_ANONYMOUS);
	assert_int_not_equal(id_at(6), id_at(7));
	end();
}

/* A failure on the way out leaves the splits, one after the old areas went a hole. */
static void test_failures_leave_traces(void **state)
{
	(void)state;
	begin(NULL);
	map_at(0, 5, RW, ANON);
	map_at(5, 2, PROT_READ, ANON);
	vma_lookup(current->mm, build_addr(5))->vm_flags |= VM_SEALED;
	assert_int_equal(map_at(3, 3, RW, ANON), -EPERM);
	assert_int_equal(current->mm->map_count, 3);
	assert_int_not_equal(id_at(2), id_at(3));

	assert_int_equal(sys_mmap(build_addr(1), P, RW, MAP_PRIVATE | MAP_FIXED | MAP_SYNC,
				  fds[FD_RDWR], 0), -EOPNOTSUPP);
	assert_null(vma_lookup(current->mm, build_addr(1)));
	end();
}

static void test_locked(void **state)
{
	(void)state;
	begin(NULL);
	map_at(0, 3, PROT_NONE, ANON | MAP_LOCKED);
	assert_int_equal(current->mm->locked_vm, 3);
	current->mm->def_flags |= VM_LOCKED;
	map_at(4, 2, PROT_NONE, MAP_DROPPABLE | MAP_ANONYMOUS);
	assert_int_equal(current->mm->locked_vm, 3);
	assert_false(vma_lookup(current->mm, build_addr(4))->vm_flags & VM_LOCKED);
	sys_munmap(build_addr(1), P);
	assert_int_equal(current->mm->locked_vm, 2);
	end();
}

/* KSM's flag is there before the merge is tried, but for /dev/zero. */
static void test_memory_merge(void **state)
{
	(void)state;
	begin(NULL);
	map_at(0, 1, RW, ANON);
	map_at(1, 1, RW, ANON);
	assert_int_equal(id_at(0), id_at(1));
	sys_munmap(build_addr(0), 2 * P);
	current->mm->ksm_merge_any = true;
	map_at(0, 1, RW, ANON);
	map_at(1, 1, RW, ANON);
	assert_int_equal(id_at(0), id_at(1));
	assert_true(vma_lookup(current->mm, build_addr(0))->vm_flags & VM_MERGEABLE);
	for (unsigned long page = 4; page < 6; page++)
		sys_mmap(build_addr(page), P, RW, MAP_PRIVATE | MAP_FIXED, fds[FD_ZERO],
			 (page - 4) * P);
	assert_int_not_equal(id_at(4), id_at(5));
	end();
}

/* At the limit one more still goes; above it not even what would merge. */
static void test_map_count_limit(void **state)
{
	struct machine_config config;

	(void)state;
	machine_config_init(&config);
	config.max_map_count = 6;
	begin(&config);
	for (unsigned long n = 0; n < 7; n++)
		assert_true(map_at(2 * n, 1, n & 1 ? RW : PROT_READ, ANON) > 0);
	assert_int_equal(current->mm->map_count, 7);
	assert_int_equal(map_at(20, 1, RW, ANON), -ENOMEM);
	assert_int_equal(map_at(1, 1, PROT_READ, ANON), -ENOMEM);
	assert_int_equal(map_at(0, 1, PROT_READ, ANON), -ENOMEM);
	end();
}

/* A recorded address is taken if it is free. */
static void test_placed(void **state)
{
	(void)state;
	begin(NULL);
	assert_int_equal(sys_mmap_placed(0, 2 * P, RW, ANON, -1, 0, build_addr(3)), build_addr(3));
	assert_int_equal(sys_mmap_placed(0, P, RW, ANON, -1, 0, build_addr(4)), -ENOSYS);
	assert_non_null(machine->unsupported);
	end();
}

/* Every allocation fails once: the call fails or not, and nothing is lost. */
static void test_no_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		long result;

		begin(NULL);
		map_at(0, 5, RW, ANON);
		machine_fail_nth(machine, nth);
		result = map_at(1, 2, PROT_READ, MAP_SHARED | MAP_ANONYMOUS);
		failed = machine->failed_site != NULL;
		machine_fail_nth(machine, 0);
		assert_true(result == -ENOMEM || result == (long)build_addr(1));
		assert_true(failed || result > 0);
		end();
	}
}

static void test_before_droppable(void **state)
{
	(void)state;
	begin(NULL);
	machine->config.semantics.map_droppable = false;
	assert_int_equal(map_at(0, 1, RW, MAP_DROPPABLE | MAP_ANONYMOUS), -EINVAL);
	end();
}

#define TABLE(table, fn)						\
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)			\
		tests[nr++] = (struct CMUnitTest){			\
			.name = table[i].name, .test_func = (fn),	\
			.initial_state = (void *)&table[i] }
#define ONE(fn)	tests[nr++] = (struct CMUnitTest)cmocka_unit_test(fn)

int main(void)
{
	struct CMUnitTest tests[160] = {};
	size_t nr = 0;

	TABLE(errno_cases, test_errno);
	TABLE(flags_cases, test_flags);
	ONE(test_over_the_middle);
	ONE(test_merges_with_both_sides);
	ONE(test_files_merge);
	ONE(test_failures_leave_traces);
	ONE(test_locked);
	ONE(test_memory_merge);
	ONE(test_map_count_limit);
	ONE(test_placed);
	ONE(test_no_memory);
	ONE(test_before_droppable);
	return _cmocka_run_group_tests("mmap", tests, nr, NULL, NULL);
}
