/*
 * The page cache: truncation, holes, preallocation, and what mappings see of them.
 *
 * The file: 4 pages; mapped shared at page 0 (written: 10 11 12 13), and private at page 10
 * with page 11 and 13 copied (21, 23) and page 10 and 12 only read.
 */
#include <signal.h>
#include "process.h"

static struct process process;

static int setup(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	assert_int_equal(sys_memfd_create("m", MFD_ALLOW_SEALING), 3);
	assert_int_equal(sys_ftruncate(3, 4 * PAGE_SIZE), 0);
	assert_int_equal(sys_mmap(P(0), 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, 3, 0), P(0));
	assert_int_equal(sys_mmap(P(10), 4 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, 3, 0),
			 P(10));
	for (unsigned long n = 0; n < 4; n++)
		assert_int_equal(store(P(n), 10 + n), 0);
	assert_int_equal(load(P(10)), 10);
	assert_int_equal(load(P(12)), 12);
	assert_int_equal(store(P(11), 21), 0);
	assert_int_equal(store(P(13), 23), 0);
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

#define BUS	(-SIGBUS)

/* What pages 0-3 and 10-13 hold afterwards; a signal is negative. */
static const struct change_case {
	const char *name;
	enum { TRUNCATE, FALLOCATE } call;
	int mode;
	uint64_t offset, len;		/* for TRUNCATE: len is the new size, bytes */
	unsigned int seals;
	long want;
	unsigned long nrpages;
	int64_t shared[4], private[4];
} change_cases[] = {
	{ "truncate: to a page: copies beyond go too", TRUNCATE, 0, 0, 4096, 0, 0, 1,
	  { 10, BUS, BUS, BUS }, { 10, BUS, BUS, BUS } },
	{ "truncate: inside a page: that one stays", TRUNCATE, 0, 0, 4097, 0, 0, 2,
	  { 10, 11, BUS, BUS }, { 10, 21, BUS, BUS } },
	{ "truncate: to nothing", TRUNCATE, 0, 0, 0, 0, 0, 0,
	  { BUS, BUS, BUS, BUS }, { BUS, BUS, BUS, BUS } },
	{ "truncate: growing changes no page", TRUNCATE, 0, 0, 65536, 0, 0, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "truncate: same size", TRUNCATE, 0, 0, 16384, F_SEAL_SHRINK | F_SEAL_GROW, 0, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "truncate: sealed against shrinking", TRUNCATE, 0, 0, 4096, F_SEAL_SHRINK, -EPERM, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "truncate: sealed against growing", TRUNCATE, 0, 0, 65536, F_SEAL_GROW, -EPERM, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "truncate: negative size", TRUNCATE, 0, 0, ~0UL, 0, -EINVAL, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "hole: copies stay", FALLOCATE, 3, 4096, 8192, 0, 0, 2,
	  { 10, 0, 0, 13 }, { 10, 21, 0, 23 } },
	{ "hole: the edges are zeroed by bytes", FALLOCATE, 3, 4097, 8192, 0, 0, 3,
	  { 10, 11, 0, 0 }, { 10, 21, 0, 23 } },
	{ "hole: within a page: nothing", FALLOCATE, 3, 4097, 100, 0, 0, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "hole: sealed against writing, in future even", FALLOCATE, 3, 0, 4096,
	  F_SEAL_FUTURE_WRITE, -EPERM, 4, { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "hole: the size must be kept", FALLOCATE, 2, 0, 4096, 0, -EOPNOTSUPP, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "fallocate: pages come at once", FALLOCATE, 0, 16384, 8192, 0, 0, 6,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "fallocate: sealed against growing", FALLOCATE, 1, 16384, 8192, F_SEAL_GROW, -EPERM,
	  4, { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "fallocate: zero range is not for shmem", FALLOCATE, 0x10, 0, 4096, 0, -EOPNOTSUPP,
	  4, { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "fallocate: nothing", FALLOCATE, 0, 0, 0, 0, -EINVAL, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "fallocate: too large", FALLOCATE, 0, 4096, MAX_FILE_SIZE, 0, -EFBIG, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
	{ "hole: the first bytes of a page", FALLOCATE, 3, 8192, 8, 0, 0, 4,
	  { 10, 11, 0, 13 }, { 10, 21, 0, 23 } },
	{ "fallocate: more than there can be", FALLOCATE, 0, 0, 1UL << 40, 0, -ENOMEM, 4,
	  { 10, 11, 12, 13 }, { 10, 21, 12, 23 } },
};

static void test_change(void **state)
{
	const struct change_case *t = *state;
	struct inode *inode = fget(3)->inode;
	uint64_t committed;
	long result;

	if (t->seals)
		assert_int_equal(sys_fcntl_add_seals(3, t->seals), 0);
	committed = mach->committed - inode->i_data.nrpages;
	result = t->call == TRUNCATE ? sys_ftruncate(3, t->len) :
				       sys_fallocate(3, t->mode, t->offset, t->len);
	assert_int_equal(result, t->want);
	assert_int_equal(inode->i_data.nrpages, t->nrpages);
	assert_int_equal(mach->nr_shmem_pages, t->nrpages);
	assert_int_equal(mach->committed, committed + t->nrpages);
	for (unsigned long n = 0; n < 4; n++) {
		assert_int_equal(load(P(n)), t->shared[n]);
		assert_int_equal(load(P(10 + n)), t->private[n]);
	}
}

/* What fallocate() adds is dirty, so that it is kept, but not in core before its first use. */
static void test_preallocated(void **state G_GNUC_UNUSED)
{
	struct inode *inode = fget(3)->inode;
	const struct folio *folio;
	unsigned char core[2];

	assert_int_equal(sys_fallocate(3, 0, 16384, 8192), 0);
	folio = filemap_get_folio(&inode->i_data, 4);
	assert_true(folio_test(folio, PG_dirty));
	assert_false(folio_test(folio, PG_uptodate));
	assert_int_equal(sys_mmap(P(20), 8192, PROT_READ, MAP_SHARED | MAP_FIXED, 3, 16384),
			 P(20));
	assert_int_equal(sys_mincore(P(20), 8192, core), 0);
	assert_int_equal(core[0] | core[1], 0);
	assert_int_equal(load(P(20)), 0);
	assert_int_equal(sys_mincore(P(20), 8192, core), 0);
	assert_int_equal(core[0], 1);
	assert_int_equal(core[1], 0);
	/* Allocated a second time, which is a use. */
	assert_int_equal(sys_fallocate(3, 0, 20480, 4096), 0);
	assert_int_equal(sys_mincore(P(20), 8192, core), 0);
	assert_int_equal(core[1], 1);
}

static void test_sizes(void **state G_GNUC_UNUSED)
{
	const struct inode *inode = fget(3)->inode;

	assert_int_equal(sys_fallocate(3, FALLOC_FL_KEEP_SIZE, 16384, 4096), 0);
	assert_int_equal(inode->size, 16384);
	assert_int_equal(sys_fallocate(3, 0, 16384, 100), 0);
	assert_int_equal(inode->size, 16484);
	assert_int_equal(inode->i_data.nrpages, 5);
	assert_int_equal(sys_ftruncate(3, 1), 0);
	assert_int_equal(inode->size, 1);
	assert_int_equal(inode->i_data.nrpages, 1);
}

/* The same call on every kind of descriptor. */
static const struct fd_case {
	const char *name, *path;
	unsigned int flags;
	bool memfd, append_only;
	long truncate, allocate;
} fd_cases[] = {
	{ "fd: none", NULL, 0, false, false, -EBADF, -EBADF },
	{ "fd: regular", "/f", OPEN_RDWR, false, false, 0, 0 },
	{ "fd: read-only", "/f", OPEN_RDONLY, false, false, -EINVAL, -EBADF },
	{ "fd: write-only", "/f", OPEN_WRONLY, false, false, 0, 0 },
	{ "fd: O_PATH", "/f", OPEN_PATH, false, false, -EBADF, -EBADF },
	{ "fd: directory", "/", OPEN_RDONLY, false, false, -EINVAL, -EBADF },
	{ "fd: /dev/zero", "/dev/zero", OPEN_RDWR, false, false, -EINVAL, -ENODEV },
	{ "fd: append-only", "/a", OPEN_RDWR | OPEN_APPEND, false, true, -EPERM, 0 },
};

static void test_fd(void **state)
{
	const struct fd_case *t = *state;
	int fd = 9;

	if (t->path) {
		if (t->append_only)
			inode_lookup(t->path, 0, false)->append_only = true;
		fd = (int)sys_open(t->path, t->flags, 4096);
		assert_int_equal(fd, 4);
	}
	assert_int_equal(sys_ftruncate(fd, 8192), t->truncate);
	assert_int_equal(sys_fallocate(fd, 0, 0, 12288), t->allocate);
	if (t->allocate)
		return;
	assert_int_equal(fget(fd)->inode->size, 12288);
	assert_int_equal(fget(fd)->inode->i_data.nrpages, 0);
}

static void test_fallocate_refused(void **state G_GNUC_UNUSED)
{
	g_autofree char *text = NULL;

	assert_int_equal(sys_open("/f", OPEN_RDWR, 4096), 4);
	assert_int_equal(sys_fallocate(4, 0x10, 0, 4096), -ENOSYS);
	text = take_unsupported();
	assert_non_null(text);
}

/* Shared anonymous memory is charged when it is mapped, NORESERVE page by page. */
static void test_commit(void **state G_GNUC_UNUSED)
{
	uint64_t before = mach->committed;

	assert_int_equal(sys_mmap(P(20), 4 * PAGE_SIZE, RW,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0), P(20));
	assert_int_equal(mach->committed, before + 4);
	assert_int_equal(store(P(20), 1), 0);
	assert_int_equal(mach->committed, before + 4);
	assert_int_equal(sys_mmap(P(30), 4 * PAGE_SIZE, RW,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0),
			 P(30));
	assert_int_equal(mach->committed, before + 4);
	assert_int_equal(store(P(30), 1), 0);
	assert_int_equal(mach->committed, before + 5);
	assert_int_equal(sys_munmap(P(20), 20 * PAGE_SIZE), 0);
	assert_int_equal(mach->committed, before);
}

/* Preallocation is all or nothing, whichever allocation fails. */
static void test_failing_allocations(void **state G_GNUC_UNUSED)
{
	const struct inode *inode = fget(3)->inode;
	unsigned long n;

	assert_int_equal(sys_fallocate(3, 3, 4096, 4096), 0);
	for (n = 1;; n++) {
		long result;

		machine_fail_nth(mach, n);
		result = sys_fallocate(3, 0, 0, 64 * PAGE_SIZE);
		machine_fail_nth(mach, 0);
		if (!result)
			break;
		assert_int_equal(result, -ENOMEM);
		assert_int_equal(inode->i_data.nrpages, 3);
		assert_int_equal(inode->size, 16384);
	}
	assert_true(n > 60);
	assert_int_equal(inode->i_data.nrpages, 64);
}

/* A tmpfs is full before the machine is. */
static void test_tmpfs_full(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_open("/dev/shm/f", OPEN_RDWR, 0), 4);
	assert_int_equal(sys_fallocate(4, 0, 0, mach->config.ram / 2 + PAGE_SIZE), -ENOSPC);
	assert_int_equal(sys_fallocate(4, 0, 0, 8 * PAGE_SIZE), 0);
}

/* A value is the first eight bytes of its page. */
static void test_partial_values(void **state G_GNUC_UNUSED)
{
	assert_int_equal(store(P(0), 0x1122334455667788), 0);
	assert_int_equal(sys_fallocate(3, 3, 2, 3), 0);
	assert_int_equal(load(P(0)), 0x1122330000007788);
	assert_int_equal(sys_ftruncate(3, 1), 0);
	assert_int_equal(load(P(0)), 0x88);
	assert_int_equal(sys_ftruncate(3, 4096), 0);
	assert_int_equal(load(P(0)), 0x88);
}

/* A child that shares the file loses its pages too. */
static void test_other_process(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child = fork_ok();

	assert_int_equal(sys_ftruncate(3, 4096), 0);
	run_as(child);
	assert_int_equal(load(P(0)), 10);
	assert_int_equal(load(P(1)), BUS);
	assert_int_equal(load(P(11)), BUS);
	run_as(parent);
	assert_int_equal(current->mm->rss_shmem, 2);	/* page 0, and at page 10 read */
	assert_int_equal(current->mm->rss_anon, 0);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t nr = 0;

#define ROW(cases, fn)								\
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)				\
		tests[nr++] = (struct CMUnitTest){ cases[i].name, fn, setup, teardown, \
						   (void *)&cases[i] }
#define ONE(fn)	tests[nr++] = (struct CMUnitTest){ #fn, fn, setup, teardown, NULL }
	ROW(change_cases, test_change);
	ROW(fd_cases, test_fd);
	ONE(test_preallocated);
	ONE(test_sizes);
	ONE(test_fallocate_refused);
	ONE(test_commit);
	ONE(test_tmpfs_full);
	ONE(test_partial_values);
	ONE(test_failing_allocations);
	ONE(test_other_process);
	return _cmocka_run_group_tests("filemap", tests, nr, NULL, NULL);
}
