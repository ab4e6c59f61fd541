/*
 * huge_mapcount.c - who maps a large folio: one address space, or several?
 *
 * All mappings are counted in one number, and those of two address spaces apart.  As long as
 * one of the two has them all, the folio is not shared.  A third one that comes while both
 * slots are taken is counted in the sum only, so that the answer may stay "shared" for longer
 * than it is true; never the other way round.
 *
 * In the kernel:  include/linux/rmap.h folio_add_return_large_mapcount(),
 *                 folio_sub_return_large_mapcount().
 * Locks:          the kernel takes a bit lock in the folio; here each is one step.
 */
#include "huge.h"
#include "machine.h"

/* The slot that counts for @id, or -1. */
static int slot_of(const struct folio_large *large, unsigned int id)
{
	for (int i = 0; i < 2; i++)
		if (large->mm_id[i] == id)
			return i;
	return -1;
}

void folio_add_large_mapcount(struct folio *folio, int diff, const struct mm_struct *mm)
{
	struct folio_large *large = folio->large;
	int slot = mm ? slot_of(large, mm->id) : -1;

	sched_touch(&large->large_mapcount, ACCESS_WRITE);
	large->large_mapcount += diff;
	if (slot >= 0) {
		large->mm_id_mapcount[slot] += diff;
		return;
	}
	slot = slot_of(large, 0);
	if (!mm || slot < 0)
		return;
	large->mm_id[slot] = mm->id;
	large->mm_id_mapcount[slot] = diff;
	if (large->large_mapcount != diff)
		large->maybe_mapped_shared = true;
}

void folio_sub_large_mapcount(struct folio *folio, int diff, const struct mm_struct *mm)
{
	struct folio_large *large = folio->large;
	int slot = mm ? slot_of(large, mm->id) : -1;

	sched_touch(&large->large_mapcount, ACCESS_WRITE);
	large->large_mapcount -= diff;
	if (slot >= 0) {
		large->mm_id_mapcount[slot] -= diff;
		if (large->mm_id_mapcount[slot] > 0)
			return;
		/* mappings made while both slots were taken can bring it below none */
		large->mm_id_mapcount[slot] = 0;
		large->mm_id[slot] = 0;
	}
	if (large->mm_id_mapcount[0] == large->large_mapcount ||
	    large->mm_id_mapcount[1] == large->large_mapcount)
		large->maybe_mapped_shared = false;
}
