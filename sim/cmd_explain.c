/*
 * cmd_explain.c - mmsim explain: why two neighbouring VMAs are two.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli.h"
#include "sim/explain.h"
#include "sim/explain_file.h"
#include "sim/explain_huge.h"
#include "sim/parse.h"

struct explain_request {
	const char *pid, *smaps, *numa_maps, *format, *color;
	bool all, huge;
	bool summary;		/* a whole process: alike pairs in full, the others in a line */
};

/* A process has a hundred pairs, and few of them raise a question: those in which maps
 * shows the same on both sides.  The others get a line. */
static void print_process(const GPtrArray *pairs, GString *out)
{
	unsigned int others = 0;

	for (guint i = 0; i < pairs->len; i++) {
		const struct explain_pair *pair = pairs->pdata[i];

		others += !pair->alike;
		if (pair->alike) {
			explain_print(pair, out);
			g_string_append_c(out, '\n');
		}
	}
	if (others)
		g_string_append_printf(out, "%u pairs that differ in maps already (--all explains them):\n",
				       others);
	for (guint i = 0; i < pairs->len; i++)
		if (!((const struct explain_pair *)pairs->pdata[i])->alike)
			explain_print_short(pairs->pdata[i], out);
}

/* Prints all reports. */
static void print_pairs(const GPtrArray *pairs, const struct explain_request *request)
{
	bool json = request->format && !strcmp(request->format, "json");
	g_autoptr(GString) out = g_string_new(json ? "{\"schema\":\"mmsim/1\",\"command\":\"explain\"}\n" :
					      NULL);

	if (!json && request->summary)
		print_process(pairs, out);
	for (guint i = 0; i < pairs->len && (json || !request->summary); i++) {
		if (json) {
			explain_print_json(pairs->pdata[i], out);
			continue;
		}
		if (i)
			g_string_append_c(out, '\n');
		explain_print(pairs->pdata[i], out);
	}
	if (!pairs->len && !json)
		g_string_append(out, "No two areas touch each other.\n");
	fputs(out->str, stdout);
}

static int explain_scenario(const char *path, const char *a, const char *b,
			    const struct explain_request *request)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_file(path, NULL, diags);
	GPtrArray *pairs = NULL;
	int status = STATUS_REJECTED;
	bool color;

	if (script)
		pairs = explain_script(script, a, b, diags, &status);
	cli_color(request->color ? request->color : "auto", stderr, &color);
	diag_list_print(diags, stderr, color);
	if (pairs) {
		print_pairs(pairs, request);
		g_ptr_array_unref(pairs);
		/* What the scenario expects is for `run` to judge; here it only has to run. */
		if (status == STATUS_FALSE)
			fprintf(stderr, "note: the scenario does not hold: see mmsim run %s\n", path);
	} else if (status == STATUS_GOOD || status == STATUS_FALSE) {
		status = STATUS_REJECTED;
	}
	diag_list_destroy(diags);
	if (script)
		script_destroy(script);
	return status;
}

/* Why is a block of a scenario not huge? */
static int explain_huge(const char *path, const char *at, const struct explain_request *request)
{
	bool json = request->format && !strcmp(request->format, "json"), color;
	g_autoptr(GString) out = g_string_new(json ?
		"{\"schema\":\"mmsim/1\",\"command\":\"explain\"}\n" : NULL);
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_file(path, NULL, diags);
	int status = STATUS_REJECTED;
	bool good = script && explain_huge_script(script, at, json, out, diags, &status);

	cli_color(request->color ? request->color : "auto", stderr, &color);
	diag_list_print(diags, stderr, color);
	if (good) {
		fputs(out->len ? out->str : "No area holds an aligned block of 2 MiB.\n", stdout);
		if (status == STATUS_FALSE)
			fprintf(stderr, "note: the scenario does not hold: see mmsim run %s\n", path);
	} else if (status == STATUS_GOOD || status == STATUS_FALSE) {
		status = STATUS_REJECTED;
	}
	diag_list_destroy(diags);
	if (script)
		script_destroy(script);
	return status;
}

static bool parse_address(const char *text, uint64_t *address)
{
	char *end;

	*address = 0;
	if (!text)
		return true;
	*address = g_ascii_strtoull(text, &end, 16);
	return end != text && !*end;
}

static int explain_text(const char *name, const char *smaps, const char *numa_maps, const char *a,
			const char *b, const struct explain_request *request)
{
	g_autofree char *error = NULL;
	uint64_t at_a, at_b;
	GPtrArray *pairs;

	if (!parse_address(a, &at_a) || !parse_address(b, &at_b))
		return cli_usage_error("explain", "'%s' is no hexadecimal address",
				       parse_address(a, &at_a) ? b : a);
	pairs = explain_smaps(smaps, numa_maps, at_a, at_b, &error);
	if (!pairs) {
		fprintf(stderr, "%s:%s\n", name, error);
		return STATUS_REJECTED;
	}
	if ((a || b) && !pairs->len) {
		fprintf(stderr, "%s: no boundary of two touching areas lies between %s and %s\n", name, a,
			b);
		g_ptr_array_unref(pairs);
		return STATUS_REJECTED;
	}
	print_pairs(pairs, request);
	g_ptr_array_unref(pairs);
	return STATUS_GOOD;
}

static int explain_smaps_file(const char *path, const char *a, const char *b,
			      const struct explain_request *request)
{
	g_autofree char *smaps = NULL, *numa_maps = NULL;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, &smaps, NULL, &error) ||
	    (request->numa_maps &&
	     !g_file_get_contents(request->numa_maps, &numa_maps, NULL, &error))) {
		fprintf(stderr, "mmsim explain: %s\n", error->message);
		return STATUS_REJECTED;
	}
	return explain_text(path, smaps, numa_maps, a, b, request);
}

static int explain_process(const char *a, const char *b, const struct explain_request *request)
{
	g_autofree char *smaps = NULL, *numa_maps = NULL, *path = NULL, *numa_path = NULL;
	g_autoptr(GError) error = NULL;

	if (!*request->pid || strspn(request->pid, "0123456789") != strlen(request->pid))
		return cli_usage_error("explain", "'%s' is no process number", request->pid);
	path = g_strdup_printf("/proc/%s/smaps", request->pid);
	numa_path = g_strdup_printf("/proc/%s/numa_maps", request->pid);
	if (!g_file_get_contents(path, &smaps, NULL, &error)) {
		fprintf(stderr, "mmsim explain: %s\n", error->message);
		return STATUS_NOTHING;
	}
	if (!*smaps) {
		fprintf(stderr, "mmsim explain: process %s has no memory of its own\n", request->pid);
		return STATUS_NOTHING;
	}
	g_file_get_contents(numa_path, &numa_maps, NULL, NULL);
	return explain_text(path, smaps, numa_maps, a, b, request);
}

static int explain(char **operands, struct explain_request *request)
{
	guint nr = g_strv_length(operands);
	bool live = request->pid || request->smaps;
	guint fixed = live ? 0 : 1;

	if (request->pid && request->smaps)
		return cli_usage_error("explain", "--pid and --smaps exclude each other");
	if (request->format && strcmp(request->format, "text") && strcmp(request->format, "json"))
		return cli_usage_error("explain", "unknown format '%s'; text or json", request->format);
	if (request->huge && (live || nr < 1 || nr > 2))
		return cli_usage_error("explain", "--huge takes a scenario and at most one address");
	if (request->huge)
		return explain_huge(operands[0], operands[1], request);
	if (nr != fixed && nr != fixed + 2)
		return cli_usage_error("explain", live ? "give no address or two, one of each side" :
				       "give a scenario, and no address or two; see mmsim explain --help");
	request->summary = live && !nr && !request->all;
	if (request->pid)
		return explain_process(operands[0], nr ? operands[1] : NULL, request);
	if (request->smaps)
		return explain_smaps_file(request->smaps, operands[0], nr ? operands[1] : NULL, request);
	return explain_scenario(operands[0], operands[1], nr > 1 ? operands[2] : NULL, request);
}

int cmd_explain(int argc, char **argv)
{
	struct explain_request request = {};
	const struct cli_option options[] = {
		{ "pid", 'p', CLI_STRING, &request.pid, "N", "a live process instead of a scenario" },
		{ "smaps", 0, CLI_STRING, &request.smaps, "FILE", "a saved /proc/PID/smaps instead" },
		{ "numa-maps", 0, CLI_STRING, &request.numa_maps, "FILE", "and its numa_maps" },
		{ "all", 'a', CLI_FLAG, &request.all, NULL, "every pair of a process in full" },
		{ "huge", 0, CLI_FLAG, &request.huge, NULL,
		  "why a block of 2 MiB is not huge, or why none is (FILE [A])" },
		{ "format", 0, CLI_STRING, &request.format, "FMT", "text or json" },
		{ "color", 0, CLI_STRING, &request.color, "WHEN", "auto, always, never" },
		{} };
	const struct cli_command row = {
		"explain", "FILE [A B] | --pid N [A B] | --huge FILE [A]",
		"Why two neighbouring areas are two VMAs and not one: each condition in the order in\n"
		"which the kernel asks, what both sides have, which one fails and since when. A and B\n"
		"are addresses of either side: @4, Q:@4 in a scenario, hexadecimal in a process.\n"
		"Without them, every pair of neighbours. With --huge: what khugepaged and\n"
		"MADV_COLLAPSE would say of the 2 MiB around A, or of every block.",
		"  mmsim explain scenarios/first.mms @5 @6\n"
		"  mmsim explain --pid $$\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	return status >= 0 ? status : explain(operands, &request);
}
