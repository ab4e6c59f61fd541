/*
 * The parser's hold on the tokens.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/parse_internal.h"

void parse_advance(struct parser *p)
{
	p->last_end = p->lex.pos;	/* with what strace -y wrote behind it */
	lex_next(&p->lex, &p->tok);
}

enum token_kind parse_peek(const struct parser *p, unsigned int n, struct token *token)
{
	struct lexer ahead = p->lex;
	struct token next;

	do {
		lex_next(&ahead, &next);
	} while (--n && next.kind != TOK_EOF);
	if (token)
		*token = next;
	return next.kind;
}

bool parse_at(const struct parser *p, enum token_kind kind)
{
	return p->tok.kind == kind;
}

bool parse_at_word(const struct parser *p, const char *word)
{
	return token_is(&p->lex, &p->tok, word);
}

bool parse_accept(struct parser *p, enum token_kind kind)
{
	if (p->tok.kind != kind)
		return false;
	parse_advance(p);
	return true;
}

bool parse_at_end(const struct parser *p)
{
	return parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_EOF) || parse_at(p, TOK_RBRACE);
}

void parse_unexpected(struct parser *p, const char *what, const char *note)
{
	struct loc loc = token_loc(&p->lex, &p->tok);
	char *text;

	switch (p->tok.kind) {
	case TOK_BAD:
		diag_error(p->diags, &loc, p->tok.note, "%s", p->tok.error);
		return;
	case TOK_UNFINISHED:
		diag_error(p->diags, &loc, "join it with its '<... resumed>' line, or let "
			   "'mmsim import' read the log", "strace cut this call in two");
		return;
	case TOK_NEWLINE:
		loc = source_loc(p->source, p->tok.start, p->tok.start);
		if (p->source->text[p->tok.start] == '\n' && !note)
			note = "a statement ends with its line; a '\\' at the end of the line "
			       "makes it go on in the next";
		break;
	case TOK_EOF:
		diag_error(p->diags, &loc, note, "expected %s, found the end of the file", what);
		return;
	default:
		text = token_text(&p->lex, &p->tok);
		diag_error(p->diags, &loc, note, "expected %s, found '%s'", what, text);
		g_free(text);
		return;
	}
	diag_error(p->diags, &loc, note, "expected %s, found %s", what,
		   p->source->text[p->tok.start] == ';' ? "';'" : "the end of the line");
}

bool parse_expect(struct parser *p, enum token_kind kind, const char *where)
{
	char *what;

	if (parse_accept(p, kind))
		return true;
	what = g_strdup_printf("%s%s%s", token_kind_words(kind), where ? " " : "",
			       where ? where : "");
	parse_unexpected(p, what, NULL);
	g_free(what);
	return false;
}

char *parse_name(struct parser *p, const char *what, struct loc *loc)
{
	char *text;

	if (!parse_at(p, TOK_NAME)) {
		parse_unexpected(p, what, NULL);
		return NULL;
	}
	if (loc)
		*loc = token_loc(&p->lex, &p->tok);
	text = token_text(&p->lex, &p->tok);
	parse_advance(p);
	return text;
}

char *parse_string(struct parser *p, const char *what, struct loc *loc)
{
	const char *error = NULL;
	struct loc place = token_loc(&p->lex, &p->tok);
	char *text;

	if (!parse_at(p, TOK_STRING)) {
		parse_unexpected(p, what, "write it in double quotes");
		return NULL;
	}
	text = lex_decode_string(p->source, p->tok.start, p->tok.end, &error);
	if (!text) {
		diag_error(p->diags, &place, "escapes are \\n \\t \\r \\e \\\\ \\\" \\ooo \\xhh",
			   "%s", error);
		return NULL;
	}
	if (loc)
		*loc = place;
	parse_advance(p);
	return text;
}

static bool is_shown(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (; *text; text = g_utf8_next_char(text))
		if (g_unichar_iscntrl(g_utf8_get_char(text)) && *text != '\n' && *text != '\t')
			return false;
	return true;
}

char *parse_shown_string(struct parser *p, const char *what, struct loc *loc)
{
	struct loc place = token_loc(&p->lex, &p->tok);
	char *text = parse_string(p, what, loc);

	if (!text || is_shown(text))
		return text;
	diag_error(p->diags, &place, "of escapes only \\n, \\t, \\\\ and \\\" are text",
		   "a control character in %s", what);
	g_free(text);
	return NULL;
}

struct loc parse_loc_from(const struct parser *p, uint32_t start)
{
	return source_loc(p->source, start, MAX(start, p->last_end));
}

char *parse_raw(struct parser *p, const char *stop, struct loc *loc)
{
	uint32_t start, end;

	if (parse_at(p, TOK_NEWLINE) || parse_at(p, TOK_EOF))
		return NULL;
	p->lex.pos = p->tok.start;
	lex_raw(&p->lex, stop, &start, &end);
	if (start == end) {
		lex_next(&p->lex, &p->tok);
		return NULL;
	}
	*loc = source_loc(p->source, start, end);
	p->tok.end = end;
	parse_advance(p);
	return g_strndup(p->source->text + start, end - start);
}
