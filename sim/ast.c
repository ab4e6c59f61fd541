/*
 * The tree of a scenario: its words and its end.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/ast.h"

static const char *const op_words[] = {
	[OP_NOT] = "!", [OP_INVERT] = "~", [OP_NEGATE] = "-", [OP_PLUS] = "+",
	[OP_MUL] = "*", [OP_DIV] = "/", [OP_MOD] = "%", [OP_ADD] = "+", [OP_SUB] = "-",
	[OP_SHL] = "<<", [OP_SHR] = ">>",
	[OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
	[OP_EQ] = "==", [OP_NE] = "!=",
	[OP_AND] = "&", [OP_XOR] = "^", [OP_OR] = "|",
	[OP_ANDAND] = "&&", [OP_OROR] = "||",
};

static const char *const show_names[NR_SHOW] = {
	[SHOW_VMAS] = "vmas", [SHOW_PAGES] = "pages", [SHOW_RMAP] = "rmap",
	[SHOW_PAGETABLE] = "pagetable", [SHOW_ANON_VMA] = "anon_vma", [SHOW_SWAP] = "swap",
	[SHOW_LOCKS] = "locks", [SHOW_SMAPS] = "smaps",
};

const char *const ast_graph_views[] = {
	"vmas", "anon_vma", "pagetable", "rmap", "folios", "tree", "all", NULL
};

const char *expr_op_words(enum expr_op op)
{
	return op_words[op];
}

const char *show_words(enum show_what what)
{
	return show_names[what];
}

const char *quantifier_words(enum quantifier quantifier)
{
	switch (quantifier) {
	case QUANT_EXPECT:
		return "expect";
	case QUANT_SOMETIMES:
		return "sometimes";
	case QUANT_NEVER:
		return "never";
	}
	return "expect";
}

static void array_unref(GPtrArray *array)
{
	if (array)
		g_ptr_array_unref(array);
}

void expr_destroy(struct expr *expr)
{
	if (!expr)
		return;
	expr_destroy(expr->a);
	expr_destroy(expr->b);
	array_unref(expr->args);
	g_free(expr->text);
	g_free(expr->annotation);
	g_free(expr);
}

void arg_destroy(struct arg *arg)
{
	if (!arg)
		return;
	expr_destroy(arg->value);
	g_free(arg->name);
	g_free(arg);
}

void result_destroy(struct result *result)
{
	if (!result)
		return;
	expr_destroy(result->expr);
	g_free(result->word);
	g_free(result);
}

void setting_destroy(struct setting *setting)
{
	if (!setting)
		return;
	g_free(setting->key);
	g_free(setting->value);
	expr_destroy(setting->expr);
	g_free(setting);
}

static void task_ref_fini(struct task_ref *task)
{
	g_free(task->process);
	g_free(task->thread);
}

static void call_fini(struct stmt_call *call)
{
	task_ref_fini(&call->task);
	g_free(call->var);
	g_free(call->name);
	array_unref(call->args);
	array_unref(call->results);
	expr_destroy(call->fail_nth);
}

static void loop_fini(struct stmt_for *loop)
{
	g_free(loop->var);
	expr_destroy(loop->from);
	expr_destroy(loop->to);
	array_unref(loop->body);
}

void stmt_destroy(struct stmt *stmt)
{
	if (!stmt)
		return;
	switch (stmt->kind) {
	case STMT_CALL:
		call_fini(&stmt->call);
		break;
	case STMT_EXPECT:
		array_unref(stmt->expect.exprs);
		break;
	case STMT_MAPS:
		task_ref_fini(&stmt->maps.task);
		array_unref(stmt->maps.lines);
		break;
	case STMT_MUST_VIOLATE:
		g_free(stmt->invariant);
		break;
	case STMT_SHOW:
		task_ref_fini(&stmt->show.task);
		break;
	case STMT_GRAPH:
		g_free(stmt->graph.file);
		g_free(stmt->graph.view);
		break;
	case STMT_STEP:
	case STMT_NOTE:
		g_free(stmt->text);
		break;
	case STMT_LET:
		g_free(stmt->let.name);
		expr_destroy(stmt->let.expr);
		break;
	case STMT_CHECK:
		break;
	case STMT_FOR:
		loop_fini(&stmt->loop);
		break;
	case STMT_INCLUDE:
		g_free(stmt->include.path);
		array_unref(stmt->include.body);
		break;
	case STMT_RACE:
		array_unref(stmt->race.members);
		break;
	case STMT_ORDER:
		array_unref(stmt->order.items);
		break;
	}
	g_free(stmt);
}

void script_destroy(struct script *script)
{
	if (!script)
		return;
	g_free(script->name);
	g_free(script->title);
	g_free(script->description);
	g_ptr_array_unref(script->settings);
	g_ptr_array_unref(script->statements);
	g_ptr_array_unref(script->sources);
	g_free(script);
}
