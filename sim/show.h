/*
 * show.h - listings of VMAs and pages, for `show`, for failed expectations, for the end of a
 * run.  The lines of VMAs are those of `expect maps`, so that they can be pasted there.
 */
#ifndef SIM_SHOW_H
#define SIM_SHOW_H

#include "sim/run.h"

/* "@1-@6 r--p pgoff=@1/PAGE anon_vma=av2 [heap]" */
void show_vma_line(const struct seen_vma *vma, const struct value_style *style, GString *out);
/* All VMAs with ids, sizes and flags behind `#`, a line each. */
void show_vmas(const struct seen_process *process, const struct value_style *style, GString *out);
void show_pages(const struct seen_process *process, const struct value_style *style,
		GString *out);
/* The VMAs of all processes, each under its name: what a run without expectations prints. */
char *show_layout(struct run *run);

#endif
