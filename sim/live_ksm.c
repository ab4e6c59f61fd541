/*
 * live_ksm.c - ksmd of the host: what its statements are on live processes.
 *
 * A child changes the settings, waits for ksmd and puts them back, so that they are as they were
 * whatever becomes of mmsim.  ksmd merges for everybody: a scenario with it has the host for
 * itself, as one with a swap device has.
 *
 * In the kernel:  /sys/kernel/mm/ksm, mm/ksm.c ksm_do_scan(), run_store().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/live_host.h"
#include "sim/live_internal.h"

#define KSM		"/sys/kernel/mm/ksm/"
#define PAGE		4096UL
#define PM_PRESENT	(1UL << 63)
#define PM_PFN		((1UL << 55) - 1)
#define KPF_KSM		(1UL << 21)
#define KPF_ZERO_PAGE	(1UL << 24)

/* One scan records what a page holds, the next merges; the first to be seen is under way. */
#define SCANS		3
#define SCAN_SECONDS	30

struct knob {
	const char *path;
	uint64_t value, before;
	bool set;
};

static bool write_number(const char *path, uint64_t number)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (!file)
		return false;
	good = fprintf(file, "%" G_GUINT64_FORMAT "\n", number) > 0;
	return fclose(file) == 0 && good;
}

/* ---- the child ---- */

/* ksmd sleeps while nobody asks for it, and then it counts no scans: so we do. */
static bool ask_for_ksmd(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED && !madvise(page, PAGE, MADV_MERGEABLE);
}

static bool wait_for_scans(void)
{
	uint64_t first = 0, now = 0;

	if (!ask_for_ksmd() || !live_host_number(KSM "full_scans", &first))
		return false;
	for (int tries = 0; tries < SCAN_SECONDS * 1000; tries++) {
		if (!live_host_number(KSM "full_scans", &now) || now >= first + SCANS)
			break;
		g_usleep(1000);
	}
	return now >= first + SCANS;
}

static bool scan(bool use_zero_pages)
{
	/* In this order; back in the other, so that ksmd stops first. */
	struct knob knobs[] = {
		{ .path = KSM "use_zero_pages", .value = use_zero_pages },
		{ .path = KSM "smart_scan", .value = 0 },
		{ .path = KSM "pages_to_scan", .value = 1000000 },
		{ .path = KSM "sleep_millisecs", .value = 1 },
		{ .path = KSM "run", .value = 1 },
	};
	bool good = true;

	for (size_t i = 0; i < G_N_ELEMENTS(knobs) && good; i++) {
		good = live_host_number(knobs[i].path, &knobs[i].before);
		if (!good || knobs[i].before == knobs[i].value)
			continue;
		knobs[i].set = true;
		good = write_number(knobs[i].path, knobs[i].value);
	}
	good = good && wait_for_scans();
	for (size_t i = G_N_ELEMENTS(knobs); i-- > 0;)
		if (knobs[i].set)
			good &= write_number(knobs[i].path, knobs[i].before);
	return good;
}

static bool unmerge(void)
{
	uint64_t before = 0;

	return live_host_number(KSM "run", &before) && write_number(KSM "run", 2) &&
	       write_number(KSM "run", before == 2 ? 0 : before);
}

/* In a child that nobody but SIGKILL ends before it is through. */
static bool do_it(bool merging, bool use_zero_pages)
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
		_exit(merging ? !scan(use_zero_pages) : !unmerge());
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

/* ---- what came of it ---- */

static bool read_word(const char *path, uint64_t n, uint64_t *word)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && pread(fd, word, 8, (off_t)(n * 8)) == 8;

	if (fd >= 0)
		close(fd);
	return good;
}

/* The frame at the place that is argument @i, or 0. */
static uint64_t frame_of(const struct live_backend *live, const struct op_args *args,
			 unsigned int i)
{
	const struct live_task *task = NULL;
	g_autofree char *path = NULL;
	uint64_t word = 0;

	for (guint n = 0; n < live->tasks->len && !task; n++) {
		const struct live_task *one = live->tasks->pdata[n];

		if (!one->gone && !g_strcmp0(one->process, args->process[i]))
			task = one;
	}
	if (!task)
		return 0;
	path = g_strdup_printf("/proc/%d/pagemap", (int)task->pid);
	if (!read_word(path, args->number[i] / PAGE, &word) || !(word & PM_PRESENT))
		return 0;
	return word & PM_PFN;
}

static bool are_one_page(const struct live_backend *live, const struct op_args *args)
{
	uint64_t a = frame_of(live, args, 0), b = frame_of(live, args, 1), flags = 0;

	return a && a == b && read_word("/proc/kpageflags", a, &flags) &&
	       flags & (KPF_KSM | KPF_ZERO_PAGE);
}

void live_call_ksm(struct live_backend *live, const struct call_request *request,
		   struct call_outcome *outcome)
{
	bool merging = request->op->id == OP_KSM_MERGE;
	bool done;

	if (!live->settings.alone) {
		live_refuse(outcome, "ksmd while others run on this host");
		return;
	}
	done = do_it(merging, live->settings.ksm_use_zero_pages);
	if (!done) {
		live_refuse(outcome, "ksmd of this host cannot be told to scan, or did not");
		return;
	}
	outcome->kind = OUTCOME_VALUE;
	outcome->value = merging && !are_one_page(live, request->args) ? -EFAULT : 0;
}
