/*
 * import_calls.c - memory calls of a log become statements, and change the tracked map.
 *
 * In the kernel:  mm/mmap.c, mm/mprotect.c, mm/mremap.c, mm/madvise.c: which failing calls have
 *                 changed something before they failed.
 * Left out:       shmat, shmdt, mbind, process_madvise, remap_file_pages: reported, counted.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

static uint64_t page_up(uint64_t len)
{
	return (len + IMPORT_PAGE - 1) & ~(IMPORT_PAGE - 1);
}

/* End of a range given as address and length, kept inside user space. */
static uint64_t range_end(uint64_t start, uint64_t len)
{
	if (start >= IMPORT_USER_END || len > IMPORT_USER_END - start)
		return IMPORT_USER_END;
	return page_up(start + len);
}

static void lost(struct walk *w, const struct import_event *event, const char *why)
{
	if (w->dry)
		return;
	w->log->report->lost++;
	log_problem(w->log, event->line, 1, "%s: %s", event->call->name, why);
}

/* Map what is not mapped in [start, end): it must be older than the log. */
void assume_mapped(struct walk *w, struct import_task *task, uint64_t start, uint64_t end)
{
	GArray *maps = task->proc->mm->maps;

	for (uint64_t at = start & ~(IMPORT_PAGE - 1); at < end;) {
		const struct import_vma *vma = maps_find(maps, at);
		struct import_vma hole = { .start = at, .end = end, .prot = 3 };

		if (vma) {
			at = vma->end;
			continue;
		}
		for (guint i = 0; i < maps->len; i++) {
			const struct import_vma *next = &g_array_index(maps, struct import_vma, i);

			if (next->start > at && next->start < hole.end)
				hole.end = next->start;
		}
		emit(w, task, "mapped before the log began",
		     "mmap(%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT
		     ", PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0)",
		     hole.start, hole.end - hole.start);
		assume(w, ASSUMED_MAPPING);
		maps_add(maps, &hole);
		at = hole.end;
	}
}

static void append_arg(GString *out, enum arg_kind kind, uint64_t value)
{
	if (kind == ARG_ADDR && value)
		g_string_append_printf(out, "%#" G_GINT64_MODIFIER "x", value);
	else if (kind == ARG_ADDR)
		g_string_append(out, "NULL");
	else if (kind == ARG_NUM || kind == ARG_FD)
		g_string_append_printf(out, "%" G_GUINT64_FORMAT, value);
	else
		print_flags(kind, value, out);
}

/* The call with the arguments its description has, and its result. */
static void emit_plain(struct walk *w, struct import_task *task,
		       const struct import_event *event, const char *assumed)
{
	g_autoptr(GString) args = g_string_new(NULL);
	const struct call_arg *want = event->call->args;

	for (unsigned int i = 0; i < IMPORT_MAX_ARGS && want[i].kind; i++) {
		g_string_append(args, i ? ", " : "");
		append_arg(args, want[i].kind, event->arg[i]);
	}
	if (event->err[0])
		emit(w, task, assumed, "%s(%s) = -%s", event->call->name, args->str, event->err);
	else
		emit(w, task, assumed, "%s(%s) = 0", event->call->name, args->str);
}

/*
 * Another thread's munmap of this range must have come first, though the log has its end later:
 * write it now.
 */
static bool hoist_munmap(struct walk *w, struct import_task *task, uint64_t start, uint64_t end)
{
	for (guint i = 0; i < w->all_tasks->len; i++) {
		struct import_task *other = w->all_tasks->pdata[i];
		const struct import_event *e = other->begun;

		if (!e || other->begun_done || other->dead ||
		    other->proc->mm != task->proc->mm || e->call->id != CALL_MUNMAP)
			continue;
		if (e->arg[0] >= end || range_end(e->arg[0], e->arg[1]) <= start)
			continue;
		emit_plain(w, other, e, "done before its end in the log");
		maps_unmap(task->proc->mm->maps, e->arg[0], range_end(e->arg[0], e->arg[1]));
		other->begun_done = true;
		assume(w, ASSUMED_ORDER);
		return true;
	}
	return false;
}

/* The kernel said the range was free: make it so. */
static void make_room(struct walk *w, struct import_task *task, uint64_t start, uint64_t end)
{
	GArray *maps = task->proc->mm->maps;

	while (maps_overlap(maps, start, end) && hoist_munmap(w, task, start, end))
		;
	if (!maps_overlap(maps, start, end))
		return;
	assume(w, ASSUMED_ORDER);
	emit(w, task, "unmapped, though the log lacks it",
	     "munmap(%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT ")", start, end - start);
	maps_unmap(maps, start, end);
}

void walk_begun(struct import_task *task, const struct import_event *event)
{
	task->begun = event->known ? event : NULL;
	task->begun_done = false;
}

static struct import_file *shared_memory(struct walk *w)
{
	g_autofree char *key = g_strdup_printf("s%u", w->now);
	struct import_file *file = file_get(w, key);

	file->var[0] = '\0';	/* no open: the kernel makes it */
	return file;
}

#define MAP_TYPE_SHARED		1U
#define MAP_IS_FIXED		0x100010U	/* MAP_FIXED and MAP_FIXED_NOREPLACE */

static void walk_mmap(struct walk *w, struct import_task *task, const struct import_event *e)
{
	g_autoptr(GString) args = g_string_new(NULL);
	uint64_t start = (uint64_t)e->ret, end = range_end(start, e->arg[1]);
	bool anonymous = e->arg[3] & 0x20;
	struct import_vma vma = {
		.start = start, .end = end, .prot = e->arg[2] & 7,
		.shared = e->arg[3] & MAP_TYPE_SHARED, .grows = e->arg[3] & 0x100,
		.noreserve = e->arg[3] & 0x4000,
	};

	if (start & (IMPORT_PAGE - 1) || start >= end) {
		lost(w, e, "the result is no address");
		return;
	}
	if (!(e->arg[3] & MAP_IS_FIXED))
		make_room(w, task, start, end);
	append_arg(args, ARG_ADDR, e->arg[0]);
	g_string_append_printf(args, ", %" G_GUINT64_FORMAT ", ", e->arg[1]);
	print_flags(ARG_PROT, e->arg[2], args);
	g_string_append(args, ", ");
	print_flags(ARG_MAP, e->arg[3], args);
	if (anonymous) {
		if (vma.shared)
			vma.file = shared_memory(w);
		g_string_append(args, ", -1, 0");
	} else {
		vma.file = file_of(w, task, e->arg[4], e->fd_path);
		vma.file->true_size = MAX(vma.file->true_size, e->file_size);
		vma.offset = e->arg[5];
		if (e->arg[5] < IMPORT_USER_END)
			file_mapped(vma.file, e->arg[5] + e->arg[1]);
		g_string_append_printf(args, ", %s, %#" G_GINT64_MODIFIER "x", vma.file->var,
				       e->arg[5]);
	}
	emit(w, task, NULL, "mmap(%s) = %#" G_GINT64_MODIFIER "x", args->str, start);
	maps_add(task->proc->mm->maps, &vma);
}

static void walk_munmap(struct walk *w, struct import_task *task, const struct import_event *e)
{
	bool done = task->begun && task->begun_done;

	task->begun = NULL;
	if (done)
		return;
	emit_plain(w, task, e, NULL);
	maps_unmap(task->proc->mm->maps, e->arg[0], range_end(e->arg[0], e->arg[1]));
}

static void walk_mremap(struct walk *w, struct import_task *task, const struct import_event *e)
{
	GArray *maps = task->proc->mm->maps;
	uint64_t from = e->arg[0], to = (uint64_t)e->ret;
	uint64_t old_len = page_up(e->arg[1]), new_len = page_up(e->arg[2]);
	g_autoptr(GString) flags = g_string_new(NULL);

	task->begun = NULL;
	if (e->err[0]) {
		print_flags(ARG_MREMAP, e->arg[3], flags);
		emit(w, task, NULL, "mremap(%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT
		     ", %" G_GUINT64_FORMAT ", %s) = -%s", from, e->arg[1], e->arg[2],
		     flags->str, e->err);
		return;
	}
	if ((from | to) & (IMPORT_PAGE - 1) || to >= IMPORT_USER_END ||
	    from >= IMPORT_USER_END || (old_len | new_len) > IMPORT_USER_END) {
		lost(w, e, "no range of user space");
		return;
	}
	assume_mapped(w, task, from, from + MAX(old_len, IMPORT_PAGE));
	if (to != from && !(e->arg[3] & 2))
		make_room(w, task, to, to + new_len);
	print_flags(ARG_MREMAP, e->arg[3], flags);
	if (e->arg[3] & 6)
		g_string_append_printf(flags, ", %#" G_GINT64_MODIFIER "x", e->arg[4]);
	emit(w, task, NULL, "mremap(%#" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT
	     ", %" G_GUINT64_FORMAT ", %s) = %#" G_GINT64_MODIFIER "x", from, e->arg[1],
	     e->arg[2], flags->str, to);
	if (new_len < old_len)
		maps_unmap(maps, from + new_len, from + old_len);
	maps_move(maps, from, from + MIN(MAX(old_len, IMPORT_PAGE), new_len), to, to + new_len,
		  e->arg[3] & 4 || !old_len);
}

/* Which address the first brk of a log starts from, told to the scenario. */
void set_brk(struct walk *w, struct import_task *task, uint64_t brk)
{
	task->proc->mm->brk = brk;
	task->proc->mm->brk_known = true;
	/*
	 * The start may never be above the end, and may lie on either side of that of the
	 * layout: the end goes out of the way first.
	 */
	emit(w, task, NULL, "prctl(PR_SET_MM, PR_SET_MM_BRK, 0x7ffff0000000, 0, 0)");
	emit(w, task, NULL, "prctl(PR_SET_MM, PR_SET_MM_START_BRK, %#" G_GINT64_MODIFIER
	     "x, 0, 0)", brk);
	emit(w, task, NULL, "prctl(PR_SET_MM, PR_SET_MM_BRK, %#" G_GINT64_MODIFIER "x, 0, 0)", brk);
}

static void walk_brk(struct walk *w, struct import_task *task, const struct import_event *e)
{
	struct import_mm *mm = task->proc->mm;
	uint64_t brk = (uint64_t)e->ret, *first;
	gpointer exec = GUINT_TO_POINTER(task->proc->exec_event + 1);
	struct import_vma heap = { .prot = 3 };

	if (brk >= IMPORT_USER_END) {
		lost(w, e, "the result is no address");
		return;
	}
	if (w->dry && task->proc->execs && !g_hash_table_contains(w->brk, exec)) {
		first = g_new(uint64_t, 1);
		*first = brk;
		g_hash_table_insert(w->brk, exec, first);
	}
	if (!mm->brk_known) {
		assume(w, ASSUMED_BRK);
		emit_comment(w, "assumed: the heap starts at the first break of the log");
		set_brk(w, task, brk);
	}
	if (e->arg[0])
		emit(w, task, NULL, "brk(%#" G_GINT64_MODIFIER "x) = %#" G_GINT64_MODIFIER "x",
		     e->arg[0], brk);
	else
		emit(w, task, NULL, "brk(NULL) = %#" G_GINT64_MODIFIER "x", brk);
	heap.start = page_up(MIN(mm->brk, brk));
	heap.end = page_up(MAX(mm->brk, brk));
	if (brk > mm->brk)
		maps_add(mm->maps, &heap);
	else
		maps_unmap(mm->maps, heap.start, heap.end);
	mm->brk = brk;
}

/* prctl: names of VMAs, huge pages and KSM for the process; the rest is no concern. */
static void walk_prctl(struct walk *w, struct import_task *task, const struct import_event *e)
{
	g_auto(GStrv) args = e->text ? split_args(e->text, strlen(e->text)) : NULL;
	g_autofree char *name = NULL;
	unsigned int nr = args ? g_strv_length(args) : 0;

	if (!(e->known & 1U) || (e->arg[0] != 0x53564d41 && e->arg[0] != 41 && e->arg[0] != 67)) {
		if (!w->dry)
			log_ignored(w->log, "prctl", 5);
		return;
	}
	if (e->arg[0] != 0x53564d41) {
		emit(w, task, NULL, "prctl(%s, %" G_GUINT64_FORMAT ", 0, 0, 0)",
		     e->arg[0] == 41 ? "PR_SET_THP_DISABLE" : "PR_SET_MEMORY_MERGE", e->arg[1]);
		return;
	}
	if (nr > 4 && args[4][0] == '"') {
		g_autofree char *plain = unquote(args[4]);

		name = quoted(plain ? plain : "");
	} else if (e->known & 1U << 4 && !e->arg[4]) {
		name = g_strdup("NULL");
	} else {
		name = g_strdup_printf("\"at %#" G_GINT64_MODIFIER "x\"", e->arg[4]);
		lost(w, e, "the log has the address of the name instead of the name");
	}
	assume_mapped(w, task, e->arg[2], range_end(e->arg[2], e->arg[3]));
	emit(w, task, NULL, "prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, %#" G_GINT64_MODIFIER
	     "x, %" G_GUINT64_FORMAT ", %s)", e->arg[2], e->arg[3], name);
}

/* Calls that take a range and give 0; ENOMEM may come after half of the work. */
static void walk_range(struct walk *w, struct import_task *task, const struct import_event *e)
{
	GArray *maps = task->proc->mm->maps;
	uint64_t start = e->arg[0], end = range_end(start, e->arg[1]);
	const struct import_vma *vma;

	if (start >= end || start & (IMPORT_PAGE - 1)) {
		emit_plain(w, task, e, NULL);
		return;
	}
	if (e->ret == 0)
		assume_mapped(w, task, start, end);
	emit_plain(w, task, e, NULL);
	if (e->call->id == CALL_MADVISE && (e->arg[2] == 10 || e->arg[2] == 11))
		maps_mark(maps, start, end, e->arg[2] == 10);
	if (e->call->id != CALL_MPROTECT && e->call->id != CALL_PKEY_MPROTECT)
		return;
	for (uint64_t at = start; at < end; at = vma->end) {
		vma = maps_find(maps, at);
		if (!vma) {
			end = at;
			break;
		}
	}
	maps_protect(maps, start, end, e->arg[2]);
}

static void walk_uffd(struct walk *w, struct import_task *task, const struct import_event *e)
{
	g_autofree char *key = g_strdup_printf("e%u", w->now);
	g_autoptr(GString) flags = g_string_new(NULL);
	struct import_file *file = file_get(w, key);

	file->var[0] = 'u';
	print_flags(ARG_UFFD, e->arg[0], flags);
	emit(w, task, NULL, "%s = userfaultfd(%s)", file->var, flags->str);
	g_hash_table_insert(task->proc->fds, GINT_TO_POINTER((int)e->ret), file);
}

/* Does the log hold every argument that decides what the call did? */
static bool complete(const struct import_event *e)
{
	unsigned int needed = 0;

	for (unsigned int i = 0; i < IMPORT_MAX_ARGS && e->call->args[i].kind; i++)
		needed |= 1U << i;
	if (e->call->id == CALL_MREMAP && !(e->arg[3] & 6))
		needed &= 0xf;
	if (e->call->id == CALL_PRCTL)
		needed = 0;
	return (e->known & needed) == needed;
}

/*
 * Calls that failed changed nothing and are left out, but for these.  mremap's EFAULT changes
 * nothing either; it says that the range is more than one VMA, which is worth asking the model.
 */
static bool half_done(const struct import_event *e)
{
	if (e->call->id == CALL_MREMAP && !strcmp(e->err, "EFAULT"))
		return true;
	if (strcmp(e->err, "ENOMEM") != 0)
		return false;
	return e->call->id == CALL_MPROTECT || e->call->id == CALL_PKEY_MPROTECT ||
	       e->call->id == CALL_MADVISE || e->call->id == CALL_MLOCK ||
	       e->call->id == CALL_MLOCK2 || e->call->id == CALL_MUNLOCK;
}

static void walk_complete(struct walk *w, struct import_task *task,
			  const struct import_event *event)
{
	switch (event->call->id) {
	case CALL_MMAP:
		walk_mmap(w, task, event);
		break;
	case CALL_MUNMAP:
		walk_munmap(w, task, event);
		break;
	case CALL_MREMAP:
		walk_mremap(w, task, event);
		break;
	case CALL_BRK:
		walk_brk(w, task, event);
		break;
	case CALL_PRCTL:
		walk_prctl(w, task, event);
		break;
	case CALL_UFFD:
		walk_uffd(w, task, event);
		break;
	case CALL_MLOCKALL:
	case CALL_MUNLOCKALL:
		emit_plain(w, task, event, NULL);
		break;
	case CALL_SHMAT:
	case CALL_SHMDT:
	case CALL_MBIND:
	case CALL_PROCESS_MADVISE:
	case CALL_REMAP_FILE_PAGES:
		lost(w, event, "the scenario language has no such call");
		break;
	default:
		walk_range(w, task, event);
		break;
	}
}

void walk_memory(struct walk *w, struct import_task *task, const struct import_event *event)
{
	if (!event->has_ret) {
		lost(w, event, "the log does not hold its result");
	} else if (event->err[0] && !half_done(event)) {
		task->begun = NULL;
		if (!w->dry)
			w->log->report->failed++;
	} else if (!complete(event)) {
		lost(w, event, "the log does not hold all of its arguments");
	} else {
		walk_complete(w, task, event);
	}
}
