/*
 * arena.h - memory that can be put back as it was: everything that a thread allocates while
 * it is inside, and the stacks of the coroutines made there.
 *
 *	struct arena *arena = arena_create();
 *	arena_enter(arena);
 *	... a run up to its race, on a coroutine that yields ...
 *	arena_enter(NULL);
 *	mark = arena_mark(arena);
 *	... the rest of it, many times: arena_return(arena, mark) in between ...
 *
 * The address of an object is the same after each return: what points into the arena stays
 * good.  Nothing that is made inside may be freed outside after the arena has gone, and what
 * was made outside must not be freed inside.  State which is not in the arena (a
 * thread-local pointer, a file) is not put back.
 *
 * Works where malloc() can be taken over, which is the GNU C library on x86-64;
 * arena_create() is NULL elsewhere, while another arena exists, and if the environment says
 * MMSIM_NO_ARENA.  Outside of an
 * arena an allocation costs one test more.  GCC's address sanitizer is told: what it knows of
 * the memory is put back, too.
 *
 * Locks: none; an arena belongs to the thread that created it.
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct arena_mark;

struct arena *arena_create(void);
/* Everything in it is gone. */
void arena_destroy(struct arena *arena);

/* Where this thread's allocations come from now, NULL: the C library; returns what was before. */
struct arena *arena_enter(struct arena *arena);

/*
 * The arena as it is.  Nobody may run on one of its stacks meanwhile.  With @base, another
 * mark that lives as long, only what differs from it is kept.
 */
struct arena_mark *arena_mark(struct arena *arena, struct arena_mark *base);
void arena_mark_free(struct arena_mark *mark);
/* As it was then. */
void arena_return(struct arena *arena, struct arena_mark *mark);

/*
 * Zeroes what calls that have returned left behind on the stacks, so that it shows in no
 * digest of what will be there.
 */
void arena_sweep_stacks(struct arena *arena);

/* A hash of what a part of the arena is, two numbers as one is too short to be trusted. */
struct arena_digest {
	uint64_t word[2];
};
/*
 * Of all but the stacks, as it differs from @base.  If nothing runs in the arena until it
 * returns there, that costs less; otherwise arena_changes() has to be called before.
 */
struct arena_digest arena_digest(const struct arena *arena, struct arena_mark *base);
void arena_changes(struct arena_mark *base);
/* Of the live part of one stack, any address of it, mixed into @digest. */
void arena_digest_stack(const struct arena *arena, const void *stack,
			struct arena_digest *digest);
/* Mixes in something that is not in the arena. */
void arena_digest_add(struct arena_digest *digest, uint64_t value);

/* Bytes that @mark takes. */
size_t arena_mark_bytes(const struct arena_mark *mark);

/* ---- for coroutine.c ---- */

#ifdef __has_feature
#define ARENA_CLANG_ASAN	__has_feature(address_sanitizer)
#else
#define ARENA_CLANG_ASAN	0
#endif
#if defined(__SANITIZE_ADDRESS__) || ARENA_CLANG_ASAN
#define ARENA_STACK_SIZE	(1UL << 20)	/* red zones make frames several times as large */
#else
#define ARENA_STACK_SIZE	(256UL << 10)
#endif

/* The lowest address of a stack if the thread is inside, else NULL; *@sp is what is saved. */
char *arena_stack_take(void **sp);
/* True if @stack is of an arena; it is free now. */
bool arena_stack_give(char *stack);

#endif
