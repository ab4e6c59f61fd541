/*
 * Calls: [TASK:] [NAME =] CALL(ARG, ...) [= RESULT [or RESULT]...] [fail_nth N], and what strace
 * adds.
 *
 * In the kernel: nothing. Left out: calls which strace cut in two, its reports of signals and
 * exits; refused with a word on how to get on. Locks: none.
 */
#include "sim/parse_internal.h"

#include <string.h>

static void result_free(void *data)
{
	result_destroy(data);
}

bool parse_task_ref(struct parser *p, struct task_ref *task)
{
	uint32_t start = p->tok.start;

	task->process = parse_name(p, "the name of a process", NULL);
	if (!task->process)
		return false;
	if (parse_accept(p, TOK_DOT)) {
		task->thread = parse_name(p, "the name of a thread behind '.'", NULL);
		if (!task->thread)
			return false;
	}
	task->loc = parse_loc_from(p, start);
	return true;
}

/* `<comm>`, which strace -Y writes behind a pid. */
static bool skip_comm(struct parser *p)
{
	const char *text = p->source->text;
	uint32_t at = p->tok.end;

	if (!parse_at(p, TOK_LT))
		return true;
	while (text[at] && text[at] != '\n' && text[at] != '>')
		at++;
	if (text[at] != '>') {
		parse_unexpected(p, "a call", NULL);
		return false;
	}
	p->lex.pos = at + 1;
	parse_advance(p);
	return true;
}

/* [pid 4711] or a leading 4711 */
static bool parse_pid(struct parser *p, struct task_ref *task)
{
	uint32_t start = p->tok.start;
	bool brackets = parse_accept(p, TOK_LBRACKET);

	if (brackets && !parse_at_word(p, "pid")) {
		parse_unexpected(p, "'pid'", "strace writes [pid 4711]");
		return false;
	}
	if (brackets)
		parse_advance(p);
	if (!parse_at(p, TOK_NUMBER)) {
		parse_unexpected(p, "the number of a process", NULL);
		return false;
	}
	task->process = g_strdup_printf("pid%" G_GUINT64_FORMAT, p->tok.number);
	parse_advance(p);
	if (!skip_comm(p) || (brackets && !parse_expect(p, TOK_RBRACKET, "behind the pid")))
		return false;
	task->loc = parse_loc_from(p, start);
	return true;
}

/* TASK: in front of the call, if there is one. */
static bool parse_task(struct parser *p, struct task_ref *task)
{
	enum token_kind next = parse_peek(p, 1, NULL);

	if (parse_at(p, TOK_LBRACKET) || parse_at(p, TOK_NUMBER))
		return parse_pid(p, task);
	if (!parse_at(p, TOK_NAME))
		return true;
	if (next == TOK_COLON || (next == TOK_DOT && parse_peek(p, 3, NULL) == TOK_COLON))
		return parse_task_ref(p, task) && parse_expect(p, TOK_COLON, "behind the task");
	return true;
}

/* Lines of an strace log that are no calls: signals, exits, second halves. True if it was one. */
static bool refuse_strace_report(struct parser *p)
{
	const char *text = p->source->text + p->tok.start;
	struct loc loc = token_loc(&p->lex, &p->tok);
	const char *what = NULL;

	if (g_str_has_prefix(text, "---"))
		what = "strace's report of a signal is not a statement";
	else if (g_str_has_prefix(text, "+++"))
		what = "strace's report of an exit is not a statement";
	else if (parse_at(p, TOK_RESUMED))
		what = "the second half of a call that strace cut in two";
	else if (g_str_has_prefix(text, "strace: "))
		what = "strace's report about itself is not a statement";
	if (!what)
		return false;
	diag_error(p->diags, &loc, "leave the line out, or let 'mmsim import' read the log",
		   "%s", what);
	return true;
}

/* -1 EINVAL: what the C library returns, and errno. Made into -EINVAL. */
static bool at_minus_one_errno(const struct parser *p)
{
	struct token one, name;

	if (!parse_at(p, TOK_MINUS) || parse_peek(p, 1, &one) != TOK_NUMBER || one.number != 1)
		return false;
	return parse_peek(p, 2, &name) == TOK_NAME && p->source->text[name.start] == 'E';
}

/* (Invalid argument), (flags FD_CLOEXEC): words of strace behind a result. */
static bool skip_words(struct parser *p)
{
	if (!parse_at(p, TOK_LPAREN))
		return true;
	if (!lex_skip_parens(&p->lex)) {
		parse_unexpected(p, "the end of the line", "this '(' is not closed");
		return false;
	}
	p->tok.end = p->lex.pos;
	parse_advance(p);
	return true;
}

static struct expr *parse_errno(struct parser *p, uint32_t start)
{
	struct expr *name = parse_make_expr(p, EXPR_NAME, p->tok.start, NULL, NULL), *expr;

	name->loc = token_loc(&p->lex, &p->tok);
	name->text = parse_name(p, "an errno", NULL);
	expr = parse_make_expr(p, EXPR_UNARY, start, name, NULL);
	expr->op = OP_NEGATE;
	return expr;
}

static bool parse_result_expr(struct parser *p, struct result *result)
{
	uint32_t start = p->tok.start;

	if (at_minus_one_errno(p)) {
		parse_advance(p);
		parse_advance(p);
		result->expr = parse_errno(p, start);
		return skip_words(p);
	}
	result->expr = parse_expr(p);
	return result->expr && skip_words(p);
}

static bool parse_result_into(struct parser *p, struct result *result)
{
	bool bare = parse_at(p, TOK_NAME) && parse_peek(p, 1, NULL) != TOK_LPAREN;

	if (parse_accept(p, TOK_QUESTION)) {
		result->kind = RESULT_ANY;
		if (!parse_at(p, TOK_NAME) || p->source->text[p->tok.start] != 'E')
			return true;
		parse_advance(p);	/* ? ERESTARTSYS (To be restarted ...) */
		return skip_words(p);
	}
	if (bare && parse_at_word(p, "blocked")) {
		result->kind = RESULT_BLOCKED;
		parse_advance(p);
		return true;
	}
	if (bare && g_str_has_prefix(p->source->text + p->tok.start, "SIG")) {
		result->kind = RESULT_SIGNAL;
		result->word = parse_name(p, "a signal", NULL);
		return true;
	}
	result->kind = RESULT_EXPR;
	return parse_result_expr(p, result);
}

static bool parse_results(struct parser *p, GPtrArray *results)
{
	do {
		struct result *result = g_new0(struct result, 1);
		uint32_t start = p->tok.start;

		g_ptr_array_add(results, result);
		if (results->len > 1) {
			parse_advance(p);
			start = p->tok.start;
		}
		if (!parse_result_into(p, result))
			return false;
		result->loc = parse_loc_from(p, start);
	} while (parse_at_word(p, "or"));
	return true;
}

/* Behind the arguments: results and fail_nth in either order. */
static bool parse_call_tail(struct parser *p, struct stmt_call *call)
{
	while (!parse_at_end(p)) {
		struct loc loc = token_loc(&p->lex, &p->tok);

		if (parse_at_word(p, "fail_nth")) {
			if (call->fail_nth || call->fail_any) {
				diag_error(p->diags, &loc, NULL, "a second fail_nth");
				return false;
			}
			parse_advance(p);
			call->fail_any = parse_accept(p, TOK_QUESTION);
			if (!call->fail_any)
				call->fail_nth = parse_expr(p);
			if (!call->fail_any && !call->fail_nth)
				return false;
		} else if (parse_at(p, TOK_ASSIGN)) {
			if (call->results->len) {
				diag_error(p->diags, &loc, "alternatives are joined by 'or'",
					   "a second result");
				return false;
			}
			parse_advance(p);
			if (!parse_results(p, call->results))
				return false;
		} else if (!parse_accept(p, TOK_DURATION)) {
			parse_unexpected(p, call->results->len ? "'or', 'fail_nth' or the end of "
					 "the line" : "'=', 'fail_nth' or the end of the line",
					 parse_at(p, TOK_EQ) ? "a result is written with one '='" :
					 NULL);
			return false;
		}
	}
	return true;
}

/* The name of the call at the current token, or a word on what a statement looks like. */
static bool check_call_name(struct parser *p)
{
	static const char *const words[] = {
		"title", "window", "set", "bug", "expect", "sometimes", "never", "must", "show",
		"graph", "step", "note", "check", "for", "include", "race", "order",
		"let",
	};
	struct loc loc = token_loc(&p->lex, &p->tok);
	struct nearest nearest;
	char *name, *note;

	if (!parse_at(p, TOK_NAME)) {
		parse_unexpected(p, "a statement", NULL);
		return false;
	}
	if (parse_peek(p, 1, NULL) == TOK_LPAREN)
		return true;
	name = token_text(&p->lex, &p->tok);
	nearest_init(&nearest, name);
	for (unsigned int i = 0; i < G_N_ELEMENTS(words); i++)
		nearest_offer(&nearest, words[i]);
	note = nearest.best && nearest.distance ? nearest_note(&nearest) :
	       nearest.best ? g_strdup("only a call takes a task, a variable or arguments") :
	       g_strdup("a call is written NAME(ARG, ...)");
	diag_error(p->diags, &loc, note, "'%s' is not a statement", name);
	g_free(note);
	g_free(name);
	return false;
}

struct stmt *parse_call(struct parser *p)
{
	struct stmt *stmt = parse_make_stmt(STMT_CALL);
	struct stmt_call *call = &stmt->call;

	call->results = g_ptr_array_new_with_free_func(result_free);
	if (refuse_strace_report(p) || !parse_task(p, &call->task) || refuse_strace_report(p))
		goto fail;
	p->script->has_host_thread |= !g_strcmp0(call->task.process, "ksmd") ||
					!g_strcmp0(call->task.process, "khugepaged");
	if (parse_at(p, TOK_NAME) && parse_peek(p, 1, NULL) == TOK_ASSIGN) {
		call->var = parse_name(p, "a variable", &call->var_loc);
		parse_advance(p);
	}
	if (!check_call_name(p))
		goto fail;
	call->name = parse_name(p, "a call", &call->name_loc);
	parse_advance(p);
	call->args = parse_args(p);
	if (!call->args || !parse_call_tail(p, call))
		goto fail;
	return stmt;
fail:
	stmt_destroy(stmt);
	return NULL;
}
