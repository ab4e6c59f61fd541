/*
 * lru.c - lists of pages by age, and the batches in front of them.
 *
 * Lists are linked by PFN in folio->lru_prev and lru_next.  A folio on the
 * unevictable "list" is not linked; there lru_prev counts the VM_LOCKED areas that
 * map it, as the kernel counts in mlock_count.
 *
 * In the kernel:  mm/swap.c, mm/mlock.c, include/linux/mm_inline.h.
 * Locks:          see lru.h.
 */
#include <string.h>
#include "lru.h"
#include "memory.h"
#include "machine.h"
#include "machine_parts.h"

/* folio_batch.what of BATCH_MLOCK */
enum { MUNLOCK, MLOCK_LRU, MLOCK_NEW };

void lru_init(struct machine *machine)
{
	machine->lru = g_new(struct lru, 1);
	memset(machine->lru, 0, offsetof(struct lru, batch));
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int which = 0; which < NR_LRU_BATCHES; which++)
			machine->lru->batch[cpu][which].nr = 0;
}

void lru_fini(struct machine *machine)
{
	g_clear_pointer(&machine->lru, g_free);
}

/* ---- lists ---- */

UNWATCHED static struct folio *folio_at(uint32_t pfn)
{
	return pfn ? pfn_to_page(pfn)->folio : NULL;
}

static enum lru_list folio_lru_list(const struct folio *folio)
{
	enum lru_list list;

	if (folio_test(folio, PG_unevictable))
		return LRU_UNEVICTABLE;
	list = folio_test(folio, PG_swapbacked) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
	return folio_test(folio, PG_active) ? list + 1 : list;
}

UNWATCHED static void lruvec_add_folio(struct folio *folio)
{
	enum lru_list list = folio_lru_list(folio);
	struct lru *lru = mach->lru;
	struct folio *first;

	lru->nr[list] += folio_nr_pages(folio);
	if (list == LRU_UNEVICTABLE)
		return;
	first = folio_at(lru->head[list]);
	folio->lru_prev = 0;
	folio->lru_next = lru->head[list];
	if (first)
		first->lru_prev = folio->pfn;
	else
		lru->tail[list] = folio->pfn;
	lru->head[list] = folio->pfn;
}

/* At the old end.  Not for unevictable ones. */
UNWATCHED static void lruvec_add_folio_tail(struct folio *folio)
{
	enum lru_list list = folio_lru_list(folio);
	struct lru *lru = mach->lru;
	struct folio *last = folio_at(lru->tail[list]);

	lru->nr[list] += folio_nr_pages(folio);
	folio->lru_next = 0;
	folio->lru_prev = lru->tail[list];
	if (last)
		last->lru_next = folio->pfn;
	else
		lru->head[list] = folio->pfn;
	lru->tail[list] = folio->pfn;
}

UNWATCHED static void lruvec_del_folio(struct folio *folio)
{
	enum lru_list list = folio_lru_list(folio);
	struct folio *prev, *next;
	struct lru *lru = mach->lru;

	lru->nr[list] -= folio_nr_pages(folio);
	if (list != LRU_UNEVICTABLE) {
		prev = folio_at(folio->lru_prev);
		next = folio_at(folio->lru_next);
		if (prev)
			prev->lru_next = folio->lru_next;
		else
			lru->head[list] = folio->lru_next;
		if (next)
			next->lru_prev = folio->lru_prev;
		else
			lru->tail[list] = folio->lru_prev;
	}
	folio->lru_prev = folio->lru_next = 0;
}

/* Kernel: folio_test_clear_lru(). */
static bool folio_test_clear_lru(struct folio *folio)
{
	if (!folio_test(folio, PG_lru))
		return false;
	folio_clear(folio, PG_lru);
	return true;
}

void lru_forget_folio(struct folio *folio)
{
	if (!folio_test_clear_lru(folio))
		return;
	lruvec_del_folio(folio);
	folio_clear(folio, PG_active | PG_unevictable);
}

/* ---- what a batch does with one folio ---- */

static void lru_add(struct folio *folio)
{
	if (folio_test(folio, PG_mlocked)) {
		folio_clear(folio, PG_active);
		folio_set(folio, PG_unevictable);
		folio->lru_prev = 0;
	} else {
		folio_clear(folio, PG_unevictable);
	}
	lruvec_add_folio(folio);
	folio_set(folio, PG_lru);
}

static void lru_activate(struct folio *folio)
{
	if (folio_test(folio, PG_active | PG_unevictable))
		return;
	lruvec_del_folio(folio);
	folio_set(folio, PG_active);
	lruvec_add_folio(folio);
}

static void lru_deactivate(struct folio *folio)
{
	if (folio_test(folio, PG_unevictable) || !folio_test(folio, PG_active))
		return;
	lruvec_del_folio(folio);
	folio_clear(folio, PG_active | PG_referenced);
	lruvec_add_folio(folio);
}

static void lru_lazyfree(struct folio *folio)
{
	if (!folio_test_anon(folio) || !folio_test(folio, PG_swapbacked) ||
	    folio_test(folio, PG_swapcache | PG_unevictable))
		return;
	lruvec_del_folio(folio);
	folio_clear(folio, PG_active | PG_referenced | PG_swapbacked);
	lruvec_add_folio(folio);
}

static void lru_mlock_new(struct folio *folio)
{
	if (folio_test(folio, PG_mlocked)) {
		folio_set(folio, PG_unevictable);
		folio->lru_prev = 1;
	}
	lruvec_add_folio(folio);
	folio_set(folio, PG_lru);
}

static void lru_mlock(struct folio *folio)
{
	bool mlocked = folio_test(folio, PG_mlocked);
	bool unevictable = folio_test(folio, PG_unevictable);

	if (!folio_test_clear_lru(folio))
		return;
	if (mlocked && unevictable) {
		folio->lru_prev++;
	} else if (mlocked != unevictable) {
		/* To the unevictable ones, or back if it was munlocked meanwhile. */
		lruvec_del_folio(folio);
		if (mlocked) {
			folio_clear(folio, PG_active);
			folio_set(folio, PG_unevictable);
			folio->lru_prev = 1;
		} else {
			folio_clear(folio, PG_unevictable);
		}
		lruvec_add_folio(folio);
	}
	folio_set(folio, PG_lru);
}

static void lru_munlock(struct folio *folio)
{
	bool isolated = folio_test_clear_lru(folio);

	if (isolated && folio_test(folio, PG_unevictable)) {
		if (folio->lru_prev)
			folio->lru_prev--;
		if (folio->lru_prev)
			goto out;
	}
	folio_clear(folio, PG_mlocked);
	if (isolated && folio_test(folio, PG_unevictable)) {
		lruvec_del_folio(folio);
		folio_clear(folio, PG_unevictable);
		lruvec_add_folio(folio);
	}
out:
	if (isolated)
		folio_set(folio, PG_lru);
}

/* ---- batches ---- */

static void batch_move_one(enum lru_batch which, struct folio *folio, uint8_t what)
{
	if (which == BATCH_ADD) {
		lru_add(folio);
		return;
	}
	if (which == BATCH_MLOCK) {
		if (what == MLOCK_NEW)
			lru_mlock_new(folio);
		else if (what == MLOCK_LRU)
			lru_mlock(folio);
		else
			lru_munlock(folio);
		return;
	}
	/* Off the lists in the hand of somebody else: not ours to move. */
	if (!folio_test_clear_lru(folio))
		return;
	if (which == BATCH_ACTIVATE)
		lru_activate(folio);
	else if (which == BATCH_DEACTIVATE)
		lru_deactivate(folio);
	else
		lru_lazyfree(folio);
	folio_set(folio, PG_lru);
}

/*
 * The locks of lists and batches are implied: nobody runs in the middle.  A CPU adds to its own
 * batches and drains them when they are full; all that matters to others is when they drain
 * all of them.
 */
static void batch_drain(unsigned int cpu, enum lru_batch which)
{
	struct folio_batch *batch = &mach->lru->batch[cpu][which];
	unsigned int nr = batch->nr;

	for (unsigned int i = 0; i < nr; i++)
		batch_move_one(which, batch->folio[i], batch->what[i]);
	batch->nr = 0;
	for (unsigned int i = 0; i < nr; i++)
		folio_put(batch->folio[i]);
}

UNWATCHED static void batch_add(enum lru_batch which, struct folio *folio, uint8_t what)
{
	struct folio_batch *batch = &mach->lru->batch[mach->cpu][which];

	sched_step(&folio->refcount, ACCESS_WRITE, "folio_batch_add");
	sched_alone_begin();
	sched_touch(mach->lru, ACCESS_READ);
	folio_get(folio);
	batch->folio[batch->nr] = folio;
	batch->what[batch->nr++] = what;
	if (batch->nr == PAGEVEC_SIZE || folio->order)
		batch_drain(mach->cpu, which);
	sched_alone_end();
}

void lru_add_drain(void)
{
	sched_step(mach->lru, ACCESS_WRITE, "lru_add_drain");
	sched_alone_begin();
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int which = 0; which < NR_LRU_BATCHES; which++)
			batch_drain(cpu, (enum lru_batch)which);
	sched_alone_end();
}

void mlock_drain_local(void)
{
	sched_step(mach->lru, ACCESS_READ, "mlock_drain_local");
	sched_alone_begin();
	batch_drain(mach->cpu, BATCH_MLOCK);
	sched_alone_end();
}

void folio_add_lru(struct folio *folio)
{
	batch_add(BATCH_ADD, folio, 0);
}

static bool vma_mlocks(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_LOCKED | VM_SPECIAL)) == VM_LOCKED;
}

void folio_add_lru_vma(struct folio *folio, const struct vm_area_struct *vma)
{
	if (!vma_mlocks(vma)) {
		folio_add_lru(folio);
		return;
	}
	folio_set(folio, PG_mlocked);
	batch_add(BATCH_MLOCK, folio, MLOCK_NEW);
}

void mlock_folio(struct folio *folio)
{
	folio_set(folio, PG_mlocked);
	batch_add(BATCH_MLOCK, folio, MLOCK_LRU);
}

void munlock_folio(struct folio *folio)
{
	batch_add(BATCH_MLOCK, folio, MUNLOCK);
}

void mlock_vma_folio(struct folio *folio, const struct vm_area_struct *vma)
{
	if (unlikely(vma_mlocks(vma)))
		mlock_folio(folio);
}

void munlock_vma_folio(struct folio *folio, const struct vm_area_struct *vma)
{
	if (unlikely(vma->vm_flags & VM_LOCKED))
		munlock_folio(folio);
}

/* ---- ageing ---- */

void folio_activate(struct folio *folio)
{
	if (folio_test(folio, PG_lru) && !folio_test(folio, PG_active | PG_unevictable))
		batch_add(BATCH_ACTIVATE, folio, 0);
}

void folio_rotate_reclaimable(struct folio *folio)
{
	if (folio_test(folio, PG_locked | PG_dirty | PG_unevictable) || !folio_test_clear_lru(folio))
		return;
	lruvec_del_folio(folio);
	folio_clear(folio, PG_active);
	lruvec_add_folio_tail(folio);
	folio_set(folio, PG_lru);
}

void folio_deactivate(struct folio *folio)
{
	if (folio_test(folio, PG_lru) && folio_test(folio, PG_active) &&
	    !folio_test(folio, PG_unevictable))
		batch_add(BATCH_DEACTIVATE, folio, 0);
}

void folio_mark_lazyfree(struct folio *folio)
{
	if (folio_test_anon(folio) && folio_test(folio, PG_swapbacked) &&
	    folio_test(folio, PG_lru) && !folio_test(folio, PG_swapcache | PG_unevictable))
		batch_add(BATCH_LAZYFREE, folio, 0);
}

/* Is @folio still in this CPU's batch of new ones?  Only the newest entries are likely. */
static bool in_add_batch(const struct folio *folio)
{
	const struct folio_batch *batch = &mach->lru->batch[mach->cpu][BATCH_ADD];

	sched_touch(mach->lru, ACCESS_READ);
	for (unsigned int i = batch->nr; i-- > 0;)
		if (batch->folio[i] == folio)
			return true;
	return false;
}

void folio_mark_accessed(struct folio *folio)
{
	if (!folio_test(folio, PG_referenced)) {
		folio_set(folio, PG_referenced);
		return;
	}
	if (folio_test(folio, PG_active | PG_unevictable))
		return;
	if (folio_test(folio, PG_lru))
		folio_activate(folio);
	else if (in_add_batch(folio))
		folio_set(folio, PG_active);
	folio_clear(folio, PG_referenced);
}

UNWATCHED void lru_split_begin(struct folio *folio, unsigned int order)
{
	if (folio_test(folio, PG_lru))
		mach->lru->nr[folio_lru_list(folio)] -= folio_nr_pages(folio) - (1UL << order);
}

/* Just before @folio, which was isolated or is on a list. */
UNWATCHED void lru_add_split_folio(struct folio *folio, struct folio *tail)
{
	enum lru_list list = folio_lru_list(folio);
	struct folio *prev;

	if (!folio_test(folio, PG_lru))
		return;
	mach->lru->nr[list] += folio_nr_pages(tail);
	folio_set(tail, PG_lru);
	if (list == LRU_UNEVICTABLE)
		return;
	prev = folio_at(folio->lru_prev);
	tail->lru_prev = folio->lru_prev;
	tail->lru_next = folio->pfn;
	if (prev)
		prev->lru_next = tail->pfn;
	else
		mach->lru->head[list] = tail->pfn;
	folio->lru_prev = tail->pfn;
}

struct folio *folio_grab_mapped(struct mm_struct *mm, unsigned long addr)
{
	struct folio *folio = NULL;
	struct page *page;
	struct pte_ref at;
	pte_t pte;

	sched_step(pgtable_deepest_word(mm, addr), ACCESS_LOAD, "folio_grab_mapped");
	pgtable_touch_words(mm, addr);
	at = pgtable_leaf(mm, addr);
	pte = at.table ? ptep_get(at.table, at.slot) : 0;
	if (pte_present(pte)) {
		page = vm_normal_page(pte);
		folio = page ? page->folio : NULL;
	}
	if (!folio)
		return NULL;
	sched_touch(&folio->refcount, ACCESS_WRITE);
	if (folio->refcount <= 0)
		return NULL;
	folio->refcount++;
	return folio;
}

/* The caller has a reference. */
bool folio_isolate_lru(struct folio *folio)
{
	bool good;

	sched_step(&folio->refcount, ACCESS_WRITE, "folio_isolate_lru");
	sched_alone_begin();
	good = folio_test_clear_lru(folio);
	if (good) {
		folio_get(folio);
		lruvec_del_folio(folio);
	}
	sched_alone_end();
	return good;
}

void folio_putback_lru(struct folio *folio)
{
	folio_add_lru(folio);
	folio_put(folio);
}

void lru_isolate_tail(enum lru_list list, unsigned long nr, GPtrArray *folios)
{
	const struct lru *lru = mach->lru;

	for (unsigned long done = 0; done < nr && lru->tail[list];) {
		struct folio *folio = folio_at(lru->tail[list]);

		done += folio_nr_pages(folio);
		folio_isolate_lru(folio);
		g_ptr_array_add(folios, folio);
	}
}

void lru_putback_isolated(struct folio *folio)
{
	lruvec_add_folio(folio);
	folio_set(folio, PG_lru);
	folio_put(folio);
}

/* ---- checks ---- */

unsigned int lru_batch_refs(const struct machine *machine, const struct folio *folio)
{
	unsigned int refs = 0;

	for (unsigned int n = 0; n < NR_CPUS * NR_LRU_BATCHES; n++) {
		const struct folio_batch *batch =
			&machine->lru->batch[n / NR_LRU_BATCHES][n % NR_LRU_BATCHES];

		for (unsigned int i = 0; i < batch->nr; i++)
			refs += batch->folio[i] == folio;
	}
	return refs;
}

static char *list_validate(const struct lru *lru, enum lru_list list)
{
	unsigned long pages = 0;
	uint32_t prev = 0;

	for (uint32_t pfn = lru->head[list]; pfn;) {
		const struct page *page = pfn_to_page(pfn);
		const struct folio *folio = page ? page->folio : NULL;

		if (!folio || folio->pfn != pfn)
			return g_strdup_printf("LRU list %d links frame %u, no folio", list, pfn);
		if (!folio_test(folio, PG_lru) || folio_lru_list(folio) != list)
			return g_strdup_printf("LRU list %d links folio#%u of another list", list,
					       folio->id);
		if (folio->lru_prev != prev)
			return g_strdup_printf("LRU list %d: folio#%u links back to frame %u, "
					       "not %u", list, folio->id, folio->lru_prev, prev);
		pages += folio_nr_pages(folio);
		if (pages > lru->nr[list])
			break;
		prev = pfn;
		pfn = folio->lru_next;
	}
	if (pages != lru->nr[list])
		return g_strdup_printf("LRU list %d counts %lu pages, has %lu", list, lru->nr[list],
				       pages);
	return NULL;
}

char *lru_validate(const struct machine *machine)
{
	for (unsigned int list = 0; list < LRU_UNEVICTABLE; list++) {
		char *wrong = list_validate(machine->lru, (enum lru_list)list);

		if (wrong)
			return wrong;
	}
	return NULL;
}
