/*
 * madvise(): arguments, holes, what each advice does to areas and pages.
 * The language of the rows: tests/build_calls.h.
 */
#include "tests/build_calls.h"
#include "tests/test.h"

#include "model/lru.h"
#include "model/memory.h"
#include "model/syscalls.h"

static const struct calls_case cases[] = {
	/* arguments */
	{ "madvise: unknown advice, even of nothing", "advise 0 0 unknown = EINVAL", "." },
	{ "madvise: no memory failure here", "map 0 1; advise 0 1 hwpoison = EINVAL", "a" },
	{ "madvise: not aligned, even of nothing", "advise 0+ 0 dontneed = EINVAL", "." },
	{ "madvise: the length rounds to nothing", "map 0 1; advise 0 ~ normal = EINVAL", "a" },
	{ "madvise: the range wraps", "map 0 1; advise 0 0xfffffff000000 normal = EINVAL", "a" },
	{ "madvise: nothing of nothing", "advise 0 0 dontneed = 0", "." },
	{ "madvise: nothing mapped", "advise 0 1 normal = ENOMEM", "." },
	{ "madvise: holes are passed over",
	  "map 1 1; map 3 1; advise 0 5 random = ENOMEM; flag 1 rr = 1; flag 3 rr = 1", ".a.b" },
	{ "madvise: a hole behind all", "map 0 1; advise 0 2 dontneed = ENOMEM", "a" },

	/* flags */
	{ "madvise: random, sequential, normal",
	  "map 0 3; advise 1 1 random; flag 1 rr = 1; advise 1 1 sequential; "
	  "flag 1 rr = 0; flag 1 sr = 1; advise 1 1 normal; flag 1 sr = 0; maps = 1", "aaa" },
	{ "madvise: part of the middle", "map 0 3; advise 1 1 dontfork", "abc" },
	{ "madvise: the same for all: one area",
	  "map 0 3; advise 1 1 dontfork; advise 0 3 dontfork; maps = 1", "aaa" },
	{ "madvise: fork leaves it out", "map 0 3; advise 1 1 dontfork; fork", "a.b" },
	{ "madvise: fork takes it again",
	  "map 0 2; advise 0 2 dontfork; advise 0 2 dofork; fork", "aa" },
	{ "madvise: fork wipes it", "map 0 1; w 0; advise 0 1 wipeonfork; fork; r 0 = 0", "a" },
	{ "madvise: or keeps it",
	  "map 0 1; map 5 1; w 5; advise 5 1 wipeonfork; advise 5 1 keeponfork; fork; "
	  "r 5 = 5", "a....B" },
	{ "madvise: only private anonymous memory is wiped",
	  "map 0 1 rw s; advise 0 1 wipeonfork = EINVAL; file 1 1 0; "
	  "advise 1 1 wipeonfork = EINVAL", "ab" },
	{ "madvise: what may vanish is wiped and not dumped",
	  "map 0 1 rw d; advise 0 1 keeponfork = EINVAL; advise 0 1 dodump = EINVAL; "
	  "advise 0 1 wipeonfork", "a" },
	{ "madvise: dump",
	  "map 0 1; advise 0 1 dontdump; flag 0 dd = 1; advise 0 1 dodump; flag 0 dd = 0", "a" },
	{ "madvise: huge pages",
	  "map 0 1; advise 0 1 hugepage; flag 0 hg = 1; advise 0 1 nohugepage; "
	  "flag 0 hg = 0; flag 0 nh = 1", "a" },
	{ "madvise: mergeable by KSM",
	  "map 0 1; advise 0 1 mergeable; flag 0 mg = 1; advise 0 1 unmergeable; "
	  "flag 0 mg = 0", "a" },
	{ "madvise: shared memory never is, and nobody says so",
	  "map 0 1 rw s; advise 0 1 mergeable = 0; flag 0 mg = 0", "a" },
	{ "madvise: head at the limit of areas",
	  "map 0 3; set maps 1; advise 0 1 random = EAGAIN", "aaa" },
	{ "madvise: middle: the first split stays",
	  "map 0 3; set maps 2; advise 1 1 random = EAGAIN; maps = 2", "abb" },

	/* contents */
	{ "dontneed: gone",
	  "map 0 3; w 0 3; advise 1 1 dontneed; rss = 2; r 1 = 0; r 2 = 2", "AAA" },
	{ "dontneed: of a file: as it is there",
	  "file 0 2 0; w 0; advise 0 2 dontneed; r 0 = 0; rss = 0", "AA" },
	{ "dontneed: several areas and holes",
	  "map 0 2; map 3 1 r; w 0 2; advise 0 4 dontneed = ENOMEM; rss = 0", "AA.b" },
	{ "dontneed: not what is locked",
	  "map 0 1; lock 0 1; advise 0 1 dontneed = EINVAL; rss = 1; "
	  "advise 0 1 dontneed_locked; rss = 0", "A" },
	{ "dontneed: up to what is locked",
	  "map 0 1; map 1 1; w 0 2; lock 1 1; advise 0 2 dontneed = EINVAL; rss = 1", "AB" },
	{ "dontneed: the whole range of a PTE table: the table goes",
	  "map 0 1024; w 0 1024; advise 0 512 dontneed; levels 0 = 3; levels 512 = 4", "A" },
	{ "dontneed: less: it stays",
	  "map 0 1024; w 0 512; advise 0 511 dontneed; levels 0 = 4; "
	  "advise 511 1 dontneed; rss = 0; levels 0 = 4", "A" },
	{ "free: not of files, not of locked memory",
	  "file 0 1 0; advise 0 1 free = EINVAL; map 1 1; lock 1 1; "
	  "advise 1 1 free = EINVAL", "aB" },
	{ "free: contents stay until somebody wants the page",
	  "map 0 2; w 0 2; advise 0 2 free; r 1 = 1", "AA" },
	{ "cold, pageout: not of locked memory",
	  "map 0 1; lock 0 1; advise 0 1 cold = EINVAL; advise 0 1 pageout = EINVAL", "A" },
	{ "cold: contents stay", "map 0 2; w 0 2; advise 0 2 cold; r 1 = 1; rss = 2", "AA" },
	{ "pageout: without swap nothing goes",
	  "map 0 2; w 0 2; advise 0 2 pageout; r 1 = 1; rss = 2", "AA" },
	{ "pageout: shared with a child",
	  "map 0 1; w 0; fork; advise 0 1 pageout; r 0 = 0", "A" },

	/* files */
	{ "willneed: the page cache fills, up to the end",
	  "disk 0 6 0; core 0 6 = 0; advise 0 6 willneed; core 0 6 = 111100", "aaaaaa" },
	{ "willneed: an offset", "disk 0 2 2; advise 1 1 willneed; core 0 2 = 1", "aa" },
	{ "willneed: nothing to read",
	  "map 0 1; advise 0 1 willneed; file 1 1 0; advise 1 1 willneed; core 0 2 = 0", "ab" },
	{ "remove: of a shared file",
	  "file 0 3 0 rw s; w 0 3; advise 1 1 remove; r 1 = 0; r 2 = 2", "aaa" },
	{ "remove: seen by all",
	  "file 0 3 0 rw s; file 4 3 0 rw s; w 0 3; r 5 = 1; advise 1 1 remove; r 5 = 0; "
	  "r 6 = 2", "aaa.bbb" },
	{ "remove: what it is not for",
	  "map 0 1; advise 0 1 remove = EINVAL; file 1 1 0; advise 1 1 remove = EACCES; "
	  "file 2 1 0 r s; lock 2 1; advise 2 1 remove = EINVAL", NULL },
	{ "remove: several areas, with a hole",
	  "file 0 2 0 rw s; file 3 2 0 rw s; w 0 2; advise 0 5 remove = ENOMEM; r 0 = 0; "
	  "r 1 = 0", "aa.bb" },

	/* populate */
	{ "populate_write: pages come", "map 0 3; advise 0 2 populate_write; rss = 2", "AAA" },
	{ "populate_read: the zero page comes",
	  "map 0 2; advise 0 2 populate_read; rss = 0; core 0 2 = 11", "aa" },
	{ "populate: a hole", "map 0 1; advise 0 2 populate_read = ENOMEM; core 0 1 = 1", "a" },
	{ "populate: not permitted",
	  "map 0 1 r; advise 0 1 populate_write = EINVAL; map 1 1 none; "
	  "advise 1 1 populate_read = EINVAL", "ab" },
	{ "populate: beyond the end of a file",
	  "disk 0 6 0; advise 0 6 populate_read = EFAULT", NULL },
	{ "populate: a guard",
	  "map 0 1; advise 0 1 guard; advise 0 1 populate_read = EFAULT", "A" },

	/* guards */
	{ "guard: fatal to touch",
	  "map 0 3; w 0 3; advise 1 1 guard; w 1 = SEGV; rss = 2", "AAA" },
	{ "guard: and away again, empty",
	  "map 0 3; w 0 3; advise 0 3 guard; advise 1 1 unguard; r 1 = 0; rss = 0", "AAA" },
	{ "guard: no area changes, but there is an anon_vma",
	  "map 0 3; advise 1 1 guard; maps = 1; rss = 0", "AAA" },
	{ "guard: twice", "map 0 3; advise 0 2 guard; w 2; advise 0 3 guard; r 2 = SEGV", "AAA" },
	{ "guard: survives dontneed and mprotect",
	  "map 0 2; advise 0 1 guard; advise 0 2 dontneed; prot 0 2 r; prot 0 2 rw; "
	  "r 0 = SEGV", "AA" },
	{ "guard: survives free and cold",
	  "map 0 2; advise 0 1 guard; advise 0 2 free; advise 0 2 cold; r 0 = SEGV", "AA" },
	{ "guard: copied by fork", "map 0 2; advise 0 1 guard; fork; r 0 = SEGV", "AA" },
	{ "guard: of a file, copied by fork",
	  "file 0 2 0 rw s; advise 0 1 guard; fork; r 0 = SEGV; r 1", NULL },
	{ "guard: of a file, takes no anon_vma, so that the child merges",
	  "file 0 2 0 rw; advise 0 1 guard; fork; file 2 2 2 rw; maps = 1", NULL },
	{ "guard: the mark stays through unlocking and merging",
	  "map 0 2; w 0 2; lock 1 1; advise 0 1 guard; unlockall; maps = 1; flag 0 gu = 1", NULL },
	{ "guard: moves along",
	  "map 0 2; advise 0 1 guard; remap 0 2 2 mf 10; r 10 = SEGV", "..........AA" },
	{ "guard: not of locked memory, but away from it",
	  "map 0 1; lock 0 1; advise 0 1 guard = EINVAL; advise 0 1 unguard = 0", "A" },
	{ "guard: of a shared file",
	  "file 0 2 0 rw s; w 0 2; advise 0 1 guard; w 0 = SEGV; advise 0 1 unguard; "
	  "r 0 = 0; r 1 = 1", "aa" },
	{ "guard: over several tables",
	  "map 500 30; w 505; w 520; advise 500 30 guard; r 505 = SEGV; r 520 = SEGV; "
	  "rss = 0", NULL },
	{ "unguard: touches nothing else",
	  "map 0 2; w 0; advise 0 2 unguard; r 0 = 0; rss = 1", "AA" },

	/* collapse */
	{ "collapse: too small an area", "map 0 511; w 0; advise 0 511 collapse = EINVAL", NULL },
	{ "collapse: never touched", "map 0 512; advise 0 512 collapse = EINVAL", NULL },
	{ "collapse: no whole block, touching an edge",
	  "map 0 512; w 0; advise 0 1 collapse = 0; advise 511 1 collapse = 0", NULL },
	{ "collapse: inside a block", "map 0 512; w 0; advise 1 1 collapse = EINVAL", NULL },
	{ "collapse: forbidden",
	  "map 0 512; w 0; advise 0 512 nohugepage; advise 0 512 collapse = EINVAL", NULL },
	{ "collapse: a file", "file 0 64 0; advise 0 64 collapse = EINVAL", NULL },
	{ "collapse: shared memory, no whole block",
	  "map 0 512 rw s; advise 0 1 collapse = 0; advise 1 1 collapse = EINVAL", NULL },
	{ "collapse: shared memory at another offset", "map 1 1024 rw s; "
	  "advise 512 1 collapse = EINVAL", NULL },
	{ "collapse: shared memory, a block of which nothing is there",
	  "map 0 512 rw s; advise 0 512 collapse = EINVAL", NULL },
	{ "collapse: shared memory, a block",
	  "map 0 512 rw s; w 7; advise 0 512 collapse = 0", NULL },
	{ "collapse: what it is for",
	  "map 0 512; w 0; advise 0 512 collapse = 0", NULL },
};

static pte_t pte_at(unsigned long page)
{
	return pgtable_entry(current->mm, CALLS_BASE + page * PAGE_SIZE, LEVEL_PTE);
}

static const struct folio *folio_at(unsigned long page)
{
	return pfn_to_page(pte_pfn(pte_at(page)))->folio;
}

/* MADV_FREE: clean, old, writable; no longer swapbacked once drained; dirty again when written. */
static void test_free_pages(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 2; w 0 2");
	assert_true(pte_dirty(pte_at(0)));
	calls_run("advise 0 1 free");
	assert_false(pte_dirty(pte_at(0)));
	assert_false(pte_young(pte_at(0)));
	assert_true(pte_write(pte_at(0)));
	lru_add_drain();
	assert_false(folio_test(folio_at(0), PG_swapbacked));
	assert_true(folio_test(folio_at(1), PG_swapbacked));
	assert_true(pte_dirty(pte_at(1)));
	calls_run("w 0");
	assert_true(pte_dirty(pte_at(0)));
	calls_end();
}

static void test_cold_pages(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 1; w 0");
	assert_true(pte_young(pte_at(0)));
	calls_run("advise 0 1 cold");
	assert_false(pte_young(pte_at(0)));
	assert_true(pte_dirty(pte_at(0)));
	assert_true(pte_write(pte_at(0)));
	calls_run("advise 0 1 pageout");
	lru_add_drain();
	assert_true(folio_test(folio_at(0), PG_active));
	calls_end();
}

/* Without swap: clean pages of files and those of MADV_FREE go, anonymous ones stay. */
static void test_pageout_without_swap(void **state)
{
	(void)state;
	calls_begin();
	calls_run("disk 0 1 0; r 0; core 0 1 = 1; advise 0 1 pageout; core 0 1 = 0; rss = 0");
	calls_run("map 1 2; w 1 2; advise 1 1 free");
	lru_add_drain();
	calls_run("advise 1 2 pageout; r 1 = 0; r 2 = 2");
	calls_end();
}

/* Before the releases that brought them. */
static void test_history(void **state)
{
	(void)state;
	calls_begin();
	mach->config.semantics.guard_regions_file = false;
	calls_run("map 0 1; advise 0 1 guard; file 1 1 0; advise 1 1 guard = EINVAL");
	calls_run("advise 1 1 unguard = EINVAL");
	mach->config.semantics.guard_regions = false;
	calls_run("advise 0 0 guard = EINVAL; advise 0 1 unguard = EINVAL");
	calls_end();
}

static void test_process_madvise(void **state)
{
	struct task_struct *parent, *child;

	(void)state;
	calls_begin();
	parent = current;
	calls_run("map 0 2; w 0 2; fork; w 0 2; rss = 2");
	child = current;
	mach->current_task = parent;
	assert_int_equal(sys_process_madvise(child, CALLS_BASE, 2 * PAGE_SIZE, MADV_COLD, 0),
			 2 * PAGE_SIZE);
	assert_int_equal(sys_process_madvise(child, CALLS_BASE, PAGE_SIZE, MADV_COLD, 1), -EINVAL);
	assert_int_equal(sys_process_madvise(child, CALLS_BASE, PAGE_SIZE, MADV_DONTNEED, 0),
			 -EINVAL);
	assert_int_equal(sys_process_madvise(parent, CALLS_BASE, PAGE_SIZE, MADV_DONTNEED, 0),
			 PAGE_SIZE);
	assert_int_equal(sys_process_madvise(child, CALLS_BASE, 3 * PAGE_SIZE, MADV_COLD, 0),
			 -ENOMEM);
	parent->signal->cap_sys_nice = false;
	assert_int_equal(sys_process_madvise(child, CALLS_BASE, PAGE_SIZE, MADV_COLD, 0), -EPERM);
	calls_run("r 0 = 0; r 1 = 1");
	mach->current_task = child;
	calls_run("r 0 = 0; r 1 = 1; rss = 2");
	mach->current_task = parent;
	calls_end();
}

/* A table cannot be had: what is guarded stays so. */
static void test_guard_no_memory(void **state)
{
	(void)state;
	for (unsigned long nth = 1; nth < 9; nth++) {
		long error;

		calls_begin();
		calls_run("map 500 30; w 505");
		machine_fail_nth(mach, nth);
		error = sys_madvise(CALLS_BASE + 500 * PAGE_SIZE, 30 * PAGE_SIZE,
				    MADV_GUARD_INSTALL);
		machine_fail_nth(mach, 0);
		assert_true(!error || error == -ENOMEM);
		calls_run("advise 500 30 guard; r 505 = SEGV");
		calls_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_free_pages),
		cmocka_unit_test(test_cold_pages),
		cmocka_unit_test(test_pageout_without_swap),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_process_madvise),
		cmocka_unit_test(test_guard_no_memory),
	};
	int failed = calls_main(cases, G_N_ELEMENTS(cases));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
