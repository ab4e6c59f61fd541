/*
 * cmd_import.c - mmsim import LOG: a recorded program becomes a scenario.
 */
#include <stdio.h>
#include <string.h>

#include "sim/cli.h"
#include "sim/import.h"
#include "sim/outfile.h"

/* What the reader would otherwise take for granted. */
static void report_gaps(const struct import_report *report, GString *words)
{
	if (!report->checkpoints)
		g_string_append(words, "no copy of /proc/PID/maps: the replay will compare nothing (--maps FILE)\n");
	if (!report->faults)
		g_string_append(words, "no page faults in the log: no area will have been written to, so what "
				"explain says of anon_vmas is not that of the program\n");
	if (report->assumed[ASSUMED_PATH])
		g_string_append(words, "files were mapped whose open() is not in the log, and two of them may be "
				"taken for one: record openat and close, too\n");
}

static int write_scenario(const char *log, const char *to, const struct import_options *how,
			  bool quiet)
{
	g_autoptr(GString) scenario = g_string_new(NULL), words = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	struct import_report report;
	int status = STATUS_GOOD;

	import_report_init(&report);
	if (!import_log(log, how, scenario, &report, &error)) {
		fprintf(stderr, "%s\n", error->message);
		status = STATUS_REJECTED;
	} else if (!outfile_write(to, scenario->str, scenario->len, &error)) {
		fprintf(stderr, "mmsim import: %s\n", error->message);
		status = STATUS_NOTHING;
	}
	for (guint i = 0; i < report.problems->len; i++)
		fprintf(stderr, "%s\n", (const char *)report.problems->pdata[i]);
	if (status == STATUS_GOOD && !quiet) {
		import_report_text(&report, "", words);
		report_gaps(&report, words);
		fputs(words->str, stderr);
	}
	import_report_clear(&report);
	return status;
}

int cmd_import(int argc, char **argv)
{
	struct import_options how = {};
	const char *to = "-";
	bool quiet = false, recipe = false;
	const struct cli_option options[] = {
		{ "output", 'o', CLI_STRING, &to, "FILE", "where to write; - is standard output" },
		{ "maps", 0, CLI_STRING, &how.exit_maps, "FILE", "/proc/PID/maps before the exit" },
		{ "start-maps", 0, CLI_STRING, &how.start_maps, "FILE", "maps or smaps after execve" },
		{ "alone", 0, CLI_FLAG, &how.alone, NULL, "no checkpoints from beside the log" },
		{ "quiet", 'q', CLI_FLAG, &quiet, NULL, "no report of what the log does not say" },
		{ "recipe", 0, CLI_FLAG, &recipe, NULL, "how to record a log, and end" },
		{} };
	const struct cli_command row = {
		"import", "LOG",
		"Turns a log of strace -f or perf trace -F all into a scenario that replays it, with a\n"
		"report of what the log does not say. mmsim import --recipe tells how to record one.",
		"  mmsim import scenarios/real/git.perf.log -o git.mms\n"
		"  strace -f -o true.strace.log true && mmsim import true.strace.log\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (recipe) {
		fputs(import_recipe, stdout);
		return STATUS_GOOD;
	}
	if (g_strv_length(operands) != 1)
		return cli_usage_error("import", "give one log; see mmsim import --help");
	return write_scenario(operands[0], to, &how, quiet);
}
