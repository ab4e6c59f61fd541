/*
 * mprotect(): errors in order, merges and splits, what it does to promises of memory.
 * The language of the rows: tests/build_calls.h.
 */
#include "tests/build_calls.h"
#include "tests/test.h"

#include "model/lru.h"
#include "model/memory.h"
#include "model/mm.h"
#include "model/syscalls.h"

static const struct calls_case cases[] = {
	/* errors, in the order in which they are found */
	{ "mprotect: both directions of growth", "map 0 1; prot 0 1 r du = EINVAL", "a" },
	{ "mprotect: not aligned", "map 0 1; prot 0+ 0 r = EINVAL", "a" },
	{ "mprotect: nothing to do, even if all is wrong", "prot 0 0 0x10 = 0", "." },
	{ "mprotect: the end wraps", "map 0 1; prot 0 ~ r = ENOMEM", "a" },
	{ "mprotect: unknown bits of prot", "map 0 1; prot 0 1 0x10 = EINVAL", "a" },
	{ "mprotect: PROT_SEM is known", "map 0 1; prot 0 1 0xb = 0", "a" },
	{ "mprotect: nothing is mapped", "prot 0 1 r = ENOMEM", "." },
	{ "mprotect: starts in a hole", "map 1 1; prot 0 2 r = ENOMEM; flag 1 wr = 1", ".a" },
	{ "mprotect: what lies before a hole changes",
	  "map 0 1; map 2 1; prot 0 3 r = ENOMEM; flag 0 wr = 0; flag 2 wr = 1", "a.b" },
	{ "mprotect: a hole at the end", "map 0 2; prot 1 2 r = ENOMEM; flag 1 wr = 0", "ab" },
	{ "mprotect: PROT_GROWSUP never works", "map 0 1; prot 0 1 r u = EINVAL", "a" },
	{ "mprotect: PROT_GROWSDOWN of what does not grow",
	  "map 0 1; prot 0 1 r d = EINVAL", "a" },
	{ "mprotect: PROT_GROWSDOWN starts where the stack does",
	  "map 2 4 rw g; prot 4 1 r d = 0", "..aaab" },
	{ "mprotect: PROT_GROWSDOWN and a hole before",
	  "map 5 4 rw g; prot 0 5 r d = ENOMEM; prot 2 4 r d = 0", ".....abbb" },
	{ "mprotect: an area that comes second may not be written",
	  "map 0 1 r; map 1 1 r s; seal 1 1; prot 0 2 rw = EPERM; flag 0 wr = 1", "ab" },
	{ "mprotect: sealed, even to what it is", "map 0 1; seal 0 1; prot 0 1 rw = EPERM", "a" },
	{ "mprotect: becomes data beyond the limit",
	  "map 0 2 r; set data 1; prot 0 2 rw = ENOMEM; prot 0 1 rw = 0", "ab" },
	{ "mprotect: is data already, the limit says nothing",
	  "map 0 2; set data 1; prot 0 2 rwx = 0", "aa" },
	{ "mprotect: a promise beyond all memory",
	  "map 0 0x200000 r; prot 0 0x200000 rw = ENOMEM; committed = 0", "aa" },
	{ "mprotect: head at the limit of areas",
	  "map 0 3; set maps 1; prot 0 1 r = ENOMEM", "aaa" },
	{ "mprotect: middle: the first split stays",
	  "map 0 3; set maps 2; prot 1 1 r = ENOMEM; flag 1 wr = 1", "abb" },

	/* promises */
	{ "mprotect: becomes writable: charged",
	  "map 0 2 r; committed = 0; prot 0 2 rw; committed = 2; flag 0 ac = 1", "aa" },
	{ "mprotect: untouched, read-only again: given back",
	  "map 0 2; prot 0 2 r; committed = 0; flag 0 ac = 0", "aa" },
	{ "mprotect: touched, read-only: the charge stays",
	  "map 0 2; w 0; prot 0 2 r; committed = 2; flag 0 ac = 1", "AA" },
	{ "mprotect: a read-only map and a touched one never merge",
	  "map 0 2; w 0; prot 0 2 r; map 2 1 r", "AAb" },
	{ "mprotect: without reserve nothing is charged",
	  "map 0 2 r n; prot 0 2 rw; committed = 0; flag 0 ac = 0", "aa" },
	{ "mprotect: shared memory has its charge elsewhere",
	  "map 0 2 r s; committed = 2; prot 0 2 rw; committed = 2; flag 0 ac = 0", "aa" },
	{ "mprotect: counters follow the flags",
	  "map 0 4; data = 4; prot 1 2 r; data = 2; total = 4; prot 1 2 rw; data = 4", "aaaa" },

	/* merges */
	{ "mprotect: part of the middle", "map 0 3; prot 1 1 r", "abc" },
	{ "mprotect: and back", "map 0 3; prot 1 1 r; prot 1 1 rw; maps = 1", "aaa" },
	{ "mprotect: no change, no merge",
	  "map 0 2; set maps 1; unmap 0 0 = EINVAL; prot 0 1 r = ENOMEM; prot 0 2 rw = 0", "aa" },
	{ "mprotect: different ones become one",
	  "map 0 2; prot 0 1 r; prot 0 2 none; maps = 1", "aa" },
	{ "mprotect: merged with what comes next and is so already",
	  "map 0 3; prot 1 1 r; prot 0 2 r = 0; flag 2 wr = 1", "aab" },
	{ "mprotect: several at once, merged as it goes",
	  "map 0 6; prot 1 1 r; prot 3 1 r; prot 0 6 rx", "aaaaaa" },
	{ "mprotect: unfaulted at the left",
	  "map 1 10 rw n; prot 1 5 r; w 6; prot 6 5 r", ".AAAAAAAAAA" },
	{ "mprotect: unfaulted at the right",
	  "map 1 10 rw n; prot 6 5 r; w 1; prot 1 5 r", ".AAAAAAAAAA" },
	{ "mprotect: unfaulted at both sides",
	  "map 2 9 rw n; prot 2 3 r; prot 8 3 r; w 5; prot 5 3 r", "..AAAAAAAAA" },
	{ "mprotect: faulted at the left, unfaulted at the right",
	  "map 2 9 rw n; prot 8 3 r; w 2; prot 2 3 r; prot 5 3 r", "..AAAAAAAAA" },
	{ "mprotect: unfaulted at the left, faulted at the right",
	  "map 2 9 rw n; prot 2 3 r; w 5; prot 8 3 r; prot 5 3 r", "..AAAAAAAAA" },
	{ "mprotect: what a fork gave does not spread",
	  "map 1 5 rw n; w 1; fork; w 1 5; map 6 5 rwx n; prot 1 5 rwx", ".AAAAAbbbbb" },

	/* pages */
	{ "mprotect: a store to what is read-only", "map 0 1; w 0; prot 0 1 r; w 0 = SEGV", "A" },
	{ "mprotect: none at all",
	  "map 0 1; w 0; prot 0 1 none; r 0 = SEGV; prot 0 1 rw; r 0 = 0", "A" },
	{ "mprotect: contents stay",
	  "map 0 2; w 1; prot 0 2 r; r 1 = 1; prot 0 2 rw; w 0; r 1 = 1", "AA" },
	{ "mprotect: a locked area that becomes writable is populated",
	  "map 0 4 r; lock 0 4; rss = 0; prot 0 4 rw; rss = 4", "AAAA" },
	{ "mprotect: one that is shared is not copied",
	  "map 0 4 r s; lock 0 4; prot 0 4 rw; rss = 0", "aaaa" },
};

/* The keys of a process, and what an area keeps of them. */
static void test_pkeys(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 3");
	assert_int_equal(sys_pkey_alloc(1, 0), -EINVAL);
	assert_int_equal(sys_pkey_alloc(0, 4), -EINVAL);
	assert_int_equal(sys_pkey_mprotect(CALLS_BASE, PAGE_SIZE, PROT_READ, 1), -EINVAL);
	assert_int_equal(sys_pkey_mprotect(CALLS_BASE, PAGE_SIZE, PROT_READ, 16), -EINVAL);
	assert_int_equal(sys_pkey_mprotect(CALLS_BASE, 0, PROT_READ, 1), 0);
	for (long key = 1; key < 16; key++)
		assert_int_equal(sys_pkey_alloc(0, 3), key);
	assert_int_equal(sys_pkey_alloc(0, 0), -ENOSPC);
	assert_int_equal(sys_pkey_mprotect(CALLS_BASE, PAGE_SIZE, PROT_READ | PROT_WRITE, 1), 0);
	calls_picture("abb");
	/* mprotect() leaves the key alone */
	assert_int_equal(sys_mprotect(CALLS_BASE + PAGE_SIZE, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(sys_mprotect(CALLS_BASE, PAGE_SIZE, PROT_READ), 0);
	calls_picture("abc");
	assert_int_equal(sys_pkey_free(1), 0);
	assert_int_equal(sys_pkey_free(1), -EINVAL);
	calls_picture("abc");
	assert_int_equal(sys_pkey_mprotect(CALLS_BASE, PAGE_SIZE, PROT_READ, 0), 0);
	calls_picture("aab");
	calls_end();
}

/* PR_SET_MDWE. */
static void test_mdwe(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 1; map 1 1 rx");
	current->mm->mdwe = true;
	calls_run("prot 0 1 rwx = EACCES; prot 0 1 rx = EACCES; prot 1 1 rw; prot 1 1 rx = EACCES");
	calls_run("map 2 1 rx; prot 2 1 x; prot 2 1 rwx = EACCES");
	calls_end();
}

/* A file opened for reading only: its shared mapping never gets writable. */
static void test_may_bits(void **state)
{
	long fd;

	(void)state;
	calls_begin();
	fd = sys_open("/disk/ro", 0, 4 * PAGE_SIZE);
	assert_true(sys_mmap(CALLS_BASE, PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, (int)fd,
			     0) > 0);
	calls_run("prot 0 1 rw = EACCES; prot 0 1 rx; prot 0 1 none; prot 0 1 w = EACCES");
	calls_end();
}

/* Each allocation fails in turn: nothing is lost, nothing charged for good. */
static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned long nth = 1; nth < 6; nth++) {
		uint64_t committed;

		calls_begin();
		calls_run("map 0 6 r; prot 2 2 rw; w 2; prot 2 2 r");
		committed = mach->committed;
		machine_fail_nth(mach, nth);
		if (sys_mprotect(CALLS_BASE + PAGE_SIZE, PAGE_SIZE, PROT_READ | PROT_WRITE))
			assert_int_equal(mach->committed, committed);
		else
			assert_int_equal(mach->committed, committed + 1);
		calls_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pkeys),
		cmocka_unit_test(test_mdwe),
		cmocka_unit_test(test_may_bits),
		cmocka_unit_test(test_no_memory),
	};
	int failed = calls_main(cases, G_N_ELEMENTS(cases));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
