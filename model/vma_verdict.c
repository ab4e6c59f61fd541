/*
 * vma_verdict.c - may a range join a neighbour, and if not, why not.
 *
 * Each condition is a predicate of its own which names itself in its verdict.  Nothing
 * here writes.
 *
 * In the kernel:  mm/vma.c is_mergeable_vma(), is_mergeable_anon_vma(),
 *                 can_vma_merge_before(), can_vma_merge_after().
 * Left out:       anonymous names: no kernel without CONFIG_ANON_VMA_NAME asks.
 */
#include <inttypes.h>
#include "file.h"
#include "mempolicy.h"
#include "rmap.h"
#include "userfaultfd.h"
#include "vma.h"

#define V(name, word, words) [name] = word,
static const char *const verdict_word[] = { MERGE_VERDICTS(V) };
#undef V
#define V(name, word, words) [name] = words,
static const char *const verdict_words[] = { MERGE_VERDICTS(V) };
#undef V

const char *merge_verdict_word(enum merge_verdict verdict)
{
	return verdict_word[verdict];
}

const char *merge_verdict_words(enum merge_verdict verdict)
{
	return verdict_words[verdict];
}

bool vma_is_fork_child(const struct vm_area_struct *vma)
{
	return vma && vma->anon_vma && !list_is_singular(&vma->anon_vma_chain);
}

static bool flags_merge(vm_flags_t a, vm_flags_t b)
{
	return ((a ^ b) & ~VM_STICKY) == 0;
}

/*
 * One side gives its anon_vmas to the other, which has none.  If @source got them by
 * fork its chain leads to its parents' too; that is not spread over more memory, to keep
 * load off the lock of their root.  Kernels until 6.15 asked the receiver instead, whose
 * chain is empty, and refused.
 */
static enum merge_verdict may_receive(const struct vm_area_struct *source)
{
	if (!semantics()->merge_checks_source_chain)
		return MERGE_ANON_VMA;
	return vma_is_fork_child(source) ? MERGE_FORKED : MERGE_OK;
}

/* @target takes in @range, which already has an anon_vma or not. */
static enum merge_verdict anon_vma_verdict(const struct vm_area_struct *target,
					   const struct vma_range *range)
{
	if (target->anon_vma == range->anon_vma)
		return MERGE_OK;
	if (target->anon_vma && range->anon_vma)
		return MERGE_ANON_VMA;
	if (range->anon_vma)
		return may_receive(range->source);
	return vma_is_fork_child(target) ? MERGE_FORKED : MERGE_OK;
}

/* All that does not depend on which side @vma is of.  Kernel: is_mergeable_vma(). */
static enum merge_verdict attributes_verdict(const struct vm_area_struct *vma,
					     const struct vma_range *range)
{
	if (range->flags & VM_SPECIAL)
		return MERGE_SPECIAL;
	if (!mpol_equal(range->policy, vma->vm_policy))
		return MERGE_POLICY;
	if (!flags_merge(vma->vm_flags, range->flags))
		return MERGE_FLAGS;
	if (vma->vm_file != range->file)
		return MERGE_FILE;
	if (vma->vm_userfaultfd_ctx != range->uffd)
		return MERGE_UFFD;
	return anon_vma_verdict(vma, range);
}

enum merge_verdict can_vma_merge_after(const struct vm_area_struct *prev,
				       const struct vma_range *range)
{
	enum merge_verdict verdict;

	if (prev->vm_end != range->start)
		return MERGE_GAP;
	verdict = attributes_verdict(prev, range);
	if (verdict != MERGE_OK)
		return verdict;
	if (prev->vm_pgoff + vma_pages(prev) != range->pgoff)
		return MERGE_PGOFF;
	return MERGE_OK;
}

enum merge_verdict can_vma_merge_before(const struct vm_area_struct *next,
					const struct vma_range *range)
{
	enum merge_verdict verdict;

	if (next->vm_start != range->end)
		return MERGE_GAP;
	verdict = attributes_verdict(next, range);
	if (verdict != MERGE_OK)
		return verdict;
	if (range->pgoff + ((range->end - range->start) >> PAGE_SHIFT) != next->vm_pgoff)
		return MERGE_PGOFF;
	return MERGE_OK;
}

void vma_range_of(struct vma_range *range, struct vm_area_struct *vma, unsigned long start,
		  unsigned long end)
{
	*range = (struct vma_range){
		.mm = vma->vm_mm,
		.start = start,
		.end = end,
		.pgoff = linear_page_index(vma, start),
		.flags = vma->vm_flags,
		.ops = vma->vm_ops,
		.file = vma->vm_file,
		.uffd = vma->vm_userfaultfd_ctx,
		.policy = vma->vm_policy,
		.anon_vma = vma->anon_vma,
		.source = vma,
	};
}

/* ---- both sides of every condition, for people ---- */

struct pair {
	const struct vm_area_struct *left, *right;
};

typedef bool (*condition_holds)(const struct pair *pair);
typedef void (*condition_show)(const struct vm_area_struct *vma, bool left, char out[64]);

static bool ranges_touch(const struct pair *pair)
{
	return pair->left->vm_mm == pair->right->vm_mm &&
	       pair->left->vm_end == pair->right->vm_start;
}

static void show_edge(const struct vm_area_struct *vma, bool left, char out[64])
{
	g_snprintf(out, 64, left ? "ends at %s" : "starts at %s",
		   addr_name(vma->vm_mm, left ? vma->vm_end : vma->vm_start).text);
}

static bool neither_special(const struct pair *pair)
{
	return !((pair->left->vm_flags | pair->right->vm_flags) & VM_SPECIAL);
}

static void show_special(const struct vm_area_struct *vma, bool left, char out[64])
{
	g_autoptr(GString) text = g_string_new(NULL);

	(void)left;
	vm_flags_letters(vma->vm_flags & VM_SPECIAL, text, " ");
	g_snprintf(out, 64, "%s", text->len ? text->str : "not special");
}

static bool policies_equal(const struct pair *pair)
{
	return mpol_equal(pair->left->vm_policy, pair->right->vm_policy);
}

static void show_policy(const struct vm_area_struct *vma, bool left, char out[64])
{
	(void)left;
	if (vma->vm_policy)
		g_snprintf(out, 64, "mempolicy#%u", vma->vm_policy->id);
	else
		g_snprintf(out, 64, "no policy");
}

static bool flags_equal(const struct pair *pair)
{
	return flags_merge(pair->left->vm_flags, pair->right->vm_flags);
}

static void show_flags(const struct vm_area_struct *vma, bool left, char out[64])
{
	g_autoptr(GString) text = g_string_new(NULL);

	(void)left;
	vm_flags_letters(vma->vm_flags, text, " ");
	g_snprintf(out, 64, "%s", text->len ? text->str : "no flags");
}

static bool files_equal(const struct pair *pair)
{
	return pair->left->vm_file == pair->right->vm_file;
}

static void show_file(const struct vm_area_struct *vma, bool left, char out[64])
{
	(void)left;
	if (vma->vm_file)
		g_snprintf(out, 64, "file#%u", vma->vm_file->id);
	else
		g_snprintf(out, 64, "no file");
}

static bool uffds_equal(const struct pair *pair)
{
	return pair->left->vm_userfaultfd_ctx == pair->right->vm_userfaultfd_ctx;
}

static void show_uffd(const struct vm_area_struct *vma, bool left, char out[64])
{
	(void)left;
	if (vma->vm_userfaultfd_ctx)
		g_snprintf(out, 64, "uffd#%u", vma->vm_userfaultfd_ctx->id);
	else
		g_snprintf(out, 64, "not registered");
}

/* @modified joins @target without any change of its own. */
static enum merge_verdict modified_anon_vma(const struct vm_area_struct *target,
					    const struct vm_area_struct *modified)
{
	struct vma_range range;

	vma_range_of(&range, (struct vm_area_struct *)modified, modified->vm_start,
		     modified->vm_end);
	return anon_vma_verdict(target, &range);
}

/* Either may be the modified one; since 6.16 that makes no difference. */
static enum merge_verdict pair_anon_vma(const struct pair *pair)
{
	enum merge_verdict verdict = modified_anon_vma(pair->left, pair->right);

	if (verdict == MERGE_OK)
		return verdict;
	return modified_anon_vma(pair->right, pair->left) == MERGE_OK ? MERGE_OK : verdict;
}

static bool anon_vmas_fit(const struct pair *pair)
{
	return pair_anon_vma(pair) != MERGE_ANON_VMA;
}

static bool not_forked(const struct pair *pair)
{
	return pair_anon_vma(pair) != MERGE_FORKED;
}

static void show_anon_vma(const struct vm_area_struct *vma, bool left, char out[64])
{
	(void)left;
	if (vma->anon_vma)
		g_snprintf(out, 64, "anon_vma#%u", vma->anon_vma->id);
	else
		g_snprintf(out, 64, "unfaulted");
}

static void show_chain(const struct vm_area_struct *vma, bool left, char out[64])
{
	const struct anon_vma_chain *avc;
	unsigned int length = 0;

	(void)left;
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		length++;
	g_snprintf(out, 64, "%u in chain%s", length,
		   vma_is_fork_child(vma) ? ", inherited by fork" : "");
}

static bool pgoffs_linear(const struct pair *pair)
{
	return pair->left->vm_pgoff + vma_pages(pair->left) == pair->right->vm_pgoff;
}

/* Anonymous memory counts its pages from address 0: the window's names serve. */
static struct addr_name pgoff_name(const struct vm_area_struct *vma, pgoff_t pgoff)
{
	struct addr_name name;

	if (vma_is_anonymous(vma) && pgoff < TASK_SIZE >> PAGE_SHIFT) {
		name = addr_name(vma->vm_mm, pgoff << PAGE_SHIFT);
		if (name.text[0] == '@')
			return name;
	}
	g_snprintf(name.text, sizeof(name.text), "0x%" PRIx64, pgoff);
	return name;
}

static void show_pgoff(const struct vm_area_struct *vma, bool left, char out[64])
{
	if (left)
		g_snprintf(out, 64, "pgoff %s + %lu pages = %s", pgoff_name(vma, vma->vm_pgoff).text,
			   vma_pages(vma), pgoff_name(vma, vma->vm_pgoff + vma_pages(vma)).text);
	else
		g_snprintf(out, 64, "pgoff %s", pgoff_name(vma, vma->vm_pgoff).text);
}

static bool has_close(const struct vm_area_struct *vma)
{
	return vma->vm_ops && vma->vm_ops->close;
}

/* Whichever is modified is the one that goes. */
static bool one_may_go(const struct pair *pair)
{
	return !has_close(pair->left) || !has_close(pair->right);
}

static void show_close(const struct vm_area_struct *vma, bool left, char out[64])
{
	(void)left;
	g_snprintf(out, 64, has_close(vma) ? "has a close operation" : "no close operation");
}

static const struct {
	enum merge_verdict verdict;
	condition_holds holds;
	condition_show show;
} conditions_in_order[] = {
	{ MERGE_GAP,		ranges_touch,		show_edge },
	{ MERGE_SPECIAL,	neither_special,	show_special },
	{ MERGE_POLICY,		policies_equal,		show_policy },
	{ MERGE_FLAGS,		flags_equal,		show_flags },
	{ MERGE_FILE,		files_equal,		show_file },
	{ MERGE_UFFD,		uffds_equal,		show_uffd },
	{ MERGE_ANON_VMA,	anon_vmas_fit,		show_anon_vma },
	{ MERGE_FORKED,		not_forked,		show_chain },
	{ MERGE_PGOFF,		pgoffs_linear,		show_pgoff },
	{ MERGE_CLOSE,		one_may_go,		show_close },
};

enum merge_verdict vma_can_merge(const struct vm_area_struct *left,
				 const struct vm_area_struct *right,
				 struct merge_condition *conditions, size_t max, size_t *nr)
{
	const struct pair pair = { left, right };
	enum merge_verdict verdict = MERGE_OK;
	size_t filled = 0;

	for (size_t i = 0; i < ARRAY_SIZE(conditions_in_order); i++) {
		bool holds = conditions_in_order[i].holds(&pair);

		if (!holds && verdict == MERGE_OK)
			verdict = conditions_in_order[i].verdict;
		if (!conditions || filled == max)
			continue;
		conditions[filled] = (struct merge_condition){
			.verdict = conditions_in_order[i].verdict, .holds = holds };
		conditions_in_order[i].show(left, true, conditions[filled].left);
		conditions_in_order[i].show(right, false, conditions[filled].right);
		filled++;
	}
	if (nr)
		*nr = filled;
	return verdict;
}

void vma_check_missed_merge(const struct vm_area_struct *vma)
{
	const struct vm_area_struct *prev = vma_prev(vma), *next = vma_next(vma);

	if ((prev && vma_can_merge(prev, vma, NULL, 0, NULL) == MERGE_OK) ||
	    (next && vma_can_merge(vma, next, NULL, 0, NULL) == MERGE_OK))
		quirk_met(QUIRK_no_change_no_merge);
}
