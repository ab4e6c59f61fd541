/*
 * ops_args.c - the arguments of one call: evaluated, counted, of the right kind.
 */
#include <string.h>

#include "sim/ops.h"

/* For eval_args(): the prefix that may be left out in argument @i, as a list. */
struct prefix_source {
	const struct op *op;
	const char *list[2];
};

static const char *const *prefixes_of(void *data, unsigned int i)
{
	struct prefix_source *source = data;

	if (i >= OP_MAX_ARGS || !source->op->args[i].prefix)
		return NULL;
	source->list[0] = source->op->args[i].prefix;
	source->list[1] = NULL;
	return source->list;
}

static bool bad_kind(struct eval *eval, const struct stmt_call *call, const struct op *op,
		     unsigned int i, const char *wanted, const struct value *value)
{
	g_autofree char *signature = op_signature(op);

	diag_error(eval->diags, &call->name_loc, signature, "%s of %s has to be %s, not %s",
		   op->args[i].name, op->name, wanted, value_kind_words(value->kind));
	return false;
}

/* A number out of @value; an address has to be one of the caller's. */
static bool take_number(struct eval *eval, const struct stmt_call *call, const struct op *op,
			unsigned int i, const struct value *value, uint64_t *out)
{
	switch (value->kind) {
	case VALUE_INT:
	case VALUE_WORD:
		*out = value->number;
		return true;
	case VALUE_ADDR:
		if (eval->own && !g_strcmp0(value->text, eval->own)) {
			*out = value->number;
			return true;
		}
		diag_error(eval->diags, &call->name_loc,
			   "write the process in front of the call: Q: CALL(...)",
			   "%s of %s is an address of process %s, but the caller is %s",
			   op->args[i].name, op->name, value->text,
			   eval->own ? eval->own : "another");
		return false;
	default:
		return bad_kind(eval, call, op, i, "a number", value);
	}
}

static bool is_null(const struct value *value)
{
	return value->kind == VALUE_INT && value->number == 0;
}

static bool check_arg(struct eval *eval, const struct stmt_call *call, const struct op *op,
		      unsigned int i, const struct value *value, struct op_args *args)
{
	switch (op->args[i].kind) {
	case ARG_NONE:
		return false;
	case ARG_NUMBER:
	case ARG_ADDR:
	case ARG_FD:
		return take_number(eval, call, op, i, value, &args->number[i]);
	case ARG_TASK:
		return value->kind == VALUE_PROCESS ||
		       take_number(eval, call, op, i, value, &args->number[i]);
	case ARG_PLACE:
		args->process[i] = value->kind == VALUE_ADDR ? value->text : eval->own;
		args->number[i] = value->number;
		if (value->kind == VALUE_ADDR || value->kind == VALUE_INT)
			return true;
		return bad_kind(eval, call, op, i, "an address such as P:@4", value);
	case ARG_PROCESS:
		args->process[i] = value->text;
		if (value->kind == VALUE_PROCESS)
			return true;
		return bad_kind(eval, call, op, i, "the name of a process", value);
	case ARG_STRING:
		if (value->kind != VALUE_STRING)
			return bad_kind(eval, call, op, i, "a string", value);
		return true;
	case ARG_STRUCT:
		if (value->kind == VALUE_STRUCT || is_null(value))
			return true;
		if (value->kind == VALUE_SET && !value->items->len)
			return true;
		return bad_kind(eval, call, op, i, "a struct {name=value, ...} or NULL", value);
	case ARG_LIST:
		if (value->kind == VALUE_LIST || value->kind == VALUE_SET)
			return true;
		return take_number(eval, call, op, i, value, &args->number[i]);
	case ARG_OPTIONAL_STRING:
		if (value->kind == VALUE_STRING)
			return true;
		return take_number(eval, call, op, i, value, &args->number[i]);
	case ARG_ANY:
		if (value->kind == VALUE_INT || value->kind == VALUE_WORD)
			args->number[i] = value->number;
		return true;
	}
	return false;
}

/* `3</path>`: the annotation of the descriptor written as argument @i. */
static char *annotation_of(const struct stmt_call *call, unsigned int i)
{
	const struct arg *arg;

	if (i >= call->args->len)
		return NULL;
	arg = g_ptr_array_index(call->args, i);
	return g_strdup(arg->value->annotation);
}

/* ioctl(fd, REQUEST, arg) becomes REQUEST(fd, arg). */
static bool resolve_ioctl(struct eval *eval, const struct op **op, const struct stmt_call *call,
			  struct op_args *args)
{
	const struct op *row = op_find_ioctl(args->number[1]);
	struct value *request;

	if (!row) {
		diag_error(eval->diags, &call->name_loc, 
			   "`mmsim list calls` has those of userfaultfd",
			   "not yet modelled: ioctl request 0x%" G_GINT64_MODIFIER "x",
			   args->number[1]);
		return false;
	}
	*op = row;
	request = g_ptr_array_steal_index(args->values, 1);
	value_clear(request);
	g_free(request);
	args->value[1] = args->nr > 2 ? args->value[2] : NULL;
	args->value[2] = NULL;
	args->number[1] = 0;
	args->nr--;
	return true;
}

static bool too_many_or_few(struct eval *eval, const struct stmt_call *call, const struct op *op,
			    const struct op_args *args)
{
	g_autofree char *signature = NULL;
	unsigned int max = op_nr_args(op);

	if (args->nr >= op->min_args && args->nr <= max)
		return false;
	signature = op_signature(op);
	diag_error(eval->diags, &call->name_loc, signature,
		   "too %s arguments for %s: %u, it takes %s%u",
		   args->nr > max ? "many" : "few", op->name, args->nr,
		   args->nr > max ? "at most " : "at least ", args->nr > max ? max : op->min_args);
	return true;
}

/* A field that the struct does not have would be taken for one left out. */
static bool check_fields(struct eval *eval, const struct stmt_call *call, const struct op *op,
			 const struct value *strct)
{
	for (guint i = 0; strct && strct->kind == VALUE_STRUCT && i < strct->items->len; i++) {
		const struct value_field *field = strct->items->pdata[i];
		g_autofree char *note = NULL;
		struct nearest nearest;

		if (g_strv_contains(op->fields, field->name)) {
			if (!check_fields(eval, call, op, &field->value))
				return false;
			continue;
		}
		nearest_init(&nearest, field->name);
		for (unsigned int n = 0; op->fields[n]; n++)
			nearest_offer(&nearest, op->fields[n]);
		note = nearest_note(&nearest);
		if (!note)
			note = g_strjoinv(", ", (char **)op->fields);
		diag_error(eval->diags, &call->name_loc, note, "the struct of %s has no field '%s'",
			   op->name, field->name);
		return false;
	}
	return true;
}

bool op_args_read(struct eval *eval, const struct op **op, const struct stmt_call *call,
		  struct op_args *args)
{
	struct prefix_source source = { .op = *op };
	bool named_allowed = (*op)->id == OP_CLONE;

	*args = (struct op_args){ .values = eval_values_create() };
	if (!eval_args(eval, call->args, prefixes_of, &source, args->values, &args->named))
		return false;
	if (args->named.items && args->named.items->len && !named_allowed) {
		g_autofree char *signature = op_signature(*op);

		diag_error(eval->diags, &call->name_loc, signature,
			   "%s takes its arguments in order, without names", (*op)->name);
		return false;
	}
	args->nr = args->values->len;
	if (too_many_or_few(eval, call, *op, args))
		return false;
	for (unsigned int i = 0; i < args->nr; i++) {
		args->value[i] = g_ptr_array_index(args->values, i);
		if (!check_arg(eval, call, *op, i, args->value[i], args))
			return false;
		if ((*op)->args[i].kind == ARG_FD)
			args->fd_path[i] = annotation_of(call, i);
	}
	if ((*op)->id == OP_IOCTL && !resolve_ioctl(eval, op, call, args))
		return false;
	for (unsigned int i = 0; (*op)->fields && i < args->nr; i++)
		if (args->value[i] && !check_fields(eval, call, *op, args->value[i]))
			return false;
	return true;
}

void op_args_clear(struct op_args *args)
{
	for (unsigned int i = 0; i < OP_MAX_ARGS; i++)
		g_free(args->fd_path[i]);
	if (args->values)
		g_ptr_array_unref(args->values);
	value_clear(&args->named);
	memset(args, 0, sizeof(*args));
}

static const struct value *field_of(const struct op_args *args, unsigned int i, const char *name)
{
	const struct value *strct = args->value[i];

	if (!strct || strct->kind != VALUE_STRUCT)
		return NULL;
	return value_field_in(strct, name);
}

uint64_t op_args_field(const struct op_args *args, unsigned int i, const char *name,
		       uint64_t fallback)
{
	const struct value *value = field_of(args, i, name);

	if (!value || (value->kind != VALUE_INT && value->kind != VALUE_WORD &&
		       value->kind != VALUE_ADDR))
		return fallback;
	return value->number;
}

bool op_args_has_field(const struct op_args *args, unsigned int i, const char *name)
{
	return field_of(args, i, name) != NULL;
}

uint64_t op_clone_flags(const struct op *op, const struct op_args *args)
{
	const uint64_t vm = 0x100, vfork = 0x4000;	/* CLONE_VM, CLONE_VFORK */
	const struct value *flags;

	switch (op->id) {
	case OP_VFORK:
		return vm | vfork;
	case OP_CLONE3:
		return op_args_field(args, 0, "flags", 0);
	case OP_CLONE:
		flags = args->named.kind == VALUE_STRUCT ?
			value_field_in(&args->named, "flags") : NULL;
		return flags ? flags->number : args->number[0];
	default:
		return 0;
	}
}
