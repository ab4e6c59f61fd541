/*
 * The evaluator of expressions: names, queries, sets, arguments. Arithmetic is in expr_arith.c.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/expr.h"

#include <stdarg.h>
#include <string.h>

#include "sim/expr_internal.h"

bool eval_error(struct eval *eval, const struct expr *expr, const char *note, const char *fmt, ...)
{
	va_list args;
	char *message;

	va_start(args, fmt);
	message = g_strdup_vprintf(fmt, args);
	va_end(args);
	diag_error(eval->diags, &expr->loc, note, "%s", message);
	g_free(message);
	return false;
}

bool eval_equal(const struct eval *eval, const struct value *a, const struct value *b)
{
	return value_equal(a, b, eval->own);
}

static void trace(struct eval *eval, const struct expr *expr, const struct value *value)
{
	if (eval->ops->trace && !eval->quiet)
		eval->ops->trace(eval, expr, value);
}

static void report_unknown_name(struct eval *eval, const struct expr *name)
{
	struct nearest nearest;
	char *note;

	nearest_init(&nearest, name->text);
	if (eval->ops->offer)
		eval->ops->offer(eval, &nearest, false);
	constants_offer(&nearest, eval->prefixes);
	note = nearest_note(&nearest);
	eval_error(eval, name, note, "unknown name '%s'", name->text);
	g_free(note);
}

/* Only "all ones" is meant as unsigned; AT_FDCWD and the like are negative ints. */
static struct value constant_value(const struct constant *constant)
{
	struct value value = value_int((int64_t)constant->value);

	value.is_unsigned = constant->value == UINT64_MAX;
	return value;
}

bool eval_name(struct eval *eval, const struct expr *name, struct value *out)
{
	const struct constant *constant;

	if (eval->ops->lookup && eval->ops->lookup(eval, name->text, out)) {
		if (out->kind != VALUE_PROCESS)
			trace(eval, name, out);
		return true;
	}
	constant = constant_find(name->text);
	if (!constant)
		constant = constant_find_prefixed(name->text, eval->prefixes);
	if (constant) {
		*out = constant_value(constant);
		return true;
	}
	if (eval->ops->word && eval->ops->word(eval, name->text, out))
		return true;
	report_unknown_name(eval, name);
	return false;
}

/* @N: bytes from the first page of the window. */
static bool eval_page(struct eval *eval, const struct expr *expr, struct value *out)
{
	uint64_t start, len, page, address;

	if (!eval->ops->window || !eval->ops->window(eval, &start, &len))
		return eval_error(eval, expr, "add 'window 40p' to the settings",
				  "'@' needs a window, and there is none");
	if (!eval_number(eval, expr->a, "the number of a page", &page))
		return false;
	if (page > INT64_MAX)
		return eval_error(eval, expr->a, NULL, "the number of a page is negative");
	if (__builtin_mul_overflow(page, (uint64_t)4096, &address) ||
	    __builtin_add_overflow(address, start, &address))
		return eval_error(eval, expr->a, NULL, "this page lies beyond 64 bits");
	*out = value_hex(address);
	return true;
}

/* Q:a */
static bool eval_qualified(struct eval *eval, const struct expr *expr, struct value *out)
{
	struct value process = value_int(0);
	uint64_t address;
	bool known = eval->ops->lookup && eval->ops->lookup(eval, expr->text, &process);

	if (!known || process.kind != VALUE_PROCESS) {
		struct nearest nearest;
		char *note;

		nearest_init(&nearest, expr->text);
		if (eval->ops->offer)
			eval->ops->offer(eval, &nearest, false);
		note = nearest_note(&nearest);
		eval_error(eval, expr, note, known ? "'%s' is not a process" :
			   "no process '%s'", expr->text);
		g_free(note);
		value_clear(&process);
		return false;
	}
	if (eval_number(eval, expr->a, "an address", &address)) {
		*out = value_addr(process.text, address);
		value_clear(&process);
		return true;
	}
	value_clear(&process);
	return false;
}

GPtrArray *eval_values_create(void)
{
	struct value list = value_list();
	GPtrArray *values = list.items;

	return values;
}

static void values_add(GPtrArray *values, struct value *value)
{
	struct value list = { .kind = VALUE_LIST, .items = values };

	value_append(&list, value);
}

/* A..B: the values A and B - A. */
static bool eval_range(struct eval *eval, const struct expr *expr, GPtrArray *values)
{
	struct value from = value_int(0), to = value_int(0), len = value_int(0);
	bool good = eval_expr(eval, expr->a, &from) && eval_expr(eval, expr->b, &to);

	if (good && (!value_is_number(&from) || !value_is_number(&to)))
		good = eval_error(eval, expr, NULL, "a range needs two addresses");
	/* In Q:@4..@8 the process goes for both. */
	if (good && from.kind == VALUE_ADDR && to.kind == VALUE_INT) {
		len = value_int((int64_t)to.number);
		to = value_addr(from.text, len.number);
	}
	if (good && to.number < from.number)
		good = eval_error(eval, expr, "the end of A..B is the first byte behind it",
				  "this range ends before it begins");
	good = good && eval_arith(eval, expr, OP_SUB, &to, &from, &len);
	if (good) {
		values_add(values, &from);
		values_add(values, &len);
	}
	value_clear(&from);
	value_clear(&to);
	value_clear(&len);
	return good;
}

bool eval_args(struct eval *eval, const GPtrArray *args,
	       const char *const *(*prefixes)(void *data, unsigned int i), void *data,
	       GPtrArray *values, struct value *named)
{
	const char *const *outer = eval->prefixes;
	struct value fields = value_struct();
	bool good = true;

	for (unsigned int i = 0; good && i < args->len; i++) {
		const struct arg *arg = g_ptr_array_index(args, i);
		struct value value = value_int(0);

		eval->prefixes = prefixes && !arg->name ? prefixes(data, values->len) : outer;
		if (arg->value->kind == EXPR_RANGE && !arg->name) {
			good = eval_range(eval, arg->value, values);
			continue;
		}
		good = eval_expr(eval, arg->value, &value);
		if (good && arg->name)
			value_set_field(&fields, arg->name, &value, arg->out);
		else if (good)
			values_add(values, &value);
		value_clear(&value);
	}
	eval->prefixes = outer;
	if (good && named)
		*named = fields;
	else if (good && fields.items->len)
		values_add(values, &fields);
	else
		value_clear(&fields);
	return good;
}

static bool eval_call(struct eval *eval, const struct expr *expr, struct value *out)
{
	GPtrArray *values = eval_values_create();
	struct value *flat;
	bool good;

	if (!eval->ops->call) {
		g_ptr_array_unref(values);
		return eval_error(eval, expr, NULL, "no query can be asked here");
	}
	good = eval_args(eval, expr->args, NULL, NULL, values, NULL);
	if (good) {
		flat = g_new0(struct value, values->len + 1);
		for (unsigned int i = 0; i < values->len; i++)
			flat[i] = *(struct value *)g_ptr_array_index(values, i);
		good = eval->ops->call(eval, expr, flat, values->len, out);
		g_free(flat);
	}
	g_ptr_array_unref(values);
	return good;
}

/* A query and its members, without telling the tracer. */
static bool eval_query(struct eval *eval, const struct expr *expr, struct value *out)
{
	struct value base = value_int(0);
	bool good;

	if (expr->kind == EXPR_CALL)
		return eval_call(eval, expr, out);
	if (expr->kind != EXPR_MEMBER)
		return eval_expr(eval, expr, out);
	good = eval_query(eval, expr->a, &base);
	if (good && base.kind == VALUE_STRUCT) {
		const struct value *field = value_field_in(&base, expr->text);

		if (field)
			value_copy(out, field);
		else
			good = eval_error(eval, expr, NULL, "no member '%s'", expr->text);
	} else if (good && eval->ops->member) {
		good = eval->ops->member(eval, expr, &base, out);
	} else if (good) {
		good = eval_error(eval, expr, NULL, "%s has no members",
				  value_kind_words(base.kind));
	}
	value_clear(&base);
	return good;
}

static bool eval_items(struct eval *eval, const struct expr *expr, struct value *out)
{
	struct value array = expr->kind == EXPR_SET ? value_set() :
			     expr->kind == EXPR_LIST ? value_list() : value_struct();
	bool good = true;

	if (expr->elided && expr->kind != EXPR_STRUCT)
		good = eval_error(eval, expr, "strace -v writes all of them",
				  "elements are left out by '...'");
	array.elided = expr->elided;
	for (unsigned int i = 0; good && i < expr->args->len; i++) {
		const struct arg *arg = g_ptr_array_index(expr->args, i);
		struct value value = value_int(0);

		good = eval_expr(eval, arg->value, &value);
		if (good && expr->kind == EXPR_STRUCT)
			value_set_field(&array, arg->name, &value, arg->out);
		else if (good)
			value_append(&array, &value);
		value_clear(&value);
	}
	if (good)
		*out = array;
	else
		value_clear(&array);
	return good;
}

/* before => after */
static bool eval_inout(struct eval *eval, const struct expr *expr, struct value *out)
{
	struct value after = value_int(0);

	if (!eval_expr(eval, expr->a, out))
		return false;
	if (out->kind != VALUE_STRUCT || expr->b->kind != EXPR_STRUCT)
		return true;
	if (!eval_expr(eval, expr->b, &after))
		return false;
	for (unsigned int i = 0; i < after.items->len; i++) {
		struct value_field *field = g_ptr_array_index(after.items, i);

		value_set_field(out, field->name, &field->value, true);
	}
	value_clear(&after);
	return true;
}

/* && and ||: the right side only when it decides. */
static bool eval_logic(struct eval *eval, const struct expr *expr, struct value *out)
{
	bool truth;

	if (!eval_truth(eval, expr->a, &truth))
		return false;
	if (truth == (expr->op == OP_ANDAND) && !eval_truth(eval, expr->b, &truth))
		return false;
	*out = value_int(truth);
	return true;
}

static bool eval_binary(struct eval *eval, const struct expr *expr, struct value *out)
{
	struct value a = value_int(0), b = value_int(0);
	bool good;

	if (expr->op == OP_ANDAND || expr->op == OP_OROR)
		return eval_logic(eval, expr, out);
	good = eval_expr(eval, expr->a, &a) && eval_expr(eval, expr->b, &b) &&
	       eval_arith(eval, expr, expr->op, &a, &b, out);
	value_clear(&a);
	value_clear(&b);
	return good;
}

static bool eval_unary(struct eval *eval, const struct expr *expr, struct value *out)
{
	struct value a = value_int(0);
	bool truth, good;

	if (expr->op == OP_NOT) {
		good = eval_truth(eval, expr->a, &truth);
		*out = value_int(good && !truth);
		return good;
	}
	good = eval_expr(eval, expr->a, &a) && eval_sign(eval, expr, &a, out);
	value_clear(&a);
	return good;
}

static bool eval_leaf(struct eval *eval, const struct expr *expr, struct value *out)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
		*out = value_unsigned(expr->number);
		return true;
	case EXPR_STRING:
		if (expr->elided)
			return eval_error(eval, expr, "strace -s 4096 writes longer strings",
					  "strace cut this string short");
		*out = value_string(expr->text);
		return true;
	case EXPR_ELIDED:
		return eval_error(eval, expr, "write the value", "strace left this value out");
	case EXPR_RANGE:
		return eval_error(eval, expr, NULL,
				  "a range can stand in the arguments of a call or query only");
	default:
		return eval_name(eval, expr, out);
	}
}

static bool eval_kind(struct eval *eval, const struct expr *expr, struct value *out)
{
	switch (expr->kind) {
	case EXPR_PAGE:
		return eval_page(eval, expr, out);
	case EXPR_QUALIFIED:
		return eval_qualified(eval, expr, out);
	case EXPR_UNARY:
		return eval_unary(eval, expr, out);
	case EXPR_BINARY:
		return eval_binary(eval, expr, out);
	case EXPR_CALL:
	case EXPR_MEMBER:
		if (!eval_query(eval, expr, out))
			return false;
		trace(eval, expr, out);
		return true;
	case EXPR_SET:
	case EXPR_STRUCT:
	case EXPR_LIST:
		return eval_items(eval, expr, out);
	case EXPR_INOUT:
		return eval_inout(eval, expr, out);
	default:
		return eval_leaf(eval, expr, out);
	}
}

bool eval_expr(struct eval *eval, const struct expr *expr, struct value *out)
{
	*out = value_int(0);
	if (eval_kind(eval, expr, out))
		return true;
	value_clear(out);
	return false;
}

bool eval_number(struct eval *eval, const struct expr *expr, const char *what, uint64_t *out)
{
	struct value value;
	bool good;

	if (!eval_expr(eval, expr, &value))
		return false;
	good = value.kind == VALUE_INT ||
	       (value.kind == VALUE_ADDR && eval->own && !strcmp(value.text, eval->own));
	*out = value.number;
	if (!good)
		eval_error(eval, expr, NULL, "%s has to be a number, and this is %s", what,
			   value_kind_words(value.kind));
	value_clear(&value);
	return good;
}

bool eval_truth(struct eval *eval, const struct expr *expr, bool *out)
{
	struct value value;
	bool good;

	*out = false;
	if (!eval_expr(eval, expr, &value))
		return false;
	good = value.kind != VALUE_STRING && value.kind != VALUE_STRUCT &&
	       value.kind != VALUE_LIST && value.kind != VALUE_PROCESS;
	if (good)
		*out = value_truth(&value);
	else
		eval_error(eval, expr, "compare it with something",
			   "%s is neither true nor false", value_kind_words(value.kind));
	value_clear(&value);
	return good;
}
