/*
 * explore_report.c - what an exploration found, for people and for programs.
 *
 * Never, Sometimes and Always are said of the executions that were made; the last line says
 * whether those are all there are.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/explore.h"
#include "sim/json.h"
#include "sim/report.h"

#define MAX_STEPS_SHOWN	200

/* ---- words ---- */

static const char *how_often(uint64_t yes, uint64_t no)
{
	return !yes ? "Never" : no ? "Sometimes" : "Always";
}

static bool claim_holds(const struct exploration *found, const struct explore_claim *claim)
{
	if (claim->quantifier == QUANT_EXPECT)
		return !claim->false_count;
	if (claim->quantifier == QUANT_NEVER)
		return !claim->true_count;
	return claim->true_count || !found->complete;
}

static const char *op_words(enum access access)
{
	switch (access) {
	case ACCESS_READ:	return "reads";
	case ACCESS_WRITE:	return "writes";
	case ACCESS_DOWN_READ:
	case ACCESS_DOWN_WRITE:
	case ACCESS_SPIN:
	case ACCESS_FOLIO_LOCK:	return "takes";
	case ACCESS_TRYLOCK:	return "tries";
	case ACCESS_RELEASE:	return "releases";
	case ACCESS_LOAD:	return "loads through";
	case ACCESS_STORE:	return "stores through";
	}
	return "";
}

static char *step_words(const struct taken_step *step)
{
	if (step->way)
		return g_strdup_printf("%s: %s", step->op.site, step->way > 1 ? "fails" : "goes well");
	if (!step->op.object)
		return g_strdup("begins");
	if (!step->object)
		return g_strdup_printf("%s in %s", op_words(step->op.access), step->op.site);
	if (race_op_is_open(&step->op))
		return g_strdup_printf("%s %s", op_words(step->op.access), step->object);
	return g_strdup_printf("%s: %s %s", step->op.site, op_words(step->op.access),
			       step->object);
}

/* ---- columns ---- */

static guint column_width(const struct stmt *race, const GArray *steps, unsigned int member)
{
	const struct race_member *head = race->race.members->pdata[member];
	guint width = (guint)strlen(head->name);

	for (guint i = 0; i < steps->len; i++) {
		const struct taken_step *step = &g_array_index(steps, struct taken_step, i);

		if (step->member == member) {
			g_autofree char *words = step_words(step);

			width = MAX(width, (guint)strlen(words));
		}
	}
	return width + 2;
}

static void put_heads(GString *out, const struct stmt *race, const guint *width)
{
	g_string_append(out, "  step  ");
	for (guint i = 0; i < race->race.members->len; i++) {
		const struct race_member *head = race->race.members->pdata[i];

		g_string_append_printf(out, "%-*s", (int)width[i], head->name);
	}
	g_strchomp(out->str);
	out->len = strlen(out->str);
	g_string_append_c(out, '\n');
}

char *explore_columns(const struct stmt *race, const GArray *steps)
{
	guint width[RACE_MAX_MEMBERS] = {};
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < race->race.members->len && i < RACE_MAX_MEMBERS; i++)
		width[i] = column_width(race, steps, i);
	put_heads(out, race, width);
	for (guint i = 0; i < steps->len && i < MAX_STEPS_SHOWN; i++) {
		const struct taken_step *step = &g_array_index(steps, struct taken_step, i);
		g_autofree char *words = step_words(step);
		guint indent = 0;

		for (guint j = 0; j < step->member; j++)
			indent += width[j];
		g_string_append_printf(out, "  %4u  %*s%s\n", i + 1, (int)indent, "", words);
	}
	if (steps->len > MAX_STEPS_SHOWN)
		g_string_append_printf(out, "        ... %u more steps\n",
				       steps->len - MAX_STEPS_SHOWN);
	return g_string_free(out, FALSE);
}

/* ---- for people ---- */

static void put_indented(FILE *out, const char *indent, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		if (**line)
			fprintf(out, "%s%s\n", indent, *line);
}

static void put_failure(const struct exploration *found, const struct explore_failure *failure,
			FILE *out)
{
	g_autofree char *columns = explore_columns(found->race, failure->steps);

	fprintf(out, "%s %s  (%" PRIu64 " schedule%s, the shortest known has %u switch%s)\n",
		failure->expected ? "violates, as it must:" : "FAIL", failure->what,
		failure->count, failure->count == 1 ? "" : "s", failure->switches,
		failure->switches == 1 ? "" : "es");
	put_indented(out, "  ", failure->detail);
	fputs(columns, out);
	fprintf(out, "  replay  mmsim run %s --schedule %s\n", found->script->name,
		failure->schedule);
}

static void put_claims(const struct exploration *found, FILE *out)
{
	for (guint i = 0; i < found->claims->len; i++) {
		const struct explore_claim *claim = found->claims->pdata[i];
		uint64_t all = claim->true_count + claim->false_count;
		bool holds = claim_holds(found, claim);
		const char *schedule = claim->quantifier == QUANT_NEVER ? claim->true_schedule :
							      claim->false_schedule;

		fprintf(out, "  %-9s %s  %s (%" PRIu64 " of %" PRIu64 ")  %s\n",
			quantifier_words(claim->quantifier), claim->text,
			how_often(claim->true_count, claim->false_count), claim->true_count, all,
			holds ? "ok" : "FAILED");
		if (!holds && schedule)
			fprintf(out, "            line %u; replay  mmsim run %s --schedule %s\n",
				claim->line, found->script->name, schedule);
	}
}

static void put_outcomes(const struct exploration *found, FILE *out)
{
	uint64_t all = 0;

	for (guint i = 0; i < found->outcomes->len; i++)
		all += ((struct explore_outcome *)found->outcomes->pdata[i])->count;
	if (all)
		fprintf(out, "outcomes: %u\n", found->outcomes->len);
	for (guint i = 0; i < found->outcomes->len; i++) {
		const struct explore_outcome *outcome = found->outcomes->pdata[i];

		fprintf(out, "  %-9s %" PRIu64 " of %" PRIu64 "\n",
			how_often(outcome->count, all - outcome->count), outcome->count, all);
		put_indented(out, "            ", outcome->text);
	}
}

static char *covered(const struct exploration *found)
{
	if (found->complete)
		return g_strdup("complete");
	if (found->diverged)
		return g_strdup("not complete: a race went another way the second time");
	if (!g_strcmp0(found->stopped_by, "failure"))
		return g_strdup("stopped at what was found");
	if (found->stopped_by)
		return g_strdup_printf("not complete: stopped by %s", found->stopped_by);
	if (found->bounded)
		return g_strdup_printf("complete within %u preemption%s, which is no proof",
				       found->options.bound, found->options.bound == 1 ? "" : "s");
	return g_strdup("not complete");
}

/* "7 executions (and 1 cut short, the same as others)", "9 states and 12 steps between them" */
static char *how_much(const struct exploration *found)
{
	if (explore_engine_has_states(found->options.engine))
		return g_strdup_printf("%" PRIu64 " states and %" PRIu64 " steps between them",
				       found->nr_states, found->nr_edges);
	return g_strdup_printf("%" PRIu64 " executions (and %" PRIu64
			       " cut short, the same as others)", found->executions, found->cut);
}

void explore_report(const struct exploration *found, FILE *out, bool color, bool quiet)
{
	g_autofree char *how = covered(found), *much = how_much(found);

	(void)color;
	for (guint i = 0; i < found->errors->len; i++)
		fputs(found->errors->pdata[i], out);
	if (found->errors->len)
		return;
	if (!quiet) {
		put_outcomes(found, out);
		put_claims(found, out);
	}
	for (guint i = 0; i < found->failures->len; i++)
		put_failure(found, found->failures->pdata[i], out);
	for (guint i = 0; i < found->must->len; i++) {
		bool did = false;

		for (guint j = 0; j < found->failures->len; j++)
			did |= !g_strcmp0(((struct explore_failure *)
					   found->failures->pdata[j])->rule, found->must->pdata[i]);
		if (!did)
			fprintf(out, "FAIL must violate %s: it holds in every schedule tried\n",
				(const char *)found->must->pdata[i]);
	}
	fprintf(out, "%s: engine %s, %s, %u end state%s, %s\n",
		found->status == STATUS_GOOD ? "ok" : status_words(found->status),
		explore_engine_name(found->options.engine), much, found->ends->len,
		found->ends->len == 1 ? "" : "s", how);
}

/* ---- for programs ---- */

void explore_report_json(const struct exploration *found, FILE *out)
{
	g_autofree char *how = covered(found);

	for (guint i = 0; i < found->outcomes->len; i++) {
		const struct explore_outcome *outcome = found->outcomes->pdata[i];
		g_autoptr(GString) line = g_string_new("{");

		json_member_string(line, "event", "outcome");
		json_member_string(line, "text", outcome->text);
		json_member_number(line, "count", (int64_t)outcome->count);
		json_member_string(line, "schedule", outcome->schedule);
		fprintf(out, "%s}\n", line->str);
	}
	for (guint i = 0; i < found->ends->len; i++) {
		const struct explore_end *end = &g_array_index(found->ends, struct explore_end, i);
		g_autofree char *hash = g_strdup_printf("%016" PRIx64, end->hash);
		g_autoptr(GString) line = g_string_new("{");

		json_member_string(line, "event", "end_state");
		json_member_string(line, "hash", hash);
		json_member_string(line, "schedule", end->schedule);
		fprintf(out, "%s}\n", line->str);
	}
	for (guint i = 0; i < found->claims->len; i++) {
		const struct explore_claim *claim = found->claims->pdata[i];
		g_autoptr(GString) line = g_string_new("{");

		json_member_string(line, "event", quantifier_words(claim->quantifier));
		json_member_string(line, "text", claim->text);
		json_member_string(line, "how_often",
				   how_often(claim->true_count, claim->false_count));
		json_member_number(line, "true", (int64_t)claim->true_count);
		json_member_number(line, "false", (int64_t)claim->false_count);
		json_member_bool(line, "ok", claim_holds(found, claim));
		fprintf(out, "%s}\n", line->str);
	}
	for (guint i = 0; i < found->failures->len; i++) {
		const struct explore_failure *failure = found->failures->pdata[i];
		g_autoptr(GString) line = g_string_new("{");

		json_member_string(line, "event", "failure");
		if (failure->rule)
			json_member_string(line, "rule", failure->rule);
		json_member_string(line, "what", failure->what);
		json_member_string(line, "detail", failure->detail);
		json_member_bool(line, "expected", failure->expected);
		json_member_number(line, "count", (int64_t)failure->count);
		json_member_number(line, "switches", failure->switches);
		json_member_string(line, "schedule", failure->schedule);
		fprintf(out, "%s}\n", line->str);
	}
	g_autoptr(GString) end = g_string_new("{");

	json_member_string(end, "event", "end");
	json_member_string(end, "file", found->script->name);
	json_member_string(end, "engine", explore_engine_name(found->options.engine));
	json_member_number(end, "executions", (int64_t)found->executions);
	json_member_number(end, "cut", (int64_t)found->cut);
	if (explore_engine_has_states(found->options.engine)) {
		json_member_number(end, "states", (int64_t)found->nr_states);
		json_member_number(end, "steps", (int64_t)found->nr_edges);
	} else {
		json_member_number(end, "steps", (int64_t)found->steps);
	}
	json_member_number(end, "end_states", found->ends->len);
	json_member_bool(end, "complete", found->complete);
	json_member_string(end, "covered", how);
	json_member_number(end, "status", found->status);
	fprintf(out, "%s}\n", end->str);
}
