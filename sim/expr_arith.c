/*
 * Arithmetic of expressions: C's on 64 bits, with an error wherever C leaves the outcome open.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include <string.h>

#include "sim/expr_internal.h"

static bool overflow(struct eval *eval, const struct expr *expr)
{
	return eval_error(eval, expr, NULL, "the result of '%s' does not fit in 64 bits",
			  expr->kind == EXPR_BINARY || expr->kind == EXPR_UNARY ?
			  expr_op_words(expr->op) : "-");
}

static bool shift(struct eval *eval, const struct expr *expr, enum expr_op op,
		  const struct value *a, const struct value *b, uint64_t *out)
{
	if (b->number >= 64)
		return eval_error(eval, expr, NULL, "a shift by %" G_GINT64_FORMAT
				  " is not within 0..63", (gint64)b->number);
	if (op == OP_SHL)
		*out = a->number << b->number;
	else if (a->is_unsigned || (int64_t)a->number >= 0)
		*out = a->number >> b->number;
	else
		*out = ~(~a->number >> b->number);
	return true;
}

static bool divide(struct eval *eval, const struct expr *expr, enum expr_op op, bool is_unsigned,
		   const struct value *a, const struct value *b, uint64_t *out)
{
	int64_t x = (int64_t)a->number, y = (int64_t)b->number;

	if (!b->number)
		return eval_error(eval, expr, NULL, "division by zero");
	if (is_unsigned)
		*out = op == OP_DIV ? a->number / b->number : a->number % b->number;
	else if (x == INT64_MIN && y == -1)
		return overflow(eval, expr);
	else
		*out = (uint64_t)(op == OP_DIV ? x / y : x % y);
	return true;
}

/* + - * */
static bool sum(struct eval *eval, const struct expr *expr, enum expr_op op, bool is_unsigned,
		const struct value *a, const struct value *b, uint64_t *out)
{
	int64_t x = (int64_t)a->number, y = (int64_t)b->number, result;
	bool over;

	if (is_unsigned) {
		*out = op == OP_ADD ? a->number + b->number :
		       op == OP_SUB ? a->number - b->number : a->number * b->number;
		return true;
	}
	if (op == OP_ADD)
		over = __builtin_add_overflow(x, y, &result);
	else if (op == OP_SUB)
		over = __builtin_sub_overflow(x, y, &result);
	else
		over = __builtin_mul_overflow(x, y, &result);
	*out = (uint64_t)result;
	return over ? overflow(eval, expr) : true;
}

static bool is_less(bool is_unsigned, const struct value *a, const struct value *b)
{
	return is_unsigned ? a->number < b->number : (int64_t)a->number < (int64_t)b->number;
}

static bool compute(struct eval *eval, const struct expr *expr, enum expr_op op,
		    const struct value *a, const struct value *b, uint64_t *out)
{
	bool is_unsigned = a->is_unsigned || b->is_unsigned;

	switch (op) {
	case OP_MUL:
	case OP_ADD:
	case OP_SUB:
		return sum(eval, expr, op, is_unsigned, a, b, out);
	case OP_DIV:
	case OP_MOD:
		return divide(eval, expr, op, is_unsigned, a, b, out);
	case OP_SHL:
	case OP_SHR:
		return shift(eval, expr, op, a, b, out);
	case OP_LT:
		*out = is_less(is_unsigned, a, b);
		return true;
	case OP_GE:
		*out = !is_less(is_unsigned, a, b);
		return true;
	case OP_GT:
		*out = is_less(is_unsigned, b, a);
		return true;
	case OP_LE:
		*out = !is_less(is_unsigned, b, a);
		return true;
	case OP_AND:
		*out = a->number & b->number;
		return true;
	case OP_XOR:
		*out = a->number ^ b->number;
		return true;
	default:
		*out = a->number | b->number;
		return true;
	}
}

static bool is_ordering(enum expr_op op)
{
	return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

static bool check_numbers(struct eval *eval, const struct expr *expr, enum expr_op op,
			  const struct value *a, const struct value *b)
{
	const struct value *bad = value_is_number(a) ? b : a;
	const struct expr *at = expr->kind == EXPR_BINARY ? (bad == a ? expr->a : expr->b) : expr;

	if (value_is_number(a) && value_is_number(b))
		return true;
	return eval_error(eval, at, NULL, "'%s' needs numbers, and this is %s",
			  expr_op_words(op), value_kind_words(bad->kind));
}

/* Process of an address: its own name, or that of the statement; NULL for a plain number. */
static const char *process_of(const struct eval *eval, const struct value *value)
{
	if (value->kind == VALUE_ADDR)
		return value->text;
	return value->hex ? eval->own : NULL;
}

/* Addresses of two processes have nothing in common but (in)equality. */
static bool check_processes(struct eval *eval, const struct expr *expr, const struct value *a,
			    const struct value *b)
{
	const char *x = process_of(eval, a), *y = process_of(eval, b);

	if (!x || !y || !strcmp(x, y) || (a->kind == VALUE_INT && b->kind == VALUE_INT))
		return true;
	return eval_error(eval, expr, NULL, "addresses of two processes, '%s' and '%s'", x, y);
}

bool eval_arith(struct eval *eval, const struct expr *expr, enum expr_op op,
		const struct value *a, const struct value *b, struct value *out)
{
	const struct value *address = a->kind == VALUE_ADDR ? a : b;
	uint64_t number = 0;

	if (op == OP_EQ || op == OP_NE) {
		*out = value_int(eval_equal(eval, a, b) == (op == OP_EQ));
		return true;
	}
	if (!check_numbers(eval, expr, op, a, b) || !check_processes(eval, expr, a, b) ||
	    !compute(eval, expr, op, a, b, &number))
		return false;
	if (is_ordering(op) || (op == OP_SUB && process_of(eval, a) && process_of(eval, b))) {
		*out = value_int((int64_t)number);
	} else if (address->kind == VALUE_ADDR) {
		*out = value_addr(address->text, number);
	} else {
		*out = value_int((int64_t)number);
		out->is_unsigned = a->is_unsigned || b->is_unsigned;
		out->hex = (op == OP_ADD || op == OP_SUB || op == OP_AND) && a->hex != b->hex &&
			   (op != OP_SUB || a->hex);
	}
	return true;
}

bool eval_sign(struct eval *eval, const struct expr *expr, const struct value *a,
	       struct value *out)
{
	if (a->kind != VALUE_INT)
		return eval_error(eval, expr->a, NULL, "'%s' needs a number, and this is %s",
				  expr_op_words(expr->op), value_kind_words(a->kind));
	*out = *a;
	out->hex = false;
	if (expr->op == OP_INVERT) {
		out->number = ~a->number;
	} else if (expr->op == OP_NEGATE) {
		/*
		 * -9223372036854775808 is the one number whose negation C's literals cannot write.
		 */
		if (a->number == 1ull << 63 && !a->is_unsigned)
			return overflow(eval, expr);
		out->number = -a->number;
		if (a->number == 1ull << 63)
			out->is_unsigned = false;
	}
	return true;
}
