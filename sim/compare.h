/*
 * compare.h - two observations of one scenario, field by field: the model's and the host's.
 *
 * What the host does not show (PFNs without privilege, offsets of anonymous areas, all
 * that stands behind the areas) is unknown: equal to anything, and counted.
 *
 * Locks: none.
 */
#ifndef SIM_COMPARE_H
#define SIM_COMPARE_H

#include "sim/observe.h"
#include "sim/value.h"

enum compared_field {
	FIELD_RESULT,		/* value, errno or signal of a call; told by the caller */
	FIELD_OUTPUT,		/* what a call wrote: likewise */
	FIELD_PROCESS,		/* that it exists */
	FIELD_VMA,		/* that an area with these ends exists */
	FIELD_PERMS, FIELD_FLAGS, FIELD_OFFSET, FIELD_NAME,
	FIELD_SMAPS,		/* the other lines of smaps */
	FIELD_PAGE,		/* none, present, in swap, other entry */
	FIELD_FILE, FIELD_EXCLUSIVE, FIELD_GUARD, FIELD_UFFD_WP,
	FIELD_FOLIO,		/* the same page as others, and as before */
	FIELD_ANON, FIELD_MAPCOUNT, FIELD_MLOCKED, FIELD_SWAPCACHE, FIELD_KSM,	/* of the page itself */
	FIELD_CONTENT,
	/* Where the host is read deep: */
	FIELD_ANON_VMA, FIELD_CHAIN, FIELD_VM_FILE, FIELD_UFFD,	/* of an area */
	FIELD_ROOT, FIELD_PARENT, FIELD_CHILDREN, FIELD_ACTIVE, FIELD_REFCOUNT,
	FIELD_WRITE, FIELD_DIRTY,	/* of a page table entry */
	FIELD_ORDER, FIELD_INDEX, FIELD_MAPPING, FIELD_ANON_EXCLUSIVE,	/* of a folio */
	/* Marks of a folio, in the order of enum seen_mark: */
	FIELD_FOLIO_DIRTY, FIELD_REFERENCED, FIELD_ACTIVE_LIST, FIELD_WORKINGSET,
	FIELD_UNEVICTABLE, FIELD_SWAPBACKED, FIELD_LRU, FIELD_WRITEBACK,
	FIELD_LEAF,		/* of a page: a PMD maps it */
	FIELD_ENTIRE, FIELD_PAGES_MAPPED, FIELD_MM_COUNT, FIELD_SHARED,	/* of a large folio */
	FIELD_PARTIALLY_MAPPED, FIELD_QUEUED,
	FIELD_SWAP_EXCLUSIVE,	/* of a word of swap */
	FIELD_SLOT,		/* the same slot as others */
	FIELD_SWAP_COUNT, FIELD_SWAP_CACHED, FIELD_SWAP_ZERO,	/* of a slot */
	FIELD_SHARERS,		/* of a KSM page: as many items as its stable node has */
	FIELD_KSM_MERGING, FIELD_KSM_ITEMS,	/* of a process */
	NR_COMPARED_FIELDS,
};

/* The field's name in reports: "perms". */
const char *compared_field_name(enum compared_field field);

/* One place where the two are not alike.  Strings are its own. */
struct difference {
	enum compared_field field;
	char *place;		/* "P:@4-@8" */
	char *model, *host;
};

struct identities;

/* The state of a comparison through a run. */
struct comparison {
	uint64_t compared[NR_COMPARED_FIELDS];
	uint64_t unknown[NR_COMPARED_FIELDS];
	GPtrArray *differences;	/* struct difference *: all found so far */
	GHashTable *told;	/* text of each: a difference that stays is told once */
	GHashTable *frames;	/* model's page -> PFN, as of the last observation */
	struct identities *identities;	/* of anon_vmas, files, userfaultfds */
	struct value_style style;
};

struct comparison *comparison_create(void);
void comparison_destroy(struct comparison *cmp);
/* One field compared; adds a difference if the texts are not equal. */
void compare_text(struct comparison *cmp, enum compared_field field, const char *place,
		  const char *model, const char *host);
/* Where something was compared: made into text only if it differs.  Borrowed. */
struct place {
	const char *process;
	uint64_t start, end;	/* an area; end 0: one page; both 0: the whole */
	unsigned int anon_vma;	/* or an anon_vma of the model */
};
/* "P:@4-@8", "P:@4", "anon_vma#1"; g_free(). */
char *compared_place_text(const struct comparison *cmp, const struct place *place);
/* Adds a difference. */
void compare_differs(struct comparison *cmp, enum compared_field field, const struct place *place,
		     const char *model, const char *host);
/* One field compared, as compare_text().  @format of a number: "d" or "x". */
void compare_words(struct comparison *cmp, enum compared_field field, const struct place *place,
		   const char *model, const char *host);
void compare_number(struct comparison *cmp, enum compared_field field, const struct place *place,
		    const char *format, uint64_t model, uint64_t host);
void compare_observations(struct comparison *cmp, const struct observation *model,
			  const struct observation *host);

#endif
