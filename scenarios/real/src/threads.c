/*
 * threads.c - eight threads with stacks and arenas of their own, guard pages, areas given from one
 * to the other, thread-local arrays, holes filled between pages that were written to; and a child
 * made while they run.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096UL
#define THREADS	8

static __thread char local[3 * PAGE];
static char *shared[THREADS];
static pthread_barrier_t barrier;

/* Both ends are written to before the hole is filled: equal neighbours that stay two areas. */
static void fill_hole(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
	char *at = mmap(NULL, 12 * PAGE, PROT_NONE, flags, -1, 0);

	if (at == MAP_FAILED)
		abort();
	at = mmap(at + PAGE, 10 * PAGE, rw, flags | MAP_FIXED, -1, 0);
	munmap(at + 3 * PAGE, 4 * PAGE);
	at[0] = at[8 * PAGE] = 1;
	mmap(at + 3 * PAGE, 4 * PAGE, rw, flags | MAP_FIXED, -1, 0);
}

static void *work(void *arg)
{
	size_t me = (size_t)arg;
	char *at = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		abort();
	memset(local, 1, sizeof(local));
	at[0] = 1;
	mprotect(at + 8 * PAGE, PAGE, PROT_NONE);
	shared[me] = at;
	fill_hole();
	pthread_barrier_wait(&barrier);
	at = shared[(me + 1) % THREADS];
	memset(at + 16 * PAGE, 1, 4 * PAGE);
	madvise(at + 16 * PAGE, 2 * PAGE, MADV_DONTNEED);
	mprotect(at + 8 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	for (size_t i = 0; i < 20; i++) {
		char *block = malloc(5000 * i + 1);

		memset(block, 1, 5000 * i + 1);
		if (i % 3)
			free(block);
	}
	pthread_barrier_wait(&barrier);
	if (me % 2)
		munmap(at + 24 * PAGE, 8 * PAGE);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	pid_t child;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)i))
			return 1;
	pthread_barrier_wait(&barrier);
	child = fork();
	if (!child) {
		memset(shared[0], 7, 4 * PAGE);
		munmap(shared[1], 4 * PAGE);
		_exit(0);
	}
	pthread_barrier_wait(&barrier);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	waitpid(child, NULL, 0);
	return 0;
}
