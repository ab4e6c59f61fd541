/*
 * fuzz_run.h - one random program, run in the model and, if wanted, on the host beside it.
 *
 * Locks: none; as backend_live.h, one at a time in a process.
 */
#ifndef SIM_FUZZ_RUN_H
#define SIM_FUZZ_RUN_H

#include <sys/types.h>

#include "sim/compare.h"
#include "sim/fuzz_program.h"

struct side_by_side_means;

enum fuzz_verdict {
	FUZZ_GOOD,
	FUZZ_DIFFERS,		/* field, place, model, host */
	FUZZ_BROKEN,		/* rule, place, model: what was seen, host: what was expected */
	FUZZ_CUT_SHORT,		/* a statement that one side leaves out: why */
	FUZZ_UNABLE,		/* the host cannot do it at all: why */
};

/* What became of a program.  fuzz_seen_clear().  Strings are its own, NULL if not said above. */
struct fuzz_seen {
	enum fuzz_verdict verdict;
	enum compared_field field;
	char *rule, *place, *model, *host, *why;
	GPtrArray *results;	/* char *: of each call that ended, as it is written */
	char *maps;		/* the host's areas at a difference, as `expect maps` has them */
	uint64_t compared, unknown;	/* fields */
};

/*
 * @host: how to look at the host, with which everything is compared after every statement;
 * NULL: the model alone.
 */
void fuzz_run(const struct fuzz_program *program, const struct side_by_side_means *host,
	      struct fuzz_seen *seen);
/* Opens what many runs share; @alone: with ksmd, and nobody beside us; @deep: structs
 * of the kernel, too; @group: runs side by side with
 * others of that number, if they want the same of the host.  NULL and *why (g_free()) if the structs
 * cannot be read. */
struct side_by_side_means *fuzz_host_open(bool deep, pid_t group, bool alone,
					  char **why);
void fuzz_host_close(struct side_by_side_means *host);
void fuzz_seen_clear(struct fuzz_seen *seen);
/* "result mremap", "vma", "rule rmap-reaches": what two findings must share to count as one. */
char *fuzz_signature(const struct fuzz_seen *seen);

/*
 * @program as a scenario with what the host did as its expectation, and the reason in a comment.
 * @found: how to make the program again.  g_free().
 */
char *fuzz_scenario(const struct fuzz_program *program, const struct fuzz_seen *seen,
		    const char *found);

#endif
