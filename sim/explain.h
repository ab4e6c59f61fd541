/*
 * explain.h - why two neighbouring VMAs are two: each condition of a merge in the order
 * the kernel asks, with what both sides have.
 *
 * A report is made either from a model (explain_model.c: everything is known, and since
 * when) or from a live process's smaps (explain_pid.c: what user space can see, and what
 * it cannot).
 *
 * In the kernel:  mm/vma.c is_mergeable_vma(), can_vma_merge_before(), can_vma_merge_after().
 */
#ifndef SIM_EXPLAIN_H
#define SIM_EXPLAIN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum explain_answer {
	EXPLAIN_HOLDS,
	EXPLAIN_FAILS,
	EXPLAIN_UNKNOWN,	/* user space cannot tell */
};

/* One condition.  Strings are owned; NULL where there is nothing to say. */
struct explain_row {
	const char *condition;	/* the verdict's word: "flags", "pgoff", ... */
	enum explain_answer answer;
	char *left, *right;	/* what each side has */
	char *detail;		/* "only the right has VM_ACCOUNT" */
	char *since;		/* the statement since which it fails */
	char *mend;		/* what would make it hold */
};

struct explain_pair {
	char *process;
	char *left, *right;	/* "vma#1 [@1, @6) r--p" */
	uint64_t boundary;	/* address at which they meet, bytes */
	bool alike;		/* maps shows the same in every column but the addresses */
	bool merged;		/* one VMA covers both: there is nothing to explain */
	char *merged_text;	/* "vma#1 [@1, @11) r--p" */
	GPtrArray *rows;	/* struct explain_row, in the kernel's order */
};

struct explain_pair *explain_pair_create(void);
void explain_pair_destroy(struct explain_pair *pair);
/* Appends a row; @left, @right and @detail are taken over. */
struct explain_row *explain_add(struct explain_pair *pair, const char *condition,
				enum explain_answer answer, char *left, char *right, char *detail);

/* One sentence each, constant: what the condition asks, and where a person sees it. */
const char *explain_question(const char *condition);
const char *explain_seen_in(const char *condition);
/* The same for a row: some flags are columns of maps. */
const char *explain_row_seen_in(const struct explain_row *row);
/* What the mend of a condition depends on. */
struct explain_facts {
	const char *left_only, *right_only;	/* letters of flags that only one side has */
	bool left_file, right_file;		/* maps a file */
	bool other_file;			/* and not the same one (both by inode) */
};
/* What would make the condition hold; g_free(). */
char *explain_mend(const char *condition, const struct explain_facts *facts);

/* The first row that fails, or NULL. */
const struct explain_row *explain_failure(const struct explain_pair *pair);

void explain_print(const struct explain_pair *pair, GString *out);
/* One line, and a second one for what differs. */
void explain_print_short(const struct explain_pair *pair, GString *out);
void explain_print_json(const struct explain_pair *pair, GString *out);

/*
 * Every pair of touching neighbours of the process whose smaps text is @smaps (with that of
 * numa_maps, or NULL), as struct explain_pair; if @a or @b is not 0, only the pair whose left
 * side holds the lower of the two and whose right side holds the other.  On bad input NULL and a message with the line in *error.
 */
GPtrArray *explain_smaps(const char *smaps, const char *numa_maps, uint64_t a, uint64_t b,
			 char **error);

#endif
