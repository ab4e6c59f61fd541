/*
 * test_object.c - storage, names in order of birth, field tables, dump, diff and hash; the life
 * of a machine.
 */
#include <string.h>
#include "model/check/check.h"
#include "model/file.h"
#include "model/rmap.h"
#include "model/syscalls.h"
#include "model/vma.h"
#include "tests/test.h"

#define A	0x10000000UL
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static struct machine *start(void)
{
	struct machine_config config;
	struct machine *machine;

	machine_config_init(&config);
	machine = machine_create(&config);
	machine_enter(machine);
	mach->current_task = task_create_first("P");
	return machine;
}

static void map(unsigned long addr, unsigned long pages)
{
	assert_int_equal(sys_mmap(addr, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, ANON, -1, 0), addr);
}

static void store(unsigned long addr, uint64_t value)
{
	assert_int_equal(access_user(addr, USER_STORE, &value), 0);
}

static void test_ids_in_order_of_birth(void **state)
{
	struct machine *machine = start();
	struct anon_vma *a = NEW(KIND_ANON_VMA, struct anon_vma, "a");
	struct anon_vma *b = NEW(KIND_ANON_VMA, struct anon_vma, "b");
	struct anon_vma *c;

	(void)state;
	assert_int_equal(a->id, 1);
	assert_int_equal(b->id, 2);
	model_free(KIND_ANON_VMA, a);
	c = NEW(KIND_ANON_VMA, struct anon_vma, "c");
	assert_int_equal(c->id, 3);	/* a name is not used again */
	assert_int_equal(object_count(machine, KIND_ANON_VMA), 2);
	assert_ptr_equal(object_by_id(machine, KIND_ANON_VMA, 2), b);
	assert_null(object_by_id(machine, KIND_ANON_VMA, 1));

	g_autoptr(GPtrArray) list = object_list(machine, KIND_ANON_VMA);
	assert_int_equal(list->len, 2);
	assert_ptr_equal(list->pdata[0], b);
	assert_ptr_equal(list->pdata[1], c);
	machine_destroy(machine);
}

static void test_many_objects_are_zeroed_and_reused(void **state)
{
	struct machine *machine = start();
	enum { NR = 20000 };
	g_autofree struct anon_vma_chain **avc = g_new(struct anon_vma_chain *, NR);
	size_t bytes;

	(void)state;
	for (int i = 0; i < NR; i++) {
		avc[i] = NEW(KIND_AVC, struct anon_vma_chain, "avc");
		assert_null(avc[i]->vma);
		memset((char *)avc[i] + sizeof(unsigned int), 0xff,
		       sizeof(*avc[i]) - sizeof(unsigned int));
	}
	bytes = object_bytes(machine, KIND_AVC);
	for (int i = 0; i < NR; i += 2)
		model_free(KIND_AVC, avc[i]);
	for (int i = 0; i < NR; i += 2) {
		avc[i] = NEW(KIND_AVC, struct anon_vma_chain, "again");
		assert_null(avc[i]->vma);
	}
	assert_int_equal(object_bytes(machine, KIND_AVC), bytes);
	assert_int_equal(object_count(machine, KIND_AVC), NR);
	machine_destroy(machine);
}

static void test_nth_allocation_fails(void **state)
{
	struct machine *machine = start();
	struct anon_vma *first, *second, *third;

	(void)state;
	machine_fail_nth(machine, 2);
	first = NEW(KIND_ANON_VMA, struct anon_vma, "first");
	second = NEW(KIND_ANON_VMA, struct anon_vma, "second");
	third = NEW(KIND_ANON_VMA, struct anon_vma, "third");
	assert_non_null(first);
	assert_null(second);
	assert_non_null(third);
	assert_string_equal(machine->failed_site, "second");

	machine_fail_nth(machine, 1);
	alloc_nofail_begin();
	assert_non_null(NEW(KIND_ANON_VMA, struct anon_vma, "may not fail"));
	alloc_nofail_end();
	assert_null(NEW(KIND_ANON_VMA, struct anon_vma, "may"));
	machine_destroy(machine);
}

static void test_reset_is_like_new(void **state)
{
	struct machine *machine = start();
	g_autoptr(GString) first = g_string_new(NULL), second = g_string_new(NULL);

	(void)state;
	for (int round = 0; round < 3; round++) {
		map(A, 4);
		store(A, 7);
		g_string_truncate(second, 0);
		machine_dump(machine, round ? second : first);
		if (round)
			assert_string_equal(first->str, second->str);
		machine_reset(machine);
		mach->current_task = task_create_first("P");
	}
	machine_destroy(machine);
}

static void test_two_machines_apart(void **state)
{
	struct machine *one = start(), *two;

	(void)state;
	map(A, 4);
	two = start();
	map(A, 2);
	assert_int_equal(vma_lookup(mach->current_task->mm, A)->vm_end, A + 2 * PAGE_SIZE);
	machine_enter(one);
	assert_int_equal(vma_lookup(mach->current_task->mm, A)->vm_end, A + 4 * PAGE_SIZE);
	machine_destroy(two);
	machine_destroy(one);
}

static void test_every_field_prints(void **state)
{
	struct machine *machine = start();
	g_autoptr(GString) text = g_string_new(NULL);

	(void)state;
	map(A, 4);
	store(A, 7);
	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++) {
		const struct object_type *type = object_type(kind);
		g_autoptr(GPtrArray) list = object_list(machine, kind);

		for (size_t i = 0; i < type->nr_fields; i++) {
			assert_ptr_equal(object_field(kind, type->fields[i].name), &type->fields[i]);
			assert_non_null(type->fields[i].what);
			assert_true(type->fields[i].type == FIELD_SET ? type->fields[i].list != NULL
								      : type->fields[i].get != NULL);
			for (guint n = 0; n < list->len; n++) {
				g_string_truncate(text, 0);
				field_print(&type->fields[i], list->pdata[n], text);
				assert_true(text->len > 0 || type->fields[i].type == FIELD_VM_FLAGS);
			}
		}
	}
	machine_destroy(machine);
}

/* Two machines at once, at other addresses of the host: their dumps are the same. */
static void test_dump_has_no_pointers(void **state)
{
	struct machine *one = start(), *two;
	g_autoptr(GString) text = g_string_new(NULL), other = g_string_new(NULL);

	(void)state;
	map(A, 4);
	store(A, 7);
	two = start();
	map(A, 4);
	store(A, 7);
	machine_dump(one, text);
	machine_dump(two, other);
	assert_non_null(strstr(text->str, "vma#1 "));
	assert_non_null(strstr(text->str, "content=7 exclusive"));
	assert_string_equal(text->str, other->str);
	machine_destroy(two);
	machine_destroy(one);
}

static void test_diff_tells_what_changed(void **state)
{
	struct machine *one = start(), *two;
	g_autoptr(GString) text = g_string_new(NULL);

	(void)state;
	map(A, 4);
	two = start();
	map(A, 4);
	assert_int_equal(machine_diff(one, two, text), 0);
	assert_string_equal(text->str, "");

	store(A + PAGE_SIZE, 9);
	assert_true(machine_diff(one, two, text) > 0);
	assert_non_null(strstr(text->str, "vma#1 anon_vma: none -> anon_vma#1"));
	assert_non_null(strstr(text->str, "mm#1 0x10001000"));
	assert_non_null(strstr(text->str, "anon_vma#1 new"));
	machine_destroy(two);
	machine_destroy(one);
}

/* Two roads to one state: ids differ, the hash does not. */
static void test_hash_is_canonical(void **state)
{
	struct machine *one = start(), *two;
	uint64_t before, hash;

	(void)state;
	map(A, 4);
	map(A + 64 * PAGE_SIZE, 4);
	before = machine_hash(one);
	store(A, 1);
	store(A + 64 * PAGE_SIZE, 2);
	hash = machine_hash(one);
	assert_int_not_equal(hash, before);

	two = start();
	map(A + 200 * PAGE_SIZE, 1);
	store(A + 200 * PAGE_SIZE, 5);
	assert_int_equal(sys_munmap(A + 200 * PAGE_SIZE, PAGE_SIZE), 0);
	map(A + 64 * PAGE_SIZE, 4);
	store(A + 64 * PAGE_SIZE, 2);
	map(A, 4);
	store(A, 1);
	/* The other road left page tables of its own; here they are the same range's. */
	assert_int_equal(machine_hash(two), hash);
	store(A, 3);
	assert_int_not_equal(machine_hash(two), hash);
	machine_destroy(two);
	machine_destroy(one);
}

static void test_semantics_by_release(void **state)
{
	struct semantics now, before;
	size_t nr;
	const struct semantics_info *rows = semantics_table(&nr);

	(void)state;
	semantics_init(&now, KERNEL_VERSION(6, 18));
	semantics_init(&before, KERNEL_VERSION(6, 12));
	assert_true(now.mremap_multi_vma);
	assert_false(before.mremap_multi_vma);
	for (size_t i = 0; i < nr; i++) {
		assert_ptr_equal(semantics_find(rows[i].name), &rows[i]);
		assert_true(*rows[i].source && *rows[i].what);
		if (rows[i].is_bug)
			assert_false(semantics_get(&now, &rows[i]));
		semantics_set(&now, &rows[i], true);
		assert_true(semantics_get(&now, &rows[i]));
	}
	assert_null(semantics_find("no such row"));
	assert_non_null(semantics_find("mremap-multi-vma"));
}

static void test_letters_of_flags(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char prot[5];

	(void)state;
	vm_flags_letters(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT, text,
			 " ");
	assert_string_equal(text->str, "rd wr mr mw me ac");
	assert_int_equal(vm_flags_from_letters("ac"), VM_ACCOUNT);
	assert_int_equal(vm_flags_from_letters("zz"), 0);
	vm_flags_prot(VM_READ | VM_EXEC | VM_MAYSHARE, prot);
	assert_string_equal(prot, "r-xs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_in_order_of_birth),
		cmocka_unit_test(test_many_objects_are_zeroed_and_reused),
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_reset_is_like_new),
		cmocka_unit_test(test_two_machines_apart),
		cmocka_unit_test(test_every_field_prints),
		cmocka_unit_test(test_dump_has_no_pointers),
		cmocka_unit_test(test_diff_tells_what_changed),
		cmocka_unit_test(test_hash_is_canonical),
		cmocka_unit_test(test_semantics_by_release),
		cmocka_unit_test(test_letters_of_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
