/*
 * test_run.c - the runner: what a line may say of its result, what stops a run and what does
 * not, settings, tasks, limits.
 */
#include "tests/test.h"

#include "model/mm.h"
#include "sim/backend_model.h"
#include "tests/sim/run_text.h"

#define WINDOW	"window 40p\n"
#define MAP	"mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)\n"

static const struct run_case {
	const char *name, *text;
	int status;
	uint64_t statements;
	const char *error;	/* part of the first one; NULL: none */
} cases[] = {
	/* results */
	{ "nothing written: must succeed", WINDOW MAP "munmap(@4..@8)\n", 0, 2, NULL },
	{ "nothing written: must not fail", "munmap(1, 1)\nload(0)\n", 1, 1, "had to succeed" },
	{ "the address it returns", WINDOW "mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED) = @4\n",
	  0, 1, NULL },
	{ "another address", WINDOW "mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED) = @5\n", 1, 1,
	  "expected @5, got @4" },
	{ "an error by name", "munmap(1, 1) = -EINVAL\n", 0, 1, NULL },
	{ "an error as strace has it", "munmap(1, 1) = -1 EINVAL (Invalid argument)\n", 0, 1,
	  NULL },
	{ "another error", "munmap(1, 1) = -ENOMEM\n", 1, 1,
	  "expected -ENOMEM, got -EINVAL (Invalid argument)" },
	{ "one of several", "munmap(1, 1) = 0 or -ENOMEM or -EINVAL\n", 0, 1, NULL },
	{ "none of several", "munmap(1, 1) = 0 or -ENOMEM\n", 1, 1, "expected 0 or -ENOMEM" },
	{ "anything", "munmap(1, 1) = ?\n", 0, 1, NULL },
	{ "a signal", "load(0) = SIGSEGV\n", 0, 1, NULL },
	{ "another signal", "load(0) = SIGBUS\n", 1, 1, "got SIGSEGV" },
	{ "a signal, not expected", "store(0)\n", 1, 1, "gave SIGSEGV" },
	{ "blocked it is not", WINDOW MAP "load(@4) = blocked\n", 1, 2, "expected blocked" },
	{ "what was loaded", WINDOW MAP "store(@4, 1, 7)\nload(@4) = 7\n", 0, 3, NULL },
	{ "several pages alike", WINDOW MAP "store(@4, 2p, 7)\nload(@4, 2p) = 7\n", 0, 3, NULL },
	{ "several pages not alike", WINDOW MAP "store(@4, 1p, 7)\nload(@4, 2p) = 7\n", 1, 3,
	  "expected 7, got [7, 0]" },
	{ "several pages, each its value", WINDOW MAP
	  "store(@4, 1p, 7)\nload(@4, 2p) = [7, 0]\n", 0, 3, NULL },
	{ "an unknown name as result", "munmap(1, 1) = EINVALL\n", 3, 1, "unknown name" },
	{ "output fields", WINDOW MAP "mincore(@4..@8, [0, 0, 0, 0])\nstore(@5)\n"
	  "mincore(@4..@8, [0, 1, 0, 0])\n", 0, 4, NULL },
	{ "an output field that differs", WINDOW MAP "mincore(@4..@8, [0, 0, 0, 1])\n", 1, 2,
	  "expected vec [0, 0, 0, 1]" },
	{ "limits", "setrlimit(RLIMIT_MEMLOCK, {rlim_cur=64K, rlim_max=1M})\n"
	  "getrlimit(RLIMIT_MEMLOCK, {rlim_cur=64K, rlim_max=1M})\n"
	  "prlimit64(0, RLIMIT_MEMLOCK, NULL, {rlim_cur=64K})\n", 0, 3, NULL },
	{ "what the file system knows",
	  "open(\"/etc/nowhere\", O_RDONLY) = -ENOENT\n", 0, 1, NULL },

	/* going on, stopping */
	{ "a false expect does not stop", "expect 1 == 2\nexpect 0\nmunlockall()\n", 1, 3,
	  "expected 1 == 2" },
	{ "a wrong result stops", "munlockall() = 5\nmunlockall()\n", 1, 1, "expected 5, got 0" },
	{ "an error in a query stops", "expect foo(3)\nmunlockall()\n", 3, 1, "no query foo()" },
	{ "a call is no query", "expect munlockall() == 0\n", 3, 1, "is a call" },

	/* names */
	{ "a variable", WINDOW "p = mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)\nexpect p == @4\n",
	  0, 2, NULL },
	{ "errno", "munmap(1, 1) = ?\nexpect errno == EINVAL\nmunlockall()\nexpect errno == 0\n",
	  0, 4, NULL },
	{ "loops count both ends", WINDOW
	  "for i in 1..3 { mmap(@i, 1p, RW, PRIVATE|ANONYMOUS|FIXED)"
	  " = @i }\nexpect vmas(@1..@4) == 1\n", 0, 4, NULL },
	{ "an empty loop", "for i in 3..1 { munlockall() }\n", 0, 0, NULL },
	{ "no such call", "munnmap(0)\n", 3, 1, "there is no call munnmap()" },
	{ "too few arguments", "munmap(0)\n", 3, 1, "too few arguments" },
	{ "no such field", "UFFDIO_COPY(3, {dst=0, src=0, length=1p})\n", 3, 1,
	  "the struct of UFFDIO_COPY has no field 'length'" },
	{ "no such field of a message", "read(3, {event=1, adress=0})\n", 3, 1,
	  "the struct of read has no field 'adress'" },
	{ "too many arguments", "munlockall(1)\n", 3, 1, "too many arguments" },
	{ "an argument of the wrong kind", "munmap(\"x\", 1p)\n", 3, 1, "has to be a number" },
	{ "no window", "munmap(@0, 1p)\n", 3, 1, "needs a window" },

	/* tasks */
	{ "a child", WINDOW MAP "store(@4, 1, 7)\nQ = fork()\nQ: load(@4) = 7\n"
	  "Q: store(@4, 1, 8)\nload(@4) = 7\nexpect content(Q:@4) == 8\n", 0, 7, NULL },
	{ "a thread on first use", WINDOW MAP "P.gc: store(@4, 1, 7)\nload(@4) = 7\n", 0, 3, NULL },
	{ "no such task", "Q: munlockall()\n", 3, 1, "there is no task Q" },
	{ "a task which has exited", "Q = fork()\nQ: exit(0)\nQ: munlockall()\n", 3, 3,
	  "Q has exited" },
	{ "the parent of a vfork waits", "Q = vfork()\nmunlockall()\n", 3, 2, "waits in vfork()" },
	{ "until the child execs", "Q = vfork()\nQ: execve(\"/x\")\nmunlockall()\n", 0, 3, NULL },
	{ "a thread which execs is the process", "T = clone(CLONE_VM|CLONE_THREAD|CLONE_SIGHAND)\n"
	  "T: execve(\"/x\")\nmunlockall()\n", 0, 3, NULL },
	{ "two tasks of one name", "Q = fork()\nQ = fork()\n", 3, 2, "a second task" },
	{ "an address of another process", WINDOW MAP "Q = fork()\nmunmap(Q:@4, 1p)\n", 3, 3,
	  "an address of process Q" },
	{ "pids of a log", "[pid 47] munlockall() = 0\n[pid 47] fork() = 48\n"
	  "[pid 48] munlockall() = 0\nexpect vmas(pid48) == 0\n", 0, 4, NULL },
	{ "a recorded placement", "set placement = recorded\n"
	  "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n",
	  0, 1, NULL },
	{ "a recorded descriptor", "set placement = recorded\n"
	  "openat(AT_FDCWD, \"/x\", O_RDONLY) = 9\n"
	  "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 9, 0) = 0x7f0000000000\n", 0, 2, NULL },
	{ "a descriptor by its path", "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 5</lib/x.so>, 0)\n",
	  0, 1, NULL },
	{ "another process is advised", WINDOW MAP "store(@4, 4p)\nQ = fork()\n"
	  "process_madvise(Q, [{iov_base=@4, iov_len=1p}, {iov_base=@6, iov_len=1p}], 2, MADV_COLD)"
	  " = 2p\n", 0, 4, NULL },

	/* failures of the machine */
	{ "an allocation fails", WINDOW
	  "mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED) = -ENOMEM fail_nth 1\n", 0, 1, NULL },
	{ "a later one is not reached", WINDOW
	  "mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED) = @4 fail_nth 1000\n", 0, 1, NULL },

	/* settings */
	{ "all settings", "set ram = 16M\nset swap = 0\nset cpus = 4\nset thp = never\n"
	  "set layout = typical\nset placement = search\nset kernel = 6.12\n"
	  "set max_map_count = 100\nset overcommit_memory = 1\nset overcommit_ratio = 80\n"
	  "set mmap_min_addr = 64K\nset rlimit.stack = 1M\nset rlimit.memlock = 64K\n"
	  "set rlimit.as = 1T\nset rlimit.data = 1T\nset cap = off\nset mseal = off\n"
	  "munlockall()\n", 0, 1, NULL },
	{ "an unknown setting", "set ramm = 1M\n", 3, 0, "no setting 'ramm'" },
	{ "an unknown word", "set layout = emty\n", 3, 0, "layout cannot be 'emty'" },
	{ "too little ram", "set ram = 1\n", 3, 0, "out of its range" },
	{ "too much ram", "set ram = 1T\n", 3, 0, "out of its range" },
	{ "nearly too much ram", "set ram = 1023G\n" WINDOW MAP "store(@4)\n", 0, 2, NULL },
	{ "a window of everything", "window 128T\n", 3, 0, "at most 64T" },
	{ "no room for a process", "set layout = typical\nset max_map_count = 1\n", 3, 0,
	  "no room for a first process" },
	{ "a swap device of one slot, its header's", "set swap = 4K\n", 3, 0, "out of its range" },
	{ "a swap device", "set swap = 16M\nset swap.device = zram\n" WINDOW MAP "store(@4)\n"
	  "madvise(@4, 1p, MADV_PAGEOUT)\nexpect pte(@4).swap\n", 0, 4, NULL },
	{ "thp: no such policy", "set thp = inherit\n", 3, 0, "thp cannot be 'inherit'" },
	{ "thp: no such size", "set thp.8K = always\n", 3, 0, "there is no setting" },
	{ "a release to come", "set kernel = 9.1\n", 3, 0, "is not modelled" },
	{ "an unknown bug", "bug no-such\n", 3, 0, "there is no bug" },
	{ "a feature switched off", "set mseal = off\n" WINDOW MAP "mseal(@4, 1p) = -ENOSYS\n",
	  0, 2, NULL },
	{ "max_map_count", "set max_map_count = 3\n" WINDOW
	  "mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)"
	  "\nmprotect(@20, 1p, PROT_READ) = -ENOMEM\n", 0, 2, NULL },

	/* refusals */
	{ "a race of one", "race { a in P { munlockall() } }\n", 0, 1, NULL },
	{ "a race of somebody unknown", "race { a in Q { munlockall() } }\n", 3, 1,
	  "there is no task Q" },
	{ "khugepaged scans by itself", "P: scan()\n", 3, 1, "khugepaged" },
	{ "get_mempolicy is left out", "get_mempolicy(0)\n", 3, 1, "not yet modelled: get_mempolicy" },
	{ "pictures without a painter", "graph \"x.svg\"\n", 3, 1, "not yet modelled: pictures" },

	/* invariants */
	{ "what must break and holds", "must violate vma-order\n", 1, 1,
	  "expected vma-order to be violated, and it holds" },
	{ "all invariants at will", WINDOW MAP "store(@4)\ncheck\n", 0, 3, NULL },

	/* objects in variables */
	{ "an object that is there", WINDOW MAP "store(@4)\nlet v = vma(@4)\nlet f = folio(@4)\n"
	  "let a = anon_vma(@4)\nexpect v.len == 4p, f.mapcount == 1, f.exclusive, a.active == 1, "
	  "a.root == a, v.anon_vma == a\n", 0, 6, NULL },
	{ "an object that is gone", WINDOW MAP "let v = vma(@4)\nmunmap(@4..@8)\n"
	  "expect v.start == @4\n", 3, 4, "vma#4 is gone" },
	{ "a folio that is gone", WINDOW MAP "store(@4)\nlet f = folio(@4)\nmunmap(@4..@8)\n"
	  "mmap(@0, 40p, RW, PRIVATE|ANONYMOUS|FIXED)\nstore(@0, 40p)\n"
	  "expect f.exclusive\n", 3, 7, "is gone" },
	{ "an anon_vma that is gone", WINDOW MAP "store(@4)\nlet a = anon_vma(@4)\n"
	  "munmap(@4..@8)\nexpect a.refcount == 0\n", 3, 5, "is gone" },

	/* maps */
	{ "maps of the window, its rest left out", WINDOW MAP
	  "expect maps { @4-@8 rw-p pgoff=@4/PAGE anon_vma=none }\n", 0, 2, NULL },
	{ "maps of the window, its rest listed", WINDOW MAP
	  "expect maps { @0-@4 ---p\n@4-@8 rw-p\n@8-@40 ---p }\n", 0, 2, NULL },
	{ "maps with one too few", WINDOW MAP "expect maps { }\n", 1, 2, "one VMA more" },
	{ "maps with one too many", WINDOW MAP "expect maps { @4-@8 rw-p\n@9-@10 rw-p }\n", 1, 2,
	  "no such VMA" },
	{ "maps: permissions", WINDOW MAP "expect maps { @4-@8 r--p }\n", 1, 2,
	  "permissions are rw-p" },
	{ "maps: pgoff", WINDOW MAP "expect maps { @4-@8 rw-p pgoff=5 }\n", 1, 2, "its pgoff is" },
	{ "maps: end", WINDOW MAP "expect maps { @4-@9 rw-p }\n", 1, 2, "its end is @8" },
	{ "maps: one anon_vma of two names", WINDOW MAP "store(@4)\nmprotect(@6, 1p, PROT_READ)\n"
	  "expect maps { @4-@6 rw-p anon_vma=A\n@6-@7 r--p anon_vma=B\n@7-@8 rw-p anon_vma=A }\n",
	  1, 4, "already called A" },
	{ "maps: one name of one anon_vma", WINDOW MAP "store(@4)\nmprotect(@6, 1p, PROT_READ)\n"
	  "expect maps { @4-@6 rw-p anon_vma=A\n@6-@7 r--p anon_vma=A\n@7-@8 rw-p anon_vma=A }\n",
	  0, 4, NULL },
	{ "maps: a name in what follows", WINDOW MAP "store(@4)\nQ = fork()\nQ: store(@4)\n"
	  "expect maps P { @4-@8 rw-p anon_vma=A }\nexpect maps Q { @4-@8 rw-p anon_vma=B }\n"
	  "expect A == anon_vma(@4), B.parent == A, A != B\n", 0, 7, NULL },
	{ "maps: a process before a name", WINDOW MAP "store(@4)\n"
	  "expect maps { @4-@8 rw-p anon_vma=P }\nexpect vmas(P) == 3\n", 0, 4, NULL },
	{ "maps of a child", WINDOW MAP "Q = fork()\nQ: munmap(@4..@40)\n"
	  "expect maps Q { @0-@4 ---p }\n", 0, 4, NULL },
};

static void test_run_case(void **state)
{
	const struct run_case *t = *state;
	struct ran ran = run_text(t->text, NULL);

	assert_string_equal(t->error ? "" : ran_error(&ran), "");
	if (t->error && !strstr(ran_error(&ran), t->error))
		fail_msg("the error is: %s", ran_error(&ran));
	assert_int_equal(ran.status, t->status);
	assert_non_null(ran.run);
	assert_int_equal(run_nr_statements(ran.run), t->statements);
	if (ran.status == STATUS_GOOD)
		assert_int_equal(run_check_empty(ran.run), STATUS_GOOD);
	ran_clear(&ran);
}

static void test_bound(void **state)
{
	struct run_options options = { .max_statements = 10 };
	struct ran ran = run_text("for i in 0..20 { munlockall() }\n", &options);

	(void)state;
	assert_int_equal(ran.status, STATUS_BOUND);
	assert_int_equal(run_nr_statements(ran.run), 10);
	ran_clear(&ran);
}

static bool at_once(void)
{
	return true;
}

static void test_interrupted(void **state)
{
	struct run_options options = { .interrupted = at_once };
	struct ran ran = run_text("munlockall()\n", &options);

	(void)state;
	assert_int_equal(ran.status, STATUS_INTERRUPTED);
	assert_int_equal(run_nr_statements(ran.run), 0);
	assert_string_equal(ran_error(&ran), "interrupted before this statement");
	ran_clear(&ran);
}

static void test_until(void **state)
{
	struct run_options options = { .until = 2 };
	struct ran ran = run_text("munlockall()\nmunlockall()\nmunmap(1, 1)\n", &options);

	(void)state;
	assert_int_equal(ran.status, STATUS_GOOD);
	assert_int_equal(run_results(ran.run)->len, 2);
	ran_clear(&ran);
}

static void test_worst_status(void **state)
{
	(void)state;
	assert_int_equal(status_worse(0, 0), 0);
	assert_int_equal(status_worse(4, 0), 4);
	assert_int_equal(status_worse(4, 6), 6);
	assert_int_equal(status_worse(3, 6), 3);
	assert_int_equal(status_worse(1, 3), 1);
	assert_int_equal(status_worse(5, 1), 5);
	assert_int_equal(status_worse(5, 70), 70);
	assert_int_equal(status_worse(130, 1), 130);
}

static void test_address(void **state)
{
	struct diag_list *diags = diag_list_create();
	struct ran ran = run_text(WINDOW MAP "Q = fork()\n", NULL);
	char *process = NULL;
	uint64_t base = run_style(ran.run)->window_start, address = 0;

	(void)state;
	assert_true(run_address(ran.run, "Q:@4+8", diags, &process, &address));
	assert_string_equal(process, "Q");
	assert_int_equal(address, base + 0x4008);
	g_clear_pointer(&process, g_free);
	assert_true(run_address(ran.run, "@5", diags, &process, &address));
	assert_string_equal(process, "P");
	g_clear_pointer(&process, g_free);
	assert_false(run_address(ran.run, "nonsense", diags, &process, &address));
	g_free(process);
	assert_int_equal(diags->nr_errors, 1);
	diag_list_destroy(diags);
	ran_clear(&ran);
}

/* A machine that is broken on purpose: the run tells which rule, and stops. */
static void corrupt(void *data, struct run *run, const struct event *event)
{
	unsigned int *violations = data;

	if (event->kind == EVENT_CALL)
		backend_model_task(run_backend(run), "P")->mm->map_count++;
	if (event->kind == EVENT_VIOLATION) {
		assert_false(event->ok);
		(*violations)++;
	}
}

static void test_violation(void **state)
{
	unsigned int violations = 0;
	struct run_options options = { .event = corrupt, .event_data = &violations };
	struct ran ran = run_text(WINDOW MAP "munlockall()\n", &options);

	(void)state;
	assert_int_equal(ran.status, STATUS_BROKEN);
	assert_true(violations > 0);
	assert_int_equal(run_nr_statements(ran.run), 1);
	ran_clear(&ran);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_until),
		cmocka_unit_test(test_worst_status),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_violation),
	};
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + G_N_ELEMENTS(others)];

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
						.test_func = test_run_case,
						.initial_state = (void *)&cases[i] };
	memcpy(tests + G_N_ELEMENTS(cases), others, sizeof(others));
	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
