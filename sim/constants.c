/*
 * The names of the user-space interface that concern memory: lookup in both directions.
 *
 * In the kernel: include/uapi/. Left out: names of other subsystems. Locks: none.
 */
#include "sim/constants.h"

#include <stdlib.h>
#include <string.h>

#define MAP_TYPE_MASK	0xfu
#define MAP_HUGE_MASK	(0x3full << 26)
#define MAP_HUGETLB_BIT	0x40000u

static const struct constant constants[] = {
#define C(name_, value_, category_)					\
	{ .name = #name_, .value = value_, .category = CONST_##category_ },
#include "sim/constants.def"
#undef C
};

static int compare_name(const void *key, const void *row)
{
	const struct constant *constant = row;

	return strcmp(key, constant->name);
}

const struct constant *constant_find(const char *name)
{
	return bsearch(name, constants, G_N_ELEMENTS(constants), sizeof(constants[0]),
		       compare_name);
}

const struct constant *constant_find_prefixed(const char *name, const char *const *prefixes)
{
	const struct constant *found = NULL;

	for (; prefixes && *prefixes && !found; prefixes++) {
		char *full = g_strconcat(*prefixes, name, NULL);

		found = constant_find(full);
		g_free(full);
	}
	return found;
}

const char *constant_name(enum const_category category, uint64_t value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
		if (constants[i].category == category && constants[i].value == value)
			return constants[i].name;
	return NULL;
}

static void append_flag(GString *out, const char *name)
{
	if (out->len)
		g_string_append_c(out, '|');
	g_string_append(out, name);
}

/* The parts of mmap's flags which are numbers, not bits: type of mapping, size code. */
static void append_map_fields(GString *out, uint64_t *left)
{
	uint64_t huge = *left & MAP_HUGE_MASK;
	const char *name = constant_name(CONST_MAP, *left & MAP_TYPE_MASK);

	if (name && *left & MAP_TYPE_MASK) {
		append_flag(out, name);
		*left &= ~(uint64_t)MAP_TYPE_MASK;
	}
	name = constant_name(CONST_MAP_HUGE, huge);
	if (name && *left & MAP_HUGETLB_BIT) {
		append_flag(out, name);
		*left &= ~huge;
	}
}

char *constant_flags_text(enum const_category category, uint64_t value)
{
	const char *name = constant_name(category, value);
	GString *out = g_string_new(NULL);
	uint64_t left = value;

	if (name || !value) {
		g_string_append(out, name ? name : "0");
		return g_string_free(out, FALSE);
	}
	if (category == CONST_MAP)
		append_map_fields(out, &left);
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t flag = 1ull << bit;

		name = left & flag ? constant_name(category, flag) : NULL;
		if (!name)
			continue;
		append_flag(out, name);
		left &= ~flag;
	}
	if (left) {
		char *rest = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", left);

		append_flag(out, rest);
		g_free(rest);
	}
	return g_string_free(out, FALSE);
}

const char *errno_name(int number)
{
	return number > 0 ? constant_name(CONST_ERRNO, (uint64_t)number) : NULL;
}

const char *signal_name(int number)
{
	return number > 0 ? constant_name(CONST_SIGNAL, (uint64_t)number) : NULL;
}

const struct constant *constants_all(size_t *count)
{
	*count = G_N_ELEMENTS(constants);
	return constants;
}

void constants_offer(struct nearest *nearest, const char *const *prefixes)
{
	for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
		nearest_offer(nearest, constants[i].name);
	for (; prefixes && *prefixes; prefixes++)
		for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
			if (g_str_has_prefix(constants[i].name, *prefixes))
				nearest_offer(nearest, constants[i].name + strlen(*prefixes));
}
