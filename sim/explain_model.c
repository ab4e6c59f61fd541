/*
 * explain_model.c - explaining a pair of neighbours in the model.
 */
#include <string.h>
#include "model/file.h"
#include "model/machine.h"
#include "model/rmap.h"
#include "model/vma.h"
#include "sim/explain_model.h"

/* What a condition came to after a statement. */
enum condition_state {
	STATE_NONE,	/* not two areas: one side unmapped, or both in one */
	STATE_HOLDS,
	STATE_FAILS,
};

struct explain_history {
	char *process;
	uint64_t left, right;
	enum condition_state state[NR_MERGE_VERDICTS];
	char *since[NR_MERGE_VERDICTS];	/* statement after which it came to fail */
	bool together;			/* one area covers both */
	char *parted;			/* the statement that split it, or NULL */
	const GPtrArray *births;	/* borrowed */
};

GPtrArray *explain_births_create(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

void explain_births_note(GPtrArray *births, const char *statement)
{
	while (births->len + 1 < mach->next_id[KIND_ANON_VMA])
		g_ptr_array_add(births, g_strdup(statement));
}

struct explain_history *explain_history_create(const char *process, uint64_t left, uint64_t right,
					       const GPtrArray *births)
{
	struct explain_history *history = g_new0(struct explain_history, 1);

	history->process = g_strdup(process);
	history->left = left;
	history->right = right;
	history->births = births;
	return history;
}

void explain_history_destroy(struct explain_history *history)
{
	for (size_t i = 0; i < NR_MERGE_VERDICTS; i++)
		g_free(history->since[i]);
	g_free(history->parted);
	g_free(history->process);
	g_free(history);
}

const char *explain_history_process(const struct explain_history *history)
{
	return history->process;
}

bool explain_is_reservation(const struct vm_area_struct *vma)
{
	return vma->vm_start >= vma->vm_mm->window_start && vma->vm_end <= vma->vm_mm->window_end &&
	       !(vma->vm_flags & VM_ACCESS_FLAGS) && !vma->anon_vma;
}

static void note_condition(struct explain_history *history, const struct merge_condition *condition,
			   const char *statement)
{
	enum condition_state *state = &history->state[condition->verdict];

	if (condition->holds) {
		*state = STATE_HOLDS;
		return;
	}
	if (*state != STATE_FAILS) {
		g_free(history->since[condition->verdict]);
		history->since[condition->verdict] = g_strdup(statement);
	}
	*state = STATE_FAILS;
}

/* One area until now, and two from now on? */
static void note_parting(struct explain_history *history, bool together, const char *statement)
{
	if (together)
		g_clear_pointer(&history->parted, g_free);
	else if (history->together)
		history->parted = g_strdup(statement);
	history->together = together;
}

void explain_history_note(struct explain_history *history, const struct mm_struct *mm,
			  const char *statement)
{
	const struct vm_area_struct *left = mm ? vma_lookup(mm, history->left) : NULL;
	const struct vm_area_struct *right = mm ? vma_lookup(mm, history->right) : NULL;
	struct merge_condition conditions[NR_MERGE_VERDICTS];
	size_t nr = 0;

	if (!left || !right || explain_is_reservation(left) || explain_is_reservation(right)) {
		memset(history->state, 0, sizeof(history->state));
		history->together = false;
		g_clear_pointer(&history->parted, g_free);
		return;
	}
	note_parting(history, left == right, statement);
	if (left == right) {
		memset(history->state, 0, sizeof(history->state));
		return;
	}
	vma_can_merge(left, right, conditions, ARRAY_SIZE(conditions), &nr);
	for (size_t i = 0; i < nr; i++)
		note_condition(history, &conditions[i], statement);
}

static char *describe(const struct vm_area_struct *vma, const struct value_style *style)
{
	g_autofree char *start = address_text(vma->vm_start, style);
	g_autofree char *end = address_text(vma->vm_end, style);
	char prot[5];

	vm_flags_prot(vma->vm_flags, prot);
	return g_strdup_printf("vma#%u [%s, %s) %s", vma->id, start, end, prot);
}

/* Flags of @a which @b has not. */
static char *flags_only(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	GString *out = g_string_new(NULL);

	vm_flags_letters(a->vm_flags & ~b->vm_flags, out, " ");
	return g_string_free(out, FALSE);
}

static char *mend(const char *word, const struct vm_area_struct *left,
		  const struct vm_area_struct *right, const char *left_only,
		  const char *right_only)
{
	bool left_file = left->vm_file && !vma_is_anonymous(left);
	bool right_file = right->vm_file && !vma_is_anonymous(right);
	const struct explain_facts facts = {
		left_only, right_only, left_file, right_file,
		left_file && right_file && left->vm_file->inode != right->vm_file->inode &&
		left->vm_file->inode->type != INODE_SHMEM };

	return explain_mend(word, &facts);
}

static void add_condition(struct explain_pair *pair, const struct merge_condition *condition,
			  const struct vm_area_struct *left, const struct vm_area_struct *right)
{
	const char *word = merge_verdict_word(condition->verdict);
	enum explain_answer answer = condition->holds ? EXPLAIN_HOLDS : EXPLAIN_FAILS;
	g_autofree char *left_only = flags_only(left, right);
	g_autofree char *right_only = flags_only(right, left);
	struct explain_row *row;

	if (condition->verdict == MERGE_FLAGS) {
		row = explain_add(pair, word, answer, NULL, NULL, condition->holds ? NULL :
				  g_strdup_printf("only the left has: %s; only the right has: %s",
						  *left_only ? left_only : "-",
						  *right_only ? right_only : "-"));
	} else {
		row = explain_add(pair, word, answer, g_strdup(condition->left),
				  g_strdup(condition->right), NULL);
	}
	if (!condition->holds)
		row->mend = mend(word, left, right, left_only, right_only);
}

struct explain_pair *explain_vmas(const char *process, const struct vm_area_struct *left,
				  const struct vm_area_struct *right,
				  const struct value_style *style)
{
	struct merge_condition conditions[NR_MERGE_VERDICTS];
	struct explain_pair *pair = explain_pair_create();
	size_t nr = 0;

	pair->process = g_strdup(process);
	pair->boundary = right->vm_start;
	if (left == right) {
		pair->merged = true;
		pair->merged_text = describe(left, style);
		return pair;
	}
	pair->left = describe(left, style);
	pair->right = describe(right, style);
	vma_can_merge(left, right, conditions, ARRAY_SIZE(conditions), &nr);
	for (size_t i = 0; i < nr; i++)
		add_condition(pair, &conditions[i], left, right);
	return pair;
}

/* "(one area until then)", or until an earlier statement, or nothing. */
static char *since_text(const struct explain_history *history, const char *since)
{
	if (!history->parted)
		return g_strdup(since);
	if (!strcmp(history->parted, since))
		return g_strdup_printf("%s (one area until then)", since);
	return g_strdup_printf("%s (one area until %s)", since, history->parted);
}

static void add_since(struct explain_pair *pair, const struct explain_history *history)
{
	for (guint i = 0; i < pair->rows->len; i++) {
		struct explain_row *row = pair->rows->pdata[i];

		for (size_t verdict = 0; verdict < NR_MERGE_VERDICTS; verdict++)
			if (row->answer == EXPLAIN_FAILS && history->since[verdict] &&
			    !strcmp(row->condition, merge_verdict_word((enum merge_verdict)verdict)))
				row->since = since_text(history, history->since[verdict]);
	}
}

static const char *birth(const struct explain_history *history, const struct anon_vma *anon_vma)
{
	return anon_vma->id <= history->births->len ? history->births->pdata[anon_vma->id - 1] : "?";
}

/* Two anon_vmas part them: where each came from is the story. */
static void add_births(struct explain_pair *pair, const struct explain_history *history,
		       const struct vm_area_struct *left, const struct vm_area_struct *right)
{
	for (guint i = 0; i < pair->rows->len; i++) {
		struct explain_row *row = pair->rows->pdata[i];

		if (row->answer != EXPLAIN_FAILS || strcmp(row->condition, "anon_vma") ||
		    !left->anon_vma || !right->anon_vma)
			continue;
		g_free(row->detail);
		row->detail = g_strdup_printf("anon_vma#%u by %s; anon_vma#%u by %s",
					      left->anon_vma->id, birth(history, left->anon_vma),
					      right->anon_vma->id, birth(history, right->anon_vma));
	}
}

struct explain_pair *explain_history_pair(const struct explain_history *history,
					  const struct mm_struct *mm,
					  const struct value_style *style, char **error)
{
	const struct vm_area_struct *left = mm ? vma_lookup(mm, history->left) : NULL;
	const struct vm_area_struct *right = mm ? vma_lookup(mm, history->right) : NULL;
	struct explain_pair *pair;

	if (!left || !right) {
		g_autofree char *where = address_text(left ? history->right : history->left, style);

		*error = g_strdup_printf("nothing is mapped at %s in process %s", where,
					 history->process);
		return NULL;
	}
	pair = explain_vmas(history->process, left, right, style);
	add_since(pair, history);
	add_births(pair, history, left, right);
	return pair;
}
