/*
 * strip_html.c - a ruler of pages, and below it for each process: the verdicts on touching
 * neighbours, the areas, a letter for every page.
 *
 * All of it is one table whose columns are those of the axis, so that the processes stand
 * exactly below each other.
 *
 * Locks: none.
 */
#include <string.h>

#include "model/rmap.h"
#include "viz/strip.h"

#define VERDICT_ROWS	3
#define BAR_HEIGHT	34
#define TICK		5

struct painter {
	struct drawing *drawing;
	const struct theme *theme;
	const struct strips *strips;
	const struct strip *strip;
	GString *html;
	guint columns;
};

static const struct column *column(const struct painter *paint, guint i)
{
	return &g_array_index(paint->strips->columns, struct column, i);
}

static unsigned int width_of(const struct painter *paint, guint from, guint to)
{
	unsigned int width = 0;

	while (from < to)
		width += column(paint, from++)->width;
	return width;
}

/* Columns [from, to) without anything, in a row of that height. */
static void blank(struct painter *paint, guint from, guint to, unsigned int height)
{
	if (from < to)
		html_put(paint->html, .span = to - from, .height = height,
			 .width = width_of(paint, from, to));
}

/* What stands left of the axis, with room to it. */
static void side_label(struct painter *paint, const char *text, bool bold)
{
	g_autofree char *padded = text ? g_strdup_printf("%s   ", text) : NULL;

	html_put(paint->html, .text = padded, .align = 'r', .bold = bold,
		 .size = bold ? 0 : THEME_SMALL, .color = bold ? NULL : paint->theme->faint);
}

/* ---- the ruler ---- */

/* Is an address written at column @i? */
static bool has_label(const struct painter *paint, guint i, GString *label)
{
	const struct column *at = column(paint, i);
	const struct process *process = paint->drawing->processes->pdata[0];

	g_string_truncate(label, 0);
	draw_address(paint->drawing, process->mm, at->start, label);
	if (label->str[0] == '@' && at->page)
		return g_ascii_strtoull(label->str + 1, NULL, 10) % 5 == 0;
	return at->first;
}

/* Where the label that starts at column @i ends. */
static guint label_end(const struct painter *paint, guint i, const char *label)
{
	unsigned int need = theme_width(label, THEME_SMALL), width = 0;
	guint end = i;

	while (end < paint->columns && width < need)
		width += column(paint, end++)->width;
	return width >= need ? end : 0;
}

static void ruler_rows(struct painter *paint)
{
	g_autoptr(GString) label = g_string_new(NULL);
	g_autoptr(GString) ticks = g_string_new(NULL);
	GString *html = paint->html;
	guint at = 0;

	html_row(html);
	side_label(paint, "page", false);
	for (guint i = 0; i < paint->columns; i++) {
		guint end = has_label(paint, i, label) && i >= at ? label_end(paint, i, label->str)
								  : 0;
		if (!end)
			continue;
		blank(paint, at, i, 13);
		html_put(html, .text = label->str, .span = end - i, .height = 13,
			 .width = width_of(paint, i, end), .size = THEME_SMALL, .align = 'l',
			 .color = paint->theme->faint);
		paint->html = ticks;
		blank(paint, at, i, TICK);
		html_put(ticks, .span = end - i, .width = width_of(paint, i, end), .height = TICK,
			 .border = 1, .sides = "L", .edge = paint->theme->line);
		paint->html = html;
		at = end;
	}
	blank(paint, at, paint->columns, 13);
	html_row_end(html);
	html_row(html);
	side_label(paint, NULL, false);
	g_string_append_len(html, ticks->str, (gssize)ticks->len);
	blank(paint, at, paint->columns, TICK);
	html_row_end(html);
}

/* ---- verdicts ---- */

struct verdict {
	enum merge_verdict verdict;
	guint at;			/* the column right of the edge */
	guint from, to;			/* columns of the word */
	char align;			/* towards the edge, 'l' or 'r', or 0 */
	unsigned int row;		/* 0 is the lowest; VERDICT_ROWS: no room */
};

/* Columns from the edge to one side, as many as the word needs if there are. */
static guint reach_left(const struct painter *paint, guint at, unsigned int need)
{
	guint from = at;

	while (from > 0 && width_of(paint, from, at) < need)
		from--;
	return from;
}

static guint reach_right(const struct painter *paint, guint at, unsigned int need)
{
	guint to = at;

	while (to < paint->columns && width_of(paint, at, to) < need)
		to++;
	return to;
}

/* The word over its edge; where columns are too unequal for that, on one side of it. */
static void place_word(const struct painter *paint, struct verdict *verdict)
{
	unsigned int need = theme_width(merge_verdict_word(verdict->verdict), THEME_SMALL) + 4;
	unsigned int left, right;

	verdict->from = reach_left(paint, verdict->at, need / 2);
	verdict->to = reach_right(paint, verdict->at, need / 2);
	left = width_of(paint, verdict->from, verdict->at);
	right = width_of(paint, verdict->at, verdict->to);
	verdict->align = 0;
	if (left >= need / 2 && right >= need / 2 && MAX(left, right) - MIN(left, right) < 12)
		return;
	if (right < need)
		verdict->to = reach_right(paint, verdict->at, need);
	if (width_of(paint, verdict->at, verdict->to) >= need) {
		verdict->from = verdict->at;
		verdict->align = 'l';
	} else {
		verdict->from = reach_left(paint, verdict->at, need);
		verdict->to = verdict->at;
		verdict->align = 'r';
	}
}

static GArray *find_verdicts(const struct painter *paint)
{
	GArray *verdicts = g_array_new(FALSE, FALSE, sizeof(struct verdict));
	const struct strip *strip = paint->strip;
	guint used[VERDICT_ROWS] = { 0 };

	for (guint i = 0; i < strip->runs->len; i++) {
		const struct fold_run *run = &g_array_index(strip->runs, struct fold_run, i);
		const struct fold_run *next = strip_neighbour(strip, i);
		struct verdict verdict = { .row = 0 };

		if (!next)
			continue;
		verdict.verdict = vma_can_merge(strip_last(strip, run), strip_first(strip, next),
						NULL, 0, NULL);
		verdict.at = strips_column(paint->strips, strip_first(strip, next)->vm_start);
		place_word(paint, &verdict);
		while (verdict.row < VERDICT_ROWS && used[verdict.row] > verdict.from)
			verdict.row++;
		for (unsigned int row = 0; row < verdict.row && row < VERDICT_ROWS; row++)
			if (used[row] > verdict.at)
				verdict.row = VERDICT_ROWS;	/* its line would cross a word */
		for (unsigned int row = 0; row <= verdict.row && verdict.row < VERDICT_ROWS; row++)
			used[row] = row == verdict.row ? verdict.to :
							 MAX(used[row], verdict.at + 1);
		g_array_append_val(verdicts, verdict);
	}
	return verdicts;
}

static const char *verdict_color(const struct painter *paint, enum merge_verdict verdict)
{
	return verdict == MERGE_OK ? paint->theme->good : paint->theme->alert;
}

/* One row: words that stand in it, lines of the words above. */
static void verdict_row(struct painter *paint, const GArray *verdicts, unsigned int row)
{
	guint at = 0;

	html_row(paint->html);
	side_label(paint, NULL, false);
	for (guint i = 0; i < verdicts->len; i++) {
		const struct verdict *verdict = &g_array_index(verdicts, struct verdict, i);
		const char *color = verdict_color(paint, verdict->verdict);
		g_autofree char *padded = g_strconcat(" ", merge_verdict_word(verdict->verdict),
						      " ", NULL);

		if (verdict->row < row || verdict->row >= VERDICT_ROWS)
			continue;
		if (verdict->row == row) {
			blank(paint, at, verdict->from, 12);
			html_put(paint->html, .text = padded, .color = color, .size = THEME_SMALL,
				 .align = verdict->align,
				 .span = verdict->to - verdict->from, .height = 12,
				 .width = width_of(paint, verdict->from, verdict->to),
				 .tip = merge_verdict_words(verdict->verdict));
			at = verdict->to;
		} else {
			blank(paint, at, verdict->at, 12);
			html_put(paint->html, .border = 1, .sides = "L", .edge = color,
				 .width = column(paint, verdict->at)->width, .height = 12);
			at = verdict->at + 1;
		}
	}
	blank(paint, at, paint->columns, 12);
	html_row_end(paint->html);
}

/* Short lines from the words down to the edges; where there was no room, only these. */
static void stem_row(struct painter *paint, const GArray *verdicts)
{
	guint at = 0;

	html_row(paint->html);
	side_label(paint, NULL, false);
	for (guint i = 0; i < verdicts->len; i++) {
		const struct verdict *verdict = &g_array_index(verdicts, struct verdict, i);

		blank(paint, at, verdict->at, TICK);
		html_put(paint->html, .border = 1, .sides = "L", .height = TICK,
			 .edge = verdict_color(paint, verdict->verdict),
			 .width = column(paint, verdict->at)->width);
		at = verdict->at + 1;
	}
	blank(paint, at, paint->columns, TICK);
	html_row_end(paint->html);
}

static unsigned int verdict_rows(const GArray *verdicts)
{
	unsigned int rows = 0;

	for (guint i = 0; i < verdicts->len; i++) {
		unsigned int row = g_array_index(verdicts, struct verdict, i).row;

		if (row < VERDICT_ROWS)
			rows = MAX(rows, row + 1);
	}
	return rows;
}

/* ---- areas ---- */

/* The most that fits into @width of what is to be said of @vma; g_free(). */
static char *area_label(const struct vm_area_struct *vma, unsigned int width)
{
	const char *name = draw_vma_name(vma);
	const char *slash = strrchr(name, '/');
	g_autofree char *below = vma->anon_vma ? g_strdup_printf("anon_vma#%u", vma->anon_vma->id) :
				 *name ? g_strdup(slash && slash[1] ? slash + 1 : name) :
				 g_strdup("no anon_vma");
	char prot[5];
	char *texts[4];

	vm_flags_prot(vma->vm_flags, prot);
	texts[0] = g_strdup_printf("vma#%u %s\n%s", vma->id, prot, below);
	texts[1] = g_strdup_printf("vma#%u\n%s", vma->id, prot);
	texts[2] = g_strdup_printf("#%u\n%.3s", vma->id, prot);
	texts[3] = g_strdup_printf("%u", vma->id);
	for (int i = 0; i < 4; i++) {
		g_auto(GStrv) lines = g_strsplit(texts[i], "\n", 2);
		unsigned int need = theme_width(lines[0], THEME_SMALL);

		need = MAX(need, lines[1] ? theme_width(lines[1], THEME_SMALL) : 0);
		if (need + 4 > width)
			g_clear_pointer(&texts[i], g_free);
	}
	for (int i = 0; i < 3; i++) {
		if (!texts[i])
			continue;
		for (int j = i + 1; j < 4; j++)
			g_free(texts[j]);
		return texts[i];
	}
	return texts[3] ? texts[3] : g_strdup("");
}

static void area_cell(struct painter *paint, const struct fold_run *run, guint from, guint to)
{
	const struct vm_area_struct *vma = strip_first(paint->strip, run);
	unsigned int width = width_of(paint, from, to);
	g_autofree char *label = fold_is_item(run) ? area_label(vma, width)
						   : g_strdup_printf("%u\nmore", run->count);
	g_autofree char *tip = fold_is_item(run) ? draw_tip(KIND_VMA, vma) :
			       fold_words(paint->strip->process->vmas, run, "vma");
	bool empty = !(vma->vm_flags & VM_ACCESS_FLAGS) && !vma->anon_vma;

	html_put(paint->html, .text = label, .span = to - from, .width = width, .tip = tip,
		 .height = BAR_HEIGHT, .border = 1, .size = THEME_SMALL,
		 .edge = paint->theme->text,
		 .style = fold_is_item(run) ? NULL : "dashed",
		 .color = empty ? paint->theme->faint : NULL,
		 .fill = theme_tint(paint->theme, fold_is_item(run) && vma->anon_vma ?
				    vma->anon_vma->id : 0));
}

/* Nothing is mapped in columns [from, to): how much, where it is cut short. */
static void hole(struct painter *paint, guint from, guint to)
{
	g_autoptr(GString) size = g_string_new(NULL);
	bool cut = false;

	for (guint i = from; i < to; i++)
		cut |= !column(paint, i)->page;
	if (from >= to || !cut || !from) {
		blank(paint, from, to, BAR_HEIGHT);
		return;
	}
	draw_size((column(paint, to - 1)->end - column(paint, from)->start) >> PAGE_SHIFT, size);
	g_string_prepend(size, "… ");
	g_string_append(size, " …");
	html_put(paint->html, .span = to - from, .height = BAR_HEIGHT,
		 .width = width_of(paint, from, to), .size = THEME_SMALL,
		 .color = paint->theme->faint, .text =
		 theme_width(size->str, THEME_SMALL) <= width_of(paint, from, to) + 8 ? size->str
										   : NULL);
}

static void area_row(struct painter *paint)
{
	const struct strip *strip = paint->strip;
	guint at = 0;

	html_row(paint->html);
	side_label(paint, strip->process->name, true);
	for (guint i = 0; i < strip->runs->len; i++) {
		const struct fold_run *run = &g_array_index(strip->runs, struct fold_run, i);
		guint from = strips_column(paint->strips, strip_first(strip, run)->vm_start);
		guint to = strips_column(paint->strips, strip_last(strip, run)->vm_end);

		hole(paint, at, from);
		area_cell(paint, run, from, to);
		at = to;
	}
	blank(paint, at, paint->columns, BAR_HEIGHT);
	html_row_end(paint->html);
}

/* ---- pages ---- */

/* The letter most pages of a column have, and how many; '.' if none has an entry. */
static char column_letter(const struct painter *paint, guint i, unsigned long *count)
{
	const struct column *at = column(paint, i);
	unsigned long nr[128] = { 0 };
	char most = '.';

	*count = 0;
	pages_touched(paint->strip->process->mm, at->start, at->end, nr);
	for (const char *letter = PAGE_LETTERS; *letter; letter++) {
		if (nr[(unsigned char)*letter] <= *count)
			continue;
		most = *letter;
		*count = nr[(unsigned char)most];
	}
	return most;
}

static void page_cell(struct painter *paint, guint i, char letter, unsigned long count)
{
	const struct column *at = column(paint, i);
	g_autofree char *text = at->page ? g_strdup_printf("%c", letter)
					 : g_strdup_printf("%lu %c", count, letter);
	unsigned int room = at->page ? 10 : theme_width(text, THEME_SMALL) + 2;

	html_put(paint->html, .text = at->width >= room ? text : NULL,
		 .fill = page_letter_fill(paint->theme, letter), .size = THEME_SMALL,
		 .width = at->width, .height = 13,
		 .border = 1, .sides = "LRB", .edge = paint->theme->line,
		 .tip = page_letter_words(letter));
}

static void page_row(struct painter *paint)
{
	guint at = 0;

	html_row(paint->html);
	side_label(paint, NULL, false);
	for (guint i = 0; i < paint->columns; i++) {
		unsigned long count;
		char letter = column_letter(paint, i, &count);

		if (letter == '.')
			continue;
		blank(paint, at, i, 13);
		page_cell(paint, i, letter, count);
		at = i + 1;
	}
	blank(paint, at, paint->columns, 13);
	html_row_end(paint->html);
}

static void strip_rows(struct painter *paint)
{
	g_autoptr(GArray) verdicts = find_verdicts(paint);
	unsigned int rows = verdict_rows(verdicts);

	html_row(paint->html);
	side_label(paint, NULL, false);
	blank(paint, 0, paint->columns, 8);
	html_row_end(paint->html);
	while (rows--)
		verdict_row(paint, verdicts, rows);
	stem_row(paint, verdicts);
	area_row(paint);
	page_row(paint);
}

/* A row of cells as wide as the columns, so that all others follow. */
static void width_row(struct painter *paint)
{
	html_row(paint->html);
	side_label(paint, NULL, false);
	for (guint i = 0; i < paint->columns; i++)
		html_put(paint->html, .width = column(paint, i)->width, .height = 1);
	html_row_end(paint->html);
}

void strips_html(struct drawing *drawing, const struct strips *strips, GString *html)
{
	struct painter paint = {
		.drawing = drawing, .theme = drawing->theme, .strips = strips, .html = html,
		.columns = strips->columns->len,
	};

	html_table(html, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\"");
	width_row(&paint);
	ruler_rows(&paint);
	for (guint i = 0; i < strips->list->len; i++) {
		paint.strip = strips->list->pdata[i];
		strip_rows(&paint);
	}
	html_table_end(html);
}
