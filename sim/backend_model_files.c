/*
 * backend_model_files.c - calls on descriptors: files, memfds, userfaultfds.
 *
 * In the kernel:  fs/open.c, fs/fcntl.c, mm/memfd.c, fs/userfaultfd.c.
 * Left out:       where a path leads: each text of a path is one file.  A file that is
 *                 opened without O_CREAT is taken to exist, with 1 GiB of zeroes.
 */
#include <string.h>

#include "model/file.h"
#include "model/syscalls.h"
#include "model/userfaultfd.h"
#include "sim/backend_model.h"

#define SIZE_IF_FOUND	(1UL << 30)

static long open_path(const char *path, unsigned int flags)
{
	return sys_open(path, flags, flags & OPEN_CREAT ? 0 : SIZE_IF_FOUND);
}

/* Gives the file behind @fd the number @wanted, as a log has it. */
static long move_fd(long fd, int wanted)
{
	struct file *file = fget((int)fd);
	int result;

	if (fd == wanted || !file)
		return fd;
	get_file(file);
	result = fd_install_at(wanted, file);
	if (result < 0) {
		fput(file);
		return fd;
	}
	sys_close((int)fd);
	return wanted;
}

void model_open_by_path(const struct op_args *args)
{
	for (unsigned int i = 0; i < args->nr; i++) {
		int fd = (int)args->number[i];
		long opened;

		if (!args->fd_path[i] || args->fd_path[i][0] != '/' || fd < 0 || fget(fd))
			continue;
		opened = open_path(args->fd_path[i], 2);
		if (opened >= 0)
			move_fd(opened, fd);
	}
}

static long do_fcntl(const uint64_t *a, struct call_outcome *outcome)
{
	switch (a[1]) {
	case 0:			/* F_DUPFD */
		if (a[2] == 0)
			return sys_dup((int)a[0]);
		break;
	case 2:			/* F_SETFD */
		if (!fget((int)a[0]))
			return -EBADF;
		fd_set_close_on_exec((int)a[0], (a[2] & 1) != 0);
		return 0;
	case 0x409:		/* F_ADD_SEALS */
		return sys_fcntl_add_seals((int)a[0], (unsigned int)a[2]);
	default:
		break;
	}
	outcome_refuse(outcome, "this command of fcntl()");
	return 0;
}

static long make_file(const struct call_request *request)
{
	const struct op_args *args = request->args;
	const uint64_t *a = args->number;

	switch (request->op->id) {
	case OP_MEMFD_CREATE:
		return sys_memfd_create(args->value[0]->text, (unsigned int)a[1]);
	case OP_OPEN:
		return open_path(args->value[0]->text, (unsigned int)a[1]);
	case OP_OPENAT:
		return open_path(args->value[1]->text, (unsigned int)a[2]);
	case OP_DUP:
		return sys_dup((int)a[0]);
	default:
		return sys_userfaultfd((int)a[0]);
	}
}

long model_call_file(const struct call_request *request, struct call_outcome *outcome)
{
	const uint64_t *a = request->args->number;
	long result;

	switch (request->op->id) {
	case OP_CLOSE:
		return sys_close((int)a[0]);
	case OP_FTRUNCATE:
		if ((int64_t)a[1] < 0)
			return -EINVAL;
		return sys_ftruncate((int)a[0], a[1]);
	case OP_FALLOCATE:
		return sys_fallocate((int)a[0], (int)a[1], a[2], a[3]);
	case OP_FCNTL:
		return do_fcntl(a, outcome);
	case OP_READ:
		return model_call_uffd_read(request, outcome);
	case OP_UFFDIO:
		return model_call_uffdio(request, outcome);
	default:
		result = make_file(request);
		return result >= 0 && request->has_fd ? move_fd(result, request->fd) : result;
	}
}
