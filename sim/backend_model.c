/*
 * backend_model.c - the model as a backend: its tasks by name, its invariants, its trace.
 *
 * In the kernel:  nothing.
 * Left out:       signals: a task that gets SIGSEGV or SIGBUS goes on as if it had a
 *                 handler which jumps over the access.
 */
#include <string.h>

#include "model/check/check.h"
#include "model/syscalls.h"
#include "sim/backend_model.h"

static void model_task_free(void *data)
{
	struct model_task *entry = data;

	g_free(entry->name);
	g_free(entry->process);
	g_free(entry);
}

struct model_task *model_task_find(struct model_backend *model, const char *name)
{
	for (guint i = 0; i < model->tasks->len; i++) {
		struct model_task *entry = model->tasks->pdata[i];

		if (!strcmp(entry->name, name))
			return entry;
	}
	return NULL;
}

struct model_task *model_task_add(struct model_backend *model, const char *name,
				  const char *process, struct task_struct *task)
{
	struct model_task *entry = model_task_find(model, name);

	if (!entry) {
		entry = g_new0(struct model_task, 1);
		entry->name = g_strdup(name);
		g_ptr_array_add(model->tasks, entry);
	}
	g_free(entry->process);
	entry->process = g_strdup(process);
	entry->task = task;
	g_strlcpy(task->name, name, sizeof(task->name));
	return entry;
}

const char *model_process_of_mm(struct model_backend *model, const struct mm_struct *mm)
{
	for (guint i = 0; i < model->tasks->len; i++) {
		const struct model_task *entry = model->tasks->pdata[i];

		if (entry->task && entry->task->mm == mm)
			return entry->process;
	}
	return NULL;
}

struct mm_struct *model_process_mm(struct model_backend *model, const char *name)
{
	for (guint i = 0; i < model->tasks->len; i++) {
		const struct model_task *entry = model->tasks->pdata[i];

		if (entry->task && entry->task->mm && !strcmp(entry->process, name))
			return entry->task->mm;
	}
	return NULL;
}

void model_forget_exited(struct model_backend *model)
{
	for (guint i = 0; i < model->tasks->len; i++) {
		struct model_task *entry = model->tasks->pdata[i];

		if (entry->task && entry->task->exited)
			entry->task = NULL;
	}
}

static void model_destroy(struct backend *backend)
{
	struct model_backend *model = to_model(backend);

	model_blocked_fini(model);
	machine_destroy(model->machine);
	g_ptr_array_unref(model->tasks);
	g_free(model);
}

static void model_rename(struct backend *backend, const char *from, const char *to)
{
	struct model_backend *model = to_model(backend);
	struct model_task *entry = model_task_find(model, from);

	if (!entry)
		return;
	g_free(entry->name);
	g_free(entry->process);
	entry->name = g_strdup(to);
	entry->process = g_strdup(to);
	if (entry->task)
		g_strlcpy(entry->task->name, to, sizeof(entry->task->name));
}

static const char *model_process_name(struct backend *backend, const char *name)
{
	struct model_task *entry = model_task_find(to_model(backend), name);

	return entry && entry->task ? entry->process : NULL;
}

/* P.gc: a thread as pthread_create() makes it. */
static bool make_thread(struct model_backend *model, struct model_task *process,
			const char *name, char **why)
{
	/* CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD, _SYSVSEM, and those of the TID */
	const unsigned long flags = 0x3d0f00;
	struct machine *before = machine_enter(model->machine);
	struct task_struct *child = NULL;
	long pid;

	model->machine->current_task = process->task;
	pid = sys_clone(flags, &child);
	model->machine->current_task = &model->machine->boot_task;
	machine_enter(before);
	if (pid < 0) {
		*why = g_strdup_printf("the thread %s cannot be made: %s", name,
				       errno_name((int)-pid));
		return false;
	}
	model_task_add(model, name, process->process, child);
	return true;
}

/* khugepaged and the like: made when first named. */
static bool make_actor(struct model_backend *model, const char *name)
{
	struct machine *before = machine_enter(model->machine);
	struct task_struct *task = task_create_kernel(name);

	machine_enter(before);
	model_task_add(model, name, name, task);
	return true;
}

static bool model_start_task(struct backend *backend, const char *name, char **why)
{
	struct model_backend *model = to_model(backend);
	struct model_task *entry = model_task_find(model, name);
	const char *dot = strchr(name, '.');
	g_autofree char *process = NULL;

	if (!entry && op_is_kernel_actor(name))
		return make_actor(model, name);
	if (!entry && dot) {
		process = g_strndup(name, (gsize)(dot - name));
		entry = model_task_find(model, process);
		if (entry && entry->task && !entry->task->vfork_child)
			return make_thread(model, entry, name, why);
	}
	if (!entry) {
		*why = g_strdup_printf("there is no task %s", process ? process : name);
		return false;
	}
	if (!entry->task) {
		*why = g_strdup_printf("%s has exited", entry->name);
		return false;
	}
	if (entry->task->vfork_child) {
		*why = g_strdup_printf("%s waits in vfork() until its child %s execs or exits",
				       entry->name, entry->task->vfork_child->name);
		return false;
	}
	entry->used = true;
	return true;
}

static void model_set_window(struct backend *backend, uint64_t start, uint64_t end)
{
	struct model_backend *model = to_model(backend);

	model->window_start = start;
	model->window_end = end;
	for (guint i = 0; i < model->tasks->len; i++) {
		struct model_task *entry = model->tasks->pdata[i];

		if (entry->task && entry->task->mm) {
			entry->task->mm->window_start = start;
			entry->task->mm->window_end = end;
		}
	}
}

static unsigned int model_check(struct backend *backend)
{
	struct model_backend *model = to_model(backend);
	struct machine *before = machine_enter(model->machine);

	machine_check(model->machine);
	machine_enter(before);
	return model->machine->violations->len;
}

/* Everybody exits; then nothing may be left. */
static unsigned int model_check_empty(struct backend *backend)
{
	struct model_backend *model = to_model(backend);
	struct machine *before = machine_enter(model->machine);

	model_end_blocked(model);
	for (guint i = 0; i < model->tasks->len; i++)
		((struct model_task *)model->tasks->pdata[i])->task = NULL;
	tasks_exit_all(model->machine);
	machine_check(model->machine);
	machine_check_empty(model->machine);
	machine_enter(before);
	return model->machine->violations->len;
}

static struct broken_rule model_broken(struct backend *backend, unsigned int i)
{
	const struct violation *violation =
		&g_array_index(to_model(backend)->machine->violations, struct violation, i);

	return (struct broken_rule){ violation->rule, violation->place, violation->expected,
				     violation->saw };
}

static void forward_trace(void *data, const char *event, const char *text)
{
	struct model_backend *model = data;

	if (model->trace)
		model->trace(model->trace_data, event, text);
}

static void model_trace(struct backend *backend, backend_trace_fn fn, void *data)
{
	struct model_backend *model = to_model(backend);

	model->trace = fn;
	model->trace_data = data;
	model->machine->trace = fn ? forward_trace : NULL;
	model->machine->trace_data = model;
}

static const struct backend_ops model_ops = {
	.name = "model",
	.destroy = model_destroy,
	.start_task = model_start_task,
	.rename = model_rename,
	.process_of = model_process_name,
	.call = model_call,
	.collect = model_collect,
	.set_window = model_set_window,
	.observe = model_observe,
	.query = model_query,
	.member = model_member,
	.word = model_word,
	.offer = model_offer,
	.show = model_show,
	.check = model_check,
	.check_empty = model_check_empty,
	.broken = model_broken,
	.trace = model_trace,
};

/* The first process of an empty machine; false with *why. */
static bool make_first(struct model_backend *model, const char *first, char **why)
{
	struct machine *before = machine_enter(model->machine);
	struct task_struct *task = task_create_first(first);

	machine_enter(before);
	if (task && !model->machine->unsupported) {
		model_task_add(model, first, first, task);
		return true;
	}
	*why = model->machine->unsupported ?
		g_strdup_printf("not yet modelled: %s", model->machine->unsupported) :
		g_strdup("no room for a first process: ram, max_map_count, a limit, or what "
			 "overcommit allows is too small");
	return false;
}

struct backend *backend_model_create(const struct machine_config *config, const char *first,
				     char **why)
{
	struct model_backend *model = g_new0(struct model_backend, 1);

	model->base.ops = &model_ops;
	model->machine = machine_create(config);
	model->tasks = g_ptr_array_new_with_free_func(model_task_free);
	model_blocked_init(model);
	if (make_first(model, first, why))
		return &model->base;
	model_destroy(&model->base);
	return NULL;
}

bool backend_model_restart(struct backend *backend, const char *first, char **why)
{
	struct model_backend *model = to_model(backend);
	struct machine *before = machine_enter(model->machine);

	model_end_blocked(model);
	g_ptr_array_set_size(model->blocked, 0);
	g_ptr_array_set_size(model->tasks, 0);
	machine_reset(model->machine);
	machine_enter(before);
	return make_first(model, first, why);
}

struct machine *backend_model_machine(struct backend *backend)
{
	return backend && backend->ops == &model_ops ? to_model(backend)->machine : NULL;
}

struct task_struct *backend_model_task(struct backend *backend, const char *name)
{
	struct model_task *entry = model_task_find(to_model(backend), name);

	return entry ? entry->task : NULL;
}
