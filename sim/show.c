/*
 * show.c - text of VMAs and pages; the statement `show`.
 */
#include <string.h>

#include "sim/run_internal.h"
#include "sim/show.h"

static void add_address(uint64_t address, const struct value_style *style, GString *out)
{
	g_autofree char *text = address_text(address, style);

	g_string_append(out, text);
}

void show_vma_line(const struct seen_vma *vma, const struct value_style *style, GString *out)
{
	uint64_t at = vma->pgoff << 12;

	add_address(vma->start, style, out);
	g_string_append_c(out, '-');
	add_address(vma->end, style, out);
	g_string_append_printf(out, " %s pgoff=", vma->perms);
	if (style->window && at >= style->window_start && at < style->window_end) {
		add_address(at, style, out);
		g_string_append(out, "/PAGE");
	} else {
		g_string_append_printf(out, "0x%" G_GINT64_MODIFIER "x", vma->pgoff);
	}
	if (vma->anon_vma)
		g_string_append_printf(out, " anon_vma=av%u", vma->anon_vma);
	else
		g_string_append(out, " anon_vma=none");
	if (vma->name[0])
		g_string_append_printf(out, " %s", vma->name);
}

void show_vmas(const struct seen_process *process, const struct value_style *style, GString *out)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	size_t width = 0;

	for (guint i = 0; i < process->vmas->len; i++) {
		g_autoptr(GString) line = g_string_new(NULL);

		show_vma_line(process->vmas->pdata[i], style, line);
		if (line->len <= 72)
			width = MAX(width, line->len);
		g_ptr_array_add(lines, g_strdup(line->str));
	}
	for (guint i = 0; i < process->vmas->len; i++) {
		const struct seen_vma *vma = process->vmas->pdata[i];

		g_string_append_printf(out, "  %-*s  # vma#%u %" G_GUINT64_FORMAT "p %s\n",
				       (int)width, (const char *)lines->pdata[i], vma->id,
				       (vma->end - vma->start) >> 12, vma->flags);
	}
	if (!process->vmas->len)
		g_string_append(out, "  nothing is mapped\n");
}

static void show_entry(const struct seen_page *page, GString *out)
{
	if (page->guard)
		g_string_append(out, "guard");
	else if (page->migration)
		g_string_append(out, "migration entry");
	else if (page->swap)
		g_string_append_printf(out, "swap entry, type %" G_GUINT64_FORMAT ", offset %"
				       G_GUINT64_FORMAT, page->swap_type, page->swap_offset);
	else if (page->zero)
		g_string_append(out, "zero page");
	else if (page->folio)
		g_string_append_printf(out, "folio#%u", page->folio);
	else
		g_string_append(out, "frame without folio");
	if (page->folio && page->nr)
		g_string_append_printf(out, "+%u", page->nr);
	g_string_append_printf(out, "%s%s%s%s%s%s%s%s",
			       page->present ? " present" : "", page->write ? " write" : "",
			       page->dirty ? " dirty" : "", page->young ? " young" : "",
			       page->huge ? " huge" : "", page->uffd_wp ? " uffd_wp" : "",
			       page->file ? " file" : "",
			       page->anon_exclusive ? " exclusive" : "");
	if (page->content_known && (page->folio || page->swap))
		g_string_append_printf(out, " content=%" G_GUINT64_FORMAT, page->content);
}

void show_pages(const struct seen_process *process, const struct value_style *style, GString *out)
{
	for (guint i = 0; i < process->pages->len; i++) {
		const struct seen_page *page = process->pages->pdata[i];

		g_string_append(out, "  ");
		add_address(page->addr, style, out);
		g_string_append(out, "  ");
		show_entry(page, out);
		g_string_append_c(out, '\n');
	}
	if (!process->pages->len)
		g_string_append(out, "  no page table entry is set\n");
}

char *show_layout(struct run *run)
{
	struct observation *seen;
	GString *out = g_string_new(NULL);

	if (!run_backend(run))
		return g_string_free(out, FALSE);
	seen = run->backend->ops->observe(run->backend, false);
	for (guint i = 0; i < seen->processes->len; i++) {
		const struct seen_process *process = seen->processes->pdata[i];

		g_string_append_printf(out, "%s:\n", process->name);
		show_vmas(process, &run->style, out);
	}
	observation_destroy(seen);
	return g_string_free(out, FALSE);
}

/* ---- the statement ---- */

static bool show_seen(struct run *run, const struct stmt_show *show, const char *process,
		      GString *out)
{
	struct observation *seen = run->backend->ops->observe(run->backend,
							      show->what == SHOW_PAGES);
	const struct seen_process *found = observation_process(seen, process);

	if (found && show->what == SHOW_PAGES)
		show_pages(found, &run->style, out);
	else if (found)
		show_vmas(found, &run->style, out);
	observation_destroy(seen);
	return found != NULL;
}

static bool show_backend(struct run *run, const struct stmt_show *show, const char *process,
			 GString *out)
{
	static const enum show_kind kinds[NR_SHOW] = {
		[SHOW_RMAP] = SHOW_BACKEND_RMAP,
		[SHOW_PAGETABLE] = SHOW_BACKEND_PAGETABLE,
		[SHOW_ANON_VMA] = SHOW_BACKEND_ANON_VMA,
		[SHOW_SWAP] = SHOW_BACKEND_SWAP,
		[SHOW_LOCKS] = SHOW_BACKEND_LOCKS,
		[SHOW_SMAPS] = SHOW_BACKEND_SMAPS,
	};

	return run->backend->ops->show(run->backend, kinds[show->what], process, &run->style, out);
}

void run_show(struct run *run, const struct stmt *stmt)
{
	const struct stmt_show *show = &stmt->show;
	struct event event = { .kind = EVENT_SHOW, .stmt = stmt, .ok = true };
	g_autoptr(GString) out = g_string_new(NULL);
	const char *process = show->task.process ? show->task.process : run->first;
	g_autofree char *heading = g_strdup_printf("%s %s", show_words(show->what), process);
	bool known;

	if (!strcmp(process, "P"))
		process = run->first;
	known = show->what == SHOW_VMAS || show->what == SHOW_PAGES ?
		show_seen(run, show, process, out) : show_backend(run, show, process, out);
	if (!known) {
		diag_error(run->diags, &stmt->loc, NULL, "there is no process %s", process);
		run_stop(run, stmt, STATUS_REJECTED);
		return;
	}
	event.word = heading;
	event.text = out->str;
	run_event(run, &event);
}
