/*
 * test_queries.c - the functions of `expect`: what they give, and what they refuse.
 */
#include "tests/test.h"

#include "tests/sim/run_text.h"

/*
 *	page   4 5 6 7 | 8 9 | 12 13     Q is a child of P, forked before P's
 *	P      W s - - | r r | W  -      page 4 was written again; 8..10 only read
 */
static const char prelude[] =
	"window 40p\n"
	"mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)\n"
	"store(@4, 1, 7)\n"
	"store(@5, 1, 8)\n"
	"mmap(@8, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED)\n"
	"load(@8..@10)\n"
	"Q = fork()\n"
	"store(@4, 1, 70)\n"
	"mmap(@12, 2p, RW, PRIVATE|ANONYMOUS|FIXED)\n"
	"store(@12, 1, 9)\n"
	"fd = memfd_create(\"m\")\n"
	"ftruncate(fd, 2p)\n"
	"mmap(@20, 2p, RW, SHARED|FIXED, fd, 0)\n"
	"store(@20, 1, 5)\n"
	"madvise(@6, 1p, MADV_GUARD_INSTALL)\n";

static const struct query_case {
	const char *name, *expect;
	const char *error;	/* NULL: it holds */
} cases[] = {
	{ "vmas of a range", "vmas(@4..@10) == 2", NULL },
	{ "vmas of an empty range", "vmas(@30..@30) == 0", NULL },
	{ "vmas of a process", "vmas(Q) < vmas(P), vmas() == vmas(P)", NULL },
	{ "vmas of a range of another", "vmas(Q:@12..@14) == 1, vmas(Q:@4..@8) == 1", NULL },
	{ "vmas of nonsense", "vmas(5)", "vmas() takes" },
	{ "vma: the same", "vma(@4) == vma(@7), vma(@4) != vma(@8)", NULL },
	{ "vma: of two processes", "vma(@4) != vma(Q:@4)", NULL },
	{ "vma: range", "vma(@5).start == @4, vma(@5).end == @8, vma(@5).len == 4p", NULL },
	{ "vma: pgoff", "vma(@5).pgoff == @4/PAGE", NULL },
	{ "vma: prot", "vma(@4).prot == RW, vma(@8).prot == PROT_READ", NULL },
	{ "vma: flags as a set", "vma(@8).flags == {rd, mr, mw, me}", NULL },
	{ "vma: one flag", "vma(@4).flags.ac, !vma(@8).flags.ac", NULL },
	{ "vma: no such flag", "vma(@4).flags.zz", "no flag is called 'zz'" },
	{ "vma: name", "vma(@4).name == \"\", vma(@20).name != \"\"", NULL },
	{ "vma: anon_vma", "vma(@4).anon_vma == anon_vma(@4), vma(@8).anon_vma == none", NULL },
	{ "vma: chain", "vma(@4).anon_vma.refcount >= 1", NULL },
	{ "vma: no such member", "vma(@4).strat", "vma has no member 'strat'" },
	{ "vma: nothing mapped", "vma(@40)", "nothing is mapped at P:@40" },
	{ "vma: no address", "vma(P)", "takes an address" },
	{ "vma: two arguments", "vma(@4, @5)", "vma() has 2 arguments" },
	{ "pte: none", "pte(@7).none, !pte(@4).none", NULL },
	{ "pte: bits of a written page", "pte(@4).present, pte(@4).write, pte(@4).dirty, "
	  "pte(@4).young, !pte(@4).zero, !pte(@4).swap, !pte(@4).guard, !pte(@4).huge", NULL },
	{ "pte: write-protected by fork",
	  "pte(@5).present, !pte(@5).write, !pte(Q:@4).write", NULL },
	{ "pte: zero page", "pte(@8).zero, pte(@8).present, !pte(@8).write", NULL },
	{ "pte: guard", "pte(@6).guard, !pte(@6).present, !pte(@6).none, !pte(@6).swap", NULL },
	{ "pte: nothing mapped", "pte(@40).none", "nothing is mapped" },
	{ "pte: no such member", "pte(@4).dity", "no member 'dity'" },
	{ "folio: shared after fork", "folio(@5) == folio(Q:@5), folio(@4) != folio(Q:@4)", NULL },
	{ "folio: counts", "folio(@5).mapcount == 2, folio(@4).mapcount == 1, "
	  "folio(@5).refcount >= 2, folio(@4).order == 0", NULL },
	{ "folio: exclusive", "folio(@4).exclusive, !folio(@5).exclusive, "
	  "!folio(Q:@4).exclusive", NULL },
	{ "folio: kinds", "folio(@4).anon, !folio(@20).anon, !folio(@4).ksm, !folio(@4).pinned, "
	  "!folio(@4).writeback, !folio(@4).swapcache, !folio(@4).locked, !folio(@4).mlocked",
	  NULL },
	{ "folio: index", "folio(@4).index == @4/PAGE, folio(@20).index == 0", NULL },
	{ "folio: anon_vma", "folio(@5).anon_vma == anon_vma(@5), folio(@20).anon_vma == none",
	  NULL },
	{ "folio: nothing present", "folio(@7)", "no page is present at P:@7: its entry is none" },
	{ "folio: a guard", "folio(@6)", "its entry is guard" },
	{ "folio: no such member", "folio(@4).mapcont", "folio has no member 'mapcont'" },
	{ "anon_vma: parent and root", "anon_vma(Q:@4).root == anon_vma(@4), "
	  "anon_vma(Q:@4).parent == anon_vma(@4), anon_vma(@4).root == anon_vma(@4)", NULL },
	{ "anon_vma: counts", "anon_vma(@4).children == 2, anon_vma(@4).active == 1", NULL },
	{ "anon_vma: none", "anon_vma(@8) == none, !anon_vma(@8)", NULL },
	{ "anon_vma: none has no member", "anon_vma(@8).refcount", "there is no anon_vma" },
	{ "rmap: shared", "rmap(@5) == {Q:@5, P:@5}", NULL },
	{ "rmap: own", "rmap(@4) == {P:@4}, rmap(Q:@4) == {Q:@4}, rmap(@4) != {P:@5}", NULL },
	{ "rmap: a file's", "rmap(@20) == {P:@20}", NULL },
	{ "rmap: the zero page has none", "rmap(@8) == {}", NULL },
	{ "content", "content(@4) == 70, content(Q:@4) == 7, content(@5) == 8, content(@7) == 0, "
	  "content(@20) == 5, content(@21) == 0", NULL },
	{ "mergeable: a gap", "mergeable(@4, @12) == gap", NULL },
	{ "mergeable: flags", "mergeable(@4, @8) == flags, !mergeable(@8, @4)", NULL },
	{ "mergeable: one already", "mergeable(@4, @7) == 1", NULL },
	{ "mergeable: an unknown word", "mergeable(@4, @8) == falgs", "unknown name 'falgs'" },
	{ "mergeable: two processes", "mergeable(@4, Q:@8)", "never merge" },
	{ "mm: counters", "mm(P).rss_anon == 3, mm(Q).rss_anon == 2, mm().map_count == vmas(), "
	  "mm(P).rss_shmem == 1, mm(P).swap == 0, mm(P).locked_vm == 0, mm(P).total_vm == 40",
	  NULL },
	{ "mm: pgtables", "mm(P).pgtables > 0", NULL },
	{ "mm: no process", "mm(R)", "unknown name 'R'" },
	{ "mm: a number", "mm(5)", "mm() takes a process" },
	{ "sys", "sys().free > 0, sys().swap_free == 0", NULL },
	{ "sys: no such member", "sys().fre", "no member 'fre'" },
	{ "no such query", "vms()", "there is no query vms()" },
};

static void test_query(void **state)
{
	const struct query_case *t = *state;
	g_autofree char *text = g_strdup_printf("%sexpect %s\n", prelude, t->expect);
	struct ran ran = run_text(text, NULL);

	if (!t->error) {
		assert_string_equal(ran_error(&ran), "");
		assert_int_equal(ran.status, STATUS_GOOD);
	} else {
		if (!strstr(ran_error(&ran), t->error))
			fail_msg("the error is: %s", ran_error(&ran));
		assert_int_equal(ran.status, STATUS_REJECTED);
	}
	ran_clear(&ran);
}

/* A failure says what each query gave. */
static void test_failure_note(void **state)
{
	g_autofree char *text = g_strdup_printf("%sexpect vma(@5).start == @6 + content(@7)\n",
						prelude);
	struct ran ran = run_text(text, NULL);
	const struct diag *diag;

	(void)state;
	assert_int_equal(ran.status, STATUS_FALSE);
	diag = run_diags(ran.run)->items->pdata[0];
	assert_string_equal(diag->note, "vma(@5).start is @4\ncontent(@7) is 0");
	ran_clear(&ran);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + 1];

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name, .test_func = test_query,
						.initial_state = (void *)&cases[i] };
	tests[G_N_ELEMENTS(cases)] = (struct CMUnitTest)cmocka_unit_test(test_failure_note);
	return cmocka_run_group_tests_name("queries", tests, NULL, NULL);
}
