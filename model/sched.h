/*
 * sched.h - the seam at which another task may run.
 *
 * Everything an algorithm does between two of these primitives is one atomic
 * step.  A primitive is: taking a lock (lock.h), might_sleep(), reading or
 * writing memory which others can see without a lock (READ_SHARED() and
 * WRITE_SHARED()), or a named point().  In serial mode mach->sched is NULL and
 * each costs one branch.
 *
 * In the kernel:  no such layer; might_sleep(), READ_ONCE() and WRITE_ONCE()
 *                 mark the same places.
 */
#ifndef MODEL_SCHED_H
#define MODEL_SCHED_H

#include "types.h"

struct machine;
struct task_struct;

/*
 * How a step touches its object; two reads of one object do not conflict, nor do two that
 * take a lock for reading.  Those that take a lock are told before they wait for it.
 */
enum access {
	ACCESS_READ,
	ACCESS_WRITE,
	ACCESS_DOWN_READ, ACCESS_DOWN_WRITE,	/* of a rw_semaphore */
	ACCESS_SPIN,			/* of a spinlock */
	ACCESS_FOLIO_LOCK,		/* of a folio */
	ACCESS_TRYLOCK,			/* of any of them; does not wait */
	ACCESS_RELEASE,			/* likewise */
	ACCESS_LOAD, ACCESS_STORE,	/* of user space: of a page table word, and of more that
					 * the step tells with sched_touch() */
};

/*
 * Whoever drives more than one task at a time implements this; @data is
 * mach->sched_data.  step() is called from the running task and may switch to another one
 * before returning.
 */
struct sched_ops {
	/* About to touch @object (NULL: anything) at @site, a string constant. */
	void (*step)(void *data, const void *object, enum access access, const char *site);
	/* The step of a load or store that runs touches @object as well. */
	void (*touch)(void *data, const void *object, enum access access);
	/* @waker has let @sleeper go on. */
	void (*woken)(void *data, struct task_struct *waker, struct task_struct *sleeper);
	/* One of @n outcomes, chosen from outside: completion, allocation, slot. */
	unsigned int (*choose)(void *data, unsigned int n, const char *what);
};

/*
 * The machine this thread executes in.  The only global of the model: it is set
 * by machine_enter() and everything mutable hangs below it.
 */
extern _Thread_local struct machine *mach;

/* The running task, never NULL inside a call.  Kernel: current. */
#define current		(mach->current_task)

void sched_step_slow(const void *object, enum access access, const char *site);

void sched_touch_slow(const void *object, enum access access);

/* Outside serial mode another task may run here.  What @object is part of must live afterwards. */
#define sched_step(object, access, site)						\
	do {									\
		if (unlikely(mach->sched || mach->nr_freed))			\
			sched_step_slow((object), (access), (site));		\
	} while (0)

/* The running ACCESS_LOAD or ACCESS_STORE touches more; nobody else runs here. */
#define sched_touch(object, kind)						\
	do {									\
		if (unlikely(mach->sched || mach->nr_freed))			\
			sched_touch_slow((object), (kind));			\
	} while (0)

/*
 * Between these nobody else runs: under a lock which is implied.  What would be steps is part of
 * the step that runs.  Nest; what is between must not wait.
 */
#define sched_alone_begin()	(mach->alone++)
#define sched_alone_end()	(mach->alone--)

/* Which of @n outcomes?  0 if nobody chooses. */
#define sched_choose(n, what)							\
	(unlikely(mach->sched && mach->sched->choose) ?				\
	 mach->sched->choose(mach->sched_data, (n), (what)) : 0)

/* A place with a name, "subsystem:what-has-just-happened", at which races are told. */
void point_slow(const char *name);
#define point(name)								\
	do {									\
		if (unlikely(mach->sched || mach->points_traced))		\
			point_slow(name);					\
	} while (0)

/* Read @lvalue of @object although no lock protects it here. */
#define READ_SHARED(object, lvalue, site)					\
	({ sched_step((object), ACCESS_READ, (site)); (lvalue); })

/* Write @lvalue of @object, seen by others without a lock. */
#define WRITE_SHARED(object, lvalue, value, site)				\
	do {									\
		sched_step((object), ACCESS_WRITE, (site));			\
		(lvalue) = (value);						\
	} while (0)

/*
 * Sleeps until wake_up(@channel), any object or lock: current->waits_for is @channel
 * meanwhile.  What was waited for has to be looked at again, for others may have come
 * first.  wait_on() false: nobody drives the other tasks, so that nothing can ever change
 * (mach->park is NULL); the caller reports that.  wait_killable() is false then, and also
 * when the task has been killed: the caller ends its call.
 * Kernel: schedule() in TASK_UNINTERRUPTIBLE, TASK_KILLABLE.
 */
bool wait_on(const void *channel, const char *site);
bool wait_killable(const void *channel, const char *site);
void wake_up_slow(const void *channel);
/* Everybody who sleeps on @channel may go on, in order of birth.  Kernel: wake_up_all(). */
#define wake_up(channel)							\
	do {									\
		if (unlikely(mach->nr_waiting))					\
			wake_up_slow(channel);					\
	} while (0)

/*
 * The caller may sleep here.  Under a spinlock that is a defect, reported as
 * invariant "might-sleep" with the locks held.
 */
void might_sleep(const char *site);

#endif
