/*
 * pin_home.c - see pin_home.h.
 */
#include "machine.h"
#include "mm.h"
#include "folio.h"

void pin_homes_reset(struct machine *machine)
{
	g_array_set_size(machine->pin_homes, 0);
}

static struct pin_home *home(guint i)
{
	return &g_array_index(mach->pin_homes, struct pin_home, i);
}

void pin_home_add(const struct mm_struct *mm, unsigned long addr, const struct page *page)
{
	const struct pin_home new_home = { mm->id, addr & PAGE_MASK, page_to_pfn(page) };

	g_array_append_val(mach->pin_homes, new_home);
}

void pin_home_remove(const struct page *page)
{
	for (guint i = mach->pin_homes->len; i-- > 0;)
		if (home(i)->pfn == page_to_pfn(page)) {
			g_array_remove_index(mach->pin_homes, i);
			return;
		}
}

void pin_home_drop(const struct mm_struct *mm, unsigned long start, unsigned long size)
{
	for (guint i = 0; i < mach->pin_homes->len; i++)
		if (home(i)->mm == mm->id && home(i)->addr - start < size)
			home(i)->addr = PIN_HOMELESS;
}

void pin_home_move(const struct mm_struct *mm, unsigned long from, unsigned long to,
		   unsigned long size)
{
	for (guint i = 0; i < mach->pin_homes->len; i++)
		if (home(i)->mm == mm->id && home(i)->addr - from < size)
			home(i)->addr += to - from;
}
