/*
 * Every construct of the language, by its canonical spelling; and the tree where the spelling tells
 * too little.
 */
#include "tests/test.h"

#include "sim/parse.h"

static const struct parse_case {
	const char *name, *text, *want;		/* want NULL: as written */
} cases[] = {
	{ "call", "munmap(@4, 4p)", NULL },
	{ "call with a result", "munmap(@4, 4p) = 0", NULL },
	{ "alternatives", "load(@4) = 7 or -EAGAIN or SIGSEGV or SIGBUS or blocked or ?", NULL },
	{ "task, thread, variable",
	  "P.gc: a = mmap(NULL, 1p, RW, PRIVATE|ANON, -1, 0) = @4", NULL },
	{ "kernel actor", "kswapd: reclaim(P:a, 2p)", NULL },
	{ "fail_nth", "fork() = -ENOMEM fail_nth 2", NULL },
	{ "fail_nth first", "fork() fail_nth 2 = -ENOMEM", "fork() = -ENOMEM fail_nth 2" },
	{ "range", "munmap(@4..@8)", NULL },
	{ "offset", "load(@4+0x80)", "load(@4 + 0x80)" },
	{ "computed page", "load(@(i * 2))", NULL },
	{ "qualified", "expect rmap(@8) == {P:@8, Q:a}", NULL },
	{ "members", "expect vma(@4).anon_vma.root.refcount == 1", NULL },
	{ "empty set", "expect rmap(@8) == {}", NULL },
	{ "struct", "ioctl(u, UFFDIO_MOVE, {dst=@8, src=@4, len=1p, mode=0})", NULL },
	{ "precedence", "expect a+b*c<<1 & 3 | 2 || !x && y ^ z",
	  "expect a + b * c << 1 & 3|2 || !x && y ^ z" },
	{ "parentheses", "expect ((a + b)) * -(c)", "expect (a + b) * -(c)" },
	{ "several", "expect a == 1, b != 2, c <= 3 >> 1, d % 2, e >= ~1", NULL },
	{ "continuation", "munmap(@4, \\\n  4p) # gone", "munmap(@4, 4p)" },
	{ "sometimes", "sometimes pte(@4).none", NULL },
	{ "never", "never folio(@8).exclusive == 0", NULL },
	{ "must violate", "must violate rmap-reaches", NULL },
	{ "show", "show anon_vma Q", NULL },
	{ "graph", "graph \"a.svg\" folios", NULL },
	{ "graph without a view", "graph \"a.svg\"", NULL },
	{ "step", "step \"a \\\"b\\\"\"", NULL },
	{ "note", "note \"caf\xc3\xa9\"", NULL },
	{ "check", "check", NULL },
	{ "for", "for i in 0..n - 1 { store(@i); load(@i) }", NULL },
	{ "order", "order mover until uffd_move:swapcache-looked-up, reader, mover", NULL },
	{ "race",
	  "race {\n  mover in P.t { load(@4) = 7 or 0 }\n  khugepaged {\n collapse(P:@0)\n }\n}",
	  "race { mover in P.t { load(@4) = 7 or 0 }; khugepaged { collapse(P:@0) } }" },
	{ "maps", "expect maps P {\n @4-@8 rw-p pgoff=0x10 anon_vma=A [heap]\n\n @8-(@9-0) ---s\n}",
	  "expect maps P { @4-@8 rw-p pgoff=0x10 anon_vma=A \"[heap]\"; @8-(@9 - 0) ---s }" },
	{ "maps of the window", "expect maps { @4+0x1000-@8 r-xp /lib/x.so }",
	  "expect maps { @4 + 0x1000-@8 r-xp \"/lib/x.so\" }" },
	{ "a variable named as a keyword", "step = mmap(NULL, 1p, 0, 0, -1, 0)", NULL },
	{ "a variable called maps", "expect maps == 3", NULL },

	/* What strace prints. */
	{ "strace: mmap",
	  "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) "
	  "= 0x7f5e6a1c2000", NULL },
	{ "strace: descriptor", "mmap(0x7f00, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, "
	  "3</usr/lib/x.so>, 0x1000) = 0x7f00", NULL },
	{ "strace: errno", "munmap(0x1, 4096)   = -1 EINVAL (Invalid argument)",
	  "munmap(0x1, 4096) = -EINVAL" },
	{ "strace: [pid]", "[pid  4711] brk(NULL) = 0x5555", "pid4711: brk(NULL) = 0x5555" },
	{ "strace: pid", "4711  brk(NULL) = 0x5555 <0.000012>", "pid4711: brk(NULL) = 0x5555" },
	{ "strace: pid with its name", "[pid 4711<a.out>] brk(NULL) = 0",
	  "pid4711: brk(NULL) = 0" },
	{ "strace: unknown flag", "madvise(0x7f00, 4096, 0x20 /* MADV_??? */) = -1 EINVAL (Inv)",
	  "madvise(0x7f00, 4096, 0x20) = -EINVAL" },
	{ "strace: openat",
	  "openat(AT_FDCWD</root>, \"/x\", O_RDONLY|O_CLOEXEC) = 3</x (d)>(deleted)",
	  "openat(AT_FDCWD</root>, \"/x\", O_RDONLY|O_CLOEXEC) = 3</x (d)>" },
	{ "strace: anonymous inode", "ioctl(3<anon_inode:[userfaultfd]>, UFFDIO_API, "
	  "{api=0xaa, features=0 => features=UFFD_FEATURE_MOVE, ioctls=1<<_UFFDIO_API}) = 0",
	  "ioctl(3<anon_inode:[userfaultfd]>, UFFDIO_API, {api=0xaa, features=0 => "
	  "features=UFFD_FEATURE_MOVE, ioctls=1 << _UFFDIO_API}) = 0" },
	{ "strace: nested struct", "ioctl(3, UFFDIO_REGISTER, {range={start=0x7f00, len=0x1000}, "
	  "mode=UFFDIO_REGISTER_MODE_MISSING}) = 0", NULL },
	{ "strace: prlimit64", "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, "
	  "rlim_max=RLIM64_INFINITY}) = 0", "prlimit64(0, RLIMIT_STACK, NULL, "
	  "{rlim_cur=8192 * 1024, rlim_max=RLIM64_INFINITY}) = 0" },
	{ "strace: execve", "execve(\"/bin/true\", [\"true\", \"x\"...], 0x7ffd /* 23 vars */) = 0",
	  "execve(\"/bin/true\", [\"true\", \"x\"...], 0x7ffd) = 0" },
	{ "strace: clone", "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, "
	  "child_tidptr=0x7f00) = 1234", NULL },
	{ "strace: clone3", "clone3({flags=CLONE_VM, tls=0x1, ...} => {parent_tid=[88]}, 88) = 88",
	  NULL },
	{ "strace: exit", "exit_group(0) = ?", NULL },
	{ "strace: restart", "msync(0x1, 1, MS_SYNC) = ? ERESTARTSYS (To be restarted if (x) set)",
	  "msync(0x1, 1, MS_SYNC) = ?" },
	{ "strace: words behind", "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)",
	  "fcntl(3, F_GETFD) = 0x1" },
	{ "strace: huge pages", "mmap(NULL, 1, 0, MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0) = 1",
	  "mmap(NULL, 1, 0, MAP_HUGETLB|21 << MAP_HUGE_SHIFT, -1, 0) = 1" },
};

static struct script *parse(const char *text, struct diag_list *diags)
{
	return script_parse_text("dir/t.mms", text, strlen(text), NULL, diags);
}

static void test_statement(void **state)
{
	const struct parse_case *t = *state;
	struct diag_list *diags = diag_list_create();
	struct script *script = parse(t->text, diags);
	char *errors = diag_list_text(diags, false), *text;

	assert_string_equal(errors, "");
	assert_non_null(script);
	assert_int_equal(script->statements->len, 1);
	text = ast_statement_text(g_ptr_array_index(script->statements, 0));
	assert_string_equal(text, t->want ? t->want : t->text);
	script_destroy(script);

	/* The canonical text gives the same tree again. */
	script = parse(text, diags);
	assert_non_null(script);
	g_free(text);
	text = ast_statement_text(g_ptr_array_index(script->statements, 0));
	assert_string_equal(text, t->want ? t->want : t->text);
	g_free(text);
	g_free(errors);
	script_destroy(script);
	diag_list_destroy(diags);
}

static void test_settings(void **state)
{
	static const struct {
		enum setting_kind kind;
		const char *key, *value;
		bool is_expr;
	} want[] = {
		{ SETTING_TITLE, NULL, "A title", false },
		{ SETTING_WINDOW, NULL, "40p", true },
		{ SETTING_SET, "ram", "64M", true },
		{ SETTING_SET, "thp.64K", "inherit", false },
		{ SETTING_SET, "khugepaged.max_ptes_none", "511", true },
		{ SETTING_SET, "kernel", "6.18", false },
		{ SETTING_SET, "swap", "2*PMD", true },
		{ SETTING_SET, "pgd", "PMD", true },
		{ SETTING_BUG, NULL, "rmap-no-recheck", false },
	};
	struct diag_list *diags = diag_list_create();
	struct script *script = parse("# Why?\ntitle \"A title\"\nwindow 40p # pages\n"
				      "set ram = 64M\n"
				      "set thp.64K = inherit\nset khugepaged.max_ptes_none = 511\n"
				      "set kernel = 6.18\nset swap = 2*PMD\nset pgd=PMD\n"
				      "bug rmap-no-recheck\ncheck\n", diags);

	(void)state;
	assert_non_null(script);
	assert_string_equal(script->title, "A title");
	assert_string_equal(script->description, "Why?");
	assert_int_equal(script->settings->len, G_N_ELEMENTS(want));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
		const struct setting *setting = g_ptr_array_index(script->settings, i);

		assert_int_equal(setting->kind, want[i].kind);
		assert_string_equal(setting->value, want[i].value);
		assert_int_equal(setting->expr != NULL, want[i].is_expr);
		if (want[i].key)
			assert_string_equal(setting->key, want[i].key);
		else
			assert_null(setting->key);
	}
	script_destroy(script);
	diag_list_destroy(diags);
}

static void test_tree(void **state)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = parse("check\nP.t: a = open(\"/x\", 0) = 3</x>\n"
				      "u(0, {x=1 => y=2}, 7T)\n", diags);
	const struct stmt *stmt;
	const struct result *result;
	const struct arg *arg;

	(void)state;
	assert_non_null(script);
	assert_int_equal(script->nr_statements, 3);
	stmt = g_ptr_array_index(script->statements, 1);
	assert_int_equal(stmt->loc.line, 2);
	assert_int_equal(stmt->loc.col, 1);
	assert_int_equal(stmt->loc.end_col, 31);
	assert_string_equal(stmt->call.task.process, "P");
	assert_string_equal(stmt->call.task.thread, "t");
	assert_string_equal(stmt->call.var, "a");
	assert_int_equal(stmt->call.name_loc.col, 10);
	result = g_ptr_array_index(stmt->call.results, 0);
	assert_string_equal(result->expr->annotation, "/x");

	stmt = g_ptr_array_index(script->statements, 2);
	arg = g_ptr_array_index(stmt->call.args, 1);
	assert_int_equal(arg->value->kind, EXPR_STRUCT);
	assert_false(((struct arg *)g_ptr_array_index(arg->value->args, 0))->out);
	assert_true(((struct arg *)g_ptr_array_index(arg->value->args, 1))->out);
	arg = g_ptr_array_index(stmt->call.args, 2);
	assert_int_equal(arg->value->number, 7ull << 40);
	assert_int_equal(arg->loc.col, 20);
	assert_int_equal(arg->loc.end_col, 22);
	script_destroy(script);
	diag_list_destroy(diags);
}

/* Files that exist in the test only. */
static bool read_fake(void *data, const char *path, char **text, size_t *len, GError **error)
{
	static const struct { const char *path, *text; } files[] = {
		{ "/dir/a.mms", "title \"Other\"\ninclude \"sub/b.mms\"\n" },
		{ "/dir/sub/b.mms", "include \"../c.mms\"\n" },
		{ "/dir/c.mms", "check\n" },
		{ "/dir/self.mms", "include \"self.mms\"\n" },
		{ "/dir/round.mms", "include \"sub/../back.mms\"\n" },
		{ "/dir/back.mms", "include \"round.mms\"\n" },
		{ "/dir/bad.mms", "check\nchek\n" },
	};

	char *full = g_canonicalize_filename(path, "/");
	bool found = false;

	(void)data;
	(void)error;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		if (strcmp(files[i].path, full))
			continue;
		*text = g_strdup(files[i].text);
		*len = strlen(*text);
		found = true;
	}
	g_free(full);
	return found;
}

static const struct source_reader fakes = { .read = read_fake };

static void test_include(void **state)
{
	struct diag_list *diags = diag_list_create();
	const char *text = "title \"Own\"\ninclude \"a.mms\"\n";
	struct script *script = script_parse_text("dir/t.mms", text, strlen(text), &fakes, diags);
	const struct stmt *stmt;

	(void)state;
	assert_non_null(script);
	assert_string_equal(script->title, "Own");
	assert_int_equal(script->sources->len, 4);
	stmt = g_ptr_array_index(script->statements, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(stmt->kind, STMT_INCLUDE);
		stmt = g_ptr_array_index(stmt->include.body, 0);
	}
	assert_int_equal(stmt->kind, STMT_CHECK);
	assert_string_equal(stmt->loc.source->name, "dir/sub/../c.mms");
	script_destroy(script);
	diag_list_destroy(diags);
}

static void expect_include_error(const char *text, const char *want)
{
	struct diag_list *diags = diag_list_create();
	char *errors;

	assert_null(script_parse_text("dir/t.mms", text, strlen(text), &fakes, diags));
	errors = diag_list_text(diags, false);
	if (!strstr(errors, want))
		assert_string_equal(errors, want);
	g_free(errors);
	diag_list_destroy(diags);
}

static void test_include_errors(void **state)
{
	(void)state;
	expect_include_error("include \"self.mms\"\n",
			     "dir/self.mms:1:9: error: the file includes itself\n");
	expect_include_error("include \"round.mms\"\n",
			     "dir/sub/../back.mms:1:9: error: "
			     "the file is being included already\n");
	expect_include_error("include \"none.mms\"\n",
			     "dir/t.mms:1:9: error: cannot read 'dir/none.mms'");
	expect_include_error("include \"bad.mms\"\n",
			     "dir/bad.mms:2:1: error: 'chek' is not a statement\n");
	expect_include_error("include \"bad.mms\"\n", "dir/t.mms:1:9: note: included from here\n");
	expect_include_error("include \"\"\n", "dir/t.mms:1:9: error: an empty path\n");
}

static void test_append(void **state)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = parse("window 4p\n", diags);

	(void)state;
	assert_true(script_append(script, "repl", "set ram = 1M\n", 13, NULL, diags));
	assert_true(script_append(script, "repl", "check\n", 6, NULL, diags));
	assert_false(script_append(script, "repl", "check\nset x = 1\n", 16, NULL, diags));
	assert_int_equal(script->statements->len, 1);
	assert_int_equal(script->settings->len, 2);
	assert_int_equal(script_open_blocks("for i in 0..1 {\n", 16), 1);
	assert_int_equal(script_open_blocks("f({a=1})\n", 9), 0);
	assert_int_equal(script_open_blocks("race { m { # }\n", 15), 2);
	script_destroy(script);
	diag_list_destroy(diags);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + 5] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_tree),
		cmocka_unit_test(test_include), cmocka_unit_test(test_include_errors),
		cmocka_unit_test(test_append),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[5 + i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = test_statement,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
