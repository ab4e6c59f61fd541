/*
 * compare_deep.c - chains, anon_vmas and folios, field by field; see compare_deep.h.
 */
#include "sim/compare_deep.h"

enum identity { IDENTITY_ANON_VMA, IDENTITY_FILE, IDENTITY_UFFD, IDENTITY_SLOT, NR_IDENTITIES };

/* id -> id; 0 is never bound. */
struct binding {
	GHashTable *to_host, *to_model;
};

struct identities {
	struct binding now[NR_IDENTITIES], before[NR_IDENTITIES];
};

static const char *const identity_names[NR_IDENTITIES] = { "anon_vma", "file", "uffd", "slot" };

static void binding_create(struct binding *binding)
{
	binding->to_host = g_hash_table_new(NULL, NULL);
	binding->to_model = g_hash_table_new(NULL, NULL);
}

static void binding_clear(struct binding *binding)
{
	g_hash_table_unref(binding->to_host);
	g_hash_table_unref(binding->to_model);
}

struct identities *identities_create(void)
{
	struct identities *identities = g_new0(struct identities, 1);

	for (int i = 0; i < NR_IDENTITIES; i++) {
		binding_create(&identities->now[i]);
		binding_create(&identities->before[i]);
	}
	return identities;
}

void identities_destroy(struct identities *identities)
{
	for (int i = 0; i < NR_IDENTITIES; i++) {
		binding_clear(&identities->now[i]);
		binding_clear(&identities->before[i]);
	}
	g_free(identities);
}

void identities_next(struct identities *identities)
{
	for (int i = 0; i < NR_IDENTITIES; i++) {
		binding_clear(&identities->before[i]);
		identities->before[i] = identities->now[i];
		binding_create(&identities->now[i]);
	}
}

static unsigned int lookup(GHashTable *table, unsigned int id)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(table, GUINT_TO_POINTER(id)));
}

static char *name_of(enum identity kind, unsigned int id)
{
	return id ? g_strdup_printf("%s#%u", identity_names[kind], id) : g_strdup("none");
}

/* Do @model and @host stand for each other? They are bound, if neither is yet. */
static bool alike(struct comparison *cmp, enum identity kind, unsigned int model,
		  unsigned int host)
{
	struct binding *now = &cmp->identities->now[kind];
	unsigned int known = host ? lookup(now->to_model, host) : 0, was;

	if (!host || known)
		return known == model;
	if (!model || lookup(now->to_host, model))
		return false;
	g_hash_table_insert(now->to_host, GUINT_TO_POINTER(model), GUINT_TO_POINTER(host));
	g_hash_table_insert(now->to_model, GUINT_TO_POINTER(host), GUINT_TO_POINTER(model));
	/* which slot is next is an allocator's affair */
	if (kind == IDENTITY_SLOT)
		return true;
	was = lookup(cmp->identities->before[kind].to_host, model);
	return !was || was == host;
}

/* The host's object in the words of the model, where the model has @model; after alike(). */
static char *host_name(const struct comparison *cmp, enum identity kind, unsigned int model,
		       unsigned int host)
{
	unsigned int known = lookup(cmp->identities->now[kind].to_model, host);
	unsigned int was = lookup(cmp->identities->before[kind].to_host, model);

	if (host && !known)
		return g_strdup_printf("another %s", identity_names[kind]);
	if (host && known == model && was && was != host)
		return g_strdup_printf("another %s than before", identity_names[kind]);
	return name_of(kind, host ? known : 0);
}

static void compare_identity(struct comparison *cmp, enum compared_field field,
			     const struct place *place, enum identity kind, unsigned int model,
			     unsigned int host)
{
	cmp->compared[field]++;
	if (!alike(cmp, kind, model, host)) {
		g_autofree char *a = name_of(kind, model);
		g_autofree char *b = host_name(cmp, kind, model, host);

		compare_differs(cmp, field, place, a, b);
	}
}

static unsigned int link_at(const struct seen_vma *vma, guint i)
{
	return i < vma->chain->len ? g_array_index(vma->chain, unsigned int, i) : 0;
}

/* @host: in the words of the model, which has @model. */
static char *chain_text(const struct comparison *cmp, const struct seen_vma *model,
			const struct seen_vma *host)
{
	const struct seen_vma *vma = host ? host : model;
	GString *out = g_string_new(vma->chain->len ? NULL : "empty");

	for (guint i = 0; i < vma->chain->len; i++) {
		g_autofree char *name = host ?
			host_name(cmp, IDENTITY_ANON_VMA, link_at(model, i), link_at(host, i)) :
			name_of(IDENTITY_ANON_VMA, link_at(model, i));

		g_string_append_printf(out, "%s%s", i ? " " : "", name);
	}
	return g_string_free(out, FALSE);
}

static void compare_chain(struct comparison *cmp, const struct place *place,
			  const struct seen_vma *model, const struct seen_vma *host)
{
	guint nr = MAX(model->chain->len, host->chain->len);
	bool same = true;

	if (host->chain_cut) {
		cmp->unknown[FIELD_CHAIN]++;
		return;
	}
	for (guint i = 0; i < nr; i++)
		same &= alike(cmp, IDENTITY_ANON_VMA, link_at(model, i), link_at(host, i));
	cmp->compared[FIELD_CHAIN]++;
	if (!same) {
		g_autofree char *a = chain_text(cmp, model, NULL);
		g_autofree char *b = chain_text(cmp, model, host);

		compare_differs(cmp, FIELD_CHAIN, place, a, b);
	}
}

void compare_deep_vma(struct comparison *cmp, const struct place *place,
		      const struct seen_vma *model, const struct seen_vma *host)
{
	compare_identity(cmp, FIELD_ANON_VMA, place, IDENTITY_ANON_VMA, model->anon_vma,
			 host->anon_vma);
	compare_chain(cmp, place, model, host);
	compare_identity(cmp, FIELD_VM_FILE, place, IDENTITY_FILE, model->file_id,
			 host->file_id);
	compare_identity(cmp, FIELD_UFFD, place, IDENTITY_UFFD, model->uffd, host->uffd);
}

static void compare_large(struct comparison *cmp, const struct place *place,
			  const struct seen_large *model, const struct seen_large *host)
{
	if (!model->known || !host->known)
		return;
	compare_number(cmp, FIELD_ENTIRE, place, "d", (uint64_t)model->entire_mapcount,
		       (uint64_t)host->entire_mapcount);
	compare_number(cmp, FIELD_PAGES_MAPPED, place, "x", (uint64_t)model->pages_mapped,
		       (uint64_t)host->pages_mapped);
	for (int i = 0; i < 2; i++)
		compare_number(cmp, FIELD_MM_COUNT, place, "d", (uint64_t)model->mm_mapcount[i],
			       (uint64_t)host->mm_mapcount[i]);
	compare_number(cmp, FIELD_SHARED, place, "d", model->shared, host->shared);
	compare_number(cmp, FIELD_PARTIALLY_MAPPED, place, "d", model->partially_mapped,
		       host->partially_mapped);
	compare_number(cmp, FIELD_QUEUED, place, "d", model->queued, host->queued);
}

void compare_deep_folio(struct comparison *cmp, const struct place *place,
			const struct seen_folio *model, const struct seen_folio *host)
{
	compare_number(cmp, FIELD_ORDER, place, "d", model->order, host->order);
	compare_large(cmp, place, &model->large, &host->large);
	compare_number(cmp, FIELD_INDEX, place, "d", model->index, host->index);
	compare_identity(cmp, FIELD_MAPPING, place, IDENTITY_ANON_VMA, model->anon_vma,
			 host->anon_vma);
	if (model->anon && host->anon && host->sharers_known)
		compare_number(cmp, FIELD_SHARERS, place, "d", (uint64_t)model->sharers,
			       (uint64_t)host->sharers);
}

void compare_deep_marks(struct comparison *cmp, const struct place *place,
			const struct seen_folio *model, const struct seen_folio *host)
{
	for (unsigned int i = 0; host->marks_known >> i && i < NR_SEEN_MARKS; i++)
		if (host->marks_known >> i & 1)
			compare_number(cmp, FIELD_FOLIO_DIRTY + i, place, "d", model->marks >> i & 1,
				       host->marks >> i & 1);
}

void compare_deep_slot(struct comparison *cmp, const struct place *place,
		       const struct seen_page *model, const struct seen_page *host)
{
	const struct seen_slot *a = &model->slot, *b = &host->slot;

	cmp->unknown[FIELD_SLOT] += b->nr && !b->known;
	if (!b->known || !a->nr)
		return;
	compare_identity(cmp, FIELD_SLOT, place, IDENTITY_SLOT, a->nr, b->nr);
	compare_number(cmp, FIELD_SWAP_COUNT, place, "d", a->count, b->count);
	compare_number(cmp, FIELD_SWAP_CACHED, place, "d", a->cached, b->cached);
	if (model->present)
		return;
	compare_number(cmp, FIELD_SWAP_EXCLUSIVE, place, "d", model->anon_exclusive,
		       host->anon_exclusive);
	/* before it is written nobody has said what it is */
	if (!a->cached)
		compare_number(cmp, FIELD_SWAP_ZERO, place, "d", a->zero, b->zero);
}

static void compare_anon_vma(struct comparison *cmp, const struct seen_anon_vma *model,
			     const struct seen_anon_vma *host)
{
	const struct place place = { .anon_vma = model->id };

	compare_identity(cmp, FIELD_ROOT, &place, IDENTITY_ANON_VMA, model->root, host->root);
	compare_identity(cmp, FIELD_PARENT, &place, IDENTITY_ANON_VMA, model->parent,
			 host->parent);
	compare_number(cmp, FIELD_CHILDREN, &place, "d", model->children, host->children);
	compare_number(cmp, FIELD_ACTIVE, &place, "d", model->active, host->active);
	compare_number(cmp, FIELD_REFCOUNT, &place, "d", model->refcount, host->refcount);
}

/* Roots and parents may bind ones that stood nowhere else, before or after this one. */
void compare_deep_anon_vmas(struct comparison *cmp, const struct observation *model,
			    const struct observation *host)
{
	GHashTable *to_host = cmp->identities->now[IDENTITY_ANON_VMA].to_host;
	g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
	bool more = true;

	while (more) {
		more = false;
		for (guint i = 0; i < model->anon_vmas->len; i++) {
			const struct seen_anon_vma *a = model->anon_vmas->pdata[i];
			const struct seen_anon_vma *b =
				observation_anon_vma(host, lookup(to_host, a->id));

			if (!b || !g_hash_table_add(done, GUINT_TO_POINTER(a->id)))
				continue;
			compare_anon_vma(cmp, a, b);
			more = true;
		}
	}
	cmp->unknown[FIELD_ROOT] += model->anon_vmas->len - g_hash_table_size(done);
}
