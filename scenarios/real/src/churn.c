/*
 * churn.c - a program that maps, protects, moves and unmaps a lot; to be recorded.
 *
 * A fixed pseudo-random sequence, the same in every run; only the addresses differ.  Half way it
 * forks, and parent and child go on apart; then three threads share one address space.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096UL
#define SLOTS	24

struct churn {
	struct {
		char *at;
		size_t pages;
		int shared;
	} slot[SLOTS];
	uint32_t seed;
};

static uint32_t next(struct churn *c, uint32_t limit)
{
	c->seed = c->seed * 1664525 + 1013904223;
	return (c->seed >> 8) % limit;
}

static void map(struct churn *c, unsigned int i)
{
	int prot = next(c, 4) ? PROT_READ | PROT_WRITE : PROT_NONE;
	int shared = !next(c, 6), flags = shared ? MAP_SHARED : MAP_PRIVATE;

	c->slot[i].shared = shared;
	c->slot[i].pages = 1 + next(c, 12);
	c->slot[i].at = mmap(NULL, c->slot[i].pages * PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);
	if (c->slot[i].at == MAP_FAILED)
		abort();
	if (prot && next(c, 3))
		memset(c->slot[i].at, 1, PAGE * (1 + next(c, (uint32_t)c->slot[i].pages)));
}

static void change(struct churn *c, unsigned int i)
{
	size_t pages = c->slot[i].pages, first = next(c, (uint32_t)pages);
	char *at = c->slot[i].at + first * PAGE;
	size_t len = (1 + next(c, (uint32_t)(pages - first))) * PAGE;

	switch (next(c, 6)) {
	case 0:
		mprotect(at, len, PROT_READ);
		break;
	case 1:
		if (!mprotect(at, len, PROT_READ | PROT_WRITE))
			*at = 2;
		break;
	case 2:
		madvise(at, len, MADV_DONTNEED);
		break;
	case 3:
		if (c->slot[i].shared)	/* shared memory has no pages behind its first end */
			break;
		mprotect(c->slot[i].at, pages * PAGE, PROT_READ | PROT_WRITE);
		at = mremap(c->slot[i].at, pages * PAGE, (pages + 3) * PAGE, MREMAP_MAYMOVE);
		if (at == MAP_FAILED)
			break;
		c->slot[i].at = at;
		c->slot[i].pages = pages + 3;
		break;
	case 4:
		madvise(at, len, MADV_DONTFORK);
		break;
	default:
		munmap(c->slot[i].at, pages * PAGE);
		c->slot[i].at = NULL;
		break;
	}
}

static void churn(struct churn *c, unsigned int steps)
{
	while (steps--) {
		unsigned int i = next(c, SLOTS);

		if (c->slot[i].at)
			change(c, i);
		else
			map(c, i);
	}
}

static void *thread(void *arg)
{
	struct churn c = { .seed = (uint32_t)(uintptr_t)arg };

	churn(&c, 60);
	return malloc(300000);
}

int main(void)
{
	struct churn c = { .seed = 20 };
	pthread_t threads[2];
	pid_t child;

	churn(&c, 350);
	child = fork();
	churn(&c, 150);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	for (uintptr_t i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, thread, (void *)(i + 1));
	churn(&c, 60);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
