/*
 * cmd_graph.c - mmsim graph FILE: runs a scenario and draws the state it reached; and the
 * statement `graph "file.svg" VIEW` of other commands.
 */
#include <string.h>

#include "sim/cli.h"
#include "sim/report.h"
#include "sim/test_file.h"
#include "viz/draw.h"

struct graph_command {
	struct run_options run;
	struct draw_options draw;
	const char *out;		/* a path, "-", or NULL */
	const char *view_name;
	enum view view;
	uint64_t max;
	bool color;
};

/* The window and the title of @run, unless the command line says otherwise. */
static struct draw_options options_of(const struct run *run, const struct draw_options *given)
{
	const struct value_style *style = run_style(run);
	struct draw_options options = given ? *given : (struct draw_options){ 0 };

	if (style && style->window) {
		options.window_start = style->window_start;
		options.window_end = style->window_end;
	}
	if (!options.title)
		options.title = run_script(run)->title;
	return options;
}

bool graph_statement(void *data, struct run *run, const char *file, const char *view, char **why)
{
	struct draw_options options = options_of(run, NULL);
	struct machine *machine = run_machine(run);

	(void)data;
	if (!machine) {
		*why = g_strdup("there is no machine of the model to draw");
		return false;
	}
	return draw_view(machine, view ? view_from_name(view) : VIEW_VMAS, &options, file, why);
}

/* "first.svg" for "scenarios/first.mms"; g_free(). */
static char *default_out(const char *path)
{
	char *base = g_path_get_basename(strcmp(path, "-") ? path : "stdin");
	char *dot = strrchr(base, '.');
	char *out;

	if (dot && dot != base)
		*dot = '\0';
	out = g_strconcat(base, ".svg", NULL);
	g_free(base);
	return out;
}

static int draw_to_stdout(const struct graph_command *command, const struct machine *machine,
			  const struct draw_options *options, char **why)
{
	size_t size = 0;
	g_autofree char *data = draw_bytes(machine, command->view, options, "svg", &size, why);

	if (!data)
		return STATUS_NOTHING;
	fwrite(data, 1, size, stdout);
	return STATUS_GOOD;
}

static int draw_state(const struct graph_command *command, struct run *run, const char *path)
{
	struct draw_options options = options_of(run, &command->draw);
	struct machine *machine = run_machine(run);
	g_autofree char *out = command->out ? g_strdup(command->out) : default_out(path);
	g_autofree char *why = NULL;
	int status = STATUS_GOOD;

	if (!machine)
		return STATUS_NOTHING;
	if (!strcmp(out, "-"))
		status = draw_to_stdout(command, machine, &options, &why);
	else if (!draw_view(machine, command->view, &options, out, &why))
		status = STATUS_NOTHING;
	if (why)
		fprintf(stderr, "mmsim graph: %s\n", why);
	return status;
}

static int graph_file(const struct graph_command *command, const char *path)
{
	struct run_options options = command->run;
	struct script *script = scenario_load(path, stderr, command->color);
	struct report report;
	struct run *run;
	int status;

	if (!script)
		return STATUS_REJECTED;
	report_init(&report, stdout, stderr);
	report.quiet = true;
	report.err_color = command->color;
	options.event = report_text;
	options.event_data = &report;
	options.skip_graphs = true;
	run = run_create(script, &options);
	status = run_execute(run);
	status = status_worse(status, draw_state(command, run, path));
	run_destroy(run);
	report_clear(&report);
	script_destroy(script);
	return status;
}

static int check_view(struct graph_command *command)
{
	command->view = command->view_name ? view_from_name(command->view_name) : VIEW_VMAS;
	if (command->view < NR_VIEWS)
		return -1;
	return cli_usage_error("graph", "there is no view '%s'; there are %s", command->view_name,
			       view_names());
}

int cmd_graph(int argc, char **argv)
{
	struct graph_command command = { .run = { .check = CHECK_NEVER } };
	const char *color = NULL;
	const struct cli_option options[] = {
		{ "view", 0, CLI_STRING, &command.view_name, "VIEW",
		  "vmas, anon_vma, pagetable, rmap, folios, tree, all" },
		{ "output", 'o', CLI_STRING, &command.out, "OUT",
		  ".svg .png .pdf .dot, .txt for vmas; -: SVG" },
		{ "process", 0, CLI_STRING, &command.draw.process, "P", "only that one" },
		{ "until", 0, CLI_NUMBER, &command.run.until, "N",
		  "the state after statement N" },
		{ "max", 0, CLI_NUMBER, &command.max, "N",
		  "fold lists longer than that; 40" },
		{ "dark", 0, CLI_FLAG, &command.draw.dark, NULL, "light text on dark" },
		{ "title", 0, CLI_STRING, &command.draw.title, "TEXT", "above the picture" },
		{ "color", 0, CLI_STRING, &color, "WHEN", "auto, always or never" },
		{},
	};
	const struct cli_command row = {
		"graph", "[OPTION]... FILE",
		"Runs a scenario and draws the state it reaches, into FILE's name with .svg in\n"
		"the current directory unless -o says where. - is standard input.",
		"  mmsim graph scenarios/first.mms\n"
		"  mmsim graph --view=anon_vma -o cow.png scenarios/fork/cow.mms\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (!operands[0] || operands[1])
		return cli_usage_error("graph", "one scenario, please; see mmsim graph --help");
	if (!cli_color(color, stderr, &command.color))
		return cli_usage_error("graph", "--color is auto, always or never, not '%s'",
				       color);
	status = check_view(&command);
	if (status >= 0)
		return status;
	command.draw.max = (unsigned int)MIN(command.max, G_MAXUINT / 4);
	return graph_file(&command, operands[0]);
}
