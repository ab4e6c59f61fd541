/*
 * lock.h - the locks of mm, as state of the model.
 *
 * A lock knows who holds it and in which mode, a task knows what it holds in
 * order (task->held).  Taking one in the wrong order, twice, or releasing one not
 * held is reported as a violation of the invariant "lock-order"; a lock that
 * cannot be taken in serial mode is reported with its holder, for nobody is left
 * who could release it.
 *
 * In the kernel:  rwsem, spinlock, folio lock; the order is that of the comment at
 *                 the top of mm/rmap.c and of Documentation/mm/process_addrs.rst.
 * Left out:       fairness, spinning, lockdep's chains beyond the order of classes.
 */
#ifndef MODEL_LOCK_H
#define MODEL_LOCK_H

#include "sched.h"

struct task_struct;
struct folio;

/*
 * Outermost first: a task may take a lock only of a class later in this list than
 * all it holds, but for those marked NEST, of which it may hold several.
 */
#define LOCK_CLASSES(C)								\
	C(LOCK_INODE,		"i_rwsem",	 0)				\
	C(LOCK_MMAP,		"mmap_lock",	 1)	/* child after parent */ \
	C(LOCK_VMA,		"vma lock",	 1)				\
	C(LOCK_UFFD_MAP,	"map_changing_lock", 0)				\
	C(LOCK_INVALIDATE,	"invalidate_lock", 0)				\
	C(LOCK_FOLIO,		"folio lock",	 1)				\
	C(LOCK_I_MMAP,		"i_mmap_rwsem",	 1)				\
	C(LOCK_ANON_VMA,	"anon_vma rwsem", 1)	/* the root's */		\
	C(LOCK_PAGE_TABLE,	"page_table_lock", 0)				\
	C(LOCK_PMD,		"pmd lock",	 1)				\
	C(LOCK_PTE,		"pte lock",	 1)				\
	C(LOCK_SWAP,		"swap cluster lock", 1)

#define C(name, words, nest) name,
enum lock_class { LOCK_CLASSES(C) NR_LOCK_CLASSES };
#undef C

const char *lock_class_name(enum lock_class class);
/* May a task hold several locks of @class? */
bool lock_class_nests(enum lock_class class);

enum lock_mode { LOCK_READ, LOCK_WRITE };

/* Sleeping lock, many readers or one writer.  Belongs to the object it is part of. */
struct rw_semaphore {
	struct task_struct *writer;	/* NULL if not held for writing */
	unsigned int readers;		/* how many hold it for reading */
	uint8_t class;			/* enum lock_class */
};

/* Spinning lock: its holder must not sleep. */
struct spinlock {
	struct task_struct *holder;
};

void init_rwsem(struct rw_semaphore *sem, enum lock_class class);

/* Each of these is a step, taken before the lock is.  Kernel: same names. */
void down_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
bool down_read_trylock(struct rw_semaphore *sem);
bool down_write_trylock(struct rw_semaphore *sem);
/* down_read_trylock() whose step the caller has told. */
bool down_read_trylock_now(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);

/* @class is LOCK_PAGE_TABLE, LOCK_PMD, LOCK_PTE or LOCK_SWAP. */
void spin_lock(struct spinlock *lock, enum lock_class class);
bool spin_trylock(struct spinlock *lock, enum lock_class class);
void spin_unlock(struct spinlock *lock, enum lock_class class);

/* The folio lock is PG_locked of the folio; its holder is in task->held. */
void folio_lock(struct folio *folio);
bool folio_trylock(struct folio *folio);
/* After a split the task holds the lock of @to, which is locked already, and not that of @from. */
void folio_lock_passes_on(const struct folio *from, const struct folio *to);
void folio_unlock(struct folio *folio);
/* Has anybody locked it?  A look like that of folio_trylock().  Kernel: folio_test_locked(). */
bool folio_locked(const struct folio *folio);
/*
 * The running task keeps the lock of @folio, one of more than it counts: it has a list of them,
 * and ends with folio_unlock_disowned().
 */
void folio_lock_disown(struct folio *folio);
void folio_unlock_disowned(struct folio *folio);

/* What a function requires of its caller; a violation of "lock-order" if it is not so. */
void lock_assert_held(const void *lock, enum lock_class class, enum lock_mode at_least,
		      const char *site);
#define rwsem_assert_held(sem)	\
	lock_assert_held((sem), (enum lock_class)(sem)->class, LOCK_READ, __func__)
#define rwsem_assert_held_write(sem)	\
	lock_assert_held((sem), (enum lock_class)(sem)->class, LOCK_WRITE, __func__)
#define lockdep_assert_held(lock, class)	\
	lock_assert_held((lock), (class), LOCK_WRITE, __func__)

/* Would a step that is about to do @access have to wait? */
bool access_would_wait(const void *object, enum access access);

/* True if the running task holds @lock at least in mode @mode. */
bool lock_held(const void *lock, enum lock_mode mode);

#endif
