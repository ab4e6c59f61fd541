/*
 * deep.h - what the programs of deep.bpf.c hand over.
 *
 * Included on both sides: vmlinux.h has the types in the kernel.  Addresses of kernel
 * objects say which is which, and nothing else; 0 is none.
 *
 * In the kernel:  include/linux/mm_types.h, include/linux/rmap.h.
 * Locks:          none.
 */
#ifndef SIM_DEEP_DEEP_H
#define SIM_DEEP_DEEP_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Links of a chain that are followed: one with as many may be longer. */
#define DEEP_MAX_CHAIN	256

enum deep_kind { DEEP_VMA = 1, DEEP_LINK = 2, DEEP_END = 3 };

/* An area, or one link of its chain: those follow their area in list order; or the end. */
struct deep_record {
	__u32 kind;
	__u32 pad;
	__u64 start, end;	/* DEEP_VMA: bytes */
	__u64 pgoff;		/* pages */
	__u64 anon_vma;		/* DEEP_LINK: the link's */
	__u64 file, uffd;
	__u64 cache_head;	/* root of the file's page cache: a folio, if it has but page 0 */
};

/* In: address.  All else is filled in. */
struct deep_anon_vma {
	__u64 address;
	__u64 root, parent;
	__u64 children, active;
	__u32 refcount;
	__u32 known;		/* could be read */
};

/* In: address of a struct page. */
struct deep_page {
	__u64 address;
	__u64 index;		/* of the folio, pages */
	__u64 mapping;		/* raw, of the folio */
	__s64 mapcount;		/* of the whole folio */
	__u32 order;
	__u32 nr;		/* which page of the folio */
	__u32 page_size;	/* of struct page, bytes; told even if nothing is known */
	__u32 anon_exclusive;	/* the bit of this page; means something in anonymous folios */
	__u32 known, pad;
};

#endif
