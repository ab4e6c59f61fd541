/*
 * live_elf.h - the program of a live process: one page, written on the spot.
 *
 * In the kernel:  fs/binfmt_elf.c reads it.
 * Locks:          none.
 */
#ifndef SIM_LIVE_ELF_H
#define SIM_LIVE_ELF_H

#include <stdbool.h>

/* Offsets into the page of its pieces; a breakpoint stands behind each. */
#define LIVE_ELF_SYSCALL	0x200
#define LIVE_ELF_LOAD		0x210	/* rax = *rdi */
#define LIVE_ELF_STORE		0x220	/* *rdi = rsi */

/* A descriptor to execute; -1 with errno. */
int live_elf_open(void);

#endif
