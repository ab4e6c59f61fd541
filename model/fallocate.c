/*
 * fallocate.c - fallocate(2): pages are promised, or given back.
 *
 * In the kernel:  fs/open.c vfs_fallocate(); mm/shmem.c shmem_fallocate().
 * Left out:       modes that depend on the file system; limits of mounts, but for a size.
 * Locks:          i_rwsem for writing.
 */
#include "file.h"
#include "machine.h"
#include "syscalls.h"

/* A tmpfs holds half the memory at most; a memfd has no limit but that.  Kernel:
 * shmem_default_max_blocks(). */
static int shmem_space(const struct inode *inode, uint64_t len)
{
	if (inode->name[0] == '/' && len >> PAGE_SHIFT > mach->totalram_pages / 2)
		return -ENOSPC;
	return len >> PAGE_SHIFT > mach->totalram_pages ? -ENOMEM : 0;
}

/* Grows the file over [offset, offset+len). */
static int inode_allocate(struct inode *inode, uint64_t offset, uint64_t len, bool keep_size)
{
	uint64_t end = offset + len;
	int error = 0;

	down_write(&inode->i_rwsem);
	if (inode->type == INODE_SHMEM) {
		if ((inode->seals & F_SEAL_GROW) && end > inode->size)
			error = -EPERM;
		else
			error = shmem_space(inode, len);
		if (!error)
			error = shmem_preallocate(inode, offset >> PAGE_SHIFT,
						  PAGE_ALIGN(end) >> PAGE_SHIFT);
	}
	if (!error && !keep_size && end > inode->size)
		WRITE_SHARED(inode, inode->size, end, "i_size_write");
	up_write(&inode->i_rwsem);
	return error;
}

/* What can be said of the mode and the file alone.  Kernel: vfs_fallocate(). */
static int fallocate_check(const struct file *file, int mode, uint64_t offset, uint64_t len)
{
	if ((int64_t)offset < 0 || (int64_t)len <= 0)
		return -EINVAL;
	if ((mode & FALLOC_FL_PUNCH_HOLE) && mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!file_can_write(file))
		return -EBADF;
	if (file->inode->append_only && (mode & ~FALLOC_FL_KEEP_SIZE))
		return -EPERM;
	switch (file->inode->type) {
	case INODE_REGULAR:
	case INODE_SHMEM:
		return offset + len > MAX_FILE_SIZE ? -EFBIG : 0;
	case INODE_PIPE:
		return -ESPIPE;
	case INODE_DIRECTORY:
		return -EISDIR;
	case INODE_ZERO:
	case INODE_SPECIAL:
	case INODE_UFFD:
		break;
	}
	return -ENODEV;
}

long sys_fallocate(int fd, int mode, uint64_t offset, uint64_t len)
{
	struct file *file = fget(fd);
	int error;

	if (!file)
		return -EBADF;
	error = fallocate_check(file, mode, offset, len);
	if (error)
		return error;
	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) {
		if (file->inode->type == INODE_SHMEM)
			return -EOPNOTSUPP;
		model_unsupported("fallocate with mode %#x: depends on the file system", mode);
		return -ENOSYS;
	}
	if (mode & FALLOC_FL_PUNCH_HOLE)
		return inode_punch_hole(file->inode, offset, offset + len);
	return inode_allocate(file->inode, offset, len, (mode & FALLOC_FL_KEEP_SIZE) != 0);
}
