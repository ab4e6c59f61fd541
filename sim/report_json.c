/*
 * report_json.c - a run as events, one JSON object a line.
 *
 * Numbers beyond 2^53 are strings in hexadecimal.
 */
#include <string.h>

#include "sim/json.h"
#include "sim/report.h"

void report_json_header(FILE *out, const char *version)
{
	fprintf(out, "{\"schema\":\"mmsim/1\",\"program\":\"mmsim\",\"version\":\"%s\"}\n",
		version);
}

static const char *kind_words(enum event_kind kind)
{
	static const char *const words[] = {
		[EVENT_BEGIN] = "begin", [EVENT_STEP] = "step", [EVENT_NOTE] = "note",
		[EVENT_LET] = "let",
		[EVENT_TRACE] = "trace", [EVENT_CALL] = "call",
		[EVENT_FINISHED] = "finished", [EVENT_EXPECT] = "expect",
		[EVENT_MAPS] = "maps", [EVENT_VIOLATE] = "must_violate", [EVENT_CHECK] = "check",
		[EVENT_SHOW] = "show", [EVENT_GRAPH] = "graph",
		[EVENT_VIOLATION] = "violation", [EVENT_ERROR] = "error", [EVENT_DONE] = "done",
		[EVENT_END] = "end",
	};

	return words[kind];
}

static void add_outcome(GString *line, const struct run *run, const struct call_outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_VALUE:
		json_member_wide(line, "returned", outcome->value);
		break;
	case OUTCOME_ERRNO:
		json_member_number(line, "returned", -outcome->value);
		json_member_string(line, "errno", errno_name((int)outcome->value));
		break;
	case OUTCOME_SIGNAL:
		json_member_string(line, "signal", signal_name((int)outcome->value));
		break;
	case OUTCOME_BLOCKED:
		json_member_bool(line, "blocked", TRUE);
		break;
	case OUTCOME_REFUSED:
		break;
	}
	if (outcome->child)
		json_member_string(line, "child", outcome->child);
	if (outcome->has_out) {
		g_autofree char *text = value_text(&outcome->out, run_style(run));

		json_member_string(line, "out", text);
	}
}

static void add_diag(GString *line, const struct diag *diag)
{
	json_member_string(line, "severity", diag_severity_words(diag->severity));
	json_member_string(line, "message", diag->message);
	if (diag->note)
		json_member_string(line, "note", diag->note);
}

void report_json_diag(FILE *out, const struct diag *diag)
{
	g_autoptr(GString) line = g_string_new("{");

	json_member_string(line, "event", "error");
	json_member_string(line, "file", diag->file);
	json_member_number(line, "line", diag->line);
	json_member_number(line, "col", diag->col);
	add_diag(line, diag);
	fprintf(out, "%s}\n", line->str);
}

static void add_place(GString *line, const struct event *event)
{
	if (event->diag) {
		json_member_string(line, "file", event->diag->file);
		json_member_number(line, "line", event->diag->line);
		json_member_number(line, "col", event->diag->col);
	} else if (event->stmt) {
		json_member_string(line, "file", event->stmt->loc.source->name);
		json_member_number(line, "line", event->stmt->loc.line);
		json_member_number(line, "col", event->stmt->loc.col);
	}
}

static void add_begin(GString *line, const struct run *run)
{
	const struct script *script = run_script(run);
	const struct value_style *style = run_style(run);

	json_member_string(line, "file", script->name);
	json_member_string(line, "title", script->title);
	json_member_string(line, "description", script->description);
	if (style->window) {
		json_member_wide(line, "window_start", (int64_t)style->window_start);
		json_member_wide(line, "window_end", (int64_t)style->window_end - 1);
	}
}

static bool has_truth(enum event_kind kind)
{
	return kind == EVENT_CALL || kind == EVENT_EXPECT || kind == EVENT_MAPS ||
	       kind == EVENT_VIOLATE || kind == EVENT_CHECK || kind == EVENT_VIOLATION;
}

void report_json(void *data, struct run *run, const struct event *event)
{
	struct report *report = data;
	g_autoptr(GString) line = g_string_new("{");

	if (event->kind == EVENT_DONE)
		return;
	json_member_string(line, "event", kind_words(event->kind));
	if (event->kind == EVENT_BEGIN)
		add_begin(line, run);
	else if (event->kind != EVENT_END)
		json_member_number(line, "n", (int64_t)event->number);
	add_place(line, event);
	if (event->loops && event->loops[0])
		json_member_string(line, "loops", event->loops);
	if (event->task)
		json_member_string(line, "task", event->task);
	if (event->word)
		json_member_string(line, "word", event->word);
	if (event->text)
		json_member_string(line, "text", event->text);
	if (event->result)
		json_member_string(line, "result", event->result);
	if (event->outcome)
		add_outcome(line, run, event->outcome);
	if (event->diag)
		add_diag(line, event->diag);
	if (event->broken) {
		json_member_string(line, "rule", event->broken->rule);
		json_member_string(line, "place", event->broken->place);
		json_member_string(line, "expected", event->broken->expected);
		json_member_string(line, "saw", event->broken->saw);
	}
	if (has_truth(event->kind))
		json_member_bool(line, "ok", event->ok);
	if (event->kind == EVENT_END) {
		json_member_number(line, "status", event->status);
		json_member_number(line, "statements", (int64_t)run_nr_statements(run));
		json_member_number(line, "expectations", (int64_t)run_nr_expectations(run));
	}
	g_string_append(line, "}\n");
	fputs(line->str, report->out);
	if (report->err && event->kind == EVENT_ERROR) {
		fflush(report->out);
		diag_print(event->diag, report->err, report->err_color);
	}
}
