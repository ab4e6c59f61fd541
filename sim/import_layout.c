/*
 * import_layout.c - the address space of a process that was there before the recording.
 *
 * There is no call to replay: each area is mapped as it is now, its anonymous pages are
 * written, and what madvise, mlock and mseal had given it is given again.  Two neighbours which
 * look alike and are two areas all the same have different anon_vmas; they are kept apart by
 * MADV_DONTDUMP on one of them until each has been written to.
 *
 * In the kernel:  fs/proc/task_mmu.c show_smap_vma_flags(), pagemap_read(); mm/vma.c
 *                 is_mergeable_vma(), anon_vma_compatible().
 * Left out:       which areas share an anon_vma with one that is no neighbour; anon_vmas of areas
 *                 without an anonymous page; clean pages; mempolicies; userfaultfd; pkeys.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

#define PROT_BIT_WRITE	2U

static const struct import_vma *nth(const GArray *maps, guint i)
{
	return &g_array_index(maps, struct import_vma, i);
}

static void range_call(struct walk *w, struct import_task *task, const struct import_vma *vma,
		       const char *call, const char *rest)
{
	emit(w, task, NULL, "%s%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT "%s", call,
	     vma->start, vma->end - vma->start, rest);
}

static void store_page(struct walk *w, struct import_task *task, uint64_t addr)
{
	const struct import_fault fault = { .addr = addr, .access = ACCESS_STORE };

	import_do_fault(w, task, &fault);
}

/* A store for each of @pages, which are addresses in order. */
void layout_pages(struct walk *w, struct import_task *task, const GArray *pages)
{
	for (guint i = 0; pages && i < pages->len; i++)
		store_page(w, task, g_array_index(pages, uint64_t, i));
}

/* Index of the first page not below @addr. */
static guint first_page(const GArray *pages, uint64_t addr)
{
	guint i = 0;

	while (pages && i < pages->len && g_array_index(pages, uint64_t, i) < addr)
		i++;
	return i;
}

static bool has_pages(const GArray *pages, const struct import_vma *vma)
{
	guint i = first_page(pages, vma->start);

	return pages && i < pages->len && g_array_index(pages, uint64_t, i) < vma->end;
}

/* Would these two be one, if both had the same anon_vma? */
static bool alike(const struct import_vma *left, const struct import_vma *right)
{
	if (!maps_continue(left, right) || left->advice != right->advice ||
	    left->grows != right->grows || left->noreserve != right->noreserve || left->shared)
		return false;
	return !maps_is_file(left) || !g_strcmp0(left->name, right->name);
}

/* Pages and the right to have been writable come before the permissions of the end. */
static uint64_t first_prot(const struct import_vma *vma, const GArray *pages)
{
	if (vma->shared || (vma->noreserve && !has_pages(pages, vma)))
		return vma->prot;
	return vma->prot | PROT_BIT_WRITE;
}

/* Neighbours that must not become one each need an anon_vma of their own. */
static void write_apart(struct walk *w, struct import_task *task, const GArray *maps,
			const GArray *pages, const bool *apart)
{
	for (guint i = 0; i < maps->len; i++) {
		const struct import_vma *vma = nth(maps, i);

		if ((!apart[i] && !apart[i + 1]) || has_pages(pages, vma) ||
		    !(first_prot(vma, pages) & PROT_BIT_WRITE))
			continue;
		store_page(w, task, vma->start);
		range_call(w, task, vma, "madvise(", ", MADV_DONTNEED)");
	}
}

static void finish_vmas(struct walk *w, struct import_task *task, const GArray *maps,
			const GArray *pages, const bool *apart)
{
	for (guint i = 0; i < maps->len; i++) {
		const struct import_vma *vma = nth(maps, i);
		g_autoptr(GString) rest = g_string_new(", ");

		print_flags(ARG_PROT, vma->prot, rest);
		g_string_append_c(rest, ')');
		if (first_prot(vma, pages) != vma->prot) {
			range_call(w, task, vma, "mprotect(", rest->str);
			maps_protect(task->proc->mm->maps, vma->start, vma->end, vma->prot);
		}
		if (apart[i] && !(vma->advice & ADVICE_DONTDUMP))
			range_call(w, task, vma, "madvise(", ", MADV_DODUMP)");
		for (gsize a = 0; a < NR_IMPORT_ADVICES; a++)
			if (vma->advice >> a & 1U && !(apart[i] && 1U << a == ADVICE_DONTDUMP))
				range_call(w, task, vma, import_advices[a].call,
					   import_advices[a].rest);
	}
}

/* The break is where the heap's area ends; what a last page has beyond it is not known. */
static void layout_brk(struct walk *w, struct import_task *task, const GArray *maps)
{
	for (guint i = 0; i < maps->len; i++) {
		if (g_strcmp0(nth(maps, i)->name, "[heap]") != 0)
			continue;
		emit(w, task, NULL, "prctl(PR_SET_MM, PR_SET_MM_BRK, %#" G_GINT64_MODIFIER
		     "x, 0, 0)", nth(maps, i)->end);
		task->proc->mm->brk = nth(maps, i)->end;
	}
}

void walk_layout(struct walk *w, struct import_task *task, const struct import_event *event)
{
	const struct import_checkpoint *at = event->checkpoint;
	const GArray *maps = at->maps, *pages = at->pages;
	GHashTable *opened = g_hash_table_new(NULL, NULL);
	g_autofree bool *apart = g_new0(bool, maps->len + 1);

	if (!w->dry)
		w->log->report->checkpoints++;
	emit_comment(w, "what was mapped %s", at->when);
	if (at->brk)
		set_brk(w, task, at->brk);
	for (guint i = 0; i < maps->len; i++) {
		/* Every second one of a row of equals is set apart. */
		apart[i] = i && !apart[i - 1] && alike(nth(maps, i - 1), nth(maps, i));
		emit_vma(w, task, nth(maps, i), first_prot(nth(maps, i), pages), opened);
	}
	if (at->brk)
		layout_brk(w, task, maps);
	for (guint i = 0; i < maps->len; i++)
		if (apart[i])
			range_call(w, task, nth(maps, i), "madvise(", ", MADV_DONTDUMP)");
	for (guint i = 0; i < maps->len; i++)
		maps_protect(task->proc->mm->maps, nth(maps, i)->start, nth(maps, i)->end,
			     first_prot(nth(maps, i), pages));
	layout_pages(w, task, pages);
	write_apart(w, task, maps, pages, apart);
	finish_vmas(w, task, maps, pages, apart);
	g_hash_table_destroy(opened);
}
