/*
 * live_fuse.h - a device of mmsim's own, that takes pages as O_DIRECT does and keeps them until
 * it is told to let go: the only file of a file system that mmsim serves.
 *
 * A write to it makes the kernel pin the pages which are to be written, a read those which are
 * to be filled (pin_user_pages_fast() with FOLL_PIN, and FOLL_WRITE); they are let go when mmsim
 * answers.  The mount is in nobody's tree, and ends with mmsim.
 *
 * In the kernel:  fs/fuse/file.c fuse_direct_IO(), lib/iov_iter.c iov_iter_extract_pages().
 * Left out:       transfers of more than 256 pages: they would be several requests.
 * Locks:          a thread of its own reads requests; the list of those that wait has a mutex.
 */
#ifndef SIM_LIVE_FUSE_H
#define SIM_LIVE_FUSE_H

#include <stdbool.h>
#include <stdint.h>

struct live_fuse;

/* NULL: this host has no FUSE, or it may not be used. */
struct live_fuse *live_fuse_open(void);
/* What still waits fails with an error, and is let go. */
void live_fuse_close(struct live_fuse *fuse);
/* The file, open for reading and writing without a page cache. */
int live_fuse_file(const struct live_fuse *fuse);
/* Waits for the next request that was not returned yet, and how many bytes it is for; 0: none
 * came in time. */
uint64_t live_fuse_request(struct live_fuse *fuse, uint64_t *size);
/* Answers it: its pages are let go when this returns. */
void live_fuse_answer(struct live_fuse *fuse, uint64_t request);

#endif
