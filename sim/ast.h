/*
 * A scenario as a tree: what the parser makes of the text and the runner walks.
 *
 * The tree says what was written, not what it means: names are not resolved, numbers in calls are
 * not computed, call and query names are not looked up. That is the evaluator's (expr.h) and the
 * runner's work. The tree is owned by its struct script and never changes after parsing; walk it as
 * const.
 *
 * Arrays are GPtrArrays that own their elements, never NULL (an empty list is an empty array)
 * unless said otherwise.
 */
#ifndef SIM_AST_H
#define SIM_AST_H

#include "sim/diag.h"
#include "sim/source.h"

#define AST_MAX_DEPTH		100	/* levels in one expression */
#define AST_MAX_ARGS		4096	/* arguments of a call, elements of a set */
#define AST_MAX_BLOCKS		32	/* blocks within blocks */
#define AST_MAX_INCLUDES	8	/* files within files */
#define AST_MAX_FILES		256	/* files of one script */
#define AST_MAX_STATEMENTS	1000000	/* of one script, as parsed */

/* ---- expressions ---- */

enum expr_kind {
	EXPR_NUMBER,	/* 7, 0x10, 4p, 64K: .number */
	EXPR_STRING,	/* "text": .text, decoded; .elided when strace cut it ("abc"...) */
	EXPR_NAME,	/* variable, process, constant, verdict or word: .text */
	EXPR_PAGE,	/* @N, @name, @(expr): page of the window; .a is the number of the page */
	EXPR_QUALIFIED,	/* Q:a: .text is the process, .a the address */
	EXPR_UNARY,	/* .op .a; op is one of ! ~ - + */
	EXPR_BINARY,	/* .a .op .b */
	EXPR_CALL,	/* .text(.args) */
	EXPR_MEMBER,	/* .a . .text */
	EXPR_SET,	/* {a, b}: .args, none of them named; .elided when it has a ... */
	EXPR_STRUCT,	/* {x=1, y=2 => z=3}: .args, all named; .elided when it has a ... */
	EXPR_LIST,	/* [a, b]: .args; .elided when it has a ... */
	EXPR_RANGE,	/* .a .. .b: stands for the two arguments a and b - a; in arguments only */
	EXPR_INOUT,	/* .a => .b: what strace prints before, after a call; in arguments */
	EXPR_ELIDED,	/* ...: a value strace left out; an error when it is evaluated */
};

enum expr_op {
	OP_NOT, OP_INVERT, OP_NEGATE, OP_PLUS,			/* ! ~ - + */
	OP_MUL, OP_DIV, OP_MOD, OP_ADD, OP_SUB, OP_SHL, OP_SHR,
	OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE,
	OP_AND, OP_XOR, OP_OR,					/* & ^ | */
	OP_ANDAND, OP_OROR,
};

/*
 * Owned by its parent expression or statement. Members not named for a kind are NULL, 0 or false.
 */
struct expr {
	enum expr_kind kind;
	enum expr_op op;
	struct loc loc;
	unsigned int depth;	/* levels below and including this one, at most AST_MAX_DEPTH */
	bool elided;
	bool is_unsigned;	/* EXPR_NUMBER above INT64_MAX, as such a literal is in C */
	bool in_parens;		/* written as (expr); loc is without the parentheses */
	uint64_t number;
	char *text;
	struct expr *a, *b;
	GPtrArray *args;	/* struct arg *; NULL for kinds without */
	char *annotation;	/* what `strace -y` wrote behind a descriptor, 3</path>: "/path" */
};

/* An argument of a call, a field of a struct, an element of a set or list. */
struct arg {
	char *name;		/* of `name=value`; NULL for a positional one */
	struct expr *value;
	bool out;		/* a field behind `=>` in a struct: the call's output */
	struct loc loc;
};

/* ---- statements ---- */

enum result_kind {
	RESULT_EXPR,	/* .expr; `-1 EINVAL (Invalid argument)` arrives here as -EINVAL */
	RESULT_SIGNAL,	/* .word is "SIGSEGV", "SIGBUS" or another SIG name */
	RESULT_BLOCKED,	/* a userfault with no answer yet */
	RESULT_ANY,	/* ? */
};

struct result {
	enum result_kind kind;
	struct expr *expr;	/* RESULT_EXPR, else NULL */
	char *word;		/* RESULT_SIGNAL, else NULL */
	struct loc loc;
};

/*
 * Who makes a call. Without one in the text, process is NULL: the first process, or in a race the
 * member's own. Kernel actors are written the same way (`khugepaged: ...`): the runner tells them
 * by name.
 */
struct task_ref {
	char *process;		/* "P", "khugepaged", "pid4711" */
	char *thread;		/* "gc" of `P.gc`, or NULL */
	struct loc loc;
};

enum stmt_kind {
	STMT_CALL, STMT_EXPECT, STMT_MAPS, STMT_MUST_VIOLATE, STMT_SHOW, STMT_GRAPH, STMT_STEP,
	STMT_NOTE, STMT_LET, STMT_CHECK, STMT_FOR, STMT_INCLUDE, STMT_RACE, STMT_ORDER,
};

/* [TASK:] [NAME =] CALL(ARG, ...) [= RESULT [or RESULT]...] [fail_nth N] */
struct stmt_call {
	struct task_ref task;
	char *var;		/* NAME, or NULL */
	struct loc var_loc;
	char *name;		/* CALL */
	struct loc name_loc;
	GPtrArray *args;	/* struct arg * */
	GPtrArray *results;	/* struct result *; empty: the call must succeed */
	struct expr *fail_nth;	/* NULL: no failure is injected */
	bool fail_any;		/* `fail_nth ?`: any one of them, or none */
};

/* expect | sometimes | never EXPR[, EXPR]... */
enum quantifier { QUANT_EXPECT, QUANT_SOMETIMES, QUANT_NEVER };

struct stmt_expect {
	enum quantifier quantifier;
	GPtrArray *exprs;	/* struct expr *, at least one */
};

/* START-END PERMS [pgoff=EXPR] [anon_vma=NAME] [name] */
struct maps_line {
	struct expr *start, *end;
	char perms[5];		/* "rw-p" */
	struct loc perms_loc;
	struct expr *pgoff;	/* NULL: not said */
	char *anon_vma;		/* NAME, "none" for a VMA without one; NULL: not said */
	struct loc anon_vma_loc;
	char *name;		/* "[heap]", "/lib/x.so"; NULL: not said */
	struct loc loc;
};

/* expect maps [P] { ... } */
struct stmt_maps {
	struct task_ref task;	/* process NULL: the window of the first process */
	GPtrArray *lines;	/* struct maps_line * */
};

enum show_what {
	SHOW_VMAS, SHOW_PAGES, SHOW_RMAP, SHOW_PAGETABLE, SHOW_ANON_VMA, SHOW_SWAP, SHOW_LOCKS, SHOW_SMAPS,
	NR_SHOW,
};

/* show WHAT [P] */
struct stmt_show {
	enum show_what what;
	struct task_ref task;	/* process NULL: not said */
};

/* graph "file.svg" [VIEW]; the view is one of ast_graph_views */
struct stmt_graph {
	char *file;
	char *view;		/* NULL: not said */
	struct loc view_loc;
};

/* for VAR in FROM..TO { ... }, TO included */
struct stmt_for {
	char *var;
	struct loc var_loc;
	struct expr *from, *to;
	GPtrArray *body;	/* struct stmt * */
};

/* include "path": the statements of that file, which keep their own places */
struct stmt_include {
	char *path;		/* as written */
	GPtrArray *body;	/* struct stmt * */
};

/* NAME [in TASK] { ... } */
struct race_member {
	char *name;
	struct task_ref task;	/* process NULL: the member is itself a kernel actor or a process */
	GPtrArray *body;	/* struct stmt * */
	struct loc loc;		/* of the head */
};

struct stmt_race {
	GPtrArray *members;	/* struct race_member *, at least one */
};

/* order MEMBER [until POINT], ... */
struct order_item {
	char *member;
	char *until;		/* "uffd_move:swapcache-looked-up"; NULL: to its end */
	struct loc loc, until_loc;
};

struct stmt_order {
	GPtrArray *items;	/* struct order_item * */
};

/* let NAME = EXPR: a variable that holds what an expression gives now. */
struct stmt_let {
	char *name;
	struct expr *expr;
};

struct stmt {
	enum stmt_kind kind;
	struct loc loc;		/* the whole statement; of one with a block, up to the `{` */
	union {
		struct stmt_call call;
		struct stmt_expect expect;
		struct stmt_maps maps;
		char *invariant;		/* STMT_MUST_VIOLATE */
		struct stmt_show show;
		struct stmt_graph graph;
		char *text;			/* STMT_STEP, STMT_NOTE */
		struct stmt_let let;
		struct stmt_for loop;
		struct stmt_include include;
		struct stmt_race race;
		struct stmt_order order;
	};
};

/* ---- the whole file ---- */

enum setting_kind { SETTING_TITLE, SETTING_WINDOW, SETTING_SET, SETTING_BUG };

/* title "text" | window EXPR | set KEY = VALUE | bug NAME */
struct setting {
	enum setting_kind kind;
	char *key;		/* SETTING_SET: "khugepaged.max_ptes_none", "thp.64K"; else NULL */
	struct loc key_loc;
	char *value;		/* title, value or bug as written: "madvise", "6.18", "64M" */
	struct loc value_loc;
	struct expr *expr;	/* value as an expression when it can be a number, else NULL */
	struct loc loc;
};

/* Owner of everything below it. */
struct script {
	char *name;		/* of the file */
	char *title;		/* NULL when there is none */
	char *description;	/* first comment block without its marks; "" when there is none */
	GPtrArray *settings;	/* struct setting *, in order of the text */
	GPtrArray *statements;	/* struct stmt * */
	GPtrArray *sources;	/* struct source *; [0] is the file itself */
	unsigned int nr_statements;	/* with those in blocks and included files */
	bool has_race;			/* anywhere */
	bool has_host_thread;			/* a call of ksmd or khugepaged, anywhere */
};

void script_destroy(struct script *script);

/* Free single nodes; the parser and the repl need them. NULL is fine. */
void expr_destroy(struct expr *expr);
void arg_destroy(struct arg *arg);
void result_destroy(struct result *result);
void stmt_destroy(struct stmt *stmt);
void setting_destroy(struct setting *setting);

/* Words of the enums, as they are written. */
const char *expr_op_words(enum expr_op op);
const char *quantifier_words(enum quantifier quantifier);
const char *show_words(enum show_what what);
extern const char *const ast_graph_views[];	/* "vmas", ...; ends with NULL */

/* "P", "P.gc", or "" when none was written. Free with g_free(). */
char *task_ref_text(const struct task_ref *task);

/*
 * One statement, expression or setting in its one canonical spelling, on one line (a block is shown
 * as `{ ... }` with its statements parted by `;`). Parsing the text again gives an equal tree. Free
 * with g_free(). What the author wrote, letter for letter, is loc_text(&node->loc).
 */
char *ast_statement_text(const struct stmt *stmt);
char *ast_expr_text(const struct expr *expr);
char *ast_arg_text(const struct arg *arg);
char *ast_result_text(const struct result *result);
char *ast_setting_text(const struct setting *setting);
/*
 * The whole file, one statement a line, blocks indented by tabs; included files as their include.
 */
char *ast_script_text(const struct script *script);

#endif
