/*
 * draw_pgtable.c - the four levels of page tables as a tree, with the folios at its leaves.
 *
 * A table shows the words that are not none; neighbours of the same kind are one row.
 *
 * In the kernel:  Documentation/mm/page_tables.rst, mm/ptdump.c.
 * Locks:          none.
 */
#include "model/huge.h"
#include "model/pgtable.h"
#include "viz/draw_internal.h"

#define MAX_ROWS	24		/* of one table */

/* Words [first, last] of a table that are of one kind. */
struct run {
	unsigned int first, last;
	pte_t pte;			/* of the first */
	const struct pgtable *child;	/* the table it links, if it does */
	const struct folio *folio, *last_folio;	/* of the first and last word, or NULL */
	unsigned int nr_folios;
};

struct table_view {
	struct drawing *drawing;
	struct graph *graph;
	const struct process *process;
	GString *html;
};

static const char *const level_names[NR_LEVELS] = { "PTE", "PMD", "PUD", "PGD" };

static const struct folio *folio_of(pte_t pte)
{
	const struct page *page;

	if (!pte_present(pte))
		return NULL;
	page = pfn_to_page(pte_pfn(pte));
	return !page || page == mach->zero_page || is_huge_zero_folio(page->folio) ? NULL :
	       page->folio;
}

/* The bits a row shows: two words with the same may stand in one. */
static pte_t visible(pte_t pte)
{
	if (pte_present(pte))
		return pte & (_PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED | _PAGE_PSE |
			      _PAGE_PROTNONE | _PAGE_UFFD_WP);
	if (is_pte_marker(pte))
		return pte;
	return pte & ~(SWP_OFFSET_MASK << SWP_OFFSET_SHIFT);
}

static bool joins(const struct run *run, pte_t pte, const struct pgtable *child)
{
	const struct folio *folio = folio_of(pte);

	if (run->child || child || page_letter(run->pte) != page_letter(pte) ||
	    visible(run->pte) != visible(pte) || !run->folio != !folio)
		return false;
	return !folio || folio == run->last_folio ||
	       (folio->order == run->last_folio->order &&
		folio->id == run->last_folio->id + 1);
}

static GArray *table_runs(const struct pgtable *table)
{
	GArray *runs = g_array_new(FALSE, TRUE, sizeof(struct run));

	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++) {
		pte_t pte = table->entry[i];
		const struct pgtable *child = table->child ? table->child[i] : NULL;
		const struct folio *folio = child ? NULL : folio_of(pte);
		struct run *last = runs->len ? &g_array_index(runs, struct run, runs->len - 1)
					     : NULL;
		struct run run = {
			.first = i, .last = i, .pte = pte, .child = child, .folio = folio,
			.last_folio = folio, .nr_folios = folio ? 1 : 0,
		};

		if (pte_none(pte) && !child)
			continue;
		if (last && last->last == i - 1 && joins(last, pte, child)) {
			last->last = i;
			last->nr_folios += folio && folio != last->last_folio;
			last->last_folio = folio;
			continue;
		}
		g_array_append_val(runs, run);
	}
	return runs;
}

/* "W dirty young" */
static void run_bits(const struct run *run, GString *out)
{
	pte_t pte = run->pte;
	char letter = page_letter(pte);

	if (run->child)
		return;
	g_string_append_printf(out, "%s%s", pte_leaf(pte) ? "huge " : "",
			       page_letter_words(letter));
	if (!pte_present(pte))
		return;
	g_string_append_printf(out, "%s%s%s%s", pte_dirty(pte) ? " dirty" : "",
			       pte_young(pte) ? " young" : "",
			       pte_protnone(pte) ? " no-access" : "",
			       pte & _PAGE_UFFD_WP ? " uffd-wp" : "");
}

static void run_row(struct table_view *view, const struct pgtable *table, unsigned long base,
		    const struct run *run)
{
	const struct theme *theme = view->drawing->theme;
	unsigned long step = PAGE_SIZE << (9 * table->level);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *port = g_strdup_printf("s%u", run->first);
	unsigned int nr = run->last - run->first + 1;

	if (nr > 1)
		g_string_printf(text, "[%u..%u]", run->first, run->last);
	else
		g_string_printf(text, "[%u]", run->first);
	html_row(view->html);
	html_put(view->html, .text = text->str, .align = 'r');
	g_string_truncate(text, 0);
	draw_address(view->drawing, view->process->mm, base + run->first * step, text);
	html_put(view->html, .text = text->str, .align = 'l');
	if (run->child)
		g_string_printf(text, "%u used", run->child->nr);
	else
		g_string_printf(text, "%u page%s", nr << (9 * table->level),
				nr << (9 * table->level) == 1 ? "" : "s");
	html_put(view->html, .text = text->str, .align = 'r');
	g_string_truncate(text, 0);
	run_bits(run, text);
	html_put(view->html, .text = text->str, .align = 'l', .port = port,
		 .fill = run->child ? NULL : page_letter_fill(theme, page_letter(run->pte)));
	html_row_end(view->html);
}

static void skipped_row(struct table_view *view, unsigned int nr)
{
	g_autofree char *words = g_strdup_printf("… %u more rows …", nr);

	view->drawing->nr_folded += nr;
	html_row(view->html);
	html_put(view->html, .text = words, .italic = true, .span = 4,
		 .color = view->drawing->theme->faint);
	html_row_end(view->html);
}

static bool is_shown(const GArray *runs, guint i)
{
	return runs->len <= MAX_ROWS || i < MAX_ROWS - 4 || i >= runs->len - 4;
}

/* The node of the folios that @run maps; equal sets share one. */
static void folio_node(struct table_view *view, struct graph_node *from, const struct run *run)
{
	const struct theme *theme = view->drawing->theme;
	const struct folio *folio = run->folio;
	g_autofree char *port = g_strdup_printf("s%u:e", run->first);
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) words = g_string_new(NULL);
	g_autofree char *tip = draw_tip(KIND_FOLIO, folio);
	struct graph_node *node;

	g_string_printf(name, "folio#%u", folio->id);
	if (run->nr_folios > 1)
		g_string_append_printf(name, "..#%u", run->last_folio->id);
	g_string_assign(words, run->nr_folios > 1 ? "each " : "");
	g_string_append_printf(words, "order %u, mapped %d×", folio->order, folio_mapcount(folio));
	g_string_truncate(view->html, 0);
	html_table(view->html, "BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
			       "CELLPADDING=\"3\"");
	html_row(view->html);
	html_put(view->html, .text = name->str, .bold = true, .edge = theme->line,
		 .fill = theme->box, .sides = "LTR");
	html_row_end(view->html);
	html_row(view->html);
	html_put(view->html, .text = words->str, .edge = theme->line, .size = THEME_SMALL,
		 .fill = theme->box, .sides = "LBR");
	html_row_end(view->html);
	html_table_end(view->html);
	g_string_append(name, " by page tables");
	node = draw_table_node(view->graph, name->str, view->html->str, tip);
	graph_edge(view->graph, from, port, node, "w");
}

static struct graph_node *table_node(struct table_view *view, const struct pgtable *table,
				     unsigned long base);

static void links(struct table_view *view, struct graph_node *node, const struct pgtable *table,
		  unsigned long base, const GArray *runs)
{
	unsigned long step = PAGE_SIZE << (9 * table->level);

	for (guint i = 0; i < runs->len; i++) {
		const struct run *run = &g_array_index(runs, struct run, i);
		g_autofree char *port = g_strdup_printf("s%u:e", run->first);

		if (!is_shown(runs, i))
			continue;
		if (run->child)
			graph_edge(view->graph, node, port,
				   table_node(view, run->child, base + run->first * step),
				   "head:w");
		else if (run->folio)
			folio_node(view, node, run);
	}
}

static struct graph_node *table_node(struct table_view *view, const struct pgtable *table,
				     unsigned long base)
{
	const struct theme *theme = view->drawing->theme;
	g_autoptr(GArray) runs = table_runs(table);
	g_autoptr(GString) title = g_string_new(NULL);
	g_autofree char *name = g_strdup_printf("pgtable#%u", table->id);
	g_autofree char *tip = draw_tip(KIND_PGTABLE, table);
	g_autofree char *attributes = g_strdup_printf("BORDER=\"1\" CELLBORDER=\"0\" "
						      "CELLSPACING=\"0\" CELLPADDING=\"3\" "
						      "COLOR=\"%s\"", theme->line);
	struct graph_node *node;

	if (table->level == LEVEL_PGD)
		g_string_printf(title, "%s   ", view->process->name);
	g_string_append_printf(title, "%s table   %s", level_names[table->level], name);
	g_string_truncate(view->html, 0);
	html_table(view->html, attributes);
	html_row(view->html);
	html_put(view->html, .text = title->str, .bold = true, .fill = theme->head, .span = 4,
		 .port = "head", .align = 'l');
	html_row_end(view->html);
	for (guint i = 0; i < runs->len; i++) {
		if (is_shown(runs, i))
			run_row(view, table, base, &g_array_index(runs, struct run, i));
		else if (is_shown(runs, i - 1))
			skipped_row(view, runs->len - MAX_ROWS);
	}
	if (!runs->len) {
		html_row(view->html);
		html_put(view->html, .text = "empty", .color = theme->faint, .span = 4);
		html_row_end(view->html);
	}
	html_table_end(view->html);
	node = draw_table_node(view->graph, name, view->html->str, tip);
	links(view, node, table, base, runs);
	return node;
}

void draw_pgtable(struct drawing *drawing, struct graph *graph)
{
	g_autoptr(GString) html = g_string_new(NULL);

	for (guint i = drawing->processes->len; i-- > 0; ) {
		struct table_view view = {
			.drawing = drawing, .graph = graph, .html = html,
			.process = drawing->processes->pdata[i],
		};
		const struct process *before = i ? drawing->processes->pdata[i - 1] : NULL;
		g_autofree char *upper = before ? g_strdup_printf("pgtable#%u",
								  before->mm->pgd->id) : NULL;
		g_autofree char *lower = g_strdup_printf("pgtable#%u", view.process->mm->pgd->id);

		table_node(&view, view.process->mm->pgd, 0);
		if (upper)
			draw_below(drawing, graph, upper, lower);
	}
}
