/*
 * The names of the user-space interface that concern memory, with their x86-64 values.
 *
 * In the kernel: include/uapi/ (asm-generic/mman-common.h, linux/mman.h, linux/userfaultfd.h,
 * linux/prctl.h, linux/mempolicy.h, linux/memfd.h, linux/falloc.h, linux/sched.h,
 * asm-generic/errno.h, ...) Left out: names of other subsystems.
 * Locks: none; the table is constant.
 */
#ifndef SIM_CONSTANTS_H
#define SIM_CONSTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/diag.h"

/* What a constant is for; for values to names, where one number has many names. */
enum const_category {
	CONST_PROT, CONST_MAP,
	CONST_MAP_HUGE,		/* page size codes: MAP_HUGE_2MB */
	CONST_MREMAP, CONST_MADV, CONST_MLOCK, CONST_MCL, CONST_MPOL,
	CONST_MPOL_MODE_FLAG,	/* or-ed to the mode: MPOL_F_STATIC_NODES */
	CONST_MPOL_F,		/* get_mempolicy() */
	CONST_MPOL_MF,		/* mbind(), move_pages() */
	CONST_MS, CONST_UFFD_FEATURE, CONST_UFFD_EVENT, CONST_UFFD_PAGEFAULT, CONST_UFFD_USER,
	CONST_UFFDIO,		/* ioctl numbers */
	CONST_UFFDIO_NR,	/* _UFFDIO_*: bits in the masks of ioctls */
	CONST_UFFDIO_REGISTER_MODE, CONST_UFFDIO_COPY_MODE, CONST_UFFDIO_ZEROPAGE_MODE,
	CONST_UFFDIO_WP_MODE, CONST_UFFDIO_CONTINUE_MODE, CONST_UFFDIO_POISON_MODE,
	CONST_UFFDIO_MOVE_MODE,
	CONST_PR,		/* options of prctl() */
	CONST_PR_VMA, CONST_PR_MDWE, CONST_PR_THP, CONST_PR_MM,
	CONST_RLIMIT, CONST_RLIM, CONST_OPEN, CONST_MFD, CONST_FCNTL, CONST_SEAL, CONST_FALLOC,
	CONST_CLONE, CONST_SIGNAL, CONST_PKEY, CONST_AT, CONST_ERRNO,
	CONST_FOLL,		/* mm_types.h: how a device takes pages */
	CONST_SCAN,		/* khugepaged.c: what became of 2 MiB */
	CONST_SIZE,		/* NULL PAGE PMD PUD RW */
	CONST_ALIAS,		/* second names, masks, shifts: never printed for a value */
	NR_CONST_CATEGORIES,
};

struct constant {
	const char *name;
	uint64_t value;
	enum const_category category;
};

/* By exact name; NULL when unknown. */
const struct constant *constant_find(const char *name);

/*
 * A short name under each of the @prefixes in turn (NULL-terminated, may be NULL): READ with
 * "PROT_" is PROT_READ. The exact name is not tried.
 */
const struct constant *constant_find_prefixed(const char *name, const char *const *prefixes);

/* The first name of @category with this value, or NULL. */
const char *constant_name(enum const_category category, uint64_t value);

/*
 * A value as its flags: "PROT_READ|PROT_WRITE"; what has no name is added in hexadecimal; 0 gives
 * the name of 0 (PROT_NONE) or "0". Free with g_free().
 */
char *constant_flags_text(enum const_category category, uint64_t value);

/* "EINVAL" for 22, NULL when unknown. */
const char *errno_name(int number);
/* "SIGSEGV" for 11, NULL when unknown. */
const char *signal_name(int number);

/* All constants sorted by name, for listings and completion. */
const struct constant *constants_all(size_t *count);

/* Offer all names, full and under @prefixes cut short, to a search for the nearest. */
void constants_offer(struct nearest *nearest, const char *const *prefixes);

#endif
