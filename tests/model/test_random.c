/*
 * test_random.c - random programs over four processes, with every invariant checked after
 * every statement; at the end nothing may be left.
 *
 * Each row of the table is one program; its name is its seed.  A failure prints the last
 * statements as they were made.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "model/check/check.h"
#include "model/file.h"
#include "model/syscalls.h"
#include "model/vma.h"
#include "tests/test.h"

#define BASE		0x10000000UL	/* the programs play in these pages */
#define PAGES		64
#define PROCESSES	4
#define HISTORY		24

struct program {
	GRand *rand;
	struct machine *machine;
	struct task_struct *task[PROCESSES];
	int fd[2];
	unsigned int forks;
	GString *history[HISTORY];
	unsigned int nr;
};

static unsigned int pick(struct program *p, unsigned int n)
{
	return (unsigned int)g_rand_int_range(p->rand, 0, (gint32)n);
}

/* Mostly a page of some area in the playground, sometimes any page of it. */
static unsigned long any_addr(struct program *p)
{
	unsigned long addr = BASE + pick(p, PAGES) * PAGE_SIZE;
	const struct vm_area_struct *vma;

	if (!current->mm || !pick(p, 4))
		return addr;
	vma = find_vma(current->mm, addr);
	if (!vma || vma->vm_start >= BASE + PAGES * PAGE_SIZE)
		return addr;
	if (addr >= vma->vm_start && pick(p, 2))
		return addr;
	return pick(p, 2) ? vma->vm_start : vma->vm_end - PAGE_SIZE;
}

static unsigned long any_len(struct program *p)
{
	return (1 + pick(p, pick(p, 4) ? 8 : 40)) * PAGE_SIZE;
}

static unsigned long any_prot(struct program *p)
{
	static const unsigned long prots[] = { PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE, PROT_READ | PROT_EXEC,
		PROT_READ | PROT_WRITE | PROT_EXEC };

	return prots[pick(p, ARRAY_SIZE(prots))];
}

static void say(struct program *p, long result, const char *format, ...)
{
	GString *line = p->history[p->nr++ % HISTORY];
	va_list args;

	va_start(args, format);
	g_string_printf(line, "%s: ", current->name);
	g_string_append_vprintf(line, format, args);
	va_end(args);
	g_string_append_printf(line, " = %ld", result);
}

static void do_map(struct program *p)
{
	static const unsigned long extra[] = { 0, 0, 0, 0, MAP_NORESERVE, MAP_POPULATE, MAP_LOCKED,
		MAP_STACK, MAP_GROWSDOWN };
	unsigned long addr = any_addr(p), len = any_len(p), prot = any_prot(p);
	unsigned long flags = MAP_FIXED | extra[pick(p, ARRAY_SIZE(extra))];
	unsigned long offset = 0;
	int fd = -1;

	flags |= pick(p, 5) ? MAP_PRIVATE : MAP_SHARED;
	if (pick(p, 4)) {
		flags |= MAP_ANONYMOUS;
	} else {
		fd = p->fd[pick(p, 2)];
		offset = pick(p, 12) * PAGE_SIZE;
	}
	say(p, sys_mmap(addr, len, prot, flags, fd, offset), "mmap(0x%lx, %lu, %lu, 0x%lx, %d, %lu)",
	    addr, len, prot, flags, fd, offset);
}

static void do_unmap(struct program *p)
{
	unsigned long addr = any_addr(p), len = any_len(p);

	say(p, sys_munmap(addr, len), "munmap(0x%lx, %lu)", addr, len);
}

static void do_protect(struct program *p)
{
	unsigned long addr = any_addr(p), len = any_len(p), prot = any_prot(p);

	say(p, sys_mprotect(addr, len, prot), "mprotect(0x%lx, %lu, %lu)", addr, len, prot);
}

static void do_remap(struct program *p)
{
	static const unsigned long kinds[] = { 0, MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED,
		MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP };
	unsigned long addr = any_addr(p), old_len = any_len(p), to = any_addr(p);
	unsigned long new_len = pick(p, 2) ? old_len : any_len(p);
	unsigned long flags = kinds[pick(p, ARRAY_SIZE(kinds))];

	if (!pick(p, 20))
		old_len = 0;
	say(p, sys_mremap(addr, old_len, new_len, flags, to), "mremap(0x%lx, %lu, %lu, %lu, 0x%lx)",
	    addr, old_len, new_len, flags, to);
}

static void do_advise(struct program *p)
{
	static const int advices[] = { MADV_DONTNEED, MADV_DONTNEED, MADV_FREE, MADV_DONTFORK,
		MADV_DOFORK, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
		MADV_SEQUENTIAL, MADV_NORMAL, MADV_COLD, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTDUMP, MADV_DODUMP,
		MADV_DONTNEED_LOCKED, MADV_REMOVE, MADV_WILLNEED };
	unsigned long addr = any_addr(p), len = any_len(p);
	int advice = advices[pick(p, ARRAY_SIZE(advices))];

	say(p, sys_madvise(addr, len, advice), "madvise(0x%lx, %lu, %d)", addr, len, advice);
}

static void do_lock(struct program *p)
{
	unsigned long addr = any_addr(p), len = any_len(p);

	switch (pick(p, 6)) {
	case 0:
		say(p, sys_mlock(addr, len), "mlock(0x%lx, %lu)", addr, len);
		return;
	case 1:
		say(p, sys_mlock2(addr, len, MLOCK_ONFAULT), "mlock2(0x%lx, %lu, 1)", addr, len);
		return;
	case 2:
		say(p, sys_munlockall(), "munlockall()");
		return;
	default:
		say(p, sys_munlock(addr, len), "munlock(0x%lx, %lu)", addr, len);
	}
}

static void do_access(struct program *p)
{
	unsigned long addr = any_addr(p);
	unsigned int nr = 1 + pick(p, 6);
	bool store = pick(p, 3) != 0;

	for (unsigned int n = 0; n < nr; n++) {
		uint64_t value = mach->next_content++;
		int error = access_user(addr + n * PAGE_SIZE, store ? USER_STORE : USER_LOAD, &value);

		say(p, error, "%s(0x%lx)", store ? "store" : "load", addr + n * PAGE_SIZE);
	}
}

static void do_file(struct program *p)
{
	int fd = p->fd[pick(p, 2)];
	uint64_t pages = pick(p, 16), len = (1 + pick(p, 4)) * PAGE_SIZE;

	if (pick(p, 2))
		say(p, sys_ftruncate(fd, pages * PAGE_SIZE), "ftruncate(%d, %" PRIu64 "p)", fd, pages);
	else
		say(p, sys_fallocate(fd, 3, pages * PAGE_SIZE, len),
		    "fallocate(%d, PUNCH_HOLE|KEEP_SIZE, %" PRIu64 "p)", fd, pages);
}

static void do_fork(struct program *p)
{
	unsigned int slot = pick(p, PROCESSES);
	struct task_struct *child = NULL;
	long pid;

	if (p->task[slot])
		return;
	pid = sys_clone(0, &child);
	say(p, pid, "fork");
	if (child) {
		g_snprintf(child->name, sizeof(child->name), "C%u", ++p->forks);
		p->task[slot] = child;
	}
}

static void do_exit_one(struct program *p)
{
	unsigned int slot = pick(p, PROCESSES), alive = 0;
	struct task_struct *task = p->task[slot];

	for (unsigned int i = 0; i < PROCESSES; i++)
		alive += p->task[i] != NULL;
	if (!task || alive < 2)
		return;
	mach->current_task = task;
	say(p, 0, "exit");
	do_exit(task, 0);
	p->task[slot] = NULL;
	mach->current_task = &mach->boot_task;
}

static void do_heap(struct program *p)
{
	unsigned long at = (unsigned long)sys_brk(0), to;

	to = pick(p, 2) ? at + pick(p, 8) * PAGE_SIZE : at - pick(p, 4) * PAGE_SIZE;
	say(p, sys_brk(to), "brk(0x%lx)", to);
}

static void do_policy(struct program *p)
{
	unsigned long addr = any_addr(p), len = any_len(p), mode = pick(p, 2) ? 4 : 0;

	say(p, sys_mbind(addr, len, mode, 0, 0, 0), "mbind(0x%lx, %lu, %lu)", addr, len, mode);
}

static void do_seal(struct program *p)
{
	unsigned long addr = any_addr(p);

	if (pick(p, 10))	/* sealed pages stay until exit */
		return;
	say(p, sys_mseal(addr, PAGE_SIZE, 0), "mseal(0x%lx, 1p)", addr);
}

static const struct {
	unsigned int weight;
	void (*run)(struct program *p);
} operations[] = {
	{ 14, do_map }, { 7, do_unmap }, { 12, do_protect }, { 16, do_remap }, { 12, do_advise },
	{ 6, do_lock }, { 22, do_access }, { 3, do_file }, { 3, do_fork }, { 1, do_exit_one },
	{ 2, do_heap }, { 2, do_policy }, { 1, do_seal },
};

static void one_statement(struct program *p, bool failing)
{
	unsigned int total = 0, choice;
	struct task_struct *task;

	do {
		task = p->task[pick(p, PROCESSES)];
	} while (!task);
	mach->current_task = task;
	if (failing && !pick(p, 6))
		machine_fail_nth(p->machine, 1 + pick(p, 8));

	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		total += operations[i].weight;
	choice = pick(p, total);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		if (choice < operations[i].weight) {
			operations[i].run(p);
			break;
		}
		choice -= operations[i].weight;
	}
	machine_fail_nth(p->machine, 0);
	if (p->machine->unsupported)
		print_error("not modelled: %s\n", p->machine->unsupported);
	assert_null(p->machine->unsupported);
}

static void report(const struct program *p, uint32_t seed, unsigned int step)
{
	const struct machine *machine = p->machine;

	print_error("seed %u, statement %u\n", seed, step);
	for (unsigned int i = p->nr > HISTORY ? p->nr - HISTORY : 0; i < p->nr; i++)
		print_error("  %s\n", p->history[i % HISTORY]->str);
	for (guint i = 0; i < machine->violations->len && i < 5; i++) {
		const struct violation *v =
			&g_array_index(machine->violations, struct violation, i);

		print_error("%s at %s\n  expected %s\n  saw %s\n", v->rule, v->place, v->expected,
			    v->saw);
	}
	fail_msg("an invariant broke: seed %u, statement %u", seed, step);
}

static void program_start(struct program *p, uint32_t seed)
{
	struct machine_config config;

	*p = (struct program){ .rand = g_rand_new_with_seed(seed) };
	machine_config_init(&config);
	config.ram = 256UL << 20;
	p->machine = machine_create(&config);
	machine_enter(p->machine);
	for (unsigned int i = 0; i < HISTORY; i++)
		p->history[i] = g_string_new(NULL);
	p->task[0] = task_create_first("P");
	mach->current_task = p->task[0];
	p->fd[0] = (int)sys_memfd_create("a", 0);
	p->fd[1] = (int)sys_open("/tmp/b", 2, 8 * PAGE_SIZE);
	assert_in_range(p->fd[0], 0, 10);
	assert_in_range(p->fd[1], 0, 10);
	assert_int_equal(sys_ftruncate(p->fd[0], 10 * PAGE_SIZE), 0);
}

static void program_end(struct program *p)
{
	mach->current_task = &mach->boot_task;
	for (unsigned int i = 0; i < HISTORY; i++)
		g_string_free(p->history[i], TRUE);
	g_rand_free(p->rand);
	machine_destroy(p->machine);
}

static uint64_t run_with(uint32_t seed, unsigned int statements, bool failing, bool tlb)
{
	struct program p;
	uint64_t hash;

	program_start(&p, seed);
	mach->tlb_on = tlb;
	for (unsigned int step = 0; step < statements; step++) {
		one_statement(&p, failing);
		if (machine_check(p.machine) || p.machine->violations->len)
			report(&p, seed, step);
	}
	hash = machine_hash(p.machine);
	mach->current_task = &mach->boot_task;
	if (machine_check_empty(p.machine) || p.machine->violations->len)
		report(&p, seed, statements);
	program_end(&p);
	return hash;
}

static uint64_t run_program(uint32_t seed, unsigned int statements, bool failing)
{
	return run_with(seed, statements, failing, false);
}

static uint32_t seed_base(void)
{
	const char *given = getenv("MMSIM_TEST_SEED");

	return given ? (uint32_t)strtoul(given, NULL, 0) : 1;
}

static void test_long_program(void **state)
{
	(void)state;
	run_program(seed_base(), 10000, false);
}

static void test_short_programs(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++)
		run_program(seed_base() + 100 + seed, 120, false);
}

static void test_failing_allocations(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 40; seed++)
		run_program(seed_base() + 1000 + seed, 200, true);
}

/* A call that does not flush what it changed is found by what the processor still holds. */
static void test_with_translations_kept(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++)
		run_with(seed_base() + 2000 + seed, 200, false, true);
}

static void test_same_seed_same_state(void **state)
{
	(void)state;
	for (uint32_t seed = 5000; seed < 5010; seed++)
		assert_int_equal(run_program(seed, 150, false), run_program(seed, 150, false));
	assert_int_not_equal(run_program(1, 150, false), run_program(2, 150, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_programs),
		cmocka_unit_test(test_with_translations_kept),
		cmocka_unit_test(test_failing_allocations),
		cmocka_unit_test(test_same_seed_same_state),
		cmocka_unit_test(test_long_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
