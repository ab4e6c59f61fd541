/*
 * uffd_fill.c - pages put where userfaultfd's reader wants them: copies, zero pages, pages
 * of the cache, poison.
 *
 * In the kernel:  mm/userfaultfd.c mfill_atomic(), mfill_atomic_pte_copy(), _zeropage(),
 *                 _continue(), _poison(), mfill_atomic_install_pte(), uffd_mfill_lock();
 *                 mm/shmem.c shmem_mfill_atomic_pte().
 * Left out:       hugetlb, memcg.
 * Locks:          the lock of the destination's area (mmap_lock only while an anon_vma is
 *                 made), inside it map_changing_lock, both for reading; the PTE lock.
 */
#include "lru.h"
#include "machine.h"
#include "memory.h"
#include "shmem_swap.h"
#include "uffd_internal.h"

/* One call on its way; for the page at @dst. */
struct fill {
	const struct uffd_fill *how;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	uint64_t dst, src;
	struct folio *folio;		/* copied into while nothing was locked; or NULL */
};

/* ---- the area ---- */

/* A private area needs an anon_vma for what comes. */
static struct vm_area_struct *find_vma_and_prepare_anon(struct mm_struct *mm, unsigned long addr,
							int *error)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	if (!vma) {
		*error = -ENOENT;
		return NULL;
	}
	if (!(vma->vm_flags & VM_SHARED) && anon_vma_prepare(vma)) {
		*error = -ENOMEM;
		return NULL;
	}
	return vma;
}

/* The area at @addr, its lock held for reading; NULL and *@error.  Kernel: uffd_lock_vma(). */
static struct vm_area_struct *uffd_lock_vma(struct mm_struct *mm, unsigned long addr, int *error)
{
	struct vm_area_struct *vma = lock_vma_under_rcu(mm, addr);

	if (vma) {
		if (vma->vm_flags & VM_SHARED || vma->anon_vma)
			return vma;
		vma_end_read(vma);
	}
	mmap_read_lock(mm);
	vma = find_vma_and_prepare_anon(mm, addr, error);
	if (vma)
		down_read(&vma->vm_lock);
	mmap_read_unlock(mm);
	return vma;
}

/* The same for a range, which has to lie in one registered area.  Kernel: uffd_mfill_lock(). */
static struct vm_area_struct *uffd_mfill_lock(struct mm_struct *mm, unsigned long start,
					      unsigned long len, int *error)
{
	struct vm_area_struct *vma = uffd_lock_vma(mm, start, error);

	if (!vma)
		return NULL;
	if (start + len <= vma->vm_end && vma->vm_userfaultfd_ctx)
		return vma;
	vma_end_read(vma);
	*error = -ENOENT;
	return NULL;
}

static bool vma_is_shmem(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &shmem_vm_ops;
}

/* Can this area be filled in this way?  0 or -EINVAL. */
static int fill_check(const struct fill *fill)
{
	const struct vm_area_struct *vma = fill->vma;

	if (fill->how->wp && !userfaultfd_wp(vma))
		return -EINVAL;
	if (!vma_is_anonymous(vma) && !vma_is_shmem(vma))
		return -EINVAL;
	if (fill->how->kind == UFFD_FILL_CONTINUE && !vma_is_shmem(vma))
		return -EINVAL;
	return 0;
}

/* ---- the word ---- */

/* Kernel: mfill_file_over_size(). */
static bool beyond_file(const struct fill *fill)
{
	const struct vm_area_struct *vma = fill->vma;

	if (!vma->vm_file)
		return false;
	return linear_page_index(vma, fill->dst) >=
	       (vma->vm_file->inode->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* May a page replace @pte?  Kernel: in mfill_atomic_install_pte(). */
static bool pte_replaceable(pte_t pte)
{
	return pte_none(pte) || is_pte_marker(pte);
}

/* The PTE table of fill->dst, locked: 0, -EAGAIN, -EFAULT, or -EEXIST if the word cannot
 * be replaced (with @strict: if it is not none). */
static int lock_word(const struct fill *fill, bool strict, struct pgtable **table)
{
	unsigned int slot = pgtable_index(fill->dst, LEVEL_PTE);
	int error = 0;
	pte_t pte;

	*table = pte_offset_map_lock(fill->mm, fill->dst);
	if (!*table)
		return -EAGAIN;
	pte = ptep_get(*table, slot);
	if (beyond_file(fill))
		error = -EFAULT;
	else if (strict ? !pte_none(pte) : !pte_replaceable(pte))
		error = -EEXIST;
	if (error)
		spin_unlock(&(*table)->ptl, LOCK_PTE);
	return error;
}

/* A word that maps no folio: the zero page, or poison. */
static int set_special_word(const struct fill *fill, pte_t pte)
{
	struct pgtable *table;
	int error = lock_word(fill, true, &table);

	if (error)
		return error;
	set_pte(table, pgtable_index(fill->dst, LEVEL_PTE), pte);
	spin_unlock(&table->ptl, LOCK_PTE);
	point("uffd_fill:pte-set");
	return 0;
}

/* Maps @folio, whose reference becomes that of the PTE on success.
 * Kernel: mfill_atomic_install_pte(). */
static int install_pte(const struct fill *fill, struct folio *folio, bool newly_allocated)
{
	bool in_cache = folio_mapping(folio) != NULL;
	struct vm_area_struct *vma = fill->vma;
	struct page *page = folio_page(folio, 0);
	struct pgtable *table;
	pte_t pte;
	int error;

	if (in_cache)
		page = folio_page(folio, linear_page_index(vma, fill->dst) - folio->index);
	pte = pte_mkdirty(pfn_pte(page_to_pfn(page), vma_page_prot(vma)));
	pte = pte_wrprotect(pte);
	if ((vma->vm_flags & VM_WRITE) && (!in_cache || vma->vm_flags & VM_SHARED))
		pte = pte_mkwrite(pte);
	if (fill->how->wp)
		pte = pte_mkuffd_wp(pte);
	error = lock_word(fill, false, &table);
	if (error)
		return error;
	if (in_cache) {
		if (newly_allocated)
			folio_add_lru(folio);
		folio_add_file_rmap_pte(folio, page, vma);
	} else {
		folio_add_new_anon_rmap(folio, vma, fill->dst, true);
		folio_add_lru_vma(folio, vma);
	}
	*mm_counter(fill->mm, folio) += 1;
	set_pte(table, pgtable_index(fill->dst, LEVEL_PTE), pte);
	pgtable_set_wp_asked(table, pgtable_index(fill->dst, LEVEL_PTE), fill->how->wp);
	spin_unlock(&table->ptl, LOCK_PTE);
	point("uffd_fill:pte-set");
	return 0;
}

/* ---- contents ---- */

/*
 * A page's worth from @src on, which may begin inside a page.  The value of a page stands for
 * its first eight bytes, lowest first; the others are 0.
 */
static int copy_page_from_user(uint64_t src, bool may_fault, uint64_t *value)
{
	unsigned int shift = (unsigned int)(src & ~PAGE_MASK);
	uint64_t page = src & PAGE_MASK, low = 0, high = 0;
	int error = access_kernel(page, may_fault, &low);

	if (!error && shift)
		error = access_kernel(page + PAGE_SIZE, may_fault, &high);
	if (error)
		return error;
	count_vm_event(VM_EVENT_copies);
	if (!shift) {
		*value = low;
		return 0;
	}
	*value = shift < 8 ? low >> (8 * shift) : 0;
	if (shift > PAGE_SIZE - 8)
		*value = high << (8 * (PAGE_SIZE - shift));
	return 0;
}

/*
 * The folio with what is to be copied: that which was filled while nothing was locked, or a
 * new one.  -ENOENT: the source has to be faulted in first, without locks; fill->folio is
 * where to.
 */
static int folio_to_install(struct fill *fill, struct folio **folio)
{
	*folio = fill->folio;
	fill->folio = NULL;
	if (*folio)
		return 0;
	*folio = folio_alloc(0, "page for userfaultfd");
	if (!*folio)
		return -ENOMEM;
	if (fill->how->kind != UFFD_FILL_COPY)
		return 0;
	if (!copy_page_from_user(fill->src, false, &folio_page(*folio, 0)->content))
		return 0;
	fill->folio = *folio;
	return -ENOENT;
}

/* Kernel: mfill_atomic_pte_copy(). */
static int fill_anon_copy(struct fill *fill)
{
	struct folio *folio;
	int error = folio_to_install(fill, &folio);

	if (error)
		return error;
	folio_set(folio, PG_uptodate);
	error = install_pte(fill, folio, true);
	if (error)
		folio_put(folio);
	return error;
}

/* Kernel: shmem_mfill_atomic_pte(). */
static int fill_shmem(struct fill *fill)
{
	struct address_space *mapping = &fill->vma->vm_file->inode->i_data;
	pgoff_t index = linear_page_index(fill->vma, fill->dst);
	struct folio *folio;
	int error;

	if (shmem_acct_blocks(mapping->host, 1)) {
		if (fill->folio)
			folio_put(fill->folio);
		fill->folio = NULL;
		return -ENOMEM;
	}
	error = folio_to_install(fill, &folio);
	if (error)
		goto out_unacct;
	folio_lock(folio);
	folio_set(folio, PG_uptodate);
	error = beyond_file(fill) ? -EFAULT : shmem_add_to_page_cache(mapping, folio, index);
	if (error)
		goto out_unlock;
	error = install_pte(fill, folio, true);
	if (error)
		goto out_uncache;
	folio_unlock(folio);
	return 0;

out_uncache:
	filemap_remove_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
	return error;
out_unlock:
	folio_unlock(folio);
	folio_put(folio);
out_unacct:
	shmem_unacct_blocks(mapping->host, 1);
	return error;
}

/* The file's page is there already: only the mapping was missing.
 * Kernel: mfill_atomic_pte_continue(). */
static int fill_continue(struct fill *fill)
{
	struct address_space *mapping = &fill->vma->vm_file->inode->i_data;
	struct folio *folio;
	int error;

	if (beyond_file(fill))
		return -EINVAL;
	error = shmem_find_folio(mapping, linear_page_index(fill->vma, fill->dst), &folio);
	if (error || !folio)
		return error ? error : -EFAULT;
	if (!folio_try_get(folio))
		return -EFAULT;
	folio_lock(folio);
	folio_set(folio, PG_uptodate);	/* one that fallocate() put there */
	error = folio_mapping(folio) == mapping ? install_pte(fill, folio, false) : -EFAULT;
	folio_unlock(folio);
	if (error)
		folio_put(folio);
	return error;
}

/* ---- the table ---- */

static pte_t read_pmd(const struct fill *fill, const struct pgtable *pmds, const char *site)
{
	return ptep_get_lockless(pmds, pgtable_index(fill->dst, LEVEL_PMD), site);
}

/* Unless something is there by now.  0 or -ENOMEM.  Kernel: __pte_alloc(). */
static int alloc_table(const struct fill *fill)
{
	int error = 0;

	if (!pgtable_alloc(fill->mm, fill->dst, LEVEL_PTE) &&
	    pte_none(pgtable_entry(fill->mm, fill->dst, LEVEL_PMD)))
		error = -ENOMEM;
	point("uffd_fill:table-made");
	return error;
}

/* Looks at the word again and again, as if nobody else could change it: but faults put huge pages there
 * under the same locks, and madvise() takes them away. */
static int prepare_table_by_assertion(const struct fill *fill, const struct pgtable *pmds)
{
	pte_t pmd = read_pmd(fill, pmds, "mfill_atomic: dst_pmdval");

	if (pte_leaf(pmd))
		return -EEXIST;
	if (pte_none(pmd) && alloc_table(fill))
		return -ENOMEM;
	if (pte_leaf(read_pmd(fill, pmds, "mfill_atomic: huge?")))
		return -EFAULT;
	if (bug_on(pte_none(read_pmd(fill, pmds, "mfill_atomic: none?")), "mfill_atomic()",
		   "something in the PMD word for which a table was made") ||
	    bug_on(pte_leaf(read_pmd(fill, pmds, "mfill_atomic: still huge?")), "mfill_atomic()",
		   "no huge page where there was none"))
		return -EFAULT;
	return 0;
}

/*
 * There is a table for fill->dst, at least there was one: its lock will tell.  What the word was is read
 * once, after the allocation.  0, -ENOMEM, or -EEXIST: a huge page, on its way or not, or nothing again.
 */
static int prepare_table(const struct fill *fill)
{
	const struct pgtable *pmds = pgtable_alloc(fill->mm, fill->dst, LEVEL_PMD);
	pte_t pmd;

	if (!pmds)
		return -ENOMEM;
	if (semantics()->uffd_fill_asserts_pmd)
		return prepare_table_by_assertion(fill, pmds);
	if (pte_none(read_pmd(fill, pmds, "mfill_atomic: none?")) && alloc_table(fill))
		return -ENOMEM;
	pmd = read_pmd(fill, pmds, "mfill_atomic: dst_pmdval");
	return !pte_present(pmd) || pte_leaf(pmd) ? -EEXIST : 0;
}

/* One page.  Kernel: mfill_atomic_pte(). */
static int fill_page(struct fill *fill)
{
	int error = prepare_table(fill);
	pte_t zero;

	if (error)
		return error;
	if (fill->how->kind == UFFD_FILL_CONTINUE)
		return fill_continue(fill);
	if (fill->how->kind == UFFD_FILL_POISON)
		return set_special_word(fill, swp_pte(SWP_PTE_MARKER, PTE_MARKER_POISONED));
	if (fill->vma->vm_flags & VM_SHARED)
		return fill_shmem(fill);
	/* A private area of a file: its own pages, whatever the file has. */
	if (fill->how->kind == UFFD_FILL_COPY)
		return fill_anon_copy(fill);
	zero = pfn_pte(page_to_pfn(mach->zero_page), vma_page_prot(fill->vma) | _PAGE_SPECIAL);
	return set_special_word(fill, zero);
}

/* ---- the range ---- */

/* From fill->dst on, the area locked: 0, or what ended it. */
static int fill_locked(struct fill *fill, uint64_t end)
{
	struct userfaultfd_ctx *ctx = fill->how->ctx;
	int error;

	down_read(&ctx->map_changing_lock);
	if (READ_SHARED(ctx, ctx->mmap_changing, "mfill_atomic"))
		error = -EAGAIN;
	else
		error = fill_check(fill);
	while (!error && fill->dst < end) {
		error = fill_page(fill);
		if (error)
			break;
		fill->dst += PAGE_SIZE;
		fill->src += PAGE_SIZE;
	}
	up_read(&ctx->map_changing_lock);
	vma_end_read(fill->vma);
	return error;
}

int64_t mfill_atomic(const struct uffd_fill *how, struct mm_struct *mm)
{
	struct fill fill = { .how = how, .mm = mm, .dst = how->dst, .src = how->src };
	uint64_t end = how->dst + how->len;
	int error = 0;

	do {
		/* Each time the whole range, also what is done already. */
		fill.vma = uffd_mfill_lock(mm, how->dst, how->len, &error);
		if (!fill.vma)
			break;
		point("uffd_fill:vma-locked");
		error = fill_locked(&fill, end);
		if (error != -ENOENT)
			break;
		point("uffd_fill:unlocked-to-read-source");
		error = copy_page_from_user(fill.src, true, &folio_page(fill.folio, 0)->content);
	} while (!error);
	if (fill.folio)
		folio_put(fill.folio);
	trace_event("uffd-fill", "uffd#%u [%s, +0x%lx): 0x%lx bytes done", how->ctx->id,
		    addr_name(mm, how->dst).text, how->len, fill.dst - how->dst);
	return fill.dst > how->dst ? (int64_t)(fill.dst - how->dst) : error;
}
