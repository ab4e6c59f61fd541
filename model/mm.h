/*
 * mm.h - an address space and its areas: the two structures everybody reads.
 *
 * In the kernel:  struct mm_struct and struct vm_area_struct, include/linux/mm_types.h.
 * Left out:       vm_page_prot (derived), anon_name without CONFIG_ANON_VMA_NAME,
 *                 NUMA scan state, exe_file, aio, notifiers.
 */
#ifndef MODEL_MM_H
#define MODEL_MM_H

#include "interval_tree.h"
#include "list.h"
#include "lock.h"
#include "maple_tree.h"
#include "object.h"

struct anon_vma;
struct file;
struct mempolicy;
struct pgtable;
struct userfaultfd_ctx;
struct vm_area_struct;
struct vm_fault;

/*
 * What a mapping's type does at certain moments.  Constant tables; a NULL vm_ops
 * makes the area anonymous, whatever vm_file is.
 */
struct vm_operations_struct {
	const char *name;	/* "file", "shmem", "vdso", "test" */
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);	/* areas with one are merged less */
	int (*may_split)(struct vm_area_struct *vma, unsigned long addr);
	int (*mremap)(struct vm_area_struct *vma);
	bool special;		/* vdso, vvar: cannot be split, never merged */
};

/*
 * One range of addresses with one set of attributes.  Owned by its mm; written with
 * mmap_lock held for writing and vm_lock write-locked, read under either.
 */
struct vm_area_struct {
	unsigned int id;
	unsigned long vm_start;		/* inclusive */
	unsigned long vm_end;		/* exclusive */
	pgoff_t vm_pgoff;		/* anonymous: where it was first mapped, in pages */
	vm_flags_t vm_flags;
	struct mm_struct *vm_mm;
	const struct vm_operations_struct *vm_ops;	/* NULL: anonymous */
	struct file *vm_file;		/* holds a reference; NULL if none */
	struct userfaultfd_ctx *vm_userfaultfd_ctx;	/* NULL if not registered */
	struct mempolicy *vm_policy;	/* holds a reference; NULL is the default */

	/* mmap_lock for writing, or for reading with page_table_lock when it is set */
	struct anon_vma *anon_vma;	/* new pages go here; NULL until the first */
	/* mmap_lock for writing and the anon_vma root's rwsem; own anon_vma first */
	struct list_head anon_vma_chain;

	struct interval_node shared;	/* in the file's i_mmap, if vm_file */
	struct rw_semaphore vm_lock;	/* per-VMA lock, held by faults for reading */
	unsigned long vm_lock_seq;	/* write-locked while it equals the mm's mm_lock_seq */
	bool detached;			/* not in mm_mt; a lockless reader checks it */
	struct vm_area_struct *detached_next;	/* while being unmapped: the next one that goes */
};

/* A process's address space.  Tasks hold mm_users references. */
struct mm_struct {
	unsigned int id;
	unsigned int mm_users;
	unsigned int mm_count;		/* all users together hold one; the last one frees it */
	struct list_head khugepaged_node;	/* in the machine's khugepaged_mms, if that knows it */
	struct rw_semaphore mmap_lock;
	unsigned long mm_lock_seq;	/* grows when mmap_lock is no longer held for writing */
	struct maple_tree mm_mt;	/* address -> vm_area_struct; mmap_lock */
	struct spinlock page_table_lock;	/* upper tables, anon_vma of a VMA when set */
	struct pgtable *pgd;

	/* under mmap_lock for writing; pages unless said otherwise */
	unsigned int map_count;		/* VMAs */
	unsigned long total_vm, data_vm, exec_vm, stack_vm, locked_vm;
	vm_flags_t def_flags;		/* added to every new mapping: mlockall(MCL_FUTURE) */
	unsigned long start_brk, brk;	/* bytes */
	unsigned long start_data, end_data, start_stack;
	unsigned long mmap_base;	/* where the search for a free area starts downwards */
	unsigned long mmap_legacy_base;	/* where it starts upwards when that fails */

	/* under the page table locks */
	long rss_anon, rss_file, rss_shmem, swapents;	/* pages */
	unsigned long pgtables_bytes;

	/* what processors may still hold: tlb.h */
	uint8_t tlb;			/* stands for it where a step is told what it touches */
	bool tlb_flush_batched;		/* reclaim has put off a flush; page table locks */
	unsigned int tlb_flush_pending;	/* changes of page tables not yet flushed; atomic */

	bool ksm_merge_any;		/* PR_SET_MEMORY_MERGE */
	bool ksm_mergeable;		/* ksmd knows it: MMF_VM_MERGEABLE */
	struct list_head ksm_slot;	/* machine->ksm_mms, if so.  Kernel: struct ksm_mm_slot */
	struct list_head ksm_rmap_items; /* struct ksm_rmap_item.rmap_list, by address */
	bool mdwe, mdwe_no_inherit;	/* PR_SET_MDWE */
	bool has_pinned;		/* ever; fork then looks for pins */
	unsigned long write_protect_seq;	/* odd while fork shares pages */
	bool huge_zero;			/* holds the huge zero page.  Kernel: MMF_HUGE_ZERO_FOLIO */
	bool thp_disabled, thp_disabled_except_advised;	/* PR_SET_THP_DISABLE */
	uint16_t pkey_allocation_map;	/* bit 0 always set */
	unsigned long window_start, window_end;	/* the scenario's window, for printing; 0 if none */
};

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* Kernel: vma_is_anonymous(): by operations and not by file (private /dev/zero). */
static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return vma->vm_ops == NULL;
}

/* The index which a page at @addr of @vma has.  Kernel: linear_page_index(). */
static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long addr)
{
	return ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

/* Private and possibly writable: a write copies.  Kernel: is_cow_mapping(). */
static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/*
 * The area which holds @addr, or the first one above it; NULL if none.  O(log n).
 * mmap_lock held.  Kernel: find_vma().
 */
struct vm_area_struct *find_vma(const struct mm_struct *mm, unsigned long addr);
/* The area which holds @addr or NULL.  Kernel: vma_lookup(). */
struct vm_area_struct *vma_lookup(const struct mm_struct *mm, unsigned long addr);
/* The first area which intersects [start, end).  Kernel: find_vma_intersection(). */
struct vm_area_struct *find_vma_intersection(const struct mm_struct *mm, unsigned long start,
					     unsigned long end);
/* Neighbours in address order, whether or not they touch; NULL at the ends. */
struct vm_area_struct *vma_prev(const struct vm_area_struct *vma);
struct vm_area_struct *vma_next(const struct vm_area_struct *vma);
/* The last area which ends at or below @addr; NULL if none. */
struct vm_area_struct *find_vma_prev_of(const struct mm_struct *mm, unsigned long addr);

/* Every area in address order; the body must not change the tree. */
#define for_each_vma(mm, vma) \
	for (vma = find_vma((mm), 0); vma; vma = vma_next(vma))

/* How people know @addr: "@4" or "@4+0x80" in the scenario's window, else hexadecimal. */
struct addr_name {
	char text[40];
};
struct addr_name addr_name(const struct mm_struct *mm, unsigned long addr);

/* An empty address space with one user; NULL if an allocation failed.  Kernel: mm_alloc(). */
struct mm_struct *mm_alloc(void);
void mmget(struct mm_struct *mm);
/* Drops one user; the last one unmaps everything and frees it.  Kernel: mmput(). */
void mmput(struct mm_struct *mm);
/* Keeps @mm itself, not what is in it.  Kernel: same names. */
void mmgrab(struct mm_struct *mm);
void mmdrop(struct mm_struct *mm);
/* Unmaps all areas, frees page tables.  mmap_lock not held.  Kernel: exit_mmap(). */
void exit_mmap(struct mm_struct *mm);
/* Places mmap_base and the legacy base for a stack limit, without randomisation.
 * Kernel: arch_pick_mmap_layout(). */
void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long rlim_stack);

void mmap_read_lock(struct mm_struct *mm);
void mmap_read_unlock(struct mm_struct *mm);
void mmap_write_lock(struct mm_struct *mm);
int mmap_write_lock_killable(struct mm_struct *mm);
/* Also ends the write locks on its VMAs.  Kernel: mmap_write_unlock(). */
void mmap_write_unlock(struct mm_struct *mm);
void mmap_write_downgrade(struct mm_struct *mm);
/* Marks @vma as about to change, until mmap_write_unlock(): waits for the faults that hold
 * its lock.  Kernel: vma_start_write(). */
void vma_start_write(struct vm_area_struct *vma);
/* Per-VMA lock for a fault; NULL if it must fall back to mmap_lock.
 * Kernel: lock_vma_under_rcu(). */
struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, unsigned long addr);
void vma_end_read(struct vm_area_struct *vma);

#endif
