/*
 * userfaultfd: registration, what it does to areas, and how contexts end.
 *
 * Pages 0-3 and 5-9 are anonymous with a hole at 4; 20 a private and 21 a shared map of a
 * read-only regular file, 22 a shared and 23 a private map of a memfd, 24 private
 * /dev/zero, 25 droppable, 26 shared of a tmpfs file opened read-only.
 */
#include "process.h"

static struct process process;

enum { U = 7, OTHER = 8, RAW = 9, ASYNC = 10 };	/* descriptors */

static void map_file(unsigned long page, unsigned long prot, unsigned long flags, int fd)
{
	assert_int_equal(sys_mmap(P(page), PAGE_SIZE, prot, flags | MAP_FIXED, fd, 0), P(page));
}

static long api_of(int fd, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };

	return sys_uffdio_api(fd, &api);
}

static int setup(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	map_anon(0, 10);
	assert_int_equal(sys_munmap(P(4), PAGE_SIZE), 0);
	assert_int_equal(sys_open("/f", OPEN_RDONLY, 8192), 3);
	assert_int_equal(sys_memfd_create("m", 0), 4);
	assert_int_equal(sys_ftruncate(4, 8192), 0);
	assert_int_equal(sys_open("/dev/zero", OPEN_RDWR, 0), 5);
	assert_int_equal(sys_open("/dev/shm/f", OPEN_RDONLY, 8192), 6);
	map_file(20, PROT_READ, MAP_PRIVATE, 3);
	map_file(21, PROT_READ, MAP_SHARED, 3);
	map_file(22, RW, MAP_SHARED, 4);
	map_file(23, RW, MAP_PRIVATE, 4);
	map_file(24, RW, MAP_PRIVATE, 5);
	map_file(25, RW, MAP_DROPPABLE | MAP_ANONYMOUS, -1);
	map_file(26, PROT_READ, MAP_SHARED, 6);
	for (int fd = U; fd <= ASYNC; fd++)
		assert_int_equal(sys_userfaultfd(0), fd);
	assert_int_equal(api_of(U, 0), 0);
	assert_int_equal(api_of(OTHER, 0), 0);
	assert_int_equal(api_of(ASYNC, UFFD_FEATURE_WP_ASYNC), 0);
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

static long reg_bytes(int fd, unsigned long start, unsigned long len, uint64_t mode)
{
	struct uffdio_register arg = { { start, len }, mode, 0 };

	return sys_uffdio_register(fd, &arg);
}

static long reg(int fd, unsigned long page, unsigned long pages, uint64_t mode)
{
	return reg_bytes(fd, P(page), pages * PAGE_SIZE, mode);
}

static long unreg(int fd, unsigned long page, unsigned long pages)
{
	struct uffdio_range arg = { P(page), pages * PAGE_SIZE };

	return sys_uffdio_unregister(fd, &arg);
}

/* ---- errnos ---- */

static const struct register_case {
	const char *name;
	int fd;
	unsigned long start, len;
	uint64_t mode;
	long want;
	uint64_t ioctls;
} register_cases[] = {
	{ "register: no mode", U, P(0), 4096, 0, -EINVAL, 0 },
	{ "register: unknown mode", U, P(0), 4096, 8, -EINVAL, 0 },
	{ "register: minor faults of anonymous memory", U, P(0), 4096, 4, -EINVAL, 0 },
	{ "register: unaligned", U, P(0) + 1, 4096, 1, -EINVAL, 0 },
	{ "register: unaligned length", U, P(0), 4097, 1, -EINVAL, 0 },
	{ "register: no length", U, P(0), 0, 1, -EINVAL, 0 },
	{ "register: page 0, where nothing is", U, 0, 4096, 1, -EINVAL, 0 },
	{ "register: beyond the task", U, TASK_SIZE, 4096, 1, -EINVAL, 0 },
	{ "register: across its end", U, TASK_SIZE - 4096, 8192, 1, -EINVAL, 0 },
	{ "register: missing", U, P(0), 4096, 1, 0, 0x13c },
	{ "register: over a hole", U, P(0), 10 * PAGE_SIZE, 1, 0, 0x13c },
	{ "register: only a hole", U, P(4), 4096, 1, -EINVAL, 0 },
	{ "register: begins in a hole", U, P(4), 8192, 1, 0, 0x13c },
	{ "register: missing and write-protect", U, P(0), 4096, 3, 0, 0x17c },
	{ "register: private file", U, P(20), 4096, 1, -EINVAL, 0 },
	{ "register: shared file", U, P(21), 4096, 1, -EINVAL, 0 },
	{ "register: memfd", U, P(22), 4096, 1, 0, 0x13c },
	{ "register: memfd, minor", U, P(22), 4096, 4, 0, 0x1bc },
	{ "register: memfd, all", U, P(22), 4096, 7, 0, 0x1fc },
	{ "register: private memfd", U, P(23), 4096, 1, 0, 0x13c },
	{ "register: private /dev/zero", U, P(24), 4096, 1, 0, 0x13c },
	{ "register: droppable", U, P(25), 4096, 1, -EINVAL, 0 },
	{ "register: shmem that can never be written", U, P(26), 4096, 1, -EPERM, 0 },
	{ "register: one wrong area spoils all", U, P(5), 16 * PAGE_SIZE, 1, -EINVAL, 0 },
	{ "register: async protection takes files", ASYNC, P(20), 4096, 2, 0, 0x17c },
	{ "register: but not these", ASYNC, P(21), 4096, 2, -EPERM, 0 },
	{ "register: and not for missing pages", ASYNC, P(20), 4096, 3, -EINVAL, 0 },
	{ "register: droppable not at all", ASYNC, P(25), 4096, 2, -EINVAL, 0 },
	{ "register: before UFFDIO_API", RAW, P(0), 4096, 1, -EINVAL, 0 },
	{ "register: no userfaultfd", 3, P(0), 4096, 1, -ENOTTY, 0 },
	{ "register: no descriptor", 99, P(0), 4096, 1, -EBADF, 0 },
};

static void test_register(void **state)
{
	const struct register_case *t = *state;
	struct uffdio_register arg = { { t->start, t->len }, t->mode, 0 };
	unsigned int before = areas();

	assert_int_equal(sys_uffdio_register(t->fd, &arg), t->want);
	assert_int_equal(arg.ioctls, t->ioctls);
	if (t->want)
		assert_int_equal(areas(), before);
}

static const struct api_case {
	const char *name;
	uint64_t api, features;
	bool privileged;
	long want;
	uint64_t kept;
} api_cases[] = {
	{ "api: no features", UFFD_API, 0, true, 0, 0 },
	{ "api: all features", UFFD_API, 0x1ffff, true, 0, 0x1ffff },
	{ "api: unknown feature", UFFD_API, 1UL << 17, true, -EINVAL, 0 },
	{ "api: unknown api", 0xab, 0, true, -EINVAL, 0 },
	{ "api: async implies unpopulated", UFFD_API, UFFD_FEATURE_WP_ASYNC, true, 0, 0xa000 },
	{ "api: fork events need privilege", UFFD_API, UFFD_FEATURE_EVENT_FORK, false, -EPERM,
	  0 },
};

static void test_api(void **state)
{
	const struct api_case *t = *state;
	struct uffdio_api arg = { t->api, t->features, 5 };

	current->signal->cap_sys_ptrace = t->privileged;
	assert_int_equal(sys_uffdio_api(RAW, &arg), t->want);
	assert_int_equal(arg.api, t->want ? 0 : UFFD_API);
	assert_int_equal(arg.features, t->want ? 0 : 0x1ffff);
	assert_int_equal(arg.ioctls, t->want ? 0 : 0x8000000000000003UL);
	assert_int_equal(fget(RAW)->uffd->features, t->kept);
	if (!t->want)
		assert_int_equal(api_of(RAW, 0), -EINVAL);
}

static void test_syscall(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_userfaultfd(2), -EINVAL);
	assert_int_equal(sys_userfaultfd(UFFD_O_CLOEXEC | UFFD_O_NONBLOCK), 11);
	current->signal->cap_sys_ptrace = false;
	assert_int_equal(sys_userfaultfd(2), -EPERM);
	assert_int_equal(sys_userfaultfd(UFFD_USER_MODE_ONLY), 12);
	assert_int_equal(api_of(3, 0), -ENOTTY);
	assert_int_equal(api_of(99, 0), -EBADF);
}

/* ---- areas ---- */

static void test_split_and_merge(void **state G_GNUC_UNUSED)
{
	unsigned int before = areas();

	assert_int_equal(reg(U, 1, 2, 1), 0);
	assert_int_equal(areas(), before + 2);
	assert_ptr_equal(area(1)->vm_userfaultfd_ctx, fget(U)->uffd);
	assert_int_equal(area(1)->vm_flags & VM_UFFD_FLAGS, VM_UFFD_MISSING);
	assert_null(area(0)->vm_userfaultfd_ctx);
	assert_int_equal(reg(OTHER, 0, 4, 1), -EBUSY);
	assert_int_equal(unreg(OTHER, 0, 4), -EINVAL);
	assert_int_equal(reg(OTHER, 0, 1, 1), 0);
	assert_int_equal(areas(), before + 2);		/* not the same context */
	assert_int_equal(unreg(OTHER, 0, 1), 0);
	assert_int_equal(areas(), before + 2);
	assert_int_equal(unreg(U, 0, 4), 0);
	assert_int_equal(areas(), before);
	assert_int_equal(area(1)->vm_flags & VM_UFFD_FLAGS, 0);
	assert_int_equal(unreg(U, 0, 4), 0);
	assert_int_equal(unreg(U, 4, 1), -EINVAL);
	assert_int_equal(unreg(U, 20, 1), -EINVAL);
}

/* Modes are replaced, unless all that is asked for is there already. */
static void test_register_again(void **state G_GNUC_UNUSED)
{
	assert_int_equal(reg(U, 0, 4, 1), 0);
	assert_int_equal(reg(U, 0, 4, 2), 0);
	assert_int_equal(area(0)->vm_flags & VM_UFFD_FLAGS, VM_UFFD_WP);
	assert_int_equal(reg(U, 0, 4, 3), 0);
	assert_int_equal(reg(U, 0, 4, 1), 0);
	assert_int_equal(area(0)->vm_flags & VM_UFFD_FLAGS, VM_UFFD_WP | VM_UFFD_MISSING);
}

/* Area by area; each merges with what lies below it. */
static void test_close(void **state G_GNUC_UNUSED)
{
	unsigned int before = areas();

	assert_int_equal(reg(U, 1, 1, 1), 0);
	assert_int_equal(reg(U, 3, 1, 1), 0);
	assert_int_equal(reg(U, 6, 2, 1), 0);
	assert_int_equal(areas(), before + 5);
	assert_int_equal(sys_dup(U), 11);
	assert_int_equal(sys_close(U), 0);
	assert_int_equal(areas(), before + 5);
	assert_int_equal(sys_close(11), 0);
	assert_int_equal(areas(), before);
	assert_int_equal(object_count(mach, KIND_UFFD_CTX), 3);
}

/* The descriptor outlives the address space it is about. */
static void test_close_after_exit(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;

	assert_int_equal(reg(U, 0, 4, 1), 0);
	child = fork_ok();
	do_exit(parent, 0);
	run_as(child);
	assert_int_equal(reg(U, 0, 4, 1), -ENOMEM);
	assert_int_equal(unreg(U, 0, 4), -ENOMEM);
	assert_int_equal(sys_close(U), 0);
}

/* ---- fork ---- */

static void test_fork_without_event(void **state G_GNUC_UNUSED)
{
	assert_int_equal(reg(U, 0, 2, 3), 0);
	run_as(fork_ok());
	assert_null(area(0)->vm_userfaultfd_ctx);
	assert_int_equal(area(0)->vm_flags & VM_UFFD_FLAGS, 0);
	assert_int_equal(load(P(0)), 0);
	/* registration through the child's descriptor is the parent's business */
	assert_int_equal(reg(U, 2, 1, 1), 0);
	assert_null(area(2)->vm_userfaultfd_ctx);
	run_as(current->parent);
	assert_non_null(area(2)->vm_userfaultfd_ctx);
}

/* Nobody drives another task that could read the event: the fork goes on without. */
static void test_fork_with_event(void **state G_GNUC_UNUSED)
{
	assert_int_equal(api_of(RAW, UFFD_FEATURE_EVENT_FORK), 0);
	assert_int_equal(reg(RAW, 0, 2, 1), 0);
	assert_int_equal(reg(RAW, 6, 2, 3), 0);
	run_as(fork_ok());
	assert_null(area(0)->vm_userfaultfd_ctx);
	assert_null(area(6)->vm_userfaultfd_ctx);
	assert_int_equal(area(6)->vm_flags & VM_UFFD_FLAGS, 0);
	assert_int_equal(fget(RAW)->uffd->mmap_changing, 0);
	assert_int_equal(object_count(mach, KIND_UFFD_CTX), 4);
}

/* ---- faults ---- */

static void test_fault(void **state G_GNUC_UNUSED)
{
	g_autofree char *text = NULL;

	assert_int_equal(store(P(1), 5), 0);
	assert_int_equal(reg(U, 0, 4, 1), 0);
	assert_int_equal(load(P(1)), 5);
	(void)load(P(0));
	text = take_unsupported();
	assert_non_null(text);
	assert_non_null(strstr(text, "nobody to wait for"));
	assert_int_equal(api_of(RAW, UFFD_FEATURE_SIGBUS), 0);
	assert_int_equal(reg(RAW, 5, 1, 1), 0);
	assert_int_equal(load(P(5)), -7);
}

static void test_failing_allocations(void **state G_GNUC_UNUSED)
{
	unsigned int before = areas();
	const char *site;
	unsigned long n = 0;
	long result;

	do {
		machine_fail_nth(mach, ++n);
		result = reg(U, 1, 2, 1);
		site = mach->failed_site;
		machine_fail_nth(mach, 0);
		assert_int_equal(result, site ? -ENOMEM : 0);
		assert_int_equal(unreg(U, 0, 4), 0);
		/* a split that was done stays; start anew */
		assert_int_equal(sys_munmap(P(0), 4 * PAGE_SIZE), 0);
		assert_int_equal(map_anon(0, 4), P(0));
		assert_int_equal(areas(), before);
	} while (site);
	assert_true(n > 2);
	for (n = 1;; n++) {
		machine_fail_nth(mach, n);
		result = sys_userfaultfd(0);
		machine_fail_nth(mach, 0);
		if (result >= 0)
			break;
		assert_int_equal(result, -ENOMEM);
	}
	assert_int_equal(n, 4);
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
	ROW(register_cases, test_register);
	ROW(api_cases, test_api);
	ONE(test_syscall);
	ONE(test_split_and_merge);
	ONE(test_register_again);
	ONE(test_close);
	ONE(test_close_after_exit);
	ONE(test_fork_without_event);
	ONE(test_fork_with_event);
	ONE(test_fault);
	ONE(test_failing_allocations);
	return _cmocka_run_group_tests("userfaultfd", tests, nr, NULL, NULL);
}
