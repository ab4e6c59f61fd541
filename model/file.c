/*
 * file.c - inodes and open files: their life, opening by path.
 *
 * In the kernel:  fs/inode.c, fs/file_table.c, fs/open.c, mm/shmem.c
 *                 (shmem_kernel_file_setup()).
 * Left out:       directories and their entries, permissions but the open mode, deferred
 *                 fput() (here it happens at once).
 * Locks:          none for the counts: tasks change only at the steps of sched.h.
 */
#include <string.h>
#include "file.h"
#include "machine_parts.h"
#include "syscalls.h"
#include "userfaultfd.h"
#include "vma.h"

/* Indices of a page cache, as MAX_FILE_SIZE limits them. */
#define MAX_INDEX	(MAX_FILE_SIZE >> PAGE_SHIFT)

const struct vm_operations_struct file_vm_ops = { .name = "file" };
const struct vm_operations_struct shmem_vm_ops = { .name = "shmem" };

struct inode *inode_create(enum inode_type type, const char *name, uint64_t size)
{
	struct inode *inode = NEW(KIND_INODE, struct inode, "inode_create");

	if (!inode)
		return NULL;
	inode->refcount = 1;
	inode->type = type;
	inode->name = g_strdup(name);
	inode->size = size;
	inode->seals = F_SEAL_SEAL;
	init_rwsem(&inode->i_rwsem, LOCK_INODE);
	init_rwsem(&inode->i_data.i_mmap_rwsem, LOCK_I_MMAP);
	mt_init(&inode->i_data.i_pages, 0, MAX_INDEX);
	mt_init(&inode->i_data.i_swapped, 0, MAX_INDEX);
	inode->i_data.host = inode;
	return inode;
}

/* Those who come and go can be exchanged; the last one not. */
UNWATCHED void inode_get(struct inode *inode)
{
	sched_touch(&inode->refcount, ACCESS_READ);
	inode->refcount++;
}

/* Nobody maps it any more, or its pages would have kept a file and that the inode. */
static void inode_evict(struct inode *inode)
{
	truncate_pages(&inode->i_data, 0, MAX_INDEX, true);
	vm_unacct_memory(inode->charged);
	mt_destroy(&inode->i_data.i_pages);
	mt_destroy(&inode->i_data.i_swapped);
	g_free(inode->name);
	model_free(KIND_INODE, inode);
}

UNWATCHED void inode_put(struct inode *inode)
{
	sched_touch(&inode->refcount, inode->refcount == 1 ? ACCESS_WRITE : ACCESS_READ);
	if (!--inode->refcount)
		inode_evict(inode);
}

struct file *file_create(struct inode *inode, unsigned int flags)
{
	struct file *file = NEW(KIND_FILE, struct file, "file_create");

	if (!file)
		return NULL;
	file->refcount = 1;
	file->inode = inode;
	file->flags = flags;
	inode_get(inode);
	return file;
}

UNWATCHED void get_file(struct file *file)
{
	sched_touch(&file->refcount, ACCESS_READ);
	file->refcount++;
}

UNWATCHED void fput(struct file *file)
{
	sched_touch(&file->refcount, file->refcount == 1 ? ACCESS_WRITE : ACCESS_READ);
	if (--file->refcount)
		return;
	if (file->uffd)
		userfaultfd_release(file->uffd);
	inode_put(file->inode);
	model_free(KIND_FILE, file);
}

struct file *shmem_kernel_file_setup(const char *name, uint64_t size, vm_flags_t flags)
{
	unsigned long pages = flags & VM_NORESERVE ? 0 : PAGE_ALIGN(size) >> PAGE_SHIFT;
	struct inode *inode;
	struct file *file;

	if (vm_acct_memory(current->mm, pages))
		return NULL;
	inode = inode_create(INODE_SHMEM, name, size);
	if (!inode) {
		vm_unacct_memory(pages);
		return NULL;
	}
	inode->noreserve = (flags & VM_NORESERVE) != 0;
	inode->charged = pages;
	file = file_create(inode, OPEN_RDWR);
	inode_put(inode);
	return file;
}

struct file *shmem_file_setup(const char *name, uint64_t size)
{
	return shmem_kernel_file_setup(name, size, VM_NONE);
}

/* ---- names ---- */

struct inode *inode_by_path(const char *path)
{
	for (guint i = 0; i < mach->inodes->len; i++) {
		struct inode *inode = g_ptr_array_index(mach->inodes, i);

		if (!strcmp(inode->name, path))
			return inode;
	}
	return NULL;
}

/* tmpfs is shmem; what is not known to be something else is a file on a disk. */
static enum inode_type type_of_path(const char *path, bool directory)
{
	if (!strcmp(path, "/dev/zero"))
		return INODE_ZERO;
	if (directory || !strcmp(path, "/") || !strcmp(path, "."))
		return INODE_DIRECTORY;
	if (g_str_has_prefix(path, "/dev/shm/"))
		return INODE_SHMEM;
	return INODE_REGULAR;
}

struct inode *inode_lookup(const char *path, uint64_t size_if_new, bool directory)
{
	struct inode *inode = inode_by_path(path);
	enum inode_type type;

	if (inode)
		return inode;
	type = type_of_path(path, directory);
	if (type != INODE_REGULAR && type != INODE_SHMEM)
		size_if_new = 0;
	inode = inode_create(type, path, size_if_new);
	if (!inode)
		return NULL;
	inode->noreserve = true;
	g_ptr_array_add(mach->inodes, inode);
	return inode;
}

void inodes_drop(struct machine *machine)
{
	struct machine *before = machine_enter(machine);

	for (guint i = 0; i < machine->inodes->len; i++)
		inode_put(g_ptr_array_index(machine->inodes, i));
	g_ptr_array_set_size(machine->inodes, 0);
	machine_enter(before);
}

static void inode_forget(void *object, void *data G_GNUC_UNUSED)
{
	struct inode *inode = object;

	g_clear_pointer(&inode->name, g_free);
}

void inodes_forget(struct machine *machine)
{
	object_for_each(machine, KIND_INODE, inode_forget, NULL);
}

/* What may be opened how.  Kernel: do_open(), may_open(). */
static int may_open(const struct inode *inode, unsigned int flags, bool existed)
{
	if ((existed || inode->type == INODE_DIRECTORY) && (flags & OPEN_CREAT) &&
	    (flags & OPEN_EXCL))
		return -EEXIST;
	if (inode->type == INODE_DIRECTORY) {
		if (flags & OPEN_PATH)
			return 0;
		if ((flags & OPEN_CREAT) || (flags & OPEN_ACCMODE) != OPEN_RDONLY)
			return -EISDIR;
	} else if (flags & OPEN_DIRECTORY) {
		return -ENOTDIR;
	}
	if (inode->append_only && !(flags & OPEN_PATH)) {
		if ((flags & OPEN_ACCMODE) != OPEN_RDONLY && !(flags & OPEN_APPEND))
			return -EPERM;
		if (flags & OPEN_TRUNC)
			return -EPERM;
	}
	return 0;
}

long sys_open(const char *path, unsigned int flags, uint64_t size_if_new)
{
	bool existed = inode_by_path(path) != NULL;
	struct inode *inode;
	struct file *file;
	int error, fd;

	/* With O_PATH only these two are looked at besides. */
	if (flags & OPEN_PATH)
		flags &= OPEN_PATH | OPEN_DIRECTORY | OPEN_CLOEXEC;
	if ((flags & OPEN_CREAT) && (flags & OPEN_DIRECTORY))
		return -EINVAL;
	if (!*path)
		return -ENOENT;
	inode = inode_lookup(path, size_if_new, (flags & OPEN_DIRECTORY) != 0);
	if (!inode)
		return -ENOMEM;
	error = may_open(inode, flags, existed);
	if (error)
		return error;
	file = file_create(inode, flags & (OPEN_ACCMODE | OPEN_APPEND | OPEN_PATH));
	if (!file)
		return -ENOMEM;
	if ((flags & OPEN_TRUNC) && (inode->type == INODE_REGULAR || inode->type == INODE_SHMEM))
		error = inode_truncate(inode, 0);
	if (error) {
		fput(file);
		return error;
	}
	fd = fd_install(file);
	if (fd < 0)
		fput(file);
	else
		fd_set_close_on_exec(fd, (flags & OPEN_CLOEXEC) != 0);
	return fd;
}

/* ---- what they are, for whoever shows or compares them ---- */

#define GETTER(type, field)							\
	static uint64_t type##_get_##field(const void *object)			\
	{									\
		return ((const struct type *)object)->field;			\
	}
GETTER(inode, refcount)
GETTER(inode, type)
GETTER(inode, size)
GETTER(inode, seals)
GETTER(inode, charged)
GETTER(inode, swapped)
GETTER(file, refcount)
GETTER(file, flags)
#undef GETTER

static uint64_t inode_get_name(const void *object)
{
	return (uint64_t)(uintptr_t)((const struct inode *)object)->name;
}

static uint64_t inode_get_nrpages(const void *object)
{
	return ((const struct inode *)object)->i_data.nrpages;
}

static uint64_t inode_get_writable(const void *object)
{
	return ((const struct inode *)object)->i_data.i_mmap_writable;
}

static void inode_list_pages(const void *object, GArray *ids)
{
	const struct inode *inode = object;
	const struct folio *folio;
	unsigned long first, last, index = 0;

	while ((folio = mt_find(&inode->i_data.i_pages, index, &first, &last))) {
		g_array_append_val(ids, folio->id);
		index = last + 1;
	}
}

static void inode_list_i_mmap(const void *object, GArray *ids)
{
	const struct inode *inode = object;
	struct interval_node *node;

	for (node = interval_tree_first(&inode->i_data.i_mmap, 0, ~0UL); node;
	     node = interval_tree_next(node, 0, ~0UL)) {
		const struct vm_area_struct *vma =
			container_of(node, struct vm_area_struct, shared);

		g_array_append_val(ids, vma->id);
	}
}

static uint64_t file_get_inode(const void *object)
{
	return ((const struct file *)object)->inode->id;
}

static uint64_t file_get_uffd(const void *object)
{
	const struct file *file = object;

	return file->uffd ? file->uffd->id : 0;
}

static const struct field inode_fields[] = {
	{ .name = "name", .type = FIELD_STRING, .get = inode_get_name,
	  .what = "path, or what stands in /proc/PID/maps" },
	{ .name = "type", .type = FIELD_NUMBER, .get = inode_get_type,
	  .what = "0 regular, 1 shmem, 2 /dev/zero, 3 directory, 4 pipe, 5 special, 6 uffd" },
	{ .name = "refcount", .type = FIELD_NUMBER, .get = inode_get_refcount,
	  .what = "open files, and one if it has a path" },
	{ .name = "size", .type = FIELD_NUMBER, .get = inode_get_size, .what = "bytes" },
	{ .name = "seals", .type = FIELD_NUMBER, .get = inode_get_seals,
	  .what = "F_SEAL_* as a number" },
	{ .name = "nrpages", .type = FIELD_NUMBER, .get = inode_get_nrpages,
	  .what = "pages in the page cache" },
	{ .name = "charged", .type = FIELD_NUMBER, .get = inode_get_charged,
	  .what = "pages of commit charged when it was made" },
	{ .name = "swapped", .type = FIELD_NUMBER, .get = inode_get_swapped,
	  .what = "pages in swap, of shared memory" },
	{ .name = "i_mmap_writable", .type = FIELD_NUMBER, .get = inode_get_writable,
	  .what = "shared areas that may write to it" },
	{ .name = "pages", .type = FIELD_SET, .ref = KIND_FOLIO, .list = inode_list_pages,
	  .what = "the page cache, by index" },
	{ .name = "i_mmap", .type = FIELD_SET, .ref = KIND_VMA, .list = inode_list_i_mmap,
	  .what = "areas that map it, in the order of rmap walks" },
};

const struct object_type inode_type = {
	.name = "inode",
	.fields = inode_fields,
	.nr_fields = ARRAY_SIZE(inode_fields),
};

static const struct field file_fields[] = {
	{ .name = "inode", .type = FIELD_REF, .ref = KIND_INODE, .get = file_get_inode,
	  .what = "what was opened" },
	{ .name = "refcount", .type = FIELD_NUMBER, .get = file_get_refcount,
	  .what = "descriptors and areas" },
	{ .name = "flags", .type = FIELD_NUMBER, .get = file_get_flags,
	  .what = "O_* as a number" },
	{ .name = "uffd", .type = FIELD_REF, .ref = KIND_UFFD_CTX, .get = file_get_uffd,
	  .what = "the userfaultfd behind it" },
};

const struct object_type file_type = {
	.name = "file",
	.fields = file_fields,
	.nr_fields = ARRAY_SIZE(file_fields),
};
