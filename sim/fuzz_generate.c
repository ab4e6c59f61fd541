/*
 * fuzz_generate.c - random programs, by weights of a profile; see fuzz_program.h.
 *
 * Ranges repeat or touch earlier ones often, for that is where areas meet.
 */
#include <string.h>

#include "sim/fuzz_program.h"
#include "sim/fuzz_words.h"

#define FUZZ_KSM_UFFD_PERCENT	25	/* of programs with ksmd */
#define FUZZ_KSM_VALUES	5	/* that are stored: few, so that pages are alike */

struct fuzz_profile_row {
	const char *name;
	unsigned char weights[NR_FUZZ_KINDS];
	unsigned char file_percent;	/* of mmap() calls */
	unsigned char limit_percent;	/* of programs without capability */
	bool ksm;			/* few values, and ksmd */
	bool swap;			/* pages go to a device and come back; no files of a disk */
	bool thp;			/* huge pages; in some programs of shared memory, too */
};

static const struct fuzz_profile_row profiles[NR_FUZZ_PROFILES] = {
	[FUZZ_VMA] = { "vma", {
		[FUZZ_MMAP] = 20, [FUZZ_MUNMAP] = 8, [FUZZ_MPROTECT] = 20, [FUZZ_MREMAP] = 6,
		[FUZZ_MADVISE] = 12, [FUZZ_MLOCK] = 3, [FUZZ_MUNLOCK] = 2, [FUZZ_FORK] = 1,
		[FUZZ_LOAD] = 5, [FUZZ_STORE] = 15, [FUZZ_EXEC] = 1, [FUZZ_MINCORE] = 1,
		[FUZZ_MSEAL] = 1, [FUZZ_MSYNC] = 1 },
		.file_percent = 0, .limit_percent = 10 },
	[FUZZ_FORKS] = { "fork", {
		[FUZZ_MMAP] = 14, [FUZZ_MUNMAP] = 6, [FUZZ_MPROTECT] = 12, [FUZZ_MREMAP] = 6,
		[FUZZ_MADVISE] = 8, [FUZZ_FORK] = 14, [FUZZ_EXIT] = 5, [FUZZ_LOAD] = 8,
		[FUZZ_STORE] = 25 },
		.file_percent = 0, .limit_percent = 5 },
	[FUZZ_MREMAPS] = { "mremap", {
		[FUZZ_MMAP] = 14, [FUZZ_MUNMAP] = 5, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 35,
		[FUZZ_MADVISE] = 6, [FUZZ_MLOCK] = 2, [FUZZ_FORK] = 3, [FUZZ_EXIT] = 1,
		[FUZZ_LOAD] = 5, [FUZZ_STORE] = 18, [FUZZ_MSEAL] = 1, [FUZZ_FILE] = 2 },
		.file_percent = 10, .limit_percent = 10 },
	[FUZZ_FILEMAPS] = { "file", {
		[FUZZ_MMAP] = 20, [FUZZ_MUNMAP] = 6, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 8,
		[FUZZ_MADVISE] = 10, [FUZZ_FORK] = 4, [FUZZ_EXIT] = 1, [FUZZ_LOAD] = 12,
		[FUZZ_STORE] = 18, [FUZZ_MSYNC] = 4, [FUZZ_MINCORE] = 4, [FUZZ_FILE] = 6,
		[FUZZ_FTRUNCATE] = 6, [FUZZ_FALLOCATE] = 6 },
		.file_percent = 75, .limit_percent = 5 },
	[FUZZ_MLOCKS] = { "mlock", {
		[FUZZ_MMAP] = 14, [FUZZ_MUNMAP] = 6, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 10,
		[FUZZ_MADVISE] = 6, [FUZZ_MLOCK] = 18, [FUZZ_MUNLOCK] = 12, [FUZZ_MLOCKALL] = 6,
		[FUZZ_MUNLOCKALL] = 3, [FUZZ_FORK] = 3, [FUZZ_LOAD] = 4, [FUZZ_STORE] = 10,
		[FUZZ_FILE] = 2 },
		.file_percent = 15, .limit_percent = 50 },
	[FUZZ_ALL] = { "all", {
		[FUZZ_MMAP] = 20, [FUZZ_MUNMAP] = 7, [FUZZ_MPROTECT] = 12, [FUZZ_MREMAP] = 14,
		[FUZZ_MADVISE] = 14, [FUZZ_MLOCK] = 4, [FUZZ_MUNLOCK] = 3, [FUZZ_MLOCKALL] = 1,
		[FUZZ_MUNLOCKALL] = 1, [FUZZ_FORK] = 5, [FUZZ_EXIT] = 2, [FUZZ_LOAD] = 8,
		[FUZZ_STORE] = 20, [FUZZ_EXEC] = 1, [FUZZ_MSYNC] = 2, [FUZZ_MINCORE] = 2,
		[FUZZ_MSEAL] = 1, [FUZZ_FILE] = 3, [FUZZ_FTRUNCATE] = 3,
		[FUZZ_FALLOCATE] = 3 },
		.file_percent = 30, .limit_percent = 15 },
	[FUZZ_PINS] = { "pin", {
		[FUZZ_MMAP] = 14, [FUZZ_MUNMAP] = 5, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 6,
		[FUZZ_MADVISE] = 8, [FUZZ_MLOCK] = 1, [FUZZ_FORK] = 10, [FUZZ_EXIT] = 4,
		[FUZZ_LOAD] = 6, [FUZZ_STORE] = 22, [FUZZ_PIN] = 16, [FUZZ_UNPIN] = 6,
		[FUZZ_FILE] = 2 },
		.file_percent = 15, .limit_percent = 5 },
	[FUZZ_UFFD] = { "uffd", {
		[FUZZ_MMAP] = 12, [FUZZ_MUNMAP] = 4, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 8,
		[FUZZ_MADVISE] = 8, [FUZZ_MLOCK] = 1, [FUZZ_MUNLOCK] = 1, [FUZZ_FORK] = 3,
		[FUZZ_EXIT] = 1, [FUZZ_LOAD] = 8, [FUZZ_STORE] = 20, [FUZZ_MINCORE] = 1,
		[FUZZ_UFFD_REGISTER] = 14, [FUZZ_UFFD_UNREGISTER] = 3, [FUZZ_UFFD_COPY] = 14,
		[FUZZ_UFFD_ZEROPAGE] = 6, [FUZZ_UFFD_CONTINUE] = 4, [FUZZ_UFFD_POISON] = 4,
		[FUZZ_UFFD_WP] = 16, [FUZZ_UFFD_MOVE] = 24, [FUZZ_FILE] = 2, [FUZZ_FTRUNCATE] = 1,
		[FUZZ_FALLOCATE] = 2 },
		.file_percent = 25, .limit_percent = 0 },
	[FUZZ_SWAPS] = { "swap", {
		[FUZZ_MMAP] = 12, [FUZZ_MUNMAP] = 5, [FUZZ_MPROTECT] = 9, [FUZZ_MREMAP] = 9,
		[FUZZ_MADVISE] = 32, [FUZZ_MLOCK] = 2, [FUZZ_MUNLOCK] = 2, [FUZZ_FORK] = 6,
		[FUZZ_EXIT] = 3, [FUZZ_LOAD] = 14, [FUZZ_STORE] = 25, [FUZZ_MINCORE] = 4,
		[FUZZ_EXEC] = 1, [FUZZ_MLOCKALL] = 1, [FUZZ_MUNLOCKALL] = 1, [FUZZ_FILE] = 1,
		[FUZZ_FTRUNCATE] = 3, [FUZZ_FALLOCATE] = 4 },
		.file_percent = 30, .limit_percent = 5, .swap = true },
	[FUZZ_UFFD_SWAPS] = { "uffd-swap", {
		[FUZZ_MMAP] = 10, [FUZZ_MUNMAP] = 3, [FUZZ_MPROTECT] = 7, [FUZZ_MREMAP] = 7,
		[FUZZ_MADVISE] = 26, [FUZZ_MLOCK] = 1, [FUZZ_MUNLOCK] = 1, [FUZZ_FORK] = 5,
		[FUZZ_EXIT] = 2, [FUZZ_LOAD] = 10, [FUZZ_STORE] = 22, [FUZZ_MINCORE] = 2,
		[FUZZ_UFFD_REGISTER] = 12, [FUZZ_UFFD_UNREGISTER] = 3, [FUZZ_UFFD_COPY] = 6,
		[FUZZ_UFFD_ZEROPAGE] = 3, [FUZZ_UFFD_CONTINUE] = 4, [FUZZ_UFFD_POISON] = 3,
		[FUZZ_UFFD_WP] = 14, [FUZZ_UFFD_MOVE] = 24, [FUZZ_FILE] = 1, [FUZZ_FTRUNCATE] = 2,
		[FUZZ_FALLOCATE] = 3 },
		.file_percent = 30, .swap = true },
	[FUZZ_THPS] = { "thp", {
		[FUZZ_MMAP] = 8, [FUZZ_MUNMAP] = 6, [FUZZ_MPROTECT] = 10, [FUZZ_MREMAP] = 10,
		[FUZZ_MADVISE] = 36, [FUZZ_MLOCK] = 2, [FUZZ_MUNLOCK] = 2, [FUZZ_FORK] = 7,
		[FUZZ_EXIT] = 4, [FUZZ_LOAD] = 14, [FUZZ_STORE] = 28, [FUZZ_MINCORE] = 1,
		[FUZZ_FILE] = 1, [FUZZ_FTRUNCATE] = 4, [FUZZ_FALLOCATE] = 4,
		[FUZZ_KHUGEPAGED] = 1 },
		.file_percent = 50, .thp = true },
	[FUZZ_THP_MIXES] = { "thp-mix", {
		[FUZZ_MMAP] = 7, [FUZZ_MUNMAP] = 4, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 8,
		[FUZZ_MADVISE] = 40, [FUZZ_MLOCK] = 1, [FUZZ_MUNLOCK] = 1, [FUZZ_FORK] = 6,
		[FUZZ_EXIT] = 3, [FUZZ_LOAD] = 14, [FUZZ_STORE] = 26, [FUZZ_MINCORE] = 2,
		[FUZZ_PIN] = 5, [FUZZ_UNPIN] = 5, [FUZZ_UFFD_REGISTER] = 9,
		[FUZZ_UFFD_UNREGISTER] = 3, [FUZZ_UFFD_COPY] = 4, [FUZZ_UFFD_ZEROPAGE] = 2,
		[FUZZ_UFFD_CONTINUE] = 1, [FUZZ_UFFD_POISON] = 2, [FUZZ_UFFD_WP] = 12,
		[FUZZ_UFFD_MOVE] = 20, [FUZZ_FILE] = 1, [FUZZ_FTRUNCATE] = 1,
		[FUZZ_FALLOCATE] = 1, [FUZZ_KHUGEPAGED] = 1 },
		.file_percent = 20, .swap = true, .thp = true },
	[FUZZ_KSM] = { "ksm", {
		[FUZZ_MMAP] = 8, [FUZZ_MUNMAP] = 4, [FUZZ_MPROTECT] = 8, [FUZZ_MREMAP] = 9,
		[FUZZ_MADVISE] = 18, [FUZZ_MLOCK] = 3, [FUZZ_MUNLOCK] = 2, [FUZZ_FORK] = 7,
		[FUZZ_EXIT] = 3, [FUZZ_LOAD] = 7, [FUZZ_STORE] = 34, [FUZZ_MINCORE] = 1,
		[FUZZ_PIN] = 4, [FUZZ_UNPIN] = 3, [FUZZ_MERGE_ANY] = 2, [FUZZ_KSM_SCAN] = 16,
		[FUZZ_KSM_UNMERGE] = 1, [FUZZ_UFFD_REGISTER] = 5, [FUZZ_UFFD_WP] = 7,
		[FUZZ_UFFD_COPY] = 2, [FUZZ_UFFD_ZEROPAGE] = 1, [FUZZ_UFFD_MOVE] = 3 }, .ksm = true },
};

const char *fuzz_profile_name(enum fuzz_profile profile)
{
	return profiles[profile].name;
}

enum fuzz_profile fuzz_profile_find(const char *name)
{
	for (int i = 0; i < NR_FUZZ_PROFILES; i++)
		if (!strcmp(profiles[i].name, name))
			return (enum fuzz_profile)i;
	return NR_FUZZ_PROFILES;
}

/* ---- randomness: splitmix64, the same everywhere ---- */

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static unsigned int below(uint64_t *state, unsigned int limit)
{
	return (unsigned int)(next_random(state) % limit);
}

static bool percent(uint64_t *state, unsigned int chance)
{
	return below(state, 100) < chance;
}

static enum fuzz_kind pick_kind(uint64_t *state, const struct fuzz_profile_row *row)
{
	unsigned int total = 0, at;

	for (int i = 0; i < NR_FUZZ_KINDS; i++)
		total += row->weights[i];
	at = below(state, total);
	for (int i = 0; i < NR_FUZZ_KINDS; i++) {
		if (at < row->weights[i])
			return (enum fuzz_kind)i;
		at -= row->weights[i];
	}
	return FUZZ_STORE;
}

/* ---- a statement ---- */

struct maker {
	uint64_t state;
	const struct fuzz_profile_row *row;
	struct fuzz_program *program;
	struct fuzz_alive alive;
};

/* Whole blocks of 2 MiB, what a smaller folio would be, what is about a border, or anything. */
static void pick_huge_range(struct maker *maker, unsigned int *at, unsigned int *len)
{
	static const unsigned short lengths[] = { 1, 1, 2, 3, 4, 7, 8, 16, 17, 64, 128, 300 };
	const unsigned int blocks = FUZZ_HUGE_WINDOW / FUZZ_BLOCK;
	uint64_t *state = &maker->state;
	unsigned int block = below(state, blocks), order, back;

	*len = lengths[below(state, G_N_ELEMENTS(lengths))];
	switch (below(state, 4)) {
	case 0:
		*at = block * FUZZ_BLOCK;
		*len = FUZZ_BLOCK * (1 + below(state, MIN(2, blocks - block)));
		break;
	case 1:
		order = 2 + below(state, 7);
		*at = block * FUZZ_BLOCK + (below(state, FUZZ_BLOCK >> order) << order);
		*len = (1U + below(state, 2)) << order;
		break;
	case 2:
		back = below(state, 9);
		*at = block * FUZZ_BLOCK + below(state, 9);
		*at -= MIN(*at, back);
		if (percent(state, 30))
			*len = FUZZ_BLOCK - below(state, 9);
		break;
	case 3:
		*at = below(state, FUZZ_HUGE_WINDOW);
		break;
	}
	*len = MIN(*len, FUZZ_HUGE_WINDOW - *at);
}

/* A range: an old one, one beside it, a part of it, or a new one. */
static void pick_range(struct maker *maker, unsigned int *at, unsigned int *len)
{
	static const unsigned char lengths[] = { 1, 1, 1, 2, 2, 3, 4, 4, 6, 8 };
	const GArray *stmts = maker->program->stmts;
	const struct fuzz_stmt *old;

	*len = lengths[below(&maker->state, G_N_ELEMENTS(lengths))];
	*at = 1 + below(&maker->state, FUZZ_WINDOW - 9);
	if (maker->row->thp)
		pick_huge_range(maker, at, len);
	if (!stmts->len || percent(&maker->state, 25))
		return;
	old = &g_array_index(stmts, struct fuzz_stmt, below(&maker->state, stmts->len));
	if (!old->len)
		return;
	switch (below(&maker->state, 4)) {
	case 0:
		*at = old->at;
		*len = old->len;
		return;
	case 1:
		*at = old->at + below(&maker->state, old->len);
		return;
	case 2:
		*at = old->at + old->len;
		break;
	case 3:
		*at = old->at > *len ? old->at - *len : 0;
		return;
	}
	if (*at + *len > maker->program->window)
		*at = maker->program->window - *len;
}

static unsigned int pick_prot(uint64_t *state)
{
	static const unsigned char prots[] = { 3, 3, 3, 3, 3, 1, 1, 0, 5, 7, 2, 4 };

	return prots[below(state, G_N_ELEMENTS(prots))];
}

/* Huge pages of shared memory. */
static bool has_huge_shmem(const struct maker *maker)
{
	return maker->program->thp > FUZZ_THP_SHMEM && !maker->program->swap;
}

/* What stands for a disk's file on a host is no such file to a userfaultfd or to swap, and has huge
 * pages as its file system likes. */
static bool memfd_only(const struct maker *maker)
{
	return maker->program->uffd || maker->row->thp || maker->row->swap;
}

static unsigned int nr_files(const struct maker *maker)
{
	if (maker->row->thp && !has_huge_shmem(maker))
		return 0;
	return memfd_only(maker) ? 1 : FUZZ_FILES;
}

/* In pages: where huge pages fit, or nearly. */
static unsigned int pick_offset(struct maker *maker)
{
	if (!maker->row->thp)
		return below(&maker->state, 6);
	if (percent(&maker->state, 80))
		return FUZZ_BLOCK * below(&maker->state, 2);
	return below(&maker->state, FUZZ_BLOCK);
}

static bool pick_shared(struct maker *maker, const struct fuzz_stmt *stmt)
{
	bool shared = percent(&maker->state, stmt->file < FUZZ_FILES ? 50 : 12);

	return shared && (!maker->row->thp || has_huge_shmem(maker));
}

static void fill_mmap(struct maker *maker, struct fuzz_stmt *stmt)
{
	uint64_t *state = &maker->state;
	bool file = nr_files(maker) && percent(state, maker->row->file_percent);

	stmt->prot = pick_prot(state);
	stmt->file = file ? below(state, FUZZ_FILES) : FUZZ_FILES;
	stmt->offset = file ? pick_offset(maker) : 0;
	if (file && memfd_only(maker))
		stmt->file = maker->alive.file[0] ? 0 : FUZZ_FILES;
	else if (file && !maker->alive.file[stmt->file])
		stmt->file = maker->alive.file[!stmt->file] ? !stmt->file : FUZZ_FILES;
	stmt->flags = pick_shared(maker, stmt) ? FUZZ_MAP_SHARED : FUZZ_MAP_PRIVATE;
	if (percent(state, 2))
		stmt->flags = FUZZ_MAP_DROPPABLE;
	if (!percent(state, 4))
		stmt->flags |= percent(state, 90) ? FUZZ_MAP_FIXED : FUZZ_MAP_NOREPLACE;
	for (unsigned int i = 0; i < 4; i++)
		if (percent(state, 3))
			stmt->flags |= FUZZ_MAP_NORESERVE << i;
}

/* What was moved goes back where it came from: there it can merge. */
static bool fill_return(struct maker *maker, struct fuzz_stmt *stmt)
{
	const GArray *stmts = maker->program->stmts;

	for (guint i = stmts->len; i-- > 0;) {
		const struct fuzz_stmt *old = &g_array_index(stmts, struct fuzz_stmt, i);

		if (old->kind != FUZZ_MREMAP || !(old->flags & FUZZ_MREMAP_FIXED) || old->odd ||
		    percent(&maker->state, 30))
			continue;
		stmt->task = maker->alive.task[old->task] ? old->task : 0;
		stmt->at = old->to;
		stmt->to = old->at;
		stmt->len = stmt->new_len = old->len;
		stmt->flags = FUZZ_MREMAP_MAYMOVE | FUZZ_MREMAP_FIXED;
		if (percent(&maker->state, 40))
			stmt->flags |= FUZZ_MREMAP_DONTUNMAP;
		return true;
	}
	return false;
}

static void fill_mremap(struct maker *maker, struct fuzz_stmt *stmt)
{
	unsigned int len;

	if (percent(&maker->state, 25) && fill_return(maker, stmt))
		return;
	pick_range(maker, &stmt->to, &len);
	/* What has the same place in its block can move as a whole. */
	if (maker->row->thp && percent(&maker->state, 60))
		stmt->to = stmt->to / FUZZ_BLOCK * FUZZ_BLOCK + stmt->at % FUZZ_BLOCK;
	stmt->new_len = percent(&maker->state, 60) ? stmt->len : len;
	if (percent(&maker->state, 5))
		stmt->odd = FUZZ_EMPTY;	/* a duplicate, if shared */
	switch (below(&maker->state, 10)) {
	case 0:
		return;
	case 1:
		stmt->flags = FUZZ_MREMAP_MAYMOVE;
		return;
	case 2: case 3: case 4:
		stmt->flags = FUZZ_MREMAP_MAYMOVE | FUZZ_MREMAP_FIXED | FUZZ_MREMAP_DONTUNMAP;
		stmt->new_len = percent(&maker->state, 95) ? stmt->len : len;
		return;
	default:
		stmt->flags = FUZZ_MREMAP_MAYMOVE | FUZZ_MREMAP_FIXED;
	}
}

/* What a device of the same process took, most often. */
static void fill_unpin(struct maker *maker, struct fuzz_stmt *stmt)
{
	const GArray *stmts = maker->program->stmts;

	for (guint i = stmts->len; i-- > 0;) {
		const struct fuzz_stmt *old = &g_array_index(stmts, struct fuzz_stmt, i);

		if (old->kind != FUZZ_PIN || old->task != stmt->task || old->odd ||
		    percent(&maker->state, 30))
			continue;
		stmt->at = old->at;
		stmt->len = old->len;
		return;
	}
}

static bool pick_child(struct maker *maker, struct fuzz_stmt *stmt)
{
	for (unsigned int i = 1; i < FUZZ_TASKS; i++)
		if (!maker->alive.task[i]) {
			stmt->child = i;
			return true;
		}
	return false;
}

static void fill_file(struct maker *maker, struct fuzz_stmt *stmt)
{
	/* What a file system preallocates is its own affair but in memory: that is file 0. */
	stmt->file = stmt->kind == FUZZ_FALLOCATE ? 0 : below(&maker->state, nr_files(maker));
	stmt->at = below(&maker->state, 8);
	stmt->len = 1 + below(&maker->state, 8);
	if (maker->row->thp)
		pick_huge_range(maker, &stmt->at, &stmt->len);
	stmt->word = below(&maker->state, FUZZ_NR_FALLOCATE);
}

static unsigned int pick_thp_advice(uint64_t *state)
{
	static const unsigned char advice[] = {
		FUZZ_HUGEPAGE, FUZZ_HUGEPAGE, FUZZ_HUGEPAGE, FUZZ_NOHUGEPAGE, FUZZ_COLLAPSE,
		FUZZ_COLLAPSE, FUZZ_COLLAPSE, FUZZ_DONTNEED, FUZZ_DONTNEED, FUZZ_FREE, FUZZ_FREE,
		FUZZ_COLD, FUZZ_POPULATE_READ, FUZZ_POPULATE_WRITE, FUZZ_POPULATE_WRITE,
	};

	return advice[below(state, G_N_ELEMENTS(advice))];
}

static unsigned int pick_swap_advice(uint64_t *state)
{
	static const unsigned char advice[] = {
		FUZZ_PAGEOUT, FUZZ_PAGEOUT, FUZZ_PAGEOUT, FUZZ_PAGEOUT, FUZZ_PAGEOUT, FUZZ_PAGEOUT,
		FUZZ_WILLNEED, FUZZ_FREE, FUZZ_COLD, FUZZ_DONTNEED,
	};

	return advice[below(state, G_N_ELEMENTS(advice))];
}

static unsigned int pick_ksm_advice(uint64_t *state)
{
	static const unsigned char advice[] = {
		FUZZ_MERGEABLE, FUZZ_MERGEABLE, FUZZ_MERGEABLE, FUZZ_MERGEABLE, FUZZ_MERGEABLE,
		FUZZ_UNMERGEABLE, FUZZ_UNMERGEABLE, FUZZ_DONTNEED, FUZZ_DONTNEED, FUZZ_FREE,
		FUZZ_GUARD_INSTALL, FUZZ_GUARD_REMOVE,
	};

	return advice[below(state, G_N_ELEMENTS(advice))];
}

static unsigned int pick_advice(struct maker *maker)
{
	uint64_t *state = &maker->state;

	if (maker->program->swap && percent(state, maker->row->thp ? 40 : 80))
		return pick_swap_advice(state);
	if (maker->row->thp && percent(state, 80))
		return pick_thp_advice(state);
	if (maker->row->ksm && percent(state, 75))
		return pick_ksm_advice(state);
	return below(state, FUZZ_PAGEOUT);
}

/* Often from where something was stored, and one page or two: more seldom move as a whole. */
static void fill_move(struct maker *maker, struct fuzz_stmt *stmt)
{
	const unsigned int window = maker->program->window;
	unsigned int len;

	pick_range(maker, &stmt->to, &len);
	if (percent(&maker->state, 50))
		stmt->len = 1 + below(&maker->state, 2);
	/* What has the same place in its block can move as a whole. */
	if (maker->row->thp && percent(&maker->state, 60))
		stmt->to = stmt->to / FUZZ_BLOCK * FUZZ_BLOCK + stmt->at % FUZZ_BLOCK;
	/* Beyond the window is what the two sides have of their own. */
	stmt->len = MIN(stmt->len, window - MIN(window, MAX(stmt->at, stmt->to)));
	stmt->flags = percent(&maker->state, 40) ? 2 : 0;
}

static void fill(struct maker *maker, struct fuzz_stmt *stmt)
{
	uint64_t *state = &maker->state;

	switch (stmt->kind) {
	case FUZZ_MMAP:
		fill_mmap(maker, stmt);
		break;
	case FUZZ_MPROTECT:
		stmt->prot = pick_prot(state);
		break;
	case FUZZ_MREMAP:
		fill_mremap(maker, stmt);
		break;
	case FUZZ_MADVISE:
		stmt->word = pick_advice(maker);
		/* What is read ahead depends on the file system, too. */
		if (stmt->word == FUZZ_WILLNEED && maker->row->file_percent && !maker->row->swap)
			stmt->word = 0;
		break;
	case FUZZ_MLOCK:
		stmt->flags = percent(state, 30);
		break;
	case FUZZ_MLOCKALL:
		/* A host's process has pages of its own that count against a limit. */
		stmt->flags = maker->program->memlock ? 0 : 1 + below(state, 7);
		break;
	case FUZZ_MSYNC:
		stmt->flags = below(state, 8);
		break;
	case FUZZ_PIN:
		stmt->word = maker->row->ksm ? 0 : below(state, FUZZ_NR_FOLL);
		break;
	case FUZZ_UNPIN:
		fill_unpin(maker, stmt);
		break;
	case FUZZ_UFFD_REGISTER:
		stmt->flags = 1 + below(state, 7);
		if (percent(state, 60))
			stmt->flags &= 3;
		break;
	case FUZZ_UFFD_COPY:
		stmt->to = below(state, FUZZ_WINDOW - 8);
		stmt->flags = percent(state, 40) ? 2 : 0;
		break;
	case FUZZ_UFFD_MOVE:
		fill_move(maker, stmt);
		break;
	case FUZZ_UFFD_CONTINUE:
		stmt->flags = percent(state, 30) ? 2 : 0;
		break;
	case FUZZ_UFFD_WP:
		stmt->flags = percent(state, 70) ? 1 : 0;
		break;
	case FUZZ_STORE:
		stmt->value = maker->row->ksm ? below(state, FUZZ_KSM_VALUES) :
						100 + maker->program->stmts->len;
		break;
	case FUZZ_MERGE_ANY:
		stmt->flags = percent(state, 60);
		break;
	case FUZZ_KSM_SCAN:
	case FUZZ_KSM_UNMERGE:
		stmt->task = 0;
		break;
	default:
		break;
	}
}

static bool has_range(enum fuzz_kind kind)
{
	return kind != FUZZ_FORK && kind != FUZZ_EXIT && kind != FUZZ_MLOCKALL &&
	       kind != FUZZ_MUNLOCKALL && kind < FUZZ_FILE;
}

/* An access is one for each page of its range; a page that is held has a device of its own. */
static bool has_few_pages(enum fuzz_kind kind)
{
	return kind == FUZZ_LOAD || kind == FUZZ_STORE || kind == FUZZ_EXEC || kind == FUZZ_PIN ||
	       kind == FUZZ_UFFD_COPY;
}

static bool is_of_file(enum fuzz_kind kind)
{
	return kind >= FUZZ_FILE && kind <= FUZZ_FALLOCATE;
}

/* A host's khugepaged visits them all. */
static bool has_children(const struct maker *maker)
{
	for (unsigned int i = 1; i < FUZZ_TASKS; i++)
		if (maker->alive.task[i])
			return true;
	return false;
}

static void add_statement(struct maker *maker)
{
	struct fuzz_stmt stmt = { .kind = pick_kind(&maker->state, maker->row) };

	if (stmt.kind >= FUZZ_UFFD_REGISTER && stmt.kind <= FUZZ_UFFD_WP && !maker->program->uffd)
		stmt.kind = FUZZ_STORE;
	do
		stmt.task = below(&maker->state, FUZZ_TASKS);
	while (!maker->alive.task[stmt.task]);
	if (is_of_file(stmt.kind) && !nr_files(maker))
		stmt.kind = FUZZ_STORE;
	if (stmt.kind == FUZZ_KHUGEPAGED && has_children(maker))
		stmt.kind = FUZZ_LOAD;
	if (is_of_file(stmt.kind))
		fill_file(maker, &stmt);
	if (has_range(stmt.kind))
		pick_range(maker, &stmt.at, &stmt.len);
	if (maker->row->thp && has_few_pages(stmt.kind))
		stmt.len = MIN(stmt.len, 1 + below(&maker->state, 4));
	if (stmt.kind == FUZZ_FORK && !pick_child(maker, &stmt))
		return;
	fill(maker, &stmt);
	if (!stmt.odd && percent(&maker->state, 4) && stmt.kind != FUZZ_FORK && stmt.kind != FUZZ_EXIT)
		stmt.odd = (enum fuzz_odd)(1 + below(&maker->state, NR_FUZZ_ODDS - 1));
	if (!fuzz_alive_next(&maker->alive, &stmt))
		return;
	g_array_append_val(maker->program->stmts, stmt);
	/* What the first scan has seen the second merges. */
	if (stmt.kind == FUZZ_KSM_SCAN && percent(&maker->state, 60))
		g_array_append_val(maker->program->stmts, stmt);
}

/* Room for huge pages to begin with, most often for those who ask for them. */
static void add_blocks(struct maker *maker)
{
	struct fuzz_stmt stmt = { .kind = FUZZ_MMAP, .file = FUZZ_FILES, .prot = 3,
				  .flags = FUZZ_MAP_PRIVATE | FUZZ_MAP_FIXED };

	stmt.at = FUZZ_BLOCK * below(&maker->state, 2);
	stmt.len = FUZZ_BLOCK * (1 + below(&maker->state, 2));
	g_array_append_val(maker->program->stmts, stmt);
	if (percent(&maker->state, 30))
		return;
	stmt.kind = FUZZ_MADVISE;
	stmt.word = FUZZ_HUGEPAGE;
	stmt.prot = stmt.flags = stmt.file = 0;
	g_array_append_val(maker->program->stmts, stmt);
}

/* A file that huge pages fit into, or nearly. */
static void add_length(struct maker *maker)
{
	struct fuzz_stmt stmt = { .kind = FUZZ_FTRUNCATE,
				  .len = FUZZ_BLOCK * (1 + below(&maker->state, 3)) };

	if (percent(&maker->state, 30))
		stmt.len -= below(&maker->state, 20);
	g_array_append_val(maker->program->stmts, stmt);
}

/* Most of the window, to be merged: by advice or by prctl(). */
static void add_mergeable(struct maker *maker)
{
	struct fuzz_stmt area = { .kind = FUZZ_MMAP, .at = 1, .len = 4 + below(&maker->state, 20),
				  .prot = 3, .file = FUZZ_FILES,
				  .flags = FUZZ_MAP_PRIVATE | FUZZ_MAP_FIXED };
	struct fuzz_stmt advice = { .kind = FUZZ_MADVISE, .at = 1, .len = area.len,
				    .word = FUZZ_MERGEABLE };
	struct fuzz_stmt any = { .kind = FUZZ_MERGE_ANY, .flags = 1 };

	g_array_append_val(maker->program->stmts, area);
	if (percent(&maker->state, 85))
		g_array_append_val(maker->program->stmts, advice);
	else
		g_array_append_val(maker->program->stmts, any);
}

struct fuzz_program *fuzz_generate(enum fuzz_profile profile, uint64_t seed, unsigned int min,
				   unsigned int max)
{
	struct fuzz_program *program = g_new0(struct fuzz_program, 1);
	struct maker maker = { .state = seed, .row = &profiles[profile], .program = program };
	unsigned int nr;

	maker.state ^= (uint64_t)profile << 56;
	nr = min + below(&maker.state, max - min + 1);
	program->seed = seed;
	program->window = maker.row->thp ? FUZZ_HUGE_WINDOW : FUZZ_WINDOW;
	program->stmts = g_array_new(FALSE, TRUE, sizeof(struct fuzz_stmt));
	/* The device and the settings change seldom: a host takes its time over that, and workers wait
	 * for each other. */
	if (maker.row->thp)
		program->thp = 1 + (unsigned int)(seed / 512 % FUZZ_NR_THP);
	if (maker.row->swap && maker.row->thp)
		program->swap = (enum fuzz_swap)(seed / 1024 % 3);
	else if (maker.row->swap)
		program->swap = seed / 1024 % 2 ? FUZZ_SWAP_ZRAM : FUZZ_SWAP_DISK;
	if (percent(&maker.state, maker.row->limit_percent))
		program->memlock = 4 + below(&maker.state, 28);
	if (maker.row->weights[FUZZ_UFFD_REGISTER] &&
	    (!maker.row->ksm || percent(&maker.state, FUZZ_KSM_UFFD_PERCENT)))
		program->uffd = 1 + below(&maker.state, FUZZ_NR_UFFD);
	if (maker.row->ksm)
		program->zero_pages = percent(&maker.state, 30);
	fuzz_alive_begin(&maker.alive);
	if (maker.row->ksm)
		add_mergeable(&maker);
	if (maker.row->weights[FUZZ_FILE])
		for (unsigned int i = 0; i < nr_files(&maker); i++) {
			struct fuzz_stmt file = { .kind = FUZZ_FILE, .file = i, .len = 8 };

			fuzz_alive_next(&maker.alive, &file);
			if (maker.row->thp || percent(&maker.state, 70))
				g_array_append_val(program->stmts, file);
			else
				maker.alive.file[i] = false;
			if (maker.row->thp)
				add_length(&maker);
		}
	if (maker.row->thp)
		add_blocks(&maker);
	for (unsigned int i = 0; i < 20 * nr && program->stmts->len < nr; i++)
		add_statement(&maker);
	return program;
}

struct fuzz_program *fuzz_program_copy(const struct fuzz_program *program)
{
	struct fuzz_program *copy = g_new0(struct fuzz_program, 1);

	*copy = *program;
	copy->stmts = g_array_sized_new(FALSE, TRUE, sizeof(struct fuzz_stmt), program->stmts->len);
	g_array_append_vals(copy->stmts, program->stmts->data, program->stmts->len);
	return copy;
}

void fuzz_program_destroy(struct fuzz_program *program)
{
	g_array_unref(program->stmts);
	g_free(program);
}
