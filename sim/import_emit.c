/*
 * import_emit.c - the text of an imported scenario.
 *
 * In the kernel:  nothing.
 * Left out:       nothing of its own.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

void assume(struct walk *w, enum import_assumption what)
{
	if (!w->dry)
		w->log->report->assumed[what]++;
}

/* @text as a string literal; bytes that are no printable ASCII become octal escapes. */
char *quoted(const char *text)
{
	g_autofree char *escaped = g_strescape(text, NULL);

	return g_strdup_printf("\"%s\"", escaped);
}

static void emit_line(struct walk *w, const struct import_task *task, const char *text,
		      const char *assumed)
{
	g_string_append_printf(w->body, "%s: %s", task->name, text);
	if (assumed)
		g_string_append_printf(w->body, "\t# assumed: %s", assumed);
	g_string_append_c(w->body, '\n');
}

/* Write the run of faults that has been gathered. */
void emit_flush(struct walk *w)
{
	static const char *const names[] = { "load", "store", "exec" };
	g_autofree char *text = NULL;
	uint64_t pages = (w->run_end - w->run_start) / IMPORT_PAGE;

	if (!w->run_task)
		return;
	if (pages == 1)
		text = g_strdup_printf("%s(%#" G_GINT64_MODIFIER "x)", names[w->run_access],
				       w->run_start);
	else
		text = g_strdup_printf("%s(%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT "p)",
				       names[w->run_access], w->run_start, pages);
	emit_line(w, w->run_task, text, w->run_assumed);
	w->run_task = NULL;
}

/* One statement of @task, nothing in the dry walk. */
void emit(struct walk *w, const struct import_task *task, const char *assumed,
	  const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (w->dry)
		return;
	emit_flush(w);
	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	emit_line(w, task, text, assumed);
	w->log->report->calls++;
}

/* Neighbouring pages touched one after the other become one statement, but for exec(). */
void emit_access(struct walk *w, struct import_task *task, const struct import_fault *fault)
{
	if (w->dry)
		return;
	w->log->report->faults++;
	if (w->run_task == task && w->run_access == fault->access &&
	    fault->access != ACCESS_EXEC &&
	    w->run_assumed == fault->assumed && w->run_end == fault->addr) {
		w->run_end += IMPORT_PAGE;
		return;
	}
	emit_flush(w);
	w->run_task = task;
	w->run_access = fault->access;
	w->run_assumed = fault->assumed;
	w->run_start = fault->addr;
	w->run_end = fault->addr + IMPORT_PAGE;
}

void emit_comment(struct walk *w, const char *fmt, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (w->dry)
		return;
	emit_flush(w);
	va_start(args, fmt);
	text = g_strdup_vprintf(fmt, args);
	va_end(args);
	g_string_append_printf(w->body, "# %s\n", text);
}

/* A file's name in a comment must not end the line. */
static void append_name(GString *out, const char *name)
{
	g_autofree char *escaped = name ? g_strescape(name, NULL) : NULL;

	if (escaped)
		g_string_append_printf(out, "\t# %s", escaped);
	g_string_append_c(out, '\n');
}

void emit_expect_maps(struct walk *w, const struct import_task *task, const GArray *maps,
		      const char *when)
{
	if (w->dry)
		return;
	emit_flush(w);
	g_string_append_printf(w->body, "# what /proc/%d/maps held %s\n"
			       "expect maps %s {\n", task->proc->pid, when, task->name);
	for (guint i = 0; i < maps->len; i++) {
		const struct import_vma *vma = &g_array_index(maps, struct import_vma, i);

		g_string_append_printf(w->body, "\t%#" G_GINT64_MODIFIER "x-%#"
				       G_GINT64_MODIFIER "x %c%c%c%c", vma->start, vma->end,
				       vma->prot & 1 ? 'r' : '-', vma->prot & 2 ? 'w' : '-',
				       vma->prot & 4 ? 'x' : '-', vma->shared ? 's' : 'p');
		if (maps_is_file(vma))
			g_string_append_printf(w->body, " pgoff=%#" G_GINT64_MODIFIER "x",
					       vma->offset / IMPORT_PAGE);
		append_name(w->body, vma->name);
	}
	g_string_append(w->body, "}\n");
}

/* The files that get mapped have to exist and to be long enough. */
static void emit_files(struct walk *w, GString *out)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	unsigned int nr = 0;

	for (guint i = 0; i < w->file_order->len; i++) {
		const struct import_file *file = w->file_order->pdata[i];
		uint64_t size = file->size, known = file->true_size;
		g_autofree char *path = NULL;

		/* /dev/zero is there, and has no size. */
		if (!file->mapped || file->memfd || !file->var[0] ||
		    !g_strcmp0(file->path, "/dev/zero") ||
		    !g_hash_table_add(seen, file->path))
			continue;
		for (guint j = i + 1; j < w->file_order->len; j++) {
			const struct import_file *other = w->file_order->pdata[j];

			if (!other->mapped || !other->path || strcmp(other->path, file->path))
				continue;
			size = MAX(size, other->size);
			known = MAX(known, other->true_size);
		}
		path = quoted(file->path);
		/* Mapped beyond its end: how far is not known, and no page there was touched. */
		if (size > ((known + IMPORT_PAGE - 1) & ~(IMPORT_PAGE - 1)))
			assume(w, ASSUMED_SIZE);
		else
			size = known;
		g_string_append_printf(out, "P: s%u = open(%s, O_RDWR|O_CREAT)\n"
				       "P: ftruncate(s%u, %#" G_GINT64_MODIFIER "x)\n"
				       "P: close(s%u)\n", nr, path, nr, size, nr);
		nr++;
	}
	if (nr)
		g_string_append_c(out, '\n');
	g_hash_table_destroy(seen);
}

/* Header comment with the report, settings, files, body. */
void emit_document(struct walk *w, GString *out)
{
	g_autofree char *base = g_path_get_basename(w->log->path);
	g_autofree char *escaped = g_strescape(base, NULL);
	g_autoptr(GString) files = g_string_new(NULL);

	emit_flush(w);
	emit_files(w, files);
	if (w->log->notes) {
		g_string_append_len(out, w->log->notes->str, (gssize)w->log->notes->len);
	} else {
		g_string_append(out, "# Do the calls of a real program give the VMAs that it "
				"had?\n#\n");
		g_string_append_printf(out, "# Imported from %s, a log of %s.\n", escaped,
				       w->log->report->format);
	}
	g_string_append_printf(out, "# P is process %d; the others are named by their ids.\n"
			       "# What the %s does not say is marked \"assumed\".\n#\n",
			       w->root_pid, w->log->notes ? "recording" : "log");
	import_report_text(w->log->report, "# ", out);
	g_string_append(out, "\nset layout = empty\nset placement = recorded\n\n");
	if (files->len && w->log->report->assumed[ASSUMED_SIZE])
		g_string_append(out, "# assumed: the sizes of these files, as large as some "
				"mapping needs them\n");
	g_string_append_len(out, files->str, (gssize)files->len);
	g_string_append_len(out, w->early->str, (gssize)w->early->len);
	g_string_append_len(out, w->body->str, (gssize)w->body->len);
}
