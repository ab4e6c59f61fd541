/*
 * record_tasks.c - which tasks, processes and address spaces a recording follows.
 *
 * In the kernel:  kernel/fork.c copy_process(), copy_mm().
 * Left out:       nothing of its own.
 * Locks:          none.
 */
#include <string.h>

#include "sim/record_internal.h"

struct rec_task *task_find(struct recorder *r, int tid)
{
	return g_hash_table_lookup(r->tasks, GINT_TO_POINTER(tid));
}

/* A task that nobody has told of yet. */
struct rec_task *task_make(struct recorder *r, int tid)
{
	struct rec_task *task = g_new0(struct rec_task, 1);

	task->tid = tid;
	task->held = g_ptr_array_new_with_free_func(event_free);
	g_hash_table_insert(r->tasks, GINT_TO_POINTER(tid), task);
	return task;
}

static void rec_task_free(void *data)
{
	struct rec_task *task = data;

	g_ptr_array_free(task->held, TRUE);
	g_free(task);
}

static void rec_mm_free(void *data)
{
	struct rec_mm *mm = data;

	g_queue_clear(&mm->waiters);
	g_ptr_array_free(mm->others, TRUE);
	g_free(mm);
}

struct rec_mm *rec_mm_new(struct recorder *r)
{
	struct rec_mm *mm = g_new0(struct rec_mm, 1);

	g_queue_init(&mm->waiters);
	mm->others = g_ptr_array_new_with_free_func(event_free);
	g_ptr_array_add(r->mms, mm);
	return mm;
}

struct rec_proc *rec_proc_new(struct recorder *r, int pid, struct rec_mm *mm)
{
	struct rec_proc *proc = g_new0(struct rec_proc, 1);

	proc->pid = pid;
	proc->mm = mm;
	mm->users++;
	g_ptr_array_add(r->procs, proc);
	return proc;
}

/* The task is no more, or its address space is not any longer its own. */
void task_leave(struct recorder *r, struct rec_task *task)
{
	struct rec_mm *mm = task->proc ? task->proc->mm : NULL;

	if (!mm)
		return;
	g_queue_remove(&mm->waiters, task);
	if (mm->busy != task)
		return;
	faults_release(r, task, NULL);
	mm->busy = NULL;
}

static int compare_words(gconstpointer a, gconstpointer b, gpointer data)
{
	(void)data;
	return strcmp(a, b);
}

void recorder_init(struct recorder *r, const struct record_options *options,
		   struct import_report *report)
{
	*r = (struct recorder){
		.options = options,
		.log = { .path = "record", .report = report,
			 .events = g_ptr_array_new_with_free_func(event_free) },
		.tasks = g_hash_table_new_full(NULL, NULL, NULL, rec_task_free),
		.procs = g_ptr_array_new_with_free_func(g_free),
		.mms = g_ptr_array_new_with_free_func(rec_mm_free),
		.samples = g_array_new(FALSE, FALSE, sizeof(struct perf_sample)),
		.unseen = g_tree_new_full(compare_words, NULL, g_free, NULL),
	};
	report->format = "mmsim record";
}

void recorder_clear(struct recorder *r)
{
	if (r->perf)
		perf_free(r->perf);
	g_hash_table_destroy(r->tasks);
	g_ptr_array_free(r->procs, TRUE);
	g_ptr_array_free(r->mms, TRUE);
	g_array_free(r->samples, TRUE);
	g_tree_destroy(r->unseen);
	g_ptr_array_free(r->log.events, TRUE);
}

/* Count one more of @what, which the recording cannot show. */
void unseen(struct recorder *r, const char *what)
{
	guint count = GPOINTER_TO_UINT(g_tree_lookup(r->unseen, what));

	g_tree_insert(r->unseen, g_strdup(what), GUINT_TO_POINTER(count + 1));
}
