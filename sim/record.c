/*
 * record.c - begin a recording, end it, and say what could not be seen.
 *
 * In the kernel:  kernel/ptrace.c ptrace_attach(), security/yama for who may.
 * Left out:       nothing of its own.
 * Locks:          none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/record_internal.h"

GQuark record_error_quark(void)
{
	return g_quark_from_static_string("mmsim-record");
}

static bool host_error(GError **error, const char *what, int why)
{
	g_set_error(error, RECORD_ERROR, RECORD_ERROR_HOST, "%s: %s", what, g_strerror(why));
	return false;
}

/* ---- a command ---- */

/* In the child: wait for the word, then become the command; errno goes up the pipe. */
static void become(const struct record_options *options, int go, int failed)
{
	sigset_t none;
	char word;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (options->stdout_taken)
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (read(go, &word, 1) == 1)
		execvp(options->command[0], options->command);
	if (write(failed, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

static bool seize_command(struct recorder *r, GError **error)
{
	struct rec_task *task;
	int status;

	if (!trace_seize(r->command, true) ||
	    ptrace(PTRACE_INTERRUPT, r->command, NULL, NULL) ||
	    waitpid(r->command, &status, __WALL) != r->command)
		return host_error(error, "the command cannot be traced", errno);
	task = task_make(r, r->command);
	task->proc = rec_proc_new(r, r->command, rec_mm_new(r));
	task->proc->running = 1;
	if (!perf_watch(r->perf, r->command, true))
		unseen(r, "the page faults of some CPU");
	if (ptrace(PTRACE_SYSCALL, r->command, NULL, NULL))
		return host_error(error, "the command cannot be traced", errno);
	return true;
}

static bool run_command(struct recorder *r, GError **error)
{
	int go[2], failed[2], why = 0;
	bool good;

	if (pipe2(go, O_CLOEXEC) || pipe2(failed, O_CLOEXEC))
		return host_error(error, "pipe", errno);
	r->command = fork();
	if (!r->command)
		become(r->options, go[0], failed[1]);
	close(go[0]);
	close(failed[1]);
	if (r->command < 0)
		return host_error(error, "fork", errno);
	good = seize_command(r, error);
	if (good && write(go[1], "", 1) != 1)
		good = host_error(error, "pipe", errno);
	close(go[1]);
	if (good)
		good = trace_all(r, error);
	else
		kill(r->command, SIGKILL);
	if (good && !r->begun && read(failed[0], &why, sizeof(why)) == sizeof(why))
		good = host_error(error, r->options->command[0], why);
	close(failed[0]);
	return good;
}

/* ---- a process that runs ---- */

/* Seize the threads that are not yet; false when there are no more. */
static bool seize_threads(struct recorder *r, int *why)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task", r->options->pid);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	bool more = false;
	const char *name;

	*why = dir ? 0 : ESRCH;
	while (dir && (name = g_dir_read_name(dir))) {
		int tid = atoi(name);
		struct rec_task *task;

		if (task_find(r, tid))
			continue;
		if (!trace_seize(tid, false)) {
			if (errno != ESRCH)
				*why = errno;
			continue;
		}
		ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
		task = task_make(r, tid);
		if (waitpid(tid, &task->status, __WALL) != tid || !WIFSTOPPED(task->status))
			g_hash_table_remove(r->tasks, GINT_TO_POINTER(tid));
		else
			more = true;
	}
	return more;
}

static int by_tid(gconstpointer a, gconstpointer b)
{
	return ((const struct rec_task *)a)->tid - ((const struct rec_task *)b)->tid;
}

/* What is mapped as we begin, and the threads there are. */
static bool begin_attached(struct recorder *r, GError **error)
{
	struct rec_proc *proc = rec_proc_new(r, r->options->pid, rec_mm_new(r));
	struct import_event *event = event_make(EVENT_LAYOUT, proc->pid);
	GList *tasks = g_list_sort(g_hash_table_get_values(r->tasks), by_tid);

	event->checkpoint = checkpoint_take(r, proc->pid, "when the recording began", true);
	log_append(r, event);
	r->begun = true;
	for (GList *at = tasks; at; at = at->next) {
		struct rec_task *task = at->data;

		task->proc = proc;
		proc->running++;
		if (!perf_watch(r->perf, task->tid, false))
			unseen(r, "the page faults of some CPU or thread");
		if (task->tid == proc->pid)
			continue;
		event = event_make(EVENT_NEWTASK, proc->pid);
		event->child = task->tid;
		event->flags = CLONE_VM | CLONE_THREAD;
		log_append(r, event);
	}
	for (GList *at = tasks; at; at = at->next)
		ptrace(PTRACE_SYSCALL, ((struct rec_task *)at->data)->tid, NULL, NULL);
	g_list_free(tasks);
	if (((struct import_event *)r->log.events->pdata[0])->checkpoint)
		return true;
	return host_error(error, "/proc/PID/smaps", EACCES);
}

static bool attach(struct recorder *r, GError **error)
{
	int why;

	while (seize_threads(r, &why))
		;
	if (!g_hash_table_size(r->tasks)) {
		g_autofree char *what = g_strdup_printf("process %d cannot be traced",
							r->options->pid);

		return host_error(error, what, why ? why : ESRCH);
	}
	if (why)
		unseen(r, "a thread that could not be traced");
	return begin_attached(r, error) && trace_all(r, error);
}

/* ---- the report ---- */

static const char *const level_words[] = {
	[PERF_NOTHING] = "page faults: none",
	[PERF_USER] = ("page faults of user mode; those inside of system calls and the kind of "
		       "access are not seen"),
	[PERF_KERNEL] = "page faults; the kind of access is not seen",
	[PERF_ACCESS] = "page faults with the kind of access",
};

char *record_faults_here(bool *good)
{
	struct record_perf *perf = perf_new(RECORD_FAULTS_ALL);
	enum perf_level level = perf_level(perf);
	const char *why = level == PERF_ACCESS ? "" : perf_why(perf);
	char *text = g_strdup_printf("%s%s%s", level_words[level], *why ? "; " : "", why);

	*good = level == PERF_ACCESS;
	perf_free(perf);
	return text;
}

static gboolean append_unseen(gpointer what, gpointer count, gpointer data)
{
	g_string_append_printf(data, "  %6u %s\n", GPOINTER_TO_UINT(count), (char *)what);
	return FALSE;
}

static void append_count(GString *out, uint64_t count, const char *what)
{
	if (count)
		g_string_append_printf(out, "  %6" G_GUINT64_FORMAT " %s\n", count, what);
}

static void report_unseen(struct recorder *r, GString *out)
{
	enum perf_level level = perf_level(r->perf);
	const char *why = level == PERF_ACCESS ? "" : perf_why(r->perf);

	g_string_append_printf(out, "seen: memory calls: %" G_GUINT64_FORMAT "; %s%s%s%s\n",
			       r->nr_calls, level_words[level], *why ? " (" : "", why,
			       *why ? ")" : "");
	g_string_append(out, "not seen:\n");
	append_count(out, perf_lost(r->perf), "page faults that perf lost");
	append_count(out, r->unconfirmed, "faults that did not complete (signals, retries)");
	append_count(out, r->samples->len, "events of tasks that were not followed");
	append_count(out, r->side_by_side, "calls that ran beside another one: their order");
	append_count(out, r->ambiguous, "faults beside another task's call: their order");
	if (r->huge)
		g_string_append(out, "         huge pages: the replay has small ones\n");
	g_tree_foreach(r->unseen, append_unseen, out);
	g_string_append(out, "         accesses that did not fault; pages written by the kernel "
			"without a fault\n");
}

/* The first lines of the scenario. */
static void make_notes(const struct recorder *r, const GString *seen, GString *notes)
{
	g_auto(GStrv) lines = g_strsplit(seen->str, "\n", -1);
	g_autofree char *name = r->options->command ? g_path_get_basename(r->options->command[0])
						    : g_strdup("a running process");
	g_autofree char *shown = g_strescape(r->options->title ? r->options->title : name, NULL);

	g_string_append_printf(notes, "# Do the calls of %s give the VMAs that it had?\n#\n"
			       "# Recorded by mmsim record.\n", shown);
	for (char **line = lines; *line; line++)
		if (**line)
			g_string_append_printf(notes, "# %s\n", *line);
}

bool record_run(const struct record_options *options, GString *mms_out,
		struct import_report *report, GString *words, GError **error)
{
	static const struct import_options alone = { .alone = true };
	g_autoptr(GString) notes = g_string_new(NULL);
	struct recorder r;
	bool good;

	recorder_init(&r, options, report);
	r.perf = perf_new(options->faults);
	good = options->pid ? attach(&r, error) : run_command(&r, error);
	if (good) {
		gsize before = words->len;
		g_autoptr(GString) seen = NULL;

		report_unseen(&r, words);
		seen = g_string_new(words->str + before);
		make_notes(&r, seen, notes);
		r.log.notes = notes;
		report->assumed[ASSUMED_ORDER] += (unsigned int)r.side_by_side;
		report->lost_events = (unsigned int)perf_lost(r.perf);
		good = import_events(&r.log, &alone, mms_out);
		if (!good)
			g_set_error(error, RECORD_ERROR, RECORD_ERROR_EMPTY,
				    "no call and no address space was seen");
	}
	recorder_clear(&r);
	return good;
}
