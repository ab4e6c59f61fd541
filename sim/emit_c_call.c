/*
 * emit_c_call.c - one call of a scenario as a step of a process, and what it has to give.
 *
 * In the kernel:  arch/x86/entry/syscalls/syscall_64.tbl has the numbers, by name here.
 * Left out:       what one process cannot do on behalf of a scenario without becoming another
 *                 (execve), threads of their own, what touches the program's own memory.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/emit_c.h"

#define CLONE_VM	0x100UL
#define CLONE_VFORK	0x4000UL
#define CLONE_THREAD	0x10000UL
#define O_CREAT_BIT	0x40UL
#define O_REFUSED	(0x10000UL | 0x400000UL)	/* O_DIRECTORY, O_TMPFILE */
#define PR_SET_MM_NR	35
#define MAX_VEC		65536UL
#define PAGE		4096UL

/* Calls that are a function of their numbers. */
static const char *const numbers[NR_OPS] = {
	[OP_MMAP] = "mmap", [OP_MPROTECT] = "mprotect", [OP_MUNMAP] = "munmap", [OP_BRK] = "brk",
	[OP_MREMAP] = "mremap", [OP_MSYNC] = "msync", [OP_MADVISE] = "madvise",
	[OP_DUP] = "dup", [OP_FCNTL] = "fcntl", [OP_CLOSE] = "close",
	[OP_FTRUNCATE] = "ftruncate", [OP_MLOCK] = "mlock", [OP_MUNLOCK] = "munlock",
	[OP_MLOCKALL] = "mlockall", [OP_MUNLOCKALL] = "munlockall", [OP_PRCTL] = "prctl",
	[OP_MBIND] = "mbind", [OP_FALLOCATE] = "fallocate",
	[OP_MEMFD_CREATE] = "memfd_create", [OP_USERFAULTFD] = "userfaultfd",
	[OP_MLOCK2] = "mlock2", [OP_PKEY_MPROTECT] = "pkey_mprotect",
	[OP_PKEY_ALLOC] = "pkey_alloc", [OP_PKEY_FREE] = "pkey_free", [OP_MSEAL] = "mseal",
};

/* The words of each struct of userfaultfd's ioctls, by number. */
static const struct layout {
	unsigned int number, first_out;		/* words from there on are written */
	const char *fields[5];
} layouts[] = {
	{ 0x3f, 1, { "api", "features", "ioctls" } },
	{ 0, 3, { "start", "len", "mode", "ioctls" } },
	{ 1, 2, { "start", "len" } },
	{ 2, 2, { "start", "len" } },
	{ 3, 4, { "dst", "src", "len", "mode", "copy" } },
	{ 4, 3, { "start", "len", "mode", "zeropage" } },
	{ 5, 4, { "dst", "src", "len", "mode", "move" } },
	{ 6, 3, { "start", "len", "mode" } },
	{ 7, 3, { "start", "len", "mode", "mapped" } },
	{ 8, 3, { "start", "len", "mode", "updated" } },
};

int emit_task(const struct emitter *e, const char *name)
{
	for (guint i = e->tasks->len; i-- > 1;)
		if (!strcmp(e->tasks->pdata[i], name))
			return (int)i;
	return strcmp(run_first_process(e->run), name) ? -1 : 0;
}

struct emit_name *emit_name_find(const struct emitter *e, const char *name)
{
	for (guint i = 0; i < e->names->len; i++) {
		struct emit_name *one = &g_array_index(e->names, struct emit_name, i);

		if (!strcmp(one->name, name))
			return one;
	}
	return NULL;
}

struct emit_name *emit_name_add(struct emitter *e, const char *name, bool visible)
{
	struct emit_name *found = emit_name_find(e, name);

	if (!found) {
		struct emit_name one = { .name = g_strdup(name), .slot = e->names->len };

		g_array_append_val(e->names, one);
		found = &g_array_index(e->names, struct emit_name, one.slot);
	}
	found->visible = visible && found->slot < EMIT_MAX_KEPT;
	return found;
}

/* Nothing can be made from here on; the first reason stays. */
static void cut(struct emitter *e, const char *why)
{
	if (!e->cut)
		e->cut = g_strdup(why);
}

/* ---- arguments ---- */

static bool is_placed(const struct op *op, unsigned int i)
{
	return op->args[i].kind == ARG_ADDR || (op->id == OP_PRCTL && i >= 2);
}

static void put_words(GString *out, const uint64_t *words, unsigned int nr)
{
	g_string_append_printf(out, "words(%u, (const uint64_t[]){ ", nr);
	for (unsigned int i = 0; i < nr; i++) {
		g_string_append(out, i ? ", " : "");
		emit_number(out, words[i]);
	}
	g_string_append(out, " })");
}

static void put_nodes(const struct op_args *args, unsigned int i, GString *out)
{
	const struct value *list = args->value[i];
	uint64_t words[16] = {};

	if (list && (list->kind == VALUE_LIST || list->kind == VALUE_SET)) {
		for (guint n = 0; n < list->items->len && n < G_N_ELEMENTS(words); n++)
			words[n] = ((const struct value *)list->items->pdata[n])->number;
	} else if (args->number[i]) {
		words[0] = args->number[i];
	} else {
		g_string_append(out, "0");
		return;
	}
	put_words(out, words, G_N_ELEMENTS(words));
}

/* "a0, a1, ..." of a call that takes numbers, a string or a mask. */
static void put_args(struct emitter *e, const struct call_request *request, GString *out)
{
	const struct op_args *args = request->args;

	for (unsigned int i = 0; i < OP_MAX_ARGS; i++) {
		const struct value *value = args->value[i];

		g_string_append(out, i ? ", " : "");
		if (value && value->kind == VALUE_STRING) {
			g_string_append(out, "string(0, ");
			emit_string(out, value->text);
			g_string_append(out, ")");
		} else if (request->op->args[i].kind == ARG_LIST) {
			put_nodes(args, i, out);
		} else if (is_placed(request->op, i)) {
			emit_address(e, out, args->number[i]);
		} else {
			emit_number(out, args->number[i]);
		}
	}
}

/* ---- calls of more than numbers ---- */

static void put_uffdio(struct emitter *e, int task, const struct call_request *request)
{
	const struct constant *constant = constant_find(request->op->name);
	const struct layout *layout = layouts;
	g_autoptr(GString) out = g_string_new(NULL);
	unsigned int nr = 0;

	if (!request->args->value[1] || request->args->value[1]->kind == VALUE_INT) {
		emit_line(e, "call(%d, SYS_ioctl, %" PRId64 ", 0x%" PRIx64 ", 0, 0, 0, 0);", task,
			  (int64_t)request->args->number[0], constant->value);
		return;
	}
	while (layout->number != request->op->number)
		layout++;
	for (; nr < G_N_ELEMENTS(layout->fields) && layout->fields[nr]; nr++) {
		bool written = nr >= layout->first_out && layout->number != 0x3f;
		uint64_t fallback = layout->number == 0x3f && !nr ? 0xaa : 0;

		g_string_append(out, nr ? ", " : "");
		g_string_append(out, "(uint64_t)(");
		emit_address(e, out, written ? 0 : op_args_field(request->args, 1,
								 layout->fields[nr], fallback));
		g_string_append(out, ")");
	}
	emit_line(e, "call(%d, SYS_ioctl, %" PRId64 ", 0x%" PRIx64 ",\n\t     words(%u, (const "
		  "uint64_t[]){ %s }), 0, 0, 0);", task, (int64_t)request->args->number[0],
		  constant->value, nr, out->str);
	e->uffd = true;
}

/* Bytes that were moved, copied, ...; masks of what a kernel can do are its own affair. */
static void check_uffdio(struct emitter *e, const struct call_request *request,
			 const struct call_outcome *outcome)
{
	const struct layout *layout = layouts;

	while (layout->number != request->op->number)
		layout++;
	if (layout->number < 3 || layout->number == 0x3f || !layout->fields[layout->first_out])
		return;
	if (outcome->has_out && outcome->out.kind == VALUE_STRUCT) {
		const char *name = layout->fields[layout->first_out];
		const struct value *value = value_field_out(&outcome->out, name);

		if (value)
			emit_line(e, "writes(%u, \"%s\", 0x%" PRIx64 ");", layout->first_out,
				  name, value->number);
	}
}

static void put_limits(struct emitter *e, int task, const struct call_request *request)
{
	const struct op_args *args = request->args;
	const bool both = request->op->id == OP_PRLIMIT64;
	const uint64_t resource = args->number[both ? 1 : 0];
	const unsigned int new_arg = both ? 2 : 1;
	const struct value *given = args->value[new_arg];
	const char *shift = resource == RLIMIT_AS ? " + (uint64_t)own_pages * PAGE" : "";
	uint64_t soft, hard;

	if (request->op->id == OP_GETRLIMIT || !given || given->kind != VALUE_STRUCT) {
		emit_line(e, "call(%d, SYS_prlimit64, 0, %" PRIu64
			  ", 0, here(shared->words), 0, 0);", task, resource);
		return;
	}
	soft = op_args_field(args, new_arg, "rlim_cur", 0);
	hard = op_args_field(args, new_arg, "rlim_max", soft);
	emit_line(e, "call(%d, SYS_prlimit64, 0, %" PRIu64 ", words(2, (const uint64_t[]){\n"
		  "\t     0x%" PRIx64 "u%s, 0x%" PRIx64 "u%s }), 0, 0, 0);", task, resource, soft,
		  soft == UINT64_MAX ? "" : shift, hard, hard == UINT64_MAX ? "" : shift);
}

/* What stands for a path in the folder; g_free(). */
static char *flat_path(const char *path)
{
	char *flat = g_strdup(path);

	for (char *c = flat; *c; c++)
		if (!g_ascii_isalnum(*c) && *c != '.' && *c != '-')
			*c = '_';
	if (strlen(flat) > 200)
		flat[200] = 0;
	if (flat[0] == '.')
		flat[0] = '_';
	return flat;
}

static void remember_file(struct emitter *e, const char *name)
{
	for (guint i = 0; i < e->files->len; i++)
		if (!strcmp(e->files->pdata[i], name))
			return;
	g_ptr_array_add(e->files, g_strdup(name));
}

static void put_open(struct emitter *e, int task, const struct call_request *request,
		     const struct call_outcome *outcome)
{
	const unsigned int first = request->op->id == OP_OPENAT ? 1 : 0;
	const char *path = request->args->value[first]->text;
	const uint64_t flags = request->args->number[first + 1];
	g_autoptr(GString) name = g_string_new(NULL);
	g_autofree char *flat = flat_path(path);

	if (!strcmp(path, "/dev/zero") || !strcmp(path, "/dev/null")) {
		emit_string(name, path);
		emit_line(e, "call(%d, SYS_openat, -100, string(0, %s), 0x%" PRIx64
			  ", 0644, 0, 0);", task, name->str, flags);
		return;
	}
	emit_string(name, flat);
	remember_file(e, flat);
	emit_line(e, "call(%d, SYS_openat, -100, path(%s, %d), 0x%" PRIx64 ", 0644, 0, 0);", task,
		  name->str, flags & O_CREAT_BIT || outcome->kind == OUTCOME_ERRNO, flags);
}

static void put_process_madvise(struct emitter *e, int task, const struct call_request *request)
{
	const struct op_args *args = request->args;
	const struct value *whom = args->value[0], *list = args->value[1];
	g_autoptr(GString) out = g_string_new(NULL), pidfd = g_string_new(NULL);

	for (guint i = 0; i < list->items->len; i++) {
		const struct value *one = list->items->pdata[i];
		const struct value *base = NULL, *len = NULL;

		if (one->kind == VALUE_STRUCT) {
			base = value_field_in(one, "iov_base");
			len = value_field_in(one, "iov_len");
		}
		g_string_append(out, i ? ", (uint64_t)(" : "(uint64_t)(");
		emit_address(e, out, base ? base->number : 0);
		g_string_append(out, "), ");
		emit_number(out, len ? len->number : 0);
	}
	if (whom->kind == VALUE_PROCESS)
		g_string_append_printf(pidfd, "pids[%d]", emit_task(e, whom->text));
	else
		g_string_append_printf(pidfd, "%" PRId64, (int64_t)args->number[0]);
	emit_line(e, "process_madvise_in(%d, %s, words(%u, (const uint64_t[]){ %s }),\n\t\t\t   %"
		  PRIu64 ", %" PRIu64 ", %" PRIu64 ");", task, pidfd->str, 2 * list->items->len,
		  out->str, args->number[2], args->number[3], args->number[4]);
}

/* ---- what cannot be made ---- */

static const char *path_in_the_way(const struct call_request *request)
{
	const unsigned int first = request->op->id == OP_OPENAT ? 1 : 0;
	const char *path = request->args->value[first]->text;

	if (!strcmp(path, "/dev/zero") || !strcmp(path, "/dev/null"))
		return NULL;
	if (g_str_has_prefix(path, "/dev/") || g_str_has_prefix(path, "/proc") ||
	    g_str_has_prefix(path, "/sys/") || strstr(path, ".."))
		return "a file of the system";
	return request->args->number[first + 1] & O_REFUSED ? "O_DIRECTORY and O_TMPFILE" : NULL;
}

/* Of those which make or end tasks. */
static const char *task_in_the_way(const struct call_request *request, bool is_thread)
{
	const uint64_t flags = op_clone_flags(request->op, request->args);

	if (is_thread)
		return "a thread that forks or ends";
	if (request->op->id == OP_EXIT || request->op->id == OP_EXIT_GROUP)
		return NULL;
	if (flags & CLONE_THREAD)
		return "clone() of a thread";
	if (flags & CLONE_VM && !(flags & CLONE_VFORK))
		return "clone() with CLONE_VM";
	return NULL;
}

static const char *prctl_in_the_way(const struct op_args *args)
{
	return args->number[0] == PR_SET_MM_NR ?
		"PR_SET_MM of the process that makes the steps" : NULL;
}

/* RLIMIT_DATA counts data the program has itself; the limits of others are theirs. */
static const char *limit_in_the_way(const struct call_request *request)
{
	const bool both = request->op->id == OP_PRLIMIT64;
	const uint64_t resource = request->args->number[both ? 1 : 0];

	if (both && request->args->number[0])
		return "limits of another process";
	return resource == RLIMIT_DATA ? "RLIMIT_DATA, which counts the program's own data" : NULL;
}

/* Why the call cannot be made by a program; NULL if it can. */
static const char *in_the_way(const struct call_request *request,
			      const struct call_outcome *outcome, bool is_thread)
{
	const struct op_args *args = request->args;

	if (outcome->kind == OUTCOME_BLOCKED)
		return "a statement that blocks";
	if (request->fail_nth || request->fail_any)
		return "fail_nth";
	for (unsigned int i = 0; i < args->nr; i++)
		if (args->fd_path[i] && args->fd_path[i][0] == '/')
			return "a descriptor known by its path";
	switch (request->op->id) {
	case OP_EXECVE:
		return "execve(), which ends the program that makes the steps";
	case OP_LOAD: case OP_STORE: case OP_EXEC:
		return outcome->kind == OUTCOME_ERRNO ? "an access without memory" : NULL;
	case OP_FORK: case OP_VFORK: case OP_CLONE: case OP_CLONE3: case OP_EXIT:
	case OP_EXIT_GROUP:
		return task_in_the_way(request, is_thread);
	case OP_OPEN: case OP_OPENAT:
		return path_in_the_way(request);
	case OP_MINCORE:
		return args->number[1] / PAGE > MAX_VEC && args->number[1] < 1UL << 47 ?
			"mincore() of more than 256 MiB" : NULL;
	case OP_PRCTL:
		return prctl_in_the_way(args);
	case OP_PRLIMIT64: case OP_SETRLIMIT: case OP_GETRLIMIT:
		return limit_in_the_way(request);
	case OP_PROCESS_MADVISE:
		return args->value[1]->kind != VALUE_LIST || args->value[1]->items->len > 200 ?
			"an iovec but [{iov_base=..., iov_len=...}, ...]" : NULL;
	case OP_UFFDIO:
		return NULL;
	default:
		return numbers[request->op->id] ? NULL : "a call no program can make";
	}
}

/* ---- results ---- */

static void put_access(struct emitter *e, int task, const struct call_request *request)
{
	const struct op_args *args = request->args;
	g_autoptr(GString) start = g_string_new(NULL), len = g_string_new(NULL);

	emit_address(e, start, args->number[0]);
	emit_number(len, args->nr > 1 ? args->number[1] : 1);
	if (request->op->id == OP_LOAD)
		emit_line(e, "load(%d, %s, %s);", task, start->str, len->str);
	else if (request->op->id == OP_EXEC)
		emit_line(e, "fetch(%d, %s);", task, start->str);
	else
		emit_line(e, "store(%d, %s, %s, %d, 0x%" PRIx64 "u);", task, start->str, len->str,
			  args->nr > 2, args->nr > 2 ? args->number[2] : 0);
}

static void put_fork(struct emitter *e, int task, const struct call_request *request,
		     const struct call_outcome *outcome)
{
	const bool waits = op_clone_flags(request->op, request->args) & CLONE_VFORK;
	guint child = e->tasks->len;

	if (outcome->kind == OUTCOME_VALUE)
		g_ptr_array_add(e->tasks, g_strdup(outcome->child));
	emit_line(e, "fork_in(%d, %u, %s);", task, child, waits ? "STEP_VFORK" : "STEP_FORK");
}

static void put_call(struct emitter *e, int task, const struct call_request *request,
		     const struct call_outcome *outcome)
{
	const uint64_t *a = request->args->number;
	g_autoptr(GString) args = g_string_new(NULL);

	switch (request->op->id) {
	case OP_LOAD: case OP_STORE: case OP_EXEC:
		put_access(e, task, request);
		return;
	case OP_FORK: case OP_VFORK: case OP_CLONE: case OP_CLONE3:
		put_fork(e, task, request, outcome);
		return;
	case OP_EXIT: case OP_EXIT_GROUP:
		emit_line(e, "exit_in(%d);", task);
		return;
	case OP_UFFDIO:
		put_uffdio(e, task, request);
		return;
	case OP_PRLIMIT64: case OP_SETRLIMIT: case OP_GETRLIMIT:
		put_limits(e, task, request);
		return;
	case OP_OPEN: case OP_OPENAT:
		put_open(e, task, request, outcome);
		return;
	case OP_PROCESS_MADVISE:
		put_process_madvise(e, task, request);
		return;
	case OP_MINCORE:
		emit_address(e, args, a[0]);
		emit_line(e, "call(%d, SYS_mincore, %s, 0x%" PRIx64
			  ", here(shared->vec), 0, 0, 0);", task, args->str, a[1]);
		return;
	default:
		e->all_locked |= request->op->id == OP_MLOCKALL;
		put_args(e, request, args);
		emit_line(e, "call(%d, SYS_%s, %s);", task, numbers[request->op->id], args->str);
	}
}

/* Results besides the model's that the line allows, while their values are plain. */
static void put_others(struct emitter *e, const struct stmt_call *call)
{
	if (call->results->len < 2)
		return;
	for (guint i = 0; i < call->results->len; i++) {
		const struct result *result = call->results->pdata[i];
		g_autoptr(GString) out = g_string_new(NULL);
		struct value value = value_int(0);

		if (result->kind == RESULT_SIGNAL) {
			const struct constant *constant = constant_find(result->word);

			if (constant)
				emit_line(e, "also(SIGNAL(%" PRIu64 "));", constant->value);
		} else if (result->kind == RESULT_EXPR) {
			if (run_evaluate(e->run, result->expr, &value) && value_is_number(&value)) {
				emit_address(e, out, value.number);
				emit_line(e, "also(%s);", out->str);
			}
			value_clear(&value);
		}
	}
}

static bool allows_anything(const struct stmt_call *call)
{
	for (guint i = 0; i < call->results->len; i++)
		if (((const struct result *)call->results->pdata[i])->kind == RESULT_ANY)
			return true;
	return false;
}

static void put_contents(struct emitter *e, const struct call_outcome *outcome)
{
	g_autoptr(GString) out = g_string_new(NULL);

	if (!outcome->has_out || outcome->out.kind != VALUE_LIST) {
		emit_line(e, "loaded(0x%" PRIx64 "u);", (uint64_t)outcome->value);
		return;
	}
	for (guint i = 0; i < outcome->out.items->len; i++) {
		const struct value *one = outcome->out.items->pdata[i];

		g_string_append_printf(out, "%s0x%" PRIx64 "u", !i ? "" : i % 8 ? ", " :
				       ",\n\t\t", one->number);
	}
	emit_line(e, "loaded_each(%u, (const uint64_t[]){ %s });", outcome->out.items->len,
		  out->str);
}

/* The bytes of mincore(), as far as one test shows them. */
static void check_vec(struct emitter *e, const struct call_outcome *outcome)
{
	g_autoptr(GString) bits = g_string_new(NULL);

	if (!outcome->has_out || outcome->out.kind != VALUE_LIST)
		return;
	for (guint i = 0; i < outcome->out.items->len && i < 4000; i++)
		g_string_append_c(bits, ((const struct value *)
					 outcome->out.items->pdata[i])->number ? '1' : '0');
	emit_line(e, "resident(\"%s\");", bits->str);
}

static void check_limits(struct emitter *e, const struct call_request *request,
			 const struct call_outcome *outcome)
{
	const bool both = request->op->id == OP_PRLIMIT64;
	const struct value *soft = outcome->has_out ? value_field_out(&outcome->out, "rlim_cur") :
						      NULL;

	if (request->op->id == OP_GETRLIMIT && soft &&
	    request->args->number[both ? 1 : 0] != RLIMIT_AS)
		emit_line(e, "writes(0, \"rlim_cur\", 0x%" PRIx64 "u);", soft->number);
}

static void put_value(struct emitter *e, const struct stmt_call *call,
		      const struct call_request *request, const struct call_outcome *outcome)
{
	const enum op_result returns = request->op->returns;
	g_autoptr(GString) out = g_string_new(NULL);

	if (returns == RETURNS_PID) {
		emit_line(e, "forks();");
		return;
	}
	if (returns == RETURNS_CONTENT) {
		put_contents(e, outcome);
		return;
	}
	if (returns == RETURNS_ADDR)
		emit_address(e, out, (uint64_t)outcome->value);
	else
		emit_number(out, (uint64_t)outcome->value);
	if (allows_anything(call))
		emit_line(e, "returns_anything(%s);", out->str);
	else if (returns == RETURNS_ADDR && request->op->id != OP_BRK && !call->results->len)
		emit_line(e, "returns_some_address(%s);", out->str);
	else
		emit_line(e, "returns(%s);", out->str);
}

static void put_result(struct emitter *e, const struct stmt_call *call,
		       const struct call_request *request, const struct call_outcome *outcome)
{
	const char *name = outcome->kind == OUTCOME_ERRNO ? errno_name((int)outcome->value) :
			   signal_name((int)outcome->value);

	if (outcome->kind == OUTCOME_VALUE)
		put_value(e, call, request, outcome);
	else if (allows_anything(call) && outcome->kind == OUTCOME_ERRNO)
		emit_line(e, "returns_anything(%" PRId64 ");", -outcome->value);
	else if (outcome->kind == OUTCOME_ERRNO && name)
		emit_line(e, "fails(%s);", name);
	else if (outcome->kind == OUTCOME_ERRNO)
		emit_line(e, "fails(%" PRId64 ");", outcome->value);
	else
		emit_line(e, "%ssignals(%s);", allows_anything(call) ?
			  "also(shared->result);\n\t" : "", name);
}

/* What the call has to have written. */
static void check_outputs(struct emitter *e, const struct call_request *request,
			  const struct call_outcome *outcome)
{
	switch (request->op->id) {
	case OP_UFFDIO:
		check_uffdio(e, request, outcome);
		return;
	case OP_MINCORE:
		check_vec(e, outcome);
		return;
	case OP_PRLIMIT64: case OP_GETRLIMIT:
		check_limits(e, request, outcome);
		return;
	default:
		return;
	}
}

/* The name that the line gives to the result. */
static void keep_result(struct emitter *e, const struct stmt_call *call,
			const struct call_request *request, const struct call_outcome *outcome)
{
	const struct emit_name *name;
	bool number = outcome->kind == OUTCOME_ERRNO ||
		      (outcome->kind == OUTCOME_VALUE && request->op->returns != RETURNS_PID &&
		       request->op->returns != RETURNS_CONTENT);

	if (!call->var)
		return;
	name = emit_name_add(e, call->var, number);
	if (name->visible)
		emit_line(e, "keep(%u, shared->result);", name->slot);
}

void emit_call(struct emitter *e, const struct event *event)
{
	const struct call_request *request = event->request;
	const struct call_outcome *outcome = event->outcome;
	const struct stmt_call *call = &event->stmt->call;
	g_autofree char *process = g_strndup(request->task, strcspn(request->task, "."));
	const bool is_thread = strcmp(process, request->task);
	const char *why = in_the_way(request, outcome, is_thread);
	int task = emit_task(e, process);

	if (outcome->kind == OUTCOME_BLOCKED)
		e->refused = g_strdup_printf("line %u: %s", event->stmt->loc.line, why);
	if (why || task < 0 || e->tasks->len >= EMIT_MAX_TASKS)
		cut(e, why ? why : task < 0 ? "a process that no fork() made" :
					      "more than 64 processes");
	if (e->cut) {
		emit_skip(e, event->stmt, event->text, e->cut);
		if (call->var)
			emit_name_add(e, call->var, false);
		return;
	}
	emit_statement(e, event->stmt, event->text);
	put_others(e, call);
	put_call(e, task, request, outcome);
	check_outputs(e, request, outcome);
	put_result(e, call, request, outcome);
	keep_result(e, call, request, outcome);
}
