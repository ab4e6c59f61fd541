/*
 * test_file.h - one scenario as a test: run, compared with x.expected, and with its bug off.
 */
#ifndef SIM_TEST_FILE_H
#define SIM_TEST_FILE_H

#include "sim/report.h"

/* Parses @path, - being standard input; NULL with errors in @diags. */
struct script *scenario_parse(const char *path, struct diag_list *diags);
/* The same, with the errors printed to @err. */
struct script *scenario_load(const char *path, FILE *err, bool color);
/* "x.expected" for "x.mms"; g_free(). */
char *scenario_expected_path(const char *path);
/* Runs @script quietly; its narration goes to *narration, errors to @err. */
int scenario_narrate(const struct script *script, const struct run_options *options,
		     char **narration, FILE *err, struct test_outcome *outcome);
/* Everything `mmsim test` does with one file. */
void scenario_test(const char *path, const struct run_options *options,
		   struct test_outcome *outcome);

#endif
