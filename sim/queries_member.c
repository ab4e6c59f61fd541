/*
 * queries_member.c - members of what a query gave: fields of objects, through the field
 * tables of the model, and the few that are no field.
 *
 * In the kernel:  PageAnonExclusive(), folio_test_*(), by name.
 */
#include <string.h>

#include "model/folio.h"
#include "model/rmap.h"
#include "model/vma.h"
#include "sim/queries.h"

/* What a folio has besides its table; .exclusive is of the page that was asked for. */
static bool folio_member(const struct value *base, const char *name, struct value *out)
{
	const struct folio *folio = base->ptr;

	if (!strcmp(name, "exclusive")) {
		const struct page *page = base->tag ? pfn_to_page(base->tag) :
						      folio_page(folio, 0);

		*out = value_int((page->flags & PG_anon_exclusive) != 0);
		return true;
	}
	if (!strcmp(name, "mapcount")) {
		*out = value_int(folio_mapcount(folio));
		return true;
	}
	if (!strcmp(name, "ksm")) {
		*out = value_int(folio_test_ksm(folio));
		return true;
	}
	if (!strcmp(name, "pinned")) {
		*out = value_int(folio_maybe_dma_pinned(folio));
		return true;
	}
	return false;
}

static bool vma_member(const struct value *base, const char *name, struct value *out)
{
	g_autofree char *text = NULL;

	if (strcmp(name, "name"))
		return false;
	text = model_vma_name(base->ptr);
	*out = value_string(text);
	return true;
}

static bool anon_vma_member(const struct value *base, const char *name, struct value *out)
{
	const struct anon_vma *anon_vma = base->ptr;
	const struct anon_vma *other = NULL;

	if (!strcmp(name, "children"))
		*out = value_int(anon_vma->num_children);
	else if (!strcmp(name, "active"))
		*out = value_int(anon_vma->num_active_vmas);
	else if (!strcmp(name, "refcount"))
		*out = value_int(anon_vma->refcount);
	else if (!strcmp(name, "root"))
		other = anon_vma->root;
	else if (!strcmp(name, "parent"))
		other = anon_vma->parent;
	else
		return false;
	if (other) {
		*out = value_object("anon_vma", other->id);
		out->ptr = other;
	}
	return true;
}

static void set_of_flags(vm_flags_t flags, struct value *out)
{
	g_autoptr(GString) letters = g_string_new(NULL);
	g_auto(GStrv) words = NULL;

	vm_flags_letters(flags, letters, " ");
	words = g_strsplit(letters->str, " ", -1);
	*out = value_set();
	for (guint i = 0; words[i]; i++) {
		struct value word = value_word(words[i], vm_flags_from_letters(words[i]));

		if (words[i][0])
			value_append(out, &word);
	}
}

static void set_of_objects(const struct field *field, const void *object, struct value *out)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	field->list(object, ids);
	*out = value_list();
	for (guint i = 0; i < ids->len; i++) {
		struct value one = value_object(object_kind_name(field->ref),
						g_array_index(ids, unsigned int, i));

		value_append(out, &one);
	}
}

/* One field of a table as a value. */
static void field_value(struct model_backend *model, const struct field *field,
			const void *object, struct value *out)
{
	uint64_t number = field->get ? field->get(object) : 0;
	g_autofree char *prot = NULL;

	switch (field->type) {
	case FIELD_NUMBER:
		*out = value_unsigned(number);
		return;
	case FIELD_SIGNED:
	case FIELD_BOOL:
		*out = value_int((int64_t)number);
		return;
	case FIELD_ADDR:
	case FIELD_PGOFF:
		*out = value_hex(number);
		return;
	case FIELD_VM_FLAGS:
		set_of_flags(number, out);
		return;
	case FIELD_PROT:
		prot = constant_flags_text(CONST_PROT, number & VM_ACCESS_FLAGS);
		*out = value_word(prot, number & VM_ACCESS_FLAGS);
		return;
	case FIELD_REF:
		*out = value_object(object_kind_name(field->ref), (unsigned int)number);
		out->ptr = object_by_id(model->machine, field->ref, (unsigned int)number);
		return;
	case FIELD_SET:
		set_of_objects(field, object, out);
		return;
	case FIELD_STRING:
		*out = value_string(number ? (const char *)(uintptr_t)number : "");
		return;
	}
}

/* `.flags.ac`: is the flag one of the set? */
static bool flag_member(struct eval *eval, const struct expr *member, const struct value *base,
			struct value *out)
{
	if (!vm_flags_from_letters(member->text))
		return eval_error(eval, member, "they are those of VmFlags in smaps: rd wr ac ...",
				  "no flag is called '%s'", member->text);
	*out = value_int(0);
	for (guint i = 0; i < base->items->len; i++) {
		const struct value *word = base->items->pdata[i];

		if (word->text && !strcmp(word->text, member->text))
			*out = value_int(1);
	}
	return true;
}

static bool unknown_member(struct eval *eval, const struct expr *member, const char *object,
			   enum object_kind kind)
{
	static const char *const more[] = { "exclusive", "mapcount", "writeback", "ksm", "pinned",
					    "children", "active", "root", "parent" };
	const struct object_type *type = object_type(kind);
	struct nearest nearest;
	char *note;

	nearest_init(&nearest, member->text);
	for (size_t i = 0; i < type->nr_fields; i++)
		nearest_offer(&nearest, type->fields[i].name);
	for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
		nearest_offer(&nearest, more[i]);
	note = nearest_note(&nearest);
	eval_error(eval, member, note, "%s has no member '%s'", object, member->text);
	g_free(note);
	return false;
}

/*
 * The object that @value names, or NULL with an error: one that was kept in a variable may be
 * gone by now.
 */
static const void *object_of(const struct model_backend *model, struct eval *eval,
			     const struct expr *member, const struct value *value,
			     enum object_kind kind)
{
	const void *object = value->ptr;

	if (!object && value->id && kind < NR_OBJECT_KINDS) {
		object = object_by_id(model->machine, kind, value->id);
		if (!object)
			eval_error(eval, member, NULL, "%s#%u is gone, and has no .%s",
				   value->object, value->id, member->text);
	} else if (!object || kind >= NR_OBJECT_KINDS) {
		eval_error(eval, member, NULL, "there is no %s, so it has no .%s", value->object,
			   member->text);
		object = NULL;
	}
	return object;
}

bool model_member(struct backend *backend, struct eval *eval, const struct expr *member,
		  const struct value *base, struct value *out)
{
	struct model_backend *model = to_model(backend);
	struct machine *before;
	unsigned int kind = 0;
	const struct field *field;
	struct value named = *base;	/* borrows what base owns */
	bool good = true;

	if (base->kind == VALUE_SET)
		return flag_member(eval, member, base, out);
	if (base->kind != VALUE_OBJECT)
		return eval_error(eval, member, NULL, "%s has no members",
				  value_kind_words(base->kind));
	while (kind < NR_OBJECT_KINDS && strcmp(object_kind_name(kind), base->object))
		kind++;
	named.ptr = object_of(model, eval, member, base, kind);
	if (!named.ptr)
		return false;
	before = machine_enter(model->machine);
	if (!(kind == KIND_VMA && vma_member(&named, member->text, out)) &&
	    !(kind == KIND_FOLIO && folio_member(&named, member->text, out)) &&
	    !(kind == KIND_ANON_VMA && anon_vma_member(&named, member->text, out))) {
		field = object_field(kind, member->text);
		if (field)
			field_value(model, field, named.ptr, out);
		else
			good = unknown_member(eval, member, base->object, kind);
	}
	machine_enter(before);
	return good;
}

/* ---- words ---- */

#define V(name, word, words) word,
static const char *const verdict_words[] = { MERGE_VERDICTS(V) };
#undef V

static bool is_quirk(const char *name)
{
	size_t nr;
	const struct quirk_info *quirks = quirk_table(&nr);

	for (size_t i = 0; i < nr; i++)
		if (!strcmp(quirks[i].name, name))
			return true;
	return false;
}

bool model_word(struct backend *backend, const char *name, struct value *out)
{
	vm_flags_t flag = vm_flags_from_letters(name);

	(void)backend;
	if (!strcmp(name, "none")) {
		*out = value_int(0);
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(verdict_words); i++) {
		if (strcmp(verdict_words[i], name))
			continue;
		*out = i == MERGE_OK ? value_int(1) : value_word(name, 0);
		return true;
	}
	if (is_quirk(name)) {
		*out = value_word(name, 0);
		return true;
	}
	if (!flag)
		return false;
	*out = value_word(name, flag);
	return true;
}

void model_offer(struct backend *backend, struct nearest *nearest, bool calls)
{
	size_t nr;
	const struct query_row *rows = query_rows(&nr);

	for (size_t i = 0; calls && i < nr; i++)
		nearest_offer(nearest, rows[i].name);
	for (size_t i = 0; !calls && i < G_N_ELEMENTS(verdict_words); i++)
		nearest_offer(nearest, verdict_words[i]);
	for (size_t i = 0; !calls && i < NR_QUIRKS; i++)
		nearest_offer(nearest, quirk_table(&nr)[i].name);
	for (guint i = 0; !calls && i < to_model(backend)->tasks->len; i++) {
		const struct model_task *entry = to_model(backend)->tasks->pdata[i];

		nearest_offer(nearest, entry->name);
	}
}
