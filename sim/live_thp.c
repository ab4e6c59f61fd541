/*
 * live_thp.c - the host's settings of huge pages; see live_thp.h.
 *
 * Two locks: who wants to change something holds the gate while he waits for the others to
 * finish, so that new ones queue up behind him.  A run that needs no change holds the second
 * lock together with its like.
 *
 * khugepaged sleeps scan_sleep_millisecs between two passes, but wakes at once when it learns
 * of a first address space.  So it is given a long sleep, and the address space of mmsim.
 *
 * In the kernel:  mm/khugepaged.c khugepaged_wait_work(), __khugepaged_enter();
 *                 mm/huge_memory.c, the sysfs part.
 * Left out:       the settings of shmem; defrag.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/live_thp.h"

#define SYSFS	"/sys/kernel/mm/transparent_hugepage/"
#define SLEEP	SYSFS "khugepaged/scan_sleep_millisecs"
#define SCANS	SYSFS "khugepaged/full_scans"
#define GATE	"/run/lock/mmsim-thp.gate"
#define LOCK	"/run/lock/mmsim-thp.lock"
#define SAVED	"/run/lock/mmsim-thp.saved"	/* "PATH VALUE" lines: what was there */
#define HUGE	(2UL << 20)
#define PATIENCE	600	/* tenths of a second */

struct live_thp {
	int lock;		/* descriptor; -1 if this host has no place for one */
	bool changed;
	void *bait;		/* memory of ours that khugepaged knows of, or NULL */
};

/* ---- single settings ---- */

/* "always [madvise] never" is madvise; g_free(), NULL if it cannot be read. */
static char *read_setting(const char *path)
{
	g_autofree char *text = NULL;
	const char *open, *close;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		return g_strndup(open + 1, (gsize)(close - open - 1));
	return g_strdup(g_strstrip(text));
}

static bool write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, value, strlen(value));

	if (fd >= 0)
		close(fd);
	return written == (ssize_t)strlen(value);
}

static void restore(void)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(SAVED, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		char *space = strchr(lines[i], ' ');

		if (!space || !g_str_has_prefix(lines[i], SYSFS))
			continue;
		*space = '\0';
		write_setting(lines[i], space + 1);
	}
	g_unlink(SAVED);
}

/* ---- what differs ---- */

/* PATH and wanted value in turn. */
static void differs(GPtrArray *todo, char *path, const char *wanted)
{
	g_autofree char *is = wanted ? read_setting(path) : NULL;

	if (is && strcmp(is, wanted)) {
		g_ptr_array_add(todo, path);
		g_ptr_array_add(todo, g_strdup(wanted));
	} else {
		g_free(path);
	}
}

static GPtrArray *changes_for(const struct live_thp_wish *wish)
{
	GPtrArray *todo = g_ptr_array_new_with_free_func(g_free);

	differs(todo, g_strdup(SYSFS "enabled"), wish->enabled);
	differs(todo, g_strdup(SYSFS "use_zero_page"), wish->use_zero_page);
	for (unsigned int order = 2; order < LIVE_THP_ORDERS; order++)
		differs(todo, g_strdup_printf(SYSFS "hugepages-%ukB/enabled", 4U << order),
			wish->order[order]);
	differs(todo, g_strdup(SLEEP), wish->quiet ? "2000000000" : NULL);
	return todo;
}

/* All that is to be changed is written down before the first change. */
static bool save(const GPtrArray *todo)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < todo->len; i += 2) {
		g_autofree char *is = read_setting(todo->pdata[i]);

		g_string_append_printf(text, "%s %s\n", (char *)todo->pdata[i], is);
	}
	return g_file_set_contents(SAVED, text->str, (gssize)text->len, NULL);
}

/* ---- khugepaged ---- */

/* Gives it a first address space, and waits until it has been there and sleeps: a while on a
 * busy host, for it is modest.  @before: its passes before it was told to sleep. */
static void bait(struct live_thp *thp, const char *before)
{
	thp->bait = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	if (thp->bait == MAP_FAILED) {
		thp->bait = NULL;
		return;
	}
	madvise(thp->bait, 2 * HUGE, MADV_HUGEPAGE);
	memset((char *)thp->bait + HUGE, 1, 1);	/* it looks at what has been written to only */
	for (int i = 0; i < 1000; i++) {
		g_autofree char *now = read_setting(SCANS);

		if (!before || !now || strcmp(before, now))
			break;
		g_usleep(5000);
	}
}

/* ---- locks ---- */

static int open_lock(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

static bool lock_within(int fd, int how)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (!flock(fd, how | LOCK_NB))
			return true;
		g_usleep(100000);
	}
	return false;
}

static bool take_lock(struct live_thp *thp, bool alone)
{
	int gate = open_lock(GATE);
	bool good;

	if (gate < 0)
		return !alone;	/* not root: nobody here changes anything */
	thp->lock = open_lock(LOCK);
	good = thp->lock >= 0 && lock_within(gate, LOCK_EX) &&
	       lock_within(thp->lock, alone ? LOCK_EX : LOCK_SH);
	close(gate);
	return good;
}

static bool apply(struct live_thp *thp, const GPtrArray *todo, char **why)
{
	thp->changed = true;
	if (!save(todo)) {
		*why = g_strdup_printf("%s: %s", SAVED, g_strerror(errno));
		return false;
	}
	for (guint i = 0; i < todo->len; i += 2)
		if (!write_setting(todo->pdata[i], todo->pdata[i + 1])) {
			*why = g_strdup_printf("%s cannot be set to %s on this host",
					       (char *)todo->pdata[i],
					       (char *)todo->pdata[i + 1]);
			return false;
		}
	return true;
}

static bool set_up(struct live_thp *thp, const struct live_thp_wish *wish, char **why)
{
	g_autofree char *scans = read_setting(SCANS);
	g_autoptr(GPtrArray) todo = changes_for(wish);
	bool alone = todo->len || !access(SAVED, F_OK);

	if (!take_lock(thp, alone)) {
		*why = g_strdup("settings of huge pages are in use by another run");
		return false;
	}
	if (!access(SAVED, F_OK) && alone)
		restore();	/* of somebody who was killed */
	g_ptr_array_unref(todo);
	todo = changes_for(wish);
	g_free(scans);
	scans = read_setting(SCANS);
	if (!todo->len)
		return true;
	if (!alone) {
		*why = g_strdup("settings of huge pages changed meanwhile");
		return false;
	}
	if (!apply(thp, todo, why))
		return false;
	if (wish->quiet)
		bait(thp, scans);
	return true;
}

struct live_thp *live_thp_hold(const struct live_thp_wish *wish, char **why)
{
	struct live_thp *thp = g_new0(struct live_thp, 1);

	thp->lock = -1;
	if (set_up(thp, wish, why))
		return thp;
	live_thp_release(thp);
	return NULL;
}

void live_thp_release(struct live_thp *thp)
{
	if (!thp)
		return;
	if (thp->changed)
		restore();
	if (thp->bait)
		munmap(thp->bait, 2 * HUGE);
	if (thp->lock >= 0) {
		flock(thp->lock, LOCK_UN);
		close(thp->lock);
	}
	g_free(thp);
}
