/*
 * explore_clock.c - vector clocks of steps and objects; see explore_clock.h.
 *
 * Each object remembers the clocks of those who wrote, read, tried for and released it, and
 * the latest event of each kind, which alone can race directly with a new one.
 */
#include <string.h>

#include "sim/explore_clock.h"

#define NONE	UINT32_MAX

struct object {
	const void *key;		/* NULL: free */
	struct clock wrote, read, tried, released, reader_released;
	uint32_t last_write, last_release, last_try;	/* events; NONE */
	uint32_t last_read[RACE_MAX_MEMBERS];
};

struct clocks {
	struct clock member[RACE_MAX_MEMBERS];
	GArray *events;			/* struct clock_event */
	struct object *objects;		/* open addressing by key */
	unsigned int size, used;	/* size: a power of two */
};

struct clocks *clocks_create(void)
{
	struct clocks *clocks = g_new0(struct clocks, 1);

	clocks->events = g_array_new(FALSE, FALSE, sizeof(struct clock_event));
	clocks->size = 64;
	clocks->objects = g_new0(struct object, clocks->size);
	return clocks;
}

void clocks_destroy(struct clocks *clocks)
{
	if (!clocks)
		return;
	g_array_unref(clocks->events);
	g_free(clocks->objects);
	g_free(clocks);
}

void clocks_reset(struct clocks *clocks)
{
	memset(clocks->member, 0, sizeof(clocks->member));
	g_array_set_size(clocks->events, 0);
	memset(clocks->objects, 0, clocks->size * sizeof(*clocks->objects));
	clocks->used = 0;
}

static unsigned int slot_of(const struct clocks *clocks, const void *key)
{
	uint64_t hash = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15UL;
	unsigned int i = (unsigned int)(hash >> 40) & (clocks->size - 1);

	while (clocks->objects[i].key && clocks->objects[i].key != key)
		i = (i + 1) & (clocks->size - 1);
	return i;
}

static void grow(struct clocks *clocks)
{
	struct object *before = clocks->objects;
	unsigned int size = clocks->size;

	clocks->size *= 2;
	clocks->objects = g_new0(struct object, clocks->size);
	for (unsigned int i = 0; i < size; i++)
		if (before[i].key)
			clocks->objects[slot_of(clocks, before[i].key)] = before[i];
	g_free(before);
}

static struct object *object_of(struct clocks *clocks, const void *key)
{
	struct object *object = &clocks->objects[slot_of(clocks, key)];

	if (object->key)
		return object;
	if (clocks->used * 2 >= clocks->size) {
		grow(clocks);
		object = &clocks->objects[slot_of(clocks, key)];
	}
	clocks->used++;
	object->key = key;
	object->last_write = object->last_release = object->last_try = NONE;
	for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++)
		object->last_read[i] = NONE;
	return object;
}

static void join(struct clock *clock, const struct clock *other)
{
	for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++)
		clock->at[i] = MAX(clock->at[i], other->at[i]);
}

const struct clock_event *clocks_event(const struct clocks *clocks, unsigned int i)
{
	return &g_array_index(clocks->events, struct clock_event, i);
}

unsigned int clocks_count(const struct clocks *clocks)
{
	return clocks->events->len;
}

bool clock_after(const struct clock *clock, const struct clock_event *earlier)
{
	return clock->at[earlier->member] >= earlier->nth;
}

/* ---- races ---- */

struct candidates {
	struct clocks *clocks;
	unsigned int member;
	clock_race_fn fn;
	void *data;
};

static void consider(const struct candidates *c, uint32_t event)
{
	const struct clock *now = &c->clocks->member[c->member];

	if (event == NONE || clocks_event(c->clocks, event)->member == c->member ||
	    clock_after(now, clocks_event(c->clocks, event)))
		return;
	c->fn(c->data, event, c->member, now);
}

static void consider_reads(const struct candidates *c, const struct object *object)
{
	for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++)
		consider(c, object->last_read[i]);
}

void clocks_races(struct clocks *clocks, unsigned int member, const struct race_op *op,
		  clock_race_fn fn, void *data)
{
	const struct candidates c = { clocks, member, fn, data };
	struct object object;

	if (!op->object)
		return;
	object = *object_of(clocks, op->object);
	switch (op->access) {
	case ACCESS_READ:
	case ACCESS_LOAD:
	case ACCESS_DOWN_READ:
		consider(&c, object.last_write);
		return;
	case ACCESS_WRITE:
	case ACCESS_STORE:
	case ACCESS_DOWN_WRITE:
	case ACCESS_SPIN:
	case ACCESS_FOLIO_LOCK:
		consider(&c, object.last_write);
		consider_reads(&c, &object);
		return;
	case ACCESS_TRYLOCK:
		consider(&c, object.last_write);
		consider_reads(&c, &object);
		consider(&c, object.last_release);
		return;
	case ACCESS_RELEASE:
		consider(&c, object.last_try);
		return;
	}
}

/* ---- steps ---- */

/* What came before on the object, for an operation of that kind. */
static void join_past(struct clock *now, const struct object *object, enum access access)
{
	if (access == ACCESS_RELEASE) {
		join(now, &object->tried);
		return;
	}
	join(now, &object->wrote);
	if (access == ACCESS_READ || access == ACCESS_LOAD)
		return;
	if (access != ACCESS_WRITE && access != ACCESS_STORE)
		join(now, &object->released);
	if (access == ACCESS_DOWN_READ)
		return;
	join(now, &object->read);
	if (access != ACCESS_WRITE && access != ACCESS_STORE)
		join(now, &object->reader_released);
}

static void remember(struct object *object, const struct clock *now, unsigned int member,
		     uint32_t event, const struct race_op *op)
{
	switch (op->access) {
	case ACCESS_READ:
	case ACCESS_LOAD:
	case ACCESS_DOWN_READ:
		join(&object->read, now);
		object->last_read[member] = event;
		return;
	case ACCESS_TRYLOCK:
		join(&object->tried, now);
		object->last_try = event;
		/* fall through */
	case ACCESS_WRITE:
	case ACCESS_STORE:
	case ACCESS_DOWN_WRITE:
	case ACCESS_SPIN:
	case ACCESS_FOLIO_LOCK:
		join(&object->wrote, now);
		object->last_write = event;
		for (unsigned int i = 0; i < RACE_MAX_MEMBERS; i++)
			object->last_read[i] = NONE;
		return;
	case ACCESS_RELEASE:
		join(strcmp(op->site, "up_read") ? &object->released : &object->reader_released,
		     now);
		object->last_release = event;
		return;
	}
}

void clocks_step(struct clocks *clocks, unsigned int member, const struct race_op *op)
{
	struct clock *now = &clocks->member[member];
	struct object *object = op->object ? object_of(clocks, op->object) : NULL;
	uint32_t event = clocks->events->len;
	struct clock_event taken = { .member = member };

	if (object)
		join_past(now, object, op->access);
	taken.nth = ++now->at[member];
	taken.clock = *now;
	g_array_append_val(clocks->events, taken);
	if (object)
		remember(object, now, member, event, op);
}

void clocks_touch(struct clocks *clocks, unsigned int member, const struct race_op *op)
{
	struct clock *now = &clocks->member[member];
	struct object *object = object_of(clocks, op->object);
	uint32_t event = clocks->events->len - 1;

	join_past(now, object, op->access);
	g_array_index(clocks->events, struct clock_event, event).clock = *now;
	remember(object, now, member, event, op);
}

void clocks_release(struct clocks *clocks, unsigned int member, const void *lock, bool reader)
{
	struct object *object = object_of(clocks, lock);

	join(reader ? &object->reader_released : &object->released, &clocks->member[member]);
}

void clocks_wake(struct clocks *clocks, unsigned int member, unsigned int sleeper)
{
	join(&clocks->member[sleeper], &clocks->member[member]);
}
