/*
 * live_ksm.c - ksmd of the host: what its statements are on live processes.
 *
 * Between two scans ksmd sleeps for sleep_millisecs, and wakes at once when that is changed.  So it
 * is given a long sleep, enough pages for a whole scan, and an address space of ours that keeps it
 * from falling asleep otherwise: then each new value makes it scan once.  It does so on our CPU, for
 * what it leaves in the batches of another one would have later stores copy.
 *
 * In the kernel:  mm/ksm.c ksm_scan_thread(), ksm_do_scan(), run_store(), sleep_millisecs_store().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/live_host.h"
#include "sim/live_hold.h"
#include "sim/live_internal.h"
#include "sim/live_ksm.h"

#define KSM		"/sys/kernel/mm/ksm/"
#define PAGE		4096UL
#define PM_PRESENT	(1UL << 63)
#define PM_PFN		((1UL << 55) - 1)
#define KPF_KSM		(1UL << 21)
#define KPF_ZERO_PAGE	(1UL << 24)

/* One scan records what a page holds, the next merges, or splits what the one after that merges. */
#define SCANS		3
#define LONG_SLEEP	2000000000U	/* milliseconds; some more each time */
#define SCAN_SECONDS	30
#define LOST_AFTER	2000		/* microseconds */
#define NICE		(-10)
#define SLEEP		4	/* of the knobs */
#define NR_KNOBS	6

struct live_ksm {
	uint64_t before[NR_KNOBS];
	int nr_saved;		/* how many of them */
	pid_t ksmd;
	cpu_set_t cpus;		/* of ksmd, before */
	int nice;		/* likewise */
	void *bait;
};

/* In this order; back in the other, so that ksmd stops first. */
static const struct knob {
	const char *path;
	uint64_t value;
} knobs[NR_KNOBS] = {
	{ KSM "use_zero_pages", 0 }, { KSM "stable_node_chains_prune_millisecs", 1000000000 },
	{ KSM "smart_scan", 0 }, { KSM "pages_to_scan", 100000000 },
	{ KSM "sleep_millisecs", LONG_SLEEP }, { KSM "run", 1 },
};

static uint64_t scans_done(void)
{
	uint64_t nr = 0;

	live_host_number(KSM "full_scans", &nr);
	return nr;
}

/* ---- the guardian's part ---- */

pid_t live_ksm_pid(void)
{
	GDir *proc = g_dir_open("/proc", 0, NULL);
	const char *name;
	pid_t pid = 0;

	while (proc && !pid && (name = g_dir_read_name(proc))) {
		g_autofree char *path = g_strdup_printf("/proc/%s/comm", name);
		g_autofree char *comm = NULL;

		if (g_ascii_isdigit(*name) && g_file_get_contents(path, &comm, NULL, NULL) &&
		    !strcmp(comm, "ksmd\n"))
			pid = (pid_t)g_ascii_strtoll(name, NULL, 10);
	}
	if (proc)
		g_dir_close(proc);
	return pid;
}

/* ksmd waits for its first address space otherwise, and scans when that comes. */
static bool lay_bait(struct live_ksm *ksm)
{
	ksm->bait = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return ksm->bait != MAP_FAILED && !madvise(ksm->bait, PAGE, MADV_MERGEABLE);
}

static bool is_asleep(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *text = NULL;
	const char *end = g_file_get_contents(path, &text, NULL, NULL) ? strrchr(text, ')') : NULL;

	return end && !strncmp(end, ") S", 3);
}

/* Until the scan with which it begins is over. */
static bool wait_for_first_scan(const struct live_ksm *ksm)
{
	for (int tries = 0; tries < SCAN_SECONDS * 1000; tries++) {
		if (scans_done() && is_asleep(ksm->ksmd))
			return true;
		g_usleep(1000);
	}
	return false;
}

struct live_ksm *live_ksm_change(char **why)
{
	struct live_ksm *ksm = g_new0(struct live_ksm, 1);

	ksm->ksmd = live_ksm_pid();
	if (!ksm->ksmd || sched_getaffinity(ksm->ksmd, sizeof(ksm->cpus), &ksm->cpus)) {
		ksm->ksmd = 0;
		*why = g_strdup("this host has no ksmd");
		return ksm;
	}
	/* its scans are short, and all wait for them */
	ksm->nice = getpriority(PRIO_PROCESS, (id_t)ksm->ksmd);
	setpriority(PRIO_PROCESS, (id_t)ksm->ksmd, NICE);
	for (int i = 0; i < NR_KNOBS; i++) {
		if (!live_host_number(knobs[i].path, &ksm->before[i])) {
			*why = g_strdup_printf("%s cannot be read", knobs[i].path);
			return ksm;
		}
		ksm->nr_saved++;
		/* what is still merged is given back, before a run and after it; scans are counted
		 * anew from there */
		if ((i == NR_KNOBS - 1 && (!lay_bait(ksm) || !live_host_set_number(knobs[i].path, 2))) ||
		    !live_host_set_number(knobs[i].path, knobs[i].value)) {
			*why = g_strdup_printf("%s cannot be set on this host", knobs[i].path);
			return ksm;
		}
	}
	if (!wait_for_first_scan(ksm))
		*why = g_strdup("ksmd of this host does not scan");
	return ksm;
}

void live_ksm_undo(struct live_ksm *ksm)
{
	if (!ksm)
		return;
	if (ksm->nr_saved == NR_KNOBS)
		live_host_set_number(knobs[NR_KNOBS - 1].path, 2);
	for (int i = ksm->nr_saved; i-- > 0;)
		live_host_set_number(knobs[i].path, ksm->before[i]);
	if (ksm->ksmd)
		setpriority(PRIO_PROCESS, (id_t)ksm->ksmd, ksm->nice);
	if (ksm->ksmd)
		sched_setaffinity(ksm->ksmd, sizeof(ksm->cpus), &ksm->cpus);
	g_free(ksm);
}

/* ---- a scan ---- */

static void pin_ksmd(pid_t ksmd)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET((unsigned int)cpu, &one);
	sched_setaffinity(ksmd, sizeof(one), &one);
}

/* Another value than before, so that it wakes. */
static bool wake_ksmd(void)
{
	uint64_t now = 0;

	return live_host_number(knobs[SLEEP].path, &now) &&
	       live_host_set_number(knobs[SLEEP].path,
			    now + 1 < 2 * (uint64_t)LONG_SLEEP ? now + 1 : LONG_SLEEP);
}

/* A value that comes before ksmd has looked at the last one is not noticed: it sleeps, and has not
 * scanned. */
static bool scan_once(pid_t ksmd)
{
	gint64 now = g_get_monotonic_time(), until = now + SCAN_SECONDS * G_USEC_PER_SEC, again;
	uint64_t before = scans_done();

	for (again = now; now < until; now = g_get_monotonic_time()) {
		if (now >= again && is_asleep(ksmd) && scans_done() == before) {
			if (!wake_ksmd())
				return false;
			again = now + LOST_AFTER;
		}
		if (scans_done() > before)
			return true;
		sched_yield();
	}
	return false;
}

static bool scan(const struct live_backend *live, int nr)
{
	pid_t ksmd = live_hold_ksmd(live->settings.hold);
	bool good = live_host_set_number(knobs[0].path, live->settings.ksm_use_zero_pages);

	pin_ksmd(ksmd);
	while (good && nr--)
		good = scan_once(ksmd);
	return good;
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
	if (request->op->id == OP_KSM_UNMERGE)
		done = live_host_set_number(KSM "run", 2) && live_host_set_number(KSM "run", 1);
	else
		done = scan(live, merging ? SCANS : 1);
	if (!done) {
		live_refuse(outcome, "ksmd of this host cannot be told to scan, or did not");
		return;
	}
	outcome->kind = OUTCOME_VALUE;
	outcome->value = merging && !are_one_page(live, request->args) ? -EFAULT : 0;
}
