/*
 * observe.c - making, searching and freeing observations; see observe.h.
 */
#include <string.h>

#include "sim/observe.h"

#define BLOCK_PAGES	64U

static void seen_vma_free(void *data)
{
	struct seen_vma *vma = data;

	g_array_unref(vma->chain);
	g_free(vma->flags);
	g_free(vma->file);
	g_free(vma->name);
	g_free(vma);
}

static void seen_process_free(void *data)
{
	struct seen_process *process = data;

	g_free(process->name);
	g_ptr_array_unref(process->vmas);
	g_ptr_array_unref(process->pages);
	g_ptr_array_unref(process->blocks);
	g_free(process);
}

static void seen_folio_free(void *data)
{
	struct seen_folio *folio = data;

	g_free(folio->pae);
	g_free(folio);
}

struct observation *observation_create(void)
{
	struct observation *seen = g_new0(struct observation, 1);

	seen->processes = g_ptr_array_new_with_free_func(seen_process_free);
	seen->anon_vmas = g_ptr_array_new_with_free_func(g_free);
	seen->folios = g_ptr_array_new_with_free_func(seen_folio_free);
	return seen;
}

void observation_destroy(struct observation *seen)
{
	if (!seen)
		return;
	g_ptr_array_unref(seen->processes);
	g_ptr_array_unref(seen->anon_vmas);
	g_ptr_array_unref(seen->folios);
	g_free(seen);
}

struct seen_process *observation_add_process(struct observation *seen, const char *name)
{
	struct seen_process *process = g_new0(struct seen_process, 1);

	process->name = g_strdup(name);
	process->vmas = g_ptr_array_new_with_free_func(seen_vma_free);
	process->pages = g_ptr_array_new();
	process->blocks = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(seen->processes, process);
	return process;
}

struct seen_vma *seen_process_add_vma(struct seen_process *process)
{
	struct seen_vma *vma = g_new0(struct seen_vma, 1);

	vma->chain = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	g_ptr_array_add(process->vmas, vma);
	return vma;
}

struct seen_page *seen_process_add_pages(struct seen_process *process, unsigned int nr)
{
	struct seen_page *block;

	if (process->left < nr) {
		process->left = MAX(nr, BLOCK_PAGES);
		g_ptr_array_add(process->blocks, g_new0(struct seen_page, process->left));
	}
	/* They are taken from the end. */
	process->left -= nr;
	block = process->blocks->pdata[process->blocks->len - 1];
	block += process->left;
	for (unsigned int i = 0; i < nr; i++)
		g_ptr_array_add(process->pages, &block[i]);
	return block;
}

const struct seen_process *observation_process(const struct observation *seen, const char *name)
{
	for (guint i = 0; i < seen->processes->len; i++) {
		const struct seen_process *process = seen->processes->pdata[i];

		if (!strcmp(process->name, name))
			return process;
	}
	return NULL;
}

const struct seen_anon_vma *observation_anon_vma(const struct observation *seen, unsigned int id)
{
	for (guint i = 0; i < seen->anon_vmas->len; i++) {
		const struct seen_anon_vma *anon_vma = seen->anon_vmas->pdata[i];

		if (anon_vma->id == id)
			return anon_vma;
	}
	return NULL;
}

/* Sorted by id. */
const struct seen_folio *observation_folio(const struct observation *seen, unsigned int id)
{
	guint low = 0, high = seen->folios->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const struct seen_folio *folio = seen->folios->pdata[middle];

		if (folio->id == id || (folio->id < id && id - folio->id < folio->span))
			return folio;
		if (folio->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
