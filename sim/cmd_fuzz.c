/*
 * cmd_fuzz.c - mmsim fuzz: random programs in the model and on the host, what differs shrunk.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "model/semantics.h"
#include "sim/cli.h"
#include "sim/fuzz_work.h"
#include "sim/interrupt.h"
#include "sim/live_deep.h"
#include "sim/live_host.h"
#include "sim/outfile.h"

#define DEFAULT_COUNT	1000

struct fuzz_words {
	const char *profile, *statements, *shard, *bug, *seed, *count;
	uint64_t workers;
	bool model_only, live, shallow;
};

static bool two_numbers(const char *text, const char *between, unsigned int *a, unsigned int *b)
{
	const char *second = strstr(text, between);
	g_autofree char *first = second ? g_strndup(text, (gsize)(second - text)) : NULL;
	guint64 x = 0, y = 0;

	if (!second || !g_ascii_string_to_unsigned(first, 10, 1, 100000, &x, NULL) ||
	    !g_ascii_string_to_unsigned(second + strlen(between), 10, 1, 100000, &y, NULL))
		return false;
	*a = (unsigned int)x;
	*b = (unsigned int)y;
	return true;
}

/* The defect's own name, static. NULL: there is none. */
static const char *find_bug(const char *name)
{
	const struct semantics_info *row = semantics_find(name);

	return row && row->is_bug ? row->name : NULL;
}

static int read_words(const struct fuzz_words *words, struct fuzz_job *job)
{
	guint64 seed = 0;

	job->profile = words->profile ? fuzz_profile_find(words->profile) : FUZZ_ALL;
	if (job->profile == NR_FUZZ_PROFILES)
		return cli_usage_error("fuzz", "--profile is vma, fork, mremap, file, mlock, pin, uffd, "
				       "swap, uffd-swap, ksm, thp, thp-mix or all, not '%s'",
				       words->profile);
	if (words->statements && (!two_numbers(words->statements, "..", &job->min, &job->max) ||
				  job->min > job->max))
		return cli_usage_error("fuzz", "--statements is MIN..MAX, not '%s'",
				       words->statements);
	if (words->shard && (!two_numbers(words->shard, "/", &job->shard, &job->nr_shards) ||
			     job->shard > job->nr_shards))
		return cli_usage_error("fuzz", "--shard is K/N, not '%s'", words->shard);
	if (words->shard)
		job->shard--;
	if (words->seed && !g_ascii_string_to_unsigned(words->seed, 10, 0, UINT64_MAX, &seed, NULL))
		return cli_usage_error("fuzz", "--seed is a number, not '%s'", words->seed);
	job->seed = words->seed ? seed : g_random_int();
	job->bug = words->bug ? find_bug(words->bug) : NULL;
	if (words->bug && !job->bug)
		return cli_usage_error("fuzz", "there is no bug '%s'; see mmsim list bugs",
				       words->bug);
	if (words->workers < 1 || words->workers > 1024)
		return cli_usage_error("fuzz", "-j is a number from 1 to 1024");
	job->workers = (unsigned int)words->workers;
	job->compare = !words->model_only && !job->bug;
	if (words->count && !g_ascii_string_to_unsigned(words->count, 10, 1, UINT64_MAX,
							&job->count, NULL))
		return cli_usage_error("fuzz", "--count is a number from 1 on, not '%s'",
				       words->count);
	if (words->live && !job->compare)
		return cli_usage_error("fuzz", "--live excludes --model-only and --bug");
	return -1;
}

static const char *compared_words(const struct fuzz_job *job)
{
	if (!job->compare)
		return "the model alone, with its invariants";
	return job->deep ? "model and host, deep" : "model and host, not deep";
}

static void summary(const struct fuzz_job *job, const struct fuzz_totals *totals)
{
	printf("# profile %s, seed %" PRIu64 ", %s: %" PRIu64 " programs, %" PRIu64
	       " statements (%" PRIu64 " refused), %.0f programs a second\n",
	       fuzz_profile_name(job->profile), job->seed, compared_words(job),
	       totals->programs, totals->statements, totals->refused,
	       totals->seconds > 0 ? (double)totals->programs / totals->seconds : 0.0);
	printf("# %" PRIu64 " differ, %" PRIu64 " broke an invariant, %" PRIu64 " cut short; %" PRIu64
	       " different findings; %" PRIu64 " fields compared, %" PRIu64 " unknown\n",
	       totals->differing, totals->broken, totals->cut_short, totals->findings,
	       totals->compared, totals->unknown);
}

static int fuzz_status(const struct fuzz_totals *totals)
{
	if (totals->crashed)
		return STATUS_INTERNAL;
	if (totals->broken)
		return STATUS_BROKEN;
	if (totals->differing)
		return STATUS_FALSE;
	if (interrupt_seen())
		return STATUS_INTERRUPTED;
	return totals->unable || !totals->programs ? STATUS_NOTHING : STATUS_GOOD;
}

/* Can this host run a program at all? One without statements says so. */
static bool host_can(const struct fuzz_job *job, char **why)
{
	struct fuzz_program *nothing = fuzz_generate(job->profile, 0, 1, 1);
	struct side_by_side_means *host = fuzz_host_open(false, 0, job->profile == FUZZ_KSM, why);
	struct fuzz_seen seen;
	bool can;

	g_array_set_size(nothing->stmts, 0);
	nothing->memlock = job->capable ? 0 : FUZZ_MEMLOCK;
	fuzz_run(nothing, host, &seen);
	can = seen.verdict == FUZZ_GOOD || seen.verdict == FUZZ_DIFFERS;
	*why = can ? NULL : g_strdup(seen.why);
	fuzz_seen_clear(&seen);
	fuzz_host_close(host);
	fuzz_program_destroy(nothing);
	return can;
}

static bool can_deep(void)
{
	g_autofree char *why = NULL;
	struct live_deep *deep = live_deep_open(&why);

	if (!deep)
		fprintf(stderr, "mmsim fuzz: not deep: %s\n", why);
	live_deep_close(deep);
	return deep != NULL;
}

/* Told before hours of work, not after them. */
static bool can_write(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "fuzz-0.mms", NULL);
	g_autoptr(GError) error = NULL;

	if (outfile_possible(path, &error))
		return true;
	fprintf(stderr, "mmsim fuzz: findings could not be written: %s\n", error->message);
	return false;
}

static int fuzz(struct fuzz_job *job, bool live)
{
	g_autofree char *why = NULL;
	struct fuzz_totals totals;

	if (!can_write(job->out))
		return STATUS_USAGE;
	job->capable = !job->compare || live_host_capable();
	if (job->compare && !host_can(job, &why)) {
		fprintf(stderr, "mmsim fuzz: no comparison here: %s\n", why);
		if (live)
			return STATUS_NOTHING;
		job->compare = false;
		job->capable = true;
	}
	job->deep = job->deep && job->compare && can_deep();
	if (!job->count && !job->seconds)
		job->count = DEFAULT_COUNT;
	job->terminal = isatty(STDERR_FILENO);
	if (!job->quiet)
		printf("# seed %" PRIu64 "\n", job->seed);
	interrupt_catch();
	fuzz_work(job, &totals);
	summary(job, &totals);
	return fuzz_status(&totals);
}

int cmd_fuzz(int argc, char **argv)
{
	struct fuzz_words words = { .workers = 1 };
	struct fuzz_job job = { .min = 5, .max = 60, .nr_shards = 1, .out = "." };
	const struct cli_option options[] = {
		{ "profile", 0, CLI_STRING, &words.profile, "NAME",
		  "vma, fork, mremap, file, mlock, pin, uffd, swap, uffd-swap, ksm, thp, "
		  "thp-mix, all (the default)" },
		{ "seed", 0, CLI_STRING, &words.seed, "N", "of the first program; the next has N+1" },
		{ "count", 0, CLI_STRING, &words.count, "N", "programs; 1000, or as --time allows" },
		{ "time", 0, CLI_NUMBER, &job.seconds, "SECONDS", "end after that" },
		{ "statements", 0, CLI_STRING, &words.statements, "MIN..MAX", "5..60" },
		{ "jobs", 'j', CLI_NUMBER, &words.workers, "N", "that many workers" },
		{ "shard", 0, CLI_STRING, &words.shard, "K/N", "the Kth of N parts of the programs" },
		{ "model-only", 0, CLI_FLAG, &words.model_only, NULL,
		  "no comparison: the model and its invariants" },
		{ "live", 0, CLI_FLAG, &words.live, NULL,
		  "comparison or nothing (exit 4)" },
		{ "shallow", 0, CLI_FLAG, &words.shallow, NULL,
		  "compare what /proc shows: no anon_vmas, chains and folios" },
		{ "bug", 0, CLI_STRING, &words.bug, "NAME",
		  "put a defect back; implies --model-only" },
		{ "out", 'o', CLI_STRING, &job.out, "DIR", "where fuzz-SEED.mms go" },
		{ "quiet", 'q', CLI_FLAG, &job.quiet, NULL, "no progress" },
		{},
	};
	const struct cli_command row = {
		"fuzz", "[OPTION]...",
		"Random programs in the model and on this host's kernel, compared after every\n"
		"statement; what differs is made small and written as a scenario.",
		"  mmsim fuzz --profile mremap --seed 1 --count 5000 -j 2\n"
		"  mmsim fuzz --model-only --time 60\n"
		"  mmsim fuzz --bug merge-forgets-copied-from\n", options };
	g_autofree char **operands = NULL;
	int status = cli_parse(&row, argc, argv, &operands);

	if (status >= 0)
		return status;
	if (operands[0])
		return cli_usage_error("fuzz", "there is nothing to be done with '%s'", operands[0]);
	status = read_words(&words, &job);
	job.deep = !words.shallow;
	return status >= 0 ? status : fuzz(&job, words.live);
}
