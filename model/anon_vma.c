/*
 * anon_vma.c - which areas may hold which anonymous pages: anon_vmas and their chains.
 *
 * In the kernel:  mm/rmap.c __anon_vma_prepare(), anon_vma_clone(), anon_vma_fork(),
 *                 unlink_anon_vmas(); mm/vma.c find_mergeable_anon_vma();
 *                 mm/interval_tree.c.
 * Left out:       the root's lock dropped in mid-clone for a second try to allocate.
 * Locks:          mmap_lock for the chains of its areas, for writing but in
 *                 anon_vma_prepare(); the root's rwsem for trees and counts.
 */
#include "machine.h"
#include "mempolicy.h"
#include "rmap.h"

static struct anon_vma *anon_vma_alloc(void)
{
	struct anon_vma *anon_vma = NEW(KIND_ANON_VMA, struct anon_vma, "anon_vma");

	if (!anon_vma)
		return NULL;
	anon_vma->refcount = 1;
	anon_vma->root = anon_vma;
	anon_vma->parent = anon_vma;
	init_rwsem(&anon_vma->rwsem, LOCK_ANON_VMA);
	return anon_vma;
}

static void anon_vma_free(struct anon_vma *anon_vma)
{
	/*
	 * A walker that met the last area may still hold the lock, its folio unmapped
	 * since: it drops the lock without touching the anon_vma afterwards.
	 */
	if (anon_vma->root->rwsem.writer || anon_vma->root->rwsem.readers) {
		anon_vma_lock_write(anon_vma);
		anon_vma_unlock_write(anon_vma);
	}
	model_free(KIND_ANON_VMA, anon_vma);
}

/* Those who come and go can be exchanged; the last one not. */
UNWATCHED void get_anon_vma(struct anon_vma *anon_vma)
{
	sched_touch(&anon_vma->refcount, ACCESS_READ);
	anon_vma->refcount++;
}

UNWATCHED static bool put_is_not_last(struct anon_vma *anon_vma)
{
	sched_touch(&anon_vma->refcount, anon_vma->refcount == 1 ? ACCESS_WRITE : ACCESS_READ);
	return --anon_vma->refcount != 0;
}

void put_anon_vma(struct anon_vma *anon_vma)
{
	struct anon_vma *root = anon_vma->root;

	if (put_is_not_last(anon_vma))
		return;
	anon_vma_free(anon_vma);
	if (root != anon_vma && !put_is_not_last(root))
		anon_vma_free(root);
}

void anon_vma_lock_write(struct anon_vma *anon_vma)
{
	down_write(&anon_vma->root->rwsem);
}

bool anon_vma_trylock_write(struct anon_vma *anon_vma)
{
	return down_write_trylock(&anon_vma->root->rwsem);
}

void anon_vma_unlock_write(struct anon_vma *anon_vma)
{
	up_write(&anon_vma->root->rwsem);
}

void anon_vma_lock_read(struct anon_vma *anon_vma)
{
	down_read(&anon_vma->root->rwsem);
}

void anon_vma_unlock_read(struct anon_vma *anon_vma)
{
	up_read(&anon_vma->root->rwsem);
}

/* ---- trees and chains ---- */

static void anon_vma_interval_tree_insert(struct anon_vma_chain *avc)
{
	const struct vm_area_struct *vma = avc->vma;

	object_use(avc->anon_vma, "anon_vma_interval_tree_insert");
	rwsem_assert_held_write(&avc->anon_vma->root->rwsem);
	interval_tree_insert(&avc->anon_vma->rb_root, &avc->rb, vma->vm_pgoff,
			     vma->vm_pgoff + vma_pages(vma) - 1);
}

void anon_vma_interval_tree_pre_update_vma(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		interval_tree_remove(&avc->anon_vma->rb_root, &avc->rb);
}

void anon_vma_interval_tree_post_update_vma(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc;

	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		anon_vma_interval_tree_insert(avc);
}

static void anon_vma_chain_link(struct vm_area_struct *vma, struct anon_vma_chain *avc,
				struct anon_vma *anon_vma)
{
	avc->vma = vma;
	avc->anon_vma = anon_vma;
	list_add(&avc->same_vma, &vma->anon_vma_chain);
	anon_vma_interval_tree_insert(avc);
}

/*
 * As the link @of that is copied.  Among equal ranges, those of a child, it is the later one: what
 * fork copies behind a walk of the rmap's back is copied to where that has not been yet.
 */
static void anon_vma_chain_copy(struct vm_area_struct *vma, struct anon_vma_chain *avc,
				struct anon_vma_chain *of)
{
	anon_vma_chain_link(vma, avc, of->anon_vma);
	if (vma->vm_mm == of->vma->vm_mm || !semantics()->fork_rmap_order)
		return;
	interval_tree_remove(&of->anon_vma->rb_root, &avc->rb);
	interval_tree_insert_before(&of->anon_vma->rb_root, &avc->rb, &of->rb, of->rb.start,
				    of->rb.last);
}

/* All of a chain have one root; keeps it locked from one to the next.  @root: held so far.
 * Kernel: lock_anon_vma_root(). */
static struct anon_vma *lock_anon_vma_root(struct anon_vma *root, struct anon_vma *anon_vma)
{
	if (root == anon_vma->root)
		return root;
	if (root) {
		violation_add("anon-vma-root", "lock_anon_vma_root()",
			      "one root for all anon_vmas of a chain",
			      "anon_vma#%u and anon_vma#%u", root->id, anon_vma->root->id);
		up_write(&root->rwsem);
	}
	down_write(&anon_vma->root->rwsem);
	return anon_vma->root;
}

static void unlock_anon_vma_root(struct anon_vma *root)
{
	if (root)
		up_write(&root->rwsem);
}

/* ---- the first page of an area ---- */

/* Could @a and @b, which follow each other, become one area but for mprotect() of one of
 * them?  Kernel: anon_vma_compatible(). */
static bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return a->vm_end == b->vm_start && mpol_equal(a->vm_policy, b->vm_policy) &&
	       a->vm_file == b->vm_file &&
	       !((a->vm_flags ^ b->vm_flags) & ~(VM_ACCESS_FLAGS | VM_STICKY)) &&
	       b->vm_pgoff == a->vm_pgoff + ((b->vm_start - a->vm_start) >> PAGE_SHIFT);
}

/* Kernel: reusable_anon_vma(). */
static struct anon_vma *reusable_anon_vma(struct vm_area_struct *old,
					  const struct vm_area_struct *a,
					  const struct vm_area_struct *b)
{
	struct anon_vma *anon_vma;

	object_use(a, "reusable_anon_vma");
	object_use(b, "reusable_anon_vma");
	if (!anon_vma_compatible(a, b))
		return NULL;
	anon_vma = READ_SHARED(&old->anon_vma, old->anon_vma, "reusable_anon_vma");
	if (anon_vma && list_is_singular(&old->anon_vma_chain))
		return anon_vma;
	return NULL;
}

struct anon_vma *find_mergeable_anon_vma(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma_next(vma), *prev;
	struct anon_vma *anon_vma = NULL;

	if (next)
		anon_vma = reusable_anon_vma(next, vma, next);
	if (anon_vma)
		return anon_vma;
	prev = vma_prev(vma);
	return prev ? reusable_anon_vma(prev, prev, vma) : NULL;
}

/*
 * A new anon_vma is locked like any other before an area is linked to it.  Not against the neighbour
 * who finds it in the area, and waits for page_table_lock: slabs are type-stable, and who walks may
 * have come here by a folio of the anon_vma that was in this place before.
 */
static bool needs_lock(const struct anon_vma *allocated)
{
	return !allocated || !semantics()->anon_vma_list_unlocked;
}

int anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma *anon_vma, *allocated = NULL;
	struct mm_struct *mm = vma->vm_mm;
	struct anon_vma_chain *avc;
	bool locked;

	if (likely(vma->anon_vma))
		return 0;
	if (!semantics()->anon_vma_checked_before_lock)
		rwsem_assert_held(&mm->mmap_lock);
	avc = NEW(KIND_AVC, struct anon_vma_chain, "anon_vma_chain");
	if (!avc)
		return -ENOMEM;
	anon_vma = find_mergeable_anon_vma(vma);
	if (!anon_vma) {
		anon_vma = anon_vma_alloc();
		if (!anon_vma) {
			model_free(KIND_AVC, avc);
			return -ENOMEM;
		}
		anon_vma->num_children++;	/* a root is its own parent */
		allocated = anon_vma;
	}

	locked = needs_lock(allocated);
	if (locked)
		anon_vma_lock_write(anon_vma);
	/* Another thread may be here as well: mmap_lock is held for reading only. */
	spin_lock(&mm->page_table_lock, LOCK_PAGE_TABLE);
	if (likely(!vma->anon_vma)) {
		vma->anon_vma = anon_vma;
		anon_vma_chain_link(vma, avc, anon_vma);
		anon_vma->num_active_vmas++;
		allocated = NULL;
		avc = NULL;
	}
	spin_unlock(&mm->page_table_lock, LOCK_PAGE_TABLE);
	if (locked)
		anon_vma_unlock_write(anon_vma);

	if (unlikely(allocated))
		put_anon_vma(allocated);
	if (unlikely(avc))
		model_free(KIND_AVC, avc);
	return 0;
}

/* ---- copies of an area ---- */

/*
 * Has no page of its own coming and at most one child: a descendant may take it for its
 * own pages, so that a process which forks and exits for ever has a chain that does not
 * grow.  The defect counted children (a root not as its own) and owners together, so that
 * a leaf with one owner looked free too, if it was not that of the VMA being copied.
 */
static bool anon_vma_is_abandoned(const struct anon_vma *anon_vma,
				  const struct vm_area_struct *src)
{
	if (semantics()->anon_vma_double_reuse)
		return anon_vma != src->anon_vma &&
		       anon_vma->num_children - (anon_vma->root == anon_vma) +
		       anon_vma->num_active_vmas < 2;
	return anon_vma->num_children < 2 && anon_vma->num_active_vmas == 0;
}

int anon_vma_clone(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct anon_vma_chain *avc, *pavc;
	struct anon_vma *root = NULL;

	list_for_each_entry_reverse(pavc, &src->anon_vma_chain, same_vma) {
		struct anon_vma *anon_vma = pavc->anon_vma;

		/*
		 * Reclaim needs the root's lock, so this must not start it.  The kernel
		 * tries a second time without the lock; an allocation told to fail stands
		 * for both attempts.
		 */
		avc = model_alloc_atomic(KIND_AVC, sizeof(*avc), "anon_vma_chain");
		if (unlikely(!avc))
			goto enomem;
		root = lock_anon_vma_root(root, anon_vma);
		anon_vma_chain_copy(dst, avc, pavc);
		if (!dst->anon_vma && src->anon_vma && anon_vma_is_abandoned(anon_vma, src))
			dst->anon_vma = anon_vma;
	}
	if (dst->anon_vma)
		dst->anon_vma->num_active_vmas++;
	unlock_anon_vma_root(root);
	return 0;

enomem:
	unlock_anon_vma_root(root);
	/* It was not counted as active yet. */
	dst->anon_vma = NULL;
	unlink_anon_vmas(dst);
	return -ENOMEM;
}

int anon_vma_fork(struct vm_area_struct *vma, struct vm_area_struct *pvma)
{
	struct anon_vma_chain *avc;
	struct anon_vma *anon_vma;
	int error;

	if (!pvma->anon_vma)
		return 0;
	vma->anon_vma = NULL;
	/* The pages that are shared from now on stay with the ancestors' anon_vmas. */
	error = anon_vma_clone(vma, pvma);
	if (error)
		return error;
	if (vma->anon_vma)
		return 0;

	/* The child's own pages go to one of its own. */
	anon_vma = anon_vma_alloc();
	if (!anon_vma)
		goto unlink;
	anon_vma->num_active_vmas++;
	avc = NEW(KIND_AVC, struct anon_vma_chain, "anon_vma_chain");
	if (!avc)
		goto put;
	anon_vma->root = pvma->anon_vma->root;
	anon_vma->parent = pvma->anon_vma;
	get_anon_vma(anon_vma->root);
	vma->anon_vma = anon_vma;
	anon_vma_lock_write(anon_vma);
	anon_vma_chain_link(vma, avc, anon_vma);
	anon_vma->parent->num_children++;
	anon_vma_unlock_write(anon_vma);
	return 0;

put:
	put_anon_vma(anon_vma);
unlink:
	unlink_anon_vmas(vma);
	return -ENOMEM;
}

/* ---- the end ---- */

static void anon_vma_check_dead(const struct anon_vma *anon_vma)
{
	if (anon_vma->num_children || anon_vma->num_active_vmas)
		violation_add("anon-vma-counts", "unlink_anon_vmas()",
			      "no child and no active area of an anon_vma without areas",
			      "anon_vma#%u has %u and %u", anon_vma->id, anon_vma->num_children,
			      anon_vma->num_active_vmas);
}

void unlink_anon_vmas(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc, *next;
	struct anon_vma *root = NULL;

	list_for_each_entry_safe(avc, next, &vma->anon_vma_chain, same_vma) {
		struct anon_vma *anon_vma = avc->anon_vma;

		object_use(anon_vma, "unlink_anon_vmas");
		root = lock_anon_vma_root(root, anon_vma);
		interval_tree_remove(&anon_vma->rb_root, &avc->rb);
		/* What is to be freed has to wait for the lock of the root to be dropped. */
		if (interval_tree_empty(&anon_vma->rb_root)) {
			anon_vma->parent->num_children--;
			continue;
		}
		list_del(&avc->same_vma);
		model_free(KIND_AVC, avc);
	}
	if (vma->anon_vma) {
		vma->anon_vma->num_active_vmas--;
		sched_touch(&vma->anon_vma, ACCESS_WRITE);
		vma->anon_vma = NULL;
	}
	unlock_anon_vma_root(root);

	list_for_each_entry_safe(avc, next, &vma->anon_vma_chain, same_vma) {
		anon_vma_check_dead(avc->anon_vma);
		put_anon_vma(avc->anon_vma);
		list_del(&avc->same_vma);
		model_free(KIND_AVC, avc);
	}
}
