/*
 * rmap_walk.c - from a folio to the areas which may map it.
 *
 * In the kernel:  mm/rmap.c folio_get_anon_vma(), folio_lock_anon_vma_read(),
 *                 rmap_walk(); mm/internal.h vma_address().
 * Left out:       trylock mode.
 * Locks:          taken here: the anon_vma root's rwsem or i_mmap_rwsem, for reading.
 */
#include "file.h"
#include "ksm.h"
#include "machine.h"
#include "pgtable.h"
#include "rmap.h"

static bool folio_mapped(const struct folio *folio)
{
	return folio_mapcount(folio) > 0;
}

bool vma_address(const struct vm_area_struct *vma, pgoff_t pgoff, unsigned long nr,
		 unsigned long *addr)
{
	if (pgoff >= vma->vm_pgoff) {
		*addr = vma->vm_start + ((pgoff - vma->vm_pgoff) << PAGE_SHIFT);
		return *addr >= vma->vm_start && *addr < vma->vm_end;
	}
	/* A large folio whose head lies below this area. */
	*addr = vma->vm_start;
	return pgoff + nr - 1 >= vma->vm_pgoff;
}

/* Kernel: the part of the two below which is under rcu_read_lock(). */
static struct anon_vma *anon_vma_of_mapping(uintptr_t mapping, const struct folio *folio)
{
	if ((mapping & FOLIO_MAPPING_FLAGS) != FOLIO_MAPPING_ANON || !folio_mapped(folio))
		return NULL;
	return (struct anon_vma *)(mapping & ~FOLIO_MAPPING_FLAGS);
}

struct anon_vma *folio_get_anon_vma(struct folio *folio)
{
	uintptr_t mapping = READ_SHARED(&folio->mapping, folio->mapping, "folio_get_anon_vma");
	struct anon_vma *anon_vma = anon_vma_of_mapping(mapping, folio);

	if (!anon_vma)
		return NULL;
	sched_touch(&anon_vma->refcount, ACCESS_READ);
	if (!anon_vma->refcount)
		return NULL;
	get_anon_vma(anon_vma);
	/*
	 * Still mapped means that the reference was taken of the right one: an anon_vma
	 * lives as long as a page of it is mapped.
	 */
	if (!folio_mapped(folio)) {
		put_anon_vma(anon_vma);
		return NULL;
	}
	return anon_vma;
}

/* Did UFFDIO_MOVE or a write fault take the folio elsewhere while we waited?  If so, that it is
 * mapped says nothing of the anon_vma that was locked. */
static bool folio_mapping_changed(const struct folio *folio, uintptr_t mapping)
{
	if (semantics()->rmap_mapping_recheck)
		return false;
	return READ_SHARED(&folio->mapping, folio->mapping,
			   "folio_lock_anon_vma_read: again") != mapping;
}

struct anon_vma *folio_lock_anon_vma_read(struct folio *folio)
{
	struct anon_vma *anon_vma;
	uintptr_t mapping;

retry:
	mapping = READ_SHARED(&folio->mapping, folio->mapping, "folio_lock_anon_vma_read");
	anon_vma = anon_vma_of_mapping(mapping, folio);
	if (!anon_vma)
		return NULL;
	if (down_read_trylock(&anon_vma->root->rwsem)) {
		if (folio_mapping_changed(folio, mapping)) {
			anon_vma_unlock_read(anon_vma);
			goto retry;
		}
		/* Mapped, with the lock held: now it cannot go away. */
		if (!folio_mapped(folio)) {
			anon_vma_unlock_read(anon_vma);
			return NULL;
		}
		return anon_vma;
	}

	/* To sleep on the lock we need a reference. */
	anon_vma = folio_get_anon_vma(folio);
	if (!anon_vma)
		return NULL;
	anon_vma_lock_read(anon_vma);
	if (folio_mapping_changed(folio, mapping)) {
		anon_vma_unlock_read(anon_vma);
		put_anon_vma(anon_vma);
		goto retry;
	}
	sched_touch(&anon_vma->refcount, ACCESS_WRITE);
	if (anon_vma->refcount == 1) {
		/* Ours is the last one: nothing maps the folio any more. */
		anon_vma_unlock_read(anon_vma);
		put_anon_vma(anon_vma);
		return NULL;
	}
	anon_vma->refcount--;
	return anon_vma;
}

/* In the order of the tree; both end when @fn says so. */
static void walk_anon(struct folio *folio, const struct anon_vma *anon_vma, rmap_fn fn, void *data)
{
	pgoff_t first = folio->index, last = first + folio_nr_pages(folio) - 1;
	struct interval_node *node;
	unsigned long addr;

	object_use(anon_vma, "rmap_walk_anon");
	for (node = interval_tree_first(&anon_vma->rb_root, first, last); node;
	     node = interval_tree_next(node, first, last)) {
		struct vm_area_struct *vma = container_of(node, struct anon_vma_chain, rb)->vma;

		object_use(node, "rmap_walk_anon");
		object_use(vma, "rmap_walk_anon");
		if (vma_address(vma, first, folio_nr_pages(folio), &addr) &&
		    !fn(folio, vma, addr, data))
			break;
	}
}

static void walk_file(struct folio *folio, const struct address_space *mapping, rmap_fn fn,
		      void *data)
{
	pgoff_t first = folio->index, last = first + folio_nr_pages(folio) - 1;
	struct interval_node *node;
	unsigned long addr;

	for (node = interval_tree_first(&mapping->i_mmap, first, last); node;
	     node = interval_tree_next(node, first, last)) {
		struct vm_area_struct *vma = container_of(node, struct vm_area_struct, shared);

		object_use(vma, "rmap_walk_file");
		if (vma_address(vma, first, folio_nr_pages(folio), &addr) &&
		    !fn(folio, vma, addr, data))
			break;
	}
}

void rmap_walk(struct folio *folio, rmap_fn fn, void *data)
{
	struct address_space *mapping = folio_mapping(folio);
	struct anon_vma *anon_vma;

	if (mapping) {
		down_read(&mapping->i_mmap_rwsem);
		walk_file(folio, mapping, fn, data);
		up_read(&mapping->i_mmap_rwsem);
		return;
	}
	if (!folio_test_anon(folio))
		return;
	if (folio_test_ksm(folio)) {
		rmap_walk_ksm(folio, fn, data, true);
		return;
	}
	if (lock_held(folio, LOCK_WRITE)) {
		/* The mapping cannot change, and whoever holds the folio knows it mapped. */
		anon_vma = folio_anon_vma(folio);
		anon_vma_lock_read(anon_vma);
	} else {
		anon_vma = folio_lock_anon_vma_read(folio);
		if (!anon_vma)
			return;
	}
	walk_anon(folio, anon_vma, fn, data);
	anon_vma_unlock_read(anon_vma);
}

void rmap_walk_locked(struct folio *folio, rmap_fn fn, void *data)
{
	const struct anon_vma *anon_vma = folio_anon_vma(folio);

	if (!anon_vma)
		return;
	rwsem_assert_held_write(&anon_vma->root->rwsem);
	walk_anon(folio, anon_vma, fn, data);
}

struct find_mappings {
	const struct page *page;
	GArray *hits;
};

/* Does @vma really map the page of @data?  Most candidates of a walk do not. */
static bool find_mapping(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			 void *data)
{
	const struct find_mappings *find = data;
	pgoff_t index = folio->index + (find->page->pfn - folio->pfn);
	struct rmap_hit hit = { .vma = vma };
	struct pte_ref at;
	pte_t pte;

	(void)addr;	/* of the first page; ours may be another */
	if (!vma_address(vma, index, 1, &hit.addr))
		return true;
	at = pgtable_leaf(vma->vm_mm, hit.addr);
	pte = at.table ? at.table->entry[at.slot] : 0;
	if (pte_present(pte) && leaf_pfn(pte, hit.addr) == find->page->pfn)
		g_array_append_val(find->hits, hit);
	return true;
}

/* The same of a KSM page, whose index says nothing; walks meet some areas twice. */
static bool find_ksm_mapping(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     void *data)
{
	const struct find_mappings *find = data;
	struct rmap_hit hit = { .vma = vma, .addr = addr };
	pte_t pte = pgtable_entry(vma->vm_mm, addr, LEVEL_PTE);

	(void)folio;
	if (!pte_present(pte) || pte_pfn(pte) != find->page->pfn)
		return true;
	for (guint i = 0; i < find->hits->len; i++) {
		const struct rmap_hit *seen = &g_array_index(find->hits, struct rmap_hit, i);

		if (seen->vma == vma && seen->addr == addr)
			return true;
	}
	g_array_append_val(find->hits, hit);
	return true;
}

GArray *rmap_find_mappings(const struct page *page)
{
	struct find_mappings find = {
		.page = page, .hits = g_array_new(FALSE, FALSE, sizeof(struct rmap_hit)) };
	struct folio *folio = page->folio;

	if (!folio || !folio->mapping)
		return find.hits;
	if (folio_mapping(folio))
		walk_file(folio, folio_mapping(folio), find_mapping, &find);
	else if (folio_test_ksm(folio))
		rmap_walk_ksm(folio, find_ksm_mapping, &find, false);
	else if (folio_anon_vma(folio) && folio_mapped(folio))
		walk_anon(folio, folio_anon_vma(folio), find_mapping, &find);
	return find.hits;
}
