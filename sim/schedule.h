/*
 * schedule.h - one order of steps as a short text that can be pasted:
 *
 *	5c1f09a2/mover:4.reader:2.mover:3
 *
 * Eight digits that name the text of the scenario, and blocks: this member takes so many
 * steps. Releasing a lock is not counted; `:4r2` says that the block ends before the
 * second release behind its fourth step; `:4=0,1` that of the choices in its steps the second
 * goes the second way, and all others the first.  Behind the last block each goes on to its end.
 *
 * Locks: none.
 */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include "sim/explore_engine.h"

/* The text of @steps (struct taken_step) in the race of @stmt; g_free(). */
char *schedule_text(const struct script *script, const struct stmt *race, const GArray *steps);
/* How often somebody else goes on although the one before could have. */
unsigned int schedule_switches(const GArray *steps);

struct schedule;

/* NULL with *why (g_free()): not a schedule, or not of this scenario as it stands. */
struct schedule *schedule_parse(const char *text, const struct script *script, char **why);
void schedule_destroy(struct schedule *schedule);
/* Its steps with the names of what they touch are appended to @steps (struct taken_step). */
void schedule_collect(struct schedule *schedule, GArray *steps);
/* For run_options.race_data, with schedule_driver; for one run. */
extern const struct race_driver schedule_driver;
/* NULL, or at which block the race could not follow. */
const char *schedule_diverged(const struct schedule *schedule);

#endif
