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

#if defined(__SANITIZE_THREAD__) || defined(MMSIM_UCONTEXT) || !defined(__GLIBC__) || \
	!defined(__x86_64__)
#define NO_ARENA	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NO_ARENA	1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) && !defined(NO_ARENA)
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#define TELL_ASAN	1
#define UNCHECKED	__attribute__((no_sanitize("address", "undefined"), noinline))
#define libc_malloc	__interceptor_malloc
#define libc_calloc	__interceptor_calloc
#define libc_realloc	__interceptor_realloc
#define libc_free	__interceptor_free
#else
#define UNCHECKED
#define libc_malloc	__libc_malloc
#define libc_calloc	__libc_calloc
#define libc_realloc	__libc_realloc
#define libc_free	__libc_free
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
	const struct arena_mark *base;	/* of which it is the difference; NULL: whole */
	size_t used;			/* a multiple of BLOCK */
	unsigned int nr_stacks;
	struct saved_stack stack[NR_STACKS];
	char *stacks;			/* the bytes of all of them */
	char *bytes;			/* the heap, or those of its blocks */
	GArray *blocks;			/* uint32_t: their numbers; only with a base */
	unsigned char *shadow;		/* what the address sanitizer knows: heap, then stacks */
	/* Of a whole one: the numbers of the blocks in which the arena differs. */
	GArray *differing;		/* uint32_t: numbers */
	bool compared;			/* and nothing has run since */
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

UNCHECKED static bool in_heap(const void *p)
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

void *libc_malloc(size_t size);
void *libc_calloc(size_t nr, size_t size);
void *libc_realloc(void *p, size_t size);
void libc_free(void *p);

static void *or_enomem(void *block)
{
	if (!block)
		errno = ENOMEM;
	return block;
}

UNCHECKED void *malloc(size_t size)
{
	if (G_LIKELY(!inside))
		return libc_malloc(size);
	return or_enomem(block_take(inside, size));
}

UNCHECKED void *calloc(size_t nr, size_t size)
{
	size_t all;

	if (G_LIKELY(!inside))
		return libc_calloc(nr, size);
	if (__builtin_mul_overflow(nr, size, &all))
		return or_enomem(NULL);
	return or_enomem(block_take(inside, all));
}

UNCHECKED void free(void *p)
{
	if (G_LIKELY(!in_heap(p)))
		libc_free(p);
	else
		block_give(p);
}

/* A block stays where it was made, whoever lets it grow. */
UNCHECKED void *realloc(void *p, size_t size)
{
	size_t before;
	void *other;

	if (!p)
		return malloc(size);
	if (G_LIKELY(!in_heap(p)))
		return libc_realloc(p, size);
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

/* ---- what the address sanitizer knows ---- */

#ifdef TELL_ASAN

extern int __asan_option_detect_stack_use_after_return;

/* Eight bytes of memory are one byte of it. */
static unsigned char *shadow_of(const void *at)
{
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	return (unsigned char *)(((uintptr_t)at >> scale) + offset);
}

/* Neither checked nor made a memcpy(), which would be. */
static void raw_copy(void *to, const void *from, size_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

UNCHECKED static bool raw_same(const void *a, const void *b, size_t bytes)
{
	const uint64_t *x = a, *y = b;

	for (size_t i = 0; i < bytes / 8; i++)
		if (x[i] != y[i])
			return false;
	return true;
}

static size_t stacks_bytes(const struct arena_mark *mark)
{
	size_t bytes = 0;

	for (unsigned int i = 0; i < mark->nr_stacks; i++)
		bytes += mark->stack[i].bytes;
	return bytes;
}

static void save_shadow(struct arena_mark *mark)
{
	unsigned char *to = g_malloc((mark->used + stacks_bytes(mark)) / 8);

	mark->shadow = to;
	raw_copy(to, shadow_of(region), mark->used / 8);
	to += mark->used / 8;
	for (unsigned int i = 0; i < mark->nr_stacks; i++) {
		size_t bytes = mark->stack[i].bytes;
		const char *top = stack_at(mark->stack[i].slot) + ARENA_STACK_SIZE;

		raw_copy(to, shadow_of(top - bytes), bytes / 8);
		to += bytes / 8;
	}
}

static void put_shadow_back(const struct arena_mark *mark, size_t used)
{
	const unsigned char *from = mark->shadow;

	raw_copy(shadow_of(region), from, mark->used / 8);
	if (used > mark->used)
		__asan_unpoison_memory_region(region + mark->used, used - mark->used);
	from += mark->used / 8;
	for (unsigned int i = 0; i < mark->nr_stacks; i++) {
		size_t bytes = mark->stack[i].bytes;
		char *stack = stack_at(mark->stack[i].slot);

		__asan_unpoison_memory_region(stack, ARENA_STACK_SIZE - bytes);
		raw_copy(shadow_of(stack + ARENA_STACK_SIZE - bytes), from, bytes / 8);
		from += bytes / 8;
	}
}

static void forget_poison(size_t used)
{
	__asan_unpoison_memory_region(region, used);
}

/* Frames that live elsewhere cannot be put back. */
static bool frames_are_on_stacks(void)
{
	return !__asan_option_detect_stack_use_after_return;
}

static void tell_region(void)
{
	__lsan_register_root_region(region, HEAP_SIZE);
}

static void forget_shadow(void)
{
	__asan_unpoison_memory_region(region, ((struct arena *)region)->used);
	for (unsigned int i = 0; i < NR_STACKS; i++)
		if (stack_ready[i])
			__asan_unpoison_memory_region(stack_at(i), ARENA_STACK_SIZE);
}

#else

static void raw_copy(void *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
}

static bool raw_same(const void *a, const void *b, size_t bytes)
{
	return !memcmp(a, b, bytes);
}

static void save_shadow(struct arena_mark *mark)
{
	(void)mark;
}

static void put_shadow_back(const struct arena_mark *mark, size_t used)
{
	(void)mark;
	(void)used;
}

static void forget_poison(size_t used)
{
	(void)used;
}

static bool frames_are_on_stacks(void)
{
	return true;
}

static void tell_region(void)
{
}

static void forget_shadow(void)
{
}

#endif

/* ---- marks ---- */

static size_t live_bytes(const struct arena *arena, unsigned int slot)
{
	return (size_t)(stack_at(slot) + ARENA_STACK_SIZE - (char *)*arena->sp[slot]);
}

static void save_stacks(const struct arena *arena, struct arena_mark *mark)
{
	size_t all = 0, at = 0;

	for (unsigned int i = 0; i < NR_STACKS; i++)
		if (arena->sp[i]) {
			size_t bytes = live_bytes(arena, i);

			mark->stack[mark->nr_stacks++] = (struct saved_stack){ i, bytes };
			all += bytes;
		}
	mark->stacks = g_malloc(all);
	for (unsigned int i = 0; i < mark->nr_stacks; i++) {
		size_t bytes = mark->stack[i].bytes;

		raw_copy(mark->stacks + at,
			 stack_at(mark->stack[i].slot) + ARENA_STACK_SIZE - bytes, bytes);
		at += bytes;
	}
}

static bool differs(uint32_t block, const struct arena_mark *mark)
{
	return !raw_same(region + block * (size_t)BLOCK, mark->bytes + block * (size_t)BLOCK,
			 BLOCK);
}

/* Memory is all zeroes until it is used. */
static bool is_zero(uint32_t block)
{
	static const _Alignas(8) char zeroes[BLOCK];

	return raw_same(region + block * (size_t)BLOCK, zeroes, BLOCK);
}

static uint32_t nr_blocks(size_t used)
{
	return (uint32_t)((used + BLOCK - 1) / BLOCK);
}

/* Finds the blocks that are not as in @base; those behind its end are not listed. */
static void compare(struct arena_mark *base)
{
	g_array_set_size(base->differing, 0);
	base->compared = true;
	for (uint32_t i = 0; i < nr_blocks(base->used); i++)
		if (differs(i, base))
			g_array_append_val(base->differing, i);
}

static void save_blocks(struct arena_mark *mark)
{
	guint same = 0;

	mark->blocks = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_vals(mark->blocks, mark->base->differing->data, mark->base->differing->len);
	for (uint32_t i = nr_blocks(mark->base->used); i < nr_blocks(mark->used); i++)
		if (!is_zero(i))
			g_array_append_val(mark->blocks, i);
	mark->bytes = g_malloc(mark->blocks->len * (size_t)BLOCK);
	for (; same < mark->blocks->len; same++)
		raw_copy(mark->bytes + same * (size_t)BLOCK,
			 region + g_array_index(mark->blocks, uint32_t, same) * (size_t)BLOCK,
			 BLOCK);
}

struct arena_mark *arena_mark(struct arena *arena, struct arena_mark *base)
{
	struct arena *before = arena_enter(NULL);
	struct arena_mark *mark = g_new0(struct arena_mark, 1);

	arena->used = nr_blocks(arena->used) * (size_t)BLOCK;
	mark->used = arena->used;
	mark->differing = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (base) {
		mark->base = base;
		/* The size has been rounded: look at the first block anew. */
		compare(base);
		save_blocks(mark);
	} else {
		mark->bytes = g_malloc(mark->used);
		raw_copy(mark->bytes, region, mark->used);
	}
	save_stacks(arena, mark);
	save_shadow(mark);
	arena_enter(before);
	return mark;
}

void arena_mark_free(struct arena_mark *mark)
{
	struct arena *before;

	if (!mark)
		return;
	before = arena_enter(NULL);
	g_free(mark->bytes);
	g_free(mark->stacks);
	g_free(mark->shadow);
	g_array_unref(mark->differing);
	if (mark->blocks)
		g_array_unref(mark->blocks);
	g_free(mark);
	arena_enter(before);
}

size_t arena_mark_bytes(const struct arena_mark *mark)
{
	size_t bytes = sizeof(*mark) + (mark->blocks ? mark->blocks->len * (BLOCK + 4UL) : mark->used);

	for (unsigned int i = 0; i < mark->nr_stacks; i++)
		bytes += mark->stack[i].bytes;
	return bytes;
}

/* The heap as in @base, which is whole. */
static void put_heap_back(struct arena *arena, struct arena_mark *base)
{
	size_t used = arena->used;

	if (!base->compared)
		compare(base);
	for (guint i = 0; i < base->differing->len; i++) {
		size_t at = g_array_index(base->differing, uint32_t, i) * (size_t)BLOCK;

		raw_copy(region + at, base->bytes + at, BLOCK);
	}
	for (uint32_t i = nr_blocks(base->used); i < nr_blocks(used); i++)
		memset(region + i * (size_t)BLOCK, 0, BLOCK);
	base->compared = false;
}

void arena_return(struct arena *arena, struct arena_mark *mark)
{
	struct arena_mark *base = mark->base ? (struct arena_mark *)mark->base : mark;
	const char *saved = mark->stacks;
	size_t used = arena->used;

	forget_poison(used);
	put_heap_back(arena, base);
	for (guint i = 0; mark->blocks && i < mark->blocks->len; i++)
		raw_copy(region + g_array_index(mark->blocks, uint32_t, i) * (size_t)BLOCK,
			 mark->bytes + i * (size_t)BLOCK, BLOCK);
	for (unsigned int i = 0; i < mark->nr_stacks; i++) {
		size_t bytes = mark->stack[i].bytes;

		raw_copy(stack_at(mark->stack[i].slot) + ARENA_STACK_SIZE - bytes, saved, bytes);
		saved += bytes;
	}
	put_shadow_back(mark, used);
}

/* Nothing deeper than so many zeroes has been used: no frame has a hole as large. */
#define UNTOUCHED	16384

UNCHECKED static void sweep(char *bottom, char *end)
{
	uint64_t *at = (uint64_t *)((uintptr_t)end & ~7UL), *zeroes_from = at;

	while ((char *)at > bottom && (char *)zeroes_from - (char *)at < UNTOUCHED) {
		at--;
		if (*at) {
			*at = 0;
			zeroes_from = at;
		}
	}
}

void arena_sweep_stacks(struct arena *arena)
{
	for (unsigned int i = 0; i < NR_STACKS; i++)
		if (arena->sp[i])
			sweep(stack_at(i), *arena->sp[i]);
}

void arena_changes(struct arena_mark *mark)
{
	mark->compared = false;
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

UNCHECKED static uint64_t word_at(const char *at)
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

static void digest_block(struct arena_digest *digest, uint32_t block)
{
	arena_digest_add(digest, block);
	digest_bytes(digest, region + block * (size_t)BLOCK, BLOCK);
}

struct arena_digest arena_digest(const struct arena *arena, struct arena_mark *base)
{
	struct arena_digest digest = { { arena->used, base->used } };

	compare(base);
	for (guint i = 0; i < base->differing->len; i++)
		digest_block(&digest, g_array_index(base->differing, uint32_t, i));
	for (uint32_t i = nr_blocks(base->used); i < nr_blocks(arena->used); i++)
		if (!is_zero(i))
			digest_block(&digest, i);
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

	if (in_use || !frames_are_on_stacks() || g_getenv("MMSIM_NO_ARENA"))
		return NULL;
	if (!region) {
		char *at = mmap(NULL, HEAP_SIZE + NR_STACKS * STACK_SLOT, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (at == MAP_FAILED)
			return NULL;
		region = at;
		tell_region();
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
	forget_shadow();
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

struct arena_mark *arena_mark(struct arena *arena, struct arena_mark *base)
{
	(void)arena;
	(void)base;
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

void arena_sweep_stacks(struct arena *arena)
{
	(void)arena;
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

size_t arena_mark_bytes(const struct arena_mark *mark)
{
	(void)mark;
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
