/*
 * cmd_emit.c - mmsim emit FILE --as FORM: a scenario as a program or a text for others.
 */
#include <string.h>

#include "sim/cli.h"
#include "sim/emit.h"
#include "sim/outfile.h"
#include "sim/test_file.h"

struct emit_command {
	const char *as, *out, *color;
	bool err_color;
};

/* "c" or "c, comment"; g_free(). */
static char *names_of_forms(void)
{
	GString *names = g_string_new(NULL);
	size_t nr;
	const struct emit_form *forms = emit_forms(&nr);

	for (size_t i = 0; i < nr; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "", forms[i].name);
	return g_string_free(names, FALSE);
}

static int write_out(const struct emit_command *command, const char *text)
{
	g_autoptr(GError) error = NULL;

	if (outfile_write(command->out ? command->out : "-", text, strlen(text), &error))
		return STATUS_GOOD;
	fprintf(stderr, "mmsim emit: %s\n", error->message);
	return STATUS_NOTHING;
}

static int emit_file(const struct emit_command *command, const struct emit_form *form,
		     const char *path)
{
	struct script *script = scenario_load(path, stderr, command->err_color);
	g_autofree char *name = g_path_get_basename(path);
	struct emit_result result = {};
	int status;

	if (!script)
		return STATUS_REJECTED;
	form->emit(script, name, stderr, &result);
	status = result.status;
	if (result.text) {
		status = status_worse(status, write_out(command, result.text));
		if (result.status == STATUS_FALSE)
			fprintf(stderr, "mmsim emit: in the model, too, %s does not hold\n", path);
	} else if (result.why) {
		fprintf(stderr, "mmsim emit: %s: %s\n", path, result.why);
	}
	emit_result_clear(&result);
	script_destroy(script);
	return status;
}

int cmd_emit(int argc, char **argv)
{
	struct emit_command command = {};
	const struct emit_form *form;
	g_autofree char *names = names_of_forms();
	const struct cli_option options[] = {
		{ "as", 0, CLI_STRING, &command.as, "FORM", "c: a program in C" },
		{ "output", 'o', CLI_STRING, &command.out, "OUT", "- is standard output, too" },
		{ "color", 0, CLI_STRING, &command.color, "WHEN", "auto, always or never" },
		{},
	};
	const struct cli_command row = {
		"emit", "FILE --as FORM [-o OUT]",
		"Writes a scenario as a program for people without mmsim, or with another kernel:\n"
		"the same calls, the same results checked. - is standard input.",
		"  mmsim emit scenarios/first.mms --as c -o first.c\n"
		"  cc -o first first.c && ./first\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (!operands[0] || operands[1])
		return cli_usage_error("emit", "one scenario, please; see mmsim emit --help");
	if (!command.as)
		return cli_usage_error("emit", "--as is needed: %s", names);
	form = emit_form_find(command.as);
	if (!form)
		return cli_usage_error("emit", "there is no form '%s'; there is: %s", command.as,
				       names);
	if (!cli_color(command.color, stderr, &command.err_color))
		return cli_usage_error("emit", "--color is auto, always or never, not '%s'",
				       command.color);
	return emit_file(&command, form, operands[0]);
}
