/*
 * draw_vmas.c - the areas of each process: to scale above, in words below.
 *
 * In the kernel:  /proc/PID/maps and the comments that draw merges.
 * Locks:          none.
 */
#include "model/rmap.h"
#include "viz/strip.h"

/* What the letters of the pages mean, as far as they are in the picture. */
static void legend(struct drawing *drawing, GString *html)
{
	g_autoptr(GString) text = g_string_new("Letters below an area are pages: ");
	unsigned long nr[128] = { 0 };
	bool any = false;

	for (guint i = 0; i < drawing->processes->len; i++) {
		const struct process *process = drawing->processes->pdata[i];

		pages_touched(process->mm, 0, TASK_SIZE, nr);
	}
	for (const char *letter = PAGE_LETTERS; *letter; letter++) {
		if (!nr[(unsigned char)*letter])
			continue;
		g_string_append_printf(text, "%s%c %s", any ? ", " : "", *letter,
				       page_letter_words(*letter));
		any = true;
	}
	g_string_append(text, any ? ", blank: no entry in the page table." :
				    "there are none yet.");
	html_put(html, .text = text->str, .color = drawing->theme->faint, .size = THEME_SMALL,
		 .align = 'l');
}

void draw_vmas(struct drawing *drawing, struct graph *graph)
{
	struct strips *strips = strips_create(drawing);
	g_autoptr(GString) html = g_string_new(NULL);

	if (strips->columns->len) {
		html_table(html, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"6\" "
				 "CELLPADDING=\"0\"");
		html_row(html);
		g_string_append(html, "<TD ALIGN=\"LEFT\">");
		strips_html(drawing, strips, html);
		g_string_append(html, "</TD>");
		html_row_end(html);
		html_row(html);
		legend(drawing, html);
		html_row_end(html);
		for (guint i = 0; i < strips->list->len; i++) {
			html_row(html);
			g_string_append(html, "<TD ALIGN=\"LEFT\">");
			strip_table_html(drawing, strips->list->pdata[i], html);
			g_string_append(html, "</TD>");
			html_row_end(html);
		}
		html_table_end(html);
		draw_table_node(graph, "areas", html->str, "areas of all processes");
	}
	strips_destroy(strips);
}
