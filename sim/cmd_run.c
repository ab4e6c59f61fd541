/*
 * cmd_run.c - mmsim run FILE...: replay, narrate, check.
 */
#include <string.h>

#include "sim/cli.h"
#include "sim/interrupt.h"
#include "sim/outfile.h"
#include "sim/report.h"
#include "sim/schedule.h"
#include "sim/state_json.h"
#include "sim/test_file.h"

#ifndef MMSIM_VERSION
#define MMSIM_VERSION "0"
#endif

struct run_command {
	struct run_options options;
	bool quiet, verbose, json;
	bool color, err_color;
	const char *state, *junit, *schedule;
};

static int write_out(const char *path, const char *text, gsize len)
{
	g_autoptr(GError) error = NULL;

	if (outfile_write(path, text, len, &error))
		return STATUS_GOOD;
	fprintf(stderr, "mmsim run: %s cannot be written: %s\n", path, error->message);
	return STATUS_NOTHING;
}

static int write_state(const struct run_command *command, struct run *run)
{
	g_autoptr(GString) text = NULL;

	if (!command->state)
		return STATUS_GOOD;
	text = g_string_new(NULL);
	state_json(run, text);
	return write_out(command->state, text->str, text->len);
}

/* Parses; tells of errors in every way that was asked for. */
static struct script *load(const struct run_command *command, const char *path, int *status)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = scenario_parse(path, diags);
	g_autoptr(GString) state = NULL;

	diag_list_print(diags, stderr, command->err_color);
	for (guint i = 0; command->json && i < diags->items->len; i++)
		report_json_diag(stdout, diags->items->pdata[i]);
	if (!script && command->state) {
		state = g_string_new(NULL);
		state_json_rejected(diags, state);
		*status = write_out(command->state, state->str, state->len);
	}
	diag_list_destroy(diags);
	return script;
}

/* --schedule, for a script with a race: NULL if there is none, or *status if it is wrong. */
static struct schedule *take_schedule(const struct run_command *command,
				      const struct script *script, struct run_options *options,
				      int *status)
{
	g_autofree char *why = NULL;
	struct schedule *schedule;

	if (!command->schedule)
		return NULL;
	schedule = schedule_parse(command->schedule, script, &why);
	if (!schedule) {
		fprintf(stderr, "%s: error: the schedule cannot be followed: %s\n", script->name,
			why);
		*status = STATUS_REJECTED;
		return NULL;
	}
	options->race = &schedule_driver;
	options->race_data = schedule;
	return schedule;
}

static int check_schedule(const struct script *script, const struct schedule *schedule)
{
	if (!schedule || !schedule_diverged(schedule))
		return STATUS_GOOD;
	fprintf(stderr, "%s: error: the schedule cannot be followed: %s\n", script->name,
		schedule_diverged(schedule));
	return STATUS_REJECTED;
}

static int run_one(const struct run_command *command, const char *path,
		   struct test_outcome *outcome)
{
	struct run_options options = command->options;
	int status = STATUS_GOOD;
	struct script *script = load(command, path, &status);
	struct schedule *schedule;
	struct report report;
	struct run *run;

	outcome->name = g_strdup(path);
	outcome->status = STATUS_REJECTED;
	if (!script)
		return status_worse(STATUS_REJECTED, status);
	outcome->title = g_strdup(script->title);
	report_init(&report, stdout, stderr);
	report.quiet = command->quiet;
	report.verbose = command->verbose;
	report.color = command->color;
	report.err_color = command->err_color;
	report.replay = path;
	options.trace = command->verbose || command->json;
	options.event = command->json ? report_json : report_text;
	options.event_data = &report;
	options.graph = graph_statement;
	schedule = take_schedule(command, script, &options, &status);
	if (status != STATUS_GOOD) {
		script_destroy(script);
		return status;
	}
	run = run_create(script, &options);
	status = run_execute(run);
	status = status_worse(status, check_schedule(script, schedule));
	schedule_destroy(schedule);
	status = status_worse(status, write_state(command, run));
	status = status_worse(status, run_check_empty(run));
	outcome->status = status;
	outcome->nr_statements = run_nr_statements(run);
	outcome->nr_expectations = run_nr_expectations(run);
	run_destroy(run);
	report_clear(&report);
	script_destroy(script);
	return status;
}

static int run_all(const struct run_command *command, char **operands)
{
	unsigned int nr = g_strv_length(operands), nr_run = 0;
	struct test_outcome *outcomes = g_new0(struct test_outcome, nr);
	int status = STATUS_GOOD;

	if (command->json)
		report_json_header(stdout, MMSIM_VERSION);
	for (unsigned int i = 0; i < nr && !interrupt_seen(); i++, nr_run++) {
		if (i && !command->quiet && !command->json)
			putchar('\n');
		status = status_worse(status, run_one(command, operands[i], &outcomes[i]));
	}
	if (command->junit) {
		g_autofree char *text = report_junit(outcomes, nr_run);

		status = status_worse(status, write_out(command->junit, text, strlen(text)));
	}
	for (unsigned int i = 0; i < nr; i++)
		test_outcome_clear(&outcomes[i]);
	g_free(outcomes);
	return status;
}

int cmd_run(int argc, char **argv)
{
	const char *color = NULL, *format = NULL, *check = NULL;
	struct run_command command = {};
	const struct cli_option options[] = {
		{ "verbose", 'v', CLI_FLAG, &command.verbose, NULL,
		  "what happens inside each call, too" },
		{ "quiet", 'q', CLI_FLAG, &command.quiet, NULL, "errors only" },
		{ "until", 0, CLI_NUMBER, &command.options.until, "N",
		  "stop after statement N of the narration" },
		{ "schedule", 0, CLI_STRING, &command.schedule, "S",
		  "the order of steps in the race, from mmsim explore" },
		{ "state", 0, CLI_STRING, &command.state, "FILE",
		  "the state reached, as JSON (- is standard output)" },
		{ "format", 0, CLI_STRING, &format, "text|json", "json: one event a line" },
		{ "junit", 0, CLI_STRING, &command.junit, "FILE", "results for CI" },
		{ "check", 0, CLI_STRING, &check, "WHEN",
		  "invariants: each, every:N, end or never" },
		{ "max-statements", 0, CLI_NUMBER, &command.options.max_statements, "N",
		  "stop beyond that many; 1000000" },
		{ "color", 0, CLI_STRING, &color, "WHEN", "auto, always or never" },
		{},
	};
	const struct cli_command row = {
		"run", "[OPTION]... FILE...",
		"Replays scenarios on the model, tells what happens, and checks what they expect\n"
		"and every invariant. - is standard input.",
		"  mmsim run -v scenarios/first.mms\n"
		"  mmsim run --until=5 --state=- scenarios/first.mms\n", options };
	g_autofree char **operands = NULL;
	int status;

	status = cli_parse(&row, argc, argv, &operands);
	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("run", "no scenario given; see mmsim run --help");
	if (!cli_color(color, stdout, &command.color) ||
	    !cli_color(color, stderr, &command.err_color))
		return cli_usage_error("run", "--color is auto, always or never, not '%s'", color);
	if (!cli_check(check, &command.options))
		return cli_usage_error("run", "--check is each, every:N, end or never, not '%s'",
				       check);
	command.json = format && !strcmp(format, "json");
	if (format && !command.json && strcmp(format, "text"))
		return cli_usage_error("run", "--format is text or json, not '%s'", format);
	if (command.state && operands[1])
		return cli_usage_error("run", "--state is for one scenario at a time");
	command.options.interrupted = interrupt_seen;
	interrupt_catch();
	return run_all(&command, operands);
}
