/*
 * run.h - executes a script: one statement after the other, on a backend.
 *
 * What stops a run, and what does not: a call whose result is not what its line allows
 * stops it, because later lines depend on it; so do a broken invariant, an error in the
 * text, and what the model leaves out.  A false `expect` is reported and the run goes on.
 *
 * Everything that happens is told as events to one function: narration, JSON, a player are
 * such functions.  Who wants the state at a certain statement (pictures, explanations)
 * sets until, or looks at run_machine() inside of EVENT_DONE events.
 *
 *	struct run *run = run_create(script, &options);
 *	int status = run_execute(run);		(exit status of section 7)
 *	... run_machine(run), run_backend(run) ...
 *	run_destroy(run);
 *
 * Locks: none.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/ast.h"
#include "sim/backend.h"
#include "sim/settings.h"

struct run;
struct machine;
struct race_driver;

/* Exit statuses, and which of two is worse. */
enum status {
	STATUS_GOOD = 0, STATUS_FALSE = 1, STATUS_USAGE = 2, STATUS_REJECTED = 3,
	STATUS_NOTHING = 4, STATUS_BROKEN = 5, STATUS_BOUND = 6, STATUS_INTERNAL = 70,
	STATUS_INTERRUPTED = 130,
};
int status_worse(int a, int b);

enum event_kind {
	EVENT_BEGIN,		/* before the first statement, the window made */
	EVENT_STEP,		/* text: heading */
	EVENT_NOTE,		/* text */
	EVENT_LET,		/* text: as written, result: the value */
	EVENT_TRACE,		/* inside a call: word is the event, text what happened */
	EVENT_CALL,		/* text: as written, result: what it gave, ok: as allowed */
	EVENT_FINISHED,		/* a call that was blocked has ended; likewise, of its statement */
	EVENT_EXPECT,		/* text: the expression, word: the quantifier, truth, ok */
	EVENT_MAPS,		/* `expect maps`, ok */
	EVENT_VIOLATE,		/* `must violate`, word: the invariant, ok */
	EVENT_CHECK,		/* `check`: ok */
	EVENT_SHOW,		/* word: what; text: lines */
	EVENT_GRAPH,		/* text: file, word: view or NULL */
	EVENT_VIOLATION,	/* broken; ok: the script says it must */
	EVENT_ERROR,		/* diag: what is wrong; the statement failed */
	EVENT_DONE,		/* the statement is done, checks included */
	EVENT_END,		/* status */
};

/* Strings are borrowed, those not of the kind are NULL. */
struct event {
	enum event_kind kind;
	uint64_t number;		/* of the statement, from 1 in order of execution */
	const struct stmt *stmt;	/* NULL for BEGIN and END */
	const char *task;		/* EVENT_CALL: who called */
	const char *text, *word;
	const char *result;		/* EVENT_CALL, as shown */
	const struct call_request *request;	/* EVENT_CALL: with its arguments evaluated */
	const struct call_outcome *outcome;	/* EVENT_CALL */
	const char *loops;		/* "i=3 j=1" inside loops, or "" */
	const struct diag *diag;
	const struct broken_rule *broken;
	bool ok, truth;
	int status;			/* EVENT_END */
};

typedef void (*event_fn)(void *data, struct run *run, const struct event *event);
/* Draws; false with *why (g_free()). */
typedef bool (*run_graph_fn)(void *data, struct run *run, const char *file, const char *view,
			     char **why);

enum check_when { CHECK_EACH, CHECK_END, CHECK_EVERY, CHECK_NEVER };

struct run_options {
	enum check_when check;
	uint64_t check_every;		/* statements; CHECK_EVERY */
	uint64_t until;			/* statements to execute; 0: all */
	uint64_t max_statements;	/* 0: a million */
	bool (*interrupted)(void);	/* asked before each statement; or NULL */
	bool trace;			/* tell EVENT_TRACE */
	bool without_bugs;		/* `bug` is ignored, and so are expectations */
	event_fn event;			/* or NULL */
	void *event_data;
	run_graph_fn graph;		/* NULL: `graph` is refused */
	void *graph_data;
	/* Who decides the order of steps in races; NULL: one member after the other. */
	const struct race_driver *race;
	void *race_data;
	bool explore;			/* `must violate` is judged over all runs, not here */
	struct backend *reuse;		/* the model's, of an earlier run: started anew; or NULL */
	bool skip_graphs;		/* check the statement, draw nothing */
	/* May change the settings of the run, or refuse it with *why (g_free()). */
	bool (*adapt)(void *data, struct run_settings *settings, char **why);
	/*
	 * Puts another backend around the model's, which it takes over in any case.  NULL with
	 * *why (g_free()) if that fails.
	 */
	struct backend *(*wrap)(void *data, struct backend *model, const struct run_settings *settings,
				const char *first, char **why);
	void *wrap_data;		/* of both */
};

/* What became of one call, for `results`. */
struct run_result {
	bool is_signal;
	bool is_blocked;		/* it has not ended */
	int64_t value;			/* -errno, or the value, or the signal's number */
};

struct run *run_create(const struct script *script, const struct run_options *options);
/* To the end, or to options->until; the exit status. */
int run_execute(struct run *run);
/*
 * Ends all tasks and checks that nothing is left behind; the worse of both statuses. For a
 * run that went well, last of all: the state is gone afterwards.
 */
int run_check_empty(struct run *run);
void run_destroy(struct run *run);

const struct script *run_script(const struct run *run);
struct backend *run_backend(const struct run *run);	/* NULL before the first statement */
/* The machine behind it; NULL if settings were rejected. machine_enter() it to look at it. */
struct machine *run_machine(const struct run *run);
/* Errors and failed expectations in order. */
const struct diag_list *run_diags(const struct run *run);
const GArray *run_results(const struct run *run);	/* struct run_result */
/* How addresses are shown: the window; own is the first process. */
const struct value_style *run_style(const struct run *run);
const char *run_first_process(const struct run *run);
/* Did the driver end a race before its members did?  Then nothing was told behind it. */
bool run_was_cut(const struct run *run);
/* The exit status as far as it is known. */
int run_status(const struct run *run);
/* Statements executed so far, expectations among them, and those which failed. */
uint64_t run_nr_statements(const struct run *run);
uint64_t run_nr_expectations(const struct run *run);
uint64_t run_nr_failed(const struct run *run);
/*
 * Evaluates an address as the scenario would write it ("@4", "Q:@4", a variable) in the
 * state reached: for command lines.  False with errors in @diags.  *process (g_free()).
 */
bool run_address(struct run *run, const char *text, struct diag_list *diags, char **process,
		 uint64_t *address);
/*
 * Evaluates an expression of the script as its running statement would, inside of events; in
 * silence.  *out is the caller's to clear, also when it is false.
 */
bool run_evaluate(struct run *run, const struct expr *expr, struct value *out);

/* Does the script state anything that is checked? */
bool script_has_expectations(const struct script *script);
/* All STMT_MUST_VIOLATE in @script: names of invariants; g_ptr_array_unref(). */
GPtrArray *script_must_violate(const struct script *script);

#endif
