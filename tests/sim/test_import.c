/*
 * test_import.c - logs of strace -f and perf trace -F all as scenarios.
 *
 * One row of a table is a log and what has to be (or must not be) in the scenario.  The real
 * recordings are imported whole, and then again with damage done to them.
 */
#include "tests/test.h"

#include <glib.h>
#include <string.h>

#include "sim/import.h"
#include "sim/parse.h"

struct imported {
	GString *text;
	struct import_report report;
	GError *error;
	bool ok;
};

static void import_string(struct imported *in, const char *path, const char *text, gsize len,
			  const struct import_options *opts)
{
	in->text = g_string_new(NULL);
	in->error = NULL;
	import_report_init(&in->report);
	in->ok = import_text(path, text, len, opts, in->text, &in->report, &in->error);
}

static void imported_free(struct imported *in)
{
	g_string_free(in->text, TRUE);
	g_clear_error(&in->error);
	import_report_clear(&in->report);
}

#define PERF(t, rest)	"     " t " ( 0.002 ms): prog/100 " rest "\n"
#define PERF2(t, rest)	"     " t " ( 0.002 ms): prog/101 " rest "\n"
#define TRAP(kind, addr, code) \
	"     1.000 (         ): prog/100 exceptions:page_fault_" kind "(address: " addr \
	", ip: 1, error_code: " code ")\n"
#define ANON_MMAP \
	PERF("0.1", "mmap(len: 8192, prot: READ|WRITE, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000")

/* Lines in @has and @hasnt are parted by '\n'; each is looked for by itself. */
static const struct import_case {
	const char *name, *log, *has, *hasnt;
	unsigned int unusable, assumed;
} cases[] = {
	{ "strace: an anonymous mmap",
	  "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	  "0x7f0000000000\n",
	  "P: mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	  "0x7f0000000000\nset placement = recorded", "execve", 0, 1 },
	{ "strace: unfinished and resumed take the place of the end",
	  "10 mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 <unfinished ...>\n"
	  "11 madvise(0x7f0000001000, 4096, MADV_DONTNEED) = -1 EINVAL (Invalid argument)\n"
	  "10 <... mmap resumed>) = 0x7f0000000000\n+++\n",
	  "P: mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000",
	  "madvise", 1, 3 },
	{ "strace: a child seen before its fork returns",
	  "10 mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
	  "10 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>\n"
	  "11 munmap(0x7f0000000000, 4096) = 0\n"
	  "10 <... clone resumed>, child_tidptr=0x7f0000000a10) = 11\n"
	  "11 exit_group(0) = ?\n11 +++ exited with 0 +++\n10 exit_group(0) = ?\n",
	  "P: pid11 = fork()\npid11: munmap(0x7f0000000000, 4096) = 0\npid11: exit_group(0)",
	  "P: exit", 0, 0 },
	{ "strace: [pid N] names the first process late",
	  "brk(NULL) = 0x5000000000\n"
	  "fork() = 11\n"
	  "[pid 10] brk(0x5000001000) = 0x5000001000\n"
	  "[pid 11] exit_group(0) = ?\n[pid 10] exit_group(0) = ?\n",
	  "P: brk(0x5000001000) = 0x5000001000\nP: pid11 = fork()\n"
	  "P: prctl(PR_SET_MM, PR_SET_MM_START_BRK, 0x5000000000, 0, 0)", "pid10", 0, 1 },
	{ "strace: threads and vfork",
	  "10 mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
	  "10 clone3({flags=CLONE_VM|CLONE_FS|CLONE_SIGHAND|CLONE_THREAD, stack=0x7f00}, 88) = 12\n"
	  "12 munmap(0x7f0000000000, 4096) = 0\n"
	  "12 exit(0) = ?\n"
	  "10 vfork( <unfinished ...>\n"
	  "13 execve(\"/bin/true\", [\"true\"], 0x7ff /* 3 vars */) = 0\n"
	  "10 <... vfork resumed>) = 13\n"
	  "13 exit_group(0) = ?\n10 exit_group(0) = ?\n",
	  "P: pid12 = clone(CLONE_VM|CLONE_SIGHAND|CLONE_THREAD)\npid12: munmap(\npid12: exit(0)\n"
	  "P: pid13 = vfork()\npid13: execve(\"/bin/true\")\npid13: exit_group(0)", " = "
	  "fork()", 0, 2 },
	{ "strace: one variable for each open, dup shares it",
	  "openat(AT_FDCWD, \"/lib/a.so\", O_RDONLY|O_CLOEXEC) = 3\n"
	  "dup(3) = 4\nclose(3) = 0\n"
	  "openat(AT_FDCWD, \"/lib/a.so\", O_RDWR) = 3\n"
	  "openat(AT_FDCWD, \"/etc/unused\", O_RDONLY) = 5\n"
	  "mmap(NULL, 5000, PROT_READ, MAP_PRIVATE, 4, 0x1000) = 0x7f0000000000\n"
	  "mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0) = 0x7f0000010000\n",
	  "P: ftruncate(s0, 0x3000)\nP: f1 = open(\"/lib/a.so\", O_RDONLY)\n"
	  "P: f2 = open(\"/lib/a.so\", O_RDWR)\n"
	  "P: mmap(NULL, 5000, PROT_READ, MAP_PRIVATE, f1, 0x1000) = 0x7f0000000000\n"
	  "P: mmap(NULL, 4096, PROT_READ, MAP_SHARED, f2, 0) = 0x7f0000010000", "unused", 0, 2 },
	{ "strace: userfaultfd",
	  "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
	  "userfaultfd(O_CLOEXEC|UFFD_USER_MODE_ONLY) = 4\n"
	  "ioctl(4, UFFDIO_API, {api=0xaa, features=0 => features=UFFD_FEATURE_SIGBUS}) = 0\n"
	  "ioctl(4, UFFDIO_REGISTER, {range={start=0x7f0000000000, len=0x1000}, "
	  "mode=UFFDIO_REGISTER_MODE_MISSING, ioctls=1<<_UFFDIO_WAKE}) = 0\n"
	  "ioctl(4, _IOC(_IOC_READ|_IOC_WRITE, 0xaa, 0x5, 0x28), 0x7ff) = 0\n"
	  "ioctl(1, TCGETS, 0x7ff) = -1 ENOTTY (Inappropriate ioctl for device)\n",
	  "P: u1 = userfaultfd(UFFD_USER_MODE_ONLY|O_CLOEXEC)\nP: UFFDIO_API(u1, "
	  "{features=0}) = 0\n"
	  "P: UFFDIO_REGISTER(u1, {start=0x7f0000000000, len=0x1000, "
	  "mode=UFFDIO_REGISTER_MODE_MISSING}) = 0\nignored: ioctl 1\n1 calls whose arguments",
	  "TCGETS", 0, 1 },
	{ "strace: mremap, and an EFAULT that speaks of VMAs",
	  "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
	  "mremap(0x7f0000000000, 8192, 16384, MREMAP_MAYMOVE) = 0x7f0000100000\n"
	  "mremap(0x7f0000100000, 16384, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x7f0000200000) = "
	  "0x7f0000200000\n"
	  "mremap(0x7f0000200000, 8192, 16384, MREMAP_MAYMOVE) = -1 EFAULT (Bad address)\n",
	  "P: mremap(0x7f0000000000, 8192, 16384, MREMAP_MAYMOVE) = 0x7f0000100000\n"
	  "MREMAP_MAYMOVE|MREMAP_FIXED, 0x7f0000200000) = 0x7f0000200000\n"
	  "P: mremap(0x7f0000200000, 8192, 16384, MREMAP_MAYMOVE) = -EFAULT", "assumed: "
	  "mapped", 0, 1 },
	{ "strace: what was mapped before the log is assumed",
	  "mprotect(0x7f0000000000, 8192, PROT_READ) = 0\n",
	  "P: mmap(0x7f0000000000, 8192, PROT_READ|PROT_WRITE, "
	  "MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, "
	  "-1, 0)\t# assumed: mapped before the log began", "execve", 0, 2 },
	{ "strace: lines that are none are counted",
	  "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
	  "mmap(NULL, 8192, PROT_READ, MAP_PRIV\nhello world\nmunmap(0x7f0000000000, PLENTY) = 0\n"
	  "<... munmap resumed>) = 0\n",
	  "not understood: 4", "munmap", 4, 1 },
	{ "perf: zero arguments are not printed",
	  PERF("0.1", "mmap(len: 4096, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000")
	  PERF("0.2", "mmap(len: 4096, prot: READ, flags: SHARED) = 0x7f0000010000"),
	  "P: mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n"
	  "# assumed: opened for both before the log\nP: mmap(NULL, 4096, PROT_READ, "
	  "MAP_SHARED, f1, 0)",
	  NULL, 0, 4 },
	{ "perf: an interrupted call counts where it ends",
	  "  0.1 (         ): prog/100 mmap(len: 4096, prot: READ, flags: PRIVATE|ANONYMOUS) ...\n"
	  "  0.2 ( 0.1 ms): prog/100  ... [continued]: mmap())        = 0x7f0000000000\n",
	  "P: mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	  "0x7f0000000000", NULL, 0, 1 },
	{ "perf: the error code tells stores from loads and fetches",
	  ANON_MMAP TRAP("user", "0x7f0000000010", "6")
	  PERF("1.1", "minfault [f+0x1] => //anon@0x7f0000000010 (d.)")
	  TRAP("kernel", "0x7f0000001010", "2") PERF("1.1", "minfault [f+0x1] => "
	  "0x7f0000001010 (?k)")
	  TRAP("kernel", "0xffff888000001010", "2"),
	  "P: store(0x7f0000000000, 2p)", "load\nassumed: the access", 0, 1 },
	{ "perf: a fault that did not complete is no access",
	  ANON_MMAP TRAP("user", "0x7f0000000010", "6") TRAP("user", "0x7f0000001010", "4")
	  PERF("1.1", "minfault [f+0x1] => //anon@0x7f0000001010 (d.)"),
	  "P: load(0x7f0000001000)\n1 faults that did not complete", "store", 0, 1 },
	{ "perf: without tracepoints the access is assumed",
	  ANON_MMAP PERF("1.1", "minfault [f+0x1] => //anon@0x7f0000001010 (d.)"),
	  "P: store(0x7f0000001000)\t# assumed: the access\n1 whether a fault was a read or a "
	  "write",
	  NULL, 0, 2 },
	{ "perf: a fault in a file is found by its offset",
	  PERF("0.1", "openat(dfd: CWD, filename: 0x88e300b1, flags: RDONLY|CLOEXEC) = 4")
	  PERF("0.2", "mmap(len: 8192, prot: READ, flags: PRIVATE, fd: 4, off: 0x3000) = "
	  "0x7f0000000000")
	  PERF("0.3", "minfault [f+0x1] => /lib/b c.so@0x4010 (d.)"),
	  "P: f1 = open(\"/lib/b c.so\", O_RDONLY)\nP: load(0x7f0000001000)\t# assumed: the "
	  "access\n"
	  "1 the address of a fault in a file", "unnamed", 0, 4 },
	{ "perf: task_newtask tells fork from thread",
	  ANON_MMAP PERF("0.2", "clone3(uargs: 0x7fffe84f6070, size: 88) ...")
	  PERF("0.3", "task:task_newtask(pid: 101 (prog), comm: \"prog\", clone_flags: 4001536)")
	  PERF2("0.4", "munmap(addr: 0x7f0000000000, len: 4096) = 0")
	  PERF("0.5", " ... [continued]: clone3()) = 101")
	  PERF2("0.6", "exit() = ?") PERF("0.7", "exit_group() = ?"),
	  "P: pid101 = clone(CLONE_VM|CLONE_SIGHAND|CLONE_THREAD)\npid101: "
	  "munmap(0x7f0000000000, 4096)\n"
	  "pid101: exit(0)", "fork()", 0, 0 },
	{ "perf: a munmap that another thread's mmap proves done is moved up",
	  ANON_MMAP
	  PERF("0.2", "task:task_newtask(pid: 101 (prog), comm: \"prog\", clone_flags: 4001536)")
	  PERF("0.3", "munmap(addr: 0x7f0000000000, len: 8192) ...")
	  PERF2("0.4", "mmap(len: 4096, prot: READ, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000")
	  PERF("0.5", " ... [continued]: munmap()) = 0"),
	  "P: munmap(0x7f0000000000, 8192) = 0\t# assumed: done before its end in the log\n"
	  "1 the order of two calls", NULL, 0, 2 },
	{ "perf: lost events are said",
	  ANON_MMAP "LOST 17 events!\n", "events lost by perf: 17", NULL, 1, 1 },
	{ "perf: calls of no known place are reported",
	  ANON_MMAP PERF("0.2", "shmat(shmid: 3) = 0x7f0000100000"),
	  "1 calls whose arguments", "shmat", 0, 1 },
};

static unsigned int sum_assumed(const struct import_report *report)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < NR_ASSUMPTIONS; i++)
		sum += report->assumed[i];
	return sum;
}

static void look_for(const char *text, const char *words, bool wanted)
{
	g_auto(GStrv) lines = g_strsplit(words ? words : "", "\n", -1);

	for (char **l = lines; *l; l++)
		if (**l && (strstr(text, *l) != NULL) != wanted)
			fail_msg("%s: %s\n%s", wanted ? "missing" : "unwanted", *l, text);
}

/* What the importer writes has to be a scenario. */
static void assert_parses(const GString *text)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("imported.mms", text->str, text->len, NULL,
						  diags);
	g_autofree char *messages = diag_list_text(diags, false);

	if (!script)
		fail_msg("%s", messages);
	script_destroy(script);
	diag_list_destroy(diags);
}

static void test_case(void **state)
{
	const struct import_case *t = *state;
	const struct import_options alone = { .alone = true };
	struct imported in;

	import_string(&in, "dir/test.log", t->log, strlen(t->log), &alone);
	assert_null(in.error);
	assert_true(in.ok);
	look_for(in.text->str, t->has, true);
	look_for(in.text->str, t->hasnt, false);
	assert_int_equal(in.report.unusable, t->unusable);
	assert_int_equal(sum_assumed(&in.report), t->assumed);
	assert_parses(in.text);
	imported_free(&in);
}

static void test_errors(void **state)
{
	static const char no_memory[] = "10 getpid() = 10\n10 close(3) = 0\n";
	struct imported in;

	(void)state;
	import_string(&in, "x.log", no_memory, strlen(no_memory), NULL);
	assert_false(in.ok);
	assert_true(g_error_matches(in.error, IMPORT_ERROR, IMPORT_ERROR_EMPTY));
	assert_int_equal(in.text->len, 0);
	imported_free(&in);
	import_string(&in, "x.log", "hello\n", 6, NULL);
	assert_true(g_error_matches(in.error, IMPORT_ERROR, IMPORT_ERROR_FORMAT));
	imported_free(&in);
	import_string(&in, "x.log", "", 0, NULL);
	assert_true(g_error_matches(in.error, IMPORT_ERROR, IMPORT_ERROR_FORMAT));
	imported_free(&in);
}

/* A line that cannot be used is named by file, line and column. */
static void test_problem_place(void **state)
{
	static const char log[] = "brk(NULL) = 0x5000000000\nbrk(0x50\n";
	struct imported in;

	(void)state;
	import_string(&in, "dir/x.log", log, strlen(log), NULL);
	assert_true(in.ok);
	assert_int_equal(in.report.problems->len, 1);
	assert_true(g_str_has_prefix(in.report.problems->pdata[0], "dir/x.log:2:1: warning: "));
	imported_free(&in);
}

static const char *const recordings[] = { "python3", "pipeline", "churn", "git", "sqlite" };

static char *recording_path(const char *name)
{
	return g_strdup_printf(MMSIM_SOURCE_DIR "/scenarios/real/%s.perf.log", name);
}

/* All is understood, and the tracked map ends as /proc/PID/maps did. */
static void test_recording(void **state)
{
	g_autofree char *path = recording_path(*state);
	g_autofree char *text = NULL;
	struct imported in;
	gsize len;

	assert_true(g_file_get_contents(path, &text, &len, NULL));
	import_string(&in, path, text, len, NULL);
	assert_true(in.ok);
	assert_int_equal(in.report.problems->len, 0);
	assert_int_equal(in.report.unusable, 0);
	assert_int_equal(in.report.differences, 0);
	assert_int_equal(in.report.faults_lost, 0);
	assert_int_equal(in.report.lost, 0);
	assert_true(in.report.checkpoints >= 2);
	assert_int_equal(sum_assumed(&in.report), in.report.assumed[ASSUMED_SIZE] +
			 in.report.assumed[ASSUMED_EXEC_WRITE]);
	assert_parses(in.text);
	imported_free(&in);
}

/* Same log, same bytes. */
static void test_repeats(void **state)
{
	g_autofree char *path = recording_path("churn");
	struct imported a, b;
	g_autofree char *text = NULL;
	gsize len;

	(void)state;
	assert_true(g_file_get_contents(path, &text, &len, NULL));
	import_string(&a, path, text, len, NULL);
	import_string(&b, path, text, len, NULL);
	assert_string_equal(a.text->str, b.text->str);
	imported_free(&a);
	imported_free(&b);
}

/* Damage a copy of @log: bytes changed, pieces cut out, doubled or swapped. */
static void damage(GString *log, GRand *rand)
{
	static const char bytes[] = "\0\n\r (){}\"\\,=|/@-0x9\xff\x80:[]<>.?+P";
	unsigned int times = (unsigned int)g_rand_int_range(rand, 1, 20);

	while (times-- && log->len > 100) {
		gint32 at = g_rand_int_range(rand, 0, (gint32)log->len - 64);
		gssize size = g_rand_int_range(rand, 1, 64);
		g_autofree char *piece = g_memdup2(log->str + at, (gsize)size);
		gint32 to = g_rand_int_range(rand, 0, (gint32)log->len);

		switch (g_rand_int_range(rand, 0, 5)) {
		case 0:
			g_string_erase(log, at, size);
			break;
		case 1:
			g_string_insert_len(log, to, piece, size);
			break;
		case 2:
			g_string_truncate(log, log->len - (gsize)size);
			break;
		case 3:
			log->str[at] = (char)g_rand_int_range(rand, 0, 256);
			break;
		default:
			log->str[at] = bytes[g_rand_int_range(rand, 0, sizeof(bytes) - 1)];
			break;
		}
	}
}

#define ROUNDS	120

/* Whatever the log, the importer returns, and what it wrote can be parsed. */
static void test_damaged(void **state)
{
	const char *name = *state;
	g_autofree char *path = recording_path(name);
	g_autofree char *text = NULL;
	GRand *rand = g_rand_new_with_seed(7);
	gsize len;

	assert_true(g_file_get_contents(path, &text, &len, NULL));
	for (unsigned int i = 0; i < ROUNDS; i++) {
		g_autoptr(GString) log = g_string_new_len(text, (gssize)len);
		struct imported in;

		damage(log, rand);
		import_string(&in, path, log->str, log->len, NULL);
		assert_true(in.ok);
		assert_parses(in.text);
		imported_free(&in);
	}
	g_rand_free(rand);
}

/* The same for the lines of the table, where one byte matters more. */
static void test_damaged_cases(void **state)
{
	const struct import_options alone = { .alone = true };
	GRand *rand = g_rand_new_with_seed(11);

	(void)state;
	for (unsigned int i = 0; i < 40 * G_N_ELEMENTS(cases); i++) {
		const struct import_case *t = &cases[i % G_N_ELEMENTS(cases)];
		g_autoptr(GString) log = g_string_new(t->log);
		struct imported in;

		damage(log, rand);
		import_string(&in, "x.log", log->str, log->len, &alone);
		if (in.ok)
			assert_parses(in.text);
		else
			assert_non_null(in.error);
		imported_free(&in);
	}
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_problem_place),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_damaged_cases),
		{ "damaged: pipeline", test_damaged, NULL, NULL, (void *)"pipeline" },
		{ "damaged: git", test_damaged, NULL, NULL, (void *)"git" },
	};
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + G_N_ELEMENTS(recordings) +
				G_N_ELEMENTS(others)];
	size_t n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[n++] = (struct CMUnitTest){ .name = cases[i].name, .test_func = test_case,
						  .initial_state = (void *)&cases[i] };
	for (size_t i = 0; i < G_N_ELEMENTS(recordings); i++)
		tests[n++] = (struct CMUnitTest){ .name = recordings[i],
						  .test_func = test_recording,
						  .initial_state = (void *)recordings[i] };
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		tests[n++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
