/*
 * Files, descriptors, memfd and seals.
 */
#include "process.h"

static struct process process;

static int setup(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

/* ---- open ---- */

static const struct open_case {
	const char *name, *path;
	unsigned int flags;
	long want;		/* 3: the first descriptor */
	enum inode_type type;
} open_cases[] = {
	{ "open: a path not seen before is a regular file", "/etc/passwd", OPEN_RDONLY, 3,
	  INODE_REGULAR },
	{ "open: tmpfs is shmem", "/dev/shm/x", OPEN_RDWR, 3, INODE_SHMEM },
	{ "open: /dev/zero", "/dev/zero", OPEN_RDWR, 3, INODE_ZERO },
	{ "open: a directory by flag", "/tmp", OPEN_DIRECTORY, 3, INODE_DIRECTORY },
	{ "open: no directory is written to", "/", OPEN_RDWR, -EISDIR, INODE_DIRECTORY },
	{ "open: O_PATH of a directory", "/", OPEN_PATH | OPEN_RDWR, 3, INODE_DIRECTORY },
	{ "open: a known file is no directory", "/known", OPEN_DIRECTORY, -ENOTDIR,
	  INODE_REGULAR },
	{ "open: O_EXCL finds the known file", "/known", OPEN_CREAT | OPEN_EXCL | OPEN_RDWR,
	  -EEXIST, INODE_REGULAR },
	{ "open: O_EXCL makes an unknown one", "/new", OPEN_CREAT | OPEN_EXCL | OPEN_RDWR, 3,
	  INODE_REGULAR },
	{ "open: O_EXCL finds a directory", "/", OPEN_CREAT | OPEN_EXCL | OPEN_RDWR, -EEXIST,
	  INODE_DIRECTORY },
	{ "open: directories are not created", "/d", OPEN_CREAT | OPEN_DIRECTORY, -EINVAL,
	  INODE_DIRECTORY },
	{ "open: an empty path", "", OPEN_RDONLY, -ENOENT, INODE_REGULAR },
};

static void test_open(void **state)
{
	const struct open_case *t = *state;

	assert_non_null(inode_lookup("/known", 4096, false));
	assert_int_equal(sys_open(t->path, t->flags, 8192), t->want);
	if (t->want >= 0)
		assert_int_equal(fget_raw((int)t->want)->inode->type, t->type);
}

static void test_open_twice(void **state G_GNUC_UNUSED)
{
	long a = sys_open("/f", OPEN_RDONLY, 8192), b = sys_open("/f", OPEN_RDWR, 1);

	assert_int_equal(a, 3);
	assert_int_equal(b, 4);
	assert_ptr_not_equal(fget(3), fget(4));
	assert_ptr_equal(fget(3)->inode, fget(4)->inode);
	assert_int_equal(fget(4)->inode->size, 8192);
	assert_int_equal(sys_open("/f", OPEN_RDWR | OPEN_TRUNC, 1), 5);
	assert_int_equal(fget(4)->inode->size, 0);
}

static void test_descriptors(void **state G_GNUC_UNUSED)
{
	struct rlimit64 five = { 5, 5 };

	assert_int_equal(sys_close(3), -EBADF);
	assert_int_equal(sys_dup(3), -EBADF);
	assert_int_equal(sys_open("/f", OPEN_RDONLY, 0), 3);
	assert_int_equal(sys_dup(3), 4);
	assert_ptr_equal(fget(3), fget(4));
	assert_int_equal(fget(3)->refcount, 2);
	assert_int_equal(sys_close(3), 0);
	assert_null(fget(3));
	assert_int_equal(sys_open("/g", OPEN_PATH, 0), 3);
	assert_null(fget(3));
	assert_non_null(fget_raw(3));
	assert_int_equal(sys_prlimit(RLIMIT_NOFILE, &five, NULL), 0);
	assert_int_equal(sys_dup(3), -EMFILE);
	assert_int_equal(sys_open("/g", OPEN_RDONLY, 0), -EMFILE);
	get_file(fget(4));
	assert_int_equal(fd_install_at(700, fget(4)), 700);
	assert_int_equal(sys_close(700), 0);
}

/* ---- memfd ---- */

static const struct memfd_case {
	const char *name;
	unsigned int flags;
	long want;
	unsigned int seals;
} memfd_cases[] = {
	{ "memfd: no sealing unless asked for", 0, 3, F_SEAL_SEAL },
	{ "memfd: MFD_ALLOW_SEALING", MFD_ALLOW_SEALING | MFD_CLOEXEC, 3, 0 },
	{ "memfd: MFD_EXEC", MFD_EXEC, 3, F_SEAL_SEAL },
	{ "memfd: MFD_NOEXEC_SEAL may be sealed", MFD_NOEXEC_SEAL, 3, F_SEAL_EXEC },
	{ "memfd: executable or not, one of them", MFD_EXEC | MFD_NOEXEC_SEAL, -EINVAL, 0 },
	{ "memfd: unknown flag", 0x20, -EINVAL, 0 },
	{ "memfd: size of huge pages without any", 21U << 26, -EINVAL, 0 },
};

static void test_memfd(void **state)
{
	const struct memfd_case *t = *state;

	assert_int_equal(sys_memfd_create("a", t->flags), t->want);
	if (t->want < 0)
		return;
	assert_string_equal(fget(3)->inode->name, "memfd:a");
	assert_int_equal(sys_fcntl_get_seals(3), t->seals);
}

static void test_memfd_rest(void **state G_GNUC_UNUSED)
{
	g_autofree char *long_name = g_strnfill(250, 'x');
	g_autofree char *text = NULL;

	assert_int_equal(sys_memfd_create(long_name, 0), -EINVAL);
	assert_int_equal(sys_memfd_create(long_name + 1, 0), 3);
	assert_int_equal(sys_memfd_create("h", MFD_HUGETLB), -ENOSYS);
	text = take_unsupported();
	assert_non_null(text);
}

static const struct seal_case {
	const char *name;
	unsigned int memfd_flags;
	unsigned int first;		/* added before anything is mapped */
	unsigned long map_flags;	/* 0: nothing is mapped */
	unsigned long prot;
	unsigned int seals;
	long want;
	unsigned int after;
} seal_cases[] = {
	{ "seal: not allowed", 0, 0, 0, 0, F_SEAL_GROW, -EPERM, F_SEAL_SEAL },
	{ "seal: the seal of seals", MFD_ALLOW_SEALING, F_SEAL_SEAL, 0, 0, F_SEAL_GROW, -EPERM,
	  F_SEAL_SEAL },
	{ "seal: unknown bit", MFD_ALLOW_SEALING, 0, 0, 0, 0x40, -EINVAL, 0 },
	{ "seal: write, nothing mapped", MFD_ALLOW_SEALING, 0, 0, 0, F_SEAL_WRITE, 0,
	  F_SEAL_WRITE },
	{ "seal: write, shared writable mapping", MFD_ALLOW_SEALING, 0, MAP_SHARED, RW,
	  F_SEAL_WRITE, -EBUSY, 0 },
	{ "seal: write, a shared mapping that could become writable", MFD_ALLOW_SEALING, 0,
	  MAP_SHARED, PROT_READ, F_SEAL_WRITE, -EBUSY, 0 },
	{ "seal: write, private mapping", MFD_ALLOW_SEALING, 0, MAP_PRIVATE, RW, F_SEAL_WRITE,
	  0, F_SEAL_WRITE },
	{ "seal: future write beside a writable mapping", MFD_ALLOW_SEALING, 0, MAP_SHARED, RW,
	  F_SEAL_FUTURE_WRITE, 0, F_SEAL_FUTURE_WRITE },
	{ "seal: exec implies write", MFD_ALLOW_SEALING, 0, MAP_SHARED, RW, F_SEAL_EXEC, -EBUSY,
	  0 },
	{ "seal: exec implies all", MFD_ALLOW_SEALING, 0, 0, 0, F_SEAL_EXEC, 0, 0x3e },
	{ "seal: twice is fine", MFD_ALLOW_SEALING, F_SEAL_WRITE, MAP_SHARED, PROT_READ,
	  F_SEAL_WRITE, 0, F_SEAL_WRITE },
	{ "seal: not executable, so that is all", MFD_NOEXEC_SEAL, 0, MAP_SHARED, RW,
	  F_SEAL_EXEC, 0, F_SEAL_EXEC },
};

static void test_seal(void **state)
{
	const struct seal_case *t = *state;

	assert_int_equal(sys_memfd_create("s", t->memfd_flags), 3);
	assert_int_equal(sys_ftruncate(3, 8192), 0);
	if (t->first)
		assert_int_equal(sys_fcntl_add_seals(3, t->first), 0);
	if (t->map_flags)
		assert_int_equal(sys_mmap(P(0), 8192, t->prot, t->map_flags | MAP_FIXED, 3, 0),
				 P(0));
	assert_int_equal(sys_fcntl_add_seals(3, t->seals), t->want);
	assert_int_equal(sys_fcntl_get_seals(3), t->after);
}

static void test_seal_wrong_file(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_open("/f", OPEN_RDWR, 0), 3);
	assert_int_equal(sys_open("/f", OPEN_RDONLY, 0), 4);
	assert_int_equal(sys_open("/dev/shm/s", OPEN_RDWR, 0), 5);
	assert_int_equal(sys_fcntl_add_seals(3, F_SEAL_GROW), -EINVAL);
	assert_int_equal(sys_fcntl_add_seals(4, F_SEAL_GROW), -EPERM);
	assert_int_equal(sys_fcntl_add_seals(5, F_SEAL_GROW), -EPERM);
	assert_int_equal(sys_fcntl_add_seals(9, F_SEAL_GROW), -EBADF);
	assert_int_equal(sys_fcntl_get_seals(3), -EINVAL);
}

/* The mapping holds the file, and that the inode with its pages. */
static void test_closed_but_mapped(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_memfd_create("m", 0), 3);
	assert_int_equal(sys_ftruncate(3, 8192), 0);
	assert_int_equal(sys_mmap(P(0), 8192, RW, MAP_SHARED | MAP_FIXED, 3, 0), P(0));
	assert_int_equal(store(P(1), 7), 0);
	assert_int_equal(sys_close(3), 0);
	assert_int_equal(object_count(mach, KIND_INODE), 1);
	assert_int_equal(load(P(1)), 7);
	assert_int_equal(sys_munmap(P(0), 8192), 0);
	assert_int_equal(object_count(mach, KIND_INODE), 0);
	assert_int_equal(object_count(mach, KIND_FILE), 0);
}

static void test_failing_allocations(void **state G_GNUC_UNUSED)
{
	static const char *const what[] = { "open", "memfd", "dup" };
	unsigned int failed = 0;

	assert_int_equal(sys_open("/first", OPEN_RDONLY, 0), 3);
	for (size_t i = 0; i < ARRAY_SIZE(what); i++)
		for (unsigned long n = 1;; n++) {
			long fd;

			machine_fail_nth(mach, n);
			if (i == 0)
				fd = sys_open(g_intern_string(n & 1 ? "/odd" : "/even"),
					      OPEN_RDWR, 0);
			else
				fd = i == 1 ? sys_memfd_create("x", 0) : sys_dup(3);
			if (fd >= 0) {
				machine_fail_nth(mach, 0);
				assert_int_equal(sys_close((int)fd), 0);
				break;
			}
			assert_int_equal(fd, -ENOMEM);
			failed++;
		}
	assert_true(failed >= 3);
}

/* What is open when the machine is reset or destroyed goes with it. */
static void test_reset(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_memfd_create("m", 0), 3);
	assert_int_equal(sys_open("/f", OPEN_RDWR, 8192), 4);
	assert_int_equal(sys_mmap(P(0), 8192, RW, MAP_SHARED | MAP_FIXED, 4, 0), P(0));
	assert_int_equal(store(P(1), 7), 0);
	machine_reset(mach);
	assert_int_equal(mach->inodes->len, 0);
	mach->current_task = task_create_first("P");
	assert_int_equal(sys_open("/f", OPEN_RDWR, 4096), 3);
	assert_int_equal(fget(3)->inode->size, 4096);
}

static void test_fields(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) out = g_string_new(NULL);

	assert_int_equal(sys_memfd_create("m", 0), 3);
	field_print(object_field(KIND_INODE, "name"), fget(3)->inode, out);
	assert_non_null(strstr(out->str, "memfd:m"));
	g_string_truncate(out, 0);
	field_print(object_field(KIND_FILE, "inode"), fget(3), out);
	assert_non_null(strstr(out->str, "inode#1"));
	g_string_truncate(out, 0);
	machine_dump(mach, out);
	assert_non_null(strstr(out->str, "memfd:m"));
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
	ROW(open_cases, test_open);
	ROW(memfd_cases, test_memfd);
	ROW(seal_cases, test_seal);
	ONE(test_open_twice);
	ONE(test_descriptors);
	ONE(test_memfd_rest);
	ONE(test_seal_wrong_file);
	ONE(test_closed_but_mapped);
	ONE(test_failing_allocations);
	ONE(test_reset);
	ONE(test_fields);
	return _cmocka_run_group_tests("file", tests, nr, NULL, NULL);
}
