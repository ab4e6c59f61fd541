/*
 * live_stock.c - see live_stock.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "sim/live_internal.h"
#include "sim/live_stock.h"

struct live_stock {
	struct live_world world;
	bool is_open;
	pid_t pid;			/* the process in stock; 0: none */
	struct live_settings made_for;
};

struct live_stock *live_stock_open(void)
{
	return g_new0(struct live_stock, 1);
}

static void throw_away(struct live_stock *stock)
{
	live_task_kill(stock->pid);
	stock->pid = 0;
	if (stock->is_open)
		live_world_close(&stock->world);
	stock->is_open = false;
}

void live_stock_close(struct live_stock *stock)
{
	if (!stock)
		return;
	throw_away(stock);
	g_free(stock);
}

/* But for what is given to each: capabilities and the limit of locked memory. */
static bool fits(const struct live_stock *stock, const struct live_settings *settings)
{
	const struct live_settings *a = &stock->made_for;

	return stock->pid && a->thp_never == settings->thp_never &&
	       a->thp_advised == settings->thp_advised &&
	       a->rlim_stack == settings->rlim_stack && a->rlim_as == settings->rlim_as &&
	       a->rlim_data == settings->rlim_data;
}

static bool make(struct live_stock *stock, const struct live_settings *settings, char **why)
{
	const struct live_limits limits = { settings->rlim_stack, RLIM_INFINITY,
					    settings->rlim_as, settings->rlim_data };

	throw_away(stock);
	stock->made_for = *settings;
	stock->is_open = live_world_open(&stock->world, why);
	if (!stock->is_open)
		return false;
	stock->pid = live_task_start(&stock->world, &limits, why);
	if (!stock->pid)
		return false;
	*why = live_task_set_up(&stock->world, stock->pid, settings);
	if (!*why)
		return true;
	throw_away(stock);
	return false;
}

static pid_t fork_it(struct live_stock *stock)
{
	const uint64_t args[6] = { CLONE_PARENT | SIGCHLD };
	struct live_result result = live_syscall(&stock->world, stock->pid, SYS_clone, args);

	if (result.stop != LIVE_RETURNED || result.value < 0)
		return 0;
	return result.child;
}

/* The soft one; the hard one is raised if we may, and kept otherwise. */
static bool set_memlock(pid_t pid, uint64_t value)
{
	struct rlimit both = { .rlim_cur = value, .rlim_max = RLIM_INFINITY }, before;

	if (!prlimit(pid, RLIMIT_MEMLOCK, &both, NULL))
		return true;
	if (prlimit(pid, RLIMIT_MEMLOCK, NULL, &before))
		return false;
	both.rlim_max = before.rlim_max;
	return !prlimit(pid, RLIMIT_MEMLOCK, &both, NULL);
}

pid_t live_stock_take(struct live_stock *stock, const struct live_settings *settings,
		      struct live_world *world, char **why)
{
	pid_t pid;

	if (!fits(stock, settings) && !make(stock, settings, why))
		return 0;
	pid = fork_it(stock);
	*world = stock->world;
	if (!pid) {
		*why = g_strdup("a process cannot be forked from the one in stock");
		throw_away(stock);
		return 0;
	}
	if (!set_memlock(pid, settings->rlim_memlock)) {
		*why = g_strdup_printf("prlimit: %s", g_strerror(errno));
		live_task_kill(pid);
		return 0;
	}
	return pid;
}
