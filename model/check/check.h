/*
 * check.h - invariants: named rules over the whole machine, each a function that
 * reads const state and goes on after what it finds.
 *
 * In the kernel:  validate_mm(), the page table check, VM_BUG_ON() here and there.
 * Locks:          none; run between calls, when nobody holds one.
 */
#ifndef MODEL_CHECK_CHECK_H
#define MODEL_CHECK_CHECK_H

#include "../machine.h"

struct census;
struct vm_area_struct;

/* One run of all rules; what they share. */
struct check {
	const struct machine *machine;
	const char *rule;	/* the one that runs */
	unsigned int found;
	GPtrArray *mms;		/* struct mm_struct, in order of birth */
	struct census *census;	/* what the page tables map; census.h */
};

struct check_rule {
	const char *name;	/* "rmap-reaches" */
	const char *what;	/* one sentence: what must hold */
	const char *why;	/* one sentence: what goes wrong otherwise */
	const char *source;	/* kernel file and function that rely on it */
	void (*run)(struct check *check);
};

/* All rules, in the order they run. */
const struct check_rule *check_rules(size_t *nr);
/* Runs all rules; violations go to the machine's list.  Returns how many were found. */
unsigned int machine_check(struct machine *machine);
/*
 * After every task has exited: nothing may be left but named inodes with their page
 * cache, which this drops first.
 */
unsigned int machine_check_empty(struct machine *machine);

/* Reports a finding of the running rule; @place is taken over (g_free()d) here. */
void check_fail(struct check *check, char *place, const char *expected,
		const char *saw_format, ...) G_GNUC_PRINTF(4, 5);

/* Where a finding is, to be handed to check_fail(): "mm#1 vma#3 [@1, @4)". */
char *check_vma_place(const struct vm_area_struct *vma);

/* The rules, by subject. */
void check_vma_order(struct check *check);
void check_vma_count(struct check *check);
void check_vma_accounts(struct check *check);
void check_vma_tree(struct check *check);
void check_vma_file(struct check *check);
void check_anon_vma_chain(struct check *check);
void check_anon_vma_counts(struct check *check);
void check_anon_vma_same_chain(struct check *check);
void check_pgtable_shape(struct check *check);
void check_pgtable_inside_vma(struct check *check);
void check_rmap_reaches(struct check *check);
void check_rmap_mapcount(struct check *check);
void check_folio_refs(struct check *check);
void check_folio_exclusive(struct check *check);
void check_ksm_pages(struct check *check);
void check_ksm_reaches(struct check *check);
void check_pins(struct check *check);
void check_migration_entries(struct check *check);
void check_mm_rss(struct check *check);
void check_page_cache(struct check *check);
void check_swap_counts(struct check *check);
void check_swap_cache(struct check *check);
void check_swap_index(struct check *check);
void check_swap_content(struct check *check);
void check_shmem_swap(struct check *check);
void check_frames(struct check *check);
void check_lru(struct check *check);
void check_large_counts(struct check *check);
void check_large_pages(struct check *check);
void check_pgtable_deposit(struct check *check);
void check_deferred_split(struct check *check);
void check_huge_zero(struct check *check);
void check_locks_free(struct check *check);
void check_references(struct check *check);
void check_stale_tlb(struct check *check);
void check_lost_store(struct check *check);
void check_uffd_wp(struct check *check);
void check_uffd_wp_kept(struct check *check);
void check_uffd_changing(struct check *check);
void check_uffd_waiters(struct check *check);

#endif
