/*
 * cmd_doctor.c - mmsim doctor: what this host can confirm.
 */
#include <string.h>

#include "sim/cli.h"
#include "sim/json.h"
#include "sim/live_host.h"

static void print_json(const GPtrArray *facts)
{
	g_autoptr(GString) out = g_string_new("{");

	for (guint i = 0; i < facts->len; i++) {
		const struct host_fact *fact = facts->pdata[i];

		g_string_append(out, i ? ",\n " : "");
		json_string(out, fact->name);
		g_string_append_printf(out, ": {\"present\":%s,\"text\":",
				       fact->present ? "true" : "false");
		json_string(out, fact->text);
		g_string_append(out, ",\"for\":");
		json_string(out, fact->what);
		g_string_append_c(out, '}');
	}
	printf("%s}\n", out->str);
}

static void print_text(const GPtrArray *facts)
{
	for (guint i = 0; i < facts->len; i++) {
		const struct host_fact *fact = facts->pdata[i];

		printf("%-3s %-18s %s%s%s%s\n", fact->present ? "yes" : "no", fact->name,
		       fact->what, *fact->text ? "  (" : "", fact->text, *fact->text ? ")" : "");
	}
}

/* Without these nothing can run live. */
static bool can_run(const GPtrArray *facts)
{
	for (guint i = 0; i < facts->len; i++) {
		const struct host_fact *fact = facts->pdata[i];

		if (!fact->present && (!strcmp(fact->name, "live-process") ||
				       !strcmp(fact->name, "pagemap")))
			return false;
	}
	return true;
}

int cmd_doctor(int argc, char **argv)
{
	const char *format = NULL;
	const struct cli_option options[] = {
		{ "format", 0, CLI_STRING, &format, "text|json", "json: one object" },
		{},
	};
	const struct cli_command row = {
		"doctor", "[OPTION]...",
		"Tells what this host can confirm, by trying each; the exit status is 4 if nothing\n"
		"can run live.",
		"  mmsim doctor\n  mmsim doctor --format=json\n", options };
	g_autofree char **operands = NULL;
	g_autoptr(GPtrArray) facts = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (operands[0])
		return cli_usage_error("doctor", "no operands are taken");
	if (format && strcmp(format, "json") && strcmp(format, "text"))
		return cli_usage_error("doctor", "--format is text or json, not '%s'", format);
	facts = live_host_probe();
	if (format && !strcmp(format, "json"))
		print_json(facts);
	else
		print_text(facts);
	return can_run(facts) ? STATUS_GOOD : STATUS_NOTHING;
}
