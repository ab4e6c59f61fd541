/*
 * lock.c - taking and releasing locks, with the order of classes enforced.
 *
 * In the kernel:  kernel/locking/rwsem.c and lockdep, by role.
 */
#include "folio.h"
#include "lock.h"
#include "machine.h"

#define C(name, words, nest) [name] = { words, nest },
static const struct {
	const char *words;
	bool nest;
} classes[] = { LOCK_CLASSES(C) };
#undef C

const char *lock_class_name(enum lock_class class)
{
	return classes[class].words;
}

bool lock_class_nests(enum lock_class class)
{
	return classes[class].nest;
}

static const char *place_of_current(void)
{
	return current->name[0] ? current->name : "boot";
}

/* May the running task wait for a lock of @class with what it holds? */
static void check_order(const void *lock, enum lock_class class, const char *site)
{
	const struct task_struct *me = current;

	for (unsigned int i = 0; i < me->nr_held; i++) {
		const struct held_lock *held = &me->held[i];

		if (held->lock == lock)
			violation_add("lock-order", place_of_current(), "a lock not yet held",
				      "%s takes %s which it took in %s", site,
				      lock_class_name(class), held->site);
		else if (held->class > class || (held->class == class && !classes[class].nest))
			violation_add("lock-order", place_of_current(),
				      "locks taken from the outer to the inner class",
				      "%s takes %s under %s (taken in %s)", site,
				      lock_class_name(class),
				      lock_class_name((enum lock_class)held->class), held->site);
	}
}

static void held_push(const void *lock, enum lock_class class, enum lock_mode mode,
		      const char *site)
{
	struct task_struct *me = current;

	if (me->nr_held == MAX_HELD_LOCKS) {
		violation_add("lock-order", place_of_current(), "at most 64 locks at a time",
			      "%s takes %s beyond that", site, lock_class_name(class));
		return;
	}
	me->held[me->nr_held++] = (struct held_lock){
		.lock = lock, .site = site, .class = (uint8_t)class, .mode = (uint8_t)mode };
}

/* The newest entry for @lock, or NULL. */
static struct held_lock *held_find(const void *lock)
{
	struct task_struct *me = current;

	for (unsigned int i = me->nr_held; i-- > 0;)
		if (me->held[i].lock == lock)
			return &me->held[i];
	return NULL;
}

static bool held_pop(const void *lock, enum lock_class class, const char *site)
{
	struct task_struct *me = current;
	struct held_lock *held = held_find(lock);

	if (!held) {
		violation_add("lock-order", place_of_current(), "a lock that is held",
			      "%s releases %s which the task does not hold", site,
			      lock_class_name(class));
		return false;
	}
	for (struct held_lock *next = held + 1; next < &me->held[me->nr_held]; next++)
		next[-1] = *next;
	me->nr_held--;
	return true;
}

bool lock_held(const void *lock, enum lock_mode mode)
{
	const struct held_lock *held = held_find(lock);

	return held && held->mode >= mode;
}

void lock_assert_held(const void *lock, enum lock_class class, enum lock_mode at_least,
		      const char *site)
{
	if (lock_held(lock, at_least))
		return;
	violation_add("lock-order", place_of_current(),
		      at_least == LOCK_WRITE ? "the lock held for writing" : "the lock held",
		      "%s runs without %s", site, lock_class_name(class));
}

/* Who holds @lock, for a report; "nobody" if no task says so. */
static const char *holder_of(const void *lock)
{
	struct task_struct *task;

	list_for_each_entry(task, &mach->tasks, tasks)
		for (unsigned int i = 0; i < task->nr_held; i++)
			if (task->held[i].lock == lock)
				return task->name;
	return current->nr_held && held_find(lock) ? place_of_current() : "nobody";
}

/*
 * False, and reported, if nobody is left who could release it: the task goes on as if it
 * had the lock.
 */
static bool wait_for(const void *lock, enum lock_class class, const char *site)
{
	/* who holds it would wait for himself */
	if (!held_find(lock) && wait_on(lock, site))
		return true;
	if (!mach->abandoned)
		violation_add("lock-order", place_of_current(), "a lock that can be taken",
			      "%s waits for %s held by %s", site, lock_class_name(class),
			      holder_of(lock));
	return false;
}

void init_rwsem(struct rw_semaphore *sem, enum lock_class class)
{
	*sem = (struct rw_semaphore){ .class = (uint8_t)class };
}

void down_read(struct rw_semaphore *sem)
{
	enum lock_class class = (enum lock_class)sem->class;

	might_sleep("down_read");
	check_order(sem, class, "down_read");
	sched_step(sem, ACCESS_DOWN_READ, "down_read");
	while (sem->writer &&
	       wait_for(sem, class, "down_read"))
		;
	sem->readers++;
	held_push(sem, class, LOCK_READ, "down_read");
}

void down_write(struct rw_semaphore *sem)
{
	enum lock_class class = (enum lock_class)sem->class;

	might_sleep("down_write");
	check_order(sem, class, "down_write");
	sched_step(sem, ACCESS_DOWN_WRITE, "down_write");
	while ((sem->writer || sem->readers) &&
	       wait_for(sem, class, "down_write"))
		;
	sem->writer = current;
	held_push(sem, class, LOCK_WRITE, "down_write");
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	sched_step(sem, ACCESS_TRYLOCK, "down_read_trylock");
	return down_read_trylock_now(sem);
}

bool down_read_trylock_now(struct rw_semaphore *sem)
{
	if (sem->writer)
		return false;
	sem->readers++;
	held_push(sem, (enum lock_class)sem->class, LOCK_READ, "down_read_trylock");
	return true;
}

bool down_write_trylock(struct rw_semaphore *sem)
{
	sched_step(sem, ACCESS_TRYLOCK, "down_write_trylock");
	if (sem->writer || sem->readers)
		return false;
	sem->writer = current;
	held_push(sem, (enum lock_class)sem->class, LOCK_WRITE, "down_write_trylock");
	return true;
}

void downgrade_write(struct rw_semaphore *sem)
{
	struct held_lock *held;

	sched_step(sem, ACCESS_RELEASE, "downgrade_write");
	held = held_find(sem);
	lock_assert_held(sem, (enum lock_class)sem->class, LOCK_WRITE, "downgrade_write");
	if (held)
		held->mode = LOCK_READ;
	sem->writer = NULL;
	sem->readers++;
	wake_up(sem);
}

void up_read(struct rw_semaphore *sem)
{
	sched_step(sem, ACCESS_RELEASE, "up_read");
	if (held_pop(sem, (enum lock_class)sem->class, "up_read") && sem->readers) {
		sem->readers--;
		wake_up(sem);
	}
}

void up_write(struct rw_semaphore *sem)
{
	sched_step(sem, ACCESS_RELEASE, "up_write");
	if (held_pop(sem, (enum lock_class)sem->class, "up_write")) {
		sem->writer = NULL;
		wake_up(sem);
	}
}

void spin_lock(struct spinlock *lock, enum lock_class class)
{
	check_order(lock, class, "spin_lock");
	sched_step(lock, ACCESS_SPIN, "spin_lock");
	while (lock->holder &&
	       wait_for(lock, class, "spin_lock"))
		;
	lock->holder = current;
	held_push(lock, class, LOCK_WRITE, "spin_lock");
}

bool spin_trylock(struct spinlock *lock, enum lock_class class)
{
	sched_step(lock, ACCESS_TRYLOCK, "spin_trylock");
	if (lock->holder)
		return false;
	lock->holder = current;
	held_push(lock, class, LOCK_WRITE, "spin_trylock");
	return true;
}

void spin_unlock(struct spinlock *lock, enum lock_class class)
{
	sched_step(lock, ACCESS_RELEASE, "spin_unlock");
	if (held_pop(lock, class, "spin_unlock")) {
		lock->holder = NULL;
		wake_up(lock);
	}
}

/* Its step, or sched_touch(), has been told. */
static bool is_locked(const struct folio *folio)
{
	return (folio->flags & PG_locked) != 0;
}

void folio_lock(struct folio *folio)
{
	might_sleep("folio_lock");
	check_order(folio, LOCK_FOLIO, "folio_lock");
	sched_step(folio, ACCESS_FOLIO_LOCK, "folio_lock");
	while (is_locked(folio) &&
	       wait_for(folio, LOCK_FOLIO, "folio_lock"))
		;
	folio_set(folio, PG_locked);
	held_push(folio, LOCK_FOLIO, LOCK_WRITE, "folio_lock");
}

bool folio_trylock(struct folio *folio)
{
	sched_step(folio, ACCESS_TRYLOCK, "folio_trylock");
	if (is_locked(folio))
		return false;
	folio_set(folio, PG_locked);
	held_push(folio, LOCK_FOLIO, LOCK_WRITE, "folio_trylock");
	return true;
}

bool folio_locked(const struct folio *folio)
{
	sched_touch(folio, ACCESS_TRYLOCK);
	return is_locked(folio);
}

void folio_unlock(struct folio *folio)
{
	sched_step(folio, ACCESS_RELEASE, "folio_unlock");
	if (held_pop(folio, LOCK_FOLIO, "folio_unlock")) {
		folio_clear(folio, PG_locked);
		wake_up(folio);
	}
}

void folio_lock_disown(struct folio *folio)
{
	held_pop(folio, LOCK_FOLIO, "folio_lock_disown");
}

void folio_unlock_disowned(struct folio *folio)
{
	sched_step(folio, ACCESS_RELEASE, "folio_unlock");
	folio_clear(folio, PG_locked);
	wake_up(folio);
}

void folio_lock_passes_on(const struct folio *from, const struct folio *to)
{
	struct held_lock *held = held_find(from);

	if (held)
		held->lock = to;
}

void might_sleep(const char *site)
{
	const struct task_struct *me = current;

	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].class >= LOCK_PAGE_TABLE) {
			violation_add("might-sleep", place_of_current(),
				      "no spinlock held where the task may sleep",
				      "%s under %s (taken in %s)", site,
				      lock_class_name((enum lock_class)me->held[i].class),
				      me->held[i].site);
			break;
		}
	sched_step(NULL, ACCESS_READ, site);
}

bool access_would_wait(const void *object, enum access access)
{
	const struct rw_semaphore *sem = object;

	switch (access) {
	case ACCESS_DOWN_READ:
		return sem->writer != NULL;
	case ACCESS_DOWN_WRITE:
		return sem->writer || sem->readers;
	case ACCESS_SPIN:
		return ((const struct spinlock *)object)->holder != NULL;
	case ACCESS_FOLIO_LOCK:
		return is_locked(object);
	case ACCESS_READ:
	case ACCESS_WRITE:
	case ACCESS_LOAD:
	case ACCESS_STORE:
	case ACCESS_TRYLOCK:
	case ACCESS_RELEASE:
		break;
	}
	return false;
}

/* ---- sleeping ---- */

static bool sleep_on(const void *channel, const char *site, bool killable)
{
	struct task_struct *me = current;

	if (!mach->park || mach->abandoned)
		return false;
	me->waits_for = channel;
	me->wait_site = site;
	me->wait_killable = killable;
	mach->nr_waiting++;
	mach->park(mach->park_data, me);
	return !mach->abandoned;
}

bool wait_on(const void *channel, const char *site)
{
	return sleep_on(channel, site, false);
}

bool wait_killable(const void *channel, const char *site)
{
	return !current->killed && sleep_on(channel, site, true) && !current->killed;
}

void wake_up_slow(const void *channel)
{
	struct task_struct *task;

	list_for_each_entry(task, &mach->tasks, tasks)
		if (task->waits_for == channel) {
			task->waits_for = NULL;
			mach->nr_waiting--;
			if (mach->sched)
				mach->sched->woken(mach->sched_data, current, task);
		}
}

void sched_step_slow(const void *object, enum access access, const char *site)
{
	if (mach->sched && mach->alone && object)
		mach->sched->touch(mach->sched_data, object, access);
	else if (mach->sched && !mach->alone)
		mach->sched->step(mach->sched_data, object, access, site);
	object_use(object, site);
}

void sched_touch_slow(const void *object, enum access access)
{
	object_use(object, "a step");
	if (mach->sched)
		mach->sched->touch(mach->sched_data, object, access);
}

void point_slow(const char *name)
{
	if (mach->points_traced)
		trace_event("point", "%s", name);
	if (mach->sched && !mach->alone)
		mach->sched->step(mach->sched_data, NULL, ACCESS_WRITE, name);
}
