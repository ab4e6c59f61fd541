/*
 * live_access.c - load, store and exec in a live process: one real access for each page.
 *
 * A page's content is its first 8 bytes.  Values of stores without one are counted as
 * everywhere: from 1 on, one for each access that is tried.  A write by force is mmsim's own, by
 * the /proc/PID/mem of the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sim/live_internal.h"

#define PAGE		4096UL
/* Contents kept of one load; more only have to be all equal to be asserted. */
#define MAX_CONTENTS	4096

static void set_contents(struct call_outcome *outcome, const GArray *contents)
{
	outcome->out = value_list();
	outcome->has_out = true;
	for (guint i = 0; i < contents->len; i++) {
		struct value one = value_unsigned(g_array_index(contents, uint64_t, i));

		value_append(&outcome->out, &one);
	}
}

static uint64_t value_to_store(struct live_backend *live, const struct op_args *args)
{
	return args->nr > 2 ? args->number[2] : live->next_content++;
}

void live_call_access(struct live_backend *live, struct live_task *task,
		      const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	enum op_id id = request->op->id;
	enum live_access access = id == OP_LOAD ? LIVE_LOAD : id == OP_STORE ? LIVE_STORE :
							      LIVE_EXEC;
	uint64_t start = args->number[0], len = args->nr > 1 ? args->number[1] : 1;
	uint64_t last = start + (len ? len - 1 : 0);
	g_autoptr(GArray) contents = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	bool all_equal = true;

	if (last < start)
		last = UINT64_MAX;
	for (uint64_t page = start & -PAGE;; page += PAGE) {
		uint64_t value = access == LIVE_STORE ? value_to_store(live, args) : 0;
		struct live_result result = live_access(&live->world, task->pid, access, page,
							value);

		live_outcome(live, task, &result, outcome);
		if (outcome->kind == OUTCOME_BLOCKED && page != (last & -PAGE))
			live_refuse(outcome, "an access to several pages that waits");
		if (outcome->kind != OUTCOME_VALUE)
			return;
		value = (uint64_t)result.value;
		if (contents->len < MAX_CONTENTS)
			g_array_append_val(contents, value);
		all_equal &= value == g_array_index(contents, uint64_t, 0);
		if (page == (last & -PAGE))
			break;
	}
	outcome->value = access == LIVE_LOAD ? (int64_t)g_array_index(contents, uint64_t, 0) : 0;
	if (access == LIVE_LOAD && !all_equal)
		set_contents(outcome, contents);
}

/* 0 or -errno. */
static int64_t write_by_force(int fd, uint64_t addr, uint64_t value)
{
	ssize_t written = pwrite(fd, &value, sizeof(value), (off_t)addr);

	return written < 0 ? -errno : written == sizeof(value) ? 0 : -EIO;
}

void live_call_mem_write(struct live_backend *live, struct live_task *task,
			 const struct call_request *request, struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	g_autofree char *path = g_strdup_printf("/proc/%d/mem", (int)task->pid);
	uint64_t len = args->nr > 1 && args->number[1] ? args->number[1] : 1;
	uint64_t last = args->number[0] + (len - 1), page = args->number[0] & -PAGE;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		live_refuse(outcome, "a write to /proc/PID/mem on this host");
		return;
	}
	outcome->kind = OUTCOME_VALUE;
	outcome->value = 0;
	for (; page <= last && !outcome->value; page += PAGE)
		outcome->value = write_by_force(fd, page, value_to_store(live, args));
	close(fd);
}
