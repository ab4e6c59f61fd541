/*
 * import_maps.c - ranges of an address space: read from /proc/PID/maps or smaps, and followed.
 *
 * The importer keeps its own small map of each process, to find the address of a fault in a
 * file, to notice mappings older than the log, and to compare its end with a checkpoint.  It
 * does not know merging: ranges are compared after joining what looks equal.
 *
 * In the kernel:  fs/proc/task_mmu.c show_map_vma(), show_smap(); offset is vm_pgoff in bytes
 *                 for a file, 0 for anonymous memory.
 * Left out:       smaps fields but Anonymous and VmFlags.
 * Locks:          none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

const struct import_advice import_advices[NR_IMPORT_ADVICES] = {
	{ "dc", "madvise(", ", MADV_DONTFORK)" },
	{ "dd", "madvise(", ", MADV_DONTDUMP)" },
	{ "sr", "madvise(", ", MADV_SEQUENTIAL)" },
	{ "rr", "madvise(", ", MADV_RANDOM)" },
	{ "wf", "madvise(", ", MADV_WIPEONFORK)" },
	{ "hg", "madvise(", ", MADV_HUGEPAGE)" },
	{ "nh", "madvise(", ", MADV_NOHUGEPAGE)" },
	{ "mg", "madvise(", ", MADV_MERGEABLE)" },
	{ "lo", "mlock(", ")" },
	{ "sl", "mseal(", ", 0)" },
};

static void vma_clear(void *data)
{
	struct import_vma *vma = data;

	g_clear_pointer(&vma->name, g_free);
}

static struct import_vma *nth(const GArray *maps, guint i)
{
	return &g_array_index(maps, struct import_vma, i);
}

GArray *maps_new(void)
{
	GArray *maps = g_array_new(FALSE, TRUE, sizeof(struct import_vma));

	g_array_set_clear_func(maps, vma_clear);
	return maps;
}

/* A copy; the one that fork makes lacks what MADV_DONTFORK covers. */
GArray *maps_copy(const GArray *maps, bool fork)
{
	GArray *copy = maps_new();

	for (guint i = 0; i < maps->len; i++) {
		struct import_vma vma = *nth(maps, i);

		if (fork && vma.dontfork)
			continue;
		vma.name = g_strdup(vma.name);
		g_array_append_val(copy, vma);
	}
	return copy;
}

/* Index of the first range that ends behind @addr. */
static guint lower(const GArray *maps, uint64_t addr)
{
	guint lo = 0, hi = maps->len;

	while (lo < hi) {
		guint mid = lo + (hi - lo) / 2;

		if (nth(maps, mid)->end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct import_vma *maps_find(GArray *maps, uint64_t addr)
{
	guint i = lower(maps, addr);

	return i < maps->len && nth(maps, i)->start <= addr ? nth(maps, i) : NULL;
}

bool maps_overlap(GArray *maps, uint64_t start, uint64_t end)
{
	guint i = lower(maps, start);

	return start < end && i < maps->len && nth(maps, i)->start < end;
}

bool maps_is_file(const struct import_vma *vma)
{
	/* [vdso] and its kin are backed by a special mapping, which is as good as a file */
	return vma->file || (vma->name && (vma->name[0] == '/' || vma->offset ||
					   g_str_has_prefix(vma->name, "[v")));
}

static void cut(GArray *maps, uint64_t at)
{
	struct import_vma *vma = maps_find(maps, at), right;
	guint i;

	if (!vma || vma->start == at)
		return;
	right = *vma;
	right.start = at;
	right.name = g_strdup(vma->name);
	if (maps_is_file(vma))
		right.offset += at - vma->start;
	i = (guint)(vma - nth(maps, 0));
	vma->end = at;
	g_array_insert_val(maps, i + 1, right);
}

void maps_unmap(GArray *maps, uint64_t start, uint64_t end)
{
	guint from, to;

	if (start >= end)
		return;
	cut(maps, start);
	cut(maps, end);
	from = lower(maps, start);
	for (to = from; to < maps->len && nth(maps, to)->end <= end; to++)
		;
	if (to > from)
		g_array_remove_range(maps, from, to - from);
}

/* Put @vma in, over whatever is there.  Takes its name over. */
void maps_add(GArray *maps, const struct import_vma *vma)
{
	struct import_vma copy = *vma;

	if (vma->start >= vma->end)
		return;
	maps_unmap(maps, vma->start, vma->end);
	g_array_insert_val(maps, lower(maps, vma->start), copy);
}

void maps_protect(GArray *maps, uint64_t start, uint64_t end, uint64_t prot)
{
	if (start >= end)
		return;
	cut(maps, start);
	cut(maps, end);
	for (guint i = lower(maps, start); i < maps->len && nth(maps, i)->start < end; i++)
		nth(maps, i)->prot = prot & 7;
}

void maps_mark(GArray *maps, uint64_t start, uint64_t end, bool dontfork)
{
	if (start >= end)
		return;
	cut(maps, start);
	cut(maps, end);
	for (guint i = lower(maps, start); i < maps->len && nth(maps, i)->start < end; i++)
		nth(maps, i)->dontfork = dontfork;
}

/* mremap: [start, end) goes to @to and reaches up to @new_end there; @keep leaves the old. */
void maps_move(GArray *maps, uint64_t start, uint64_t end, uint64_t to, uint64_t new_end,
	       bool keep)
{
	GArray *moved = maps_new();

	if (start > end || to > new_end) {
		g_array_free(moved, TRUE);
		return;
	}
	cut(maps, start);
	cut(maps, end);
	for (guint i = lower(maps, start); i < maps->len && nth(maps, i)->start < end; i++) {
		struct import_vma vma = *nth(maps, i);

		vma.name = g_strdup(vma.name);
		g_array_append_val(moved, vma);
	}
	if (!keep)
		maps_unmap(maps, start, end);
	maps_unmap(maps, to, new_end);
	for (guint i = 0; i < moved->len; i++) {
		struct import_vma vma = *nth(moved, i);
		bool last = i + 1 == moved->len;

		nth(moved, i)->name = NULL;
		vma.start = vma.start - start + to;
		vma.end = last ? new_end : MIN(vma.end - start + to, new_end);
		if (vma.start < vma.end)
			maps_add(maps, &vma);
		else
			g_free(vma.name);
	}
	g_array_free(moved, TRUE);
}

/* "55d0-55d1 rw-p 0000a000 fe:00 1234   /bin/true" */
static bool maps_line(const char *line, struct import_vma *vma)
{
	char perms[5] = "";
	int at = 0;
	unsigned long long start, end, offset;

	if (sscanf(line, "%llx-%llx %4s %llx %*s %*s%n", &start, &end, perms, &offset, &at) < 4)
		return false;
	if (!at || strlen(perms) != 4 || start >= end || (start | end) & (IMPORT_PAGE - 1))
		return false;
	*vma = (struct import_vma){
		.start = start, .end = end, .offset = offset,
		.prot = (perms[0] == 'r' ? 1U : 0) | (perms[1] == 'w' ? 2U : 0) |
			(perms[2] == 'x' ? 4U : 0),
		.shared = perms[3] == 's',
	};
	line += at;
	line += strspn(line, " ");
	vma->name = *line ? g_strdup(line) : NULL;
	vma->grows = *line && !strcmp(line, "[stack]");
	return true;
}

static void smaps_line(const char *line, struct import_vma *vma)
{
	if (!strncmp(line, "Anonymous:", 10)) {
		vma->anon += strtoull(line + 10, NULL, 10) * 1024;
	} else if (!strncmp(line, "Swap:", 5)) {
		vma->anon += strtoull(line + 5, NULL, 10) * 1024;
	} else if (!strncmp(line, "VmFlags:", 8)) {
		vma->has_flags = true;
		vma->noreserve = !strstr(line, " ac");
		vma->grows = strstr(line, " gd") != NULL;
		for (gsize i = 0; i < NR_IMPORT_ADVICES; i++) {
			char word[4] = { ' ', import_advices[i].flag[0],
					 import_advices[i].flag[1], '\0' };

			if (strstr(line, word))
				vma->advice |= 1U << i;
		}
		vma->dontfork = vma->advice & ADVICE_DONTFORK;
	}
}

/* Read a copy of maps or smaps; NULL with @error if it cannot be read. */
GArray *maps_read(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	gsize len;

	if (!g_file_get_contents(path, &text, &len, error))
		return NULL;
	return maps_parse(path, text, error);
}

/*
 * The ranges of @text, maps or smaps; @path is what an error calls it.  The gate page
 * ([vsyscall]) is no VMA of the process and is left out.  NULL with @error for a line of no
 * known shape.
 */
GArray *maps_parse(const char *path, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GArray *maps = maps_new();
	bool keep = false;

	for (guint i = 0; lines[i]; i++) {
		struct import_vma vma;

		if (maps_line(lines[i], &vma)) {
			keep = vma.start < IMPORT_USER_END &&
			       (!maps->len || nth(maps, maps->len - 1)->end <= vma.start);
			if (keep)
				g_array_append_val(maps, vma);
			else
				g_free(vma.name);
		} else if (maps->len && g_ascii_isupper(lines[i][0])) {
			if (keep)
				smaps_line(lines[i], nth(maps, maps->len - 1));
		} else if (lines[i][0] && lines[i][0] != '#') {
			g_set_error(error, IMPORT_ERROR, IMPORT_ERROR_FORMAT,
				    "%s:%u:1: error: not a line of /proc/PID/maps or smaps",
				    path, i + 1);
			g_array_free(maps, TRUE);
			return NULL;
		}
	}
	return maps;
}

/* Do two neighbours look like one in what both sides know? */
bool maps_continue(const struct import_vma *left, const struct import_vma *right)
{
	if (left->end != right->start || left->prot != right->prot ||
	    left->shared != right->shared || maps_is_file(left) != maps_is_file(right))
		return false;
	return !maps_is_file(left) || right->offset == left->offset + (left->end - left->start);
}

static GArray *joined(const GArray *maps)
{
	GArray *out = maps_new();

	for (guint i = 0; i < maps->len; i++) {
		struct import_vma vma = *nth(maps, i);

		vma.name = g_strdup(vma.name);
		if (out->len && maps_continue(nth(out, out->len - 1), &vma)) {
			nth(out, out->len - 1)->end = vma.end;
			g_free(vma.name);
		} else {
			g_array_append_val(out, vma);
		}
	}
	return out;
}

static bool same(const struct import_vma *a, const struct import_vma *b)
{
	return a->start == b->start && a->end == b->end && a->prot == b->prot &&
	       a->shared == b->shared && a->offset == b->offset;
}

/* How many ranges of either side have no equal on the other; @where is the first. */
unsigned int maps_differences(const GArray *mine, const GArray *theirs, uint64_t *where)
{
	GArray *a = joined(mine), *b = joined(theirs);
	unsigned int count = 0;
	guint i = 0, j = 0;

	while (i < a->len || j < b->len) {
		const struct import_vma *x = i < a->len ? nth(a, i) : NULL;
		const struct import_vma *y = j < b->len ? nth(b, j) : NULL;

		if (x && y && same(x, y)) {
			i++;
			j++;
			continue;
		}
		if (!count++)
			*where = !y || (x && x->start < y->start) ? x->start : y->start;
		if (x && (!y || x->start <= y->start))
			i++;
		if (y && (!x || y->start <= x->start))
			j++;
	}
	g_array_free(a, TRUE);
	g_array_free(b, TRUE);
	return count;
}

void checkpoint_free(struct import_checkpoint *checkpoint)
{
	if (!checkpoint)
		return;
	g_array_free(checkpoint->maps, TRUE);
	if (checkpoint->pages)
		g_array_free(checkpoint->pages, TRUE);
	g_free(checkpoint);
}
