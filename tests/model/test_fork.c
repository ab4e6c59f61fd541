/*
 * clone(): what the child gets of areas, accounts, files, and how tasks end.
 */
#include <signal.h>
#include "model/rmap.h"
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

/* ---- one area ---- */

static const struct area_case {
	const char *name;
	unsigned long map_flags;	/* besides MAP_FIXED */
	int advice;			/* 0: none */
	bool lock, write;
	bool in_child;
	vm_flags_t has, has_not;	/* of the child's area */
	bool anon_vma;
	int64_t content;		/* of its first page */
} area_cases[] = {
	{ "area: faulted anonymous", MAP_PRIVATE | MAP_ANONYMOUS, 0, false, true,
	  true, VM_ACCOUNT, VM_NONE, true, 5 },
	{ "area: unfaulted anonymous", MAP_PRIVATE | MAP_ANONYMOUS, 0, false, false,
	  true, VM_ACCOUNT, VM_NONE, false, 0 },
	{ "area: MADV_DONTFORK", MAP_PRIVATE | MAP_ANONYMOUS, MADV_DONTFORK, false, true,
	  false, VM_NONE, VM_NONE, false, 0 },
	{ "area: MADV_WIPEONFORK", MAP_PRIVATE | MAP_ANONYMOUS, MADV_WIPEONFORK, false, true,
	  true, VM_WIPEONFORK, VM_NONE, false, 0 },
	{ "area: locked", MAP_PRIVATE | MAP_ANONYMOUS, 0, true, true,
	  true, VM_ACCOUNT, VM_LOCKED, true, 5 },
	{ "area: shared anonymous", MAP_SHARED | MAP_ANONYMOUS, 0, false, true,
	  true, VM_SHARED, VM_ACCOUNT, false, 5 },
	{ "area: not reserved", MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0, false, true,
	  true, VM_NORESERVE, VM_ACCOUNT, true, 5 },
};

static void test_area(void **state)
{
	const struct area_case *t = *state;
	struct mm_struct *mm = current->mm;
	uint64_t committed;
	struct vm_area_struct *vma;

	assert_int_equal(sys_mmap(P(0), 4 * PAGE_SIZE, RW, t->map_flags | MAP_FIXED, -1, 0),
			 P(0));
	if (t->write)
		assert_int_equal(store(P(0), 5), 0);
	if (t->advice)
		assert_int_equal(sys_madvise(P(0), 4 * PAGE_SIZE, t->advice), 0);
	if (t->lock)
		assert_int_equal(sys_mlock(P(0), 4 * PAGE_SIZE), 0);
	committed = mach->committed;
	run_as(fork_ok());
	vma = area(0);
	assert_int_equal(vma != NULL, t->in_child);
	assert_int_equal(current->mm->map_count, mm->map_count - !t->in_child);
	assert_int_equal(current->mm->total_vm, mm->total_vm - (t->in_child ? 0 : 4));
	assert_int_equal(current->mm->data_vm, t->in_child ? mm->data_vm : 0);
	assert_int_equal(current->mm->locked_vm, 0);
	if (!vma) {
		assert_int_equal(mach->committed, committed);
		return;
	}
	assert_int_equal(mach->committed, committed + (vma->vm_flags & VM_ACCOUNT ? 4 : 0));
	assert_int_equal(vma->vm_flags & t->has, t->has);
	assert_int_equal(vma->vm_flags & t->has_not, 0);
	assert_int_equal(vma->anon_vma != NULL, t->anon_vma);
	assert_int_equal(list_empty(&vma->anon_vma_chain), !t->anon_vma);
	assert_int_equal(load(P(0)), t->content);
}

/* Copy on write in both directions. */
static void test_copy_on_write(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;

	map_anon(0, 2);
	store(P(0), 1);
	store(P(1), 2);
	child = fork_ok();
	store(P(0), 3);
	run_as(child);
	assert_int_equal(load(P(0)), 1);
	assert_int_equal(load(P(1)), 2);
	store(P(1), 4);
	run_as(parent);
	assert_int_equal(load(P(0)), 3);
	assert_int_equal(load(P(1)), 2);
}

/* Child's own anon_vma first, the root last; the parent's area first in the file's tree. */
static void test_order(void **state G_GNUC_UNUSED)
{
	struct vm_area_struct *mine, *childs, *grandchilds, *other;
	struct task_struct *child;
	struct address_space *mapping;
	struct interval_node *node;

	assert_int_equal(sys_open("/f", OPEN_RDWR, 65536), 3);
	sys_mmap(P(0), 2 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, 3, 0);
	sys_mmap(P(8), 2 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, 3, 0);
	store(P(0), 1);
	mine = area(0);
	other = area(8);
	child = fork_ok();
	run_as(child);
	childs = area(0);
	run_as(fork_ok());
	grandchilds = area(0);
	assert_ptr_equal(list_first_entry(&grandchilds->anon_vma_chain, struct anon_vma_chain,
					  same_vma)->anon_vma, grandchilds->anon_vma);
	assert_ptr_equal(list_last_entry(&grandchilds->anon_vma_chain, struct anon_vma_chain,
					 same_vma)->anon_vma, mine->anon_vma);
	assert_ptr_equal(grandchilds->anon_vma->parent, childs->anon_vma);

	mapping = &mine->vm_file->inode->i_data;
	assert_int_equal(mapping->i_mmap_writable, 3);
	node = interval_tree_first(&mapping->i_mmap, 0, 0);
	assert_ptr_equal(node, &mine->shared);
	node = interval_tree_next(node, 0, 0);
	assert_ptr_equal(node, &childs->shared);
	node = interval_tree_next(node, 0, 0);
	assert_ptr_equal(node, &grandchilds->shared);
	node = interval_tree_next(node, 0, 0);
	assert_ptr_equal(node, &other->shared);
}

/* mlockall(MCL_FUTURE) stays with the parent; the heap, layout and PR_ settings go along. */
static void test_mm_fields(void **state G_GNUC_UNUSED)
{
	struct mm_struct *mm = current->mm;

	assert_int_equal(sys_mlockall(MCL_FUTURE), 0);
	mm->def_flags |= VM_NOHUGEPAGE;
	mm->ksm_merge_any = mm->thp_disabled = mm->mdwe = mm->has_pinned = true;
	assert_int_equal(sys_brk(mm->start_brk + PAGE_SIZE), mm->start_brk + PAGE_SIZE);
	run_as(fork_ok());
	assert_int_equal(current->mm->def_flags, VM_NOHUGEPAGE);
	assert_true(current->mm->ksm_merge_any && current->mm->thp_disabled);
	assert_true(current->mm->mdwe);
	assert_false(current->mm->has_pinned);
	assert_int_equal(current->mm->brk, mm->brk);
	assert_int_equal(current->mm->mmap_base, mm->mmap_base);
	mm->mdwe_no_inherit = true;
	run_as(mach->current_task->parent);
	run_as(fork_ok());
	assert_false(current->mm->mdwe);
	assert_false(current->mm->mdwe_no_inherit);
}

/* ---- flags of clone() ---- */

static const struct clone_case {
	const char *name;
	unsigned long flags;
	long error;
	bool mm, files, signal, waits;
} clone_cases[] = {
	{ "clone: fork shares nothing", 0, 0, false, false, false, false },
	{ "clone: files", CLONE_FILES, 0, false, true, false, false },
	{ "clone: mm", CLONE_VM, 0, true, false, false, false },
	{ "clone: vfork", CLONE_VM | CLONE_VFORK, 0, true, false, false, true },
	{ "clone: thread", CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0, true, true,
	  true, false },
	{ "clone: a thread shares handlers", CLONE_VM | CLONE_THREAD, -EINVAL, false, false,
	  false, false },
	{ "clone: handlers need the mm", CLONE_SIGHAND, -EINVAL, false, false, false, false },
};

static void test_clone(void **state)
{
	const struct clone_case *t = *state;
	struct task_struct *parent = current, *child;
	long pid = sys_clone(t->flags, &child);

	if (t->error) {
		assert_int_equal(pid, t->error);
		assert_null(child);
		return;
	}
	assert_int_equal(pid, child->pid);
	assert_int_equal(pid, 2);
	assert_int_equal(child->mm == parent->mm, t->mm);
	assert_int_equal(parent->mm->mm_users, t->mm ? 2 : 1);
	assert_int_equal(child->files == parent->files, t->files);
	assert_int_equal(child->signal == parent->signal, t->signal);
	assert_int_equal(child->tgid, t->signal ? 1 : 2);
	assert_ptr_equal(child->parent, t->signal ? NULL : parent);
	assert_ptr_equal(parent->vfork_child, t->waits ? child : NULL);
	do_exit(child, 0);
	assert_null(parent->vfork_child);
	assert_int_equal(parent->mm->mm_users, 1);
}

static void test_threads_end(void **state G_GNUC_UNUSED)
{
	const unsigned long flags = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	struct task_struct *leader = current, *thread, *last;
	struct task_struct *child;

	map_anon(0, 1);
	child = fork_ok();
	assert_true(sys_clone(flags, &thread) > 0);
	assert_true(sys_clone(flags, &last) > 0);
	assert_int_equal(sys_exit(), 0);
	assert_true(leader->exited);
	assert_null(child->parent);
	run_as(thread);
	assert_int_equal(store(P(0), 1), 0);
	do_group_exit(thread, SIGSEGV);
	assert_true(thread->exited && last->exited);
	assert_int_equal(last->exit_signal, SIGSEGV);
	assert_int_equal(leader->exit_signal, 0);
	assert_false(child->exited);
	assert_int_equal(object_count(mach, KIND_MM), 1);
	run_as(child);
	assert_int_equal(sys_exit_group(), 0);
	assert_int_equal(object_count(mach, KIND_MM), 0);
	run_as(&mach->boot_task);
}

/* An open descriptor of the parent is the child's too, as one open file. */
static void test_files(void **state G_GNUC_UNUSED)
{
	assert_int_equal(sys_open("/f", OPEN_RDWR, 4096), 3);
	run_as(fork_ok());
	assert_int_equal(fget(3)->refcount, 2);
	assert_int_equal(sys_close(3), 0);
	run_as(current->parent);
	assert_int_equal(fget(3)->refcount, 1);
}

/* ---- areas of a forked child merge less; tools/testing/selftests/mm/merge.c ---- */

enum op { END, MAP, MAP_NR, MAP_NRX, WRITE, FORK, MOVE, MOVE_KEEP, PROT_X };

/* Numbers are pages: MAP [a,b), WRITE a..b, MOVE [a,b) to c. */
struct step {
	enum op op;
	unsigned long a, b, c;
};

static const struct merge_case {
	const char *name;
	struct step step[9];
	unsigned long unforked[7], forked[7];	/* start, end of areas; FORK left out or not */
} merge_cases[] = {
	{ "merge: a new area and a forked one below it",
	  { { MAP, 1, 6, 0 }, { WRITE, 1, 1, 0 }, { FORK, 0, 0, 0 }, { WRITE, 1, 5, 0 },
	    { MAP, 6, 11, 0 } },
	  { 1, 11 }, { 1, 6, 6, 11 } },
	{ "merge: a forked one is made equal to its neighbour",
	  { { MAP_NR, 1, 6, 0 }, { WRITE, 1, 1, 0 }, { FORK, 0, 0, 0 }, { WRITE, 1, 5, 0 },
	    { MAP_NRX, 6, 11, 0 }, { PROT_X, 1, 6, 0 } },
	  { 1, 11 }, { 1, 6, 6, 11 } },
	{ "merge: faulted, to the unfaulted below",
	  { { MAP, 4, 7, 0 }, { WRITE, 4, 4, 0 }, { FORK, 0, 0, 0 }, { MOVE, 4, 7, 20 },
	    { MAP, 1, 4, 0 }, { MOVE_KEEP, 20, 23, 4 } },
	  { 1, 7, 20, 23 }, { 1, 4, 4, 7, 20, 23 } },
	{ "merge: faulted, to the unfaulted above",
	  { { MAP, 1, 4, 0 }, { WRITE, 1, 1, 0 }, { FORK, 0, 0, 0 }, { MOVE, 1, 4, 20 },
	    { MAP, 4, 7, 0 }, { MOVE_KEEP, 20, 23, 1 } },
	  { 1, 7, 20, 23 }, { 1, 4, 4, 7, 20, 23 } },
	{ "merge: faulted, between two unfaulted",
	  { { MAP, 4, 7, 0 }, { WRITE, 4, 4, 0 }, { FORK, 0, 0, 0 }, { MOVE, 4, 7, 20 },
	    { MAP, 1, 4, 0 }, { MAP, 7, 10, 0 }, { MOVE, 20, 23, 4 } },
	  { 1, 10 }, { 1, 4, 4, 7, 7, 10 } },
	{ "merge: faulted, unfaulted below, its other half above",
	  { { MAP, 4, 10, 0 }, { WRITE, 4, 4, 0 }, { FORK, 0, 0, 0 }, { MOVE, 4, 7, 20 },
	    { MAP, 1, 4, 0 }, { MOVE, 20, 23, 4 } },
	  { 1, 10 }, { 1, 4, 4, 10 } },
};

static void map_flags(const struct step *s, unsigned long prot, unsigned long flags)
{
	assert_int_equal(sys_mmap(P(s->a), (s->b - s->a) * PAGE_SIZE, prot, ANON | flags, -1, 0),
			 P(s->a));
}

static void do_step(const struct step *s, bool forked)
{
	unsigned long len = (s->b - s->a) * PAGE_SIZE, flags = MREMAP_MAYMOVE | MREMAP_FIXED;

	switch (s->op) {
	case END:
		return;
	case MAP:
		map_flags(s, RW, 0);
		return;
	case MAP_NR:
		map_flags(s, RW, MAP_NORESERVE);
		return;
	case MAP_NRX:
		map_flags(s, RW | PROT_EXEC, MAP_NORESERVE);
		return;
	case WRITE:
		for (unsigned long page = s->a; page <= s->b; page++)
			assert_int_equal(store(P(page), page), 0);
		return;
	case FORK:
		if (forked)
			run_as(fork_ok());
		return;
	case MOVE_KEEP:
		flags |= MREMAP_DONTUNMAP;
		__attribute__((fallthrough));
	case MOVE:
		assert_int_equal(sys_mremap(P(s->a), len, len, flags, P(s->c)), P(s->c));
		return;
	case PROT_X:
		assert_int_equal(sys_mprotect(P(s->a), len, RW | PROT_EXEC), 0);
		return;
	}
}

static void run_merge_case(const struct merge_case *t, bool forked)
{
	const unsigned long *want = forked ? t->forked : t->unforked;
	const struct vm_area_struct *vma;

	for (size_t i = 0; i < ARRAY_SIZE(t->step); i++)
		do_step(&t->step[i], forked);
	for_each_vma(current->mm, vma) {
		assert_int_equal(vma->vm_start, P(want[0]));
		assert_int_equal(vma->vm_end, P(want[1]));
		want += 2;
	}
	assert_int_equal(*want, 0);
}

static void test_merge_unforked(void **state)
{
	run_merge_case(*state, false);
}

static void test_merge_forked(void **state)
{
	run_merge_case(*state, true);
}

/* A, its child B, B's child C: when B has unmapped the area, C's child takes over B's
 * anon_vma, and the chain keeps its order. */
static void test_reuse_of_anon_vma(void **state G_GNUC_UNUSED)
{
	struct anon_vma *a, *b, *c;
	struct anon_vma *want[3];
	struct anon_vma_chain *avc;
	struct task_struct *second, *third;
	size_t i = 0;

	map_anon(0, 2);
	store(P(0), 1);
	a = area(0)->anon_vma;
	second = fork_ok();
	run_as(second);
	b = area(0)->anon_vma;
	third = fork_ok();
	assert_int_equal(sys_munmap(P(0), 2 * PAGE_SIZE), 0);
	run_as(third);
	c = area(0)->anon_vma;
	run_as(fork_ok());
	assert_ptr_equal(area(0)->anon_vma, b);
	want[0] = c;
	want[1] = b;
	want[2] = a;
	list_for_each_entry(avc, &area(0)->anon_vma_chain, same_vma) {
		assert_in_range(i, 0, 2);
		assert_ptr_equal(avc->anon_vma, want[i++]);
	}
	assert_int_equal(i, 3);
}

/* What a failed fork must leave as it was. */
struct counts {
	size_t objects[NR_OBJECT_KINDS];
	uint64_t committed, pages, changing;
};

static void take_counts(struct counts *counts)
{
	lru_add_drain();
	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++)
		counts->objects[kind] = object_count(mach, (enum object_kind)kind);
	counts->committed = mach->committed;
	counts->pages = buddy_free_pages(mach);
	counts->changing = fget(4)->uffd->mmap_changing;
}

static void build_for_failures(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_EVENT_FORK };
	struct uffdio_register reg = { { P(40), PAGE_SIZE }, 1, 0 };

	assert_int_equal(sys_open("/f", OPEN_RDWR, 65536), 3);
	assert_int_equal(sys_userfaultfd(0), 4);
	assert_int_equal(sys_uffdio_api(4, &api), 0);
	map_anon(0, 4);
	map_anon(40, 1);
	assert_int_equal(sys_uffdio_register(4, &reg), 0);
	sys_mmap(P(10), 4 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, 3, 0);
	sys_mmap(P(20), 4 * PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, 3, 0);
	map_anon(30, 4);
	assert_int_equal(sys_mbind(P(30), 4096, 2, 1, 64, 0), 0);
	for (unsigned long page = 0; page < 40; page += 10)
		for (unsigned long i = 0; i < 4; i++)
			assert_int_equal(store(P(page + i), page + i), 0);
}

/* Every allocation of a fork fails once; the parent goes on as if nothing was.  Some are
 * tried again with better prospects, and the fork succeeds. */
static void test_failing_allocations(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;
	struct counts before, after;
	unsigned long failures = 0;
	const char *site;

	build_for_failures();
	for (unsigned long n = 1;; n++) {
		long pid;

		take_counts(&before);
		machine_fail_nth(mach, n);
		pid = sys_clone(0, &child);
		site = mach->failed_site;
		machine_fail_nth(mach, 0);
		if (!site)
			break;
		if (pid > 0) {
			do_exit(child, 0);
			continue;
		}
		failures++;
		assert_int_equal(pid, -ENOMEM);
		assert_int_equal(machine_check(mach), 0);
		take_counts(&after);
		assert_memory_equal(&before, &after, sizeof(before));
		assert_int_equal(fget(3)->inode->i_data.i_mmap_writable, 1);
	}
	assert_true(failures > 20);
	run_as(child);
	assert_int_equal(load(P(13)), 13);
	run_as(parent);
	assert_int_equal(load(P(33)), 33);
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
	ROW(area_cases, test_area);
	ROW(clone_cases, test_clone);
	ROW(merge_cases, test_merge_unforked);
	ROW(merge_cases, test_merge_forked);
	ONE(test_reuse_of_anon_vma);
	ONE(test_copy_on_write);
	ONE(test_order);
	ONE(test_mm_fields);
	ONE(test_threads_end);
	ONE(test_files);
	ONE(test_failing_allocations);
	return _cmocka_run_group_tests("fork", tests, nr, NULL, NULL);
}
