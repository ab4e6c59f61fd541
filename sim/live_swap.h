/*
 * live_swap.h - a swap device for the host while a scenario runs on it.
 *
 * A file in the folder for temporary files, a loop device whose content is in memory (to swap it
 * is a disk, and a quick one), or a zram of its own.  Swap is the host's and not a
 * process's: whoever changes it holds the host (live_hold.h).
 *
 * In the kernel:  swapon(2), swapoff(2), /proc/sys/vm/page-cluster, /sys/class/zram-control,
 *                 drivers/block/loop.c.
 */
#ifndef SIM_LIVE_SWAP_H
#define SIM_LIVE_SWAP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum live_swap_kind { LIVE_SWAP_FILE, LIVE_SWAP_DISK, LIVE_SWAP_ZRAM };

struct live_swap;

/*
 * A device of @bytes; read-ahead from swap is off meanwhile.  *why (g_free()) if this host does not
 * let us; then, too, live_swap_off() undoes what has been done.
 */
struct live_swap *live_swap_on(uint64_t bytes, enum live_swap_kind kind, char **why);
/* The host's path of the device. */
const char *live_swap_path(const struct live_swap *swap);
/* All processes that used it have ended. */
void live_swap_off(struct live_swap *swap);
/* The frames (uint64_t) of what is mapped in [start, start + len) of @pid; g_array_unref(). */
GArray *live_swap_frames(pid_t pid, uint64_t start, uint64_t len);
/* Until none of @frames is being written, some seconds at most; then nobody has references to them
 * that came with it. */
void live_swap_wait_written(const GArray *frames);
/* Until the device at @path has nothing to do: what is read into the swap cache for shared memory shows
 * in no page table. */
void live_swap_wait_idle(const char *path);
/* The addresses (uint64_t) in [start, start + len) of @pid whose pages are in swap; likewise. */
GArray *live_swap_pages(pid_t pid, uint64_t start, uint64_t len);

#endif
