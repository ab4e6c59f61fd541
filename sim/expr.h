/*
 * The evaluator of expressions.
 *
 * Arithmetic is C's on 64-bit values: numbers are int64_t, and a literal above INT64_MAX (also ~0
 * written out, RLIM64_INFINITY, 0xfffffffffffff000) is uint64_t and makes the other operand so.
 * Hence < > <= >= compare as signed unless an operand is such a one; user-space addresses are below
 * 2^47, so that both ways agree on them. What C leaves undefined is an error with its place: signed
 * overflow, division by zero, INT64_MIN / -1, a shift by a negative number or by 64 or more. && and
 * || stop early.
 *
 * What a name, a query or a member means is asked through struct eval_ops. Errors go to the diag
 * list, and the functions return false; the value is then the integer 0.
 *
 * `before => after`, as strace prints an argument the call writes to, is the value before; when
 * both are structs, the fields of the second are added as output fields.
 *
 * Q:a is an address in process Q: adding a number keeps the process, two of one process subtract to
 * a number.
 *
 * Locks: none.
 */
#ifndef SIM_EXPR_H
#define SIM_EXPR_H

#include "sim/ast.h"
#include "sim/constants.h"
#include "sim/value.h"

struct eval;

/*
 * Callbacks. @out is to be filled with a value the evaluator will clear. Any of them may be NULL:
 * nothing is found then, or the construct is refused.
 */
struct eval_ops {
	/*
	 * A variable, process, loop counter, or `errno`: true when it exists. Processes are given
	 * as VALUE_PROCESS.
	 */
	bool (*lookup)(struct eval *eval, const char *name, struct value *out);
	/* A word that is a value in itself (a verdict such as `gap`), asked after all else. */
	bool (*word)(struct eval *eval, const char *name, struct value *out);
	/*
	 * Address of the window's first page and its length, in bytes; false when there is no
	 * window.
	 */
	bool (*window)(struct eval *eval, uint64_t *start, uint64_t *len);
	/*
	 * A query: call->text is its name, the arguments are evaluated, a range being two of them.
	 * On failure call eval_error() and return false.
	 */
	bool (*call)(struct eval *eval, const struct expr *call, const struct value *args,
		     unsigned int nr_args, struct value *out);
	/*
	 * member->text of @base, which is an object or whatever call() returned. Fails as call()
	 * does.
	 */
	bool (*member)(struct eval *eval, const struct expr *member, const struct value *base,
		       struct value *out);
	/*
	 * Told of every query evaluated: of `vma(@4).start` once, for the whole of it; and of every
	 * variable outside of that which is not a process. The text as written is
	 * loc_text(&expr->loc).
	 */
	void (*trace)(struct eval *eval, const struct expr *expr, const struct value *value);
	/* Offer variables, words, queries (@calls) to the search for the nearest name. */
	void (*offer)(struct eval *eval, struct nearest *nearest, bool calls);
};

/* One evaluation's surroundings. Filled by the caller, owned by it. */
struct eval {
	const struct eval_ops *ops;
	void *data;			/* the callbacks' own */
	struct diag_list *diags;
	const char *own;		/* name of the statement's own process, or NULL */
	/*
	 * Prefixes that may be left out, NULL-terminated: { "PROT_", NULL }. NULL: none. Changed by
	 * the caller from argument to argument (eval_args() does that).
	 */
	const char *const *prefixes;
	unsigned int quiet;		/* above 0: no trace */
};

/* Evaluate; *out is the caller's to clear, also after an error. */
bool eval_expr(struct eval *eval, const struct expr *expr, struct value *out);

/* Evaluate what must be a number, or an address of the own process; @what names it in the error. */
bool eval_number(struct eval *eval, const struct expr *expr, const char *what, uint64_t *out);

/* Evaluate to true or false, as after `expect`. Strings and structs are refused. */
bool eval_truth(struct eval *eval, const struct expr *expr, bool *out);

/*
 * Evaluate the positional arguments of a call into @values (struct value *; made by
 * eval_values_create()), `A..B` giving two. @prefixes: for the value with number i, prefixes(i), or
 * NULL for none; `data` is handed to it. Named arguments (strace's flags=...) become one struct at
 * the end when @named is NULL, else they are collected in *named, a VALUE_STRUCT the caller clears.
 */
bool eval_args(struct eval *eval, const GPtrArray *args,
	       const char *const *(*prefixes)(void *data, unsigned int i), void *data,
	       GPtrArray *values, struct value *named);
GPtrArray *eval_values_create(void);

/*
 * Resolve one name: variable, then constant, then constant under one of the prefixes, then word.
 * False with an error that gives the nearest name.
 */
bool eval_name(struct eval *eval, const struct expr *name, struct value *out);

/* Report an error at @expr; always returns false. @note may be NULL. */
bool eval_error(struct eval *eval, const struct expr *expr, const char *note, const char *fmt, ...)
	G_GNUC_PRINTF(4, 5);

/* a == b as in expressions, for results: value_equal() with the own process. */
bool eval_equal(const struct eval *eval, const struct value *a, const struct value *b);

#endif
