/*
 * explain_file.c - explaining neighbours at the end of a scenario.
 *
 * The scenario runs twice: once to see which pairs there are, once to see since which
 * statement each condition fails.
 */
#include "model/machine.h"
#include "model/mm.h"
#include "sim/explain_file.h"
#include "sim/explain_model.h"
#include "sim/run.h"

/* What the second run listens for. */
struct watch {
	GPtrArray *histories;	/* struct explain_history, one for each pair */
	GPtrArray *births;	/* of anon_vmas; explain_model.h */
};

static void watch_pair(struct watch *watch, const char *process, uint64_t left, uint64_t right)
{
	g_ptr_array_add(watch->histories,
			explain_history_create(process, left, right, watch->births));
}

static const struct mm_struct *process_mm(const struct machine *machine, const char *process)
{
	struct task_struct *task;

	list_for_each_entry(task, &((struct machine *)machine)->tasks, tasks)
		if (!task->exited && task->mm && !g_strcmp0(task->name, process))
			return task->mm;
	return NULL;
}

static void add_neighbours(struct watch *watch, const char *process, const struct mm_struct *mm)
{
	const struct vm_area_struct *vma, *prev = NULL;

	for_each_vma(mm, vma) {
		if (prev && prev->vm_end == vma->vm_start && !explain_is_reservation(prev) &&
		    !explain_is_reservation(vma))
			watch_pair(watch, process, prev->vm_end - 1, vma->vm_start);
		prev = vma;
	}
}

static void add_all(struct watch *watch, const struct run *run)
{
	struct machine *machine = run_machine(run);
	struct machine *before = machine_enter(machine);
	struct task_struct *task;

	list_for_each_entry(task, &machine->tasks, tasks)
		if (!task->exited && task->mm && task->pid == task->tgid)
			add_neighbours(watch, task->name, task->mm);
	machine_enter(before);
}

/* The pair that the command line names; false with an error. */
static bool add_named(struct watch *watch, struct run *run, const char *a, const char *b,
		      struct diag_list *diags)
{
	g_autofree char *process_a = NULL, *process_b = NULL;
	uint64_t at_a, at_b;

	if (!run_address(run, a, diags, &process_a, &at_a) ||
	    !run_address(run, b, diags, &process_b, &at_b))
		return false;
	if (g_strcmp0(process_a, process_b)) {
		diag_error(diags, NULL, "name two addresses of one process",
			   "%s is in process %s, %s in %s", a, process_a, b, process_b);
		return false;
	}
	watch_pair(watch, process_a, MIN(at_a, at_b), MAX(at_a, at_b));
	return true;
}

static void note_all(void *data, struct run *run, const struct event *event)
{
	struct watch *watch = data;
	g_autofree char *text = NULL, *statement = NULL;
	struct machine *machine = run_machine(run), *before;

	if (event->kind != EVENT_DONE || !event->stmt || !machine)
		return;
	text = loc_text(&event->stmt->loc);
	statement = g_strdup_printf("line %u, %s", event->stmt->loc.line, text);
	before = machine_enter(machine);
	explain_births_note(watch->births, statement);
	for (guint i = 0; i < watch->histories->len; i++) {
		struct explain_history *history = watch->histories->pdata[i];

		explain_history_note(history, process_mm(machine, explain_history_process(history)),
				     statement);
	}
	machine_enter(before);
}

static void copy_diags(struct diag_list *to, const struct run *run)
{
	const struct diag_list *from = run_diags(run);

	for (guint i = 0; i < from->items->len; i++) {
		const struct diag *diag = from->items->pdata[i];

		diag_file_error(to, diag->file, diag->note, "line %u: %s", diag->line, diag->message);
	}
}

/* The second run, with all histories listening; their reports. */
static GPtrArray *replay(const struct script *script, struct watch *watch, struct diag_list *diags)
{
	struct run_options options = { .check = CHECK_NEVER, .skip_graphs = true, .event = note_all,
				       .event_data = watch };
	struct run *run = run_create(script, &options);
	GPtrArray *pairs = g_ptr_array_new_with_free_func((GDestroyNotify)explain_pair_destroy);
	struct machine *before;

	run_execute(run);
	before = machine_enter(run_machine(run));
	for (guint i = 0; i < watch->histories->len; i++) {
		const struct explain_history *history = watch->histories->pdata[i];
		g_autofree char *error = NULL;
		struct explain_pair *pair;

		pair = explain_history_pair(history, process_mm(run_machine(run),
								explain_history_process(history)),
					    run_style(run), &error);
		if (pair)
			g_ptr_array_add(pairs, pair);
		else
			diag_error(diags, NULL, "name an address of each side of the boundary", "%s",
				   error);
	}
	machine_enter(before);
	run_destroy(run);
	return pairs;
}

GPtrArray *explain_script(const struct script *script, const char *a, const char *b,
			  struct diag_list *diags, int *status)
{
	struct run_options options = { .check = CHECK_END, .skip_graphs = true };
	struct run *run = run_create(script, &options);
	GPtrArray *pairs = NULL;
	struct watch watch;
	bool good;

	*status = run_execute(run);
	if (!run_machine(run) || *status == STATUS_REJECTED) {
		copy_diags(diags, run);
		run_destroy(run);
		return NULL;
	}
	watch.histories = g_ptr_array_new_with_free_func((GDestroyNotify)explain_history_destroy);
	watch.births = explain_births_create();
	good = !a || add_named(&watch, run, a, b, diags);
	if (!a)
		add_all(&watch, run);
	run_destroy(run);

	if (good)
		pairs = replay(script, &watch, diags);
	g_ptr_array_unref(watch.histories);
	g_ptr_array_unref(watch.births);
	if (pairs && diags->nr_errors)
		g_clear_pointer(&pairs, g_ptr_array_unref);
	return pairs;
}
