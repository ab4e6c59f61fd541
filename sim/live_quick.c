/*
 * live_quick.c - looks of look.bpf.c as observations; see live_quick.h.
 *
 * What is kept: for a value of vm_flags its letters; for a file its name; for an entry that
 * is a marker what pagemap says of it.  All of it is the kernel's own word, read once.
 *
 * In the kernel:  fs/proc/task_mmu.c show_map_vma(), show_smap_vma_flags(),
 *                 pte_to_pagemap_entry(); arch/x86/include/asm/pgtable_types.h.
 * Left out:       what look.bpf.c leaves out; areas without a file but with operations;
 *                 entries of pages that migrate.  They go to /proc.
 */
/* As pagemap tells it. */
#define MARKER_TYPE	31

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/deep/kernel.h"
#include "sim/deep/kernel_look.h"
#include "sim/live_deep.h"
#include "sim/live_internal.h"
#include "sim/live_quick.h"
#include "sim/smaps.h"

#define PAGE			4096UL
#define ENTRY_PRESENT		0x101UL		/* or for nobody to access */
#define ENTRY_SPECIAL		0x200UL
#define ENTRY_WRITE		0x002UL
#define ENTRY_DIRTY		(0x040UL | 1UL << 58)	/* or was, before it lost write */
#define ENTRY_UFFD_WP		0x400UL
#define ENTRY_SWP_UFFD_WP	0x004UL		/* of words of swap */
#define ENTRY_SWP_EXCLUSIVE	0x008UL
#define SLOT_COUNT		0x3fU		/* in swap_map */
#define SLOT_CACHED		0x40U
#define SLOT_CONTINUED		0x80U
#define PM_UFFD_WP		(1UL << 57)
#define PM_GUARD		(1UL << 58)
#define PM_SWAP			(1UL << 62)
#define MAPPING_ANON		1UL		/* in folio.mapping; with bit 1 it is KSM's */
#define MAPPING_FLAGS		3UL

/* vm_flags as text. */
struct letters {
	uint64_t flags;
	char perms[5];
	char *text;
};

/* What the last column of maps depends on. */
struct named {
	uint64_t file, inode, dentry, ino;
	bool heap, stack;
	char *name;
	bool is_file;
};

struct marker {
	uint64_t entry, told;	/* told: by pagemap */
};

struct live_quick {
	struct live_deep *deep;
	struct kernel_look *look;
	GHashTable *letters;	/* &flags -> struct letters */
	GPtrArray *names;	/* struct named *; few */
	GArray *markers;	/* struct marker; few */
	GArray *wanted;		/* unsigned int: anon_vmas to be read */
	GHashTable *read;	/* ids of those that have been */
	unsigned int marks_known;	/* bits of enum seen_mark that this look can tell */
};

static void letters_free(void *data)
{
	struct letters *letters = data;

	g_free(letters->text);
	g_free(letters);
}

static void named_free(void *data)
{
	struct named *named = data;

	g_free(named->name);
	g_free(named);
}

struct live_quick *live_quick_open(struct live_deep *deep)
{
	struct kernel_look *look = kernel_look_open(live_deep_vmemmap(deep));
	struct live_quick *quick;

	if (!look)
		return NULL;
	quick = g_new0(struct live_quick, 1);
	quick->deep = deep;
	quick->look = look;
	quick->letters = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, letters_free);
	quick->names = g_ptr_array_new_with_free_func(named_free);
	quick->markers = g_array_new(FALSE, FALSE, sizeof(struct marker));
	quick->wanted = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	quick->read = g_hash_table_new(NULL, NULL);
	return quick;
}

void live_quick_close(struct live_quick *quick)
{
	if (!quick)
		return;
	kernel_look_close(quick->look);
	g_hash_table_unref(quick->letters);
	g_ptr_array_unref(quick->names);
	g_array_unref(quick->markers);
	g_array_unref(quick->wanted);
	g_hash_table_unref(quick->read);
	g_free(quick);
}

void live_quick_forget(struct live_quick *quick)
{
	struct look *look = kernel_look_memory(quick->look);

	memset(look->swaps, 0, sizeof(look->swaps));
	for (guint i = quick->names->len; i-- > 0;)
		if (((const struct named *)quick->names->pdata[i])->file)
			g_ptr_array_remove_index(quick->names, i);
	live_deep_forget(quick->deep);
}

/* ---- texts ---- */

static struct named name_key(const struct look_task *task, const struct look_vma *vma)
{
	return (struct named){
		.file = vma->file, .inode = vma->inode, .dentry = vma->dentry, .ino = vma->ino,
		.heap = !vma->file && vma->start < task->brk && vma->end > task->start_brk,
		.stack = !vma->file && vma->start <= task->start_stack &&
			 vma->end >= task->start_stack,
	};
}

static const struct named *find_name(const struct live_quick *quick, const struct named *key)
{
	for (guint i = quick->names->len; i-- > 0;) {
		const struct named *named = quick->names->pdata[i];

		if (named->file == key->file && named->inode == key->inode &&
		    named->dentry == key->dentry && named->ino == key->ino &&
		    named->heap == key->heap && named->stack == key->stack)
			return named;
	}
	return NULL;
}

static void learn_area(struct live_quick *quick, struct live_backend *live,
		       const struct look_task *task, const struct look_vma *vma,
		       const struct smaps_vma *told)
{
	struct named key = name_key(task, vma);

	if (told->flags && !g_hash_table_contains(quick->letters, &vma->flags)) {
		struct letters *letters = g_new0(struct letters, 1);

		letters->flags = vma->flags;
		g_strlcpy(letters->perms, told->perms, sizeof(letters->perms));
		letters->text = g_strjoinv(" ", told->flags);
		g_hash_table_insert(quick->letters, &letters->flags, letters);
	}
	if (!find_name(quick, &key)) {
		struct named *named = g_new0(struct named, 1);

		*named = key;
		named->name = live_shown_path(live, told->name);
		named->is_file = told->inode != 0;
		g_ptr_array_add(quick->names, named);
	}
}

/* Reads smaps of @task, of which @vmas are known. */
static void learn(struct live_quick *quick, struct live_backend *live,
		  const struct look_task *task, const struct look_vma *vmas)
{
	g_autofree char *path = g_strdup_printf("/proc/%u/smaps", task->tid);
	g_autofree char *text = NULL, *error = NULL;
	GPtrArray *told;
	guint at = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	told = smaps_parse(text, &error);
	for (__u32 i = 0; told && i < task->nr_vmas; i++) {
		const struct smaps_vma *vma;

		while (at < told->len &&
		       ((struct smaps_vma *)told->pdata[at])->start < vmas[i].start)
			at++;
		vma = at < told->len ? told->pdata[at] : NULL;
		if (vma && vma->start == vmas[i].start && vma->end == vmas[i].end)
			learn_area(quick, live, task, &vmas[i], vma);
	}
	if (told)
		g_ptr_array_unref(told);
}

static bool texts_of(struct live_quick *quick, const struct look_task *task,
		     const struct look_vma *vma, const struct letters **letters,
		     const struct named **named)
{
	const struct named key = name_key(task, vma);

	*letters = g_hash_table_lookup(quick->letters, &vma->flags);
	*named = find_name(quick, &key);
	return *letters && *named;
}

/* All that will be asked for is known. */
static bool know_texts(struct live_quick *quick, struct live_backend *live,
		       const struct look_task *task, const struct look_vma *vmas)
{
	const struct letters *letters;
	const struct named *named;
	bool learned = false;

	for (__u32 i = 0; i < task->nr_vmas; i++) {
		if (!vmas[i].file && vmas[i].ops)
			return false;
		if (texts_of(quick, task, &vmas[i], &letters, &named))
			continue;
		if (learned)
			return false;
		learn(quick, live, task, vmas);
		learned = true;
		if (!texts_of(quick, task, &vmas[i], &letters, &named))
			return false;
	}
	return true;
}

/* ---- entries that are not present ---- */

static const struct marker *find_marker(const struct live_quick *quick, uint64_t entry)
{
	for (guint i = 0; i < quick->markers->len; i++) {
		const struct marker *marker = &g_array_index(quick->markers, struct marker, i);

		if (marker->entry == entry)
			return marker;
	}
	return NULL;
}

/* A marker says the same wherever it stands; other entries are not for here. */
static bool learn_marker(struct live_quick *quick, const struct look_task *task,
			 const struct look_page *page)
{
	g_autofree char *path = g_strdup_printf("/proc/%u/pagemap", task->tid);
	struct marker marker = { .entry = page->entry };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && pread(fd, &marker.told, 8, (off_t)(page->addr / PAGE * 8)) != 8)
		marker.told = 0;
	if (fd >= 0)
		close(fd);
	if (!(marker.told & PM_SWAP) || !(marker.told & (PM_GUARD | PM_UFFD_WP)))
		return false;
	g_array_append_val(quick->markers, marker);
	return true;
}

static bool know_markers(struct live_quick *quick, const struct look_task *task,
			 const struct look_page *pages, __u32 nr)
{
	for (__u32 i = 0; i < nr; i++)
		if (!(pages[i].entry & ENTRY_PRESENT) && !pages[i].swap &&
		    !find_marker(quick, pages[i].entry) && !learn_marker(quick, task, &pages[i]))
			return false;
	return true;
}

/* ---- areas and pages ---- */

static void want(struct live_quick *quick, unsigned int id)
{
	if (id && g_hash_table_add(quick->read, GUINT_TO_POINTER(id)))
		g_array_append_val(quick->wanted, id);
}

static unsigned int anon_vma_of(struct live_quick *quick, uint64_t address)
{
	unsigned int id = live_deep_number(quick->deep, address);

	want(quick, id);
	return id;
}

static const struct seen_vma *see_vma(struct live_quick *quick, struct seen_process *process,
				      const struct look_task *task,
				      const struct look_vma *vma, const __u64 *links)
{
	struct seen_vma *seen = seen_process_add_vma(process);
	const struct letters *letters;
	const struct named *named;

	texts_of(quick, task, vma, &letters, &named);
	seen->start = vma->start;
	seen->end = vma->end;
	memcpy(seen->perms, letters->perms, sizeof(seen->perms));
	seen->flags = g_strdup(letters->text);
	seen->name = g_strdup(named->name);
	seen->file = named->is_file ? g_strdup(named->name) : NULL;
	seen->behind = true;
	seen->pgoff = vma->pgoff;
	seen->anon_vma = anon_vma_of(quick, vma->anon_vma);
	seen->file_id = live_deep_number(quick->deep, vma->file);
	seen->uffd = live_deep_number(quick->deep, vma->uffd);
	for (__u32 i = 0; i < vma->nr_links; i++) {
		unsigned int id = anon_vma_of(quick, links[i]);

		g_array_append_val(seen->chain, id);
	}
	return seen;
}

/* The huge zero page is a special one, but pagemap takes no notice of that. */
static bool is_normal(const struct look_page *page)
{
	return (page->entry & ENTRY_PRESENT) && (!(page->entry & ENTRY_SPECIAL) || page->nr > 1);
}

static void see_slot(struct seen_slot *seen, const struct look_page *page)
{
	if (!page->swap)
		return;
	seen->nr = (unsigned int)(LOOK_SWAP_TYPE(page->swap) << 26 | LOOK_SWAP_OFFSET(page->swap));
	seen->known = page->swap_known && !(page->swap_map & SLOT_CONTINUED);
	seen->count = page->swap_map & SLOT_COUNT;
	seen->cached = (page->swap_map & SLOT_CACHED) != 0;
	seen->zero = page->swap_zero;
}

static void see_absent(const struct live_quick *quick, struct seen_page *seen,
		       const struct look_page *page)
{
	const struct marker *marker = page->swap ? NULL : find_marker(quick, page->entry);

	seen->swap = true;
	seen->swap_type = marker ? MARKER_TYPE : LOOK_SWAP_TYPE(page->swap);
	if (marker) {
		seen->guard = (marker->told & PM_GUARD) != 0;
		seen->uffd_wp = (marker->told & PM_UFFD_WP) != 0;
	} else {
		seen->uffd_wp = (page->entry & ENTRY_SWP_UFFD_WP) != 0;
		seen->anon_exclusive = (page->entry & ENTRY_SWP_EXCLUSIVE) != 0;
	}
}

/*
 * @on_disk: of a file that scenarios take to be on a disk, where a first write is reported to the
 * file system and entries are read-only until then; the one that stands for it is in memory.
 */
static struct seen_page *see_page(const struct live_quick *quick, struct seen_process *process,
				  const struct look_page *page, bool on_disk)
{
	struct seen_page *seen = seen_process_add_pages(process, page->nr);

	seen->addr = page->addr;
	seen->present = (page->entry & ENTRY_PRESENT) != 0;
	if (seen->present) {
		seen->write = (page->entry & ENTRY_WRITE) != 0;
		seen->dirty = (page->entry & ENTRY_DIRTY) != 0;
		seen->entry_known = !on_disk;
		seen->uffd_wp = (page->entry & ENTRY_UFFD_WP) != 0;
		seen->folio = (unsigned int)page->pfn;
		seen->content = page->content;
		seen->content_known = true;
	} else {
		see_absent(quick, seen, page);
	}
	see_slot(&seen->slot, page);
	if (is_normal(page)) {
		seen->file = !(page->mapping & MAPPING_ANON);
		seen->exclusive = page->own_mapcount + page->entire_mapcount == 1;
	}
	return seen;
}

/* The first of them stands for all, but in what they hold. */
static void see_leaf(struct seen_page *seen, const struct look_page *page,
		     const struct look_leaf_page *leaf)
{
	seen->huge = true;
	for (__u32 i = 1; i < page->nr; i++) {
		seen[i] = *seen;
		seen[i].addr += i * PAGE;
		seen[i].folio += i;
		seen[i].content = leaf[i].content;
	}
}

static void see_process(struct live_quick *quick, struct seen_process *process,
			const struct look_task *task, const struct look_vma *vmas,
			const __u64 *links, const struct look_page *pages)
{
	const struct look *look = kernel_look_memory(quick->look);

	process->ksm_known = task->ksm_known;
	process->ksm_merging_pages = task->ksm_merging_pages;
	process->ksm_rmap_items = task->ksm_rmap_items;
	for (__u32 i = 0; i < task->nr_vmas; i++) {
		const struct seen_vma *seen = see_vma(quick, process, task, &vmas[i], links);
		bool on_disk = seen->file && !g_str_has_suffix(seen->file, " (deleted)");

		links += vmas[i].nr_links;
		for (__u32 n = 0; n < vmas[i].nr_pages; n++, pages++) {
			struct seen_page *page = see_page(quick, process, pages, on_disk);

			if (pages->nr > 1)
				see_leaf(page, pages, &look->leaves[pages->leaf]);
		}
	}
}

/* ---- what stands behind them ---- */

static int compare_pfns(const void *a, const void *b)
{
	const struct look_page *x = *(const struct look_page *const *)a;
	const struct look_page *y = *(const struct look_page *const *)b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

static void see_large(struct seen_folio *folio, const struct look_page *page)
{
	folio->order = page->order;
	if (!page->order)
		return;
	folio->large = (struct seen_large){
		.known = true, .entire_mapcount = page->entire_mapcount,
		.pages_mapped = page->pages_mapped,
		.mm_mapcount = { page->mm_mapcount[0], page->mm_mapcount[1] },
		.shared = page->shared, .partially_mapped = page->partially_mapped,
		.queued = page->queued,
	};
}

/* The pages from @n on of those that the entry maps; @leaf: what is told of each, NULL for one. */
static void see_folio(struct live_quick *quick, struct observation *seen,
		      const struct look_page *page, __u32 n, const struct look_leaf_page *leaf)
{
	struct seen_folio *folio = g_new0(struct seen_folio, 1);

	folio->id = (unsigned int)page->pfn + n;
	folio->span = page->nr - n;
	g_ptr_array_add(seen->folios, folio);
	if (!is_normal(page))
		return;
	folio->behind = true;
	folio->anon = (page->mapping & MAPPING_ANON) != 0;
	folio->mlocked = page->mlocked;
	folio->ksm = (page->mapping & MAPPING_FLAGS) == MAPPING_FLAGS;
	folio->sharers = page->sharers;
	folio->sharers_known = true;
	folio->swapcache = page->swapcache;
	folio->marks = page->marks;
	folio->marks_known = quick->marks_known;
	folio->mapcount = page->mapcount;
	folio->index = page->index;
	see_large(folio, page);
	folio->pae = g_new0(bool, folio->span);
	if ((page->mapping & MAPPING_FLAGS) != MAPPING_ANON)
		return;
	folio->anon_vma = anon_vma_of(quick, page->mapping & ~MAPPING_FLAGS);
	folio->pae[0] = page->anon_exclusive;
	for (__u32 i = 0; leaf && i < folio->span; i++)
		folio->pae[i] = leaf[n + i].anon_exclusive;
}

/* Entries and leaves may map the same pages: each page once, by increasing number. */
static void see_folios(struct live_quick *quick, struct observation *seen,
		       const struct look *look)
{
	g_autofree const struct look_page **sorted = g_new(const struct look_page *, LOOK_PAGES);
	__u64 next = 0;
	size_t nr = 0;

	for (__u32 i = 0; i < look->nr_pages; i++)
		if (look->pages[i].entry & ENTRY_PRESENT)
			sorted[nr++] = &look->pages[i];
	qsort(sorted, nr, sizeof(sorted[0]), compare_pfns);
	for (size_t i = 0; i < nr; i++) {
		const struct look_page *page = sorted[i];

		if (page->pfn + page->nr <= next)
			continue;
		see_folio(quick, seen, page, page->pfn < next ? (__u32)(next - page->pfn) : 0,
			  page->nr > 1 ? &look->leaves[page->leaf] : NULL);
		next = page->pfn + page->nr;
	}
}

static int compare_ids(const void *a, const void *b)
{
	const struct seen_anon_vma *x = *(struct seen_anon_vma *const *)a;
	const struct seen_anon_vma *y = *(struct seen_anon_vma *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void take_anon_vmas(struct live_quick *quick, struct observation *seen,
			   const struct look *look)
{
	for (__u32 i = 0; i < look->nr_anon_vmas; i++) {
		const struct look_anon_vma *from = &look->anon_vmas[i];
		struct seen_anon_vma *to;

		if (!from->known)
			continue;
		to = g_new0(struct seen_anon_vma, 1);
		to->id = live_deep_number(quick->deep, from->address);
		to->root = anon_vma_of(quick, from->root);
		to->parent = anon_vma_of(quick, from->parent);
		to->children = from->children;
		to->active = from->active;
		to->refcount = from->refcount;
		g_ptr_array_add(seen->anon_vmas, to);
	}
}

/* Those that areas and pages lead to, and then their roots and parents. */
static void see_anon_vmas(struct live_quick *quick, struct observation *seen, struct look *look)
{
	guint done = 0;

	while (done < quick->wanted->len) {
		guint nr = MIN(quick->wanted->len - done, LOOK_ANON_VMAS);

		for (guint i = 0; i < nr; i++)
			look->anon_vmas[i] = (struct look_anon_vma){
				.address = live_deep_address(quick->deep,
					g_array_index(quick->wanted, unsigned int, done + i)) };
		look->nr_anon_vmas = nr;
		done += nr;
		if (!kernel_look_anon_vmas(quick->look))
			return;
		take_anon_vmas(quick, seen, look);
	}
	g_ptr_array_sort(seen->anon_vmas, compare_ids);
}

/* ---- a look ---- */

static bool look_at(struct live_quick *quick, const struct live_backend *live,
		    const char **names)
{
	struct look *look = kernel_look_memory(quick->look);
	__u32 nr = 0;

	for (guint i = 0; i < live->tasks->len; i++) {
		const struct live_task *task = live->tasks->pdata[i];
		struct live_backend *all = (struct live_backend *)live;
		const struct live_task *any = live_any_of(all, task->name);

		if (!any)
			continue;
		if (nr == LOOK_TASKS)
			return false;
		names[nr] = any->process;
		look->tasks[nr++].tid = (__u32)any->pid;
	}
	look->nr_tasks = nr;
	look->skip_start = LIVE_CODE;
	look->skip_end = LIVE_AGENT_END;
	return kernel_look_tasks(quick->look) && !look->trouble;
}

bool live_quick_observe(struct live_quick *quick, struct live_backend *live,
			struct observation *seen)
{
	struct look *look = kernel_look_memory(quick->look);
	const char *names[LOOK_TASKS];
	__u32 vma = 0, link = 0, page = 0;

	quick->marks_known = live->touched ? 0 : ~0U;
	if (!look_at(quick, live, names))
		return false;
	for (__u32 i = 0; i < look->nr_tasks; i++) {
		__u32 nr = 0;

		for (__u32 n = 0; n < look->tasks[i].nr_vmas; n++)
			nr += look->vmas[vma + n].nr_pages;
		if (!know_texts(quick, live, &look->tasks[i], &look->vmas[vma]) ||
		    !know_markers(quick, &look->tasks[i], &look->pages[page], nr))
			return false;
		vma += look->tasks[i].nr_vmas;
		page += nr;
	}
	g_array_set_size(quick->wanted, 0);
	g_hash_table_remove_all(quick->read);
	vma = page = 0;
	for (__u32 i = 0; i < look->nr_tasks; i++) {
		see_process(quick, observation_add_process(seen, names[i]), &look->tasks[i],
			    &look->vmas[vma], &look->links[link], &look->pages[page]);
		for (__u32 n = 0; n < look->tasks[i].nr_vmas; n++) {
			link += look->vmas[vma].nr_links;
			page += look->vmas[vma++].nr_pages;
		}
	}
	see_folios(quick, seen, look);
	see_anon_vmas(quick, seen, look);
	return true;
}
