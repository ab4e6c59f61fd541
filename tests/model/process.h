/*
 * A machine with one process in it, and the proof at the end that nothing is left.
 */
#ifndef TESTS_MODEL_PROCESS_H
#define TESTS_MODEL_PROCESS_H

#include "../test.h"
#include "model/check/check.h"
#include "model/file.h"
#include "model/lru.h"
#include "model/machine.h"
#include "model/memory.h"
#include "model/swap.h"
#include "model/syscalls.h"
#include "model/userfaultfd.h"
#include "model/vma.h"

#define BASE	0x10000000UL
#define P(n)	(BASE + (unsigned long)(n) * PAGE_SIZE)
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

struct process {
	struct machine *machine;
	size_t objects[NR_OBJECT_KINDS];	/* before the first task */
	uint64_t free_pages;
};

static inline void machine_baseline(struct process *process, const struct machine_config *config)
{
	process->machine = machine_create(config);
	machine_enter(process->machine);
	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++)
		process->objects[kind] =
			object_count(process->machine, (enum object_kind)kind);
	process->free_pages = buddy_free_pages(process->machine);
}

static inline void process_start(struct process *process, const struct machine_config *config)
{
	struct machine_config standard;

	machine_config_init(&standard);
	machine_baseline(process, config ? config : &standard);
	mach->current_task = task_create_first("P");
	assert_non_null(mach->current_task);
}

static inline void assert_no_violation(void)
{
	if (mach->violations->len) {
		const struct violation *v =
			&g_array_index(mach->violations, struct violation, 0);

		fail_msg("%s at %s: expected %s, saw %s", v->rule, v->place, v->expected, v->saw);
	}
}

/* All tasks exit; what lives then is what lived before the first. */
static inline void process_end(struct process *process)
{
	assert_string_equal(mach->unsupported ? mach->unsupported : "", "");
	machine_fail_nth(mach, 0);
	machine_check(mach);
	assert_no_violation();
	tasks_exit_all(mach);
	inodes_drop(mach);
	lru_add_drain();
	swap_drop_cache();
	assert_no_violation();
	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++)
		if (object_count(mach, (enum object_kind)kind) != process->objects[kind])
			fail_msg("%zu objects of kind %s are left, %zu were there before",
				 object_count(mach, (enum object_kind)kind),
				 object_kind_name((enum object_kind)kind),
				 process->objects[kind]);
	assert_int_equal(buddy_free_pages(mach), process->free_pages);
	assert_int_equal(mach->committed, 0);
	assert_int_equal(mach->nr_file_pages, 0);
	assert_int_equal(mach->nr_shmem_pages, 0);
	machine_destroy(process->machine);
}

/* The text of what was refused, which is taken away. */
static inline char *take_unsupported(void)
{
	char *text = mach->unsupported;

	mach->unsupported = NULL;
	return text;
}

static inline void run_as(struct task_struct *task)
{
	mach->current_task = task;
}

static inline long map_anon(unsigned long page, unsigned long pages)
{
	return sys_mmap(P(page), pages * PAGE_SIZE, RW, ANON, -1, 0);
}

static inline int store(unsigned long addr, uint64_t value)
{
	return access_user(addr, USER_STORE, &value);
}

/* What a load gives, or the negative signal. */
static inline int64_t load(unsigned long addr)
{
	uint64_t value = 0;
	int error = access_user(addr, USER_LOAD, &value);

	return error ? error : (int64_t)value;
}

static inline struct vm_area_struct *area(unsigned long page)
{
	return vma_lookup(current->mm, P(page));
}

/* How many areas there are. */
static inline unsigned int areas(void)
{
	return current->mm->map_count;
}

static inline struct task_struct *fork_ok(void)
{
	struct task_struct *child;

	assert_true(sys_clone(0, &child) > 0);
	return child;
}

#endif
