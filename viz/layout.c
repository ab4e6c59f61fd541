/*
 * layout.c - runs the program dot, and writes files whole or not at all.
 *
 * dot gets its input and output as files of a private directory and no shell is in
 * between.  The SVG it makes gets a description for those who cannot see it.
 *
 * Locks: none.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "viz/draw_internal.h"

/* "<desc>" behind the first title, which is the whole picture's; and a role. */
static char *describe_svg(const char *svg, const char *description, size_t *size)
{
	static const char end[] = "</title>\n";
	const char *root = strstr(svg, "<svg ");
	const char *title = root ? strstr(root, end) : NULL;
	g_autoptr(GString) out = g_string_new(NULL);

	if (!title) {
		*size = strlen(svg);
		return g_strdup(svg);
	}
	g_string_append_len(out, svg, root - svg);
	g_string_append(out, "<svg role=\"img\" ");
	g_string_append_len(out, root + 5, title + strlen(end) - (root + 5));
	g_string_append(out, "<desc>");
	html_escape(out, description);
	g_string_append(out, "</desc>\n");
	g_string_append(out, title + strlen(end));
	*size = out->len;
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* What went wrong with the running of dot. */
static char *spawn_error(const GError *failure)
{
	if (g_error_matches(failure, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
		return g_strdup("the program 'dot' is missing: install graphviz, or write a file "
				"that ends in .dot");
	return g_strdup_printf("dot cannot be run: %s", failure->message);
}

static bool run_dot(const char *input, const char *output, const char *format, char **error)
{
	g_autofree char *type = g_strdup_printf("-T%s", format);
	const char *argv[] = { "dot", type, "-o", output, input, NULL };
	g_autofree char *said = NULL;
	g_autoptr(GError) failure = NULL;
	int status = 0;

	if (!g_spawn_sync(NULL, (char **)argv, NULL,
			  G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
			  &said, &status, &failure)) {
		*error = spawn_error(failure);
		return false;
	}
	if (g_spawn_check_wait_status(status, NULL))
		return true;
	*error = g_strdup_printf("dot failed: %s", said && *said ? g_strchomp(said) :
								   "it does not say why");
	return false;
}

/* Both files in @directory. */
static void run_in(const char *directory, const char *dot, const char *format, char **data,
		   size_t *size, char **error)
{
	g_autofree char *input = g_build_filename(directory, "graph.dot", NULL);
	g_autofree char *output = g_build_filename(directory, "graph.out", NULL);
	g_autoptr(GError) failure = NULL;

	if (!g_file_set_contents(input, dot, -1, &failure)) {
		*error = g_strdup(failure->message);
	} else if (run_dot(input, output, format, error) &&
		   !g_file_get_contents(output, data, size, &failure)) {
		*error = g_strdup(failure->message);
	}
	g_unlink(input);
	g_unlink(output);
}

char *layout_run(const char *dot, const char *format, const char *description, size_t *size,
		 char **error)
{
	g_autoptr(GError) failure = NULL;
	g_autofree char *directory = g_dir_make_tmp("mmsim-XXXXXX", &failure);
	char *data = NULL, *described;

	if (!directory) {
		*error = g_strdup(failure->message);
		return NULL;
	}
	run_in(directory, dot, format, &data, size, error);
	g_rmdir(directory);
	if (!data || strcmp(format, "svg"))
		return data;
	described = describe_svg(data, description, size);
	g_free(data);
	return described;
}

bool layout_write(const char *path, const char *data, size_t size, char **error)
{
	g_autoptr(GError) failure = NULL;

	if (g_file_set_contents(path, data, (gssize)size, &failure))
		return true;
	*error = g_strdup(failure->message);
	return false;
}
