/*
 * explain.c - the conditions of a merge in words, and printing a report on a pair.
 */
#include <string.h>
#include "explain.h"

static const struct {
	const char *condition, *question, *seen_in, *mend;
} conditions[] = {
	{ "gap", "the ranges touch", "maps",
	  "map something mergeable into the gap, or move one side next to the other" },
	{ "special", "neither side is special (VM_IO, VM_PFNMAP, VM_DONTEXPAND, VM_MIXEDMAP)", "smaps",
	  "nothing: mappings of devices and of the kernel's own pages are never merged" },
	{ "policy", "same memory policy", "numa_maps",
	  "give both the same policy with mbind(); a set default and none are different" },
	{ "flags", "same vm_flags", "smaps", NULL },
	{ "file", "same open file", "maps in part",
	  "map both through one open() (or a dup() of it): the same file opened twice is two; each "
	  "MAP_SHARED|MAP_ANONYMOUS call makes a file of its own" },
	{ "uffd", "same userfaultfd", "smaps in part",
	  "register both with the same userfaultfd, or neither" },
	{ "name", "same anonymous name", "maps",
	  "give both the same name with prctl(PR_SET_VMA_ANON_NAME)" },
	{ "anon_vma", "at most one anon_vma between them", "nowhere",
	  "write to the memory once before it is split or before its parts are mapped: pieces of a "
	  "written area share its anon_vma, an untouched area borrows its neighbour's at its first "
	  "write, but two that were written to apart keep theirs" },
	{ "forked", "the faulted side was not inherited by fork", "nowhere",
	  "nothing in this process: what it inherited with pages stays apart from new memory until "
	  "it is unmapped; the parent merges freely" },
	{ "pgoff", "page offsets continue", "maps for files, nowhere for anonymous memory",
	  "anonymous memory keeps the offset it was first mapped at once it has been written to: map "
	  "it at its final place, move it before the first write, or move it back" },
	{ "close", "no area with a close operation would go", "nowhere",
	  "nothing: the driver wants to see the area closed" },
};

/* What a flag means and how to make two sides agree on it. */
static const struct {
	const char *letters, *name, *mend;
} flags[] = {
	{ "rd", "VM_READ", "mprotect() both sides alike" },
	{ "wr", "VM_WRITE", "mprotect() both sides alike" },
	{ "ex", "VM_EXEC", "mprotect() both sides alike" },
	{ "sh", "VM_SHARED", "map both shared or both private" },
	{ "mr", "VM_MAYREAD", "open the file in the same mode for both" },
	{ "mw", "VM_MAYWRITE", "open the file in the same mode for both" },
	{ "me", "VM_MAYEXEC", "map both from the same mount" },
	{ "ms", "VM_MAYSHARE", "map both shared or both private" },
	{ "gd", "VM_GROWSDOWN", "map both with MAP_GROWSDOWN or neither" },
	{ "lo", "VM_LOCKED", "mlock() or munlock() both" },
	{ "lf", "VM_LOCKONFAULT", "mlock2() both with the same flags" },
	{ "sr", "VM_SEQ_READ", "madvise(MADV_NORMAL) both" },
	{ "rr", "VM_RAND_READ", "madvise(MADV_NORMAL) both" },
	{ "dc", "VM_DONTCOPY", "madvise(MADV_DOFORK) the one, or MADV_DONTFORK the other" },
	{ "ac", "VM_ACCOUNT", "map with MAP_NORESERVE, or write to both before taking write permission away: "
	  "memory that may be written is charged, and mprotect() gives the charge back only "
	  "while nothing has been written" },
	{ "nr", "VM_NORESERVE", "map both with MAP_NORESERVE or neither" },
	{ "wf", "VM_WIPEONFORK", "madvise(MADV_KEEPONFORK) the one, or MADV_WIPEONFORK the other" },
	{ "dd", "VM_DONTDUMP", "madvise(MADV_DODUMP) the one, or MADV_DONTDUMP the other" },
	{ "hg", "VM_HUGEPAGE", "madvise() both with MADV_HUGEPAGE or both with MADV_NOHUGEPAGE" },
	{ "nh", "VM_NOHUGEPAGE", "madvise() both alike; MAP_STACK sets it too" },
	{ "mg", "VM_MERGEABLE", "madvise(MADV_MERGEABLE) both, or PR_SET_MEMORY_MERGE before mapping" },
	{ "um", "VM_UFFD_MISSING", "register both with the same userfaultfd in the same modes" },
	{ "uw", "VM_UFFD_WP", "register both with the same userfaultfd in the same modes" },
	{ "ui", "VM_UFFD_MINOR", "register both with the same userfaultfd in the same modes" },
	{ "dp", "VM_DROPPABLE", "map both with MAP_DROPPABLE or neither" },
	{ "sl", "VM_SEALED", "mseal() both; a seal cannot be taken off" },
};

const char *explain_question(const char *condition)
{
	for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++)
		if (!strcmp(conditions[i].condition, condition))
			return conditions[i].question;
	return condition;
}

const char *explain_seen_in(const char *condition)
{
	for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++)
		if (!strcmp(conditions[i].condition, condition))
			return conditions[i].seen_in;
	return "nowhere";
}

/* maps shows four of the flags itself. */
static bool in_maps(const char *detail)
{
	static const char *const letters[] = { " rd", " wr", " ex", " sh" };

	for (size_t i = 0; detail && i < G_N_ELEMENTS(letters); i++)
		if (strstr(detail, letters[i]))
			return true;
	return false;
}

const char *explain_row_seen_in(const struct explain_row *row)
{
	if (!strcmp(row->condition, "flags") && in_maps(row->detail))
		return "maps, smaps";
	return explain_seen_in(row->condition);
}

/* The mend of each flag in @letters ("ac nr"), each sentence once. */
static void append_flag_mends(GString *out, const char *letters)
{
	g_auto(GStrv) pairs = g_strsplit(letters ? letters : "", " ", 0);

	for (size_t n = 0; pairs[n]; n++)
		for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
			if (!strcmp(flags[i].letters, pairs[n]) && !strstr(out->str, flags[i].mend))
				g_string_append_printf(out, "%s%s", out->len ? "; " : "", flags[i].mend);
}

/* Where the general mend of a condition would be wrong advice; NULL: it is right. */
static const char *special_mend(const char *condition, const struct explain_facts *facts)
{
	if (!strcmp(condition, "file") && facts->other_file)
		return "nothing: they map different files";
	if (!strcmp(condition, "file") && facts->left_file != facts->right_file)
		return "nothing: only one of them maps a file";
	if (!strcmp(condition, "pgoff") && (facts->left_file || facts->right_file))
		return "map the part of the file that follows the left side's";
	return NULL;
}

/* A private file mapping keeps its charge, written to or not. */
static const char file_charge[] = "a private mapping of a file stays charged once it has been writable: "
				  "make the other side writable once, too, or neither";

static char *flags_mend(const struct explain_facts *facts)
{
	GString *out = g_string_new(NULL);
	g_autofree char *left = g_strdup(facts->left_only ? facts->left_only : "");
	g_autofree char *right = g_strdup(facts->right_only ? facts->right_only : "");
	char *charge_left = strstr(left, "ac"), *charge_right = strstr(right, "ac");

	if ((charge_left || charge_right) && facts->left_file && facts->right_file) {
		g_string_append(out, file_charge);
		if (charge_left)
			memcpy(charge_left, "  ", 2);
		if (charge_right)
			memcpy(charge_right, "  ", 2);
	}
	append_flag_mends(out, left);
	append_flag_mends(out, right);
	return g_string_free(out, FALSE);
}

char *explain_mend(const char *condition, const struct explain_facts *facts)
{
	const char *special = special_mend(condition, facts);

	if (!strcmp(condition, "flags"))
		return flags_mend(facts);
	if (special)
		return g_strdup(special);
	for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++)
		if (!strcmp(conditions[i].condition, condition) && conditions[i].mend)
			return g_strdup(conditions[i].mend);
	return g_strdup("");
}

static void row_free(gpointer data)
{
	struct explain_row *row = data;

	g_free(row->left);
	g_free(row->right);
	g_free(row->detail);
	g_free(row->since);
	g_free(row->mend);
	g_free(row);
}

struct explain_pair *explain_pair_create(void)
{
	struct explain_pair *pair = g_new0(struct explain_pair, 1);

	pair->rows = g_ptr_array_new_with_free_func(row_free);
	return pair;
}

void explain_pair_destroy(struct explain_pair *pair)
{
	g_free(pair->process);
	g_free(pair->left);
	g_free(pair->right);
	g_free(pair->merged_text);
	g_ptr_array_unref(pair->rows);
	g_free(pair);
}

struct explain_row *explain_add(struct explain_pair *pair, const char *condition,
				enum explain_answer answer, char *left, char *right, char *detail)
{
	struct explain_row *row = g_new0(struct explain_row, 1);

	*row = (struct explain_row){ .condition = condition, .answer = answer, .left = left,
				     .right = right, .detail = detail };
	g_ptr_array_add(pair->rows, row);
	return row;
}

const struct explain_row *explain_failure(const struct explain_pair *pair)
{
	for (guint i = 0; i < pair->rows->len; i++) {
		const struct explain_row *row = pair->rows->pdata[i];

		if (row->answer == EXPLAIN_FAILS)
			return row;
	}
	return NULL;
}

static unsigned int count_unknown(const struct explain_pair *pair)
{
	unsigned int nr = 0;

	for (guint i = 0; i < pair->rows->len; i++)
		nr += ((const struct explain_row *)pair->rows->pdata[i])->answer == EXPLAIN_UNKNOWN;
	return nr;
}

static const char *const answers[] = { "ok", "FAIL", "?" };

/* Prints @text at @indent, folded at 96 columns. */
static void print_folded(GString *out, const char *label, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", 0);
	size_t indent = strlen(label), column = indent;

	g_string_append(out, label);
	for (size_t i = 0; words[i]; i++) {
		if (i && column + 1 + strlen(words[i]) > 96) {
			g_string_append_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (i) {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append(out, words[i]);
		column += strlen(words[i]);
	}
	g_string_append_c(out, '\n');
}

/* What both sides have is worth a line where it fails, and where nobody else shows it. */
static bool shows_sides(const struct explain_row *row)
{
	return row->answer != EXPLAIN_HOLDS || !strcmp(row->condition, "anon_vma") ||
	       !strcmp(row->condition, "pgoff");
}

static void print_row(const struct explain_row *row, GString *out)
{
	g_string_append_printf(out, "  %-5s %-9s %s\n", answers[row->answer], row->condition,
			       explain_question(row->condition));
	if (!shows_sides(row))
		return;
	if (row->left && row->right && strcmp(row->left, row->right))
		g_string_append_printf(out, "%18sleft %s, right %s\n", "", row->left, row->right);
	else if (row->left && row->answer != EXPLAIN_HOLDS)
		g_string_append_printf(out, "%18sboth %s\n", "", row->left);
	if (row->detail)
		print_folded(out, "                  ", row->detail);
}

/* Since when, where to see it and what to do, for each condition that fails. */
static void print_failures(const struct explain_pair *pair, GString *out)
{
	unsigned int failing = 0;

	for (guint i = 0; i < pair->rows->len; i++)
		failing += ((const struct explain_row *)pair->rows->pdata[i])->answer == EXPLAIN_FAILS;
	for (guint i = 0; i < pair->rows->len; i++) {
		const struct explain_row *row = pair->rows->pdata[i];

		if (row->answer != EXPLAIN_FAILS)
			continue;
		if (failing > 1)
			g_string_append_printf(out, "  %s\n", row->condition);
		if (row->since)
			print_folded(out, "  since       ", row->since);
		g_string_append_printf(out, "  visible in  %s\n", explain_row_seen_in(row));
		if (row->mend && *row->mend)
			print_folded(out, "  to merge    ", row->mend);
	}
}

static void print_verdict(const struct explain_pair *pair, GString *out)
{
	if (explain_failure(pair))
		print_failures(pair, out);
	else if (count_unknown(pair))
		print_folded(out, "  so          ", "what can be seen from outside does not part them: one of the "
			     "conditions marked ? does, or nothing has asked for a merge since they became "
			     "alike");
	else
		print_folded(out, "  so          ", "nothing forbids it, but nobody asked: the kernel merges only "
			     "where a call creates an area or changes its attributes. Change the attributes of "
			     "one side away and back, for instance with mprotect(), and they merge");
}

void explain_print_short(const struct explain_pair *pair, GString *out)
{
	const struct explain_row *failure = explain_failure(pair);

	g_string_append_printf(out, "%s | %s: %s\n", pair->left, pair->right,
			       failure ? failure->condition : "not known");
	if (failure && failure->detail)
		print_folded(out, "    ", failure->detail);
}

void explain_print(const struct explain_pair *pair, GString *out)
{
	if (pair->merged) {
		g_string_append_printf(out, "ONE VMA   %s: %s\n", pair->process, pair->merged_text);
		return;
	}
	g_string_append_printf(out, "%s   %s: %s | %s\n",
			       explain_failure(pair) ? "NOT MERGEABLE" :
			       count_unknown(pair) ? "NOT MERGED" : "MERGEABLE, NOT MERGED",
			       pair->process, pair->left, pair->right);
	for (guint i = 0; i < pair->rows->len; i++)
		print_row(pair->rows->pdata[i], out);
	print_verdict(pair, out);
}

static void json_string(GString *out, const char *key, const char *value)
{
	g_string_append_printf(out, ",\"%s\":", key);
	if (!value) {
		g_string_append(out, "null");
		return;
	}
	g_string_append_c(out, '"');
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		if (*c == '"' || *c == '\\')
			g_string_append_printf(out, "\\%c", *c);
		else if (*c < 0x20)
			g_string_append_printf(out, "\\u%04x", *c);
		else
			g_string_append_c(out, (char)*c);
	}
	g_string_append_c(out, '"');
}

void explain_print_json(const struct explain_pair *pair, GString *out)
{
	static const char *const words[] = { "holds", "fails", "unknown" };

	g_string_append(out, "{\"event\":\"explain\"");
	json_string(out, "process", pair->process);
	g_string_append_printf(out, ",\"boundary\":\"0x%" G_GINT64_MODIFIER "x\",\"merged\":%s",
			       pair->boundary, pair->merged ? "true" : "false");
	json_string(out, "left", pair->merged ? pair->merged_text : pair->left);
	json_string(out, "right", pair->right);
	g_string_append(out, ",\"conditions\":[");
	for (guint i = 0; i < pair->rows->len; i++) {
		const struct explain_row *row = pair->rows->pdata[i];

		g_string_append_printf(out, "%s{\"condition\":\"%s\",\"answer\":\"%s\"", i ? "," : "",
				       row->condition, words[row->answer]);
		json_string(out, "left", row->left);
		json_string(out, "right", row->right);
		json_string(out, "detail", row->detail);
		json_string(out, "since", row->since);
		json_string(out, "visible", explain_row_seen_in(row));
		json_string(out, "mend", row->mend);
		g_string_append_c(out, '}');
	}
	g_string_append(out, "]}\n");
}
