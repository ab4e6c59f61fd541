/*
 * live_khugepaged.c - khugepaged of the host: a walk over a process of the scenario.
 *
 * It cannot be told whom to visit: it is given no time to sleep until it has been through all
 * address spaces twice.  That is a child's business, so that it sleeps again whatever becomes of
 * mmsim.  What came of it is what the process then has more of; of shared memory that does not
 * show, for its page tables may go.
 *
 * In the kernel:  /sys/kernel/mm/transparent_hugepage/khugepaged, mm/khugepaged.c
 *                 scan_sleep_millisecs_store(), khugepaged_scan_mm_slot().
 * Left out:       a pass of so many pages: others use up some of them.  One process of several.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/live_host.h"
#include "sim/live_internal.h"
#include "sim/live_thp.h"

#define KHUGEPAGED	"/sys/kernel/mm/transparent_hugepage/khugepaged/"
#define HUGE_KB		2048

/* The first that is seen to end was under way, and the batches of the CPUs may not have been empty
 * when it began. */
#define SCANS		3
#define SCAN_SECONDS	30

struct knob {
	const char *path;
	uint64_t value, before;
	bool set;
};

/* ---- the child ---- */

/* Where huge pages are enabled for nobody there is no such thread, and nothing to wait for. */
static bool wait_for_scans(void)
{
	uint64_t first = 0, now = 0;

	if (!live_thp_khugepaged())
		return true;
	if (!live_host_number(KHUGEPAGED "full_scans", &first))
		return false;
	for (int tries = 0; tries < SCAN_SECONDS * 1000; tries++) {
		if (!live_host_number(KHUGEPAGED "full_scans", &now) || now >= first + SCANS)
			break;
		g_usleep(1000);
	}
	return now >= first + SCANS;
}

static bool scan(const struct live_settings *settings)
{
	/* In this order; back in the other, so that khugepaged sleeps first. */
	struct knob knobs[] = {
		{ .path = KHUGEPAGED "max_ptes_none", .value = settings->max_ptes_none },
		{ .path = KHUGEPAGED "max_ptes_swap", .value = settings->max_ptes_swap },
		{ .path = KHUGEPAGED "max_ptes_shared", .value = settings->max_ptes_shared },
		{ .path = KHUGEPAGED "defrag", .value = settings->khugepaged_defrag },
		{ .path = KHUGEPAGED "pages_to_scan", .value = 1000000 },
		/* the last two wake it */
		{ .path = KHUGEPAGED "alloc_sleep_millisecs", .value = 0 },
		{ .path = KHUGEPAGED "scan_sleep_millisecs", .value = 0 },
	};
	bool good = true;

	for (size_t i = 0; i < G_N_ELEMENTS(knobs) && good; i++) {
		good = live_host_number(knobs[i].path, &knobs[i].before);
		if (!good || knobs[i].before == knobs[i].value)
			continue;
		knobs[i].set = true;
		good = live_host_set_number(knobs[i].path, knobs[i].value);
	}
	good = good && wait_for_scans();
	for (size_t i = G_N_ELEMENTS(knobs); i-- > 0;) {
		if (knobs[i].set)
			good &= live_host_set_number(knobs[i].path, knobs[i].before);
		/* both wake it, once more: it must not find other limits than ours */
		if (i == G_N_ELEMENTS(knobs) - 2)
			live_thp_wait_for_rest();
	}
	return good;
}

/* In a child that nobody but SIGKILL ends before it is through. */
static bool do_it(const struct live_settings *settings)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		setsid();
		for (int signal = SIGHUP; signal <= SIGTERM; signal++)
			if (signal != SIGKILL)
				sigaction(signal, &(struct sigaction){ .sa_handler = SIG_IGN },
					  NULL);
		_exit(!scan(settings));
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

/* ---- what came of it ---- */

/* Anonymous huge pages that @pid maps by leaves. */
static bool huge_pages(pid_t pid, long *nr)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/smaps_rollup", (int)pid);
	g_autofree char *text = NULL;
	const char *line;
	long kilobytes = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	line = strstr(text, "\nAnonHugePages:");
	if (!line || sscanf(line, "\nAnonHugePages: %ld kB", &kilobytes) != 1)
		return false;
	*nr = kilobytes / HUGE_KB;
	return true;
}

static bool maps_shared_memory(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/maps", (int)pid);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) &&
	       (strstr(text, " /memfd:") || strstr(text, " /dev/zero") ||
		strstr(text, " /dev/shm/"));
}

static bool has_others(const struct live_backend *live, const char *process)
{
	for (guint i = 0; i < live->tasks->len; i++) {
		const struct live_task *task = live->tasks->pdata[i];

		if (!task->gone && strcmp(task->process, process))
			return true;
	}
	return false;
}

void live_call_khugepaged(struct live_backend *live, const struct call_request *request,
			  struct call_outcome *outcome)
{
	const struct op_args *args = request->args;
	const struct live_task *task = args->nr ? live_any_of(live, args->process[0]) : NULL;
	long before = 0, after = 0;

	if (!args->nr) {
		live_refuse(outcome, "a pass of khugepaged, which others share, on the host");
		return;
	}
	if (!task || !live->settings.khugepaged_ours) {
		live_refuse(outcome, task ? "khugepaged where no huge pages are asked for" :
					    "a scan of a process that is gone");
		return;
	}
	if (has_others(live, task->process)) {
		live_refuse(outcome, "a scan of one process of several, on the host");
		return;
	}
	if (!huge_pages(task->pid, &before) || !do_it(&live->settings) ||
	    !huge_pages(task->pid, &after)) {
		live_refuse(outcome, "khugepaged of this host cannot be told to scan, or did not");
		return;
	}
	outcome->kind = OUTCOME_VALUE;
	outcome->value = after - before;
	outcome->untold = maps_shared_memory(task->pid);
}
