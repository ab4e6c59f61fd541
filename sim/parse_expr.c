/*
 * Expressions and arguments.
 *
 * In the kernel: nothing. Left out: C's assignment, increment, comma, ?: and casts. Locks: none.
 */
#include "sim/parse_internal.h"

static struct expr *parse_unary(struct parser *p);

static const struct {
	enum token_kind token;
	enum expr_op op;
	int precedence;		/* the higher, the tighter; as in C */
} binary_ops[] = {
	{ TOK_OROR, OP_OROR, 1 }, { TOK_ANDAND, OP_ANDAND, 2 },
	{ TOK_OR, OP_OR, 3 }, { TOK_XOR, OP_XOR, 4 }, { TOK_AND, OP_AND, 5 },
	{ TOK_EQ, OP_EQ, 6 }, { TOK_NE, OP_NE, 6 },
	{ TOK_LT, OP_LT, 7 }, { TOK_LE, OP_LE, 7 }, { TOK_GT, OP_GT, 7 }, { TOK_GE, OP_GE, 7 },
	{ TOK_SHL, OP_SHL, 8 }, { TOK_SHR, OP_SHR, 8 },
	{ TOK_PLUS, OP_ADD, 9 }, { TOK_MINUS, OP_SUB, 9 },
	{ TOK_STAR, OP_MUL, 10 }, { TOK_SLASH, OP_DIV, 10 }, { TOK_PERCENT, OP_MOD, 10 },
};

static void arg_free(void *data)
{
	arg_destroy(data);
}

static unsigned int expr_depth(const struct expr *expr)
{
	return expr ? expr->depth : 0;
}

static bool too_deep(struct parser *p)
{
	struct loc loc = token_loc(&p->lex, &p->tok);

	diag_error(p->diags, &loc, "split it into several statements",
		   "expression nested more than %d levels", AST_MAX_DEPTH);
	return false;
}

struct expr *parse_make_expr(struct parser *p, enum expr_kind kind, uint32_t start,
			     struct expr *a, struct expr *b)
{
	struct expr *expr = g_new0(struct expr, 1);

	expr->kind = kind;
	expr->a = a;
	expr->b = b;
	expr->depth = MAX(expr_depth(a), expr_depth(b)) + 1;
	expr->loc = parse_loc_from(p, start);
	if (expr->depth <= AST_MAX_DEPTH)
		return expr;
	too_deep(p);
	expr_destroy(expr);
	return NULL;
}

/* What strace -y wrote behind the current token. */
static char *annotation_text(const struct parser *p)
{
	if (p->tok.note_start == p->tok.note_end)
		return NULL;
	return g_strndup(p->source->text + p->tok.note_start, p->tok.note_end - p->tok.note_start);
}

static struct expr *parse_number(struct parser *p)
{
	struct token token = p->tok;
	char *annotation = annotation_text(p);
	struct expr *expr;

	parse_advance(p);
	expr = parse_make_expr(p, EXPR_NUMBER, token.start, NULL, NULL);
	expr->number = token.number;
	expr->is_unsigned = token.number > INT64_MAX;
	expr->text = token_text(&p->lex, &token);
	expr->annotation = annotation;
	return expr;
}

static struct expr *parse_string_expr(struct parser *p)
{
	struct token token = p->tok;
	char *text = parse_string(p, "a string", NULL);
	struct expr *expr;

	if (!text)
		return NULL;
	expr = parse_make_expr(p, EXPR_STRING, token.start, NULL, NULL);
	expr->text = text;
	expr->elided = token.elided;
	return expr;
}

/* Attach arguments to a node and count its depth anew. */
static struct expr *set_args(struct parser *p, struct expr *expr, GPtrArray *args)
{
	expr->args = args;
	for (unsigned int i = 0; i < args->len; i++) {
		const struct arg *arg = g_ptr_array_index(args, i);

		expr->depth = MAX(expr->depth, arg->value->depth + 1);
	}
	if (expr->depth <= AST_MAX_DEPTH)
		return expr;
	too_deep(p);
	expr_destroy(expr);
	return NULL;
}

static struct expr *parse_postfix(struct parser *p);

/* NAME, NAME(...), NAME:address */
static struct expr *parse_name_expr(struct parser *p)
{
	uint32_t start = p->tok.start;
	char *annotation = annotation_text(p);
	char *name = parse_name(p, "a name", NULL);
	struct expr *expr, *address;
	GPtrArray *args;

	if (parse_accept(p, TOK_LPAREN)) {
		g_free(annotation);
		args = parse_args(p);
		if (!args) {
			g_free(name);
			return NULL;
		}
		expr = parse_make_expr(p, EXPR_CALL, start, NULL, NULL);
		expr->text = name;
		return set_args(p, expr, args);
	}
	if (parse_accept(p, TOK_COLON)) {
		g_free(annotation);
		address = parse_postfix(p);
		expr = address ? parse_make_expr(p, EXPR_QUALIFIED, start, address, NULL) : NULL;
		if (!expr)
			g_free(name);
		else
			expr->text = name;
		return expr;
	}
	expr = parse_make_expr(p, EXPR_NAME, start, NULL, NULL);
	expr->text = name;
	expr->annotation = annotation;
	return expr;
}

static struct expr *parse_parens(struct parser *p)
{
	uint32_t start = p->tok.start;
	bool stop_minus = p->stop_minus;
	struct expr *expr;

	parse_advance(p);
	p->stop_minus = false;
	expr = parse_expr(p);
	p->stop_minus = stop_minus;
	if (!expr)
		return NULL;
	if (!parse_expect(p, TOK_RPAREN, "to close the parenthesis")) {
		expr_destroy(expr);
		return NULL;
	}
	expr->in_parens = true;
	expr->loc = parse_loc_from(p, start);
	return expr;
}

/* Behind the `@`: the number of a page of the window. */
static struct expr *parse_page(struct parser *p)
{
	uint32_t start = p->tok.start;
	struct expr *page = NULL;
	struct loc loc;

	parse_advance(p);
	loc = token_loc(&p->lex, &p->tok);
	if (p->tok.start != p->last_end) {
		parse_unexpected(p, "the number of a page right behind '@'", NULL);
	} else if (parse_at(p, TOK_NUMBER) && p->tok.suffixed) {
		diag_error(p->diags, &loc, "@4 is page 4 of the window, @0+64K a distance in bytes",
			   "'@' counts pages and takes no suffix");
	} else if (parse_at(p, TOK_NUMBER) && p->tok.number > INT64_MAX / 4096) {
		diag_error(p->diags, &loc, NULL, "this page lies beyond 64 bits");
	} else if (parse_at(p, TOK_NUMBER)) {
		page = parse_number(p);
	} else if (parse_at(p, TOK_NAME)) {
		page = parse_make_expr(p, EXPR_NAME, p->tok.start, NULL, NULL);
		page->loc = loc;
		page->text = parse_name(p, "a name", NULL);
	} else if (parse_at(p, TOK_LPAREN)) {
		page = parse_parens(p);
	} else {
		parse_unexpected(p, "the number of a page behind '@'", "write @4 or @(i+1)");
	}
	return page ? parse_make_expr(p, EXPR_PAGE, start, page, NULL) : NULL;
}

/* Does NAME[.NAME...]= begin here, as in a struct's field? */
static bool at_field(const struct parser *p)
{
	struct lexer ahead = p->lex;
	struct token token;

	if (!parse_at(p, TOK_NAME))
		return false;
	lex_next(&ahead, &token);
	while (token.kind == TOK_DOT) {
		lex_next(&ahead, &token);
		if (token.kind != TOK_NAME)
			return false;
		lex_next(&ahead, &token);
	}
	return token.kind == TOK_ASSIGN;
}

/*
 * Elements up to @close, which is consumed. Behind a `=>` that is followed by a field come the
 * fields a call writes. A lone `...` sets *elided.
 */
static bool parse_elements(struct parser *p, enum token_kind close, GPtrArray *args, bool *elided)
{
	bool out = false;

	while (!parse_at(p, close)) {
		struct arg *arg;

		if (parse_accept(p, TOK_ELLIPSIS)) {
			*elided = true;
			if (parse_at(p, close) || parse_accept(p, TOK_COMMA))
				continue;
			parse_unexpected(p, "',' behind '...'", NULL);
			return false;
		}
		if (!out && parse_accept(p, TOK_ARROW))
			out = true;
		arg = parse_arg(p);
		if (!arg)
			return false;
		arg->out = out;
		g_ptr_array_add(args, arg);
		if (args->len > AST_MAX_ARGS) {
			diag_error(p->diags, &arg->loc, NULL, "more than %d elements",
				   AST_MAX_ARGS);
			return false;
		}
		if (parse_at(p, close) || parse_accept(p, TOK_COMMA) || parse_at(p, TOK_ARROW))
			continue;
		parse_unexpected(p, close == TOK_RPAREN ? "',' or ')' behind this argument" :
				 close == TOK_RBRACE ? "',' or '}' behind this element" :
				 "',' or ']' behind this element",
				 parse_at(p, TOK_ASSIGN) ? "'==' compares" : NULL);
		return false;
	}
	parse_advance(p);
	return true;
}

/* All named or none; a struct without names is a set. */
static bool check_names(struct parser *p, const GPtrArray *args, bool *named)
{
	*named = args->len > 0;
	for (unsigned int i = 0; i < args->len; i++) {
		const struct arg *arg = g_ptr_array_index(args, i);
		const struct arg *first = g_ptr_array_index(args, 0);

		*named = first->name != NULL;
		if ((arg->name != NULL) == *named)
			continue;
		diag_error(p->diags, &arg->loc, "{a, b} is a set, {x=a, y=b} a struct",
			   *named ? "a field without a name" : "a field among a set's elements");
		return false;
	}
	return true;
}

static struct expr *parse_braces(struct parser *p)
{
	uint32_t start = p->tok.start;
	GPtrArray *args = g_ptr_array_new_with_free_func(arg_free);
	bool elided = false, named = false, stop_minus = p->stop_minus;
	struct expr *expr;

	parse_advance(p);
	p->stop_minus = false;
	if (!parse_elements(p, TOK_RBRACE, args, &elided) || !check_names(p, args, &named)) {
		g_ptr_array_unref(args);
		return NULL;
	}
	p->stop_minus = stop_minus;
	expr = parse_make_expr(p, named ? EXPR_STRUCT : EXPR_SET, start, NULL, NULL);
	expr->elided = elided;
	return set_args(p, expr, args);
}

static struct expr *parse_list(struct parser *p)
{
	uint32_t start = p->tok.start;
	GPtrArray *args = g_ptr_array_new_with_free_func(arg_free);
	bool elided = false;
	struct expr *expr;

	parse_advance(p);
	if (!parse_elements(p, TOK_RBRACKET, args, &elided)) {
		g_ptr_array_unref(args);
		return NULL;
	}
	expr = parse_make_expr(p, EXPR_LIST, start, NULL, NULL);
	expr->elided = elided;
	return set_args(p, expr, args);
}

GPtrArray *parse_args(struct parser *p)
{
	GPtrArray *args = g_ptr_array_new_with_free_func(arg_free);
	bool elided = false, stop_minus = p->stop_minus;
	uint32_t start = p->tok.start;

	p->stop_minus = false;
	if (!parse_elements(p, TOK_RPAREN, args, &elided)) {
		g_ptr_array_unref(args);
		return NULL;
	}
	p->stop_minus = stop_minus;
	if (elided) {
		struct loc loc = parse_loc_from(p, start);

		diag_error(p->diags, &loc, "write them out",
			   "arguments are left out by '...'");
		g_ptr_array_unref(args);
		return NULL;
	}
	return args;
}

static struct expr *parse_primary(struct parser *p)
{
	switch (p->tok.kind) {
	case TOK_NUMBER:
		return parse_number(p);
	case TOK_STRING:
		return parse_string_expr(p);
	case TOK_NAME:
		return parse_name_expr(p);
	case TOK_LPAREN:
		return parse_parens(p);
	case TOK_AT:
		return parse_page(p);
	case TOK_LBRACE:
		return parse_braces(p);
	case TOK_LBRACKET:
		return parse_list(p);
	default:
		parse_unexpected(p, "an expression", NULL);
		return NULL;
	}
}

/* A primary with its members: vma(@4).anon_vma.root */
static struct expr *parse_postfix(struct parser *p)
{
	uint32_t start = p->tok.start;
	struct expr *expr;

	if (p->depth >= AST_MAX_DEPTH) {
		too_deep(p);
		return NULL;
	}
	p->depth++;
	expr = parse_primary(p);
	p->depth--;
	while (expr && parse_accept(p, TOK_DOT)) {
		struct expr *member;
		char *name = parse_name(p, "the name of a member behind '.'", NULL);

		if (!name) {
			expr_destroy(expr);
			return NULL;
		}
		member = parse_make_expr(p, EXPR_MEMBER, start, expr, NULL);
		if (member)
			member->text = name;
		else
			g_free(name);
		expr = member;
	}
	return expr;
}

static struct expr *parse_unary(struct parser *p)
{
	uint32_t start = p->tok.start;
	struct expr *operand, *expr;
	enum expr_op op;

	switch (p->tok.kind) {
	case TOK_NOT:
		op = OP_NOT;
		break;
	case TOK_TILDE:
		op = OP_INVERT;
		break;
	case TOK_MINUS:
		op = OP_NEGATE;
		break;
	case TOK_PLUS:
		op = OP_PLUS;
		break;
	default:
		return parse_postfix(p);
	}
	if (p->depth >= AST_MAX_DEPTH) {
		too_deep(p);
		return NULL;
	}
	parse_advance(p);
	p->depth++;
	operand = parse_unary(p);
	p->depth--;
	if (!operand)
		return NULL;
	expr = parse_make_expr(p, EXPR_UNARY, start, operand, NULL);
	if (expr)
		expr->op = op;
	return expr;
}

/* Index of the current token in binary_ops, -1 when it is no operator at this precedence. */
static int find_binary(const struct parser *p, int precedence)
{
	if (p->stop_minus && parse_at(p, TOK_MINUS))
		return -1;
	for (unsigned int i = 0; i < G_N_ELEMENTS(binary_ops); i++)
		if (binary_ops[i].token == p->tok.kind && binary_ops[i].precedence >= precedence)
			return (int)i;
	return -1;
}

static bool is_comparison(const struct expr *expr)
{
	return expr->kind == EXPR_BINARY && !expr->in_parens && expr->op >= OP_LT &&
	       expr->op <= OP_NE;
}

/* a == b|c is (a == b)|c, as in C, and hardly ever meant. */
static void warn_precedence(struct parser *p, const struct expr *expr)
{
	const struct expr *side = is_comparison(expr->a) ? expr->a : expr->b;

	if ((expr->op != OP_OR && expr->op != OP_AND && expr->op != OP_XOR) ||
	    !is_comparison(side))
		return;
	diag_add(p->diags, DIAG_WARNING, &side->loc, "put parentheses where you mean them",
		 "'%s' binds tighter than '%s', as in C", expr_op_words(side->op),
		 expr_op_words(expr->op));
}

static struct expr *parse_binary(struct parser *p, int precedence)
{
	uint32_t start = p->tok.start;
	struct expr *left = parse_unary(p);
	int i;

	while (left && (i = find_binary(p, precedence)) >= 0) {
		struct expr *right;

		parse_advance(p);
		right = parse_binary(p, binary_ops[i].precedence + 1);
		if (!right) {
			expr_destroy(left);
			return NULL;
		}
		left = parse_make_expr(p, EXPR_BINARY, start, left, right);
		if (left) {
			left->op = binary_ops[i].op;
			warn_precedence(p, left);
		}
	}
	return left;
}

struct expr *parse_expr(struct parser *p)
{
	return parse_binary(p, 1);
}

/* NAME= of an argument, NAME possibly with dots; NULL when there is none. */
static char *parse_field_name(struct parser *p)
{
	GString *name;

	if (!at_field(p))
		return NULL;
	name = g_string_new(NULL);
	do {
		char *part = parse_name(p, "a field", NULL);

		g_string_append_printf(name, "%s%s", name->len ? "." : "", part);
		g_free(part);
	} while (parse_accept(p, TOK_DOT));
	parse_advance(p);
	return g_string_free(name, FALSE);
}

static struct expr *parse_arg_value(struct parser *p)
{
	uint32_t start = p->tok.start;
	struct expr *value, *second;
	enum expr_kind kind;

	if (parse_accept(p, TOK_ELLIPSIS))
		return parse_make_expr(p, EXPR_ELIDED, start, NULL, NULL);
	value = parse_expr(p);
	if (!value)
		return NULL;
	if (parse_at(p, TOK_DOTDOT)) {
		kind = EXPR_RANGE;
	} else if (parse_at(p, TOK_ARROW)) {
		struct parser ahead = *p;

		/* `=> name=...` opens the output fields of the struct around. */
		lex_next(&ahead.lex, &ahead.tok);
		if (at_field(&ahead))
			return value;
		kind = EXPR_INOUT;
	} else {
		return value;
	}
	parse_advance(p);
	second = parse_expr(p);
	if (!second) {
		expr_destroy(value);
		return NULL;
	}
	return parse_make_expr(p, kind, start, value, second);
}

struct arg *parse_arg(struct parser *p)
{
	uint32_t start = p->tok.start;
	char *name = parse_field_name(p);
	struct expr *value;
	struct arg *arg;

	p->depth++;
	value = parse_arg_value(p);
	p->depth--;
	if (!value) {
		g_free(name);
		return NULL;
	}
	arg = g_new0(struct arg, 1);
	arg->name = name;
	arg->value = value;
	arg->loc = parse_loc_from(p, start);
	return arg;
}
