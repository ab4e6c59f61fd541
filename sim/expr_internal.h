/*
 * What the parts of the evaluator share: arithmetic. Nobody else includes this.
 */
#ifndef SIM_EXPR_INTERNAL_H
#define SIM_EXPR_INTERNAL_H

#include "sim/expr.h"

/* a OP b for all binary operators but && and ||; errors are at @expr. */
bool eval_arith(struct eval *eval, const struct expr *expr, enum expr_op op,
		const struct value *a, const struct value *b, struct value *out);

/* - + ~ */
bool eval_sign(struct eval *eval, const struct expr *expr, const struct value *a,
	       struct value *out);

#endif
