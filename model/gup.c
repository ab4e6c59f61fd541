/*
 * gup.c - get_user_pages(): from an address to a page that stays.
 *
 * In the kernel:  mm/gup.c __get_user_pages(), follow_page_pte(), faultin_page(),
 *                 gup_must_unshare(), try_grab_folio(), gup_fast_pte_range(),
 *                 gup_fast_pmd_leaf(), gup_fast_fallback().
 * Left out:       protection keys, CMA and movable zones, which FOLL_LONGTERM leaves; the
 *                 interrupts that the fast path keeps off are those by which page tables are
 *                 freed.
 * Locks:          the PTE lock in the slow path; none in the fast one, whose every look at
 *                 a table is a step.
 */
#include "file.h"
#include "gup.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "rcu.h"
#include "userfaultfd.h"

#define MAX_ROUNDS	1000

/* A shared file whose file system is told of stores: a device would store without a word.
 * Kernel: writable_file_mapping_allowed(), vma_needs_dirty_tracking(). */
static bool writable_file_mapping_allowed(const struct vm_area_struct *vma, unsigned int flags)
{
	const unsigned int egregious = FOLL_PIN | FOLL_LONGTERM;

	if ((flags & egregious) != egregious ||
	    (vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return true;
	return !vma->vm_file || vma->vm_file->inode->type != INODE_REGULAR;
}

int check_vma_flags(const struct vm_area_struct *vma, unsigned int flags)
{
	bool force = (flags & FOLL_FORCE) != 0;
	bool permitted;

	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return -EFAULT;
	if (flags & FOLL_WRITE) {
		if (!vma_is_anonymous(vma) && !writable_file_mapping_allowed(vma, flags))
			return -EFAULT;
		permitted = (vma->vm_flags & VM_WRITE) || (force && is_cow_mapping(vma->vm_flags));
	} else {
		permitted = (vma->vm_flags & VM_READ) || (force && vma->vm_flags & VM_MAYREAD);
	}
	return permitted ? 0 : -EFAULT;
}

/*
 * Would the owner's next store leave this page to the device alone?  Then it has to be made
 * exclusive first.  @vma is NULL in the fast path.  Kernel: gup_must_unshare().
 */
static bool gup_must_unshare(const struct vm_area_struct *vma, unsigned int flags,
			     const struct page *page)
{
	if ((flags & (FOLL_WRITE | FOLL_PIN)) != FOLL_PIN)
		return false;
	if (!page->folio || !folio_test_anon(page->folio)) {
		if (!(flags & FOLL_LONGTERM))
			return false;
		return !vma || is_cow_mapping(vma->vm_flags);
	}
	return !READ_SHARED(page, PageAnonExclusive(page), "gup_must_unshare");
}

/*
 * Can a write by force go to the page that @pte maps read-only?  If copy-on-write is done with: the
 * page is anonymous and nobody else's.  Kernel: can_follow_write_pte(), can_follow_write_common().
 */
static bool can_follow_write(const struct vm_area_struct *vma, unsigned int flags, pte_t pte,
			     const struct page *page)
{
	if (pte_write(pte))
		return true;
	if (!(flags & FOLL_FORCE) || vma->vm_flags & (VM_WRITE | VM_SHARED | VM_MAYSHARE) ||
	    !(vma->vm_flags & VM_MAYWRITE))
		return false;
	if (!page->folio || !folio_test_anon(page->folio) || !PageAnonExclusive(page))
		return false;
	return !(userfaultfd_wp(vma) && pte_uffd_wp(pte));
}

/* ---- references ---- */

static void add_pins(struct folio_large *large, int nr)
{
	sched_touch(&large->pincount, ACCESS_WRITE);
	large->pincount += nr;
}

/* The page cannot go: its entry is locked.  Kernel: try_grab_folio(). */
static void grab_folio(struct folio *folio, unsigned int flags)
{
	if (flags & FOLL_GET) {
		folio_ref_add(folio, 1);
	} else if (flags & FOLL_PIN && !is_zero_folio(folio)) {
		folio_ref_add(folio, folio->large ? 1 : GUP_PIN_COUNTING_BIAS);
		if (folio->large)
			add_pins(folio->large, 1);
	}
}

/* The page may be going: false then.  Kernel: try_grab_folio_fast(). */
static bool grab_folio_fast(struct folio *folio, unsigned int flags)
{
	if (!folio || !folio_try_get(folio))
		return false;
	if (!(flags & FOLL_PIN))
		return true;
	if (folio->large)
		add_pins(folio->large, 1);
	else
		folio_ref_add(folio, GUP_PIN_COUNTING_BIAS - 1);
	return true;
}

/* Kernel: gup_put_folio(). */
static void put_grabbed(struct page *page, unsigned int flags)
{
	struct folio *folio = page->folio;

	if (flags & FOLL_PIN) {
		if (is_zero_folio(folio))
			return;
		if (folio->large)
			add_pins(folio->large, -1);
		else
			folio_ref_add(folio, 1 - GUP_PIN_COUNTING_BIAS);
	}
	folio_put(folio);
}

static void note_pin(const struct mm_struct *mm, unsigned long addr, unsigned int flags,
		     const struct page *page)
{
	if (flags & FOLL_PIN)
		pin_home_add(mm, addr, page);
}

void gup_put_page(struct page *page, unsigned int flags)
{
	if (flags & FOLL_PIN)
		pin_home_remove(page);
	put_grabbed(page, flags);
}

/* ---- the slow path ---- */

/* Marks what was reached as a user's access would. */
static void touch_folio(struct folio *folio, pte_t pte, unsigned int flags)
{
	if (flags & FOLL_WRITE && !pte_dirty(pte))
		folio_set(folio, PG_dirty);
	folio_mark_accessed(folio);
}

/*
 * 0 with the page taken; -EAGAIN if a fault has to bring it in; -EMLINK if one has to make it
 * exclusive.  Kernel: follow_page_pte().
 */
static int follow_page_pte(const struct vm_area_struct *vma, pte_t pte, unsigned int flags,
			   struct page **pagep)
{
	struct page *page = pte_present(pte) ? pfn_to_page(pte_pfn(pte)) : NULL;

	if (!page || (flags & FOLL_WRITE && !can_follow_write(vma, flags, pte, page)))
		return -EAGAIN;
	if (!pte_write(pte) && gup_must_unshare(vma, flags, page))
		return -EMLINK;
	grab_folio(page->folio, flags);
	if (flags & FOLL_TOUCH && !is_zero_folio(page->folio))
		touch_folio(page->folio, pte, flags);
	*pagep = page;
	return 0;
}

/* The same for the leaf at @slot, whose lock it drops: the leaf gets the marks, the folio none.
 * Kernel: follow_huge_pmd(), touch_pmd(). */
static int follow_huge_pmd(const struct vm_area_struct *vma, struct pgtable *pmds,
			   unsigned long addr, unsigned int flags, struct page **pagep)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PMD);
	pte_t pmd = ptep_get(pmds, slot);
	struct page *head = pte_present(pmd) ? pfn_to_page(pte_pfn(pmd)) : NULL;
	int error = 0;

	if (!head || (flags & FOLL_WRITE && !can_follow_write(vma, flags, pmd, head)))
		error = -EAGAIN;
	else if (!pte_write(pmd) && gup_must_unshare(vma, flags, head))
		error = -EMLINK;
	if (!error) {
		grab_folio(head->folio, flags);
		if (flags & FOLL_TOUCH)
			set_pte(pmds, slot,
				pte_mkyoung(flags & FOLL_WRITE ? pte_mkdirty(pmd) : pmd));
		*pagep = pfn_to_page(leaf_pfn(pmd, addr));
		note_pin(vma->vm_mm, addr, flags, *pagep);
	}
	spin_unlock(&pmds->ptl, LOCK_PMD);
	return error;
}

static int follow_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags,
		       struct page **page)
{
	struct pgtable *pmds = pmd_trans_huge_lock(vma->vm_mm, addr), *table;
	int error;

	if (pmds)
		return follow_huge_pmd(vma, pmds, addr, flags, page);
	table = pte_offset_map_lock(vma->vm_mm, addr);
	if (!table)
		return -EAGAIN;
	error = follow_page_pte(vma, ptep_get(table, pgtable_index(addr, LEVEL_PTE)), flags, page);
	if (!error)
		note_pin(vma->vm_mm, addr, flags, *page);
	spin_unlock(&table->ptl, LOCK_PTE);
	return error;
}

/* Kernel: faultin_page() with vm_fault_to_errno(). */
static int faultin_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags,
			bool unshare, bool *locked)
{
	unsigned int fault_flags = flags & FOLL_WRITE ? FAULT_FLAG_WRITE : 0;

	if (locked)
		fault_flags |= FAULT_FLAG_ALLOW_RETRY;
	if (unshare)
		fault_flags |= FAULT_FLAG_UNSHARE;
	switch (handle_mm_fault(vma, addr, fault_flags)) {
	case VM_FAULT_OOM:
		return -ENOMEM;
	case VM_FAULT_SIGSEGV:
	case VM_FAULT_SIGBUS:
		return -EFAULT;
	case VM_FAULT_HWPOISON:
		return flags & FOLL_HWPOISON ? -EHWPOISON : -EFAULT;
	case VM_FAULT_RETRY:
		*locked = false;
		return -EAGAIN;
	case VM_FAULT_DONE:
		break;
	}
	return 0;
}

/*
 * What is asked for after a fault for a write by force.  To drop the wish once the fault has made a
 * copy forgets that the copy may be gone before it is looked for.
 */
static unsigned int flags_after_fault(const struct vm_area_struct *vma, unsigned int flags)
{
	if (semantics()->gup_drops_write_wish && !(vma->vm_flags & VM_WRITE))
		flags &= ~FOLL_WRITE;
	return flags;
}

int get_user_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags,
		  struct page **page, bool *locked)
{
	int error;

	*page = NULL;
	for (unsigned int round = 0; round < MAX_ROUNDS; round++) {
		if (current->killed)
			return -EINTR;
		error = follow_page(vma, addr, flags, page);
		if (!error)
			return 0;
		error = faultin_page(vma, addr, flags, error == -EMLINK, locked);
		if (error)
			return error;
		flags = flags_after_fault(vma, flags);
		point("gup:faulted");
	}
	return -ENOMEM;
}

/* Kernel: __gup_longterm_locked() down to __get_user_pages(). */
static long gup_slow(unsigned long start, unsigned long nr, unsigned int flags,
		     struct page **pages)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma = NULL;
	unsigned long done = 0;
	bool locked = false;
	int error = 0;

	for (; done < nr && (!error || error == -EAGAIN); done += !error) {
		unsigned long addr = start + done * PAGE_SIZE;

		if (!locked)
			mmap_read_lock(mm);
		error = 0;
		if (!locked || addr >= vma->vm_end) {
			/* Stacks do not grow here. */
			vma = vma_lookup(mm, addr);
			error = vma ? check_vma_flags(vma, flags) : -EFAULT;
		}
		locked = true;
		if (!error)
			error = get_user_page(vma, addr, flags, &pages[done], &locked);
	}
	if (locked)
		mmap_read_unlock(mm);
	return done ? (long)done : error;
}

/* ---- the fast path ---- */

/* Kernel: pte_access_permitted(). */
static bool pte_access_permitted(pte_t pte, bool write)
{
	return pte & _PAGE_PRESENT && pte & _PAGE_USER && (!write || pte_write(pte));
}

/* Stores to a file which is told of them must come from where that is checked.
 * Kernel: gup_fast_folio_allowed(). */
static bool gup_fast_folio_allowed(const struct folio *folio, unsigned int flags)
{
	const unsigned int egregious = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
	const struct address_space *mapping = folio_mapping(folio);

	if ((flags & egregious) != egregious || folio_test_anon(folio))
		return true;
	return mapping && mapping->host->type != INODE_REGULAR;
}

/* The words of a table that was taken out do not change by that. */
static bool table_has_gone(const struct pgtable *pmds, unsigned int slot, pte_t pmd)
{
	if (semantics()->gup_fast_no_pmd_recheck)
		return false;
	return ptep_get_lockless(pmds, slot, "gup_fast: pmd again") != pmd;
}

/* Of a leaf that was just read as @pmd, with the same care.  Kernel: gup_fast_pmd_leaf(). */
static struct page *gup_fast_leaf(struct pgtable *pmds, pte_t pmd, unsigned long addr,
				  unsigned int flags)
{
	struct page *head;

	if (!pte_access_permitted(pmd, flags & FOLL_WRITE) || is_huge_zero_pmd(pmd))
		return NULL;
	head = pfn_to_page(pte_pfn(pmd));
	point("gup_fast:leaf-read");
	if (!grab_folio_fast(head->folio, flags))
		return NULL;
	point("gup_fast:grabbed");
	if (ptep_get_lockless(pmds, pgtable_index(addr, LEVEL_PMD), "gup_fast: leaf again") != pmd ||
	    !gup_fast_folio_allowed(head->folio, flags) ||
	    (!pte_write(pmd) && gup_must_unshare(NULL, flags, head))) {
		gup_put_page(head, flags);
		return NULL;
	}
	folio_set(head->folio, PG_referenced);
	return pfn_to_page(leaf_pfn(pmd, addr));
}

/*
 * One page, between looks at tables that may change at any time: first the reference, then
 * the look that tells whether it was of the right page.  Kernel: gup_fast_pte_range().
 */
static struct page *gup_fast_page(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);
	unsigned int pmd_slot = pgtable_index(addr, LEVEL_PMD);
	struct pgtable *pmd_table = pgtable_lookup(mm, addr, LEVEL_PMD), *table;
	struct page *page;
	pte_t pmd, pte;

	if (!pmd_table)
		return NULL;
	pmd = ptep_get_lockless(pmd_table, pmd_slot, "gup_fast: pmd");
	if (!pte_none(pmd) && pte_leaf(pmd))
		return gup_fast_leaf(pmd_table, pmd, addr, flags);
	table = pte_none(pmd) ? NULL : pmd_table->child[pmd_slot];
	if (!table)
		return NULL;
	pte = ptep_get_lockless(table, slot, "gup_fast: pte");
	if (!pte_access_permitted(pte, flags & FOLL_WRITE) || pte_special(pte))
		return NULL;
	page = pfn_to_page(pte_pfn(pte));
	point("gup_fast:pte-read");
	if (!grab_folio_fast(page->folio, flags))
		return NULL;
	point("gup_fast:grabbed");
	if (table_has_gone(pmd_table, pmd_slot, pmd) ||
	    ptep_get_lockless(table, slot, "gup_fast: pte again") != pte ||
	    !gup_fast_folio_allowed(page->folio, flags) ||
	    (!pte_write(pte) && gup_must_unshare(NULL, flags, page))) {
		put_grabbed(page, flags);
		return NULL;
	}
	note_pin(mm, addr, flags, page);
	folio_set(page->folio, PG_referenced);
	return page;
}

/* Has fork begun since @seq, to share pages of which it saw no pin yet? */
static bool fork_began(const struct mm_struct *mm, unsigned long seq)
{
	if (semantics()->gup_fast_vs_fork)
		return false;
	return READ_SHARED(&mm->write_protect_seq, mm->write_protect_seq, "gup_fast: end") != seq;
}

unsigned long gup_fast(unsigned long start, unsigned long len, unsigned int flags,
		       struct page **pages)
{
	struct mm_struct *mm = current->mm;
	unsigned long done = 0, seq;

	/* Fork shares pages now, by what it has seen of pins before. */
	seq = READ_SHARED(&mm->write_protect_seq, mm->write_protect_seq, "gup_fast: begin");
	if (flags & FOLL_PIN && seq & 1 && !semantics()->gup_fast_vs_fork)
		return 0;
	local_irq_save();
	for (; done < len >> PAGE_SHIFT; done++) {
		pages[done] = gup_fast_page(mm, start + done * PAGE_SIZE, flags);
		if (!pages[done])
			break;
	}
	local_irq_restore();
	point("gup_fast:walked");
	if (flags & FOLL_PIN && fork_began(mm, seq)) {
		while (done)
			gup_put_page(pages[--done], flags);
	}
	return done;
}

long gup_fast_fallback(unsigned long start, unsigned long len, unsigned int flags,
		       struct page **pages)
{
	unsigned long nr = len >> PAGE_SHIFT, done;
	long more;

	if (start > TASK_SIZE || len > TASK_SIZE - start)
		return -EFAULT;
	if (flags & FOLL_PIN)
		WRITE_SHARED(&current->mm->has_pinned, current->mm->has_pinned, true,
			     "mm_set_has_pinned_flag");
	done = gup_fast(start, len, flags, pages);
	if (done == nr)
		return (long)done;
	more = gup_slow(start + done * PAGE_SIZE, nr - done, flags | FOLL_TOUCH, pages + done);
	if (more < 0)
		return done ? (long)done : more;
	return (long)done + more;
}

long gup_remote(unsigned long start, unsigned long len, unsigned int flags, struct page **pages)
{
	long got;

	if (start > TASK_SIZE || len > TASK_SIZE - start)
		return -EFAULT;
	WRITE_SHARED(&current->mm->has_pinned, current->mm->has_pinned, true,
		     "mm_set_has_pinned_flag");
	got = gup_slow(start, len >> PAGE_SHIFT, flags | FOLL_TOUCH, pages);
	return got > 0 ? got : -EFAULT;
}
