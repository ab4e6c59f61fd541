/*
 * run_internal.h - what the parts of the runner share.  Nobody else includes this.
 */
#ifndef SIM_RUN_INTERNAL_H
#define SIM_RUN_INTERNAL_H

#include "sim/expr.h"
#include "sim/run.h"

#define RUN_MAX_STATEMENTS	1000000
#define RUN_MAX_DIAGS		1000

/* One counter of a `for` that is running. */
struct loop_var {
	const char *name;
	int64_t value;
};

/* NAME of `anon_vma=NAME` and what it was bound to; names belong to the script. */
struct anon_name {
	const char *name;
	unsigned int id;
};

/* A call, until it has ended and its task makes another one. */
struct run_pending {
	const struct stmt *stmt;
	const struct op *op;
	char *task, *child;
	struct op_args args;
	struct call_request request;
	guint result;			/* index in run->results */
	bool ended;
	struct call_outcome outcome;	/* once it has */
};

struct run {
	const struct script *script;	/* borrowed */
	struct run_options options;
	struct run_settings settings;
	struct backend *backend;
	struct diag_list *diags;
	unsigned int diags_told;	/* as EVENT_ERROR */
	struct eval eval;
	GTree *vars;			/* name -> struct value * */
	GArray *loops;			/* struct loop_var, outermost first */
	char *first;			/* name of the first process */
	bool first_used;		/* has been named or has made a call */
	struct value_style style;	/* its window has one byte more: the end is @N, too */
	uint64_t window_start, window_end;	/* bytes; 0 if there is none */
	char *window_flags;		/* of the reservation, as smaps has them */
	GArray *anon_names;		/* struct anon_name */
	int last_errno;
	const char *member;		/* in a race: the task of the member that runs */
	const struct stmt *member_stmt;	/* and the statement it is in */
	bool cut, deadlock;		/* how a race ended */
	unsigned int nr_races;		/* so far */
	GArray *results;		/* struct run_result */
	GPtrArray *pending;		/* struct run_pending *: calls that were blocked */
	uint64_t number;		/* of the statement */
	uint64_t nr_rounds;		/* of all loops; limited as statements are */
	uint64_t nr_expectations, nr_failed;
	int status;
	bool stopped;
	unsigned int nr_broken;		/* broken rules looked at */
	GHashTable *broken_told;	/* texts of expected ones, each told once */
	GPtrArray *must_violate;	/* names of invariants that may break here */
	GPtrArray *traced;		/* char *: "vmas() is 3" of the running expectation */
};

/* run.c */
void run_event(struct run *run, struct event *event);
/* Tells what has been added to the diags; @status is what it makes of the run. */
void run_failed(struct run *run, const struct stmt *stmt, int status);
/* The same, and no further statement is executed. */
void run_stop(struct run *run, const struct stmt *stmt, int status);
/* The backend, which the caller now owns: for run_options.reuse. */
struct backend *run_keep_backend(struct run *run);
char *run_loops_text(const struct run *run);
/* Statements of a member of a race. */
void run_member(struct run *run, const GPtrArray *body);

/* run_eval.c */
extern const struct eval_ops run_eval_ops;

/* run_call.c */
void run_call(struct run *run, const struct stmt *stmt);
/* Makes the window. */
void run_make_window(struct run *run);

/* run_pending.c */
struct run_pending *run_pending_create(const struct stmt *stmt, const struct op *op,
				       const char *task);
void run_pending_free(void *pending);
/* The call of @task that was blocked, or NULL. */
struct run_pending *run_pending_of(const struct run *run, const char *task);
/* Forgets what @task's blocked call gave. */
void run_pending_forget(struct run *run, const char *task);
/* Looks which blocked calls have ended, and tells. */
void run_collect(struct run *run);

/* run_expect.c */
void run_expect(struct run *run, const struct stmt *stmt);
void run_must_violate(struct run *run, const struct stmt *stmt);
void run_check_invariants(struct run *run, const struct stmt *stmt);
/* Tells of the first @nr broken rules those that have not been told. */
void run_tell_broken(struct run *run, const struct stmt *stmt, unsigned int nr);

/* expect_maps.c */
void run_expect_maps(struct run *run, const struct stmt *stmt);
/* The id of what `anon_vma=NAME` was bound to, or 0. */
unsigned int run_anon_vma_of_name(const struct run *run, const char *name);

/* show.c */
void run_show(struct run *run, const struct stmt *stmt);

#endif
