/*
 * test_blocked.c - stacks to switch between, and calls that stop in the middle until somebody
 * wakes them.
 */
#include "tests/test.h"

#include "model/mm.h"
#include "sim/backend_model.h"
#include "sim/coroutine.h"

/* ---- coroutines ---- */

struct walk {
	struct coroutine *co;
	int steps;
};

static void three_steps(void *data)
{
	struct walk *walk = data;

	for (int i = 0; i < 3; i++) {
		walk->steps++;
		coroutine_yield(walk->co);
	}
}

/* |main|start      |resume     |resume     |resume        |
 * |co  |1 <yields> |2 <yields> |3 <yields> |<returns>     | */
static void a_coroutine_stops_and_goes_on(void **state)
{
	struct walk walk = { coroutine_create(), 0 };

	(void)state;
	assert_true(coroutine_done(walk.co));
	coroutine_start(walk.co, three_steps, &walk);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(walk.steps, i);
		assert_false(coroutine_done(walk.co));
		coroutine_resume(walk.co);
	}
	assert_true(coroutine_done(walk.co));
	assert_int_equal(walk.steps, 3);
	coroutine_destroy(walk.co);
}

static int depth(int n)
{
	volatile char frame[512];

	frame[0] = (char)n;
	return n ? depth(n - 1) + (frame[0] == (char)n) : 0;
}

static void goes_deep(void *data)
{
	*(int *)data = depth(200);
}

static void a_stack_serves_many_functions(void **state)
{
	struct walk walk = { coroutine_create(), 0 };
	int deep = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		coroutine_start(walk.co, goes_deep, &deep);
	assert_int_equal(deep, 200);
	coroutine_start(walk.co, three_steps, &walk);
	while (!coroutine_done(walk.co))
		coroutine_resume(walk.co);
	assert_int_equal(walk.steps, 3);
	coroutine_destroy(walk.co);
}

static void nested(void *data)
{
	a_coroutine_stops_and_goes_on(data);
}

static void one_inside_another(void **state)
{
	struct coroutine *co = coroutine_create();

	(void)state;
	coroutine_start(co, nested, NULL);
	assert_true(coroutine_done(co));
	coroutine_destroy(co);
}

/* ---- calls ---- */

/* A machine with P, whose mmap_lock nobody gives back for the time being. */
static struct model_backend *held_up(void)
{
	struct machine_config config;
	char *why = NULL;
	struct backend *backend;

	machine_config_init(&config);
	backend = backend_model_create(&config, "P", &why);
	assert_non_null(backend);
	assert_true(backend->ops->start_task(backend, "P.gc", &why));
	machine_enter(to_model(backend)->machine);
	down_write(&backend_model_task(backend, "P")->mm->mmap_lock);
	machine_enter(NULL);
	return to_model(backend);
}

static void let_go(struct model_backend *model)
{
	machine_enter(model->machine);
	up_write(&backend_model_task(&model->base, "P")->mm->mmap_lock);
	machine_enter(NULL);
}

static const struct op_args one_page = { .nr = 2, .number = { 0x10000, 0x1000 } };

static struct call_outcome munmap_by(struct model_backend *model, const char *task)
{
	struct call_request request = { .op = op_find("munmap"), .args = &one_page,
					.task = task };
	struct call_outcome outcome;

	model_call(&model->base, &request, &outcome);
	return outcome;
}

static void a_call_waits_for_a_lock_and_goes_on(void **state)
{
	struct model_backend *model = held_up();
	struct call_outcome outcome = munmap_by(model, "P.gc");
	struct call_outcome late = {};

	(void)state;
	assert_int_equal(outcome.kind, OUTCOME_BLOCKED);
	assert_false(model_collect(&model->base, "P.gc", &late));
	let_go(model);
	outcome = munmap_by(model, "P");
	assert_int_equal(outcome.kind, OUTCOME_VALUE);
	assert_true(model_collect(&model->base, "P.gc", &late));
	assert_int_equal(late.kind, OUTCOME_VALUE);
	assert_int_equal(late.value, 0);
	assert_false(model_collect(&model->base, "P.gc", &late));
	assert_int_equal(model->base.ops->check_empty(&model->base), 0);
	backend_destroy(&model->base);
}

static void who_is_still_asleep_at_the_end_is_told(void **state)
{
	struct model_backend *model = held_up();
	struct call_outcome outcome = munmap_by(model, "P.gc");
	struct broken_rule broken;

	(void)state;
	assert_int_equal(outcome.kind, OUTCOME_BLOCKED);
	model_end_blocked(model);
	broken = model->base.ops->broken(&model->base, 0);
	assert_string_equal(broken.rule, "lock-order");
	assert_string_equal(broken.place, "P.gc");
	let_go(model);
	backend_destroy(&model->base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_coroutine_stops_and_goes_on),
		cmocka_unit_test(a_stack_serves_many_functions),
		cmocka_unit_test(one_inside_another),
		cmocka_unit_test(a_call_waits_for_a_lock_and_goes_on),
		cmocka_unit_test(who_is_still_asleep_at_the_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
