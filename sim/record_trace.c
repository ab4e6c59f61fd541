/*
 * record_trace.c - from stop to stop: the tasks of a recording under ptrace.
 *
 * Every task stops as it enters and as it leaves a system call.  A call that changes an address
 * space is let in only when no other task is inside of one for the same space: the others wait at
 * their entry, and so the order of the events is the order in which the kernel did them.  A task
 * that has waited too long is let in all the same (the one inside may wait for it, as for a
 * userfaultfd), and that is counted.
 *
 * In the kernel:  kernel/ptrace.c, kernel/signal.c ptrace_stop(), kernel/exit.c do_exit()
 *                 (PTRACE_EVENT_EXIT comes before exit_mm()), fs/exec.c begin_new_exec().
 * Left out:       children made with CLONE_UNTRACED; tasks of another ABI: counted.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/record_internal.h"

#define OPTIONS	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
		 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)
#define WAIT_MS		10
#define PATIENCE_US	1000000		/* so long a call waits for another one */
#define REAP_AT_ONCE		32	/* stops, before signals and the time are looked at */
#define END_WAIT_US		3000000
#define SYSCALL_STOP	(SIGTRAP | 0x80)

bool trace_seize(int tid, bool kill_with_us)
{
	unsigned long options = OPTIONS | (kill_with_us ? PTRACE_O_EXITKILL : 0);

	return !ptrace(PTRACE_SEIZE, tid, NULL, (void *)options);
}

/* Let a stopped task go on to its next stop. */
static void resume(struct rec_task *task, int sig)
{
	task->stopped = false;
	ptrace(PTRACE_SYSCALL, task->tid, NULL, (void *)(long)sig);
}

static void checkpoint(struct recorder *r, struct rec_task *task, const char *when)
{
	struct import_checkpoint *at = checkpoint_take(r, task->tid, when, false);
	struct import_event *event;

	if (!at)
		return;
	event = event_make(EVENT_MAPS, task->proc->pid);
	event->checkpoint = at;
	log_append(r, event);
}

/* The call that was inside is done: the next one may go in. */
static void release(struct recorder *r, struct rec_task *task, struct import_event *event)
{
	struct rec_mm *mm = task->proc->mm;
	struct rec_task *next;

	faults_release(r, task, event);
	if (mm->busy != task)
		return;
	mm->busy = NULL;
	next = r->ending ? NULL : g_queue_pop_head(&mm->waiters);
	if (!next)
		return;
	mm->busy = next;
	resume(next, 0);
}

/* ---- calls ---- */

static void enter_call(struct recorder *r, struct rec_task *task,
		       const struct __ptrace_syscall_info *info)
{
	struct rec_mm *mm = task->proc->mm;

	task->in_call = true;
	task->told = task->new_space = false;
	task->nr = info->entry.nr;
	for (unsigned int i = 0; i < IMPORT_MAX_ARGS; i++)
		task->args[i] = info->entry.args[i];
	task->call = call_of(task->nr);
	if (info->arch != AUDIT_ARCH_X86_64) {
		unseen(r, "a call of another ABI");
		task->call = NULL;
	}
	task->exited = task->call && task->call->id == CALL_EXIT;
	/* The number is free as soon as the kernel is in: nobody's open may come first. */
	if (r->begun && task->call && task->call->id == CALL_CLOSE)
		log_append(r, call_event(r, task, 0));
	if (!call_is_serial(task)) {
		resume(task, 0);
	} else if (!mm->busy) {
		mm->busy = task;
		resume(task, 0);
	} else {
		task->since = g_get_monotonic_time();
		g_queue_push_tail(&mm->waiters, task);
	}
}

static bool is_clone(const struct rec_task *task)
{
	return task->call->id == CALL_FORK || task->call->id == CALL_VFORK ||
	       task->call->id == CALL_CLONE || task->call->id == CALL_CLONE3;
}

static void count_call(struct recorder *r, struct rec_task *task)
{
	uint64_t every = r->options->every;

	if (!task->call->memory)
		return;
	r->nr_calls++;
	if (every && ++task->proc->mm->calls % every == 0 && task->proc->mm->users == 1)
		checkpoint(r, task, "during the recording");
	if (r->options->calls && r->nr_calls >= r->options->calls)
		r->ending = true;
}

static void leave_call(struct recorder *r, struct rec_task *task,
		       const struct __ptrace_syscall_info *info)
{
	struct import_event *event = NULL;
	bool serial = call_is_serial(task);

	if (!task->in_call)
		return;		/* attached inside of a call */
	if (!task->call) {
		if (r->begun && !info->exit.is_error)
			call_unknown(r, task);
	} else if (is_clone(task)) {
		if (r->begun && !task->told && info->exit.rval > 0)
			unseen(r, "a child that cannot be traced (CLONE_UNTRACED)");
	} else if (r->begun && task->call->id != CALL_CLOSE && task->call->id != CALL_EXECVE &&
		   task->call->id != CALL_EXECVEAT) {
		event = call_event(r, task, info->exit.rval);
	}
	if (serial)
		faults_release(r, task, event);
	else if (event)
		log_append(r, event);
	if (event && !event->err[0])
		count_call(r, task);
	task->in_call = false;
	if (serial)
		release(r, task, NULL);
}

static void on_syscall(struct recorder *r, struct rec_task *task)
{
	struct __ptrace_syscall_info info = {};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, (void *)sizeof(info), &info) <= 0) {
		resume(task, 0);
		return;
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		if (!r->ending)		/* else it is not of the recording */
			enter_call(r, task, &info);
		return;
	}
	if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		leave_call(r, task, &info);
	/* A call that our wish to stop has cut short: this was the stop, there is no other. */
	if (!r->ending)
		resume(task, 0);
}

/* ---- tasks come and go ---- */

static void on_stop(struct recorder *r, struct rec_task *task);

static void on_newtask(struct recorder *r, struct rec_task *parent, int kind)
{
	unsigned long number = 0;
	struct import_event *event;
	struct rec_task *child;
	uint64_t flags = call_clone_flags(parent, kind);

	ptrace(PTRACE_GETEVENTMSG, parent->tid, NULL, &number);
	child = task_find(r, (int)number);
	if (child && child->proc) {		/* a number used again */
		g_hash_table_remove(r->tasks, GINT_TO_POINTER((int)number));
		child = NULL;
	}
	if (!child)
		child = task_make(r, (int)number);
	if (flags & CLONE_THREAD)
		child->proc = parent->proc;
	else
		child->proc = rec_proc_new(r, child->tid, flags & CLONE_VM ? parent->proc->mm
								   : rec_mm_new(r));
	child->proc->running++;
	event = event_make(EVENT_NEWTASK, parent->tid);
	event->child = child->tid;
	event->flags = flags;
	parent->told = true;
	if (!r->begun) {
		event_free(event);
		event = NULL;
	}
	release(r, parent, event);
	if (child->stopped)
		on_stop(r, child);
}

/* The other tasks of the process are gone, and the caller has the number of the process. */
static struct rec_task *take_over(struct recorder *r, struct rec_task *task)
{
	unsigned long former = 0;
	struct rec_task *caller;

	ptrace(PTRACE_GETEVENTMSG, task->tid, NULL, &former);
	caller = task_find(r, (int)former);
	if (!former || (int)former == task->tid || !caller)
		return task;
	task_leave(r, task);
	task->in_call = caller->in_call;
	task->call = caller->call;
	task->nr = caller->nr;
	task->ended = false;
	task->proc = caller->proc;
	while (caller->held->len)
		g_ptr_array_insert(task->held, 0, g_ptr_array_steal_index(caller->held,
									  caller->held->len - 1));
	task->new_space = true;
	if (task->proc->mm->busy == caller)
		task->proc->mm->busy = task;
	g_hash_table_remove(r->tasks, GINT_TO_POINTER((int)former));
	return task;
}

static void on_exec(struct recorder *r, struct rec_task *stopped)
{
	struct rec_task *task = take_over(r, stopped);
	struct rec_mm *old = task->proc->mm;
	struct import_event *begin = event_make(EVENT_ENTER, task->tid);
	struct import_event *event = event_make(EVENT_CALL, task->tid);
	g_autofree char *link = g_strdup_printf("/proc/%d/exe", task->tid);
	g_autofree char *path = g_file_read_link(link, NULL);

	if (task->tid == r->command)
		r->begun = true;
	begin->call = event->call = call_find("execve", 6);
	event->has_ret = true;
	event->path = path ? shown_path(r, path) : NULL;
	event->checkpoint = checkpoint_take(r, task->tid, "after execve", true);
	/* Others of the old space: none, unless a child shares it after vfork. */
	log_append(r, begin);
	for (guint i = 0; i < task->held->len; i++) {
		log_append(r, task->held->pdata[i]);
		task->held->pdata[i] = NULL;
	}
	g_ptr_array_set_size(task->held, 0);
	log_append(r, event);
	if (old->busy == task)
		release(r, task, NULL);
	old->users--;
	task->proc->mm = rec_mm_new(r);
	task->proc->mm->users++;
	task->proc->running = 1;
	task->new_space = false;
	task->call = NULL;
	resume(task, 0);
}

static void task_ends(struct recorder *r, struct rec_task *task)
{
	struct rec_proc *proc = task->proc;
	struct import_event *event;

	task->ended = true;
	if (proc->mm->busy == task)
		release(r, task, NULL);
	task_leave(r, task);
	proc->running -= proc->running > 0;
	if (!r->begun)
		return;
	if (task->exited && task->tid != proc->pid) {
		event = event_make(EVENT_CALL, task->tid);
		event->call = call_find("exit", 4);
		log_append(r, event);
	}
	if (!proc->running && proc->mm->users == 1)
		checkpoint(r, task, "just before the exit");
	if (!proc->running)
		proc->mm->users--;
	log_append(r, event_make(EVENT_GONE, task->tid));
}

/* waitpid() says that there is no task any more. */
static void on_gone(struct recorder *r, struct rec_task *task, int status)
{
	if (task->tid == r->command)
		r->command_status = status;
	if (task->proc && !task->ended)
		task_ends(r, task);
	g_hash_table_remove(r->tasks, GINT_TO_POINTER(task->tid));
}

/* ---- stops ---- */

static void on_event(struct recorder *r, struct rec_task *task, int event, int sig)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_newtask(r, task, event);
		resume(task, 0);
		break;
	case PTRACE_EVENT_EXEC:
		on_exec(r, task);
		break;
	case PTRACE_EVENT_EXIT:
		if (!task->ended)
			task_ends(r, task);
		resume(task, 0);
		break;
	case PTRACE_EVENT_STOP:
		if (r->ending)
			break;		/* stays here until it is let go */
		if (sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU)
			ptrace(PTRACE_LISTEN, task->tid, NULL, NULL);
		else
			resume(task, 0);
		break;
	default:
		resume(task, 0);
		break;
	}
}

static void on_stop(struct recorder *r, struct rec_task *task)
{
	int sig = WSTOPSIG(task->status), event = task->status >> 16;

	task->stopped = true;
	if (!task->proc)
		return;		/* its parent will tell */
	if (event)
		on_event(r, task, event, sig);
	else if (sig == SYSCALL_STOP)
		on_syscall(r, task);
	else
		resume(task, sig);
	/* This stop has used up the wish for another one. */
	if (r->ending && !task->stopped)
		ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
}

static struct rec_task *reaped(struct recorder *r, int tid, int status)
{
	struct rec_task *task = task_find(r, tid);

	faults_flush(r);
	if (!task)
		task = task_make(r, tid);
	task->status = status;
	return task;
}

/* Some news of tasks, @more if there may be more; false when no task is left. */
static bool reap(struct recorder *r, bool *more)
{
	struct rec_task *task;
	int status, tid = 0;

	for (unsigned int i = 0; i < REAP_AT_ONCE; i++) {
		tid = waitpid(-1, &status, __WALL | WNOHANG);
		if (tid <= 0)
			break;
		if (!WIFSTOPPED(status) && !task_find(r, tid))
			continue;
		task = reaped(r, tid, status);
		if (WIFSTOPPED(status))
			on_stop(r, task);
		else
			on_gone(r, task, status);
	}
	*more = tid > 0;
	return tid >= 0 || errno != ECHILD;
}

/* Calls that have waited too long go in beside the one that is inside. */
static void let_in_the_patient(struct recorder *r)
{
	gint64 now = g_get_monotonic_time();

	for (guint i = 0; i < r->mms->len; i++) {
		struct rec_mm *mm = r->mms->pdata[i];
		struct rec_task *first;

		while ((first = g_queue_peek_head(&mm->waiters)) &&
		       now - first->since > PATIENCE_US) {
			g_queue_pop_head(&mm->waiters);
			r->side_by_side++;
			resume(first, 0);
		}
	}
}

/* ---- the end ---- */

static bool all_stopped(struct recorder *r)
{
	g_autoptr(GList) tasks = g_hash_table_get_values(r->tasks);

	for (GList *at = tasks; at; at = at->next) {
		const struct rec_task *task = at->data;

		if (!task->stopped && !task->ended)
			return false;
	}
	return true;
}

/* Ask every task to stop, until each has; a task that sleeps where nothing wakes it is left. */
static void stop_all(struct recorder *r)
{
	gint64 until = g_get_monotonic_time() + END_WAIT_US;
	g_autoptr(GList) tasks = g_hash_table_get_values(r->tasks);
	bool more;

	r->ending = true;
	for (GList *at = tasks; at; at = at->next) {
		struct rec_task *task = at->data;

		if (!task->stopped && !task->ended)
			ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
	}
	while (reap(r, &more) && !all_stopped(r)) {
		if (g_get_monotonic_time() > until) {
			unseen(r, "a task that did not stop for the end");
			break;
		}
		g_usleep(1000);
	}
	faults_flush(r);
}

static struct rec_task *stopped_task(struct recorder *r, const struct rec_proc *proc)
{
	g_autoptr(GList) tasks = g_hash_table_get_values(r->tasks);
	struct rec_task *found = NULL;

	for (GList *at = tasks; at; at = at->next) {
		struct rec_task *task = at->data;

		if (task->proc == proc && task->stopped && !task->ended &&
		    (!found || task->tid < found->tid))
			found = task;
	}
	return found;
}

/* A last checkpoint of what still runs; then let go of it, unhurt; a command is to end. */
static void let_go(struct recorder *r)
{
	g_autoptr(GList) tasks = NULL;

	stop_all(r);
	for (guint i = 0; i < r->procs->len; i++) {
		const struct rec_proc *proc = r->procs->pdata[i];
		struct rec_task *task = stopped_task(r, proc);

		if (task && r->begun && proc->mm->users == 1)
			checkpoint(r, task, "at the end of the recording");
	}
	tasks = g_hash_table_get_values(r->tasks);
	for (GList *at = tasks; at; at = at->next) {
		const struct rec_task *task = at->data;

		ptrace(PTRACE_DETACH, task->tid, NULL, NULL);
	}
	for (guint i = 0; r->command && i < r->procs->len; i++) {
		const struct rec_proc *proc = r->procs->pdata[i];

		if (proc->running)
			kill(proc->pid, SIGTERM);
	}
}

/* Wait for news of tasks, a full buffer, or a signal to us. */
static void wait_for_news(struct recorder *r, int signals, int ms)
{
	unsigned int nr = perf_nr_fds(r->perf);
	g_autofree struct pollfd *fds = g_new0(struct pollfd, nr + 1);
	struct signalfd_siginfo info;

	perf_fds(r->perf, fds);
	fds[nr] = (struct pollfd){ .fd = signals, .events = POLLIN };
	if (poll(fds, nr + 1, ms) < 0)
		return;
	while (read(signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			r->ending = true;
}

/* Follow all tasks until the last one ends, or somebody says that it is enough. */
bool trace_all(struct recorder *r, GError **error)
{
	gint64 begin = g_get_monotonic_time();
	sigset_t mask, old;
	bool more;
	int signals;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &old);
	signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		g_set_error(error, RECORD_ERROR, RECORD_ERROR_HOST, "signalfd: %s",
			    g_strerror(errno));
		return false;
	}
	while (!r->ending && reap(r, &more)) {
		let_in_the_patient(r);
		if (!r->ending)
			wait_for_news(r, signals, more ? 0 : WAIT_MS);
		faults_flush(r);
		if (r->options->seconds && g_get_monotonic_time() - begin >
		    (gint64)r->options->seconds * G_USEC_PER_SEC)
			r->ending = true;
	}
	/* From here on a second signal ends us. */
	close(signals);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (r->ending)
		let_go(r);
	return true;
}
