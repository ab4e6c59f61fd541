/*
 * import_walk.c - follow the events of a log, twice: once to learn, once to write.
 *
 * In the kernel:  kernel/fork.c copy_process(), kernel/exit.c do_group_exit().
 * Left out:       pid namespaces; a pid that is used again within a log is taken for a new task
 *                 only if the old one is known to be gone.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

#define FLAG_VM		0x100U
#define FLAG_VFORK	0x4000U
#define FLAG_THREAD	0x10000U
#define FLAG_GUESSED	(1ULL << 63)	/* ours, no flag of the kernel */

struct import_mm *mm_new(void)
{
	struct import_mm *mm = g_new0(struct import_mm, 1);

	mm->maps = maps_new();
	mm->users = 1;
	return mm;
}

void mm_put(struct import_mm *mm)
{
	if (--mm->users)
		return;
	g_array_free(mm->maps, TRUE);
	g_free(mm);
}

static void proc_free(void *data)
{
	struct import_proc *proc = data;

	mm_put(proc->mm);
	g_hash_table_destroy(proc->fds);
	g_free(proc);
}

static void task_free(void *data)
{
	struct import_task *task = data;

	g_free(task->name);
	g_free(task->exec_name);
	g_array_free(task->exec_faults, TRUE);
	g_free(task);
}

static struct import_proc *proc_new(struct walk *w, int pid)
{
	struct import_proc *proc = g_new0(struct import_proc, 1);

	proc->pid = pid;
	proc->serial = w->nr_procs++;
	proc->fds = g_hash_table_new(NULL, NULL);
	g_ptr_array_add(w->all_procs, proc);
	if (!w->dry)
		w->log->report->processes++;
	return proc;
}

static struct import_task *task_new(struct walk *w, struct import_proc *proc, int pid)
{
	struct import_task *task = g_new0(struct import_task, 1);
	bool again = g_hash_table_contains(w->tasks, GINT_TO_POINTER(pid));

	task->pid = pid;
	task->proc = proc;
	if (!w->root)
		task->name = g_strdup("P");
	else if (again)
		task->name = g_strdup_printf("pid%d_%u", pid, w->all_tasks->len);
	else
		task->name = g_strdup_printf("pid%d", pid);
	task->exec_faults = g_array_new(FALSE, FALSE, sizeof(struct import_fault));
	g_ptr_array_add(w->all_tasks, task);
	g_hash_table_insert(w->tasks, GINT_TO_POINTER(pid), task);
	return task;
}

static void copy_fds(const struct import_proc *from, struct import_proc *to)
{
	GHashTableIter iter;
	gpointer fd, file;

	/* Order does not matter: a table is copied into a table. */
	g_hash_table_iter_init(&iter, from->fds);
	while (g_hash_table_iter_next(&iter, &fd, &file))
		g_hash_table_insert(to->fds, fd, file);
}

static struct import_task *do_fork(struct walk *w, struct import_task *parent, int child,
				   uint64_t flags)
{
	struct import_proc *proc = parent->proc;
	struct import_task *task;
	const char *assumed = flags & FLAG_GUESSED ? "the flags of clone3" : NULL;

	if (!(flags & FLAG_THREAD)) {
		proc = proc_new(w, child);
		copy_fds(parent->proc, proc);
		if (flags & FLAG_VM) {
			proc->mm = parent->proc->mm;
			proc->mm->users++;
		} else {
			proc->mm = mm_new();
			g_array_free(proc->mm->maps, TRUE);
			proc->mm->maps = maps_copy(parent->proc->mm->maps, true);
			proc->mm->brk = parent->proc->mm->brk;
			proc->mm->brk_known = parent->proc->mm->brk_known;
		}
	}
	task = task_new(w, proc, child);
	if (flags & FLAG_THREAD)
		emit(w, parent, assumed, "%s = clone(CLONE_VM|CLONE_SIGHAND|CLONE_THREAD)",
		     task->name);
	else if (flags & FLAG_VM && flags & FLAG_VFORK)
		emit(w, parent, assumed, "%s = vfork()", task->name);
	else if (flags & FLAG_VM)
		emit(w, parent, NULL, "%s = clone(CLONE_VM)", task->name);
	else
		emit(w, parent, NULL, "%s = fork()", task->name);
	return task;
}

static bool is_fork(const struct import_event *event)
{
	if (event->kind != EVENT_CALL)
		return false;
	return event->call->id == CALL_FORK || event->call->id == CALL_VFORK ||
	       event->call->id == CALL_CLONE || event->call->id == CALL_CLONE3;
}

/* Does the child of a clone3 whose arguments the log lacks go its own way? */
static bool execs_later(const struct walk *w, int child)
{
	for (guint i = 0; i < w->log->events->len; i++) {
		const struct import_event *e = w->log->events->pdata[i];

		if (e->pid == child && e->kind == EVENT_CALL && e->call->id == CALL_EXECVE)
			return true;
	}
	return false;
}

static uint64_t fork_flags(struct walk *w, const struct import_event *event, int child)
{
	if (event->kind == EVENT_NEWTASK)
		return event->flags;
	if (event->call->id == CALL_FORK)
		return 0;
	if (event->call->id == CALL_VFORK)
		return FLAG_VM | FLAG_VFORK;
	if (event->known & 1U)
		return event->arg[0];
	if (event->call->id == CALL_CLONE)
		return 0;
	assume(w, ASSUMED_CLONE);
	return FLAG_GUESSED | FLAG_VM | (execs_later(w, child) ? FLAG_VFORK : FLAG_THREAD);
}

static struct import_task *task_get(struct walk *w, int pid);

static struct import_task *first_task(struct walk *w, int pid)
{
	struct import_proc *proc = proc_new(w, pid);

	proc->mm = mm_new();
	w->root = task_new(w, proc, pid);
	return w->root;
}

/* A task nobody made: it was there before the log, and so before everything else. */
static struct import_task *stranger(struct walk *w, int pid)
{
	struct import_proc *proc = proc_new(w, pid);
	struct import_task *task;

	proc->mm = mm_new();
	task = task_new(w, proc, pid);
	assume(w, ASSUMED_PARENT);
	if (!w->dry) {
		g_string_append_printf(w->early, "P: %s = fork()\t# assumed: its parent is not in "
				       "the log\n", task->name);
		w->log->report->calls++;
	}
	return task;
}

static struct import_task *task_get(struct walk *w, int pid)
{
	struct import_task *task = g_hash_table_lookup(w->tasks, GINT_TO_POINTER(pid));
	guint made = GPOINTER_TO_UINT(g_hash_table_lookup(w->clone_at, GINT_TO_POINTER(pid)));
	const struct import_event *event;

	if (task)
		return task;
	if (!w->root)
		return first_task(w, pid);
	/* strace names the first process only after it has forked. */
	if (pid == 0 || (w->root->pid == 0 && !made)) {
		w->root->pid = w->root->proc->pid = pid ? pid : w->root->pid;
		g_hash_table_insert(w->tasks, GINT_TO_POINTER(pid), w->root);
		return w->root;
	}
	event = made ? w->log->events->pdata[made - 1] : NULL;
	if (!event || event->pid == pid ||
	    !g_hash_table_contains(w->tasks, GINT_TO_POINTER(event->pid)))
		return stranger(w, pid);
	return do_fork(w, task_get(w, event->pid), pid, fork_flags(w, event, pid));
}

/* A call that made a child, unless its first event, or task_newtask, came before. */
static void walk_fork(struct walk *w, struct import_task *task, const struct import_event *event)
{
	int child = event->kind == EVENT_NEWTASK ? event->child : (int)event->ret;
	struct import_task *old = g_hash_table_lookup(w->tasks, GINT_TO_POINTER(child));

	if (event->kind == EVENT_CALL &&
	    (!event->has_ret || event->ret <= 0 || event->ret > IMPORT_MAX_PID)) {
		if (event->err[0] && !w->dry)
			w->log->report->failed++;
		return;
	}
	if (child <= 0 || child == task->pid || (old && !old->dead && !old->proc->finished) ||
	    old == w->root || (old && event->kind == EVENT_CALL))
		return;
	do_fork(w, task, child, fork_flags(w, event, child));
}

/* The last event of a process: compare, and end it, unless it is the end of all. */
static void finish(struct walk *w, struct import_task *task)
{
	struct import_proc *proc = task->proc;
	struct import_task *leader = g_hash_table_lookup(w->tasks, GINT_TO_POINTER(proc->pid));
	bool last = w->now + 1 >= w->log->events->len;

	if (leader && leader->proc == proc)
		task = leader;
	if (proc->mm->users == 1)
		walk_exit_maps(w, task);
	proc->finished = true;
	if (!proc->exit_seen && w->log->notes)
		return;		/* recorded until it was let go */
	if (!proc->exit_seen)
		assume(w, ASSUMED_EXIT);
	if (!(task == w->root && last))
		emit(w, task, proc->exit_seen ? NULL : "the log ends", "exit_group(0)");
}

static void walk_exit(struct walk *w, struct import_task *task, const struct import_event *event)
{
	bool leader = task->pid == task->proc->pid;

	if (event->kind == EVENT_GONE) {
		task->proc->exit_seen |= leader;
		task->dead = true;
		return;
	}
	if (event->call->id == CALL_EXIT_GROUP || leader)
		task->proc->exit_seen = true;
	else if (!task->dead)
		emit(w, task, NULL, "exit(0)");
	task->dead = true;
}

static void walk_enter(struct import_task *task, const struct import_event *event)
{
	if (event->call->id == CALL_EXECVE)
		task->in_exec = true;
	else
		walk_begun(task, event);
}

static void exec_failed(struct walk *w, struct import_task *task)
{
	task->in_exec = false;
	for (guint i = 0; i < task->exec_faults->len; i++)
		import_do_fault(w, task, &g_array_index(task->exec_faults, struct import_fault, i));
	g_array_set_size(task->exec_faults, 0);
	if (!w->dry)
		w->log->report->failed++;
}

static void walk_call(struct walk *w, struct import_task *task, const struct import_event *event)
{
	switch (event->call->id) {
	case CALL_FORK:
	case CALL_VFORK:
	case CALL_CLONE:
	case CALL_CLONE3:
		walk_fork(w, task, event);
		break;
	case CALL_EXECVE:
	case CALL_EXECVEAT:
		if (event->has_ret && event->ret == 0)
			walk_exec(w, task, event);
		else
			exec_failed(w, task);
		break;
	case CALL_EXIT:
	case CALL_EXIT_GROUP:
		walk_exit(w, task, event);
		break;
	case CALL_OPEN:
	case CALL_CREAT:
	case CALL_OPENAT:
	case CALL_MEMFD:
		walk_open(w, task, event);
		break;
	case CALL_CLOSE:
	case CALL_DUP:
	case CALL_DUP2:
	case CALL_DUP3:
	case CALL_FCNTL:
	case CALL_FTRUNCATE:
		walk_fd(w, task, event);
		break;
	case CALL_IOCTL:
		walk_uffd_ioctl(w, task, event);
		break;
	default:
		walk_memory(w, task, event);
		break;
	}
}

static void walk_event(struct walk *w, struct import_task *task, const struct import_event *event)
{
	switch (event->kind) {
	case EVENT_CALL:
		walk_call(w, task, event);
		break;
	case EVENT_ENTER:
		walk_enter(task, event);
		break;
	case EVENT_TRAP:
		walk_trap(w, task, event);
		break;
	case EVENT_FAULT:
		walk_fault(w, task, event);
		break;
	case EVENT_NEWTASK:
		walk_fork(w, task, event);
		break;
	case EVENT_EXEC_NAME:
		g_free(task->exec_name);
		task->exec_name = g_strdup(event->path);
		break;
	case EVENT_GONE:
		walk_exit(w, task, event);
		break;
	case EVENT_LAYOUT:
		walk_layout(w, task, event);
		break;
	case EVENT_MAPS:
		walk_checkpoint(w, task, event);
		break;
	}
}

/* Does the log of this task begin inside of an execve? */
static bool begins_in_exec(const struct walk *w, int pid)
{
	for (guint i = 0; i < w->log->events->len; i++) {
		const struct import_event *e = w->log->events->pdata[i];

		if (e->pid == pid && e->kind == EVENT_CALL)
			return e->call->id == CALL_EXECVE;
	}
	return false;
}

static void walk_once(struct walk *w)
{
	w->root = NULL;
	w->nr_procs = 0;
	w->tasks = g_hash_table_new(NULL, NULL);
	w->all_tasks = g_ptr_array_new_with_free_func(task_free);
	w->all_procs = g_ptr_array_new_with_free_func(proc_free);
	for (w->now = 0; w->now < w->log->events->len; w->now++) {
		const struct import_event *event = w->log->events->pdata[w->now];
		bool first = !w->root;
		struct import_task *task = task_get(w, event->pid);
		gpointer serial = GUINT_TO_POINTER(task->proc->serial);

		if (first)
			task->in_exec = begins_in_exec(w, event->pid);
		if (w->dry)
			g_hash_table_insert(w->last, serial, GUINT_TO_POINTER(w->now + 1));
		walk_event(w, task, event);
		if (!w->dry && GPOINTER_TO_UINT(g_hash_table_lookup(w->last, serial)) == w->now + 1)
			finish(w, task);
	}
	emit_flush(w);
	/* In the dry walk every process ends here: checkpoints name files. */
	for (guint i = 0; w->dry && i < w->all_tasks->len; i++) {
		struct import_task *task = w->all_tasks->pdata[i];

		if (task->pid == task->proc->pid && task->proc->mm->users == 1)
			walk_exit_maps(w, task);
	}
	w->root_pid = w->root ? w->root->pid : 0;
	g_ptr_array_free(w->all_tasks, TRUE);
	g_ptr_array_free(w->all_procs, TRUE);
	g_hash_table_destroy(w->tasks);
}

/* Which event made which task; whether faults are confirmed by minfault lines. */
static void prepare(struct walk *w)
{
	for (guint i = 0; i < w->log->events->len; i++) {
		const struct import_event *e = w->log->events->pdata[i];
		int child = 0;

		if (e->kind == EVENT_FAULT)
			w->has_faults = true;
		else if (e->kind == EVENT_NEWTASK)
			child = e->child;
		else if (is_fork(e) && e->has_ret && e->ret > 0 &&
			 e->ret <= IMPORT_MAX_PID)
			child = (int)e->ret;
		if (child && !g_hash_table_contains(w->clone_at, GINT_TO_POINTER(child)))
			g_hash_table_insert(w->clone_at, GINT_TO_POINTER(child),
					    GUINT_TO_POINTER(i + 1));
	}
}

static void name_rest(struct walk *w)
{
	unsigned int nr = 0;

	for (guint i = 0; i < w->file_order->len; i++) {
		struct import_file *file = w->file_order->pdata[i];

		if (file->path)
			continue;
		file->path = g_strdup_printf("unnamed-%u", ++nr);
		file->path_assumed = true;
		if (file->mapped && file->var[0])
			w->log->report->assumed[ASSUMED_PATH]++;
	}
}

static void file_free(void *data)
{
	struct import_file *file = data;

	g_free(file->path);
	g_free(file);
}

/* Write the scenario that the events of @log amount to. */
void walk_log(struct import_log *log, const struct import_options *opts, GString *out)
{
	struct walk w = {
		.log = log, .opts = opts, .dry = true,
		.body = g_string_new(NULL), .early = g_string_new(NULL),
		.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.file_order = g_ptr_array_new_with_free_func(file_free),
		.clone_at = g_hash_table_new(NULL, NULL),
		.last = g_hash_table_new(NULL, NULL),
		.brk = g_hash_table_new_full(NULL, NULL, NULL, g_free),
	};

	prepare(&w);
	walk_once(&w);
	name_rest(&w);
	w.dry = false;
	walk_once(&w);
	emit_document(&w, out);
	g_string_free(w.body, TRUE);
	g_string_free(w.early, TRUE);
	g_hash_table_destroy(w.files);
	g_ptr_array_free(w.file_order, TRUE);
	g_hash_table_destroy(w.clone_at);
	g_hash_table_destroy(w.last);
	g_hash_table_destroy(w.brk);
}
