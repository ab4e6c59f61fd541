/*
 * live_files.c - files of a scenario: in a private folder, which goes with the backend.
 *
 * In memory (tmpfs) where possible: a disk's file system reads ahead, and which pages of a
 * file are there already would be chance.  A userfaultfd takes such a file, and no other.
 *
 * In the kernel:  fs/namei.c, mm/shmem.c.
 * Left out:       /proc, /sys and devices but /dev/zero and /dev/null.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sim/live_internal.h"

/* What is opened without O_CREAT is taken to be there, of that size. */
#define SIZE_IF_FOUND	(1L << 30)
/* Then the PID of who made it, and six letters. */
#define FOLDER		"mmsim-live-"

static bool is_device(const char *path)
{
	return !strcmp(path, "/dev/zero") || !strcmp(path, "/dev/null");
}

static void make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	if (ftruncate(fd, SIZE_IF_FOUND))
		unlink(path);
	close(fd);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
	(void)stat;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_folder(const char *folder)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Folders of runs that were killed before they could remove them: their names say whose. */
static void sweep(const char *parent)
{
	GDir *dir = g_dir_open(parent, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(parent, name, NULL);
		int pid;

		if (sscanf(name, FOLDER "%d-", &pid) == 1 && pid > 0 && kill(pid, 0) &&
		    errno == ESRCH)
			remove_folder(path);
	}
	if (dir)
		g_dir_close(dir);
}

/* In memory if that can be had; else where temporary files go. */
static char *make_folder(void)
{
	const char *places[] = { "/dev/shm", g_get_tmp_dir() };
	struct statfs fs;

	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		char *folder = g_strdup_printf("%s/" FOLDER "%d-XXXXXX", places[i], getpid());

		if (i == 0 && (statfs(places[i], &fs) || fs.f_type != TMPFS_MAGIC)) {
			g_free(folder);
			continue;
		}
		sweep(places[i]);
		if (g_mkdtemp(folder))
			return folder;
		g_free(folder);
	}
	return NULL;
}

char *live_path(struct live_backend *live, const char *path, uint64_t flags)
{
	g_autofree char *real = NULL, *parent = NULL;

	if (is_device(path))
		return g_strdup(path);
	if (g_str_has_prefix(path, "/dev/") || g_str_has_prefix(path, "/proc") ||
	    g_str_has_prefix(path, "/sys/") || strstr(path, ".."))
		return NULL;
	if (!live->folder)
		live->folder = make_folder();
	if (!live->folder)
		return NULL;
	real = g_strdup_printf("%s%s%s", live->folder, path[0] == '/' ? "" : "/", path);
	parent = g_path_get_dirname(real);
	g_mkdir_with_parents(flags & O_DIRECTORY ? real : parent, 0755);
	if (!(flags & (O_CREAT | O_DIRECTORY)))
		make_file(real);
	return g_steal_pointer(&real);
}

char *live_shown_path(const struct live_backend *live, const char *path)
{
	if (live->folder && g_str_has_prefix(path, live->folder))
		return g_strdup(path + strlen(live->folder));
	return g_strdup(path);
}

void live_files_remove(struct live_backend *live)
{
	if (live->folder)
		remove_folder(live->folder);
	g_clear_pointer(&live->folder, g_free);
}
