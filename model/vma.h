/*
 * vma.h - areas: merge, split, insert, remove.
 *
 * In the kernel:  mm/vma.h and mm/vma.c, 6.18.
 * Left out:       hugetlb, anonymous VMA names (CONFIG_ANON_VMA_NAME=n), uprobes.
 * Locks:          mmap_lock held for writing, unless a comment says otherwise.
 */
#ifndef MODEL_VMA_H
#define MODEL_VMA_H

#include "machine.h"
#include "mm.h"

/*
 * Why two areas, or a new range and an area, may not become one.  The first column is
 * also the word in scenarios (`mergeable(a, b) == pgoff`); the second is for people.
 * In the order in which the kernel asks.
 */
#define MERGE_VERDICTS(V)								\
	V(MERGE_OK,		"ok",		"they merge")				\
	V(MERGE_GAP,		"gap",		"the ranges do not touch")		\
	V(MERGE_SPECIAL,	"special",	"VM_SPECIAL flags are never merged")	\
	V(MERGE_POLICY,		"policy",	"memory policies differ")		\
	V(MERGE_FLAGS,		"flags",	"vm_flags differ")			\
	V(MERGE_FILE,		"file",		"different open files")			\
	V(MERGE_UFFD,		"uffd",		"different userfaultfd contexts")	\
	V(MERGE_NAME,		"name",		"anonymous names differ")		\
	V(MERGE_ANON_VMA,	"anon_vma",	"both faulted, different anon_vmas")	\
	V(MERGE_FORKED,		"forked",	"the faulted side was inherited by fork")	\
	V(MERGE_PGOFF,		"pgoff",	"page offsets do not continue")		\
	V(MERGE_CLOSE,		"close",	"an area with a close operation would go")	\
	V(MERGE_NO_MEMORY,	"nomem",	"an allocation failed")

#define V(name, word, words) name,
enum merge_verdict { MERGE_VERDICTS(V) NR_MERGE_VERDICTS };
#undef V
const char *merge_verdict_word(enum merge_verdict verdict);	/* "pgoff" */
const char *merge_verdict_words(enum merge_verdict verdict);

/* A range with the attributes that decide whether it may join a neighbour. */
struct vma_range {
	struct mm_struct *mm;
	unsigned long start, end;
	pgoff_t pgoff;
	vm_flags_t flags;
	const struct vm_operations_struct *ops;
	struct file *file;
	struct userfaultfd_ctx *uffd;
	struct mempolicy *policy;
	struct anon_vma *anon_vma;		/* of what is being merged, or NULL */
	struct vm_area_struct *source;		/* modified or copied-from area; NULL: none */
	bool give_up_on_oom;			/* vma_modify(): split if a merge has no memory */
};

/*
 * One condition of the pairwise test, with what both sides have: for `explain`.
 * Filled in for every condition even after one has failed.
 */
struct merge_condition {
	enum merge_verdict verdict;	/* which condition this is (MERGE_GAP, _FLAGS, ...) */
	bool holds;
	char left[64], right[64];	/* what each side has: "pgoff 0x5 + 5 pages", "anon_vma#2" */
};

/*
 * May the adjacent areas @left and @right become one if something asked: would mprotect
 * of either one to the attributes of the other merge them?  The verdict is the first
 * condition that fails, in the kernel's order.  Reads only.  If @conditions is not NULL
 * all conditions go there (at most @max), the number into @nr.
 */
enum merge_verdict vma_can_merge(const struct vm_area_struct *left,
				 const struct vm_area_struct *right,
				 struct merge_condition *conditions, size_t max, size_t *nr);

/* A call found nothing to change in @vma: notes the quirk if a neighbour would have fitted. */
void vma_check_missed_merge(const struct vm_area_struct *vma);

/* May @range join @prev (ending at its start) or @next (starting at its end)? */
enum merge_verdict can_vma_merge_after(const struct vm_area_struct *prev,
				       const struct vma_range *range);
enum merge_verdict can_vma_merge_before(const struct vm_area_struct *next,
					const struct vma_range *range);

/* One AVC or none is what a VMA has that no fork made.  Kernel: vma_is_fork_child(). */
bool vma_is_fork_child(const struct vm_area_struct *vma);

/*
 * The plan of a merge, made from const state; committing it cannot fail but for the
 * allocations it makes first.  Both for a new range and for a modified one.
 */
struct merge_plan {
	enum merge_verdict left, right;	/* MERGE_OK where that side takes part */
	struct vm_area_struct *survivor;	/* NULL: no merge */
	unsigned long start, end;	/* of the survivor afterwards */
	pgoff_t pgoff;
	struct vm_area_struct *remove[2];	/* go; NULL where none */
	struct vm_area_struct *adjust;	/* the middle, cut by the survivor: or NULL */
	unsigned long adjust_start, adjust_end;
	pgoff_t adjust_pgoff;
	struct vm_area_struct *dup_anon_from;	/* the survivor's chain is cloned from it */
};

/* What vma_merge_new_range() and vma_merge_existing_range() will do.  Read only. */
void vma_plan_new_range(struct merge_plan *plan, const struct vma_range *range,
			const struct vm_area_struct *prev, const struct vm_area_struct *next,
			bool just_expand);
void vma_plan_existing_range(struct merge_plan *plan, const struct vma_range *range,
			     const struct vm_area_struct *prev,
			     const struct vm_area_struct *next);

/* What became of it: the merged area, or NULL with the reason (both sides' words). */
struct merge_outcome {
	struct vm_area_struct *vma;
	enum merge_verdict left, right;
	bool oom;
};

/* A new range between @prev and @next; @just_expand: only upwards (brk).
 * Kernel: vma_merge_new_range(). */
struct merge_outcome vma_merge_new_range(const struct vma_range *range,
					 struct vm_area_struct *prev,
					 struct vm_area_struct *next, bool just_expand);
/* [start, end) of range->source gets range's attributes.  Kernel: vma_merge_existing_range(). */
struct merge_outcome vma_merge_existing_range(const struct vma_range *range);
/* Merge or split so that one area is exactly [start, end) of @vma or a larger merged one with
 * the new attributes not yet written.  NULL and *error (-ENOMEM, -EINVAL) if not possible.
 * Kernel: vma_modify(). */
struct vm_area_struct *vma_modify(const struct vma_range *range, int *error);
/* Fills a range with @vma's own attributes over [start, end). */
void vma_range_of(struct vma_range *range, struct vm_area_struct *vma, unsigned long start,
		  unsigned long end);

/* ---- life ---- */
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm);
/* A copy of @vma not yet linked, without chain; the caller takes the references for file and
 * policy.  NULL: no memory.  Kernel: vm_area_dup(). */
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma);
void vm_area_free(struct vm_area_struct *vma);
/* Into the tree, the file's i_mmap and map_count.  -ENOMEM.  Kernel: vma_link(). */
int vma_link(struct mm_struct *mm, struct vm_area_struct *vma);
/* Into the i_mmap of its file, and out of it; takes i_mmap_rwsem, does nothing without a
 * file.  Kernel: vma_link_file(), unlink_file_vma_batch_add(). */
void vma_link_file(struct vm_area_struct *vma);
void unlink_file_vma(struct vm_area_struct *vma);
/* Drops policy, file, chain, and frees an area no longer in the tree.  Kernel: remove_vma(). */
void remove_vma(struct vm_area_struct *vma);
/* Cuts @vma at @addr; @new_below: the new struct is the lower part.  Kernel: __split_vma(). */
int __split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below);
/* The same with the max_map_count check.  Kernel: split_vma(). */
int split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below);
/* A range [start, end) to move elsewhere: a merged or new area at @addr.  NULL: -ENOMEM.
 * *need_rmap_locks as the order of rmap walks demands.  Kernel: copy_vma(). */
struct vm_area_struct *copy_vma(struct vm_area_struct **vmap, unsigned long addr,
				unsigned long len, pgoff_t pgoff, bool *need_rmap_locks);
/* Grows @vma upwards by @delta bytes in place, taking in the next if it fits; NULL: -ENOMEM.
 * Kernel: vma_merge_extend(). */
struct vm_area_struct *vma_merge_extend(struct vm_area_struct *vma, unsigned long delta);
/* Grows a VM_GROWSDOWN area down to @addr.  -ENOMEM, -EPERM...  Kernel: expand_downwards(). */
int expand_downwards(struct vm_area_struct *vma, unsigned long addr);
/* The stack of a new address space: @pages at the very top; @temporary: to be moved down by
 * setup_arg_pages(), and then grown to @pages.  Both with mmap_lock for writing; 0 or -ENOMEM.
 * Kernel: create_init_stack_vma(), setup_arg_pages(). */
int create_stack_vma(struct mm_struct *mm, unsigned long pages, bool temporary);
int setup_arg_pages(struct mm_struct *mm, unsigned long shift, unsigned long pages);
/* A stack that may move yet?  Kernel: vma_is_temporary_stack(). */
bool vma_is_temporary_stack(const struct vm_area_struct *vma);
/* The VMA of a user access, stacks grown; mmap_lock read-held on success, NULL and released
 * otherwise.  Kernel: lock_mm_and_find_vma(). */
struct vm_area_struct *lock_mm_and_find_vma(struct mm_struct *mm, unsigned long addr);

/* ---- unmapping ---- */
/* Unmaps [start, start+len): 0, -EINVAL, -ENOMEM, -EPERM.  mmap_lock stays held.
 * Kernel: do_vmi_munmap(). */
int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len, struct list_head *uf);

/* ---- mapping ---- */
/* Kernel: do_mmap(): the address, or -errno.  *populate: bytes to fault in after unlocking. */
long do_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
	     unsigned long flags, vm_flags_t vm_flags, pgoff_t pgoff, unsigned long *populate);
/* Kernel: get_unmapped_area(): an address, or -errno. */
long get_unmapped_area(struct file *file, unsigned long addr, unsigned long len, pgoff_t pgoff,
		       unsigned long flags, vm_flags_t vm_flags);
/* Grows the heap area or makes one over [addr, addr+len).  Kernel: do_brk_flags(). */
int do_brk_flags(struct vm_area_struct *prev, unsigned long addr, unsigned long len,
		 vm_flags_t flags);
/* Installs a special mapping (vdso, vvar) that cannot be split or merged.
 * Kernel: _install_special_mapping(). */
struct vm_area_struct *install_special_mapping(struct mm_struct *mm, unsigned long addr,
					       unsigned long len, vm_flags_t flags,
					       const struct vm_operations_struct *ops);

/* ---- limits and accounts (accounting.c), pages ---- */
bool may_expand_vm(const struct mm_struct *mm, vm_flags_t flags, unsigned long npages);
bool mlock_future_ok(const struct mm_struct *mm, vm_flags_t flags, unsigned long bytes);
void vm_stat_account(struct mm_struct *mm, vm_flags_t flags, long npages);
/* Charges @pages of commit; -ENOMEM.  @mm NULL: for nobody's in particular.  Kernel: security_vm_enough_memory_mm(). */
int vm_acct_memory(struct mm_struct *mm, unsigned long pages);
void vm_unacct_memory(unsigned long pages);
bool accountable_mapping(vm_flags_t flags);
static inline bool is_data_mapping(vm_flags_t flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}
unsigned long rlimit(unsigned int resource);	/* soft limit of the running task, bytes */
bool can_do_mlock(void);
/* Where the area's guard gap starts.  Kernel: vm_start_gap(). */
unsigned long vm_start_gap(const struct vm_area_struct *vma);

#endif
