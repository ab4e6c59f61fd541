/*
 * cmd_report.c - mmsim report WHAT: designs compared by what they cost.
 */
#include <string.h>

#include "sim/cli.h"
#include "sim/report_collapse.h"

int cmd_report(int argc, char **argv)
{
	const char *format = NULL;
	const struct cli_option options[] = {
		{ "format", 0, CLI_STRING, &format, "text|json", "json: one event a line" },
		{} };
	const struct cli_command row = {
		"report", "collapse",
		"Measures on the model what each design of an algorithm costs. collapse: steps under\n"
		"each kind of lock, allocations, TLB flushes, copies, and the way back.",
		"  mmsim report collapse\n", options };
	g_autofree char **operands = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	int status = cli_parse(&row, argc, argv, &operands);
	bool json;

	if (status >= 0)
		return status;
	if (!operands[0] || strcmp(operands[0], "collapse") || operands[1])
		return cli_usage_error("report", "report what? collapse");
	json = format && !strcmp(format, "json");
	if (format && !json && strcmp(format, "text"))
		return cli_usage_error("report", "--format is text or json, not '%s'", format);
	if (json)
		g_string_append(out, "{\"schema\":\"mmsim/1\",\"command\":\"report\"}\n");
	report_collapse(json, out);
	fputs(out->str, stdout);
	return STATUS_GOOD;
}
