/*
 * fuzz_write.c - what a random program has shown, as a scenario; see fuzz_run.h.
 */
#include <string.h>

#include "sim/fuzz_run.h"

/* "P:@4-@8": the address it begins with. */
static char *first_address(const char *place)
{
	const char *dash = strchr(place, '-');

	return g_strndup(place, dash ? (gsize)(dash - place) : strlen(place));
}

static bool has_word(const char *words, const char *word)
{
	g_auto(GStrv) all = g_strsplit(words, " ", -1);

	return g_strv_contains((const char *const *)all, word);
}

/* Each flag that one side has and the other has not. */
static void put_flags(GString *out, const struct fuzz_seen *seen, const char *address)
{
	g_auto(GStrv) model = g_strsplit(seen->model, " ", -1);
	g_auto(GStrv) host = g_strsplit(seen->host, " ", -1);

	for (guint i = 0; host[i]; i++)
		if (*host[i] && !has_word(seen->model, host[i]))
			g_string_append_printf(out, "expect vma(%s).flags.%s\n", address, host[i]);
	for (guint i = 0; model[i]; i++)
		if (*model[i] && !has_word(seen->host, model[i]))
			g_string_append_printf(out, "expect !vma(%s).flags.%s\n", address, model[i]);
}

static void put_page(GString *out, const struct fuzz_seen *seen, const char *address)
{
	if (!strcmp(seen->host, "swap entry"))
		g_string_append_printf(out, "expect !pte(%s).none, !pte(%s).present\n", address,
				       address);
	else
		g_string_append_printf(out, "expect pte(%s).%s\n", address,
				       !strcmp(seen->host, "in swap") ? "swap" : seen->host);
}

/* What the host showed, where the language can say it. */
static void put_expectation(GString *out, const struct fuzz_seen *seen)
{
	g_autofree char *address = first_address(seen->place);

	switch (seen->field) {
	case FIELD_VMA:
	case FIELD_PERMS:
		if (seen->maps)
			g_string_append(out, seen->maps);
		return;
	case FIELD_FLAGS:
		put_flags(out, seen, address);
		return;
	case FIELD_PAGE:
		put_page(out, seen, address);
		return;
	case FIELD_GUARD:
		g_string_append_printf(out, "expect pte(%s).guard == %s\n", address, seen->host);
		return;
	case FIELD_FILE:
		g_string_append_printf(out, "expect folio(%s).anon != %s\n", address, seen->host);
		return;
	case FIELD_EXCLUSIVE:
		g_string_append_printf(out, "expect (folio(%s).mapcount == 1) == %s\n", address,
				       seen->host);
		return;
	case FIELD_ANON:
		g_string_append_printf(out, "expect folio(%s).anon == %s\n", address, seen->host);
		return;
	case FIELD_MLOCKED:
		g_string_append_printf(out, "expect folio(%s).mlocked == %s\n", address,
				       seen->host);
		return;
	case FIELD_MAPCOUNT:
		g_string_append_printf(out, "expect folio(%s).mapcount == %s\n", address,
				       seen->host);
		return;
	case FIELD_CONTENT:
		g_string_append_printf(out, "expect content(%s) == %s\n", address, seen->host);
		return;
	case FIELD_RESULT:	/* at the call */
	case FIELD_OUTPUT:
	default:		/* in the comment only */
		return;
	}
}

static void put_comment(GString *out, const struct fuzz_seen *seen, const char *found)
{
	if (seen->verdict == FUZZ_DIFFERS)
		g_string_append_printf(out, "# The kernel differs in: %s %s.\n"
				       "# Model: %s\n# Kernel: %s\n",
				       compared_field_name(seen->field), seen->place, seen->model,
				       seen->host);
	else
		g_string_append_printf(out, "# This breaks the invariant %s.\n"
				       "# Place: %s\n# Expected: %s\n# Seen: %s\n", seen->rule,
				       seen->place ? seen->place : "", seen->host ? seen->host : "",
				       seen->model ? seen->model : "");
	g_string_append_printf(out, "# Found by: %s\n\n", found);
}

static bool is_word(const char *text)
{
	return g_ascii_isdigit(*text) || *text == '-' || *text == '@' || g_str_has_prefix(text, "SIG");
}

static void put_result(GString *out, const struct fuzz_stmt *stmt, const struct fuzz_seen *seen,
		       guint i)
{
	bool last = i + 1 == seen->results->len;
	const char *result = i < seen->results->len ? seen->results->pdata[i] : NULL;
	bool at_call = seen->verdict == FUZZ_DIFFERS &&
		       (seen->field == FIELD_RESULT ||
			(seen->field == FIELD_OUTPUT && stmt->kind == FUZZ_LOAD));

	if (stmt->kind == FUZZ_FORK || stmt->kind == FUZZ_FILE || stmt->kind == FUZZ_EXIT)
		return;
	if (last && at_call)
		g_string_append_printf(out, " = %s", seen->host);
	else if (!result || !is_word(result))
		return;
	else
		g_string_append_printf(out, " = %s", result);
}

char *fuzz_scenario(const struct fuzz_program *program, const struct fuzz_seen *seen,
		    const char *found)
{
	GString *out = g_string_new(NULL);
	struct fuzz_alive alive;
	guint nr = fuzz_settings_calls(program);

	put_comment(out, seen, found);
	fuzz_text_settings(out, program);
	g_string_append_c(out, '\n');
	fuzz_alive_begin(&alive);
	for (guint i = 0; i < program->stmts->len; i++) {
		const struct fuzz_stmt *stmt = &g_array_index(program->stmts, struct fuzz_stmt, i);

		if (!fuzz_alive_next(&alive, stmt))
			continue;
		fuzz_text_stmt(out, program, stmt);
		put_result(out, stmt, seen, nr++);
		g_string_append_c(out, '\n');
	}
	if (seen->verdict == FUZZ_DIFFERS)
		put_expectation(out, seen);
	else if (program->bug)
		g_string_append_printf(out, "must violate %s\n", seen->rule);
	return g_string_free(out, FALSE);
}
