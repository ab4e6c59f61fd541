/*
 * expect_maps.c - `expect maps`: the VMAs of a process or of the window, one line each.
 *
 * What is left of the window's own reservation may be listed or left out.  On failure both
 * sides are listed, the first lines which differ marked with `>`.
 *
 * In the kernel:  /proc/PID/maps.
 */
#include <string.h>

#include "sim/run_internal.h"
#include "sim/show.h"

struct comparison {
	struct run *run;
	const struct stmt_maps *maps;
	GPtrArray *seen;	/* struct seen_vma *, borrowed */
	guint line, vma;	/* where they part */
	char *why;		/* in words */
	bool failed;		/* an expression could not be evaluated */
};

/* Still as the window's mmap() made it? */
static bool is_reservation(const struct run *run, const struct seen_vma *vma)
{
	return run->window_end && vma->start >= run->window_start &&
	       vma->end <= run->window_end && !strcmp(vma->perms, "---p") &&
	       !vma->anon_vma && !vma->file && vma->pgoff == vma->start >> 12 &&
	       !g_strcmp0(vma->flags, run->window_flags);
}

static void differ(struct comparison *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void differ(struct comparison *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_free(c->why);
	c->why = g_strdup_vprintf(format, args);
	va_end(args);
}

static const char *name_of_anon_vma(const struct run *run, unsigned int id)
{
	for (guint i = 0; i < run->anon_names->len; i++) {
		const struct anon_name *bound = &g_array_index(run->anon_names,
							       struct anon_name, i);

		if (bound->id == id)
			return bound->name;
	}
	return NULL;
}

unsigned int run_anon_vma_of_name(const struct run *run, const char *name)
{
	for (guint i = 0; i < run->anon_names->len; i++) {
		const struct anon_name *bound = &g_array_index(run->anon_names,
							       struct anon_name, i);

		if (!strcmp(bound->name, name))
			return bound->id;
	}
	return 0;
}

/* Is @id the anon_vma of that name?  Binds a new name to an id that has none. */
static bool anon_vma_matches(struct comparison *c, const struct maps_line *line, unsigned int id)
{
	struct run *run = c->run;
	bool none = !strcmp(line->anon_vma, "none") || !strcmp(line->anon_vma, "-");
	unsigned int bound;
	const char *other;

	if (none || !id) {
		if (none && !id)
			return true;
		differ(c, none ? "it has an anon_vma" : "it has no anon_vma");
		return false;
	}
	bound = run_anon_vma_of_name(run, line->anon_vma);
	other = name_of_anon_vma(run, id);
	if (bound == id)
		return true;
	if (bound) {
		differ(c, "%s is anon_vma#%u, and this is anon_vma#%u", line->anon_vma, bound, id);
		return false;
	}
	if (other) {
		differ(c, "anon_vma#%u is already called %s", id, other);
		return false;
	}
	g_array_append_val(run->anon_names, ((struct anon_name){ line->anon_vma, id }));
	return true;
}

static bool number_matches(struct comparison *c, const struct expr *expr, const char *what,
			   uint64_t got, bool is_address)
{
	g_autofree char *text = NULL;
	uint64_t wanted = 0;

	if (!eval_number(&c->run->eval, expr, what, &wanted)) {
		c->failed = true;
		return false;
	}
	if (wanted == got)
		return true;
	text = is_address ? address_text(got, &c->run->style) : g_strdup_printf("0x%"
							G_GINT64_MODIFIER "x", got);
	differ(c, "%s is %s", what, text);
	return false;
}

static bool line_matches(struct comparison *c, const struct maps_line *line,
			 const struct seen_vma *vma)
{
	if (!number_matches(c, line->start, "its start", vma->start, true) ||
	    !number_matches(c, line->end, "its end", vma->end, true))
		return false;
	if (strcmp(line->perms, vma->perms)) {
		differ(c, "its permissions are %s", vma->perms);
		return false;
	}
	if (line->pgoff && !number_matches(c, line->pgoff, "its pgoff", vma->pgoff, false))
		return false;
	if (line->name && strcmp(line->name, vma->name)) {
		differ(c, "its name is \"%s\"", vma->name);
		return false;
	}
	return !line->anon_vma || anon_vma_matches(c, line, vma->anon_vma);
}

/* True if all agree; else c->line and c->vma are the first that do not. */
static bool compare(struct comparison *c)
{
	const GPtrArray *lines = c->maps->lines;

	while (c->line < lines->len || c->vma < c->seen->len) {
		const struct seen_vma *vma = c->vma < c->seen->len ? c->seen->pdata[c->vma] : NULL;

		if (c->line < lines->len && vma &&
		    line_matches(c, lines->pdata[c->line], vma)) {
			c->line++;
			c->vma++;
			continue;
		}
		if (c->failed)
			return false;
		if (vma && is_reservation(c->run, vma)) {
			c->vma++;
			continue;
		}
		if (!vma)
			differ(c, "there is no such VMA");
		else if (c->line == lines->len)
			differ(c, "there is one VMA more");
		return false;
	}
	return true;
}

/* What of @process is looked at. */
static void choose(struct comparison *c, const struct seen_process *process, bool window)
{
	for (guint i = 0; i < process->vmas->len; i++) {
		struct seen_vma *vma = process->vmas->pdata[i];

		if (!window || (vma->start < c->run->window_end &&
				vma->end > c->run->window_start))
			g_ptr_array_add(c->seen, vma);
	}
}

/* Lines around the first difference that are shown; more would hide it. */
#define CONTEXT	12

/* Is line @i, @at being the one that differs, among those shown?  Says so where it is cut. */
static bool is_near(GString *note, guint i, guint at)
{
	if (i + CONTEXT == at || i == at + CONTEXT)
		g_string_append(note, "\n    ...");
	return i + CONTEXT > at && i < at + CONTEXT;
}

static void report(struct comparison *c, const struct stmt *stmt)
{
	g_autoptr(GString) note = g_string_new("expected");
	const struct loc *where = &stmt->loc;

	for (guint i = 0; i < c->maps->lines->len; i++) {
		const struct maps_line *line = c->maps->lines->pdata[i];
		g_autofree char *text = NULL;

		if (!is_near(note, i, c->line))
			continue;
		text = loc_text(&line->loc);
		g_string_append_printf(note, "\n  %c %s", i == c->line ? '>' : ' ', text);
	}
	if (c->line == c->maps->lines->len)
		g_string_append(note, "\n  > (no more)");
	else
		where = &((const struct maps_line *)c->maps->lines->pdata[c->line])->loc;
	g_string_append(note, "\nfound");
	for (guint i = 0; i < c->seen->len; i++) {
		const struct seen_vma *vma = c->seen->pdata[i];

		if (!is_near(note, i, c->vma))
			continue;
		g_string_append_printf(note, "\n  %c ", i == c->vma ? '>' : ' ');
		show_vma_line(vma, &c->run->style, note);
		if (is_reservation(c->run, vma))
			g_string_append(note, "  # of the window");
	}
	if (c->vma == c->seen->len)
		g_string_append(note, "\n  > (no more)");
	diag_error(c->run->diags, where, note->str, "the VMAs are not as expected: %s", c->why);
}

void run_expect_maps(struct run *run, const struct stmt *stmt)
{
	struct event event = { .kind = EVENT_MAPS, .stmt = stmt };
	struct comparison c = { .run = run, .maps = &stmt->maps };
	const char *process = stmt->maps.task.process ? stmt->maps.task.process : run->first;
	struct observation *seen;
	const struct seen_process *found;

	if (run->options.without_bugs && run->settings.has_bug)
		return;
	if (!strcmp(process, "P"))
		process = run->first;
	run->nr_expectations++;
	run->eval.own = process;
	seen = run->backend->ops->observe(run->backend, false);
	found = observation_process(seen, process);
	c.seen = g_ptr_array_new();
	if (found)
		choose(&c, found, run->window_end && !stmt->maps.task.process);
	else
		diag_error(run->diags, &stmt->loc, NULL, "there is no process %s", process);
	event.ok = found && compare(&c);
	event.text = process;
	run_event(run, &event);
	if (!found || c.failed) {
		run_stop(run, stmt, STATUS_REJECTED);
	} else if (!event.ok) {
		report(&c, stmt);
		run_failed(run, stmt, STATUS_FALSE);
	}
	g_ptr_array_set_size(run->traced, 0);
	g_ptr_array_unref(c.seen);
	g_free(c.why);
	observation_destroy(seen);
}
