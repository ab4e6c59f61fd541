/*
 * live_swap.h - a swap device for the host while a scenario runs on it.
 *
 * A guardian process makes it and takes it away, also when mmsim is killed: a file in the folder
 * for temporary files, or a zram of its own.  Swap is the host's and not a process's, so runs
 * exclude each other: one with a device is alone, those without one share.
 *
 * In the kernel:  swapon(2), swapoff(2), /proc/sys/vm/page-cluster, /sys/class/zram-control.
 * Locks:          a file lock, held by the guardian.
 */
#ifndef SIM_LIVE_SWAP_H
#define SIM_LIVE_SWAP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum live_swap_kind { LIVE_SWAP_FILE, LIVE_SWAP_ZRAM };

struct live_swap;

/*
 * A device of @bytes, 0 for none: others without one may run, and none with.  Read-ahead from
 * swap is off meanwhile.  NULL and *why (g_free()) if this host does not let us.  Waits for
 * others.
 */
struct live_swap *live_swap_on(uint64_t bytes, enum live_swap_kind kind, char **why);
/*
 * The same for one of many runs: *@kept, if that is such a device, else another in its place.  After
 * some runs it is made anew, so that others get their turn.
 */
struct live_swap *live_swap_keep(struct live_swap **kept, uint64_t bytes, enum live_swap_kind kind,
				 char **why);
/* The host's path of the device; NULL for none. */
const char *live_swap_path(const struct live_swap *swap);
/* All processes that used it have ended. */
void live_swap_off(struct live_swap *swap);
/* For what changes the host otherwise: nobody else runs from now on.  False if others do for some
 * seconds. */
bool live_swap_alone(const struct live_swap *swap);
/* The frames (uint64_t) of what is mapped in [start, start + len) of @pid; g_array_unref(). */
GArray *live_swap_frames(pid_t pid, uint64_t start, uint64_t len);
/* Until none of @frames is being written, some seconds at most. */
void live_swap_wait_written(const GArray *frames);
/* Until pages that were asked for must have been read: nothing tells when, so a while. */
void live_swap_wait_read(void);

#endif
