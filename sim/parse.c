/*
 * From the text of a scenario to its tree: files, blocks, and which statement it is.
 *
 * In the kernel: nothing. Left out: nothing; races are parsed like all else. Locks: none.
 */
#include "sim/parse.h"

#include <string.h>

#include "sim/parse_internal.h"

#define MAX_SCRIPT_BYTES	(64u << 20)	/* of all files of a script together */

static bool parse_file_into(struct parser *p, const char *name, const char *path,
			    const char *text, size_t len, GPtrArray *body);

/* Words that begin a statement, when what follows does not make it a call. */
enum keyword {
	KEY_NONE, KEY_TITLE, KEY_WINDOW, KEY_SET, KEY_BUG, KEY_EXPECT, KEY_SOMETIMES, KEY_NEVER,
	KEY_MUST, KEY_SHOW, KEY_GRAPH, KEY_STEP, KEY_NOTE, KEY_CHECK, KEY_FOR, KEY_INCLUDE,
	KEY_RACE, KEY_ORDER, KEY_LET,
};

static const struct {
	const char *word;
	enum keyword keyword;
	bool takes_expr;	/* a `(` behind it opens an expression, not arguments */
} keywords[] = {
	{ "title", KEY_TITLE, false }, { "window", KEY_WINDOW, true }, { "set", KEY_SET, false },
	{ "bug", KEY_BUG, false }, { "expect", KEY_EXPECT, true },
	{ "sometimes", KEY_SOMETIMES, true }, { "never", KEY_NEVER, true },
	{ "must", KEY_MUST, false }, { "show", KEY_SHOW, false }, { "graph", KEY_GRAPH, false },
	{ "step", KEY_STEP, false }, { "note", KEY_NOTE, false }, { "check", KEY_CHECK, false },
	{ "for", KEY_FOR, false }, { "include", KEY_INCLUDE, false },
	{ "race", KEY_RACE, false }, { "order", KEY_ORDER, false },
	{ "let", KEY_LET, false },
};

static void stmt_free(void *data)
{
	stmt_destroy(data);
}

static void source_free(void *data)
{
	source_destroy(data);
}

static void setting_free(void *data)
{
	setting_destroy(data);
}

static GPtrArray *make_body(void)
{
	return g_ptr_array_new_with_free_func(stmt_free);
}

static enum keyword find_keyword(const struct parser *p)
{
	enum token_kind next;

	if (!parse_at(p, TOK_NAME))
		return KEY_NONE;
	next = parse_peek(p, 1, NULL);
	if (next == TOK_ASSIGN || next == TOK_COLON || next == TOK_DOT)
		return KEY_NONE;
	for (unsigned int i = 0; i < G_N_ELEMENTS(keywords); i++)
		if (parse_at_word(p, keywords[i].word))
			return next == TOK_LPAREN && !keywords[i].takes_expr ? KEY_NONE :
			       keywords[i].keyword;
	return KEY_NONE;
}

/*
 * After an error: go to the end of the line, and behind the block it opens, if it does. A `}` that
 * closes what was open before is left alone.
 */
static void skip_statement(struct parser *p)
{
	bool last_opens = false, in_block = false;
	unsigned int open = 0;

	while (!parse_at(p, TOK_EOF) && (open || !parse_at(p, TOK_RBRACE))) {
		if (parse_at(p, TOK_NEWLINE)) {
			bool line = p->source->text[p->tok.start] == '\n';

			in_block |= last_opens;
			if (!open || (line && !in_block))
				return;
		} else {
			last_opens = parse_at(p, TOK_LBRACE);
			open += last_opens;
			open -= parse_at(p, TOK_RBRACE);
		}
		parse_advance(p);
	}
}

/* ---- statements with blocks ---- */

static struct stmt *parse_for(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_FOR);
	struct stmt_for *loop = &stmt->loop;

	loop->body = make_body();
	parse_advance(p);
	loop->var = parse_name(p, "the name of a variable behind 'for'", &loop->var_loc);
	if (!loop->var)
		goto fail;
	if (!parse_at_word(p, "in")) {
		parse_unexpected(p, "'in' behind the variable", "write: for i in 0..9 { ... }");
		goto fail;
	}
	parse_advance(p);
	loop->from = parse_expr(p);
	if (!loop->from || !parse_expect(p, TOK_DOTDOT, "between the first and the last value"))
		goto fail;
	loop->to = parse_expr(p);
	if (!loop->to)
		goto fail;
	stmt->loc = parse_loc_from(p, loop->var_loc.start);
	if (!parse_block(p, loop->body, "to open the loop"))
		goto fail;
	return stmt;
fail:
	stmt_destroy(stmt);
	return NULL;
}

static void member_free(void *data)
{
	struct race_member *member = data;

	g_free(member->name);
	g_free(member->task.process);
	g_free(member->task.thread);
	g_ptr_array_unref(member->body);
	g_free(member);
}

static bool check_member_name(struct parser *p, const GPtrArray *members,
			      const struct race_member *member, const struct loc *loc)
{
	for (unsigned int i = 0; i < members->len; i++) {
		const struct race_member *other = g_ptr_array_index(members, i);

		if (other == member || strcmp(other->name, member->name))
			continue;
		diag_error(p->diags, loc, "the first one is here", "a second member '%s'",
			   member->name);
		diag_note_at(p->diags, &other->loc);
		return false;
	}
	return true;
}

/* NAME [in TASK] { ... } */
static bool parse_member(struct parser *p, GPtrArray *members)
{
	struct race_member *member = g_new0(struct race_member, 1);
	uint32_t start = p->tok.start;
	struct loc loc;
	bool good;

	member->body = make_body();
	member->name = parse_name(p, "the name of a member of the race, or '}'", &loc);
	if (!member->name) {
		member_free(member);
		return false;
	}
	member->loc = loc;
	g_ptr_array_add(members, member);
	if (!check_member_name(p, members, member, &loc))
		return false;
	if (parse_at_word(p, "in")) {
		parse_advance(p);
		if (!parse_task_ref(p, &member->task))
			return false;
	}
	member->loc = parse_loc_from(p, start);
	p->in_race++;
	good = parse_block(p, member->body, "to open the member");
	p->in_race--;
	if (good && !member->body->len) {
		diag_error(p->diags, &member->loc, "write its calls between the braces",
			   "the member '%s' does nothing", member->name);
		return false;
	}
	return good;
}

static bool parse_members(struct parser *p, GPtrArray *members)
{
	bool good = true;

	while (!parse_at(p, TOK_RBRACE) && !diag_list_full(p->diags)) {
		if (parse_accept(p, TOK_NEWLINE))
			continue;
		if (parse_at(p, TOK_EOF)) {
			parse_unexpected(p, "'}' to end the race", NULL);
			return false;
		}
		if (parse_member(p, members)) {
			if (parse_at_end(p))
				continue;
			parse_unexpected(p, "the end of the line behind the member", NULL);
		}
		good = false;
		skip_statement(p);
	}
	return parse_accept(p, TOK_RBRACE) && good;
}

static struct stmt *parse_race(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_RACE);
	struct loc loc = token_loc(&p->lex, &p->tok);

	stmt->race.members = g_ptr_array_new_with_free_func(member_free);
	stmt->loc = loc;
	p->script->has_race = true;
	parse_advance(p);
	if (!parse_expect(p, TOK_LBRACE, "behind 'race'") ||
	    !parse_members(p, stmt->race.members))
		goto fail;
	if (!stmt->race.members->len) {
		diag_error(p->diags, &loc, "write: NAME in P { CALL(...) }",
			   "a race without members");
		goto fail;
	}
	return stmt;
fail:
	stmt_destroy(stmt);
	return NULL;
}

/* ---- include ---- */

/* @path as seen from the file being parsed. */
static char *resolve_path(const struct parser *p, const char *path)
{
	char *dir, *full;

	if (g_path_is_absolute(path))
		return g_strdup(path);
	dir = g_path_get_dirname(p->source->name);
	full = !strcmp(dir, ".") ? g_strdup(path) : g_build_filename(dir, path, NULL);
	g_free(dir);
	return full;
}

static bool check_include(struct parser *p, const char *path, const struct loc *loc)
{
	for (const struct parser *outer = p; outer; outer = outer->includer) {
		if (strcmp(outer->path, path))
			continue;
		diag_error(p->diags, loc, "take one of the includes out of the circle",
			   outer == p ? "the file includes itself" :
			   "the file is being included already");
		return false;
	}
	if (p->includes >= AST_MAX_INCLUDES) {
		diag_error(p->diags, loc, NULL, "files included more than %d deep",
			   AST_MAX_INCLUDES);
		return false;
	}
	if (p->script->sources->len >= AST_MAX_FILES) {
		diag_error(p->diags, loc, NULL, "more than %d files included", AST_MAX_FILES);
		return false;
	}
	return true;
}

/* Read and parse the file; its errors carry their own places, and then ours. */
static bool include_file(struct parser *p, const char *name, const char *path,
			 const struct loc *loc, GPtrArray *body)
{
	unsigned int before = p->diags->nr_errors;
	GError *error = NULL;
	char *text = NULL;
	size_t len = 0;

	if (!p->reader->read(p->reader->data, name, &text, &len, &error)) {
		diag_error(p->diags, loc, "paths are relative to the directory of this file",
			   "cannot read '%s': %s", name, error ? error->message : "no such file");
		g_clear_error(&error);
		return false;
	}
	parse_file_into(p, name, path, text, len, body);
	g_free(text);
	if (p->diags->nr_errors == before)
		return true;
	if (!diag_list_full(p->diags))
		diag_add(p->diags, DIAG_NOTE, loc, NULL, "included from here");
	return false;
}

static struct stmt *parse_include(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_INCLUDE);
	char *name = NULL, *path = NULL;
	struct loc loc;
	bool good = false;

	stmt->include.body = make_body();
	parse_advance(p);
	stmt->include.path = parse_string(p, "the path of a file", &loc);
	if (stmt->include.path && !*stmt->include.path) {
		diag_error(p->diags, &loc, NULL, "an empty path");
	} else if (stmt->include.path) {
		name = resolve_path(p, stmt->include.path);
		path = g_canonicalize_filename(name, "/");
		good = check_include(p, path, &loc) &&
		       include_file(p, name, path, &loc, stmt->include.body);
	}
	g_free(name);
	g_free(path);
	if (good)
		return stmt;
	stmt_destroy(stmt);
	return NULL;
}

/* ---- one statement ---- */

static struct stmt *parse_keyword(struct parser *p, enum keyword keyword)
{
	switch (keyword) {
	case KEY_EXPECT:
		if (token_is(&p->lex, &p->tok, "expect")) {
			struct token next, third;

			parse_peek(p, 1, &next);
			parse_peek(p, 2, &third);
			if (token_is(&p->lex, &next, "maps") &&
			    (third.kind == TOK_NAME || third.kind == TOK_LBRACE))
				return parse_maps(p);
		}
		return parse_expect_stmt(p, QUANT_EXPECT);
	case KEY_SOMETIMES:
		return parse_expect_stmt(p, QUANT_SOMETIMES);
	case KEY_NEVER:
		return parse_expect_stmt(p, QUANT_NEVER);
	case KEY_MUST:
		return parse_must_violate(p);
	case KEY_SHOW:
		return parse_show(p);
	case KEY_GRAPH:
		return parse_graph(p);
	case KEY_STEP:
		return parse_text(p, STMT_STEP);
	case KEY_NOTE:
		return parse_text(p, STMT_NOTE);
	case KEY_CHECK:
		return parse_check(p);
	case KEY_FOR:
		return parse_for(p);
	case KEY_INCLUDE:
		return parse_include(p);
	case KEY_RACE:
		return parse_race(p);
	case KEY_ORDER:
		return parse_order(p);
	case KEY_LET:
		return parse_let(p);
	default:
		return parse_call(p);
	}
}

/* Only calls, loops over them and notes have a meaning while others run. */
static bool check_in_race(struct parser *p, const struct stmt *stmt)
{
	if (!p->in_race || stmt->kind == STMT_CALL || stmt->kind == STMT_FOR ||
	    stmt->kind == STMT_NOTE || stmt->kind == STMT_INCLUDE)
		return true;
	diag_error(p->diags, &stmt->loc, "put it behind the race",
		   "only calls can stand in a race");
	return false;
}

static bool count_statement(struct parser *p, const struct stmt *stmt)
{
	if (p->script->nr_statements < AST_MAX_STATEMENTS) {
		p->script->nr_statements++;
		return true;
	}
	diag_error(p->diags, &stmt->loc, NULL, "more than %d statements", AST_MAX_STATEMENTS);
	return false;
}

/* A setting or a statement, up to what ends it. */
static bool parse_statement(struct parser *p, GPtrArray *body)
{
	enum keyword keyword = find_keyword(p);
	uint32_t start = p->tok.start;
	struct stmt *stmt;

	switch (keyword) {
	case KEY_TITLE:
		return parse_setting(p, SETTING_TITLE);
	case KEY_WINDOW:
		return parse_setting(p, SETTING_WINDOW);
	case KEY_SET:
		return parse_setting(p, SETTING_SET);
	case KEY_BUG:
		return parse_setting(p, SETTING_BUG);
	default:
		break;
	}
	stmt = parse_keyword(p, keyword);
	if (!stmt)
		return false;
	if (stmt->kind == STMT_FOR)
		stmt->loc = source_loc(p->source, start, stmt->loc.end);
	else if (stmt->kind != STMT_RACE)
		stmt->loc = parse_loc_from(p, start);
	if (!count_statement(p, stmt) || !check_in_race(p, stmt)) {
		stmt_destroy(stmt);
		return false;
	}
	g_ptr_array_add(body, stmt);
	return true;
}

/* Statements up to a `}` (not consumed) or the end of the file. */
static bool parse_statements(struct parser *p, GPtrArray *body)
{
	bool good = true;

	while (!parse_at(p, TOK_EOF) && !parse_at(p, TOK_RBRACE) && !diag_list_full(p->diags)) {
		if (parse_accept(p, TOK_NEWLINE))
			continue;
		if (parse_statement(p, body)) {
			if (parse_at_end(p))
				continue;
			parse_unexpected(p, "the end of the line", NULL);
		}
		good = false;
		skip_statement(p);
	}
	return good;
}

bool parse_block(struct parser *p, GPtrArray *body, const char *where)
{
	struct loc loc = token_loc(&p->lex, &p->tok);
	bool good;

	if (!parse_expect(p, TOK_LBRACE, where))
		return false;
	if (p->blocks >= AST_MAX_BLOCKS) {
		diag_error(p->diags, &loc, NULL, "blocks nested more than %d deep", AST_MAX_BLOCKS);
		return false;
	}
	p->blocks++;
	good = parse_statements(p, body);
	p->blocks--;
	if (diag_list_full(p->diags))
		return false;
	if (!parse_at(p, TOK_RBRACE)) {
		parse_unexpected(p, "'}' to end the block", NULL);
		diag_note_at(p->diags, &loc);
		return false;
	}
	parse_advance(p);
	return good;
}

/* ---- whole files ---- */

/* The first character that would act on a terminal, or NULL; @source is valid UTF-8. */
static const char *find_control(const struct source *source)
{
	const char *end = source->text + source->len;

	for (const char *s = source->text; s < end; s = g_utf8_next_char(s))
		if (g_unichar_iscntrl(g_utf8_get_char(s)) && !strchr("\t\n\f\r", *s))
			return s;
	return NULL;
}

static bool bad_byte(const struct source *source, struct diag_list *diags, const char *at,
		     const char *note, const char *what)
{
	struct loc loc = source_loc(source, (size_t)(at - source->text),
				    (size_t)(at - source->text) + 1);

	diag_error(diags, &loc, note, "%s", what);
	return false;
}

/* What no scenario may hold, wherever it stands. */
static bool check_text(const struct source *source, struct diag_list *diags)
{
	const char *stop = memchr(source->text, '\0', source->len);
	struct loc loc;
	size_t len;

	if (stop)
		return bad_byte(source, diags, stop, "a scenario is text", "a NUL byte");
	if (!g_utf8_validate(source->text, (gssize)source->len, &stop))
		return bad_byte(source, diags, stop, "save the file as UTF-8",
				"this byte is not valid UTF-8");
	stop = find_control(source);
	if (stop)
		return bad_byte(source, diags, stop, "strings may have it as an escape, \\xhh",
				"a control character");
	for (uint32_t line = 1; line <= source->nr_lines; line++) {
		source_line(source, line, &len);
		if (len <= SOURCE_MAX_LINE)
			continue;
		loc = source_loc(source, source->line_start[line - 1] + SOURCE_MAX_LINE,
				 source->line_start[line - 1] + SOURCE_MAX_LINE + 1);
		diag_error(diags, &loc, "break it with '\\' at the end of a line",
			   "a line of more than %u bytes", SOURCE_MAX_LINE);
		return false;
	}
	return true;
}

static size_t script_bytes(const struct script *script)
{
	size_t bytes = 0;

	for (unsigned int i = 0; i < script->sources->len; i++)
		bytes += ((const struct source *)g_ptr_array_index(script->sources, i))->len;
	return bytes;
}

/* @p holds what is common (script, diags, reader) and is the includer, or has no source yet. */
static bool parse_file_into(struct parser *outer, const char *name, const char *path,
			    const char *text, size_t len, GPtrArray *body)
{
	struct parser p = *outer;
	struct source *source;
	bool good;

	if (len > SOURCE_MAX_BYTES || len + script_bytes(p.script) > MAX_SCRIPT_BYTES) {
		diag_file_error(p.diags, name, NULL, "the file is larger than %u MiB",
				len > SOURCE_MAX_BYTES ? SOURCE_MAX_BYTES >> 20 :
				MAX_SCRIPT_BYTES >> 20);
		return false;
	}
	source = source_create(name, text, len);
	g_ptr_array_add(p.script->sources, source);
	if (!check_text(source, p.diags))
		return false;
	p.source = source;
	p.path = g_strdup(path);
	p.includer = outer->source ? outer : NULL;
	p.includes = outer->source ? outer->includes + 1 : 0;
	p.depth = 0;
	p.stop_minus = false;
	lex_init(&p.lex, source);
	memset(&p.tok, 0, sizeof(p.tok));
	parse_advance(&p);
	good = parse_statements(&p, body);
	while (parse_at(&p, TOK_RBRACE) && !diag_list_full(p.diags)) {
		parse_unexpected(&p, "a statement", "this '}' closes nothing");
		parse_advance(&p);
		good = parse_statements(&p, body) && false;
	}
	g_free(p.path);
	return good;
}

static struct script *script_create(const char *name)
{
	struct script *script = g_new0(struct script, 1);

	script->name = g_strdup(name);
	script->settings = g_ptr_array_new_with_free_func(setting_free);
	script->statements = make_body();
	script->sources = g_ptr_array_new_with_free_func(source_free);
	return script;
}

bool script_append(struct script *script, const char *name, const char *text, size_t len,
		   const struct source_reader *reader, struct diag_list *diags)
{
	struct parser p = {
		.script = script,
		.diags = diags,
		.reader = reader ? reader : &source_reader_files,
	};
	guint settings = script->settings->len, statements = script->statements->len;
	unsigned int nr_statements = script->nr_statements, errors = diags->nr_errors;
	bool has_race = script->has_race;
	char *path = g_canonicalize_filename(name, "/"), *title = g_strdup(script->title);

	parse_file_into(&p, name, path, text, len, script->statements);
	g_free(path);
	if (diags->nr_errors == errors) {
		g_free(title);
		return true;
	}
	g_ptr_array_set_size(script->settings, (gint)settings);
	g_ptr_array_set_size(script->statements, (gint)statements);
	g_free(script->title);
	script->title = title;
	script->nr_statements = nr_statements;
	script->has_race = has_race;
	return false;
}

struct script *script_parse_text(const char *name, const char *text, size_t len,
				 const struct source_reader *reader, struct diag_list *diags)
{
	struct script *script = script_create(name);

	if (!script_append(script, name, text, len, reader, diags)) {
		script_destroy(script);
		return NULL;
	}
	script->description = lex_description(g_ptr_array_index(script->sources, 0));
	return script;
}

struct script *script_parse_file(const char *path, const struct source_reader *reader,
				 struct diag_list *diags)
{
	struct script *script;
	GError *error = NULL;
	char *text = NULL;
	size_t len = 0;

	if (!reader)
		reader = &source_reader_files;
	if (!reader->read(reader->data, path, &text, &len, &error)) {
		diag_file_error(diags, path, NULL, "cannot read the file: %s",
				error ? error->message : "no such file");
		g_clear_error(&error);
		return NULL;
	}
	script = script_parse_text(path, text, len, reader, diags);
	g_free(text);
	return script;
}

unsigned int script_open_blocks(const char *text, size_t len)
{
	struct source *source;
	struct lexer lexer;
	struct token token;
	unsigned int open = 0;

	if (len > SOURCE_MAX_BYTES || memchr(text, '\0', len))
		return 0;
	source = source_create("", text, len);
	lex_init(&lexer, source);
	do {
		lex_next(&lexer, &token);
		if (token.kind == TOK_LBRACE)
			open++;
		else if (token.kind == TOK_RBRACE && open)
			open--;
	} while (token.kind != TOK_EOF);
	source_destroy(source);
	return open;
}
