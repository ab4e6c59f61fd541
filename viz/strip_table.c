/*
 * strip_table.c - the areas of one process as a table: what the strip shows, in words, and
 * between touching neighbours what keeps them apart.
 *
 * In the kernel:  /proc/PID/smaps; mm/vma.c can_vma_merge_after() for the verdicts.
 * Locks:          none.
 */
#include <string.h>

#include "model/rmap.h"
#include "viz/strip.h"

#define COLUMNS 9

static const char *const headings[COLUMNS] = {
	"area", "addresses", "size", "perms", "pgoff", "anon_vma", "pages", "flags", "name",
};

struct row {
	struct drawing *drawing;
	const struct strip *strip;
	GString *html;
	unsigned int columns;		/* without the last if nothing has a name */
};

static void heading(struct row *row)
{
	const struct theme *theme = row->drawing->theme;
	const struct process *process = row->strip->process;
	g_autofree char *title = g_strdup_printf("%s   mm#%u, %u areas", process->name,
						 process->mm->id, process->vmas->len);

	html_row(row->html);
	html_put(row->html, .text = title, .bold = true, .align = 'l', .span = row->columns);
	html_row_end(row->html);
	html_row(row->html);
	for (size_t i = 0; i < row->columns; i++)
		html_put(row->html, .text = headings[i], .fill = theme->head, .align = 'l',
			 .bold = true);
	html_row_end(row->html);
}

/* "anon_vma#2 (then 1)": the chain in order, if it has more than one. */
static void chain_words(const struct vm_area_struct *vma, GString *out)
{
	const struct anon_vma_chain *avc;
	bool first = true;

	if (vma->anon_vma)
		g_string_append_printf(out, "anon_vma#%u", vma->anon_vma->id);
	else
		g_string_append(out, list_empty(&vma->anon_vma_chain) ? "none" : "not yet");
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
		if (avc->anon_vma == vma->anon_vma)
			continue;
		g_string_append_printf(out, "%s#%u", first ? " (and by fork " : ", ",
				       avc->anon_vma->id);
		first = false;
	}
	g_string_append(out, first ? "" : ")");
}

/* "2 W, 1 R" or "none". */
static void pages_words(const struct vm_area_struct *vma, GString *out)
{
	unsigned long nr[128] = { 0 };
	const char *before = "";

	if (!pages_touched(vma->vm_mm, vma->vm_start, vma->vm_end, nr)) {
		g_string_append(out, "none");
		return;
	}
	for (const char *letter = PAGE_LETTERS; *letter; letter++) {
		unsigned long count = nr[(unsigned char)*letter];

		if (!count)
			continue;
		g_string_append_printf(out, "%s%lu %c", before, count, *letter);
		before = ", ";
	}
}

static void area(struct row *row, const struct vm_area_struct *vma)
{
	struct drawing *drawing = row->drawing;
	const struct theme *theme = drawing->theme;
	GString *text[COLUMNS];
	g_autofree char *tip = draw_tip(KIND_VMA, vma);
	const char *name = draw_vma_name(vma);
	char prot[5];

	for (size_t i = 0; i < COLUMNS; i++)
		text[i] = g_string_new(NULL);
	g_string_printf(text[0], "vma#%u", vma->id);
	draw_range(drawing, vma->vm_mm, vma->vm_start, vma->vm_end, text[1]);
	draw_size(vma_pages(vma), text[2]);
	vm_flags_prot(vma->vm_flags, prot);
	g_string_append(text[3], prot);
	draw_pgoff(drawing, vma->vm_mm, !vma->vm_file, vma->vm_pgoff, text[4]);
	chain_words(vma, text[5]);
	pages_words(vma, text[6]);
	vm_flags_letters(vma->vm_flags, text[7], " ");
	g_string_append(text[8], name);
	html_row(row->html);
	for (size_t i = 0; i < row->columns; i++) {
		html_put(row->html, .text = text[i]->str, .align = 'l', .mono = i == 3,
			 .tip = i == 0 ? tip : NULL, .border = 1, .sides = "B", .edge = theme->head,
			 .fill = i == 5 && vma->anon_vma ? theme_tint(theme, vma->anon_vma->id)
							 : NULL);
	}
	html_row_end(row->html);
	for (size_t i = 0; i < COLUMNS; i++)
		g_string_free(text[i], TRUE);
}

/* What a folded run hides: how often each verdict stands inside it. */
static void folded(struct row *row, const struct fold_run *run)
{
	const GPtrArray *vmas = row->strip->process->vmas;
	g_autofree char *words = fold_words(vmas, run, "vma");
	g_autoptr(GString) text = g_string_new(words);
	unsigned int nr[NR_MERGE_VERDICTS] = { 0 };
	const char *before = ";  between neighbours: ";

	for (guint i = run->first; i + 1 < run->first + run->count; i++)
		nr[vma_can_merge(vmas->pdata[i], vmas->pdata[i + 1], NULL, 0, NULL)]++;
	for (unsigned int i = 0; i < NR_MERGE_VERDICTS; i++) {
		if (!nr[i])
			continue;
		g_string_append_printf(text, "%s%u %s", before, nr[i], merge_verdict_word(i));
		before = ", ";
	}
	html_row(row->html);
	html_put(row->html, .text = "…", .align = 'l');
	html_put(row->html, .text = text->str, .italic = true, .align = 'l',
		 .span = row->columns - 1, .color = row->drawing->theme->faint);
	html_row_end(row->html);
}

/* What each side has, if it is the condition that fails; of flags only the difference. */
static void reasons(const struct vm_area_struct *left, const struct vm_area_struct *right,
		    const struct merge_condition *condition, GString *out)
{
	vm_flags_t extra = left->vm_flags & ~right->vm_flags;
	vm_flags_t missing = right->vm_flags & ~left->vm_flags;

	if (condition->verdict != MERGE_FLAGS) {
		g_string_append_printf(out, " (above %s, below %s)", condition->left,
				       condition->right);
		return;
	}
	g_string_append(out, " (");
	if (extra) {
		g_string_append(out, "only above: ");
		vm_flags_letters(extra, out, " ");
	}
	g_string_append(out, extra && missing ? "; " : "");
	if (missing) {
		g_string_append(out, "only below: ");
		vm_flags_letters(missing, out, " ");
	}
	g_string_append_c(out, ')');
}

/* "flags: vm_flags differ (only below: ac)" between two that touch. */
static void verdict(struct row *row, const struct vm_area_struct *left,
		    const struct vm_area_struct *right)
{
	const struct theme *theme = row->drawing->theme;
	struct merge_condition conditions[NR_MERGE_VERDICTS];
	g_autoptr(GString) text = g_string_new(NULL);
	enum merge_verdict why;
	size_t nr = 0;

	why = vma_can_merge(left, right, conditions, G_N_ELEMENTS(conditions), &nr);
	if (why == MERGE_OK)
		g_string_append(text, "ok: if something asks, they merge");
	else
		g_string_append_printf(text, "%s: %s", merge_verdict_word(why),
				       merge_verdict_words(why));
	for (size_t i = 0; i < nr && why != MERGE_OK; i++)
		if (conditions[i].verdict == why && !conditions[i].holds)
			reasons(left, right, &conditions[i], text);
	html_row(row->html);
	html_put(row->html, .text = why == MERGE_OK ? "=" : "≠", .align = 'l',
		 .color = why == MERGE_OK ? theme->good : theme->alert);
	html_put(row->html, .text = text->str, .size = THEME_SMALL, .align = 'l',
		 .span = row->columns - 1, .color = why == MERGE_OK ? theme->good : theme->alert);
	html_row_end(row->html);
}

void strip_table_html(struct drawing *drawing, const struct strip *strip, GString *html)
{
	struct row row = { .drawing = drawing, .strip = strip, .html = html,
			   .columns = COLUMNS - 1 };

	for (guint i = 0; i < strip->process->vmas->len; i++)
		if (*draw_vma_name(strip->process->vmas->pdata[i]))
			row.columns = COLUMNS;
	html_table(html, "BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\"");
	heading(&row);
	for (guint i = 0; i < strip->runs->len; i++) {
		const struct fold_run *run = &g_array_index(strip->runs, struct fold_run, i);
		const struct fold_run *next = strip_neighbour(strip, i);

		if (fold_is_item(run))
			area(&row, strip_first(strip, run));
		else
			folded(&row, run);
		if (next)
			verdict(&row, strip_last(strip, run), strip_first(strip, next));
	}
	html_table_end(html);
}
