/*
 * A scenario file in memory, and places in it.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/source.h"

#include <glib/gstdio.h>
#include <string.h>

#define READ_MAX_BYTES	(256 << 20)	/* narrations that are expected may be long */

struct source *source_create(const char *name, const char *text, size_t len)
{
	struct source *source = g_new0(struct source, 1);
	size_t lines = 1;
	uint32_t line = 1;

	g_assert(len <= SOURCE_MAX_BYTES);
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';

	source->name = g_strdup(name);
	source->text = g_malloc(len + 1);
	if (len)
		memcpy(source->text, text, len);
	source->text[len] = '\0';
	source->len = len;
	source->nr_lines = (uint32_t)lines;
	source->line_start = g_new0(uint32_t, lines);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n')
			source->line_start[line++] = (uint32_t)(i + 1);
	return source;
}

void source_destroy(struct source *source)
{
	if (!source)
		return;
	g_free(source->name);
	g_free(source->text);
	g_free(source->line_start);
	g_free(source);
}

/* Index of the line, from 0, that holds the byte at @offset. */
static uint32_t line_of(const struct source *source, uint32_t offset)
{
	uint32_t low = 0, high = source->nr_lines;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (source->line_start[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct loc source_loc(const struct source *source, size_t start, size_t end)
{
	struct loc loc = {
		.source = source,
		.start = (uint32_t)MIN(start, source->len),
		.end = (uint32_t)MIN(end, source->len),
	};

	loc.line = line_of(source, loc.start);
	loc.col = loc.start - source->line_start[loc.line] + 1;
	loc.end_line = line_of(source, loc.end);
	loc.end_col = loc.end - source->line_start[loc.end_line] + 1;
	loc.line++;
	loc.end_line++;
	return loc;
}

struct loc loc_join(const struct loc *first, const struct loc *last)
{
	struct loc loc = *first;

	loc.end = last->end;
	loc.end_line = last->end_line;
	loc.end_col = last->end_col;
	return loc;
}

const char *source_line(const struct source *source, uint32_t line, size_t *len)
{
	size_t start, end;

	if (!line || line > source->nr_lines)
		return NULL;
	start = source->line_start[line - 1];
	end = line < source->nr_lines ? source->line_start[line] - 1 : source->len;
	if (end > start && source->text[end - 1] == '\r')
		end--;
	*len = end - start;
	return source->text + start;
}

/* Length of the comment, continuation or blank at @text, 0 when there is none. */
static size_t skip_blank(const char *text, const char *end)
{
	size_t left = (size_t)(end - text);
	const char *close;

	if (g_ascii_isspace(*text) || *text == '\\')
		return 1;
	if (*text == '#') {
		close = memchr(text, '\n', left);
		return close ? (size_t)(close - text) : left;
	}
	if (left >= 2 && text[0] == '/' && text[1] == '*') {
		close = g_strstr_len(text + 2, (gssize)left - 2, "*/");
		return close ? (size_t)(close + 2 - text) : left;
	}
	return 0;
}

/* Length of the string literal at @text. */
static size_t skip_string(const char *text, const char *end)
{
	const char *s = text + 1;

	while (s < end && *s != '"' && *s != '\n')
		s += *s == '\\' && s + 1 < end ? 2 : 1;
	return (size_t)(MIN(s + 1, end) - text);
}

char *loc_text(const struct loc *loc)
{
	GString *out = g_string_new(NULL);
	const char *s = loc->source->text + loc->start;
	const char *end = loc->source->text + loc->end;

	while (s < end) {
		size_t skip = skip_blank(s, end);

		if (skip) {
			if (out->len && out->str[out->len - 1] != ' ')
				g_string_append_c(out, ' ');
		} else if (*s == '"') {
			skip = skip_string(s, end);
			g_string_append_len(out, s, (gssize)skip);
		} else {
			skip = 1;
			g_string_append_c(out, *s);
		}
		s += skip;
	}
	if (out->len && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
}

static bool read_file(void *data, const char *path, char **text, size_t *len, GError **error)
{
	GStatBuf status;
	gsize size;

	(void)data;
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file");
		return false;
	}
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR, "not a regular file");
		return false;
	}
	/* A file of any size must not fill the memory. */
	if (!g_stat(path, &status) && status.st_size > READ_MAX_BYTES) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "it is larger than %d MiB",
			    READ_MAX_BYTES >> 20);
		return false;
	}
	if (!g_file_get_contents(path, text, &size, error))
		return false;
	*len = size;
	return true;
}

const struct source_reader source_reader_files = { .read = read_file };
