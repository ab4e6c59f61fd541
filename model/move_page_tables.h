/*
 * move_page_tables.h - the words of one range of addresses, moved to another range.
 *
 * Pages stay where they are and keep mapping, index and counts: only the words that map
 * them change places, table by table where the alignment allows it, else one by one.
 *
 * In the kernel:  mm/mremap.c move_page_tables(), struct pagetable_move_control.
 */
#ifndef MODEL_MOVE_PAGE_TABLES_H
#define MODEL_MOVE_PAGE_TABLES_H

#include "pgtable.h"
#include "vma.h"

/* Kernel: struct pagetable_move_control. */
struct pagetable_move {
	struct vm_area_struct *old, *new;	/* the areas; @new may be larger by a merge */
	unsigned long old_addr, new_addr;	/* where the move has got to */
	unsigned long old_end;
	unsigned long len;			/* bytes asked for */
	bool need_rmap_locks;			/* for single words too: see copy_vma() */
	const struct anon_vma *locked_root;	/* write-locked by the caller; or NULL */
};

#define PAGETABLE_MOVE(name, old_vma, new_vma, from, to, bytes)			\
	struct pagetable_move name = {						\
		.old = (old_vma), .new = (new_vma), .old_addr = (from),		\
		.new_addr = (to), .old_end = (from) + (bytes), .len = (bytes) }

/*
 * Moves what maps [old_addr, old_end) of move->old to move->new.  mmap_lock held for
 * writing, nothing mapped at the destination.  Returns the bytes done: less than
 * move->len if a table could not be allocated.
 */
unsigned long move_page_tables(struct pagetable_move *move);

/*
 * The word of @old for move->old_addr, which is not none, goes to @new for move->new_addr: what it was.
 * Both tables locked; who flushes is the caller.
 */
pte_t move_word(const struct pagetable_move *move, struct pgtable *old, struct pgtable *new);

/*
 * A context without UFFD_FEATURE_EVENT_REMAP does not follow its area: write-protection
 * marks must go from every word that moves.  Kernel: vma_has_uffd_without_event_remap().
 */
bool vma_has_uffd_without_event_remap(const struct vm_area_struct *vma);

#endif
