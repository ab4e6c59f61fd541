/*
 * html.c - writes HTML-like labels.
 *
 * Locks: none.
 */
#include <string.h>

#include "viz/html.h"
#include "viz/theme.h"

/* One text without newlines. */
static void escape_line(GString *out, const char *line, gssize len)
{
	g_autofree char *valid = g_utf8_make_valid(line, len);
	g_autofree char *safe = NULL;

	for (char *at = valid; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	safe = g_markup_escape_text(valid, -1);
	g_string_append(out, safe);
}

void html_escape(GString *out, const char *text)
{
	escape_line(out, text, -1);
}

void html_row(GString *out)
{
	g_string_append(out, "<TR>");
}

void html_row_end(GString *out)
{
	g_string_append(out, "</TR>\n");
}

void html_table(GString *out, const char *attributes)
{
	g_string_append_printf(out, "<TABLE %s>\n", attributes);
}

void html_table_end(GString *out)
{
	g_string_append(out, "</TABLE>");
}

static void number(GString *out, const char *name, unsigned int value)
{
	if (value)
		g_string_append_printf(out, " %s=\"%u\"", name, value);
}

static void word(GString *out, const char *name, const char *value)
{
	if (!value)
		return;
	g_string_append_printf(out, " %s=\"", name);
	html_escape(out, value);
	g_string_append_c(out, '"');
}

static void attributes(GString *out, const struct cell *cell)
{
	number(out, "COLSPAN", cell->span > 1 ? cell->span : 0);
	number(out, "ROWSPAN", cell->rows > 1 ? cell->rows : 0);
	number(out, "WIDTH", cell->width);
	number(out, "HEIGHT", cell->height);
	number(out, "BORDER", cell->border);
	word(out, "FIXEDSIZE", cell->fixed ? "TRUE" : NULL);
	word(out, "BGCOLOR", cell->fill);
	word(out, "COLOR", cell->edge);
	word(out, "SIDES", cell->sides);
	word(out, "STYLE", cell->style);
	word(out, "PORT", cell->port);
	word(out, "TITLE", cell->tip);
	if (cell->align)
		g_string_append_printf(out, " ALIGN=\"%s\"",
				       cell->align == 'l' ? "LEFT" :
				       cell->align == 'r' ? "RIGHT" : "CENTER");
}

static void lines(GString *out, const struct cell *cell)
{
	const char *line = cell->text, *end;
	const char *align = cell->align == 'l' ? " ALIGN=\"LEFT\"" :
			    cell->align == 'r' ? " ALIGN=\"RIGHT\"" : "";

	for (; (end = strchr(line, '\n')); line = end + 1) {
		escape_line(out, line, end - line);
		g_string_append_printf(out, "<BR%s/>", align);
	}
	escape_line(out, line, -1);
	if (line != cell->text)
		g_string_append_printf(out, "<BR%s/>", align);
}

void html_cell(GString *out, const struct cell *cell)
{
	bool font = cell->color || cell->size || cell->mono;

	g_string_append(out, "<TD");
	attributes(out, cell);
	g_string_append_c(out, '>');
	if (cell->text && *cell->text) {
		if (font) {
			g_string_append(out, "<FONT");
			word(out, "COLOR", cell->color);
			number(out, "POINT-SIZE", cell->size);
			word(out, "FACE", cell->mono ? THEME_MONO : NULL);
			g_string_append_c(out, '>');
		}
		g_string_append(out, cell->bold ? "<B>" : cell->italic ? "<I>" : "");
		lines(out, cell);
		g_string_append(out, cell->bold ? "</B>" : cell->italic ? "</I>" : "");
		if (font)
			g_string_append(out, "</FONT>");
	}
	g_string_append(out, "</TD>");
}
