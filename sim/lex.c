/*
 * From characters to tokens.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/lex.h"

#include <string.h>

static const struct {
	const char *text;
	enum token_kind kind;
} punctuators[] = {
	/* Longer ones first. */
	{ "...", TOK_ELLIPSIS },
	{ "..", TOK_DOTDOT }, { "==", TOK_EQ }, { "=>", TOK_ARROW }, { "!=", TOK_NE },
	{ "<<", TOK_SHL }, { ">>", TOK_SHR }, { "<=", TOK_LE }, { ">=", TOK_GE },
	{ "&&", TOK_ANDAND }, { "||", TOK_OROR },
	{ "(", TOK_LPAREN }, { ")", TOK_RPAREN }, { "{", TOK_LBRACE }, { "}", TOK_RBRACE },
	{ "[", TOK_LBRACKET }, { "]", TOK_RBRACKET }, { ",", TOK_COMMA }, { ":", TOK_COLON },
	{ ".", TOK_DOT }, { "@", TOK_AT }, { "?", TOK_QUESTION }, { "=", TOK_ASSIGN },
	{ "!", TOK_NOT }, { "~", TOK_TILDE }, { "-", TOK_MINUS }, { "+", TOK_PLUS },
	{ "*", TOK_STAR }, { "/", TOK_SLASH }, { "%", TOK_PERCENT }, { "&", TOK_AND },
	{ "^", TOK_XOR }, { "|", TOK_OR }, { "<", TOK_LT }, { ">", TOK_GT },
};

void lex_init(struct lexer *lexer, const struct source *source)
{
	lexer->source = source;
	lexer->pos = g_str_has_prefix(source->text, "\xef\xbb\xbf") ? 3 : 0;
}

struct loc token_loc(const struct lexer *lexer, const struct token *token)
{
	return source_loc(lexer->source, token->start, token->end);
}

char *token_text(const struct lexer *lexer, const struct token *token)
{
	return g_strndup(lexer->source->text + token->start, token->end - token->start);
}

bool token_is(const struct lexer *lexer, const struct token *token, const char *word)
{
	size_t len = strlen(word);

	return token->kind == TOK_NAME && token->end - token->start == len &&
	       !memcmp(lexer->source->text + token->start, word, len);
}

const char *token_kind_words(enum token_kind kind)
{
	switch (kind) {
	case TOK_EOF:
		return "the end of the file";
	case TOK_NEWLINE:
		return "the end of the line";
	case TOK_NAME:
		return "a name";
	case TOK_NUMBER:
		return "a number";
	case TOK_STRING:
		return "a string";
	case TOK_UNFINISHED:
		return "'<unfinished ...>'";
	case TOK_RESUMED:
		return "'<... resumed>'";
	case TOK_LPAREN:
		return "'('";
	case TOK_RPAREN:
		return "')'";
	case TOK_LBRACE:
		return "'{'";
	case TOK_RBRACE:
		return "'}'";
	case TOK_LBRACKET:
		return "'['";
	case TOK_RBRACKET:
		return "']'";
	case TOK_COMMA:
		return "','";
	case TOK_COLON:
		return "':'";
	case TOK_DOTDOT:
		return "'..'";
	case TOK_ASSIGN:
		return "'='";
	default:
		return "a sign";
	}
}

static void bad(struct token *token, uint32_t end, const char *error, const char *note)
{
	token->kind = TOK_BAD;
	token->end = end;
	token->error = error;
	token->note = note;
}

/*
 * Behind a '\\' that is followed by blanks or a comment: go on in the next line all the same, so
 * that one mistake makes one error.
 */
static void skip_to_next_line(struct lexer *lexer)
{
	const char *s = lexer->source->text + lexer->pos;

	while (*s == ' ' || *s == '\t' || *s == '\r')
		s++;
	if (*s == '#')
		s += strcspn(s, "\n");
	if (*s == '\n')
		lexer->pos = (uint32_t)(s + 1 - lexer->source->text);
}

/*
 * Skip blanks, comments and continuations. False when one is malformed: *token is TOK_BAD then.
 */
static bool skip_blanks(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->source->text;
	uint32_t len = (uint32_t)lexer->source->len;

	while (lexer->pos < len) {
		const char *s = text + lexer->pos;

		if (*s == ' ' || *s == '\t' || (*s == '\r' && s[1] == '\n')) {
			lexer->pos++;
		} else if (*s == '#') {
			while (lexer->pos < len && text[lexer->pos] != '\n')
				lexer->pos++;
		} else if (s[0] == '/' && s[1] == '*') {
			const char *close = strstr(s + 2, "*/");

			token->start = lexer->pos;
			if (!close) {
				lexer->pos = len;
				bad(token, token->start + 2, "this comment has no end",
				    "close it with */");
				return false;
			}
			lexer->pos = (uint32_t)(close + 2 - text);
		} else if (*s == '\\') {
			uint32_t next = lexer->pos + 1 + (s[1] == '\r');

			if (next < len && text[next] != '\n') {
				token->start = lexer->pos++;
				bad(token, lexer->pos,
				    "a '\\' has to be the last character of its line",
				    "remove what stands behind it, blanks and comments too");
				skip_to_next_line(lexer);
				return false;
			}
			lexer->pos = MIN(next + 1, len);
		} else {
			break;
		}
	}
	return true;
}

/* The factor of a number's suffix; 0 when @c is none. */
static uint64_t suffix_factor(char c)
{
	switch (c) {
	case 'K':
		return 1ull << 10;
	case 'M':
		return 1ull << 20;
	case 'G':
		return 1ull << 30;
	case 'T':
		return 1ull << 40;
	case 'p':
		return 4096;
	default:
		return 0;
	}
}

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* Digits of @base at *s; false when they do not fit in 64 bits. */
static bool read_digits(const char **s, unsigned int base, uint64_t *number)
{
	bool fits = true;

	*number = 0;
	while (g_ascii_isxdigit(**s)) {
		unsigned int digit = (unsigned int)g_ascii_xdigit_value(**s);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(*number, (uint64_t)base, number) ||
		    __builtin_add_overflow(*number, (uint64_t)digit, number))
			fits = false;
		(*s)++;
	}
	return fits;
}

static void lex_number(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->source->text;
	const char *s = text + lexer->pos, *digits;
	unsigned int base = 10;
	uint64_t factor;
	bool fits;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	} else if (s[0] == '0' && g_ascii_isdigit(s[1])) {
		base = 8;		/* as strace prints file modes */
	}
	digits = s;
	fits = read_digits(&s, base, &token->number);
	factor = suffix_factor(*s);
	if (factor && s > digits) {
		token->suffixed = true;
		s++;
		if (__builtin_mul_overflow(token->number, factor, &token->number))
			fits = false;
	}
	token->kind = TOK_NUMBER;
	token->end = (uint32_t)(s - text);
	if (s == digits || is_word(*s)) {
		while (is_word(*s))
			s++;
		bad(token, (uint32_t)(s - text), "malformed number",
		    base == 8 ? "a number with a leading 0 is octal, as in C" :
		    "write decimal or 0x digits, then one of K M G T or p (pages)");
	} else if (!fits) {
		bad(token, token->end, "this number does not fit in 64 bits", NULL);
	}
	lexer->pos = token->end;
}

static void lex_string(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->source->text;
	const char *s = text + lexer->pos + 1;
	const char *end = text + lexer->source->len;

	while (s < end && *s != '"' && *s != '\n')
		s += *s == '\\' && s + 1 < end && s[1] != '\n' ? 2 : 1;
	if (s >= end || *s != '"') {
		s = MIN(s, end);
		bad(token, (uint32_t)(s - text), "this string has no end",
		    "close it with \" in the same line");
		lexer->pos = token->end;
		return;
	}
	token->kind = TOK_STRING;
	token->end = (uint32_t)(s + 1 - text);
	lexer->pos = token->end;
	if (!strncmp(s + 1, "...", 3)) {
		token->elided = true;
		lexer->pos += 3;
	}
}

/* Does what strace -y writes behind a descriptor begin at @s: </path> or <kind:[...]>? */
static bool is_annotation(const char *s)
{
	if (s[0] != '<')
		return false;
	if (s[1] == '/')
		return s[2] != '*';
	s++;
	if (!g_ascii_isalpha(*s))
		return false;
	while (is_word(*s) || *s == '-')
		s++;
	return s[0] == ':' && s[1] == '[';
}

static void lex_annotation(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->source->text;
	const char *s = text + lexer->pos;
	unsigned int open = 0;

	if (!is_annotation(s))
		return;
	do {
		open += *s == '<';
		open -= *s == '>';
		s++;
	} while (open && *s && *s != '\n');
	if (open) {
		bad(token, (uint32_t)(s - text), "the '<' behind this descriptor has no '>'",
		    NULL);
		lexer->pos = token->end;
		return;
	}
	token->note_start = lexer->pos + 1;
	token->note_end = (uint32_t)(s - text) - 1;
	if (g_str_has_prefix(s, "(deleted)"))
		s += strlen("(deleted)");
	lexer->pos = (uint32_t)(s - text);
}

/* Length of <SECONDS.FRACTION> at @s, 0 when there is none. */
static size_t duration_len(const char *s)
{
	size_t whole, fraction;

	if (s[0] != '<')
		return 0;
	whole = strspn(s + 1, "0123456789");
	if (!whole || s[1 + whole] != '.')
		return 0;
	fraction = strspn(s + 2 + whole, "0123456789");
	return fraction && s[2 + whole + fraction] == '>' ? whole + fraction + 3 : 0;
}

static void lex_sign(struct lexer *lexer, struct token *token)
{
	const char *s = lexer->source->text + lexer->pos;

	if (g_str_has_prefix(s, "<unfinished ...>")) {
		token->kind = TOK_UNFINISHED;
		lexer->pos += (uint32_t)strlen("<unfinished ...>");
	} else if (g_str_has_prefix(s, "<... ")) {
		token->kind = TOK_RESUMED;
		lexer->pos += (uint32_t)strlen("<...");
	} else if (duration_len(s)) {
		token->kind = TOK_DURATION;
		lexer->pos += (uint32_t)duration_len(s);
	} else {
		for (size_t i = 0; i < G_N_ELEMENTS(punctuators); i++) {
			size_t len = strlen(punctuators[i].text);

			if (strncmp(s, punctuators[i].text, len))
				continue;
			token->kind = punctuators[i].kind;
			lexer->pos += (uint32_t)len;
			token->end = lexer->pos;
			return;
		}
		lexer->pos += (uint32_t)(g_utf8_next_char(s) - s);
		lexer->pos = MIN(lexer->pos, (uint32_t)lexer->source->len);
		bad(token, lexer->pos, "this character has no meaning here",
		    "outside of strings and comments only ASCII is used");
	}
	token->end = lexer->pos;
}

void lex_next(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->source->text;
	char c;

	memset(token, 0, sizeof(*token));
	if (!skip_blanks(lexer, token))
		return;
	token->start = lexer->pos;
	token->end = lexer->pos;
	if (lexer->pos >= lexer->source->len) {
		token->kind = TOK_EOF;
		return;
	}
	c = text[lexer->pos];
	if (c == '\n' || c == ';') {
		token->kind = TOK_NEWLINE;
		token->end = ++lexer->pos;
	} else if (g_ascii_isdigit(c)) {
		lex_number(lexer, token);
		if (token->kind == TOK_NUMBER)
			lex_annotation(lexer, token);
	} else if (is_word(c)) {
		while (is_word(text[lexer->pos]))
			lexer->pos++;
		token->kind = TOK_NAME;
		token->end = lexer->pos;
		lex_annotation(lexer, token);
	} else if (c == '"') {
		lex_string(lexer, token);
	} else {
		lex_sign(lexer, token);
	}
}

void lex_raw(struct lexer *lexer, const char *stop, uint32_t *start, uint32_t *end)
{
	const char *text = lexer->source->text;

	while (text[lexer->pos] == ' ' || text[lexer->pos] == '\t')
		lexer->pos++;
	*start = lexer->pos;
	while (lexer->pos < lexer->source->len && !g_ascii_isspace(text[lexer->pos]) &&
	       text[lexer->pos] != '#' && text[lexer->pos] != ';' &&
	       strncmp(text + lexer->pos, "/*", 2) && !strchr(stop, text[lexer->pos]))
		lexer->pos++;
	*end = lexer->pos;
}

bool lex_skip_parens(struct lexer *lexer)
{
	const char *text = lexer->source->text;
	unsigned int open = 1;

	for (uint32_t at = lexer->pos; text[at] && text[at] != '\n'; at++) {
		open += text[at] == '(';
		open -= text[at] == ')';
		if (!open) {
			lexer->pos = at + 1;
			return true;
		}
	}
	return false;
}

/* The character an escape at *s (behind the backslash) stands for; -1 when it is unknown. */
static int decode_escape(const char **s)
{
	static const char names[] = "ntrefvab\\\"'", values[] = "\n\t\r\033\f\v\a\b\\\"'";
	const char *known = strchr(names, **s);
	int c = 0;

	if (**s >= '0' && **s <= '7') {
		for (int i = 0; i < 3 && **s >= '0' && **s <= '7'; i++)
			c = c * 8 + *(*s)++ - '0';
		return c & 0xff;
	}
	if (**s == 'x' && g_ascii_isxdigit((*s)[1])) {
		(*s)++;
		for (int i = 0; i < 2 && g_ascii_isxdigit(**s); i++)
			c = c * 16 + g_ascii_xdigit_value(*(*s)++);
		return c;
	}
	if (!known || !**s)
		return -1;
	(*s)++;
	return values[known - names];
}

char *lex_decode_string(const struct source *source, uint32_t start, uint32_t end,
			const char **error)
{
	GString *out = g_string_new(NULL);
	const char *s = source->text + start + 1;
	const char *stop = source->text + end - 1;

	while (s < stop) {
		int c = (unsigned char)*s++;

		if (c == '\\')
			c = decode_escape(&s);
		if (c <= 0) {
			*error = c ? "unknown escape in this string" :
				 "a string cannot hold a NUL byte";
			g_string_free(out, TRUE);
			return NULL;
		}
		g_string_append_c(out, (char)c);
	}
	return g_string_free(out, FALSE);
}

/* One line of a block comment without its leading blanks and star. */
static void append_comment_line(GString *out, const char *line, size_t len)
{
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	if (len && *line == '*') {
		line++;
		len--;
		if (len && *line == ' ') {
			line++;
			len--;
		}
	}
	while (len && g_ascii_isspace(line[len - 1]))
		len--;
	g_string_append_len(out, line, (gssize)len);
	g_string_append_c(out, '\n');
}

/* The lines of the block comment that begins at @s. */
static void describe_block(GString *out, const char *s)
{
	const char *close = strstr(s, "*/");

	s += 2;
	while (close && s <= close) {
		const char *end = memchr(s, '\n', (size_t)(close - s));

		if (!end)
			end = close;
		append_comment_line(out, s, (size_t)(end - s));
		s = end + 1;
	}
}

char *lex_description(const struct source *source)
{
	GString *out = g_string_new(NULL);
	uint32_t line = 1;
	bool begun = false;

	for (; line <= source->nr_lines; line++) {
		size_t len = 0;
		const char *s = source_line(source, line, &len);
		const char *end = s + len;

		if (line == 1 && g_str_has_prefix(s, "\xef\xbb\xbf"))
			s += 3;
		if (line == 1 && g_str_has_prefix(s, "#!"))
			continue;
		while (s < end && g_ascii_isspace(*s))
			s++;
		if (s == end && !begun)
			continue;
		if (!begun && g_str_has_prefix(s, "/*"))
			describe_block(out, s);
		if (s == end || *s != '#')
			break;
		begun = true;
		s++;
		if (s < end && *s == ' ')
			s++;
		g_string_append_len(out, s, end - s);
		g_string_append_c(out, '\n');
	}
	g_strchug(out->str);
	g_strchomp(out->str);
	return g_string_free(out, FALSE);
}
