/*
 * A tree as text: one canonical spelling for each statement.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/ast.h"

#include <string.h>

/* How blocks are shown: on one line, or each statement on its own at a depth of tabs. */
struct printer {
	GString *out;
	bool one_line;
	unsigned int indent;
};

static void print_expr(GString *out, const struct expr *expr);
static void print_stmt(struct printer *printer, const struct stmt *stmt);

/* Escaped, but letters beyond ASCII kept when they are valid. */
static void print_string(GString *out, const char *text)
{
	char *high = NULL, *escaped;

	if (g_utf8_validate(text, -1, NULL)) {
		high = g_malloc(129);
		for (unsigned int i = 0; i < 128; i++)
			high[i] = (char)(128 + i);
		high[128] = '\0';
	}
	escaped = g_strescape(text, high);
	g_string_append_printf(out, "\"%s\"", escaped);
	g_free(escaped);
	g_free(high);
}

static void print_arg(GString *out, const struct arg *arg)
{
	if (arg->name)
		g_string_append_printf(out, "%s=", arg->name);
	print_expr(out, arg->value);
}

static void print_args(GString *out, const GPtrArray *args, bool elided)
{
	bool behind_arrow = false;

	for (unsigned int i = 0; i < args->len; i++) {
		const struct arg *arg = g_ptr_array_index(args, i);

		if (arg->out && !behind_arrow) {
			g_string_append(out, i ? " => " : "=> ");
			behind_arrow = true;
		} else if (i) {
			g_string_append(out, ", ");
		}
		print_arg(out, arg);
	}
	if (elided)
		g_string_append(out, args->len ? ", ..." : "...");
}

static void print_group(GString *out, const struct expr *expr, const char *open, const char *close)
{
	g_string_append(out, open);
	print_args(out, expr->args, expr->elided);
	g_string_append(out, close);
}

static void print_bare(GString *out, const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_STRING:
		print_string(out, expr->text);
		g_string_append(out, expr->elided ? "..." : "");
		break;
	case EXPR_NUMBER:
	case EXPR_NAME:
		g_string_append(out, expr->text);
		if (expr->annotation)
			g_string_append_printf(out, "<%s>", expr->annotation);
		break;
	case EXPR_PAGE:
		g_string_append_c(out, '@');
		print_expr(out, expr->a);
		break;
	case EXPR_QUALIFIED:
		g_string_append_printf(out, "%s:", expr->text);
		print_expr(out, expr->a);
		break;
	case EXPR_UNARY:
		g_string_append(out, expr_op_words(expr->op));
		print_expr(out, expr->a);
		break;
	case EXPR_BINARY:
		print_expr(out, expr->a);
		g_string_append_printf(out, expr->op == OP_OR ? "%s" : " %s ",
				       expr_op_words(expr->op));
		print_expr(out, expr->b);
		break;
	case EXPR_CALL:
		g_string_append(out, expr->text);
		print_group(out, expr, "(", ")");
		break;
	case EXPR_MEMBER:
		print_expr(out, expr->a);
		g_string_append_printf(out, ".%s", expr->text);
		break;
	case EXPR_SET:
	case EXPR_STRUCT:
		print_group(out, expr, "{", "}");
		break;
	case EXPR_LIST:
		print_group(out, expr, "[", "]");
		break;
	case EXPR_RANGE:
	case EXPR_INOUT:
		print_expr(out, expr->a);
		g_string_append(out, expr->kind == EXPR_RANGE ? ".." : " => ");
		print_expr(out, expr->b);
		break;
	case EXPR_ELIDED:
		g_string_append(out, "...");
		break;
	}
}

static void print_expr(GString *out, const struct expr *expr)
{
	if (expr->in_parens)
		g_string_append_c(out, '(');
	print_bare(out, expr);
	if (expr->in_parens)
		g_string_append_c(out, ')');
}

static void print_result(GString *out, const struct result *result)
{
	switch (result->kind) {
	case RESULT_EXPR:
		print_expr(out, result->expr);
		break;
	case RESULT_SIGNAL:
		g_string_append(out, result->word);
		break;
	case RESULT_BLOCKED:
		g_string_append(out, "blocked");
		break;
	case RESULT_ANY:
		g_string_append_c(out, '?');
		break;
	}
}

static void print_task(GString *out, const struct task_ref *task, const char *before,
		       const char *behind)
{
	if (!task->process)
		return;
	g_string_append_printf(out, "%s%s", before, task->process);
	if (task->thread)
		g_string_append_printf(out, ".%s", task->thread);
	g_string_append(out, behind);
}

static void print_call(GString *out, const struct stmt_call *call)
{
	print_task(out, &call->task, "", ": ");
	if (call->var)
		g_string_append_printf(out, "%s = ", call->var);
	g_string_append_printf(out, "%s(", call->name);
	print_args(out, call->args, false);
	g_string_append_c(out, ')');
	for (unsigned int i = 0; i < call->results->len; i++) {
		g_string_append(out, i ? " or " : " = ");
		print_result(out, g_ptr_array_index(call->results, i));
	}
	if (call->fail_any)
		g_string_append(out, " fail_nth ?");
	if (call->fail_nth) {
		g_string_append(out, " fail_nth ");
		print_expr(out, call->fail_nth);
	}
}

static void print_maps_line(GString *out, const struct maps_line *line)
{
	print_expr(out, line->start);
	g_string_append_c(out, '-');
	print_expr(out, line->end);
	g_string_append_printf(out, " %s", line->perms);
	if (line->pgoff) {
		g_string_append(out, " pgoff=");
		print_expr(out, line->pgoff);
	}
	if (line->anon_vma)
		g_string_append_printf(out, " anon_vma=%s", line->anon_vma);
	if (line->name) {
		g_string_append_c(out, ' ');
		print_string(out, line->name);
	}
}

/* What separates the parts of a block. */
static void print_break(struct printer *printer, bool first)
{
	if (printer->one_line) {
		g_string_append(printer->out, first ? " " : "; ");
		return;
	}
	g_string_append_c(printer->out, '\n');
	for (unsigned int i = 0; i < printer->indent; i++)
		g_string_append_c(printer->out, '\t');
}

static void print_block(struct printer *printer, const GPtrArray *body)
{
	g_string_append(printer->out, " {");
	printer->indent++;
	for (unsigned int i = 0; i < body->len; i++) {
		print_break(printer, i == 0);
		print_stmt(printer, g_ptr_array_index(body, i));
	}
	printer->indent--;
	print_break(printer, true);
	g_string_append_c(printer->out, '}');
}

static void print_maps(struct printer *printer, const struct stmt_maps *maps)
{
	g_string_append(printer->out, "expect maps");
	print_task(printer->out, &maps->task, " ", "");
	g_string_append(printer->out, " {");
	printer->indent++;
	for (unsigned int i = 0; i < maps->lines->len; i++) {
		print_break(printer, i == 0);
		print_maps_line(printer->out, g_ptr_array_index(maps->lines, i));
	}
	printer->indent--;
	print_break(printer, true);
	g_string_append_c(printer->out, '}');
}

static void print_race(struct printer *printer, const struct stmt_race *race)
{
	g_string_append(printer->out, "race {");
	printer->indent++;
	for (unsigned int i = 0; i < race->members->len; i++) {
		const struct race_member *member = g_ptr_array_index(race->members, i);

		print_break(printer, i == 0);
		g_string_append(printer->out, member->name);
		print_task(printer->out, &member->task, " in ", "");
		print_block(printer, member->body);
	}
	printer->indent--;
	print_break(printer, true);
	g_string_append_c(printer->out, '}');
}

static void print_order(GString *out, const struct stmt_order *order)
{
	g_string_append(out, "order");
	for (unsigned int i = 0; i < order->items->len; i++) {
		const struct order_item *item = g_ptr_array_index(order->items, i);

		g_string_append_printf(out, "%s%s", i ? ", " : " ", item->member);
		if (item->until)
			g_string_append_printf(out, " until %s", item->until);
	}
}

static void print_expect(GString *out, const struct stmt_expect *expect)
{
	g_string_append(out, quantifier_words(expect->quantifier));
	for (unsigned int i = 0; i < expect->exprs->len; i++) {
		g_string_append(out, i ? ", " : " ");
		print_expr(out, g_ptr_array_index(expect->exprs, i));
	}
}

static void print_quoted(GString *out, const char *word, const char *text)
{
	g_string_append_printf(out, "%s ", word);
	print_string(out, text);
}

static void print_stmt(struct printer *printer, const struct stmt *stmt)
{
	GString *out = printer->out;

	switch (stmt->kind) {
	case STMT_CALL:
		print_call(out, &stmt->call);
		break;
	case STMT_EXPECT:
		print_expect(out, &stmt->expect);
		break;
	case STMT_MAPS:
		print_maps(printer, &stmt->maps);
		break;
	case STMT_MUST_VIOLATE:
		g_string_append_printf(out, "must violate %s", stmt->invariant);
		break;
	case STMT_SHOW:
		g_string_append_printf(out, "show %s", show_words(stmt->show.what));
		print_task(out, &stmt->show.task, " ", "");
		break;
	case STMT_GRAPH:
		print_quoted(out, "graph", stmt->graph.file);
		if (stmt->graph.view)
			g_string_append_printf(out, " %s", stmt->graph.view);
		break;
	case STMT_STEP:
		print_quoted(out, "step", stmt->text);
		break;
	case STMT_NOTE:
		print_quoted(out, "note", stmt->text);
		break;
	case STMT_LET:
		g_string_append_printf(out, "let %s = ", stmt->let.name);
		print_expr(out, stmt->let.expr);
		break;
	case STMT_CHECK:
		g_string_append(out, "check");
		break;
	case STMT_FOR:
		g_string_append_printf(out, "for %s in ", stmt->loop.var);
		print_expr(out, stmt->loop.from);
		g_string_append(out, "..");
		print_expr(out, stmt->loop.to);
		print_block(printer, stmt->loop.body);
		break;
	case STMT_INCLUDE:
		print_quoted(out, "include", stmt->include.path);
		break;
	case STMT_RACE:
		print_race(printer, &stmt->race);
		break;
	case STMT_ORDER:
		print_order(out, &stmt->order);
		break;
	}
}

static void print_setting(GString *out, const struct setting *setting)
{
	switch (setting->kind) {
	case SETTING_TITLE:
		print_quoted(out, "title", setting->value);
		return;
	case SETTING_WINDOW:
		g_string_append(out, "window ");
		break;
	case SETTING_SET:
		g_string_append_printf(out, "set %s = ", setting->key);
		break;
	case SETTING_BUG:
		g_string_append(out, "bug ");
		break;
	}
	if (setting->expr)
		print_expr(out, setting->expr);
	else
		g_string_append(out, setting->value);
}

char *task_ref_text(const struct task_ref *task)
{
	GString *out = g_string_new(NULL);

	print_task(out, task, "", "");
	return g_string_free(out, FALSE);
}

char *ast_statement_text(const struct stmt *stmt)
{
	struct printer printer = { .out = g_string_new(NULL), .one_line = true };

	print_stmt(&printer, stmt);
	return g_string_free(printer.out, FALSE);
}

char *ast_expr_text(const struct expr *expr)
{
	GString *out = g_string_new(NULL);

	print_expr(out, expr);
	return g_string_free(out, FALSE);
}

char *ast_arg_text(const struct arg *arg)
{
	GString *out = g_string_new(NULL);

	print_arg(out, arg);
	return g_string_free(out, FALSE);
}

char *ast_result_text(const struct result *result)
{
	GString *out = g_string_new(NULL);

	print_result(out, result);
	return g_string_free(out, FALSE);
}

char *ast_setting_text(const struct setting *setting)
{
	GString *out = g_string_new(NULL);

	print_setting(out, setting);
	return g_string_free(out, FALSE);
}

char *ast_script_text(const struct script *script)
{
	struct printer printer = { .out = g_string_new(NULL) };

	for (unsigned int i = 0; i < script->settings->len; i++) {
		const struct setting *setting = g_ptr_array_index(script->settings, i);

		if (setting->loc.source != g_ptr_array_index(script->sources, 0))
			continue;	/* belongs to an included file */
		print_setting(printer.out, setting);
		g_string_append_c(printer.out, '\n');
	}
	for (unsigned int i = 0; i < script->statements->len; i++) {
		print_stmt(&printer, g_ptr_array_index(script->statements, i));
		g_string_append_c(printer.out, '\n');
	}
	return g_string_free(printer.out, FALSE);
}
