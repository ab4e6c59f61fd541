/*
 * UFFDIO_MOVE where something happens in the middle: locks that are held, entries that change, memory that
 * runs out.  What others do is done at a named point, on the mover's own stack.
 *
 * Pages 0-7 are the source, pages 1024-1031, of other page tables, the destination, registered.
 */
#include "model/rmap.h"
#include "model/swap.h"
#include "model/vmscan.h"
#include "process.h"

#define SRC	0
#define DST	1024

static struct process process;
static struct task_struct *mover, *other;
static int uffd;

/* ---- what happens at which point ---- */

static const char *at_point;
static unsigned int times;		/* at its next so many visits */
static void (*happens)(void);

static void hook_step(void *data G_GNUC_UNUSED, const void *object G_GNUC_UNUSED,
		      enum access access G_GNUC_UNUSED, const char *site)
{
	if (!at_point || strcmp(site, at_point) || !times)
		return;
	times--;
	mach->current_task = other;
	happens();
	mach->current_task = mover;
}

static void (*waited_for)(void);
static unsigned int waits;

/* The mover sleeps: whoever has the lock gives it back. */
static void hook_park(void *data G_GNUC_UNUSED, struct task_struct *me G_GNUC_UNUSED)
{
	waits++;
	mach->current_task = other;
	waited_for();
	mach->current_task = mover;
}

static void hook_touch(void *data G_GNUC_UNUSED, const void *object G_GNUC_UNUSED,
		       enum access access G_GNUC_UNUSED)
{
}

static void hook_woken(void *data G_GNUC_UNUSED, struct task_struct *waker G_GNUC_UNUSED,
		       struct task_struct *sleeper G_GNUC_UNUSED)
{
}

static const struct sched_ops hooks = { .step = hook_step, .touch = hook_touch,
					.woken = hook_woken };

static long move(unsigned long dst, unsigned long src, unsigned long pages, uint64_t mode,
		 int64_t *moved)
{
	struct uffdio_move arg = { P(dst), P(src), pages * PAGE_SIZE, mode, 0 };
	long result;

	mach->sched = &hooks;
	mach->park = hook_park;
	result = sys_uffdio_move(uffd, &arg);
	mach->sched = NULL;
	mach->park = NULL;
	*moved = arg.move;
	return result;
}

static void at(const char *name, unsigned int nr, void (*what)(void))
{
	at_point = name;
	times = nr;
	happens = what;
}

static int setup(void **state G_GNUC_UNUSED)
{
	struct uffdio_register reg = { { P(DST), 8 * PAGE_SIZE }, UFFDIO_REGISTER_MODE_MISSING, 0 };
	struct uffdio_api api = { .api = UFFD_API };
	struct machine_config config;

	machine_config_init(&config);
	config.swap = 1UL << 20;
	process_start(&process, &config);
	mover = mach->current_task;
	assert_true(sys_clone(CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, &other) > 0);
	assert_int_equal(map_anon(SRC, 8), P(SRC));
	assert_int_equal(map_anon(DST, 8), P(DST));
	for (unsigned long n = 0; n < 8; n++)
		assert_int_equal(store(P(SRC + n), 100 + n), 0);
	uffd = (int)sys_userfaultfd(0);
	assert_int_equal(sys_uffdio_api(uffd, &api), 0);
	assert_int_equal(sys_uffdio_register(uffd, &reg), 0);
	at_point = NULL;
	waits = 0;
	return 0;
}

static int teardown(void **state G_GNUC_UNUSED)
{
	mach->current_task = mover;
	mach->swap->hold = false;
	swap_writeback_run();
	process_end(&process);
	return 0;
}

static pte_t *word(unsigned long page)
{
	struct pgtable *table = pgtable_lookup(mover->mm, P(page), LEVEL_PTE);

	assert_non_null(table);
	return &table->entry[pgtable_index(P(page), LEVEL_PTE)];
}

static struct folio *folio_of(unsigned long page)
{
	return pfn_to_page(pte_pfn(*word(page)))->folio;
}

/* ---- locks that others hold ---- */

static struct folio *locked;

static void unlock_folio(void)
{
	folio_unlock(locked);
}

static void waits_for_the_folio(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	locked = folio_of(SRC);
	mach->current_task = other;
	folio_lock(locked);
	mach->current_task = mover;
	waited_for = unlock_folio;
	assert_int_equal(move(DST, SRC, 8, 0, &moved), 0);
	assert_int_equal(waits, 1);
	assert_ptr_equal(folio_of(DST), locked);
	assert_int_equal(locked->refcount, 1 + (int)lru_batch_refs(mach, locked));
}

/* In a batch nobody waits: the page is the first of the next one. */
static void a_locked_page_ends_the_batch(void **state G_GNUC_UNUSED)
{
	uint64_t flushes = mach->vm_events[VM_EVENT_tlb_flushes];
	int64_t moved;

	locked = folio_of(SRC + 3);
	mach->current_task = other;
	folio_lock(locked);
	mach->current_task = mover;
	waited_for = unlock_folio;
	assert_int_equal(move(DST, SRC, 8, 0, &moved), 0);
	assert_int_equal(moved, 8 * PAGE_SIZE);
	assert_int_equal(mach->vm_events[VM_EVENT_tlb_flushes] - flushes, 2);
	assert_int_equal(waits, 1);
}

static struct anon_vma *walked;

static void end_walk(void)
{
	anon_vma_unlock_read(walked);
}

static void waits_for_the_anon_vma(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	walked = area(SRC)->anon_vma;
	mach->current_task = other;
	anon_vma_lock_read(walked);
	mach->current_task = mover;
	waited_for = end_walk;
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_int_equal(waits, 1);
}

/* The page that was waited for is gone: the next one is looked at afresh. */
static void unlock_and_zap(void)
{
	static const struct zap_details all = { .even_cows = true };

	folio_unlock(locked);
	zap_page_range(vma_lookup(mover->mm, P(SRC)), P(SRC), P(SRC + 1), &all);
}

static void waits_for_a_page_that_goes(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	locked = folio_of(SRC);
	mach->current_task = other;
	folio_lock(locked);
	mach->current_task = mover;
	waited_for = unlock_and_zap;
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -ENOENT);
	assert_int_equal(moved, -ENOENT);
}

/* ---- entries that change ---- */

static void zap_source(void)
{
	static const struct zap_details all = { .even_cows = true };

	zap_page_range(vma_lookup(mover->mm, P(SRC)), P(SRC), P(SRC + 1), &all);
}

static void source_goes(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	at("uffd_move:entries-read", 1, zap_source);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -ENOENT);
	assert_true(pte_none(*word(SRC)));
}

static void fill_destination(void)
{
	struct pgtable *table = pte_offset_map_lock(mover->mm, P(DST));

	set_pte(table, pgtable_index(P(DST), LEVEL_PTE),
		pfn_pte(page_to_pfn(mach->zero_page), vma_page_prot(area(DST)) | _PAGE_SPECIAL));
	spin_unlock(&table->ptl, LOCK_PTE);
}

static void destination_is_filled(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	at("uffd_move:folio-locked", 1, fill_destination);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -EEXIST);
	assert_true(pte_present(*word(SRC)));
	assert_false(folio_test(folio_of(SRC), PG_locked));
}

/* A processor wrote to the page meanwhile. */
static void set_dirty(void)
{
	*word(SRC) ^= _PAGE_DIRTY;
}

/* The page moves; but the kernel forgot to forget that it had to try again. */
static void says_eexist_of_what_it_moved(void **state G_GNUC_UNUSED)
{
	struct folio *folio = folio_of(SRC);
	int64_t moved;

	at("uffd_move:anon-vma-locked", 1, set_dirty);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -EEXIST);
	assert_int_equal(moved, -EEXIST);
	assert_ptr_equal(folio_of(DST), folio);
}

static void mended_it_does_not(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	mach->config.semantics.uffd_move_keeps_error = false;
	at("uffd_move:anon-vma-locked", 1, set_dirty);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_int_equal(moved, PAGE_SIZE);
	assert_false(pte_dirty(*word(DST)));
}

static void set_dirty_of_the_second(void)
{
	*word(SRC + 1) ^= _PAGE_DIRTY;
}

/* Further on in the range the same comes out as a part, and it is not all that has moved. */
static void says_less_than_it_moved(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	assert_int_equal(sys_madvise(P(SRC), PAGE_SIZE, MADV_DONTNEED), 0);
	load(P(SRC));		/* the zero page: a step of its own */
	at("uffd_move:anon-vma-locked", 1, set_dirty_of_the_second);
	assert_int_equal(move(DST, SRC, 2, 0, &moved), -EAGAIN);
	assert_int_equal(moved, PAGE_SIZE);
	assert_true(pte_present(*word(DST + 1)));
}

/* ---- pins ---- */

static void pin(void)
{
	folio_of(SRC)->refcount += 1024;
}

static void unpin(unsigned long page)
{
	folio_of(page)->refcount -= 1024;
}

static void pinned_before(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	pin();
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -EBUSY);
	unpin(SRC);
}

/* After the comparison, before the entry is cleared: the second look finds it. */
static void pinned_in_the_middle(void **state G_GNUC_UNUSED)
{
	pte_t before = *word(SRC);
	int64_t moved;

	at("ptep_modify_start", 1, pin);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -EBUSY);
	assert_true(*word(SRC) == before);
	unpin(SRC);
}

static void pin_the_third(void)
{
	folio_of(SRC + 2)->refcount += 1024;
}

/* One that turns up in a batch ends it: pages before it have moved. */
static void pinned_in_a_batch(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	pin_the_third();
	assert_int_equal(move(DST, SRC, 8, 0, &moved), -EAGAIN);
	assert_int_equal(moved, 2 * PAGE_SIZE);
	unpin(SRC + 2);
}

/* ---- swap ---- */

static void store_ok(unsigned long page)
{
	assert_int_equal(store(P(page), 300 + page), 0);
}

static void pageout(unsigned long page)
{
	assert_int_equal(sys_madvise(P(page), PAGE_SIZE, MADV_PAGEOUT), 0);
}

/* Out, and still in the cache, for the device takes its time. */
static void pageout_held(unsigned long page)
{
	mach->swap->hold = true;
	pageout(page);
	mach->swap->hold = false;
}

/* Out, and out of the cache, too. */
static void pageout_all_the_way(unsigned long page)
{
	pageout(page);
	swap_writeback_run();
	kswapd_reclaim(mover->mm, P(page), 1);
}

static void source_swapped(void)
{
	pageout_all_the_way(SRC);
	assert_true(pte_swp_exclusive(*word(SRC)));
	assert_null(swap_slot(*word(SRC))->folio);
}

static unsigned int broken(const char *rule)
{
	unsigned int nr = 0;

	machine_check(mach);
	for (guint i = 0; i < mach->violations->len; i++)
		nr += !strcmp(g_array_index(mach->violations, struct violation, i).rule, rule);
	return nr;
}

static void forget_violations(void)
{
	g_array_set_size(mach->violations, 0);
}

/* In again and out again, with the same slot: the word is what it was. */
static void in_and_out(void)
{
	store_ok(SRC);
	pageout_held(SRC);
}

static void late_in_the_cache(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	mach->config.semantics.uffd_move_keeps_error = false;
	source_swapped();
	at("uffd_move:swapcache-looked-up", 1, in_and_out);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_int_equal(moved, PAGE_SIZE);
	assert_int_equal(broken("swap-index"), 0);
	assert_int_equal(load(P(DST)), 300 + SRC);
}

static void late_in_the_cache_unnoticed(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	mach->config.semantics.uffd_move_late_swapcache = true;
	source_swapped();
	at("uffd_move:swapcache-looked-up", 1, in_and_out);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_int_equal(broken("swap-index"), 1);
	forget_violations();
	store_ok(DST);
}

/* The slot becomes another page's, which the mover finds there... */
static void give_the_slot_away(void)
{
	store_ok(SRC);
	pageout_held(SRC + 5);
}

/* ...and the first one's again, until the mover compares the words. */
static void take_the_slot_back(void)
{
	store_ok(SRC + 5);
	folio_end_writeback(folio_of(SRC + 5));
	lru_add_drain();
	folio_lock(folio_of(SRC + 5));
	folio_free_swap(folio_of(SRC + 5));
	folio_unlock(folio_of(SRC + 5));
	pageout_all_the_way(SRC);
}

static void give_and_take(void **state G_GNUC_UNUSED)
{
	int64_t moved;
	pte_t entry;

	mach->config.semantics.uffd_move_keeps_error = false;
	source_swapped();
	entry = *word(SRC);
	give_the_slot_away();
	assert_true(pte_to_swp_entry(*word(SRC + 5)) == pte_to_swp_entry(entry));
	take_the_slot_back();
	assert_true(*word(SRC) == entry);
	at("uffd_move:entries-read", 1, give_the_slot_away);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
}

static void swap_both(void)
{
	if (at_point[10] == 'e') {
		give_the_slot_away();
		at("uffd_move:swapcache-looked-up", 1, swap_both);
	} else {
		take_the_slot_back();
	}
}

static void another_page_of_the_slot(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	mach->config.semantics.uffd_move_keeps_error = false;
	source_swapped();
	at("uffd_move:entries-read", 1, swap_both);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_int_equal(moved, PAGE_SIZE);
	assert_int_equal(broken("rmap-reaches"), 0);
	assert_int_equal(load(P(DST)), 300 + SRC);
	assert_int_equal(load(P(SRC + 5)), 300 + SRC + 5);
}

static void another_page_of_the_slot_unnoticed(void **state G_GNUC_UNUSED)
{
	struct folio *folio;
	int64_t moved;

	mach->config.semantics.uffd_move_wrong_folio = true;
	source_swapped();
	at("uffd_move:entries-read", 1, swap_both);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_true(broken("rmap-reaches") > 0);
	forget_violations();
	folio = folio_of(SRC + 5);
	folio->index = linear_page_index(area(SRC), P(SRC + 5));
	folio->mapping = (uintptr_t)area(SRC)->anon_vma | FOLIO_MAPPING_ANON;
}

/* What the rule about the swap cache has to find. */
static void cached_with_a_wrong_index(void **state G_GNUC_UNUSED)
{
	struct folio *folio;

	pageout_held(SRC);
	folio = swap_slot(*word(SRC))->folio;
	assert_non_null(folio);
	assert_int_equal(broken("swap-index"), 0);
	folio->index++;
	assert_int_equal(broken("swap-index"), 1);
	folio->index--;
	forget_violations();
}

static void waits_for_a_cached_folio(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	pageout_held(SRC);
	locked = swap_slot(*word(SRC))->folio;
	mach->current_task = other;
	folio_lock(locked);
	mach->current_task = mover;
	waited_for = unlock_folio;
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	assert_int_equal(waits, 1);
	assert_int_equal(locked->index, linear_page_index(area(DST), P(DST)));
}

/* ---- events, areas, memory ---- */

static void begin_event(void)
{
	fget(uffd)->uffd->mmap_changing++;
}

static void end_event(void)
{
	fget(uffd)->uffd->mmap_changing--;
}

static void an_event_comes_first(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	begin_event();
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -EAGAIN);
	assert_int_equal(moved, -EAGAIN);
	end_event();
	at("uffd_move:areas-locked", 1, begin_event);
	assert_int_equal(move(DST, SRC, 1, 0, &moved), -EAGAIN);
	assert_int_equal(moved, -EAGAIN);
	end_event();
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
}

/* An area that somebody is changing is locked under mmap_lock instead. */
static void area_is_being_changed(void **state G_GNUC_UNUSED)
{
	int64_t moved;

	area(SRC)->vm_lock_seq = mover->mm->mm_lock_seq;
	assert_int_equal(move(DST, SRC, 1, 0, &moved), 0);
	area(DST)->vm_lock_seq = mover->mm->mm_lock_seq;
	assert_int_equal(move(DST + 1, SRC + 1, 1, 0, &moved), 0);
	area(SRC)->vm_lock_seq = area(DST)->vm_lock_seq = 0;
}

static void each_allocation_fails(void **state G_GNUC_UNUSED)
{
	unsigned long nr = 0;
	int64_t moved = -1;

	assert_int_equal(sys_munmap(P(SRC), 8 * PAGE_SIZE), 0);
	assert_int_equal(map_anon(SRC, 8), P(SRC));
	do {
		machine_fail_nth(mach, ++nr);
		move(DST, SRC, 8, UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, &moved);
		assert_int_equal(mach->failed_site ? moved : -ENOMEM, -ENOMEM);
		machine_check(mach);
		assert_no_violation();
	} while (mach->failed_site);
	assert_true(nr > 2);
	assert_int_equal(moved, 8 * PAGE_SIZE);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_for_the_folio),
		TEST(a_locked_page_ends_the_batch),
		TEST(waits_for_the_anon_vma),
		TEST(waits_for_a_page_that_goes),
		TEST(source_goes),
		TEST(destination_is_filled),
		TEST(says_eexist_of_what_it_moved),
		TEST(mended_it_does_not),
		TEST(says_less_than_it_moved),
		TEST(pinned_before),
		TEST(pinned_in_the_middle),
		TEST(pinned_in_a_batch),
		TEST(late_in_the_cache),
		TEST(late_in_the_cache_unnoticed),
		TEST(give_and_take),
		TEST(another_page_of_the_slot),
		TEST(another_page_of_the_slot_unnoticed),
		TEST(cached_with_a_wrong_index),
		TEST(waits_for_a_cached_folio),
		TEST(an_event_comes_first),
		TEST(area_is_being_changed),
		TEST(each_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
