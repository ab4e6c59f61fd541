/*
 * backend.h - who carries out a scenario's calls: one struct of functions, implemented by the
 * model (backend_model.h) and, without sight of it, by others.
 *
 * No header of the model is included here or may be: a backend is to be compared with the
 * model and must share nothing with it but what the scenario says.
 *
 * Locks: none; one run owns one backend.
 */
#ifndef SIM_BACKEND_H
#define SIM_BACKEND_H

#include "sim/observe.h"
#include "sim/ops.h"
#include "sim/value.h"

struct backend;

/* One call to make.  Everything is borrowed. */
struct call_request {
	const struct op *op;
	const struct op_args *args;
	const char *task;		/* "P", "P.gc"; start_task() has been called for it */
	const char *child;		/* name of a new task; NULL: "pid" and its pid */
	bool has_placed;		/* a log says where the address search ended: */
	uint64_t placed;
	bool has_fd;			/* and which descriptor was handed out: */
	int fd;
	uint64_t fail_nth;		/* this allocation of the call fails; 0: none */
	bool fail_any;			/* or one that whoever explores chooses, or none */
};

enum outcome_kind {
	OUTCOME_VALUE,		/* value: what it returned */
	OUTCOME_ERRNO,		/* value: the errno, above 0 */
	OUTCOME_SIGNAL,		/* value: the signal's number */
	OUTCOME_BLOCKED,	/* has not ended: the task sleeps, and collect() tells the end */
	OUTCOME_REFUSED,	/* not carried out: see why */
};

/* call_outcome_clear() after use. */
struct call_outcome {
	enum outcome_kind kind;
	int64_t value;
	bool untold;		/* it was done, and there is no way to tell the value */
	struct value out;	/* VALUE_STRUCT: output fields; VALUE_LIST: one for each page */
	bool has_out;
	char *why;		/* OUTCOME_REFUSED: what is not modelled, or not possible here */
	char *child;		/* name of a new task, NULL for none */
	bool fail_unused;	/* fail_nth: the call made fewer allocations */
	char *fail_site;	/* what the allocation that failed was for */
};

void call_outcome_clear(struct call_outcome *outcome);

/* A broken rule, in words.  Strings are borrowed from the backend. */
struct broken_rule {
	const char *rule, *place, *expected, *saw;
};

/* Told of what happens inside a call: "vma-merge", "vma#1 takes in vma#2". */
typedef void (*backend_trace_fn)(void *data, const char *event, const char *text);

enum show_kind { SHOW_BACKEND_RMAP, SHOW_BACKEND_PAGETABLE, SHOW_BACKEND_ANON_VMA,
		 SHOW_BACKEND_SWAP, SHOW_BACKEND_LOCKS, SHOW_BACKEND_SMAPS };

struct backend_ops {
	const char *name;	/* "model" */
	void (*destroy)(struct backend *backend);
	/*
	 * Gets task @name ready: an existing one, or a new thread of P for "P.gc".  False with
	 * *why (g_free()) if it cannot run: unknown, or it has exited.
	 */
	bool (*start_task)(struct backend *backend, const char *name, char **why);
	/* Renames a process that has not run yet: logs know it by number. */
	void (*rename)(struct backend *backend, const char *from, const char *to);
	/* Is @name a live task? Its process's name, or NULL. Borrowed until the next call. */
	const char *(*process_of)(struct backend *backend, const char *name);
	/* What @request points to stays where it is until a call that blocked has ended. */
	void (*call)(struct backend *backend, const struct call_request *request,
		     struct call_outcome *outcome);
	/*
	 * Has the blocked call of @task ended?  Then *outcome is what it gave.  Asked after
	 * each call.  NULL: no call ever blocks.
	 */
	bool (*collect)(struct backend *backend, const char *task,
			struct call_outcome *outcome);
	/* Where the scenario's window is; told once, after its mmap(). */
	void (*set_window)(struct backend *backend, uint64_t start, uint64_t end);
	/* All processes alive; without pages if @pages is false.  observation_destroy(). */
	struct observation *(*observe)(struct backend *backend, bool pages);
	/* A function of `expect`; as eval_ops.call and .member (expr.h). */
	bool (*query)(struct backend *backend, struct eval *eval, const struct expr *call,
		      const struct value *args, unsigned int nr_args, struct value *out);
	bool (*member)(struct backend *backend, struct eval *eval, const struct expr *member,
		       const struct value *base, struct value *out);
	bool (*word)(struct backend *backend, const char *name, struct value *out);
	void (*offer)(struct backend *backend, struct nearest *nearest, bool calls);
	/* Text of `show`; false: this backend cannot see it. */
	bool (*show)(struct backend *backend, enum show_kind what, const char *process,
		     const struct value_style *style, GString *out);
	/* Runs all invariants; how many broken rules are known altogether.  NULL: none. */
	unsigned int (*check)(struct backend *backend);
	/* Ends all tasks, checks that nothing is left behind; likewise. The state is gone. */
	unsigned int (*check_empty)(struct backend *backend);
	struct broken_rule (*broken)(struct backend *backend, unsigned int i);
	/* NULL: no trace. */
	void (*trace)(struct backend *backend, backend_trace_fn fn, void *data);
};

/* First member of every backend. */
struct backend {
	const struct backend_ops *ops;
};

static inline void backend_destroy(struct backend *backend)
{
	if (backend)
		backend->ops->destroy(backend);
}

#endif
