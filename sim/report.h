/*
 * report.h - what people and programs read of a run: narration, events as JSON, TAP, JUnit.
 *
 * report_text() and report_json() are event_fn of run.h; their data is a struct report.
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdio.h>

#include "sim/run.h"

/* Where a run is told.  Owned by the caller; report_init() and report_clear(). */
struct report {
	FILE *out;		/* narration or events */
	FILE *err;		/* errors, as a compiler prints them; NULL: nowhere */
	bool quiet;		/* no narration */
	bool verbose;		/* what happened inside of calls, too */
	bool color, err_color;
	const char *replay;	/* the file's name for "replay" lines */
	/* inside */
	GString *inner;		/* trace lines of the running call */
	bool narrated;		/* something was shown */
};

void report_init(struct report *report, FILE *out, FILE *err);
void report_clear(struct report *report);

void report_text(void *data, struct run *run, const struct event *event);
void report_json(void *data, struct run *run, const struct event *event);
/* The first line of a stream of JSON events. */
void report_json_header(FILE *out, const char *version);
/* An error found before there was a run. */
void report_json_diag(FILE *out, const struct diag *diag);

/* What became of one file, for TAP and JUnit.  test_outcome_clear(). */
struct test_outcome {
	char *name;		/* path as given */
	char *title;		/* or NULL */
	int status;
	bool skipped;		/* status 4 */
	char *narration;	/* what went to out */
	char *errors;		/* what went to err */
	uint64_t nr_statements, nr_expectations;
};
void test_outcome_clear(struct test_outcome *outcome);

void report_tap_begin(FILE *out, unsigned int nr);
void report_tap(FILE *out, unsigned int number, const struct test_outcome *outcome);
void report_tap_end(FILE *out, unsigned int passed, unsigned int failed, unsigned int skipped);
/* A whole document; g_free(). */
char *report_junit(const struct test_outcome *outcomes, unsigned int nr);
const char *status_words(int status);

#endif
