/*
 * cmd_live.c - mmsim live FILE...: a scenario on the host's kernel and in the model, compared.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/backend_live.h"
#include "sim/backend_model.h"
#include "sim/cli.h"
#include "sim/json.h"
#include "sim/interrupt.h"
#include "sim/live_deep.h"
#include "sim/live_host.h"
#include "sim/side_by_side.h"
#include "sim/test_file.h"

#define TOLD_OF_A_FIELD	6	/* differences after one statement */

struct live_command {
	bool at_end, keep_going, anyway, verbose, quiet, json;
	bool err_color;
	struct side_by_side_means means;	/* --deep, or nothing */
	uint64_t compared[NR_COMPARED_FIELDS], unknown[NR_COMPARED_FIELDS];
	uint64_t nr_same, nr_different, nr_skipped, nr_failed;
};

/* One file. */
struct live_run {
	struct live_command *command;
	const char *path;
	struct comparison *cmp;
	struct side_by_side both;	/* .pair is NULL until it is made */
	guint nr_told;			/* differences */
	bool compared;			/* since the last call */
	bool min_addr_set;		/* by the scenario */
	const struct stmt *last;	/* call */
};

/* ---- what a host cannot be given ---- */

static const char *setting_missing(const struct setting *setting)
{
	static const char *const keys[] = { "ram", "cpus", "nodes", "swap.stable_writes",
					   "swap.writeback", "ksm.max_page_sharing",
					   "khugepaged.pages_to_scan" };

	if (setting->kind == SETTING_BUG)
		return "bug";
	if (setting->kind != SETTING_SET)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (!strcmp(setting->key, keys[i]))
			return keys[i];
	if (!strcmp(setting->key, "kernel") && strcmp(setting->value, "6.18"))
		return "kernel";
	if (!strcmp(setting->key, "collapse") && strcmp(setting->value, "mainline"))
		return "collapse";
	if (!strcmp(setting->key, "relocate_anon") && strcmp(setting->value, "none"))
		return "relocate_anon";
	return semantics_find(setting->key) ? setting->key : NULL;
}

static bool sets(const struct script *script, const char *key)
{
	for (guint i = 0; i < script->settings->len; i++) {
		const struct setting *setting = script->settings->pdata[i];

		if (setting->kind == SETTING_SET && !strcmp(setting->key, key))
			return true;
	}
	return false;
}

/* Why @script cannot run on a host at all; g_free(), or NULL. */
static char *cannot_run(const struct script *script)
{
	for (guint i = 0; i < script->settings->len; i++) {
		const struct setting *setting = script->settings->pdata[i];
		const char *name = setting_missing(setting);

		if (name)
			return g_strdup_printf("a host cannot be given: %s %s", name,
					       setting->value ? setting->value : "");
	}
	return NULL;
}

/* What the host has set for good, the model takes over or cannot run with. */
static bool adapt(void *data, struct run_settings *settings, char **why)
{
	const struct live_run *live_run = data;
	struct machine_config *config = &settings->config;

	if (live_run->command->anyway)
		return true;
	if (config->layout != LAYOUT_EMPTY)
		*why = g_strdup("a host cannot be given: layout typical, layout stack");
	else if (settings->placement_recorded)
		*why = g_strdup("a host cannot be given: placement recorded");
	return !*why && side_by_side_adapt(config, live_run->min_addr_set, why);
}

static struct backend *wrap(void *data, struct backend *model, const struct run_settings *settings,
			    const char *first, char **why)
{
	struct live_run *live_run = data;

	return side_by_side_wrap(&live_run->both, model, &settings->config, &live_run->command->means,
				 first, live_run->cmp, why);
}

/* ---- telling ---- */

static void tell_json(const char *file, unsigned int line, const struct difference *difference)
{
	g_autoptr(GString) text = g_string_new("{\"event\":\"difference\"");

	json_member_string(text, "file", file);
	json_member_number(text, "line", line);
	json_member_string(text, "field", compared_field_name(difference->field));
	json_member_string(text, "place", difference->place);
	json_member_string(text, "model", difference->model);
	json_member_string(text, "host", difference->host);
	printf("%s}\n", text->str);
}

/* One huge page is hundreds of pages that differ alike: a few of a field, then how many more. */
static void tell_more(const char *file, unsigned int line, const unsigned int *told)
{
	for (int i = 0; i < NR_COMPARED_FIELDS; i++)
		if (told[i] > TOLD_OF_A_FIELD)
			printf("DIFF %s:%u: %s: and %u more (-v: all)\n", file, line,
			       compared_field_name((enum compared_field)i),
			       told[i] - TOLD_OF_A_FIELD);
}

static void tell_differences(struct live_run *live_run, const struct stmt *stmt)
{
	const char *file = stmt ? stmt->loc.source->name : live_run->path;
	unsigned int line = stmt ? stmt->loc.line : 0;
	unsigned int told[NR_COMPARED_FIELDS] = {};

	for (; live_run->nr_told < live_run->cmp->differences->len; live_run->nr_told++) {
		const struct difference *difference =
			live_run->cmp->differences->pdata[live_run->nr_told];

		if (live_run->command->json)
			tell_json(file, line, difference);
		else if (told[difference->field]++ < TOLD_OF_A_FIELD || live_run->command->verbose)
			printf("DIFF %s:%u: %s %s: model %s, host %s\n", file, line,
			       compared_field_name(difference->field), difference->place,
			       difference->model, difference->host);
	}
	if (!live_run->command->verbose)
		tell_more(file, line, told);
}

static void compare_now(struct live_run *live_run, const struct stmt *stmt)
{
	if (!live_run->both.pair || live_run->compared)
		return;
	live_run->compared = true;
	if (!live_run->nr_told || live_run->command->keep_going)
		side_by_side_look(&live_run->both);
	tell_differences(live_run, stmt);
}

static void on_event(void *data, struct run *run, const struct event *event)
{
	struct live_run *live_run = data;

	(void)run;
	if (event->kind == EVENT_CALL) {
		live_run->last = event->stmt;
		live_run->compared = false;
		if (live_run->command->verbose && !live_run->command->json)
			printf("  %s:%u: %s = %s\n", event->stmt->loc.source->name,
			       event->stmt->loc.line, event->text, event->result);
	}
	if (event->kind == EVENT_DONE && !live_run->command->at_end)
		compare_now(live_run, event->stmt);
	if (event->kind == EVENT_END)
		compare_now(live_run, live_run->last);
}

static void tell_file(struct live_command *command, const char *path, const char *word,
		      const char *why)
{
	if (command->json) {
		g_autoptr(GString) text = g_string_new("{\"event\":\"file\",\"file\":");

		json_string(text, path);
		g_string_append_printf(text, ",\"status\":\"%s\",\"why\":", word);
		json_string(text, why ? why : "");
		printf("%s}\n", text->str);
	} else if (!command->quiet || !strcmp(word, "FAIL")) {
		printf("%s %s%s%s\n", word, path, why ? "  # " : "", why ? why : "");
	}
}

static int finish_file(struct live_run *live_run, struct run *run, int status)
{
	struct live_command *command = live_run->command;
	const struct diag_list *diags = run_diags(run);
	const struct diag *first = diags->items->len ? diags->items->pdata[0] : NULL;

	for (int i = 0; i < NR_COMPARED_FIELDS; i++) {
		command->compared[i] += live_run->cmp->compared[i];
		command->unknown[i] += live_run->cmp->unknown[i];
	}
	/* What a signal to our processes has changed says nothing. */
	if (interrupt_seen())
		return STATUS_INTERRUPTED;
	if (live_run->cmp->differences->len) {
		command->nr_different++;
		return STATUS_FALSE;
	}
	/* A setting that does not exist is no reason of the host's. */
	if (status == STATUS_REJECTED && !run_backend(run)) {
		command->nr_failed++;
		diag_list_print(diags, stderr, command->err_color);
		tell_file(command, live_run->path, "FAIL", first ? first->message : NULL);
		return status;
	}
	if (status == STATUS_NOTHING || status == STATUS_REJECTED) {
		command->nr_skipped++;
		tell_file(command, live_run->path, "SKIP", first ? first->message : NULL);
		return STATUS_NOTHING;
	}
	if (status == STATUS_GOOD) {
		command->nr_same++;
		tell_file(command, live_run->path, "ok", NULL);
	} else {
		command->nr_failed++;
		diag_list_print(diags, stderr, command->err_color);
		tell_file(command, live_run->path, "FAIL", first ? first->message : NULL);
	}
	return status;
}

/* Huge pages that khugepaged would collapse while we look? */
static bool asks_for_huge_pages(const char *path)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) &&
	       (strstr(text, "HUGEPAGE") || strstr(text, "COLLAPSE") ||
		strstr(text, "khugepaged:"));
}

static int live_one(struct live_command *command, const char *path)
{
	struct script *script = scenario_load(path, stderr, command->err_color);
	struct live_run live_run = { .command = command, .path = path };
	struct run_options options = { .event = on_event, .event_data = &live_run, .adapt = adapt,
				       .wrap = wrap, .wrap_data = &live_run,
				       .skip_graphs = true, .interrupted = interrupt_seen };
	g_autofree char *why = NULL;
	struct run *run;
	int status;

	if (!script)
		return STATUS_REJECTED;
	why = command->anyway ? NULL : cannot_run(script);
	if (why) {
		command->nr_skipped++;
		tell_file(command, path, "SKIP", why);
		script_destroy(script);
		return STATUS_NOTHING;
	}
	live_run.min_addr_set = sets(script, "mmap_min_addr");
	command->means.alone = script->has_host_thread;
	live_run.both.may_be_huge = asks_for_huge_pages(path);
	live_run.cmp = comparison_create();
	fflush(NULL);
	run = run_create(script, &options);
	status = run_execute(run);
	status = finish_file(&live_run, run, status);
	run_destroy(run);
	side_by_side_end(&live_run.both);
	comparison_destroy(live_run.cmp);
	script_destroy(script);
	return status;
}

static void summary(const struct live_command *command)
{
	uint64_t compared = 0, unknown = 0;

	for (int i = 0; i < NR_COMPARED_FIELDS; i++) {
		compared += command->compared[i];
		unknown += command->unknown[i];
	}
	if (command->json) {
		printf("{\"event\":\"summary\",\"same\":%" PRIu64 ",\"different\":%" PRIu64
		       ",\"skipped\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"compared\":%" PRIu64
		       ",\"unknown\":%" PRIu64 "}\n", command->nr_same, command->nr_different,
		       command->nr_skipped, command->nr_failed, compared, unknown);
		return;
	}
	if (command->verbose)
		for (int i = 0; i < NR_COMPARED_FIELDS; i++)
			printf("# %-14s %8" PRIu64 " compared %8" PRIu64 " unknown\n",
			       compared_field_name((enum compared_field)i), command->compared[i],
			       command->unknown[i]);
	printf("# %" PRIu64 " alike, %" PRIu64 " differ, %" PRIu64 " skipped, %" PRIu64
	       " failed; %" PRIu64 " fields compared, %" PRIu64 " unknown\n", command->nr_same,
	       command->nr_different, command->nr_skipped, command->nr_failed, compared, unknown);
}

static int live_all(struct live_command *command, char **operands)
{
	GPtrArray *paths = cli_scenarios("live", operands);
	int status = STATUS_GOOD;

	if (!paths)
		return STATUS_REJECTED;
	interrupt_catch();
	for (guint i = 0; i < paths->len && !interrupt_seen(); i++) {
		int one = live_one(command, paths->pdata[i]);

		if (one != STATUS_NOTHING)
			status = status_worse(status, one);
	}
	summary(command);
	if (interrupt_seen())
		status = STATUS_INTERRUPTED;
	else if (status == STATUS_GOOD && !command->nr_same)
		status = STATUS_NOTHING;
	g_ptr_array_unref(paths);
	return status;
}

static bool look_deep(struct live_command *command)
{
	g_autofree char *why = NULL;

	command->means.deep = live_deep_open(&why);
	if (!command->means.deep)
		fprintf(stderr, "mmsim live: --deep is not possible: %s\n", why);
	return command->means.deep != NULL;
}

int cmd_live(int argc, char **argv)
{
	const char *format = NULL;
	bool each = false, deep = false;
	struct live_command command = {};
	const struct cli_option options[] = {
		{ "each", 0, CLI_FLAG, &each, NULL, "compare after every call (the default)" },
		{ "end", 0, CLI_FLAG, &command.at_end, NULL, "compare once, at the end" },
		{ "keep-going", 'k', CLI_FLAG, &command.keep_going, NULL,
		  "go on comparing after a difference" },
		{ "anyway", 0, CLI_FLAG, &command.anyway, NULL,
		  "settings no host can be given: for the model alone" },
		{ "deep", 0, CLI_FLAG, &deep, NULL, "anon_vmas, chains and folios too, by BPF" },
		{ "verbose", 'v', CLI_FLAG, &command.verbose, NULL, "each call, counts of fields" },
		{ "quiet", 'q', CLI_FLAG, &command.quiet, NULL, "differences and totals only" },
		{ "format", 0, CLI_STRING, &format, "text|json", "json: one event a line" },
		{},
	};
	const struct cli_command row = {
		"live", "[OPTION]... PATH...",
		"Runs scenarios on this host's kernel and in the model, and compares results,\n"
		"areas, pages and contents after every call.",
		"  mmsim live scenarios/first.mms\n  mmsim live -k scenarios\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("live", "no scenario given; see mmsim live --help");
	if (each && command.at_end)
		return cli_usage_error("live", "--each and --end exclude each other");
	command.json = format && !strcmp(format, "json");
	if (format && !command.json && strcmp(format, "text"))
		return cli_usage_error("live", "--format is text or json, not '%s'", format);
	cli_color(NULL, stderr, &command.err_color);
	if (deep && !look_deep(&command))
		return STATUS_NOTHING;
	status = live_all(&command, operands);
	live_deep_close(command.means.deep);
	return status;
}
