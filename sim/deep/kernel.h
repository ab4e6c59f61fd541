/*
 * kernel.h - structs of the running kernel, read by BPF programs.
 *
 * One of two files implements it: kernel_bpf.c where clang, libbpf and bpftool were there
 * when mmsim was built, kernel_none.c elsewhere.
 *
 * In the kernel:  kernel/bpf/task_iter.c, kernel/bpf/syscall.c.
 * Locks:          none; one thread.
 */
#ifndef SIM_DEEP_KERNEL_H
#define SIM_DEEP_KERNEL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/deep/deep.h"

struct deep_kernel;

/* NULL and *why (g_free()) if this build or this host cannot. */
struct deep_kernel *deep_kernel_open(char **why);
void deep_kernel_close(struct deep_kernel *kernel);

/* The areas of task @tid and their chains: struct deep_record; NULL if they cannot be read. */
GArray *deep_kernel_areas(struct deep_kernel *kernel, pid_t tid);
/* Fills @anon_vma from its address; false if that cannot be read. */
bool deep_kernel_anon_vma(struct deep_kernel *kernel, struct deep_anon_vma *anon_vma);
/* The page with number @pfn. */
bool deep_kernel_page(struct deep_kernel *kernel, __u64 pfn, struct deep_page *page);
/* Address of page 0's struct page. */
uint64_t deep_kernel_vmemmap(const struct deep_kernel *kernel);
/* The PFN of the page of mmsim's own that is mapped at @at; 0 if it is hidden. */
uint64_t deep_kernel_frame_of(const void *at);

#endif
