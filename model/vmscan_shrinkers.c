/*
 * vmscan_shrinkers.c - what else gives memory back when it is short: huge pages in which there is less
 * than they take up.
 *
 * How much a shrinker is asked for grows with the need: a part of what it has, which doubles from round to
 * round; what was too little to begin with is carried over.
 *
 * In the kernel:  mm/shrinker.c shrink_slab(), do_shrink_slab(); mm/huge_memory.c deferred_split_count(),
 *                 shrink_huge_zero_folio_count().
 * Left out:       all other shrinkers (caches of inodes, dentries and drivers), nodes, memcg.
 * Locks:          none held but what reclaim may be called with; folio locks are tried.
 */
#include "huge.h"
#include "machine.h"
#include "vmscan.h"

#define SHRINK_BATCH	128UL
#define DEFAULT_SEEKS	2

struct shrinker {
	unsigned long (*count)(void);		/* what there is */
	unsigned long (*scan)(unsigned long nr);	/* looks at @nr of it: what was gained */
};

static unsigned long scan_huge_zero_folio(unsigned long nr G_GNUC_UNUSED)
{
	return huge_zero_folio_shrink();
}

static const struct shrinker shrinkers[NR_SHRINKERS] = {
	[SHRINKER_HUGE_ZERO] = { huge_zero_folio_count, scan_huge_zero_folio },
	[SHRINKER_DEFERRED_SPLIT] = { deferred_split_count, deferred_split_scan },
};

/* Kernel: do_shrink_slab(). */
static unsigned long do_shrink_slab(const struct shrinker *shrinker, unsigned long *deferred,
				    unsigned int priority)
{
	unsigned long freeable = shrinker->count(), freed = 0, scanned = 0, delta, total;

	if (!freeable)
		return 0;
	delta = (freeable >> priority) * 4 / DEFAULT_SEEKS;
	total = MIN((*deferred >> priority) + delta, 2 * freeable);
	while (total >= SHRINK_BATCH || total >= freeable) {
		unsigned long nr = MIN(SHRINK_BATCH, total);

		freed += shrinker->scan(nr);
		total -= nr;
		scanned += nr;
		might_sleep("do_shrink_slab");
		if (!nr)
			break;
	}
	delta += *deferred;
	*deferred = MIN(delta > scanned ? delta - scanned : 0, 2 * freeable);
	return freed;
}

unsigned long shrink_slab(unsigned int priority)
{
	unsigned long freed = 0;

	for (unsigned int i = 0; i < NR_SHRINKERS; i++)
		freed += do_shrink_slab(&shrinkers[i], &mach->shrinker_deferred[i], priority);
	return freed;
}
