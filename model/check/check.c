/*
 * check.c - the catalogue of invariants, and running it.
 */
#include "../file.h"
#include "../gup.h"
#include "../huge.h"
#include "../khugepaged.h"
#include "../ksm.h"
#include "../lru.h"
#include "../syscalls.h"
#include "census.h"
#include "check.h"

static const struct check_rule rules[] = {
	{ "vma-order", "VMAs are not empty, page-aligned, in order, and do not overlap",
	  "a lookup by address would find the wrong attributes",
	  "mm/vma.c validate_mm()", check_vma_order },
	{ "vma-count", "map_count is the number of VMAs",
	  "max_map_count would be enforced too early or too late",
	  "mm/vma.c validate_mm()", check_vma_count },
	{ "vma-accounts", "total_vm, data_vm, exec_vm and stack_vm are the sums over the VMAs; locked_vm "
	  "and the commit charge are at least theirs",
	  "RLIMIT_AS, RLIMIT_DATA and overcommit would drift",
	  "mm/mmap.c vm_stat_account()", check_vma_accounts },
	{ "vma-tree", "the tree of VMAs and its gaps are sound",
	  "mmap() would place areas on top of each other",
	  "lib/maple_tree.c mt_validate()", check_vma_tree },
	{ "vma-file", "a VMA with a file is in its i_mmap at its page range, and only there",
	  "truncation and reclaim would miss a mapping",
	  "mm/vma.c vma_link_file()", check_vma_file },
	{ "anon-vma-chain", "each VMA's chain leads to anon_vmas whose trees hold it at its page range, "
	  "its own anon_vma among them, once each",
	  "rmap walks would miss the VMA, or meet it twice",
	  "mm/rmap.c anon_vma_clone()", check_anon_vma_chain },
	{ "anon-vma-counts", "num_children, num_active_vmas and refcount of each anon_vma agree with what "
	  "points to it",
	  "fork would reuse an anon_vma that is in use, or one would never be freed",
	  "mm/rmap.c unlink_anon_vmas()", check_anon_vma_counts },
	{ "anon-vma-same-chain", "VMAs with the same anon_vma have the same chain",
	  "merging them would lose links to ancestors",
	  "mm/vma.c is_mergeable_anon_vma()", check_anon_vma_same_chain },
	{ "pgtable-shape", "tables are linked once, at the right level and slot; used words and bytes are "
	  "counted right",
	  "a table would be freed while in use, or never",
	  "mm/memory.c free_pgtables()", check_pgtable_shape },
	{ "pgtable-inside-vma", "page tables hold nothing outside VMAs",
	  "memory would stay reachable after munmap()",
	  "mm/memory.c unmap_page_range()", check_pgtable_inside_vma },
	{ "rmap-reaches", "a present anonymous PTE can be found from its folio: right index, and an "
	  "anon_vma in the VMA's chain",
	  "reclaim and migration would leave a PTE to a page which they believe free",
	  "mm/rmap.c rmap_walk_anon()", check_rmap_reaches },
	{ "rmap-mapcount", "the mapcount of a page is the number of PTEs that map it",
	  "a mapped page would be freed, or an unmapped one kept",
	  "mm/rmap.c folio_remove_rmap_pte()", check_rmap_mapcount },
	{ "folio-refs", "the refcount of a folio is the number of its holders: PTEs, page and swap cache, LRU batches, "
	  "devices",
	  "a folio would be freed in use, or leak",
	  "mm/swap.c folio_put()", check_folio_refs },
	{ "folio-exclusive", "PageAnonExclusive implies one mapping; a writable PTE of an anonymous page "
	  "implies PageAnonExclusive",
	  "a write would be seen by another process",
	  "mm/memory.c do_wp_page()", check_folio_exclusive },
	{ "ksm-pages", "a KSM page is anonymous and small, mapped read-only, not PageAnonExclusive, and known to "
	  "its stable node",
	  "a store of one process would be seen by all who share the page",
	  "mm/ksm.c folio_set_stable_node(), ksm_get_folio()", check_ksm_pages },
	{ "ksm-reaches", "the rmap_items of a KSM page lead to each PTE that maps it, and are counted",
	  "reclaim and migration would leave a PTE to a page which they believe free",
	  "mm/ksm.c rmap_walk_ksm()", check_ksm_reaches },
	{ "pins", "a page that a device holds is in a folio, exclusive if it is anonymous, mapped and "
	  "pinned, where it was, and no process's own but that it was taken from; the pins of a large folio are "
	  "counted right",
	  "the device and the process would have different pages, or the device see what another one stores",
	  "mm/gup.c sanity_check_pinned_pages(), mm/memory.c do_wp_page()", check_pins },
	{ "migration-entries", "a migration entry leads to a locked folio, at the index and in an anon_vma by "
	  "which it will be found again",
	  "it would stay for ever, and the next fault would wait as long",
	  "mm/migrate.c remove_migration_ptes()", check_migration_entries },
	{ "mm-rss", "the rss and swap counters of an mm agree with its page tables",
	  "the OOM killer and limits would be misled",
	  "mm/memory.c zap_pte_range()", check_mm_rss },
	{ "page-cache", "each folio of the page cache knows its file and index; a file PTE maps the page of "
	  "its offset",
	  "truncation would leave stale data mapped",
	  "mm/filemap.c", check_page_cache },
	{ "swap-counts", "each slot of a swap device counts the words that hold it; only a slot in use, or in "
	  "the swap cache, is not free; a word that says exclusive is the only one",
	  "a slot would be used again while a page is in it, or never",
	  "mm/swapfile.c swap_duplicate(), swap_entries_put_map()", check_swap_counts },
	{ "swap-cache", "a folio of the swap cache and its slot know each other; no page of it that a swap word "
	  "holds is PageAnonExclusive",
	  "a fault would find another page than was swapped out, or map one writable that is shared",
	  "mm/swap_state.c, mm/memory.c do_swap_page()", check_swap_cache },
	{ "swap-index", "a page of the swap cache to which an exclusive swap word leads has the index and an "
	  "anon_vma of the VMA where that word is",
	  "a fault there would map it where no rmap walk finds it, or copy it for nothing",
	  "mm/userfaultfd.c move_swap_pte(), mm/ksm.c ksm_might_need_to_copy()", check_swap_index },
	{ "swap-content", "a clean page of the swap cache is what its slot holds",
	  "what was stored last would be lost when the page is dropped",
	  "mm/vmscan.c __remove_mapping()", check_swap_content },
	{ "shmem-swap", "what a file of shared memory has in swap is in no folio of its cache, in aligned "
	  "entries, and counted",
	  "a page would be there twice, with two contents, or smaps would tell wrong",
	  "mm/shmem.c shmem_delete_from_page_cache(), shmem_swapin_folio()", check_shmem_swap },
	{ "frames", "every frame is free, a page table or in a folio, once",
	  "memory would be handed out twice, or lost",
	  "mm/page_alloc.c", check_frames },
	{ "lru", "a folio on an LRU list is on the list its flags say, once, and the lists count right",
	  "reclaim would look at the wrong folios, or at freed ones",
	  "mm/swap.c lru_add()", check_lru },
	{ "large-counts", "the counts of a large folio agree with the entries: PMDs, all mappings, pages "
	  "mapped, and those of two address spaces; one that is not marked shared is mapped by one only",
	  "a write would be seen by another process, or a folio split that others use",
	  "include/linux/rmap.h folio_add_return_large_mapcount()", check_large_counts },
	{ "large-pages", "the pages of a large folio are one aligned run of frames that all belong to it, and a leaf "
	  "maps it from the first",
	  "a page would be found at the wrong index, or in the wrong folio",
	  "mm/huge_memory.c __split_folio_to_order(), include/linux/mm.h folio_page()", check_large_pages },
	{ "pgtable-deposit", "with each leaf of a PMD table one empty PTE table is kept",
	  "a huge page could not be split when it has to be",
	  "mm/pgtable-generic.c pgtable_trans_huge_withdraw()", check_pgtable_deposit },
	{ "deferred-split", "the queue of folios to be split holds large anonymous ones, once, and each that is "
	  "partially mapped",
	  "memory would stay allocated that nobody can reach",
	  "mm/huge_memory.c deferred_split_folio()", check_deferred_split },
	{ "huge-zero", "who maps the huge zero page holds a reference on it, and these are counted right",
	  "the zeroes would be freed in use, or never",
	  "mm/huge_memory.c mm_get_huge_zero_folio()", check_huge_zero },
	{ "locks-free", "no lock is held between calls",
	  "the next call would wait for ever",
	  "kernel/locking/lockdep.c", check_locks_free },
	{ "references", "mm_users, and the references of files, inodes and policies, agree with who holds them; "
	  "no VMA, chain link or anon_vma is unreachable",
	  "an object would be freed in use, or leak",
	  "kernel/fork.c mmput(), fs/file_table.c fput()", check_references },
	{ "lost-store", "a page holds what user space stored to it last in a race, wherever it has gone since",
	  "data would be lost",
	  "mm/memory.c wp_page_copy(), mm/migrate.c, mm/khugepaged.c", check_lost_store },
	{ "stale-tlb", "a processor holds no translation to a frame that becomes free, and once all calls have "
	  "ended none that the page table no longer has",
	  "a store would reach a page that is somebody else's",
	  "include/asm-generic/tlb.h, mm/rmap.c try_to_unmap_flush()", check_stale_tlb },
	{ "uffd-wp", "a page that userfaultfd protects is not writable, and lies in an area registered for "
	  "write protection",
	  "a store would not be told, or a page would be told of that nobody asked for",
	  "mm/memory.c do_wp_page()", check_uffd_wp },
	{ "uffd-wp-kept", "a page whose protection userfaultfd was asked for, and never told to give up, has its "
	  "mark, whatever happened to it; no store goes through to it",
	  "a store would not be told: the reader's copy would be wrong for ever",
	  "mm/rmap.c try_to_unmap_one(), mm/migrate.c remove_migration_pte(), mm/memory.c do_swap_page()",
	  check_uffd_wp_kept },
	{ "uffd-changing", "mmap_changing of a userfaultfd counts the changes that its reader has not been told "
	  "of",
	  "a fill would land in memory that is going away, or never again be let through",
	  "mm/userfaultfd.c mfill_atomic()", check_uffd_changing },
	{ "uffd-waiters", "who is in a list of waiters of a userfaultfd sleeps; its references are those of "
	  "files, waiters and events",
	  "a fault would never be woken, or its userfaultfd be freed under it",
	  "fs/userfaultfd.c handle_userfault()", check_uffd_waiters },
};

const struct check_rule *check_rules(size_t *nr)
{
	*nr = ARRAY_SIZE(rules);
	return rules;
}

void check_fail(struct check *check, char *place, const char *expected, const char *saw_format, ...)
{
	g_autofree char *saw = NULL;
	va_list args;

	va_start(args, saw_format);
	saw = g_strdup_vprintf(saw_format, args);
	va_end(args);
	violation_add(check->rule, place, expected, "%s", saw);
	check->found++;
	g_free(place);
}

char *check_vma_place(const struct vm_area_struct *vma)
{
	return g_strdup_printf("mm#%u vma#%u [%s, %s)", vma->vm_mm ? vma->vm_mm->id : 0, vma->id,
			       addr_name(vma->vm_mm, vma->vm_start).text,
			       addr_name(vma->vm_mm, vma->vm_end).text);
}

unsigned int machine_check(struct machine *machine)
{
	struct machine *before = machine_enter(machine);
	struct check check = { .machine = machine };

	check.mms = object_list(machine, KIND_MM);
	check.census = census_take(&check);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		check.rule = rules[i].name;
		rules[i].run(&check);
	}
	census_free(check.census);
	g_ptr_array_unref(check.mms);
	machine_enter(before);
	return check.found;
}

/* The one folio which stays is the zero page. */
static size_t expected_left(enum object_kind kind)
{
	return kind == KIND_FOLIO ? 1 : 0;
}

unsigned int machine_check_empty(struct machine *machine)
{
	struct machine *before = machine_enter(machine);
	struct check check = { .machine = machine, .rule = "no-leak" };

	tasks_exit_all(machine);
	devices_unpin_all();
	inodes_drop(machine);
	lru_add_drain();
	swap_drop_cache();
	huge_zero_folio_shrink();
	ksm_forget_all();
	khugepaged_forget_dead();
	for (unsigned int kind = 0; kind < NR_OBJECT_KINDS; kind++) {
		size_t left = object_count(machine, kind);

		if (left != expected_left(kind))
			check_fail(&check, g_strdup(object_kind_name(kind)),
				   "nothing left when all tasks have ended", "%zu of kind %s",
				   left, object_kind_name(kind));
	}
	if (buddy_free_pages(machine) + 1 != machine->totalram_pages)
		check_fail(&check, g_strdup("frames"), "all frames free but that of the zero page",
			   "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " free",
			   buddy_free_pages(machine), machine->totalram_pages);
	machine_enter(before);
	return check.found;
}
