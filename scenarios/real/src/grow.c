/*
 * grow.c - arrays that grow by mremap: realloc of large blocks, an anonymous array doubled in
 * place or moved, a file mapping that follows its file, a move with MREMAP_DONTUNMAP, a shrink.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096UL

static void *grow(void *old, size_t from, size_t to)
{
	void *new = mremap(old, from, to, MREMAP_MAYMOVE);

	if (new == MAP_FAILED)
		abort();
	memset((char *)new + from, 1, (to - from) / 2);
	return new;
}

static void *map(size_t size, int prot, int flags, int fd)
{
	void *at = mmap(NULL, size, prot, flags, fd, 0);

	if (at == MAP_FAILED)
		abort();
	return at;
}

static void follow_file(void)
{
	int fd = memfd_create("grows", 0);
	size_t size = 4 * PAGE;
	char *at;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		abort();
	at = map(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	for (int i = 0; i < 5; i++, size *= 2) {
		if (ftruncate(fd, (off_t)size * 2))
			abort();
		at = mremap(at, size, size * 2, MREMAP_MAYMOVE);
		if (at == MAP_FAILED)
			abort();
		at[size] = 1;
	}
}

int main(void)
{
	int anonymous = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
	char *arrays[3], *blocks[4] = { NULL }, *old, *new;

	for (int i = 0; i < 3; i++)
		arrays[i] = map(4 * PAGE, rw, anonymous, -1);
	for (size_t size = 4 * PAGE; size < 512 * PAGE; size *= 2)
		for (int i = 0; i < 3; i++)
			arrays[i] = grow(arrays[i], size, 2 * size);
	for (size_t size = 200000; size < 4000000; size += size / 2) {
		for (int i = 0; i < 4; i++) {
			blocks[i] = realloc(blocks[i], size);
			memset(blocks[i], i, size / 4);
		}
	}
	free(blocks[1]);
	follow_file();
	old = map(16 * PAGE, rw, anonymous, -1);
	memset(old, 2, 8 * PAGE);
	new = mremap(old, 16 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	if (new == MAP_FAILED)
		abort();
	old[0] = new[PAGE];
	arrays[1] = mremap(arrays[1], 512 * PAGE, 8 * PAGE, 0);
	mprotect(arrays[1] + 2 * PAGE, 2 * PAGE, PROT_READ);
	/* a target that is chosen, in the middle of what another array gave up */
	mremap(arrays[0], 16 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, arrays[2] + 64 * PAGE);
	return arrays[1] == MAP_FAILED;
}
