/*
 * relocate.h - mremap() of faulted anonymous memory so that it is as if it had been created at the
 * new place: MREMAP_RELOCATE_ANON, in the designs of relocate_designs.def.
 *
 * A page is found by its folio's anon_vma and index, which say where it was first touched; an area that
 * moves keeps its page offset for that reason, and then fits no neighbour.  Relocation gives area
 * and folios new ones.
 *
 * In the kernel:  in no release; mm/mremap.c of the series that the designs name.
 * Left out:       leaves of 1 GiB (there are none).
 * Locks:          mmap_lock for writing, the area's lock for writing; by design: docs/relocate.md.
 */
#ifndef MODEL_RELOCATE_H
#define MODEL_RELOCATE_H

#include "move_page_tables.h"
#include "mremap_internal.h"

/* The move of a design says that it is no relocation: as if it had not been asked for. */
#define RELOCATE_NOT	1

/* A design; constant. */
struct relocate_design {
	const char *word;		/* as in `set relocate_anon = WORD` */
	const char *source, *what;
	/*
	 * Moves as copy_vma_and_data(): 0; -errno, with *@new_vmap NULL if nothing happened, and else
	 * with what happened undone but for the range that @remap names; or RELOCATE_NOT, nothing
	 * being changed that a caller could notice.
	 */
	int (*move)(struct vma_remap *remap, struct vm_area_struct **new_vmap);
};

/* All of them, in the order of enum relocate_design_kind. */
#define RELOCATE_DESIGN(name, word, move, source, what)	RELOCATE_##name,
enum relocate_design_kind {
#include "relocate_designs.def"
	NR_RELOCATE_DESIGNS
};
#undef RELOCATE_DESIGN
const struct relocate_design *relocate_design_table(size_t *nr);
/* The one of the machine that executes. */
const struct relocate_design *relocate_design(void);

/* Which flags of mremap() there are besides those of 6.18: none, or both. */
unsigned long relocate_flags(void);
/* Is the move that @remap is about to make a case for relocate_design()->move()? */
bool relocate_wanted(const struct vma_remap *remap);

/* ---- what designs share: relocate.c ---- */

/*
 * May the pages of @vma have another address space's words?  No page need be looked at: fork leaves
 * its trace in the anon_vmas.  In the series: vma_maybe_has_shared_anon_folios().
 */
bool vma_maybe_shared_anon(const struct vm_area_struct *vma);
/* 0; RELOCATE_NOT; or if the call insists -EFAULT, nothing having happened. */
int relocate_refuse(struct vma_remap *remap, const char *why);
/* The destination, of no chain yet, as if it were mapped there for the first time: NULL without memory. */
struct vm_area_struct *relocate_new_vma(const struct vma_remap *remap, pgoff_t pgoff);
/* Does the range that @remap moves fit a neighbour of the new place as it is? */
bool relocate_fits_as_it_is(const struct vma_remap *remap);
/* Is @pte a word that maps page @n of @folio, or the swap word of that? */
bool relocate_is_word_of(pte_t pte, const struct folio *folio, unsigned long n);
/* Where the first page of @folio is mapped if @page is at @addr. */
unsigned long relocate_head_addr(const struct folio *folio, const struct page *page,
				 unsigned long addr);
/* Does @folio have words anywhere but in a row from @head on, all of which is in the range?  Folio
 * locked. */
bool relocate_is_elsewhere(struct mm_struct *mm, const struct folio *folio, unsigned long head);
/* @folio belongs to @vma from now on, its first page at @index of it.  Folio locked. */
void relocate_folio(struct folio *folio, struct vm_area_struct *vma, pgoff_t index);

/* relocate_v1.c */
int relocate_v1(struct vma_remap *remap, struct vm_area_struct **new_vmap);
/* relocate_complete.c */
int relocate_complete(struct vma_remap *remap, struct vm_area_struct **new_vmap);

/* ---- the complete design: relocate_look.c, relocate_pages.c ---- */

/* One move.  move.old_addr, move.new_addr, move.old_end and move.len are of the whole range. */
struct relocation {
	struct pagetable_move move;
	GPtrArray *spare;	/* struct pgtable *: PTE tables for leaves that become words on the way */
};

static inline unsigned long relocated_addr(const struct relocation *rel, unsigned long addr)
{
	return addr - rel->move.old_addr + rel->move.new_addr;
}
/* Does the leaf at @addr, of the old range, stay one at the new place? */
static inline bool relocates_leaf(const struct relocation *rel, unsigned long addr)
{
	addr &= PMD_MASK;
	return addr >= rel->move.old_addr && rel->move.old_end - addr >= PMD_SIZE &&
	       IS_ALIGNED(relocated_addr(rel, addr), PMD_SIZE);
}
/* From @addr on, the first that a table or leaf serves, or the end. */
unsigned long relocate_next(const struct relocation *rel, unsigned long addr);

/*
 * Makes of the old range what can be moved page by page: leaves and large folios that the range cuts, or
 * whose other part is elsewhere, are split.  False: one cannot be.  Nothing else changes.  May sleep.
 */
bool relocate_look(const struct relocation *rel);
/* All tables that the pages will need.  False: no memory; what was made goes with the new range. */
bool relocate_prepare_tables(struct relocation *rel);
/* Moves all, and cannot fail.  May sleep. */
void relocate_pages(struct relocation *rel);

#endif
