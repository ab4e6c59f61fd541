/*
 * fuzz_shrink.c - a program made smaller as long as it still shows what was seen; see
 * fuzz_program.h.
 *
 * Every change makes the program smaller in one of its numbers, so this ends.
 */
#include "sim/fuzz_program.h"

struct shrink {
	struct fuzz_program *best;
	fuzz_still_fn still;
	void *data;
};

/* Keeps @candidate if it still shows it. Takes it over. */
static bool try_program(struct shrink *shrink, struct fuzz_program *candidate)
{
	if (!shrink->still(shrink->data, candidate)) {
		fuzz_program_destroy(candidate);
		return false;
	}
	fuzz_program_destroy(shrink->best);
	shrink->best = candidate;
	return true;
}

static bool try_without(struct shrink *shrink, guint from, guint nr)
{
	struct fuzz_program *candidate = fuzz_program_copy(shrink->best);

	g_array_remove_range(candidate->stmts, from, nr);
	return try_program(shrink, candidate);
}

/* From the end, for what comes after the difference goes first. */
static bool drop_statements(struct shrink *shrink)
{
	bool changed = false;

	for (guint nr = MAX(shrink->best->stmts->len / 2, 1); nr; nr /= 2)
		for (guint end = shrink->best->stmts->len; end;) {
			guint from = end > nr ? end - nr : 0;

			if (end <= shrink->best->stmts->len &&
			    try_without(shrink, from, end - from))
				changed = true;
			end = from;
		}
	return changed;
}

static bool try_stmt(struct shrink *shrink, guint i, const struct fuzz_stmt *stmt)
{
	struct fuzz_program *candidate = fuzz_program_copy(shrink->best);

	g_array_index(candidate->stmts, struct fuzz_stmt, i) = *stmt;
	return try_program(shrink, candidate);
}

static struct fuzz_stmt stmt_at(const struct shrink *shrink, guint i)
{
	return g_array_index(shrink->best->stmts, struct fuzz_stmt, i);
}

/* All statements of process @from are made by @to. */
static bool merge_processes(struct shrink *shrink)
{
	bool changed = false;

	for (unsigned int from = 1; from < FUZZ_TASKS; from++)
		for (unsigned int to = 0; to < from; to++) {
			struct fuzz_program *candidate = fuzz_program_copy(shrink->best);
			bool any = false;

			for (guint i = 0; i < candidate->stmts->len; i++) {
				struct fuzz_stmt *stmt = &g_array_index(candidate->stmts,
									struct fuzz_stmt, i);

				any |= stmt->task == from;
				if (stmt->task == from)
					stmt->task = to;
			}
			if (any)
				changed |= try_program(shrink, candidate);
			else
				fuzz_program_destroy(candidate);
		}
	return changed;
}

/* One number of a statement: 0, half, one less; @least is the smallest allowed. */
static bool lower(struct shrink *shrink, guint i, size_t offset, unsigned int least)
{
	bool changed = false;

	for (int step = 0; step < 3; step++) {
		struct fuzz_stmt stmt = stmt_at(shrink, i);
		unsigned int *member = (unsigned int *)((char *)&stmt + offset);
		unsigned int value = *member;
		unsigned int wanted = step == 0 ? least : step == 1 ? value / 2 : value - 1;

		if (value <= least)
			break;
		*member = MAX(wanted, least);
		changed |= try_stmt(shrink, i, &stmt);
	}
	return changed;
}

static bool clear_flags(struct shrink *shrink, guint i)
{
	bool changed = false;

	for (unsigned int bit = 0; bit < 9; bit++) {
		struct fuzz_stmt stmt = stmt_at(shrink, i);

		if (!(stmt.flags & 1u << bit))
			continue;
		stmt.flags &= ~(1u << bit);
		changed |= try_stmt(shrink, i, &stmt);
	}
	return changed;
}

static bool simplify(struct shrink *shrink, guint i)
{
	struct fuzz_stmt stmt = stmt_at(shrink, i);
	bool changed = false;

	if (stmt.odd) {
		stmt.odd = FUZZ_SANE;
		changed |= try_stmt(shrink, i, &stmt);
	}
	changed |= lower(shrink, i, offsetof(struct fuzz_stmt, task), 0);
	stmt = stmt_at(shrink, i);
	if (stmt.kind == FUZZ_MMAP && stmt.file < FUZZ_FILES) {
		stmt.file = FUZZ_FILES;
		stmt.offset = 0;
		changed |= try_stmt(shrink, i, &stmt);
	}
	stmt = stmt_at(shrink, i);
	if (stmt.kind == FUZZ_MREMAP && stmt.len && stmt.len == stmt.new_len && stmt.len > 1) {
		stmt.len = stmt.new_len = stmt.len - 1;
		changed |= try_stmt(shrink, i, &stmt);
	}
	changed |= lower(shrink, i, offsetof(struct fuzz_stmt, len), stmt.len ? 1 : 0);
	changed |= lower(shrink, i, offsetof(struct fuzz_stmt, new_len), stmt.new_len ? 1 : 0);
	changed |= lower(shrink, i, offsetof(struct fuzz_stmt, offset), 0);
	changed |= lower(shrink, i, offsetof(struct fuzz_stmt, word), 0);
	changed |= clear_flags(shrink, i);
	stmt = stmt_at(shrink, i);
	if (stmt.kind == FUZZ_MMAP && stmt.prot != 3) {
		stmt.prot = 3;
		changed |= try_stmt(shrink, i, &stmt);
	}
	return changed;
}

struct fuzz_program *fuzz_shrink(struct fuzz_program *program, fuzz_still_fn still, void *data)
{
	struct shrink shrink = { .best = program, .still = still, .data = data };
	bool changed = true;

	for (int round = 0; changed && round < 8; round++) {
		changed = drop_statements(&shrink);
		changed |= merge_processes(&shrink);
		for (guint i = 0; i < shrink.best->stmts->len; i++)
			changed |= simplify(&shrink, i);
		if (shrink.best->memlock) {
			struct fuzz_program *candidate = fuzz_program_copy(shrink.best);

			candidate->memlock = 0;
			changed |= try_program(&shrink, candidate);
		}
	}
	return shrink.best;
}
