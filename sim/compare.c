/*
 * compare.c - two observations, field by field; see compare.h.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/compare.h"
#include "sim/compare_deep.h"

/* Entries of this type and above are markers and pages that migrate. */
#define FIRST_NON_SWAP_TYPE	24

#define ZERO_PAGE	UINT64_MAX	/* as a page of the model */
#define HUGE_ZERO_PAGE	(0xffffffffULL << 32)	/* and which page of it */

static const char *const field_names[NR_COMPARED_FIELDS] = {
	"result", "output", "process", "vma", "perms", "flags", "offset", "name", "smaps", "page",
	"file", "exclusive", "guard", "uffd-wp", "folio", "anon",
	"mapcount", "mlocked", "swapcache", "ksm", "content", "anon_vma", "chain", "vm_file", "uffd",
	"root", "parent", "children", "active", "refcount",
	"write", "dirty", "order", "index", "mapping", "anon-exclusive",
	"folio-dirty", "referenced", "active-list", "workingset", "unevictable", "swapbacked", "lru",
	"writeback", "leaf", "entire-mapcount", "pages-mapped", "mm-mapcount", "shared",
	"partially-mapped", "queued", "swap-exclusive", "slot", "swap-count", "swap-cached", "swap-zero",
	"sharers", "ksm_merging_pages", "ksm_rmap_items",
};

const char *compared_field_name(enum compared_field field)
{
	return field_names[field];
}

static void difference_free(void *data)
{
	struct difference *difference = data;

	g_free(difference->place);
	g_free(difference->model);
	g_free(difference->host);
	g_free(difference);
}

static GHashTable *frame_table(void)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

struct comparison *comparison_create(void)
{
	struct comparison *cmp = g_new0(struct comparison, 1);

	cmp->differences = g_ptr_array_new_with_free_func(difference_free);
	cmp->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	cmp->frames = frame_table();
	cmp->identities = identities_create();
	return cmp;
}

void comparison_destroy(struct comparison *cmp)
{
	g_ptr_array_unref(cmp->differences);
	g_hash_table_unref(cmp->told);
	g_hash_table_unref(cmp->frames);
	identities_destroy(cmp->identities);
	g_free(cmp);
}

static void add_difference(struct comparison *cmp, enum compared_field field, const char *place,
			   const char *model, const char *host)
{
	char *text = g_strdup_printf("%d %s %s %s", field, place, model, host);
	struct difference *difference;

	if (!g_hash_table_add(cmp->told, text))
		return;
	difference = g_new0(struct difference, 1);
	difference->field = field;
	difference->place = g_strdup(place);
	difference->model = g_strdup(model);
	difference->host = g_strdup(host);
	g_ptr_array_add(cmp->differences, difference);
}

void compare_text(struct comparison *cmp, enum compared_field field, const char *place,
		  const char *model, const char *host)
{
	cmp->compared[field]++;
	if (strcmp(model, host))
		add_difference(cmp, field, place, model, host);
}

char *compared_place_text(const struct comparison *cmp, const struct place *place)
{
	g_autofree char *start = NULL, *end = NULL;

	if (place->anon_vma)
		return g_strdup_printf("anon_vma#%u", place->anon_vma);
	if (!place->start && !place->end)
		return g_strdup(place->process);
	start = address_text(place->start, &cmp->style);
	if (!place->end)
		return g_strdup_printf("%s:%s", place->process, start);
	end = address_text(place->end, &cmp->style);
	return g_strdup_printf("%s:%s-%s", place->process, start, end);
}

void compare_differs(struct comparison *cmp, enum compared_field field, const struct place *place,
		     const char *model, const char *host)
{
	g_autofree char *text = compared_place_text(cmp, place);

	add_difference(cmp, field, text, model, host);
}

void compare_words(struct comparison *cmp, enum compared_field field, const struct place *place,
		   const char *model, const char *host)
{
	cmp->compared[field]++;
	if (strcmp(model, host))
		compare_differs(cmp, field, place, model, host);
}

void compare_number(struct comparison *cmp, enum compared_field field, const struct place *place,
		    const char *format, uint64_t model, uint64_t host)
{
	cmp->compared[field]++;
	if (model != host) {
		const bool hex = *format == 'x';
		g_autofree char *a = g_strdup_printf(hex ? "0x%" PRIx64 : "%" PRIu64, model);
		g_autofree char *b = g_strdup_printf(hex ? "0x%" PRIx64 : "%" PRIu64, host);

		compare_differs(cmp, field, place, a, b);
	}
}

/* ---- areas ---- */

static char *range_text(const struct comparison *cmp, uint64_t start, uint64_t end)
{
	g_autofree char *from = address_text(start, &cmp->style);
	g_autofree char *to = address_text(end, &cmp->style);

	return g_strdup_printf("%s-%s", from, to);
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Letters in the order of the alphabet: their order has no meaning. */
static char *sorted_words(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text ? text : "", " ", 0);
	GString *out = g_string_new(NULL);

	qsort(words, g_strv_length(words), sizeof(words[0]), compare_strings);
	for (size_t i = 0; words[i]; i++)
		if (*words[i])
			g_string_append_printf(out, "%s%s", out->len ? " " : "", words[i]);
	return g_string_free(out, FALSE);
}

#define LETTER_SETS	11	/* of 64 pairs of letters each */

/* The set of @text's pairs of letters; false if it is made of anything else. */
static bool letter_set(const char *text, uint64_t set[LETTER_SETS])
{
	while (text && *text) {
		unsigned int pair;

		if (*text == ' ') {
			text++;
			continue;
		}
		if (!g_ascii_islower(text[0]) || !g_ascii_islower(text[1]) ||
		    (text[2] && text[2] != ' '))
			return false;
		pair = (unsigned int)(text[0] - 'a') * 26 + (unsigned int)(text[1] - 'a');
		if (set[pair / 64] & 1UL << pair % 64)
			return false;
		set[pair / 64] |= 1UL << pair % 64;
		text += 2;
	}
	return true;
}

static void compare_flags(struct comparison *cmp, const struct place *place, const char *model,
			  const char *host)
{
	uint64_t of_model[LETTER_SETS] = {}, of_host[LETTER_SETS] = {};
	g_autofree char *a = NULL, *b = NULL;

	if (letter_set(model, of_model) && letter_set(host, of_host) &&
	    !memcmp(of_model, of_host, sizeof(of_model))) {
		cmp->compared[FIELD_FLAGS]++;
		return;
	}
	a = sorted_words(model);
	b = sorted_words(host);
	compare_words(cmp, FIELD_FLAGS, place, a, b);
}

/* The sums of an area.  What was used of late is cleared by whoever likes to. */
static void compare_smaps(struct comparison *cmp, const struct place *place,
			  const struct seen_vma *model, const struct seen_vma *host)
{
	for (unsigned int n = 0; n < NR_SMAPS_LINES; n++) {
		const char *key = smaps_line_info((enum smaps_line)n)->key;
		g_autofree char *a = NULL, *b = NULL;

		if (n == SMAPS_referenced)
			continue;
		cmp->compared[FIELD_SMAPS]++;
		if (model->smaps[n] == host->smaps[n])
			continue;
		a = g_strdup_printf("%s %" G_GUINT64_FORMAT " kB", key, model->smaps[n]);
		b = g_strdup_printf("%s %" G_GUINT64_FORMAT " kB", key, host->smaps[n]);
		compare_differs(cmp, FIELD_SMAPS, place, a, b);
	}
}

static void compare_vma(struct comparison *cmp, const char *process, const struct seen_vma *model,
			const struct seen_vma *host)
{
	const struct place place = { .process = process, .start = model->start,
				     .end = model->end };

	cmp->compared[FIELD_VMA]++;
	compare_words(cmp, FIELD_PERMS, &place, model->perms, host->perms);
	compare_flags(cmp, &place, model->flags, host->flags);
	if (host->behind)
		compare_deep_vma(cmp, &place, model, host);
	if (host->file || host->behind)
		compare_number(cmp, FIELD_OFFSET, &place, "x", model->pgoff, host->pgoff);
	else
		cmp->unknown[FIELD_OFFSET]++;
	compare_words(cmp, FIELD_NAME, &place, model->name ? model->name : "",
		      host->name ? host->name : "");
	if (host->smaps_known)
		compare_smaps(cmp, &place, model, host);
}

static char *list_text(const struct comparison *cmp, const GPtrArray *vmas, uint64_t start,
		       uint64_t end)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < vmas->len; i++) {
		const struct seen_vma *vma = vmas->pdata[i];
		g_autofree char *range = range_text(cmp, vma->start, vma->end);

		if (vma->end > start && vma->start < end)
			g_string_append_printf(out, "%s%s %s", out->len ? ", " : "", range,
					       vma->perms);
	}
	return g_string_free(out->len ? out : g_string_append(out, "nothing"), FALSE);
}

/* From where the lists part to where both have an end again, or for good. */
static void part_ways(struct comparison *cmp, const char *process, const GPtrArray *model,
		      const GPtrArray *host, guint *i, guint *j)
{
	uint64_t start = UINT64_MAX, a = 0, b = 0;
	g_autofree char *text_model = NULL, *text_host = NULL;
	struct place place = { .process = process };

	if (*i < model->len)
		start = ((struct seen_vma *)model->pdata[*i])->start;
	if (*j < host->len)
		start = MIN(start, ((struct seen_vma *)host->pdata[*j])->start);
	a = *i < model->len ? ((struct seen_vma *)model->pdata[(*i)++])->end : start;
	b = *j < host->len ? ((struct seen_vma *)host->pdata[(*j)++])->end : start;
	while (a != b) {
		const GPtrArray *list = a < b ? model : host;
		guint *at = a < b ? i : j;
		const struct seen_vma *next = *at < list->len ? list->pdata[*at] : NULL;

		if (!next || next->start >= MAX(a, b))
			break;
		*(a < b ? &a : &b) = next->end;
		++*at;
	}
	place.start = start;
	text_model = list_text(cmp, model, start, MAX(a, b));
	text_host = list_text(cmp, host, start, MAX(a, b));
	cmp->compared[FIELD_VMA]++;
	compare_differs(cmp, FIELD_VMA, &place, text_model, text_host);
}

static void compare_vmas(struct comparison *cmp, const char *process, const GPtrArray *model,
			 const GPtrArray *host)
{
	guint i = 0, j = 0;

	while (i < model->len || j < host->len) {
		const struct seen_vma *a = i < model->len ? model->pdata[i] : NULL;
		const struct seen_vma *b = j < host->len ? host->pdata[j] : NULL;

		if (a && b && a->start == b->start && a->end == b->end) {
			compare_vma(cmp, process, a, b);
			i++;
			j++;
		} else {
			part_ways(cmp, process, model, host, &i, &j);
		}
	}
}

/* ---- pages ---- */

static const char *page_words(const struct seen_page *page)
{
	if (!page || page->present)
		return page ? "present" : "none";
	return page->swap_type < FIRST_NON_SWAP_TYPE ? "in swap" : "swap entry";
}

/*
 * Which folios of both are one, by the frames where they begin; both ways, through all processes.
 * The last that were found to be alike need not be looked for again.
 */
struct frames {
	GHashTable *to_host, *to_model;	/* key -> PFN, PFN -> key */
	uint64_t last_key, last_pfn;
	const struct seen_folio *last_model, *last_host;
	const struct observation *model, *host;
};

/* Of the folio that has the page. */
static uint64_t page_key(const struct seen_page *page)
{
	if (page->zero && page->huge_zero)
		return HUGE_ZERO_PAGE;
	return page->zero || !page->folio ? ZERO_PAGE : (uint64_t)page->folio << 32;
}

/* Which page of it. */
static unsigned int page_nr(const struct seen_page *page)
{
	return page_key(page) == ZERO_PAGE ? 0 : page->nr;
}

static uint64_t *copy_key(uint64_t key)
{
	uint64_t *copy = g_new(uint64_t, 1);

	*copy = key;
	return copy;
}

static char *key_words(uint64_t key, unsigned int nr)
{
	if (key == HUGE_ZERO_PAGE)
		return g_strdup_printf("page %u of the huge zero page", nr);
	return key == ZERO_PAGE ? g_strdup("the zero page") :
	       g_strdup_printf("folio#%u page %u", (unsigned int)(key >> 32), nr);
}

static void other_frame(struct comparison *cmp, const struct place *place,
			const struct seen_page *model, const char *host)
{
	g_autofree char *words = key_words(page_key(model), page_nr(model));

	compare_differs(cmp, FIELD_FOLIO, place, words, host);
}

static void compare_frame(struct comparison *cmp, struct frames *frames,
			  const struct place *place, const struct seen_page *model,
			  uint64_t host)
{
	void *other_pfn = NULL, *other_key = NULL, *before = NULL;
	uint64_t key = page_key(model), pfn = host - page_nr(model);

	cmp->compared[FIELD_FOLIO]++;
	if (key == frames->last_key && pfn == frames->last_pfn)
		return;
	if (g_hash_table_lookup_extended(frames->to_host, &key, NULL, &other_pfn)) {
		if ((uintptr_t)other_pfn != pfn)
			other_frame(cmp, place, model, "not the page that stands for it elsewhere");
		return;
	}
	if (g_hash_table_lookup_extended(frames->to_model, &pfn, NULL, &other_key)) {
		g_autofree char *other = key_words(*(uint64_t *)other_key, page_nr(model));
		g_autofree char *words = g_strdup_printf("the page of %s", other);

		other_frame(cmp, place, model, words);
		return;
	}
	if (g_hash_table_lookup_extended(cmp->frames, &key, NULL, &before) &&
	    (uintptr_t)before != pfn)
		other_frame(cmp, place, model, "another page than before");
	g_hash_table_insert(frames->to_host, copy_key(key), (void *)(uintptr_t)pfn);
	g_hash_table_insert(frames->to_model, copy_key(pfn), copy_key(key));
	frames->last_key = key;
	frames->last_pfn = pfn;
}

/* What the kernel tells of a page by its PFN. */
static void compare_folio(struct comparison *cmp, struct frames *frames,
			  const struct place *place, const struct seen_page *model,
			  const struct seen_page *host)
{
	const struct seen_folio *a = model->zero ? NULL :
		observation_folio(frames->model, model->folio);
	const struct seen_folio *b = observation_folio(frames->host, host->folio);

	if (!a)
		return;
	if (b && b->behind && a->anon && b->anon)
		compare_number(cmp, FIELD_ANON_EXCLUSIVE, place, "d", model->anon_exclusive,
			       b->pae[host->folio - b->id]);
	/* of one leaf; what is told of the folio is told once */
	if (b && a == frames->last_model && b == frames->last_host)
		return;
	frames->last_model = a;
	frames->last_host = b;
	if (b && b->behind)
		compare_deep_folio(cmp, place, a, b);
	if (b && (b->anon || host->entry_known))
		compare_deep_marks(cmp, place, a, b);
	if (!b || (a->order && !b->behind)) {
		cmp->unknown[FIELD_ANON]++;
		cmp->unknown[FIELD_MAPCOUNT]++;
		cmp->unknown[FIELD_MLOCKED]++;
		cmp->unknown[FIELD_SWAPCACHE]++;
		return;
	}
	compare_number(cmp, FIELD_ANON, place, "d", a->anon, b->anon);
	compare_number(cmp, FIELD_MAPCOUNT, place, "d", (uint64_t)a->mapcount,
		       (uint64_t)b->mapcount);
	compare_number(cmp, FIELD_MLOCKED, place, "d", a->mlocked, b->mlocked);
	compare_number(cmp, FIELD_KSM, place, "d", a->ksm, b->ksm);
	compare_number(cmp, FIELD_SWAPCACHE, place, "d", a->swapcache, b->swapcache);
}

static void compare_page(struct comparison *cmp, struct frames *frames, const char *process,
			 const struct seen_page *model, const struct seen_page *host)
{
	const struct place place = { .process = process,
				     .start = model ? model->addr : host->addr };

	compare_words(cmp, FIELD_PAGE, &place, page_words(model), page_words(host));
	if (!model || !host || model->present != host->present)
		return;
	compare_number(cmp, FIELD_FILE, &place, "d", model->file, host->file);
	compare_number(cmp, FIELD_EXCLUSIVE, &place, "d", model->exclusive, host->exclusive);
	compare_number(cmp, FIELD_GUARD, &place, "d", model->guard, host->guard);
	compare_number(cmp, FIELD_UFFD_WP, &place, "d", model->uffd_wp, host->uffd_wp);
	compare_deep_slot(cmp, &place, model, host);
	if (!model->present)
		return;
	if (host->entry_known) {
		compare_number(cmp, FIELD_LEAF, &place, "d", model->huge, host->huge);
		compare_number(cmp, FIELD_WRITE, &place, "d", model->write, host->write);
		compare_number(cmp, FIELD_DIRTY, &place, "d", model->dirty, host->dirty);
	}
	if (host->folio)
		compare_frame(cmp, frames, &place, model, host->folio);
	else
		cmp->unknown[FIELD_FOLIO]++;
	compare_folio(cmp, frames, &place, model, host);
	if (model->content_known && host->content_known)
		compare_number(cmp, FIELD_CONTENT, &place, "d", model->content, host->content);
	else
		cmp->unknown[FIELD_CONTENT]++;
}

static void compare_pages(struct comparison *cmp, struct frames *frames, const char *process,
			  const GPtrArray *model, const GPtrArray *host)
{
	guint i = 0, j = 0;

	while (i < model->len || j < host->len) {
		const struct seen_page *a = i < model->len ? model->pdata[i] : NULL;
		const struct seen_page *b = j < host->len ? host->pdata[j] : NULL;

		if (a && b && a->addr != b->addr) {
			if (a->addr < b->addr)
				b = NULL;
			else
				a = NULL;
		}
		compare_page(cmp, frames, process, a, b);
		i += a != NULL;
		j += b != NULL;
	}
}

/* What /proc/PID/ksm_stat shows, but for the zero pages. */
static void compare_ksm(struct comparison *cmp, const struct seen_process *model,
			const struct seen_process *host)
{
	const struct place place = { .process = model->name };

	if (!model->ksm_known || !host->ksm_known)
		return;
	compare_number(cmp, FIELD_KSM_MERGING, &place, "d", model->ksm_merging_pages,
		       host->ksm_merging_pages);
	compare_number(cmp, FIELD_KSM_ITEMS, &place, "d", model->ksm_rmap_items,
		       host->ksm_rmap_items);
}

void compare_observations(struct comparison *cmp, const struct observation *model,
			  const struct observation *host)
{
	struct frames frames = { frame_table(), g_hash_table_new_full(g_int64_hash,
				 g_int64_equal, g_free, g_free), .model = model, .host = host };

	for (guint i = 0; i < model->processes->len; i++) {
		const struct seen_process *a = model->processes->pdata[i];
		const struct seen_process *b = observation_process(host, a->name);

		compare_text(cmp, FIELD_PROCESS, a->name, "there", b ? "there" : "missing");
		if (!b)
			continue;
		compare_ksm(cmp, a, b);
		compare_vmas(cmp, a->name, a->vmas, b->vmas);
		compare_pages(cmp, &frames, a->name, a->pages, b->pages);
	}
	for (guint i = 0; i < host->processes->len; i++) {
		const struct seen_process *b = host->processes->pdata[i];

		if (!observation_process(model, b->name))
			compare_text(cmp, FIELD_PROCESS, b->name, "missing", "there");
	}
	compare_deep_anon_vmas(cmp, model, host);
	identities_next(cmp->identities);
	g_hash_table_unref(cmp->frames);
	cmp->frames = frames.to_host;
	g_hash_table_unref(frames.to_model);
}
