/*
 * From characters to tokens.
 *
 * The lexer is a place in a source; copying it is looking ahead. Tokens own nothing and point into
 * the source. A malformed token is TOK_BAD with a message, reported by the parser when it gets
 * there, so that looking ahead reports nothing twice.
 *
 * Locks: none.
 */
#ifndef SIM_LEX_H
#define SIM_LEX_H

#include "sim/diag.h"
#include "sim/source.h"

enum token_kind {
	TOK_EOF,
	TOK_NEWLINE,	/* end of a line, or `;` */
	TOK_NAME,
	TOK_NUMBER,
	TOK_STRING,	/* with its quotes */
	TOK_LPAREN, TOK_RPAREN, TOK_LBRACE, TOK_RBRACE, TOK_LBRACKET, TOK_RBRACKET,
	TOK_COMMA, TOK_COLON, TOK_DOT, TOK_DOTDOT, TOK_ELLIPSIS, TOK_AT, TOK_QUESTION,
	TOK_ASSIGN, TOK_ARROW,				/* = => */
	TOK_NOT, TOK_TILDE, TOK_MINUS, TOK_PLUS, TOK_STAR, TOK_SLASH, TOK_PERCENT,
	TOK_SHL, TOK_SHR, TOK_AND, TOK_XOR, TOK_OR, TOK_ANDAND, TOK_OROR,
	TOK_EQ, TOK_NE, TOK_LT, TOK_LE, TOK_GT, TOK_GE,
	TOK_UNFINISHED,	/* strace's <unfinished ...> */
	TOK_RESUMED,	/* strace's <... NAME resumed> */
	TOK_DURATION,	/* <0.000012>, what strace -T writes behind a result */
	TOK_BAD,	/* .error and .note */
};

struct token {
	enum token_kind kind;
	uint32_t start, end;		/* bytes of the source */
	uint64_t number;		/* TOK_NUMBER, suffix applied */
	bool suffixed;			/* TOK_NUMBER with K M G T p */
	bool elided;			/* TOK_STRING with ... behind it */
	uint32_t note_start, note_end;	/* path in 3</path>, of numbers and names; equal: none */
	const char *error, *note;	/* TOK_BAD; static strings, note may be NULL */
};

struct lexer {
	const struct source *source;
	uint32_t pos;
};

/* Start at the first byte of the text, behind a byte order mark. */
void lex_init(struct lexer *lexer, const struct source *source);

/* The next token; at the end TOK_EOF again and again. */
void lex_next(struct lexer *lexer, struct token *token);

/*
 * From the lexer's place skip blanks and take bytes up to a blank, a comment, `;`, the end of the
 * line or one of @stop; [*start, *end) is what was found, empty when nothing was.
 */
void lex_raw(struct lexer *lexer, const char *stop, uint32_t *start, uint32_t *end);

/* Behind an opening parenthesis: skip to its closing one in this line. False when there is none. */
bool lex_skip_parens(struct lexer *lexer);

struct loc token_loc(const struct lexer *lexer, const struct token *token);
char *token_text(const struct lexer *lexer, const struct token *token);	/* g_free() */
bool token_is(const struct lexer *lexer, const struct token *token, const char *word);

/* "a number", "')'", for messages. */
const char *token_kind_words(enum token_kind kind);

/*
 * Decode the string literal [start, end), quotes included: \n \t \r \e \\ \" \ooo \xhh. NULL with
 * *error set when it is malformed. Free with g_free().
 */
char *lex_decode_string(const struct source *source, uint32_t start, uint32_t end,
			const char **error);

/* What the first comment block of the text says, without its marks; "" when there is none. */
char *lex_description(const struct source *source);

#endif
