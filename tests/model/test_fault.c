/*
 * test_fault.c - what a first touch and a store to a read-only page come to.
 */
#include <signal.h>
#include "process.h"
#include "model/special.h"

static int setup(void **state)
{
	static struct process process;

	process_start(&process, NULL);
	*state = &process;
	return 0;
}

static int teardown(void **state)
{
	process_end(*state);
	return 0;
}

static pte_t pte_at(unsigned long page)
{
	return pgtable_entry(current->mm, P(page), LEVEL_PTE);
}

static struct folio *folio_of(unsigned long page)
{
	return pfn_to_page(pte_pfn(pte_at(page)))->folio;
}

static long map(unsigned long page, unsigned long pages, unsigned long prot, unsigned long flags,
		int fd)
{
	return sys_mmap(P(page), pages * PAGE_SIZE, prot, flags | MAP_FIXED, fd, 0);
}

static int fetch(unsigned long addr)
{
	return access_user(addr, USER_EXEC, NULL);
}

/* ---- permissions ---- */

static const struct access_case {
	const char *name;
	unsigned long prot;
	enum user_access access;
	int want;
	bool present;		/* afterwards: a fetch maps the page before it fails */
} access_cases[] = {
	{ "access: load of r", PROT_READ, USER_LOAD, 0, true },
	{ "access: store to r", PROT_READ, USER_STORE, -SIGSEGV, false },
	{ "access: fetch of r", PROT_READ, USER_EXEC, -SIGSEGV, true },
	{ "access: store to rw", RW, USER_STORE, 0, true },
	{ "access: fetch of rw", RW, USER_EXEC, -SIGSEGV, true },
	{ "access: load of w", PROT_WRITE, USER_LOAD, 0, true },
	{ "access: fetch of x", PROT_EXEC, USER_EXEC, 0, true },
	{ "access: load of x", PROT_EXEC, USER_LOAD, 0, true },
	{ "access: load of none", PROT_NONE, USER_LOAD, -SIGSEGV, false },
	{ "access: store to none", PROT_NONE, USER_STORE, -SIGSEGV, false },
	{ "access: fetch of none", PROT_NONE, USER_EXEC, -SIGSEGV, false },
};

static void test_access(void **state)
{
	const struct access_case *t = *state;
	struct process process;
	uint64_t value = 5;

	process_start(&process, NULL);
	map(0, 1, t->prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	assert_int_equal(access_user(P(0), t->access, &value), t->want);
	assert_int_equal(pte_present(pte_at(0)), t->present);
	process_end(&process);
}

static void test_holes(void **state G_GNUC_UNUSED)
{
	assert_int_equal(load(P(0)), -SIGSEGV);
	assert_int_equal(store(TASK_SIZE, 1), -SIGSEGV);
	assert_int_equal(store(~0UL, 1), -SIGSEGV);
}

/* ---- anonymous memory ---- */

static void test_zero_page(void **state G_GNUC_UNUSED)
{
	map_anon(0, 2);
	assert_int_equal(load(P(0)), 0);
	assert_int_equal(pte_pfn(pte_at(0)), page_to_pfn(mach->zero_page));
	assert_true(pte_special(pte_at(0)));
	assert_false(pte_write(pte_at(0)));
	assert_int_equal(current->mm->rss_anon, 0);
	assert_null(area(0)->anon_vma);
	assert_int_equal(mach->zero_page->mapcount, 0);

	assert_int_equal(store(P(0), 9), 0);
	assert_int_equal(load(P(0)), 9);
	assert_int_equal(current->mm->rss_anon, 1);
	assert_int_equal(mach->zero_page->content, 0);
}

static void test_new_page(void **state G_GNUC_UNUSED)
{
	struct folio *folio;

	map_anon(0, 2);
	assert_int_equal(store(P(1), 9), 0);
	folio = folio_of(1);
	assert_true(pte_write(pte_at(1)) && pte_dirty(pte_at(1)) && pte_young(pte_at(1)));
	assert_int_equal(folio->index, P(1) >> PAGE_SHIFT);
	assert_ptr_equal(folio_anon_vma(folio), area(0)->anon_vma);
	assert_true(PageAnonExclusive(folio_page(folio, 0)));
	assert_true(folio_test(folio, PG_swapbacked) && folio_test(folio, PG_uptodate));
	assert_false(folio_test(folio, PG_dirty));
	assert_int_equal(folio_mapcount(folio), 1);
	/* The second reference is that of the batch. */
	assert_int_equal(folio->refcount, 2);
	assert_false(folio_test(folio, PG_lru));
	lru_add_drain();
	assert_int_equal(folio->refcount, 1);
	assert_true(folio_test(folio, PG_lru));
}

static void test_full_batch_drains(void **state G_GNUC_UNUSED)
{
	map_anon(0, 40);
	for (unsigned int i = 0; i < PAGEVEC_SIZE - 1; i++)
		assert_int_equal(store(P(i), 1), 0);
	assert_int_equal(folio_of(0)->refcount, 2);
	assert_int_equal(store(P(PAGEVEC_SIZE - 1), 1), 0);
	assert_int_equal(folio_of(0)->refcount, 1);
	assert_int_equal(mach->lru->nr[LRU_INACTIVE_ANON], PAGEVEC_SIZE);
	assert_null(lru_validate(mach));
}

static void test_droppable(void **state G_GNUC_UNUSED)
{
	map(0, 1, RW, MAP_DROPPABLE | MAP_ANONYMOUS, -1);
	assert_int_equal(store(P(0), 1), 0);
	assert_false(folio_test(folio_of(0), PG_swapbacked));
	assert_int_equal(current->mm->rss_anon, 1);
}

static void test_markers(void **state G_GNUC_UNUSED)
{
	const uint64_t marker[] = { PTE_MARKER_GUARD, PTE_MARKER_POISONED };
	const int want[] = { -SIGSEGV, -SIGBUS };
	struct pgtable *table;

	map_anon(0, 4);
	assert_int_equal(store(P(0), 1), 0);
	table = pte_offset_map_lock(current->mm, P(0));
	for (unsigned int i = 0; i < 2; i++)
		set_pte(table, pgtable_index(P(1 + i), LEVEL_PTE),
			swp_pte(SWP_PTE_MARKER, marker[i]));
	spin_unlock(&table->ptl, LOCK_PTE);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(load(P(1 + i)), want[i]);
		assert_int_equal(store(P(1 + i), 1), want[i]);
	}
	assert_int_equal(__mm_populate(current->mm, P(0), 4 * PAGE_SIZE, false), -EFAULT);
	zap_page_range(area(0), P(0), P(4), &(struct zap_details){ .even_cows = true,
								   .keep_markers = true });
	assert_true(is_guard_pte(pte_at(1)));
	assert_true(pte_none(pte_at(2)));
	assert_int_equal(load(P(2)), 0);
}

static void test_mlocked(void **state G_GNUC_UNUSED)
{
	struct folio *folio;

	map(0, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1);
	folio = folio_of(0);
	assert_true(folio_test(folio, PG_mlocked) && folio_test(folio, PG_unevictable));
	assert_true(folio_test(folio, PG_lru) && folio_test(folio, PG_referenced));
	assert_int_equal(folio->refcount, 1);
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], 2);
	assert_int_equal(sys_munlock(P(0), PAGE_SIZE), 0);
	assert_false(folio_test(folio, PG_mlocked | PG_unevictable));
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], 1);
	assert_int_equal(mach->lru->nr[LRU_INACTIVE_ANON], 1);
	assert_int_equal(sys_munmap(P(0), 2 * PAGE_SIZE), 0);
	lru_add_drain();
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], 0);
}

/* Faulted in one by one: locked pages on their way to a list count as mlocked at once. */
static void test_mlock_on_fault(void **state G_GNUC_UNUSED)
{
	int fd = (int)sys_memfd_create("m", 0);
	struct folio *anon, *file;

	assert_int_equal(sys_ftruncate(fd, PAGE_SIZE), 0);
	map_anon(0, 1);
	map(8, 1, RW, MAP_SHARED, fd);
	assert_int_equal(sys_mlock2(P(0), PAGE_SIZE, MLOCK_ONFAULT), 0);
	assert_int_equal(sys_mlock2(P(8), PAGE_SIZE, MLOCK_ONFAULT), 0);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(store(P(8), 1), 0);
	anon = folio_of(0);
	file = folio_of(8);
	assert_true(folio_test(anon, PG_mlocked) && folio_test(file, PG_mlocked));
	assert_false(folio_test(anon, PG_unevictable | PG_lru));
	lru_add_drain();
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], 2);
	assert_int_equal(sys_munmap(P(8), PAGE_SIZE), 0);
	lru_add_drain();
	assert_false(folio_test(file, PG_mlocked | PG_unevictable));
	assert_int_equal(mach->lru->nr[LRU_UNEVICTABLE], 1);
}

static void test_special(void **state G_GNUC_UNUSED)
{
	struct vm_area_struct *vma;
	g_autofree char *text = NULL;

	mmap_write_lock(current->mm);
	vma = install_special_mapping(current->mm, P(0), PAGE_SIZE,
				      VM_READ | VM_MAYREAD | VM_PFNMAP, &vvar_vm_ops);
	mmap_write_unlock(current->mm);
	assert_non_null(vma);
	assert_int_equal(load(P(0)), -SIGBUS);
	text = take_unsupported();
	assert_non_null(text);
	assert_non_null(strstr(text, "vvar"));
}

/* ---- copy on write ---- */

/* Parent and child share page 0 with content 1; the parent runs. */
static struct task_struct *share_page(void)
{
	map_anon(0, 2);
	assert_int_equal(store(P(0), 1), 0);
	return fork_ok();
}

static void test_cow(void **state G_GNUC_UNUSED)
{
	struct task_struct *child = share_page();
	struct folio *shared = folio_of(0);

	assert_false(pte_write(pte_at(0)));
	assert_false(PageAnonExclusive(folio_page(shared, 0)));
	assert_int_equal(folio_mapcount(shared), 2);
	assert_int_equal(store(P(0), 2), 0);
	assert_ptr_not_equal(folio_of(0), shared);
	assert_true(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_int_equal(folio_mapcount(shared), 1);
	assert_int_equal(current->mm->rss_anon, 1);
	run_as(child);
	assert_int_equal(load(P(0)), 1);
	assert_ptr_equal(folio_of(0), shared);
	/* The last owner keeps it, in its own anon_vma from now on. */
	assert_ptr_not_equal(folio_anon_vma(shared), area(0)->anon_vma);
	assert_int_equal(store(P(0), 3), 0);
	assert_ptr_equal(folio_of(0), shared);
	assert_ptr_equal(folio_anon_vma(shared), area(0)->anon_vma);
	assert_true(PageAnonExclusive(folio_page(shared, 0)));
	assert_int_equal(load(P(0)), 3);
}

/* The child has exited; who else holds a reference decides. */
static void test_reuse_drains_batch(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child = share_page();
	struct folio *folio = folio_of(0);

	do_exit(child, 0);
	run_as(parent);
	assert_int_equal(folio->refcount, 2);
	assert_false(folio_test(folio, PG_lru));
	assert_int_equal(store(P(0), 2), 0);
	assert_ptr_equal(folio_of(0), folio);
	assert_int_equal(folio->refcount, 1);
}

static void test_extra_reference_copies(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child = share_page();
	struct folio *folio = folio_of(0);

	do_exit(child, 0);
	run_as(parent);
	folio_get(folio);
	assert_int_equal(store(P(0), 2), 0);
	assert_ptr_not_equal(folio_of(0), folio);
	folio_put(folio);

	/* Of an exclusive page nobody asks. */
	folio = folio_of(0);
	folio_get(folio);
	area(0)->vm_flags &= ~VM_WRITE;
	mmap_write_lock(current->mm);
	change_protection(area(0), P(0), P(1), UFFD_WP_KEEP);
	mmap_write_unlock(current->mm);
	assert_false(pte_write(pte_at(0)));
	area(0)->vm_flags |= VM_WRITE;
	assert_int_equal(store(P(0), 3), 0);
	assert_ptr_equal(folio_of(0), folio);
	folio_put(folio);
}

static void test_locked_folio_copies(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child = share_page();
	struct folio *folio = folio_of(0);

	do_exit(child, 0);
	run_as(parent);
	folio_set(folio, PG_locked);
	assert_int_equal(store(P(0), 2), 0);
	assert_ptr_not_equal(folio_of(0), folio);
	/* Its last reference is gone with it: freed while locked, which is reported. */
	assert_int_equal(mach->violations->len, 1);
	g_array_set_size(mach->violations, 0);
}

static void test_unshare(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child = share_page();
	struct folio *shared = folio_of(0);

	mmap_read_lock(current->mm);
	assert_int_equal(handle_mm_fault(area(0), P(0), FAULT_FLAG_UNSHARE), VM_FAULT_DONE);
	assert_int_equal(handle_mm_fault(area(0), P(0), FAULT_FLAG_UNSHARE | FAULT_FLAG_WRITE),
			 VM_FAULT_SIGSEGV);
	mmap_read_unlock(current->mm);
	assert_ptr_not_equal(folio_of(0), shared);
	assert_false(pte_write(pte_at(0)) || pte_dirty(pte_at(0)));
	assert_true(PageAnonExclusive(folio_page(folio_of(0), 0)));
	assert_int_equal(load(P(0)), 1);

	/* The child is alone with it: exclusive, still read-only. */
	run_as(child);
	mmap_read_lock(current->mm);
	assert_int_equal(handle_mm_fault(area(0), P(0), FAULT_FLAG_UNSHARE), VM_FAULT_DONE);
	mmap_read_unlock(current->mm);
	assert_ptr_equal(folio_of(0), shared);
	assert_false(pte_write(pte_at(0)));
	assert_true(PageAnonExclusive(folio_page(shared, 0)));
	run_as(parent);
}

/* ---- files ---- */

static int memfd(unsigned long pages)
{
	int fd = (int)sys_memfd_create("m", 0);

	assert_int_equal(sys_ftruncate(fd, pages * PAGE_SIZE), 0);
	return fd;
}

static void test_shared_file(void **state G_GNUC_UNUSED)
{
	int fd = memfd(2);

	map(0, 3, RW, MAP_SHARED, fd);
	map(8, 2, RW, MAP_SHARED, fd);
	assert_int_equal(store(P(1), 5), 0);
	assert_int_equal(load(P(9)), 5);
	assert_ptr_equal(folio_of(1), folio_of(9));
	assert_true(folio_test(folio_of(1), PG_dirty));
	assert_int_equal(current->mm->rss_shmem, 2);
	assert_int_equal(current->mm->rss_anon + current->mm->rss_file, 0);
	assert_null(area(0)->anon_vma);
	/* Shared memory needs no notice of a first store: a load maps it writable. */
	assert_int_equal(load(P(0)), 0);
	assert_true(pte_write(pte_at(0)));
	assert_int_equal(load(P(2)), -SIGBUS);
	assert_int_equal(store(P(2), 1), -SIGBUS);
}

static void test_regular_file_wants_notice(void **state G_GNUC_UNUSED)
{
	int fd = (int)sys_open("/f", 2, 2 * PAGE_SIZE);

	map(0, 2, RW, MAP_SHARED, fd);
	assert_int_equal(load(P(0)), 0);
	assert_false(pte_write(pte_at(0)));
	assert_false(folio_test(folio_of(0), PG_dirty));
	assert_int_equal(store(P(0), 4), 0);
	assert_true(pte_write(pte_at(0)));
	assert_true(folio_test(folio_of(0), PG_dirty));
	assert_int_equal(store(P(1), 4), 0);
	assert_true(pte_write(pte_at(1)));
	assert_int_equal(current->mm->rss_file, 2);
}

static void test_private_file(void **state G_GNUC_UNUSED)
{
	int fd = memfd(4);

	map(0, 4, RW, MAP_SHARED, fd);
	map(8, 4, RW, MAP_PRIVATE, fd);
	assert_int_equal(store(P(0), 7), 0);
	assert_int_equal(store(P(1), 8), 0);
	assert_int_equal(load(P(8)), 7);
	assert_ptr_equal(folio_of(8), folio_of(0));
	assert_false(pte_write(pte_at(8)));
	assert_null(area(8)->anon_vma);
	/* Over a mapped page, and at first touch. */
	assert_int_equal(store(P(8), 9), 0);
	assert_int_equal(store(P(10), 10), 0);
	assert_true(folio_test_anon(folio_of(8)) && folio_test_anon(folio_of(10)));
	assert_int_equal(folio_of(8)->index, 0);
	assert_int_equal(load(P(0)), 7);
	assert_int_equal(load(P(2)), 0);
	assert_int_equal(current->mm->rss_anon, 2);
}

/* A load maps the cached pages of its 16-page window. */
static void test_fault_around(void **state G_GNUC_UNUSED)
{
	int fd = memfd(40);

	map(0, 40, RW, MAP_SHARED, fd);
	for (unsigned int i = 0; i < 40; i += 2)
		assert_int_equal(store(P(i), i + 1), 0);
	map(64, 40, PROT_READ, MAP_SHARED, fd);
	assert_int_equal(load(P(64 + 20)), 21);
	for (unsigned int i = 0; i < 40; i++)
		assert_int_equal(pte_present(pte_at(64 + i)), i >= 16 && i < 32 && i % 2 == 0);
	assert_int_equal(load(P(64 + 3)), 0);
	assert_true(pte_present(pte_at(64 + 14)));
}

static void test_truncate(void **state G_GNUC_UNUSED)
{
	int fd = memfd(4);
	uint64_t value;

	map(0, 4, RW, MAP_SHARED, fd);
	map(8, 4, RW, MAP_PRIVATE, fd);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(store(P(i), i + 1), 0);
	assert_int_equal(store(P(11), 30), 0);
	assert_int_equal(load(P(10)), 3);
	assert_int_equal(sys_fallocate(fd, 3, 3 * PAGE_SIZE, PAGE_SIZE), 0);
	assert_int_equal(load(P(11)), 30);
	assert_int_equal(load(P(3)), 0);
	assert_int_equal(sys_ftruncate(fd, 2 * PAGE_SIZE), 0);
	assert_true(pte_none(pte_at(11)));
	assert_int_equal(load(P(11)), -SIGBUS);
	assert_false(peek_content(current->mm, P(11), &value));
	assert_int_equal(load(P(1)), 2);
}

/* ---- permissions of pages ---- */

static void test_mprotect_keeps_exclusive_writable(void **state G_GNUC_UNUSED)
{
	struct task_struct *parent = current, *child;

	map_anon(0, 3);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(load(P(1)), 0);
	assert_int_equal(sys_mprotect(P(0), 3 * PAGE_SIZE, PROT_NONE), 0);
	assert_true(pte_protnone(pte_at(0)));
	assert_int_equal(load(P(0)), -SIGSEGV);
	assert_int_equal(sys_mprotect(P(0), 3 * PAGE_SIZE, RW), 0);
	assert_true(pte_write(pte_at(0)));
	assert_false(pte_write(pte_at(1)));
	child = fork_ok();
	assert_int_equal(sys_mprotect(P(0), 3 * PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(sys_mprotect(P(0), 3 * PAGE_SIZE, RW), 0);
	assert_false(pte_write(pte_at(0)));
	assert_int_equal(store(P(0), 2), 0);
	run_as(child);
	assert_int_equal(load(P(0)), 1);
	run_as(parent);
}

static void test_mprotect_shared(void **state G_GNUC_UNUSED)
{
	int fd = (int)sys_open("/f", 2, 2 * PAGE_SIZE);

	map(0, 2, RW, MAP_SHARED, fd);
	assert_int_equal(store(P(0), 4), 0);
	assert_int_equal(load(P(1)), 0);
	assert_int_equal(sys_mprotect(P(0), 2 * PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(sys_mprotect(P(0), 2 * PAGE_SIZE, RW), 0);
	assert_true(pte_write(pte_at(0)));
	assert_false(pte_write(pte_at(1)));
}

static void test_exec(void **state G_GNUC_UNUSED)
{
	map_anon(0, 1);
	assert_int_equal(store(P(0), 1), 0);
	assert_int_equal(fetch(P(0)), -SIGSEGV);
	assert_int_equal(sys_mprotect(P(0), PAGE_SIZE, PROT_READ | PROT_EXEC), 0);
	assert_int_equal(fetch(P(0)), 0);
}

/* ---- populate ---- */

static const struct populate_case {
	const char *name;
	unsigned long prot;
	bool write;
	int advise, lock;	/* MADV_POPULATE_*, mlock() */
	bool anon_vma;		/* after mlock() */
} populate_cases[] = {
	{ "populate: rw by write", RW, true, 0, 0, true },
	{ "populate: rw by read", RW, false, 0, 0, true },
	{ "populate: r by write", PROT_READ, true, -EINVAL, 0, false },
	{ "populate: r by read", PROT_READ, false, 0, 0, false },
	{ "populate: none", PROT_NONE, false, -EINVAL, -EFAULT, false },
	{ "populate: w by read has no read permission", PROT_WRITE, false, -EINVAL, 0, true },
};

static void test_populate(void **state)
{
	const struct populate_case *t = *state;
	struct process process;
	struct mm_struct *mm;

	process_start(&process, NULL);
	mm = current->mm;
	map(0, 2, t->prot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	assert_int_equal(faultin_page_range(mm, P(0), P(2), t->write), t->advise);
	assert_int_equal(faultin_page_range(mm, P(0), P(3), t->write), t->advise ?: -ENOMEM);
	assert_int_equal(__mm_populate(mm, P(0), 4 * PAGE_SIZE, false), t->lock);
	assert_int_equal(__mm_populate(mm, P(0), 4 * PAGE_SIZE, true), 0);
	assert_int_equal(area(0)->anon_vma != NULL, t->anon_vma);
	assert_int_equal(vma_has_pages(area(0)), t->lock == 0);
	process_end(&process);
}

/* ---- no memory ---- */

static void test_no_memory(void **state G_GNUC_UNUSED)
{
	int fd = (int)sys_open("/f", 2, 4 * PAGE_SIZE);
	uint64_t value = 1;

	map_anon(0, 2);
	map(512, 2, RW, MAP_SHARED, fd);
	map(1024, 2, RW, MAP_PRIVATE, fd);
	for (unsigned long page = 0; page <= 1024; page += 512)
		for (int store_it = 0; store_it < 2; store_it++) {
			unsigned long n = 0;
			int error;

			do {
				machine_fail_nth(mach, ++n);
				error = access_user(P(page), store_it ? USER_STORE : USER_LOAD,
						    &value);
				machine_fail_nth(mach, 0);
				assert_no_violation();
			} while (error == -ENOMEM);
			assert_int_equal(error, 0);
		}
}

static void test_memory_full(void **state)
{
	struct process process;
	struct machine_config config;
	unsigned int pages = 0;

	(void)state;
	machine_config_init(&config);
	config.ram = 100 * PAGE_SIZE;
	process_start(&process, &config);
	map_anon(0, 100);
	while (!store(P(pages), 1))
		pages++;
	assert_in_range(pages, 80, 98);
	assert_int_equal(store(P(pages), 1), -ENOMEM);
	assert_int_equal(sys_munmap(P(0), 40 * PAGE_SIZE), 0);
	assert_int_equal(store(P(pages), 1), 0);
	process_end(&process);
}

static void test_peek(void **state G_GNUC_UNUSED)
{
	uint64_t value = 1;

	map_anon(0, 2);
	assert_true(peek_content(current->mm, P(0), &value));
	assert_int_equal(value, 0);
	assert_int_equal(store(P(0), 6), 0);
	assert_true(peek_content(current->mm, P(0) + 8, &value));
	assert_int_equal(value, 6);
	assert_false(peek_content(current->mm, P(2), &value));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#define RUN_TABLE(cases, function) ({						\
	struct CMUnitTest rows[G_N_ELEMENTS(cases)];				\
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)			\
		rows[i] = (struct CMUnitTest){ .name = cases[i].name,		\
			.test_func = function, .initial_state = (void *)&cases[i] }; \
	cmocka_run_group_tests(rows, NULL, NULL); })

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_holes), T(test_zero_page), T(test_new_page), T(test_full_batch_drains),
		T(test_droppable), T(test_markers), T(test_mlocked), T(test_mlock_on_fault),
		T(test_special), T(test_cow),
		T(test_reuse_drains_batch), T(test_extra_reference_copies),
		T(test_locked_folio_copies), T(test_unshare), T(test_shared_file),
		T(test_regular_file_wants_notice), T(test_private_file), T(test_fault_around),
		T(test_truncate), T(test_mprotect_keeps_exclusive_writable),
		T(test_mprotect_shared), T(test_exec), T(test_no_memory), T(test_peek),
		cmocka_unit_test(test_memory_full),
	};

	return RUN_TABLE(access_cases, test_access) + RUN_TABLE(populate_cases, test_populate) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
