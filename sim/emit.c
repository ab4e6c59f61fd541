/*
 * emit.c - the table of forms; see emit.h.
 */
#include <string.h>

#include "sim/emit.h"

static const struct emit_form forms[] = {
	{ "c", "a C program without dependencies that makes the same calls", emit_c },
};

const struct emit_form *emit_forms(size_t *nr)
{
	*nr = G_N_ELEMENTS(forms);
	return forms;
}

const struct emit_form *emit_form_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
		if (!strcmp(forms[i].name, name))
			return &forms[i];
	return NULL;
}

void emit_result_clear(struct emit_result *result)
{
	g_free(result->text);
	g_free(result->why);
	memset(result, 0, sizeof(*result));
}
