/*
 * ghost.c - see ghost.h.
 */
#include <string.h>
#include "machine.h"
#include "mm.h"

void ghost_reset(struct machine *machine)
{
	memset(machine->ghost, 0, sizeof(machine->ghost));
	machine->nr_ghosts = 0;
}

struct ghost_ref ghost_for(const struct mm_struct *mm, unsigned long addr)
{
	struct ghost *ghost = mach->ghost;
	unsigned int i = 0;

	addr &= PAGE_MASK;
	if (!vma_lookup(mm, addr))	/* a word that waits to be zapped */
		return (struct ghost_ref){};
	while (i < mach->nr_ghosts && (ghost[i].mm != mm->id || ghost[i].addr != addr))
		i++;
	if (i == NR_GHOSTS)
		return (struct ghost_ref){};
	if (i == mach->nr_ghosts) {
		ghost[i] = (struct ghost){ .mm = mm->id, .addr = addr };
		mach->nr_ghosts++;
	}
	return (struct ghost_ref){ i + 1, ghost[i].life };
}

void ghost_store(struct ghost_ref ref, uint64_t value)
{
	struct ghost *ghost = ref.nr ? &mach->ghost[ref.nr - 1] : NULL;

	if (!ghost || ghost->life != ref.life)
		return;
	ghost->known = true;
	ghost->value = value;
}

void ghost_drop_slow(const struct mm_struct *mm, unsigned long start, unsigned long size)
{
	for (unsigned int i = 0; i < mach->nr_ghosts; i++) {
		struct ghost *ghost = &mach->ghost[i];

		if (ghost->mm != mm->id || ghost->addr - start >= size)
			continue;
		ghost->known = false;
		ghost->life++;
	}
}

void ghost_move_slow(const struct mm_struct *mm, unsigned long from, unsigned long to,
		     unsigned long size)
{
	for (unsigned int i = 0; i < mach->nr_ghosts; i++) {
		struct ghost *ghost = &mach->ghost[i];

		if (ghost->mm != mm->id)
			continue;
		if (ghost->addr - from < size)
			ghost->addr += to - from;
		else if (ghost->addr - to < size)	/* there was nothing */
			ghost->addr = ~0UL;
	}
}
