/*
 * cmd_test.c - mmsim test PATH...: every scenario below, results as TAP.
 *
 * Each scenario runs in a child process, so that a crash costs one result and not all;
 * results are printed in the order of the files, whichever ends first.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cli.h"
#include "sim/interrupt.h"
#include "sim/outfile.h"
#include "sim/test_file.h"

/* One scenario and the child that runs it. */
struct job {
	pid_t pid;		/* 0: not started, or over */
	FILE *file;		/* the child's result; unlinked */
	bool over;
	struct test_outcome outcome;
};

static void put_text(FILE *file, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	fprintf(file, "%zu\n", len);
	if (len)
		fwrite(text, 1, len, file);
	fputc('\n', file);
}

static char *get_text(FILE *file)
{
	size_t len = 0;
	char *text;

	if (fscanf(file, "%zu", &len) != 1 || fgetc(file) != '\n' || len > (1U << 30))
		return NULL;
	text = g_malloc(len + 1);
	text[fread(text, 1, len, file)] = '\0';
	fgetc(file);
	return text;
}

static void put_outcome(FILE *file, const struct test_outcome *outcome)
{
	fprintf(file, "%d %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", outcome->status,
		outcome->nr_statements, outcome->nr_expectations);
	put_text(file, outcome->title);
	put_text(file, outcome->narration);
	put_text(file, outcome->errors);
	fflush(file);
}

static bool get_outcome(FILE *file, struct test_outcome *outcome)
{
	rewind(file);
	if (fscanf(file, "%d %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", &outcome->status,
		   &outcome->nr_statements, &outcome->nr_expectations) != 3)
		return false;
	outcome->title = get_text(file);
	outcome->narration = get_text(file);
	outcome->errors = get_text(file);
	if (outcome->title && !outcome->title[0])
		g_clear_pointer(&outcome->title, g_free);
	outcome->skipped = outcome->status == STATUS_NOTHING;
	return outcome->errors != NULL;
}

static bool start_job(struct job *job, const char *path, const struct run_options *options)
{
	job->file = tmpfile();
	if (!job->file)
		return false;
	fflush(NULL);
	job->pid = fork();
	if (job->pid < 0)
		return false;
	if (job->pid == 0) {
		struct test_outcome outcome = {};

		scenario_test(path, options, &outcome);
		put_outcome(job->file, &outcome);
		test_outcome_clear(&outcome);
		_exit(0);
	}
	return true;
}

static void end_job(struct job *job, const char *path, int wait_status)
{
	job->pid = 0;
	job->over = true;
	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0 ||
	    !get_outcome(job->file, &job->outcome)) {
		test_outcome_clear(&job->outcome);
		job->outcome.status = STATUS_INTERNAL;
		job->outcome.errors = WIFSIGNALED(wait_status) ?
			g_strdup_printf("mmsim was killed by %s while running it\n",
					strsignal(WTERMSIG(wait_status))) :
			g_strdup("mmsim itself failed while running it\n");
	}
	job->outcome.name = g_strdup(path);
	g_clear_pointer(&job->file, fclose);
}

static bool wait_for_one(struct job *jobs, const GPtrArray *files)
{
	int wait_status = 0;
	pid_t pid;

	do {
		pid = waitpid(-1, &wait_status, 0);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return false;
	for (guint i = 0; i < files->len; i++)
		if (jobs[i].pid == pid)
			end_job(&jobs[i], files->pdata[i], wait_status);
	return true;
}

struct counts {
	unsigned int passed, failed, skipped;
	int status;
};

static void count(struct counts *counts, const struct test_outcome *outcome)
{
	if (outcome->skipped)
		counts->skipped++;
	else if (outcome->status == STATUS_GOOD)
		counts->passed++;
	else
		counts->failed++;
	/* A skip among others is no failure; nothing but skips is 4. */
	if (!outcome->skipped)
		counts->status = status_worse(counts->status, outcome->status);
}

/* Returns how many have been told of. */
static guint run_jobs(struct job *jobs, const GPtrArray *files, unsigned int at_once, bool quiet,
		     const struct run_options *options, struct counts *counts)
{
	guint started = 0, printed = 0, running = 0;

	while (printed < files->len) {
		while (started < files->len && running < at_once && !interrupt_seen()) {
			if (!start_job(&jobs[started], files->pdata[started], options)) {
				if (running)
					break;
				end_job(&jobs[started], files->pdata[started], 1 << 8);
				started++;
				continue;
			}
			started++;
			running++;
		}
		if (running && wait_for_one(jobs, files))
			running--;
		for (; printed < files->len && jobs[printed].over; printed++) {
			const struct test_outcome *outcome = &jobs[printed].outcome;

			count(counts, outcome);
			if (!quiet || (outcome->status && !outcome->skipped))
				report_tap(stdout, printed + 1, outcome);
		}
		if (interrupt_seen() && !running)
			break;
	}
	return printed;
}

static int write_junit(const char *path, const struct job *jobs, unsigned int nr)
{
	struct test_outcome *outcomes = g_new0(struct test_outcome, nr);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	int status = STATUS_GOOD;

	for (unsigned int i = 0; i < nr; i++)
		outcomes[i] = jobs[i].outcome;
	text = report_junit(outcomes, nr);
	g_free(outcomes);
	if (!outfile_write(path, text, strlen(text), &error)) {
		fprintf(stderr, "mmsim test: %s cannot be written: %s\n", path, error->message);
		status = STATUS_NOTHING;
	}
	return status;
}

static int test_all(const GPtrArray *files, unsigned int at_once, bool quiet, const char *junit,
		    const struct run_options *options)
{
	struct job *jobs = g_new0(struct job, files->len);
	struct counts counts = {};
	guint told;

	if (!quiet)
		report_tap_begin(stdout, files->len);
	told = run_jobs(jobs, files, at_once, quiet, options, &counts);
	if (interrupt_seen()) {
		puts("Bail out! interrupted");
		counts.status = status_worse(counts.status, STATUS_INTERRUPTED);
	}
	report_tap_end(stdout, counts.passed, counts.failed, counts.skipped);
	if (!counts.status && !counts.passed && !counts.failed)
		counts.status = STATUS_NOTHING;
	if (junit)
		counts.status = status_worse(counts.status, write_junit(junit, jobs, told));
	for (guint i = 0; i < files->len; i++)
		test_outcome_clear(&jobs[i].outcome);
	g_free(jobs);
	return counts.status;
}

int cmd_test(int argc, char **argv)
{
	uint64_t at_once = g_get_num_processors();
	struct run_options run_options = {};
	const char *junit = NULL, *check = NULL, *format = NULL;
	bool quiet = false;
	const struct cli_option options[] = {
		{ "jobs", 'j', CLI_NUMBER, &at_once, "N", "that many at once; all CPUs" },
		{ "quiet", 'q', CLI_FLAG, &quiet, NULL, "failures and the summary only" },
		{ "junit", 0, CLI_STRING, &junit, "FILE", "results for CI" },
		{ "format", 0, CLI_STRING, &format, "tap", "the only one there is" },
		{ "check", 0, CLI_STRING, &check, "WHEN",
		  "invariants: each, every:N, end or never" },
		{ "max-statements", 0, CLI_NUMBER, &run_options.max_statements, "N",
		  "for each scenario; 1000000" },
		{},
	};
	const struct cli_command row = {
		"test", "[OPTION]... PATH...",
		"Runs every .mms below each PATH as a test: its checks, its invariants, its\n"
		".expected file, and, with `bug` and `must violate`, the same without the bug.",
		"  mmsim test scenarios\n"
		"  mmsim test -j1 --junit=results.xml scenarios/vma\n", options };
	g_autofree char **operands = NULL;
	g_autoptr(GPtrArray) files = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("test", "no path given; see mmsim test --help");
	if (!cli_check(check, &run_options))
		return cli_usage_error("test", "--check is each, every:N, end or never, not '%s'",
				       check);
	if (format && strcmp(format, "tap"))
		return cli_usage_error("test", "--format is tap, not '%s'", format);
	run_options.interrupted = interrupt_seen;
	interrupt_catch();
	files = cli_scenarios("test", operands);
	if (!files)
		return STATUS_USAGE;
	return test_all(files, (unsigned int)CLAMP(at_once, 1, 256), quiet, junit, &run_options);
}
