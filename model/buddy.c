/*
 * buddy.c - page frames: blocks of 2^order frames, split and joined with their buddy.
 *
 * Memory is cut into sections of 1024 frames.  A section, with its descriptors and
 * one bit for each block of each order that is free, exists from the first use of one
 * of its frames; a descriptor is valid from the first use of its frame or of one
 * above it in the section.  The lowest block that is large enough is taken, so that
 * the same calls always get the same frames and little memory is ever described.
 * Frame 0 is left out, and memory starts at frame 1.
 *
 * In the kernel:  mm/page_alloc.c rmqueue(), expand(), __free_one_page().
 * Left out:       zones, migrate types, watermarks, per-CPU page lists, reclaim.
 * Locks:          zone->lock is implied: no other task runs in here.
 */
#include <string.h>
#include "folio.h"
#include "machine.h"

#define MAX_PAGE_ORDER		10
#define NR_ORDERS		(MAX_PAGE_ORDER + 1)
#define SECTION_SHIFT		MAX_PAGE_ORDER
#define SECTION_PAGES		(1U << SECTION_SHIFT)

/* Where the bits of each order start in section->free; orders above 4 have a word each. */
static const uint8_t first_word[NR_ORDERS] = { 0, 16, 24, 28, 30, 31, 32, 33, 34, 35, 36 };
#define FREE_WORDS	37

struct section {
	unsigned int ready;			/* descriptors that are valid */
	uint16_t nr_free[NR_ORDERS];		/* free blocks */
	uint64_t free[FREE_WORDS];		/* a bit for each block */
	struct page page[SECTION_PAGES];
};

struct buddy {
	uint64_t nr_pages;			/* frames, with frame 0 which is none of ours */
	uint64_t nr_free;
	unsigned int nr_sections, max_sections;	/* that exist, that the array holds */
	struct section **section;
	unsigned int hint[NR_ORDERS];		/* no block of that order is free below it */
};

void buddy_init(struct machine *machine, uint64_t bytes)
{
	struct buddy *buddy = g_new0(struct buddy, 1);

	if (bytes >= MAX_RAM)
		g_error("%" G_GUINT64_FORMAT " bytes of memory: less than 1 TiB can be modelled",
			bytes);
	buddy->nr_free = bytes >> PAGE_SHIFT;
	buddy->nr_pages = buddy->nr_free + 1;
	machine->buddy = buddy;
}

void buddy_fini(struct machine *machine)
{
	struct buddy *buddy = machine->buddy;

	if (!buddy)
		return;
	for (unsigned int i = 0; i < buddy->nr_sections; i++)
		g_free(buddy->section[i]);
	g_free(buddy->section);
	g_clear_pointer(&machine->buddy, g_free);
}

uint64_t buddy_free_pages(const struct machine *machine)
{
	return machine->buddy->nr_free;
}

/* ---- bits ---- */

static uint64_t *free_word(struct section *section, unsigned int order, unsigned int index)
{
	return &section->free[first_word[order] + index / 64];
}

static bool block_is_free(struct section *section, unsigned int order, unsigned int index)
{
	return *free_word(section, order, index) >> (index % 64) & 1;
}

static void block_set_free(struct section *section, unsigned int order, unsigned int index)
{
	*free_word(section, order, index) |= 1UL << (index % 64);
	section->nr_free[order]++;
}

static void block_clear_free(struct section *section, unsigned int order, unsigned int index)
{
	*free_word(section, order, index) &= ~(1UL << (index % 64));
	section->nr_free[order]--;
}

/* The lowest free block of @order, which has one. */
static unsigned int block_first(struct section *section, unsigned int order)
{
	const uint64_t *word = &section->free[first_word[order]];
	unsigned int i = 0;

	while (!word[i])
		i++;
	return i * 64 + (unsigned int)__builtin_ctzl(word[i]);
}

/* ---- sections ---- */

/* Makes the next section, all free; NULL if memory ends here. */
static struct section *section_create(struct buddy *buddy)
{
	uint64_t base = (uint64_t)buddy->nr_sections << SECTION_SHIFT;
	unsigned int start = base ? 0 : 1, end;	/* frame 0 is never free */
	struct section *section;

	if (base + start >= buddy->nr_pages)
		return NULL;
	end = (unsigned int)MIN(buddy->nr_pages - base, SECTION_PAGES);
	if (buddy->nr_sections == buddy->max_sections) {
		buddy->max_sections = MAX(16, 2 * buddy->max_sections);
		buddy->section = g_renew(struct section *, buddy->section, buddy->max_sections);
	}
	section = g_malloc(sizeof(*section));
	memset(section, 0, offsetof(struct section, page));
	while (start < end) {
		unsigned int order = start ? (unsigned int)__builtin_ctz(start) : MAX_PAGE_ORDER;

		while (start + (1U << order) > end)
			order--;
		block_set_free(section, order, start >> order);
		start += 1U << order;
	}
	buddy->section[buddy->nr_sections++] = section;
	return section;
}

/* Makes descriptors valid up to @end (within the section). */
static void section_prepare(struct section *section, unsigned int nr, unsigned int end)
{
	for (; section->ready < end; section->ready++)
		section->page[section->ready] = (struct page){
			.flags = PG_buddy,
			.pfn = ((nr << SECTION_SHIFT) + section->ready) & 0xfffffffU };
}

/* Takes the lowest block of @order out of @section; its first frame, or -1. */
static int section_take(struct section *section, unsigned int order)
{
	unsigned int best = SECTION_PAGES, from = 0, block;

	for (unsigned int k = order; k <= MAX_PAGE_ORDER; k++) {
		if (!section->nr_free[k])
			continue;
		block = block_first(section, k) << k;
		if (block < best) {
			best = block;
			from = k;
		}
	}
	if (best == SECTION_PAGES)
		return -1;
	block_clear_free(section, from, best >> from);
	while (from-- > order)
		block_set_free(section, from, (best >> from) ^ 1);
	return (int)best;
}

/* Hands out the block of @order at frame @first of section @nr. */
static struct page *block_prepare(struct buddy *buddy, unsigned int nr, int first,
				  unsigned int order)
{
	struct page *page;

	buddy->nr_free -= 1UL << order;
	section_prepare(buddy->section[nr], nr, (unsigned int)first + (1U << order));
	page = &buddy->section[nr]->page[first];
	for (unsigned int i = 0; i < 1U << order; i++)
		page[i] = (struct page){ .pfn = page[i].pfn };
	return page;
}

struct page *buddy_alloc(unsigned int order)
{
	struct buddy *buddy = mach->buddy;
	int first = -1;
	unsigned int nr;

	for (nr = buddy->hint[order]; first < 0; nr++) {
		if (nr == buddy->nr_sections && !section_create(buddy))
			break;
		first = section_take(buddy->section[nr], order);
		if (first >= 0)
			break;
	}
	buddy->hint[order] = nr;
	return first < 0 ? NULL : block_prepare(buddy, nr, first, order);
}

/* ---- nodes ---- */

static unsigned int nr_nodes(void)
{
	return MAX(mach->config.nodes, 1);
}

/* Sections that each node has; the last one may have fewer, or none, or one frame more. */
static unsigned int sections_of_node(const struct buddy *buddy)
{
	uint64_t sections = (buddy->nr_pages - 1 + SECTION_PAGES - 1) >> SECTION_SHIFT;

	return (unsigned int)((sections + nr_nodes() - 1) / nr_nodes());
}

int pfn_to_nid(pfn_t pfn)
{
	unsigned int node = (unsigned int)(pfn >> SECTION_SHIFT) / sections_of_node(mach->buddy);

	return (int)MIN(node, nr_nodes() - 1);
}

bool node_has_memory(int node)
{
	uint64_t first = (uint64_t)node * sections_of_node(mach->buddy) << SECTION_SHIFT;

	return node >= 0 && node < (int)nr_nodes() && first < mach->buddy->nr_pages;
}

struct page *buddy_alloc_node(unsigned int order, int node)
{
	struct buddy *buddy = mach->buddy;
	unsigned int nr = (unsigned int)node * sections_of_node(buddy);
	unsigned int end = nr + sections_of_node(buddy);

	for (; nr < end || node == (int)nr_nodes() - 1; nr++) {
		int first;

		while (nr >= buddy->nr_sections)
			if (!section_create(buddy))
				return NULL;
		first = section_take(buddy->section[nr], order);
		if (first >= 0)
			return block_prepare(buddy, nr, first, order);
	}
	return NULL;
}

struct page *alloc_frames(unsigned int order, const char *site)
{
	if (model_alloc_fails(site))
		return NULL;
	return alloc_pages(order);
}

void free_frames(struct page *page, unsigned int order)
{
	struct buddy *buddy = mach->buddy;
	unsigned int nr = page->pfn >> SECTION_SHIFT;
	unsigned int index = (page->pfn & (SECTION_PAGES - 1)) >> order;
	struct section *section = buddy->section[nr];

	if (page->flags & PG_buddy) {
		violation_add("frame-free", "buddy allocator", "a frame in use",
			      "frame %u freed twice", page->pfn);
		return;
	}
	if (unlikely(mach->nr_tlb_entries))
		tlb_check_free(page, order);
	for (unsigned int i = 0; i < 1U << order; i++)
		page[i] = (struct page){ .flags = PG_buddy, .pfn = page[i].pfn };
	buddy->nr_free += 1UL << order;

	while (order < MAX_PAGE_ORDER && block_is_free(section, order, index ^ 1)) {
		block_clear_free(section, order, index ^ 1);
		index >>= 1;
		order++;
	}
	block_set_free(section, order, index);
	for (unsigned int k = 0; k <= order; k++)
		buddy->hint[k] = MIN(buddy->hint[k], nr);
}

struct page *pfn_to_page(pfn_t pfn)
{
	const struct buddy *buddy = mach->buddy;
	struct section *section;

	if (pfn >> SECTION_SHIFT >= buddy->nr_sections)
		return NULL;
	section = buddy->section[pfn >> SECTION_SHIFT];
	if ((pfn & (SECTION_PAGES - 1)) >= section->ready)
		return NULL;
	return &section->page[pfn & (SECTION_PAGES - 1)];
}

/* ---- checks ---- */

/* Marks the frames of all free blocks of @order in @map, counting them into @pages. */
static char *order_validate(struct section *section, unsigned int nr, unsigned int order,
			    uint8_t *map, uint64_t *pages)
{
	unsigned int blocks = 0;

	for (unsigned int i = 0; i < SECTION_PAGES >> order; i++) {
		if (!block_is_free(section, order, i))
			continue;
		blocks++;
		if (order < MAX_PAGE_ORDER && (i & 1) && block_is_free(section, order, i ^ 1))
			return g_strdup_printf("section %u: buddies of order %u at block %u "
					       "are both free", nr, order, i ^ 1);
		for (unsigned int n = i << order; n < (i + 1) << order; n++) {
			if (map[n])
				return g_strdup_printf("section %u: frame %u is in two free "
						       "blocks", nr, n);
			map[n] = 1;
		}
		*pages += 1UL << order;
	}
	if (blocks != section->nr_free[order])
		return g_strdup_printf("section %u counts %u free blocks of order %u, has %u", nr,
				       section->nr_free[order], order, blocks);
	return NULL;
}

static char *section_validate(const struct buddy *buddy, unsigned int nr, uint64_t *pages)
{
	struct section *section = buddy->section[nr];
	uint8_t map[SECTION_PAGES] = {};

	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		char *wrong = order_validate(section, nr, order, map, pages);

		if (wrong)
			return wrong;
		if (section->nr_free[order] && buddy->hint[order] > nr)
			return g_strdup_printf("the hint of order %u is beyond section %u", order,
					       nr);
	}
	for (unsigned int n = nr ? 0 : 1; n < section->ready; n++)
		if (map[n] != ((section->page[n].flags & PG_buddy) != 0))
			return g_strdup_printf("section %u: frame %u is marked %s and is not", nr,
					       n, map[n] ? "used" : "free");
	return NULL;
}

char *buddy_validate(const struct machine *machine)
{
	const struct buddy *buddy = machine->buddy;
	uint64_t pages = 0, described = (uint64_t)buddy->nr_sections << SECTION_SHIFT;

	for (unsigned int nr = 0; nr < buddy->nr_sections; nr++) {
		char *wrong = section_validate(buddy, nr, &pages);

		if (wrong)
			return wrong;
	}
	/* Frame 0 is not free, whether or not its section exists. */
	if (buddy->nr_pages > described)
		pages += buddy->nr_pages - described - (described ? 0 : 1);
	if (pages != buddy->nr_free)
		return g_strdup_printf("%" G_GUINT64_FORMAT " pages counted free, %"
				       G_GUINT64_FORMAT " are", buddy->nr_free, pages);
	return NULL;
}
