/*
 * outfile.c - see outfile.h.
 */
#include "sim/outfile.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool outfile_possible(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	bool replaced = !g_file_test(path, G_FILE_TEST_EXISTS) ||
			g_file_test(path, G_FILE_TEST_IS_REGULAR);
	int why = 0;

	if (!strcmp(path, "-"))
		return true;
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		why = EISDIR;
	else if (access(replaced ? folder : path, replaced ? W_OK | X_OK : W_OK))
		why = errno;
	if (why)
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(why), "%s: %s",
			    path, g_strerror(why));
	return !why;
}

bool outfile_write(const char *path, const char *text, gsize len, GError **error)
{
	if (!strcmp(path, "-")) {
		if (fwrite(text, 1, len, stdout) == len && !fflush(stdout))
			return true;
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno),
			    "standard output: %s", g_strerror(errno));
		return false;
	}
	/* A device or a pipe cannot be replaced. */
	if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
	    !g_file_test(path, G_FILE_TEST_IS_DIR)) {
		FILE *file = g_fopen(path, "w");
		bool good = file && fwrite(text, 1, len, file) == len;

		good = file && !fclose(file) && good;
		if (!good)
			g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno),
				    "%s: %s", path, g_strerror(errno));
		return good;
	}
	return g_file_set_contents_full(path, text, (gssize)len, G_FILE_SET_CONTENTS_CONSISTENT,
					0666, error);
}
