/*
 * emit_c_text.c - text and numbers for a C program: literals, comments, addresses.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "sim/emit_c.h"

#define PAGE		4096UL
#define MAX_TEXT	240		/* bytes of a statement that are shown */
#define PART		60		/* tests in one function */
/* How far down from the top an address is taken to belong to the scenario, and up from its heap. */
#define REACH_DOWN	(1UL << 45)
#define REACH_UP	(1UL << 36)

/* One byte of a literal; octal, for it cannot take in what follows.  ? would make trigraphs. */
static void append_byte(GString *out, unsigned char byte)
{
	if (byte == '#')		/* a directive in TAP */
		g_string_append(out, "\\\\#");
	else if (byte == '"' || byte == '\\' || byte == '?')
		g_string_append_printf(out, "\\%c", byte);
	else if (byte < 0x20 || byte > 0x7e)
		g_string_append_printf(out, "\\%03o", byte);
	else
		g_string_append_c(out, (char)byte);
}

void emit_string(GString *out, const char *text)
{
	size_t len = strlen(text);

	g_string_append_c(out, '"');
	for (size_t i = 0; i < len && i < MAX_TEXT; i++)
		append_byte(out, (unsigned char)(text[i] == '\n' || text[i] == '\r' ? ' ' :
								   text[i]));
	g_string_append(out, len > MAX_TEXT ? "...\"" : "\"");
}

/* Neither ends nor begins a comment, splices lines or is a trigraph. */
void emit_remark(GString *out, const char *prefix, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_string_append(out, prefix);
		if (!lines[i][0])
			g_strchomp(out->str);
		out->len = strlen(out->str);
		for (const char *c = lines[i]; *c; c++) {
			unsigned char byte = (unsigned char)*c;

			if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
				byte = ' ';
			if (byte == '\\' && !c[1 + strspn(c + 1, " \t\r")])
				byte = '|';
			g_string_append_c(out, (char)byte);
			if ((*c == '*' && c[1] == '/') || (*c == '/' && c[1] == '*') ||
			    (*c == '?' && c[1] == '?'))
				g_string_append_c(out, ' ');
		}
		g_string_append_c(out, '\n');
	}
}

void emit_number(GString *out, uint64_t number)
{
	int64_t is_signed = (int64_t)number;

	if (is_signed < 0 && is_signed >= -65536)
		g_string_append_printf(out, "%" PRId64, is_signed);
	else if (is_signed < 0)
		g_string_append_printf(out, "(int64_t)0x%" PRIx64 "u", number);
	else if (number && number % PAGE == 0 && number / PAGE < 1UL << 18)
		g_string_append_printf(out, "%" PRIu64 " * PAGE", number / PAGE);
	else if (number < 4096)
		g_string_append_printf(out, "%" PRIu64, number);
	else
		g_string_append_printf(out, "0x%" PRIx64, number);
}

void emit_address(const struct emitter *e, GString *out, uint64_t address)
{
	if (e->window_end && address >= e->window_start && address <= e->window_end) {
		g_string_append_printf(out, "at(%" PRIu64 ")", (address - e->window_start) / PAGE);
		if (address % PAGE)
			g_string_append_printf(out, " + 0x%" PRIx64, address % PAGE);
	} else if (address >= e->heap && address - e->heap <= REACH_UP) {
		g_string_append_printf(out, "heap(0x%" PRIx64 ")", address);
	} else if (address <= e->top && e->top - address <= REACH_DOWN) {
		g_string_append_printf(out, "up(0x%" PRIx64 ")", address);
	} else {
		emit_number(out, address);
	}
}

void emit_line(struct emitter *e, const char *format, ...)
{
	va_list args;

	g_string_append_c(e->body, '\t');
	va_start(args, format);
	g_string_append_vprintf(e->body, format, args);
	va_end(args);
	g_string_append_c(e->body, '\n');
}

/* "12", or "other.mms:12" for a line of another file; g_free(). */
static char *line_of(const struct emitter *e, const struct stmt *stmt)
{
	g_autofree char *file = NULL;

	if (stmt->loc.source == e->script->sources->pdata[0])
		return g_strdup_printf("%u", stmt->loc.line);
	file = g_path_get_basename(stmt->loc.source->name);
	return g_strdup_printf("%s:%u", file, stmt->loc.line);
}

static void begin_test(struct emitter *e)
{
	if (e->nr_tests++ % PART)
		return;
	if (e->nr_parts)
		g_string_append(e->body, "}\n\n");
	g_string_append_printf(e->body, "static void part_%u(void)\n{\n", ++e->nr_parts);
}

/* name("12", "text"...  without the end. */
static void begin_line(struct emitter *e, const char *name, const char *line, const char *text)
{
	begin_test(e);
	g_string_append_printf(e->body, "\t%s(", name);
	emit_string(e->body, line);
	g_string_append(e->body, ", ");
	emit_string(e->body, text);
}

void emit_statement(struct emitter *e, const struct stmt *stmt, const char *text)
{
	g_autofree char *line = line_of(e, stmt);

	begin_line(e, "statement", line, text);
	g_string_append(e->body, ");\n");
	e->nr_checked++;
}

void emit_skip(struct emitter *e, const struct stmt *stmt, const char *text, const char *why)
{
	g_autofree char *line = line_of(e, stmt);

	begin_line(e, "skip", line, text);
	g_string_append(e->body, ", ");
	emit_string(e->body, why);
	g_string_append(e->body, ");\n");
	if (e->nr_omitted++ < 100)
		g_string_append_printf(e->omitted, "%s: %s: %s\n", line, text, why);
}
