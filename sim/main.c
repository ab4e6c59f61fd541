/*
 * main.c - the commands of mmsim.
 */
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli.h"

#ifndef MMSIM_VERSION
#define MMSIM_VERSION "0"
#endif

static const struct cli_row commands[] = {
	{ "run", "FILE...", "replay, narrate, check", cmd_run },
	{ "test", "PATH...", "every scenario below, as tests (TAP)", cmd_test },
	{ "explain", "FILE [A B]", "why two neighbours are two VMAs; or --pid N [A B]", cmd_explain },
	{ "graph", "FILE", "draws the state that a scenario reaches", cmd_graph },
	{ "explore", "FILE...", "all interleavings of a race", cmd_explore },
	{ "live", "FILE...", "on the host's kernel and in the model, compared", cmd_live },
	{ "fuzz", "", "random programs, both, shrunk", cmd_fuzz },
	{ "emit", "FILE", "the scenario as a plain C program", cmd_emit },
	{ "doctor", "", "what this host can confirm", cmd_doctor },
	{ "record", "-- COMMAND", "a real program as a scenario", cmd_record },
	{ "import", "LOG", "strace -f, perf trace -F all: a scenario from a log", cmd_import },
	{ "report", "collapse", "what each design of a collapse costs", cmd_report },
	{ "list", "WHAT", "features, bugs, invariants, scenarios, calls, ...", cmd_list },
	{ "promote", "FILE...", "take the narration as what is expected", cmd_promote },
};

static int print_help(void)
{
	puts("Usage: mmsim COMMAND [OPTION]... [FILE]...\n\n"
	     "An executable, checkable model of Linux memory management.\n\nCommands:");
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		g_autofree char *left = g_strdup_printf("%s %s", commands[i].name,
							commands[i].synopsis);

		printf("  %-20s %s\n", left, commands[i].what);
	}
	puts("\n  -h, --help           this text; after a command, its own\n"
	     "      --version        version and licence\n\n"
	     "Examples:\n  mmsim run scenarios/first.mms\n  mmsim test scenarios");
	return STATUS_GOOD;
}

static int unknown(const char *word)
{
	struct nearest nearest;
	bool option = word[0] == '-';

	nearest_init(&nearest, word);
	for (size_t i = 0; !option && i < G_N_ELEMENTS(commands); i++)
		nearest_offer(&nearest, commands[i].name);
	if (!option)
		nearest_offer(&nearest, "help");
	else
		nearest_offer(&nearest, "--help");
	if (option)
		nearest_offer(&nearest, "--version");
	return cli_usage_error(NULL, "unknown %s '%s'%s%s%s", option ? "option" : "command", word,
			       nearest.best ? "; did you mean " : "; see mmsim --help",
			       nearest.best ? nearest.best : "", nearest.best ? "?" : "");
}

/* glib ends the program by a signal after g_error(); people get the exit status instead. */
static void internal_error(int number)
{
	static const char text[] = "mmsim: internal error: this is a bug in mmsim, please report "
				   "it with the scenario\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)written;
	(void)number;
	_exit(STATUS_INTERNAL);
}

/* An error while writing results must not go unnoticed. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fputs("mmsim: standard output cannot be written\n", stderr);
		return status_worse(status, STATUS_NOTHING);
	}
	return status;
}

static int run_command(int argc, char **argv)
{
	const char *word = argv[1];

	if (!strcmp(word, "help") && argc > 2) {
		for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
			if (!strcmp(commands[i].name, argv[2]))
				return commands[i].run(2, (char *[]){ argv[2], (char *)"--help",
								      NULL });
		return unknown(argv[2]);
	}
	if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help"))
		return print_help();
	if (!strcmp(word, "--version")) {
		puts("mmsim " MMSIM_VERSION "\nmodels Linux 6.18 on x86-64, and the differences "
		     "back to 6.6\nMIT licence");
		return STATUS_GOOD;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i].name, word))
			return commands[i].run(argc - 1, argv + 1);
	return unknown(word);
}

int main(int argc, char **argv)
{
#ifndef __SANITIZE_ADDRESS__
	signal(SIGSEGV, internal_error);
	signal(SIGBUS, internal_error);
	signal(SIGFPE, internal_error);
#endif
	signal(SIGABRT, internal_error);
	signal(SIGTRAP, internal_error);
	if (argc < 2)
		return finish(print_help());
	return finish(run_command(argc, argv));
}
