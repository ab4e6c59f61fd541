/*
 * race.h - a race: its members as tasks in the middle of their calls, one step after the
 * other in an order that a driver decides.
 *
 * A step is all that a member does from one visible operation to just before the next.
 * Visible are: taking a lock and trying to, shared accesses that are declared, sleeping.
 * Releasing a lock is visible only where somebody tries for it without waiting.
 *
 *	race_run(run, stmt, order)	called for a `race` statement; asks run_options.race
 *
 * Locks: none.
 */
#ifndef SIM_RACE_H
#define SIM_RACE_H

#include "model/sched.h"
#include "sim/run_internal.h"

#define RACE_MAX_MEMBERS	8
/* A race that takes more is said to go on for ever. */
#define RACE_MAX_STEPS		50000

/* What a member is about to do.  object NULL: begin. */
struct race_op {
	const void *object;
	enum access access;
	const char *site;		/* static: the function */
};

struct race_task;

struct race {
	struct run *run;
	const struct stmt *stmt;
	const struct stmt *order;	/* the `order` behind it, or NULL */
	struct model_backend *model;
	struct machine *machine;
	struct race_task *task;		/* [nr] */
	unsigned int nr;
	struct race_task *running;	/* NULL: nobody */
	int last;			/* who took the last step; -1: none yet */
	unsigned int steps;		/* taken */
	const struct race_driver *driver;
	void *data;			/* of the driver */
	bool draining;			/* no more choices: each to its end */
	unsigned int item;		/* race_in_order: of the order, the current one */
	bool deadlock;			/* all that are left wait, or it is endless */
	bool endless;			/* it has been given up after RACE_MAX_STEPS */
};

#define RACE_STOP	(-1)

/*
 * Who decides.  All but pick may be NULL.  A bit mask has bit i for member i.
 */
struct race_driver {
	/* Members are at their first operation. */
	void (*begin)(void *data, struct race *race);
	/* Who of @enabled, not 0, takes the next step; RACE_STOP: nobody, end it all. */
	int (*pick)(void *data, struct race *race, uint32_t enabled);
	/* Member @i is about to take the step that begins with @op. */
	void (*step)(void *data, struct race *race, unsigned int i, const struct race_op *op);
	/* The step of the running member touches the object of @op as well. */
	void (*touch)(void *data, struct race *race, const struct race_op *op);
	/* The running member has released @lock, which is no step. */
	void (*released)(void *data, struct race *race, const void *lock, bool reader);
	/* The running member has let member @i go on, which slept. */
	void (*woken)(void *data, struct race *race, unsigned int i);
	/* Member @i tries for @object without waiting.  Is releasing it a step? */
	void (*tried)(void *data, const void *object);
	bool (*release_is_step)(void *data, const void *object);
	/*
	 * Member @i, in the middle of its step, can go on in @n ways because of @what: which?
	 * Called where steps are taken.  NULL: the first.
	 */
	unsigned int (*choose)(void *data, struct race *race, unsigned int i, unsigned int n,
			       const char *what);
	/* The running member has come to the named point @name: true if it is to stop there. */
	bool (*at_point)(void *data, struct race *race, const char *name);
	void (*end)(void *data, struct race *race);
};

/* The members one after the other, or as the `order` says. */
extern const struct race_driver race_in_order;

/* Runs the race of @stmt to its end; the driver is run->options.race, or the order. */
void race_run(struct run *run, const struct stmt *stmt, const struct stmt *order);

const char *race_member_name(const struct race *race, unsigned int i);
bool race_member_ended(const struct race *race, unsigned int i);
/* What it is about to do; of one that has not ended. */
const struct race_op *race_member_op(const struct race *race, unsigned int i);
/* Its stack: any address of it. */
const void *race_member_stack(const struct race *race, unsigned int i);
/* May its next step be taken now? */
bool race_member_enabled(const struct race *race, unsigned int i);
/* The statement whose call it is in, or NULL. */
const struct stmt *race_member_stmt(const struct race *race, unsigned int i);
/* "mm#1 mmap_lock", "folio#3", in the words of the model; g_free(). */
char *race_object_name(const struct race *race, const void *object);

/* A load or store: which page it touches is known once it runs. */
static inline bool race_op_is_open(const struct race_op *op)
{
	return op->access == ACCESS_LOAD || op->access == ACCESS_STORE;
}
/* Do two operations of different members not commute? */
bool race_conflict(const struct race_op *a, const struct race_op *b);

#endif
