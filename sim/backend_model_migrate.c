/*
 * backend_model_migrate.c - statements that move pages to other frames.
 *
 * In the kernel:  mm/migrate.c kernel_move_pages(), mm/compaction.c.
 */
#include "model/migrate.h"
#include "model/mm.h"
#include "sim/backend_model.h"

#define MAX_COUNT	65536

/* An element of the status that the call has not written. */
#define UNWRITTEN	0x7fffffff

static long do_migrate(struct model_backend *model, const struct call_request *request,
		       struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	struct mm_struct *mm;
	long result;

	/* It may be about to get another one; this one stays as long as we need it. */
	sched_step(&mach->tasks, ACCESS_READ, "get_task_mm");
	mm = model_process_mm(model, args->process[0]);
	if (!mm) {
		outcome_refuse(outcome, "pages of %s, which has exited", args->process[0]);
		return 0;
	}
	mmget(mm);
	result = kcompactd_migrate(mm, args->number[0], args->nr > 1 ? args->number[1] : PAGE_SIZE,
				   request->op->id == OP_MIGRATE_FAIL);
	mmput(mm);
	return result;
}

/* The numbers of the list that is argument @i, or NULL with a refusal. */
static int64_t *list_of(const struct op_args *args, unsigned int i, unsigned long count,
			struct call_outcome *outcome)
{
	const struct value *list = args->value[i];
	int64_t *numbers;

	if (!list || list->kind != VALUE_LIST || list->items->len != count) {
		outcome_refuse(outcome, "an array but [a, b, ...] with as many elements as count says");
		return NULL;
	}
	numbers = g_new0(int64_t, count + 1);
	for (unsigned long n = 0; n < count; n++)
		numbers[n] = (int64_t)((const struct value *)list->items->pdata[n])->number;
	return numbers;
}

/* Who is meant by the argument: the caller, or NULL if there is no such process. */
static struct task_struct *task_of(struct model_backend *model, const struct op_args *args)
{
	const struct value *value = args->value[0];
	struct task_struct *task;

	if (value->kind == VALUE_PROCESS) {
		const struct model_task *entry = model_task_find(model, value->text);

		return entry ? entry->task : NULL;
	}
	if (!args->number[0])
		return current;
	list_for_each_entry(task, &mach->tasks, tasks)
		if (task->tgid == args->number[0])
			return task;
	return NULL;
}

static void tell_status(const int64_t *status, unsigned long count, struct call_outcome *outcome)
{
	outcome->out = value_list();
	outcome->has_out = true;
	for (unsigned long i = 0; i < count; i++) {
		struct value one = value_int(status[i]);

		value_append(&outcome->out, &one);
	}
}

static long do_move_pages(struct model_backend *model, const struct op_args *args,
			  struct call_outcome *outcome)
{
	bool query = args->nr < 4 || (args->value[3]->kind == VALUE_INT && !args->number[3]);
	g_autofree int64_t *pages = NULL, *nodes = NULL, *status = NULL;
	unsigned long count = args->number[1], done;
	long result;

	if (count > MAX_COUNT) {
		outcome_refuse(outcome, "move_pages() of more than %d pages", MAX_COUNT);
		return 0;
	}
	pages = list_of(args, 2, count, outcome);
	if (pages && !query)
		nodes = list_of(args, 3, count, outcome);
	if (outcome->kind == OUTCOME_REFUSED)
		return 0;
	status = g_new(int64_t, count + 1);
	for (unsigned long i = 0; i < count; i++)
		status[i] = UNWRITTEN;
	result = sys_move_pages(task_of(model, args), count, (const uint64_t *)pages, nodes, status,
				(unsigned int)args->number[5], &done);
	tell_status(status, count, outcome);
	return result;
}

long model_call_migrate(struct model_backend *model, const struct call_request *request,
			struct call_outcome *outcome)
{
	if (request->op->id == OP_MOVE_PAGES)
		return do_move_pages(model, request->args, outcome);
	return do_migrate(model, request, outcome);
}
