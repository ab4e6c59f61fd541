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
/* The range that maps @folio if all of it is mapped from @addr of page @page on. */
unsigned long relocate_head_addr(const struct folio *folio, const struct page *page,
				 unsigned long addr);
/* Does @folio have words anywhere but in [start, end), in a row from @head on?  Folio locked. */
bool relocate_is_elsewhere(struct mm_struct *mm, const struct folio *folio, unsigned long head,
			   unsigned long start, unsigned long end);
/* @folio belongs to @vma from now on, its first page at @index of it.  Folio locked. */
void relocate_folio(struct folio *folio, struct vm_area_struct *vma, pgoff_t index);

/* relocate_v1.c */
int relocate_v1(struct vma_remap *remap, struct vm_area_struct **new_vmap);

#endif
