/*
 * mempolicy.c - memory policies: making, comparing, mbind().
 *
 * In the kernel:  mm/mempolicy.c: kernel_mbind(), do_mbind(), mbind_range(), mpol_new(),
 *                 mpol_set_nodemask(), __mpol_equal().
 * Left out:       see mempolicy.h; node masks wider than 64 bits; MPOL_MF_STRICT together
 *                 with a move of pages (refused).
 * Locks:          mmap_lock for writing.
 */
#include "memory.h"
#include "mempolicy.h"
#include "syscalls.h"
#include "vma.h"

/* The nodes with memory, and the bits a mask may be long. */
#define NODES_WITH_MEMORY	1UL
#define MAX_MASK_BITS		(PAGE_SIZE * 8)

#define MPOL_MODE_FLAGS \
	(MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES | MPOL_F_NUMA_BALANCING)
#define MPOL_USER_FLAGS		(MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES)
#define MPOL_MF_VALID		(MPOL_MF_STRICT | MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)

bool mpol_equal(const struct mempolicy *a, const struct mempolicy *b)
{
	if (a == b)
		return true;
	if (!a || !b)
		return false;
	if (a->mode != b->mode || a->flags != b->flags)
		return false;
	/* What was asked for is kept with any of the mode flags, and then counts.
	 * Kernel: mpol_store_user_nodemask(). */
	if ((a->flags & MPOL_MODE_FLAGS) && a->user_nodes != b->user_nodes)
		return false;
	return a->mode == MPOL_LOCAL || a->nodes == b->nodes;
}

void mpol_get(struct mempolicy *policy)
{
	if (policy)
		policy->refcount++;
}

void mpol_put(struct mempolicy *policy)
{
	if (policy && !--policy->refcount)
		model_free(KIND_MEMPOLICY, policy);
}

struct mempolicy *mpol_dup(const struct mempolicy *policy)
{
	struct mempolicy *new = NEW(KIND_MEMPOLICY, struct mempolicy, "mpol_dup");
	unsigned int id;

	if (!new)
		return NULL;
	id = new->id;
	*new = *policy;
	new->id = id;
	new->refcount = 1;
	return new;
}

int vma_dup_policy(const struct vm_area_struct *src, struct vm_area_struct *dst)
{
	dst->vm_policy = NULL;
	if (!src->vm_policy)
		return 0;
	dst->vm_policy = mpol_dup(src->vm_policy);
	return dst->vm_policy ? 0 : -ENOMEM;
}

/* Takes the flags out of *@mode: 0 or -EINVAL.  Kernel: sanitize_mpol_flags(). */
static int split_mode(unsigned long *mode, unsigned int *flags)
{
	*flags = (unsigned int)*mode & MPOL_MODE_FLAGS;
	*mode = (unsigned int)*mode & ~(unsigned int)MPOL_MODE_FLAGS;
	if (*mode >= MPOL_MAX)
		return -EINVAL;
	if ((*flags & MPOL_USER_FLAGS) == MPOL_USER_FLAGS)
		return -EINVAL;
	if (!(*flags & MPOL_F_NUMA_BALANCING))
		return 0;
	if (*mode != MPOL_BIND && *mode != MPOL_PREFERRED_MANY)
		return -EINVAL;
	*flags |= MPOL_F_MOF | MPOL_F_MORON;
	return 0;
}

/* The bits of @mask that count; @maxnode is one more than their number.
 * Kernel: get_nodes(). */
static int user_nodemask(uint64_t *nodes, uint64_t mask, unsigned long maxnode)
{
	*nodes = 0;
	maxnode--;
	if (!maxnode || !mask)
		return 0;
	if (maxnode > MAX_MASK_BITS)
		return -EINVAL;
	*nodes = maxnode < 64 ? mask & ((1UL << maxnode) - 1) : mask;
	return 0;
}

/* What the mode demands of @nodes before anything is looked up.  *@new stays NULL for
 * MPOL_DEFAULT.  Kernel: mpol_new(). */
static int mpol_new(struct mempolicy **new, unsigned long mode, unsigned int flags,
		    uint64_t nodes)
{
	*new = NULL;
	if (mode == MPOL_DEFAULT)
		return nodes ? -EINVAL : 0;
	if (mode == MPOL_PREFERRED && !nodes) {
		if (flags & MPOL_USER_FLAGS)
			return -EINVAL;
		mode = MPOL_LOCAL;
	} else if (mode == MPOL_LOCAL) {
		if (nodes || (flags & MPOL_USER_FLAGS))
			return -EINVAL;
	} else if (!nodes) {
		return -EINVAL;
	}
	*new = NEW(KIND_MEMPOLICY, struct mempolicy, "mpol_new");
	if (!*new)
		return -ENOMEM;
	(*new)->refcount = 1;
	(*new)->mode = (unsigned short)mode;
	(*new)->flags = (unsigned short)flags;
	return 0;
}

/* Reduces what was asked for to nodes with memory.  Kernel: mpol_set_nodemask(). */
static int mpol_set_nodemask(struct mempolicy *policy, uint64_t nodes)
{
	if (!policy || policy->mode == MPOL_LOCAL)
		return 0;
	/* Relative numbers wrap around the nodes there are: one node is hit by any. */
	policy->nodes = policy->flags & MPOL_F_RELATIVE_NODES ? NODES_WITH_MEMORY :
								nodes & NODES_WITH_MEMORY;
	if (policy->flags & MPOL_MODE_FLAGS)
		policy->user_nodes = nodes;
	return policy->nodes ? 0 : -EINVAL;
}

/* What queue_pages_range() looks for. */
struct misplaced {
	uint64_t nodes;			/* where pages may be, as the caller named them */
	unsigned int flags;		/* MPOL_MF_* */
};

/* Stops at the first page: each is on node 0. */
static bool find_page(const struct pgtable *table, unsigned int slot,
				unsigned long addr G_GNUC_UNUSED, void *data)
{
	pte_t pte = ptep_get(table, slot);
	bool *found = data;

	*found = pte_present(pte) && vm_normal_page(pte);
	return !*found;
}

/*
 * The call demands that pages already be where the mask says, which without node 0 none is:
 * that of MPOL_LOCAL is empty, and relative numbers are taken as they are.
 * Kernel: queue_folios_pte_range(), strictly_unmovable().
 */
static int check_placement(const struct vm_area_struct *vma, unsigned long start,
			   unsigned long end, const struct misplaced *want)
{
	bool found = false;

	if (!(want->flags & MPOL_MF_STRICT) || (want->nodes & NODES_WITH_MEMORY))
		return 0;
	pgtable_for_each(vma->vm_mm, MAX(start, vma->vm_start), MIN(end, vma->vm_end),
			 find_page, &found);
	if (!found)
		return 0;
	if (!(want->flags & (MPOL_MF_MOVE | MPOL_MF_MOVE_ALL)))
		return -EIO;
	model_unsupported("mbind with MPOL_MF_STRICT of pages that would have to move");
	return -ENOSYS;
}

/* -EFAULT if nothing is mapped in [start, end), or if there is a hole and @holes_ok is not
 * set; -EIO for a page where it must not be.  Kernel: queue_pages_range(). */
static int check_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		       bool holes_ok, const struct misplaced *want)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	int error;

	if (!vma)
		return -EFAULT;
	if (holes_ok)
		return 0;
	if (vma->vm_start > start)
		return -EFAULT;
	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		const struct vm_area_struct *next = vma_next(vma);

		if (vma->vm_end < end && (!next || next->vm_start > vma->vm_end))
			return -EFAULT;
		error = check_placement(vma, start, end, want);
		if (error)
			return error;
	}
	return 0;
}

/* The part of @vma in [start, end) gets @policy; *@done is how far that came.
 * Kernel: mbind_range(), vma_replace_policy(). */
static int mbind_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       struct mempolicy *policy, unsigned long *done)
{
	struct mempolicy *copy = NULL;
	struct vma_range range;
	int error;

	start = MAX(start, vma->vm_start);
	end = MIN(end, vma->vm_end);
	*done = end;
	if (mpol_equal(vma->vm_policy, policy))
		return 0;
	vma_range_of(&range, vma, start, end);
	range.policy = policy;
	vma = vma_modify(&range, &error);
	if (!vma)
		return error;
	*done = MAX(end, vma->vm_end);
	if (policy) {
		copy = mpol_dup(policy);
		if (!copy)
			return -ENOMEM;
	}
	mpol_put(vma->vm_policy);
	vma->vm_policy = copy;
	return 0;
}

static int mbind_locked(struct mm_struct *mm, unsigned long start, unsigned long end,
			struct mempolicy *policy, const struct misplaced *want)
{
	struct vm_area_struct *vma;
	unsigned long at = start;
	int error = mpol_set_nodemask(policy, want->nodes);

	if (!error)
		error = check_range(mm, start, end, !policy, want);
	if (error)
		return error;
	for (vma = find_vma_intersection(mm, start, end); vma;
	     vma = at < end ? find_vma_intersection(mm, at, end) : NULL) {
		vma_start_write(vma);
		error = mbind_range(vma, start, end, policy, &at);
		if (error)
			break;
	}
	return error;
}

long sys_mbind(unsigned long addr, unsigned long len, unsigned long mode, uint64_t nodemask,
	       unsigned long maxnode, unsigned int flags)
{
	struct mm_struct *mm = current->mm;
	struct mempolicy *policy;
	struct misplaced want = { .flags = flags };
	unsigned int mode_flags;
	unsigned long end;
	int error = split_mode(&mode, &mode_flags);

	if (!error)
		error = user_nodemask(&want.nodes, nodemask, maxnode);
	if (error)
		return error;
	if (flags & ~(unsigned int)MPOL_MF_VALID)
		return -EINVAL;
	if ((flags & MPOL_MF_MOVE_ALL) && !current->signal->cap_sys_nice)
		return -EPERM;
	if (offset_in_page(addr))
		return -EINVAL;
	end = addr + PAGE_ALIGN(len);
	if (end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	error = mpol_new(&policy, mode, mode_flags, want.nodes);
	if (error)
		return error;
	mmap_write_lock(mm);
	error = mbind_locked(mm, addr, end, policy, &want);
	mmap_write_unlock(mm);
	mpol_put(policy);
	return error;
}

/* ---- what a policy is, for whoever shows or compares one ---- */

#define GETTER(field)								\
	static uint64_t get_##field(const void *object)				\
	{									\
		return ((const struct mempolicy *)object)->field;		\
	}
GETTER(refcount)
GETTER(mode)
GETTER(flags)
GETTER(nodes)
GETTER(user_nodes)
#undef GETTER

static const struct field mempolicy_fields[] = {
	{ .name = "refcount", .type = FIELD_NUMBER, .get = get_refcount,
	  .what = "areas that have it" },
	{ .name = "mode", .type = FIELD_NUMBER, .get = get_mode,
	  .what = "MPOL_*, as a number" },
	{ .name = "flags", .type = FIELD_NUMBER, .get = get_flags,
	  .what = "MPOL_F_*, as a number" },
	{ .name = "nodes", .type = FIELD_NUMBER, .get = get_nodes,
	  .what = "the nodes it allows, a bit each" },
	{ .name = "user_nodes", .type = FIELD_NUMBER, .get = get_user_nodes,
	  .what = "the nodes that were asked for, if they are kept" },
};

const struct object_type mempolicy_type = {
	.name = "mempolicy",
	.fields = mempolicy_fields,
	.nr_fields = ARRAY_SIZE(mempolicy_fields),
};
