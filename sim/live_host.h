/*
 * live_host.h - what this host can do for a live run, found out by trying.
 *
 * In the kernel:  whatever is asked for.
 * Locks:          none.
 */
#ifndef SIM_LIVE_HOST_H
#define SIM_LIVE_HOST_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One answer.  Owned by the list. */
struct host_fact {
	const char *name;	/* "pagemap-pfns" */
	const char *what;	/* what a live run needs it for */
	bool present;
	char *text;		/* a value, or why it is not there; "" for neither */
};

/* All facts in a fixed order: struct host_fact *; g_ptr_array_unref(). */
GPtrArray *live_host_probe(void);

/* A number of a file such as /proc/sys/vm/max_map_count; false if it cannot be read. */
bool live_host_number(const char *path, uint64_t *value);
/* Writes one there; false if the kernel does not take it. */
bool live_host_set_number(const char *path, uint64_t value);
/* "always", "madvise" or "never"; "never" if there are no huge pages.  g_free(). */
char *live_host_thp(void);
/* Does this process have the capabilities that the model's tasks start with? */
bool live_host_capable(void);

#endif
