/*
 * watch.h - every access of the model to its memory, against what its steps have told.
 *
 * dpor leaves out what it need not try by what steps tell that they touch.  If two steps which it may
 * exchange do touch the same bytes, and one of them writes, it may leave out what matters, and
 * nobody would notice.  mmsim-watch is mmsim with a model that says each load and store
 * (the compiler's instrumentation for -fsanitize=thread, with functions of our own behind it):
 * while it explores, two accesses that no chain of operations orders are reported.
 *
 * In mmsim itself these functions are empty.
 *
 * In the kernel:  KCSAN, by role.
 * Locks:          none.
 */
#ifndef SIM_WATCH_WATCH_H
#define SIM_WATCH_WATCH_H

#include <stdbool.h>

struct clocks;
struct race;

/* An execution begins, whose order of steps @clocks knows. */
void watch_begin(const struct clocks *clocks, const struct race *race);
/* @member takes the step that begins at @site, the next event of the clocks. */
void watch_step(unsigned int member, const char *site);
/* The execution is over: what its members do from now on says nothing. */
void watch_end(void);

#endif
