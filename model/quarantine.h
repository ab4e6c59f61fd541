/*
 * quarantine.h - what has been freed while others run, and who uses it all the same.
 *
 * Once a race has begun, or with a bug switched on, the storage of a freed object is not handed out
 * again: nobody can take another object for it, and its contents stay, so that whoever uses it
 * goes on, but is told of as a violation of "use-after-free", with the object, who freed it and
 * who used it.  In slabs that are type-stable some fields may be looked at without a
 * reference, as an object of that kind is always there: a lock, a count.
 *
 * Uses are noticed by each step (sched.h) that names the object or a part of it, and where the code
 * says object_use().  In serial mode without bugs a use costs one branch, and nothing is kept.
 *
 * In the kernel:  KASAN's quarantine, SLAB_TYPESAFE_BY_RCU, by role.
 * Left out:       the next object of the kind in a type-stable slot: a check that takes
 *                 one object for another because they have the same address is not seen to fail.
 * Locks:          none.
 */
#ifndef MODEL_QUARANTINE_H
#define MODEL_QUARANTINE_H

#include "object.h"

/* An object that has been freed. */
struct freed_object {
	uintptr_t at;
	uint32_t size;			/* bytes */
	uint8_t kind;			/* enum object_kind */
	bool told;			/* a violation has been reported */
	unsigned int id;
	const char *site;		/* who freed it: the function, */
	char by[32];			/* and the task */
};

/* ---- for object.c ---- */

/* @object of @size bytes, still with its id, is freed in @site. */
void quarantine_add(enum object_kind kind, const void *object, size_t size, const char *site);
/* Is @object, or what it is a part of, there?  NULL: no. */
const struct freed_object *quarantine_find(const void *object);
void quarantine_reset(struct machine *machine);
void quarantine_fini(struct machine *machine);

#endif
