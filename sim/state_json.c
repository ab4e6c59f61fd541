/*
 * state_json.c - processes, anon_vmas, folios, results; see state_json.h.
 *
 * Ids are renumbered in order of first appearance in the document, so that two
 * observers of one state write the same, whatever they call things.
 */
#include "sim/state_json.h"

#include "sim/json.h"

/* Ids in order of appearance. */
struct numbering {
	GHashTable *number;	/* id -> 1, 2, ...; looked up only */
	GArray *ids;		/* unsigned int, in that order */
};

struct state {
	const struct observation *seen;
	GString *out;
	struct numbering anon_vmas, folios;
};

static void numbering_init(struct numbering *numbering)
{
	numbering->number = g_hash_table_new(NULL, NULL);
	numbering->ids = g_array_new(FALSE, FALSE, sizeof(unsigned int));
}

static void numbering_clear(struct numbering *numbering)
{
	g_hash_table_unref(numbering->number);
	g_array_unref(numbering->ids);
}

static unsigned int number_of(struct numbering *numbering, unsigned int id)
{
	unsigned int number = GPOINTER_TO_UINT(g_hash_table_lookup(numbering->number,
								  GUINT_TO_POINTER(id)));

	if (number)
		return number;
	g_array_append_val(numbering->ids, id);
	number = numbering->ids->len;
	g_hash_table_insert(numbering->number, GUINT_TO_POINTER(id), GUINT_TO_POINTER(number));
	return number;
}

static const char *word_of(bool truth)
{
	return truth ? "true" : "false";
}

static void add_reference(struct state *s, const char *key, struct numbering *numbering,
			  unsigned int id)
{
	if (id)
		g_string_append_printf(s->out, "\"%s\":%u", key, number_of(numbering, id));
	else
		g_string_append_printf(s->out, "\"%s\":null", key);
}

static void add_vma(struct state *s, const struct seen_vma *vma)
{
	g_auto(GStrv) flags = g_strsplit(vma->flags, " ", -1);
	GString *out = s->out;
	bool first = true;

	g_string_append_printf(out, "{\"start\":\"0x%" G_GINT64_MODIFIER "x\",\"end\":\"0x%"
			       G_GINT64_MODIFIER "x\",\"perms\":\"%s\",\"pgoff\":\"0x%"
			       G_GINT64_MODIFIER "x\",\"flags\":[", vma->start, vma->end,
			       vma->perms, vma->pgoff);
	for (guint i = 0; flags[i]; i++) {
		if (!flags[i][0])
			continue;
		g_string_append_printf(out, "%s\"%s\"", first ? "" : ",", flags[i]);
		first = false;
	}
	g_string_append(out, "],\"file\":");
	json_string(out, vma->file);
	g_string_append_c(out, ',');
	add_reference(s, "anon_vma", &s->anon_vmas, vma->anon_vma);
	g_string_append(out, ",\"chain\":[");
	for (guint i = 0; i < vma->chain->len; i++)
		g_string_append_printf(out, "%s%u", i ? "," : "",
				       number_of(&s->anon_vmas,
						 g_array_index(vma->chain, unsigned int, i)));
	g_string_append(out, "]}");
}

static void add_page(struct state *s, const struct seen_page *page)
{
	GString *out = s->out;

	g_string_append_printf(out, "{\"addr\":\"0x%" G_GINT64_MODIFIER "x\",\"present\":%s,"
			       "\"swap\":%s,\"file\":%s,\"exclusive\":%s,\"uffd_wp\":%s,"
			       "\"guard\":%s,", page->addr, word_of(page->present),
			       word_of(page->swap), word_of(page->file), word_of(page->exclusive),
			       word_of(page->uffd_wp), word_of(page->guard));
	add_reference(s, "folio", &s->folios, page->folio);
	if (page->content_known)
		g_string_append_printf(out, ",\"content\":%" G_GUINT64_FORMAT "}", page->content);
	else
		g_string_append(out, ",\"content\":null}");
}

static void add_process(struct state *s, const struct seen_process *process)
{
	json_string(s->out, process->name);
	g_string_append(s->out, ": {\n   \"vmas\": [");
	for (guint i = 0; i < process->vmas->len; i++) {
		g_string_append(s->out, i ? ",\n     " : "\n     ");
		add_vma(s, process->vmas->pdata[i]);
	}
	g_string_append(s->out, "],\n   \"pages\": [");
	for (guint i = 0; i < process->pages->len; i++) {
		g_string_append(s->out, i ? ",\n     " : "\n     ");
		add_page(s, process->pages->pdata[i]);
	}
	g_string_append(s->out, "]}");
}

/* Roots and parents met on the way are appended to the list being walked. */
static void add_anon_vmas(struct state *s)
{
	for (guint i = 0; i < s->anon_vmas.ids->len; i++) {
		unsigned int id = g_array_index(s->anon_vmas.ids, unsigned int, i);
		const struct seen_anon_vma *a = observation_anon_vma(s->seen, id);

		g_string_append_printf(s->out, "%s\n   \"%u\": {", i ? "," : "", i + 1);
		if (!a) {
			g_string_append_c(s->out, '}');
			continue;
		}
		add_reference(s, "root", &s->anon_vmas, a->root);
		g_string_append_c(s->out, ',');
		add_reference(s, "parent", &s->anon_vmas, a->parent);
		g_string_append_printf(s->out, ",\"children\":%u,\"active\":%u,\"refcount\":%u}",
				       a->children, a->active, a->refcount);
	}
}

static void add_folio(struct state *s, const struct seen_folio *folio)
{
	GString *out = s->out;

	g_string_append_printf(out, "{\"order\":%u,\"anon\":%s,\"index\":\"0x%" G_GINT64_MODIFIER
			       "x\",", folio->order, word_of(folio->anon), folio->index);
	add_reference(s, "anon_vma", &s->anon_vmas, folio->anon_vma);
	g_string_append_printf(out, ",\"mapcount\":%d,\"pae\":[", folio->mapcount);
	for (unsigned long i = 0; i < 1UL << folio->order; i++)
		g_string_append_printf(out, "%s%s", i ? "," : "", word_of(folio->pae[i]));
	g_string_append_printf(out, "],\"swapcache\":%s,\"dirty\":%s,\"mlocked\":%s}",
			       word_of(folio->swapcache), word_of(folio->dirty),
			       word_of(folio->mlocked));
}

/* Written aside first: a folio may name an anon_vma that no VMA does. */
static char *folios_text(struct state *s)
{
	GString *before = s->out;

	s->out = g_string_new(NULL);
	for (guint i = 0; i < s->folios.ids->len; i++) {
		unsigned int id = g_array_index(s->folios.ids, unsigned int, i);
		const struct seen_folio *folio = observation_folio(s->seen, id);

		g_string_append_printf(s->out, "%s\n   \"%u\": ", i ? "," : "", i + 1);
		if (folio)
			add_folio(s, folio);
		else
			g_string_append(s->out, "{}");
	}
	char *text = g_string_free(s->out, FALSE);

	s->out = before;
	return text;
}

static void add_results(GString *out, const GArray *results)
{
	g_string_append(out, " \"results\": [");
	for (guint i = 0; i < results->len; i++) {
		const struct run_result *result = &g_array_index(results, struct run_result, i);

		g_string_append(out, i ? ", " : "");
		if (result->is_blocked)
			json_string(out, "blocked");
		else if (result->is_signal)
			json_string(out, signal_name((int)result->value));
		else
			g_string_append_printf(out, "%" G_GINT64_FORMAT, result->value);
	}
	g_string_append_c(out, ']');
}

/* The first error; false if there is none. */
static bool add_first_error(GString *out, const struct diag_list *diags)
{
	for (guint i = 0; i < diags->items->len; i++) {
		const struct diag *diag = diags->items->pdata[i];

		if (diag->severity != DIAG_ERROR)
			continue;
		g_string_append(out, ",\n \"failure\": {");
		json_member_string(out, "file", diag->file);
		json_member_number(out, "line", diag->line);
		json_member_number(out, "col", diag->col);
		json_member_string(out, "message", diag->message);
		json_member_string(out, "note", diag->note);
		g_string_append_c(out, '}');
		return true;
	}
	return false;
}

static void add_failure(GString *out, struct run *run)
{
	struct backend *backend = run_backend(run);

	if (add_first_error(out, run_diags(run)))
		return;
	if (backend && run_status(run) == STATUS_BROKEN) {
		struct broken_rule broken = backend->ops->broken(backend, 0);

		g_string_append(out, ",\n \"failure\": {");
		json_member_number(out, "statement", (int64_t)run_nr_statements(run));
		json_member_string(out, "rule", broken.rule);
		json_member_string(out, "place", broken.place);
		json_member_string(out, "expected", broken.expected);
		json_member_string(out, "saw", broken.saw);
		g_string_append_c(out, '}');
	}
}

void state_json(struct run *run, GString *out)
{
	struct backend *backend = run_backend(run);
	struct observation *seen = backend ? backend->ops->observe(backend, true) :
					     observation_create();
	struct state s = { .seen = seen, .out = out };
	g_autofree char *folios = NULL;

	numbering_init(&s.anon_vmas);
	numbering_init(&s.folios);
	g_string_append(out, "{\"processes\": {");
	for (guint i = 0; i < seen->processes->len; i++) {
		g_string_append(out, i ? ",\n  " : "\n  ");
		add_process(&s, seen->processes->pdata[i]);
	}
	folios = folios_text(&s);
	g_string_append(out, "},\n \"anon_vmas\": {");
	add_anon_vmas(&s);
	g_string_append_printf(out, "},\n \"folios\": {%s},\n", folios);
	add_results(out, run_results(run));
	add_failure(out, run);
	g_string_append(out, "}\n");
	numbering_clear(&s.anon_vmas);
	numbering_clear(&s.folios);
	observation_destroy(seen);
}

void state_json_rejected(const struct diag_list *diags, GString *out)
{
	g_string_append(out, "{\"processes\": {},\n \"anon_vmas\": {},\n \"folios\": {},\n"
			" \"results\": []");
	add_first_error(out, diags);
	g_string_append(out, "}\n");
}
