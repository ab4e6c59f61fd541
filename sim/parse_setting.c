/*
 * Settings: title, window, set, bug.
 *
 * Keys, values and bug names are not judged here: whoever obeys them knows them.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/parse_internal.h"

#include <string.h>

#include "sim/constants.h"

static void report_double(struct parser *p, const struct setting *setting, const char *what,
			  const struct setting *first)
{
	diag_error(p->diags, &setting->loc, "the first one is here", "a second %s", what);
	diag_note_at(p->diags, &first->loc);
}

/* One title and each key once in a file, one window in all. */
static bool check_double(struct parser *p, const struct setting *setting)
{
	const GPtrArray *settings = p->script->settings;

	for (unsigned int i = 0; i < settings->len; i++) {
		const struct setting *other = g_ptr_array_index(settings, i);
		bool same_file = other->loc.source == p->source;

		if (other->kind != setting->kind)
			continue;
		if (setting->kind == SETTING_WINDOW) {
			report_double(p, setting, "window", other);
			return false;
		}
		if (setting->kind == SETTING_TITLE && same_file) {
			report_double(p, setting, "title", other);
			return false;
		}
		if (setting->kind == SETTING_BUG && !strcmp(other->value, setting->value)) {
			report_double(p, setting, "bug of this name", other);
			return false;
		}
		if (setting->kind == SETTING_SET && same_file &&
		    !strcmp(other->key, setting->key)) {
			report_double(p, setting, "value for this key", other);
			return false;
		}
	}
	return true;
}

/* A word of letters, digits, '.', '_' and '-', and nothing else. */
static bool is_plain_word(const char *text)
{
	for (; *text; text++)
		if (!g_ascii_isalnum(*text) && !strchr("._-", *text))
			return false;
	return true;
}

/* Digits and dots, at least one dot: a release. */
static bool is_release(const char *text)
{
	return strchr(text, '.') && strspn(text, "0123456789.") == strlen(text) &&
	       !strstr(text, "..");
}

/*
 * The value of a set: a word or a release stands alone in its line; all else is an expression, as
 * is a constant.
 */
static bool parse_value(struct parser *p, struct setting *setting)
{
	struct parser saved = *p;
	char *word = parse_raw(p, "}", &setting->value_loc);
	bool word_alone = word && parse_at_end(p) && is_plain_word(word);

	if (word_alone && (is_release(word) ||
			   (g_ascii_isalpha(word[0]) && !constant_find(word)))) {
		setting->value = word;
		return true;
	}
	g_free(word);
	*p = saved;
	setting->expr = parse_expr(p);
	if (!setting->expr)
		return false;
	setting->value_loc = setting->expr->loc;
	setting->value = loc_text(&setting->value_loc);
	return true;
}

static bool parse_set(struct parser *p, struct setting *setting)
{
	setting->key = parse_at(p, TOK_NAME) ? parse_raw(p, "=}", &setting->key_loc) : NULL;
	if (!setting->key) {
		parse_unexpected(p, "the name of a setting", "write: set ram = 64M");
		return false;
	}
	if (!is_plain_word(setting->key)) {
		diag_error(p->diags, &setting->key_loc, NULL, "malformed name of a setting");
		return false;
	}
	return parse_expect(p, TOK_ASSIGN, "behind the name of the setting") &&
	       parse_value(p, setting);
}

static bool parse_bug(struct parser *p, struct setting *setting)
{
	setting->value = parse_at(p, TOK_NAME) ? parse_raw(p, "}", &setting->value_loc) : NULL;
	if (!setting->value) {
		parse_unexpected(p, "the name of a bug", "'mmsim list bugs' has them all");
		return false;
	}
	if (!is_plain_word(setting->value)) {
		diag_error(p->diags, &setting->value_loc, NULL, "malformed name of a bug");
		return false;
	}
	return true;
}

static bool parse_setting_body(struct parser *p, struct setting *setting)
{
	switch (setting->kind) {
	case SETTING_TITLE:
		setting->value = parse_shown_string(p, "the title", &setting->value_loc);
		return setting->value != NULL;
	case SETTING_WINDOW:
		setting->expr = parse_expr(p);
		if (!setting->expr)
			return false;
		setting->value_loc = setting->expr->loc;
		setting->value = loc_text(&setting->value_loc);
		return true;
	case SETTING_SET:
		return parse_set(p, setting);
	case SETTING_BUG:
		return parse_bug(p, setting);
	}
	return false;
}

bool parse_setting(struct parser *p, enum setting_kind kind)
{
	struct setting *setting = g_new0(struct setting, 1);
	struct loc keyword = token_loc(&p->lex, &p->tok);
	uint32_t start = p->tok.start;

	setting->kind = kind;
	if (p->script->nr_statements || p->blocks) {
		diag_error(p->diags, &keyword, "move this line up to the others",
			   "a setting behind the first statement");
		goto fail;
	}
	parse_advance(p);
	if (!parse_setting_body(p, setting))
		goto fail;
	setting->loc = parse_loc_from(p, start);
	if (!check_double(p, setting))
		goto fail;
	if (kind == SETTING_TITLE && !p->includes) {
		g_free(p->script->title);
		p->script->title = g_strdup(setting->value);
	}
	g_ptr_array_add(p->script->settings, setting);
	return true;
fail:
	setting_destroy(setting);
	return false;
}
