/*
 * look.bpf.c - reads areas, page tables, struct pages and anon_vmas of several processes at
 * once.
 *
 * Runs in the kernel; reads only.  Much faster than deep.bpf.c with /proc, for one system
 * call does it all; but what is large is left to those.
 *
 * No symbol leads to the swap devices.  But each CPU remembers from which one it took its last
 * slot; where, is known by how far that is from the CPU's run queue, which its tasks lead to.
 *
 * In the kernel:  kernel/bpf/task_iter.c bpf_iter_task_vma_new(), since 6.7;
 *                 mm/swapfile.c percpu_swap_cluster; include/linux/swapops.h;
 *                 arch/x86/include/asm/pgtable_64.h, pgtable-invert.h.
 * Left out:       leaves of 1 GiB and migrating ones, areas of more than LOOK_VMA_PAGES, page
 *                 tables of five levels.
 * Locks:          the iterator holds mmap_lock for reading; pages and anon_vmas are read
 *                 without any, for their users are at rest.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "look.h"

#define ENTRY_PRESENT	0x001UL
#define ENTRY_HUGE	0x080UL
#define ENTRY_PROTNONE	0x100UL
#define ENTRY_SPECIAL	0x200UL
#define MAPPING_KSM	3UL
#define ENTRY_FRAME	0x000ffffffffff000UL
#define LEAF_PAGES	512
#define LEAF_SIZE	0x200000UL
#define MM_IDS_SHARED	63	/* FOLIO_MM_IDS_SHARED_BITNUM, which is no enumerator */

/* One flag of a page, at the place it has in enum seen_mark. */
#define MARK(flags, name, place) \
	((__u32)((flags) >> bpf_core_enum_value(enum pageflags, name) & 1) << (place))

extern struct task_struct *bpf_task_from_vpid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task,
				 u64 addr) __ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct look look;

static __always_inline bool read_word(__u64 *to, __u64 from)
{
	return !bpf_probe_read_kernel(to, sizeof(*to), (void *)from);
}

/* The word of the PMD table for @addr; 0: none. */
static __noinline __u64 pmd_of(__u64 pgd, __u64 addr)
{
	__u64 entry = 0;

	if (!read_word(&entry, pgd + (addr >> 39 & 511) * 8) || !(entry & ENTRY_PRESENT))
		return 0;
	if (!read_word(&entry, look.direct_map + (entry & ENTRY_FRAME) + (addr >> 30 & 511) * 8))
		return 0;
	if (entry & ENTRY_HUGE)
		look.trouble |= LOOK_HUGE;
	if ((entry & (ENTRY_PRESENT | ENTRY_HUGE)) != ENTRY_PRESENT)
		return 0;
	if (!read_word(&entry, look.direct_map + (entry & ENTRY_FRAME) + (addr >> 21 & 511) * 8))
		return 0;
	if (entry && !(entry & (ENTRY_PRESENT | ENTRY_PROTNONE)))
		look.trouble |= LOOK_HUGE;
	return entry;
}

/* What the device says of the slot. */
static __noinline int read_slot(struct look_page *to)
{
	struct swap_info_struct *si;
	__u64 offset, type, zeromap = 0;
	__u8 *map, byte = 0;

	if (!to)
		return 0;
	offset = LOOK_SWAP_OFFSET(to->swap);
	type = LOOK_SWAP_TYPE(to->swap);
	if (type >= LOOK_SWAPS || !look.swaps[type & (LOOK_SWAPS - 1)])
		return 0;
	si = (void *)look.swaps[type & (LOOK_SWAPS - 1)];
	map = BPF_CORE_READ(si, swap_map);
	if (bpf_probe_read_kernel(&byte, sizeof(byte), map + offset) ||
	    !read_word(&zeromap, (__u64)BPF_CORE_READ(si, zeromap) + offset / 64 * 8))
		return 0;
	to->swap_map = byte;
	to->swap_zero = zeromap >> offset % 64 & 1;
	to->swap_known = 1;
	return 0;
}

static __always_inline __u32 flag_in(__u64 flags, __u64 bit)
{
	return flags >> bit & 1;
}

/* What only large ones have. */
static __noinline int read_large(struct look_page *to, __u64 address)
{
	struct folio *folio = (void *)address;
	__u64 flags = 0, queue = 0, next = 0;
	int counts[5] = {};

	if (!to)
		return 0;
	bpf_core_read(&flags, sizeof(flags), &folio->_flags_1);
	bpf_core_read(&counts[0], sizeof(int), &folio->_large_mapcount);
	bpf_core_read(&counts[1], sizeof(int), &folio->_entire_mapcount);
	bpf_core_read(&counts[2], sizeof(int), &folio->_nr_pages_mapped);
	bpf_core_read(&counts[3], sizeof(int), &folio->_mm_id_mapcount[0]);
	bpf_core_read(&counts[4], sizeof(int), &folio->_mm_id_mapcount[1]);
	to->order = flags & 0xff;
	to->mapcount = counts[0] + 1;
	to->entire_mapcount = counts[1] + 1;
	to->pages_mapped = counts[2];
	to->mm_mapcount[0] = counts[3] + 1;
	to->mm_mapcount[1] = counts[4] + 1;
	to->partially_mapped = flag_in(flags, bpf_core_enum_value(enum pageflags,
								  PG_partially_mapped));
	bpf_core_read(&flags, sizeof(flags), &folio->_mm_ids);
	to->shared = flag_in(flags, MM_IDS_SHARED);
	/* Those of 2 pages have no room for the list. */
	if (to->order < 2)
		return 0;
	queue = address + bpf_core_field_offset(struct folio, _deferred_list);
	to->queued = read_word(&next, queue) && next && next != queue;
	return 0;
}

/* @address is a variable of its own: the kernel knows no struct look_page. */
static __always_inline void read_sharers(struct look_page *to, __u64 address)
{
	struct ksm_stable_node *node = (void *)address;
	int sharers = 0;

	bpf_core_read(&sharers, sizeof(sharers), &node->rmap_hlist_len);
	to->sharers = sharers;
}

static __noinline int read_page(struct look_page *to)
{
	struct page *page, *folio;
	__u64 flags = 0, head = 0;
	int mapcount = 0, refcount = 0;

	if (!to)
		return 0;
	page = (void *)(look.vmemmap + to->pfn * bpf_core_type_size(struct page));
	if (bpf_core_read(&flags, sizeof(flags), &page->flags) ||
	    bpf_core_read(&head, sizeof(head), &page->compound_head)) {
		look.trouble |= LOOK_UNREADABLE;
		return 0;
	}
	to->anon_exclusive = flag_in(flags, bpf_core_enum_value(enum pageflags, PG_anon_exclusive));
	bpf_core_read(&mapcount, sizeof(mapcount), &((struct folio *)page)->_mapcount);
	to->mapcount = to->own_mapcount = mapcount + 1;
	folio = head & 1 ? (void *)(head - 1) : page;
	if (bpf_core_read(&flags, sizeof(flags), &folio->flags)) {
		look.trouble |= LOOK_UNREADABLE;
		return 0;
	}
	if (flags & 1UL << bpf_core_enum_value(enum pageflags, PG_head))
		read_large(to, (__u64)folio);
	page = folio;
	bpf_core_read(&to->index, sizeof(to->index), &((struct folio *)page)->index);
	bpf_core_read(&to->mapping, sizeof(to->mapping), &((struct folio *)page)->mapping);
	bpf_core_read(&refcount, sizeof(refcount), &((struct folio *)page)->_refcount);
	if ((to->mapping & MAPPING_KSM) == MAPPING_KSM && to->mapping != MAPPING_KSM)
		read_sharers(to, to->mapping & ~MAPPING_KSM);
	to->refcount = refcount;
	to->mlocked = flag_in(flags, bpf_core_enum_value(enum pageflags, PG_mlocked));
	to->marks = MARK(flags, PG_dirty, 0) | MARK(flags, PG_referenced, 1) |
		    MARK(flags, PG_active, 2) | MARK(flags, PG_workingset, 3) |
		    MARK(flags, PG_unevictable, 4) | MARK(flags, PG_swapbacked, 5) |
		    MARK(flags, PG_lru, 6) | MARK(flags, PG_writeback, 7);
	to->swapcache = flags >> bpf_core_enum_value(enum pageflags, PG_swapcache) &
			flags >> bpf_core_enum_value(enum pageflags, PG_swapbacked) & 1;
	if (to->swapcache) {
		to->swap = BPF_CORE_READ((struct folio *)page, swap.val);
		read_slot(to);
	}
	return 0;
}

/* In page tables the offset is inverted, below the five bits of the type. */
static __noinline int read_absent(struct look_page *to)
{
	if (!to)
		return 0;
	to->swap = (to->entry >> 59) << 58 | ~to->entry << 5 >> 14;
	if (LOOK_SWAP_TYPE(to->swap) < LOOK_SWAPS)
		read_slot(to);
	else
		to->swap = 0;
	return 0;
}

/* The pages of a leaf whose first frame is @pfn. */
static __noinline int read_leaf(__u64 pfn)
{
	__u32 first = look.nr_leaf_pages;
	struct bpf_iter_num it;
	int *i;

	if (first + LEAF_PAGES > LOOK_LEAF_PAGES) {
		look.trouble |= LOOK_FULL;
		return 0;
	}
	bpf_iter_num_new(&it, 0, LEAF_PAGES);
	while ((i = bpf_iter_num_next(&it))) {
		struct look_leaf_page *to = &look.leaves[(first + (__u32)*i) &
							 (LOOK_LEAF_PAGES - 1)];
		struct page *page = (void *)(look.vmemmap + (pfn + (__u64)*i) *
					     bpf_core_type_size(struct page));
		__u64 flags = 0;

		bpf_core_read(&flags, sizeof(flags), &page->flags);
		to->anon_exclusive = flag_in(flags, bpf_core_enum_value(enum pageflags,
									PG_anon_exclusive));
		read_word(&to->content, look.direct_map + ((pfn + (__u64)*i) << 12));
	}
	bpf_iter_num_destroy(&it);
	look.nr_leaf_pages = first + LEAF_PAGES;
	return 0;
}

static __always_inline void clear_page(struct look_page *to)
{
	to->leaf = 0;
	to->pfn = to->content = to->index = to->mapping = 0;
	to->own_mapcount = to->mapcount = to->refcount = 0;
	to->anon_exclusive = to->mlocked = to->swapcache = to->marks = to->order = 0;
	to->entire_mapcount = to->pages_mapped = 0;
	to->mm_mapcount[0] = to->mm_mapcount[1] = 0;
	to->partially_mapped = to->queued = to->shared = 0;
	to->swap = 0;
	to->sharers = 0;
	to->swap_known = to->swap_map = to->swap_zero = 0;
}

/* @mapped: pages that @entry maps.  False: there is no more room. */
static __noinline int add_page(__u64 addr, __u64 entry, __u32 mapped)
{
	__u32 nr = look.nr_pages;
	struct look_page *to;
	__u64 frame = entry;

	if (nr >= LOOK_PAGES) {
		look.trouble |= LOOK_FULL;
		return 0;
	}
	to = &look.pages[nr & (LOOK_PAGES - 1)];
	to->addr = addr;
	to->entry = entry;
	to->nr = mapped;
	clear_page(to);
	look.nr_pages = nr + 1;
	if (!(entry & (ENTRY_PRESENT | ENTRY_PROTNONE))) {
		read_absent(to);
		return 1;
	}
	if (!(entry & ENTRY_PRESENT))
		frame = ~entry;
	/* The lowest bit of a leaf's frame is another. */
	if (mapped > 1)
		frame &= ~(LEAF_SIZE - 1);
	to->pfn = (frame & ENTRY_FRAME) >> 12;
	read_word(&to->content, look.direct_map + (frame & ENTRY_FRAME));
	/* The huge zero page is a special one, but says what it is as others do. */
	if (mapped > 1 || !(entry & ENTRY_SPECIAL))
		read_page(to);
	if (mapped > 1) {
		to->leaf = look.nr_leaf_pages;
		read_leaf(to->pfn);
	}
	return 1;
}

static __noinline int read_pages(__u64 pgd, __u64 start, __u64 end)
{
	__u64 pmd = 0, nr = (end - start) >> 12;
	struct bpf_iter_num it;
	int *i;

	if (nr > LOOK_VMA_PAGES) {
		look.trouble |= LOOK_HUGE;
		return 0;
	}
	bpf_iter_num_new(&it, 0, (int)nr);
	while ((i = bpf_iter_num_next(&it))) {
		__u64 addr = start + ((__u64)*i << 12), entry = 0;

		if (!*i || !(addr & (LEAF_SIZE - 1))) {
			pmd = pmd_of(pgd, addr);
			if (pmd & ENTRY_HUGE && !add_page(addr, pmd, LEAF_PAGES))
				break;
		}
		if (!pmd || pmd & ENTRY_HUGE)
			continue;
		if (!read_word(&entry, look.direct_map + (pmd & ENTRY_FRAME) +
			       (addr >> 12 & 511) * 8))
			look.trouble |= LOOK_UNREADABLE;
		if (entry && !add_page(addr, entry, 1))
			break;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

/*
 * From the first to the last link.  The area may be a copy that the iterator made, so that its
 * head is at no known place: an empty list is known by the head that leads to itself.
 */
static __noinline int read_chain(__u64 first, __u64 last)
{
	struct bpf_iter_num it;
	__u64 at = first, next = 0;

	if (!read_word(&next, first) || next == first)
		return 0;
	bpf_iter_num_new(&it, 0, LOOK_LINKS + 1);
	while (bpf_iter_num_next(&it)) {
		struct anon_vma_chain *avc;
		__u32 nr = look.nr_links;

		if (nr >= LOOK_LINKS) {
			look.trouble |= LOOK_FULL;
			break;
		}
		avc = (void *)(at - bpf_core_field_offset(struct anon_vma_chain, same_vma));
		look.links[nr & (LOOK_LINKS - 1)] = (__u64)BPF_CORE_READ(avc, anon_vma);
		look.nr_links = nr + 1;
		if (at == last)
			break;
		if (!read_word(&at, at)) {
			look.trouble |= LOOK_UNREADABLE;
			break;
		}
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

static __always_inline void read_file(struct look_vma *to, struct file *file)
{
	to->file = (__u64)file;
	to->inode = to->dentry = to->ino = 0;
	if (!file)
		return;
	to->inode = (__u64)BPF_CORE_READ(file, f_inode);
	to->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	to->ino = BPF_CORE_READ(file, f_inode, i_ino);
}

static __always_inline bool read_area(struct vm_area_struct *vma, __u64 pgd)
{
	__u32 nr = look.nr_vmas, links = look.nr_links, pages = look.nr_pages;
	__u64 start = BPF_CORE_READ(vma, vm_start), end = BPF_CORE_READ(vma, vm_end);
	struct look_vma *to;

	if (nr >= LOOK_VMAS) {
		look.trouble |= LOOK_FULL;
		return false;
	}
	to = &look.vmas[nr & (LOOK_VMAS - 1)];
	to->start = start;
	to->end = end;
	to->pgoff = BPF_CORE_READ(vma, vm_pgoff);
	to->flags = BPF_CORE_READ(vma, vm_flags);
	to->anon_vma = (__u64)BPF_CORE_READ(vma, anon_vma);
	to->ops = (__u64)BPF_CORE_READ(vma, vm_ops);
	to->uffd = 0;
	if (bpf_core_field_exists(vma->vm_userfaultfd_ctx.ctx))
		to->uffd = (__u64)BPF_CORE_READ(vma, vm_userfaultfd_ctx.ctx);
	read_file(to, BPF_CORE_READ(vma, vm_file));
	read_chain((__u64)BPF_CORE_READ(vma, anon_vma_chain.next),
		   (__u64)BPF_CORE_READ(vma, anon_vma_chain.prev));
	read_pages(pgd, start, end);
	to->nr_links = look.nr_links - links;
	to->nr_pages = look.nr_pages - pages;
	look.nr_vmas = nr + 1;
	return true;
}

static __always_inline void read_task(struct task_struct *task, struct look_task *to)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	__u64 pgd = (__u64)BPF_CORE_READ(mm, pgd);
	__u32 before = look.nr_vmas;
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;

	to->ksm_known = bpf_core_field_exists(mm->ksm_rmap_items);
	if (to->ksm_known) {
		to->ksm_merging_pages = BPF_CORE_READ(mm, ksm_merging_pages);
		to->ksm_rmap_items = BPF_CORE_READ(mm, ksm_rmap_items);
	}
	to->start_brk = BPF_CORE_READ(mm, start_brk);
	to->brk = BPF_CORE_READ(mm, brk);
	to->start_stack = BPF_CORE_READ(mm, start_stack);
	if (bpf_iter_task_vma_new(&it, task, 0))
		look.trouble |= LOOK_GONE;
	while ((vma = bpf_iter_task_vma_next(&it))) {
		__u64 start = BPF_CORE_READ(vma, vm_start);

		if (start >= look.skip_start && start < look.skip_end)
			continue;
		if (!read_area(vma, pgd))
			break;
	}
	bpf_iter_task_vma_destroy(&it);
	to->nr_vmas = look.nr_vmas - before;
}

/* The device that this CPU took its last slot from; the tasks that are looked at run here. */
static __always_inline void find_swap(void)
{
	struct task_struct *self = (void *)bpf_get_current_task();
	__u64 queue = (__u64)BPF_CORE_READ(self, se.cfs_rq, rq), address = 0;
	struct swap_info_struct *si;
	__u8 type;

	if (!look.cluster_from_queue || !queue ||
	    !read_word(&address, queue + look.cluster_from_queue) || !address)
		return;
	si = (void *)address;
	type = (__u8)BPF_CORE_READ(si, type);
	if (type < LOOK_SWAPS)
		look.swaps[type & (LOOK_SWAPS - 1)] = address;
}

SEC("syscall")
int look_tasks(void *context)
{
	struct bpf_iter_num it;
	int *i;

	(void)context;
	look.trouble = look.nr_vmas = look.nr_links = look.nr_pages = 0;
	look.nr_leaf_pages = 0;
	find_swap();
	bpf_iter_num_new(&it, 0, LOOK_TASKS);
	while ((i = bpf_iter_num_next(&it))) {
		__u32 nr = (__u32)*i & (LOOK_TASKS - 1);
		struct task_struct *task;

		if (nr >= look.nr_tasks)
			break;
		task = bpf_task_from_vpid((s32)look.tasks[nr].tid);
		if (!task) {
			look.trouble |= LOOK_GONE;
			continue;
		}
		read_task(task, &look.tasks[nr]);
		bpf_task_release(task);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("syscall")
int look_anon_vmas(void *context)
{
	struct bpf_iter_num it;
	int *i;

	(void)context;
	bpf_iter_num_new(&it, 0, LOOK_ANON_VMAS);
	while ((i = bpf_iter_num_next(&it))) {
		__u32 nr = (__u32)*i & (LOOK_ANON_VMAS - 1);
		struct look_anon_vma *to = &look.anon_vmas[nr];
		struct anon_vma *anon_vma, *root = NULL;

		if (nr >= look.nr_anon_vmas)
			break;
		anon_vma = (void *)to->address;
		to->known = !bpf_core_read(&root, sizeof(root), &anon_vma->root);
		to->root = (__u64)root;
		to->parent = (__u64)BPF_CORE_READ(anon_vma, parent);
		to->children = (__u32)BPF_CORE_READ(anon_vma, num_children);
		to->active = (__u32)BPF_CORE_READ(anon_vma, num_active_vmas);
		to->refcount = (__u32)BPF_CORE_READ(anon_vma, refcount.counter);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("syscall")
int look_probe(void *context)
{
	__u64 word = 0;

	(void)context;
	look.probe_known = read_word(&word, look.probe);
	look.probe = word;
	return 0;
}
