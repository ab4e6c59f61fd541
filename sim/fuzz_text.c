/*
 * fuzz_text.c - a random program as the text of a scenario; see fuzz_program.h.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/fuzz_program.h"
#include "sim/fuzz_words.h"

static const char task_names[FUZZ_TASKS] = { 'P', 'Q', 'R', 'S' };
static const char *const prot_words[] = { "READ", "WRITE", "EXEC", NULL };
static const char *const map_words[] = { "PRIVATE", "SHARED", "FIXED", "FIXED_NOREPLACE",
					 "NORESERVE", "POPULATE", "LOCKED", "GROWSDOWN",
					 "DROPPABLE", NULL };
static const char *const mremap_words[] = { "MAYMOVE", "FIXED", "DONTUNMAP", NULL };
static const char *const lockall_words[] = { "MCL_CURRENT", "MCL_FUTURE", "MCL_ONFAULT", NULL };
static const char *const msync_words[] = { "MS_ASYNC", "MS_INVALIDATE", "MS_SYNC", NULL };

static const char *const advice_words[FUZZ_NR_ADVICE] = {
	"DONTNEED", "NORMAL", "RANDOM", "SEQUENTIAL", "WILLNEED", "FREE", "COLD", "DONTFORK",
	"DOFORK", "WIPEONFORK", "KEEPONFORK", "DONTDUMP", "DODUMP", "NOHUGEPAGE", "HUGEPAGE",
	"POPULATE_READ", "POPULATE_WRITE", "GUARD_INSTALL", "GUARD_REMOVE", "DONTNEED_LOCKED",
	"REMOVE", "UNMERGEABLE", "PAGEOUT", "COLLAPSE", "MERGEABLE",
};

static const char *const fallocate_words[FUZZ_NR_FALLOCATE] = {
	"0", "FALLOC_FL_KEEP_SIZE", "FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE",
};

/* As io_uring, a pipe, process_vm_readv() take pages. */
static const char *const foll_words[FUZZ_NR_FOLL] = {
	"", ", FOLL_GET", ", FOLL_PIN", ", FOLL_PIN|FOLL_WRITE", ", FOLL_PIN|FOLL_REMOTE",
};

/* No fault may wait, for nobody would answer. */
static const char *const uffd_features[FUZZ_NR_UFFD] = {
	"UFFD_FEATURE_SIGBUS", "UFFD_FEATURE_SIGBUS|UFFD_FEATURE_WP_UNPOPULATED",
	"UFFD_FEATURE_SIGBUS|UFFD_FEATURE_WP_ASYNC",
};

/* Settings of huge pages: for those who ask, for all, of several sizes. */
static const char *const thp_settings[FUZZ_NR_THP] = {
	"",
	"set thp = always\n",
	"set thp.64K = inherit\nset thp.16K = madvise\n",
	"set thp = always\nset thp.2M = never\nset thp.128K = inherit\nset thp.32K = always\n",
	"set thp = always\nset thp.64K = inherit\nset thp.1M = inherit\n",
	"set thp = never\nset thp.64K = always\nset thp.512K = madvise\n",
	"set thp = always\nset thp.use_zero_page = off\nset thp.16K = inherit\n",
	"set thp = never\nset thp.2M = madvise\nset thp.256K = madvise\nset thp.16K = always\n",
	/* with shared memory */
	"set thp = always\nset thp.shmem_enabled = always\n",
	"set thp.shmem_enabled = advise\nset khugepaged.max_ptes_none = 64\n",
	"set thp = always\nset thp.shmem_enabled = within_size\nset thp.64K = inherit\n",
	"set thp = always\nset khugepaged.max_ptes_none = 0\nset khugepaged.max_ptes_shared = 3\n",
	"set thp = never\nset thp.2M = madvise\nset thp.shmem_enabled = always\n",
};

/* ---- what exists ---- */

void fuzz_alive_begin(struct fuzz_alive *alive)
{
	*alive = (struct fuzz_alive){};
	alive->task[0] = true;
}

static bool needs_file(const struct fuzz_stmt *stmt)
{
	return stmt->kind == FUZZ_FTRUNCATE || stmt->kind == FUZZ_FALLOCATE ||
	       (stmt->kind == FUZZ_MMAP && stmt->file < FUZZ_FILES);
}

bool fuzz_alive_next(struct fuzz_alive *alive, const struct fuzz_stmt *stmt)
{
	if (!alive->task[stmt->task] || (needs_file(stmt) && !alive->file[stmt->file]))
		return false;
	/* A descriptor belongs to those who were born later: only the first process opens. */
	if (stmt->kind == FUZZ_FILE) {
		if (stmt->task || alive->file[stmt->file])
			return false;
		for (unsigned int i = 1; i < FUZZ_TASKS; i++)
			if (alive->task[i])
				return false;
		alive->file[stmt->file] = true;
	}
	if (stmt->kind == FUZZ_FORK) {
		if (!stmt->child || alive->task[stmt->child])
			return false;
		alive->task[stmt->child] = true;
	}
	if (stmt->kind == FUZZ_EXIT) {
		if (!stmt->task)
			return false;
		alive->task[stmt->task] = false;
	}
	return true;
}

/* ---- words ---- */

static void put_bits(GString *out, unsigned int bits, const char *const *words)
{
	bool any = false;

	for (unsigned int i = 0; words[i]; i++) {
		if (!(bits & 1u << i))
			continue;
		g_string_append_printf(out, "%s%s", any ? "|" : "", words[i]);
		any = true;
	}
	if (!any)
		g_string_append_c(out, '0');
}

static void put_prot(GString *out, unsigned int prot)
{
	if (prot == 3)
		g_string_append(out, "RW");
	else if (!prot)
		g_string_append(out, "NONE");
	else
		put_bits(out, prot, prot_words);
}

static void put_range(GString *out, const struct fuzz_program *program,
		      const struct fuzz_stmt *stmt)
{
	unsigned int at = stmt->odd == FUZZ_BEYOND ? program->window - stmt->len / 2 : stmt->at;

	g_string_append_printf(out, "@%u%s, ", at, stmt->odd == FUZZ_UNALIGNED ? " + 1" : "");
	if (stmt->odd == FUZZ_EMPTY)
		g_string_append_c(out, '0');
	else if (stmt->odd == FUZZ_HUGE)
		g_string_append(out, "0xfffffffffffff000");
	else
		g_string_append_printf(out, "%up%s", stmt->len,
				       stmt->odd == FUZZ_CUT ? " - 100" : "");
}

static void put_bad(GString *out, const struct fuzz_stmt *stmt, const char *bad)
{
	if (stmt->odd == FUZZ_BAD_FLAG)
		g_string_append(out, bad);
}

static void put_mmap(GString *out, const struct fuzz_program *program,
		     const struct fuzz_stmt *stmt)
{
	put_range(out, program, stmt);
	g_string_append(out, ", ");
	put_prot(out, stmt->prot);
	g_string_append(out, ", ");
	put_bits(out, stmt->flags, map_words);
	if (stmt->file >= FUZZ_FILES)
		g_string_append(out, "|ANONYMOUS");
	put_bad(out, stmt, "|0x3");
	if (stmt->file < FUZZ_FILES)
		g_string_append_printf(out, ", f%u, %up", stmt->file, stmt->offset);
}

static void put_mremap(GString *out, const struct fuzz_program *program,
		     const struct fuzz_stmt *stmt)
{
	put_range(out, program, stmt);
	g_string_append_printf(out, ", %up, ", stmt->new_len);
	put_bits(out, stmt->flags, mremap_words);
	put_bad(out, stmt, "|0x40");
	if (stmt->flags & (FUZZ_MREMAP_FIXED | FUZZ_MREMAP_DONTUNMAP))
		g_string_append_printf(out, ", @%u", stmt->to);
}

static void put_file(GString *out, const struct fuzz_stmt *stmt)
{
	if (stmt->file)
		g_string_append_printf(out, "f%u = open(\"/tmp/data\", O_RDWR|O_CREAT, 0600)",
				       stmt->file);
	else
		g_string_append_printf(out, "f%u = memfd_create(\"m\", 0)", stmt->file);
}

static void put_other(GString *out, const struct fuzz_stmt *stmt)
{
	switch (stmt->kind) {
	case FUZZ_MLOCKALL:
		put_bits(out, stmt->flags, lockall_words);
		put_bad(out, stmt, "|0x10");
		return;
	case FUZZ_EXIT:
		g_string_append_c(out, '0');
		return;
	case FUZZ_EXEC:
		g_string_append_printf(out, "@%u", stmt->at);
		return;
	case FUZZ_MERGE_ANY:
		g_string_append_printf(out, "PR_SET_MEMORY_MERGE, %u", stmt->flags);
		return;
	case FUZZ_FTRUNCATE:
		g_string_append_printf(out, "f%u, %up", stmt->file, stmt->at + stmt->len);
		return;
	case FUZZ_FALLOCATE:
		g_string_append_printf(out, "f%u, %s, %up, %up", stmt->file,
				       fallocate_words[stmt->word], stmt->at, stmt->len);
		return;
	case FUZZ_KHUGEPAGED:
		g_string_append_c(out, task_names[stmt->task]);
		return;
	default:
		return;
	}
}

/* u, {start=@1, len=2p, mode=1} */
static void put_uffd(GString *out, const struct fuzz_program *program,
		     const struct fuzz_stmt *stmt)
{
	const bool pair = stmt->kind == FUZZ_UFFD_COPY || stmt->kind == FUZZ_UFFD_MOVE;
	g_autofree char *range = NULL;
	GString *both = g_string_new(NULL);
	char *comma;

	put_range(both, program, stmt);
	range = g_string_free(both, FALSE);
	comma = strchr(range, ',');
	*comma = '\0';
	g_string_append_printf(out, "u, {%s=%s, len=%s", pair ? "dst" : "start",
			       range, comma + 2);
	if (pair)
		g_string_append_printf(out, ", src=@%u", stmt->to);
	if (stmt->kind != FUZZ_UFFD_UNREGISTER)
		g_string_append_printf(out, ", mode=%u", stmt->odd == FUZZ_BAD_FLAG ? 9 : stmt->flags);
	g_string_append_c(out, '}');
}

static bool is_uffd(enum fuzz_kind kind)
{
	return kind >= FUZZ_UFFD_REGISTER && kind <= FUZZ_UFFD_WP;
}

static void put_ranged(GString *out, const struct fuzz_program *program,
		     const struct fuzz_stmt *stmt)
{
	put_range(out, program, stmt);
	switch (stmt->kind) {
	case FUZZ_MPROTECT:
		g_string_append(out, ", ");
		put_prot(out, stmt->prot);
		put_bad(out, stmt, "|0x100");
		return;
	case FUZZ_MADVISE:
		g_string_append_printf(out, ", %s%s", stmt->odd == FUZZ_BAD_FLAG ? "" : "MADV_",
				       stmt->odd == FUZZ_BAD_FLAG ? "55" :
				       advice_words[stmt->word]);
		return;
	case FUZZ_MLOCK:
		if (stmt->flags)
			g_string_append(out, ", MLOCK_ONFAULT");
		return;
	case FUZZ_MSYNC:
		g_string_append(out, ", ");
		put_bits(out, stmt->flags, msync_words);
		return;
	case FUZZ_STORE:
		g_string_append_printf(out, ", %u", stmt->value);
		return;
	case FUZZ_PIN:
		g_string_append(out, foll_words[stmt->word]);
		return;
	case FUZZ_MSEAL:
		put_bad(out, stmt, ", 1");
		return;
	default:
		return;
	}
}

void fuzz_text_stmt(GString *out, const struct fuzz_program *program,
		    const struct fuzz_stmt *stmt)
{
	static const char *const names[NR_FUZZ_KINDS] = {
		"mmap", "munmap", "mprotect", "mremap", "madvise", "mlock", "munlock",
		"mlockall", "munlockall", "fork", "exit", "load", "store", "exec", "msync",
		"mincore", "mseal", "pin", "unpin", "UFFDIO_REGISTER", "UFFDIO_UNREGISTER",
		"UFFDIO_COPY", "UFFDIO_ZEROPAGE", "UFFDIO_CONTINUE", "UFFDIO_POISON",
		"UFFDIO_MOVE",
		"UFFDIO_WRITEPROTECT", "",
		"ftruncate", "fallocate", "prctl", "ksmd: full_scan", "ksmd: unmerge",
		"khugepaged: scan",
	};

	if (stmt->task && stmt->kind != FUZZ_KHUGEPAGED)
		g_string_append_printf(out, "%c: ", task_names[stmt->task]);
	if (stmt->kind == FUZZ_FILE) {
		put_file(out, stmt);
		return;
	}
	if (stmt->kind == FUZZ_FORK)
		g_string_append_printf(out, "%c = ", task_names[stmt->child]);
	g_string_append_printf(out, "%s%s(", names[stmt->kind],
			       stmt->kind == FUZZ_MLOCK && stmt->flags ? "2" : "");
	if (stmt->kind == FUZZ_MMAP)
		put_mmap(out, program, stmt);
	else if (stmt->kind == FUZZ_MREMAP)
		put_mremap(out, program, stmt);
	else if (is_uffd(stmt->kind))
		put_uffd(out, program, stmt);
	else if (stmt->kind == FUZZ_EXEC || stmt->kind == FUZZ_EXIT || stmt->kind == FUZZ_FORK ||
		 stmt->kind == FUZZ_MLOCKALL || stmt->kind == FUZZ_MUNLOCKALL ||
		 stmt->kind > FUZZ_FILE)
		put_other(out, stmt);
	else
		put_ranged(out, program, stmt);
	g_string_append_c(out, ')');
}

void fuzz_text_settings(GString *out, const struct fuzz_program *program)
{
	if (program->bug)
		g_string_append_printf(out, "bug %s\n", program->bug);
	if (program->memlock)
		g_string_append_printf(out, "set cap = off\nset rlimit.memlock = %u\n",
				       program->memlock * 4096);
	if (program->swap)
		g_string_append_printf(out, "set swap = %s\nset swap.device = %s\n",
				       program->thp ? "16M" : "4M",
				       program->swap == FUZZ_SWAP_ZRAM ? "zram" : "disk");
	if (program->zero_pages)
		g_string_append(out, "set ksm.use_zero_pages = 1\n");
	if (program->thp)
		g_string_append(out, thp_settings[program->thp - 1]);
	g_string_append_printf(out, "window %up\n", program->window);
	if (program->uffd)
		g_string_append_printf(out, "u = userfaultfd(UFFD_USER_MODE_ONLY)\n"
				       "UFFDIO_API(u, {features=%s})\n",
				       uffd_features[program->uffd - 1]);
}

unsigned int fuzz_settings_calls(const struct fuzz_program *program)
{
	return program->uffd ? 2 : 0;
}

char *fuzz_text(const struct fuzz_program *program)
{
	GString *out = g_string_new(NULL);
	struct fuzz_alive alive;

	fuzz_alive_begin(&alive);
	fuzz_text_settings(out, program);
	for (guint i = 0; i < program->stmts->len; i++) {
		const struct fuzz_stmt *stmt = &g_array_index(program->stmts, struct fuzz_stmt, i);

		if (!fuzz_alive_next(&alive, stmt))
			continue;
		fuzz_text_stmt(out, program, stmt);
		if (stmt->kind != FUZZ_FORK && stmt->kind != FUZZ_FILE && stmt->kind != FUZZ_EXIT)
			g_string_append(out, " = ?");
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}
