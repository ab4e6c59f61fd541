/*
 * fuzz_run.c - one random program on one or both sides; see fuzz_run.h.
 */
#include <string.h>

#include "model/machine.h"
#include "sim/backend_live.h"
#include "sim/backend_model.h"
#include "sim/fuzz_run.h"
#include "sim/live_deep.h"
#include "sim/live_hold.h"
#include "sim/live_quick.h"
#include "sim/live_stock.h"
#include "sim/parse.h"
#include "sim/run.h"
#include "sim/side_by_side.h"

#define DEEP_TRIES	5
#define SLOWLY		4	/* one of so many programs */
#define HOST_LRU_PAGES	(1UL << 16)

struct fuzz_side {
	struct fuzz_seen *seen;
	const struct side_by_side_means *host;	/* NULL: the model alone */
	struct comparison *cmp;			/* likewise */
	struct side_by_side both;
	bool over;	/* something was found: what follows does not count */
};

static bool adapt(void *data, struct run_settings *settings, char **why)
{
	const struct fuzz_side *side = data;

	/* whatever comes back from swap does so soon, as measured by all that a host has in memory */
	if (side->cmp)
		settings->config.other_lru_pages = HOST_LRU_PAGES;
	return !side->cmp || side_by_side_adapt(&settings->config, false, why);
}

static struct backend *wrap(void *data, struct backend *model, const struct run_settings *settings,
			    const char *first, char **why)
{
	struct fuzz_side *side = data;

	if (!side->cmp)
		return model;
	return side_by_side_wrap(&side->both, model, &settings->config, side->host, first,
				 side->cmp, why);
}

/* ---- what is seen ---- */

/* The host's areas, in the process that @place names. */
static char *host_maps(const struct fuzz_side *side, const char *place)
{
	const char *colon = strchr(place, ':');
	g_autofree char *name = g_strndup(place, colon ? (gsize)(colon - place) : strlen(place));
	struct observation *host = side->both.live->ops->observe(side->both.live, true);
	const struct seen_process *process = observation_process(host, name);
	GString *out = NULL;

	if (process) {
		out = g_string_new(NULL);
		g_string_append_printf(out, "expect maps %s {\n", name);
		for (guint i = 0; i < process->vmas->len; i++) {
			const struct seen_vma *vma = process->vmas->pdata[i];
			g_autofree char *start = address_text(vma->start, &side->cmp->style);
			g_autofree char *end = address_text(vma->end, &side->cmp->style);

			g_string_append_printf(out, "\t%s-%s %s\n", start, end, vma->perms);
		}
		g_string_append(out, "}\n");
	}
	observation_destroy(host);
	return out ? g_string_free(out, FALSE) : NULL;
}

static void compare_now(struct fuzz_side *side)
{
	const struct difference *first;
	struct fuzz_seen *seen = side->seen;

	if (!side->both.pair || side->over)
		return;
	side_by_side_look(&side->both);
	if (!side->cmp->differences->len)
		return;
	first = side->cmp->differences->pdata[0];
	side->over = true;
	seen->verdict = FUZZ_DIFFERS;
	seen->field = first->field;
	seen->place = g_strdup(first->place);
	seen->model = g_strdup(first->model);
	seen->host = g_strdup(first->host);
	if (first->field == FIELD_VMA || first->field == FIELD_PERMS)
		seen->maps = host_maps(side, first->place);
}

/* What was read from the kernel's structs is asked of /proc as well, once; where there are many
 * pages, which are asked for one by one, in some programs only. */
static void compare_slowly(struct fuzz_side *side, const struct fuzz_program *program)
{
	if (!side->both.pair || !side->host->quick)
		return;
	if (program->window > FUZZ_WINDOW && program->seed % SLOWLY)
		return;
	backend_live_look_slowly(side->both.live);
	compare_now(side);
}

static void on_event(void *data, struct run *run, const struct event *event)
{
	struct fuzz_side *side = data;
	struct fuzz_seen *seen = side->seen;

	if (event->kind == EVENT_CALL && !side->over)
		g_ptr_array_add(seen->results, g_strdup(event->result));
	/* of a statement that is refused the host has done nothing, or half */
	if (event->kind == EVENT_DONE && !run_diags(run)->items->len)
		compare_now(side);
	if (event->kind == EVENT_VIOLATION && !seen->rule) {
		seen->rule = g_strdup(event->broken->rule);
		if (side->over)
			return;
		side->over = true;
		seen->verdict = FUZZ_BROKEN;
		seen->place = g_strdup(event->broken->place);
		seen->model = g_strdup(event->broken->saw);
		seen->host = g_strdup(event->broken->expected);
	}
}

static void judge(struct fuzz_seen *seen, const struct run *run, int status)
{
	const struct diag_list *diags = run_diags(run);
	const struct diag *first = diags->items->len ? diags->items->pdata[0] : NULL;

	if (seen->verdict != FUZZ_GOOD || status == STATUS_GOOD)
		return;
	seen->verdict = status == STATUS_NOTHING ? FUZZ_UNABLE : FUZZ_CUT_SHORT;
	seen->why = g_strdup(first ? first->message : "it ended with an error");
}

static void count_fields(struct fuzz_seen *seen, const struct comparison *cmp)
{
	for (int i = 0; i < NR_COMPARED_FIELDS; i++) {
		seen->compared += cmp->compared[i];
		seen->unknown += cmp->unknown[i];
	}
}

static void run_script_of(struct fuzz_side *side, const struct fuzz_program *program,
			  const struct script *script)
{
	const struct run_options options = { .event = on_event, .event_data = side,
					     .adapt = adapt, .wrap = wrap, .wrap_data = side,
					     .skip_graphs = true };
	struct run *run = run_create(script, &options);
	int status;

	status = run_execute(run);
	if (status == STATUS_GOOD)
		compare_slowly(side, program);
	if (status == STATUS_GOOD && !side->over)
		status = run_check_empty(run);
	judge(side->seen, run, status);
	run_destroy(run);
	side_by_side_end(&side->both);
}

void fuzz_run(const struct fuzz_program *program, const struct side_by_side_means *host,
	      struct fuzz_seen *seen)
{
	g_autofree char *text = fuzz_text(program);
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("program", text, strlen(text), NULL, diags);
	struct fuzz_side side = { .seen = seen, .host = host,
				  .cmp = host ? comparison_create() : NULL,
				  .both = { .may_be_huge = program->thp != 0 } };

	*seen = (struct fuzz_seen){ .verdict = FUZZ_GOOD };
	seen->results = g_ptr_array_new_with_free_func(g_free);
	if (script) {
		run_script_of(&side, program, script);
		script_destroy(script);
	} else {
		const struct diag *first = diags->items->pdata[0];

		seen->verdict = FUZZ_CUT_SHORT;
		seen->why = g_strdup_printf("%s: %s", first->source_line, first->message);
	}
	if (side.cmp) {
		count_fields(seen, side.cmp);
		comparison_destroy(side.cmp);
	}
	diag_list_destroy(diags);
}

/* Several that begin at once may be in each other's way. */
static struct live_deep *open_deep(char **why)
{
	struct live_deep *deep = live_deep_open(why);

	for (int tries = 1; !deep && tries < DEEP_TRIES; tries++) {
		g_clear_pointer(why, g_free);
		g_usleep(100000);
		deep = live_deep_open(why);
	}
	return deep;
}

struct side_by_side_means *fuzz_host_open(bool deep, pid_t group, bool alone, char **why)
{
	struct side_by_side_means *host = g_new0(struct side_by_side_means, 1);

	host->stock = live_stock_open();
	host->kept_hold = g_new0(struct live_hold *, 1);
	host->group = group;
	host->alone = alone;
	if (deep)
		host->deep = open_deep(why);
	if (host->deep)
		host->quick = live_quick_open(host->deep);
	if (!deep || host->deep)
		return host;
	fuzz_host_close(host);
	return NULL;
}

void fuzz_host_close(struct side_by_side_means *host)
{
	if (!host)
		return;
	live_quick_close(host->quick);
	live_deep_close(host->deep);
	live_stock_close(host->stock);
	live_hold_release(*host->kept_hold);
	g_free(host->kept_hold);
	g_free(host);
}

void fuzz_seen_clear(struct fuzz_seen *seen)
{
	g_free(seen->rule);
	g_free(seen->place);
	g_free(seen->model);
	g_free(seen->host);
	g_free(seen->why);
	g_free(seen->maps);
	g_clear_pointer(&seen->results, g_ptr_array_unref);
	*seen = (struct fuzz_seen){};
}

char *fuzz_signature(const struct fuzz_seen *seen)
{
	if (seen->verdict == FUZZ_BROKEN)
		return g_strdup_printf("rule %s", seen->rule);
	if (seen->verdict != FUZZ_DIFFERS)
		return NULL;
	if (seen->field == FIELD_RESULT || seen->field == FIELD_OUTPUT)
		return g_strdup_printf("%s %s", compared_field_name(seen->field), seen->place);
	return g_strdup(compared_field_name(seen->field));
}
