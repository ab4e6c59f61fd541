/*
 * pages.c - the entries of page tables as letters, one a page.
 *
 * In the kernel:  /proc/PID/pagemap, by role.
 * Locks:          none.
 */
#include <string.h>

#include "model/huge.h"
#include "model/pgtable.h"
#include "viz/draw_internal.h"

char page_letter(pte_t pte)
{
	if (pte_none(pte))
		return '.';
	if (pte_present(pte)) {
		if (pfn_to_page(pte_pfn(pte)) == mach->zero_page || is_huge_zero_pmd(pte))
			return 'Z';
		return pte_write(pte) ? 'W' : 'R';
	}
	if (is_guard_pte(pte))
		return 'G';
	if (is_pte_marker(pte))
		return swp_offset(pte) & PTE_MARKER_POISONED ? 'P' : 'U';
	return is_migration_pte(pte) ? 'M' : 'S';
}

const char *page_letter_words(char letter)
{
	static const char *const words[] = {
		"writable", "read-only", "zero page", "swapped out", "migrating", "guard",
		"poisoned", "uffd-wp mark",
	};
	const char *at = strchr(PAGE_LETTERS, letter);

	return at && *at ? words[at - PAGE_LETTERS] : "none";
}

const char *page_letter_fill(const struct theme *theme, char letter)
{
	switch (letter) {
	case 'W':
		return theme->head;
	case 'R':
		return theme->background;
	case 'S': case 'M':
		return theme->tint[4];
	case 'G': case 'P':
		return theme->tint[0];
	case '.':
		return theme->background;
	default:
		return theme->box;
	}
}

struct letters {
	unsigned long start, end;
	unsigned long *nr;
	char *text;
	unsigned long touched;
};

static bool note_entry(const struct pgtable *table, unsigned int slot, unsigned long addr,
		       void *data)
{
	struct letters *letters = data;
	char letter = page_letter(table->entry[slot]);
	unsigned long span = PAGE_SIZE << (9 * table->level);
	unsigned long from = MAX(ALIGN_DOWN(addr, span), letters->start);
	unsigned long to = MIN(ALIGN_DOWN(addr, span) + span, letters->end);

	letters->touched += (to - from) >> PAGE_SHIFT;
	if (letters->nr)
		letters->nr[(unsigned char)letter & 0x7f] += (to - from) >> PAGE_SHIFT;
	if (letters->text)
		memset(letters->text + ((from - letters->start) >> PAGE_SHIFT), letter,
		       (to - from) >> PAGE_SHIFT);
	return true;
}

unsigned long pages_touched(const struct mm_struct *mm, unsigned long start, unsigned long end,
			    unsigned long *nr)
{
	struct letters letters = { .start = start, .end = end, .nr = nr };

	pgtable_for_each(mm, start, end, note_entry, &letters);
	return letters.touched;
}

char *pages_letters(const struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct letters letters = { .start = start, .end = end };

	letters.text = g_strnfill((end - start) >> PAGE_SHIFT, '.');
	pgtable_for_each(mm, start, end, note_entry, &letters);
	return letters.text;
}
