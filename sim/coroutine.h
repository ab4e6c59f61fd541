/*
 * coroutine.h - a second stack on which a call can stop in the middle and go on later.
 *
 *	struct coroutine *co = coroutine_create();
 *	coroutine_start(co, fn, data);		runs fn until it yields or returns
 *	while (!coroutine_done(co))
 *		coroutine_resume(co);		... from where it yielded
 *	coroutine_start(co, other, data);	a stack serves many functions
 *
 * A switch saves six registers and costs a few nanoseconds on x86-64; elsewhere
 * swapcontext() does it.  The address sanitizer is told of every switch.  Stacks end in a
 * guard page, so that what outgrows one faults at once.
 *
 * Locks: none; a coroutine belongs to the thread that created it.
 */
#ifndef SIM_COROUTINE_H
#define SIM_COROUTINE_H

#include <stdbool.h>

struct coroutine;

/* Idle, with a stack of its own.  The caller owns it. */
struct coroutine *coroutine_create(void);
/* @co must be idle: never started, or done. */
void coroutine_destroy(struct coroutine *co);

/* Runs @fn(@data) on @co's stack, which is idle, until it yields or returns. */
void coroutine_start(struct coroutine *co, void (*fn)(void *data), void *data);
/* Goes on behind the last coroutine_yield(). */
void coroutine_resume(struct coroutine *co);
/* From inside @co: back to who started or resumed it. */
void coroutine_yield(struct coroutine *co);
/* The lowest address of its stack. */
const void *coroutine_stack(const struct coroutine *co);
/* Has the function returned (or was none ever started)? */
bool coroutine_done(const struct coroutine *co);

#endif
