/*
 * race.c - members on stacks of their own, and the loop that lets them take steps; see
 * race.h.
 *
 * In the kernel:  CPUs, interrupts, preemption.
 */
#include <string.h>

#include "model/lock.h"
#include "model/machine.h"
#include "sim/backend_model.h"
#include "sim/coroutine.h"
#include "sim/race.h"

struct race_task {
	struct race *race;
	const struct race_member *member;
	struct coroutine *stack;
	char *name;			/* of its task */
	struct race_op next;		/* at which it stands */
	const struct stmt *stmt;	/* whose call it is in */
	struct task_struct *sleeper;	/* the task, while it sleeps; NULL: it does not */
	bool ended;
	unsigned int ways, way;		/* it waits to be told which; ways 0: it does not */
	const char *ways_of;		/* what they are ways of */
	/* What belongs to whoever runs, while another does. */
	struct machine *mach;
	struct task_struct *who;
	const char *own;
	const char *caller;
	GArray *loops;
};

/* ---- switching ---- */

/* The runner's own state, and the thread's machine, become those of @to. */
static void swap_state(struct race *race, struct race_task *task)
{
	struct run *run = race->run;
	struct machine *mach_before = machine_enter(task->mach);
	struct task_struct *current_before = race->machine->current_task;
	const char *own = run->eval.own, *caller = run->member;
	const struct stmt *stmt = run->member_stmt;
	GArray *loops = run->loops;

	race->machine->current_task = task->who;
	run->eval.own = task->own;
	run->member = task->caller;
	run->loops = task->loops;
	run->member_stmt = task->stmt;
	task->stmt = stmt;
	task->mach = mach_before;
	task->who = current_before;
	task->own = own;
	task->caller = caller;
	task->loops = loops;
}

static void resume(struct race *race, struct race_task *task)
{
	race->running = task;
	race->machine->cpu = 1 + (unsigned int)(task - race->task);
	swap_state(race, task);
	coroutine_resume(task->stack);
	swap_state(race, task);
	race->machine->cpu = 0;
	race->running = NULL;
	task->ended = coroutine_done(task->stack);
}

/* ---- what the model tells ---- */

static void on_step(void *data, const void *object, enum access access, const char *site)
{
	struct race *race = data;
	struct race_task *task = race->running;

	if (!task || race->draining)
		return;
	if (!object) {
		if (access == ACCESS_WRITE && race->driver->at_point &&
		    race->driver->at_point(race->data, race, site)) {
			task->next = (struct race_op){ NULL, access, site };
			coroutine_yield(task->stack);
		}
		return;
	}
	if (access == ACCESS_TRYLOCK && race->driver->tried)
		race->driver->tried(race->data, object);
	if (access == ACCESS_RELEASE) {
		bool step = race->driver->release_is_step &&
			    race->driver->release_is_step(race->data, object);

		if (race->driver->released && !step)
			race->driver->released(race->data, race, object,
						!strcmp(site, "up_read"));
		if (!step)
			return;
	}
	task->next = (struct race_op){ object, access, site };
	coroutine_yield(task->stack);
}

static void on_park(void *data, struct task_struct *me)
{
	struct race *race = data;
	struct race_task *task = race->running;

	task->next = (struct race_op){ me->waits_for, ACCESS_READ, me->wait_site };
	task->sleeper = me;
	while (me->waits_for && !race->machine->abandoned)
		coroutine_yield(task->stack);
	task->sleeper = NULL;
	if (me->waits_for) {
		/* Nobody will come: it goes on as one whom nobody drives. */
		me->waits_for = NULL;
		race->machine->nr_waiting--;
	}
}

static void on_woken(void *data, struct task_struct *waker, struct task_struct *sleeper)
{
	struct race *race = data;

	(void)waker;
	for (unsigned int i = 0; i < race->nr && race->driver->woken; i++)
		if (race->task[i].sleeper == sleeper)
			race->driver->woken(race->data, race, i);
}

/* Not here, on the stack of the member, but where steps are taken. */
static unsigned int on_choose(void *data, unsigned int n, const char *what)
{
	struct race *race = data;
	struct race_task *task = race->running;

	if (!task || race->draining || !race->driver->choose)
		return 0;
	task->ways = n;
	task->ways_of = what;
	coroutine_yield(task->stack);
	return task->way;
}

static void on_touch(void *data, const void *object, enum access access)
{
	struct race *race = data;
	const struct race_op op = { object, access, "user access" };

	if (!race->running || race->draining)
		return;
	if (access == ACCESS_TRYLOCK && race->driver->tried)
		race->driver->tried(race->data, object);
	if (race->driver->touch)
		race->driver->touch(race->data, race, &op);
}

static const struct sched_ops sched_ops = { .step = on_step, .touch = on_touch,
					    .woken = on_woken, .choose = on_choose };

/* ---- members ---- */

static void member_body(void *data)
{
	struct race_task *task = data;

	coroutine_yield(task->stack);
	run_member(task->race->run, task->member->body);
}

/* "P.mover" for `mover in P`, the actor's own name for `khugepaged`. */
static char *task_of(const struct run *run, const struct race_member *member)
{
	if (member->task.process)
		return g_strdup_printf("%s.%s", member->task.process,
				       member->task.thread ? member->task.thread : member->name);
	if (op_is_kernel_actor(member->name))
		return g_strdup(member->name);
	if (run->backend->ops->process_of(run->backend, member->name))
		return g_strdup(member->name);
	return g_strdup_printf("%s.%s", run->first, member->name);
}

static bool add_member(struct race *race, unsigned int i)
{
	struct race_task *task = &race->task[i];
	g_autofree char *why = NULL;

	task->race = race;
	task->member = race->stmt->race.members->pdata[i];
	task->name = task_of(race->run, task->member);
	if (!race->run->backend->ops->start_task(race->run->backend, task->name, &why)) {
		diag_error(race->run->diags, &task->member->loc, NULL, "%s", why);
		return false;
	}
	task->mach = NULL;
	task->who = &race->machine->boot_task;
	task->own = race->run->first;
	task->caller = task->name;
	task->loops = g_array_copy(race->run->loops);
	task->stack = model_take_stack(race->model);
	coroutine_start(task->stack, member_body, task);
	return true;
}

static void drop_member(struct race *race, struct race_task *task)
{
	if (task->stack)
		model_give_stack(race->model, task->stack);
	if (task->loops)
		g_array_unref(task->loops);
	g_free(task->name);
}

/* ---- the loop ---- */

bool race_member_enabled(const struct race *race, unsigned int i)
{
	const struct race_task *task = &race->task[i];

	if (task->ended)
		return false;
	if (task->sleeper)
		return !task->sleeper->waits_for;
	return !task->next.object || !access_would_wait(task->next.object, task->next.access);
}

static uint32_t enabled_members(const struct race *race)
{
	uint32_t enabled = 0;

	for (unsigned int i = 0; i < race->nr; i++)
		if (race_member_enabled(race, i))
			enabled |= 1U << i;
	return enabled;
}

static bool all_ended(const struct race *race)
{
	for (unsigned int i = 0; i < race->nr; i++)
		if (!race->task[i].ended)
			return false;
	return true;
}

static void take_step(struct race *race, unsigned int i)
{
	struct race_op op = race->task[i].next;

	if (race->driver->step)
		race->driver->step(race->data, race, i, &op);
	race->last = (int)i;
	race->steps++;
	resume(race, &race->task[i]);
	while (race->task[i].ways) {
		struct race_task *task = &race->task[i];

		task->way = race->driver->choose(race->data, race, i, task->ways, task->ways_of);
		task->ways = 0;
		resume(race, task);
	}
}

/* Each member in turn goes as far as it gets; true if any went.  @all: even one that waits. */
static bool drain_round(struct race *race, bool all)
{
	bool went = false;

	for (unsigned int i = 0; i < race->nr; i++)
		if (all ? !race->task[i].ended : race_member_enabled(race, i)) {
			resume(race, &race->task[i]);
			went = true;
		}
	return went;
}

/*
 * Who is left ends its calls without a choice, so that nothing is left behind: with all locks
 * held as they should be, and without them only where nobody can go on.
 */
static void drain(struct race *race)
{
	race->draining = true;
	while (drain_round(race, false))
		;
	race->machine->abandoned = true;
	while (drain_round(race, true))
		;
}

/* A broken promise that members come to their end: what their calls give now says nothing. */
static void tell_no_progress(struct race *race, const char *expected, const char *saw)
{
	struct machine *before = machine_enter(race->machine);

	violation_add("progress", "race", expected, "%s", saw);
	machine_enter(before);
	race->deadlock = race->run->deadlock = true;
	run_tell_broken(race->run, race->stmt, race->machine->violations->len);
}

/* Everybody waits for somebody else. */
static void tell_deadlock(struct race *race)
{
	GString *saw = g_string_new(NULL);

	for (unsigned int i = 0; i < race->nr; i++) {
		const struct race_task *task = &race->task[i];
		g_autofree char *object = NULL;

		if (task->ended)
			continue;
		object = race_object_name(race, task->next.object);
		g_string_append_printf(saw, "%s%s waits in %s for %s", saw->len ? ", " : "",
				       task->member->name, task->next.site, object);
	}
	tell_no_progress(race, "somebody who can go on", saw->str);
	g_string_free(saw, TRUE);
}

/* Whoever is in a loop that never ends would be so without choices, too: nobody goes on. */
static void tell_endless(struct race *race)
{
	g_autofree char *saw = g_strdup_printf("no end after %d steps; %s in %s took the last",
					       RACE_MAX_STEPS, race->task[race->last].member->name,
					       race->task[race->last].next.site);

	tell_no_progress(race, "members that come to their end", saw);
	race->endless = true;
}

static void run_steps(struct race *race)
{
	struct run *run = race->run;

	for (;;) {
		uint32_t enabled = enabled_members(race);
		int next;

		if (!enabled && race->driver->end)
			race->driver->end(race->data, race);
		if (!enabled && all_ended(race))
			return;
		if (!enabled) {
			tell_deadlock(race);
			break;
		}
		if (race->steps == RACE_MAX_STEPS) {
			tell_endless(race);
			break;
		}
		next = race->driver->pick(race->data, race, enabled);
		if (next == RACE_STOP) {
			run->stopped = true;
			break;
		}
		take_step(race, (unsigned int)next);
	}
	run->cut = !race->deadlock;
	race->draining = race->machine->abandoned = true;
	if (!race->endless) {
		race->machine->abandoned = false;
		drain(race);
	}
}

/* Until each stands at its first operation: what is before concerns nobody else. */
static void bring_to_first_operation(struct race *race)
{
	for (unsigned int i = 0; i < race->nr; i++)
		resume(race, &race->task[i]);
}

static bool prepare(struct race *race)
{
	const GPtrArray *members = race->stmt->race.members;

	if (members->len > RACE_MAX_MEMBERS) {
		diag_error(race->run->diags, &race->stmt->loc, NULL,
			   "a race has at most %d members", RACE_MAX_MEMBERS);
		return false;
	}
	race->nr = members->len;
	race->task = g_new0(struct race_task, race->nr);
	for (unsigned int i = 0; i < race->nr; i++)
		if (!add_member(race, i))
			return false;
	return true;
}

static void compete(struct race *race)
{
	struct machine *machine = race->machine;
	void (*park)(void *, struct task_struct *) = machine->park;
	void *park_data = machine->park_data;

	machine->sched = &sched_ops;
	machine->quarantine = true;
	machine->sched_data = race;
	machine->park = on_park;
	machine->park_data = race;
	race->model->in_race = true;
	tlb_reset(machine);
	ghost_reset(machine);
	machine->tlb_on = true;
	bring_to_first_operation(race);
	if (race->driver->begin)
		race->driver->begin(race->data, race);
	run_steps(race);
	race->model->in_race = false;
	machine->tlb_on = false;
	machine->abandoned = false;
	machine->sched = NULL;
	machine->park = park;
	machine->park_data = park_data;
}

void race_run(struct run *run, const struct stmt *stmt, const struct stmt *order)
{
	struct race race = { .run = run, .stmt = stmt, .order = order, .last = -1,
			     .machine = backend_model_machine(run->backend),
			     .driver = run->options.race, .data = run->options.race_data };

	if (!race.machine) {
		diag_error(run->diags, &stmt->loc, NULL, "races run in the model alone");
		run_stop(run, stmt, STATUS_NOTHING);
		return;
	}
	if (run->nr_races++ && run->options.explore) {
		diag_error(run->diags, &stmt->loc, "`mmsim run` runs them all, in one order",
			   "a second race: one can be explored");
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	race.model = to_model(run->backend);
	if (!race.driver)
		race.driver = &race_in_order;
	if (prepare(&race))
		compete(&race);
	else
		run_stop(run, stmt, STATUS_REJECTED);
	run->deadlock = race.deadlock;
	run->stopped |= race.deadlock;
	for (unsigned int i = 0; race.task && i < race.nr; i++)
		drop_member(&race, &race.task[i]);
	g_free(race.task);
}

/* ---- what drivers ask ---- */

const char *race_member_name(const struct race *race, unsigned int i)
{
	return race->task[i].member->name;
}

bool race_member_ended(const struct race *race, unsigned int i)
{
	return race->task[i].ended;
}

const struct race_op *race_member_op(const struct race *race, unsigned int i)
{
	return &race->task[i].next;
}

const void *race_member_stack(const struct race *race, unsigned int i)
{
	return coroutine_stack(race->task[i].stack);
}

const struct stmt *race_member_stmt(const struct race *race, unsigned int i)
{
	return race->task[i].stmt;
}

static bool takes_lock(enum access access)
{
	return access == ACCESS_DOWN_READ || access == ACCESS_DOWN_WRITE ||
	       access == ACCESS_SPIN || access == ACCESS_FOLIO_LOCK;
}

static bool only_reads(enum access access)
{
	return access == ACCESS_READ || access == ACCESS_DOWN_READ || access == ACCESS_LOAD;
}

bool race_conflict(const struct race_op *a, const struct race_op *b)
{
	if (!a->object || a->object != b->object || (only_reads(a->access) && only_reads(b->access)))
		return false;
	/* Whoever waits for a lock cannot come before its release, and has no choice. */
	if (a->access == ACCESS_RELEASE && (takes_lock(b->access) || b->access == ACCESS_RELEASE))
		return false;
	return !(b->access == ACCESS_RELEASE && takes_lock(a->access));
}
