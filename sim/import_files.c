/*
 * import_files.c - descriptors of a log: which file does an mmap map?
 *
 * Only what some mmap uses is written, under one variable for each open, because two opens of a
 * path are two files to the kernel and their mappings do not merge.  Descriptors are never
 * closed in the scenario: a mapping holds its file by itself.
 *
 * In the kernel:  fs/open.c, fs/file.c dup_fd(), mm/vma.c is_mergeable_vma() (vm_file).
 * Left out:       descriptors passed over sockets; they count as files of unknown path.
 * Locks:          none.
 */
#include <string.h>

#include "import_walk.h"

/* The file known as @key, made at first sight; the same one in both walks. */
struct import_file *file_get(struct walk *w, const char *key)
{
	struct import_file *file = g_hash_table_lookup(w->files, key);

	if (file)
		return file;
	file = g_new0(struct import_file, 1);
	g_snprintf(file->var, sizeof(file->var), "f%u", ++w->nr_files);
	g_hash_table_insert(w->files, g_strdup(key), file);
	g_ptr_array_add(w->file_order, file);
	return file;
}

void file_mapped(struct import_file *file, uint64_t end)
{
	file->mapped = true;
	end = (end + IMPORT_PAGE - 1) & ~(IMPORT_PAGE - 1);
	file->size = MAX(file->size, end);
}

void file_named(struct import_file *file, const char *path)
{
	if (!file->path && file->var[0])
		file->path = g_strdup(path);
}

static void fd_set_file(struct import_task *task, int64_t fd, struct import_file *file)
{
	if (fd >= 0)
		g_hash_table_insert(task->proc->fds, GINT_TO_POINTER((int)fd), file);
}

/* The file behind @fd; one that the log never saw opened gets opened here. */
struct import_file *file_of(struct walk *w, struct import_task *task, uint64_t fd,
			    const char *fd_path)
{
	struct import_file *file = g_hash_table_lookup(task->proc->fds,
						       GINT_TO_POINTER((int)fd));
	g_autofree char *key = NULL;
	g_autofree char *path = NULL;

	if (file) {
		if (fd_path)
			file_named(file, fd_path);
		return file;
	}
	key = g_strdup_printf("u%u:%d", task->proc->serial, (int)fd);
	file = file_get(w, key);
	if (fd_path)
		file_named(file, fd_path);
	fd_set_file(task, (int64_t)fd, file);
	if (!w->dry && file->mapped) {
		path = quoted(file->path ? file->path : "?");
		assume(w, ASSUMED_OPEN_MODE);
		emit(w, task, "opened for both before the log", "%s = open(%s, O_RDWR)",
		     file->var, path);
	}
	return file;
}

static void emit_open(struct walk *w, struct import_task *task, const struct import_file *file,
		      const struct import_event *event)
{
	g_autofree char *path = quoted(file->path);
	g_autoptr(GString) flags = g_string_new(NULL);

	if (event->call->id == CALL_MEMFD) {
		print_flags(ARG_MFD, event->arg[1], flags);
		emit(w, task, NULL, "%s = memfd_create(%s, %s)", file->var, path, flags->str);
		if (!file->sized) {
			assume(w, ASSUMED_SIZE);
			emit(w, task, "its size", "ftruncate(%s, %" G_GUINT64_FORMAT ")",
			     file->var, file->size);
		}
		return;
	}
	print_flags(ARG_OPEN, file->mode & 3, flags);
	if (!file->mode_known)
		assume(w, ASSUMED_OPEN_MODE);
	emit(w, task, !file->mode_known ? "how it was opened" :
	     file->path_assumed ? "the path" : NULL, "%s = open(%s, %s)",
	     file->var, path, flags->str);
}

/* open, creat, openat, memfd_create */
void walk_open(struct walk *w, struct import_task *task, const struct import_event *event)
{
	g_autofree char *key = g_strdup_printf("e%u", w->now);
	struct import_file *file;
	unsigned int flags = event->call->id == CALL_OPENAT ? 2 : 1;

	if (!event->has_ret || event->ret < 0)
		return;
	file = file_get(w, key);
	if (event->path)
		file_named(file, event->path);
	file->memfd = event->call->id == CALL_MEMFD;
	file->mode = event->call->id == CALL_CREAT ? 1 : file->memfd ? 2 : event->arg[flags];
	file->mode_known = event->call->id == CALL_CREAT || file->memfd ||
			   (event->known >> flags & 1U);
	fd_set_file(task, event->ret, file);
	if (file->mapped && !w->dry)
		emit_open(w, task, file, event);
}

/* close, dup, dup2, dup3, fcntl(F_DUPFD), ftruncate */
void walk_fd(struct walk *w, struct import_task *task, const struct import_event *event)
{
	struct import_file *file = g_hash_table_lookup(task->proc->fds,
						       GINT_TO_POINTER((int)event->arg[0]));

	if (!event->has_ret || event->ret < 0)
		return;
	switch (event->call->id) {
	case CALL_CLOSE:
		g_hash_table_remove(task->proc->fds, GINT_TO_POINTER((int)event->arg[0]));
		break;
	case CALL_FCNTL:
		if (!(event->known & 2U) || (event->arg[1] != 0 && event->arg[1] != 1030))
			break;
		/* fall through */
	case CALL_DUP:
	case CALL_DUP2:
	case CALL_DUP3:
		if (file)
			fd_set_file(task, event->ret, file);
		else
			g_hash_table_remove(task->proc->fds, GINT_TO_POINTER((int)event->ret));
		break;
	case CALL_FTRUNCATE:
		if (!file || !file->memfd)
			break;
		file->sized = true;
		if (file->mapped)
			emit(w, task, NULL, "ftruncate(%s, %" G_GUINT64_FORMAT ")", file->var,
			     event->arg[1]);
		break;
	default:
		break;
	}
}

#define NAME_CHARS	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* "UFFDIO_REGISTER_MODE_MISSING|0x2": names and numbers; false if it is anything else. */
static bool append_words(GString *out, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, "|", -1);
	uint64_t value;

	for (char **w = words; *w; w++) {
		g_string_append(out, w > words ? "|" : "");
		if (parse_number(*w, &value))
			g_string_append_printf(out, "%#" G_GINT64_MODIFIER "x", value);
		else if (g_ascii_isupper(**w) && !(*w)[strspn(*w, NAME_CHARS)])
			g_string_append(out, *w);
		else
			return false;
	}
	return words[0] != NULL;
}

/* Append "name=VALUE" if strace printed such a field; false if its value is no expression. */
static bool copy_field(GString *out, const char *text, const char *name)
{
	g_autofree char *key = g_strconcat(name, "=", NULL);
	g_autofree char *value = NULL;
	const char *at = text;

	do {
		at = strstr(at, key);
	} while (at && at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '_') && *at++);
	if (!at)
		return true;
	at += strlen(key);
	value = g_strndup(at, strcspn(at, ",} "));
	g_string_append_printf(out, "%s%s=", out->len ? ", " : "", name);
	return append_words(out, value);
}

/* "4, UFFDIO_REGISTER, {range={start=.., len=..}, mode=..}"; perf prints no struct. */
void walk_uffd_ioctl(struct walk *w, struct import_task *task, const struct import_event *event)
{
	static const char *const known[] = {
		"UFFDIO_API", "UFFDIO_REGISTER", "UFFDIO_UNREGISTER", "UFFDIO_COPY",
		"UFFDIO_ZEROPAGE", "UFFDIO_WRITEPROTECT", "UFFDIO_WAKE", "UFFDIO_CONTINUE" };
	static const char *const fields[] = { "features", "start", "dst", "src", "len", "mode" };
	const struct import_file *file = g_hash_table_lookup(task->proc->fds,
							     GINT_TO_POINTER((int)event->arg[0]));
	const char *name = event->text ? strstr(event->text, "UFFDIO_") : NULL;
	g_autoptr(GString) args = g_string_new(NULL);
	bool uffd = file && file->var[0] == 'u', ok = true;

	if (!uffd && !name) {
		if (!w->dry)
			log_ignored(w->log, "ioctl", 5);
		return;
	}
	for (gsize i = 0; uffd && name && event->has_ret && i < G_N_ELEMENTS(known); i++) {
		gsize len = strlen(known[i]);

		if (strncmp(name, known[i], len) || name[len] != ',')
			continue;
		for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
			ok &= copy_field(args, name + len, fields[f]);
		if (!ok || (event->ret < 0 && !event->err[0]))
			break;
		emit(w, task, NULL, "%s(%s, {%s}) = %s%s", known[i], file->var, args->str,
		     event->ret < 0 ? "-" : "0", event->ret < 0 ? event->err : "");
		return;
	}
	if (!w->dry) {
		w->log->report->lost++;
		log_problem(w->log, event->line, 1,
			    "the log does not hold the arguments of this userfaultfd ioctl");
	}
}
