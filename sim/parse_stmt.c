/*
 * Statements without blocks of statements: expect, sometimes, never, expect maps, must violate,
 * show, graph, step, note, check, order.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include <string.h>

#include "sim/parse_internal.h"

struct stmt *parse_make_stmt(enum stmt_kind kind)
{
	struct stmt *stmt = g_new0(struct stmt, 1);

	stmt->kind = kind;
	return stmt;
}

static void expr_free(void *data)
{
	expr_destroy(data);
}

struct stmt *parse_expect_stmt(struct parser *p, enum quantifier quantifier)
{
	struct stmt *stmt = parse_make_stmt(STMT_EXPECT);

	stmt->expect.quantifier = quantifier;
	stmt->expect.exprs = g_ptr_array_new_with_free_func(expr_free);
	parse_advance(p);
	do {
		struct expr *expr = parse_expr(p);

		if (!expr)
			goto fail;
		g_ptr_array_add(stmt->expect.exprs, expr);
	} while (parse_accept(p, TOK_COMMA));
	if (!parse_at_end(p)) {
		parse_unexpected(p, "an operator, ',' or the end of the line",
				 parse_at(p, TOK_ASSIGN) ? "'==' compares" : NULL);
		goto fail;
	}
	return stmt;
fail:
	stmt_destroy(stmt);
	return NULL;
}

/* ---- expect maps ---- */

static void maps_line_free(void *data)
{
	struct maps_line *line = data;

	expr_destroy(line->start);
	expr_destroy(line->end);
	expr_destroy(line->pgoff);
	g_free(line->anon_vma);
	g_free(line->name);
	g_free(line);
}

/* START-END: a `-` outside of parentheses parts the two. */
static bool parse_maps_range(struct parser *p, struct maps_line *line)
{
	p->stop_minus = true;
	line->start = parse_expr(p);
	if (line->start && parse_expect(p, TOK_MINUS, "between START and END"))
		line->end = parse_expr(p);
	p->stop_minus = false;
	return line->end != NULL;
}

static bool parse_perms(struct parser *p, struct maps_line *line)
{
	static const char *const allowed[] = { "r-", "w-", "x-", "ps" };
	char *perms = parse_raw(p, "}", &line->perms_loc);
	bool good = perms && strlen(perms) == 4;

	if (!perms) {
		parse_unexpected(p, "permissions behind the range", "write them like rw-p");
		return false;
	}
	for (unsigned int i = 0; good && i < 4; i++)
		good = strchr(allowed[i], perms[i]) != NULL;
	if (good)
		g_strlcpy(line->perms, perms, sizeof(line->perms));
	else
		diag_error(p->diags, &line->perms_loc, "write them like rw-p or r--s",
			   "malformed permissions '%s'", perms);
	g_free(perms);
	return good;
}

static bool second_value(struct parser *p, const char *what)
{
	struct loc loc = token_loc(&p->lex, &p->tok);

	diag_error(p->diags, &loc, NULL, "a second %s in this line", what);
	return false;
}

/* pgoff=EXPR, anon_vma=NAME */
static bool parse_maps_field(struct parser *p, struct maps_line *line)
{
	if (parse_at_word(p, "pgoff")) {
		if (line->pgoff)
			return second_value(p, "pgoff");
		parse_advance(p);
		parse_advance(p);
		line->pgoff = parse_expr(p);
		return line->pgoff != NULL;
	}
	if (parse_at_word(p, "anon_vma")) {
		if (line->anon_vma)
			return second_value(p, "anon_vma");
		parse_advance(p);
		parse_advance(p);
		line->anon_vma = parse_name(p, "a name for the anon_vma, or 'none'",
					    &line->anon_vma_loc);
		return line->anon_vma != NULL;
	}
	parse_unexpected(p, "'pgoff=', 'anon_vma=' or the name of the mapping", NULL);
	return false;
}

/* [heap], /lib/x.so, "any name" */
static bool parse_maps_name(struct parser *p, struct maps_line *line)
{
	struct loc loc;

	if (line->name)
		return second_value(p, "name");
	if (parse_at(p, TOK_STRING))
		line->name = parse_string(p, "a name", &loc);
	else
		line->name = parse_raw(p, "}", &loc);
	if (line->name)
		return true;
	if (!parse_at(p, TOK_STRING))
		parse_unexpected(p, "the name of the mapping", NULL);
	return false;
}

static bool parse_maps_line(struct parser *p, struct maps_line *line)
{
	uint32_t start = p->tok.start;

	if (!parse_maps_range(p, line) || !parse_perms(p, line))
		return false;
	while (!parse_at_end(p)) {
		bool field = parse_at(p, TOK_NAME) && parse_peek(p, 1, NULL) == TOK_ASSIGN;

		if (!(field ? parse_maps_field(p, line) : parse_maps_name(p, line)))
			return false;
	}
	line->loc = parse_loc_from(p, start);
	return true;
}

static bool parse_maps_lines(struct parser *p, GPtrArray *lines)
{
	bool good = true;

	while (!parse_accept(p, TOK_RBRACE)) {
		struct maps_line *line;

		if (parse_accept(p, TOK_NEWLINE))
			continue;
		if (parse_at(p, TOK_EOF)) {
			parse_unexpected(p, "'}' to end 'expect maps'", NULL);
			return false;
		}
		line = g_new0(struct maps_line, 1);
		g_ptr_array_add(lines, line);
		if (parse_maps_line(p, line))
			continue;
		good = false;
		while (!parse_at_end(p))
			parse_advance(p);
	}
	return good;
}

struct stmt *parse_maps(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_MAPS);

	stmt->maps.lines = g_ptr_array_new_with_free_func(maps_line_free);
	parse_advance(p);
	parse_advance(p);
	if ((parse_at(p, TOK_NAME) && !parse_task_ref(p, &stmt->maps.task)) ||
	    !parse_expect(p, TOK_LBRACE, "behind 'expect maps'") ||
	    !parse_maps_lines(p, stmt->maps.lines)) {
		stmt_destroy(stmt);
		return NULL;
	}
	return stmt;
}

/* ---- the others ---- */

/* An unknown word where one of a list was wanted. */
static void report_word(struct parser *p, const char *what, const char *word,
			const struct loc *loc, const char *const *words)
{
	struct nearest nearest;
	char *all = g_strjoinv(", ", (char **)words), *note;

	nearest_init(&nearest, word);
	for (; *words; words++)
		nearest_offer(&nearest, *words);
	note = nearest.best ? nearest_note(&nearest) : g_strdup_printf("known are %s", all);
	diag_error(p->diags, loc, note, "unknown %s '%s'", what, word);
	g_free(note);
	g_free(all);
}

static bool parse_show_what(struct parser *p, enum show_what *what)
{
	const char *words[NR_SHOW + 1] = { NULL };
	struct loc loc;
	char *word = parse_name(p, "what to show", &loc);
	unsigned int i;

	if (!word)
		return false;
	for (i = 0; i < NR_SHOW; i++)
		words[i] = show_words((enum show_what)i);
	for (i = 0; i < NR_SHOW && strcmp(words[i], word); i++)
		;
	if (i == NR_SHOW)
		report_word(p, "thing to show", word, &loc, words);
	*what = (enum show_what)i;
	g_free(word);
	return i < NR_SHOW;
}

struct stmt *parse_show(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_SHOW);

	parse_advance(p);
	if (parse_show_what(p, &stmt->show.what) &&
	    (!parse_at(p, TOK_NAME) || parse_task_ref(p, &stmt->show.task)))
		return stmt;
	stmt_destroy(stmt);
	return NULL;
}

static bool parse_view(struct parser *p, struct stmt_graph *graph)
{
	graph->view = parse_name(p, "a view", &graph->view_loc);
	for (unsigned int i = 0; ast_graph_views[i]; i++)
		if (!strcmp(ast_graph_views[i], graph->view))
			return true;
	report_word(p, "view", graph->view, &graph->view_loc, ast_graph_views);
	return false;
}

struct stmt *parse_graph(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_GRAPH);

	parse_advance(p);
	stmt->graph.file = parse_shown_string(p, "the file to draw to", NULL);
	if (stmt->graph.file && (!parse_at(p, TOK_NAME) || parse_view(p, &stmt->graph)))
		return stmt;
	stmt_destroy(stmt);
	return NULL;
}

struct stmt *parse_text(struct parser *p, enum stmt_kind kind)
{
	struct stmt *stmt = parse_make_stmt(kind);

	parse_advance(p);
	stmt->text = parse_shown_string(p, kind == STMT_STEP ? "the heading" : "the text", NULL);
	if (stmt->text)
		return stmt;
	stmt_destroy(stmt);
	return NULL;
}

struct stmt *parse_let(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_LET);
	struct loc loc;

	parse_advance(p);
	stmt->let.name = parse_name(p, "a name for the variable", &loc);
	if (!stmt->let.name)
		goto fail;
	if (!parse_accept(p, TOK_ASSIGN)) {
		parse_unexpected(p, "'=' and an expression", NULL);
		goto fail;
	}
	stmt->let.expr = parse_expr(p);
	if (!stmt->let.expr)
		goto fail;
	if (parse_at_end(p))
		return stmt;
	parse_unexpected(p, "an operator or the end of the line", NULL);
fail:
	stmt_destroy(stmt);
	return NULL;
}

struct stmt *parse_must_violate(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_MUST_VIOLATE);
	struct loc loc;

	parse_advance(p);
	if (!parse_at_word(p, "violate")) {
		parse_unexpected(p, "'violate' behind 'must'", NULL);
	} else {
		parse_advance(p);
		stmt->invariant = parse_at(p, TOK_NAME) ? parse_raw(p, "}", &loc) : NULL;
		if (!stmt->invariant)
			parse_unexpected(p, "the name of an invariant",
					 "'mmsim list invariants' has them all");
	}
	if (stmt->invariant)
		return stmt;
	stmt_destroy(stmt);
	return NULL;
}

struct stmt *parse_check(struct parser *p)
{
	parse_advance(p);
	return parse_make_stmt(STMT_CHECK);
}

static void order_item_free(void *data)
{
	struct order_item *item = data;

	g_free(item->member);
	g_free(item->until);
	g_free(item);
}

static bool parse_order_item(struct parser *p, struct order_item *item)
{
	item->member = parse_name(p, "a member of the race", &item->loc);
	if (!item->member)
		return false;
	if (!parse_at_word(p, "until"))
		return true;
	parse_advance(p);
	item->until = parse_at(p, TOK_NAME) ? parse_raw(p, ",}", &item->until_loc) : NULL;
	if (!item->until)
		parse_unexpected(p, "the name of a point", "'mmsim list points' has them all");
	return item->until != NULL;
}

struct stmt *parse_order(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_ORDER);

	stmt->order.items = g_ptr_array_new_with_free_func(order_item_free);
	parse_advance(p);
	do {
		struct order_item *item = g_new0(struct order_item, 1);

		g_ptr_array_add(stmt->order.items, item);
		if (!parse_order_item(p, item)) {
			stmt_destroy(stmt);
			return NULL;
		}
	} while (parse_accept(p, TOK_COMMA));
	return stmt;
}
