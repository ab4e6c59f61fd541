/*
 * mseal(): what can be sealed, and all that a seal forbids.
 * The language of the rows: tests/build_calls.h.
 */
#include "tests/build_calls.h"
#include "tests/test.h"

#include "model/syscalls.h"

static const struct calls_case cases[] = {
	{ "mseal: not aligned", "map 0 1; seal 0+ 1 = EINVAL", "a" },
	{ "mseal: the length rounds to nothing", "map 0 1; seal 0 ~ = EINVAL", "a" },
	{ "mseal: the end wraps", "map 0 1; seal 0 0xfffffff000000 = EINVAL", "a" },
	{ "mseal: nothing of nothing", "seal 0 0 = 0", "." },
	{ "mseal: a hole: nothing is sealed",
	  "map 0 1; map 2 1; seal 0 3 = ENOMEM; flag 0 sl = 0; seal 0 2 = ENOMEM; "
	  "seal 1 2 = ENOMEM", "a.b" },
	{ "mseal: part", "map 0 3; seal 1 1; flag 1 sl = 1; flag 0 sl = 0", "abc" },
	{ "mseal: again, and more", "map 0 3; seal 1 1; seal 1 1; seal 0 3; maps = 1", "aaa" },
	{ "mseal: at the limit of areas", "map 0 3; set maps 1; seal 0 1 = ENOMEM", "aaa" },

	{ "sealed: munmap",
	  "map 0 2; seal 0 1; unmap 0 1 = EPERM; unmap 0 2 = EPERM; unmap 1 1", "a." },
	{ "sealed: mmap over it", "map 0 2; seal 0 1; map 0 1 = EPERM", "ab" },
	{ "sealed: mprotect", "map 0 1; seal 0 1; prot 0 1 r = EPERM; prot 0 1 rw = EPERM", "a" },
	{ "sealed: mremap, whatever it wants",
	  "map 0 2; seal 0 2; remap 0 2 2 = EPERM; remap 0 2 1 = EPERM; "
	  "remap 0 2 3 = EPERM; remap 0 2 2 mf 10 = EPERM; remap 0 2 2 md = EPERM", "aa" },
	{ "sealed: mremap onto it",
	  "map 0 2; map 10 2; seal 10 1; remap 0 2 2 mf 10 = EPERM", "aa........bc" },
	{ "sealed: mremap of several: those before have moved",
	  "map 0 1; map 2 1; seal 2 1; remap 0 3 3 mf 10 = EPERM", "..a.......b" },
	{ "sealed: locks are allowed", "map 0 1; seal 0 1; lock 0 1; unlock 0 1", "A" },
	{ "sealed: writable contents may be dropped",
	  "map 0 1; w 0; seal 0 1; advise 0 1 dontneed; advise 0 1 free; advise 0 1 guard", "A" },
	{ "sealed: read-only contents may not",
	  "map 0 1; w 0; prot 0 1 r; seal 0 1; advise 0 1 dontneed = EPERM; "
	  "advise 0 1 free = EPERM; advise 0 1 guard = EPERM; "
	  "advise 0 1 dontfork = EPERM; advise 0 1 wipeonfork = EPERM; "
	  "advise 0 1 dontneed_locked = EPERM; advise 0 1 remove = EPERM", "A" },
	{ "sealed: other advice is taken",
	  "map 0 1; w 0; prot 0 1 r; seal 0 1; advise 0 1 cold; advise 0 1 hugepage; "
	  "advise 0 1 dofork; advise 0 1 unguard; advise 0 1 willneed", "A" },
	{ "sealed: files keep what they hold",
	  "file 0 1 0 r; seal 0 1; advise 0 1 dontneed; advise 0 1 dontfork", "a" },
	{ "sealed: it is inherited", "map 0 1; seal 0 1; fork; unmap 0 1 = EPERM", "a" },
};

static void test_flags(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 1");
	assert_int_equal(sys_mseal(CALLS_BASE, PAGE_SIZE, 1), -EINVAL);
	mach->config.semantics.mseal = false;
	assert_int_equal(sys_mseal(CALLS_BASE, PAGE_SIZE, 0), -ENOSYS);
	mach->config.semantics.mseal = true;
	/* the address is still said to be taken */
	calls_run("seal 0 1");
	assert_int_equal(sys_mmap(CALLS_BASE, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
				  MAP_FIXED_NOREPLACE, -1, 0), -EEXIST);
	calls_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
	};
	int failed = calls_main(cases, G_N_ELEMENTS(cases));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
