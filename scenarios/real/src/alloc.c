/*
 * alloc.c - four threads allocate and free blocks of many sizes, each block written to; to be run
 * with another allocator in LD_PRELOAD.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define THREADS	4
#define SLOTS	64
#define ROUNDS	400

static void *work(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)arg * 2654435761U + 1;
	char *slot[SLOTS] = { NULL };

	for (int round = 0; round < ROUNDS; round++) {
		size_t size;
		int at;

		seed = seed * 1664525 + 1013904223;
		at = (int)(seed >> 26) % SLOTS;
		size = (size_t)16 << (seed >> 8) % 14;
		if (seed >> 16 & 1) {
			slot[at] = realloc(slot[at], size);
		} else {
			free(slot[at]);
			slot[at] = malloc(size);
		}
		if (slot[at])
			memset(slot[at], round, size);
	}
	for (int at = 0; at < SLOTS; at++)
		free(slot[at]);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];

	for (intptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)(i + 1)))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
