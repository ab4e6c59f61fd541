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
#include "viz/draw_states.h"

struct explore_command {
	struct explore_options options;
	const char *engine, *format, *graph;
	uint64_t preemptions, random, time, count, seed;
	bool has_preemptions, all, without_bugs, quiet, json, stats, color;
};

/* Of more states than that nobody can see anything. */
#define MAX_DRAWN	2000

static void show_progress(void *data, uint64_t executions, double done)
{
	const struct explore_command *command = data;

	if (explore_engine_has_states(command->options.engine))
		fprintf(stderr, "\r%" PRIu64 " states, %.1f %% of them done ", executions,
			done * 100);
	else if (done > 0)
		fprintf(stderr, "\r%" PRIu64 " executions of about %.3g in all (%.1f %%) ",
			executions, (double)executions / done, done * 100);
	else
		fprintf(stderr, "\r%" PRIu64 " executions ", executions);
	fflush(stderr);
}

static bool draw_graph(const struct exploration *found, const char *path, char **why)
{
	struct drawn_states drawn = { .title = found->script->title,
				      .nr_states = found->states->len,
				      .nr_steps = found->edges->len };
	g_autofree struct drawn_state *state = g_new0(struct drawn_state, drawn.nr_states);
	g_autofree struct drawn_step *step = g_new0(struct drawn_step, drawn.nr_steps);
	g_autofree bool *met = g_new0(bool, drawn.nr_states);

	for (uint32_t i = 0; i < drawn.nr_states; i++) {
		const struct explore_state *from = &g_array_index(found->states,
								  struct explore_state, i);

		state[i] = (struct drawn_state){ from->end, from->fails };
	}
	for (uint32_t i = 0; i < drawn.nr_steps; i++) {
		const struct explore_edge *edge = &g_array_index(found->edges,
								 struct explore_edge, i);
		const struct race_member *member =
			found->race->race.members->pdata[edge->member];

		step[i] = (struct drawn_step){ edge->from, edge->to, edge->member, member->name,
					       edge->to && !met[edge->to] };
		met[edge->to] = true;
	}
	drawn.state = state;
	drawn.step = step;
	return draw_states(&drawn, path, why);
}

/* The graph that was asked for; an exit status. */
static int put_graph(const struct explore_command *command, const struct exploration *found,
		     const char *path)
{
	g_autofree char *why = NULL;

	if (!command->graph || !found->states)
		return STATUS_GOOD;
	if (found->states->len > MAX_DRAWN) {
		fprintf(stderr, "%s: not drawn: %u states, and %d are the most that can be\n", path,
			found->states->len, MAX_DRAWN);
		return STATUS_NOTHING;
	}
	if (draw_graph(found, command->graph, &why))
		return STATUS_GOOD;
	fprintf(stderr, "%s\n", why);
	return STATUS_NOTHING;
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
	if (command->graph && !command->engine)
		options->engine = ENGINE_BFS;
	if (command->graph && !explore_engine_has_states(options->engine))
		return cli_usage_error("explore", "--graph is of states: --engine bfs or dfs");
	options->keep_graph = command->graph != NULL;
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
	options->progress_data = command;
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
	status = status_worse(found->status, put_graph(command, found, path));
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
		{ "graph", 0, CLI_STRING, &command.graph, "FILE",
		  "the states and the steps between them: .dot, .svg, .png, .pdf" },
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
