/*
 * live_hold.c - see live_hold.h.
 *
 * Three files in one folder, each with a lock:
 *   gate    held by the one whose turn it is, while he waits for the others to go
 *   users   shared by all that run; alone by the guardian while he undoes what he did
 *   keeper  held by the guardian as long as he lives; the file says what is wanted of the host
 * The gate comes first, then users or keeper; who has the gate tries these, and waits for none.
 *
 * In the kernel:  fs/locks.c flock_lock_inode(): a lock belongs to an open file, which a child
 *                 shares, and goes with its last descriptor.
 * Locks:          those.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/live_hold.h"
#include "sim/live_ksm.h"

#define PATIENCE	(60 * G_USEC_PER_SEC)
#define FAIR_TIME	(3 * G_USEC_PER_SEC)	/* before others get their turn */
#define POLL		2000			/* microseconds */

struct live_hold {
	int gate, users, keeper;	/* descriptors; -1 where there can be none */
	pid_t guardian;			/* our child, or 0 */
	pid_t ksmd;			/* 0: not looked for yet */
	char *claim;			/* what is wanted, as text; "" for nothing */
	char swap_path[PATH_MAX];
	gint64 since;			/* monotonic */
};

/* ---- what is wanted, as one line ---- */

static void add_word(GString *text, const char *name, const char *value)
{
	if (value)
		g_string_append_printf(text, "%s=%s ", name, value);
}

static char *claim_text(const struct live_wish *wish)
{
	static const char *const kinds[] = { "file", "disk", "zram" };
	GString *text = g_string_new(NULL);

	add_word(text, "thp", wish->thp.enabled);
	for (unsigned int order = 0; order < LIVE_THP_ORDERS; order++) {
		g_autofree char *name = g_strdup_printf("order%u", order);

		add_word(text, name, wish->thp.order[order]);
	}
	add_word(text, "zero", wish->thp.use_zero_page);
	add_word(text, "khugepaged", wish->thp.quiet ? "quiet" : NULL);
	if (wish->swap)
		g_string_append_printf(text, "swap=%s:%" G_GUINT64_FORMAT " ",
				       kinds[wish->swap_kind], wish->swap);
	add_word(text, "alone", wish->alone ? "yes" : NULL);
	if (text->len)
		g_string_append_printf(text, "by=%d", (int)(wish->group && !wish->alone ?
				       wish->group : getpid()));
	return g_string_free(text, FALSE);
}

/* ---- the files ---- */

/* Who is not root may share what root has made, and takes none of his own. */
static int open_lock(const char *name)
{
	const char *folder = g_file_test("/run/lock", G_FILE_TEST_IS_DIR) ? "/run/lock" :
			     g_get_tmp_dir();
	g_autofree char *path = g_strdup_printf("%s/mmsim-live.%s", folder, name);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	return fd < 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : fd;
}

static bool try_lock(int fd, int how)
{
	return !flock(fd, how | LOCK_NB);
}

/* The last line of the file: the path of the swap device, empty for none. */
static bool read_claim(struct live_hold *hold)
{
	char text[2 * PATH_MAX] = "";
	ssize_t nr = pread(hold->keeper, text, sizeof(text) - 1, 0);
	char *end = nr > 0 ? strchr(text, '\n') : NULL;

	if (!end)
		return !*hold->claim;
	*end = '\0';
	if (strcmp(text, hold->claim))
		return false;
	g_strlcpy(hold->swap_path, g_strchomp(end + 1), sizeof(hold->swap_path));
	return true;
}

static bool write_claim(int keeper, const char *claim, const char *swap_path)
{
	g_autofree char *text = g_strdup_printf("%s\n%s\n", claim, swap_path);
	size_t len = strlen(text);

	return !ftruncate(keeper, 0) && pwrite(keeper, text, len, 0) == (ssize_t)len;
}

/* ---- the guardian ---- */

struct changes {
	struct live_thp *thp;
	struct live_swap *swap;
	struct live_ksm *ksm;
};

/* Whoever reads what mmsim writes is not to wait for us. */
static void let_go_of_output(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

/* What is in the way, g_free(), or NULL. */
static char *change(struct changes *changes, const struct live_wish *wish)
{
	char *why = NULL;

	changes->thp = live_thp_change(&wish->thp, &why);
	if (!why && wish->swap)
		changes->swap = live_swap_on(wish->swap, wish->swap_kind, &why);
	if (!why && wish->alone)
		changes->ksm = live_ksm_change(&why);
	return why;
}

static void undo(struct changes *changes)
{
	live_ksm_undo(changes->ksm);
	live_swap_off(changes->swap);
	live_thp_undo(changes->thp);
}

/* Until the last user has gone. */
static void wait_for_users(void)
{
	int users = open_lock("users");

	while (users >= 0 && flock(users, LOCK_EX) && errno == EINTR)
		;
}

/* Never returns. */
static void guard(const struct live_wish *wish, const struct live_hold *hold, int answer)
{
	struct changes changes = {};
	g_autofree char *why = NULL, *text = NULL;

	/* What ends mmsim must not end us before the host is as it was. */
	setsid();
	for (int signal = SIGHUP; signal <= SIGTERM; signal++)
		if (signal != SIGKILL)
			sigaction(signal, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	let_go_of_output();
	close(hold->users);
	close(hold->gate);
	why = change(&changes, wish);
	text = why ? g_strdup_printf("-%s", why) :
		     g_strdup_printf("+%s", changes.swap ? live_swap_path(changes.swap) : "");
	if (write(answer, text, strlen(text) + 1) < 0)
		text[0] = '-';
	close(answer);
	if (*text == '+')
		wait_for_users();
	undo(&changes);
	write_claim(hold->keeper, "", "");
	_exit(0);
}

/* He has the keeper's lock as we have, and keeps it when we let go. */
static bool start_guardian(struct live_hold *hold, const struct live_wish *wish, char **why)
{
	char text[PATH_MAX] = "-the guardian died";
	int answer[2];

	if (geteuid() || pipe2(answer, O_CLOEXEC)) {
		*why = g_strdup_printf("to change this host: %s",
				       geteuid() ? "root is needed" : g_strerror(errno));
		return false;
	}
	fflush(NULL);
	hold->guardian = fork();
	if (hold->guardian == 0) {
		close(answer[0]);
		guard(wish, hold, answer[1]);
	}
	close(answer[1]);
	while (read(answer[0], text, sizeof(text) - 1) < 0 && errno == EINTR)
		;
	close(answer[0]);
	g_strlcpy(hold->swap_path, text + 1, sizeof(hold->swap_path));
	if (*text == '+' && write_claim(hold->keeper, hold->claim, hold->swap_path))
		return true;
	*why = g_strdup(*text == '+' ? "the file of the lock cannot be written" : text + 1);
	return false;
}

/* ---- mmsim's side ---- */

enum turn { TURN_WAIT, TURN_MINE, TURN_FAILED };

/* The gate is ours. */
static enum turn try_turn(struct live_hold *hold, const struct live_wish *wish, char **why)
{
	bool good;

	if (try_lock(hold->users, LOCK_SH)) {
		if (read_claim(hold))
			return TURN_MINE;
		flock(hold->users, LOCK_UN);
	}
	if (!try_lock(hold->keeper, LOCK_EX))
		return TURN_WAIT;
	if (!try_lock(hold->users, LOCK_EX)) {
		flock(hold->keeper, LOCK_UN);
		return TURN_WAIT;
	}
	/* nobody gets in between, for the gate is ours */
	flock(hold->users, LOCK_SH);
	if (!*hold->claim) {
		if (!geteuid())
			write_claim(hold->keeper, "", "");
		flock(hold->keeper, LOCK_UN);
		return TURN_MINE;
	}
	good = start_guardian(hold, wish, why);
	/* ours goes with the descriptor, his stays */
	close(hold->keeper);
	hold->keeper = open_lock("keeper");
	return good ? TURN_MINE : TURN_FAILED;
}

static bool take_turn(struct live_hold *hold, const struct live_wish *wish, char **why)
{
	gint64 until = g_get_monotonic_time() + PATIENCE;
	bool gate = false;
	enum turn turn = TURN_WAIT;

	while (turn == TURN_WAIT && g_get_monotonic_time() < until) {
		gate = gate || try_lock(hold->gate, LOCK_EX);
		if (gate)
			turn = try_turn(hold, wish, why);
		if (turn == TURN_WAIT)
			g_usleep(POLL);
	}
	if (gate)
		flock(hold->gate, LOCK_UN);
	if (turn == TURN_WAIT)
		*why = g_strdup("other live runs hold this host");
	return turn == TURN_MINE;
}

struct live_hold *live_hold_take(const struct live_wish *wish, char **why)
{
	struct live_hold *hold = g_new0(struct live_hold, 1);

	hold->claim = claim_text(wish);
	hold->gate = open_lock("gate");
	hold->users = open_lock("users");
	hold->keeper = open_lock("keeper");
	if (hold->gate >= 0 && hold->users >= 0 && hold->keeper >= 0) {
		if (!take_turn(hold, wish, why)) {
			live_hold_release(hold);
			return NULL;
		}
	} else if (*hold->claim) {
		*why = g_strdup("to change this host, root is needed");
		live_hold_release(hold);
		return NULL;
	}
	hold->since = g_get_monotonic_time();
	return hold;
}

static bool others_wait(const struct live_hold *hold)
{
	if (hold->gate < 0 || g_get_monotonic_time() < hold->since + FAIR_TIME)
		return false;
	if (!try_lock(hold->gate, LOCK_EX))
		return true;
	flock(hold->gate, LOCK_UN);
	return false;
}

struct live_hold *live_hold_keep(struct live_hold **kept, const struct live_wish *wish, char **why)
{
	if (*kept) {
		g_autofree char *claim = claim_text(wish);

		if (!strcmp(claim, (*kept)->claim) && !others_wait(*kept))
			return *kept;
	}
	live_hold_release(*kept);
	*kept = live_hold_take(wish, why);
	return *kept;
}

const char *live_hold_swap_path(const struct live_hold *hold)
{
	return hold->swap_path[0] ? hold->swap_path : NULL;
}

pid_t live_hold_ksmd(struct live_hold *hold)
{
	if (!hold->ksmd)
		hold->ksmd = live_ksm_pid();
	return hold->ksmd;
}

/* Until he has gone, or others are seen to use what he has made: more than once, for somebody who
 * waits for his turn has that lock for a moment, too. */
static void wait_for_guardian(const struct live_hold *hold)
{
	gint64 until = g_get_monotonic_time() + PATIENCE;
	int seen = 0;

	while (!try_lock(hold->keeper, LOCK_EX)) {
		/* one that the kernel does not let go holds up nobody else for ever */
		if (g_get_monotonic_time() > until)
			return;
		if (try_lock(hold->users, LOCK_EX)) {
			flock(hold->users, LOCK_UN);
		} else if (try_lock(hold->users, LOCK_SH)) {
			flock(hold->users, LOCK_UN);
			if (++seen == 3)
				return;
		}
		g_usleep(POLL);
	}
	flock(hold->keeper, LOCK_UN);
}

void live_hold_release(struct live_hold *hold)
{
	if (!hold)
		return;
	if (hold->users >= 0)
		flock(hold->users, LOCK_UN);
	if (*hold->claim && hold->keeper >= 0 && hold->users >= 0)
		wait_for_guardian(hold);
	if (hold->guardian > 0)
		waitpid(hold->guardian, NULL, WNOHANG);
	for (int i = 0; i < 3; i++) {
		int fd = (const int[]){ hold->gate, hold->users, hold->keeper }[i];

		if (fd >= 0)
			close(fd);
	}
	g_free(hold->claim);
	g_free(hold);
}
