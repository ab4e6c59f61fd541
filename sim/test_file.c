/*
 * test_file.c - see test_file.h.
 */
#include "sim/test_file.h"

#include <stdlib.h>
#include <string.h>

#include "sim/explore.h"
#include "sim/parse.h"

/* Of one race in a test; a race that needs more is for mmsim explore. */
#define TEST_EXECUTIONS	1000000

static struct script *parse_stdin(struct diag_list *diags)
{
	g_autoptr(GString) all = g_string_new(NULL);
	char buffer[4096];
	size_t len;

	while ((len = fread(buffer, 1, sizeof(buffer), stdin)) > 0 && all->len <= SOURCE_MAX_BYTES)
		g_string_append_len(all, buffer, (gssize)len);
	if (ferror(stdin)) {
		diag_file_error(diags, "-", NULL, "standard input cannot be read");
		return NULL;
	}
	if (all->len <= SOURCE_MAX_BYTES)
		return script_parse_text("-", all->str, all->len, NULL, diags);
	diag_file_error(diags, "-", NULL, "the file is larger than 16 MiB");
	return NULL;
}

struct script *scenario_parse(const char *path, struct diag_list *diags)
{
	return strcmp(path, "-") ? script_parse_file(path, NULL, diags) : parse_stdin(diags);
}

struct script *scenario_load(const char *path, FILE *err, bool color)
{
	struct diag_list *diags = diag_list_create();
	struct script *script = scenario_parse(path, diags);

	if (!script || diags->items->len)
		diag_list_print(diags, err, color);
	diag_list_destroy(diags);
	return script;
}

char *scenario_expected_path(const char *path)
{
	size_t len = strlen(path);

	if (g_str_has_suffix(path, ".mms"))
		len -= 4;
	return g_strdup_printf("%.*s.expected", (int)len, path);
}

int scenario_narrate(const struct script *script, const struct run_options *options,
		     char **narration, FILE *err, struct test_outcome *outcome)
{
	struct run_options mine = *options;
	struct report report;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct run *run;
	int status;

	report_init(&report, out, err);
	report.replay = script->name;
	mine.event = report_text;
	mine.event_data = &report;
	mine.skip_graphs = true;
	run = run_create(script, &mine);
	run_execute(run);
	status = run_check_empty(run);
	if (outcome) {
		outcome->nr_statements = run_nr_statements(run);
		outcome->nr_expectations = run_nr_expectations(run);
	}
	run_destroy(run);
	report_clear(&report);
	fclose(out);
	*narration = g_strdup(text ? text : "");
	free(text);
	return status;
}

/* A race: all its interleavings, told as `mmsim explore` does. */
static int explored(const struct script *script, bool without_bugs, char **narration,
		    struct test_outcome *outcome)
{
	const struct explore_options options = { .engine = ENGINE_DPOR,
						 .without_bugs = without_bugs,
						 .max_executions = TEST_EXECUTIONS };
	struct exploration *found = explore(script, &options);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int status = found->status;

	explore_report(found, out, false, false);
	fclose(out);
	*narration = g_strdup(text ? text : "");
	free(text);
	if (outcome) {
		outcome->nr_statements = script->nr_statements;
		outcome->nr_expectations = found->claims->len + found->must->len;
	}
	exploration_destroy(found);
	return status;
}

static int scenario_explore(const struct script *script, char **narration, FILE *err,
			    struct test_outcome *outcome)
{
	int status = explored(script, false, narration, outcome);

	if (status != STATUS_GOOD)
		fputs(*narration, err);
	return status;
}

static int explore_without_bugs(const struct script *script, char **narration)
{
	return explored(script, true, narration, NULL);
}

/* Narration against x.expected: the first line in which they part. */
static int compare_expected(const char *path, const char *narration, FILE *err)
{
	g_autofree char *expected_path = scenario_expected_path(path);
	g_autofree char *expected = NULL;
	g_auto(GStrv) a = NULL, b = NULL;
	g_autoptr(GError) error = NULL;
	size_t len = 0;
	guint i = 0;

	if (!source_reader_files.read(NULL, expected_path, &expected, &len, &error)) {
		if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return STATUS_GOOD;
		fprintf(err, "%s: error: cannot read the file: %s\n", expected_path,
			error->message);
		return STATUS_REJECTED;
	}
	if (!strcmp(expected, narration))
		return STATUS_GOOD;
	a = g_strsplit(expected, "\n", -1);
	b = g_strsplit(narration, "\n", -1);
	while (a[i] && b[i] && !strcmp(a[i], b[i]))
		i++;
	fprintf(err, "%s:%u:1: error: the narration is not as expected\n", expected_path, i + 1);
	fprintf(err, "  expected  %s\n  got       %s\n", a[i] ? a[i] : "(no more)",
		b[i] ? b[i] : "(no more)");
	fprintf(err, "  `mmsim promote %s` takes the new one\n", path);
	return STATUS_FALSE;
}

/* The same scenario without its bugs has to hold every invariant. */
static int test_without_bugs(const struct script *script, const struct run_options *options,
			     FILE *err)
{
	struct run_options mine = *options;
	g_autofree char *narration = NULL;
	int status;

	mine.without_bugs = true;
	status = script->has_race ? explore_without_bugs(script, &narration) :
				    scenario_narrate(script, &mine, &narration, err, NULL);
	if (status != STATUS_GOOD)
		fprintf(err, "%s: with its bug off, this scenario fails all the same: %s\n%s",
			script->name, status_words(status), narration);
	return status;
}

static bool names_a_bug(const struct script *script)
{
	for (guint i = 0; i < script->settings->len; i++)
		if (((const struct setting *)script->settings->pdata[i])->kind == SETTING_BUG)
			return true;
	return false;
}

void scenario_test(const char *path, const struct run_options *options,
		   struct test_outcome *outcome)
{
	char *errors = NULL;
	size_t len = 0;
	FILE *err = open_memstream(&errors, &len);
	struct script *script = scenario_load(path, err, false);

	outcome->name = g_strdup(path);
	outcome->status = STATUS_REJECTED;
	if (script) {
		g_autoptr(GPtrArray) must = script_must_violate(script);

		outcome->title = g_strdup(script->title);
		outcome->status = script->has_race ?
			scenario_explore(script, &outcome->narration, err, outcome) :
			scenario_narrate(script, options, &outcome->narration, err,
						   outcome);
		if (outcome->status == STATUS_BROKEN)
			fputs(outcome->narration, err);
		if (outcome->status == STATUS_GOOD)
			outcome->status = compare_expected(path, outcome->narration, err);
		if (names_a_bug(script) && must->len)
			outcome->status = status_worse(outcome->status,
						       test_without_bugs(script, options, err));
		script_destroy(script);
	}
	outcome->skipped = outcome->status == STATUS_NOTHING;
	fclose(err);
	outcome->errors = g_strdup(errors ? errors : "");
	free(errors);
}
