/*
 * backend_live.c - the processes of a scenario as real ones: made, found, ended.
 *
 * All of them and mmsim itself stay on one CPU while it lives: the kernel collects pages in
 * per-CPU batches, and a page in another CPU's batch is copied where it could be reused.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/live_internal.h"
#include "sim/live_quick.h"
#include "sim/live_stock.h"

#ifndef PR_THP_DISABLE_EXCEPT_ADVISED
#define PR_THP_DISABLE_EXCEPT_ADVISED	(1 << 1)
#endif

/* What pthread_create() passes, but the addresses: VM FS FILES SIGHAND THREAD SYSVSEM. */
#define THREAD_FLAGS	0x50f00UL

static void live_task_free(void *data)
{
	struct live_task *task = data;

	g_free(task->name);
	g_free(task->process);
	g_free(task->vfork_child);
	g_free(task);
}

struct live_task *live_find(struct live_backend *live, const char *name)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		struct live_task *task = live->tasks->pdata[i];

		if (!strcmp(task->name, name))
			return task;
	}
	return NULL;
}

struct live_task *live_any_of(struct live_backend *live, const char *process)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		struct live_task *task = live->tasks->pdata[i];

		if (!task->gone && !strcmp(task->process, process))
			return task;
	}
	return NULL;
}

struct live_task *live_add(struct live_backend *live, const char *name, const char *process,
			   pid_t pid)
{
	struct live_task *task = live_find(live, name);

	if (!task) {
		task = g_new0(struct live_task, 1);
		task->name = g_strdup(name);
		g_ptr_array_add(live->tasks, task);
	}
	g_free(task->process);
	task->process = g_strdup(process);
	task->pid = pid;
	task->gone = false;
	return task;
}

void live_vfork_done(struct live_backend *live, const struct live_task *task)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		struct live_task *other = live->tasks->pdata[i];

		if (other->gone || g_strcmp0(other->vfork_child, task->name))
			continue;
		g_clear_pointer(&other->vfork_child, g_free);
		live_wait_rest(other->pid);
	}
}

void live_forget(struct live_backend *live, struct live_task *task)
{
	task->gone = true;
	if (!live_any_of(live, task->process))
		live_pins_orphan(live, task->process);
	live_vfork_done(live, task);
}

void live_refuse(struct call_outcome *outcome, const char *format, ...)
{
	va_list args;

	if (outcome->kind == OUTCOME_REFUSED)
		return;
	outcome->kind = OUTCOME_REFUSED;
	va_start(args, format);
	outcome->why = g_strdup_vprintf(format, args);
	va_end(args);
}

void live_outcome(struct live_backend *live, struct live_task *task,
		  const struct live_result *result, struct call_outcome *outcome)
{
	switch (result->stop) {
	case LIVE_RETURNED:
		outcome->kind = OUTCOME_VALUE;
		outcome->value = result->value;
		return;
	case LIVE_SIGNALLED:
		outcome->kind = OUTCOME_SIGNAL;
		outcome->value = result->number;
		return;
	case LIVE_BLOCKED:
		outcome->kind = OUTCOME_BLOCKED;
		return;
	case LIVE_STUCK:
		live_forget(live, task);
		live_refuse(outcome, "the host did not answer within %d seconds", LIVE_TIMEOUT);
		return;
	case LIVE_DIED:
	case LIVE_EXITED:
		live_forget(live, task);
		live_refuse(outcome, "the live process %s was killed by %s", task->name,
			    result->number ? g_strsignal(result->number) : "somebody");
		return;
	}
}

static bool make_thread(struct live_backend *live, struct live_task *task, const char *name,
			char **why)
{
	const uint64_t args[6] = { THREAD_FLAGS };
	struct live_result result = live_syscall(&live->world, task->pid, SYS_clone, args);

	if (result.stop != LIVE_RETURNED || result.value < 0 || !result.child) {
		*why = g_strdup_printf("the thread %s cannot be made", name);
		return false;
	}
	live_add(live, name, task->process, result.child);
	return true;
}

/* One of @process that can make a call now, or NULL. */
static struct live_task *free_task_of(struct live_backend *live, const char *process)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		struct live_task *task = live->tasks->pdata[i];

		if (!task->gone && !task->blocked && !task->vfork_child &&
		    !strcmp(task->process, process))
			return task;
	}
	return NULL;
}

static bool live_start_task(struct backend *backend, const char *name, char **why)
{
	struct live_backend *live = to_live(backend);
	struct live_task *task = live_find(live, name);
	const char *dot = strchr(name, '.');
	g_autofree char *process = dot ? g_strndup(name, (gsize)(dot - name)) : NULL;

	if (!task && process) {
		task = free_task_of(live, process);
		if (task)
			return make_thread(live, task, name, why);
		task = live_find(live, process);
	}
	if (task && !task->gone && !task->vfork_child)
		return true;
	if ((!strcmp(name, "ksmd") || !strcmp(name, "khugepaged")) && !geteuid())
		return true;
	if (op_is_kernel_actor(name)) {
		*why = g_strdup_printf("what %s does cannot be told to a kernel", name);
		return false;
	}
	*why = !task ? g_strdup_printf("there is no task %s", name) :
	       task->gone ? g_strdup_printf("%s has exited", name) :
			    g_strdup_printf("%s waits in vfork()", name);
	return false;
}

static void live_rename(struct backend *backend, const char *from, const char *to)
{
	struct live_task *task = live_find(to_live(backend), from);

	if (!task)
		return;
	g_free(task->name);
	g_free(task->process);
	task->name = g_strdup(to);
	task->process = g_strdup(to);
}

static const char *live_process_of(struct backend *backend, const char *name)
{
	struct live_task *task = live_find(to_live(backend), name);

	return task && !task->gone ? task->process : NULL;
}

static void live_set_window(struct backend *backend, uint64_t start, uint64_t end)
{
	(void)backend;
	(void)start;
	(void)end;
}

/* The youngest first: the end of a process is not told before that of its threads. */
static void end_all(struct live_backend *live)
{
	for (guint i = live->tasks->len; i-- > 0;) {
		struct live_task *task = live->tasks->pdata[i];

		if (!task->gone)
			live_task_kill(task->pid);
	}
	g_ptr_array_unref(live->tasks);
}

static void live_destroy(struct backend *backend)
{
	struct live_backend *live = to_live(backend);

	/* A process does not end as long as a transfer of its pages waits. */
	g_ptr_array_unref(live->pins);
	live_fuse_close(live->fuse);
	end_all(live);
	live_files_remove(live);
	if (!live->settings.stock)
		live_world_close(&live->world);
	if (live->pinned)
		sched_setaffinity(0, sizeof(live->cpus), &live->cpus);
	g_free(live);
}

/* Mmsim too: reading a page through /proc/PID/mem puts it into a batch of this CPU. */
static void pin(struct live_backend *live)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	if (cpu < 0 || sched_getaffinity(0, sizeof(live->cpus), &live->cpus) ||
	    CPU_COUNT(&live->cpus) == 1)
		return;
	CPU_ZERO(&one);
	CPU_SET((unsigned int)cpu, &one);
	live->pinned = !sched_setaffinity(0, sizeof(one), &one);
}

static char *drop_capabilities(struct live_backend *live, pid_t pid)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};
	uint64_t at = live_put(live, LIVE_STRUCTS, &header, sizeof(header));
	uint64_t data = live_put(live, LIVE_STRUCTS + 64, none, sizeof(none));
	int64_t error;

	/* Or root has all of them back with a new program, which is then randomised, too. */
	live_syscall_plain(&live->world, pid, SYS_prctl, PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0,
			   0, 0);
	error = live_syscall_plain(&live->world, pid, SYS_capset, at, data, 0, 0, 0, 0);
	return error ? g_strdup_printf("capset: %s", g_strerror((int)-error)) : NULL;
}

char *live_task_set_up(struct live_world *world, pid_t pid, const struct live_settings *settings)
{
	int64_t error = 0;

	if (settings->thp_never || settings->thp_advised)
		error = live_syscall_plain(world, pid, SYS_prctl, PR_SET_THP_DISABLE, 1,
					   settings->thp_never ? 0 : PR_THP_DISABLE_EXCEPT_ADVISED,
					   0, 0, 0);
	return error ? g_strdup_printf("prctl(PR_SET_THP_DISABLE): %s",
				       g_strerror((int)-error)) : NULL;
}

static const struct backend_ops live_ops = {
	.name = "live",
	.destroy = live_destroy,
	.start_task = live_start_task,
	.rename = live_rename,
	.process_of = live_process_of,
	.call = live_call,
	.collect = live_collect,
	.set_window = live_set_window,
	.observe = live_observe,
};

/* From stock, or made. */
static pid_t first_process(struct live_backend *live, char **why)
{
	const struct live_settings *settings = &live->settings;
	const struct live_limits limits = { settings->rlim_stack, settings->rlim_memlock,
					    settings->rlim_as, settings->rlim_data };
	pid_t pid;

	if (settings->stock)
		return live_stock_take(settings->stock, settings, &live->world, why);
	pid = live_task_start(&live->world, &limits, why);
	if (!pid)
		return 0;
	*why = live_task_set_up(&live->world, pid, settings);
	if (!*why)
		return pid;
	live_task_kill(pid);
	return 0;
}

struct backend *backend_live_create(const struct live_settings *settings, const char *first,
				    char **why)
{
	struct live_backend *live = g_new0(struct live_backend, 1);
	pid_t pid;

	live->base.ops = &live_ops;
	live->settings = *settings;
	live->next_content = 1;
	live->tasks = g_ptr_array_new_with_free_func(live_task_free);
	live->pins = g_ptr_array_new_with_free_func(live_pin_free);
	if (!settings->stock && !live_world_open(&live->world, why)) {
		g_ptr_array_unref(live->tasks);
		g_ptr_array_unref(live->pins);
		g_free(live);
		return NULL;
	}
	live->world.may_block = false;
	if (settings->quick)
		live_quick_forget(settings->quick);
	pin(live);
	pid = first_process(live, why);
	if (pid) {
		live_add(live, first, first, pid);
		*why = settings->capable ? NULL : drop_capabilities(live, pid);
		if (!*why)
			return &live->base;
	}
	live_destroy(&live->base);
	return NULL;
}

void backend_live_look_slowly(struct backend *backend)
{
	to_live(backend)->settings.quick = NULL;
}
