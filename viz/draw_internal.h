/*
 * draw_internal.h - what the files that draw one view each have in common.
 *
 * Locks: none.
 */
#ifndef VIZ_DRAW_INTERNAL_H
#define VIZ_DRAW_INTERNAL_H

#include "model/machine.h"
#include "model/mm.h"
#include "model/object.h"
#include "viz/draw.h"
#include "viz/fold.h"
#include "viz/graph.h"
#include "viz/html.h"
#include "viz/theme.h"

/* An address space with the names of its processes. */
struct process {
	unsigned int id;		/* of the mm */
	char *name;			/* "P", or "P, V" when V runs in it after vfork() */
	struct mm_struct *mm;
	GPtrArray *vmas;		/* struct vm_area_struct *, in address order */
};

struct drawing {
	const struct machine *machine;
	const struct draw_options *options;
	const struct theme *theme;
	unsigned int max;
	GPtrArray *processes;		/* struct process *, in order of birth */
	bool in_boxes;			/* graphs are parts of a larger one */
	unsigned int nr_folded;		/* objects that are not shown one by one */
};

/* False with *error if the process asked for does not exist; @options may be NULL. */
bool drawing_init(struct drawing *drawing, const struct machine *machine,
		  const struct draw_options *options, char **error);
void drawing_fini(struct drawing *drawing);

/* Adds its nodes to @graph. */
typedef void (*draw_fn)(struct drawing *drawing, struct graph *graph);
void draw_vmas(struct drawing *drawing, struct graph *graph);
void draw_anon_vma(struct drawing *drawing, struct graph *graph);
void draw_pgtable(struct drawing *drawing, struct graph *graph);
void draw_rmap(struct drawing *drawing, struct graph *graph);
void draw_folios(struct drawing *drawing, struct graph *graph);
void draw_tree(struct drawing *drawing, struct graph *graph);

/* "@4" or "0x7ffff7ff0000"; "@4..@8". */
void draw_address(const struct drawing *drawing, const struct mm_struct *mm, unsigned long addr,
		  GString *out);
void draw_range(const struct drawing *drawing, const struct mm_struct *mm, unsigned long start,
		unsigned long end, GString *out);
/* A page offset of anonymous memory, which is an address in pages: "@4" in the window. */
void draw_pgoff(const struct drawing *drawing, const struct mm_struct *mm, bool anonymous,
		pgoff_t pgoff, GString *out);
/* "12 pages", "3.5 MiB", "127 TiB". */
void draw_size(unsigned long pages, GString *out);
/* "vma#3: start=0x7000 end=0x9000 ...": all fields of the object. */
char *draw_tip(enum object_kind kind, const void *object);
/* The name /proc/PID/maps gives the area, "" for none. */
const char *draw_vma_name(const struct vm_area_struct *vma);
bool draw_vma_alike(const void *a, const void *b);

/* The runs of @items; what they hide is counted. */
GArray *draw_fold(struct drawing *drawing, const GPtrArray *items, fold_alike_fn alike);
/* A node that holds nothing but a table. */
struct graph_node *draw_table_node(struct graph *graph, const char *name, const char *html,
				   const char *tip);

/* Draws both at the left of a graph that grows to the right, @lower below @upper. */
void draw_below(const struct drawing *drawing, struct graph *graph, const char *upper,
		const char *lower);

/* ---- pages ---- */

/*
 * W writable, R only readable, Z the zero page, S swapped out, M migrating, G guard, P poisoned,
 * U only a userfaultfd write-protect mark, H (in front) by a PMD entry; '.' for none.
 */
char page_letter(pte_t pte);
const char *page_letter_words(char letter);
#define PAGE_LETTERS	"WRZSMGPU"
const char *page_letter_fill(const struct theme *theme, char letter);

/* Pages of [start, end) whose entry is not none; @nr of every letter if not NULL ([128]). */
unsigned long pages_touched(const struct mm_struct *mm, unsigned long start, unsigned long end,
			    unsigned long *nr);
/* One letter for each page of [start, end); g_free(). */
char *pages_letters(const struct mm_struct *mm, unsigned long start, unsigned long end);

/* ---- laying out (layout.c) ---- */

/*
 * Runs dot on @dot; g_free(), *size without the final 0.  NULL with *error if dot is missing or
 * fails.  In SVG @description is put behind the title.
 */
char *layout_run(const char *dot, const char *format, const char *description, size_t *size,
		 char **error);
/* Writes a file whole or not at all. */
bool layout_write(const char *path, const char *data, size_t size, char **error);

#endif
