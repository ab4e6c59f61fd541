/*
 * check_pins.c - rules about what devices hold.
 */
#include "../gup.h"
#include "../swap.h"
#include "census.h"
#include "check.h"

/* Of a folio that a leaf maps, the first page stands for all. */
static bool exclusive(const struct page *page)
{
	const struct folio *folio = page->folio;

	if (folio->large && folio->large->entire_mapcount > 0)
		page = folio_page(folio, 0);
	return PageAnonExclusive(page);
}

static void pin_of(void *object, void *data)
{
	const struct device_pin *pin = object;
	const struct page *page = pfn_to_page(pin->pfn);
	struct check *check = data;

	if (!page || !page->folio) {
		check_fail(check, g_strdup_printf("pin#%u", pin->id),
			   "a page that a device holds to be in a folio",
			   "frame %" G_GUINT64_FORMAT " is free", pin->pfn);
		return;
	}
	if (pin->flags & FOLL_PIN && folio_test_anon(page->folio) && page_mapcount(page) &&
	    !exclusive(page))
		check_fail(check, g_strdup_printf("pin#%u folio#%u", pin->id, page->folio->id),
			   "a pinned anonymous page to be exclusive",
			   "PageAnonExclusive clear, mapcount %d", page_mapcount(page));
}

/* Is @page what @mm has at @addr, be it only in the swap cache? */
static bool is_at(const struct mm_struct *mm, unsigned long addr, struct page *page)
{
	struct pte_ref at = pgtable_leaf(mm, addr);
	pte_t pte = at.table ? at.table->entry[at.slot] : 0;

	if (pte_present(pte))
		return leaf_pfn(pte, addr) == page_to_pfn(page);
	return is_swap_entry_pte(pte) && folio_test(page->folio, PG_swapcache) &&
	       folio_matches_swap_entry(page->folio, pte_to_swp_entry(pte)) &&
	       swap_page(page->folio, pte_to_swp_entry(pte)) == page;
}

static void check_home(struct check *check, const struct pin_home *home)
{
	struct page *page = pfn_to_page(home->pfn);

	if (home->addr == PIN_HOMELESS || !page->folio || !folio_test_anon(page->folio))
		return;
	for (guint i = 0; i < check->mms->len; i++) {
		const struct mm_struct *mm = check->mms->pdata[i];

		if (mm->id == home->mm && !is_at(mm, home->addr, page))
			check_fail(check, g_strdup_printf("mm#%u %s", mm->id,
							  addr_name(mm, home->addr).text),
				   "the page that a device has pinned there",
				   "another one, or none, and the device has folio#%u",
				   page->folio->id);
	}
}

static void pincount_of(void *object, void *data)
{
	const struct folio *folio = object;
	struct check *check = data;
	long refs = census_device_refs(check->census, folio);

	/* FOLL_GETs are among the references, but no pins. */
	if (folio->large && (folio->large->pincount < 0 || folio->large->pincount > refs))
		check_fail(check, g_strdup_printf("folio#%u", folio->id),
			   "pincount to count the pins of devices", "pincount %d, %ld held",
			   folio->large->pincount, refs);
}

/* One address space, and the devices. */
struct owner {
	struct check *check;
	const GPtrArray *pins;
	const struct mm_struct *mm;
};

/* A word of a page that its process may write to as it is: no device of another process may have
 * it, for that would see what is stored. */
static void owned_word(const struct census_pte *pte, void *data)
{
	const struct owner *owner = data;
	const struct page *page = pte_present(pte->pte) ? pfn_to_page(pte_pfn(pte->pte)) : NULL;

	if (!page || !page->folio || !folio_test_anon(page->folio) || !PageAnonExclusive(page) ||
	    !census_device_refs(owner->check->census, page->folio))
		return;
	for (guint i = 0; i < owner->pins->len; i++) {
		const struct device_pin *pin = owner->pins->pdata[i];

		if (pin->mm != owner->mm->id && pin->pfn - page->pfn < (pte->leaf ? HPAGE_PMD_NR : 1))
			check_fail(owner->check,
				   g_strdup_printf("pin#%u folio#%u", pin->id, page->folio->id),
				   "a page that was taken from one process not to be another's own",
				   "mm#%u has it to itself at %#lx, taken from mm#%u", owner->mm->id,
				   pte->addr, pin->mm);
	}
}

static void owners_of(struct check *check)
{
	g_autoptr(GPtrArray) pins = object_list(check->machine, KIND_PIN);

	for (guint i = 0; pins->len && i < check->mms->len; i++) {
		struct owner owner = { check, pins, check->mms->pdata[i] };

		census_walk(check->mms->pdata[i], owned_word, &owner);
	}
}

void check_pins(struct check *check)
{
	object_for_each(check->machine, KIND_PIN, pin_of, check);
	owners_of(check);
	for (guint i = 0; i < check->machine->pin_homes->len; i++)
		check_home(check, &g_array_index(check->machine->pin_homes, struct pin_home, i));
	object_for_each(check->machine, KIND_FOLIO, pincount_of, check);
}
