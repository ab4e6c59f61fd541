/*
 * arena.c - one region of memory with an allocator of its own, and malloc() and its
 * companions, which ask it while the thread is inside; see arena.h.
 *
 * Taking malloc() over is the one way to have what GLib's containers allocate, too. GLib's
 * slices would keep state of their own, so that they are switched off before any of them is
 * used.
 *
 * Blocks have a size class and come off a list of free ones or from the end of what is used.
 * Free memory is all zeroes, but for the link of the list: memory that has been given
 * back looks the same whatever it was.
 */
#include <glib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/arena.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(MMSIM_UCONTEXT)
#define NO_ARENA	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NO_ARENA	1
#endif
#endif
#if !defined(__GLIBC__) || !defined(__x86_64__)
#define NO_ARENA	1
#endif

#ifndef NO_ARENA

#define HEAP_SIZE	(4UL << 30)	/* of addresses; memory comes with use */
#define GUARD		4096UL
#define STACK_SLOT	(ARENA_STACK_SIZE + GUARD)
#define NR_STACKS	128
#define NR_CLASSES	160
#define SMALL		1024		/* classes of 16 bytes each up to here */
#define BLOCK		256		/* what is compared and copied at a time */

/* At the start of the heap, so that it is put back with it. */
struct arena {
	size_t used;			/* bytes from here, this included */
	void *free[NR_CLASSES];		/* lists linked through their first word */
	void **sp[NR_STACKS];		/* where the stack pointer is saved; NULL: not taken */
};

/* In front of each block. */
struct header {
	size_t class;
	size_t pad;
};

struct saved_stack {
	unsigned int slot;
	size_t bytes;			/* up to its top */
};

struct arena_mark {
	size_t used;
	unsigned int nr_stacks;
	struct saved_stack stack[NR_STACKS];
	char *stacks;			/* the bytes of all of them */
	char *bytes;			/* the heap */
	/* Blocks in which the arena differed when its digest was taken; still to be put back. */
	GArray *differing;		/* uint32_t: numbers */
	bool digest_taken;		/* and nothing has run since */
};

/* ---- where it is ---- */

/*
 * The region, the same for every arena: free() has to know an arena's pointers by their
 * address.  Set once; in_use is what keeps a second arena off.
 */
static char *region;
static bool in_use;
static bool stack_ready[NR_STACKS];	/* its guard page is set */

static _Thread_local struct arena *inside;

static bool in_heap(const void *p)
{
	return (uintptr_t)p - (uintptr_t)region < HEAP_SIZE && region;
}

static char *stack_at(unsigned int slot)
{
	return region + HEAP_SIZE + slot * STACK_SLOT + GUARD;
}

struct arena *arena_enter(struct arena *arena)
{
	struct arena *before = inside;

	inside = arena;
	return before;
}

/* ---- blocks ---- */

static unsigned int class_of(size_t size)
{
	unsigned int shift;

	if (size <= SMALL)
		return (unsigned int)(size + 15) / 16;
	shift = 61 - (unsigned int)__builtin_clzl(size - 1);
	return SMALL / 16 + 1 + (shift - 8) * 4 + (unsigned int)((size - 1) >> shift) - 4;
}

static size_t class_bytes(size_t class)
{
	size_t above = class - SMALL / 16 - 1;

	if (class <= SMALL / 16)
		return MAX(class, 1) * 16;
	return (above % 4 + 5) << (above / 4 + 8);
}

static void *block_take(struct arena *arena, size_t size)
{
	unsigned int class = class_of(size);
	struct header *header;
	void **block;

	if (size > HEAP_SIZE / 2 || class >= NR_CLASSES)
		return NULL;
	block = arena->free[class];
	if (block) {
		arena->free[class] = *block;
		*block = NULL;
		return block;
	}
	if (arena->used + sizeof(*header) + class_bytes(class) > HEAP_SIZE)
		return NULL;
	header = (struct header *)(region + arena->used);
	header->class = class;
	arena->used += sizeof(*header) + class_bytes(class);
	return header + 1;
}

static size_t block_bytes(const void *block)
{
	return class_bytes(((const struct header *)block - 1)->class);
}

static void block_give(void *block)
{
	struct arena *arena = (struct arena *)region;
	size_t class = ((struct header *)block - 1)->class;

	memset(block, 0, class_bytes(class));
	*(void **)block = arena->free[class];
	arena->free[class] = block;
}

/* ---- malloc() and companions ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static void *or_enomem(void *block)
{
	if (!block)
		errno = ENOMEM;
	return block;
}

void *malloc(size_t size)
{
	if (G_LIKELY(!inside))
		return __libc_malloc(size);
	return or_enomem(block_take(inside, size));
}

void *calloc(size_t nr, size_t size)
{
	size_t all;

	if (G_LIKELY(!inside))
		return __libc_calloc(nr, size);
	if (__builtin_mul_overflow(nr, size, &all))
		return or_enomem(NULL);
	return or_enomem(block_take(inside, all));
}

void free(void *p)
{
	if (G_LIKELY(!in_heap(p)))
		__libc_free(p);
	else
		block_give(p);
}

/* A block stays where it was made, whoever lets it grow. */
void *realloc(void *p, size_t size)
{
	size_t before;
	void *other;

	if (!p)
		return malloc(size);
	if (G_LIKELY(!in_heap(p)))
		return __libc_realloc(p, size);
	if (!size) {
		block_give(p);
		return NULL;
	}
	before = block_bytes(p);
	if (size <= before)
		return p;
	other = block_take((struct arena *)region, size);
	if (!other)
		return or_enomem(NULL);
	memcpy(other, p, before);
	block_give(p);
	return other;
}

/* Before GLib's own constructors, which make hash tables. */
static void without_slices(void)
{
	G_GNUC_BEGIN_IGNORE_DEPRECATIONS
	g_slice_set_config(G_SLICE_CONFIG_ALWAYS_MALLOC, TRUE);
	G_GNUC_END_IGNORE_DEPRECATIONS
}

static void (*const preinit)(void) __attribute__((section(".preinit_array"), used)) = without_slices;

/* ---- birth and end ---- */

static bool slices_are_malloced(struct arena *arena)
{
	struct arena *before = arena_enter(arena);
	GString *string = g_string_new(NULL);
	bool good = in_heap(string);

	g_string_free(string, TRUE);
	arena_enter(before);
	return good;
}

struct arena *arena_create(void)
{
	struct arena *arena;

	if (in_use)
		return NULL;
	if (!region) {
		char *at = mmap(NULL, HEAP_SIZE + NR_STACKS * STACK_SLOT, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (at == MAP_FAILED)
			return NULL;
		region = at;
	}
	arena = (struct arena *)region;
	arena->used = (sizeof(*arena) + BLOCK - 1) & ~(BLOCK - 1UL);
	in_use = true;
	if (slices_are_malloced(arena))
		return arena;
	arena_destroy(arena);
	return NULL;
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	/* Zeroes again, and no memory. */
	madvise(region, HEAP_SIZE + NR_STACKS * STACK_SLOT, MADV_DONTNEED);
	in_use = false;
}

char *arena_stack_take(void **sp)
{
	for (unsigned int i = 0; inside && i < NR_STACKS; i++) {
		if (inside->sp[i])
			continue;
		if (!stack_ready[i])
			stack_ready[i] = !mprotect(stack_at(i) - GUARD, GUARD, PROT_NONE);
		if (!stack_ready[i])
			g_error("no guard page for a stack");
		inside->sp[i] = sp;
		return stack_at(i);
	}
	if (inside)
		g_error("more than %d calls that wait", NR_STACKS);
	return NULL;
}

bool arena_stack_give(char *stack)
{
	size_t offset = (uintptr_t)stack - (uintptr_t)region;

	if (!region || offset < HEAP_SIZE || offset >= HEAP_SIZE + NR_STACKS * STACK_SLOT)
		return false;
	((struct arena *)region)->sp[(offset - HEAP_SIZE) / STACK_SLOT] = NULL;
	return true;
}

/* ---- marks ---- */

static size_t live_bytes(const struct arena *arena, unsigned int slot)
{
	return (size_t)(stack_at(slot) + ARENA_STACK_SIZE - (char *)*arena->sp[slot]);
}

size_t arena_bytes(const struct arena *arena)
{
	size_t bytes = arena->used;

	for (unsigned int i = 0; i < NR_STACKS; i++)
		if (arena->sp[i])
			bytes += live_bytes(arena, i);
	return bytes;
}

struct arena_mark *arena_mark(const struct arena *arena)
{
	struct arena_mark *mark = g_new0(struct arena_mark, 1);
	size_t at = 0;

	mark->differing = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	mark->used = arena->used;
	mark->bytes = g_memdup2(arena, arena->used);
	mark->stacks = g_malloc(arena_bytes(arena) - arena->used);
	for (unsigned int i = 0; i < NR_STACKS; i++) {
		size_t bytes;

		if (!arena->sp[i])
			continue;
		bytes = live_bytes(arena, i);
		mark->stack[mark->nr_stacks++] = (struct saved_stack){ i, bytes };
		memcpy(mark->stacks + at, stack_at(i) + ARENA_STACK_SIZE - bytes, bytes);
		at += bytes;
	}
	return mark;
}

void arena_mark_free(struct arena_mark *mark)
{
	if (!mark)
		return;
	g_free(mark->bytes);
	g_free(mark->stacks);
	g_array_unref(mark->differing);
	g_free(mark);
}

static void put_back(size_t at, const struct arena_mark *mark)
{
	memcpy(region + at, mark->bytes + at, MIN(BLOCK, mark->used - at));
}

static bool differs(size_t at, const struct arena_mark *mark)
{
	return memcmp(region + at, mark->bytes + at, MIN(BLOCK, mark->used - at)) != 0;
}

void arena_return(struct arena *arena, struct arena_mark *mark)
{
	const char *saved = mark->stacks;
	size_t used = arena->used;

	for (guint i = 0; mark->digest_taken && i < mark->differing->len; i++)
		put_back((size_t)g_array_index(mark->differing, uint32_t, i) * BLOCK, mark);
	for (size_t at = 0; !mark->digest_taken && at < mark->used; at += BLOCK)
		if (differs(at, mark))
			put_back(at, mark);
	if (used > mark->used)
		memset(region + mark->used, 0, used - mark->used);
	for (unsigned int i = 0; i < mark->nr_stacks; i++) {
		size_t bytes = mark->stack[i].bytes;

		memcpy(stack_at(mark->stack[i].slot) + ARENA_STACK_SIZE - bytes, saved, bytes);
		saved += bytes;
	}
	mark->digest_taken = false;
}

void arena_changes(struct arena_mark *mark)
{
	mark->digest_taken = false;
}

/* ---- digests ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)(a ^ 0x9e3779b97f4a7c15UL) * (b ^ 0xe7037ed1a0b428dbUL);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

void arena_digest_add(struct arena_digest *digest, uint64_t value)
{
	digest->word[0] = mix(digest->word[0] + 0x8ebc6af09c88c6e3UL, value);
	digest->word[1] = mix(digest->word[1] ^ value, 0x589965cc75374cc3UL) + digest->word[0];
}

static uint64_t word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Eight words; four products that do not wait for each other. */
static void digest_line(struct arena_digest *digest, const char *at)
{
	uint64_t a = mix(word_at(at), word_at(at + 8));
	uint64_t b = mix(word_at(at + 16) ^ 0x1d8e4e27c47d124fUL, word_at(at + 24));
	uint64_t c = mix(word_at(at + 32) ^ 0xeb44accab455d165UL, word_at(at + 40));
	uint64_t d = mix(word_at(at + 48) ^ 0x2f9be6cc5f6e9a31UL, word_at(at + 56));

	digest->word[0] = mix(digest->word[0] ^ a, b ^ (c << 1 | c >> 63));
	digest->word[1] = mix(digest->word[1] + d, c ^ (a << 7 | a >> 57)) + b;
}

static void digest_bytes(struct arena_digest *digest, const char *at, size_t bytes)
{
	size_t i = 0;

	for (; i + 64 <= bytes; i += 64)
		digest_line(digest, at + i);
	for (; i + 8 <= bytes; i += 8)
		arena_digest_add(digest, word_at(at + i));
	for (; i < bytes; i++)
		arena_digest_add(digest, (unsigned char)at[i]);
}

/* Memory is all zeroes until it is used. */
static bool is_zero(size_t at, size_t bytes)
{
	static const char zeroes[BLOCK];

	return !memcmp(region + at, zeroes, bytes);
}

struct arena_digest arena_digest(const struct arena *arena, struct arena_mark *base)
{
	struct arena_digest digest = { { arena->used, base->used } };
	size_t at = 0;

	g_array_set_size(base->differing, 0);
	base->digest_taken = true;
	for (; at < base->used; at += BLOCK) {
		uint32_t number = (uint32_t)(at / BLOCK);

		if (!differs(at, base))
			continue;
		g_array_append_val(base->differing, number);
		arena_digest_add(&digest, at);
		digest_bytes(&digest, region + at, MIN(BLOCK, base->used - at));
	}
	for (at = base->used; at < arena->used; at += BLOCK) {
		size_t bytes = MIN(BLOCK, arena->used - at);

		if (is_zero(at, bytes))
			continue;
		arena_digest_add(&digest, at);
		digest_bytes(&digest, region + at, bytes);
	}
	return digest;
}

void arena_digest_stack(const struct arena *arena, const void *stack,
			struct arena_digest *digest)
{
	unsigned int slot = (unsigned int)(((uintptr_t)stack - (uintptr_t)region - HEAP_SIZE) /
					   STACK_SLOT);
	size_t bytes = live_bytes(arena, slot);

	arena_digest_add(digest, bytes);
	digest_bytes(digest, stack_at(slot) + ARENA_STACK_SIZE - bytes, bytes);
}

#else	/* NO_ARENA: nobody gets one, so that the rest is never called */

struct arena *arena_create(void)
{
	return NULL;
}

void arena_destroy(struct arena *arena)
{
	g_assert(!arena);
}

struct arena *arena_enter(struct arena *arena)
{
	return arena;
}

struct arena_mark *arena_mark(const struct arena *arena)
{
	(void)arena;
	g_assert_not_reached();
}

void arena_mark_free(struct arena_mark *mark)
{
	g_assert(!mark);
}

void arena_return(struct arena *arena, struct arena_mark *mark)
{
	(void)arena;
	(void)mark;
}

void arena_changes(struct arena_mark *mark)
{
	(void)mark;
}

struct arena_digest arena_digest(const struct arena *arena, struct arena_mark *base)
{
	(void)arena;
	(void)base;
	return (struct arena_digest){};
}

void arena_digest_stack(const struct arena *arena, const void *stack,
			struct arena_digest *digest)
{
	(void)arena;
	(void)stack;
	(void)digest;
}

void arena_digest_add(struct arena_digest *digest, uint64_t value)
{
	(void)digest;
	(void)value;
}

size_t arena_bytes(const struct arena *arena)
{
	(void)arena;
	return 0;
}

char *arena_stack_take(void **sp)
{
	(void)sp;
	return NULL;
}

bool arena_stack_give(char *stack)
{
	(void)stack;
	return false;
}

#endif
