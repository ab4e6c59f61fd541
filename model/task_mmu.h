/*
 * task_mmu.h - what /proc/PID/smaps says of an area.
 *
 * In the kernel:  fs/proc/task_mmu.c show_smap().
 * Left out:       shared memory in swap, hugetlb.
 * Locks:          none: nobody else runs.
 */
#ifndef MODEL_TASK_MMU_H
#define MODEL_TASK_MMU_H

#include "mm.h"

/* Bytes of one area.  "Pss": of a page that is mapped n times, the n-th part. */
struct mem_size_stats {
	uint64_t rss, pss, pss_dirty;
	uint64_t shared_clean, shared_dirty;	/* mapped more than once */
	uint64_t private_clean, private_dirty;
	uint64_t referenced;
	uint64_t anonymous, ksm;
	uint64_t lazyfree;			/* MADV_FREE, and not written to since */
	uint64_t anon_huge, shmem_huge, file_huge;	/* what PMD entries map */
	uint64_t swap, swap_pss;		/* swap_pss: by the words that count on the slot */
	uint64_t locked;			/* pss, if the area is mlocked */
};

/* Kernel: smap_gather_stats(). */
void smap_gather_stats(const struct vm_area_struct *vma, struct mem_size_stats *mss);

#endif
