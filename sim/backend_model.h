/*
 * backend_model.h - the model as a backend, and what its parts share.
 *
 * Who wants the machine behind a run asks backend_model_machine().
 *
 * In the kernel:  nothing; each call goes to the function of syscalls.h.
 * Locks:          none are held outside of calls.
 */
#ifndef SIM_BACKEND_MODEL_H
#define SIM_BACKEND_MODEL_H

#include "model/machine.h"
#include "sim/backend.h"

struct coroutine;
struct mm_struct;
struct vm_area_struct;

/* A task by its name in the scenario.  Owned by the backend. */
struct model_task {
	char *name;		/* "P", "P.gc", "pid4711" */
	char *process;		/* of the process it is a thread of; its own for a process */
	struct task_struct *task;	/* NULL once it has exited */
	bool used;		/* has made a call */
};

struct model_backend {
	struct backend base;
	struct machine *machine;	/* owned */
	GPtrArray *tasks;		/* struct model_task *, in order of birth */
	unsigned long window_start, window_end;
	backend_trace_fn trace;
	void *trace_data;
	struct model_call *running;	/* NULL between calls */
	GPtrArray *blocked;		/* struct model_call *: not ended, or not collected */
	GPtrArray *stacks;		/* struct coroutine *, idle */
	bool in_race;			/* calls run on the stacks of the race's members */
};

/* A machine of @config with one process called @first.  NULL and *why if it cannot be made. */
struct backend *backend_model_create(const struct machine_config *config, const char *first,
				     char **why);
/* The same as just created, in the same memory. */
bool backend_model_restart(struct backend *backend, const char *first, char **why);
/* NULL if @backend is another one. */
struct machine *backend_model_machine(struct backend *backend);
/* The live task @name, or NULL. */
struct task_struct *backend_model_task(struct backend *backend, const char *name);

/* ---- inside ---- */

static inline struct model_backend *to_model(struct backend *backend)
{
	return (struct model_backend *)backend;
}

struct model_task *model_task_find(struct model_backend *model, const char *name);
struct model_task *model_task_add(struct model_backend *model, const char *name,
				  const char *process, struct task_struct *task);
/* The first process whose tasks use @mm; NULL if none does. */
const char *model_process_of_mm(struct model_backend *model, const struct mm_struct *mm);
/* The address space of process @name, whichever of its threads still lives; or NULL. */
struct mm_struct *model_process_mm(struct model_backend *model, const char *name);
/* Forgets tasks that have exited: by themselves, or with their group. */
void model_forget_exited(struct model_backend *model);

/* backend_model_calls.c: what the call returns, as the model has it. */
/* What the running call gives, on whatever stack. */
void model_carry_out(struct model_backend *model, struct model_task *entry,
		     const struct call_request *request, struct call_outcome *outcome);
/* backend_model_blocked.c: calls on stacks of their own, which may stop in the middle. */
void model_call(struct backend *backend, const struct call_request *request,
		struct call_outcome *outcome);
/* An idle stack, and back with it. */
struct coroutine *model_take_stack(struct model_backend *model);
void model_give_stack(struct model_backend *model, struct coroutine *stack);
bool model_collect(struct backend *backend, const char *task, struct call_outcome *outcome);
/* Ends all calls that are in the middle, by killing their tasks. */
void model_end_blocked(struct model_backend *model);
void model_blocked_init(struct model_backend *model);
void model_blocked_fini(struct model_backend *model);
/* backend_model_migrate.c: kcompactd's statements, move_pages() */
long model_call_migrate(struct model_backend *model, const struct call_request *request,
			struct call_outcome *outcome);
/* backend_model_tasks.c */
long model_call_task(struct model_backend *model, const struct call_request *request,
		     struct model_task *entry, struct call_outcome *outcome);
/* backend_model_files.c */
long model_call_file(const struct call_request *request, struct call_outcome *outcome);
/* backend_model_uffd.c: the ioctls of userfaultfd */
long model_call_uffdio(const struct call_request *request, struct call_outcome *outcome);
/* likewise: read(), which gives the kind of the message instead of its size */
long model_call_uffd_read(const struct call_request *request, struct call_outcome *outcome);
/* Makes descriptors that only a path is known of: `3</path>`. */
void model_open_by_path(const struct op_args *args);
/* backend_model_actors.c: reclaim, the disk */
long model_call_actor(struct model_backend *model, const struct call_request *request,
		      struct call_outcome *outcome);
/* backend_model_access.c: load, store, exec */
void model_access(const struct call_request *request, struct call_outcome *outcome);
/* backend_model_observe.c */
/* What smaps says of @vma, in KiB. */
void model_smaps(const struct vm_area_struct *vma, uint64_t kb[NR_SMAPS_LINES]);
char *model_vma_name(const struct vm_area_struct *vma);	/* g_free() */
struct observation *model_observe(struct backend *backend, bool pages);
/* backend_model_show.c */
bool model_show(struct backend *backend, enum show_kind what, const char *process,
		const struct value_style *style, GString *out);
/* queries.c */
bool model_query(struct backend *backend, struct eval *eval, const struct expr *call,
		 const struct value *args, unsigned int nr_args, struct value *out);
bool model_member(struct backend *backend, struct eval *eval, const struct expr *member,
		  const struct value *base, struct value *out);
bool model_word(struct backend *backend, const char *name, struct value *out);
void model_offer(struct backend *backend, struct nearest *nearest, bool calls);

/* The call is refused with a reason that the scenario's author is told. */
void outcome_refuse(struct call_outcome *outcome, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Adds an output field. */
void outcome_field(struct call_outcome *outcome, const char *name, struct value value);

#endif
