/*
 * cmd_list.c - mmsim list WHAT: the catalogues.
 */
#include <string.h>

#include "model/collapse.h"
#include "model/points.h"
#include "model/quirk.h"
#include "model/check/check.h"
#include "model/relocate.h"
#include "model/semantics.h"
#include "sim/cli.h"
#include "sim/constants.h"
#include "sim/parse.h"
#include "sim/queries.h"
#include "sim/settings.h"

static char *release(unsigned int version)
{
	return g_strdup_printf("%u.%u", version / 1000, version % 1000);
}

static void list_semantics(bool bugs)
{
	size_t nr;
	const struct semantics_info *rows = semantics_table(&nr);
	unsigned int found = 0;

	for (size_t i = 0; i < nr; i++) {
		g_autofree char *since = release(rows[i].since), *until = release(rows[i].until);

		if (rows[i].is_bug != bugs)
			continue;
		found++;
		if (!rows[i].since) {	/* a design, or a patch, that is in none */
			printf("%s\n  %s\n  in no release; %s\n", rows[i].name, rows[i].what,
			       rows[i].source);
			continue;
		}
		printf("%s\n  %s\n  %s%s%s%s; %s\n", rows[i].name, rows[i].what,
		       bugs ? "in releases from " : "since ", since,
		       rows[i].until ? bugs ? " to before " : ", until " : "",
		       rows[i].until ? until : "", rows[i].source);
	}
	if (!found)
		puts(bugs ? "no bug can be put back yet" : "none");
}

static void list_designs(void)
{
	size_t nr;
	const struct collapse_design *designs = collapse_design_table(&nr);

	for (size_t i = 0; i < nr; i++)
		printf("collapse = %s\n  %s\n  %s\n", designs[i].word, designs[i].what,
		       designs[i].source);
}

static void list_relocations(void)
{
	size_t nr;
	const struct relocate_design *designs = relocate_design_table(&nr);

	for (size_t i = 0; i < nr; i++)
		printf("relocate_anon = %s\n  %s\n  %s\n", designs[i].word, designs[i].what,
		       designs[i].source);
}

static int list_features(char **paths)
{
	(void)paths;
	list_semantics(false);
	list_designs();
	list_relocations();
	return STATUS_GOOD;
}

static int list_bugs(char **paths)
{
	(void)paths;
	list_semantics(true);
	return STATUS_GOOD;
}

static int list_invariants(char **paths)
{
	size_t nr;
	const struct check_rule *rules = check_rules(&nr);

	(void)paths;
	for (size_t i = 0; i < nr; i++)
		printf("%s\n  %s\n  otherwise: %s\n  %s\n", rules[i].name, rules[i].what,
		       rules[i].why, rules[i].source);
	printf("lock-order\n  locks are taken in the order of their classes, once each\n"
	       "might-sleep\n  nothing sleeps under a spinlock\n"
	       "swap-stable-writes\n  a page does not change while a device writes it that needs it "
	       "stable\n"
	       "collapse-copy\n  what a collapse maps holds what the page holds whose place it takes, and "
	       "no device has that\n"
	       "pgtable-lifetime\n  a table that was taken out of the page tables is written by nobody "
	       "but who took it\n"
	       "use-after-free\n  nobody uses what has been freed, but for what stays usable of an area, an anon_vma or "
	       "a folio: lock and count\n"
	       "private-write\n  what is written by force through a private mapping goes to no page of the file\n"
	       "bug-on\n  what the kernel is sure of is so\n"
	       "no-leak\n  when all tasks have ended, nothing is left of them\n");
	return STATUS_GOOD;
}

static int list_points(char **paths)
{
	size_t nr;
	const struct point_info *points = point_table(&nr);

	(void)paths;
	for (size_t i = 0; i < nr; i++)
		printf("%s\n  %s\n", points[i].name, points[i].what);
	return STATUS_GOOD;
}

static int list_quirks(char **paths)
{
	size_t nr;
	const struct quirk_info *quirks = quirk_table(&nr);

	(void)paths;
	for (size_t i = 0; i < nr; i++)
		printf("%s\n  %s\n  %s\n", quirks[i].name, quirks[i].what, quirks[i].source);
	return STATUS_GOOD;
}

static int list_calls(char **paths)
{
	size_t nr;
	const struct op *ops = ops_all(&nr);

	(void)paths;
	for (size_t i = 0; i < nr; i++) {
		g_autofree char *signature = op_signature(&ops[i]);

		printf("%s\n  %s\n", signature, ops[i].what);
	}
	return STATUS_GOOD;
}

static int list_constants(char **paths)
{
	size_t nr;
	const struct constant *all = constants_all(&nr);

	(void)paths;
	for (size_t i = 0; i < nr; i++)
		printf("%s 0x%" G_GINT64_MODIFIER "x\n", all[i].name, all[i].value);
	return STATUS_GOOD;
}

static int list_queries(char **paths)
{
	size_t nr;
	const struct query_row *rows = query_rows(&nr);

	(void)paths;
	for (size_t i = 0; i < nr; i++)
		printf("%s\n  %s\n", rows[i].shape, rows[i].what);
	return STATUS_GOOD;
}

static int list_settings(char **paths)
{
	const char *name, *values, *what;

	(void)paths;
	for (size_t i = 0; (name = setting_row(i, &values, &what)); i++)
		printf("%s = %s\n  %s\n", name, values, what);
	return STATUS_GOOD;
}

static void list_kind(enum object_kind kind)
{
	const struct object_type *type = object_type(kind);

	if (!type->nr_fields)
		return;
	printf("%s\n", type->name);
	for (size_t i = 0; i < type->nr_fields; i++)
		printf("  .%-18s %s\n", type->fields[i].name, type->fields[i].what);
}

static int list_fields(char **paths)
{
	(void)paths;
	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++)
		list_kind(kind);
	return STATUS_GOOD;
}

/* The first sentence of a description, on one line. */
static char *first_sentence(const char *text)
{
	g_autofree char *copy = g_strdup(text);
	char *end;

	g_strdelimit(copy, "\n\t", ' ');
	for (end = copy; *end; end++)
		if (strchr(".?!", *end) && (!end[1] || end[1] == ' ')) {
			end[1] = '\0';
			break;
		}
	return g_strdup(g_strstrip(copy));
}

static int list_scenarios(char **paths)
{
	static const char here[] = "scenarios";
	char *nowhere[] = { (char *)here, NULL };
	g_autoptr(GPtrArray) files = cli_scenarios("list", paths[0] ? paths : nowhere);
	int status = STATUS_GOOD;

	if (!files)
		return STATUS_USAGE;
	for (guint i = 0; i < files->len; i++) {
		struct diag_list *diags = diag_list_create();
		struct script *script = script_parse_file(files->pdata[i], NULL, diags);
		g_autofree char *sentence = script ? first_sentence(script->description) : NULL;

		if (!script) {
			diag_list_print(diags, stderr, false);
			status = STATUS_REJECTED;
		} else {
			printf("%s\n  %s\n", (const char *)files->pdata[i],
			       script->title ? script->title : "(no title)");
			if (sentence[0])
				printf("  %s\n", sentence);
		}
		script_destroy(script);
		diag_list_destroy(diags);
	}
	return status;
}

static const struct {
	const char *name;
	int (*list)(char **paths);
	bool paths;
} lists[] = {
	{ "features", list_features, false },
	{ "bugs", list_bugs, false },
	{ "invariants", list_invariants, false },
	{ "points", list_points, false },
	{ "quirks", list_quirks, false },
	{ "scenarios", list_scenarios, true },
	{ "calls", list_calls, false },
	{ "constants", list_constants, false },
	{ "queries", list_queries, false },
	{ "settings", list_settings, false },
	{ "fields", list_fields, false },
};

int cmd_list(int argc, char **argv)
{
	const struct cli_option options[] = { {} };
	const struct cli_command row = {
		"list", "WHAT [PATH...]",
		"Lists what there is: features, bugs, invariants, quirks, points, scenarios,\n"
		"calls, constants, queries, settings, fields. Scenarios: those below PATH.",
		"  mmsim list invariants\n"
		"  mmsim list scenarios scenarios/vma\n", options };
	g_autofree char **operands = NULL;
	struct nearest nearest;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (!operands[0])
		return cli_usage_error("list", "list what? features, bugs, invariants, quirks, points, "
				       "scenarios, calls, constants, queries, settings or fields");
	nearest_init(&nearest, operands[0]);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		nearest_offer(&nearest, lists[i].name);
		if (strcmp(lists[i].name, operands[0]))
			continue;
		if (operands[1] && !lists[i].paths)
			return cli_usage_error("list", "%s takes no path", lists[i].name);
		return lists[i].list(operands + 1);
	}
	return cli_usage_error("list", "there is no list of '%s'%s%s%s", operands[0],
			       nearest.best ? "; did you mean " : "; see mmsim list --help",
			       nearest.best ? nearest.best : "", nearest.best ? "?" : "");
}
