/*
 * check_pins.c - rules about what devices hold.
 */
#include "../gup.h"
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

void check_pins(struct check *check)
{
	object_for_each(check->machine, KIND_PIN, pin_of, check);
	object_for_each(check->machine, KIND_FOLIO, pincount_of, check);
}
