/*
 * compare_deep.h - what stands behind areas and pages, compared where a host tells.
 *
 * Objects are alike if they stand at the same places: each is bound to its counterpart at
 * the first place where both appear, for as long as it is seen.
 *
 * Locks: none.
 */
#ifndef SIM_COMPARE_DEEP_H
#define SIM_COMPARE_DEEP_H

#include "sim/compare.h"

/* Which objects are one, through a run: for each kind both ways, now and before. */
struct identities;

struct identities *identities_create(void);
void identities_destroy(struct identities *identities);
/* Forgets what was not seen since the last call of this. */
void identities_next(struct identities *identities);

void compare_deep_vma(struct comparison *cmp, const struct place *place,
		      const struct seen_vma *model, const struct seen_vma *host);
/* That of the page at @place, but for what is each page's own. */
void compare_deep_folio(struct comparison *cmp, const struct place *place,
			const struct seen_folio *model, const struct seen_folio *host);
void compare_deep_marks(struct comparison *cmp, const struct place *place,
			const struct seen_folio *model, const struct seen_folio *host);
/* The slot that an entry, or its page, has in swap. */
void compare_deep_slot(struct comparison *cmp, const struct place *place,
		       const struct seen_page *model, const struct seen_page *host);
/* After all areas and pages: the anon_vmas that were seen there. */
void compare_deep_anon_vmas(struct comparison *cmp, const struct observation *model,
			    const struct observation *host);

#endif
