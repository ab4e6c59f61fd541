/*
 * Values at run time.
 *
 * In the kernel: nothing. Left out: nothing. Locks: none.
 */
#include "sim/value.h"

#include <string.h>

struct value value_int(int64_t number)
{
	return (struct value){ .kind = VALUE_INT, .number = (uint64_t)number };
}

struct value value_unsigned(uint64_t number)
{
	return (struct value){ .kind = VALUE_INT, .number = number,
			       .is_unsigned = number > INT64_MAX };
}

struct value value_hex(uint64_t address)
{
	return (struct value){ .kind = VALUE_INT, .number = address,
			       .is_unsigned = address > INT64_MAX, .hex = true };
}

struct value value_addr(const char *process, uint64_t address)
{
	return (struct value){ .kind = VALUE_ADDR, .number = address, .hex = true,
			       .text = g_strdup(process) };
}

struct value value_string(const char *text)
{
	return (struct value){ .kind = VALUE_STRING, .text = g_strdup(text) };
}

struct value value_word(const char *word, uint64_t number)
{
	return (struct value){ .kind = VALUE_WORD, .number = number, .text = g_strdup(word) };
}

struct value value_process(const char *name)
{
	return (struct value){ .kind = VALUE_PROCESS, .text = g_strdup(name) };
}

struct value value_object(const char *object, unsigned int id)
{
	return (struct value){ .kind = VALUE_OBJECT, .object = object, .id = id };
}

static void item_destroy(void *data)
{
	value_clear(data);
	g_free(data);
}

static void field_destroy(void *data)
{
	struct value_field *field = data;

	value_clear(&field->value);
	g_free(field->name);
	g_free(field);
}

static struct value make_array(enum value_kind kind)
{
	return (struct value){
		.kind = kind,
		.items = g_ptr_array_new_with_free_func(kind == VALUE_STRUCT ? field_destroy :
							item_destroy),
	};
}

struct value value_set(void)
{
	return make_array(VALUE_SET);
}

struct value value_list(void)
{
	return make_array(VALUE_LIST);
}

struct value value_struct(void)
{
	return make_array(VALUE_STRUCT);
}

static bool has_item(const GPtrArray *items, const struct value *item, const char *own)
{
	for (unsigned int i = 0; i < items->len; i++)
		if (value_equal(g_ptr_array_index(items, i), item, own))
			return true;
	return false;
}

void value_append(struct value *array, struct value *item)
{
	struct value *copy;

	if (array->kind == VALUE_SET && has_item(array->items, item, NULL)) {
		value_clear(item);
		return;
	}
	copy = g_new(struct value, 1);
	*copy = *item;
	memset(item, 0, sizeof(*item));
	g_ptr_array_add(array->items, copy);
}

void value_set_field(struct value *strct, const char *name, struct value *item, bool out)
{
	struct value_field *field = g_new0(struct value_field, 1);

	field->name = g_strdup(name);
	field->value = *item;
	field->out = out;
	memset(item, 0, sizeof(*item));
	g_ptr_array_add(strct->items, field);
}

void value_clear(struct value *value)
{
	g_free(value->text);
	if (value->items)
		g_ptr_array_unref(value->items);
	memset(value, 0, sizeof(*value));
}

void value_copy(struct value *to, const struct value *from)
{
	*to = *from;
	to->text = g_strdup(from->text);
	if (!from->items)
		return;
	to->items = make_array(from->kind).items;
	for (unsigned int i = 0; i < from->items->len; i++) {
		struct value copy;

		if (from->kind == VALUE_STRUCT) {
			const struct value_field *field = g_ptr_array_index(from->items, i);

			value_copy(&copy, &field->value);
			value_set_field(to, field->name, &copy, field->out);
		} else {
			struct value *item = g_new(struct value, 1);

			value_copy(item, g_ptr_array_index(from->items, i));
			g_ptr_array_add(to->items, item);
		}
	}
}

static const struct value *find_field(const struct value *strct, const char *name, bool out,
				      bool all)
{
	if (strct->kind != VALUE_STRUCT)
		return NULL;
	for (unsigned int i = 0; i < strct->items->len; i++) {
		const struct value_field *field = g_ptr_array_index(strct->items, i);

		if ((all || field->out == out) && !strcmp(field->name, name))
			return &field->value;
	}
	for (unsigned int i = 0; i < strct->items->len; i++) {
		const struct value_field *field = g_ptr_array_index(strct->items, i);
		const struct value *found = NULL;

		/* What is within an output field is output. */
		if (all || field->out == out)
			found = find_field(&field->value, name, out, all || (out && field->out));
		else if (out)
			found = find_field(&field->value, name, out, false);
		if (found)
			return found;
	}
	return NULL;
}

const struct value *value_field_in(const struct value *strct, const char *name)
{
	return find_field(strct, name, false, false);
}

const struct value *value_field_out(const struct value *strct, const char *name)
{
	return find_field(strct, name, true, false);
}

bool value_is_number(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_ADDR;
}

static bool lists_equal(const GPtrArray *a, const GPtrArray *b, const char *own)
{
	if (a->len != b->len)
		return false;
	for (unsigned int i = 0; i < a->len; i++)
		if (!value_equal(g_ptr_array_index(a, i), g_ptr_array_index(b, i), own))
			return false;
	return true;
}

/* Each has what the other has; lengths may differ, as @4 and P:@4 can be the same. */
static bool sets_equal(const GPtrArray *a, const GPtrArray *b, const char *own)
{
	for (unsigned int i = 0; i < a->len; i++)
		if (!has_item(b, g_ptr_array_index(a, i), own))
			return false;
	for (unsigned int i = 0; i < b->len; i++)
		if (!has_item(a, g_ptr_array_index(b, i), own))
			return false;
	return true;
}

static bool structs_equal(const struct value *a, const struct value *b, const char *own)
{
	if (a->items->len != b->items->len)
		return false;
	for (unsigned int i = 0; i < a->items->len; i++) {
		const struct value_field *field = g_ptr_array_index(a->items, i);
		const struct value *other = find_field(b, field->name, field->out, false);

		if (!other || !value_equal(&field->value, other, own))
			return false;
	}
	return true;
}

static bool same_kind_equal(const struct value *a, const struct value *b, const char *own)
{
	switch (a->kind) {
	case VALUE_INT:
		return a->number == b->number;
	case VALUE_ADDR:
		return a->number == b->number && !strcmp(a->text, b->text);
	case VALUE_STRING:
	case VALUE_WORD:
	case VALUE_PROCESS:
		return !strcmp(a->text, b->text);
	case VALUE_OBJECT:
		return a->id == b->id && (!a->id || !strcmp(a->object, b->object));
	case VALUE_SET:
		return sets_equal(a->items, b->items, own);
	case VALUE_LIST:
		return lists_equal(a->items, b->items, own);
	case VALUE_STRUCT:
		return structs_equal(a, b, own);
	}
	return false;
}

bool value_equal(const struct value *a, const struct value *b, const char *own)
{
	if (a->kind == b->kind)
		return same_kind_equal(a, b, own);
	if (a->kind == VALUE_INT) {
		const struct value *swap = a;

		a = b;
		b = swap;
	}
	if (b->kind == VALUE_STRING && a->kind == VALUE_WORD)
		return !strcmp(a->text, b->text);
	if (b->kind == VALUE_WORD && a->kind == VALUE_STRING)
		return !strcmp(a->text, b->text);
	if (b->kind != VALUE_INT)
		return false;
	switch (a->kind) {
	case VALUE_ADDR:
		return own && a->number == b->number && !strcmp(a->text, own);
	case VALUE_WORD:
		return a->number == b->number;
	case VALUE_OBJECT:
		return !a->id && !b->number;
	default:
		return false;
	}
}

bool value_truth(const struct value *value)
{
	switch (value->kind) {
	case VALUE_INT:
	case VALUE_WORD:
	case VALUE_ADDR:
		return value->number != 0;
	case VALUE_STRING:
		return value->text[0] != '\0';
	case VALUE_PROCESS:
		return true;
	case VALUE_OBJECT:
		return value->id != 0;
	case VALUE_SET:
	case VALUE_LIST:
	case VALUE_STRUCT:
		return value->items->len != 0;
	}
	return false;
}

const char *value_kind_words(enum value_kind kind)
{
	switch (kind) {
	case VALUE_INT:
		return "a number";
	case VALUE_ADDR:
		return "an address of another process";
	case VALUE_STRING:
		return "a string";
	case VALUE_WORD:
		return "a word";
	case VALUE_PROCESS:
		return "a process";
	case VALUE_OBJECT:
		return "an object";
	case VALUE_SET:
		return "a set";
	case VALUE_LIST:
		return "a list";
	case VALUE_STRUCT:
		return "a struct";
	}
	return "a value";
}

char *address_text(uint64_t address, const struct value_style *style)
{
	uint64_t offset;

	if (!style || !style->window || address < style->window_start ||
	    address >= style->window_end)
		return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", address);
	offset = address - style->window_start;
	if (offset % 4096)
		return g_strdup_printf("@%" G_GUINT64_FORMAT "+0x%x", offset / 4096,
				       (unsigned int)(offset % 4096));
	return g_strdup_printf("@%" G_GUINT64_FORMAT, offset / 4096);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *items_text(const struct value *value, const struct value_style *style)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
	const char *open = value->kind == VALUE_LIST ? "[" : "{";
	const char *close = value->kind == VALUE_LIST ? "]" : "}";
	char *joined, *text;

	for (unsigned int i = 0; i < value->items->len; i++) {
		if (value->kind == VALUE_STRUCT) {
			const struct value_field *field = g_ptr_array_index(value->items, i);

			text = value_text(&field->value, style);
			g_ptr_array_add(texts, g_strdup_printf("%s=%s", field->name, text));
			g_free(text);
		} else {
			g_ptr_array_add(texts, value_text(g_ptr_array_index(value->items, i),
							  style));
		}
	}
	if (value->kind == VALUE_SET)
		g_ptr_array_sort(texts, compare_texts);
	g_ptr_array_add(texts, NULL);
	joined = g_strjoinv(", ", (char **)texts->pdata);
	text = g_strconcat(open, joined, close, NULL);
	g_free(joined);
	g_ptr_array_unref(texts);
	return text;
}

static char *string_text(const char *text)
{
	char *escaped = g_strescape(text, NULL);
	char *quoted = g_strconcat("\"", escaped, "\"", NULL);

	g_free(escaped);
	return quoted;
}

static char *addr_text(const struct value *value, const struct value_style *style)
{
	char *address = address_text(value->number, style), *text;

	if (style && style->own && !strcmp(style->own, value->text))
		return address;
	text = g_strconcat(value->text, ":", address, NULL);
	g_free(address);
	return text;
}

char *value_text(const struct value *value, const struct value_style *style)
{
	switch (value->kind) {
	case VALUE_INT:
		if (value->hex || value->number >= 1ull << 32)
			if (value->hex || (int64_t)value->number > 0 || value->is_unsigned)
				return address_text(value->number, style);
		return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value->number);
	case VALUE_ADDR:
		return addr_text(value, style);
	case VALUE_STRING:
		return string_text(value->text);
	case VALUE_WORD:
	case VALUE_PROCESS:
		return g_strdup(value->text);
	case VALUE_OBJECT:
		if (!value->id)
			return g_strdup("none");
		return g_strdup_printf("%s#%u", value->object, value->id);
	case VALUE_SET:
	case VALUE_LIST:
	case VALUE_STRUCT:
		return items_text(value, style);
	}
	return g_strdup("");
}
