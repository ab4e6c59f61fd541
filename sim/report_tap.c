/*
 * report_tap.c - results of many files: TAP version 14, and JUnit.
 */
#include <string.h>

#include "sim/report.h"

const char *status_words(int status)
{
	switch (status) {
	case STATUS_GOOD:	return "ok";
	case STATUS_FALSE:	return "a checked statement is false";
	case STATUS_USAGE:	return "usage error";
	case STATUS_REJECTED:	return "input rejected";
	case STATUS_NOTHING:	return "nothing could run";
	case STATUS_BROKEN:	return "an invariant broke";
	case STATUS_BOUND:	return "a bound was reached";
	case STATUS_INTERRUPTED:	return "interrupted";
	default:		return "a bug in mmsim itself";
	}
}

void test_outcome_clear(struct test_outcome *outcome)
{
	g_free(outcome->name);
	g_free(outcome->title);
	g_free(outcome->narration);
	g_free(outcome->errors);
	*outcome = (struct test_outcome){};
}

void report_tap_begin(FILE *out, unsigned int nr)
{
	fprintf(out, "TAP version 14\n1..%u%s\n", nr, nr ? "" : " # SKIP no scenario found");
}

/* `#` starts a directive in TAP. */
static char *tap_name(const struct test_outcome *outcome)
{
	char *name = outcome->title ? g_strdup_printf("%s: %s", outcome->name, outcome->title) :
				      g_strdup(outcome->name);

	return g_strdelimit(name, "#\n\\", ' ');
}

static void put_comment(FILE *out, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (guint i = 0; lines[i]; i++)
		if (lines[i][0] || lines[i + 1])
			fprintf(out, "# %s\n", lines[i]);
}

void report_tap(FILE *out, unsigned int number, const struct test_outcome *outcome)
{
	g_autofree char *name = tap_name(outcome);
	bool good = outcome->status == STATUS_GOOD || outcome->skipped;

	fprintf(out, "%sok %u - %s%s\n", good ? "" : "not ", number, name,
		outcome->skipped ? " # SKIP nothing could run" : "");
	if (good)
		return;
	fprintf(out, "  ---\n  status: %d\n  message: \"%s\"\n  ...\n", outcome->status,
		status_words(outcome->status));
	put_comment(out, outcome->errors);
	fflush(out);
}

void report_tap_end(FILE *out, unsigned int passed, unsigned int failed, unsigned int skipped)
{
	fprintf(out, "# %u passed, %u failed, %u skipped\n", passed, failed, skipped);
}

static void xml_escaped(GString *out, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	g_autofree char *escaped = NULL;

	/* No control character but these is allowed in XML 1.0, not even escaped. */
	for (char *c = valid; *c; c++)
		if ((unsigned char)*c < 0x20 && !strchr("\t\n\r", *c))
			*c = '?';
	escaped = g_markup_escape_text(valid, -1);
	g_string_append(out, escaped);
}

static void junit_case(GString *out, const struct test_outcome *outcome)
{
	const char *tag = outcome->status == STATUS_FALSE || outcome->status == STATUS_BROKEN ?
		"failure" : "error";

	g_string_append(out, "    <testcase classname=\"mmsim\" name=\"");
	xml_escaped(out, outcome->name);
	g_string_append(out, "\">\n");
	if (outcome->skipped)
		g_string_append(out, "      <skipped message=\"nothing could run\"/>\n");
	else if (outcome->status != STATUS_GOOD) {
		g_string_append_printf(out, "      <%s message=\"%s\" type=\"status-%d\">", tag,
				       status_words(outcome->status), outcome->status);
		xml_escaped(out, outcome->errors);
		g_string_append_printf(out, "</%s>\n", tag);
	}
	if (outcome->narration && outcome->narration[0]) {
		g_string_append(out, "      <system-out>");
		xml_escaped(out, outcome->narration);
		g_string_append(out, "</system-out>\n");
	}
	g_string_append(out, "    </testcase>\n");
}

char *report_junit(const struct test_outcome *outcomes, unsigned int nr)
{
	unsigned int failures = 0, errors = 0, skipped = 0;
	GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");

	for (unsigned int i = 0; i < nr; i++) {
		if (outcomes[i].skipped)
			skipped++;
		else if (outcomes[i].status == STATUS_FALSE || outcomes[i].status == STATUS_BROKEN)
			failures++;
		else if (outcomes[i].status != STATUS_GOOD)
			errors++;
	}
	g_string_append_printf(out, "  <testsuite name=\"mmsim\" tests=\"%u\" failures=\"%u\" "
			       "errors=\"%u\" skipped=\"%u\">\n", nr, failures, errors, skipped);
	for (unsigned int i = 0; i < nr; i++)
		junit_case(out, &outcomes[i]);
	g_string_append(out, "  </testsuite>\n</testsuites>\n");
	return g_string_free(out, FALSE);
}
