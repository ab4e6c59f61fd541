/*
 * watch.c - see watch.h; linked into mmsim-watch alone.
 *
 * Each byte remembers its last write, and the last read of each member since.  What a step
 * accesses is kept until it is over, since it may tell of it later than it does it.
 *
 * The compiler's functions have no argument to hang a state on: here it is static.
 *
 * In the kernel:  kernel/kcsan/core.c, by role.
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/machine.h"
#include "model/mm.h"
#include "sim/explore_clock.h"
#include "sim/watch/watch.h"

#undef memory_is_new
void memory_is_new(const void *at, size_t size);

#define NR_CELLS	(1U << 18)	/* bytes that one execution may touch, and more */
#define MAX_MADE	(1U << 16)	/* accesses of one step */
#define MAX_FOUND	4096
/* Frames of the function that runs: not shared. */
#define OWN_FRAMES	(64UL << 10)

struct user {
	uint32_t event;
	uintptr_t pc;
	const char *site;		/* of its step */
};

struct cell {
	uintptr_t at;
	uint32_t execution;		/* any other: the cell is free */
	uint8_t readers;		/* members, bit by bit; since the last write */
	bool written;
	struct user write, read[RACE_MAX_MEMBERS];
};

struct access_made {
	uintptr_t at, pc;
	uint16_t size;
	bool write, forget;
};

/* Two places in the model, found once. */
struct found {
	uintptr_t pc[2];
};

static struct {
	const struct clocks *clocks;
	const struct race *race;
	bool on;
	unsigned int member;
	const char *site;
	uint32_t execution;
	struct cell cells[NR_CELLS];
	struct access_made made[MAX_MADE];	/* by the step that runs */
	unsigned int nr_made;
	struct found found[MAX_FOUND];
	unsigned int nr_found;
} watch;

extern const char __executable_start;

static struct cell *cell_of(uintptr_t at)
{
	uint32_t i = (uint32_t)((at * 0x9e3779b97f4a7c15UL) >> 40) & (NR_CELLS - 1);

	for (;; i = (i + 1) & (NR_CELLS - 1)) {
		struct cell *cell = &watch.cells[i];

		if (cell->execution != watch.execution) {
			*cell = (struct cell){ .at = at, .execution = watch.execution };
			return cell;
		}
		if (cell->at == at)
			return cell;
	}
}

static bool is_new(uintptr_t a, uintptr_t b)
{
	for (unsigned int i = 0; i < watch.nr_found; i++)
		if (watch.found[i].pc[0] == a && watch.found[i].pc[1] == b)
			return false;
	if (watch.nr_found == MAX_FOUND)
		return false;
	watch.found[watch.nr_found++] = (struct found){ { a, b } };
	return true;
}

static uintptr_t in_file(uintptr_t pc)
{
	return pc - 1 - (uintptr_t)&__executable_start;
}

/* What is there for whoever runs, and counts whose changes can be exchanged. */
#define IN_MACHINE(field) { offsetof(struct machine, field), \
			    sizeof(((struct machine *)NULL)->field) }
#define IN_MM(field) { offsetof(struct mm_struct, field), \
		       sizeof(((struct mm_struct *)NULL)->field) }
struct part {
	size_t offset, size;
};

static const struct part machine_parts[] = {
	IN_MACHINE(sched), IN_MACHINE(sched_data), IN_MACHINE(alone), IN_MACHINE(nr_freed),
	IN_MACHINE(current_task), IN_MACHINE(cpu), IN_MACHINE(nr_waiting),
	IN_MACHINE(rcu_readers), IN_MACHINE(rcu_tables), IN_MACHINE(rcu_objects),
	IN_MACHINE(next_content), IN_MACHINE(nr_tlb_entries), IN_MACHINE(nr_ghosts),
	IN_MACHINE(ghost), IN_MACHINE(committed),
	IN_MACHINE(nr_file_pages), IN_MACHINE(nr_shmem_pages),
};

static const struct part mm_parts[] = {
	IN_MM(rss_anon), IN_MM(rss_file), IN_MM(rss_shmem), IN_MM(swapents), IN_MM(pgtables_bytes),
};

static bool is_in(const struct part *parts, size_t nr, uintptr_t start, uintptr_t at)
{
	for (size_t i = 0; i < nr; i++)
		if (at - start >= parts[i].offset && at - start < parts[i].offset + parts[i].size)
			return true;
	return false;
}

static bool is_exempt(uintptr_t at)
{
	g_autoptr(GPtrArray) mms = NULL;

	if (is_in(machine_parts, G_N_ELEMENTS(machine_parts), (uintptr_t)watch.race->machine, at))
		return true;
	mms = object_list(watch.race->machine, KIND_MM);
	for (guint i = 0; i < mms->len; i++)
		if (is_in(mm_parts, G_N_ELEMENTS(mm_parts), (uintptr_t)mms->pdata[i], at))
			return true;
	return false;
}

static void report(const struct user *before, bool before_writes,
		   const struct access_made *made)
{
	const struct clock_event *event = clocks_event(watch.clocks, before->event);
	g_autofree char *object = NULL;

	if (is_exempt(made->at) || !is_new(before->pc, made->pc))
		return;
	object = race_object_name(watch.race, (const void *)made->at);
	fprintf(stderr, "undeclared: %s: %s %s at 0x%lx, step %s; %s %s at 0x%lx, step %s\n",
		object, race_member_name(watch.race, event->member),
		before_writes ? "writes" : "reads", in_file(before->pc), before->site,
		race_member_name(watch.race, watch.member), made->write ? "writes" : "reads",
		in_file(made->pc), watch.site);
}

static bool is_ordered(const struct user *before, uint32_t now)
{
	const struct clock_event *event = clocks_event(watch.clocks, before->event);

	return event->member == watch.member ||
	       clock_after(&clocks_event(watch.clocks, now)->clock, event);
}

static void byte_used(uintptr_t at, const struct access_made *made, uint32_t now)
{
	const struct user user = { now, made->pc, watch.site };
	struct cell *cell = cell_of(at);

	if (made->forget) {
		cell->written = false;
		cell->readers = 0;
		return;
	}
	if (cell->written && !is_ordered(&cell->write, now))
		report(&cell->write, true, made);
	for (unsigned int i = 0; made->write && i < RACE_MAX_MEMBERS; i++)
		if (cell->readers & (1U << i) && !is_ordered(&cell->read[i], now))
			report(&cell->read[i], false, made);
	if (made->write) {
		cell->written = true;
		cell->write = user;
		cell->readers = 0;
	} else {
		cell->readers |= (uint8_t)(1U << watch.member);
		cell->read[watch.member] = user;
	}
}

static void step_is_over(void)
{
	for (unsigned int i = 0; i < watch.nr_made; i++) {
		const struct access_made *made = &watch.made[i];

		for (uintptr_t at = made->at; at < made->at + made->size; at++)
			byte_used(at, made, clocks_count(watch.clocks) - 1);
	}
	watch.nr_made = 0;
}

static void tell_failure(void)
{
	if (watch.nr_found) {
		fprintf(stderr, "undeclared: %u pairs of accesses\n", watch.nr_found);
		_Exit(7);
	}
}

void watch_begin(const struct clocks *clocks, const struct race *race)
{
	if (!watch.execution)
		atexit(tell_failure);
	watch.clocks = clocks;
	watch.race = race;
	watch.execution++;
	watch.nr_made = 0;
	watch.on = false;
}

void watch_step(unsigned int member, const char *site)
{
	if (watch.on)
		step_is_over();
	watch.member = member;
	watch.site = site;
	watch.on = true;
}

void watch_end(void)
{
	if (watch.on)
		step_is_over();
	watch.on = false;
}

/* ---- what the compiler calls ---- */

static void note(struct access_made made)
{
	if (!watch.on || !watch.race->running)
		return;
	if (watch.nr_made == MAX_MADE)
		g_error("a step with more than %u accesses", MAX_MADE);
	watch.made[watch.nr_made++] = made;
}

static void used(uintptr_t at, size_t size, bool write, uintptr_t pc)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (at - here >= OWN_FRAMES)
		note((struct access_made){ at, pc, (uint16_t)size, write, false });
}

void memory_is_new(const void *at, size_t size)
{
	note((struct access_made){ (uintptr_t)at, 0, (uint16_t)size, true, true });
}

#define PC	((uintptr_t)__builtin_return_address(0))

#define ACCESS(how, write)							\
	void __tsan_##how(void *at, long size);					\
	void __tsan_##how(void *at, long size)					\
	{									\
		used((uintptr_t)at, (size_t)size, write, PC);				\
	}
#define ACCESS_OF(how, size, write)						\
	void __tsan_##how##size(void *at);					\
	void __tsan_##how##size(void *at)					\
	{									\
		used((uintptr_t)at, (size_t)size, write, PC);				\
	}
#define ACCESSES(size)								\
	ACCESS_OF(read, size, false)						\
	ACCESS_OF(write, size, true)						\
	ACCESS_OF(unaligned_read, size, false)					\
	ACCESS_OF(unaligned_write, size, true)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
ACCESS(read_range, false)
ACCESS(write_range, true)

void __tsan_init(void);
void __tsan_init(void)
{
}
