/*
 * test_arena.c - memory and stacks that are put back as they were.
 */
#include "tests/test.h"

#include <glib.h>
#include <stdlib.h>

#include "sim/arena.h"
#include "sim/coroutine.h"

/* NULL where malloc() cannot be taken over: nothing to test. */
static struct arena *an_arena(void)
{
	struct arena *arena = arena_create();

	if (!arena)
		skip();
	return arena;
}

static void what_was_allocated_and_written_is_put_back(void **state)
{
	struct arena *arena = an_arena();
	struct arena_mark *mark;
	GString *string;
	GTree *tree;
	char *more;

	(void)state;
	arena_enter(arena);
	string = g_string_new("before");
	tree = g_tree_new_full((GCompareDataFunc)(void (*)(void))strcmp, NULL, g_free, NULL);
	g_tree_insert(tree, g_strdup("one"), NULL);
	arena_enter(NULL);
	mark = arena_mark(arena, NULL);
	for (unsigned int round = 0; round < 3; round++) {
		arena_enter(arena);
		g_string_append(string, " and something that does not fit into the same block");
		g_tree_insert(tree, g_strdup("two"), NULL);
		g_tree_remove(tree, "one");
		more = g_malloc(100000);
		memset(more, 7, 100000);
		arena_enter(NULL);
		assert_int_equal(g_tree_nnodes(tree), 1);
		assert_null(g_tree_lookup(tree, "one"));
		arena_return(arena, mark);
		assert_string_equal(string->str, "before");
		assert_int_equal(g_tree_nnodes(tree), 1);
		assert_true(g_tree_lookup_extended(tree, "one", NULL, NULL));
		arena_enter(arena);
		more = g_malloc(100000);
		arena_enter(NULL);
		for (unsigned int i = 0; i < 100000; i++)
			assert_int_equal(more[i], 0);
		arena_return(arena, mark);
	}
	arena_mark_free(mark);
	arena_destroy(arena);
}

static void blocks_of_all_sizes_do_not_overlap(void **state)
{
	struct arena *arena = an_arena();
	unsigned char *block[300];
	size_t size[300];

	(void)state;
	arena_enter(arena);
	for (unsigned int i = 0; i < 300; i++) {
		size[i] = i < 200 ? i * 11 : (size_t)1 << (i % 17);
		block[i] = g_realloc(g_malloc(size[i] / 2 + 1), size[i] + 1);
		memset(block[i], (int)i, size[i] + 1);
		assert_int_equal((uintptr_t)block[i] % 16, 0);
	}
	for (unsigned int i = 0; i < 300; i++) {
		for (size_t j = 0; j <= size[i]; j++)
			if (block[i][j] != (unsigned char)i)
				fail_msg("block %u, byte %zu", i, j);
		g_free(block[i]);
	}
	arena_enter(NULL);
	arena_destroy(arena);
}

struct counter {
	struct coroutine *stack;
	int reached;
};

static void count_to_three(void *data)
{
	struct counter *counter = data;
	int local[100];

	for (int i = 0; i < 3; i++) {
		local[i] = i;
		coroutine_yield(counter->stack);
		counter->reached = local[i] + 1;
	}
}

static void a_coroutine_goes_on_again_from_where_it_was(void **state)
{
	struct arena *arena = an_arena();
	struct arena_mark *mark;
	struct counter *counter;

	(void)state;
	arena_enter(arena);
	counter = g_new0(struct counter, 1);
	counter->stack = coroutine_create();
	coroutine_start(counter->stack, count_to_three, counter);
	coroutine_resume(counter->stack);
	mark = arena_mark(arena, NULL);
	for (unsigned int round = 0; round < 3; round++) {
		assert_int_equal(counter->reached, 1);
		coroutine_resume(counter->stack);
		assert_int_equal(counter->reached, 2);
		coroutine_resume(counter->stack);
		assert_true(coroutine_done(counter->stack));
		arena_return(arena, mark);
		assert_false(coroutine_done(counter->stack));
	}
	arena_enter(NULL);
	arena_mark_free(mark);
	arena_destroy(arena);
}

static void digests_tell_states_apart(void **state)
{
	struct arena *arena = an_arena();
	struct arena_digest one, two, again;
	struct arena_mark *mark;
	volatile int *number;

	(void)state;
	arena_enter(arena);
	number = g_new0(int, 1000);
	arena_enter(NULL);
	mark = arena_mark(arena, NULL);
	number[500] = 1;
	one = arena_digest(arena, mark);
	number[500] = 2;
	two = arena_digest(arena, mark);
	number[500] = 1;
	again = arena_digest(arena, mark);
	assert_memory_equal(&one, &again, sizeof(one));
	assert_true(memcmp(&one, &two, sizeof(one)) != 0);
	arena_return(arena, mark);
	assert_int_equal(number[500], 0);
	arena_mark_free(mark);
	arena_destroy(arena);
}

static void there_is_one_arena_at_a_time(void **state)
{
	struct arena *arena = an_arena();

	(void)state;
	assert_null(arena_create());
	arena_destroy(arena);
	arena = arena_create();
	assert_non_null(arena);
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_allocated_and_written_is_put_back),
		cmocka_unit_test(blocks_of_all_sizes_do_not_overlap),
		cmocka_unit_test(a_coroutine_goes_on_again_from_where_it_was),
		cmocka_unit_test(digests_tell_states_apart),
		cmocka_unit_test(there_is_one_arena_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
