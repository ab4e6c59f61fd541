/*
 * json.c - see json.h.
 */
#include "sim/json.h"

void json_string(GString *out, const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	if (!text) {
		g_string_append(out, "null");
		return;
	}
	g_string_append_c(out, '"');
	for (const char *c = valid; *c; c++) {
		switch (*c) {
		case '"':
		case '\\':
			g_string_append_printf(out, "\\%c", *c);
			break;
		case '\n':
			g_string_append(out, "\\n");
			break;
		case '\t':
			g_string_append(out, "\\t");
			break;
		default:
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				g_string_append_printf(out, "\\u%04x", (unsigned char)*c);
			else
				g_string_append_c(out, *c);
		}
	}
	g_string_append_c(out, '"');
}

static void key_of(GString *out, const char *key)
{
	if (out->len && out->str[out->len - 1] != '{')
		g_string_append_c(out, ',');
	json_string(out, key);
	g_string_append_c(out, ':');
}

void json_member_string(GString *out, const char *key, const char *text)
{
	key_of(out, key);
	json_string(out, text);
}

void json_member_number(GString *out, const char *key, int64_t number)
{
	key_of(out, key);
	g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
}

void json_member_bool(GString *out, const char *key, gboolean truth)
{
	key_of(out, key);
	g_string_append(out, truth ? "true" : "false");
}

void json_member_wide(GString *out, const char *key, int64_t number)
{
	const int64_t limit = (int64_t)1 << 53;

	if (number >= -limit && number <= limit) {
		json_member_number(out, key, number);
		return;
	}
	key_of(out, key);
	g_string_append_printf(out, "\"0x%" G_GINT64_MODIFIER "x\"", (uint64_t)number);
}
