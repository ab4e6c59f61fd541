/*
 * live_stock.h - what live runs that follow one another share: a process that is emptied
 * once, from which the first process of each run is forked.
 *
 * The process in stock never runs a scenario: its areas are the agent's two, which
 * fork() copies without pages. So a forked one is as empty as one that was executed.
 *
 * In the kernel:  kernel/fork.c: mm_init() takes the flags that a child inherits, no more.
 * Locks:          none; one thread, one run at a time.
 */
#ifndef SIM_LIVE_STOCK_H
#define SIM_LIVE_STOCK_H

#include <sys/types.h>

struct live_settings;
struct live_stock;
struct live_world;

struct live_stock *live_stock_open(void);
void live_stock_close(struct live_stock *stock);
/*
 * A first process for @settings, and the world that it lives in, which stays the stock's.
 * 0 and *why if that fails.
 */
pid_t live_stock_take(struct live_stock *stock, const struct live_settings *settings,
		      struct live_world *world, char **why);

#endif
