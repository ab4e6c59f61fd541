/*
 * backend_model_access.c - load, store and exec: one user access for each page.
 *
 * In the kernel:  arch/x86/mm/fault.c exc_page_fault() and the instruction itself.
 */
#include "model/syscalls.h"
#include "sim/backend_model.h"

/* Contents kept of one load; more only have to be all equal to be asserted. */
#define MAX_CONTENTS	4096

static enum user_access access_of(enum op_id id)
{
	return id == OP_LOAD ? USER_LOAD : id == OP_STORE ? USER_STORE : USER_EXEC;
}

/* What was loaded: one number if all pages hold the same, else a list. */
static void set_contents(struct call_outcome *outcome, const GArray *contents, bool all_equal)
{
	if (all_equal)
		return;
	outcome->out = value_list();
	outcome->has_out = true;
	for (guint i = 0; i < contents->len; i++) {
		struct value one = value_unsigned(g_array_index(contents, uint64_t, i));

		value_append(&outcome->out, &one);
	}
}

static void access_failed(struct call_outcome *outcome, int error)
{
	outcome->kind = error == -ENOMEM ? OUTCOME_ERRNO : OUTCOME_SIGNAL;
	outcome->value = -error;
}

void model_access(const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	enum user_access access = access_of(request->op->id);
	uint64_t start = args->number[0], len = args->nr > 1 ? args->number[1] : 1;
	uint64_t last = start + (len ? len - 1 : 0), first_value = 0;
	g_autoptr(GArray) contents = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	bool all_equal = true;

	if (last < start)
		last = UINT64_MAX;
	for (uint64_t addr = start;; addr = ALIGN_DOWN(addr, PAGE_SIZE) + PAGE_SIZE) {
		uint64_t value = args->nr > 2 ? args->number[2] : 0;
		int error;

		if (access == USER_STORE && args->nr <= 2)
			value = mach->next_content++;
		error = access_user(addr, access, &value);
		if (mach->unsupported)
			return;
		if (error) {
			access_failed(outcome, error);
			return;
		}
		if (addr == start)
			first_value = value;
		all_equal &= value == first_value;
		if (contents->len < MAX_CONTENTS)
			g_array_append_val(contents, value);
		if (ALIGN_DOWN(addr, PAGE_SIZE) == ALIGN_DOWN(last, PAGE_SIZE))
			break;
	}
	outcome->kind = OUTCOME_VALUE;
	outcome->value = access == USER_LOAD ? (int64_t)first_value : 0;
	if (access == USER_LOAD)
		set_contents(outcome, contents, all_equal);
}
