/*
 * fuzz_work.c - the parent of the workers: starts them, gathers, tells; see fuzz_work.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/fuzz_worker.h"
#include "sim/interrupt.h"

#define TELL_TERMINAL_US	(G_USEC_PER_SEC / 5)
#define TELL_PLAIN_US		(30 * G_USEC_PER_SEC)

struct fuzz_child {
	pid_t pid;
	int fd;			/* its findings come from there; -1: ended */
	GString *input;
};

struct fuzz_parent {
	const struct fuzz_job *job;
	struct fuzz_counters *counters;	/* one for each worker, shared */
	struct fuzz_child *children;
	GPtrArray *findings;		/* struct fuzz_finding * */
	gint64 began, told;		/* us */
	struct fuzz_totals *totals;
};

static void finding_free(void *data)
{
	struct fuzz_finding *finding = data;

	g_free(finding->signature);
	g_free(finding->text);
	g_free(finding);
}

/* The one with the lowest number stands for its signature. */
static void take_finding(struct fuzz_parent *parent, uint64_t index, const char *signature,
			 const char *text)
{
	struct fuzz_finding *finding;

	for (guint i = 0; i < parent->findings->len; i++) {
		finding = parent->findings->pdata[i];
		if (strcmp(finding->signature, signature))
			continue;
		if (index < finding->index) {
			finding->index = index;
			g_free(finding->text);
			finding->text = g_strdup(text);
		}
		return;
	}
	finding = g_new0(struct fuzz_finding, 1);
	finding->index = index;
	finding->signature = g_strdup(signature);
	finding->text = g_strdup(text);
	g_ptr_array_add(parent->findings, finding);
}

/* A message: "INDEX\nSIGNATURE\nTEXT" and a NUL. */
static void take_message(struct fuzz_parent *parent, const char *message)
{
	g_auto(GStrv) parts = g_strsplit(message, "\n", 3);

	if (g_strv_length(parts) == 3)
		take_finding(parent, g_ascii_strtoull(parts[0], NULL, 10), parts[1], parts[2]);
}

static void read_child(struct fuzz_parent *parent, struct fuzz_child *child)
{
	char buffer[4096];
	ssize_t nr = read(child->fd, buffer, sizeof(buffer));
	const char *end;

	if (nr < 0 && errno == EINTR)
		return;
	if (nr <= 0) {
		close(child->fd);
		child->fd = -1;
		return;
	}
	g_string_append_len(child->input, buffer, nr);
	while ((end = memchr(child->input->str, 0, child->input->len))) {
		take_message(parent, child->input->str);
		g_string_erase(child->input, 0, end - child->input->str + 1);
	}
}

/* ---- telling ---- */

static void add_up(struct fuzz_parent *parent)
{
	struct fuzz_totals *totals = parent->totals;

	*totals = (struct fuzz_totals){ .crashed = totals->crashed, .unable = totals->unable };
	for (unsigned int i = 0; i < parent->job->workers; i++) {
		const struct fuzz_counters *counters = &parent->counters[i];

		totals->programs += counters->programs;
		totals->statements += counters->statements;
		totals->refused += counters->refused;
		totals->compared += counters->compared;
		totals->unknown += counters->unknown;
		totals->differing += counters->differing;
		totals->broken += counters->broken;
		totals->cut_short += counters->cut_short;
	}
	totals->findings = parent->findings->len;
	totals->seconds = (double)(g_get_monotonic_time() - parent->began) / G_USEC_PER_SEC;
}

static void tell_progress(struct fuzz_parent *parent, bool last)
{
	const struct fuzz_totals *totals = parent->totals;
	gint64 now = g_get_monotonic_time();

	add_up(parent);
	if (parent->job->quiet || (last && !parent->job->terminal))
		return;
	if (!last && now - parent->told < (parent->job->terminal ? TELL_TERMINAL_US : TELL_PLAIN_US))
		return;
	parent->told = now;
	fprintf(stderr, "%s%" PRIu64 " programs, %.0f a second, %" PRIu64 " differ, %" PRIu64
		" broken%s", parent->job->terminal ? "\r" : "", totals->programs,
		totals->seconds > 0 ? (double)totals->programs / totals->seconds : 0.0,
		totals->differing, totals->broken,
		parent->job->terminal ? last ? "\033[K\n" : "\033[K" : "\n");
}

static int by_index(const void *a, const void *b)
{
	const struct fuzz_finding *x = *(struct fuzz_finding *const *)a;
	const struct fuzz_finding *y = *(struct fuzz_finding *const *)b;

	return x->index < y->index ? -1 : x->index > y->index ? 1 :
	       strcmp(x->signature, y->signature);
}

static void write_findings(struct fuzz_parent *parent)
{
	const struct fuzz_job *job = parent->job;

	g_ptr_array_sort(parent->findings, by_index);
	for (guint i = 0; i < parent->findings->len; i++) {
		const struct fuzz_finding *finding = parent->findings->pdata[i];
		g_autofree char *name = g_strdup_printf("fuzz-%" PRIu64 ".mms",
							job->seed + finding->index);
		g_autofree char *path = g_build_filename(job->out, name, NULL);
		g_autoptr(GError) error = NULL;

		if (!g_file_set_contents(path, finding->text, -1, &error))
			fprintf(stderr, "mmsim fuzz: %s\n", error->message);
		printf("FOUND %s: %s\n%s\n", path, finding->signature, finding->text);
	}
}

/* ---- workers ---- */

static void start(struct fuzz_parent *parent, unsigned int nr)
{
	struct fuzz_child *child = &parent->children[nr];
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		g_error("pipe2: %s", g_strerror(errno));
	child->input = g_string_new(NULL);
	child->fd = fds[0];
	fflush(NULL);
	child->pid = fork();
	if (child->pid < 0)
		g_error("fork: %s", g_strerror(errno));
	if (!child->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned int i = 0; i <= nr; i++)
			close(parent->children[i].fd);
		fuzz_worker(parent->job, nr, &parent->counters[nr], fds[1]);
		_exit(0);
	}
	close(fds[1]);
}

static void end(struct fuzz_parent *parent, unsigned int nr)
{
	const struct fuzz_counters *counters = &parent->counters[nr];
	int status = 0;

	while (waitpid(parent->children[nr].pid, &status, 0) < 0 && errno == EINTR)
		;
	g_string_free(parent->children[nr].input, TRUE);
	if (counters->unable[0]) {
		parent->totals->unable = true;
		if (!nr)
			fprintf(stderr, "mmsim fuzz: no comparison here: %s\n", counters->unable);
	}
	if (!status)
		return;
	parent->totals->crashed = true;
	fprintf(stderr, "mmsim fuzz: a worker died (status %d) in the program of seed %" PRIu64
		"\n", status, parent->job->seed + counters->index);
}

static bool gather(struct fuzz_parent *parent)
{
	unsigned int nr = parent->job->workers, open = 0;
	g_autofree struct pollfd *fds = g_new0(struct pollfd, nr);

	for (unsigned int i = 0; i < nr; i++) {
		fds[i].fd = parent->children[i].fd;
		fds[i].events = POLLIN;
		open += fds[i].fd >= 0;
	}
	if (!open)
		return false;
	if (poll(fds, nr, 200) > 0)
		for (unsigned int i = 0; i < nr; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				read_child(parent, &parent->children[i]);
	for (unsigned int i = 0; i < nr && interrupt_seen(); i++)
		parent->counters[i].stop = true;
	tell_progress(parent, false);
	return true;
}

void fuzz_work(const struct fuzz_job *job, struct fuzz_totals *totals)
{
	size_t size = job->workers * sizeof(struct fuzz_counters);
	struct fuzz_parent parent = { .job = job, .totals = totals,
				      .began = g_get_monotonic_time() };

	*totals = (struct fuzz_totals){};
	parent.told = parent.began;
	parent.counters = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (parent.counters == MAP_FAILED)
		g_error("mmap: %s", g_strerror(errno));
	parent.children = g_new0(struct fuzz_child, job->workers);
	parent.findings = g_ptr_array_new_with_free_func(finding_free);
	for (unsigned int i = 0; i < job->workers; i++)
		start(&parent, i);
	while (gather(&parent))
		;
	for (unsigned int i = 0; i < job->workers; i++)
		end(&parent, i);
	tell_progress(&parent, true);
	write_findings(&parent);
	g_ptr_array_unref(parent.findings);
	g_free(parent.children);
	munmap(parent.counters, size);
}
