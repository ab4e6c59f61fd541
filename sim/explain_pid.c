/*
 * explain_pid.c - pairs of neighbours in a live process, from what /proc shows.
 */
#include <inttypes.h>
#include <string.h>
#include "explain.h"
#include "smaps.h"

static char *describe(const struct smaps_vma *vma)
{
	return g_strdup_printf("[0x%" PRIx64 ", 0x%" PRIx64 ") %s%s%s", vma->start, vma->end, vma->perms,
			       *vma->name ? " " : "", vma->name);
}

/* The flags which @a has and @b has not, as "ac nr". */
static char *flags_only(const struct smaps_vma *a, const struct smaps_vma *b)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; a->flags && a->flags[i]; i++)
		/* sd is ignored by the kernel; gu and the like are not flags of the VMA. */
		if (*a->flags[i] && strcmp(a->flags[i], "sd") && !smaps_has_flag(b, a->flags[i]))
			g_string_append_printf(out, "%s%s", out->len ? " " : "", a->flags[i]);
	return g_string_free(out, FALSE);
}

static bool is_file(const struct smaps_vma *vma)
{
	return vma->inode != 0;
}

static bool same_inode(const struct smaps_vma *left, const struct smaps_vma *right)
{
	return left->inode == right->inode && left->major == right->major &&
	       left->minor == right->minor;
}

/* The mend of @condition for this pair. */
static char *mend(const char *condition, const struct smaps_vma *left,
		  const struct smaps_vma *right)
{
	g_autofree char *left_only = flags_only(left, right);
	g_autofree char *right_only = flags_only(right, left);
	const struct explain_facts facts = {
		left_only, right_only, is_file(left), is_file(right),
		is_file(left) && is_file(right) && !same_inode(left, right) };

	return explain_mend(condition, &facts);
}

static void add_flags(struct explain_pair *pair, const struct smaps_vma *left,
		      const struct smaps_vma *right)
{
	g_autofree char *left_only = flags_only(left, right);
	g_autofree char *right_only = flags_only(right, left);
	struct explain_row *row;

	if (!left->flags || !right->flags) {
		explain_add(pair, "flags", EXPLAIN_UNKNOWN, NULL, NULL,
			    g_strdup("this text has no VmFlags: it is not that of smaps"));
		return;
	}
	if (!*left_only && !*right_only) {
		explain_add(pair, "flags", EXPLAIN_HOLDS, NULL, NULL, NULL);
		return;
	}
	row = explain_add(pair, "flags", EXPLAIN_FAILS, NULL, NULL,
			  g_strdup_printf("only the left has: %s; only the right has: %s",
					  *left_only ? left_only : "-", *right_only ? right_only : "-"));
	row->mend = mend("flags", left, right);
}

static void add_file(struct explain_pair *pair, const struct smaps_vma *left,
		     const struct smaps_vma *right)
{
	bool same = same_inode(left, right);
	struct explain_row *row;

	if (!same) {
		row = explain_add(pair, "file", EXPLAIN_FAILS,
				  g_strdup(*left->name ? left->name : "anonymous"),
				  g_strdup(*right->name ? right->name : "anonymous"), NULL);
		row->mend = mend("file", left, right);
	} else if (left->inode) {
		explain_add(pair, "file", EXPLAIN_UNKNOWN, g_strdup(left->name), g_strdup(right->name),
			    g_strdup("the same file; whether it is the same open file cannot be seen"));
	} else {
		explain_add(pair, "file", EXPLAIN_HOLDS, NULL, NULL, NULL);
	}
}

static void add_policy(struct explain_pair *pair, const struct smaps_vma *left,
		       const struct smaps_vma *right)
{
	struct explain_row *row;

	if (!left->policy || !right->policy) {
		explain_add(pair, "policy", EXPLAIN_UNKNOWN, NULL, NULL,
			    g_strdup("numa_maps was not to be had"));
	} else if (strcmp(left->policy, right->policy)) {
		row = explain_add(pair, "policy", EXPLAIN_FAILS, g_strdup(left->policy),
				  g_strdup(right->policy), NULL);
		row->mend = mend("policy", left, right);
	} else {
		explain_add(pair, "policy", EXPLAIN_HOLDS, NULL, NULL, NULL);
	}
}

static bool has_uffd(const struct smaps_vma *vma)
{
	return smaps_has_flag(vma, "um") || smaps_has_flag(vma, "uw") || smaps_has_flag(vma, "ui");
}

static void add_uffd(struct explain_pair *pair, const struct smaps_vma *left,
		     const struct smaps_vma *right)
{
	if (has_uffd(left) && has_uffd(right))
		explain_add(pair, "uffd", EXPLAIN_UNKNOWN, NULL, NULL,
			    g_strdup("both are registered; whether with the same one cannot be seen"));
	else
		explain_add(pair, "uffd", has_uffd(left) || has_uffd(right) ? EXPLAIN_FAILS : EXPLAIN_HOLDS,
			    NULL, NULL, NULL)->mend =
			has_uffd(left) || has_uffd(right) ? mend("uffd", left, right) : NULL;
}

static void add_name(struct explain_pair *pair, const struct smaps_vma *left,
		     const struct smaps_vma *right)
{
	bool left_named = g_str_has_prefix(left->name, "[anon:");
	bool right_named = g_str_has_prefix(right->name, "[anon:");

	if ((left_named || right_named) && strcmp(left->name, right->name))
		explain_add(pair, "name", EXPLAIN_FAILS, g_strdup(left->name), g_strdup(right->name),
			    NULL)->mend = mend("name", left, right);
	else
		explain_add(pair, "name", EXPLAIN_HOLDS, NULL, NULL, NULL);
}

/* Pages of its own prove an anon_vma; having none proves nothing. */
static void add_anon_vma(struct explain_pair *pair, const struct smaps_vma *left,
			 const struct smaps_vma *right)
{
	bool left_has = left->kb[SMAPS_anonymous] + left->kb[SMAPS_swap] > 0;
	bool right_has = right->kb[SMAPS_anonymous] + right->kb[SMAPS_swap] > 0;

	if (left->perms[3] == 's' && right->perms[3] == 's') {
		explain_add(pair, "anon_vma", EXPLAIN_HOLDS, NULL, NULL, NULL);
		return;
	}
	explain_add(pair, "anon_vma", EXPLAIN_UNKNOWN,
		    g_strdup(left_has ? "written to" : "perhaps never written to"),
		    g_strdup(right_has ? "written to" : "perhaps never written to"),
		    g_strdup(left_has && right_has ?
			     "both have an anon_vma; they merge only if it is the same one" :
			     "which anon_vma an area has, and whether it came by fork, cannot be seen"));
}

static void add_pgoff(struct explain_pair *pair, const struct smaps_vma *left,
		      const struct smaps_vma *right)
{
	uint64_t next = left->offset + (left->end - left->start);

	if (smaps_is_anonymous(left) || smaps_is_anonymous(right)) {
		explain_add(pair, "pgoff", EXPLAIN_UNKNOWN, NULL, NULL,
			    g_strdup("maps shows 0 for anonymous memory; it is the place it was first mapped "
				     "at, and differs once it was moved after a write"));
		return;
	}
	explain_add(pair, "pgoff", next == right->offset ? EXPLAIN_HOLDS : EXPLAIN_FAILS,
		    g_strdup_printf("ends at 0x%" PRIx64, next),
		    g_strdup_printf("starts at 0x%" PRIx64, right->offset), NULL)->mend =
		next == right->offset ? NULL : mend("pgoff", left, right);
}

static bool is_special(const struct smaps_vma *vma)
{
	return smaps_has_flag(vma, "io") || smaps_has_flag(vma, "de") || smaps_has_flag(vma, "pf") ||
	       smaps_has_flag(vma, "mm");
}

static struct explain_pair *explain_two(const struct smaps_vma *left, const struct smaps_vma *right)
{
	struct explain_pair *pair = explain_pair_create();
	bool special = is_special(left) || is_special(right);

	pair->process = g_strdup("the process");
	pair->left = describe(left);
	pair->right = describe(right);
	pair->boundary = right->start;
	pair->alike = !strcmp(left->perms, right->perms) && same_inode(left, right);
	explain_add(pair, "special", special ? EXPLAIN_FAILS : EXPLAIN_HOLDS, NULL, NULL, NULL)->mend =
		special ? mend("special", left, right) : NULL;
	add_policy(pair, left, right);
	add_flags(pair, left, right);
	add_file(pair, left, right);
	add_uffd(pair, left, right);
	add_name(pair, left, right);
	add_anon_vma(pair, left, right);
	add_pgoff(pair, left, right);
	return pair;
}

static bool holds(const struct smaps_vma *vma, uint64_t addr)
{
	return addr >= vma->start && addr < vma->end;
}

GPtrArray *explain_smaps(const char *smaps, const char *numa_maps, uint64_t a, uint64_t b,
			 char **error)
{
	g_autoptr(GPtrArray) vmas = smaps_parse(smaps, error);
	GPtrArray *pairs;

	if (!vmas)
		return NULL;
	if (numa_maps)
		smaps_add_policies(vmas, numa_maps);
	pairs = g_ptr_array_new_with_free_func((GDestroyNotify)explain_pair_destroy);
	for (guint i = 1; i < vmas->len; i++) {
		const struct smaps_vma *left = vmas->pdata[i - 1], *right = vmas->pdata[i];

		if ((a || b) && !(holds(left, MIN(a, b)) && holds(right, MAX(a, b))))
			continue;
		if (left->end == right->start)
			g_ptr_array_add(pairs, explain_two(left, right));
	}
	return pairs;
}
