/*
 * uffd_move.h - what the parts of UFFDIO_MOVE hand to each other.  Only uffd_move*.c include it.
 *
 * In the kernel:  mm/userfaultfd.c move_pages() and below.
 */
#ifndef MODEL_UFFD_MOVE_H
#define MODEL_UFFD_MOVE_H

#include "machine.h"
#include "memory.h"
#include "uffd_internal.h"

/* One ioctl under way; both areas are read-locked. */
struct uffd_move {
	struct userfaultfd_ctx *ctx;
	struct mm_struct *mm;
	struct vm_area_struct *dst_vma, *src_vma;	/* may be the same */
	unsigned long dst, src;		/* where it has come to */
	unsigned long end;		/* of the source */
	bool allow_holes;		/* UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES */
};

/*
 * Moves what the PTE tables of both places hold from here on, as much as goes at once: bytes
 * done, or -errno; -EAGAIN: the kernel tries again.  Kernel: move_pages_ptes().
 */
long move_pages_ptes(const struct uffd_move *move);

/*
 * The huge page at the source, as a whole if that can be: bytes done, -errno, or 1: it is split, or gone.
 * uffd_move_huge.c.
 */
long move_huge_page(const struct uffd_move *move);

/*
 * One attempt of move_pages_ptes() at the words of one page.  Words and tables were read without
 * a lock that lasts: each is compared again under both locks.
 */
struct move_ptes {
	const struct uffd_move *move;
	struct pgtable *dst_table, *src_table;
	unsigned int dst_slot, src_slot;
	bool mapped;			/* both are kept by RCU */
	pte_t dst_pmd;			/* the word that linked dst_table */
	pte_t dst_pte, src_pte;		/* as they were */
	struct folio *folio;		/* NULL, or locked and with a reference */
	pte_t folio_pte;		/* the word it was found by */
	struct anon_vma *anon_vma;	/* NULL, or its root write-locked, with a reference */
};

/* Before a sleep: the tables may be freed from now on.  Kernel: pte_unmap(). */
void unmap_tables(struct move_ptes *ptes);
/* Both PTE locks, or the one that both are. */
void double_pt_lock(const struct move_ptes *ptes);
void double_pt_unlock(const struct move_ptes *ptes);
/* Are words and destination table as they were?  Both locks held.  Kernel: is_pte_pages_stable(). */
bool is_pte_pages_stable(const struct move_ptes *ptes);
/* The words at both places are taken: the source's is none, the destination's @pte. */
void move_pte(const struct move_ptes *ptes, pte_t pte);
/* The entry of a page in swap.  1: after a sleep, look again.  uffd_move_swap.c. */
long move_swap_pte(struct move_ptes *ptes);
/* Kernel: move_present_ptes(); the folio of the first page is locked and its anon_vma, too. */
long move_present_ptes(struct move_ptes *ptes);

#endif
