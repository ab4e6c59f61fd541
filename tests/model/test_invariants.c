/*
 * test_invariants.c - each invariant is shown a corrupted machine and must name what it saw.
 *
 * The machine: process P with an anonymous area of 8 pages at A (4 of them written), another
 * that is not touched at B, a shared memfd of 4 pages at S (2 written), 4 MiB of huge pages at
 * H (the first 2 MiB written, the others read), and its child Q.
 * At W a page in swap that both have, and one that P read back; at X one of P alone.
 * At K two pages that KSM has merged.
 */
#include <string.h>
#include "model/check/check.h"
#include "model/file.h"
#include "model/gup.h"
#include "model/huge.h"
#include "model/ksm.h"
#include "model/lru.h"
#include "model/memory.h"
#include "model/mempolicy.h"
#include "model/rmap.h"
#include "model/swap.h"
#include "model/syscalls.h"
#include "model/userfaultfd.h"
#include "model/vma.h"
#include "tests/test.h"

#define A	0x10000000UL
#define B	0x20000000UL
#define S	0x30000000UL
#define W	0x40000000UL
#define X	0x50000000UL
#define H	0x60000000UL
#define K	0x70000000UL

static struct task_struct *parent, *child;

static void must(long result)
{
	assert_in_range((uint64_t)result, 0, 1UL << 47);
}

static void store(unsigned long addr)
{
	uint64_t value = mach->next_content++;

	assert_int_equal(access_user(addr, USER_STORE, &value), 0);
}

static void load(unsigned long addr)
{
	uint64_t value;

	assert_int_equal(access_user(addr, USER_LOAD, &value), 0);
}

/* New pages at @addr, written and swapped out. */
static void swap_out(unsigned long addr, unsigned long pages)
{
	must(sys_mmap(addr, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	for (unsigned long n = 0; n < pages; n++)
		store(addr + n * PAGE_SIZE);
	must(sys_madvise(addr, pages * PAGE_SIZE, MADV_PAGEOUT));
	swap_writeback_run();
}

/* Two pages at @addr that are one. */
static void merge(unsigned long addr)
{
	uint64_t value = 1000;

	must(sys_mmap(addr, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	must(sys_madvise(addr, 2 * PAGE_SIZE, MADV_MERGEABLE));
	assert_int_equal(access_user(addr, USER_STORE, &value), 0);
	assert_int_equal(access_user(addr + PAGE_SIZE, USER_STORE, &value), 0);
	assert_int_equal(ksmd_merge(parent->mm, addr, parent->mm, addr + PAGE_SIZE), 0);
}

static int build(void **state)
{
	struct machine_config config;
	struct machine *machine;
	long fd;

	machine_config_init(&config);
	config.swap = 1UL << 20;
	machine = machine_create(&config);
	machine_enter(machine);
	parent = task_create_first("P");
	mach->current_task = parent;
	must(sys_mmap(A, 8 * PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	must(sys_mmap(B, 8 * PAGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	fd = sys_memfd_create("m", 0);
	must(fd);
	must(sys_ftruncate((int)fd, 4 * PAGE_SIZE));
	must(sys_mmap(S, 4 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, (int)fd, 0));
	for (unsigned long n = 0; n < 4; n++)
		store(A + n * PAGE_SIZE);
	store(S);
	store(S + PAGE_SIZE);
	swap_out(W, 2);
	load(W + PAGE_SIZE);
	must(sys_mmap(H, 2 * PMD_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	must(sys_madvise(H, 2 * PMD_SIZE, MADV_HUGEPAGE));
	store(H);
	assert_int_equal(access_user(H + PMD_SIZE, USER_LOAD, NULL), 0);
	must(sys_clone(0, &child));
	swap_out(X, 1);
	merge(K);
	machine_check(machine);
	for (guint i = 0; i < machine->violations->len; i++) {
		const struct violation *v =
			&g_array_index(machine->violations, struct violation, i);

		print_error("%s at %s: expected %s, saw %s\n", v->rule, v->place, v->expected, v->saw);
	}
	assert_int_equal(machine->violations->len, 0);
	*state = machine;
	return 0;
}

static int drop(void **state)
{
	machine_destroy(*state);
	return 0;
}

static struct vm_area_struct *area(unsigned long addr)
{
	struct vm_area_struct *vma = vma_lookup(parent->mm, addr);

	assert_non_null(vma);
	return vma;
}

static pte_t *word(unsigned long addr)
{
	struct pgtable *table = pgtable_lookup(parent->mm, addr, LEVEL_PTE);

	assert_non_null(table);
	return &table->entry[pgtable_index(addr, LEVEL_PTE)];
}

static struct folio *folio_at(unsigned long addr)
{
	return pfn_to_page(pte_pfn(*word(addr)))->folio;
}

static struct anon_vma_chain *chain_of(unsigned long addr)
{
	return list_first_entry(&area(addr)->anon_vma_chain, struct anon_vma_chain, same_vma);
}

/* ---- one defect each ---- */

static void overlap(void)		{ area(A)->vm_start -= PAGE_SIZE; }
static void lost_count(void)		{ parent->mm->map_count++; }
static void lost_total(void)		{ parent->mm->total_vm--; }
static void lost_commit(void)		{ mach->committed = 0; }
static void lost_locked(void)		{ area(B)->vm_flags |= VM_LOCKED; }
static void tree_hole(void)		{ parent->mm->mm_mt.count++; }
static void not_in_i_mmap(void)
{
	interval_tree_remove(&area(S)->vm_file->inode->i_data.i_mmap, &area(S)->shared);
}
static void foreign_chain(void)		{ chain_of(A)->vma = area(B); }
static void not_in_tree(void)
{
	interval_tree_remove(&chain_of(A)->anon_vma->rb_root, &chain_of(A)->rb);
}
static void no_own_anon_vma(void)	{ list_del(&chain_of(A)->same_vma); }
static void too_many_children(void)	{ area(A)->anon_vma->num_children++; }
static void too_few_active(void)	{ area(A)->anon_vma->num_active_vmas--; }
static void anon_vma_leak(void)		{ area(A)->anon_vma->refcount++; }
static void other_chain(void)
{
	/* Q's area claims P's anon_vma, but its chain is longer. */
	struct vm_area_struct *vma = vma_lookup(child->mm, A);

	vma->anon_vma->num_active_vmas--;
	vma->anon_vma = area(A)->anon_vma;
	vma->anon_vma->num_active_vmas++;
}
static void table_count(void)		{ pgtable_lookup(parent->mm, A, LEVEL_PTE)->nr++; }
static void table_slot(void)		{ pgtable_lookup(parent->mm, A, LEVEL_PTE)->slot++; }
static void table_bytes(void)		{ parent->mm->pgtables_bytes += PAGE_SIZE; }
static void outside_vma(void)		{ area(A)->vm_start += PAGE_SIZE; }
static void wrong_index(void)		{ folio_at(A)->index++; }
static void wrong_anon_vma(void)
{
	folio_at(A)->mapping =
		(uintptr_t)vma_lookup(child->mm, A)->anon_vma | FOLIO_MAPPING_ANON;
}
static void lost_mapcount(void)		{ pfn_to_page(pte_pfn(*word(A)))->mapcount--; }
static void lost_pte(void)		{ *word(A) = 0; }
static void extra_ref(void)		{ folio_at(A)->refcount++; }
static void shared_exclusive(void)
{
	pfn_to_page(pte_pfn(*word(A)))->flags |= PG_anon_exclusive;
}
static void writable_shared(void)	{ *word(A) |= _PAGE_RW; }
static void exclusive_file(void)
{
	pfn_to_page(pte_pfn(*word(S)))->flags |= PG_anon_exclusive;
}
static void pin_at(unsigned long addr)
{
	struct task_struct *before = current;

	mach->current_task = parent;
	must(device_pin(addr, PAGE_SIZE, FOLL_WRITE));
	mach->current_task = before;
}
static void pin_lost(void)		{ pin_at(A); folio_at(A)->refcount -= GUP_PIN_COUNTING_BIAS; }
static void pin_elsewhere(void)
{
	pin_at(A);
	g_array_index(mach->pin_homes, struct pin_home, 0).addr += PAGE_SIZE;
}
static void pinned_shared(void)
{
	pin_at(A);
	ClearPageAnonExclusive(pfn_to_page(pte_pfn(*word(A))));
	*word(A) &= ~_PAGE_RW;
}
static void pinned_elsewhere(void)
{
	g_autoptr(GPtrArray) pins = NULL;

	pin_at(A);
	pins = object_list(mach, KIND_PIN);
	((struct device_pin *)pins->pdata[pins->len - 1])->mm++;
}
static void entry_left(void)
{
	*word(A) = swp_pte(SWP_MIGRATION_READ, folio_at(A)->pfn);
}
static struct ksm_stable_node *node_at(unsigned long addr)
{
	return folio_stable_node(folio_at(addr));
}
static struct ksm_rmap_item *item_at(unsigned long addr)
{
	return list_first_entry(&node_at(addr)->hlist, struct ksm_rmap_item, hlist);
}
static void ksm_exclusive(void)		{ SetPageAnonExclusive(folio_page(folio_at(K), 0)); }
static void ksm_writable(void)		{ *word(K) |= _PAGE_RW; }
static void ksm_other_frame(void)	{ node_at(K)->kpfn++; }
static void ksm_node_gone(void)		{ list_del(&node_at(K)->nodes); }
static void ksm_other_address(void)	{ item_at(K)->address += 8 * PAGE_SIZE; }
static void ksm_other_anon_vma(void)	{ item_at(K)->anon_vma = area(A)->anon_vma; }
static void ksm_out_of_order(void)
{
	struct list_head *items = &item_at(K)->mm->ksm_rmap_items, *first = items->next;

	list_del(first);
	list_add_tail(first, items);
}
static void ksm_in_both_trees(void)
{
	list_add(&item_at(K)->unstable, &mach->ksm_unstable);
}
static void ksm_uncounted(void)		{ node_at(K)->rmap_hlist_len--; }
static void ksm_no_head(void)		{ item_at(K)->head = NULL; }
static void ksm_lost_ref(void)		{ item_at(K)->anon_vma->refcount--; }
static void entry_lost(void)
{
	folio_lock(folio_at(A));
	folio_at(A)->index++;
	entry_left();
}
static void lost_rss(void)		{ parent->mm->rss_anon--; }
static void wrong_cache_index(void)	{ folio_at(S)->index += 7; }
static void swapped_file_ptes(void)
{
	pte_t first = *word(S);

	*word(S) = *word(S + PAGE_SIZE);
	*word(S + PAGE_SIZE) = first;
}
static void lost_nrpages(void)		{ area(S)->vm_file->inode->i_data.nrpages++; }
static struct swap_slot *slot_at(unsigned long addr) { return swap_slot(*word(addr)); }
static void lost_slot_count(void)	{ slot_at(W)->map--; }
static void extra_slot_count(void)	{ slot_at(X)->map++; }
static void shared_swap_exclusive(void)	{ *word(W) |= _PAGE_SWP_EXCLUSIVE; }
static void lost_cache_flag(void)	{ slot_at(W)->map &= (uint8_t)~SWAP_HAS_CACHE; }
static void lost_inuse(void)		{ mach->swap->info[0]->inuse_pages--; }
static void lost_free_slots(void)	{ mach->swap->nr_swap_pages--; }
/* At X, whose word is exclusive, the page is still in the cache. */
static void cached_elsewhere(void)	{ slot_at(X)->folio->index++; }
static void no_such_slot(void)		{ *word(W) = swp_pte(0, 1UL << 30); }
static void device_in_use(void)		{ mach->swap->info[0]->users++; }
static void wrong_slot(void)		{ slot_at(W)->folio->swap += 1UL << SWP_OFFSET_SHIFT; }
static void lost_swapcache_flag(void)	{ folio_clear(folio_at(W + PAGE_SIZE), PG_swapcache); }
static void exclusive_in_cache(void)
{
	folio_page(slot_at(X)->folio, 0)->flags |= PG_anon_exclusive & 0xfU;
}
static void other_content(void)		{ slot_at(W)->content++; }
static void swapped_miscounted(void)	{ area(S)->vm_file->inode->swapped++; }
static void lost_frame(void)		{ mach->totalram_pages++; }
static void lru_flag(void)		{ lru_add_drain(); folio_clear(folio_at(A), PG_lru); }
static void lru_count(void)		{ mach->lru->nr[LRU_INACTIVE_ANON]++; }
static void lock_left(void)		{ mmap_read_lock(parent->mm); }
static void lost_user(void)		{ parent->mm->mm_users++; }
static void lost_file_ref(void)		{ area(S)->vm_file->refcount--; }
static void lost_inode_ref(void)	{ area(S)->vm_file->inode->refcount++; }
static void vma_unreachable(void)	{ vm_area_alloc(parent->mm); }

/* Of the huge pages. */
static struct pgtable *pmds(void)	{ return pgtable_lookup(parent->mm, H, LEVEL_PMD); }
static struct folio *huge(void)
{
	return pfn_to_page(pte_pfn(pmds()->entry[pgtable_index(H, LEVEL_PMD)]))->folio;
}
static void lost_leaf_count(void)	{ huge()->large->entire_mapcount--; }
static void lost_large_count(void)	{ huge()->large->large_mapcount++; }
static void lost_pages_mapped(void)	{ huge()->large->nr_pages_mapped++; }
static void too_many_of_mm(void)	{ huge()->large->mm_id_mapcount[0]++; }
static void slot_of_nobody(void)	{ huge()->large->mm_id[1] = 0; }
static void not_marked_shared(void)	{ huge()->large->maybe_mapped_shared = false; }
static void lost_deposit(void)		{ pmds()->deposit = pmds()->deposit->deposit; }
static void used_deposit(void)		{ pmds()->deposit->nr = 1; }
static void strange_page(void)	{ folio_page(huge(), 7)->folio = folio_at(A); }
static void no_head(void)	{ huge()->pfn--; }
static void leaf_from_the_middle(void)
{
	pmds()->entry[pgtable_index(H, LEVEL_PMD)] += PAGE_SIZE;
}
static void table_behind_leaf(void)
{
	pmds()->child[pgtable_index(H, LEVEL_PMD)] = pmds()->deposit;
}
static void lost_mm_count(void)	{ parent->mm->mm_count++; }
static void not_queued(void)
{
	folio_set(huge(), PG_partially_mapped);
	list_del(&huge()->large->deferred_list);
}
static void queued_zeroes(void)
{
	list_add(&mach->huge_zero_folio->large->deferred_list, &mach->split_queue);
}
static void zero_not_held(void)		{ mm_put_huge_zero_folio(parent->mm); }
static void zero_miscounted(void)	{ mach->huge_zero_users++; }
static void link_to_nothing(void)
{
	set_pte(pmds(), pgtable_index(H, LEVEL_PMD) ^ 1, pfn_pte(0, TABLE_FLAGS));
}
static void writable_leaf(void)		{ pmds()->entry[pgtable_index(H, LEVEL_PMD)] |= _PAGE_RW; }
static void leaf_rss(void)		{ parent->mm->rss_anon -= HPAGE_PMD_NR - 1; }

/* B is registered with a userfaultfd for write protection, and its first page protected. */
static struct userfaultfd_ctx *protect_b(void)
{
	struct task_struct *before = current;
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register arg = { { B, 8 * PAGE_SIZE }, UFFDIO_REGISTER_MODE_WP, 0 };
	struct uffdio_writeprotect wp = { { B, PAGE_SIZE }, 1 };
	long fd;

	mach->current_task = parent;
	store(B);
	fd = sys_userfaultfd(0);
	must(fd);
	must(sys_uffdio_api((int)fd, &api));
	must(sys_uffdio_register((int)fd, &arg));
	must(sys_uffdio_writeprotect((int)fd, &wp));
	mach->current_task = before;
	assert_int_equal(machine_check(mach), 0);
	return area(B)->vm_userfaultfd_ctx;
}
static void protected_writable(void)	{ protect_b(); *word(B) |= _PAGE_RW; }
static void protected_unregistered(void) { protect_b(); area(B)->vm_flags &= ~VM_UFFD_WP; }
static void mark_lost(void)		{ protect_b(); *word(B) &= ~_PAGE_UFFD_WP; }
static void page_lost(void)
{
	protect_b();
	*word(B) = 0;
}
static void mark_lost_in_swap(void)
{
	protect_b();
	*word(B) = swp_pte(0, 1);
}
static void lost_change(void)		{ protect_b()->mmap_changing++; }
static void lost_ctx_ref(void)		{ protect_b()->refcount++; }
static void waiter_awake(void)
{
	static struct uffd_waiter waiter;

	waiter.task = parent;
	list_add_tail(&waiter.list, &protect_b()->fault_pending);
}

/* The word of A as a processor keeps it, but for @change. */
static struct tlb_entry *keep_word(pte_t change)
{
	tlb_fill(parent->mm, A, false, pgtable_entry(parent->mm, A, LEVEL_PTE) ^ change);
	return &mach->tlb[0].entry[0];
}
static void kept_writable(void)		{ keep_word(_PAGE_RW | _PAGE_DIRTY); }
static void kept_of_another_page(void)	{ keep_word(8UL << PAGE_SHIFT); }
static void kept_of_nothing(void)	{ keep_word(0)->addr = B; }
static void kept_of_nobody(void)	{ keep_word(0)->mm = 4711; }
/* A store to A that nobody knows of but the processor. */
static void stored_elsewhere(void)
{
	ghost_store(tlb_fill(parent->mm, A, false, pgtable_entry(parent->mm, A, LEVEL_PTE))->note,
		    4711);
}
static void freed_and_kept(void)
{
	struct page *page = alloc_pages(0);

	tlb_fill(parent->mm, A, false, pfn_pte(page->pfn, _PAGE_PRESENT | _PAGE_USER));
	free_frames(page, 0);
}

static const struct corruption {
	const char *name;
	const char *rule;	/* must be among those reported */
	void (*corrupt)(void);
} corruptions[] = {
	{ "vma-order: an area starts before the tree says", "vma-order", overlap },
	{ "vma-count: map_count one too high", "vma-count", lost_count },
	{ "vma-accounts: total_vm one too low", "vma-accounts", lost_total },
	{ "vma-accounts: commit charge lost", "vma-accounts", lost_commit },
	{ "vma-accounts: a locked area not counted", "vma-accounts", lost_locked },
	{ "vma-tree: the tree miscounts its entries", "vma-tree", tree_hole },
	{ "vma-file: an area missing from i_mmap", "vma-file", not_in_i_mmap },
	{ "anon-vma-chain: a link names another area", "anon-vma-chain", foreign_chain },
	{ "anon-vma-chain: a link missing from the tree", "anon-vma-chain", not_in_tree },
	{ "anon-vma-chain: own anon_vma not in the chain", "anon-vma-chain", no_own_anon_vma },
	{ "anon-vma-counts: num_children", "anon-vma-counts", too_many_children },
	{ "anon-vma-counts: num_active_vmas", "anon-vma-counts", too_few_active },
	{ "anon-vma-counts: refcount", "anon-vma-counts", anon_vma_leak },
	{ "anon-vma-same-chain: same anon_vma, longer chain", "anon-vma-same-chain", other_chain },
	{ "pgtable-shape: words miscounted", "pgtable-shape", table_count },
	{ "pgtable-shape: wrong slot in the parent", "pgtable-shape", table_slot },
	{ "pgtable-shape: pgtables_bytes", "pgtable-shape", table_bytes },
	{ "pgtable-inside-vma: a word outside any area", "pgtable-inside-vma", outside_vma },
	{ "rmap-reaches: index does not follow the area", "rmap-reaches", wrong_index },
	{ "rmap-reaches: anon_vma not in the chain", "rmap-reaches", wrong_anon_vma },
	{ "rmap-mapcount: mapcount one too low", "rmap-mapcount", lost_mapcount },
	{ "rmap-mapcount: a word has vanished", "rmap-mapcount", lost_pte },
	{ "folio-refs: a reference nobody holds", "folio-refs", extra_ref },
	{ "folio-exclusive: exclusive and mapped twice", "folio-exclusive", shared_exclusive },
	{ "folio-exclusive: writable, not exclusive", "folio-exclusive", writable_shared },
	{ "folio-exclusive: an exclusive file page", "folio-exclusive", exclusive_file },
	{ "ksm-pages: exclusive", "ksm-pages", ksm_exclusive },
	{ "ksm-pages: writable", "ksm-pages", ksm_writable },
	{ "ksm-pages: the node has another frame", "ksm-pages", ksm_other_frame },
	{ "ksm-pages: a node in no tree", "ksm-pages", ksm_node_gone },
	{ "ksm-reaches: an item for another address", "ksm-reaches", ksm_other_address },
	{ "ksm-reaches: an item with another anon_vma", "ksm-reaches", ksm_other_anon_vma },
	{ "ksm-reaches: items in disorder", "ksm-reaches", ksm_out_of_order },
	{ "ksm-reaches: an item in both trees", "ksm-reaches", ksm_in_both_trees },
	{ "ksm-reaches: items miscounted", "ksm-reaches", ksm_uncounted },
	{ "ksm-reaches: an item that knows no node", "ksm-reaches", ksm_no_head },
	{ "anon-vma-counts: an item's reference", "anon-vma-counts", ksm_lost_ref },
	{ "folio-refs: a pin that does not count", "folio-refs", pin_lost },
	{ "pins: the process has another page there", "pins", pin_elsewhere },
	{ "pins: pinned and not exclusive", "pins", pinned_shared },
	{ "pins: another process has it to itself", "pins", pinned_elsewhere },
	{ "migration-entries: the folio is not locked", "migration-entries", entry_left },
	{ "migration-entries: not where the walk looks", "migration-entries", entry_lost },
	{ "mm-rss: rss_anon one too low", "mm-rss", lost_rss },
	{ "page-cache: a folio at the wrong index", "page-cache", wrong_cache_index },
	{ "page-cache: two words exchanged", "page-cache", swapped_file_ptes },
	{ "page-cache: nrpages", "page-cache", lost_nrpages },
	{ "swap-counts: a word not counted", "swap-counts", lost_slot_count },
	{ "swap-counts: a count without a word", "swap-counts", extra_slot_count },
	{ "swap-counts: exclusive and shared", "swap-counts", shared_swap_exclusive },
	{ "swap-counts: a folio without the flag", "swap-counts", lost_cache_flag },
	{ "swap-counts: inuse_pages", "swap-counts", lost_inuse },
	{ "swap-counts: free slots", "swap-counts", lost_free_slots },
	{ "swap-counts: a word for no slot", "swap-counts", no_such_slot },
	{ "swap-counts: a device held for ever", "swap-counts", device_in_use },
	{ "swap-cache: a folio with another slot", "swap-cache", wrong_slot },
	{ "swap-cache: a slot whose folio does not know", "swap-cache", lost_swapcache_flag },
	{ "swap-cache: an exclusive page behind a word", "swap-cache", exclusive_in_cache },
	{ "swap-index: a cached page of elsewhere", "swap-index", cached_elsewhere },
	{ "swap-content: a slot holds something else", "swap-content", other_content },
	{ "shmem-swap: pages in swap miscounted", "shmem-swap", swapped_miscounted },
	{ "frames: a frame lost", "frames", lost_frame },
	{ "lru: a folio on no list says it is", "lru", lru_flag },
	{ "lru: a list miscounted", "lru", lru_count },
	{ "large-counts: entire_mapcount", "large-counts", lost_leaf_count },
	{ "large-counts: large_mapcount", "large-counts", lost_large_count },
	{ "large-counts: nr_pages_mapped", "large-counts", lost_pages_mapped },
	{ "large-counts: an address space with too many", "large-counts", too_many_of_mm },
	{ "large-counts: mappings of nobody", "large-counts", slot_of_nobody },
	{ "large-counts: two processes, not marked", "large-counts", not_marked_shared },
	{ "large-pages: one of somebody else", "large-pages", strange_page },
	{ "large-pages: not aligned", "large-pages", no_head },
	{ "large-pages: a leaf from the middle on", "large-pages", leaf_from_the_middle },
	{ "pgtable-shape: a table behind a leaf", "pgtable-shape", table_behind_leaf },
	{ "pgtable-shape: a word that links no table", "pgtable-shape", link_to_nothing },
	{ "references: mm_count", "references", lost_mm_count },
	{ "pgtable-deposit: one table too few", "pgtable-deposit", lost_deposit },
	{ "pgtable-deposit: one that is in use", "pgtable-deposit", used_deposit },
	{ "deferred-split: marked and not in the queue", "deferred-split", not_queued },
	{ "deferred-split: no anonymous folio in the queue", "deferred-split", queued_zeroes },
	{ "huge-zero: mapped and not held", "huge-zero", zero_not_held },
	{ "huge-zero: users miscounted", "huge-zero", zero_miscounted },
	{ "folio-exclusive: a writable leaf, not exclusive", "folio-exclusive", writable_leaf },
	{ "mm-rss: a leaf counted as one page", "mm-rss", leaf_rss },
	{ "locks-free: mmap_lock left held", "locks-free", lock_left },
	{ "references: mm_users", "references", lost_user },
	{ "references: a file's", "references", lost_file_ref },
	{ "references: an inode's", "references", lost_inode_ref },
	{ "references: an area in no tree", "references", vma_unreachable },
	{ "lost-store: another value than was stored", "lost-store", stored_elsewhere },
	{ "stale-tlb: writable, and the table has it read-only", "stale-tlb", kept_writable },
	{ "stale-tlb: another page", "stale-tlb", kept_of_another_page },
	{ "stale-tlb: nothing there", "stale-tlb", kept_of_nothing },
	{ "stale-tlb: no such address space", "stale-tlb", kept_of_nobody },
	{ "stale-tlb: a frame becomes free", "stale-tlb", freed_and_kept },
	{ "uffd-wp: protected and writable", "uffd-wp", protected_writable },
	{ "uffd-wp: protected where nobody asked", "uffd-wp", protected_unregistered },
	{ "uffd-wp-kept: the mark is gone", "uffd-wp-kept", mark_lost },
	{ "uffd-wp-kept: the word is gone", "uffd-wp-kept", page_lost },
	{ "uffd-wp-kept: a swap word without it", "uffd-wp-kept", mark_lost_in_swap },
	{ "uffd-changing: a change too many", "uffd-changing", lost_change },
	{ "uffd-waiters: a reference nobody holds", "uffd-waiters", lost_ctx_ref },
	{ "uffd-waiters: in the list, and awake", "uffd-waiters", waiter_awake },
};

static void test_corruption(void **state)
{
	static unsigned int next;
	const struct corruption *t = &corruptions[next++];
	const struct machine *machine = *state;
	const struct violation *saw = NULL;

	t->corrupt();
	assert_true(machine_check(*state) > 0);
	for (guint i = 0; i < machine->violations->len && !saw; i++) {
		const struct violation *v =
			&g_array_index(machine->violations, struct violation, i);

		if (!strcmp(v->rule, t->rule))
			saw = v;
	}
	assert_non_null(saw);
	assert_true(*saw->place && *saw->expected && *saw->saw);
}

/* Every rule of the catalogue has at least one corruption above. */
static void test_catalogue_is_covered(void **state)
{
	size_t nr;
	const struct check_rule *rules = check_rules(&nr);

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		bool covered = false;

		for (size_t n = 0; n < ARRAY_SIZE(corruptions); n++)
			covered |= !strcmp(corruptions[n].rule, rules[i].name);
		if (!covered)
			print_error("no corruption for %s\n", rules[i].name);
		assert_true(covered);
		assert_true(*rules[i].what && *rules[i].why && *rules[i].source);
	}
}

static void test_clean_machine_ends_empty(void **state)
{
	assert_int_equal(machine_check_empty(*state), 0);
}

static void test_leak_is_named(void **state)
{
	struct machine *machine = *state;

	folio_get(folio_at(A));
	assert_true(machine_check_empty(machine) > 0);
	assert_string_equal(g_array_index(machine->violations, struct violation, 0).rule, "no-leak");
}

/* ---- the rules that locks enforce while they are taken ---- */

static const struct violation *last_violation(const struct machine *machine)
{
	assert_true(machine->violations->len > 0);
	return &g_array_index(machine->violations, struct violation, machine->violations->len - 1);
}

static void test_lock_order(void **state)
{
	struct pgtable *table = pgtable_lookup(parent->mm, A, LEVEL_PTE);

	spin_lock(&table->ptl, LOCK_PTE);
	mmap_read_lock(parent->mm);
	assert_string_equal(last_violation(*state)->rule, "lock-order");
	mmap_read_unlock(parent->mm);
	spin_unlock(&table->ptl, LOCK_PTE);
}

/* Somebody took the table out; who waited for its lock does not look again. */
static void test_table_used_after_it_was_taken_out(void **state)
{
	struct pgtable *table = pgtable_lookup(parent->mm, A, LEVEL_PTE);
	unsigned int slot = pgtable_index(A, LEVEL_PTE);
	struct task_struct *late = mach->current_task;

	mach->current_task = &mach->boot_task;
	pgtable_unlink(table);
	spin_lock(&table->ptl, LOCK_PTE);
	set_pte(table, slot, table->entry[slot]);
	spin_unlock(&table->ptl, LOCK_PTE);
	assert_int_equal(mach->violations->len, 0);
	mach->current_task = late;
	spin_lock(&table->ptl, LOCK_PTE);
	set_pte(table, slot, table->entry[slot]);
	spin_unlock(&table->ptl, LOCK_PTE);
	assert_string_equal(last_violation(*state)->rule, "pgtable-lifetime");
}

/* The page of zeroes, mapped writable, is nobody's own. */
static void test_forced_write_to_what_is_not_private(void **state)
{
	struct pgtable *table = pgtable_lookup(parent->mm, A, LEVEL_PTE);

	table->entry[pgtable_index(A, LEVEL_PTE)] =
		pte_mkwrite(pfn_pte(page_to_pfn(mach->zero_page),
				    _PAGE_PRESENT | _PAGE_USER));
	assert_int_equal(access_remote_write(A, 5), 0);
	assert_string_equal(last_violation(*state)->rule, "private-write");
}

static void test_lock_taken_twice_names_holder(void **state)
{
	mmap_write_lock(parent->mm);
	down_write(&parent->mm->mmap_lock);
	assert_string_equal(last_violation(*state)->rule, "lock-order");
	assert_non_null(strstr(last_violation(*state)->saw, "held by P"));
}

static void test_might_sleep(void **state)
{
	struct pgtable *table = pgtable_lookup(parent->mm, A, LEVEL_PTE);

	spin_lock(&table->ptl, LOCK_PTE);
	might_sleep("test");
	assert_string_equal(last_violation(*state)->rule, "might-sleep");
	spin_unlock(&table->ptl, LOCK_PTE);
}

static void test_release_not_held(void **state)
{
	up_read(&parent->mm->mmap_lock);
	assert_string_equal(last_violation(*state)->rule, "lock-order");
}

static void test_assert_held(void **state)
{
	rwsem_assert_held_write(&parent->mm->mmap_lock);
	assert_string_equal(last_violation(*state)->rule, "lock-order");
}

#define WITH_MACHINE(f)	cmocka_unit_test_setup_teardown(f, build, drop)

int main(void)
{
	static struct CMUnitTest rows[ARRAY_SIZE(corruptions)];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_catalogue_is_covered),
		WITH_MACHINE(test_clean_machine_ends_empty),
		WITH_MACHINE(test_leak_is_named),
		WITH_MACHINE(test_lock_order),
		WITH_MACHINE(test_table_used_after_it_was_taken_out),
		WITH_MACHINE(test_forced_write_to_what_is_not_private),
		WITH_MACHINE(test_lock_taken_twice_names_holder),
		WITH_MACHINE(test_might_sleep),
		WITH_MACHINE(test_release_not_held),
		WITH_MACHINE(test_assert_held),
	};

	for (size_t i = 0; i < ARRAY_SIZE(corruptions); i++)
		rows[i] = (struct CMUnitTest){ .name = corruptions[i].name,
					       .test_func = test_corruption,
					       .setup_func = build, .teardown_func = drop };
	return cmocka_run_group_tests(rows, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
