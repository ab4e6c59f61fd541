/*
 * What the parts of the parser share. Nobody else includes this.
 *
 * A parse function that returns NULL or false has reported why; the caller frees what it holds and
 * hands the failure on, up to the statement, where parsing goes on in the next line.
 */
#ifndef SIM_PARSE_INTERNAL_H
#define SIM_PARSE_INTERNAL_H

#include "sim/lex.h"
#include "sim/parse.h"

/* One file being parsed. Lives on the stack; files included are chained through .includer. */
struct parser {
	struct script *script;			/* what is being built */
	struct diag_list *diags;
	const struct source_reader *reader;
	const struct source *source;
	const struct parser *includer;
	struct lexer lex;			/* behind .tok */
	struct token tok;			/* the token to be looked at */
	uint32_t last_end;			/* byte behind the token consumed last */
	unsigned int depth;			/* of expressions being parsed */
	unsigned int blocks;			/* open ones, with those of the includers */
	unsigned int includes;			/* depth of this file */
	unsigned int in_race;			/* inside the member of a race */
	bool stop_minus;			/* `-` ends the expression: START-END */
	char *path;				/* canonical, to find circles */
};

/* parse_token.c */
void parse_advance(struct parser *p);
/* The token behind the current one, and so on; @n from 1. */
enum token_kind parse_peek(const struct parser *p, unsigned int n, struct token *token);
bool parse_at(const struct parser *p, enum token_kind kind);
bool parse_at_word(const struct parser *p, const char *word);
/* Take the token if it is of this kind. */
bool parse_accept(struct parser *p, enum token_kind kind);
/* The same, with an error that says what was expected @where ("behind the arguments"). */
bool parse_expect(struct parser *p, enum token_kind kind, const char *where);
/* A name, as text to be freed; NULL with an error. */
char *parse_name(struct parser *p, const char *what, struct loc *loc);
/* A string, decoded. */
char *parse_string(struct parser *p, const char *what, struct loc *loc);
/* The same for what is shown as it is: without what would act on a terminal. */
char *parse_shown_string(struct parser *p, const char *what, struct loc *loc);
/* From @start to the end of the token consumed last. */
struct loc parse_loc_from(const struct parser *p, uint32_t start);
/* A raw word at the current token, which is lexed anew behind it; NULL when there is none. */
char *parse_raw(struct parser *p, const char *stop, struct loc *loc);
/* An error at the current token: its own when it is malformed, else "expected WHAT, found ...". */
void parse_unexpected(struct parser *p, const char *what, const char *note);
bool parse_at_end(const struct parser *p);	/* of the statement */

/* parse_expr.c */
struct expr *parse_expr(struct parser *p);
/* `..`, `=>` and NAME=VALUE allowed */
struct arg *parse_arg(struct parser *p);
/* Behind the `(`, with the `)`. */
GPtrArray *parse_args(struct parser *p);
/* Make a node; takes over @a and @b, and gives NULL with an error when the tree gets too deep. */
struct expr *parse_make_expr(struct parser *p, enum expr_kind kind, uint32_t start,
			     struct expr *a, struct expr *b);

/* parse_call.c: [TASK:] [NAME =] CALL(...) ... */
struct stmt *parse_call(struct parser *p);
/* NAME[.NAME] */
bool parse_task_ref(struct parser *p, struct task_ref *task);

/* parse_setting.c */
bool parse_setting(struct parser *p, enum setting_kind kind);

/* parse_stmt.c: the rest of a statement, keyword included */
struct stmt *parse_expect_stmt(struct parser *p, enum quantifier quantifier);
struct stmt *parse_maps(struct parser *p);
struct stmt *parse_show(struct parser *p);
struct stmt *parse_graph(struct parser *p);
struct stmt *parse_let(struct parser *p);
struct stmt *parse_text(struct parser *p, enum stmt_kind kind);
struct stmt *parse_must_violate(struct parser *p);
struct stmt *parse_check(struct parser *p);
struct stmt *parse_order(struct parser *p);
struct stmt *parse_make_stmt(enum stmt_kind kind);

/* parse.c: `{` to `}`; statements are added to @body */
bool parse_block(struct parser *p, GPtrArray *body, const char *where);

#endif
