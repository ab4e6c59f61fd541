/*
 * coroutine.c - stacks and switching between them; see coroutine.h.
 *
 * The only file that knows how: a register save of our own on x86-64, ucontext elsewhere
 * and where MMSIM_UCONTEXT asks for it.
 */
#include <glib.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/arena.h"
#include "sim/coroutine.h"

#if !defined(__x86_64__) || defined(MMSIM_UCONTEXT)
#define USE_UCONTEXT	1
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define TELL_ASAN	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELL_ASAN	1
#endif
#endif

#ifdef TELL_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#define STACK_SIZE	ARENA_STACK_SIZE

struct coroutine {
	void (*fn)(void *data);
	void *data;
	bool done;
	bool begun;		/* its stack has a frame to go back to */
	char *stack;		/* lowest address, above the guard page */
	char *mapping;		/* guard page included; NULL: the arena's */
	size_t mapping_size;
#ifdef USE_UCONTEXT
	ucontext_t inside, outside;
#else
	void *inside, *outside;	/* stack pointers */
#endif
#ifdef TELL_ASAN
	void *fake_inside, *fake_outside;
	const void *outside_bottom;
	size_t outside_size;
#endif
};

/* ---- what the sanitizer is told ---- */

static void leaving_for_inside(struct coroutine *co)
{
#ifdef TELL_ASAN
	__sanitizer_start_switch_fiber(&co->fake_outside, co->stack, STACK_SIZE);
#endif
	(void)co;
}

static void back_outside(struct coroutine *co)
{
#ifdef TELL_ASAN
	__sanitizer_finish_switch_fiber(co->fake_outside, NULL, NULL);
#endif
	(void)co;
}

static void leaving_for_outside(struct coroutine *co)
{
#ifdef TELL_ASAN
	__sanitizer_start_switch_fiber(&co->fake_inside, co->outside_bottom, co->outside_size);
#endif
	(void)co;
}

static void arrived_inside(struct coroutine *co)
{
#ifdef TELL_ASAN
	__sanitizer_finish_switch_fiber(co->fake_inside, &co->outside_bottom,
					&co->outside_size);
#endif
	(void)co;
}

/* ---- the switch ---- */

/* Runs one function after the other for as long as the stack lives. */
void mmsim_coroutine_main(struct coroutine *co) __attribute__((noreturn, used));
void mmsim_coroutine_main(struct coroutine *co)
{
	arrived_inside(co);
	for (;;) {
		co->fn(co->data);
		co->done = true;
		coroutine_yield(co);
	}
}

#ifdef USE_UCONTEXT

static void ucontext_entry(unsigned int high, unsigned int low)
{
	mmsim_coroutine_main((struct coroutine *)(((uintptr_t)high << 32) | low));
}

static void prepare(struct coroutine *co)
{
	uintptr_t address = (uintptr_t)co;

	getcontext(&co->inside);
	co->inside.uc_stack.ss_sp = co->stack;
	co->inside.uc_stack.ss_size = STACK_SIZE;
	co->inside.uc_link = NULL;
	makecontext(&co->inside, (void (*)(void))ucontext_entry, 2,
		    (unsigned int)(address >> 32), (unsigned int)address);
}

/* A context is more than a stack pointer. */
static bool take_from_arena(struct coroutine *co)
{
	(void)co;
	return false;
}

static void switch_in(struct coroutine *co)
{
	swapcontext(&co->outside, &co->inside);
}

static void switch_out(struct coroutine *co)
{
	swapcontext(&co->inside, &co->outside);
}

#else

void mmsim_coroutine_switch(void **save, void *load);
void mmsim_coroutine_entry(void);

__asm__(".text\n"
	".globl mmsim_coroutine_switch\n"
	".type mmsim_coroutine_switch, @function\n"
	"mmsim_coroutine_switch:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size mmsim_coroutine_switch, . - mmsim_coroutine_switch\n"
	".globl mmsim_coroutine_entry\n"
	".type mmsim_coroutine_entry, @function\n"
	"mmsim_coroutine_entry:\n"
	"	movq %rbx, %rdi\n"
	"	subq $8, %rsp\n"
	"	call mmsim_coroutine_main\n"
	"	ud2\n"
	".size mmsim_coroutine_entry, . - mmsim_coroutine_entry\n");

/* A frame as mmsim_coroutine_switch() leaves one, which returns into the entry. */
static void prepare(struct coroutine *co)
{
	void **top = (void **)(co->stack + STACK_SIZE);

	*--top = NULL;
	*--top = (void *)(uintptr_t)mmsim_coroutine_entry;
	*--top = NULL;			/* rbp */
	*--top = co;			/* rbx */
	for (int i = 0; i < 4; i++)
		*--top = NULL;		/* r12 to r15 */
	co->inside = top;
}

static bool take_from_arena(struct coroutine *co)
{
	co->stack = arena_stack_take(&co->inside);
	co->inside = co->stack ? co->stack + STACK_SIZE : NULL;
	return co->stack != NULL;
}

static void switch_in(struct coroutine *co)
{
	mmsim_coroutine_switch(&co->outside, co->inside);
}

static void switch_out(struct coroutine *co)
{
	mmsim_coroutine_switch(&co->inside, co->outside);
}

#endif

/* ---- the interface ---- */

struct coroutine *coroutine_create(void)
{
	struct coroutine *co = g_new0(struct coroutine, 1);
	size_t guard = (size_t)sysconf(_SC_PAGESIZE);

	co->done = true;
	if (take_from_arena(co))
		return co;
	co->mapping_size = STACK_SIZE + guard;
	co->mapping = mmap(NULL, co->mapping_size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (co->mapping == MAP_FAILED || mprotect(co->mapping, guard, PROT_NONE))
		g_error("no memory for a stack of %zu bytes", co->mapping_size);
	co->stack = co->mapping + guard;
	return co;
}

void coroutine_destroy(struct coroutine *co)
{
	if (!co)
		return;
	if (!arena_stack_give(co->stack))
		munmap(co->mapping, co->mapping_size);
	g_free(co);
}

void coroutine_resume(struct coroutine *co)
{
	leaving_for_inside(co);
	switch_in(co);
	back_outside(co);
}

void coroutine_start(struct coroutine *co, void (*fn)(void *data), void *data)
{
	co->fn = fn;
	co->data = data;
	co->done = false;
	if (!co->begun)
		prepare(co);
	co->begun = true;
	coroutine_resume(co);
}

void coroutine_yield(struct coroutine *co)
{
	leaving_for_outside(co);
	switch_out(co);
	arrived_inside(co);
}

bool coroutine_done(const struct coroutine *co)
{
	return co->done;
}

const void *coroutine_stack(const struct coroutine *co)
{
	return co->stack;
}
