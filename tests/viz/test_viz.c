/*
 * Pictures of small machines: what has to be in the text, that it is the same twice, that
 * many areas are folded, that files come whole or not at all.
 */
#include "tests/test.h"

#include <glib/gstdio.h>

#include "model/file.h"
#include "model/sched.h"
#include "model/syscalls.h"
#include "tests/build.h"
#include "viz/draw.h"
#include "viz/fold.h"
#include "viz/graph.h"
#include "viz/html.h"
#include "viz/ruler.h"

#define BASE	0x7f0000000000UL

static struct machine *machine;

static unsigned long at(unsigned long page)
{
	return BASE + (page << PAGE_SHIFT);
}

static void map(unsigned long first, unsigned long end, unsigned long prot)
{
	assert_int_equal(sys_mmap(at(first), (end - first) << PAGE_SHIFT, prot,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), at(first));
}

static void store(unsigned long page)
{
	uint64_t value = page + 1;

	assert_int_equal(access_user(at(page), USER_STORE, &value), 0);
}

/* Areas [1,6) read-only and untouched, [6,11) read-only and touched at 6, window of 40 pages. */
static void begin(void)
{
	machine = build_machine(NULL);
	current->mm->window_start = at(0);
	current->mm->window_end = at(40);
	map(1, 11, PROT_READ | PROT_WRITE);
	assert_int_equal(sys_mprotect(at(1), 5 << PAGE_SHIFT, PROT_READ), 0);
	store(6);
	assert_int_equal(sys_mprotect(at(6), 5 << PAGE_SHIFT, PROT_READ), 0);
}

static struct task_struct *fork_child(const char *name)
{
	struct task_struct *child = NULL;

	assert_true(sys_clone(0, &child) > 0);
	g_strlcpy(child->name, name, sizeof(child->name));
	return child;
}

static void end(void)
{
	machine_destroy(machine);
}

static char *dot_of(enum view view, const struct draw_options *options)
{
	char *error = NULL;
	char *dot = draw_dot(machine, view, options, &error);

	assert_null(error);
	assert_non_null(dot);
	return dot;
}

static void expect_text(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%.3000s", part, text);
}

/* ---- one row, one thing that a view has to show ---- */

static const struct {
	enum view view;
	const char *part;
} parts[] = {
	{ VIEW_VMAS, ">@1..@6<" },
	{ VIEW_VMAS, "flags: vm_flags differ (only below: ac)" },
	{ VIEW_VMAS, "anon_vma#1" },
	{ VIEW_VMAS, ">1 R<" },
	{ VIEW_VMAS, "mm#1, 2 areas" },
	{ VIEW_ANON_VMA, "\"anon_vma#1\"" },
	{ VIEW_ANON_VMA, "refcount 2  children 2  active 1" },
	{ VIEW_ANON_VMA, "style=dashed" },
	{ VIEW_ANON_VMA, "style=bold" },
	{ VIEW_ANON_VMA, "no chain" },
	{ VIEW_PGTABLE, "PGD table" },
	{ VIEW_PGTABLE, "PTE table" },
	{ VIEW_PGTABLE, "read-only dirty" },
	{ VIEW_PGTABLE, "order 0, mapped 2" },
	{ VIEW_RMAP, ">@6<" },
	{ VIEW_RMAP, "●" },
	{ VIEW_FOLIOS, "swapbacked" },
	{ VIEW_FOLIOS, ">7<" },
	{ VIEW_TREE, "maple_node#" },
	{ VIEW_ALL, "cluster vmas" },
	{ VIEW_ALL, "cluster folios" },
};

static void views_show_what_they_must(void **state)
{
	(void)state;
	begin();
	fork_child("Q");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *dot = dot_of(parts[i].view, NULL);

		expect_text(dot, parts[i].part);
	}
	end();
}

static void same_state_same_text(void **state)
{
	(void)state;
	for (unsigned int view = 0; view < NR_VIEWS; view++) {
		g_autofree char *first = NULL, *second = NULL;

		for (int i = 0; i < 2; i++) {
			g_autofree char *noise = g_malloc(1000 + 777 * i);

			begin();
			fork_child("Q");
			*(i ? &second : &first) = dot_of(view, NULL);
			end();
			memset(noise, i, 1000);
		}
		assert_string_equal(first, second);
	}
}

static void one_process_only(void **state)
{
	struct draw_options options = { .process = "Q" };
	g_autofree char *dot = NULL;
	char *error = NULL;

	(void)state;
	begin();
	fork_child("Q");
	dot = dot_of(VIEW_ANON_VMA, &options);
	expect_text(dot, "Q   mm#2");
	assert_null(strstr(dot, "P   mm#1"));
	options.process = "R";
	assert_null(draw_dot(machine, VIEW_VMAS, &options, &error));
	assert_string_equal(error, "there is no process 'R' (any more)");
	g_free(error);
	end();
}

static void three_thousand_areas_fold(void **state)
{
	(void)state;
	machine = build_machine(NULL);
	map(0, 3000, PROT_READ | PROT_WRITE);
	for (unsigned long page = 0; page < 3000; page += 2)
		assert_int_equal(sys_mprotect(at(page), PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(current->mm->map_count, 3000);
	for (unsigned int view = 0; view < NR_VIEWS; view++) {
		g_autofree char *dot = dot_of(view, NULL);

		assert_true(strlen(dot) < 200000);
		if (view == VIEW_VMAS)
			expect_text(dot, " in turn;  between neighbours: 2997 flags");
		if (view == VIEW_VMAS || view == VIEW_ANON_VMA)
			expect_text(dot, ">2998 more like vma#");
	}
	end();
}

static void no_process_is_a_picture_too(void **state)
{
	g_autofree char *dot = NULL;

	(void)state;
	begin();
	do_exit(current, 0);
	for (unsigned int view = 0; view < NR_VIEWS; view++) {
		g_autofree char *any = dot_of(view, NULL);

		expect_text(any, "digraph");
	}
	dot = dot_of(VIEW_VMAS, NULL);
	expect_text(dot, "nothing to show");
	end();
}

/* ---- files ---- */

static char *temp_file(const char *directory, const char *name)
{
	return g_build_filename(directory, name, NULL);
}

static void svg_is_well_formed(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("mmsim-viz-XXXXXX", NULL);
	g_autofree char *path = temp_file(directory, "a.svg");
	g_autofree char *dot = g_find_program_in_path("dot");
	g_autofree char *xmllint = g_find_program_in_path("xmllint");
	struct draw_options options = { .title = "a < b & \"c\" \x01 \xff" };

	(void)state;
	if (!dot)
		skip();
	begin();
	fork_child("Q<&>");
	for (unsigned int view = 0; view < NR_VIEWS; view++) {
		const char *argv[] = { "xmllint", "--noout", "--nonet", path, NULL };
		g_autofree char *svg = NULL;
		char *error = NULL;
		int status = 0;

		options.dark = view % 2;
		if (!draw_view(machine, view, &options, path, &error))
			fail_msg("%s: %s", view_name(view), error);
		assert_true(g_file_get_contents(path, &svg, NULL, NULL));
		expect_text(svg, "<desc>");
		expect_text(svg, "role=\"img\"");
		if (!xmllint)
			continue;
		assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
					 NULL, NULL, NULL, &status, NULL));
		assert_int_equal(status, 0);
	}
	end();
	g_unlink(path);
	g_rmdir(directory);
}

static void errors_leave_files_alone(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("mmsim-viz-XXXXXX", NULL);
	g_autofree char *path = temp_file(directory, "a.svg");
	g_autofree char *before = g_strdup(g_getenv("PATH"));
	g_autofree char *kept = NULL;
	char *error = NULL;

	(void)state;
	begin();
	assert_false(draw_view(machine, VIEW_VMAS, NULL, "a.bmp", &error));
	expect_text(error, "the ending has to be .svg");
	g_clear_pointer(&error, g_free);
	assert_false(draw_view(machine, VIEW_RMAP, NULL, "a.txt", &error));
	g_clear_pointer(&error, g_free);
	assert_true(g_file_set_contents(path, "old", -1, NULL));
	g_setenv("PATH", directory, TRUE);	/* no dot there */
	assert_false(draw_view(machine, VIEW_VMAS, NULL, path, &error));
	g_setenv("PATH", before, TRUE);
	expect_text(error, "the program 'dot' is missing");
	g_clear_pointer(&error, g_free);
	assert_true(g_file_get_contents(path, &kept, NULL, NULL));
	assert_string_equal(kept, "old");
	assert_false(draw_view(machine, VIEW_VMAS, NULL, "/nowhere/at/all.dot", &error));
	g_free(error);
	end();
	g_unlink(path);
	g_rmdir(directory);
}

/* ---- text ---- */

static void ruler_is_as_in_comments(void **state)
{
	g_autofree char *text = NULL;
	char *error = NULL;

	(void)state;
	begin();
	text = ruler_text(machine, NULL, &error);
	end();
	assert_string_equal(text,
			    "page       @5   @10\n"
			    "           |    |\n"
			    "P      aaaaaBbbbb\n"
			    "            ^flags\n"
			    "   a  vma#1  @1..@6  r--p  pgoff @1\n"
			    "   b  vma#2  @6..@11  r--p  pgoff @6  anon_vma#1\n\n");
}

/* ---- the parts ---- */

static bool alike(const void *a, const void *b)
{
	return ((const unsigned int *)a)[1] == ((const unsigned int *)b)[1];
}

/* Items by kind, one letter each; runs as "item" or "*count/period". */
static const struct {
	const char *items, *runs;
	guint max;
} folds[] = {
	{ "aaa", "a a a", 3 },
	{ "aaaaaaaa", "a *7/1", 3 },
	{ "abababab", "a b *6/2", 3 },
	{ "abcabcabcx", "a b c *6/3 x", 5 },
	{ "abcdefgh", "a b *5/0 h", 3 },
	{ "aabb", "a a b b", 0 },
};

static void folding(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(folds); i++) {
		g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(GArray) runs = NULL;

		for (const char *kind = folds[i].items; *kind; kind++) {
			unsigned int *item = g_new0(unsigned int, 2);

			item[0] = items->len + 1;
			item[1] = (unsigned char)*kind;
			g_ptr_array_add(items, item);
		}
		runs = fold_list(items, folds[i].max, alike);
		for (guint j = 0; j < runs->len; j++) {
			const struct fold_run *run = &g_array_index(runs, struct fold_run, j);

			if (fold_is_item(run))
				g_string_append_printf(text, "%s%c", j ? " " : "",
						       folds[i].items[run->first]);
			else
				g_string_append_printf(text, "%s*%u/%u", j ? " " : "",
						       run->count, run->period);
		}
		assert_string_equal(text->str, folds[i].runs);
	}
}

static void graph_is_plain(void **state)
{
	struct graph *graph = graph_create("g");
	struct graph_node *a, *b;
	g_autofree char *text = NULL;

	(void)state;
	a = graph_node(graph, "a");
	b = graph_node(graph_cluster(graph, "box"), "b");
	graph_edge(graph, a, NULL, b, "port:w");
	graph_edge(graph, a, NULL, b, NULL);
	assert_ptr_equal(a, graph_node(graph, "a"));
	assert_int_equal(graph_nr_nodes(graph), 2);
	assert_int_equal(graph_nr_edges(graph), 2);
	graph_node_html(a, "x<B>y</B>");
	text = graph_text(graph);
	graph_destroy(graph);
	expect_text(text, "digraph g");
	expect_text(text, "cluster box");
	expect_text(text, "<x<B>y</B>>");
}

static void texts_are_escaped(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	(void)state;
	html_put(out, .text = "a<b>\n&\"\x02", .align = 'l');
	assert_string_equal(out->str, "<TD ALIGN=\"LEFT\">a&lt;b&gt;<BR ALIGN=\"LEFT\"/>"
				      "&amp;&quot;?<BR ALIGN=\"LEFT\"/></TD>");
}

static void names_of_views(void **state)
{
	(void)state;
	for (unsigned int view = 0; view < NR_VIEWS; view++)
		assert_int_equal(view_from_name(view_name(view)), view);
	assert_int_equal(view_from_name("vmas "), NR_VIEWS);
	assert_string_equal(view_names(), "vmas, anon_vma, pagetable, rmap, folios, tree, all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_show_what_they_must),
		cmocka_unit_test(same_state_same_text),
		cmocka_unit_test(one_process_only),
		cmocka_unit_test(three_thousand_areas_fold),
		cmocka_unit_test(no_process_is_a_picture_too),
		cmocka_unit_test(svg_is_well_formed),
		cmocka_unit_test(errors_leave_files_alone),
		cmocka_unit_test(ruler_is_as_in_comments),
		cmocka_unit_test(folding),
		cmocka_unit_test(graph_is_plain),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(names_of_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
