/*
 * check_uffd.c - rules about userfaultfd: marks of protection, changes that are to be told, who
 * waits.
 */
#include "../file.h"
#include "../quirk.h"
#include "../userfaultfd.h"
#include "census.h"
#include "check.h"

static char *ctx_place(const struct userfaultfd_ctx *ctx)
{
	return g_strdup_printf("uffd#%u", ctx->id);
}

/* ---- uffd-wp ---- */

static bool is_marked(pte_t pte)
{
	if (pte_present(pte))
		return pte_uffd_wp(pte);
	if (is_pte_marker(pte))
		return pte_marker_uffd_wp(pte);
	return (pte & _PAGE_SWP_UFFD_WP) != 0;
}

static void protected_pte(const struct census_pte *pte, void *data)
{
	struct check *check = data;
	char *place;

	if (!pte->vma || !is_marked(pte->pte))
		return;
	place = g_strdup_printf("mm#%u vma#%u pte %s", pte->mm->id, pte->vma->id,
				addr_name(pte->mm, pte->addr).text);
	if (!userfaultfd_wp(pte->vma))
		check_fail(check, place, "marks of protection only where an area is registered for it",
			   "0x%" G_GINT64_MODIFIER "x", pte->pte);
	else if (pte_present(pte->pte) && pte_write(pte->pte))
		check_fail(check, place, "a protected page not to be writable",
			   "0x%" G_GINT64_MODIFIER "x", pte->pte);
	else
		g_free(place);
}

void check_uffd_wp(struct check *check)
{
	/* The kernel lets marks outlive their registration there, and means nothing by them. */
	if (check->machine->quirks_met[QUIRK_marks_outlive_registration] ||
	    check->machine->quirks_met[QUIRK_move_strips_uffd_of_merged])
		return;
	for (guint i = 0; i < check->mms->len; i++)
		census_walk(check->mms->pdata[i], protected_pte, check);
}

/* ---- uffd-wp-kept ---- */

/* Visits words that are none as well: there the page got lost, mark and all. */
static void asked_of_table(struct check *check, const struct mm_struct *mm,
			   const struct pgtable *table, unsigned long addr)
{
	for (unsigned int slot = 0; slot < PTRS_PER_TABLE;
	     slot++, addr += 1UL << pgtable_shift((enum pgtable_level)table->level)) {
		const struct vm_area_struct *vma;

		if (!pgtable_wp_asked(table, slot) || is_marked(table->entry[slot]))
			continue;
		vma = find_vma(mm, addr);
		if (vma && vma->vm_start <= addr && userfaultfd_wp(vma))
			check_fail(check, g_strdup_printf("mm#%u vma#%u pte %s", mm->id, vma->id,
							  addr_name(mm, addr).text),
				   "the mark of the protection that was asked for",
				   "0x%" G_GINT64_MODIFIER "x", table->entry[slot]);
	}
}

static bool any_asked(const struct pgtable *table)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(table->wp_asked); i++)
		if (table->wp_asked[i])
			return true;
	return false;
}

static void asked_below(struct check *check, const struct mm_struct *mm,
			const struct pgtable *table, unsigned long addr)
{
	unsigned long size = 1UL << pgtable_shift((enum pgtable_level)table->level);

	if (any_asked(table))
		asked_of_table(check, mm, table, addr);
	for (unsigned int slot = 0; table->child && slot < PTRS_PER_TABLE; slot++)
		if (table->child[slot])
			asked_below(check, mm, table->child[slot], addr + slot * size);
}

/*
 * Each path that takes a word from a table and puts another one in its place has to carry the
 * mark: swap, migration, fork, mremap, a split.  One that does not lets the next store through.
 */
void check_uffd_wp_kept(struct check *check)
{
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];

		if (mm->pgd)
			asked_below(check, mm, mm->pgd, 0);
	}
}

/* ---- uffd-changing ---- */

static unsigned int length(const struct list_head *list)
{
	const struct list_head *at;
	unsigned int nr = 0;

	for (at = list->next; at != list; at = at->next)
		nr++;
	return nr;
}

static void changes_of(void *object, void *data)
{
	const struct userfaultfd_ctx *ctx = object;
	const struct userfaultfd_event *event;
	struct check *check = data;

	if (ctx->mmap_changing != length(&ctx->changing) + ctx->forgotten)
		check_fail(check, ctx_place(ctx), "mmap_changing to count the changes under way",
			   "%u, %u under way, %u forgotten", ctx->mmap_changing,
			   length(&ctx->changing), ctx->forgotten);
	list_for_each_entry(event, &ctx->events, queue)
		if (event->ctx != ctx || event->read)
			check_fail(check, ctx_place(ctx), "only unread events of its own in the queue",
				   "%s, %s", event->read ? "read" : "unread",
				   event->ctx == ctx ? "its own" : "of another");
}

void check_uffd_changing(struct check *check)
{
	object_for_each(check->machine, KIND_UFFD_CTX, changes_of, check);
}

/* ---- uffd-waiters ---- */

static unsigned int check_waiters(struct check *check, const struct userfaultfd_ctx *ctx,
				  const struct list_head *list)
{
	const struct uffd_waiter *waiter;
	unsigned int nr = 0;

	list_for_each_entry(waiter, list, list) {
		nr++;
		if (waiter->task->waits_for != waiter || waiter->waken)
			check_fail(check, ctx_place(ctx), "who is in the list to sleep, unwoken",
				   "%s %s", waiter->task->name,
				   waiter->waken ? "was woken" : "does not sleep");
		if (ctx->released)
			check_fail(check, ctx_place(ctx), "nobody to wait for a reader that is gone",
				   "%s waits", waiter->task->name);
	}
	return nr;
}

struct ctx_holders {
	const struct userfaultfd_ctx *ctx;
	unsigned int nr;
};

static void held_by_file(void *object, void *data)
{
	const struct file *file = object;
	struct ctx_holders *holders = data;

	holders->nr += file->uffd == holders->ctx;
}

static void held_by_fork(void *object, void *data)
{
	const struct userfaultfd_ctx *parent = object;
	struct ctx_holders *holders = data;
	const struct userfaultfd_event *event;

	list_for_each_entry(event, &parent->changing, changing)
		holders->nr += event->new_ctx == holders->ctx && !event->read;
}

static void waiters_of(void *object, void *data)
{
	const struct userfaultfd_ctx *ctx = object;
	struct ctx_holders holders = { .ctx = ctx, .nr = length(&ctx->changing) };
	struct check *check = data;

	holders.nr += check_waiters(check, ctx, &ctx->fault_pending);
	holders.nr += check_waiters(check, ctx, &ctx->fault_read);
	object_for_each(check->machine, KIND_FILE, held_by_file, &holders);
	object_for_each(check->machine, KIND_UFFD_CTX, held_by_fork, &holders);
	if (ctx->refcount != holders.nr)
		check_fail(check, ctx_place(ctx), "the reference count to be the number of holders",
			   "%u references, %u holders", ctx->refcount, holders.nr);
}

void check_uffd_waiters(struct check *check)
{
	object_for_each(check->machine, KIND_UFFD_CTX, waiters_of, check);
}
