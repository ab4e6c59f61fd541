/*
 * build.h - a machine with one task, and areas drawn by hand: "AAA.BB" is an area of
 * three pages, a hole of one, an area of two.  Page 0 of a picture is page BUILD_BASE.
 */
#ifndef TESTS_BUILD_H
#define TESTS_BUILD_H

#include "model/machine.h"
#include "model/vma.h"

#define BUILD_BASE	0x1000UL	/* pages */
#define BUILD_RW	(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)

static inline unsigned long build_addr(unsigned long page)
{
	return (BUILD_BASE + page) << PAGE_SHIFT;
}

/* What an area in a picture has, besides its place. */
struct build_side {
	unsigned int anon_vma;	/* equal numbers share one; 0: unfaulted */
	bool forked;		/* got it by fork: a chain of two */
	bool close;		/* its operations have close */
	long shift;		/* pages that pgoff is off */
	vm_flags_t flags;	/* in addition to BUILD_RW, or those of it to be missing */
};

/* Machine and first task, entered and current.  @config NULL: the defaults. */
struct machine *build_machine(const struct machine_config *config);
/* Ends the task, fails the test if anything is left or was violated. */
void build_end(struct machine *machine);

/* The areas of @picture, made in alphabetical order, into @vmas['A' - 'A']...; mmap_lock held
 * for writing.  @sides likewise; NULL: plain. */
void build_picture(struct mm_struct *mm, const char *picture, const struct build_side *sides,
		   struct vm_area_struct **vmas);
/* Gives @vma the anon_vma of that number as if faulted. */
void build_fault(struct vm_area_struct *vma, unsigned int anon_vma, bool forked);
/* @pages pages of @mm as a picture; letters by order of birth, 'A' is area number @first. */
char *build_show(const struct mm_struct *mm, unsigned int first, unsigned long pages);

#endif
