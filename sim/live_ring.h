/*
 * live_ring.h - one transfer by an io_uring that belongs to a process: mmsim writes
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

struct live_transfer {
	uint64_t addr;		/* in the process */
	uint32_t len;		/* bytes */
	bool fill;		/* from the file; else to it */
};

/* Puts one request for @file into the new and empty ring @fd.  False: this kernel does not let
 * us. */
bool live_ring_put(int fd, const struct io_uring_params *params, int file,
		   const struct live_transfer *transfer);
/* Has it ended? Then how: bytes, or -errno. */
bool live_ring_ended(int fd, const struct io_uring_params *params, int64_t *result);

#endif
