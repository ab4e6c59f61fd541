/*
 * report_text.c - a run as a story: one line a statement, with its number and its result.
 */
#include <string.h>

#include "sim/report.h"
#include "sim/show.h"

#define BOLD	"\033[1m"
#define GREEN	"\033[32m"
#define RED	"\033[31m"
#define DIM	"\033[2m"
#define PLAIN	"\033[0m"

void report_init(struct report *report, FILE *out, FILE *err)
{
	*report = (struct report){ .out = out, .err = err };
	report->inner = g_string_new(NULL);
}

void report_clear(struct report *report)
{
	g_string_free(report->inner, TRUE);
	report->inner = NULL;
}

static void colored(const struct report *report, const char *color, const char *text)
{
	if (report->color)
		fprintf(report->out, "%s%s%s", color, text, PLAIN);
	else
		fputs(text, report->out);
}

static void put_number(const struct report *report, const struct event *event)
{
	fprintf(report->out, "%4" G_GUINT64_FORMAT "  ", event->number);
	if (event->loops && event->loops[0])
		fprintf(report->out, "[%s] ", event->loops);
}

/* Lines of a longer text, each behind @margin. */
static void put_lines(FILE *out, const char *margin, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++)
		if (lines[i][0] || lines[i + 1])
			fprintf(out, "%s%s\n", lines[i][0] ? margin : "", lines[i]);
}

static void put_begin(const struct report *report, const struct run *run)
{
	const struct script *script = run_script(run);
	g_autofree char *base = g_path_get_basename(script->name);
	const char *title = script->title ? script->title : base;

	colored(report, BOLD, title);
	fputc('\n', report->out);
}

static void put_fail_nth(const struct report *report, const struct event *event)
{
	const struct call_outcome *outcome = event->outcome;

	if (!event->stmt->call.fail_nth)
		return;
	if (outcome->fail_unused)
		fputs("  (fewer allocations: none failed)", report->out);
	else
		fprintf(report->out, "  (no memory for %s)",
			outcome->fail_site ? outcome->fail_site : "it");
}

static void put_outputs(const struct report *report, const struct run *run,
			const struct call_outcome *outcome)
{
	g_autofree char *text = NULL;

	if (!outcome->has_out || outcome->out.kind != VALUE_STRUCT)
		return;
	text = value_text(&outcome->out, run_style(run));
	fprintf(report->out, "  %s", text);
}

static void put_call(struct report *report, struct run *run, const struct event *event)
{
	put_number(report, event);
	fprintf(report->out, "%s = ", event->text);
	if (event->ok)
		fputs(event->result, report->out);
	else
		colored(report, RED, event->result);
	put_outputs(report, run, event->outcome);
	put_fail_nth(report, event);
	fputc('\n', report->out);
	if (report->inner->len) {
		colored(report, DIM, report->inner->str);
		g_string_truncate(report->inner, 0);
	}
}

/* A call that was blocked: it goes on after the statement that woke it. */
static void put_finished(struct report *report, struct run *run, const struct event *event)
{
	fprintf(report->out, "      -> %s = %s", event->text, event->result);
	put_outputs(report, run, event->outcome);
	fputc('\n', report->out);
}

/* A statement that holds or not. */
static void put_checked(struct report *report, const struct event *event, const char *what)
{
	put_number(report, event);
	fprintf(report->out, "%s%s%s  ", what, event->text || event->word ? " " : "",
		event->text ? event->text : event->word ? event->word : "");
	if (event->ok)
		colored(report, GREEN, "ok");
	else
		colored(report, RED, "FAILED");
	fputc('\n', report->out);
}

/* `sometimes` is told, not judged: this is one schedule of many. */
static void put_expect(struct report *report, const struct event *event)
{
	if (event->stmt->expect.quantifier != QUANT_SOMETIMES) {
		put_checked(report, event, event->word);
		return;
	}
	put_number(report, event);
	fprintf(report->out, "sometimes %s  %s here\n", event->text, event->truth ? "true" : "false");
}

static void put_violation(const struct report *report, FILE *out, struct run *run,
			  const struct event *event)
{
	const struct broken_rule *broken = event->broken;
	const struct stmt *stmt = event->stmt;

	if (event->ok) {
		fprintf(out, "      violates %s, as it must: %s\n", broken->rule, broken->place);
		put_lines(out, "        saw ", broken->saw);
		return;
	}
	fprintf(out, "FAIL %s  %s\n", broken->rule, broken->place);
	put_lines(out, "  expected  ", broken->expected);
	put_lines(out, "  saw       ", broken->saw);
	if (stmt) {
		g_autofree char *text = loc_text(&stmt->loc);

		fprintf(out, "  after     statement %" G_GUINT64_FORMAT ", %s:%u: %s\n",
			event->number, stmt->loc.source->name, stmt->loc.line, text);
	} else {
		fprintf(out, "  after     the end of the run\n");
	}
	if (report->replay)
		fprintf(out, "  replay    mmsim run %s --until=%" G_GUINT64_FORMAT "\n",
			report->replay, event->number);
	(void)run;
}

static bool shows_state(const GPtrArray *body)
{
	for (guint i = 0; i < body->len; i++) {
		const struct stmt *stmt = body->pdata[i];

		if (stmt->kind == STMT_SHOW)
			return true;
	}
	return false;
}

static void put_end(struct report *report, struct run *run, const struct event *event)
{
	const struct script *script = run_script(run);

	if (event->status == STATUS_GOOD && !script_has_expectations(script) &&
	    !shows_state(script->statements)) {
		g_autofree char *layout = show_layout(run);

		fputs(layout, report->out);
	}
	if (event->status == STATUS_GOOD)
		colored(report, GREEN, "ok");
	else
		colored(report, RED, status_words(event->status));
	fprintf(report->out, ": %" G_GUINT64_FORMAT " statement%s, %" G_GUINT64_FORMAT
		" expectation%s\n", run_nr_statements(run),
		run_nr_statements(run) == 1 ? "" : "s", run_nr_expectations(run),
		run_nr_expectations(run) == 1 ? "" : "s");
}

static void narrate(struct report *report, struct run *run, const struct event *event)
{
	g_autofree char *text = NULL;

	switch (event->kind) {
	case EVENT_BEGIN:
		put_begin(report, run);
		return;
	case EVENT_STEP:
		fputc('\n', report->out);
		colored(report, BOLD, event->text);
		fputc('\n', report->out);
		return;
	case EVENT_LET:
		fprintf(report->out, "      %s is %s\n", event->text, event->result);
		return;
	case EVENT_NOTE:
		put_lines(report->out, "      ", event->text);
		return;
	case EVENT_TRACE:
		g_string_append_printf(report->inner, "        %s: %s\n", event->word, event->text);
		return;
	case EVENT_CALL:
		put_call(report, run, event);
		return;
	case EVENT_FINISHED:
		put_finished(report, run, event);
		return;
	case EVENT_EXPECT:
		put_expect(report, event);
		return;
	case EVENT_MAPS:
		put_checked(report, event, "expect maps");
		return;
	case EVENT_VIOLATE:
		put_checked(report, event, "must violate");
		return;
	case EVENT_CHECK:
		put_checked(report, event, "check");
		return;
	case EVENT_SHOW:
		put_number(report, event);
		fprintf(report->out, "show %s\n", event->word);
		put_lines(report->out, "    ", event->text);
		return;
	case EVENT_GRAPH:
		put_number(report, event);
		fprintf(report->out, "graph \"%s\"%s%s\n", event->text, event->word ? " " : "",
			event->word ? event->word : "");
		return;
	case EVENT_VIOLATION:
		put_violation(report, report->out, run, event);
		return;
	case EVENT_ERROR:
		fprintf(report->out, "      ");
		text = g_strdup_printf("line %u: %s", event->diag->line, event->diag->message);
		colored(report, RED, text);
		fputc('\n', report->out);
		return;
	case EVENT_DONE:
		return;
	case EVENT_END:
		put_end(report, run, event);
		return;
	}
}

void report_text(void *data, struct run *run, const struct event *event)
{
	struct report *report = data;

	if (!report->quiet)
		narrate(report, run, event);
	if (!report->err)
		return;
	if (event->kind == EVENT_ERROR) {
		fflush(report->out);
		diag_print(event->diag, report->err, report->err_color);
	}
	/* Narration has it already. */
	if (event->kind == EVENT_VIOLATION && !event->ok && report->quiet)
		put_violation(report, report->err, run, event);
}
