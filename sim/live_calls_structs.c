/*
 * live_calls_structs.c - calls of live processes that read or write structs and vectors.
 *
 * In the kernel:  fs/userfaultfd.c, kernel/sys.c, mm/mincore.c.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "sim/live_internal.h"

#define PAGE		4096UL
#define MAX_WORDS	5

/* The 64-bit words of each struct of userfaultfd's ioctls, by number. */
static const struct layout {
	unsigned int number;
	const char *fields[MAX_WORDS];
	unsigned int first_out;		/* words from here on are written by the kernel */
} layouts[] = {
	{ 0x3f, { "api", "features", "ioctls" }, 1 },
	{ 0, { "start", "len", "mode", "ioctls" }, 3 },
	{ 1, { "start", "len" }, 2 },
	{ 2, { "start", "len" }, 2 },
	{ 3, { "dst", "src", "len", "mode", "copy" }, 4 },
	{ 4, { "start", "len", "mode", "zeropage" }, 3 },
	{ 5, { "dst", "src", "len", "mode", "move" }, 4 },
	{ 6, { "start", "len", "mode" }, 3 },
	{ 7, { "start", "len", "mode", "mapped" }, 3 },
	{ 8, { "start", "len", "mode", "updated" }, 3 },
};

static void out_field(struct call_outcome *outcome, const char *name, struct value value)
{
	if (!outcome->has_out) {
		outcome->out = value_struct();
		outcome->has_out = true;
	}
	value_set_field(&outcome->out, name, &value, true);
}

/*
 * Does the range begin in a file of the private folder?  It stands for a file of a disk, but
 * is in memory, which a userfaultfd makes a difference of.
 */
static bool is_stand_in(const struct live_backend *live, const struct live_task *task,
			uint64_t start, uint64_t end)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/maps", (int)task->pid);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!live->folder || !g_file_get_contents(path, &text, NULL, NULL))
		return false;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++) {
		char *dash = NULL;
		uint64_t from = g_ascii_strtoull(lines[i], &dash, 16);
		uint64_t to = *dash ? g_ascii_strtoull(dash + 1, NULL, 16) : 0;

		if (from < end && to > start && strstr(lines[i], live->folder))
			return true;
	}
	return false;
}

/* Where the struct of a call is that may not end while others make theirs. */
static uint64_t struct_place(const struct live_backend *live, const struct live_task *task)
{
	guint i = 0;

	while (live->tasks->pdata[i] != task)
		i++;
	return LIVE_WAITING + (i % 256) * 64;
}

static const struct layout *layout_of(const struct op *op)
{
	const struct layout *layout = layouts;

	while (layout->number != op->number)
		layout++;
	return layout;
}

/* What the kernel has written into the struct of an ioctl. */
static void uffdio_done(struct live_backend *live, struct live_task *task,
			const struct layout *layout, struct call_outcome *outcome)
{
	uint64_t words[MAX_WORDS];

	/* Those that fill report also why they failed; masks are no numbers. */
	if (outcome->kind != OUTCOME_VALUE || (outcome->value && layout->number < 3) ||
	    (outcome->value && layout->number == 0x3f))
		return;
	memcpy(words, live->world.shared + struct_place(live, task), sizeof(words));
	for (unsigned int i = layout->first_out; i < MAX_WORDS && layout->fields[i]; i++)
		out_field(outcome, layout->fields[i],
			  layout->number != 0x3f && (int64_t)words[i] < 0 ?
			  value_int((int64_t)words[i]) : value_hex(words[i]));
}

/* A message: its kind in the first byte, then three words, or one descriptor. */
static void msg_done(struct live_backend *live, struct live_task *task,
		     struct call_outcome *outcome)
{
	static const struct {
		unsigned int event;
		const char *names[3];
	} events[] = {
		{ 0x12, { "flags", "address", NULL } },
		{ 0x14, { "from", "to", "len" } },
		{ 0x15, { "start", "end", NULL } },
		{ 0x16, { "start", "end", NULL } },
	};
	const unsigned char *msg = live->world.shared + struct_place(live, task);
	uint64_t words[3];
	uint32_t ufd;

	if (outcome->kind != OUTCOME_VALUE || outcome->value < 0)
		return;
	outcome->value = msg[0];
	out_field(outcome, "event", value_hex(msg[0]));
	memcpy(words, msg + 8, sizeof(words));
	memcpy(&ufd, msg + 8, sizeof(ufd));
	if (msg[0] == 0x13)
		out_field(outcome, "ufd", value_int((int64_t)ufd));
	for (gsize i = 0; i < G_N_ELEMENTS(events); i++)
		for (unsigned int n = 0; events[i].event == msg[0] && n < 3; n++)
			if (events[i].names[n])
				out_field(outcome, events[i].names[n], value_hex(words[n]));
}

static void do_uffdio(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	const struct constant *constant = constant_find(request->op->name);
	const struct layout *layout = layout_of(request->op);
	uint64_t words[MAX_WORDS] = {}, a[6] = { args->number[0] };
	struct live_result result;

	for (unsigned int i = 0; i < MAX_WORDS && layout->fields[i]; i++)
		if (i < layout->first_out || layout->number == 0x3f)
			words[i] = op_args_field(args, 1, layout->fields[i],
						 layout->number == 0x3f && !i ? 0xaa : 0);
	if (layout->number <= 1 && is_stand_in(live, task, words[0], words[0] + words[1])) {
		live_refuse(outcome, "a userfaultfd on a file of the host's disk");
		return;
	}
	a[1] = constant->value;
	if (args->value[1] && args->value[1]->kind == VALUE_STRUCT)
		a[2] = live_put(live, struct_place(live, task), words, sizeof(words));
	result = live_syscall(&live->world, task->pid, SYS_ioctl, a);
	live_outcome(live, task, &result, outcome);
	if (a[2])
		uffdio_done(live, task, layout, outcome);
}

/* struct uffd_msg, in bytes. */
#define MSG_SIZE	32

static void do_uffd_read(struct live_backend *live, struct live_task *task,
			 const struct op_args *args, struct call_outcome *outcome)
{
	const uint64_t a[6] = { args->number[0], LIVE_SHARED + struct_place(live, task), MSG_SIZE };
	struct live_result result = live_syscall(&live->world, task->pid, SYS_read, a);

	live_outcome(live, task, &result, outcome);
	msg_done(live, task, outcome);
}

void live_struct_done(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome)
{
	if (request->op->id == OP_READ)
		msg_done(live, task, outcome);
	else
		uffdio_done(live, task, layout_of(request->op), outcome);
}

/* RLIMIT_AS counts what the process has mapped for our sake. */
static uint64_t shift_limit(uint64_t resource, uint64_t value, int64_t by)
{
	return resource == RLIMIT_AS && value != RLIM_INFINITY ? value + (uint64_t)by : value;
}

static void do_limits(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	const bool both = request->op->id == OP_PRLIMIT64;
	const uint64_t resource = args->number[both ? 1 : 0];
	const unsigned int new_arg = both ? 2 : 1, old_arg = both ? 3 : 1;
	uint64_t a[6] = { both ? args->number[0] : 0, resource }, words[2];
	struct live_result result;
	bool get = request->op->id == OP_GETRLIMIT ||
		   (both && args->value[old_arg] && args->value[old_arg]->kind == VALUE_STRUCT);

	if (a[0]) {
		live_refuse(outcome, "prlimit64() of another process than the caller (0)");
		return;
	}
	if (request->op->id != OP_GETRLIMIT && args->value[new_arg] &&
	    args->value[new_arg]->kind == VALUE_STRUCT) {
		words[0] = op_args_field(args, new_arg, "rlim_cur", 0);
		words[1] = op_args_field(args, new_arg, "rlim_max", words[0]);
		for (unsigned int i = 0; i < 2; i++)
			words[i] = shift_limit(resource, words[i], (int64_t)LIVE_AGENT_SIZE);
		a[2] = live_put(live, LIVE_STRUCTS, words, sizeof(words));
	}
	a[3] = get ? LIVE_SHARED + LIVE_STRUCTS + 64 : 0;
	result = live_syscall(&live->world, task->pid, SYS_prlimit64, a);
	live_outcome(live, task, &result, outcome);
	if (!get || outcome->kind != OUTCOME_VALUE || outcome->value)
		return;
	memcpy(words, live->world.shared + LIVE_STRUCTS + 64, sizeof(words));
	out_field(outcome, "rlim_cur", value_unsigned(shift_limit(resource, words[0],
								  -(int64_t)LIVE_AGENT_SIZE)));
	out_field(outcome, "rlim_max", value_unsigned(shift_limit(resource, words[1],
								  -(int64_t)LIVE_AGENT_SIZE)));
}

static void do_mincore(struct live_backend *live, struct live_task *task,
		       const struct op_args *args, struct call_outcome *outcome)
{
	const uint64_t pages = args->number[1] / PAGE + (args->number[1] % PAGE != 0);
	const uint64_t a[6] = { args->number[0], args->number[1], LIVE_SHARED + LIVE_VECTOR };
	struct live_result result;

	if (pages > LIVE_VECTOR_SIZE && args->number[1] < (1UL << 47)) {
		live_refuse(outcome, "mincore() of more than 3 GiB on the host");
		return;
	}
	result = live_syscall(&live->world, task->pid, SYS_mincore, a);
	live_outcome(live, task, &result, outcome);
	if (outcome->kind != OUTCOME_VALUE || outcome->value)
		return;
	outcome->out = value_list();
	outcome->has_out = true;
	for (uint64_t i = 0; i < pages; i++) {
		struct value one = value_int(live->world.shared[LIVE_VECTOR + i] & 1);

		value_append(&outcome->out, &one);
	}
}

void live_call_struct(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome)
{
	switch (request->op->id) {
	case OP_UFFDIO:
		do_uffdio(live, task, request, outcome);
		return;
	case OP_READ:
		do_uffd_read(live, task, request->args, outcome);
		return;
	case OP_MINCORE:
		do_mincore(live, task, request->args, outcome);
		return;
	default:
		do_limits(live, task, request, outcome);
	}
}
