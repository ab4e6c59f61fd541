/*
 * types.h - the words of the model: page sizes, flags, errnos.
 *
 * In the kernel:  include/linux/mm_types.h, include/linux/mm.h (VM_* flags),
 *                 include/uapi/linux/mman.h; x86-64, four levels, 4 KiB pages.
 * Left out:       hugetlb and architecture flags that no call here can set.
 *
 * UAPI values are spelled out here and not taken from the host's headers: the
 * model is that of Linux 6.18 on x86-64 whatever it is built on.
 */
#ifndef MODEL_TYPES_H
#define MODEL_TYPES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/*
 * For a function whose accesses to what others see are told elsewhere, or can be exchanged with any
 * others of this kind: mmsim-watch says nothing of them.
 */
#define UNWATCHED	__attribute__((no_sanitize_thread))
/* The @size bytes at @at belong to whoever runs from now on: who had them before is nobody's business. */
#ifdef MMSIM_WATCHED
void memory_is_new(const void *at, size_t size);
#else
#define memory_is_new(at, size)	((void)(at), (void)(size))
#endif
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

typedef uint64_t pgoff_t;	/* pages from the start of a file or address space */
typedef uint64_t pfn_t;		/* number of a 4 KiB page frame */
typedef uint64_t vm_flags_t;	/* VM_* */
typedef uint64_t pte_t;		/* a word of a page table, any level; pgtable.h */

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PMD_SHIFT	21
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PUD_SHIFT	30
#define PUD_SIZE	(1UL << PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PGDIR_SHIFT	39
#define PGDIR_SIZE	(1UL << PGDIR_SHIFT)
#define PTRS_PER_TABLE	512
#define HPAGE_PMD_ORDER	9
#define HPAGE_PMD_NR	512

/* The first address which no process can map, and where mmap() starts to look down. */
#define TASK_SIZE	0x7ffffffff000UL
#define STACK_GUARD_GAP	(256UL << PAGE_SHIFT)

#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define ALIGN_DOWN(x, a)	((x) & ~((unsigned long)(a) - 1))
#define ALIGN_UP(x, a)	(((x) + (unsigned long)(a) - 1) & ~((unsigned long)(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((unsigned long)(a) - 1)) == 0)

static inline bool offset_in_page(unsigned long addr)
{
	return (addr & ~PAGE_MASK) != 0;
}

/* vm_flags, as in include/linux/mm.h.  VM_SOFTDIRTY is 0: not configured on x86-64 Debian-like kernels. */
#define VM_NONE		0UL
#define VM_READ		0x1UL
#define VM_WRITE	0x2UL
#define VM_EXEC		0x4UL
#define VM_SHARED	0x8UL
#define VM_MAYREAD	0x10UL
#define VM_MAYWRITE	0x20UL
#define VM_MAYEXEC	0x40UL
#define VM_MAYSHARE	0x80UL
#define VM_GROWSDOWN	0x100UL
#define VM_UFFD_MISSING	0x200UL
#define VM_PFNMAP	0x400UL
#define VM_MAYBE_GUARD	0x800UL		/* had a guard region once */
#define VM_UFFD_WP	0x1000UL
#define VM_LOCKED	0x2000UL
#define VM_IO		0x4000UL
#define VM_SEQ_READ	0x8000UL
#define VM_RAND_READ	0x10000UL
#define VM_DONTCOPY	0x20000UL
#define VM_DONTEXPAND	0x40000UL
#define VM_LOCKONFAULT	0x80000UL
#define VM_ACCOUNT	0x100000UL
#define VM_NORESERVE	0x200000UL
#define VM_HUGETLB	0x400000UL
#define VM_SYNC		0x800000UL
#define VM_WIPEONFORK	0x2000000UL
#define VM_DONTDUMP	0x4000000UL
#define VM_SOFTDIRTY	0UL
#define VM_MIXEDMAP	0x10000000UL
#define VM_HUGEPAGE	0x20000000UL
#define VM_NOHUGEPAGE	0x40000000UL
#define VM_MERGEABLE	0x80000000UL
#define VM_PKEY_SHIFT	32
#define VM_PKEY_MASK	(0xfUL << VM_PKEY_SHIFT)
#define VM_DROPPABLE	(1UL << 40)
#define VM_UFFD_MINOR	(1UL << 41)
#define VM_SEALED	(1UL << 42)

#define VM_ACCESS_FLAGS	(VM_READ | VM_WRITE | VM_EXEC)
#define VM_SPECIAL	(VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)
/* Do not keep areas apart; a merged area has those of all its parts. */
#define VM_STICKY	(VM_SOFTDIRTY | VM_MAYBE_GUARD)
#define VM_LOCKED_MASK	(VM_LOCKED | VM_LOCKONFAULT)
#define VM_UFFD_FLAGS	(VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR)

/* UAPI, x86-64. */
#define PROT_NONE	0x0
#define PROT_READ	0x1
#define PROT_WRITE	0x2
#define PROT_EXEC	0x4
#define PROT_SEM	0x8
#define PROT_GROWSDOWN	0x01000000
#define PROT_GROWSUP	0x02000000

#define MAP_SHARED	0x01
#define MAP_PRIVATE	0x02
#define MAP_SHARED_VALIDATE 0x03
#define MAP_DROPPABLE	0x08
#define MAP_TYPE	0x0f
#define MAP_FIXED	0x10
#define MAP_ANONYMOUS	0x20
#define MAP_32BIT	0x40
#define MAP_ABOVE4G	0x80
#define MAP_GROWSDOWN	0x100
#define MAP_DENYWRITE	0x800
#define MAP_EXECUTABLE	0x1000
#define MAP_LOCKED	0x2000
#define MAP_NORESERVE	0x4000
#define MAP_POPULATE	0x8000
#define MAP_NONBLOCK	0x10000
#define MAP_STACK	0x20000
#define MAP_HUGETLB	0x40000
#define MAP_SYNC	0x80000
#define MAP_FIXED_NOREPLACE 0x100000
#define MAP_UNINITIALIZED 0x4000000

#define MREMAP_MAYMOVE	1
#define MREMAP_FIXED	2
#define MREMAP_DONTUNMAP 4
#define MREMAP_RELOCATE_ANON 8	/* in no release: relocate.h */
#define MREMAP_MUST_RELOCATE_ANON 16

#define MADV_NORMAL	0
#define MADV_RANDOM	1
#define MADV_SEQUENTIAL	2
#define MADV_WILLNEED	3
#define MADV_DONTNEED	4
#define MADV_FREE	8
#define MADV_REMOVE	9
#define MADV_DONTFORK	10
#define MADV_DOFORK	11
#define MADV_MERGEABLE	12
#define MADV_UNMERGEABLE 13
#define MADV_HUGEPAGE	14
#define MADV_NOHUGEPAGE	15
#define MADV_DONTDUMP	16
#define MADV_DODUMP	17
#define MADV_WIPEONFORK	18
#define MADV_KEEPONFORK	19
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#define MADV_DONTNEED_LOCKED 24
#define MADV_COLLAPSE	25
#define MADV_HWPOISON	100
#define MADV_SOFT_OFFLINE 101
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103

#define MLOCK_ONFAULT	1
#define MCL_CURRENT	1
#define MCL_FUTURE	2
#define MCL_ONFAULT	4

#define MS_ASYNC	1
#define MS_INVALIDATE	2
#define MS_SYNC		4

#endif
