/*
 * cmd_explore.c - mmsim explore FILE...: all interleavings of each scenario's race.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cli.h"
#include "sim/explore.h"
#include "sim/interrupt.h"
#include "sim/report.h"
#include "sim/test_file.h"
#include "viz/draw_states.h"

struct explore_command {
	struct explore_options options;
	const char *engine, *format, *graph, *shard;
	uint64_t preemptions, random, time, count, seed, jobs;
	unsigned int part, parts;	/* of the files: every parts-th, from number part */
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
	if (isatty(STDERR_FILENO) && !command->quiet && command->jobs < 2)
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

/* ---- several files ---- */

/* A file and the child that explores it; what it prints waits for its turn. */
struct explore_job {
	const char *path;
	pid_t pid;			/* 0: not started, or over */
	FILE *out, *err;
	int status;
};

static void start_explore_job(const struct explore_command *command, struct explore_job *job)
{
	job->out = tmpfile();
	job->err = tmpfile();
	fflush(NULL);
	job->pid = job->out && job->err ? fork() : -1;
	if (job->pid < 0) {
		job->pid = 0;
		job->status = STATUS_INTERNAL;
		fprintf(stderr, "%s: no process to explore it in\n", job->path);
	} else if (!job->pid) {
		dup2(fileno(job->out), STDOUT_FILENO);
		dup2(fileno(job->err), STDERR_FILENO);
		job->status = explore_file(command, job->path);
		fflush(NULL);
		_exit(job->status);
	}
}

static void end_explore_job(struct explore_job *jobs, guint nr)
{
	int how = 0;
	pid_t pid = wait(&how);

	for (guint i = 0; i < nr; i++)
		if (pid > 0 && jobs[i].pid == pid) {
			jobs[i].pid = 0;
			jobs[i].status = WIFEXITED(how) ? WEXITSTATUS(how) : STATUS_INTERNAL;
		}
}

static void copy_out(FILE *from, FILE *to)
{
	char bytes[4096];
	size_t nr;

	if (!from)
		return;
	rewind(from);
	while ((nr = fread(bytes, 1, sizeof(bytes), from)) > 0)
		fwrite(bytes, 1, nr, to);
	fclose(from);
}

/* So many at a time, and printed in the order of the files. */
static int explore_at_once(const struct explore_command *command, struct explore_job *jobs,
			   guint nr)
{
	guint started = 0, told = 0, running;
	int status = STATUS_GOOD;

	while (told < nr) {
		running = 0;
		for (guint i = 0; i < started; i++)
			running += jobs[i].pid != 0;
		if (started < nr && running < command->jobs && !interrupt_seen())
			start_explore_job(command, &jobs[started++]);
		else if (running)
			end_explore_job(jobs, nr);
		for (; told < started && !jobs[told].pid; told++) {
			if (told && !command->json)
				putchar('\n');
			copy_out(jobs[told].err, stderr);
			copy_out(jobs[told].out, stdout);
			status = status_worse(status, jobs[told].status);
		}
		if (told == started && interrupt_seen())
			return status_worse(status, STATUS_INTERRUPTED);
	}
	return status;
}

static int explore_one_by_one(const struct explore_command *command, struct explore_job *jobs,
			      guint nr)
{
	int status = STATUS_GOOD;

	for (guint i = 0; i < nr && !interrupt_seen(); i++) {
		if (i && !command->json)
			putchar('\n');
		status = status_worse(status, explore_file(command, jobs[i].path));
	}
	return status;
}

/* The files of this part: those that it is the turn of, counted round and round. */
static int explore_files(const struct explore_command *command, char **paths)
{
	guint nr = 0;
	g_autofree struct explore_job *jobs = g_new0(struct explore_job, g_strv_length(paths));

	for (guint i = 0; paths[i]; i++)
		if (i % command->parts == command->part - 1)
			jobs[nr++].path = paths[i];
	return command->jobs > 1 ? explore_at_once(command, jobs, nr) :
				   explore_one_by_one(command, jobs, nr);
}

static bool read_shard(struct explore_command *command)
{
	char *end;

	command->part = command->parts = 1;
	if (!command->shard)
		return true;
	command->part = (unsigned int)g_ascii_strtoull(command->shard, &end, 10);
	if (*end != '/')
		return false;
	command->parts = (unsigned int)g_ascii_strtoull(end + 1, &end, 10);
	return !*end && command->part && command->part <= command->parts;
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
		{ "jobs", 'j', CLI_NUMBER, &command.jobs, "N", "so many files at a time" },
		{ "shard", 0, CLI_STRING, &command.shard, "K/N",
		  "of the files every N-th, from the K-th" },
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

	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("explore", "which scenario? mmsim explore FILE...");
	if (command.format && strcmp(command.format, "text") && strcmp(command.format, "json"))
		return cli_usage_error("explore", "--format is text or json, not '%s'",
				       command.format);
	if (!read_shard(&command))
		return cli_usage_error("explore", "--shard is K/N, such as 1/4, not '%s'",
				       command.shard);
	command.json = command.format && !strcmp(command.format, "json");
	status = read_engine(&command);
	if (status >= 0)
		return status;
	return explore_files(&command, operands);
}
