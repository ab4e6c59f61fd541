/*
 * file.h - what can be mapped besides anonymous memory: inodes with their page cache,
 * and open files.
 *
 * In the kernel:  include/linux/fs.h, mm/filemap.c, mm/shmem.c, mm/memfd.c.
 * Left out:       directories, real contents (a page of a file holds 0 until stored to),
 *                 write-back to a disk, file systems' own mmap quirks.
 * Locks:          i_rwsem for the size, i_mmap_rwsem for the tree of mappings; the page
 *                 cache is under the folio lock and its own (implicit) lock.
 */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#include "folio.h"

enum inode_type {
	INODE_REGULAR,		/* a file of a disk file system */
	INODE_SHMEM,		/* memfd, tmpfs, MAP_SHARED|MAP_ANONYMOUS */
	INODE_ZERO,		/* /dev/zero: private maps are anonymous, shared ones shmem */
	INODE_DIRECTORY,	/* cannot be mapped: ENODEV */
	INODE_PIPE,		/* nor this */
	INODE_SPECIAL,		/* vdso, vvar: PFNs without folios of its own */
	INODE_UFFD,		/* userfaultfd */
};

struct files_struct;

/* Flags of open(2), as O_* of x86-64. */
#define OPEN_RDONLY	0U
#define OPEN_WRONLY	1U
#define OPEN_RDWR	2U
#define OPEN_ACCMODE	3U
#define OPEN_CREAT	0100U
#define OPEN_EXCL	0200U
#define OPEN_TRUNC	01000U
#define OPEN_APPEND	02000U
#define OPEN_DIRECTORY	0200000U
#define OPEN_CLOEXEC	02000000U
#define OPEN_PATH	010000000U

#define MFD_CLOEXEC	0x1U
#define MFD_ALLOW_SEALING 0x2U
#define MFD_HUGETLB	0x4U
#define MFD_NOEXEC_SEAL	0x8U
#define MFD_EXEC	0x10U

#define F_SEAL_SEAL	0x01U
#define F_SEAL_SHRINK	0x02U
#define F_SEAL_GROW	0x04U
#define F_SEAL_WRITE	0x08U
#define F_SEAL_FUTURE_WRITE 0x10U
#define F_SEAL_EXEC	0x20U

#define FALLOC_FL_KEEP_SIZE	0x01
#define FALLOC_FL_PUNCH_HOLE	0x02

/* The largest offset a file can have, bytes.  Kernel: MAX_LFS_FILESIZE. */
#define MAX_FILE_SIZE	0x7fffffffffffffffUL

/* What the kernel maps files and shared memory with.  Areas of vdso and vvar: special.c. */
extern const struct vm_operations_struct file_vm_ops, shmem_vm_ops;

struct address_space {
	struct maple_tree i_pages;	/* index -> struct folio, a range per large folio */
	struct maple_tree i_swapped;	/* shared memory: index -> swap entry, a range for what was
					 * one folio; the kernel has them in i_pages too */
	struct interval_root i_mmap;	/* vma->shared of all that map it */
	struct rw_semaphore i_mmap_rwsem;
	unsigned long nrpages;
	unsigned int i_mmap_writable;	/* shared writable mappings; never negative */
	struct inode *host;
};

/* Reference-counted; named ones are kept by the machine until reset. */
struct inode {
	unsigned int id;
	unsigned int refcount;
	enum inode_type type;
	char *name;			/* path, "memfd:x", "/dev/zero (deleted)" */
	uint64_t size;			/* bytes; access beyond its last page is SIGBUS */
	unsigned int seals;		/* F_SEAL_*; F_SEAL_SEAL: none can be added */
	bool executable;		/* mode has x: F_SEAL_EXEC then seals everything */
	bool of_one_mapping;		/* shmem: of MAP_SHARED|MAP_ANONYMOUS */
	bool noreserve;			/* shmem: commit is charged page by page */
	uint64_t charged;		/* shmem: pages charged when it was made */
	uint64_t swapped;		/* shmem: pages in swap: those of i_data.i_swapped */
	pgoff_t fallocend;		/* shmem: where what fallocate() promised ends */
	bool noexec;			/* on a noexec mount */
	bool append_only;
	struct rw_semaphore i_rwsem;
	struct address_space i_data;
};

/* An open file: identity of mappings is the pointer to this. */
struct file {
	unsigned int id;
	unsigned int refcount;
	struct inode *inode;
	unsigned int flags;		/* O_RDONLY, O_WRONLY, O_RDWR, O_PATH, O_APPEND */
	struct userfaultfd_ctx *uffd;	/* for INODE_UFFD */
};

static inline bool file_can_read(const struct file *file)
{
	return (file->flags & 3) != 1;	/* not O_WRONLY */
}
static inline bool file_can_write(const struct file *file)
{
	return (file->flags & 3) != 0;	/* not O_RDONLY */
}

/* Shared memory without a name on a tmpfs: of MAP_SHARED|MAP_ANONYMOUS, or a memfd.
 * Kernel: vma_is_anon_shmem(). */
bool inode_is_anon_shmem(const struct inode *inode);
struct inode *inode_create(enum inode_type type, const char *name, uint64_t size);
void inode_get(struct inode *inode);
void inode_put(struct inode *inode);
/* NULL on allocation failure.  Takes a reference on @inode. */
struct file *file_create(struct inode *inode, unsigned int flags);
void get_file(struct file *file);
void fput(struct file *file);
/* A file for one MAP_SHARED|MAP_ANONYMOUS call.  Kernel: shmem_zero_setup(). */
struct file *shmem_file_setup(const char *name, uint64_t size);
/* The same; VM_NORESERVE in @flags: pages are charged as they come and not all at once. */
struct file *shmem_kernel_file_setup(const char *name, uint64_t size, vm_flags_t flags);
/* A descriptor of the running task, or NULL.  Borrowed.  One opened with O_PATH is none. */
struct file *fget(int fd);
/* Any descriptor, O_PATH too. */
struct file *fget_raw(int fd);
/* The named file; NULL if none of that name was opened.  Borrowed. */
struct inode *inode_by_path(const char *path);
/* The named file, made as its path demands if there is none; NULL without memory.  Borrowed:
 * the machine holds the reference. */
struct inode *inode_lookup(const char *path, uint64_t size_if_new, bool directory);
/* The machine lets go of all named files. */
void inodes_drop(struct machine *machine);
/* The lowest free descriptor for @file, taking over the caller's reference; -EMFILE. */
int fd_install(struct file *file);
void fd_set_close_on_exec(int fd, bool on);
/* Installs at exactly @fd: imported logs name them.  Closes what was there. */
int fd_install_at(int fd, struct file *file);
int files_dup(struct files_struct *from, struct files_struct **to);
void files_put(struct files_struct *files);
/* NULL without memory. */
struct files_struct *files_create(void);
/* Closes what was opened with O_CLOEXEC.  Kernel: do_close_on_exec(). */
void files_close_on_exec(struct files_struct *files);

/* ---- page cache ---- */

/* The folio at @index or NULL; no reference taken. */
struct folio *filemap_get_folio(const struct address_space *mapping, pgoff_t index);
/* The same, adding a new (zero) one if missing; NULL without memory. */
struct folio *filemap_get_or_add_folio(struct address_space *mapping, pgoff_t index);
/* The same of shared memory, for a fault at @addr of @vma, or for neither (NULL) in a file which is
 * about to reach to page @end: what is added is as large as the settings allow.
 * Kernel: shmem_get_folio_gfp(). */
struct folio *shmem_get_folio(struct address_space *mapping, pgoff_t index,
			      const struct vm_area_struct *vma, unsigned long addr, pgoff_t end);
/* @folio, with a reference of the caller's for each of its pages, in place of what the cache has
 * there; the caller sees to that.  0 or -ENOMEM.  Kernel: the stores of collapse_file(). */
int filemap_replace_range(struct address_space *mapping, struct folio *folio, pgoff_t index);
/* @nr more pages of a file, or less. */
void filemap_count_pages(struct address_space *mapping, long nr);
/* @folio belongs to @mapping from now on, which takes the caller's reference and as many more
 * as there are further pages: 0 or -ENOMEM.  Kernel: __filemap_add_folio(). */
int __filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index);
/* The same, and to an LRU list.  Kernel: filemap_add_folio(). */
int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index);
/* Out of its cache, which drops its references, with what was charged for it; @folio is locked.
 * Kernel: filemap_remove_folio(). */
void filemap_remove_folio(struct folio *folio);
/* Out of its cache, which keeps what was charged; the cache's references are the caller's to drop.
 * Kernel: __filemap_remove_folio(). */
void filemap_delete_folio(struct address_space *mapping, struct folio *folio);
/* Charges @nr pages of a file whose commit is charged page by page: 0 or -ENOMEM.
 * Kernel: shmem_charge(), shmem_uncharge(). */
int shmem_acct_blocks(const struct inode *inode, unsigned long nr);
void shmem_unacct_blocks(const struct inode *inode, unsigned long nr);
/* @folio, locked and on no list yet, becomes the page at @index: 0, -EEXIST or -ENOMEM.  The
 * cache takes a reference of its own.  Kernel: shmem_add_to_page_cache(). */
int shmem_add_to_page_cache(struct address_space *mapping, struct folio *folio, pgoff_t index);
/* Pages for [start, end) of shared memory, all or none.  Kernel: shmem_fallocate(). */
int shmem_preallocate(struct inode *inode, pgoff_t start, pgoff_t end);
/* The end of what a split must keep, in pages: of the file, or of what fallocate() promised behind
 * that.  Kernel: shmem_fallocend(). */
pgoff_t shmem_fallocend(const struct inode *inode);
/* Drops [start, end] (pages, inclusive) from the cache and unmaps it everywhere; private
 * copies stay unless @even_cows.  Kernel: unmap_mapping_range(), truncate_inode_pages(). */
void truncate_pages(struct address_space *mapping, pgoff_t start, pgoff_t end, bool even_cows);
/* Kernel: ftruncate() down to shmem_setattr() or simple_setattr(). */
int inode_truncate(struct inode *inode, uint64_t size);
/* Frees [start, end) bytes of the file, size unchanged.  Kernel: FALLOC_FL_PUNCH_HOLE. */
int inode_punch_hole(struct inode *inode, uint64_t start, uint64_t end);

#endif
