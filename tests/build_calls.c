/*
 * build_calls.c - see build_calls.h.
 */
#include <stdlib.h>
#include "tests/test.h"

#include "build_calls.h"
#include "model/check/check.h"
#include "model/file.h"
#include "model/lru.h"
#include "model/memory.h"
#include "model/syscalls.h"
#include "model/vma.h"

#define MAX_WORDS	8
#define SIGNALLED	(-10000L)	/* less the signal: an access that was fatal */

static struct calls {
	struct machine *machine;
	int memfd, disk;
	const struct pgtable *kept;
	const char *statement;
	char *word[MAX_WORDS + 1];
	int nr;
} calls;

static const struct { const char *name; int advice; } advices[] = {
	{ "normal", MADV_NORMAL }, { "random", MADV_RANDOM }, { "sequential", MADV_SEQUENTIAL },
	{ "willneed", MADV_WILLNEED }, { "dontneed", MADV_DONTNEED }, { "free", MADV_FREE },
	{ "remove", MADV_REMOVE }, { "dontfork", MADV_DONTFORK }, { "dofork", MADV_DOFORK },
	{ "mergeable", MADV_MERGEABLE }, { "unmergeable", MADV_UNMERGEABLE },
	{ "hugepage", MADV_HUGEPAGE }, { "nohugepage", MADV_NOHUGEPAGE },
	{ "dontdump", MADV_DONTDUMP }, { "dodump", MADV_DODUMP },
	{ "wipeonfork", MADV_WIPEONFORK }, { "keeponfork", MADV_KEEPONFORK },
	{ "cold", MADV_COLD }, { "pageout", MADV_PAGEOUT },
	{ "populate_read", MADV_POPULATE_READ }, { "populate_write", MADV_POPULATE_WRITE },
	{ "dontneed_locked", MADV_DONTNEED_LOCKED }, { "collapse", MADV_COLLAPSE },
	{ "hwpoison", MADV_HWPOISON }, { "unknown", 77 },
	{ "guard", MADV_GUARD_INSTALL }, { "unguard", MADV_GUARD_REMOVE },
};

static const struct { const char *name; long value; } errors[] = {
	{ "EPERM", -EPERM }, { "ENOMEM", -ENOMEM }, { "EACCES", -EACCES }, { "EFAULT", -EFAULT },
	{ "EBUSY", -EBUSY }, { "EEXIST", -EEXIST }, { "EINVAL", -EINVAL }, { "EAGAIN", -EAGAIN },
	{ "ENOSYS", -ENOSYS }, { "ENOSPC", -ENOSPC }, { "SEGV", SIGNALLED - 11 },
	{ "BUS", SIGNALLED - 7 },
};

/* ---- words ---- */

static const char *word(int n)
{
	return n < calls.nr ? calls.word[n] : "";
}

static long number(int n)
{
	return strtol(word(n), NULL, 0);
}

/* A page as an address; "1+" is one byte beyond its start, "top" the end of user space. */
static unsigned long addr(int n)
{
	if (g_str_has_prefix(word(n), "top"))
		return TASK_SIZE + (unsigned long)strtol(word(n) + 3, NULL, 0) * PAGE_SIZE;
	return CALLS_BASE + (unsigned long)number(n) * PAGE_SIZE + g_str_has_suffix(word(n), "+");
}

/* Pages as bytes; "~" is the largest length. */
static unsigned long len(int n)
{
	return word(n)[0] == '~' ? ~0UL : (unsigned long)number(n) * PAGE_SIZE;
}

static bool has(int n, char letter)
{
	return strchr(word(n), letter) != NULL;
}

static unsigned long prot_of(int n)
{
	if (!word(n)[0])
		return PROT_READ | PROT_WRITE;
	if (g_ascii_isdigit(word(n)[0]))
		return (unsigned long)number(n);
	if (!strcmp(word(n), "none"))
		return PROT_NONE;
	return (has(n, 'r') ? PROT_READ : 0U) | (has(n, 'w') ? PROT_WRITE : 0U) |
	       (has(n, 'x') ? PROT_EXEC : 0U);
}

/* ---- statements ---- */

static long do_map(void)
{
	static const struct { char letter; unsigned long flag; } letters[] = {
		{ 'n', MAP_NORESERVE }, { 'l', MAP_LOCKED }, { 'g', MAP_GROWSDOWN },
		{ 't', MAP_STACK }, { 'p', MAP_POPULATE } };
	unsigned long flags = MAP_ANONYMOUS | MAP_FIXED;

	flags |= has(4, 's') ? MAP_SHARED : has(4, 'd') ? MAP_DROPPABLE : MAP_PRIVATE;
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (has(4, letters[i].letter))
			flags |= letters[i].flag;
	return sys_mmap(addr(1), len(2), prot_of(3), flags, -1, 0);
}

static long do_map_file(int fd)
{
	return sys_mmap(addr(1), len(2), prot_of(4),
			MAP_FIXED | (has(5, 's') ? MAP_SHARED : MAP_PRIVATE), fd, len(3));
}

static long do_remap(void)
{
	unsigned long flags = (has(4, 'm') ? MREMAP_MAYMOVE : 0U) |
			      (has(4, 'f') ? MREMAP_FIXED : 0U) |
			      (has(4, 'd') ? MREMAP_DONTUNMAP : 0U) | (has(4, '?') ? 8U : 0U);

	return sys_mremap(addr(1), len(2), len(3), flags, calls.nr > 5 ? addr(5) : 0);
}

static long do_prot(void)
{
	unsigned long grows = (has(4, 'd') ? PROT_GROWSDOWN : 0U) |
			      (has(4, 'u') ? PROT_GROWSUP : 0U);

	return sys_mprotect(addr(1), len(2), prot_of(3) | grows);
}

static long do_advise(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(advices); i++)
		if (!strcmp(word(3), advices[i].name))
			return sys_madvise(addr(1), len(2), advices[i].advice);
	fail_msg("no advice: %s", calls.statement);
	return 0;
}

/* access_user() returns -SIGSEGV, -SIGBUS or -ENOMEM. */
static long access_result(int error)
{
	return error == -11 || error == -7 ? SIGNALLED + error : error;
}

static long do_store(void)
{
	long nr = calls.nr > 2 ? number(2) : 1;
	int error = 0;

	for (long i = 0; i < nr && !error; i++) {
		uint64_t value = (uint64_t)(number(1) + i);

		error = access_user(addr(1) + (unsigned long)i * PAGE_SIZE, USER_STORE, &value);
	}
	return access_result(error);
}

static long do_load(void)
{
	uint64_t value = 0;
	int error = access_user(addr(1), USER_LOAD, &value);

	return error ? access_result(error) : (long)value;
}

static long do_core(void)
{
	unsigned char vec[64];
	long digits = 0, error = sys_mincore(addr(1), len(2), vec);

	for (long i = 0; i < number(2) && !error; i++)
		digits = digits * 10 + vec[i];
	return error ? error : digits;
}

static long do_fork(void)
{
	struct task_struct *child;
	long pid = sys_clone(0, &child);

	if (pid > 0)
		mach->current_task = child;
	return pid;
}

static long do_set(void)
{
	static const struct { const char *name; int resource; } limits[] = {
		{ "memlock", RLIMIT_MEMLOCK }, { "as", RLIMIT_AS }, { "data", RLIMIT_DATA } };
	struct signal_struct *signal = current->signal;

	signal->cap_ipc_lock = signal->cap_sys_rawio = signal->cap_sys_admin = false;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (!strcmp(word(1), limits[i].name))
			signal->rlim[limits[i].resource].rlim_cur = len(2);
	if (!strcmp(word(1), "maps"))
		mach->config.max_map_count = (unsigned int)number(2);
	return 0;
}

/* How many levels of tables there are above page 1, PTE table included. */
static long do_levels(void)
{
	long levels = 0;

	for (unsigned int level = LEVEL_PTE; level < NR_LEVELS; level++)
		levels += pgtable_lookup(current->mm, addr(1), (enum pgtable_level)level) != NULL;
	return levels;
}

static const struct vm_area_struct *area(int n)
{
	const struct vm_area_struct *vma = vma_lookup(current->mm, addr(n));

	if (!vma)
		fail_msg("no area: %s", calls.statement);
	return vma;
}

/* False: no such statement. */
static bool run_call(long *result)
{
	const char *call = word(0);

#define CALL(name, what) if (!strcmp(call, name)) { *result = (what); return true; }
	CALL("map", do_map())
	CALL("file", do_map_file(calls.memfd))
	CALL("disk", do_map_file(calls.disk))
	CALL("unmap", sys_munmap(addr(1), len(2)))
	CALL("prot", do_prot())
	CALL("seal", sys_mseal(addr(1), len(2), 0))
	CALL("advise", do_advise())
	CALL("sync", sys_msync(addr(1), len(2), (int)number(3)))
	CALL("remap", do_remap())
	CALL("lock", sys_mlock(addr(1), len(2)))
	CALL("lockfault", sys_mlock2(addr(1), len(2), MLOCK_ONFAULT))
	CALL("unlock", sys_munlock(addr(1), len(2)))
	CALL("lockall", sys_mlockall((int)number(1)))
	CALL("unlockall", sys_munlockall())
	CALL("w", do_store())
	CALL("r", do_load())
	CALL("core", do_core())
	CALL("fork", do_fork())
	CALL("set", do_set())
#undef CALL
	return false;
}

static bool flag_set(void)
{
	vm_flags_t flag = vm_flags_from_letters(word(2));

	if (!flag)
		fail_msg("no flag: %s", calls.statement);
	return (area(1)->vm_flags & flag) != 0;
}

static bool run_query(long *result)
{
	const struct mm_struct *mm = current->mm;
	const char *query = word(0);

#define QUERY(name, what) if (!strcmp(query, name)) { *result = (long)(what); return true; }
	QUERY("pgoff", linear_page_index(area(1), addr(1)) - (CALLS_BASE >> PAGE_SHIFT))
	QUERY("index", linear_page_index(area(1), addr(1)))
	QUERY("flag", flag_set())
	QUERY("locked", mm->locked_vm)
	QUERY("committed", mach->committed)
	QUERY("rss", mm->rss_anon)
	QUERY("maps", mm->map_count)
	QUERY("total", mm->total_vm)
	QUERY("data", mm->data_vm)
	QUERY("levels", do_levels())
	QUERY("kept", calls.kept && pgtable_lookup(mm, addr(1), LEVEL_PTE) == calls.kept)
#undef QUERY
	if (strcmp(query, "keep"))
		return false;
	calls.kept = pgtable_lookup(mm, addr(1), LEVEL_PTE);
	*result = calls.kept ? 0 : -ENOMEM;
	return true;
}

/* ---- the runner ---- */

static void assert_invariants(void)
{
	machine_check(mach);
	if (mach->violations->len) {
		const struct violation *v =
			&g_array_index(mach->violations, struct violation, 0);

		fail_msg("after '%s': %s at %s: expected %s, saw %s", calls.statement, v->rule,
			 v->place, v->expected, v->saw);
	}
	assert_int_equal(current->nr_held, 0);
}

/* What the call gave, as a test writes it. */
static void assert_result(long result, const char *want)
{
	g_autofree char *shown = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(errors) && !shown; i++)
		if (result == errors[i].value)
			shown = g_strdup(errors[i].name);
	if (!shown && result >= (long)CALLS_BASE)
		result = (result - (long)CALLS_BASE) / (long)PAGE_SIZE;
	if (!shown)
		shown = g_strdup_printf("%ld", result);
	if (want ? strcmp(shown, want) : result < 0)
		fail_msg("'%s' gave %s", calls.statement, shown);
}

static void run_statement(const char *text)
{
	g_auto(GStrv) sides = g_strsplit(text, "=", 2);
	g_auto(GStrv) words = g_strsplit_set(g_strstrip(sides[0]), " \t", -1);
	long result = 0;

	calls.statement = text;
	calls.nr = 0;
	for (char **w = words; *w && calls.nr < MAX_WORDS; w++)
		if (**w)
			calls.word[calls.nr++] = *w;
	if (!calls.nr)
		return;
	if (!run_call(&result) && !run_query(&result))
		fail_msg("no such statement: %s", text);
	assert_result(result, sides[1] ? g_strstrip(sides[1]) : NULL);
	assert_invariants();
}

void calls_run(const char *program)
{
	g_auto(GStrv) statements = g_strsplit(program, ";", -1);

	for (char **s = statements; *s; s++)
		run_statement(g_strstrip(*s));
}

/* One letter for each area, in order of address; capital if it has an anon_vma. */
void calls_picture(const char *want)
{
	g_autoptr(GString) picture = g_string_new(NULL);
	const struct vm_area_struct *last = NULL;
	char letter = 'a' - 1;

	for (size_t page = 0; page < strlen(want); page++) {
		const struct vm_area_struct *vma =
			vma_lookup(current->mm, CALLS_BASE + page * PAGE_SIZE);

		letter = (char)(letter + (vma && vma != last));
		last = vma ? vma : last;
		g_string_append_c(picture, !vma ? '.' : vma->anon_vma ?
				  g_ascii_toupper(letter) : letter);
	}
	assert_string_equal(picture->str, want);
}

void calls_begin(void)
{
	struct machine_config config;

	machine_config_init(&config);
	calls = (struct calls){ .machine = machine_create(&config) };
	machine_enter(calls.machine);
	mach->current_task = task_create_first("P");
	calls.memfd = (int)sys_memfd_create("m", 0);
	assert_int_equal(sys_ftruncate(calls.memfd, 64 * PAGE_SIZE), 0);
	calls.disk = (int)sys_open("/disk/file", OPEN_RDWR | OPEN_CREAT, 4 * PAGE_SIZE);
	assert_true(calls.memfd >= 0 && calls.disk >= 0);
}

void calls_end(void)
{
	calls.statement = "the end";
	machine_fail_nth(mach, 0);
	g_clear_pointer(&mach->unsupported, g_free);
	tasks_exit_all(mach);
	lru_add_drain();
	machine_check_empty(mach);
	assert_invariants();
	machine_destroy(calls.machine);
}

void calls_test(void **state)
{
	const struct calls_case *t = *state;

	calls_begin();
	calls_run(t->program);
	if (t->want)
		calls_picture(t->want);
	calls_end();
}

int calls_main(const struct calls_case *cases, size_t nr)
{
	g_autofree struct CMUnitTest *tests = g_new0(struct CMUnitTest, nr);

	for (size_t i = 0; i < nr; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name, .test_func = calls_test,
						.initial_state = (void *)&cases[i] };
	return _cmocka_run_group_tests("calls", tests, nr, NULL, NULL);
}
