/*
 * outfile.h - files that are there whole or not at all.
 */
#ifndef SIM_OUTFILE_H
#define SIM_OUTFILE_H

#include <glib.h>
#include <stdbool.h>

/* Writes a temporary file beside @path and renames it; "-" is standard output. */
bool outfile_write(const char *path, const char *text, gsize len, GError **error);
/* As far as can be told beforehand, for what takes long or has effects of its own. */
bool outfile_possible(const char *path, GError **error);

#endif
