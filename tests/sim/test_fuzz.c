/*
 * test_fuzz.c - random programs: the same from the same seed, accepted by the model, shrunk to
 * what matters.  The model alone: nothing here needs a privilege.
 */
#include "tests/test.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "sim/fuzz_run.h"
#include "sim/parse.h"
#include "sim/run.h"

/* A program that meets the defect below. */
#define BUG		"merge_forgets_copied_from"
#define BUG_SEED	595

static void same_seed_same_program(void **state)
{
	(void)state;
	for (int i = 0; i < NR_FUZZ_PROFILES; i++) {
		struct fuzz_program *a = fuzz_generate((enum fuzz_profile)i, 7, 5, 60);
		struct fuzz_program *b = fuzz_generate((enum fuzz_profile)i, 7, 5, 60);
		struct fuzz_program *c = fuzz_generate((enum fuzz_profile)i, 8, 5, 60);
		g_autofree char *x = fuzz_text(a), *y = fuzz_text(b), *z = fuzz_text(c);

		assert_string_equal(x, y);
		assert_string_not_equal(x, z);
		assert_in_range(a->stmts->len, 5, 60);
		assert_int_equal(fuzz_profile_find(fuzz_profile_name((enum fuzz_profile)i)), i);
		fuzz_program_destroy(a);
		fuzz_program_destroy(b);
		fuzz_program_destroy(c);
	}
	assert_int_equal(fuzz_profile_find("vm"), NR_FUZZ_PROFILES);
}

/* Nothing that the model leaves out is made, and nothing breaks. */
static void all_profiles_run(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 25 * NR_FUZZ_PROFILES; i++) {
		enum fuzz_profile profile = (enum fuzz_profile)(i % NR_FUZZ_PROFILES);
		struct fuzz_program *program = fuzz_generate(profile, i, 5, 60);
		struct fuzz_seen seen;

		fuzz_run(program, NULL, &seen);
		if (seen.why)
			print_error("seed %u: %s\n", i, seen.why);
		assert_int_equal(seen.verdict, FUZZ_GOOD);
		assert_int_equal(seen.results->len,
				 program->stmts->len + fuzz_settings_calls(program));
		fuzz_seen_clear(&seen);
		fuzz_program_destroy(program);
	}
}

static bool is_broken(void *data, const struct fuzz_program *program)
{
	const char *wanted = data;
	struct fuzz_seen seen;
	g_autofree char *signature = NULL;

	fuzz_run(program, NULL, &seen);
	signature = fuzz_signature(&seen);
	fuzz_seen_clear(&seen);
	return !g_strcmp0(signature, wanted);
}

static int run_text(const char *text)
{
	const struct run_options options = {};
	struct diag_list *diags = diag_list_create();
	struct script *script = script_parse_text("found", text, strlen(text), NULL, diags);
	struct run *run;
	int status;

	assert_non_null(script);
	run = run_create(script, &options);
	status = run_execute(run);
	run_destroy(run);
	script_destroy(script);
	diag_list_destroy(diags);
	return status;
}

/* A defect is found, shrunk, and written as a scenario that shows it. */
static void defect_is_found_and_shrunk(void **state)
{
	struct fuzz_program *program = fuzz_generate(FUZZ_MREMAPS, BUG_SEED, 5, 60);
	g_autofree char *text = NULL;
	struct fuzz_seen seen;

	(void)state;
	fuzz_run(program, NULL, &seen);
	assert_int_equal(seen.verdict, FUZZ_GOOD);
	fuzz_seen_clear(&seen);
	program->bug = BUG;
	fuzz_run(program, NULL, &seen);
	assert_int_equal(seen.verdict, FUZZ_BROKEN);
	assert_string_equal(seen.rule, "rmap-reaches");
	fuzz_seen_clear(&seen);

	program = fuzz_shrink(program, is_broken, (void *)"rule rmap-reaches");
	assert_in_range(program->stmts->len, 2, 9);
	fuzz_run(program, NULL, &seen);
	text = fuzz_scenario(program, &seen, "a test");
	assert_non_null(strstr(text, "must violate rmap-reaches"));
	assert_int_equal(run_text(text), STATUS_GOOD);
	fuzz_seen_clear(&seen);
	fuzz_program_destroy(program);
}

/* At least one store(), by whomever: the simplest is one page of the first process. */
static bool has_store(void *data, const struct fuzz_program *program)
{
	struct fuzz_alive alive;

	(void)data;
	fuzz_alive_begin(&alive);
	for (guint i = 0; i < program->stmts->len; i++) {
		const struct fuzz_stmt *stmt = &g_array_index(program->stmts, struct fuzz_stmt, i);

		if (fuzz_alive_next(&alive, stmt) && stmt->kind == FUZZ_STORE)
			return true;
	}
	return false;
}

static void shrinks_to_the_simplest(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct fuzz_program *program = fuzz_generate(FUZZ_FORKS, seed, 20, 60);
		const struct fuzz_stmt *stmt;

		if (has_store(NULL, program)) {
			program = fuzz_shrink(program, has_store, NULL);
			stmt = &g_array_index(program->stmts, struct fuzz_stmt, 0);
			assert_int_equal(program->stmts->len, 1);
			assert_int_equal(stmt->task, 0);
			assert_int_equal(stmt->len, 1);
			assert_int_equal(stmt->odd, FUZZ_SANE);
			assert_int_equal(program->memlock, 0);
		}
		fuzz_program_destroy(program);
	}
}

/* What the kernel would have done is what the file expects. */
static void scenario_expects_the_host(void **state)
{
	struct fuzz_program *program = fuzz_generate(FUZZ_VMA, 1, 5, 5);
	struct fuzz_stmt stmt = { .kind = FUZZ_MUNMAP, .at = 3, .len = 2 };
	struct fuzz_seen seen = { .verdict = FUZZ_DIFFERS, .field = FIELD_RESULT,
				  .place = (char *)"munmap", .model = (char *)"0",
				  .host = (char *)"-EPERM" };
	g_autofree char *result = NULL, *page = NULL;

	(void)state;
	g_array_set_size(program->stmts, 0);
	g_array_append_val(program->stmts, stmt);
	seen.results = g_ptr_array_new();
	g_ptr_array_add(seen.results, (void *)"0");
	result = fuzz_scenario(program, &seen, "a test");
	assert_non_null(strstr(result, "\nmunmap(@3, 2p) = -EPERM\n"));
	seen.field = FIELD_CONTENT;
	seen.place = (char *)"Q:@3";
	seen.host = (char *)"7";
	page = fuzz_scenario(program, &seen, "a test");
	assert_non_null(strstr(page, "\nmunmap(@3, 2p) = 0\nexpect content(Q:@3) == 7\n"));
	g_ptr_array_unref(seen.results);
	fuzz_program_destroy(program);
}

/* ---- the command ---- */

static int command(const char *words)
{
	g_autofree char *line = g_strdup_printf("%s fuzz %s > /dev/null 2>&1", MMSIM_BINARY, words);
	int status = system(line);

	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void exit_statuses(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("mmsim-fuzz-XXXXXX", NULL);
	g_autofree char *one = g_strdup_printf("--bug %s --profile mremap --seed %d --count 1 "
					       "-o %s", BUG, BUG_SEED, folder);
	g_autofree char *two = g_strdup_printf("--bug %s --profile mremap --seed %d --count 4 "
					       "-j 2 -o %s", BUG, BUG_SEED - 2, folder);
	g_autofree char *path = g_strdup_printf("%s/fuzz-%d.mms", folder, BUG_SEED);
	g_autofree char *first = NULL, *second = NULL;

	(void)state;
	assert_int_equal(command("--model-only --count 6 --seed 1 -j 2"), STATUS_GOOD);
	assert_int_equal(command("--model-only --count 6 --seed 1 --shard 2/3"), STATUS_GOOD);
	assert_int_equal(command(one), STATUS_BROKEN);
	assert_true(g_file_get_contents(path, &first, NULL, NULL));
	assert_int_equal(command(two), STATUS_BROKEN);
	assert_true(g_file_get_contents(path, &second, NULL, NULL));
	assert_string_equal(first, second);
	assert_int_equal(command("--profile vm"), STATUS_USAGE);
	assert_int_equal(command("--bug none"), STATUS_USAGE);
	assert_int_equal(command("--statements 9..5"), STATUS_USAGE);
	assert_int_equal(command("--shard 4/3"), STATUS_USAGE);
	assert_int_equal(command("-j 0"), STATUS_USAGE);
	assert_int_equal(command("--live --model-only"), STATUS_USAGE);
	remove(path);
	remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_program),
		cmocka_unit_test(all_profiles_run),
		cmocka_unit_test(defect_is_found_and_shrunk),
		cmocka_unit_test(shrinks_to_the_simplest),
		cmocka_unit_test(scenario_expects_the_host),
		cmocka_unit_test(exit_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
