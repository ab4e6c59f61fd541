/*
 * emit_c.c - a scenario as one C file: header, the part common to all, statements, main().
 *
 * What the results depend on is found out by running the scenario under other settings: where
 * nothing changes, any host will do; where something does, the program asks for that setting
 * first and skips everything on a host that has another.
 *
 * In the kernel:  nothing.
 */
#include <inttypes.h>
#include <string.h>

#include "emit_runtime.h"
#include "model/mm.h"
#include "sim/backend_model.h"
#include "sim/emit_c.h"

/* ---- what the results depend on ---- */

struct variant {
	struct machine_config config;	/* as the scenario has it; filled on the way */
	void (*change)(struct machine_config *config);
};

static bool adapt_variant(void *data, struct run_settings *settings, char **why)
{
	struct variant *variant = data;

	(void)why;
	variant->config = settings->config;
	if (variant->change)
		variant->change(&settings->config);
	return true;
}

static void without_capabilities(struct machine_config *config)
{
	config->capable = !config->capable;
}

static void other_overcommit(struct machine_config *config)
{
	config->overcommit_memory = config->overcommit_memory == 1 ? 0 : 1;
}

static void other_min_addr(struct machine_config *config)
{
	config->mmap_min_addr = config->mmap_min_addr == 65536 ? 4096 : 65536;
}

static void other_map_count(struct machine_config *config)
{
	config->max_map_count = config->max_map_count > 1000 ? 1 << 30 : 65530;
}

static void other_ram(struct machine_config *config)
{
	config->ram = 128UL << 30;
}

/* Results and verdicts under a variant, as one text; g_free(). */
static char *fingerprint(const struct script *script, struct variant *variant)
{
	const struct run_options options = { .check = CHECK_NEVER, .adapt = adapt_variant,
					     .wrap_data = variant, .skip_graphs = true };
	struct run *run = run_create(script, &options);
	GString *out = g_string_new(NULL);
	const GArray *results;

	run_execute(run);
	results = run_results(run);
	for (guint i = 0; i < results->len; i++) {
		const struct run_result *one = &g_array_index(results, struct run_result, i);

		g_string_append_printf(out, "%d %" PRId64 "\n", one->is_signal, one->value);
	}
	g_string_append_printf(out, "%d %" PRIu64, run_status(run), run_nr_failed(run));
	run_destroy(run);
	return g_string_free(out, FALSE);
}

static bool depends(const struct script *script, const char *usual,
		    void (*change)(struct machine_config *config))
{
	struct variant variant = { .change = change };
	g_autofree char *other = fingerprint(script, &variant);

	return strcmp(usual, other) != 0;
}

/* ---- settings no host has ---- */

static const char *refused_setting(const struct setting *setting)
{
	static const char *const keys[] = { "ram", "cpus", "swap", "max_map_count", "placement",
					    "rlimit.data" };

	if (setting->kind == SETTING_BUG)
		return "bug";
	if (setting->kind != SETTING_SET)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (!strcmp(setting->key, keys[i]))
			return setting->key;
	/* what no kernel has */
	if ((!strcmp(setting->key, "collapse") && strcmp(setting->value, "mainline")) ||
	    (!strcmp(setting->key, "relocate_anon") && strcmp(setting->value, "none")))
		return setting->key;
	/* the policy of the whole host; a process can only be told to do without */
	if (g_str_has_prefix(setting->key, "thp.") || g_str_has_prefix(setting->key, "khugepaged.") ||
	    (!strcmp(setting->key, "thp") && !strcmp(setting->value, "always")))
		return setting->key;
	return semantics_find(setting->key) ? setting->key : NULL;
}

/* Why there can be no program of @script; g_free(), or NULL. */
static char *cannot_emit(const struct script *script)
{
	if (script->has_race)
		return g_strdup("a race: a program cannot choose who goes first");
	for (guint i = 0; i < script->settings->len; i++) {
		const struct setting *setting = script->settings->pdata[i];
		const char *name = refused_setting(setting);

		if (name)
			return g_strdup_printf("a program cannot have: %s %s", name,
					       setting->value ? setting->value : "");
		if (setting->kind == SETTING_SET && !strcmp(setting->key, "thp") &&
		    !strcmp(setting->value, "never") && strstr(setting->loc.source->text, "COLLAPSE"))
			return g_strdup("thp never by itself: then it may not use MADV_COLLAPSE");
	}
	return NULL;
}

/* ---- the statements, as the model runs them ---- */

/* Where the lowest area of the program itself begins, above which no search goes first. */
static uint64_t lowest_of_program(struct emitter *e, uint64_t base)
{
	struct backend *backend = run_backend(e->run);
	struct observation *seen = backend->ops->observe(backend, false);
	const struct seen_process *process = seen->processes->pdata[0];
	uint64_t lowest = base;

	for (guint i = 0; i < process->vmas->len; i++) {
		const struct seen_vma *vma = process->vmas->pdata[i];

		if (vma->start > base - (1UL << 32) && vma->start < lowest &&
		    (!e->window_end || vma->start >= e->window_end))
			lowest = vma->start;
	}
	observation_destroy(seen);
	return lowest;
}

static void begin(struct emitter *e, struct run *run)
{
	struct mm_struct *mm = model_process_mm(to_model(run_backend(run)),
						run_first_process(run));
	const struct value_style *style = run_style(run);

	e->run = run;
	e->heap = mm->start_brk;
	if (style->window) {
		e->window_start = style->window_start;
		e->window_end = style->window_end - 1;
	}
	e->typical = to_model(run_backend(run))->machine->config.layout == LAYOUT_TYPICAL;
	e->top = e->typical ? lowest_of_program(e, mm->mmap_base) : mm->mmap_base;
}

static void must_violate(struct emitter *e, const struct event *event)
{
	g_autofree char *text = g_strdup_printf("must violate %s", event->word);

	emit_skip(e, event->stmt, text, "invariants are checked inside the model");
}

static void on_event(void *data, struct run *run, const struct event *event)
{
	struct emitter *e = data;

	if (event->kind == EVENT_BEGIN)
		begin(e, run);
	if (e->refused)
		return;
	if (e->nr_tests >= EMIT_MAX_TESTS) {
		e->refused = g_strdup_printf("more than %d statements", EMIT_MAX_TESTS);
		return;
	}
	switch (event->kind) {
	case EVENT_CALL:
		emit_call(e, event);
		return;
	case EVENT_EXPECT:
		emit_expect(e, event);
		return;
	case EVENT_MAPS:
		emit_maps(e, event);
		return;
	case EVENT_LET:
		emit_let(e, event);
		return;
	case EVENT_VIOLATE:
		must_violate(e, event);
		return;
	case EVENT_STEP:
		if (!e->nr_parts)
			return;
		g_string_append(e->body, "\tstep(");
		emit_string(e->body, event->text);
		g_string_append(e->body, ");\n");
		return;
	case EVENT_DONE:
		e->expectation = 0;
		return;
	default:
		return;
	}
}

/* ---- the whole ---- */

static void put_header(const struct emitter *e, GString *out)
{
	g_string_append(out, "/*\n");
	emit_remark(out, " * ", e->script->title ? e->script->title : e->name);
	if (e->script->description[0]) {
		g_string_append(out, " *\n");
		emit_remark(out, " * ", e->script->description);
	}
	g_string_append(out, " *\n");
	g_string_append_printf(out, " * Made by `mmsim emit` from ");
	emit_remark(out, "", e->name);
	g_string_append(out, " * cc -o scenario THIS.c && ./scenario prints TAP: ok, not ok, or "
			"SKIP with the reason.\n * Exit status: 0 all as expected, 1 something "
			"differs, 4 nothing could run.\n");
	if (e->nr_omitted) {
		g_string_append_printf(out, " *\n * Not made or not looked at, %u in all:\n",
				       e->nr_omitted);
		emit_remark(out, " *   ", g_strchomp(e->omitted->str));
	}
	g_string_append(out, " */\n");
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

/* What is given to the first process before it begins. */
static void put_settings(const struct machine_config *config, GString *out)
{
	g_string_append(out, "\n/* In the first process, before the first statement. */\n"
			"static void settings(void)\n{\n");
	g_string_append_printf(out, "\tlimit(RLIMIT_STACK, 0x%lxu);\n", config->rlim_stack);
	g_string_append_printf(out, "\tlimit(RLIMIT_MEMLOCK, 0x%lxu);\n", config->rlim_memlock);
	if (config->rlim_as != UINT64_MAX)
		g_string_append_printf(out, "\tlimit(RLIMIT_AS, 0x%lxu + (uint64_t)own_pages * "
				       "PAGE);\n", config->rlim_as);
	g_string_append_printf(out, "\thuge_pages(%d);\n", config->thp == THP_NEVER ? 0 : 2);
	if (!config->capable)
		g_string_append(out, "\tdrop_capabilities();\n");
	g_string_append(out, "}\n");
}

/* What the results depend on and a host may have otherwise. */
static void put_needs(const struct emitter *e, const struct machine_config *config,
		      const char *usual, GString *out)
{
	static const struct {
		void (*change)(struct machine_config *config);
		const char *path;
	} numbers[] = {
		{ other_overcommit, "/proc/sys/vm/overcommit_memory" },
		{ other_min_addr, "/proc/sys/vm/mmap_min_addr" },
		{ other_map_count, "/proc/sys/vm/max_map_count" },
	};
	const unsigned long wanted[] = { config->overcommit_memory, config->mmap_min_addr,
					 config->max_map_count };

	if (e->uffd || (config->capable && depends(e->script, usual, without_capabilities)))
		g_string_append(out, "\tneed_capabilities();\n");
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (depends(e->script, usual, numbers[i].change))
			g_string_append_printf(out, "\tneed_number(\"%s\", %lu);\n",
					       numbers[i].path, wanted[i]);
}

static void put_main(const struct emitter *e, const struct machine_config *config,
		     const char *usual, GString *out)
{
	g_string_append(out, "\nint main(void)\n{\n");
	put_needs(e, config, usual, out);
	g_string_append_printf(out, "\tstart(%u, 0x%" PRIx64 ", 0x%" PRIx64 ", settings);\n",
			       MAX(e->tasks->len, 1), e->top, e->heap);
	g_string_append_printf(out, "\tplan(%u);\n", e->nr_tests);
	if (e->window_end)
		g_string_append_printf(out, "\tmake_window(0x%" PRIx64 ", 0x%" PRIx64 ");\n",
				       e->window_start, e->window_end - e->window_start);
	for (unsigned int i = 1; i <= e->nr_parts; i++)
		g_string_append_printf(out, "\tpart_%u();\n", i);
	for (guint i = 0; i < e->files->len; i++) {
		g_string_append(out, "\tremove_file(");
		emit_string(out, e->files->pdata[i]);
		g_string_append(out, ");\n");
	}
	g_string_append(out, "\treturn finish();\n}\n");
}

static char *whole_text(const struct emitter *e, const struct machine_config *config,
			const char *usual)
{
	GString *out = g_string_new(NULL);

	put_header(e, out);
	g_string_append(out, emit_runtime);
	g_string_append(out, "\n/* ---- the scenario ---- */\n\n");
	g_string_append_len(out, e->body->str, (gssize)e->body->len);
	g_string_append(out, "}\n");
	put_settings(config, out);
	put_main(e, config, usual, out);
	return g_string_free(out, FALSE);
}

static void free_names(GArray *names)
{
	for (guint i = 0; i < names->len; i++)
		g_free(g_array_index(names, struct emit_name, i).name);
	g_array_unref(names);
}

/* The statements; what stands in the way of a program is e->refused. */
static void collect(struct emitter *e, FILE *err, struct variant *variant,
		    struct emit_result *result)
{
	const struct run_options options = { .check = CHECK_NEVER, .event = on_event,
					     .event_data = e, .adapt = adapt_variant,
					     .wrap_data = variant, .skip_graphs = true };
	struct run *run = run_create(e->script, &options);
	const struct diag_list *diags = run_diags(run);

	result->status = run_execute(run);
	if (result->status != STATUS_GOOD)
		diag_list_print(diags, err, false);
	run_destroy(run);
	e->run = NULL;
	if (e->refused || result->status != STATUS_GOOD)
		return;
	if (!e->nr_checked)
		e->refused = g_strdup_printf("no statement that a program can check%s%s",
					     e->cut ? ": " : "", e->cut ? e->cut : "");
}

void emit_c(const struct script *script, const char *name, FILE *err, struct emit_result *result)
{
	struct variant variant = {};
	struct emitter e = {
		.script = script, .name = name, .body = g_string_new(NULL),
		.omitted = g_string_new(NULL), .names = g_array_new(FALSE, TRUE,
								    sizeof(struct emit_name)),
		.tasks = g_ptr_array_new_with_free_func(g_free),
		.files = g_ptr_array_new_with_free_func(g_free),
		.refused = cannot_emit(script),
	};
	g_autofree char *usual = NULL;

	g_ptr_array_add(e.tasks, g_strdup("P"));
	if (!e.refused)
		collect(&e, err, &variant, result);
	if (!e.refused && (result->status == STATUS_GOOD || result->status == STATUS_FALSE) &&
	    e.nr_checked) {
		usual = fingerprint(script, &(struct variant){});
		if (sets(script, "overcommit_memory") && depends(script, usual, other_ram))
			e.refused = g_strdup("results that depend on the size of memory");
		else
			result->text = whole_text(&e, &variant.config, usual);
	}
	if (e.refused) {
		result->why = g_steal_pointer(&e.refused);
		result->status = STATUS_REJECTED;
	}
	free_names(e.names);
	g_string_free(e.body, TRUE);
	g_string_free(e.omitted, TRUE);
	g_ptr_array_unref(e.tasks);
	g_ptr_array_unref(e.files);
	g_free(e.cut);
}
