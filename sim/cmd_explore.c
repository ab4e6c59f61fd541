/*
 * cmd_explore.c - mmsim explore FILE...: all interleavings of each scenario's race.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli.h"
#include "sim/explore.h"
#include "sim/interrupt.h"
#include "sim/report.h"
#include "sim/test_file.h"

struct explore_command {
	struct explore_options options;
	const char *engine, *format;
	uint64_t preemptions, random, time, count, seed;
	bool has_preemptions, all, without_bugs, quiet, json, stats, color;
};

static void show_progress(void *data, uint64_t executions, double done)
{
	(void)data;
	fprintf(stderr, "\r%" PRIu64 " executions, about %.1f %% of the tree ", executions,
		done * 100);
	fflush(stderr);
}

static int read_engine(struct explore_command *command)
{
	struct explore_options *options = &command->options;

	options->bound = 3;
	if (command->preemptions != UINT64_MAX) {
		options->engine = ENGINE_BOUND;
		options->bound = (unsigned int)MIN(command->preemptions, 1000);
	}
	if (command->random) {
		options->engine = ENGINE_RANDOM;
		options->max_executions = command->random;
	}
	if (command->engine) {
		options->engine = explore_engine_find(command->engine);
		if (options->engine == NR_ENGINES)
			return cli_usage_error("explore", "--engine is dpor, naive, bound, random, "
					       "pct, dfs or bfs, not '%s'", command->engine);
	}
	if (command->count)
		options->max_executions = command->count;
	options->max_ms = command->time * 1000;
	if ((options->engine == ENGINE_RANDOM || options->engine == ENGINE_PCT) &&
	    !options->max_executions && !options->max_ms)
		return cli_usage_error("explore", "--engine %s never ends by itself: say --count N "
				       "or --time SECONDS", command->engine);
	options->seed = command->seed;
	options->keep_going = command->all;
	options->without_bugs = command->without_bugs;
	options->interrupted = interrupt_seen;
	if (isatty(STDERR_FILENO) && !command->quiet)
		options->progress = show_progress;
	return -1;
}

static int explore_file(const struct explore_command *command, const char *path)
{
	struct script *script = scenario_load(path, stderr, false);
	struct exploration *found;
	int status;

	if (!script)
		return STATUS_REJECTED;
	if (!script_race(script)) {
		fprintf(stderr, "%s: error: there is no race to explore\n", path);
		fprintf(stderr, "  note: race { a in P { ... } b in P { ... } }\n");
		script_destroy(script);
		return STATUS_REJECTED;
	}
	found = explore(script, &command->options);
	if (command->options.progress)
		fprintf(stderr, "\r%60s\r", "");
	status = found->status;
	if (command->json)
		explore_report_json(found, stdout);
	else
		explore_report(found, found->errors->len ? stderr : stdout, command->color,
			       command->quiet);
	if (command->stats)
		fprintf(stderr, "%s: %" PRIu64 " ms, %" PRIu64 " steps, %.0f executions a second\n",
			path, found->ms, found->steps,
			(double)(found->executions + found->cut) * 1000 /
			(double)MAX(found->ms, 1));
	exploration_destroy(found);
	script_destroy(script);
	return status;
}

int cmd_explore(int argc, char **argv)
{
	struct explore_command command = { .preemptions = UINT64_MAX, .seed = 1 };
	const struct cli_option options[] = {
		{ "engine", 0, CLI_STRING, &command.engine, "NAME",
		  "dpor (default), naive, bound, random, pct, dfs, bfs" },
		{ "preemptions", 0, CLI_NUMBER, &command.preemptions, "N",
		  "all with at most N preemptions" },
		{ "random", 0, CLI_NUMBER, &command.random, "N", "N executions by lot" },
		{ "seed", 0, CLI_NUMBER, &command.seed, "N", "of the lots" },
		{ "count", 0, CLI_NUMBER, &command.count, "N", "stop after N executions" },
		{ "time", 0, CLI_NUMBER, &command.time, "SECONDS", "stop after that time" },
		{ "all", 0, CLI_FLAG, &command.all, NULL, "go on past the first failure" },
		{ "without-bugs", 0, CLI_FLAG, &command.without_bugs, NULL,
		  "as if the file had no `bug`" },
		{ "stats", 0, CLI_FLAG, &command.stats, NULL, "how fast, on standard error" },
		{ "quiet", 'q', CLI_FLAG, &command.quiet, NULL, "failures and the last line" },
		{ "format", 0, CLI_STRING, &command.format, "text|json", "json: one event a line" },
		{}
	};
	static const char examples[] =
		"  mmsim explore scenarios/races/two-faults.mms\n"
		"  mmsim explore --preemptions 2 --all FILE\n";
	const struct cli_command about = {
		"explore", "FILE...", "All interleavings of each scenario's race.", examples, options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&about, argc, argv, &operands);
	char **file;

	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("explore", "which scenario? mmsim explore FILE...");
	if (command.format && strcmp(command.format, "text") && strcmp(command.format, "json"))
		return cli_usage_error("explore", "--format is text or json, not '%s'",
				       command.format);
	command.json = command.format && !strcmp(command.format, "json");
	status = read_engine(&command);
	if (status >= 0)
		return status;
	status = STATUS_GOOD;
	for (file = operands; *file && !interrupt_seen(); file++) {
		if (file != operands && !command.json)
			putchar('\n');
		status = status_worse(status, explore_file(&command, *file));
	}
	return status;
}
