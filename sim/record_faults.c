/*
 * record_faults.c - where page faults belong among the calls.
 *
 * The buffers are read whenever a task stops, so a task's own faults come before the call that it
 * enters and, since an address space lets in one call at a time, in the right order with the calls
 * of other tasks.  What happens while a call is inside is held: the caller's own faults (the
 * kernel storing a thread id, say) come behind the call; those of other tasks come before it,
 * but for those in the range that it has just made.
 *
 * In the kernel:  arch/x86/mm/fault.c do_user_addr_fault().
 * Left out:       the order of a fault and another task's call that overlapped: counted.
 * Locks:          none.
 */
#include <string.h>

#include "sim/record_internal.h"

struct import_event *event_make(enum event_kind kind, int pid)
{
	struct import_event *event = g_new0(struct import_event, 1);

	event->kind = kind;
	event->pid = pid;
	return event;
}

void log_append(struct recorder *r, struct import_event *event)
{
	g_ptr_array_add(r->log.events, event);
}

static bool in_exec(const struct rec_task *task)
{
	return task->in_call && task->call && (task->call->id == CALL_EXECVE ||
					       task->call->id == CALL_EXECVEAT);
}

/* One event of a fault, to where its task's calls have got. */
static void put(struct recorder *r, struct rec_task *task, struct import_event *event)
{
	struct rec_mm *mm = task->proc->mm;
	bool held = in_exec(task) ? task->new_space : mm->busy == task;

	if (held)
		g_ptr_array_add(task->held, event);
	else if (!r->begun)
		event_free(event);
	else if (mm->busy && mm->busy != task)
		g_ptr_array_add(mm->others, event);
	else
		log_append(r, event);
}

static void handled(struct recorder *r, struct rec_task *task, const struct perf_sample *sample)
{
	bool known = task->has_trap && task->trap.addr / IMPORT_PAGE == sample->addr / IMPORT_PAGE;
	struct import_event *event;

	task->has_trap = false;
	if (sample->addr >= IMPORT_USER_END)
		return;
	if (known && r->options->faults == RECORD_FAULTS_WRITES &&
	    !(task->trap.code & FAULT_WRITE))
		return;
	if (known) {
		event = event_make(EVENT_TRAP, task->tid);
		event->addr = task->trap.addr;
		event->has_addr = true;
		event->code = task->trap.code;
		put(r, task, event);
	}
	event = event_make(EVENT_FAULT, task->tid);
	event->addr = sample->addr;
	event->has_addr = true;
	put(r, task, event);
}

static void use_sample(struct recorder *r, struct rec_task *task,
		       const struct perf_sample *sample)
{
	switch (sample->kind) {
	case SAMPLE_TRAP:
		r->unconfirmed += task->has_trap;
		task->has_trap = true;
		task->trap = *sample;
		break;
	case SAMPLE_FAULT:
		handled(r, task, sample);
		break;
	case SAMPLE_EXEC:
		task->new_space = true;
		break;
	}
}

/* Read the buffers.  What a task did that its parent has not told of yet is kept for later. */
void faults_flush(struct recorder *r)
{
	guint kept = 0;

	if (perf_level(r->perf) == PERF_NOTHING)
		return;
	perf_drain(r->perf, r->samples);
	for (guint i = 0; i < r->samples->len; i++) {
		struct perf_sample sample = g_array_index(r->samples, struct perf_sample, i);
		struct rec_task *task = task_find(r, sample.tid);

		if (task && task->proc)
			use_sample(r, task, &sample);
		else
			g_array_index(r->samples, struct perf_sample, kept++) = sample;
	}
	g_array_set_size(r->samples, kept);
}

/* Does a fault there only make sense once the call is done? */
static bool is_result(const struct import_event *call, uint64_t addr)
{
	uint64_t len;

	if (!call || !call->call || call->ret <= 0)
		return false;
	if (call->call->id != CALL_MMAP && call->call->id != CALL_MREMAP)
		return false;
	len = call->arg[call->call->id == CALL_MMAP ? 1 : 2];
	return addr >= (uint64_t)call->ret && addr - (uint64_t)call->ret < len;
}

static void append_all(struct recorder *r, GPtrArray *events)
{
	for (guint i = 0; i < events->len; i++) {
		log_append(r, events->pdata[i]);
		events->pdata[i] = NULL;
	}
	g_ptr_array_set_size(events, 0);
}

/* @task's call is over: @event (NULL: it leaves no trace), and all that was held meanwhile. */
void faults_release(struct recorder *r, struct rec_task *task, struct import_event *event)
{
	GPtrArray *others = task->proc->mm->others;
	guint kept = 0;

	for (guint i = 0; task->proc->mm->busy == task && i < others->len; i++) {
		struct import_event *other = others->pdata[i];

		others->pdata[i] = NULL;
		r->ambiguous += other->kind == EVENT_FAULT;
		if (is_result(event, other->addr))
			others->pdata[kept++] = other;
		else
			log_append(r, other);
	}
	if (event)
		log_append(r, event);
	append_all(r, task->held);
	if (task->proc->mm->busy != task)
		return;
	g_ptr_array_set_size(others, (int)kept);
	append_all(r, others);
}
