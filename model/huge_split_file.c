/*
 * huge_split_file.c - a large folio of the page cache becomes smaller ones.
 *
 * Page tables lose it altogether, for faults bring its pages back.  If then only the cache and
 * the caller have references, the frames are dealt out: each to a folio of its own, or in
 * halves, and halves of halves, as long as one page that is to be alone is among them.
 *
 * In the kernel:  mm/huge_memory.c __folio_split(), __split_unmapped_folio(),
 *                 non_uniform_split_supported().
 * Left out:       files on disks: buffers, dirty accounting.
 * Locks:          the folio lock is the caller's, and covers the first of the new folios when
 *                 all is done; i_mmap_rwsem is taken while page tables are gone through.
 */
#include "file.h"
#include "huge.h"
#include "lru.h"
#include "machine.h"
#include "swap.h"

/* What becomes of 2^order pages of the folio. */
struct piece {
	unsigned long first;		/* page of the old folio */
	unsigned int order;
	struct folio *folio;
};

static void add_piece(GArray *pieces, unsigned long first, unsigned int order)
{
	struct piece piece = { .first = first, .order = order };

	g_array_append_val(pieces, piece);
}

/* Halves 2^@order pages from @first on until page @at is alone. */
static void halve(GArray *pieces, unsigned long first, unsigned int order, unsigned long at)
{
	unsigned long half = order ? 1UL << (order - 1) : 0;

	if (!order) {
		add_piece(pieces, first, 0);
	} else if (at < first + half) {
		halve(pieces, first, order - 1, at);
		add_piece(pieces, first + half, order - 1);
	} else {
		add_piece(pieces, first, order - 1);
		halve(pieces, first + half, order - 1, at);
	}
}

static GArray *pieces_of(const struct folio *folio, long at)
{
	GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));

	if (at >= 0)
		halve(pieces, 0, folio->order, (unsigned long)at);
	for (unsigned long n = 0; at < 0 && n < folio_nr_pages(folio); n++)
		add_piece(pieces, n, 0);
	return pieces;
}

static struct piece *piece_at(const GArray *pieces, guint i)
{
	return &g_array_index(pieces, struct piece, i);
}

/* A piece but the first: locked, with the cache's references and one of ours. */
static void make_folio(const struct folio *folio, struct piece *piece)
{
	struct page *page = folio_page(folio, piece->first);
	struct folio *new = folio_alloc_descriptor(piece->order, page, "part of a folio");

	new->refcount = (int32_t)folio_nr_pages(new) + 1;
	folio_set_mapping(new, folio_mapping_word(folio));
	new->index = folio->index + piece->first;
	folio_set(new, folio->flags & FOLIO_SPLIT_INHERITS);
	piece->folio = new;
}

/* Kernel: __split_unmapped_folio(). */
static void deal_out(struct folio *folio, GArray *pieces)
{
	struct address_space *mapping = folio_mapping(folio);
	unsigned long before = folio_nr_pages(folio);

	alloc_nofail_begin();
	for (guint i = 1; i < pieces->len; i++)
		make_folio(folio, piece_at(pieces, i));
	piece_at(pieces, 0)->folio = folio;
	lru_split_begin(folio, piece_at(pieces, 0)->order);
	folio_shrink(folio, piece_at(pieces, 0)->order);
	sched_touch(&folio->refcount, ACCESS_WRITE);
	folio->refcount -= (int32_t)(before - folio_nr_pages(folio));
	for (guint i = 1; i < pieces->len; i++) {
		struct folio *new = piece_at(pieces, i)->folio;

		lru_add_split_folio(folio, new);
		filemap_replace_range(mapping, new, new->index);
	}
	alloc_nofail_end();
}

/* Whoever waits for a piece waits for its lock.  What lies behind the end of the file goes. */
static void release_pieces(const struct address_space *mapping, const GArray *pieces,
			   GPtrArray *list)
{
	pgoff_t end = shmem_fallocend(mapping->host);

	for (guint i = 1; i < pieces->len; i++) {
		struct folio *folio = piece_at(pieces, i)->folio;

		if (list) {
			folio_get(folio);
			g_ptr_array_add(list, folio);
		}
		if (folio->index >= end)
			filemap_remove_folio(folio);
		folio_unlock_disowned(folio);
		folio_put(folio);
	}
}

static bool held_by_cache_alone(const struct folio *folio)
{
	return folio_ref_count(folio) == folio_mapcount(folio) + (int)folio_nr_pages(folio) + 1;
}

int split_file_folio(struct folio *folio, long at, GPtrArray *list)
{
	struct address_space *mapping = folio_mapping(folio);
	g_autoptr(GArray) pieces = NULL;

	lockdep_assert_held(folio, LOCK_FOLIO);
	if (!mapping || folio_test(folio, PG_writeback))
		return -EBUSY;
	if (!held_by_cache_alone(folio))
		return -EAGAIN;
	try_to_unmap(folio, TTU_IGNORE_MLOCK);
	point("thp:unmapped");
	if (folio_mapcount(folio) || !held_by_cache_alone(folio))
		return -EAGAIN;
	pieces = pieces_of(folio, at);
	deal_out(folio, pieces);
	release_pieces(mapping, pieces, list);
	trace_event("thp", "folio#%u, pages from 0x%" G_GINT64_MODIFIER "x of inode#%u: split into %u",
		    folio->id, folio->index, mapping->host->id, pieces->len);
	return 0;
}
