/*
 * mlock() and its kin: limits and errors, which pages come, what stays unlocked.
 * The language of the rows: tests/build_calls.h.
 */
#include "tests/build_calls.h"
#include "tests/test.h"

#include "model/folio.h"
#include "model/lru.h"
#include "model/memory.h"
#include "model/syscalls.h"

static const struct calls_case cases[] = {
	{ "mlock: pages come", "map 0 4; lock 1 2; rss = 2; locked = 2; flag 1 lo = 1", "aBBc" },
	{ "mlock: again changes nothing",
	  "map 0 4; lock 0 4; lock 1 2; locked = 4; maps = 1", "AAAA" },
	{ "mlock: part unlocked", "map 0 4; lock 0 4; unlock 1 1; locked = 3; rss = 4", "ABCC" },
	{ "mlock: all unlocked: one area", "map 0 4; lock 1 2; unlock 0 4; locked = 0", "AAAA" },
	{ "mlock: nothing of nothing", "lock 0 0 = 0; lock 0+ 0 = ENOMEM", "." },
	{ "mlock: the largest length is none", "map 0 1; lock 0 ~ = 0; locked = 0", "a" },
	{ "mlock: the address is rounded down", "map 0 2; lock 1+ 0 = 0; locked = 1", "aB" },
	{ "mlock: a hole at once", "map 1 1; lock 0 2 = ENOMEM; locked = 0", ".a" },
	{ "mlock: before a hole: locked, not populated",
	  "map 0 1; map 2 1; lock 0 3 = ENOMEM; locked = 1; rss = 0; flag 2 lo = 0", "a.b" },
	{ "mlock: a hole at the end", "map 0 1; lock 0 2 = ENOMEM; locked = 1", "a" },
	{ "mlock: no access: locked all the same",
	  "map 0 2 none; lock 0 2 = ENOMEM; locked = 2; flag 0 lo = 1", "aa" },
	{ "mlock: beyond the end of a file",
	  "disk 0 6 0; lock 0 6 = ENOMEM; locked = 6", "AAAAAA" },
	{ "mlock: a guard page",
	  "map 0 2; advise 1 1 guard; lock 0 2 = ENOMEM; locked = 2; rss = 1", "AA" },
	{ "mlock: pages that may vanish are never locked",
	  "map 0 2 rw d; lock 0 2 = 0; locked = 0; flag 0 lo = 0", "AA" },
	{ "mlock: read-only memory maps the zero page", "map 0 2 r; lock 0 2; rss = 0", "aa" },
	{ "mlock2: nothing comes until it is touched",
	  "map 0 4; lockfault 0 4; rss = 0; locked = 4; w 1; rss = 1; flag 0 lf = 1", "AAAA" },
	{ "mlock2: then all of it",
	  "map 0 4; lockfault 0 4; lock 0 4; rss = 4; locked = 4; flag 0 lf = 0", "AAAA" },

	{ "mlock: no right at all",
	  "map 0 1; set memlock 0; lock 0 1 = EPERM; lock 0 0 = EPERM", "a" },
	{ "mlock: beyond the limit",
	  "map 0 4; set memlock 3; lock 0 4 = ENOMEM; lock 0 3 = 0", NULL },
	{ "mlock: what is locked counts once",
	  "map 0 4; set memlock 3; lock 0 2; lock 0 3 = 0; lock 0 4 = ENOMEM; locked = 3", NULL },
	{ "mlock: the limit comes before the wrap of the range",
	  "map 0 1; set memlock 3; lock 0 0xfffffff000000 = ENOMEM", "a" },
	{ "mlock: the range wraps", "map 0 1; lock 0 0xfffffff000000 = EINVAL", "a" },
	{ "munlock: never needs a right", "map 0 1; lock 0 1; set memlock 0; unlock 0 1", "A" },
	{ "munlock: a hole", "map 0 1; lock 0 1; unlock 0 2 = ENOMEM; locked = 0", "A" },
	{ "mlock: head at the limit of areas", "map 0 3; set maps 1; lock 0 1 = ENOMEM", "aaa" },
	{ "mmap: locked beyond the limit",
	  "set memlock 1; map 0 2 rw l = EAGAIN; map 0 1 rw l", "A" },
	{ "mmap: locked without any right", "set memlock 0; map 0 1 rw l = EPERM", "." },

	{ "mlockall: no flags",
	  "lockall 0 = EINVAL; lockall 8 = EINVAL; lockall 4 = EINVAL", "." },
	{ "mlockall: what there is",
	  "map 0 2; lockall 1; locked = 2; rss = 2; map 4 1; locked = 2", "AA..b" },
	{ "mlockall: what will be",
	  "map 0 2; lockall 2; locked = 0; map 4 1; locked = 1; rss = 1", "aa..B" },
	{ "mlockall: both", "map 0 1; lockall 3; map 2 1; locked = 2; rss = 2", "A.B" },
	{ "mlockall: as they come",
	  "map 0 2; lockall 5; rss = 0; locked = 2; w 0; rss = 1", "AA" },
	{ "mlockall: as they come, later",
	  "lockall 6; map 0 2; rss = 0; locked = 2; flag 0 lf = 1", "aa" },
	{ "mlockall: beyond the limit",
	  "map 0 4; set memlock 3; lockall 1 = ENOMEM; lockall 2 = 0; locked = 0", "aaaa" },
	{ "mlockall: no right", "set memlock 0; lockall 1 = EPERM", "." },
	{ "mlockall: no access is no error", "map 0 2 none; lockall 1 = 0; locked = 2", "aa" },
	{ "munlockall",
	  "map 0 2; lockall 3; unlockall; locked = 0; map 4 1; locked = 0", "AA..b" },
	{ "mlockall: current only forgets the future",
	  "lockall 2; lockall 1; map 0 1; locked = 0", "a" },

	{ "fork: locks are not inherited",
	  "map 0 2; lock 0 2; fork; locked = 0; flag 0 lo = 0", "AA" },
	{ "munmap: locked pages go",
	  "map 0 4; lock 0 4; unmap 1 2; locked = 2; rss = 2", "A..B" },

	/* msync, mincore */
	{ "msync: unknown flags", "map 0 1; sync 0 1 8 = EINVAL; sync 0 1 5 = EINVAL", "a" },
	{ "msync: not aligned", "map 0 1; sync 0+ 1 4 = EINVAL", "a" },
	{ "msync: nothing of nothing", "sync 0 0 4 = 0; sync 0 ~ 4 = 0", "." },
	{ "msync: a hole",
	  "map 0 1; map 2 1; sync 0 3 4 = ENOMEM; sync 0 3 1 = ENOMEM; "
	  "sync 3 1 0 = ENOMEM; sync 0 1 1 = 0", "a.b" },
	{ "msync: locked memory cannot be invalidated",
	  "map 0 2; lock 0 1; sync 0 2 2 = EBUSY; sync 1 1 2 = 0; sync 0 1 4 = 0", "Ab" },
	{ "msync: of a file, with holes",
	  "file 0 2 0 rw s; map 3 1; sync 0 4 4 = ENOMEM; sync 0 2 4", "aa.b" },
	{ "mincore: anonymous", "map 0 4; w 1; r 2; core 0 4 = 110", "AAAA" },
	{ "mincore: without access, it is still there",
	  "map 0 1; w 0; prot 0 1 none; core 0 1 = 1", "A" },
	{ "mincore: guards are not", "map 0 2; w 0 2; advise 0 1 guard; core 0 2 = 1", "AA" },
	{ "mincore: a file's page cache",
	  "file 0 4 0 rw s; w 1; unmap 0 4; file 0 4 0 rw; core 0 4 = 100", "aaaa" },
	{ "mincore: a guard hides the page, not the cache",
	  "file 0 2 0 rw s; w 0 2; advise 0 1 guard; core 0 2 = 11", "aa" },
	{ "mincore: errors",
	  "map 0 1; core 0+ 1 = EINVAL; core 1 1 = ENOMEM; core 0 2 = ENOMEM; "
	  "core top 1 = ENOMEM; core 0 0 = 0", "a" },
};

static const struct folio *folio_at(unsigned long page)
{
	pte_t pte = pgtable_entry(current->mm, CALLS_BASE + page * PAGE_SIZE, LEVEL_PTE);

	return pfn_to_page(pte_pfn(pte))->folio;
}

/* PG_mlocked follows the areas. */
static void test_folio_flags(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 2; w 0");
	assert_false(folio_test(folio_at(0), PG_mlocked));
	calls_run("lock 0 2");
	assert_true(folio_test(folio_at(0), PG_mlocked));
	assert_true(folio_test(folio_at(0), PG_unevictable));
	assert_true(folio_test(folio_at(1), PG_mlocked));
	calls_run("remap 0 2 2 mf 10");
	assert_true(folio_test(folio_at(10), PG_mlocked));
	calls_run("unlock 10 1");
	assert_false(folio_test(folio_at(10), PG_mlocked));
	assert_true(folio_test(folio_at(11), PG_mlocked));
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], 1);
	calls_run("advise 11 1 dontneed_locked; rss = 1");
	/* another kind of lock counts no page twice */
	calls_run("lock 10 1; lockfault 10 1; lock 10 1; unlock 10 1");
	assert_false(folio_test(folio_at(10), PG_mlocked));
	calls_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folio_flags),
	};
	int failed = calls_main(cases, G_N_ELEMENTS(cases));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
