/*
 * draw_rmap.c - the reverse mapping as a matrix: a row for each folio, a column for each
 * address that maps one; with many addresses, a column for each process.
 *
 * E: the page is PageAnonExclusive; W: the entry is writable; H: it is a PMD entry.  "lost"
 * is an entry that a walk from the folio does not find.
 *
 * In the kernel:  mm/rmap.c rmap_walk().
 * Locks:          none.
 */
#include "viz/mappings.h"

#define MAX_ADDRESS_COLUMNS	16
#define MAX_IN_CELL		4

/* A column: one address of a process, or (end 0) all of them. */
struct place {
	guint process;
	unsigned long start, end;
};

struct matrix {
	struct drawing *drawing;
	GPtrArray *folios;		/* struct mapped_folio *: only those that are mapped */
	GArray *places;			/* struct place */
	GString *html;
};

static int compare_places(gconstpointer a, gconstpointer b)
{
	const struct place *left = a, *right = b;

	if (left->process != right->process)
		return left->process < right->process ? -1 : 1;
	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->end < right->end ? -1 : left->end > right->end;
}

/* Every address range that a shown folio is mapped at, each once. */
static void find_places(struct matrix *matrix, const GArray *runs)
{
	guint kept = 0;

	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);
		const struct mapped_folio *mapped = matrix->folios->pdata[run->first];

		for (guint j = 0; fold_is_item(run) && j < mapped->mappings->len; j++) {
			const struct mapping *at = &g_array_index(mapped->mappings,
								  struct mapping, j);
			struct place place = { at->process, at->start, at->end };

			g_array_append_val(matrix->places, place);
		}
	}
	g_array_sort(matrix->places, compare_places);
	for (guint i = 0; i < matrix->places->len; i++) {
		struct place *place = &g_array_index(matrix->places, struct place, i);

		if (!kept || compare_places(&g_array_index(matrix->places, struct place,
							   kept - 1), place))
			g_array_index(matrix->places, struct place, kept++) = *place;
	}
	g_array_set_size(matrix->places, kept);
	if (kept <= MAX_ADDRESS_COLUMNS)
		return;
	g_array_set_size(matrix->places, 0);
	for (guint i = 0; i < matrix->drawing->processes->len; i++) {
		struct place place = { .process = i };

		g_array_append_val(matrix->places, place);
	}
}

static struct mm_struct *mm_of(const struct matrix *matrix, guint process)
{
	return ((struct process *)matrix->drawing->processes->pdata[process])->mm;
}

static void add_marks(const struct mapping *mapping, GString *out)
{
	g_string_append_printf(out, "%s%s%s%s", mapping->exclusive ? " E" : "",
			       mapping->write ? " W" : "", mapping->huge ? " H" : "",
			       mapping->lost ? " lost" : "");
	if (!mapping->exclusive && !mapping->write && !mapping->huge && !mapping->lost)
		g_string_append(out, " ●");
}

static void add_place(const struct matrix *matrix, const struct mapping *mapping, GString *out)
{
	const struct mm_struct *mm = mm_of(matrix, mapping->process);

	if (mapping->end - mapping->start == PAGE_SIZE)
		draw_address(matrix->drawing, mm, mapping->start, out);
	else
		draw_range(matrix->drawing, mm, mapping->start, mapping->end, out);
}

/* What stands where row and column meet. */
static void matrix_cell(struct matrix *matrix, const struct mapped_folio *mapped,
			const struct place *place)
{
	const struct theme *theme = matrix->drawing->theme;
	g_autoptr(GString) text = g_string_new(NULL);
	bool exclusive = false, lost = false;
	unsigned int nr = 0;

	for (guint i = 0; i < mapped->mappings->len; i++) {
		const struct mapping *mapping = &g_array_index(mapped->mappings,
							       struct mapping, i);

		if (mapping->process != place->process ||
		    (place->end && (mapping->start != place->start ||
				    mapping->end != place->end)))
			continue;
		exclusive |= mapping->exclusive;
		lost |= mapping->lost;
		if (++nr > MAX_IN_CELL)
			continue;
		if (!place->end) {
			g_string_append(text, nr > 1 ? ", " : "");
			add_place(matrix, mapping, text);
		}
		add_marks(mapping, text);
	}
	if (nr > MAX_IN_CELL)
		g_string_append_printf(text, " and %u more", nr - MAX_IN_CELL);
	html_put(matrix->html, .text = g_strstrip(text->str), .border = 1,
		 .edge = theme->head, .color = lost ? theme->alert : NULL,
		 .fill = !nr ? NULL : lost ? theme->tint[3] : exclusive ? theme->head : theme->box);
}

/* ---- rows ---- */

#define FIXED_COLUMNS 5

static void head_cell(struct matrix *matrix, const char *text, unsigned int span,
		      unsigned int rows)
{
	html_put(matrix->html, .text = text, .bold = rows != 0, .span = span, .rows = rows,
		 .fill = matrix->drawing->theme->head, .border = 1,
		 .edge = matrix->drawing->theme->background);
}

static void head_rows(struct matrix *matrix)
{
	static const char *const names[FIXED_COLUMNS] = {
		"folio", "belongs to", "index", "mapcount", "refcount",
	};
	g_autoptr(GString) text = g_string_new(NULL);
	guint i, span;

	html_row(matrix->html);
	for (i = 0; i < FIXED_COLUMNS; i++)
		head_cell(matrix, names[i], 1, 2);
	for (i = 0; i < matrix->places->len; i += span) {
		const struct place *place = &g_array_index(matrix->places, struct place, i);
		const struct process *process = matrix->drawing->processes->pdata[place->process];

		for (span = 1; i + span < matrix->places->len && place[span].process ==
		     place->process; )
			span++;
		head_cell(matrix, process->name, span, 1);
	}
	html_row_end(matrix->html);
	html_row(matrix->html);
	for (i = 0; i < matrix->places->len; i++) {
		const struct place *place = &g_array_index(matrix->places, struct place, i);
		struct mapping mapping = { .process = place->process, .start = place->start,
					   .end = place->end };

		g_string_assign(text, place->end ? "" : "mapped at");
		if (place->end)
			add_place(matrix, &mapping, text);
		head_cell(matrix, text->str, 1, 0);
	}
	html_row_end(matrix->html);
}

static void folio_row(struct matrix *matrix, const struct mapped_folio *mapped)
{
	const struct theme *theme = matrix->drawing->theme;
	const struct folio *folio = mapped->folio;
	const struct field *home = object_field(KIND_FOLIO, "anon_vma");
	g_autofree char *tip = draw_tip(KIND_FOLIO, folio);
	g_autoptr(GString) text = g_string_new(NULL);

	html_row(matrix->html);
	g_string_printf(text, "folio#%u", folio->id);
	if (folio->order)
		g_string_append_printf(text, " order %u", folio->order);
	html_put(matrix->html, .text = text->str, .align = 'l', .tip = tip);
	g_string_truncate(text, 0);
	folio_home(folio, text);
	html_put(matrix->html, .text = text->str, .align = 'l', .border = 1,
		 .edge = theme->background, .fill =
		 home && home->get(folio) ? theme_tint(theme, (unsigned int)home->get(folio)) :
		 NULL);
	g_string_truncate(text, 0);
	folio_index(matrix->drawing, folio, text);
	html_put(matrix->html, .text = text->str, .align = 'r');
	g_string_printf(text, "%d", folio_mapcount(folio));
	html_put(matrix->html, .text = text->str);
	g_string_printf(text, "%d", folio->refcount);
	html_put(matrix->html, .text = text->str);
	for (guint i = 0; i < matrix->places->len; i++)
		matrix_cell(matrix, mapped, &g_array_index(matrix->places, struct place, i));
	html_row_end(matrix->html);
}

static void words_row(struct matrix *matrix, const char *words)
{
	html_row(matrix->html);
	html_put(matrix->html, .text = words, .italic = true, .align = 'l',
		 .span = FIXED_COLUMNS + matrix->places->len,
		 .color = matrix->drawing->theme->faint);
	html_row_end(matrix->html);
}

static void matrix_html(struct matrix *matrix, const GArray *runs, guint unmapped)
{
	html_table(matrix->html, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" "
				 "CELLPADDING=\"4\"");
	if (matrix->folios->len)
		head_rows(matrix);
	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);
		g_autofree char *words = NULL;

		if (fold_is_item(run)) {
			folio_row(matrix, matrix->folios->pdata[run->first]);
			continue;
		}
		words = fold_words(matrix->folios, run, "folio");
		words_row(matrix, words);
	}
	if (unmapped) {
		g_autofree char *words = g_strdup_printf("and %u that nothing drawn here maps",
							 unmapped);
		words_row(matrix, words);
	}
	if (!matrix->folios->len)
		words_row(matrix, "no folio is mapped");
	html_table_end(matrix->html);
}

void draw_rmap(struct drawing *drawing, struct graph *graph)
{
	g_autoptr(GPtrArray) all = mapped_folios(drawing);
	g_autoptr(GPtrArray) folios = g_ptr_array_new();
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	g_autoptr(GString) html = g_string_new(NULL);
	g_autoptr(GArray) runs = NULL;
	struct matrix matrix = {
		.drawing = drawing, .folios = folios, .places = places, .html = html,
	};

	for (guint i = 0; i < all->len; i++) {
		struct mapped_folio *mapped = all->pdata[i];

		if (mapped->mappings->len)
			g_ptr_array_add(folios, mapped);
	}
	runs = draw_fold(drawing, folios, mapped_folio_alike);
	find_places(&matrix, runs);
	html_table(html, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"4\" CELLPADDING=\"0\"");
	html_row(html);
	g_string_append(html, "<TD ALIGN=\"LEFT\">");
	matrix_html(&matrix, runs, all->len - folios->len);
	g_string_append(html, "</TD>");
	html_row_end(html);
	html_row(html);
	html_put(html, .text = "E exclusive (PageAnonExclusive), W writable entry, H entry of a "
			       "PMD, ● neither;\nlost: a walk from the folio does not find it",
		 .align = 'l', .size = THEME_SMALL, .color = drawing->theme->faint);
	html_row_end(html);
	html_table_end(html);
	draw_table_node(graph, "reverse mapping", html->str, NULL);
}
