/*
 * live_ring.c - see live_ring.h.
 */
#define _GNU_SOURCE
#include <glib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sim/live_ring.h"

/* What the kernel shares of a ring: one area for the heads and tails, one for requests. */
struct shared {
	char *rings;
	size_t rings_size;
	struct io_uring_sqe *sqes;
	size_t sqes_size;
};

static void *map(int fd, size_t size, off_t what)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, what);

	return at == MAP_FAILED ? NULL : at;
}

static void unmap_shared(const struct shared *shared)
{
	if (shared->rings)
		munmap(shared->rings, shared->rings_size);
	if (shared->sqes)
		munmap(shared->sqes, shared->sqes_size);
}

static bool map_shared(int fd, const struct io_uring_params *params, struct shared *shared)
{
	size_t sq = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
	size_t cq = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);

	*shared = (struct shared){ .rings_size = MAX(sq, cq),
				   .sqes_size = params->sq_entries * sizeof(struct io_uring_sqe) };
	if (!(params->features & IORING_FEAT_SINGLE_MMAP))
		return false;
	shared->rings = map(fd, shared->rings_size, IORING_OFF_SQ_RING);
	shared->sqes = map(fd, shared->sqes_size, (off_t)IORING_OFF_SQES);
	if (shared->rings && shared->sqes)
		return true;
	unmap_shared(shared);
	return false;
}

static uint32_t *word(const struct shared *shared, uint32_t offset)
{
	return (uint32_t *)(void *)(shared->rings + offset);
}

bool live_ring_put(int fd, const struct io_uring_params *params, int file,
		   const struct live_transfer *transfer)
{
	struct shared shared;

	/* So the process needs no descriptor of the file. */
	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_FILES, &file, 1) ||
	    !map_shared(fd, params, &shared))
		return false;
	shared.sqes[0] = (struct io_uring_sqe){
		.opcode = transfer->fill ? IORING_OP_READ : IORING_OP_WRITE,
		.flags = IOSQE_FIXED_FILE, .fd = 0, .addr = transfer->addr, .len = transfer->len,
	};
	*word(&shared, params->sq_off.array) = 0;
	__atomic_store_n(word(&shared, params->sq_off.tail), 1, __ATOMIC_RELEASE);
	unmap_shared(&shared);
	return true;
}

bool live_ring_ended(int fd, const struct io_uring_params *params, int64_t *result)
{
	struct shared shared;
	bool ended;

	if (!map_shared(fd, params, &shared))
		return false;
	ended = __atomic_load_n(word(&shared, params->cq_off.tail), __ATOMIC_ACQUIRE) != 0;
	if (ended)
		*result = ((const struct io_uring_cqe *)(const void *)
			   word(&shared, params->cq_off.cqes))->res;
	unmap_shared(&shared);
	return ended;
}
