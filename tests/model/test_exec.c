/*
 * execve() and what an address space starts with.
 */
#include "process.h"

static struct process process;

static int setup(void **state G_GNUC_UNUSED)
{
	process_start(&process, NULL);
	return 0;
}

static int setup_typical(void **state G_GNUC_UNUSED)
{
	struct machine_config config;

	machine_config_init(&config);
	config.layout = LAYOUT_TYPICAL;
	process_start(&process, &config);
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	process_end(&process);
	return 0;
}

/* ---- the typical layout ---- */

#define MAY	(VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define VVAR	(VM_READ | VM_MAYREAD | VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP)

/* As /proc/PID/smaps has it for a small program under setarch -R. */
static const struct {
	unsigned long start, end;
	vm_flags_t flags;
	const char *file;
	bool anon_vma;
} typical[] = {
	{ 0x555555554000, 0x555555556000, VM_READ | MAY, "prog", false },
	{ 0x555555556000, 0x55555555b000, VM_READ | VM_EXEC | MAY, "prog", false },
	{ 0x55555555b000, 0x55555555e000, VM_READ | MAY, "prog", false },
	{ 0x55555555e000, 0x55555555f000, VM_READ | MAY | VM_ACCOUNT, "prog", true },
	{ 0x55555555f000, 0x555555560000, VM_READ | VM_WRITE | MAY | VM_ACCOUNT, "prog", true },
	{ 0x555555560000, 0x555555562000, VM_READ | VM_WRITE | MAY | VM_ACCOUNT, NULL, false },
	{ 0x7ffff7dde000, 0x7ffff7e04000, VM_READ | MAY, "libc", false },
	{ 0x7ffff7e04000, 0x7ffff7f5a000, VM_READ | VM_EXEC | MAY, "libc", false },
	{ 0x7ffff7f5a000, 0x7ffff7fad000, VM_READ | MAY, "libc", false },
	{ 0x7ffff7fad000, 0x7ffff7fb1000, VM_READ | MAY | VM_ACCOUNT, "libc", true },
	{ 0x7ffff7fb1000, 0x7ffff7fb3000, VM_READ | VM_WRITE | MAY | VM_ACCOUNT, "libc", true },
	{ 0x7ffff7fb3000, 0x7ffff7fc2000, VM_READ | VM_WRITE | MAY | VM_ACCOUNT, NULL, true },
	{ 0x7ffff7fc2000, 0x7ffff7fc6000, VVAR, NULL, false },
	{ 0x7ffff7fc6000, 0x7ffff7fc8000, VVAR, NULL, false },
	{ 0x7ffff7fc8000, 0x7ffff7fca000, VM_READ | VM_EXEC | MAY | VM_DONTEXPAND, NULL, false },
	{ 0x7ffff7fca000, 0x7ffff7fcb000, VM_READ | MAY, "ld-linux", false },
	{ 0x7ffff7fcb000, 0x7ffff7ff1000, VM_READ | VM_EXEC | MAY, "ld-linux", false },
	{ 0x7ffff7ff1000, 0x7ffff7ffb000, VM_READ | MAY, "ld-linux", false },
	{ 0x7ffff7ffb000, 0x7ffff7ffd000, VM_READ | MAY | VM_ACCOUNT, "ld-linux", true },
	{ 0x7ffff7ffd000, 0x7ffff7fff000, VM_READ | VM_WRITE | MAY | VM_ACCOUNT, "ld-linux",
	  true },
	{ 0x7ffffffde000, 0x7ffffffff000, VM_READ | VM_WRITE | MAY | VM_ACCOUNT | VM_GROWSDOWN,
	  NULL, true },
};

static void assert_typical(const struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	size_t i = 0;

	for_each_vma(mm, vma) {
		assert_in_range(i, 0, ARRAY_SIZE(typical) - 1);
		assert_int_equal(vma->vm_start, typical[i].start);
		assert_int_equal(vma->vm_end, typical[i].end);
		assert_int_equal(vma->vm_flags, typical[i].flags);
		assert_int_equal(vma->anon_vma != NULL, typical[i].anon_vma);
		assert_int_equal(vma->vm_file != NULL, typical[i].file != NULL);
		if (vma->vm_file)
			assert_non_null(strstr(vma->vm_file->inode->name, typical[i].file));
		i++;
	}
	assert_int_equal(i, ARRAY_SIZE(typical));
	assert_int_equal(mm->map_count, ARRAY_SIZE(typical));
}

static void test_typical(void **state G_GNUC_UNUSED)
{
	struct mm_struct *mm = current->mm;
	const struct vm_area_struct *stack = vma_lookup(mm, TASK_SIZE - 1);

	assert_typical(mm);
	assert_int_equal(mm->start_brk, 0x555555562000);
	assert_int_equal(mm->brk, mm->start_brk);
	assert_int_equal(mm->stack_vm, 33);
	assert_int_equal(stack->vm_pgoff, stack->vm_start >> PAGE_SHIFT);
	assert_int_equal(mm->rss_anon, 2 + 2 + 2 + 2 + 2 + 4 + 2);
	assert_null(fget(3));
	/* the heap begins where the program ends; it merges with itself only */
	assert_int_equal(sys_brk(mm->brk + PAGE_SIZE), 0x555555563000);
	assert_int_equal(sys_brk(mm->brk + PAGE_SIZE), 0x555555564000);
	assert_int_equal(mm->map_count, ARRAY_SIZE(typical) + 1);
	/* the stack grows by a fault */
	assert_int_equal(store(stack->vm_start - PAGE_SIZE, 1), 0);
	assert_int_equal(mm->stack_vm, 34);
}

static void test_special(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_munmap(0x7ffff7fc2000, PAGE_SIZE), -EINVAL);
	assert_int_equal(sys_munmap(0x7ffff7fc8000, PAGE_SIZE), -EINVAL);
	assert_int_equal(sys_munmap(0x7ffff7fc2000, 4 * PAGE_SIZE), 0);
	assert_int_equal(sys_munmap(0x7ffff7fc8000, 2 * PAGE_SIZE), 0);
}

/* ---- execve ---- */

static void test_exec(void **state G_GNUC_UNUSED)
{
	struct mm_struct *old = current->mm;
	unsigned int old_id = old->id;

	map_anon(0, 4);
	store(P(0), 1);
	assert_int_equal(sys_mlockall(MCL_FUTURE), 0);
	assert_int_equal(sys_open("/keep", OPEN_RDONLY, 0), 3);
	assert_int_equal(sys_open("/gone", OPEN_RDONLY | OPEN_CLOEXEC, 0), 4);
	old->ksm_merge_any = old->thp_disabled_except_advised = old->mdwe = true;
	assert_int_equal(sys_execve("/usr/bin/other"), 0);
	assert_int_not_equal(current->mm->id, old_id);
	assert_int_equal(object_count(mach, KIND_MM), 1);
	assert_null(area(0));
	assert_int_equal(current->mm->def_flags, 0);
	assert_int_equal(current->mm->locked_vm, 0);
	assert_true(current->mm->ksm_merge_any && current->mm->mdwe);
	assert_true(current->mm->thp_disabled_except_advised);
	assert_non_null(fget(3));
	assert_null(fget(4));
	assert_int_equal(sys_open("/", OPEN_RDONLY, 0), 4);
	assert_int_equal(sys_execve("/"), -EACCES);
}

static void test_exec_typical(void **state G_GNUC_UNUSED)
{
	map_anon(0, 4);
	assert_int_equal(sys_execve("/usr/bin/prog"), 0);
	assert_typical(current->mm);
}

/* Stack, vdso and all: the child has the same areas. */
static void test_fork_typical(void **state G_GNUC_UNUSED)
{
	run_as(fork_ok());
	assert_typical(current->mm);
	assert_int_equal(current->mm->stack_vm, 33);
	assert_int_equal(sys_execve("/usr/bin/prog"), 0);
	assert_typical(current->mm);
	run_as(current->parent);
	assert_typical(current->mm);
}

static void test_exec_of_threads(void **state G_GNUC_UNUSED)
{
	const unsigned long flags = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	struct task_struct *leader = current, *thread;

	assert_true(sys_clone(flags, &thread) > 0);
	run_as(thread);
	assert_int_equal(sys_execve("/usr/bin/prog"), 0);
	assert_true(leader->exited);
	assert_int_equal(thread->pid, leader->pid);
	assert_int_equal(current->mm->mm_users, 1);
	assert_int_equal(current->files->refcount, 1);
}

/* The parent waits until its child has an address space of its own. */
static void test_exec_after_vfork(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;

	map_anon(0, 1);
	assert_true(sys_clone(CLONE_VM | CLONE_VFORK, &child) > 0);
	run_as(child);
	store(P(0), 9);
	assert_ptr_equal(parent->vfork_child, child);
	assert_int_equal(sys_execve("/usr/bin/prog"), 0);
	assert_null(parent->vfork_child);
	run_as(parent);
	assert_int_equal(load(P(0)), 9);
}

/* Files shared with another task become private. */
static void test_exec_unshares_files(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;

	assert_int_equal(sys_open("/f", OPEN_RDONLY | OPEN_CLOEXEC, 0), 3);
	assert_true(sys_clone(CLONE_FILES, &child) > 0);
	run_as(child);
	assert_int_equal(sys_execve("/usr/bin/prog"), 0);
	assert_null(fget(3));
	run_as(parent);
	assert_non_null(fget(3));
}

/* Before the point of no return the old program goes on; after it the task dies. */
static void test_failing_allocations(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	unsigned int survived = 0, killed = 0;
	const char *site;

	for (unsigned long n = 1;; n++) {
		long result;

		run_as(parent);
		child = fork_ok();
		run_as(child);
		machine_fail_nth(mach, n);
		result = sys_execve("/usr/bin/prog");
		site = mach->failed_site;
		machine_fail_nth(mach, 0);
		if (result && child->exited)
			killed++;
		else if (result)
			survived++;
		run_as(parent);
		do_exit(child, 0);
		if (!site)
			break;
	}
	assert_in_range(survived, 1, 4);
	assert_true(killed > 50);
	assert_int_equal(object_count(mach, KIND_MM), 1);
	assert_typical(current->mm);
}

/* The first task: NULL and nothing left, or complete. */
static void test_first_task_without_memory(void **state G_GNUC_UNUSED)
{
	struct machine_config config;
	const char *site;
	unsigned long n = 0;

	machine_config_init(&config);
	config.layout = LAYOUT_TYPICAL;
	do {
		machine_baseline(&process, &config);
		machine_fail_nth(mach, ++n);
		mach->current_task = task_create_first("P");
		site = mach->failed_site;
		if (!mach->current_task)
			mach->current_task = &mach->boot_task;
		process_end(&process);
	} while (site);
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_typical, setup_typical, teardown),
		cmocka_unit_test_setup_teardown(test_special, setup_typical, teardown),
		cmocka_unit_test_setup_teardown(test_exec, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exec_typical, setup_typical, teardown),
		cmocka_unit_test_setup_teardown(test_fork_typical, setup_typical, teardown),
		cmocka_unit_test_setup_teardown(test_exec_of_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exec_after_vfork, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exec_unshares_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failing_allocations, setup_typical, teardown),
		cmocka_unit_test(test_first_task_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
