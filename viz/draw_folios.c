/*
 * draw_folios.c - every folio with its counts, flags and contents.
 *
 * In the kernel:  mm/debug.c dump_page().
 * Locks:          none.
 */
#include "viz/mappings.h"

#define MAX_CONTENTS	6		/* pages of a large folio whose content is written */
#define COLUMNS		8

static const char *const headings[COLUMNS] = {
	"folio", "order", "belongs to", "index", "mapcount", "refcount", "flags", "content",
};

/* "7 E, 0, 9": the value of each page; E: PageAnonExclusive. */
static void contents(const struct folio *folio, GString *out)
{
	unsigned long nr = folio_nr_pages(folio);

	for (unsigned long i = 0; i < MIN(nr, MAX_CONTENTS); i++) {
		const struct page *page = folio_page(folio, i);

		g_string_append_printf(out, "%s%" G_GUINT64_FORMAT "%s", i ? ", " : "",
				       page->content, PageAnonExclusive(page) ? " E" : "");
	}
	if (nr > MAX_CONTENTS)
		g_string_append_printf(out, " and %lu more", nr - MAX_CONTENTS);
}

static void folio_row(struct drawing *drawing, const struct mapped_folio *mapped, GString *html)
{
	const struct theme *theme = drawing->theme;
	const struct folio *folio = mapped->folio;
	g_autofree char *tip = draw_tip(KIND_FOLIO, folio);
	g_autoptr(GString) text = g_string_new(NULL);
	const struct field *home = object_field(KIND_FOLIO, "anon_vma");
	unsigned int anon_vma = home ? (unsigned int)home->get(folio) : 0;

	html_row(html);
	for (unsigned int i = 0; i < COLUMNS; i++) {
		g_string_truncate(text, 0);
		switch (i) {
		case 0:
			g_string_printf(text, "folio#%u", folio->id);
			break;
		case 1:
			g_string_printf(text, "%u", folio->order);
			break;
		case 2:
			folio_home(folio, text);
			break;
		case 3:
			folio_index(drawing, folio, text);
			break;
		case 4:
			g_string_printf(text, "%d", folio_mapcount(folio));
			break;
		case 5:
			g_string_printf(text, "%d", folio->refcount);
			break;
		case 6:
			folio_flags(folio, text);
			break;
		default:
			contents(folio, text);
		}
		html_put(html, .text = text->str, .tip = i ? NULL : tip,
			 .align = i == 1 || i == 4 || i == 5 ? 0 : 'l', .border = 1,
			 .sides = "B", .edge = theme->head,
			 .fill = i == 2 && anon_vma ? theme_tint(theme, anon_vma) : NULL);
	}
	html_row_end(html);
}

void draw_folios(struct drawing *drawing, struct graph *graph)
{
	const struct theme *theme = drawing->theme;
	g_autoptr(GPtrArray) folios = mapped_folios(drawing);
	g_autoptr(GArray) runs = draw_fold(drawing, folios, mapped_folio_alike);
	g_autoptr(GString) html = g_string_new(NULL);

	html_table(html, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"4\"");
	html_row(html);
	for (size_t i = 0; i < COLUMNS; i++)
		html_put(html, .text = headings[i], .bold = true, .fill = theme->head,
			 .align = 'l');
	html_row_end(html);
	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);
		g_autofree char *words = NULL;

		if (fold_is_item(run)) {
			folio_row(drawing, folios->pdata[run->first], html);
			continue;
		}
		words = fold_words(folios, run, "folio");
		html_row(html);
		html_put(html, .text = words, .italic = true, .align = 'l', .span = COLUMNS,
			 .color = theme->faint);
		html_row_end(html);
	}
	html_row(html);
	html_put(html, .text = folios->len ? "E: the page is PageAnonExclusive" : "no folio yet",
		 .italic = true, .align = 'l', .span = COLUMNS, .color = theme->faint);
	html_row_end(html);
	html_table_end(html);
	draw_table_node(graph, "folios", html->str, "all folios");
}
