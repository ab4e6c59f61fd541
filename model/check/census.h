/*
 * census.h - one walk over all page tables, counted per frame and per mm.
 */
#ifndef MODEL_CHECK_CENSUS_H
#define MODEL_CHECK_CENSUS_H

#include "../folio.h"
#include "../pgtable.h"
#include "../swap.h"
#include "check.h"

struct census_mm {
	long rss_anon, rss_file, rss_shmem, swapents;	/* pages */
};

/* How often one address space maps one large folio: a PMD counts as one. */
struct census_large {
	unsigned int folio, mm;		/* ids */
	uint32_t maps;
};

struct census {
	pfn_t nr_frames;		/* counts exist below this PFN */
	uint32_t *maps;			/* [PFN]: present PTEs that map the frame */
	uint32_t *writable;		/* [PFN]: those of them that are writable */
	uint32_t *dirty;		/* [PFN]: dirty words, of either level, that map it */
	uint32_t *swap_words[MAX_SWAPFILES];	/* [slot]: words that hold it; NULL: no device */
	uint8_t *swap_shmem[MAX_SWAPFILES];	/* [slot]: files of shared memory that hold it */
	uint32_t *swap_exclusive[MAX_SWAPFILES]; /* [slot]: those of them that say exclusive */
	uint32_t *leaves;		/* [PFN of a first page]: PMDs that map the whole folio */
	uint32_t *writable_leaves;
	GArray *large;			/* struct census_large, by folio and mm */
	struct census_mm *mm;		/* [index in check->mms] */
	GHashTable *device_refs;	/* PFN of a folio -> references that devices have on it;
					 * looked up only; NULL if no device holds anything */
};

/* A present word, found in @vma. */
struct census_pte {
	struct mm_struct *mm;
	struct vm_area_struct *vma;	/* NULL: outside any */
	unsigned long addr;
	pte_t pte;
	bool leaf;			/* of the PMD level: serves 2 MiB */
};

struct census *census_take(struct check *check);
void census_free(struct census *census);
/* References of devices on @folio. */
long census_device_refs(const struct census *census, const struct folio *folio);

/* Calls @fn for every word of @mm that is not none, with the VMA around it. */
typedef void (*census_fn)(const struct census_pte *pte, void *data);
void census_walk(struct mm_struct *mm, census_fn fn, void *data);

#endif
