/*
 * live_thp.c - the host's settings of huge pages; see live_thp.h.
 *
 * khugepaged sleeps scan_sleep_millisecs between two passes, but wakes at once when it learns
 * of a first address space.  So it is given a long sleep, and an address space of ours.
 *
 * In the kernel:  mm/khugepaged.c khugepaged_wait_work(), __khugepaged_enter();
 *                 mm/huge_memory.c, the sysfs part.
 * Left out:       the sizes of shmem apart from that of 2 MiB; defrag.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/live_thp.h"

#define SYSFS	"/sys/kernel/mm/transparent_hugepage/"
#define SLEEP	SYSFS "khugepaged/scan_sleep_millisecs"
#define SCANS	SYSFS "khugepaged/full_scans"
#define HUGE	(2UL << 20)
#define HURRIED	-10	/* khugepaged, while we wait for it */
#define MODEST	19	/* as it begins */

struct live_thp {
	GPtrArray *before;	/* char *: a path and what was there, in turn */
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
	differs(todo, g_strdup(SYSFS "shmem_enabled"), wish->shmem_enabled);
	differs(todo, g_strdup(SYSFS "use_zero_page"), wish->use_zero_page);
	for (unsigned int order = 2; order < LIVE_THP_ORDERS; order++)
		differs(todo, g_strdup_printf(SYSFS "hugepages-%ukB/enabled", 4U << order),
			wish->order[order]);
	differs(todo, g_strdup(SLEEP), wish->quiet ? "2000000000" : NULL);
	return todo;
}

char *live_thp_unexpected(void)
{
	g_autofree char *all = read_setting(SYSFS "enabled");

	for (unsigned int order = 2; order < LIVE_THP_ORDERS - 1; order++) {
		g_autofree char *path = g_strdup_printf(SYSFS "hugepages-%ukB/enabled", 4U << order);
		g_autofree char *is = read_setting(path);

		if (is && strcmp(is, "never") && (strcmp(is, "inherit") || g_strcmp0(all, "never")))
			return g_strdup_printf("%s of this host is %s", path, is);
	}
	return NULL;
}

/* ---- khugepaged ---- */

int live_thp_khugepaged(void)
{
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	const char *name;
	int found = 0;

	while (proc && !found && (name = g_dir_read_name(proc))) {
		g_autofree char *path = g_strdup_printf("/proc/%s/comm", name);
		g_autofree char *comm = NULL;

		if (g_ascii_isdigit(*name) && g_file_get_contents(path, &comm, NULL, NULL) &&
		    !strcmp(comm, "khugepaged\n"))
			found = (int)g_ascii_strtoll(name, NULL, 10);
	}
	return found;
}

/* Between two passes it sleeps interruptibly, in one it does not. */
static bool is_asleep(int pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, ") S ");
}

/* It is modest: on a busy host it may not run for a while.  Where no size is enabled there is no
 * such thread, and nothing to wait for. */
void live_thp_wait_for_rest(void)
{
	g_autofree char *last = NULL;
	int pid = live_thp_khugepaged(), still = 0;

	for (int i = 0; pid && i < 5000 && still < 20; i++) {
		char *now = read_setting(SCANS);

		still = is_asleep(pid) && !g_strcmp0(now, last) ? still + 1 : 0;
		g_free(last);
		last = now;
		g_usleep(1000);
	}
}

/* Its modesty is for those who do not wait for it.  @nice as for setpriority(2). */
static void set_nice(int nice)
{
	int pid = live_thp_khugepaged();

	if (pid)
		setpriority(PRIO_PROCESS, (id_t)pid, nice);
}

/* Gives it a first address space, and waits until it sleeps: what woke it, this or the new time to
 * sleep, has done so at once.  It need not have been through them all: what others have could be
 * more than it looks at before it sleeps again. */
static void bait(struct live_thp *thp)
{
	set_nice(HURRIED);
	thp->bait = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
	if (thp->bait == MAP_FAILED) {
		thp->bait = NULL;
		return;
	}
	madvise(thp->bait, 2 * HUGE, MADV_HUGEPAGE);
	memset((char *)thp->bait + HUGE, 1, 1);	/* it looks at what has been written to only */
	live_thp_wait_for_rest();
}

/* ---- all of it ---- */

static bool apply(struct live_thp *thp, const GPtrArray *todo, char **why)
{
	for (guint i = 0; i < todo->len; i += 2) {
		g_ptr_array_add(thp->before, g_strdup(todo->pdata[i]));
		g_ptr_array_add(thp->before, read_setting(todo->pdata[i]));
		if (!write_setting(todo->pdata[i], todo->pdata[i + 1])) {
			*why = g_strdup_printf("%s cannot be set to %s on this host",
					       (char *)todo->pdata[i],
					       (char *)todo->pdata[i + 1]);
			return false;
		}
	}
	return true;
}

struct live_thp *live_thp_change(const struct live_thp_wish *wish, char **why)
{
	struct live_thp *thp = g_new0(struct live_thp, 1);
	g_autoptr(GPtrArray) todo = changes_for(wish);

	thp->before = g_ptr_array_new_with_free_func(g_free);
	if (apply(thp, todo, why) && todo->len && wish->quiet)
		bait(thp);
	return thp;
}

void live_thp_undo(struct live_thp *thp)
{
	if (!thp)
		return;
	for (guint i = thp->before->len; i >= 2; i -= 2)
		write_setting(thp->before->pdata[i - 2], thp->before->pdata[i - 1]);
	g_ptr_array_unref(thp->before);
	if (thp->bait) {
		set_nice(MODEST);
		munmap(thp->bait, 2 * HUGE);
	}
	g_free(thp);
}
