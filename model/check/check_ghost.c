/*
 * check_ghost.c - a store that user space has made is not lost.
 *
 * In the kernel:  no twin; what every copy of a page has to see to.
 */
#include "../memory.h"
#include "../mm.h"
#include "check.h"

static void check_store(struct check *check, const struct mm_struct *mm, const struct ghost *ghost)
{
	uint64_t value = 0;
	bool there = peek_content(mm, ghost->addr, &value);
	char *place;

	if (there && value == ghost->value)
		return;
	place = g_strdup_printf("mm#%u %s", mm->id, addr_name(mm, ghost->addr).text);
	if (!there)
		check_fail(check, place, "what was stored last", "nothing, where %"
			   G_GUINT64_FORMAT " was stored", ghost->value);
	else
		check_fail(check, place, "what was stored last", "%" G_GUINT64_FORMAT ", where %"
			   G_GUINT64_FORMAT " was stored", value, ghost->value);
}

void check_lost_store(struct check *check)
{
	for (unsigned int i = 0; i < check->machine->nr_ghosts; i++) {
		const struct ghost *ghost = &check->machine->ghost[i];

		for (guint n = 0; ghost->known && n < check->mms->len; n++) {
			const struct mm_struct *mm = check->mms->pdata[n];

			if (mm->id == ghost->mm && mm->mm_users)
				check_store(check, mm, ghost);
		}
	}
}
