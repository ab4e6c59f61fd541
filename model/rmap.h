/*
 * rmap.h - from a folio back to the page table entries which map it.
 *
 *   vma ---anon_vma_chain---> avc ---anon_vma---> anon_vma <---mapping--- folio
 *    ^                         |  (in the anon_vma's interval tree)
 *    +-------------------------+
 *
 * In the kernel:  include/linux/rmap.h, mm/rmap.c, mm/interval_tree.c.
 * Locks:          the rwsem of the anon_vma's root for trees and chains; the folio
 *                 lock for folio->mapping and index.
 */
#ifndef MODEL_RMAP_H
#define MODEL_RMAP_H

#include "folio.h"

/* Freed when refcount drops to 0.  Roots point to themselves as root and parent. */
struct anon_vma {
	unsigned int id;
	unsigned int refcount;
	unsigned int num_children;	/* anon_vmas whose parent this is, itself if a root */
	unsigned int num_active_vmas;	/* VMAs whose ->anon_vma this is */
	struct anon_vma *root, *parent;
	struct rw_semaphore rwsem;	/* only the root's is used */
	struct interval_root rb_root;	/* its AVCs, by vm_pgoff */
};

/* Links one VMA to one anon_vma.  Owned by the VMA. */
struct anon_vma_chain {
	unsigned int id;
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct list_head same_vma;	/* vma->anon_vma_chain */
	struct interval_node rb;	/* anon_vma->rb_root */
};

/* Gives @vma an anon_vma: a neighbour's or a new one.  0 or -ENOMEM.  mmap_lock held at
 * least for reading.  Kernel: anon_vma_prepare(). */
int anon_vma_prepare(struct vm_area_struct *vma);
/* Links @dst, whose chain is empty, to every anon_vma of @src, same order.  dst->anon_vma is
 * set by the caller before; for fork (dst->anon_vma NULL, src->anon_vma set) a reusable one is
 * chosen.  0, or -ENOMEM with @dst unlinked.  Kernel: anon_vma_clone(). */
int anon_vma_clone(struct vm_area_struct *dst, struct vm_area_struct *src);
/* For the copy @vma that fork made of @pvma.  Kernel: anon_vma_fork(). */
int anon_vma_fork(struct vm_area_struct *vma, struct vm_area_struct *pvma);
/* Takes @vma out of all its anon_vmas.  Kernel: unlink_anon_vmas(). */
void unlink_anon_vmas(struct vm_area_struct *vma);
void get_anon_vma(struct anon_vma *anon_vma);
void put_anon_vma(struct anon_vma *anon_vma);
void anon_vma_lock_write(struct anon_vma *anon_vma);
bool anon_vma_trylock_write(struct anon_vma *anon_vma);
void anon_vma_unlock_write(struct anon_vma *anon_vma);
void anon_vma_lock_read(struct anon_vma *anon_vma);
void anon_vma_unlock_read(struct anon_vma *anon_vma);
/* Out of and back into the trees, around a change of start, end or pgoff; the root
 * is write-locked.  Kernel: anon_vma_interval_tree_{pre,post}_update_vma(). */
void anon_vma_interval_tree_pre_update_vma(struct vm_area_struct *vma);
void anon_vma_interval_tree_post_update_vma(struct vm_area_struct *vma);
/* The neighbour's anon_vma that @vma may share, or NULL.  Kernel: find_mergeable_anon_vma(). */
struct anon_vma *find_mergeable_anon_vma(struct vm_area_struct *vma);

/* ---- counts ---- */

/* A new folio becomes @vma's at @addr: mapping, index, one mapping for each page; exclusive
 * or not.  Kernel: folio_add_new_anon_rmap(). */
void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     bool exclusive);
/* One more PTE maps @page of @folio.  Kernel: folio_add_{anon,file}_rmap_pte(). */
void folio_add_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma,
			     unsigned long addr, bool exclusive);
void folio_add_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma);
/* @nr consecutive pages from @page on.  Kernel: folio_add_file_rmap_ptes(). */
void folio_add_file_rmap_ptes(struct folio *folio, struct page *page, unsigned long nr,
			      struct vm_area_struct *vma);
/* The same for a child's copy of a PTE, which never mlocks.  Kernel: folio_dup_file_rmap_pte(). */
void folio_dup_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *dst);
/* One less.  Kernel: folio_remove_rmap_pte(). */
void folio_remove_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma);
/* @nr pages of a folio, from @page on, lose a mapping each, in one step: what is left mapped
 * decides whether the folio is worth splitting.  Kernel: folio_remove_rmap_ptes(). */
void folio_remove_rmap_ptes(struct folio *folio, struct page *page, unsigned long nr,
			    struct vm_area_struct *vma);
/* @nr consecutive pages.  Kernel: folio_add_anon_rmap_ptes(). */
void folio_add_anon_rmap_ptes(struct folio *folio, struct page *page, unsigned long nr,
			      struct vm_area_struct *vma, unsigned long addr, bool exclusive);
/* A PMD maps the whole folio, or no longer does; for fork, and for who takes exclusivity away:
 * 0, or -EBUSY because it may be pinned.  Kernel: folio_add_anon_rmap_pmd(),
 * folio_remove_rmap_pmd(), folio_try_dup_anon_rmap_pmd(), folio_try_share_anon_rmap_pmd(). */
void folio_add_anon_rmap_pmd(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     bool exclusive);
void folio_remove_rmap_pmd(struct folio *folio, struct vm_area_struct *vma);
/* The same of a folio of a file.  Kernel: folio_add_file_rmap_pmd(). */
void folio_add_file_rmap_pmd(struct folio *folio, struct vm_area_struct *vma);
int folio_try_dup_anon_rmap_pmd(struct folio *folio, struct vm_area_struct *dst,
				struct vm_area_struct *src);
int folio_try_share_anon_rmap_pmd(struct folio *folio);
/* For fork: one more mapping; 0, or -EBUSY if the page must be copied because pinned.
 * Clears PageAnonExclusive.  Kernel: folio_try_dup_anon_rmap_pte(). */
int folio_try_dup_anon_rmap_pte(struct folio *folio, struct page *page,
				struct vm_area_struct *dst, struct vm_area_struct *src);
/* The sole owner found by a write fault takes the folio into its anon_vma.  Folio
 * locked.  Kernel: folio_move_anon_rmap(). */
void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma);

/* ---- walks ---- */

/*
 * The anon_vma of a mapped anonymous folio, with a reference, although the folio may not be
 * locked; NULL if there is none (any more).  Kernel: folio_get_anon_vma().
 */
struct anon_vma *folio_get_anon_vma(struct folio *folio);
/*
 * The same with the root read-locked instead of a reference; folio->mapping is read again
 * under the lock, for the folio may have moved to another anon_vma meanwhile.
 * anon_vma_unlock_read().  Kernel: folio_lock_anon_vma_read().
 */
struct anon_vma *folio_lock_anon_vma_read(struct folio *folio);
/* Where @vma would map @nr pages that start at @pgoff: an address inside, or false.
 * Kernel: vma_address(). */
bool vma_address(const struct vm_area_struct *vma, pgoff_t pgoff, unsigned long nr,
		 unsigned long *addr);

/*
 * Calls @fn for each VMA that may map the folio, at the address it would have there;
 * PTEs are not looked at.  Takes the root's rwsem for reading (or i_mmap_rwsem), NULL
 * anon_vma gives no call.  @fn returns false to stop.  Kernel: rmap_walk().
 */
typedef bool (*rmap_fn)(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			void *data);
void rmap_walk(struct folio *folio, rmap_fn fn, void *data);

/* The same for an anonymous folio whose anon_vma root the caller has write-locked, mapped or
 * not.  Kernel: rmap_walk_locked(). */
void rmap_walk_locked(struct folio *folio, rmap_fn fn, void *data);

/* One mapping found. */
struct rmap_hit {
	struct vm_area_struct *vma;
	unsigned long addr;
};
/* All PTEs that map @page and that the rmap walk finds, in walk order, as an array of struct
 * rmap_hit; takes no lock and changes nothing.  g_array_unref(). */
GArray *rmap_find_mappings(const struct page *page);

#endif
