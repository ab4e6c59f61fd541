/*
 * import_exec.c - checkpoints: the layout after an execve, the maps just before an exit.
 *
 * No log says what execve mapped.  A copy of /proc/PID/smaps, taken when it returned, does: it
 * has the ranges, and which of them hold anonymous pages, because the kernel wrote arguments
 * to the stack and cleared the end of the data segment.
 *
 * In the kernel:  fs/binfmt_elf.c load_elf_binary(), create_elf_tables(); fs/exec.c
 *                 setup_arg_pages(); arch/x86/entry/vdso/vma.c.
 * Left out:       the special mappings' own flags (VM_PFNMAP, VM_DONTEXPAND): they are written as
 *                 private mappings of files called [vvar] and [vdso].
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

/* LOG without ".perf.log", ".strace.log" or ".log". */
static char *log_stem(const char *path)
{
	static const char *const ends[] = { ".perf.log", ".strace.log", ".log" };

	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
		if (g_str_has_suffix(path, ends[i]))
			return g_strndup(path, strlen(path) - strlen(ends[i]));
	return g_strdup(path);
}

static GArray *checkpoint(struct walk *w, const char *path)
{
	g_autoptr(GError) error = NULL;
	GArray *maps = maps_read(path, &error);

	if (w->dry)
		return maps;
	if (maps)
		w->log->report->checkpoints++;
	else
		g_ptr_array_add(w->log->report->problems, g_strdup(error->message));
	return maps;
}

static GArray *start_maps(struct walk *w, const struct import_proc *proc)
{
	g_autofree char *stem = log_stem(w->log->path);
	g_autofree char *path = NULL;

	if (proc == w->root->proc && proc->execs == 1 && w->opts->start_maps)
		return checkpoint(w, w->opts->start_maps);
	path = g_strdup_printf("%s.%d.exec%u.smaps", stem, proc->pid, proc->execs);
	if (w->opts->alone || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return NULL;
	return checkpoint(w, path);
}

static GArray *exit_maps(struct walk *w, const struct import_proc *proc)
{
	g_autofree char *stem = log_stem(w->log->path);
	g_autofree char *path = NULL;

	if (proc == w->root->proc && w->opts->exit_maps)
		return checkpoint(w, w->opts->exit_maps);
	path = g_strdup_printf("%s.%d.exit.maps", stem, proc->pid);
	if (w->opts->alone || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return NULL;
	return checkpoint(w, path);
}

static struct import_file *exec_file(struct walk *w, const char *name)
{
	g_autofree char *key = g_strdup_printf("x%u:%s", w->now, name);
	struct import_file *file = file_get(w, key);

	file_named(file, name);
	return file;
}

static bool is_backed(const struct import_vma *vma)
{
	return vma->name && (vma->name[0] == '/' || g_str_has_prefix(vma->name, "[v"));
}

/* One VMA of the checkpoint, as the mmap that makes it; @prot may be more than it ends with. */
void emit_vma(struct walk *w, struct import_task *task, const struct import_vma *vma,
	      uint64_t prot, GHashTable *opened)
{
	g_autoptr(GString) args = g_string_new(NULL);
	struct import_vma copy = *vma;

	copy.name = NULL;
	print_flags(ARG_PROT, prot, args);
	g_string_append(args, vma->shared ? ", MAP_SHARED" : ", MAP_PRIVATE");
	if (!is_backed(vma))
		g_string_append(args, "|MAP_ANONYMOUS");
	g_string_append(args, "|MAP_FIXED");
	if (vma->grows)
		g_string_append(args, "|MAP_GROWSDOWN");
	if (vma->has_flags && vma->noreserve && !vma->shared && prot & 2)
		g_string_append(args, "|MAP_NORESERVE");
	if (is_backed(vma)) {
		copy.file = exec_file(w, vma->name);
		file_mapped(copy.file, vma->offset + (vma->end - vma->start));
		if (g_hash_table_add(opened, copy.file)) {
			g_autofree char *path = quoted(vma->name);

			emit(w, task, NULL, "%s = open(%s, O_RDONLY)", copy.file->var, path);
		}
		g_string_append_printf(args, ", %s, %#" G_GINT64_MODIFIER "x", copy.file->var,
				       vma->offset);
	} else {
		copy.offset = 0;
		g_string_append(args, ", -1, 0");
	}
	emit(w, task, NULL, "mmap(%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT ", %s)",
	     vma->start, vma->end - vma->start, args->str);
	maps_add(task->proc->mm->maps, &copy);
}

/* Anonymous pages that smaps counts and no fault of the log explains: written by execve. */
static void write_rest(struct walk *w, struct import_task *task, const struct import_vma *vma,
		       const GArray *faults)
{
	uint64_t pages = vma->anon / IMPORT_PAGE;
	struct import_fault fault = { .access = ACCESS_STORE, .assumed = "which page" };

	if (vma->shared || !(vma->prot & 2) || !pages)
		return;
	for (guint i = 0; i < faults->len; i++) {
		const struct import_fault *f = &g_array_index(faults, struct import_fault, i);

		if (!vma->grows && f->access == ACCESS_STORE && f->addr >= vma->start &&
		    f->addr < vma->end)
			return;
	}
	/* Arguments fill the stack from its top; what else is cleared is the end of a page. */
	pages = vma->grows ? MIN(pages, (vma->end - vma->start) / IMPORT_PAGE) : 1;
	for (fault.addr = vma->end - pages * IMPORT_PAGE; fault.addr < vma->end;
	     fault.addr += IMPORT_PAGE) {
		assume(w, ASSUMED_EXEC_WRITE);
		import_do_fault(w, task, &fault);
	}
}

static void layout(struct walk *w, struct import_task *task, const GArray *maps,
		   const GArray *pages)
{
	GHashTable *opened = g_hash_table_new(NULL, NULL);
	GArray *faults = task->exec_faults;

	for (guint i = 0; i < maps->len; i++) {
		const struct import_vma *vma = &g_array_index(maps, struct import_vma, i);

		emit_vma(w, task, vma, vma->prot, opened);
	}
	for (guint i = 0; i < faults->len; i++) {
		const struct import_fault *f = &g_array_index(faults, struct import_fault, i);

		if (maps_find(task->proc->mm->maps, f->addr) &&
		    (!pages || f->access != ACCESS_STORE))
			import_do_fault(w, task, f);
	}
	if (pages)
		layout_pages(w, task, pages);
	for (guint i = 0; !pages && i < maps->len; i++)
		write_rest(w, task, &g_array_index(maps, struct import_vma, i), faults);
	g_hash_table_destroy(opened);
}

/* The path that the scenario's execve names. */
static char *exec_path(const struct import_task *task, const struct import_event *event,
		       const GArray *maps)
{
	for (guint i = 0; maps && i < maps->len; i++) {
		const struct import_vma *vma = &g_array_index(maps, struct import_vma, i);

		if (vma->name && vma->name[0] == '/')
			return g_strdup(vma->name);
	}
	if (event->path)
		return g_strdup(event->path);
	return g_strdup(task->exec_name ? task->exec_name : "?");
}

static void replay_faults(struct walk *w, struct import_task *task)
{
	const GArray *faults = task->exec_faults;

	for (guint i = 0; i < faults->len; i++)
		import_do_fault(w, task, &g_array_index(faults, struct import_fault, i));
}

static void forget_threads(struct walk *w, const struct import_task *task)
{
	for (guint i = 0; i < w->all_tasks->len; i++) {
		struct import_task *other = w->all_tasks->pdata[i];

		if (other != task && other->proc == task->proc)
			other->dead = true;
	}
}

static GArray *recorded(struct walk *w, const struct import_checkpoint *checkpoint)
{
	if (!w->dry)
		w->log->report->checkpoints++;
	return maps_copy(checkpoint->maps, false);
}

/* A successful execve: a new address space, filled from the checkpoint if there is one. */
void walk_exec(struct walk *w, struct import_task *task, const struct import_event *event)
{
	struct import_proc *proc = task->proc;
	const uint64_t *brk;
	g_autofree char *path = NULL;
	g_autofree char *text = NULL;
	GArray *maps;

	task->in_exec = false;
	proc->execs++;
	proc->exec_event = w->now;
	if (event->checkpoint)
		maps = recorded(w, event->checkpoint);
	else
		maps = start_maps(w, proc);
	path = exec_path(task, event, maps);
	text = quoted(path);
	if (!maps)
		file_mapped(exec_file(w, path), IMPORT_PAGE);
	emit(w, task, NULL, "execve(%s)", text);
	mm_put(proc->mm);
	proc->mm = mm_new();
	forget_threads(w, task);
	brk = g_hash_table_lookup(w->brk, GUINT_TO_POINTER(w->now + 1));
	if (brk)
		set_brk(w, task, *brk);
	if (maps) {
		layout(w, task, maps, event->checkpoint ? event->checkpoint->pages : NULL);
		g_array_free(maps, TRUE);
	} else {
		assume(w, ASSUMED_LAYOUT);
		emit_comment(w, "assumed: nothing is mapped after this execve");
		replay_faults(w, task);
	}
	g_array_set_size(task->exec_faults, 0);
}

/* Give files without a path the one that the checkpoint shows at their place. */
static void learn_paths(GArray *mine, const GArray *theirs)
{
	for (guint i = 0; i < theirs->len; i++) {
		const struct import_vma *vma = &g_array_index(theirs, struct import_vma, i);
		const struct import_vma *own = maps_find(mine, vma->start);

		if (own && own->file && vma->name && vma->name[0] == '/')
			file_named(own->file, vma->name);
	}
}

/* What the scenario expects here; compared with what was tracked. */
static void expect_maps(struct walk *w, struct import_task *task, const GArray *maps,
			const char *when)
{
	unsigned int count;
	uint64_t where = 0;

	learn_paths(task->proc->mm->maps, maps);
	emit_expect_maps(w, task, maps, when);
	count = maps_differences(task->proc->mm->maps, maps, &where);
	if (!count || w->dry)
		return;
	w->log->report->differences += count;
	g_ptr_array_add(w->log->report->problems,
			g_strdup_printf("%s: warning: process %d: %u ranges of the log and of its "
					"last maps differ, the first at %#" G_GINT64_MODIFIER "x",
					w->log->path, task->proc->pid, count, where));
}

/* The checkpoint before an exit, if there is a copy beside the log. */
void walk_exit_maps(struct walk *w, struct import_task *task)
{
	GArray *maps = exit_maps(w, task->proc);

	if (!maps)
		return;
	expect_maps(w, task, maps, "just before the exit");
	g_array_free(maps, TRUE);
}

/* A checkpoint of a recording. */
void walk_checkpoint(struct walk *w, struct import_task *task, const struct import_event *event)
{
	if (!w->dry)
		w->log->report->checkpoints++;
	expect_maps(w, task, event->checkpoint->maps, event->checkpoint->when);
}
