/*
 * ruler.c - the page ruler as text.
 *
 * Locks: none.
 */
#include <string.h>

#include "model/rmap.h"
#include "model/vma.h"
#include "viz/draw_internal.h"
#include "viz/ruler.h"

#define LONGEST		60		/* pages in a row; of more only HEAD and TAIL */
#define HEAD		8
#define TAIL		4
#define MARK_ROWS	4
#define MARGIN		7		/* columns left of the first page */

struct ruler {
	const struct drawing *drawing;
	const struct process *process;
	GString *labels, *ticks, *pages;
	GString *marks[MARK_ROWS];
	GString *list;			/* a line for each area */
	GString *out;
};

/* Blanks up to @column. */
static void pad(GString *line, gsize column)
{
	while (line->len < column)
		g_string_append_c(line, ' ');
}

/* @text at @column if nothing is there yet and a blank stays before it. */
static bool place(GString *line, gsize column, const char *text)
{
	if (line->len && line->len + 1 > column)
		return false;
	pad(line, column);
	g_string_append(line, text);
	return true;
}

static bool in_window(const char *label)
{
	return label[0] == '@';
}

/* One page at @addr; @edge: a range starts there. */
static void add_page(struct ruler *ruler, unsigned long addr, char letter, bool edge)
{
	g_autoptr(GString) label = g_string_new(NULL);
	gsize column = ruler->pages->len;

	draw_address(ruler->drawing, ruler->process->mm, addr, label);
	if (in_window(label->str))
		edge = g_ascii_strtoull(label->str + 1, NULL, 10) % 5 == 0;
	if (edge && place(ruler->labels, column, label->str)) {
		pad(ruler->ticks, column);
		g_string_append_c(ruler->ticks, '|');
	}
	g_string_append_c(ruler->pages, letter);
}

/* [start, end): letter @index, small or capital, or blanks for a hole (@index < 0). */
static void add_range(struct ruler *ruler, unsigned long start, unsigned long end, int index)
{
	unsigned long nr = (end - start) >> PAGE_SHIFT;

	for (unsigned long i = 0; i < nr; i++) {
		unsigned long addr = start + (i << PAGE_SHIFT);
		char letter = ' ';

		if (nr > LONGEST && i == HEAD) {
			g_string_append_c(ruler->pages, '~');
			i = nr - TAIL - 1;
			continue;
		}
		if (index >= 0)
			letter = (char)((pages_touched(ruler->process->mm, addr, addr + PAGE_SIZE,
						       NULL) ? 'A' : 'a') + index % 26);
		add_page(ruler, addr, letter, i == 0);
	}
}

static void add_mark(struct ruler *ruler, enum merge_verdict verdict)
{
	g_autofree char *text = g_strdup_printf("^%s", merge_verdict_word(verdict));

	for (unsigned int row = 0; row < MARK_ROWS; row++)
		if (place(ruler->marks[row], ruler->pages->len, text))
			return;
}

static void list_area(struct ruler *ruler, const struct vm_area_struct *vma, int index)
{
	const struct mm_struct *mm = ruler->process->mm;
	GString *list = ruler->list;
	char prot[5];

	vm_flags_prot(vma->vm_flags, prot);
	g_string_append_printf(list, "   %c  vma#%u  ", 'a' + index % 26, vma->id);
	draw_range(ruler->drawing, mm, vma->vm_start, vma->vm_end, list);
	g_string_append_printf(list, "  %s  pgoff ", prot);
	draw_pgoff(ruler->drawing, mm, !vma->vm_file, vma->vm_pgoff, list);
	if (vma->anon_vma)
		g_string_append_printf(list, "  anon_vma#%u", vma->anon_vma->id);
	if (*draw_vma_name(vma))
		g_string_append_printf(list, "  %s", draw_vma_name(vma));
	g_string_append_c(list, '\n');
}

/* The runs of a process: areas by letter, folded ones as "<3 more>". */
static void add_runs(struct ruler *ruler, const GArray *runs)
{
	const GPtrArray *vmas = ruler->process->vmas;
	const struct vm_area_struct *before = NULL;

	for (guint i = 0; i < runs->len; i++) {
		const struct fold_run *run = &g_array_index(runs, struct fold_run, i);
		const struct vm_area_struct *vma = vmas->pdata[run->first];

		if (before && before->vm_end < vma->vm_start)
			add_range(ruler, before->vm_end, vma->vm_start, -1);
		else if (before)
			add_mark(ruler, vma_can_merge(before, vma, NULL, 0, NULL));
		if (fold_is_item(run)) {
			add_range(ruler, vma->vm_start, vma->vm_end, (int)i);
			list_area(ruler, vma, (int)i);
		} else {
			g_autofree char *words = fold_words(vmas, run, "vma");

			g_string_append_printf(ruler->pages, "<%u more>", run->count);
			g_string_append_printf(ruler->list, "   .. %s\n", words);
		}
		before = vmas->pdata[run->first + run->count - 1];
	}
}

static void add_line(GString *out, GString *line)
{
	if (!line->len)
		return;
	g_string_append(out, line->str);
	while (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	g_string_append_c(out, '\n');
}

static void draw_process(struct drawing *drawing, const struct process *process, GString *out)
{
	g_autoptr(GArray) runs = draw_fold(drawing, process->vmas, draw_vma_alike);
	g_autoptr(GString) labels = g_string_new("page");
	g_autoptr(GString) ticks = g_string_new(NULL);
	g_autoptr(GString) pages = g_string_new(process->name);
	g_autoptr(GString) list = g_string_new(NULL);
	struct ruler ruler = {
		.drawing = drawing, .process = process, .labels = labels, .ticks = ticks,
		.pages = pages, .list = list, .out = out,
	};

	if (pages->len > MARGIN - 1)
		g_string_append_c(pages, ' ');
	pad(pages, MARGIN);
	for (unsigned int row = 0; row < MARK_ROWS; row++)
		ruler.marks[row] = g_string_new(NULL);
	add_runs(&ruler, runs);
	add_line(out, labels);
	add_line(out, ticks);
	add_line(out, pages);
	for (unsigned int row = 0; row < MARK_ROWS; row++) {
		add_line(out, ruler.marks[row]);
		g_string_free(ruler.marks[row], TRUE);
	}
	add_line(out, list);
}

char *ruler_text(const struct machine *machine, const struct draw_options *options, char **error)
{
	struct machine *before = machine_enter((struct machine *)machine);
	g_autoptr(GString) out = g_string_new(NULL);
	struct drawing drawing;
	bool good = drawing_init(&drawing, machine, options, error);

	if (good) {
		if (drawing.options->title)
			g_string_append_printf(out, "%s\n\n", drawing.options->title);
		for (guint i = 0; i < drawing.processes->len; i++)
			draw_process(&drawing, drawing.processes->pdata[i], out);
		drawing_fini(&drawing);
	}
	machine_enter(before);
	return good ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
