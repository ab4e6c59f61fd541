/*
 * cli.h - the command line: the table of commands, options, help.
 *
 * To add a command: write sim/cmd_NAME.c with `int cmd_NAME(int argc, char **argv)`, declare
 * it below, add a row to the table in main.c.
 */
#ifndef SIM_CLI_H
#define SIM_CLI_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

#include "sim/run.h"

enum cli_type {
	CLI_FLAG,	/* bool * */
	CLI_NUMBER,	/* uint64_t *: decimal */
	CLI_STRING,	/* const char ** */
};

struct cli_option {
	const char *name;	/* long name; NULL ends the table */
	char letter;		/* short one, or 0 */
	enum cli_type type;
	void *target;
	const char *arg;	/* "FILE" in help, for those with an argument */
	const char *what;	/* one line of help, at most 52 characters */
};

struct cli_command {
	const char *name;
	const char *synopsis;	/* behind "mmsim NAME " */
	const char *what;	/* one sentence */
	const char *examples;	/* lines, each with its newline */
	const struct cli_option *options;	/* the command's own; ends with a NULL name */
};

/*
 * Takes options out of @argv (argv[0] is the command's name); the rest are operands, in
 * *operands (NULL-terminated, borrowed strings; g_free()).  Prints help for --help.
 * Returns -1 to go on, or an exit status.
 */
int cli_parse(const struct cli_command *command, int argc, char **argv, char ***operands);
/* "mmsim run: TEXT" on standard error; returns STATUS_USAGE. */
int cli_usage_error(const char *command, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* --color WORD for a stream: auto, always, never; false if it is none of them. */
bool cli_color(const char *word, FILE *stream, bool *color);
/* --check each|end|every:N|never */
bool cli_check(const char *word, struct run_options *options);
void cli_help(const struct cli_command *command);
/*
 * All .mms files below @operands, sorted within each; a file named itself counts whatever
 * its name. NULL with a message on standard error if one does not exist.
 */
GPtrArray *cli_scenarios(const char *command, char **operands);

int cmd_run(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_promote(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_live(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_emit(int argc, char **argv);
int cmd_explore(int argc, char **argv);
int cmd_report(int argc, char **argv);
/* What `graph` statements do: for run_options.graph. */
bool graph_statement(void *data, struct run *run, const char *file, const char *view, char **why);

/* Rows of the table in main.c. */
struct cli_row {
	const char *name, *synopsis, *what;
	int (*run)(int argc, char **argv);
};

#endif
