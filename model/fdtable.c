/*
 * fdtable.c - descriptor tables, and the calls that only move descriptors.
 *
 * In the kernel:  fs/file.c.
 * Left out:       dup2(), fcntl(F_DUPFD), close_range().
 * Locks:          file_lock is implied: nothing here lets another task run.
 */
#include <string.h>
#include "file.h"
#include "machine_parts.h"
#include "syscalls.h"
#include "vma.h"

struct files_struct *files_create(void)
{
	struct files_struct *files = NEW(KIND_FILES, struct files_struct, "files_create");

	if (files)
		files->refcount = 1;
	return files;
}

/* Room for descriptor @fd: 0, -EMFILE or -ENOMEM.  Kernel: expand_files(). */
static int files_expand(struct files_struct *files, unsigned int fd)
{
	unsigned int nr = MAX(files->nr, 8);

	if (fd < files->nr)
		return 0;
	if (fd >= NR_OPEN_MAX)
		return -EMFILE;
	while (nr <= fd)
		nr *= 2;
	if (model_alloc_fails("expand_files"))
		return -ENOMEM;
	files->fd = g_renew(struct file *, files->fd, nr);
	files->close_on_exec = g_renew(bool, files->close_on_exec, nr);
	memset(files->fd + files->nr, 0, (nr - files->nr) * sizeof(*files->fd));
	memset(files->close_on_exec + files->nr, 0,
	       (nr - files->nr) * sizeof(*files->close_on_exec));
	files->nr = nr;
	return 0;
}

int files_dup(struct files_struct *from, struct files_struct **to)
{
	struct files_struct *files = files_create();

	*to = NULL;
	if (!files)
		return -ENOMEM;
	if (from->nr && files_expand(files, from->nr - 1)) {
		files_put(files);
		return -ENOMEM;
	}
	for (unsigned int fd = 0; fd < from->nr; fd++) {
		if (!from->fd[fd])
			continue;
		files->fd[fd] = from->fd[fd];
		files->close_on_exec[fd] = from->close_on_exec[fd];
		get_file(files->fd[fd]);
	}
	*to = files;
	return 0;
}

void files_put(struct files_struct *files)
{
	if (--files->refcount)
		return;
	for (unsigned int fd = 0; fd < files->nr; fd++)
		if (files->fd[fd])
			fput(files->fd[fd]);
	g_free(files->fd);
	g_free(files->close_on_exec);
	model_free(KIND_FILES, files);
}

void files_close_on_exec(struct files_struct *files)
{
	for (unsigned int fd = 0; fd < files->nr; fd++) {
		struct file *file = files->fd[fd];

		if (!file || !files->close_on_exec[fd])
			continue;
		files->fd[fd] = NULL;
		files->close_on_exec[fd] = false;
		fput(file);
	}
}

static void table_forget(void *object, void *data G_GNUC_UNUSED)
{
	struct files_struct *files = object;

	g_clear_pointer(&files->fd, g_free);
	g_clear_pointer(&files->close_on_exec, g_free);
	files->nr = 0;
}

void files_forget(struct machine *machine)
{
	object_for_each(machine, KIND_FILES, table_forget, NULL);
}

struct file *fget_raw(int fd)
{
	const struct files_struct *files = current->files;

	if (!files || fd < 0 || (unsigned int)fd >= files->nr)
		return NULL;
	return files->fd[fd];
}

struct file *fget(int fd)
{
	struct file *file = fget_raw(fd);

	return file && !(file->flags & OPEN_PATH) ? file : NULL;
}

int fd_install(struct file *file)
{
	struct files_struct *files = current->files;
	unsigned long limit = rlimit(RLIMIT_NOFILE);
	unsigned int fd = FIRST_FD;
	int error;

	while (fd < files->nr && files->fd[fd])
		fd++;
	if (fd >= limit)
		return -EMFILE;
	error = files_expand(files, fd);
	if (error)
		return error;
	files->fd[fd] = file;
	files->close_on_exec[fd] = false;
	return (int)fd;
}

int fd_install_at(int fd, struct file *file)
{
	struct files_struct *files = current->files;
	struct file *before;
	int error;

	if (fd < 0)
		return -EBADF;
	error = files_expand(files, (unsigned int)fd);
	if (error)
		return error;
	before = files->fd[fd];
	files->fd[fd] = file;
	files->close_on_exec[fd] = false;
	if (before)
		fput(before);
	return fd;
}

void fd_set_close_on_exec(int fd, bool on)
{
	if (fget_raw(fd))
		current->files->close_on_exec[fd] = on;
}

long sys_close(int fd)
{
	struct file *file = fget_raw(fd);

	if (!file)
		return -EBADF;
	current->files->fd[fd] = NULL;
	current->files->close_on_exec[fd] = false;
	fput(file);
	return 0;
}

long sys_dup(int fd)
{
	struct file *file = fget_raw(fd);
	int copy;

	if (!file)
		return -EBADF;
	get_file(file);
	copy = fd_install(file);
	if (copy < 0)
		fput(file);
	return copy;
}
