/*
 * cli.c - options, help, colours, files below a directory; see cli.h.
 */
#include "sim/cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/diag.h"

int cli_usage_error(const char *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "mmsim%s%s: ", command ? " " : "", command ? command : "");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return STATUS_USAGE;
}

void cli_help(const struct cli_command *command)
{
	printf("Usage: mmsim %s %s\n\n%s\n\nOptions:\n", command->name, command->synopsis,
	       command->what);
	for (const struct cli_option *o = command->options; o->name; o++) {
		g_autofree char *left = g_strdup_printf("%s%c%s--%s%s%s", o->letter ? "-" : " ",
							o->letter ? o->letter : ' ',
							o->letter ? ", " : "  ", o->name,
							o->arg ? "=" : "", o->arg ? o->arg : "");

		printf("  %-25s %s\n", left, o->what);
	}
	printf("  %-25s %s\n", "-h, --help", "this text");
	if (command->examples)
		printf("\nExamples:\n%s", command->examples);
}

static const struct cli_option *find_long(const struct cli_command *command, const char *name,
					  size_t len)
{
	for (const struct cli_option *o = command->options; o->name; o++)
		if (strlen(o->name) == len && !strncmp(o->name, name, len))
			return o;
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter)
{
	for (const struct cli_option *o = command->options; o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

static int unknown_option(const struct cli_command *command, const char *written)
{
	g_autofree char *word = g_strndup(written, strcspn(written, "="));
	g_autofree char *note = NULL;
	struct nearest nearest;

	nearest_init(&nearest, word + strspn(word, "-"));
	for (const struct cli_option *o = command->options; o->name; o++)
		nearest_offer(&nearest, o->name);
	nearest_offer(&nearest, "help");
	note = nearest.best ? g_strdup_printf("; did you mean --%s?", nearest.best) :
			      g_strdup_printf("; see mmsim %s --help", command->name);
	return cli_usage_error(command->name, "unknown option '%s'%s", word, note);
}

static int set_option(const struct cli_command *command, const struct cli_option *option,
		      const char *value)
{
	guint64 number = 0;

	switch (option->type) {
	case CLI_FLAG:
		if (value)
			return cli_usage_error(command->name, "--%s takes no value", option->name);
		*(bool *)option->target = true;
		return -1;
	case CLI_STRING:
		*(const char **)option->target = value;
		return -1;
	case CLI_NUMBER:
		if (!g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &number, NULL))
			return cli_usage_error(command->name, "--%s needs a number, not '%s'",
					       option->name, value);
		*(uint64_t *)option->target = number;
		return -1;
	}
	return -1;
}

/* One word that begins with a dash; *i moves on if the next one is its value. */
static int parse_option(const struct cli_command *command, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value = NULL;
	const struct cli_option *option;

	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		cli_help(command);
		return STATUS_GOOD;
	}
	if (word[1] == '-') {
		size_t len = strcspn(word + 2, "=");

		option = find_long(command, word + 2, len);
		value = word[2 + len] == '=' ? word + 3 + len : NULL;
	} else {
		option = find_letter(command, word[1]);
		value = word[2] ? word + 2 : NULL;
		if (value && option && option->type == CLI_FLAG)
			option = NULL;
	}
	if (!option)
		return unknown_option(command, word);
	if (option->type != CLI_FLAG && !value) {
		if (*i + 1 >= argc)
			return cli_usage_error(command->name, "--%s needs a value: %s",
					       option->name, option->arg);
		value = argv[++*i];
	}
	return set_option(command, option, value);
}

int cli_parse(const struct cli_command *command, int argc, char **argv, char ***operands)
{
	g_autoptr(GPtrArray) rest = g_ptr_array_new();
	bool options = true;

	*operands = NULL;
	for (int i = 1; i < argc; i++) {
		int status;

		if (options && !strcmp(argv[i], "--")) {
			options = false;
			continue;
		}
		if (!options || argv[i][0] != '-' || !argv[i][1]) {
			g_ptr_array_add(rest, argv[i]);
			continue;
		}
		status = parse_option(command, argc, argv, &i);
		if (status >= 0)
			return status;
	}
	g_ptr_array_add(rest, NULL);
	*operands = (char **)g_ptr_array_free(g_steal_pointer(&rest), FALSE);
	return -1;
}

bool cli_color(const char *word, FILE *stream, bool *color)
{
	const char *no_color = g_getenv("NO_COLOR"), *force = g_getenv("CLICOLOR_FORCE");
	const char *term = g_getenv("TERM");

	if (!word || !strcmp(word, "auto")) {
		*color = isatty(fileno(stream)) && (!term || strcmp(term, "dumb"));
		if (force && *force && strcmp(force, "0"))
			*color = true;
		if (no_color && *no_color)
			*color = false;
		return true;
	}
	*color = !strcmp(word, "always");
	return *color || !strcmp(word, "never");
}

bool cli_check(const char *word, struct run_options *options)
{
	guint64 every = 0;

	if (!word || !strcmp(word, "each"))
		options->check = CHECK_EACH;
	else if (!strcmp(word, "end"))
		options->check = CHECK_END;
	else if (!strcmp(word, "never"))
		options->check = CHECK_NEVER;
	else if (g_str_has_prefix(word, "every:") &&
		 g_ascii_string_to_unsigned(word + 6, 10, 1, G_MAXINT64, &every, NULL))
		options->check = CHECK_EVERY;
	else
		return false;
	options->check_every = every;
	return true;
}

/* ---- files ---- */

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_below(GPtrArray *files, const char *path, unsigned int depth)
{
	g_autoptr(GDir) dir = depth < 32 ? g_dir_open(path, 0, NULL) : NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (!dir)
		return;
	while ((name = g_dir_read_name(dir)))
		if (name[0] != '.')
			g_ptr_array_add(names, g_build_filename(path, name, NULL));
	g_ptr_array_sort(names, compare_paths);
	for (guint i = 0; i < names->len; i++) {
		const char *full = names->pdata[i];

		if (g_file_test(full, G_FILE_TEST_IS_DIR)) {
			if (!g_file_test(full, G_FILE_TEST_IS_SYMLINK))
				add_below(files, full, depth + 1);
		} else if (g_str_has_suffix(full, ".mms")) {
			g_ptr_array_add(files, g_strdup(full));
		}
	}
}

GPtrArray *cli_scenarios(const char *command, char **operands)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; operands[i]; i++) {
		if (!g_file_test(operands[i], G_FILE_TEST_EXISTS)) {
			fprintf(stderr, "mmsim %s: %s does not exist\n", command, operands[i]);
			g_ptr_array_unref(files);
			return NULL;
		}
		if (g_file_test(operands[i], G_FILE_TEST_IS_DIR))
			add_below(files, operands[i], 0);
		else
			g_ptr_array_add(files, g_strdup(operands[i]));
	}
	return files;
}
