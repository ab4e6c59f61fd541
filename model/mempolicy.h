/*
 * mempolicy.h - which NUMA nodes the pages of an area should come from.
 *
 * There is one node, 0, so that a policy never decides where a page is; it decides
 * which areas may merge, and that is why it is here.
 *
 * In the kernel:  include/linux/mempolicy.h, mm/mempolicy.c.
 * Left out:       set_mempolicy(), home nodes, policies of shmem files shared by all
 *                 that map them, migration of misplaced pages (one node: none are).
 * Locks:          vma->vm_policy as the area itself; a policy never changes once made.
 */
#ifndef MODEL_MEMPOLICY_H
#define MODEL_MEMPOLICY_H

#include "mm.h"

#define MPOL_DEFAULT		0
#define MPOL_PREFERRED		1
#define MPOL_BIND		2
#define MPOL_INTERLEAVE		3
#define MPOL_LOCAL		4
#define MPOL_PREFERRED_MANY	5
#define MPOL_WEIGHTED_INTERLEAVE 6
#define MPOL_MAX		7

/* In the mode argument, and kept in ->flags. */
#define MPOL_F_STATIC_NODES	(1 << 15)
#define MPOL_F_RELATIVE_NODES	(1 << 14)
#define MPOL_F_NUMA_BALANCING	(1 << 13)
/* Kept in ->flags only, with MPOL_F_NUMA_BALANCING. */
#define MPOL_F_MOF		(1 << 3)
#define MPOL_F_MORON		(1 << 4)

#define MPOL_MF_STRICT		(1 << 0)
#define MPOL_MF_MOVE		(1 << 1)
#define MPOL_MF_MOVE_ALL	(1 << 2)

/* Reference-counted; each area holds one of its own. */
struct mempolicy {
	unsigned int id;
	unsigned int refcount;
	unsigned short mode;		/* MPOL_*, never MPOL_DEFAULT: that is no policy */
	unsigned short flags;		/* MPOL_F_* */
	uint64_t nodes;			/* bit per node, after the nodes there are */
	uint64_t user_nodes;		/* as asked for; with STATIC or RELATIVE only */
};

/* The same in every respect that counts for a merge; both may be NULL.
 * Kernel: mpol_equal(). */
bool mpol_equal(const struct mempolicy *a, const struct mempolicy *b);
/* NULL is allowed in both. */
void mpol_get(struct mempolicy *policy);
void mpol_put(struct mempolicy *policy);
/* An equal policy with one reference; NULL without memory.  Kernel: mpol_dup(). */
struct mempolicy *mpol_dup(const struct mempolicy *policy);
/* @dst, a copy of @src without references of its own, gets its own policy: 0 or
 * -ENOMEM.  Kernel: vma_dup_policy(). */
int vma_dup_policy(const struct vm_area_struct *src, struct vm_area_struct *dst);

#endif
