/*
 * Tokens, places, descriptions, constants.
 */
#include "tests/test.h"

#include "sim/constants.h"
#include "sim/lex.h"

static const struct lex_case {
	const char *name, *text;
	enum token_kind kind;
	uint64_t number;	/* of a TOK_NUMBER */
	const char *error;	/* of a TOK_BAD */
} cases[] = {
	{ "decimal", "42", TOK_NUMBER, 42, NULL },
	{ "hexadecimal", "0xfFf", TOK_NUMBER, 0xfff, NULL },
	{ "octal, as strace prints modes", "0644", TOK_NUMBER, 0644, NULL },
	{ "pages", "4p", TOK_NUMBER, 4 * 4096, NULL },
	{ "kibibytes", "64K", TOK_NUMBER, 65536, NULL },
	{ "mebibytes", "2M", TOK_NUMBER, 2097152, NULL },
	{ "gibibytes", "1G", TOK_NUMBER, 1073741824, NULL },
	{ "tebibytes", "1T", TOK_NUMBER, 1099511627776, NULL },
	{ "the largest", "0xffffffffffffffff", TOK_NUMBER, UINT64_MAX, NULL },
	{ "one too many", "18446744073709551616", TOK_BAD, 0,
	  "this number does not fit in 64 bits" },
	{ "suffix too large", "0xfffffffffffffffp", TOK_BAD, 0,
	  "this number does not fit in 64 bits" },
	{ "letters behind", "4q", TOK_BAD, 0, "malformed number" },
	{ "no digits", "0x", TOK_BAD, 0, "malformed number" },
	{ "not octal", "08", TOK_BAD, 0, "malformed number" },
	{ "name", "mmap_2", TOK_NAME, 0, NULL },
	{ "string", "\"a \\\" b\"", TOK_STRING, 0, NULL },
	{ "open string", "\"abc", TOK_BAD, 0, "this string has no end" },
	{ "open comment", "/* abc", TOK_BAD, 0, "this comment has no end" },
	{ "comment and blanks", " \t/* a\nb */ # c", TOK_EOF, 0, NULL },
	{ "continuation", "\\\n7", TOK_NUMBER, 7, NULL },
	{ "blank behind continuation", "\\ \n7", TOK_BAD, 0,
	  "a '\\' has to be the last character of its line" },
	{ "semicolon", ";", TOK_NEWLINE, 0, NULL },
	{ "arrow", "=>", TOK_ARROW, 0, NULL },
	{ "unfinished", "<unfinished ...>", TOK_UNFINISHED, 0, NULL },
	{ "resumed", "<... mmap resumed>", TOK_RESUMED, 0, NULL },
	{ "descriptor with its path", "3</a b>", TOK_NUMBER, 3, NULL },
	{ "open annotation", "3</a b", TOK_BAD, 0, "the '<' behind this descriptor has no '>'" },
	{ "stray sign", "$", TOK_BAD, 0, "this character has no meaning here" },
	{ "beyond ASCII", "\xc3\xa9", TOK_BAD, 0, "this character has no meaning here" },
};

static void test_token(void **state)
{
	const struct lex_case *t = *state;
	struct source *source = source_create("t", t->text, strlen(t->text));
	struct lexer lexer;
	struct token token;

	lex_init(&lexer, source);
	lex_next(&lexer, &token);
	assert_int_equal(token.kind, t->kind);
	if (t->error)
		assert_string_equal(token.error, t->error);
	if (t->kind == TOK_NUMBER)
		assert_int_equal(token.number, t->number);
	if (token.kind != TOK_EOF && token.kind != TOK_BAD && token.kind != TOK_RESUMED) {
		lex_next(&lexer, &token);
		assert_int_equal(token.kind, TOK_EOF);
	}
	source_destroy(source);
}

static void test_sequence(void **state)
{
	static const enum token_kind want[] = {
		TOK_NUMBER, TOK_DOTDOT, TOK_NUMBER, TOK_ELLIPSIS, TOK_NAME, TOK_SHL, TOK_LT,
		TOK_LE, TOK_ANDAND, TOK_AND, TOK_OROR, TOK_OR, TOK_EQ, TOK_ASSIGN, TOK_NE, TOK_NOT,
		TOK_AT, TOK_NUMBER, TOK_COLON, TOK_DOT, TOK_NAME, TOK_QUESTION, TOK_NEWLINE,
		TOK_EOF,
	};
	const char *text = "0..9 ... a << < <= && & || | == = != ! @4 : .x ?\n";
	struct source *source = source_create("t", text, strlen(text));
	struct lexer lexer;
	struct token token;

	(void)state;
	lex_init(&lexer, source);
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
		lex_next(&lexer, &token);
		assert_int_equal(token.kind, want[i]);
	}
	source_destroy(source);
}

static void test_places(void **state)
{
	const char *text = "ab\ncd /* x\ny */ ef\r\n";
	struct source *source = source_create("t", text, strlen(text));
	struct loc loc = source_loc(source, 3, strlen(text) - 2);
	struct lexer lexer;
	struct token token;
	size_t len;
	char *line;

	(void)state;
	assert_int_equal(loc.line, 2);
	assert_int_equal(loc.col, 1);
	assert_int_equal(loc.end_line, 3);
	assert_int_equal(loc.end_col, 8);
	line = loc_text(&loc);
	assert_string_equal(line, "cd ef");
	g_free(line);

	lex_init(&lexer, source);
	for (int i = 0; i < 4; i++)
		lex_next(&lexer, &token);
	loc = token_loc(&lexer, &token);
	assert_int_equal(loc.line, 3);
	assert_int_equal(loc.col, 6);

	assert_memory_equal(source_line(source, 3, &len), "y */ ef", 7);
	assert_int_equal(len, 7);
	assert_null(source_line(source, 0, &len));
	assert_null(source_line(source, 5, &len));
	source_destroy(source);
}

static void test_strings(void **state)
{
	const char *good = "\"a\\n\\t\\\\\\\"\\101\\x41\"", *nul = "\"\\0\"", *bad = "\"\\q\"";
	const char *error = NULL;
	struct source *source;
	char *text;

	(void)state;
	source = source_create("t", good, strlen(good));
	text = lex_decode_string(source, 0, (uint32_t)strlen(good), &error);
	assert_string_equal(text, "a\n\t\\\"AA");
	g_free(text);
	source_destroy(source);

	source = source_create("t", nul, strlen(nul));
	assert_null(lex_decode_string(source, 0, (uint32_t)strlen(nul), &error));
	assert_string_equal(error, "a string cannot hold a NUL byte");
	source_destroy(source);

	source = source_create("t", bad, strlen(bad));
	assert_null(lex_decode_string(source, 0, (uint32_t)strlen(bad), &error));
	assert_string_equal(error, "unknown escape in this string");
	source_destroy(source);
}

static void test_description(void **state)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "# One line.\nmmap()\n# other\n", "One line." },
		{ "\n\n# A\n#\n#   B\n\n# C\n", "A\n\n  B" },
		{ "#!/usr/bin/env mmsim\n# A\n", "A" },
		{ "/*\n * A\n * B\n */\nx\n", "A\nB" },
		{ "/* A */\n", "A" },
		{ "mmap()\n# A\n", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct source *source = source_create("t", rows[i].text, strlen(rows[i].text));
		char *text = lex_description(source);

		assert_string_equal(text, rows[i].want);
		g_free(text);
		source_destroy(source);
	}
}

static void test_constants(void **state)
{
	static const struct { const char *name; uint64_t value; } rows[] = {
		{ "PROT_EXEC", 4 }, { "MAP_DROPPABLE", 8 }, { "MAP_FIXED_NOREPLACE", 0x100000 },
		{ "MAP_HUGE_2MB", 21u << 26 }, { "MREMAP_MUST_RELOCATE_ANON", 16 },
		{ "MADV_GUARD_INSTALL", 102 }, { "MADV_COLLAPSE", 25 },
		{ "UFFDIO_MOVE", 0xc028aa05 }, { "UFFDIO_API", 0xc018aa3f },
		{ "UFFDIO_UNREGISTER", 0x8010aa01 }, { "PR_SET_VMA", 0x53564d41 },
		{ "RLIM64_INFINITY", UINT64_MAX }, { "AT_FDCWD", (uint64_t)-100 },
		{ "EWOULDBLOCK", 11 }, { "SIGSEGV", 11 }, { "NULL", 0 }, { "PAGE", 4096 },
		{ "PMD", 2097152 }, { "PUD", 1073741824 }, { "RW", 3 },
	};
	static const char *const prot[] = { "PROT_", NULL };
	const struct constant *all;
	size_t count;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_non_null(constant_find(rows[i].name));
		assert_int_equal(constant_find(rows[i].name)->value, rows[i].value);
	}
	assert_null(constant_find("READ"));
	assert_int_equal(constant_find_prefixed("WRITE", prot)->value, 2);
	assert_null(constant_find_prefixed("PRIVATE", prot));

	all = constants_all(&count);
	for (size_t i = 0; i < count; i++) {
		if (i)
			assert_true(strcmp(all[i - 1].name, all[i].name) < 0);
		assert_ptr_equal(constant_find(all[i].name), &all[i]);
		/* No two names of one value in a category: printing is never a matter of luck. */
		if (all[i].category != CONST_ALIAS && all[i].category != CONST_SIZE)
			assert_string_equal(constant_name(all[i].category, all[i].value),
					    all[i].name);
	}
}

static void test_flag_names(void **state)
{
	static const struct {
		enum const_category category;
		uint64_t value;
		const char *want;
	} rows[] = {
		{ CONST_PROT, 0, "PROT_NONE" },
		{ CONST_PROT, 3, "PROT_READ|PROT_WRITE" },
		{ CONST_PROT, 0x81, "PROT_READ|0x80" },
		{ CONST_MAP, 0x32, "MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS" },
		{ CONST_MAP, 0x23, "MAP_SHARED_VALIDATE|MAP_ANONYMOUS" },
		{ CONST_MAP, 0x40022 | 21u << 26,
		  "MAP_PRIVATE|MAP_HUGE_2MB|MAP_ANONYMOUS|MAP_HUGETLB" },
		{ CONST_MADV, 4, "MADV_DONTNEED" },
		{ CONST_MREMAP, 0, "0" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *text = constant_flags_text(rows[i].category, rows[i].value);

		assert_string_equal(text, rows[i].want);
		g_free(text);
	}
	assert_string_equal(errno_name(22), "EINVAL");
	assert_string_equal(errno_name(11), "EAGAIN");
	assert_null(errno_name(9999));
	assert_string_equal(signal_name(7), "SIGBUS");
	assert_null(signal_name(0));
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(cases) + 6] = {
		cmocka_unit_test(test_sequence), cmocka_unit_test(test_places),
		cmocka_unit_test(test_strings), cmocka_unit_test(test_description),
		cmocka_unit_test(test_constants), cmocka_unit_test(test_flag_names),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		tests[6 + i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = test_token,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
