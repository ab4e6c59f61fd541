/*
 * Which ranges join which neighbours, who survives, and why others do not join.
 */
#include "tests/test.h"

#include "model/rmap.h"
#include "tests/build.h"

#define NONE	{}
#define MAX_LETTERS 8

static struct machine *machine;
static struct vm_area_struct *vmas[MAX_LETTERS];
static unsigned int first_id;		/* of area A */

static void begin(const char *picture, const struct build_side *sides)
{
	machine = build_machine(NULL);
	mmap_write_lock(current->mm);
	memset(vmas, 0, sizeof(vmas));
	build_picture(current->mm, picture, sides, vmas);
	first_id = vmas[0] ? vmas[0]->id : 0;
}

/* Tree, file trees and chains hold together; then everything goes without a trace. */
static void end(void)
{
	g_autofree char *wrong = mt_validate(&current->mm->mm_mt);
	const struct vm_area_struct *vma;
	unsigned int count = 0;

	assert_null(wrong);
	for_each_vma(current->mm, vma) {
		const struct anon_vma_chain *avc;

		count++;
		assert_false(vma->detached);
		list_for_each_entry(avc, &vma->anon_vma_chain, same_vma) {
			assert_int_equal(avc->rb.start, vma->vm_pgoff);
			assert_int_equal(avc->rb.last, vma->vm_pgoff + vma_pages(vma) - 1);
		}
	}
	assert_int_equal(count, current->mm->map_count);
	mmap_write_unlock(current->mm);
	build_end(machine);
}

static struct vma_range new_range(unsigned long first, unsigned long last)
{
	return (struct vma_range){
		.mm = current->mm, .start = build_addr(first), .end = build_addr(last),
		.pgoff = BUILD_BASE + first, .flags = BUILD_RW,
	};
}

/* What mmap() does next when nothing takes the range. */
static struct vm_area_struct *link_new(const struct vma_range *range)
{
	struct vm_area_struct *vma = vm_area_alloc(range->mm);

	assert_non_null(vma);
	vma->vm_start = range->start;
	vma->vm_end = range->end;
	vma->vm_pgoff = range->pgoff;
	vma->vm_flags = range->flags;
	assert_int_equal(vma_link(range->mm, vma), 0);
	return vma;
}

/* Charges for what a test put in place without mmap(). */
static void settle_accounts(void)
{
	const struct vm_area_struct *vma;

	machine->committed = 0;
	for_each_vma(current->mm, vma)
		if (vma->vm_flags & VM_ACCOUNT)
			machine->committed += vma_pages(vma);
}

static struct merge_outcome merge_new(const struct vma_range *range)
{
	struct vm_area_struct *prev = find_vma_prev_of(range->mm, range->start);
	struct vm_area_struct *next = find_vma(range->mm, range->start);

	return vma_merge_new_range(range, prev, next, false);
}

/* ---- a new range ---- */

static const struct new_case {
	const char *name;
	const char *before;
	struct build_side side[3];
	unsigned long first, last;
	const char *left, *right;	/* verdicts, in scenario words */
	const char *after;		/* '*': nothing takes the range */
	unsigned int anon_vma;		/* of the merged area */
} new_cases[] = {
	{ "new: alone", "....", { NONE }, 1, 2, "gap", "gap", "*", 0 },
	{ "new: prev grows", "AA...", { NONE }, 2, 3, "ok", "gap", "AAA..", 0 },
	{ "new: next grows down", "..AA.", { NONE }, 1, 2, "gap", "ok", ".AAA.", 0 },
	{ "new: prev swallows next", "AA.BB", { NONE }, 2, 3, "ok", "ok", "AAAAA", 0 },
	{ "new: not touching", "A...B", { NONE }, 2, 3, "gap", "gap", "*", 0 },
	{ "new: after faulted", "AA...", { { .anon_vma = 1 } }, 2, 3, "ok", "gap", "AAA..", 1 },
	{ "new: before faulted", "..AA.", { { .anon_vma = 1 } }, 1, 2, "gap", "ok", ".AAA.", 1 },
	{ "new: unfaulted prev takes over the anon_vma of next", "AA.BB",
	  { NONE, { .anon_vma = 1 } }, 2, 3, "ok", "ok", "AAAAA", 1 },
	{ "new: hole in one faulted area", "AA.BB", { { .anon_vma = 1 }, { .anon_vma = 1 } },
	  2, 3, "ok", "ok", "AAAAA", 1 },
	{ "new: between two anon_vmas the left one gets it", "AA.BB",
	  { { .anon_vma = 1 }, { .anon_vma = 2 } }, 2, 3, "ok", "anon_vma", "AAABB", 1 },
	{ "new: fork child on the left", "AA...", { { .anon_vma = 1, .forked = true } },
	  2, 3, "forked", "gap", "*", 0 },
	{ "new: fork child on the right", "..AA.", { { .anon_vma = 1, .forked = true } },
	  1, 2, "gap", "forked", "*", 0 },
	{ "new: flags differ on the left", "AA.BB", { { .flags = VM_WRITE }, NONE },
	  2, 3, "flags", "ok", "AABBB", 0 },
	{ "new: account counts", "AA...", { { .flags = VM_ACCOUNT } }, 2, 3, "flags", "gap", "*", 0 },
	{ "new: noreserve counts", "AA...", { { .flags = VM_NORESERVE } }, 2, 3, "flags", "gap",
	  "*", 0 },
	{ "new: nohugepage counts", "AA...", { { .flags = VM_NOHUGEPAGE } }, 2, 3, "flags", "gap",
	  "*", 0 },
	{ "new: pgoff of prev does not continue", "AA...", { { .shift = 7, .anon_vma = 1 } },
	  2, 3, "pgoff", "gap", "*", 0 },
	{ "new: pgoff of next does not continue", "..AA.", { { .shift = 7, .anon_vma = 1 } },
	  1, 2, "gap", "pgoff", "*", 0 },
	{ "new: next with close stays", "AA.BB", { NONE, { .close = true } },
	  2, 3, "ok", "close", "AAABB", 0 },
	{ "new: close on prev does not matter", "AA.BB", { { .close = true }, NONE },
	  2, 3, "ok", "ok", "AAAAA", 0 },
	{ "new: both with close", "AA.BB", { { .close = true }, { .close = true } },
	  2, 3, "ok", "close", "AAABB", 0 },
	{ "new: close on next alone does not matter", "..AA.", { { .close = true } },
	  1, 2, "gap", "ok", ".AAA.", 0 },
};

static void test_new(void **state)
{
	const struct new_case *t = *state;
	unsigned int anon_vma = 0;
	struct merge_outcome outcome;
	struct vma_range range;

	begin(t->before, t->side);
	range = new_range(t->first, t->last);
	if (t->anon_vma)
		anon_vma = vma_lookup(current->mm, (0x100000UL + 16 * t->anon_vma) << PAGE_SHIFT)
			   ->anon_vma->id;
	outcome = merge_new(&range);
	assert_string_equal(merge_verdict_word(outcome.left), t->left);
	assert_string_equal(merge_verdict_word(outcome.right), t->right);
	assert_false(outcome.oom);
	if (*t->after == '*') {
		assert_null(outcome.vma);
	} else {
		g_autofree char *after = build_show(current->mm, first_id, strlen(t->after));

		assert_string_equal(after, t->after);
		assert_int_equal(outcome.vma->anon_vma ? outcome.vma->anon_vma->id : 0, anon_vma);
		assert_int_equal(outcome.vma->vm_pgoff, outcome.vma->vm_start >> PAGE_SHIFT);
	}
	settle_accounts();
	end();
}

/* ---- a modified range: the source gets VM_NOHUGEPAGE, which its neighbours have ---- */

#define NH	.flags = VM_NOHUGEPAGE

static const struct modify_case {
	const char *name;
	const char *before;
	struct build_side side[3];
	unsigned long first, last;
	char source;			/* whose range it is */
	const char *left, *right;
	const char *after;		/* of vma_modify(), splits included */
	char result;			/* the area that gets the attributes */
	unsigned int anon_vma;		/* of it */
} modify_cases[] = {
	{ "modify: right part joins next", "AAABB", { NONE, { NH } }, 2, 3, 'A', "gap", "ok",
	  "AABBB", 'B', 0 },
	{ "modify: right part, faulted", "AAABB", { { .anon_vma = 1 }, { NH } }, 2, 3, 'A', "gap",
	  "ok", "AABBB", 'B', 1 },
	{ "modify: whole joins next", "AAABB", { NONE, { NH } }, 0, 3, 'A', "gap", "ok", "BBBBB",
	  'B', 0 },
	{ "modify: whole joins next, faulted", "AAABB", { { .anon_vma = 1 }, { NH } }, 0, 3, 'A',
	  "gap", "ok", "BBBBB", 'B', 1 },
	{ "modify: left part joins prev", "AABBB", { { NH }, NONE }, 2, 3, 'B', "ok", "gap",
	  "AAABB", 'A', 0 },
	{ "modify: left part joins prev, faulted", "AABBB", { { NH }, { .anon_vma = 1 } }, 2, 3,
	  'B', "ok", "gap", "AAABB", 'A', 1 },
	{ "modify: whole joins prev", "AABBB", { { NH }, NONE }, 2, 5, 'B', "ok", "gap", "AAAAA",
	  'A', 0 },
	{ "modify: whole joins both", "AABCC", { { NH }, NONE, { NH } }, 2, 3, 'B', "ok", "ok",
	  "AAAAA", 'A', 0 },
	{ "modify: both, the middle faulted", "AABCC", { { NH }, { .anon_vma = 1 }, { NH } }, 2, 3,
	  'B', "ok", "ok", "AAAAA", 'A', 1 },
	{ "modify: both, next faulted", "AABCC", { { NH }, NONE, { NH, .anon_vma = 1 } }, 2, 3,
	  'B', "ok", "ok", "AAAAA", 'A', 1 },
	{ "modify: both, prev faulted", "AABCC", { { NH, .anon_vma = 1 }, NONE, { NH } }, 2, 3,
	  'B', "ok", "ok", "AAAAA", 'A', 1 },
	{ "modify: two anon_vmas around: prev only", "AABCC",
	  { { NH, .anon_vma = 1 }, NONE, { NH, .anon_vma = 2 } }, 2, 3, 'B', "ok", "anon_vma",
	  "AAACC", 'A', 1 },
	{ "modify: other anon_vma on the left, right fits", "AABCC",
	  { { NH, .anon_vma = 1 }, { .anon_vma = 2 }, { NH } }, 2, 3, 'B', "anon_vma", "ok",
	  "AACCC", 'C', 2 },
	{ "modify: in the middle: two splits, the middle is the old one", "AAAAA", { NONE }, 2, 3,
	  'A', "gap", "gap", "BBACC", 'A', 0 },
	{ "modify: head splits", "AAAAA", { NONE }, 0, 2, 'A', "gap", "gap", "AABBB", 'A', 0 },
	{ "modify: tail splits", "AAAAA", { NONE }, 3, 5, 'A', "gap", "gap", "BBBAA", 'A', 0 },
	{ "modify: a split clones the chain", "AAAAA", { { .anon_vma = 1 } }, 2, 3, 'A', "gap",
	  "gap", "BBACC", 'A', 1 },
	{ "modify: source with close cannot go", "AABBB", { { NH }, { .close = true } }, 2, 5, 'B',
	  "close", "gap", "AABBB", 'B', 0 },
	{ "modify: source with close, part: prev grows", "AABBB", { { NH }, { .close = true } },
	  2, 3, 'B', "ok", "gap", "AAABB", 'A', 0 },
	{ "modify: source with close before next", "AAABB", { { .close = true }, { NH } }, 0, 3,
	  'A', "gap", "close", "AAABB", 'A', 0 },
	{ "modify: source with close between", "AABCC", { { NH }, { .close = true }, { NH } },
	  2, 3, 'B', "close", "close", "AABCC", 'B', 0 },
	{ "modify: next with close: prev only", "AABCC", { { NH }, NONE, { NH, .close = true } },
	  2, 3, 'B', "ok", "close", "AAACC", 'A', 0 },
	{ "modify: forked source does not spread", "AABBB",
	  { { NH }, { .anon_vma = 1, .forked = true } }, 2, 5, 'B', "forked", "gap", "AABBB", 'B',
	  1 },
	{ "modify: forked target takes nothing", "AABBB",
	  { { NH, .anon_vma = 1, .forked = true }, NONE }, 2, 5, 'B', "forked", "gap", "AABBB",
	  'B', 0 },
	{ "modify: moved here at another pgoff", "AABBB",
	  { { NH }, { .anon_vma = 1, .shift = 90 } }, 2, 5, 'B', "pgoff", "gap", "AABBB", 'B', 1 },
};

static void test_modify(void **state)
{
	const struct modify_case *t = *state;
	struct vm_area_struct *result;
	struct merge_plan plan;
	struct vma_range range;
	g_autofree char *after = NULL;
	struct vm_area_struct *source;
	int error;

	begin(t->before, t->side);
	source = vmas[t->source - 'A'];
	vma_range_of(&range, source, build_addr(t->first), build_addr(t->last));
	range.flags |= VM_NOHUGEPAGE;
	vma_plan_existing_range(&plan, &range, vma_prev(source), vma_next(source));
	assert_string_equal(merge_verdict_word(plan.left), t->left);
	assert_string_equal(merge_verdict_word(plan.right), t->right);

	result = vma_modify(&range, &error);
	assert_int_equal(error, 0);
	after = build_show(current->mm, first_id, strlen(t->after));
	assert_string_equal(after, t->after);
	assert_int_equal('A' + (result->id - first_id), t->result);
	assert_int_equal(result->anon_vma != NULL, t->anon_vma != 0);
	if (t->anon_vma && !t->side[t->source - 'A'].forked)
		assert_ptr_equal(result->anon_vma,
				 vma_lookup(current->mm, (0x100000UL + 16 * t->anon_vma)
					    << PAGE_SHIFT)->anon_vma);
	end();
}

/* ---- the pairwise question ---- */

static const struct pair_case {
	const char *name;
	const char *picture;
	struct build_side side[2];
	const char *verdict;
} pair_cases[] = {
	{ "pair: both unfaulted", "AABB", { NONE, NONE }, "ok" },
	{ "pair: apart", "A.BB", { NONE, NONE }, "gap" },
	{ "pair: special", "AABB", { { .flags = VM_IO }, { .flags = VM_IO } }, "special" },
	{ "pair: flags", "AABB", { { .flags = VM_WRITE }, NONE }, "flags" },
	{ "pair: left faulted", "AABB", { { .anon_vma = 1 }, NONE }, "ok" },
	{ "pair: right faulted", "AABB", { NONE, { .anon_vma = 1 } }, "ok" },
	{ "pair: one anon_vma", "AABB", { { .anon_vma = 1 }, { .anon_vma = 1 } }, "ok" },
	{ "pair: two anon_vmas", "AABB", { { .anon_vma = 1 }, { .anon_vma = 2 } }, "anon_vma" },
	{ "pair: left forked", "AABB", { { .anon_vma = 1, .forked = true }, NONE }, "forked" },
	{ "pair: right forked", "AABB", { NONE, { .anon_vma = 1, .forked = true } }, "forked" },
	{ "pair: pgoff", "AABB", { NONE, { .shift = 3 } }, "pgoff" },
	{ "pair: flags before pgoff", "AABB", { { .flags = VM_EXEC }, { .shift = 3 } }, "flags" },
	{ "pair: one may close", "AABB", { { .close = true }, NONE }, "ok" },
	{ "pair: both close", "AABB", { { .close = true }, { .close = true } }, "close" },
};

static void test_pair(void **state)
{
	const struct pair_case *t = *state;
	struct merge_condition conditions[16];
	enum merge_verdict verdict;
	size_t nr;

	begin(t->picture, t->side);
	verdict = vma_can_merge(vmas[0], vmas[1], conditions, ARRAY_SIZE(conditions), &nr);
	assert_string_equal(merge_verdict_word(verdict), t->verdict);
	assert_int_equal(nr, 10);
	for (size_t i = 0; i < nr; i++) {
		assert_true(conditions[i].left[0] && conditions[i].right[0]);
		if (conditions[i].verdict == verdict)
			assert_false(conditions[i].holds);
	}
	end();
}

/* ---- longer stories ---- */

/* Seven new ranges in turn, until all is one. */
static void test_merge_new_in_turn(void **state)
{
	static const struct build_side sides[] = { { .anon_vma = 1 }, { .anon_vma = 1 }, NONE };
	static const struct {
		unsigned long first, last;
		const char *after;
	} steps[] = {
		{ 7, 9, "AA.B...DD..C" }, { 2, 3, "AAAA...DD..C" }, { 4, 5, "AAAAA..DD..C" },
		{ 6, 7, "AAAAA.DDD..C" }, { 5, 6, "AAAAAAAAA..C" }, { 10, 11, "AAAAAAAAA.CC" },
		{ 9, 10, "AAAAAAAAAAAA" },
	};

	(void)state;
	begin("AA.B.......C", sides);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct vma_range range = new_range(steps[i].first, steps[i].last);
		g_autofree char *after = NULL;

		if (!merge_new(&range).vma)
			link_new(&range);
		after = build_show(current->mm, first_id, 12);
		assert_string_equal(after, steps[i].after);
	}
	assert_non_null(vmas[0]->anon_vma);
	assert_int_equal(vma_pages(vmas[0]), 12);
	settle_accounts();
	end();
}

static void test_special_flags(void **state)
{
	static const vm_flags_t special[] = { VM_IO, VM_DONTEXPAND, VM_PFNMAP, VM_MIXEDMAP };
	vm_flags_t all = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		const struct build_side sides[] = { { .flags = special[i] }, NONE };
		struct merge_outcome outcome;
		struct vma_range range;

		all |= special[i];
		begin("AABB", sides);
		range = new_range(4, 5);
		range.flags |= special[i];
		assert_null(merge_new(&range).vma);
		vma_range_of(&range, vmas[1], vmas[1]->vm_start, vmas[1]->vm_end);
		range.flags |= special[i];
		outcome = vma_merge_existing_range(&range);
		assert_null(outcome.vma);
		assert_string_equal(merge_verdict_word(outcome.left), "special");
		end();
	}
	assert_int_equal(all, VM_SPECIAL);
}

/* Every allocation of a merge fails in turn: no merge then, and everything as before. */
static void test_no_memory(void **state)
{
	static const struct build_side sides[] = {
		{ .flags = VM_NOHUGEPAGE }, { .anon_vma = 1 }, NONE };
	unsigned int refused = 0;
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct merge_outcome outcome;
		struct vma_range range;
		g_autofree char *after = NULL;

		begin("AABBCC", sides);
		vma_range_of(&range, vmas[1], vmas[1]->vm_start, vmas[1]->vm_end);
		range.flags |= VM_NOHUGEPAGE;
		machine_fail_nth(machine, nth);
		outcome = vma_merge_existing_range(&range);
		failed = machine->failed_site != NULL;
		machine_fail_nth(machine, 0);

		after = build_show(current->mm, first_id, 6);
		assert_string_equal(after, outcome.vma ? "AAAACC" : "AABBCC");
		if (!outcome.vma) {
			refused++;
			assert_true(outcome.oom);
			assert_string_equal(merge_verdict_word(outcome.left), "nomem");
			assert_null(vmas[0]->anon_vma);
			assert_true(list_empty(&vmas[0]->anon_vma_chain));
		}
		end();
	}
	assert_true(refused > 0);
}

/* Likewise for splits. */
static void test_split_no_memory(void **state)
{
	static const struct build_side sides[] = { { .anon_vma = 1 } };
	unsigned int refused = 0;
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		g_autofree char *after = NULL;
		int error;

		begin("AAAA", sides);
		machine_fail_nth(machine, nth);
		error = split_vma(vmas[0], build_addr(1), true);
		failed = machine->failed_site != NULL;
		machine_fail_nth(machine, 0);
		after = build_show(current->mm, first_id, 4);
		assert_string_equal(after, error ? "AAAA" : "BAAA");
		assert_true(!error || error == -ENOMEM);
		refused += error != 0;
		end();
	}
	assert_true(refused > 0);
}

static void test_extend(void **state)
{
	(void)state;
	begin("A..B", NULL);
	assert_ptr_equal(vma_merge_extend(vmas[0], 2 * PAGE_SIZE), vmas[0]);
	assert_int_equal(vma_pages(vmas[0]), 4);
	assert_int_equal(current->mm->map_count, 1);
	settle_accounts();
	end();
}

/* In place a fork child may join what mprotect would not let it join. */
static void test_extend_fork_child(void **state)
{
	static const struct build_side sides[] = { { .anon_vma = 1, .forked = true }, NONE };

	(void)state;
	begin("AAA.BB", sides);
	assert_ptr_equal(vma_merge_extend(vmas[0], PAGE_SIZE), vmas[0]);
	assert_int_equal(vma_pages(vmas[0]), 6);
	settle_accounts();
	end();
}

/* Only upwards, never into the next one. */
static void test_just_expand(void **state)
{
	struct vma_range range;
	struct merge_outcome outcome;

	(void)state;
	begin("AAA..B", NULL);
	range = new_range(3, 5);
	outcome = vma_merge_new_range(&range, vmas[0], vmas[1], true);
	assert_ptr_equal(outcome.vma, vmas[0]);
	assert_int_equal(vma_pages(vmas[0]), 5);
	assert_int_equal(current->mm->map_count, 2);
	settle_accounts();
	end();
}

static const struct copy_case {
	const char *name, *before;
	struct build_side side[2];
	unsigned long first, last, to;	/* part of A that is copied, and where */
	const char *after;
	bool rmap_locks;
	unsigned long pgoff;		/* of the copy's first page, from BUILD_BASE */
} copy_cases[] = {
	{ "copy: unfaulted, alone", "...AA.", { NONE }, 3, 5, 0, "BB.AA.", false, 0 },
	{ "copy: faulted keeps its pgoff", "...AA.", { { .anon_vma = 1 } }, 3, 5, 0, "BB.AA.",
	  false, 3 },
	{ "copy: unfaulted joins next", "AA...BB", { NONE, NONE }, 0, 2, 3, "AA.BBBB", false, 3 },
	{ "copy: unfaulted joins itself and next", "AA..BB", { NONE, NONE }, 0, 2, 2, "AAAAAA",
	  true, 0 },
	{ "copy: unfaulted joins itself", "AAAAAA....", { NONE }, 2, 4, 6, "AAAAAAAA..", true, 0 },
	{ "copy: faulted to other pgoff stays alone", "AA....BB", { { .anon_vma = 1 }, NONE }, 0, 2,
	  4, "AA..CCBB", false, 0 },
	{ "copy: into next with a lower pgoff takes the locks", "AA..BB",
	  { { .anon_vma = 1, .shift = 2 }, { .anon_vma = 1 } }, 0, 2, 2, "AABBBB", true, 2 },
};

static void test_copy(void **state)
{
	const struct copy_case *t = *state;
	struct vm_area_struct *source, *copy;
	g_autofree char *after = NULL;
	bool rmap_locks = !t->rmap_locks;

	begin(t->before, t->side);
	source = vmas[0];
	copy = copy_vma(&source, build_addr(t->to), (t->last - t->first) << PAGE_SHIFT,
			linear_page_index(source, build_addr(t->first)), &rmap_locks);
	assert_non_null(copy);
	after = build_show(current->mm, first_id, strlen(t->after));
	assert_string_equal(after, t->after);
	assert_int_equal(rmap_locks, t->rmap_locks);
	if (copy->vm_start == build_addr(t->to))
		assert_int_equal(copy->vm_pgoff, BUILD_BASE + t->pgoff);
	settle_accounts();
	end();
}

static void keep_line(void *data, const char *event, const char *text)
{
	g_string_append_printf(data, "%s: %s\n", event, text);
}

/* The story of a merge, and of one that is refused, in words. */
static void test_trace(void **state)
{
	static const struct build_side sides[] = { NONE, NONE, { .anon_vma = 1, .shift = 5 } };
	g_autoptr(GString) lines = g_string_new(NULL);
	struct vma_range range;

	(void)state;
	begin("AA.BB.CC", sides);
	machine->trace = keep_line;
	machine->trace_data = lines;
	range = new_range(2, 3);
	merge_new(&range);
	range = new_range(5, 6);
	range.flags |= VM_NORESERVE;
	merge_new(&range);
	machine->trace = NULL;
	assert_non_null(strstr(lines->str, "vma-merge: new range [0x1002000,0x1003000): "
					   "prev grows up over next: "));
	assert_non_null(strstr(lines->str, "[0x1000000,0x1002000) -> [0x1000000,0x1005000)"));
	assert_non_null(strstr(lines->str, "vma-no-merge: new range [0x1005000,0x1006000): "
					   "prev: vm_flags differ; next: vm_flags differ"));
	settle_accounts();
	end();
}

/* Until 6.15 the receiver's empty chain spoke against it. */
static void test_before_6_16(void **state)
{
	static const struct build_side sides[] = {
		{ .flags = VM_NOHUGEPAGE }, { .anon_vma = 1 } };
	struct vma_range range;

	(void)state;
	begin("AABB", sides);
	machine->config.semantics.merge_checks_source_chain = false;
	vma_range_of(&range, vmas[1], vmas[1]->vm_start, vmas[1]->vm_end);
	range.flags |= VM_NOHUGEPAGE;
	assert_null(vma_merge_existing_range(&range).vma);
	machine->config.semantics.merge_checks_source_chain = true;
	assert_ptr_equal(vma_merge_existing_range(&range).vma, vmas[0]);
	end();
}

#define TABLE(table, fn)						\
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)			\
		tests[nr++] = (struct CMUnitTest){			\
			.name = table[i].name, .test_func = (fn),	\
			.initial_state = (void *)&table[i] }
#define ONE(fn)	tests[nr++] = (struct CMUnitTest)cmocka_unit_test(fn)

int main(void)
{
	struct CMUnitTest tests[128] = {};
	size_t nr = 0;

	TABLE(new_cases, test_new);
	TABLE(modify_cases, test_modify);
	TABLE(pair_cases, test_pair);
	TABLE(copy_cases, test_copy);
	ONE(test_merge_new_in_turn);
	ONE(test_special_flags);
	ONE(test_no_memory);
	ONE(test_split_no_memory);
	ONE(test_extend);
	ONE(test_extend_fork_child);
	ONE(test_just_expand);
	ONE(test_trace);
	ONE(test_before_6_16);
	return _cmocka_run_group_tests("vma_merge", tests, nr, NULL, NULL);
}
