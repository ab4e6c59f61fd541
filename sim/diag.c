/*
 * Messages about a scenario: collecting and printing them, and guessing what was meant.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/diag.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

#define SHOWN_COLUMNS	160	/* of a long source line */
#define WORD_MAX_LEN	64

static void diag_destroy(void *data)
{
	struct diag *diag = data;

	g_free(diag->file);
	g_free(diag->message);
	g_free(diag->note);
	g_free(diag->note_file);
	g_free(diag->source_line);
	g_free(diag);
}

struct diag_list *diag_list_create(void)
{
	struct diag_list *list = g_new0(struct diag_list, 1);

	list->items = g_ptr_array_new_with_free_func(diag_destroy);
	list->limit = DIAG_LIMIT;
	return list;
}

void diag_list_destroy(struct diag_list *list)
{
	if (!list)
		return;
	g_ptr_array_unref(list->items);
	g_free(list);
}

void diag_list_clear(struct diag_list *list)
{
	g_ptr_array_set_size(list->items, 0);
	list->nr_errors = 0;
}

bool diag_list_full(const struct diag_list *list)
{
	return list->limit && list->nr_errors >= list->limit;
}

/* Count an error; false when it is beyond the limit. */
static bool count_error(struct diag_list *list, enum diag_severity severity)
{
	bool full = diag_list_full(list);

	if (severity == DIAG_ERROR)
		list->nr_errors++;
	return !full;
}

/* The last column of the range on its first line, plus one. */
static uint32_t range_end(const struct loc *loc)
{
	size_t len;

	if (loc->end_line == loc->line)
		return loc->end_col;
	if (!source_line(loc->source, loc->line, &len))
		return loc->col;
	return (uint32_t)MAX(len + 1, loc->col);
}

void diag_add(struct diag_list *list, enum diag_severity severity, const struct loc *loc,
	      const char *note, const char *fmt, ...)
{
	struct diag *diag;
	va_list args;

	if (!count_error(list, severity))
		return;
	diag = g_new0(struct diag, 1);
	diag->severity = severity;
	va_start(args, fmt);
	diag->message = g_strdup_vprintf(fmt, args);
	va_end(args);
	diag->note = g_strdup(note);
	if (loc && loc->source) {
		size_t len;
		const char *line = source_line(loc->source, loc->line, &len);

		diag->file = g_strdup(loc->source->name);
		diag->line = loc->line;
		diag->col = loc->col;
		diag->end_col = range_end(loc);
		diag->source_line = line ? g_strndup(line, len) : NULL;
	}
	diag->note_file = g_strdup(diag->file);
	diag->note_line = diag->line;
	diag->note_col = diag->col;
	g_ptr_array_add(list->items, diag);
}

void diag_file_error(struct diag_list *list, const char *file, const char *note,
		     const char *fmt, ...)
{
	struct diag *diag;
	va_list args;

	if (!count_error(list, DIAG_ERROR))
		return;
	diag = g_new0(struct diag, 1);
	diag->severity = DIAG_ERROR;
	diag->file = g_strdup(file);
	diag->note_file = g_strdup(file);
	diag->note = g_strdup(note);
	va_start(args, fmt);
	diag->message = g_strdup_vprintf(fmt, args);
	va_end(args);
	g_ptr_array_add(list->items, diag);
}

void diag_note_at(struct diag_list *list, const struct loc *loc)
{
	struct diag *diag;

	if (!list->items->len)
		return;
	diag = g_ptr_array_index(list->items, list->items->len - 1);
	g_free(diag->note_file);
	diag->note_file = g_strdup(loc->source->name);
	diag->note_line = loc->line;
	diag->note_col = loc->col;
}

const char *diag_severity_words(enum diag_severity severity)
{
	switch (severity) {
	case DIAG_ERROR:
		return "error";
	case DIAG_WARNING:
		return "warning";
	case DIAG_NOTE:
		return "note";
	}
	return "error";
}

static const char *severity_colour(enum diag_severity severity)
{
	switch (severity) {
	case DIAG_ERROR:
		return "\033[1;31m";
	case DIAG_WARNING:
		return "\033[1;35m";
	case DIAG_NOTE:
		return "\033[1;36m";
	}
	return "";
}

static void append_place(GString *out, const char *file, uint32_t line, uint32_t col, bool color)
{
	if (!file)
		return;
	if (color)
		g_string_append(out, "\033[1m");
	g_string_append(out, file);
	if (line)
		g_string_append_printf(out, ":%u:%u", line, col);
	g_string_append(out, ":");
	if (color)
		g_string_append(out, "\033[0m");
	g_string_append_c(out, ' ');
}

static void append_severity(GString *out, enum diag_severity severity, bool color)
{
	const char *words = diag_severity_words(severity);

	if (color)
		g_string_append_printf(out, "%s%s:\033[0m ", severity_colour(severity), words);
	else
		g_string_append_printf(out, "%s: ", words);
}

/* Bytes of the character at @s within @end, 1 when it is not valid UTF-8; *bad says so. */
static size_t char_len(const char *s, const char *end, bool *bad)
{
	gunichar c = g_utf8_get_char_validated(s, end - s);

	*bad = c == (gunichar)-1 || c == (gunichar)-2 || g_unichar_iscntrl(c);
	if (c == (gunichar)-1 || c == (gunichar)-2)
		return 1;
	return (size_t)(g_utf8_next_char(s) - s);
}

/*
 * The source line and under it the caret line. Of a long line only what is near the column is
 * shown. Tabs stay tabs in both lines, so that the caret stands right wherever they end.
 */
static void append_source(GString *out, const struct diag *diag, bool color)
{
	const char *text = diag->source_line;
	size_t len = strlen(text), from = 0, at;
	GString *marks = g_string_new(NULL);

	if (len > SHOWN_COLUMNS && diag->col > SHOWN_COLUMNS / 2)
		from = diag->col - SHOWN_COLUMNS / 2;
	while (from && from < len && ((unsigned char)text[from] & 0xc0) == 0x80)
		from--;
	g_string_append_printf(out, "%5u | %s", diag->line, from ? "..." : "");
	g_string_append_printf(marks, "      | %s", from ? "   " : "");
	for (at = from; at < len && at - from < SHOWN_COLUMNS;) {
		bool bad;
		size_t size = char_len(text + at, text + len, &bad);

		if (bad && text[at] != '\t')
			g_string_append_c(out, '?');
		else
			g_string_append_len(out, text + at, (gssize)size);
		if (at + 1 < diag->col)
			g_string_append_c(marks, text[at] == '\t' ? '\t' : ' ');
		else if (at + 1 == diag->col)
			g_string_append(marks, color ? "\033[1;32m^" : "^");
		else if (at + 1 < diag->end_col)
			g_string_append_c(marks, '~');
		at += size;
	}
	g_string_append(out, at < len ? "...\n" : "\n");
	if (diag->col > at)
		g_string_append(marks, color ? "\033[1;32m^" : "^");
	g_string_append_printf(out, "%s%s\n", marks->str, color ? "\033[0m" : "");
	g_string_free(marks, TRUE);
}

char *diag_text(const struct diag *diag, bool color)
{
	GString *out = g_string_new(NULL);

	append_place(out, diag->file, diag->line, diag->col, color);
	append_severity(out, diag->severity, color);
	g_string_append_printf(out, "%s\n", diag->message);
	if (diag->source_line)
		append_source(out, diag, color);
	if (diag->note) {
		char **lines = g_strsplit(diag->note, "\n", -1);

		for (char **line = lines; *line; line++) {
			append_place(out, diag->note_file, diag->note_line, diag->note_col, color);
			append_severity(out, DIAG_NOTE, color);
			g_string_append_printf(out, "%s\n", *line);
		}
		g_strfreev(lines);
	}
	return g_string_free(out, FALSE);
}

char *diag_list_text(const struct diag_list *list, bool color)
{
	GString *out = g_string_new(NULL);

	for (unsigned int i = 0; i < list->items->len; i++) {
		char *text = diag_text(g_ptr_array_index(list->items, i), color);

		g_string_append(out, text);
		g_free(text);
	}
	if (diag_list_full(list))
		g_string_append_printf(out, "stopped after %u errors\n", list->limit);
	return g_string_free(out, FALSE);
}

void diag_print(const struct diag *diag, FILE *out, bool color)
{
	char *text = diag_text(diag, color);

	fputs(text, out);
	g_free(text);
}

void diag_list_print(const struct diag_list *list, FILE *out, bool color)
{
	char *text = diag_list_text(list, color);

	fputs(text, out);
	g_free(text);
}

unsigned int edit_distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	unsigned int row[3][WORD_MAX_LEN + 1];
	unsigned int *before = row[0], *last = row[1], *now = row[2];

	if (na > WORD_MAX_LEN || nb > WORD_MAX_LEN)
		return UINT_MAX;
	for (size_t j = 0; j <= nb; j++)
		last[j] = (unsigned int)j;
	memset(before, 0, sizeof(row[0]));
	for (size_t i = 1; i <= na; i++) {
		unsigned int *spare = before;

		now[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
			unsigned int best = last[j - 1] + (x != y);

			best = MIN(best, last[j] + 1);
			best = MIN(best, now[j - 1] + 1);
			if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
			    g_ascii_tolower(a[i - 2]) == y)
				best = MIN(best, before[j - 2] + 1);
			now[j] = best;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[nb];
}

void nearest_init(struct nearest *nearest, const char *word)
{
	size_t len = strlen(word);

	nearest->word = word;
	nearest->best = NULL;
	/* One edit for three letters begun, at most three; kept as the first distance too large. */
	nearest->distance = (unsigned int)MIN((len + 2) / 3, 3) + 1;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	unsigned int distance = edit_distance(nearest->word, candidate);

	/* All letters changed is not a likeness. */
	if (distance >= strlen(candidate) && distance)
		return;
	if (distance < nearest->distance) {
		nearest->distance = distance;
		nearest->best = candidate;
	}
}

char *nearest_note(const struct nearest *nearest)
{
	if (!nearest->best)
		return NULL;
	return g_strdup_printf("did you mean '%s'?", nearest->best);
}
