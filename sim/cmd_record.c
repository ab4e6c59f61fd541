/*
 * cmd_record.c - mmsim record -- COMMAND: a real program becomes a scenario.
 */
#include <stdio.h>
#include <string.h>

#include "sim/cli.h"
#include "sim/outfile.h"
#include "sim/record.h"

static int write_scenario(const struct record_options *how, const char *to, bool quiet)
{
	g_autoptr(GString) scenario = g_string_new(NULL), unseen = g_string_new(NULL);
	g_autoptr(GString) words = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	struct import_report report;
	int status = STATUS_GOOD;

	import_report_init(&report);
	if (!outfile_possible(to, &error) ||
	    !record_run(how, scenario, &report, unseen, &error) ||
	    !outfile_write(to, scenario->str, scenario->len, &error)) {
		fprintf(stderr, "mmsim record: %s\n", error->message);
		status = STATUS_NOTHING;
	}
	for (guint i = 0; i < report.problems->len; i++)
		fprintf(stderr, "%s\n", (const char *)report.problems->pdata[i]);
	if (status == STATUS_GOOD && !quiet) {
		import_report_text(&report, "", words);
		fputs(words->str, stderr);
		fputs(unseen->str, stderr);
	}
	import_report_clear(&report);
	return status;
}

static bool faults_word(const char *word, enum record_faults *faults)
{
	static const char *const words[] = { "all", "writes", "none" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (!strcmp(word, words[i])) {
			*faults = (enum record_faults)i;
			return true;
		}
	return false;
}

int cmd_record(int argc, char **argv)
{
	struct record_options how = { .every = 1000 };
	const char *to = "-", *faults = "all";
	bool quiet = false;
	uint64_t pid = 0;
	const struct cli_option options[] = {
		{ "output", 'o', CLI_STRING, &to, "FILE", "where to write; - is standard output" },
		{ "pid", 'p', CLI_NUMBER, &pid, "PID", "attach to a process, all of its threads" },
		{ "time", 0, CLI_NUMBER, &how.seconds, "SECONDS", "end after so long" },
		{ "calls", 0, CLI_NUMBER, &how.calls, "N", "end after so many memory calls" },
		{ "every", 0, CLI_NUMBER, &how.every, "N",
		  "compare maps after so many calls (1000)" },
		{ "faults", 0, CLI_STRING, &faults, "all|writes|none", "which page faults" },
		{ "short-paths", 0, CLI_FLAG, &how.short_paths, NULL,
		  "files by their last name alone" },
		{ "title", 0, CLI_STRING, &how.title, "TEXT", "what the scenario calls the program" },
		{ "quiet", 'q', CLI_FLAG, &quiet, NULL, "no report of what could not be seen" },
		{} };
	const struct cli_command row = {
		"record", "[OPTION]... -- COMMAND [ARG]...",
		"Runs a command, or attaches to a process, and writes the memory calls and page faults\n"
		"of all its threads and children as a scenario that replays them, with what is mapped\n"
		"at checkpoints. Ctrl-C ends a recording; a process that was attached to goes on.",
		"  mmsim record -o true.mms -- true && mmsim run true.mms\n"
		"  mmsim record -o shell.mms --pid $$ --time 5\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (!faults_word(faults, &how.faults))
		return cli_usage_error("record", "--faults is all, writes or none, not '%s'", faults);
	if (pid > G_MAXINT)
		return cli_usage_error("record", "--pid is no process id");
	if (pid && operands[0])
		return cli_usage_error("record", "a command or --pid, not both");
	if (!pid && !operands[0])
		return cli_usage_error("record", "give a command behind --, or --pid; see mmsim "
				       "record --help");
	how.pid = (int)pid;
	how.command = operands[0] ? operands : NULL;
	how.stdout_taken = !strcmp(to, "-");
	return write_scenario(&how, to, quiet);
}
