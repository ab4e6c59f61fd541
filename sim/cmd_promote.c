/*
 * cmd_promote.c - mmsim promote FILE...: writes x.expected, the whole narration of x.mms.
 */
#include <string.h>

#include "sim/cli.h"
#include "sim/outfile.h"
#include "sim/test_file.h"

static int promote(const char *path)
{
	struct run_options options = {};
	struct script *script = scenario_load(path, stderr, false);
	g_autofree char *narration = NULL, *expected_path = scenario_expected_path(path);
	g_autofree char *before = NULL;
	g_autoptr(GError) error = NULL;
	size_t len = 0;
	int status;

	if (!script)
		return STATUS_REJECTED;
	status = scenario_narrate(script, &options, &narration, stderr, NULL);
	script_destroy(script);
	if (status != STATUS_GOOD) {
		fprintf(stderr, "mmsim promote: %s is left as it is: %s\n", expected_path,
			status_words(status));
		return status;
	}
	if (source_reader_files.read(NULL, expected_path, &before, &len, NULL) &&
	    !strcmp(before, narration)) {
		printf("%s is up to date\n", expected_path);
		return STATUS_GOOD;
	}
	if (!outfile_write(expected_path, narration, strlen(narration), &error)) {
		fprintf(stderr, "mmsim promote: %s\n", error->message);
		return STATUS_NOTHING;
	}
	printf("%s is %s\n", expected_path, before ? "rewritten" : "new");
	return STATUS_GOOD;
}

int cmd_promote(int argc, char **argv)
{
	const struct cli_option options[] = { {} };
	const struct cli_command row = {
		"promote", "FILE.mms...",
		"Writes what a scenario tells now to FILE.expected, with which `mmsim test` will\n"
		"compare it from then on. Refuses when CI is set in the environment.",
		"  mmsim promote scenarios/vma/merge.mms\n"
		"  mmsim promote scenarios/*.mms\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);
	const char *ci = g_getenv("CI");

	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("promote", "no scenario given; see mmsim promote --help");
	if (ci && *ci) {
		fputs("mmsim promote: CI is set: expectations are not rewritten there\n", stderr);
		return STATUS_USAGE;
	}
	status = STATUS_GOOD;
	for (guint i = 0; operands[i]; i++)
		status = status_worse(status, promote(operands[i]));
	return status;
}
