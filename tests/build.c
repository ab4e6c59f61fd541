/*
 * build.c - see build.h.
 */
#include "test.h"

#include "build.h"
#include "model/file.h"
#include "model/rmap.h"
#include "model/syscalls.h"

/* Areas that lend their anon_vmas lie here, far apart. */
#define DONOR_BASE	0x100000UL

struct machine *build_machine(const struct machine_config *config)
{
	struct machine_config defaults;
	struct machine *machine;

	machine_config_init(&defaults);
	machine = machine_create(config ? config : &defaults);
	machine_enter(machine);
	mach->current_task = task_create_first("P");
	assert_non_null(current);
	return machine;
}

void build_end(struct machine *machine)
{
	do_exit(current, 0);
	for (guint i = 0; i < machine->violations->len; i++) {
		const struct violation *v = &g_array_index(machine->violations, struct violation, i);

		print_error("%s at %s: expected %s, saw %s\n", v->rule, v->place, v->expected,
			    v->saw);
	}
	assert_int_equal(machine->violations->len, 0);
	assert_int_equal(object_count(machine, KIND_VMA), 0);
	assert_int_equal(object_count(machine, KIND_AVC), 0);
	assert_int_equal(object_count(machine, KIND_ANON_VMA), 0);
	assert_int_equal(object_count(machine, KIND_MM), 0);
	assert_int_equal(object_count(machine, KIND_PGTABLE), 0);
	assert_int_equal(machine->committed, 0);
	machine_destroy(machine);
}

static void test_close(struct vm_area_struct *vma)
{
	assert_non_null(vma);
}

static const struct vm_operations_struct closing_ops = { .name = "test", .close = test_close };

static struct vm_area_struct *build_vma(struct mm_struct *mm, unsigned long first,
					unsigned long end, const struct build_side *side)
{
	struct vm_area_struct *vma = vm_area_alloc(mm);

	assert_non_null(vma);
	vma->vm_start = first << PAGE_SHIFT;
	vma->vm_end = end << PAGE_SHIFT;
	vma->vm_pgoff = first + side->shift;
	vma->vm_flags = BUILD_RW ^ side->flags;
	if (side->close)
		vma->vm_ops = &closing_ops;
	assert_int_equal(vma_link(mm, vma), 0);
	vm_stat_account(mm, vma->vm_flags, (long)vma_pages(vma));
	if (vma->vm_flags & VM_ACCOUNT)
		assert_int_equal(vm_acct_memory(mm, vma_pages(vma)), 0);
	return vma;
}

/* The lender of the anon_vma of that number. */
static struct vm_area_struct *build_donor(struct mm_struct *mm, unsigned int anon_vma)
{
	unsigned long page = DONOR_BASE + 16UL * anon_vma;
	struct vm_area_struct *donor = vma_lookup(mm, page << PAGE_SHIFT);

	if (donor)
		return donor;
	donor = build_vma(mm, page, page + 1, &(struct build_side){});
	assert_int_equal(anon_vma_prepare(donor), 0);
	return donor;
}

void build_fault(struct vm_area_struct *vma, unsigned int anon_vma, bool forked)
{
	struct vm_area_struct *donor = build_donor(vma->vm_mm, anon_vma);

	if (forked) {
		assert_int_equal(anon_vma_fork(vma, donor), 0);
		return;
	}
	vma->anon_vma = donor->anon_vma;
	assert_int_equal(anon_vma_clone(vma, donor), 0);
}

void build_picture(struct mm_struct *mm, const char *picture, const struct build_side *sides,
		   struct vm_area_struct **vmas)
{
	static const struct build_side plain;

	/* lenders first, so that the areas of the picture have consecutive numbers */
	for (char letter = 'A'; sides && strchr(picture, letter); letter++)
		if (sides[letter - 'A'].anon_vma)
			build_donor(mm, sides[letter - 'A'].anon_vma);

	for (char letter = 'A'; strchr(picture, letter); letter++) {
		const struct build_side *side = sides ? &sides[letter - 'A'] : &plain;
		unsigned long first = (unsigned long)(strchr(picture, letter) - picture);
		unsigned long last = (unsigned long)(strrchr(picture, letter) - picture);
		struct vm_area_struct *vma = build_vma(mm, BUILD_BASE + first,
						       BUILD_BASE + last + 1, side);

		vmas[letter - 'A'] = vma;
	}
	for (char letter = 'A'; sides && strchr(picture, letter); letter++)
		if (sides[letter - 'A'].anon_vma)
			build_fault(vmas[letter - 'A'], sides[letter - 'A'].anon_vma,
				    sides[letter - 'A'].forked);
}

char *build_show(const struct mm_struct *mm, unsigned int first, unsigned long pages)
{
	GString *picture = g_string_new(NULL);

	for (unsigned long page = 0; page < pages; page++) {
		const struct vm_area_struct *vma = vma_lookup(mm, build_addr(page));

		g_string_append_c(picture, vma ? (char)('A' + (int)(vma->id - first)) : '.');
	}
	return g_string_free(picture, FALSE);
}
