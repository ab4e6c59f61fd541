/*
 * kernel_look.h - several processes of the running kernel, read by one BPF program at once.
 *
 * One of two files implements it: kernel_look.c where clang, libbpf and bpftool were there
 * when mmsim was built, kernel_none.c elsewhere.
 *
 * In the kernel:  kernel/bpf/syscall.c BPF_PROG_TYPE_SYSCALL, BPF_F_MMAPABLE.
 * Locks:          none; one thread.
 */
#ifndef SIM_DEEP_KERNEL_LOOK_H
#define SIM_DEEP_KERNEL_LOOK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/deep/look.h"

struct kernel_look;

/* @vmemmap: address of page 0's struct page.  NULL: not with this build or this host. */
struct kernel_look *kernel_look_open(uint64_t vmemmap);
void kernel_look_close(struct kernel_look *look);
/* What the programs read and write. */
struct look *kernel_look_memory(struct kernel_look *look);
/* Reads the tasks that are in the memory; false: it did not run. */
bool kernel_look_tasks(struct kernel_look *look);
/* Fills in the anon_vmas whose addresses are in the memory. */
bool kernel_look_anon_vmas(struct kernel_look *look);

#endif
