/*
 * fuzz_worker.c - runs its share of the random programs, shrinks what it finds; see
 * fuzz_worker.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/fuzz_worker.h"
#include "sim/interrupt.h"

/* Programs alike in what they show are shrunk once. */
struct worker {
	const struct fuzz_job *job;
	struct side_by_side_means *host;	/* NULL: the model alone */
	struct fuzz_counters *counters;
	int fd;
	GHashTable *known;	/* signatures */
	GHashTable *cut;	/* reasons told */
};

struct wanted {
	const char *signature;
	const struct side_by_side_means *host;
};

static bool still(void *data, const struct fuzz_program *program)
{
	const struct wanted *wanted = data;
	struct fuzz_seen seen;
	g_autofree char *signature = NULL;

	fuzz_run(program, wanted->host, &seen);
	signature = fuzz_signature(&seen);
	fuzz_seen_clear(&seen);
	return !g_strcmp0(signature, wanted->signature);
}

static void send_all(int fd, const char *bytes, size_t nr)
{
	while (nr) {
		ssize_t done = write(fd, bytes, nr);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		bytes += done;
		nr -= (size_t)done;
	}
}

static char *how_found(const struct fuzz_job *job, uint64_t seed)
{
	return g_strdup_printf("mmsim fuzz --profile %s --seed %" PRIu64 " --count 1 --statements "
			       "%u..%u%s%s%s", fuzz_profile_name(job->profile), seed, job->min,
			       job->max, job->bug ? " --bug " : "", job->bug ? job->bug : "",
			       job->compare ? "" : " --model-only");
}

static void report(struct worker *worker, uint64_t index, const struct fuzz_program *program,
		   const char *signature)
{
	const struct fuzz_job *job = worker->job;
	struct wanted wanted = { signature, worker->host };
	g_autofree char *found = how_found(job, job->seed + index);
	g_autofree char *text = NULL, *message = NULL;
	struct fuzz_program *small;
	struct fuzz_seen seen;

	small = fuzz_shrink(fuzz_program_copy(program), still, &wanted);
	fuzz_run(small, worker->host, &seen);
	if (seen.verdict == FUZZ_DIFFERS || seen.verdict == FUZZ_BROKEN) {
		text = fuzz_scenario(small, &seen, found);
	} else {
		g_autofree char *whole = fuzz_text(small);

		text = g_strdup_printf("# Seen once, not again: %s\n# Found by: %s\n\n%s", signature,
				       found, whole);
	}
	message = g_strdup_printf("%" PRIu64 "\n%s\n%s", index, signature, text);
	send_all(worker->fd, message, strlen(message) + 1);
	fuzz_seen_clear(&seen);
	fuzz_program_destroy(small);
}

static void tell_cut(struct worker *worker, uint64_t index, const char *why)
{
	if (worker->job->quiet || g_hash_table_contains(worker->cut, why))
		return;
	g_hash_table_add(worker->cut, g_strdup(why));
	fprintf(stderr, "mmsim fuzz: seed %" PRIu64 " cut short: %s\n", worker->job->seed + index,
		why);
}

static uint64_t nr_refused(const struct fuzz_seen *seen)
{
	uint64_t nr = 0;

	for (guint i = 0; i < seen->results->len; i++) {
		const char *result = seen->results->pdata[i];

		nr += *result == '-' || g_str_has_prefix(result, "SIG");
	}
	return nr;
}

/* False: there is no use in going on. */
static bool run_one(struct worker *worker, uint64_t index)
{
	const struct fuzz_job *job = worker->job;
	struct fuzz_counters *counters = worker->counters;
	struct fuzz_program *program = fuzz_generate(job->profile, job->seed + index, job->min,
						     job->max);
	struct fuzz_seen seen;
	g_autofree char *signature = NULL;
	bool able;

	program->bug = job->bug;
	if (!job->capable && !program->memlock)
		program->memlock = FUZZ_MEMLOCK;
	counters->index = index;
	fuzz_run(program, worker->host, &seen);
	able = seen.verdict != FUZZ_UNABLE;
	if (!able)
		g_strlcpy(counters->unable, seen.why, sizeof(counters->unable));
	counters->programs += able;
	counters->statements += seen.results->len;
	counters->refused += nr_refused(&seen);
	counters->compared += seen.compared;
	counters->unknown += seen.unknown;
	counters->differing += seen.verdict == FUZZ_DIFFERS;
	counters->broken += seen.verdict == FUZZ_BROKEN;
	counters->cut_short += seen.verdict == FUZZ_CUT_SHORT;
	if (seen.verdict == FUZZ_CUT_SHORT)
		tell_cut(worker, index, seen.why);
	signature = fuzz_signature(&seen);
	fuzz_seen_clear(&seen);
	if (signature && g_hash_table_add(worker->known, g_strdup(signature)))
		report(worker, index, program, signature);
	fuzz_program_destroy(program);
	return able;
}

/* Each worker has a CPU, if there are enough: a live run would stay on its first one. */
static void spread(unsigned int nr)
{
	cpu_set_t all, one;
	unsigned int left;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	left = nr % (unsigned int)CPU_COUNT(&all);
	CPU_ZERO(&one);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && !left--) {
			CPU_SET(cpu, &one);
			sched_setaffinity(0, sizeof(one), &one);
			return;
		}
}

void fuzz_worker(const struct fuzz_job *job, unsigned int nr, struct fuzz_counters *counters,
		 int fd)
{
	struct worker worker = { .job = job, .counters = counters, .fd = fd };
	gint64 until = g_get_monotonic_time() + (gint64)job->seconds * G_USEC_PER_SEC;
	uint64_t step = (uint64_t)job->workers * job->nr_shards;
	g_autofree char *why = NULL;

	if (job->compare) {
		spread(nr);
		worker.host = fuzz_host_open(job->deep, getppid(), job->profile == FUZZ_KSM, &why);
		if (!worker.host) {
			g_strlcpy(counters->unable, why, sizeof(counters->unable));
			return;
		}
	}
	worker.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	worker.cut = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (uint64_t i = (uint64_t)nr * job->nr_shards + job->shard; !job->count || i < job->count;
	     i += step) {
		if (interrupt_seen() || counters->stop ||
		    (job->seconds && g_get_monotonic_time() >= until))
			break;
		if (!run_one(&worker, i))
			break;
	}
	g_hash_table_unref(worker.known);
	g_hash_table_unref(worker.cut);
	fuzz_host_close(worker.host);
}
