/*
 * live_ring.h - one transfer of a page by an io_uring that belongs to a process: mmsim writes
 * the request into the ring, the process submits it.
 *
 * In the kernel:  io_uring/io_uring.c io_uring_mmap(), io_uring/rw.c io_write(), io_read().
 * Locks:          none; the process is at rest meanwhile.
 */
#ifndef SIM_LIVE_RING_H
#define SIM_LIVE_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

#define LIVE_RING_PAGE	4096U	/* bytes of a transfer */

/*
 * Puts one request into the new and empty ring @fd: a page at @addr is written to @file, or,
 * if @fill, filled from it.  False: this kernel does not let us.
 */
bool live_ring_put(int fd, const struct io_uring_params *params, int file, uint64_t addr,
		   bool fill);
/* Has it ended? Then how: bytes, or -errno. */
bool live_ring_ended(int fd, const struct io_uring_params *params, int64_t *result);

#endif
