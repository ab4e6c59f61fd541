/*
 * memfd.c - memfd_create() and seals.
 *
 * In the kernel:  mm/memfd.c.
 * Left out:       MFD_HUGETLB (refused), sysctl vm.memfd_noexec.
 * Locks:          i_rwsem for the seals.
 */
#include <string.h>
#include "file.h"
#include "lru.h"
#include "syscalls.h"
#include "vma.h"

#define MFD_ALL_FLAGS \
	(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_NOEXEC_SEAL | MFD_EXEC)
/* A size of huge pages may be coded above here. */
#define MFD_HUGE_SHIFT	26
#define MFD_HUGE_MASK	0x3fU
#define MFD_NAME_MAX_LEN 249	/* NAME_MAX less "memfd:" */

#define F_ALL_SEALS \
	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | \
	 F_SEAL_EXEC)

/* Kernel: sanitize_flags(), alloc_name(). */
static int memfd_check(const char *name, unsigned int flags)
{
	unsigned int allowed = MFD_ALL_FLAGS;

	if (flags & MFD_HUGETLB)
		allowed |= MFD_HUGE_MASK << MFD_HUGE_SHIFT;
	if (flags & ~allowed)
		return -EINVAL;
	if ((flags & MFD_EXEC) && (flags & MFD_NOEXEC_SEAL))
		return -EINVAL;
	if (strlen(name) > MFD_NAME_MAX_LEN)
		return -EINVAL;
	return 0;
}

long sys_memfd_create(const char *name, unsigned int flags)
{
	g_autofree char *full = g_strconcat("memfd:", name, NULL);
	int fd, error = memfd_check(name, flags);
	struct file *file;

	if (error)
		return error;
	if (flags & MFD_HUGETLB) {
		model_unsupported("memfd_create with MFD_HUGETLB: hugetlb is not modelled");
		return -ENOSYS;
	}
	file = shmem_kernel_file_setup(full, 0, VM_NORESERVE);
	if (!file)
		return -ENOMEM;
	file->inode->executable = !(flags & MFD_NOEXEC_SEAL);
	if (flags & MFD_NOEXEC_SEAL)
		file->inode->seals = F_SEAL_EXEC;
	else if (flags & MFD_ALLOW_SEALING)
		file->inode->seals = 0;
	fd = fd_install(file);
	if (fd < 0)
		fput(file);
	else
		fd_set_close_on_exec(fd, (flags & MFD_CLOEXEC) != 0);
	return fd;
}

/* Has a page of the file references besides those of the page cache and of mappings?
 * Kernel: memfd_wait_for_pins(), which also waits 150 ms. */
static bool memfd_has_pins(const struct address_space *mapping)
{
	const struct folio *folio;
	unsigned long first, last, index = 0;

	lru_add_drain();
	while ((folio = mt_find(&mapping->i_pages, index, &first, &last))) {
		if (folio->refcount - folio_mapcount(folio) != (int)folio_nr_pages(folio))
			return true;
		index = last + 1;
	}
	return false;
}

static int add_seals(struct inode *inode, unsigned int seals)
{
	if (inode->seals & F_SEAL_SEAL)
		return -EPERM;
	/* What can be executed must not change any more: W^X from the start. */
	if ((seals & F_SEAL_EXEC) && inode->executable)
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	if ((seals & F_SEAL_WRITE) && !(inode->seals & F_SEAL_WRITE) &&
	    (inode->i_data.i_mmap_writable || memfd_has_pins(&inode->i_data)))
		return -EBUSY;
	inode->seals |= seals;
	return 0;
}

long sys_fcntl_add_seals(int fd, unsigned int seals)
{
	struct file *file = fget(fd);
	struct inode *inode;
	int error;

	if (!file)
		return -EBADF;
	if (!file_can_write(file))
		return -EPERM;
	if (seals & ~F_ALL_SEALS)
		return -EINVAL;
	inode = file->inode;
	if (inode->type != INODE_SHMEM)
		return -EINVAL;
	down_write(&inode->i_rwsem);
	error = add_seals(inode, seals);
	up_write(&inode->i_rwsem);
	return error;
}

long sys_fcntl_get_seals(int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return -EBADF;
	if (file->inode->type != INODE_SHMEM)
		return -EINVAL;
	return file->inode->seals;
}
