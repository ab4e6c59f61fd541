/*
 * import_fault.c - page faults of a log become loads, stores and instruction fetches.
 *
 * The exceptions:page_fault_* tracepoints have address and error code and come first; the
 * minfault or majfault line says that the fault was handled.  Without tracepoints the address of
 * a fault in a file is looked up, and whether it wrote is assumed.
 *
 * In the kernel:  arch/x86/mm/fault.c handle_page_fault(), mm/memory.c mm_account_fault().
 * Left out:       faults that did not complete (a signal, a retry): counted.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

/* The stack reaches further down than the last VMA below it, up to this much. */
#define STACK_REACH	(8ULL << 20)

static void grow_stack(GArray *maps, uint64_t page)
{
	for (guint i = 0; i < maps->len; i++) {
		struct import_vma *vma = &g_array_index(maps, struct import_vma, i);

		if (vma->start <= page)
			continue;
		if (vma->grows && vma->start - page <= STACK_REACH)
			vma->start = page;
		return;
	}
}

/* May the tracked mapping be accessed so?  A fetch stands in for a read of what only executes. */
static bool allowed(const struct import_vma *vma, enum access_kind *access)
{
	if (*access == ACCESS_STORE)
		return vma->prot & 2;
	if (*access == ACCESS_EXEC)
		return vma->prot & 4;
	if (!(vma->prot & 3) && (vma->prot & 4))
		*access = ACCESS_EXEC;
	return vma->prot & 7;
}

void import_do_fault(struct walk *w, struct import_task *task, const struct import_fault *fault)
{
	struct import_fault f = *fault;
	GArray *maps = task->proc->mm->maps;
	struct import_vma *vma;

	f.addr &= ~(IMPORT_PAGE - 1);
	if (f.addr >= IMPORT_USER_END || task->proc->finished)
		return;
	if (task->in_exec) {
		g_array_append_val(task->exec_faults, f);
		return;
	}
	vma = maps_find(maps, f.addr);
	if (!vma) {
		grow_stack(maps, f.addr);
		vma = maps_find(maps, f.addr);
	}
	if (!vma) {
		assume_mapped(w, task, f.addr, f.addr + IMPORT_PAGE);
		vma = maps_find(maps, f.addr);
	}
	if (!vma || !allowed(vma, &f.access)) {
		if (!w->dry)
			w->log->report->faults_lost++;
		return;
	}
	emit_access(w, task, &f);
}

void walk_trap(struct walk *w, struct import_task *task, const struct import_event *event)
{
	struct import_fault fault = { .addr = event->addr };

	if (task->has_trap && !w->dry)
		w->log->report->faults_lost++;
	task->has_trap = w->has_faults;
	task->trap_addr = event->addr;
	task->trap_code = event->code;
	if (w->has_faults)
		return;
	fault.access = event->code & FAULT_WRITE ? ACCESS_STORE
		     : event->code & FAULT_INSTR ? ACCESS_EXEC : ACCESS_LOAD;
	import_do_fault(w, task, &fault);
}

/* Where a fault at @offset of the file @path may have been: the first mapping that fits. */
static bool find_offset(struct import_task *task, const char *path,
			uint64_t offset, uint64_t *addr)
{
	GArray *maps = task->proc->mm->maps;
	const struct import_vma *guess = NULL;

	for (guint i = 0; i < maps->len; i++) {
		const struct import_vma *vma = &g_array_index(maps, struct import_vma, i);
		uint64_t len = vma->end - vma->start;

		if (!vma->file || offset < vma->offset || offset - vma->offset >= len)
			continue;
		if (vma->file->path && !strcmp(vma->file->path, path)) {
			*addr = vma->start + (offset - vma->offset);
			return true;
		}
		if (!vma->file->path && !guess)
			guess = vma;
	}
	if (!guess)
		return false;
	*addr = guess->start + (offset - guess->offset);
	return true;
}

static enum access_kind guess_access(struct import_task *task, uint64_t addr)
{
	const struct import_vma *vma = maps_find(task->proc->mm->maps, addr);

	if (!vma || vma->prot & 2)
		return ACCESS_STORE;
	return vma->prot & 1 ? ACCESS_LOAD : ACCESS_EXEC;
}

static bool real_path(const char *path)
{
	return path && *path == '/' && !strstr(path, "perf-vdso");
}

void walk_fault(struct walk *w, struct import_task *task, const struct import_event *event)
{
	struct import_fault fault = { .addr = event->addr };
	struct import_vma *vma;
	bool trap = task->has_trap && (!event->has_addr ||
				       task->trap_addr / IMPORT_PAGE == event->addr / IMPORT_PAGE);

	task->has_trap = false;
	if (trap) {
		fault.addr = task->trap_addr;
		fault.access = task->trap_code & FAULT_WRITE ? ACCESS_STORE
			     : task->trap_code & FAULT_INSTR ? ACCESS_EXEC : ACCESS_LOAD;
		vma = maps_find(task->proc->mm->maps, fault.addr);
		if (vma && vma->file && real_path(event->path) && !task->in_exec)
			file_named(vma->file, event->path);
		import_do_fault(w, task, &fault);
		return;
	}
	if (!event->has_addr) {
		if (!find_offset(task, event->path, event->addr, &fault.addr)) {
			if (!w->dry)
				w->log->report->faults_lost++;
			return;
		}
		vma = maps_find(task->proc->mm->maps, fault.addr);
		if (vma && vma->file && real_path(event->path))
			file_named(vma->file, event->path);
		assume(w, ASSUMED_ADDRESS);
	}
	fault.access = guess_access(task, fault.addr);
	fault.assumed = "the access";
	assume(w, ASSUMED_ACCESS);
	import_do_fault(w, task, &fault);
}
