/*
 * Where mmap() puts what has no fixed address.  The numbers are those of a 6.18 host
 * under `setarch -R`, less what its loader maps.
 */
#include "tests/test.h"

#include "model/file.h"
#include "model/syscalls.h"
#include "tests/build.h"

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define P	PAGE_SIZE
#define M2	PMD_SIZE
#define BASE	0x7ffff7fff000UL

static struct machine *machine;
static int fd_file, fd_zero, fd_shmem;

static int open_inode(enum inode_type type)
{
	struct inode *inode = inode_create(type, "file", 1UL << 30);
	struct file *file = file_create(inode, OPEN_RDWR);

	inode_put(inode);
	return fd_install(file);
}

static void begin(void)
{
	machine = build_machine(NULL);
	fd_file = open_inode(INODE_REGULAR);
	fd_zero = open_inode(INODE_ZERO);
	fd_shmem = open_inode(INODE_SHMEM);
}

static void end(void)
{
	build_end(machine);
}

static long fixed(unsigned long addr, unsigned long len, unsigned long flags)
{
	return sys_mmap(addr, len, RW, ANON | MAP_FIXED | MAP_NORESERVE | flags, -1, 0);
}

static long anywhere(unsigned long hint, unsigned long len, unsigned long flags)
{
	return sys_mmap(hint, len, RW, ANON | MAP_NORESERVE | flags, -1, 0);
}

static void test_layout(void **state)
{
	struct mm_struct *mm;

	(void)state;
	begin();
	mm = current->mm;
	assert_int_equal(mm->mmap_base, BASE);
	assert_int_equal(mm->mmap_legacy_base, 0x2aaaaaaab000);
	arch_pick_mmap_layout(mm, 200000UL << 10);
	assert_int_equal(mm->mmap_base, 0x7ffff3baf000);
	arch_pick_mmap_layout(mm, RLIM_INFINITY);
	assert_int_equal(mm->mmap_base, 0x155555556000);
	end();
}

/* From the top down, each below the last, the highest gap that fits. */
static void test_top_down(void **state)
{
	(void)state;
	begin();
	assert_int_equal(anywhere(0, P, 0), BASE - P);
	assert_int_equal(anywhere(0, 3 * P, 0), BASE - 4 * P);
	assert_int_equal(sys_munmap(BASE - 3 * P, 2 * P), 0);
	assert_int_equal(anywhere(0, 3 * P, 0), BASE - 7 * P);
	assert_int_equal(anywhere(0, P, 0), BASE - 2 * P);
	assert_int_equal(anywhere(0, P, 0), BASE - 3 * P);
	assert_int_equal(current->mm->map_count, 1);
	end();
}

static void test_hints(void **state)
{
	(void)state;
	begin();
	assert_int_equal(anywhere(0x10000000, P, 0), 0x10000000);
	assert_int_equal(anywhere(0x10000000, P, 0), BASE - P);		/* taken */
	assert_int_equal(anywhere(0x10002123, P, 0), 0x10002000);	/* rounded down */
	assert_int_equal(anywhere(0x10001000, 2 * P, 0), BASE - 3 * P);	/* does not fit */
	assert_int_equal(anywhere(0x123, P, 0), BASE - 4 * P);		/* page 0 is no hint */
	assert_int_equal(anywhere(TASK_SIZE - P, P, 0), TASK_SIZE - P);
	assert_int_equal(anywhere(TASK_SIZE - P, 2 * P, 0), BASE - 6 * P);
	assert_int_equal(anywhere(0xffff800000000000, P, 0), BASE - 7 * P);
	machine->config.mmap_min_addr = 0x10000;
	assert_int_equal(anywhere(0x2000, P, 0), 0x10000);		/* up to the first allowed */
	end();
}

/* A stack keeps 256 pages free below, but for MAP_FIXED. */
static void test_guard_gap(void **state)
{
	const unsigned long stack = BASE - 300 * P, gap = stack - STACK_GUARD_GAP;

	(void)state;
	begin();
	fixed(stack, 300 * P, MAP_GROWSDOWN);
	assert_int_equal(anywhere(0, P, 0), gap - P);
	assert_int_equal(anywhere(stack - 2 * P, P, 0), gap - 2 * P);
	assert_int_equal(anywhere(gap - 4 * P, 2 * P, 0), gap - 4 * P);
	assert_int_equal(fixed(stack - P, P, 0), stack - P);
	end();
}

/* Multiples of 2 MiB are aligned to it; others are not, nor hints, nor shared memory. */
static void test_huge_alignment(void **state)
{
	(void)state;
	begin();
	assert_int_equal(anywhere(0, M2, 0), 0x7ffff7c00000);
	assert_int_equal(anywhere(0, M2, 0), 0x7ffff7a00000);
	assert_int_equal(anywhere(0, M2 + P, 0), 0x7ffff77ff000);
	assert_int_equal(anywhere(0x10001000, M2, 0), 0x10001000);
	assert_int_equal(sys_mmap(0, 2 * M2, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
			 0x7ffff73ff000);
	assert_int_equal(sys_mmap(0, 2 * M2, RW, MAP_SHARED, fd_shmem, 0), 0x7ffff6fff000);
	machine->config.semantics.anon_thp_align_exact = false;
	assert_int_equal(anywhere(0, M2, 0), 0x7ffff6dff000);
	end();
}

/* Files agree with their offset modulo 2 MiB when they hold a whole 2 MiB. */
static void test_file_alignment(void **state)
{
	long addr;

	(void)state;
	begin();
	assert_int_equal(anywhere(0, P, 0), BASE - P);
	addr = sys_mmap(0, 2 * M2 + P, RW, MAP_PRIVATE, fd_file, 0);
	assert_int_equal(addr, 0x7ffff7a00000);
	addr = sys_mmap(0, 2 * M2, RW, MAP_PRIVATE, fd_file, P);
	assert_int_equal(addr, 0x7ffff7401000);
	addr = sys_mmap(0, 2 * M2 + P, RW, MAP_PRIVATE, fd_zero, P);
	assert_int_equal(addr, 0x7ffff6e01000);
	/* a hint counts only if 2 MiB more are free there */
	assert_int_equal(fixed(0x10000000, P, 0), 0x10000000);
	addr = sys_mmap(0x10000000 - 2 * M2, 2 * M2, RW, MAP_PRIVATE, fd_file, 0);
	assert_int_equal(addr, 0x7ffff6a00000);
	addr = sys_mmap(0x20000000, 2 * M2, RW, MAP_PRIVATE, fd_file, P);
	assert_int_equal(addr, 0x20000000);
	end();
}

static void test_32bit(void **state)
{
	(void)state;
	begin();
	assert_int_equal(anywhere(0, P, MAP_32BIT), 0x40000000);
	assert_int_equal(anywhere(0x10000, P, MAP_32BIT), 0x10000);
	assert_int_equal(anywhere(0x100000000, P, MAP_32BIT), 0x40001000);
	assert_int_equal(anywhere(0, M2, MAP_32BIT), 0x40200000);
	assert_int_equal(anywhere(0, 1UL << 30, MAP_32BIT), -ENOMEM);
	fixed(0x40003000, P, MAP_GROWSDOWN);
	assert_int_equal(anywhere(0, P, MAP_32BIT), 0x40004000);
	end();
}

static void test_above_4g(void **state)
{
	(void)state;
	begin();
	assert_int_equal(anywhere(0x20000, P, MAP_ABOVE4G), 0x20000);
	/* all from 4 GiB to the base is taken */
	fixed(1UL << 32, BASE - (1UL << 32), 0);
	assert_int_equal(anywhere(0, P, MAP_ABOVE4G), BASE);	/* upwards from the legacy base */
	assert_int_equal(anywhere(0, P, 0), (1UL << 32) - P);
	end();
}

static void test_full(void **state)
{
	(void)state;
	begin();
	fixed(P, TASK_SIZE - P, 0);
	assert_int_equal(anywhere(0, P, 0), -ENOMEM);
	sys_munmap(8 * P, 2 * P);
	assert_int_equal(anywhere(0, 3 * P, 0), -ENOMEM);
	assert_int_equal(anywhere(0, 2 * P, 0), 8 * P);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_top_down),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_guard_gap),
		cmocka_unit_test(test_huge_alignment),
		cmocka_unit_test(test_file_alignment),
		cmocka_unit_test(test_32bit),
		cmocka_unit_test(test_above_4g),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
